package entry_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"jeongsan/functions/entry"
	"jeongsan/internal/due"
	"jeongsan/internal/fault"
	"jeongsan/internal/httpapi"
	"jeongsan/internal/identity"
	"jeongsan/internal/invoice"
	"jeongsan/internal/queue/sqs"
	"jeongsan/internal/store"
)

var noon = time.Date(2026, 11, 6, 3, 0, 0, 0, time.UTC)

// paper is a log that can be read.
func paper() (*slog.Logger, *bytes.Buffer) {
	var b bytes.Buffer
	return slog.New(entry.Redact(slog.NewJSONHandler(&b, nil))), &b
}

func batch(bodies ...string) events.SQSEvent {
	var e events.SQSEvent
	for i, b := range bodies {
		e.Records = append(e.Records, events.SQSMessage{MessageId: string(rune('a' + i)), Body: b, Attributes: map[string]string{"ApproximateReceiveCount": "1"}})
	}
	return e
}

func TestWhat_failed_of_a_batch_is_named_and_a_panic_ends_only_its_record(t *testing.T) {
	log, said := paper()
	do := func(_ context.Context, body []byte) error {
		switch string(body) {
		case "bad":
			return fault.Invalidf("job", fault.T("틀림", "wrong"))
		case "defect":
			panic("index out of range")
		}
		return nil
	}
	answer, err := entry.Batch(sqs.Decode, do, nil, log)(t.Context(), batch("good", "bad", "defect", sqs.Encode([]byte{0})))
	if err != nil {
		t.Fatal(err)
	}
	var failed []string
	for _, f := range answer.BatchItemFailures {
		failed = append(failed, f.ItemIdentifier)
	}
	if !slices.Equal(failed, []string{"b", "c"}) {
		t.Errorf("failed are %v", failed)
	}
	if !strings.Contains(said.String(), "index out of range") || !strings.Contains(said.String(), `"level":"WARN"`) || !strings.Contains(said.String(), `"level":"ERROR"`) {
		t.Errorf("the log says %s", said)
	}
}

func TestRecords_of_a_batch_are_worked_on_side_by_side(t *testing.T) {
	log, _ := paper()
	var both sync.WaitGroup
	both.Add(2)
	do := func(context.Context, []byte) error {
		both.Done()
		both.Wait() // ends only when the other is at work too
		return nil
	}
	if answer, err := entry.Batch(sqs.Decode, do, nil, log)(t.Context(), batch("1", "2")); err != nil || len(answer.BatchItemFailures) != 0 {
		t.Errorf("%v, %v", answer, err)
	}
}

func TestAn_answer_to_a_batch_without_failures_says_so_in_AWSs_form(t *testing.T) {
	log, _ := paper()
	answer, err := entry.Batch(sqs.Decode, func(context.Context, []byte) error { return nil }, nil, log)(t.Context(), batch("1"))
	if err != nil {
		t.Fatal(err)
	}
	if raw, err := json.Marshal(answer); err != nil || string(raw) != `{"batchItemFailures":[]}` {
		t.Errorf("%s, %v", raw, err)
	}
}

func TestA_function_refuses_the_jobs_of_others_by_name(t *testing.T) {
	only := entry.Only([]string{"send"}, func(context.Context, []byte) error { return nil })
	if err := only(t.Context(), []byte(`{"job":"send"}`)); err != nil {
		t.Error(err)
	}
	for _, body := range []string{`{"job":"ingest"}`, `{}`, `no JSON`} {
		if err := only(t.Context(), []byte(body)); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", body, err)
		}
	}
}

// streamed is an event of the table's stream about due items at a time.
func streamed(t *testing.T, at time.Time, names ...string) events.DynamoDBEvent {
	t.Helper()
	var e events.DynamoDBEvent
	for _, name := range names {
		w, err := due.Put(due.Item{ID: name, Tenant: "hanbit", At: at, Job: "send"})
		if err != nil {
			t.Fatal(err)
		}
		k := w.Document.Key
		e.Records = append(e.Records, events.DynamoDBEventRecord{EventName: "INSERT", Change: events.DynamoDBStreamRecord{
			SequenceNumber: name,
			Keys:           map[string]events.DynamoDBAttributeValue{"pk": events.NewStringAttribute(k.Partition().String()), "sk": events.NewStringAttribute(k.Sort())},
		}})
	}
	return e
}

