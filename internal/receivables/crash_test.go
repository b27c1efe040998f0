package receivables_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"jeongsan/internal/crash"
	"jeongsan/internal/fault"
	"jeongsan/internal/money"
	"jeongsan/internal/payment"
	"jeongsan/internal/receivables"
	. "jeongsan/internal/receivables/receivablestest"
)

var first = receivables.Work{Invoice: Number(1, October), Run: 1}

const firstPayment = "HANBIT-202610-C0001-1-p1"

// flow is a flow of the office that is compared by its books and held against the bank after every recovery.
func flow(setup func() *Office, run func(context.Context, *crash.Process, *Office) error) crash.Flow[*Office] {
	return crash.Flow[*Office]{Setup: setup, Run: run, View: View(), Check: Proved, Again: true}
}

// billed is an office on the regular day, with one customer, so many cards and an invoice of 110,000 won.
func billed(cards int, edits ...func(*Office)) func() *Office {
	return func() *Office {
		o := Open("2026-11-06 10:00")
		o.Customer(1, cards)
		o.Bill(1, October, 100_000, "2026-11-06 10:00")
		o.At("2026-12-03 09:00")
		for _, edit := range edits {
			edit(o)
		}
		return o
	}
}

func declined(i int, class payment.Class) func(*Office) {
	return func(o *Office) {
		o.Bank.Declines(BillingKey(1, i), payment.Decline{Class: class, Code: "REJECT", Text: fault.T("거절", "declined")})
	}
}

// charge charges and then does what is due until nothing is open.
func charge(ctx context.Context, p *crash.Process, o *Office) error {
	if _, err := o.Desk(p).Charge(ctx, o.Job(), first); err != nil {
		return err
	}
	return o.WorkOff(ctx, p)
}

