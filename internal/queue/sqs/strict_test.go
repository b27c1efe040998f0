package sqs

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
)

// strict keeps what SQS documents and moto does not. "You must provide the most recently received ReceiptHandle for the
// message (otherwise, the request succeeds, but the message will not be deleted)", says AWS of DeleteMessage; moto
// takes every handle it ever gave. And moto hands one message to two who receive at the same moment.
type strict struct {
	next aws.HTTPClient

	mu     sync.Mutex
	latest map[string]string // message id → receipt
	whose  map[string]string // receipt → message id
	queues map[string]*sync.Mutex
}

func newStrict(next aws.HTTPClient) *strict {
	return &strict{next: next, latest: map[string]string{}, whose: map[string]string{}, queues: map[string]*sync.Mutex{}}
}

type entry struct{ Id, ReceiptHandle, MessageId string }

// exchange is the part of requests and answers that matters here.
type exchange struct {
	QueueUrl, ReceiptHandle string
	Entries, Messages       []entry
}

func (s *strict) Do(r *http.Request) (*http.Response, error) {
	asked, err := readAll(&r.Body)
	if err != nil {
		return nil, err
	}
	switch awsmiddleware.GetOperationName(r.Context()) {
	case "ReceiveMessage":
		return s.receive(r, asked)
	case "DeleteMessageBatch":
		if slices.ContainsFunc(asked.Entries, func(e entry) bool { return s.stale(e.ReceiptHandle) }) {
			return answer(r, http.StatusOK, map[string]any{"Successful": asked.Entries, "Failed": []any{}}), nil
		}
	case "ChangeMessageVisibility":
		if s.stale(asked.ReceiptHandle) {
			return answer(r, http.StatusBadRequest, map[string]any{
				"__type":  "com.amazonaws.sqs#InvalidParameterValue",
				"message": "Value x for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not available for visibility timeout change.",
			}), nil
		}
	}
	return s.next.Do(r)
}

func (s *strict) receive(r *http.Request, asked exchange) (*http.Response, error) {
	one := s.queue(asked.QueueUrl)
	one.Lock()
	defer one.Unlock()
	response, err := s.next.Do(r)
	if err != nil {
		return nil, err
	}
	given, err := readAll(&response.Body)
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range given.Messages {
		s.latest[m.MessageId], s.whose[m.ReceiptHandle] = m.ReceiptHandle, m.MessageId
	}
	return response, err
}

func (s *strict) queue(url string) *sync.Mutex {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.queues[url] == nil {
		s.queues[url] = &sync.Mutex{}
	}
	return s.queues[url]
}

func (s *strict) stale(receipt string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	id, known := s.whose[receipt]
	return known && s.latest[id] != receipt
}

// readAll reads a body and leaves it as it was.
func readAll(body *io.ReadCloser) (exchange, error) {
	raw, err := io.ReadAll(*body)
	if err != nil {
		return exchange{}, err
	}
	*body = io.NopCloser(bytes.NewReader(raw))
	var x exchange
	return x, json.Unmarshal(raw, &x)
}

func answer(r *http.Request, status int, body any) *http.Response {
	raw, err := json.Marshal(body)
	if err != nil {
		panic(err) // strings only
	}
	return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {"application/x-amz-json-1.0"}}, Body: io.NopCloser(strings.NewReader(string(raw))), Request: r}
}
