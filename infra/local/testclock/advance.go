package testclock

import (
	"context"
	"time"

	"jeongsan/infra/local/schedule"
	"jeongsan/infra/template"
	"jeongsan/internal/calendar"
	"jeongsan/internal/fault"
)

// Work is the work in flight, as the clock needs to see it.
type Work interface {
	// Idle reports whether queue and outbox are empty. Dead letters do not count: they wait for a person.
	Idle(ctx context.Context) (bool, error)
	// Proceed is called while Idle is false: it works on what there is, or waits a moment for those who do.
	Proceed(ctx context.Context) error
	// NextTimer is when the earliest timer that has not been taken is due; ok is false when there is none.
	NextTimer(ctx context.Context) (due time.Time, ok bool, err error)
}

// Step plays one firing: it puts its body on the queue. It may be given the same firing again after a crash.
type Step func(ctx context.Context, f schedule.Firing) error

// Missed lists the firings that are owed now, in order.
func (c *Clock) Missed() []schedule.Firing {
	c.mu.Lock()
	defer c.mu.Unlock()
	return schedule.Missed(c.schedules, c.state.Played, c.now())
}

// CatchUp plays what is owed now and does not move the clock. A running stack calls it at its start and every second.
func (c *Clock) CatchUp(ctx context.Context, step Step) error {
	return c.alone(ctx, func() error {
		for _, f := range c.Missed() {
			if err := c.play(ctx, f, step); err != nil {
				return err
			}
		}
		return nil
	})
}

// Next is the firing to which AdvanceTo would jump next; ok is false when nothing will ever fire.
func (c *Clock) Next(ctx context.Context, work Work) (f schedule.Firing, ok bool, err error) {
	due, waiting, err := work.NextTimer(ctx)
	if err != nil {
		return schedule.Firing{}, false, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now()
	for _, s := range c.schedules {
		since := c.state.Played[s.Name]
		if s.CatchUp == template.Latest {
			if !waiting {
				continue // it would find nothing to take
			}
			since = later(since, later(due, now).Add(-time.Nanosecond))
		}
		at := s.When.Next(since)
		if at.IsZero() || (ok && !at.Before(f.Scheduled)) {
			continue
		}
		f, ok = s.At(at), true
	}
	return f, ok, nil
}

// AdvanceTo moves the clock to a time: it plays every firing up to then in order, each at its own time, and lets
// the work in flight come to rest before each jump. A schedule that catches up on the latest (the sweep) is played
// when a timer is due and once on arrival, not for every empty minute in between.
//
// A time before Now is fault.Conflict, and so is any move while a real key is configured. When it returns an
// error the clock stands at the last firing it reached and the same call goes on from there.
func (c *Clock) AdvanceTo(ctx context.Context, to time.Time, work Work, step Step) error {
	return c.alone(ctx, func() error {
		if err := c.permit(true); err != nil {
			return err
		}
		if now := c.Now(); to.Before(now) {
			return backwards(now, to)
		}
		if err := c.catchUp(ctx, work, step); err != nil {
			return err
		}
		if err := c.playUntil(ctx, to, work, step); err != nil {
			return err
		}
		if err := c.jump(ctx, to); err != nil {
			return err
		}
		return c.catchUp(ctx, work, step) // only the sweep can be owed: all else has been played
	})
}

// catchUp plays what is owed, coming to rest after each, so that what builds on an earlier day finds it done.
func (c *Clock) catchUp(ctx context.Context, work Work, step Step) error {
	for _, f := range c.Missed() {
		if err := c.play(ctx, f, step); err != nil {
			return err
		}
		if err := rest(ctx, work); err != nil {
			return err
		}
	}
	return nil
}

func (c *Clock) playUntil(ctx context.Context, to time.Time, work Work, step Step) error {
	for {
		if err := rest(ctx, work); err != nil {
			return err
		}
		f, ok, err := c.Next(ctx, work)
		if err != nil {
			return err
		}
		if !ok || f.Scheduled.After(to) {
			return nil
		}
		if err := c.play(ctx, f, step); err != nil {
			return err
		}
	}
}

// play sets the clock to a firing's time, starts its job and remembers that it was played, in this order: a crash
// in between plays it again, and never leaves it out.
func (c *Clock) play(ctx context.Context, f schedule.Firing, step Step) error {
	if err := c.jump(ctx, f.Scheduled); err != nil {
		return err
	}
	if err := step(ctx, f); err != nil {
		return err
	}
	return c.save(ctx, func(s *state) { s.Played[f.Schedule] = f.Scheduled })
}

// jump moves the clock forward; a time that has passed leaves it where it is.
func (c *Clock) jump(ctx context.Context, to time.Time) error {
	if !to.After(c.Now()) {
		return nil
	}
	return c.save(ctx, func(s *state) {
		s.At = to
		if !s.Frozen {
			s.Offset = to.Sub(c.wall().Round(0))
		}
	})
}

// rest waits until queue and outbox are empty.
func rest(ctx context.Context, work Work) error {
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		idle, err := work.Idle(ctx)
		if err != nil || idle {
			return err
		}
		if err := work.Proceed(ctx); err != nil {
			return err
		}
	}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func backwards(now, to time.Time) error {
	const form = "2006-01-02 15:04:05"
	return fault.New(fault.Conflict, fault.T(
		"시계는 뒤로 갈 수 없습니다(지금 %s, 요청 %s). 지금보다 뒤의 시각을 골라 주세요.",
		"The clock cannot go back (it is %s, asked for %s). Choose a later time.",
		now.In(calendar.Seoul).Format(form), to.In(calendar.Seoul).Format(form)))
}
