package rating_test

import (
	"errors"
	"fmt"
	"testing"

	"jeongsan/internal/calendar"
	"jeongsan/internal/fault"
	"jeongsan/internal/money"
	"jeongsan/internal/rating"
)

var october = calendar.MustMonth("2026-10")

func d(s string) money.Decimal { return money.MustDecimal(s) }

// cost is a service's usage of October that holds no VM row.
func cost(service, amount string) rating.Cost { return withVM(service, amount, "0") }

func withVM(service, amount, vm string) rating.Cost {
	return rating.Cost{Month: october, Account: "public", Service: service, Rows: 3, List: d(amount), Cost: d(amount), VM: d(vm)}
}

func residual(amount string, parts ...rating.Part) rating.Residual {
	return rating.Residual{Month: october, Account: "public", Cost: d(amount), Parts: parts}
}

func ratio(kind rating.FeeKind, name, r string) rating.Fee {
	return rating.Fee{ID: name, Kind: kind, Name: name, Ratio: d(r)}
}

func fixed(kind rating.FeeKind, name string, won int64) rating.Fee {
	return rating.Fee{ID: name, Kind: kind, Name: name, Fixed: money.Won(won)}
}

// won is a bill in won under the default policy.
func won(costs ...rating.Cost) rating.Input {
	return rating.Input{Currency: money.KRW, Costs: costs, Policy: rating.DefaultPolicy()}
}

func dollars(rate string, costs ...rating.Cost) rating.Input {
	in := won(costs...)
	in.Exchange = rating.Exchange{From: money.USD, Rate: d(rate), Date: calendar.MustDate("2026-10-30"), Source: "매매기준율 (입력)"}
	return in
}

func rate(t testing.TB, in rating.Input) rating.Bill {
	t.Helper()
	b, err := rating.Rate(in)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Check(in); err != nil {
		t.Fatal(err)
	}
	return b
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// amountOf is the amount of the one line of that name.
func amountOf(t testing.TB, b rating.Bill, name string) int64 {
	t.Helper()
	found, amount := 0, int64(0)
	for _, l := range b.Lines {
		if l.Name == name {
			found, amount = found+1, l.Amount.Minor()
		}
	}
	if found != 1 {
		t.Fatalf("%d lines are called %q", found, name)
	}
	return amount
}

func names(b rating.Bill) []string {
	out := make([]string, len(b.Lines))
	for i, l := range b.Lines {
		out[i] = l.Name
	}
	return out
}

func wantFault(t testing.TB, err error, field string) {
	t.Helper()
	var f *fault.Fault
	if !errors.As(err, &f) || f.Code != fault.Invalid || f.Field != field || f.Text.KO == "" || f.Text.EN == "" {
		t.Errorf("got %v, want an invalid %q in two languages", err, field)
	}
}

// thirtyLines is the bill that benchmarks compute.
func thirtyLines() rating.Input {
	costs := make([]rating.Cost, 0, 24)
	for i := range 24 {
		c := withVM(fmt.Sprintf("Service %02d", i), fmt.Sprintf("%d.%07d", 17*i+3, 1234567+i), "0")
		c.VM = c.Cost
		costs = append(costs, c)
	}
	in := dollars("1394.5", costs...)
	in.Residuals = []rating.Residual{residual("-12.3456789", rating.Part{Name: "크레딧", Amount: d("-12")})}
	in.Fees = []rating.Fee{
		ratio(rating.VMDiscount, "VM 할인", "0.05"), ratio(rating.Discount, "파트너 할인", "0.03"),
		ratio(rating.OtherCost, "관리 비용", "0.02"),
	}
	return in
}
