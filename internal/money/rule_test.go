package money_test

import (
	"fmt"
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"jeongsan/internal/fault"
	"jeongsan/internal/money"
)

var modes = []money.Mode{money.Down, money.Up, money.Floor, money.Ceiling, money.HalfUp, money.HalfDown, money.HalfEven}

// oracle rounds a fraction to the places by the definition of each mode, starting from the floor; it shares no step
// with the package, which starts from the truncated quotient.
func oracle(v *big.Rat, places int, m money.Mode) *big.Rat {
	unit := new(big.Rat).SetFrac(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(max(places, 0))), nil), new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(max(-places, 0))), nil))
	steps := new(big.Rat).Mul(v, unit)
	floor := new(big.Int).Div(steps.Num(), steps.Denom()) // Euclidean: the floor, as the denominator is positive
	rest := new(big.Rat).Sub(steps, new(big.Rat).SetInt(floor))
	up := false
	half := rest.Cmp(big.NewRat(1, 2))
	switch negative := v.Sign() < 0; m {
	case money.Down:
		up = negative
	case money.Up:
		up = !negative
	case money.Floor:
		up = false
	case money.Ceiling:
		up = true
	case money.HalfUp:
		up = half > 0 || half == 0 && !negative
	case money.HalfDown:
		up = half > 0 || half == 0 && negative
	case money.HalfEven:
		up = half > 0 || half == 0 && floor.Bit(0) == 1
	}
	if up && rest.Sign() != 0 {
		floor.Add(floor, big.NewInt(1))
	}
	return new(big.Rat).Quo(new(big.Rat).SetInt(floor), unit)
}

// nearTie draws (k + ½)·10^−places, exactly or off by a hair: the values on which the modes differ.
func nearTie(places int) *rapid.Generator[money.Decimal] {
	return rapid.Custom(func(t *rapid.T) money.Decimal {
		k := rapid.Int64Range(-10_000_000, 10_000_000).Draw(t, "k")
		tie := money.Int(k).Mul(money.Int(10)).Add(money.Int(5)).Mul(money.MustDecimal(fmt.Sprintf("1e%d", -places-1)))
		hair := money.Int(rapid.Int64Range(-1, 1).Draw(t, "hair")).Mul(money.MustDecimal("1e-30"))
		return tie.Add(hair)
	})
}

func TestEvery_mode_rounds_as_it_is_defined(t *testing.T) {
	cases := []struct {
		x      string
		places int32
		want   [7]string // in the order of modes
	}{
		{"2.5", 0, [7]string{"2", "3", "2", "3", "3", "2", "2"}},
		{"3.5", 0, [7]string{"3", "4", "3", "4", "4", "3", "4"}},
		{"-2.5", 0, [7]string{"-2", "-3", "-3", "-2", "-3", "-2", "-2"}},
		{"-3.5", 0, [7]string{"-3", "-4", "-4", "-3", "-4", "-3", "-4"}},
		{"2.4999999999999999999999999999999999999999", 0, [7]string{"2", "3", "2", "3", "2", "2", "2"}},
		{"2.5000000000000000000000000000000000000001", 0, [7]string{"2", "3", "2", "3", "3", "3", "3"}},
		{"-0.4", 0, [7]string{"0", "-1", "-1", "0", "0", "0", "0"}},
		{"0.5", 0, [7]string{"0", "1", "0", "1", "1", "0", "0"}},
		{"15", -1, [7]string{"10", "20", "10", "20", "20", "10", "20"}},
		{"-15", -1, [7]string{"-10", "-20", "-20", "-10", "-20", "-10", "-20"}},
		{"3", -1, [7]string{"0", "10", "0", "10", "0", "0", "0"}},
		{"1E+3", -1, [7]string{"1000", "1000", "1000", "1000", "1000", "1000", "1000"}},
		{"1E+3", -4, [7]string{"0", "10000", "0", "10000", "0", "0", "0"}},
		{"5E+3", -4, [7]string{"0", "10000", "0", "10000", "10000", "0", "0"}},
		{"7", 2, [7]string{"7", "7", "7", "7", "7", "7", "7"}},
		{"1.005", 2, [7]string{"1", "1.01", "1", "1.01", "1.01", "1", "1"}},
		{"0", 0, [7]string{"0", "0", "0", "0", "0", "0", "0"}},
	}
	for _, c := range cases {
		for i, mode := range modes {
			rule := money.Rule{Name: "test", Version: 1, Places: c.places, Mode: mode}
			if got := rule.Round(money.MustDecimal(c.x)); got.Canonical() != c.want[i] {
				t.Errorf("%s to %d places, %s: %s, want %s", c.x, c.places, mode, got.Canonical(), c.want[i])
			}
		}
	}
}

func TestRounding_agrees_with_exact_fractions_in_every_mode(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		places := rapid.IntRange(-12, 12).Draw(t, "places")
		x := rapid.OneOf(anyDecimal(), nearTie(places)).Draw(t, "x")
		for _, mode := range modes {
			rule := money.Rule{Name: "test", Version: 1, Places: int32(places), Mode: mode}
			got, want := rule.Round(x), oracle(exact(x), places, mode)
			if exact(got).Cmp(want) != 0 {
				t.Fatalf("%s to %d places, %s: %s, want %s", x, places, mode, got, want.FloatString(max(places, 0)))
			}
			if again := rule.Round(got); !again.Equal(got) {
				t.Fatalf("%s rounded again is %s", got, again)
			}
		}
	})
}

