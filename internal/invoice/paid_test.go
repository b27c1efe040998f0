package invoice_test

import (
	"testing"

	"pgregory.net/rapid"

	"jeongsan/internal/fault"
	"jeongsan/internal/invoice"
	"jeongsan/internal/money"
)

// owed is a final and sent invoice of 100,000 won and its VAT.
func owed(t testing.TB) invoice.Invoice {
	t.Helper()
	i := draft(110000)
	i.Sums.Supply, i.Sums.VAT = money.Won(100000), money.Won(10000)
	i, err := i.Finalise(october.Last(), now)
	if err != nil {
		t.Fatal(err)
	}
	return i.Sent(now)
}

func part(payment string, means invoice.Means, supply int64) invoice.Portion {
	return invoice.Portion{Payment: payment, Means: means, Amount: money.Won(supply + supply/10), Supply: money.Won(supply), VAT: money.Won(supply / 10), At: now}
}

func TestWhat_a_card_paid_before_the_tax_invoice_leaves_it(t *testing.T) {
	i := owed(t).Pay(part("p1", invoice.Card, 40000))
	if left := must(i.Taxable()); left.Supply != money.Won(60000) || left.VAT != money.Won(6000) || left.Total != money.Won(66000) {
		t.Errorf("left %+v", left)
	}
	if b := must(i.Balance()); b != money.Won(66000) {
		t.Errorf("balance %s", b)
	}
	if _, err := i.Pay(part("p2", invoice.Card, 60000)).Tax("k"); !fault.Is(err, fault.Conflict) {
		t.Errorf("a tax invoice for what card slips stand for: %v", err)
	}
}

func TestA_card_payment_after_the_tax_invoice_keeps_it_and_its_slip_is_marked(t *testing.T) {
	i := must(owed(t).Tax("202610-C0007-1")).Pay(part("p1", invoice.Card, 100000))
	if p, ok := i.Portion("p1"); !ok || p.Evidence != invoice.ByTaxInvoice {
		t.Errorf("%+v", p)
	}
	if left := must(i.Taxable()); left.Total != money.Won(110000) {
		t.Errorf("the tax invoice covers %+v", left)
	}
}

func TestA_transfer_is_covered_by_the_tax_invoice_whenever_it_comes(t *testing.T) {
	i := owed(t).Pay(part("p1", invoice.Transfer, 100000))
	if left := must(i.Taxable()); left.Total != money.Won(110000) {
		t.Errorf("left %+v", left)
	}
}

func TestAn_open_payment_keeps_every_other_payment_and_the_tax_invoice_away(t *testing.T) {
	i := must(owed(t).Collect("p1"))
	if again, err := i.Collect("p1"); err != nil || again.Money.Collecting != "p1" {
		t.Errorf("the same payment again: %v", err)
	}
	for what, err := range map[string]error{"another payment": second(i.Collect("p2")), "a tax invoice": second(i.Tax("k"))} {
		if !fault.Is(err, fault.Conflict) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if i.Release("p2").Money.Collecting != "p1" || i.Release("p1").Money.Collecting != "" {
		t.Error("only the payment itself ends its reservation")
	}
}

func TestAn_invoice_whose_uploaded_workbook_differs_can_be_neither_charged_nor_taxed(t *testing.T) {
	i := must(owed(t).Replace(invoice.Upload{Total: money.Won(88000)}))
	for what, err := range map[string]error{"a payment": second(i.Collect("p1")), "a tax invoice": second(i.Tax("k"))} {
		if !i.Disputed() || !fault.Is(err, fault.Conflict) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if same := must(i.Replace(invoice.Upload{Total: money.Won(110000)})); same.Disputed() || second(same.Collect("p1")) != nil {
		t.Errorf("a workbook of the same total: %+v", same.Upload)
	}
}

func second[T any](_ T, err error) error { return err }

func TestWhat_cannot_be_collected_or_taxed_is_refused(t *testing.T) {
	paid := owed(t).Pay(part("p1", invoice.Transfer, 100000))
	differing := must(owed(t).Replace(invoice.Upload{Total: money.Won(1)}))
	for what, err := range map[string]error{
		"a draft is not collected":            second(draft(110000).Collect("p")),
		"a draft is not taxed":                second(draft(110000).Tax("k")),
		"a paid invoice is not collected":     second(paid.Collect("p2")),
		"a second tax invoice is not issued":  second(must(owed(t).Tax("k1")).Tax("k2")),
		"an upload that differs is not taxed": second(differing.Tax("k")),
	} {
		if !fault.Is(err, fault.Conflict) || fault.TextOf(err).KO == "" {
			t.Errorf("%s: %v", what, err)
		}
	}
	if i := must(owed(t).Tax("k1")).Untax("k1"); i.Money.TaxInvoice != "" {
		t.Error("a cancelled tax invoice still covers the invoice")
	}
}

func TestPortions_add_up_whatever_is_paid_and_given_back(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		i := draft(1_000_000)
		i.Sums.Supply, i.Sums.VAT, i.State = money.Won(909_091), money.Won(90_909), invoice.Final
		paid := map[string]int64{}
		for range rapid.IntRange(0, 20).Draw(t, "steps") {
			id := rapid.SampledFrom([]string{"p1", "p2", "p3"}).Draw(t, "payment")
			supply := int64(rapid.IntRange(0, 100_000).Draw(t, "supply"))
			p := part(id, rapid.SampledFrom([]invoice.Means{invoice.Card, invoice.Transfer}).Draw(t, "means"), supply)
			if _, there := paid[id]; there && rapid.Bool().Draw(t, "given back") {
				i = i.Restate(p)
				if paid[id] = p.Amount.Minor(); p.Amount.IsZero() {
					delete(paid, id)
				}
				continue
			}
			if i = i.Pay(p); p.Amount.Sign() >= 0 {
				if _, there := paid[id]; !there {
					paid[id] = p.Amount.Minor()
				}
			}
		}
		var sum int64
		for _, x := range paid {
			sum += x
		}
		if got := must(i.Balance()); got.Minor() != 1_000_000-sum {
			t.Fatalf("balance %s, paid %v", got, paid)
		}
	})
}

func TestAn_amendment_changes_what_is_owed_and_not_what_was_paid(t *testing.T) {
	less := invoice.Adjustment{ID: "c1", Supply: money.Won(-30000), VAT: money.Won(-3000), Total: money.Won(-33000), At: now}
	i := must(owed(t).Tax("k")).Pay(part("p1", invoice.Card, 40000)).Adjust(less).Adjust(less) // told twice
	if left := must(i.Owed()); left.Supply != money.Won(30000) || left.VAT != money.Won(3000) || left.Total != money.Won(33000) {
		t.Errorf("owed %+v", left)
	}
	if paid := must(i.Paid()); paid != money.Won(44000) {
		t.Errorf("paid %s", paid)
	}
	if billed := must(i.Billed()); billed.Total != money.Won(77000) || i.Sums.Total != money.Won(110000) {
		t.Errorf("billed %+v, sums %+v", billed, i.Sums)
	}
	if b := must(i.Readjust("c1").Balance()); b != money.Won(66000) {
		t.Errorf("taken back, %s are owed", b)
	}
}
