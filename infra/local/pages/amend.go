package pages

import (
	"strconv"
	"strings"

	"jeongsan/internal/calendar"
	"jeongsan/internal/fault"
	"jeongsan/internal/invoice"
	"jeongsan/internal/settlement"
	"jeongsan/internal/store"
	"jeongsan/internal/taxinvoice"
)

// amendForm is what staff say of an amendment (CB-17), as they typed it. Which fields count is a matter of the reason.
type amendForm struct {
	Reason                taxinvoice.Reason
	Arose, Supply, Opened string
	// of a correction: what it should have said
	Written, BusinessNumber, Name, Representative, Item, Remark string
	Intentional, Audited                                        bool

	Timing    taxinvoice.Timing
	Why, Memo string
	Seen      string // how many amendments there were when the form was made
}

// amendView is the page of an amendment: the reasons, the form of one, and what it would issue.
type amendView struct {
	Head    invoice.Invoice
	Tax     taxinvoice.TaxInvoice
	Reasons []choice
	Form    amendForm
	Plan    *taxinvoice.Plan
	Seal    string
}

var reasons = []taxinvoice.Reason{taxinvoice.Correction, taxinvoice.AmountChange, taxinvoice.Return, taxinvoice.Termination, taxinvoice.LocalCredit, taxinvoice.DuplicateMistake}

// amended is the tax invoice of the address with how often it was amended.
func (v *visit) amended() (invoice.Invoice, settlement.TaxWork, taxinvoice.TaxInvoice, error) {
	head, t, err := v.head()
	if err != nil {
		return head, settlement.TaxWork{}, taxinvoice.TaxInvoice{}, err
	}
	w, err := v.taxWork(head)
	if err != nil {
		return head, w, taxinvoice.TaxInvoice{}, err
	}
	x, err := taxinvoice.Load(v.ctx, v.Store, t, w.Month, w.Customer, w.Sequence)
	return head, w, x.TaxInvoice, err
}

// amendPage shows the form of the reason in the address.
func (v *visit) amendPage() error {
	head, _, x, err := v.amended()
	if err != nil {
		return err
	}
	seen, err := v.amendments(v.principal.Tenant, x)
	if err != nil {
		return err
	}
	n, err := strconv.Atoi(v.r.URL.Query().Get("reason"))
	if err != nil {
		n = int(taxinvoice.AmountChange)
	}
	stands, err := v.stands(x)
	if err != nil {
		return err
	}
	f := amendForm{
		Reason: taxinvoice.Reason(n), Arose: calendar.DateOf(v.Clock.Now()).String(), Timing: taxinvoice.NextDay, Seen: strconv.Itoa(seen),
		Written: stands.Written.String(), BusinessNumber: stands.Buyer.BusinessNumber, Name: stands.Buyer.Name, Representative: stands.Buyer.Representative,
		Remark: strings.Join(stands.Remarks, " / "),
	}
	if len(stands.Lines) > 0 {
		f.Item = stands.Lines[0].Item
	}
	return v.showAmend(head, x, f, nil, nil)
}

// stands is what the tax invoice says after its amendments: its own content while there are none.
func (v *visit) stands(x taxinvoice.TaxInvoice) (taxinvoice.Content, error) {
	o, err := taxinvoice.LoadOriginal(v.ctx, v.Store, v.principal.Tenant, x.Month, x.Customer, x.Sequence)
	if err != nil {
		return x.Content, err
	}
	all, err := o.InForce()
	if err != nil || len(all) == 0 {
		return x.Content, err
	}
	return all[0].Content, nil
}

func (v *visit) amendments(t store.Tenant, x taxinvoice.TaxInvoice) (int, error) {
	all, err := taxinvoice.ListCorrections(v.ctx, v.Store, t, x.Month, x.Customer)
	n := 0
	for _, c := range all {
		if c.Original == x.Key {
			n++
		}
	}
	return n, err
}

func (v *visit) showAmend(head invoice.Invoice, x taxinvoice.TaxInvoice, f amendForm, plan *taxinvoice.Plan, problem error) error {
	view := amendView{Head: head, Tax: x, Form: f, Plan: plan, Seal: f.seal()}
	for _, r := range reasons {
		view.Reasons = append(view.Reasons, choice{strconv.Itoa(int(r)), v.say(r.Text()), r == f.Reason})
	}
	return v.showWith(page{screen: "amend", section: "months", title: v.t("amend.title", x.Key), body: view}, problem)
}

