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
	Late     bool   // issue although the legal deadline has passed, knowing the penalty; never past the final return
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

// firstCharge is the MSP's regular card day on which the invoice can first be charged: the first one after it first became
// final. A revision does not move it, nor the 작성일자 that may follow from it.
func firstCharge(head invoice.Invoice, p tenant.Profile) calendar.Date {
	day := head.Issued.In().Day(p.Settings.RegularDay)
	if !day.After(head.Issued) {
		day = head.Issued.In().Next().Day(p.Settings.RegularDay)
	}
	return day
}

// preview composes what the order would issue: of the invoice as the order would revise it.
func (o *taxOffice) preview(ctx context.Context, order TaxOrder) (TaxPreview, error) {
	in, err := o.composing(ctx, order.Customer, order.Edit)
	if err != nil {
		return TaxPreview{}, err
	}
	preview := TaxPreview{Invoice: in.Invoice}
	supply, needed, err := in.NeedsRevision()
	if err != nil {
		preview.Problems = fault.All(err)
		return preview, nil
	}
	var problems []error
	if needed {
		preview.Revise = &supply
		if strings.TrimSpace(order.Reason) == "" {
			order.Reason = "단가 변경" // asked for with the order
		}
		planned, err := o.revision(ctx, o.principal.Tenant, o.month, order.Customer, revisionOf(in, supply, order))
		if fault.Is(err, fault.Unavailable) || fault.Is(err, fault.Internal) {
			return preview, err
		}
		if problems = append(problems, err); err == nil {
			in.Invoice = planned.next
		}
	}
	if preview.Content, err = taxinvoice.Compose(in.Input); err != nil {
		preview.Problems = fault.All(errors.Join(append(problems, err)...))
		return preview, nil
	}
	if !needed || in.Invoice.Revision != preview.Invoice.Revision {
		_, reserved := in.Invoice.Tax("preview")
		problems = append(problems, reserved)
	}
	preview.Problems = fault.All(errors.Join(append(problems, o.profile.ReadyForTaxInvoices(), preview.Content.Check(o.Today()))...))
	preview.Lateness, err = taxinvoice.LatenessOf(o.calendar, preview.Content.Written, o.Today())
	return preview, err
}

func revisionOf(in composing, supply money.Amount, order TaxOrder) Revision {
	return Revision{ExpectedRevision: in.Invoice.Revision, Supply: supply, Reason: order.Reason}
}

// RequestIssue orders the tax invoices of customers, each on its own: one that cannot be issued is reported in its row
// and keeps none of the others. An order commits the intent, the invoice's reservation and the work in one; the service
// is called by the work (IssueTax). A changed unit price revises the invoice first, for the order's reason, once it is
// sure that the revised invoice can be issued. The service is asked once whether the buyers are in business: what has
// closed or is not registered is refused, as in a preflight, and so is what is past the final return, knowingly or not.
// After a refusal, a rejection or a cancellation the same order issues again, corrected, under the next key (KM-04).
func (d *Desk) RequestIssue(ctx context.Context, p identity.Principal, m calendar.Month, orders []TaxOrder) ([]Row, error) {
	if err := p.Allow(identity.IssueTax); err != nil {
		return nil, err
	}
	service, _, err := d.taxService(ctx, p.Tenant)
	if err != nil {
		return nil, err
	}
	o, err := d.taxOffice(ctx, p, m)
	if err != nil {
		return nil, err
	}
	all := make([]ordering, len(orders))
	for i, order := range orders {
		all[i].TaxOrder = order
		all[i].composing, all[i].err = o.composing(ctx, order.Customer, order.Edit)
	}
	if err := inBusiness(ctx, service, all); err != nil {
		return nil, err
	}
	rows := make([]Row, 0, len(orders))
	for _, one := range all {
		key, err := "", one.err
		if err == nil {
			key, err = o.order(ctx, one)
		}
		rows = append(rows, Row{one.Customer, key, err})
	}
	return rows, nil
}

// ordering is an order with what it is composed of.
type ordering struct {
	TaxOrder
	composing
	err      error // why it cannot be composed
	business taxinvoice.Business
}

// inBusiness adds what the service says of the buyers. Where it cannot say, nobody is refused: the tax office checks again.
func inBusiness(ctx context.Context, service TaxService, all []ordering) error {
	var candidates []taxinvoice.Candidate
	for _, one := range all {
		candidates = append(candidates, taxinvoice.Candidate{})
		if one.err != nil {
			continue
		}
		if content, err := taxinvoice.Compose(one.Input); err == nil && content.BuyerKind == customer.Business {
			candidates[len(candidates)-1].Content = content
		}
	}
	if err := asked(ctx, service, candidates); err != nil && !fault.Is(err, fault.Unavailable) {
		return err
	}
	for i, c := range candidates {
		all[i].business = c.Buyer
	}
	return nil
}

