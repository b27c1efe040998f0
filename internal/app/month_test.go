package app_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"jeongsan/internal/app"
	"jeongsan/internal/calendar"
	"jeongsan/internal/crash"
	"jeongsan/internal/customer"
	"jeongsan/internal/due"
	"jeongsan/internal/fault"
	"jeongsan/internal/invoice"
	"jeongsan/internal/money"
	"jeongsan/internal/queue"
	"jeongsan/internal/rating"
	. "jeongsan/internal/settlement/settlementtest"
	"jeongsan/internal/store"
)

// schedule puts a job that is scheduled for at into the queue, as the scheduler does.
func schedule(ctx context.Context, q queue.Queue, job string, at time.Time) error {
	return due.Send(ctx, q, []due.Message{{Job: job, Scheduled: at}})
}

// settle sweeps and works until queue and outbox are empty. single makes every run the same: one message at a time.
func settle(ctx context.Context, o *Office, p *crash.Process, q queue.Queue) error {
	a := o.App(p)
	a.Work = q
	for {
		if _, err := due.Sweep(ctx, p.Store, q, o.World.Clock.Now(), p.NewID); err != nil {
			return err
		}
		n, err := app.Worker{App: a, Queue: q}.Once(ctx)
		if err != nil {
			return err
		}
		if n > 0 {
			continue
		}
		if live, _, err := q.Depth(ctx); err != nil || live > 0 {
			return errors.Join(err, fmt.Errorf("%d messages are left", live))
		}
		if at, waiting, err := due.Next(ctx, p.Store); err != nil || !waiting || at.After(o.World.Clock.Now()) {
			return err
		}
	}
}

// single gives one message at a time, so that a worker's steps follow each other in one order.
type single struct{ queue.Queue }

func (s single) Receive(ctx context.Context, _ int) ([]queue.Message, error) {
	return s.Queue.Receive(ctx, 1)
}

// smallMSP is three customers (one with two contacts, one with a fee and mails that go out by themselves, one gathered
// by the quarter) and one member nobody registered, at dawn of the last day of October.
func smallMSP() *Office {
	o := Open("2026-10-31 05:00")
	o.Register(1, Contacts(2))
	o.Register(2, func(c *customer.Customer) {
		c.AutoSend = true
		c.Fees = []customer.Fee{{Fee: rating.Fee{ID: "F1", Kind: rating.Discount, Name: "장기 할인", Ratio: money.MustDecimal("0.1")}, Added: calendar.MustDate("2026-09-01")}}
	})
	o.Register(3, func(c *customer.Customer) { c.Cycle, c.FirstMonth = calendar.Quarterly, calendar.MustMonth("2026-09") })
	o.Provider.States(Public, October, Uses(1, Row("Object Storage", "10000.7"), VM("25000")), Uses(2, Row("CDN+", "777777.77")), Uses(3, Row("CDN+", "5")), Uses(9, Row("CDN+", "3")))
	return o
}

// toFinal is October from its last dawn to its final invoices, with their documents and mails still in the outbox or
// queue. A run that begins again does what a scheduler and a person would do again.
func toFinal(ctx context.Context, p *crash.Process, o *Office, q queue.Queue) error {
	if o.World.Clock.Now().Before(calendar.MustDate("2026-11-06").Start()) {
		for _, job := range []string{app.Ingest, app.Draft} {
			if err := schedule(ctx, q, job, calendar.MustDate("2026-10-31").Start()); err != nil {
				return err
			}
			if err := settle(ctx, o, p, q); err != nil {
				return err
			}
		}
		o.At("2026-11-06 09:00")
	}
	a := o.App(p)
	a.Work = q
	if err := a.BillAll(ctx, o.Main(), October); err != nil {
		return err
	}
	return app.Worker{App: a, Queue: q}.Drain(ctx)
}

