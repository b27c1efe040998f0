// Package queuetest is the conformance suite of queue.Queue: every adapter passes Run.
//
// It owns what the port promises, told as sentences. What only one adapter can show (crashes, connection settings)
// is tested beside that adapter. Nothing here asks for an order, or for a message to come only once where the port
// does not promise it.
package queuetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"jeongsan/internal/fault"
	"jeongsan/internal/queue"
)

// Fixture makes what the suite runs on.
type Fixture struct {
	// Open makes an empty queue.
	Open func(t *testing.T, visibility time.Duration, maxReceive int) queue.Queue
	// Shortest is the least visibility time that the adapter can keep. One test waits for it.
	Shortest time.Duration
}

// long is a visibility time that no test outlives: where a delivery must run out, the test gives it back.
const long = 10 * time.Minute

// patience bounds how long an eventual thing is waited for.
const patience = 20 * time.Second

// Run holds the adapter to every promise of the port.
func Run(t *testing.T, f Fixture) {
	for _, c := range []struct {
		sentence string
		test     func(*testing.T, Fixture)
	}{
		{"what was sent is received, byte for byte", sendAndReceive},
		{"an empty queue gives nothing and no error", emptyQueue},
		{"a received message is hidden from others", hidden},
		{"a message that is not deleted in time comes again with the same id", comesAgain},
		{"a deleted message never comes again", deleted},
		{"a delayed message is counted and not yet seen", delayed},
		{"a delivery that is extended stays hidden", extended},
		{"a late receipt does not delete or extend a later delivery", lateReceipt},
		{"32 receivers of one message have one winner", raceForOne},
		{"32 receivers share a hundred messages, each delivered once", raceForMany},
		{"after its last delivery a message is dead, whole, and not delivered", dies},
		{"a redriven message comes again with its count reset", redriven},
		{"of two redrives of one message the second is a conflict", redrivenTwice},
		{"a receipt from before a redrive is worth nothing after it", receiptBeforeRedrive},
		{"queues do not see each other's messages", separateQueues},
		{"a bad send is refused whole", badSend},
		{"the largest message and the fullest batch pass", fullSend},
		{"misuse is refused as invalid", misuse},
		{"a cancelled context stops every call and loses nothing", cancelled},
	} {
		t.Run(c.sentence, func(t *testing.T) {
			t.Parallel()
			c.test(t, f)
		})
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantCode(t *testing.T, err error, code fault.Code) {
	t.Helper()
	if !fault.Is(err, code) {
		t.Fatalf("error is %v (code %q), want code %q", err, fault.CodeOf(err), code)
	}
}

func send(t *testing.T, q queue.Queue, bodies ...string) {
	t.Helper()
	batch := make([][]byte, len(bodies))
	for i, b := range bodies {
		batch[i] = []byte(b)
	}
	must(t, q.Send(t.Context(), batch, 0))
}

// eventually polls until done holds.
func eventually(t *testing.T, what string, done func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !done() {
		select {
		case <-ctx.Done():
			t.Fatalf("waited %s for this: %s", patience, what)
		case <-tick.C:
		}
	}
}

// receive waits for n messages.
func receive(t *testing.T, q queue.Queue, n int) []queue.Message {
	t.Helper()
	var got []queue.Message
	eventually(t, fmt.Sprintf("%d messages are received", n), func() bool {
		batch, err := q.Receive(t.Context(), min(queue.MaxBatch, n-len(got)))
		must(t, err)
		got = append(got, batch...)
		return len(got) == n
	})
	return got
}

// giveBack ends a delivery at once, as if its time were over.
func giveBack(t *testing.T, q queue.Queue, m queue.Message) {
	t.Helper()
	must(t, q.Extend(t.Context(), m, 0))
}

func wantNothing(t *testing.T, q queue.Queue) {
	t.Helper()
	got, err := q.Receive(t.Context(), queue.MaxBatch)
	must(t, err)
	if len(got) != 0 {
		t.Fatalf("%d messages are received, want none", len(got))
	}
}

func wantDepth(t *testing.T, q queue.Queue, live, dead int) {
	t.Helper()
	eventually(t, fmt.Sprintf("%d messages live and %d dead", live, dead), func() bool {
		l, d, err := q.Depth(t.Context())
		must(t, err)
		return l == live && d == dead
	})
}

func sendAndReceive(t *testing.T, f Fixture) {
	q := f.Open(t, long, 3)
	every := make([]byte, 256)
	for i := range every {
		every[i] = byte(i)
	}
	must(t, q.Send(t.Context(), [][]byte{every, []byte("정산")}, 0))
	got := receive(t, q, 2)
	slices.SortFunc(got, func(a, b queue.Message) int { return len(a.Body) - len(b.Body) })
	if string(got[0].Body) != "정산" || !bytes.Equal(got[1].Body, every) {
		t.Fatalf("received %+v", got)
	}
	for _, m := range got {
		if m.ID == "" || m.Receipt == "" || m.Received != 1 {
			t.Errorf("the first delivery is %+v", m)
		}
	}
}

func emptyQueue(t *testing.T, f Fixture) {
	q := f.Open(t, long, 3)
	wantNothing(t, q)
	wantDepth(t, q, 0, 0)
	dead, err := q.Dead(t.Context())
	must(t, err)
	if len(dead) != 0 {
		t.Fatalf("%d messages are dead in an empty queue", len(dead))
	}
}

func hidden(t *testing.T, f Fixture) {
	q := f.Open(t, long, 3)
	send(t, q, "a")
	receive(t, q, 1)
	wantNothing(t, q)
	wantDepth(t, q, 1, 0)
}

func comesAgain(t *testing.T, f Fixture) {
	q := f.Open(t, f.Shortest, 1000)
	send(t, q, "a")
	first := receive(t, q, 1)[0]
	second := receive(t, q, 1)[0]
	if second.ID != first.ID || string(second.Body) != "a" || second.Received != 2 {
		t.Fatalf("after %+v comes %+v", first, second)
	}
}

func deleted(t *testing.T, f Fixture) {
	q := f.Open(t, long, 3)
	send(t, q, "a", "b", "c")
	must(t, q.Delete(t.Context(), receive(t, q, 3)))
	wantNothing(t, q)
	wantDepth(t, q, 0, 0)
}

func delayed(t *testing.T, f Fixture) {
	q := f.Open(t, long, 3)
	must(t, q.Send(t.Context(), [][]byte{[]byte("later")}, queue.MaxDelay))
	wantNothing(t, q)
	wantDepth(t, q, 1, 0)
}

func extended(t *testing.T, f Fixture) {
	q := f.Open(t, long, 3)
	send(t, q, "a")
	m := receive(t, q, 1)[0]
	must(t, q.Extend(t.Context(), m, queue.MaxVisibility-time.Hour))
	wantNothing(t, q)
	must(t, q.Delete(t.Context(), []queue.Message{m}))
	wantDepth(t, q, 0, 0)
}

func lateReceipt(t *testing.T, f Fixture) {
	q := f.Open(t, long, 5)
	send(t, q, "a")
	first := receive(t, q, 1)[0]
	giveBack(t, q, first)
	second := receive(t, q, 1)[0]
	must(t, q.Delete(t.Context(), []queue.Message{first}))
	wantDepth(t, q, 1, 0)
	wantCode(t, q.Extend(t.Context(), first, 0), fault.Conflict)
	wantNothing(t, q)
	must(t, q.Extend(t.Context(), second, time.Minute))
	must(t, q.Delete(t.Context(), []queue.Message{second}))
	wantDepth(t, q, 0, 0)
}

// race receives with 32 receivers until each has found the queue empty.
func race(t *testing.T, q queue.Queue) []queue.Message {
	t.Helper()
	var mu sync.Mutex
	var all []queue.Message
	var workers sync.WaitGroup
	for range 32 {
		workers.Go(func() {
			for {
				got, err := q.Receive(t.Context(), 3)
				if err != nil {
					t.Error(err)
				}
				if len(got) == 0 {
					return
				}
				mu.Lock()
				all = append(all, got...)
				mu.Unlock()
			}
		})
	}
	workers.Wait()
	return all
}

func raceForOne(t *testing.T, f Fixture) {
	q := f.Open(t, long, 3)
	send(t, q, "a")
	if got := race(t, q); len(got) != 1 {
		t.Fatalf("%d receivers got the message", len(got))
	}
}

func raceForMany(t *testing.T, f Fixture) {
	q := f.Open(t, long, 3)
	for i := range 10 {
		batch := make([]string, 10)
		for j := range batch {
			batch[j] = strconv.Itoa(10*i + j)
		}
		send(t, q, batch...)
	}
	seen := map[string]bool{}
	for _, m := range race(t, q) {
		if seen[string(m.Body)] {
			t.Errorf("message %s was delivered twice", m.Body)
		}
		seen[string(m.Body)] = true
	}
	if len(seen) != 100 {
		t.Fatalf("%d of 100 messages were delivered", len(seen))
	}
}

// kill uses up a message's deliveries and waits until it is dead.
func kill(t *testing.T, q queue.Queue, maxReceive int) queue.Message {
	t.Helper()
	for i := range maxReceive {
		m := receive(t, q, 1)[0]
		if m.Received != i+1 {
			t.Fatalf("delivery %d counts %d", i+1, m.Received)
		}
		giveBack(t, q, m)
	}
	var dead []queue.Message
	eventually(t, "the message is dead", func() bool {
		wantNothing(t, q)
		var err error
		dead, err = q.Dead(t.Context())
		must(t, err)
		return len(dead) == 1
	})
	return dead[0]
}

func dies(t *testing.T, f Fixture) {
	q := f.Open(t, long, 2)
	send(t, q, "살려 주세요")
	if m := kill(t, q, 2); string(m.Body) != "살려 주세요" || m.ID == "" {
		t.Fatalf("the dead message is %+v", m)
	}
	wantDepth(t, q, 0, 1)
	wantNothing(t, q)
}

func redriven(t *testing.T, f Fixture) {
	q := f.Open(t, long, 2)
	send(t, q, "a")
	must(t, q.Redrive(t.Context(), kill(t, q, 2)))
	wantDepth(t, q, 1, 0)
	m := receive(t, q, 1)[0]
	if string(m.Body) != "a" || m.Received != 1 {
		t.Fatalf("the redriven message is %+v", m)
	}
	must(t, q.Delete(t.Context(), []queue.Message{m}))
	wantDepth(t, q, 0, 0)
}

func redrivenTwice(t *testing.T, f Fixture) {
	q := f.Open(t, long, 1)
	send(t, q, "a")
	dead := kill(t, q, 1)
	must(t, q.Redrive(t.Context(), dead))
	wantCode(t, q.Redrive(t.Context(), dead), fault.Conflict)
	wantDepth(t, q, 1, 0)
}

func receiptBeforeRedrive(t *testing.T, f Fixture) {
	q := f.Open(t, long, 1)
	send(t, q, "a")
	old := receive(t, q, 1)[0]
	giveBack(t, q, old)
	eventually(t, "the message is dead", func() bool {
		wantNothing(t, q)
		_, dead, err := q.Depth(t.Context())
		must(t, err)
		return dead == 1
	})
	dead, err := q.Dead(t.Context())
	must(t, err)
	must(t, q.Redrive(t.Context(), dead[0]))
	receive(t, q, 1)
	must(t, q.Delete(t.Context(), []queue.Message{old}))
	wantCode(t, q.Extend(t.Context(), old, 0), fault.Conflict)
	wantDepth(t, q, 1, 0)
}

func separateQueues(t *testing.T, f Fixture) {
	one, other := f.Open(t, long, 3), f.Open(t, long, 3)
	send(t, one, "a")
	wantNothing(t, other)
	wantDepth(t, other, 0, 0)
	wantDepth(t, one, 1, 0)
}

func badSend(t *testing.T, f Fixture) {
	q := f.Open(t, long, 3)
	good := []byte("good")
	for name, batch := range map[string][][]byte{
		"none":        nil,
		"empty body":  {good, {}},
		"too large":   {good, make([]byte, queue.MaxBody+1)},
		"too many":    slices.Repeat([][]byte{good}, queue.MaxBatch+1),
		"too heavy":   {make([]byte, queue.MaxSend/2), make([]byte, queue.MaxSend/2), good},
		"nil message": {nil},
	} {
		if err := q.Send(t.Context(), batch, 0); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: the send says %v", name, err)
		}
	}
	for _, delay := range []time.Duration{-time.Second, queue.MaxDelay + time.Second} {
		wantCode(t, q.Send(t.Context(), [][]byte{good}, delay), fault.Invalid)
	}
	wantNothing(t, q)
	wantDepth(t, q, 0, 0)
}

func fullSend(t *testing.T, f Fixture) {
	q := f.Open(t, long, 3)
	large := bytes.Repeat([]byte("x"), queue.MaxBody)
	must(t, q.Send(t.Context(), [][]byte{large}, 0))
	if m := receive(t, q, 1)[0]; !bytes.Equal(m.Body, large) {
		t.Fatalf("the largest message comes back with %d bytes", len(m.Body))
	}
	must(t, q.Send(t.Context(), slices.Repeat([][]byte{bytes.Repeat([]byte("y"), queue.MaxSend/queue.MaxBatch)}, queue.MaxBatch), 0))
	receive(t, q, queue.MaxBatch)
}

func misuse(t *testing.T, f Fixture) {
	q := f.Open(t, long, 3)
	send(t, q, "a")
	for _, max := range []int{-1, 0, queue.MaxBatch + 1} {
		_, err := q.Receive(t.Context(), max)
		wantCode(t, err, fault.Invalid)
	}
	m := receive(t, q, 1)[0]
	wantCode(t, q.Delete(t.Context(), nil), fault.Invalid)
	wantCode(t, q.Delete(t.Context(), slices.Repeat([]queue.Message{m}, queue.MaxBatch+1)), fault.Invalid)
	wantCode(t, q.Delete(t.Context(), []queue.Message{m, {Receipt: ""}}), fault.Invalid)
	wantCode(t, q.Extend(t.Context(), m, -time.Second), fault.Invalid)
	wantCode(t, q.Extend(t.Context(), m, queue.MaxVisibility+time.Second), fault.Invalid)
	wantDepth(t, q, 1, 0)
}

func cancelled(t *testing.T, f Fixture) {
	q := f.Open(t, long, 3)
	send(t, q, "a", "b")
	m := receive(t, q, 1)[0]
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, receiveErr := q.Receive(ctx, 1)
	_, deadErr := q.Dead(ctx)
	_, _, depthErr := q.Depth(ctx)
	for i, err := range []error{
		q.Send(ctx, [][]byte{[]byte("c")}, 0), receiveErr, q.Delete(ctx, []queue.Message{m}),
		q.Extend(ctx, m, 0), deadErr, q.Redrive(ctx, m), depthErr,
	} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("call %d says %v, want that it was cancelled", i, err)
		}
	}
	wantDepth(t, q, 2, 0)
	receive(t, q, 1)
	wantNothing(t, q)
}
