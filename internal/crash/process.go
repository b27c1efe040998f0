package crash

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"sync"
	"time"

	"jeongsan/internal/blob"
	"jeongsan/internal/fault"
	"jeongsan/internal/mail"
	"jeongsan/internal/queue"
	"jeongsan/internal/secret"
	"jeongsan/internal/store"
)

// Kind is what an effect does.
type Kind string

const (
	Commit  Kind = "commit"
	Object  Kind = "put object"
	Message Kind = "send messages"
	Receive Kind = "receive messages"
	Delete  Kind = "delete messages"
	Extend  Kind = "extend a message"
	Mail    Kind = "send mail"
	Lookup  Kind = "look up mail"
	Seal    Kind = "seal"
	Unseal  Kind = "unseal"
	Ask     Kind = "ask outside" // any other call that changes nothing outside
)

// Fate is what becomes of one effect.
type Fate string

const (
	Pass        Fate = ""
	CrashBefore Fate = "crash before"
	CrashAfter  Fate = "crash after"
	Contended   Fate = "contended" // of a commit: store.ErrContended, nothing is written
	Refused     Fate = "refused"   // fault.Unavailable, nothing happened
	Lost        Fate = "lost"      // nothing happened, and nobody can tell
	Landed      Fate = "landed"    // it happened, and nobody can tell
)

// fates lists what can become of each kind. What changes nothing outside is the same before and after a crash.
var fates = map[Kind][]Fate{
	Commit:  {CrashBefore, CrashAfter, Contended, Lost, Landed},
	Object:  {CrashBefore, CrashAfter, Refused, Landed},
	Message: {CrashBefore, CrashAfter, Refused, Landed},
	Receive: {CrashAfter, Refused},
	Delete:  {CrashBefore, CrashAfter, Refused, Landed},
	Extend:  {CrashBefore, CrashAfter, Refused},
	Mail:    {CrashBefore, CrashAfter, Refused, Lost, Landed},
	Lookup:  {CrashAfter, Refused},
	Seal:    {CrashAfter, Refused},
	Unseal:  {CrashAfter, Refused},
	Ask:     {CrashAfter, Refused},
}

// Point is one effect of a process.
type Point struct {
	Kind Kind
	Name string // for messages of tests
}

// Fault is the fate of the nth point (from 1) of a life.
type Fault struct {
	N    int
	Fate Fate
}

// Process is one life of a program over a world. Its fields are what a program is built with; every effect through
// them is a point. Once it died, each of them ends the calling goroutine.
type Process struct {
	World   *World
	Store   store.Store
	Bucket  blob.Bucket
	Queue   queue.Queue
	Mail    mail.Sender
	Secrets secret.Keeper

	mu     sync.Mutex
	fault  Fault
	points []Point
	dead   bool
}

// Process starts a life in which nothing fails.
func (w *World) Process() *Process { return w.process(Fault{}) }

func (w *World) process(f Fault) *Process {
	p := &Process{World: w, fault: f}
	p.Store, p.Bucket, p.Queue, p.Mail, p.Secrets = mortalStore{w.Store, p}, mortalBucket{w.Bucket, p}, mortalQueue{w.Queue, p}, mortalMail{w.Mail, p}, keeper{p}
	return p
}

// NewID makes ids of commits.
func (p *Process) NewID() string { return p.World.NewID() }

// Random is where tokens come from.
func (p *Process) Random() io.Reader { return p.World.Random() }

// Points are the effects so far.
func (p *Process) Points() []Point {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]Point(nil), p.points...)
}

// Outside makes a call to any other outside system a point. It must change nothing there.
func (p *Process) Outside(name string, do func() error) error {
	return p.meet(Ask, name, unavailable(), do)
}

// alive ends the calling goroutine of a dead process.
func (p *Process) alive() {
	p.mu.Lock()
	dead := p.dead
	p.mu.Unlock()
	if dead {
		runtime.Goexit()
	}
}

// die ends the process. It ends the goroutine rather than panic: nothing can recover from it, and a worker's other
// goroutines end at their next effect or read, as those of a killed process do.
func (p *Process) die() {
	p.mu.Lock()
	p.dead = true
	p.mu.Unlock()
	runtime.Goexit()
}

func (p *Process) count(k Kind, name string) Fate {
	p.alive()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.points = append(p.points, Point{k, name})
	if len(p.points) == p.fault.N {
		return p.fault.Fate
	}
	return Pass
}

// meet has one effect, as its fate wants it. unknown is the error by which a caller hears that it may have happened.
func (p *Process) meet(k Kind, name string, unknown error, do func() error) error {
	switch p.count(k, name) {
	case CrashBefore:
		p.die()
	case CrashAfter:
		_ = do() // nobody hears of it
		p.die()
	case Contended:
		return store.ErrContended
	case Refused:
		return unavailable()
	case Lost:
		return unknown
	case Landed:
		_ = do() // the answer is lost
		return unknown
	}
	return do()
}