// month is all of October: to the final invoices, to their mails, to the close.
func month(ctx context.Context, p *crash.Process, o *Office, q queue.Queue) error {
	run, _, err := invoice.LoadRun(ctx, p.Store, o.Tenant, October)
	if err != nil {
		return err
	}
	if run.Closed.IsZero() {
		if err := toFinal(ctx, p, o, q); err != nil {
			return err
		}
	}
	if err := settle(ctx, o, p, q); err != nil {
		return err
	}
	head, _, err := invoice.Load(ctx, p.Store, o.Tenant, October, "C0001")
	if err != nil {
		return err
	}
	if head.Sends == 0 {
		if _, err := o.Desk(p).RequestSend(ctx, o.Staff(), October, []string{"C0001"}); err != nil {
			return err
		}
		if err := settle(ctx, o, p, q); err != nil {
			return err
		}
	}
	_, err = o.Desk(p).Close(ctx, o.Main(), October)
	return err
}

func mailedOnce(ctx context.Context, o *Office) error {
	if n := len(o.World.Mail.Delivered()); n != 3 { // two contacts of the first, one of the second
		return fmt.Errorf("%d mails were delivered", n)
	}
	if live, dead, err := o.World.Queue.Depth(ctx); err != nil || live+dead > 0 {
		return fmt.Errorf("%d messages are left and %d dead, %w", live, dead, err)
	}
	return Proved(ctx, o)
}

func TestA_month_up_to_its_final_invoices_survives_a_death_anywhere(t *testing.T) {
	t.Run("one step after the other", func(t *testing.T) {
		crash.Flow[*Office]{
			Setup: smallMSP, View: View(), Check: Proved, Again: true,
			Run: func(ctx context.Context, p *crash.Process, o *Office) error {
				return toFinal(ctx, p, o, single{p.Queue})
			},
		}.Explore(t)
	})
	t.Run("ten steps side by side", func(t *testing.T) {
		crash.Flow[*Office]{
			Setup: smallMSP, View: View(), Check: Proved, Again: true,
			Run: func(ctx context.Context, p *crash.Process, o *Office) error { return toFinal(ctx, p, o, p.Queue) },
		}.Explore(t)
	})
}

// Every effect of the whole month meets one fate, by turns: most of its time goes into drawing documents, and each
// of its parts meets all fates in tests of its own.
func TestA_month_through_queue_and_worker_survives_a_death_anywhere(t *testing.T) {
	crash.Flow[*Office]{
		Setup: smallMSP, View: View(), Check: mailedOnce, Again: true, Sample: 1,
		Run: func(ctx context.Context, p *crash.Process, o *Office) error { return month(ctx, p, o, single{p.Queue}) },
	}.Explore(t)
}

func TestLast_month_is_always_read_again(t *testing.T) {
	for scheduled, want := range map[string][]string{
		"2026-10-15 05:00": {"public 2026-09", "public 2026-10"},
		"2026-11-01 05:00": {"public 2026-10", "public 2026-11"},
		"2027-01-31 05:00": {"public 2026-12", "public 2027-01"},
	} {
		o := Open(scheduled)
		p := o.World.Process()
		if err := schedule(t.Context(), p.Queue, app.Ingest, o.World.Clock.Now()); err != nil {
			t.Fatal(err)
		}
		if err := settle(t.Context(), o, p, p.Queue); err != nil {
			t.Fatal(err)
		}
		pulls := o.Provider.Pulls()
		slices.Sort(pulls)
		if !slices.Equal(pulls, want) {
			t.Errorf("at dawn of %s: %v", scheduled, pulls)
		}
	}
}

func TestWork_that_runs_late_touches_the_months_it_was_scheduled_for(t *testing.T) {
	o := Open("2026-10-31 23:50")
	p := o.World.Process()
	if err := schedule(t.Context(), p.Queue, app.Ingest, o.World.Clock.Now()); err != nil {
		t.Fatal(err)
	}
	o.At("2026-11-01 00:10")
	if err := settle(t.Context(), o, p, p.Queue); err != nil {
		t.Fatal(err)
	}
	if pulls := strings.Join(o.Provider.Pulls(), ", "); strings.Contains(pulls, "2026-11") || !strings.Contains(pulls, "2026-09") {
		t.Errorf("pulled %s", pulls)
	}
}

