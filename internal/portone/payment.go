package portone

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"jeongsan/internal/money"
)

// Status is the state of a payment, in PortOne's words.
type Status string

// The states of API version 2. A payment may be in one that is not listed here: see Known.
const (
	Ready                Status = "READY"                  // made, not tried
	PayPending           Status = "PAY_PENDING"            // tried; the gateway decides later (PayPal)
	VirtualAccountIssued Status = "VIRTUAL_ACCOUNT_ISSUED" // waits for a deposit
	Paid                 Status = "PAID"
	Failed               Status = "FAILED" // the last try was declined; under the same payment id another may succeed
	PartialCancelled     Status = "PARTIAL_CANCELLED"
	Cancelled            Status = "CANCELLED" // in full
)

// Known reports one of the states above. Of any other nothing may be concluded, least of all that it was not paid.
func (s Status) Known() bool {
	switch s {
	case Ready, PayPending, VirtualAccountIssued, Paid, Failed, PartialCancelled, Cancelled:
		return true
	}
	return false
}

// Payment is a payment as PortOne knows it now. Of a state that is not Known, whatever is not there is zero.
type Payment struct {
	ID            string
	TransactionID string // of the latest try
	StoreID       string
	Status        Status
	Channel       Channel
	BillingKey    BillingKey // "" when it was not paid by one
	OrderName     string
	CustomerID    string
	CustomData    string
	Amount        Amounts
	Method        Method
	PGTxID        string
	ReceiptURL    string // of the card slip

	RequestedAt     time.Time
	StatusChangedAt time.Time
	PaidAt          time.Time // zero unless it was paid
	FailedAt        time.Time
	CancelledAt     time.Time

	Failure       Failure
	Cancellations []Cancellation // in PortOne's order; all states, not only SUCCEEDED
}

// Amounts are the sums of a payment in its currency.
type Amounts struct {
	Total, TaxFree, VAT, Supply money.Amount
	Discount, Paid              money.Amount
	Cancelled, CancelledTaxFree money.Amount
}

// Cancellable is what can still be cancelled: the lock that CancelPayment asks for.
func (a Amounts) Cancellable() (money.Amount, error) { return a.Paid.Sub(a.Cancelled) }

// Failure says why the last try failed.
type Failure struct {
	Reason    string // for logs
	PGCode    string
	PGMessage string // the gateway's words
}

// Channel is the contract with a gateway that a payment or billing key runs over.
type Channel struct {
	Test       bool
	Key        string
	Name       string
	Provider   string // "TOSSPAYMENTS", "KCP_V2", "NICE_V2" …
	MerchantID string // ours, at the gateway
}

// paymentBody holds the fields of all states.
type paymentBody struct {
	Status, ID, TransactionID, StoreID, BillingKey, OrderName, CustomData, Currency, PGTxID, ReceiptURL string
	RequestedAt, StatusChangedAt, PaidAt, FailedAt, CancelledAt                                         string

	Channel  *channelBody
	Method   *methodBody
	Customer struct{ ID string }
	Amount   *amountBody
	Failure  *struct{ Reason, PGCode, PGMessage string }

	Cancellations []cancellationBody
}

type amountBody struct {
	Total, TaxFree, VAT, Supply, Discount, Paid, Cancelled, CancelledTaxFree minor
}

type channelBody struct{ Type, Key, Name, PGProvider, PGMerchantID string }

// GetPayment reads a payment. One of another store is fault.NotFound, whatever PortOne says.
func (c *Client) GetPayment(ctx context.Context, paymentID string) (Payment, error) {
	path, err := segment("paymentId", paymentID)
	if err != nil {
		return Payment{}, err
	}
	r := request{op: "getPayment", method: http.MethodGet, path: "/payments/" + path, query: url.Values{"storeId": {c.storeID}}, question: true}
	var body paymentBody
	if err := c.do(ctx, r, &body); err != nil {
		return Payment{}, err
	}
	p, err := body.read()
	switch {
	case err != nil:
		return Payment{}, unreadable(r, err)
	case p.StoreID != "" && p.StoreID != c.storeID:
		return Payment{}, meanings[TypePaymentNotFound].fault()
	case p.ID != paymentID:
		return Payment{}, unreadable(r, fmt.Errorf("another payment was answered: %.60q", p.ID))
	}
	return p, nil
}

// read demands what PortOne's schema demands of the state.
func (b paymentBody) read() (Payment, error) {
	var r reader
	p := Payment{
		ID: r.need("id", b.ID), Status: Status(r.need("status", b.Status)),
		TransactionID: b.TransactionID, StoreID: b.StoreID, BillingKey: BillingKey(b.BillingKey),
		OrderName: b.OrderName, CustomerID: b.Customer.ID, CustomData: b.CustomData, PGTxID: b.PGTxID, ReceiptURL: b.ReceiptURL,
		Channel: b.Channel.read(), Method: b.Method.read(),
		RequestedAt: r.when("requestedAt", b.RequestedAt), StatusChangedAt: r.when("statusChangedAt", b.StatusChangedAt),
		PaidAt: r.when("paidAt", b.PaidAt), FailedAt: r.when("failedAt", b.FailedAt), CancelledAt: r.when("cancelledAt", b.CancelledAt),
	}
	if b.Failure != nil {
		p.Failure = Failure(*b.Failure)
	}
	if !p.Status.Known() {
		return p, r.err
	}
	r.need("storeId", b.StoreID)
	r.need("transactionId", b.TransactionID)
	r.need("requestedAt", b.RequestedAt)
	switch p.Status {
	case Paid:
		r.need("paidAt", b.PaidAt)
	case Failed:
		r.need("failedAt", b.FailedAt)
	case PartialCancelled, Cancelled:
		r.need("cancelledAt", b.CancelledAt)
	}
	currency := r.currency("currency", b.Currency)
	p.Amount = r.amounts(b.Amount, currency)
	for _, c := range b.Cancellations {
		p.Cancellations = append(p.Cancellations, c.read(&r, currency))
	}
	return p, r.err
}

func (r *reader) amounts(b *amountBody, c money.Currency) Amounts {
	if b == nil {
		r.fail("amount", errMissing)
		return Amounts{}
	}
	return Amounts{
		Total: r.needAmount("amount.total", b.Total, c), TaxFree: r.needAmount("amount.taxFree", b.TaxFree, c),
		VAT: r.amount("amount.vat", b.VAT, c), Supply: r.amount("amount.supply", b.Supply, c),
		Discount: r.needAmount("amount.discount", b.Discount, c), Paid: r.needAmount("amount.paid", b.Paid, c),
		Cancelled: r.needAmount("amount.cancelled", b.Cancelled, c), CancelledTaxFree: r.needAmount("amount.cancelledTaxFree", b.CancelledTaxFree, c),
	}
}

func (b *channelBody) read() Channel {
	if b == nil {
		return Channel{} // a payment may fail before a channel was chosen
	}
	return Channel{Test: b.Type == "TEST", Key: b.Key, Name: b.Name, Provider: b.PGProvider, MerchantID: b.PGMerchantID}
}
