package ses

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/sesv2"

	"jeongsan/internal/awstest"
	"jeongsan/internal/calendar"
	"jeongsan/internal/fault"
	"jeongsan/internal/mail"
	"jeongsan/internal/mail/mailtest"
	"jeongsan/internal/store"
)

var sixth = calendar.Fixed(time.Date(2026, 11, 6, 10, 0, 0, 0, calendar.Seoul))

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func hanCloud(t testing.TB) store.Tenant {
	t.Helper()
	tenant, err := store.ParseTenant("han-cloud")
	must(t, err)
	return tenant
}

// post is what SES was sent: it stands under the SDK and keeps the requests that SES took.
type post struct {
	next aws.HTTPClient

	mu      sync.Mutex
	taken   []sent
	onTaken func()
}

// sent is the part of a SendEmail that matters here.
type sent struct {
	FromEmailAddress     string
	ConfigurationSetName string
	Destination          struct{ ToAddresses []string }
	Content              struct{ Raw struct{ Data []byte } }
	EmailTags            []struct{ Name, Value string }
}

func (p *post) Do(r *http.Request) (*http.Response, error) {
	raw, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	r.Body = io.NopCloser(bytes.NewReader(raw))
	response, err := p.next.Do(r)
	if err != nil || response.StatusCode != http.StatusOK || !strings.HasSuffix(r.URL.Path, "/outbound-emails") {
		return response, err
	}
	var s sent
	if err := json.Unmarshal(raw, &s); err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.taken = append(p.taken, s)
	if p.onTaken != nil {
		p.onTaken()
	}
	return response, nil
}

func (p *post) delivered() [][]byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	var raw [][]byte
	for _, s := range p.taken {
		raw = append(raw, s.Content.Raw.Data)
	}
	return raw
}

// verified is a configuration under which the sample's sender may send, and the post below it.
func verified(t testing.TB) (aws.Config, *post) {
	t.Helper()
	cfg := awstest.Config(t)
	_, err := sdk.NewFromConfig(cfg).CreateEmailIdentity(t.Context(), &sdk.CreateEmailIdentityInput{EmailIdentity: aws.String("han-cloud.co.kr")})
	if err != nil && !strings.Contains(err.Error(), "AlreadyExists") {
		t.Fatal(err)
	}
	p := &post{next: http.DefaultClient}
	cfg.HTTPClient = p
	return cfg, p
}

func sender(t testing.TB, cfg aws.Config) *Sender {
	t.Helper()
	s, err := New(cfg, Settings{Domain: "mail.han-cloud.co.kr", ConfigurationSet: "jeongsan"}, sixth)
	must(t, err)
	return s
}

func TestSES_keeps_every_promise_of_a_transport_that_cannot_be_asked(t *testing.T) {
	mailtest.Run(t, func(t *testing.T) mailtest.Fixture {
		cfg, p := verified(t)
		return mailtest.Fixture{Sender: sender(t, cfg), Delivered: func() ([][]byte, error) { return p.delivered(), nil }}
	})
}

func TestA_mail_is_tagged_with_our_id_and_tenant_and_goes_to_its_recipients_alone(t *testing.T) {
	cfg, p := verified(t)
	m := mailtest.Sample("han-cloud-2026-10-c1-r1-s1-rk1")
	m.Tenant = hanCloud(t)
	id, err := sender(t, cfg).Send(t.Context(), m)
	must(t, err)
	if id == "" || len(p.taken) != 1 {
		t.Fatalf("%d mails under the id %q", len(p.taken), id)
	}
	got := p.taken[0]
	want := []struct{ Name, Value string }{{"jeongsan-message", m.ID}, {"jeongsan-tenant", "han-cloud"}}
	if !reflect.DeepEqual(got.EmailTags, want) || got.ConfigurationSetName != "jeongsan" || got.FromEmailAddress != "" {
		t.Errorf("sent as %+v %q %q", got.EmailTags, got.ConfigurationSetName, got.FromEmailAddress)
	}
	if !reflect.DeepEqual(got.Destination.ToAddresses, []string{"kim@hanbit.co.kr", "lee@hanbit.co.kr"}) {
		t.Errorf("sent to %q", got.Destination.ToAddresses)
	}
}

