package settlement

import (
	"cmp"
	"context"
	"fmt"

	"jeongsan/internal/books"
	"jeongsan/internal/calendar"
	"jeongsan/internal/customer"
	"jeongsan/internal/fault"
	"jeongsan/internal/identity"
	"jeongsan/internal/invoice"
	"jeongsan/internal/journal"
	"jeongsan/internal/ledger"
	"jeongsan/internal/store"
	"jeongsan/internal/tenant"
	"jeongsan/internal/usage"
)

// Bill drafts a customer's invoice once more and makes it final: figures fixed, postings made, documents due. A
// customer without anything to bill, a held draft and an invoice that is final already are left as they are.
func (d *Desk) Bill(ctx context.Context, p identity.Principal, m calendar.Month, customerID string) (invoice.Invoice, error) {
	if err := d.opened(ctx, p.Tenant, m); err != nil {
		before, _, missing := invoice.Load(ctx, d.Store, p.Tenant, m, customerID)
		if missing == nil && before.State == invoice.Final { // the work came again after the close
			return before, nil
		}
		return invoice.Invoice{}, err
	}
	drafted, err := d.Draft(ctx, p, customerID, m)
	if err != nil {
		return invoice.Invoice{}, err
	}
	head := drafted.Invoice
	if drafted.None || head.State == invoice.Final || head.Hold != "" || !head.Payable() {
		return head, nil
	}
	for _, c := range head.Charges {
		if c.Month == m && c.Through.IsZero() {
			if err := d.complete(ctx, p.Tenant, c.Account, m); err != nil {
				return invoice.Invoice{}, err
			}
		}
	}
	return d.finalise(ctx, p, drafted)
}

// opened refuses a month that cannot be settled yet (CB-10): settlement opens on the 6th of the next month.
func (d *Desk) opened(ctx context.Context, t store.Tenant, m calendar.Month) error {
	profile, _, err := tenant.Load(ctx, d.Store, t)
	if err != nil {
		return err
	}
	opens := m.Next().Day(profile.Settings.OpensOn)
	if d.Today().Compare(opens) < 0 {
		return fault.New(fault.Conflict, fault.T("%[1]s 정산은 %[2]s부터 할 수 있습니다.", "%[1]s can be settled from %[2]s.", m, opens))
	}
	run, _, err := invoice.LoadRun(ctx, d.Store, t, m)
	if err != nil {
		return err
	}
	if !run.Closed.IsZero() {
		return fault.New(fault.Conflict, fault.T("%s 정산은 이미 마감되었습니다.", "%s is closed.", m))
	}
	return nil
}

// complete refuses a month whose last figures have not been read: a provider that says when it wrote them must have
// written once after the month's end (NCP does on the 1st, about 08:30).
func (d *Desk) complete(ctx context.Context, t store.Tenant, account string, m calendar.Month) error {
	head, _, err := usage.LoadHead(ctx, d.Store, t, account, m)
	if err != nil {
		return err
	}
	if early(head) {
		return fault.New(fault.Conflict, fault.T("%[1]s의 마지막 금액을 아직 읽지 못했습니다(읽은 금액은 %[2]s 기준). 인증키와 수집 상태를 확인해 주세요.", "The last figures of %[1]s have not been read yet (those read are of %[2]s); check the key and the daily pull.", m, calendar.DateOf(head.Written)))
	}
	return nil
}

func early(head usage.Head) bool {
	return !head.Written.IsZero() && head.Written.Before(head.Meta.Month.End())
}

