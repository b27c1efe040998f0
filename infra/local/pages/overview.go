package pages

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"time"

	"jeongsan/internal/calendar"
	"jeongsan/internal/customer"
	"jeongsan/internal/fault"
	"jeongsan/internal/invoice"
	"jeongsan/internal/money"
	"jeongsan/internal/payment"
	"jeongsan/internal/settlement"
	"jeongsan/internal/store"
	"jeongsan/internal/tenant"
)

const (
	monthsBack  = 24  // how far back the overview looks for settled months
	invoiceRows = 100 // of one page of the month's table
	direct      = "-" // in place of a reseller: customers without one
)

// monthView is the overview of one month.
type monthView struct {
	Month     calendar.Month
	Months    []choice
	Accounts  []choice
	Resellers []choice
	Rows      []monthRow
	Unbilled  []unbilled
	Count     int // customers due, of the filter
	Final     int // of them
	Customers int // of the filter, due or not
	Sums      invoice.Sums
	Opens     time.Time
	Closed    time.Time
	Gates     []gateView
	Left      []leftRow
	Pages     []choice
	Counts    []countView
	Due       []dueRow
	Matters   []payment.Matter
	Paid      money.Amount
	Balance   money.Amount
	Amended   money.Amount // what amended tax invoices changed of the total: total + this − paid = balance
	Detail    bool         // the figures of every invoice are shown in place of its documents
	Works     string       // address of this page with the documents
	Figures   string       // and with the figures
}

// monthRow is one customer's invoice in the table.
type monthRow struct {
	Head     invoice.Invoice
	Customer customer.Customer
	Account  string
	Notes    []string // what is special about the customer's month
	Mail     mailState
	Tax      taxState
	Pay      payState
	Balance  money.Amount
}

// unbilled is a customer of the filter without anything to bill this month.
type unbilled struct {
	Name   string
	Number string // of a draft that comes to nothing; "" when there is none
	Why    string
}

// gateView is a gate with the fault that keeps it shut, nil when it holds.
type gateView struct {
	invoice.Gate
	Shut *fault.Text
}

// leftRow is an item of the work-list with its account.
type leftRow struct {
	invoice.Unallocated
	Account  string
	Currency money.Currency
}

// monthData is what is read for a month before the filter.
type monthData struct {
	accounts  []tenant.Account
	customers []customer.Customer
	heads     map[string]invoice.Invoice
}

func (v *visit) overview() error {
	t, err := v.tenant()
	if err != nil {
		return v.show(page{screen: "empty", section: "months", title: v.t("empty.title")})
	}
	months, err := settled(v.ctx, v.Store, t, calendar.MonthOf(v.Clock.Now()))
	if err != nil {
		return err
	}
	m, err := v.month(months)
	if err != nil {
		return err
	}
	view, err := v.monthView(t, m)
	if err != nil {
		return err
	}
	if !slices.Contains(months, m) {
		months = append([]calendar.Month{m}, months...)
	}
	for _, x := range months {
		view.Months = append(view.Months, choice{x.String(), v.lang.month(x), x == m})
	}
	return v.show(page{screen: "overview", section: "months", title: v.t("overview.title", v.lang.month(m)), notice: v.notice(), body: view})
}

// settled lists the months with invoices, newest first.
func settled(ctx context.Context, s store.Reader, t store.Tenant, now calendar.Month) ([]calendar.Month, error) {
	var out []calendar.Month
	for m := now; now.Sub(m) < monthsBack; m = m.Prev() {
		found, err := s.Query(ctx, store.Query{Partition: invoice.Partition(t, m), Limit: 1})
		if err != nil {
			return nil, err
		}
		if len(found.Documents) > 0 {
			out = append(out, m)
		}
	}
	return out, nil
}

