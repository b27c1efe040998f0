package focus

import (
	"time"

	"jeongsan/internal/money"
)

// Category is the kind of a charge.
type Category string

const (
	Usage      Category = "Usage"
	Purchase   Category = "Purchase"
	Tax        Category = "Tax"
	Credit     Category = "Credit"
	Adjustment Category = "Adjustment"
)

// Class tells a correction of an earlier, already invoiced period ("Correction") from a regular charge ("").
type Class string

const (
	Regular    Class = ""
	Correction Class = "Correction"
)

// Number is a decimal that may be null. FOCUS keeps null ("does not apply") apart from 0.
type Number struct {
	Value money.Decimal
	Known bool // false: null, or the export has no such column; Value is 0
}

// Known makes a number that is not null.
func Known(d money.Decimal) Number { return Number{Value: d, Known: true} }

// Row is one charge, with the columns that a bill or its explanation needs, named as in FOCUS. A text that is null, or
// whose column the export lacks, is "". Times are UTC. Costs are in BillingCurrency, not rounded.
type Row struct {
	Number int // row in the file, see the package comment
	Line   int // line of the file the row begins on; 0 in Parquet

	BillingAccountID   string // never null
	BillingAccountName string
	SubAccountID       string
	SubAccountName     string
	InvoiceID          string // since 1.2
	InvoiceIssuerName  string
	ProviderName       string // ServiceProviderName where the export has no ProviderName (1.4)
	PublisherName      string // gone in 1.4

	BillingPeriodStart time.Time // never null, inclusive
	BillingPeriodEnd   time.Time // never null, exclusive
	ChargePeriodStart  time.Time // never null, inclusive
	ChargePeriodEnd    time.Time // never null, exclusive, not before ChargePeriodStart

	ChargeCategory    Category // never null
	ChargeClass       Class
	ChargeFrequency   string
	ChargeDescription string

	BillingCurrency string        // never null, one per file; ISO 4217, not checked against a list
	BilledCost      money.Decimal // never null
	EffectiveCost   Number        // FOCUS forbids null in these three; real exports of two large providers have it
	ListCost        Number
	ContractedCost  Number

	ServiceCategory    string
	ServiceSubcategory string // since 1.1
	ServiceName        string
	RegionID           string
	RegionName         string
	ResourceID         string
	ResourceName       string
	ResourceType       string

	SkuID               string
	SkuPriceID          string
	PricingCategory     string
	PricingQuantity     Number
	PricingUnit         string
	ListUnitPrice       Number
	ContractedUnitPrice Number
	ConsumedQuantity    Number
	ConsumedUnit        string

	CommitmentDiscountID     string
	CommitmentDiscountName   string
	CommitmentDiscountType   string
	CommitmentDiscountStatus string
}

// column is a column that a Row is made of.
type column uint8

const (
	billingAccountID column = iota
	billingAccountName
	subAccountID
	subAccountName
	invoiceID
	invoiceIssuerName
	providerName
	publisherName
	billingPeriodStart
	billingPeriodEnd
	chargePeriodStart
	chargePeriodEnd
	chargeCategory
	chargeClass
	chargeFrequency
	chargeDescription
	billingCurrency
	billedCost
	effectiveCost
	listCost
	contractedCost
	serviceCategory
	serviceSubcategory
	serviceName
	regionID
	regionName
	resourceID
	resourceName
	resourceType
	skuID
	skuPriceID
	pricingCategory
	pricingQuantity
	pricingUnit
	listUnitPrice
	contractedUnitPrice
	consumedQuantity
	consumedUnit
	commitmentDiscountID
	commitmentDiscountName
	commitmentDiscountType
	commitmentDiscountStatus
	columnCount
)

// kind is what a column holds, and so how its cell is decoded.
type kind uint8

const (
	text kind = iota
	instant
	number // may be null
	cost   // never null
	category
	class
)

