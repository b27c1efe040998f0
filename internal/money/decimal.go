package money

import (
	"encoding/json"
	"strings"

	"github.com/cockroachdb/apd/v3"

	"jeongsan/internal/fault"
)

// bounds limit what is read. Past them lies an attack or a broken file: an exponent of a million would take the
// machine down in one addition.
type bounds struct {
	digits int64 // significant digits
	scale  int32 // powers of ten, both ways; so many digits after the point
}

var (
	// outside is for text from files and forms: real exports carry up to 38 digits.
	outside = bounds{digits: 60, scale: 80}
	// ours is for JSON, in which exact products and sums of such numbers are kept.
	ours = bounds{digits: 400, scale: 200}
)

// Decimal is an exact, immutable decimal number: a rate, a quantity, a unit price or a cost before rounding.
// The zero value is 0. Values are copied freely; no method changes its receiver.
type Decimal struct{ d apd.Decimal }

// exact computes without rounding: apd treats precision 0 as unlimited for addition and multiplication.
var exact = apd.BaseContext.WithPrecision(0)

// Int makes a decimal of a whole number.
func Int(n int64) Decimal { var x Decimal; x.d.SetInt64(n); return x }

// ParseDecimal reads plain or scientific notation ("0.00000080000", "8E-7", "-13.5", ".5"). A comma, a space, a
// leading plus sign, a NaN, an infinity, more than 60 digits or 80 decimal places are refused, before any work is
// done that grows with the size of the number.
func ParseDecimal(s string) (Decimal, error) { return parse(s, outside) }

// ParseStored reads a number that this program wrote: an exact product or sum of numbers from outside can have more
// digits than any of them (400, 200 of them after the point).
func ParseStored(s string) (Decimal, error) { return parse(s, ours) }

func parse(s string, limit bounds) (Decimal, error) {
	if len(s) > 2*int(limit.digits+int64(limit.scale)) { // room for such a number plainly written with needless zeros
		return Decimal{}, tooManyDigits(s, limit)
	}
	if !isNumber(s) {
		return Decimal{}, notANumber(s)
	}
	var x Decimal
	if _, _, err := x.d.SetString(s); err != nil { // well formed, so it can only be the exponent
		return Decimal{}, tooManyDigits(s, limit)
	}
	if x.d.NumDigits() > limit.digits || x.d.Exponent < -limit.scale || x.d.Exponent > limit.scale {
		return Decimal{}, tooManyDigits(s, limit)
	}
	return x.plainZero(), nil
}

// isNumber reports whether s is [-]digits[.digits][e[±]digits] in ASCII, with a digit on at least one side of the point.
func isNumber(s string) bool {
	mantissa, exponent, scientific := strings.Cut(strings.ToLower(s), "e")
	whole, fraction, _ := strings.Cut(strings.TrimPrefix(mantissa, "-"), ".")
	if len(whole)+len(fraction) == 0 || !onlyDigits(whole) || !onlyDigits(fraction) {
		return false
	}
	if !scientific {
		return true
	}
	unsigned := strings.TrimPrefix(exponent, "-")
	if unsigned == exponent {
		unsigned = strings.TrimPrefix(exponent, "+")
	}
	return unsigned != "" && onlyDigits(unsigned)
}

func onlyDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

func tooManyDigits(s string, limit bounds) error {
	return fault.Invalidf("number", fault.T(
		"숫자 %.40q의 자릿수가 너무 많습니다(최대 %d자리, 소수 %d자리).",
		"The number %.40q has too many digits (at most %d, %d after the point).", s, limit.digits, limit.scale))
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
	return z.plainZero()
}

// Sub returns x − y exactly.
func (x Decimal) Sub(y Decimal) Decimal {
	var z Decimal
	_, _ = exact.Sub(&z.d, &x.d, &y.d)
	return z.plainZero()
}

// Mul returns x × y exactly.
func (x Decimal) Mul(y Decimal) Decimal {
	var z Decimal
	_, _ = exact.Mul(&z.d, &x.d, &y.d)
	return z.plainZero()
}

// Neg returns −x.
func (x Decimal) Neg() Decimal {
	x.d.Negative = !x.d.Negative
	return x.plainZero()
}

// Quo returns x ÷ y to the given places by the mode, rounded once from the exact quotient; a negative number of
// places rounds to tens, hundreds and so on. Dividing by zero is a fault.
func (x Decimal) Quo(y Decimal, places int32, mode Mode) (Decimal, error) {
	if y.IsZero() {
		return Decimal{}, fault.New(fault.Invalid, fault.T("0으로 나눌 수 없습니다.", "Division by zero."))
	}
	return x.quo(y, places, mode), nil
}

// quo is one integer division of the coefficients, brought to units of the last place. With the truncated quotient q
// and the remainder r every mode is a comparison of 2r with the divisor, so nothing is ever rounded twice.
func (x Decimal) quo(y Decimal, places int32, mode Mode) Decimal {
	var z Decimal
	var dividend, divisor, r apd.BigInt
	shift := x.d.Exponent - y.d.Exponent + places
	scaleUp(&dividend, &x.d.Coeff, shift)
	scaleUp(&divisor, &y.d.Coeff, -shift)
	q := &z.d.Coeff
	q.QuoRem(&dividend, &divisor, &r)
	z.d.Exponent = -places
	z.d.Negative = x.d.Negative != y.d.Negative
	if r.Sign() != 0 && mode.away(z.d.Negative, q.Bit(0) == 1, r.Add(&r, &r).Cmp(&divisor)) {
		q.Add(q, r.SetInt64(1))
	}
	return z.plainZero()
}

// scaleUp sets z to x·10^n, and to x when n is not positive.
func scaleUp(z, x *apd.BigInt, n int32) {
	z.Set(x)
	var factor apd.BigInt
	for ; n > 0; n -= int32(len(int64Powers)) - 1 {
		z.Mul(z, factor.SetInt64(int64Powers[min(int(n), len(int64Powers)-1)]))
	}
}

// int64Powers are the powers of ten that an int64 holds.
var int64Powers = [19]int64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18}

func pow10(n int32) Decimal {
	var z Decimal
	z.d.SetFinite(1, n)
	return z
}

func (x Decimal) abs() Decimal {
	x.d.Negative = false
	return x
}

// plainZero leaves no sign and no power of ten on a zero: apd would print "-0" and "000".
func (x Decimal) plainZero() Decimal {
	if x.d.IsZero() {
		x.d.Negative = false
		x.d.Exponent = min(x.d.Exponent, 0)
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

// Grouped is Canonical with thousands separators, for people.
func (x Decimal) Grouped() string { return grouped(x.Canonical()) }

// MarshalJSON writes the number as a JSON string, so that no reader takes it for a float.
func (x Decimal) MarshalJSON() ([]byte, error) { return []byte(`"` + x.String() + `"`), nil }

// UnmarshalJSON reads a JSON string; a JSON number is read by its digits, never through a float. Up to 400 digits and
// 200 decimal places are taken, so that what was computed from parsed numbers and stored can be read again.
func (x *Decimal) UnmarshalJSON(b []byte) error {
	s := string(b)
	if strings.HasPrefix(s, `"`) {
		if err := json.Unmarshal(b, &s); err != nil {
			return err
		}
	}
	y, err := parse(s, ours)
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
	return z.plainZero()
}
