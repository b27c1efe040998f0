package receivables_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"jeongsan/internal/books"
	"jeongsan/internal/calendar"
	"jeongsan/internal/crash"
	"jeongsan/internal/fault"
	"jeongsan/internal/ledger"
	"jeongsan/internal/money"
	"jeongsan/internal/payment"
	"jeongsan/internal/receivables"
	. "jeongsan/internal/receivables/receivablestest"
	"jeongsan/internal/store"
	"jeongsan/internal/tenant"
)

// hooked lets something else happen after a question, or before a charge lands.
type hooked struct {
	receivables.Gateway
	afterFind, beforeCharge func()
	lose                    bool                        // charges never land, and no answer comes
	asked                   func(from, until time.Time) // of listings
}

func once(f *func()) {
	if do := *f; do != nil {
		*f = nil
		do()
	}
}

func (g *hooked) Find(ctx context.Context, id string) (payment.Fact, error) {
	f, err := g.Gateway.Find(ctx, id)
	once(&g.afterFind)
	return f, err
}

func (g *hooked) Charge(ctx context.Context, q receivables.ChargeRequest) (receivables.Answer, error) {
	once(&g.beforeCharge)
	if g.lose {
		return receivables.Answer{Outcome: receivables.Unknown}, nil
	}
	return g.Gateway.Charge(ctx, q)
}

func (g *hooked) Payments(ctx context.Context, from, until time.Time) ([]payment.Fact, error) {
	if g.asked != nil {
		g.asked(from, until)
	}
	return g.Gateway.Payments(ctx, from, until)
}

// hookedDesk is a desk whose gateway is hooked.
func hookedDesk(o *Office, h hooked) *receivables.Desk {
	d := desk(o)
	open := d.Gateway
	d.Gateway = func(ctx context.Context, t store.Tenant, c tenant.CardChannel, s string) (receivables.Gateway, error) {
		var err error
		h.Gateway, err = open(ctx, t, c, s)
		return &h, err
	}
	return d
}

// doubtful is an office with two cards whose payment is in doubt, the first card having been declined since.
func doubtful() *Office {
	o := billed(2, func(o *Office) { o.Bank.Slow = true })()
	must(charge(context.Background(), o.World.Process(), o))
	o.Bank.Slow = false
	o.Bank.Decide(firstPayment, payment.StandsFailed, o.World.Clock.Now())
	return o
}

func TestA_payment_that_went_on_to_the_next_card_while_a_person_looked_cannot_be_given_up(t *testing.T) {
	o := doubtful()
	worker := hookedDesk(o, hooked{beforeCharge: func() {
		// the second attempt is committed, and its call is on its way
		if _, err := desk(o).Charge(context.Background(), o.Staff(), receivables.Work{Invoice: first.Invoice, Run: 2}); !fault.Is(err, fault.Conflict) {
			t.Errorf("a second run: %v", err)
		}
	}})
	person := hookedDesk(o, hooked{afterFind: func() { must(worker.Apply(context.Background(), o.Job(), firstPayment)) }})
	if err := person.GiveUp(t.Context(), o.Main(), firstPayment, "결제사 화면에서 실패 확인"); !fault.Is(err, fault.Conflict) {
		t.Errorf("given up: %v", err)
	}
	if p := o.Payment(firstPayment); p.State != payment.Succeeded || len(o.Bank.Payments()) != 1 {
		t.Errorf("the payment is %+v, the bank has %v", p, o.Bank.Payments())
	}
	proved(t, o)
}

func TestA_refusal_of_one_attempt_says_nothing_of_the_next(t *testing.T) {
	o := billed(2, func(o *Office) { o.Bank.Forget(BillingKey(1, 1)) })()
	o.Bank.Slow = true
	// while the first card's refusal is on its way back, the timer's worker hears it too and goes on to the second card
	slow := hookedDesk(o, hooked{afterFind: func() {
		must(o.World.Clock.Advance(payment.Margin))
		_, err := desk(o).Charge(context.Background(), o.Job(), first)
		must(err)
	}})
	if p, err := slow.Charge(t.Context(), o.Job(), first); err != nil || p.State != payment.Pending || len(p.Attempts) != 2 {
		t.Errorf("the payment is %+v, %v", p, err)
	}
	o.Bank.Decide(firstPayment, payment.StandsPaid, o.World.Clock.Now())
	must(desk(o).Apply(t.Context(), o.Job(), firstPayment))
	proved(t, o)
}

