package payment

import (
	"slices"
	"time"

	"jeongsan/internal/fault"
)

// ladder is how long after the attempt, and then after each question, an open outcome is asked for. Behind its end a
// person looks: whatever a gateway knows after a day it knows by then.
var ladder = []time.Duration{time.Minute, 5 * time.Minute, time.Hour, 24 * time.Hour}

// Margin is how long after an attempt was sent "no such payment" can still mean that it is on its way: the provider
// works for up to a minute, and longer than that no request is kept anywhere.
const Margin = 2 * time.Minute

// unsureFor is how long a decline for trouble at the gateway is not believed (Unsure): the card may have been charged
// behind it, and the provider's own reconciliation with the gateway shows within minutes.
const unsureFor = 4 * time.Minute

// Repeatable reports whether an attempt that the provider does not know may be sent again, under the same id and key. What
// is in doubt is left to a person and is not.
func (p Payment) Repeatable(now time.Time) bool {
	return p.State.Open() && p.State != InDoubt && p.Arrived(now)
}

// Arrived reports whether no call for the last attempt is on its way any more.
func (p Payment) Arrived(now time.Time) bool { return arrived(now, p.Last().Sent, p.Last().Repeated) }

// RefundArrived reports whether no call for the refund is on its way any more.
func (p Payment) RefundArrived(now time.Time) bool {
	return arrived(now, p.Refund.Sent, p.Refund.Repeated)
}

func arrived(now, sent, repeated time.Time) bool {
	if repeated.After(sent) {
		sent = repeated
	}
	return !now.Before(sent.Add(Margin))
}

// Again is the payment whose last attempt is about to be sent again. It is committed before the call, so that whoever
// decided by what the payment said before must decide anew.
func (p Payment) Again(now time.Time) Payment {
	p.Attempts = slices.Clone(p.Attempts)
	p.Attempts[len(p.Attempts)-1].Repeated = now
	p.State, p.Reason = Sent, fault.Text{}
	return p
}

// RefundAgain is the payment whose refund is about to be sent again, as Again. One that is asked for no more, since its
// ladder had ended, is asked for anew.
func (p Payment) RefundAgain(now time.Time) Payment {
	r := *p.Refund
	r.Repeated = now
	p.Refund = &r
	if p.Ask.IsZero() {
		p.Asked, p.Ask = 0, now.Add(ladder[0])
	}
	return p
}

// Waits reports whether something about the payment is asked for by the ladder: its outcome, or that of a refund.
func (p Payment) Waits() bool { return !p.Ask.IsZero() }

// AskedAgain is the payment after a question that brought nothing: it is asked for later, or at the ladder's end a person
// must look (doubt). A payment that was paid stays paid whatever becomes of its refund.
func (p Payment) AskedAgain(now time.Time) (next Payment, doubt bool) {
	p.Asked++
	if p.Asked < len(ladder) {
		p.Ask = now.UTC().Truncate(time.Second).Add(ladder[p.Asked])
		return p, false
	}
	p.Ask = time.Time{}
	if p.State.Open() {
		p.State = InDoubt
		p.Reason = fault.T("결제사에 여러 번 물었으나 결과를 알 수 없습니다. 결제사 화면에서 확인해 주세요.", "The provider was asked several times and could not tell the outcome; look at its console.")
	}
	return p, true
}

// Lost is the payment whose answer did not come.
func (p Payment) Lost(why fault.Text) Payment {
	if p.State == Sent {
		p.State, p.Reason = Unknown, why
	}
	return p
}

// Order is the payment with a refund ordered, about to be sent.
func (p Payment) Order(r Refund) Payment {
	p.Refund, p.Asked, p.Ask = &r, 0, r.Sent.Add(ladder[0])
	p.Refunds = max(p.Refunds, len(p.Cancellations)) + 1
	return p
}

// Unordered is the payment whose refund the provider refused, or was found to have done.
func (p Payment) Unordered() Payment {
	p.Refund, p.Asked, p.Ask = nil, 0, time.Time{}
	return p
}
