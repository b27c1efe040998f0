package ncp

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"jeongsan/internal/fault"
)

// Limits of the conversation. A full page of 1,000 contract rows is about 2.5 MB.
const (
	maxBody  = 32 << 20         // bytes of one answer, decompressed
	maxTries = 5                // of one call, the first included
	maxWait  = 90 * time.Second // between two tries; a longer Retry-After ends the call, it is not cut short
)

// operation is one call of the API: its name and what its list of rows is called.
type operation struct{ name, list string }

// failure is an attempt that brought nothing, and whether another one is worth it.
type failure struct {
	err   *fault.Fault
	again bool
	after time.Duration // what the provider asked for; 0: our own back-off
}

// fetch makes one call with retries: 429, 5xx, a broken line and a broken body are tried again after 1, 2, 4 … seconds
// or after what Retry-After asks for.
func (c *Client) fetch(ctx context.Context, op operation, query url.Values, tries int) (page, error) {
	for n := 1; ; n++ {
		p, failed := c.try(ctx, op, query)
		if failed == nil {
			return p, nil
		}
		pause := failed.after
		if pause == 0 {
			pause = time.Second << (n - 1)
		}
		if !failed.again || n >= tries || pause > maxWait {
			return page{}, failed.err
		}
		if err := c.sleep(ctx, pause); err != nil {
			return page{}, failed.err.Because(err)
		}
	}
}

func (c *Client) try(ctx context.Context, op operation, query url.Values) (page, *failure) {
	query.Set("responseFormatType", "json") // the default is XML
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.base+"/cost/"+op.name+"?"+query.Encode(), nil)
	if err != nil {
		return page{}, &failure{err: unreachable(err)}
	}
	c.sign(req)
	resp, err := c.http.Do(req)
	if err != nil {
		return page{}, broken(ctx, err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxBody+1))
	switch {
	case err != nil:
		return page{}, broken(ctx, err)
	case len(body) > maxBody:
		return page{}, &failure{err: tooLarge(op)}
	case resp.StatusCode/100 != 2:
		return page{}, c.refused(op, resp, body)
	}
	return readPage(op, body)
}

// broken is a line that failed. It is worth another try unless it was our own context that ended.
func broken(ctx context.Context, err error) *failure {
	if ctx.Err() != nil {
		return &failure{err: unreachable(ctx.Err())}
	}
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err // without the address, which names members
	}
	return &failure{err: unreachable(err), again: true}
}

// refused turns an answer outside 2xx into what it means.
func (c *Client) refused(op operation, resp *http.Response, body []byte) *failure {
	said := readRefusal(body)
	status := resp.StatusCode
	switch {
	case status == http.StatusTooManyRequests:
		return &failure{err: busy(op, said), again: true, after: c.retryAfter(resp.Header)}
	case status >= 500:
		return &failure{err: down(op, status, said), again: true, after: c.retryAfter(resp.Header)}
	case status == http.StatusForbidden || said.forbids():
		return &failure{err: forbidden(op, said)}
	case status == http.StatusUnauthorized:
		return &failure{err: c.unauthorized(op, resp.Header, said)}
	case status == http.StatusNotFound:
		return &failure{err: notFound(op, said)}
	case status >= 400:
		return &failure{err: badRequest(op, said)}
	}
	return &failure{err: down(op, status, said)} // a redirect, or nothing HTTP knows
}

// unauthorized tells a wrong key from a wrong clock: the provider answers both alike, but its Date header shows which.
func (c *Client) unauthorized(op operation, h http.Header, said refusal) *fault.Fault {
	const skewAllowed = 5 * time.Minute
	theirs, err := http.ParseTime(h.Get("Date"))
	if err == nil && c.now().Sub(theirs).Abs() >= skewAllowed {
		return wrongClock(op, said)
	}
	return wrongKey(op, said)
}

// retryAfter reads seconds or an HTTP date; 0 when there is none.
func (c *Client) retryAfter(h http.Header) time.Duration {
	value := h.Get("Retry-After")
	if seconds, err := strconv.ParseInt(value, 10, 32); err == nil && seconds > 0 {
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(value); err == nil {
		return max(0, at.Sub(c.now()))
	}
	return 0
}
