package rating_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"jeongsan/internal/calendar"
	"jeongsan/internal/money"
	"jeongsan/internal/rating"
)

// exactly draws a decimal of up to six places.
func exactly(t *rapid.T, label string, low, high int64) money.Decimal {
	n := rapid.Int64Range(low, high).Draw(t, label)
	return d(fmt.Sprintf("%de-%d", n, rapid.IntRange(0, 6).Draw(t, label+" places")))
}

var anyInput = rapid.Custom(func(t *rapid.T) rating.Input {
	in := rating.Input{Currency: rapid.SampledFrom([]money.Currency{money.KRW, money.USD}).Draw(t, "currency")}
	if rapid.Bool().Draw(t, "foreign") {
		in.Exchange = rating.Exchange{From: money.EUR, Rate: exactly(t, "rate", 1, 2_000_000), Date: calendar.MustDate("2026-10-30"), Source: "매매기준율"}
	}
	texts := rapid.SampledFrom([]string{"", "Compute", "서버 & <VM>", "a\"b\\c\n", "\u2028", "\xff", "漢字"})
	for range rapid.IntRange(0, 6).Draw(t, "services") {
		c := rating.Cost{Month: october, Account: texts.Draw(t, "account"), Service: texts.Draw(t, "service"), Rows: rapid.IntRange(0, 9).Draw(t, "rows"), Cost: exactly(t, "cost", -100_000, 100_000_000)}
		c.List = c.Cost
		if rapid.Bool().Draw(t, "is VM") {
			c.VM = c.Cost.Mul(exactly(t, "share", 0, 1))
		}
		in.Costs = append(in.Costs, c)
	}
	for range rapid.IntRange(0, 2).Draw(t, "residuals") {
		r := rating.Residual{Month: october.Prev(), Account: "a", Cost: exactly(t, "residual", -50_000_000, 10_000)}
		if rapid.Bool().Draw(t, "has parts") {
			r.Parts = []rating.Part{{Name: texts.Draw(t, "part"), Amount: r.Cost}}
		}
		in.Residuals = append(in.Residuals, r)
	}
	for i := range rapid.IntRange(0, 7).Draw(t, "fees") {
		f := rating.Fee{ID: fmt.Sprint(i), Kind: rapid.SampledFrom([]rating.FeeKind{rating.OtherCost, rating.Discount, rating.VMDiscount}).Draw(t, "kind"), Name: fmt.Sprint("fee ", i)}
		if rapid.Bool().Draw(t, "fixed") {
			f.Fixed = money.New(rapid.Int64Range(1, 1_000_000).Draw(t, "amount"), in.Currency)
		} else {
			f.Ratio = d(fmt.Sprintf("%de-4", rapid.IntRange(1, 10_000).Draw(t, "ratio")))
		}
		in.Fees = append(in.Fees, f)
	}
	rule := rapid.Custom(func(t *rapid.T) string {
		return rapid.SampledFrom(money.Rules()).Filter(func(r money.Rule) bool { return r.Places <= in.Currency.Places() }).Draw(t, "rule").ID()
	})
	in.Policy = rating.Policy{Line: rule.Draw(t, "line"), Usage: rule.Draw(t, "usage"), Fee: rule.Draw(t, "fee"), Supply: rule.Draw(t, "supply"), VAT: rule.Draw(t, "vat"), Rate: rapid.SampledFrom([]money.Decimal{{}, d("0.1"), d("0.085")}).Draw(t, "VAT rate")}
	return in
})

func TestWhatever_is_rated_adds_up_and_can_be_derived_again(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := anyInput.Draw(t, "input")
		b, err := rating.Rate(in)
		if err != nil {
			t.Fatal(err)
		}
		if err := b.Check(in); err != nil {
			t.Fatal(err)
		}
		if err := provedAgain(b); err != nil {
			t.Fatal(err)
		}
		if sum, err := b.Supply.Add(b.VAT); err != nil || sum != b.Total {
			t.Fatalf("%v + %v is not %v", b.Supply, b.VAT, b.Total)
		}
		discounts(t, in, b)
	})
}

