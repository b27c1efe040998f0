package receivables

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"jeongsan/internal/calendar"
	"jeongsan/internal/customer"
	"jeongsan/internal/due"
	"jeongsan/internal/fault"
	"jeongsan/internal/identity"
	"jeongsan/internal/invoice"
	"jeongsan/internal/journal"
	"jeongsan/internal/payment"
	"jeongsan/internal/store"
	"jeongsan/internal/tenant"
)

const (
	// openMonths is how far back unpaid invoices are charged by themselves: what is older is a claim for a person.
	openMonths = 24
	// catchUp is how many days after the regular day a missed firing is made good. Later than that a card holder no longer
	// expects the charge, and it waits for the next regular day.
	catchUp = 7
)

// ChargeDue is called every day with the time it was scheduled for. On the MSP's regular day (정기 결제일), or as soon
// after it as a firing comes, it leaves in the outbox, and returns, the work of every customer who pays by card: each
// invoice of the last 24 months that was final and sent by that day, as it was sent, and is not paid (CF-02). What becomes
// final later waits for the next regular day. A regular day is ordered once: called again it returns nothing.
//
// On the work-list it leaves instead the invoices that a person must decide about, since their uploaded workbook asks for
// another amount or since money of them went back; a regular day that was missed; and that there is no channel, or one
// whose secret is refused: then nothing is ordered until one is registered.
func (d *Desk) ChargeDue(ctx context.Context, p identity.Principal, scheduled time.Time) ([]Work, error) {
	if err := p.Allow(identity.ChargeCard); err != nil {
		return nil, err
	}
	profile, _, err := tenant.Load(ctx, d.Store, p.Tenant)
	if err != nil {
		return nil, err
	}
	today := calendar.DateOf(scheduled)
	regular := regularDay(today, profile.Settings.RegularDay)
	last, version, err := payment.LoadRound(ctx, d.Store, p.Tenant)
	if err != nil || !regular.After(last.Day) {
		return nil, err
	}
	open, err := d.open(ctx, p.Tenant)
	late := today.Sub(regular) > catchUp
	if err != nil || !open && late {
		return nil, err
	}
	r, err := d.dueOn(ctx, p.Tenant, regular)
	if err != nil {
		return nil, err
	}
	switch {
	case !open && len(r.works) > 0:
		return nil, d.stop(ctx, p, noChannel)
	case !open:
		return nil, nil
	case late:
		r = missed(d, r)
	}
	return r.works, d.order(ctx, p, r, version)
}

// open reports whether regular charges can be made: there is a channel, and its secret was not refused.
func (d *Desk) open(ctx context.Context, t store.Tenant) (bool, error) {
	_, _, err := tenant.LoadChannel(ctx, d.Store, t)
	if err == nil {
		err = d.stopped(ctx, t)
	}
	if fault.Is(err, fault.NotFound) || errors.Is(err, errNoChannel) {
		return false, nil
	}
	return err == nil, err
}

// regularDay is the latest regular day up to today: a day from 1 to 28, which every month has.
func regularDay(today calendar.Date, day int) calendar.Date {
	if this := today.In().Day(day); !this.After(today) {
		return this
	}
	return today.In().Prev().Day(day)
}

// round is what a regular day comes to.
type round struct {
	day   calendar.Date
	works []Work
	rows  []payment.Matter // of invoices that are left to a person
}

// missedRow says that the last regular day was missed; the next one that is not takes it off.
const missedRow = "missed-round"

// missed is the round of a day that is too long past: nothing is charged, and somebody is told.
func missed(d *Desk, r round) round {
	out := round{day: r.day}
	if len(r.works) == 0 {
		return out
	}
	text := fault.T("%[1]s 정기 결제가 실행되지 않아 청구서 %[2]d건이 결제되지 않았습니다. 직접 결제하거나 다음 정기 결제일을 기다려 주세요.", "The regular charges of %[1]s were not made, and %[2]d invoices were not charged; charge them by hand, or wait for the next regular day.", r.day, len(r.works))
	out.rows = []payment.Matter{d.matter(payment.MatterMissed, missedRow, payment.Payment{}, won, text)}
	return out
}

// dueOn lists the work of the day in the order of months and customers.
func (d *Desk) dueOn(ctx context.Context, t store.Tenant, day calendar.Date) (round, error) {
	out := round{day: day}
	customers, err := customer.List(ctx, d.Store, t)
	if err != nil {
		return out, err
	}
	byCard := map[string]bool{}
	for _, c := range customers {
		if c.PayMeans == customer.ByCard {
			byCard[c.ID] = true
		}
	}
	for m := day.In().Add(-openMonths); !m.After(day.In()) && len(byCard) > 0; m = m.Next() {
		heads, err := invoice.List(ctx, d.Store, t, m)
		if err != nil {
			return out, err
		}
		for _, h := range heads {
			if !byCard[h.Customer] {
				continue
			}
			if out, err = d.weigh(ctx, t, out, h); err != nil {
				return out, err
			}
		}
	}
	return out, nil
}