// month is the one in the address; without one it is last month, which is the one being settled, the month before until
// settlement opens, or else the newest that has invoices.
func (v *visit) month(months []calendar.Month) (calendar.Month, error) {
	if named := v.r.PathValue("month"); named != "" {
		return calendar.ParseMonth(named)
	}
	if asked := v.r.URL.Query().Get("month"); asked != "" {
		return calendar.ParseMonth(asked)
	}
	now := v.Clock.Now()
	last := calendar.MonthOf(now).Prev()
	if opens := last.Next().Day(v.profile.Settings.OpensOn).Start(); now.Before(opens) && slices.Contains(months, last.Prev()) {
		return last.Prev(), nil // the one before is still worked on
	}
	if len(months) == 0 || slices.Contains(months, last) {
		return last, nil
	}
	return months[0], nil
}

func (v *visit) monthView(t store.Tenant, m calendar.Month) (monthView, error) {
	nothing := money.Zero(settlement.BillCurrency)
	view := monthView{Month: m, Sums: invoice.Sums{Usage: nothing, Discount: nothing, Other: nothing, Rounding: nothing, Supply: nothing, VAT: nothing, Total: nothing}, Opens: m.Next().Day(v.profile.Settings.OpensOn).Start()}
	d, err := readMonth(v.ctx, v.Store, t, m)
	if err != nil {
		return view, err
	}
	run, _, err := invoice.LoadRun(v.ctx, v.Store, t, m)
	if err != nil {
		return view, err
	}
	view.Closed = run.Closed
	account, reseller := v.r.URL.Query().Get("account"), v.r.URL.Query().Get("reseller")
	view.Accounts, view.Resellers = v.accountChoices(d, account), v.resellerChoices(d, reseller)
	if err := v.fill(&view, d, account, reseller); err != nil {
		return view, err
	}
	if err := v.collect(t, &view); err != nil {
		return view, err
	}
	if err := v.cut(t, &view); err != nil {
		return view, err
	}
	if view.Due, err = v.dueTaxes(t, d, account, reseller); err != nil {
		return view, err
	}
	if view.Matters, err = payment.Matters(v.ctx, v.Store, t); err != nil {
		return view, err
	}
	v.tabs(&view)
	return view, v.gates(t, &view, account)
}

func readMonth(ctx context.Context, s store.Reader, t store.Tenant, m calendar.Month) (d monthData, err error) {
	if d.accounts, err = tenant.Accounts(ctx, s, t); err != nil {
		return d, err
	}
	if d.customers, err = customer.List(ctx, s, t); err != nil {
		return d, err
	}
	heads, err := invoice.List(ctx, s, t, m)
	d.heads = make(map[string]invoice.Invoice, len(heads))
	for _, h := range heads {
		d.heads[h.Customer] = h
	}
	return d, err
}

func (v *visit) accountChoices(d monthData, chosen string) []choice {
	out := []choice{{"", v.t("overview.all-accounts"), chosen == ""}}
	for _, a := range d.accounts {
		out = append(out, choice{a.ID, a.Label, a.ID == chosen})
	}
	return out
}

func (v *visit) resellerChoices(d monthData, chosen string) []choice {
	out := []choice{{"", v.t("overview.all-resellers"), chosen == ""}, {direct, v.t("overview.direct"), chosen == direct}}
	var names []string
	for _, c := range d.customers {
		if c.Reseller != "" {
			names = append(names, c.Reseller)
		}
	}
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		out = append(out, choice{name, name, name == chosen})
	}
	return out
}

// fill takes the customers of the filter with a real amount to bill (CB-11) and adds them up.
func (v *visit) fill(view *monthView, d monthData, account, reseller string) error {
	labels := map[string]string{}
	for _, a := range d.accounts {
		labels[a.ID] = a.Label
	}
	for _, c := range d.customers {
		if !within(c, account, reseller) {
			continue
		}
		view.Customers++
		head, ok := d.heads[c.ID]
		if !ok || !head.Payable() {
			view.Unbilled = append(view.Unbilled, unbilled{c.Name, head.Number, v.whyUnbilled(c, view.Month)})
			continue
		}
		view.Count++
		if head.State == invoice.Final {
			view.Final++
		}
		var err error
		if view.Sums, err = added(view.Sums, head.Sums); err != nil {
			return err
		}
		view.Rows = append(view.Rows, monthRow{Head: head, Customer: c, Account: labels[c.Account], Notes: v.notes(head, c)})
	}
	return nil
}

