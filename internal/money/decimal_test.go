package money_test

import (
	"encoding/json"
	"fmt"
	"math/big"
	"runtime"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"jeongsan/internal/fault"
	"jeongsan/internal/money"
)

// anyText draws the text of a decimal that ParseDecimal must take: up to 60 digits, exponents of −40 to 40.
func anyText() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		coefficient := rapid.StringMatching(`-?[0-9]{1,60}`).Draw(t, "coefficient")
		return fmt.Sprintf("%se%d", coefficient, rapid.IntRange(-40, 40).Draw(t, "exponent"))
	})
}

func anyDecimal() *rapid.Generator[money.Decimal] { return rapid.Map(anyText(), money.MustDecimal) }

// exact is the value as a fraction, computed by another library from the printed text.
func exact(x money.Decimal) *big.Rat {
	r, ok := new(big.Rat).SetString(x.String())
	if !ok {
		panic("not a number: " + x.String())
	}
	return r
}

func TestA_decimal_keeps_every_digit_and_is_never_printed_in_scientific_notation(t *testing.T) {
	cases := []struct{ in, prints, canonical string }{
		{"0.00000080000", "0.00000080000", "0.0000008"},
		{"8E-7", "0.0000008", "0.0000008"},
		{"1e+3", "1000", "1000"},
		{"1E3", "1000", "1000"},
		{"-13.50", "-13.50", "-13.5"},
		{"-0", "0", "0"},
		{"-0.000", "0.000", "0"},
		{"0e40", "0", "0"},
		{".5", "0.5", "0.5"},
		{"5.", "5", "5"},
		{"007", "7", "7"},
		{"1200", "1200", "1200"},
		{"12345678901234567890.12345678901234567890", "12345678901234567890.12345678901234567890", "12345678901234567890.1234567890123456789"},
		{"1e-40", "0." + strings.Repeat("0", 39) + "1", "0." + strings.Repeat("0", 39) + "1"},
		{strings.Repeat("9", 60), strings.Repeat("9", 60), strings.Repeat("9", 60)},
	}
	for _, c := range cases {
		x, err := money.ParseDecimal(c.in)
		if err != nil {
			t.Errorf("%q: %v", c.in, err)
			continue
		}
		if got := x.String(); got != c.prints {
			t.Errorf("%q prints %s, want %s", c.in, got, c.prints)
		}
		if got := x.Canonical(); got != c.canonical {
			t.Errorf("%q is canonically %s, want %s", c.in, got, c.canonical)
		}
	}
}

func TestWhat_is_no_plain_number_is_refused_in_both_languages(t *testing.T) {
	for _, s := range []string{
		"", " ", " 1", "1 ", "1 000", "+5", "+5e3", "--5", "-+5", "-", ".", "-.", "e5", ".e5", "1e", "1e+", "1e+-5", "1e5.0", "1e5e5",
		"1.2.3", "1,000", "1,000e3", "1_000", "0x10", "0b1", "1p5", "NaN", "nan", "sNaN", "nan123", "Infinity", "-Infinity", "inf", "Inf",
		"₩100", "100원", "１２", "1\n", "1\x00", "½",
		"1e999999999", "1e-999999999", "0e999999999", "1e2147483648", "1e99999999999999999999", "1e100000", "1e81", "1e-81", "0e81",
		strings.Repeat("9", 61), "0." + strings.Repeat("0", 80) + "1", strings.Repeat("1", 1<<20), strings.Repeat("0", 1<<20),
	} {
		x, err := money.ParseDecimal(s)
		if !fault.Is(err, fault.Invalid) || !x.IsZero() {
			t.Errorf("ParseDecimal(%.40q) = %s, %v", s, x, err)
			continue
		}
		if text := fault.TextOf(err); text.KO == text.EN || len(text.KO) > 400 || len(text.EN) > 400 {
			t.Errorf("ParseDecimal(%.40q) says %.100q, %.100q", s, text.KO, text.EN)
		}
	}
}

func TestRefusing_an_adversarial_number_costs_next_to_nothing(t *testing.T) {
	for _, s := range []string{"1e999999999", "-1e-999999999", "1e100000", strings.Repeat("7", 1<<20), strings.Repeat("0", 1<<20) + "1"} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := money.ParseDecimal(s)
		runtime.ReadMemStats(&after)
		if allocated := after.TotalAlloc - before.TotalAlloc; err == nil || allocated > 64<<10 {
			t.Errorf("%.20q: %v after allocating %d bytes", s, err, allocated)
		}
	}
}

