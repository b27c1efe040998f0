package portone_test

import (
	"bytes"
	"errors"
	"fmt"
	"testing"
	"time"

	simulator "jeongsan/infra/simulator/portone"
	"jeongsan/internal/fault"
	"jeongsan/internal/portone"
)

func (s *stage) list(w portone.Window) (ids []string, unreadable int) {
	s.t.Helper()
	for p, err := range s.client.ListPayments(s.t.Context(), w) {
		if errors.Is(err, portone.ErrUnreadable) {
			unreadable++
		} else if err != nil {
			s.t.Fatal(err)
		}
		ids = append(ids, p.ID)
	}
	return ids, unreadable
}

func TestA_listing_over_several_pages_is_complete_and_in_order(t *testing.T) {
	s := open(t)
	start := s.clock.Now()
	for n := range 205 {
		if err := s.sim.PutPayment(simulator.Placed{Store: storeID, ID: fmt.Sprintf("placed-%03d", 204-n), Status: "PAID", Currency: "KRW", Total: 1_000}); err != nil {
			t.Fatal(err)
		}
		if err := s.clock.Advance(time.Second); err != nil {
			t.Fatal(err)
		}
	}
	ids, _ := s.list(portone.Window{By: portone.Requested, From: start, Until: s.clock.Now()})
	if len(ids) != 205 || ids[0] != "placed-204" || ids[204] != "placed-000" {
		t.Errorf("%d payments: %v", len(ids), ids)
	}
	if few, _ := s.list(portone.Window{By: portone.Requested, From: start.Add(10 * time.Second), Until: start.Add(12 * time.Second)}); len(few) != 3 {
		t.Errorf("%v", few)
	}
	for name, w := range map[string]portone.Window{
		"no kind": {From: start, Until: start}, "backwards": {By: portone.Requested, From: start, Until: start.Add(-1)},
		"a year": {By: portone.Requested, From: start.AddDate(-1, 0, 0), Until: start},
	} {
		for _, err := range s.client.ListPayments(t.Context(), w) {
			if !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

func TestOne_strange_payment_does_not_stop_a_listing(t *testing.T) {
	s := open(t)
	for _, p := range []simulator.Placed{{ID: "won-1", Currency: "KRW"}, {ID: "baht-1", Currency: "THB"}, {ID: "won-2", Currency: "KRW"}} {
		p.Store, p.Status, p.Total = storeID, "PAID", 500
		if err := s.sim.PutPayment(p); err != nil {
			t.Fatal(err)
		}
	}
	ids, unreadable := s.list(portone.Window{By: portone.StatusChanged, From: s.clock.Now().Add(-time.Hour), Until: s.clock.Now()})
	if len(ids) != 3 || unreadable != 1 {
		t.Errorf("%v, %d unreadable", ids, unreadable)
	}
}

func TestA_listing_that_breaks_off_says_so(t *testing.T) {
	s := open(t)
	s.sim.On(simulator.Match{Op: simulator.OpListPayments}, simulator.Edit(func(string) string { return `{"items":[]}` }))
	n := 0
	for _, err := range s.client.ListPayments(t.Context(), portone.Window{By: portone.Requested, From: s.clock.Now(), Until: s.clock.Now()}) {
		n++
		if !fault.Is(err, fault.Unavailable) {
			t.Errorf("%v", err)
		}
	}
	if n != 1 {
		t.Errorf("%d rows", n)
	}
}

func TestEvery_state_is_read_and_an_unknown_one_is_reported(t *testing.T) {
	s := open(t)
	for status, known := range map[string]bool{"READY": true, "PAY_PENDING": true, "VIRTUAL_ACCOUNT_ISSUED": true, "FAILED": true, "PAID": true, "HALF_PAID": false} {
		if err := s.sim.PutPayment(simulator.Placed{Store: storeID, ID: "in-" + status, Status: status, Currency: "KRW", Total: 1_000}); err != nil {
			t.Fatal(err)
		}
		if p := s.read("in-" + status); string(p.Status) != status || p.Status.Known() != known {
			t.Errorf("%s: %+v", status, p)
		}
	}
	if err := s.sim.PutPayment(simulator.Placed{Store: storeID, ID: "in-x", Status: "CANCELLED"}); err == nil {
		t.Error("a cancelled payment without a cancellation was placed")
	}
}

func TestA_restart_forgets_nothing(t *testing.T) {
	s := open(t)
	key := s.card(simulator.Card{Balance: 200_000})
	s.mustCharge(request("inv-202610-1", key, 1))
	before := s.sim.Snapshot()
	for name, journal := range map[string][]byte{"the journal": s.journal, "a snapshot": before, "a journal cut off": append(bytes.Clone(s.journal), `{"payments":[{"st`...)} {
		t.Run(name, func(t *testing.T) {
			if err := s.sim.Restore(journal); err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(s.sim.Snapshot(), before) {
				t.Error("the state differs")
			}
			s.mustCharge(request("inv-202610-1", key, 1)) // the answer is kept too
			s.charged("inv-202610-1", 1)
			if s.sim.WebhooksPending() != 2 {
				t.Error("webhooks are lost")
			}
		})
	}
	if err := s.sim.Restore([]byte("nonsense\n")); err == nil {
		t.Error("nonsense was restored")
	}
}

func TestThe_same_calls_give_the_same_bytes(t *testing.T) {
	play := func() []byte {
		s := open(t)
		key := s.card(simulator.Card{FailFirst: 1})
		_, _ = s.charge(request("inv-202610-1", key, 1)) // declined; the state says so
		s.mustCharge(request("inv-202610-1", key, 2))
		s.events()
		return s.journal
	}
	if a, b := play(), play(); !bytes.Equal(a, b) {
		t.Error("two runs differ")
	}
}

func TestA_simulator_that_cannot_be_is_refused(t *testing.T) {
	now := func() time.Time { return time.Time{} }
	good := simulator.Store{ID: "s", Secret: "x", WebhookSecret: hook, Channels: []simulator.Channel{{Key: "c"}}}
	without := func(change func(*simulator.Store)) simulator.Options {
		store := good
		change(&store)
		return simulator.Options{Now: now, Stores: []simulator.Store{store}}
	}
	for name, o := range map[string]simulator.Options{
		"no clock":          {Stores: []simulator.Store{good}},
		"no secret":         without(func(s *simulator.Store) { s.Secret = "" }),
		"no webhook secret": without(func(s *simulator.Store) { s.WebhookSecret = "whsec_" }),
		"no channel":        without(func(s *simulator.Store) { s.Channels = nil }),
		"one store twice":   {Now: now, Stores: []simulator.Store{good, good}},
	} {
		if _, err := simulator.New(o); err == nil {
			t.Errorf("%s is accepted", name)
		}
	}
}
