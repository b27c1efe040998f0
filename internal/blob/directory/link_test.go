package directory

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"jeongsan/internal/blob"
)

func request(t *testing.T, method, link string, header ...string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, link, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(body)
}

func linked(t *testing.T) (*Bucket, *wall, blob.Key, string) {
	t.Helper()
	w := newWall()
	b := serve(t, t.TempDir(), w)
	k := key(t, blob.Books, "INV-1.pdf")
	if _, err := b.Put(t.Context(), k, "application/pdf", strings.NewReader("0123456789")); err != nil {
		t.Fatal(err)
	}
	link, err := b.SignedURL(t.Context(), k, "청구서.pdf", time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	return b, w, k, link
}

func wantRefusal(t *testing.T, resp *http.Response, body string, status int, korean string) {
	t.Helper()
	if resp.StatusCode != status || !strings.Contains(body, korean) || strings.Count(body, "\n") != 2 {
		t.Errorf("answered %s with %q, want %d saying %q", resp.Status, body, status, korean)
	}
	if resp.Header.Get("Content-Type") != "text/plain; charset=utf-8" || resp.Header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("the refusal's headers are %v", resp.Header)
	}
}

func TestA_download_cannot_be_cached_sniffed_or_run(t *testing.T) {
	_, _, _, link := linked(t)
	resp, body := request(t, http.MethodGet, link)
	if resp.StatusCode != http.StatusOK || body != "0123456789" {
		t.Fatalf("answered %s with %q", resp.Status, body)
	}
	for name, want := range map[string]string{
		"Cache-Control":           "private, no-store",
		"X-Content-Type-Options":  "nosniff",
		"Content-Security-Policy": "sandbox; default-src 'none'",
		"Content-Type":            "application/pdf",
		"Content-Disposition":     `attachment; filename="___.pdf"; filename*=UTF-8''%EC%B2%AD%EA%B5%AC%EC%84%9C.pdf`,
	} {
		if got := resp.Header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}

func TestA_link_answers_head_and_ranges_and_refuses_everything_else(t *testing.T) {
	_, _, _, link := linked(t)
	resp, body := request(t, http.MethodHead, link)
	if resp.StatusCode != http.StatusOK || body != "" || resp.ContentLength != 10 {
		t.Errorf("HEAD answers %s of length %d", resp.Status, resp.ContentLength)
	}
	resp, body = request(t, http.MethodGet, link, "Range", "bytes=2-4")
	if resp.StatusCode != http.StatusPartialContent || body != "234" || resp.Header.Get("Content-Range") != "bytes 2-4/10" {
		t.Errorf("a range answers %s with %q", resp.Status, body)
	}
	resp, _ = request(t, http.MethodGet, link, "Range", "bytes=20-")
	if resp.StatusCode != http.StatusRequestedRangeNotSatisfiable {
		t.Errorf("a range past the end answers %s", resp.Status)
	}
	resp, body = request(t, http.MethodPost, link)
	wantRefusal(t, resp, body, http.StatusMethodNotAllowed, "내려받기만")
}

func TestA_refused_link_says_why_in_both_languages(t *testing.T) {
	b, w, k, link := linked(t)
	resp, body := request(t, http.MethodGet, link[:len(link)-1]+"x")
	wantRefusal(t, resp, body, http.StatusForbidden, "올바르지 않습니다")
	resp, body = request(t, http.MethodGet, strings.Replace(link, "expires=", "expires=9", 1))
	wantRefusal(t, resp, body, http.StatusForbidden, "올바르지 않습니다")
	resp, body = request(t, http.MethodGet, b.link.base+"/")
	wantRefusal(t, resp, body, http.StatusForbidden, "올바르지 않습니다")

	missing, err := b.SignedURL(t.Context(), key(t, blob.Books, "nowhere"), "a.pdf", time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	resp, body = request(t, http.MethodGet, missing)
	wantRefusal(t, resp, body, http.StatusNotFound, "문서가 없습니다")

	flipByte(t, b.Path(k), 3)
	resp, body = request(t, http.MethodGet, link)
	wantRefusal(t, resp, body, http.StatusInternalServerError, "손상")

	w.pass(time.Minute)
	resp, body = request(t, http.MethodGet, link)
	wantRefusal(t, resp, body, http.StatusGone, "만료")
}

func TestA_signed_path_that_is_no_key_finds_nothing(t *testing.T) {
	b, _, _, _ := linked(t)
	for _, name := range []string{"books/../.tmp/x", "books/han-cloud/../x", "nothing", "//", ""} {
		link := b.link.url(name, "a", b.now().Add(time.Minute))
		if resp, _ := request(t, http.MethodGet, link); resp.StatusCode == http.StatusOK {
			t.Errorf("%q answers %s", name, resp.Status)
		}
	}
}
