// Package lambda runs the deployed programs on this machine: a bootstrap binary as its own process, against a local
// Lambda Runtime API. Tests invoke with it the very files that are deployed.
//
// It owns the protocol between a function and Lambda (version 2018-06-01: next, response, error, init error) and the life
// of the process. It does not own what an event looks like (see Scheduler, Queue, Stream and Requests, which make them
// of AWS's own answers), nor the services behind the functions.
//
// Invariants: a function works on one invocation at a time, as an execution environment of Lambda does; whoever waits
// for an invocation hears of it when the process ends; no process outlives its Stop, nor the program that started it.
package lambda

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os/exec"
	"strconv"
	"sync"
	"time"
)

// Config is what a function is started with.
type Config struct {
	Name    string
	Binary  string
	Env     []string // "NAME=value", all there is: nothing is inherited
	Timeout time.Duration
	Log     io.Writer // what the function prints; nil for nowhere
}

// Function is one running execution environment. It is safe for concurrent use.
type Function struct {
	config  Config
	server  *http.Server
	process *exec.Cmd
	input   io.Closer // the keeper's: closed, it ends the process
	started time.Time

	waiting chan *invocation // to the process that asks for the next one
	ready   chan struct{}    // closed by the first next
	init    time.Duration    // from exec to there; set before ready is closed
	ended   chan struct{}    // closed when the process ended
	why     error            // why it ended; set before ended is closed

	mu      sync.Mutex
	working map[string]*invocation
	count   int
}

// invocation is one event on its way through the function.
type invocation struct {
	id      string
	event   []byte
	answer  chan outcome // one is sent
	expires time.Time
}

type outcome struct {
	body []byte
	err  error
}

// Error is a function's own report that an invocation failed.
type Error struct {
	Message string `json:"errorMessage"`
	Type    string `json:"errorType"`
}

// Error is the function's message with its type.
func (e *Error) Error() string { return fmt.Sprintf("the function failed: %s: %s", e.Type, e.Message) }

// keeper runs a command until its own standard input ends, which happens when the process that holds the other end does,
// however it ends: no function is left behind by a killed test.
const keeper = `trap : INT TERM HUP; "$@" </dev/null & child=$!; exec 2>/dev/null; (read -r _; kill -9 "$child") >/dev/null 2>&1 <&3 & wait "$child"`

// Start serves a Runtime API for the function and starts its process.
func Start(c Config) (*Function, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	f := &Function{config: c, waiting: make(chan *invocation), ready: make(chan struct{}), ended: make(chan struct{}), working: map[string]*invocation{}}
	f.server = &http.Server{Handler: f.api(), ReadHeaderTimeout: 5 * time.Second}
	go func() { _ = f.server.Serve(listener) }() // ends with Close, by its error
	f.process = exec.Command("sh", "-c", `exec 3<&0; `+keeper, "keeper", c.Binary)
	f.process.Env = append(append([]string{}, c.Env...),
		"AWS_LAMBDA_RUNTIME_API="+listener.Addr().String(), "AWS_LAMBDA_FUNCTION_NAME="+c.Name, "AWS_LAMBDA_FUNCTION_VERSION=$LATEST",
		"AWS_LAMBDA_LOG_FORMAT=JSON", "AWS_EXECUTION_ENV=AWS_Lambda_provided.al2023")
	f.process.Stdout, f.process.Stderr = c.Log, c.Log
	if f.input, err = f.process.StdinPipe(); err != nil {
		return nil, errors.Join(err, f.server.Close())
	}
	f.started = time.Now()
	if err := f.process.Start(); err != nil {
		return nil, errors.Join(err, f.server.Close())
	}
	go func() {
		f.fail(fmt.Errorf("%s ended: %v", c.Name, f.process.Wait()))
	}()
	return f, nil
}

// fail ends the function for those who wait; the first reason counts.
func (f *Function) fail(why error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	select {
	case <-f.ended:
	default:
		f.why = why
		close(f.ended)
	}
}

