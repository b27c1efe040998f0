package settlement_test

import (
	"errors"
	"fmt"
	"testing"

	"jeongsan/internal/calendar"
	"jeongsan/internal/customer"
	"jeongsan/internal/fault"
	"jeongsan/internal/invoice"
	"jeongsan/internal/money"
	"jeongsan/internal/settlement"
	. "jeongsan/internal/settlement/settlementtest"
	"jeongsan/internal/taxinvoice"
)

// slip is the first customer's card payment of a total, as it stands after what went back of it.
func slip(total, supply, vat int64) func(*invoice.Invoice) {
	p := invoice.Portion{Payment: "p", Means: invoice.Card, Evidence: invoice.BySlip, Amount: money.Won(total), Supply: money.Won(supply), VAT: money.Won(vat)}
	return func(i *invoice.Invoice) {
		if _, paid := i.Portion("p"); paid {
			*i = i.Restate(p)
			return
		}
		*i = i.Pay(p)
	}
}

func dueOf(t *testing.T, o *Office) []taxinvoice.NotIssued {
	t.Helper()
	list, err := desk(o).DueTax(t.Context(), o.Tenant)
	must(t, err)
	return list
}

func TestWhat_a_card_slip_no_longer_stands_for_is_listed_and_covered_without_billing_it_again(t *testing.T) {
	o := final(1)()
	ctx, p := t.Context(), o.World.Process()
	o.Rewrite(1, October, slip(2_200, 2_000, 200))
	o.Rewrite(1, October, slip(1_650, 1_500, 150)) // a quarter was given back
	must(t, requestTax(ctx, p, o, orderOf(taxinvoice.NextDay, "C0001")[0]))
	must(t, taxJobs(ctx, p, o))
	if list := dueOf(t, o); len(list) != 0 {
		t.Fatalf("due are %+v", list)
	}
	o.Rewrite(1, October, slip(1_100, 1_000, 100)) // and another
	list := dueOf(t, o)
	if len(list) != 1 || list[0].Missing != money.Won(550) {
		t.Fatalf("due are %+v", list)
	}
	o.At("2026-11-09 15:20")
	o.Taxes.Reports(o.World.Clock.Now())
	must(t, taxJobs(ctx, p, o))
	before := owed(t, o)
	more := settlement.TaxAmendment{Change: taxinvoice.Change{Reason: taxinvoice.AmountChange, Arose: calendarDay(o), Supply: money.Won(400)}, Timing: taxinvoice.NextDay, Why: "카드 부분 취소", Covers: true}
	_, err := desk(o).AmendTax(ctx, o.Staff(), work(1), more)
	refused(t, err, fault.Invalid, "500원")
	more.Change.Supply = money.Won(500)
	if _, err := desk(o).AmendTax(ctx, o.Staff(), work(1), more); err != nil {
		t.Fatal(err)
	}
	must(t, taxJobs(ctx, p, o))
	if list := dueOf(t, o); len(list) != 0 || owed(t, o) != before || len(o.Invoice(1, October).Money.Adjustments) != 0 {
		t.Errorf("due are %+v, owed %s (before %s)", list, owed(t, o), before)
	}
	must(t, Proved(ctx, o))
}

func TestWhat_is_due_is_found_two_years_back_and_one_bad_row_keeps_none_of_the_others(t *testing.T) {
	o := final(2)()
	o.At("2028-10-20 10:00")
	if list := dueOf(t, o); len(list) != 2 || list[0].Late.Timeliness != taxinvoice.NotAllowed {
		t.Errorf("due are %+v", list)
	}
	o = final(2)()
	o.Rewrite(1, October, func(i *invoice.Invoice) { i.Due = calendar.Date{} })
	o.Change(1, func(c *customer.Customer) { c.DatePolicy = customer.OnDue })
	list := dueOf(t, o)
	if len(list) != 2 || list[0].Customer != "C0001" || list[0].Failure == (fault.Text{}) || list[1].Failure != (fault.Text{}) || list[1].DaysLeft != 4 {
		t.Errorf("due are %+v", list)
	}
	problems, err := desk(o).PreflightTax(t.Context(), o.Staff(), October, taxinvoice.NextDay, orderOf(taxinvoice.NextDay, "C0001", "C0002"))
	must(t, err)
	for _, p := range problems {
		if p.Customer == "C0002" && p.Blocking {
			t.Errorf("%+v", p)
		}
	}
}

