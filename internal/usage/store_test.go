package usage_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"jeongsan/internal/calendar"
	"jeongsan/internal/fault"
	"jeongsan/internal/money"
	"jeongsan/internal/store"
	"jeongsan/internal/store/memory"
	"jeongsan/internal/usage"
)

func TestAn_accounts_month_is_read_as_it_was_written(t *testing.T) {
	ctx, hanbit := context.Background(), must(store.ParseTenant("hanbit"))
	s := memory.New(calendar.Fixed(time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)))
	if _, _, err := usage.LoadHead(ctx, s, hanbit, "public", october); !fault.Is(err, fault.NotFound) {
		t.Fatalf("a month that was never pulled: %v", err)
	}
	head := usage.Head{Meta: meta, Snapshot: "abc", Object: key(t), Pulls: 2, Pulled: at0800(2), Charged: d("114570.25"), Partner: &usage.Partner{Members: 2, Amount: d("100000")}, Members: 2}
	rollup := func(member string) usage.Rollup {
		return usage.Rollup{Member: member, Currency: money.KRW, At: usage.Location{Object: key(t), Length: 9, Hash: "h"}, Rows: 3, List: d("1.50"), Cost: d("1.2"), Charged: d("1"), Pulled: at0800(2)}
	}
	pull := func(day int, snapshot string) usage.Pull {
		return usage.Pull{Snapshot: snapshot, Object: key(t), Pulled: at0800(day)}
	}
	writes := []store.Write{
		must(head.Put(hanbit, 0)),
		must(rollup("200").Put(hanbit, "public", october, 0)), must(rollup("1000").Put(hanbit, "public", october, 0)), must(rollup("a/b").Put(hanbit, "public", october, 0)),
		must(rollup("200").Put(hanbit, "public", october.Next(), 0)), must(rollup("200").Put(hanbit, "gov", october, 0)),
		must(pull(10, "later").Put(hanbit, meta)), must(pull(2, "first").Put(hanbit, meta)),
	}
	if err := s.Commit(ctx, store.Commit{ID: "1", Writes: writes}); err != nil {
		t.Fatal(err)
	}
	h, version, err := usage.LoadHead(ctx, s, hanbit, "public", october)
	if err != nil || version != 1 || h.Object != head.Object || !h.Charged.Equal(head.Charged) || h.Partner == nil || h.Partner.Members != 2 || !h.Pulled.Equal(head.Pulled) {
		t.Errorf("the head is %+v at %d, %v", h, version, err)
	}
	r, version, err := usage.LoadRollup(ctx, s, hanbit, "public", october, "a/b")
	if err != nil || version != 1 || r.Member != "a/b" || !r.Cost.Equal(d("1.2")) || r.At.Length != 9 || !r.Gone.IsZero() {
		t.Errorf("the rollup is %+v at %d, %v", r, version, err)
	}
	all, err := usage.Rollups(ctx, s, hanbit, "public", october)
	var ids []string
	for _, v := range all {
		ids = append(ids, v.Member)
	}
	if err != nil || !slices.Equal(ids, []string{"1000", "200", "a/b"}) {
		t.Errorf("members are %q, %v", ids, err)
	}
	log, err := usage.Pulls(ctx, s, hanbit, "public", october)
	if err != nil || len(log) != 2 || log[0].Snapshot != "first" || log[1].Snapshot != "later" {
		t.Errorf("the log is %+v, %v", log, err)
	}
}

func at0800(day int) time.Time { return october.Day(day).Start().Add(8 * time.Hour) }

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
