package receivables

import (
	"context"
	"fmt"
	"time"

	"jeongsan/internal/calendar"
	"jeongsan/internal/customer"
	"jeongsan/internal/due"
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
	if err != nil || !regular.After(last.Day) || today.Sub(regular) > catchUp {
		return nil, err
	}
	works, err := d.dueOn(ctx, p.Tenant, regular)
	if err != nil {
		return nil, err
	}
	return works, d.order(ctx, p, works, payment.Round{Day: regular}, version)
}

// regularDay is the latest regular day up to today. A month that is too short for the day charges on its last.
func regularDay(today calendar.Date, day int) calendar.Date {
	if this := today.In().Day(day); !this.After(today) {
		return this
	}
	return today.In().Prev().Day(day)
}

// dueOn lists the work of the day in the order of months and customers.
func (d *Desk) dueOn(ctx context.Context, t store.Tenant, day calendar.Date) ([]Work, error) {
	customers, err := customer.List(ctx, d.Store, t)
	if err != nil {
		return nil, err
	}
	byCard := map[string]bool{}
	for _, c := range customers {
		byCard[c.ID] = c.PayMeans == customer.ByCard
	}
	var out []Work
	for m := day.In().Add(-openMonths); !m.After(day.In()); m = m.Next() {
		heads, err := invoice.List(ctx, d.Store, t, m)
		if err != nil {
			return nil, err
		}
		for _, h := range heads {
			if !byCard[h.Customer] {
				continue
			}
			w, due, err := d.workOn(ctx, t, h, day)
			if err != nil {
				return nil, err
			}
			if due {
				out = append(out, w)
			}
		}
	}
	return out, nil
}

// workOn is the invoice's work of the day, where there is any.
func (d *Desk) workOn(ctx context.Context, t store.Tenant, h invoice.Invoice, day calendar.Date) (Work, bool, error) {
	balance, err := h.Balance()
	if err != nil || balance.Sign() <= 0 || !readyBy(h, day) || h.Money.Collecting != "" {
		return Work{}, false, err
	}
	ref, err := invoice.ParseNumber(h.Number)
	if err != nil {
		return Work{}, false, err
	}
	runs, err := payment.Runs(ctx, d.Store, t, ref)
	if err != nil {
		return Work{}, false, err
	}
	for _, r := range runs {
		if r.Day == day {
			return Work{}, false, nil
		}
	}
	return Work{h.Number, nextRun(runs), day}, true, nil
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

// order leaves the works in the outbox, and with the last of them that the day was ordered. A run that stops between is
// made good by the next: rows are known by invoice and run, and a run is charged once.
func (d *Desk) order(ctx context.Context, p identity.Principal, works []Work, r payment.Round, version int64) error {
	const most = store.MaxWrites - 2 // beside the round and the audit record
	rest := works
	for len(rest) > most {
		rows, err := d.rows(p.Tenant, rest[:most])
		if err != nil {
			return err
		}
		if err := d.Save(ctx, rows...); err != nil {
			return err
		}
		rest = rest[most:]
	}
	rows, err := d.rows(p.Tenant, rest)
	if err != nil {
		return err
	}
	w, err := r.Put(p.Tenant, version)
	if err != nil {
		return err
	}
	return d.Commit(ctx, p, journal.Change{Action: "charge.round", Subject: r.Day.String(), After: fmt.Sprint(len(works))}, append(rows, w)...)
}

func (d *Desk) rows(t store.Tenant, works []Work) ([]store.Write, error) {
	out := make([]store.Write, 0, len(works))
	for _, w := range works {
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
	return out, nil
}
