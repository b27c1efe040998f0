package settlement

import (
	"context"
	"errors"
	"slices"
	"strings"

	"jeongsan/internal/blob"
	"jeongsan/internal/calendar"
	"jeongsan/internal/customer"
	"jeongsan/internal/fault"
	"jeongsan/internal/identity"
	"jeongsan/internal/invoice"
	"jeongsan/internal/journal"
	"jeongsan/internal/mail"
	"jeongsan/internal/store"
	"jeongsan/internal/taxinvoice"
	"jeongsan/internal/tenant"
)

// PrintTax is a page that prints the tax invoice, open for seconds without a log-in: a secret for whoever asked, so that it
// takes a right and is recorded.
func (d *Desk) PrintTax(ctx context.Context, p identity.Principal, w TaxWork) (string, error) {
	if err := p.Allow(identity.IssueTax); err != nil {
		return "", err
	}
	x, service, err := d.atService(ctx, p.Tenant, w)
	if err != nil {
		return "", err
	}
	if err := d.Commit(ctx, p, journal.Change{Action: "tax.print", Subject: x.Key}, store.Check(x.DocumentKey(p.Tenant), store.Present)); err != nil {
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

// GiveUpTax ends a tax invoice in doubt on a person's word that it was not issued, or is no more, so that the invoice can
// be covered by another. The service is asked once more: its own record of the very document beats the word, and what it
// had once is given up only when it says that it has it no more.
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
	why := fault.T("담당자 확인: %[1]s", "By a person: %[1]s", strings.TrimSpace(reason))
	after := s.x.TaxInvoice
	switch {
	case err == nil && doc.stands(s.x.TaxInvoice):
		return s.heard(ctx, doc)
	case err == nil:
		after, err = s.x.Refuse(why)
	case fault.Is(err, fault.NotFound):
		after, err = s.x.GiveUp(why)
	}
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
	if err := d.believable(ctx, p.Tenant, e, head); err != nil {
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

// believable names everything that speaks against the record: its own form, other parties than the MSP and its customer,
// and other amounts than the invoice's without a note that says why.
func (d *Desk) believable(ctx context.Context, t store.Tenant, e taxinvoice.External, head invoice.Invoice) error {
	profile, _, err := tenant.Load(ctx, d.Store, t)
	if err != nil {
		return err
	}
	c, _, err := customer.Load(ctx, d.Store, t, e.Customer)
	if err != nil {
		return err
	}
	left, err := head.Taxable()
	if err != nil {
		return err
	}
	return errors.Join(e.Check(head, d.Today()), e.Parties(profile, c), e.Stated(left))
}

// WithdrawExternal takes back a record that was made by mistake: the invoice needs a tax invoice again.
func (d *Desk) WithdrawExternal(ctx context.Context, p identity.Principal, confirmation, reason string) error {
	if err := p.Allow(identity.IssueTax); err != nil {
		return err
	}
	if strings.TrimSpace(reason) == "" {
		return fault.Invalidf("reason", fault.T("기록을 거두는 사유를 입력해 주세요.", "Give the reason for withdrawing the record."))
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
	return taxinvoice.Preflight(facts, calendar.Korea()), nil
}

func (d *Desk) candidates(ctx context.Context, p identity.Principal, m calendar.Month, orders []TaxOrder) ([]taxinvoice.Candidate, error) {
	o, err := d.taxOffice(ctx, p, m)
	if err != nil {
		return nil, err
	}
	covered, err := d.covering(ctx, p.Tenant, m)
	if err != nil {
		return nil, err
	}
	out := make([]taxinvoice.Candidate, 0, len(orders))
	for _, order := range orders {
		c := taxinvoice.Candidate{Last: covered[order.Customer].last, External: covered[order.Customer].external}
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

// cover is what covers one customer's invoice of a month.
type cover struct {
	all      []taxinvoice.TaxInvoice // tax invoices and amendments
	last     *taxinvoice.TaxInvoice  // that is no amendment
	external *taxinvoice.External    // the record of one issued elsewhere
}

// covering is what covers the invoices of a month, by customer.
func (d *Desk) covering(ctx context.Context, t store.Tenant, m calendar.Month) (map[string]cover, error) {
	all, err := taxinvoice.List(ctx, d.Store, t, m, "")
	if err != nil {
		return nil, err
	}
	out := map[string]cover{}
	for _, x := range all {
		c := out[x.Customer]
		if c.all = append(c.all, x.TaxInvoice); x.Correction == "" {
			c.last = &x.TaxInvoice
		}
		out[x.Customer] = c
	}
	const after = 13 // months in which a month's tax invoice can be dated, gathered months and late payment days included
	records, err := taxinvoice.ListExternals(ctx, d.Store, t, m.First(), m.Add(after).Last())
	for _, e := range records {
		if e.Month == m {
			c := out[e.Customer]
			c.external = &e.External
			out[e.Customer] = c
		}
	}
	return out, err
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

// monthsDue is how many settlement months are looked through for what was not issued: two years, as far back as charges
// look for what was not paid. What is older is no matter of issuing any more.
const monthsDue = 24

// DueTax lists the invoices of the last two years that still need their tax invoice, or whose tax invoices come to another
// amount than is billed, by the days left (CB-15). A row that cannot be worked out says why and keeps none of the others.
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
	return taxinvoice.DueList(waiting, calendar.Korea(), d.Today()), nil
}

// waiting are the month's final invoices that something is missing of; only their customers are read.
func (o *taxOffice) waiting(ctx context.Context) ([]taxinvoice.Waiting, error) {
	t := o.principal.Tenant
	heads, err := invoice.List(ctx, o.Store, t, o.month)
	if err != nil {
		return nil, err
	}
	covered, err := o.covering(ctx, t, o.month)
	if err != nil {
		return nil, err
	}
	var out []taxinvoice.Waiting
	for _, head := range heads {
		if head.State != invoice.Final {
			continue
		}
		w := taxinvoice.Waiting{Invoice: head, Last: covered[head.Customer].last, External: covered[head.Customer].external}
		w.Stands, w.Err = taxinvoice.Covering(covered[head.Customer].all)
		if gap, err := w.Gap(); err == nil && w.Err == nil && gap.Supply.IsZero() && gap.Total.IsZero() {
			continue
		}
		if in, err := o.composing(ctx, head.Customer, taxinvoice.Edit{}); err != nil {
			w.Err = err
		} else {
			w.Written = in.Written
		}
		out = append(out, w)
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
