package money

import (
	"fmt"
	"slices"

	"jeongsan/internal/fault"
)

// Mode is how a value between two steps is moved to one of them.
type Mode string

const (
	Down     Mode = "down"      // toward zero: 절사 (−15 to tens is −10)
	Up       Mode = "up"        // away from zero: 절상
	Floor    Mode = "floor"     // toward −∞
	Ceiling  Mode = "ceiling"   // toward +∞
	HalfUp   Mode = "half-up"   // nearest, ties away from zero: 반올림
	HalfDown Mode = "half-down" // nearest, ties toward zero
	HalfEven Mode = "half-even" // nearest, ties to the even step (bankers')
)

// away reports whether a truncated quotient with a remainder moves one step away from zero. odd is of the quotient;
// half is −1 when the remainder is below half a step, 0 for a tie and +1 above.
func (m Mode) away(negative, odd bool, half int) bool {
	switch m {
	case Up:
		return true
	case Floor:
		return negative
	case Ceiling:
		return !negative
	case HalfUp:
		return half >= 0
	case HalfDown:
		return half > 0
	case HalfEven:
		return half > 0 || half == 0 && odd
	}
	return false // Down
}

// Rule is a rounding rule: data with a name and a version, referred to by contracts and price lists and
// printed in derivations. Places counts digits after the point; −1 means tens (절사 to 10 won).
// A published rule never changes: a different behaviour is a new version.
type Rule struct {
	Name    string `json:"name"`
	Version int    `json:"version"`
	Places  int32  `json:"places"`
	Mode    Mode   `json:"mode"`
	Text    fault.Text
}

// The published rules.
var (
	WonDown     = Rule{"won-down", 1, 0, Down, fault.T("1원 미만 절사", "truncate below 1 won")}
	WonHalfUp   = Rule{"won-half-up", 1, 0, HalfUp, fault.T("1원 미만 반올림", "round half up to 1 won")}
	WonHalfEven = Rule{"won-half-even", 1, 0, HalfEven, fault.T("1원 미만 오사오입", "round half even to 1 won")}
	WonUp       = Rule{"won-up", 1, 0, Up, fault.T("1원 미만 절상", "round up to 1 won")}
	// TenWonDown is the resellers' 절사: the supply amount is cut to tens before VAT.
	TenWonDown     = Rule{"ten-won-down", 1, -1, Down, fault.T("10원 미만 절사", "truncate below 10 won")}
	HundredWonDown = Rule{"hundred-won-down", 1, -2, Down, fault.T("100원 미만 절사", "truncate below 100 won")}
	CentHalfUp     = Rule{"cent-half-up", 1, 2, HalfUp, fault.T("센트 미만 반올림", "round half up to cents")}
	CentHalfEven   = Rule{"cent-half-even", 1, 2, HalfEven, fault.T("센트 미만 오사오입", "round half even to cents")}
	CentDown       = Rule{"cent-down", 1, 2, Down, fault.T("센트 미만 절사", "truncate below a cent")}
)

var published = []Rule{WonDown, WonHalfUp, WonHalfEven, WonUp, TenWonDown, HundredWonDown, CentHalfUp, CentHalfEven, CentDown}

// Rules lists every published rule in a stable order.
func Rules() []Rule { return slices.Clone(published) }

// RuleByID finds a published rule by "name@version".
func RuleByID(id string) (Rule, error) {
	for _, r := range published {
		if r.ID() == id {
			return r, nil
		}
	}
	return Rule{}, fault.Invalidf("rounding", fault.T("반올림 규칙 %q이(가) 없습니다.", "There is no rounding rule %q.", id))
}

// ID is "name@version", the form in which contracts and derivations name a rule.
func (r Rule) ID() string { return fmt.Sprintf("%s@%d", r.Name, r.Version) }

// Round applies the rule once to the exact value.
func (r Rule) Round(x Decimal) Decimal {
	if -x.d.Exponent <= r.Places {
		return x // already on a step
	}
	return x.quo(Int(1), r.Places, r.Mode)
}

// Amount rounds x by the rule and returns it as money of the currency. It is a fault when the rule leaves
// more places than the currency has, or the result does not fit.
func (r Rule) Amount(x Decimal, c Currency) (Amount, error) {
	if r.Places > c.Places() {
		return Amount{}, fault.New(fault.Invalid, fault.T("반올림 규칙 %s은(는) %s에 쓸 수 없습니다.", "Rounding rule %s cannot be used for %s.", r.ID(), c))
	}
	return FromDecimal(r.Round(x), c)
}

// FromDecimal turns a value that already is a whole number of minor units into money; a value that is not, or that
// does not fit, is a fault.
func FromDecimal(x Decimal, c Currency) (Amount, error) {
	units := x.quo(Int(1), c.Places(), Down) // its coefficient counts minor units
	if !units.Equal(x) {
		return Amount{}, fault.New(fault.Invalid, fault.T("%s은(는) %s의 최소 단위로 나누어떨어지지 않습니다.", "%s is not a whole number of %s minor units.", x.Canonical(), c))
	}
	n, err := units.coefficient()
	if err != nil {
		return Amount{}, err
	}
	return Amount{minor: n, currency: c}, nil
}

// coefficient is the signed integer in front of the power of ten; one past ±(2^63−1) is a fault.
func (x Decimal) coefficient() (int64, error) {
	if !x.d.Coeff.IsInt64() {
		return 0, overflow()
	}
	n := x.d.Coeff.Int64()
	if x.d.Negative {
		n = -n
	}
	return n, nil
}

func overflow() error {
	return fault.New(fault.Invalid, fault.T("금액이 너무 큽니다.", "The amount is too large."))
}
