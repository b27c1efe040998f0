package testclock_test

import (
	"context"
	"testing"
	"time"

	"jeongsan/infra/local/schedule"
	"jeongsan/infra/local/testclock"
	"jeongsan/internal/calendar"
	"jeongsan/internal/store"
	"jeongsan/internal/store/memory"
)

// world is a stack in miniature: a wall clock, a store that outlives restarts, and work that is done one piece at a time.
type world struct {
	t         *testing.T
	wall      time.Time
	store     store.Store
	schedules []schedule.Schedule
	start     time.Time
	frozen    bool
	keys      []string

	clock    *testclock.Clock
	queue    []schedule.Firing
	timers   []time.Time
	played   []schedule.Firing
	taken    []time.Time                  // timers, as they were taken
	onPlayed func(schedule.Firing) error  // of a step; nil for none
	onWork   func(f schedule.Firing) bool // of a message; nil for none; true sends it back to the queue
}

func newWorld(t *testing.T) *world {
	t.Helper()
	schedules, err := schedule.Load("../../../template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	wall := kst("2026-11-22 15:00")
	return &world{t: t, wall: wall, store: memory.New(calendar.Fixed(wall)), schedules: schedules}
}

func (w *world) open() error {
	w.clock = testclock.New(func() time.Time { return w.wall })
	return w.clock.Open(context.Background(), testclock.Config{
		Store: w.store, Schedules: w.schedules, Start: w.start, Frozen: w.frozen,
		RealKeys: func() []string { return w.keys },
	})
}

func (w *world) mustOpen() {
	w.t.Helper()
	if err := w.open(); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) mustAdvance(to string) {
	w.t.Helper()
	if err := w.clock.AdvanceTo(context.Background(), kst(to), w, w.step); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) step(_ context.Context, f schedule.Firing) error {
	w.played = append(w.played, f)
	w.queue = append(w.queue, f)
	if w.onPlayed != nil {
		return w.onPlayed(f)
	}
	return nil
}

func (w *world) Idle(context.Context) (bool, error) { return len(w.queue) == 0, nil }

func (w *world) Proceed(context.Context) error {
	f := w.queue[0]
	w.queue = w.queue[1:]
	if w.onWork != nil && w.onWork(f) {
		w.queue = append(w.queue, f)
		return nil
	}
	if f.Job == "sweep" {
		w.sweep()
	}
	return nil
}

func (w *world) sweep() {
	var waiting []time.Time
	for _, due := range w.timers {
		if due.After(w.clock.Now()) {
			waiting = append(waiting, due)
			continue
		}
		w.taken = append(w.taken, w.clock.Now())
	}
	w.timers = waiting
}

func (w *world) NextTimer(context.Context) (time.Time, bool, error) {
	var earliest time.Time
	for _, due := range w.timers {
		if earliest.IsZero() || due.Before(earliest) {
			earliest = due
		}
	}
	return earliest, !earliest.IsZero(), nil
}

// times lists when a job was played, as a person writes it.
func (w *world) times(job string) []string {
	var out []string
	for _, f := range w.played {
		if f.Job == job {
			out = append(out, clockFace(f.Scheduled))
		}
	}
	return out
}

func clockFace(t time.Time) string { return t.In(calendar.Seoul).Format("2006-01-02 15:04") }

func kst(s string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", s, calendar.Seoul)
	if err != nil {
		panic(err)
	}
	return t
}
