package lambda

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

// Invoke hands an event to a function and returns its answer; see Function.Invoke.
type Invoke func(ctx context.Context, event []byte) ([]byte, error)

// Queue plays the event source of a queue: it receives, invokes, and deletes what was not reported as failed.
type Queue struct {
	Client *sqs.Client
	URL    string
	ARN    string
	Batch  int // messages of one invocation; SQS gives ten at most
}

// Poll takes one batch and returns how many messages it held. What failed is visible again at once; Lambda would leave it
// hidden until its time ran out.
func (q Queue) Poll(ctx context.Context, invoke Invoke) (int, error) {
	out, err := q.Client.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{
		QueueUrl: &q.URL, MaxNumberOfMessages: int32(min(q.Batch, 10)),
		MessageSystemAttributeNames: []types.MessageSystemAttributeName{types.MessageSystemAttributeNameAll},
	})
	if err != nil || len(out.Messages) == 0 {
		return 0, err
	}
	event, err := json.Marshal(q.event(out.Messages))
	if err != nil {
		return 0, err
	}
	body, err := invoke(ctx, event)
	if err != nil {
		return 0, err
	}
	var answer events.SQSEventResponse
	if err := json.Unmarshal(body, &answer); err != nil {
		return 0, fmt.Errorf("the answer %q to a batch: %w", body, err)
	}
	failed := map[string]bool{}
	for _, f := range answer.BatchItemFailures {
		failed[f.ItemIdentifier] = true
	}
	for _, m := range out.Messages {
		if err := q.finish(ctx, m, failed[aws.ToString(m.MessageId)]); err != nil {
			return 0, err
		}
	}
	return len(out.Messages), nil
}

func (q Queue) finish(ctx context.Context, m types.Message, failed bool) error {
	if failed {
		_, err := q.Client.ChangeMessageVisibility(ctx, &sqs.ChangeMessageVisibilityInput{QueueUrl: &q.URL, ReceiptHandle: m.ReceiptHandle})
		return err
	}
	_, err := q.Client.DeleteMessage(ctx, &sqs.DeleteMessageInput{QueueUrl: &q.URL, ReceiptHandle: m.ReceiptHandle})
	return err
}

func (q Queue) event(messages []types.Message) events.SQSEvent {
	var e events.SQSEvent
	for _, m := range messages {
		e.Records = append(e.Records, events.SQSMessage{
			MessageId: aws.ToString(m.MessageId), ReceiptHandle: aws.ToString(m.ReceiptHandle), Body: aws.ToString(m.Body), Md5OfBody: aws.ToString(m.MD5OfBody),
			Attributes: m.Attributes, MessageAttributes: map[string]events.SQSMessageAttribute{},
			EventSourceARN: q.ARN, EventSource: "aws:sqs", AWSRegion: strings.Split(q.ARN, ":")[3],
		})
	}
	return e
}

// Request is the event of API Gateway (payload format 2.0) for a request. Names of headers are in lower case and their
// values joined; what is no text travels in base64.
func Request(method, target string, header http.Header, body []byte) ([]byte, error) {
	u, err := url.Parse(target)
	if err != nil {
		return nil, err
	}
	e := events.APIGatewayV2HTTPRequest{
		Version: "2.0", RouteKey: "$default", RawPath: u.EscapedPath(), RawQueryString: u.RawQuery, Headers: map[string]string{}, Body: string(body),
		RequestContext: events.APIGatewayV2HTTPRequestContext{
			AccountID: "123456789012", APIID: "local", DomainName: "local.execute-api.ap-northeast-2.amazonaws.com", Stage: "$default",
			HTTP: events.APIGatewayV2HTTPRequestContextHTTPDescription{Method: method, Path: u.Path, Protocol: "HTTP/1.1", SourceIP: "203.0.113.7", UserAgent: header.Get("User-Agent")},
		},
	}
	for name, values := range header {
		e.Headers[strings.ToLower(name)] = strings.Join(values, ",")
	}
	if !utf8.Valid(body) || !strings.Contains(header.Get("Content-Type"), "json") {
		e.Body, e.IsBase64Encoded = base64.StdEncoding.EncodeToString(body), true
	}
	return json.Marshal(e)
}

// Answer reads what a function answered to a request.
func Answer(raw []byte) (status int, header http.Header, body []byte, err error) {
	var a events.APIGatewayV2HTTPResponse
	if err := json.Unmarshal(raw, &a); err != nil {
		return 0, nil, nil, err
	}
	header = http.Header{}
	for name, value := range a.Headers {
		header.Set(name, value)
	}
	body = []byte(a.Body)
	if a.IsBase64Encoded {
		body, err = base64.StdEncoding.DecodeString(a.Body)
	}
	return a.StatusCode, header, body, err
}

// Notice is an event of SES on the bus about one mail, with the tags that the mail was sent with.
func Notice(detailType, eventType, messageID string, at time.Time, recipient string, tags map[string]string) []byte {
	tagged := map[string][]string{}
	for name, value := range tags {
		tagged[name] = []string{value}
	}
	object := strings.ToLower(eventType[:1]) + eventType[1:]
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	_ = enc.Encode(map[string]any{ // maps of texts always encode
		"version": "0", "id": messageID + "-" + eventType, "detail-type": detailType, "source": "aws.ses", "account": "123456789012",
		"time": at.UTC().Format(time.RFC3339), "region": "ap-northeast-2", "resources": []string{},
		"detail": map[string]any{
			"eventType": eventType,
			"mail":      map[string]any{"timestamp": at.UTC().Format(time.RFC3339), "messageId": messageID, "destination": []string{recipient}, "tags": tagged},
			object:      map[string]any{"timestamp": at.UTC().Format(time.RFC3339), "recipients": []string{recipient}, "smtpResponse": "250 ok"},
		},
	})
	return b.Bytes()
}
