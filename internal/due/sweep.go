package due

import (
	"context"
	"encoding/json"
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

// Send puts any number of messages into the queue, MaxBatch at a time.
func Send(ctx context.Context, q queue.Queue, messages []Message) error {
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
		if err := q.Send(ctx, bodies, 0); err != nil {
			return err
		}
		messages = messages[n:]
	}
	return nil
}

// Sweep takes what is due at now to the queue and then deletes it. A crash between the two sends it again, which
// handlers expect. It returns how many items it took; call it until that is zero.
func Sweep(ctx context.Context, s store.Store, q queue.Queue, now time.Time, newID func() string) (int, error) {
	items, err := Ready(ctx, s, now, queue.MaxBatch)
	if err != nil || len(items) == 0 {
		return 0, err
	}
	messages := make([]Message, len(items))
	done := make([]store.Write, len(items))
	for i, item := range items {
		messages[i] = Message{Job: item.Job, Tenant: item.Tenant, Payload: item.Payload}
		done[i] = Done(item)
	}
	if err := Send(ctx, q, messages); err != nil {
		return 0, err
	}
	return len(items), store.Apply(ctx, s, store.Commit{ID: newID(), Writes: done})
}
