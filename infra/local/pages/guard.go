package pages

import (
	"crypto/subtle"
	"net"
	"net/http"
	"net/netip"
	"strings"

	"jeongsan/internal/fault"
)

// policy allows our own style sheet and small inline images; no script, no frame, no fetch, no form to elsewhere.
const policy = "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// Listen opens a listener for the pages. Only loopback addresses are taken: the pages ask nobody who they are.
func Listen(address string) (net.Listener, error) {
	bad := fault.Invalidf("addr", fault.T(
		"주소 %s에서 시작할 수 없습니다. 이 서버는 로그인이 없어 이 컴퓨터(127.0.0.1)에서만 열립니다. 포트가 쓰이고 있으면 --addr 127.0.0.1:8081처럼 바꿔 주세요.",
		"The address %s cannot be used. These pages have no log-in and open on this machine (127.0.0.1) only; if the port is taken, choose another, like --addr 127.0.0.1:8081.", address))
	if !loopback(address) {
		return nil, bad
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, bad.Because(err)
	}
	return l, nil
}

// loopback reports whether host[:port] can only mean this machine.
func loopback(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	if strings.EqualFold(host, "localhost") {
		return true
	}
	address, err := netip.ParseAddr(host)
	return err == nil && address.IsLoopback()
}

var (
	errForeignHost = fault.New(fault.Forbidden, fault.T(
		"이 서버는 127.0.0.1이나 localhost 주소로만 열 수 있습니다.",
		"This server opens only under the names 127.0.0.1 and localhost."))
	errForeignForm = fault.New(fault.Forbidden, fault.T(
		"이 요청은 이 화면에서 보낸 것이 아니거나 화면이 오래되었습니다. 화면을 새로 고친 뒤 다시 눌러 주세요.",
		"This request did not come from these pages, or the page is stale. Reload the page and try again."))
	errMethod = fault.New(fault.Invalid, fault.T("이 주소에서는 그 방법을 쓸 수 없습니다.", "This address does not answer that method."))
	errNoPage = fault.New(fault.NotFound, fault.T("그런 화면이 없습니다. 주소를 확인해 주세요.", "There is no such page; check the address."))
)

// guard stands before every route: names of this machine only, headers that keep the browser strict, and no
// changing request that another site made.
func (s *pages) guard(next http.Handler) http.Handler {
	crossOrigin := http.NewCrossOriginProtection()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "same-origin") // a stricter one would take the origin from our own forms
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		if !loopback(r.Host) {
			plain(w, http.StatusForbidden, errForeignHost.Text)
			return
		}
		if err := crossOrigin.Check(r); err != nil {
			plain(w, http.StatusForbidden, errForeignForm.Text)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// hooked lets webhooks by, before the guard: whoever sends them comes from elsewhere, under any name that leads here, and
// proves itself to the hook. Nothing else below their path is answered.
func (s *pages) hooked(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.Hooks != nil && strings.HasPrefix(r.URL.Path, "/webhooks/") {
			s.Hooks.ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// fromOurPage is nil when the form carries this process's token.
func (s *pages) fromOurPage(token string) error {
	if subtle.ConstantTimeCompare([]byte(token), []byte(s.token)) == 1 {
		return nil
	}
	return errForeignForm
}
