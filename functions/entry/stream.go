package entry

import (
	"context"
	"log/slog"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"jeongsan/internal/due"
	"jeongsan/internal/store"
)

// Take sends on the due work of some keys and returns how many there were.
type Take func(ctx context.Context, keys []store.Key) (int, error)

// Stream sends outbox rows on as they appear in the table. A record is a hint: the row is read again, and one that a
// sweep has taken meanwhile is no work. Where rows fail together each is tried alone, so that the first that fails can
// be named: AWS comes again from there.
func Stream(take Take, now func() time.Time, log *slog.Logger) func(context.Context, events.DynamoDBEvent) (events.DynamoDBEventResponse, error) {
	return func(ctx context.Context, e events.DynamoDBEvent) (events.DynamoDBEventResponse, error) {
		within, end := before(ctx, margin)
		defer end()
		ctx = within
		answer := events.DynamoDBEventResponse{BatchItemFailures: []events.DynamoDBBatchItemFailure{}}
		rows := appeared(e, now())
		for len(rows) > 0 {
			n := min(len(rows), store.MaxWrites)
			if failed := sendOn(ctx, take, rows[:n], log); failed != "" {
				answer.BatchItemFailures = append(answer.BatchItemFailures, events.DynamoDBBatchItemFailure{ItemIdentifier: failed})
				return answer, nil
			}
			rows = rows[n:]
		}
		return answer, nil
	}
}

// row is a due row of the stream.
type row struct {
	key      store.Key
	sequence string
}

// appeared are the new due rows whose time has come. Timers are left to the sweep of their minute.
func appeared(e events.DynamoDBEvent, now time.Time) []row {
	var out []row
	for _, r := range e.Records {
		if r.EventName != string(events.DynamoDBOperationTypeInsert) {
			continue
		}
		k := store.RawKey(text(r.Change.Keys["pk"]), text(r.Change.Keys["sk"]))
		if at, ok := due.Moment(k); ok && !at.After(now) {
			out = append(out, row{k, r.Change.SequenceNumber})
		}
	}
	return out
}

// text is an attribute's string, "" of what is none.
func text(v events.DynamoDBAttributeValue) string {
	if v.DataType() != events.DataTypeString {
		return ""
	}
	return v.String()
}

// sendOn takes rows together, or else one by one; it returns the sequence number of the first that failed.
func sendOn(ctx context.Context, take Take, rows []row, log *slog.Logger) (failed string) {
	keys := make([]store.Key, len(rows))
	for i, r := range rows {
		keys[i] = r.key
	}
	together := safely(ctx, take, keys)
	if together == nil {
		return ""
	}
	told(ctx, log, together, slog.Int("rows", len(keys)))
	for i, r := range rows {
		if err := safely(ctx, take, keys[i:i+1]); err != nil {
			told(ctx, log, err, slog.String("row", r.key.String()))
			return r.sequence
		}
	}
	return ""
}

func safely(ctx context.Context, take Take, keys []store.Key) (err error) {
	defer caught(&err)
	_, err = take(ctx, keys)
	return err
}
