// Package receivablestest sets scenes for tests of receivables: an MSP with a card channel, customers with cards and
// final invoices, and a bank that answers as a test decides, over a crash.World.
//
// It owns the desk built over a process of that world, the bank, and the auditor who holds the books against the bank's
// own record. It owns no expectation of a flow. What a scene is set with cannot fail: it panics where it does.
package receivablestest

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"jeongsan/internal/books"
	"jeongsan/internal/calendar"
	"jeongsan/internal/crash"
	"jeongsan/internal/customer"
	"jeongsan/internal/due"
	"jeongsan/internal/fault"
	"jeongsan/internal/identity"
	"jeongsan/internal/invoice"
	"jeongsan/internal/journal"
	"jeongsan/internal/ledger"
	"jeongsan/internal/money"
	"jeongsan/internal/payment"
	"jeongsan/internal/rating"
	"jeongsan/internal/receivables"
	"jeongsan/internal/store"
	"jeongsan/internal/tenant"
)

// What every office has.
const (
	StoreID       = "store-hanbit"
	WebhookSecret = "whsec_scene"
)

// October is the month that most scenes collect.
var October = calendar.MustMonth("2026-10")

// Office is an MSP that collects.
type Office struct {
	World  *crash.World
	Tenant store.Tenant
	Bank   *Bank
}

var _ crash.Scene[*Office] = (*Office)(nil)

// Bare is an MSP without a channel, at a time in Seoul: "2026-12-03 09:00".
func Bare(at string) *Office { return Over(crash.NewWorld(seoul(at))) }

// Over is an MSP without a channel over a world, which may have another engine than its own.
func Over(world *crash.World) *Office {
	t, err := store.ParseTenant("hanbit")
	must(err)
	o := &Office{World: world, Tenant: t, Bank: newBank()}
	w, err := tenant.Profile{ID: "hanbit", Code: "HANBIT", Name: "한빛클라우드", Settings: tenant.DefaultSettings()}.Put(0)
	must(err)
	o.Save(w, tenant.Register(t))
	return o
}

// Open is an MSP with its card channel.
func Open(at string) *Office {
	o := Bare(at)
	must(o.Desk(o.World.Process()).RegisterChannel(context.Background(), o.Main(), Channel()))
	return o
}

// Channel is what the MSP enters of its channel.
func Channel() receivables.ChannelOrder {
	return receivables.ChannelOrder{StoreID: StoreID, ChannelKey: "channel-key-1", APISecret: "the-api-secret", WebhookSecret: WebhookSecret}
}

// Surviving is the world, for the harness.
func (o *Office) Surviving() *crash.World { return o.World }

// Copy is another office in the same state.
func (o *Office) Copy() *Office {
	return &Office{World: o.World.Copy(), Tenant: o.Tenant, Bank: o.Bank.copy()}
}

func must(err error) {
	if err != nil {
		panic(fmt.Sprintf("receivablestest: the scene cannot be set: %v", err))
	}
}

func seoul(s string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", s, calendar.Seoul)
	must(err)
	return t
}

// At moves the clock.
func (o *Office) At(when string) { must(o.World.Clock.Set(seoul(when))) }

// Main, Staff and Job are who acts.
func (o *Office) Main() identity.Principal {
	return identity.Principal{Tenant: o.Tenant, Role: identity.Main, ID: "main"}
}

// Staff is a sub account.
func (o *Office) Staff() identity.Principal {
	return identity.Principal{Tenant: o.Tenant, Role: identity.Staff, ID: "sub1"}
}

// Job is scheduled work.
func (o *Office) Job() identity.Principal { return identity.Job(o.Tenant, "job") }

// Save writes state of the scene.
func (o *Office) Save(writes ...store.Write) {
	must(o.World.Store.Commit(context.Background(), store.Commit{ID: o.World.NewID(), Writes: writes}))
}

// Desk is receivables as a process would build it.
func (o *Office) Desk(p *crash.Process) *receivables.Desk {
	return &receivables.Desk{
		Journal: journal.Journal{Store: p.Store, Clock: o.World.Clock, NewID: p.NewID}, Secrets: p.Secrets, Verify: Verify,
		Gateway: func(context.Context, store.Tenant, tenant.CardChannel, string) (receivables.Gateway, error) {
			return gateway{o, p}, nil
		},
	}
}

// CustomerID is the nth customer.
func CustomerID(n int) string { return fmt.Sprintf("C%04d", n) }

// BillingKey is the ith card (from 1) of the nth customer.
func BillingKey(n, i int) string { return fmt.Sprintf("billing-key-%s-%d", CustomerID(n), i) }

// Customer registers the nth customer, who pays by card and has so many of them.
func (o *Office) Customer(n, cards int) {
	writes, err := customer.Create(o.Tenant, customer.Customer{
		ID: CustomerID(n), Name: fmt.Sprintf("고객 %d호 주식회사", n), MainAccount: fmt.Sprintf("main%d@example.com", n), MemberNumber: fmt.Sprint(100000 + n), Account: "public",
		BusinessNumber: "1234567891", BillingDay: 10, DueDays: 20, Cycle: calendar.Monthly, Policy: rating.DefaultPolicy(), PayMeans: customer.ByCard,
		State: customer.Active, Registered: calendar.MustDate("2026-01-02"),
	})
	must(err)
	o.Save(writes...)
	for i := range cards {
		o.Bank.Issue(BillingKey(n, i+1), CustomerID(n))
		_, err := o.Desk(o.World.Process()).RegisterMethod(context.Background(), o.Staff(), CustomerID(n), BillingKey(n, i+1), 0)
		must(err)
	}
}