func TestA_charge_that_was_sent_again_just_now_cannot_be_given_up(t *testing.T) {
	o := billed(1)()
	o.Bank.Slow = true
	must(charge(t.Context(), o.World.Process(), o))
	v := o.Payment(firstPayment)
	v.Attempts[0].Repeated = o.World.Clock.Now()
	writes, err := v.Put(o.Tenant, version(o, firstPayment))
	must(err)
	o.Save(writes...)
	o.Bank.Decide(firstPayment, payment.StandsFailed, o.World.Clock.Now())
	if err := desk(o).GiveUp(t.Context(), o.Main(), firstPayment, "확인"); !fault.Is(err, fault.Conflict) {
		t.Errorf("given up: %v", err)
	}
	must(o.World.Clock.Advance(payment.Margin))
	must(desk(o).GiveUp(t.Context(), o.Main(), firstPayment, "확인"))
}

func version(o *Office, id string) int64 {
	v, err := payment.Load(context.Background(), o.World.Store, o.Tenant, id)
	must(err)
	return v.Version
}

// skimmed is an office whose payment is in doubt, since the bank took one won more than it was asked for.
func skimmed() *Office {
	o := billed(1, func(o *Office) { o.Bank.Skim = money.Won(1) })()
	_, err := desk(o).Charge(context.Background(), o.Job(), first)
	must(err)
	return o
}

func TestAnother_amount_that_was_cancelled_in_full_frees_the_invoice(t *testing.T) {
	o := skimmed()
	o.Bank.Cancel(firstPayment, money.Won(110_001), "콘솔", o.World.Clock.Now())
	for range 2 {
		must(desk(o).Apply(t.Context(), o.Job(), firstPayment))
	}
	if p := o.Payment(firstPayment); p.State != payment.Declined || o.Invoice(1, October).Money.Collecting != "" || len(o.Matters()) != 0 {
		t.Errorf("the payment is %+v, the work-list %v", p, o.Matters())
	}
	o.Bank.Skim = money.Won(0)
	next, err := desk(o).Charge(t.Context(), o.Staff(), receivables.Work{Invoice: first.Invoice, Run: 2})
	if err != nil || next.State != payment.Succeeded {
		t.Errorf("the next run is %+v, %v", next, err)
	}
	proved(t, o)
}

func TestAnother_amount_that_a_person_accepts_pays_the_invoice_and_the_rest_is_suspense(t *testing.T) {
	for _, c := range []struct {
		skim, applied, suspended int64
		rows                     []string
	}{
		{1, 110_000, 1, []string{"excess/" + firstPayment}},
		{-10_000, 100_000, 0, nil},
	} {
		t.Run(fmt.Sprint(c.skim), func(t *testing.T) {
			o := billed(1, func(o *Office) { o.Bank.Skim = money.Won(c.skim) })()
			_, err := desk(o).Charge(t.Context(), o.Job(), first)
			must(err)
			f := flow(o.Copy, func(ctx context.Context, p *crash.Process, o *Office) error {
				if err := o.Desk(p).Accept(ctx, o.Main(), firstPayment, "고객사와 확인"); !fault.Is(err, fault.Conflict) {
					return err
				}
				return nil
			})
			f.Explore(t)
			must(desk(o).Accept(t.Context(), o.Main(), firstPayment, "고객사와 확인"))
			p := o.Payment(firstPayment)
			if p.State != payment.Succeeded || p.Applied != money.Won(c.applied) || p.Suspended != money.Won(c.suspended) || !slices.Equal(o.Matters(), c.rows) {
				t.Errorf("the payment is %+v, the work-list %v", p, o.Matters())
			}
			proved(t, o)
			refund := receivables.RefundOrder{Payment: firstPayment, Amount: p.Amount, Left: p.Amount, Reason: "전액 환불"}
			if p, err := desk(o).Refund(t.Context(), o.Main(), refund); err != nil || p.State != payment.Cancelled {
				t.Errorf("refunded: %+v, %v", p, err)
			}
			proved(t, o)
		})
	}
	t.Run("and what is in doubt for another reason has nothing to accept", func(t *testing.T) {
		o := billed(1, func(o *Office) { o.Bank.Slow = true })()
		must(charge(t.Context(), o.World.Process(), o))
		if err := desk(o).Accept(t.Context(), o.Main(), firstPayment, "확인"); !fault.Is(err, fault.Conflict) {
			t.Errorf("accepted: %v", err)
		}
	})
}

