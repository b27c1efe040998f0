// Package app names the jobs of the product and what handles each. The one-machine stack and the Lambda functions
// both start from it, so that they cannot differ in what they do.
//
// It owns the names of jobs, how scheduled work fans out into small idempotent steps, and the worker that takes
// messages off a queue. It owns no flow and no adapter.
//
// Invariants: a message may come twice or late; a step that failed stays in the queue; what was scheduled carries
// the time it was scheduled for, and that time decides which months it touches, not the time it ran.
package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"jeongsan/internal/calendar"
	"jeongsan/internal/customer"
	"jeongsan/internal/due"
	"jeongsan/internal/fault"
	"jeongsan/internal/identity"
	"jeongsan/internal/invoice"
	"jeongsan/internal/receivables"
	"jeongsan/internal/settlement"
	"jeongsan/internal/store"
	"jeongsan/internal/tenant"
)

// The jobs. Scheduled ones are named in template.yaml; the others are fanned out or left in the outbox.
const (
	Ingest  = "ingest"   // daily at dawn: pulls every account
	Draft   = "draft"    // daily after it: drafts every customer
	Sweep   = "sweep"    // every minute: due work to the queue
	Nightly = "nightly"  // trial balance and reconciliation of every tenant
	Charge  = "charge"   // daily: on a tenant's regular day, cards are charged
	TaxPoll = "tax.poll" // daily: how far the tax invoices have come

	IngestAccount = "ingest.account"
	DraftCustomer = "draft.customer"
	BillCustomer  = "bill.customer"
	Documents     = settlement.JobDocuments
	Send          = settlement.JobSend
	TaxIssue      = settlement.JobTaxIssue
	TaxFollow     = settlement.JobTaxFollow
	PaymentCharge = receivables.JobCharge
	PaymentAsk    = receivables.JobAsk
	PaymentApply  = receivables.JobApply
	PaymentCard   = receivables.JobCard
)

// Scheduled lists the jobs that template.yaml schedules.
func Scheduled() []string { return []string{Ingest, Draft, Sweep, Nightly, Charge, TaxPoll} }

// App is the product over its adapters.
type App struct {
	Settlement  *settlement.Desk
	Receivables *receivables.Desk
	Store       store.Store
	Work        due.Outlet // where steps and due work are sent to
	NewID       func() string
	// Observe, when set, hears of every step that was done or failed.
	Observe func(Done)
}

// Done tells of one handled message.
type Done struct {
	Message due.Message
	Pulled  *settlement.Pulled // of ingest.account
	Err     error
}

// accountWork and customerWork are the payloads of fanned-out steps.
type accountWork struct {
	Account string         `json:"account"`
	Month   calendar.Month `json:"month"`
}

type customerWork struct {
	Customer string         `json:"customer"`
	Month    calendar.Month `json:"month"`
}

// handler does one message's work.
type handler func(context.Context, *App, due.Message, *Done) error

// handlers is the one table of what exists.
func handlers() map[string]handler {
	return map[string]handler{
		Ingest:  eachTenant(fanIngest),
		Draft:   eachTenant(fanDraft),
		Nightly: eachTenant(nightly),
		Charge:  eachTenant(chargeDue),
		TaxPoll: eachTenant(pollTax),
		Sweep:   sweep,

		IngestAccount: ingestAccount,
		DraftCustomer: draftCustomer,
		BillCustomer:  billCustomer,
		Documents:     documents,
		Send:          send,
		TaxIssue:      taxIssue,
		TaxFollow:     taxFollow,
		PaymentCharge: paymentCharge,
		PaymentAsk:    paymentAsk,
		PaymentApply:  paymentApply,
		PaymentCard:   paymentCard,
	}
}

// Handle does one message's work; running it again does no harm.
func (a *App) Handle(ctx context.Context, body []byte) error {
	var m due.Message
	if err := json.Unmarshal(body, &m); err != nil {
		return fault.Invalidf("message", fault.T("작업 메시지를 읽을 수 없습니다.", "The work message cannot be read.")).Because(err)
	}
	h, ok := handlers()[m.Job]
	if !ok {
		return fault.Invalidf("job", fault.T("작업 %q을(를) 알 수 없습니다.", "Job %q is not known.", m.Job))
	}
	done := Done{Message: m}
	err := guarded(ctx, h, a, m, &done)
	if err != nil {
		done.Err = err
	}
	if a.Observe != nil {
		a.Observe(done)
	}
	return err
}

// guarded turns a panic of a handler into a failed step: it must not end the process, and with it the other steps of
// the batch. What went wrong is in the cause, for the log.
func guarded(ctx context.Context, h handler, a *App, m due.Message, done *Done) (err error) {
	defer func() {
		if v := recover(); v != nil { // nil too when the goroutine is ended rather than panicking
			err = fault.New(fault.Internal, fault.TextOf(errPanic)).Because(fmt.Errorf("%w in job %s: %v\n%s", errPanic, m.Job, v, debug.Stack()))
		}
	}()
	return h(ctx, a, m, done)
}

var errPanic = errors.New("panic")

