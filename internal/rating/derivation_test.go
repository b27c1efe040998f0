package rating_test

import (
	"fmt"
	"math/big"
	"strconv"

	"jeongsan/internal/rating"
)

// This file computes every step of a derivation again, with fractions of big integers and a table of rules of its own:
// it shares nothing with the package but the printed figures.

// roundings says what each rule does: the size of a step, and how to get to it.
var roundings = map[string]struct {
	step string
	mode string
}{
	"won-down@1": {"1", "down"}, "won-half-up@1": {"1", "half-up"}, "won-half-even@1": {"1", "half-even"}, "won-up@1": {"1", "up"},
	"ten-won-down@1": {"10", "down"}, "hundred-won-down@1": {"100", "down"},
	"cent-half-up@1": {"1/100", "half-up"}, "cent-half-even@1": {"1/100", "half-even"}, "cent-down@1": {"1/100", "down"},
}

func roundBy(id string, x *big.Rat) (*big.Rat, error) {
	r, ok := roundings[id]
	if !ok {
		return nil, fmt.Errorf("there is no rule %q", id)
	}
	step, _ := new(big.Rat).SetString(r.step)
	steps := new(big.Rat).Quo(new(big.Rat).Abs(x), step)
	whole := new(big.Int).Quo(steps.Num(), steps.Denom())
	rest := new(big.Rat).Sub(steps, new(big.Rat).SetInt(whole))
	tie := rest.Cmp(big.NewRat(1, 2))
	switch {
	case r.mode == "up" && rest.Sign() > 0, r.mode == "half-up" && tie >= 0, r.mode == "half-even" && (tie > 0 || tie == 0 && whole.Bit(0) == 1):
		whole.Add(whole, big.NewInt(1))
	}
	out := new(big.Rat).Mul(new(big.Rat).SetInt(whole), step)
	if x.Sign() < 0 {
		out.Neg(out)
	}
	return out, nil
}

// derive computes the steps and holds each result to what it printed; the last is returned.
func derive(b rating.Bill, steps []rating.Step) (*big.Rat, error) {
	var last *big.Rat
	for i, s := range steps {
		got, err := evaluate(b, s, last)
		if err != nil {
			return nil, fmt.Errorf("step %d: %w", i+1, err)
		}
		if out := fraction(s.Out); out == nil || got.Cmp(out) != 0 {
			return nil, fmt.Errorf("step %d: %s of %v is %s, not %s", i+1, s.Op, s.In, got.RatString(), s.Out)
		}
		last = got
	}
	if last == nil {
		return nil, fmt.Errorf("there is no step")
	}
	return last, nil
}

func fraction(s string) *big.Rat {
	x, ok := new(big.Rat).SetString(s)
	if !ok {
		return nil
	}
	return x
}

func evaluate(b rating.Bill, s rating.Step, last *big.Rat) (*big.Rat, error) {
	if s.Op == rating.OpSum && len(s.In) == 1 && s.In[0].Name == "count" {
		return costOfLines(b, s.In[0].Value)
	}
	in := make([]*big.Rat, len(s.In))
	for i, o := range s.In {
		if in[i] = fraction(o.Value); in[i] == nil {
			return nil, fmt.Errorf("operand %q is %q", o.Name, o.Value)
		}
	}
	want := map[rating.Op]int{rating.OpConvert: 2, rating.OpRatio: 2, rating.OpCap: 2, rating.OpMinus: 2}[s.Op]
	needsLast := s.Op == rating.OpRound || s.Op == rating.OpNegate
	if len(in) < want || needsLast && last == nil {
		return nil, fmt.Errorf("%s lacks its operands", s.Op)
	}
	out := new(big.Rat)
	switch s.Op {
	case rating.OpRows, rating.OpGiven:
		out = fraction(s.Out)
	case rating.OpSum:
		for _, x := range in {
			out.Add(out, x)
		}
	case rating.OpMinus:
		out.Set(in[0])
		for _, x := range in[1:] {
			out.Sub(out, x)
		}
	case rating.OpConvert, rating.OpRatio:
		out.Mul(in[0], in[1])
	case rating.OpCap:
		if out = in[0]; in[1].Cmp(out) < 0 {
			out = in[1]
		}
	case rating.OpNegate:
		out.Neg(last)
	case rating.OpRound:
		return roundBy(s.Rule, last)
	default:
		return nil, fmt.Errorf("%q is no step", s.Op)
	}
	if last != nil && (s.Op == rating.OpConvert || s.Op == rating.OpCap) && in[0].Cmp(last) != 0 {
		return nil, fmt.Errorf("%s begins with %s, not with the result before it", s.Op, s.In[0].Value)
	}
	return out, nil
}

// costOfLines adds the first n lines' cost in the provider's currency.
func costOfLines(b rating.Bill, n string) (*big.Rat, error) {
	count, err := strconv.Atoi(n)
	if err != nil || count > len(b.Lines) {
		return nil, fmt.Errorf("%s lines of %d", n, len(b.Lines))
	}
	sum := new(big.Rat)
	for _, l := range b.Lines[:count] {
		sum.Add(sum, fraction(l.Derivation[0].Out))
	}
	return sum, nil
}

// provedAgain derives every amount of the bill.
func provedAgain(b rating.Bill) error {
	type figure struct {
		what   string
		steps  []rating.Step
		amount string
	}
	figures := []figure{
		{"usage", b.Derivation.Usage, b.Usage.Decimal().String()}, {"supply", b.Derivation.Supply, b.Supply.Decimal().String()},
		{"VAT", b.Derivation.VAT, b.VAT.Decimal().String()}, {"total", b.Derivation.Total, b.Total.Decimal().String()},
	}
	for _, l := range b.Lines {
		figures = append(figures, figure{"line " + l.ID, l.Derivation, l.Amount.Decimal().String()})
	}
	for _, f := range figures {
		got, err := derive(b, f.steps)
		if err != nil {
			return fmt.Errorf("%s: %w", f.what, err)
		}
		if got.Cmp(fraction(f.amount)) != 0 {
			return fmt.Errorf("%s derives to %s and is %s", f.what, got.RatString(), f.amount)
		}
	}
	return nil
}
