package main

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"jeongsan/internal/app"
	"jeongsan/internal/calendar"
	"jeongsan/internal/customer"
	"jeongsan/internal/document/documenttest"
	"jeongsan/internal/identity"
	"jeongsan/internal/invoice"
	"jeongsan/internal/money"
	"jeongsan/internal/rating"
	"jeongsan/internal/settlement"
	"jeongsan/internal/tenant"
	"jeongsan/internal/usage"
)

// fleet is a source of n members with 30 services each.
type fleet int

func (f fleet) Pull(_ context.Context, _ calendar.Month, to settlement.Sink) (settlement.Statement, error) {
	for n := range int(f) {
		id := fmt.Sprintf("%07d", n+1)
		if err := to.Member(usage.Member{ID: id}); err != nil {
			return settlement.Statement{}, err
		}
		for line := range 30 {
			cost := money.Int(int64(1000 + 37*line + n))
			row := usage.Row{Service: fmt.Sprintf("service-%02d", line), Kind: "compute", Region: "KR", Detail: "running", Resource: "web-001", List: cost, Cost: cost, VM: line%3 == 0}
			if err := to.Row(id, row); err != nil {
				return settlement.Statement{}, err
			}
		}
	}
	return settlement.Statement{Currency: money.KRW}, nil
}

// BenchmarkBillingStep bills customers of 30 lines each through the queue on SQLite with full fsync: receive, draft,
// final, postings, balance, audit, outbox row, acknowledge. Documents are not rendered.
//
//	go test ./infra/local -run '^$' -bench BillingStep -benchtime 2000x
func BenchmarkBillingStep(b *testing.B) {
	ctx := context.Background()
	m := calendar.MustMonth("2026-10")
	opens := m.Next().Day(6).Start().Add(9 * time.Hour)
	s, err := open(ctx, config{dir: b.TempDir(), baseURL: "http://127.0.0.1", template: filepath.Join("..", "..", "template.yaml"), start: opens, frozen: true,
		source: func(tenant.Account) settlement.Source { return fleet(b.N) }})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = s.close() }()
	staff := seedStaff()
	if err := s.benchSeed(ctx, staff, m, b.N); err != nil {
		b.Fatal(err)
	}
	b.ResetTimer()
	start := time.Now()
	if err := s.app.BillAll(ctx, staff, m); err != nil {
		b.Fatal(err)
	}
	var workers sync.WaitGroup
	for range 3 { // batches of ten side by side, as three functions would
		workers.Go(func() {
			if err := s.worker().Drain(ctx); err != nil {
				b.Error(err)
			}
		})
	}
	workers.Wait()
	b.ReportMetric(float64(b.N)/time.Since(start).Seconds(), "invoices/s")
	b.StopTimer()
	heads, err := invoice.List(ctx, s.store, staff.Tenant, m)
	if err != nil || len(heads) != b.N {
		b.Fatalf("%d invoices of %d: %v", len(heads), b.N, err)
	}
	for _, h := range heads {
		if h.State != invoice.Final {
			b.Fatalf("%s is %s", h.Number, h.State)
		}
	}
}

func (s *stack) benchSeed(ctx context.Context, staff identity.Principal, m calendar.Month, n int) error {
	logo, err := documenttest.Logo(1)
	if err != nil {
		return err
	}
	if _, err := s.onboarding.SaveProfile(ctx, staff, seedProfile(), logo); err != nil {
		return err
	}
	if err := s.onboarding.RegisterAccount(ctx, staff, tenant.Account{ID: "bench", Label: "bench", Provider: tenant.FOCUS}, ""); err != nil {
		return err
	}
	fees := []customer.Fee{{Fee: ratio("f1", rating.Discount, "discount", "0.05"), Added: m.First()}, {Fee: fixed("f2", rating.OtherCost, "support", 100_000), Added: m.First()}}
	var wait sync.WaitGroup
	var failed error
	var once sync.Once
	next := make(chan int)
	for range 32 { // group commit shares the fsync
		wait.Go(func() {
			for i := range next {
				c := seeded{name: "고객", member: fmt.Sprintf("%07d", i), account: "bench"}.customer(i, m)
				c.Fees = fees
				if err := s.onboarding.RegisterCustomer(ctx, staff, c); err != nil {
					once.Do(func() { failed = err })
				}
			}
		})
	}
	for i := range n {
		next <- i + 1
	}
	close(next)
	wait.Wait()
	if failed != nil {
		return failed
	}
	_, err = s.settlement.Ingest(ctx, identity.Job(staff.Tenant, app.Ingest), "bench", m, s.clock.Now())
	return err
}