// columns gives each column its FOCUS name and kind.
var columns = [columnCount]struct {
	name     string
	kind     kind
	required bool // a null in it is a fault
}{
	billingAccountID:         {"BillingAccountId", text, true},
	billingAccountName:       {"BillingAccountName", text, false},
	subAccountID:             {"SubAccountId", text, false},
	subAccountName:           {"SubAccountName", text, false},
	invoiceID:                {"InvoiceId", text, false},
	invoiceIssuerName:        {"InvoiceIssuerName", text, false},
	providerName:             {"ProviderName", text, false},
	publisherName:            {"PublisherName", text, false},
	billingPeriodStart:       {"BillingPeriodStart", instant, true},
	billingPeriodEnd:         {"BillingPeriodEnd", instant, true},
	chargePeriodStart:        {"ChargePeriodStart", instant, true},
	chargePeriodEnd:          {"ChargePeriodEnd", instant, true},
	chargeCategory:           {"ChargeCategory", category, true},
	chargeClass:              {"ChargeClass", class, false},
	chargeFrequency:          {"ChargeFrequency", text, false},
	chargeDescription:        {"ChargeDescription", text, false},
	billingCurrency:          {"BillingCurrency", text, true},
	billedCost:               {"BilledCost", cost, true},
	effectiveCost:            {"EffectiveCost", number, false},
	listCost:                 {"ListCost", number, false},
	contractedCost:           {"ContractedCost", number, false},
	serviceCategory:          {"ServiceCategory", text, false},
	serviceSubcategory:       {"ServiceSubcategory", text, false},
	serviceName:              {"ServiceName", text, false},
	regionID:                 {"RegionId", text, false},
	regionName:               {"RegionName", text, false},
	resourceID:               {"ResourceId", text, false},
	resourceName:             {"ResourceName", text, false},
	resourceType:             {"ResourceType", text, false},
	skuID:                    {"SkuId", text, false},
	skuPriceID:               {"SkuPriceId", text, false},
	pricingCategory:          {"PricingCategory", text, false},
	pricingQuantity:          {"PricingQuantity", number, false},
	pricingUnit:              {"PricingUnit", text, false},
	listUnitPrice:            {"ListUnitPrice", number, false},
	contractedUnitPrice:      {"ContractedUnitPrice", number, false},
	consumedQuantity:         {"ConsumedQuantity", number, false},
	consumedUnit:             {"ConsumedUnit", text, false},
	commitmentDiscountID:     {"CommitmentDiscountId", text, false},
	commitmentDiscountName:   {"CommitmentDiscountName", text, false},
	commitmentDiscountType:   {"CommitmentDiscountType", text, false},
	commitmentDiscountStatus: {"CommitmentDiscountStatus", text, false},
}

// text, instant and number give the field of a column; nil for a column of another kind. Switches, not tables of
// functions, so that the row of a hot loop stays on its stack.

func (r *Row) text(c column) *string {
	switch c {
	case billingAccountID:
		return &r.BillingAccountID
	case billingAccountName:
		return &r.BillingAccountName
	case subAccountID:
		return &r.SubAccountID
	case subAccountName:
		return &r.SubAccountName
	case invoiceID:
		return &r.InvoiceID
	case invoiceIssuerName:
		return &r.InvoiceIssuerName
	case providerName:
		return &r.ProviderName
	case publisherName:
		return &r.PublisherName
	case chargeFrequency:
		return &r.ChargeFrequency
	case chargeDescription:
		return &r.ChargeDescription
	case billingCurrency:
		return &r.BillingCurrency
	case serviceCategory:
		return &r.ServiceCategory
	case serviceSubcategory:
		return &r.ServiceSubcategory
	case serviceName:
		return &r.ServiceName
	case regionID:
		return &r.RegionID
	case regionName:
		return &r.RegionName
	case resourceID:
		return &r.ResourceID
	case resourceName:
		return &r.ResourceName
	case resourceType:
		return &r.ResourceType
	case skuID:
		return &r.SkuID
	case skuPriceID:
		return &r.SkuPriceID
	case pricingCategory:
		return &r.PricingCategory
	case pricingUnit:
		return &r.PricingUnit
	case consumedUnit:
		return &r.ConsumedUnit
	case commitmentDiscountID:
		return &r.CommitmentDiscountID
	case commitmentDiscountName:
		return &r.CommitmentDiscountName
	case commitmentDiscountType:
		return &r.CommitmentDiscountType
	case commitmentDiscountStatus:
		return &r.CommitmentDiscountStatus
	}
	return nil
}

func (r *Row) instant(c column) *time.Time {
	switch c {
	case billingPeriodStart:
		return &r.BillingPeriodStart
	case billingPeriodEnd:
		return &r.BillingPeriodEnd
	case chargePeriodStart:
		return &r.ChargePeriodStart
	case chargePeriodEnd:
		return &r.ChargePeriodEnd
	}
	return nil
}

func (r *Row) number(c column) *Number {
	switch c {
	case effectiveCost:
		return &r.EffectiveCost
	case listCost:
		return &r.ListCost
	case contractedCost:
		return &r.ContractedCost
	case pricingQuantity:
		return &r.PricingQuantity
	case listUnitPrice:
		return &r.ListUnitPrice
	case contractedUnitPrice:
		return &r.ContractedUnitPrice
	case consumedQuantity:
		return &r.ConsumedQuantity
	}
	return nil
}
