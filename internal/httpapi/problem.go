package httpapi

import (
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"net/http"
	"strings"

	"jeongsan/internal/fault"
)

// Problem is the body of an answer that is no success (RFC 9457).
type Problem struct {
	Status int        `json:"status"`
	Code   fault.Code `json:"code"`
	Field  string     `json:"field,omitempty"`
	Text   fault.Text `json:"text"`
}

// statuses is the one mapping of faults to HTTP.
var statuses = map[fault.Code]int{
	fault.Invalid:        http.StatusBadRequest,
	fault.NotFound:       http.StatusNotFound,
	fault.Conflict:       http.StatusConflict,
	fault.Forbidden:      http.StatusForbidden,
	fault.Unavailable:    http.StatusServiceUnavailable,
	fault.UnknownOutcome: http.StatusServiceUnavailable, // whoever asked may ask again: every effect is idempotent
	fault.Internal:       http.StatusInternalServerError,
}

// What HTTP knows and the domain does not.
var (
	errMethod = errors.New("method not allowed")
	errSize   = errors.New("body too large")
)

// ProblemOf is what is answered to an error.
func ProblemOf(err error) Problem {
	switch {
	case errors.Is(err, errMethod):
		return Problem{http.StatusMethodNotAllowed, fault.Invalid, "", fault.T("이 주소에서는 쓸 수 없는 메서드입니다.", "This address does not answer to that method.")}
	case errors.Is(err, errSize):
		return Problem{http.StatusRequestEntityTooLarge, fault.Invalid, "", fault.T("요청 본문이 너무 큽니다(최대 %d바이트).", "The request's body is too large (%d bytes at most).", MaxBody)}
	}
	p := Problem{Code: fault.CodeOf(err), Text: fault.TextOf(err)}
	p.Status = statuses[p.Code]
	var f *fault.Fault
	if errors.As(err, &f) {
		p.Field = f.Field
	}
	return p
}

// nowhere is the answer of an address that is none, and of a tenant that is none.
func nowhere() error {
	return fault.New(fault.NotFound, fault.T("찾는 주소가 없습니다.", "There is nothing at this address."))
}

// unread tells a body that is too large from one that broke off.
func unread(err error) error {
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return errSize
	}
	return fault.Invalidf("body", fault.T("요청 본문을 끝까지 받지 못했습니다.", "The request's body broke off.")).Because(err)
}

// refuse answers an error, as a page to a browser and as JSON to everybody else, and returns the status.
func refuse(w http.ResponseWriter, r *http.Request, err error) int {
	p := ProblemOf(err)
	if strings.Contains(r.Header.Get("Accept"), "text/html") {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(p.Status)
		_, _ = fmt.Fprintf(w, page, html.EscapeString(p.Text.KO), html.EscapeString(p.Text.EN)) // the client may be gone
		return p.Status
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) // texts and numbers always encode; the client may be gone
	return p.Status
}

const page = `<!doctype html><html lang="ko"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>정산</title>
<p>%s</p><p lang="en">%s</p></html>
`
