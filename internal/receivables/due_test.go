package receivables_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"jeongsan/internal/calendar"
	"jeongsan/internal/customer"
	"jeongsan/internal/due"
	"jeongsan/internal/fault"
	"jeongsan/internal/invoice"
	"jeongsan/internal/money"
	"jeongsan/internal/payment"
	"jeongsan/internal/receivables"
	. "jeongsan/internal/receivables/receivablestest"
)

// edited changes the first customer's invoice as it stands in the store.
func edited(edit func(invoice.Invoice) (invoice.Invoice, error)) func(*Office) {
	return func(o *Office) {
		head, version, err := invoice.Load(context.Background(), o.World.Store, o.Tenant, October, CustomerID(1))
		must(err)
		head, err = edit(head)
		must(err)
		w, err := head.Put(o.Tenant, version)
		must(err)
		o.Save(w)
	}
}

// changed changes the first customer.
func changed(edit func(*customer.Customer)) func(*Office) {
	return func(o *Office) {
		before, version, err := customer.Load(context.Background(), o.World.Store, o.Tenant, CustomerID(1))
		must(err)
		after := before
		edit(&after)
		w, err := customer.Update(o.Tenant, before, after, version)
		must(err)
		o.Save(w)
	}
}

const unchargedRow = "uncharged/HANBIT-202610-C0001"

func TestAn_invoice_whose_uploaded_workbook_asks_for_another_amount_is_not_charged(t *testing.T) {
	o := billed(1, edited(func(head invoice.Invoice) (invoice.Invoice, error) {
		return head.Replace(invoice.Upload{Total: money.Won(88_000), FileName: "x.xlsx", Cell: "F20"})
	}))()
	if got := works(t, o, "2026-12-03 09:00"); len(got) != 0 || !slices.Equal(o.Matters(), []string{unchargedRow}) {
		t.Errorf("ordered %v, the work-list says %v", got, o.Matters())
	}
	if _, err := desk(o).Charge(t.Context(), o.Staff(), first); !fault.Is(err, fault.Conflict) || len(o.Bank.Payments()) != 0 {
		t.Errorf("charged: %v", err)
	}
	edited(func(head invoice.Invoice) (invoice.Invoice, error) { return head.TakeBack() })(o)
	if p, err := desk(o).Charge(t.Context(), o.Staff(), first); err != nil || p.State != payment.Succeeded || len(o.Matters()) != 0 {
		t.Errorf("once it is settled: %+v, %v, the work-list says %v", p, err, o.Matters())
	}
}

func TestA_charge_is_taxed_as_the_invoice_was_when_it_became_final(t *testing.T) {
	exempt := changed(func(c *customer.Customer) { c.TaxKind = customer.Exempt })
	kept := func(k customer.TaxKind) func(*Office) {
		return edited(func(head invoice.Invoice) (invoice.Invoice, error) {
			if head.TaxKind = k; k == customer.Exempt {
				head.Sums.Supply, head.Sums.VAT = head.Sums.Total, money.Won(0)
			}
			return head, nil
		})
	}
	for what, c := range map[string]struct {
		edits []func(*Office)
		free  int64
	}{
		"a taxed invoice of a customer who is exempt by now": {[]func(*Office){kept(customer.Taxed), exempt}, 0},
		"an exempt invoice of a customer who is taxed":       {[]func(*Office){kept(customer.Exempt)}, 110_000},
	} {
		p, err := desk(billed(1, c.edits...)()).Charge(t.Context(), Open("2026-12-03 09:00").Job(), first)
		if err != nil || p.TaxFree != money.Won(c.free) {
			t.Errorf("%s: tax-free are %s, %v", what, p.TaxFree, err)
		}
	}
}

func TestMoney_that_went_back_is_charged_again_by_a_persons_word_only(t *testing.T) {
	o := paid()
	_, err := desk(o).Refund(t.Context(), o.Staff(), receivables.RefundOrder{Payment: firstPayment, Amount: money.Won(30_000), Left: money.Won(110_000), Reason: "보상"})
	must(err)
	o.At("2027-01-03 09:00")
	if got := works(t, o, "2027-01-03 09:00"); len(got) != 0 || !slices.Equal(o.Matters(), []string{unchargedRow}) {
		t.Errorf("ordered %v, the work-list says %v", got, o.Matters())
	}
	again := receivables.Work{Invoice: first.Invoice, Run: 2, Day: calendar.MustDate("2027-01-03")}
	if _, err := desk(o).Charge(t.Context(), o.Job(), again); !fault.Is(err, fault.Conflict) {
		t.Errorf("charged by itself: %v", err)
	}
	again.Day = calendar.Date{}
	if p, err := desk(o).Charge(t.Context(), o.Staff(), again); err != nil || p.Amount != money.Won(30_000) || len(o.Matters()) != 0 {
		t.Errorf("by a person: %+v, %v, the work-list says %v", p, err, o.Matters())
	}
	proved(t, o)
}

