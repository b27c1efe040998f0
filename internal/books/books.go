// Package books keeps the postings of a tenant and the stored balance of each customer.
//
// Flows ask it for the writes of a posting and commit them with the change that caused it; the nightly close reads
// every posting, draws the trial balance and proves the stored balances. It owns keys and documents. It does not own
// what a valid posting is (ledger) nor which event posts what (the nouns and flows).
//
// Invariants: a posting is written once under its business id, so that the same event never posts twice; a stored
// balance is a cache with a version, moved in the same commit as the posting; only customers' accounts have one,
// since an account that every customer's event touches would be one item that every request waits for.
package books

import (
	"context"
	"maps"
	"slices"
	"strings"

	"jeongsan/internal/calendar"
	"jeongsan/internal/fault"
	"jeongsan/internal/ledger"
	"jeongsan/internal/money"
	"jeongsan/internal/store"
)

const (
	kindPosting = "posting"
	kindBalance = "balance"
	schema      = 1
)

// Balance is what a customer owes by the postings so far, in one currency.
type Balance struct {
	Customer string       `json:"customer"`
	Owed     money.Amount `json:"owed"` // positive: the customer owes us
	Postings int          `json:"postings"`
}

func postings(t store.Tenant, m calendar.Month) store.Partition {
	return t.Partition("posting", m.String())
}

func balanceKey(t store.Tenant, customer string, c money.Currency) store.Key {
	return t.Partition("balance").Key(customer, string(c))
}

// Post is the writes of postings that are committed together: each posting, absent before, and the balance of every
// customer they touch, once, at the version read here. Postings lie by the month of their date.
func Post(ctx context.Context, s store.Reader, t store.Tenant, all ...ledger.Posting) ([]store.Write, error) {
	var writes []store.Write
	var moved touched
	for _, p := range all {
		d, err := store.JSON(postings(t, p.Date().In()).Key(p.ID()), kindPosting, schema, p)
		if err != nil {
			return nil, err
		}
		writes = append(writes, store.Put(d, store.Absent))
		if err := moved.post(ctx, s, t, p); err != nil {
			return nil, err
		}
	}
	for _, b := range moved.balances {
		d, err := store.JSON(balanceKey(t, b.Customer, b.Owed.Currency()), kindBalance, schema, b.Balance)
		if err != nil {
			return nil, err
		}
		writes = append(writes, store.Put(d, store.AtVersion(b.version)))
	}
	return writes, nil
}

// touched are the balances that postings move, in the order in which they are first moved.
type touched struct{ balances []versioned }

type versioned struct {
	Balance
	version int64
}

func (x *touched) post(ctx context.Context, s store.Reader, t store.Tenant, p ledger.Posting) error {
	for _, e := range p.Entries() {
		customer, ok := customerOf(e.Account)
		if !ok {
			continue
		}
		b, err := x.balance(ctx, s, t, customer, e.Amount.Currency())
		if err != nil {
			return err
		}
		if b.Owed, err = b.Owed.Add(e.Amount); err != nil {
			return err
		}
		b.Postings++
	}
	return nil
}

func (x *touched) balance(ctx context.Context, s store.Reader, t store.Tenant, customer string, c money.Currency) (*versioned, error) {
	at := slices.IndexFunc(x.balances, func(b versioned) bool { return b.Customer == customer && b.Owed.Currency() == c })
	if at < 0 {
		b, version, err := Owed(ctx, s, t, customer, c)
		if err != nil {
			return nil, err
		}
		at, x.balances = len(x.balances), append(x.balances, versioned{b, version})
	}
	return &x.balances[at], nil
}

func customerOf(a ledger.Account) (string, bool) {
	customer, ok := strings.CutPrefix(a.Code(), "receivable/")
	return customer, ok && a.Kind() == ledger.Asset
}

// Owed reads a customer's stored balance and its version; one that was never posted to owes nothing.
func Owed(ctx context.Context, s store.Reader, t store.Tenant, customer string, c money.Currency) (Balance, int64, error) {
	d, err := s.Get(ctx, balanceKey(t, customer, c))
	if fault.Is(err, fault.NotFound) {
		return Balance{Customer: customer, Owed: money.Zero(c)}, 0, nil
	}
	if err != nil {
		return Balance{}, 0, err
	}
	var b Balance
	return b, d.Version, store.Decode(d, kindBalance, schema, &b)
}

// Postings reads the postings of a month in the order of their ids.
func Postings(ctx context.Context, s store.Reader, t store.Tenant, m calendar.Month) ([]ledger.Posting, error) {
	var out []ledger.Posting
	err := store.Each(ctx, s, store.Query{Partition: postings(t, m)}, func(d store.Document) error {
		var p ledger.Posting
		if err := store.Decode(d, kindPosting, schema, &p); err != nil {
			return err
		}
		out = append(out, p)
		return nil
	})
	return out, err
}

// Balances reads every stored balance in the order of customers.
func Balances(ctx context.Context, s store.Reader, t store.Tenant) ([]Balance, error) {
	var out []Balance
	err := store.Each(ctx, s, store.Query{Partition: t.Partition("balance")}, func(d store.Document) error {
		var b Balance
		if err := store.Decode(d, kindBalance, schema, &b); err != nil {
			return err
		}
		out = append(out, b)
		return nil
	})
	return out, err
}

// Prove draws the trial balance of postings and holds every stored balance to it.
func Prove(all []ledger.Posting, stored []Balance) (ledger.TrialBalance, error) {
	trial, err := ledger.Trial(all)
	if err != nil {
		return ledger.TrialBalance{}, err
	}
	sums, err := ledger.Balances(all)
	if err != nil {
		return ledger.TrialBalance{}, err
	}
	owed := map[string]money.Amount{}
	for _, b := range sums {
		if customer, ok := customerOf(b.Account); ok {
			owed[customer+"/"+string(b.Amount.Currency())] = b.Amount
		}
	}
	for _, b := range stored {
		key := b.Customer + "/" + string(b.Owed.Currency())
		if owed[key].Minor() != b.Owed.Minor() {
			return trial, fault.New(fault.Internal, fault.T("고객 %[1]s의 저장된 잔액이 원장과 다릅니다(%[2]s, %[3]s).", "The stored balance of customer %[1]s is not that of the ledger (%[2]s, %[3]s).", b.Customer, b.Owed, owed[key]))
		}
		delete(owed, key)
	}
	if len(owed) > 0 {
		first := slices.Min(slices.Collect(maps.Keys(owed)))
		return trial, fault.New(fault.Internal, fault.T("원장에는 있으나 저장된 잔액이 없는 고객이 %[1]d곳 있습니다(%[2]s …).", "%[1]d customers have postings but no stored balance (%[2]s …).", len(owed), first))
	}
	return trial, nil
}
