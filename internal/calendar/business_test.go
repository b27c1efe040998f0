package calendar_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"jeongsan/internal/calendar"
	"jeongsan/internal/fault"
)

var korea = calendar.Korea()

func date(t *testing.T) func(calendar.Date, error) string {
	return func(d calendar.Date, err error) string {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return d.String()
	}
}

func TestThe_table_names_the_holidays_of_the_gazette(t *testing.T) {
	for day, want := range map[string]string{
		"2018-06-13": "전국동시지방선거",
		"2020-04-15": "제21대 국회의원선거",
		"2020-08-17": "임시공휴일",
		"2022-03-09": "대통령선거",
		"2022-09-12": "대체공휴일(추석)",
		"2023-05-29": "대체공휴일(부처님 오신 날)",
		"2023-10-02": "임시공휴일",
		"2024-04-10": "제22대국회의원선거",
		"2024-10-01": "임시공휴일",
		"2025-01-27": "임시공휴일",
		"2025-05-05": "어린이날, 부처님 오신 날",
		"2025-06-03": "임시공휴일(대통령선거)",
		"2026-02-16": "설날 전날",
		"2026-02-17": "설날",
		"2026-02-18": "설날 다음 날",
		"2026-03-02": "대체공휴일(3ㆍ1절)",
		"2026-05-25": "대체공휴일(부처님 오신 날)",
		"2026-06-03": "전국동시지방선거",
		"2026-09-25": "추석",
		"2027-02-07": "설날",
		"2027-02-09": "대체공휴일(설날)",
		"2027-10-11": "대체공휴일(한글날)",
		"2027-12-27": "대체공휴일(기독탄신일)",
	} {
		if name, found, err := korea.HolidayName(calendar.MustDate(day)); name != want || !found || err != nil {
			t.Errorf("%s is %q, %v, %v; want %q", day, name, found, err, want)
		}
	}
	for _, day := range []string{
		"2018-01-02", "2025-05-01", "2025-07-17", // 근로자의 날 and 제헌절 are public holidays only since 2026
		"2026-02-15", "2026-02-19", "2026-10-31", "2027-02-10", "2027-12-31",
	} {
		if name, found, err := korea.HolidayName(calendar.MustDate(day)); name != "" || found || err != nil {
			t.Errorf("%s is %q, %v, %v; want no holiday", day, name, found, err)
		}
	}
}

func TestSolar_holidays_are_there_every_year(t *testing.T) {
	for year := 2018; year <= 2027; year++ {
		solar := map[string]string{
			"01-01": "1월 1일", "03-01": "3ㆍ1절", "05-05": "어린이날", "06-06": "현충일", "08-15": "광복절",
			"10-03": "개천절", "10-09": "한글날", "12-25": "기독탄신일",
		}
		if year >= 2026 {
			solar["05-01"], solar["07-17"] = "노동절", "제헌절"
		}
		for day, want := range solar {
			d := calendar.MustDate(fmt.Sprintf("%d-%s", year, day))
			if name, _, err := korea.HolidayName(d); !strings.Contains(name, want) || err != nil {
				t.Errorf("%s is %q, %v; want %s", d, name, err, want)
			}
		}
	}
}

// The substitute holidays of the table are derived again from 관공서의 공휴일에 관한 규정 제3조 as it stood in each year,
// so that a row that was lost or made up is seen.
func TestSubstitute_holidays_follow_the_decree(t *testing.T) {
	got, want := map[calendar.Date]bool{}, map[calendar.Date]bool{}
	for d := calendar.MustDate("2018-01-01"); d.Year() <= 2027; d = d.AddDays(1) {
		name, found, err := korea.HolidayName(d)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(name, "대체공휴일") {
			got[d] = true
		} else if found && earnsSubstitute(d, name) {
			want[firstFreeAfter(t, d)] = true
		}
	}
	for d := range want {
		if !got[d] {
			t.Errorf("%s should be a substitute holiday", d)
		}
	}
	for d := range got {
		if !want[d] {
			t.Errorf("%s should not be a substitute holiday", d)
		}
	}
	if len(got) != 27 {
		t.Errorf("%d substitute holidays in ten years, want 27", len(got))
	}
}