func TestA_charge_that_dies_anywhere_takes_the_money_once(t *testing.T) {
	for _, c := range []struct {
		what  string
		setup func() *Office
		depth int
	}{
		{"with one card that pays", billed(1), 2},
		{"with a card that is declined and one that pays", billed(2, declined(1, payment.Hard)), 2},
		{"with three cards that are declined", billed(3, declined(1, payment.Soft), declined(2, payment.Hard), declined(3, payment.Soft)), 1},
		{"with a refusal of our own contract", billed(2, declined(1, payment.Ours)), 1},
		{"with trouble at the gateway that is a decline in the end", billed(2, declined(1, payment.Unsure)), 1},
		{"with a card that the provider has forgotten", billed(2, func(o *Office) { o.Bank.Forget(BillingKey(1, 1)) }), 1},
	} {
		t.Run(c.what, func(t *testing.T) {
			f := flow(c.setup, charge)
			f.Depth, f.Sample = c.depth, 2
			if strings.Contains(c.what, "trouble") { // a recovery may come so late that there is no doubt left to record
				f.View.Lax = []string{"audit"}
			}
			f.Explore(t)
		})
	}
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func TestA_regular_day_that_dies_anywhere_charges_each_invoice_once(t *testing.T) {
	f := flow(func() *Office {
		o := billed(1)()
		o.Customer(2, 1)
		o.Bill(2, October, 55_000, "2026-12-03 08:00")
		return o
	}, func(ctx context.Context, p *crash.Process, o *Office) error {
		if _, err := o.Desk(p).ChargeDue(ctx, o.Job(), o.World.Clock.Now()); err != nil {
			return err
		}
		return o.WorkOff(ctx, p)
	})
	f.Explore(t)
}

func TestA_webhook_that_dies_anywhere_is_booked_once(t *testing.T) {
	f := flow(func() *Office {
		o := billed(1, func(o *Office) { o.Bank.Slow = true })()
		_, err := o.Desk(o.World.Process()).Charge(context.Background(), o.Job(), first)
		must(err)
		o.Bank.Decide(firstPayment, payment.StandsPaid, o.World.Clock.Now())
		return o
	}, func(ctx context.Context, p *crash.Process, o *Office) error {
		headers, body := Webhook("msg_1", "Transaction.Paid", firstPayment)
		if _, err := o.Desk(p).Receive(ctx, o.Tenant, headers, body); err != nil {
			return err
		}
		return o.WorkOff(ctx, p)
	})
	f.Depth, f.Sample = 2, 2
	f.Explore(t)
}

// paid is an office whose first customer has paid.
func paid() *Office {
	o := billed(1)()
	must(charge(context.Background(), o.World.Process(), o))
	o.At("2026-12-04 10:00")
	return o
}

func TestA_refund_that_dies_anywhere_is_given_once(t *testing.T) {
	for _, won := range []int64{110_000, 33_000} {
		t.Run(fmt.Sprintf("of %d won", won), func(t *testing.T) {
			f := flow(paid, func(ctx context.Context, p *crash.Process, o *Office) error {
				order := receivables.RefundOrder{Payment: firstPayment, Amount: money.Won(won), Left: money.Won(110_000), Reason: "과금 오류"}
				if _, err := o.Desk(p).Refund(ctx, o.Staff(), order); err != nil && !fault.Is(err, fault.Conflict) {
					return err // a Conflict is what a person who tries again is glad to read: less is left
				}
				return o.WorkOff(ctx, p)
			})
			f.Depth, f.Sample = 2, 2
			f.Check = func(ctx context.Context, o *Office) error {
				if back, err := o.Bank.Payment(firstPayment).Cancelled(); err != nil || back.Minor() != won {
					return fmt.Errorf("%s went back (%v)", back, err)
				}
				return Proved(ctx, o)
			}
			f.Explore(t)
		})
	}
}

func TestA_cancellation_in_the_providers_console_that_meets_a_death_is_booked_once(t *testing.T) {
	f := flow(func() *Office {
		o := paid()
		o.Bank.Cancel(firstPayment, money.Won(10_000), "콘솔", o.World.Clock.Now())
		o.Bank.Cancel(firstPayment, money.Won(5_001), "콘솔", o.World.Clock.Now())
		o.Bank.Sell("shop-order-77", money.Won(9_900), o.World.Clock.Now())
		return o
	}, func(ctx context.Context, p *crash.Process, o *Office) error {
		for _, id := range []string{firstPayment, "shop-order-77"} {
			if err := o.Desk(p).Apply(ctx, o.Job(), id); err != nil {
				return err
			}
		}
		return nil
	})
	f.Depth = 2
	f.Explore(t)
}

func TestRegistering_and_removing_survive_a_death_anywhere(t *testing.T) {
	t.Run("a channel", func(t *testing.T) {
		f := flow(func() *Office { return Bare("2026-11-06 10:00") }, func(ctx context.Context, p *crash.Process, o *Office) error {
			return o.Desk(p).RegisterChannel(ctx, o.Main(), Channel())
		})
		f.Again = false // a person who enters it again has it proved and written down again
		f.View.Extra = func(line string) bool { return strings.Contains(line, `"action":"channel.register"`) }
		f.Explore(t)
	})
	t.Run("a card", func(t *testing.T) {
		flow(func() *Office {
			o := billed(1)()
			o.Bank.Issue(BillingKey(1, 2), CustomerID(1))
			return o
		}, func(ctx context.Context, p *crash.Process, o *Office) error {
			_, err := o.Desk(p).RegisterMethod(ctx, o.Staff(), CustomerID(1), BillingKey(1, 2), 1)
			return err
		}).Explore(t)
	})
	t.Run("a card that goes", func(t *testing.T) {
		flow(billed(2), func(ctx context.Context, p *crash.Process, o *Office) error {
			return o.Desk(p).RemoveMethod(ctx, o.Staff(), CustomerID(1), payment.MethodID(BillingKey(1, 1)), "교체")
		}).Explore(t)
	})
}
