package taxinvoice

import (
	"jeongsan/internal/customer"
	"jeongsan/internal/fault"
	"jeongsan/internal/invoice"
	"jeongsan/internal/money"
)

// share is what is taken back of one document in force.
type share struct {
	InForce
	supply, vat money.Amount // positive
}

// taken is the negative document of the share: its very lines when it is all of it.
func (s share) taken(r Reason, remark string) (Content, error) {
	if same(s.supply, s.Content.Supply) && same(s.vat, s.Content.VAT) {
		return s.reversal(r, s.Content.Written, with(s.Content.Remarks, remark)), nil
	}
	return s.part(r, s.Content.Written, s.supply.Neg(), s.vat.Neg(), remark)
}

// of are the documents in force of a kind; "" is the first one's, which is taxed wherever there is such.
func (a amendment) of(kind customer.TaxKind) ([]InForce, error) {
	if kind == "" {
		kind = a.inForce[0].Content.Kind
	}
	var out []InForce
	for _, f := range a.inForce {
		if f.Content.Kind == kind {
			out = append(out, f)
		}
	}
	if len(out) == 0 {
		return nil, fault.Invalidf("kind", fault.T("세금계산서 %[1]s에 남은 %[2]s 금액이 없습니다.", "Nothing %[3]s is left of tax invoice %[1]s.", a.Key, kindText(kind).KO, kindText(kind).EN))
	}
	return out, nil
}

// take finds where an amount is taken back: in the first document that has all of it, else in each after the other for
// all it has. A given VAT is met to the won.
func (a amendment) take(kind customer.TaxKind, supply money.Amount, vat *money.Amount) ([]share, error) {
	some, err := a.of(kind)
	switch {
	case err != nil:
		return nil, err
	case supply.Sign() < 0:
		return nil, fault.Invalidf("supply", fault.T("줄이는 공급가액을 0원보다 크게 입력해 주세요.", "Give the supply amount that is taken back as more than zero."))
	case vat != nil && vat.Sign() < 0:
		return nil, fault.Invalidf("vat", fault.T("공급가액과 세액은 부호가 같아야 합니다.", "Supply amount and VAT must have the same sign."))
	}
	for _, f := range some {
		if f.holds(supply, vat) {
			v, err := f.vatOf(supply, vat)
			return []share{{f, supply, v}}, err
		}
	}
	return a.split(some, supply, vat)
}

// holds reports whether that much can be taken back of it.
func (f InForce) holds(supply money.Amount, vat *money.Amount) bool {
	return supply.Minor() <= f.Content.Supply.Minor() && (vat == nil || vat.Minor() <= f.Content.VAT.Minor())
}

// split takes from each document after the other for all it has, and from the last what remains.
func (a amendment) split(some []InForce, supply money.Amount, vat *money.Amount) ([]share, error) {
	var out []share
	for _, f := range some {
		if f.holds(supply, vat) {
			v, err := f.vatOf(supply, vat)
			return append(out, share{f, supply, v}), err
		}
		if supply.Minor() < f.Content.Supply.Minor() { // its VAT is what does not suffice
			break
		}
		out = append(out, share{f, f.Content.Supply, f.Content.VAT})
		var err error
		if supply, err = supply.Sub(f.Content.Supply); err != nil {
			return nil, err
		}
		if vat != nil {
			rest, err := vat.Sub(f.Content.VAT)
			if err != nil || rest.Sign() < 0 {
				break
			}
			vat = &rest
		}
	}
	return nil, a.tooMuch(some)
}

// tooMuch says how much could be taken back.
func (a amendment) tooMuch(some []InForce) error {
	var left invoice.Covered
	for _, f := range some {
		var err error
		if left, err = plus(left, f.Content.covered()); err != nil {
			return err
		}
	}
	return fault.Invalidf("supply", fault.T(
		"줄이려는 금액이 세금계산서에 남은 금액(공급가액 %[1]s, 세액 %[2]s)보다 큽니다. 남은 금액 안에서 입력해 주세요.",
		"More is taken back than what is left of the tax invoice (supply %[3]s, VAT %[4]s); give at most that.",
		left.Supply.Korean(), left.VAT.Korean(), left.Supply.English(), left.VAT.English()))
}

// vatOf is the VAT taken back with a supply amount: the given one, else 10 %, and never more than there is. Who takes back
// the last won of supply takes back all VAT that is left with it.
func (f InForce) vatOf(supply money.Amount, given *money.Amount) (money.Amount, error) {
	if given != nil {
		return *given, nil
	}
	if same(supply, f.Content.Supply) {
		return f.Content.VAT, nil
	}
	vat, err := vatOf(f.Content.Kind, supply)
	if err == nil && vat.Minor() > f.Content.VAT.Minor() {
		vat = f.Content.VAT
	}
	return vat, err
}

// vatOf is 10 % of a taxed supply, truncated below 1 won toward zero (부가가치세법 제30조).
func vatOf(kind customer.TaxKind, supply money.Amount) (money.Amount, error) {
	if kind != customer.Taxed {
		return money.Zero(money.KRW), nil
	}
	return money.WonDown.Amount(supply.Decimal().Mul(money.MustDecimal("0.1")), money.KRW)
}
