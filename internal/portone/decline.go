package portone

import "jeongsan/internal/fault"

// Class is what a decline means for the next try.
type Class string

const (
	// NextCard: the card may work another day; try the next card now. Also every code that is not in the table.
	NextCard Class = "next_card"
	// CardNeedsAttention: try the next card now, and this one never again until its holder has done something.
	CardNeedsAttention Class = "card_needs_attention"
	// StopAndAlert: our contract, key or request is wrong, or a human must look: no card will work.
	StopAndAlert Class = "stop_and_alert"
	// Unsure: trouble at the gateway; the payment may have gone through. Ask again before any other card.
	Unsure Class = "unsure"
)

// Decline is a code of a gateway and what it means.
type Decline struct {
	Class Class
	Text  fault.Text // what happened and what to do, for staff and for the customer
}

// Explain says what a gateway's code means for the next try. Never go by the HTTP status: gateways answer declines
// with 400 and 403, and trouble with 400 too.
func Explain(pgProvider, pgCode string) Decline {
	if d, ok := declines[pgProvider][pgCode]; ok {
		return d
	}
	return unlisted
}

var (
	unlisted = Decline{NextCard, fault.T("카드사가 결제를 거절했습니다. 다른 카드를 쓰거나 카드사에 문의하세요.", "The card company declined the payment. Use another card or ask the card company.")}

	overLimit   = Decline{NextCard, fault.T("한도를 넘었거나 잔액이 부족합니다. 다른 카드를 쓰거나 한도를 확인하세요.", "The limit is exceeded or the balance is too low. Use another card or check the limit.")}
	notNow      = Decline{NextCard, fault.T("지금은 결제할 수 없는 시간입니다. 나중에 다시 시도하세요.", "Payments are not taken at this time. Try again later.")}
	stopped     = Decline{CardNeedsAttention, fault.T("정지된 카드입니다. 카드사에 문의하거나 다른 카드를 등록하세요.", "The card is stopped. Ask the card company or register another card.")}
	lost        = Decline{CardNeedsAttention, fault.T("분실 또는 도난 신고된 카드입니다. 다른 카드를 등록하세요.", "The card was reported lost or stolen. Register another card.")}
	wrongExpiry = Decline{CardNeedsAttention, fault.T("카드의 유효기간이 지났거나 다릅니다. 새 카드를 등록하세요.", "The card has expired or its expiry date differs. Register the new card.")}
	wrongCard   = Decline{CardNeedsAttention, fault.T("쓸 수 없는 카드입니다. 카드사에 문의하거나 다른 카드를 등록하세요.", "The card cannot be used. Ask the card company or register another card.")}
	reRegister  = Decline{CardNeedsAttention, fault.T("카드 등록이 유효하지 않습니다. 카드를 다시 등록하세요.", "The registration of the card is not valid. Register the card again.")}
	ourKey      = Decline{StopAndAlert, fault.T("PG사가 가맹점 설정이나 키를 거절했습니다. 결제를 멈추고 PG 계약과 포트원 채널 설정을 확인하세요.", "The gateway refused the merchant's settings or key. Stop charging and check the gateway contract and PortOne's channel.")}
	ourRequest  = Decline{StopAndAlert, fault.T("PG사가 결제 요청을 받아들이지 않았습니다. 결제를 멈추고 운영자에게 알려 주세요.", "The gateway did not accept the request. Stop charging and tell the operator.")}
	tooLittle   = Decline{StopAndAlert, fault.T("카드로 결제할 수 있는 최소 금액(100원)보다 적습니다. 다른 방법으로 받으세요.", "The amount is below the least a card takes (100 won). Collect it another way.")}
	suspicious  = Decline{StopAndAlert, fault.T("부정 거래로 의심되어 거절되었습니다. 고객과 거래를 확인한 뒤 PG사에 문의하세요.", "Declined on suspicion of fraud. Check the customer and the transaction, then ask the gateway.")}
	trouble     = Decline{Unsure, fault.T("PG사 또는 카드사의 장애로 결과를 알 수 없습니다. 상태를 확인한 뒤 다시 시도합니다.", "The gateway or card company is in trouble and the outcome is not known. The state is asked before anything is tried again.")}
)

