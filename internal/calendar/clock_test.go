package calendar_test

import (
	"sync"
	"testing"
	"time"

	"jeongsan/internal/calendar"
	"jeongsan/internal/fault"
)

var noon = time.Date(2026, 11, 6, 12, 0, 0, 0, calendar.Seoul)

func TestSeoul_is_nine_hours_ahead_without_a_zone_database_on_the_machine(t *testing.T) {
	_, offset := noon.Zone()
	if offset != 9*60*60 || calendar.Seoul.String() != "Asia/Seoul" {
		t.Errorf("Seoul = %v at %+d seconds", calendar.Seoul, offset)
	}
}

func TestThe_system_clock_tells_the_present_in_Seoul(t *testing.T) {
	before := time.Now()
	now := calendar.System{}.Now()
	if now.Before(before) || now.After(time.Now()) || now.Location() != calendar.Seoul {
		t.Errorf("System.Now() = %v", now)
	}
}

func TestA_fixed_clock_stands_still_in_Seoul(t *testing.T) {
	clock := calendar.Fixed(noon.UTC())
	for range 2 {
		if now := clock.Now(); !now.Equal(noon) || now.Location() != calendar.Seoul {
			t.Errorf("Fixed.Now() = %v, want %v", now, noon)
		}
	}
}

func TestA_manual_clock_goes_forward_and_never_back(t *testing.T) {
	clock := calendar.NewManual(noon.UTC())
	steps := []struct {
		does string
		move func() error
		code fault.Code
		now  time.Time
	}{
		{"an hour forward", func() error { return clock.Advance(time.Hour) }, "", noon.Add(time.Hour)},
		{"to the same time", func() error { return clock.Set(noon.Add(time.Hour)) }, "", noon.Add(time.Hour)},
		{"a nanosecond back", func() error { return clock.Set(noon.Add(time.Hour - 1)) }, fault.Conflict, noon.Add(time.Hour)},
		{"a negative advance", func() error { return clock.Advance(-1) }, fault.Conflict, noon.Add(time.Hour)},
		{"to a month later", func() error { return clock.Set(noon.AddDate(0, 1, 0)) }, "", noon.AddDate(0, 1, 0)},
	}
	for _, s := range steps {
		if code := fault.CodeOf(s.move()); code != s.code {
			t.Errorf("%s: code %q, want %q", s.does, code, s.code)
		}
		if now := clock.Now(); !now.Equal(s.now) || now.Location() != calendar.Seoul {
			t.Errorf("%s: Now() = %v, want %v", s.does, now, s.now)
		}
	}
}

func TestA_manual_clock_counts_every_advance_of_many_goroutines(t *testing.T) {
	clock := calendar.NewManual(noon)
	var wg sync.WaitGroup
	for range 32 {
		wg.Go(func() {
			for range 100 {
				before := clock.Now()
				if err := clock.Advance(time.Second); err != nil {
					t.Error(err)
				}
				if !clock.Now().After(before) {
					t.Error("the clock did not move")
				}
			}
		})
	}
	wg.Wait()
	if got, want := clock.Now(), noon.Add(3200*time.Second); !got.Equal(want) {
		t.Errorf("Now() = %v, want %v", got, want)
	}
}