// discounts holds the discounts of a bill to their bases.
func discounts(t *rapid.T, in rating.Input, b rating.Bill) {
	var vm money.Decimal
	for _, c := range in.Costs {
		vm = vm.Add(c.VM)
	}
	if !in.Exchange.IsZero() {
		vm = vm.Mul(in.Exchange.Rate)
	}
	rule, err := money.RuleByID(in.Policy.Fee)
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[string]rating.FeeKind{}
	for _, f := range in.Fees {
		kinds[f.Name] = f.Kind
	}
	taken := money.Zero(in.Currency)
	for _, l := range b.Lines {
		if l.Group == rating.GroupDiscount && l.Amount.Sign() > 0 {
			t.Fatalf("discount %q adds %v", l.Name, l.Amount)
		}
		if kinds[l.Name] == rating.VMDiscount {
			taken = must(taken.Sub(l.Amount))
		}
	}
	if most := rule.Round(vm); taken.Sign() > 0 && taken.Decimal().Cmp(most) > 0 {
		t.Fatalf("VM discounts take %v of VM usage %v", taken, most)
	}
	if b.Discount.Sign() < 0 && b.Discount.Neg().Decimal().Cmp(b.Usage.Decimal()) > 0 {
		t.Fatalf("discounts take %v of usage %v", b.Discount, b.Usage)
	}
}

func TestThe_order_of_fees_changes_nothing_but_the_order_of_lines(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := anyInput.Draw(t, "input")
		shuffled := in
		shuffled.Fees = slices.Clone(in.Fees)
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		rng.Shuffle(len(shuffled.Fees), func(i, j int) {
			shuffled.Fees[i], shuffled.Fees[j] = shuffled.Fees[j], shuffled.Fees[i]
		})
		a, b := must(rating.Rate(in)), must(rating.Rate(shuffled))
		if a.Discount != b.Discount || a.Other != b.Other || a.Supply != b.Supply || a.VAT != b.VAT || a.Total != b.Total {
			t.Fatalf("%+v became %+v", a, b)
		}
		if capped(a) || capped(b) { // only where a discount hits its base does the order say whose it is
			return
		}
		if x, y := amounts(a), amounts(b); !slices.Equal(x, y) {
			t.Fatalf("%v became %v", x, y)
		}
	})
}

func capped(b rating.Bill) bool {
	return slices.ContainsFunc(b.Lines, func(l rating.Line) bool {
		return slices.ContainsFunc(l.Derivation, func(s rating.Step) bool { return s.Op == rating.OpCap })
	})
}

func amounts(b rating.Bill) []string {
	out := make([]string, len(b.Lines))
	for i, l := range b.Lines {
		out[i] = l.Name + " " + l.Amount.String()
	}
	slices.SortFunc(out, cmp.Compare)
	return out
}

func TestThe_same_input_gives_the_same_bytes_and_they_are_what_encoding_json_writes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := anyInput.Draw(t, "input")
		a, b := must(rating.Rate(in)), must(rating.Rate(in))
		if !rating.Same(a, b) {
			t.Fatal("two ratings of one input differ")
		}
		if ours, theirs := in.AppendJSON(nil), must(json.Marshal(in)); !bytes.Equal(ours, theirs) {
			t.Fatalf("the input is\n%s, not\n%s", ours, theirs)
		}
		written := a.AppendJSON(nil)
		if theirs := must(json.Marshal(a)); !bytes.Equal(written, theirs) {
			t.Fatalf("the bill is\n%s, not\n%s", written, theirs)
		}
		var read rating.Bill
		if err := json.Unmarshal(written, &read); err != nil {
			t.Fatal(err)
		}
		if !rating.Same(read, must(rating.Rate(in))) && !bytes.Contains(written, []byte(`\ufffd`)) { // text that is no UTF-8 cannot come back
			t.Fatalf("read back it is\n%s", read.AppendJSON(nil))
		}
	})
}

func TestZero_values_are_written_as_encoding_json_writes_them(t *testing.T) {
	for _, in := range []rating.Input{{}, {Costs: []rating.Cost{{}}, Residuals: []rating.Residual{{}}, Fees: []rating.Fee{{}}, Exchange: rating.Exchange{From: "X"}}} {
		if ours, theirs := string(in.AppendJSON(nil)), string(must(json.Marshal(in))); ours != theirs {
			t.Errorf("%s, not %s", ours, theirs)
		}
	}
	for _, b := range []rating.Bill{{}, {Lines: []rating.Line{{Derivation: []rating.Step{{}}}}}} {
		if ours, theirs := string(b.AppendJSON(nil)), string(must(json.Marshal(b))); ours != theirs {
			t.Errorf("%s, not %s", ours, theirs)
		}
	}
}

func TestTwo_bills_that_differ_in_one_won_are_not_the_same(t *testing.T) {
	a, b := rate(t, won(cost("Compute", "1000"))), rate(t, won(cost("Compute", "1001")))
	if rating.Same(a, b) {
		t.Error("they are the same")
	}
}
