package customer

import (
	"regexp"

	"jeongsan/internal/calendar"
	"jeongsan/internal/fault"
)

// BuyerKind is what the buyer is to the tax office (공급받는자 구분).
type BuyerKind string

const (
	Business  BuyerKind = "business"  // 사업자
	Person    BuyerKind = "person"    // 개인
	Foreigner BuyerKind = "foreigner" // 외국인
)

// TaxKind is how the supply to the customer is taxed (과세형태).
type TaxKind string

const (
	Taxed     TaxKind = "taxed"      // 과세
	ZeroRated TaxKind = "zero-rated" // 영세
	Exempt    TaxKind = "exempt"     // 면세
)

// PayMeans is how the contract says that invoices are paid.
type PayMeans string

const (
	ByTransfer PayMeans = "transfer" // 계좌이체
	ByCard     PayMeans = "card"     // the registered card is charged on the MSP's regular day (CF-02)
)

// DatePolicy says which day a tax invoice is dated (작성일자) by the contract.
type DatePolicy string

const (
	// MonthEnd: the last day of the settlement month, a monthly total (부가가치세법 제34조 제3항 제1호).
	MonthEnd DatePolicy = "month-end"
	// OnDue: the day the price falls due, the supply time of continuous services (시행령 제29조 제1항 제4호).
	OnDue DatePolicy = "due"
	// OnCharge: the MSP's regular card day of the month after, the same rule where the contract charges a card.
	OnCharge DatePolicy = "charge"
)

// Written is the day (작성일자) that a tax invoice of the month carries. charge is the MSP's card day on
// which the invoice can first be charged, due the invoice's own 납부기한.
func (c Customer) Written(m calendar.Month, due, charge calendar.Date) calendar.Date {
	switch c.datePolicy() {
	case OnDue:
		return due
	case OnCharge:
		return charge
	}
	return m.Last()
}

// datePolicy is the contract's policy: without one, who pays by card is dated on the day of the charge, because until
// then it is open whether a slip will stand for the tax invoice.
func (c Customer) datePolicy() DatePolicy {
	if c.DatePolicy == "" && c.PayMeans == ByCard {
		return OnCharge
	}
	return c.DatePolicy
}

var branchForm = regexp.MustCompile(`^(\d{4})?$`)

// CheckBranch checks a 종사업장 번호: four digits, or none.
func CheckBranch(s string) error {
	if branchForm.MatchString(s) {
		return nil
	}
	return fault.Invalidf("branch", fault.T("종사업장 번호 %q은(는) 숫자 4자리여야 합니다.", "The branch number %q must be four digits.", s))
}

// checkTax names what is wrong with the tax side of the contract.
func (c Customer) checkTax() error {
	if err := CheckBranch(c.Branch); err != nil {
		return err
	}
	switch c.BuyerKind {
	case "", Business, Person, Foreigner:
	default:
		return fault.Invalidf("buyer_kind", fault.T("공급받는자 구분 %q은(는) 사업자, 개인, 외국인 중 하나여야 합니다.", "The buyer kind %q must be business, person or foreigner.", c.BuyerKind))
	}
	switch c.TaxKind {
	case "", Taxed, ZeroRated, Exempt:
	default:
		return fault.Invalidf("tax_kind", fault.T("과세형태 %q은(는) 과세, 영세, 면세 중 하나여야 합니다.", "The tax kind %q must be taxed, zero-rated or exempt.", c.TaxKind))
	}
	switch c.DatePolicy {
	case "", MonthEnd, OnDue, OnCharge:
	default:
		return fault.Invalidf("date_policy", fault.T("작성일자 기준 %q은(는) 월말, 납부기한, 결제일 중 하나여야 합니다.", "The date policy %q must be month-end, due or charge.", c.DatePolicy))
	}
	switch c.PayMeans {
	case "", ByTransfer, ByCard:
	default:
		return fault.Invalidf("pay_means", fault.T("결제 방법 %q은(는) 계좌이체나 카드여야 합니다.", "The means of payment %q must be transfer or card.", c.PayMeans))
	}
	return nil
}
