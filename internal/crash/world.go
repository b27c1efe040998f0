// Package crash is the harness that kills a flow at every effect it has and runs it again (design §5).
//
// A World is everything that outlives a process: documents, objects, messages, mails, the clock. A Process is one
// life of a program over it: each commit and each outside call of a process is a counted Point, and a Fault decides
// what becomes of one of them: the process dies before or after it, the answer is lost, it is refused. A Flow names
// what is run; Explore plays it once without a fault, then once for each point and fate, runs it again until it is
// done, and compares books and outside records with those of the first run.
//
// It owns worlds, points and the comparison. It knows no flow and no noun: the packages under test bring a Scene
// built over a World and say how its documents are compared. Only tests use it.
//
// Invariants: a process that died has no further effect and reads nothing, whatever goroutines it left; time only
// moves between two lives; the same Scene and schedule of faults play the same way, as long as the flow itself has
// no goroutines of its own.
package crash

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"jeongsan/internal/calendar"
	"jeongsan/internal/store"
	"jeongsan/internal/store/memory"
)

// World is what survives a process. Its fields are for looking and for setting a scene: nothing that is done through
// them is counted, or fails.
type World struct {
	Clock  *calendar.Manual
	Store  store.Store
	Bucket *Bucket
	Queue  *Queue
	Mail   *Transport

	mu     sync.Mutex
	log    []store.Commit // what took effect, in order
	serial uint64         // of ids and random bytes, which never come twice in one world
}

// NewWorld makes an empty world at a time.
func NewWorld(at time.Time) *World {
	clock := calendar.NewManual(at)
	w := &World{Clock: clock, Bucket: newBucket(clock), Queue: newQueue(), Mail: &Transport{Tells: true}}
	w.Store = &recorded{Store: memory.New(clock), world: w}
	return w
}

// Copy is a second world of the same state; the two do not know of each other.
func (w *World) Copy() *World {
	w.mu.Lock()
	defer w.mu.Unlock()
	c := NewWorld(w.Clock.Now())
	c.Bucket, c.Queue, c.Mail, c.serial = w.Bucket.copy(c.Clock), w.Queue.copy(), w.Mail.copy(), w.serial
	for _, commit := range w.log {
		if err := c.Store.Commit(context.Background(), commit); err != nil {
			panic(fmt.Sprintf("crash: a commit that once took effect does not: %v", err)) // the engine broke its promise
		}
	}
	return c
}

// recorded is the engine with a log of what took effect.
type recorded struct {
	store.Store
	world *World
}

func (r *recorded) Commit(ctx context.Context, c store.Commit) error {
	r.world.mu.Lock()
	defer r.world.mu.Unlock()
	if err := r.Store.Commit(ctx, c); err != nil {
		return err
	}
	r.world.log = append(r.world.log, c)
	return nil
}

// Commits are the commits that took effect so far, in order.
func (w *World) Commits() []store.Commit {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.log)
}

// Documents reads every document there is, in the order of keys.
func (w *World) Documents() []store.Document {
	keys := map[store.Key]bool{}
	for _, c := range w.Commits() {
		for _, write := range c.Writes {
			keys[write.Document.Key] = true
		}
	}
	sorted := slices.SortedFunc(maps.Keys(keys), func(a, b store.Key) int { return strings.Compare(a.String(), b.String()) })
	var out []store.Document
	for _, k := range sorted {
		if d, err := w.Store.Get(context.Background(), k); err == nil {
			out = append(out, d)
		}
	}
	return out
}

// next is a number that never comes twice.
func (w *World) next() uint64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.serial++
	return w.serial
}

// NewID makes an id that never comes twice.
func (w *World) NewID() string { return fmt.Sprintf("id%08d", w.next()) }

// Random is a source of bytes that never come twice; they are no secret.
func (w *World) Random() io.Reader { return serialReader{w} }

type serialReader struct{ world *World }

func (r serialReader) Read(b []byte) (int, error) {
	var eight [8]byte
	binary.BigEndian.PutUint64(eight[:], r.world.next())
	for i := range b {
		b[i] = eight[7-i%8]
	}
	return len(b), nil
}

// restart is what time and the queue's visibility do between two lives: a minute goes by, and what the dead process
// had received comes again.
func (w *World) restart() error {
	w.Queue.giveBack()
	return w.Clock.Advance(time.Minute)
}