// Ready waits for the function to ask for its first invocation and returns how long that took from exec. A function that
// refuses to start is an error.
func (f *Function) Ready(ctx context.Context) (time.Duration, error) {
	select {
	case <-f.ready:
		return f.init, nil
	case <-f.ended:
		return 0, f.why
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

// Invoke hands the function an event and returns its answer; *Error when the function failed. Calls queue up.
func (f *Function) Invoke(ctx context.Context, event []byte) ([]byte, error) {
	f.mu.Lock()
	f.count++
	i := &invocation{id: fmt.Sprintf("%s-%d", f.config.Name, f.count), event: event, answer: make(chan outcome, 1)}
	f.mu.Unlock()
	select {
	case f.waiting <- i:
	case <-f.ended:
		return nil, f.why
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	limit := time.NewTimer(f.config.Timeout)
	defer limit.Stop()
	select {
	case o := <-i.answer:
		return o.body, o.err
	case <-f.ended:
		return nil, f.why
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-limit.C: // Lambda ends the environment with the invocation
		_ = f.Stop()
		return nil, fmt.Errorf("%s timed out after %s", f.config.Name, f.config.Timeout)
	}
}

// Stop ends the process at once, as Lambda ends an environment it has no use for.
func (f *Function) Stop() error {
	_ = f.input.Close()
	<-f.ended
	return f.server.Close()
}

// api is what the process talks to.
func (f *Function) api() http.Handler {
	const root = "/2018-06-01/runtime/"
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+root+"invocation/next", f.next)
	mux.HandleFunc("POST "+root+"invocation/{id}/response", func(w http.ResponseWriter, r *http.Request) {
		f.settle(w, r, func(body []byte) outcome { return outcome{body: body} })
	})
	mux.HandleFunc("POST "+root+"invocation/{id}/error", func(w http.ResponseWriter, r *http.Request) {
		f.settle(w, r, func(body []byte) outcome { return outcome{err: reported(body)} })
	})
	mux.HandleFunc("POST "+root+"init/error", func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		f.fail(errors.Join(fmt.Errorf("%s did not start: %w", f.config.Name, reported(body)), err))
		w.WriteHeader(http.StatusAccepted)
	})
	return mux
}

// next gives the process its next invocation, as soon as there is one.
func (f *Function) next(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	select {
	case <-f.ready:
	default:
		f.init = time.Since(f.started)
		close(f.ready)
	}
	f.mu.Unlock()
	select {
	case i := <-f.waiting:
		i.expires = time.Now().Add(f.config.Timeout)
		f.mu.Lock()
		f.working[i.id] = i
		f.mu.Unlock()
		h := w.Header()
		h.Set("Lambda-Runtime-Aws-Request-Id", i.id)
		h.Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(i.expires.UnixMilli(), 10))
		h.Set("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:ap-northeast-2:123456789012:function:"+f.config.Name)
		h.Set("Lambda-Runtime-Trace-Id", "Root=1-00000000-000000000000000000000000;Sampled=0")
		h.Set("Content-Type", "application/json")
		_, _ = io.Copy(w, bytes.NewReader(i.event)) // a process that is gone is told by its end
	case <-r.Context().Done():
	}
}

// settle takes the process's answer to an invocation.
func (f *Function) settle(w http.ResponseWriter, r *http.Request, read func([]byte) outcome) {
	f.mu.Lock()
	i, known := f.working[r.PathValue("id")]
	delete(f.working, r.PathValue("id"))
	f.mu.Unlock()
	if !known {
		http.Error(w, `{"errorType":"InvalidRequestID"}`, http.StatusBadRequest)
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		i.answer <- outcome{err: err}
		return
	}
	i.answer <- read(body)
	w.WriteHeader(http.StatusAccepted)
}

func reported(body []byte) error {
	e := &Error{}
	if err := json.Unmarshal(body, e); err != nil {
		return fmt.Errorf("the function failed and says %q", body)
	}
	return e
}
