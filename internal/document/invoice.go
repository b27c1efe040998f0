package document

import (
	"jeongsan/internal/calendar"
	"jeongsan/internal/fault"
	"jeongsan/internal/money"
)

// Lang is the language of a document's own words; names and notes are printed as they are given.
type Lang string

const (
	Korean  Lang = "ko" // also what "" means
	English Lang = "en"
)

// Group is the part of the invoice that a line belongs to. Lines are printed in this order of groups.
type Group string

const (
	Usage      Group = "usage"      // 이용료
	Discount   Group = "discount"   // 할인: amounts are negative
	Other      Group = "other"      // 기타 비용
	Adjustment Group = "adjustment" // 조정: what rounding (절사) took, or a correction
)

var groups = [...]Group{Usage, Discount, Other, Adjustment}

// Invoice is all that a 요금청구서 shows. Amounts are in the currency of Sums.Total (won); amounts of Details are
// in the provider's currency.
type Invoice struct {
	Lang     Lang
	Number   string
	Revision int  // counts from 1, the invoice as first issued; from 2 on the document is marked 정정
	Draft    bool // marked 초안 on every page: not to be paid or booked

	Month      calendar.Month // the usage month (이용월) that the invoice closes
	PeriodFrom calendar.Date
	PeriodTo   calendar.Date
	IssuedOn   calendar.Date // 발행일
	BillingDay int           // 청구일, day of the month; 0 is not printed
	Due        calendar.Date // 납부기한

	Issuer        Issuer
	Customer      Customer
	Lines         []Line
	Sums          Sums
	FX            *FX // nil when the provider bills in the currency of the invoice
	Details       []Detail
	Notes         []string
	PurchaseOrder string // 발주번호 of the customer, "" when there is none
}

// Issuer is the supplier (공급자). Logo is PNG or JPEG as accepted by CheckLogo; without a usable one the name is
// set in its place.
type Issuer struct {
	Name, BusinessNo, Representative, Address string
	Phone, Fax, Email                         string
	BankAccounts                              []string // one line each: bank, number, holder
	Logo                                      []byte
}

// Customer is who receives and pays the invoice (공급받는자).
type Customer struct {
	Name, BusinessNo, Representative, Address string
	Contact                                   string // name, phone or e-mail of the clerk, as one line
	AccountLabel                              string // 계정 구분: 민간, 공공, 금융
	MemberNo                                  string // 회원번호 at the provider
}

// Line is one item of the invoice. Note says where the amount comes from (산출 근거).
type Line struct {
	Group  Group
	Name   string
	Note   string
	Amount money.Amount
}

// Sums are the totals of the groups and of the document, signed as they are added:
// Usage + Discount + Other + Rounding = Supply, and Supply + VAT = Total. Rounding is the sum of the
// Adjustment lines. VATNote says how the tax was computed ("10%, 1원 미만 절사"); "" prints nothing.
type Sums struct {
	Usage, Discount, Other, Rounding money.Amount
	Supply, VAT, Total               money.Amount
	VATNote                          string
}

// FX is the conversion from the provider's currency. ProviderTotal is exact to the last digit.
type FX struct {
	Currency      money.Currency
	Rate          money.Decimal // won for one unit of Currency
	Date          calendar.Date
	Source        string
	ProviderTotal money.Decimal
}

// Detail is one row of the 이용 내역: what the provider metered, in the provider's currency, before the reseller's
// own fees and discounts. Start and End are the provider's own times as text.
type Detail struct {
	Account string // the provider's account id; text, never a number
	Month   calendar.Month

	Service, Kind, Region, Item, Plan string

	Fee              money.Decimal // 이용요금
	Commitment       money.Decimal // 할인: 약정
	Membership       money.Decimal // 할인: 회원요금제
	MembershipPledge money.Decimal // 할인: 회원약정요금제
	OtherDiscount    money.Decimal // 할인: 기타
	Expected         money.Decimal // 납부예상요금
	Start, End       string
}

func (inv *Invoice) currency() money.Currency { return inv.Sums.Total.Currency() }

// providerCurrency is what the Details are counted in.
func (inv *Invoice) providerCurrency() money.Currency {
	if inv.FX != nil {
		return inv.FX.Currency
	}
	return inv.currency()
}

// settled gives a zero value (no currency) the currency of the invoice, so that it prints like one.
func (inv *Invoice) settled(a money.Amount) money.Amount {
	if a.Currency() == "" {
		return money.Zero(inv.currency())
	}
	return a
}

func (inv *Invoice) of(g Group) []Line {
	var lines []Line
	for _, l := range inv.Lines {
		if l.Group == g {
			lines = append(lines, l)
		}
	}
	return lines
}

func (s Sums) of(g Group) money.Amount {
	switch g {
	case Usage:
		return s.Usage
	case Discount:
		return s.Discount
	case Other:
		return s.Other
	default:
		return s.Rounding
	}
}

// check refuses an invoice that a reader could not add up. Such a document is a defect of ours, found here at
// the last door before the customer.
func (inv *Invoice) check() error {
	if inv.Number == "" {
		return fault.New(fault.Internal, fault.T("청구번호가 없는 요금청구서는 만들 수 없습니다.", "An invoice without a number cannot be written."))
	}
	parts := money.Zero(inv.currency())
	counted := 0
	for _, g := range groups {
		lines := inv.of(g)
		counted += len(lines)
		sum := money.Zero(inv.currency())
		for _, l := range lines {
			var err error
			if sum, err = sum.Add(l.Amount); err != nil {
				return inv.unbalanced(err)
			}
		}
		if !same(sum, inv.Sums.of(g)) {
			return inv.unbalanced(nil)
		}
		var err error
		if parts, err = parts.Add(sum); err != nil {
			return inv.unbalanced(err)
		}
	}
	total, err := inv.Sums.Supply.Add(inv.Sums.VAT)
	if err != nil {
		return inv.unbalanced(err)
	}
	if counted != len(inv.Lines) || !same(parts, inv.Sums.Supply) || !same(total, inv.Sums.Total) {
		return inv.unbalanced(nil)
	}
	return nil
}

func (inv *Invoice) unbalanced(cause error) error {
	return fault.New(fault.Internal, fault.T(
		"요금청구서 %s의 항목을 더한 값이 합계와 다릅니다. 문서를 만들지 않았습니다. 정산을 다시 계산해 주세요.",
		"The lines of invoice %s do not add up to its sums. No document was written; compute the settlement again.",
		inv.Number)).Because(cause)
}

func same(a, b money.Amount) bool {
	order, err := a.Cmp(b)
	return err == nil && order == 0 || a.IsZero() && b.IsZero()
}
