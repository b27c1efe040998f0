package due

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"jeongsan/internal/fault"
	"jeongsan/internal/queue"
	"jeongsan/internal/store"
)

// Message is what a worker receives: scheduled, due and fanned-out work alike.
type Message struct {
	Job       string          `json:"job"`
	Tenant    string          `json:"tenant,omitempty"`
	Scheduled time.Time       `json:"scheduled,omitzero"` // of scheduled work: the time it was scheduled for
	Payload   json.RawMessage `json:"payload,omitempty"`
}

// Encode packs a message for a queue.
func (m Message) Encode() ([]byte, error) {
	b, err := json.Marshal(m)
	if err != nil {
		return nil, fault.New(fault.Internal, fault.T("작업을 저장 형식으로 바꾸지 못했습니다.", "Work could not be encoded.")).Because(err)
	}
	return b, nil
}

// Outlet is where messages leave to: the queue of the one-machine stack, which does all jobs, or on AWS a router to the
// queues of the functions. Its Send is that of queue.Queue.
type Outlet interface {
	Send(ctx context.Context, bodies [][]byte, delay time.Duration) error
}

// Send hands over any number of messages, queue.MaxBatch at a time.
func Send(ctx context.Context, to Outlet, messages []Message) error {
	for len(messages) > 0 {
		n := min(len(messages), queue.MaxBatch)
		bodies := make([][]byte, n)
		for i, m := range messages[:n] {
			b, err := m.Encode()
			if err != nil {
				return err
			}
			bodies[i] = b
		}
		if err := to.Send(ctx, bodies, 0); err != nil {
			return err
		}
		messages = messages[n:]
	}
	return nil
}

// Sweep takes what is due at now to the queue and then deletes it. A crash between the two sends it again, which
// handlers expect. It returns how many items it took; call it until that is zero. What cannot be read or sent is told
// beside that and keeps nothing else.
func Sweep(ctx context.Context, s store.Store, to Outlet, now time.Time, newID func() string) (int, error) {
	found, unread := ready(ctx, s, now, queue.MaxBatch)
	taken, err := take(ctx, s, to, newID, found)
	return taken, errors.Join(unread, err)
}

// Take does what Sweep does, for items that somebody has just seen appear (the table's stream). Items that are gone are
// somebody else's work done; those whose time has not come stay. At most store.MaxWrites keys; one may come twice.
func Take(ctx context.Context, s store.Store, to Outlet, now time.Time, newID func() string, keys []store.Key) (int, error) {
	documents, err := s.GetMany(ctx, distinct(keys))
	if err != nil {
		return 0, err
	}
	found, unread := appendDue(nil, documents, now)
	taken, err := take(ctx, s, to, newID, found)
	return taken, errors.Join(unread, err)
}

// distinct keeps the first of keys that are alike: a stream tells of an item twice that was made, taken and made again.
func distinct(keys []store.Key) []store.Key {
	seen := make(map[store.Key]bool, len(keys))
	return slices.DeleteFunc(slices.Clone(keys), func(k store.Key) bool {
		again := seen[k]
		seen[k] = true
		return again
	})
}

// take sends items together, or else one by one, so that a queue that refuses its own holds up no other's. It returns
// how many left the store.
func take(ctx context.Context, s store.Store, to Outlet, newID func() string, found []waiting) (int, error) {
	if len(found) == 0 {
		return 0, nil
	}
	together := sendAndDelete(ctx, s, to, newID, found)
	switch {
	case together == nil:
		return len(found), nil
	case len(found) == 1 || ctx.Err() != nil:
		return 0, together
	}
	var errs []error
	taken := 0
	for _, w := range found {
		if err := sendAndDelete(ctx, s, to, newID, []waiting{w}); err != nil {
			errs = append(errs, err)
			continue
		}
		taken++
	}
	return taken, errors.Join(errs...)
}

// sendAndDelete sends items and then deletes them as they were read.
func sendAndDelete(ctx context.Context, s store.Store, to Outlet, newID func() string, found []waiting) error {
	messages := make([]Message, len(found))
	done := make([]store.Write, len(found))
	for n, w := range found {
		messages[n] = Message{Job: w.Job, Tenant: w.Tenant, Payload: w.Payload}
		done[n] = store.Delete(w.key(), store.AtVersion(w.version))
	}
	if err := Send(ctx, to, messages); err != nil {
		return err
	}
	var changed *store.ConditionFailed
	if err := store.Apply(ctx, s, store.Commit{ID: newID(), Writes: done}); !errors.As(err, &changed) {
		return err
	}
	return dropEach(ctx, s, newID, done)
}

// dropEach deletes what nobody else has touched since it was read. An item that was written again meanwhile stays,
// since its message may have been handled before that; one that is gone was taken by another sweep.
func dropEach(ctx context.Context, s store.Store, newID func() string, done []store.Write) error {
	for _, w := range done {
		var changed *store.ConditionFailed
		if err := store.Apply(ctx, s, store.Commit{ID: newID(), Writes: []store.Write{w}}); err != nil && !errors.As(err, &changed) {
			return err
		}
	}
	return nil
}

// Moment reads from an item's key the second it is due at, so that a reader of the stream can pass over timers without
// asking for them; ok is false for the key of anything else.
func Moment(k store.Key) (at time.Time, ok bool) {
	for shard := range Shards {
		if k.Partition() == partition(shard) {
			at, err := time.Parse(stampForm, k.Segments()[0])
			return at, err == nil
		}
	}
	return time.Time{}, false
}
