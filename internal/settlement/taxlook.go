package settlement

import (
	"context"
	"errors"
	"slices"
	"strings"

	"jeongsan/internal/blob"
	"jeongsan/internal/calendar"
	"jeongsan/internal/fault"
	"jeongsan/internal/identity"
	"jeongsan/internal/invoice"
	"jeongsan/internal/journal"
	"jeongsan/internal/mail"
	"jeongsan/internal/store"
	"jeongsan/internal/taxinvoice"
	"jeongsan/internal/tenant"
)

// PrintTax is a page that prints the tax invoice, open for seconds: a secret for whoever asked.
func (d *Desk) PrintTax(ctx context.Context, t store.Tenant, w TaxWork) (string, error) {
	x, service, err := d.atService(ctx, t, w)
	if err != nil {
		return "", err
	}
	return service.PrintURL(ctx, x.Key)
}

// TaxPDF is the printed form, TaxXML the signed document: the kept file once the tax office has it, until then the
// service's.
func (d *Desk) TaxPDF(ctx context.Context, t store.Tenant, w TaxWork) ([]byte, error) {
	return d.taxFile(ctx, t, w, func(f TaxFiles) blob.Key { return f.PDF }, TaxService.PDF)
}

// TaxXML is the signed document; see TaxPDF.
func (d *Desk) TaxXML(ctx context.Context, t store.Tenant, w TaxWork) ([]byte, error) {
	return d.taxFile(ctx, t, w, func(f TaxFiles) blob.Key { return f.XML }, TaxService.XML)
}

func (d *Desk) taxFile(ctx context.Context, t store.Tenant, w TaxWork, kept func(TaxFiles) blob.Key, fetch func(TaxService, context.Context, string) ([]byte, error)) ([]byte, error) {
	files, err := d.LoadTaxFiles(ctx, t, w)
	if err == nil {
		return d.object(ctx, kept(files))
	}
	if !fault.Is(err, fault.NotFound) {
		return nil, err
	}
	x, service, err := d.atService(ctx, t, w)
	if err != nil {
		return nil, err
	}
	return fetch(service, ctx, x.Key)
}

// atService loads a tax invoice that the service has.
func (d *Desk) atService(ctx context.Context, t store.Tenant, w TaxWork) (taxinvoice.TaxInvoice, TaxService, error) {
	x, err := taxinvoice.Load(ctx, d.Store, t, w.Month, w.Customer, w.Sequence)
	if err != nil {
		return taxinvoice.TaxInvoice{}, nil, err
	}
	if x.Confirmation == "" {
		return x.TaxInvoice, nil, fault.New(fault.Conflict, fault.T("세금계산서 %[1]s은(는) 발행되지 않았습니다(%[2]s).", "Tax invoice %[1]s is not issued (%[3]s).", x.Key, x.State.Text().KO, x.State.Text().EN))
	}
	service, _, err := d.taxService(ctx, t)
	return x.TaxInvoice, service, err
}

// MailTax has the service mail the tax invoice to an address once more. Each call mails: where the answer is lost, the
// fault says so and a person decides.
func (d *Desk) MailTax(ctx context.Context, p identity.Principal, w TaxWork, email string) error {
	if err := p.Allow(identity.IssueTax); err != nil {
		return err
	}
	to, err := mail.ParseEmail("email", strings.TrimSpace(email))
	if err != nil {
		return err
	}
	x, service, err := d.atService(ctx, p.Tenant, w)
	if err != nil {
		return err
	}
	if err := d.Commit(ctx, p, journal.Change{Action: "tax.mail", Subject: x.Key}, store.Check(x.DocumentKey(p.Tenant), store.Present)); err != nil {
		return err
	}
	return service.Mail(ctx, x.Key, to)
}

// GiveUpTax ends a tax invoice in doubt on a person's word that it was not issued, so that the invoice can be covered
// by another. The service is asked once more and its own record of the very document beats the word.
func (d *Desk) GiveUpTax(ctx context.Context, p identity.Principal, w TaxWork, reason string) error {
	if err := p.Allow(identity.IssueTax); err != nil {
		return err
	}
	if strings.TrimSpace(reason) == "" {
		return fault.Invalidf("reason", fault.T("확인한 내용을 입력해 주세요.", "Say what was found out."))
	}
	s, err := d.taxing(ctx, p, w)
	if err != nil {
		return err
	}
	if s.x.State != taxinvoice.InDoubt {
		return fault.New(fault.Conflict, fault.T("세금계산서 %[1]s은(는) 확인이 필요한 상태가 아닙니다(%[2]s).", "Tax invoice %[1]s is not in doubt (%[3]s).", s.x.Key, s.x.State.Text().KO, s.x.State.Text().EN))
	}
	doc, err := s.service.Find(ctx, s.x.Key)
	if err == nil && doc.stands(s.x.TaxInvoice) {
		return s.heard(ctx, doc)
	}
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	after, err := s.x.Refuse(fault.T("담당자 확인: %[1]s", "By a person: %[1]s", strings.TrimSpace(reason)))
	if err != nil {
		return err
	}
	return s.settle(ctx, after, strings.TrimSpace(reason))
}

