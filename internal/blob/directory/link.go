package directory

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"jeongsan/internal/blob"
	"jeongsan/internal/fault"
)

// linker makes and checks signed links: base/key?expires=UNIX&name=FILE&signature=HEX.
type linker struct {
	key  []byte
	base string // URL without a trailing slash
	path string // of that URL
}

// signature covers everything the link says. No part can hold a line break but the name, which is last.
func (l linker) signature(key, expires, name string) string {
	mac := hmac.New(sha256.New, l.key)
	io.WriteString(mac, "jeongsan-link-1\n"+key+"\n"+expires+"\n"+name)
	return hex.EncodeToString(mac.Sum(nil))
}

func (l linker) url(key, name string, expires time.Time) string {
	unix := strconv.FormatInt(expires.Unix(), 10)
	q := url.Values{"expires": {unix}, "name": {name}, "signature": {l.signature(key, unix, name)}}
	return l.base + "/" + key + "?" + q.Encode()
}

// check says whether we signed the link and, if so, whether it has expired.
func (l linker) check(key string, q url.Values, now time.Time) error {
	expires, name := q.Get("expires"), q.Get("name")
	if !hmac.Equal([]byte(q.Get("signature")), []byte(l.signature(key, expires, name))) {
		return fault.New(fault.Forbidden, fault.T("링크가 올바르지 않습니다. 화면에서 다시 받아 주세요.", "The link is not valid; get it again from the screen."))
	}
	unix, err := strconv.ParseInt(expires, 10, 64)
	if err != nil || !now.Before(time.Unix(unix, 0)) {
		return errExpired
	}
	return nil
}

var errExpired = fault.New(fault.NotFound, fault.T("링크가 만료되었습니다. 화면에서 다시 받아 주세요.", "The link has expired; get it again from the screen."))

// SignedURL implements blob.Bucket. The object need not exist; following the link then finds nothing.
func (b *Bucket) SignedURL(ctx context.Context, k blob.Key, fileName string, valid time.Duration) (string, error) {
	if err := ready(ctx, k); err != nil {
		return "", err
	}
	if err := blob.CheckLink(k, fileName, valid); err != nil {
		return "", err
	}
	return b.link.url(k.String(), fileName, b.now().Add(valid)), nil
}

// Handler serves the signed links, GET and HEAD, ranges included. Mount it at the path of the base URL. A link
// that we did not sign is 403, an expired one 410, an object that is not there 404; the answer is text in both
// languages. Content is checked against its digest before the first byte leaves.
func (b *Bucket) Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "private, no-store")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Content-Security-Policy", "sandbox; default-src 'none'")
		w.Header().Set("Referrer-Policy", "no-referrer")
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			refuse(w, http.StatusMethodNotAllowed, fault.T("이 링크로는 내려받기만 할 수 있습니다.", "This link is for downloading only."))
			return
		}
		name := strings.TrimPrefix(strings.TrimPrefix(r.URL.Path, b.link.path), "/")
		query := r.URL.Query()
		if err := b.link.check(name, query, b.now()); err != nil {
			refuseFault(w, err)
			return
		}
		if err := b.serve(w, r, name, query.Get("name")); err != nil {
			refuseFault(w, err)
		}
	})
}

func (b *Bucket) serve(w http.ResponseWriter, r *http.Request, name, fileName string) error {
	var k blob.Key
	if err := k.UnmarshalText([]byte(name)); err != nil || k.IsZero() {
		return missing()
	}
	f, info, err := b.open(k)
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := io.Copy(io.Discard, newReader(r.Context(), f, info)); err != nil {
		return err
	}
	w.Header().Set("Content-Type", info.ContentType)
	w.Header().Set("Content-Disposition", blob.Disposition(fileName))
	w.Header().Set("ETag", `"`+info.SHA256+`"`)
	http.ServeContent(w, r, "", info.Written, io.NewSectionReader(f, 0, info.Size))
	return nil
}

func refuseFault(w http.ResponseWriter, err error) {
	status := http.StatusInternalServerError
	switch {
	case errors.Is(err, errExpired):
		status = http.StatusGone
	case fault.Is(err, fault.Forbidden):
		status = http.StatusForbidden
	case fault.Is(err, fault.NotFound):
		status = http.StatusNotFound
	case fault.Is(err, fault.Unavailable):
		status = http.StatusServiceUnavailable
	}
	refuse(w, status, fault.TextOf(err))
}

func refuse(w http.ResponseWriter, status int, t fault.Text) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	io.WriteString(w, t.KO+"\n"+t.EN+"\n")
}
