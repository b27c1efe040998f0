package calendar_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"jeongsan/internal/calendar"
	"jeongsan/internal/fault"
)

func anyMonth() *rapid.Generator[calendar.Month] {
	return rapid.Map(anyDate(), calendar.Date.In)
}

func TestA_month_reads_our_form_and_that_of_outside_systems(t *testing.T) {
	for _, s := range []string{"2026-10", "202610"} {
		m, err := calendar.ParseMonth(s)
		if err != nil {
			t.Fatal(err)
		}
		if m.String() != "2026-10" || m.Compact() != "202610" || m.Korean() != "2026년 10월" || m.Year() != 2026 || m.Month() != time.October {
			t.Errorf("%q prints %s, %s, %s", s, m, m.Compact(), m.Korean())
		}
	}
	for _, s := range []string{"", "2026-13", "2026-00", "202600", "2026-1", "20261", "0000-01", "2026/10", "2026-10-31", "20261031", "２026-1", "-02610", "2026--1"} {
		if m, err := calendar.ParseMonth(s); !fault.Is(err, fault.Invalid) || !m.IsZero() {
			t.Errorf("ParseMonth(%q) = %v, %v", s, m, err)
		}
	}
	if _, err := calendar.NewMonth(2026, 13); !fault.Is(err, fault.Invalid) {
		t.Errorf("month 13: %v", err)
	}
}

func TestA_month_is_half_open_in_Seoul(t *testing.T) {
	october := calendar.MustMonth("2026-10")
	if want := time.Date(2026, 9, 30, 15, 0, 0, 0, time.UTC); !october.Start().Equal(want) {
		t.Errorf("October starts at %v, want %v", october.Start(), want)
	}
	if !october.End().Equal(october.Next().Start()) {
		t.Errorf("October ends at %v", october.End())
	}
	if m := calendar.MonthOf(october.End()); m != october.Next() {
		t.Errorf("the end lies in %s", m)
	}
	if m := calendar.MonthOf(october.End().Add(-1)); m != october {
		t.Errorf("the last instant lies in %s", m)
	}
}

func TestA_day_of_the_month_is_held_within_the_month(t *testing.T) {
	cases := []struct {
		month string
		n     int
		want  string
	}{
		{"2026-10", 31, "2026-10-31"},
		{"2026-11", 31, "2026-11-30"},
		{"2026-02", 31, "2026-02-28"},
		{"2024-02", 30, "2024-02-29"},
		{"2026-11", 3, "2026-11-03"},
		{"2026-11", 0, "2026-11-01"},
		{"2026-11", -5, "2026-11-01"},
	}
	for _, c := range cases {
		if got := calendar.MustMonth(c.month).Day(c.n); got.String() != c.want {
			t.Errorf("day %d of %s = %s, want %s", c.n, c.month, got, c.want)
		}
	}
}

func TestMonth_arithmetic_order_and_text_agree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := anyMonth().Draw(t, "a"), anyMonth().Draw(t, "b")
		n := b.Sub(a)
		if a.Add(n) != b || b.Add(-n) != a {
			t.Fatalf("%s + %d = %s, want %s", a, n, a.Add(n), b)
		}
		if a.Before(b) != (n > 0) || a.After(b) != (n < 0) || (a.String() < b.String()) != a.Before(b) {
			t.Fatalf("order of %s and %s, %d months apart", a, b, n)
		}
		if a.Next().Prev() != a || a.Next() != a.Add(1) {
			t.Fatalf("%s: next %s, and back %s", a, a.Next(), a.Next().Prev())
		}
		if a.Last().AddDays(1) != a.Next().First() || a.Last().Sub(a.First())+1 != a.Days() {
			t.Fatalf("%s runs from %s to %s with %d days", a, a.First(), a.Last(), a.Days())
		}
		if !a.Contains(a.First()) || !a.Contains(a.Last()) || a.Contains(a.Last().AddDays(1)) || a.Contains(a.First().AddDays(-1)) {
			t.Fatalf("%s does not contain exactly its days", a)
		}
		for _, s := range []string{a.String(), a.Compact()} {
			if parsed, err := calendar.ParseMonth(s); err != nil || parsed != a {
				t.Fatalf("%q reads back as %s, %v", s, parsed, err)
			}
		}
	})
}
