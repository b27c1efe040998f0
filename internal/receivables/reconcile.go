package receivables

import (
	"context"
	"errors"
	"time"

	"jeongsan/internal/calendar"
	"jeongsan/internal/fault"
	"jeongsan/internal/identity"
	"jeongsan/internal/payment"
)

// overdue is how long past its time a timer that did not come is missed.
const overdue = 10 * time.Minute

const (
	// overlap is how many days before the last reconciled one are compared again: a webhook is sent again for some hours
	// only, and a cancellation can be decided days after it was asked for.
	overlap = 3
	// farthest is how many days back payments are compared at most: what the provider lists in one question is 90 days.
	farthest = 80
)

// ReconcileUpTo holds the provider's list against ours, from some days before the last day on which that succeeded, up to
// a day. Nights on which the provider could not be asked are thus made good, up to 80 days of them.
func (d *Desk) ReconcileUpTo(ctx context.Context, p identity.Principal, day calendar.Date) ([]payment.Matter, error) {
	last, version, err := payment.LoadReconciled(ctx, d.Store, p.Tenant)
	if err != nil {
		return nil, err
	}
	from := day.AddDays(-farthest)
	if since := last.Day.AddDays(-overlap); version > 0 && since.After(from) {
		from = since
	}
	left, err := d.Reconcile(ctx, p, from, day)
	if err != nil || !day.After(last.Day) {
		return left, err
	}
	w, err := payment.Reconciled{Day: day}.Put(p.Tenant, version)
	if err != nil {
		return left, err
	}
	return left, d.Save(ctx, w)
}

// Reconcile holds the provider's list of the days against ours, both included: what the provider has and we do not is
// booked, what then still differs goes on the work-list, and open payments whose timer was lost are asked for. It returns
// the differences that are left.
func (d *Desk) Reconcile(ctx context.Context, p identity.Principal, from, to calendar.Date) ([]payment.Matter, error) {
	if err := p.Allow(identity.ApplyPayment); err != nil {
		return nil, err
	}
	l, err := d.line(ctx, p)
	if err != nil {
		return nil, err
	}
	facts, unread := l.gateway.Payments(ctx, from.Start(), to.AddDays(1).Start())
	if fault.Is(unread, fault.Forbidden) {
		unread = errors.Join(unread, l.stop(ctx, p, refusedSecret))
	}
	if unread != nil && len(facts) == 0 {
		return nil, unread
	}
	errs := []error{unread}
	known := map[string]payment.Fact{}
	for _, f := range facts {
		err := l.own(ctx, f)
		if err == nil {
			known[f.ID] = f
			err = l.apply(ctx, f)
		}
		if !errors.Is(err, errForeign) { // another's, which is on the work-list
			errs = append(errs, err)
		}
	}
	left, err := l.differences(ctx, known, from, to)
	errs = append(errs, err, d.askOverdue(ctx, p))
	return left, errors.Join(errs...)
}

// differences compares ours of the last months with the provider's, and lists each difference once.
func (l *line) differences(ctx context.Context, known map[string]payment.Fact, from, to calendar.Date) ([]payment.Matter, error) {
	var out []payment.Matter
	for m := from.In().Add(-openMonths); !m.After(to.In()); m = m.Next() {
		ours, err := payment.List(ctx, l.Store, l.by.Tenant, m, "")
		if err != nil {
			return out, err
		}
		for _, v := range ours {
			fact, there := known[v.ID]
			text, differs, err := difference(v.Payment, fact, there, from, to)
			if err != nil {
				return out, err
			}
			if differs {
				out = append(out, l.matter(payment.MatterDiffers, "differs/"+v.ID, v.Payment, v.Amount, text))
			}
		}
	}
	for _, row := range out {
		if err := l.listed(ctx, l.by, row); err != nil {
			return out, err
		}
	}
	return out, nil
}

// difference says in what the provider's record of a payment is not ours; one that is open is no difference.
func difference(p payment.Payment, f payment.Fact, there bool, from, to calendar.Date) (fault.Text, bool, error) {
	paidOn := calendar.DateOf(p.Slip.PaidAt)
	within := p.State.Paid() && !paidOn.Before(from) && !paidOn.After(to)
	if !there {
		return fault.T("장부에는 결제 %[1]s(%[2]s)이(가) 있으나 결제사 목록에 없습니다. 결제사 화면에서 확인해 주세요.", "Payment %[1]s (%[3]s) is in the books, but not on the provider's list; look at its console.", p.ID, p.Amount.Korean(), p.Amount.English()), within, nil
	}
	back, err := f.Cancelled()
	if err != nil {
		return fault.Text{}, false, err
	}
	left, err := p.Left()
	if err != nil {
		return fault.Text{}, false, err
	}
	ours, err := p.Amount.Sub(left.Total)
	if err != nil {
		return fault.Text{}, false, err
	}
	paid := f.Standing == payment.StandsPaid
	same := p.State.Open() || paid == p.State.Paid() && (!paid || f.Total == p.Amount && back == ours)
	return fault.T("결제 %[1]s의 상태나 금액이 결제사 기록과 다릅니다. 결제사 화면에서 확인해 주세요.", "State or amount of payment %[1]s differ from the provider's record; look at its console.", p.ID), !same, nil
}

// askOverdue asks for what is open although its timer did not come.
func (d *Desk) askOverdue(ctx context.Context, p identity.Principal) error {
	open, err := payment.Open(ctx, d.Store, p.Tenant)
	errs := []error{err}
	for _, id := range open {
		v, err := payment.Load(ctx, d.Store, p.Tenant, id)
		if err == nil && v.Waits() && d.now().After(v.Ask.Add(overdue)) {
			err = d.Ask(ctx, p, id)
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}
