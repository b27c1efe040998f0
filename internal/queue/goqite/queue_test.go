package goqite

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"modernc.org/sqlite"

	"jeongsan/internal/fault"
	"jeongsan/internal/queue"
	"jeongsan/internal/queue/queuetest"
)

func open(t testing.TB, path string) *File {
	t.Helper()
	f, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func named(t testing.TB, f *File, name string, visibility time.Duration, maxReceive int) *Queue {
	t.Helper()
	q, err := f.Queue(name, visibility, maxReceive)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

func TestA_file_of_queues_keeps_every_promise_of_a_queue(t *testing.T) {
	f := open(t, filepath.Join(t.TempDir(), "queue.db"))
	var n atomic.Int64
	queuetest.Run(t, queuetest.Fixture{
		Open: func(t *testing.T, visibility time.Duration, maxReceive int) queue.Queue {
			return named(t, f, fmt.Sprintf("queue-%d", n.Add(1)), visibility, maxReceive)
		},
		Shortest: 20 * time.Millisecond,
	})
}

func TestEvery_connection_is_durable(t *testing.T) {
	f := open(t, filepath.Join(t.TempDir(), "queue.db"))
	f.db.SetMaxOpenConns(3)
	for range 3 {
		conn, err := f.db.Conn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		for pragma, want := range map[string]string{"journal_mode": "wal", "synchronous": "2"} {
			var got string
			if err := conn.QueryRowContext(t.Context(), "pragma "+pragma).Scan(&got); err != nil || got != want {
				t.Errorf("%s is %q (%v), want %q", pragma, got, err, want)
			}
		}
	}
}

func TestA_connection_that_would_not_be_durable_is_refused(t *testing.T) {
	name, err := uri(filepath.Join(t.TempDir(), "queue.db"))
	if err != nil {
		t.Fatal(err)
	}
	for _, weaker := range [][2]string{{"FULL", "NORMAL"}, {"FULL", "OFF"}, {"WAL", "DELETE"}, {"WAL", "MEMORY"}} {
		db := sql.OpenDB(connector(strings.Replace(name, weaker[0], weaker[1], 1)))
		defer db.Close()
		if err := db.PingContext(t.Context()); err == nil || !strings.Contains(err.Error(), "nothing acknowledged would be safe") {
			t.Errorf("with %s for %s the connection is opened: %v", weaker[1], weaker[0], err)
		}
	}
}

func TestA_message_survives_closing_the_file(t *testing.T) {
	path := filepath.Join(t.TempDir(), "한글 폴더?#%.db")
	f := open(t, path)
	if err := named(t, f, "bill", time.Minute, 3).Send(t.Context(), [][]byte{[]byte("a")}, 0); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	got, err := named(t, open(t, path), "bill", time.Minute, 3).Receive(t.Context(), 1)
	if err != nil || len(got) != 1 || string(got[0].Body) != "a" {
		t.Fatalf("received %v, %v", got, err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Fatal(err)
	}
}

func TestTwo_handles_of_one_file_share_its_messages(t *testing.T) {
	path := filepath.Join(t.TempDir(), "queue.db")
	one, other := named(t, open(t, path), "bill", time.Minute, 3), named(t, open(t, path), "bill", time.Minute, 3)
	if err := one.Send(t.Context(), [][]byte{[]byte("a")}, 0); err != nil {
		t.Fatal(err)
	}
	got, err := other.Receive(t.Context(), 10)
	if err != nil || len(got) != 1 {
		t.Fatalf("received %v, %v", got, err)
	}
	if err := other.Delete(t.Context(), got); err != nil {
		t.Fatal(err)
	}
	if live, dead, err := one.Depth(t.Context()); live+dead != 0 || err != nil {
		t.Fatalf("%d live, %d dead, %v", live, dead, err)
	}
}

func TestA_receipt_that_ran_out_deletes_nothing_even_before_the_message_comes_again(t *testing.T) {
	q := named(t, open(t, filepath.Join(t.TempDir(), "queue.db")), "bill", time.Minute, 3)
	if err := q.Send(t.Context(), [][]byte{[]byte("a")}, 0); err != nil {
		t.Fatal(err)
	}
	got, err := q.Receive(t.Context(), 1)
	if err != nil || len(got) != 1 {
		t.Fatal(got, err)
	}
	if err := q.Extend(t.Context(), got[0], 0); err != nil {
		t.Fatal(err)
	}
	if err := q.Delete(t.Context(), got); err != nil {
		t.Fatal(err)
	}
	if live, _, err := q.Depth(t.Context()); live != 1 || err != nil {
		t.Fatalf("%d messages are left, %v", live, err)
	}
}

func TestA_batch_is_one_commit(t *testing.T) {
	f := open(t, filepath.Join(t.TempDir(), "queue.db"))
	q := named(t, f, "bill", time.Minute, 3)
	commits := countCommits(t, f)
	bodies := slices.Repeat([][]byte{[]byte("a")}, queue.MaxBatch)
	if err := q.Send(t.Context(), bodies, 0); err != nil {
		t.Fatal(err)
	}
	got, err := q.Receive(t.Context(), queue.MaxBatch)
	if err != nil || len(got) != queue.MaxBatch {
		t.Fatal(len(got), err)
	}
	if err := q.Delete(t.Context(), got); err != nil {
		t.Fatal(err)
	}
	if n := commits.Load(); n != 3 {
		t.Fatalf("sending, receiving and deleting ten messages took %d commits, want 3", n)
	}
}

func countCommits(t *testing.T, f *File) *atomic.Int64 {
	t.Helper()
	var n atomic.Int64
	conn, err := f.db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	err = conn.Raw(func(c any) error {
		c.(sqlite.HookRegisterer).RegisterCommitHook(func() int32 { n.Add(1); return 0 })
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return &n
}

func TestDead_messages_are_listed_oldest_first_and_at_most_ten(t *testing.T) {
	q := named(t, open(t, filepath.Join(t.TempDir(), "queue.db")), "bill", time.Minute, 1)
	for i := range queue.MaxBatch + 2 {
		if err := q.Send(t.Context(), [][]byte{{byte('a' + i)}}, 0); err != nil {
			t.Fatal(err)
		}
		got, err := q.Receive(t.Context(), 1)
		if err != nil || len(got) != 1 {
			t.Fatal(got, err)
		}
		if err := q.Extend(t.Context(), got[0], 0); err != nil {
			t.Fatal(err)
		}
	}
	dead, err := q.Dead(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var bodies []byte
	for _, m := range dead {
		bodies = append(bodies, m.Body...)
	}
	if string(bodies) != "abcdefghij" {
		t.Fatalf("the dead are %q", bodies)
	}
}

func TestA_queue_is_not_made_with_settings_that_SQS_would_refuse(t *testing.T) {
	f := open(t, filepath.Join(t.TempDir(), "queue.db"))
	for _, c := range []struct {
		name       string
		visibility time.Duration
		maxReceive int
	}{
		{"", time.Minute, 3}, {"a b", time.Minute, 3}, {"a'b", time.Minute, 3}, {strings.Repeat("a", 81), time.Minute, 3},
		{"a", 0, 3}, {"a", -1, 3}, {"a", 13 * time.Hour, 3}, {"a", time.Minute, 0}, {"a", time.Minute, 1001},
	} {
		if _, err := f.Queue(c.name, c.visibility, c.maxReceive); !fault.Is(err, fault.Invalid) {
			t.Errorf("made with %+v: %v", c, err)
		}
	}
}

func TestA_file_that_is_no_queue_is_refused_without_internal_text(t *testing.T) {
	path := filepath.Join(t.TempDir(), "queue.db")
	if err := os.WriteFile(path, []byte(strings.Repeat("not a database ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Open(t.Context(), path)
	if !fault.Is(err, fault.Unavailable) || strings.Contains(fault.TextOf(err).EN, "sqlite") {
		t.Fatalf("opened: %v", err)
	}
	_, err = Open(t.Context(), filepath.Join(t.TempDir(), "nowhere", "queue.db"))
	if !fault.Is(err, fault.Unavailable) {
		t.Fatalf("opened: %v", err)
	}
}

func TestA_closed_file_says_that_it_cannot_be_used(t *testing.T) {
	f := open(t, filepath.Join(t.TempDir(), "queue.db"))
	q := named(t, f, "bill", time.Minute, 3)
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if err := q.Send(t.Context(), [][]byte{[]byte("a")}, 0); !fault.Is(err, fault.Unavailable) {
		t.Fatalf("sent to a closed file: %v", err)
	}
}

// Figures are a message's whole life: sent, received and deleted, each with its fsync shared by the batch.
func BenchmarkA_message_from_send_to_delete(b *testing.B) {
	for _, batch := range []int{1, 10} {
		b.Run(fmt.Sprintf("in batches of %d", batch), func(b *testing.B) {
			q := named(b, open(b, filepath.Join(b.TempDir(), "queue.db")), "bench", time.Minute, 3)
			bodies := slices.Repeat([][]byte{[]byte(`{"flow":"draft","msp":"han-cloud","customer":"c-1"}`)}, batch)
			for b.Loop() {
				if err := life(b.Context(), q, bodies); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N*batch)/b.Elapsed().Seconds(), "messages/s")
		})
	}
}

func life(ctx context.Context, q *Queue, bodies [][]byte) error {
	if err := q.Send(ctx, bodies, 0); err != nil {
		return err
	}
	got, err := q.Receive(ctx, len(bodies))
	if err != nil {
		return err
	}
	return q.Delete(ctx, got)
}