func TestA_sender_that_is_not_verified_is_refused_for_good(t *testing.T) {
	cfg, p := verified(t)
	m := mailtest.Sample("m-1")
	m.From.Email = "billing@nobody.example"
	_, err := sender(t, cfg).Send(t.Context(), m)
	wantOutcome(t, "unverified", err, fault.Invalid)
	if len(p.taken) != 0 {
		t.Error("it was sent")
	}
}

func wantOutcome(t *testing.T, what string, err error, code fault.Code) {
	t.Helper()
	if !fault.Is(err, code) {
		t.Errorf("%s: %v, want %s", what, err, code)
	}
	shown := fault.TextOf(err)
	for _, word := range []string{"SES", "AWS", "Exception", "127.0.0.1", "StatusCode", "MessageRejected", "connection"} {
		if strings.Contains(shown.EN+shown.KO, word) {
			t.Errorf("%s: a person is shown %q", what, shown)
		}
	}
}

func TestEach_failure_of_a_send_says_whether_it_may_have_been_sent_and_only_throttles_are_tried_again(t *testing.T) {
	for what, c := range map[string]struct {
		fate     awstest.Fate
		code     fault.Code
		requests int
		mails    int
	}{
		"refused connection":   {awstest.Refuse, fault.Unavailable, 1, 0},
		"cut before":           {awstest.CutBefore, fault.UnknownOutcome, 1, 0},
		"cut after":            {awstest.CutAfter, fault.UnknownOutcome, 1, 1},
		"broken":               {awstest.Fail(500, "InternalServiceErrorException", ""), fault.UnknownOutcome, 1, 0},
		"overloaded":           {awstest.Fail(503, "ServiceUnavailable", ""), fault.UnknownOutcome, 1, 0},
		"timed out at gateway": {awstest.Fail(504, "GatewayTimeout", ""), fault.UnknownOutcome, 1, 0},
		"throttled":            {awstest.Fail(429, "TooManyRequestsException", ""), fault.Unavailable, 3, 0},
		"throttled otherwise":  {awstest.Fail(400, "ThrottlingException", ""), fault.Unavailable, 3, 0},
		"rejected":             {awstest.Fail(400, "MessageRejected", ""), fault.Invalid, 1, 0},
		"bad request":          {awstest.Fail(400, "BadRequestException", ""), fault.Invalid, 1, 0},
		"paused":               {awstest.Fail(400, "SendingPausedException", ""), fault.Unavailable, 1, 0},
		"suspended":            {awstest.Fail(400, "AccountSuspendedException", ""), fault.Unavailable, 1, 0},
		"over quota":           {awstest.Fail(400, "LimitExceededException", ""), fault.Unavailable, 1, 0},
		"domain not verified":  {awstest.Fail(400, "MailFromDomainNotVerifiedException", ""), fault.Unavailable, 1, 0},
		"no configuration set": {awstest.Fail(404, "NotFoundException", ""), fault.Unavailable, 1, 0},
		"no right":             {awstest.Fail(403, "AccessDeniedException", ""), fault.Unavailable, 1, 0},
	} {
		cfg, p := verified(t)
		wire := &awstest.Wire{OnRequest: awstest.Always("SendEmail", c.fate)}
		_, err := sender(t, awstest.With(cfg, wire)).Send(t.Context(), mailtest.Sample("m-1"))
		wantOutcome(t, what, err, c.code)
		if n := wire.Count("SendEmail"); n != c.requests || len(p.taken) != c.mails {
			t.Errorf("%s: %d requests and %d mails, want %d and %d", what, n, len(p.taken), c.requests, c.mails)
		}
	}
}

