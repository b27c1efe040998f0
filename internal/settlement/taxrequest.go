package settlement

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"jeongsan/internal/calendar"
	"jeongsan/internal/customer"
	"jeongsan/internal/fault"
	"jeongsan/internal/identity"
	"jeongsan/internal/invoice"
	"jeongsan/internal/journal"
	"jeongsan/internal/money"
	"jeongsan/internal/store"
	"jeongsan/internal/taxinvoice"
	"jeongsan/internal/tenant"
)

// TaxOrder is one customer's tax invoice as staff want it.
type TaxOrder struct {
	Customer string
	Edit     taxinvoice.Edit
	Timing   taxinvoice.Timing
	Reason   string // of the revision that a changed unit price makes
	Late     bool   // issue although the legal deadline has passed, knowing the penalty
	Memo     string // 내부 메모, never shown to the buyer
}

// TaxPreview is a tax invoice as it would be issued today.
type TaxPreview struct {
	Invoice  invoice.Invoice
	Content  taxinvoice.Content
	Problems []*fault.Fault // everything that keeps it from being issued
	Lateness taxinvoice.Lateness
	Revise   *money.Amount // supply amount that the invoice would be revised to first
}

// PreviewTax composes a tax invoice, edited, without writing anything: its content, all that is wrong with it, the
// legal deadline, and what it would revise.
func (d *Desk) PreviewTax(ctx context.Context, p identity.Principal, m calendar.Month, order TaxOrder) (TaxPreview, error) {
	if err := p.Allow(identity.IssueTax); err != nil {
		return TaxPreview{}, err
	}
	o, err := d.taxOffice(ctx, p, m)
	if err != nil {
		return TaxPreview{}, err
	}
	return o.preview(ctx, order)
}

// Previewed is one row of a bulk preview.
type Previewed struct {
	Customer string
	TaxPreview
	Err error // why there is nothing to preview
}

// PreviewTaxes is PreviewTax for many customers: what one lacks keeps none of the others.
func (d *Desk) PreviewTaxes(ctx context.Context, p identity.Principal, m calendar.Month, orders []TaxOrder) ([]Previewed, error) {
	if err := p.Allow(identity.IssueTax); err != nil {
		return nil, err
	}
	o, err := d.taxOffice(ctx, p, m)
	if err != nil {
		return nil, err
	}
	rows := make([]Previewed, 0, len(orders))
	for _, order := range orders {
		preview, err := o.preview(ctx, order)
		rows = append(rows, Previewed{order.Customer, preview, err})
	}
	return rows, nil
}

// taxOffice is what the tax invoices of one month have in common.
type taxOffice struct {
	*Desk
	principal identity.Principal
	month     calendar.Month
	profile   tenant.Profile
	calendar  calendar.BusinessCalendar
}

func (d *Desk) taxOffice(ctx context.Context, p identity.Principal, m calendar.Month) (*taxOffice, error) {
	profile, _, err := tenant.Load(ctx, d.Store, p.Tenant)
	return &taxOffice{d, p, m, profile, calendar.Korea()}, err
}

// composing is what one tax invoice is composed of.
type composing struct {
	taxinvoice.Input
	version int64 // of the invoice's head
}

func (o *taxOffice) composing(ctx context.Context, customerID string, edit taxinvoice.Edit) (composing, error) {
	t := o.principal.Tenant
	head, version, err := invoice.Load(ctx, o.Store, t, o.month, customerID)
	if err != nil {
		return composing{}, err
	}
	if head.State != invoice.Final {
		return composing{}, fault.New(fault.Conflict, fault.T("청구서 %s이(가) 확정되지 않아 세금계산서를 만들 수 없습니다.", "Invoice %s is not final; there is no tax invoice of it yet.", head.Number))
	}
	c, _, err := customer.Load(ctx, o.Store, t, customerID)
	if err != nil {
		return composing{}, err
	}
	account, _, err := tenant.LoadAccount(ctx, o.Store, t, c.Account)
	if err != nil {
		return composing{}, err
	}
	written := c.Written(o.month, head.Due, firstCharge(head, o.profile))
	return composing{taxinvoice.Input{Supplier: o.profile, Buyer: c, Provider: account.Provider, Invoice: head, Written: written, Edit: edit}, version}, nil
}

