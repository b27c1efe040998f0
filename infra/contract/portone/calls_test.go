package portone_test

import (
	"encoding/json"
	"errors"
	"strconv"
	"testing"
	"time"

	simulator "jeongsan/infra/simulator/portone"
	"jeongsan/internal/fault"
	"jeongsan/internal/money"
	"jeongsan/internal/portone"
)

var october = time.Date(2026, 11, 6, 1, 0, 0, 0, time.UTC)

func standing() time.Time { return october }

// paymentJSON is a payment as the official client hands it to JavaScript.
type paymentJSON struct {
	ID, Status, TransactionID, BillingKey, PGTxID, ReceiptURL, PaidAt string

	Amount  struct{ Total, TaxFree, VAT, Paid, Cancelled json.Number }
	Channel struct{ PGProvider string }
	Method  struct {
		Type, ApprovalNumber string
		Card                 struct{ Number, Issuer string }
	}
	Failure       struct{ PGCode, PGMessage string }
	Cancellations []cancellationJSON
}

type cancellationJSON struct {
	ID, Status                            string
	TotalAmount, TaxFreeAmount, VATAmount json.Number
}

func TestThe_official_client_pays_and_ours_reads_the_same(t *testing.T) {
	s := open(t, standing)
	key := s.card(t, simulator.Card{Number: "43301234****123*"})
	t.Run("the registered card", func(t *testing.T) {
		var theirs struct {
			Status, BillingKey, StoreID, IssuedAt string

			Methods  []struct{ Card struct{ Number string } }
			Channels []struct{ PGProvider, Key string }
			Customer struct{ ID string }
		}
		s.official.must(t, "getBillingKeyInfo", options{"billingKey": key, "storeId": storeID}, &theirs)
		ours, err := s.ours.GetBillingKey(t.Context(), portone.BillingKey(key))
		if err != nil {
			t.Fatal(err)
		}
		if theirs.Status != "ISSUED" || !ours.Issued || theirs.BillingKey != string(ours.Key) || theirs.StoreID != ours.StoreID || theirs.Customer.ID != ours.CustomerID ||
			theirs.Methods[0].Card.Number != ours.Methods[0].Card.Number || ours.Methods[0].Card.Number != "43301234****123*" ||
			theirs.Channels[0].PGProvider != ours.Channels[0].Provider || theirs.Channels[0].Key != ours.Channels[0].Key || !sameTime(theirs.IssuedAt, ours.IssuedAt) {
			t.Errorf("they read %+v, we read %+v", theirs, ours)
		}
	})
	t.Run("the charge", func(t *testing.T) {
		var paid struct {
			Payment struct{ PGTxID, PaidAt string }
		}
		s.official.must(t, "payWithBillingKey", with(charge(key, 110_000, 10_000), "paymentId", "official-202610-1"), &paid)
		ours, err := s.ours.Charge(t.Context(), portone.ChargeRequest{PaymentID: "ours-202610-1", IdempotencyKey: "contract-charge-1", BillingKey: portone.BillingKey(key),
			OrderName: "10월 클라우드 이용료", Amount: parts(110_000, 10_000), Customer: portone.Customer{ID: "customer-1", Name: "한빛소프트"}})
		if err != nil {
			t.Fatal(err)
		}
		if paid.Payment.PGTxID == "" || ours.PGTxID == "" || !sameTime(paid.Payment.PaidAt, ours.PaidAt) {
			t.Errorf("%+v and %+v", paid, ours)
		}
	})
	for _, id := range []string{"official-202610-1", "ours-202610-1"} {
		t.Run("the payment "+id, func(t *testing.T) {
			var theirs paymentJSON
			s.official.must(t, "getPayment", options{"paymentId": id}, &theirs)
			ours, err := s.ours.GetPayment(t.Context(), id)
			if err != nil {
				t.Fatal(err)
			}
			comparePayments(t, theirs, ours)
			if ours.Status != portone.Paid || ours.Amount.Paid != money.Won(110_000) || ours.Amount.VAT != money.Won(10_000) || ours.Method.ApprovalNumber == "" || ours.ReceiptURL == "" {
				t.Errorf("%+v", ours)
			}
		})
	}
	t.Run("a part is given back, then the rest", func(t *testing.T) { bothCancel(t, s) })
	t.Run("the listing", func(t *testing.T) { bothList(t, s) })
	t.Run("the webhook again", func(t *testing.T) {
		var again struct {
			Webhook struct{ ID, URL string }
		}
		s.official.must(t, "resendWebhook", options{"paymentId": "ours-202610-1"}, &again)
		if err := s.ours.ResendWebhook(t.Context(), "ours-202610-1"); err != nil || again.Webhook.ID == "" {
			t.Errorf("%+v %v", again, err)
		}
	})
	t.Run("the card is deleted", func(t *testing.T) {
		second := s.card(t, simulator.Card{})
		var theirs struct{ DeletedAt string }
		s.official.must(t, "deleteBillingKey", options{"billingKey": key, "storeId": storeID, "reason": "해지", "requester": "CUSTOMER"}, &theirs)
		ours, err := s.ours.DeleteBillingKey(t.Context(), portone.BillingKey(second), portone.ByCustomer, "해지")
		if err != nil || !sameTime(theirs.DeletedAt, ours) {
			t.Errorf("%+v %v %v", theirs, ours, err)
		}
		var info struct{ Status, DeletedAt string }
		s.official.must(t, "getBillingKeyInfo", options{"billingKey": second}, &info)
		if read, err := s.ours.GetBillingKey(t.Context(), portone.BillingKey(second)); err != nil || read.Issued || info.Status != "DELETED" || !sameTime(info.DeletedAt, read.DeletedAt) {
			t.Errorf("%+v %+v %v", info, read, err)
		}
	})
}

