package portone

import (
	"encoding/json"
	"errors"
	"strings"
	"time"

	"jeongsan/internal/fault"
)

// Event is a webhook of version 2024-04-25. It is a hint that something changed, no more: it carries no amount and no
// state, may come twice, late or out of order, and is answered by reading the payment or billing key it names.
type Event struct {
	Type  string // "Transaction.Paid", "BillingKey.Deleted" …
	Known bool   // false: a type we have never heard of; acknowledge it and do nothing
	At    time.Time

	StoreID        string
	PaymentID      string // of Transaction.*
	TransactionID  string
	CancellationID string     // of cancellations
	BillingKey     BillingKey // of BillingKey.*
}

const (
	aboutTransaction = "Transaction."
	aboutBillingKey  = "BillingKey."
)

var knownEvents = map[string]bool{
	"Transaction.Ready": true, "Transaction.Paid": true, "Transaction.VirtualAccountIssued": true, "Transaction.PartialCancelled": true,
	"Transaction.Cancelled": true, "Transaction.Failed": true, "Transaction.PayPending": true, "Transaction.CancelPending": true,
	"Transaction.DisputeCreated": true, "Transaction.DisputeResolved": true, "Transaction.Confirm": true,
	"BillingKey.Ready": true, "BillingKey.Issued": true, "BillingKey.Failed": true, "BillingKey.Deleted": true, "BillingKey.Updated": true,
}

// ErrOldVersion: the body is of the first webhook version.
var ErrOldVersion = errors.New("portone: webhook of version 2024-01-01")

// ParseEvent reads the body of a verified webhook. Of a type that is not Known only the type is sure. A known type
// without its ids, and what is no webhook of this version, is fault.Invalid.
func ParseEvent(body []byte) (Event, error) {
	var b struct {
		Type, Timestamp string
		Data            json.RawMessage
		PaymentID       string `json:"payment_id"` // of the first version
	}
	if err := json.Unmarshal(body, &b); err != nil {
		return Event{}, notAWebhook(err)
	}
	if b.Type == "" && b.PaymentID != "" {
		return Event{}, fault.New(fault.Invalid, fault.T(
			"웹훅 버전이 2024-01-01입니다. 포트원 콘솔에서 웹훅 버전을 2024-04-25로 바꾸세요.",
			"The webhook is of version 2024-01-01. Choose version 2024-04-25 in PortOne's console.")).Because(ErrOldVersion)
	}
	if b.Type == "" {
		return Event{}, notAWebhook(errMissing)
	}
	e := Event{Type: b.Type, Known: knownEvents[b.Type]}
	var data struct{ StoreID, PaymentID, TransactionID, CancellationID, BillingKey string }
	if err := json.Unmarshal(b.Data, &data); err != nil && e.Known {
		return Event{}, notAWebhook(err)
	}
	e.StoreID, e.PaymentID, e.TransactionID = data.StoreID, data.PaymentID, data.TransactionID
	e.CancellationID, e.BillingKey = data.CancellationID, BillingKey(data.BillingKey)
	if !e.Known {
		e.At, _ = time.Parse(time.RFC3339, b.Timestamp) // of an unknown type it may be anything
		return e, nil
	}
	var r reader
	e.At = r.needWhen("timestamp", b.Timestamp)
	r.need("data.storeId", e.StoreID)
	switch {
	case strings.HasPrefix(e.Type, aboutTransaction):
		r.need("data.paymentId", e.PaymentID)
	case strings.HasPrefix(e.Type, aboutBillingKey):
		r.need("data.billingKey", string(e.BillingKey))
	}
	if r.err != nil {
		return Event{}, notAWebhook(r.err)
	}
	return e, nil
}

func notAWebhook(err error) *fault.Fault {
	return fault.New(fault.Invalid, fault.T("포트원 웹훅의 형식이 아닙니다.", "This is not a webhook of PortOne.")).Because(err)
}
