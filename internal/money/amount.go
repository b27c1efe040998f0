// Package money holds amounts, exact decimals and rounding rules.
//
// An Amount is a whole number of minor units with its currency (won have none). A Decimal is an exact number
// for rates, quantities, unit prices and costs that are not yet money. A Rule, named and versioned, is the only
// way from one to the other, so every rounding can be printed with the rule that did it.
//
// The package owns arithmetic, rounding, allocation of remainders and the printed form. It does not own exchange
// rates, tax or which rule a contract uses.
//
// Invariants: no float anywhere; amounts of different currencies never mix; overflow is an error, never a wrap;
// Allocate returns parts that add up to the whole.
package money

import (
	"encoding/json"
	"math"
	"slices"
	"strings"

	"jeongsan/internal/fault"
)

// Amount is money: a whole number of minor units of one currency. The zero value is nothing in no currency,
// and can be added to any amount.
type Amount struct {
	minor    int64
	currency Currency
}

// New makes an amount of minor units: New(1250, USD) is 12.50 dollars. It panics on math.MinInt64, the one number
// without a counterpart of the other sign: what comes from outside comes through FromDecimal or JSON, which refuse it.
func New(minor int64, c Currency) Amount {
	if minor == math.MinInt64 {
		panic("money: an amount of −2^63 minor units cannot be negated")
	}
	return Amount{minor, c}
}

// Won makes an amount of won.
func Won(n int64) Amount { return New(n, KRW) }

// Zero is no money in the currency.
func Zero(c Currency) Amount { return Amount{0, c} }

// Minor is the number of minor units.
func (a Amount) Minor() int64 { return a.minor }

// Currency is the amount's currency; "" for the zero value.
func (a Amount) Currency() Currency { return a.currency }

// Sign is −1, 0 or +1.
func (a Amount) Sign() int {
	switch {
	case a.minor < 0:
		return -1
	case a.minor > 0:
		return 1
	}
	return 0
}

// IsZero reports whether there is no money, in whatever currency.
func (a Amount) IsZero() bool { return a.minor == 0 }

// Neg is the amount with the other sign.
func (a Amount) Neg() Amount { return Amount{-a.minor, a.currency} }

// Add returns a + b; different currencies and overflow are faults.
func (a Amount) Add(b Amount) (Amount, error) {
	c, err := a.common(b)
	if err != nil {
		return Amount{}, err
	}
	sum := a.minor + b.minor
	if (sum > a.minor) != (b.minor > 0) && b.minor != 0 || sum == math.MinInt64 {
		return Amount{}, overflow()
	}
	return Amount{sum, c}, nil
}

// Sub returns a − b; different currencies and overflow are faults.
func (a Amount) Sub(b Amount) (Amount, error) { return a.Add(b.Neg()) }

// Cmp compares two amounts of one currency.
func (a Amount) Cmp(b Amount) (int, error) {
	if _, err := a.common(b); err != nil {
		return 0, err
	}
	switch {
	case a.minor < b.minor:
		return -1, nil
	case a.minor > b.minor:
		return 1, nil
	}
	return 0, nil
}

func (a Amount) common(b Amount) (Currency, error) {
	switch {
	case a.currency == b.currency || b.currency == "" && b.minor == 0:
		return a.currency, nil
	case a.currency == "" && a.minor == 0:
		return b.currency, nil
	}
	return "", fault.New(fault.Invalid, fault.T("통화가 다른 금액은 더할 수 없습니다(%s, %s).", "Amounts of different currencies cannot be added (%s, %s).", a.currency, b.currency))
}

// Sum adds amounts of one currency; the sum of nothing is zero in c.
func Sum(c Currency, xs ...Amount) (Amount, error) {
	total := Zero(c)
	for _, x := range xs {
		var err error
		if total, err = total.Add(x); err != nil {
			return Amount{}, err
		}
	}
	return total, nil
}

// Decimal is the amount in major units: New(1250, USD) is 12.50.
func (a Amount) Decimal() Decimal { return Int(a.minor).Mul(pow10(-a.currency.Places())) }

