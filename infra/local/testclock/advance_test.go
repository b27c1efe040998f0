package testclock_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"jeongsan/infra/local/schedule"
	"jeongsan/infra/template"
	"jeongsan/internal/store/storetest"
)

func TestA_month_is_played_day_by_day_each_firing_at_its_own_time(t *testing.T) {
	w := newWorld(t)
	w.start, w.frozen = kst("2026-10-01 00:00"), true
	w.mustOpen()
	w.onPlayed = func(f schedule.Firing) error {
		if !w.clock.Now().Equal(f.Scheduled) {
			t.Errorf("%s of %s is played at %s", f.Job, clockFace(f.Scheduled), clockFace(w.clock.Now()))
		}
		return nil
	}
	w.mustAdvance("2026-11-01 00:00")

	want := []string{"2026-10-01 00:00 sweep"}
	for day := 1; day <= 31; day++ {
		for _, job := range []string{"02:00 nightly", "05:10 ingest", "06:00 draft", "10:00 charge", "17:00 tax.poll"} {
			want = append(want, fmt.Sprintf("2026-10-%02d %s", day, job))
		}
	}
	want = append(want, "2026-11-01 00:00 sweep")
	var got []string
	for _, f := range w.played {
		got = append(got, clockFace(f.Scheduled)+" "+f.Job)
	}
	if !slices.Equal(got, want) {
		t.Errorf("October was played as %v", got)
	}
	if now := clockFace(w.clock.Now()); now != "2026-11-01 00:00" {
		t.Errorf("after October it is %s", now)
	}
}

func TestA_firing_at_the_very_moment_of_the_start_is_not_left_out(t *testing.T) {
	w := newWorld(t)
	w.start, w.frozen = kst("2026-10-01 05:10"), true
	w.mustOpen()
	w.mustAdvance("2026-10-01 05:10")
	if got := w.times("ingest"); !slices.Equal(got, []string{"2026-10-01 05:10"}) {
		t.Fatalf("ingest was played at %v", got)
	}
}

func TestThe_clock_jumps_only_while_queue_and_outbox_are_empty(t *testing.T) {
	w := newWorld(t)
	w.start, w.frozen = kst("2026-10-01 00:00"), true
	w.mustOpen()
	tries := map[time.Time]int{}
	w.onWork = func(f schedule.Firing) bool {
		if !w.clock.Now().Equal(f.Scheduled) {
			t.Errorf("%s of %s is still in the queue at %s", f.Job, clockFace(f.Scheduled), clockFace(w.clock.Now()))
		}
		tries[f.Scheduled]++
		return tries[f.Scheduled] < 3 // every message fails twice
	}
	w.mustAdvance("2026-10-03 00:00")
	if len(tries) != 2+2*5 || len(w.queue) != 0 {
		t.Fatalf("worked on %d messages, %d are left; two days have two sweeps and ten jobs", len(tries), len(w.queue))
	}
}

func TestA_timer_is_taken_in_its_minute_also_when_the_work_itself_set_it(t *testing.T) {
	w := newWorld(t)
	w.start, w.frozen = kst("2026-10-01 00:00"), true
	w.mustOpen()
	w.timers = []time.Time{kst("2026-10-31 10:00")}
	w.onWork = func(f schedule.Firing) bool {
		if f.Job == "draft" && f.Scheduled.Day() == 6 {
			w.timers = append(w.timers, f.Scheduled.Add(90*time.Second), f.Scheduled.Add(-time.Hour))
		}
		return false
	}
	w.mustAdvance("2026-11-01 00:00")
	var got []string
	for _, at := range w.taken {
		got = append(got, clockFace(at))
	}
	// The one that was overdue when it was set is taken at once; the other in the first whole minute after it is due.
	want := []string{"2026-10-06 06:00", "2026-10-06 06:02", "2026-10-31 10:00"}
	if !slices.Equal(got, want) {
		t.Fatalf("timers were taken at %v, want %v", got, want)
	}
}

func TestWhat_was_missed_while_the_stack_was_down_is_caught_up(t *testing.T) {
	w := newWorld(t)
	w.mustOpen()
	w.wall = w.wall.AddDate(0, 0, 5) // down from Sunday 15:00 to Friday 15:00
	w.mustOpen()
	if err := w.clock.CatchUp(context.Background(), w.step); err != nil {
		t.Fatal(err)
	}
	want := []string{"2026-11-23 05:10", "2026-11-24 05:10", "2026-11-25 05:10", "2026-11-26 05:10", "2026-11-27 05:10"}
	if got := w.times("ingest"); !slices.Equal(got, want) {
		t.Errorf("ingest was caught up at %v", got)
	}
	if got := w.times("sweep"); !slices.Equal(got, []string{"2026-11-27 15:00"}) {
		t.Errorf("five days of sweeps came to %v", got)
	}
	if !slices.IsSortedFunc(w.played, func(a, b schedule.Firing) int { return a.Scheduled.Compare(b.Scheduled) }) {
		t.Errorf("caught up out of order: %v", w.played)
	}
	if got := w.clock.Missed(); len(got) != 0 {
		t.Errorf("still owed: %v", got)
	}
	if w.clock.Moved() {
		t.Error("catching up moved the clock")
	}
}

func TestA_move_first_catches_up_day_by_day(t *testing.T) {
	w := newWorld(t)
	w.mustOpen()
	w.wall = w.wall.AddDate(0, 0, 2)
	w.mustOpen()
	w.onPlayed = func(f schedule.Firing) error {
		if len(w.queue) != 1 {
			t.Errorf("%s of %s was played before the one before it was done", f.Job, clockFace(f.Scheduled))
		}
		return nil
	}
	w.mustAdvance("2026-11-25 00:00")
	want := []string{"2026-11-23 05:10", "2026-11-24 05:10"}
	if got := w.times("ingest"); !slices.Equal(got, want) {
		t.Fatalf("ingest was played at %v", got)
	}
}

