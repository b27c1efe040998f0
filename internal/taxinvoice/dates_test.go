package taxinvoice_test

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"jeongsan/internal/calendar"
	"jeongsan/internal/fault"
	. "jeongsan/internal/taxinvoice"
)

func TestIt_is_issued_by_the_tenth_of_the_month_after_or_the_next_working_day(t *testing.T) {
	for written, want := range map[string]string{
		"2026-10-31": "2026-11-10", // a Tuesday
		"2026-10-01": "2026-11-10",
		"2026-09-30": "2026-10-12", // the 10th is a Saturday
		"2024-12-12": "2025-01-10",
		"2026-12-31": "2027-01-11", // the 10th is a Sunday
		"2021-09-30": "2021-10-12", // Sunday, then the substitute for 한글날
	} {
		if got := must(Deadline(korea, day(written))); got != day(want) {
			t.Errorf("dated %s it is due on %s, want %s", written, got, want)
		}
	}
}

func TestThe_final_return_is_due_25_days_after_the_half_year(t *testing.T) {
	for written, want := range map[string]string{
		"2026-01-01": "2026-07-27", // 25 July is a Saturday
		"2026-06-30": "2026-07-27",
		"2026-07-01": "2027-01-25",
		"2026-10-31": "2027-01-25",
		"2025-12-31": "2026-01-26", // a Sunday
	} {
		if got := must(FinalReturn(korea, day(written))); got != day(want) {
			t.Errorf("of %s it is due on %s, want %s", written, got, want)
		}
	}
}

func TestLate_costs_one_percent_and_never_two(t *testing.T) {
	for _, c := range []struct {
		on       string
		is       Timeliness
		daysLeft int
		rates    string
	}{
		{"2026-11-06", OnTime, 4, ""},
		{"2026-11-10", OnTime, 0, ""},
		{"2026-11-11", Late, -1, "supplier 0.01 buyer 0.005"},
		{"2027-01-25", Late, -76, "supplier 0.01 buyer 0.005"},
		{"2027-01-26", NotAllowed, -77, "supplier 0.02 buyer 0.005"},
	} {
		l := must(LatenessOf(korea, october.Last(), day(c.on)))
		var rates []string
		for _, p := range l.Penalties {
			told(t, p.Text)
			if !strings.Contains(p.Law, "제60조") {
				t.Errorf("a penalty by %q", p.Law)
			}
			rates = append(rates, string(p.On)+" "+p.Rate.String())
		}
		told(t, l.Text)
		if l.Timeliness != c.is || l.DaysLeft != c.daysLeft || strings.Join(rates, " ") != c.rates || l.Deadline != day("2026-11-10") || l.Final != day("2027-01-25") {
			t.Errorf("on %s: %+v", c.on, l)
		}
	}
}

func TestThe_days_left_fall_by_one_a_day(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		written := day("2018-01-01").AddDays(rapid.IntRange(0, 3400).Draw(t, "written"))
		on := written.AddDays(rapid.IntRange(0, 400).Draw(t, "on"))
		a, b := must(LatenessOf(korea, written, on)), must(LatenessOf(korea, written, on.AddDays(1)))
		if a.DaysLeft-b.DaysLeft != 1 || (a.Timeliness == OnTime) != (a.DaysLeft >= 0) || a.Deadline.After(a.Final) || !a.Deadline.After(written) {
			t.Fatalf("dated %s on %s: %+v", written, on, a)
		}
	})
}

func TestA_year_without_a_holiday_table_is_a_fault_and_no_guess(t *testing.T) {
	far := day("2027-12-31")
	_, err := Deadline(korea, far)
	refused(t, err, fault.Invalid, "2028")
	_, err = LatenessOf(korea, far, far)
	refused(t, err, fault.Invalid)
	_, err = TransmitsAt(korea, far.Start())
	refused(t, err, fault.Invalid)
}

func TestA_next_day_issue_is_transmitted_at_three_on_the_next_business_day(t *testing.T) {
	for issued, want := range map[string]string{
		"2026-11-06T11:30:00+09:00": "2026-11-09T15:00:00+09:00", // Friday to Monday
		"2026-11-09T14:59:00+09:00": "2026-11-10T15:00:00+09:00",
		"2026-11-09T15:01:00+09:00": "2026-11-10T15:00:00+09:00",
		"2026-11-09T16:00:00Z":      "2026-11-11T15:00:00+09:00", // past midnight in Seoul
		"2026-12-24T10:00:00+09:00": "2026-12-28T15:00:00+09:00", // Christmas is a Friday
	} {
		got := must(TransmitsAt(korea, must(time.Parse(time.RFC3339, issued))))
		if !got.Equal(must(time.Parse(time.RFC3339, want))) {
			t.Errorf("issued %s it goes at %s, want %s", issued, got, want)
		}
	}
}

func TestThe_law_wants_it_transmitted_by_the_day_after(t *testing.T) {
	for issued, want := range map[string]string{"2026-11-09": "2026-11-10", "2026-11-06": "2026-11-09", "2026-04-30": "2026-05-04"} {
		at := day(issued).Start().Add(10 * time.Hour)
		by := must(TransmitBy(korea, at))
		if by != day(want) {
			t.Errorf("issued %s it is due on %s, want %s", issued, by, want)
		}
		if when := must(TransmitsAt(korea, at)); calendar.DateOf(when).After(by) {
			t.Errorf("issued %s the service is late by law: %s", issued, when)
		}
	}
}
