package settlement_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"jeongsan/internal/crash"
	"jeongsan/internal/due"
	"jeongsan/internal/fault"
	"jeongsan/internal/money"
	"jeongsan/internal/settlement"
	. "jeongsan/internal/settlement/settlementtest"
	"jeongsan/internal/taxinvoice"
)

// taxFlow is a flow of tax invoices: after every recovery the service has the same documents as after the first run, each
// issued once, and covers no invoice twice. How often something was asked for, and which timers are left, may differ.
func taxFlow(setup func() *Office, run func(context.Context, *crash.Process, *Office) error, calls ...string) crash.Flow[*Office] {
	f := once(setup, run)
	f.View.Lax = []string{"due"}
	f.View.Mask["audit"] = append(f.View.Mask["audit"], "actor") // a job takes up what a person began
	f.View.Extra = func(line string) bool { return Audited(line, "tax.intended", "tax.cancelling") }
	f.Check = func(ctx context.Context, o *Office) error {
		got := o.Taxes.Calls()
		if fmt.Sprint(got) != fmt.Sprint(calls) {
			return fmt.Errorf("the service was told %v, want %v", got, calls)
		}
		return errors.Join(o.Taxes.Once(amendments(ctx, o)), Proved(ctx, o))
	}
	return f
}

// amendments are the keys of documents that amend another.
func amendments(ctx context.Context, o *Office) map[string]bool {
	all, err := taxinvoice.List(ctx, o.World.Store, o.Tenant, October, "")
	if err != nil {
		panic(err)
	}
	out := map[string]bool{}
	for _, x := range all {
		out[x.Key] = x.Correction != ""
	}
	return out
}

// settled runs the work that is due, and lets its timers come, until the tax invoice has come to a state.
func settled(ctx context.Context, p *crash.Process, o *Office, w settlement.TaxWork, want taxinvoice.State) error {
	for range 8 {
		if err := taxJobs(ctx, p, o); err != nil {
			return err
		}
		x, err := taxinvoice.Load(ctx, p.Store, o.Tenant, w.Month, w.Customer, w.Sequence)
		if err != nil || x.State == want {
			return err
		}
		at, ok, err := due.Next(ctx, p.Store)
		if err != nil || !ok {
			return errors.Join(err, fmt.Errorf("%s is %s, and nothing is due", x.Key, x.State))
		}
		if at.After(o.World.Clock.Now()) {
			if err := o.World.Clock.Set(at); err != nil {
				return err
			}
		}
	}
	return fmt.Errorf("%s is not %s", w.Key(), want)
}

func TestAn_order_of_a_tax_invoice_that_dies_anywhere_is_issued_once(t *testing.T) {
	for _, c := range []struct {
		timing taxinvoice.Timing
		state  taxinvoice.State
		calls  []string
	}{
		{taxinvoice.NextDay, taxinvoice.Issued, []string{"issue 202610-C0001-1"}},
		{taxinvoice.Immediate, taxinvoice.Sending, []string{"issue 202610-C0001-1", "transmit 202610-C0001-1"}},
	} {
		t.Run(string(c.timing), func(t *testing.T) {
			f := taxFlow(final(1), func(ctx context.Context, p *crash.Process, o *Office) error {
				if err := requestTax(ctx, p, o, orderOf(c.timing, "C0001")[0]); err != nil {
					return err
				}
				return settled(ctx, p, o, work(1), c.state)
			}, c.calls...)
			f.Depth, f.Sample = 2, 2
			f.Explore(t)
		})
	}
}

func TestAn_order_with_another_price_that_dies_anywhere_revises_once_and_issues_once(t *testing.T) {
	taxFlow(final(1), func(ctx context.Context, p *crash.Process, o *Office) error {
		if err := requestTax(ctx, p, o, priced("1900", "협의한 단가")); err != nil {
			return err
		}
		return settled(ctx, p, o, work(1), taxinvoice.Issued)
	}, "issue 202610-C0001-1").Explore(t)
}

func TestA_refusal_that_dies_anywhere_frees_the_invoice(t *testing.T) {
	taxFlow(func() *Office {
		o := final(1)()
		o.Taxes.Refuses[work(1).Key()] = fault.Invalidf("", fault.T("휴폐업 사업자입니다.", "The business is closed."))
		if err := requestTax(context.Background(), o.World.Process(), o, orderOf(taxinvoice.NextDay, "C0001")[0]); err != nil {
			panic(err)
		}
		return o
	}, func(ctx context.Context, p *crash.Process, o *Office) error {
		return settled(ctx, p, o, work(1), taxinvoice.Refused)
	}).Explore(t)
}

