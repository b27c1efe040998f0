package receivables

import (
	"context"
	"errors"
	"strings"

	"jeongsan/internal/fault"
	"jeongsan/internal/identity"
	"jeongsan/internal/journal"
	"jeongsan/internal/payment"
)

// What a person decides where the provider's record does not.

// GiveUp ends, by a person's word, a payment that nobody can find out about: the provider is asked once more, and only
// where it surely has no charge of ours the payment counts as declined and the invoice is free again. The word is for the
// payment as it stood when the person looked: one that went on since is fault.Conflict.
func (d *Desk) GiveUp(ctx context.Context, p identity.Principal, id, reason string) error {
	l, v, err := d.doubtful(ctx, p, id, reason)
	if err != nil {
		return err
	}
	fact, err := l.find(ctx, id)
	if err == nil && fact.Standing != payment.StandsFailed {
		if v, err = l.applied(ctx, id, fact); err != nil || v.State != payment.InDoubt {
			return err
		}
		return fault.New(fault.Conflict, fault.T("결제사에 결제 %s의 기록이 있어 결제되지 않은 것으로 처리할 수 없습니다. 그 금액을 받아들이거나 결제사 화면에서 먼저 전액 취소해 주세요.", "The provider has a record of payment %s, so it cannot count as not paid; accept its amount, or cancel all of it in the provider's console first.", id))
	}
	if err != nil && !fault.Is(err, fault.NotFound) && !errors.Is(err, errForeign) { // another's charge under the id is none of ours
		return err
	}
	if !v.Arrived(l.now()) {
		return tooEarly(id)
	}
	decline := payment.Decline{Class: payment.Found, Text: fault.T("담당자가 결제되지 않은 것으로 확인했습니다: %s", "Staff found that it was not charged: %s", reason)}
	_, _, err = l.unmade(ctx, v, "given-up/", decline)
	return err
}

// Accept books, by a person's word, what the provider took although it was asked for another amount: of the invoice what
// it still owes, the rest as suspense. fault.Conflict when the payment is not in doubt for that.
func (d *Desk) Accept(ctx context.Context, p identity.Principal, id, reason string) error {
	l, v, err := d.doubtful(ctx, p, id, reason)
	if err != nil {
		return err
	}
	fact, err := l.find(ctx, id)
	if err != nil {
		return err
	}
	if v, _, err = l.conclude(ctx, id, fact); err != nil || v.State != payment.InDoubt {
		return err // cancelled in full, or what was asked for: the record says enough
	}
	step, err := v.Accept(fact, l.now())
	if err != nil {
		return err
	}
	if err := l.charged(ctx, v, step, journal.Change{Action: "payment.accepted", Before: v.Amount.String(), Reason: reason}); err != nil {
		return err
	}
	_, _, err = l.conclude(ctx, id, fact) // what of it went back since
	return err
}

// doubtful is a payment in doubt that a person decides about.
func (d *Desk) doubtful(ctx context.Context, p identity.Principal, id, reason string) (*line, payment.Versioned, error) {
	l, v, err := d.decided(ctx, p, id, reason)
	if err == nil && v.State != payment.InDoubt {
		err = fault.New(fault.Conflict, fault.T("결제 %[1]s은(는) 확인이 필요한 상태가 아닙니다(%[2]s).", "Payment %[1]s is not in doubt (%[3]s).", id, v.State.Text().KO, v.State.Text().EN))
	}
	return l, v, err
}

// decided is a payment that a person decides about, giving a reason.
func (d *Desk) decided(ctx context.Context, p identity.Principal, id, reason string) (*line, payment.Versioned, error) {
	if err := p.Allow(identity.RefundPayment); err != nil {
		return nil, payment.Versioned{}, err
	}
	if strings.TrimSpace(reason) == "" {
		return nil, payment.Versioned{}, fault.Invalidf("reason", fault.T("그렇게 처리하는 사유를 입력해 주세요.", "Give the reason for deciding so."))
	}
	v, err := payment.Load(ctx, d.Store, p.Tenant, id)
	if err != nil {
		return nil, v, err
	}
	l, err := d.line(ctx, p)
	return l, v, err
}

func tooEarly(id string) error {
	return fault.New(fault.Conflict, fault.T("결제 %s의 요청을 방금 다시 보냈습니다. 몇 분 뒤 다시 해 주세요.", "The request of payment %s was sent again just now; try again in a few minutes.", id))
}

// GiveUpRefund ends, by a person's word, an order to give money back that the provider surely did not carry out and does
// not work on, such as one whose gateway refuses it for good. The payment is then free for another order.
func (d *Desk) GiveUpRefund(ctx context.Context, p identity.Principal, id, reason string) error {
	l, v, err := d.decided(ctx, p, id, reason)
	if err != nil {
		return err
	}
	if v.Refund == nil {
		return fault.New(fault.Conflict, fault.T("결제 %s에는 진행 중인 취소가 없습니다.", "No cancellation of payment %s is under way.", id))
	}
	next, fact, err := l.recorded(ctx, v)
	switch {
	case err != nil:
		return err
	case next.Refund == nil || next.Refund.Key != v.Refund.Key:
		return nil // the record says what became of it
	case fact.ID == "":
		return fault.New(fault.Unavailable, fault.T("결제사가 지금 답하지 못합니다. 잠시 후 다시 해 주세요.", "The provider cannot answer now; try again shortly."))
	case len(fact.Pending) > 0:
		return fault.New(fault.Conflict, fault.T("결제사가 결제 %s의 취소를 아직 처리하고 있습니다. 결과가 나온 뒤 다시 해 주세요.", "The provider still works on a cancellation of payment %s; try again once it is decided.", id))
	case !next.RefundArrived(l.now()):
		return tooEarly(id)
	}
	_, err = l.put(ctx, next, next.Unordered(), journal.Change{Action: "refund.given-up", Subject: id, Before: next.Refund.Amount.String(), Reason: reason}, payment.MatterDone(p.Tenant, doubtID(id)))
	return err
}

// Resolve takes a row off the work-list by a person's word. What is in doubt cannot be talked away: ask again, or GiveUp.
func (d *Desk) Resolve(ctx context.Context, p identity.Principal, matter, reason string) error {
	if err := p.Allow(identity.RefundPayment); err != nil {
		return err
	}
	m, err := payment.LoadMatter(ctx, d.Store, p.Tenant, matter)
	if err != nil {
		return err
	}
	if m.Kind == payment.MatterDoubt {
		return fault.New(fault.Conflict, fault.T("결제 %s의 결과를 먼저 확인해 주세요.", "Find out the outcome of payment %s first.", m.Payment))
	}
	if reason == "" {
		return fault.Invalidf("reason", fault.T("어떻게 처리했는지 입력해 주세요.", "Say what was done about it."))
	}
	return d.Commit(ctx, p, journal.Change{Action: "payment.resolved", Subject: m.ID, Before: string(m.Kind), Reason: reason}, payment.MatterDone(p.Tenant, m.ID))
}
