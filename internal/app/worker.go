package app

import (
	"context"
	"sync"
	"time"

	"jeongsan/internal/queue"
)

// Worker takes messages off the queue until it is empty or the context ends.
type Worker struct {
	App   *App
	Retry time.Duration // how long a failed message waits before it comes again
}

// Once receives one batch and handles its messages side by side. It returns how many it received.
func (w Worker) Once(ctx context.Context) (int, error) {
	messages, err := w.App.Queue.Receive(ctx, queue.MaxBatch)
	if err != nil || len(messages) == 0 {
		return 0, err
	}
	failed := make([]bool, len(messages))
	var wait sync.WaitGroup
	for i, m := range messages {
		wait.Go(func() { failed[i] = w.App.Handle(ctx, m.Body) != nil })
	}
	wait.Wait()
	var done []queue.Message
	for i, m := range messages {
		if !failed[i] {
			done = append(done, m)
			continue
		}
		if err := w.App.Queue.Extend(ctx, m, w.Retry); err != nil {
			return len(messages), err
		}
	}
	if len(done) == 0 {
		return len(messages), nil
	}
	return len(messages), w.App.Queue.Delete(ctx, done)
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