// firstCharge is the MSP's regular card day on which the invoice can first be charged: the first one after it became final.
func firstCharge(head invoice.Invoice, p tenant.Profile) calendar.Date {
	day := head.Issued.In().Day(p.Settings.RegularDay)
	if !day.After(head.Issued) {
		day = head.Issued.In().Next().Day(p.Settings.RegularDay)
	}
	return day
}

func (o *taxOffice) preview(ctx context.Context, order TaxOrder) (TaxPreview, error) {
	in, err := o.composing(ctx, order.Customer, order.Edit)
	if err != nil {
		return TaxPreview{}, err
	}
	preview := TaxPreview{Invoice: in.Invoice}
	if preview.Content, err = taxinvoice.Compose(in.Input); err != nil {
		preview.Problems = fault.All(err)
		return preview, nil
	}
	_, reserved := in.Invoice.Tax("preview")
	preview.Problems = fault.All(errors.Join(o.profile.ReadyForTaxInvoices(), reserved, preview.Content.Check(o.Today())))
	supply, needed, err := in.NeedsRevision()
	if err != nil {
		return preview, err
	}
	if needed {
		preview.Revise = &supply
	}
	preview.Lateness, err = taxinvoice.LatenessOf(o.calendar, preview.Content.Written, o.Today())
	return preview, err
}

// RequestIssue orders the tax invoices of customers, each on its own: one that cannot be issued is reported in its row
// and keeps none of the others. An order commits the intent, the invoice's reservation and the work in one; the service
// is called by the work (IssueTax). A changed unit price revises the invoice first, for the order's reason. After a
// refusal, a rejection or a cancellation the same order issues again, corrected, under the next key (KM-04).
func (d *Desk) RequestIssue(ctx context.Context, p identity.Principal, m calendar.Month, orders []TaxOrder) ([]Row, error) {
	if err := p.Allow(identity.IssueTax); err != nil {
		return nil, err
	}
	if _, _, err := d.taxService(ctx, p.Tenant); err != nil {
		return nil, err
	}
	o, err := d.taxOffice(ctx, p, m)
	if err != nil {
		return nil, err
	}
	rows := make([]Row, 0, len(orders))
	for _, order := range orders {
		key, err := o.order(ctx, order)
		rows = append(rows, Row{order.Customer, key, err})
	}
	return rows, nil
}

func (o *taxOffice) order(ctx context.Context, order TaxOrder) (string, error) {
	if order.Timing != taxinvoice.NextDay && order.Timing != taxinvoice.Immediate {
		return "", fault.Invalidf("timing", fault.T("익일 발행과 즉시 발행 중에서 골라 주세요.", "Choose whether to issue for the next day or at once."))
	}
	in, err := o.composing(ctx, order.Customer, order.Edit)
	if err != nil {
		return "", err
	}
	sequence, err := o.nextSequence(ctx, o.principal.Tenant, o.month, order.Customer)
	if err != nil {
		return "", err
	}
	if in, err = o.revised(ctx, in, order); err != nil {
		return "", err
	}
	return o.intend(ctx, in, order, sequence)
}

// nextSequence is the sequence of the customer's next tax invoice of the month.
func (d *Desk) nextSequence(ctx context.Context, t store.Tenant, m calendar.Month, customerID string) (int, error) {
	all, err := taxinvoice.List(ctx, d.Store, t, m, customerID)
	if err != nil || len(all) == 0 {
		return 1, err
	}
	return all[len(all)-1].Sequence + 1, nil
}

// revised revises the invoice where the edited content wants another amount, so that the two stay equal (CB-19).
// Everything else that is wrong is found before it.
func (o *taxOffice) revised(ctx context.Context, in composing, order TaxOrder) (composing, error) {
	supply, needed, err := in.NeedsRevision()
	if err != nil || !needed {
		return in, err
	}
	if err := o.issuable(in, order); err != nil {
		return in, err
	}
	revision := Revision{ExpectedRevision: in.Invoice.Revision, Supply: supply, Reason: order.Reason}
	if _, err := o.Revise(ctx, o.principal, o.month, order.Customer, revision); err != nil {
		return in, err
	}
	return o.composing(ctx, order.Customer, order.Edit)
}

// issuable names everything that keeps the content from being issued today.
func (o *taxOffice) issuable(in composing, order TaxOrder) error {
	content, err := taxinvoice.Compose(in.Input)
	if err != nil {
		return err
	}
	return errors.Join(content.Check(o.Today()), o.timely(content, order))
}

