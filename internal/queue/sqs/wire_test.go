package sqs

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"

	"jeongsan/internal/awstest"
	"jeongsan/internal/fault"
	"jeongsan/internal/queue"
)

func wantUnavailable(t *testing.T, what string, err error) {
	t.Helper()
	if !fault.Is(err, fault.Unavailable) {
		t.Errorf("%s: %v", what, err)
	}
	shown := fault.TextOf(err)
	for _, word := range []string{"SQS", "AWS", "Throttl", "InternalError", "127.0.0.1", "StatusCode", "connection"} {
		if strings.Contains(shown.EN+shown.KO, word) {
			t.Errorf("%s: a person is shown %q", what, shown)
		}
	}
}

func bodies(n int) [][]byte {
	out := make([][]byte, n)
	for i := range out {
		out[i] = []byte(fmt.Sprint(i))
	}
	return out
}

// received empties the queue and counts each body.
func received(t *testing.T, q *Queue) map[string]int {
	t.Helper()
	count := map[string]int{}
	for {
		got, err := q.Receive(t.Context(), queue.MaxBatch)
		must(t, err)
		if len(got) == 0 {
			return count
		}
		for _, m := range got {
			count[string(m.Body)]++
		}
	}
}

func TestA_send_whose_answer_is_lost_is_made_again_and_loses_nothing(t *testing.T) {
	cfg := awstest.Config(t)
	for what, c := range map[string]struct {
		fate   awstest.Fate
		copies int // the send that was lost and the one that was not
	}{
		"refused":    {awstest.Refuse, 1},
		"cut before": {awstest.CutBefore, 1},
		"cut after":  {awstest.CutAfter, 2},
		"throttled":  {awstest.Fail(400, "RequestThrottled", ""), 1},
		"broken":     {awstest.Fail(500, "InternalError", ""), 1},
	} {
		live, dead := made(t, cfg, time.Hour, 3)
		wire := &awstest.Wire{OnRequest: awstest.Script("SendMessageBatch", c.fate)}
		must(t, open(t, awstest.With(cfg, wire), live, dead).Send(t.Context(), bodies(2), 0))
		if got := received(t, open(t, cfg, live, dead)); got["0"] != c.copies || got["1"] != c.copies || wire.Count("SendMessageBatch") != 2 {
			t.Errorf("%s: %v after %d requests", what, got, wire.Count("SendMessageBatch"))
		}
	}
}

func TestA_lasting_fault_of_any_call_may_pass(t *testing.T) {
	cfg := awstest.Config(t)
	live, dead := made(t, cfg, time.Hour, 3)
	m := queue.Message{ID: "a", Receipt: "r"}
	for what, call := range map[string]func(*Queue) error{
		"send":    func(q *Queue) error { return q.Send(t.Context(), bodies(1), 0) },
		"receive": func(q *Queue) error { _, err := q.Receive(t.Context(), 1); return err },
		"delete":  func(q *Queue) error { return q.Delete(t.Context(), []queue.Message{m}) },
		"extend":  func(q *Queue) error { return q.Extend(t.Context(), m, time.Second) },
		"dead":    func(q *Queue) error { _, err := q.Dead(t.Context()); return err },
		"redrive": func(q *Queue) error { return q.Redrive(t.Context(), m) },
		"depth":   func(q *Queue) error { _, _, err := q.Depth(t.Context()); return err },
	} {
		for _, fate := range []awstest.Fate{awstest.Refuse, awstest.CutBefore, awstest.Fail(400, "ThrottlingException", ""), awstest.Fail(500, "InternalError", ""), awstest.Fail(403, "AccessDenied", ""), awstest.Fail(400, "AWS.SimpleQueueService.NonExistentQueue", "")} {
			wire := &awstest.Wire{OnRequest: func(awstest.Request) awstest.Fate { return fate }}
			wantUnavailable(t, what, call(open(t, awstest.With(cfg, wire), live, dead)))
		}
	}
}

// partly lets a batch through without some of its entries, and says of those that they failed.
type partly struct {
	next aws.HTTPClient
	fail func(try int, id string) (code string, sender bool)
	try  int
}

func (p *partly) Do(r *http.Request) (*http.Response, error) {
	if !strings.HasSuffix(awsmiddleware.GetOperationName(r.Context()), "MessageBatch") {
		return p.next.Do(r)
	}
	p.try++
	var asked struct {
		QueueUrl string
		Entries  []map[string]any
	}
	if err := json.NewDecoder(r.Body).Decode(&asked); err != nil {
		return nil, err
	}
	all := asked.Entries
	asked.Entries = nil
	failed, taken := []map[string]any{}, []map[string]any{}
	for _, e := range all {
		id := e["Id"].(string)
		if code, sender := p.fail(p.try, id); code != "" {
			failed = append(failed, map[string]any{"Id": id, "Code": code, "SenderFault": sender})
			continue
		}
		asked.Entries, taken = append(asked.Entries, e), append(taken, map[string]any{"Id": id})
	}
	if len(taken) > 0 {
		if err := p.pass(r, asked); err != nil {
			return nil, err
		}
	}
	return answer(r, http.StatusOK, map[string]any{"Successful": taken, "Failed": failed}), nil
}

