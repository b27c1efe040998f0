// Package entry turns what AWS hands to a function into what the product does: batches of a queue, records of the
// table's stream, requests of API Gateway, notices of the mail service. It also says what is logged and how.
//
// It owns the shapes of AWS's events and of the answers AWS expects to them. It does not own jobs (internal/app), routes
// (internal/httpapi) or adapters (functions/stack).
//
// Invariants: what failed is named to AWS record by record, so that what was done is not done again; a panic is a failed
// record and ends neither its batch nor the process; nothing secret is logged.
//
// Used by the main packages beside it.
package entry

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"sync"

	"github.com/aws/aws-lambda-go/events"

	"jeongsan/internal/fault"
)

// Work does what one message asks for; running it again does no harm.
type Work func(ctx context.Context, body []byte) error

// Decode reads a message's body out of its text on the queue.
type Decode func(text string) []byte

// Batch handles the records of a queue side by side, as the worker of one machine does, and reports those that failed:
// AWS deletes the others.
func Batch(decode Decode, do Work, log *slog.Logger) func(context.Context, events.SQSEvent) (events.SQSEventResponse, error) {
	return func(ctx context.Context, e events.SQSEvent) (events.SQSEventResponse, error) {
		failed := make([]bool, len(e.Records))
		var wait sync.WaitGroup
		for i, r := range e.Records {
			wait.Go(func() {
				if err := record(ctx, decode, do, r); err != nil {
					failed[i] = true
					told(ctx, log, err, slog.String("message", r.MessageId), slog.String("received", r.Attributes["ApproximateReceiveCount"]))
				}
			})
		}
		wait.Wait()
		answer := events.SQSEventResponse{BatchItemFailures: []events.SQSBatchItemFailure{}}
		for i, r := range e.Records {
			if failed[i] {
				answer.BatchItemFailures = append(answer.BatchItemFailures, events.SQSBatchItemFailure{ItemIdentifier: r.MessageId})
			}
		}
		return answer, nil
	}
}

// record does one message.
func record(ctx context.Context, decode Decode, do Work, r events.SQSMessage) (err error) {
	defer caught(&err)
	return do(ctx, decode(r.Body))
}

// Only refuses messages of other jobs than the function's own. They would find parts missing that its main did not
// build, or no right to what they need; so they end in the dead letters under a sentence that says why.
func Only(jobs []string, do Work) Work {
	return func(ctx context.Context, body []byte) error {
		var m struct{ Job string }
		if err := json.Unmarshal(body, &m); err == nil && slices.Contains(jobs, m.Job) {
			return do(ctx, body)
		}
		return fault.Invalidf("job", fault.T("작업 %.40q은(는) 이 함수의 일이 아닙니다.", "Job %.40q is none of this function's.", m.Job))
	}
}

// caught makes a panic the error of the function that defers it.
func caught(err *error) {
	if v := recover(); v != nil {
		*err = fmt.Errorf("panic: %v\n%s", v, debug.Stack())
	}
}

// told logs a failure: what a person must correct is a warning, the rest an error.
func told(ctx context.Context, log *slog.Logger, err error, about ...slog.Attr) {
	level := slog.LevelError
	if code := fault.CodeOf(err); code == fault.Invalid || code == fault.Conflict || code == fault.NotFound || code == fault.Forbidden {
		level = slog.LevelWarn
	}
	about = append(about, slog.String("code", string(fault.CodeOf(err))), slog.String("error", err.Error()))
	log.LogAttrs(ctx, level, "not done", about...)
}
