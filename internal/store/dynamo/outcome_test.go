package dynamo_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"jeongsan/internal/awstest"
	"jeongsan/internal/calendar"
	"jeongsan/internal/fault"
	"jeongsan/internal/store"
	"jeongsan/internal/store/dynamo"
	"jeongsan/internal/store/storetest"
)

// world is a store behind a wire that breaks, and the same table seen past the wire.
type world struct {
	*testing.T
	wire   *awstest.Wire
	store  *dynamo.Store
	truth  *dynamo.Store
	clock  *calendar.Manual
	waits  *[]time.Duration
	tenant store.Tenant
}

// broken makes a world; waits between tries are noted and not waited.
func broken(t *testing.T) world {
	t.Helper()
	cfg := awstest.Config(t)
	client, name := table(t, cfg)
	clock, wire, waits := calendar.NewManual(storetest.Start()), &awstest.Wire{}, &[]time.Duration{}
	wait := dynamo.Wait(func(ctx context.Context, d time.Duration) error {
		*waits = append(*waits, d)
		return ctx.Err()
	})
	return world{
		T: t, wire: wire, clock: clock, waits: waits, tenant: tenant(t, "hosting-one"),
		store: dynamo.New(dynamodb.NewFromConfig(awstest.With(cfg, wire)), name, clock, wait),
		truth: dynamo.New(client, name, clock),
	}
}

func (w world) key(segments ...string) store.Key {
	return w.tenant.Partition("invoice").Key(segments...)
}

func document(k store.Key, body string) store.Document {
	return store.Document{Key: k, Kind: "invoice", Schema: 1, Body: []byte(body)}
}

// shape is a commit in one of the two ways it is sent.
type shape struct {
	name      string
	operation string
	commit    func(id string, k store.Key) store.Commit
}

var shapes = []shape{
	{"single", "PutItem", func(id string, k store.Key) store.Commit {
		return store.Commit{ID: id, Writes: []store.Write{store.Put(document(k, id), store.Absent)}}
	}},
	{"transaction", "TransactWriteItems", func(id string, k store.Key) store.Commit {
		beside := k.Partition().Key(append(k.Segments(), "beside")...)
		return store.Commit{ID: id, Writes: []store.Write{store.Put(document(beside, id), store.Absent), store.Put(document(k, id), store.Absent)}}
	}},
}

// written tells whether the commit took effect, which must be whole.
func (w world) written(c store.Commit) bool {
	w.Helper()
	n := 0
	for _, write := range c.Writes {
		d, err := w.truth.Get(w.Context(), write.Document.Key)
		switch {
		case err == nil && d.Commit == c.ID && d.Version == 1:
			n++
		case err == nil || !fault.Is(err, fault.NotFound):
			w.Fatalf("%s: %+v, %v", write.Document.Key, d, err)
		}
	}
	if n != 0 && n != len(c.Writes) {
		w.Fatalf("commit %s is half written", c.ID)
	}
	return n > 0
}

// conflict is what DynamoDB answers when another commit holds the item.
func conflict(s shape) awstest.Fate {
	if s.operation == "TransactWriteItems" {
		return awstest.Cancel("None", "TransactionConflict")
	}
	return awstest.Fail(http.StatusBadRequest, "TransactionConflictException", "Transaction is ongoing for the item")
}

func TestA_commit_that_surely_was_not_made_is_tried_again(t *testing.T) {
	w := broken(t)
	for _, s := range shapes {
		for name, fate := range map[string]awstest.Fate{
			"throttled": awstest.Throttle(), "in the way of another": conflict(s), "without a connection": awstest.Refuse,
			"throttled inside": awstest.Cancel("ThrottlingError", "None"),
		} {
			w.wire.Reset()
			w.wire.OnRequest = awstest.Script(s.operation, fate, fate)
			c := s.commit("ours", w.key(s.name, name))
			if err := w.store.Commit(t.Context(), c); err != nil || !w.written(c) || w.wire.Total() != 3 {
				t.Errorf("%s, %s: %v after %d tries", s.name, name, err, w.wire.Total())
			}
		}
	}
}

