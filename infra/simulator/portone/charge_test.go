package portone_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	simulator "jeongsan/infra/simulator/portone"
	"jeongsan/internal/fault"
	"jeongsan/internal/money"
	"jeongsan/internal/portone"
)

func TestA_card_is_charged_once_however_often_it_is_asked(t *testing.T) {
	s := open(t)
	key := s.card(simulator.Card{})
	first, err := s.charge(request("inv-202610-1", key, 1))
	if err != nil {
		t.Fatal(err)
	}
	again, err := s.charge(request("inv-202610-1", key, 1))
	if err != nil || again != first {
		t.Errorf("the same request under its key says %+v %v, the first said %+v", again, err, first)
	}
	_, err = s.charge(request("inv-202610-1", key, 2))
	if typeOf(err) != portone.TypeAlreadyPaid || !fault.Is(err, fault.Conflict) {
		t.Errorf("another key: %v", err)
	}
	if err := s.clock.Advance(3 * time.Hour); err != nil {
		t.Fatal(err)
	}
	if _, err := s.charge(request("inv-202610-1", key, 1)); typeOf(err) != portone.TypeAlreadyPaid {
		t.Errorf("the first key after three hours: %v", err)
	}
	s.charged("inv-202610-1", 1)
}

func TestAnother_request_under_a_used_key_is_refused(t *testing.T) {
	s := open(t)
	key := s.card(simulator.Card{})
	s.mustCharge(request("inv-202610-1", key, 1))
	q := request("inv-202610-1", key, 1)
	q.Amount = won(120_000, 0)
	if _, err := s.charge(q); !fault.Is(err, fault.Invalid) {
		t.Errorf("%v", err)
	}
}

func TestThe_same_key_while_the_first_request_runs_is_told_so(t *testing.T) {
	s := open(t)
	key := s.card(simulator.Card{})
	q := request("inv-202610-1", key, 1)
	var meanwhile error
	s.sim.On(simulator.Match{Op: simulator.OpCharge}, simulator.Before(func() { _, meanwhile = s.charge(q) }))
	s.mustCharge(q)
	var said *portone.Refusal
	if !errors.As(meanwhile, &said) || !said.StillRunning() || !fault.Is(meanwhile, fault.UnknownOutcome) {
		t.Errorf("meanwhile: %v", meanwhile)
	}
	s.charged("inv-202610-1", 1)
}

func TestThe_key_is_taken_with_and_without_quotes(t *testing.T) {
	s := open(t)
	body := fmt.Sprintf(`{"billingKey":%q,"orderName":"x","amount":{"total":110000},"currency":"KRW"}`, string(s.card(simulator.Card{})))
	first, paid := s.raw("POST", "/payments/quoted-1/billing-key", body, map[string]string{"Idempotency-Key": `"0123456789abcdef"`})
	second, repeated := s.raw("POST", "/payments/quoted-1/billing-key", body, map[string]string{"Idempotency-Key": "0123456789abcdef"})
	if first != 200 || second != 200 || paid != repeated {
		t.Errorf("%d %s, %d %s", first, paid, second, repeated)
	}
	if status, said := s.raw("POST", "/payments/quoted-1/billing-key", body, map[string]string{"Idempotency-Key": `"short"`}); status != 400 {
		t.Errorf("%d %s", status, said)
	}
	if v := s.read("quoted-1").Amount.VAT; v != money.Won(10_000) {
		t.Errorf("without a VAT PortOne assumes 1/11, not %v", v)
	}
}

