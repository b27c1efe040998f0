package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"jeongsan/internal/calendar"
	"jeongsan/internal/fault"
	"jeongsan/internal/store"
)

func fixedClock() calendar.Clock {
	return calendar.Fixed(time.Date(2026, 11, 6, 9, 0, 0, 0, calendar.Seoul))
}

func openFile(t *testing.T, path string) *Store {
	t.Helper()
	s, err := Open(t.Context(), path, fixedClock())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func write(t *testing.T, s *Store, name string) store.Key {
	t.Helper()
	tenant, err := store.ParseTenant("hosting-one")
	if err != nil {
		t.Fatal(err)
	}
	k := tenant.Partition("invoice").Key(name)
	err = s.Commit(t.Context(), store.Commit{ID: name, Writes: []store.Write{
		store.Put(store.Document{Key: k, Kind: "invoice", Schema: 1, Body: []byte(name)}, store.Absent)}})
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestEvery_connection_of_the_pools_writes_through_to_the_disk(t *testing.T) {
	s := openFile(t, filepath.Join(t.TempDir(), "store.db"))
	write(t, s, "1") // so that the writer has its connection
	conns := map[string]*sql.Conn{"writer": s.writer.session.conn}
	size := s.readers.Stats().MaxOpenConnections
	for i := range size {
		conn, err := s.readers.Conn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		conns[fmt.Sprint("reader ", i)] = conn
	}
	if size < 4 || s.readers.Stats().OpenConnections != size || s.writer.db.Stats().MaxOpenConnections != 1 {
		t.Fatalf("%d of %d readers are open, and at most %d writers", s.readers.Stats().OpenConnections, size, s.writer.db.Stats().MaxOpenConnections)
	}
	for name, conn := range conns {
		want := map[string]string{"journal_mode": "wal", "synchronous": "2", "busy_timeout": "5000", "query_only": "0",
			"wal_autocheckpoint": "4000", "journal_size_limit": "67108864", "page_size": "8192"}
		if strings.HasPrefix(name, "reader") {
			want["query_only"] = "1"
		}
		for pragma, value := range want {
			var got string
			if err := conn.QueryRowContext(t.Context(), "PRAGMA "+pragma).Scan(&got); err != nil || got != value {
				t.Errorf("%s: %s is %q, %v; want %q", name, pragma, got, err, value)
			}
		}
	}
}

func TestA_connection_that_would_not_write_through_is_refused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	openFile(t, path)
	for name, c := range map[string]connector{
		"fsync only at checkpoints": {path: path, settings: []setting{{"synchronous", "1"}}, required: writing.required()},
		"no fsync":                  {path: path, settings: []setting{{"synchronous", "0"}}, required: writing.required()},
		"no WAL":                    {path: filepath.Join(t.TempDir(), "other.db"), settings: writing.settings(), required: writing.required()},
		"a reader that may write":   {path: path, settings: writing.settings(), required: reading.required()},
	} {
		t.Run(name, func(t *testing.T) {
			conn, err := c.Connect(t.Context())
			if err == nil {
				_ = conn.Close()
			}
			if !fault.Is(err, fault.Unavailable) {
				t.Errorf("got %v, want it refused", err)
			}
		})
	}
}

func TestA_file_opened_again_holds_what_was_committed(t *testing.T) {
	for _, name := range []string{"store.db", "정산 100%.db", "what?#.db", "a&_pragma=synchronous(0).db"} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), name)
			first := openFile(t, path)
			k := write(t, first, "1")
			beside := openFile(t, path) // a second process, say: `explain` while the stack runs
			if d, err := beside.Get(t.Context(), k); err != nil || string(d.Body) != "1" {
				t.Errorf("opened beside: %+v, %v", d, err)
			}
			write(t, beside, "2")
			for _, s := range []*Store{first, beside, first} {
				if err := s.Close(); err != nil {
					t.Fatal(err)
				}
			}
			again := openFile(t, path)
			p, err := again.Query(t.Context(), store.Query{Partition: k.Partition()})
			if err != nil || len(p.Documents) != 2 || p.Documents[0].Commit != "1" {
				t.Errorf("opened again: %+v, %v", p, err)
			}
			if _, err := os.Stat(path); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestA_closed_store_says_so(t *testing.T) {
	s := openFile(t, filepath.Join(t.TempDir(), "store.db"))
	k := write(t, s, "1")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	_, get := s.Get(t.Context(), k)
	_, query := s.Query(t.Context(), store.Query{Partition: k.Partition()})
	commit := s.Commit(t.Context(), store.Commit{ID: "2", Writes: []store.Write{store.Delete(k, store.Always)}})
	for name, err := range map[string]error{"get": get, "query": query, "commit": commit} {
		if !fault.Is(err, fault.Unavailable) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestA_file_that_cannot_be_used_is_refused_by_name_and_left_as_it_was(t *testing.T) {
	dir := t.TempDir()
	for _, c := range []struct {
		name string
		make func(t *testing.T, path string)
		code fault.Code
		says string
	}{
		{"text.db", func(t *testing.T, path string) {
			content := strings.Repeat("고객,공급가액\n", 1000)
			if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
		}, fault.Invalid, "not a database"},
		{"newer.db", func(t *testing.T, path string) {
			if err := openFile(t, path).Close(); err != nil {
				t.Fatal(err)
			}
			foreign(t, path, fmt.Sprintf("PRAGMA user_version = %d; PRAGMA journal_mode = DELETE", len(migrations)+1)) // which must not become WAL
		}, fault.Invalid, "newer version"},
		{"foreign.db", func(t *testing.T, path string) {
			foreign(t, path, "CREATE TABLE goqite (id TEXT)")
		}, fault.Invalid, "another program"},
		{"read-only.db", func(t *testing.T, path string) {
			if err := openFile(t, path).Close(); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(path, 0o400); err != nil {
				t.Fatal(err)
			}
		}, fault.Unavailable, "read-only"},
		{"folder.db", func(t *testing.T, path string) {
			if err := os.Mkdir(path, 0o700); err != nil {
				t.Fatal(err)
			}
		}, fault.Unavailable, "cannot be opened"},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(dir, c.name)
			c.make(t, path)
			before, _ := os.ReadFile(path)
			_, err := Open(t.Context(), path, fixedClock())
			shown := fault.TextOf(err)
			if !fault.Is(err, c.code) || !strings.Contains(shown.EN, c.says) || !strings.Contains(shown.KO, c.name) {
				t.Errorf("got %v, want %s, named in both languages, saying %q", err, c.code, c.says)
			}
			if after, _ := os.ReadFile(path); string(after) != string(before) {
				t.Error("the file was changed")
			}
		})
	}
	if _, err := Open(t.Context(), filepath.Join(dir, "missing", "store.db"), fixedClock()); !fault.Is(err, fault.Unavailable) {
		t.Errorf("in a folder that does not exist: %v", err)
	}
}

// foreign changes a file behind the store's back.
func foreign(t *testing.T, path, statement string) {
	t.Helper()
	db := pool(path, preparing, 1)
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
}

func TestOpening_under_a_cancelled_context_opens_nothing(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	path := filepath.Join(t.TempDir(), "store.db")
	if _, err := Open(ctx, path, fixedClock()); err == nil {
		t.Fatal("it was opened")
	}
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Errorf("the file: %v, want none", err)
	}
}

func TestWhat_SQLite_reports_reaches_a_person_as_a_sentence(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	s := openFile(t, path)
	write(t, s, "1")
	_, err := s.readers.ExecContext(t.Context(), "DELETE FROM documents")
	if err = failure(err); !fault.Is(err, fault.Unavailable) || !strings.Contains(fault.TextOf(err).EN, "read-only") {
		t.Errorf("writing through a reader: %v", err)
	}
	_, err = s.readers.ExecContext(t.Context(), "nonsense")
	if text := fault.TextOf(failure(err)); strings.Contains(text.EN+text.KO, "nonsense") || text.KO == "" {
		t.Errorf("SQLite's own words are shown: %v", text)
	}
}
