package awstest_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"

	"jeongsan/internal/awstest"
)

func list(ctx context.Context, cfg aws.Config) error {
	_, err := dynamodb.NewFromConfig(cfg).ListTables(ctx, &dynamodb.ListTablesInput{})
	return err
}

func code(err error) string {
	var e smithy.APIError
	if !errors.As(err, &e) {
		return ""
	}
	return e.ErrorCode()
}

func TestThe_double_answers_and_every_try_is_counted(t *testing.T) {
	wire := &awstest.Wire{OnRequest: awstest.Script("ListTables", awstest.CutBefore, awstest.Throttle())}
	if err := list(t.Context(), awstest.With(awstest.Config(t), wire)); err != nil {
		t.Fatal(err)
	}
	if n := wire.Count("ListTables"); n != 3 || wire.Total() != n {
		t.Errorf("%d tries, %d in all; want the two that failed and the one that passed", n, wire.Total())
	}
	if wire.Reset(); wire.Total() != 0 {
		t.Error("the count was not started anew")
	}
}

func TestA_wire_breaks_as_the_network_does(t *testing.T) {
	cfg := awstest.Config(t)
	cfg.Retryer = func() aws.Retryer { return aws.NopRetryer{} }
	for name, c := range map[string]struct {
		fate awstest.Fate
		op   string
	}{
		"refused":         {awstest.Refuse, "dial"},
		"cut when asking": {awstest.CutBefore, "write"},
		"cut when told":   {awstest.CutAfter, "read"},
	} {
		err := list(t.Context(), awstest.With(cfg, &awstest.Wire{OnRequest: awstest.Always("ListTables", c.fate)}))
		var broken *net.OpError
		if !errors.As(err, &broken) || broken.Op != c.op {
			t.Errorf("%s: %v, want a network error of %s", name, err, c.op)
		}
	}
}

func TestAn_answer_that_hangs_ends_with_the_context(t *testing.T) {
	for name, fate := range map[string]awstest.Fate{"hung": awstest.Hang, "late": awstest.Pass.After(time.Hour)} {
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		defer cancel()
		if err := list(ctx, awstest.With(awstest.Config(t), &awstest.Wire{OnRequest: awstest.Always("ListTables", fate)})); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAn_error_comes_in_the_form_of_its_service(t *testing.T) {
	cfg := awstest.Config(t)
	cfg.Retryer = func() aws.Retryer { return aws.NopRetryer{} }
	fail := awstest.With(cfg, &awstest.Wire{OnRequest: func(awstest.Request) awstest.Fate {
		return awstest.Fail(http.StatusServiceUnavailable, "SlowDown", "a & b")
	}})
	if err := list(t.Context(), fail); code(err) != "SlowDown" {
		t.Errorf("DynamoDB: %v", err)
	}
	client := s3.NewFromConfig(fail, func(o *s3.Options) { o.UsePathStyle = true })
	if _, err := client.ListBuckets(t.Context(), &s3.ListBucketsInput{}); code(err) != "SlowDown" {
		t.Errorf("S3: %v", err)
	}
}

func TestA_cancelled_transaction_says_why_item_by_item(t *testing.T) {
	wire := &awstest.Wire{OnRequest: awstest.Always("TransactWriteItems", awstest.Cancel("None", "TransactionConflict"))}
	client := dynamodb.NewFromConfig(awstest.With(awstest.Config(t), wire))
	item := types.TransactWriteItem{Delete: &types.Delete{TableName: aws.String("documents"), Key: map[string]types.AttributeValue{"pk": &types.AttributeValueMemberS{Value: "a"}}}}
	_, err := client.TransactWriteItems(t.Context(), &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{item}})
	var cancelled *types.TransactionCanceledException
	if !errors.As(err, &cancelled) || len(cancelled.CancellationReasons) != 2 || aws.ToString(cancelled.CancellationReasons[1].Code) != "TransactionConflict" {
		t.Errorf("got %v", err)
	}
}
