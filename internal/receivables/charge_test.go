package receivables_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"jeongsan/internal/calendar"
	"jeongsan/internal/fault"
	"jeongsan/internal/identity"
	"jeongsan/internal/invoice"
	"jeongsan/internal/money"
	"jeongsan/internal/payment"
	"jeongsan/internal/receivables"
	. "jeongsan/internal/receivables/receivablestest"
	"jeongsan/internal/store"
)

func desk(o *Office) *receivables.Desk { return o.Desk(o.World.Process()) }

// proved holds the office's books against its bank.
func proved(t *testing.T, o *Office) {
	t.Helper()
	if err := Proved(t.Context(), o); err != nil {
		t.Error(err)
	}
}

func works(t *testing.T, o *Office, at string) []string {
	t.Helper()
	when, err := time.ParseInLocation("2006-01-02 15:04", at, calendar.Seoul)
	if err != nil {
		t.Fatal(err)
	}
	got, err := desk(o).ChargeDue(t.Context(), o.Job(), when)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, w := range got {
		out = append(out, w.Invoice)
	}
	return out
}

func TestOn_the_regular_day_every_invoice_that_is_final_sent_and_unpaid_is_ordered_once(t *testing.T) {
	september := October.Prev()
	o := Open("2026-10-06 10:00")
	for n := range 4 {
		o.Customer(n+1, 1)
	}
	o.Bill(1, september, 50_000, "2026-10-06 10:00")
	o.Bill(1, October, 60_000, "2026-11-06 10:00")
	o.Bill(2, October, 70_000, "2026-12-03 23:59")
	o.Bill(3, October, 80_000, "2026-12-04 00:01") // final too late: waits for January
	o.Bill(4, October, 90_000, "2026-11-06 10:00")
	unsent := o.Invoice(4, October)
	unsent.SentAs, unsent.Sends = "", 0
	w, err := unsent.Put(o.Tenant, 1)
	must(err)
	o.Save(w)

	if got := works(t, o, "2026-12-02 09:00"); len(got) != 0 {
		t.Errorf("on the eve, %v was ordered: the third of November is too long past", got)
	}
	want := []string{Number(1, september), Number(1, October), Number(2, October)}
	if got := works(t, o, "2026-12-05 09:00"); !slices.Equal(got, want) {
		t.Errorf("caught up two days late, %v was ordered", got)
	}
	if got := works(t, o, "2026-12-05 09:00"); len(got) != 0 {
		t.Errorf("the same day again ordered %v", got)
	}
	o.At("2026-12-05 09:01")
	must(o.WorkOff(t.Context(), o.World.Process()))
	for _, f := range []string{want[0] + "-p1", want[1] + "-p1", want[2] + "-p1"} {
		if o.Bank.Payment(f).Standing != payment.StandsPaid {
			t.Errorf("%s was not charged", f)
		}
	}
	if got := works(t, o, "2027-01-03 09:00"); !slices.Equal(got, []string{Number(3, October)}) {
		t.Errorf("in January, %v was ordered", got)
	}
	proved(t, o)
}

func TestA_card_payment_before_the_tax_invoice_stands_for_it_and_one_after_it_is_marked(t *testing.T) {
	o := paid()
	head := o.Invoice(1, October)
	if left, err := head.Taxable(); err != nil || !left.Total.IsZero() || !left.VAT.IsZero() {
		t.Errorf("a tax invoice would cover %+v, %v", left, err)
	}
	if p := o.Payment(firstPayment); p.Evidence != invoice.BySlip || p.Slip.Approval == "" || p.Slip.Receipt == "" {
		t.Errorf("the payment is %+v", p)
	}
	o = billed(1)()
	head, err := o.Invoice(1, October).Tax("202610-C0001-1")
	must(err)
	w, err := head.Put(o.Tenant, 1)
	must(err)
	o.Save(w)
	must(charge(t.Context(), o.World.Process(), o))
	if p := o.Payment(firstPayment); p.Evidence != invoice.ByTaxInvoice {
		t.Errorf("the payment is evidenced by %q", p.Evidence)
	}
	proved(t, o)
}

