package intake_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	simulator "jeongsan/infra/simulator/portone"
	"jeongsan/internal/fault"
	"jeongsan/internal/money"
	"jeongsan/internal/payment"
	"jeongsan/internal/receivables"
	"jeongsan/internal/receivables/receivablestest"
	"jeongsan/internal/tenant"
)

const paymentID = "HANBIT-202610-C0001-1-p1"

func (k *till) refund(t *testing.T, amount, left int64, why string) (payment.Payment, error) {
	t.Helper()
	return k.desk.Refund(t.Context(), k.Staff(), receivables.RefundOrder{Payment: paymentID, Amount: money.Won(amount), Left: money.Won(left), Reason: why})
}

// console cancels a part with its tax behind our back, as a person in PortOne's console does.
func (k *till) console(t *testing.T, amount, vat, left int64) {
	t.Helper()
	c, _, err := tenant.LoadChannel(t.Context(), k.World.Store, k.Tenant)
	k.must(t, err)
	g, err := k.desk.Gateway(t.Context(), k.Tenant, c, "the-api-secret")
	k.must(t, err)
	k.must(t, g.Refund(t.Context(), receivables.RefundRequest{Payment: paymentID, Key: fmt.Sprintf("console-key-%08d", left), Amount: money.Won(amount), VAT: money.Won(vat), TaxFree: money.Won(0), Left: money.Won(left), Reason: "콘솔"}))
}

func (k *till) cancellations() int {
	n := 0
	for _, c := range k.sim.Calls() {
		if c.Op == simulator.OpCancel {
			n++
		}
	}
	return n
}

// without drops a member of an answer whose value is a text.
func without(member string) simulator.Action {
	return simulator.Edit(func(body string) string {
		before, after, found := strings.Cut(body, `"`+member+`":"`)
		if !found {
			return body
		}
		_, after, _ = strings.Cut(after, `",`)
		return before + after
	})
}

func TestA_payment_of_which_money_was_kept_is_paid_whatever_the_record_leaves_out(t *testing.T) {
	for what, c := range map[string]struct {
		cancelled int64
		state     payment.State
	}{
		"cancelled in part": {11_000, payment.PartlyCancelled},
		"cancelled in full": {110_000, payment.Cancelled},
	} {
		t.Run(what, func(t *testing.T) {
			k := openTill(t, simulator.Card{})
			k.sim.On(simulator.Match{Op: simulator.OpCharge}, simulator.Drop())
			k.sim.On(simulator.Match{Op: simulator.OpGetPayment}, simulator.FailBefore(503))
			k.charge(t)
			k.sim.Behave()
			k.console(t, c.cancelled, c.cancelled/11, 110_000)
			k.sim.On(simulator.Match{Op: simulator.OpGetPayment}, without("paidAt"))
			k.must(t, k.desk.Apply(t.Context(), k.Job(), paymentID))
			if p := k.Payment(paymentID); p.State != c.state {
				t.Errorf("the payment is %+v", p)
			}
		})
	}
}

func TestA_cancellation_that_PortOne_works_on_is_never_ordered_again(t *testing.T) {
	for _, stays := range []bool{false, true} {
		for _, succeeds := range []bool{false, true} {
			t.Run(fmt.Sprintf("its money stays: %v, it succeeds: %v", stays, succeeds), func(t *testing.T) {
				k := openTillThat(t, simulator.Options{RequestedStays: stays}, simulator.Card{})
				k.charge(t)
				k.sim.On(simulator.Match{Op: simulator.OpCancel}, simulator.CancelLater())
				if p, err := k.refund(t, 33_000, 110_000, "보상"); err != nil || p.Refund == nil || p.Refund.Taken == "" {
					t.Fatalf("the payment is %+v, %v", p, err)
				}
				k.work(t) // over the ladder's end, a day later
				if p := k.Payment(paymentID); p.Refund == nil || p.Waits() || k.cancellations() != 1 {
					t.Errorf("after %d calls the payment is %+v", k.cancellations(), p)
				}
				k.must(t, k.sim.FinishCancellation(receivablestest.StoreID, paymentID, succeeds))
				k.must(t, k.desk.Apply(t.Context(), k.Job(), paymentID))
				p := k.Payment(paymentID)
				if p.Refund != nil || (p.State == payment.PartlyCancelled) != succeeds || slices.Contains(k.Matters(), "refund-failed/"+paymentID) == succeeds {
					t.Errorf("the payment is %+v, the work-list says %v", p, k.Matters())
				}
				if got := k.sim.Payments()[0].Cancelled; (got == 33_000) != succeeds {
					t.Errorf("%d went back", got)
				}
			})
		}
	}
}

func TestA_refund_that_the_gateway_refuses_for_good_leaves_the_payment_free(t *testing.T) {
	for what, c := range map[string]simulator.Action{
		"its code says so":            simulator.Decline("EXCEED_MAX_REFUND_DUE", "환불 가능한 기간이 지났습니다."),
		"PortOne reports its failure": simulator.CancelFails(),
	} {
		t.Run(what, func(t *testing.T) {
			k := openTill(t, simulator.Card{})
			k.charge(t)
			k.sim.On(simulator.Match{Op: simulator.OpCancel}, c)
			if p, err := k.refund(t, 33_000, 110_000, "보상"); !fault.Is(err, fault.Conflict) || p.Refund != nil || p.State != payment.Succeeded {
				t.Errorf("the payment is %+v, %v", p, err)
			}
			if p, err := k.refund(t, 20_000, 110_000, "다시"); err != nil || p.State != payment.PartlyCancelled || len(k.Matters()) != 0 {
				t.Errorf("another order: %+v, %v, the work-list says %v", p, err, k.Matters())
			}
		})
	}
}

