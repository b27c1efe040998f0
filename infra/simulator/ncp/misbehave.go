package ncp

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Match says which requests misbehave. Zero fields match anything.
type Match struct {
	Zone Zone
	Op   string // e.g. "getContractDemandCostList"
	Page int    // pageNo as sent
	Skip int    // matching requests that pass first
	// Times is how often it happens; 0 is once, −1 is for ever.
	Times int
}

// Action is a way to misbehave.
type Action struct {
	before          func()
	hang            bool
	firstPageAlways bool
	reply           func(r *http.Request, op string, a reply) reply
}

type rule struct {
	Match
	action Action
}

// On scripts a misbehaviour; of several that match, the one scripted first acts.
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
	s.rules = nil
}

func (s *Simulator) match(z Zone, op string, r *http.Request) (Action, bool) {
	page, _ := strconv.Atoi(r.Form.Get("pageNo"))
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range s.rules {
		if m.Times == 0 || m.Zone != "" && m.Zone != z || m.Op != "" && m.Op != op || m.Page != 0 && m.Page != page {
			continue
		}
		if m.Skip > 0 {
			m.Skip--
			continue
		}
		if m.Times > 0 {
			m.Times--
		}
		return m.action, true
	}
	return Action{}, false
}

// Before runs f and then answers as usual: move the clock, or Correct a month between two pages.
func Before(f func()) Action { return Action{before: f} }

// Throttle answers 429 with a Retry-After of so many seconds, without one for 0.
func Throttle(after time.Duration) Action {
	return Action{reply: func(r *http.Request, _ string, _ reply) reply {
		a := gatewayError(r, http.StatusTooManyRequests, "420", "Rate Limited", "too many requests")
		if after > 0 {
			a.header.Set("Retry-After", strconv.Itoa(int(after/time.Second)))
		}
		return a
	}}
}

// Fail answers an HTTP status in the gateway's envelope.
func Fail(status int, code, message string) Action {
	return Action{reply: func(r *http.Request, _ string, _ reply) reply { return gatewayError(r, status, code, message, "") }}
}

// FailInService answers an HTTP status in the service's envelope.
func FailInService(status int, code, message string) Action {
	return Action{reply: func(r *http.Request, _ string, _ reply) reply { return serviceError(r, status, code, message) }}
}

// InXML makes the answer of another action XML whatever format was asked for.
func InXML(a Action) Action {
	inner := a.reply
	a.reply = func(r *http.Request, op string, was reply) reply {
		asked := r.Form.Get("responseFormatType")
		r.Form.Del("responseFormatType")
		defer r.Form.Set("responseFormatType", asked)
		return inner(r, op, was)
	}
	return a
}

// Return answers HTTP 200 with a return code other than 0.
func Return(code, message string) Action {
	return Action{reply: func(r *http.Request, op string, _ reply) reply {
		return encoded(r, http.StatusOK, object{{op + "Response", object{{"returnCode", code}, {"returnMessage", message}}}})
	}}
}

// Hang never answers; it ends when the client gives up.
func Hang() Action { return Action{hang: true} }

// Cut breaks the connection in the middle of the body.
func Cut() Action {
	return Action{reply: func(_ *http.Request, _ string, a reply) reply { a.cut = true; return a }}
}

// Edit rewrites the text of the answer: break its JSON, drop a field, empty the rows.
func Edit(f func(body string) string) Action {
	return Action{reply: func(_ *http.Request, _ string, a reply) reply { a.body = []byte(f(string(a.body))); return a }}
}

// SamePage answers the first page whatever page was asked for.
func SamePage() Action { return Action{firstPageAlways: true} }

// Call is one request as it came.
type Call struct {
	Zone    Zone
	Op      string
	Page    int
	Members int // numbers in its memberNoList
	Length  int // bytes of path and query
	Status  int
}

const callsKept = 1000

func (s *Simulator) record(z Zone, op string, r *http.Request, status int) {
	page, _ := strconv.Atoi(r.Form.Get("pageNo"))
	call := Call{Zone: z, Op: strings.Clone(op), Page: page, Members: len(memberNumbers(r.Form)), Length: len(r.RequestURI), Status: status}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, call)
	if len(s.calls) > callsKept {
		s.calls = s.calls[len(s.calls)-callsKept:]
	}
}

// Calls lists the latest requests that were answered, oldest first; at most 1,000.
func (s *Simulator) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Call(nil), s.calls...)
}
