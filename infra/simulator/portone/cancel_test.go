package portone_test

import (
	"fmt"
	"testing"
	"time"

	simulator "jeongsan/infra/simulator/portone"
	"jeongsan/internal/fault"
	"jeongsan/internal/money"
	"jeongsan/internal/portone"
)

func (s *stage) cancel(n int, amount portone.Parts, left int64) (portone.Cancellation, error) {
	return s.client.CancelPayment(s.t.Context(), portone.CancelRequest{PaymentID: "inv-202610-1", IdempotencyKey: fmt.Sprintf("cancellation-%08d", n),
		Amount: amount, Cancellable: money.Won(left), Reason: "과금 정정", Requester: portone.ByAdmin})
}

func TestA_payment_is_cancelled_in_parts(t *testing.T) {
	s := open(t)
	s.mustCharge(request("inv-202610-1", s.card(simulator.Card{Balance: 110_000}), 1))
	part, err := s.cancel(1, won(11_000, 1_000), 110_000)
	if err != nil || part.Status != portone.CancelSucceeded || part.CancelledAt.IsZero() || part.Amount != won(11_000, 1_000) {
		t.Fatalf("%+v %v", part, err)
	}
	if repeated, err := s.cancel(1, won(11_000, 1_000), 110_000); err != nil || repeated != part {
		t.Errorf("the same cancellation under its key: %+v %v", repeated, err)
	}
	if _, err := s.cancel(2, won(11_000, 1_000), 110_000); typeOf(err) != portone.TypeLockBroken || !fault.Is(err, fault.Conflict) {
		t.Errorf("an old lock: %v", err)
	}
	if p := s.read("inv-202610-1"); p.Status != portone.PartialCancelled || p.Amount.Cancelled != money.Won(11_000) || len(p.Cancellations) != 1 {
		t.Errorf("%+v", p)
	}
	if _, err := s.cancel(3, won(99_000, 9_000), 99_000); err != nil {
		t.Fatal(err)
	}
	if _, err := s.cancel(4, won(1, 0), 1); typeOf(err) != portone.TypeAlreadyCancelled {
		t.Errorf("nothing is left: %v", err)
	}
	if p := s.read("inv-202610-1"); p.Status != portone.Cancelled || p.CancelledAt.IsZero() {
		t.Errorf("%+v", p)
	}
	if _, err := s.charge(request("inv-202610-1", s.card(simulator.Card{}), 9)); typeOf(err) != portone.TypeAlreadyPaid {
		t.Errorf("a cancelled payment id is charged again: %v", err)
	}
}

