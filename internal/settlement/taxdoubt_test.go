package settlement_test

import (
	"testing"
	"time"

	"jeongsan/internal/due"
	"jeongsan/internal/fault"
	"jeongsan/internal/money"
	"jeongsan/internal/settlement"
	. "jeongsan/internal/settlement/settlementtest"
	"jeongsan/internal/taxinvoice"
)

// unheard is an office whose first customer's tax invoice was issued by a process that died before it could say so.
func unheard(t *testing.T) *Office {
	t.Helper()
	o := final(1)()
	must(t, requestTax(t.Context(), o.World.Process(), o, orderOf(taxinvoice.NextDay, "C0001")[0]))
	x := taxOf(t, o, work(1))
	o.Taxes.Edit(x.Key, func(d *settlement.TaxDocument) {
		d.Written, d.Buyer, d.Supply, d.VAT = x.Content.Written, x.Content.Buyer.BusinessNumber, x.Content.Supply, x.Content.VAT
		d.Provider, d.Confirmation = taxinvoice.Signed, "202610314100009900000001"
	})
	return o
}

func TestA_refusal_of_a_second_call_is_not_believed_while_the_first_stands_at_the_service(t *testing.T) {
	for what, keyFirst := range map[string]bool{"refused before it looks at the key": false, "refused after it looked at the key": true} {
		t.Run(what, func(t *testing.T) {
			o := unheard(t)
			o.Taxes.KeyFirst = keyFirst
			o.Taxes.Refuses[work(1).Key()] = fault.New(fault.Conflict, fault.T("포인트가 부족합니다.", "Points have run short."))
			must(t, taxJobs(t.Context(), o.World.Process(), o))
			if x := taxOf(t, o, work(1)); x.State != taxinvoice.Issued || o.Invoice(1, October).Money.TaxInvoice != x.Key {
				t.Errorf("%s, the invoice is reserved for %q", x.State, o.Invoice(1, October).Money.TaxInvoice)
			}
		})
	}
}

func TestA_refusal_that_cannot_be_checked_is_asked_about_later_and_blocks_the_invoice_until_then(t *testing.T) {
	o := final(1)()
	ctx, p := t.Context(), o.World.Process()
	o.Taxes.Silent = true
	o.Taxes.Refuses[work(1).Key()] = fault.New(fault.Conflict, fault.T("포인트가 부족합니다.", "Points have run short."))
	must(t, requestTax(ctx, p, o, orderOf(taxinvoice.NextDay, "C0001")[0]))
	must(t, taxJobs(ctx, p, o))
	if x := taxOf(t, o, work(1)); x.State != taxinvoice.Intended || x.Asked != 1 || o.Invoice(1, October).Money.TaxInvoice == "" {
		t.Fatalf("%s, asked %d times", x.State, x.Asked)
	}
	o.Taxes.Silent = false
	must(t, settled(ctx, p, o, work(1), taxinvoice.Refused))
	if x := taxOf(t, o, work(1)); x.State != taxinvoice.Refused || x.Failure.KO != "포인트가 부족합니다." || o.Invoice(1, October).Money.TaxInvoice != "" {
		t.Errorf("%+v", x)
	}
}

func TestWhat_staff_deleted_at_the_service_is_asked_for_by_the_ladder_and_freed_by_a_person(t *testing.T) {
	for what, timing := range map[string]taxinvoice.Timing{"issued for the next day": taxinvoice.NextDay, "on its way": taxinvoice.Immediate} {
		t.Run(what, func(t *testing.T) {
			o := taxed(timing)()
			ctx, p := t.Context(), o.World.Process()
			o.Taxes.Forget(work(1).Key())
			must(t, desk(o).FollowTax(ctx, o.Job(), work(1)))
			if x := taxOf(t, o, work(1)); x.State == taxinvoice.InDoubt || x.Asked != 1 {
				t.Fatalf("%s after %d questions", x.State, x.Asked)
			}
			must(t, settled(ctx, p, o, work(1), taxinvoice.InDoubt))
			x := taxOf(t, o, work(1))
			if x.State != taxinvoice.InDoubt || x.Failure == (fault.Text{}) {
				t.Fatalf("%s: %s", x.State, x.Failure.KO)
			}
			must(t, desk(o).PollTax(ctx, o.Job()))
			must(t, desk(o).GiveUpTax(ctx, o.Staff(), work(1), "팝빌에서 취소하고 삭제함"))
			if x := taxOf(t, o, work(1)); x.State.Live() || o.Invoice(1, October).Money.TaxInvoice != "" {
				t.Errorf("%s, the invoice is reserved for %q", x.State, o.Invoice(1, October).Money.TaxInvoice)
			}
			must(t, requestTax(ctx, p, o, orderOf(taxinvoice.NextDay, "C0001")[0]))
		})
	}
}

