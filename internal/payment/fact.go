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
	ID            string
	Transaction   string // of the latest attempt
	Standing      Standing
	Total         money.Amount // charged, or to be charged
	VAT           money.Amount // zero when the provider does not say
	TaxFree       money.Amount
	Slip          Slip
	Decline       Decline        // when it failed
	Cancellations []Cancellation // those that are done, in the provider's order
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
}

// Learn is the first transition that follows from the fact; Nothing when the payment says so already. It only moves
// forward, so facts may come in any order and any number.
func (p Payment) Learn(f Fact, now time.Time) Step {
	switch {
	case f.Standing == StandsPaid && !p.State.Paid():
		return p.charged(f, now)
	case f.Standing == StandsPaid:
		return p.returned(f)
	case f.Standing == StandsFailed && p.State.Open():
		return p.refused(f, now)
	case f.Standing == StandsOpen && (p.State == Sent || p.State == Unknown):
		p.State, p.Reason = Pending, fault.Text{}
		return Step{Kind: Heard, Payment: p}
	}
	return Step{}
}

func (p Payment) charged(f Fact, now time.Time) Step {
	if !p.asked(f) {
		return p.unexpected(f)
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
	return Step{Kind: Charged, Payment: p}
}

// asked reports whether the provider took what it was asked for.
func (p Payment) asked(f Fact) bool {
	return f.Total == p.Amount && f.TaxFree.Minor() == p.TaxFree.Minor() && (f.VAT.IsZero() || f.VAT.Minor() == p.VAT.Minor())
}

func (p Payment) unexpected(f Fact) Step {
	why := fault.T("결제사에는 %[1]s이(가) 결제된 것으로 나오지만 요청한 금액은 %[2]s입니다. 결제사 화면에서 확인해 주세요.", "The provider says that %[3]s was charged, but %[4]s was asked for; look at its console.",
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
	if p.Unheard(f) {
		return Step{}
	}
	if f.Decline.Class == Unsure && now.Before(p.Last().Sent.Add(unsureFor)) {
		return Step{}
	}
	p.Attempts = slices.Clone(p.Attempts)
	last := &p.Attempts[len(p.Attempts)-1]
	last.Transaction, last.Decline = f.Transaction, &f.Decline
	p.State, p.Reason, p.Settled, p.Asked, p.Ask = Declined, f.Decline.Text, now.UTC(), 0, time.Time{}
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
		if p.Refund != nil && p.Refund.Amount == c.Amount {
			p = p.Unordered()
		}
		return Step{Kind: Returned, Payment: p, Cancellation: c}
	}
	return Step{}
}
