package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"modernc.org/sqlite"

	"jeongsan/internal/calendar"
	"jeongsan/internal/fault"
	"jeongsan/internal/store"
)

// desk is a writer whose goroutine has not been started yet, so that a test decides what waits at its door.
type desk struct {
	*testing.T
	*writer
	path     string
	clock    *calendar.Manual
	outcomes map[string]chan error
}

// inBubble runs f with a desk; synctest.Wait tells when all who commit stand at the door.
func inBubble(t *testing.T, f func(d desk)) {
	path := filepath.Join(t.TempDir(), "store.db")
	synctest.Test(t, func(t *testing.T) {
		if err := prepare(t.Context(), path); err != nil {
			t.Fatal(err)
		}
		clock := calendar.NewManual(time.Date(2026, 11, 6, 9, 0, 0, 0, calendar.Seoul))
		d := desk{t, newWriter(pool(path, writing, 1), clock), path, clock, map[string]chan error{}}
		d.swept = clock.Now()
		d.reconnect(writing.settings())
		f(d)
		select {
		case <-d.closing:
		default:
			if err := d.close(); err != nil {
				t.Error(err)
			}
		}
	})
}

// reconnect opens the writer's connection anew, with these settings.
func (d desk) reconnect(settings []setting) {
	d.Helper()
	_ = d.db.Close()
	d.db = sql.OpenDB(connector{path: d.path, settings: settings, required: writing.required()})
	d.db.SetMaxOpenConns(1)
	var err error
	if d.session, err = openSession(d.db); err != nil {
		d.Fatal(err)
	}
}

// queue sends a commit to the door and returns once it stands there.
func (d desk) queue(ctx context.Context, id string, writes ...store.Write) {
	outcome := make(chan error, 1)
	d.outcomes[id] = outcome
	go func() { outcome <- d.commit(ctx, store.Commit{ID: id, Writes: writes}) }()
	synctest.Wait()
}

// hook has f called at each COMMIT of the present connection; if it returns true the COMMIT fails.
func (d desk) hook(f func() (fail bool)) {
	d.Helper()
	if err := d.session.conn.Raw(func(c any) error {
		c.(sqlite.HookRegisterer).RegisterCommitHook(func() int32 {
			if f() {
				return 1
			}
			return 0
		})
		return nil
	}); err != nil {
		d.Fatal(err)
	}
}

// exec runs a statement on the writer's connection.
func (d desk) exec(statement string) {
	d.Helper()
	if _, err := d.session.conn.ExecContext(d.Context(), statement); err != nil {
		d.Fatal(err)
	}
}

// mustHold reads the documents' versions by sort key, 0 for what is not there.
func (d desk) mustHold(want map[string]int64) {
	d.Helper()
	db := pool(d.path, reading, 1)
	defer db.Close()
	for name, version := range want {
		var got int64
		row := db.QueryRowContext(d.Context(), `SELECT coalesce(max(version), 0) FROM documents WHERE sort = ?`, name)
		if err := row.Scan(&got); err != nil || got != version {
			d.Errorf("%s is at version %d, %v; want %d", name, got, err, version)
		}
	}
}

func (d desk) key(name string) store.Key {
	tenant, err := store.ParseTenant("hosting-one")
	if err != nil {
		d.Fatal(err)
	}
	return tenant.Partition("invoice").Key(name)
}

func (d desk) put(name string, c store.Condition) store.Write {
	return store.Put(store.Document{Key: d.key(name), Kind: "invoice", Schema: 1, Body: []byte(name)}, c)
}

func TestCommits_that_wait_together_share_one_transaction_and_each_gets_its_own_outcome(t *testing.T) {
	inBubble(t, func(d desk) {
		transactions := 0
		d.hook(func() bool { transactions++; return false })
		for i := range 32 {
			name := fmt.Sprintf("%02d", i)
			d.queue(d.Context(), name, d.put(name, store.Absent), d.put("shared", store.AtVersion(int64(i/2))))
		}
		go d.run()
		want := map[string]int64{}
		landed := int64(0)
		for i := range 32 { // commits 2n and 2n+1 both want shared at version n: whichever comes first of the two, in any order
			name := fmt.Sprintf("%02d", i)
			err := <-d.outcomes[name]
			var failed *store.ConditionFailed
			switch {
			case err == nil:
				landed++
				want[name] = 1
			case errors.As(err, &failed) && failed.Index == 1:
				want[name] = 0
			default:
				t.Errorf("%s: %v", name, err)
			}
		}
		want["shared"] = landed
		if transactions != 1 {
			t.Errorf("%d transactions for 32 commits, want 1", transactions)
		}
		if landed < 1 || landed > 16 {
			t.Errorf("%d commits landed; of each pair only one can", landed)
		}
		d.mustHold(want)
	})
}

