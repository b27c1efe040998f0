package popbill

import (
	"time"

	"jeongsan/internal/calendar"
)

// original finds the document that an approval number belongs to.
func (s *Simulator) original(confirm string) *document {
	for _, d := range s.state.Documents {
		if d.Confirm == confirm && !d.Deleted {
			return d
		}
	}
	return nil
}

func (s *Simulator) checkAmendment(corpNum string, f fields, now time.Time) error {
	code, confirm := f.number("modifyCode"), f.text("orgNTSConfirmNum")
	if _, given := f["modifyCode"]; !given && confirm == "" {
		return nil
	}
	if code < 1 || code > 6 {
		return refuse(-11001009)
	}
	switch {
	case confirm == "":
		return refuse(-11004011)
	case len(confirm) != 24:
		return refuse(-11004010)
	}
	org := s.original(confirm)
	switch {
	case org == nil:
		return refuse(-11001055)
	case org.CorpNum != corpNum:
		return refuse(-11001057)
	case org.State != sent:
		return refuse(-11001056)
	}
	return checkAgainstOriginal(code, f, org, now)
}

func checkAgainstOriginal(code int, f fields, org *document, now time.Time) error {
	exempt := org.Fields.text("taxType") == "면세"
	supply := f.won("supplyCostTotal")
	switch {
	case exempt && f.text("taxType") != "면세":
		return refuse(-11001080)
	case !exempt && f.text("taxType") == "면세":
		return refuse(-11001081)
	case (code == 3 || code == 4) && supply >= 0:
		return refuse(-11001010)
	case supply < 0 && -supply > abs(org.Fields.won("supplyCostTotal")): // guess: positive ones are not compared
		return refuse(-11001118)
	case code == 5 && f.text("writeDate") != org.Fields.text("writeDate"):
		return refuse(-11002052)
	case code == 5 && calendar.DateOf(now).After(creditDeadline(f.text("writeDate"))):
		return refuse(-11002010)
	}
	return nil
}

func abs(n int64) int64 { return max(n, -n) }

// creditDeadline is the 20th after the end of the half-year, as the text of the error says; the law gives five days more.
func creditDeadline(writeDate string) calendar.Date {
	written, _ := dateOf(writeDate)
	end := written.In()
	for end.Month() != time.June && end.Month() != time.December {
		end = end.Next()
	}
	return end.Next().Day(20)
}
