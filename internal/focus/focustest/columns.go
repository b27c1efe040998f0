package focustest

import (
	"fmt"
	"slices"
	"time"

	"jeongsan/internal/focus"
)

// cell is the value of a row in a column: a string, a focus.Number or a time.Time. An empty string and an unknown
// number are null.
func cell(row *focus.Row, column string) any {
	switch column {
	case "BilledCost":
		return focus.Known(row.BilledCost)
	case "EffectiveCost", "PricingCurrencyEffectiveCost":
		return row.EffectiveCost
	case "ListCost":
		return row.ListCost
	case "ContractedCost":
		return row.ContractedCost
	case "PricingQuantity":
		return row.PricingQuantity
	case "ListUnitPrice", "PricingCurrencyListUnitPrice":
		return row.ListUnitPrice
	case "ContractedUnitPrice", "PricingCurrencyContractedUnitPrice":
		return row.ContractedUnitPrice
	case "ConsumedQuantity":
		return row.ConsumedQuantity
	case "CommitmentDiscountQuantity":
		return focus.Number{}
	case "BillingPeriodStart":
		return row.BillingPeriodStart
	case "BillingPeriodEnd":
		return row.BillingPeriodEnd
	case "ChargePeriodStart":
		return row.ChargePeriodStart
	case "ChargePeriodEnd":
		return row.ChargePeriodEnd
	}
	return textCell(row, column)
}

func textCell(row *focus.Row, column string) string {
	switch column {
	case "BillingAccountId":
		return row.BillingAccountID
	case "BillingAccountName":
		return row.BillingAccountName
	case "SubAccountId":
		return row.SubAccountID
	case "SubAccountName":
		return row.SubAccountName
	case "InvoiceId":
		return row.InvoiceID
	case "InvoiceIssuerName":
		return row.InvoiceIssuerName
	case "ProviderName", "ServiceProviderName":
		return row.ProviderName
	case "PublisherName", "HostProviderName":
		return row.PublisherName
	case "ChargeCategory":
		return string(row.ChargeCategory)
	case "ChargeClass":
		return string(row.ChargeClass)
	case "ChargeFrequency":
		return row.ChargeFrequency
	case "ChargeDescription":
		return row.ChargeDescription
	case "BillingCurrency", "PricingCurrency":
		return row.BillingCurrency
	case "ServiceCategory":
		return row.ServiceCategory
	case "ServiceSubcategory":
		return row.ServiceSubcategory
	case "ServiceName":
		return row.ServiceName
	case "RegionId":
		return row.RegionID
	case "RegionName":
		return row.RegionName
	case "ResourceId":
		return row.ResourceID
	case "ResourceName":
		return row.ResourceName
	case "ResourceType":
		return row.ResourceType
	case "SkuId":
		return row.SkuID
	case "SkuPriceId":
		return row.SkuPriceID
	case "PricingCategory":
		return row.PricingCategory
	case "PricingUnit":
		return row.PricingUnit
	case "ConsumedUnit":
		return row.ConsumedUnit
	case "CommitmentDiscountId":
		return row.CommitmentDiscountID
	case "CommitmentDiscountName":
		return row.CommitmentDiscountName
	case "CommitmentDiscountType":
		return row.CommitmentDiscountType
	case "CommitmentDiscountStatus":
		return row.CommitmentDiscountStatus
	}
	return unread(row, column)
}

// unread fills columns that package focus does not read, so that files are as wide as real ones.
func unread(row *focus.Row, column string) string {
	switch column {
	case "Tags", "AllocatedTags":
		return fmt.Sprintf(`{"application": %q, "environment": "prod", "business_unit": "Seoul, SRE"}`, row.SubAccountName)
	case "AvailabilityZone":
		return row.RegionID + "a"
	case "SkuMeter":
		return row.ServiceSubcategory
	case "SkuPriceDetails":
		return `{"InstanceSeries":"M6i","CoreCount":2}`
	case "BillingAccountType":
		return "Payer Account"
	case "SubAccountType":
		return "Linked Account"
	}
	return ""
}

// Seen is the row as a reader of the version can see it: without what the version has no column for.
func Seen(row focus.Row, v focus.Version) focus.Row {
	has := func(name string) bool { return slices.Contains(focus.ColumnsOf(v), name) }
	if !has("InvoiceId") {
		row.InvoiceID = ""
	}
	if !has("ServiceSubcategory") {
		row.ServiceSubcategory = ""
	}
	if !has("PublisherName") {
		row.PublisherName = ""
	}
	return row
}

func isTime(column string) bool {
	_, ok := cell(&focus.Row{}, column).(time.Time)
	return ok
}

func isNumber(column string) bool {
	_, ok := cell(&focus.Row{}, column).(focus.Number)
	return ok
}
