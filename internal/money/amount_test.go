package money_test

import (
	"encoding/json"
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"jeongsan/internal/fault"
	"jeongsan/internal/money"
)

func anyCurrency() *rapid.Generator[money.Currency] {
	return rapid.SampledFrom([]money.Currency{money.KRW, money.USD, money.JPY, money.EUR, money.CNY, money.GBP, money.SGD})
}

func anyMinor() *rapid.Generator[int64] {
	return rapid.OneOf(rapid.Int64Range(-math.MaxInt64, math.MaxInt64), rapid.Int64Range(-1000, 1000))
}

func TestAmounts_print_as_screens_and_documents_want_them(t *testing.T) {
	cases := []struct {
		a                            money.Amount
		korean, english, column, log string
	}{
		{money.Won(1_082_752), "1,082,752원", "₩1,082,752", "1,082,752", "1082752 KRW"},
		{money.Won(-1_082_752), "-1,082,752원", "-₩1,082,752", "-1,082,752", "-1082752 KRW"},
		{money.Won(0), "0원", "₩0", "0", "0 KRW"},
		{money.Won(999), "999원", "₩999", "999", "999 KRW"},
		{money.Won(-999), "-999원", "-₩999", "-999", "-999 KRW"},
		{money.Won(1000), "1,000원", "₩1,000", "1,000", "1000 KRW"},
		{money.Won(math.MaxInt64), "9,223,372,036,854,775,807원", "₩9,223,372,036,854,775,807", "9,223,372,036,854,775,807", "9223372036854775807 KRW"},
		{money.New(-1250, money.USD), "-$12.50", "-$12.50", "-12.50", "-12.50 USD"},
		{money.New(5, money.USD), "$0.05", "$0.05", "0.05", "0.05 USD"},
		{money.New(123456789, money.USD), "$1,234,567.89", "$1,234,567.89", "1,234,567.89", "1234567.89 USD"},
		{money.New(1500, money.JPY), "¥1,500", "¥1,500", "1,500", "1500 JPY"},
		{money.New(-1250, money.CNY), "-CNY 12.50", "-CNY 12.50", "-12.50", "-12.50 CNY"},
		{money.Zero(money.USD), "$0.00", "$0.00", "0.00", "0.00 USD"},
	}
	for _, c := range cases {
		if c.a.Korean() != c.korean || c.a.English() != c.english || c.a.Grouped() != c.column || c.a.String() != c.log {
			t.Errorf("%d: %q, %q, %q, %q", c.a.Minor(), c.a.Korean(), c.a.English(), c.a.Grouped(), c.a)
		}
	}
}

func TestAdding_money_is_exact_or_refused(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x, y := anyMinor().Draw(t, "x"), anyMinor().Draw(t, "y")
		a, b := money.Won(x), money.Won(y)
		for _, c := range []struct {
			does string
			got  func(money.Amount) (money.Amount, error)
			want *big.Int
		}{
			{"x + y", a.Add, new(big.Int).Add(big.NewInt(x), big.NewInt(y))},
			{"x − y", a.Sub, new(big.Int).Sub(big.NewInt(x), big.NewInt(y))},
		} {
			got, err := c.got(b)
			fits := c.want.IsInt64() && c.want.Int64() != math.MinInt64
			if (err == nil) != fits || err != nil && !fault.Is(err, fault.Invalid) {
				t.Fatalf("%s: %v", c.does, err)
			}
			if fits && got != money.Won(c.want.Int64()) {
				t.Fatalf("%s = %s, want %s", c.does, got, c.want)
			}
		}
		if cmp, err := a.Cmp(b); err != nil || cmp != big.NewInt(x).Cmp(big.NewInt(y)) {
			t.Fatalf("compared: %d, %v", cmp, err)
		}
		if a.Neg().Neg() != a || a.Sign() != big.NewInt(x).Sign() || a.Neg().Sign() != -a.Sign() || a.IsZero() != (x == 0) {
			t.Fatalf("−%s = %s", a, a.Neg())
		}
	})
}

