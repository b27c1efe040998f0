package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"jeongsan/internal/calendar"
	"jeongsan/internal/store"
)

// Bounds of a group: they keep one transaction well below the WAL's size limit and its latency in milliseconds.
const (
	maxGroup      = 128     // commits
	maxGroupBytes = 4 << 20 // bodies; the commit that crosses it still belongs to the group
)

// writer is the one goroutine that writes, and its door.
//
// The door is an unbuffered channel: a commit that went through has been taken up and will be answered; one still
// in front of it can walk away unwritten.
type writer struct {
	db      *sql.DB
	clock   calendar.Clock
	door    chan request
	closing chan struct{} // closed by close
	stopped chan struct{} // closed by run when nobody waits any more
	session *session      // nil until needed, and after a failure that left it in doubt
	swept   time.Time     // when expired documents were last removed
}

// request is a commit and where its outcome goes; the channel has room for it, so the writer never waits.
type request struct {
	commit  store.Commit
	outcome chan error
}

func newWriter(db *sql.DB, clock calendar.Clock) *writer {
	return &writer{db: db, clock: clock, door: make(chan request), closing: make(chan struct{}), stopped: make(chan struct{})}
}

func (w *writer) commit(ctx context.Context, c store.Commit) error {
	select {
	case <-w.closing:
		return closed
	default:
	}
	r := request{commit: c, outcome: make(chan error, 1)}
	select {
	case w.door <- r:
		return <-r.outcome // no longer than a transaction takes, and only the truth will do
	case <-ctx.Done():
		return ctx.Err()
	case <-w.stopped:
		return closed
	}
}

// close lets in nobody new, waits for those at the door, and closes the connection. Call it once.
func (w *writer) close() error {
	close(w.closing)
	<-w.stopped
	return w.db.Close()
}

func (w *writer) run() {
	defer close(w.stopped)
	for {
		group := w.next()
		if len(group) == 0 {
			break
		}
		outcomes := w.write(group)
		for i, r := range group {
			r.outcome <- outcomes[i]
		}
		w.sweep()
	}
	if w.session != nil {
		w.session.close()
	}
}

// next waits for a commit and takes up with it those that wait beside it; none when the store closes.
func (w *writer) next() []request {
	var group []request
	select {
	case r := <-w.door:
		group = append(group, r)
	case <-w.closing:
	}
	for bytes := 0; len(group) < maxGroup && bytes < maxGroupBytes; {
		select {
		case r := <-w.door:
			group = append(group, r)
			bytes += size(r.commit)
		default:
			return group
		}
	}
	return group
}

func size(c store.Commit) int {
	n := 0
	for _, w := range c.Writes {
		n += len(w.Document.Body)
	}
	return n
}

// write runs the group in one transaction and returns an outcome per commit, in order. A commit that breaks the
// transaction (the disk has no room for it) must not take the others with it, so then each is run by itself.
func (w *writer) write(group []request) []error {
	outcomes, broken := w.transact(group)
	if !broken || len(group) == 1 {
		return outcomes
	}
	for i := range group {
		alone, _ := w.transact(group[i : i+1])
		outcomes[i] = alone[0]
	}
	return outcomes
}

// transact runs the group in one transaction. broken tells that a statement failed and nothing was written.
//
// Every outcome, a failed condition too, was decided on what the commits before it in the group wrote. So when the
// transaction does not make it, none of them stands, and each is told only what is true of it.
func (w *writer) transact(group []request) (outcomes []error, broken bool) {
	if err := w.begin(); err != nil {
		return every(group, unwritten(err)), false
	}
	outcomes = make([]error, len(group))
	for i, r := range group {
		outcome, err := w.session.apply(r.commit, w.clock.Now())
		if err != nil {
			w.abandon()
			return every(group, unwritten(err)), true
		}
		outcomes[i] = outcome
	}
	if err := w.session.run(w.session.commit); err != nil {
		w.abandon()
		return afterFailedCommit(outcomes, err), false
	}
	return outcomes, false
}

// begin takes the write lock, on a new connection if there is none.
func (w *writer) begin() (err error) {
	if w.session == nil {
		if w.session, err = openSession(w.db); err != nil {
			return err
		}
	}
	if err = w.session.run(w.session.begin); err != nil && !isBusy(err) {
		w.abandon()
	}
	return err
}

// abandon rolls back and gives the connection up: after a failure nothing it still holds is relied on.
func (w *writer) abandon() {
	w.session.discard()
	w.session = nil
}

// sweep removes expired documents, which nobody sees any more, once an hour of the clock and a bounded number at a
// time. Should it fail, the next commit meets the same trouble and reports it.
func (w *writer) sweep() {
	now := w.clock.Now()
	if w.session == nil || now.Sub(w.swept) < time.Hour {
		return
	}
	removed, err := w.session.removeExpired(now, sweepLimit)
	if err == nil && removed < sweepLimit {
		w.swept = now
	}
}

const sweepLimit = 500 // documents between two groups

func every(group []request, err error) []error {
	out := make([]error, len(group))
	for i := range out {
		out[i] = err
	}
	return out
}

// unwritten is the outcome of a commit that failed before its transaction was committed: nothing of it is in the file.
func unwritten(err error) error {
	if isBusy(err) {
		return store.ErrContended
	}
	return failure(err)
}

// afterFailedCommit says what is true once COMMIT itself failed. A lock that was in the way kept all of it out. After
// any other error (an fsync that failed) the log may hold the transaction or not, so whoever wrote cannot know; who
// only failed a condition wrote nothing, but may have failed it on what has gone.
func afterFailedCommit(outcomes []error, err error) []error {
	out := make([]error, len(outcomes))
	for i, outcome := range outcomes {
		out[i] = store.ErrContended
		if outcome == nil && !isBusy(err) {
			out[i] = fmt.Errorf("%w: %v", store.ErrUnknown, err)
		}
	}
	return out
}
