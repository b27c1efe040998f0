package settlement_test

import (
	"testing"

	"jeongsan/internal/calendar"
	"jeongsan/internal/fault"
	"jeongsan/internal/money"
	"jeongsan/internal/settlement"
	. "jeongsan/internal/settlement/settlementtest"
	"jeongsan/internal/taxinvoice"
)

func calendarDay(o *Office) calendar.Date { return calendar.DateOf(o.World.Clock.Now()) }

func TestEach_legal_reason_moves_books_and_balance_by_its_difference_and_keeps_the_invoice(t *testing.T) {
	for _, c := range []struct {
		reason    taxinvoice.Reason
		documents int
		owed      int64 // of 2,200
	}{
		{taxinvoice.Correction, 2, 2_200},
		{taxinvoice.AmountChange, 1, 1_650},
		{taxinvoice.Return, 1, 1_870},
		{taxinvoice.Termination, 1, 0},
		{taxinvoice.LocalCredit, 2, 2_000},
		{taxinvoice.DuplicateMistake, 1, 2_200},
	} {
		t.Run(c.reason.Text().EN, func(t *testing.T) {
			o := reported()
			ctx, p := t.Context(), o.World.Process()
			must(t, amend(ctx, p, o, c.reason))
			must(t, taxJobs(ctx, p, o))
			all, err := taxinvoice.List(ctx, o.World.Store, o.Tenant, October, "C0001")
			must(t, err)
			if len(all) != 1+c.documents {
				t.Fatalf("%d documents", len(all))
			}
			for _, x := range all[1:] {
				if x.State != taxinvoice.Issued || x.Content.Amends == nil || x.Content.Amends.Original != all[0].Confirmation {
					t.Errorf("%+v", x)
				}
			}
			head := o.Invoice(1, October)
			balance, err := head.Balance()
			must(t, err)
			if balance != money.Won(c.owed) || owed(t, o) != balance || head.Revision != 1 || head.Money.TaxInvoice != all[0].Key {
				t.Errorf("balance %s, owed %s, revision %d, covered by %s", balance, owed(t, o), head.Revision, head.Money.TaxInvoice)
			}
			o.At("2026-11-10 15:20")
			o.Taxes.Reports(o.World.Clock.Now())
			must(t, taxJobs(ctx, p, o))
			corrections, err := taxinvoice.ListCorrections(ctx, o.World.Store, o.Tenant, October, "C0001")
			must(t, err)
			if len(corrections) != 1 || corrections[0].State != taxinvoice.Done {
				t.Errorf("%+v", corrections)
			}
			must(t, Proved(ctx, o))
		})
	}
}

func TestAn_amendment_is_refused_before_the_tax_office_has_the_original_and_beside_another(t *testing.T) {
	o := taxed(taxinvoice.NextDay)()
	refused(t, amend(t.Context(), o.World.Process(), o, taxinvoice.AmountChange), fault.Conflict, "취소")

	o = reported()
	ctx, p := t.Context(), o.World.Process()
	must(t, amend(ctx, p, o, taxinvoice.AmountChange))
	must(t, amend(ctx, p, o, taxinvoice.AmountChange)) // the same order again
	if all, err := taxinvoice.ListCorrections(ctx, o.World.Store, o.Tenant, October, "C0001"); err != nil || len(all) != 1 {
		t.Errorf("%d corrections, %v", len(all), err)
	}
	other := changeOf(o, taxinvoice.Return)
	other.Why = "다른 사유"
	_, err := desk(o).AmendTax(ctx, o.Staff(), work(1), other)
	refused(t, err, fault.Conflict, "그사이")
	other.Seen = 1
	_, err = desk(o).AmendTax(ctx, o.Staff(), work(1), other)
	refused(t, err, fault.Conflict, "끝나지 않았습니다")
	_, err = desk(o).CancelTax(ctx, o.Staff(), work(2), "x")
	refused(t, err, fault.Conflict, "수정")
}

