package entry

import (
	"bytes"
	"context"
	"encoding/base64"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/aws/aws-lambda-go/events"

	"jeongsan/internal/httpapi"
)

// HTTP serves requests of an API Gateway HTTP API (payload format 2.0) with the handler that one machine serves. What
// cannot be read as a request is answered 400; no request ends in an error of the function, which API Gateway would
// answer with words of its own.
func HTTP(h http.Handler) func(context.Context, events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error) {
	return func(ctx context.Context, e events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error) {
		within, end := before(ctx, margin/4)
		defer end()
		r, err := request(within, e)
		if err != nil {
			return events.APIGatewayV2HTTPResponse{StatusCode: http.StatusBadRequest}, nil
		}
		w := &recorder{header: http.Header{}}
		h.ServeHTTP(w, r)
		return w.response(), nil
	}
}

// request is the request as it reached API Gateway: the body byte by byte, since signatures are of those.
func request(ctx context.Context, e events.APIGatewayV2HTTPRequest) (*http.Request, error) {
	body := []byte(e.Body)
	if e.IsBase64Encoded {
		var err error
		if body, err = base64.StdEncoding.DecodeString(e.Body); err != nil {
			return nil, err
		}
	}
	target := url.URL{Scheme: "https", Host: e.RequestContext.DomainName, RawQuery: e.RawQueryString}
	path, err := url.PathUnescape(e.RawPath)
	if err != nil {
		return nil, err
	}
	target.Path, target.RawPath = path, e.RawPath
	r, err := http.NewRequestWithContext(ctx, e.RequestContext.HTTP.Method, target.String(), bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	for name, value := range e.Headers { // names are in lower case, several values joined by commas
		r.Header.Set(name, value)
	}
	if len(e.Cookies) > 0 {
		r.Header.Set("Cookie", strings.Join(e.Cookies, "; "))
	}
	r.RequestURI = target.RequestURI()
	r.RemoteAddr = e.RequestContext.HTTP.SourceIP
	return r, nil
}

// recorder keeps an answer until it is whole.
type recorder struct {
	header http.Header
	sent   http.Header // as they stood when the status was written
	status int
	body   bytes.Buffer
}

var _ http.ResponseWriter = (*recorder)(nil)

// Header is http.ResponseWriter's.
func (w *recorder) Header() http.Header { return w.header }

// WriteHeader is http.ResponseWriter's; the first call counts.
func (w *recorder) WriteHeader(status int) {
	if w.status == 0 {
		w.status, w.sent = status, w.header.Clone()
	}
}

// Write is http.ResponseWriter's.
func (w *recorder) Write(p []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	return w.body.Write(p)
}

// response is the answer as API Gateway takes it. A body that is no text travels in base64.
func (w *recorder) response() events.APIGatewayV2HTTPResponse {
	w.WriteHeader(http.StatusOK) // a handler that wrote nothing
	out := events.APIGatewayV2HTTPResponse{StatusCode: w.status, Headers: map[string]string{}, Cookies: w.sent.Values("Set-Cookie")}
	for name, values := range w.sent {
		if name != "Set-Cookie" {
			out.Headers[name] = strings.Join(values, ", ")
		}
	}
	if out.Body = w.body.String(); !utf8.ValidString(out.Body) {
		out.Body, out.IsBase64Encoded = base64.StdEncoding.EncodeToString(w.body.Bytes()), true
	}
	return out
}

// Failed logs requests that were answered 500 or above. A path is not logged: a mail link's is a key.
func Failed(log *slog.Logger) func(context.Context, httpapi.Route, error) {
	return func(ctx context.Context, r httpapi.Route, err error) {
		told(ctx, log, err, slog.String("route", r.String()))
	}
}
