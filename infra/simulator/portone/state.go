package portone

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// state is all that survives a restart.
type state struct {
	keys     map[string]*billingKey
	payments map[string]*payment // by store and payment id
	answers  map[string]*answer  // by store and idempotency key
	webhooks map[string]*webhook // by webhook id
}

func newState() state {
	return state{keys: map[string]*billingKey{}, payments: map[string]*payment{}, answers: map[string]*answer{}, webhooks: map[string]*webhook{}}
}

// change is one line of the journal: records as they are from now on. It is applied whole or not at all.
type change struct {
	Keys     []*billingKey `json:"keys,omitempty"`
	Payments []*payment    `json:"payments,omitempty"`
	Answers  []*answer     `json:"answers,omitempty"`
	Webhooks []*webhook    `json:"webhooks,omitempty"`
}

type billingKey struct {
	Key     string    `json:"key"`
	Store   string    `json:"store"`
	Issue   Issue     `json:"issue"`
	Issued  time.Time `json:"issued"`
	Deleted time.Time `json:"deleted,omitzero"`
	Tries   int       `json:"tries,omitempty"` // charges tried so far
	Spent   int64     `json:"spent,omitempty"` // charged and not given back
}

type payment struct {
	Store    string         `json:"store"`
	ID       string         `json:"id"`
	Status   string         `json:"status"`
	Changed  time.Time      `json:"changed"`
	Tries    []try          `json:"tries"`
	Cancels  []cancellation `json:"cancels,omitempty"`
	Webhooks int            `json:"webhooks,omitempty"` // sent about it so far
}

// try is one attempt to pay; of a payment the last one counts, and no other can follow a success.
type try struct {
	Transaction string    `json:"transaction"`
	Key         string    `json:"key,omitempty"`
	Channel     string    `json:"channel"`
	OrderName   string    `json:"orderName"`
	CustomData  string    `json:"customData,omitempty"`
	Customer    customer  `json:"customer"`
	Currency    string    `json:"currency"`
	Total       int64     `json:"total"`
	TaxFree     int64     `json:"taxFree"`
	VAT         int64     `json:"vat"`
	NoticeURLs  []string  `json:"noticeUrls,omitempty"`
	At          time.Time `json:"at"`
	Succeeded   bool      `json:"succeeded"`
	Code        string    `json:"code,omitempty"` // of the gateway, when declined
	Message     string    `json:"message,omitempty"`
}

func (p *payment) last() try { return p.Tries[len(p.Tries)-1] }

func (p *payment) paid() bool {
	return slices.ContainsFunc(p.Tries, func(t try) bool { return t.Succeeded })
}

type cancellation struct {
	ID        string    `json:"id"`
	Status    string    `json:"status"`
	Total     int64     `json:"total"`
	TaxFree   int64     `json:"taxFree"`
	VAT       int64     `json:"vat"`
	Reason    string    `json:"reason"`
	Requested time.Time `json:"requested"`
	Done      time.Time `json:"done,omitzero"`
}

// left is what can still be cancelled. What is only requested is as good as gone, unless it stays (Options.RequestedStays).
func (p *payment) left(stays bool) (total, taxFree, vat int64) {
	t := p.last()
	total, taxFree, vat = t.Total, t.TaxFree, t.VAT
	for _, c := range p.Cancels {
		if c.Status == cancelSucceeded || c.Status == cancelRequested && !stays {
			total, taxFree, vat = total-c.Total, taxFree-c.TaxFree, vat-c.VAT
		}
	}
	return total, taxFree, vat
}

// cancelled is what has been given back.
func (p *payment) cancelled() (total, taxFree int64) {
	for _, c := range p.Cancels {
		if c.Status == cancelSucceeded {
			total, taxFree = total+c.Total, taxFree+c.TaxFree
		}
	}
	return total, taxFree
}

// answer is what was said to an idempotency key.
type answer struct {
	Store   string          `json:"store"`
	Key     string          `json:"key"`
	Request string          `json:"request"` // digest of method, path and body
	At      time.Time       `json:"at"`
	Status  int             `json:"status"`
	Body    json.RawMessage `json:"body"`
}

func at(store, id string) string { return store + "\x00" + id }

// commit applies a change and hands it to Save. The lock is held.
func (s *Simulator) commit(c change) {
	s.state.apply(c)
	if s.save == nil {
		return
	}
	s.save(line(c))
}

func line(c change) []byte {
	encoded, err := json.Marshal(c)
	if err != nil {
		panic(err) // records are strings, numbers and times
	}
	return append(encoded, '\n')
}

func (st *state) apply(c change) {
	for _, k := range c.Keys {
		st.keys[k.Key] = k
	}
	for _, p := range c.Payments {
		st.payments[at(p.Store, p.ID)] = p
	}
	for _, a := range c.Answers {
		st.answers[at(a.Store, a.Key)] = a
	}
	for _, w := range c.Webhooks {
		st.webhooks[w.ID] = w
	}
}

// Restore replaces the state by what a journal says: the lines given to Save, in their order, or a Snapshot. A last line
// that was cut off, as a crash leaves it, is dropped: its change was never answered.
func (s *Simulator) Restore(journal []byte) error {
	restored := newState()
	for n := 1; len(journal) > 0; n++ {
		one, rest, whole := bytes.Cut(journal, []byte("\n"))
		if !whole {
			break
		}
		var c change
		if err := json.Unmarshal(one, &c); err != nil {
			return fmt.Errorf("line %d of the journal: %w", n, err)
		}
		restored.apply(c)
		journal = rest
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.state = restored
	return nil
}

// Snapshot is the state as a journal of one line.
func (s *Simulator) Snapshot() []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return line(change{Keys: ordered(s.state.keys), Payments: ordered(s.state.payments), Answers: ordered(s.state.answers), Webhooks: ordered(s.state.webhooks)})
}

// ordered lists the records of a map by their names.
func ordered[T any](m map[string]*T) []*T {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.SortFunc(names, strings.Compare)
	out := make([]*T, len(names))
	for i, name := range names {
		out[i] = m[name]
	}
	return out
}
