package s3

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/smithy-go"

	"jeongsan/internal/blob"
	"jeongsan/internal/fault"
)

// codeOf is AWS's word for the error; "" when AWS said nothing.
func codeOf(err error) string {
	var said smithy.APIError
	if !errors.As(err, &said) {
		return ""
	}
	return said.ErrorCode()
}

// refusal says what an error of the SDK means to the port. Whatever is neither ours nor about the one object (a
// throttle, a fault of S3's, no answer, a missing right or bucket) may be better later.
func refusal(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return stopped(ctx)
	}
	switch codeOf(err) {
	case "NoSuchKey", "NotFound":
		return missing()
	}
	return unusable(err)
}

func stopped(ctx context.Context) error {
	return fault.New(fault.Unavailable, fault.T("작업이 중단되었습니다.", "The work was stopped.")).Because(context.Cause(ctx))
}

func unusable(err error) error {
	return fault.New(fault.Unavailable, fault.T("문서 저장소가 응답하지 않습니다. 잠시 후 다시 시도하고, 계속되면 운영자에게 알려 주세요.", "The document store does not answer; try again shortly, and if it persists tell the operator.")).Because(err)
}

func missing() error {
	return fault.New(fault.NotFound, fault.T("문서가 없습니다.", "There is no such object."))
}

func damaged(k blob.Key) error {
	return fault.New(fault.Internal, fault.T("저장된 문서가 손상되었습니다. 운영자에게 알려 주세요.", "The stored object is damaged; tell the operator.")).Because(fmt.Errorf("object %s does not match its digest", k))
}
