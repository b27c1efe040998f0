package popbill

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"time"
)

// Popbill sends a webhook up to four times, five minutes apart, until it is answered well.
const (
	sendsOfWebhook = 4
	webhookPause   = 5 * time.Minute
)

// event is a webhook that waits to be delivered.
type event struct {
	ID      string
	CorpNum string
	Type    string
	Body    json.RawMessage
	DueAt   time.Time
	Sends   int
}

// mixing is how webhooks misbehave.
type mixing struct {
	copies   int
	backward bool
}

// MixWebhooks sends each webhook so many times (with one id), and the due ones latest first when backward.
func (s *Simulator) MixWebhooks(copies int, backward bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mixed = mixing{copies, backward}
}

// notify makes a TAXINVOICE.STATE webhook. The name invoicerMgtKey and what stands behind ntssendErrCode are guesses:
// the documentation is cut off there.
func (s *Simulator) notify(d *document, eventType string, at time.Time) {
	if s.opts.Deliver == nil {
		return
	}
	s.state.Notified++
	e := &event{ID: fmt.Sprintf("SIM%015d", s.state.Notified), CorpNum: d.CorpNum, Type: eventType, DueAt: at}
	said := map[string]any{
		"corpNum": d.CorpNum, "itemKey": d.ItemKey, "ntsConfirmNum": d.Confirm, "stateCode": d.State, "stateDT": stamp(d.StateAt),
		"issueDT": stamp(d.IssueAt), "invoicerMgtKey": d.Key, "interOPYN": true, "eventType": eventType, "eventDT": stamp(at),
	}
	if !d.SentAt.IsZero() {
		said["ntssendDT"], said["ntsresultDT"], said["ntssendErrCode"] = stamp(d.SentAt), stamp(d.StateAt), d.Result
	}
	e.Body, _ = json.Marshal(said) // strings, numbers and a bool
	s.state.Events = append(s.state.Events, e)
	s.dirty = true
}

// Tick brings every document to where the clock says it is and delivers the webhooks that are due. It returns how many
// were delivered. A webhook that the receiver did not take comes again after five minutes, four times in all.
// Tick may be called from one goroutine at a time; the receiver may call the provider.
func (s *Simulator) Tick(ctx context.Context) (int, error) {
	s.mu.Lock()
	s.catchUp()
	due := s.takeDue(s.now())
	copies := max(s.mixed.copies, 1)
	err := s.save()
	s.mu.Unlock()
	if err != nil || s.opts.Deliver == nil {
		return 0, err
	}
	delivered := 0
	for _, e := range due {
		if s.deliver(ctx, e, copies) {
			delivered++
		}
	}
	return delivered, nil
}

// takeDue lists the due webhooks and counts this sending: one that a crash interrupts comes again, as from Popbill.
func (s *Simulator) takeDue(now time.Time) []*event {
	var due []*event
	for _, e := range s.state.Events {
		if now.Before(e.DueAt) {
			continue
		}
		e.Sends++
		e.DueAt = now.Add(webhookPause)
		s.dirty = true
		due = append(due, e)
	}
	if s.mixed.backward {
		slices.Reverse(due)
	}
	return due
}

func (s *Simulator) deliver(ctx context.Context, e *event, copies int) bool {
	header := http.Header{}
	header.Set("Content-Type", "application/json;charset=utf-8")
	header.Set("Pb-Webhook-Type", "TAXINVOICE.STATE")
	header.Set("Pb-Webhook-MID", e.ID)
	header.Set("Pb-Webhook-Corpnum", e.CorpNum)
	header.Set("Pb-Webhook-EventType", e.Type)
	taken := false
	for range copies {
		if err := s.opts.Deliver(ctx, header.Clone(), append([]byte(nil), e.Body...)); err == nil {
			taken = true
		}
	}
	if taken || e.Sends >= sendsOfWebhook {
		s.forget(e)
	}
	return taken
}

func (s *Simulator) forget(e *event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.state.Events = slices.DeleteFunc(s.state.Events, func(other *event) bool { return other == e })
	s.dirty = true
	_ = s.save() // the next change saves it too; a webhook that comes once more is Popbill's way
}