func TestA_cancellation_that_cannot_be_is_refused(t *testing.T) {
	s := open(t)
	q := request("inv-202610-1", s.card(simulator.Card{}), 1)
	q.Amount = portone.Parts{Total: money.Won(110_000), TaxFree: money.Won(22_000), VAT: money.Won(8_000)}
	s.mustCharge(q)
	parts := func(total, taxFree, vat int64) portone.Parts {
		return portone.Parts{Total: money.Won(total), TaxFree: money.Won(taxFree), VAT: money.Won(vat)}
	}
	for name, c := range map[string]struct {
		amount portone.Parts
		kind   string
	}{
		"more tax-free than there is": {parts(50_000, 22_001, 0), "CANCEL_TAX_FREE_AMOUNT_EXCEEDS_CANCELLABLE_TAX_FREE_AMOUNT"},
		"more VAT than there is":      {parts(50_000, 0, 8_001), "CANCEL_TAX_AMOUNT_EXCEEDS_CANCELLABLE_TAX_AMOUNT"},
	} {
		if _, err := s.cancel(len(name), c.amount, 110_000); typeOf(err) != c.kind || !fault.Is(err, fault.Conflict) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for says, body := range map[string]string{
		"CANCEL_AMOUNT_EXCEEDS_CANCELLABLE_AMOUNT": `{"reason":"x","amount":110001}`,
		"SUM_OF_PARTS_EXCEEDS_CANCEL_AMOUNT":       `{"reason":"x","amount":10,"taxFreeAmount":6,"vatAmount":5}`,
		"INVALID_REQUEST":                          `{"reason":"x","amount":0}`,
	} {
		if _, said := s.raw("POST", "/payments/inv-202610-1/cancel", body, nil); !contains(said, says) {
			t.Errorf("%s: %s", body, said)
		}
	}
	s.sim.On(simulator.Match{Op: simulator.OpCancel}, simulator.Decline("NOT_CANCELABLE_PAYMENT", "취소할 수 없습니다."))
	if _, err := s.cancel(77, parts(110_000, 22_000, 8_000), 110_000); typeOf(err) != portone.TypePGProvider || !fault.Is(err, fault.UnknownOutcome) {
		t.Errorf("the gateway's no: %v", err)
	}
	if p := s.read("inv-202610-1"); p.Status != portone.Paid || len(p.Cancellations) != 0 {
		t.Errorf("%+v", p)
	}
}

func TestA_cancellation_may_be_finished_later(t *testing.T) {
	for _, succeeds := range []bool{true, false} {
		t.Run(fmt.Sprint("well: ", succeeds), func(t *testing.T) {
			s := open(t)
			s.mustCharge(request("inv-202610-1", s.card(simulator.Card{}), 1))
			s.sim.On(simulator.Match{Op: simulator.OpCancel}, simulator.CancelLater())
			asked, err := s.cancel(1, won(110_000, 10_000), 110_000)
			if err != nil || asked.Status != portone.CancelRequested || !asked.CancelledAt.IsZero() {
				t.Fatalf("%+v %v", asked, err)
			}
			if p := s.read("inv-202610-1"); p.Status != portone.Paid || p.Cancellations[0].Status != portone.CancelRequested || !p.Amount.Cancelled.IsZero() {
				t.Errorf("%+v", p)
			}
			if err := s.clock.Advance(48 * time.Hour); err != nil {
				t.Fatal(err)
			}
			if err := s.sim.FinishCancellation(storeID, "inv-202610-1", succeeds); err != nil {
				t.Fatal(err)
			}
			want := map[bool]portone.Status{true: portone.Cancelled, false: portone.Paid}[succeeds]
			if p := s.read("inv-202610-1"); p.Status != want || len(p.Cancellations) != 1 {
				t.Errorf("%+v", p)
			}
			if err := s.sim.FinishCancellation(storeID, "inv-202610-1", true); err == nil {
				t.Error("a cancellation was finished twice")
			}
		})
	}
	t.Run("or fail at once", func(t *testing.T) {
		s := open(t)
		s.mustCharge(request("inv-202610-1", s.card(simulator.Card{}), 1))
		s.sim.On(simulator.Match{Op: simulator.OpCancel}, simulator.CancelFails())
		if failed, err := s.cancel(1, won(110_000, 10_000), 110_000); err != nil || failed.Status != portone.CancelFailed {
			t.Fatalf("%+v %v", failed, err)
		}
		if _, err := s.cancel(2, won(110_000, 10_000), 110_000); err != nil {
			t.Errorf("what failed is still to be cancelled: %v", err)
		}
	})
}

func TestWhat_was_only_requested_can_be_cancelled_again_where_it_is_told_to_stay(t *testing.T) {
	for _, stays := range []bool{false, true} {
		s := openThat(t, func(o *simulator.Options) { o.RequestedStays = stays })
		s.mustCharge(request("inv-202610-1", s.card(simulator.Card{}), 1))
		s.sim.On(simulator.Match{Op: simulator.OpCancel}, simulator.CancelLater())
		if _, err := s.cancel(1, won(11_000, 1_000), 110_000); err != nil {
			t.Fatal(err)
		}
		if _, err := s.cancel(2, won(11_000, 1_000), 110_000); (err == nil) != stays {
			t.Errorf("it stays: %v, and cancelling it again: %v", stays, err)
		}
	}
}

func TestA_lost_cancellation_is_repeated_once(t *testing.T) {
	s := open(t)
	s.mustCharge(request("inv-202610-1", s.card(simulator.Card{}), 1))
	s.sim.On(simulator.Match{Op: simulator.OpCancel}, simulator.Drop())
	if _, err := s.cancel(1, won(11_000, 1_000), 110_000); !fault.Is(err, fault.UnknownOutcome) {
		t.Fatalf("%v", err)
	}
	if again, err := s.cancel(1, won(11_000, 1_000), 110_000); err != nil || again.Status != portone.CancelSucceeded {
		t.Errorf("%+v %v", again, err)
	}
	if got := s.sim.Payments()[0]; got.Cancelled != 11_000 {
		t.Errorf("%+v", got)
	}
}
