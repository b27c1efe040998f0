package ses

import (
	"context"
	"errors"
	"net"
	"net/http"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"jeongsan/internal/fault"
)

// throttles are SES's words for too much at once; what was throttled was not taken.
var throttles = map[string]bool{"TooManyRequestsException": true, "ThrottlingException": true, "Throttling": true, "RequestLimitExceeded": true}

// refusedMails are SES's words for a mail that it will never take as it is.
var refusedMails = map[string]bool{"MessageRejected": true, "BadRequestException": true, "ValidationException": true}

// codeOf is AWS's word for the error; "" when AWS said nothing.
func codeOf(err error) string {
	var said smithy.APIError
	if !errors.As(err, &said) {
		return ""
	}
	return said.ErrorCode()
}

// refusal says what an error of a send means. Where the context has ended, the mail may have gone before.
func refusal(err error) error {
	switch code, status := codeOf(err), statusOf(err); {
	case unconnected(err):
		return notTaken(err)
	case refusedMails[code]:
		return fault.New(fault.Invalid, fault.T("메일 서비스가 메일을 거절했습니다. 보내는 주소의 인증과 받는 주소, 첨부 파일을 확인해 주세요.", "The mail service refused the mail; check that the sender's address is verified, the recipient and the attachments.")).Because(err)
	case status >= http.StatusBadRequest && status < http.StatusInternalServerError:
		return notTaken(err) // a throttle, a paused account, an unverified domain, a missing right: settled by time or the operator
	}
	return doubtful(err)
}

// statusOf is the HTTP status of SES's answer; 0 when there was none.
func statusOf(err error) int {
	var answered *smithyhttp.ResponseError
	if !errors.As(err, &answered) {
		return 0
	}
	return answered.HTTPStatusCode()
}

// unconnected is true where no connection was made, so that nothing can have been sent.
func unconnected(err error) bool {
	var broken *net.OpError
	var unnamed *net.DNSError
	return errors.As(err, &unnamed) || errors.As(err, &broken) && broken.Op == "dial"
}

func stopped(ctx context.Context) error {
	return fault.New(fault.Unavailable, fault.T("작업이 중단되었습니다.", "The work was stopped.")).Because(context.Cause(ctx))
}

func notTaken(err error) error {
	return fault.New(fault.Unavailable, fault.T("메일 서비스가 지금 메일을 받지 않습니다. 잠시 후 다시 시도하고, 계속되면 운영자에게 알려 주세요.", "The mail service takes no mail now; try again shortly, and if it persists tell the operator.")).Because(err)
}

func doubtful(err error) error {
	return fault.New(fault.UnknownOutcome, fault.T("메일이 보내졌는지 확인하지 못했습니다.", "It is not known whether the mail was sent.")).Because(err)
}
