package settlement_test

import (
	"context"
	"testing"

	"jeongsan/internal/crash"
	"jeongsan/internal/fault"
	"jeongsan/internal/invoice"
	"jeongsan/internal/money"
	"jeongsan/internal/payment"
	"jeongsan/internal/settlement"
	. "jeongsan/internal/settlement/settlementtest"
	"jeongsan/internal/taxinvoice"
)

// half is an office whose first customer's amendment is half done: the service refuses the second document for good.
func half(reason taxinvoice.Reason) func() *Office {
	return func() *Office {
		o := reported()
		ctx, p := context.Background(), o.World.Process()
		o.Taxes.Refuses[work(3).Key()] = fault.Invalidf("taxType", fault.T("과세형태를 바꿀 수 없습니다.", "The kind of tax cannot be changed."))
		if err := amend(ctx, p, o, reason); err != nil {
			panic(err)
		}
		if err := taxJobs(ctx, p, o); err != nil {
			panic(err)
		}
		return o
	}
}

func correctionOf(t *testing.T, o *Office) taxinvoice.CorrectionRecord {
	t.Helper()
	all, err := taxinvoice.ListCorrections(t.Context(), o.World.Store, o.Tenant, October, "C0001")
	must(t, err)
	return all[len(all)-1].CorrectionRecord
}

func TestA_half_done_amendment_that_cannot_be_finished_is_taken_back_by_a_counter_document(t *testing.T) {
	for _, reason := range []taxinvoice.Reason{taxinvoice.Correction, taxinvoice.LocalCredit} {
		t.Run(reason.Text().EN, func(t *testing.T) {
			o := half(reason)()
			ctx, p := t.Context(), o.World.Process()
			if c := correctionOf(t, o); c.State != taxinvoice.Half {
				t.Fatalf("it is %s", c.State)
			}
			_, err := desk(o).RevertAmended(ctx, o.Staff(), work(3), " ")
			refused(t, err, fault.Invalid, "사유")
			_, err = desk(o).RevertAmended(ctx, o.Staff(), work(1), "x")
			refused(t, err, fault.Conflict, "수정세금계산서가 아닙니다")
			if _, err := desk(o).RevertAmended(ctx, o.Staff(), work(3), "발행할 수 없음"); err != nil {
				t.Fatal(err)
			}
			must(t, taxJobs(ctx, p, o))
			x := taxOf(t, o, work(4))
			if x.State != taxinvoice.Issued || x.Content.Total != taxOf(t, o, work(2)).Content.Total.Neg() {
				t.Fatalf("%s of %s", x.State, x.Content.Total)
			}
			if balance, err := o.Invoice(1, October).Balance(); err != nil || balance != money.Won(2_200) || owed(t, o) != balance {
				t.Errorf("balance %s, owed %s, %v", balance, owed(t, o), err)
			}
			_, err = desk(o).RevertAmended(ctx, o.Staff(), work(3), "다시")
			refused(t, err, fault.Conflict, "다시 발행할 문서")
			o.At("2026-11-10 15:20")
			o.Taxes.Reports(o.World.Clock.Now())
			must(t, taxJobs(ctx, p, o))
			if c := correctionOf(t, o); c.State != taxinvoice.Done || !c.Reverted {
				t.Errorf("%+v", c)
			}
			if list := dueOf(t, o); len(list) != 0 {
				t.Errorf("due are %+v", list)
			}
			again := changeOf(o, taxinvoice.AmountChange)
			again.Seen = 1
			if _, err := desk(o).AmendTax(ctx, o.Staff(), work(1), again); err != nil {
				t.Errorf("it cannot be amended anew: %v", err)
			}
			must(t, Proved(ctx, o))
		})
	}
}

