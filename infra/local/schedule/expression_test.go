package schedule_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"jeongsan/infra/local/schedule"
	"jeongsan/internal/calendar"
	"jeongsan/internal/fault"
)

const face = "2006-01-02 15:04 Mon"

func TestCron_fires_when_EventBridge_says_it_does(t *testing.T) {
	for _, c := range []struct {
		meaning, cron, after string
		want                 []string
	}{
		{"every day at ten past five", "cron(10 5 * * ? *)", "2026-10-31 05:10",
			[]string{"2026-11-01 05:10 Sun", "2026-11-02 05:10 Mon"}},
		{"the last day of a month at ten", "cron(0 10 L * ? *)", "2026-10-31 10:00",
			[]string{"2026-11-30 10:00 Mon", "2026-12-31 10:00 Thu", "2027-01-31 10:00 Sun", "2027-02-28 10:00 Sun"}},
		{"the 31st, only in months that have one", "cron(0 0 31 * ? *)", "2026-10-31 00:00",
			[]string{"2026-12-31 00:00 Thu", "2027-01-31 00:00 Sun", "2027-03-31 00:00 Wed"}},
		{"29 February", "cron(0 0 29 2 ? *)", "2026-01-01 00:00",
			[]string{"2028-02-29 00:00 Tue", "2032-02-29 00:00 Sun"}},
		{"the fifth Monday", "cron(15 10 ? * 2#5 *)", "2026-10-31 00:00",
			[]string{"2026-11-30 10:15 Mon", "2027-03-29 10:15 Mon"}},
		{"the last Friday", "cron(0 9 ? * FRIL *)", "2026-10-31 00:00",
			[]string{"2026-11-27 09:00 Fri", "2026-12-25 09:00 Fri"}},
		{"workdays, every five minutes of an afternoon hour", "cron(0/20 17 ? * MON-FRI *)", "2026-11-06 17:20",
			[]string{"2026-11-06 17:40 Fri", "2026-11-09 17:00 Mon"}},
		{"the workday nearest to the 3rd", "cron(0 9 3W * ? *)", "2026-11-04 00:00",
			[]string{"2026-12-03 09:00 Thu", "2027-01-04 09:00 Mon", "2027-02-03 09:00 Wed"}},
		{"the workday nearest to the 1st, never of the month before", "cron(0 9 1W * ? *)", "2026-07-31 00:00",
			[]string{"2026-08-03 09:00 Mon", "2026-09-01 09:00 Tue"}},
		{"two days of some months of some years", "cron(30 8,20 6,10 NOV-DEC ? 2026-2027)", "2026-12-10 08:30",
			[]string{"2026-12-10 20:30 Thu", "2027-11-06 08:30 Sat"}},
		{"weekends by number", "cron(0 0 ? * 1,7 *)", "2026-11-02 00:00",
			[]string{"2026-11-07 00:00 Sat", "2026-11-08 00:00 Sun"}},
		{"every minute", "cron(* * * * ? *)", "2026-12-31 23:58",
			[]string{"2026-12-31 23:59 Thu", "2027-01-01 00:00 Fri"}},
		{"every minute, as a rate", "rate(1 minute)", "2026-12-31 23:59",
			[]string{"2027-01-01 00:00 Fri", "2027-01-01 00:01 Fri"}},
		{"every six hours, as a rate", "rate(6 hours)", "2026-11-01 04:00",
			[]string{"2026-11-01 09:00 Sun", "2026-11-01 15:00 Sun"}},
	} {
		t.Run(c.meaning, func(t *testing.T) {
			at, got := kst(c.after), []string{}
			for range c.want {
				at = parsed(t, c.cron).Next(at)
				got = append(got, at.Format(face))
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("%s after %s fires at %v, want %v", c.cron, c.after, got, c.want)
			}
		})
	}
}

