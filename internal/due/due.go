// Package due holds work that is due at a time: outbox rows (due at once) and timers.
//
// A due document is written in the same commit as the state change that needs it, so work is never lost and
// never done for a change that did not happen. A sweep takes what is due to the queue and deletes it; on AWS the table's
// stream tells of new items first (Take). Handlers are idempotent, since a crash between the two sends it twice.
//
// It owns the document, its sharding and the reading of what is due. It does not own queues or handlers.
//
// Invariants: an item leaves the store only after its message is durable in a queue, and only as it was read: one that
// was written again meanwhile stays and is sent again.
package due

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"time"

	"jeongsan/internal/fault"
	"jeongsan/internal/store"
)

const (
	kind   = "due"
	schema = 1
	// Shards spread due work over partitions, so that no single one takes every write.
	Shards = 8
)

// Item is one piece of due work. ID is its business key: the same item twice is one item.
type Item struct {
	ID      string          `json:"id"`
	Tenant  string          `json:"tenant"`
	At      time.Time       `json:"at"`
	Job     string          `json:"job"`
	Payload json.RawMessage `json:"payload"`
}

// Put is the write that makes the item due. Writing it again while it waits is the same item.
func Put(i Item) (store.Write, error) {
	d, err := store.JSON(i.key(), kind, schema, i)
	return store.Put(d, store.Always), err
}

// Done is the write that takes the item out.
func Done(i Item) store.Write { return store.Delete(i.key(), store.Always) }

func (i Item) key() store.Key {
	h := fnv.New32a()
	_, _ = h.Write([]byte(i.Tenant + "/" + i.ID))
	return partition(int(h.Sum32()%Shards)).Key(stamp(i.At), i.Tenant, i.ID)
}

func partition(shard int) store.Partition { return store.System(store.Due, fmt.Sprint(shard)) }

const stampForm = "20060102T150405Z"

func stamp(t time.Time) string { return t.UTC().Format(stampForm) }

// waiting is an item with the version it was read at.
type waiting struct {
	Item
	version int64
}

// Ready returns up to limit items of every shard that are due at now, oldest first within a shard.
func Ready(ctx context.Context, s store.Reader, now time.Time, limit int) ([]Item, error) {
	found, err := ready(ctx, s, now, limit)
	out := make([]Item, len(found))
	for n, w := range found {
		out[n] = w.Item
	}
	return out, err
}

func ready(ctx context.Context, s store.Reader, now time.Time, limit int) ([]waiting, error) {
	var out []waiting
	var unread []error
	for shard := range Shards {
		page, err := s.Query(ctx, store.Query{Partition: partition(shard), To: []string{stamp(now.Add(time.Second))}, Limit: limit})
		if err != nil {
			return nil, err
		}
		out, err = appendDue(out, page.Documents, now)
		unread = append(unread, err)
	}
	return out, errors.Join(unread...)
}

// appendDue adds those of the documents that exist and whose time has come. One that cannot be read is told and keeps
// none of the others.
func appendDue(out []waiting, documents []store.Document, now time.Time) ([]waiting, error) {
	var errs []error
	for _, d := range documents {
		if !d.Found() {
			continue
		}
		i, err := decode(d)
		if err != nil {
			errs = append(errs, err)
		} else if !i.At.After(now) {
			out = append(out, waiting{i, d.Version})
		}
	}
	return out, errors.Join(errs...)
}

// Next returns the time of the earliest item, due or not; ok is false when there is none.
func Next(ctx context.Context, s store.Reader) (at time.Time, ok bool, err error) {
	for shard := range Shards {
		page, err := s.Query(ctx, store.Query{Partition: partition(shard), Limit: 1})
		if err != nil {
			return time.Time{}, false, err
		}
		for _, d := range page.Documents {
			i, err := decode(d)
			if err != nil {
				return time.Time{}, false, err
			}
			if !ok || i.At.Before(at) {
				at, ok = i.At, true
			}
		}
	}
	return at, ok, nil
}

func decode(d store.Document) (Item, error) {
	var i Item
	if err := store.Decode(d, kind, schema, &i); err != nil {
		return Item{}, err
	}
	if i.Job == "" {
		return Item{}, fault.New(fault.Internal, fault.T("예약 작업 %s에 할 일이 없습니다.", "Due item %s names no job.", d.Key))
	}
	return i, nil
}