func bothCancel(t *testing.T, s *stage) {
	var theirs struct{ Cancellation cancellationJSON }
	s.official.must(t, "cancelPayment", options{"paymentId": "ours-202610-1", "amount": 11_000, "taxFreeAmount": 0, "vatAmount": 1_000, "reason": "과금 정정", "requester": "ADMIN", "currentCancellableAmount": 110_000}, &theirs)
	if theirs.Cancellation.Status != "SUCCEEDED" || theirs.Cancellation.VATAmount != "1000" {
		t.Errorf("%+v", theirs)
	}
	partly, err := s.ours.GetPayment(t.Context(), "ours-202610-1")
	if err != nil {
		t.Fatal(err)
	}
	left, err := partly.Amount.Cancellable()
	if err != nil || partly.Status != portone.PartialCancelled || left != money.Won(99_000) {
		t.Fatalf("%+v %v %v", partly, left, err)
	}
	rest, err := s.ours.CancelPayment(t.Context(), portone.CancelRequest{PaymentID: "ours-202610-1", IdempotencyKey: "contract-cancel-1", Amount: parts(99_000, 9_000), Cancellable: left, Reason: "해지 환불"})
	if err != nil || rest.Status != portone.CancelSucceeded || rest.Amount.VAT != money.Won(9_000) {
		t.Fatalf("%+v %v", rest, err)
	}
	var cancelled paymentJSON
	s.official.must(t, "getPayment", options{"paymentId": "ours-202610-1"}, &cancelled)
	ours, err := s.ours.GetPayment(t.Context(), "ours-202610-1")
	if err != nil || ours.Status != portone.Cancelled {
		t.Fatalf("%+v %v", ours, err)
	}
	comparePayments(t, cancelled, ours)
}

func bothList(t *testing.T, s *stage) {
	var theirs struct {
		Items []paymentJSON
		Page  struct{ TotalCount int }
	}
	s.official.must(t, "getPayments", options{"page": options{"number": 0, "size": 100}, "filter": options{"storeId": storeID, "timestampType": "CREATED_AT",
		"from": october.Add(-time.Hour).Format(time.RFC3339), "until": october.Add(time.Hour).Format(time.RFC3339), "sortBy": "REQUESTED_AT", "sortOrder": "ASC"}}, &theirs)
	n := 0
	for ours, err := range s.ours.ListPayments(t.Context(), portone.Window{By: portone.Requested, From: october.Add(-time.Hour), Until: october.Add(time.Hour)}) {
		if err != nil {
			t.Fatal(err)
		}
		if n < len(theirs.Items) {
			comparePayments(t, theirs.Items[n], ours)
		}
		n++
	}
	if n != 2 || theirs.Page.TotalCount != 2 || len(theirs.Items) != 2 {
		t.Errorf("we read %d payments, they %d of %d", n, len(theirs.Items), theirs.Page.TotalCount)
	}
}

