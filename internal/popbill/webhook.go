package popbill

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"net/http"

	"jeongsan/internal/fault"
)

// WebhookBody bounds what a webhook may bring; Popbill's are below 1 KB.
const WebhookBody = 64 << 10

// What a webhook tells (eventType). Popbill may send others.
const (
	EventIssued     = "Issue"
	EventCancelled  = "CancelIssue"
	EventNTS        = "NTS"       // the document came to 301, 304 or 305
	EventClosedDown = "CLOSEDOWN" // the buyer's business number turned out to be closed
	EventOpened     = "OPEN"      // the buyer opened the mail
)

// Event is a webhook about a tax invoice. Popbill does not sign it: it is a hint to ask Info, and nothing else. It comes
// up to four times, and in any order; ID is the same each time.
type Event struct {
	ID      string // Pb-Webhook-MID
	CorpNum string // the member's; from the header, or from the body when the header has none
	Type    string // Issue, NTS …

	Key            string // the supplier's document key; "" when Popbill sent none
	ItemKey        string // Popbill's own number of the document
	NTSConfirmNum  string
	StateCode      int
	StateDT        Time
	NTSSendErrCode string
}

// ParseWebhook reads a TAXINVOICE.STATE event. Anything else is a fault: Invalid. The name of the key in the body is
// not documented for tax invoices, so both of Popbill's spellings are read.
func ParseWebhook(h http.Header, body []byte) (Event, error) {
	if len(body) > WebhookBody {
		return Event{}, badWebhook()
	}
	if h.Get("Pb-Webhook-Type") != "TAXINVOICE.STATE" {
		return Event{}, badWebhook()
	}
	var said struct {
		CorpNum        string `json:"corpNum"`
		ItemKey        string `json:"itemKey"`
		InvoicerMgtKey string `json:"invoicerMgtKey"`
		MgtKey         string `json:"mgtKey"`
		NTSConfirmNum  string `json:"ntsConfirmNum"`
		StateCode      Won    `json:"stateCode"` // as tolerant as amounts are: a number or its digits
		StateDT        Time   `json:"stateDT"`
		NTSSendErrCode string `json:"ntssendErrCode"`
		EventType      string `json:"eventType"`
	}
	if err := json.Unmarshal(body, &said); err != nil {
		return Event{}, badWebhook().Because(err)
	}
	e := Event{
		ID: h.Get("Pb-Webhook-MID"), CorpNum: first(h.Get("Pb-Webhook-Corpnum"), said.CorpNum), Type: first(h.Get("Pb-Webhook-EventType"), said.EventType),
		Key: first(said.InvoicerMgtKey, said.MgtKey), ItemKey: said.ItemKey, NTSConfirmNum: said.NTSConfirmNum,
		StateCode: int(said.StateCode), StateDT: said.StateDT, NTSSendErrCode: said.NTSSendErrCode,
	}
	if e.ID == "" || !digits(e.CorpNum, 10) || e.Key == "" && e.ItemKey == "" && e.NTSConfirmNum == "" {
		return Event{}, badWebhook()
	}
	return e, nil
}

func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func badWebhook() *fault.Fault {
	return fault.New(fault.Invalid, fault.T("팝빌 세금계산서 웹훅의 형식이 아닙니다.", "This is no tax-invoice webhook of Popbill's."))
}

// WebhookCredential is what was entered on Popbill's site to come with each webhook: a name and a password, or a key.
type WebhookCredential struct {
	User, Password string
	APIKey         string
}

// Check is nil when the header carries the credential, or when there is none to carry; else Forbidden.
func (w WebhookCredential) Check(h http.Header) error {
	if w == (WebhookCredential{}) {
		return nil
	}
	r := http.Request{Header: h}
	user, password, _ := r.BasicAuth()
	byKey := w.APIKey != "" && same(w.APIKey, h.Get("X-Api-Key"))
	byName := w.User != "" && same(w.User, user) && same(w.Password, password)
	if byKey || byName {
		return nil
	}
	return fault.New(fault.Forbidden, fault.T("팝빌 웹훅의 인증 정보가 맞지 않습니다.", "The webhook does not carry the credential agreed with Popbill."))
}

// String keeps the credential out of logs.
func (w WebhookCredential) String() string { return "popbill.WebhookCredential{" + w.User + "}" }

// GoString keeps the credential out of %#v.
func (w WebhookCredential) GoString() string { return w.String() }

// same compares in a time that depends on neither, whatever their lengths.
func same(a, b string) bool {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return subtle.ConstantTimeCompare(x[:], y[:]) == 1
}
