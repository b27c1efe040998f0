package portone

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"jeongsan/internal/fault"
)

// Error types of PortOne that callers tell apart.
const (
	TypeAlreadyPaid        = "ALREADY_PAID"
	TypeOutstanding        = "IDEMPOTENCY_OUTSTANDING_REQUEST"
	TypePGProvider         = "PG_PROVIDER"
	TypeBillingKeyNotFound = "BILLING_KEY_NOT_FOUND"
	TypeBillingKeyDeleted  = "BILLING_KEY_ALREADY_DELETED"
	TypeTooManyTries       = "MAX_TRANSACTION_COUNT_REACHED"
	TypePaymentNotFound    = "PAYMENT_NOT_FOUND"
	TypeAlreadyCancelled   = "PAYMENT_ALREADY_CANCELLED"
	TypeLockBroken         = "CANCELLABLE_AMOUNT_CONSISTENCY_BROKEN"
)

// Refusal is what PortOne said in an answer outside 2xx. It is found in an error by errors.As.
type Refusal struct {
	Status    int
	Type      string // "" when the body was not PortOne's
	Message   string // internal text of PortOne; for logs
	PGCode    string // of the payment gateway or card company, for PG_PROVIDER
	PGMessage string // in the gateway's words, mostly Korean; may be shown to staff
}

// Error is for logs.
func (r *Refusal) Error() string {
	s := fmt.Sprintf("HTTP %d %.60q: %.300q", r.Status, r.Type, r.Message)
	if r.PGCode != "" {
		s += fmt.Sprintf(" (gateway %.60q: %.300q)", r.PGCode, r.PGMessage)
	}
	return s
}

// Declined reports an answer of the gateway itself: a card refused, or the gateway in trouble. Both come as 502, so only
// GetPayment with status FAILED proves the decline; then Explain says what it means.
func (r *Refusal) Declined() bool { return r.Type == TypePGProvider }

// AlreadyPaid reports that a former attempt under this payment id succeeded; GetPayment has its details.
func (r *Refusal) AlreadyPaid() bool { return r.Type == TypeAlreadyPaid }

// StillRunning reports that the same idempotency key is being worked on; ask again with the same key in a moment.
func (r *Refusal) StillRunning() bool { return r.Type == TypeOutstanding }

// BillingKeyGone reports that the card can no longer be charged by this billing key: it must be registered again.
func (r *Refusal) BillingKeyGone() bool {
	return r.Type == TypeBillingKeyNotFound || r.Type == TypeBillingKeyDeleted
}

// meaning is what one error type comes to: the code, the field it is about, and what a person is told.
type meaning struct {
	code  fault.Code
	field string
	text  fault.Text
}

