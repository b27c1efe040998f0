package popbill

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"jeongsan/internal/fault"
)

// product is what a token is good for; Linkhub calls it a scope.
type product string

const (
	taxInvoices product = "110"
	closedDown  product = "170"
)

// tokenMargin is how long before its end a token is renewed, so that it does not run out on the way.
const tokenMargin = time.Minute

type tokenKey struct {
	corpNum string
	product product
}

// tokenCell holds one token. Its gate lets one caller at a time ask for a new one; the others wait and use it.
type tokenCell struct {
	gate    chan struct{}
	value   string
	expires time.Time
}

// token returns a token that is good for now. stale is one that Popbill has just refused; it is not returned again.
func (c *Client) token(ctx context.Context, k tokenKey, stale string) (string, error) {
	cell := c.cell(k)
	select {
	case cell.gate <- struct{}{}:
		defer func() { <-cell.gate }()
	case <-ctx.Done():
		return "", unreachable(ctx.Err())
	}
	if cell.value != "" && cell.value != stale && c.now().Before(cell.expires.Add(-tokenMargin)) {
		return cell.value, nil
	}
	value, expires, err := c.requestToken(ctx, k)
	if err != nil {
		return "", err
	}
	cell.value, cell.expires = value, expires
	return value, nil
}

func (c *Client) cell(k tokenKey) *tokenCell {
	c.mu.Lock()
	defer c.mu.Unlock()
	cell := c.tokens[k]
	if cell == nil {
		cell = &tokenCell{gate: make(chan struct{}, 1)}
		c.tokens[k] = cell
	}
	return cell
}

// requestToken asks Linkhub. It changes nothing there, so a lost answer is Unavailable like any other.
func (c *Client) requestToken(ctx context.Context, k tokenKey) (string, time.Time, error) {
	body, err := json.Marshal(struct {
		AccessID string   `json:"access_id"`
		Scope    []string `json:"scope"`
	}{k.corpNum, []string{"member", string(k.product)}})
	if err != nil {
		return "", time.Time{}, unreadable("Token", err)
	}
	path := "/" + c.serviceID + "/Token"
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.auth+path, bytes.NewReader(body))
	if err != nil {
		return "", time.Time{}, unreachable(err)
	}
	date := c.now().UTC().Format("2006-01-02T15:04:05.000Z")
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("x-lh-date", date)
	req.Header.Set("x-lh-version", lhVersion)
	// The token is good for any address of ours: a function of many machines has no fixed one.
	req.Header.Set("x-lh-forwarded", "*")
	req.Header.Set("Authorization", "LINKHUB "+c.linkID+" "+sign(c.key, path, body, date, "*"))
	a, err := c.exchange(req, call{name: "Token"})
	if fault.Is(err, fault.Invalid) { // nothing of the document's went into the request, so nothing of it can be wrong
		err = down(err)
	}
	if err != nil {
		return "", time.Time{}, err
	}
	var said struct {
		SessionToken string    `json:"session_token"`
		Expiration   time.Time `json:"expiration"`
	}
	if err := json.Unmarshal(a.body, &said); err != nil {
		return "", time.Time{}, unreadable("Token", err)
	}
	if said.SessionToken == "" {
		return "", time.Time{}, unreadable("Token", fmt.Errorf("no session_token"))
	}
	return said.SessionToken, said.Expiration, nil
}

const lhVersion = "2.0"

// sign is Linkhub's signature of a request for a token. The line of forwarded is there only when the header is.
func sign(key []byte, path string, body []byte, date, forwarded string) string {
	digest := sha256.Sum256(body)
	text := "POST\n" + base64.StdEncoding.EncodeToString(digest[:]) + "\n" + date + "\n"
	if forwarded != "" {
		text += forwarded + "\n"
	}
	text += lhVersion + "\n" + path
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(text))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}
