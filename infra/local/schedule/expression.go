package schedule

import (
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // a bare machine has no zone database

	"jeongsan/internal/fault"
)

// Expression says when a schedule fires. It is had from ParseExpression.
type Expression struct {
	text string
	zone *time.Location
	next func(after time.Time, zone *time.Location) time.Time
}

// ParseExpression reads EventBridge Scheduler's "cron(…)" and "rate(…)" in a named zone.
//
// A cron has six fields and exactly one "?"; L, W and # stand alone, and forms that EventBridge does not document
// (L-2, LW, a range that wraps) are refused, as is a date that never comes. A rate counts from 1970-01-01 in UTC:
// AWS counts it from the deployment, which one machine cannot know.
func ParseExpression(text, zone string) (Expression, error) {
	loc, err := time.LoadLocation(zone)
	if err != nil || zone == "" || zone == "Local" {
		return Expression{}, fault.Invalidf("ScheduleExpressionTimezone", fault.T(
			"시간대 %q을(를) 알 수 없습니다.", "Time zone %q is not known.", zone)).Because(err)
	}
	e := Expression{text: text, zone: loc}
	var why problem
	switch inner, kind := bracketed(text); kind {
	case "cron":
		var c cron
		c, why = parseCron(inner)
		e.next = c.next
	case "rate":
		var every time.Duration
		every, why = parseRate(inner)
		e.next = rate(every).next
	default:
		why = problem{"cron(…)이나 rate(…)가 아닙니다", "it is neither cron(…) nor rate(…)"}
	}
	if why == (problem{}) && e.Next(time.Date(yearField.low, 1, 1, 0, 0, 0, 0, loc).Add(-time.Nanosecond)).IsZero() {
		why = problem{"이런 날짜는 오지 않습니다", "such a date never comes"}
	}
	if why != (problem{}) {
		return Expression{}, fault.Invalidf("ScheduleExpression", fault.Text{
			KO: "일정 " + strconv.Quote(text) + ": " + why.ko + ".",
			EN: "Schedule " + strconv.Quote(text) + ": " + why.en + ".",
		})
	}
	return e, nil
}

// Next is the first firing after a time, in the schedule's zone; the zero time when it will never fire again.
func (e Expression) Next(after time.Time) time.Time { return e.next(after, e.zone) }

// Last is the latest firing after one time and not after another; the zero time when there is none.
// It looks back in growing steps, so that a minute's schedule is not counted through a month.
func (e Expression) Last(after, until time.Time) time.Time {
	for back := time.Minute; ; back *= 4 {
		from := until.Add(-back)
		if from.Before(after) {
			from = after
		}
		var last time.Time
		for t := e.Next(from); !t.IsZero() && !t.After(until); t = e.Next(t) {
			last = t
		}
		if !last.IsZero() || from.Equal(after) {
			return last
		}
	}
}

// String is the expression as it was written.
func (e Expression) String() string { return e.text }

// problem is what is wrong with an expression, half a sentence in each language.
type problem struct{ ko, en string }

func unreadable(name problem) problem {
	return problem{name.ko + " 필드를 읽을 수 없습니다", "its " + name.en + " field cannot be read"}
}

func bracketed(text string) (inner, kind string) {
	kind, rest, _ := strings.Cut(text, "(")
	inner, closed := strings.CutSuffix(rest, ")")
	if !closed {
		return "", ""
	}
	return inner, kind
}

type rate time.Duration

func (r rate) next(after time.Time, zone *time.Location) time.Time {
	every := int64(time.Duration(r) / time.Second)
	return time.Unix((after.Unix()/every+1)*every, 0).In(zone)
}

// parseRate reads "1 minute", "5 minutes", "1 hour", "2 days": the unit is singular exactly for 1, as AWS demands.
func parseRate(text string) (time.Duration, problem) {
	count, unit, _ := strings.Cut(text, " ")
	n, err := strconv.Atoi(count)
	singular := strings.TrimSuffix(unit, "s")
	units := map[string]time.Duration{"minute": time.Minute, "hour": time.Hour, "day": 24 * time.Hour}
	if err != nil || n < 1 || n > 365*24*60 || units[singular] == 0 || (unit == singular) != (n == 1) {
		return 0, problem{"rate는 \"1 minute\", \"5 minutes\", \"1 hour\", \"2 days\"처럼 써야 합니다", "a rate is written like \"1 minute\", \"5 minutes\", \"1 hour\" or \"2 days\""}
	}
	return time.Duration(n) * units[singular], problem{}
}
