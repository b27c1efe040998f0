package app

import (
	"context"
	"errors"

	"jeongsan/internal/calendar"
	"jeongsan/internal/due"
	"jeongsan/internal/fault"
	"jeongsan/internal/identity"
	"jeongsan/internal/receivables"
	"jeongsan/internal/settlement"
	"jeongsan/internal/store"
	"jeongsan/internal/tenant"
)

// nightly proves the books of the last ten years (booksYears), every night all of them: a posting that was changed in
// a month closed long ago shows the next morning. Then it holds the card payments since the last night that went well
// against the provider's list.
func nightly(ctx context.Context, a *App, t store.Tenant, m due.Message) error {
	now := calendar.MonthOf(m.Scheduled)
	_, proved := a.Settlement.Prove(ctx, t, now.Add(-booksYears*12), now)
	return errors.Join(proved, a.reconcile(ctx, t, m))
}

// booksYears is how far back the nightly proof reads: as long as the law has a company keep its books (상법 제33조: 10 years).
const booksYears = 10

// reconcile leaves the differences on the work-list of a tenant that takes cards.
func (a *App) reconcile(ctx context.Context, t store.Tenant, m due.Message) error {
	if _, _, err := tenant.LoadChannel(ctx, a.Store, t); fault.Is(err, fault.NotFound) {
		return nil
	}
	_, err := a.Receivables.ReconcileUpTo(ctx, identity.Job(t, m.Job), calendar.DateOf(m.Scheduled))
	return err
}

// chargeDue leaves the regular day's charges in the outbox (CF-02).
func chargeDue(ctx context.Context, a *App, t store.Tenant, m due.Message) error {
	_, err := a.Receivables.ChargeDue(ctx, identity.Job(t, m.Job), m.Scheduled)
	return err
}

func pollTax(ctx context.Context, a *App, t store.Tenant, m due.Message) error {
	return a.Settlement.PollTax(ctx, identity.Job(t, m.Job))
}

func taxIssue(ctx context.Context, a *App, m due.Message, _ *Done) error {
	var w settlement.TaxWork
	p, err := work(m, &w)
	if err != nil {
		return err
	}
	return a.Settlement.IssueTax(ctx, p, w)
}

func taxFollow(ctx context.Context, a *App, m due.Message, _ *Done) error {
	var w settlement.TaxWork
	p, err := work(m, &w)
	if err != nil {
		return err
	}
	return a.Settlement.FollowTax(ctx, p, w)
}

// paymentCharge charges an invoice. One that is not to be charged is done with: for want of a card or of a channel that
// works it is on the work-list; paid or revised meanwhile, or of a customer who pays otherwise by now, it needs nobody.
func paymentCharge(ctx context.Context, a *App, m due.Message, done *Done) error {
	var w receivables.Work
	p, err := work(m, &w)
	if err != nil {
		return err
	}
	_, err = a.Receivables.Charge(ctx, p, w)
	var raced *store.ConditionFailed
	if fault.Is(err, fault.Conflict) && !errors.As(err, &raced) {
		done.Err = err
		return nil
	}
	return err
}

func paymentAsk(ctx context.Context, a *App, m due.Message, _ *Done) error {
	var w receivables.About
	p, err := work(m, &w)
	if err != nil {
		return err
	}
	return a.Receivables.Ask(ctx, p, w.Payment)
}

func paymentApply(ctx context.Context, a *App, m due.Message, _ *Done) error {
	var w receivables.About
	p, err := work(m, &w)
	if err != nil {
		return err
	}
	return a.Receivables.Apply(ctx, p, w.Payment)
}

func paymentCard(ctx context.Context, a *App, m due.Message, _ *Done) error {
	var w receivables.AboutCard
	p, err := work(m, &w)
	if err != nil {
		return err
	}
	return a.Receivables.RefreshMethod(ctx, p, w.Customer, w.Method)
}
