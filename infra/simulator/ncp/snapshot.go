package ncp

import (
	"fmt"
	"time"
)

var kst = time.FixedZone("KST", 9*60*60)

// The hours of the provider's rewrites, as seen on real answers: daily soon after eight, the last one of a month on the
// 1st of the next.
const (
	dailyWrite = 8*time.Hour + 2*time.Minute + 40*time.Second
	finalWrite = 8*time.Hour + 28*time.Minute + 4*time.Second
)

// snapshot says up to when a month's costs are computed, and when that was.
type snapshot struct {
	month   time.Time // first of the month, 00:00 KST
	until   time.Time // usage up to here is in it
	written time.Time
}

// snapshotAt is the newest one at a moment; there is none before 08:02:40 of the 2nd of the month.
func snapshotAt(month, now time.Time) (snapshot, bool) {
	next := month.AddDate(0, 1, 0)
	if final := next.Add(finalWrite); !now.Before(final) {
		return snapshot{month, next, final}, true
	}
	now = now.In(kst)
	today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, kst)
	if now.Before(today.Add(dailyWrite)) {
		today = today.AddDate(0, 0, -1)
	}
	if !today.Before(next) { // the 1st: the month's own last daily write stands until the final one
		today = next.AddDate(0, 0, -1)
	}
	if !today.After(month) {
		return snapshot{}, false
	}
	return snapshot{month, today, today.Add(dailyWrite)}, true
}

// Correction changes a month at a moment, after its final write too.
type Correction struct {
	Zone     Zone
	MemberNo string // "": every member of the zone; then only writeDate moves
	Month    string // yyyyMM
	At       time.Time
	// Use is added to use and demand amount of the contract's first row ("-1200"); needs ContractNo.
	ContractNo, Use string
	// Add is a contract that turns up late; its usage counts from its Start.
	Add *Contract
}

type correction struct {
	Correction
	contractCorrection
}

// Correct registers a correction; it shows once the clock has passed At. The writeDate of what it touches becomes At.
func (s *Simulator) Correct(c Correction) error {
	var n numbers
	compiled := correction{Correction: c}
	compiled.use = n.parse("use", c.Use)
	if n.err != nil {
		return n.err
	}
	if _, err := parseMonth(c.Month); err != nil || c.At.IsZero() {
		return fmt.Errorf("a correction needs a month and a moment: %q", c.Month)
	}
	if c.Add != nil {
		added, err := compileContract(*c.Add, c.Zone)
		if err != nil {
			return err
		}
		compiled.add = added
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.corrections = append(s.corrections, compiled)
	return nil
}

// correctionsOf are those in force now for a member and month.
func (s *Simulator) correctionsOf(z Zone, memberNo string, month, now time.Time) []correction {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []correction
	for _, c := range s.corrections {
		if c.Zone == z && (c.MemberNo == "" || c.MemberNo == memberNo) && c.Month == month.Format(monthLayout) && !now.Before(c.At) {
			out = append(out, c)
		}
	}
	return out
}

const monthLayout = "200601"

func parseMonth(s string) (time.Time, error) { return time.ParseInLocation(monthLayout, s, kst) }