func TestA_commit_that_stays_in_the_way_ends_contended_after_growing_waits(t *testing.T) {
	w := broken(t)
	for _, s := range shapes {
		for name, fate := range map[string]awstest.Fate{"throttled": awstest.Throttle(), "in the way of another": conflict(s)} {
			*w.waits = nil
			w.wire.OnRequest = awstest.Always(s.operation, fate)
			c := s.commit("ours", w.key(s.name, name))
			if err := w.store.Commit(t.Context(), c); !errors.Is(err, store.ErrContended) || w.written(c) {
				t.Errorf("%s, %s: %v", s.name, name, err)
			}
			var sum time.Duration
			for _, d := range *w.waits {
				sum += d
			}
			if !slices.IsSorted(*w.waits) || len(*w.waits) < 3 || sum > 2*time.Second {
				t.Errorf("%s, %s: waited %v", s.name, name, *w.waits)
			}
		}
	}
}

func TestWithout_a_connection_nothing_was_written_and_the_error_says_so(t *testing.T) {
	w := broken(t)
	for _, s := range shapes {
		w.wire.OnRequest = awstest.Always(s.operation, awstest.Refuse)
		c := s.commit("ours", w.key(s.name))
		err := w.store.Commit(t.Context(), c)
		if !fault.Is(err, fault.Unavailable) || errors.Is(err, store.ErrContended) || w.written(c) {
			t.Errorf("%s: %v", s.name, err)
		}
	}
}

func TestA_commit_without_an_answer_is_unknown_and_not_sent_again(t *testing.T) {
	w := broken(t)
	for _, s := range shapes {
		for _, c := range []struct {
			name   string
			fate   awstest.Fate
			landed bool
		}{
			{"cut while it was sent", awstest.CutBefore, false},
			{"cut while it was answered", awstest.CutAfter, true},
			{"error 500", awstest.Fail(http.StatusInternalServerError, "InternalServerError", "Internal server error"), false},
			{"error 503", awstest.Fail(http.StatusServiceUnavailable, "ServiceUnavailable", ""), false},
			{"an answer that is no JSON", awstest.Answer("<html>"), false},
			{"an earlier one of ours in progress", awstest.Fail(http.StatusBadRequest, "TransactionInProgressException", ""), false},
		} {
			w.wire.Reset()
			w.wire.OnRequest = awstest.Always(s.operation, c.fate)
			commit := s.commit("ours", w.key(s.name, c.name))
			err := w.store.Commit(t.Context(), commit)
			if !errors.Is(err, store.ErrUnknown) || w.wire.Total() != 1 || w.written(commit) != c.landed {
				t.Errorf("%s, %s: %v after %d tries, written %v", s.name, c.name, err, w.wire.Total(), w.written(commit))
			}
		}
	}
}

func TestA_commit_given_up_while_it_is_under_way_is_unknown_and_does_not_read_as_cancelled(t *testing.T) {
	w := broken(t)
	for _, s := range shapes {
		ctx, cancel := context.WithCancel(t.Context())
		w.wire.OnRequest = func(r awstest.Request) awstest.Fate {
			cancel()
			return awstest.CutBefore
		}
		err := w.store.Commit(ctx, s.commit("ours", w.key(s.name)))
		if !errors.Is(err, store.ErrUnknown) || errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", s.name, err)
		}
	}
}

func TestA_commit_given_up_while_it_waits_was_not_made(t *testing.T) {
	w := broken(t)
	for _, s := range shapes {
		ctx, cancel := context.WithCancel(t.Context())
		w.wire.OnRequest = func(awstest.Request) awstest.Fate {
			cancel()
			return conflict(s)
		}
		c := s.commit("ours", w.key(s.name))
		if err := w.store.Commit(ctx, c); !errors.Is(err, context.Canceled) || w.written(c) {
			t.Errorf("%s: %v", s.name, err)
		}
	}
}

func TestWhat_DynamoDB_refuses_is_not_written_and_not_tried_again(t *testing.T) {
	w := broken(t)
	for _, s := range shapes {
		for _, c := range []struct {
			fate awstest.Fate
			code fault.Code
		}{
			{awstest.Fail(http.StatusBadRequest, "AccessDeniedException", "not authorized"), fault.Unavailable},
			{awstest.Fail(http.StatusBadRequest, "ResourceNotFoundException", "no such table"), fault.Unavailable},
			{awstest.Fail(http.StatusBadRequest, "ValidationException", "bad expression"), fault.Internal},
			{awstest.Cancel("None", "ValidationError"), fault.Internal},
		} {
			w.wire.Reset()
			w.wire.OnRequest = awstest.Always(s.operation, c.fate)
			commit := s.commit("ours", w.key(s.name))
			err := w.store.Commit(t.Context(), commit)
			if !fault.Is(err, c.code) || errors.Is(err, store.ErrContended) || w.wire.Total() != 1 || w.written(commit) {
				t.Errorf("%s: %v after %d tries, want %s", s.name, err, w.wire.Total(), c.code)
			}
		}
	}
}

