package rating

import (
	"strconv"

	"jeongsan/internal/fault"
	"jeongsan/internal/money"
)

// Rate computes the bill. It fails with fault.Invalid when a fee is malformed, a rule is unknown, a rate is
// missing or not positive, or an amount does not fit; it never returns part of a bill.
func Rate(in Input) (Bill, error) {
	b, err := newBuilder(in)
	if err != nil {
		return Bill{}, err
	}
	for _, stage := range []func() error{b.usage, b.residuals, b.conversion, b.vmDiscounts, b.discounts, b.others, b.supply, b.vat} {
		if err := stage(); err != nil {
			return Bill{}, err
		}
	}
	return b.bill, nil
}

// builder carries a bill through its stages. exact amounts are in the bill's currency, not yet rounded.
type builder struct {
	in                                    Input
	line, whole, fee, supplyRule, vatRule rule
	exchange                              Operand // the rate, of every conversion
	bill                                  Bill
	lineSum                               money.Amount  // of all lines so far
	exactUsage, exactVM                   money.Decimal // converted, unrounded: the bases of ratios
	vmLeft                                money.Amount  // of the VM rows' cost, for the cap
}

func newBuilder(in Input) (*builder, error) {
	b := &builder{in: in, bill: Bill{
		Currency: in.Currency,
		Lines:    make([]Line, 0, len(in.Costs)+len(in.Residuals)+len(in.Fees)+2),
		Usage:    money.Zero(in.Currency), Discount: money.Zero(in.Currency), Other: money.Zero(in.Currency), Rounding: money.Zero(in.Currency),
	}, lineSum: money.Zero(in.Currency)}
	if _, err := money.ParseCurrency(string(in.Currency)); err != nil {
		return nil, err
	}
	if !in.Exchange.IsZero() && in.Exchange.Rate.Sign() <= 0 {
		return nil, fault.Invalidf("exchange.rate", fault.T("환율은 0보다 커야 합니다.", "The exchange rate must be above zero."))
	}
	b.exchange = operand("rate", in.Exchange.Rate)
	for _, f := range in.Fees {
		if err := f.Validate(); err != nil {
			return nil, err
		}
	}
	if in.Policy.Rate.Sign() < 0 {
		return nil, fault.Invalidf("policy.rate", fault.T("부가세율은 0 이상이어야 합니다.", "The rate of VAT must not be below zero."))
	}
	for _, r := range []struct {
		field string
		rule  *rule
		id    string
	}{
		{"policy.line", &b.line, in.Policy.Line}, {"policy.usage", &b.whole, in.Policy.Usage}, {"policy.fee", &b.fee, in.Policy.Fee},
		{"policy.supply", &b.supplyRule, in.Policy.Supply}, {"policy.vat", &b.vatRule, in.Policy.VAT},
	} {
		found, err := money.RuleByID(r.id)
		if err != nil {
			return nil, fault.Invalidf(r.field, fault.TextOf(err))
		}
		if found.Places > in.Currency.Places() {
			return nil, fault.Invalidf(r.field, fault.T("반올림 규칙 %s은(는) %s에 쓸 수 없습니다.", "Rounding rule %s cannot be used for %s.", r.id, in.Currency))
		}
		*r.rule = rule{found, r.id}
	}
	return b, nil
}

// rule is a rounding rule with its id, which is in every derivation.
type rule struct {
	money.Rule
	id string
}

// add appends a line and keeps the running sum.
func (b *builder) add(l Line) error {
	l.ID = strconv.Itoa(len(b.bill.Lines) + 1)
	sum, err := b.lineSum.Add(l.Amount)
	if err != nil {
		return err
	}
	b.lineSum = sum
	b.bill.Lines = append(b.bill.Lines, l)
	return nil
}

// exchanged is a cost in the bill's currency, exact.
func (b *builder) exchanged(x money.Decimal) money.Decimal {
	if b.in.Exchange.IsZero() {
		return x
	}
	return x.Mul(b.in.Exchange.Rate)
}

// convert brings the cost that the last step came to into the bill's currency and appends the step that did it, if any.
func (b *builder) convert(x money.Decimal, steps []Step) (money.Decimal, []Step) {
	if b.in.Exchange.IsZero() {
		return x, steps
	}
	y, cost := b.exchanged(x), Operand{string(b.in.Exchange.From), steps[len(steps)-1].Out}
	return y, append(steps, step(OpConvert, y, cost, b.exchange))
}

