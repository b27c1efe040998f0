package settlement_test

import (
	"io"
	"testing"

	"jeongsan/internal/calendar"
	"jeongsan/internal/customer"
	"jeongsan/internal/fault"
	"jeongsan/internal/invoice"
	"jeongsan/internal/money"
	. "jeongsan/internal/settlement/settlementtest"
)

// written lets the provider state the month as of a time, and pulls it then.
func written(o *Office, account string, at string, members ...Usage) {
	o.At(at)
	r := Reading{Currency: money.KRW, Usage: members}
	if account == Public {
		r.Written = o.World.Clock.Now()
	}
	o.Provider.Answers(account, October, r)
	o.Pull(account, October)
}

func inactiveFrom(day string) func(*customer.Customer) {
	return func(c *customer.Customer) {
		c.State, c.InactiveFrom = customer.Inactive, calendar.MustDate(day)
	}
}

func TestA_member_that_left_and_was_then_made_inactive_is_billed_to_its_last_figure(t *testing.T) {
	o := Open("2026-10-02 09:00")
	o.Register(1, inactiveFrom("2026-10-16"))
	written(o, Public, "2026-10-15 09:00", Uses(1, Row("Server", "1500000")), Uses(2, Row("Server", "10")))
	written(o, Public, "2026-10-16 09:00", Uses(2, Row("Server", "11")))
	written(o, Public, "2026-11-01 09:00", Uses(2, Row("Server", "20")))
	o.At("2026-11-06 09:00")
	if final := o.Bill(1, October); final.State != invoice.Final || final.Sums.Usage != money.Won(1_500_000) {
		t.Errorf("%s, usage %s", final.State, final.Sums.Usage)
	}
	if g := gate(t, o, Public, October); g.Check() != nil || g.Invoiced.Canonical() != "1500000" {
		t.Errorf("the gate %+v: %v", g, g.Check())
	}
}

func TestA_day_without_a_new_figure_does_not_bill_the_day_after(t *testing.T) {
	o := Open("2026-10-02 09:00")
	o.Register(1, inactiveFrom("2026-10-16"))
	written(o, Public, "2026-10-15 09:00", Uses(1, Row("Server", "100000")))
	written(o, Public, "2026-10-16 09:00", Uses(1, Row("Server", "100000"))) // unchanged: nothing is logged
	written(o, Public, "2026-10-17 09:00", Uses(1, Row("Server", "180000")))
	written(o, Public, "2026-11-01 09:00", Uses(1, Row("Server", "200000")))
	o.At("2026-11-06 09:00")
	if final := o.Bill(1, October); final.Sums.Usage != money.Won(100_000) {
		t.Errorf("billed %s", final.Sums.Usage)
	}
	if g := gate(t, o, Public, October); g.Left().Canonical() != "100000" || g.Check() != nil {
		t.Errorf("the gate %+v: %v", g, g.Check())
	}
}

func TestA_restated_export_that_moves_cost_to_another_account_bills_it_once(t *testing.T) {
	o := Open("2026-10-02 09:00")
	for n := range 2 {
		o.Register(n+1, func(c *customer.Customer) { c.Account = Export })
	}
	written(o, Export, "2026-11-02 09:00", Uses(1, Row("EC2", "100000")))
	written(o, Export, "2026-11-03 09:00", Uses(2, Row("EC2", "100000")))
	o.At("2026-11-06 09:00")
	o.Bill(1, October)
	o.Bill(2, October)
	g := gate(t, o, Export, October)
	if g.Billed.Canonical() != "100000" || g.Invoiced.Canonical() != "100000" || g.Check() != nil {
		t.Errorf("the gate %+v: %v", g, g.Check())
	}
	written(o, Export, "2026-11-07 09:00", Uses(1, Row("EC2", "100000"))) // and back, after both were final
	g = gate(t, o, Export, October)
	if g.Billed.Canonical() != "100000" || g.Difference().Sign() != 0 || g.Left().Canonical() != "0" && len(g.Unallocated) == 0 {
		t.Errorf("the gate after it moved back: %+v", g)
	}
}