func TestA_send_given_up_while_its_answer_hangs_is_an_unknown_outcome(t *testing.T) {
	cfg, p := verified(t)
	ctx, cancel := context.WithCancel(t.Context())
	p.onTaken = cancel
	wire := &awstest.Wire{OnRequest: awstest.Always("SendEmail", awstest.Hang)}
	_, err := sender(t, awstest.With(cfg, wire)).Send(ctx, mailtest.Sample("m-1"))
	wantOutcome(t, "hung", err, fault.UnknownOutcome)
	if len(p.taken) != 1 || wire.Count("SendEmail") != 1 {
		t.Fatalf("%d mails after %d requests", len(p.taken), wire.Count("SendEmail"))
	}
}

func TestA_throttled_mail_is_sent_once_the_throttle_is_over(t *testing.T) {
	cfg, p := verified(t)
	throttle := awstest.Fail(429, "TooManyRequestsException", "")
	wire := &awstest.Wire{OnRequest: awstest.Script("SendEmail", throttle, throttle)}
	_, err := sender(t, awstest.With(cfg, wire)).Send(t.Context(), mailtest.Sample("m-1"))
	must(t, err)
	if len(p.taken) != 1 || wire.Count("SendEmail") != 3 {
		t.Fatalf("%d mails after %d requests", len(p.taken), wire.Count("SendEmail"))
	}
}

func TestA_throttle_and_then_a_lost_answer_is_an_unknown_outcome(t *testing.T) {
	cfg, p := verified(t)
	wire := &awstest.Wire{OnRequest: awstest.Script("SendEmail", awstest.Fail(429, "TooManyRequestsException", ""), awstest.CutAfter)}
	_, err := sender(t, awstest.With(cfg, wire)).Send(t.Context(), mailtest.Sample("m-1"))
	wantOutcome(t, "throttled, then cut", err, fault.UnknownOutcome)
	if len(p.taken) != 1 || wire.Count("SendEmail") != 2 {
		t.Fatalf("%d mails after %d requests", len(p.taken), wire.Count("SendEmail"))
	}
}

// garbled answers every send with 200 and something else than SES does.
type garbled string

func (g garbled) Do(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(string(g))), Request: r}, nil
}

func TestAn_answer_that_cannot_be_read_is_an_unknown_outcome(t *testing.T) {
	cfg := awstest.Config(t)
	for _, body := range []string{"", "{}", `{"MessageId":`, `{"MessageId":""}`, "<html>"} {
		cfg.HTTPClient = garbled(body)
		_, err := sender(t, cfg).Send(t.Context(), mailtest.Sample("m-1"))
		wantOutcome(t, body, err, fault.UnknownOutcome)
	}
}

func TestWhat_events_recorded_answers_for_a_mail(t *testing.T) {
	broken := errors.New("the store is down")
	s, err := New(aws.Config{}, Settings{Domain: "mail.han-cloud.co.kr", ConfigurationSet: "jeongsan", Known: func(_ context.Context, id string) (mail.Outcome, error) {
		if id == "m-3" {
			return "", broken
		}
		return map[string]mail.Outcome{"m-1": mail.Accepted, "m-2": mail.CannotTell}[id], nil
	}}, sixth)
	must(t, err)
	for id, want := range map[string]mail.Outcome{"m-1": mail.Accepted, "m-2": mail.CannotTell} {
		if got, err := s.Lookup(t.Context(), id); got != want || err != nil {
			t.Errorf("of %s it says %s, %v", id, got, err)
		}
	}
	if _, err := s.Lookup(t.Context(), "m-3"); !errors.Is(err, broken) {
		t.Errorf("a broken record says %v", err)
	}
	if _, err := s.Lookup(t.Context(), "M 1"); !fault.Is(err, fault.Invalid) {
		t.Errorf("no id says %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Lookup(ctx, "m-1"); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled look-up says %v", err)
	}
}

func TestA_sender_needs_a_domain_and_a_configuration_set(t *testing.T) {
	for _, s := range []Settings{{}, {Domain: "mail.han-cloud.co.kr"}, {Domain: "localhost", ConfigurationSet: "jeongsan"}} {
		if _, err := New(aws.Config{}, s, sixth); !fault.Is(err, fault.Invalid) {
			t.Errorf("%+v: %v", s, err)
		}
	}
}
