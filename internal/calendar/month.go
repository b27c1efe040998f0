package calendar

import (
	"cmp"
	"fmt"
	"time"

	"jeongsan/internal/fault"
)

// Month is a calendar month in Seoul, the unit of usage and billing. Months compare with ==. The zero Month is no
// month: it is written as "" and stands for "not set".
//
// Years 1 to 9999 can be built and read; arithmetic that leaves them is not checked.
type Month struct {
	year  int
	month time.Month
}

// NewMonth builds a month; a month outside 1 to 12 or a year outside 1 to 9999 is a fault.
func NewMonth(year int, month time.Month) (Month, error) {
	if year < 1 || year > 9999 || month < time.January || month > time.December {
		return Month{}, fault.Invalidf("month", fault.T(
			"%[1]d년 %[2]d월은 없습니다. 연도는 1~9999, 월은 1~12로 적어 주세요.",
			"There is no month %[2]d of year %[1]d; years are 1 to 9999 and months 1 to 12.", year, int(month)))
	}
	return Month{year, month}, nil
}

// ParseMonth reads "2026-10" (our own form) and "202610" (the form of outside systems).
func ParseMonth(s string) (Month, error) {
	compact := s
	if len(s) == len("2006-01") && s[4] == '-' {
		compact = s[:4] + s[5:]
	}
	n, ok := digits(compact)
	if !ok || len(compact) != len("200601") {
		return Month{}, notAMonth(s)
	}
	m, err := NewMonth(n/100, time.Month(n%100))
	if err != nil {
		return Month{}, notAMonth(s)
	}
	return m, nil
}

func notAMonth(s string) error {
	return fault.Invalidf("month", fault.T(
		"%.20q은(는) 월이 아닙니다. 2026-10처럼 적어 주세요.",
		"%.20q is not a month; write it like 2026-10.", s))
}

// MustMonth is ParseMonth for constants in code and tests; it panics on a bad literal.
func MustMonth(s string) Month {
	m, err := ParseMonth(s)
	if err != nil {
		panic(err)
	}
	return m
}

// MonthOf is the month it is in Seoul at t.
func MonthOf(t time.Time) Month { return DateOf(t).In() }

// Year is the year.
func (m Month) Year() int { return m.year }

// Month is the month of the year, January = 1.
func (m Month) Month() time.Month { return m.month }

// IsZero reports whether m is no month.
func (m Month) IsZero() bool { return m == Month{} }

// Days is the number of days: 28 to 31.
func (m Month) Days() int { return m.Last().day }

// First is the first day.
func (m Month) First() Date { return Date{m.year, m.month, 1} }

// Last is the last day.
func (m Month) Last() Date { return m.Next().First().AddDays(-1) }

// Day is the n-th day, held within the month: below 1 is the first day, past the end is the last one. A contract that
// says "on the 31st" means 30 November and 28 February.
func (m Month) Day(n int) Date { return Date{m.year, m.month, max(1, min(n, m.Days()))} }

// Contains reports whether the day lies in the month.
func (m Month) Contains(d Date) bool { return d.In() == m }

// Start is the first instant of the month in Seoul; with End it is the half-open span [Start, End).
func (m Month) Start() time.Time { return m.First().Start() }

// End is the first instant of the next month in Seoul, which is no longer part of this one.
func (m Month) End() time.Time { return m.Next().Start() }

// Next is the month after.
func (m Month) Next() Month { return m.Add(1) }

// Prev is the month before.
func (m Month) Prev() Month { return m.Add(-1) }

// Add is the month n months later, or earlier when n is negative.
func (m Month) Add(n int) Month {
	t := time.Date(m.year, m.month+time.Month(n), 1, 0, 0, 0, 0, time.UTC)
	return Month{t.Year(), t.Month()}
}

// Sub is the number of months from other to m: 0 for the same month, negative when m is earlier.
func (m Month) Sub(other Month) int {
	return (m.year-other.year)*12 + int(m.month) - int(other.month)
}

// Compare is −1 when m is earlier than other, 0 for the same month and +1 when it is later.
func (m Month) Compare(other Month) int { return cmp.Compare(m.Sub(other), 0) }

// Before reports whether m is earlier than other.
func (m Month) Before(other Month) bool { return m.Compare(other) < 0 }

// After reports whether m is later than other.
func (m Month) After(other Month) bool { return m.Compare(other) > 0 }

// String is "2026-10", and "" for no month.
func (m Month) String() string { return m.format("%04d-%02d") }

// Compact is "202610", and "" for no month.
func (m Month) Compact() string { return m.format("%04d%02d") }

// Korean is the form of Korean screens and documents: "2026년 10월".
func (m Month) Korean() string { return m.format("%d년 %d월") }

func (m Month) format(layout string) string {
	if m.IsZero() {
		return ""
	}
	return fmt.Sprintf(layout, m.year, m.month)
}

// MarshalText writes String.
func (m Month) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText reads what ParseMonth reads; "" is no month.
func (m *Month) UnmarshalText(b []byte) (err error) {
	if len(b) == 0 {
		*m = Month{}
		return nil
	}
	*m, err = ParseMonth(string(b))
	return err
}