func TestA_month_that_is_on_a_final_invoice_is_never_gathered_again(t *testing.T) {
	o := settling(1)
	first := o.Bill(1, October)
	o.Change(1, func(c *customer.Customer) { c.Cycle, c.FirstMonth = calendar.Quarterly, October })
	december := calendar.MustMonth("2026-12")
	o.Provider.States(Public, december, Uses(1, Row("Server", "10")))
	o.At("2027-01-02 09:00")
	o.Pull(Public, december)
	o.At("2027-01-06 09:00")
	second := o.Bill(1, december)
	if second.Sums.Usage != money.Won(10) || len(second.Charges) != 1 {
		t.Errorf("October was billed %s; December's invoice bills %s with %d charges", first.Sums.Usage, second.Sums.Usage, len(second.Charges))
	}
	if g := gate(t, o, Public, december); g.Check() != nil || g.Released.Canonical() != "0" {
		t.Errorf("the gate %+v: %v", g, g.Check())
	}
}

func TestNothing_is_final_before_the_provider_wrote_after_the_months_end(t *testing.T) {
	o := Open("2026-10-02 09:00")
	o.Register(1)
	written(o, Public, "2026-10-20 09:00", Uses(1, Row("Server", "2000"))) // then the key expires
	o.At("2026-11-06 09:00")
	_, err := desk(o).Bill(t.Context(), o.Main(), October, "C0001")
	refused(t, err, fault.Conflict, "2026-10-20")
	if g := gate(t, o, Public, October); !g.Unread || g.Check() == nil {
		t.Errorf("the gate %+v", g)
	}
	before := len(o.World.Commits())
	written(o, Public, "2026-11-06 10:00", Uses(1, Row("Server", "2000"))) // the same figures, now final
	if n := len(o.World.Commits()) - before; n != 1 {
		t.Errorf("%d commits tell that the month was confirmed, want 1", n)
	}
	if final := o.Bill(1, October); final.State != invoice.Final {
		t.Errorf("%s", final.State)
	}
}

func TestA_customer_that_is_gone_pays_no_monthly_fee(t *testing.T) {
	o := Open("2026-10-02 09:00")
	o.Register(1, func(c *customer.Customer) {
		c.Fees = []customer.Fee{fixed("관리비", 50_000, "2026-01-01")}
		c.State, c.InactiveFrom = customer.Deleted, calendar.MustDate("2026-03-01")
	})
	o.At("2026-11-06 09:00")
	if head := o.Bill(1, October); head.State == invoice.Final {
		t.Errorf("billed %s", head.Sums.Total)
	}
}

func TestAnother_payment_term_reaches_a_draft_whose_figures_stay(t *testing.T) {
	o := settling(1)
	draft(t, o, 1, October)
	o.Change(1, func(c *customer.Customer) { c.BillingDay, c.DueDays = 25, 45 })
	if final := o.Bill(1, October); final.Due.String() != "2027-01-09" {
		t.Errorf("due %s", final.Due)
	}
}

func TestAnother_customers_workbook_is_refused_by_its_number(t *testing.T) {
	o := settling(2)
	o.Bill(1, October)
	o.Bill(2, October)
	d := desk(o)
	theirs, err := d.Documents(t.Context(), o.Main(), October, "C0001")
	if err != nil {
		t.Fatal(err)
	}
	r, _, err := d.Bucket.Open(t.Context(), theirs.Documents.XLSX)
	if err != nil {
		t.Fatal(err)
	}
	content, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	_, err = d.Upload(t.Context(), o.Main(), October, "C0002", "청구서.xlsx", content)
	refused(t, err, fault.Invalid, theirs.Number)
	if own, err := d.Upload(t.Context(), o.Main(), October, "C0001", "청구서.xlsx", content); err != nil || !own.Upload.Difference.IsZero() {
		t.Errorf("its own workbook: %+v, %v", own.Upload, err)
	}
}
