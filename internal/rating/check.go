package rating

import (
	"bytes"

	"jeongsan/internal/fault"
	"jeongsan/internal/money"
)

// Same reports whether two bills are equal to the byte.
func Same(a, b Bill) bool { return bytes.Equal(a.AppendJSON(nil), b.AppendJSON(nil)) }

// Check proves that a bill adds up: lines to their groups' sums, groups to the supply amount, supply and VAT to
// the total, and costs to the bill's cost. A bill that does not is a defect of ours and must not become final.
func (b Bill) Check(in Input) error {
	sums := map[Group]money.Amount{}
	for _, l := range b.Lines {
		s, err := sums[l.Group].Add(l.Amount)
		if err != nil {
			return err
		}
		sums[l.Group] = s
	}
	for _, x := range []struct {
		group Group
		sum   money.Amount
	}{{GroupUsage, b.Usage}, {GroupDiscount, b.Discount}, {GroupOther, b.Other}, {GroupRounding, b.Rounding}} {
		if sums[x.group].Minor() != x.sum.Minor() {
			return unbalanced(string(x.group))
		}
	}
	supply, err := money.Sum(b.Currency, b.Usage, b.Discount, b.Other, b.Rounding)
	if err != nil || supply != b.Supply {
		return unbalanced("supply")
	}
	total, err := b.Supply.Add(b.VAT)
	if err != nil || total != b.Total {
		return unbalanced("total")
	}
	var cost money.Decimal
	for _, c := range in.Costs {
		cost = cost.Add(c.Cost)
	}
	for _, r := range in.Residuals {
		cost = cost.Add(r.Cost)
	}
	if !cost.Equal(b.Cost) {
		return unbalanced("cost")
	}
	return nil
}

func unbalanced(what string) error {
	return fault.New(fault.Internal, fault.T("청구 금액의 합이 맞지 않습니다(%s).", "The bill does not add up (%s).", what))
}
