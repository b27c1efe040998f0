// Package dynamo is the store on AWS: one DynamoDB table.
//
// It owns the form of an item, the expressions that say a condition, what becomes of a request that failed, and the
// count of requests and units. It does not own the table (template.yaml does; nothing here creates one) nor what a
// document means.
//
// An item is a document: pk and sk (S), version, schema and ttl (N; ttl in epoch seconds, only where the document
// expires), kind and commit (S), body (B). DynamoDB removes items by ttl days late and by its own clock, so reads and
// conditions decide expiry by the injected one.
//
// Invariants beside those of package store:
//   - a commit of one write is one conditional request, of several one transaction (twice the price); a check that
//     always holds is not sent;
//   - the engine numbers versions in the request that writes, never from a read that came before it;
//   - a write is sent again only when DynamoDB said that nothing was written, or when no connection was made. Every
//     other silence is store.ErrUnknown at once: the SDK's own retries of writes are off, because a second try would
//     fail on the condition that the first one changed;
//   - reads are consistent and may be retried by the SDK.
//
// Used by functions.
package dynamo

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"jeongsan/internal/calendar"
	"jeongsan/internal/store"
)

// Store is a table. It is safe for concurrent use.
type Store struct {
	client  *dynamodb.Client
	table   string
	clock   calendar.Clock
	observe func(Usage)
	wait    func(context.Context, time.Duration) error
}

var _ store.Store = (*Store)(nil)

// Option changes how a Store works beside its table.
type Option func(*Store)

// Observe has every request told as it is sent, with the units it takes; see Usage. It is called concurrently.
func Observe(told func(Usage)) Option { return func(s *Store) { s.observe = told } }

// Wait replaces the timer between two tries. It returns the context's error when that ends first.
func Wait(wait func(context.Context, time.Duration) error) Option {
	return func(s *Store) { s.wait = wait }
}

// New is the store in the table, which must exist with the keys, the stream and the ttl attribute of template.yaml.
// Documents expire by the clock. Nothing is asked of AWS before the first call.
func New(client *dynamodb.Client, table string, clock calendar.Clock, options ...Option) *Store {
	s := &Store{client: client, table: table, clock: clock, observe: func(Usage) {}, wait: pause}
	for _, o := range options {
		o(s)
	}
	return s
}

// Get returns one document; see store.Store.
func (s *Store) Get(ctx context.Context, k store.Key) (store.Document, error) {
	if err := ctx.Err(); err != nil {
		return store.Document{}, err
	}
	if err := k.Validate(); err != nil {
		return store.Document{}, err
	}
	d, err := s.current(ctx, k)
	if err != nil {
		return store.Document{}, err
	}
	if !d.Found() {
		return store.Document{}, store.NotFound(k)
	}
	return d, nil
}

// current is the document as it stands now; absent and expired ones have only their key.
func (s *Store) current(ctx context.Context, k store.Key) (store.Document, error) {
	out, err := s.client.GetItem(ctx, &dynamodb.GetItemInput{TableName: &s.table, Key: keyOf(k), ConsistentRead: aws.Bool(true)})
	if err != nil {
		return store.Document{}, failure(ctx, err)
	}
	s.observe(Usage{Requests: 1, ReadUnits: readUnits(out.Item)})
	if out.Item == nil {
		return store.Document{Key: k}, nil
	}
	return s.alive(out.Item)
}

// alive reads an item; of one that has expired only the key is left.
func (s *Store) alive(item map[string]types.AttributeValue) (store.Document, error) {
	d, err := documentOf(item)
	if err == nil && d.ExpiredAt(s.clock.Now()) {
		return store.Document{Key: d.Key}, nil
	}
	return d, err
}

// GetMany returns a document per key; see store.Store.
func (s *Store) GetMany(ctx context.Context, keys []store.Key) ([]store.Document, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := store.ValidateKeys(keys); err != nil {
		return nil, err
	}
	found, err := s.batch(ctx, keys)
	if err != nil {
		return nil, err
	}
	out := make([]store.Document, len(keys))
	for i, k := range keys {
		d, ok := found[k]
		if !ok {
			d.Key = k
		}
		out[i] = d
		out[i].Body = append([]byte(nil), d.Body...) // a key may come twice; its documents share nothing
	}
	return out, nil
}

// batch reads the keys, each once, asking again for what DynamoDB left out: it does so above 16 MB and when throttled.
func (s *Store) batch(ctx context.Context, keys []store.Key) (map[store.Key]store.Document, error) {
	found := make(map[store.Key]store.Document, len(keys))
	left := distinct(keys)
	for try := 0; len(left) > 0; try++ {
		ask := map[string]types.KeysAndAttributes{s.table: {Keys: left, ConsistentRead: aws.Bool(true)}}
		out, err := s.client.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{RequestItems: ask})
		if err != nil {
			return nil, failure(ctx, err)
		}
		items := out.Responses[s.table]
		rest := out.UnprocessedKeys[s.table].Keys
		s.observe(Usage{Requests: 1, ReadUnits: batchUnits(items, len(left)-len(rest))})
		for _, item := range items {
			d, err := s.alive(item)
			if err != nil {
				return nil, err
			}
			found[d.Key] = d
		}
		switch {
		case len(rest) == len(left) && try >= tries:
			return nil, busy
		case len(rest) == len(left):
			err = s.wait(ctx, backoff(s.table, try))
		case len(rest) > 0:
			try = 0
		}
		if err != nil {
			return nil, err
		}
		left = rest
	}
	return found, nil
}

func distinct(keys []store.Key) []map[string]types.AttributeValue {
	seen := make(map[store.Key]bool, len(keys))
	var out []map[string]types.AttributeValue
	for _, k := range keys {
		if !seen[k] {
			seen[k] = true
			out = append(out, keyOf(k))
		}
	}
	return out
}
