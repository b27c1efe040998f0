package app

import (
	"context"
	"errors"
	"sync"
	"time"

	"jeongsan/internal/fault"
	"jeongsan/internal/queue"
)

// Worker takes messages off the queue until it is empty or the context ends.
type Worker struct {
	App   *App
	Queue queue.Queue
	// Retry is how long a failed message waits before it comes again, by how often it was received; nil for at once.
	Retry func(received int) time.Duration
	// Heartbeat starts ticks and returns what ends them; at each, a batch that is still being handled is hidden for
	// Visibility more, so that a slow step is not given to another worker. Nil for none.
	Heartbeat  func() (ticks <-chan time.Time, stop func())
	Visibility time.Duration
}

// Once receives one batch and handles its messages side by side. It returns how many it received. What was done is
// deleted together when the batch ends, and what failed waits for its next try.
func (w Worker) Once(ctx context.Context) (int, error) {
	messages, err := w.Queue.Receive(ctx, queue.MaxBatch)
	if err != nil || len(messages) == 0 {
		return 0, err
	}
	succeeded, beatErr := w.handle(ctx, messages)
	var done []queue.Message
	errs := []error{beatErr}
	for i, m := range messages {
		if succeeded[i] {
			done = append(done, m)
		}
	}
	if len(done) > 0 {
		errs = append(errs, w.Queue.Delete(ctx, done))
	}
	for i, m := range messages {
		if !succeeded[i] {
			errs = append(errs, w.hide(ctx, m, w.retry(m)))
		}
	}
	return len(messages), errors.Join(errs...)
}

// handle works on a batch and holds it until its last message is handled: those that are finished early are held as
// well, since they are deleted with the others.
func (w Worker) handle(ctx context.Context, messages []queue.Message) (succeeded []bool, err error) {
	succeeded = make([]bool, len(messages))
	var wait sync.WaitGroup
	for i, m := range messages {
		wait.Go(func() { succeeded[i] = w.App.Handle(ctx, m.Body) == nil })
	}
	if w.Heartbeat == nil {
		wait.Wait()
		return succeeded, nil
	}
	ended := make(chan struct{})
	go func() {
		wait.Wait()
		close(ended)
	}()
	ticks, stop := w.Heartbeat()
	defer stop()
	for {
		select {
		case <-ended:
			return succeeded, err
		case <-ticks:
			for _, m := range messages {
				err = errors.Join(err, w.hide(ctx, m, w.Visibility))
			}
		}
	}
}

// hide extends a delivery. One whose time ran out comes again by itself.
func (w Worker) hide(ctx context.Context, m queue.Message, d time.Duration) error {
	err := w.Queue.Extend(ctx, m, d)
	if fault.Is(err, fault.Conflict) {
		return nil
	}
	return err
}

func (w Worker) retry(m queue.Message) time.Duration {
	if w.Retry == nil {
		return 0
	}
	return w.Retry(m.Received)
}

// Drain works until no message is to be had.
func (w Worker) Drain(ctx context.Context) error {
	for {
		n, err := w.Once(ctx)
		if err != nil || n == 0 {
			return err
		}
	}
}
