package settlement

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"strings"
	"time"

	"jeongsan/internal/blob"
	"jeongsan/internal/calendar"
	"jeongsan/internal/customer"
	"jeongsan/internal/document"
	"jeongsan/internal/fault"
	"jeongsan/internal/identity"
	"jeongsan/internal/invoice"
	"jeongsan/internal/money"
	"jeongsan/internal/rating"
	"jeongsan/internal/store"
	"jeongsan/internal/tenant"
	"jeongsan/internal/usage"
)

const (
	typeXLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	typePDF  = "application/pdf"
)

// Documents makes the XLSX and the PDF of a final invoice, once: an invoice that has them is left as it is.
func (d *Desk) Documents(ctx context.Context, p identity.Principal, m calendar.Month, customerID string) (invoice.Invoice, error) {
	if err := p.Allow(identity.Bill); err != nil {
		return invoice.Invoice{}, err
	}
	head, version, err := invoice.Load(ctx, d.Store, p.Tenant, m, customerID)
	if err != nil {
		return invoice.Invoice{}, err
	}
	if head.State != invoice.Final {
		return invoice.Invoice{}, fault.New(fault.Conflict, fault.T("청구서 %s은(는) 아직 확정되지 않았습니다.", "Invoice %s is not final yet.", head.Number))
	}
	if !head.Documents.XLSX.IsZero() {
		return head, nil
	}
	page, err := d.compose(ctx, p.Tenant, head)
	if err != nil {
		return invoice.Invoice{}, err
	}
	if head.Documents.XLSX, err = d.file(ctx, p.Tenant, head, "xlsx", typeXLSX, func(w io.Writer) error {
		return d.Render.WriteXLSX(w, page)
	}); err != nil {
		return invoice.Invoice{}, err
	}
	if head.Documents.PDF, err = d.file(ctx, p.Tenant, head, "pdf", typePDF, func(w io.Writer) error {
		_, err := d.Render.WritePDF(w, page)
		return err
	}); err != nil {
		return invoice.Invoice{}, err
	}
	w, err := head.Put(p.Tenant, version)
	if err != nil {
		return invoice.Invoice{}, err
	}
	return head, d.Save(ctx, w)
}

// file writes one document and stores it under the hash of its bytes.
func (d *Desk) file(ctx context.Context, t store.Tenant, head invoice.Invoice, ending, contentType string, write func(io.Writer) error) (blob.Key, error) {
	var b bytes.Buffer
	if err := write(&b); err != nil {
		return blob.Key{}, err
	}
	h := sha256.Sum256(b.Bytes())
	key, err := blob.NewKey(t, blob.Books, "invoice", head.Number, hex.EncodeToString(h[:8])+"."+ending)
	if err != nil {
		return blob.Key{}, err
	}
	_, err = d.Bucket.Put(ctx, key, contentType, &b)
	return key, err
}

// compose gathers what the documents of an invoice print.
func (d *Desk) compose(ctx context.Context, t store.Tenant, head invoice.Invoice) (document.Invoice, error) {
	profile, _, err := tenant.Load(ctx, d.Store, t)
	if err != nil {
		return document.Invoice{}, err
	}
	if err := profile.ReadyForInvoices(); err != nil {
		return document.Invoice{}, err
	}
	logo, err := d.object(ctx, profile.Logo)
	if err != nil {
		return document.Invoice{}, err
	}
	if err := document.CheckLogo(logo); err != nil {
		return document.Invoice{}, err
	}
	c, _, err := customer.Load(ctx, d.Store, t, head.Customer)
	if err != nil {
		return document.Invoice{}, err
	}
	body, err := d.body(ctx, t, head)
	if err != nil {
		return document.Invoice{}, err
	}
	account, _, err := tenant.LoadAccount(ctx, d.Store, t, c.Account)
	if err != nil {
		return document.Invoice{}, err
	}
	page := page(head, body, profile, c, account)
	page.Issuer.Logo = logo
	page.Details, err = d.details(ctx, head)
	return page, err
}

func (d *Desk) object(ctx context.Context, k blob.Key) ([]byte, error) {
	r, _, err := d.Bucket.Open(ctx, k)
	if err != nil {
		return nil, err
	}
	defer func() { _ = r.Close() }() // a read-only handle
	return io.ReadAll(r)
}

// cardTerms is what an invoice says instead of bank accounts and 납부기한 to whom a card will be charged: who would also
// follow those pays twice.
type cardTerms struct {
	due  calendar.Date
	line string
}

// byCard are the terms of a final invoice whose contract charges a card; nil for any other.
func byCard(head invoice.Invoice, profile tenant.Profile, c customer.Customer) *cardTerms {
	if c.PayMeans != customer.ByCard || head.State != invoice.Final {
		return nil
	}
	day := firstCharge(head, profile)
	return &cardTerms{day, day.Korean() + " 등록 카드 자동 결제 (송금하지 마세요)"}
}

