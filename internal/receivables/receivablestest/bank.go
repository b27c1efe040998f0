package receivablestest

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"jeongsan/internal/crash"
	"jeongsan/internal/fault"
	"jeongsan/internal/money"
	"jeongsan/internal/payment"
	"jeongsan/internal/receivables"
)

// Bank is a payment provider with the gateways and issuers behind it, as a test decides them. It holds itself to what
// the real one promises: at most one success under a payment id, one answer under an idempotency key, a lock on refunds.
type Bank struct {
	mu       sync.Mutex
	payments map[string]payment.Fact
	tried    map[string]int                // attempts by payment id
	keys     map[string]string             // idempotency key → the request it was used for
	answers  map[string]receivables.Answer // of charges, by key
	refunds  map[string]error              // answers of refunds, by key
	cards    map[string]payment.Registration
	declines map[string]payment.Decline // by billing key; a card without one pays
	broken   []string

	// Slow makes every charge pending until Decide.
	Slow bool
	// SlowRefunds makes every refund pending until DecideRefund.
	SlowRefunds bool
	// Locked makes the bank take nobody's secret.
	Locked bool
	// Skim makes the bank take so much more than it was asked for.
	Skim money.Amount
}

func newBank() *Bank {
	return &Bank{
		payments: map[string]payment.Fact{}, tried: map[string]int{}, keys: map[string]string{}, answers: map[string]receivables.Answer{}, refunds: map[string]error{},
		cards: map[string]payment.Registration{}, declines: map[string]payment.Decline{}, Skim: money.Won(0),
	}
}

func (b *Bank) copy() *Bank {
	b.mu.Lock()
	defer b.mu.Unlock()
	return &Bank{
		payments: maps.Clone(b.payments), tried: maps.Clone(b.tried), keys: maps.Clone(b.keys), answers: maps.Clone(b.answers), refunds: maps.Clone(b.refunds),
		cards: maps.Clone(b.cards), declines: maps.Clone(b.declines), broken: slices.Clone(b.broken), Slow: b.Slow, SlowRefunds: b.SlowRefunds, Locked: b.Locked, Skim: b.Skim,
	}
}

// Issue makes a card usable, registered in the window of the customer.
func (b *Bank) Issue(billingKey, customer string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.cards[billingKey] = payment.Registration{Customer: customer, State: payment.Usable, Card: payment.Card{Kind: "Card", Issuer: "HANA", Brand: "LOCAL", Owner: "CORPORATE", Number: "43301234****123*"}}
}

// Forget deletes a card behind everybody's back.
func (b *Bank) Forget(billingKey string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.cards, billingKey)
}

// Declines makes a card be declined from now on; the zero Decline lets it pay again.
func (b *Bank) Declines(billingKey string, d payment.Decline) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.declines[billingKey] = d; d.Class == "" {
		delete(b.declines, billingKey)
	}
}

// Payment is the bank's record of a payment; the zero Fact when it has none.
func (b *Bank) Payment(id string) payment.Fact {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.payments[id]
}

// Payments are all records in the order of ids.
func (b *Bank) Payments() []payment.Fact {
	b.mu.Lock()
	defer b.mu.Unlock()
	var out []payment.Fact
	for _, id := range slices.Sorted(maps.Keys(b.payments)) {
		out = append(out, b.payments[id])
	}
	return out
}

// Broken lists what was asked of the bank that must never be asked.
func (b *Bank) Broken() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.broken)
}

// Sell makes a payment that nobody here asked for, as another till of the same shop would.
func (b *Bank) Sell(id string, amount money.Amount, at time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.payments[id] = payment.Fact{ID: id, Transaction: id + "-t1", Standing: payment.StandsPaid, Total: amount, VAT: money.Won(0), TaxFree: money.Won(0), Slip: payment.Slip{Approval: "30000001", PaidAt: at}}
}

// Decide ends a pending payment.
func (b *Bank) Decide(id string, standing payment.Standing, at time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	f := b.payments[id]
	if f.Standing = standing; standing == payment.StandsPaid {
		f.Slip = payment.Slip{Approval: approval(b.tried[id]), PaidAt: at}
	} else {
		f.Decline = payment.Decline{Class: payment.Soft, Code: "REJECT_CARD_PAYMENT", Text: fault.T("한도 초과", "over the limit")}
	}
	b.payments[id] = f
}

