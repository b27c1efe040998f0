package mailtest

import (
	"context"
	"sync"

	"jeongsan/internal/fault"
	"jeongsan/internal/mail"
)

// Behaviour is how the transport treats one call.
type Behaviour string

const (
	Obedient         Behaviour = "obedient"           // passes the call on
	Refuses          Behaviour = "refuses"            // Send: fault.Invalid, not taken
	Down             Behaviour = "down"               // Send or Lookup: fault.Unavailable, nothing done
	LostAfterAccept  Behaviour = "lost-after-accept"  // Send: delivered, yet the answer is fault.UnknownOutcome
	LostBeforeAccept Behaviour = "lost-before-accept" // Send: not delivered, and the answer is fault.UnknownOutcome
	Forgetful        Behaviour = "forgetful"          // Lookup: CannotTell
)

// Unruly is a mail.Sender in front of another that misbehaves as it is told. It is safe for concurrent use.
type Unruly struct {
	next mail.Sender

	mu      sync.Mutex
	sends   map[string][]Behaviour
	lookups map[string][]Behaviour
	calls   map[string]int
}

var _ mail.Sender = (*Unruly)(nil)

// NewUnruly wraps a transport; until told otherwise it is obedient.
func NewUnruly(next mail.Sender) *Unruly {
	return &Unruly{next: next, sends: map[string][]Behaviour{}, lookups: map[string][]Behaviour{}, calls: map[string]int{}}
}

// Any stands for every message that has no script of its own.
const Any = "*"

// OnSend tells how the next sends of a message id (or Any) go, one after the other; then it is obedient again.
func (u *Unruly) OnSend(id string, script ...Behaviour) { u.script(u.sends, id, script) }

// OnLookup tells how the next lookups of a message id (or Any) go, one after the other; then it is obedient again.
func (u *Unruly) OnLookup(id string, script ...Behaviour) { u.script(u.lookups, id, script) }

// Sends is how often Send was called for the id.
func (u *Unruly) Sends(id string) int {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.calls[id]
}

func (u *Unruly) script(of map[string][]Behaviour, id string, script []Behaviour) {
	u.mu.Lock()
	defer u.mu.Unlock()
	of[id] = append(of[id], script...)
}

// take takes the next behaviour of the id's script, or of Any's.
func (u *Unruly) take(of map[string][]Behaviour, id string) Behaviour {
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, key := range []string{id, Any} {
		if script := of[key]; len(script) > 0 {
			of[key] = script[1:]
			return script[0]
		}
	}
	return Obedient
}

// Send implements mail.Sender.
func (u *Unruly) Send(ctx context.Context, m mail.Message) (string, error) {
	u.mu.Lock()
	u.calls[m.ID]++
	u.mu.Unlock()
	switch u.take(u.sends, m.ID) {
	case Refuses:
		return "", fault.Invalidf("to", fault.T("메일 서버가 받는 사람을 거절했습니다.", "The mail server refused the recipient."))
	case Down:
		return "", fault.New(fault.Unavailable, fault.T("메일 서버에 연결할 수 없습니다.", "The mail server cannot be reached."))
	case LostBeforeAccept:
		return "", answerLost()
	case LostAfterAccept:
		if _, err := u.next.Send(ctx, m); err != nil {
			return "", err
		}
		return "", answerLost()
	}
	return u.next.Send(ctx, m)
}

// Lookup implements mail.Sender.
func (u *Unruly) Lookup(ctx context.Context, id string) (mail.Outcome, error) {
	switch u.take(u.lookups, id) {
	case Down:
		return "", fault.New(fault.Unavailable, fault.T("메일 서버에 연결할 수 없습니다.", "The mail server cannot be reached."))
	case Forgetful:
		return mail.CannotTell, nil
	}
	return u.next.Lookup(ctx, id)
}

func answerLost() error {
	return fault.New(fault.UnknownOutcome, fault.T("메일 서버의 응답을 받지 못했습니다.", "The answer of the mail server was lost."))
}
