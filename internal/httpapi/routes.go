package httpapi

import (
	"io"
	"net/http"
	"strings"

	"jeongsan/internal/fault"
	"jeongsan/internal/store"
)

// hook hands a webhook on with the bytes that came, since signatures are of those. The answer to one that was taken is
// always the same.
func (s Site) hook(take Hook, taken string) answer {
	return func(w http.ResponseWriter, r *http.Request) error {
		t, err := store.ParseTenant(r.PathValue("tenant"))
		if err != nil {
			return nowhere()
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, MaxBody))
		if err != nil {
			return unread(err)
		}
		err = take(r.Context(), t, r.Header, body)
		if fault.Is(err, fault.NotFound) {
			return nowhere() // the same as for an address that never was one
		}
		if err != nil {
			return err
		}
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = io.WriteString(w, taken) // what was taken is stored; a sender that is gone sends it again
		return nil
	}
}

// openLink leads the holder of a mail link to the document.
func (s Site) openLink(w http.ResponseWriter, r *http.Request) error {
	url, err := s.OpenLink(r.Context(), strings.TrimSpace(r.PathValue("token")))
	if err != nil {
		return err
	}
	w.Header().Set("Location", url)
	w.WriteHeader(http.StatusFound)
	return nil
}
