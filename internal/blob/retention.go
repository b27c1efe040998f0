package blob

import (
	"time"

	"jeongsan/internal/calendar"
)

// RetainUntil is the day up to which the law keeps an object of the class that is written at that time; false when
// nothing keeps it. It is never earlier than the law's own day, and at most a year later, since an object does not
// say to which book or tax period it belongs:
//   - Books and Audit: 10 years from the close of the books (상법 제33조 제1항, 제2항), taken as the end of the year;
//   - TaxLocked: 5 years from the final return deadline of the half-year (부가가치세법 제71조 제3항), which is the 25th
//     of July or January (제49조) or the working day after it, taken as the end of that month.
func RetainUntil(c Class, written time.Time) (time.Time, bool) {
	year, month, _ := written.In(calendar.Seoul).Date()
	switch c {
	case Books, Audit:
		return firstOf(year+11, time.January), true
	case TaxLocked:
		if month <= time.June {
			return firstOf(year+5, time.August), true
		}
		return firstOf(year+6, time.February), true
	}
	return time.Time{}, false
}

func firstOf(year int, m time.Month) time.Time {
	return time.Date(year, m, 1, 0, 0, 0, 0, calendar.Seoul)
}
