package money_test

import (
	"testing"

	"jeongsan/internal/money"
)

var (
	hours = money.MustDecimal("743.99833333")
	price = money.MustDecimal("0.00000080000")
	cost  = money.MustDecimal("108275.2345678901")
)

func BenchmarkDecimalAdd(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		_ = cost.Add(price)
	}
}

func BenchmarkDecimalMul(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		_ = hours.Mul(price)
	}
}

func BenchmarkDecimalQuo(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := cost.Quo(hours, 6, money.HalfUp); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecimalCmp(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		_ = cost.Cmp(hours)
	}
}

func BenchmarkParseDecimal(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := money.ParseDecimal("0.00000080000"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRuleAmount(b *testing.B) {
	for name, x := range map[string]money.Decimal{"16 digits": cost, "39 digits": money.MustDecimal("1234567890123.01234567890123456789012345")} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := money.TenWonDown.Amount(x, money.KRW); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkAllocate(b *testing.B) {
	weights := make([]money.Decimal, 1000)
	for i := range weights {
		weights[i] = money.Int(int64(i*i%977 + 1))
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := money.Won(1_082_752_341).Allocate(weights); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkFormat(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		_ = money.Won(1_082_752).Korean()
	}
}
