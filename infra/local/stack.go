package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"jeongsan/infra/local/schedule"
	"jeongsan/infra/local/testclock"
	simulator "jeongsan/infra/simulator/ncp"
	"jeongsan/internal/app"
	"jeongsan/internal/blob/directory"
	"jeongsan/internal/calendar"
	"jeongsan/internal/document"
	"jeongsan/internal/due"
	"jeongsan/internal/fault"
	"jeongsan/internal/httpapi"
	"jeongsan/internal/intake"
	"jeongsan/internal/journal"
	"jeongsan/internal/mail/mailbox"
	"jeongsan/internal/ncp"
	"jeongsan/internal/onboarding"
	"jeongsan/internal/popbill"
	"jeongsan/internal/queue"
	"jeongsan/internal/queue/goqite"
	"jeongsan/internal/receivables"
	"jeongsan/internal/secret/localkey"
	"jeongsan/internal/settlement"
	"jeongsan/internal/store/sqlite"
	"jeongsan/internal/tenant"
	"jeongsan/internal/usage"
)

// config is what a stack is opened with.
type config struct {
	dir      string    // holds everything that survives: state, objects, mails, keys
	baseURL  string    // of the served pages; links in mails begin with it
	template string    // template.yaml
	start    time.Time // of a new stack's clock; zero for the wall's
	frozen   bool
	world    func(now func() time.Time) simulator.World // what the simulated providers hold
	source   func(tenant.Account) settlement.Source     // in place of a provider; nil for none
	outside  *outside                                   // what the simulated services hold; nil when none is to run
}

// stack is the whole product on one machine.
type stack struct {
	config
	services
	store       *sqlite.Store
	bucket      *directory.Bucket
	queue       queue.Queue
	mailbox     *mailbox.Mailbox
	clock       *testclock.Clock
	settlement  *settlement.Desk
	onboarding  *onboarding.Desk
	receivables *receivables.Desk
	app         *app.App
	provider    *simulator.Simulator
	simulated   func(tenant.Zone) string // base URL of a zone's simulated provider; nil when none runs
	schedules   []schedule.Schedule
	closers     []func() error
	background  sync.WaitGroup // moves of the clock that a page started
	serving     bool           // set before serve starts to work: a failed message then waits before it comes again
}

const (
	visibility = 30 * time.Second // of a message being worked on
	maxReceive = 5

	heartbeat    = visibility / 3
	firstRetry   = 2 * time.Second
	longestRetry = time.Minute
	pause        = 50 * time.Millisecond // when all that is left is hidden
)

