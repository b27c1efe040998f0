package books_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"jeongsan/internal/books"
	"jeongsan/internal/calendar"
	"jeongsan/internal/fault"
	"jeongsan/internal/ledger"
	"jeongsan/internal/money"
	"jeongsan/internal/store"
	"jeongsan/internal/store/memory"
)

var october = calendar.MustMonth("2026-10")

// desk is a tenant's books in memory.
type desk struct {
	*memory.Store
	tenant  store.Tenant
	commits int
}

func open(t *testing.T) *desk {
	t.Helper()
	tenant, err := store.ParseTenant("hanbit")
	if err != nil {
		t.Fatal(err)
	}
	return &desk{Store: memory.New(calendar.Fixed(time.Date(2026, 11, 6, 0, 0, 0, 0, time.UTC))), tenant: tenant}
}

// billed is the posting of a final invoice of supply and VAT.
func billed(t *testing.T, invoice, customer string, supply, vat int64) ledger.Posting {
	t.Helper()
	owed, err := ledger.Receivable(customer)
	if err != nil {
		t.Fatal(err)
	}
	sales, err := ledger.Sales("usage")
	if err != nil {
		t.Fatal(err)
	}
	p, err := ledger.New("invoice/"+invoice, october.Last(), fault.T("이용료 청구", "usage billed"), invoice,
		ledger.Debit(owed, money.Won(supply+vat)), ledger.Credit(sales, money.Won(supply)), ledger.Credit(ledger.VATPayable(), money.Won(vat)))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func (d *desk) writes(t *testing.T, p ledger.Posting) []store.Write {
	t.Helper()
	w, err := books.Post(context.Background(), d, d.tenant, p)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func (d *desk) save(writes []store.Write) error {
	d.commits++
	return d.Commit(context.Background(), store.Commit{ID: fmt.Sprint(d.commits), Writes: writes})
}

func (d *desk) post(t *testing.T, p ledger.Posting) {
	t.Helper()
	if err := d.save(d.writes(t, p)); err != nil {
		t.Fatal(err)
	}
}

func (d *desk) all(t *testing.T) ([]ledger.Posting, []books.Balance) {
	t.Helper()
	postings, err := books.Postings(context.Background(), d, d.tenant, october)
	if err != nil {
		t.Fatal(err)
	}
	balances, err := books.Balances(context.Background(), d, d.tenant)
	if err != nil {
		t.Fatal(err)
	}
	return postings, balances
}

func TestA_posting_moves_its_customers_balance_in_the_same_commit(t *testing.T) {
	d := open(t)
	d.post(t, billed(t, "HANBIT-202610-C0001-1", "C0001", 100000, 10000))
	d.post(t, billed(t, "HANBIT-202610-C0002-1", "C0002", 500, 50))
	d.post(t, billed(t, "HANBIT-202610-C0001-2", "C0001", 30, 3))
	b, version, err := books.Owed(context.Background(), d, d.tenant, "C0001", money.KRW)
	if err != nil || b.Owed != money.Won(110033) || b.Postings != 2 || version != 2 {
		t.Errorf("the balance is %+v at %d, %v", b, version, err)
	}
	postings, balances := d.all(t)
	if len(postings) != 3 || len(balances) != 2 || postings[0].ID() != "invoice/HANBIT-202610-C0001-1" || balances[1].Customer != "C0002" {
		t.Errorf("%d postings, balances %+v", len(postings), balances)
	}
	trial, err := books.Prove(postings, balances)
	if err != nil || len(trial.Rows) != 4 || trial.Totals[0].Debit != money.Won(110583) {
		t.Errorf("the trial balance is %+v, %v", trial, err)
	}
}

func TestThe_same_event_never_posts_twice(t *testing.T) {
	d := open(t)
	p := billed(t, "HANBIT-202610-C0001-1", "C0001", 100, 10)
	d.post(t, p)
	again := d.writes(t, p)
	var failed *store.ConditionFailed
	if err := d.save(again); !errors.As(err, &failed) || failed.Key != again[0].Document.Key {
		t.Errorf("it failed on %v, want the posting's own key", err)
	}
	if b, _, err := books.Owed(context.Background(), d, d.tenant, "C0001", money.KRW); err != nil || b.Owed != money.Won(110) || b.Postings != 1 {
		t.Errorf("the balance is %+v, %v", b, err)
	}
}

func TestOf_two_postings_to_one_customer_at_once_one_reads_the_balance_anew(t *testing.T) {
	d := open(t)
	first := d.writes(t, billed(t, "HANBIT-202610-C0001-1", "C0001", 100, 10))
	second := d.writes(t, billed(t, "HANBIT-202610-C0001-2", "C0001", 200, 20))
	if err := d.save(first); err != nil {
		t.Fatal(err)
	}
	var failed *store.ConditionFailed
	if err := d.save(second); !errors.As(err, &failed) || failed.Key != second[1].Document.Key {
		t.Fatalf("it failed on %v, want the balance's key", err)
	}
	d.post(t, billed(t, "HANBIT-202610-C0001-2", "C0001", 200, 20))
	if _, err := books.Prove(d.all(t)); err != nil {
		t.Error(err)
	}
}

func TestA_reversal_brings_the_balance_back(t *testing.T) {
	d := open(t)
	p := billed(t, "HANBIT-202610-C0001-1", "C0001", 100, 10)
	d.post(t, p)
	r, err := ledger.Reverse(p, "reverse/HANBIT-202610-C0001-1", p.Date(), "잘못 청구")
	if err != nil {
		t.Fatal(err)
	}
	d.post(t, r)
	postings, balances := d.all(t)
	if _, err := books.Prove(postings, balances); err != nil || len(balances) != 1 || !balances[0].Owed.IsZero() || balances[0].Postings != 2 {
		t.Errorf("balances are %+v, %v", balances, err)
	}
}

func TestAn_account_that_everybody_posts_to_has_no_stored_balance(t *testing.T) {
	d := open(t)
	if w := d.writes(t, billed(t, "HANBIT-202610-C0001-1", "C0001", 100, 10)); len(w) != 2 {
		t.Errorf("%d writes, want the posting and the customer's balance", len(w))
	}
}

func TestA_stored_balance_that_is_wrong_is_named(t *testing.T) {
	d := open(t)
	d.post(t, billed(t, "HANBIT-202610-C0001-1", "C0001", 100, 10))
	d.post(t, billed(t, "HANBIT-202610-C0002-1", "C0002", 500, 50))
	postings, balances := d.all(t)
	for _, c := range []struct {
		what   string
		stored []books.Balance
		named  string
	}{
		{"one won too much", []books.Balance{balances[0], {Customer: "C0002", Owed: money.Won(551)}}, "C0002"},
		{"of a customer nobody posted to", append(balances[:2:2], books.Balance{Customer: "C0009", Owed: money.Won(1)}), "C0009"},
		{"stored twice", append(balances[:2:2], balances[0]), "C0001"},
		{"missing", balances[:1], "C0002"},
		{"in another currency", []books.Balance{balances[0], {Customer: "C0002", Owed: money.New(550, money.USD)}}, "C0002"},
	} {
		t.Run(c.what, func(t *testing.T) {
			_, err := books.Prove(postings, c.stored)
			if text := fault.TextOf(err); !fault.Is(err, fault.Internal) || !strings.Contains(text.KO, c.named) || !strings.Contains(text.EN, c.named) {
				t.Errorf("got %v", err)
			}
		})
	}
	t.Run("a customer who owes nothing may have one", func(t *testing.T) {
		if _, err := books.Prove(postings, append(balances, books.Balance{Customer: "C0003", Owed: money.Zero(money.KRW)})); err != nil {
			t.Error(err)
		}
	})
	t.Run("a posting that is there twice", func(t *testing.T) {
		if _, err := books.Prove(append(postings, postings[0]), balances); !fault.Is(err, fault.Invalid) {
			t.Errorf("got %v", err)
		}
	})
}

func TestPostings_of_one_commit_move_each_balance_once(t *testing.T) {
	d := open(t)
	first, second := billed(t, "HANBIT-202610-C0001-1", "C0001", 100, 10), billed(t, "HANBIT-202610-C0001-2", "C0001", 50, 5)
	if writes, err := books.Post(t.Context(), d, d.tenant, first, second); err != nil || len(writes) != 3 {
		t.Fatalf("%d writes of two postings to one customer, %v", len(writes), err)
	}
	back, err := ledger.Reverse(first, "reverse-1", october.Last(), "revised")
	if err != nil {
		t.Fatal(err)
	}
	d.post(t, first)
	writes, err := books.Post(t.Context(), d, d.tenant, back, second)
	if err == nil {
		err = d.save(writes)
	}
	if err != nil {
		t.Fatal(err)
	}
	postings, balances := d.all(t)
	if len(postings) != 3 || len(balances) != 1 || balances[0].Owed != money.Won(55) || balances[0].Postings != 3 {
		t.Errorf("%d postings, balances %+v", len(postings), balances)
	}
	if _, err := books.Prove(postings, balances); err != nil {
		t.Error(err)
	}
}
