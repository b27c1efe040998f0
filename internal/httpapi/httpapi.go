// Package httpapi is what the product answers over HTTP to those who have no account: providers that send webhooks, the
// holder of a mail's link, whoever checks its health.
//
// It owns routes, limits and answers, and the one mapping of faults to statuses. It does not own what a request does:
// it calls small interfaces that flows satisfy, and verifies nothing itself, since a signature is checked by whoever
// knows its secret, on the raw body handed on from here.
//
// Invariants: one handler serves one machine and the Lambda functions; a body is read up to MaxBody and no further; an
// answer says nothing about tenants to a stranger; an answer that is no success is problem details (RFC 9457) in Korean
// and English and never shows internal text.
//
// Used by functions/webhook, functions/api and infra/local.
package httpapi

import (
	"context"
	"fmt"
	"net/http"
	"runtime/debug"

	"jeongsan/internal/store"
)

// MaxBody is the largest request body that is read, in bytes; what is larger is answered 413.
const MaxBody = 1 << 20

// Group says which function answers a route on AWS.
type Group string

const (
	Webhooks Group = "webhook" // what providers send; they are told apart by tenant in the path
	Public   Group = "api"     // what persons open without an account
)

// Route is one thing that is answered.
type Route struct {
	Method string
	Path   string // a net/http pattern, which is also how API Gateway writes it
	Group  Group
}

// String is the route as net/http and API Gateway write it: "POST /webhooks/portone/{tenant}".
func (r Route) String() string { return r.Method + " " + r.Path }

var (
	portoneHook = Route{http.MethodPost, "/webhooks/portone/{tenant}", Webhooks}
	popbillHook = Route{http.MethodPost, "/webhooks/popbill/{tenant}", Webhooks}
	mailLink    = Route{http.MethodGet, "/d/{token}", Public}
	health      = Route{http.MethodGet, "/health", Public}
)

// Routes lists what there is, for the tests that equate it with template.yaml. None has an authoriser.
func Routes() []Route { return []Route{portoneHook, popbillHook, mailLink, health} }

// Hook takes one provider's webhooks. Header names are in canonical form; the body is as it came. Who sent it is for
// the hook to verify: fault.NotFound for a tenant it does not know, Forbidden or Invalid for what it does not believe.
// After nil the webhook is settled; after any other error the provider sends it again.
type Hook func(ctx context.Context, t store.Tenant, header map[string][]string, body []byte) error

// Site is what can be asked of the product. A route whose part is nil is not there.
type Site struct {
	PortOne  Hook
	Popbill  Hook
	OpenLink func(ctx context.Context, token string) (url string, err error) // a mail link's token → a link that lives minutes
	// Failed hears of requests that ended in an answer of 500 or above; nil for nobody.
	Failed func(ctx context.Context, r Route, err error)
}

// Handler serves the site.
func (s Site) Handler() http.Handler {
	mux := http.NewServeMux()
	if s.PortOne != nil {
		s.serve(mux, portoneHook, s.hook(s.PortOne, ""))
	}
	if s.Popbill != nil {
		s.serve(mux, popbillHook, s.hook(s.Popbill, "OK")) // anything else and Popbill sends it again
	}
	if s.OpenLink != nil {
		s.serve(mux, mailLink, s.openLink)
	}
	s.serve(mux, health, healthy)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { refuse(w, r, nowhere()) })
	return mux
}

// answer does a request or says why not; what it returns is answered by refuse.
type answer func(w http.ResponseWriter, r *http.Request) error

// serve registers a route. Methods are told apart here, so that a wrong one is answered like any other refusal.
func (s Site) serve(mux *http.ServeMux, route Route, do answer) {
	mux.HandleFunc(route.Path, func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Cache-Control", "no-store")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer") // a mail link's path is a key
		h.Set("X-Robots-Tag", "noindex")
		if r.Method != route.Method {
			h.Set("Allow", route.Method)
			refuse(w, r, errMethod)
			return
		}
		err := guarded(do, w, r)
		if err == nil {
			return
		}
		if status := refuse(w, r, err); status >= http.StatusInternalServerError && s.Failed != nil {
			s.Failed(r.Context(), route, err)
		}
	})
}

// guarded turns a panic into a refusal that tells nothing of the inside.
func guarded(do answer, w http.ResponseWriter, r *http.Request) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("panic: %v\n%s", v, debug.Stack())
		}
	}()
	return do(w, r)
}

func healthy(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write([]byte(`{"status":"ok"}` + "\n")) // the client may be gone
	return nil
}