// TestA_tax_invoice_and_a_card_charge_at_once runs both intents against each other: whoever comes first decides.
func TestA_tax_invoice_and_a_card_charge_at_once_never_both_cover_the_same_portion(t *testing.T) {
	slips := 0
	for range 60 {
		o := billed(1)()
		var covered invoice.Covered
		var wg sync.WaitGroup
		wg.Go(func() {
			if _, err := desk(o).Charge(context.Background(), o.Job(), first); err != nil && !fault.Is(err, fault.Conflict) {
				t.Error(err)
			}
		})
		wg.Go(func() { covered = taxed(o) })
		wg.Wait()
		portion, charged := o.Invoice(1, October).Portion(firstPayment)
		switch {
		case charged && portion.Evidence == invoice.BySlip && !covered.Total.IsZero():
			t.Fatalf("a slip and a tax invoice over %s both stand for %+v", covered.Total, portion)
		case charged && portion.Evidence == invoice.ByTaxInvoice && covered.Total.IsZero():
			t.Fatalf("nothing stands for %+v", portion)
		case charged && portion.Evidence == invoice.BySlip:
			slips++
		}
		proved(t, o)
	}
	t.Logf("%d of 60 were decided for the card", slips)
}

// taxed commits the intent of a tax invoice as the flow does, and says what it covers.
func taxed(o *Office) invoice.Covered {
	ctx := context.Background()
	head, version, err := invoice.Load(ctx, o.World.Store, o.Tenant, October, CustomerID(1))
	must(err)
	left, err := head.Taxable()
	must(err)
	next, err := head.Tax("202610-C0001-1")
	if err != nil {
		return invoice.Covered{}
	}
	w, err := next.Put(o.Tenant, version)
	must(err)
	if err := store.Apply(ctx, o.World.Store, store.Commit{ID: o.World.NewID(), Writes: []store.Write{w}}); err != nil {
		return invoice.Covered{}
	}
	return left
}

func TestWhat_cannot_be_charged_is_refused_and_nothing_is_asked_of_the_bank(t *testing.T) {
	for _, c := range []struct {
		what  string
		setup func() *Office
		work  receivables.Work
		row   string
	}{
		{"an invoice that was paid", paid, receivables.Work{Invoice: first.Invoice, Run: 2}, ""},
		{"a run that is not next", billed(1), receivables.Work{Invoice: first.Invoice, Run: 2}, ""},
		{"a customer without a card", billed(0), first, "uncharged/HANBIT-202610-C0001"},
		{"an invoice that was revised", billed(1, func(o *Office) {
			head := o.Invoice(1, October)
			head.Number, head.Revision = "HANBIT-202610-C0001-2", 2
			w, err := head.Put(o.Tenant, 1)
			must(err)
			o.Save(w)
		}), first, ""},
	} {
		t.Run(c.what, func(t *testing.T) {
			o := c.setup()
			before := len(o.Bank.Payments())
			if _, err := desk(o).Charge(t.Context(), o.Staff(), c.work); !fault.Is(err, fault.Conflict) {
				t.Errorf("got %v", err)
			}
			if len(o.Bank.Payments()) != before {
				t.Error("the bank was asked")
			}
			if rows := strings.Join(o.Matters(), " "); rows != c.row {
				t.Errorf("the work-list says %q", rows)
			}
		})
	}
	t.Run("by who may not", func(t *testing.T) {
		o := billed(1)()
		if _, err := desk(o).Charge(t.Context(), identity.Principal{Tenant: o.Tenant, Role: "guest"}, first); !fault.Is(err, fault.Forbidden) {
			t.Errorf("got %v", err)
		}
	})
}

func TestCards_are_tried_in_order_and_what_a_decline_says_of_a_card_is_kept(t *testing.T) {
	o := billed(3, declined(1, payment.Hard), declined(2, payment.Soft))()
	must(charge(t.Context(), o.World.Process(), o))
	p := o.Payment(firstPayment)
	if p.State != payment.Succeeded || len(p.Attempts) != 3 || p.Attempts[0].Decline.Class != payment.Hard || p.Attempts[1].Decline.Class != payment.Soft {
		t.Errorf("the payment is %+v", p)
	}
	w, _, err := payment.LoadWallet(t.Context(), o.World.Store, o.Tenant, CustomerID(1))
	must(err)
	if w.Methods[0].State != payment.Stopped || w.Methods[1].State != payment.Usable || w.Methods[2].State != payment.Usable {
		t.Errorf("the cards are %+v", w.Methods)
	}
}

func TestWhen_all_cards_are_declined_the_invoice_is_free_and_the_next_run_is_a_new_payment(t *testing.T) {
	o := billed(1, declined(1, payment.Soft))()
	must(charge(t.Context(), o.World.Process(), o))
	if head := o.Invoice(1, October); head.Money.Collecting != "" {
		t.Errorf("the invoice is still reserved for %s", head.Money.Collecting)
	}
	if p := o.Payment(firstPayment); p.State != payment.Declined || p.Reason.KO != "거절" {
		t.Errorf("the payment is %+v", p)
	}
	o.Bank.Declines(BillingKey(1, 1), payment.Decline{})
	if again, err := desk(o).Charge(t.Context(), o.Job(), first); err != nil || again.State != payment.Declined {
		t.Errorf("the same order again: %s, %v", again.State, err)
	}
	next, err := desk(o).Charge(t.Context(), o.Staff(), receivables.Work{Invoice: first.Invoice, Run: 2})
	if err != nil || next.ID != "HANBIT-202610-C0001-1-p2" || next.State != payment.Succeeded {
		t.Errorf("the next run is %+v, %v", next, err)
	}
	proved(t, o)
}