// Cancel gives back a payment or a part of it, as a person in the provider's console does.
func (b *Bank) Cancel(id string, amount money.Amount, reason string, at time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.cancel(id, payment.Cancellation{Amount: amount, Reason: reason, At: at})
}

func (b *Bank) cancel(id string, c payment.Cancellation) {
	f := b.payments[id]
	c.ID = fmt.Sprintf("%s-x%d", id, len(f.Cancellations)+len(f.Pending)+len(f.Failed)+1)
	if b.SlowRefunds {
		f.Pending = append(slices.Clone(f.Pending), c)
	} else {
		f.Cancellations = append(slices.Clone(f.Cancellations), c)
	}
	b.payments[id] = f
}

// DecideRefund ends the pending cancellations of a payment.
func (b *Bank) DecideRefund(id string, done bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	f := b.payments[id]
	if done {
		f.Cancellations = append(slices.Clone(f.Cancellations), f.Pending...)
	} else {
		f.Failed = append(slices.Clone(f.Failed), f.Pending...)
	}
	f.Pending = nil
	b.payments[id] = f
}

func approval(attempt int) string { return fmt.Sprintf("3000%04d", attempt) }

func (b *Bank) charge(q receivables.ChargeRequest, at time.Time) receivables.Answer {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.Locked {
		return receivables.Answer{Outcome: receivables.Refused, Decline: payment.Decline{Class: payment.Ours, Code: "UNAUTHORIZED", Text: fault.T("키가 거절되었습니다.", "The secret was refused.")}}
	}
	if b.repeated(q.Key, q) {
		return b.answers[q.Key]
	}
	b.answers[q.Key] = b.first(q, at)
	return b.answers[q.Key]
}

// repeated reports whether the key was used before; for another request it never may be.
func (b *Bank) repeated(key string, request any) bool {
	body, err := json.Marshal(request)
	if err != nil {
		panic(err)
	}
	before, used := b.keys[key]
	if used && before != string(body) {
		b.broken = append(b.broken, "key "+key+" was used for another request")
	}
	b.keys[key] = string(body)
	return used && before == string(body)
}

// first answers a request that did not come before.
func (b *Bank) first(q receivables.ChargeRequest, at time.Time) receivables.Answer {
	f, known := b.payments[q.Payment]
	if known && f.Standing == payment.StandsOpen {
		b.broken = append(b.broken, "a second charge of "+q.Payment+" while the first was open")
	}
	if known && f.Standing == payment.StandsPaid {
		b.broken = append(b.broken, "a charge of "+q.Payment+", which was paid")
		return receivables.Answer{Outcome: receivables.Succeeded}
	}
	if _, issued := b.cards[q.Card]; !issued {
		return receivables.Answer{Outcome: receivables.Refused, Decline: payment.Decline{Class: payment.Hard, Code: "BILLING_KEY_NOT_FOUND", Card: payment.Deleted, Text: fault.T("카드 등록이 없습니다.", "There is no such registration.")}}
	}
	return b.attempt(q, at)
}

func (b *Bank) attempt(q receivables.ChargeRequest, at time.Time) receivables.Answer {
	b.tried[q.Payment]++
	total, err := q.Amount.Add(b.Skim)
	if err != nil {
		panic(err)
	}
	f := payment.Fact{ID: q.Payment, Mark: q.Mark, Transaction: fmt.Sprintf("%s-t%d", q.Payment, b.tried[q.Payment]), Standing: payment.StandsOpen, Total: total, VAT: q.VAT, TaxFree: q.TaxFree}
	answer := receivables.Answer{Outcome: receivables.Pending}
	switch decline, declined := b.declines[q.Card]; {
	case declined:
		f.Standing, f.Decline = payment.StandsFailed, decline
		answer.Outcome = receivables.Declined
	case !b.Slow:
		f.Standing, f.Slip = payment.StandsPaid, payment.Slip{Approval: approval(b.tried[q.Payment]), Receipt: "https://receipt.example.com/" + f.Transaction, PaidAt: at}
		answer.Outcome = receivables.Succeeded
	}
	b.payments[q.Payment] = f
	return answer
}

