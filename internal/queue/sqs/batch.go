package sqs

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"jeongsan/internal/fault"
)

// tries is how often the messages of a batch that SQS failed to take are sent, the first time included.
const tries = 3

// inBatch calls for the entries 0 to n-1, and again for those that SQS failed to take. An entry that it refuses for
// its content is a defect of ours.
func inBatch(ctx context.Context, n int, call func(left []int) ([]types.BatchResultErrorEntry, error)) error {
	left := make([]int, n)
	for i := range left {
		left[i] = i
	}
	var last types.BatchResultErrorEntry
	for range tries {
		failed, err := call(left)
		if err != nil {
			return unusable(ctx, err)
		}
		left = left[:0]
		for _, last = range failed {
			i, err := strconv.Atoi(aws.ToString(last.Id))
			if err != nil || last.SenderFault {
				return refused(last)
			}
			left = append(left, i)
		}
		if len(left) == 0 {
			return nil
		}
	}
	return unusable(ctx, fmt.Errorf("%d of %d messages failed, the last with %s", len(left), n, aws.ToString(last.Code)))
}

func entryID(i int) *string { return aws.String(strconv.Itoa(i)) }

// seconds rounds up: what must not come before its time does not.
func seconds(d time.Duration) int32 { return int32((d + time.Second - 1) / time.Second) }

// ranOut is true of SQS's refusals of a receipt that is not that of the message's latest delivery.
func ranOut(code, message string) bool {
	for _, known := range []string{"ReceiptHandleIsInvalid", "MessageNotInflight"} {
		if strings.HasSuffix(code, known) { // older forms: AWS.SimpleQueueService.MessageNotInflight
			return true
		}
	}
	return code == "InvalidParameterValue" && strings.Contains(message, "not available for visibility timeout change")
}

func noReceipt() error {
	return fault.Invalidf("receipt", fault.T("메시지 수신 번호가 없습니다.", "The message has no receipt."))
}

func refused(f types.BatchResultErrorEntry) error {
	return fault.New(fault.Internal, fault.T("작업 큐가 메시지를 거절했습니다. 운영자에게 알려 주세요.", "The work queue refused a message; tell the operator.")).
		Because(fmt.Errorf("%s: %s", aws.ToString(f.Code), aws.ToString(f.Message)))
}

// unusable is any other error: no answer, a throttle, a missing right. It may be better later.
func unusable(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return fault.New(fault.Unavailable, fault.T("작업이 중단되었습니다.", "The work was stopped.")).Because(context.Cause(ctx))
	}
	return fault.New(fault.Unavailable, fault.T("작업 큐가 응답하지 않습니다. 잠시 후 다시 시도하고, 계속되면 운영자에게 알려 주세요.", "The work queue does not answer; try again shortly, and if it persists tell the operator.")).Because(err)
}
