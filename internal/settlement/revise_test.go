package settlement_test

import (
	"context"
	"strings"
	"testing"

	"jeongsan/internal/books"
	"jeongsan/internal/calendar"
	"jeongsan/internal/crash"
	"jeongsan/internal/fault"
	"jeongsan/internal/invoice"
	"jeongsan/internal/money"
	"jeongsan/internal/rating"
	"jeongsan/internal/settlement"
	. "jeongsan/internal/settlement/settlementtest"
)

// revise asks for another supply amount of the first customer's October.
func revise(ctx context.Context, p *crash.Process, o *Office, r settlement.Revision) (invoice.Invoice, error) {
	return o.Desk(p).Revise(ctx, o.Staff(), October, "C0001", r)
}

func lowered(won int64) settlement.Revision {
	return settlement.Revision{ExpectedRevision: 1, Supply: money.Won(won), Reason: "장애 보상"}
}

func TestA_changed_amount_is_a_revision_whose_lines_add_up_and_whose_books_follow(t *testing.T) {
	for _, c := range []struct {
		what   string
		supply int64
		rule   string
		line   int64 // the adjustment
	}{
		{"lowered", 1_800, money.TenWonDown.ID(), -200},
		{"raised", 2_500, money.TenWonDown.ID(), 500},
		{"to an amount that the contract's cut would not leave", 1_777, money.WonDown.ID(), -223},
	} {
		t.Run(c.what, func(t *testing.T) {
			o := final(2)()
			next, err := revise(t.Context(), o.World.Process(), o, settlement.Revision{ExpectedRevision: 1, Supply: money.Won(c.supply), Reason: "장애 보상"})
			if err != nil {
				t.Fatal(err)
			}
			if next.Number != "HANBIT-202610-C0001-2" || next.Sums.Supply != money.Won(c.supply) || next.Sums.VAT != money.Won(c.supply/10) {
				t.Errorf("%s of %+v", next.Number, next.Sums)
			}
			b := body(t, o, 1, October)
			var change money.Amount
			for _, l := range b.Bill.Lines {
				if l.Name == "장애 보상" {
					change = l.Amount
				}
			}
			if change != money.Won(c.line) || b.Input.Policy.Supply != c.rule {
				t.Errorf("the adjustment is %s by %s", change, b.Input.Policy.Supply)
			}
			x, err := desk(o).Explain(t.Context(), o.Tenant, next.Number, "")
			if err != nil || !x.Proved {
				t.Errorf("the revision cannot be derived again: %v", err)
			}
			if owed, _, err := books.Owed(t.Context(), o.World.Store, o.Tenant, "C0001", money.KRW); err != nil || owed.Owed != next.Sums.Total {
				t.Errorf("the customer owes %s, %v", owed.Owed, err)
			}
			if err := Proved(t.Context(), o); err != nil {
				t.Error(err)
			}
			if err := gate(t, o, Public, October).Check(); err != nil {
				t.Error(err)
			}
			if number, err := invoice.ClaimedBy(t.Context(), o.World.Store, o.Tenant, Public, October, Member(1)); err != nil || number != next.Number {
				t.Errorf("its usage is claimed by %q, %v", number, err)
			}
			former, err := desk(o).Revisions(t.Context(), o.Tenant, October, "C0001")
			if err != nil || len(former) != 1 || former[0].Number != "HANBIT-202610-C0001-1" || former[0].Sums.Supply != money.Won(2_000) {
				t.Errorf("the history is %+v, %v", former, err)
			}
		})
	}
}

func TestRevisions_follow_each_other_and_the_file_and_the_mail_are_made_again(t *testing.T) {
	o := ordered(t)
	if _, err := revise(t.Context(), o.World.Process(), o, lowered(1_800)); err != nil {
		t.Fatal(err)
	}
	next, err := revise(t.Context(), o.World.Process(), o, settlement.Revision{ExpectedRevision: 2, Supply: money.Won(1_500), Reason: "추가 할인"})
	if err != nil {
		t.Fatal(err)
	}
	if next.Revision != 3 || next.SentAs == next.Number || next.Sends != 1 {
		t.Errorf("%s was sent as %s", next.Number, next.SentAs)
	}
	order(t, o, "C0001")
	head := o.Invoice(1, October)
	if head.SentAs != head.Number || !strings.Contains(head.Documents.XLSX.String(), head.Number) {
		t.Errorf("sent as %s with %s", head.SentAs, head.Documents.XLSX)
	}
	if b := body(t, o, 1, October); len(b.Input.Fees) != 2 || b.Bill.Discount != money.Won(-500) {
		t.Errorf("fees %v", b.Input.Fees)
	}
	if err := Proved(t.Context(), o); err != nil {
		t.Error(err)
	}
}

func TestAfter_the_close_a_revision_counts_on_the_day_it_is_made(t *testing.T) {
	o := final(1)()
	if _, err := desk(o).Close(t.Context(), o.Main(), October); err != nil {
		t.Fatal(err)
	}
	o.At("2026-11-09 10:00")
	if _, err := revise(t.Context(), o.World.Process(), o, lowered(1_800)); err != nil {
		t.Fatal(err)
	}
	for m, want := range map[string]int{"2026-10": 1, "2026-11": 2} {
		all, err := books.Postings(t.Context(), o.World.Store, o.Tenant, calendar.MustMonth(m))
		if err != nil || len(all) != want {
			t.Errorf("%s has %d postings, %v", m, len(all), err)
		}
	}
	if err := Proved(t.Context(), o); err != nil {
		t.Error(err)
	}
}