func comparePayments(t *testing.T, theirs paymentJSON, ours portone.Payment) {
	t.Helper()
	if theirs.ID != ours.ID || theirs.Status != string(ours.Status) || theirs.TransactionID != ours.TransactionID || theirs.BillingKey != string(ours.BillingKey) ||
		theirs.PGTxID != ours.PGTxID || theirs.ReceiptURL != ours.ReceiptURL || !sameTime(theirs.PaidAt, ours.PaidAt) || theirs.Channel.PGProvider != ours.Channel.Provider ||
		theirs.Method.ApprovalNumber != ours.Method.ApprovalNumber || theirs.Method.Card.Number != ours.Method.Card.Number || theirs.Method.Card.Issuer != ours.Method.Card.Issuer ||
		theirs.Failure.PGCode != ours.Failure.PGCode || theirs.Failure.PGMessage != ours.Failure.PGMessage || len(theirs.Cancellations) != len(ours.Cancellations) {
		t.Fatalf("they read\n%+v\nwe read\n%+v", theirs, ours)
	}
	a := theirs.Amount
	if !same(a.Total, ours.Amount.Total) || !same(a.TaxFree, ours.Amount.TaxFree) || !same(a.VAT, ours.Amount.VAT) || !same(a.Paid, ours.Amount.Paid) || !same(a.Cancelled, ours.Amount.Cancelled) {
		t.Errorf("they read %+v, we read %+v", a, ours.Amount)
	}
	for i, c := range theirs.Cancellations {
		o := ours.Cancellations[i]
		if c.ID != o.ID || c.Status != string(o.Status) || !same(c.TotalAmount, o.Amount.Total) || !same(c.TaxFreeAmount, o.Amount.TaxFree) || !same(c.VATAmount, o.Amount.VAT) {
			t.Errorf("they read %+v, we read %+v", c, o)
		}
	}
}

func same(n json.Number, a money.Amount) bool { return n.String() == strconv.FormatInt(a.Minor(), 10) }

func sameTime(s string, at time.Time) bool {
	if s == "" {
		return at.IsZero()
	}
	theirs, err := time.Parse(time.RFC3339, s)
	return err == nil && theirs.Equal(at)
}

