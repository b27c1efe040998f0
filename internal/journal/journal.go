// Package journal is how flows commit: a change and its audit record in one commit, so that nothing of money or
// access ever changes without one, and an unknown outcome is settled by a record that nobody overwrites.
//
// It is shared by the flow packages and used by nobody else. It owns ids and time of a commit. It does not own
// what a change means.
package journal

import (
	"context"

	"jeongsan/internal/audit"
	"jeongsan/internal/calendar"
	"jeongsan/internal/identity"
	"jeongsan/internal/store"
)

// Journal commits on one store.
type Journal struct {
	Store store.Store
	Clock calendar.Clock
	NewID func() string // unique ids of commits
}

// Change is what a commit says of itself to the audit.
type Change struct {
	Action, Subject, Before, After, Reason string
}

// Commit writes all or nothing together with the audit record. Errors are those of store.Apply.
func (j Journal) Commit(ctx context.Context, p identity.Principal, c Change, writes ...store.Write) error {
	id := j.NewID()
	record, err := audit.Put(p, audit.Record{ID: id, At: j.Clock.Now(), Action: c.Action, Subject: c.Subject, Before: c.Before, After: c.After, Reason: c.Reason})
	if err != nil {
		return err
	}
	return store.Apply(ctx, j.Store, store.Commit{ID: id, Writes: append(writes, record)})
}

// Save commits working state that moves neither money nor access, and so leaves no audit record.
func (j Journal) Save(ctx context.Context, writes ...store.Write) error {
	return store.Apply(ctx, j.Store, store.Commit{ID: j.NewID(), Writes: writes})
}

// Today is the business day in Seoul.
func (j Journal) Today() calendar.Date { return calendar.DateOf(j.Clock.Now()) }