func TestA_failed_condition_is_named_even_where_another_commit_is_in_the_way(t *testing.T) {
	w := broken(t)
	w.wire.OnRequest = awstest.Always("TransactWriteItems", awstest.Cancel("TransactionConflict", "ConditionalCheckFailed", "ConditionalCheckFailed"))
	err := w.store.Commit(t.Context(), store.Commit{ID: "ours", Writes: []store.Write{
		store.Check(w.key("always"), store.Always), // not sent: places and writes differ by one
		store.Put(document(w.key("a"), "x"), store.Absent),
		store.Delete(w.key("b"), store.AtVersion(3)),
		store.Check(w.key("c"), store.Present),
	}})
	var failed *store.ConditionFailed
	if !errors.As(err, &failed) || failed.Index != 2 || failed.Key != w.key("b") || failed.Condition != store.AtVersion(3) {
		t.Errorf("got %v", err)
	}
}

// Every pair of things that can befall the first two tries, for a commit of one and of two: what Apply says is true.
func TestApply_tells_the_truth_whatever_befalls_two_tries(t *testing.T) {
	w := broken(t)
	for _, s := range shapes {
		fates := map[string]awstest.Fate{
			"pass": awstest.Pass, "refuse": awstest.Refuse, "cut before": awstest.CutBefore, "cut after": awstest.CutAfter,
			"throttle": awstest.Throttle(), "conflict": conflict(s), "500": awstest.Fail(http.StatusInternalServerError, "InternalServerError", ""),
		}
		for one, first := range fates {
			for two, second := range fates {
				w.wire.Reset()
				w.wire.OnRequest = awstest.Script(s.operation, first, second)
				id := fmt.Sprint(one, ", ", two)
				c := s.commit(id, w.key(s.name, id))
				if err := store.Apply(t.Context(), w.store, c); err != nil || !w.written(c) {
					t.Errorf("%s, %s: %v, written %v", s.name, id, err, w.written(c))
				}
			}
		}
	}
}

func TestApply_after_a_lost_answer_tells_our_write_from_anothers(t *testing.T) {
	w := broken(t)
	for _, s := range shapes {
		k := w.key(s.name)
		w.wire.Reset()
		w.wire.OnRequest = func(r awstest.Request) awstest.Fate {
			if r.Operation != s.operation || r.N > 1 {
				return awstest.Pass
			}
			if err := w.truth.Commit(t.Context(), store.Commit{ID: "theirs", Writes: []store.Write{store.Put(document(k, "theirs"), store.Absent)}}); err != nil {
				t.Error(err)
			}
			return awstest.CutBefore
		}
		var failed *store.ConditionFailed
		if err := store.Apply(t.Context(), w.store, s.commit("ours", k)); !errors.As(err, &failed) || failed.Key != k {
			t.Errorf("%s: %v", s.name, err)
		}
	}
}

func TestReads_survive_what_passes_and_say_what_does_not(t *testing.T) {
	w := broken(t)
	k := w.key("1")
	if err := w.truth.Commit(t.Context(), shapes[0].commit("c1", k)); err != nil {
		t.Fatal(err)
	}
	reads := map[string]func() error{
		"GetItem":      func() error { _, err := w.store.Get(t.Context(), k); return err },
		"BatchGetItem": func() error { _, err := w.store.GetMany(t.Context(), []store.Key{k}); return err },
		"Query":        func() error { _, err := w.store.Query(t.Context(), store.Query{Partition: k.Partition()}); return err },
	}
	for operation, read := range reads {
		w.wire.OnRequest = awstest.Script(operation, awstest.CutAfter, awstest.Throttle())
		if err := read(); err != nil {
			t.Errorf("%s: %v", operation, err)
		}
		for name, fate := range map[string]awstest.Fate{"throttled": awstest.Throttle(), "cut": awstest.CutBefore, "500": awstest.Fail(500, "InternalServerError", "")} {
			w.wire.OnRequest = awstest.Always(operation, fate)
			if err := read(); !fault.Is(err, fault.Unavailable) || errors.Is(err, store.ErrUnknown) {
				t.Errorf("%s, %s: %v", operation, name, err)
			}
		}
	}
}
