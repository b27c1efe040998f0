package pages

import (
	"strings"

	"jeongsan/internal/money"
	"jeongsan/internal/rating"
)

// sentences tells a derivation step by step, each figure with thousands separators and each rounding by its rule.
func (l language) sentences(steps []rating.Step) []string {
	out := make([]string, len(steps))
	for i, s := range steps {
		out[i] = l.sentence(s)
	}
	return out
}

func (l language) sentence(s rating.Step) string {
	out := figure(s.Out)
	switch {
	case s.Op == rating.OpRows && len(s.In) == 2:
		return l.t("step.rows", figure(s.In[0].Value), figure(s.In[1].Value), out)
	case s.Op == rating.OpSum && len(s.In) == 1:
		return l.t("step.lines", figure(s.In[0].Value), out)
	case s.Op == rating.OpSum:
		return l.joined(s.In, " + ") + " = " + out
	case s.Op == rating.OpMinus:
		return l.joined(s.In, " − ") + " = " + out
	case s.Op == rating.OpConvert && len(s.In) == 2:
		return l.t("step.convert", s.In[0].Name, figure(s.In[0].Value), figure(s.In[1].Value), out)
	case s.Op == rating.OpRatio && len(s.In) == 2:
		return l.t("step.ratio", l.operand(s.In[0].Name), figure(s.In[0].Value), percent(s.In[1].Value), out)
	case s.Op == rating.OpCap && len(s.In) == 2:
		return l.t("step.cap", figure(s.In[0].Value), figure(s.In[1].Value), out)
	case s.Op == rating.OpRound:
		return l.t("step.round", l.say(s.Text()), s.Rule, out)
	case s.Op == rating.OpGiven && len(s.In) > 0:
		return l.t("step.given-parts", out, l.joined(s.In, ", "))
	}
	return l.say(s.Text()) + ": " + out
}

// joined lists operands by name and value.
func (l language) joined(in []rating.Operand, between string) string {
	parts := make([]string, len(in))
	for i, o := range in {
		value := figure(o.Value)
		if i > 0 && between != ", " && strings.HasPrefix(value, "-") {
			value = "(" + value + ")"
		}
		parts[i] = l.operand(o.Name) + " " + value
	}
	return strings.Join(parts, between)
}

// operand is the name of an operand where it is one of rating's own; a fee's or a part's name stays as it is.
func (l language) operand(name string) string {
	if _, ours := words["operand."+name]; ours {
		return l.t("operand." + name)
	}
	return name
}

// figure groups the digits of a number; what is none stays as it is.
func figure(s string) string {
	d, err := money.ParseDecimal(s)
	if err != nil {
		return s
	}
	return grouped(d)
}

// percent prints a ratio: 0.05 is 5%.
func percent(s string) string {
	d, err := money.ParseDecimal(s)
	if err != nil {
		return s
	}
	return grouped(d.Mul(money.Int(100))) + "%"
}
