package rating_test

import (
	"slices"
	"testing"

	"jeongsan/internal/fault"
	"jeongsan/internal/money"
	"jeongsan/internal/rating"
)

func TestA_bill_names_its_lines_in_the_order_of_its_arithmetic(t *testing.T) {
	in := dollars("1394.5", cost("Compute", "10.333"), cost("Storage", "0.0007"))
	in.Residuals = []rating.Residual{residual("-0.5")}
	in.Fees = []rating.Fee{ // registered the other way round on purpose
		fixed(rating.OtherCost, "관리 비용", 1000), ratio(rating.Discount, "할인 2", "0.02"), ratio(rating.OtherCost, "지원 비용", "0.01"),
		ratio(rating.Discount, "할인 1", "0.01"), fixed(rating.VMDiscount, "VM 할인", 5),
	}
	in.Costs[0].VM = in.Costs[0].Cost
	b := rate(t, in)
	want := []string{"Compute", "Storage", rating.ResidualName, rating.ConversionName, "VM 할인", "할인 2", "할인 1", "관리 비용", "지원 비용", rating.CutName}
	if got := names(b); !slices.Equal(got, want) {
		t.Errorf("lines are %q", got)
	}
	for i, l := range b.Lines {
		if want := []string{"1", "2", "3", "4", "5", "6", "7", "8", "9", "10"}[i]; l.ID != want {
			t.Errorf("line %q has id %s, want %s", l.Name, l.ID, want)
		}
	}
}

func TestEvery_kind_of_fee(t *testing.T) {
	for _, c := range []struct {
		what          string
		fee           rating.Fee
		line          int64
		supply, total int64
	}{
		{"a fixed other cost is added", fixed(rating.OtherCost, "f", 1234), 1234, 101230, 111353},
		{"a ratio of other cost is of all usage", ratio(rating.OtherCost, "f", "0.0333"), 3330, 103330, 113663},
		{"a fixed discount is taken off", fixed(rating.Discount, "f", 1234), -1234, 98760, 108636},
		{"a ratio of discount is of all usage", ratio(rating.Discount, "f", "0.0333"), -3330, 96670, 106337},
		{"a fixed VM discount is taken off", fixed(rating.VMDiscount, "f", 1234), -1234, 98760, 108636},
		{"a ratio of VM discount is of VM rows only", ratio(rating.VMDiscount, "f", "0.1"), -4000, 96000, 105600},
		{"a discount of everything leaves nothing", ratio(rating.Discount, "f", "1"), -100001, 0, 0},
	} {
		t.Run(c.what, func(t *testing.T) {
			in := won(withVM("Compute", "60000.6", "40000.5"), cost("Storage", "40000.4"))
			in.Fees = []rating.Fee{c.fee}
			b := rate(t, in)
			if got := amountOf(t, b, "f"); got != c.line || b.Usage != money.Won(100001) {
				t.Errorf("the fee is %d of usage %v, want %d", got, b.Usage, c.line)
			}
			if b.Supply != money.Won(c.supply) || b.Total != money.Won(c.total) {
				t.Errorf("supply %v, total %v, want %d and %d", b.Supply, b.Total, c.supply, c.total)
			}
		})
	}
}

func TestRatios_never_compound(t *testing.T) {
	in := won(withVM("Compute", "100000", "100000"))
	in.Fees = []rating.Fee{
		ratio(rating.VMDiscount, "v1", "0.1"), ratio(rating.VMDiscount, "v2", "0.1"),
		ratio(rating.Discount, "d1", "0.1"), ratio(rating.Discount, "d2", "0.1"),
		ratio(rating.OtherCost, "o1", "0.1"),
	}
	b := rate(t, in)
	for name, want := range map[string]int64{"v1": -10000, "v2": -10000, "d1": -10000, "d2": -10000, "o1": 10000} {
		if got := amountOf(t, b, name); got != want {
			t.Errorf("%s is %d, want %d of the same base", name, got, want)
		}
	}
}