func TestA_schedule_that_is_new_counts_from_when_it_was_first_seen(t *testing.T) {
	w := newWorld(t)
	all := w.schedules
	w.schedules = slices.DeleteFunc(slices.Clone(all), func(s schedule.Schedule) bool { return s.Job == "draft" })
	w.start, w.frozen = kst("2026-10-01 00:00"), true
	w.mustOpen()
	w.mustAdvance("2026-10-10 00:00")
	w.schedules = all
	w.mustOpen()
	w.mustAdvance("2026-10-12 00:00")
	if got := w.times("draft"); !slices.Equal(got, []string{"2026-10-10 06:00", "2026-10-11 06:00"}) {
		t.Fatalf("the new schedule was played at %v", got)
	}
}

func TestA_firing_whose_step_failed_is_played_again(t *testing.T) {
	w := newWorld(t)
	w.start, w.frozen = kst("2026-10-01 00:00"), true
	w.mustOpen()
	broken := errors.New("queue is full")
	w.onPlayed = func(f schedule.Firing) error {
		if f.Job == "ingest" {
			return broken
		}
		return nil
	}
	err := w.clock.AdvanceTo(context.Background(), kst("2026-10-02 00:00"), w, w.step)
	if !errors.Is(err, broken) || clockFace(w.clock.Now()) != "2026-10-01 05:10" {
		t.Fatalf("it stopped at %s with %v", clockFace(w.clock.Now()), err)
	}
	w.onPlayed = nil
	w.mustAdvance("2026-10-02 00:00")
	if got := w.times("ingest"); !slices.Equal(got, []string{"2026-10-01 05:10", "2026-10-01 05:10"}) {
		t.Fatalf("ingest was played at %v", got)
	}
}

func TestThe_next_stop_is_named_before_it_is_jumped_to(t *testing.T) {
	w := newWorld(t)
	w.start, w.frozen = kst("2026-10-01 00:00"), true
	w.mustOpen()
	w.mustAdvance("2026-10-01 06:00")
	for _, step := range []struct {
		timer, want string
		job         string
	}{
		{"", "2026-10-01 10:00", "charge"},
		{"2026-10-01 08:00", "2026-10-01 08:00", "sweep"},
	} {
		if step.timer != "" {
			w.timers = []time.Time{kst(step.timer)}
		}
		f, ok, err := w.clock.Next(context.Background(), w)
		if err != nil || !ok || clockFace(f.Scheduled) != step.want || f.Job != step.job {
			t.Errorf("next is %s at %s (%t, %v), want %s at %s", f.Job, clockFace(f.Scheduled), ok, err, step.job, step.want)
		}
	}
}

// The clock is killed before and after each of its commits and started again: no firing is lost, none comes before
// an earlier one was first played, the timer is taken in its minute, and the time never goes back. (Each restart
// may add a sweep, which finds nothing.)
func TestA_clock_killed_at_any_commit_goes_on_without_losing_a_firing(t *testing.T) {
	plain := newWorld(t)
	plain.start, plain.frozen = kst("2026-10-01 00:00"), true
	count := &storetest.Faulty{Store: plain.store}
	plain.store = count
	plain.timers = []time.Time{kst("2026-10-02 10:00")}
	plain.mustOpen()
	plain.mustAdvance("2026-10-03 00:00")
	want := daily(plain.played)

	for n := 1; n <= count.Commits(); n++ {
		for _, fate := range []storetest.Fate{storetest.CrashBefore, storetest.CrashAfter} {
			w := newWorld(t)
			w.start, w.frozen = kst("2026-10-01 00:00"), true
			w.timers = []time.Time{kst("2026-10-02 10:00")}
			script := make([]storetest.Fate, n)
			script[n-1] = fate
			w.store = &storetest.Faulty{Store: w.store, OnCommit: storetest.Fates(script...)}
			if !crashes(w) {
				t.Fatalf("commit %d: nothing crashed", n)
			}
			w.mustOpen()
			if len(w.played) > 0 && w.clock.Now().Before(w.played[len(w.played)-1].Scheduled) {
				t.Errorf("commit %d, fate %d: back at %s", n, fate, clockFace(w.clock.Now()))
			}
			w.mustAdvance("2026-10-03 00:00")
			if got := daily(w.played); !slices.Equal(got, want) {
				t.Errorf("commit %d, fate %d: played %v, want %v", n, fate, got, want)
			}
			if len(w.taken) != 1 || clockFace(w.taken[0]) != "2026-10-02 10:00" {
				t.Errorf("commit %d, fate %d: the timer was taken at %v", n, fate, w.taken)
			}
		}
	}
}

func crashes(w *world) (crashed bool) {
	defer func() {
		_, crashed = recover().(storetest.Crash)
	}()
	w.mustOpen()
	w.mustAdvance("2026-10-03 00:00")
	return false
}

// daily lists the firings of the daily jobs in the order in which each was first played.
func daily(played []schedule.Firing) []string {
	var out []string
	for _, f := range played {
		if s := clockFace(f.Scheduled) + " " + f.Job; f.Job != "sweep" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

func TestThe_schedules_of_the_template_are_the_ones_played(t *testing.T) {
	w := newWorld(t)
	var jobs []string
	for _, s := range w.schedules {
		jobs = append(jobs, s.Job+" "+string(s.CatchUp))
	}
	want := []string{"nightly " + string(template.Every), "ingest every", "draft every", "charge every", "tax.poll every", "sweep latest"}
	if !slices.Equal(jobs, want) {
		t.Fatalf("the template's schedules are %v", jobs)
	}
}
