package rating_test

import (
	"testing"

	"jeongsan/internal/rating"
)

// BenchmarkRate computes a bill of 30 lines: 24 services in dollars, the residual, the conversion and the four kinds
// of fee and cut. It reports bills a second and allocations a line.
func BenchmarkRate(b *testing.B) {
	in := thirtyLines()
	var bill rating.Bill
	b.ReportAllocs()
	allocs := testing.AllocsPerRun(10, func() { bill = must(rating.Rate(in)) })
	for b.Loop() {
		bill = must(rating.Rate(in))
	}
	if len(bill.Lines) != 30 {
		b.Fatalf("%d lines", len(bill.Lines))
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "bills/s")
	b.ReportMetric(allocs/30, "allocs/line")
}
