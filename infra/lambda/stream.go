package lambda

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
)

// Stream plays the event source of a table's stream: records in their order, only those that the filter lets through, and
// again from the first that was reported as failed.
type Stream struct {
	Client *dynamodbstreams.Client
	ARN    string
	Batch  int
	Filter Filter

	iterators map[string]string // of each shard that is read
	waiting   []types.Record
}

// Filter is an event filter: the forms that template.yaml uses.
type Filter struct {
	EventName []string
	DynamoDB  struct {
		Keys map[string]struct {
			S []struct{ Prefix string }
		}
	}
}

// ParseFilter reads a filter's pattern.
func ParseFilter(pattern string) (Filter, error) {
	var f Filter
	err := json.Unmarshal([]byte(pattern), &f)
	return f, err
}

// lets reports whether the filter lets a record through.
func (f Filter) lets(r types.Record) bool {
	named := false
	for _, name := range f.EventName {
		named = named || name == string(r.EventName)
	}
	for attribute, rules := range f.DynamoDB.Keys {
		s, ok := r.Dynamodb.Keys[attribute].(*types.AttributeValueMemberS)
		matched := false
		for _, rule := range rules.S {
			matched = matched || ok && strings.HasPrefix(s.Value, rule.Prefix)
		}
		named = named && matched
	}
	return named
}

// Poll reads what is new and invokes with one batch of it; it returns how many records the batch held.
func (s *Stream) Poll(ctx context.Context, invoke Invoke) (int, error) {
	if err := s.read(ctx); err != nil || len(s.waiting) == 0 {
		return 0, err
	}
	batch := s.waiting[:min(s.Batch, len(s.waiting))]
	event, err := s.event(batch)
	if err != nil {
		return 0, err
	}
	body, err := invoke(ctx, event)
	if err != nil {
		return 0, err
	}
	var answer events.DynamoDBEventResponse
	if err := json.Unmarshal(body, &answer); err != nil {
		return 0, fmt.Errorf("the answer %q to records: %w", body, err)
	}
	done := len(batch)
	for _, f := range answer.BatchItemFailures {
		for i, r := range batch {
			if aws.ToString(r.Dynamodb.SequenceNumber) == f.ItemIdentifier {
				done = min(done, i)
			}
		}
	}
	s.waiting = s.waiting[done:]
	return len(batch), nil
}

// read takes in what the shards hold beyond where they were read to.
func (s *Stream) read(ctx context.Context) error {
	if s.iterators == nil {
		if err := s.open(ctx); err != nil {
			return err
		}
	}
	for shard, at := range s.iterators {
		out, err := s.Client.GetRecords(ctx, &dynamodbstreams.GetRecordsInput{ShardIterator: &at})
		if err != nil {
			return err
		}
		for _, r := range out.Records {
			if s.Filter.lets(r) {
				s.waiting = append(s.waiting, r)
			}
		}
		if s.iterators[shard] = aws.ToString(out.NextShardIterator); out.NextShardIterator == nil {
			delete(s.iterators, shard) // closed
		}
	}
	return nil
}

func (s *Stream) open(ctx context.Context) error {
	out, err := s.Client.DescribeStream(ctx, &dynamodbstreams.DescribeStreamInput{StreamArn: &s.ARN})
	if err != nil {
		return err
	}
	s.iterators = map[string]string{}
	for _, shard := range out.StreamDescription.Shards {
		it, err := s.Client.GetShardIterator(ctx, &dynamodbstreams.GetShardIteratorInput{StreamArn: &s.ARN, ShardId: shard.ShardId, ShardIteratorType: types.ShardIteratorTypeTrimHorizon})
		if err != nil {
			return err
		}
		s.iterators[aws.ToString(shard.ShardId)] = aws.ToString(it.ShardIterator)
	}
	return nil
}

// event is the records as Lambda hands them over.
func (s *Stream) event(records []types.Record) ([]byte, error) {
	var e events.DynamoDBEvent
	for _, r := range records {
		record := events.DynamoDBEventRecord{
			AWSRegion: "ap-northeast-2", EventID: aws.ToString(r.EventID), EventName: string(r.EventName), EventSource: "aws:dynamodb", EventVersion: "1.1", EventSourceArn: s.ARN,
			Change: events.DynamoDBStreamRecord{
				Keys: map[string]events.DynamoDBAttributeValue{}, NewImage: map[string]events.DynamoDBAttributeValue{},
				SequenceNumber: aws.ToString(r.Dynamodb.SequenceNumber), StreamViewType: string(r.Dynamodb.StreamViewType), SizeBytes: aws.ToInt64(r.Dynamodb.SizeBytes),
			},
		}
		for name, v := range r.Dynamodb.Keys {
			record.Change.Keys[name] = value(v)
		}
		for name, v := range r.Dynamodb.NewImage {
			record.Change.NewImage[name] = value(v)
		}
		e.Records = append(e.Records, record)
	}
	return json.Marshal(e)
}

// value is an attribute of one of the kinds that the store writes.
func value(v types.AttributeValue) events.DynamoDBAttributeValue {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		return events.NewStringAttribute(v.Value)
	case *types.AttributeValueMemberN:
		return events.NewNumberAttribute(v.Value)
	case *types.AttributeValueMemberB:
		return events.NewBinaryAttribute(v.Value)
	}
	return events.NewNullAttribute()
}
