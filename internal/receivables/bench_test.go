package receivables_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"jeongsan/internal/crash"
	"jeongsan/internal/due"
	"jeongsan/internal/intake"
	"jeongsan/internal/payment"
	"jeongsan/internal/portone"
	"jeongsan/internal/queue"
	"jeongsan/internal/receivables"
	. "jeongsan/internal/receivables/receivablestest"
	"jeongsan/internal/secret/localkey"
	"jeongsan/internal/store/sqlite"
)

const (
	duplication = 10 // deliveries of each webhook
	callers     = 64 // deliveries at once
	benchSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
)

// hall is an office on SQLite whose customers' payments are all pending at the bank.
type hall struct {
	*Office
	desk    *receivables.Desk
	process *crash.Process
	secrets portone.Secrets
	pending int
}

func newHall(b *testing.B, pending int) *hall {
	world := crash.NewWorld(time.Date(2026, time.December, 3, 0, 0, 0, 0, time.UTC))
	s, err := sqlite.Open(b.Context(), filepath.Join(b.TempDir(), "store.db"), world.Clock)
	must(err)
	b.Cleanup(func() { must(s.Close()) })
	world.Store = s
	h := &hall{Office: Over(world), process: world.Process(), pending: pending}
	h.Bank.Slow = true
	h.desk = h.Desk(h.process)
	h.desk.Secrets, err = localkey.Open(filepath.Join(b.TempDir(), "key"), rand.Reader)
	must(err)
	h.desk.Verify = intake.PortOneWebhooks(world.Clock.Now)
	h.secrets, err = portone.ParseSecrets(benchSecret)
	must(err)
	order := Channel()
	order.WebhookSecret = benchSecret
	must(h.desk.RegisterChannel(b.Context(), h.Main(), order))
	each(pending, h.begin)
	return h
}

// begin gives the nth customer an invoice whose payment is pending.
func (h *hall) begin(n int) {
	ctx := context.Background()
	h.Customer(n+1, 0)
	h.Bank.Issue(BillingKey(n+1, 1), CustomerID(n+1))
	_, err := h.desk.RegisterMethod(ctx, h.Staff(), CustomerID(n+1), BillingKey(n+1, 1), 0)
	must(err)
	h.Bill(n+1, October, 100_000, "2026-11-06 10:00")
	p, err := h.desk.Charge(ctx, h.Job(), receivables.Work{Invoice: Number(n+1, October), Run: 1})
	must(err)
	h.Bank.Decide(p.ID, payment.StandsPaid, h.World.Clock.Now())
}

// each does n things, callers at a time.
func each(n int, do func(int)) {
	var next atomic.Int64
	var wg sync.WaitGroup
	for range callers {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				do(i)
			}
		})
	}
	wg.Wait()
}

// deliver hands the nth delivery in; the ten of one webhook come close together, as a sender that retries makes them.
func (h *hall) deliver(n int) {
	which := n/duplication + 1
	body := fmt.Appendf(nil, `{"type":"Transaction.Paid","timestamp":"2026-12-03T00:00:00Z","data":{"storeId":%q,"paymentId":"%s-p1","transactionId":"t"}}`, StoreID, Number(which, October))
	headers := http.Header{}
	h.secrets.Sign(headers, fmt.Sprintf("msg_%d", which), h.World.Clock.Now(), body)
	_, err := h.desk.Receive(context.Background(), h.Tenant, headers, body)
	must(err)
}

// work sweeps and applies until no payment is open.
func (h *hall) work(ctx context.Context) {
	for {
		if _, err := due.Sweep(ctx, h.process.Store, h.process.Queue, h.World.Clock.Now(), h.process.NewID); err != nil {
			panic(err)
		}
		messages, err := h.process.Queue.Receive(ctx, queue.MaxBatch)
		must(err)
		var wg sync.WaitGroup
		for _, m := range messages {
			wg.Go(func() { must(h.Handle(ctx, h.desk, m.Body)) })
		}
		wg.Wait()
		if len(messages) > 0 {
			must(h.process.Queue.Delete(ctx, messages))
			continue
		}
		open, err := payment.Open(ctx, h.process.Store, h.Tenant)
		if must(err); len(open) == 0 {
			return
		}
	}
}

// BenchmarkWebhooks delivers signed webhooks, each ten times, into SQLite with an fsync before each answer, and books what
// they are about meanwhile; it ends when every payment is booked, and proves the books. Run on a real disk:
// go test -run - -bench Webhooks -benchtime 10000x ./internal/receivables (TMPDIR must not be a RAM disk).
func BenchmarkWebhooks(b *testing.B) {
	h := newHall(b, (b.N+duplication-1)/duplication)
	b.ResetTimer()
	var wg sync.WaitGroup
	wg.Go(func() { h.work(context.Background()) })
	each(h.pending*duplication, h.deliver)
	taken := b.Elapsed()
	wg.Wait()
	b.StopTimer()
	b.ReportMetric(float64(h.pending*duplication)/taken.Seconds(), "webhooks/s-answered")
	b.ReportMetric(float64(h.pending*duplication)/b.Elapsed().Seconds(), "webhooks/s-booked")
	for n := range h.pending {
		if p := h.Payment(Number(n+1, October) + "-p1"); p.State != payment.Succeeded {
			b.Fatalf("%s is %s", p.ID, p.State)
		}
	}
	if err := Proved(context.Background(), h.Office); err != nil {
		b.Fatal(err)
	}
}
