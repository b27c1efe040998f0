package crash

import (
	"context"
	"slices"
	"sync"

	"jeongsan/internal/mail"
)

// Transport is a mail transport that remembers what it delivered. One that Tells answers Lookup and delivers an id
// once; one that does not is as blunt as plain SMTP.
type Transport struct {
	Tells bool

	mu        sync.Mutex
	delivered []mail.Message
	repeated  []string // ids that it was asked to send although it had them
}

func (t *Transport) copy() *Transport {
	t.mu.Lock()
	defer t.mu.Unlock()
	return &Transport{Tells: t.Tells, delivered: slices.Clone(t.delivered), repeated: slices.Clone(t.repeated)}
}

// Delivered are the mails that persons have in their boxes, in the order of delivery.
func (t *Transport) Delivered() []mail.Message {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.delivered)
}

// Repeated are the ids that somebody tried to send a second time.
func (t *Transport) Repeated() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.repeated)
}

func (t *Transport) has(id string) bool {
	return slices.ContainsFunc(t.delivered, func(m mail.Message) bool { return m.ID == id })
}

// Send implements mail.Sender.
func (t *Transport) Send(_ context.Context, m mail.Message) (string, error) {
	if err := m.Validate(); err != nil {
		return "", err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.has(m.ID) {
		t.repeated = append(t.repeated, m.ID)
		if t.Tells {
			return "transport-" + m.ID, nil
		}
	}
	t.delivered = append(t.delivered, m)
	return "transport-" + m.ID, nil
}

// Lookup implements mail.Sender.
func (t *Transport) Lookup(_ context.Context, id string) (mail.Outcome, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case !t.Tells:
		return mail.CannotTell, nil
	case t.has(id):
		return mail.Accepted, nil
	}
	return mail.NotAccepted, nil
}