// usageLine adds a line of usage: the cost, converted and rounded.
func (b *builder) usageLine(l Line, cost money.Decimal) error {
	b.bill.Cost = b.bill.Cost.Add(cost)
	won, steps := b.convert(cost, l.Derivation)
	amount, err := b.line.Amount(won, b.in.Currency)
	if err != nil {
		return err
	}
	l.Group, l.Amount, l.Derivation = GroupUsage, amount, append(steps, rounded(b.line, amount))
	return b.add(l)
}

func (b *builder) usage() error {
	var vm money.Decimal
	for _, c := range b.in.Costs {
		vm = vm.Add(c.VM)
		steps := append(make([]Step, 0, 3), step(OpRows, c.Cost, Operand{"rows", strconv.Itoa(c.Rows)}, operand("list", c.List)))
		if err := b.usageLine(Line{Name: c.Service, Month: c.Month, Account: c.Account, Service: c.Service, Rows: c.Rows, Derivation: steps}, c.Cost); err != nil {
			return err
		}
	}
	b.exactVM = b.exchanged(vm)
	return nil
}

// ResidualName is the line for what the provider grants only above row level.
const ResidualName = "제공사 할인·크레딧·절사"

func (b *builder) residuals() error {
	for _, r := range b.in.Residuals {
		if r.Cost.IsZero() {
			continue
		}
		given := step(OpGiven, r.Cost)
		for _, p := range r.Parts {
			given.In = append(given.In, operand(p.Name, p.Amount))
		}
		if err := b.usageLine(Line{Name: ResidualName, Month: r.Month, Account: r.Account, Derivation: []Step{given}}, r.Cost); err != nil {
			return err
		}
	}
	return nil
}

// ConversionName is the line for what rounding each usage line left of the usage rounded as a whole.
const ConversionName = "이용료 단수 조정"

func (b *builder) conversion() error {
	won, steps := b.convert(b.bill.Cost, []Step{step(OpSum, b.bill.Cost, Operand{"count", strconv.Itoa(len(b.bill.Lines))})})
	b.exactUsage = won
	whole, err := b.whole.Amount(won, b.in.Currency)
	if err != nil {
		return err
	}
	left, err := whole.Sub(b.lineSum)
	if err != nil {
		return err
	}
	b.bill.Usage = whole
	b.bill.Derivation.Usage = append(steps, rounded(b.whole, whole))
	if left.IsZero() {
		return nil
	}
	return b.add(Line{Group: GroupUsage, Name: ConversionName, Amount: left, Derivation: []Step{
		step(OpMinus, left.Decimal(), operand("usage", whole.Decimal()), operand("lines", b.lineSum.Decimal())),
	}})
}

func (b *builder) vmDiscounts() error {
	left, err := b.fee.Amount(positive(b.exactVM), b.in.Currency)
	if err != nil {
		return err
	}
	b.vmLeft = left
	return b.eachFee(VMDiscount, func(f Fee) error { return b.discount(f, b.exactVM, &b.vmLeft) })
}

func (b *builder) discounts() error {
	return b.eachFee(Discount, func(f Fee) error { return b.discount(f, b.exactUsage, nil) })
}

func (b *builder) others() error {
	return b.eachFee(OtherCost, func(f Fee) error {
		amount, steps, err := b.feeAmount(f, b.exactUsage)
		if err != nil {
			return err
		}
		if b.bill.Other, err = b.bill.Other.Add(amount); err != nil {
			return err
		}
		return b.add(Line{Group: GroupOther, Name: f.Name, Amount: amount, Derivation: steps})
	})
}

func (b *builder) eachFee(kind FeeKind, do func(Fee) error) error {
	for _, f := range b.in.Fees {
		if f.Kind != kind {
			continue
		}
		if err := do(f); err != nil {
			return err
		}
	}
	return nil
}

