package receivables_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"jeongsan/internal/calendar"
	"jeongsan/internal/fault"
	"jeongsan/internal/money"
	"jeongsan/internal/payment"
	"jeongsan/internal/receivables"
	. "jeongsan/internal/receivables/receivablestest"
)

func TestWhat_is_no_webhook_of_ours_is_refused_and_changes_nothing(t *testing.T) {
	signed, paidBody := Webhook("msg_1", "Transaction.Paid", firstPayment)
	_, foreign := Webhook("msg_2", "Transaction.Paid", "OTHERS-202610-C0001-1-p1")
	for _, c := range []struct {
		what    string
		headers map[string][]string
		body    []byte
		want    fault.Code
	}{
		{"no signature", nil, paidBody, fault.Forbidden},
		{"another's signature", map[string][]string{"Signed-By": {"whsec_other"}}, paidBody, fault.Forbidden},
		{"a body of a megabyte", signed, make([]byte, 1<<20), fault.Invalid},
		{"another shop's", signed, []byte(strings.Replace(string(paidBody), StoreID, "store-other", 1)), fault.Forbidden},
		{"another MSP's payment id", signed, foreign, fault.Invalid},
	} {
		t.Run(c.what, func(t *testing.T) {
			o := billed(1)()
			before := len(o.World.Commits())
			_, err := desk(o).Receive(t.Context(), o.Tenant, c.headers, c.body)
			if text := fault.TextOf(err); !fault.Is(err, c.want) || text.KO == "" || text.EN == "" {
				t.Errorf("got %v", err)
			}
			if len(o.World.Commits()) != before {
				t.Error("something was written")
			}
		})
	}
	t.Run("nor an MSP without a channel", func(t *testing.T) {
		o := Bare("2026-12-03 09:00")
		if _, err := desk(o).Receive(t.Context(), o.Tenant, signed, paidBody); !fault.Is(err, fault.NotFound) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("nor another body under an id that was used", func(t *testing.T) {
		o := billed(1)()
		if _, err := desk(o).Receive(t.Context(), o.Tenant, signed, paidBody); err != nil {
			t.Fatal(err)
		}
		if _, err := desk(o).Receive(t.Context(), o.Tenant, signed, append(paidBody, ' ')); !fault.Is(err, fault.Conflict) {
			t.Errorf("got %v", err)
		}
	})
}

func TestA_webhook_is_acknowledged_as_often_as_it_comes_and_works_once(t *testing.T) {
	o := billed(1)()
	headers, body := Webhook("msg_1", "Transaction.Paid", firstPayment)
	for n := range 10 {
		got, err := desk(o).Receive(t.Context(), o.Tenant, headers, body)
		if err != nil || got.Duplicate != (n > 0) {
			t.Fatalf("delivery %d: %+v, %v", n, got, err)
		}
	}
	unknown := []byte(strings.Replace(strings.Replace(string(body), `"Known":true`, `"Known":false`, 1), "msg_1", "msg_9", 1))
	if got, err := desk(o).Receive(t.Context(), o.Tenant, headers, unknown); err != nil || !got.Ignored {
		t.Errorf("of an unknown type: %+v, %v", got, err)
	}
}

func TestBoth_secrets_are_valid_while_a_webhook_secret_is_exchanged(t *testing.T) {
	o := Open("2026-12-03 09:00")
	for _, s := range []string{"whsec_second", "whsec_second", "whsec_third"} {
		order := Channel()
		order.APISecret, order.WebhookSecret = "", s
		must(desk(o).RegisterChannel(t.Context(), o.Main(), order))
	}
	for secret, valid := range map[string]bool{WebhookSecret: false, "whsec_second": true, "whsec_third": true} {
		_, body := Webhook("msg_"+secret, "Transaction.Paid", firstPayment)
		if _, err := desk(o).Receive(t.Context(), o.Tenant, map[string][]string{"Signed-By": {secret}}, body); (err == nil) != valid {
			t.Errorf("%s: %v", secret, err)
		}
	}
}

func TestA_payment_that_nobody_asked_for_is_kept_as_suspense_until_it_goes_back(t *testing.T) {
	o := Open("2026-12-03 09:00")
	o.Bank.Sell("shop-order-77", money.Won(9_900), o.World.Clock.Now())
	o.Bank.Sell("HANBIT-202610-C0001-1-p9", money.Won(500), o.World.Clock.Now())
	for range 2 {
		must(desk(o).Apply(t.Context(), o.Job(), "shop-order-77"))
		must(desk(o).Apply(t.Context(), o.Job(), "HANBIT-202610-C0001-1-p9"))
	}
	if got := o.Matters(); !slices.Equal(got, []string{"stray/HANBIT-202610-C0001-1-p9", "stray/shop-order-77"}) {
		t.Errorf("the work-list says %v", got)
	}
	proved(t, o)
	o.Bank.Cancel("shop-order-77", money.Won(9_900), "오결제", o.World.Clock.Now())
	must(desk(o).Apply(t.Context(), o.Job(), "shop-order-77"))
	must(desk(o).Resolve(t.Context(), o.Staff(), "stray/HANBIT-202610-C0001-1-p9", "다른 매장 결제로 확인"))
	if got := o.Matters(); len(got) != 0 {
		t.Errorf("the work-list says %v", got)
	}
	proved(t, o)
}

func TestA_partial_cancellation_opens_the_invoice_again_by_that_part_and_its_tax(t *testing.T) {
	o := paid()
	o.Bank.Cancel(firstPayment, money.Won(10_000), "콘솔", o.World.Clock.Now())
	must(desk(o).Apply(t.Context(), o.Job(), firstPayment))
	head := o.Invoice(1, October)
	portion, _ := head.Portion(firstPayment)
	if portion.Amount != money.Won(100_000) || portion.VAT != money.Won(10_000-909) || portion.Supply != money.Won(100_000-9_091) {
		t.Errorf("the portion is %+v", portion)
	}
	if left, err := payment.Owed(head); err != nil || left.Total != money.Won(10_000) || left.VAT != money.Won(909) {
		t.Errorf("it owes %+v, %v", left, err)
	}
	next, err := desk(o).Charge(t.Context(), o.Staff(), receivables.Work{Invoice: first.Invoice, Run: 2})
	if err != nil || next.Amount != money.Won(10_000) || next.VAT != money.Won(909) {
		t.Errorf("the next run charges %+v, %v", next, err)
	}
}

func TestA_refund_by_an_old_screen_is_refused(t *testing.T) {
	o := paid()
	order := receivables.RefundOrder{Payment: firstPayment, Amount: money.Won(30_000), Left: money.Won(110_000), Reason: "일부 환불"}
	if p, err := desk(o).Refund(t.Context(), o.Staff(), order); err != nil || p.State != payment.PartlyCancelled {
		t.Fatalf("%+v, %v", p, err)
	}
	for _, c := range []struct {
		what         string
		amount, left int64
		reason       string
		want         fault.Code
	}{
		{"as it was seen before", 30_000, 110_000, "일부 환불", fault.Conflict},
		{"of more than is left", 80_001, 80_000, "환불", fault.Invalid},
		{"of nothing", 0, 80_000, "환불", fault.Invalid},
		{"without a reason", 1_000, 80_000, " ", fault.Invalid},
	} {
		_, err := desk(o).Refund(t.Context(), o.Staff(), receivables.RefundOrder{Payment: firstPayment, Amount: money.Won(c.amount), Left: money.Won(c.left), Reason: c.reason})
		if !fault.Is(err, c.want) {
			t.Errorf("%s: %v", c.what, err)
		}
	}
	t.Run("and so is one that the provider knows better than we", func(t *testing.T) {
		o := paid()
		o.Bank.Cancel(firstPayment, money.Won(1_000), "콘솔", o.World.Clock.Now())
		if _, err := desk(o).Refund(t.Context(), o.Staff(), order); !fault.Is(err, fault.Conflict) {
			t.Errorf("got %v", err)
		}
		if p := o.Payment(firstPayment); p.Refund != nil || len(p.Cancellations) != 1 || p.State != payment.PartlyCancelled {
			t.Errorf("the payment is %+v", p)
		}
		proved(t, o)
	})
}

func TestReconciliation_books_what_the_provider_has_and_lists_what_still_differs(t *testing.T) {
	o := billed(1, func(o *Office) { o.Bank.Slow = true })()
	_, err := desk(o).Charge(t.Context(), o.Job(), first)
	must(err)
	o.Bank.Decide(firstPayment, payment.StandsPaid, o.World.Clock.Now())
	o.Bank.Sell("shop-order-77", money.Won(9_900), o.World.Clock.Now())
	day := calendar.MustDate("2026-12-03")
	left, err := desk(o).Reconcile(t.Context(), o.Job(), day, day)
	if err != nil || len(left) != 0 || o.Payment(firstPayment).State != payment.Succeeded {
		t.Errorf("%+v is left, %v", left, err)
	}
	proved(t, o)
	o.Bank.Cancel(firstPayment, money.Won(200_000), "있을 수 없는 취소", o.World.Clock.Now())
	for range 2 {
		if left, err = desk(o).Reconcile(t.Context(), o.Job(), day, day); err != nil || len(left) != 1 || left[0].ID != "differs/"+firstPayment {
			t.Errorf("%+v is left, %v", left, err)
		}
	}
}

func TestA_lost_timer_is_made_good_by_reconciliation(t *testing.T) {
	o := billed(1, func(o *Office) { o.Bank.Slow = true })()
	_, err := desk(o).Charge(t.Context(), o.Job(), first)
	must(err)
	o.At("2026-12-03 10:00")
	asked := o.Payment(firstPayment).Ask
	day := calendar.MustDate("2026-12-03")
	if _, err := desk(o).Reconcile(t.Context(), o.Job(), day, day); err != nil {
		t.Fatal(err)
	}
	if next := o.Payment(firstPayment); !next.Ask.After(asked) || next.Asked != 1 {
		t.Errorf("it is asked for at %s", next.Ask)
	}
}

func TestAny_order_of_webhooks_and_polls_gives_the_books_of_the_banks_record(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := billed(2, func(o *Office) { o.Bank.Slow = rapid.Bool().Draw(t, "slow") }, declined(1, payment.Soft))()
		o.Bank.Declines(BillingKey(1, 1), payment.Decline{Class: rapid.SampledFrom([]payment.Class{"", payment.Soft, payment.Hard, payment.Unsure}).Draw(t, "first card")})
		_, err := desk(o).Charge(context.Background(), o.Job(), first)
		must(err)
		event := 0
		t.Repeat(map[string]func(*rapid.T){
			"webhook": func(t *rapid.T) {
				headers, body := Webhook(fmt.Sprintf("msg_%d", rapid.IntRange(0, event).Draw(t, "event")), "Transaction.Paid", firstPayment)
				event++
				_, err := desk(o).Receive(context.Background(), o.Tenant, headers, body)
				must(err)
			},
			"poll": func(*rapid.T) { must(desk(o).Apply(context.Background(), o.Job(), firstPayment)) },
			"timer": func(t *rapid.T) {
				must(o.World.Clock.Advance(rapid.SampledFrom([]time.Duration{time.Minute, time.Hour}).Draw(t, "later")))
				must(desk(o).Ask(context.Background(), o.Job(), firstPayment))
			},
			"decide": func(t *rapid.T) {
				if o.Bank.Payment(firstPayment).Standing == payment.StandsOpen {
					o.Bank.Decide(firstPayment, rapid.SampledFrom([]payment.Standing{payment.StandsPaid, payment.StandsFailed}).Draw(t, "standing"), o.World.Clock.Now())
				}
			},
			"cancel": func(t *rapid.T) {
				f := o.Bank.Payment(firstPayment)
				back, err := f.Cancelled()
				must(err)
				if left := f.Total.Minor() - back.Minor(); f.Standing == payment.StandsPaid && left > 0 {
					o.Bank.Cancel(firstPayment, money.Won(rapid.Int64Range(1, left).Draw(t, "won")), "콘솔", o.World.Clock.Now())
				}
			},
			"": func(t *rapid.T) {
				if broken := o.Bank.Broken(); len(broken) > 0 {
					t.Fatal(broken)
				}
			},
		})
		must(o.WorkOff(context.Background(), o.World.Process()))
		must(desk(o).Apply(context.Background(), o.Job(), firstPayment))
		if err := Proved(context.Background(), o); err != nil {
			t.Fatal(err)
		}
	})
}
