package pages

import (
	"context"

	"jeongsan/internal/calendar"
	"jeongsan/internal/customer"
	"jeongsan/internal/fault"
	"jeongsan/internal/invoice"
	"jeongsan/internal/money"
	"jeongsan/internal/payment"
	"jeongsan/internal/store"
	"jeongsan/internal/taxinvoice"
)

// standing is which of the overview's counts an invoice's tax document belongs to.
type standing int

const (
	notIssued standing = iota
	issued
	reported
	failed
	bySlip
	standings // how many there are
)

// standingText names the counts in their order.
var standingText = [standings]string{"count.not-issued", "count.issued", "count.reported", "count.failed", "count.card"}

// countView is one of the counts by state.
type countView struct {
	Key   string
	Class string
	Count int
}

// taxState is the tax document of an invoice in the month's table.
type taxState struct {
	Text         fault.Text
	Class        string
	Confirmation string
	Amended      bool
	Why          fault.Text // of a failure
	Open         bool       // one can still be issued
	standing     standing
}

// payState is the last payment of an invoice in the month's table.
type payState struct {
	Text   fault.Text
	Class  string
	Slip   string
	Why    fault.Text // of a failure
	Backup int        // which backup card paid; 0 for the card itself
}

// collection is the tax invoices and payments of a month by customer, each read at once.
type collection struct {
	taxes    map[string][]taxinvoice.TaxInvoice
	payments map[string][]payment.Payment
}

func readCollection(ctx context.Context, s store.Reader, t store.Tenant, m calendar.Month) (collection, error) {
	c := collection{map[string][]taxinvoice.TaxInvoice{}, map[string][]payment.Payment{}}
	taxes, err := taxinvoice.List(ctx, s, t, m, "")
	if err != nil {
		return c, err
	}
	for _, x := range taxes {
		c.taxes[x.Customer] = append(c.taxes[x.Customer], x.TaxInvoice)
	}
	payments, err := payment.List(ctx, s, t, m, "")
	for _, p := range payments {
		c.payments[p.Customer] = append(c.payments[p.Customer], p.Payment)
	}
	return c, err
}

// taxStateOf is how the invoice's tax document stands: the last one that is no amendment, or why there is none.
func (c collection) taxStateOf(head invoice.Invoice, of customer.Customer) (taxState, error) {
	if head.State != invoice.Final {
		return taxState{}, nil
	}
	var last *taxinvoice.TaxInvoice
	amended := false
	for _, x := range c.taxes[head.Customer] {
		if x.Correction == "" {
			last = &x
		} else if x.State.Live() {
			amended = true
		}
	}
	left, err := head.Taxable()
	switch {
	case err != nil:
		return taxState{}, err
	case last != nil && (last.State != taxinvoice.Cancelled || left.Total.Sign() > 0):
		s := taxState{Text: last.State.Text(), Class: taxClass(last.State), Confirmation: last.Confirmation, Amended: amended, Why: last.Failure, standing: standingOf(last.State)}
		if !last.State.Live() {
			s.Confirmation = "" // it stands for nothing any more
		}
		return s, nil
	case head.Money.TaxInvoice != "":
		return taxState{Text: words["tax.elsewhere"], Class: "good", Confirmation: head.Money.TaxInvoice, standing: reported}, nil
	case left.Total.Sign() <= 0:
		return taxState{Text: words["tax.slip"], Class: "good", standing: bySlip}, nil
	case of.PayMeans == customer.ByCard:
		return taxState{Text: words["tax.waits-card"], Class: "quiet", standing: bySlip}, nil
	}
	return taxState{Text: taxinvoice.State("").Text(), Class: "quiet", standing: notIssued}, nil
}

func standingOf(s taxinvoice.State) standing {
	switch s {
	case taxinvoice.Reported:
		return reported
	case taxinvoice.Refused, taxinvoice.Rejected, taxinvoice.InDoubt:
		return failed
	case taxinvoice.Cancelled:
		return notIssued
	}
	return issued
}

func (c collection) payStateOf(head invoice.Invoice) payState {
	all := c.payments[head.Customer]
	if len(all) == 0 {
		return payState{}
	}
	p := all[len(all)-1]
	s := payState{Text: p.State.Text(), Class: paymentClass(p.State), Slip: p.Slip.Approval}
	if p.State == payment.Declined {
		s.Why = p.Reason
	}
	if p.State.Paid() {
		s.Backup = len(p.Attempts) - 1
	}
	return s
}

// collect adds to every row how its tax document and its payments stand, and counts the states.
func (v *visit) collect(t store.Tenant, view *monthView) error {
	c, err := readCollection(v.ctx, v.Store, t, view.Month)
	if err != nil {
		return err
	}
	var counts [standings]int
	nothing := money.Zero(view.Sums.Total.Currency())
	view.Paid, view.Balance, view.Amended = nothing, nothing, nothing
	for i := range view.Rows {
		row := &view.Rows[i]
		if row.Head.State != invoice.Final {
			continue
		}
		if row.Tax, err = c.taxStateOf(row.Head, row.Customer); err != nil {
			return err
		}
		_, err := row.Head.Tax("next")
		row.Tax.Open = err == nil
		counts[row.Tax.standing]++
		row.Pay = c.payStateOf(row.Head)
		if err := row.owe(view); err != nil {
			return err
		}
	}
	for s, n := range counts {
		class := [standings]string{"quiet", "live", "good", "warn", "quiet"}[s]
		view.Counts = append(view.Counts, countView{standingText[s], class, n})
	}
	return nil
}

// owe reads what is paid and owed of a row's invoice into the row and the view's sums.
func (row *monthRow) owe(view *monthView) error {
	paid, err := row.Head.Paid()
	if err != nil {
		return err
	}
	if row.Balance, err = row.Head.Balance(); err != nil {
		return err
	}
	if view.Paid, err = view.Paid.Add(paid); err != nil {
		return err
	}
	if view.Balance, err = view.Balance.Add(row.Balance); err != nil {
		return err
	}
	billed, err := row.Head.Billed()
	if err != nil {
		return err
	}
	change, err := billed.Total.Sub(row.Head.Sums.Total)
	if err != nil {
		return err
	}
	view.Amended, err = view.Amended.Add(change)
	return err
}

// dueRow is an invoice that still needs its tax invoice.
type dueRow struct {
	taxinvoice.NotIssued
	Name  string
	Class string
}

// dueTaxes lists what is not issued yet of the filter, of every month, by the days left to the legal deadline (CB-15).
func (v *visit) dueTaxes(t store.Tenant, d monthData, account, reseller string) ([]dueRow, error) {
	all, err := v.Desk.DueTax(v.ctx, t)
	if err != nil {
		return nil, err
	}
	names := map[string]string{}
	for _, c := range d.customers {
		if within(c, account, reseller) {
			names[c.ID] = c.Name
		}
	}
	var out []dueRow
	for _, n := range all {
		if names[n.Customer] == "" {
			continue
		}
		row := dueRow{n, names[n.Customer], "quiet"}
		if n.DaysLeft < urgent {
			row.Class = "warn"
		}
		out = append(out, row)
	}
	return out, nil
}

// urgent is from how many days left on a deadline is shown in the colour of warnings.
const urgent = 3