func TestA_lost_answer_leaves_one_charge_that_can_be_read(t *testing.T) {
	for name, c := range map[string]struct {
		action simulator.Action
		code   fault.Code
		times  int
	}{
		"a time-out after the commit":            {simulator.LoseAnswer(), fault.UnknownOutcome, 1},
		"a connection broken after the commit":   {simulator.Drop(), fault.UnknownOutcome, 1},
		"an answer cut in the middle":            {simulator.Cut(), fault.UnknownOutcome, 1},
		"a 500 after the commit":                 {simulator.FailAfter(500), fault.UnknownOutcome, 1},
		"a 504 before anything was done":         {simulator.FailBefore(504), fault.UnknownOutcome, 0},
		"the gateway's 502 although it was paid": {simulator.DeclineAfter("PROVIDER_ERROR", "일시적인 오류"), fault.UnknownOutcome, 1},
		"an answer without its fields":           {simulator.Edit(func(string) string { return `{"payment":{}}` }), fault.UnknownOutcome, 1},
		"an answer that is no JSON":              {simulator.Edit(func(string) string { return `ok` }), fault.UnknownOutcome, 1},
		"a throttle":                             {simulator.Throttle(), fault.Unavailable, 0},
		"a wrong secret":                         {simulator.Refuse(401, "UNAUTHORIZED"), fault.Forbidden, 0},
		"a 403 that is not PortOne's":            {simulator.FailBefore(403), fault.Forbidden, 0},
		"a 404 that is not PortOne's":            {simulator.FailBefore(404), fault.UnknownOutcome, 0},
		"a conflict nobody has heard of":         {simulator.Refuse(409, "SOMETHING_NEW"), fault.Conflict, 0},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			s.client = s.clientOf(storeID, secret, 400*time.Millisecond)
			q := request("inv-202610-1", s.card(simulator.Card{}), 1)
			s.sim.On(simulator.Match{Op: simulator.OpCharge}, c.action)
			if _, err := s.charge(q); fault.CodeOf(err) != c.code {
				t.Fatalf("%v", err)
			}
			s.charged("inv-202610-1", c.times)
			s.mustCharge(q)
			s.charged("inv-202610-1", 1)
			if p := s.read("inv-202610-1"); p.Status != portone.Paid {
				t.Errorf("%+v", p)
			}
		})
	}
}

func TestA_slow_charge_goes_on_without_the_client_and_is_learnt_by_asking_again(t *testing.T) {
	s := open(t)
	s.client = s.clientOf(storeID, secret, 100*time.Millisecond)
	q := request("inv-202610-1", s.card(simulator.Card{}), 1)
	s.sim.On(simulator.Match{Op: simulator.OpCharge}, simulator.Slow(250*time.Millisecond))
	_, err := s.charge(q)
	if !fault.Is(err, fault.UnknownOutcome) {
		t.Fatalf("%v", err)
	}
	for deadline := time.Now().Add(5 * time.Second); err != nil && time.Now().Before(deadline); _, err = s.charge(q) {
		if typeOf(err) != portone.TypeOutstanding && !fault.Is(err, fault.UnknownOutcome) {
			t.Fatalf("%v", err)
		}
	}
	if err != nil {
		t.Errorf("never answered: %v", err)
	}
	s.charged("inv-202610-1", 1)
}

func TestA_question_that_is_not_answered_is_only_unavailable(t *testing.T) {
	s := open(t)
	s.mustCharge(request("inv-202610-1", s.card(simulator.Card{}), 1))
	for name, a := range map[string]simulator.Action{
		"dropped": simulator.Drop(), "cut": simulator.Cut(), "500": simulator.FailBefore(500),
		"a float":       simulator.Edit(func(b string) string { return strings.Replace(b, `"total":110000`, `"total":110000.0`, 1) }),
		"an exponent":   simulator.Edit(func(b string) string { return strings.Replace(b, `"total":110000`, `"total":11e4`, 1) }),
		"an overflow":   simulator.Edit(func(b string) string { return strings.Replace(b, `"paid":110000`, `"paid":9223372036854775808`, 1) }),
		"a string":      simulator.Edit(func(b string) string { return strings.Replace(b, `"paid":110000`, `"paid":"110000"`, 1) }),
		"a negative":    simulator.Edit(func(b string) string { return strings.Replace(b, `"paid":110000`, `"paid":-110000`, 1) }),
		"no currency":   simulator.Edit(func(b string) string { return strings.Replace(b, `"currency":"KRW",`, ``, 1) }),
		"no paid at":    simulator.Edit(func(b string) string { return strings.Replace(b, `"paidAt"`, `"x"`, 1) }),
		"no amount":     simulator.Edit(func(b string) string { return strings.Replace(b, `"amount"`, `"x"`, 1) }),
		"another's id":  simulator.Edit(func(b string) string { return strings.Replace(b, `"id":"inv-202610-1"`, `"id":"inv-202610-2"`, 1) }),
		"a broken time": simulator.Edit(func(b string) string { return strings.Replace(b, `"requestedAt":"2026`, `"requestedAt":"26`, 1) }),
	} {
		t.Run(name, func(t *testing.T) {
			s.sim.On(simulator.Match{Op: simulator.OpGetPayment}, a)
			if p, err := s.client.GetPayment(t.Context(), "inv-202610-1"); !fault.Is(err, fault.Unavailable) {
				t.Errorf("%+v %v", p, err)
			}
		})
	}
}