// Each refusal is provoked twice, by the official client and by ours: the same type must come out, and the code of ours.
func TestThe_official_client_throws_what_ours_reports(t *testing.T) {
	s := open(t, standing)
	good, poor, gone := s.card(t, simulator.Card{}), s.card(t, simulator.Card{Decline: spent}), s.card(t, simulator.Card{})
	if _, err := s.ours.DeleteBillingKey(t.Context(), portone.BillingKey(gone), "", ""); err != nil {
		t.Fatal(err)
	}
	s.official.must(t, "payWithBillingKey", with(charge(good, 11_000, 1_000), "paymentId", "paid-1"), &struct{}{})
	pay := func(id, key string, p portone.Parts) func() error {
		return func() error {
			_, err := s.ours.Charge(t.Context(), portone.ChargeRequest{PaymentID: id, IdempotencyKey: "contract-refusal-" + id, BillingKey: portone.BillingKey(key), OrderName: "x", Amount: p})
			return err
		}
	}
	cancel := func(id string, lock int64) func() error {
		return func() error {
			_, err := s.ours.CancelPayment(t.Context(), portone.CancelRequest{PaymentID: id, IdempotencyKey: "contract-cancel-" + id, Amount: parts(5_000, 0), Cancellable: money.Won(lock), Reason: "x"})
			return err
		}
	}
	for name, c := range map[string]struct {
		method string
		args   options
		ours   func() error
		kind   string
		code   fault.Code
	}{
		"a declined card":      {"payWithBillingKey", with(charge(poor, 11_000, 1_000), "paymentId", "poor-1"), pay("poor-2", poor, parts(11_000, 1_000)), "PG_PROVIDER", fault.UnknownOutcome},
		"a deleted card":       {"payWithBillingKey", with(charge(gone, 11_000, 1_000), "paymentId", "gone-1"), pay("gone-2", gone, parts(11_000, 1_000)), "BILLING_KEY_ALREADY_DELETED", fault.Conflict},
		"an unknown card":      {"payWithBillingKey", with(charge("nothing", 11_000, 1_000), "paymentId", "none-1"), pay("none-2", "nothing", parts(11_000, 1_000)), "BILLING_KEY_NOT_FOUND", fault.NotFound},
		"paid twice":           {"payWithBillingKey", with(charge(good, 11_000, 1_000), "paymentId", "paid-1"), pay("paid-1", good, parts(11_000, 1_000)), "ALREADY_PAID", fault.Conflict},
		"no such payment":      {"getPayment", options{"paymentId": "inv/1 한"}, func() error { _, err := s.ours.GetPayment(t.Context(), "inv/1 한"); return err }, "PAYMENT_NOT_FOUND", fault.NotFound},
		"no such card to read": {"getBillingKeyInfo", options{"billingKey": "x y"}, func() error { _, err := s.ours.GetBillingKey(t.Context(), "x y"); return err }, "BILLING_KEY_NOT_FOUND", fault.NotFound},
		"a card deleted twice": {"deleteBillingKey", options{"billingKey": gone}, func() error {
			_, err := s.ours.DeleteBillingKey(t.Context(), portone.BillingKey(gone), "", "")
			return err
		}, "BILLING_KEY_ALREADY_DELETED", fault.Conflict},
		"a broken lock":            {"cancelPayment", options{"paymentId": "paid-1", "reason": "x", "currentCancellableAmount": 9_000}, cancel("paid-1", 9_000), "CANCELLABLE_AMOUNT_CONSISTENCY_BROKEN", fault.Conflict},
		"nothing to cancel":        {"cancelPayment", options{"paymentId": "poor-0", "reason": "x"}, cancel("poor-0", 9_000), "PAYMENT_NOT_FOUND", fault.NotFound},
		"a webhook that never was": {"resendWebhook", options{"paymentId": "silent"}, func() error { return s.ours.ResendWebhook(t.Context(), "silent") }, "WEBHOOK_NOT_FOUND", fault.NotFound},
	} {
		t.Run(name, func(t *testing.T) {
			if c.args["paymentId"] == "silent" {
				if err := s.sim.PutPayment(simulator.Placed{Store: storeID, ID: "silent", Status: "READY", Currency: "KRW", Total: 1}); err != nil {
					t.Fatal(err)
				}
			}
			theirs := s.official.call(t, c.method, c.args)
			thrown := theirs.refusal(t)
			if thrown.Type != c.kind {
				t.Errorf("the official client throws %s %s", theirs.Error, theirs.Data)
			}
			err := c.ours()
			var said *portone.Refusal
			if !errors.As(err, &said) || said.Type != c.kind || fault.CodeOf(err) != c.code || said.PGCode != thrown.PGCode || said.PGMessage != thrown.PGMessage {
				t.Errorf("we say %v", err)
			}
		})
	}
	t.Run("parts above the total", func(t *testing.T) {
		theirs := s.official.call(t, "payWithBillingKey", with(charge(good, 11_000, 12_000), "paymentId", "parts-1"))
		if theirs.refusal(t).Type != "SUM_OF_PARTS_EXCEEDS_TOTAL_AMOUNT" {
			t.Errorf("%+v", theirs)
		}
		if err := pay("parts-2", good, parts(11_000, 12_000))(); !fault.Is(err, fault.Invalid) {
			t.Errorf("ours is not stopped before it is sent: %v", err)
		}
	})
	t.Run("a wrong secret", func(t *testing.T) {
		if theirs := s.official.callAs(t, "wrong", "getPayment", options{"paymentId": "paid-1"}); theirs.refusal(t).Type != "UNAUTHORIZED" {
			t.Errorf("%+v", theirs)
		}
	})
	t.Run("a keyed-in card", func(t *testing.T) {
		args := options{"channelKey": channel, "method": options{"card": options{"credential": options{"number": "4111111111111111", "expiryYear": "30", "expiryMonth": "01"}}}}
		if theirs := s.official.call(t, "issueBillingKey", args); theirs.Error != "IssueBillingKeyError" || theirs.refusal(t).Type != "INVALID_REQUEST" {
			t.Errorf("%+v", theirs)
		}
	})
}

