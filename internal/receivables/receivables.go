// Package receivables is the flows by which an MSP gets its money from cards: register a channel and cards, charge on
// the regular day, follow what became of each charge, book what the provider says, give money back, reconcile.
//
// Who uses it: schedules and queue workers order and follow charges, the webhook function hands deliveries in, staff
// charge, refund and look into the work-list. A flow reads, asks the nouns what follows, calls the provider and commits,
// always in the order of the design: intent, call, question, outcome. It does not own states (payment), what is owed
// (invoice), postings (books) or the provider's protocol (a Gateway).
//
// Invariants:
//   - nothing is charged or given back that was not committed before, under a key made of what it is for;
//   - no outcome is taken from the answer of a charge or from a webhook: the provider's record is read, and applied by one
//     commit that moves payment, invoice, books, card, timer and audit together;
//   - while an outcome is not known, the invoice is reserved and nothing else charges it; it is asked for, repeated only
//     under the same id and key, and in the end left to a person, never begun anew;
//   - money that reaches us is never lost: what no invoice owes is suspense with a row on the work-list;
//   - money that went back to a card is not taken again by itself: ChargeDue leaves such an invoice to a person, who can
//     still order Charge;
//   - a payment under one of our ids that another MSP made is never booked here: charges carry our mark.
package receivables

import (
	"context"
	"errors"
	"time"

	"jeongsan/internal/calendar"
	"jeongsan/internal/fault"
	"jeongsan/internal/journal"
	"jeongsan/internal/money"
	"jeongsan/internal/payment"
	"jeongsan/internal/secret"
	"jeongsan/internal/store"
	"jeongsan/internal/tenant"
)

// Outcome is what a provider answers to a charge. It decides nothing by itself: Find does.
type Outcome string

const (
	Succeeded Outcome = "succeeded"
	Declined  Outcome = "declined" // by the gateway or the issuer
	Refused   Outcome = "refused"  // by the provider, before any gateway heard of it: surely nothing was charged
	Pending   Outcome = "pending"  // it is being worked on
	Unknown   Outcome = "unknown"  // no answer, or none that says
)

// Answer is a provider's answer to a charge.
type Answer struct {
	Outcome Outcome
	Decline payment.Decline // of Refused
}

// ChargeRequest is one attempt. The same request is sent byte by byte whenever the attempt is repeated.
type ChargeRequest struct {
	Payment  string
	Key      string // idempotency key
	Channel  string
	Card     string // billing key
	Order    string // what the slip says was bought; at most 40 bytes
	Customer string // its id: gateways show it
	Amount   money.Amount
	VAT      money.Amount // explicit, also when it is nothing
	TaxFree  money.Amount // explicit, also when it is nothing
	Mark     string       // who charges: the provider keeps it with the payment (payment.Fact.Mark)
}

// RefundRequest is one cancellation, whole or in part.
type RefundRequest struct {
	Payment string
	Key     string // idempotency key
	Amount  money.Amount
	VAT     money.Amount
	TaxFree money.Amount
	Left    money.Amount // what can be cancelled as we know it: the provider refuses when it knows otherwise
	Reason  string
	Again   bool // it was sent before: that the gateway cannot cancel may then mean that it did
}

// Gateway is one channel at a payment provider, in our words. Errors are faults: Unavailable, nothing happened or nobody
// can answer now; UnknownOutcome, it may have happened; NotFound, there is no such thing in this shop; any other, it
// was refused and surely did not happen.
type Gateway interface {
	// Prove makes a call that changes nothing, to see that shop and secret belong together.
	Prove(ctx context.Context) error
	// Card reads what the provider knows of a billing key.
	Card(ctx context.Context, billingKey string) (payment.Registration, error)
	// Forget deletes a billing key; one that is gone already is done.
	Forget(ctx context.Context, billingKey string) error
	// Charge makes one attempt. An error is the cause of Unknown.
	Charge(ctx context.Context, q ChargeRequest) (Answer, error)
	// Find reads a payment; fault.NotFound when the provider has none.
	Find(ctx context.Context, paymentID string) (payment.Fact, error)
	// Refund cancels; nil is no success yet, since it can be decided later: Find tells.
	Refund(ctx context.Context, q RefundRequest) error
	// Payments yields every payment that was begun or changed in from ≤ time < until; what cannot be read comes as an error
	// naming it and ends nothing else.
	Payments(ctx context.Context, from, until time.Time) ([]payment.Fact, error)
}

// Verifier proves a webhook by the secrets that are valid now, newest first, on its raw body and headers, and reads what
// it is about. It keeps the time of signatures by itself. Its faults are the answers to whoever called.
type Verifier func(secrets []string, headers map[string][]string, body []byte) (payment.Hint, error)

// Desk holds what the flows work with. All fields are required.
type Desk struct {
	journal.Journal
	Secrets secret.Keeper
	Verify  Verifier
	// Gateway opens a channel; the secret was unsealed by the desk.
	Gateway func(ctx context.Context, t store.Tenant, c tenant.CardChannel, apiSecret string) (Gateway, error)
}

// The due work that these flows leave in the outbox and as timers.
const (
	JobCharge = "payment.charge" // payload Work: an invoice is due for its card
	JobAsk    = "payment.ask"    // payload About: a timer, an open outcome is to be asked for
	JobApply  = "payment.apply"  // payload About: a webhook said that a payment changed
	JobCard   = "payment.card"   // payload AboutCard: a webhook said that a card changed
)

// About is the payload of work on one payment.
type About struct {
	Payment string `json:"payment"`
}

// AboutCard is the payload of work on one card.
type AboutCard struct {
	Customer string `json:"customer"`
	Method   string `json:"method"`
}

// gateway opens the tenant's channel.
func (d *Desk) gateway(ctx context.Context, t store.Tenant) (Gateway, tenant.CardChannel, error) {
	c, _, err := tenant.LoadChannel(ctx, d.Store, t)
	if fault.Is(err, fault.NotFound) {
		return nil, c, fault.New(fault.Conflict, noChannel).Because(errNoChannel)
	}
	if err != nil {
		return nil, c, err
	}
	plain, err := d.Secrets.Open(ctx, secret.Scope{Tenant: t, Purpose: c.SecretPurpose()}, c.SealedSecret)
	if err != nil {
		return nil, c, err
	}
	g, err := d.Gateway(ctx, t, c, string(plain))
	return g, c, err
}

// now is the time as documents keep it.
func (d *Desk) now() time.Time { return d.Clock.Now().UTC().Truncate(time.Second) }

// lost reports whether a commit was refused because somebody else had written in between.
func lost(err error) bool {
	var failed *store.ConditionFailed
	return errors.As(err, &failed)
}

// tries bounds how often a step is decided anew after it lost to somebody else's.
const tries = 6

// won is no money: the currency in which customers are billed.
var won = money.Zero(money.KRW)

// dayOf is the day in the books of a moment, today when there is none.
func (d *Desk) dayOf(at time.Time) calendar.Date {
	if at.IsZero() {
		return d.Today()
	}
	return calendar.DateOf(at)
}