// eachTenant works on every tenant: what one of them lacks keeps no other from being worked on.
func eachTenant(do func(context.Context, *App, store.Tenant, due.Message) error) handler {
	return func(ctx context.Context, a *App, m due.Message, _ *Done) error {
		tenants, err := tenant.All(ctx, a.Store)
		if err != nil {
			return err
		}
		var errs []error
		for _, t := range tenants {
			if err := do(ctx, a, t, m); err != nil {
				errs = append(errs, fmt.Errorf("tenant %s: %w", t, err))
			}
		}
		return errors.Join(errs...)
	}
}

// fanIngest pulls this month and the last: a provider rewrites a month once more on the 1st of the next, and may correct it later.
func fanIngest(ctx context.Context, a *App, t store.Tenant, m due.Message) error {
	accounts, err := tenant.Accounts(ctx, a.Store, t)
	if err != nil {
		return err
	}
	now := calendar.MonthOf(m.Scheduled)
	var out []due.Message
	for _, account := range accounts {
		if account.Deleted || account.Provider != tenant.NCP { // FOCUS exports are pulled when they are delivered
			continue
		}
		for _, month := range []calendar.Month{now.Prev(), now} {
			out = append(out, step(IngestAccount, t, m.Scheduled, accountWork{account.ID, month}))
		}
	}
	return due.Send(ctx, a.Work, out)
}

// fanDraft drafts this month and, while its run is open, the last.
func fanDraft(ctx context.Context, a *App, t store.Tenant, m due.Message) error {
	now := calendar.MonthOf(m.Scheduled)
	months := []calendar.Month{now}
	run, _, err := invoice.LoadRun(ctx, a.Store, t, now.Prev())
	if err != nil {
		return err
	}
	if run.Closed.IsZero() {
		months = []calendar.Month{now.Prev(), now}
	}
	return a.eachCustomer(ctx, t, m.Scheduled, DraftCustomer, months)
}

// BillAll asks for the invoices of a month to be made final, a step for each customer.
func (a *App) BillAll(ctx context.Context, p identity.Principal, m calendar.Month) error {
	if err := p.Allow(identity.Bill); err != nil {
		return err
	}
	return a.eachCustomer(ctx, p.Tenant, time.Time{}, BillCustomer, []calendar.Month{m})
}

func (a *App) eachCustomer(ctx context.Context, t store.Tenant, scheduled time.Time, job string, months []calendar.Month) error {
	customers, err := customer.List(ctx, a.Store, t)
	if err != nil {
		return err
	}
	var out []due.Message
	for _, c := range customers {
		for _, m := range months {
			out = append(out, step(job, t, scheduled, customerWork{c.ID, m}))
		}
	}
	return due.Send(ctx, a.Work, out)
}

// step makes a message; the payloads are our own structs of strings, which always encode.
func step(job string, t store.Tenant, scheduled time.Time, payload any) due.Message {
	b, err := json.Marshal(payload)
	if err != nil {
		panic(err)
	}
	return due.Message{Job: job, Tenant: t.String(), Scheduled: scheduled, Payload: b}
}

// work reads a message's tenant and payload.
func work(m due.Message, payload any) (identity.Principal, error) {
	t, err := store.ParseTenant(m.Tenant)
	if err != nil {
		return identity.Principal{}, err
	}
	if err := json.Unmarshal(m.Payload, payload); err != nil {
		return identity.Principal{}, fault.Invalidf("payload", fault.T("작업 %q의 내용을 읽을 수 없습니다.", "The payload of job %q cannot be read.", m.Job)).Because(err)
	}
	return identity.Job(t, m.Job), nil
}

func ingestAccount(ctx context.Context, a *App, m due.Message, done *Done) error {
	var w accountWork
	p, err := work(m, &w)
	if err != nil {
		return err
	}
	pulled, err := a.Settlement.Ingest(ctx, p, w.Account, w.Month, m.Scheduled)
	done.Pulled = &pulled
	return err
}

func draftCustomer(ctx context.Context, a *App, m due.Message, done *Done) error {
	var w customerWork
	p, err := work(m, &w)
	if err != nil {
		return err
	}
	_, err = a.Settlement.Draft(ctx, p, w.Customer, w.Month)
	if fault.Is(err, fault.Invalid) { // a person must correct something (a rate, a rule); tomorrow's draft tries again
		done.Err = err
		return nil
	}
	return err
}

func billCustomer(ctx context.Context, a *App, m due.Message, _ *Done) error {
	var w customerWork
	p, err := work(m, &w)
	if err != nil {
		return err
	}
	_, err = a.Settlement.Bill(ctx, p, w.Month, w.Customer)
	return err
}

func documents(ctx context.Context, a *App, m due.Message, _ *Done) error {
	var w settlement.InvoiceWork
	p, err := work(m, &w)
	if err != nil {
		return err
	}
	_, err = a.Settlement.Documents(ctx, p, w.Month, w.Customer)
	return err
}

func send(ctx context.Context, a *App, m due.Message, _ *Done) error {
	var w settlement.InvoiceWork
	p, err := work(m, &w)
	if err != nil {
		return err
	}
	return a.Settlement.Send(ctx, p, w)
}

func sweep(ctx context.Context, a *App, _ due.Message, _ *Done) error {
	for {
		n, err := due.Sweep(ctx, a.Store, a.Work, a.Settlement.Clock.Now(), a.NewID)
		if n == 0 {
			return err
		}
	}
}
