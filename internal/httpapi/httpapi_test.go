package httpapi_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"jeongsan/internal/fault"
	"jeongsan/internal/httpapi"
	"jeongsan/internal/store"
)

// taken is what a hook was handed.
type taken struct {
	tenant    string
	signature []string
	body      []byte
}

// counter answers for the flows and remembers what it was asked.
type counter struct {
	hooks  []taken
	failed []string
	err    error // of the next request
}

func (c *counter) hook(_ context.Context, t store.Tenant, header map[string][]string, body []byte) error {
	c.hooks = append(c.hooks, taken{t.String(), header["Webhook-Signature"], body})
	return c.err
}

func (c *counter) open(_ context.Context, token string) (string, error) {
	if c.err != nil {
		return "", c.err
	}
	return "https://files.example.com/" + token + "?signed", nil
}

func (c *counter) site() http.Handler {
	return httpapi.Site{PortOne: c.hook, Popbill: c.hook, OpenLink: c.open, Failed: func(_ context.Context, r httpapi.Route, err error) {
		c.failed = append(c.failed, fmt.Sprintf("%s: %v", r, err))
	}}.Handler()
}

func ask(h http.Handler, method, path, body string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// problem reads an answer that is no success.
func problem(t *testing.T, w *httptest.ResponseRecorder) httpapi.Problem {
	t.Helper()
	var p httpapi.Problem
	if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || w.Header().Get("Content-Type") != "application/problem+json" {
		t.Fatalf("%d, %s: %s", w.Code, w.Header().Get("Content-Type"), w.Body)
	}
	if p.Status != w.Code || p.Text.KO == "" || p.Text.EN == "" {
		t.Errorf("status %d, the problem says %+v", w.Code, p)
	}
	return p
}

func TestA_webhook_is_handed_on_byte_by_byte_and_answered_as_its_provider_expects(t *testing.T) {
	body := "{\"a\": 1,\r\n \"한글\":\"\x00\"}"
	for path, want := range map[string]string{"/webhooks/popbill/hanbit": "OK", "/webhooks/portone/hanbit": ""} {
		c := &counter{}
		w := ask(c.site(), http.MethodPost, path, body, "webhook-signature", "v1,abc")
		if w.Code != http.StatusOK || w.Body.String() != want {
			t.Errorf("%s answers %d %q", path, w.Code, w.Body)
		}
		if len(c.hooks) != 1 || c.hooks[0].tenant != "hanbit" || string(c.hooks[0].body) != body || len(c.hooks[0].signature) != 1 {
			t.Errorf("%s handed on %+v", path, c.hooks)
		}
	}
}

func TestA_body_of_one_megabyte_is_read_and_a_larger_one_is_refused_unread(t *testing.T) {
	c := &counter{}
	if w := ask(c.site(), http.MethodPost, "/webhooks/portone/hanbit", strings.Repeat("x", httpapi.MaxBody)); w.Code != http.StatusOK || len(c.hooks[0].body) != httpapi.MaxBody {
		t.Errorf("a body of exactly the limit is answered %d", w.Code)
	}
	c = &counter{}
	w := ask(c.site(), http.MethodPost, "/webhooks/portone/hanbit", strings.Repeat("x", httpapi.MaxBody+1))
	if problem(t, w); w.Code != http.StatusRequestEntityTooLarge || len(c.hooks) != 0 {
		t.Errorf("answered %d, handed on %d", w.Code, len(c.hooks))
	}
}

// broken is a body that ends before its time.
type broken struct{ io.Reader }

func (b broken) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

func TestA_body_that_breaks_off_is_not_handed_on(t *testing.T) {
	c := &counter{}
	w := httptest.NewRecorder()
	c.site().ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/webhooks/portone/hanbit", broken{bytes.NewReader([]byte("half"))}))
	if p := problem(t, w); p.Status != http.StatusBadRequest || p.Field != "body" || len(c.hooks) != 0 {
		t.Errorf("%+v, handed on %d", p, len(c.hooks))
	}
}

func TestA_stranger_cannot_tell_an_unknown_tenant_from_an_address_that_never_was_one(t *testing.T) {
	unknown := &counter{err: fault.New(fault.NotFound, fault.T("MSP가 없습니다.", "No such MSP."))}
	answers := map[string]string{}
	for what, w := range map[string]*httptest.ResponseRecorder{
		"a tenant nobody registered": ask(unknown.site(), http.MethodPost, "/webhooks/portone/nobody", "{}"),
		"what can be no tenant":      ask(unknown.site(), http.MethodPost, "/webhooks/portone/NO%20BODY", "{}"),
		"another provider":           ask(unknown.site(), http.MethodPost, "/webhooks/toss/hanbit", "{}"),
		"the root":                   ask(unknown.site(), http.MethodGet, "/", ""),
		"a path above":               ask(unknown.site(), http.MethodGet, "/webhooks", ""),
	} {
		if w.Code != http.StatusNotFound {
			t.Errorf("%s is answered %d", what, w.Code)
		}
		answers[w.Body.String()] = what
	}
	if len(answers) != 1 {
		t.Errorf("the answers differ: %v", answers)
	}
}

func TestA_wrong_method_is_refused_and_told_the_right_one(t *testing.T) {
	for _, r := range httpapi.Routes() {
		path := strings.NewReplacer("{tenant}", "hanbit", "{token}", "hanbit.abc").Replace(r.Path)
		for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodHead, http.MethodPut, http.MethodDelete, http.MethodOptions} {
			if method == r.Method {
				continue
			}
			c := &counter{}
			w := ask(c.site(), method, path, "{}")
			if w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") != r.Method || len(c.hooks) != 0 {
				t.Errorf("%s %s is answered %d, Allow %q", method, path, w.Code, w.Header().Get("Allow"))
			}
		}
	}
}