func TestA_tax_invoice_is_followed_to_its_end_and_its_files_are_kept_wherever_it_dies(t *testing.T) {
	reporting := func() *Office {
		o := taxed(taxinvoice.NextDay)()
		o.At("2026-11-09 15:20")
		o.Taxes.Reports(o.World.Clock.Now())
		return o
	}
	for what, run := range map[string]func(context.Context, *crash.Process, *Office) error{
		"by its timer": taxJobs,
		"by a person": func(ctx context.Context, p *crash.Process, o *Office) error {
			return o.Desk(p).FollowTax(ctx, o.Staff(), work(1))
		},
		"by daily poll": func(ctx context.Context, p *crash.Process, o *Office) error { return o.Desk(p).PollTax(ctx, o.Job()) },
	} {
		t.Run(what, func(t *testing.T) {
			f := taxFlow(reporting, run, "issue 202610-C0001-1")
			f.Depth, f.Again = 2, what != "by its timer"
			f.Explore(t)
		})
	}
}

func TestA_cancellation_that_dies_anywhere_is_done_once(t *testing.T) {
	f := taxFlow(taxed(taxinvoice.NextDay), func(ctx context.Context, p *crash.Process, o *Office) error {
		_, err := o.Desk(p).CancelTax(ctx, o.Staff(), work(1), "금액 오류")
		if fault.Is(err, fault.UnknownOutcome) { // it is followed up by itself
			return settled(ctx, p, o, work(1), taxinvoice.Cancelled)
		}
		return err
	}, "issue 202610-C0001-1", "cancel 202610-C0001-1")
	f.Depth = 2
	f.Explore(t)
}

func TestWhat_stops_after_the_wish_to_cancel_is_taken_up_by_its_timer(t *testing.T) {
	taxFlow(func() *Office {
		o := taxed(taxinvoice.NextDay)()
		o.Taxes.Silent = true
		o.Taxes.Edit(work(1).Key(), func(d *settlement.TaxDocument) { d.Provider = taxinvoice.Saved }) // refused for now, and not to be asked
		if _, err := o.Desk(o.World.Process()).CancelTax(context.Background(), o.Staff(), work(1), "금액 오류"); !fault.Is(err, fault.UnknownOutcome) {
			panic(err)
		}
		o.Taxes.Silent = false
		o.Taxes.Edit(work(1).Key(), func(d *settlement.TaxDocument) { d.Provider = taxinvoice.Signed })
		return o
	}, func(ctx context.Context, p *crash.Process, o *Office) error {
		return settled(ctx, p, o, work(1), taxinvoice.Cancelled)
	}, "issue 202610-C0001-1", "cancel 202610-C0001-1").Explore(t)
}

// changeOf is an amendment of the first customer's tax invoice.
func changeOf(o *Office, reason taxinvoice.Reason) settlement.TaxAmendment {
	a := settlement.TaxAmendment{Change: taxinvoice.Change{Reason: reason}, Timing: taxinvoice.NextDay, Why: "11월 합의"}
	day := calendarDay(o)
	switch reason {
	case taxinvoice.Correction:
		x, err := taxinvoice.Load(context.Background(), o.World.Store, o.Tenant, October, "C0001", 1)
		if err != nil {
			panic(err)
		}
		correct := x.Content
		correct.Buyer.Name = "바른 이름 주식회사"
		a.Change.Right = taxinvoice.RightOf(x.Content, correct)
	case taxinvoice.AmountChange:
		a.Change.Arose, a.Change.Supply = day, money.Won(-500)
	case taxinvoice.Return:
		a.Change.Arose, a.Change.Supply = day, money.Won(300)
	case taxinvoice.Termination:
		a.Change.Arose = day
	case taxinvoice.LocalCredit:
		a.Change.Opened = day
	}
	return a
}

func amend(ctx context.Context, p *crash.Process, o *Office, reason taxinvoice.Reason) error {
	_, err := o.Desk(p).AmendTax(ctx, o.Staff(), work(1), changeOf(o, reason))
	return err
}

func TestAn_amendment_that_dies_anywhere_issues_each_of_its_documents_once(t *testing.T) {
	for _, c := range []struct {
		reason taxinvoice.Reason
		last   settlement.TaxWork
		calls  []string
	}{
		{taxinvoice.AmountChange, work(2), []string{"issue 202610-C0001-1", "issue 202610-C0001-2"}},
		{taxinvoice.Correction, work(3), []string{"issue 202610-C0001-1", "issue 202610-C0001-2", "issue 202610-C0001-3"}},
	} {
		t.Run(c.reason.Text().EN, func(t *testing.T) {
			taxFlow(reported, func(ctx context.Context, p *crash.Process, o *Office) error {
				if err := amend(ctx, p, o, c.reason); err != nil {
					return err
				}
				return settled(ctx, p, o, c.last, taxinvoice.Issued)
			}, c.calls...).Explore(t)
		})
	}
}

func TestWhere_the_first_document_of_an_amendment_is_refused_nothing_of_it_is_left_wherever_it_dies(t *testing.T) {
	taxFlow(func() *Office {
		o := reported()
		o.Taxes.Refuses[work(2).Key()] = fault.Invalidf("", fault.T("포인트가 부족합니다.", "Points have run short."))
		if err := amend(context.Background(), o.World.Process(), o, taxinvoice.LocalCredit); err != nil {
			panic(err)
		}
		return o
	}, func(ctx context.Context, p *crash.Process, o *Office) error {
		return settled(ctx, p, o, work(3), taxinvoice.Refused)
	}, "issue 202610-C0001-1").Explore(t)
}