func TestA_month_whose_final_return_lies_beyond_the_holiday_table_is_issued_and_listed_like_any_other(t *testing.T) {
	july := calendar.MustMonth("2027-07")
	o := Open("2027-07-31 09:00")
	o.Register(1)
	o.Provider.States(Public, july, members(1, func(int) string { return fmt.Sprint(2000) })...)
	o.Pull(Public, july)
	o.At("2027-08-06 10:00")
	o.Bill(1, july)
	if list := dueOf(t, o); len(list) != 1 || list[0].Failure != (fault.Text{}) {
		t.Errorf("due are %+v", list)
	}
	problems, err := desk(o).PreflightTax(t.Context(), o.Staff(), july, taxinvoice.NextDay, orderOf(taxinvoice.NextDay, "C0001"))
	must(t, err)
	for _, p := range problems {
		if p.Blocking {
			t.Errorf("%+v", p)
		}
	}
	rows, err := desk(o).RequestIssue(t.Context(), o.Staff(), july, orderOf(taxinvoice.NextDay, "C0001"))
	must(t, errors.Join(err, rows[0].Err))
}

func TestAfter_a_duplicate_was_taken_back_the_one_issued_elsewhere_can_be_recorded(t *testing.T) {
	o := reported()
	ctx, p := t.Context(), o.World.Process()
	must(t, amend(ctx, p, o, taxinvoice.DuplicateMistake))
	must(t, taxJobs(ctx, p, o))
	o.At("2026-11-10 15:20")
	o.Taxes.Reports(o.World.Clock.Now())
	must(t, taxJobs(ctx, p, o))
	if list := dueOf(t, o); len(list) != 1 || list[0].Missing != money.Won(2_200) {
		t.Errorf("due are %+v", list)
	}
	must(t, desk(o).RecordExternal(ctx, o.Staff(), elsewhere()))
	if list := dueOf(t, o); len(list) != 0 {
		t.Errorf("due are %+v", list)
	}
}

func TestOnly_a_tax_invoice_between_the_MSP_and_the_customer_covers_the_invoice_and_another_amount_takes_a_reason(t *testing.T) {
	o := final(1)()
	ctx := t.Context()
	others := elsewhere()
	others.Issuer, others.Buyer = "8888888888", "1008100008"
	err := desk(o).RecordExternal(ctx, o.Staff(), others)
	if got := fmt.Sprint(fields(err)); got != "[issuer buyer]" {
		t.Errorf("wrong fields %s: %v", got, err)
	}
	less := elsewhere()
	less.Supply, less.VAT, less.Total = money.Won(1_900), money.Won(190), money.Won(2_090)
	refused(t, desk(o).RecordExternal(ctx, o.Staff(), less), fault.Invalid, "2,090원")
	less.Note = "나머지는 다음 달에 합산"
	must(t, desk(o).RecordExternal(ctx, o.Staff(), less))
	refused(t, desk(o).WithdrawExternal(ctx, o.Staff(), "202610314100009900000777", " "), fault.Invalid, "사유")
}

func fields(err error) []string {
	var out []string
	for _, f := range fault.All(err) {
		out = append(out, f.Field)
	}
	return out
}

func TestA_buyer_who_has_closed_or_is_not_registered_is_refused_by_the_order_itself_with_one_question(t *testing.T) {
	o := final(4, func(o *Office) {
		o.Change(2, func(c *customer.Customer) { c.BusinessNumber = "8888888888" })
		o.Change(3, func(c *customer.Customer) { c.BusinessNumber = "1008100008" })
	})()
	o.Taxes.Business["8888888888"] = taxinvoice.Business{Operation: taxinvoice.Closed, Since: calendar.MustDate("2026-09-30")}
	o.Taxes.Business["1008100008"] = taxinvoice.Business{Operation: taxinvoice.Unregistered}
	rows, err := desk(o).RequestIssue(t.Context(), o.Staff(), October, orderOf(taxinvoice.NextDay, "C0001", "C0002", "C0003", "C0004"))
	must(t, err)
	refused(t, rows[1].Err, fault.Invalid, "폐업")
	refused(t, rows[2].Err, fault.Invalid, "등록되지 않은")
	if rows[0].Err != nil || rows[3].Err != nil || o.Taxes.Asked() != 1 {
		t.Errorf("%v, %v, asked %d times", rows[0].Err, rows[3].Err, o.Taxes.Asked())
	}
}

func TestWhere_nobody_can_say_whether_the_buyer_is_in_business_the_order_is_taken(t *testing.T) {
	o := final(1)()
	o.Taxes.Silent = true
	must(t, requestTax(t.Context(), o.World.Process(), o, orderOf(taxinvoice.NextDay, "C0001")[0]))
}

