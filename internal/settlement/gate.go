package settlement

import (
	"context"

	"jeongsan/internal/calendar"
	"jeongsan/internal/customer"
	"jeongsan/internal/fault"
	"jeongsan/internal/identity"
	"jeongsan/internal/invoice"
	"jeongsan/internal/journal"
	"jeongsan/internal/store"
	"jeongsan/internal/tenant"
	"jeongsan/internal/usage"
)

// Gates adds up every account's month: what the provider bills, what stands on final invoices, what waits for its
// cycle, and the work-list of what is on nobody's invoice, each with its reason.
func (d *Desk) Gates(ctx context.Context, t store.Tenant, m calendar.Month) ([]invoice.Gate, error) {
	accounts, err := tenant.Accounts(ctx, d.Store, t)
	if err != nil {
		return nil, err
	}
	customers, err := customer.List(ctx, d.Store, t)
	if err != nil {
		return nil, err
	}
	heads, err := invoice.List(ctx, d.Store, t, m)
	if err != nil {
		return nil, err
	}
	w := newWeighing(m, customers, heads)
	var gates []invoice.Gate
	for _, a := range accounts {
		rollups, err := usage.Rollups(ctx, d.Store, t, a.ID, m)
		if err != nil {
			return nil, err
		}
		head, _, err := usage.LoadHead(ctx, d.Store, t, a.ID, m)
		if fault.Is(err, fault.NotFound) {
			head = usage.Head{Meta: usage.Meta{Account: a.ID, Month: m, Currency: BillCurrency}}
		} else if err != nil {
			return nil, err
		}
		gates = append(gates, w.gate(a, head, rollups))
	}
	return gates, nil
}

// weighing holds a month's customers and invoices while its members are weighed.
type weighing struct {
	month     calendar.Month
	customers []customer.Customer
	byMember  map[[2]string]customer.Customer // account, member number
	heads     map[string]invoice.Invoice      // by customer
}

func newWeighing(m calendar.Month, customers []customer.Customer, heads []invoice.Invoice) weighing {
	w := weighing{month: m, customers: customers, byMember: map[[2]string]customer.Customer{}, heads: map[string]invoice.Invoice{}}
	for _, c := range customers {
		w.byMember[[2]string{c.Account, c.MemberNumber}] = c
	}
	for _, h := range heads {
		w.heads[h.Customer] = h
	}
	return w
}

// gate weighs one account. The provider's bill is its statement of the members it still shows, plus the last
// figure of members that left for another partner in the month: what they used until then is still the MSP's cost.
func (w weighing) gate(a tenant.Account, head usage.Head, rollups []usage.Versioned) invoice.Gate {
	g := invoice.Gate{Account: a.ID, Label: a.Label, Month: w.month, Currency: head.Meta.Currency, Billed: head.Charged}
	for _, r := range rollups {
		if !r.Gone.IsZero() {
			g.Billed = g.Billed.Add(r.Charged)
		}
		w.member(&g, r.Rollup)
	}
	for _, c := range w.customers {
		if h, ok := w.heads[c.ID]; ok && c.Account == a.ID && h.State != invoice.Final && h.Payable() {
			g.Open = append(g.Open, c.ID)
		}
	}
	return g
}

func (w weighing) member(g *invoice.Gate, r usage.Rollup) {
	c, known := w.byMember[[2]string{g.Account, r.Member}]
	left := invoice.Unallocated{Member: r.Member, Name: r.Name, Customer: c.ID, Cost: r.Charged}
	put := func(reason invoice.Reason) {
		if left.Cost.IsZero() {
			return
		}
		left.Reason = reason
		g.Unallocated = append(g.Unallocated, left)
	}
	if !known {
		if r.Gone.IsZero() {
			put(invoice.Unregistered)
		} else {
			put(invoice.Departed)
		}
		return
	}
	left.Name = c.Name
	switch turn, _ := c.TurnIn(w.month); turn {
	case customer.TurnBeforeFirst:
		put(invoice.BeforeFirst)
		return
	case customer.TurnGather:
		g.Gathered = g.Gathered.Add(r.Charged)
		return
	}
	h, drafted := w.heads[c.ID]
	charge, charged := chargeOf(h, g.Account, w.month, r.Member)
	switch {
	case !charged && !c.InactiveFrom.IsZero() && c.InactiveFrom.Compare(w.month.Last()) <= 0:
		put(invoice.NotActive) // the draft left the month out: inactive before it used anything
	case !drafted || !charged:
		g.Open = append(g.Open, c.ID) // registered, or its usage came, after the last draft
		g.Invoiced = g.Invoiced.Add(r.Charged)
	case h.State == invoice.Final:
		g.Invoiced = g.Invoiced.Add(charge.Cost)
		left.Cost = r.Charged.Sub(charge.Cost)
		if charge.Through.IsZero() {
			put(invoice.AfterFinal)
		} else {
			put(invoice.NotActive)
		}
	case h.Sums.Total.Sign() < 0:
		put(invoice.Negative)
	case h.Payable(): // a draft that will be billed; it is listed as open
		g.Invoiced = g.Invoiced.Add(charge.Cost)
		left.Cost = r.Charged.Sub(charge.Cost)
		put(invoice.NotActive)
	default:
		put(invoice.NothingToBill)
	}
}

func chargeOf(h invoice.Invoice, account string, m calendar.Month, member string) (invoice.Charge, bool) {
	for _, c := range h.Charges {
		if c.Account == account && c.Month == m && c.Member == member {
			return c, true
		}
	}
	return invoice.Charge{}, false
}

// Close ends the run of a month. It refuses while a gate does not hold, naming the account and the difference.
func (d *Desk) Close(ctx context.Context, p identity.Principal, m calendar.Month) (invoice.Run, error) {
	if err := p.Allow(identity.CloseRun); err != nil {
		return invoice.Run{}, err
	}
	run, version, err := invoice.LoadRun(ctx, d.Store, p.Tenant, m)
	if err != nil {
		return invoice.Run{}, err
	}
	if !run.Closed.IsZero() {
		return run, nil
	}
	if err := d.opened(ctx, p.Tenant, m); err != nil {
		return invoice.Run{}, err
	}
	gates, err := d.Gates(ctx, p.Tenant, m)
	if err != nil {
		return invoice.Run{}, err
	}
	for _, g := range gates {
		if err := g.Check(); err != nil {
			return invoice.Run{Month: m, Gates: gates}, err
		}
	}
	run.Closed, run.Gates = d.Clock.Now().UTC(), gates
	w, err := run.Put(p.Tenant, version)
	if err != nil {
		return invoice.Run{}, err
	}
	return run, d.Commit(ctx, p, journal.Change{Action: "run.close", Subject: m.String(), Before: "open", After: "closed"}, w)
}
