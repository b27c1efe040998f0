package app_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"jeongsan/internal/app"
	"jeongsan/internal/due"
	"jeongsan/internal/fault"
	"jeongsan/internal/queue"
	. "jeongsan/internal/settlement/settlementtest"
	"jeongsan/internal/store"
	"jeongsan/internal/tenant"
)

// watched is a queue that tells what is asked of it.
type watched struct {
	queue.Queue
	mu      sync.Mutex
	calls   []string
	extends chan struct{} // one for each Extend; nil for nobody
}

func (w *watched) note(call string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.calls = append(w.calls, call)
}

func (w *watched) Extend(ctx context.Context, m queue.Message, d time.Duration) error {
	err := w.Queue.Extend(ctx, m, d)
	w.note(fmt.Sprintf("extend %s by %s", m.ID, d))
	if w.extends != nil {
		w.extends <- struct{}{}
	}
	return err
}

func (w *watched) Delete(ctx context.Context, messages []queue.Message) error {
	w.note(fmt.Sprintf("delete %d", len(messages)))
	return w.Queue.Delete(ctx, messages)
}

func TestA_failed_step_waits_longer_with_every_delivery(t *testing.T) {
	o := Open("2026-11-06 09:00")
	p := o.World.Process()
	q := &watched{Queue: p.Queue}
	a := o.App(p)
	if err := due.Send(t.Context(), p.Queue, []due.Message{{Job: "no such job"}, {Job: app.Sweep}}); err != nil {
		t.Fatal(err)
	}
	w := app.Worker{App: a, Queue: q, Retry: func(received int) time.Duration {
		if received < 3 {
			return 0 // the test's queue keeps anything longer hidden
		}
		return time.Duration(received) * time.Second
	}}
	if err := w.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := []string{"delete 1", "extend m1 by 0s", "extend m1 by 0s", "extend m1 by 3s"}
	if !slices.Equal(q.calls, want) {
		t.Errorf("the queue was asked for %v, want %v", q.calls, want)
	}
}

func TestA_batch_in_work_is_held_until_its_slowest_step_is_done(t *testing.T) {
	o := Open("2026-11-06 09:00")
	p := o.World.Process()
	q := &watched{Queue: p.Queue, extends: make(chan struct{})}
	a := o.App(p)
	slow := make(chan struct{})
	a.Observe = func(d app.Done) {
		if d.Message.Job == app.Ingest {
			<-slow
		}
	}
	if err := due.Send(t.Context(), p.Queue, []due.Message{{Job: app.Ingest, Scheduled: o.World.Clock.Now()}, {Job: app.Sweep}}); err != nil {
		t.Fatal(err)
	}
	ticks, stopped := make(chan time.Time), false
	w := app.Worker{App: a, Queue: q, Visibility: 30 * time.Second, Heartbeat: func() (<-chan time.Time, func()) { return ticks, func() { stopped = true } }}
	ended := make(chan error, 1)
	go func() {
		_, err := w.Once(t.Context())
		ended <- err
	}()
	ticks <- time.Time{}
	<-q.extends
	<-q.extends
	close(slow)
	if err := <-ended; err != nil || !stopped {
		t.Fatalf("the batch ended with %v, the heartbeat stopped: %t", err, stopped)
	}
	if want := []string{"extend m1 by 30s", "extend m2 by 30s", "delete 2"}; !slices.Equal(q.calls, want) {
		t.Errorf("the queue was asked for %v, want %v", q.calls, want)
	}
}

// unread is a store of which one partition cannot be read now.
type unread struct {
	store.Store
	partition store.Partition
}

func (u unread) Query(ctx context.Context, q store.Query) (store.Page, error) {
	if q.Partition == u.partition {
		return store.Page{}, fault.New(fault.Unavailable, fault.T("지금은 읽을 수 없습니다.", "It cannot be read now."))
	}
	return u.Store.Query(ctx, q)
}

func TestA_panic_is_a_failed_step_and_tells_nothing_of_the_inside(t *testing.T) {
	o := Open("2026-11-06 09:00")
	p := o.World.Process()
	a := o.App(p)
	a.Settlement = nil // what a defect looks like: the sweep asks the desk for the time
	var seen []error
	a.Observe = func(d app.Done) { seen = append(seen, d.Err) }
	if err := due.Send(t.Context(), p.Queue, []due.Message{{Job: app.Sweep}}); err != nil {
		t.Fatal(err)
	}
	if n, err := (app.Worker{App: a, Queue: p.Queue}).Once(t.Context()); n != 1 || err != nil {
		t.Fatalf("%d handled, %v", n, err)
	}
	if live, _, err := p.Queue.Depth(t.Context()); err != nil || live != 1 {
		t.Errorf("%d messages are left, %v", live, err)
	}
	if len(seen) != 1 || !fault.Is(seen[0], fault.Internal) || len(fault.All(seen[0])) != 1 {
		t.Fatalf("observed %v", seen)
	}
	if shown := fault.TextOf(seen[0]); shown != fault.TextOf(errors.New("any")) {
		t.Errorf("a person is told %q", shown.EN)
	}
	if !strings.Contains(seen[0].Error(), "nil pointer") {
		t.Errorf("the log lacks the cause: %v", seen[0])
	}
}

func TestWhat_one_tenant_lacks_keeps_no_other_from_being_worked_on(t *testing.T) {
	o := Open("2026-11-06 09:00")
	p := o.World.Process()
	first, err := store.ParseTenant("aaa-first")
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Apply(t.Context(), o.World.Store, store.Commit{ID: "another tenant", Writes: []store.Write{tenant.Register(first)}}); err != nil {
		t.Fatal(err)
	}
	a := o.App(p)
	a.Store = unread{Store: p.Store, partition: first.Partition("account")}
	body, err := due.Message{Job: app.Ingest, Scheduled: o.World.Clock.Now()}.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Handle(t.Context(), body); !fault.Is(err, fault.Unavailable) || !strings.Contains(err.Error(), "aaa-first") {
		t.Errorf("the step ended with %v", err)
	}
	if live, _, err := p.Queue.Depth(t.Context()); err != nil || live != 2 {
		t.Errorf("%d pulls of the other tenant were asked for, want last month's and this one's: %v", live, err)
	}
}
