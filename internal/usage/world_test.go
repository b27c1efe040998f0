package usage_test

import (
	"bytes"
	"context"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"jeongsan/internal/blob"
	"jeongsan/internal/blob/directory"
	"jeongsan/internal/calendar"
	"jeongsan/internal/money"
	"jeongsan/internal/rating"
	"jeongsan/internal/store"
	"jeongsan/internal/usage"
)

var (
	october = calendar.MustMonth("2026-10")
	meta    = usage.Meta{Account: "public", Month: october, Currency: money.KRW}
)

func d(s string) money.Decimal { return money.MustDecimal(s) }

// spool is scratch space in memory.
type spool struct{ bytes.Buffer }

func (s *spool) ReadAt(p []byte, off int64) (int, error) {
	return bytes.NewReader(s.Bytes()).ReadAt(p, off)
}

// of is a row of a member.
type of struct {
	member string
	row    usage.Row
}

func row(service, cost string) usage.Row {
	return usage.Row{Service: service, List: d(cost), Cost: d(cost), Start: time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)}
}

// snapshot is a finished snapshot.
type snapshot struct {
	index usage.Index
	hash  string
	bytes []byte
}

func build(t testing.TB, budget int, members []usage.Member, rows []of) snapshot {
	t.Helper()
	b := usage.NewBuilder(&spool{}).WithBudget(budget)
	for i, r := range rows { // statements come in the midst of rows
		if i == len(rows)/2 {
			state(t, b, members)
		}
		if err := b.Row(r.member, r.row); err != nil {
			t.Fatal(err)
		}
	}
	if len(rows) == 0 {
		state(t, b, members)
	}
	var out bytes.Buffer
	x, hash, err := b.Finish(meta, &out)
	if err != nil {
		t.Fatal(err)
	}
	return snapshot{x, hash, out.Bytes()}
}

func state(t testing.TB, b *usage.Builder, members []usage.Member) {
	t.Helper()
	for _, m := range members {
		if err := b.Member(m); err != nil {
			t.Fatal(err)
		}
	}
}

// a small month: three members, one of them with a total of its own, one without rows.
func small() ([]usage.Member, []of) {
	members := []usage.Member{
		{ID: "1000001", Total: &usage.Total{Amount: d("114570"), Parts: []rating.Part{{Name: "절사", Amount: d("-7.4")}}}},
		{ID: "1000003", Name: "행 없는 회원", Total: &usage.Total{Amount: d("-3")}},
	}
	rows := []of{
		{"1000002", row("서버", "0.1")}, {"1000001", row("서버", "82361")}, {"1000001", row("네트워크", "10000")}, {"1000001", row("네트워크", "10000")},
		{"1000002", row("서버", "0.20")}, {"1000001", row("공인 IP", "4166.4")}, {"1000002", row("크레딧", "-0.05")},
	}
	return members, rows
}

// kept is the snapshot in a bucket.
func kept(t testing.TB, s snapshot) (blob.Bucket, blob.Key) {
	t.Helper()
	tenant, err := store.ParseTenant("hanbit")
	if err != nil {
		t.Fatal(err)
	}
	now := func() time.Time { return time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC) }
	bucket, err := directory.Open(t.TempDir(), bytes.Repeat([]byte("k"), 32), "http://localhost/blob", now)
	if err != nil {
		t.Fatal(err)
	}
	key, err := blob.NewKey(tenant, blob.Books, "usage", "snapshot")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := bucket.Put(context.Background(), key, "application/octet-stream", bytes.NewReader(s.bytes)); err != nil {
		t.Fatal(err)
	}
	return bucket, key
}

func (s snapshot) entry(t testing.TB, member string) usage.Entry {
	t.Helper()
	for _, e := range s.index.Members {
		if e.ID == member {
			return e
		}
	}
	t.Fatalf("member %s is not in the index", member)
	return usage.Entry{}
}

func at(k blob.Key, e usage.Entry) usage.Location {
	return usage.Location{Object: k, Offset: e.Offset, Length: e.Length, Hash: e.Hash}
}

// readAll reads one member's rows back.
func readAll(t testing.TB, s snapshot, member string) (usage.Member, []usage.Row) {
	t.Helper()
	bucket, key := kept(t, s)
	var rows []usage.Row
	m, err := usage.ReadMember(context.Background(), bucket, at(key, s.entry(t, member)), func(r usage.Row) error { rows = append(rows, r); return nil })
	if err != nil {
		t.Fatal(err)
	}
	return m, rows
}

var anyRow = rapid.Custom(func(t *rapid.T) usage.Row {
	text := rapid.OneOf(rapid.SampledFrom([]string{"", "서버 (VPC)", "a,b\n\"c\"", "\x00\xff"}), rapid.String())
	amount := rapid.Custom(func(t *rapid.T) money.Decimal {
		return d(fmt.Sprintf("%de%d", rapid.Int64().Draw(t, "n"), rapid.IntRange(-40, 40).Draw(t, "exponent")))
	})
	when := rapid.Custom(func(t *rapid.T) time.Time {
		if n := rapid.Int64Range(-1e9, 3e9).Draw(t, "seconds"); n != 0 {
			return time.Unix(n, 0).UTC()
		}
		return time.Time{}
	})
	r := usage.Row{
		Service: text.Draw(t, "service"), Kind: text.Draw(t, "kind"), Region: text.Draw(t, "region"), Detail: text.Draw(t, "detail"),
		Plan: text.Draw(t, "plan"), Resource: text.Draw(t, "resource"), Ref: text.Draw(t, "ref"), Quantity: text.Draw(t, "quantity"),
		List: amount.Draw(t, "list"), Promise: amount.Draw(t, "promise"), MemberPrice: amount.Draw(t, "price"), MemberPromise: amount.Draw(t, "member promise"),
		Cost: amount.Draw(t, "cost"), Start: when.Draw(t, "start"), End: when.Draw(t, "end"), VM: rapid.Bool().Draw(t, "VM"),
	}
	return r.Settle()
})