func (d *Desk) finalise(ctx context.Context, p identity.Principal, drafted Drafted) (invoice.Invoice, error) {
	head := drafted.Invoice
	body, err := d.draftedBody(ctx, p.Tenant, drafted)
	if err != nil {
		return invoice.Invoice{}, err
	}
	if err := body.Bill.Check(body.Input); err != nil {
		return invoice.Invoice{}, err
	}
	if invoice.SumsOf(body.Bill) != head.Sums {
		return invoice.Invoice{}, fault.New(fault.Internal, fault.T("청구서 %s의 본문과 합계가 다릅니다.", "The body of invoice %s does not match its sums.", head.Number))
	}
	final, err := head.Finalise(d.Today(), d.Clock.Now())
	if err != nil {
		return invoice.Invoice{}, err
	}
	c, _, err := customer.Load(ctx, d.Store, p.Tenant, final.Customer)
	if err != nil {
		return invoice.Invoice{}, err
	}
	final.TaxKind = cmp.Or(c.TaxKind, customer.Taxed) // whatever the customer becomes: the figures were made so
	headWrite, err := final.Put(p.Tenant, drafted.Version)
	if err != nil {
		return invoice.Invoice{}, err
	}
	posting, err := Posting(final)
	if err != nil {
		return invoice.Invoice{}, err
	}
	writes, err := books.Post(ctx, d.Store, p.Tenant, posting)
	if err != nil {
		return invoice.Invoice{}, err
	}
	work, err := d.followUp(p.Tenant, c, final)
	if err != nil {
		return invoice.Invoice{}, err
	}
	err = d.Commit(ctx, p, journal.Change{Action: "invoice.final", Subject: final.Number, Before: string(invoice.Draft), After: shown(final.Sums.Total)},
		append(append(append(writes, final.Claims(p.Tenant)...), headWrite), work)...)
	return final, err
}

// draftedBody spares reading back what this very step has just written.
func (d *Desk) draftedBody(ctx context.Context, t store.Tenant, drafted Drafted) (invoice.Body, error) {
	if drafted.body != nil {
		return *drafted.body, nil
	}
	return d.body(ctx, t, drafted.Invoice)
}

// followUp is the outbox row of a new final invoice: its mails where the contract sends by itself, else its
// documents, so that a download finds them made.
func (d *Desk) followUp(t store.Tenant, c customer.Customer, final invoice.Invoice) (store.Write, error) {
	if _, missing := c.Recipients(); c.AutoSend && missing == nil {
		return d.outbox(t, JobSend, fmt.Sprintf("send/%s/1", final.Number), InvoiceWork{final.Month, final.Customer, 1})
	}
	return d.outbox(t, JobDocuments, "documents/"+final.Number, InvoiceWork{Month: final.Month, Customer: final.Customer})
}

// Posting is how a final invoice enters the books, on the last day of its month (the supply of the month):
// the customer owes the total (외상매출금), the supply amount is revenue (매출), the VAT is the tax office's (부가세예수금).
func Posting(final invoice.Invoice) (ledger.Posting, error) {
	return postingOn(final, final.Month.Last())
}

// postingOn is Posting on another day: a revision after the close of the run counts when it is made.
func postingOn(final invoice.Invoice, date calendar.Date) (ledger.Posting, error) {
	receivable, err := ledger.Receivable(final.Customer)
	if err != nil {
		return ledger.Posting{}, err
	}
	sales, err := ledger.Sales("cloud")
	if err != nil {
		return ledger.Posting{}, err
	}
	entries := []ledger.Entry{ledger.Debit(receivable, final.Sums.Total), ledger.Credit(sales, final.Sums.Supply)}
	if !final.Sums.VAT.IsZero() {
		entries = append(entries, ledger.Credit(ledger.VATPayable(), final.Sums.VAT))
	}
	text := fault.T("%[1]s 클라우드 이용 요금", "Cloud usage of %[2]s", final.Month.Korean(), final.Month.String())
	return ledger.New("invoice-"+final.Number, date, text, final.Number, entries...)
}

// Prove draws the trial balance over the months' postings and proves every stored customer balance by it (XX-03).
func (d *Desk) Prove(ctx context.Context, t store.Tenant, from, to calendar.Month) (ledger.TrialBalance, error) {
	var all []ledger.Posting
	for m := from; !m.After(to); m = m.Next() {
		some, err := books.Postings(ctx, d.Store, t, m)
		if err != nil {
			return ledger.TrialBalance{}, err
		}
		all = append(all, some...)
	}
	stored, err := books.Balances(ctx, d.Store, t)
	if err != nil {
		return ledger.TrialBalance{}, err
	}
	return books.Prove(all, stored)
}
