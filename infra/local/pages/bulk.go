package pages

import (
	"slices"

	"jeongsan/internal/calendar"
	"jeongsan/internal/customer"
	"jeongsan/internal/fault"
	"jeongsan/internal/invoice"
	"jeongsan/internal/money"
	"jeongsan/internal/settlement"
	"jeongsan/internal/taxinvoice"
)

// bulkView is the tax invoices of chosen customers before they are issued, or what became of the order.
type bulkView struct {
	Month   calendar.Month
	Rows    []bulkRow
	Whole   []problemView // what concerns all of them
	Ready   int           // rows that can be issued
	Late    bool          // some of those only knowingly: their deadline has passed
	Total   money.Amount  // of those
	Ordered bool
	Done    int
}

// bulkRow is one customer's tax invoice.
type bulkRow struct {
	Customer string
	Name     string
	Number   string // of the invoice
	Content  taxinvoice.Content
	Deadline calendar.Date
	DaysLeft int
	Problems []problemView
	Blocked  bool
	Key      string     // of the ordered tax invoice
	Failure  fault.Text // why it was not ordered
}

// Composed reports whether there is a content to look at.
func (r bulkRow) Composed() bool { return len(r.Content.Lines) > 0 }

var errNobodyChosen = fault.Invalidf("customers", fault.T("고객사를 먼저 골라 주세요.", "Choose customers first."))

// chosen is the month of the address and the customers that the form names.
func (v *visit) chosen() (calendar.Month, []string, error) {
	if _, err := v.tenant(); err != nil {
		return calendar.Month{}, nil, err
	}
	m, err := calendar.ParseMonth(v.r.PathValue("month"))
	if err != nil {
		return m, nil, err
	}
	ids := slices.Clone(v.r.PostForm["customer"])
	slices.Sort(ids)
	if ids = slices.Compact(ids); len(ids) == 0 {
		return m, nil, errNobodyChosen
	}
	return m, ids, nil
}

// sendMany mails the invoices of the chosen customers (CB-12).
func (v *visit) sendMany() error {
	m, ids, err := v.chosen()
	if err != nil {
		return err
	}
	rows, err := v.Desk.RequestSend(v.ctx, v.principal, m, ids)
	if err != nil {
		return err
	}
	view := bulkView{Month: m, Ordered: true}
	for _, r := range rows {
		row, err := v.bulkRow(m, r.Customer)
		if err != nil {
			return err
		}
		if r.Err == nil {
			view.Done++
		} else {
			row.Failure = fault.TextOf(r.Err)
		}
		view.Rows = append(view.Rows, row)
	}
	if view.Done == len(rows) {
		return v.done("/months/"+m.String(), "send-many")
	}
	return v.show(page{screen: "bulksent", section: "months", title: v.t("bulk.sent"), path: "/months/" + m.String(), body: view})
}

// bulkRow names a customer and its invoice; one that is not there keeps its id.
func (v *visit) bulkRow(m calendar.Month, id string) (bulkRow, error) {
	row := bulkRow{Customer: id, Name: id}
	t := v.principal.Tenant
	c, _, err := customer.Load(v.ctx, v.Store, t, id)
	if err == nil {
		row.Name = c.Name
	} else if !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Invalid) {
		return row, err
	}
	head, _, err := invoice.Load(v.ctx, v.Store, t, m, id)
	if err == nil {
		row.Number = head.Number
	} else if !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Invalid) {
		return row, err
	}
	return row, nil
}

// orderTaxes previews the tax invoices of the chosen customers with all that keeps any from being issued, or orders
// those that nothing keeps (CB-15, XX-11).
func (v *visit) orderTaxes() error {
	m, ids, err := v.chosen()
	if err != nil {
		return err
	}
	timing := taxinvoice.Timing(v.r.PostFormValue("do"))
	ordering := timing == taxinvoice.NextDay || timing == taxinvoice.Immediate
	if !ordering {
		timing = taxinvoice.NextDay
	}
	orders := make([]settlement.TaxOrder, len(ids))
	for i, id := range ids {
		orders[i] = settlement.TaxOrder{Customer: id, Timing: timing, Late: v.r.PostFormValue("late") != ""}
	}
	view, err := v.bulk(m, timing, orders)
	if err != nil {
		return err
	}
	if ordering {
		err = v.orderReady(&view, orders)
	}
	return v.showWith(page{screen: "bulk", section: "months", title: v.t("bulk.title"), path: "/months/" + m.String(), body: view}, err)
}

func (v *visit) bulk(m calendar.Month, timing taxinvoice.Timing, orders []settlement.TaxOrder) (bulkView, error) {
	view := bulkView{Month: m, Total: money.Zero(settlement.BillCurrency)}
	previews, err := v.Desk.PreviewTaxes(v.ctx, v.principal, m, orders)
	if err != nil {
		return view, err
	}
	found, err := v.Desk.PreflightTax(v.ctx, v.principal, m, timing, orders)
	if err != nil {
		return view, err
	}
	for _, p := range found {
		if p.Customer == "" && (timing == v.ordered() || p.Code != taxinvoice.TransmitsAtOnce) {
			view.Whole = append(view.Whole, problemView{"", p.Text, p.Blocking})
		}
	}
	blocked := slices.ContainsFunc(view.Whole, func(p problemView) bool { return p.Blocking })
	for _, x := range previews {
		row, err := v.bulkRow(m, x.Customer)
		if err != nil {
			return view, err
		}
		row.Content, row.Deadline, row.DaysLeft, row.Blocked = x.Content, x.Lateness.Deadline, x.Lateness.DaysLeft, blocked || x.Err != nil
		for _, p := range found {
			if p.Customer == x.Customer {
				row.Problems = append(row.Problems, problemView{p.Customer, p.Text, p.Blocking})
				row.Blocked = row.Blocked || p.Blocking
			}
		}
		if !row.Blocked {
			view.Ready++
			view.Late = view.Late || row.DaysLeft < 0
			if view.Total, err = view.Total.Add(row.Content.Total); err != nil {
				return view, err
			}
		}
		view.Rows = append(view.Rows, row)
	}
	return view, nil
}

// ordered is the timing that was asked for, "" while it is only looked at.
func (v *visit) ordered() taxinvoice.Timing { return taxinvoice.Timing(v.r.PostFormValue("do")) }

// orderReady orders the rows that nothing keeps from it.
func (v *visit) orderReady(view *bulkView, orders []settlement.TaxOrder) error {
	var ready []settlement.TaxOrder
	for i, row := range view.Rows {
		if !row.Blocked {
			ready = append(ready, orders[i])
		}
	}
	results, err := v.Desk.RequestIssue(v.ctx, v.principal, view.Month, ready)
	if err != nil {
		return err
	}
	view.Ordered = true
	for _, r := range results {
		i := slices.IndexFunc(view.Rows, func(row bulkRow) bool { return row.Customer == r.Customer })
		if r.Err != nil {
			view.Rows[i].Failure = fault.TextOf(r.Err)
			continue
		}
		view.Rows[i].Key = r.Number
		view.Done++
	}
	return nil
}