func TestDivision_agrees_with_exact_fractions_in_every_mode(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		places := rapid.IntRange(-12, 24).Draw(t, "places")
		y := anyDecimal().Filter(func(y money.Decimal) bool { return !y.IsZero() }).Draw(t, "y")
		x := rapid.OneOf(anyDecimal(), rapid.Map(nearTie(places), y.Mul)).Draw(t, "x")
		for _, mode := range modes {
			got, err := x.Quo(y, int32(places), mode)
			if err != nil {
				t.Fatal(err)
			}
			if want := oracle(new(big.Rat).Quo(exact(x), exact(y)), places, mode); exact(got).Cmp(want) != 0 {
				t.Fatalf("%s ÷ %s to %d places, %s: %s, want %s", x, y, places, mode, got, want.FloatString(max(places, 0)))
			}
		}
	})
	if _, err := money.Int(1).Quo(money.MustDecimal("0.00"), 2, money.HalfUp); !fault.Is(err, fault.Invalid) {
		t.Errorf("division by zero: %v", err)
	}
}

func TestPublished_rules_are_found_by_name_and_version(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range money.Rules() {
		got, err := money.RuleByID(r.ID())
		if err != nil || got != r || seen[r.ID()] || r.Text.KO == "" || r.Text.EN == "" {
			t.Errorf("%s: %+v, %v", r.ID(), got, err)
		}
		seen[r.ID()] = true
	}
	for _, id := range []string{"", "won-down", "won-down@2", "won-down@1 "} {
		if _, err := money.RuleByID(id); !fault.Is(err, fault.Invalid) {
			t.Errorf("rule %q: %v", id, err)
		}
	}
	money.Rules()[0].Places = 9
	if r, _ := money.RuleByID("won-down@1"); r.Places != 0 {
		t.Error("a caller changed a published rule")
	}
}

func TestA_rule_turns_a_decimal_into_money(t *testing.T) {
	cases := []struct {
		rule money.Rule
		x    string
		c    money.Currency
		want string
	}{
		{money.TenWonDown, "1082759.99", money.KRW, "1082750 KRW"}, // 절사 before VAT
		{money.TenWonDown, "-1082759.99", money.KRW, "-1082750 KRW"},
		{money.HundredWonDown, "1082799", money.KRW, "1082700 KRW"},
		{money.HundredWonDown, "99", money.KRW, "0 KRW"},
		{money.WonDown, "0.99999", money.KRW, "0 KRW"},
		{money.WonHalfUp, "0.5", money.KRW, "1 KRW"},
		{money.WonHalfEven, "0.5", money.KRW, "0 KRW"},
		{money.WonUp, "0.00000000001", money.KRW, "1 KRW"},
		{money.CentHalfUp, "12.495", money.USD, "12.50 USD"},
		{money.CentHalfEven, "12.485", money.USD, "12.48 USD"},
		{money.CentDown, "-12.509", money.USD, "-12.50 USD"},
		{money.WonDown, "12.99", money.USD, "12.00 USD"},
		{money.WonDown, "1E+6", money.KRW, "1000000 KRW"},
		{money.WonDown, "9223372036854775807.9", money.KRW, "9223372036854775807 KRW"},
		{money.WonDown, "-9223372036854775807.9", money.KRW, "-9223372036854775807 KRW"},
		{money.CentDown, "92233720368547758.07", money.USD, "92233720368547758.07 USD"},
	}
	for _, c := range cases {
		a, err := c.rule.Amount(money.MustDecimal(c.x), c.c)
		if err != nil || a.String() != c.want {
			t.Errorf("%s of %s = %s, %v; want %s", c.rule.ID(), c.x, a, err, c.want)
		}
	}
	refused := []struct {
		rule money.Rule
		x    string
		c    money.Currency
	}{
		{money.CentHalfUp, "12.49", money.KRW}, // won have no cents
		{money.WonDown, "9223372036854775808", money.KRW},
		{money.WonDown, "-9223372036854775808", money.KRW},
		{money.CentDown, "92233720368547758.08", money.USD},
		{money.WonDown, "1e40", money.KRW},
	}
	for _, c := range refused {
		if a, err := c.rule.Amount(money.MustDecimal(c.x), c.c); !fault.Is(err, fault.Invalid) || a != (money.Amount{}) {
			t.Errorf("%s of %s %s = %s, %v", c.rule.ID(), c.x, c.c, a, err)
		}
	}
}

func TestOnly_a_whole_number_of_minor_units_is_money(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := rapid.SampledFrom([]money.Currency{money.KRW, money.USD}).Draw(t, "currency")
		x := anyDecimal().Draw(t, "x")
		minor := new(big.Rat).Mul(exact(x), big.NewRat(map[money.Currency]int64{money.KRW: 1, money.USD: 100}[c], 1))
		fits := minor.IsInt() && minor.Num().IsInt64() && minor.Num().Int64() != math.MinInt64
		a, err := money.FromDecimal(x, c)
		if (err == nil) != fits {
			t.Fatalf("%s as %s: %v", x, c, err)
		}
		if fits && (a.Minor() != minor.Num().Int64() || a.Currency() != c || !a.Decimal().Equal(x)) {
			t.Fatalf("%s as %s is %s", x, c, a)
		}
	})
}

func ExampleRule_Amount() {
	supply, _ := money.TenWonDown.Amount(money.MustDecimal("984327.61"), money.KRW)
	vat, _ := money.WonDown.Amount(supply.Decimal().Mul(money.MustDecimal("0.1")), money.KRW)
	fmt.Println(supply.Korean(), vat.Korean())
	// Output: 984,320원 98,432원
}
