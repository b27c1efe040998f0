// Package calendar is business time: the clock, days and months of Asia/Seoul, billing cycles and Korean business days.
//
// It owns the one Clock of the program (nobody else calls time.Now), the Date and the Month as comparable values
// without a time of day, the instants at which they begin and end in Seoul, the cycles in which a customer is
// billed, and the official gazette's table of public holidays with the statutory deadlines that lean on it. It does
// not own due dates, schedules or any other policy: those are data of the nouns that use it.
//
// Invariants: a Date and a Month that were built without an error exist in the Gregorian calendar; every conversion
// between them and an instant goes through Seoul; the answer to a question about a year without a holiday table is an
// error, never a guess.
//
// Everything above the ground floor uses it: rating and ledger for months and dates, nouns and flows for the rest.
package calendar

import (
	"time"
	_ "time/tzdata" // a Lambda image and a bare container have no zone database
)

// Seoul is Asia/Seoul, the zone of all business time: UTC+9, without summer time since 1988.
var Seoul = seoul()

func seoul() *time.Location {
	loc, err := time.LoadLocation("Asia/Seoul")
	if err != nil { // cannot happen: the database is embedded
		panic("calendar: " + err.Error())
	}
	return loc
}
