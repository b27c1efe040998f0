package lambda

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"jeongsan/infra/template"
)

// program starts a shell script in place of a function; it inherits nothing, like a function.
func program(t *testing.T, script string, limit time.Duration) *Function {
	t.Helper()
	path := filepath.Join(t.TempDir(), "bootstrap")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+script+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	f, err := Start(Config{Name: "ingest", Binary: path, Env: []string{"PATH=" + os.Getenv("PATH")}, Timeout: limit})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Stop() })
	return f
}

const idle = "exec sleep 60" // the test speaks in its place

// say makes a request to the function's Runtime API as its process would.
func say(t *testing.T, f *Function, method, path, body string) *http.Response {
	t.Helper()
	w := httptest.NewRecorder()
	f.api().ServeHTTP(w, httptest.NewRequest(method, "/2018-06-01/runtime"+path, strings.NewReader(body)))
	return w.Result()
}

func TestAn_event_reaches_the_process_and_its_answer_comes_back(t *testing.T) {
	f := program(t, idle, time.Minute)
	go func() {
		next := say(t, f, http.MethodGet, "/invocation/next", "")
		event, _ := io.ReadAll(next.Body) // a recorder's
		say(t, f, http.MethodPost, "/invocation/"+next.Header.Get("Lambda-Runtime-Aws-Request-Id")+"/response", "seen "+string(event))
		next = say(t, f, http.MethodGet, "/invocation/next", "")
		say(t, f, http.MethodPost, "/invocation/"+next.Header.Get("Lambda-Runtime-Aws-Request-Id")+"/error", `{"errorType":"Defect","errorMessage":"no"}`)
	}()
	if answer, err := f.Invoke(t.Context(), []byte(`{"a":1}`)); err != nil || string(answer) != `seen {"a":1}` {
		t.Errorf("%s, %v", answer, err)
	}
	if took, err := f.Ready(t.Context()); err != nil || took <= 0 {
		t.Errorf("%s, %v", took, err)
	}
	var failed *Error
	if _, err := f.Invoke(t.Context(), nil); !errors.As(err, &failed) || failed.Type != "Defect" {
		t.Errorf("%v", err)
	}
	if got := say(t, f, http.MethodPost, "/invocation/unknown/response", ""); got.StatusCode != http.StatusBadRequest {
		t.Errorf("an answer to nothing is taken: %d", got.StatusCode)
	}
}

func TestWhoever_waits_hears_of_a_process_that_ends_refuses_or_takes_too_long(t *testing.T) {
	if _, err := program(t, "exit 3", time.Minute).Ready(t.Context()); err == nil || !strings.Contains(err.Error(), "ingest ended") {
		t.Errorf("one that ended: %v", err)
	}
	f := program(t, idle, time.Minute)
	say(t, f, http.MethodPost, "/init/error", `{"errorType":"Refused","errorMessage":"no table"}`)
	if _, err := f.Ready(t.Context()); err == nil || !strings.Contains(err.Error(), "no table") {
		t.Errorf("one that refused: %v", err)
	}
	slow := program(t, idle, 10*time.Millisecond)
	go say(t, slow, http.MethodGet, "/invocation/next", "")
	if _, err := slow.Invoke(t.Context(), nil); err == nil || !strings.Contains(err.Error(), "timed out") {
		t.Errorf("one that took too long: %v", err)
	}
	if _, err := slow.Invoke(t.Context(), nil); err == nil {
		t.Error("its environment was used again")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := program(t, idle, time.Minute).Invoke(ctx, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("nobody waits any more: %v", err)
	}
}

func TestAn_environment_is_what_the_template_says_with_its_names_filled_in(t *testing.T) {
	parsed, err := template.Parse([]byte(`
Globals: {Function: {Environment: {Variables: {TABLE: !Ref Table, KEY: !GetAtt Key.Arn, LOCK: !If [Production, A, B], ALL: !Join [",", [!Sub "x=${Q}", plain]]}}}}
Resources:
  One: {Type: "AWS::Serverless::Function", Properties: {Environment: {Variables: {TABLE: own}}}}
  Two: {Type: "AWS::Serverless::Function", Properties: {Environment: {Variables: {NO: !Ref Nowhere}}}}
`))
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]string{"Table": "t", "Key.Arn": "arn", "Q": "url"}
	got, err := Environment(parsed, "One", names)
	if want := "ALL=x=url,plain KEY=arn LOCK=B TABLE=own"; err != nil || strings.Join(got, " ") != want {
		t.Errorf("%v, %v", got, err)
	}
	if _, err := Environment(parsed, "Two", names); err == nil || !strings.Contains(err.Error(), "Nowhere") {
		t.Errorf("%v", err)
	}
}

func TestA_request_becomes_the_event_of_the_gateway(t *testing.T) {
	raw, err := Request(http.MethodPost, "/webhooks/popbill/han%20bit?a=1", http.Header{"Content-Type": {"application/json"}, "X-Many": {"1", "2"}}, []byte(`{}`))
	if err != nil {
		t.Fatal(err)
	}
	var e events.APIGatewayV2HTTPRequest
	if err := json.Unmarshal(raw, &e); err != nil || e.RawPath != "/webhooks/popbill/han%20bit" || e.RawQueryString != "a=1" || e.Headers["x-many"] != "1,2" || e.IsBase64Encoded || e.Body != "{}" {
		t.Errorf("%s, %v", raw, err)
	}
	if raw, err = Request(http.MethodPost, "/x", http.Header{}, []byte{0xff}); err != nil || !strings.Contains(string(raw), `"isBase64Encoded":true`) {
		t.Errorf("%s, %v", raw, err)
	}
	status, header, body, err := Answer([]byte(`{"statusCode":302,"headers":{"Location":"x"},"body":"/w==","isBase64Encoded":true}`))
	if err != nil || status != 302 || header.Get("Location") != "x" || string(body) != "\xff" {
		t.Errorf("%d %v %q %v", status, header, body, err)
	}
}
