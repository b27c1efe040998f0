package app_test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"jeongsan/internal/app"
	"jeongsan/internal/calendar"
	"jeongsan/internal/due"
	"jeongsan/internal/payment"
	"jeongsan/internal/queue"
	"jeongsan/internal/receivables"
	"jeongsan/internal/receivables/receivablestest"
	"jeongsan/internal/settlement"
	. "jeongsan/internal/settlement/settlementtest"
	"jeongsan/internal/store/dynamo"
	"jeongsan/internal/taxinvoice"
)

var update = flag.Bool("update", false, "write golden files anew")

// bill is what use cases cost at the table, one line each.
type bill struct {
	meter dynamo.Meter
	lines strings.Builder
}

// cost counts one use case.
func (b *bill) cost(t *testing.T, what string, do func() error) {
	t.Helper()
	b.meter.Take()
	if err := do(); err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	u := b.meter.Take()
	fmt.Fprintf(&b.lines, "%-58s %4d %6d %6d\n", what, u.Requests, u.WriteUnits, u.ReadUnits)
}

// At 0.68 dollars a million write units, a customer's month from draft to reported tax invoice must stay far below a
// cent. A change that makes a use case dearer shows here; it is then either mended or written down with -update.
func TestWhat_each_use_case_costs_at_the_table_is_known(t *testing.T) {
	b := &bill{}
	fmt.Fprintf(&b.lines, "%-58s %4s %6s %6s\n", "one customer", "reqs", "writes", "reads")
	b.settle(t)
	b.collect(t)
	path := filepath.Join("testdata", "budget.txt")
	if *update {
		if err := os.WriteFile(path, []byte(b.lines.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := b.lines.String(); got != string(want) {
		t.Errorf("use cases cost otherwise than testdata/budget.txt says (-update writes it anew):\n%s", got)
	}
}

func (b *bill) settle(t *testing.T) {
	ctx := t.Context()
	o := Open("2026-10-31 05:00")
	o.Register(1)
	o.Provider.States(Public, October, Uses(1, Row("Object Storage", "10000.7"), VM("25000")))
	o.World.Store = b.meter.Over(o.World.Store)
	p := o.World.Process()
	desk := o.Desk(p)
	a := o.App(p)
	pull := func() error {
		_, err := desk.Ingest(ctx, o.Job(), Public, October, o.World.Clock.Now())
		return err
	}
	draft := func() error { _, err := desk.Draft(ctx, o.Job(), "C0001", October); return err }
	b.cost(t, "pull of an account, changed", pull)
	b.cost(t, "the same again", pull)
	b.cost(t, "draft, changed", draft)
	b.cost(t, "the same again", draft)
	o.At("2026-11-06 09:00")
	b.cost(t, "final invoice with postings", func() error { _, err := desk.Bill(ctx, o.Main(), October, "C0001"); return err })
	b.cost(t, "documents drawn and swept to the queue", func() error { return workOff(ctx, a, p.Queue) })
	b.cost(t, "send ordered", func() error {
		_, err := desk.RequestSend(ctx, o.Staff(), October, []string{"C0001"})
		return err
	})
	b.cost(t, "mailed to one contact", func() error { return workOff(ctx, a, p.Queue) })
	b.cost(t, "tax invoice ordered", func() error {
		rows, err := desk.RequestIssue(ctx, o.Staff(), October, []settlement.TaxOrder{{Customer: "C0001", Timing: taxinvoice.NextDay}})
		if err == nil {
			err = rows[0].Err
		}
		return err
	})
	b.cost(t, "issued", func() error { return workOff(ctx, a, p.Queue) })
	o.Taxes.Reports(o.World.Clock.Now())
	b.cost(t, "webhook: the tax office has it", func() error {
		return desk.TaxWebhook(ctx, o.Tenant, "event-1", Profile().BusinessNumber, taxinvoice.Key(October, "C0001", 1))
	})
	b.cost(t, "asked, reported, XML and PDF kept", func() error { return workOff(ctx, a, p.Queue) })
}

func (b *bill) collect(t *testing.T) {
	ctx := t.Context()
	o := receivablestest.Open("2026-12-03 09:00")
	o.Customer(1, 1)
	o.Bill(1, October, 100_000, "2026-11-06 10:00")
	o.World.Store = b.meter.Over(o.World.Store)
	p := o.World.Process()
	desk := o.Desk(p)
	b.cost(t, "regular day: charges ordered (24 months read)", func() error { _, err := desk.ChargeDue(ctx, o.Job(), o.World.Clock.Now()); return err })
	b.cost(t, "card charged, booked", func() error {
		_, err := desk.Charge(ctx, o.Job(), receivables.Work{Invoice: receivablestest.Number(1, October), Run: 1, Day: calendar.MustDate("2026-12-03")})
		return err
	})
	body, err := json.Marshal(payment.Hint{Event: "msg-1", Known: true, Store: receivablestest.StoreID, Payment: receivablestest.Number(1, October) + "-p1"})
	if err != nil {
		t.Fatal(err)
	}
	hook := func() error {
		_, err := desk.Receive(ctx, o.Tenant, map[string][]string{"Signed-By": {receivablestest.WebhookSecret}}, body)
		return err
	}
	b.cost(t, "webhook: received", hook)
	b.cost(t, "the same again", hook)
	b.cost(t, "swept, asked, nothing new", func() error { return o.WorkOffBy(ctx, p, desk) })
}

// workOff does what lies in outbox and queue, one message at a time.
func workOff(ctx context.Context, a *app.App, q queue.Queue) error {
	for {
		n, err := app.Worker{App: a, Queue: q}.Once(ctx)
		if err != nil {
			return err
		}
		if n > 0 {
			continue
		}
		if n, err = due.Sweep(ctx, a.Store, q, a.Settlement.Clock.Now(), a.NewID); err != nil || n == 0 {
			return err
		}
	}
}
