package main

import (
	"context"
	"log"
	"net/http"

	"jeongsan/infra/local/pages"
	"jeongsan/internal/identity"
	"jeongsan/internal/store"
	"jeongsan/internal/tenant"
)

// handler is what a browser sees of the running stack: pages, mail links and documents. Whoever reaches the
// loopback of this machine acts as the main account.
func (s *stack) handler(ctx context.Context, activity *pages.Activity) http.Handler {
	return pages.New(pages.Config{
		Store: s.store, Desk: s.settlement, Cashier: s.receivables, Hooks: s.hooks, Bucket: s.bucket, Files: s.bucket.Handler(), Mailbox: s.mailbox, Queue: s.queue,
		Clock:     pages.Clock{Now: s.clock.Now, Moved: s.clock.Moved, Frozen: s.clock.Frozen, Next: s.next, Advance: s.advance},
		Schedules: s.schedules, Activity: activity,
		Tenants: func(ctx context.Context) ([]store.Tenant, error) { return tenant.All(ctx, s.store) },
		Principal: func(t store.Tenant) identity.Principal {
			return identity.Principal{Tenant: t, Role: identity.Main, ID: "main"}
		},
		Background: func(work func(context.Context)) { s.background.Go(func() { work(ctx) }) }, // serve waits for it
		Log:        func(err error) { log.Print(err) },
	})
}
