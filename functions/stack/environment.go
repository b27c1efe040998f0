package stack

import (
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"jeongsan/internal/calendar"
	"jeongsan/internal/fault"
)

// Variables that template.yaml does not set: only tests do, and only among doubles on this machine.
const (
	testClock   = "JEONGSAN_TEST_CLOCK" // RFC 3339: the time it is, for as long as the process lives
	awsEndpoint = "AWS_ENDPOINT_URL"    // in place of every AWS service
	ncpURL      = "NCP_URL"             // in place of the provider; a zone is a path below it
	popbillURL  = "POPBILL_URL"         // in place of Popbill and Linkhub
	portoneURL  = "PORTONE_URL"         // in place of PortOne
)

// environment is where a function's settings come from. It remembers which of them it lacked.
type environment struct {
	look   func(string) (string, bool)
	lacked []error
}

// get is a variable, "" when it is not set.
func (e *environment) get(name string) string {
	v, _ := e.look(name)
	return v
}

// need is a variable that must be there.
func (e *environment) need(name string) string {
	v := e.get(name)
	if v == "" {
		e.lacked = append(e.lacked, wrong(name, "it is not set"))
	}
	return v
}

// missing is the fault of every variable that was needed and not there.
func (e *environment) missing() error { return errors.Join(e.lacked...) }

func wrong(name, what string) error {
	return fault.Invalidf(name, fault.T("환경 변수 %s이(가) 올바르지 않습니다: %s", "The environment variable %s is not right: %s", name, what))
}

// clock is the machine's, or that of a test. A moved clock among real services would bill, charge and report to the tax
// office on days that are not: it is refused unless everything that can be reached is a double on this machine.
func (e *environment) clock() (calendar.Clock, error) {
	at := e.get(testClock)
	if at == "" {
		return calendar.System{}, nil
	}
	if !local(e.get(awsEndpoint)) {
		return calendar.System{}, wrong(testClock, awsEndpoint+" is no address of this machine")
	}
	now, err := time.Parse(time.RFC3339, at)
	if err != nil {
		return calendar.System{}, wrong(testClock, "it is no time in RFC 3339")
	}
	return calendar.Fixed(now), nil
}

// moved reports whether the clock is that of a test.
func (e *environment) moved() bool { return e.get(testClock) != "" }

// instead is the address of a double in place of a provider, "" for the provider itself. It must be on this machine, and
// under a test's clock there must be one.
func (e *environment) instead(name string) (string, error) {
	address := e.get(name)
	switch {
	case address == "" && e.moved():
		return "", wrong(name, "under the clock of a test no real provider is asked")
	case address != "" && !local(address):
		return "", wrong(name, "it is no address of this machine")
	}
	return strings.TrimSuffix(address, "/"), nil
}

// local reports whether an URL can only mean this machine.
func local(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" {
		return false
	}
	if u.Hostname() == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(u.Hostname())
	return err == nil && ip.IsLoopback()
}

// config is the SDK's configuration. Lambda gives its credentials by these variables and renews them with the process,
// so nothing else of the SDK's chain (profiles, instance metadata, single sign-on) is looked at, nor linked.
func (e *environment) config(transport http.RoundTripper) (aws.Config, error) {
	c := aws.Config{
		Region:      e.need("AWS_REGION"),
		Credentials: credentials.NewStaticCredentialsProvider(e.need("AWS_ACCESS_KEY_ID"), e.need("AWS_SECRET_ACCESS_KEY"), e.get("AWS_SESSION_TOKEN")),
		HTTPClient: &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse // a signed request is for one host
		}},
	}
	endpoint := e.get(awsEndpoint)
	if endpoint == "" {
		return c, nil
	}
	c.BaseEndpoint = &endpoint
	if u, err := url.Parse(endpoint); err != nil || u.Host == "" {
		return c, wrong(awsEndpoint, "it is no URL")
	}
	return c, nil
}

// sharedTransport is the one transport of the process: connections to a host are made once, by the first call.
func sharedTransport() *http.Transport {
	return &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: 5 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		ForceAttemptHTTP2:     true,
		MaxIdleConns:          100,
		MaxIdleConnsPerHost:   20, // ten records side by side, two calls each
		IdleConnTimeout:       90 * time.Second,
		TLSHandshakeTimeout:   5 * time.Second,
		ExpectContinueTimeout: time.Second,
	}
}
