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
	"strconv"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"jeongsan/internal/fault"
)

// Work does what one message asks for; running it again does no harm.
type Work func(ctx context.Context, body []byte) error

// Decode reads a message's body out of its text on the queue.
type Decode func(text string) []byte

// Hide gives a delivery back to the queue after a wait.
type Hide func(ctx context.Context, receipt string, wait time.Duration) error

// waits are those before the second to the fifth try of a message. Without them a failed step would wait for the whole
// visibility time of its queue, which is six times what the slowest step may take.
var waits = []time.Duration{10 * time.Second, time.Minute, 5 * time.Minute, 15 * time.Minute}

// margin is what is kept of an invocation to say what failed: Lambda ends it at its deadline, and with it all of a batch.
const margin = 2 * time.Second

// Batch handles the records of a queue side by side, as the worker of one machine does, and reports those that failed or
// were not done in time: AWS deletes the others. hide may be nil.
func Batch(decode Decode, do Work, hide Hide, log *slog.Logger) func(context.Context, events.SQSEvent) (events.SQSEventResponse, error) {
	return func(ctx context.Context, e events.SQSEvent) (events.SQSEventResponse, error) {
		done := handled(ctx, decode, do, e.Records, log)
		answer := events.SQSEventResponse{BatchItemFailures: []events.SQSBatchItemFailure{}}
		for i, r := range e.Records {
			if done[i] {
				continue
			}
			answer.BatchItemFailures = append(answer.BatchItemFailures, events.SQSBatchItemFailure{ItemIdentifier: r.MessageId})
			if hide == nil {
				continue
			}
			if err := hide(ctx, r.ReceiptHandle, waitAfter(r)); err != nil {
				told(ctx, log, err, slog.String("message", r.MessageId)) // it comes again when its visibility ends
			}
		}
		return answer, nil
	}
}

// waitAfter is the wait before the message's next try.
func waitAfter(r events.SQSMessage) time.Duration {
	received, err := strconv.Atoi(r.Attributes["ApproximateReceiveCount"])
	if err != nil || received < 1 {
		received = 1
	}
	return waits[min(received, len(waits))-1]
}

// handled does the records side by side until all are done or the invocation nears its end; it tells which were done.
func handled(ctx context.Context, decode Decode, do Work, records []events.SQSMessage, log *slog.Logger) []bool {
	within, end := before(ctx, margin)
	defer end()
	last, lastEnd := before(ctx, margin/2)
	defer lastEnd()
	type result struct {
		record int
		err    error
	}
	results := make(chan result, len(records))
	for i, r := range records {
		go func() { results <- result{i, record(within, decode, do, r)} }()
	}
	done := make([]bool, len(records))
	for range records {
		select {
		case x := <-results:
			if done[x.record] = x.err == nil; x.err != nil {
				r := records[x.record]
				told(ctx, log, x.err, slog.String("message", r.MessageId), slog.String("received", r.Attributes["ApproximateReceiveCount"]))
			}
		case <-last.Done():
			return done
		}
	}
	return done
}

// before is the context, ended some time before its deadline.
func before(ctx context.Context, margin time.Duration) (context.Context, context.CancelFunc) {
	if deadline, ok := ctx.Deadline(); ok {
		return context.WithDeadline(ctx, deadline.Add(-margin))
	}
	return context.WithCancel(ctx)
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
