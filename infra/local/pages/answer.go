package pages

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"time"

	"jeongsan/internal/fault"
	"jeongsan/internal/identity"
	"jeongsan/internal/store"
	"jeongsan/internal/tenant"
)

// visit is one request with what every page shows around it.
type visit struct {
	*pages
	w         http.ResponseWriter
	r         *http.Request
	ctx       context.Context
	lang      language
	tenants   []store.Tenant
	principal identity.Principal // the zero one while nobody is registered
	profile   tenant.Profile
}

// frame is what the layout shows around a page.
type frame struct {
	Lang    language
	Other   string // address of this page in the other language
	Section string
	Title   string
	Tenants []choice
	Company string
	Now     time.Time
	Moved   bool
	Moving  bool
	Token   string
	Notice  string // key of a text
	Error   *failure
	Refresh int // seconds; 0: the page stands still
	Page    any
}

// failure is an error as a page shows it.
type failure struct {
	Status int
	Text   fault.Text
}

// page is one page ready to be shown.
type page struct {
	screen, section, title string
	path                   string // where the page can be read, when the request was sent elsewhere
	notice                 string // key of a text
	refresh                int    // seconds until the browser asks again; 0 for never
	status                 int    // 0 for 200
	problem                *failure
	body                   any
}

func (s *pages) visit(w http.ResponseWriter, r *http.Request) *visit {
	return &visit{pages: s, w: w, r: r, ctx: r.Context(), lang: languageOf(r)}
}

// visited makes a handler of a page: preferences first, then the tenant, for a POST the token, then the page.
func (s *pages) visited(do func(*visit) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		v := s.visit(w, r)
		if v.keepPreferences() {
			return
		}
		if err := v.prepare(); err != nil {
			v.refuse(err)
			return
		}
		if err := do(v); err != nil {
			v.refuse(err)
		}
	}
}

func (v *visit) prepare() error {
	if err := v.findTenant(); err != nil {
		return err
	}
	if v.r.Method != http.MethodPost {
		return nil
	}
	if err := v.readForm(); err != nil {
		return err
	}
	return v.fromOurPage(v.r.PostFormValue("token"))
}

// preferences are query parameters that stick as cookies.
var preferences = []string{"lang", "tenant"}

// keepPreferences takes preferences out of the address; it reports whether it answered the request by that.
func (v *visit) keepPreferences() bool {
	q := v.r.URL.Query()
	if v.r.Method == http.MethodPost || !slices.ContainsFunc(preferences, q.Has) {
		return false
	}
	for _, name := range preferences {
		if value := q.Get(name); value != "" && len(value) <= 64 {
			http.SetCookie(v.w, &http.Cookie{Name: name, Value: url.QueryEscape(value), Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, MaxAge: 365 * 24 * 3600})
		}
		q.Del(name)
	}
	v.redirect(address(v.r.URL.Path, q))
	return true
}

func (v *visit) findTenant() error {
	var err error
	if v.tenants, err = v.Tenants(v.ctx); err != nil || len(v.tenants) == 0 {
		return err
	}
	chosen := v.tenants[0]
	if c, err := v.r.Cookie("tenant"); err == nil {
		if i := slices.IndexFunc(v.tenants, func(t store.Tenant) bool { return t.String() == c.Value }); i >= 0 {
			chosen = v.tenants[i]
		}
	}
	v.principal = v.Principal(chosen)
	v.profile, _, err = tenant.Load(v.ctx, v.Store, chosen)
	return err
}

// tenant is the one the page is about; a page that needs one calls it first.
func (v *visit) tenant() (store.Tenant, error) {
	if v.principal.Tenant.IsZero() {
		return store.Tenant{}, errNobody
	}
	return v.principal.Tenant, nil
}

var errNobody = fault.New(fault.NotFound, fault.T(
	"등록된 MSP가 없습니다. `make run`으로 예시 MSP의 한 달을 먼저 정산해 보세요.",
	"No MSP is registered yet. Settle the month of the sample MSP first with `make run`."))

