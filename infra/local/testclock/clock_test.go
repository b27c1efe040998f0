package testclock_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"jeongsan/infra/local/testclock"
	"jeongsan/internal/fault"
)

func TestA_clock_that_was_never_moved_shows_the_walls_time_and_allows_real_keys(t *testing.T) {
	w := newWorld(t)
	w.keys = []string{"NCP"}
	w.mustOpen()
	w.wall = w.wall.Add(90 * time.Second)
	if got := w.clock.Now(); !got.Equal(w.wall) || w.clock.Moved() {
		t.Fatalf("it is %s, moved %t; the wall shows %s", got, w.clock.Moved(), w.wall)
	}
	if err := w.clock.Permit(); err != nil {
		t.Fatal(err)
	}
}

func TestA_running_clock_keeps_its_distance_to_the_wall_over_a_restart(t *testing.T) {
	w := newWorld(t)
	w.start = kst("2026-10-01 09:00")
	w.mustOpen()
	w.wall = w.wall.Add(time.Hour)
	w.mustOpen()
	if got := clockFace(w.clock.Now()); got != "2026-10-01 10:00" {
		t.Fatalf("after an hour it is %s", got)
	}
}

func TestA_frozen_clock_stands_still_over_a_restart_and_runs_on_from_there(t *testing.T) {
	w := newWorld(t)
	w.start, w.frozen = kst("2026-10-01 09:00"), true
	w.mustOpen()
	w.mustAdvance("2026-11-06 09:00")
	w.wall = w.wall.Add(24 * time.Hour)
	w.mustOpen()
	if got := clockFace(w.clock.Now()); got != "2026-11-06 09:00" {
		t.Fatalf("after a restart it is %s", got)
	}
	if err := w.clock.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	w.wall = w.wall.Add(30 * time.Minute)
	if got := clockFace(w.clock.Now()); got != "2026-11-06 09:30" {
		t.Fatalf("after running half an hour it is %s", got)
	}
	if err := w.clock.Freeze(context.Background()); err != nil {
		t.Fatal(err)
	}
	w.wall = w.wall.Add(30 * time.Minute)
	if got := clockFace(w.clock.Now()); got != "2026-11-06 09:30" {
		t.Fatalf("half an hour after it was stopped it is %s", got)
	}
}

func TestThe_time_never_goes_back(t *testing.T) {
	t.Run("when the wall is set back", func(t *testing.T) {
		w := newWorld(t)
		w.mustOpen()
		before := w.clock.Now()
		w.wall = w.wall.Add(-time.Hour)
		if got := w.clock.Now(); got.Before(before) {
			t.Fatalf("it was %s and is %s", before, got)
		}
	})
	t.Run("when the wall is set back between two runs, and that is no move", func(t *testing.T) {
		w := newWorld(t)
		w.mustOpen()
		before := w.clock.Now()
		w.wall = w.wall.Add(-time.Hour)
		w.mustOpen()
		if got := w.clock.Now(); got.Before(before) || w.clock.Moved() {
			t.Fatalf("it was %s and is %s, moved %t", before, got, w.clock.Moved())
		}
	})
	t.Run("when somebody asks for it", func(t *testing.T) {
		w := newWorld(t)
		w.mustOpen()
		err := w.clock.AdvanceTo(context.Background(), w.wall.Add(-time.Second), w, w.step)
		if !fault.Is(err, fault.Conflict) || !strings.Contains(fault.TextOf(err).KO, "2026-11-22 14:59:59") {
			t.Fatalf("asked to go back: %v", err)
		}
	})
}

func TestA_moved_clock_refuses_to_run_while_a_real_key_is_configured(t *testing.T) {
	w := newWorld(t)
	w.mustOpen()
	w.keys = []string{"PortOne 상점 키"}
	if err := w.clock.AdvanceTo(context.Background(), w.wall.Add(time.Hour), w, w.step); !fault.Is(err, fault.Conflict) {
		t.Errorf("moving with a real key: %v", err)
	}
	if err := w.clock.Freeze(context.Background()); !fault.Is(err, fault.Conflict) {
		t.Errorf("stopping with a real key: %v", err)
	}
	w.keys = nil
	w.mustAdvance("2026-11-23 00:00")
	w.keys = []string{"PortOne 상점 키"}
	if err := w.clock.Permit(); !fault.Is(err, fault.Conflict) {
		t.Errorf("adding a real key to a moved stack: %v", err)
	}
	err := w.open()
	shown := fault.TextOf(err)
	if !fault.Is(err, fault.Conflict) || !strings.Contains(shown.KO, "PortOne 상점 키") || !strings.Contains(shown.EN, "real key") {
		t.Errorf("starting a moved stack with a real key: %v", err)
	}
}

func TestTwo_processes_cannot_share_a_clock(t *testing.T) {
	w := newWorld(t)
	w.mustOpen()
	first := w.clock
	w.wall = w.wall.Add(time.Second)
	w.mustOpen()
	err := first.AdvanceTo(context.Background(), w.wall.Add(time.Hour), w, w.step)
	if !fault.Is(err, fault.Conflict) || !strings.Contains(fault.TextOf(err).EN, "Another process") {
		t.Fatalf("the first process moved on: %v", err)
	}
}

func TestMoves_asked_for_at_the_same_time_wait_for_one_another(t *testing.T) {
	w := newWorld(t)
	w.start, w.frozen = kst("2026-10-01 00:00"), true
	w.mustOpen()
	var moves sync.WaitGroup
	for range 8 {
		moves.Go(func() {
			if err := w.clock.AdvanceTo(context.Background(), kst("2026-10-11 00:00"), w, w.step); err != nil {
				t.Error(err)
			}
			_ = w.clock.Now()
		})
	}
	moves.Wait()
	if got := w.times("ingest"); len(got) != 10 || !slices.IsSorted(got) {
		t.Fatalf("ten days were ingested on %v", got)
	}
}

func TestA_move_that_is_given_up_says_so(t *testing.T) {
	w := newWorld(t)
	w.start, w.frozen = kst("2026-10-01 00:00"), true
	w.mustOpen()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := w.clock.AdvanceTo(ctx, kst("2026-10-11 00:00"), w, w.step); err == nil {
		t.Fatal("a cancelled move reported success")
	}
}

var _ testclock.Work = (*world)(nil)
