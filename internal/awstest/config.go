// Package awstest gives the suites of the AWS adapters something to talk to, and breaks the wire under the SDK.
//
// It owns the configuration that points the SDK at a double of AWS (Config), the one moto_server of a test binary,
// and Wire, which stands at the HTTP client: it counts requests and decides of each whether it is let through, cut,
// or answered with an error. It knows no port and no adapter.
//
// Invariants: a suite never passes because nothing was there to ask (Config skips with a reason, and fails where CI
// is set); a double never outlives the tests that started it, even killed ones; nothing leaves the machine unless
// JEONGSAN_AWS_ENDPOINT says so.
//
// Used only by tests.
package awstest

import (
	"errors"
	"os"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
)

// Region is where the stack stands: Seoul.
const Region = "ap-northeast-2"

// Environment that Config reads.
const (
	endpointVariable = "JEONGSAN_AWS_ENDPOINT" // any endpoint that speaks AWS's protocols, e.g. http://127.0.0.1:8000
	motoVariable     = "JEONGSAN_MOTO_SERVER"  // the moto_server command to start
)

var errNotInstalled = errors.New("moto_server 5.2.1 is not installed (make test installs it) and " + endpointVariable + " is not set")

// Config points the SDK at JEONGSAN_AWS_ENDPOINT or, where that is not set, at the moto_server of this test binary,
// which the first call starts. All tests of a binary share it, so each names its own table, bucket or queue. S3
// clients must set UsePathStyle. Retries are those of the SDK without their waits; see Impatient.
//
// Without either the test is skipped with the reason, or fails where the environment says CI=true.
func Config(t testing.TB) aws.Config {
	t.Helper()
	endpoint := os.Getenv(endpointVariable)
	if endpoint == "" {
		started, err := moto()
		missing(t, err)
		endpoint = started
	}
	cfg := aws.Config{Region: Region, Credentials: identity(t), BaseEndpoint: aws.String(endpoint)}
	return Impatient(cfg)
}

// missing ends the test if there is nothing to ask: a double that is not installed is a reason to skip on a
// developer's machine only, one that does not start is none.
func missing(t testing.TB, err error) {
	t.Helper()
	switch {
	case err == nil:
	case errors.Is(err, errNotInstalled) && os.Getenv("CI") != "true":
		t.Skip(err)
	default:
		t.Fatal(err)
	}
}

// identity is the default chain where someone gave keys for their own endpoint; otherwise dummies, without which the
// SDK would wait for the metadata of an EC2 instance.
func identity(t testing.TB) aws.CredentialsProvider {
	t.Helper()
	if os.Getenv(endpointVariable) == "" || os.Getenv("AWS_ACCESS_KEY_ID") == "" {
		return credentials.NewStaticCredentialsProvider("testing", "testing", "")
	}
	cfg, err := config.LoadDefaultConfig(t.Context(), config.WithRegion(Region))
	if err != nil {
		t.Fatal(err)
	}
	return cfg.Credentials
}

// Impatient keeps the SDK's standard retries (three tries) but not their waits nor the budget that tries share.
func Impatient(cfg aws.Config) aws.Config {
	cfg.Retryer = func() aws.Retryer {
		return retry.NewStandard(func(o *retry.StandardOptions) {
			o.Backoff = retry.BackoffDelayerFunc(noWait)
			o.RateLimiter = ratelimit.None
		})
	}
	return cfg
}