func (b *Bank) refund(q receivables.RefundRequest, at time.Time) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.Locked {
		return lockedOut()
	}
	again := q
	again.Again = false // it is no part of what the bank is sent
	if b.repeated(q.Key, again) {
		return b.refunds[q.Key]
	}
	f := b.payments[q.Payment]
	back, err := f.Cancelled()
	if err != nil {
		return err
	}
	if left, err := f.Total.Sub(back); err != nil || f.Standing != payment.StandsPaid || left != q.Left {
		b.refunds[q.Key] = fault.New(fault.Conflict, fault.T("취소할 수 있는 금액이 다릅니다.", "What can be cancelled differs."))
		return b.refunds[q.Key]
	}
	b.refunds[q.Key] = nil
	b.cancel(q.Payment, payment.Cancellation{Amount: q.Amount, VAT: q.VAT, TaxFree: q.TaxFree, Reason: q.Reason, At: at})
	return nil
}

func lockedOut() error {
	return fault.New(fault.Forbidden, fault.T("키가 거절되었습니다.", "The secret was refused."))
}

// gateway is the bank as a process reaches it: each call that changes something there can be lost on the way in or on the
// way back.
type gateway struct {
	office *Office
	p      *crash.Process
}

func (g gateway) now() time.Time { return g.office.World.Clock.Now() }

// effect is a call that changes something: two points, one before it lands and one before its answer arrives.
func (g gateway) effect(name string, do func()) error {
	if err := g.p.Outside(name+", on its way", func() error { return nil }); err != nil {
		return lostAnswer()
	}
	do()
	if err := g.p.Outside(name+", its answer", func() error { return nil }); err != nil {
		return lostAnswer()
	}
	return nil
}

func lostAnswer() error {
	return fault.New(fault.UnknownOutcome, fault.T("답이 오지 않았습니다.", "No answer came."))
}

func (g gateway) Prove(context.Context) error {
	return g.p.Outside("prove the channel", func() error { return nil })
}

func (g gateway) Card(_ context.Context, key string) (r payment.Registration, err error) {
	err = g.p.Outside("read a card", func() error {
		g.office.Bank.mu.Lock()
		defer g.office.Bank.mu.Unlock()
		var there bool
		if r, there = g.office.Bank.cards[key]; !there {
			return fault.New(fault.NotFound, fault.T("등록된 카드가 없습니다.", "There is no such card."))
		}
		return nil
	})
	return r, err
}

func (g gateway) Forget(_ context.Context, key string) error {
	return g.effect("delete a card", func() { g.office.Bank.Forget(key) })
}

func (g gateway) Charge(_ context.Context, q receivables.ChargeRequest) (receivables.Answer, error) {
	var answer receivables.Answer
	if err := g.effect("charge "+q.Key, func() { answer = g.office.Bank.charge(q, g.now()) }); err != nil {
		return receivables.Answer{Outcome: receivables.Unknown}, err
	}
	return answer, nil
}

func (g gateway) Find(_ context.Context, id string) (f payment.Fact, err error) {
	err = g.p.Outside("find "+id, func() error {
		if g.office.Bank.Locked {
			return lockedOut()
		}
		if f = g.office.Bank.Payment(id); f.ID == "" {
			return fault.New(fault.NotFound, fault.T("결제가 없습니다.", "There is no such payment."))
		}
		return nil
	})
	return f, err
}

func (g gateway) Refund(_ context.Context, q receivables.RefundRequest) error {
	var refusal error
	if err := g.effect("refund "+q.Key, func() { refusal = g.office.Bank.refund(q, g.now()) }); err != nil {
		return err
	}
	return refusal
}

func (g gateway) Payments(context.Context, time.Time, time.Time) (out []payment.Fact, err error) {
	err = g.p.Outside("list payments", func() error {
		if g.office.Bank.Locked {
			return lockedOut()
		}
		out = g.office.Bank.Payments()
		return nil
	})
	return out, err
}