func TestA_ratio_is_of_the_usage_before_it_was_rounded(t *testing.T) {
	in := dollars("1000", cost("Compute", "0.0999"), cost("Storage", "0.0999")) // 99.9 + 99.9 won
	in.Fees = []rating.Fee{ratio(rating.OtherCost, "half", "0.5")}
	b := rate(t, in)
	if got := amountOf(t, b, "half"); got != 99 || b.Usage != money.Won(199) { // half of 199.8, not of 199 or of 2 × 99
		t.Errorf("half of 199.8 won is %d, usage %v", got, b.Usage)
	}
	in.Fees = []rating.Fee{ratio(rating.OtherCost, "all", "1")}
	in.Policy.Fee = money.WonHalfUp.ID()
	if got := amountOf(t, rate(t, in), "all"); got != 200 {
		t.Errorf("all of 199.8 won, rounded half up, is %d", got)
	}
}

func TestDiscounts_never_take_more_than_there_is(t *testing.T) {
	for _, c := range []struct {
		what            string
		usage, vm, rest string
		fees            []rating.Fee
		want            []int64
	}{
		{"a VM discount ends at the VM cost", "500", "500", "9500", []rating.Fee{fixed(rating.VMDiscount, "a", 600)}, []int64{-500}},
		{"a second VM discount takes what the first left", "500", "500", "9500",
			[]rating.Fee{fixed(rating.VMDiscount, "a", 400), ratio(rating.VMDiscount, "b", "0.5"), fixed(rating.VMDiscount, "c", 1)}, []int64{-400, -100, 0}},
		{"a VM discount ends at the whole usage when credit ate the rest", "500", "500", "-300", []rating.Fee{fixed(rating.VMDiscount, "a", 500)}, []int64{-200}},
		{"without VM rows there is no VM discount", "500", "0", "0", []rating.Fee{fixed(rating.VMDiscount, "a", 500)}, []int64{0}},
		{"discounts end at the usage", "500", "0", "0", []rating.Fee{fixed(rating.Discount, "a", 300), ratio(rating.Discount, "b", "0.9")}, []int64{-300, -200}},
		{"a VM discount leaves less for the discounts", "500", "500", "0", []rating.Fee{ratio(rating.Discount, "b", "1"), fixed(rating.VMDiscount, "a", 100)}, []int64{-100, -400}},
		{"nothing is taken from negative usage", "-500", "-500", "0", []rating.Fee{ratio(rating.VMDiscount, "a", "1"), fixed(rating.Discount, "b", 10)}, []int64{0, 0}},
	} {
		t.Run(c.what, func(t *testing.T) {
			in := won(withVM("Compute", c.usage, c.vm), cost("Storage", c.rest))
			in.Fees = c.fees
			var got []int64
			for _, l := range rate(t, in).Lines {
				if l.Group == rating.GroupDiscount {
					got = append(got, l.Amount.Minor())
				}
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("discounts are %v, want %v", got, c.want)
			}
		})
	}
}

func TestOther_costs_are_due_even_without_usage(t *testing.T) {
	in := won()
	in.Fees = []rating.Fee{fixed(rating.OtherCost, "관리 비용", 55000), ratio(rating.OtherCost, "지원 비용", "0.1"), fixed(rating.Discount, "할인", 5000)}
	if b := rate(t, in); b.Other != money.Won(55000) || !b.Discount.IsZero() || b.Total != money.Won(60500) {
		t.Errorf("other %v, discount %v, total %v", b.Other, b.Discount, b.Total)
	}
}