func TestWhat_was_missed_once_and_is_there_after_all_counts_as_never_missed(t *testing.T) {
	o := taxed(taxinvoice.NextDay)()
	ctx := t.Context()
	kept, _ := o.Taxes.Document(work(1).Key())
	o.Taxes.Forget(work(1).Key())
	must(t, desk(o).FollowTax(ctx, o.Job(), work(1)))
	o.Taxes.Edit(work(1).Key(), func(d *settlement.TaxDocument) { *d = kept })
	must(t, desk(o).FollowTax(ctx, o.Job(), work(1)))
	if x := taxOf(t, o, work(1)); x.State != taxinvoice.Issued || x.Asked != 0 {
		t.Errorf("%s, missed %d times", x.State, x.Asked)
	}
}

// cancelling is an office whose cancellation got through and was not heard of.
func cancelling(t *testing.T) *Office {
	t.Helper()
	o := taxed(taxinvoice.NextDay)()
	o.Taxes.Silent = true
	o.Taxes.Edit(work(1).Key(), func(d *settlement.TaxDocument) { d.Provider = taxinvoice.Withdrawn })
	_, err := desk(o).CancelTax(t.Context(), o.Staff(), work(1), "금액 오류")
	refused(t, err, fault.UnknownOutcome, "자동으로 다시 확인")
	return o
}

func TestWhat_is_gone_while_it_is_being_cancelled_is_cancelled(t *testing.T) {
	o := cancelling(t)
	o.Taxes.Silent = false
	o.Taxes.Forget(work(1).Key())
	must(t, settled(t.Context(), o.World.Process(), o, work(1), taxinvoice.Cancelled))
	if x := taxOf(t, o, work(1)); x.State != taxinvoice.Cancelled || o.Invoice(1, October).Money.TaxInvoice != "" {
		t.Errorf("%s, the invoice is reserved for %q", x.State, o.Invoice(1, October).Money.TaxInvoice)
	}
}

func TestA_cancellation_that_is_never_heard_of_goes_to_a_person_and_heals_by_the_next_answer(t *testing.T) {
	o := cancelling(t)
	ctx, p := t.Context(), o.World.Process()
	must(t, settled(ctx, p, o, work(1), taxinvoice.InDoubt))
	if x := taxOf(t, o, work(1)); x.State != taxinvoice.InDoubt {
		t.Fatalf("it is %s", x.State)
	}
	o.Taxes.Silent = false
	must(t, desk(o).PollTax(ctx, o.Job()))
	if x := taxOf(t, o, work(1)); x.State != taxinvoice.Cancelled || o.Invoice(1, October).Money.TaxInvoice != "" {
		t.Errorf("%s", x.State)
	}
}

func TestWhat_the_tax_office_took_after_it_had_rejected_it_reserves_the_invoice_again_and_is_told(t *testing.T) {
	o := taxed(taxinvoice.NextDay)()
	ctx, p := t.Context(), o.World.Process()
	o.Taxes.Moves(work(1).Key(), taxinvoice.NotAccepted, "ERR002")
	must(t, desk(o).FollowTax(ctx, o.Job(), work(1)))
	o.Taxes.Moves(work(1).Key(), taxinvoice.Accepted, "SUC001")
	must(t, desk(o).TaxWebhook(ctx, o.Tenant, "late-news", Profile().BusinessNumber, work(1).Key()))
	if err := taxJobs(ctx, p, o); !fault.Is(err, fault.Conflict) {
		t.Errorf("nobody hears of it: %v", err)
	}
	must(t, taxJobs(ctx, p, o))
	if x := taxOf(t, o, work(1)); x.State != taxinvoice.Reported || o.Invoice(1, October).Money.TaxInvoice != x.Key {
		t.Errorf("%s, the invoice is reserved for %q", x.State, o.Invoice(1, October).Money.TaxInvoice)
	}
	if _, err := desk(o).LoadTaxFiles(ctx, o.Tenant, work(1)); err != nil {
		t.Errorf("its files are not kept: %v", err)
	}
}

