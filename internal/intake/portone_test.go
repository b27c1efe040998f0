package intake_test

import (
	"context"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	simulator "jeongsan/infra/simulator/portone"
	"jeongsan/internal/calendar"
	"jeongsan/internal/fault"
	"jeongsan/internal/intake"
	"jeongsan/internal/invoice"
	"jeongsan/internal/money"
	"jeongsan/internal/payment"
	"jeongsan/internal/portone"
	"jeongsan/internal/receivables"
	"jeongsan/internal/receivables/receivablestest"
	"jeongsan/internal/store"
	"jeongsan/internal/tenant"
)

const webhookSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

// till is receivables before the simulated provider, by the real client.
type till struct {
	*receivablestest.Office
	desk     *receivables.Desk
	sim      *simulator.Simulator
	received []error
}

func openTill(t *testing.T, cards ...simulator.Card) *till {
	t.Helper()
	return openTillThat(t, simulator.Options{}, cards...)
}

// openTillThat is a till before a provider that does as the options say.
func openTillThat(t *testing.T, o simulator.Options, cards ...simulator.Card) *till {
	t.Helper()
	k := &till{Office: receivablestest.Bare("2026-11-06 10:00")}
	o.Now = k.World.Clock.Now
	o.Stores = []simulator.Store{{ID: receivablestest.StoreID, MerchantID: "merchant-1", Secret: "the-api-secret", WebhookSecret: webhookSecret, WebhookURL: "https://msp.invalid/hook",
		Channels: []simulator.Channel{{Key: "channel-key-1", Name: "토스", Provider: "TOSSPAYMENTS", MID: "bill_1"}}}}
	o.Deliver = func(w simulator.Webhook) bool {
		_, err := k.desk.Receive(context.Background(), k.Tenant, w.Header, w.Body)
		k.received = append(k.received, err)
		return err == nil
	}
	var err error
	k.sim, err = simulator.New(o)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(k.sim)
	t.Cleanup(server.Close)
	k.desk = k.Desk(k.World.Process())
	k.desk.Verify = intake.PortOneWebhooks(k.World.Clock.Now)
	k.desk.Gateway = func(_ context.Context, _ store.Tenant, c tenant.CardChannel, secret string) (receivables.Gateway, error) {
		client, err := portone.New(portone.Config{Secret: secret, StoreID: c.StoreID, BaseURL: server.URL})
		return intake.PortOne{Client: client}, err
	}
	order := receivablestest.Channel()
	order.WebhookSecret = webhookSecret
	k.must(t, k.desk.RegisterChannel(t.Context(), k.Main(), order))
	k.Customer(1, 0)
	for _, card := range cards {
		key, err := k.sim.IssueBillingKey(simulator.Issue{Store: receivablestest.StoreID, CustomerID: receivablestest.CustomerID(1), Card: card})
		k.must(t, err)
		_, err = k.desk.RegisterMethod(t.Context(), k.Staff(), receivablestest.CustomerID(1), key, 0)
		k.must(t, err)
	}
	k.Bill(1, october, 100_000, "2026-11-06 10:00")
	k.At("2026-12-03 09:00")
	return k
}

func (k *till) must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (k *till) charge(t *testing.T) payment.Payment {
	t.Helper()
	p, err := k.desk.Charge(t.Context(), k.Job(), receivables.Work{Invoice: receivablestest.Number(1, october), Run: 1})
	k.must(t, err)
	return p
}

// work does what webhooks and timers left, until none is left.
func (k *till) work(t *testing.T) {
	t.Helper()
	k.sim.DeliverWebhooks()
	for _, err := range k.received {
		k.must(t, err)
	}
	k.must(t, k.WorkOffBy(t.Context(), k.World.Process(), k.desk))
}

// once holds the card company's own record: one success, and the tax that was sent.
func (k *till) once(t *testing.T) {
	t.Helper()
	all := k.sim.Payments()
	if len(all) != 1 || all[0].Successes != 1 || all[0].Charged != 110_000 || all[0].VAT != 10_000 || all[0].TaxFree != 0 {
		t.Errorf("the card company has %+v", all)
	}
}