func TestThe_residual_brings_the_rows_to_the_providers_own_figure(t *testing.T) {
	in := won(cost("서버", "91512"), cost("네트워크", "46616.4"))
	in.Residuals = []rating.Residual{
		residual("-23558.4", rating.Part{Name: "크레딧", Amount: d("-23551")}, rating.Part{Name: "절사", Amount: d("-7.4")}),
		residual("0"),
	}
	b := rate(t, in)
	if b.Usage != money.Won(114570) || b.Cost.Canonical() != "114570" {
		t.Errorf("usage is %v of cost %s", b.Usage, b.Cost.Canonical())
	}
	l := b.Lines[2]
	if l.Name != rating.ResidualName || l.Amount != money.Won(-23558) || len(l.Derivation[0].In) != 2 || l.Derivation[0].In[1] != (rating.Operand{Name: "절사", Value: "-7.4"}) {
		t.Errorf("the residual is %+v", l)
	}
	if want := []string{"서버", "네트워크", rating.ResidualName}; !slices.Equal(names(b), want) { // no line for a residual of nothing, and 91512 + 46616 − 23558 needs no conversion line
		t.Errorf("lines are %q", names(b))
	}
}

func TestWhat_rounding_the_lines_missed_stands_on_a_line_of_its_own(t *testing.T) {
	costs := make([]rating.Cost, 100)
	for i := range costs {
		costs[i] = cost("x", "0.0007") // 0.97615 won: truncated to nothing on every line
	}
	b := rate(t, dollars("1394.5", costs...))
	if got := amountOf(t, b, rating.ConversionName); got != 97 || b.Usage != money.Won(97) || b.Cost.Canonical() != "0.07" {
		t.Errorf("the conversion line is %d of %v, cost %s", got, b.Usage, b.Cost.Canonical())
	}
}

func TestThe_supply_amount_is_cut_to_ten_won_before_VAT_and_VAT_is_truncated(t *testing.T) {
	for _, c := range []struct {
		usage             string
		cut, supply, vat  int64
		supplyRule, total string
	}{
		{"10019", -9, 10010, 1001, "ten-won-down@1", "11011 KRW"},
		{"10010", 0, 10010, 1001, "ten-won-down@1", "11011 KRW"},
		{"9", -9, 0, 0, "ten-won-down@1", "0 KRW"},
		{"0", 0, 0, 0, "ten-won-down@1", "0 KRW"},
		{"-10019", 9, -10010, -1001, "ten-won-down@1", "-11011 KRW"},
		{"10019", 0, 10019, 1001, "won-down@1", "11020 KRW"}, // 1001.9 of VAT
		{"-10019", 0, -10019, -1001, "won-down@1", "-11020 KRW"},
		{"10099", -99, 10000, 1000, "hundred-won-down@1", "11000 KRW"},
	} {
		t.Run(c.usage+" by "+c.supplyRule, func(t *testing.T) {
			in := won(cost("Compute", c.usage))
			in.Policy.Supply = c.supplyRule
			b := rate(t, in)
			if b.Rounding != money.Won(c.cut) || b.Supply != money.Won(c.supply) || b.VAT != money.Won(c.vat) || b.Total.String() != c.total {
				t.Errorf("cut %v, supply %v, VAT %v, total %v", b.Rounding, b.Supply, b.VAT, b.Total)
			}
			if hasLine := slices.Contains(names(b), rating.CutName); hasLine != (c.cut != 0) {
				t.Errorf("lines are %q", names(b))
			}
		})
	}
}