// RecordExternal records a tax invoice that was issued elsewhere (홈택스, 역발행) for an invoice of ours: the invoice is
// then covered by it, and nothing is issued for it here (XX-11).
func (d *Desk) RecordExternal(ctx context.Context, p identity.Principal, e taxinvoice.External) error {
	if err := p.Allow(identity.IssueTax); err != nil {
		return err
	}
	e = e.Normalize()
	e.By, e.At = p.String(), d.Clock.Now().UTC()
	head, version, err := invoice.Load(ctx, d.Store, p.Tenant, e.Month, e.Customer)
	if err != nil {
		return err
	}
	if err := e.Check(head, d.Today()); err != nil {
		return err
	}
	covered, err := head.Tax(e.Confirmation)
	if err != nil {
		return err
	}
	reserved, err := covered.Put(p.Tenant, version)
	if err != nil {
		return err
	}
	record, err := e.Put(p.Tenant)
	if err != nil {
		return err
	}
	return d.Commit(ctx, p, journal.Change{Action: "tax.external", Subject: head.Number, After: e.Confirmation, Reason: string(e.Where)}, record, reserved)
}

// WithdrawExternal takes back a record that was made by mistake: the invoice needs a tax invoice again.
func (d *Desk) WithdrawExternal(ctx context.Context, p identity.Principal, confirmation, reason string) error {
	if err := p.Allow(identity.IssueTax); err != nil {
		return err
	}
	e, err := taxinvoice.LoadExternal(ctx, d.Store, p.Tenant, confirmation)
	if err != nil {
		return err
	}
	head, version, err := invoice.Load(ctx, d.Store, p.Tenant, e.Month, e.Customer)
	if err != nil {
		return err
	}
	freed, err := head.Untax(e.Confirmation).Put(p.Tenant, version)
	if err != nil {
		return err
	}
	change := journal.Change{Action: "tax.external-withdrawn", Subject: head.Number, Before: e.Confirmation, Reason: strings.TrimSpace(reason)}
	return d.Commit(ctx, p, change, e.Withdraw(p.Tenant), freed)
}

// PreflightTax finds all that keeps a bulk from being issued, before anything is: certificate, points, the service's
// settings, wrong and closed business numbers, contents, what is issued already (XX-11). The service is asked once for
// each kind of fact, whatever the number of orders.
func (d *Desk) PreflightTax(ctx context.Context, p identity.Principal, m calendar.Month, timing taxinvoice.Timing, orders []TaxOrder) ([]taxinvoice.Problem, error) {
	if err := p.Allow(identity.IssueTax); err != nil {
		return nil, err
	}
	service, _, err := d.taxService(ctx, p.Tenant)
	if err != nil {
		return nil, err
	}
	standing, err := service.Standing(ctx)
	if err != nil {
		return nil, err
	}
	facts := taxinvoice.Facts{
		Now: d.Clock.Now(), Timing: timing, Certificate: standing.Certificate, SendsAtOnce: standing.SendsAtOnce, Points: standing.Points, UnitCost: standing.UnitCost,
	}
	if facts.Candidates, err = d.candidates(ctx, p, m, orders); err != nil {
		return nil, err
	}
	if err := asked(ctx, service, facts.Candidates); err != nil {
		return nil, err
	}
	return taxinvoice.Preflight(facts, calendar.Korea())
}

func (d *Desk) candidates(ctx context.Context, p identity.Principal, m calendar.Month, orders []TaxOrder) ([]taxinvoice.Candidate, error) {
	o, err := d.taxOffice(ctx, p, m)
	if err != nil {
		return nil, err
	}
	last, external, err := d.covering(ctx, p.Tenant, m)
	if err != nil {
		return nil, err
	}
	out := make([]taxinvoice.Candidate, 0, len(orders))
	for _, order := range orders {
		c := taxinvoice.Candidate{Last: last[order.Customer], External: external[order.Customer]}
		in, err := o.composing(ctx, order.Customer, order.Edit)
		if fault.Is(err, fault.Unavailable) || fault.Is(err, fault.Internal) {
			return nil, err
		}
		if c.Invoice = in.Invoice; err == nil {
			c.Content, err = taxinvoice.Compose(in.Input)
		}
		if c.Compose = err; c.Invoice.Customer == "" {
			c.Invoice.Customer, c.Invoice.Month = order.Customer, m
		}
		out = append(out, c)
	}
	return out, nil
}

