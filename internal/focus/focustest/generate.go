// Package focustest makes FOCUS exports for tests and benchmarks: deterministic, of any size, as a stream.
//
// It owns the generator and writers for CSV, gzip CSV and Parquet. It has its own table of column names and uses
// encoding/csv, so that a mistake of package focus cannot hide by being made twice. Users: the tests of focus and of
// every flow that ingests it, and the seeded stack's benchmarks.
//
// Invariant: the same random source and Spec give the same rows, and the same rows the same bytes.
package focustest

import (
	"fmt"
	"iter"
	"math/rand/v2"
	"strconv"
	"time"

	"jeongsan/internal/focus"
	"jeongsan/internal/money"
)

// Spec says what to generate. The zero fields mean what stands beside them.
type Spec struct {
	Month       time.Time // first instant of the billing month; 2026-10-01 UTC
	Rows        int       // 1,000
	SubAccounts int       // 24, taking turns at random: the rows are neither sorted nor grouped
	Currency    string    // USD
}

func (s Spec) withDefaults() Spec {
	if s.Month.IsZero() {
		s.Month = time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)
	}
	if s.Rows == 0 {
		s.Rows = 1000
	}
	if s.SubAccounts == 0 {
		s.SubAccounts = 24
	}
	if s.Currency == "" {
		s.Currency = "USD"
	}
	return s
}

// meter is something that is used and priced.
type meter struct {
	category, subcategory, service, description, unit, sku string
	price                                                  int64 // list price of a unit in 1e-10 of the currency
}

// meters have prices as small as real ones: most rows come out far below one won.
var meters = []meter{
	{"Compute", "Virtual Machines", "Elastic Compute", "$0.0960 per on-demand m6i.large instance-hour", "Hours", "VM-M6I-L", 960_000_000},
	{"Storage", "Object Storage", "Object Storage", "$0.025 per GB, first 50 TB / month of storage used", "GB-Months", "OBJ-STD", 250_000_000},
	{"Integration", "Messaging", "Simple Queue", "$0.40 per million requests, tier 1", "Requests", "SQS-REQ", 4_000},
	{"Networking", "Content Delivery", "Load Balancing", `$0.008 per "LCU-hour" (or partial hour)`, "LCU-Hours", "LB-LCU", 80_000_000},
	{"Networking", "Network Connectivity", "Data Transfer", "$0.00 per GB - transfer in", "GB", "NET-IN", 0},
	{"Databases", "Relational Databases", "관리형 데이터베이스", "MySQL 인스턴스, 시간당", "Hours", "DB-MYSQL", 1_710_000_000},
}

// Rows generates the charges of one month of one billing account, in the order of an export: none.
func Rows(rng *rand.Rand, spec Spec) iter.Seq[focus.Row] {
	spec = spec.withDefaults()
	return func(yield func(focus.Row) bool) {
		for n := range spec.Rows {
			row := spec.charge(rng, n)
			if !yield(row) {
				return
			}
		}
	}
}

// charge makes row n. Of a thousand, about 900 are usage, the rest evenly of the other kinds.
func (s Spec) charge(rng *rand.Rand, n int) focus.Row {
	row := s.usage(rng, n)
	roll := rng.IntN(1000)
	switch {
	case roll < 900:
	case roll < 920:
		s.correct(rng, &row)
	case roll < 940:
		only(&row, focus.Credit, "Promotional credit", row.BilledCost.Neg())
	case roll < 960:
		only(&row, focus.Tax, "VAT", decimal(rng.Int64N(9_000_000), 6))
	case roll < 980:
		purchase(rng, &row)
	case roll < 990:
		only(&row, focus.Adjustment, "Rounding, \"goodwill\"\nof the provider", decimal(-rng.Int64N(900), 3))
	default:
		row.ContractedCost = focus.Number{} // FOCUS forbids it, real exports have it
	}
	return row
}