func TestA_timer_that_comes_before_its_time_is_set_again(t *testing.T) {
	o := billed(1, func(o *Office) { o.Bank.Slow = true })()
	_, err := desk(o).Charge(t.Context(), o.Job(), first)
	must(err)
	p := o.World.Process()
	must(o.World.Clock.Set(o.Payment(firstPayment).Ask.Add(-time.Second)))
	_, err = due.Sweep(t.Context(), p.Store, p.Queue, o.World.Clock.Now().Add(time.Second), p.NewID) // by a faster clock
	must(err)
	messages, err := p.Queue.Receive(t.Context(), 10)
	must(err)
	for _, m := range messages {
		must(o.Handle(t.Context(), desk(o), m.Body))
	}
	must(p.Queue.Delete(t.Context(), messages))
	if at, more, err := due.Next(t.Context(), p.Store); err != nil || !more || !at.Equal(o.Payment(firstPayment).Ask) {
		t.Errorf("next is %s, %v, %v", at, more, err)
	}
}

func TestA_regular_day_without_a_channel_waits_for_one(t *testing.T) {
	o := Bare("2026-11-06 10:00")
	o.Customer(1, 0)
	o.Bill(1, October, 100_000, "2026-11-06 10:00")
	o.At("2026-12-03 09:00")
	for range 2 {
		if got := works(t, o, "2026-12-03 09:00"); len(got) != 0 || !slices.Equal(o.Matters(), []string{"channel"}) {
			t.Errorf("ordered %v, the work-list says %v", got, o.Matters())
		}
	}
	if _, err := desk(o).Charge(t.Context(), o.Staff(), first); !fault.Is(err, fault.Conflict) {
		t.Errorf("charged: %v", err)
	}
	must(desk(o).RegisterChannel(t.Context(), o.Main(), Channel()))
	if got := works(t, o, "2026-12-04 09:00"); !slices.Equal(got, []string{first.Invoice}) || len(o.Matters()) != 0 {
		t.Errorf("with a channel, ordered %v, the work-list says %v", got, o.Matters())
	}
}

func TestA_secret_that_is_refused_stops_the_regular_day_and_a_new_one_lets_it_go_on(t *testing.T) {
	o := billed(1)()
	o.Customer(2, 1)
	o.Bill(2, October, 200_000, "2026-11-06 10:00")
	if got := works(t, o, "2026-12-03 09:00"); len(got) != 2 {
		t.Fatalf("ordered %v", got)
	}
	o.Bank.Locked = true
	must(o.WorkOff(t.Context(), o.World.Process()))
	if rows := o.Matters(); !slices.Equal(rows, []string{"channel", unchargedRow}) {
		t.Errorf("the work-list says %v", rows)
	}
	if p := o.Payment(firstPayment); p.State != payment.Declined || o.Invoice(1, October).Money.Collecting != "" {
		t.Errorf("of which surely nothing was sent, it is %+v", p)
	}
	if _, err := payment.Load(t.Context(), o.World.Store, o.Tenant, Number(2, October)+"-p1"); !fault.Is(err, fault.NotFound) {
		t.Errorf("the round went on: %v", err)
	}
	if got := works(t, o, "2026-12-04 09:00"); len(got) != 0 {
		t.Errorf("while it is stopped, ordered %v", got)
	}
	o.Bank.Locked = false
	o.At("2026-12-04 08:00")
	must(desk(o).RegisterChannel(t.Context(), o.Main(), Channel()))
	if got := works(t, o, "2026-12-04 09:00"); len(got) != 2 {
		t.Errorf("with a new secret, ordered %v", got)
	}
	o.At("2026-12-04 09:00")
	must(o.WorkOff(t.Context(), o.World.Process()))
	for _, n := range []int{1, 2} {
		if balance, err := o.Invoice(n, October).Balance(); err != nil || !balance.IsZero() {
			t.Errorf("customer %d owes %s, %v", n, balance, err)
		}
	}
	if rows := o.Matters(); len(rows) != 0 {
		t.Errorf("the work-list says %v", rows)
	}
	proved(t, o)
}

func TestA_secret_that_is_refused_when_an_attempt_is_repeated_proves_nothing(t *testing.T) {
	o := billed(1)()
	if p, err := hookedDesk(o, hooked{lose: true}).Charge(t.Context(), o.Job(), first); err != nil || p.State != payment.Unknown {
		t.Fatalf("the payment is %+v, %v", p, err)
	}
	must(o.World.Clock.Advance(payment.Margin))
	p, err := hookedDesk(o, hooked{beforeCharge: func() { o.Bank.Locked = true }}).Charge(t.Context(), o.Job(), first)
	if err != nil || p.State != payment.Unknown || p.Last().Once() {
		t.Errorf("the payment is %+v, %v", p, err)
	}
}

