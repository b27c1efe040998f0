package portone

import (
	"context"
	"net/http"
	"strings"
	"time"

	"jeongsan/internal/fault"
	"jeongsan/internal/money"
)

// CancelStatus is the state of a cancellation.
type CancelStatus string

// The states of a cancellation. Of any other nothing may be concluded.
const (
	CancelSucceeded CancelStatus = "SUCCEEDED"
	CancelRequested CancelStatus = "REQUESTED" // not done: a webhook tells when it is
	CancelFailed    CancelStatus = "FAILED"
)

// Requester says who wants the money back.
type Requester string

// Who may ask for a cancellation or the deletion of a billing key.
const (
	ByCustomer Requester = "CUSTOMER"
	ByAdmin    Requester = "ADMIN"
)

// CancelRequest gives back a payment or a part of it.
type CancelRequest struct {
	PaymentID      string
	IdempotencyKey string // as for a charge
	Amount         Parts  // explicit also for the whole
	// Cancellable is what we believe is left of the payment (Amounts.Cancellable). Should somebody have cancelled in
	// the meantime, PortOne refuses with TypeLockBroken and nothing is given back twice.
	Cancellable money.Amount
	Reason      string
	Requester   Requester // "" is not sent
}

// Cancellation is one cancellation of a payment.
type Cancellation struct {
	ID               string
	PGCancellationID string
	Status           CancelStatus
	Amount           Parts
	Reason           string
	RequestedAt      time.Time
	CancelledAt      time.Time // zero until it succeeded
	ReceiptURL       string
}

type cancelBody struct {
	StoreID     string    `json:"storeId"`
	Amount      int64     `json:"amount"`
	TaxFree     int64     `json:"taxFreeAmount"`
	VAT         int64     `json:"vatAmount"`
	Reason      string    `json:"reason"`
	Requester   Requester `json:"requester,omitempty"`
	Cancellable int64     `json:"currentCancellableAmount"`
}

type cancellationBody struct {
	Status, ID, PGCancellationID, Reason, RequestedAt, CancelledAt, ReceiptURL string

	TotalAmount, TaxFreeAmount, VATAmount minor
}

// CancelPayment cancels. A result is not yet a success: see its Status. With fault.UnknownOutcome (also for a *Refusal
// that is Declined) read the payment: its Cancellations tell.
func (c *Client) CancelPayment(ctx context.Context, q CancelRequest) (Cancellation, error) {
	path, err := q.path()
	if err != nil {
		return Cancellation{}, err
	}
	r := request{op: "cancel", method: http.MethodPost, path: path, body: q.body(c.storeID), key: q.IdempotencyKey}
	var answer struct{ Cancellation *cancellationBody }
	if err := c.do(ctx, r, &answer); err != nil {
		return Cancellation{}, err
	}
	if answer.Cancellation == nil {
		return Cancellation{}, unreadable(r, errMissing)
	}
	var read reader
	done := answer.Cancellation.read(&read, q.Amount.Total.Currency())
	if read.err != nil {
		return Cancellation{}, unreadable(r, read.err)
	}
	return done, nil
}

// path checks the request and says where it goes.
func (q CancelRequest) path() (string, error) {
	id, err := segment("paymentId", q.PaymentID)
	if err != nil {
		return "", err
	}
	if err := checkKey(q.IdempotencyKey); err != nil {
		return "", err
	}
	if strings.TrimSpace(q.Reason) == "" {
		return "", fault.Invalidf("reason", fault.T("취소 사유를 입력하세요.", "Enter the reason of the cancellation."))
	}
	if err := q.Amount.check(); err != nil {
		return "", err
	}
	left, err := q.Cancellable.Cmp(q.Amount.Total)
	if err != nil {
		return "", err
	}
	if left < 0 {
		return "", fault.Invalidf("amount", fault.T("취소 금액이 남은 결제 금액보다 큽니다.", "More would be cancelled than is left of the payment."))
	}
	return "/payments/" + id + "/cancel", nil
}

func (q CancelRequest) body(storeID string) cancelBody {
	p := q.Amount.body()
	return cancelBody{StoreID: storeID, Amount: p.Total, TaxFree: p.TaxFree, VAT: p.VAT, Reason: q.Reason, Requester: q.Requester, Cancellable: q.Cancellable.Minor()}
}

func (b cancellationBody) read(r *reader, c money.Currency) Cancellation {
	return Cancellation{
		ID: r.need("cancellation.id", b.ID), PGCancellationID: b.PGCancellationID,
		Status: CancelStatus(r.need("cancellation.status", b.Status)),
		Amount: Parts{
			Total:   r.needAmount("cancellation.totalAmount", b.TotalAmount, c),
			TaxFree: r.needAmount("cancellation.taxFreeAmount", b.TaxFreeAmount, c),
			VAT:     r.needAmount("cancellation.vatAmount", b.VATAmount, c),
		},
		Reason: b.Reason, ReceiptURL: b.ReceiptURL,
		RequestedAt: r.needWhen("cancellation.requestedAt", b.RequestedAt), CancelledAt: r.when("cancellation.cancelledAt", b.CancelledAt),
	}
}
