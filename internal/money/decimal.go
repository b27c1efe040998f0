package money

import (
	"encoding/json"
	"strings"

	"github.com/cockroachdb/apd/v3"

	"jeongsan/internal/fault"
)

// Bounds of a parsed decimal. Real exports carry up to 38 digits; anything past this is an attack or a
// broken file, and an exponent of a million would take the machine down in one addition.
const (
	maxDigits = 60
	maxScale  = 40
)

// Decimal is an exact, immutable decimal number: a rate, a quantity, a unit price or a cost before rounding.
// The zero value is 0. Values are copied freely; no method changes its receiver.
type Decimal struct{ d apd.Decimal }

// exact computes without rounding: apd treats precision 0 as unlimited for addition and multiplication.
var exact = apd.BaseContext.WithPrecision(0)

// Int makes a decimal of a whole number.
func Int(n int64) Decimal { var x Decimal; x.d.SetInt64(n); return x }

// ParseDecimal reads plain or scientific notation ("0.00000080000", "8E-7", "-13.5"). A comma, a plus sign,
// a NaN, an infinity, more than 60 digits or 40 decimal places are refused.
func ParseDecimal(s string) (Decimal, error) {
	var x Decimal
	if s == "" || strings.ContainsAny(s, ",+_ ") && !strings.ContainsAny(s, "eE") {
		return Decimal{}, notANumber(s)
	}
	if _, _, err := x.d.SetString(s); err != nil || x.d.Form != apd.Finite {
		return Decimal{}, notANumber(s)
	}
	if x.d.NumDigits() > maxDigits || x.d.Exponent < -maxScale || x.d.Exponent > maxScale {
		return Decimal{}, fault.Invalidf("number", fault.T("숫자 %.40q의 자릿수가 너무 많습니다(최대 60자리, 소수 40자리).", "The number %.40q has too many digits (at most 60, 40 after the point).", s))
	}
	x.d.Negative = x.d.Negative && !x.d.IsZero() // apd keeps "-0"; a bill never prints one
	return x, nil
}

func notANumber(s string) error {
	return fault.Invalidf("number", fault.T("%.40q은(는) 숫자가 아닙니다. 쉼표나 기호 없이 1234.56처럼 적어 주세요.", "%.40q is not a number; write it like 1234.56, without commas or signs.", s))
}

// MustDecimal is ParseDecimal for constants in code and tests; it panics on a bad literal.
func MustDecimal(s string) Decimal {
	x, err := ParseDecimal(s)
	if err != nil {
		panic(err)
	}
	return x
}

// Add returns x + y exactly.
func (x Decimal) Add(y Decimal) Decimal {
	var z Decimal
	_, _ = exact.Add(&z.d, &x.d, &y.d) // cannot fail on finite operands without precision
	return z.positiveZero()
}

// Sub returns x − y exactly.
func (x Decimal) Sub(y Decimal) Decimal {
	var z Decimal
	_, _ = exact.Sub(&z.d, &x.d, &y.d)
	return z.positiveZero()
}

// Mul returns x × y exactly.
func (x Decimal) Mul(y Decimal) Decimal {
	var z Decimal
	_, _ = exact.Mul(&z.d, &x.d, &y.d)
	return z.positiveZero()
}

// Neg returns −x.
func (x Decimal) Neg() Decimal { return Decimal{}.Sub(x) }

// Quo returns x ÷ y to the given places by the mode, rounded once from the exact quotient. Dividing by zero is a fault.
func (x Decimal) Quo(y Decimal, places int32, mode Mode) (Decimal, error) {
	if y.IsZero() {
		return Decimal{}, fault.New(fault.Invalid, fault.T("0으로 나눌 수 없습니다.", "Division by zero."))
	}
	// One integer division decides the result: with q = trunc(x·10^p / y) and remainder r, every mode
	// is a comparison of 2|r| with |y|, so nothing is ever rounded twice.
	scaled := x.Mul(pow10(places))
	var q, r Decimal
	wide := apd.BaseContext.WithPrecision(uint32(scaled.d.NumDigits()+y.d.NumDigits()) + 2*maxScale + 20)
	if _, err := wide.QuoInteger(&q.d, &scaled.d, &y.d); err != nil {
		return Decimal{}, fault.New(fault.Invalid, fault.T("나눗셈의 결과가 너무 깁니다.", "The quotient has too many digits.")).Because(err)
	}
	r = scaled.Sub(q.Mul(y))
	return q.Add(Int(mode.step(q, r.abs(), y.abs(), scaled.Sign()*y.Sign()))).Mul(pow10(-places)), nil
}

func pow10(n int32) Decimal {
	var z Decimal
	z.d.SetFinite(1, n)
	return z
}

func (x Decimal) abs() Decimal {
	if x.d.Negative {
		return x.Neg()
	}
	return x
}

func (x Decimal) positiveZero() Decimal {
	if x.d.IsZero() {
		x.d.Negative = false
	}
	return x
}

// Cmp compares numerically: −1, 0 or +1. 1.50 equals 1.5.
func (x Decimal) Cmp(y Decimal) int { return x.d.Cmp(&y.d) }

// Equal reports numeric equality.
func (x Decimal) Equal(y Decimal) bool { return x.Cmp(y) == 0 }

// Sign is −1, 0 or +1.
func (x Decimal) Sign() int { return x.d.Sign() }

// IsZero reports whether x is 0.
func (x Decimal) IsZero() bool { return x.d.IsZero() }

// String is plain notation with every digit kept ("0.00000080000"), never scientific, never "-0".
func (x Decimal) String() string { return x.d.Text('f') }

// Canonical is the shortest plain notation: trailing zeros after the point are dropped. Equal numbers print alike.
func (x Decimal) Canonical() string {
	var z apd.Decimal
	z.Reduce(&x.d)
	return z.Text('f')
}

// MarshalJSON writes the number as a JSON string, so that no reader takes it for a float.
func (x Decimal) MarshalJSON() ([]byte, error) { return []byte(`"` + x.String() + `"`), nil }

// UnmarshalJSON reads a JSON string; a JSON number is read by its digits, never through a float.
func (x *Decimal) UnmarshalJSON(b []byte) error {
	s := string(b)
	if strings.HasPrefix(s, `"`) {
		if err := json.Unmarshal(b, &s); err != nil {
			return err
		}
	}
	y, err := ParseDecimal(s)
	if err != nil {
		return err
	}
	*x = y
	return nil
}

// SumDecimals adds exactly, in any order, with the same result.
func SumDecimals(xs ...Decimal) Decimal {
	var z Decimal
	for i := range xs {
		_, _ = exact.Add(&z.d, &z.d, &xs[i].d)
	}
	return z.positiveZero()
}
