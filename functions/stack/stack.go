// Package stack builds a function's adapters from its environment, which template.yaml sets.
//
// It owns wiring and configuration, and the refusal to start on a wrong one. It does not own jobs (internal/app), shapes
// of events (functions/entry) or any rule of billing. Each part is built by a method of its own, so that the linker keeps
// out of a function what its main does not ask for.
//
// Invariants: building calls nobody on the network; all parts share one HTTP transport; a missing or wrong variable ends
// the start with its name, and so does a clock of tests anywhere but among doubles on this machine; no secret is in the
// environment beside the credentials that Lambda itself sets.
//
// Used by the main packages beside it.
package stack

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"jeongsan/functions/entry"
	"jeongsan/internal/app"
	"jeongsan/internal/calendar"
	"jeongsan/internal/journal"
	"jeongsan/internal/queue"
	"jeongsan/internal/queue/sqs"
	"jeongsan/internal/store/dynamo"
)

// Stack is what one function is built of. A fault while building is kept and told by Start.
type Stack struct {
	Log   *slog.Logger
	Clock calendar.Clock
	Store *dynamo.Store

	env      environment
	aws      aws.Config
	outside  *http.Client
	function app.Function
	err      error
}

// awsAnswers is how long a service of AWS may take to begin its answer; it is tried again or told as unknown after it.
const awsAnswers = 15 * time.Second

// Open reads the environment of the function of that name.
func Open(function string) *Stack {
	s := &Stack{Log: entry.NewLog(), env: environment{look: os.LookupEnv}}
	s.function, _ = app.FunctionNamed(function)
	clock, err := s.env.clock()
	s.keep(err)
	s.Clock = clock
	transport := sharedTransport()
	ours := transport.Clone()
	ours.ResponseHeaderTimeout = awsAnswers
	s.aws, err = s.env.config(ours)
	s.keep(err)
	s.outside = &http.Client{Transport: transport}
	s.Store = dynamo.New(dynamodb.NewFromConfig(s.aws), s.env.need("TABLE"), s.Clock)
	return s
}

// keep remembers what went wrong.
func (s *Stack) keep(err error) { s.err = errors.Join(s.err, err) }

// Start serves invocations with the handler, and does not return. Where something is missing the function ends at once
// and says what; Lambda shows it as a failed start.
func (s *Stack) Start(handler any) {
	if err := errors.Join(s.err, s.env.missing()); err != nil {
		s.Log.Error("not started", slog.String("function", s.function.Name), slog.String("error", err.Error()))
		os.Exit(1)
	}
	lambda.Start(handler)
}

// StartJobs serves the function's queue with the jobs of the product.
func (s *Stack) StartJobs(a *app.App) {
	a.Observe = func(d app.Done) {
		if d.Err != nil {
			s.Log.Warn("a step failed", slog.String("job", d.Message.Job), slog.String("tenant", d.Message.Tenant), slog.String("error", d.Err.Error()))
		}
	}
	s.Start(entry.Batch(sqs.Decode, entry.Only(s.function.Jobs, a.Handle), s.hide(), s.Log))
}

// hide gives a delivery of the function's own queue back after a wait.
func (s *Stack) hide() entry.Hide {
	own, ok := s.Router()[s.function.Name].(*sqs.Queue)
	if !ok {
		return nil // Start says what is missing
	}
	return func(ctx context.Context, receipt string, wait time.Duration) error {
		return own.Extend(ctx, queue.Message{Receipt: receipt}, wait)
	}
}

// App is the product over this function's adapters. The desks are for the caller to add.
func (s *Stack) App() *app.App {
	return &app.App{Store: s.Store, Work: s.Router(), NewID: NewID}
}

// Router sends messages to the queues of the functions that do their jobs. It reads QUEUES: "function=live dead",
// separated by commas.
func (s *Stack) Router() app.Router {
	all := app.Router{}
	for entry := range strings.SplitSeq(s.env.need("QUEUES"), ",") {
		name, urls, _ := strings.Cut(entry, "=")
		live, dead, _ := strings.Cut(urls, " ")
		q, err := sqs.New(s.aws, live, dead)
		s.keep(err)
		all[name] = q
	}
	for _, f := range app.Functions() {
		if f.Trigger == app.FromQueue && all[f.Name] == nil {
			s.keep(wrong("QUEUES", "it lacks "+f.Name))
		}
	}
	return all
}

// Journal is how flows commit.
func (s *Stack) Journal() journal.Journal {
	return journal.Journal{Store: s.Store, Clock: s.Clock, NewID: NewID}
}

// NewID is a random id, of commits and of what has no business key.
func NewID() string {
	var b [12]byte
	if _, err := rand.Read(b[:]); err != nil {
		panic(err) // crypto/rand never fails on a supported system
	}
	return hex.EncodeToString(b[:])
}