func TestEvery_published_rule_can_be_a_policy(t *testing.T) {
	for _, c := range []struct {
		rule               string
		usage, supply, vat string // of 12345.678 won or dollars, all by the one rule
	}{
		{"won-down@1", "12345", "12345", "1234"},
		{"won-half-up@1", "12346", "12346", "1235"},
		{"won-half-even@1", "12346", "12346", "1235"},
		{"won-up@1", "12346", "12346", "1235"},
		{"ten-won-down@1", "12340", "12340", "1230"},
		{"hundred-won-down@1", "12300", "12300", "1200"},
		{"cent-half-up@1", "12345.68", "12345.68", "1234.57"},
		{"cent-half-even@1", "12345.68", "12345.68", "1234.57"},
		{"cent-down@1", "12345.67", "12345.67", "1234.56"},
	} {
		t.Run(c.rule, func(t *testing.T) {
			in := won(cost("Compute", "12345.678"))
			in.Policy = rating.Policy{Line: c.rule, Usage: c.rule, Fee: c.rule, Supply: c.rule, VAT: c.rule, Rate: d("0.1")}
			rule, err := money.RuleByID(c.rule)
			if err != nil {
				t.Fatal(err)
			}
			if rule.Places > 0 {
				in.Currency = money.USD
			}
			b := rate(t, in)
			if got := b.Usage.Decimal().String(); got != c.usage {
				t.Errorf("usage is %s, want %s", got, c.usage)
			}
			if got := b.Supply.Decimal().String(); got != c.supply {
				t.Errorf("supply is %s, want %s", got, c.supply)
			}
			if got := b.VAT.Decimal().String(); got != c.vat {
				t.Errorf("VAT is %s, want %s", got, c.vat)
			}
		})
	}
	if len(money.Rules()) != 9 {
		t.Errorf("%d rules are published; the table above knows 9", len(money.Rules()))
	}
}