func TestPast_the_final_return_nothing_is_issued_not_even_knowingly(t *testing.T) {
	o := final(1)()
	o.At("2027-02-01 10:00")
	order := orderOf(taxinvoice.NextDay, "C0001")[0]
	order.Late = true
	refused(t, requestTax(t.Context(), o.World.Process(), o, order), fault.Invalid, "미발급")
}

func TestA_charge_day_does_not_move_with_a_revision_and_nothing_is_revised_for_an_order_that_is_refused(t *testing.T) {
	onCharge := func(o *Office) {
		o.Change(1, func(c *customer.Customer) { c.DatePolicy = customer.OnCharge })
	}
	t.Run("after the charge day", func(t *testing.T) {
		o := final(1, onCharge)()
		o.At("2026-12-04 10:00")
		must(t, requestTax(t.Context(), o.World.Process(), o, priced("1900", "협의")))
		if x := taxOf(t, o, work(1)); x.Content.Written.String() != "2026-12-03" || o.Invoice(1, October).Revision != 2 {
			t.Errorf("dated %s", x.Content.Written)
		}
	})
	for what, c := range map[string]struct {
		edit func(*Office)
		code fault.Code
		says string
	}{
		"before the charge day":     {onCharge, fault.Invalid, "2026-12-03"},
		"beside another upload":     {uploaded, fault.Conflict, "올린 파일"},
		"past the deadline":         {func(o *Office) { o.At("2026-11-11 09:00") }, fault.Invalid, "2026-11-10"},
		"when a part was paid":      {changed(slip(1_100, 1_000, 100)), fault.Conflict, "납부"},
		"for a buyer that has gone": {func(o *Office) { o.Taxes.Business["1234567891"] = taxinvoice.Business{Operation: taxinvoice.Closed} }, fault.Invalid, "폐업"},
	} {
		t.Run(what, func(t *testing.T) {
			o := final(1)()
			c.edit(o)
			refused(t, requestTax(t.Context(), o.World.Process(), o, priced("1700", "협의")), c.code, c.says)
			if head := o.Invoice(1, October); head.Revision != 1 || head.Money.TaxInvoice != "" {
				t.Errorf("%s was made for it", head.Number)
			}
		})
	}
}

func TestA_preview_says_what_the_order_will_do(t *testing.T) {
	preview := func(o *Office, price string) settlement.TaxPreview {
		p, err := desk(o).PreviewTax(t.Context(), o.Staff(), October, priced(price, "협의"))
		must(t, err)
		return p
	}
	for what, c := range map[string]struct {
		edit  func(*Office)
		price string
		says  string // "": nothing is wrong
	}{
		"an upload settled by the price": {uploaded, "1900", ""},
		"an upload beside another price": {uploaded, "1700", "올린 파일"},
		"a part paid, another price":     {changed(slip(1_100, 1_000, 100)), "900", "납부"},
		"a part paid, the same price":    {changed(slip(1_100, 1_000, 100)), "1000", ""},
	} {
		t.Run(what, func(t *testing.T) {
			o := final(1)()
			c.edit(o)
			p := preview(o, c.price)
			err := requestTax(t.Context(), o.World.Process(), o, priced(c.price, "협의"))
			if c.says == "" {
				if len(p.Problems) != 0 || err != nil {
					t.Fatalf("%v; the order: %v", p.Problems, err)
				}
				if x := taxOf(t, o, work(1)); x.Content.Supply != p.Content.Supply || x.Content.VAT != p.Content.VAT {
					t.Errorf("previewed %s, issued %s", p.Content.Total, x.Content.Total)
				}
				return
			}
			refused(t, err, fault.Conflict, c.says)
			if len(p.Problems) != 1 {
				t.Fatalf("%v", p.Problems)
			}
			refused(t, p.Problems[0], fault.Conflict, c.says)
		})
	}
}

func TestA_page_that_prints_a_tax_invoice_takes_a_right_and_is_recorded(t *testing.T) {
	o := taxed(taxinvoice.NextDay)()
	nobody := o.Staff()
	nobody.Role = "reader"
	if _, err := desk(o).PrintTax(t.Context(), nobody, work(1)); !fault.Is(err, fault.Forbidden) {
		t.Errorf("anybody prints: %v", err)
	}
	commits := len(o.World.Commits())
	if _, err := desk(o).PrintTax(t.Context(), o.Staff(), work(1)); err != nil || len(o.World.Commits()) != commits+1 {
		t.Errorf("%d commits, %v", len(o.World.Commits())-commits, err)
	}
}
