package settlement_test

import (
	"testing"

	"jeongsan/internal/customer"
	"jeongsan/internal/fault"
	"jeongsan/internal/invoice"
	"jeongsan/internal/money"
	. "jeongsan/internal/settlement/settlementtest"
	"jeongsan/internal/store"
	"jeongsan/internal/usage"
)

func TestThe_providers_bill_is_invoiced_gathered_or_unallocated_to_the_last_digit(t *testing.T) {
	o := Open("2026-10-31 09:00")
	o.Register(1)
	o.Register(2)
	o.Register(3)
	o.Provider.States(Public, October,
		Uses(1, Row("Server", "1234567.123456789"), VM("0.000000001")),
		Uses(2, Row("CDN+", "0.4")),                 // below one won
		Uses(3, Row("Server", "-500.5")),            // more credit than usage
		Uses(4, Row("Server", "99.9")),              // registered by nobody
		Usage{Member: "200001", Total: "0.0000001"}, // a total without a row, registered by nobody
	)
	o.Pull(Public, October)
	o.At("2026-11-06 09:00")
	for n := range 3 {
		o.Bill(n+1, October)
	}
	g := gate(t, o, Public, October)
	if err := g.Check(); err != nil {
		t.Error(err)
	}
	reasons := map[string]invoice.Reason{}
	for _, u := range g.Unallocated {
		reasons[u.Member] = u.Reason
	}
	for member, want := range map[string]invoice.Reason{Member(2): invoice.NothingToBill, Member(3): invoice.Negative, Member(4): invoice.Unregistered, "200001": invoice.Unregistered} {
		if reasons[member] != want {
			t.Errorf("member %s is left for %q, want %q", member, reasons[member], want)
		}
	}
	if g.Billed.Canonical() != "1234166.92345689" || g.Invoiced.Canonical() != "1234567.12345679" {
		t.Errorf("billed %s, invoiced %s, left %s", g.Billed.Canonical(), g.Invoiced.Canonical(), g.Left().Canonical())
	}
	if _, err := desk(o).Close(t.Context(), o.Main(), October); err != nil {
		t.Error(err)
	}
}

func TestA_run_is_refused_when_one_won_is_missing(t *testing.T) {
	for name, off := range map[string]string{"one won": "1", "a billionth": "0.000000001", "one won too much": "-1"} {
		t.Run(name, func(t *testing.T) {
			o := final(2)()
			head, version, err := usage.LoadHead(t.Context(), o.World.Store, o.Tenant, Public, October)
			if err != nil {
				t.Fatal(err)
			}
			head.Charged = head.Charged.Add(money.MustDecimal(off)) // the books no longer hold what the provider bills
			w, err := head.Put(o.Tenant, version)
			if err != nil {
				t.Fatal(err)
			}
			if err := o.World.Store.Commit(t.Context(), store.Commit{ID: "tampered", Writes: []store.Write{w}}); err != nil {
				t.Fatal(err)
			}
			_, err = desk(o).Close(t.Context(), o.Main(), October)
			refused(t, err, fault.Conflict, "민간", money.MustDecimal(off).Canonical())
			run, _, err := invoice.LoadRun(t.Context(), o.World.Store, o.Tenant, October)
			if err != nil || !run.Closed.IsZero() {
				t.Errorf("the run is closed at %s, %v", run.Closed, err)
			}
		})
	}
}

func TestA_run_does_not_close_over_a_draft_and_a_closed_run_bills_nothing_more(t *testing.T) {
	o := settling(2)
	o.Bill(1, October)
	draft(t, o, 2, October)
	_, err := desk(o).Close(t.Context(), o.Main(), October)
	refused(t, err, fault.Conflict, "C0002")
	o.Bill(2, October)
	run, err := desk(o).Close(t.Context(), o.Main(), October)
	if err != nil || run.Closed.IsZero() || len(run.Gates) != 2 {
		t.Fatalf("%+v, %v", run, err)
	}
	o.Register(3)
	_, err = desk(o).Bill(t.Context(), o.Main(), October, "C0003")
	refused(t, err, fault.Conflict, "2026-10")
	o.At("2026-11-07 09:00")
	again, err := desk(o).Close(t.Context(), o.Main(), October)
	if err != nil || !again.Closed.Equal(run.Closed) {
		t.Errorf("closed again at %s, %v", again.Closed, err)
	}
}

func TestLate_usage_after_the_final_invoice_shows_in_the_gate_as_after_final(t *testing.T) {
	o := final(1)()
	o.Provider.States(Public, October, Uses(1, Row("Object Storage", "1000"), VM("1000.25"), Row("CDN+", "33.33")))
	o.Pull(Public, October)
	g := gate(t, o, Public, October)
	if len(g.Unallocated) != 1 || g.Unallocated[0].Reason != invoice.AfterFinal || g.Unallocated[0].Cost.Canonical() != "33.33" || g.Check() != nil {
		t.Errorf("the gate %+v: %v", g, g.Check())
	}
}

func TestUsage_that_first_appears_after_a_final_invoice_of_fees_alone_is_after_final_too(t *testing.T) {
	o := Open("2026-10-31 09:00")
	o.Register(1, func(c *customer.Customer) { c.Fees = []customer.Fee{fixed("관리비", 50_000, "2026-09-01")} })
	o.At("2026-11-06 09:00")
	if final := o.Bill(1, October); final.State != invoice.Final {
		t.Fatalf("the fee is %s", final.State)
	}
	o.Provider.States(Public, October, Uses(1, Row("CDN+", "33.33")))
	o.Pull(Public, October)
	g := gate(t, o, Public, October)
	if len(g.Unallocated) != 1 || g.Unallocated[0].Reason != invoice.AfterFinal || g.Check() != nil {
		t.Errorf("the gate %+v: %v", g, g.Check())
	}
}

func TestUsage_of_a_customer_registered_after_the_last_draft_keeps_the_run_open(t *testing.T) {
	o := final(1)()
	o.Provider.States(Public, October, Uses(1, Row("Object Storage", "1000"), VM("1000.25")), Uses(2, Row("CDN+", "500")))
	o.Pull(Public, October)
	if g := gate(t, o, Public, October); len(g.Unallocated) != 1 || g.Unallocated[0].Reason != invoice.Unregistered {
		t.Errorf("before it is registered: %+v", g)
	}
	o.Register(2)
	if g := gate(t, o, Public, October); len(g.Open) != 1 || g.Open[0] != "C0002" || !g.Difference().IsZero() {
		t.Errorf("after: %+v", g)
	}
	o.Bill(2, October)
	if g := gate(t, o, Public, October); g.Check() != nil {
		t.Error(g.Check())
	}
}

func TestA_member_that_left_for_another_partner_is_billed_at_its_last_figure(t *testing.T) {
	o := pulled(2, "2026-10-20 09:00")
	o.At("2026-10-21 09:00")
	o.Provider.States(Public, October, Uses(1, Row("Object Storage", "1000")))
	o.Pull(Public, October)
	o.At("2026-11-06 09:00")
	o.Bill(1, October)
	if final := o.Bill(2, October); final.Sums.Usage != money.Won(3000) {
		t.Errorf("billed %s", final.Sums.Usage)
	}
	if g := gate(t, o, Public, October); g.Check() != nil || g.Billed.Canonical() != "4000.25" {
		t.Errorf("the gate %+v: %v", g, g.Check())
	}
}