// Number is the nth customer's invoice of the month.
func Number(n int, m calendar.Month) string { return invoice.Number("HANBIT", m, CustomerID(n), 1) }

// Bill gives the nth customer a final invoice of so much supply, posted and sent.
func (o *Office) Bill(n int, m calendar.Month, supply int64, sent string) {
	head := invoice.Invoice{
		Number: Number(n, m), Customer: CustomerID(n), Month: m, Span: []calendar.Month{m}, Revision: 1, State: invoice.Final, Finalised: seoul(sent).UTC(),
		Sums: invoice.Sums{Usage: money.Won(supply), Supply: money.Won(supply), VAT: money.Won(supply / 10), Total: money.Won(supply + supply/10)},
	}.Sent(seoul(sent))
	receivable, err := ledger.Receivable(head.Customer)
	must(err)
	sales, err := ledger.Sales("cloud")
	must(err)
	posting, err := ledger.New("invoice-"+head.Number, m.Last(), fault.T("이용 요금", "usage"), head.Number,
		ledger.Debit(receivable, head.Sums.Total), ledger.Credit(sales, head.Sums.Supply), ledger.Credit(ledger.VATPayable(), head.Sums.VAT))
	must(err)
	writes, err := books.Post(context.Background(), o.World.Store, o.Tenant, posting)
	must(err)
	w, err := head.Put(o.Tenant, 0)
	must(err)
	o.Save(append(writes, w)...)
}

// Invoice reads the nth customer's invoice.
func (o *Office) Invoice(n int, m calendar.Month) invoice.Invoice {
	head, _, err := invoice.Load(context.Background(), o.World.Store, o.Tenant, m, CustomerID(n))
	must(err)
	return head
}

// Payment reads a payment.
func (o *Office) Payment(id string) payment.Payment {
	v, err := payment.Load(context.Background(), o.World.Store, o.Tenant, id)
	must(err)
	return v.Payment
}

// Matters are the kinds and ids of the rows on the work-list.
func (o *Office) Matters() []string {
	rows, err := payment.Matters(context.Background(), o.World.Store, o.Tenant)
	must(err)
	var out []string
	for _, m := range rows {
		out = append(out, m.ID)
	}
	return out
}

// WorkOff does all due work, moving the clock to the next timer when nothing else is left, until none is left.
func (o *Office) WorkOff(ctx context.Context, p *crash.Process) error {
	return o.WorkOffBy(ctx, p, o.Desk(p))
}

// WorkOffBy is WorkOff by a desk with another gateway.
func (o *Office) WorkOffBy(ctx context.Context, p *crash.Process, desk *receivables.Desk) error {
	const most = 100 // far more than any scene needs
	for range most {
		swept, err := due.Sweep(ctx, p.Store, p.Queue, o.World.Clock.Now(), p.NewID)
		if err != nil {
			return err
		}
		worked, err := o.workOne(ctx, p, desk)
		if err != nil || worked || swept > 0 {
			if err != nil {
				return err
			}
			continue
		}
		at, more, err := due.Next(ctx, p.Store)
		if err != nil || !more {
			return err
		}
		if at.After(o.World.Clock.Now()) {
			if err := o.World.Clock.Set(at); err != nil {
				return err
			}
		}
	}
	return fmt.Errorf("there is still work after %d steps", most)
}

func (o *Office) workOne(ctx context.Context, p *crash.Process, desk *receivables.Desk) (bool, error) {
	messages, err := p.Queue.Receive(ctx, 1)
	if err != nil || len(messages) == 0 {
		return false, err
	}
	if err := o.Handle(ctx, desk, messages[0].Body); err != nil {
		return false, err
	}
	return true, p.Queue.Delete(ctx, messages)
}

// Handle does one message as the wiring does.
func (o *Office) Handle(ctx context.Context, desk *receivables.Desk, body []byte) error {
	var m due.Message
	must(json.Unmarshal(body, &m))
	var w receivables.Work
	var about receivables.About
	var card receivables.AboutCard
	for _, payload := range []any{&w, &about, &card} {
		must(json.Unmarshal(m.Payload, payload))
	}
	switch m.Job {
	case receivables.JobCharge:
		_, err := desk.Charge(ctx, o.Job(), w)
		if fault.Is(err, fault.Conflict) { // nothing to charge; the work-list says why where somebody must act
			return nil
		}
		return err
	case receivables.JobAsk:
		return desk.Ask(ctx, o.Job(), about.Payment)
	case receivables.JobApply:
		return desk.Apply(ctx, o.Job(), about.Payment)
	case receivables.JobCard:
		return desk.RefreshMethod(ctx, o.Job(), card.Customer, card.Method)
	}
	return fmt.Errorf("job %q is nobody's", m.Job)
}

// Webhook is a delivery as the bank signs it: see Verify.
func Webhook(event, kind, paymentID string) (headers map[string][]string, body []byte) {
	body, err := json.Marshal(payment.Hint{Event: event, Type: kind, Known: true, Store: StoreID, Payment: paymentID})
	must(err)
	return map[string][]string{"Signed-By": {WebhookSecret}}, body
}

// Verify takes a body for signed when its header names a secret that is valid now. The real verifier stands with the
// client of the provider; here only what follows from its word is of interest.
func Verify(secrets []string, headers map[string][]string, body []byte) (payment.Hint, error) {
	for _, s := range secrets {
		if len(headers["Signed-By"]) == 1 && headers["Signed-By"][0] == s {
			var h payment.Hint
			return h, json.Unmarshal(body, &h)
		}
	}
	return payment.Hint{}, fault.New(fault.Forbidden, fault.T("웹훅 서명이 맞지 않습니다.", "The webhook's signature does not match."))
}