func TestA_schedule_whose_years_are_over_never_fires_again(t *testing.T) {
	if got := parsed(t, "cron(0 0 1 1 ? 2020)").Next(kst("2026-01-01 00:00")); !got.IsZero() {
		t.Fatalf("it fires at %s", got)
	}
}

func TestAn_hour_that_summer_time_leaves_out_does_not_fire(t *testing.T) {
	e, err := schedule.ParseExpression("cron(30 2 * * ? *)", "America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	got := e.Next(time.Date(2026, 3, 7, 12, 0, 0, 0, time.UTC)) // 02:30 of 8 March does not exist
	if got.Format(face) != "2026-03-09 02:30 Mon" {
		t.Fatalf("it fires at %s", got.Format(face))
	}
}

func TestWhat_EventBridge_would_refuse_or_nobody_can_mean_is_refused_in_both_languages(t *testing.T) {
	for expression, ko := range map[string]string{
		"cron(10 5 * * *)":        "필드가 6개",
		"cron(0 10 5 * * ? *)":    "필드가 6개",
		"cron(10 5 * * * *)":      "하나만 ?",
		"cron(10 5 ? * ? *)":      "하나만 ?",
		"cron(10 5 1 * 2 *)":      "하나만 ?",
		"cron(60 5 * * ? *)":      "분 필드",
		"cron(0 24 * * ? *)":      "시 필드",
		"cron(0 5 32 * ? *)":      "일 필드",
		"cron(0 5 L-2 * ? *)":     "일 필드",
		"cron(0 5 LW * ? *)":      "일 필드",
		"cron(0 5 1 13 ? *)":      "월 필드",
		"cron(0 5 ? * FRI-MON *)": "요일 필드",
		"cron(0 5 ? * 2#6 *)":     "요일 필드",
		"cron(0 5 ? * L *)":       "요일 필드",
		"cron(0 5 * * ? 1969)":    "연도 필드",
		"cron(0/0 5 * * ? *)":     "분 필드",
		"cron(a 5 * * ? *)":       "분 필드",
		"cron(1, 5 * * ? *)":      "분 필드",
		"cron(0 0 30 2 ? *)":      "오지 않습니다",
		"cron(10 5 * * ? *":       "아닙니다",
		"at(2026-11-01T00:00:00)": "아닙니다",
		"rate(1 minutes)":         "rate는",
		"rate(5 minute)":          "rate는",
		"rate(0 minutes)":         "rate는",
		"rate(1.5 hours)":         "rate는",
		"":                        "아닙니다",
	} {
		_, err := schedule.ParseExpression(expression, "Asia/Seoul")
		shown := fault.TextOf(err)
		if !fault.Is(err, fault.Invalid) || !strings.Contains(shown.KO, ko) || !strings.Contains(shown.EN, "Schedule") {
			t.Errorf("%q: %v (%s)", expression, err, shown.KO)
		}
	}
	for _, zone := range []string{"Asia/Soul", "", "Local"} {
		if _, err := schedule.ParseExpression("cron(10 5 * * ? *)", zone); !fault.Is(err, fault.Invalid) {
			t.Errorf("zone %q: %v", zone, err)
		}
	}
}

// rule is a day rule of a cron beside an independent statement of what it means.
type rule struct {
	dayOfMonth, dayOfWeek string
	holds                 func(time.Time) bool
}

func rules() *rapid.Generator[rule] {
	lastOf := func(t time.Time) bool { return t.AddDate(0, 0, 1).Month() != t.Month() }
	return rapid.OneOf(
		rapid.Just(rule{"*", "?", func(time.Time) bool { return true }}),
		rapid.Just(rule{"L", "?", lastOf}),
		rapid.Custom(func(t *rapid.T) rule {
			a := rapid.IntRange(1, 31).Draw(t, "from")
			b := rapid.IntRange(a, 31).Draw(t, "to")
			return rule{fmt.Sprintf("%d-%d", a, b), "?", func(t time.Time) bool { return t.Day() >= a && t.Day() <= b }}
		}),
		rapid.Custom(func(t *rapid.T) rule {
			n, k := rapid.IntRange(1, 7).Draw(t, "weekday"), rapid.IntRange(1, 5).Draw(t, "nth")
			return rule{"?", fmt.Sprintf("%d#%d", n, k), func(t time.Time) bool {
				return int(t.Weekday())+1 == n && t.AddDate(0, 0, -7*(k-1)).Month() == t.Month() && t.AddDate(0, 0, -7*k).Month() != t.Month()
			}}
		}),
		rapid.Custom(func(t *rapid.T) rule {
			n := rapid.IntRange(1, 7).Draw(t, "weekday")
			return rule{"?", fmt.Sprintf("%dL", n), func(t time.Time) bool {
				return int(t.Weekday())+1 == n && t.AddDate(0, 0, 7).Month() != t.Month()
			}}
		}),
	)
}

func TestNothing_fires_between_two_firings_and_each_firing_keeps_the_rule(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		day := rules().Draw(t, "day")
		hour, from, step := rapid.IntRange(0, 23).Draw(t, "hour"), rapid.IntRange(0, 59).Draw(t, "minute"), rapid.IntRange(1, 59).Draw(t, "step")
		text := fmt.Sprintf("cron(%d/%d %d %s * %s *)", from, step, hour, day.dayOfMonth, day.dayOfWeek)
		e, err := schedule.ParseExpression(text, "Asia/Seoul")
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		holds := func(at time.Time) bool {
			return day.holds(at) && at.Hour() == hour && at.Minute() >= from && (at.Minute()-from)%step == 0
		}
		after := kst("2024-01-01 00:00").Add(time.Duration(rapid.Int64Range(0, 5*365*24*3600).Draw(t, "second")) * time.Second)

		want := after.Truncate(time.Minute).Add(time.Minute)
		for !holds(want) {
			if !day.holds(want) || want.Hour() > hour {
				y, m, d := want.Date()
				want = time.Date(y, m, d+1, 0, 0, 0, 0, calendar.Seoul)
				continue
			}
			want = want.Add(time.Minute)
		}
		if got := e.Next(after); !got.Equal(want) {
			t.Fatalf("%s after %s fires at %s, want %s", text, after, got, want)
		}
	})
}

