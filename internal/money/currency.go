package money

import "jeongsan/internal/fault"

// Currency is an ISO 4217 code that this product knows the minor unit of.
type Currency string

const (
	KRW Currency = "KRW" // won: no minor unit
	USD Currency = "USD"
	JPY Currency = "JPY"
	EUR Currency = "EUR"
	CNY Currency = "CNY"
	GBP Currency = "GBP"
	SGD Currency = "SGD"
)

// places holds the decimal places of each currency's minor unit (ISO 4217, exponent column).
var places = map[Currency]int32{KRW: 0, JPY: 0, USD: 2, EUR: 2, CNY: 2, GBP: 2, SGD: 2}

// ParseCurrency accepts the known ISO codes in upper case.
func ParseCurrency(s string) (Currency, error) {
	c := Currency(s)
	if _, ok := places[c]; !ok {
		return "", fault.Invalidf("currency", fault.T("통화 %q을(를) 알 수 없습니다. KRW, USD, JPY, EUR, CNY, GBP, SGD 중 하나여야 합니다.", "Currency %q is not known; use one of KRW, USD, JPY, EUR, CNY, GBP, SGD.", s))
	}
	return c, nil
}

// Places is the number of decimal places of the minor unit: 0 for won, 2 for dollars.
func (c Currency) Places() int32 { return places[c] }
