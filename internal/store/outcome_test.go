package store_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"jeongsan/internal/calendar"
	"jeongsan/internal/fault"
	"jeongsan/internal/store"
	"jeongsan/internal/store/memory"
	"jeongsan/internal/store/storetest"
)

// What Apply promises on a working engine is asserted for every engine by storetest; here are the ways a commit can
// stay in doubt.

func intent(t *testing.T) (store.Key, store.Commit) {
	k := hosting(t).Partition("payment").Key("intent")
	return k, store.Commit{ID: "ours", Writes: []store.Write{
		store.Put(store.Document{Key: k, Kind: "intent", Schema: 1, Body: []byte("x")}, store.Absent)}}
}

func empty() *memory.Store { return memory.New(calendar.Fixed(storetest.Start())) }

func mustBeInDoubt(t *testing.T, err error) {
	t.Helper()
	var failed *store.ConditionFailed
	if !errors.Is(err, store.ErrUnknown) || !fault.Is(err, fault.UnknownOutcome) {
		t.Fatalf("got %v, want it unknown", err)
	}
	if errors.As(err, &failed) || errors.Is(err, context.Canceled) {
		t.Fatalf("%v reads as if nothing had been written", err)
	}
}

func TestA_commit_whose_caller_gives_up_while_its_outcome_is_unknown_stays_unknown(t *testing.T) {
	_, c := intent(t)
	ctx, cancel := context.WithCancel(t.Context())
	faulty := &storetest.Faulty{Store: empty(), OnCommit: storetest.Fates(storetest.UnknownLanded), After: func(int, store.Commit, error) { cancel() }}
	mustBeInDoubt(t, store.Apply(ctx, faulty, c))
}

// broken fails every read, as an engine does that cannot be reached.
type broken struct{ store.Store }

func (broken) Get(context.Context, store.Key) (store.Document, error) {
	return store.Document{}, fault.New(fault.Unavailable, fault.T("연결할 수 없습니다.", "It cannot be reached."))
}

func TestAn_outcome_that_cannot_be_read_stays_unknown(t *testing.T) {
	_, c := intent(t)
	faulty := &storetest.Faulty{Store: broken{empty()}, OnCommit: storetest.Fates(storetest.UnknownLanded)}
	err := store.Apply(t.Context(), faulty, c)
	mustBeInDoubt(t, err)
	if !strings.Contains(err.Error(), "cannot be reached") {
		t.Errorf("the log does not say why: %v", err)
	}
}

func TestA_commit_that_puts_nothing_leaves_no_trace_to_settle_by(t *testing.T) {
	s := empty()
	k, c := intent(t)
	if err := store.Apply(t.Context(), s, c); err != nil {
		t.Fatal(err)
	}
	faulty := &storetest.Faulty{Store: s, OnCommit: storetest.Fates(storetest.UnknownLanded)}
	mustBeInDoubt(t, store.Apply(t.Context(), faulty, store.Commit{ID: "theirs", Writes: []store.Write{store.Delete(k, store.AtVersion(1))}}))
}

func TestApply_hands_a_refused_commit_back_at_once(t *testing.T) {
	faulty := &storetest.Faulty{Store: empty()}
	if err := store.Apply(t.Context(), faulty, store.Commit{ID: "empty"}); !fault.Is(err, fault.Invalid) || faulty.Commits() != 1 {
		t.Errorf("got %v after %d attempts", err, faulty.Commits())
	}
}

func TestAn_outcome_is_shown_as_a_sentence_without_keys(t *testing.T) {
	k, _ := intent(t)
	for name, err := range map[string]error{
		"condition": &store.ConditionFailed{Index: 3, Key: k, Condition: store.AtVersion(2)},
		"missing":   store.NotFound(k),
		"contended": store.ErrContended,
		"unknown":   store.ErrUnknown,
	} {
		shown := fault.TextOf(err)
		if shown.KO == "" || shown.EN == "" || strings.Contains(shown.KO+shown.EN, "hosting-one") || fault.CodeOf(err) == fault.Internal {
			t.Errorf("%s is shown as %q, %s", name, shown, fault.CodeOf(err))
		}
	}
	failed := &store.ConditionFailed{Index: 3, Key: k, Condition: store.AtVersion(2)}
	if want := "write 3: t/hosting-one/payment|intent is not at version 2"; failed.Error() != want {
		t.Errorf("the log says %q, want %q", failed.Error(), want)
	}
}
