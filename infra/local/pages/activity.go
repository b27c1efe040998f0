package pages

import (
	"encoding/json"
	"slices"
	"sync"
	"time"

	"jeongsan/internal/app"
	"jeongsan/internal/due"
	"jeongsan/internal/fault"
)

const (
	keptEvents   = 40
	keptFailures = 20
	mergeWithin  = 8 // newest events among which steps of one firing are looked for: jobs overlap
)

// Activity remembers what was done lately, for the clock's page. It lives as long as the process; it is safe for
// concurrent use.
type Activity struct {
	now func() time.Time

	mu       sync.Mutex
	events   []Event // newest first
	failures []Failure
}

// Event is the steps of one job that belong to one firing.
type Event struct {
	Job    string
	At     time.Time // the firing's time, or when the first step was done
	Done   int
	Failed int
}

// Failure is one step that failed; the queue brings it again until it is dead.
type Failure struct {
	Job     string
	At      time.Time
	Subject string
	Text    fault.Text
}

// NewActivity makes an empty one; now is the stack's clock.
func NewActivity(now func() time.Time) *Activity { return &Activity{now: now} }

// Observe takes the report of one handled message; it is made for app.App.Observe. A sweep that went well is not
// kept: there is one a minute.
func (a *Activity) Observe(d app.Done) {
	if d.Message.Job == app.Sweep && d.Err == nil {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	e := a.event(d.Message)
	if d.Err == nil {
		e.Done++
		return
	}
	e.Failed++
	f := Failure{Job: d.Message.Job, At: a.now(), Subject: subject(d.Message), Text: fault.TextOf(d.Err)}
	a.failures = kept(slices.Insert(a.failures, 0, f), keptFailures)
}

// event is the one that a message belongs to, a new one if need be.
func (a *Activity) event(m due.Message) *Event {
	at := m.Scheduled
	if at.IsZero() {
		at = a.now().Truncate(time.Minute)
	}
	for i := range a.events[:min(mergeWithin, len(a.events))] {
		if e := &a.events[i]; e.Job == m.Job && e.At.Equal(at) {
			return e
		}
	}
	a.events = kept(slices.Insert(a.events, 0, Event{Job: m.Job, At: at}), keptEvents)
	return &a.events[0]
}

func kept[T any](xs []T, n int) []T { return xs[:min(n, len(xs))] }

// Events lists what was done, newest first.
func (a *Activity) Events() []Event {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.events)
}

// Failures lists what failed, newest first.
func (a *Activity) Failures() []Failure {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.failures)
}

// subject names what a message is about, as far as its payload says.
func subject(m due.Message) string {
	var p struct{ Account, Customer, Month string }
	if json.Unmarshal(m.Payload, &p) != nil {
		return ""
	}
	out := ""
	for _, part := range []string{p.Account, p.Customer, p.Month} {
		if part != "" && out != "" {
			out += " · "
		}
		out += part
	}
	return out
}
