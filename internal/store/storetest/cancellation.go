package storetest

import (
	"context"
	"errors"

	"jeongsan/internal/store"
)

func cancellationCases() []testCase {
	return []testCase{
		{"a commit under a cancelled context writes nothing and says so", cancelledCommit},
		{"reads under a cancelled context return its error", cancelledReads},
	}
}

func cancelledCommit(b bench) {
	ctx, cancel := context.WithCancel(b.Context())
	cancel()
	err := b.Store.Commit(ctx, store.Commit{ID: "c1", Writes: []store.Write{store.Put(document(b.key("1"), "x"), store.Absent)}})
	if !errors.Is(err, context.Canceled) {
		b.Errorf("got %v, want %v", err, context.Canceled)
	}
	b.mustBeAbsent(b.key("1"))
}

func cancelledReads(b bench) {
	b.must("c1", store.Put(document(b.key("1"), "x"), store.Absent))
	ctx, cancel := context.WithCancel(b.Context())
	cancel()
	_, get := b.Store.Get(ctx, b.key("1"))
	_, many := b.Store.GetMany(ctx, []store.Key{b.key("1")})
	_, query := b.Store.Query(ctx, store.Query{Partition: b.partition()})
	for i, err := range []error{get, many, query} {
		if !errors.Is(err, context.Canceled) {
			b.Errorf("%s: got %v, want %v", []string{"get", "get many", "query"}[i], err, context.Canceled)
		}
	}
	b.mustHold(b.key("1"), 1, "x", "c1")
}