func TestMoney_of_different_currencies_never_mixes(t *testing.T) {
	won, dollar, nothing := money.Won(1), money.New(1, money.USD), money.Amount{}
	for _, f := range []func() error{
		func() error { _, err := won.Add(dollar); return err },
		func() error { _, err := won.Sub(dollar); return err },
		func() error { _, err := won.Cmp(dollar); return err },
		func() error { _, err := won.Add(money.Zero(money.USD)); return err },
		func() error { _, err := money.Sum(money.KRW, won, dollar); return err },
	} {
		if err := f(); !fault.Is(err, fault.Invalid) {
			t.Errorf("won and dollars: %v", err)
		}
	}
	if sum, err := nothing.Add(dollar); err != nil || sum != dollar {
		t.Errorf("nothing + dollar = %s, %v", sum, err)
	}
	if sum, err := dollar.Add(nothing); err != nil || sum != dollar {
		t.Errorf("dollar + nothing = %s, %v", sum, err)
	}
	if sum, err := money.Sum(money.USD); err != nil || sum != money.Zero(money.USD) {
		t.Errorf("the sum of nothing = %s, %v", sum, err)
	}
	if _, err := money.Sum(money.KRW, money.Won(math.MaxInt64), won); !fault.Is(err, fault.Invalid) {
		t.Errorf("an overflowing sum: %v", err)
	}
}

func TestAn_amount_that_cannot_be_negated_cannot_be_made(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("−2^63 won were made")
		}
	}()
	money.Won(math.MinInt64)
}

func TestAllocation_leaves_the_remainder_to_the_parts_cut_most(t *testing.T) {
	cases := []struct {
		whole   int64
		weights []int64
		want    []int64
	}{
		{100, []int64{1, 1, 1}, []int64{34, 33, 33}},
		{-100, []int64{1, 1, 1}, []int64{-34, -33, -33}},
		{101, []int64{1, 1, 1}, []int64{34, 34, 33}},
		{100, []int64{1, 2, 4}, []int64{14, 29, 57}}, // exact shares 14.29, 28.57, 57.14
		{1, []int64{0, 1, 1}, []int64{0, 1, 0}},
		{10, []int64{0, 0, 5}, []int64{0, 0, 10}},
		{100, []int64{-1, -1, -1}, []int64{34, 33, 33}},
		{0, []int64{3, 4}, []int64{0, 0}},
		{7, []int64{1}, []int64{7}},
	}
	for _, c := range cases {
		weights := make([]money.Decimal, len(c.weights))
		for i, w := range c.weights {
			weights[i] = money.Int(w)
		}
		parts, err := money.Won(c.whole).Allocate(weights)
		if err != nil {
			t.Errorf("%d by %v: %v", c.whole, c.weights, err)
			continue
		}
		for i, p := range parts {
			if p != money.Won(c.want[i]) {
				t.Errorf("%d by %v = %v, want %v", c.whole, c.weights, parts, c.want)
				break
			}
		}
	}
	for _, weights := range [][]money.Decimal{nil, {}, {money.Int(0)}, {money.Int(1), money.Int(-1)}, {money.Int(2), money.Int(-1)}, {money.Int(-2), money.Int(1)}} {
		if parts, err := money.Won(100).Allocate(weights); !fault.Is(err, fault.Invalid) {
			t.Errorf("by %v = %v, %v", weights, parts, err)
		}
	}
}

