package stack

import (
	"net/http"
	"strings"
	"testing"

	"jeongsan/internal/calendar"
	"jeongsan/internal/fault"
)

func set(pairs ...string) *environment {
	return &environment{look: func(name string) (string, bool) {
		for _, p := range pairs {
			if n, v, _ := strings.Cut(p, "="); n == name {
				return v, true
			}
		}
		return "", false
	}}
}

const moved = "JEONGSAN_TEST_CLOCK=2026-11-06T09:00:00+09:00"

func TestOnly_among_doubles_on_this_machine_does_the_clock_of_a_test_go(t *testing.T) {
	for endpoint, goes := range map[string]bool{
		"http://127.0.0.1:5000": true, "http://localhost:5000": true, "http://[::1]:5000": true, "http://127.8.9.1": true,
		"": false, "https://dynamodb.ap-northeast-2.amazonaws.com": false, "http://127.0.0.1.example.com": false, "http://10.0.0.1:5000": false, "127.0.0.1:5000": false, "ftp://127.0.0.1": false,
	} {
		clock, err := set(moved, "AWS_ENDPOINT_URL="+endpoint).clock()
		if _, real := clock.(calendar.System); (err == nil) != goes || real == goes {
			t.Errorf("%q: %v, %T", endpoint, err, clock)
		}
	}
	if _, err := set("JEONGSAN_TEST_CLOCK=yesterday", "AWS_ENDPOINT_URL=http://127.0.0.1").clock(); !fault.Is(err, fault.Invalid) {
		t.Errorf("a clock that is none: %v", err)
	}
	if clock, err := set().clock(); err != nil || clock != (calendar.System{}) {
		t.Errorf("no clock of a test: %T, %v", clock, err)
	}
}

func TestA_provider_is_replaced_by_this_machine_only_and_must_be_under_the_clock_of_a_test(t *testing.T) {
	for _, c := range []struct {
		env  *environment
		want string
		goes bool
	}{
		{set(), "", true},
		{set("NCP_URL=http://127.0.0.1:8081/"), "http://127.0.0.1:8081", true},
		{set(moved, "NCP_URL=http://127.0.0.1:8081"), "http://127.0.0.1:8081", true},
		{set("NCP_URL=https://billing.example.com"), "", false},
		{set(moved), "", false},
		{set(moved, "NCP_URL=https://billing.example.com"), "", false},
	} {
		if got, err := c.env.instead(ncpURL); got != c.want || (err == nil) != c.goes {
			t.Errorf("%q, %v", got, err)
		}
	}
}

func TestEvery_variable_that_is_missing_is_named(t *testing.T) {
	e := set("TABLE=x")
	if e.need("TABLE") != "x" || e.need("BUCKET") != "" || e.need("KEY") != "" {
		t.Error("a variable is not what was set")
	}
	err := e.missing()
	if all := fault.All(err); len(all) != 2 || all[0].Field != "BUCKET" || all[1].Field != "KEY" {
		t.Errorf("%v", err)
	}
}

func TestThe_SDK_takes_what_Lambda_gives_and_asks_nobody_for_credentials(t *testing.T) {
	e := set("AWS_REGION=ap-northeast-2", "AWS_ACCESS_KEY_ID=a", "AWS_SECRET_ACCESS_KEY=s", "AWS_SESSION_TOKEN=t")
	c, err := e.config(http.DefaultTransport)
	if err != nil || e.missing() != nil {
		t.Fatal(err, e.missing())
	}
	keys, err := c.Credentials.Retrieve(t.Context())
	if err != nil || keys.AccessKeyID != "a" || keys.SessionToken != "t" || c.Region != "ap-northeast-2" || c.BaseEndpoint != nil {
		t.Errorf("%v, %v", c, err)
	}
	if _, err := set("AWS_ENDPOINT_URL=nonsense").config(http.DefaultTransport); !fault.Is(err, fault.Invalid) {
		t.Errorf("an endpoint that is none: %v", err)
	}
}

func TestThe_partnerships_keys_are_not_printed(t *testing.T) {
	p := partner{LinkID: "LINK", SecretKey: "hunter2", WebhookKey: "hunter2"}
	if s := p.String() + p.GoString(); strings.Contains(s, "hunter2") {
		t.Error(s)
	}
}
