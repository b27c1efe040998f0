package calendar_test

import (
	"encoding/json"
	"testing"
	"time"

	"pgregory.net/rapid"

	"jeongsan/internal/calendar"
	"jeongsan/internal/fault"
)

// anyDate draws a day of the years in which this product could find itself, and some it could not.
func anyDate() *rapid.Generator[calendar.Date] {
	return rapid.Custom(func(t *rapid.T) calendar.Date {
		return calendar.MustDate("1900-01-01").AddDays(rapid.IntRange(0, 200*365).Draw(t, "days since 1900"))
	})
}

func TestA_date_prints_in_the_three_forms(t *testing.T) {
	d, err := calendar.NewDate(2026, 10, 3)
	if err != nil {
		t.Fatal(err)
	}
	for got, want := range map[string]string{d.String(): "2026-10-03", d.Compact(): "20261003", d.Korean(): "2026년 10월 3일"} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if d.Year() != 2026 || d.Month() != time.October || d.Day() != 3 || d.Weekday() != time.Saturday {
		t.Errorf("parts of %s: %d %d %d %s", d, d.Year(), d.Month(), d.Day(), d.Weekday())
	}
}

func TestWhat_is_not_a_date_is_refused_in_both_languages(t *testing.T) {
	for _, s := range []string{
		"", "2026-10", "2026-13-01", "2026-00-10", "2026-02-29", "2026-04-31", "2026-10-00", "0000-01-01", "20261031",
		"2026/10/31", " 2026-10-31", "2026-10-31 ", "2026-1-31", "+026-10-31", "2026-10-3a", "2026-10-31T00:00:00Z", "2026-10-３1",
	} {
		d, err := calendar.ParseDate(s)
		if !fault.Is(err, fault.Invalid) || !d.IsZero() {
			t.Errorf("ParseDate(%q) = %v, %v", s, d, err)
		}
		if text := fault.TextOf(err); text.KO == "" || text.EN == "" || text.KO == text.EN {
			t.Errorf("ParseDate(%q) says %+v", s, text)
		}
	}
	for _, d := range [][3]int{{2025, 2, 29}, {2026, 4, 31}, {2026, 1, 0}, {2026, 0, 1}, {0, 1, 1}, {10000, 1, 1}} {
		if got, err := calendar.NewDate(d[0], time.Month(d[1]), d[2]); !fault.Is(err, fault.Invalid) {
			t.Errorf("NewDate(%v) = %v, %v", d, got, err)
		}
	}
}

func TestThe_day_changes_at_midnight_in_Seoul(t *testing.T) {
	midnight := time.Date(2026, 10, 31, 15, 0, 0, 0, time.UTC) // 00:00 on 1 November in Seoul
	if d := calendar.DateOf(midnight); d != calendar.MustDate("2026-11-01") {
		t.Errorf("at midnight it is %s", d)
	}
	if d := calendar.DateOf(midnight.Add(-1)); d != calendar.MustDate("2026-10-31") {
		t.Errorf("just before midnight it is %s", d)
	}
	if start := calendar.MustDate("2026-11-01").Start(); !start.Equal(midnight) {
		t.Errorf("1 November starts at %v", start)
	}
}

func TestDays_are_counted_over_months_leap_years_and_centuries(t *testing.T) {
	cases := []struct {
		from string
		days int
		to   string
	}{
		{"2026-10-31", 1, "2026-11-01"},
		{"2024-02-28", 1, "2024-02-29"},
		{"2024-02-28", 2, "2024-03-01"},
		{"2023-12-31", 366, "2024-12-31"},
		{"2026-01-01", -1, "2025-12-31"},
		{"1900-02-28", 1, "1900-03-01"},
		{"1601-01-01", 146097, "2001-01-01"}, // 400 Gregorian years; more than a time.Duration holds
		{"2026-10-31", 0, "2026-10-31"},
	}
	for _, c := range cases {
		from, to := calendar.MustDate(c.from), calendar.MustDate(c.to)
		if got := from.AddDays(c.days); got != to {
			t.Errorf("%s + %d days = %s, want %s", from, c.days, got, to)
		}
		if got := to.Sub(from); got != c.days {
			t.Errorf("%s − %s = %d days, want %d", to, from, got, c.days)
		}
	}
}

func TestDate_arithmetic_order_and_text_agree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := anyDate().Draw(t, "a"), anyDate().Draw(t, "b")
		days := b.Sub(a)
		if a.AddDays(days) != b {
			t.Fatalf("%s + (%s − %s) = %s", a, b, a, a.AddDays(days))
		}
		if a.Before(b) != (days > 0) || a.After(b) != (days < 0) || a.Equal(b) != (days == 0) || a.Compare(b) != -b.Compare(a) {
			t.Fatalf("order of %s and %s, %d days apart", a, b, days)
		}
		if (a.String() < b.String()) != a.Before(b) || (a.Compact() < b.Compact()) != a.Before(b) {
			t.Fatalf("%s and %s sort otherwise as text", a, b)
		}
		if parsed, err := calendar.ParseDate(a.String()); err != nil || parsed != a {
			t.Fatalf("%s reads back as %s, %v", a, parsed, err)
		}
		if calendar.DateOf(a.Start()) != a || calendar.DateOf(a.Start().Add(-1)) != a.AddDays(-1) {
			t.Fatalf("%s does not start at its own midnight", a)
		}
	})
}

func TestNo_date_and_no_month_are_empty_text(t *testing.T) {
	type document struct {
		Due   calendar.Date                   `json:"due"`
		Month calendar.Month                  `json:"month"`
		Cycle calendar.Cycle                  `json:"cycle"`
		Days  map[calendar.Date]calendar.Date `json:"days,omitempty"`
	}
	day := calendar.MustDate("2026-10-31")
	cases := []struct {
		value document
		text  string
	}{
		{document{}, `{"due":"","month":"","cycle":""}`},
		{
			document{day, day.In(), calendar.Quarterly, map[calendar.Date]calendar.Date{day: day}},
			`{"due":"2026-10-31","month":"2026-10","cycle":"quarterly","days":{"2026-10-31":"2026-10-31"}}`,
		},
	}
	for _, c := range cases {
		b, err := json.Marshal(c.value)
		if err != nil || string(b) != c.text {
			t.Errorf("written as %s, %v; want %s", b, err, c.text)
		}
		var back document
		if err := json.Unmarshal(b, &back); err != nil {
			t.Fatal(err)
		}
		if again, _ := json.Marshal(back); string(again) != c.text {
			t.Errorf("%s reads back as %s", c.text, again)
		}
	}
	for _, bad := range []string{`{"due":"31.10.2026"}`, `{"month":"10/2026"}`, `{"cycle":"weekly"}`} {
		if err := json.Unmarshal([]byte(bad), &document{}); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s was read with %v", bad, err)
		}
	}
	if s := (calendar.Date{}).Korean() + (calendar.Month{}).Korean() + (calendar.Date{}).Compact() + (calendar.Month{}).Compact(); s != "" {
		t.Errorf("no date and no month print %q", s)
	}
}