func TestWhere_the_first_document_is_refused_the_second_is_not_issued_and_the_books_go_back(t *testing.T) {
	o := reported()
	ctx, p := t.Context(), o.World.Process()
	o.Taxes.Refuses[work(2).Key()] = fault.Invalidf("", fault.T("포인트가 부족합니다.", "Points have run short."))
	must(t, amend(ctx, p, o, taxinvoice.LocalCredit))
	if owed(t, o) != money.Won(2_000) {
		t.Errorf("owed %s before", owed(t, o))
	}
	must(t, taxJobs(ctx, p, o))
	for n := 2; n <= 3; n++ {
		if x := taxOf(t, o, work(n)); x.State != taxinvoice.Refused {
			t.Errorf("%s is %s", x.Key, x.State)
		}
	}
	if owed(t, o) != money.Won(2_200) || len(o.Invoice(1, October).Money.Portions) != 0 || len(o.Taxes.Calls()) != 1 {
		t.Errorf("owed %s, portions %v, calls %v", owed(t, o), o.Invoice(1, October).Money.Portions, o.Taxes.Calls())
	}
	again := changeOf(o, taxinvoice.LocalCredit)
	again.Seen = 1
	if _, err := desk(o).AmendTax(ctx, o.Staff(), work(1), again); err != nil {
		t.Error(err)
	}
	must(t, Proved(ctx, o))
}

func TestThe_second_document_waits_until_the_first_stands_whoever_brings_the_work(t *testing.T) {
	o := reported()
	ctx := t.Context()
	must(t, amend(ctx, o.World.Process(), o, taxinvoice.Correction))
	must(t, desk(o).IssueTax(ctx, o.Job(), work(3)))
	must(t, desk(o).FollowTax(ctx, o.Job(), work(3)))
	if calls := o.Taxes.Calls(); len(calls) != 1 {
		t.Fatalf("%v", calls)
	}
	o.Taxes.Silent, o.Taxes.Losing = true, 2 // the second issue of this service is done, its answer lost
	must(t, desk(o).IssueTax(ctx, o.Job(), work(2)))
	must(t, desk(o).IssueTax(ctx, o.Job(), work(3)))
	if x := taxOf(t, o, work(3)); x.State != taxinvoice.Intended || len(o.Taxes.Calls()) != 2 {
		t.Fatalf("%s after %v", x.State, o.Taxes.Calls())
	}
	o.Taxes.Silent, o.Taxes.Losing = false, 0
	must(t, desk(o).PollTax(ctx, o.Job()))
	must(t, taxJobs(ctx, o.World.Process(), o))
	if calls := o.Taxes.Calls(); len(calls) != 3 || taxOf(t, o, work(3)).State != taxinvoice.Issued {
		t.Errorf("%v", calls)
	}
}

func TestA_half_done_amendment_is_finished_by_issuing_its_failed_document_again(t *testing.T) {
	o := reported()
	ctx, p := t.Context(), o.World.Process()
	o.Taxes.Refuses[work(3).Key()] = fault.Invalidf("", fault.T("공급받는자 이메일이 올바르지 않습니다.", "The buyer's e-mail is wrong."))
	must(t, amend(ctx, p, o, taxinvoice.Correction))
	must(t, taxJobs(ctx, p, o))
	failed := taxOf(t, o, work(3))
	if failed.State != taxinvoice.Refused {
		t.Fatalf("%+v", failed)
	}
	wrong := failed.Content
	wrong.Supply = money.Won(1)
	_, err := desk(o).ReissueAmended(ctx, o.Staff(), work(3), &wrong)
	refused(t, err, fault.Invalid, "금액")
	right := failed.Content
	right.Buyer.Email = "right@example.com"
	if _, err := desk(o).ReissueAmended(ctx, o.Staff(), work(3), &right); err != nil {
		t.Fatal(err)
	}
	must(t, taxJobs(ctx, p, o))
	if x := taxOf(t, o, work(4)); x.State != taxinvoice.Issued || x.Content.Buyer.Email != "right@example.com" {
		t.Errorf("%+v", x)
	}
	_, err = desk(o).ReissueAmended(ctx, o.Staff(), work(3), nil)
	refused(t, err, fault.Conflict, "다시 발행할 문서")
	_, err = desk(o).ReissueAmended(ctx, o.Staff(), settlement.TaxWork{Month: October, Customer: "C0001", Sequence: 1}, nil)
	refused(t, err, fault.Conflict, "수정세금계산서가 아닙니다")
}
