package calendar

import (
	"cmp"
	"fmt"
	"time"

	"jeongsan/internal/fault"
)

// Date is a day of the Gregorian calendar in Seoul, without a time of day. Dates compare with ==. The zero Date is
// no date: it is written as "" and stands for "not set".
//
// Years 1 to 9999 can be built and read; arithmetic that leaves them is not checked.
type Date struct {
	year  int
	month time.Month
	day   int
}

// NewDate builds a date; a day that the month does not have is a fault, not the day after.
func NewDate(year int, month time.Month, day int) (Date, error) {
	m, err := NewMonth(year, month)
	if err != nil {
		return Date{}, err
	}
	if day < 1 || day > m.Days() {
		return Date{}, fault.Invalidf("date", fault.T(
			"%[1]s은 1일부터 %[2]d일까지입니다. %[3]d일은 없습니다.",
			"%[4]s has days 1 to %[2]d; there is no day %[3]d.", m.Korean(), m.Days(), day, m))
	}
	return Date{year, month, day}, nil
}

// ParseDate reads "2026-10-31" and nothing else.
func ParseDate(s string) (Date, error) {
	if len(s) != len("2006-01-02") || s[4] != '-' || s[7] != '-' {
		return Date{}, notADate(s)
	}
	year, okYear := digits(s[:4])
	month, okMonth := digits(s[5:7])
	day, okDay := digits(s[8:])
	if !okYear || !okMonth || !okDay {
		return Date{}, notADate(s)
	}
	d, err := NewDate(year, time.Month(month), day)
	if err != nil {
		return Date{}, notADate(s)
	}
	return d, nil
}

func notADate(s string) error {
	return fault.Invalidf("date", fault.T(
		"%.20q은(는) 날짜가 아닙니다. 2026-10-31처럼 적어 주세요.",
		"%.20q is not a date; write it like 2026-10-31.", s))
}

// digits reads an unsigned number made of ASCII digits only.
func digits(s string) (n int, ok bool) {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = n*10 + int(s[i]-'0')
	}
	return n, true
}

// MustDate is ParseDate for constants in code and tests; it panics on a bad literal.
func MustDate(s string) Date {
	d, err := ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

// DateOf is the day it is in Seoul at t.
func DateOf(t time.Time) Date {
	y, m, d := t.In(Seoul).Date()
	return Date{y, m, d}
}

// Year is the year.
func (d Date) Year() int { return d.year }

// Month is the month of the year, January = 1.
func (d Date) Month() time.Month { return d.month }

// Day is the day of the month, from 1.
func (d Date) Day() int { return d.day }

// In is the month that the day lies in.
func (d Date) In() Month { return Month{d.year, d.month} }

// Weekday is the day of the week.
func (d Date) Weekday() time.Weekday { return d.utc().Weekday() }

// IsZero reports whether d is no date.
func (d Date) IsZero() bool { return d == Date{} }

// Start is the first instant of the day: 00:00 in Seoul.
func (d Date) Start() time.Time { return time.Date(d.year, d.month, d.day, 0, 0, 0, 0, Seoul) }

// AddDays is the day n days later, or earlier when n is negative.
func (d Date) AddDays(n int) Date { return fromUTC(d.utc().AddDate(0, 0, n)) }

// Sub is the number of days from other to d: 0 for the same day, negative when d is earlier.
func (d Date) Sub(other Date) int {
	const secondsPerDay = 24 * 60 * 60
	return int((d.utc().Unix() - other.utc().Unix()) / secondsPerDay)
}

// Compare is −1 when d is earlier than other, 0 for the same day and +1 when it is later.
func (d Date) Compare(other Date) int {
	return cmp.Or(cmp.Compare(d.year, other.year), cmp.Compare(d.month, other.month), cmp.Compare(d.day, other.day))
}

// Before reports whether d is earlier than other.
func (d Date) Before(other Date) bool { return d.Compare(other) < 0 }

// After reports whether d is later than other.
func (d Date) After(other Date) bool { return d.Compare(other) > 0 }

// Equal reports whether both are the same day.
func (d Date) Equal(other Date) bool { return d == other }

// utc is the day as an instant for arithmetic only: UTC has no zone change that could eat an hour.
func (d Date) utc() time.Time { return time.Date(d.year, d.month, d.day, 0, 0, 0, 0, time.UTC) }

func fromUTC(t time.Time) Date {
	y, m, d := t.Date()
	return Date{y, m, d}
}

// String is "2026-10-31", and "" for no date.
func (d Date) String() string { return d.format("%04d-%02d-%02d") }

// Compact is "20261031", and "" for no date.
func (d Date) Compact() string { return d.format("%04d%02d%02d") }

// Korean is the form of Korean screens and documents: "2026년 10월 31일".
func (d Date) Korean() string { return d.format("%d년 %d월 %d일") }

func (d Date) format(layout string) string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf(layout, d.year, d.month, d.day)
}

// MarshalText writes String.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what MarshalText writes; "" is no date.
func (d *Date) UnmarshalText(b []byte) (err error) {
	if len(b) == 0 {
		*d = Date{}
		return nil
	}
	*d, err = ParseDate(string(b))
	return err
}
