package functions_test

import (
	"bytes"
	"context"
	"maps"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"jeongsan/functions/stack"
	"jeongsan/infra/local/schedule"
	simulatedncp "jeongsan/infra/simulator/ncp"
	"jeongsan/internal/app"
	"jeongsan/internal/blob/directory"
	"jeongsan/internal/document"
	"jeongsan/internal/due"
	"jeongsan/internal/httpapi"
	"jeongsan/internal/identity"
	"jeongsan/internal/intake"
	"jeongsan/internal/invoice"
	"jeongsan/internal/journal"
	"jeongsan/internal/mail/mailbox"
	"jeongsan/internal/ncp"
	"jeongsan/internal/popbill"
	"jeongsan/internal/portone"
	"jeongsan/internal/queue/goqite"
	"jeongsan/internal/receivables"
	"jeongsan/internal/secret/localkey"
	"jeongsan/internal/settlement"
	"jeongsan/internal/store"
	"jeongsan/internal/store/sqlite"
	"jeongsan/internal/tenant"
)

// desks are the flows as both houses have them: over the same clients of the same world.
func desks(t *testing.T, w *world, j journal.Journal, h *house) {
	t.Helper()
	client, err := popbill.New(popbill.Config{LinkID: linkID, SecretKey: linkSecret, Test: true, AuthURL: w.url.taxes, ServiceURL: w.url.taxes, Now: time.Now})
	must(t, err)
	h.app.Settlement = &settlement.Desk{
		Journal: j, Bucket: h.bucket, Secrets: h.secrets, Random: random, LinkURL: "https://billing.example.com/d/", Scratch: stack.Scratch,
		Sources: func(_ context.Context, a tenant.Account, key string) (settlement.Source, error) {
			c, err := ncp.New(ncp.Config{Zone: ncp.Zone(a.Zone), AccessKey: a.AccessKey, SecretKey: key, Now: time.Now, BaseURL: simulatedncp.BaseURL(w.ncp, simulatedncp.Zone(a.Zone))})
			return intake.NCP{Client: c}, err
		},
		Taxes: func(_ context.Context, p tenant.Profile) (settlement.TaxService, error) {
			return intake.PopbillOf(client, p), nil
		},
	}
	h.app.Receivables = &receivables.Desk{Journal: j, Secrets: h.secrets, Verify: intake.PortOneWebhooks(w.clock.Now),
		Gateway: func(_ context.Context, _ store.Tenant, c tenant.CardChannel, key string) (receivables.Gateway, error) {
			client, err := portone.New(portone.Config{Secret: key, StoreID: c.StoreID, BaseURL: w.url.cards})
			return intake.PortOne{Client: client}, err
		}}
}

// oneMachine is the product over the adapters of one machine, put together as infra/local does.
func oneMachine(t *testing.T, w *world) *house {
	t.Helper()
	ctx, dir := t.Context(), t.TempDir()
	st, err := sqlite.Open(ctx, filepath.Join(dir, "state.db"), w.clock)
	must(t, err)
	t.Cleanup(func() { _ = st.Close() })
	bucket, err := directory.Open(filepath.Join(dir, "objects"), bytes.Repeat([]byte("k"), 32), "http://127.0.0.1/files", time.Now)
	must(t, err)
	post, err := mailbox.Open(filepath.Join(dir, "mail"), "jeongsan.local", w.clock)
	must(t, err)
	keeper, err := localkey.Open(filepath.Join(dir, "master.key"), random)
	must(t, err)
	file, err := goqite.Open(ctx, filepath.Join(dir, "queue.db"))
	must(t, err)
	t.Cleanup(func() { _ = file.Close() })
	q, err := file.Queue("work", 30*time.Second, 5)
	must(t, err)

	h := &house{store: st, bucket: bucket, secrets: keeper, app: &app.App{Store: st, Work: q, NewID: newID, Observe: told(t)}}
	desks(t, w, journal.Journal{Store: st, Clock: w.clock, NewID: newID}, h)
	h.app.Settlement.Mail = post
	h.app.Settlement.Render = document.NewRenderer()
	site := httpapi.Site{PortOne: h.app.PortOneHook, Popbill: h.app.PopbillHook(popbill.WebhookCredential{})}.Handler()
	w.hook = func(path string, header http.Header, body []byte) bool {
		r := httptest.NewRequest(http.MethodPost, path, bytes.NewReader(body))
		r.Header = header
		answer := httptest.NewRecorder()
		site.ServeHTTP(answer, r)
		return answer.Code == http.StatusOK
	}
	h.fire = func(f schedule.Firing) { must(t, q.Send(t.Context(), [][]byte{f.Body}, 0)) }
	h.moved = func() {}
	h.notice = func(mailID, _ string) {
		err := h.app.Settlement.MailFeedback(t.Context(), identity.Job(hanbit(t), "mail.feedback"), mailID, invoice.Feedback{Kind: invoice.Delivered, At: w.clock.Now()})
		must(t, err)
	}
	worker := app.Worker{App: h.app, Queue: q}
	h.settle = func() {
		for {
			must(t, worker.Drain(t.Context()))
			swept, err := due.Sweep(t.Context(), st, q, w.clock.Now(), newID)
			must(t, err)
			if swept+w.hear(t) == 0 {
				return
			}
		}
	}
	t.Cleanup(func() {
		if _, dead, err := q.Depth(context.Background()); dead > 0 || err != nil {
			t.Errorf("%d dead letters, %v", dead, err)
		}
	})
	return h
}

func TestThe_month_of_six_customers_ends_mailed_taxed_and_paid(t *testing.T) {
	w := newWorld(t, "2026-10-30 09:00")
	h := oneMachine(t, w)
	play(t, w, h)
	ended := map[string]int{}
	for _, line := range written(t, h.store) {
		for _, end := range []string{`heard "delivered"`, ": reported,", ": succeeded ", "owed 0 KRW"} {
			if strings.Contains(line, end) {
				ended[end]++
			}
		}
	}
	if want := map[string]int{`heard "delivered"`: 6, ": reported,": 4, ": succeeded ": 2, "owed 0 KRW": 2}; !maps.Equal(ended, want) {
		t.Errorf("%v, want %v", ended, want)
	}
}