func earnsSubstitute(d calendar.Date, name string) bool {
	sunday, saturday := d.Weekday() == time.Sunday, d.Weekday() == time.Saturday
	shared := strings.Contains(name, ", ")
	switch {
	case strings.HasPrefix(name, "설날"), strings.HasPrefix(name, "추석"):
		return sunday || shared
	case strings.HasPrefix(name, "어린이날"):
		return sunday || saturday || shared
	case name == "3ㆍ1절", name == "광복절", name == "개천절", name == "한글날":
		return (sunday || saturday) && !d.Before(calendar.MustDate("2021-08-04"))
	case name == "부처님 오신 날", name == "기독탄신일":
		return (sunday || saturday) && !d.Before(calendar.MustDate("2023-05-04"))
	case name == "제헌절", name == "노동절":
		return sunday || saturday
	}
	return false // 1월 1일, 현충일, elections and holidays declared for one year
}

// firstFreeAfter is the first later day that is neither a weekend nor a holiday in its own right.
func firstFreeAfter(t *testing.T, d calendar.Date) calendar.Date {
	for {
		d = d.AddDays(1)
		name, found, err := korea.HolidayName(d)
		if err != nil {
			t.Fatal(err)
		}
		ownRight := found && !strings.HasPrefix(name, "대체공휴일")
		if !ownRight && d.Weekday() != time.Saturday && d.Weekday() != time.Sunday {
			return d
		}
	}
}

func TestBusiness_days_skip_weekends_and_holidays(t *testing.T) {
	is := date(t)
	day := calendar.MustDate
	cases := []struct{ what, got, want string }{
		{"a working day stays", is(korea.OnOrAfter(day("2026-11-06"))), "2026-11-06"},
		{"a Saturday moves to Monday", is(korea.OnOrAfter(day("2026-10-31"))), "2026-11-02"},
		{"설날 2026 and the weekend before it", is(korea.NextBusinessDay(day("2026-02-13"))), "2026-02-19"},
		{"추석 2025: a whole week", is(korea.NextBusinessDay(day("2025-10-02"))), "2025-10-10"},
		{"설날 2027 with its substitute", is(korea.NextBusinessDay(day("2027-02-05"))), "2027-02-10"},
		{"the next day is strictly after a working day", is(korea.NextBusinessDay(day("2026-11-05"))), "2026-11-06"},
		{"three business days over 한글날", is(korea.AddBusinessDays(day("2026-10-07"), 3)), "2026-10-13"},
		{"three business days back over it", is(korea.AddBusinessDays(day("2026-10-13"), -3)), "2026-10-07"},
		{"no business days leaves a Sunday", is(korea.AddBusinessDays(day("2026-11-01"), 0)), "2026-11-01"},
		{"one business day from a Sunday", is(korea.AddBusinessDays(day("2026-11-01"), 1)), "2026-11-02"},
	}
	for _, c := range cases {
		if c.got != c.want {
			t.Errorf("%s: %s, want %s", c.what, c.got, c.want)
		}
	}
}

func TestTax_deadlines_also_skip_the_first_of_May(t *testing.T) {
	is := date(t)
	day, month := calendar.MustDate, calendar.MustMonth
	cases := []struct{ what, got, want string }{
		{"Thursday 1 May 2025 is a working day to the gazette", is(korea.OnOrAfter(day("2025-05-01"))), "2025-05-01"},
		{"and not to 국세기본법 제5조", is(korea.TaxDeadline(day("2025-05-01"))), "2025-05-02"},
		{"Friday 30 April 2021 stays", is(korea.TaxDeadline(day("2021-04-30"))), "2021-04-30"},
		{"Monday 1 May 2023", is(korea.TaxDeadline(day("2023-04-29"))), "2023-05-02"},
		{"2027: a Saturday whose substitute is Monday", is(korea.TaxDeadline(day("2027-05-01"))), "2027-05-04"},
		{"October 2026 is due on Tuesday the 10th", is(korea.TaxInvoiceDeadline(month("2026-10"))), "2026-11-10"},
		{"September 2026: the 10th is a Saturday", is(korea.TaxInvoiceDeadline(month("2026-09"))), "2026-10-12"},
		{"September 2027: Sunday, then a substitute", is(korea.TaxInvoiceDeadline(month("2027-09"))), "2027-10-12"},
		{"January 2024: Saturday in 설날", is(korea.TaxInvoiceDeadline(month("2024-01"))), "2024-02-13"},
		{"December 2026 is due in the next year", is(korea.TaxInvoiceDeadline(month("2026-12"))), "2027-01-11"},
	}
	for _, c := range cases {
		if c.got != c.want {
			t.Errorf("%s: %s, want %s", c.what, c.got, c.want)
		}
	}
}