func TestWhat_was_refused_and_lives_goes_to_a_person_and_is_followed_again(t *testing.T) {
	o := final(1)()
	ctx, p := t.Context(), o.World.Process()
	o.Taxes.Refuses[work(1).Key()] = fault.New(fault.Conflict, fault.T("포인트가 부족합니다.", "Points have run short."))
	must(t, requestTax(ctx, p, o, orderOf(taxinvoice.NextDay, "C0001")[0]))
	must(t, taxJobs(ctx, p, o))
	x := taxOf(t, o, work(1))
	o.Taxes.Edit(x.Key, func(d *settlement.TaxDocument) {
		d.Written, d.Buyer, d.Supply, d.VAT = x.Content.Written, x.Content.Buyer.BusinessNumber, x.Content.Supply, x.Content.VAT
		d.Provider, d.Confirmation = taxinvoice.Signed, "202610314100009900000001"
	})
	must(t, desk(o).TaxWebhook(ctx, o.Tenant, "news", Profile().BusinessNumber, x.Key))
	if err := taxJobs(ctx, p, o); !fault.Is(err, fault.Conflict) {
		t.Errorf("nobody hears of it: %v", err)
	}
	if x = taxOf(t, o, work(1)); x.State != taxinvoice.InDoubt || o.Invoice(1, October).Money.TaxInvoice != x.Key {
		t.Fatalf("%s, the invoice is reserved for %q", x.State, o.Invoice(1, October).Money.TaxInvoice)
	}
	must(t, desk(o).PollTax(ctx, o.Job())) // it is on the work-list again, and the next answer settles it
	if x = taxOf(t, o, work(1)); x.State != taxinvoice.Issued {
		t.Errorf("it is %s", x.State)
	}
}

func TestAnother_programs_document_under_the_key_of_what_was_refused_changes_nothing(t *testing.T) {
	o := final(1)()
	ctx, p := t.Context(), o.World.Process()
	o.Taxes.Refuses[work(1).Key()] = fault.New(fault.Conflict, fault.T("포인트가 부족합니다.", "Points have run short."))
	must(t, requestTax(ctx, p, o, orderOf(taxinvoice.NextDay, "C0001")[0]))
	must(t, taxJobs(ctx, p, o))
	o.Taxes.Edit(work(1).Key(), func(d *settlement.TaxDocument) { d.Provider, d.Supply = taxinvoice.Signed, money.Won(7) })
	must(t, desk(o).FollowTax(ctx, o.Job(), work(1)))
	if x := taxOf(t, o, work(1)); x.State != taxinvoice.Refused {
		t.Errorf("it is %s", x.State)
	}
}

func TestWhat_was_ordered_in_time_and_is_called_late_is_not_forced_but_told(t *testing.T) {
	o := final(1)()
	ctx, p := t.Context(), o.World.Process()
	o.At("2026-11-10 23:59")
	must(t, requestTax(ctx, p, o, orderOf(taxinvoice.NextDay, "C0001")[0]))
	o.At("2026-11-11 00:10")
	must(t, taxJobs(ctx, p, o))
	x := taxOf(t, o, work(1))
	if x.State != taxinvoice.Refused || len(o.Taxes.Calls()) != 0 || o.Invoice(1, October).Money.TaxInvoice != "" {
		t.Fatalf("%s after %v", x.State, o.Taxes.Calls())
	}
	order := orderOf(taxinvoice.NextDay, "C0001")[0]
	order.Late = true
	must(t, requestTax(ctx, p, o, order))
	must(t, taxJobs(ctx, p, o))
	if x := taxOf(t, o, work(2)); x.State != taxinvoice.Issued || !x.Late || len(o.Taxes.Forced()) != 1 {
		t.Errorf("%+v, forced are %v", x, o.Taxes.Forced())
	}
}

func TestWhat_was_issued_in_time_and_not_heard_of_is_found_after_the_deadline_and_not_refused(t *testing.T) {
	o := unheard(t)
	o.At("2026-11-11 00:10")
	must(t, taxJobs(t.Context(), o.World.Process(), o))
	if x := taxOf(t, o, work(1)); x.State != taxinvoice.Issued || len(o.Taxes.Forced()) != 0 {
		t.Errorf("%s, forced are %v", x.State, o.Taxes.Forced())
	}
}

func TestAn_outcome_is_committed_and_listed_where_the_holiday_table_has_ended(t *testing.T) {
	o := final(1)()
	ctx, p := t.Context(), o.World.Process()
	order := orderOf(taxinvoice.NextDay, "C0001")[0]
	must(t, requestTax(ctx, p, o, order))
	o.At("2031-12-31 23:00") // the years of the table are over long since
	o.Taxes.Edit(work(1).Key(), func(d *settlement.TaxDocument) {
		x := taxOf(t, o, work(1))
		d.Written, d.Buyer, d.Supply, d.VAT = x.Content.Written, x.Content.Buyer.BusinessNumber, x.Content.Supply, x.Content.VAT
		d.Provider, d.Confirmation, d.Issued = taxinvoice.Signed, "202610314100009900000001", o.World.Clock.Now()
	})
	must(t, taxJobs(ctx, p, o))
	if x := taxOf(t, o, work(1)); x.State != taxinvoice.Issued {
		t.Fatalf("it is %s", x.State)
	}
	if at, ok, err := due.Next(ctx, o.World.Store); err != nil || !ok || at.Sub(o.World.Clock.Now()) > 48*time.Hour {
		t.Errorf("asked again at %s, %v", at, err)
	}
	if _, err := desk(o).DueTax(ctx, o.Tenant); err != nil {
		t.Error(err)
	}
}
