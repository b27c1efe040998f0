package taxinvoice_test

import (
	"fmt"
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
		if got := must(LatenessOf(korea, day(written), day(want))); got.Final != day(want) || got.Timeliness != Late || got.Provisional {
			t.Errorf("of %s: %+v, want %s", written, got, want)
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
		if l.Timeliness != c.is || l.DaysLeft != c.daysLeft || strings.Join(rates, " ") != c.rates || l.Deadline != day("2026-11-10") {
			t.Errorf("on %s: %+v", c.on, l)
		}
		if final := day("2027-01-25"); l.Provisional || (c.is == OnTime) != l.Final.IsZero() || c.is != OnTime && l.Final != final {
			t.Errorf("on %s the final return is due on %s", c.on, l.Final)
		}
	}
}

func TestThe_days_left_fall_by_one_a_day(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		written := day("2018-01-01").AddDays(rapid.IntRange(0, 3400).Draw(t, "written"))
		on := written.AddDays(rapid.IntRange(0, 400).Draw(t, "on"))
		a, b := must(LatenessOf(korea, written, on)), must(LatenessOf(korea, written, on.AddDays(1)))
		if a.DaysLeft-b.DaysLeft != 1 || (a.Timeliness == OnTime) != (a.DaysLeft >= 0) || a.Timeliness != OnTime && !a.Final.After(a.Deadline) || !a.Deadline.After(written) {
			t.Fatalf("dated %s on %s: %+v", written, on, a)
		}
	})
}

// lastTableYear is the last year whose holidays are known.
const lastTableYear = 2027

func TestEvery_day_of_the_last_year_of_holidays_has_its_deadline_and_none_is_too_late(t *testing.T) {
	for written := calendar.MustMonth(fmt.Sprint(lastTableYear, "-01")).First(); written.Year() == lastTableYear; written = written.AddDays(1) {
		deadline := must(Deadline(korea, written))
		named := written.In().Next().Day(10)
		known := named.Year() == lastTableYear
		if deadline.Before(named) || !known && deadline != named || deadline.Sub(named) > 5 {
			t.Fatalf("dated %s it is due on %s", written, deadline)
		}
		for _, on := range []calendar.Date{written, deadline, deadline.AddDays(1), written.AddDays(400)} {
			l := must(LatenessOf(korea, written, on))
			told(t, l.Text)
			decided := l.Deadline
			if l.Timeliness != OnTime {
				decided = l.Final
			}
			if l.Deadline != deadline || (l.Timeliness == OnTime) != !on.After(deadline) || l.Provisional != (decided.Year() > lastTableYear) {
				t.Fatalf("dated %s on %s: %+v", written, on, l)
			}
			if said := strings.Contains(l.Text.KO, "잠정") && strings.Contains(l.Text.EN, "provisional"); said != l.Provisional {
				t.Fatalf("dated %s on %s it says %+v", written, on, l.Text)
			}
		}
		issued := written.Start().Add(10 * time.Hour)
		if at := must(TransmitsAt(korea, issued)); !at.After(issued) || at.Sub(issued) > 6*24*time.Hour {
			t.Fatalf("issued on %s it goes at %s", written, at)
		}
		i := billed(1_082_750, 108_275)
		c := candidate()
		c.Content.Written, c.Content.Lines[0].Date = written, written
		f := ready()
		f.Now, f.Certificate.Expires, f.Candidates = deadline.Start(), deadline.Start().AddDate(1, 0, 0), []Candidate{c}
		if found := Preflight(f, korea); len(found) != 0 {
			t.Fatalf("dated %s: %+v", written, found)
		}
		if due := DueList([]Waiting{{Invoice: i, Written: written}}, korea, written); len(due) != 1 || due[0].Deadline != deadline {
			t.Fatalf("dated %s: %+v", written, due)
		}
	}
}

func TestOutside_the_holiday_table_the_days_of_the_law_stay_unmoved_and_are_said_to_be_provisional(t *testing.T) {
	december := day("2027-12-31")
	for _, c := range []struct {
		on          string
		is          Timeliness
		provisional bool
	}{{"2027-12-31", OnTime, true}, {"2028-01-10", OnTime, true}, {"2028-01-11", Late, true}, {"2028-01-25", Late, true}, {"2028-01-26", NotAllowed, true}} {
		l := must(LatenessOf(korea, december, day(c.on)))
		if l.Timeliness != c.is || l.Provisional != c.provisional || l.Deadline != day("2028-01-10") {
			t.Errorf("on %s: %+v", c.on, l)
		}
	}
	if l := must(LatenessOf(korea, day("2027-07-31"), day("2027-08-10"))); l.Provisional || l.Timeliness != OnTime {
		t.Errorf("July is within the table: %+v", l)
	}
	if at := must(TransmitsAt(korea, december.Start())); !at.Equal(day("2028-01-01").Start().Add(15 * time.Hour)) { // not later, so nobody has less time than said
		t.Errorf("issued on the last day it goes at %s", at)
	}
}

func TestWhat_has_no_date_has_no_deadline(t *testing.T) {
	_, err := Deadline(korea, calendar.Date{})
	refused(t, err, fault.Invalid, "작성일자")
	_, err = LatenessOf(korea, calendar.Date{}, today)
	refused(t, err, fault.Invalid, "작성일자")
	_, err = TransmitsAt(korea, time.Time{})
	refused(t, err, fault.Invalid, "발행 시각")
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