// showWith answers with a page and, above it, what went wrong, if anything did.
func (v *visit) showWith(p page, problem error) error {
	if problem != nil {
		p.problem = v.failure(problem)
		p.status = p.problem.Status
	}
	return v.show(p)
}

// show answers with a page.
func (v *visit) show(p page) error {
	var b bytes.Buffer
	if err := v.screens[v.lang][p.screen].Execute(&b, v.frame(p)); err != nil {
		return err
	}
	v.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	v.w.WriteHeader(cmp.Or(p.status, http.StatusOK))
	if _, err := b.WriteTo(v.w); err != nil {
		v.Log(err) // the reader went away; nothing can be answered any more
	}
	return nil
}

func (v *visit) frame(p page) frame {
	q := v.r.URL.Query()
	q.Set("lang", string(v.lang.other()))
	path := cmp.Or(p.path, v.r.URL.Path)
	if v.r.Method == http.MethodPost {
		q.Del("done")
	}
	f := frame{
		Lang: v.lang, Other: address(path, q), Section: p.section, Title: p.title, Company: v.profile.Name, Now: v.Clock.Now(), Moved: v.Clock.Moved(),
		Moving: v.mover.now().Running, Token: v.token, Notice: p.notice, Error: p.problem, Refresh: p.refresh, Page: p.body,
	}
	if len(v.tenants) > 1 {
		for _, t := range v.tenants {
			f.Tenants = append(f.Tenants, choice{Value: t.String(), Text: t.String(), Chosen: t == v.principal.Tenant})
		}
	}
	return f
}

// refuse answers with an error page of its own.
func (v *visit) refuse(err error) {
	f := v.failure(err)
	p := page{screen: "refusal", title: v.t("refusal.title"), status: f.Status, body: f}
	if v.r.Method == http.MethodPost {
		p.path = "/"
	}
	if err := v.show(p); err != nil {
		v.Log(err)
		plain(v.w, http.StatusInternalServerError, fault.TextOf(err))
	}
}

// failure is the one place where an error becomes a status and a sentence; what may not be shown is logged.
func (v *visit) failure(err error) *failure {
	var tooLarge *http.MaxBytesError
	status := statuses[fault.CodeOf(err)]
	switch {
	case errors.As(err, &tooLarge):
		status = http.StatusRequestEntityTooLarge
	case errors.Is(err, errMethod):
		status = http.StatusMethodNotAllowed
	}
	if status >= http.StatusInternalServerError {
		v.Log(err)
	}
	return &failure{Status: status, Text: fault.TextOf(err)}
}

var statuses = map[fault.Code]int{
	fault.Invalid:        http.StatusBadRequest,
	fault.NotFound:       http.StatusNotFound,
	fault.Conflict:       http.StatusConflict,
	fault.Forbidden:      http.StatusForbidden,
	fault.Unavailable:    http.StatusServiceUnavailable,
	fault.UnknownOutcome: http.StatusGatewayTimeout,
	fault.Internal:       http.StatusInternalServerError,
}

// plain answers in both languages without a page.
func plain(w http.ResponseWriter, status int, t fault.Text) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, t.KO+"\n"+t.EN+"\n") // the reader may have gone away
}

// redirect sends the browser to another of our own pages.
func (v *visit) redirect(to string) {
	http.Redirect(v.w, v.r, to, http.StatusSeeOther)
}

// done sends the browser back to a page, which then says what was done.
func (v *visit) done(path, notice string) error {
	v.redirect(address(path, url.Values{"done": {notice}}))
	return nil
}

// notice is the key of the text that the address asks for, if there is such a text.
func (v *visit) notice() string {
	key := "done." + v.r.URL.Query().Get("done")
	if _, ok := words[key]; !ok {
		return ""
	}
	return key
}

func address(path string, q url.Values) string {
	if len(path) > 1 && path[0] == '/' && (path[1] == '/' || path[1] == '\\') {
		path = "/" // never the name of another host
	}
	u := url.URL{Path: path, RawQuery: q.Encode()}
	return u.String()
}
