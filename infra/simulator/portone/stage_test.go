package portone_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	simulator "jeongsan/infra/simulator/portone"
	"jeongsan/internal/calendar"
	"jeongsan/internal/money"
	"jeongsan/internal/portone"
)

const (
	storeID = "store-msp-1"
	secret  = "secret-of-msp-1"
	hook    = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
)

// stage is the simulator on loopback, our client before it, and a clock that stands at 10 November 2026, 10:00 KST.
type stage struct {
	t       *testing.T
	sim     *simulator.Simulator
	client  *portone.Client
	clock   *calendar.Manual
	url     string
	journal []byte
	posted  []simulator.Webhook
	deaf    bool // the receiver of webhooks answers 500
}

func options(s *stage) simulator.Options {
	return simulator.Options{
		Now: s.clock.Now,
		Stores: []simulator.Store{
			{ID: storeID, MerchantID: "merchant-1", Secret: secret, WebhookSecret: hook, WebhookURL: "https://msp.invalid/hook",
				Channels: []simulator.Channel{{Key: "channel-1", Name: "토스", Provider: "TOSSPAYMENTS", MID: "bill_1"}}},
			{ID: "store-msp-2", MerchantID: "merchant-2", Secret: "secret-of-msp-2", WebhookSecret: "whsec_b3RoZXIgc2VjcmV0IG9mIDI0IGJ5dGVz", WebhookURL: "https://other.invalid/hook",
				Channels: []simulator.Channel{{Key: "channel-2", Name: "토스", Provider: "TOSSPAYMENTS", MID: "bill_2"}}},
		},
		Deliver: func(w simulator.Webhook) bool { s.posted = append(s.posted, w); return !s.deaf },
		Save:    func(line []byte) { s.journal = append(s.journal, line...) },
	}
}

func open(t *testing.T) *stage {
	t.Helper()
	return openThat(t, func(*simulator.Options) {})
}

// openThat is a stage whose simulator is told otherwise.
func openThat(t *testing.T, edit func(*simulator.Options)) *stage {
	t.Helper()
	s := &stage{t: t, clock: calendar.NewManual(time.Date(2026, 11, 10, 10, 0, 0, 0, calendar.Seoul))}
	o := options(s)
	edit(&o)
	var err error
	if s.sim, err = simulator.New(o); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(s.sim)
	t.Cleanup(server.Close)
	s.url = server.URL
	s.client = s.clientOf(storeID, secret, 5*time.Second)
	return s
}

func (s *stage) clientOf(store, key string, patience time.Duration) *portone.Client {
	s.t.Helper()
	c, err := portone.New(portone.Config{Secret: key, StoreID: store, BaseURL: s.url, HTTP: &http.Client{Timeout: patience, Transport: &http.Transport{DisableKeepAlives: true}}})
	if err != nil {
		s.t.Fatal(err)
	}
	return c
}

func (s *stage) card(c simulator.Card) portone.BillingKey {
	s.t.Helper()
	key, err := s.sim.IssueBillingKey(simulator.Issue{Store: storeID, CustomerID: "customer-1", Name: "한빛소프트", Card: c})
	if err != nil {
		s.t.Fatal(err)
	}
	return portone.BillingKey(key)
}

func won(total, vat int64) portone.Parts {
	return portone.Parts{Total: money.Won(total), TaxFree: money.Won(0), VAT: money.Won(vat)}
}

// request charges 110,000 won; try names the attempt.
func request(id string, key portone.BillingKey, try int) portone.ChargeRequest {
	return portone.ChargeRequest{PaymentID: id, IdempotencyKey: fmt.Sprintf("%s-attempt-%08d", id, try), BillingKey: key, OrderName: "10월 이용료", Amount: won(110_000, 10_000)}
}

func (s *stage) charge(q portone.ChargeRequest) (portone.Charged, error) {
	return s.client.Charge(s.t.Context(), q)
}

func (s *stage) mustCharge(q portone.ChargeRequest) {
	s.t.Helper()
	if _, err := s.charge(q); err != nil {
		s.t.Fatal(err)
	}
}

func (s *stage) read(id string) portone.Payment {
	s.t.Helper()
	p, err := s.client.GetPayment(s.t.Context(), id)
	if err != nil {
		s.t.Fatal(err)
	}
	return p
}

// chargedOnce fails the test when a payment is not charged as often as it should be.
func (s *stage) charged(id string, times int) {
	s.t.Helper()
	for _, p := range s.sim.Payments() {
		if p.ID == id {
			if p.Successes != times || p.Charged != int64(times)*110_000 {
				s.t.Errorf("payment %s: %+v, want %d charges", id, p, times)
			}
			return
		}
	}
	if times > 0 {
		s.t.Errorf("no payment %s", id)
	}
}

// raw asks as a stranger's client would.
func (s *stage) raw(method, path, body string, header map[string]string) (int, string) {
	s.t.Helper()
	req, err := http.NewRequest(method, s.url+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("Authorization", "PortOne "+secret)
	for name, value := range header {
		req.Header.Set(name, value)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return resp.StatusCode, string(answer)
}

func typeOf(err error) string {
	var r *portone.Refusal
	if errors.As(err, &r) {
		return r.Type
	}
	return ""
}
