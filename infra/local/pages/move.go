package pages

import (
	"context"
	"sync"
	"time"

	"jeongsan/internal/fault"
)

// mover remembers the one move of the clock that is under way, or the last one.
type mover struct {
	mu   sync.Mutex
	move move
}

// move is one move of the clock.
type move struct {
	From, To time.Time
	Running  bool
	Err      error // of a move that has ended
}

func (m *mover) now() move {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.move
}

// begin takes the mover for a move; a move under way refuses.
func (m *mover) begin(from, to time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.move.Running {
		return fault.New(fault.Conflict, fault.T(
			"시계가 이미 %s까지 가고 있습니다. 도착한 뒤 다시 눌러 주세요.",
			"The clock is already on its way to %s; try again when it has arrived.", when(m.move.To)))
	}
	m.move = move{From: from, To: to, Running: true}
	return nil
}

func (m *mover) end(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.move.Running, m.move.Err = false, err
}

// told forgets the error of a move that ended: whoever asked for it has heard it.
func (m *mover) told() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.move.Running { // else another one has begun
		m.move.Err = nil
	}
}

// patience is how long a button waits for a short move before it shows the progress of a long one.
const patience = 700 * time.Millisecond

// start moves the clock beside the requests and waits a moment. A move that ends by then leaves nothing behind: its
// error is returned. A longer one is still running when start returns, and the mover tells how it ends.
func (s *pages) start(ctx context.Context, to time.Time) (running bool, err error) {
	if err := s.mover.begin(s.Clock.Now(), to); err != nil {
		return false, err
	}
	ended := make(chan error, 1)
	s.Background(func(ctx context.Context) {
		err := s.Clock.Advance(ctx, to)
		s.mover.end(err)
		ended <- err
	})
	wait, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	select {
	case err := <-ended:
		s.mover.told()
		return false, err
	case <-wait.Done():
		return true, nil
	}
}
