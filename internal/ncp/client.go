// Package ncp is the client of the NCP (Naver Cloud Platform) Billing "Cost and Usage" API.
//
// It owns the protocol: zones and hosts, signature v2, paging, retries, the provider's error envelopes, the exact
// reading of rows, and the promise that a pulled month is one snapshot. It owns no domain: it knows nothing of
// customers, tenants or fees, stores nothing, and rounds nothing.
//
// Invariants:
//   - amounts and quantities are read by their digits into money.Decimal, never through a float;
//   - no row is lost or read twice in silence: rows are counted against the provider's totalRows, and a page that
//     comes twice, a row of a member or month that was not asked for, or a set that changed under us is an error;
//   - at most one page of rows is in memory;
//   - waits are bounded and end with the context; the secret key appears in no error and no printed value.
//
// Errors are faults. Codes: Invalid (a wrong key, a wrong parameter, an answer of another shape), Forbidden (the key
// lacks the right), NotFound (no such operation there), Unavailable (not now; also ErrChanged and ErrOtherMonth).
//
// Sources: the official API guide (api.ncloud-docs.com, platform-costandusage) and answers of the live service; where
// both are silent the comment says so. Used by the adapter behind settlement.Ingest and by the proof of access keys.
package ncp

import (
	"context"
	"net/http"
	"strings"
	"time"
	"unicode"

	"jeongsan/internal/fault"
)

// Field names of the two keys, as the person who enters them knows them.
const (
	FieldAccessKey = "ACCESS KEY"
	FieldSecretKey = "SECRET KEY"
)

const (
	defaultPageSize = 1000             // also the largest the API takes
	callTimeout     = 60 * time.Second // of one HTTP exchange, when the caller gives no HTTP client
)

// Config says which account to speak for, and with what.
type Config struct {
	Zone    Zone
	BaseURL string // in place of the zone's, with /billing/v1; for stand-ins

	AccessKey string
	SecretKey string

	HTTP *http.Client // nil: one with a time-out of a minute. Redirects are never followed, they would carry the signature away.

	// Now is wall time: the provider refuses a signature five minutes off. Required.
	Now func() time.Time
	// Sleep waits between attempts; nil waits in real time. It must return when the context ends.
	Sleep func(ctx context.Context, d time.Duration) error

	PageSize int // 0: 1000
}

// String keeps the secret out of logs.
func (c Config) String() string { return "ncp.Config{" + string(c.Zone) + " " + c.AccessKey + "}" }

// GoString keeps the secret out of %#v.
func (c Config) GoString() string { return c.String() }

// Client speaks for one account of one zone. It is safe for concurrent use.
type Client struct {
	base      string
	accessKey string
	secretKey string
	http      *http.Client
	now       func() time.Time
	sleep     func(context.Context, time.Duration) error
	pageSize  int
}

// New checks the configuration; it makes no call. A blank key, or one with a space in it, is a fault naming its field.
func New(c Config) (*Client, error) {
	if err := checkKey(FieldAccessKey, c.AccessKey); err != nil {
		return nil, err
	}
	if err := checkKey(FieldSecretKey, c.SecretKey); err != nil {
		return nil, err
	}
	base := strings.TrimSuffix(c.BaseURL, "/")
	if base == "" {
		var err error
		if base, err = c.Zone.baseURL(); err != nil {
			return nil, err
		}
	}
	if c.Now == nil {
		return nil, fault.New(fault.Internal, fault.T("네이버 클라우드 연결에 시계가 없습니다.", "The NCP client was given no clock."))
	}
	client := &Client{base: base, accessKey: c.AccessKey, secretKey: c.SecretKey, http: withoutRedirects(c.HTTP), now: c.Now, sleep: c.Sleep, pageSize: c.PageSize}
	if client.sleep == nil {
		client.sleep = wait
	}
	if client.pageSize < 1 || client.pageSize > defaultPageSize {
		client.pageSize = defaultPageSize
	}
	return client, nil
}

// String keeps the secret out of logs.
func (c *Client) String() string { return "ncp.Client{" + c.base + " " + c.accessKey + "}" }

// GoString keeps the secret out of %#v.
func (c *Client) GoString() string { return c.String() }

func checkKey(field, key string) error {
	if key == "" {
		return fault.Invalidf(field, fault.T("%s를 입력하세요.", "Enter the %s.", field))
	}
	if strings.ContainsFunc(key, func(r rune) bool { return r > unicode.MaxASCII || !unicode.IsGraphic(r) || r == ' ' }) {
		return fault.Invalidf(field, fault.T("%s에 공백이나 쓸 수 없는 문자가 있습니다. 콘솔에서 다시 복사해 붙여 넣으세요.", "The %s holds a space or a character that keys never have; copy it again from the console.", field))
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

func wait(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