func TestA_counter_document_that_is_refused_is_issued_again_with_the_same_amounts(t *testing.T) {
	o := half(taxinvoice.Correction)()
	ctx, p := t.Context(), o.World.Process()
	o.Taxes.Refuses[work(4).Key()] = fault.New(fault.Conflict, fault.T("포인트가 부족합니다.", "Points have run short."))
	if _, err := desk(o).RevertAmended(ctx, o.Staff(), work(3), "발행할 수 없음"); err != nil {
		t.Fatal(err)
	}
	must(t, taxJobs(ctx, p, o))
	_, err := desk(o).RevertAmended(ctx, o.Staff(), work(4), "x")
	refused(t, err, fault.Conflict, "되돌리는 중")
	if _, err := desk(o).ReissueAmended(ctx, o.Staff(), work(4), nil); err != nil {
		t.Fatal(err)
	}
	must(t, taxJobs(ctx, p, o))
	if x := taxOf(t, o, work(5)); x.State != taxinvoice.Issued || x.Content.Total != money.Won(2_200) {
		t.Errorf("%s of %s", x.State, x.Content.Total)
	}
	must(t, Proved(ctx, o))
}

func TestWhere_the_negative_half_is_missing_only_issuing_it_again_helps(t *testing.T) {
	o := reported()
	ctx, p := t.Context(), o.World.Process()
	must(t, amend(ctx, p, o, taxinvoice.Correction))
	must(t, taxJobs(ctx, p, o))
	o.Taxes.Moves(work(2).Key(), taxinvoice.NotAccepted, "SYN002")
	must(t, desk(o).FollowTax(ctx, o.Job(), work(2)))
	_, err := desk(o).RevertAmended(ctx, o.Staff(), work(2), "x")
	refused(t, err, fault.Conflict, "다시 발행해 주세요")
	others := taxOf(t, o, work(2)).Content
	others.Buyer.BusinessNumber, others.Buyer.Name = "8888888888", "남의 회사"
	_, err = desk(o).ReissueAmended(ctx, o.Staff(), work(2), &others)
	refused(t, err, fault.Invalid, "공급받는자")
	_, err = desk(o).ReissueAmended(ctx, o.Staff(), work(2), nil)
	must(t, err)
}

func TestGiving_an_amendment_up_that_dies_anywhere_issues_one_counter_document(t *testing.T) {
	taxFlow(half(taxinvoice.LocalCredit), func(ctx context.Context, p *crash.Process, o *Office) error {
		_, err := o.Desk(p).RevertAmended(ctx, o.Staff(), work(3), "발행할 수 없음")
		if err != nil && !fault.Is(err, fault.Conflict) { // done already
			return err
		}
		return settled(ctx, p, o, work(4), taxinvoice.Issued)
	}, "issue 202610-C0001-1", "issue 202610-C0001-2", "issue 202610-C0001-4").Explore(t)
}

func TestAn_amendment_past_its_deadline_takes_consent_and_only_then_is_forced(t *testing.T) {
	o := reported()
	ctx, p := t.Context(), o.World.Process()
	a := changeOf(o, taxinvoice.AmountChange)
	o.At("2027-01-20 10:00")
	_, err := desk(o).AmendTax(ctx, o.Staff(), work(1), a)
	refused(t, err, fault.Invalid, "2026-12-10")
	a.Late = true
	if _, err := desk(o).AmendTax(ctx, o.Staff(), work(1), a); err != nil {
		t.Fatal(err)
	}
	must(t, taxJobs(ctx, p, o))
	if x := taxOf(t, o, work(2)); x.State != taxinvoice.Issued || len(o.Taxes.Forced()) != 1 {
		t.Errorf("%s, forced are %v", x.State, o.Taxes.Forced())
	}
}

func TestAnother_amendment_for_the_same_reason_in_words_is_not_taken_for_the_first(t *testing.T) {
	o := reported()
	ctx := t.Context()
	_, err := desk(o).AmendTax(ctx, o.Staff(), work(1), changeOf(o, taxinvoice.AmountChange))
	must(t, err)
	_, err = desk(o).AmendTax(ctx, o.Staff(), work(1), changeOf(o, taxinvoice.Return))
	refused(t, err, fault.Conflict, "그사이")
	more := changeOf(o, taxinvoice.AmountChange)
	more.Change.Supply = money.Won(-501)
	_, err = desk(o).AmendTax(ctx, o.Staff(), work(1), more)
	refused(t, err, fault.Conflict, "그사이")
}

