package storetest_test

import (
	"errors"
	"fmt"
	"testing"

	"jeongsan/internal/calendar"
	"jeongsan/internal/fault"
	"jeongsan/internal/store"
	"jeongsan/internal/store/memory"
	"jeongsan/internal/store/storetest"
)

func TestEach_fate_writes_or_does_not_and_says_so_or_does_not(t *testing.T) {
	for _, c := range []struct {
		name    string
		fate    storetest.Fate
		landed  bool
		crashed bool
		err     error
	}{
		{"pass", storetest.Pass, true, false, nil},
		{"contend", storetest.Contend, false, false, store.ErrContended},
		{"unknown, lost", storetest.UnknownLost, false, false, store.ErrUnknown},
		{"unknown, landed", storetest.UnknownLanded, true, false, store.ErrUnknown},
		{"crash before", storetest.CrashBefore, false, true, nil},
		{"crash after", storetest.CrashAfter, true, true, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			var told []string
			faulty := &storetest.Faulty{
				Store:    memory.New(calendar.Fixed(storetest.Start())),
				OnCommit: storetest.Fates(storetest.Pass, c.fate),
				After:    func(n int, commit store.Commit, err error) { told = append(told, fmt.Sprint(n, commit.ID, err)) },
			}
			first, second := put("first"), put("second")
			if err := faulty.Commit(t.Context(), first); err != nil {
				t.Fatal(err)
			}
			crash, err := caught(func() error { return faulty.Commit(t.Context(), second) })
			if !errors.Is(err, c.err) || (crash.N == 2 && crash.Commit.ID == "second") != c.crashed {
				t.Errorf("got %v, crash %+v", err, crash)
			}
			_, err = faulty.Get(t.Context(), second.Writes[0].Document.Key)
			if landed := !fault.Is(err, fault.NotFound); landed != c.landed {
				t.Errorf("landed: %v, want %v", landed, c.landed)
			}
			want := []string{fmt.Sprint(1, "first", error(nil)), fmt.Sprint(2, "second", c.err)}
			if c.crashed {
				want = want[:1]
			}
			if fmt.Sprint(told) != fmt.Sprint(want) || faulty.Commits() != 2 {
				t.Errorf("told %v of %d commits, want %v", told, faulty.Commits(), want)
			}
		})
	}
}

// caught is how a crash harness tells its own crash from a defect.
func caught(f func() error) (crash storetest.Crash, err error) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case storetest.Crash:
			crash = r
		default:
			panic(r)
		}
	}()
	return crash, f()
}

func put(id string) store.Commit {
	k := store.System(store.Local, "test").Key(id)
	return store.Commit{ID: id, Writes: []store.Write{store.Put(store.Document{Key: k, Kind: "test", Schema: 1}, store.Absent)}}
}
