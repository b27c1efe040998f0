// Package queue is the port to work in flight: at least once, in no promised order, with a visibility time-out
// in wall time and a dead-letter list.
//
// It owns the message and its receipt. It does not own delays longer than minutes (those are timers in the
// store) nor what a message means. Handlers are idempotent on a business key: a message can always come twice.
//
// Invariants every adapter keeps: an acknowledged send is durable; a received message is hidden for its
// visibility time and comes back unless deleted; after MaxReceive receives it is dead and can be listed, and
// redriven, with its body whole; one receipt cannot delete a later receipt's delivery.
package queue

import (
	"context"
	"time"
)

const (
	MaxBody  = 256 << 10 // bytes of a message (SQS), any bytes
	MaxBatch = 10        // messages of one send, receive or delete (SQS)
	MaxDelay = 15 * time.Minute
)

// Message is one received unit of work.
type Message struct {
	ID       string // stable over redeliveries, until a redrive
	Receipt  string // of this delivery
	Body     []byte
	Received int // how often it has been delivered, this time included
}

// Queue is the narrow interface in front of SQS or goqite.
type Queue interface {
	// Send puts up to MaxBatch messages of MaxSend bytes together, visible after the delay. After nil all are durable;
	// after fault.Invalid none was sent; after any other error any of them may have been (SQS takes a batch message by
	// message): send all again, handlers are idempotent.
	Send(ctx context.Context, bodies [][]byte, delay time.Duration) error
	// Receive takes up to max messages (1..MaxBatch) and hides them for the queue's visibility time; none is no error.
	Receive(ctx context.Context, max int) ([]Message, error)
	// Delete acknowledges deliveries. A receipt that ran out is ignored: the message then comes again.
	Delete(ctx context.Context, messages []Message) error
	// Extend hides a delivery until d from now; 0 gives it back at once. fault.Conflict when its receipt ran out. An engine
	// may count MaxVisibility from the receive (SQS does) and refuse what reaches past that as fault.Invalid.
	Extend(ctx context.Context, m Message, d time.Duration) error
	// Dead pages nothing: it lists up to MaxBatch dead messages, oldest first (SQS: of those it happens to give).
	Dead(ctx context.Context) ([]Message, error)
	// Redrive makes a message that Dead listed visible again, with its count reset and, it may be, a new ID;
	// fault.Conflict when it is not dead any more.
	Redrive(ctx context.Context, m Message) error
	// Depth counts messages not dead and not deleted, hidden ones included, and the dead.
	Depth(ctx context.Context) (live, dead int, err error)
}
