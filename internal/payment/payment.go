// Package payment is one try to collect an invoice's balance by card, from intent to slip, and the cards it is tried on.
//
// Who uses it: receivables charges, follows and refunds payments; customers and staff look at them. It owns the id of a
// payment, its states and which may follow which, its attempts, the cards of a customer, the tax inside a payment, the
// inbox of webhooks and the work-list of what a person must look at. It does not own the invoice's balance (invoice),
// postings (books), the provider's protocol (a client) or when anything is called (receivables).
//
// Invariants:
//   - a payment id is made of the invoice and the run and is never used for anything else; the provider lets at most one
//     attempt under it succeed, so an unknown outcome is asked for by it and never tried again under another;
//   - an attempt is written down with its key and the hash of its whole request before anything is called;
//   - states only move forward: what the provider reported as paid is never taken for declined again, and money that
//     comes back is a cancellation beside the payment, never a smaller payment;
//   - no card number is ever held: a card is a sealed billing key and the masked number that the provider shows.
package payment

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"jeongsan/internal/calendar"
	"jeongsan/internal/fault"
	"jeongsan/internal/invoice"
	"jeongsan/internal/money"
)

// State is how far a payment has come.
type State string

const (
	// Sent: the attempt is committed; the provider may or may not have heard of it. There is no state before it, since
	// a crash between the commit and the call cannot be told from one after the call.
	Sent     State = "sent"
	Pending  State = "pending"  // the provider has it and decides later
	Unknown  State = "unknown"  // the answer was lost; asked for by the ladder
	InDoubt  State = "in-doubt" // the ladder ended, or the provider says another amount: a person must look
	Declined State = "declined" // surely nothing was taken: terminal, the next run may begin

	Succeeded       State = "succeeded"
	PartlyCancelled State = "partly-cancelled" // a part went back to the card
	Cancelled       State = "cancelled"        // all of it went back
)

// Open reports whether the outcome is not known: nothing else may take money for the invoice.
func (s State) Open() bool { return s == Sent || s == Pending || s == Unknown || s == InDoubt }

// Paid reports whether the card was charged, whatever went back since.
func (s State) Paid() bool { return s == Succeeded || s == PartlyCancelled || s == Cancelled }

// Text is the state as screens show it.
func (s State) Text() fault.Text {
	switch s {
	case Sent, Pending:
		return fault.T("결제 중", "being charged")
	case Unknown:
		return fault.T("결과 확인 중", "outcome being asked for")
	case InDoubt:
		return fault.T("확인 필요", "in doubt")
	case Declined:
		return fault.T("결제 실패", "declined")
	case Succeeded:
		return fault.T("결제 완료", "paid")
	case PartlyCancelled:
		return fault.T("부분 취소", "partly cancelled")
	}
	return fault.T("결제 취소", "cancelled")
}

// Payment is one run at an invoice's balance. Amounts are in won.
type Payment struct {
	ID       string         `json:"id"`
	Invoice  string         `json:"invoice"` // number of the invoice it was begun for
	Customer string         `json:"customer"`
	Month    calendar.Month `json:"month"`
	Run      int            `json:"run"`
	Day      calendar.Date  `json:"day,omitzero"` // the regular day it belongs to (CF-02); zero when a person ordered it
	Channel  string         `json:"channel"`      // the provider's channel key

	Amount  money.Amount `json:"amount"` // supply + VAT
	Supply  money.Amount `json:"supply"`
	VAT     money.Amount `json:"vat"`
	TaxFree money.Amount `json:"tax_free"` // the part of the supply that is exempt (면세)

	State    State      `json:"state"`
	Attempts []Attempt  `json:"attempts"` // one for each card, in the order tried
	Reason   fault.Text `json:"reason,omitzero"`

	Slip          Slip             `json:"slip,omitzero"`
	Applied       money.Amount     `json:"applied"`            // what of it paid the invoice
	Suspended     money.Amount     `json:"suspended"`          // what of it the invoice no longer owed, kept as suspense (가수금)
	Evidence      invoice.Evidence `json:"evidence,omitempty"` // by_tax_invoice: the slip is marked as no evidence for a deduction
	Cancellations []Cancellation   `json:"cancellations,omitempty"`
	Refund        *Refund          `json:"refund,omitempty"`  // ordered and not known to be done
	Refunds       int              `json:"refunds,omitempty"` // how many were ever ordered, whatever became of them

	Asked   int       `json:"asked,omitempty"` // how often the open outcome was asked for
	Ask     time.Time `json:"ask,omitzero"`    // when it is asked for next
	Created time.Time `json:"created"`
	Settled time.Time `json:"settled,omitzero"` // when it became known whether it was paid
}

// Attempt is one call for one card.
type Attempt struct {
	Key         string    `json:"key"`  // idempotency key: the same for each repetition of this attempt
	Hash        string    `json:"hash"` // SHA-256, hex, of the whole request
	Method      string    `json:"method"`
	Card        Card      `json:"card"` // as it was when it was charged
	Sent        time.Time `json:"sent"`
	Repeated    time.Time `json:"repeated"`              // when it was last sent again; zero when it was sent once
	Transaction string    `json:"transaction,omitempty"` // the provider's id of the attempt that failed or paid
	Decline     *Decline  `json:"decline,omitempty"`
}

// Once reports whether it was sent a single time, so that a refusal of that call says all there is to say.
func (a Attempt) Once() bool { return a.Repeated.IsZero() }

// Slip is the card slip (매출전표).
type Slip struct {
	Approval string    `json:"approval,omitempty"` // 승인번호
	Receipt  string    `json:"receipt,omitempty"`  // address of the slip
	PaidAt   time.Time `json:"paid_at,omitzero"`
}