func (p *partly) pass(r *http.Request, body any) error {
	raw, err := json.Marshal(body)
	if err != nil {
		return err
	}
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(raw)), int64(len(raw))
	response, err := p.next.Do(r)
	if err != nil {
		return err
	}
	return response.Body.Close()
}

func TestOnly_the_messages_of_a_batch_that_failed_are_sent_again(t *testing.T) {
	cfg := awstest.Config(t)
	live, dead := made(t, cfg, time.Hour, 3)
	flaky := &partly{next: http.DefaultClient, fail: func(try int, id string) (string, bool) {
		if id == "7" && try < tries || id == "2" && try == 1 {
			return "InternalError", false
		}
		return "", false
	}}
	withFlaky := cfg
	withFlaky.HTTPClient = flaky
	must(t, open(t, withFlaky, live, dead).Send(t.Context(), bodies(10), 0))
	got := received(t, open(t, cfg, live, dead))
	for i := range 10 {
		if got[fmt.Sprint(i)] != 1 {
			t.Errorf("message %d is there %d times", i, got[fmt.Sprint(i)])
		}
	}
	if flaky.try != tries {
		t.Errorf("%d requests", flaky.try)
	}
}

func TestMessages_that_keep_failing_are_told_and_one_that_is_refused_is_a_defect(t *testing.T) {
	cfg := awstest.Config(t)
	live, dead := made(t, cfg, time.Hour, 3)
	lasting := &partly{next: http.DefaultClient, fail: func(_ int, id string) (string, bool) { return map[string]string{"1": "InternalError"}[id], false }}
	cfg.HTTPClient = lasting
	wantUnavailable(t, "lasting", open(t, cfg, live, dead).Send(t.Context(), bodies(3), 0))
	if lasting.try != tries {
		t.Errorf("%d requests", lasting.try)
	}
	refusing := &partly{next: http.DefaultClient, fail: func(int, string) (string, bool) { return "InvalidMessageContents", true }}
	cfg.HTTPClient = refusing
	if err := open(t, cfg, live, dead).Send(t.Context(), bodies(3), 0); !fault.Is(err, fault.Internal) || refusing.try != 1 {
		t.Errorf("refused: %v after %d requests", err, refusing.try)
	}
}

func TestA_receipt_that_ran_out_does_not_keep_the_others_of_a_batch_from_being_deleted(t *testing.T) {
	cfg := awstest.Config(t)
	live, dead := made(t, cfg, time.Hour, 3)
	q := open(t, cfg, live, dead)
	must(t, q.Send(t.Context(), bodies(2), 0))
	got, err := q.Receive(t.Context(), 2)
	must(t, err)
	flaky := &partly{next: http.DefaultClient, fail: func(try int, id string) (string, bool) {
		return map[string]string{"0": "ReceiptHandleIsInvalid", "1": map[int]string{1: "InternalError"}[try]}[id], id == "0"
	}}
	cfg.HTTPClient = flaky
	must(t, open(t, cfg, live, dead).Delete(t.Context(), got))
	if left, _, err := q.Depth(t.Context()); left != 1 || err != nil || flaky.try != 2 {
		t.Fatalf("%d are left after %d requests, %v", left, flaky.try, err)
	}
}

func TestA_redrive_that_breaks_half_way_doubles_the_message_and_never_loses_it(t *testing.T) {
	cfg := awstest.Config(t)
	for what, c := range map[string]struct {
		operation string
		fate      awstest.Fate
		copies    int
	}{
		"before the send": {"SendMessage", awstest.CutBefore, 0},
		"after the send":  {"DeleteMessageBatch", awstest.CutBefore, 1},
	} {
		live, dead := made(t, cfg, time.Hour, 3)
		q := open(t, cfg, dead, live) // the other way round, to put a message among the dead
		must(t, q.Send(t.Context(), bodies(1), 0))
		q = open(t, cfg, live, dead)
		listed, err := q.Dead(t.Context())
		must(t, err)
		broken := open(t, awstest.With(cfg, &awstest.Wire{OnRequest: awstest.Always(c.operation, c.fate)}), live, dead)
		wantUnavailable(t, what, broken.Redrive(t.Context(), listed[0]))
		alive, stillDead, err := q.Depth(t.Context())
		if alive != c.copies || stillDead != 1 || err != nil {
			t.Errorf("%s: %d live and %d dead, %v", what, alive, stillDead, err)
		}
	}
}

func TestAn_answer_that_hangs_ends_with_the_callers_patience(t *testing.T) {
	cfg := awstest.Config(t)
	live, dead := made(t, cfg, time.Hour, 3)
	q := open(t, awstest.With(cfg, &awstest.Wire{OnRequest: func(awstest.Request) awstest.Fate { return awstest.Hang }}), live, dead)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	wantUnavailable(t, "hung", q.Send(ctx, bodies(1), 0))
}

func TestTen_messages_cost_one_request_each_way(t *testing.T) {
	cfg := awstest.Config(t)
	live, dead := made(t, cfg, time.Hour, 3)
	wire := &awstest.Wire{}
	q := open(t, awstest.With(cfg, wire), live, dead)
	must(t, q.Send(t.Context(), bodies(10), 0))
	got, err := q.Receive(t.Context(), 10)
	must(t, err)
	must(t, q.Delete(t.Context(), got))
	if len(got) != 10 || wire.Total() != 3 {
		t.Fatalf("%d messages took %d requests", len(got), wire.Total())
	}
}
