package document

import (
	"errors"
	"strings"

	"golang.org/x/text/unicode/norm"

	"jeongsan/internal/money"
)

var (
	errNoNumber = errors.New("not a number")
	errNotWhole = errors.New("not a whole number of won")
)

// wonOf reads an amount of won from a cell, as a number or as people write it: "1,082,752원", "₩1,082,752",
// "금 1,082,752원정", "(1,000)" and "△1,000" for less than nothing. Anything else is errNoNumber; a number that is no
// whole won is errNotWhole.
func wonOf(text string) (money.Amount, error) {
	digits, negative, ok := bareNumber(text)
	if !ok {
		return money.Amount{}, errNoNumber
	}
	x, err := money.ParseDecimal(digits)
	if err != nil {
		return money.Amount{}, errNoNumber
	}
	if negative {
		x = x.Neg()
	}
	amount, err := money.FromDecimal(asShown(x), money.KRW)
	if err != nil {
		return money.Amount{}, errors.Join(errNotWhole, err)
	}
	return amount, nil
}

// asShown rounds to fifteen significant digits, which is all a sheet shows or means: 132,500 × 1.1 is stored as
// 145750.00000000003.
func asShown(x money.Decimal) money.Decimal {
	whole, fraction, _ := strings.Cut(strings.TrimPrefix(x.Canonical(), "-"), ".")
	places := maxSheetDigits - len(strings.TrimLeft(whole, "0"))
	if places < 0 || len(fraction) <= places {
		return x
	}
	rule := money.Rule{Name: "sheet-digits", Version: 1, Places: int32(places), Mode: money.HalfUp}
	return rule.Round(x)
}

// isUnit reports whether a cell holds nothing but a currency: people give the sign a cell of its own.
func isUnit(text string) bool {
	switch strings.ToUpper(strings.TrimSpace(norm.NFKC.String(text))) {
	case "₩", "\\", "원", "KRW", "금", "일금", ":":
		return true
	}
	return false
}

// bareNumber takes signs, currency and separators off and leaves digits that ParseDecimal reads.
func bareNumber(text string) (digits string, negative, ok bool) {
	if len(text) > 64 {
		return "", false, false
	}
	s := strings.ToUpper(strings.TrimSpace(norm.NFKC.String(text)))
	for _, aside := range []string{"(VAT 포함)", "(VAT포함)", "(부가세 포함)", "(부가세포함)", "(VAT INCLUDED)"} {
		s = strings.TrimSuffix(s, aside)
	}
	s = strings.TrimSpace(s)
	if inner, found := strings.CutPrefix(s, "("); found && strings.HasSuffix(inner, ")") {
		s, negative = strings.TrimSuffix(inner, ")"), true
	}
	s = strings.NewReplacer(" ", "", "−", "-", "–", "-", "△", "-", "▲", "-").Replace(s)
	for _, prefix := range []string{"일금", "금", "KRW", "₩", "\\"} {
		s, negative = cutSign(strings.TrimPrefix(s, prefix), negative)
	}
	for _, suffix := range []string{"KRW", "정", "整", "원"} {
		s = strings.TrimSuffix(s, suffix)
	}
	if !strings.Contains(s, ",") {
		return s, negative, s != "" && (s[0] >= '0' && s[0] <= '9' || s[0] == '.')
	}
	return ungroup(s, negative)
}

func cutSign(s string, negative bool) (string, bool) {
	if rest, found := strings.CutPrefix(s, "-"); found && !negative {
		return rest, true
	}
	return s, negative
}

// ungroup drops commas that stand where thousands do; "1,08" is no number but a typing error.
func ungroup(s string, negative bool) (string, bool, bool) {
	whole, fraction, hasFraction := strings.Cut(s, ".")
	groups := strings.Split(whole, ",")
	for i, g := range groups {
		if i == 0 && (len(g) < 1 || len(g) > 3) || i > 0 && len(g) != 3 {
			return "", false, false
		}
	}
	s = strings.Join(groups, "")
	if hasFraction {
		s += "." + fraction
	}
	return s, negative, s[0] >= '0' && s[0] <= '9'
}
