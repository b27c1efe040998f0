package calendar

import (
	"sync"
	"time"

	"jeongsan/internal/fault"
)

// Clock tells the time. It is passed to whatever needs it; a test, the month player and a replay bring their own.
type Clock interface {
	Now() time.Time
}

// System is the clock of the machine, in Seoul. It is the only caller of time.Now in internal/.
type System struct{}

// Now is the present.
func (System) Now() time.Time { return time.Now().In(Seoul) }

// Fixed is a clock that stands still at t.
func Fixed(t time.Time) Clock { return fixed(t.In(Seoul)) }

type fixed time.Time

func (f fixed) Now() time.Time { return time.Time(f) }

// Manual is a clock that moves only when it is told to, and never back. It is safe for concurrent use.
type Manual struct {
	mu  sync.RWMutex
	now time.Time
}

// NewManual makes a clock that stands at t until it is moved.
func NewManual(t time.Time) *Manual { return &Manual{now: t.In(Seoul)} }

// Now is the time the clock was last moved to.
func (m *Manual) Now() time.Time {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.now
}

// Set moves the clock to t. A time before Now is fault.Conflict and leaves the clock where it is: timers and
// expiries that already happened cannot be taken back.
func (m *Manual) Set(t time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.moveTo(t.In(Seoul))
}

// Advance moves the clock forward by d; a negative d is fault.Conflict.
func (m *Manual) Advance(d time.Duration) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.moveTo(m.now.Add(d))
}

func (m *Manual) moveTo(t time.Time) error {
	if t.Before(m.now) {
		return fault.New(fault.Conflict, fault.T(
			"시계를 %[1]s에서 %[2]s(으)로 되돌릴 수 없습니다. 더 늦은 시각을 골라 주세요.",
			"The clock cannot go back from %[1]s to %[2]s; choose a later time.",
			m.now.Format(time.RFC3339), t.Format(time.RFC3339)))
	}
	m.now = t
	return nil
}