// declines is keyed by PG provider and code. The codes and messages of Toss are documented; what to do about each is
// our judgement. Add a provider when a tenant signs with it: until then all its codes are soft.
var declines = map[string]map[string]Decline{
	"TOSSPAYMENTS": {
		"REJECT_CARD_PAYMENT":               overLimit,
		"EXCEED_MAX_AMOUNT":                 overLimit,
		"EXCEED_MAX_DAILY_PAYMENT_COUNT":    overLimit,
		"EXCEED_MAX_PAYMENT_AMOUNT":         overLimit,
		"EXCEED_MAX_ONE_DAY_AMOUNT":         overLimit,
		"EXCEED_MAX_MONTHLY_PAYMENT_AMOUNT": overLimit,
		"REJECT_CARD_COMPANY":               unlisted,
		"REJECT_ACCOUNT_PAYMENT":            overLimit,
		"NOT_AVAILABLE_PAYMENT":             notNow,
		"NOT_AVAILABLE_BANK":                notNow,

		"INVALID_STOPPED_CARD":        stopped,
		"INVALID_CARD_LOST_OR_STOLEN": lost,
		"INVALID_CARD_EXPIRATION":     wrongExpiry,
		"INVALID_CARD_NUMBER":         wrongCard,
		"INVALID_REJECT_CARD":         wrongCard, // "ask the issuer"; cards dormant for lack of use land here (a guess)
		"INVALID_BILL_KEY_REQUEST":    reRegister,
		"NOT_FOUND_BILLING":           reRegister,
		"BILLING_KEY_NOT_FOUND":       reRegister,
		"NOT_SUPPORTED_CARD_TYPE":     wrongCard,
		"NOT_REGISTERED_CARD_COMPANY": wrongCard,
		"EXCEED_MAX_AUTH_COUNT":       wrongCard,

		"UNAUTHORIZED_KEY":            ourKey,
		"INVALID_API_KEY":             ourKey,
		"INCORRECT_BASIC_AUTH_FORMAT": ourKey,
		"FORBIDDEN_REQUEST":           ourKey,
		"NOT_SUPPORTED_METHOD":        ourKey,
		"NOT_FOUND_TERMINAL_ID":       ourKey,
		"NOT_REGISTERED_BUSINESS":     ourKey,
		"NOT_MATCHES_CUSTOMER_KEY":    ourRequest,
		"INVALID_REQUEST":             ourRequest,
		"INVALID_IDEMPOTENCY_KEY":     ourRequest,
		"BELOW_MINIMUM_AMOUNT":        tooLittle,
		"FDS_ERROR":                   suspicious,

		"FAILED_INTERNAL_SYSTEM_PROCESSING":         trouble,
		"FAILED_PAYMENT_INTERNAL_SYSTEM_PROCESSING": trouble,
		"UNKNOWN_PAYMENT_ERROR":                     trouble,
		"COMMON_ERROR":                              trouble,
		"FAILED_DB_PROCESSING":                      trouble,
		"FAILED_CARD_COMPANY_RESPONSE":              trouble,
		"PROVIDER_ERROR":                            trouble,
		"CARD_PROCESSING_ERROR":                     trouble,
		"IDEMPOTENT_REQUEST_PROCESSING":             trouble,
		"FORBIDDEN_CONSECUTIVE_REQUEST":             trouble,
		"DUPLICATED_ORDER_ID":                       trouble,
		"ALREADY_PROCESSED_PAYMENT":                 trouble,
	},
}

// Uncancellable says why a gateway that answered a cancellation with this code surely did not carry it out, and never
// will as it was asked for; ok is false for any other code, of which nothing may be concluded. An answer of cancellation
// does not name its gateway; the codes are those of Toss, and none of another meaning is known.
func Uncancellable(pgCode string) (why fault.Text, ok bool) {
	why, ok = uncancellable[pgCode]
	return why, ok
}

var (
	notCancellable = fault.T("PG사가 이 결제를 취소할 수 없다고 답했습니다. PG사 화면에서 확인하고, 안 되면 계좌로 환불하세요.", "The gateway says that this payment cannot be cancelled. Look at its console; if it must be, refund by bank transfer.")
	wrongPart      = fault.T("PG사가 이 금액으로는 취소할 수 없다고 답했습니다. 남은 금액을 확인하거나 전액을 취소하세요.", "The gateway says that this amount cannot be cancelled. Check what is left, or cancel all of it.")
	tooLate        = fault.T("취소할 수 있는 기간이나 한도가 지났습니다. 계좌로 환불하세요.", "The period or limit for cancelling is past. Refund by bank transfer.")
)

// uncancellable leaves out what may mean that it was done before (ALREADY_CANCELED_PAYMENT, ALREADY_REFUND_PAYMENT) and
// every trouble.
var uncancellable = map[string]fault.Text{
	"NOT_CANCELABLE_PAYMENT":                  notCancellable,
	"NOT_CANCELABLE_PAYMENT_FOR_DORMANT_USER": notCancellable,
	"REFUND_REJECTED":                         notCancellable,
	"NOT_CANCELABLE_AMOUNT":                   wrongPart,
	"NOT_ALLOWED_PARTIAL_REFUND":              wrongPart,
	"EXCEED_CANCEL_AMOUNT_DISCOUNT_AMOUNT":    wrongPart,
	"NOT_MATCHES_REFUNDABLE_AMOUNT":           wrongPart,
	"EXCEED_MAX_REFUND_DUE":                   tooLate,
	"EXCEED_CANCEL_LIMIT":                     tooLate,
}
