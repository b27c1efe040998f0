// Package sqs is the queue of AWS: SQS standard queues, one for live messages and one for dead ones, with the promises
// of queue.Queue.
//
// It owns how a body lies in a message (text.go) and what SQS leaves to its callers: messages of a batch that fail one
// by one, and looking at dead messages without taking them. It does not own the queues or their settings (visibility,
// receives until dead: template.yaml), nor what a message means. functions/ is its only user outside tests; there
// Lambda receives and deletes by itself, and a handler only decodes the body.
//
// Invariants:
//   - a body of any bytes comes back as it was, and a message that another service wrote as plain text is that text;
//   - what failed of a batch through no fault of ours is tried again; after an error any of a send may have been sent;
//   - a redriven message is on the live queue before it leaves the dead one: a crash between the two doubles it, and
//     none loses it;
//   - whatever AWS says is the cause of an error, never its sentence.
//
// That a late receipt deletes no later delivery is AWS's word (API reference, DeleteMessage); moto's authors have seen
// it do so (getmoto/moto#4655). Whoever deletes has done the work, so that only a repetition would be lost.
package sqs

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/aws/smithy-go"

	"jeongsan/internal/fault"
	"jeongsan/internal/queue"
)

// Sender puts messages on one queue, which is all that a function does by itself. It is safe for concurrent use.
type Sender struct {
	client *sdk.Client
	url    string
}

// NewSender uses the queue at the URL. Its MaximumMessageSize must be SQS's 1 MiB, so that a batch of queue.MaxSend fits
// in base64 too.
func NewSender(cfg aws.Config, url string) (*Sender, error) {
	if url == "" {
		return nil, fault.Invalidf("queue.url", fault.T("큐 주소가 없습니다.", "There is no address of the queue."))
	}
	return &Sender{client: sdk.NewFromConfig(cfg), url: url}, nil
}

// Queue is a queue.Queue in SQS. It is safe for concurrent use.
type Queue struct {
	*Sender
	dead string // URL
}

var _ queue.Queue = (*Queue)(nil)

// New uses the queue at the live URL, whose redrive policy names the one at the dead URL; see NewSender for its settings.
func New(cfg aws.Config, live, dead string) (*Queue, error) {
	s, err := NewSender(cfg, live)
	if err != nil {
		return nil, err
	}
	if dead == "" || live == dead {
		return nil, fault.Invalidf("queue.dead_url", fault.T("실패 큐 주소 %q이(가) 올바르지 않습니다.", "The address of the dead letters, %q, is not valid.", dead))
	}
	return &Queue{Sender: s, dead: dead}, nil
}

// Send implements queue.Queue. A delay is rounded up to seconds.
func (s *Sender) Send(ctx context.Context, bodies [][]byte, delay time.Duration) error {
	if err := queue.CheckSend(bodies, delay); err != nil {
		return err
	}
	return inBatch(ctx, len(bodies), func(left []int) ([]types.BatchResultErrorEntry, error) {
		var entries []types.SendMessageBatchRequestEntry
		for _, i := range left {
			entries = append(entries, types.SendMessageBatchRequestEntry{Id: entryID(i), MessageBody: aws.String(Encode(bodies[i])), DelaySeconds: seconds(delay)})
		}
		out, err := s.client.SendMessageBatch(ctx, &sdk.SendMessageBatchInput{QueueUrl: &s.url, Entries: entries})
		if err != nil {
			return nil, err
		}
		return out.Failed, nil
	})
}

// Receive implements queue.Queue. How long it waits for a message is the queue's own setting.
func (q *Queue) Receive(ctx context.Context, max int) ([]queue.Message, error) {
	if err := queue.CheckReceive(max); err != nil {
		return nil, err
	}
	taken, err := q.receive(ctx, &sdk.ReceiveMessageInput{QueueUrl: &q.url, MaxNumberOfMessages: int32(max)})
	if err != nil {
		return nil, err
	}
	var messages []queue.Message
	for _, m := range taken {
		messages = append(messages, asMessage(m))
	}
	return messages, nil
}

func (q *Queue) receive(ctx context.Context, in *sdk.ReceiveMessageInput) ([]types.Message, error) {
	in.MessageSystemAttributeNames = []types.MessageSystemAttributeName{types.MessageSystemAttributeNameApproximateReceiveCount, types.MessageSystemAttributeNameSentTimestamp}
	out, err := q.client.ReceiveMessage(ctx, in)
	if err != nil {
		return nil, unusable(ctx, err)
	}
	return out.Messages, nil
}

