// Package popbill is the client of Popbill (팝빌), the provider that signs our e-tax invoices, reports them to the tax
// office (국세청, NTS) and tells whether a business number is open.
//
// It owns the protocol: tokens of Linkhub, the requests and answers of the tax-invoice and closed-down calls, Popbill's
// error numbers and what each means for a person, the webhook, and the reading of the tax office's standard XML. It owns
// no domain: it stores nothing, decides no date and no amount, and never tries a changing call twice.
//
// Invariants:
//   - amounts are whole won, printed and read by their digits, never through a float;
//   - the outcome of a call is one of four: it was done; it was refused (a fault with Popbill's number, see Refusal);
//     it was not done because nothing reached Popbill (Unavailable); or nobody knows (UnknownOutcome, changing calls
//     only). Whoever gets UnknownOutcome asks by the document's key (Info) before anything else;
//   - a token is asked for once per business number and product, whoever asks first, and renewed when it runs out or
//     Popbill says that it has;
//   - the secret key appears in no error and no printed value.
//
// Documents are always addressed as the supplier's (SELL): this product issues, and does not receive.
//
// Sources: the official SDKs, Popbill's developer pages and error list; where they are silent the comment says so.
// infra/contract/popbill proves that the requests are those of the official client. Used by the adapter behind the
// tax-invoice flow.
package popbill

import (
	"encoding/base64"
	"net/http"
	"strings"
	"sync"
	"time"

	"jeongsan/internal/fault"
)

// Field names of the two keys, as the operator who enters them knows them.
const (
	FieldLinkID    = "LinkID"
	FieldSecretKey = "SecretKey"
)

// Popbill's hosts. Tokens of the test service come from the same host as the others.
const (
	authHost    = "https://auth.linkhub.co.kr"
	serviceHost = "https://popbill.linkhub.co.kr"
	testHost    = "https://popbill-test.linkhub.co.kr"
)

const callTimeout = 60 * time.Second // of one HTTP exchange, when the caller gives no HTTP client

// Config says as which partner to speak, and to which of Popbill's two services.
type Config struct {
	LinkID    string
	SecretKey string
	Test      bool // the test service, which only pretends to report to the tax office

	AuthURL    string // in place of Linkhub's and Popbill's own; for stand-ins
	ServiceURL string

	HTTP *http.Client // nil: one with a time-out of a minute. Redirects are never followed, they would carry the token away.

	// Now is wall time: Linkhub refuses a request that is signed at another time. Required.
	Now func() time.Time
}

// String keeps the secret out of logs.
func (c Config) String() string { return "popbill.Config{" + c.LinkID + " " + c.serviceID() + "}" }

// GoString keeps the secret out of %#v.
func (c Config) GoString() string { return c.String() }

func (c Config) serviceID() string {
	if c.Test {
		return "POPBILL_TEST"
	}
	return "POPBILL"
}

// Member is for whom a call is made: a company that is a member of Popbill under our LinkID.
type Member struct {
	CorpNum string // 사업자등록번호, 10 digits
	UserID  string // the person at the member, for Popbill's own log; may be empty
}

// Client speaks as one partner for any of its members. It is safe for concurrent use.
type Client struct {
	linkID    string
	key       []byte
	serviceID string
	auth      string
	service   string
	http      *http.Client
	now       func() time.Time

	mu     sync.Mutex
	tokens map[tokenKey]*tokenCell
}

// New checks the configuration; it makes no call. A blank LinkID, or a SecretKey that is not Base64, is a fault naming
// its field.
func New(c Config) (*Client, error) {
	if c.LinkID == "" || strings.ContainsAny(c.LinkID, " \t\r\n") {
		return nil, fault.Invalidf(FieldLinkID, fault.T("링크허브에서 받은 LinkID를 공백 없이 입력하세요.", "Enter the LinkID that Linkhub gave you, without spaces."))
	}
	key, err := base64.StdEncoding.DecodeString(c.SecretKey)
	if err != nil || len(key) == 0 {
		return nil, fault.Invalidf(FieldSecretKey, fault.T(
			"SecretKey가 올바른 형식(Base64)이 아닙니다. 링크허브에서 다시 복사해 붙여 넣으세요.",
			"The SecretKey is not Base64; copy it again from Linkhub.")) // not the decoder's words: they may quote the key
	}
	if c.Now == nil {
		return nil, fault.New(fault.Internal, fault.T("팝빌 연결에 시계가 없습니다.", "The Popbill client was given no clock."))
	}
	service := serviceHost
	if c.Test {
		service = testHost
	}
	return &Client{
		linkID: c.LinkID, key: key, serviceID: c.serviceID(),
		auth: orElse(c.AuthURL, authHost), service: orElse(c.ServiceURL, service),
		http: withoutRedirects(c.HTTP), now: c.Now, tokens: map[tokenKey]*tokenCell{},
	}, nil
}

// String keeps the secret out of logs.
func (c *Client) String() string { return "popbill.Client{" + c.linkID + " " + c.serviceID + "}" }

// GoString keeps the secret out of %#v.
func (c *Client) GoString() string { return c.String() }

func orElse(given, usual string) string {
	if given == "" {
		return usual
	}
	return strings.TrimSuffix(given, "/")
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