// page maps the invoice to the document's own words, without details and logo.
func page(head invoice.Invoice, body invoice.Body, profile tenant.Profile, c customer.Customer, a tenant.Account) document.Invoice {
	s := head.Sums
	page := document.Invoice{
		Number: head.Number, Revision: head.Revision, Draft: head.State != invoice.Final, Month: head.Month,
		PeriodFrom: head.Span[0].First(), PeriodTo: head.Month.Last(), IssuedOn: drawnUp(head), BillingDay: head.Billing.Day(), Due: head.Due,
		Issuer: document.Issuer{
			Name: profile.Name, BusinessNo: customer.FormatBusinessNumber(profile.BusinessNumber), Representative: profile.Representative,
			Address: profile.Address, Phone: profile.Phone, Fax: profile.Fax, Email: profile.Email, BankAccounts: profile.BankAccounts,
		},
		Customer: document.Customer{
			Name: c.Name, BusinessNo: customer.FormatBusinessNumber(c.BusinessNumber), Representative: c.Representative,
			Address: c.Address, Contact: contactLine(c), AccountLabel: a.Label, MemberNo: c.MemberNumber,
		},
		Sums:          document.Sums{Usage: s.Usage, Discount: s.Discount, Other: s.Other, Rounding: s.Rounding, Supply: s.Supply, VAT: s.VAT, Total: s.Total, VATNote: vatNote(body.Input.Policy)},
		PurchaseOrder: c.PurchaseOrder,
	}
	if paid := byCard(head, profile, c); paid != nil {
		page.Due, page.Issuer.BankAccounts = paid.due, []string{paid.line}
	}
	for _, l := range body.Bill.Lines {
		page.Lines = append(page.Lines, document.Line{Group: pageGroup(l.Group), Name: l.Name, Note: lineNote(l, head), Amount: l.Amount})
	}
	if x := body.Input.Exchange; !x.IsZero() {
		page.FX = &document.FX{Currency: x.From, Rate: x.Rate, Date: x.Date, Source: x.Source, ProviderTotal: body.Bill.Cost}
	}
	return page
}

// drawnUp is the day on the invoice: that of its revision, none of a draft.
func drawnUp(head invoice.Invoice) calendar.Date {
	if head.Finalised.IsZero() {
		return head.Issued
	}
	return calendar.DateOf(head.Finalised)
}

func pageGroup(g rating.Group) document.Group {
	switch g {
	case rating.GroupDiscount:
		return document.Discount
	case rating.GroupOther:
		return document.Other
	case rating.GroupRounding:
		return document.Adjustment
	}
	return document.Usage
}

func contactLine(c customer.Customer) string {
	if len(c.Contacts) == 0 {
		return ""
	}
	k := c.Contacts[0]
	return strings.Join(strings.Fields(k.Name+" "+k.Phone+" "+k.Email), " ")
}

func vatNote(p rating.Policy) string {
	rule, err := money.RuleByID(p.VAT)
	if err != nil {
		return ""
	}
	return p.Rate.Mul(money.Int(100)).Canonical() + "%, " + rule.Text.KO
}

// lineNote says in a few words where a line comes from; `explain` tells the rest.
func lineNote(l rating.Line, head invoice.Invoice) string {
	var parts []string
	if len(head.Span) > 1 && !l.Month.IsZero() {
		parts = append(parts, l.Month.Korean())
	}
	for _, s := range l.Derivation {
		switch s.Op {
		case rating.OpRatio:
			parts = append(parts, ratioNote(s))
		case rating.OpCap:
			parts = append(parts, s.Text().KO)
		case rating.OpRound:
			if l.Group == rating.GroupRounding {
				parts = append(parts, s.Text().KO)
			}
		}
	}
	if l.Rows > 0 {
		parts = append(parts, "이용 내역 "+money.Won(int64(l.Rows)).Grouped()+"건")
	}
	return strings.Join(parts, " · ")
}

// ratioNote is "1,395,500 × 3%".
func ratioNote(s rating.Step) string {
	base, err := money.ParseStored(s.In[0].Value)
	if err != nil {
		return ""
	}
	ratio, err := money.ParseStored(s.In[1].Value)
	if err != nil {
		return ""
	}
	return base.Grouped() + " × " + ratio.Mul(money.Int(100)).Canonical() + "%"
}

// details are the rows behind the invoice, in the order of the snapshot.
func (d *Desk) details(ctx context.Context, head invoice.Invoice) ([]document.Detail, error) {
	var out []document.Detail
	for _, charge := range head.Charges {
		_, err := usage.ReadMember(ctx, d.Bucket, charge.Location(), func(r usage.Row) error {
			if charge.Covers(r) {
				out = append(out, detail(charge, r))
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

func detail(c invoice.Charge, r usage.Row) document.Detail {
	item := r.Detail
	if r.Resource != "" && r.Resource != r.Detail {
		item = strings.TrimSpace(item + " " + r.Resource)
	}
	return document.Detail{
		Account: c.Member, Month: c.Month, Service: r.Service, Kind: r.Kind, Region: r.Region, Item: item, Plan: r.Plan,
		Fee: r.List, Commitment: r.Promise, Membership: r.MemberPrice, MembershipPledge: r.MemberPromise, OtherDiscount: r.Other, Expected: r.Cost,
		Start: clock(r.Start), End: clock(r.End),
	}
}

func clock(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(calendar.Seoul).Format("2006-01-02 15:04:05")
}
