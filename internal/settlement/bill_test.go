package settlement_test

import (
	"strings"
	"testing"

	"jeongsan/internal/calendar"
	"jeongsan/internal/customer"
	"jeongsan/internal/fault"
	"jeongsan/internal/invoice"
	"jeongsan/internal/money"
	"jeongsan/internal/rating"
	"jeongsan/internal/settlement"
	. "jeongsan/internal/settlement/settlementtest"
	"jeongsan/internal/store"
	"jeongsan/internal/tenant"
	"jeongsan/internal/usage"
)

// desk is the settlement desk of a process in which nothing fails.
func desk(o *Office) *settlement.Desk { return o.Desk(o.World.Process()) }

func draft(t *testing.T, o *Office, n int, m calendar.Month) settlement.Drafted {
	t.Helper()
	drafted, err := desk(o).Draft(t.Context(), o.Job(), Customer(n).ID, m)
	if err != nil {
		t.Fatal(err)
	}
	return drafted
}

func gate(t *testing.T, o *Office, account string, m calendar.Month) invoice.Gate {
	t.Helper()
	gates, err := desk(o).Gates(t.Context(), o.Tenant, m)
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range gates {
		if g.Account == account {
			return g
		}
	}
	t.Fatalf("no gate of %s", account)
	return invoice.Gate{}
}

