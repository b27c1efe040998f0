// Package portone is a stand-in for PortOne V2: registered cards, charges, cancellations, listings and signed webhooks.
//
// It speaks the real protocol over HTTP and refuses what the real service refuses: a wrong secret, another store's ids,
// parts above the total, a second success under one payment id, a broken cancellation lock, a repeated idempotency key
// while the first request runs. Cards decline as they were told to. It can be told to misbehave. It imports nothing of
// the client it is tested against: bodies, headers and signatures are written a second time here.
//
// Invariants: at most one try under a payment id ever succeeds; a change is handed to Options.Save before its answer is
// sent; the same calls at the same clock give the same bytes (ids are digests, not chance); it is safe for concurrent use.
//
// It stands for the browser window with IssueBillingKey and PutPayment, so no card number ever reaches it: a body that
// holds one is refused. What PortOne does not document is marked "guess" where it is decided. Used by infra/local, by
// tests of flows and by infra/contract/portone.
package portone

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
	"sync"
	"time"
)

// Store is a merchant's store (상점) with its secret and its contracts with gateways.
type Store struct {
	ID            string
	MerchantID    string
	Secret        string // V2 API secret
	WebhookSecret string // "whsec_" and base64
	WebhookURL    string
	Channels      []Channel
}

// Channel is a contract with a gateway.
type Channel struct {
	Key      string
	Name     string
	Provider string // "TOSSPAYMENTS"; decline codes are the caller's to choose
	MID      string // the merchant's id at the gateway
}

// Options make a simulator.
type Options struct {
	Now    func() time.Time // required
	Stores []Store

	// Deliver posts one webhook and says whether it was answered 2xx; see DeliverWebhooks. nil: webhooks only queue up.
	Deliver func(Webhook) bool
	// Save is given every change as one line of a journal, to be appended to what was given before. It is called
	// before the change is answered, never twice at once, and must not call the simulator. nil: nothing is kept.
	Save func(line []byte)

	MaxTries int // under one payment id; 0: 20, a guess

	// RequestedStays: what a cancellation was only requested of can still be cancelled. Which of the two PortOne does is
	// not documented; a client must come to no harm either way.
	RequestedStays bool
}

const defaultTries = 20

// Simulator is the provider: an http.Handler.
type Simulator struct {
	now      func() time.Time
	deliver  func(Webhook) bool
	save     func([]byte)
	maxTries int
	stays    bool // Options.RequestedStays
	bySecret map[string]*Store

	mu       sync.Mutex
	state    state
	inFlight map[string]bool // by store and idempotency key
	rules    []*rule
	calls    []Call
	mis      Misdelivery
}

// New checks the options.
func New(o Options) (*Simulator, error) {
	if o.Now == nil {
		return nil, fmt.Errorf("the simulated provider needs a clock")
	}
	s := &Simulator{now: o.Now, deliver: o.Deliver, save: o.Save, maxTries: o.MaxTries, stays: o.RequestedStays, bySecret: map[string]*Store{}, state: newState(), inFlight: map[string]bool{}}
	if s.maxTries == 0 {
		s.maxTries = defaultTries
	}
	for _, store := range o.Stores {
		if err := s.add(store); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func (s *Simulator) add(store Store) error {
	if store.ID == "" || store.Secret == "" {
		return fmt.Errorf("store %q needs an id and a secret", store.ID)
	}
	if _, err := signingKey(store.WebhookSecret); err != nil {
		return fmt.Errorf("store %s: %w", store.ID, err)
	}
	if s.bySecret[store.Secret] != nil || s.storeNamed(store.ID) != nil {
		return fmt.Errorf("store %s or its secret is declared twice", store.ID)
	}
	if len(store.Channels) == 0 {
		return fmt.Errorf("store %s has no channel", store.ID)
	}
	s.bySecret[store.Secret] = &store
	return nil
}

func (s *Simulator) storeNamed(id string) *Store {
	for _, store := range s.bySecret {
		if store.ID == id {
			return store
		}
	}
	return nil
}

func (st *Store) channel(key string) (Channel, bool) {
	for _, c := range st.Channels {
		if c.Key == key {
			return c, true
		}
	}
	return Channel{}, false
}

func signingKey(secret string) ([]byte, error) {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil || len(key) == 0 {
		return nil, fmt.Errorf("the webhook secret must be whsec_ and base64")
	}
	return key, nil
}

// identifier has the form of a UUID and depends on nothing but its parts.
func identifier(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	x := hex.EncodeToString(sum[:16])
	return x[:8] + "-" + x[8:12] + "-" + x[12:16] + "-" + x[16:20] + "-" + x[20:]
}

// digits are n decimal digits that depend on nothing but the parts.
func digits(n int, parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	out := make([]byte, n)
	for i := range out {
		out[i] = '0' + sum[i]%10
	}
	return string(out)
}

const stamp = "2006-01-02T15:04:05.000Z"

func rfc3339(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(stamp)
}
