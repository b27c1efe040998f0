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

// Ask is what a payment's timer does: it asks how an open outcome stands, repeats under the same id and key what the
// provider never heard of, and where nothing comes of it sets the next timer or, at the ladder's end, leaves it to a
// person. A timer that comes twice or late does nothing.
func (d *Desk) Ask(ctx context.Context, p identity.Principal, id string) error {
	if err := p.Allow(identity.ApplyPayment); err != nil {
		return err
	}
	v, err := payment.Load(ctx, d.Store, p.Tenant, id)
	if err != nil || !v.Waits() || d.now().Before(v.Ask) {
		return err
	}
	failed := d.askOnce(ctx, p, v)
	after, err := payment.Load(ctx, d.Store, p.Tenant, id)
	if err == nil && after.Ask.Equal(v.Ask) { // still not known, and no other attempt has a timer of its own
		err = (&line{Desk: d, by: p}).later(ctx, after)
	}
	return errors.Join(failed, err)
}

// askOnce asks how the payment stands, or its refund. That nobody can answer now is no error: the timer comes again.
func (d *Desk) askOnce(ctx context.Context, p identity.Principal, v payment.Versioned) error {
	l, err := d.line(ctx, p)
	switch {
	case err != nil:
	case v.State.Open():
		_, err = l.follow(ctx, v)
	default:
		_, err = l.followRefund(ctx, v)
	}
	if fault.Is(err, fault.Unavailable) {
		return nil
	}
	return err
}

// later sets the next timer, or ends the ladder.
func (l *line) later(ctx context.Context, v payment.Versioned) error {
	next, doubt := v.AskedAgain(l.now())
	if !doubt {
		_, err := l.put(ctx, v, next, journal.Change{Action: "payment.asked", Subject: v.ID})
		return ignoreLost(err)
	}
	if next.State == payment.InDoubt {
		return ignoreLost(l.doubted(ctx, v, next))
	}
	why := fault.T("결제 %s의 취소가 되었는지 알 수 없습니다. 결제사 화면에서 확인해 주세요.", "It cannot be found out whether the cancellation of payment %s was done; look at the provider's console.", v.ID)
	row, err := l.matter(payment.MatterDoubt, doubtID(v.ID), next, next.Refund.Amount, why).Put(l.by.Tenant)
	if err != nil {
		return err
	}
	_, err = l.put(ctx, v, next, journal.Change{Action: "refund.in-doubt", Subject: v.ID}, row)
	return ignoreLost(err)
}

// ignoreLost takes it that somebody else heard of the payment meanwhile.
func ignoreLost(err error) error {
	if lost(err) {
		return nil
	}
	return err
}

// GiveUp ends, by a person's word, a payment that nobody can find out about: the provider is asked once more, and only
// where it surely has no charge the payment counts as declined and the invoice is free again.
func (d *Desk) GiveUp(ctx context.Context, p identity.Principal, id, reason string) error {
	if err := p.Allow(identity.RefundPayment); err != nil {
		return err
	}
	if strings.TrimSpace(reason) == "" {
		return fault.Invalidf("reason", fault.T("결제되지 않은 것으로 처리하는 사유를 입력해 주세요.", "Give the reason why it counts as not paid."))
	}
	v, err := payment.Load(ctx, d.Store, p.Tenant, id)
	if err != nil {
		return err
	}
	if v.State != payment.InDoubt {
		return fault.New(fault.Conflict, fault.T("결제 %[1]s은(는) 확인이 필요한 상태가 아닙니다(%[2]s).", "Payment %[1]s is not in doubt (%[3]s).", id, v.State.Text().KO, v.State.Text().EN))
	}
	l, err := d.line(ctx, p)
	if err != nil {
		return err
	}
	fact, err := l.gateway.Find(ctx, id)
	if err == nil && fact.Standing != payment.StandsFailed {
		if v, err = l.applied(ctx, id, fact); err != nil || v.State != payment.InDoubt {
			return err
		}
		return fault.New(fault.Conflict, fault.T("결제사에 결제 %s의 기록이 있어 결제되지 않은 것으로 처리할 수 없습니다. 결제사 화면에서 먼저 취소해 주세요.", "The provider has a record of payment %s, so it cannot count as not paid; cancel it in the provider's console first.", id))
	}
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	decline := payment.Decline{Class: payment.Found, Text: fault.T("담당자가 결제되지 않은 것으로 확인했습니다: %s", "Staff found that it was not charged: %s", reason)}
	_, _, err = l.conclude(ctx, id, payment.Fact{ID: id, Standing: payment.StandsFailed, Transaction: "given-up/" + v.Last().Key, Decline: decline})
	return err
}