func TestThe_official_client_verifies_the_simulators_webhooks(t *testing.T) {
	s := open(t, time.Now) // its verifier reads the wall clock
	key := s.card(t, simulator.Card{})
	s.official.must(t, "payWithBillingKey", with(charge(key, 11_000, 1_000), "paymentId", "hook-1"), &struct{}{})
	s.sim.DeliverWebhooks()
	if len(s.webhooks) != 2 {
		t.Fatalf("%d webhooks", len(s.webhooks))
	}
	ours, err := portone.ParseSecrets(webhook)
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range s.webhooks {
		answer := s.official.call(t, "verify", options{"secret": webhook, "payload": string(w.Body), "headers": header(w.Header)})
		id, err := ours.Verify(w.Header, w.Body, time.Now())
		if answer.Error != "" || err != nil || id != w.Header.Get(portone.HeaderID) {
			t.Errorf("%s: %+v %v", w.Body, answer, err)
		}
		var theirs struct {
			Type string
			Data struct{ PaymentID, StoreID, BillingKey, TransactionID string }
		}
		event, err := portone.ParseEvent(w.Body)
		if json.Unmarshal(answer.Value, &theirs) != nil || err != nil || theirs.Type != event.Type || !event.Known || theirs.Data.PaymentID != event.PaymentID ||
			theirs.Data.StoreID != event.StoreID || theirs.Data.BillingKey != string(event.BillingKey) || theirs.Data.TransactionID != event.TransactionID {
			t.Errorf("they read %+v, we read %+v %v", theirs, event, err)
		}
	}
	for name, c := range map[string]struct {
		wrong  simulator.Misdelivery
		reason string
		ours   error
	}{
		"another secret": {simulator.Misdelivery{Forged: true}, "NO_MATCHING_SIGNATURE", portone.ErrSignature},
		"a changed body": {simulator.Misdelivery{Tampered: true}, "NO_MATCHING_SIGNATURE", portone.ErrSignature},
		"no signature":   {simulator.Misdelivery{Unsigned: true}, "MISSING_REQUIRED_HEADERS", portone.ErrNoHeaders},
		"an old one":     {simulator.Misdelivery{Age: 6 * time.Minute}, "TIMESTAMP_TOO_OLD", portone.ErrTooOld},
		"a future one":   {simulator.Misdelivery{Age: -6 * time.Minute}, "TIMESTAMP_TOO_NEW", portone.ErrTooNew},
	} {
		t.Run(name+" is refused", func(t *testing.T) {
			if err := s.ours.ResendWebhook(t.Context(), "hook-1"); err != nil {
				t.Fatal(err)
			}
			s.webhooks = nil
			s.sim.Misdeliver(c.wrong)
			s.sim.DeliverWebhooks()
			w := s.webhooks[0]
			answer := s.official.call(t, "verify", options{"secret": webhook, "payload": string(w.Body), "headers": header(w.Header)})
			_, err := ours.Verify(w.Header, w.Body, time.Now())
			if answer.Reason != c.reason || !errors.Is(err, c.ours) {
				t.Errorf("they say %q, we say %v", answer.Reason, err)
			}
		})
	}
	t.Run("what we sign it takes, by either secret", func(t *testing.T) {
		both, err := portone.ParseSecrets(otherSecret(), webhook)
		if err != nil {
			t.Fatal(err)
		}
		signed := make(map[string][]string)
		both.Sign(signed, "msg_ours", time.Now(), []byte(`{"type":"x"}`))
		for _, key := range []string{otherSecret(), webhook} {
			if answer := s.official.call(t, "verify", options{"secret": key, "payload": `{"type":"x"}`, "headers": header(signed)}); answer.Error != "" {
				t.Errorf("%+v", answer)
			}
		}
	})
}