// Cancellation is money that went back to the card, with the tax in it as the provider says.
type Cancellation struct {
	ID      string       `json:"id"` // the provider's
	Amount  money.Amount `json:"amount"`
	VAT     money.Amount `json:"vat"`      // without a currency: the provider did not say
	TaxFree money.Amount `json:"tax_free"` // as VAT
	Reason  string       `json:"reason,omitempty"`
	At      time.Time    `json:"at"`
}

// Refund is an order to give money back.
type Refund struct {
	Key    string       `json:"key"`    // idempotency key
	Amount money.Amount `json:"amount"` // of which
	VAT    money.Amount `json:"vat"`
	Exempt money.Amount `json:"exempt"`
	Left   money.Amount `json:"left"` // what could be cancelled when it was ordered: the lock
	Reason string       `json:"reason"`
	By     string       `json:"by"`
	Sent   time.Time    `json:"sent"`
	// Repeated is when it was last sent again; zero when it was sent once.
	Repeated time.Time `json:"repeated"`
	// Taken is the provider's id of the cancellation by which it works on the order; "" while it is not known to.
	Taken string `json:"taken,omitempty"`
}

// Once reports whether it was sent a single time.
func (r Refund) Once() bool { return r.Repeated.IsZero() }

// by reports whether the cancellation is this order's.
func (r Refund) by(c Cancellation) bool {
	return r.Taken == c.ID || r.Taken == "" && r.Amount == c.Amount
}

const maxID = 40 // the shortest limit of the gateways behind the provider; one of them cuts silently there

// ID makes the id of the nth run (from 1) at an invoice: HANBIT-202610-C0007-1-p1.
func ID(number string, run int) (string, error) {
	id := fmt.Sprintf("%s-p%d", number, run)
	if _, err := ParseID(id); err != nil {
		return "", err
	}
	return id, nil
}

// Reference is what an id says.
type Reference struct {
	Invoice invoice.Reference
	Number  string
	Run     int
}

var runForm = regexp.MustCompile(`^(.+)-p([1-9]\d{0,4})$`)

// ParseID reads an id. One that is longer than the gateways take, or of another form, is fault.Invalid.
func ParseID(id string) (Reference, error) {
	bad := fault.Invalidf("payment_id", fault.T("결제번호 %.60q의 형식이 올바르지 않습니다(예: HANBIT-202610-C0007-1-p1).", "The payment id %.60q is malformed (e.g. HANBIT-202610-C0007-1-p1).", id))
	parts := runForm.FindStringSubmatch(id)
	if parts == nil || len(id) > maxID {
		return Reference{}, bad
	}
	ref, err := invoice.ParseNumber(parts[1])
	if err != nil {
		return Reference{}, bad.Because(err)
	}
	run, err := strconv.Atoi(parts[2])
	if err != nil || strings.ToUpper(parts[1]) != parts[1] || strings.TrimSpace(parts[1]) != parts[1] {
		return Reference{}, bad
	}
	return Reference{ref, parts[1], run}, nil
}

// Last is the attempt whose outcome is open, or that decided the payment.
func (p Payment) Last() Attempt { return p.Attempts[len(p.Attempts)-1] }

// AttemptKey is the idempotency key of the attempt that follows those there are. It is never shorter than 16 characters.
func (p Payment) AttemptKey() string { return fmt.Sprintf("%s-a%d", p.ID, len(p.Attempts)+1) }

// Try is the payment with one attempt more, about to be sent.
func (p Payment) Try(a Attempt) Payment {
	p.Attempts = append(append([]Attempt(nil), p.Attempts...), a)
	p.State, p.Asked, p.Ask, p.Reason = Sent, 0, a.Sent.Add(ladder[0]), fault.Text{}
	return p
}

// DeclinedAsOurs reports whether it came to nothing for a fault of ours, of which the card knows nothing.
func (p Payment) DeclinedAsOurs() bool {
	d := p.Last().Decline
	return p.State == Declined && d != nil && d.Class == Ours
}

// Tried reports whether the card was tried in this run.
func (p Payment) Tried(method string) bool {
	for _, a := range p.Attempts {
		if a.Method == method {
			return true
		}
	}
	return false
}

// Left is what can still be given back, with the VAT in it: nothing of a payment that was not paid. Each cancellation
// took the VAT that the provider says, or where it does not say its part by PartRule; the last one takes the rest.
func (p Payment) Left() (Sum, error) {
	return p.left(p.VAT, func(c Cancellation) money.Amount { return c.VAT })
}

// LeftExempt is Left with its tax-free part (면세) in the place of the VAT.
func (p Payment) LeftExempt() (Sum, error) {
	return p.left(p.TaxFree, func(c Cancellation) money.Amount { return c.TaxFree })
}

// left is what the cancellations left of the amount and of a share of it.
func (p Payment) left(share money.Amount, of func(Cancellation) money.Amount) (Sum, error) {
	zero := money.Zero(p.Amount.Currency())
	if !p.State.Paid() {
		return Sum{zero, zero, zero}, nil
	}
	left, err := sumOf(p.Amount, share)
	for _, c := range p.Cancellations {
		if err != nil {
			return Sum{}, err
		}
		part, partErr := left.Said(c.Amount, of(c))
		if partErr != nil {
			return Sum{}, partErr
		}
		left, err = left.Without(part)
	}
	return left, err
}

// RefundKey is the idempotency key of the next order. It is counted by orders, not by cancellations: one that the provider
// refused has used its key up, since another request under it would be answered with the old refusal.
func (p Payment) RefundKey() string {
	return fmt.Sprintf("%s-c%d", p.ID, max(p.Refunds, len(p.Cancellations))+1)
}