func TestA_card_cannot_be_removed_in_the_moment_a_charge_on_it_begins(t *testing.T) {
	o := billed(1)()
	w, _, err := payment.LoadWallet(t.Context(), o.World.Store, o.Tenant, CustomerID(1))
	must(err)
	o.Bank.Slow = true
	remover := desk(o)
	remover.Store = &racing{Store: remover.Store, reads: o.Tenant.Partition("payment-open").String(), after: func() {
		_, err := desk(o).Charge(context.Background(), o.Job(), first)
		must(err)
	}}
	if err := remover.RemoveMethod(t.Context(), o.Staff(), CustomerID(1), w.Methods[0].ID, "교체"); !fault.Is(err, fault.Conflict) {
		t.Errorf("removed: %v", err)
	}
	after, _, err := payment.LoadWallet(t.Context(), o.World.Store, o.Tenant, CustomerID(1))
	if _, there := after.Find(w.Methods[0].ID); err != nil || !there {
		t.Errorf("the cards are %+v, %v", after, err)
	}
}

func TestTwo_invoices_of_one_customer_are_charged_at_once(t *testing.T) {
	o := billed(1)()
	o.Bill(1, October.Prev(), 50_000, "2026-10-06 10:00")
	slow := desk(o)
	slow.Store = &racing{Store: slow.Store, reads: o.Tenant.Partition("wallet").String(), after: func() { must(charge(context.Background(), o.World.Process(), o)) }}
	p, err := slow.Charge(t.Context(), o.Job(), receivables.Work{Invoice: Number(1, October.Prev()), Run: 1})
	if err != nil || p.State != payment.Succeeded || o.Payment(firstPayment).State != payment.Succeeded {
		t.Errorf("the payment is %+v, %v", p, err)
	}
	proved(t, o)
}

func TestA_customer_who_pays_otherwise_by_now_is_not_charged_on_the_regular_day(t *testing.T) {
	o := billed(1)()
	if got := works(t, o, "2026-12-03 09:00"); len(got) != 1 {
		t.Fatalf("ordered %v", got)
	}
	changed(func(c *customer.Customer) { c.PayMeans = customer.ByTransfer })(o)
	must(o.WorkOff(t.Context(), o.World.Process()))
	if all := o.Bank.Payments(); len(all) != 0 {
		t.Errorf("the bank has %v", all)
	}
	if p, err := desk(o).Charge(t.Context(), o.Staff(), first); err != nil || p.State != payment.Succeeded {
		t.Errorf("by a person's order: %+v, %v", p, err)
	}
}

func TestA_regular_day_that_was_missed_is_told_once(t *testing.T) {
	o := billed(1)()
	for range 2 {
		if got := works(t, o, "2026-12-11 09:00"); len(got) != 0 || !slices.Equal(o.Matters(), []string{"missed-round"}) {
			t.Errorf("ordered %v, the work-list says %v", got, o.Matters())
		}
	}
	if got := works(t, o, "2027-01-03 09:00"); len(got) != 1 || len(o.Matters()) != 0 {
		t.Errorf("the next time, ordered %v, the work-list says %v", got, o.Matters())
	}
}

func TestNights_without_reconciliation_are_made_good(t *testing.T) {
	o := billed(1)()
	var asked []int // days
	d := hookedDesk(o, hooked{asked: func(from, until time.Time) { asked = append(asked, int(until.Sub(from).Hours()/24)) }})
	for _, day := range []string{"2026-12-03", "2026-12-04", "2026-12-20", "2027-12-01"} {
		if _, err := d.ReconcileUpTo(t.Context(), o.Job(), calendar.MustDate(day)); err != nil {
			t.Fatal(err)
		}
	}
	if want := []int{81, 5, 20, 81}; !slices.Equal(asked, want) { // both days included
		t.Errorf("%v days were compared, not %v", asked, want)
	}
	o.Bank.Locked = true
	if _, err := d.ReconcileUpTo(t.Context(), o.Job(), calendar.MustDate("2027-12-05")); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a night on which nobody answers: %v", err)
	}
	if last, _, err := payment.LoadReconciled(t.Context(), o.World.Store, o.Tenant); err != nil || last.Day != calendar.MustDate("2027-12-01") {
		t.Errorf("reconciled up to %s, %v", last.Day, err)
	}
}

func TestA_shop_cannot_be_left_while_a_payment_of_it_can_be_given_back(t *testing.T) {
	o := paid()
	other := Channel()
	other.StoreID = "store-new"
	if err := desk(o).RegisterChannel(t.Context(), o.Main(), other); !fault.Is(err, fault.Conflict) {
		t.Errorf("the day after: %v", err)
	}
	o.At("2027-06-03 10:00")
	must(desk(o).RegisterChannel(t.Context(), o.Main(), other))
}
