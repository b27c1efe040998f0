package due_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"jeongsan/internal/calendar"
	"jeongsan/internal/crash"
	"jeongsan/internal/due"
	"jeongsan/internal/fault"
	"jeongsan/internal/queue"
	"jeongsan/internal/store"
)

var noon = time.Date(2026, 11, 6, 12, 0, 0, 0, calendar.Seoul)

// outbox is a scene with work that is due.
type outbox struct{ *crash.World }

func (o outbox) Surviving() *crash.World { return o.World }
func (o outbox) Copy() outbox            { return outbox{o.World.Copy()} }

func item(n int, at time.Time) due.Item {
	return due.Item{ID: fmt.Sprintf("work/%d", n), Tenant: "hanbit", At: at, Job: "work", Payload: json.RawMessage(fmt.Sprint(n))}
}

func open(items ...due.Item) outbox {
	o := outbox{crash.NewWorld(noon)}
	for _, i := range items {
		put(o, i)
	}
	return o
}

func put(o outbox, i due.Item) {
	w, err := due.Put(i)
	if err == nil {
		err = o.Store.Commit(context.Background(), store.Commit{ID: o.NewID(), Writes: []store.Write{w}})
	}
	if err != nil {
		panic(err)
	}
}

func many(n int) []due.Item {
	items := make([]due.Item, n)
	for i := range items {
		items[i] = item(i, noon.Add(-time.Duration(i)*time.Minute))
	}
	return items
}

// sweepAll sweeps until nothing is due.
func sweepAll(ctx context.Context, p *crash.Process, _ outbox) error {
	for {
		n, err := due.Sweep(ctx, p.Store, p.Queue, p.World.Clock.Now(), p.NewID)
		if err != nil || n == 0 {
			return err
		}
	}
}

// received are the payloads in the queue, each once, in order.
func received(t *testing.T, q queue.Queue) []int {
	t.Helper()
	var out []int
	for {
		messages, err := q.Receive(t.Context(), queue.MaxBatch)
		if err != nil {
			t.Fatal(err)
		}
		if len(messages) == 0 {
			slices.Sort(out)
			return slices.Compact(out)
		}
		for _, m := range messages {
			var message due.Message
			var n int
			if err := json.Unmarshal(m.Body, &message); err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal(message.Payload, &n); err != nil {
				t.Fatal(err)
			}
			out = append(out, n)
		}
	}
}

func TestWork_that_is_due_reaches_the_queue_wherever_the_sweep_dies(t *testing.T) {
	crash.Flow[outbox]{
		Setup: func() outbox { return open(many(25)...) }, Run: sweepAll, Depth: 2, Again: true,
		Check: func(_ context.Context, o outbox) error {
			if left := len(o.Documents()); left != 0 {
				return fmt.Errorf("%d items are left", left)
			}
			if got := len(received(t, o.World.Copy().Queue)); got != 25 {
				return fmt.Errorf("%d of 25 pieces of work reached the queue", got)
			}
			return nil
		},
	}.Explore(t)
}

func TestWork_is_swept_at_its_time_and_not_before(t *testing.T) {
	o := open(item(1, noon), item(2, noon.Add(time.Second)), item(3, noon.Add(500*time.Millisecond)), item(4, noon.Add(48*time.Hour)))
	if err := sweepAll(t.Context(), o.Process(), o); err != nil {
		t.Fatal(err)
	}
	if got := received(t, o.Queue); !slices.Equal(got, []int{1}) {
		t.Errorf("at noon: %v", got)
	}
	if err := o.Clock.Advance(time.Second); err != nil {
		t.Fatal(err)
	}
	if err := sweepAll(t.Context(), o.Process(), o); err != nil {
		t.Fatal(err)
	}
	if got := received(t, o.World.Copy().Queue); !slices.Contains(got, 2) || !slices.Contains(got, 3) || slices.Contains(got, 4) {
		t.Errorf("a second later: %v", got)
	}
	at, waiting, err := due.Next(t.Context(), o.Store)
	if err != nil || !waiting || !at.Equal(noon.Add(48*time.Hour)) {
		t.Errorf("next is %s, %v, %v", at, waiting, err)
	}
}

func TestThe_same_work_twice_is_one_piece_of_work(t *testing.T) {
	o := open(item(1, noon), item(1, noon))
	if n := len(o.Documents()); n != 1 {
		t.Errorf("%d items wait", n)
	}
}

func TestNothing_waits_in_an_empty_outbox(t *testing.T) {
	o := open()
	if _, waiting, err := due.Next(t.Context(), o.Store); waiting || err != nil {
		t.Errorf("%v, %v", waiting, err)
	}
	if n, err := due.Sweep(t.Context(), o.Store, o.Queue, noon, o.NewID); n != 0 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
}

func TestWork_without_a_job_is_a_defect_that_is_told(t *testing.T) {
	o := open(due.Item{ID: "x", Tenant: "hanbit", At: noon})
	if _, err := due.Sweep(t.Context(), o.Store, o.Queue, noon, o.NewID); !fault.Is(err, fault.Internal) {
		t.Errorf("%v", err)
	}
}

func TestMore_work_than_one_batch_of_the_queue_is_sent_in_batches(t *testing.T) {
	o := open()
	var messages []due.Message
	for i := range 3*queue.MaxBatch + 1 {
		messages = append(messages, due.Message{Job: "work", Payload: json.RawMessage(fmt.Sprint(i))})
	}
	p := o.Process()
	if err := due.Send(t.Context(), p.Queue, messages); err != nil {
		t.Fatal(err)
	}
	if len(p.Points()) != 4 || len(received(t, o.Queue)) != 31 {
		t.Errorf("%d sends", len(p.Points()))
	}
}