func TestCards_decline_as_they_were_told(t *testing.T) {
	s := open(t)
	tomorrow := s.clock.Now().Add(24 * time.Hour)
	for name, c := range map[string]struct {
		card  simulator.Card
		code  string
		class portone.Class
	}{
		"no money":     {simulator.Card{Balance: 50_000}, "REJECT_CARD_PAYMENT", portone.NextCard},
		"a limit":      {simulator.Card{Limit: 100_000}, "EXCEED_MAX_PAYMENT_AMOUNT", portone.NextCard},
		"stopped":      {simulator.Card{Stopped: true}, "INVALID_STOPPED_CARD", portone.CardNeedsAttention},
		"expired":      {simulator.Card{Expires: s.clock.Now()}, "INVALID_CARD_EXPIRATION", portone.CardNeedsAttention},
		"our contract": {simulator.Card{Decline: "NOT_REGISTERED_BUSINESS"}, "NOT_REGISTERED_BUSINESS", portone.StopAndAlert},
		"trouble":      {simulator.Card{Decline: "PROVIDER_ERROR"}, "PROVIDER_ERROR", portone.Unsure},
		"a new code":   {simulator.Card{Decline: "BRAND_NEW"}, "BRAND_NEW", portone.NextCard},
	} {
		t.Run(name, func(t *testing.T) {
			id := "decline-" + strings.ReplaceAll(name, " ", "-")
			_, err := s.charge(request(id, s.card(c.card), 1))
			var said *portone.Refusal
			if !errors.As(err, &said) || !said.Declined() || said.PGCode != c.code || said.PGMessage == "" || !fault.Is(err, fault.UnknownOutcome) {
				t.Fatalf("%v", err)
			}
			if p := s.read(id); p.Status != portone.Failed || p.Failure.PGCode != c.code || portone.Explain(p.Channel.Provider, p.Failure.PGCode).Class != c.class || p.FailedAt.IsZero() || !p.Amount.Paid.IsZero() {
				t.Errorf("%+v", p)
			}
		})
	}
	t.Run("a card that expires tomorrow works today", func(t *testing.T) {
		s.mustCharge(request("still-good", s.card(simulator.Card{Expires: tomorrow}), 1))
	})
}

func TestThe_next_card_may_succeed_under_the_same_payment_id(t *testing.T) {
	s := open(t)
	poor, good := s.card(simulator.Card{Balance: 1}), s.card(simulator.Card{FailFirst: 1})
	for n, key := range []portone.BillingKey{poor, good} {
		if _, err := s.charge(request("inv-202610-1", key, n)); typeOf(err) != portone.TypePGProvider {
			t.Fatalf("%v", err)
		}
	}
	s.mustCharge(request("inv-202610-1", good, 2))
	if p := s.read("inv-202610-1"); p.BillingKey != good || p.Status != portone.Paid {
		t.Errorf("%+v", p)
	}
	got := s.sim.Payments()[0]
	if got.Tries != 3 || got.Successes != 1 || !slices.Equal(got.Codes, []string{"REJECT_CARD_PAYMENT", "REJECT_CARD_PAYMENT"}) {
		t.Errorf("%+v", got)
	}
}

func TestA_payment_id_is_not_tried_for_ever(t *testing.T) {
	s := open(t)
	poor := s.card(simulator.Card{Balance: 1})
	var err error
	for n := range 21 {
		_, err = s.charge(request("inv-202610-1", poor, n))
	}
	if typeOf(err) != portone.TypeTooManyTries || !fault.Is(err, fault.Conflict) {
		t.Errorf("%v", err)
	}
}

