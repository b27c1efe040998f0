package settlement_test

import (
	"context"
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"jeongsan/internal/calendar"
	"jeongsan/internal/customer"
	"jeongsan/internal/invoice"
	"jeongsan/internal/money"
	"jeongsan/internal/rating"
	. "jeongsan/internal/settlement/settlementtest"
	"jeongsan/internal/store"
	"jeongsan/internal/tenant"
	"jeongsan/internal/usage"
)

// cost is an amount as providers state them: any sign, up to nine places, often tiny.
func cost(t *rapid.T, name string) string {
	n := rapid.OneOf(rapid.Int64Range(-1_000_000, 100_000_000_000), rapid.Int64Range(-3, 3)).Draw(t, name)
	places := rapid.IntRange(0, 9).Draw(t, name+" places")
	return money.MustDecimal(fmt.Sprintf("%dE-%d", n, places)).Canonical()
}

func anyFee(t *rapid.T, id string) customer.Fee {
	f := rating.Fee{ID: id, Name: "항목", Kind: rapid.SampledFrom([]rating.FeeKind{rating.OtherCost, rating.Discount, rating.VMDiscount}).Draw(t, "kind")}
	if rapid.Bool().Draw(t, "fixed") {
		f.Fixed = money.Won(rapid.Int64Range(1, 1_000_000).Draw(t, "won"))
	} else {
		f.Ratio = money.MustDecimal(fmt.Sprintf("%dE-4", rapid.IntRange(1, 10_000).Draw(t, "ratio")))
	}
	return customer.Fee{Fee: f, Added: calendar.MustDate(fmt.Sprintf("2026-1%d-05", rapid.IntRange(0, 1).Draw(t, "added")))}
}

func anyCustomer(t *rapid.T) func(*customer.Customer) {
	account := rapid.SampledFrom([]string{Public, Public, Export}).Draw(t, "account")
	cycle := rapid.SampledFrom([]calendar.Cycle{calendar.Monthly, calendar.Monthly, calendar.Quarterly}).Draw(t, "cycle")
	first := rapid.SampledFrom([]string{"", "", "2026-08", "2026-10", "2026-11"}).Draw(t, "first month")
	inactive := rapid.SampledFrom([]string{"", "", "", "2026-10-01", "2026-10-02", "2026-10-15", "2026-10-31", "2026-11-01"}).Draw(t, "inactive from")
	var fees []customer.Fee
	for range rapid.IntRange(0, 3).Draw(t, "fees") {
		fees = append(fees, anyFee(t, fmt.Sprint("f", len(fees))))
	}
	return func(c *customer.Customer) {
		c.Account, c.Cycle, c.Fees = account, cycle, fees
		if first != "" {
			c.FirstMonth = calendar.MustMonth(first)
		}
		if inactive != "" {
			c.State, c.InactiveFrom = customer.Inactive, calendar.MustDate(inactive)
		}
	}
}

// reading is what an account's provider states: most members, each with some rows and perhaps a total of its own.
func reading(t *rapid.T, account string, written calendar.Date) Reading {
	r := Reading{Currency: money.KRW, Written: written.Start(), Usage: []Usage{{Member: "200000", Rows: []usage.Row{Row("Server", cost(t, "unregistered"))}}}}
	if account == Export {
		r.Currency = money.USD
	}
	for n := 1; n <= 5; n++ {
		if rapid.IntRange(0, 4).Draw(t, "is there") == 0 {
			continue
		}
		u := Usage{Member: Member(n)}
		var sum money.Decimal
		for range rapid.IntRange(0, 4).Draw(t, "rows") {
			row := Row(rapid.SampledFrom([]string{"Server", "CDN+", "Object Storage"}).Draw(t, "service"), cost(t, "cost"))
			row.VM = rapid.Bool().Draw(t, "vm")
			day := rapid.IntRange(1, 31).Draw(t, "day")
			u.Rows = append(u.Rows, On(fmt.Sprintf("2026-10-%02d", day), row))
			sum = sum.Add(row.Cost)
		}
		if account == Public {
			u.Total = sum.Add(money.MustDecimal(cost(t, "residual"))).Canonical()
		}
		if len(u.Rows) > 0 || u.Total != "" {
			r.Usage = append(r.Usage, u)
		}
	}
	return r
}

func TestThe_gate_always_balances_and_invoices_always_add_up(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := Open("2026-10-01 06:00")
		for _, m := range []calendar.Month{October.Prev().Prev(), October.Prev(), October} {
			register(t, o, m)
		}
		n := rapid.IntRange(1, 4).Draw(t, "customers")
		for i := range n {
			o.Register(i+1, anyCustomer(t))
		}
		pull := func(at string) {
			o.At(at + " 09:00")
			for _, account := range []string{Public, Export} {
				o.Provider.Answers(account, October, reading(t, account, calendar.MustDate(at)))
				o.Pull(account, October)
			}
		}
		for _, at := range []string{"2026-10-02", "2026-10-15", "2026-11-01"}[rapid.IntRange(0, 2).Draw(t, "readings"):] {
			pull(at)
		}
		o.At("2026-11-06 09:00")
		for i := range n {
			o.Bill(i+1, October)
		}
		balanced(t, o)
		if _, err := desk(o).Close(context.Background(), o.Main(), October); err != nil {
			t.Fatalf("the run does not close: %v", err)
		}
		pull("2026-11-09")
		balanced(t, o)
	})
}

func register(t *rapid.T, o *Office, m calendar.Month) {
	w, err := tenant.PutExchange(o.Tenant, m, rating.Exchange{From: money.USD, Rate: money.MustDecimal("1391.73"), Date: calendar.MustDate("2026-10-30"), Source: "매매기준율"})
	if err != nil {
		t.Fatal(err)
	}
	if err := o.World.Store.Commit(context.Background(), store.Commit{ID: o.World.NewID(), Writes: []store.Write{w}}); err != nil {
		t.Fatal(err)
	}
}

// balanced holds the office to the gate's equation, counted anew from what is stored, and every final invoice to its proof.
func balanced(t *rapid.T, o *Office) {
	ctx := context.Background()
	gates, err := desk(o).Gates(ctx, o.Tenant, October)
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range gates {
		if d := g.Difference(); !d.IsZero() {
			t.Fatalf("%s misses %s: %+v", g.Account, d.Canonical(), g)
		}
		rollups, err := usage.Rollups(ctx, o.World.Store, o.Tenant, g.Account, October)
		if err != nil {
			t.Fatal(err)
		}
		var all money.Decimal
		for _, r := range rollups {
			all = all.Add(r.Charged)
		}
		if !all.Equal(g.Billed) {
			t.Fatalf("%s: members are charged %s, the gate says %s", g.Account, all.Canonical(), g.Billed.Canonical())
		}
	}
	if err := Proved(ctx, o); err != nil {
		t.Fatal(err)
	}
	heads, err := invoice.List(ctx, o.World.Store, o.Tenant, October)
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range heads {
		b, err := invoice.LoadBody(ctx, o.World.Store, o.Tenant, h)
		if err != nil {
			t.Fatal(err)
		}
		if err := b.Bill.Check(b.Input); err != nil {
			t.Fatalf("%s: %v", h.Number, err)
		}
		if h.State != invoice.Final {
			continue
		}
		if x, err := desk(o).Explain(ctx, o.Tenant, h.Number, ""); err != nil || !x.Proved {
			t.Fatalf("%s is not proved: %v", h.Number, err)
		}
	}
}