func TestEvery_code_of_a_fault_has_one_status_and_only_ours_are_reported(t *testing.T) {
	text := fault.T("안 됩니다.", "No.")
	for code, want := range map[fault.Code]int{
		fault.Invalid: 400, fault.Forbidden: 403, fault.NotFound: 404, fault.Conflict: 409,
		fault.Unavailable: 503, fault.UnknownOutcome: 503, fault.Internal: 500,
	} {
		c := &counter{err: fault.New(code, text)}
		w := ask(c.site(), http.MethodPost, "/webhooks/popbill/hanbit", "{}")
		if w.Code != want || problem(t, w).Code != code {
			t.Errorf("%s is answered %d %s", code, w.Code, w.Body)
		}
		if reported := len(c.failed) == 1; reported != (want >= 500) {
			t.Errorf("%s was reported: %v", code, c.failed)
		}
	}
}

func TestWhat_went_wrong_inside_is_reported_and_not_shown(t *testing.T) {
	c := &counter{err: errors.New("dial tcp 10.0.0.1: password=hunter2")}
	w := ask(c.site(), http.MethodPost, "/webhooks/portone/hanbit", "{}")
	if p := problem(t, w); p.Code != fault.Internal || strings.Contains(w.Body.String(), "hunter2") {
		t.Errorf("answered %s", w.Body)
	}
	if len(c.failed) != 1 || !strings.HasPrefix(c.failed[0], "POST /webhooks/portone/{tenant}: dial tcp") {
		t.Errorf("reported %v", c.failed)
	}
}

func TestA_panic_is_an_answer_of_500_that_tells_nothing(t *testing.T) {
	var failed error
	site := httpapi.Site{
		PortOne: func(context.Context, store.Tenant, map[string][]string, []byte) error { panic("index 3 of hunter2") },
		Failed:  func(_ context.Context, _ httpapi.Route, err error) { failed = err },
	}
	w := ask(site.Handler(), http.MethodPost, "/webhooks/portone/hanbit", "{}")
	if p := problem(t, w); p.Status != 500 || strings.Contains(w.Body.String(), "hunter2") || failed == nil || !strings.Contains(failed.Error(), "hunter2") {
		t.Errorf("answered %s, reported %v", w.Body, failed)
	}
}

func TestA_mail_link_leads_to_the_document_and_a_dead_one_to_a_page_in_two_languages(t *testing.T) {
	c := &counter{}
	w := ask(c.site(), http.MethodGet, "/d/hanbit.abc", "")
	if w.Code != http.StatusFound || w.Header().Get("Location") != "https://files.example.com/hanbit.abc?signed" || w.Header().Get("Cache-Control") != "no-store" || w.Header().Get("Referrer-Policy") != "no-referrer" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	c.err = fault.New(fault.NotFound, fault.T("링크가 <만료>되었습니다.", "The link has expired."))
	w = ask(c.site(), http.MethodGet, "/d/hanbit.abc", "", "Accept", "text/html,*/*")
	if w.Code != http.StatusNotFound || !strings.Contains(w.Body.String(), "링크가 &lt;만료&gt;되었습니다.") || !strings.Contains(w.Body.String(), "The link has expired.") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestA_part_that_is_not_there_has_no_address(t *testing.T) {
	empty := httpapi.Site{}.Handler()
	for _, r := range httpapi.Routes() {
		path := strings.NewReplacer("{tenant}", "hanbit", "{token}", "hanbit.abc").Replace(r.Path)
		want := http.StatusNotFound
		if r.Path == "/health" {
			want = http.StatusOK
		}
		if w := ask(empty, r.Method, path, ""); w.Code != want {
			t.Errorf("%s is answered %d", r, w.Code)
		}
	}
}