func TestA_run_that_finds_its_stray_payment_takes_it_out_of_suspense(t *testing.T) {
	scene := func() *Office {
		o := billed(1)()
		o.Bank.Sell(firstPayment, money.Won(110_000), o.World.Clock.Now())
		o.Bank.Cancel(firstPayment, money.Won(10_000), "콘솔", o.World.Clock.Now())
		must(desk(o).Apply(context.Background(), o.Job(), firstPayment))
		return o
	}
	f := flow(scene, func(ctx context.Context, p *crash.Process, o *Office) error {
		if err := charge(ctx, p, o); err != nil {
			return err
		}
		return o.Desk(p).Apply(ctx, o.Job(), firstPayment) // as reconciliation does at night
	})
	f.Check = func(ctx context.Context, o *Office) error {
		all, err := books.Postings(ctx, o.World.Store, o.Tenant, calendar.MustMonth("2026-12"))
		if err != nil {
			return err
		}
		clearing, err := ledger.Clearing(tenant.PortOne)
		if err != nil {
			return err
		}
		for account, want := range map[ledger.Account]int64{clearing: 100_000, ledger.Suspense(): 0} {
			if got, err := ledger.BalanceOf(all, account, money.KRW); err != nil || got.Minor() != want {
				return fmt.Errorf("%s holds %s, not %d (%v)", account.Code(), got, want, err)
			}
		}
		if rows := o.Matters(); len(rows) != 0 {
			return fmt.Errorf("the work-list says %v", rows)
		}
		return nil
	}
	f.Explore(t)
}

func TestA_payment_of_a_run_that_begins_is_never_booked_as_a_stray(t *testing.T) {
	o := billed(1)()
	o.Bank.Sell(firstPayment, money.Won(110_000), o.World.Clock.Now())
	// between the look for the run and the commit of the stray, the run begins and is booked
	d := desk(o)
	r := &racing{Store: d.Store, reads: o.Tenant.Partition("payment-stray").String(), after: func() { must(charge(context.Background(), o.World.Process(), o)) }}
	d.Store = r
	must(d.Apply(t.Context(), o.Job(), firstPayment))
	all, err := books.Postings(t.Context(), o.World.Store, o.Tenant, calendar.MustMonth("2026-12"))
	if err != nil || len(all) != 1 || len(o.Matters()) != 0 {
		t.Errorf("the books have %d postings, the work-list %v, %v", len(all), o.Matters(), err)
	}
}

// racing lets something else happen after the first read of a partition.
type racing struct {
	store.Store
	reads string
	after func()
}

func (r *racing) Query(ctx context.Context, q store.Query) (store.Page, error) {
	p, err := r.Store.Query(ctx, q)
	if q.Partition.String() == r.reads {
		once(&r.after)
	}
	return p, err
}

func (r *racing) Get(ctx context.Context, k store.Key) (store.Document, error) {
	d, err := r.Store.Get(ctx, k)
	if k.Partition().String() == r.reads {
		once(&r.after)
	}
	return d, err
}

func TestA_shop_belongs_to_one_MSP(t *testing.T) {
	a := Open("2026-12-03 09:00")
	b := second(a)
	if err := desk(b).RegisterChannel(t.Context(), b.Main(), Channel()); !fault.Is(err, fault.Conflict) {
		t.Errorf("the shop of another: %v", err)
	}
	must(desk(a).RegisterChannel(t.Context(), a.Main(), Channel()))
}

// second is another MSP in the same world and before the same bank.
func second(a *Office) *Office {
	t, err := store.ParseTenant("hanbit2")
	must(err)
	b := &Office{World: a.World, Tenant: t, Bank: a.Bank}
	w, err := tenant.Profile{ID: "hanbit2", Code: "HANBIT", Name: "한빛 둘", Settings: tenant.DefaultSettings()}.Put(0)
	must(err)
	b.Save(w, tenant.Register(t))
	return b
}

