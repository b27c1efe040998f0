package settlement

import (
	"context"
	"slices"

	"jeongsan/internal/calendar"
	"jeongsan/internal/customer"
	"jeongsan/internal/fault"
	"jeongsan/internal/identity"
	"jeongsan/internal/invoice"
	"jeongsan/internal/journal"
	"jeongsan/internal/money"
	"jeongsan/internal/store"
	"jeongsan/internal/tenant"
	"jeongsan/internal/usage"
)

// Gates adds up every account's month: what the provider bills, what stands on final invoices, what waits for its
// cycle, and the work-list of what is on nobody's invoice, each with its reason.
func (d *Desk) Gates(ctx context.Context, t store.Tenant, m calendar.Month) ([]invoice.Gate, error) {
	gates, _, err := d.gates(ctx, t, m)
	return gates, err
}

// gates also returns a check of the version of every account's month that was weighed, for the commit that relies on it.
func (d *Desk) gates(ctx context.Context, t store.Tenant, m calendar.Month) ([]invoice.Gate, []store.Write, error) {
	accounts, err := tenant.Accounts(ctx, d.Store, t)
	if err != nil {
		return nil, nil, err
	}
	customers, err := customer.List(ctx, d.Store, t)
	if err != nil {
		return nil, nil, err
	}
	heads, err := invoice.List(ctx, d.Store, t, m)
	if err != nil {
		return nil, nil, err
	}
	var checks []store.Write
	w := newWeighing(m, customers, heads)
	var gates []invoice.Gate
	for _, a := range accounts {
		head, version, err := usage.LoadHead(ctx, d.Store, t, a.ID, m)
		if fault.Is(err, fault.NotFound) {
			head = usage.Head{Meta: usage.Meta{Account: a.ID, Month: m, Currency: BillCurrency}}
		} else if err != nil {
			return nil, nil, err
		}
		checks = append(checks, store.Check(usage.HeadKey(t, a.ID, m), store.AtVersion(version)))
		rollups, err := usage.Rollups(ctx, d.Store, t, a.ID, m)
		if err != nil {
			return nil, nil, err
		}
		g := w.gate(a, head, rollups)
		// An export has a bill only when it came; a partner account is read every dawn, until its key is taken away.
		g.Unread = a.Provider == tenant.NCP && !a.Deleted && (version == 0 || early(head))
		if err := d.released(ctx, t, w, &g); err != nil {
			return nil, nil, err
		}
		gates = append(gates, g)
	}
	return gates, checks, nil
}

// released adds what earlier months of the cycles that end now had gathered: it left those months' gates as waiting,
// and must leave this one on an invoice or with a reason.
func (d *Desk) released(ctx context.Context, t store.Tenant, w weighing, g *invoice.Gate) error {
	for _, c := range w.customers {
		turn, span := c.TurnIn(w.month)
		if c.Account != g.Account || turn != customer.TurnBill {
			continue
		}
		for _, m := range span[:len(span)-1] {
			number, err := invoice.ClaimedBy(ctx, d.Store, t, c.Account, m, c.MemberNumber)
			if err != nil {
				return err
			}
			if number != "" && number != w.heads[c.ID].Number { // left with the invoice of an earlier run
				continue
			}
			r, _, err := usage.LoadRollup(ctx, d.Store, t, c.Account, m, c.MemberNumber)
			if fault.Is(err, fault.NotFound) {
				continue
			}
			if err != nil {
				return err
			}
			g.Released = g.Released.Add(r.Charged)
			w.billed(g, c, r, m)
		}
	}
	return nil
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

// member weighs one member's part of the provider's bill of the month.
func (w weighing) member(g *invoice.Gate, r usage.Rollup) {
	c, known := w.byMember[[2]string{g.Account, r.Member}]
	if !known {
		reason := invoice.Unregistered
		if !r.Gone.IsZero() {
			reason = invoice.Departed
		}
		if r.Member == usage.TaxMember {
			reason = invoice.ProviderTax
		}
		leave(g, invoice.Unallocated{Member: r.Member, Name: r.Name, Reason: reason, Cost: r.Charged})
		return
	}
	turn, _ := c.TurnIn(w.month)
	if h := w.heads[c.ID]; h.State == invoice.Final {
		if _, charged := chargeOf(h, g.Account, w.month, r.Member); charged {
			turn = customer.TurnBill // whatever its cycle is today
		}
	}
	switch turn {
	case customer.TurnBeforeFirst:
		leave(g, invoice.Unallocated{Member: r.Member, Name: c.Name, Customer: c.ID, Reason: invoice.BeforeFirst, Cost: r.Charged})
	case customer.TurnGather:
		g.Gathered = g.Gathered.Add(r.Charged)
	default:
		w.billed(g, c, r, w.month)
	}
}

// billed weighs a month of a customer whose turn it is against its invoice.
func (w weighing) billed(g *invoice.Gate, c customer.Customer, r usage.Rollup, m calendar.Month) {
	h, drafted := w.heads[c.ID]
	charge, charged := chargeOf(h, g.Account, m, r.Member)
	put := func(reason invoice.Reason, cost money.Decimal) {
		leave(g, invoice.Unallocated{Member: r.Member, Name: c.Name, Customer: c.ID, Reason: reason, Cost: cost})
	}
	switch {
	case !charged && r.Charged.IsZero():
		return // restated to nothing, or nothing yet
	case !charged && !c.InactiveFrom.IsZero() && c.InactiveFrom.Compare(m.Last()) <= 0:
		put(invoice.NotActive, r.Charged) // the draft left the month out: inactive before it used anything
	case h.State == invoice.Final: // one of fees alone has no charge: all usage came after it
		g.Invoiced = g.Invoiced.Add(charge.Cost)
		reason := invoice.AfterFinal
		if !charge.Through.IsZero() {
			reason = invoice.NotActive
		}
		put(reason, r.Charged.Sub(charge.Cost))
	case !drafted || !charged: // registered, or its usage came, after the last draft
		if !slices.Contains(g.Open, c.ID) {
			g.Open = append(g.Open, c.ID)
		}
		g.Invoiced = g.Invoiced.Add(r.Charged)
	case h.Sums.Total.Sign() < 0:
		put(invoice.Negative, r.Charged)
	case h.Payable(): // a draft that will be billed; it is listed as open
		g.Invoiced = g.Invoiced.Add(charge.Cost)
		put(invoice.NotActive, r.Charged.Sub(charge.Cost))
	default:
		put(invoice.NothingToBill, r.Charged)
	}
}

// leave puts an item on the work-list, unless there is nothing of it.
func leave(g *invoice.Gate, u invoice.Unallocated) {
	if !u.Cost.IsZero() {
		g.Unallocated = append(g.Unallocated, u)
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
	gates, checks, err := d.gates(ctx, p.Tenant, m)
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
	return run, d.Commit(ctx, p, journal.Change{Action: "run.close", Subject: m.String(), Before: "open", After: "closed"}, append(checks, w)...)
}
