package ncp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// Sink receives a pulled month. All calls come from one goroutine: Begin, then partner bills, member bills and contract rows
// in the provider's order (rows of different members may be interleaved). When the data changed while it was read the
// pull starts again with another Begin: everything received since the last one is to be forgotten, and nothing may be
// kept for good before PullMonth has returned without an error. An error of the sink ends the pull and is returned as it is.
type Sink interface {
	Begin() error
	PartnerBill(PartnerBill) error
	MemberBill(MemberBill) error
	ContractCost(ContractCost) error
}

// Pull says which month of which account to pull.
type Pull struct {
	Month   string // yyyyMM
	Partner bool   // all members of a partner; false: the account itself, which has no partner bills
}

// Pulled sums up a month that was pulled in one piece.
type Pulled struct {
	Month    string
	Members  []string // those with a bill, in the provider's order; for a partner all that it lists
	Bills    int
	Rows     int
	Attempts int
	// FirstWritten and LastWritten span the writeDates of bills and rows; zero when there is nothing.
	FirstWritten, LastWritten time.Time
}

const (
	maxAttempts = 4                // of a whole pull, the first included
	restartWait = 30 * time.Second // doubled each time: a rewrite takes the provider a while
)

// PullMonth reads a whole month as one snapshot: the partner's bills (which list its members), the members' bills, every
// contract row, and the bills once more. The snapshot is whole if
//   - totalRows stood still and every page was new;
//   - all rows of a member are of one writeDate, of the same day (KST) as its bill: snapshots are written once a day;
//   - the bills read before and after the rows are the same in every field.
//
// Otherwise the pull starts again, up to three times, and at last returns ErrChanged (fault.Unavailable).
// A month that is not written yet gives nothing, or ErrOtherMonth.
func (c *Client) PullMonth(ctx context.Context, p Pull, sink Sink) (Pulled, error) {
	for n := 1; ; n++ {
		out, err := c.pullOnce(ctx, p, sink)
		out.Attempts = n
		if err == nil {
			return out, nil
		}
		if !errors.Is(err, ErrChanged) || n == maxAttempts {
			return Pulled{}, err
		}
		if err := c.sleep(ctx, restartWait<<(n-1)); err != nil {
			return Pulled{}, unreachable(err)
		}
	}
}

func (c *Client) pullOnce(ctx context.Context, p Pull, sink Sink) (Pulled, error) {
	if err := sink.Begin(); err != nil {
		return Pulled{}, err
	}
	before, err := c.bills(ctx, p, sink.PartnerBill, sink.MemberBill)
	if err != nil {
		return Pulled{}, err
	}
	out := Pulled{Month: p.Month, Members: before.members, Bills: before.count, FirstWritten: before.first, LastWritten: before.last}
	if p.Partner && len(before.members) == 0 {
		return out, nil
	}
	for row, err := range c.ContractCosts(ctx, Month(p.Month), before.scope(p)) {
		if err != nil {
			return Pulled{}, err
		}
		if err := before.matches(row); err != nil {
			return Pulled{}, err
		}
		if err := sink.ContractCost(row); err != nil {
			return Pulled{}, err
		}
		out.Rows++
		out.FirstWritten, out.LastWritten = spanned(out.FirstWritten, out.LastWritten, row.Written)
	}
	after, err := c.bills(ctx, p, ignore, ignore)
	if err != nil {
		return Pulled{}, err
	}
	return out, before.same(after)
}

func ignore[T any](T) error { return nil }

// billSet is what the bills of a month said at one moment.
type billSet struct {
	members     []string
	count       int
	days        map[string]map[string]bool // by member: the days on which its bills were written
	digest      map[string]int             // canonical bills, and how often each came
	first, last time.Time
}

func (c *Client) bills(ctx context.Context, p Pull, partner func(PartnerBill) error, member func(MemberBill) error) (billSet, error) {
	set := billSet{days: map[string]map[string]bool{}, digest: map[string]int{}}
	if p.Partner {
		for bill, err := range c.PartnerBills(ctx, Month(p.Month), Scope{}) {
			if err != nil {
				return billSet{}, err
			}
			if err := partner(bill); err != nil {
				return billSet{}, err
			}
			set.list(bill.MemberNo)
			if err := set.note(opPartnerBills, bill); err != nil {
				return billSet{}, err
			}
		}
		if len(set.members) == 0 {
			return set, nil
		}
	}
	for bill, err := range c.MemberBills(ctx, Month(p.Month), set.scope(p)) {
		if err != nil {
			return billSet{}, err
		}
		if err := member(bill); err != nil {
			return billSet{}, err
		}
		set.list(bill.MemberNo)
		if err := set.note(opMemberBills, bill); err != nil {
			return billSet{}, err
		}
		set.count++
		set.days[bill.MemberNo][bill.Written.Format(dayLayout)] = true
		set.first, set.last = spanned(set.first, set.last, bill.Written)
	}
	return set, nil
}

func (s *billSet) scope(p Pull) Scope {
	if !p.Partner {
		return Scope{}
	}
	return Scope{Partner: true, Members: s.members}
}

func (s *billSet) list(member string) {
	if s.days[member] == nil {
		s.days[member] = map[string]bool{}
		s.members = append(s.members, member)
	}
}

// note remembers a bill in every field; a date that has no JSON form is no bill's.
func (s *billSet) note(op operation, bill any) error {
	canonical, err := json.Marshal(bill)
	if err != nil {
		return unreadable(op, err)
	}
	s.digest[string(canonical)]++
	return nil
}

// matches refuses a row that was written on another day than its member's bill. A member without a bill is left to
// the comparison of the bills before and after.
func (s *billSet) matches(row ContractCost) error {
	days := s.days[row.MemberNo]
	if day := row.Written.Format(dayLayout); len(days) > 0 && !days[day] {
		return changed(opContractCosts, fmt.Sprintf("rows are of %s, the bill is not", day))
	}
	return nil
}

func (s *billSet) same(later billSet) error {
	if len(s.digest) != len(later.digest) {
		return changed(opMemberBills, "the bills are others than before the rows were read")
	}
	for bill, n := range s.digest {
		if later.digest[bill] != n {
			return changed(opMemberBills, "a bill is not what it was before the rows were read")
		}
	}
	return nil
}

func spanned(first, last, t time.Time) (time.Time, time.Time) {
	if first.IsZero() || t.Before(first) {
		first = t
	}
	if t.After(last) {
		last = t
	}
	return first, last
}
