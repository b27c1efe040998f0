package crash

import (
	"context"
	"slices"
	"strconv"
	"sync"
	"time"

	"jeongsan/internal/fault"
	"jeongsan/internal/queue"
)

// Queue is a queue in memory whose visibility ends when a process does, not by wall time.
type Queue struct {
	mu       sync.Mutex
	messages []held // oldest first
	serial   int
}

type held struct {
	message queue.Message
	hidden  bool
}

// MaxReceive is how often a message is delivered before it is dead, as in the deployed stack.
const MaxReceive = 5

var _ queue.Queue = (*Queue)(nil)

func newQueue() *Queue { return &Queue{} }

func (q *Queue) copy() *Queue {
	q.mu.Lock()
	defer q.mu.Unlock()
	return &Queue{messages: slices.Clone(q.messages), serial: q.serial}
}

// giveBack ends every delivery, as if its time were over.
func (q *Queue) giveBack() {
	q.mu.Lock()
	defer q.mu.Unlock()
	for i := range q.messages {
		q.messages[i].hidden = false
	}
}

// Send implements queue.Queue; a delay is not kept.
func (q *Queue) Send(_ context.Context, bodies [][]byte, delay time.Duration) error {
	if err := queue.CheckSend(bodies, delay); err != nil {
		return err
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, b := range bodies {
		q.serial++
		q.messages = append(q.messages, held{message: queue.Message{ID: "m" + strconv.Itoa(q.serial), Body: slices.Clone(b)}})
	}
	return nil
}

// Receive implements queue.Queue.
func (q *Queue) Receive(_ context.Context, max int) ([]queue.Message, error) {
	if err := queue.CheckReceive(max); err != nil {
		return nil, err
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	var out []queue.Message
	for i := range q.messages {
		h := &q.messages[i]
		if h.hidden || h.message.Received >= MaxReceive || len(out) == max {
			continue
		}
		h.hidden = true
		h.message.Received++
		h.message.Receipt = h.message.ID + "/" + strconv.Itoa(h.message.Received)
		out = append(out, h.message)
	}
	return out, nil
}

func (q *Queue) find(m queue.Message) int {
	return slices.IndexFunc(q.messages, func(h held) bool { return h.hidden && h.message.Receipt == m.Receipt })
}

// Delete implements queue.Queue.
func (q *Queue) Delete(_ context.Context, messages []queue.Message) error {
	if err := queue.CheckDelete(messages); err != nil {
		return err
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, m := range messages {
		if i := q.find(m); i >= 0 {
			q.messages = slices.Delete(q.messages, i, i+1)
		}
	}
	return nil
}

// Extend implements queue.Queue: 0 gives a message back, anything else keeps it hidden until the process ends.
func (q *Queue) Extend(_ context.Context, m queue.Message, d time.Duration) error {
	if err := queue.CheckExtend(d); err != nil {
		return err
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	i := q.find(m)
	if i < 0 {
		return fault.New(fault.Conflict, fault.T("처리 시간이 지나 메시지가 다시 배달되었습니다.", "The time for this delivery is over."))
	}
	q.messages[i].hidden = d > 0
	return nil
}

// Dead lists the messages that had their last delivery.
func (q *Queue) Dead(context.Context) ([]queue.Message, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	var out []queue.Message
	for _, h := range q.messages {
		if !h.hidden && h.message.Received >= MaxReceive && len(out) < queue.MaxBatch {
			out = append(out, h.message)
		}
	}
	return out, nil
}

// Redrive implements queue.Queue.
func (q *Queue) Redrive(_ context.Context, m queue.Message) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	for i := range q.messages {
		if h := &q.messages[i]; h.message.ID == m.ID && h.message.Received >= MaxReceive {
			h.message.Received, h.message.Receipt, h.hidden = 0, "", false
			return nil
		}
	}
	return fault.New(fault.Conflict, fault.T("이미 다시 보낸 메시지입니다.", "The message is not dead any more."))
}

// Depth implements queue.Queue.
func (q *Queue) Depth(context.Context) (live, dead int, err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, h := range q.messages {
		if !h.hidden && h.message.Received >= MaxReceive {
			dead++
		} else {
			live++
		}
	}
	return live, dead, nil
}