func asMessage(m types.Message) queue.Message {
	return queue.Message{
		ID: aws.ToString(m.MessageId), Receipt: aws.ToString(m.ReceiptHandle), Body: Decode(aws.ToString(m.Body)),
		Received: int(attribute(m, types.MessageSystemAttributeNameApproximateReceiveCount)),
	}
}

// attribute is a number that SQS keeps of a message; 0 when it gave none.
func attribute(m types.Message, name types.MessageSystemAttributeName) int64 {
	n, _ := strconv.ParseInt(m.Attributes[string(name)], 10, 64)
	return n
}

// Delete implements queue.Queue.
func (q *Queue) Delete(ctx context.Context, messages []queue.Message) error {
	if err := queue.CheckDelete(messages); err != nil {
		return err
	}
	for _, m := range messages {
		if m.Receipt == "" {
			return noReceipt()
		}
	}
	return q.delete(ctx, q.url, messages)
}

func (q *Queue) delete(ctx context.Context, url string, messages []queue.Message) error {
	return inBatch(ctx, len(messages), func(left []int) ([]types.BatchResultErrorEntry, error) {
		var entries []types.DeleteMessageBatchRequestEntry
		for _, i := range left {
			entries = append(entries, types.DeleteMessageBatchRequestEntry{Id: entryID(i), ReceiptHandle: &messages[i].Receipt})
		}
		out, err := q.client.DeleteMessageBatch(ctx, &sdk.DeleteMessageBatchInput{QueueUrl: &url, Entries: entries})
		if err != nil {
			return nil, err
		}
		return slices.DeleteFunc(out.Failed, func(f types.BatchResultErrorEntry) bool { return ranOut(aws.ToString(f.Code), "") }), nil
	})
}

// Extend implements queue.Queue. A time is rounded up to seconds.
func (q *Queue) Extend(ctx context.Context, m queue.Message, d time.Duration) error {
	if err := queue.CheckExtend(d); err != nil {
		return err
	}
	if m.Receipt == "" {
		return noReceipt()
	}
	_, err := q.client.ChangeMessageVisibility(ctx, &sdk.ChangeMessageVisibilityInput{QueueUrl: &q.url, ReceiptHandle: &m.Receipt, VisibilityTimeout: seconds(d)})
	var said smithy.APIError
	switch {
	case err == nil:
		return nil
	case !errors.As(err, &said) || ctx.Err() != nil:
		return unusable(ctx, err)
	case strings.Contains(said.ErrorMessage(), "Total VisibilityTimeout"):
		return fault.Invalidf("visibility", fault.T("메시지를 받은 때부터 %s를 넘겨 붙잡을 수 없습니다.", "A message cannot be held for more than %s after it was received.", queue.MaxVisibility)).Because(err)
	case ranOut(said.ErrorCode(), said.ErrorMessage()):
		return fault.New(fault.Conflict, fault.T("처리 시간이 지나 메시지가 다시 배달됩니다.", "The time for this delivery is over; the message comes again.")).Because(err)
	}
	return unusable(ctx, err)
}

// Depth implements queue.Queue. SQS counts eventually, within about a minute of the last change.
func (q *Queue) Depth(ctx context.Context) (live, dead int, err error) {
	if live, err = q.depth(ctx, q.url); err != nil {
		return 0, 0, err
	}
	dead, err = q.depth(ctx, q.dead)
	return live, dead, err
}

// counted are the states of a message that was not deleted.
var counted = []types.QueueAttributeName{
	types.QueueAttributeNameApproximateNumberOfMessages,
	types.QueueAttributeNameApproximateNumberOfMessagesNotVisible,
	types.QueueAttributeNameApproximateNumberOfMessagesDelayed,
}

func (q *Queue) depth(ctx context.Context, url string) (int, error) {
	out, err := q.client.GetQueueAttributes(ctx, &sdk.GetQueueAttributesInput{QueueUrl: &url, AttributeNames: counted})
	if err != nil {
		return 0, unusable(ctx, err)
	}
	total := 0
	for _, name := range counted {
		n, err := strconv.Atoi(out.Attributes[string(name)])
		if err != nil {
			return 0, unusable(ctx, fmt.Errorf("%s of the queue: %w", name, err))
		}
		total += n
	}
	return total, nil
}

// oldestFirst is the order of sending; messages of one millisecond go by id.
func oldestFirst(a, b types.Message) int {
	const sent = types.MessageSystemAttributeNameSentTimestamp
	return cmp.Or(cmp.Compare(attribute(a, sent), attribute(b, sent)), cmp.Compare(aws.ToString(a.MessageId), aws.ToString(b.MessageId)))
}