func TestAllocation_adds_up_and_stays_within_one_unit_of_the_exact_share(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := anyCurrency().Draw(t, "currency")
		whole := money.New(anyMinor().Draw(t, "whole"), c)
		weights := rapid.SliceOfN(rapid.Map(anyDecimal(), absolute), 1, 12).
			Filter(func(ws []money.Decimal) bool { return !money.SumDecimals(ws...).IsZero() }).Draw(t, "weights")
		if rapid.Bool().Draw(t, "negative weights") {
			for i := range weights {
				weights[i] = weights[i].Neg()
			}
		}
		parts, err := whole.Allocate(weights)
		if err != nil {
			t.Fatal(err)
		}
		if sum, err := money.Sum(c, parts...); err != nil || sum != whole {
			t.Fatalf("the parts add up to %s, %v, want %s", sum, err, whole)
		}
		total := exact(money.SumDecimals(weights...))
		for i, p := range parts {
			share := new(big.Rat).Mul(new(big.Rat).SetInt64(whole.Minor()), new(big.Rat).Quo(exact(weights[i]), total))
			off := new(big.Rat).Sub(new(big.Rat).SetInt64(p.Minor()), share)
			if off.Abs(off).Cmp(big.NewRat(1, 1)) >= 0 {
				t.Fatalf("part %d is %d minor units, its exact share %s", i, p.Minor(), share.FloatString(3))
			}
		}
		again, _ := whole.Allocate(weights)
		for i := range parts {
			if parts[i] != again[i] {
				t.Fatalf("a second allocation gives %v, the first %v", again, parts)
			}
		}
	})
}

func absolute(x money.Decimal) money.Decimal {
	if x.Sign() < 0 {
		return x.Neg()
	}
	return x
}

func TestAmounts_travel_in_JSON_as_decimal_strings(t *testing.T) {
	for text, a := range map[string]money.Amount{
		`{"amount":"1082752","currency":"KRW"}`: money.Won(1_082_752),
		`{"amount":"-12.50","currency":"USD"}`:  money.New(-1250, money.USD),
		`{"amount":"0","currency":""}`:          {},
	} {
		b, err := json.Marshal(a)
		if err != nil || string(b) != text {
			t.Errorf("%s is written as %s, %v", a, b, err)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		a := money.New(anyMinor().Draw(t, "minor"), anyCurrency().Draw(t, "currency"))
		b, err := json.Marshal(a)
		if err != nil {
			t.Fatal(err)
		}
		var back money.Amount
		if err := json.Unmarshal(b, &back); err != nil || back != a {
			t.Fatalf("%s comes back as %s, %v", b, back, err)
		}
	})
	for _, bad := range []string{
		`{"amount":"12.505","currency":"USD"}`, `{"amount":"0.5","currency":"KRW"}`, `{"amount":"1,000","currency":"KRW"}`,
		`{"amount":"1000","currency":"krw"}`, `{"amount":"1000","currency":"XXX"}`, `{"amount":"1000"}`, `{"currency":"KRW"}`,
		`{"amount":"9223372036854775808","currency":"KRW"}`, `{"amount":"-9223372036854775808","currency":"KRW"}`, `{"amount":"1e999999999","currency":"KRW"}`,
	} {
		a := money.Won(7)
		if err := json.Unmarshal([]byte(bad), &a); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s was read as %s, %v", bad, a, err)
		}
	}
	var a money.Amount
	if err := json.Unmarshal([]byte(`{"amount":1000,"currency":"KRW"}`), &a); err == nil || !a.IsZero() {
		t.Errorf("an amount that is a JSON number was read as %s, %v", a, err)
	}
}

func TestOnly_known_currencies_in_upper_case_are_read(t *testing.T) {
	for s, places := range map[string]int32{"KRW": 0, "JPY": 0, "USD": 2, "EUR": 2, "CNY": 2, "GBP": 2, "SGD": 2} {
		if c, err := money.ParseCurrency(s); err != nil || string(c) != s || c.Places() != places {
			t.Errorf("%s: %q with %d places, %v", s, c, c.Places(), err)
		}
	}
	for _, s := range []string{"", "krw", "WON", "₩", "KRW "} {
		if _, err := money.ParseCurrency(s); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v", s, err)
		}
	}
}