// within reports whether a customer is in the filter.
func within(c customer.Customer, account, reseller string) bool {
	return (account == "" || c.Account == account) && (reseller == "" || cmp.Or(c.Reseller, direct) == reseller)
}

// whyUnbilled says why a customer has no amount to bill in the month.
func (v *visit) whyUnbilled(c customer.Customer, m calendar.Month) string {
	switch turn, _ := c.TurnIn(m); turn {
	case customer.TurnGather:
		return v.t("unbilled.gathered", v.say(c.Cycle.Text()))
	case customer.TurnBeforeFirst:
		first := c.FirstMonth
		if first.IsZero() {
			first = c.Registered.In()
		}
		return v.t("unbilled.before", v.lang.month(first))
	}
	return v.t("unbilled.nothing")
}

// notes are what a clerk wants to know about the customer's month before opening it.
func (v *visit) notes(head invoice.Invoice, c customer.Customer) []string {
	var out []string
	if len(head.Span) > 1 {
		out = append(out, v.t("note.months", v.say(c.Cycle.Text()), count(len(head.Span))))
	}
	if !c.InactiveFrom.IsZero() {
		out = append(out, v.t("note.inactive", c.InactiveFrom))
	}
	return out
}

// added adds two invoices' figures.
func added(a, b invoice.Sums) (invoice.Sums, error) {
	var err error
	for _, pair := range []struct {
		to *money.Amount
		x  money.Amount
	}{
		{&a.Usage, b.Usage}, {&a.Discount, b.Discount}, {&a.Other, b.Other}, {&a.Rounding, b.Rounding},
		{&a.Supply, b.Supply}, {&a.VAT, b.VAT}, {&a.Total, b.Total},
	} {
		if *pair.to, err = pair.to.Add(pair.x); err != nil {
			return a, err
		}
	}
	return a, nil
}

// cut keeps one page of the table and reads the mails of its invoices.
func (v *visit) cut(t store.Tenant, view *monthView) error {
	from, pages := v.paged(len(view.Rows), invoiceRows)
	view.Pages = pages
	view.Rows = view.Rows[from:min(from+invoiceRows, len(view.Rows))]
	for i := range view.Rows {
		row := &view.Rows[i]
		mails, err := invoice.Deliveries(v.ctx, v.Store, t, row.Head.Month, row.Head.Customer)
		if err != nil {
			return err
		}
		row.Mail = mailStateOf(row.Head, row.Customer, mails)
	}
	return nil
}

// tabs are the two looks at the month's table.
func (v *visit) tabs(view *monthView) {
	q := v.r.URL.Query()
	view.Detail = q.Get("view") == "figures"
	q.Del("view")
	q.Del("done")
	view.Works = address(v.r.URL.Path, q)
	q.Set("view", "figures")
	view.Figures = address(v.r.URL.Path, q)
}

// paged says where the page in the address begins, and lists the pages when there is more than one.
func (v *visit) paged(rows, size int) (from int, pages []choice) {
	last := max(0, (rows-1)/size)
	n, err := strconv.Atoi(v.r.URL.Query().Get("page"))
	if err != nil {
		n = 1
	}
	n = min(max(n-1, 0), last)
	for i := 0; last > 0 && i <= last; i++ {
		q := v.r.URL.Query()
		q.Set("page", strconv.Itoa(i+1))
		pages = append(pages, choice{address(v.r.URL.Path, q), strconv.Itoa(i + 1), i == n})
	}
	return n * size, pages
}

func (v *visit) gates(t store.Tenant, view *monthView, account string) error {
	gates, err := v.Desk.Gates(v.ctx, t, view.Month)
	if err != nil {
		return err
	}
	for _, g := range gates {
		if account != "" && g.Account != account {
			continue
		}
		shown := gateView{Gate: g}
		if err := g.Check(); err != nil {
			why := fault.TextOf(err)
			shown.Shut = &why
		}
		view.Gates = append(view.Gates, shown)
		for _, u := range g.Unallocated {
			view.Left = append(view.Left, leftRow{u, g.Label, g.Currency})
		}
	}
	return nil
}