// covering is, by customer, the last tax invoice of the month and the record of one issued elsewhere.
func (d *Desk) covering(ctx context.Context, t store.Tenant, m calendar.Month) (map[string]*taxinvoice.TaxInvoice, map[string]*taxinvoice.External, error) {
	all, err := taxinvoice.List(ctx, d.Store, t, m, "")
	if err != nil {
		return nil, nil, err
	}
	last := map[string]*taxinvoice.TaxInvoice{}
	for _, x := range all {
		if x.Correction == "" {
			last[x.Customer] = &x.TaxInvoice
		}
	}
	const after = 13 // months in which a month's tax invoice can be dated, gathered months and late payment days included
	records, err := taxinvoice.ListExternals(ctx, d.Store, t, m.First(), m.Add(after).Last())
	if err != nil {
		return nil, nil, err
	}
	external := map[string]*taxinvoice.External{}
	for _, e := range records {
		if e.Month == m {
			external[e.Customer] = &e.External
		}
	}
	return last, external, nil
}

// asked adds what the service says of the buyers, in one question.
func asked(ctx context.Context, service TaxService, candidates []taxinvoice.Candidate) error {
	var numbers []string
	for _, c := range candidates {
		if n := c.Content.Buyer.BusinessNumber; n != "" && n != taxinvoice.ForeignNumber {
			numbers = append(numbers, n)
		}
	}
	slices.Sort(numbers)
	if numbers = slices.Compact(numbers); len(numbers) == 0 {
		return nil
	}
	known, err := service.Businesses(ctx, numbers)
	if err != nil {
		return err
	}
	for i := range candidates {
		candidates[i].Buyer = known[candidates[i].Content.Buyer.BusinessNumber]
	}
	return nil
}

// monthsDue is how many settlement months are looked through for what was not issued.
const monthsDue = 6

// DueTax lists the invoices of the last months that still need their tax invoice, by the days left (CB-15).
func (d *Desk) DueTax(ctx context.Context, t store.Tenant) ([]taxinvoice.NotIssued, error) {
	profile, _, err := tenant.Load(ctx, d.Store, t)
	if err != nil {
		return nil, err
	}
	o := &taxOffice{Desk: d, principal: identity.Job(t, "tax.due"), profile: profile, calendar: calendar.Korea()}
	var waiting []taxinvoice.Waiting
	for m, last := d.Today().In().Add(-monthsDue), d.Today().In(); !m.After(last); m = m.Next() {
		o.month = m
		some, err := o.waiting(ctx)
		if err != nil {
			return nil, err
		}
		waiting = append(waiting, some...)
	}
	return taxinvoice.DueList(waiting, calendar.Korea(), d.Today())
}

func (o *taxOffice) waiting(ctx context.Context) ([]taxinvoice.Waiting, error) {
	t := o.principal.Tenant
	heads, err := invoice.List(ctx, o.Store, t, o.month)
	if err != nil {
		return nil, err
	}
	last, external, err := o.covering(ctx, t, o.month)
	if err != nil {
		return nil, err
	}
	var out []taxinvoice.Waiting
	for _, head := range heads {
		if head.State != invoice.Final {
			continue
		}
		in, err := o.composing(ctx, head.Customer, taxinvoice.Edit{})
		if err != nil {
			return nil, err
		}
		out = append(out, taxinvoice.Waiting{Invoice: in.Invoice, Written: in.Written, Last: last[head.Customer], External: external[head.Customer]})
	}
	return out, nil
}

// TaxHistory lists the tax invoices of the twelve settlement months up to one, newest month first, customer "" for all
// (KM-04).
func (d *Desk) TaxHistory(ctx context.Context, t store.Tenant, until calendar.Month, customerID string) ([]taxinvoice.TaxInvoice, error) {
	const months = 12
	var out []taxinvoice.TaxInvoice
	var errs []error
	for n := range months {
		some, err := taxinvoice.List(ctx, d.Store, t, until.Add(-n), customerID)
		errs = append(errs, err)
		for _, x := range some {
			out = append(out, x.TaxInvoice)
		}
	}
	return out, errors.Join(errs...)
}
