package portone_test

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"time"

	simulator "jeongsan/infra/simulator/portone"
	"jeongsan/internal/calendar"
	"jeongsan/internal/money"
	"jeongsan/internal/portone"
)

// A card over its limit, then the backup card under the same payment id, by the real client.
func Example() {
	now := time.Date(2026, 11, 10, 10, 0, 0, 0, calendar.Seoul)
	sim, err := simulator.New(simulator.Options{Now: calendar.Fixed(now).Now, Stores: []simulator.Store{{
		ID: "store-1", MerchantID: "merchant-1", Secret: "secret", WebhookSecret: hook,
		Channels: []simulator.Channel{{Key: "channel-1", Name: "토스", Provider: "TOSSPAYMENTS", MID: "bill_1"}},
	}}})
	if err != nil {
		panic(err)
	}
	server := httptest.NewServer(sim)
	defer server.Close()
	client, err := portone.New(portone.Config{Secret: "secret", StoreID: "store-1", BaseURL: server.URL})
	if err != nil {
		panic(err)
	}
	ctx := context.Background()
	for n, card := range []simulator.Card{{Limit: 50_000}, {}} {
		key, err := sim.IssueBillingKey(simulator.Issue{Store: "store-1", CustomerID: "customer-1", Card: card})
		if err != nil {
			panic(err)
		}
		_, err = client.Charge(ctx, portone.ChargeRequest{
			PaymentID: "inv-202610-0001", IdempotencyKey: fmt.Sprintf("inv-202610-0001-card-%d", n), BillingKey: portone.BillingKey(key), OrderName: "10월 이용료",
			Amount: portone.Parts{Total: money.Won(110_000), TaxFree: money.Won(0), VAT: money.Won(10_000)},
		})
		var said *portone.Refusal
		if errors.As(err, &said) && said.Declined() {
			fmt.Println("declined:", said.PGCode)
		}
		payment, err := client.GetPayment(ctx, "inv-202610-0001")
		if err != nil {
			panic(err)
		}
		fmt.Println(payment.Status, payment.Amount.Paid)
	}
	// Output:
	// declined: EXCEED_MAX_PAYMENT_AMOUNT
	// FAILED 0 KRW
	// PAID 110000 KRW
}