func TestA_card_stopped_later_declines_from_then_on(t *testing.T) {
	s := open(t)
	key := s.card(simulator.Card{})
	s.mustCharge(request("inv-202610-1", key, 1))
	if err := s.sim.SetCard(string(key), simulator.Card{Stopped: true}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.charge(request("inv-202610-2", key, 1)); typeOf(err) != portone.TypePGProvider {
		t.Errorf("%v", err)
	}
}

func TestAnother_stores_things_do_not_exist(t *testing.T) {
	s := open(t)
	key := s.card(simulator.Card{})
	s.mustCharge(request("inv-202610-1", key, 1))
	other := s.clientOf("store-msp-2", "secret-of-msp-2", time.Second)
	if _, err := other.GetPayment(t.Context(), "inv-202610-1"); !fault.Is(err, fault.NotFound) {
		t.Errorf("payment: %v", err)
	}
	if _, err := other.GetBillingKey(t.Context(), key); !fault.Is(err, fault.NotFound) {
		t.Errorf("billing key: %v", err)
	}
	if _, err := other.Charge(t.Context(), request("inv-202610-9", key, 1)); typeOf(err) != portone.TypeBillingKeyNotFound {
		t.Errorf("charge: %v", err)
	}
	stranger := s.clientOf("store-msp-2", secret, time.Second)
	if _, err := stranger.GetPayment(t.Context(), "inv-202610-1"); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a store that is not the secret's: %v", err)
	}
}

func TestAn_unreachable_provider_was_sent_nothing(t *testing.T) {
	s := open(t)
	s.url = "http://127.0.0.1:1"
	_, err := s.clientOf(storeID, secret, time.Second).Charge(t.Context(), request("inv-202610-1", "k", 1))
	if !fault.Is(err, fault.Unavailable) {
		t.Errorf("%v", err)
	}
}

func TestThe_provider_refuses_what_the_real_one_refuses(t *testing.T) {
	s := open(t)
	key := string(s.card(simulator.Card{}))
	body := func(change string) string {
		return fmt.Sprintf(`{"billingKey":%q,"orderName":"x","amount":{"total":1000,"taxFree":0,"vat":0},"currency":"KRW"%s}`, key, change)
	}
	const pay = "/payments/refused-1/billing-key"
	for name, c := range map[string]struct {
		method, path, body string
		auth               string
		status             int
		says               string
	}{
		"no secret":                {"POST", pay, body(""), "Bearer x", 401, "UNAUTHORIZED"},
		"another store":            {"POST", pay, body(`,"storeId":"store-msp-2"`), "", 403, "FORBIDDEN"},
		"a short payment id":       {"POST", "/payments/short/billing-key", body(""), "", 400, "paymentId"},
		"a float":                  {"POST", pay, body(`,"amount":{"total":10.5}`), "", 400, "INVALID_REQUEST"},
		"nothing to pay":           {"POST", pay, body(`,"amount":{"total":0}`), "", 400, "amount"},
		"parts above the total":    {"POST", pay, body(`,"amount":{"total":10,"taxFree":6,"vat":5}`), "", 409, "SUM_OF_PARTS_EXCEEDS_TOTAL_AMOUNT"},
		"an unknown channel":       {"POST", pay, body(`,"channelKey":"nowhere"`), "", 404, "CHANNEL_NOT_FOUND"},
		"no JSON":                  {"POST", pay, `billingKey=1`, "", 400, "INVALID_REQUEST"},
		"a card number in a field": {"POST", pay, body(`,"customData":"4111 1111 1111 1111"`), "", 400, "card number"},
		"a keyed-in card":          {"POST", "/billing-keys", `{"method":{"card":{"credential":{}}}}`, "", 400, "card number"},
		"issuing without a window": {"POST", "/billing-keys", `{}`, "", 403, "FORBIDDEN"},
		"an unknown call":          {"GET", "/nothing", "", "", 404, "NOT_FOUND"},
		"a strange requester":      {"DELETE", "/billing-keys/" + key + "?requester=CAT", "", "", 400, "requester"},
		"a page beyond 60,000":     {"GET", `/payments?requestBody={"page":{"number":600,"size":100}}`, "", "", 400, "page"},
		"a cancel without reason":  {"POST", "/payments/refused-1/cancel", `{}`, "", 400, "reason"},
	} {
		t.Run(name, func(t *testing.T) {
			header := map[string]string{"Content-Type": "text/plain;charset=UTF-8"}
			if c.auth != "" {
				header["Authorization"] = c.auth
			}
			if status, said := s.raw(c.method, strings.ReplaceAll(c.path, `"`, "%22"), c.body, header); status != c.status || !strings.Contains(said, c.says) {
				t.Errorf("%d %s", status, said)
			}
		})
	}
	if got := s.sim.Payments(); len(got) != 0 {
		t.Errorf("something was charged: %+v", got)
	}
}
