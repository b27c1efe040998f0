package popbill

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"jeongsan/internal/fault"
)

// The sample pair that Linkhub publishes with its SDKs.
const (
	sampleLinkID = "TESTER"
	sampleSecret = "SwWxqU+0TErBXy/9TVjIPEnI0VTUMMSQZtJf3Ed8q3I="
)

var seller = Member{CorpNum: "1234567890"}

// stub is a Popbill that gives tokens and answers everything else with a function of the test's.
type stub struct {
	*httptest.Server
	mu       sync.Mutex
	tokens   []string // access ids that tokens were asked for
	requests int
	clock    time.Time
	life     time.Duration
}

func newStub(t *testing.T, answer http.HandlerFunc) (*stub, *Client) {
	t.Helper()
	s := &stub{clock: time.Date(2026, 11, 22, 17, 0, 0, 0, time.UTC), life: 30 * time.Minute}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/Token") {
			s.give(w, r)
			return
		}
		s.mu.Lock()
		s.requests++
		s.mu.Unlock()
		answer(w, r)
	}))
	t.Cleanup(s.Close)
	c, err := New(Config{LinkID: sampleLinkID, SecretKey: sampleSecret, Test: true, AuthURL: s.URL, ServiceURL: s.URL, Now: s.now})
	if err != nil {
		t.Fatal(err)
	}
	return s, c
}

func (s *stub) now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.clock
}

// taken is how many requests came since it was last asked.
func (s *stub) taken() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.requests
	s.requests = 0
	return n
}

func (s *stub) pass(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clock = s.clock.Add(d)
}

func (s *stub) give(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	var asked struct {
		AccessID string   `json:"access_id"`
		Scope    []string `json:"scope"`
	}
	_ = json.Unmarshal(body, &asked)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tokens = append(s.tokens, asked.AccessID+" "+strings.Join(asked.Scope, ","))
	fmt.Fprintf(w, `{"session_token":"T%d","expiration":"%s"}`, len(s.tokens), s.clock.Add(s.life).Format("2006-01-02T15:04:05.000Z"))
}

func TestThe_signature_of_a_token_request_is_Linkhubs(t *testing.T) {
	key, err := base64.StdEncoding.DecodeString(sampleSecret)
	if err != nil {
		t.Fatal(err)
	}
	body := []byte(`{"access_id":"1234567890","scope":["member","110"]}`)
	for _, c := range []struct{ date, forwarded, want string }{
		{"2026-11-22T17:10:12.154Z", "", "X4kTjxu7nynb3adSH0cfyFWOD+CDHMSYX/ujBPNIJeU="},
		{"2026-11-22T17:11:45.071Z", "*", "AT1LrMMbIKOib98X6j2gkyrWcV9eo10CUVZqvG8YlQo="},
	} {
		if got := sign(key, "/POPBILL_TEST/Token", body, c.date, c.forwarded); got != c.want {
			t.Errorf("%s %s: %s", c.date, c.forwarded, got)
		}
	}
}

func TestMany_first_calls_ask_for_one_token(t *testing.T) {
	s, c := newStub(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"stateCode":300}`) })
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if _, err := c.Info(context.Background(), seller, "K-1"); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := s.taken(); len(s.tokens) != 1 || n != 20 {
		t.Errorf("%d tokens for %d calls", len(s.tokens), n)
	}
}

func TestEach_business_number_and_product_has_a_token_of_its_own(t *testing.T) {
	s, c := newStub(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{}`) })
	ctx := context.Background()
	_, _ = c.Info(ctx, seller, "K-1")
	_, _ = c.Info(ctx, Member{CorpNum: "8888888888"}, "K-1")
	_, _ = c.BusinessState(ctx, seller, "8888888888")
	if got := strings.Join(s.tokens, "; "); got != "1234567890 member,110; 8888888888 member,110; 1234567890 member,170" {
		t.Error(got)
	}
}

func TestA_token_is_renewed_before_it_runs_out(t *testing.T) {
	s, c := newStub(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{}`) })
	for _, wait := range []time.Duration{0, 28 * time.Minute, 90 * time.Second} {
		s.pass(wait)
		if _, err := c.Info(context.Background(), seller, "K-1"); err != nil {
			t.Fatal(err)
		}
	}
	if len(s.tokens) != 2 {
		t.Errorf("%d tokens in 29.5 minutes of 30", len(s.tokens))
	}
}

func TestA_token_that_Popbill_calls_run_out_is_renewed_once(t *testing.T) {
	refused := 0
	s, c := newStub(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") == "Bearer T1" {
			refused++
			w.WriteHeader(http.StatusUnauthorized)
			fmt.Fprint(w, `{"code":-99000026,"message":"세션이 만료되었습니다."}`)
			return
		}
		fmt.Fprint(w, `{"code":1,"ntsConfirmNum":"202609309999000000000001"}`)
	})
	got, err := c.RegistIssue(context.Background(), seller, IssueRequest{})
	if err != nil || got.NTSConfirmNum == "" || refused != 1 || len(s.tokens) != 2 {
		t.Errorf("%+v, %v after %d refusals and %d tokens", got, err, refused, len(s.tokens))
	}
}

func TestA_token_that_is_refused_again_is_not_asked_for_a_third_time(t *testing.T) {
	s, c := newStub(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusUnauthorized)
		fmt.Fprint(w, `{"code":-99000026,"message":"세션이 만료되었습니다."}`)
	})
	_, err := c.RegistIssue(context.Background(), seller, IssueRequest{})
	if n := s.taken(); !fault.Is(err, fault.Unavailable) || n != 2 || len(s.tokens) != 2 {
		t.Errorf("%v after %d calls and %d tokens", err, n, len(s.tokens))
	}
}

func TestWhoever_waits_for_a_token_can_give_up(t *testing.T) {
	_, c := newStub(t, func(http.ResponseWriter, *http.Request) {})
	c.cell(tokenKey{seller.CorpNum, taxInvoices}).gate <- struct{}{} // somebody is asking, and waits
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := c.Info(ctx, seller, "K-1"); !fault.Is(err, fault.Unavailable) {
		t.Error(err)
	}
}

func TestKeys_that_cannot_be_are_refused_and_never_printed(t *testing.T) {
	for _, c := range []struct{ link, secret, field string }{{"", sampleSecret, FieldLinkID}, {"A B", sampleSecret, FieldLinkID}, {"A", "", FieldSecretKey}, {"A", "no base64!", FieldSecretKey}} {
		_, err := New(Config{LinkID: c.link, SecretKey: c.secret, Now: time.Now})
		all := fault.All(err)
		if len(all) != 1 || all[0].Field != c.field || strings.Contains(err.Error(), "no base64!") {
			t.Errorf("%q %q: %v", c.link, c.secret, err)
		}
	}
	config := Config{LinkID: "A", SecretKey: sampleSecret, Now: time.Now}
	client, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	if shown := fmt.Sprintf("%v %+v %#v %v %+v %#v", config, config, config, client, client, client); strings.Contains(shown, sampleSecret[:8]) {
		t.Error(shown)
	}
}