// open builds the stack over its folder. What was there goes on where it was.
func open(ctx context.Context, c config) (_ *stack, err error) {
	s := &stack{config: c}
	defer func() {
		if err != nil {
			_ = s.close() // the first error is the one to tell
		}
	}()
	if err := os.MkdirAll(c.dir, 0o700); err != nil {
		return nil, fault.New(fault.Unavailable, fault.T("데이터 폴더 %s를 만들 수 없습니다.", "The data folder %s cannot be made.", c.dir)).Because(err)
	}
	release, err := hold(c.dir)
	if err != nil {
		return nil, err
	}
	s.later(release)
	s.clock = testclock.New(time.Now)
	for _, part := range []func(context.Context) error{s.openState, s.openQueue, s.openProvider, s.openServices, s.openDesks, s.openClock} {
		if err := part(ctx); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func (s *stack) path(name string) string { return filepath.Join(s.dir, name) }

func (s *stack) later(close func() error) { s.closers = append(s.closers, close) }

// close ends what open began, last first.
func (s *stack) close() error {
	var first error
	for i := len(s.closers) - 1; i >= 0; i-- {
		if err := s.closers[i](); err != nil && first == nil {
			first = err
		}
	}
	s.closers = nil
	return first
}

func (s *stack) openState(ctx context.Context) (err error) {
	if s.store, err = sqlite.Open(ctx, s.path("state.db"), s.clock); err != nil {
		return err
	}
	s.later(s.store.Close)
	signing, err := linkKey(s.path("link.key"))
	if err != nil {
		return err
	}
	if s.bucket, err = directory.Open(s.path("objects"), signing, s.baseURL+"/files", time.Now); err != nil {
		return err
	}
	s.mailbox, err = mailbox.Open(s.path("mail"), "jeongsan.local", s.clock)
	return err
}

// linkKey reads or makes the key that signs the short-lived links to objects.
func linkKey(path string) ([]byte, error) {
	key, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err = newLinkKey(path); err == nil || errors.Is(err, fs.ErrExist) { // or another process was first
			key, err = os.ReadFile(path)
		}
	}
	if err != nil {
		return nil, fault.New(fault.Unavailable, fault.T("링크 서명 키 %s를 읽거나 저장할 수 없습니다. 파일 권한과 디스크 공간을 확인해 주세요.", "The link key %s cannot be read or stored; check its permissions and the disk space.", path)).Because(err)
	}
	if len(key) != linkKeyBytes {
		return nil, fault.New(fault.Conflict, fault.T("링크 서명 키 %s가 손상되었습니다. 백업에서 되돌리거나, 파일을 다른 곳으로 옮기면 새로 만듭니다(열려 있던 파일 링크는 끊어집니다).", "The link key %s is damaged; restore it, or move it away and a new one is made (file links that are open then stop working).", path))
	}
	return key, nil
}

const linkKeyBytes = 32

// newLinkKey makes the key's file. One that is there is never written over.
func newLinkKey(path string) error {
	key := make([]byte, linkKeyBytes)
	if _, err := rand.Read(key); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(key)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return errors.Join(err, os.Remove(path)) // half a key is none
	}
	return nil
}

func (s *stack) openQueue(ctx context.Context) error {
	file, err := goqite.Open(ctx, s.path("queue.db"))
	if err != nil {
		return err
	}
	s.later(file.Close)
	s.queue, err = file.Queue("work", visibility, maxReceive)
	return err
}

// openProvider serves the simulated providers on the loopback.
func (s *stack) openProvider(context.Context) (err error) {
	if s.world == nil {
		return nil
	}
	if s.provider, err = simulator.New(s.world(s.clock.Now)); err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := &http.Server{Handler: s.provider, ReadHeaderTimeout: 5 * time.Second}
	go func() { _ = server.Serve(listener) }() // ends with Close, by its error
	s.later(server.Close)
	address := "http://" + listener.Addr().String()
	s.simulated = func(z tenant.Zone) string { return simulator.BaseURL(address, simulator.Zone(z)) }
	return nil
}

func (s *stack) openDesks(context.Context) error {
	keeper, err := localkey.Open(s.path("master.key"), rand.Reader)
	if err != nil {
		return err
	}
	j := journal.Journal{Store: s.store, Clock: s.clock, NewID: newID}
	s.onboarding = &onboarding.Desk{Journal: j, Bucket: s.bucket, Secrets: keeper, Prove: s.prove}
	s.settlement = &settlement.Desk{
		Journal: j, Bucket: s.bucket, Secrets: keeper, Mail: s.mailbox, Render: document.NewRenderer(), Random: rand.Reader,
		LinkURL: s.baseURL + "/d/", Scratch: s.scratch, Sources: s.sources,
	}
	s.receivables = &receivables.Desk{Journal: j, Secrets: keeper, Verify: intake.PortOneWebhooks(s.webhookTime), Gateway: s.cardGateway}
	s.app = &app.App{Settlement: s.settlement, Receivables: s.receivables, Store: s.store, Work: s.queue, NewID: newID}
	s.hooks = httpapi.Site{PortOne: s.app.PortOneHook, Popbill: s.app.PopbillHook(popbill.WebhookCredential{})}.Handler()
	if s.popbill.LinkID == "" {
		return nil
	}
	client, err := popbill.New(s.popbill)
	if err != nil {
		return err
	}
	s.settlement.Taxes = func(_ context.Context, p tenant.Profile) (settlement.TaxService, error) {
		return intake.PopbillOf(client, p), nil
	}
	return nil
}

func newID() string {
	var b [12]byte
	if _, err := rand.Read(b[:]); err != nil {
		panic(err) // crypto/rand never fails on a supported system
	}
	return hex.EncodeToString(b[:])
}