func TestOutside_the_table_a_question_is_refused_with_the_year_and_what_to_do(t *testing.T) {
	questions := map[string]func() error{
		"2017":  func() error { _, err := korea.IsBusinessDay(calendar.MustDate("2017-12-31")); return err },
		"2028":  func() error { _, _, err := korea.HolidayName(calendar.MustDate("2028-01-01")); return err },
		"2028 ": func() error { _, err := korea.NextBusinessDay(calendar.MustDate("2027-12-31")); return err },
		" 2028": func() error { _, err := korea.TaxInvoiceDeadline(calendar.MustMonth("2027-12")); return err },
		" 2017": func() error { _, err := korea.AddBusinessDays(calendar.MustDate("2018-01-03"), -2); return err },
		"2017 ": func() error { _, err := korea.OnOrAfter(calendar.MustDate("2017-12-29")); return err },
		"2030":  func() error { _, err := korea.TaxDeadline(calendar.MustDate("2030-01-01")); return err },
	}
	for year, ask := range questions {
		err := ask()
		text, year := fault.TextOf(err), strings.TrimSpace(year)
		if !fault.Is(err, fault.Invalid) || !strings.Contains(text.KO, year+"년의 공휴일표가 없습니다") || !strings.Contains(text.EN, "no holiday table for "+year) {
			t.Errorf("%s: %v", year, err)
		}
	}
	var empty calendar.BusinessCalendar
	if _, err := empty.IsBusinessDay(calendar.MustDate("2026-10-31")); !fault.Is(err, fault.Invalid) {
		t.Errorf("a calendar without years answered: %v", err)
	}
}

func TestBusiness_day_arithmetic_agrees_with_itself(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := calendar.MustDate("2018-03-01").AddDays(rapid.IntRange(0, 3400).Draw(t, "days"))
		n := rapid.IntRange(1, 30).Draw(t, "n")
		must := func(d calendar.Date, err error) calendar.Date {
			if err != nil {
				t.Fatal(err)
			}
			return d
		}
		on := must(korea.OnOrAfter(d))
		if ok, _ := korea.IsBusinessDay(on); !ok || on.Before(d) || on.Sub(d) > 10 {
			t.Fatalf("on or after %s: %s", d, on)
		}
		if tax := must(korea.TaxDeadline(d)); tax.Before(on) || must(korea.OnOrAfter(tax)) != tax {
			t.Fatalf("tax deadline of %s: %s", d, tax)
		}
		later := must(korea.AddBusinessDays(d, n))
		if back := must(korea.AddBusinessDays(must(korea.AddBusinessDays(on, n)), -n)); back != on {
			t.Fatalf("%s + %d − %d = %s", on, n, n, back)
		}
		stepped := d
		for range n {
			stepped = must(korea.NextBusinessDay(stepped))
		}
		if stepped != later {
			t.Fatalf("%s + %d = %s, step by step %s", d, n, later, stepped)
		}
	})
}

func ExampleBusinessCalendar_TaxInvoiceDeadline() {
	// Usage of September 2026: 10 October is a Saturday, so the tax invoice may be issued until Monday.
	deadline, err := calendar.Korea().TaxInvoiceDeadline(calendar.MustMonth("2026-09"))
	fmt.Println(deadline.Korean(), err)
	// Output: 2026년 10월 12일 <nil>
}

func BenchmarkIsBusinessDay(b *testing.B) {
	d := calendar.MustDate("2026-11-06")
	for b.Loop() {
		if ok, _ := korea.IsBusinessDay(d); !ok {
			b.Fatal("6 November 2026 is a Friday")
		}
	}
}