func TestA_payment_under_our_id_that_another_MSP_made_is_never_booked(t *testing.T) {
	a := paid()
	b := second(a)
	order := Channel()
	order.StoreID = "store-by-another-name" // two names of one bank: what claims cannot see
	must(desk(b).RegisterChannel(t.Context(), b.Main(), order))
	b.Bank.Issue("other-card", CustomerID(1))
	b.Customer(1, 0)
	_, err := desk(b).RegisterMethod(t.Context(), b.Staff(), CustomerID(1), "other-card", 0)
	must(err)
	b.Bill(1, October, 100_000, "2026-11-06 10:00")
	p, err := desk(b).Charge(t.Context(), b.Job(), first)
	if err != nil || p.State != payment.Unknown {
		t.Errorf("the payment is %+v, %v", p, err)
	}
	must(desk(b).Apply(t.Context(), b.Job(), firstPayment))
	day := calendar.MustDate("2026-12-04")
	if left, err := desk(b).Reconcile(t.Context(), b.Job(), day, day); err != nil || len(left) != 0 {
		t.Errorf("reconciled: %v, %v", left, err)
	}
	if balance, err := b.Invoice(1, October).Balance(); err != nil || balance != money.Won(110_000) {
		t.Errorf("the invoice owes %s, %v", balance, err)
	}
	must(b.WorkOff(t.Context(), b.World.Process()))
	if rows := b.Matters(); !slices.Equal(rows, []string{"doubt/" + firstPayment, "foreign/" + firstPayment}) {
		t.Errorf("the work-list says %v", rows)
	}
	must(b.World.Clock.Advance(time.Hour))
	must(desk(b).GiveUp(t.Context(), b.Main(), firstPayment, "다른 회사의 결제"))
	if b.Payment(firstPayment).State != payment.Declined {
		t.Errorf("the payment is %+v", b.Payment(firstPayment))
	}
}

func TestA_refund_that_the_bank_works_on_is_waited_for_and_never_ordered_again(t *testing.T) {
	for _, done := range []bool{true, false} {
		t.Run(fmt.Sprint("done: ", done), func(t *testing.T) {
			f := flow(func() *Office {
				o := paid()
				o.Bank.SlowRefunds = true
				return o
			}, func(ctx context.Context, p *crash.Process, o *Office) error {
				order := receivables.RefundOrder{Payment: firstPayment, Amount: money.Won(33_000), Left: money.Won(110_000), Reason: "보상"}
				if _, err := o.Desk(p).Refund(ctx, o.Staff(), order); err != nil && !fault.Is(err, fault.Conflict) {
					return err
				}
				if err := o.WorkOff(ctx, p); err != nil {
					return err
				}
				if f := o.Bank.Payment(firstPayment); len(f.Pending)+len(f.Failed)+len(f.Cancellations) > 1 {
					return fmt.Errorf("the bank was asked for %d cancellations", len(f.Pending)+len(f.Failed)+len(f.Cancellations))
				}
				if len(o.Bank.Payment(firstPayment).Pending) == 1 {
					if err := o.Desk(p).GiveUpRefund(ctx, o.Staff(), firstPayment, "답이 없음"); !fault.Is(err, fault.Conflict) && o.Payment(firstPayment).Refund != nil {
						return fmt.Errorf("what the bank works on was given up: %w", err)
					}
				}
				o.Bank.DecideRefund(firstPayment, done)
				return o.Desk(p).Apply(ctx, o.Job(), firstPayment)
			})
			f.View.Lax = []string{"audit", "payment-matter"} // how long it took until it was decided differs
			if done {                                        // of one that failed, whoever tries again orders another
				f.Explore(t)
			}
			o := f.Setup()
			must(f.Run(t.Context(), o.World.Process(), o))
			p := o.Payment(firstPayment)
			if p.Refund != nil || (len(p.Cancellations) == 1) != done {
				t.Errorf("the payment is %+v", p)
			}
			if rows := o.Matters(); (len(rows) == 0) != done {
				t.Errorf("the work-list says %v", rows)
			}
			proved(t, o)
		})
	}
}

func TestEach_order_of_a_refund_has_a_key_of_its_own(t *testing.T) {
	o := paid()
	o.Bank.Cancel(firstPayment, money.Won(1_000), "콘솔", o.World.Clock.Now())
	if _, err := desk(o).Refund(t.Context(), o.Staff(), receivables.RefundOrder{Payment: firstPayment, Amount: money.Won(110_000), Left: money.Won(110_000), Reason: "전액"}); !fault.Is(err, fault.Conflict) {
		t.Fatalf("refunded more than is left: %v", err)
	}
	p, err := desk(o).Refund(t.Context(), o.Staff(), receivables.RefundOrder{Payment: firstPayment, Amount: money.Won(50_000), Left: money.Won(109_000), Reason: "일부"})
	if err != nil || len(p.Cancellations) != 2 {
		t.Errorf("the next order: %+v, %v", p, err)
	}
	proved(t, o) // the bank says when a key is used for another request
}
