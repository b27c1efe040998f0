package taxinvoice_test

import (
	"context"
	"errors"
	"testing"

	"jeongsan/internal/calendar"
	"jeongsan/internal/fault"
	"jeongsan/internal/money"
	"jeongsan/internal/store"
	. "jeongsan/internal/taxinvoice"
)

func clock() calendar.Clock { return calendar.Fixed(now) }

func elsewhere() External {
	return External{
		Confirmation: "20261031-41000008-0000a1b2", Where: Hometax, Issuer: "123-45-67891", Buyer: "679-87-00433", Written: day("2026-10-31"),
		Supply: money.Won(1_000_000), VAT: money.Won(100_000), Total: money.Won(1_100_000),
		Customer: "C0007", Month: october, Invoice: "HANBIT-202610-C0007-1", By: "staff-1", At: now,
	}.Normalize()
}

func TestA_tax_invoice_of_Hometax_is_recorded_as_it_is_printed_there(t *testing.T) {
	e := elsewhere()
	if e.Confirmation != confirmation || e.Issuer != "1234567891" || e.Buyer != "6798700433" {
		t.Errorf("%+v", e)
	}
	if err := e.Check(billed(1_000_000, 100_000), today); err != nil {
		t.Error(err)
	}
	e.Buyer = "9001011234567"
	if err := e.Check(billed(1_000_000, 100_000), today); err != nil {
		t.Errorf("a person's: %v", err)
	}
}

func TestAll_that_is_wrong_with_a_record_is_told_at_once(t *testing.T) {
	e := elsewhere()
	e.Confirmation, e.Where, e.Issuer, e.Buyer, e.Customer, e.Total = "20261031", "", "1", "2", "C0001", money.Won(1)
	e.Written = today.AddDays(1)
	err := e.Check(billed(1_000_000, 100_000), today)
	refused(t, err, fault.Invalid)
	same(t, "fields", fields(err), []string{"confirmation", "written", "where", "issuer", "buyer", "total", "invoice"})
	e = elsewhere()
	e.Written = day("2026-10-30")
	same(t, "a date that is not the number's", fields(e.Check(billed(1, 0), today)), []string{"written"})
	e = elsewhere()
	e.Supply, e.VAT, e.Total = money.Won(-1), money.Won(0), money.Won(-1)
	same(t, "a negative amount", fields(e.Check(billed(1, 0), today)), []string{"supply"})
}

func TestWhat_was_issued_elsewhere_is_compared_with_what_the_invoice_leaves_to_cover(t *testing.T) {
	d := must(elsewhere().Difference(must(billed(1_000_010, 100_001).Taxable())))
	won(t, "the difference", d.Supply, -10)
	won(t, "the difference of VAT", d.VAT, -1)
}

func TestOne_confirmation_number_is_recorded_once(t *testing.T) {
	ctx := context.Background()
	november := elsewhere()
	november.Confirmation = "20261101410000080000a1b2"
	s := committed(t, must(elsewhere().Put(hanbit())), must(november.Put(hanbit())))
	err := s.Commit(ctx, store.Commit{ID: "c2", Writes: []store.Write{must(elsewhere().Put(hanbit()))}})
	if failed := (*store.ConditionFailed)(nil); !errors.As(err, &failed) {
		t.Fatalf("a second record: %v", err)
	}
	got := must(LoadExternal(ctx, s, hanbit(), confirmation))
	if got.Total != money.Won(1_100_000) || got.Version != 1 {
		t.Errorf("%+v", got)
	}
	for last, want := range map[string]int{"2026-10-30": 0, "2026-10-31": 1, "2026-11-01": 2} {
		if list := must(ListExternals(ctx, s, hanbit(), day("2026-10-01"), day(last))); len(list) != want {
			t.Errorf("up to %s there are %d", last, len(list))
		}
	}
	if err := s.Commit(ctx, store.Commit{ID: "c3", Writes: []store.Write{got.Withdraw(hanbit())}}); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadExternal(ctx, s, hanbit(), confirmation); !fault.Is(err, fault.NotFound) {
		t.Errorf("it was taken back, and is there: %v", err)
	}
}