func TestAn_amount_that_was_not_asked_for_is_left_to_a_person(t *testing.T) {
	o := billed(1, func(o *Office) { o.Bank.Skim = money.Won(1) })()
	p, err := desk(o).Charge(t.Context(), o.Job(), first)
	if err != nil || p.State != payment.InDoubt || !strings.Contains(p.Reason.KO, "110,001원") {
		t.Errorf("the payment is %+v, %v", p, err)
	}
	if o.Invoice(1, October).Money.Collecting != firstPayment || !slices.Equal(o.Matters(), []string{"doubt/" + firstPayment}) {
		t.Errorf("the work-list says %v", o.Matters())
	}
	if err := desk(o).GiveUp(t.Context(), o.Main(), firstPayment, "확인함"); !fault.Is(err, fault.Conflict) {
		t.Errorf("what the provider took could be given up: %v", err)
	}
	if err := desk(o).Resolve(t.Context(), o.Main(), "doubt/"+firstPayment, "확인함"); !fault.Is(err, fault.Conflict) {
		t.Errorf("a doubt could be talked away: %v", err)
	}
}

func TestA_payment_that_nobody_decides_is_asked_for_a_day_and_then_left_to_a_person(t *testing.T) {
	o := billed(1, func(o *Office) { o.Bank.Slow = true })()
	begun := o.World.Clock.Now()
	must(charge(t.Context(), o.World.Process(), o))
	p := o.Payment(firstPayment)
	if p.State != payment.InDoubt || p.Waits() || o.World.Clock.Now().Sub(begun) < 25*time.Hour {
		t.Errorf("after %s it is %+v", o.World.Clock.Now().Sub(begun), p)
	}
	if _, err := o.Invoice(1, October).Tax("key"); !fault.Is(err, fault.Conflict) {
		t.Errorf("a tax invoice could be issued meanwhile: %v", err)
	}
	o.Bank.Decide(firstPayment, payment.StandsPaid, o.World.Clock.Now())
	must(desk(o).Apply(t.Context(), o.Staff(), firstPayment))
	if o.Payment(firstPayment).State != payment.Succeeded || len(o.Matters()) != 0 {
		t.Errorf("asked again: %s, %v", o.Payment(firstPayment).State, o.Matters())
	}
	proved(t, o)
}

func TestA_person_can_give_up_what_the_provider_surely_has_not_taken(t *testing.T) {
	o := billed(1, func(o *Office) { o.Bank.Slow = true })()
	must(charge(t.Context(), o.World.Process(), o))
	o.Bank.Decide(firstPayment, payment.StandsFailed, o.World.Clock.Now())
	must(desk(o).GiveUp(t.Context(), o.Main(), firstPayment, "결제사 화면에서 실패 확인"))
	if p := o.Payment(firstPayment); p.State != payment.Declined || o.Invoice(1, October).Money.Collecting != "" || len(o.Matters()) != 0 {
		t.Errorf("the payment is %+v, the work-list %v", p, o.Matters())
	}
	proved(t, o)
}

func TestMany_workers_on_one_invoice_at_once_charge_it_once(t *testing.T) {
	for range 20 {
		o := billed(3, declined(1, payment.Hard), declined(2, payment.Soft))()
		var wg sync.WaitGroup
		for n := range 9 {
			wg.Go(func() {
				var err error
				switch n % 3 {
				case 0:
					_, err = desk(o).Charge(context.Background(), o.Job(), first)
				case 1:
					err = desk(o).Apply(context.Background(), o.Job(), firstPayment)
				case 2:
					_, err = desk(o).Charge(context.Background(), o.Staff(), receivables.Work{Invoice: first.Invoice, Run: 2})
				}
				if err != nil && !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.Unavailable) {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		must(o.WorkOff(context.Background(), o.World.Process()))
		if p := o.Payment(firstPayment); p.State != payment.Succeeded || len(o.Bank.Payments()) != 1 {
			t.Fatalf("the payment is %+v, the bank has %v", p, o.Bank.Payments())
		}
		proved(t, o)
	}
}