func TestA_refund_that_nobody_knows_of_is_given_up_by_a_person_once_it_surely_was_not_done(t *testing.T) {
	k := openTill(t, simulator.Card{})
	k.charge(t)
	k.sim.On(simulator.Match{Op: simulator.OpCancel, Times: -1}, simulator.Decline("BRAND_NEW_CODE", "?"))
	if p, err := k.refund(t, 33_000, 110_000, "보상"); err != nil || p.Refund == nil {
		t.Fatalf("the payment is %+v, %v", p, err)
	}
	if err := k.desk.GiveUpRefund(t.Context(), k.Main(), paymentID, "계좌로 환불"); !fault.Is(err, fault.Conflict) {
		t.Errorf("given up at once: %v", err)
	}
	k.work(t)
	if !slices.Equal(k.Matters(), []string{"doubt/" + paymentID}) {
		t.Errorf("the work-list says %v", k.Matters())
	}
	k.must(t, k.World.Clock.Advance(time.Hour))
	if err := k.desk.GiveUpRefund(t.Context(), k.Main(), paymentID, " "); !fault.Is(err, fault.Invalid) {
		t.Errorf("without a reason: %v", err)
	}
	k.must(t, k.desk.GiveUpRefund(t.Context(), k.Main(), paymentID, "계좌로 환불"))
	if p := k.Payment(paymentID); p.Refund != nil || len(k.Matters()) != 0 {
		t.Errorf("the payment is %+v, the work-list says %v", p, k.Matters())
	}
	k.sim.Behave()
	if p, err := k.refund(t, 10_000, 110_000, "일부"); err != nil || p.State != payment.PartlyCancelled {
		t.Errorf("another order: %+v, %v", p, err)
	}
}

func TestThat_a_repeated_refund_cannot_be_cancelled_proves_nothing(t *testing.T) {
	k := openTill(t, simulator.Card{})
	k.charge(t)
	k.sim.On(simulator.Match{Op: simulator.OpCancel}, simulator.FailBefore(503))
	k.sim.On(simulator.Match{Op: simulator.OpCancel, Times: -1}, simulator.Decline("NOT_CANCELABLE_PAYMENT", "취소할 수 없습니다."))
	if _, err := k.refund(t, 33_000, 110_000, "보상"); err != nil {
		t.Fatal(err)
	}
	k.must(t, k.World.Clock.Advance(time.Hour))
	k.must(t, k.desk.Ask(t.Context(), k.Job(), paymentID))
	if p := k.Payment(paymentID); p.Refund == nil || p.Refund.Once() {
		t.Errorf("the payment is %+v", p)
	}
}

func TestWhat_is_left_of_a_payment_is_left_by_the_tax_that_PortOne_cancelled(t *testing.T) {
	k := openTill(t, simulator.Card{})
	k.charge(t)
	k.console(t, 10_006, 910, 110_000) // PortOne's own 1/11, rounded half up; ours would be 909
	k.must(t, k.desk.Apply(t.Context(), k.Job(), paymentID))
	owed, err := payment.Owed(k.Invoice(1, october))
	if err != nil || owed.VAT != money.Won(910) || owed.Total != money.Won(10_006) {
		t.Errorf("the invoice owes %+v, %v", owed, err)
	}
	if p, err := k.refund(t, 99_994, 99_994, "전액"); err != nil || p.State != payment.Cancelled {
		t.Errorf("the rest: %+v, %v", p, err)
	}
}

func TestA_slip_whose_tax_is_split_otherwise_is_booked_as_it_is_and_told(t *testing.T) {
	k := openTill(t, simulator.Card{})
	k.sim.On(simulator.Match{Op: simulator.OpGetPayment, Times: -1}, simulator.Edit(func(b string) string {
		return strings.Replace(b, `"vat":10000`, `"vat":9999`, 1)
	}))
	p := k.charge(t)
	if p.State != payment.Succeeded || p.VAT != money.Won(9_999) || p.Supply != money.Won(100_001) {
		t.Errorf("the payment is %+v", p)
	}
	if balance, err := k.Invoice(1, october).Balance(); err != nil || !balance.IsZero() || !slices.Equal(k.Matters(), []string{"other-tax/" + paymentID}) {
		t.Errorf("the invoice owes %s, %v, the work-list says %v", balance, err, k.Matters())
	}
}

func TestThe_mark_of_a_charge_comes_back_with_its_record(t *testing.T) {
	k := openTill(t, simulator.Card{})
	k.sim.On(simulator.Match{Op: simulator.OpGetPayment}, simulator.Edit(func(b string) string {
		return strings.Replace(b, `"customData":"jeongsan/hanbit"`, `"customData":"jeongsan/another"`, 1)
	}))
	if p := k.charge(t); p.State != payment.Unknown || !slices.Equal(k.Matters(), []string{"foreign/" + paymentID}) {
		t.Errorf("another's mark: %+v, the work-list says %v", p, k.Matters())
	}
	k.work(t)
	if p := k.Payment(paymentID); p.State != payment.Succeeded {
		t.Errorf("ours: %+v", p)
	}
}
