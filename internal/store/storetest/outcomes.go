package storetest

import (
	"errors"
	"testing"

	"jeongsan/internal/fault"
	"jeongsan/internal/store"
)

func outcomeCases() []testCase {
	return []testCase{
		{"a commit whose answers are lost on the way takes effect once", onceThroughFaults},
		{"after an unknown outcome another's change is still told from our own", otherWinsAfterUnknown},
		{"a contended commit that stays contended is not written", contendedToTheEnd},
		{"an outcome that stays unknown is settled by reading", unknownToTheEnd},
	}
}

func onceThroughFaults(b bench) {
	for _, c := range []struct {
		name   string
		script []Fate
	}{
		{"contended", []Fate{Contend, Contend, Contend}},
		{"unknown, lost", []Fate{UnknownLost}},
		{"unknown, landed", []Fate{UnknownLanded}},
		{"unknown, landed, and unknown again", []Fate{UnknownLanded, UnknownLost, UnknownLanded}},
		{"contended, lost, then landed", []Fate{Contend, UnknownLost, Contend, UnknownLanded}},
	} {
		b.Run(c.name, func(t *testing.T) {
			b := bench{t, b.Harness}
			intent, sum := b.key(c.name, "intent"), b.key(c.name, "sum")
			b.must("before", store.Put(document(sum, "0"), store.Absent))
			faulty := &Faulty{Store: b.Store, OnCommit: Fates(c.script...)}
			err := store.Apply(b.Context(), faulty, store.Commit{ID: "ours", Writes: []store.Write{
				store.Put(document(intent, "pay"), store.Absent),
				store.Put(document(sum, "1"), store.AtVersion(1)),
			}})
			if err != nil {
				t.Fatal(err)
			}
			if want := len(c.script) + 1; faulty.Commits() != want {
				t.Errorf("%d attempts, want %d", faulty.Commits(), want)
			}
			b.mustHold(intent, 1, "pay", "ours")
			b.mustHold(sum, 2, "1", "ours")
		})
	}
}

func otherWinsAfterUnknown(b bench) {
	k := b.key("intent")
	faulty := &Faulty{Store: b.Store, OnCommit: func(n int, _ store.Commit) Fate {
		if n > 1 {
			return Pass
		}
		b.must("theirs", store.Put(document(k, "theirs"), store.Absent))
		return UnknownLost
	}}
	err := store.Apply(b.Context(), faulty, store.Commit{ID: "ours", Writes: []store.Write{store.Put(document(k, "ours"), store.Absent)}})
	var failed *store.ConditionFailed
	if !errors.As(err, &failed) {
		b.Fatalf("got %v, want a failed condition", err)
	}
	b.mustHold(k, 1, "theirs", "theirs")
}

func always(f Fate) func(int, store.Commit) Fate {
	return func(int, store.Commit) Fate { return f }
}

func contendedToTheEnd(b bench) {
	k := b.key("intent")
	err := store.Apply(b.Context(), &Faulty{Store: b.Store, OnCommit: always(Contend)},
		store.Commit{ID: "ours", Writes: []store.Write{store.Put(document(k, "x"), store.Absent)}})
	if !errors.Is(err, store.ErrContended) || !fault.Is(err, fault.Unavailable) {
		b.Fatalf("got %v, want it contended", err)
	}
	b.mustBeAbsent(k)
}

func unknownToTheEnd(b bench) {
	lost := store.Commit{ID: "lost", Writes: []store.Write{store.Put(document(b.key("lost"), "x"), store.Absent)}}
	err := store.Apply(b.Context(), &Faulty{Store: b.Store, OnCommit: always(UnknownLost)}, lost)
	if !errors.Is(err, store.ErrUnknown) || !fault.Is(err, fault.UnknownOutcome) {
		b.Fatalf("got %v, want it unknown", err)
	}
	b.mustBeAbsent(b.key("lost"))

	landed := store.Commit{ID: "landed", Writes: []store.Write{store.Put(document(b.key("landed"), "x"), store.Absent)}}
	if err := store.Apply(b.Context(), &Faulty{Store: b.Store, OnCommit: always(UnknownLanded)}, landed); err != nil {
		b.Fatalf("it landed, but: %v", err)
	}
	b.mustHold(b.key("landed"), 1, "x", "landed")
}
