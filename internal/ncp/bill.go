package ncp

import (
	"time"

	"jeongsan/internal/money"
)

// Discounts are the reductions that NCP names on a bill. They are subtracted: a positive number lowers the bill.
// Product, Customer and Credit discounts, and RoundDown, exist on bills only, never on contract rows, so the rows of
// a member do not add up to its bill.
type Discounts struct {
	Promise       money.Decimal // 약정 할인
	Promotion     money.Decimal // 프로모션 할인
	Etc           money.Decimal // 기타 할인
	Customer      money.Decimal // 고객 할인
	Product       money.Decimal // 상품 할인
	Credit        money.Decimal // 크레딧 할인
	RoundDown     money.Decimal // 절사
	Currency      money.Decimal // 통화 할인
	MemberPrice   money.Decimal // 회원 요금제 할인
	MemberPromise money.Decimal // 회원 약정 요금제 할인 (memberPromiseDiscountAddAmount)
	CoinUse       money.Decimal // 코인 사용
}

// MemberBill is one member's bill of one month (DemandCost). Amounts are in Currency, not rounded by us.
// A month may hold more than one bill of a member (DemandNo tells them apart).
type MemberBill struct {
	MemberNo            string
	Month               string // yyyyMM
	DemandNo            string
	IntegrationDemandNo string
	Attribute           Code // GEN general

	Use       money.Decimal // 사용금액
	Discounts Discounts
	Default   money.Decimal // 위약금

	// ThisMonth is what is billed for this month with Default, without VAT; IncludingVAT is the month's invoice.
	ThisMonth    money.Decimal
	VATRatio     money.Decimal // 0.1
	VAT          money.Decimal
	IncludingVAT money.Decimal

	// Total is what the provider asks to be paid now; it can hold arrears of other months and is no month's invoice.
	Total          money.Decimal
	OverduePlus    money.Decimal // 가산금
	OverdueRatio   money.Decimal
	Overdue        money.Decimal // thisMonthOverdueAmount
	TotalOverdue   money.Decimal // 전월 미납 + 가산금
	BeforeDemandNo string
	OverdueSince   time.Time // zero: none
	// PaidUp can be true in mid-month for a bill of nothing: it does not say that the month is final.
	PaidUp   bool
	PaidUpAt time.Time // zero: not paid

	Written      time.Time // writeDate: when the provider computed this snapshot, KST
	Currency     money.Currency
	ExchangeRate money.Decimal // thisMonthAppliedExchangeRate, 1 for won
}

// PartnerBill is what a partner pays the provider for one member and month (PartnerDemandCost). The call is not in the
// public guide. The margin fields were seen in 2022 and may be absent (0); how they combine is nowhere documented.
type PartnerBill struct {
	MemberNo  string
	Month     string // yyyyMM
	Use       money.Decimal
	Discounts Discounts
	Default   money.Decimal

	PartnerTotal             money.Decimal // currencyPartnerTotalDemandAmount, without VAT
	PartnerTotalVAT          money.Decimal
	PartnerTotalIncludingVAT money.Decimal

	MarginRatio     money.Decimal
	Margin          money.Decimal
	MarginDiscount  money.Decimal
	Incentive       money.Decimal
	PartnerDiscount money.Decimal

	Written  time.Time // zero: the provider gave none
	Currency money.Currency
}

func readMemberBill(r record) MemberBill {
	return MemberBill{
		MemberNo:            r.needText("memberNo"),
		Month:               r.needText("demandMonth"),
		DemandNo:            r.text("demandNo"),
		IntegrationDemandNo: r.text("integrationDemandNo"),
		Attribute:           r.code("demandAttribute"),
		Use:                 r.needAmount("useAmount"),
		Discounts:           readDiscounts(r),
		Default:             r.amount("defaultAmount"),
		ThisMonth:           r.needAmount("thisMonthDemandAmount"),
		VATRatio:            r.amount("thisMonthVatRatio"),
		VAT:                 r.needAmount("thisMonthVatAmount"),
		IncludingVAT:        r.needAmount("thisMonthAmountIncludingVat"),
		Total:               r.amount("totalDemandAmount"),
		OverduePlus:         r.amount("overduePlusAmount"),
		OverdueRatio:        r.amount("overdueRatio"),
		Overdue:             r.amount("thisMonthOverdueAmount"),
		TotalOverdue:        r.amount("totalOverdueAmount"),
		BeforeDemandNo:      r.text("beforeMonthDemandNo"),
		OverdueSince:        r.when("overdueOccurDate"),
		PaidUp:              r.yes("isPaidUp"),
		PaidUpAt:            r.when("paidUpDate"),
		Written:             r.needWhen("writeDate"),
		Currency:            r.currency("payCurrency"),
		ExchangeRate:        r.rate("thisMonthAppliedExchangeRate"),
	}
}

func readPartnerBill(r record) PartnerBill {
	return PartnerBill{
		MemberNo:                 r.needText("memberNo"),
		Month:                    r.needText("demandMonth"),
		Use:                      r.needAmount("useAmount"),
		Discounts:                readDiscounts(r),
		Default:                  r.amount("defaultAmount"),
		PartnerTotal:             r.needAmount("currencyPartnerTotalDemandAmount"),
		PartnerTotalVAT:          r.needAmount("currencyPartnerTotalDemandVatAmount"),
		PartnerTotalIncludingVAT: r.needAmount("currencyPartnerTotalDemandAmountIncludingVat"),
		MarginRatio:              r.amount("marginRatio"),
		Margin:                   r.amount("marginAmount"),
		MarginDiscount:           r.amount("marginDiscountAmount"),
		Incentive:                r.amount("incentiveAmount"),
		PartnerDiscount:          r.amount("partnerDiscountAmount"),
		Written:                  r.when("writeDate"),
		Currency:                 r.currency("payCurrency"),
	}
}

// readDiscounts needs every discount that real bills carry: one that the provider renamed (as it did with the
// truncation discounts of 2022) must fail, not read as 0.
func readDiscounts(r record) Discounts {
	return Discounts{
		Promise:       r.needAmount("promiseDiscountAmount"),
		Promotion:     r.needAmount("promotionDiscountAmount"),
		Etc:           r.needAmount("etcDiscountAmount"),
		Customer:      r.needAmount("customerDiscountAmount"),
		Product:       r.needAmount("productDiscountAmount"),
		Credit:        r.needAmount("creditDiscountAmount"),
		RoundDown:     r.needAmount("rounddownDiscountAmount"),
		Currency:      r.amount("currencyDiscountAmount"),
		MemberPrice:   r.needAmount("memberPriceDiscountAmount"),
		MemberPromise: r.needAmount("memberPromiseDiscountAddAmount"),
		CoinUse:       r.amount("coinUseAmount"),
	}
}
