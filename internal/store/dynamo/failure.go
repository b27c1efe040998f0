package dynamo

import (
	"context"
	"errors"
	"fmt"
	"net"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"

	"jeongsan/internal/fault"
	"jeongsan/internal/store"
)

var (
	busy = fault.New(fault.Unavailable, fault.T(
		"데이터베이스에 요청이 몰려 있습니다. 잠시 후 다시 시도해 주세요.",
		"The database has more requests than it takes now; try again shortly."))
	unavailable = fault.New(fault.Unavailable, fault.T(
		"데이터베이스가 지금 응답하지 않습니다. 잠시 후 다시 시도해 주세요.",
		"The database does not answer now; try again shortly."))
	rejected = fault.New(fault.Internal, fault.T(
		"데이터베이스가 요청을 거절했습니다. 저장된 것은 없습니다. 운영자에게 알려 주세요.",
		"The database rejected the request; nothing was saved. Tell the operator."))
)

// refusal: conditions did not hold; nothing was written. It never leaves this package.
type refusal struct{ places []int } // of the parts, ascending

func (r *refusal) Error() string { return fmt.Sprintf("conditions of parts %v failed", r.places) }

// unreached: no connection was made, so nothing was written and the same may be tried again.
type unreached struct{ error }

// final is what the caller is told when no further try is made.
func final(err error) error {
	var u unreached
	if errors.As(err, &u) {
		return u.error
	}
	return err
}

// again tells that nothing was written and that the next try may fare better.
func again(err error) bool {
	var u unreached
	return errors.Is(err, store.ErrContended) || errors.As(err, &u)
}

// outcome says what became of a write that was tried once. What DynamoDB answered with a 4xx was not made; what it
// answered with a 5xx, or not at all, may have been.
func outcome(ctx context.Context, sent bool, err error) error {
	var (
		failed    *types.ConditionalCheckFailedException
		cancelled *types.TransactionCanceledException
	)
	switch {
	case err == nil:
		return nil
	case !sent && ctx.Err() != nil:
		return ctx.Err()
	case !sent, neverConnected(err):
		return unreached{unavailable.Because(err)}
	case errors.As(err, &failed):
		return &refusal{[]int{0}}
	case errors.As(err, &cancelled):
		return cancellation(cancelled)
	case status(err) < 400 || status(err) >= 500, code(err) == "TransactionInProgressException":
		// In progress is a request of ours with the same token: an earlier one, of which nobody heard.
		return unknown(err)
	case contended(code(err)):
		return fmt.Errorf("%w: %v", store.ErrContended, err)
	}
	return failure(ctx, err)
}

// unknown is store.ErrUnknown with its reason for the log. The reason is not wrapped: a cancelled context found in
// the chain would read as "nothing was written".
func unknown(err error) error { return fmt.Errorf("%w: %v", store.ErrUnknown, err) }

// cancellation reads why a transaction was cancelled, item by item.
func cancellation(e *types.TransactionCanceledException) error {
	var places []int
	other := false
	for i, r := range e.CancellationReasons {
		switch reason := aws.ToString(r.Code); {
		case reason == "ConditionalCheckFailed":
			places = append(places, i)
		case reason != "" && reason != "None" && !contended(reason):
			other = true
		}
	}
	switch {
	case len(places) > 0:
		return &refusal{places}
	case other:
		return rejected.Because(e)
	}
	return fmt.Errorf("%w: %v", store.ErrContended, e)
}

// contended names the errors, and the reasons of a cancelled transaction, that pass by themselves: two at one item,
// or more requests than a partition takes.
func contended(code string) bool {
	switch code {
	case "TransactionConflict", "TransactionConflictException", "ReplicatedWriteConflictException",
		"ThrottlingError", "ThrottlingException", "ProvisionedThroughputExceeded", "ProvisionedThroughputExceededException",
		"RequestLimitExceeded":
		return true
	}
	return false
}

// neverConnected tells a connection that was not made from one that broke.
func neverConnected(err error) bool {
	var broken *net.OpError
	return errors.As(err, &broken) && broken.Op == "dial"
}

// failure is the error of a read, or of a write that was refused, as a fault. The context's own errors stay.
func failure(ctx context.Context, err error) error {
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case contended(code(err)):
		return busy.Because(err)
	case code(err) == "ValidationException", code(err) == "IdempotentParameterMismatchException":
		return rejected.Because(err)
	}
	return unavailable.Because(err)
}

// code is DynamoDB's name of the error, "" if it is none of its.
func code(err error) string {
	var e smithy.APIError
	if !errors.As(err, &e) {
		return ""
	}
	return e.ErrorCode()
}

// status is the HTTP status that came back, 0 if none did.
func status(err error) int {
	var e *awshttp.ResponseError
	if !errors.As(err, &e) || e.Response == nil {
		return 0
	}
	return e.HTTPStatusCode()
}