func TestA_commit_cancelled_before_it_was_taken_up_is_not_written(t *testing.T) {
	inBubble(t, func(d desk) {
		ctx, cancel := context.WithCancel(d.Context())
		d.queue(ctx, "cancelled", d.put("cancelled", store.Absent))
		d.queue(d.Context(), "patient", d.put("patient", store.Absent))
		cancel()
		if err := <-d.outcomes["cancelled"]; !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want %v", err, context.Canceled)
		}
		go d.run()
		if err := <-d.outcomes["patient"]; err != nil {
			t.Error(err)
		}
		d.mustHold(map[string]int64{"cancelled": 0, "patient": 1})
	})
}

func TestA_commit_cancelled_after_it_was_taken_up_reports_what_became_of_it(t *testing.T) {
	inBubble(t, func(d desk) {
		ctx, cancel := context.WithCancel(d.Context())
		d.hook(func() bool { cancel(); return false })
		d.queue(ctx, "late", d.put("late", store.Absent))
		go d.run()
		if err := <-d.outcomes["late"]; err != nil || ctx.Err() == nil {
			t.Errorf("got %v with the context at %v, want it landed under a cancelled context", err, ctx.Err())
		}
		d.mustHold(map[string]int64{"late": 1})
	})
}

func TestClosing_writes_what_waits_and_refuses_what_comes_later(t *testing.T) {
	inBubble(t, func(d desk) {
		for i := range maxGroup + 10 {
			d.queue(d.Context(), fmt.Sprint(i), d.put(fmt.Sprint(i), store.Absent))
		}
		closing := make(chan error)
		go func() { closing <- d.close() }()
		synctest.Wait()
		if err := d.commit(d.Context(), store.Commit{ID: "later", Writes: []store.Write{d.put("later", store.Absent)}}); !fault.Is(err, fault.Unavailable) {
			t.Errorf("a commit after closing: %v", err)
		}
		go d.run()
		if err := <-closing; err != nil {
			t.Error(err)
		}
		want := map[string]int64{"later": 0}
		for i := range maxGroup + 10 {
			want[fmt.Sprint(i)] = 1
			if err := <-d.outcomes[fmt.Sprint(i)]; err != nil {
				t.Errorf("commit %d: %v", i, err)
			}
		}
		d.mustHold(want)
	})
}

func TestWhen_the_common_commit_fails_nobody_is_told_more_than_is_true(t *testing.T) {
	inBubble(t, func(d desk) {
		d.hook(func() bool { return true })
		d.queue(d.Context(), "writes", d.put("writes", store.Absent))
		d.queue(d.Context(), "refused", d.put("refused", store.Present))
		go d.run()
		if err := <-d.outcomes["writes"]; !errors.Is(err, store.ErrUnknown) || !fault.Is(err, fault.UnknownOutcome) {
			t.Errorf("the one that wrote: %v, want it unknown", err)
		}
		if err := <-d.outcomes["refused"]; !errors.Is(err, store.ErrContended) {
			t.Errorf("the one whose condition failed on a state that is gone: %v, want it contended", err)
		}
		d.mustHold(map[string]int64{"writes": 0, "refused": 0})
		d.queue(d.Context(), "again", d.put("writes", store.Absent))
		if err := <-d.outcomes["again"]; err != nil {
			t.Errorf("the next commit, on a new connection: %v", err)
		}
		d.mustHold(map[string]int64{"writes": 1})
	})
}