var meanings = map[string]meaning{
	"INVALID_REQUEST":                                  {fault.Invalid, "", fault.T("포트원이 요청을 받아들이지 않았습니다. 결제 금액과 고객 정보를 확인하고, 계속되면 운영자에게 알려 주세요.", "PortOne did not accept the request. Check the amount and the customer's data; if it persists, tell the operator.")},
	"UNAUTHORIZED":                                     {fault.Forbidden, FieldSecret, fault.T("포트원이 V2 API Secret을 거절했습니다. 결제를 멈추고 포트원 콘솔에서 키를 확인한 뒤 다시 입력하세요.", "PortOne refused the V2 API Secret. Stop charging, check the key in PortOne's console and enter it again.")},
	"FORBIDDEN":                                        {fault.Forbidden, FieldStoreID, fault.T("이 V2 API Secret에는 이 상점의 권한이 없습니다. 결제를 멈추고 Store ID와 키를 확인하세요.", "This V2 API Secret has no right to this store. Stop charging and check the Store ID and the key.")},
	"CHANNEL_NOT_FOUND":                                {fault.Invalid, "channelKey", fault.T("포트원에 이 결제 채널이 없습니다. 포트원 콘솔의 채널 키를 다시 입력하세요.", "PortOne has no such payment channel. Enter the channel key again from PortOne's console.")},
	TypeBillingKeyNotFound:                             {fault.NotFound, "billingKey", fault.T("등록된 카드를 포트원에서 찾을 수 없습니다. 고객에게 카드를 다시 등록하도록 요청하세요.", "PortOne does not know the registered card. Ask the customer to register it again.")},
	TypeBillingKeyDeleted:                              {fault.Conflict, "billingKey", fault.T("삭제된 카드입니다. 다른 카드를 쓰거나 고객에게 다시 등록하도록 요청하세요.", "The card has been deleted. Use another one or ask the customer to register it again.")},
	"BILLING_KEY_NOT_ISSUED":                           {fault.Conflict, "billingKey", fault.T("아직 발급되지 않은 카드 등록입니다. 고객에게 등록을 마치도록 요청하세요.", "The registration of this card was never finished. Ask the customer to finish it.")},
	TypeAlreadyPaid:                                    {fault.Conflict, "", fault.T("이미 결제된 건입니다. 포트원의 결제 내역을 확인해 반영합니다.", "This is already paid. The payment is read from PortOne and applied.")},
	TypeTooManyTries:                                   {fault.Conflict, "", fault.T("이 결제 번호로 시도할 수 있는 횟수를 넘었습니다. 다음 결제일에 새 번호로 시도합니다.", "This payment id was tried too often. The next run uses a new one.")},
	TypeOutstanding:                                    {fault.UnknownOutcome, "", fault.T("같은 요청을 포트원이 아직 처리하고 있습니다. 잠시 후 상태를 확인합니다.", "PortOne is still working on the same request. Its state is asked in a moment.")},
	TypePGProvider:                                     {fault.UnknownOutcome, "", fault.T("카드사 또는 PG사가 결제를 처리하지 않았습니다. 포트원에서 결제 상태를 확인합니다.", "The card company or gateway did not carry the payment out. Its state is asked at PortOne.")},
	TypePaymentNotFound:                                {fault.NotFound, "paymentId", fault.T("이 상점에 그런 결제가 없습니다. 결제 번호와 Store ID를 확인하세요.", "This store has no such payment. Check the payment id and the Store ID.")},
	"PAYMENT_NOT_PAID":                                 {fault.Conflict, "", fault.T("결제가 완료되지 않아 취소할 수 없습니다. 결제 상태를 확인하세요.", "The payment was not completed, so there is nothing to cancel. Check its state.")},
	TypeAlreadyCancelled:                               {fault.Conflict, "", fault.T("이미 전액 취소된 결제입니다. 취소 내역을 확인하세요.", "The payment is already cancelled in full. Check its cancellations.")},
	TypeLockBroken:                                     {fault.Conflict, "", fault.T("그 사이에 이 결제의 취소 가능 금액이 바뀌었습니다. 결제를 다시 조회한 뒤 취소하세요.", "The cancellable amount of this payment changed in the meantime. Read the payment again, then cancel.")},
	"WEBHOOK_NOT_FOUND":                                {fault.NotFound, "webhookId", fault.T("이 결제에는 다시 보낼 웹훅이 없습니다. 결제를 직접 조회하세요.", "This payment has no webhook to send again. Read the payment itself.")},
	"MAX_WEBHOOK_RETRY_COUNT_REACHED":                  {fault.Conflict, "webhookId", fault.T("웹훅을 다시 보낼 수 있는 횟수를 넘었습니다. 결제를 직접 조회하세요.", "The webhook was sent again too often. Read the payment itself.")},
	"PAYMENT_SCHEDULE_ALREADY_EXISTS":                  {fault.Conflict, "billingKey", fault.T("포트원에 이 카드의 예약 결제가 남아 있습니다. 포트원 콘솔에서 예약을 취소하세요.", "PortOne still holds a scheduled payment for this card. Revoke the schedule in PortOne's console.")},
	"SUM_OF_PARTS_EXCEEDS_TOTAL_AMOUNT":                {fault.Invalid, "amount", fault.T("면세 금액과 부가세의 합이 결제 금액보다 큽니다. 금액을 확인하세요.", "Tax-free part and VAT exceed the total. Check the amounts.")},
	"SUM_OF_PARTS_EXCEEDS_CANCEL_AMOUNT":               {fault.Invalid, "amount", fault.T("면세 금액과 부가세의 합이 취소 금액보다 큽니다. 금액을 확인하세요.", "Tax-free part and VAT exceed the amount to cancel. Check the amounts.")},
	"CANCEL_AMOUNT_EXCEEDS_CANCELLABLE_AMOUNT":         {fault.Conflict, "amount", fault.T("취소 금액이 남은 결제 금액보다 큽니다. 결제를 다시 조회하세요.", "More would be cancelled than is left of the payment. Read the payment again.")},
	"CANCEL_TAX_AMOUNT_EXCEEDS_CANCELLABLE_TAX_AMOUNT": {fault.Conflict, "amount", fault.T("취소할 부가세가 남은 부가세보다 큽니다. 결제를 다시 조회하세요.", "More VAT would be cancelled than is left of the payment. Read the payment again.")},
	"CANCEL_TAX_FREE_AMOUNT_EXCEEDS_CANCELLABLE_TAX_FREE_AMOUNT": {fault.Conflict, "amount", fault.T("취소할 면세 금액이 남은 면세 금액보다 큽니다. 결제를 다시 조회하세요.", "More of the tax-free part would be cancelled than is left of the payment. Read the payment again.")},
}

