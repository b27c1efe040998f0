package pages

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"jeongsan/internal/fault"
	"jeongsan/internal/invoice"
	"jeongsan/internal/money"
	"jeongsan/internal/settlement"
	"jeongsan/internal/taxinvoice"
)

// taxForm is what staff may change of a tax invoice before it is issued (CB-14), as they typed it.
type taxForm struct {
	Item, UnitPrice, Remark, Volume, Issue, Memo, Reason string
	Late                                                 bool
}

// orderView is the preview of a tax invoice with the form that changes it.
type orderView struct {
	Head     invoice.Invoice
	Form     taxForm
	Preview  settlement.TaxPreview
	Problems []problemView
	Blocked  bool // one of them keeps it from being issued
	Late     bool // past the legal deadline: to be issued knowingly
	Seal     string
}

// problemView is a finding about what is to be issued.
type problemView struct {
	Customer string
	Text     fault.Text
	Blocking bool
}

// Composed reports whether there is a content to look at.
func (o orderView) Composed() bool { return len(o.Preview.Content.Lines) > 0 }

// taxOrder is the page that previews; it begins with what the invoice says, or with a copy of an earlier tax invoice.
func (v *visit) taxOrder() error {
	head, t, err := v.head()
	if err != nil {
		return err
	}
	order := settlement.TaxOrder{Customer: head.Customer}
	if key := v.r.URL.Query().Get("copy"); key != "" {
		w, err := settlement.ParseTaxKey(key)
		if err != nil {
			return err
		}
		if order, err = v.Desk.CopyTax(v.ctx, t, w); err != nil {
			return err
		}
		order.Customer = head.Customer
	}
	preview, err := v.Desk.PreviewTax(v.ctx, v.principal, head.Month, order)
	if err != nil {
		return v.showOrder(head, taxForm{}, err)
	}
	return v.showOrder(head, formOf(preview.Content, order), nil)
}

// formOf fills the form with what was composed.
func formOf(c taxinvoice.Content, o settlement.TaxOrder) taxForm {
	f := taxForm{Remark: strings.Join(c.Remarks, " / "), Memo: o.Memo}
	if len(c.Lines) > 0 {
		f.Item, f.UnitPrice = c.Lines[0].Item, grouped(c.Lines[0].UnitPrice)
	}
	if c.Volume > 0 {
		f.Volume = strconv.Itoa(c.Volume)
	}
	if c.Issue > 0 {
		f.Issue = strconv.Itoa(c.Issue)
	}
	return f
}

func (v *visit) taxForm() taxForm {
	field := func(name string) string { return strings.TrimSpace(v.r.PostFormValue(name)) }
	return taxForm{
		Item: field("item"), UnitPrice: field("unit_price"), Remark: field("remark"), Volume: field("volume"), Issue: field("issue"),
		Memo: field("memo"), Reason: field("reason"), Late: field("late") != "",
	}
}

func (f taxForm) seal() string { return seal(f.Item, f.UnitPrice, f.Remark, f.Volume, f.Issue) }

// order reads the form; a fault names what cannot be read.
func (f taxForm) order(customer string) (settlement.TaxOrder, error) {
	order := settlement.TaxOrder{Customer: customer, Reason: f.Reason, Late: f.Late, Memo: f.Memo, Edit: taxinvoice.Edit{Item: &f.Item}}
	if f.Item == "" {
		return order, fault.Invalidf("item", fault.T("품목명을 입력해 주세요.", "Give the name of the item."))
	}
	if f.Remark != "" {
		order.Edit.Remarks = strings.Split(f.Remark, " / ")
	}
	price, err := priced("unit_price", f.UnitPrice)
	if err != nil {
		return order, err
	}
	order.Edit.UnitPrice = &price
	if order.Edit.Volume, err = bookNumber("volume", f.Volume); err != nil {
		return order, err
	}
	order.Edit.Issue, err = bookNumber("issue", f.Issue)
	return order, err
}

// plainNumber takes the signs away with which amounts are written: 1,082,752원, ₩1,082,752.
var plainNumber = strings.NewReplacer(",", "", "원", "", "₩", "", " ", "")

// priced reads a number that a person typed as an amount.
func priced(field, typed string) (money.Decimal, error) {
	d, err := money.ParseDecimal(plainNumber.Replace(typed))
	if err != nil {
		return d, fault.Invalidf(field, fault.T("금액 %.40q을(를) 읽을 수 없습니다. 1,082,752처럼 숫자로 입력해 주세요.", "The amount %.40q cannot be read; give it in digits, like 1,082,752.", typed)).Because(err)
	}
	return d, nil
}

