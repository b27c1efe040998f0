// Package testclock is the clock of the one-machine stack: the wall's time until it is moved, and a test clock
// (XX-05) from then on.
//
// It owns the time the stack believes in, how it may be moved, and up to which time each schedule has been played;
// all of it lies in one document of the store and survives a restart and kill -9. It does not own when schedules
// fire (schedule does), what a firing starts, or the work in flight: these are passed in.
//
// Invariants:
//   - the time never goes back, within a process or over a restart, whatever the wall does;
//   - the clock jumps only to the next schedule or timer, or to the wanted time when neither lies before it, and
//     only while queue and outbox are empty;
//   - every firing of a schedule that catches up on each is played, in order, at least once: the clock is durable at
//     its time before it is played, and it is marked as played afterwards;
//   - a moved clock refuses to run while a real provider key is configured.
//
// infra/local is its only user. Protocol freshness (signatures, TLS, visibility) keeps to the wall.
package testclock

import (
	"context"
	"strings"
	"sync"
	"time"

	"jeongsan/infra/local/schedule"
	"jeongsan/internal/calendar"
	"jeongsan/internal/fault"
	"jeongsan/internal/store"
)

// Config is what Open needs.
type Config struct {
	Store     store.Store
	Schedules []schedule.Schedule
	// Start is where the clock of a new stack stands; zero for the wall's time. A stack that has run before goes on
	// where it was.
	Start time.Time
	// Frozen makes the clock of a new stack stand still between moves.
	Frozen bool
	// RealKeys names the outside systems for which a real key is configured, as a person knows them.
	RealKeys func() []string
}

// Clock is the stack's calendar.Clock. It is safe for concurrent use.
type Clock struct {
	wall      func() time.Time
	moves     chan struct{} // holds a token while nobody plays or moves
	store     store.Store
	schedules []schedule.Schedule
	realKeys  func() []string
	saves     saves // guarded by moves

	mu      sync.Mutex
	state   state
	reached time.Time // the latest time anybody was told
}

var _ calendar.Clock = (*Clock)(nil)

// New makes a clock that shows the wall's time until Open. It comes before the store, which needs a clock itself.
func New(wall func() time.Time) *Clock {
	c := &Clock{wall: wall, moves: make(chan struct{}, 1)}
	c.moves <- struct{}{}
	return c
}

// Open takes the clock up where the store left it, or starts it. Schedules never seen before count from now. It is
// fault.Conflict when the clock was moved and a real key is configured.
func (c *Clock) Open(ctx context.Context, cfg Config) error {
	c.store, c.schedules, c.realKeys = cfg.Store, cfg.Schedules, cfg.RealKeys
	s, found, err := c.load(ctx)
	if err != nil {
		return err
	}
	if !found {
		s = c.started(cfg.Start, cfg.Frozen)
	}
	if err := c.permit(s.moved()); err != nil {
		return err
	}
	c.mu.Lock()
	c.state, c.reached = s, s.At
	c.mu.Unlock()
	return c.save(ctx, func(s *state) {
		for _, known := range c.schedules {
			if _, ok := s.Played[known.Name]; !ok {
				s.Played[known.Name] = s.At.Add(-time.Nanosecond) // a firing at this very moment is still to come
			}
		}
	})
}

func (c *Clock) started(at time.Time, frozen bool) state {
	now := c.wall().Round(0)
	if at.IsZero() {
		at = now
	}
	s := state{Frozen: frozen, At: at, Played: map[string]time.Time{}}
	if !frozen {
		s.Offset = at.Sub(now)
	}
	return s
}

// Now is the time the stack believes in, in Seoul.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now().In(calendar.Seoul)
}

func (c *Clock) now() time.Time {
	if t := c.state.at(c.wall().Round(0)); t.After(c.reached) {
		c.reached = t
	}
	return c.reached
}

// Moved reports whether the clock shows anything but the wall's time.
func (c *Clock) Moved() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.state.moved()
}

// Frozen reports whether the clock stands still between moves.
func (c *Clock) Frozen() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.state.Frozen
}

// Permit is asked before real keys are used or added: fault.Conflict when the clock was moved and there are any.
func (c *Clock) Permit() error { return c.permit(c.Moved()) }

func (c *Clock) permit(moved bool) error {
	if !moved || c.realKeys == nil {
		return nil
	}
	keys := c.realKeys()
	if len(keys) == 0 {
		return nil
	}
	return fault.New(fault.Conflict, fault.T(
		"실제 키가 설정되어 있어(%s) 시계를 옮긴 채로 실행할 수 없습니다. 키를 지우거나, 시계를 옮기지 않은 새 데이터 폴더로 시작해 주세요.",
		"A real key is configured (%s), so the stack does not run on a moved clock. Remove the key, or start with a new data folder whose clock was never moved.",
		strings.Join(keys, ", ")))
}

// Run lets a frozen clock run on from where it stands.
func (c *Clock) Run(ctx context.Context) error {
	return c.alone(ctx, func() error {
		return c.save(ctx, func(s *state) {
			if s.Frozen {
				s.Frozen, s.Offset = false, s.At.Sub(c.wall().Round(0))
			}
		})
	})
}

// Freeze makes the clock stand still between moves. A clock that stands still counts as moved.
func (c *Clock) Freeze(ctx context.Context) error {
	return c.alone(ctx, func() error {
		if err := c.permit(true); err != nil {
			return err
		}
		return c.save(ctx, func(s *state) { s.Frozen, s.Offset = true, 0 })
	})
}

// alone runs f while nobody else plays or moves.
func (c *Clock) alone(ctx context.Context, f func() error) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case token := <-c.moves:
		defer func() { c.moves <- token }()
		return f()
	}
}
