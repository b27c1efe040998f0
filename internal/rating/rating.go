// Package rating turns what a customer used, and the contract it has, into the charges of one bill: line by line,
// with VAT, and with a derivation for every amount.
//
// Who uses it: the draft and final steps of a bill run, and `explain`, which rates the same inputs again and
// compares. It owns the order of a bill's arithmetic, the bases of ratios and what is rounded where. It does not
// own where usage comes from, exchange rates, invoice states or documents.
//
// The order of a bill, which is also the order of its lines:
//
//  1. usage: one line a service (account, month, service), its cost summed exactly in the provider's currency;
//  2. a residual line a month: what the provider grants or takes only above row level (credits, product and
//     customer discounts, 절사), so that lines add up to the provider's own figure for the customer;
//  3. a conversion line: all usage is converted and rounded once as a whole by Policy.Usage; what the rounded
//     lines miss of it stands here by name;
//  4. VM discounts, then discounts, each in the order of registration;
//  5. other costs, in the order of registration;
//  6. 절사: the supply amount is cut by Policy.Supply before VAT, the cut being a line;
//  7. VAT on the supply amount by Policy.VAT.
//
// Bases (CB-07): a ratio is always taken from the exact, unrounded usage before any rule of ours: a VM discount
// from the VM rows' cost, a discount and an other cost from all usage. Ratios therefore never compound and their
// order cannot change them. The order matters only for the caps: discounts never take more than is left of their
// base (VM rows' cost, then the whole usage), and a cap is written into the derivation.
//
// Invariants: pure and deterministic (the same input gives the same bytes); lines add up to the supply amount;
// supply + VAT = total; each amount was rounded exactly once, by a named rule that its derivation names.
package rating

import (
	"jeongsan/internal/calendar"
	"jeongsan/internal/fault"
	"jeongsan/internal/money"
)

// Cost is the usage of one service in one month: rows already summed, exactly, in the provider's currency.
type Cost struct {
	Month   calendar.Month `json:"month"`
	Account string         `json:"account"`
	Service string         `json:"service"`
	Rows    int            `json:"rows"`
	List    money.Decimal  `json:"list"` // 이용요금, before the provider's discounts
	Cost    money.Decimal  `json:"cost"` // what the provider charges for the rows
	VM      money.Decimal  `json:"vm"`   // the part of Cost that VM rows make up
}

// Residual is what the provider's own figure for a customer's month differs from the sum of its rows.
type Residual struct {
	Month   calendar.Month `json:"month"`
	Account string         `json:"account"`
	Cost    money.Decimal  `json:"cost"`
	Parts   []Part         `json:"parts,omitempty"` // what the provider says it is made of, for the reader; may not add up
}

// Part is one named amount of a residual, e.g. 크레딧 −24990.
type Part struct {
	Name   string        `json:"name"`
	Amount money.Decimal `json:"amount"`
}

// FeeKind is the kind of a fee rule (CB-07).
type FeeKind string

const (
	OtherCost  FeeKind = "other"       // 기타 비용: added to the bill
	Discount   FeeKind = "discount"    // 할인: taken from all usage
	VMDiscount FeeKind = "vm-discount" // VM 할인: taken from VM rows only
)

// Text is the kind as screens and documents show it.
func (k FeeKind) Text() fault.Text {
	switch k {
	case OtherCost:
		return fault.T("기타 비용", "Other cost")
	case Discount:
		return fault.T("할인", "Discount")
	case VMDiscount:
		return fault.T("VM 할인", "VM discount")
	}
	return fault.Text{KO: string(k), EN: string(k)}
}

// Fee is one fee rule of a contract: either a fixed amount in the bill's currency or a ratio of its base.
type Fee struct {
	ID    string        `json:"id"`
	Kind  FeeKind       `json:"kind"`
	Name  string        `json:"name"` // 항목명, printed on the bill
	Fixed money.Amount  `json:"fixed,omitzero"`
	Ratio money.Decimal `json:"ratio,omitzero"` // 0.05 is 5 %
}

// Validate names the field that is wrong: the kind, an empty name, both or neither of amount and ratio, a
// negative one, or a discount ratio above 100 %.
func (f Fee) Validate() error {
	switch f.Kind {
	case OtherCost, Discount, VMDiscount:
	default:
		return fault.Invalidf("fee.kind", fault.T("요금 구분 %q은(는) 기타 비용, 할인, VM 할인 중 하나여야 합니다.", "Fee kind %q must be other, discount or vm-discount.", f.Kind))
	}
	if f.Name == "" {
		return fault.Invalidf("fee.name", fault.T("항목명을 입력해 주세요.", "Give the fee a name."))
	}
	if f.Fixed.IsZero() == f.Ratio.IsZero() {
		return fault.Invalidf("fee.amount", fault.T("%q에 고정 금액과 비율 중 하나만 입력해 주세요.", "Give %q either a fixed amount or a ratio, not both.", f.Name))
	}
	if f.Fixed.Sign() < 0 || f.Ratio.Sign() < 0 {
		return fault.Invalidf("fee.amount", fault.T("%q의 금액이나 비율은 0보다 커야 합니다.", "The amount or ratio of %q must be above zero.", f.Name))
	}
	if f.Kind != OtherCost && f.Ratio.Cmp(money.Int(1)) > 0 {
		return fault.Invalidf("fee.ratio", fault.T("%q의 할인율이 100%%를 넘습니다.", "The discount ratio of %q is above 100 %%.", f.Name))
	}
	return nil
}

