// Package audit records every change of money or access (XX-08): who, when, what, before, after.
//
// It owns the record and its key. It does not own chaining or signing: records commit unchained, beside the
// change they tell of and in the same commit, and a nightly job digests them.
//
// Invariants: a record is written once and never changed; it names persons by id; it is the put of a commit that
// nobody overwrites, so an unknown outcome can be settled by it.
package audit

import (
	"time"

	"jeongsan/internal/calendar"
	"jeongsan/internal/identity"
	"jeongsan/internal/store"
)

const (
	kind   = "audit"
	schema = 1
)

// Record is one change.
type Record struct {
	ID      string    `json:"id"` // the id of the commit it is part of
	At      time.Time `json:"at"`
	Actor   string    `json:"actor"`
	Action  string    `json:"action"`  // e.g. "invoice.final"
	Subject string    `json:"subject"` // e.g. the invoice number
	Before  string    `json:"before,omitempty"`
	After   string    `json:"after,omitempty"`
	Reason  string    `json:"reason,omitempty"`
}

// Put is the write of the record by the principal. Records of a day lie together, in the order of time.
func Put(p identity.Principal, r Record) (store.Write, error) {
	r.Actor = p.String()
	r.At = r.At.UTC()
	ofDay := r.At.In(calendar.Seoul).Format("150405.000000000") // by the clock of the day that the partition is of
	key := Partition(p.Tenant, calendar.DateOf(r.At)).Key(ofDay, r.ID)
	d, err := store.JSON(key, kind, schema, r)
	return store.Put(d, store.Absent), err
}

// Partition holds a tenant's records of one day in Seoul.
func Partition(t store.Tenant, day calendar.Date) store.Partition {
	return t.Partition("audit", day.String())
}

// Decode reads a record.
func Decode(d store.Document) (Record, error) {
	var r Record
	return r, store.Decode(d, kind, schema, &r)
}
