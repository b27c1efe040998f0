package payment

import (
	"slices"
	"time"

	"jeongsan/internal/fault"
	"jeongsan/internal/money"
)

// Standing is where a payment stands at the provider.
type Standing string

const (
	StandsOpen   Standing = "open"   // begun, and not decided
	StandsPaid   Standing = "paid"   // charged, whatever was cancelled since
	StandsFailed Standing = "failed" // the latest attempt was declined
)

// Fact is the provider's own record of a payment at one moment: what every transition follows from.
type Fact struct {
	ID          string
	Mark        string // who made it, by the mark that our charges carry; "" when the record has none
	Transaction string // of the latest attempt
	Standing    Standing
	Total       money.Amount // charged, or to be charged
	VAT         money.Amount // zero when the provider does not say
	TaxFree     money.Amount
	Slip        Slip
	Decline     Decline // when it failed

	Cancellations []Cancellation // those that are done, in the provider's order
	Pending       []Cancellation // asked for and not decided: their money may be gone already
	Failed        []Cancellation // that came to nothing

	// Attempt is set on a fact that is no record of the provider but what followed from its refusal or from a person's
	// word: the key of the one attempt that it is about. It says nothing of any other.
	Attempt string
}

// StepKind says what a fact changes.
type StepKind string

const (
	Nothing    StepKind = ""
	Heard      StepKind = "heard"      // the provider has it and decides later
	Charged    StepKind = "charged"    // it was paid
	Refused    StepKind = "refused"    // the latest attempt came to nothing
	Returned   StepKind = "returned"   // one cancellation more
	Unexpected StepKind = "unexpected" // paid, but not what was asked for: a person must look
	Returning  StepKind = "returning"  // the provider works on the refund that was ordered
	Unreturned StepKind = "unreturned" // the refund that it worked on came to nothing
)

// Cancelled is what went back to the card by the provider's record.
func (f Fact) Cancelled() (money.Amount, error) {
	back := money.Zero(f.Total.Currency())
	for _, c := range f.Cancellations {
		var err error
		if back, err = back.Add(c.Amount); err != nil {
			return money.Amount{}, err
		}
	}
	return back, nil
}

// Step is one transition. A fact can bring several; they are taken one after the other, each in a commit of its own.
type Step struct {
	Kind         StepKind
	Payment      Payment      // after it
	Cancellation Cancellation // the new one, when Returned
	OtherTax     bool         // when Charged: the provider split the tax otherwise than it was asked to
}

// Learn is the first transition that follows from the fact; Nothing when the payment says so already. It only moves
// forward, so facts may come in any order and any number.
func (p Payment) Learn(f Fact, now time.Time) Step {
	switch {
	case f.Standing == StandsPaid && !p.State.Paid():
		return p.charged(f, now)
	case f.Standing == StandsPaid:
		if s := p.returned(f); s.Kind != Nothing {
			return s
		}
		return p.returning(f)
	case f.Standing == StandsFailed && p.State.Open():
		return p.refused(f, now)
	case f.Standing == StandsOpen && (p.State == Sent || p.State == Unknown):
		p.State, p.Reason = Pending, fault.Text{}
		return Step{Kind: Heard, Payment: p}
	}
	return Step{}
}

// charged is what follows where the provider took money. Another amount is left to a person, unless all of it went back.
func (p Payment) charged(f Fact, now time.Time) Step {
	if f.Total == p.Amount {
		return p.settled(f, now)
	}
	if back, err := f.Cancelled(); err != nil || back != f.Total {
		return p.unexpected(f)
	}
	if !p.State.Open() {
		return Step{}
	}
	return p.declined(f.Transaction, Decline{Class: Found, Text: fault.T("결제사가 요청한 %[1]s이(가) 아니라 %[2]s을(를) 결제했다가 모두 취소했습니다.", "The provider charged %[4]s, not the %[3]s that was asked for, and gave all of it back.",
		p.Amount.Korean(), f.Total.Korean(), p.Amount.English(), f.Total.English())}, now)
}

// settled is the payment as the provider says it was charged: amount, tax and slip are the provider's.
func (p Payment) settled(f Fact, now time.Time) Step {
	step := Step{Kind: Charged, OtherTax: !p.sameTax(f)}
	if f.Total != p.Amount || step.OtherTax {
		zero := money.Zero(f.Total.Currency())
		vat, vatErr := zero.Add(f.VAT)
		free, freeErr := zero.Add(f.TaxFree)
		sum, err := sumOf(f.Total, vat)
		if vatErr != nil || freeErr != nil || err != nil {
			return p.unexpected(f)
		}
		p.Amount, p.Supply, p.VAT, p.TaxFree = sum.Total, sum.Supply, sum.VAT, free
	}
	p.State, p.Slip, p.Reason = Succeeded, f.Slip, fault.Text{}
	if p.Slip.PaidAt.IsZero() {
		p.Slip.PaidAt = now
	}
	p.Slip.PaidAt, p.Settled, p.Asked, p.Ask = p.Slip.PaidAt.UTC(), now.UTC(), 0, time.Time{}
	if !slices.ContainsFunc(p.Attempts, func(a Attempt) bool { return a.Transaction == f.Transaction }) {
		p.Attempts = slices.Clone(p.Attempts)
		p.Attempts[len(p.Attempts)-1].Transaction = f.Transaction
	}
	step.Payment = p
	return step
}

