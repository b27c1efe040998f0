package blobtest

import (
	"io"
	"mime"
	"net/http"
	"strings"
	"testing"
	"time"

	"jeongsan/internal/blob"
	"jeongsan/internal/fault"
)

func damaged(t *testing.T, f Fixture) {
	if f.Damage == nil {
		t.Skip("this adapter's content cannot be damaged from here")
	}
	k := key(t, blob.Books, "a")
	put(t, f.Bucket, k, strings.Repeat("content ", 10_000))
	f.Damage(k)
	r, _, err := f.Bucket.Open(t.Context(), k)
	if err == nil {
		defer r.Close()
		_, err = io.ReadAll(r)
	}
	wantCode(t, err, fault.Internal)
}

func get(t *testing.T, f Fixture, link string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, link, nil)
	must(t, err)
	resp, err := f.Client.Do(req)
	must(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	must(t, err)
	return resp, string(body)
}

func signedLink(t *testing.T, f Fixture) {
	k := key(t, blob.Books, "INV-1.xlsx")
	put(t, f.Bucket, k, "the sheet")
	const name = `10월 청구서 (주)한빛; "최종"+1%.xlsx`
	link, err := f.Bucket.SignedURL(t.Context(), k, name, time.Minute)
	must(t, err)
	resp, body := get(t, f, link)
	if resp.StatusCode != http.StatusOK || body != "the sheet" {
		t.Fatalf("the link answers %s with %q", resp.Status, body)
	}
	how, params, err := mime.ParseMediaType(resp.Header.Get("Content-Disposition"))
	must(t, err)
	if how != "attachment" || params["filename"] != name {
		t.Fatalf("the download is %s under the name %q", how, params["filename"])
	}
	if got := resp.Header.Get("Content-Type"); got != "text/plain; charset=utf-8" {
		t.Fatalf("the download's type is %q", got)
	}
}

func changedLink(t *testing.T, f Fixture) {
	k, other := key(t, blob.Books, "INV-1.xlsx"), key(t, blob.Books, "INV-2.xlsx")
	put(t, f.Bucket, k, "mine")
	put(t, f.Bucket, other, "not mine")
	link, err := f.Bucket.SignedURL(t.Context(), k, "invoice.xlsx", time.Minute)
	must(t, err)
	for _, change := range [][2]string{{"INV-1.xlsx", "INV-2.xlsx"}, {"invoice.xlsx", "other.xlsx"}, {"han-cloud", "other-msp"}} {
		resp, _ := get(t, f, strings.Replace(link, change[0], change[1], 1))
		if resp.StatusCode != http.StatusForbidden {
			t.Errorf("with %q for %q the link answers %s", change[1], change[0], resp.Status)
		}
	}
}

func expiredLink(t *testing.T, f Fixture) {
	if f.Pass == nil {
		t.Skip("this adapter's links expire by a clock that cannot be moved from here")
	}
	k := key(t, blob.Books, "a")
	put(t, f.Bucket, k, "a")
	link, err := f.Bucket.SignedURL(t.Context(), k, "a.txt", time.Minute)
	must(t, err)
	f.Pass(59 * time.Second)
	if resp, _ := get(t, f, link); resp.StatusCode != http.StatusOK {
		t.Fatalf("a second before its end the link answers %s", resp.Status)
	}
	f.Pass(time.Second)
	if resp, body := get(t, f, link); (resp.StatusCode != http.StatusGone && resp.StatusCode != http.StatusForbidden) || body == "a" {
		t.Fatalf("at its end the link answers %s", resp.Status)
	}
}

func longLink(t *testing.T, f Fixture) {
	k := key(t, blob.Books, "a")
	for _, valid := range []time.Duration{-time.Minute, 0, blob.MaxLink + time.Second} {
		_, err := f.Bucket.SignedURL(t.Context(), k, "a.txt", valid)
		wantCode(t, err, fault.Invalid)
	}
	for _, name := range []string{"", "a/b", `a\b`, "a\r\nSet-Cookie: x", "\xff", strings.Repeat("가", 100)} {
		_, err := f.Bucket.SignedURL(t.Context(), k, name, time.Minute)
		wantCode(t, err, fault.Invalid)
	}
	_, err := f.Bucket.SignedURL(t.Context(), k, "a.txt", blob.MaxLink)
	must(t, err)
}
