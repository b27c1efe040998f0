package portone

import (
	"net/http"
	"strconv"
	"time"
)

// Match says which requests misbehave. Zero fields match anything.
type Match struct {
	Op   string // OpCharge …
	ID   string // payment id or billing key
	Skip int    // matching requests that pass first
	// Times is how often it happens; 0 is once, −1 is for ever.
	Times int
}

// Action is a way to misbehave. In time: before, then the work, then finish.
type Action struct {
	before  func()
	instead *reply   // answer this and do nothing
	decline *refusal // the gateway's, whatever the card
	cancel  string   // what a cancellation comes to
	after   func(s *Simulator, w http.ResponseWriter, r *http.Request, a reply)
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

// Behave forgets every scripted misbehaviour, of webhooks too.
func (s *Simulator) Behave() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rules, s.mis = nil, Misdelivery{}
}

func (s *Simulator) match(op, id string) Action {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range s.rules {
		if m.Times == 0 || m.Op != "" && m.Op != op || m.ID != "" && m.ID != id {
			continue
		}
		if m.Skip > 0 {
			m.Skip--
			continue
		}
		if m.Times > 0 {
			m.Times--
		}
		return m.action
	}
	return Action{}
}

func (a Action) finish(s *Simulator, w http.ResponseWriter, r *http.Request, answer reply) {
	if a.after == nil {
		send(w, answer)
		return
	}
	a.after(s, w, r, answer)
}

// Before runs f after the request was accepted and before anything is done: move the clock, ask the same again.
func Before(f func()) Action { return Action{before: f} }

// Slow waits before the work. That the client has gone by then changes nothing, as with the real one.
func Slow(d time.Duration) Action { return Before(func() { time.Sleep(d) }) }

// LoseAnswer does the work and never answers; it ends when the client gives up.
func LoseAnswer() Action {
	return Action{after: func(_ *Simulator, _ http.ResponseWriter, r *http.Request, _ reply) {
		<-r.Context().Done()
		panic(http.ErrAbortHandler)
	}}
}

// Drop does the work and breaks the connection before the first byte of the answer.
func Drop() Action {
	return Action{after: func(*Simulator, http.ResponseWriter, *http.Request, reply) {
		panic(http.ErrAbortHandler) // net/http's way to break a connection
	}}
}

// Cut does the work and breaks the connection in the middle of the answer.
func Cut() Action {
	return Action{after: func(_ *Simulator, w http.ResponseWriter, _ *http.Request, a reply) {
		w.Header().Set("Content-Length", strconv.Itoa(len(a.body)))
		w.WriteHeader(a.status)
		_, _ = w.Write(a.body[:len(a.body)/2])
		if f, can := w.(http.Flusher); can {
			f.Flush()
		}
		panic(http.ErrAbortHandler)
	}}
}

// FailBefore answers an HTTP status without a word of PortOne's, and does nothing.
func FailBefore(status int) Action { return Action{instead: brokenGateway(status)} }

// FailAfter does the work and answers an HTTP status without a word of PortOne's.
func FailAfter(status int) Action {
	return Action{after: func(_ *Simulator, w http.ResponseWriter, _ *http.Request, _ reply) { send(w, *brokenGateway(status)) }}
}

func brokenGateway(status int) *reply {
	return &reply{status: status, header: http.Header{"Content-Type": {"text/html"}}, body: []byte("<html><body>" + http.StatusText(status) + "</body></html>")}
}

// Throttle answers 429 and does nothing. PortOne documents no limit; that it would look like this is a guess.
func Throttle() Action {
	a := brokenGateway(http.StatusTooManyRequests)
	a.header.Set("Retry-After", "30")
	return Action{instead: a}
}

// Refuse answers one of PortOne's errors and does nothing.
func Refuse(status int, kind string) Action {
	a := refuse(status, kind, "scripted")
	return Action{instead: &a}
}

// Decline has the gateway decline a charge or a cancellation, whatever the card.
func Decline(pgCode, pgMessage string) Action {
	return Action{decline: &refusal{PGCode: pgCode, PGMessage: pgMessage}}
}

// DeclineAfter does the work and then answers as if the gateway had declined: trouble at the gateway, money moved.
func DeclineAfter(pgCode, pgMessage string) Action {
	return Action{after: func(_ *Simulator, w http.ResponseWriter, _ *http.Request, _ reply) {
		send(w, declinedByGateway(&refusal{PGCode: pgCode, PGMessage: pgMessage}))
	}}
}

// CancelLater answers a cancellation with REQUESTED; FinishCancellation ends it.
func CancelLater() Action { return Action{cancel: cancelRequested} }

// CancelFails answers a cancellation with FAILED.
func CancelFails() Action { return Action{cancel: cancelFailed} }

// WebhookFirst delivers what webhooks are due before the answer is sent.
func WebhookFirst() Action {
	return Action{after: func(s *Simulator, w http.ResponseWriter, _ *http.Request, a reply) {
		s.DeliverWebhooks()
		send(w, a)
	}}
}

// Edit rewrites the text of the answer: drop a field, write a float, break its JSON.
func Edit(f func(body string) string) Action {
	return Action{after: func(_ *Simulator, w http.ResponseWriter, _ *http.Request, a reply) {
		a.body = []byte(f(string(a.body)))
		send(w, a)
	}}
}

// Call is one request as it came.
type Call struct {
	Op     string
	ID     string
	Status int // that the work came to, whatever was sent
}

const callsKept = 1000

func (s *Simulator) record(op, id string, status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, Call{op, id, status})
	if len(s.calls) > callsKept {
		s.calls = s.calls[len(s.calls)-callsKept:]
	}
}

// Calls lists the latest requests, oldest first; at most 1,000.
func (s *Simulator) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Call(nil), s.calls...)
}
