package schedule

import (
	"strconv"
	"strings"
	"time"
)

// cron is a parsed cron expression of EventBridge: minute, hour, day of month, month, day of week, year.
type cron struct {
	minutes, hours, months set
	years                  []span
	day                    func(date) bool // the day of month or the day of week, whichever is not "?"
}

// date is a day of the calendar with what day rules ask about it.
type date struct {
	year    int
	month   time.Month
	day     int
	last    int // day of the month's end
	weekday int // 1 = Sunday … 7 = Saturday, as EventBridge counts
}

// next finds the first firing after a time, at whole minutes of the zone's clock; the zero time when there is none.
// A minute that a change to summer time leaves out does not fire.
func (c cron) next(after time.Time, zone *time.Location) time.Time {
	start := after.In(zone)
	for t := noon(start); t.Year() <= yearField.high; t = nextDay(t) {
		if !c.firesOn(t) {
			continue
		}
		if at := c.nextOfDay(t, after); !at.IsZero() {
			return at
		}
	}
	return time.Time{}
}

func (c cron) firesOn(t time.Time) bool {
	if !c.months.has(int(t.Month())) || !c.inYear(t.Year()) {
		return false
	}
	last := time.Date(t.Year(), t.Month()+1, 0, 0, 0, 0, 0, time.UTC).Day()
	return c.day(date{t.Year(), t.Month(), t.Day(), last, int(t.Weekday()) + 1})
}

func (c cron) inYear(y int) bool {
	for _, s := range c.years {
		if s.has(y) {
			return true
		}
	}
	return false
}

func (c cron) nextOfDay(day, after time.Time) time.Time {
	hour, minute := 0, 0
	if sameDay(day, after) { // nothing earlier than this minute can be after it
		local := after.In(day.Location())
		hour, minute = local.Hour(), local.Minute()
	}
	for h, ok := c.hours.from(hour); ok; h, ok = c.hours.from(h + 1) {
		if h > hour {
			minute = 0
		}
		for m, ok := c.minutes.from(minute); ok; m, ok = c.minutes.from(m + 1) {
			at := time.Date(day.Year(), day.Month(), day.Day(), h, m, 0, 0, day.Location())
			if at.After(after) && at.Hour() == h && at.Minute() == m {
				return at
			}
		}
	}
	return time.Time{}
}

func sameDay(day, t time.Time) bool {
	y, m, d := t.In(day.Location()).Date()
	return y == day.Year() && m == day.Month() && d == day.Day()
}

// noon and nextDay keep to noon, which exists on every day of every zone.
func noon(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 12, 0, 0, 0, t.Location())
}

func nextDay(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day()+1, 12, 0, 0, 0, t.Location())
}

// parseCron reads the six fields between the brackets; why says what is wrong with them.
func parseCron(text string) (c cron, why problem) {
	f := strings.Fields(text)
	if len(f) != 6 {
		return cron{}, problem{"필드가 6개(분 시 일 월 요일 연도)여야 합니다", "it needs six fields (minute hour day month weekday year)"}
	}
	var ok [4]bool
	c.minutes, ok[0] = minuteField.set(f[0])
	c.hours, ok[1] = hourField.set(f[1])
	c.months, ok[2] = monthField.set(f[3])
	c.years, ok[3] = yearField.numbers(f[5])
	for i, name := range []problem{{"분", "minute"}, {"시", "hour"}, {"월", "month"}, {"연도", "year"}} {
		if !ok[i] {
			return cron{}, unreadable(name)
		}
	}
	c.day, why = parseDay(f[2], f[4])
	return c, why
}

func parseDay(ofMonth, ofWeek string) (func(date) bool, problem) {
	if (ofMonth == "?") == (ofWeek == "?") {
		return nil, problem{"일과 요일 중 하나만 ?여야 합니다", "exactly one of day and weekday must be ?"}
	}
	if ofWeek == "?" {
		if rule, ok := dayOfMonth(ofMonth); ok {
			return rule, problem{}
		}
		return nil, unreadable(problem{"일", "day"})
	}
	if rule, ok := dayOfWeek(ofWeek); ok {
		return rule, problem{}
	}
	return nil, unreadable(problem{"요일", "weekday"})
}

func dayOfMonth(text string) (func(date) bool, bool) {
	if text == "L" {
		return func(d date) bool { return d.day == d.last }, true
	}
	if near, ok := strings.CutSuffix(text, "W"); ok {
		n, ok := dayField.number(near)
		return func(d date) bool { return d.day == nearestWorkday(d, n) }, ok
	}
	days, ok := dayField.set(text)
	return func(d date) bool { return days.has(d.day) }, ok
}

// nearestWorkday is the Monday to Friday nearest to the n-th, within the month; 0 when the month has no n-th.
// Korean holidays are not Scheduler's business: what depends on business days is a timer.
func nearestWorkday(d date, n int) int {
	if n > d.last {
		return 0
	}
	weekday := time.Date(d.year, d.month, n, 0, 0, 0, 0, time.UTC).Weekday()
	switch {
	case weekday == time.Saturday && n == 1:
		return 3
	case weekday == time.Saturday:
		return n - 1
	case weekday == time.Sunday && n == d.last:
		return n - 2
	case weekday == time.Sunday:
		return n + 1
	}
	return n
}

func dayOfWeek(text string) (func(date) bool, bool) {
	if name, ok := strings.CutSuffix(text, "L"); ok { // "6L": the month's last Friday
		n, ok := weekdayField.number(name)
		return func(d date) bool { return d.weekday == n && d.day > d.last-7 }, ok
	}
	if name, nth, found := strings.Cut(text, "#"); found { // "6#3": the month's third Friday
		n, ok := weekdayField.number(name)
		k, err := strconv.Atoi(nth)
		return func(d date) bool { return d.weekday == n && (d.day+6)/7 == k }, ok && err == nil && k >= 1 && k <= 5
	}
	days, ok := weekdayField.set(text)
	return func(d date) bool { return days.has(d.weekday) }, ok
}
