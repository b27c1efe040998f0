package awstest

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"sync"
	"syscall"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
)

// Wire stands between the SDK and the server. The SDK's own retries are above it, so each try is a request. Use it by
// pointer; it is safe for concurrent use if OnRequest is.
type Wire struct {
	// OnRequest decides what becomes of a request; nil lets all pass. It may wait or do things of its own first.
	OnRequest func(Request) Fate

	mu     sync.Mutex
	counts map[string]int
}

// Request is one try of one operation.
type Request struct {
	Service   string // the SDK's name: "DynamoDB", "S3", "SQS", "SESv2", "KMS"
	Operation string // "PutItem", "SendMessage"
	N         int    // which request of this operation on this wire, from 1
	HTTP      *http.Request
}

// With puts the wire under every client made of the configuration.
func With(cfg aws.Config, w *Wire) aws.Config {
	below := cfg.HTTPClient
	if below == nil {
		below = awshttp.NewBuildableClient()
	}
	cfg.HTTPClient = end{w, below}
	return cfg
}

// Count is how many requests of the operation were made so far, tries that were cut or answered here included.
func (w *Wire) Count(operation string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.counts[operation]
}

// Total is how many requests of any operation were made so far.
func (w *Wire) Total() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	total := 0
	for _, n := range w.counts {
		total += n
	}
	return total
}

// Reset starts all counts anew.
func (w *Wire) Reset() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.counts = nil
}

func (w *Wire) counted(operation string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.counts == nil {
		w.counts = map[string]int{}
	}
	w.counts[operation]++
	return w.counts[operation]
}

// Script decides by operation: its first request meets the first fate and so on. Those after the script pass, as do
// other operations.
func Script(operation string, fates ...Fate) func(Request) Fate {
	return func(r Request) Fate {
		if r.Operation != operation || r.N > len(fates) {
			return Pass
		}
		return fates[r.N-1]
	}
}

// Always decides that every request of the operation meets the fate.
func Always(operation string, fate Fate) func(Request) Fate {
	return func(r Request) Fate {
		if r.Operation != operation {
			return Pass
		}
		return fate
	}
}

// end is the HTTP client the SDK is given.
type end struct {
	wire  *Wire
	below aws.HTTPClient
}

// Do meets one request with its fate.
func (e end) Do(r *http.Request) (*http.Response, error) {
	request := Request{Service: awsmiddleware.GetServiceID(r.Context()), Operation: awsmiddleware.GetOperationName(r.Context()), HTTP: r}
	request.N = e.wire.counted(request.Operation)
	fate := Pass
	if e.wire.OnRequest != nil {
		fate = e.wire.OnRequest(request)
	}
	if err := pause(r, fate.delay); err != nil {
		return nil, err
	}
	switch fate.kind {
	case refused:
		return nil, broken(r, "dial", "connect", syscall.ECONNREFUSED)
	case cutBefore:
		return nil, broken(r, "write", "write", syscall.ECONNRESET)
	case answered:
		return fate.answer(request), nil
	}
	response, err := e.below.Do(r)
	if err != nil || fate.kind == passed {
		return response, err
	}
	// The server has done what it was asked; its answer gets lost.
	_, _ = io.Copy(io.Discard, response.Body)
	_ = response.Body.Close()
	if fate.kind == hung {
		<-r.Context().Done()
		return nil, failed(r, r.Context().Err())
	}
	return nil, broken(r, "read", "read", syscall.ECONNRESET)
}

// broken is a network error in the form in which net/http returns it.
func broken(r *http.Request, op, call string, err syscall.Errno) error {
	return failed(r, &net.OpError{Op: op, Net: "tcp", Err: os.NewSyscallError(call, err)})
}

func failed(r *http.Request, err error) error {
	return &url.Error{Op: r.Method, URL: r.URL.String(), Err: err}
}

// pause waits, unless the request is given up first.
func pause(r *http.Request, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-r.Context().Done():
		return failed(r, r.Context().Err())
	}
}

// noWait is a back-off of nothing.
func noWait(int, error) (time.Duration, error) { return 0, nil }

// String names the request in messages of tests.
func (r Request) String() string { return fmt.Sprintf("%s.%s %d", r.Service, r.Operation, r.N) }
