package popbill

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"

	"jeongsan/internal/fault"
)

// maxBody bounds one answer, decompressed. A page of 1,000 found documents is about 1.5 MB.
const maxBody = 16 << 20

// call is one request: its name for messages, and how it is sent.
type call struct {
	name    string
	product product // "": tax invoices
	path    string  // with the query, from the host on
	verb    string  // X-HTTP-Method-Override; Popbill writes its own verbs over POST
	post    bool    // POST without a verb of Popbill's
	body    any     // marshalled as JSON; nil for none
	header  http.Header
	onAuth  bool // at Linkhub's host instead of Popbill's
	open    bool // needs no token
	// changes: when its answer is lost, nobody knows whether it was done.
	changes bool
}

// answer is what came back with status 200.
type answer struct {
	header http.Header
	body   []byte
}

// do makes the call, and makes it once more with a new token when Popbill says that the token has run out: nothing was
// done in that case. No other failure is tried again here.
func (c *Client) do(ctx context.Context, m Member, k call) (answer, error) {
	if k.product == "" {
		k.product = taxInvoices
	}
	if k.open {
		return c.send(ctx, m, k, "")
	}
	if err := checkMember(m); err != nil {
		return answer{}, err
	}
	token, err := c.token(ctx, tokenKey{m.CorpNum, k.product}, "")
	if err != nil {
		return answer{}, err
	}
	a, err := c.send(ctx, m, k, token)
	if codeIn(err, codeSessionExpired) {
		if token, err = c.token(ctx, tokenKey{m.CorpNum, k.product}, token); err != nil {
			return answer{}, err
		}
		a, err = c.send(ctx, m, k, token)
	}
	return a, err
}

// checkMember keeps a number that is none out of addresses and token requests.
func checkMember(m Member) error {
	if !digits(m.CorpNum, 10) {
		return fault.Invalidf("corpNum", fault.T("사업자등록번호는 숫자 10자리입니다.", "A business number has ten digits."))
	}
	return nil
}

func digits(s string, n int) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return len(s) == n
}

func (c *Client) send(ctx context.Context, m Member, k call, token string) (answer, error) {
	req, err := c.request(ctx, k)
	if err != nil {
		return answer{}, err
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	if m.UserID != "" && !k.open {
		req.Header.Set("x-pb-userid", m.UserID)
	}
	return c.exchange(req, k)
}

func (c *Client) request(ctx context.Context, k call) (*http.Request, error) {
	method, base, body := http.MethodGet, c.service, []byte(nil)
	if k.verb != "" || k.post {
		method = http.MethodPost
	}
	if k.onAuth {
		base = c.auth
	}
	if k.body != nil {
		var err error
		if body, err = json.Marshal(k.body); err != nil {
			return nil, fault.New(fault.Internal, fault.T("팝빌에 보낼 문서를 만들 수 없습니다.", "The request to Popbill cannot be written.")).Because(err)
		}
	}
	req, err := http.NewRequestWithContext(ctx, method, base+k.path, bytes.NewReader(body))
	if err != nil {
		return nil, unreachable(err)
	}
	req.Header.Set("Content-Type", "application/json;charset=utf-8")
	if k.verb != "" {
		req.Header.Set("X-HTTP-Method-Override", k.verb)
	}
	for name, values := range k.header {
		req.Header[name] = values
	}
	return req, nil
}

// exchange sends one request and sorts what came of it. A call that changes something is lost, and not merely failed,
// from the moment it has a connection until a whole answer of Popbill's has been read.
func (c *Client) exchange(req *http.Request, k call) (answer, error) {
	connected := false
	trace := &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { connected = true }}
	req = req.WithContext(httptrace.WithClientTrace(req.Context(), trace))
	resp, err := c.http.Do(req)
	if err != nil {
		return answer{}, broken(err, k.changes && connected)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxBody+1))
	if err != nil {
		return answer{}, broken(err, k.changes)
	}
	said, readable := readRefusal(body)
	said.Status = resp.StatusCode
	switch {
	case len(body) > maxBody:
		return answer{}, broken(errors.New(k.name+": the answer is too large"), k.changes)
	case readable && said.Code < 0:
		return answer{}, refused(k, said)
	case resp.StatusCode == http.StatusOK:
		return answer{resp.Header, body}, nil
	}
	return answer{}, misanswered(k, resp.StatusCode)
}

// read fills into from the JSON of an answer. An answer that cannot be read tells nothing about what was done.
func (a answer) read(k call, into any) error {
	if err := json.Unmarshal(a.body, into); err != nil {
		if k.changes {
			return lost(err)
		}
		return unreadable(k.name, err)
	}
	return nil
}

// ask makes a call and reads its JSON.
func ask[T any](ctx context.Context, c *Client, m Member, k call) (T, error) {
	var out T
	a, err := c.do(ctx, m, k)
	if err != nil {
		return out, err
	}
	err = a.read(k, &out)
	return out, err
}

// broken is a line that failed, or our own context that ended.
func broken(err error, maybeDone bool) *fault.Fault {
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err // without the address, which names documents
	}
	if maybeDone {
		return lost(err)
	}
	return unreachable(err)
}