// weigh adds the invoice's work of the day, or the row that leaves it to a person, where there is any.
func (d *Desk) weigh(ctx context.Context, t store.Tenant, r round, h invoice.Invoice) (round, error) {
	balance, err := h.Balance()
	if err != nil || balance.Sign() <= 0 || !readyBy(h, r.day) || h.Money.Collecting != "" {
		return r, err
	}
	leave := func(kind payment.MatterKind, why fault.Text) (round, error) {
		r.rows = append(r.rows, d.matter(kind, uncharged(h.Number), payment.Payment{Invoice: h.Number, Customer: h.Customer}, balance, why))
		return r, nil
	}
	if h.Disputed() {
		return leave(payment.MatterUpload, fault.T("청구서 %[1]s에 올린 파일의 합계가 청구 금액과 %[2]s 달라 카드로 결제하지 않았습니다. 금액을 수정하거나 파일을 되돌려 주세요.", "The file uploaded for invoice %[1]s differs from it by %[3]s, so it was not charged; revise the invoice or take the file back.", h.Number, h.Upload.Difference.Korean(), h.Upload.Difference.English()))
	}
	all, err := payment.List(ctx, d.Store, t, h.Month, h.Customer)
	if err != nil {
		return r, err
	}
	if wentBack(all) {
		return leave(payment.MatterRefunded, refundedText(h))
	}
	runs := slices.DeleteFunc(all, func(v payment.Versioned) bool { return v.Invoice != h.Number })
	if slices.ContainsFunc(runs, func(v payment.Versioned) bool { return v.Day == r.day && !v.DeclinedAsOurs() }) {
		return r, nil
	}
	r.works = append(r.works, Work{h.Number, nextRun(runs), r.day})
	return r, nil
}

// wentBack reports whether money of one of the payments went back to its card.
func wentBack(all []payment.Versioned) bool {
	return slices.ContainsFunc(all, func(v payment.Versioned) bool { return len(v.Cancellations) > 0 })
}

func refundedText(h invoice.Invoice) fault.Text {
	return fault.T("청구서 %s은(는) 카드로 돌려준 금액이 있어 자동으로 다시 결제하지 않습니다. 다시 결제하거나 다른 방법으로 정리해 주세요.", "Money of invoice %s went back to a card, so it is not charged again by itself; order the charge, or settle it another way.", h.Number)
}

// readyBy reports whether the invoice was final and sent, as it stands, by the end of the day. The day of its first send
// is known only while there was no second: one sent again counts as sent in time.
func readyBy(h invoice.Invoice, day calendar.Date) bool {
	late := func(at time.Time) bool { return calendar.DateOf(at).After(day) }
	switch {
	case h.State != invoice.Final || h.SentAs != h.Number || late(h.Finalised):
		return false
	case h.Sends == 1:
		return !late(h.LastSent)
	}
	return true
}

// order leaves the works in the outbox and the rows on the work-list, and with the last of them that the day was ordered.
// A run that stops between is made good by the next: rows are known by what they are about, and a run is charged once.
func (d *Desk) order(ctx context.Context, p identity.Principal, r round, version int64) error {
	const most = store.MaxWrites - 3 // beside the round, the audit record and the row of a missed day
	rest, err := d.writes(p.Tenant, r)
	if err != nil {
		return err
	}
	for len(rest) > most {
		if err := d.Save(ctx, rest[:most]...); err != nil {
			return err
		}
		rest = rest[most:]
	}
	w, err := payment.Round{Day: r.day}.Put(p.Tenant, version)
	if err != nil {
		return err
	}
	rest = append(rest, w)
	if len(r.works) > 0 {
		rest = append(rest, payment.MatterDone(p.Tenant, missedRow))
	}
	return d.Commit(ctx, p, journal.Change{Action: "charge.round", Subject: r.day.String(), After: fmt.Sprint(len(r.works))}, rest...)
}

func (d *Desk) writes(t store.Tenant, r round) ([]store.Write, error) {
	out := make([]store.Write, 0, len(r.works)+len(r.rows)+2)
	for _, w := range r.works {
		i, err := item(t, fmt.Sprintf("charge/%s/%d", w.Invoice, w.Run), JobCharge, w, due.Item{At: d.now()})
		if err != nil {
			return nil, err
		}
		row, err := due.Put(i)
		if err != nil {
			return nil, err
		}
		out = append(out, row)
	}
	for _, m := range r.rows {
		row, err := m.Put(t)
		if err != nil {
			return nil, err
		}
		out = append(out, row)
	}
	return out, nil
}
