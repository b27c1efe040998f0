package sqs

import (
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"jeongsan/internal/fault"
	"jeongsan/internal/queue"
)

// SQS cannot be read without receiving. A look receives what it shows and gives it back at once; what a crash between
// the two leaves hidden is seen again after this time.
const lookTime = 30 * time.Second

// look receives up to ten dead messages. It waits a second for them, since SQS asks all of its servers only then.
func (q *Queue) look(ctx context.Context) ([]types.Message, error) {
	return q.receive(ctx, &sdk.ReceiveMessageInput{QueueUrl: &q.dead, MaxNumberOfMessages: queue.MaxBatch, VisibilityTimeout: seconds(lookTime), WaitTimeSeconds: 1})
}

// giveBack lets others see dead messages again.
func (q *Queue) giveBack(ctx context.Context, messages []types.Message) error {
	for batch := range slices.Chunk(messages, queue.MaxBatch) {
		var entries []types.ChangeMessageVisibilityBatchRequestEntry
		for i, m := range batch {
			entries = append(entries, types.ChangeMessageVisibilityBatchRequestEntry{Id: entryID(i), ReceiptHandle: m.ReceiptHandle})
		}
		// One that is not given back is seen again after lookTime.
		if _, err := q.client.ChangeMessageVisibilityBatch(ctx, &sdk.ChangeMessageVisibilityBatchInput{QueueUrl: &q.dead, Entries: entries}); err != nil {
			return unusable(ctx, err)
		}
	}
	return nil
}

// Dead implements queue.Queue. A dead message has no receipt. Of more than ten SQS gives any ten, and two that look at
// once may each see a part.
func (q *Queue) Dead(ctx context.Context) ([]queue.Message, error) {
	found, err := q.look(ctx)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	if err := q.giveBack(ctx, found); err != nil {
		return nil, err
	}
	slices.SortFunc(found, oldestFirst)
	var dead []queue.Message
	for _, m := range found {
		listed := asMessage(m)
		listed.Receipt = ""
		dead = append(dead, listed)
	}
	return dead, nil
}

// Redrive implements queue.Queue. The message is looked for by its id, sent to the live queue, where it has a new id,
// and deleted here. After an error it may be live and dead.
func (q *Queue) Redrive(ctx context.Context, m queue.Message) error {
	found, passed, err := q.find(ctx, m.ID)
	if err != nil {
		return err
	}
	if err := q.giveBack(ctx, passed); err != nil {
		return err
	}
	if found == nil {
		return fault.New(fault.Conflict, fault.T("실패 목록에 없는 메시지입니다. 이미 다시 보냈을 수 있습니다.", "The message is not among the dead ones; it may have been redriven already."))
	}
	if _, err := q.client.SendMessage(ctx, &sdk.SendMessageInput{QueueUrl: &q.url, MessageBody: found.Body}); err != nil {
		return unusable(ctx, err)
	}
	return q.delete(ctx, q.dead, []queue.Message{asMessage(*found)})
}

// find receives dead messages until the one with the id comes or none is left, and says which it passed over.
func (q *Queue) find(ctx context.Context, id string) (found *types.Message, passed []types.Message, err error) {
	for {
		batch, err := q.look(ctx)
		if err != nil {
			return nil, nil, err
		}
		i := slices.IndexFunc(batch, func(m types.Message) bool { return aws.ToString(m.MessageId) == id })
		if i >= 0 {
			return &batch[i], append(passed, slices.Delete(slices.Clone(batch), i, i+1)...), nil
		}
		if len(batch) == 0 {
			return nil, passed, nil
		}
		passed = append(passed, batch...)
	}
}
