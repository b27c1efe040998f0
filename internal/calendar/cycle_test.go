package calendar_test

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"jeongsan/internal/calendar"
	"jeongsan/internal/fault"
)

func TestCycles_are_counted_from_the_first_billing_month(t *testing.T) {
	first := calendar.MustMonth("2026-08")
	cases := []struct {
		cycle calendar.Cycle
		ko    string
		bills []string // between 2026-06 and 2027-12
	}{
		{calendar.Quarterly, "분기", []string{"2026-10", "2027-01", "2027-04", "2027-07", "2027-10"}},
		{calendar.HalfYearly, "반기", []string{"2027-01", "2027-07"}},
		{calendar.Yearly, "매년", []string{"2027-07"}},
		{calendar.Cycle(""), "미정", nil},
		{calendar.Cycle("weekly"), "미정", nil},
	}
	for _, c := range cases {
		var bills []string
		for m := calendar.MustMonth("2026-06"); m.Before(calendar.MustMonth("2028-01")); m = m.Next() {
			if c.cycle.Bills(first, m) {
				bills = append(bills, m.String())
			}
		}
		if fmt.Sprint(bills) != fmt.Sprint(c.bills) {
			t.Errorf("%s bills %v, want %v", c.cycle, bills, c.bills)
		}
		if c.cycle.Text().KO != c.ko {
			t.Errorf("%s is called %s", c.cycle, c.cycle.Text().KO)
		}
	}
}

func TestAn_invoice_gathers_the_months_of_its_cycle(t *testing.T) {
	first := calendar.MustMonth("2026-08")
	if got := fmt.Sprint(calendar.Quarterly.Span(first, calendar.MustMonth("2027-01"))); got != "[2026-11 2026-12 2027-01]" {
		t.Errorf("the invoice of January gathers %s", got)
	}
	if got := calendar.Quarterly.Span(first, calendar.MustMonth("2026-11")); got != nil {
		t.Errorf("a month without an invoice gathers %v", got)
	}
}

func TestA_customer_without_a_first_billing_month_is_not_billed(t *testing.T) {
	for _, c := range calendar.Cycles() {
		if c.Bills(calendar.Month{}, calendar.MustMonth("2026-10")) {
			t.Errorf("%s bills without a first month", c)
		}
	}
}

func TestEvery_month_from_the_first_is_gathered_exactly_once(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cycle := rapid.SampledFrom(calendar.Cycles()).Draw(t, "cycle")
		first := anyMonth().Draw(t, "first")
		next := first
		for m := first.Add(-24); m.Before(first.Add(48)); m = m.Next() {
			for _, gathered := range cycle.Span(first, m) {
				if gathered != next || gathered.After(m) {
					t.Fatalf("the invoice of %s gathers %s, expected %s", m, gathered, next)
				}
				next = next.Next()
			}
		}
		if next != first.Add(48) { // 48 months are whole cycles of every length
			t.Fatalf("gathered up to %s only", next)
		}
	})
}

func TestA_cycle_is_read_by_its_name(t *testing.T) {
	for _, c := range calendar.Cycles() {
		if got, err := calendar.ParseCycle(string(c)); err != nil || got != c {
			t.Errorf("ParseCycle(%q) = %q, %v", c, got, err)
		}
	}
	for _, s := range []string{"", "weekly", "Monthly", "매월"} {
		if got, err := calendar.ParseCycle(s); !fault.Is(err, fault.Invalid) {
			t.Errorf("ParseCycle(%q) = %q, %v", s, got, err)
		}
	}
}