func (o *taxOffice) order(ctx context.Context, one ordering) (string, error) {
	order := one.TaxOrder
	if order.Timing != taxinvoice.NextDay && order.Timing != taxinvoice.Immediate {
		return "", fault.Invalidf("timing", fault.T("익일 발행과 즉시 발행 중에서 골라 주세요.", "Choose whether to issue for the next day or at once."))
	}
	sequence, err := o.nextSequence(ctx, o.principal.Tenant, o.month, order.Customer)
	if err != nil {
		return "", err
	}
	if one, err = o.revised(ctx, one, sequence); err != nil {
		return "", err
	}
	return o.intend(ctx, one, sequence)
}

// nextSequence is the sequence of the customer's next tax invoice of the month.
func (d *Desk) nextSequence(ctx context.Context, t store.Tenant, m calendar.Month, customerID string) (int, error) {
	all, err := taxinvoice.List(ctx, d.Store, t, m, customerID)
	if err != nil || len(all) == 0 {
		return 1, err
	}
	return all[len(all)-1].Sequence + 1, nil
}

// revised revises the invoice where the edited content wants another amount, so that the two stay equal (CB-19). The order
// is tried on the revised invoice before anything is committed: nothing is revised for an order that is then refused.
func (o *taxOffice) revised(ctx context.Context, one ordering, sequence int) (ordering, error) {
	supply, needed, err := one.NeedsRevision()
	if err != nil || !needed {
		return one, err
	}
	planned, err := o.revision(ctx, o.principal.Tenant, o.month, one.Customer, revisionOf(one.composing, supply, one.TaxOrder))
	if err != nil {
		return one, err
	}
	tried := one
	tried.Invoice = planned.next
	if _, _, err := o.prepared(tried, sequence); err != nil {
		return one, err
	}
	if _, err := o.Revise(ctx, o.principal, o.month, one.Customer, revisionOf(one.composing, supply, one.TaxOrder)); err != nil {
		return one, err
	}
	one.composing, err = o.composing(ctx, one.Customer, one.Edit)
	return one, err
}

// prepared is the tax invoice of an order and the invoice's head that it reserves, or everything that keeps it from being
// issued today.
func (o *taxOffice) prepared(one ordering, sequence int) (taxinvoice.TaxInvoice, invoice.Invoice, error) {
	var none taxinvoice.TaxInvoice
	content, err := taxinvoice.Compose(one.Input)
	if err != nil {
		return none, one.Invoice, err
	}
	candidate := taxinvoice.Candidate{Content: content, Buyer: one.business}
	if err := errors.Join(content.Check(o.Today()), o.timely(content, one.TaxOrder), candidate.Refused(o.calendar, o.Today())); err != nil {
		return none, one.Invoice, err
	}
	x, err := taxinvoice.Intend(taxinvoice.Intent{
		Invoice: one.Invoice.Number, Customer: one.Customer, Month: o.month, Sequence: sequence, Content: content, Timing: one.Timing, Late: one.Late, Memo: strings.TrimSpace(one.Memo),
	}, o.calendar, o.Clock.Now())
	if err != nil {
		return none, one.Invoice, err
	}
	head, err := one.Invoice.Tax(x.Key)
	if err != nil {
		return none, one.Invoice, err
	}
	left, err := one.Invoice.Taxable()
	if err != nil {
		return none, one.Invoice, err
	}
	return x, head, content.Matches(left)
}

func (o *taxOffice) timely(c taxinvoice.Content, order TaxOrder) error {
	late, err := taxinvoice.LatenessOf(o.calendar, c.Written, o.Today())
	if err != nil || late.Timeliness != taxinvoice.Late || order.Late { // what is past the final return is refused anyway
		return err
	}
	return fault.Invalidf("late", late.Text)
}

// intend commits the tax invoice with the invoice's reservation and the work that issues it.
func (o *taxOffice) intend(ctx context.Context, one ordering, sequence int) (string, error) {
	x, head, err := o.prepared(one, sequence)
	if err != nil {
		return "", err
	}
	reserved, err := head.Put(o.principal.Tenant, one.version)
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
	change := journal.Change{Action: "tax.intended", Subject: x.Key, After: shown(x.Content.Total), Reason: string(x.Timing) + " " + head.Number}
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