// unavailable is how an outside system answers that cannot answer.
func unavailable() error {
	return fault.New(fault.Unavailable, fault.T("지금은 응답할 수 없습니다.", "It cannot answer now."))
}

// unknownOutcome is how a mail transport answers that may have taken a mail.
func unknownOutcome() error {
	return fault.New(fault.UnknownOutcome, fault.T("처리되었는지 알 수 없습니다.", "It is not known whether it was taken."))
}

type mortalStore struct {
	engine store.Store
	p      *Process
}

func (s mortalStore) Get(ctx context.Context, k store.Key) (store.Document, error) {
	s.p.alive()
	return s.engine.Get(ctx, k)
}

func (s mortalStore) GetMany(ctx context.Context, keys []store.Key) ([]store.Document, error) {
	s.p.alive()
	return s.engine.GetMany(ctx, keys)
}

func (s mortalStore) Query(ctx context.Context, q store.Query) (store.Page, error) {
	s.p.alive()
	return s.engine.Query(ctx, q)
}

func (s mortalStore) Commit(ctx context.Context, c store.Commit) error {
	name := "nothing"
	if len(c.Writes) > 0 {
		name = fmt.Sprintf("%d writes, first %s", len(c.Writes), c.Writes[0].Document.Key)
	}
	return s.p.meet(Commit, name, store.ErrUnknown, func() error { return s.engine.Commit(ctx, c) })
}

type mortalBucket struct {
	*Bucket
	p *Process
}

func (b mortalBucket) Put(ctx context.Context, k blob.Key, contentType string, r io.Reader) (info blob.Info, err error) {
	err = b.p.meet(Object, k.String(), unavailable(), func() error {
		info, err = b.Bucket.Put(ctx, k, contentType, r)
		return err
	})
	return info, err
}

func (b mortalBucket) Open(ctx context.Context, k blob.Key) (io.ReadCloser, blob.Info, error) {
	b.p.alive()
	return b.Bucket.Open(ctx, k)
}

func (b mortalBucket) ReadRange(ctx context.Context, k blob.Key, offset, length int64) ([]byte, error) {
	b.p.alive()
	return b.Bucket.ReadRange(ctx, k, offset, length)
}

func (b mortalBucket) Stat(ctx context.Context, k blob.Key) (blob.Info, error) {
	b.p.alive()
	return b.Bucket.Stat(ctx, k)
}

func (b mortalBucket) List(ctx context.Context, t store.Tenant, c blob.Class, prefix, token string, limit int) ([]blob.Info, string, error) {
	b.p.alive()
	return b.Bucket.List(ctx, t, c, prefix, token, limit)
}

func (b mortalBucket) Delete(ctx context.Context, k blob.Key) error {
	return b.p.meet(Object, "delete "+k.String(), unavailable(), func() error { return b.Bucket.Delete(ctx, k) })
}

func (b mortalBucket) SignedURL(ctx context.Context, k blob.Key, fileName string, valid time.Duration) (string, error) {
	b.p.alive()
	return b.Bucket.SignedURL(ctx, k, fileName, valid)
}

type mortalQueue struct {
	*Queue
	p *Process
}

func (q mortalQueue) Send(ctx context.Context, bodies [][]byte, delay time.Duration) error {
	return q.p.meet(Message, fmt.Sprintf("%d, first %s", len(bodies), bodies[0]), unavailable(), func() error { return q.Queue.Send(ctx, bodies, delay) })
}

func (q mortalQueue) Receive(ctx context.Context, max int) (out []queue.Message, err error) {
	err = q.p.meet(Receive, fmt.Sprint(max), unavailable(), func() error {
		out, err = q.Queue.Receive(ctx, max)
		return err
	})
	return out, err
}

func (q mortalQueue) Delete(ctx context.Context, messages []queue.Message) error {
	return q.p.meet(Delete, fmt.Sprint(len(messages)), unavailable(), func() error { return q.Queue.Delete(ctx, messages) })
}

func (q mortalQueue) Extend(ctx context.Context, m queue.Message, d time.Duration) error {
	return q.p.meet(Extend, m.ID, unavailable(), func() error { return q.Queue.Extend(ctx, m, d) })
}

type mortalMail struct {
	transport *Transport
	p         *Process
}

func (m mortalMail) Send(ctx context.Context, message mail.Message) (id string, err error) {
	err = m.p.meet(Mail, message.ID, unknownOutcome(), func() error {
		id, err = m.transport.Send(ctx, message)
		return err
	})
	if err != nil {
		return "", err
	}
	return id, nil
}

func (m mortalMail) Lookup(ctx context.Context, id string) (out mail.Outcome, err error) {
	err = m.p.meet(Lookup, id, unavailable(), func() error {
		out, err = m.transport.Lookup(ctx, id)
		return err
	})
	return out, err
}