// scratch is a temporary file that has no name any more: it goes with the process.
func (s *stack) scratch() (usage.Spool, func(), error) {
	f, err := os.CreateTemp(s.dir, "spool-*")
	if err != nil {
		return nil, nil, fault.New(fault.Unavailable, fault.T("임시 파일을 만들 수 없습니다. 디스크 공간을 확인해 주세요.", "No temporary file can be made; check the disk space.")).Because(err)
	}
	if err := os.Remove(f.Name()); err != nil {
		return nil, nil, err
	}
	return f, func() { _ = f.Close() }, nil
}

// simulatedKey marks the keys of the simulated providers; any other key is real and goes to the real hosts.
const simulatedKey = "SIMULATED-"

func (s *stack) client(a tenant.Account, secretKey string) (*ncp.Client, error) {
	c := ncp.Config{Zone: ncp.Zone(a.Zone), AccessKey: a.AccessKey, SecretKey: secretKey, Now: time.Now}
	if strings.HasPrefix(a.AccessKey, simulatedKey) {
		if s.simulated == nil {
			return nil, fault.New(fault.Unavailable, fault.T("%s 계정의 모의 제공사가 실행 중이 아닙니다.", "The simulated provider of account %s is not running.", a.Label))
		}
		c.BaseURL = s.simulated(a.Zone)
		c.Sleep = func(context.Context, time.Duration) error { return nil } // a simulated minute need not be waited for
	}
	return ncp.New(c)
}

func (s *stack) prove(ctx context.Context, a tenant.Account, secretKey string) error {
	client, err := s.client(a, secretKey)
	if err != nil {
		return err
	}
	if !strings.HasPrefix(a.AccessKey, simulatedKey) && s.clock.Moved() {
		return fault.New(fault.Conflict, fault.T("시계를 옮긴 상태에서는 실제 인증키를 등록할 수 없습니다.", "A real key cannot be registered while the clock is moved."))
	}
	proof, err := client.Prove(ctx)
	if err != nil {
		return err
	}
	if !proof.Partner {
		return &fault.Fault{Code: fault.Forbidden, Field: "ACCESS KEY", Text: fault.T(
			"파트너 계정의 인증키가 아닙니다. 회원별 청구 내역을 조회할 수 있는 파트너 계정의 인증키를 등록해 주세요.",
			"This is not the key of a partner account; register the key of one, which may read its members' bills.")}
	}
	return nil
}

func (s *stack) sources(_ context.Context, a tenant.Account, secretKey string) (settlement.Source, error) {
	if a.Provider == tenant.FOCUS {
		if s.source == nil {
			return nil, fault.New(fault.Invalid, fault.T("%s 계정의 FOCUS 파일이 지정되지 않았습니다(--focus).", "No FOCUS file was given for account %s (--focus).", a.Label))
		}
		return s.source(a), nil
	}
	client, err := s.client(a, secretKey)
	if err != nil {
		return nil, err
	}
	return intake.NCP{Client: client}, nil
}

func (s *stack) openClock(ctx context.Context) error {
	var err error
	if s.schedules, err = schedule.Load(s.template); err != nil {
		return err
	}
	return s.clock.Open(ctx, testclock.Config{Store: s.store, Schedules: s.schedules, Start: s.start, Frozen: s.frozen, RealKeys: func() []string { return s.realKeys(ctx) }})
}

// realKeys lists the accounts with a key that is not simulated; a store that cannot be read counts as one.
func (s *stack) realKeys(ctx context.Context) []string {
	tenants, err := tenant.All(ctx, s.store)
	if err != nil {
		return []string{"?"}
	}
	var out []string
	if s.popbill.LinkID != "" && !strings.HasPrefix(s.popbill.LinkID, simulatedKey) {
		out = append(out, "Popbill")
	}
	for _, t := range tenants {
		if c, _, err := tenant.LoadChannel(ctx, s.store, t); err == nil && !strings.HasPrefix(c.StoreID, simulatedKey) {
			out = append(out, fmt.Sprintf("%s/PortOne", t))
		} else if err != nil && !fault.Is(err, fault.NotFound) {
			return []string{"?"}
		}
		accounts, err := tenant.Accounts(ctx, s.store, t)
		if err != nil {
			return []string{"?"}
		}
		for _, a := range accounts {
			if a.AccessKey != "" && !strings.HasPrefix(a.AccessKey, simulatedKey) {
				out = append(out, fmt.Sprintf("%s/%s", t, a.Label))
			}
		}
	}
	return out
}

