package portone_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	simulator "jeongsan/infra/simulator/portone"
	"jeongsan/internal/portone"
)

func contains(s, part string) bool { return strings.Contains(s, part) }

// events delivers what is due and reads it as our own verifier does.
func (s *stage) events() []portone.Event {
	s.t.Helper()
	s.posted = nil
	s.sim.DeliverWebhooks()
	secrets, err := portone.ParseSecrets(hook)
	if err != nil {
		s.t.Fatal(err)
	}
	var out []portone.Event
	for _, w := range s.posted {
		if _, err := secrets.Verify(w.Header, w.Body, s.clock.Now()); err != nil {
			s.t.Fatalf("%s: %v", w.Body, err)
		}
		e, err := portone.ParseEvent(w.Body)
		if err != nil || !e.Known || e.StoreID != storeID {
			s.t.Fatalf("%s: %+v %v", w.Body, e, err)
		}
		out = append(out, e)
	}
	return out
}

func TestEvery_change_sends_its_webhook_in_order(t *testing.T) {
	s := open(t)
	poor, good := s.card(simulator.Card{Balance: 1}), s.card(simulator.Card{})
	_, declined := s.charge(request("inv-202610-1", poor, 1))
	s.mustCharge(request("inv-202610-1", good, 2))
	part, err1 := s.cancel(1, won(11_000, 1_000), 110_000)
	_, err2 := s.cancel(2, won(99_000, 9_000), 99_000)
	_, err3 := s.client.DeleteBillingKey(t.Context(), good, portone.ByCustomer, "")
	if typeOf(declined) != portone.TypePGProvider || err1 != nil || err2 != nil || err3 != nil {
		t.Fatal(declined, err1, err2, err3)
	}
	got := s.events()
	want := []string{"BillingKey.Issued", "BillingKey.Issued", "Transaction.Failed", "Transaction.Paid", "Transaction.PartialCancelled", "Transaction.Cancelled", "BillingKey.Deleted"}
	for i, e := range got {
		if i >= len(want) || e.Type != want[i] {
			t.Fatalf("%d: %+v, want %v", i, e, want)
		}
	}
	if len(got) != len(want) || got[4].CancellationID != part.ID || got[6].BillingKey != good || got[3].TransactionID != s.read("inv-202610-1").TransactionID {
		t.Errorf("%+v", got)
	}
	if more := s.events(); len(more) != 0 || s.sim.WebhooksPending() != 0 {
		t.Errorf("delivered again: %+v", more)
	}
}

func TestA_webhook_is_sent_again_with_the_same_id_and_body_and_then_given_up(t *testing.T) {
	s := open(t)
	s.mustCharge(request("inv-202610-1", s.card(simulator.Card{}), 1))
	s.deaf = true
	s.events()
	first := s.posted[1]
	for n, wait := range []time.Duration{time.Minute, 4 * time.Minute, 16 * time.Minute, 64 * time.Minute, 256 * time.Minute} {
		if err := s.clock.Advance(wait - time.Second); err != nil {
			t.Fatal(err)
		}
		if early := s.events(); len(early) != 0 {
			t.Errorf("resend %d came early", n+1)
		}
		if err := s.clock.Advance(time.Second); err != nil {
			t.Fatal(err)
		}
		s.events()
		again := s.posted[1]
		if !bytes.Equal(again.Body, first.Body) || again.Header.Get("Webhook-Id") != first.Header.Get("Webhook-Id") || again.Header.Get("Webhook-Timestamp") == first.Header.Get("Webhook-Timestamp") {
			t.Errorf("resend %d: %v %s", n+1, again.Header, again.Body)
		}
	}
	if s.sim.WebhooksPending() != 0 {
		t.Error("it is never given up")
	}
	s.deaf = false
	if err := s.client.ResendWebhook(t.Context(), "inv-202610-1"); err != nil {
		t.Fatal(err)
	}
	if by := s.events(); len(by) != 1 || by[0].Type != "Transaction.Paid" {
		t.Errorf("by hand: %+v", by)
	}
}

func TestWebhooks_come_twice_and_backwards_when_told(t *testing.T) {
	s := open(t)
	s.mustCharge(request("inv-202610-1", s.card(simulator.Card{}), 1))
	s.sim.Misdeliver(simulator.Misdelivery{Copies: 2, Reverse: true})
	got := s.events()
	if len(got) != 6 || got[0].Type != "Transaction.Paid" || got[2].Type != "Transaction.Paid" || got[3].Type != "BillingKey.Issued" {
		t.Errorf("%+v", got)
	}
}

func TestA_webhook_may_overtake_the_answer(t *testing.T) {
	s := open(t)
	key := s.card(simulator.Card{})
	s.events()
	s.posted = nil
	s.sim.On(simulator.Match{Op: simulator.OpCharge}, simulator.WebhookFirst())
	s.mustCharge(request("inv-202610-1", key, 1))
	if len(s.posted) != 1 {
		t.Errorf("%d webhooks before the answer", len(s.posted))
	}
}

func TestA_notice_address_replaces_the_consoles(t *testing.T) {
	s := open(t)
	q := request("inv-202610-1", s.card(simulator.Card{}), 1)
	q.NoticeURLs = []string{"https://a.invalid/x", "https://b.invalid/x"}
	s.mustCharge(q)
	s.events()
	if len(s.posted) != 3 || s.posted[1].URL != "https://a.invalid/x" || s.posted[2].URL != "https://b.invalid/x" {
		t.Errorf("%+v", s.posted)
	}
}