func TestDecimal_arithmetic_is_exact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x, y := anyDecimal().Draw(t, "x"), anyDecimal().Draw(t, "y")
		for _, c := range []struct {
			does string
			got  money.Decimal
			want *big.Rat
		}{
			{"x + y", x.Add(y), new(big.Rat).Add(exact(x), exact(y))},
			{"x − y", x.Sub(y), new(big.Rat).Sub(exact(x), exact(y))},
			{"x × y", x.Mul(y), new(big.Rat).Mul(exact(x), exact(y))},
			{"−x", x.Neg(), new(big.Rat).Neg(exact(x))},
			{"x + y + x", money.SumDecimals(x, y, x), new(big.Rat).Add(exact(x), new(big.Rat).Add(exact(y), exact(x)))},
		} {
			if exact(c.got).Cmp(c.want) != 0 {
				t.Fatalf("%s = %s, want %s", c.does, c.got, c.want.RatString())
			}
			if c.got.Sign() != c.want.Sign() || c.got.IsZero() != (c.want.Sign() == 0) || strings.HasPrefix(c.got.String(), "-") != (c.want.Sign() < 0) {
				t.Fatalf("%s = %s has the sign %d", c.does, c.got, c.got.Sign())
			}
		}
		if x.Cmp(y) != exact(x).Cmp(exact(y)) || x.Equal(y) != (exact(x).Cmp(exact(y)) == 0) {
			t.Fatalf("%s compared with %s is %d", x, y, x.Cmp(y))
		}
		if x.Equal(y) != (x.Canonical() == y.Canonical()) {
			t.Fatalf("%s and %s are canonically %s and %s", x, y, x.Canonical(), y.Canonical())
		}
	})
}

func TestArithmetic_never_changes_its_operands(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x, y := anyDecimal().Draw(t, "x"), anyDecimal().Draw(t, "y")
		before := x.String() + " " + y.String()
		sum := x.Add(y)
		_, _, _, _ = sum.Mul(sum), x.Sub(y), x.Mul(y), x.Neg()
		_, _ = x.Quo(money.Int(7), 3, money.Up)
		_, _ = money.SumDecimals(x, y, sum), money.TenWonDown.Round(x)
		if after := x.String() + " " + y.String(); after != before {
			t.Fatalf("%s became %s", before, after)
		}
	})
}

func TestWhat_was_parsed_and_computed_survives_JSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := anyText().Draw(t, "text")
		x := money.MustDecimal(text)
		want, _ := new(big.Rat).SetString(text)
		if exact(x).Cmp(want) != 0 {
			t.Fatalf("%s was read as %s", text, x)
		}
		for _, x := range []money.Decimal{x, x.Mul(x), x.Add(money.MustDecimal("1e-40"))} {
			b, err := json.Marshal(x)
			if err != nil || b[0] != '"' {
				t.Fatalf("%s in JSON: %s, %v", x, b, err)
			}
			var back money.Decimal
			if err := json.Unmarshal(b, &back); err != nil || !back.Equal(x) {
				t.Fatalf("%s comes back as %s, %v", b, back, err)
			}
		}
	})
}

func TestA_JSON_number_is_read_by_its_digits_and_never_through_a_float(t *testing.T) {
	for in, want := range map[string]string{
		`0.1000000000000000055511151231257827`: "0.1000000000000000055511151231257827",
		`9007199254740993`:                     "9007199254740993",
		`"9007199254740993.10"`:                "9007199254740993.10",
		`1E-7`:                                 "0.0000001",
		`"\u0031"`:                             "1",
	} {
		var x money.Decimal
		if err := json.Unmarshal([]byte(in), &x); err != nil || x.String() != want {
			t.Errorf("%s was read as %s, %v", in, x, err)
		}
	}
	for _, in := range []string{`null`, `""`, `"1,000"`, `"NaN"`, `1e999999999`, `1e201`, `true`, `{}`, `[1]`} {
		x := money.Int(7)
		if err := json.Unmarshal([]byte(in), &x); !fault.Is(err, fault.Invalid) || !x.Equal(money.Int(7)) {
			t.Errorf("%s was read as %s, %v", in, x, err)
		}
	}
}

func FuzzParseDecimal(f *testing.F) {
	for _, s := range []string{"0.00000080000", "8E-7", "-13.5", "+5", "1e999999999", "1,000", ".", "NaN"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		x, err := money.ParseDecimal(s)
		if err != nil {
			if !fault.Is(err, fault.Invalid) {
				t.Fatalf("%q: %v", s, err)
			}
			return
		}
		if want, ok := new(big.Rat).SetString(s); !ok || exact(x).Cmp(want) != 0 {
			t.Fatalf("%q was read as %s", s, x)
		}
	})
}