func (s Spec) usage(rng *rand.Rand, n int) focus.Row {
	account := rng.IntN(s.SubAccounts)
	m := meters[rng.IntN(len(meters))]
	start := s.Month.Add(time.Duration(rng.IntN(28*24)) * time.Hour)
	quantity := decimal(1+rng.Int64N(3_000_000), 6)
	list := decimal(m.price, 10)
	contracted := list.Mul(decimal(9, 1))
	row := focus.Row{
		BillingAccountID:    "100000000001",
		BillingAccountName:  "Example Reseller",
		SubAccountID:        SubAccountID(account),
		SubAccountName:      SubAccountName(account),
		InvoiceID:           "INV-" + s.Month.Format("2006-01") + "-0001",
		InvoiceIssuerName:   "Example Cloud, Inc.",
		ProviderName:        "Example Cloud",
		PublisherName:       "Example Cloud",
		BillingPeriodStart:  s.Month,
		BillingPeriodEnd:    s.Month.AddDate(0, 1, 0),
		ChargePeriodStart:   start,
		ChargePeriodEnd:     start.Add(time.Hour),
		ChargeCategory:      focus.Usage,
		ChargeFrequency:     "Usage-Based",
		ChargeDescription:   m.description,
		BillingCurrency:     s.Currency,
		BilledCost:          quantity.Mul(contracted),
		EffectiveCost:       focus.Known(quantity.Mul(contracted)),
		ListCost:            focus.Known(quantity.Mul(list)),
		ContractedCost:      focus.Known(quantity.Mul(contracted)),
		ServiceCategory:     m.category,
		ServiceSubcategory:  m.subcategory,
		ServiceName:         m.service,
		RegionID:            "ap-northeast-2",
		RegionName:          "Asia Pacific (Seoul)",
		ResourceID:          "arn:example:" + m.sku + ":" + strconv.Itoa(n),
		ResourceType:        m.subcategory,
		SkuID:               m.sku,
		SkuPriceID:          m.sku + ".ONDEMAND",
		PricingCategory:     "Standard",
		PricingQuantity:     focus.Known(quantity),
		PricingUnit:         m.unit,
		ListUnitPrice:       focus.Known(list),
		ContractedUnitPrice: focus.Known(contracted),
		ConsumedQuantity:    focus.Known(quantity),
		ConsumedUnit:        m.unit,
	}
	if n%3 == 0 {
		row.ResourceName = "web-" + strconv.Itoa(n%40)
	}
	return row
}

// correct turns a charge into a correction of the month before: either more is due, or part is given back.
func (s Spec) correct(rng *rand.Rand, row *focus.Row) {
	row.ChargeClass = focus.Correction
	row.ChargePeriodStart = row.ChargePeriodStart.AddDate(0, -1, 0)
	row.ChargePeriodEnd = row.ChargePeriodStart.Add(time.Hour)
	if rng.IntN(2) == 0 {
		row.BilledCost = row.BilledCost.Neg()
		row.EffectiveCost = focus.Known(row.BilledCost)
		row.ContractedCost = focus.Known(row.BilledCost)
		row.ListCost = focus.Known(row.ListCost.Value.Neg())
	}
}

// only makes a charge without usage, price or resource.
func only(row *focus.Row, c focus.Category, description string, amount money.Decimal) {
	row.ChargeCategory, row.ChargeDescription, row.ChargeFrequency = c, description, "One-Time"
	row.BilledCost = amount
	row.EffectiveCost, row.ListCost, row.ContractedCost = focus.Known(amount), focus.Known(amount), focus.Known(amount)
	row.ListUnitPrice, row.ContractedUnitPrice = focus.Number{}, focus.Number{}
	row.PricingQuantity, row.PricingUnit, row.PricingCategory = focus.Number{}, "", ""
	row.ConsumedQuantity, row.ConsumedUnit = focus.Number{}, ""
	row.SkuID, row.SkuPriceID = "", ""
	row.ResourceID, row.ResourceName, row.ResourceType = "", "", ""
}

// purchase makes the monthly fee of a commitment: billed now, effective as it is used.
func purchase(rng *rand.Rand, row *focus.Row) {
	only(row, focus.Purchase, "Savings plan, 1 year, no upfront", decimal(10_000+rng.Int64N(90_000), 2))
	row.ChargeFrequency = "Recurring"
	row.EffectiveCost = focus.Known(money.Decimal{})
	row.CommitmentDiscountID = "sp-" + strconv.Itoa(rng.IntN(10))
	row.CommitmentDiscountName, row.CommitmentDiscountType, row.CommitmentDiscountStatus = "compute-1yr", "Savings Plan", "Used"
}

// SubAccountID is the id of sub account i of every generated export, from 0.
func SubAccountID(i int) string { return fmt.Sprintf("2%011d", 7919*(i+1)) }

// SubAccountName is its name: some with a comma, some Korean.
func SubAccountName(i int) string {
	switch i % 3 {
	case 0:
		return fmt.Sprintf("Customer %03d, Ltd.", i)
	case 1:
		return fmt.Sprintf("주식회사 고객%03d", i)
	}
	return fmt.Sprintf("customer-%03d", i)
}

// decimal is n with its point moved left by places.
func decimal(n int64, places int) money.Decimal {
	return money.MustDecimal(strconv.FormatInt(n, 10) + "E-" + strconv.Itoa(places))
}
