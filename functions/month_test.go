package functions_test

import (
	"errors"
	"path/filepath"
	"testing"
	"time"

	"jeongsan/infra/local/schedule"
	"jeongsan/internal/app"
	"jeongsan/internal/blob"
	"jeongsan/internal/fault"
	"jeongsan/internal/identity"
	"jeongsan/internal/invoice"
	"jeongsan/internal/journal"
	"jeongsan/internal/secret"
	"jeongsan/internal/settlement"
	"jeongsan/internal/store"
	"jeongsan/internal/taxinvoice"
)

// house is a whole product, on one machine or deployed: its parts as staff reach them, and how its work gets done.
type house struct {
	store   store.Store
	bucket  blob.Bucket
	secrets secret.Keeper
	app     *app.App // for what staff order; who works is the house's own
	// fire puts a schedule's firing where the schedule puts it; settle works until nothing is left to do at this time;
	// moved hears that the clock was moved; notice brings what the mail service says of a mail.
	fire   func(f schedule.Firing)
	settle func()
	moved  func()
	notice func(mailID, email string)
}

func (h *house) journal() journal.Journal {
	return journal.Journal{Store: h.store, Clock: h.app.Settlement.Clock, NewID: newID}
}

// schedules are those of the template, by job.
func schedules(t testing.TB) map[string]schedule.Schedule {
	t.Helper()
	all, err := schedule.Load(filepath.Join("..", "template.yaml"))
	must(t, err)
	out := map[string]schedule.Schedule{}
	for _, s := range all {
		out[s.Job] = s
	}
	return out
}

// play is three pulls and the month of six customers up to tax invoices at the tax office and cards charged.
func play(t *testing.T, w *world, h *house) {
	ctx, p, desk := t.Context(), staff(t), h.app.Settlement
	planned := schedules(t)
	at := func(when string) {
		t.Helper()
		must(t, w.clock.Set(seoul(t, when)))
		h.moved()
	}
	fire := func(job string) { // the latest firing up to now
		t.Helper()
		now := w.clock.Now()
		due := planned[job].When.Last(now.Add(-25*time.Hour), now)
		if due.IsZero() {
			t.Fatalf("%s was not due in the day before %s", job, now)
		}
		h.fire(planned[job].At(due))
		h.settle()
	}

	w.register(t, h.journal(), h.bucket, h.secrets, h.app.Receivables)
	for m := october.Add(-2); m.Before(october); m = m.Next() { // what the quarter needs of the months before
		for _, a := range accounts {
			_, err := desk.Ingest(ctx, identity.Job(p.Tenant, app.Ingest), a.ID, m, w.clock.Now())
			must(t, err)
		}
	}
	for _, morning := range []string{"2026-10-31 06:30", "2026-11-02 06:30", "2026-11-06 06:30"} {
		at(morning)
		fire(app.Ingest)
		fire(app.Draft)
	}

	at("2026-11-06 09:00")
	must(t, h.app.BillAll(ctx, p, october))
	h.settle()
	_, err := desk.Close(ctx, p, october)
	must(t, err)
	sendAll(t, h, p)
	issueAll(t, h, p)
	fire(app.Sweep)

	for _, when := range []string{"2026-11-09 15:30", "2026-11-10 09:00"} { // 익일 전송, and the tax office's answer
		at(when)
		w.hear(t)
		h.settle()
	}
	at("2026-11-10 17:30")
	fire(app.TaxPoll)

	at("2026-12-03 10:30")
	fire(app.Charge)
	fire(app.Sweep)
	at("2026-12-04 02:30")
	fire(app.Nightly)
}

// sendAll mails every final invoice that has not gone out by itself, and lets the mail service tell of each.
func sendAll(t *testing.T, h *house, p identity.Principal) {
	t.Helper()
	ctx := t.Context()
	heads, err := invoice.List(ctx, h.store, p.Tenant, october)
	must(t, err)
	var ids []string
	for _, i := range heads {
		if i.State == invoice.Final && i.Sends == 0 {
			ids = append(ids, i.Customer)
		}
	}
	rows, err := h.app.Settlement.RequestSend(ctx, p, october, ids)
	must(t, err)
	noneRefused(t, rows)
	h.settle()
	for _, i := range heads {
		mails, err := invoice.Deliveries(ctx, h.store, p.Tenant, october, i.Customer)
		must(t, err)
		for _, m := range mails {
			h.notice(m.ID, m.Email)
		}
	}
	h.settle()
}

// issueAll orders the tax invoices of those that pay by transfer: a card's slip will stand for the others.
func issueAll(t *testing.T, h *house, p identity.Principal) {
	t.Helper()
	var orders []settlement.TaxOrder
	for n, b := range buyers {
		if b.card == "" {
			orders = append(orders, settlement.TaxOrder{Customer: b.customer(n).ID, Timing: taxinvoice.NextDay})
		}
	}
	rows, err := h.app.Settlement.RequestIssue(t.Context(), p, october, orders)
	must(t, err)
	noneRefused(t, rows)
	h.settle()
}

func noneRefused(t *testing.T, rows []settlement.Row) {
	t.Helper()
	for _, r := range rows {
		if r.Err != nil {
			t.Fatalf("%s: %s (%v)", r.Number, fault.TextOf(r.Err).EN, r.Err)
		}
	}
}

// told fails the test for steps that failed. One that lost to another step of the same batch comes again.
func told(t *testing.T) func(app.Done) {
	return func(d app.Done) {
		var raced *store.ConditionFailed
		if d.Err != nil && !errors.As(d.Err, &raced) {
			t.Errorf("%s %s: %v", d.Message.Job, d.Message.Payload, d.Err)
		}
	}
}
