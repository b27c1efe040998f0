// Command outbox sends outbox rows on as the table's stream tells of them.
package main

import (
	"context"

	"jeongsan/functions/entry"
	"jeongsan/functions/stack"
	"jeongsan/internal/app"
	"jeongsan/internal/due"
	"jeongsan/internal/store"
)

func main() {
	s := stack.Open(app.OutboxFunction)
	to := s.Router()
	take := func(ctx context.Context, keys []store.Key) (int, error) {
		return due.Take(ctx, s.Store, to, s.Clock.Now(), stack.NewID, keys)
	}
	s.Start(entry.Stream(take, s.Clock.Now, s.Log))
}
