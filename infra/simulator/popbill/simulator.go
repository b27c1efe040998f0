// Package popbill is a stand-in for Popbill (팝빌) and its token service Linkhub: tax invoices, certificates, points,
// closed-down numbers and webhooks, over HTTP, on one port for both hosts.
//
// It refuses what the real service refuses, with the real error numbers: a wrong or old signature, a token of another
// product, every rule of Popbill's error list about a document that is 정발행, amendments before their original has
// reached the tax office, a missing certificate, too few points. Documents move on by a clock that the caller owns: at
// 15:00 of the business day after issue they go to the tax office. It can be told to misbehave (see On), and shows an
// auditor all that was ever issued (see Documents). It imports nothing of the client it is tested against.
//
// Invariants: a key belongs to at most one living document; a document that was issued is never forgotten, even when it
// is deleted; approval numbers are never given twice; what was answered is saved before it is answered. It is safe for
// concurrent use.
//
// What the provider does not document is marked "guess" where it is decided. Reverse and entrusted issue (역발행,
// 위수탁) are not simulated. Used by infra/local and by tests.
package popbill

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"sync"
	"time"

	"jeongsan/internal/calendar"
)

// Options is what there is at the provider, and how it is reached.
type Options struct {
	// Now is the clock of business: dates, deadlines, the way to the tax office. Required.
	Now func() time.Time
	// Wall is the clock of signatures, tokens and page addresses; nil is time.Now.
	Wall func() time.Time

	LinkID    string
	SecretKey string // Base64, as Linkhub gives it

	Members    []Member
	Businesses []Business // numbers that are something else than open

	// AnyBusinessNumber takes numbers with a wrong check digit, as those of Popbill's own examples have.
	AnyBusinessNumber bool

	// PublicURL is where the pages are reached; "" is the host that a request was sent to.
	PublicURL string

	// Deliver sends one webhook; nil sends none. It is called by Tick only, one at a time.
	Deliver func(ctx context.Context, header http.Header, body []byte) error
	// Save is given the whole state after each change, before the change is answered; nil keeps it in memory.
	// It is called under a lock: it must not call back.
	Save func(state []byte) error
}

// Member is a company that joined Popbill under the partner.
type Member struct {
	CorpNum     string
	CorpName    string
	Points      int64 // each issue costs UnitCost
	Certificate Certificate
	SendsAtOnce bool // the setting of Popbill's site: to the tax office at issue instead of on the next business day
}

// Certificate is what the member registered. The zero value is none.
type Certificate struct {
	Expires time.Time
	Revoked bool
}

// Business is a number at the tax office.
type Business struct {
	CorpNum string
	State   int    // 0 not registered, 1 open, 2 closed, 3 suspended
	TaxType int    // 10 일반, 20 면세, 30 간이, 31 간이 that issues tax invoices, 40 비영리
	Since   string // yyyyMMdd of the closing or suspension
}

// UnitCost is what one issue costs, in points (guess).
const UnitCost = 100

// Simulator is the provider: an http.Handler for both of its hosts.
type Simulator struct {
	opts Options
	key  []byte
	days calendar.BusinessCalendar

	mu         sync.Mutex
	state      state
	dirty      bool                 // changed since it was saved
	byKey      map[docKey]*document // living documents
	underway   map[*document]bool   // those that the clock moves
	rules      []*rule
	attempts   map[string]int
	calls      []Call
	generation int // of tokens
	mixed      mixing
}

// New checks the options.
func New(o Options) (*Simulator, error) {
	key, err := base64.StdEncoding.DecodeString(o.SecretKey)
	switch {
	case o.Now == nil:
		return nil, fmt.Errorf("the simulated Popbill needs a clock")
	case o.LinkID == "" || err != nil || len(key) == 0:
		return nil, fmt.Errorf("the simulated Popbill needs a LinkID and a SecretKey in Base64")
	}
	if o.Wall == nil {
		o.Wall = time.Now
	}
	s := &Simulator{opts: o, key: key, days: calendar.Korea(), attempts: map[string]int{}}
	s.state = state{rest: rest{Members: map[string]*Member{}, Businesses: map[string]Business{}, Rejections: map[string]string{}}}
	s.index()
	for _, m := range o.Members {
		s.state.Members[m.CorpNum] = &m
	}
	for _, b := range o.Businesses {
		s.state.Businesses[b.CorpNum] = b
	}
	return s, nil
}

// SetMember adds or replaces a member: other points, another certificate.
func (s *Simulator) SetMember(m Member) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.state.Members[m.CorpNum], s.dirty = &m, true
}

// SetBusiness says what the tax office knows of a number from now on.
func (s *Simulator) SetBusiness(b Business) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.state.Businesses[b.CorpNum], s.dirty = b, true
}

// RejectAtNTS has the tax office refuse the document of this key ("" for every document) with a code such as ERR002.
func (s *Simulator) RejectAtNTS(mgtKey, code string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.state.Rejections[mgtKey], s.dirty = code, true
}

func (s *Simulator) now() time.Time { return s.opts.Now().In(calendar.Seoul) }
