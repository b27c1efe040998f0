package intake_test

import (
	"context"
	"slices"
	"testing"

	"jeongsan/internal/calendar"
	"jeongsan/internal/money"
	"jeongsan/internal/settlement"
	"jeongsan/internal/usage"
)

var october = calendar.MustMonth("2026-10")

func d(s string) money.Decimal { return money.MustDecimal(s) }

// desk is a sink that keeps what it is given.
type desk struct {
	members map[string]usage.Member
	rows    map[string][]usage.Row
}

func newDesk() *desk {
	return &desk{members: map[string]usage.Member{}, rows: map[string][]usage.Row{}}
}

func (k *desk) Member(m usage.Member) error { k.members[m.ID] = m; return nil }
func (k *desk) Row(member string, r usage.Row) error {
	k.rows[member] = append(k.rows[member], r)
	return nil
}

func (k *desk) ids() []string {
	var out []string
	for id := range k.members {
		out = append(out, id)
	}
	slices.Sort(out)
	return out
}

// cost is the sum of a member's rows.
func (k *desk) cost(member string) money.Decimal {
	var sum money.Decimal
	for _, r := range k.rows[member] {
		sum = sum.Add(r.Cost)
	}
	return sum
}

func pulled(t *testing.T, s settlement.Source, m calendar.Month) (*desk, settlement.Statement) {
	t.Helper()
	k := newDesk()
	statement, err := s.Pull(context.Background(), m, k)
	if err != nil {
		t.Fatal(err)
	}
	return k, statement
}

func equal(t *testing.T, what string, got money.Decimal, want string) {
	t.Helper()
	if got.Canonical() != want {
		t.Errorf("%s is %s, want %s", what, got.Canonical(), want)
	}
}