// enqueue plays a firing: its body goes on the queue.
func (s *stack) enqueue(ctx context.Context, f schedule.Firing) error {
	return s.queue.Send(ctx, [][]byte{f.Body}, 0)
}

// Idle, Proceed and NextTimer show the work in flight to the clock. Outbox rows leave at once, as through the
// table's stream; the minute's sweep is the certainty behind it.
func (s *stack) Idle(ctx context.Context) (bool, error) {
	live, _, err := s.queue.Depth(ctx)
	if err != nil || live > 0 {
		return false, err
	}
	at, waiting, err := due.Next(ctx, s.store)
	return !waiting || at.After(s.clock.Now()), err
}

func (s *stack) Proceed(ctx context.Context) error {
	n, err := s.work(ctx)
	if err != nil || n > 0 {
		return err
	}
	wait := time.NewTimer(pause)
	defer wait.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-wait.C:
		return nil
	}
}

// work does one batch of what is visible, or sweeps what is due; it returns how much there was of either.
func (s *stack) work(ctx context.Context) (int, error) {
	n, err := s.worker().Once(ctx)
	if err != nil || n > 0 {
		return n, err
	}
	if n, err = due.Sweep(ctx, s.store, s.queue, s.clock.Now(), newID); err != nil || n > 0 {
		return n, err
	}
	return s.hear(ctx)
}

func (s *stack) NextTimer(ctx context.Context) (time.Time, bool, error) {
	return due.Next(ctx, s.store)
}

// worker takes failed messages again at once while a month is played, which tells of them at its end.
func (s *stack) worker() app.Worker {
	w := app.Worker{App: s.app, Queue: s.queue, Heartbeat: beats, Visibility: visibility}
	if s.serving {
		w.Retry = backOff
	}
	return w
}

func beats() (<-chan time.Time, func()) {
	t := time.NewTicker(heartbeat)
	return t.C, t.Stop
}

// backOff doubles from firstRetry with every delivery.
func backOff(received int) time.Duration {
	d := firstRetry
	for n := 1; n < received && d < longestRetry; n++ {
		d *= 2
	}
	return min(d, longestRetry)
}

// settle works until queue and outbox are empty, waiting for what is hidden.
func (s *stack) settle(ctx context.Context) error {
	for {
		idle, err := s.Idle(ctx)
		if err != nil || idle {
			return err
		}
		if err := s.Proceed(ctx); err != nil {
			return err
		}
	}
}

// advance moves the clock to a time, playing every schedule and timer on the way.
func (s *stack) advance(ctx context.Context, to time.Time) error {
	return s.clock.AdvanceTo(ctx, to, s, s.enqueue)
}

// next is the firing that the clock would jump to next.
func (s *stack) next(ctx context.Context) (schedule.Firing, bool, error) {
	return s.clock.Next(ctx, s)
}

// reader opens only what `explain` reads, beside a stack that may be running.
func reader(ctx context.Context, dir string) (*settlement.Desk, func() error, error) {
	clock := calendar.System{}
	st, err := sqlite.Open(ctx, filepath.Join(dir, "state.db"), clock)
	if err != nil {
		return nil, nil, err
	}
	signing, err := linkKey(filepath.Join(dir, "link.key"))
	if err != nil {
		return nil, nil, err
	}
	bucket, err := directory.Open(filepath.Join(dir, "objects"), signing, "http://127.0.0.1/files", time.Now)
	if err != nil {
		return nil, nil, err
	}
	return &settlement.Desk{Journal: journal.Journal{Store: st, Clock: clock, NewID: newID}, Bucket: bucket}, st.Close, nil
}