func TestWhat_a_bill_cannot_be_computed_from_is_refused_by_its_field(t *testing.T) {
	negative := func(f rating.Fee) rating.Fee { f.Ratio = f.Ratio.Neg(); f.Fixed = f.Fixed.Neg(); return f }
	both := fixed(rating.OtherCost, "f", 1)
	both.Ratio = d("0.1")
	fee := func(f rating.Fee) func(*rating.Input) {
		return func(in *rating.Input) { in.Fees = []rating.Fee{f} }
	}
	for _, c := range []struct {
		what, field string
		spoil       func(*rating.Input)
	}{
		{"an unknown rule of lines", "policy.line", func(in *rating.Input) { in.Policy.Line = "won-sideways@1" }},
		{"an unknown version of a rule", "policy.usage", func(in *rating.Input) { in.Policy.Usage = "won-down@2" }},
		{"no rule of fees", "policy.fee", func(in *rating.Input) { in.Policy.Fee = "" }},
		{"an unknown rule of the supply amount", "policy.supply", func(in *rating.Input) { in.Policy.Supply = "ten-won" }},
		{"a rule of cents for won", "policy.vat", func(in *rating.Input) { in.Policy.VAT = money.CentDown.ID() }},
		{"a negative rate of VAT", "policy.rate", func(in *rating.Input) { in.Policy.Rate = d("-0.1") }},
		{"an unknown currency", "currency", func(in *rating.Input) { in.Currency = "BTC" }},
		{"an exchange rate of nothing", "exchange.rate", func(in *rating.Input) { in.Exchange = rating.Exchange{From: money.USD} }},
		{"a negative exchange rate", "exchange.rate", func(in *rating.Input) { in.Exchange = rating.Exchange{From: money.USD, Rate: d("-1")} }},
		{"a fixed fee in another currency", "fee.fixed", fee(rating.Fee{Kind: rating.OtherCost, Name: "f", Fixed: money.New(100, money.USD)})},
		{"a negative ratio", "fee.amount", fee(negative(ratio(rating.Discount, "f", "0.1")))},
		{"a negative amount", "fee.amount", fee(negative(fixed(rating.OtherCost, "f", 1)))},
		{"amount and ratio at once", "fee.amount", fee(both)},
		{"neither amount nor ratio", "fee.amount", fee(rating.Fee{Kind: rating.OtherCost, Name: "f"})},
		{"a discount above the whole", "fee.ratio", fee(ratio(rating.Discount, "f", "1.01"))},
		{"a VM discount above the whole", "fee.ratio", fee(ratio(rating.VMDiscount, "f", "2"))},
		{"a fee without a name", "fee.name", fee(fixed(rating.OtherCost, "", 1))},
		{"a fee of no known kind", "fee.kind", fee(fixed("tip", "f", 1))},
	} {
		t.Run(c.what, func(t *testing.T) {
			in := won(cost("Compute", "1000"))
			c.spoil(&in)
			b, err := rating.Rate(in)
			wantFault(t, err, c.field)
			if len(b.Lines) != 0 {
				t.Errorf("a part of the bill was returned: %+v", b)
			}
		})
	}
	t.Run("an amount that does not fit", func(t *testing.T) {
		if _, err := rating.Rate(won(cost("Compute", "1e30"))); !fault.Is(err, fault.Invalid) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("an other cost may be more than the usage", func(t *testing.T) {
		in := won(cost("Compute", "1000"))
		in.Fees = []rating.Fee{ratio(rating.OtherCost, "f", "1.5")}
		if got := amountOf(t, rate(t, in), "f"); got != 1500 {
			t.Errorf("it is %d", got)
		}
	})
}

func TestA_bill_that_was_tampered_with_does_not_check(t *testing.T) {
	for what, spoil := range map[string]func(*rating.Bill, *rating.Input){
		"a line":           func(b *rating.Bill, _ *rating.Input) { b.Lines[0].Amount = money.Won(1) },
		"a missing line":   func(b *rating.Bill, _ *rating.Input) { b.Lines = b.Lines[1:] },
		"a moved line":     func(b *rating.Bill, _ *rating.Input) { b.Lines[0].Group = rating.GroupOther },
		"the discount":     func(b *rating.Bill, _ *rating.Input) { b.Discount = money.Won(-1) },
		"the supply":       func(b *rating.Bill, _ *rating.Input) { b.Supply = money.Won(7) },
		"the VAT":          func(b *rating.Bill, _ *rating.Input) { b.VAT = money.Won(7) },
		"the total":        func(b *rating.Bill, _ *rating.Input) { b.Total = money.New(b.Total.Minor(), money.USD) },
		"the usage behind": func(_ *rating.Bill, in *rating.Input) { in.Costs[0].Cost = d("1000.01") },
	} {
		t.Run(what, func(t *testing.T) {
			in := won(cost("Compute", "1000"), cost("Storage", "234"))
			b := rate(t, in)
			spoil(&b, &in)
			if err := b.Check(in); !fault.Is(err, fault.Internal) {
				t.Errorf("it checks: %v", err)
			}
		})
	}
}

func TestKinds_and_steps_are_named_in_both_languages(t *testing.T) {
	for _, k := range []rating.FeeKind{rating.OtherCost, rating.Discount, rating.VMDiscount} {
		if x := k.Text(); x.KO == string(k) || x.EN == string(k) || x.EN == "" {
			t.Errorf("kind %s is shown as %+v", k, x)
		}
	}
	for _, op := range []rating.Op{rating.OpRows, rating.OpGiven, rating.OpSum, rating.OpMinus, rating.OpConvert, rating.OpRatio, rating.OpCap, rating.OpNegate, rating.OpRound} {
		if x := (rating.Step{Op: op}).Text(); x.KO == string(op) || x.EN == "" {
			t.Errorf("step %s is shown as %+v", op, x)
		}
	}
	if x := (rating.Step{Op: rating.OpRound, Rule: money.TenWonDown.ID()}).Text(); x != money.TenWonDown.Text {
		t.Errorf("a rounding is shown as %+v", x)
	}
}

func TestA_policy_is_refused_by_its_field_before_anything_is_rated(t *testing.T) {
	if err := rating.DefaultPolicy().Validate(money.KRW); err != nil {
		t.Error(err)
	}
	whole := rating.DefaultPolicy()
	whole.Rate = money.Int(1)
	if err := whole.Validate(money.KRW); err != nil {
		t.Errorf("a rate of 1: %v", err)
	}
	for field, spoil := range map[string]func(*rating.Policy){
		"policy.rate": func(p *rating.Policy) { p.Rate = money.MustDecimal("1.01") },
		"policy.vat":  func(p *rating.Policy) { p.VAT = "unknown@1" },
	} {
		p := rating.DefaultPolicy()
		spoil(&p)
		if all := fault.All(p.Validate(money.KRW)); len(all) != 1 || all[0].Field != field {
			t.Errorf("%s: %v", field, all)
		}
	}
}