// Policy says where a bill is rounded and by which rule; contracts refer to rules by name and version.
type Policy struct {
	Line   string        `json:"line"`   // each usage line, after conversion
	Usage  string        `json:"usage"`  // the whole usage, once, after conversion
	Fee    string        `json:"fee"`    // each ratio fee
	Supply string        `json:"supply"` // the supply amount before VAT: 절사
	VAT    string        `json:"vat"`    // the VAT of the document
	Rate   money.Decimal `json:"rate"`   // of VAT: 0.1 (부가가치세법 제30조)
}

// DefaultPolicy: lines and usage truncated below 1 won, supply cut below 10 won, VAT of 10 % truncated below 1 won.
func DefaultPolicy() Policy {
	down := money.WonDown.ID()
	return Policy{Line: down, Usage: down, Fee: down, Supply: money.TenWonDown.ID(), VAT: down, Rate: money.MustDecimal("0.1")}
}

// Validate names the field of a policy that cannot rate a bill in the currency: a rate of VAT outside 0 to 1, an
// unknown rounding rule, or one finer than the currency.
func (p Policy) Validate(c money.Currency) error {
	if p.Rate.Sign() < 0 || p.Rate.Cmp(money.Int(1)) > 0 {
		return fault.Invalidf("policy.rate", fault.T("부가세율은 0 이상 1 이하여야 합니다.", "The rate of VAT must be 0 to 1."))
	}
	_, err := newBuilder(Input{Currency: c, Policy: p})
	return err
}

// Exchange is how the provider's currency becomes the bill's. The zero value means that they are the same.
type Exchange struct {
	From   money.Currency `json:"from"`
	Rate   money.Decimal  `json:"rate"` // units of the bill's currency for one unit of From
	Date   calendar.Date  `json:"date"`
	Source string         `json:"source"` // printed on the invoice, e.g. "매매기준율 (입력)"
}

// IsZero reports whether nothing is converted.
func (x Exchange) IsZero() bool { return x.From == "" }

// Input is everything a bill is computed from. Costs and Residuals come in a stable order, which the lines keep.
type Input struct {
	Currency  money.Currency `json:"currency"` // of the bill
	Exchange  Exchange       `json:"exchange,omitzero"`
	Costs     []Cost         `json:"costs"`
	Residuals []Residual     `json:"residuals,omitempty"`
	Fees      []Fee          `json:"fees,omitempty"`
	Policy    Policy         `json:"policy"`
}

// Group is where a line stands on the bill and in the table of a month.
type Group string

const (
	GroupUsage    Group = "usage"    // 이용료
	GroupDiscount Group = "discount" // 할인
	GroupOther    Group = "other"    // 기타 비용
	GroupRounding Group = "rounding" // 단수 조정
)

// Line is one amount of the bill with the way it came about.
type Line struct {
	ID         string         `json:"id"` // stable within the bill: "1", "2", …
	Group      Group          `json:"group"`
	Name       string         `json:"name"`
	Month      calendar.Month `json:"month,omitzero"` // of usage lines
	Account    string         `json:"account,omitempty"`
	Service    string         `json:"service,omitempty"`
	Rows       int            `json:"rows,omitempty"`
	Amount     money.Amount   `json:"amount"`
	Derivation []Step         `json:"derivation"`
}

// Bill is the result: lines that add up, and the sums of each group.
type Bill struct {
	Currency   money.Currency `json:"currency"`
	Lines      []Line         `json:"lines"`
	Cost       money.Decimal  `json:"cost"`     // all usage in the provider's currency, exact
	Usage      money.Amount   `json:"usage"`    // usage, converted and rounded once
	Discount   money.Amount   `json:"discount"` // zero or negative
	Other      money.Amount   `json:"other"`
	Rounding   money.Amount   `json:"rounding"` // 절사: zero, or against the sign of the sum
	Supply     money.Amount   `json:"supply"`   // 공급가액
	VAT        money.Amount   `json:"vat"`
	Total      money.Amount   `json:"total"`
	Derivation Totals         `json:"derivation"`
}

// Totals are the derivations of the sums.
type Totals struct {
	Usage  []Step `json:"usage"`
	Supply []Step `json:"supply"`
	VAT    []Step `json:"vat"`
	Total  []Step `json:"total"`
}
