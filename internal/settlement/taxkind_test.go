package settlement_test

import (
	"testing"

	"jeongsan/internal/customer"
	"jeongsan/internal/invoice"
	. "jeongsan/internal/settlement/settlementtest"
)

func TestA_final_invoice_keeps_the_tax_kind_it_was_made_with(t *testing.T) {
	for before, want := range map[customer.TaxKind]customer.TaxKind{"": customer.Taxed, customer.Exempt: customer.Exempt} {
		o := Open("2026-10-31 05:00")
		o.Register(1)
		o.Change(1, func(c *customer.Customer) { c.TaxKind = before })
		o.Provider.States(Public, October, Uses(1, VM("25000")))
		desk := o.Desk(o.World.Process())
		if _, err := desk.Ingest(t.Context(), o.Job(), Public, October, o.World.Clock.Now()); err != nil {
			t.Fatal(err)
		}
		o.At("2026-11-06 09:00")
		if _, err := desk.Bill(t.Context(), o.Main(), October, "C0001"); err != nil {
			t.Fatal(err)
		}
		o.Change(1, func(c *customer.Customer) { c.TaxKind = customer.ZeroRated })
		head, _, err := invoice.Load(t.Context(), o.World.Store, o.Tenant, October, "C0001")
		if err != nil || head.TaxKind != want {
			t.Errorf("of a customer who was %q it is %q, %v", before, head.TaxKind, err)
		}
	}
}
