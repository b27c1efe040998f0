package sqs

import (
	"encoding/json"
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"pgregory.net/rapid"

	"jeongsan/internal/awstest"
	"jeongsan/internal/fault"
	"jeongsan/internal/queue"
	"jeongsan/internal/queue/queuetest"
)

var queues atomic.Int64

// made is a fresh pair of queues.
func made(t testing.TB, cfg aws.Config, visibility time.Duration, maxReceive int) (live, dead string) {
	t.Helper()
	client := sdk.NewFromConfig(cfg)
	name := fmt.Sprintf("jeongsan-test-%d-%d", time.Now().UnixNano(), queues.Add(1))
	dead = create(t, client, name+"-dead", nil)
	arn, err := client.GetQueueAttributes(t.Context(), &sdk.GetQueueAttributesInput{QueueUrl: &dead, AttributeNames: []types.QueueAttributeName{"QueueArn"}})
	must(t, err)
	policy, err := json.Marshal(map[string]any{"deadLetterTargetArn": arn.Attributes["QueueArn"], "maxReceiveCount": maxReceive})
	must(t, err)
	live = create(t, client, name, map[string]string{"VisibilityTimeout": fmt.Sprint(seconds(visibility)), "RedrivePolicy": string(policy)})
	return live, dead
}

func create(t testing.TB, client *sdk.Client, name string, attributes map[string]string) string {
	t.Helper()
	out, err := client.CreateQueue(t.Context(), &sdk.CreateQueueInput{QueueName: &name, Attributes: attributes})
	must(t, err)
	return aws.ToString(out.QueueUrl)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func open(t testing.TB, cfg aws.Config, live, dead string) *Queue {
	t.Helper()
	q, err := New(cfg, live, dead)
	must(t, err)
	return q
}

func TestA_queue_of_SQS_keeps_every_promise_of_a_queue(t *testing.T) {
	cfg := awstest.Config(t)
	cfg.HTTPClient = newStrict(http.DefaultClient)
	queuetest.Run(t, queuetest.Fixture{
		Open: func(t *testing.T, visibility time.Duration, maxReceive int) queue.Queue {
			live, dead := made(t, cfg, visibility, maxReceive)
			return open(t, cfg, live, dead)
		},
		Shortest: time.Second,
	})
}

func TestA_delivery_cannot_be_held_for_more_than_SQS_holds_it(t *testing.T) {
	cfg := awstest.Config(t)
	live, dead := made(t, cfg, time.Minute, 3)
	q := open(t, cfg, live, dead)
	must(t, q.Send(t.Context(), [][]byte{[]byte("a")}, 0))
	got, err := q.Receive(t.Context(), 1)
	must(t, err)
	if err := q.Extend(t.Context(), got[0], queue.MaxVisibility); !fault.Is(err, fault.Invalid) {
		t.Fatalf("held for %s more: %v", queue.MaxVisibility, err)
	}
}

func TestA_schedules_firing_is_received_as_Scheduler_wrote_it(t *testing.T) {
	cfg := awstest.Config(t)
	live, dead := made(t, cfg, time.Minute, 3)
	const input = `{"job": "nightly", "scheduled": "2026-11-05T17:00:00Z"}`
	_, err := sdk.NewFromConfig(cfg).SendMessage(t.Context(), &sdk.SendMessageInput{QueueUrl: &live, MessageBody: aws.String(input)})
	must(t, err)
	q := open(t, cfg, live, dead)
	must(t, q.Send(t.Context(), [][]byte{[]byte(input)}, 0))
	got, err := q.Receive(t.Context(), 2)
	must(t, err)
	if len(got) != 2 || string(got[0].Body) != input || string(got[1].Body) != input {
		t.Fatalf("received %+v", got)
	}
}

func TestMore_dead_messages_than_one_look_shows_are_each_found_and_redriven(t *testing.T) {
	cfg := awstest.Config(t)
	cfg.HTTPClient = newStrict(http.DefaultClient)
	live, dead := made(t, cfg, time.Minute, 1)
	client, q := sdk.NewFromConfig(cfg), open(t, cfg, live, dead)
	var ids []string
	for i := range 13 {
		out, err := client.SendMessage(t.Context(), &sdk.SendMessageInput{QueueUrl: &dead, MessageBody: aws.String(fmt.Sprint(i))})
		must(t, err)
		ids = append(ids, aws.ToString(out.MessageId))
	}
	listed, err := q.Dead(t.Context())
	must(t, err)
	if len(listed) != queue.MaxBatch || string(listed[0].Body) != "0" || listed[0].Receipt != "" {
		t.Fatalf("listed %+v", listed)
	}
	must(t, q.Redrive(t.Context(), queue.Message{ID: ids[12]}))
	live2, dead2, err := q.Depth(t.Context())
	must(t, err)
	if live2 != 1 || dead2 != 12 {
		t.Fatalf("%d live and %d dead", live2, dead2)
	}
	if listed, err = q.Dead(t.Context()); err != nil || len(listed) != queue.MaxBatch {
		t.Fatalf("%d are listed afterwards, %v", len(listed), err)
	}
}

func TestAny_body_comes_back_and_readable_text_stays_readable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		body := rapid.OneOf(
			rapid.SliceOf(rapid.Byte()),
			rapid.Map(rapid.String(), func(s string) []byte { return []byte(s) }),
			rapid.Map(rapid.String(), func(s string) []byte { return []byte(mark + s) }),
		).Draw(t, "body")
		text := Encode(body)
		if !plain(text) {
			t.Fatalf("SQS would not take %q", text)
		}
		if got := Decode(text); string(got) != string(body) {
			t.Fatalf("%q comes back as %q", body, got)
		}
	})
	for text, want := range map[string]string{
		`{"job":"정산"}`: `{"job":"정산"}`, "base64:AP8=": "\x00\xff", "base64:": "", "base64:not of ours": "base64:not of ours", "base64": "base64",
	} {
		if got := string(Decode(text)); got != want {
			t.Errorf("%q is the body %q, want %q", text, got, want)
		}
	}
	if got := Encode([]byte(`{"job":"정산"}` + "\t\r\n")); got != `{"job":"정산"}`+"\t\r\n" {
		t.Errorf("JSON is sent as %q", got)
	}
	if got := Encode([]byte("base64:AP8=")); got == "base64:AP8=" {
		t.Error("a text that looks encoded is sent as it is")
	}
}

func TestA_queue_needs_two_addresses_and_a_sender_one(t *testing.T) {
	for _, c := range [][2]string{{"", "b"}, {"a", ""}, {"a", "a"}} {
		if _, err := New(aws.Config{}, c[0], c[1]); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q and %q: %v", c[0], c[1], err)
		}
	}
	if _, err := NewSender(aws.Config{}, ""); !fault.Is(err, fault.Invalid) {
		t.Errorf("a sender without an address: %v", err)
	}
}

func TestWhat_a_sender_sends_is_received_from_the_queue(t *testing.T) {
	cfg := awstest.Config(t)
	live, dead := made(t, cfg, time.Minute, 3)
	s, err := NewSender(cfg, live)
	must(t, err)
	must(t, s.Send(t.Context(), [][]byte{[]byte("a")}, 0))
	got, err := open(t, cfg, live, dead).Receive(t.Context(), 1)
	if err != nil || len(got) != 1 || string(got[0].Body) != "a" {
		t.Fatalf("received %+v, %v", got, err)
	}
}
