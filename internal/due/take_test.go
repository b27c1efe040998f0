package due_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"jeongsan/internal/crash"
	"jeongsan/internal/due"
	"jeongsan/internal/queue"
	"jeongsan/internal/store"
)

// keys are those of all items that wait.
func keys(o outbox) []store.Key {
	var out []store.Key
	for _, d := range o.Documents() {
		out = append(out, d.Key)
	}
	return out
}

func TestWhat_the_stream_tells_of_reaches_the_queue_wherever_the_taker_dies(t *testing.T) {
	crash.Flow[outbox]{
		Setup: func() outbox { return open(many(25)...) }, Depth: 2, Again: true,
		Run: func(ctx context.Context, p *crash.Process, o outbox) error {
			left := keys(o)
			_, err := due.Take(ctx, p.Store, p.Queue, noon, p.NewID, append(left, left...)) // a stream may tell twice
			return err
		},
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

func TestThe_stream_passes_over_timers_and_over_what_a_sweep_has_taken(t *testing.T) {
	o := open(item(1, noon), item(2, noon.Add(time.Hour)))
	all := append(keys(o), store.System(store.Due, "0").Key("20261106T030000Z", "hanbit", "gone"))
	p := o.Process()
	if n, err := due.Take(t.Context(), p.Store, p.Queue, noon, p.NewID, all); n != 1 || err != nil {
		t.Errorf("%d taken, %v", n, err)
	}
	if got := received(t, o.Queue); !slices.Equal(got, []int{1}) || len(o.Documents()) != 1 {
		t.Errorf("the queue holds %v, %d items wait", got, len(o.Documents()))
	}
}

// rewriting is a queue during whose send the items are written again, as by a state change that needs the work anew.
type rewriting struct {
	queue.Queue
	again func()
}

func (r rewriting) Send(ctx context.Context, bodies [][]byte, delay time.Duration) error {
	defer r.again()
	return r.Queue.Send(ctx, bodies, delay)
}

func TestWork_that_is_asked_for_again_while_it_is_taken_is_taken_again(t *testing.T) {
	for name, take := range map[string]func(outbox, *crash.Process, due.Outlet) (int, error){
		"by the sweep": func(_ outbox, p *crash.Process, to due.Outlet) (int, error) {
			return due.Sweep(t.Context(), p.Store, to, noon, p.NewID)
		},
		"by the stream": func(o outbox, p *crash.Process, to due.Outlet) (int, error) {
			return due.Take(t.Context(), p.Store, to, noon, p.NewID, keys(o))
		},
	} {
		t.Run(name, func(t *testing.T) {
			o := open(item(1, noon), item(2, noon))
			p := o.Process()
			if n, err := take(o, p, rewriting{p.Queue, func() { put(o, item(2, noon)) }}); n != 2 || err != nil {
				t.Fatalf("%d taken, %v", n, err)
			}
			if left := len(o.Documents()); left != 1 {
				t.Fatalf("%d items wait, want the one that was asked for again", left)
			}
			if n, err := take(o, p, p.Queue); n != 1 || err != nil {
				t.Errorf("%d taken, %v", n, err)
			}
		})
	}
}

// deaf takes nothing.
type deaf struct{}

func (deaf) Send(context.Context, [][]byte, time.Duration) error { return errors.New("no") }

func TestWork_that_no_queue_takes_stays(t *testing.T) {
	o := open(item(1, noon))
	p := o.Process()
	if n, err := due.Take(t.Context(), p.Store, deaf{}, noon, p.NewID, keys(o)); err == nil || len(o.Documents()) != 1 {
		t.Errorf("%d taken, %v", n, err)
	}
}

func TestThe_moment_of_an_item_is_in_its_key_and_nothing_else_has_one(t *testing.T) {
	o := open(item(1, noon))
	if at, ok := due.Moment(keys(o)[0]); !ok || !at.Equal(noon) {
		t.Errorf("%s, %t", at, ok)
	}
	for _, k := range []store.Key{store.System(store.Tenants).Key("hanbit"), store.System(store.Due, "0").Key("no time"), store.System(store.Due, "99").Key("20261106T030000Z")} {
		if at, ok := due.Moment(k); ok {
			t.Errorf("%s is due at %s", k, at)
		}
	}
}