// sameTax reports whether the provider split the amount as it was asked to, or does not say.
func (p Payment) sameTax(f Fact) bool {
	return f.TaxFree.Minor() == p.TaxFree.Minor() && (f.VAT.IsZero() || f.VAT.Minor() == p.VAT.Minor())
}

// Accept is the payment with what the provider says it took, although it was asked for another amount: by the word of a
// person who looked. fault.Conflict when there is nothing to accept.
func (p Payment) Accept(f Fact, now time.Time) (Step, error) {
	step := Step{}
	if p.State == InDoubt && f.Standing == StandsPaid {
		step = p.settled(f, now)
	}
	if step.Kind != Charged {
		return Step{}, fault.New(fault.Conflict, fault.T("결제 %[1]s에는 받아들일 다른 금액이 없습니다. 새로 고친 뒤 확인해 주세요.", "Payment %[1]s has no other amount to accept; reload and look again.", p.ID))
	}
	step.OtherTax = false // the person has seen it
	return step, nil
}

func (p Payment) unexpected(f Fact) Step {
	why := fault.T("결제사에는 %[1]s이(가) 결제된 것으로 나오지만 요청한 금액은 %[2]s입니다. 결제사 화면에서 확인한 뒤, 그 금액을 받아들이거나 결제사에서 전액 취소해 주세요.", "The provider says that %[3]s was charged, but %[4]s was asked for; look at its console, then accept that amount here or cancel all of it there.",
		f.Total.Korean(), p.Amount.Korean(), f.Total.English(), p.Amount.English())
	if p.State == InDoubt && p.Reason == why {
		return Step{}
	}
	p.State, p.Reason, p.Ask = InDoubt, why, time.Time{}
	return Step{Kind: Unexpected, Payment: p}
}

// Unheard reports whether the fact is of an attempt before the latest: of that one the provider has not heard.
func (p Payment) Unheard(f Fact) bool {
	return f.Standing == StandsFailed && slices.ContainsFunc(p.Attempts[:len(p.Attempts)-1], func(a Attempt) bool { return a.Transaction == f.Transaction })
}

// refused is the latest attempt's decline. The failure of an earlier attempt says nothing of the latest: the provider
// still shows it while the next card is on its way.
func (p Payment) refused(f Fact, now time.Time) Step {
	if p.Unheard(f) || f.Attempt != "" && f.Attempt != p.Last().Key {
		return Step{}
	}
	if f.Decline.Class == Unsure && now.Before(p.Last().Sent.Add(unsureFor)) {
		return Step{}
	}
	return p.declined(f.Transaction, f.Decline, now)
}

func (p Payment) declined(transaction string, d Decline, now time.Time) Step {
	p.Attempts = slices.Clone(p.Attempts)
	last := &p.Attempts[len(p.Attempts)-1]
	last.Transaction, last.Decline = transaction, &d
	p.State, p.Reason, p.Settled, p.Asked, p.Ask = Declined, d.Text, now.UTC(), 0, time.Time{}
	return Step{Kind: Refused, Payment: p}
}

// returned is the first cancellation that is new.
func (p Payment) returned(f Fact) Step {
	for _, c := range f.Cancellations {
		if slices.ContainsFunc(p.Cancellations, func(known Cancellation) bool { return known.ID == c.ID }) {
			continue
		}
		left, err := p.Left()
		if over, cmpErr := c.Amount.Cmp(left.Total); err != nil || cmpErr != nil || over > 0 {
			return Step{} // the provider gives back more than there was: reconciliation reports it
		}
		c.At = c.At.UTC()
		p.Cancellations = append(slices.Clone(p.Cancellations), c)
		if p.State = PartlyCancelled; c.Amount == left.Total {
			p.State = Cancelled
		}
		if p.Refund != nil && p.Refund.by(c) {
			p = p.Unordered()
		}
		return Step{Kind: Returned, Payment: p, Cancellation: c}
	}
	return Step{}
}

// returning is what became of the refund that was ordered and is not done: the provider works on it, or has given up.
func (p Payment) returning(f Fact) Step {
	if p.Refund == nil {
		return Step{}
	}
	if p.Refund.Taken != "" {
		if slices.ContainsFunc(f.Failed, p.Refund.by) {
			return Step{Kind: Unreturned, Payment: p.Unordered()}
		}
		return Step{}
	}
	n := slices.IndexFunc(f.Pending, p.Refund.by)
	if n < 0 {
		return Step{}
	}
	r := *p.Refund
	r.Taken = f.Pending[n].ID
	p.Refund = &r
	return Step{Kind: Returning, Payment: p}
}
