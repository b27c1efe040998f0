package focus

import "slices"

// Version is a version of the FOCUS specification, as people write it.
type Version string

const (
	V1_0 Version = "1.0"
	V1_1 Version = "1.1"
	V1_2 Version = "1.2"
	V1_3 Version = "1.3"
	V1_4 Version = "1.4"
)

// Versions are all that the package reads, oldest first.
func Versions() []Version { return []Version{V1_0, V1_1, V1_2, V1_3, V1_4} }

// introduced lists the columns of the Cost and Usage dataset by the version that brought them.
var introduced = []struct {
	version Version
	names   []string
}{
	{V1_0, []string{
		"AvailabilityZone", "BilledCost", "BillingAccountId", "BillingAccountName", "BillingCurrency", "BillingPeriodEnd",
		"BillingPeriodStart", "ChargeCategory", "ChargeClass", "ChargeDescription", "ChargeFrequency", "ChargePeriodEnd",
		"ChargePeriodStart", "CommitmentDiscountCategory", "CommitmentDiscountId", "CommitmentDiscountName",
		"CommitmentDiscountStatus", "CommitmentDiscountType", "ConsumedQuantity", "ConsumedUnit", "ContractedCost",
		"ContractedUnitPrice", "EffectiveCost", "InvoiceIssuerName", "ListCost", "ListUnitPrice", "PricingCategory",
		"PricingQuantity", "PricingUnit", "ProviderName", "PublisherName", "RegionId", "RegionName", "ResourceId",
		"ResourceName", "ResourceType", "ServiceCategory", "ServiceName", "SkuId", "SkuPriceId", "SubAccountId",
		"SubAccountName", "Tags",
	}},
	{V1_1, []string{
		"CapacityReservationId", "CapacityReservationStatus", "CommitmentDiscountQuantity", "CommitmentDiscountUnit",
		"ServiceSubcategory", "SkuMeter", "SkuPriceDetails",
	}},
	{V1_2, []string{
		"BillingAccountType", "InvoiceId", "PricingCurrency", "PricingCurrencyContractedUnitPrice",
		"PricingCurrencyEffectiveCost", "PricingCurrencyListUnitPrice", "SubAccountType",
	}},
	{V1_3, []string{
		"AllocatedMethodDetails", "AllocatedMethodId", "AllocatedResourceId", "AllocatedResourceName", "AllocatedTags",
		"ContractApplied", "HostProviderName", "ServiceProviderName",
	}},
	{V1_4, []string{"CommitmentProgramEligibilityDetails", "InvoiceDetailId"}},
}

// removedIn1_4 were deprecated by 1.3, which still demands them, and dropped by 1.4.
var removedIn1_4 = []string{"ProviderName", "PublisherName"}

// alwaysMandatory must be present in every version. What stands in them may be null where the version says so.
var alwaysMandatory = []string{
	"BilledCost", "BillingAccountId", "BillingAccountName", "BillingCurrency", "BillingPeriodEnd", "BillingPeriodStart",
	"ChargeCategory", "ChargeClass", "ChargeDescription", "ChargePeriodEnd", "ChargePeriodStart", "ContractedCost",
	"EffectiveCost", "InvoiceIssuerName", "ListCost", "PricingQuantity", "PricingUnit", "ServiceCategory", "ServiceName",
}

// ColumnsOf returns the columns of a version, in its alphabetical order within each version that brought them.
func ColumnsOf(v Version) []string {
	var out []string
	for _, step := range introduced {
		if step.version <= v {
			out = append(out, step.names...)
		}
	}
	if v == V1_4 {
		out = slices.DeleteFunc(out, func(name string) bool { return slices.Contains(removedIn1_4, name) })
	}
	return out
}

// mandatory returns the columns an export of the version must have. The two that 1.3 deprecated are not asked of it:
// it brought their successors.
func mandatory(v Version) []string {
	if v < V1_3 {
		return append(slices.Clone(alwaysMandatory), "ProviderName", "PublisherName")
	}
	return append(slices.Clone(alwaysMandatory), "ServiceProviderName", "HostProviderName")
}

// versionOf infers the version from the column names: the one that brought the newest of them.
func versionOf(names map[string]int) Version {
	v := V1_0
	for _, step := range introduced {
		for _, name := range step.names {
			// Microsoft's 1.0 export already has the two account types that 1.2 took over: they prove nothing.
			if _, ok := names[name]; ok && name != "BillingAccountType" && name != "SubAccountType" {
				v = step.version
			}
		}
	}
	if v == V1_3 && !hasAny(names, removedIn1_4) {
		return V1_4
	}
	return v
}

func hasAny(names map[string]int, wanted []string) bool {
	return slices.ContainsFunc(wanted, func(name string) bool { _, ok := names[name]; return ok })
}

func isStandard(name string) bool {
	return slices.ContainsFunc(introduced, func(s struct {
		version Version
		names   []string
	}) bool {
		return slices.Contains(s.names, name)
	})
}