// refused turns an answer outside 2xx into a fault that carries the Refusal.
func refused(r request, status int, body []byte) *fault.Fault {
	said := readRefusal(status, body)
	cause := fmt.Errorf("%s: %w", r.op, said)
	known, ok := meanings[said.Type]
	switch {
	case said.Type == TypePGProvider && r.question:
		return noAnswer(r, said)
	case ok:
		return known.fault().Because(cause)
	case status == http.StatusUnauthorized:
		return meanings["UNAUTHORIZED"].fault().Because(cause)
	case status == http.StatusForbidden:
		return meanings["FORBIDDEN"].fault().Because(cause)
	case status == http.StatusTooManyRequests:
		return fault.New(fault.Unavailable, fault.T(
			"포트원이 요청이 너무 많다고 답했습니다. 몇 분 뒤 다시 시도하세요.",
			"PortOne answered that there are too many requests. Try again in a few minutes.")).Because(cause)
	case status >= 500, status < 400, said.Type == "", status == http.StatusRequestTimeout:
		return noAnswer(r, said)
	case status == http.StatusNotFound:
		return unknownType(fault.NotFound, said).Because(cause)
	case status == http.StatusConflict:
		return unknownType(fault.Conflict, said).Because(cause)
	}
	return unknownType(fault.Invalid, said).Because(cause)
}

func (m meaning) fault() *fault.Fault {
	f := fault.New(m.code, m.text)
	f.Field = m.field
	return f
}

func unknownType(code fault.Code, said *Refusal) *fault.Fault {
	return fault.New(code, fault.T(
		"포트원이 요청을 거절했습니다(%s). 이 코드를 운영자에게 알려 주세요.",
		"PortOne refused the request (%s). Tell the operator this code.", said.shownType()))
}

// shownType is PortOne's error type for a person; anything but a name in capitals stays in the log.
func (r *Refusal) shownType() string {
	if len(r.Type) > 60 || strings.Trim(r.Type, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789") != "" {
		return "-"
	}
	return r.Type
}

// readRefusal never fails: a body that is not PortOne's is a refusal without a type.
func readRefusal(status int, body []byte) *Refusal {
	var said struct{ Type, Message, PGCode, PGMessage string }
	if json.Unmarshal(body, &said) != nil {
		return &Refusal{Status: status}
	}
	return &Refusal{Status: status, Type: said.Type, Message: said.Message, PGCode: said.PGCode, PGMessage: said.PGMessage}
}
