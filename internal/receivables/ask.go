package receivables

import (
	"context"
	"errors"

	"jeongsan/internal/due"
	"jeongsan/internal/fault"
	"jeongsan/internal/identity"
	"jeongsan/internal/journal"
	"jeongsan/internal/payment"
)

// Ask is what a payment's timer does: it asks how an open outcome stands, repeats under the same id and key what the
// provider never heard of, and where nothing comes of it sets the next timer or, at the ladder's end, leaves it to a
// person. A timer that comes twice or late does nothing; one that comes early, since whoever sent it has a faster clock, is
// set again.
func (d *Desk) Ask(ctx context.Context, p identity.Principal, id string) error {
	if err := p.Allow(identity.ApplyPayment); err != nil {
		return err
	}
	v, err := payment.Load(ctx, d.Store, p.Tenant, id)
	if err != nil || !v.Waits() {
		return err
	}
	if d.now().Before(v.Ask) {
		return d.setAgain(ctx, p, v.Payment)
	}
	failed := d.askOnce(ctx, p, v)
	after, err := payment.Load(ctx, d.Store, p.Tenant, id)
	if err == nil && after.Ask.Equal(v.Ask) { // still not known, and no other attempt has a timer of its own
		err = (&line{Desk: d, by: p}).later(ctx, after)
	}
	return errors.Join(failed, err)
}

func (d *Desk) setAgain(ctx context.Context, p identity.Principal, v payment.Payment) error {
	i, err := timer(p.Tenant, v)
	if err != nil {
		return err
	}
	w, err := due.Put(i)
	if err != nil {
		return err
	}
	return d.Save(ctx, w)
}

// askOnce asks how the payment stands, or its refund. That nobody can answer now, or that our secret is refused, which is
// on the work-list, is no error: the timer comes again.
func (d *Desk) askOnce(ctx context.Context, p identity.Principal, v payment.Versioned) error {
	l, err := d.line(ctx, p)
	switch {
	case err != nil:
	case v.State.Open():
		_, err = l.follow(ctx, v)
	default:
		_, err = l.followRefund(ctx, v)
	}
	if fault.Is(err, fault.Unavailable) || fault.Is(err, fault.Forbidden) {
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
