package main

import (
	"net/http"

	"jeongsan/internal/identity"
)

// pages are what a browser sees of the running stack.
func (s *stack) pages(p identity.Principal) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/files/", s.bucket.Handler())
	mux.HandleFunc("GET /d/{token}", func(w http.ResponseWriter, r *http.Request) {
		url, err := s.settlement.OpenLink(r.Context(), r.PathValue("token"))
		if err != nil {
			http.Error(w, err.Error(), http.StatusNotFound)
			return
		}
		http.Redirect(w, r, url, http.StatusFound)
	})
	return mux
}
