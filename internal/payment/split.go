package payment

import (
	"jeongsan/internal/fault"
	"jeongsan/internal/invoice"
	"jeongsan/internal/money"
)

// PartRule is how the VAT inside a part of an amount is rounded; the part's supply takes the rest. Parts therefore never
// hold more VAT than the whole, and what the last part takes is what the others left.
var PartRule = money.WonDown

// Sum is an amount with the tax in it: Total = Supply + VAT.
type Sum struct {
	Supply, VAT, Total money.Amount
}

// Owed is what is left to pay of an invoice, with the tax in it.
func Owed(i invoice.Invoice) (Sum, error) {
	c, err := i.Owed()
	return Sum{c.Supply, c.VAT, c.Total}, err
}

// Without is what is left of a sum.
func (s Sum) Without(part Sum) (Sum, error) {
	supply, err := s.Supply.Sub(part.Supply)
	if err != nil {
		return Sum{}, err
	}
	vat, err := s.VAT.Sub(part.VAT)
	if err != nil {
		return Sum{}, err
	}
	total, err := s.Total.Sub(part.Total)
	return Sum{supply, vat, total}, err
}

// sumOf is a total with so much VAT in it.
func sumOf(total, vat money.Amount) (Sum, error) {
	supply, err := total.Sub(vat)
	return Sum{supply, vat, total}, err
}

// Said is a part of the sum with the VAT that somebody else says is in it, where the sum has so much; where nothing is
// said (a VAT without a currency), or more than there is, it is Part.
func (s Sum) Said(total, vat money.Amount) (Sum, error) {
	part, err := s.Part(total)
	if err != nil || vat.Currency() == "" || total == s.Total {
		return part, err
	}
	said, err := sumOf(total, vat)
	if err != nil {
		return Sum{}, err
	}
	rest, err := s.Without(said)
	if err != nil || vat.Sign() < 0 || said.Supply.Sign() < 0 || rest.Supply.Sign() < 0 || rest.VAT.Sign() < 0 {
		return part, err
	}
	return said, nil
}

// Part is a part of the sum with its share of the tax: all of it for the whole, otherwise the proportion rounded by
// PartRule. More than the whole is fault.Invalid.
func (s Sum) Part(total money.Amount) (Sum, error) {
	over, err := total.Cmp(s.Total)
	switch {
	case err != nil:
		return Sum{}, err
	case over > 0 || total.Sign() < 0:
		return Sum{}, fault.Invalidf("amount", fault.T("금액 %[1]s은(는) 0원 이상 %[2]s 이하여야 합니다.", "The amount %[1]s must lie between nothing and %[3]s.", total.Korean(), s.Total.Korean(), s.Total.English()))
	case over == 0:
		return s, nil
	}
	const exactly = 20 // places: more than amounts of 18 digits need before the rule cuts to won
	share, err := total.Decimal().Mul(s.VAT.Decimal()).Quo(s.Total.Decimal(), exactly, money.Down)
	if err != nil {
		return Sum{}, err
	}
	vat, err := PartRule.Amount(share, total.Currency())
	if err != nil {
		return Sum{}, err
	}
	return sumOf(total, vat)
}
