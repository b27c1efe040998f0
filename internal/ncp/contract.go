package ncp

import (
	"time"

	"jeongsan/internal/money"
)

// ContractCost is what one contract cost in one month, one row per price tier (ContractDemandCost). Rows have no id:
// two of the same contract and tier can be equal in every field and are both meant.
type ContractCost struct {
	MemberNo   string
	Month      string // yyyyMM
	RegionCode string // KR, KRS, FKR, …; COM for what has no region
	Type       Code   // demandType: VSVR, BST, NET, SW, …
	Detail     Code   // demandTypeDetail
	Contract   Contract

	Quantity        money.Decimal // unitUsageQuantity, in Unit
	PackageQuantity money.Decimal
	TotalQuantity   money.Decimal
	Unit            Code
	UnitPrice       money.Decimal // productPrice

	Use           money.Decimal // useAmount
	Promotion     money.Decimal
	Etc           money.Decimal
	Promise       money.Decimal
	MemberPrice   money.Decimal
	MemberPromise money.Decimal
	Default       money.Decimal // 위약금, seen in 2022
	// Demand is what the row adds to the bill, as the provider says. It is not always Use less the discounts:
	// real rows have Use 14400, no discount and Demand 0.
	Demand money.Decimal

	Written      time.Time // writeDate, KST
	Currency     money.Currency
	ExchangeRate money.Decimal
}

// Contract is what was contracted for. A row may lack any of it but its number.
type Contract struct {
	MemberNo     string
	No           string
	ParentNo     string // conjunctionContractNo: a software contract's server; "" for none
	Type         Code
	Status       Code // NOML running, NLEND ended
	Platform     Code
	InstanceName string // "" when the provider gives none
	RegionCode   string
	Start        time.Time // zero when absent
	End          time.Time // zero when absent or open (2999-12-31)
	Products     []ContractProduct
}

// ContractProduct is a product within a contract: a server has its size, its base storage and its traffic.
type ContractProduct struct {
	Sequence       string
	BeforeSequence string
	ProductCode    string
	PriceNo        string
	PromiseNo      string
	InstanceNo     string
	ItemKind       Code
	RatingType     Code
	Status         Code // NOML, END
	Start, End     time.Time
	SizeBytes      int64
	Count          int64
}

// DailyUsage is what a contract used on one day, without money. A contract has several rows a day.
type DailyUsage struct {
	MemberNo string
	Day      time.Time // 00:00 KST
	Contract Contract
	Product  ContractProduct
	Metering Code

	Quantity     money.Decimal // in Unit: seconds, bytes
	Unit         Code
	UserQuantity money.Decimal // in UserUnit: hours, GB; six places, rounded up by the provider
	UserUnit     Code
}

// CostRelation ties the codes of contracts, metering and bills to a product category.
type CostRelation struct {
	ContractType      Code
	ItemKind          Code
	RatingType        Code
	Metering          Code
	DemandType        Code
	DemandTypeDetail  Code
	ProductDemandType Code
	Category          Code // COMPUTE, STORAGE, NETWORKING, …
}

func readContractCost(r record) ContractCost {
	return ContractCost{
		MemberNo:        r.needText("memberNo"),
		Month:           r.needText("demandMonth"),
		RegionCode:      r.text("regionCode"),
		Type:            r.needCode("demandType"),
		Detail:          r.code("demandTypeDetail"),
		Contract:        readContract(r.needObject("contract")),
		Quantity:        r.amount("unitUsageQuantity"),
		PackageQuantity: r.amount("packageUnitUsageQuantity"),
		TotalQuantity:   r.amount("totalUnitUsageQuantity"),
		Unit:            r.code("usageUnit"),
		UnitPrice:       r.amount("productPrice"),
		Use:             r.needAmount("useAmount"),
		Promotion:       r.needAmount("promotionDiscountAmount"),
		Etc:             r.needAmount("etcDiscountAmount"),
		Promise:         r.needAmount("promiseDiscountAmount"),
		MemberPrice:     r.needAmount("memberPriceDiscountAmount"),
		MemberPromise:   r.needAmount("memberPromiseDiscountAddAmount"),
		Default:         r.amount("defaultAmount"),
		Demand:          r.needAmount("demandAmount"),
		Written:         r.needWhen("writeDate"),
		Currency:        r.currency("payCurrency"),
		ExchangeRate:    r.rate("thisMonthAppliedExchangeRate"),
	}
}

func readContract(r record) Contract {
	c := Contract{
		MemberNo:     r.text("memberNo"),
		No:           r.needText("contractNo"),
		ParentNo:     r.text("conjunctionContractNo"),
		Type:         r.code("contractType"),
		Status:       r.code("contractStatus"),
		Platform:     r.code("platformType"),
		InstanceName: r.text("instanceName"),
		RegionCode:   r.text("regionCode"),
		Start:        r.when("contractStartDate"),
		End:          r.when("contractEndDate"),
	}
	for _, product := range r.objects("contractProductList") {
		c.Products = append(c.Products, readProduct(product))
	}
	return c
}

func readProduct(r record) ContractProduct {
	return ContractProduct{
		Sequence:       r.text("contractProductSequence"),
		BeforeSequence: r.text("beforeContractProductSequence"),
		ProductCode:    r.text("productCode"),
		PriceNo:        r.text("priceNo"),
		PromiseNo:      r.text("promiseNo"),
		InstanceNo:     r.text("instanceNo"),
		ItemKind:       r.code("productItemKind"),
		RatingType:     r.code("productRatingType"),
		Status:         r.code("serviceStatus"),
		Start:          r.when("serviceStartDate"),
		End:            r.when("serviceEndDate"),
		SizeBytes:      r.whole("productSize"),
		Count:          r.whole("productCount"),
	}
}

func readDailyUsage(r record) DailyUsage {
	usage := r.needObject("usage")
	return DailyUsage{
		MemberNo:     r.needObject("account").needText("memberNo"),
		Day:          r.needObject("useDate").needWhen("useStartDate"),
		Contract:     readContract(r.needObject("contract")),
		Product:      readProduct(r.object("contractProduct")),
		Metering:     usage.code("meteringType"),
		Quantity:     usage.needAmount("usageQuantity"),
		Unit:         usage.code("unit"),
		UserQuantity: usage.amount("userUsageQuantity"),
		UserUnit:     usage.code("userUnit"),
	}
}

func readCostRelation(r record) CostRelation {
	return CostRelation{
		ContractType:      r.code("contractType"),
		ItemKind:          r.code("productItemKind"),
		RatingType:        r.code("productRatingType"),
		Metering:          r.code("meteringType"),
		DemandType:        r.code("demandType"),
		DemandTypeDetail:  r.code("demandTypeDetail"),
		ProductDemandType: r.code("productDemandType"),
		Category:          r.code("productCategory"),
	}
}
