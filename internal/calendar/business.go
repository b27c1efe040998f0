package calendar

import (
	"slices"
	"time"

	"jeongsan/internal/fault"
)

//go:generate npm ci --prefix gen --no-audit --no-fund
//go:generate node gen/holidays.js
//go:generate gofmt -w holidays_table.go

// holiday is a row of the gazette's table. Two holidays on one day share a row: "어린이날, 부처님 오신 날".
type holiday struct {
	date Date
	name string
}

// BusinessCalendar answers for the years of its table which days are business days (영업일): neither Saturday nor
// Sunday nor a public holiday. A question about another year is a fault that names the year, because a guess would
// move money on a wrong day. The zero value has no years.
type BusinessCalendar struct {
	holidays    []holiday // in the order of dates
	first, last int       // years, both included
}

// Korea is the calendar of the official gazette, 2018 to 2027, with substitute holidays (대체공휴일), election days
// and holidays declared for one year (임시공휴일).
func Korea() BusinessCalendar {
	return BusinessCalendar{holidays: gazette, first: gazetteFirstYear, last: gazetteLastYear}
}

// HolidayName is the official name of the public holiday on d, and false when d is none. A Sunday as such is no named
// holiday.
func (c BusinessCalendar) HolidayName(d Date) (string, bool, error) {
	if d.year < c.first || d.year > c.last {
		return "", false, c.outside(d.year)
	}
	i, found := slices.BinarySearchFunc(c.holidays, d, func(h holiday, d Date) int { return h.date.Compare(d) })
	if !found {
		return "", false, nil
	}
	return c.holidays[i].name, true, nil
}

func (c BusinessCalendar) outside(year int) error {
	return fault.Invalidf("date", fault.T(
		"%[1]d년의 공휴일표가 없습니다(%[2]d~%[3]d년만 있음). 영업일을 알 수 없으니, 운영자에게 관보의 %[1]d년 공휴일을 실은 판으로 올려 달라고 하거나 그 안의 날짜를 골라 주세요.",
		"There is no holiday table for %[1]d (only %[2]d to %[3]d), so business days are not known. Ask the operator for a release with the gazette's holidays of %[1]d, or choose a date within the table.",
		year, c.first, c.last))
}

// IsBusinessDay reports whether d is neither Saturday nor Sunday nor a public holiday.
func (c BusinessCalendar) IsBusinessDay(d Date) (bool, error) {
	_, isHoliday, err := c.HolidayName(d)
	return err == nil && !isHoliday && !isWeekend(d), err
}

func isWeekend(d Date) bool {
	w := d.Weekday()
	return w == time.Saturday || w == time.Sunday
}

// OnOrAfter is d when it is a business day, else the first one after it.
func (c BusinessCalendar) OnOrAfter(d Date) (Date, error) { return c.seek(d, 1, c.IsBusinessDay) }

// NextBusinessDay is the first business day strictly after d (익영업일).
func (c BusinessCalendar) NextBusinessDay(d Date) (Date, error) { return c.OnOrAfter(d.AddDays(1)) }

// AddBusinessDays counts n business days from d, not counting d itself; a negative n counts back, and 0 is d as it
// stands, business day or not.
func (c BusinessCalendar) AddBusinessDays(d Date, n int) (Date, error) {
	step := 1
	if n < 0 {
		step = -1
	}
	for ; n != 0; n -= step {
		var err error
		if d, err = c.seek(d.AddDays(step), step, c.IsBusinessDay); err != nil {
			return Date{}, err
		}
	}
	return d, nil
}

// seek goes from d day by day until one is accepted; the end of the table ends the search with its fault.
func (c BusinessCalendar) seek(d Date, step int, accept func(Date) (bool, error)) (Date, error) {
	for {
		ok, err := accept(d)
		if err != nil {
			return Date{}, err
		}
		if ok {
			return d, nil
		}
		d = d.AddDays(step)
	}
}

// TaxDeadline is the day on which a statutory deadline of the tax office falls: d, or the next day that is neither
// Saturday, Sunday, a public or substitute holiday nor 근로자의 날 (1 May). Source: 국세기본법 제5조 제1항. Until 2025
// the first of May was a working day to the gazette and not to that article; since 2026 it is a public holiday.
func (c BusinessCalendar) TaxDeadline(d Date) (Date, error) {
	return c.seek(d, 1, func(d Date) (bool, error) {
		business, err := c.IsBusinessDay(d)
		return business && !isWorkersDay(d), err
	})
}

func isWorkersDay(d Date) bool { return d.month == time.May && d.day == 1 }

// TaxInvoiceDeadline is the last day to issue the tax invoice for what was supplied in the usage month: the 10th of
// the next month, moved by TaxDeadline. Source: 부가가치세법 제34조 제3항.
func (c BusinessCalendar) TaxInvoiceDeadline(usage Month) (Date, error) {
	return c.TaxDeadline(usage.Next().Day(10))
}
