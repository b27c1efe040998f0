// Package memory is the store in a map: the model that other engines are compared with, and the engine of tests
// that need no durability.
//
// It owns nothing beyond the documents it was given. It keeps every invariant of package store save that a commit
// outlives the process. A commit never ends contended or unknown here: package storetest scripts those.
package memory

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"jeongsan/internal/calendar"
	"jeongsan/internal/store"
)

// Store is an empty store until something is committed to it. It is safe for concurrent use.
type Store struct {
	clock      calendar.Clock
	mu         sync.RWMutex
	partitions map[string][]store.Document // each in the order of sort keys; expired documents stay until overwritten
}

var _ store.Store = (*Store)(nil)

// New makes an empty store whose documents expire by the clock.
func New(clock calendar.Clock) *Store {
	return &Store{clock: clock, partitions: map[string][]store.Document{}}
}

// Get returns one document; see store.Store.
func (s *Store) Get(ctx context.Context, k store.Key) (store.Document, error) {
	if err := ctx.Err(); err != nil {
		return store.Document{}, err
	}
	if err := k.Validate(); err != nil {
		return store.Document{}, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	d := s.current(k, s.clock.Now())
	if !d.Found() {
		return store.Document{}, store.NotFound(k)
	}
	return copied(d), nil
}

// GetMany returns a document per key; see store.Store.
func (s *Store) GetMany(ctx context.Context, keys []store.Key) ([]store.Document, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := store.ValidateKeys(keys); err != nil {
		return nil, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	now := s.clock.Now()
	out := make([]store.Document, len(keys))
	for i, k := range keys {
		out[i] = copied(s.current(k, now))
	}
	return out, nil
}

// Query returns a page of one partition; see store.Store.
func (s *Store) Query(ctx context.Context, q store.Query) (store.Page, error) {
	if err := ctx.Err(); err != nil {
		return store.Page{}, err
	}
	from, to, err := q.Remaining()
	if err != nil {
		return store.Page{}, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	found := s.between(q.Partition, from, to, s.clock.Now())
	if q.Descending {
		slices.Reverse(found)
	}
	if len(found) <= q.PageSize() {
		return store.Page{Documents: found}, nil
	}
	found = found[:q.PageSize()]
	return store.Page{Documents: found, Next: q.TokenAfter(found[len(found)-1].Key.Sort())}, nil
}

// Commit writes all or nothing; see store.Store.
func (s *Store) Commit(ctx context.Context, c store.Commit) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := c.Validate(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.clock.Now()
	versions := make([]int64, len(c.Writes))
	for i, w := range c.Writes {
		versions[i] = s.current(w.Document.Key, now).Version
		if !w.Condition.Holds(versions[i]) {
			return &store.ConditionFailed{Index: i, Key: w.Document.Key, Condition: w.Condition}
		}
	}
	for i, w := range c.Writes {
		s.write(w, versions[i]+1, c.ID)
	}
	return nil
}

func (s *Store) write(w store.Write, version int64, commit string) {
	if w.Op == store.OpCheck {
		return
	}
	name := w.Document.Key.Partition().String()
	documents := s.partitions[name]
	at, found := slices.BinarySearchFunc(documents, w.Document.Key.Sort(), bySort)
	if found {
		documents = slices.Delete(documents, at, at+1)
	}
	if w.Op == store.OpPut {
		documents = slices.Insert(documents, at, stored(w.Document, version, commit))
	}
	s.partitions[name] = documents
}

// current is the document as it stands at now; absent and expired ones have only their key.
func (s *Store) current(k store.Key, now time.Time) store.Document {
	documents := s.partitions[k.Partition().String()]
	at, found := slices.BinarySearchFunc(documents, k.Sort(), bySort)
	if !found || documents[at].ExpiredAt(now) {
		return store.Document{Key: k}
	}
	return documents[at]
}

// between copies what stands at now in the half-open range of sort keys; to == "" means no upper end.
func (s *Store) between(p store.Partition, from, to string, now time.Time) []store.Document {
	documents := s.partitions[p.String()]
	first, _ := slices.BinarySearchFunc(documents, from, bySort)
	var out []store.Document
	for _, d := range documents[first:] {
		if to != "" && d.Key.Sort() >= to {
			break
		}
		if !d.ExpiredAt(now) {
			out = append(out, copied(d))
		}
	}
	return out
}

func bySort(d store.Document, sort string) int { return strings.Compare(d.Key.Sort(), sort) }

// stored is what the engine keeps of a put: its own copy of the body, expiry in whole seconds.
func stored(d store.Document, version int64, commit string) store.Document {
	d = copied(d)
	d.Version, d.Commit = version, commit
	if !d.Expires.IsZero() {
		d.Expires = time.Unix(d.Expires.Unix(), 0).UTC()
	}
	return d
}

func copied(d store.Document) store.Document {
	d.Body = slices.Clone(d.Body)
	return d
}
