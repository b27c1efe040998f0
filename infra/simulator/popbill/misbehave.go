package popbill

import (
	"fmt"
	"hash/fnv"
	"net/http"
	"slices"
)

// Match says which calls misbehave. Zero fields match anything.
type Match struct {
	Op  string // the official client's name of the call: "getToken", "registIssue", "issue", "getInfo" …
	Key string // of the document, or the id of a bulk submission
	// Skip is how many matching calls pass first.
	Skip int
	// Times is how often it happens; 0 is once, −1 is for ever.
	Times int
	// PerMille lets it happen to so many of a thousand matching calls, chosen by Seed, key and how often the key was
	// tried: the same calls in any order misbehave alike. 0 is all of them.
	PerMille int
	Seed     uint64
}

// Action is a way to misbehave: instead of the call, or after it was carried out.
type Action struct {
	before func(*http.Request) error
	after  func(http.ResponseWriter, *http.Request)
}

type rule struct {
	Match
	action Action
}

// On scripts a misbehaviour; of several that match, the one scripted first acts. Actions that act after the call let a
// refusal of the provider's own pass.
func (s *Simulator) On(m Match, a Action) {
	if m.Times == 0 {
		m.Times = 1
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rules = append(s.rules, &rule{m, a})
}

// Behave forgets every scripted misbehaviour.
func (s *Simulator) Behave() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rules, s.mixed = nil, mixing{}
}

func (s *Simulator) misbehaviour(q *request) Action {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.attempts[q.op+" "+q.key]++
	for _, r := range s.rules {
		if r.Times == 0 || r.Op != "" && r.Op != q.op || r.Key != "" && r.Key != q.key || !r.chosen(q, s.attempts[q.op+" "+q.key]) {
			continue
		}
		if r.Skip > 0 {
			r.Skip--
			continue
		}
		if r.Times > 0 {
			r.Times--
		}
		return r.action
	}
	return Action{}
}

// chosen draws without chance.
func (r *rule) chosen(q *request, attempt int) bool {
	if r.PerMille == 0 {
		return true
	}
	h := fnv.New64a()
	fmt.Fprintf(h, "%d %s %s %d", r.Seed, q.op, q.key, attempt) // a hash takes everything
	x := h.Sum64()
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd // the last step of MurmurHash3: FNV's low bits alone are not even enough
	x ^= x >> 33
	return x%1000 < uint64(r.PerMille)
}

// aborted is an answer that is none of the provider's.
type aborted struct {
	end func(http.ResponseWriter, *http.Request)
}

func (aborted) Error() string { return "scripted misbehaviour" }

func cut(http.ResponseWriter, *http.Request) {
	panic(http.ErrAbortHandler) // net/http's way to break a connection
}

func hang(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

// broken answers a status with a page of the kind that stands in front of a server.
func broken(status int) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(status)
		_, _ = w.Write([]byte("<html><body>" + http.StatusText(status) + "</body></html>")) // the client may be gone
	}
}

func instead(end func(http.ResponseWriter, *http.Request)) Action {
	return Action{before: func(*http.Request) error { return aborted{end} }}
}

// Cut breaks the connection without doing the call.
func Cut() Action { return instead(cut) }

// CutAfter does the call and breaks the connection instead of answering.
func CutAfter() Action { return Action{after: cut} }

// Hang neither does the call nor answers, until the client gives up.
func Hang() Action { return instead(hang) }

// HangAfter does the call and does not answer, until the client gives up: a time-out after commit.
func HangAfter() Action { return Action{after: hang} }

// Fail answers a status with an HTML page without doing the call.
func Fail(status int) Action { return instead(broken(status)) }

// FailAfter does the call and answers a status with an HTML page.
func FailAfter(status int) Action { return Action{after: broken(status)} }

// Garble does the call and answers 200 with what is no JSON.
func Garble() Action { return Action{after: broken(http.StatusOK)} }

// Decline answers one of the provider's numbers without doing the call.
func Decline(code int64) Action {
	return Action{before: func(*http.Request) error { return refuse(code) }}
}

// DeclineWith is Decline with words and an HTTP status of one's own.
func DeclineWith(status int, code int64, message string) Action {
	return Action{before: func(*http.Request) error { return refusal{code: code, message: message, status: status} }}
}

// Throttle answers that there are too many calls at once.
func Throttle() Action { return Decline(-10010032) }

// Before runs f and then does the call as usual: move the clock, let the tokens run out.
func Before(f func()) Action {
	return Action{before: func(*http.Request) error { f(); return nil }}
}

// Call is one request as it came.
type Call struct {
	Op   string
	Key  string
	Code int64 // the provider's number, 0 when it was done
	Body []byte
	// Header is as it came, with the token.
	Header http.Header
	// URI is path and query as they came.
	URI string
}

const callsKept = 2000

func (s *Simulator) record(q *request, err error) {
	c := Call{Op: q.op, Key: q.key, Body: slices.Clone(q.body), Header: q.http.Header.Clone(), URI: q.http.RequestURI}
	if no, ok := err.(refusal); ok {
		c.Code = no.code
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, c)
	if len(s.calls) > callsKept {
		s.calls = slices.Clone(s.calls[len(s.calls)-callsKept/2:])
	}
}

// Calls lists the latest requests, oldest first; at least the last thousand.
func (s *Simulator) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.calls)
}
