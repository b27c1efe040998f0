package intake

import (
	"context"
	"io"
	"slices"
	"strings"

	"jeongsan/internal/calendar"
	"jeongsan/internal/fault"
	"jeongsan/internal/focus"
	"jeongsan/internal/money"
	"jeongsan/internal/settlement"
	"jeongsan/internal/usage"
)

// FOCUS is the source of one FOCUS export. Every sub account is a member; rows of no sub account belong to the
// billing account itself.
type FOCUS struct {
	Name string // of the file, for faults
	Open func(context.Context) (io.ReaderAt, int64, func() error, error)
	// Progress, when set, hears of every million rows or fewer that were read.
	Progress func(rows int)
}

// progressEvery is how many rows pass between two reports.
const progressEvery = 100_000

// Pull reads the rows of the month. Rows of another billing month are left out and told of in the statement, since
// a full export of that month is pulled for itself.
func (f FOCUS) Pull(ctx context.Context, m calendar.Month, to settlement.Sink) (settlement.Statement, error) {
	file, size, done, err := f.Open(ctx)
	if err != nil {
		return settlement.Statement{}, err
	}
	defer func() { _ = done() }() // a read-only handle
	r, err := focus.Open(f.Name, file, size, focus.Options{})
	if err != nil {
		return settlement.Statement{}, err
	}
	read := focusReading{month: m, to: to, names: map[string]string{}, outside: map[calendar.Month]*settlement.OutsideMonth{}}
	rows := 0
	for row, err := range r.Rows(ctx) {
		if err != nil {
			return settlement.Statement{}, err
		}
		if err := read.row(row); err != nil {
			return settlement.Statement{}, err
		}
		if rows++; f.Progress != nil && rows%progressEvery == 0 {
			f.Progress(rows)
		}
	}
	if read.rows == 0 {
		return settlement.Statement{}, f.nothing(m, read.outsideMonths())
	}
	currency, err := money.ParseCurrency(r.Currency())
	if err != nil {
		return settlement.Statement{}, fault.Invalidf("BillingCurrency", fault.TextOf(err)).At(fault.Place{File: f.Name, Column: "BillingCurrency"})
	}
	if err := read.members(); err != nil {
		return settlement.Statement{}, err
	}
	return settlement.Statement{Currency: currency, Charged: &read.charged, Outside: read.outsideMonths()}, nil
}

// nothing explains an export without a row of the month.
func (f FOCUS) nothing(m calendar.Month, outside []settlement.OutsideMonth) error {
	others := make([]string, len(outside))
	for i, o := range outside {
		others[i] = o.Month.String()
	}
	held := strings.Join(others, ", ")
	if held == "" {
		held = "—"
	}
	return fault.Invalidf("BillingPeriodStart", fault.T("%[1]s의 이용 내역이 없습니다. 파일에 있는 달: %[2]s", "No row is of %[1]s; the file holds: %[2]s", m, held)).At(fault.Place{File: f.Name})
}

// focusReading is one pass over an export.
type focusReading struct {
	month   calendar.Month
	to      settlement.Sink
	rows    int
	charged money.Decimal
	names   map[string]string // the least name of each member, so that the order of rows does not matter
	outside map[calendar.Month]*settlement.OutsideMonth
}

func (f *focusReading) row(r focus.Row) error {
	// FOCUS states billing periods in UTC; the month of its start is the billing month in every provider's export.
	if month := billingMonth(r); month != f.month {
		o := f.outside[month]
		if o == nil {
			o = &settlement.OutsideMonth{Month: month}
			f.outside[month] = o
		}
		o.Rows++
		o.Amount = o.Amount.Add(r.BilledCost)
		return nil
	}
	f.rows++
	f.charged = f.charged.Add(r.BilledCost)
	id, name := member(r)
	if known, ok := f.names[id]; !ok || name != "" && (known == "" || name < known) {
		f.names[id] = name
	}
	return f.to.Row(id, focusRow(r))
}

func billingMonth(r focus.Row) calendar.Month {
	y, m, _ := r.BillingPeriodStart.UTC().Date()
	month, err := calendar.NewMonth(y, m)
	if err != nil {
		return calendar.Month{}
	}
	return month
}

func member(r focus.Row) (id, name string) {
	switch {
	case r.ChargeCategory == focus.Tax:
		return usage.TaxMember, "제공사 세금"
	case r.SubAccountID != "":
		return r.SubAccountID, r.SubAccountName
	}
	return r.BillingAccountID, r.BillingAccountName
}

func (f *focusReading) members() error {
	ids := make([]string, 0, len(f.names))
	for id := range f.names {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	for _, id := range ids {
		if err := f.to.Member(usage.Member{ID: id, Name: f.names[id]}); err != nil {
			return err
		}
	}
	return nil
}

func (f *focusReading) outsideMonths() []settlement.OutsideMonth {
	out := make([]settlement.OutsideMonth, 0, len(f.outside))
	for _, o := range f.outside {
		out = append(out, *o)
	}
	slices.SortFunc(out, func(a, b settlement.OutsideMonth) int { return a.Month.Compare(b.Month) })
	return out
}

// focusRow keeps the export's own figures: List is ListCost where the export has one, Cost is BilledCost, and what
// a negotiated price or a commitment took lies between them.
func focusRow(r focus.Row) usage.Row {
	row := usage.Row{
		Service: r.ServiceName, Kind: kindOf(r), Region: first(r.RegionName, r.RegionID), Detail: r.ChargeDescription, Plan: r.PricingCategory,
		Resource: first(r.ResourceName, r.ResourceID), Ref: first(r.SkuPriceID, r.SkuID), Quantity: consumed(r),
		List: r.BilledCost, Cost: r.BilledCost, Start: r.ChargePeriodStart, End: r.ChargePeriodEnd, VM: virtualMachine(r),
	}
	if r.ListCost.Known {
		row.List = r.ListCost.Value
	}
	if c := r.ContractedCost; c.Known && c.Value.Cmp(row.List) <= 0 && c.Value.Cmp(row.Cost) >= 0 {
		row.MemberPrice = row.List.Sub(c.Value)
		if r.CommitmentDiscountID != "" {
			row.Promise = c.Value.Sub(row.Cost)
		}
	}
	return row.Settle()
}

func kindOf(r focus.Row) string {
	if r.ChargeCategory == focus.Usage {
		return r.ServiceCategory
	}
	return string(r.ChargeCategory)
}

func consumed(r focus.Row) string {
	if r.ConsumedQuantity.Known {
		return quantity(r.ConsumedQuantity.Value, r.ConsumedUnit)
	}
	if r.PricingQuantity.Known {
		return quantity(r.PricingQuantity.Value, r.PricingUnit)
	}
	return ""
}

func first(texts ...string) string {
	for _, s := range texts {
		if s != "" {
			return s
		}
	}
	return ""
}

// vmServices are the services of the large providers that are virtual machines; since FOCUS 1.1 the subcategory says so.
var vmServices = []string{"Amazon Elastic Compute Cloud", "AmazonEC2", "Virtual Machines", "Compute Engine"}

func virtualMachine(r focus.Row) bool {
	if r.ServiceSubcategory != "" {
		return r.ServiceSubcategory == "Virtual Machines"
	}
	return r.ServiceCategory == "Compute" && slices.Contains(vmServices, r.ServiceName)
}

var _ settlement.Source = FOCUS{}