func TestThe_difference_of_an_upload_is_settled_by_a_revision_when_its_total_can_be_made(t *testing.T) {
	upload := func(o *Office, total int64) {
		if _, err := desk(o).Upload(t.Context(), o.Staff(), October, "C0001", "수정.xlsx", Workbook(total)); err != nil {
			t.Fatal(err)
		}
	}
	settle := settlement.Revision{ExpectedRevision: 1, ToUpload: true, Reason: "협의한 금액"}
	t.Run("it can", func(t *testing.T) {
		o := final(1)()
		upload(o, 2_090)
		head, err := revise(t.Context(), o.World.Process(), o, settle)
		if err != nil || head.Sums.Supply != money.Won(1_900) || !head.Upload.Difference.IsZero() {
			t.Errorf("%+v, %v", head, err)
		}
		if again, err := revise(t.Context(), o.World.Process(), o, settle); err != nil || again.Number != head.Number {
			t.Errorf("asked again: %s, %v", again.Number, err)
		}
	})
	t.Run("no amount with its VAT makes it", func(t *testing.T) {
		o := final(1)()
		upload(o, 2_199)
		_, err := revise(t.Context(), o.World.Process(), o, settle)
		refused(t, err, fault.Invalid, "2,199원")
	})
	t.Run("nothing was uploaded", func(t *testing.T) {
		o := final(1)()
		_, err := revise(t.Context(), o.World.Process(), o, settle)
		refused(t, err, fault.Conflict, "HANBIT-202610-C0001-1")
	})
}

func TestEvery_total_that_an_amount_and_its_VAT_make_is_found(t *testing.T) {
	policy := rating.DefaultPolicy()
	for supply := int64(1); supply < 3_000; supply++ {
		total := money.Won(supply + supply/10)
		if got, err := settlement.SupplyOf(total, policy); err != nil || got != money.Won(supply) {
			t.Fatalf("%s: %s, %v", total, got, err)
		}
	}
}

func TestA_revision_is_refused_where_it_would_change_what_others_rely_on(t *testing.T) {
	for what, c := range map[string]struct {
		edit func(*Office)
		r    settlement.Revision
		code fault.Code
		says string
	}{
		"a tax invoice is live": {changed(func(i *invoice.Invoice) { i.Money.TaxInvoice = "202610-C0001-1" }), lowered(1_800), fault.Conflict, "수정세금계산서"},
		"something was paid": {changed(func(i *invoice.Invoice) {
			i.Money.Portions = []invoice.Portion{{Payment: "p", Amount: money.Won(1), Supply: money.Won(1), VAT: money.Won(0)}}
		}), lowered(1_800), fault.Conflict, "환불"},
		"a payment is open":             {changed(func(i *invoice.Invoice) { i.Money.Collecting = "p" }), lowered(1_800), fault.Conflict, "결제 중"},
		"another revision was seen":     {func(*Office) {}, settlement.Revision{ExpectedRevision: 7, Supply: money.Won(1), Reason: "x"}, fault.Conflict, "HANBIT-202610-C0001-1"},
		"no reason":                     {func(*Office) {}, settlement.Revision{ExpectedRevision: 1, Supply: money.Won(1), Reason: " "}, fault.Invalid, "사유"},
		"an amount of nothing":          {func(*Office) {}, settlement.Revision{ExpectedRevision: 1, Supply: money.Won(0), Reason: "x"}, fault.Invalid, "0원"},
		"the amount that it has":        {func(*Office) {}, settlement.Revision{ExpectedRevision: 1, Supply: money.Won(2_000), Reason: "x"}, fault.Conflict, "이미"},
		"a draft":                       {changed(func(i *invoice.Invoice) { i.State = invoice.Draft }), lowered(1_800), fault.Conflict, "확정되지"},
		"a reason that breaks the line": {func(*Office) {}, settlement.Revision{ExpectedRevision: 1, Supply: money.Won(1), Reason: "a\nb"}, fault.Invalid, "줄바꿈"},
	} {
		t.Run(what, func(t *testing.T) {
			o := final(1)()
			c.edit(o)
			commits := len(o.World.Commits())
			_, err := revise(t.Context(), o.World.Process(), o, c.r)
			refused(t, err, c.code, c.says)
			if n := len(o.World.Commits()) - commits; n != 0 {
				t.Errorf("%d commits were made", n)
			}
		})
	}
}

// changed edits the head of the first customer's invoice behind the flows' back.
func changed(edit func(*invoice.Invoice)) func(*Office) {
	return func(o *Office) {
		o.Rewrite(1, October, edit)
	}
}

func TestA_revision_that_dies_anywhere_is_made_once_and_posted_once(t *testing.T) {
	f := flow(final(2), func(ctx context.Context, p *crash.Process, o *Office) error {
		_, err := revise(ctx, p, o, lowered(1_777))
		return err
	})
	f.Depth = 2
	f.Explore(t)
}