func (o *taxOffice) timely(c taxinvoice.Content, order TaxOrder) error {
	late, err := taxinvoice.LatenessOf(o.calendar, c.Written, o.Today())
	if err != nil || late.Timeliness == taxinvoice.OnTime || order.Late {
		return err
	}
	return fault.Invalidf("late", late.Text)
}

// intend commits the tax invoice with the invoice's reservation and the work that issues it.
func (o *taxOffice) intend(ctx context.Context, in composing, order TaxOrder, sequence int) (string, error) {
	if err := o.issuable(in, order); err != nil {
		return "", err
	}
	content, err := taxinvoice.Compose(in.Input)
	if err != nil {
		return "", err
	}
	left, err := in.Invoice.Taxable()
	if err != nil {
		return "", err
	}
	x, err := taxinvoice.Intend(taxinvoice.Intent{
		Invoice: in.Invoice.Number, Customer: order.Customer, Month: o.month, Sequence: sequence, Content: content, Timing: order.Timing, Memo: strings.TrimSpace(order.Memo),
	}, o.calendar, o.Clock.Now())
	if err != nil {
		return "", err
	}
	head, err := in.Invoice.Tax(x.Key)
	if err != nil {
		return "", err
	}
	if err := content.Matches(left); err != nil {
		return "", err
	}
	reserved, err := head.Put(o.principal.Tenant, in.version)
	if err != nil {
		return "", err
	}
	writes, err := o.intention(o.principal.Tenant, x)
	if err != nil {
		return "", err
	}
	work, err := o.taxDue(o.principal.Tenant, JobTaxIssue, workOf(x), "issue", 0)
	if err != nil {
		return "", err
	}
	change := journal.Change{Action: "tax.intended", Subject: x.Key, After: shown(content.Total), Reason: string(order.Timing) + " " + head.Number}
	return x.Key, o.Commit(ctx, o.principal, change, append(writes, reserved, work)...)
}

// intention is the writes of a new tax invoice: the document and its entry in the work-list.
func (d *Desk) intention(t store.Tenant, x taxinvoice.TaxInvoice) ([]store.Write, error) {
	doc, err := x.Put(t, 0)
	if err != nil {
		return nil, err
	}
	open, err := openTax(t, workOf(x))
	return []store.Write{doc, open}, err
}

// CopyTax is the order of a tax invoice like an earlier one, for staff to correct and issue: the same item, remarks and
// book number, on the amounts that its invoice has today.
func (d *Desk) CopyTax(ctx context.Context, t store.Tenant, w TaxWork) (TaxOrder, error) {
	x, err := taxinvoice.Load(ctx, d.Store, t, w.Month, w.Customer, w.Sequence)
	if err != nil {
		return TaxOrder{}, err
	}
	c := x.Content
	order := TaxOrder{Customer: x.Customer, Timing: x.Timing, Memo: x.Memo, Edit: taxinvoice.Edit{Remarks: c.Remarks, Volume: c.Volume, Issue: c.Issue, Serial: c.Serial, Purpose: c.Purpose}}
	if len(c.Lines) == 1 {
		order.Edit.Item = &c.Lines[0].Item
	}
	return order, nil
}

// MemoTax keeps an internal memo on a tax invoice; the buyer never sees it (CB-16).
func (d *Desk) MemoTax(ctx context.Context, p identity.Principal, w TaxWork, memo string) (taxinvoice.TaxInvoice, error) {
	if err := p.Allow(identity.IssueTax); err != nil {
		return taxinvoice.TaxInvoice{}, err
	}
	const room = 1000
	if memo = strings.TrimSpace(memo); len([]rune(memo)) > room {
		return taxinvoice.TaxInvoice{}, fault.Invalidf("memo", fault.T("메모는 %d자까지 쓸 수 있습니다.", "A memo may have %d letters.", room))
	}
	x, err := taxinvoice.Load(ctx, d.Store, p.Tenant, w.Month, w.Customer, w.Sequence)
	if err != nil {
		return taxinvoice.TaxInvoice{}, err
	}
	before := x.Memo
	x.Memo = memo
	doc, err := x.Put(p.Tenant, x.Version)
	if err != nil {
		return taxinvoice.TaxInvoice{}, err
	}
	return x.TaxInvoice, d.Commit(ctx, p, journal.Change{Action: "tax.memo", Subject: x.Key, Before: fmt.Sprintf("%d letters", len([]rune(before))), After: fmt.Sprintf("%d letters", len([]rune(memo)))}, doc)
}