// taker sends all but the items it was told to stumble over.
type taker struct {
	stumbles string
	taken    []string
}

func (x *taker) take(_ context.Context, keys []store.Key) (int, error) {
	var names []string
	for _, k := range keys {
		name := k.Segments()[2]
		if name == x.stumbles {
			return 0, errors.New("no queue takes it")
		}
		if name == "defect" {
			panic("index out of range")
		}
		names = append(names, name)
	}
	x.taken = append(x.taken, names...)
	return len(keys), nil
}

func TestNew_rows_that_are_due_are_sent_on_and_AWS_comes_again_from_the_first_that_failed(t *testing.T) {
	for _, c := range []struct {
		what, stumbles, want, failed string
		event                        events.DynamoDBEvent
	}{
		{what: "all due", event: streamed(t, noon, "1", "2", "3"), want: "1 2 3"},
		{what: "timers", event: streamed(t, noon.Add(time.Hour), "1", "2"), want: ""},
		{what: "one that fails", event: streamed(t, noon, "1", "2", "3"), stumbles: "2", want: "1", failed: "2"},
		{what: "one with a defect", event: streamed(t, noon, "1", "defect", "3"), want: "1", failed: "defect"},
		{what: "nothing at all", event: events.DynamoDBEvent{}},
	} {
		t.Run(c.what, func(t *testing.T) {
			log, _ := paper()
			x := &taker{stumbles: c.stumbles}
			answer, err := entry.Stream(x.take, func() time.Time { return noon }, log)(t.Context(), c.event)
			if err != nil {
				t.Fatal(err)
			}
			failed := ""
			for _, f := range answer.BatchItemFailures {
				failed += f.ItemIdentifier
			}
			if strings.Join(x.taken, " ") != c.want || failed != c.failed {
				t.Errorf("taken %v, failed %q", x.taken, failed)
			}
		})
	}
}

func TestChanged_and_deleted_rows_and_rows_of_other_kinds_are_passed_over(t *testing.T) {
	e := streamed(t, noon, "1", "2", "3", "4")
	e.Records[0].EventName, e.Records[1].EventName = "MODIFY", "REMOVE"
	e.Records[2].Change.Keys["pk"] = events.NewStringAttribute("t/hanbit/invoice")
	e.Records[3].Change.Keys["sk"] = events.NewNumberAttribute("4")
	log, _ := paper()
	x := &taker{}
	if answer, err := entry.Stream(x.take, func() time.Time { return noon }, log)(t.Context(), e); err != nil || len(x.taken)+len(answer.BatchItemFailures) != 0 {
		t.Errorf("%v, %v, %v", x.taken, answer, err)
	}
}

// asked serves one request of API Gateway and returns what the handler saw.
func asked(t *testing.T, e events.APIGatewayV2HTTPRequest, answer http.HandlerFunc) (seen *http.Request, body string, out events.APIGatewayV2HTTPResponse) {
	t.Helper()
	out, err := entry.HTTP(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, err := io.ReadAll(r.Body)
		if err != nil {
			t.Fatal(err)
		}
		seen, body = r, string(b)
		answer(w, r)
	}))(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	return seen, body, out
}

// posted is a request as API Gateway documents it.
func posted(t *testing.T) events.APIGatewayV2HTTPRequest {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", "request.json"))
	if err != nil {
		t.Fatal(err)
	}
	var e events.APIGatewayV2HTTPRequest
	if err := json.Unmarshal(raw, &e); err != nil {
		t.Fatal(err)
	}
	return e
}

func TestA_request_arrives_as_it_reached_the_gateway(t *testing.T) {
	r, body, out := asked(t, posted(t), func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Add("Set-Cookie", "a=1")
		w.Header().Add("Set-Cookie", "b=2")
		w.Header().Set("Content-Type", "text/plain")
		w.WriteHeader(http.StatusCreated)
		w.Header().Set("Too-Late", "x")
		_, _ = io.WriteString(w, "done 끝")
	})
	if r.Method != "POST" || r.URL.Path != "/webhooks/portone/han bit" || r.URL.Query().Get("p") != "a&b" || r.Host != "id.execute-api.ap-northeast-2.amazonaws.com" ||
		r.Header.Get("Webhook-Id") != "msg_1" || r.Header.Get("X-Many") != "1,2" || r.Header.Get("Cookie") != "c1=x; c2=y" || r.RemoteAddr != "203.0.113.7" || body != "{\"한\": 1}" {
		t.Errorf("%s %s %v %s %q", r.Method, r.URL, r.Header, r.RemoteAddr, body)
	}
	if out.StatusCode != http.StatusCreated || out.Body != "done 끝" || out.IsBase64Encoded || out.Headers["Content-Type"] != "text/plain" || out.Headers["Too-Late"] != "" || !slices.Equal(out.Cookies, []string{"a=1", "b=2"}) {
		t.Errorf("%+v", out)
	}
}