func TestA_commit_the_disk_has_no_room_for_takes_no_other_with_it(t *testing.T) {
	inBubble(t, func(d desk) {
		d.reconnect(append(writing.settings(), setting{"max_page_count", "20"}))
		d.queue(d.Context(), "small", d.put("small", store.Absent))
		var big []store.Write
		for i := range 10 {
			w := d.put(fmt.Sprint("big ", i), store.Absent)
			w.Document.Body = make([]byte, store.MaxBody)
			big = append(big, w)
		}
		d.queue(d.Context(), "big", append([]store.Write{d.put("first of big", store.Absent)}, big...)...)
		d.queue(d.Context(), "other", d.put("other", store.Absent))
		go d.run()
		if err := <-d.outcomes["big"]; !strings.Contains(fault.TextOf(err).EN, "disk is full") {
			t.Errorf("the big one: %v, want it refused for want of room", err)
		}
		for _, name := range []string{"small", "other"} {
			if err := <-d.outcomes[name]; err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		d.mustHold(map[string]int64{"small": 1, "other": 1, "first of big": 0, "big 0": 0})
	})
}

func TestA_commit_that_breaks_the_transaction_is_refused_alone(t *testing.T) {
	inBubble(t, func(d desk) {
		d.exec("CREATE TRIGGER break BEFORE INSERT ON documents WHEN NEW.kind = 'poison' BEGIN SELECT RAISE(ROLLBACK, 'broken'); END")
		poison := d.put("poison", store.Absent)
		poison.Document.Kind = "poison"
		d.queue(d.Context(), "before", d.put("before", store.Absent))
		d.queue(d.Context(), "poison", d.put("beside", store.Absent), poison)
		d.queue(d.Context(), "after", d.put("after", store.AtVersion(0)))
		d.queue(d.Context(), "refused", d.put("before", store.AtVersion(7)))
		go d.run()
		if err := <-d.outcomes["poison"]; !fault.Is(err, fault.Unavailable) || errors.Is(err, store.ErrContended) {
			t.Errorf("the cause: %v", err)
		}
		for _, name := range []string{"before", "after"} {
			if err := <-d.outcomes[name]; err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		if err := <-d.outcomes["refused"]; !fault.Is(err, fault.Conflict) {
			t.Errorf("refused: %v, want its condition to fail", err)
		}
		d.mustHold(map[string]int64{"before": 1, "poison": 0, "beside": 0, "after": 1})
	})
}

func TestWhile_another_process_holds_the_lock_commits_are_contended(t *testing.T) {
	inBubble(t, func(d desk) {
		other := pool(d.path, writing, 1)
		defer other.Close()
		conn, err := other.Conn(d.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		if _, err := conn.ExecContext(d.Context(), "BEGIN IMMEDIATE"); err != nil {
			t.Fatal(err)
		}
		d.exec("PRAGMA busy_timeout = 1")
		d.queue(d.Context(), "blocked", d.put("blocked", store.Absent))
		go d.run()
		if err := <-d.outcomes["blocked"]; !errors.Is(err, store.ErrContended) {
			t.Errorf("got %v, want it contended", err)
		}
		if _, err := conn.ExecContext(d.Context(), "ROLLBACK"); err != nil {
			t.Fatal(err)
		}
		d.queue(d.Context(), "free", d.put("blocked", store.Absent))
		if err := <-d.outcomes["free"]; err != nil {
			t.Errorf("after the lock was given up: %v", err)
		}
	})
}

func TestExpired_documents_leave_the_file_within_the_hour(t *testing.T) {
	inBubble(t, func(d desk) {
		go d.run()
		for i := range 3 {
			short := d.put(fmt.Sprint("short ", i), store.Absent)
			short.Document.Expires = d.clock.Now().Add(time.Minute)
			d.queue(d.Context(), "short", short, d.put(fmt.Sprint("long ", i), store.Absent))
			if err := <-d.outcomes["short"]; err != nil {
				t.Fatal(err)
			}
		}
		if err := d.clock.Advance(time.Hour); err != nil {
			t.Fatal(err)
		}
		d.queue(d.Context(), "next", d.put("next", store.Absent))
		if err := <-d.outcomes["next"]; err != nil {
			t.Fatal(err)
		}
		synctest.Wait() // the writer is at its door again
		d.mustHold(map[string]int64{"short~200": 0, "short~201": 0, "short~202": 0, "long~200": 1, "long~202": 1, "next": 1})
	})
}
