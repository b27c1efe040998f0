package receivablestest

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"jeongsan/internal/books"
	"jeongsan/internal/calendar"
	"jeongsan/internal/crash"
	"jeongsan/internal/invoice"
	"jeongsan/internal/ledger"
	"jeongsan/internal/money"
	"jeongsan/internal/payment"
)

// View compares books without times and the ids of commits. An audit record is compared by what happened, not by who
// heard of it nor by whether it was known to be open meanwhile.
func View() crash.View {
	return crash.View{
		Mask:    map[string][]string{"audit": {"id", "at", "actor", "before"}, "webhook": {"received"}},
		Keyless: []string{"audit", "due"},
		Once:    []string{"due"},
		Extra:   retried,
	}
}

// retried are records of a question that brought nothing yet.
func retried(line string) bool {
	return strings.HasPrefix(line, "audit ") && slices.ContainsFunc([]string{"payment.unknown", "payment.asked", "payment.pending", "payment.repeat", "refund.repeat"}, func(a string) bool {
		return strings.Contains(line, `"action":"`+a+`"`)
	})
}

// Proved holds the books to what must always be true, by the bank's own record and not by the code's paths: the trial
// balance, what each invoice owes by its postings, no invoice charged twice, and every won at the bank in the books.
func Proved(ctx context.Context, o *Office) error {
	if broken := o.Bank.Broken(); len(broken) > 0 {
		return fmt.Errorf("the bank was asked what it must never be asked: %v", broken)
	}
	postings, err := o.postings(ctx)
	if err != nil {
		return err
	}
	if err := o.proveInvoices(ctx, postings); err != nil {
		return err
	}
	return o.proveBank(ctx, postings)
}

func (o *Office) months() (from, to calendar.Month) {
	now := calendar.MonthOf(o.World.Clock.Now())
	return now.Add(-30), now
}

func (o *Office) postings(ctx context.Context) ([]ledger.Posting, error) {
	var all []ledger.Posting
	from, to := o.months()
	for m := from; !m.After(to); m = m.Next() {
		some, err := books.Postings(ctx, o.World.Store, o.Tenant, m)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	stored, err := books.Balances(ctx, o.World.Store, o.Tenant)
	if err != nil {
		return nil, err
	}
	_, err = books.Prove(all, stored)
	return all, err
}

func (o *Office) proveInvoices(ctx context.Context, postings []ledger.Posting) error {
	from, to := o.months()
	for m := from; !m.After(to); m = m.Next() {
		heads, err := invoice.List(ctx, o.World.Store, o.Tenant, m)
		if err != nil {
			return err
		}
		for _, h := range heads {
			if err := o.proveInvoice(h, postings); err != nil {
				return fmt.Errorf("invoice %s: %w", h.Number, err)
			}
		}
	}
	return nil
}

func (o *Office) proveInvoice(h invoice.Invoice, postings []ledger.Posting) error {
	owed := int64(0)
	for _, p := range postings {
		if p.Source() != h.Number && !strings.HasPrefix(p.Source(), h.Number+"-p") {
			continue
		}
		for _, e := range p.Entries() {
			if e.Account.Code() == "receivable/"+h.Customer {
				owed += e.Amount.Minor()
			}
		}
	}
	balance, err := h.Balance()
	if err != nil {
		return err
	}
	if balance.Minor() != owed {
		return fmt.Errorf("it owes %s, its postings say %d", balance, owed)
	}
	left, err := payment.Owed(h)
	if err != nil {
		return err
	}
	if left.Supply.Sign() < 0 || left.VAT.Sign() < 0 || left.Supply.Minor()+left.VAT.Minor() != left.Total.Minor() {
		return fmt.Errorf("the tax of what is left does not add up: %+v", left)
	}
	billed, err := h.Billed()
	if err != nil {
		return err
	}
	times, kept := 0, int64(0)
	for _, f := range o.Bank.Payments() {
		if back, err := f.Cancelled(); err == nil && f.Standing == payment.StandsPaid && back != f.Total && strings.HasPrefix(f.ID, h.Number+"-p") {
			times, kept = times+1, kept+f.Total.Minor()-back.Minor()
		}
	}
	if times > 1 && kept > billed.Total.Minor() { // one more is taken only of what went back
		return fmt.Errorf("the bank took it %d times, and keeps %d of %s", times, kept, billed.Total)
	}
	return nil
}

// proveBank holds what the bank owes us by the books against its own record, once nothing is open.
func (o *Office) proveBank(ctx context.Context, postings []ledger.Posting) error {
	open, err := payment.Open(ctx, o.World.Store, o.Tenant)
	if err != nil || len(open) > 0 {
		return err
	}
	clearing, err := ledger.Clearing("portone")
	if err != nil {
		return err
	}
	ours, err := ledger.BalanceOf(postings, clearing, money.KRW)
	if err != nil {
		return err
	}
	theirs := int64(0)
	for _, f := range o.Bank.Payments() {
		back, err := f.Cancelled()
		if err != nil {
			return err
		}
		if f.Standing == payment.StandsPaid {
			theirs += f.Total.Minor() - back.Minor()
		}
	}
	if ours.Minor() != theirs {
		return fmt.Errorf("the bank holds %d for us, the books say %s", theirs, ours)
	}
	return nil
}