func TestA_card_is_charged_at_PortOne_and_its_slip_stands_for_the_tax_invoice(t *testing.T) {
	k := openTill(t, simulator.Card{Number: "43301234****123*", Issuer: "HANA_CARD"})
	p := k.charge(t)
	if p.State != payment.Succeeded || p.Slip.Approval == "" || p.Slip.PaidAt.IsZero() || p.Evidence != invoice.BySlip || p.Last().Card.Number != "43301234****123*" {
		t.Errorf("the payment is %+v", p)
	}
	k.work(t)
	if len(k.received) == 0 {
		t.Error("no webhook came")
	}
	if balance, err := k.Invoice(1, october).Balance(); err != nil || !balance.IsZero() {
		t.Errorf("the invoice still owes %s, %v", balance, err)
	}
	k.once(t)
}

func TestThe_backup_card_pays_where_the_first_is_declined(t *testing.T) {
	for _, c := range []struct {
		what  string
		card  simulator.Card
		class payment.Class
		state payment.MethodState
	}{
		{"over its limit", simulator.Card{Limit: 50_000}, payment.Soft, payment.Usable},
		{"expired", simulator.Card{Expires: time.Date(2026, time.November, 30, 0, 0, 0, 0, calendar.Seoul)}, payment.Hard, payment.Expired},
		{"stopped", simulator.Card{Stopped: true}, payment.Hard, payment.Stopped},
	} {
		t.Run(c.what, func(t *testing.T) {
			k := openTill(t, c.card, simulator.Card{})
			p := k.charge(t)
			if p.State != payment.Succeeded || len(p.Attempts) != 2 || p.Attempts[0].Decline.Class != c.class || p.Attempts[0].Decline.Text.KO == "" {
				t.Errorf("the payment is %+v", p)
			}
			w, _, err := payment.LoadWallet(t.Context(), k.World.Store, k.Tenant, receivablestest.CustomerID(1))
			k.must(t, err)
			if w.Methods[0].State != c.state {
				t.Errorf("the first card is %s", w.Methods[0].State)
			}
			k.once(t)
		})
	}
}

func TestA_charge_whose_outcome_is_hidden_is_found_by_its_id_and_never_made_twice(t *testing.T) {
	for _, c := range []struct {
		what   string
		action simulator.Action
	}{
		{"the answer is lost", simulator.Drop()},
		{"the answer breaks off", simulator.Cut()},
		{"the provider fails before the work", simulator.FailBefore(503)},
		{"the provider fails after the work", simulator.FailAfter(500)},
		{"it is throttled", simulator.Throttle()},
		{"a decline is answered although the card was charged", simulator.DeclineAfter("PROVIDER_ERROR", "일시적인 오류")},
		{"the webhook is faster than the answer", simulator.WebhookFirst()},
	} {
		t.Run(c.what, func(t *testing.T) {
			k := openTill(t, simulator.Card{}, simulator.Card{})
			k.sim.On(simulator.Match{Op: simulator.OpCharge}, c.action)
			k.charge(t)
			k.work(t)
			if p := k.Payment("HANBIT-202610-C0001-1-p1"); p.State != payment.Succeeded || len(p.Attempts) != 1 {
				t.Errorf("the payment is %+v", p)
			}
			k.once(t)
		})
	}
}

func TestA_refund_at_PortOne_opens_the_invoice_again_and_reconciliation_finds_nothing(t *testing.T) {
	k := openTill(t, simulator.Card{})
	p := k.charge(t)
	p, err := k.desk.Refund(t.Context(), k.Staff(), receivables.RefundOrder{Payment: p.ID, Amount: money.Won(33_000), Left: money.Won(110_000), Reason: "과금 오류"})
	if err != nil || p.State != payment.PartlyCancelled {
		t.Fatalf("%+v, %v", p, err)
	}
	day := calendar.MustDate("2026-12-03")
	left, err := k.desk.Reconcile(t.Context(), k.Job(), day, day)
	if err != nil || len(left) != 0 {
		t.Errorf("%+v is left, %v", left, err)
	}
	if owed, err := payment.Owed(k.Invoice(1, october)); err != nil || owed.Total != money.Won(33_000) || owed.VAT != money.Won(3_000) {
		t.Errorf("the invoice owes %+v, %v", owed, err)
	}
}

