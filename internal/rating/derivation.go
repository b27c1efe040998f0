package rating

import (
	"jeongsan/internal/fault"
	"jeongsan/internal/money"
)

// Op is what a step of a derivation does.
type Op string

const (
	OpRows    Op = "rows"    // add the rows of the snapshot exactly
	OpGiven   Op = "given"   // a figure taken from the provider or the contract
	OpSum     Op = "sum"     // add exactly
	OpMinus   Op = "minus"   // first operand minus the others
	OpConvert Op = "convert" // cost × exchange rate
	OpRatio   Op = "ratio"   // base × ratio
	OpRound   Op = "round"   // by Rule
	OpCap     Op = "cap"     // no more than what is left of the base
	OpNegate  Op = "negate"  // a discount is a negative line
)

// Step is one step of arithmetic: operands, the rule where it rounds, and its exact result. To round and to negate
// take the result of the step before; rows and given take their figure from outside. Steps hold figures only; their sentences are made when somebody reads them.
type Step struct {
	Op   Op        `json:"op"`
	In   []Operand `json:"in,omitempty"`
	Rule string    `json:"rule,omitempty"`
	Out  string    `json:"out"`
}

// Operand is a named input of a step.
type Operand struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// operandNames are the names that Rate gives its operands, as people read them. Names that are not here come from
// the contract or the provider and are printed as they are.
var operandNames = map[string]fault.Text{
	"rows":     {KO: "이용 내역 수", EN: "rows"},
	"list":     {KO: "정가", EN: "list price"},
	"rate":     {KO: "환율", EN: "rate"},
	"count":    {KO: "항목 수", EN: "number of lines"},
	"lines":    {KO: "항목 합", EN: "sum of lines"},
	"usage":    {KO: "이용료", EN: "usage"},
	"base":     {KO: "기준 금액", EN: "base"},
	"ratio":    {KO: "비율", EN: "ratio"},
	"discount": {KO: "할인", EN: "discount"},
	"other":    {KO: "기타 비용", EN: "other cost"},
	"rounding": {KO: "절사", EN: "rounding"},
	"left":     {KO: "남은 금액", EN: "left"},
	"before":   {KO: "절사 전", EN: "before"},
	"after":    {KO: "절사 후", EN: "after"},
	"supply":   {KO: "공급가액", EN: "supply"},
	"vat":      {KO: "부가세", EN: "VAT"},
}

// Text is the operand's name as people read it.
func (o Operand) Text() fault.Text {
	if t, ok := operandNames[o.Name]; ok {
		return t
	}
	return fault.Text{KO: o.Name, EN: o.Name}
}

// Text is the step as a sentence.
func (s Step) Text() fault.Text {
	switch s.Op {
	case OpRows:
		return fault.T("이용 내역 합산", "add the usage rows")
	case OpGiven:
		return fault.T("주어진 값", "given")
	case OpSum:
		return fault.T("더하기", "add")
	case OpMinus:
		return fault.T("빼기", "subtract")
	case OpConvert:
		return fault.T("환율 적용", "apply the exchange rate")
	case OpRatio:
		return fault.T("비율 적용", "apply the ratio")
	case OpCap:
		return fault.T("남은 금액까지만", "no more than what is left")
	case OpNegate:
		return fault.T("할인이므로 음수", "negative, as a discount")
	case OpRound:
		if r, err := money.RuleByID(s.Rule); err == nil {
			return r.Text
		}
		return fault.T("단수 처리", "round")
	}
	return fault.Text{KO: string(s.Op), EN: string(s.Op)}
}

func step(op Op, out money.Decimal, in ...Operand) Step {
	return Step{Op: op, In: in, Out: out.Canonical()}
}

func rounded(r rule, out money.Amount) Step {
	return Step{Op: OpRound, Rule: r.id, Out: out.Decimal().String()}
}

func operand(name string, x money.Decimal) Operand { return Operand{name, x.Canonical()} }
