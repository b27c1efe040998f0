package pages

import (
	"net/http"

	"jeongsan/internal/fault"
)

// openLink answers the link of a mail: whoever holds its token is led to the document, for a few minutes. Anybody
// else learns nothing: no company, no navigation, one answer for every token that does not open.
func (s *pages) openLink(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Referrer-Policy", "no-referrer") // the token stays between the mail and us
	w.Header().Set("X-Robots-Tag", "noindex")
	to, err := s.Desk.OpenLink(r.Context(), r.PathValue("token"))
	if err == nil {
		http.Redirect(w, r, to, http.StatusFound)
		return
	}
	f := s.visit(w, r).failure(err)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(f.Status)
	told := struct{ Title, Text fault.Text }{words["stranger.title"], f.Text}
	if err := s.screens[korean]["stranger"].ExecuteTemplate(w, "stranger.html", told); err != nil {
		s.Log(err) // the reader went away
	}
}