// Allocate splits a into parts proportional to the weights, to the minor unit, by the largest remainder:
// what truncation leaves goes one unit at a time to the parts cut most, ties to the earlier part. The parts
// always add up to a. All weights must have one sign and not all be zero.
func (a Amount) Allocate(weights []Decimal) ([]Amount, error) {
	total := SumDecimals(weights...)
	for _, w := range weights {
		if w.Sign()*total.Sign() < 0 {
			return nil, fault.New(fault.Invalid, fault.T("배분 기준의 부호가 섞여 있습니다.", "Weights of an allocation must have one sign."))
		}
	}
	if total.IsZero() {
		return nil, fault.New(fault.Invalid, fault.T("배분 기준의 합이 0입니다.", "The weights of an allocation add up to zero."))
	}
	parts := make([]Amount, len(weights))
	cut := make([]Decimal, len(weights)) // what truncation took from each part, times total: comparable without a division
	left := a.minor
	for i, w := range weights {
		share := Int(a.minor).Mul(w)
		whole := share.quo(total, 0, Down)
		n, err := whole.coefficient()
		if err != nil {
			return nil, err
		}
		parts[i] = Amount{n, a.currency}
		cut[i] = share.Sub(whole.Mul(total)).abs()
		left -= n
	}
	for _, i := range largestFirst(cut) {
		if left == 0 {
			break
		}
		parts[i].minor += int64(a.Sign())
		left -= int64(a.Sign())
	}
	return parts, nil
}

// largestFirst is the order of indices by falling value, equal values in their own order.
func largestFirst(xs []Decimal) []int {
	order := make([]int, len(xs))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return xs[j].Cmp(xs[i]) })
	return order
}

// String is for logs: "1082752 KRW", "12.50 USD".
func (a Amount) String() string { return a.Decimal().String() + " " + string(a.currency) }

// Korean is the form of Korean screens and documents: 1,082,752원; other currencies as in English.
func (a Amount) Korean() string {
	if a.currency == KRW {
		return grouped(a.Decimal().String()) + "원"
	}
	return a.English()
}

var symbols = map[Currency]string{KRW: "₩", USD: "$", JPY: "¥", EUR: "€", GBP: "£"}

// English is the form of English screens: ₩1,082,752, -$12.50; without a symbol of its own: CNY 12.50.
func (a Amount) English() string {
	digits := grouped(a.Decimal().String())
	symbol, ok := symbols[a.currency]
	if !ok {
		symbol = string(a.currency) + " "
	}
	if rest, negative := strings.CutPrefix(digits, "-"); negative {
		return "-" + symbol + rest
	}
	return symbol + digits
}

// Grouped is the number with thousands separators and no unit, for table columns.
func (a Amount) Grouped() string { return grouped(a.Decimal().String()) }

func grouped(s string) string {
	head, fraction := s, ""
	if i := strings.IndexByte(s, '.'); i >= 0 {
		head, fraction = s[:i], s[i:]
	}
	negative := strings.HasPrefix(head, "-")
	head = strings.TrimPrefix(head, "-")
	for i := len(head) - 3; i > 0; i -= 3 {
		head = head[:i] + "," + head[i:]
	}
	if negative {
		head = "-" + head
	}
	return head + fraction
}

type amountJSON struct {
	Amount   string   `json:"amount"`
	Currency Currency `json:"currency"`
}

// MarshalJSON writes {"amount":"12.50","currency":"USD"}: a decimal string in major units.
func (a Amount) MarshalJSON() ([]byte, error) {
	return json.Marshal(amountJSON{a.Decimal().String(), a.currency})
}

// UnmarshalJSON reads what MarshalJSON writes; a fraction of a minor unit is a fault.
func (a *Amount) UnmarshalJSON(b []byte) error {
	var j amountJSON
	if err := json.Unmarshal(b, &j); err != nil {
		return err
	}
	if j.Currency == "" && (j.Amount == "" || j.Amount == "0") {
		*a = Amount{}
		return nil
	}
	c, err := ParseCurrency(string(j.Currency))
	if err != nil {
		return err
	}
	d, err := ParseDecimal(j.Amount)
	if err != nil {
		return err
	}
	*a, err = FromDecimal(d, c)
	return err
}
