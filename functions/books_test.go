package functions_test

import (
	"fmt"
	"sort"
	"testing"

	"jeongsan/internal/books"
	"jeongsan/internal/invoice"
	"jeongsan/internal/payment"
	"jeongsan/internal/store"
	"jeongsan/internal/taxinvoice"
)

// written is what the books say at the end, a line each: invoices with what was paid and what covers them, mails,
// postings, balances, tax invoices, payments.
func written(t testing.TB, s store.Reader) []string {
	t.Helper()
	ctx, id := t.Context(), hanbit(t)
	var out []string
	say := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }

	heads, err := invoice.List(ctx, s, id, october)
	must(t, err)
	for _, h := range heads {
		paid, err := h.Paid()
		must(t, err)
		balance, err := h.Balance()
		must(t, err)
		say("invoice %s %s of %v: usage %s discount %s other %s rounding %s supply %s vat %s total %s; rated %s; issued %s due %s; sent %d; paid %s, owed %s, tax invoice %q, %d charges",
			h.Number, h.State, h.Span, h.Sums.Usage, h.Sums.Discount, h.Sums.Other, h.Sums.Rounding, h.Sums.Supply, h.Sums.VAT, h.Sums.Total, h.Input, h.Issued, h.Due, h.Sends, paid, balance, h.Money.TaxInvoice, len(h.Charges))
		for _, p := range h.Money.Portions {
			say("portion of %s: %s %s %s, slip %s, evidence %s", h.Number, p.Means, p.Amount, p.VAT, p.Slip, p.Evidence)
		}
		mails, err := invoice.Deliveries(ctx, s, id, october, h.Customer)
		must(t, err)
		for _, m := range mails {
			say("mail %s to %s: %s, asks for %s, heard %q", m.ID, m.Email, m.State, m.Total, m.Feedback.Kind)
		}
	}
	taxes, err := taxinvoice.List(ctx, s, id, october, "")
	must(t, err)
	for _, x := range taxes {
		say("tax invoice %s for %s: %s, written %s, supply %s vat %s, result %s", x.Key, x.Invoice, x.State, x.Content.Written, x.Content.Supply, x.Content.VAT, x.Result)
	}
	payments, err := payment.List(ctx, s, id, october, "")
	must(t, err)
	for _, p := range payments {
		say("payment %s for %s: %s %s, applied %s, %d attempts, slip %s", p.ID, p.Invoice, p.State, p.Amount, p.Applied, len(p.Attempts), p.Slip.Approval)
	}
	for m := october; m.Before(october.Add(4)); m = m.Next() {
		postings, err := books.Postings(ctx, s, id, m)
		must(t, err)
		for _, p := range postings {
			say("posting %s on %s from %s", p.ID(), p.Date(), p.Source())
			for _, e := range p.Entries() {
				say("posting %s: %s %s", p.ID(), e.Account.Code(), e.Amount)
			}
		}
	}
	balances, err := books.Balances(ctx, s, id)
	must(t, err)
	for _, b := range balances {
		say("balance of %s: %s after %d postings", b.Customer, b.Owed, b.Postings)
	}
	sort.Strings(out)
	return out
}
