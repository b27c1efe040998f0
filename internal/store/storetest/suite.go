// Package storetest is the conformance suite of package store, and a store that fails on command.
//
// It owns what every engine must pass (Run) and Faulty, which wraps any store for tests of flows and for the crash
// harness. It knows no engine: what it asks for holds on DynamoDB too. So it lets a page be shorter than its limit,
// a commit be contended where two meet, and leaves open what only a snapshot could promise.
//
// Used only by tests.
package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"jeongsan/internal/calendar"
	"jeongsan/internal/fault"
	"jeongsan/internal/store"
)

// Harness is one engine under test. Tenant and Other have no documents yet; a shared table can give new ones each time.
type Harness struct {
	Store  store.Store
	Clock  *calendar.Manual // the clock the store was made with
	Tenant store.Tenant
	Other  store.Tenant
	Racers int // how many run at once in a race; 0 means 32. Fewer for an engine where each call takes milliseconds
}

// Run asserts every promise of package store. newHarness is called once for each subtest and cleans up by t.Cleanup.
func Run(t *testing.T, newHarness func(t *testing.T) Harness) {
	for _, group := range []struct {
		name  string
		cases []testCase
	}{
		{"commit", commitCases()},
		{"outcome", outcomeCases()},
		{"race", raceCases()},
		{"read", readCases()},
		{"page", pageCases()},
		{"limit", limitCases()},
		{"expiry", expiryCases()},
		{"cancellation", cancellationCases()},
	} {
		t.Run(group.name, func(t *testing.T) {
			for _, c := range group.cases {
				t.Run(c.name, func(t *testing.T) { c.run(bench{t, newHarness(t)}) })
			}
		})
	}
}

// Start is the time a harness's clock should show first; any will do.
func Start() time.Time { return time.Date(2026, 11, 6, 9, 30, 0, 0, calendar.Seoul) }

// testCase is one promise.
type testCase struct {
	name string
	run  func(bench)
}

// bench is a harness with the short words the cases are written in.
type bench struct {
	*testing.T
	Harness
}

func (b bench) partition() store.Partition { return b.Tenant.Partition("invoice", "2026-10") }

func (b bench) key(segments ...string) store.Key { return b.partition().Key(segments...) }

func document(k store.Key, body string) store.Document {
	return store.Document{Key: k, Kind: "invoice", Schema: 1, Body: []byte(body)}
}

func (b bench) commit(id string, writes ...store.Write) error {
	return b.Store.Commit(b.Context(), store.Commit{ID: id, Writes: writes})
}

// must commits what nothing stands in the way of.
func (b bench) must(id string, writes ...store.Write) {
	b.Helper()
	if err := store.Apply(b.Context(), b.Store, store.Commit{ID: id, Writes: writes}); err != nil {
		b.Fatalf("commit %s: %v", id, err)
	}
}

// mustFail commits and wants exactly this write to be named as the one whose condition failed.
func (b bench) mustFail(index int, cond store.Condition, writes ...store.Write) {
	b.Helper()
	err := b.commit("refused", writes...)
	var failed *store.ConditionFailed
	if !errors.As(err, &failed) {
		b.Fatalf("got %v, want a failed condition", err)
	}
	want := store.ConditionFailed{Index: index, Key: writes[index].Document.Key, Condition: cond}
	if *failed != want {
		b.Fatalf("got %v, want %v", failed, &want)
	}
	if !fault.Is(err, fault.Conflict) {
		b.Fatalf("a failed condition is shown as %s, want %s", fault.CodeOf(err), fault.Conflict)
	}
}

func (b bench) get(k store.Key) store.Document {
	b.Helper()
	d, err := b.Store.Get(b.Context(), k)
	if err != nil {
		b.Fatalf("get %s: %v", k, err)
	}
	if d.Key != k {
		b.Fatalf("get %s returned the document of %s", k, d.Key)
	}
	return d
}

func (b bench) mustBeAbsent(keys ...store.Key) {
	b.Helper()
	for _, k := range keys {
		if d, err := b.Store.Get(b.Context(), k); !fault.Is(err, fault.NotFound) {
			b.Fatalf("get %s: %+v, %v; want not found", k, d, err)
		}
	}
}

func (b bench) mustHold(k store.Key, version int64, body, commit string) {
	b.Helper()
	d := b.get(k)
	if d.Version != version || string(d.Body) != body || d.Commit != commit {
		b.Fatalf("%s is version %d, body %.20q, commit %q; want version %d, body %.20q, commit %q",
			k, d.Version, d.Body, d.Commit, version, body, commit)
	}
}

func (b bench) mustBeInvalid(what string, err error) {
	b.Helper()
	if !fault.Is(err, fault.Invalid) {
		b.Errorf("%s: got %v, want it refused as invalid", what, err)
	}
}

func (b bench) advance(d time.Duration) {
	b.Helper()
	if err := b.Clock.Advance(d); err != nil {
		b.Fatal(err)
	}
}

// all follows a query's pages to the end.
func (b bench) all(q store.Query) []store.Document {
	b.Helper()
	var out []store.Document
	for {
		p := b.page(q)
		out = append(out, p.Documents...)
		if p.Next == "" {
			return out
		}
		q.Token = p.Next
	}
}

func (b bench) page(q store.Query) store.Page {
	b.Helper()
	p, err := b.Store.Query(b.Context(), q)
	if err != nil {
		b.Fatalf("query: %v", err)
	}
	if limit := q.PageSize(); len(p.Documents) > limit {
		b.Fatalf("a page holds %d documents, more than the %d asked for", len(p.Documents), limit)
	}
	if p.Next != "" && p.Next == q.Token {
		b.Fatal("the next page is the same page")
	}
	return p
}

func sortKeys(documents []store.Document) []string {
	out := make([]string, len(documents))
	for i, d := range documents {
		out[i] = d.Key.Sort()
	}
	return out
}

func numbered(i int) string { return fmt.Sprintf("%03d", i) }

func filled(n int) []byte { return bytes.Repeat([]byte("가b\x00"), n/5+1)[:n] }

// settled commits until the engine gives an answer other than "contended", for as long as the context lasts.
func settled(ctx context.Context, s store.Store, c store.Commit) error {
	for {
		if err := s.Commit(ctx, c); !errors.Is(err, store.ErrContended) {
			return err
		}
	}
}