func TestMore_than_before_is_collected_only_once_its_document_stands(t *testing.T) {
	for what, c := range map[string]struct {
		refuses bool
		balance int64
	}{"issued": {false, 2_750}, "refused": {true, 2_200}} {
		t.Run(what, func(t *testing.T) {
			o := reported()
			ctx, p := t.Context(), o.World.Process()
			if c.refuses {
				o.Taxes.Refuses[work(2).Key()] = fault.New(fault.Conflict, fault.T("포인트가 부족합니다.", "Points have run short."))
			}
			more := changeOf(o, taxinvoice.AmountChange)
			more.Change.Supply = money.Won(500)
			_, err := desk(o).AmendTax(ctx, o.Staff(), work(1), more)
			must(t, err)
			_, err = o.Invoice(1, October).Collect("pay")
			refused(t, err, fault.Conflict, "발행된 뒤 결제")
			must(t, taxJobs(ctx, p, o))
			head, err := o.Invoice(1, October).Collect("pay")
			must(t, err)
			if balance, err := head.Balance(); err != nil || balance != money.Won(c.balance) {
				t.Errorf("balance %s, %v", balance, err)
			}
		})
	}
}

func TestWhat_was_paid_and_is_no_longer_asked_for_is_a_matter_for_a_person(t *testing.T) {
	paid := func(i *invoice.Invoice) {
		*i = i.Pay(invoice.Portion{Payment: "p", Means: invoice.Transfer, Amount: money.Won(2_200), Supply: money.Won(2_000), VAT: money.Won(200)})
	}
	o := reported()
	ctx, p := t.Context(), o.World.Process()
	o.Rewrite(1, October, paid)
	must(t, amend(ctx, p, o, taxinvoice.Termination))
	rows, err := payment.Matters(ctx, o.World.Store, o.Tenant)
	must(t, err)
	if len(rows) != 1 || rows[0].Amount != money.Won(2_200) || rows[0].Kind != payment.MatterExcess || rows[0].Customer != "C0001" {
		t.Fatalf("%+v", rows)
	}
	o.Taxes.Refuses[work(2).Key()] = fault.New(fault.Conflict, fault.T("포인트가 부족합니다.", "Points have run short."))
	must(t, taxJobs(ctx, p, o))
	if rows, err := payment.Matters(ctx, o.World.Store, o.Tenant); err != nil || len(rows) != 0 {
		t.Errorf("after the refusal: %+v, %v", rows, err)
	}
}

func TestWhat_was_collected_of_an_increase_that_the_tax_office_rejects_is_a_matter_for_a_person(t *testing.T) {
	o := reported()
	ctx, p := t.Context(), o.World.Process()
	more := changeOf(o, taxinvoice.AmountChange)
	more.Change.Supply = money.Won(500)
	_, err := desk(o).AmendTax(ctx, o.Staff(), work(1), more)
	must(t, err)
	must(t, taxJobs(ctx, p, o))
	o.Rewrite(1, October, func(i *invoice.Invoice) {
		*i = i.Pay(invoice.Portion{Payment: "p", Means: invoice.Transfer, Amount: money.Won(2_750), Supply: money.Won(2_500), VAT: money.Won(250)})
	})
	o.Taxes.Moves(work(2).Key(), taxinvoice.NotAccepted, "ERR011")
	must(t, desk(o).FollowTax(ctx, o.Job(), work(2)))
	rows, err := payment.Matters(ctx, o.World.Store, o.Tenant)
	if err != nil || len(rows) != 1 || rows[0].Amount != money.Won(550) {
		t.Errorf("%+v, %v", rows, err)
	}
}

func TestThe_buyers_state_at_issue_is_kept_on_the_tax_invoice(t *testing.T) {
	o := taxed(taxinvoice.NextDay)()
	o.Taxes.Edit(work(1).Key(), func(d *settlement.TaxDocument) { d.BuyerState = taxinvoice.Closed })
	must(t, desk(o).FollowTax(t.Context(), o.Job(), work(1)))
	if x := taxOf(t, o, work(1)); x.BuyerState != taxinvoice.Closed {
		t.Errorf("it is %q", x.BuyerState)
	}
}