func TestThe_last_firing_is_the_one_with_no_other_before_the_end(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.SampledFrom([]string{"cron(* * * * ? *)", "cron(10 5 * * ? *)", "cron(0 10 L * ? *)", "rate(7 minutes)"}).Draw(t, "expression")
		e, err := schedule.ParseExpression(text, "Asia/Seoul")
		if err != nil {
			t.Fatal(err)
		}
		after := kst("2026-10-01 00:00")
		until := after.Add(time.Duration(rapid.Int64Range(-60, 70*24*3600).Draw(t, "seconds")) * time.Second)
		got := e.Last(after, until)
		if got.IsZero() {
			if next := e.Next(after); !next.After(until) {
				t.Fatalf("%s has none between %s and %s, but fires at %s", text, after, until, next)
			}
			return
		}
		if !got.After(after) || got.After(until) || !e.Next(got).After(until) || !e.Next(got.Add(-time.Second)).Equal(got) {
			t.Fatalf("%s: the last between %s and %s is not %s", text, after, until, got)
		}
	})
}

func parsed(t *testing.T, text string) schedule.Expression {
	t.Helper()
	e, err := schedule.ParseExpression(text, "Asia/Seoul")
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func kst(s string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", s, calendar.Seoul)
	if err != nil {
		panic(err)
	}
	return t
}

func BenchmarkNext_of_every_minute(b *testing.B) {
	e, err := schedule.ParseExpression("cron(* * * * ? *)", "Asia/Seoul")
	if err != nil {
		b.Fatal(err)
	}
	at := kst("2026-10-01 00:00")
	for b.Loop() {
		at = e.Next(at)
	}
}