func TestA_card_that_goes_is_deleted_at_PortOne(t *testing.T) {
	k := openTill(t, simulator.Card{})
	w, _, err := payment.LoadWallet(t.Context(), k.World.Store, k.Tenant, receivablestest.CustomerID(1))
	k.must(t, err)
	id := w.Methods[0].ID
	k.must(t, k.desk.RemoveMethod(t.Context(), k.Staff(), receivablestest.CustomerID(1), id, "교체"))
	if _, err := k.desk.Charge(t.Context(), k.Job(), receivables.Work{Invoice: receivablestest.Number(1, october), Run: 1}); !fault.Is(err, fault.Conflict) {
		t.Errorf("charged without a card: %v", err)
	}
	k.work(t)
}

func TestA_card_that_was_deleted_in_PortOnes_console_is_known_by_the_webhook(t *testing.T) {
	k := openTill(t)
	key, err := k.sim.IssueBillingKey(simulator.Issue{Store: receivablestest.StoreID, CustomerID: receivablestest.CustomerID(1)})
	k.must(t, err)
	_, err = k.desk.RegisterMethod(t.Context(), k.Staff(), receivablestest.CustomerID(1), key, 0)
	k.must(t, err)
	console, err := k.desk.Gateway(t.Context(), k.Tenant, tenant.CardChannel{StoreID: receivablestest.StoreID}, "the-api-secret")
	k.must(t, err)
	k.must(t, console.Forget(t.Context(), key))
	k.must(t, console.Forget(t.Context(), key)) // deleted is deleted
	k.work(t)
	w, _, err := payment.LoadWallet(t.Context(), k.World.Store, k.Tenant, receivablestest.CustomerID(1))
	if err != nil || w.Methods[0].State != payment.Deleted {
		t.Errorf("the cards are %+v, %v", w.Methods, err)
	}
}

func TestA_card_of_another_customer_is_refused(t *testing.T) {
	k := openTill(t)
	key, err := k.sim.IssueBillingKey(simulator.Issue{Store: receivablestest.StoreID, CustomerID: receivablestest.CustomerID(2)})
	k.must(t, err)
	for what, billingKey := range map[string]string{"registered for another": key, "a card number": "4111 1111 1111 1111", "empty": ""} {
		if _, err := k.desk.RegisterMethod(t.Context(), k.Staff(), receivablestest.CustomerID(1), billingKey, 0); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestAnother_shops_secret_is_refused_when_the_channel_is_registered(t *testing.T) {
	k := openTill(t)
	order := receivablestest.Channel()
	order.APISecret = "a-wrong-secret"
	if err := k.desk.RegisterChannel(t.Context(), k.Main(), order); !fault.Is(err, fault.Forbidden) {
		t.Errorf("got %v", err)
	}
}

func TestA_webhook_of_PortOne_is_refused_by_signature_and_age(t *testing.T) {
	k := openTill(t, simulator.Card{})
	secrets, err := portone.ParseSecrets(webhookSecret)
	k.must(t, err)
	body := []byte(`{"type":"Transaction.Paid","timestamp":"2026-12-03T00:00:00Z","data":{"storeId":"` + receivablestest.StoreID + `","paymentId":"HANBIT-202610-C0001-1-p1","transactionId":"t"}}`)
	for _, c := range []struct {
		what string
		age  time.Duration
		body string
		want fault.Code
	}{
		{"as it was signed", 0, string(body), ""},
		{"an hour old", time.Hour, string(body), fault.Forbidden},
		{"with one letter changed", 0, strings.Replace(string(body), "C0001", "C0002", 1), fault.Forbidden},
	} {
		headers := map[string][]string{}
		secrets.Sign(headers, "msg_"+c.what, k.World.Clock.Now().Add(-c.age), body)
		lower := map[string][]string{} // as a gateway in front of us writes them
		for name, values := range headers {
			lower[strings.ToLower(name)] = values
		}
		if _, err := k.desk.Receive(t.Context(), k.Tenant, lower, []byte(c.body)); fault.CodeOf(err) != c.want {
			t.Errorf("%s: %v", c.what, err)
		}
	}
}