func TestA_closed_month_is_drafted_no_more(t *testing.T) {
	o := smallMSP()
	if err := month(t.Context(), o.World.Process(), o, o.World.Queue); err != nil {
		t.Fatal(err)
	}
	o.At("2026-11-07 05:00")
	p := o.World.Process()
	var drafted []string
	a := o.App(p)
	a.Observe = func(d app.Done) {
		if d.Message.Job == app.DraftCustomer {
			drafted = append(drafted, string(d.Message.Payload))
		}
	}
	body, err := due.Message{Job: app.Draft, Scheduled: o.World.Clock.Now()}.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Handle(t.Context(), body); err != nil {
		t.Fatal(err)
	}
	for {
		messages, err := single{p.Queue}.Receive(t.Context(), 1)
		if err != nil || len(messages) == 0 {
			break
		}
		if err := a.Handle(t.Context(), messages[0].Body); err != nil {
			t.Error(err)
		}
	}
	if all := strings.Join(drafted, " "); len(drafted) != 3 || strings.Contains(all, "2026-10") {
		t.Errorf("drafted %s", all)
	}
}

func TestA_step_that_fails_stays_in_the_queue_and_keeps_no_other_from_being_done(t *testing.T) {
	o := Open("2026-11-06 09:00")
	o.Register(1)
	p := o.World.Process()
	if err := due.Send(t.Context(), p.Queue, []due.Message{{Job: "no such job"}, {Job: app.Ingest, Scheduled: o.World.Clock.Now()}}); err != nil {
		t.Fatal(err)
	}
	if err := (app.Worker{App: o.App(p), Queue: p.Queue}).Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	live, dead, err := p.Queue.Depth(t.Context())
	if err != nil || live != 0 || dead != 1 {
		t.Errorf("%d live, %d dead, %v", live, dead, err)
	}
	if len(o.Provider.Pulls()) != 2 {
		t.Errorf("pulled %v", o.Provider.Pulls())
	}
}

func TestWhat_is_no_message_of_ours_is_refused_by_name(t *testing.T) {
	o := Open("2026-11-06 09:00")
	a := o.App(o.World.Process())
	for body, field := range map[string]string{
		`{"job":"no such job"}`: "job", `not json`: "message", `{"job":"ingest.account","tenant":"hanbit","payload":"x"}`: "payload", `{"job":"send","tenant":"NOT A TENANT"}`: "tenant",
	} {
		err := a.Handle(t.Context(), []byte(body))
		all := fault.All(err)
		if !fault.Is(err, fault.Invalid) || len(all) != 1 || all[0].Field != field {
			t.Errorf("%s: %v", body, err)
		}
	}
}

func TestThe_nightly_proof_finds_a_balance_that_is_not_the_ledgers(t *testing.T) {
	o := smallMSP()
	if err := month(t.Context(), o.World.Process(), o, o.World.Queue); err != nil {
		t.Fatal(err)
	}
	night := func() error {
		body, err := due.Message{Job: app.Nightly, Scheduled: o.World.Clock.Now()}.Encode()
		if err != nil {
			t.Fatal(err)
		}
		return o.App(o.World.Process()).Handle(t.Context(), body)
	}
	if err := night(); err != nil {
		t.Fatal(err)
	}
	tamper(t, o)
	if err := night(); !fault.Is(err, fault.Internal) || !strings.Contains(fault.TextOf(err).EN, "C0001") {
		t.Errorf("a balance was changed and the proof says %v", err)
	}
}

// tamper changes the stored balance of the first customer by a won.
func tamper(t *testing.T, o *Office) {
	t.Helper()
	for _, d := range o.World.Documents() {
		if d.Kind != "balance" || d.Key.Segments()[0] != "C0001" {
			continue
		}
		var b struct {
			Customer string       `json:"customer"`
			Owed     money.Amount `json:"owed"`
			Postings int          `json:"postings"`
		}
		if err := json.Unmarshal(d.Body, &b); err != nil {
			t.Fatal(err)
		}
		var err error
		if b.Owed, err = b.Owed.Add(money.Won(1)); err != nil {
			t.Fatal(err)
		}
		if d.Body, err = json.Marshal(b); err != nil {
			t.Fatal(err)
		}
		if err := o.World.Store.Commit(t.Context(), commitOf(d)); err != nil {
			t.Fatal(err)
		}
		return
	}
	t.Fatal("there is no balance of the first customer")
}

func commitOf(d store.Document) store.Commit {
	return store.Commit{ID: "tampered", Writes: []store.Write{store.Put(d, store.Present)}}
}