func body(t *testing.T, o *Office, n int, m calendar.Month) invoice.Body {
	t.Helper()
	b, err := invoice.LoadBody(t.Context(), o.World.Store, o.Tenant, o.Invoice(n, m))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func fixed(name string, won int64, added string) customer.Fee {
	return customer.Fee{Fee: rating.Fee{ID: name, Kind: rating.OtherCost, Name: name, Fixed: money.Won(won)}, Added: calendar.MustDate(added)}
}

// refused wants a fault of the code that names what the reader needs.
func refused(t *testing.T, err error, code fault.Code, names ...string) {
	t.Helper()
	if !fault.Is(err, code) {
		t.Fatalf("%v, want %s", err, code)
	}
	shown := fault.TextOf(err)
	for _, n := range names {
		if !strings.Contains(shown.KO, n) && !strings.Contains(shown.EN, n) {
			t.Errorf("%q / %q does not say %q", shown.KO, shown.EN, n)
		}
	}
}

func TestUsage_up_to_the_day_a_customer_becomes_inactive_is_billed_and_the_rest_is_unallocated_with_its_reason(t *testing.T) {
	inactive := func(c *customer.Customer) {
		c.State, c.InactiveFrom = customer.Inactive, calendar.MustDate("2026-10-16")
	}
	t.Run("at NCP by the first reading of the day it became inactive", func(t *testing.T) {
		o := Open("2026-10-15 09:00")
		o.Register(1, inactive)
		for _, r := range []struct{ at, cost string }{{"2026-10-15 09:00", "1500.5"}, {"2026-10-16 09:00", "1600.25"}, {"2026-11-01 09:00", "3100.75"}} {
			o.At(r.at)
			o.Provider.Answers(Public, October, Reading{Currency: money.KRW, Usage: []Usage{Uses(1, Row("Server", r.cost))}, Written: o.World.Clock.Now()})
			o.Pull(Public, October)
		}
		o.At("2026-11-06 09:00")
		if final := o.Bill(1, October); final.Sums.Usage != money.Won(1600) || final.Charges[0].Through.String() != "2026-10-15" {
			t.Errorf("billed %s through %s", final.Sums.Usage, final.Charges[0].Through)
		}
		g := gate(t, o, Public, October)
		if len(g.Unallocated) != 1 || g.Unallocated[0].Reason != invoice.NotActive || g.Unallocated[0].Cost.Canonical() != "1500.5" || g.Check() != nil {
			t.Errorf("the gate %+v: %v", g, g.Check())
		}
	})
	t.Run("in an export by the row", func(t *testing.T) {
		o := Open("2026-10-31 09:00")
		o.Register(1, inactive, func(c *customer.Customer) { c.Account = Export })
		o.Provider.States(Export, October, Usage{Member: Member(1), Rows: []usage.Row{On("2026-10-15", Row("EC2", "10.7")), On("2026-10-16", Row("EC2", "20.1"))}})
		o.Pull(Export, October)
		o.At("2026-11-06 09:00")
		o.Bill(1, October)
		g := gate(t, o, Export, October)
		if g.Invoiced.Canonical() != "10.7" || g.Left().Canonical() != "20.1" || g.Unallocated[0].Reason != invoice.NotActive || g.Check() != nil {
			t.Errorf("the gate %+v: %v", g, g.Check())
		}
	})
	t.Run("and nothing of a month that began after it", func(t *testing.T) {
		o := settling(1)
		o.Change(1, func(c *customer.Customer) {
			c.State, c.InactiveFrom = customer.Inactive, calendar.MustDate("2026-10-01")
		})
		if head := o.Bill(1, October); head.State == invoice.Final {
			t.Errorf("billed %s", head.Sums.Total)
		}
		if g := gate(t, o, Public, October); g.Unallocated[0].Reason != invoice.NotActive || g.Check() != nil {
			t.Errorf("the gate %+v: %v", g, g.Check())
		}
	})
}

func TestA_draft_of_a_customer_that_is_no_longer_billed_empties_and_lets_the_run_close(t *testing.T) {
	for name, edit := range map[string]func(*customer.Customer){
		"inactive since before the month": func(c *customer.Customer) {
			c.State, c.InactiveFrom = customer.Inactive, calendar.MustDate("2026-10-01")
		},
		"first billed next year": func(c *customer.Customer) { c.FirstMonth = calendar.MustMonth("2027-01") },
		"billed in quarters":     func(c *customer.Customer) { c.Cycle, c.FirstMonth = calendar.Quarterly, calendar.MustMonth("2026-09") },
	} {
		t.Run(name, func(t *testing.T) {
			o := settling(1)
			if !draft(t, o, 1, October).Invoice.Payable() {
				t.Fatal("there was to be a draft")
			}
			o.Change(1, edit)
			if head := o.Bill(1, October); head.State == invoice.Final {
				t.Fatalf("made final at %s", head.Sums.Total)
			}
			if _, err := desk(o).Close(t.Context(), o.Main(), October); err != nil {
				t.Error(err)
			}
			if again := draft(t, o, 1, October); again.Written {
				t.Error("the emptied draft is written again")
			}
		})
	}
}

func TestA_quarterly_customer_gets_one_invoice_of_three_months_with_a_fixed_fee_for_each(t *testing.T) {
	o := Open("2026-08-31 09:00")
	o.Register(1, func(c *customer.Customer) {
		c.Cycle, c.FirstMonth = calendar.Quarterly, calendar.MustMonth("2026-08")
		c.Fees = []customer.Fee{fixed("관리비", 50_000, "2026-07-01")}
	})
	costs := map[string]string{"2026-08": "1000.4", "2026-09": "2000.4", "2026-10": "3000.4"}
	for _, m := range []string{"2026-08", "2026-09", "2026-10"} {
		month := calendar.MustMonth(m)
		o.Provider.States(Public, month, Uses(1, Row("Server", costs[m])))
		o.Pull(Public, month)
	}
	for _, m := range []string{"2026-08", "2026-09"} {
		if drafted := draft(t, o, 1, calendar.MustMonth(m)); !drafted.None {
			t.Errorf("%s has an invoice of its own", m)
		}
		if g := gate(t, o, Public, calendar.MustMonth(m)); g.Gathered.Canonical() != costs[m] || g.Check() != nil {
			t.Errorf("%s: gathered %s, %v", m, g.Gathered.Canonical(), g.Check())
		}
	}
	o.At("2026-11-06 09:00")
	final := o.Bill(1, October)
	if len(final.Span) != 3 || len(final.Charges) != 3 || final.Sums.Usage != money.Won(6001) || final.Sums.Other != money.Won(150_000) {
		t.Errorf("%d months, %d charges, usage %s, other %s", len(final.Span), len(final.Charges), final.Sums.Usage, final.Sums.Other)
	}
	var names []string
	for _, l := range body(t, o, 1, October).Bill.Lines {
		if l.Group == rating.GroupOther {
			names = append(names, l.Name)
		}
	}
	if got := strings.Join(names, ", "); got != "관리비 (2026-08), 관리비 (2026-09), 관리비 (2026-10)" {
		t.Errorf("fee lines: %s", got)
	}
	if g := gate(t, o, Public, October); g.Invoiced.Canonical() != "6001.2" || g.Released.Canonical() != "3000.8" || g.Check() != nil {
		t.Errorf("the gate of the last month: %+v, %v", g, g.Check())
	}
}

func TestNothing_is_billed_before_the_first_billing_month(t *testing.T) {
	o := settling(1, func(o *Office) {
		o.Change(1, func(c *customer.Customer) { c.FirstMonth = calendar.MustMonth("2026-11") })
	})
	if drafted := draft(t, o, 1, October); !drafted.None {
		t.Errorf("drafted %s", drafted.Invoice.Sums.Total)
	}
	if g := gate(t, o, Public, October); len(g.Unallocated) != 1 || g.Unallocated[0].Reason != invoice.BeforeFirst || g.Check() != nil {
		t.Errorf("the gate %+v: %v", g, g.Check())
	}
}

func TestA_fee_rule_registered_today_enters_with_tomorrows_draft_and_touches_no_final_invoice(t *testing.T) {
	o := settling(2)
	o.Bill(2, October)
	before := o.Invoice(2, October)
	draft(t, o, 1, October)
	for _, n := range []int{1, 2} {
		o.Change(n, func(c *customer.Customer) { c.Fees = []customer.Fee{fixed("기술지원", 30_000, "2026-11-06")} })
	}
	if d := draft(t, o, 1, October); d.Written || !d.Invoice.Sums.Other.IsZero() {
		t.Errorf("today's draft already has %s", d.Invoice.Sums.Other)
	}
	o.At("2026-11-07 05:00")
	if d := draft(t, o, 1, October); !d.Written || d.Invoice.Sums.Other != money.Won(30_000) {
		t.Errorf("tomorrow's draft has %s", d.Invoice.Sums.Other)
	}
	if after := o.Bill(2, October); after.Sums != before.Sums || after.Input != before.Input {
		t.Errorf("the final invoice went from %s to %s", before.Sums.Total, after.Sums.Total)
	}
}

func TestA_month_cannot_be_settled_before_the_sixth_of_the_next(t *testing.T) {
	o := pulled(1, "2026-10-31 09:00")
	for at, open := range map[string]bool{"2026-11-05 23:59": false, "2026-11-06 00:00": true} {
		o := o.Copy()
		o.At(at)
		_, err := desk(o).Bill(t.Context(), o.Main(), October, "C0001")
		if open && err != nil {
			t.Errorf("at %s: %v", at, err)
		}
		if !open {
			refused(t, err, fault.Conflict, "2026-11-06")
			_, err := desk(o).Close(t.Context(), o.Main(), October)
			refused(t, err, fault.Conflict, "2026-11-06")
		}
	}
}

func TestA_final_invoice_is_never_computed_again(t *testing.T) {
	o := final(1)()
	before := o.Invoice(1, October)
	o.Provider.States(Public, October, Uses(1, Row("Server", "777777")))
	o.Pull(Public, October)
	commits := len(o.World.Commits())
	if d := draft(t, o, 1, October); d.Written || d.Invoice.Sums != before.Sums {
		t.Errorf("drafted again: %s", d.Invoice.Sums.Total)
	}
	o.Bill(1, October)
	if _, err := desk(o).Hold(t.Context(), o.Staff(), October, "C0001", "나중에"); !fault.Is(err, fault.Conflict) {
		t.Errorf("a final invoice was held: %v", err)
	}
	if n := len(o.World.Commits()) - commits; n != 0 {
		t.Errorf("%d commits were made", n)
	}
}

func TestA_held_draft_is_not_made_final_until_it_is_released(t *testing.T) {
	o := settling(1)
	draft(t, o, 1, October)
	hold := func(reason string) {
		if _, err := desk(o).Hold(t.Context(), o.Staff(), October, "C0001", reason); err != nil {
			t.Fatal(err)
		}
	}
	hold("단가 협의 중")
	if head := o.Bill(1, October); head.State == invoice.Final || head.Hold != "단가 협의 중" {
		t.Errorf("a held draft is %s", head.State)
	}
	if g := gate(t, o, Public, October); len(g.Open) != 1 {
		t.Errorf("open are %v", g.Open)
	}
	hold("")
	if head := o.Bill(1, October); head.State != invoice.Final {
		t.Errorf("a released draft is %s", head.State)
	}
}

func TestA_dollar_account_is_converted_once_at_the_registered_rate_and_refused_without(t *testing.T) {
	o := Open("2026-10-31 09:00")
	o.Register(1, func(c *customer.Customer) { c.Account = Export })
	o.Provider.Answers(Export, October, Reading{Currency: money.USD, Usage: []Usage{{Member: Member(1), Rows: []usage.Row{
		Row("EC2", "10.00000001"), Row("EC2", "0.00049999"), Row("S3", "0.0000004"), Row("RDS", "5.5"),
	}}}})
	o.Pull(Export, October)
	o.At("2026-11-06 09:00")
	_, err := desk(o).Bill(t.Context(), o.Main(), October, "C0001")
	refused(t, err, fault.Invalid, "2026-10", "USD")
	w, err := tenant.PutExchange(o.Tenant, October, rating.Exchange{From: money.USD, Rate: money.MustDecimal("1391.7"), Date: calendar.MustDate("2026-10-30"), Source: "매매기준율"})
	if err != nil {
		t.Fatal(err)
	}
	if err := o.World.Store.Commit(t.Context(), store.Commit{ID: "rate", Writes: []store.Write{w}}); err != nil {
		t.Fatal(err)
	}
	final := o.Bill(1, October)
	// 15.5005004 dollars × 1391.7 = 21,572.04… won, cut once; no service is rounded on its own.
	if final.Sums.Usage != money.Won(21_572) || body(t, o, 1, October).Bill.Cost.Canonical() != "15.5005004" {
		t.Errorf("%s won of %s dollars", final.Sums.Usage, body(t, o, 1, October).Bill.Cost.Canonical())
	}
	if g := gate(t, o, Export, October); g.Currency != money.USD || g.Billed.Canonical() != "15.5005004" || g.Check() != nil {
		t.Errorf("the gate %+v: %v", g, g.Check())
	}
}

func TestAn_invoice_is_posted_as_what_the_customer_owes_what_was_sold_and_what_the_tax_office_gets(t *testing.T) {
	o := final(1)()
	trial, err := desk(o).Prove(t.Context(), o.Tenant, October, October)
	if err != nil {
		t.Fatal(err)
	}
	sums := o.Invoice(1, October).Sums
	want := map[string]money.Amount{"receivable/C0001": sums.Total, "sales/cloud": sums.Supply, "vat-payable": sums.VAT}
	for _, r := range trial.Rows {
		got, err := r.Debit.Add(r.Credit)
		if err != nil || got != want[r.Account.Code()] {
			t.Errorf("%s: %s, want %s", r.Account.Code(), got, want[r.Account.Code()])
		}
	}
	if len(trial.Rows) != 3 || sums.Total != money.Won(2200) {
		t.Errorf("%d accounts, total %s", len(trial.Rows), sums.Total)
	}
}

func TestAn_invoice_is_explained_down_to_its_rows_and_proved(t *testing.T) {
	o := final(2)()
	x, err := desk(o).Explain(t.Context(), o.Tenant, " hanbit-202610-c0002-1 ", "")
	if err != nil || !x.Proved {
		t.Fatalf("proved %v, %v", x.Proved, err)
	}
	rows := 0
	for _, l := range x.Lines {
		rows += len(l.Rows)
	}
	if rows != 2 {
		t.Errorf("%d rows lie behind the lines", rows)
	}
	for _, stranger := range []string{"HANBIT-202610-C0002-2", "HAN-202610-C0002-1", "HANBIT-202609-C0002-1", "HANBIT-202610-C0099-1"} {
		_, err := desk(o).Explain(t.Context(), o.Tenant, stranger, "")
		refused(t, err, fault.NotFound, stranger)
	}
	_, err = desk(o).Explain(t.Context(), o.Tenant, "HANBIT-202610-C0002-1", "99")
	refused(t, err, fault.Invalid, "99")
}
