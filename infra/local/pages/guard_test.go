package pages_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"jeongsan/infra/local/pages"
	"jeongsan/internal/fault"
)

func TestOnly_names_of_this_machine_are_answered(t *testing.T) {
	w := newWorld(t)
	for host, status := range map[string]int{
		"127.0.0.1:8080": http.StatusOK, "localhost:8080": http.StatusOK, "LOCALHOST": http.StatusOK, "[::1]:8080": http.StatusOK, "127.0.0.2": http.StatusOK,
		"attacker.example": http.StatusForbidden, "127.0.0.1.attacker.example:8080": http.StatusForbidden, "localhost.attacker.example": http.StatusForbidden,
		"10.0.0.7:8080": http.StatusForbidden, "0.0.0.0:8080": http.StatusForbidden, "": http.StatusForbidden,
	} {
		r := httptest.NewRequest(http.MethodGet, "/clock", nil)
		r.Host = host
		a := w.do(r)
		if a.Code != status || (status != http.StatusOK && strings.Contains(a.Body.String(), "token")) {
			t.Errorf("host %q is answered %d, want %d", host, a.Code, status)
		}
	}
}

func TestThe_browser_is_told_to_run_nothing_and_fetch_nothing(t *testing.T) {
	w := newWorld(t)
	for _, path := range []string{"/", "/clock", "/nowhere", "/style.css", "/d/nothing"} {
		h := w.get(path).Header()
		csp := h.Get("Content-Security-Policy")
		for _, part := range []string{"default-src 'none'", "style-src 'self'", "img-src 'self' data:", "form-action 'self'", "frame-ancestors 'none'"} {
			if !strings.Contains(csp, part) {
				t.Errorf("%s is sent under %q, which lacks %q", path, csp, part)
			}
		}
		if strings.Contains(csp, "unsafe") || h.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s is sent under %v", path, h)
		}
	}
	w.get("/").lacks("<script", "style=", `src="`, `href="http`, "@import")
}

func TestA_button_works_only_from_our_own_pages(t *testing.T) {
	w := newWorld(t)
	token := w.token()
	for _, c := range []struct {
		what   string
		token  string
		header map[string]string
		status int
	}{
		{"from our page", token, map[string]string{"Sec-Fetch-Site": "same-origin"}, http.StatusSeeOther},
		{"from our page, by an old browser", token, map[string]string{"Origin": "http://127.0.0.1:8080"}, http.StatusSeeOther},
		{"without the token", "", map[string]string{"Sec-Fetch-Site": "same-origin"}, http.StatusForbidden},
		{"with another process's token", strings.Repeat("A", len(token)), map[string]string{"Sec-Fetch-Site": "same-origin"}, http.StatusForbidden},
		{"from another site that knows the token", token, map[string]string{"Sec-Fetch-Site": "cross-site"}, http.StatusForbidden},
		{"from another port of this machine", token, map[string]string{"Sec-Fetch-Site": "same-site"}, http.StatusForbidden},
		{"from another origin, by an old browser", token, map[string]string{"Origin": "http://attacker.example"}, http.StatusForbidden},
		{"from a sandboxed frame", token, map[string]string{"Origin": "null"}, http.StatusForbidden},
	} {
		t.Run(c.what, func(t *testing.T) {
			before := w.clock.Now()
			r := httptest.NewRequest(http.MethodPost, "/clock/move", strings.NewReader(url.Values{"token": {c.token}, "to": {"day"}}.Encode()))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			for k, v := range c.header {
				r.Header.Set(k, v)
			}
			w.do(r).is(c.status)
			if moved := w.clock.Now().After(before); moved != (c.status == http.StatusSeeOther) {
				t.Errorf("the clock moved: %t", moved)
			}
		})
	}
	r := httptest.NewRequest(http.MethodPost, "/clock/move?token="+token+"&to=day", nil)
	w.do(r).is(http.StatusForbidden) // an address is no form
}

func TestEach_address_answers_its_own_methods(t *testing.T) {
	w := newWorld(t)
	for _, path := range []string{"/", "/mail", "/style.css", "/invoices/" + first} {
		if a := w.do(httptest.NewRequest(http.MethodHead, path, nil)).is(http.StatusOK); a.Header().Get("Content-Type") == "" {
			t.Errorf("HEAD %s tells no type", path)
		}
	}
	for _, c := range []struct{ method, path, allow string }{
		{http.MethodPost, "/mail", "GET, HEAD"}, {http.MethodPut, "/clock/move", "POST"}, {http.MethodGet, "/clock/move", "POST"}, {http.MethodDelete, "/invoices/" + first, "GET, HEAD"},
	} {
		a := w.do(httptest.NewRequest(c.method, c.path, nil)).is(http.StatusMethodNotAllowed, "그 방법을 쓸 수 없습니다")
		if got := a.Header().Get("Allow"); got != c.allow {
			t.Errorf("%s allows %q, want %q", a.what, got, c.allow)
		}
	}
}

func TestNobody_climbs_out_of_the_tenants_documents(t *testing.T) {
	w := newWorld(t)
	for _, path := range []string{
		"/documents/../../etc/passwd", "/documents/books/hanbit/..%2f..%2f..%2fetc%2fpasswd", "/documents/books/hanbit/%2e%2e/%2e%2e/state.db", "/documents/books/other/invoice/x.pdf",
		"/documents/books/hanbit/@logo.png", "/documents/nonsense/hanbit/logo.png", "/documents/books/hanbit/%00", "/documents/x",
		"/mail/..%2f..%2fstate.db", "/mail/..%2fkey/raw", "/mail/%2e%2e/raw", "/files/books/hanbit/logo.png", "/files/../state.db", "/templates/clock.html",
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.URL = &url.URL{Path: mustUnescape(t, path), RawPath: path}
		if a := w.do(r); a.Code == http.StatusOK || strings.Contains(a.Body.String(), "root:") || strings.Contains(a.Header().Get("Location"), "/files/") {
			t.Errorf("%s is answered %d, leading to %q:\n%s", path, a.Code, a.Header().Get("Location"), a.Body)
		}
	}
}

func mustUnescape(t *testing.T, path string) string {
	t.Helper()
	out, err := url.PathUnescape(path)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestNobody_is_sent_to_another_host(t *testing.T) {
	w := newWorld(t)
	for _, path := range []string{"//evil.example/?lang=en", "/%2fevil.example/?lang=en", `/\evil.example/?lang=en`} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		raw, query, _ := strings.Cut(path, "?")
		r.URL = &url.URL{Path: mustUnescape(t, raw), RawPath: raw, RawQuery: query}
		if to := w.do(r).Header().Get("Location"); strings.HasPrefix(to, "//") || strings.HasPrefix(to, `/\`) || strings.HasPrefix(to, "http") {
			t.Errorf("%s leads to %q", path, to)
		}
	}
}

func TestThe_pages_open_on_this_machine_only(t *testing.T) {
	for _, address := range []string{":8080", "0.0.0.0:0", "10.0.0.7:0", "example.com:80", "nonsense"} {
		l, err := pages.Listen(address)
		if err == nil {
			l.Close()
		}
		if !fault.Is(err, fault.Invalid) || !strings.Contains(fault.TextOf(err).KO, "이 컴퓨터") {
			t.Errorf("listening on %q: %v", address, err)
		}
	}
	l, err := pages.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if _, err := pages.Listen(l.Addr().String()); !fault.Is(err, fault.Invalid) {
		t.Errorf("listening on a port in use: %v", err)
	}
}