// feeAmount is the fee before caps: fixed, or ratio × base rounded once. A ratio of a negative base is nothing.
func (b *builder) feeAmount(f Fee, base money.Decimal) (money.Amount, []Step, error) {
	if !f.Fixed.IsZero() {
		if f.Fixed.Currency() != b.in.Currency {
			return money.Amount{}, nil, fault.Invalidf("fee.fixed", fault.T("%q의 통화가 청구 통화(%s)와 다릅니다.", "The currency of %q is not that of the bill (%s).", f.Name, b.in.Currency))
		}
		return f.Fixed, []Step{step(OpGiven, f.Fixed.Decimal(), operand(f.Name, f.Fixed.Decimal()))}, nil
	}
	exact := positive(base).Mul(f.Ratio)
	amount, err := b.fee.Amount(exact, b.in.Currency)
	if err != nil {
		return money.Amount{}, nil, err
	}
	return amount, []Step{step(OpRatio, exact, operand("base", positive(base)), operand("ratio", f.Ratio)), rounded(b.fee, amount)}, nil
}

// discount adds a negative line, capped by what is left of the VM cost (where given) and of the whole usage.
func (b *builder) discount(f Fee, base money.Decimal, vmLeft *money.Amount) error {
	amount, steps, err := b.feeAmount(f, base)
	if err != nil {
		return err
	}
	left, err := b.bill.Usage.Add(b.bill.Discount)
	if err != nil {
		return err
	}
	caps := []money.Amount{left}
	if vmLeft != nil {
		caps = append(caps, *vmLeft)
	}
	for _, c := range caps {
		if c.Sign() < 0 {
			c = money.Zero(b.in.Currency)
		}
		if over, err := amount.Cmp(c); err != nil {
			return err
		} else if over > 0 {
			steps = append(steps, step(OpCap, c.Decimal(), operand("discount", amount.Decimal()), operand("left", c.Decimal())))
			amount = c
		}
	}
	if vmLeft != nil {
		if *vmLeft, err = vmLeft.Sub(amount); err != nil {
			return err
		}
	}
	if b.bill.Discount, err = b.bill.Discount.Sub(amount); err != nil {
		return err
	}
	steps = append(steps, step(OpNegate, amount.Neg().Decimal()))
	return b.add(Line{Group: GroupDiscount, Name: f.Name, Amount: amount.Neg(), Derivation: steps})
}

// CutName is the line of the cut before VAT.
const CutName = "절사"

func (b *builder) supply() error {
	before := b.lineSum
	supply, err := b.supplyRule.Amount(before.Decimal(), b.in.Currency)
	if err != nil {
		return err
	}
	if b.bill.Rounding, err = supply.Sub(before); err != nil {
		return err
	}
	if !b.bill.Rounding.IsZero() {
		steps := []Step{
			step(OpSum, before.Decimal(), operand("usage", b.bill.Usage.Decimal()), operand("discount", b.bill.Discount.Decimal()), operand("other", b.bill.Other.Decimal())),
			rounded(b.supplyRule, supply),
			step(OpMinus, b.bill.Rounding.Decimal(), operand("after", supply.Decimal()), operand("before", before.Decimal())),
		}
		if err := b.add(Line{Group: GroupRounding, Name: CutName, Amount: b.bill.Rounding, Derivation: steps}); err != nil {
			return err
		}
	}
	b.bill.Supply = supply
	b.bill.Derivation.Supply = []Step{step(OpSum, supply.Decimal(),
		operand("usage", b.bill.Usage.Decimal()), operand("discount", b.bill.Discount.Decimal()),
		operand("other", b.bill.Other.Decimal()), operand("rounding", b.bill.Rounding.Decimal()))}
	return nil
}

// vat is 10 % of the supply amount by default (부가가치세법 제29조·제30조), per document, rounded once.
func (b *builder) vat() error {
	exact := b.bill.Supply.Decimal().Mul(b.in.Policy.Rate)
	vat, err := b.vatRule.Amount(exact, b.in.Currency)
	if err != nil {
		return err
	}
	total, err := b.bill.Supply.Add(vat)
	if err != nil {
		return err
	}
	b.bill.VAT, b.bill.Total = vat, total
	b.bill.Derivation.VAT = []Step{step(OpRatio, exact, operand("supply", b.bill.Supply.Decimal()), operand("ratio", b.in.Policy.Rate)), rounded(b.vatRule, vat)}
	b.bill.Derivation.Total = []Step{step(OpSum, total.Decimal(), operand("supply", b.bill.Supply.Decimal()), operand("vat", vat.Decimal()))}
	return nil
}

func positive(x money.Decimal) money.Decimal {
	if x.Sign() < 0 {
		return money.Decimal{}
	}
	return x
}
