package portone

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"jeongsan/internal/fault"
)

// BillingKey stands for a registered card at PortOne. Whoever has it and the secret can charge the card, so it prints,
// logs and marshals as stars; string(key) is the key itself, for sealing and sending.
type BillingKey string

const redacted = "billing-key-***"

// String keeps the key out of logs.
func (BillingKey) String() string { return redacted }

// GoString keeps the key out of %#v.
func (BillingKey) GoString() string { return redacted }

// LogValue keeps the key out of structured logs.
func (BillingKey) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText keeps the key out of JSON that somebody logs; requests are built from string(key).
func (BillingKey) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// Customer is who pays, as PortOne and the gateway see them. Empty fields are not sent.
type Customer struct{ ID, Name, Email, Phone string }

// ChargeRequest is one try to charge one card.
type ChargeRequest struct {
	PaymentID      string // ours; at most one try under it ever succeeds. 6 to 40 of A-Z a-z 0-9 - _
	IdempotencyKey string // new for each try, the same for each repetition of it. 16 to 256 of A-Z a-z 0-9 - _; PortOne remembers it for three hours
	BillingKey     BillingKey
	ChannelKey     string // "": the channel the billing key was issued at
	OrderName      string // on the card slip; some gateways take 40 bytes
	Amount         Parts
	Customer       Customer
	CustomData     string   // ours to read again in GetPayment; "" is not sent
	NoticeURLs     []string // instead of the webhook address of the console
}

// Charged is a charge that succeeded. What the slip says (approval number, receipt) is in GetPayment.
type Charged struct {
	PGTxID string
	PaidAt time.Time
}

type chargeBody struct {
	StoreID    string        `json:"storeId"`
	BillingKey string        `json:"billingKey"`
	ChannelKey string        `json:"channelKey,omitempty"`
	OrderName  string        `json:"orderName"`
	Amount     partsBody     `json:"amount"`
	Currency   string        `json:"currency"`
	Customer   *customerBody `json:"customer,omitempty"`
	CustomData string        `json:"customData,omitempty"`
	NoticeURLs []string      `json:"noticeUrls,omitempty"`
}

type customerBody struct {
	ID    string    `json:"id,omitempty"`
	Name  *nameBody `json:"name,omitempty"`
	Email string    `json:"email,omitempty"`
	Phone string    `json:"phoneNumber,omitempty"`
}

type nameBody struct {
	Full string `json:"full"`
}

// Charge charges a registered card. The same request gives byte-identical bodies, so repeating it under its key is safe.
//
// With fault.UnknownOutcome the money may have moved: ask GetPayment. A decline comes that way too, with a *Refusal that
// is Declined: the next card only after GetPayment says FAILED. fault.Conflict with AlreadyPaid is a success to be read
// by GetPayment. After Unavailable, NotFound, Forbidden and Invalid nothing was charged.
func (c *Client) Charge(ctx context.Context, q ChargeRequest) (Charged, error) {
	if err := q.check(); err != nil {
		return Charged{}, err
	}
	r := request{op: "charge", method: http.MethodPost, path: "/payments/" + q.PaymentID + "/billing-key", body: q.body(c.storeID), key: q.IdempotencyKey}
	var answer struct {
		Payment struct{ PGTxID, PaidAt string }
	}
	if err := c.do(ctx, r, &answer); err != nil {
		return Charged{}, err
	}
	var read reader
	charged := Charged{
		PGTxID: read.need("payment.pgTxId", answer.Payment.PGTxID),
		PaidAt: read.needWhen("payment.paidAt", answer.Payment.PaidAt),
	}
	if read.err != nil {
		return Charged{}, unreadable(r, read.err)
	}
	return charged, nil
}

func (q ChargeRequest) check() error {
	if err := checkPaymentID(q.PaymentID); err != nil {
		return err
	}
	if err := checkKey(q.IdempotencyKey); err != nil {
		return err
	}
	if q.BillingKey == "" {
		return fault.Invalidf("billingKey", fault.T("결제할 카드가 없습니다. 카드를 먼저 등록하세요.", "There is no card to charge. Register one first."))
	}
	if strings.TrimSpace(q.OrderName) == "" {
		return fault.Invalidf("orderName", fault.T("주문명을 입력하세요.", "Enter the order name."))
	}
	return q.Amount.check()
}

func (q ChargeRequest) body(storeID string) chargeBody {
	b := chargeBody{
		StoreID: storeID, BillingKey: string(q.BillingKey), ChannelKey: q.ChannelKey, OrderName: q.OrderName,
		Amount:     q.Amount.body(),
		Currency:   string(q.Amount.Total.Currency()),
		CustomData: q.CustomData,
		NoticeURLs: q.NoticeURLs,
	}
	if q.Customer != (Customer{}) {
		b.Customer = &customerBody{ID: q.Customer.ID, Email: q.Customer.Email, Phone: q.Customer.Phone}
		if q.Customer.Name != "" {
			b.Customer.Name = &nameBody{q.Customer.Name}
		}
	}
	return b
}

func (p Parts) body() partsBody {
	return partsBody{Total: p.Total.Minor(), TaxFree: p.TaxFree.Minor(), VAT: p.VAT.Minor()}
}
