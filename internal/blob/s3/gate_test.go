package s3

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"jeongsan/internal/awstest"
)

// gate does for a presigned link what S3 does and moto does not: it serves only a link whose signature is that of the
// link and whose time is not over, and gives the answer the headers that the link asks for. Wall time stands at the
// link's signing and moves only by pass.
type gate struct {
	credentials aws.CredentialsProvider

	mu     sync.Mutex
	passed time.Duration
}

func (g *gate) pass(d time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.passed += d
}

// RoundTrip implements http.RoundTripper.
func (g *gate) RoundTrip(r *http.Request) (*http.Response, error) {
	ok, err := g.admits(r)
	if err != nil {
		return nil, err
	}
	if !ok {
		return &http.Response{StatusCode: http.StatusForbidden, Status: "403 Forbidden", Header: http.Header{}, Body: io.NopCloser(strings.NewReader("AccessDenied")), Request: r}, nil
	}
	response, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	for asked, values := range r.URL.Query() {
		if name, found := strings.CutPrefix(asked, "response-"); found {
			response.Header.Set(name, values[0])
		}
	}
	return response, nil
}

func (g *gate) admits(r *http.Request) (bool, error) {
	given := r.URL.Query()
	signed, err := time.Parse("20060102T150405Z", given.Get("X-Amz-Date"))
	if err != nil {
		return false, err
	}
	valid, err := strconv.Atoi(given.Get("X-Amz-Expires"))
	if err != nil {
		return false, err
	}
	again, err := g.sign(r, given, signed)
	if err != nil {
		return false, err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	return again.Query().Get("X-Amz-Signature") == given.Get("X-Amz-Signature") && g.passed < time.Duration(valid)*time.Second, nil
}

// sign makes the link anew from what is not of the signature.
func (g *gate) sign(r *http.Request, given url.Values, at time.Time) (*url.URL, error) {
	bare := url.Values{}
	for name, values := range given {
		if !strings.HasPrefix(name, "X-Amz-") || name == "X-Amz-Expires" {
			bare[name] = values
		}
	}
	link := *r.URL
	link.RawQuery = bare.Encode()
	plain, err := http.NewRequestWithContext(r.Context(), http.MethodGet, link.String(), nil)
	if err != nil {
		return nil, err
	}
	who, err := g.credentials.Retrieve(r.Context())
	if err != nil {
		return nil, err
	}
	signed, _, err := v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = true }).
		PresignHTTP(r.Context(), who, plain, "UNSIGNED-PAYLOAD", "s3", awstest.Region, at)
	if err != nil {
		return nil, err
	}
	return url.Parse(signed)
}

var errLine = errors.New("the line went dead")

// failing is a reader that breaks at once.
type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errLine }

// leftIn lists what lies in the folder of temp files.
func leftIn(t *testing.T) []string {
	t.Helper()
	entries, err := os.ReadDir(os.TempDir())
	must(t, err)
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}