func TestA_body_in_base64_is_read_byte_by_byte_and_answered_so_where_it_is_no_text(t *testing.T) {
	e := posted(t)
	e.Body, e.IsBase64Encoded = base64.StdEncoding.EncodeToString([]byte("\x00\xffraw")), true
	_, body, out := asked(t, e, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte{0xff, 0}) })
	if body != "\x00\xffraw" || out.StatusCode != http.StatusOK || !out.IsBase64Encoded || out.Body != base64.StdEncoding.EncodeToString([]byte{0xff, 0}) {
		t.Errorf("%q, %+v", body, out)
	}
}

func TestWhat_is_no_request_is_answered_400_and_a_silent_handler_200(t *testing.T) {
	h := entry.HTTP(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	for what, edit := range map[string]func(*events.APIGatewayV2HTTPRequest){
		"base64":   func(e *events.APIGatewayV2HTTPRequest) { e.IsBase64Encoded, e.Body = true, "!" },
		"a path":   func(e *events.APIGatewayV2HTTPRequest) { e.RawPath = "/%zz" },
		"a method": func(e *events.APIGatewayV2HTTPRequest) { e.RequestContext.HTTP.Method = "NO METHOD" },
	} {
		e := posted(t)
		edit(&e)
		if out, err := h(t.Context(), e); err != nil || out.StatusCode != http.StatusBadRequest {
			t.Errorf("%s that is none: %+v, %v", what, out, err)
		}
	}
	if out, err := h(t.Context(), posted(t)); err != nil || out.StatusCode != http.StatusOK {
		t.Errorf("%+v, %v", out, err)
	}
}

func TestA_body_above_the_limit_is_refused_behind_the_gateway_too(t *testing.T) {
	site := httpapi.Site{PortOne: func(context.Context, store.Tenant, map[string][]string, []byte) error { return nil }}
	for size, want := range map[int]int{httpapi.MaxBody: http.StatusOK, httpapi.MaxBody + 1: http.StatusRequestEntityTooLarge} {
		e := posted(t)
		e.RawPath, e.Body, e.IsBase64Encoded = "/webhooks/portone/hanbit", base64.StdEncoding.EncodeToString(bytes.Repeat([]byte("x"), size)), true
		if out, err := entry.HTTP(site.Handler())(t.Context(), e); err != nil || out.StatusCode != want {
			t.Errorf("%d bytes: %d, %v", size, out.StatusCode, err)
		}
	}
}

func TestNotices_of_the_mail_service_reach_the_mail_they_are_about(t *testing.T) {
	notice := func(detailType, eventType, tags, own string) string {
		return `{"source":"aws.ses","detail-type":"` + detailType + `","time":"2026-11-06T03:00:00Z","detail":{"eventType":"` + eventType +
			`","mail":{"timestamp":"2026-11-06T03:00:00Z","messageId":"ses-1","destination":["a@b.example"],"tags":{` + tags + `}},` + own + `}}`
	}
	const ours = `"jeongsan-message":["hanbit-m1"],"jeongsan-tenant":["hanbit"]`
	const delivery, bounce = `"delivery":{"timestamp":"2026-11-06T03:00:00Z"}`, `"bounce":{"timestamp":"2026-11-06T03:00:00Z","bounceType":"Permanent","bounceSubType":"General","bouncedRecipients":[{"emailAddress":"a@b.example","diagnosticCode":"no a@b.example here"}]}`
	for _, c := range []struct {
		what, body string
		answer     error
		want       string
		refused    bool
	}{
		{what: "a delivery", body: notice("Email Delivered", "Delivery", ours, delivery), want: "hanbit hanbit-m1 delivered"},
		{what: "a bounce", body: notice("Email Bounced", "Bounce", ours, bounce), want: "hanbit hanbit-m1 bounced Permanent/General"},
		{what: "a delay", body: notice("Email Delivery Delayed", "DeliveryDelay", ours, `"deliveryDelay":{}`)},
		{what: "another program's mail", body: notice("Email Delivered", "Delivery", `"x":["y"]`, delivery)},
		{what: "a mail nobody knows", body: notice("Email Delivered", "Delivery", ours, delivery), answer: fault.New(fault.NotFound, fault.T("없음", "none")), want: "hanbit hanbit-m1 delivered"},
		{what: "a table that is away", body: notice("Email Delivered", "Delivery", ours, delivery), answer: fault.New(fault.Unavailable, fault.T("나중에", "later")), want: "hanbit hanbit-m1 delivered", refused: true},
		{what: "no notice", body: `{"source":"aws.s3"}`, refused: true},
	} {
		t.Run(c.what, func(t *testing.T) {
			got := ""
			err := entry.Feedback(func(_ context.Context, p identity.Principal, id string, f invoice.Feedback) error {
				got = strings.TrimSpace(p.Tenant.String() + " " + id + " " + string(f.Kind) + " " + f.Reason)
				return c.answer
			})(t.Context(), []byte(c.body))
			if got != c.want || (err != nil) != c.refused {
				t.Errorf("kept %q, %v", got, err)
			}
		})
	}
}

func TestNothing_secret_or_personal_is_logged(t *testing.T) {
	log, said := paper()
	log.With(slog.String("apiKey", "hunter2")).WithGroup("call").Error("cannot mail kim@example.com",
		slog.String("authorization", "PortOne hunter2hunter2"), slog.Any("error", errors.New(`Get "https://x/?X-Amz-Signature=hunter2&b=1": Bearer hunter2hunter2`)),
		slog.Group("inner", slog.String("Secret", "hunter2"), slog.String("text", `{"password": "hunter2", "n": 1}`)),
		slog.String("path", "/d/hanbit.hunter2hunter2"), slog.String("key", "whsec_hunter2hunter2"), slog.String("card", "paid by 5432-1012-3456-1203"), slog.String("person", "900101-1234567"), slog.Int("rows", 7))
	if strings.Contains(said.String(), "hunter2") || strings.Contains(said.String(), "kim@") || strings.Contains(said.String(), "5432-1012") || strings.Contains(said.String(), "900101") {
		t.Errorf("the log says %s", said)
	}
	if !strings.Contains(said.String(), `"rows":7`) || !strings.Contains(said.String(), "cannot mail") {
		t.Errorf("too much was taken out: %s", said)
	}
}

func TestA_failed_message_comes_again_soon_and_later_with_every_delivery(t *testing.T) {
	log, _ := paper()
	e := batch("bad", "bad", "bad")
	for i, received := range []string{"1", "3", "9"} {
		e.Records[i].ReceiptHandle = received
		e.Records[i].Attributes = map[string]string{"ApproximateReceiveCount": received}
	}
	waited := map[string]time.Duration{}
	hide := func(_ context.Context, receipt string, wait time.Duration) error {
		waited[receipt] = wait
		return nil
	}
	do := func(context.Context, []byte) error { return errors.New("not now") }
	answer, err := entry.Batch(sqs.Decode, do, hide, log)(t.Context(), e)
	if err != nil || len(answer.BatchItemFailures) != 3 {
		t.Fatalf("%+v, %v", answer, err)
	}
	if want := map[string]time.Duration{"1": 10 * time.Second, "3": 5 * time.Minute, "9": 15 * time.Minute}; !maps.Equal(waited, want) {
		t.Errorf("waits are %v", waited)
	}
}

func TestA_step_that_would_outlive_the_invocation_is_told_as_failed_and_its_neighbours_as_done(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, _ := paper()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		do := func(ctx context.Context, body []byte) error {
			if string(body) != "slow" {
				return nil
			}
			<-ctx.Done()
			return ctx.Err()
		}
		began := time.Now()
		answer, err := entry.Batch(sqs.Decode, do, nil, log)(ctx, batch("quick", "slow"))
		if err != nil || len(answer.BatchItemFailures) != 1 || time.Since(began) >= time.Minute {
			t.Errorf("%+v after %s, %v", answer, time.Since(began), err)
		}
	})
}
