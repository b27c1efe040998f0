package portone

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"

	"jeongsan/internal/fault"
)

const maxAnswer = 16 << 20 // bytes; a page of 100 payments with their webhooks is well under 2 MB

// request is one call of the API. A request that changes nothing is a question: without an answer nothing is lost.
type request struct {
	op       string // for logs: "charge"
	method   string
	path     string // escaped
	query    url.Values
	body     any
	key      string // idempotency key, "" for none
	question bool
}

// do sends a request once and reads its answer into out. Every error is a fault.
func (c *Client) do(ctx context.Context, r request, out any) error {
	req, err := c.build(ctx, r)
	if err != nil {
		return err
	}
	if ctx.Err() != nil {
		return notSent(r, ctx.Err())
	}
	var connected atomic.Bool // net/http may replay a request with a key: then a refused second connection proves nothing
	req = req.WithContext(httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { connected.Store(true) }}))
	resp, err := c.http.Do(req)
	if err != nil {
		err = withoutAddress(err)
		if !connected.Load() && neverConnected(err) {
			return notSent(r, err)
		}
		return noAnswer(r, err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	switch {
	case err != nil:
		return noAnswer(r, err)
	case len(body) > maxAnswer:
		return noAnswer(r, fmt.Errorf("more than %d bytes", maxAnswer))
	case resp.StatusCode/100 != 2:
		return refused(r, resp.StatusCode, body)
	}
	if err := json.Unmarshal(body, out); err != nil {
		return unreadable(r, err)
	}
	return nil
}

func (c *Client) build(ctx context.Context, r request) (*http.Request, error) {
	address := c.base + r.path
	if len(r.query) > 0 {
		address += "?" + r.query.Encode()
	}
	var body io.Reader = http.NoBody
	if r.body != nil {
		encoded, err := json.Marshal(r.body)
		if err != nil {
			return nil, notSent(r, err)
		}
		body = bytes.NewReader(encoded)
	}
	req, err := http.NewRequestWithContext(ctx, r.method, address, body)
	if err != nil {
		return nil, notSent(r, withoutAddress(err))
	}
	req.Header.Set("Authorization", "PortOne "+c.secret)
	if r.body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if r.key != "" {
		req.Header.Set("Idempotency-Key", `"`+r.key+`"`) // an RFC 8941 string: the quotes belong to the value
	}
	return req, nil
}

// withoutAddress takes the address off an error: it names billing keys.
func withoutAddress(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

// neverConnected tells errors that come before the first byte of a request from all others.
func neverConnected(err error) bool {
	var op *net.OpError
	var certificate *tls.CertificateVerificationError
	return errors.As(err, &op) && (op.Op == "dial" || op.Op == "proxyconnect") || errors.As(err, &certificate)
}

func notSent(r request, err error) *fault.Fault {
	return fault.New(fault.Unavailable, fault.T(
		"포트원에 연결할 수 없습니다. 요청은 보내지지 않았습니다. 잠시 후 다시 시도하세요.",
		"PortOne cannot be reached; nothing was sent. Try again shortly.")).Because(fmt.Errorf("%s: %w", r.op, err))
}

// noAnswer is a request that went out and brought nothing readable back.
func noAnswer(r request, err error) *fault.Fault {
	cause := fmt.Errorf("%s: %w", r.op, err)
	if r.question {
		return fault.New(fault.Unavailable, fault.T(
			"포트원이 지금 답하지 못합니다. 잠시 후 다시 시도하세요.",
			"PortOne cannot answer now. Try again shortly.")).Because(cause)
	}
	return fault.New(fault.UnknownOutcome, fault.T(
		"포트원의 답을 받지 못해 처리되었는지 알 수 없습니다. 다시 시도하기 전에 포트원에서 상태를 확인합니다.",
		"PortOne's answer was lost, so it is not known whether the request took effect. Its state is asked before anything is tried again.")).Because(cause)
}

// unreadable is a success whose words have another form than expected.
func unreadable(r request, err error) *fault.Fault {
	if !r.question {
		return noAnswer(r, err)
	}
	return fault.New(fault.Unavailable, fault.T(
		"포트원의 응답을 읽을 수 없습니다. API가 바뀌었는지 운영자에게 확인을 요청하세요.",
		"PortOne's answer cannot be read. Ask the operator to check whether the API has changed.")).Because(fmt.Errorf("%s: %w", r.op, err))
}