func (v *visit) amendForm() amendForm {
	field := func(name string) string { return strings.TrimSpace(v.r.PostFormValue(name)) }
	n, err := strconv.Atoi(field("reason"))
	if err != nil {
		n = 0 // none of the six: the plan says so
	}
	return amendForm{
		Reason: taxinvoice.Reason(n), Arose: field("arose"), Supply: field("supply"), Opened: field("opened"),
		Written: field("written"), BusinessNumber: field("business_number"), Name: field("name"), Representative: field("representative"), Item: field("item"), Remark: field("remark"),
		Intentional: field("intentional") != "", Audited: field("audited") != "",
		Timing: taxinvoice.Timing(field("timing")), Why: field("why"), Memo: field("memo"), Seen: field("seen"),
	}
}

// amend shows what an amendment would issue, or orders it.
func (v *visit) amend() error {
	head, w, x, err := v.amended()
	if err != nil {
		return err
	}
	stands, err := v.stands(x)
	if err != nil {
		return err
	}
	f := v.amendForm()
	change, err := f.change(stands)
	if err != nil {
		return v.showAmend(head, x, f, nil, err)
	}
	plan, err := v.Desk.PlanAmendment(v.ctx, v.principal, w, change)
	if err != nil {
		return v.showAmend(head, x, f, nil, err)
	}
	if v.r.PostFormValue("do") != "order" {
		return v.showAmend(head, x, f, &plan, nil)
	}
	if err := v.asShown(f.seal()); err != nil {
		return v.showAmend(head, x, f, &plan, err)
	}
	seen, err := strconv.Atoi(f.Seen)
	if err != nil {
		return v.showAmend(head, x, f, &plan, errForeignForm)
	}
	if _, err = v.Desk.AmendTax(v.ctx, v.principal, w, settlement.TaxAmendment{Change: change, Timing: f.Timing, Seen: seen, Why: f.Why, Memo: f.Memo}); err != nil {
		return v.showAmend(head, x, f, &plan, err)
	}
	return v.done(invoicePath(head.Number), "tax-amend")
}

func (f amendForm) seal() string {
	return seal(strconv.Itoa(int(f.Reason)), f.Arose, f.Supply, f.Opened, f.Written, f.BusinessNumber, f.Name, f.Representative, f.Item, f.Remark,
		strconv.FormatBool(f.Intentional), strconv.FormatBool(f.Audited))
}

// change reads the fields that the reason asks for.
func (f amendForm) change(stands taxinvoice.Content) (taxinvoice.Change, error) {
	c := taxinvoice.Change{Reason: f.Reason, Intentional: f.Intentional, Audited: f.Audited}
	var err error
	switch f.Reason {
	case taxinvoice.Correction:
		c.Right, err = f.right(stands)
		return c, err
	case taxinvoice.AmountChange, taxinvoice.Return, taxinvoice.Termination:
		if c.Arose, err = typedDate("arose", f.Arose); err != nil {
			return c, err
		}
	case taxinvoice.LocalCredit:
		if c.Opened, err = typedDate("opened", f.Opened); err != nil {
			return c, err
		}
	}
	if f.Reason == taxinvoice.AmountChange || f.Reason == taxinvoice.Return || f.Reason == taxinvoice.LocalCredit && f.Supply != "" {
		c.Supply, err = typedWon("supply", f.Supply)
	} else {
		c.Supply, err = typedWon("supply", "0")
	}
	return c, err
}

// right names what is typed otherwise than it stands; amounts that were wrong from the beginning are not entered here.
func (f amendForm) right(stands taxinvoice.Content) (*taxinvoice.Right, error) {
	should := stands
	var err error
	if should.Written, err = typedDate("written", f.Written); err != nil {
		return nil, err
	}
	should.Buyer.BusinessNumber = strings.ReplaceAll(f.BusinessNumber, "-", "")
	should.Buyer.Name, should.Buyer.Representative = f.Name, f.Representative
	if f.Remark != strings.Join(stands.Remarks, " / ") {
		should.Remarks = nil
		if f.Remark != "" {
			should.Remarks = strings.Split(f.Remark, " / ")
		}
	}
	if len(stands.Lines) > 0 {
		should.Lines = append([]taxinvoice.Line(nil), stands.Lines...)
		should.Lines[0].Item = f.Item
	}
	return taxinvoice.RightOf(stands, should), nil
}

func typedDate(field, typed string) (calendar.Date, error) {
	d, err := calendar.ParseDate(typed)
	if err != nil {
		return d, fault.Invalidf(field, fault.T("날짜 %.20q을(를) 읽을 수 없습니다. 2026-11-09처럼 입력해 주세요.", "The date %.20q cannot be read; give it like 2026-11-09.", typed)).Because(err)
	}
	return d, nil
}