// typedWon reads an amount in whole won.
func typedWon(field, typed string) (money.Amount, error) {
	d, err := priced(field, typed)
	if err != nil {
		return money.Amount{}, err
	}
	a, err := money.FromDecimal(d, settlement.BillCurrency)
	if err != nil {
		return a, fault.Invalidf(field, fault.T("금액 %.40q은(는) 원 단위의 정수여야 하고 너무 크지 않아야 합니다.", "The amount %.40q must be whole won, and not too large.", typed)).Because(err)
	}
	return a, nil
}

func bookNumber(field, typed string) (int, error) {
	if typed == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(typed)
	if err != nil || n < 0 {
		return 0, fault.Invalidf(field, fault.T("책번호 %.20q은(는) 숫자로 입력해 주세요.", "The book number %.20q must be a number.", typed))
	}
	return n, nil
}

// showOrder shows the preview of what the form says, and above it what went wrong.
func (v *visit) showOrder(head invoice.Invoice, f taxForm, problem error) error {
	view := orderView{Head: head, Form: f, Blocked: true, Seal: f.seal()}
	p := page{screen: "taxorder", section: "months", title: v.t("order.title", head.Number), path: invoicePath(head.Number) + "/tax"}
	order, err := f.order(head.Customer)
	if err == nil && (problem == nil || v.r.Method == http.MethodPost) {
		err = v.previewed(&view, order)
	}
	p.body = view
	return v.showWith(p, cmp.Or(problem, err))
}

// previewed fills the view with the composed content and every finding about it.
func (v *visit) previewed(view *orderView, order settlement.TaxOrder) (err error) {
	if view.Preview, err = v.Desk.PreviewTax(v.ctx, v.principal, view.Head.Month, order); err != nil {
		return err
	}
	view.Late = view.Preview.Lateness.Timeliness != "" && view.Preview.Lateness.Timeliness != taxinvoice.OnTime
	found, err := v.Desk.PreflightTax(v.ctx, v.principal, view.Head.Month, taxinvoice.NextDay, []settlement.TaxOrder{order})
	if err != nil { // what can be told without the service is told all the same
		for _, f := range view.Preview.Problems {
			view.Problems = append(view.Problems, problemView{"", f.Shown(), true})
		}
		return err
	}
	view.Problems = problems(found, view.Preview.Revise != nil)
	view.Blocked = slices.ContainsFunc(view.Problems, func(p problemView) bool { return p.Blocking })
	return nil
}

// problems are a preflight's findings without those that the order itself settles: the revision that a changed price
// makes, and the setting of the service, which only forbids one of the two buttons.
func problems(found []taxinvoice.Problem, revises bool) []problemView {
	var out []problemView
	for _, p := range found {
		if p.Code == taxinvoice.NeedsRevision && revises || p.Code == taxinvoice.PastDeadline {
			continue
		}
		blocking := p.Blocking && p.Code != taxinvoice.TransmitsAtOnce
		out = append(out, problemView{p.Customer, p.Text, blocking})
	}
	return out
}

// orderTax previews anew, or orders what was previewed.
func (v *visit) orderTax() error {
	head, _, err := v.head()
	if err != nil {
		return err
	}
	f := v.taxForm()
	timing := v.r.PostFormValue("do")
	if timing == "look" {
		return v.showOrder(head, f, nil)
	}
	order, err := f.order(head.Customer)
	if err == nil {
		err = v.asShown(f.seal())
	}
	if err == nil {
		order.Timing = taxinvoice.Timing(timing)
		err = v.issue(head, order)
	}
	now, _, readErr := invoice.Load(v.ctx, v.Store, v.principal.Tenant, head.Month, head.Customer) // a changed price has given it another number
	switch {
	case readErr != nil:
		return readErr
	case err != nil:
		return v.showOrder(now, f, err)
	case now.Number != head.Number:
		return v.done(invoicePath(now.Number), "tax-revised")
	}
	return v.done(invoicePath(now.Number), "tax-issue")
}

// issue orders one tax invoice that the preflight has nothing against.
func (v *visit) issue(head invoice.Invoice, order settlement.TaxOrder) error {
	preview, err := v.Desk.PreviewTax(v.ctx, v.principal, head.Month, order)
	if err != nil {
		return err
	}
	found, err := v.Desk.PreflightTax(v.ctx, v.principal, head.Month, order.Timing, []settlement.TaxOrder{order})
	if err != nil {
		return err
	}
	for _, p := range found {
		if p.Blocking && !(p.Code == taxinvoice.NeedsRevision && preview.Revise != nil) {
			return fault.New(fault.Conflict, p.Text)
		}
	}
	rows, err := v.Desk.RequestIssue(v.ctx, v.principal, head.Month, []settlement.TaxOrder{order})
	if err != nil {
		return err
	}
	return rows[0].Err
}
