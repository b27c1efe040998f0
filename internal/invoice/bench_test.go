package invoice_test

import (
	"fmt"
	"testing"

	"jeongsan/internal/calendar"
	"jeongsan/internal/invoice"
	"jeongsan/internal/money"
	"jeongsan/internal/rating"
	"jeongsan/internal/store"
)

// BenchmarkRateAndCompose does what a draft does between reading and committing: hash the input, rate it, and compose
// the invoice's body and head as documents. It reports invoices a second and allocations a line.
func BenchmarkRateAndCompose(b *testing.B) {
	in, charges := thirtyLines()
	tenant, err := store.ParseTenant("hanbit")
	if err != nil {
		b.Fatal(err)
	}
	compose := func() int {
		hash, err := invoice.HashInput(in, charges)
		if err != nil {
			b.Fatal(err)
		}
		bill, err := rating.Rate(in)
		if err != nil {
			b.Fatal(err)
		}
		body, err := invoice.Body{Input: in, Bill: bill}.Encode()
		if err != nil {
			b.Fatal(err)
		}
		head := invoice.Invoice{
			Number: invoice.Number("HANBIT", october, "C0007", 1), Customer: "C0007", Month: october, Span: []calendar.Month{october},
			Revision: 1, State: invoice.Draft, Sums: invoice.SumsOf(bill), Charges: charges, Input: hash,
		}
		if _, err := head.Put(tenant, 0); err != nil {
			b.Fatal(err)
		}
		return len(bill.Lines) + 0*len(head.PutBody(tenant, body).Document.Body)
	}
	if n := compose(); n != 30 {
		b.Fatalf("%d lines", n)
	}
	allocs := testing.AllocsPerRun(10, func() { compose() })
	b.ReportAllocs()
	for b.Loop() {
		compose()
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "invoices/s")
	b.ReportMetric(allocs/30, "allocs/line")
}

var october = calendar.MustMonth("2026-10")

func thirtyLines() (rating.Input, []invoice.Charge) {
	in := rating.Input{
		Currency: money.KRW, Policy: rating.DefaultPolicy(),
		Exchange: rating.Exchange{From: money.USD, Rate: money.MustDecimal("1394.5"), Date: calendar.MustDate("2026-10-30"), Source: "매매기준율 (입력)"},
		Fees: []rating.Fee{
			{ID: "vm", Kind: rating.VMDiscount, Name: "VM 할인", Ratio: money.MustDecimal("0.05")},
			{ID: "discount", Kind: rating.Discount, Name: "파트너 할인", Ratio: money.MustDecimal("0.03")},
			{ID: "other", Kind: rating.OtherCost, Name: "관리 비용", Ratio: money.MustDecimal("0.02")},
		},
	}
	cost := money.Decimal{}
	for i := range 24 {
		c := money.MustDecimal(fmt.Sprintf("%d.%07d", 17*i+3, 1234567+i))
		in.Costs = append(in.Costs, rating.Cost{Month: october, Account: "aws", Service: fmt.Sprintf("Service %02d", i), Rows: 40, List: c, Cost: c, VM: c})
		cost = cost.Add(c)
	}
	rest := money.MustDecimal("-12.3456789")
	in.Residuals = []rating.Residual{{Month: october, Account: "aws", Cost: rest, Parts: []rating.Part{{Name: "크레딧", Amount: rest}}}}
	return in, []invoice.Charge{{Account: "aws", Month: october, Member: "200000007919", Hash: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", Length: 4096, Cost: cost.Add(rest)}}
}
