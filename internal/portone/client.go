// Package portone is the client of the PortOne V2 REST API and the reader of its webhooks.
//
// It owns the protocol: addresses, the Authorization and Idempotency-Key headers, the exact reading of amounts and
// states, PortOne's error types, which decline of a card means what, and Standard Webhooks signatures. It owns no
// domain: it knows nothing of invoices, tenants or retries, stores nothing, and never sees a card number.
//
// Invariants:
//   - an amount on the wire is a whole number of minor units; a fraction, an exponent or an overflow is refused;
//   - total, tax-free part and VAT are always sent explicitly: PortOne would otherwise assume 1/11;
//   - a call is one request. Nothing is tried again here: the caller knows what it has written down before it asked;
//   - when a call may have taken effect the error is fault.UnknownOutcome, and only GetPayment tells;
//   - the secret and billing keys appear in no error and no printed value.
//
// Errors are faults. An answer of PortOne that refuses carries a *Refusal (errors.As). Codes:
//
//	UnknownOutcome  no answer, a broken one, 5xx, a PG's decline (it comes as 502, like trouble at the gateway), or
//	                the same idempotency key is still being worked on: ask GetPayment before anything else
//	Unavailable     nothing was sent, or PortOne throttles, or a question cannot be answered now
//	Forbidden       our key is wrong or lacks the right: stop and alert
//	NotFound        no such payment or billing key in this store
//	Conflict        the state forbids it: already paid, already cancelled, billing key deleted, too many tries
//	Invalid         the request is wrong
//
// Sources: PortOne's developer documentation and the types of its official client @portone/server-sdk 0.19.0, which is
// run against our simulator in infra/contract/portone. Used by the adapter behind receivables and by the webhook function.
package portone

import (
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode"

	"jeongsan/internal/fault"
)

// Field names, as the person who enters them in the console of PortOne knows them.
const (
	FieldSecret        = "V2 API Secret"
	FieldStoreID       = "Store ID"
	FieldWebhookSecret = "Webhook Secret"
)

const (
	defaultBaseURL = "https://api.portone.io"
	// callTimeout of one exchange: PortOne asks for a read time-out of 60 seconds at least.
	callTimeout = 75 * time.Second
)

// Config says which store to speak for, and with what.
type Config struct {
	Secret  string // V2 API secret
	StoreID string
	BaseURL string // "": https://api.portone.io

	HTTP *http.Client // nil: one with a time-out of 75 seconds. Redirects are never followed, they would carry the secret away.
}

// String keeps the secret out of logs.
func (c Config) String() string { return "portone.Config{" + c.StoreID + "}" }

// GoString keeps the secret out of %#v.
func (c Config) GoString() string { return c.String() }

// LogValue keeps the secret out of structured logs.
func (c Config) LogValue() slog.Value { return slog.StringValue(c.String()) }

// Client speaks for one store. It is safe for concurrent use.
type Client struct {
	base    string
	secret  string
	storeID string
	http    *http.Client
}

// New checks the configuration; it makes no call. A blank value, or one with a space in it, is a fault naming its field.
func New(c Config) (*Client, error) {
	if err := checkCredential(FieldSecret, c.Secret); err != nil {
		return nil, err
	}
	if err := checkCredential(FieldStoreID, c.StoreID); err != nil {
		return nil, err
	}
	base := strings.TrimSuffix(c.BaseURL, "/")
	if base == "" {
		base = defaultBaseURL
	}
	if u, err := url.Parse(base); err != nil || u.Host == "" {
		return nil, fault.Invalidf("BaseURL", fault.T("포트원 주소가 올바르지 않습니다.", "The address of PortOne is not valid."))
	}
	return &Client{base: base, secret: c.Secret, storeID: c.StoreID, http: withoutRedirects(c.HTTP)}, nil
}

// String keeps the secret out of logs.
func (c *Client) String() string { return "portone.Client{" + c.base + " " + c.storeID + "}" }

// GoString keeps the secret out of %#v.
func (c *Client) GoString() string { return c.String() }

func checkCredential(field, value string) error {
	if value == "" {
		return fault.Invalidf(field, fault.T("%s을(를) 입력하세요.", "Enter the %s.", field))
	}
	if strings.ContainsFunc(value, func(r rune) bool { return r > unicode.MaxASCII || !unicode.IsGraphic(r) || r == ' ' }) {
		return fault.Invalidf(field, fault.T("%s에 공백이나 쓸 수 없는 문자가 있습니다. 포트원 콘솔에서 다시 복사해 붙여 넣으세요.", "The %s holds a space or a character that never occurs in it; copy it again from PortOne's console.", field))
	}
	return nil
}

func withoutRedirects(h *http.Client) *http.Client {
	var own http.Client
	if h != nil {
		own = *h
	}
	if own.Timeout == 0 { // a silent host must not hold a caller for as long as it lives
		own.Timeout = callTimeout
	}
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &own
}
