package functions_test

import (
	"bytes"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"jeongsan/infra/lambda"
	"jeongsan/internal/app"
)

// printed keeps what a function says.
type printed struct {
	mu sync.Mutex
	b  bytes.Buffer
}

// Write is io.Writer's.
func (p *printed) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.b.Write(b)
}

// complete is an environment with which every function starts and reaches nobody.
func complete(without string, more ...string) []string {
	queues := make([]string, 0)
	for _, f := range app.Functions() {
		if f.Trigger == app.FromQueue {
			queues = append(queues, f.Name+"=http://127.0.0.1:1/q/"+f.Name+" http://127.0.0.1:1/q/"+f.Name+"-dead")
		}
	}
	all := []string{
		"STAGE=dev", "TABLE=t", "BUCKET=b", "LOCK=GOVERNANCE", "KEY=arn:aws:kms:ap-northeast-2:123456789012:key/k", "CONFIGURATION_SET=c", "MAIL_DOMAIN=mail.example.com",
		"POPBILL_SECRET=p", "QUEUES=" + strings.Join(queues, ","), "PUBLIC_URL=https://billing.example.com",
		"AWS_REGION=ap-northeast-2", "AWS_ACCESS_KEY_ID=a", "AWS_SECRET_ACCESS_KEY=hunter2", "AWS_ENDPOINT_URL=http://127.0.0.1:1",
	}
	var out []string
	for _, v := range append(all, more...) {
		if name, _, _ := strings.Cut(v, "="); name != without {
			out = append(out, v)
		}
	}
	return out
}

func launch(t testing.TB, name string, env []string) (*lambda.Function, *printed, error) {
	t.Helper()
	bins, err := binaries()
	must(t, err)
	said := &printed{}
	f, err := lambda.Start(lambda.Config{Name: name, Binary: filepath.Join(bins, name), Env: env, Timeout: 10 * time.Second, Log: said})
	must(t, err)
	t.Cleanup(func() { _ = f.Stop() })
	_, err = f.Ready(t.Context())
	return f, said, err
}

func TestNothing_is_asked_of_the_network_before_the_first_invocation(t *testing.T) {
	for _, f := range app.Functions() {
		if _, said, err := launch(t, f.Name, complete("")); err != nil { // every address is closed
			t.Errorf("%s: %v\n%s", f.Name, err, said.b.String())
		}
	}
}

func TestA_function_that_lacks_a_setting_does_not_start_and_names_it(t *testing.T) {
	for function, variable := range map[string]string{
		app.IngestFunction: "BUCKET", app.MailingFunction: "CONFIGURATION_SET", app.OutboxFunction: "QUEUES", app.WebhookFunction: "KEY", app.TaxIssueFunction: "POPBILL_SECRET", app.APIFunction: "TABLE",
	} {
		_, said, err := launch(t, function, complete(variable))
		if err == nil || !strings.Contains(said.b.String(), variable) || strings.Contains(said.b.String(), "hunter2") {
			t.Errorf("%s without %s: %v, %s", function, variable, err, said.b.String())
		}
	}
}

func TestThe_clock_of_a_test_is_refused_beside_anything_real(t *testing.T) {
	const clock = "JEONGSAN_TEST_CLOCK=2026-11-06T09:00:00+09:00"
	for what, env := range map[string][]string{
		"AWS itself":     complete("AWS_ENDPOINT_URL", clock, "NCP_URL=http://127.0.0.1:1"),
		"another host":   complete("AWS_ENDPOINT_URL", clock, "NCP_URL=http://127.0.0.1:1", "AWS_ENDPOINT_URL=http://10.0.0.1:4566"),
		"the provider":   complete("", clock),
		"a provider far": complete("", clock, "NCP_URL=http://10.0.0.1"),
	} {
		if _, said, err := launch(t, app.IngestFunction, env); err == nil || !strings.Contains(said.b.String(), "not started") {
			t.Errorf("beside %s: %v, %s", what, err, said.b.String())
		}
	}
}

func TestWhat_is_no_event_is_told_and_the_function_goes_on(t *testing.T) {
	f, said, err := launch(t, app.FeedbackFunction, complete(""))
	must(t, err)
	if _, err := f.Invoke(t.Context(), []byte(`"no event"`)); err == nil {
		t.Errorf("it was taken; %s", said.b.String())
	}
	answer, err := f.Invoke(t.Context(), []byte(`{"Records":[{"messageId":"m1","body":"no notice"}]}`))
	if err != nil || string(answer) != `{"batchItemFailures":[{"itemIdentifier":"m1"}]}` {
		t.Errorf("%s, %v", answer, err)
	}
}

// BenchmarkColdStart is exec to the first question for an invocation, by function.
//
//	go test ./functions -run '^$' -bench ColdStart -benchtime 20x
func BenchmarkColdStart(b *testing.B) {
	bins, err := binaries()
	must(b, err)
	for _, f := range app.Functions() {
		b.Run(f.Name, func(b *testing.B) {
			var total time.Duration
			for range b.N {
				running, err := lambda.Start(lambda.Config{Name: f.Name, Binary: filepath.Join(bins, f.Name), Env: complete(""), Timeout: time.Minute})
				must(b, err)
				took, err := running.Ready(b.Context())
				must(b, err)
				total += took
				must(b, running.Stop())
			}
			b.ReportMetric(float64(total.Microseconds())/1000/float64(b.N), "ms/start")
		})
	}
}
