package popbill_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	simulator "jeongsan/infra/simulator/popbill"
	"jeongsan/internal/fault"
	"jeongsan/internal/popbill"
)

func TestMisbehaviour_is_told_by_the_client_for_what_it_is(t *testing.T) {
	for what, c := range map[string]struct {
		action simulator.Action
		code   fault.Code
		kept   int
	}{
		"cut before":               {simulator.Cut(), fault.UnknownOutcome, 0},
		"cut after":                {simulator.CutAfter(), fault.UnknownOutcome, 1},
		"hung before":              {simulator.Hang(), fault.UnknownOutcome, 0},
		"hung after":               {simulator.HangAfter(), fault.UnknownOutcome, 1},
		"a page of 502 before":     {simulator.Fail(502), fault.UnknownOutcome, 0},
		"a page of 500 after":      {simulator.FailAfter(500), fault.UnknownOutcome, 1},
		"a page instead of JSON":   {simulator.Garble(), fault.UnknownOutcome, 1},
		"too many calls":           {simulator.Throttle(), fault.Unavailable, 0},
		"declined":                 {simulator.Decline(-10004003), fault.Conflict, 0},
		"declined by a new number": {simulator.DeclineWith(400, -19999999, "새 규칙입니다."), fault.UnknownOutcome, 0}, // nobody knows what it means
	} {
		t.Run(what, func(t *testing.T) {
			b := open(t)
			short, err := popbill.New(popbill.Config{LinkID: linkID, SecretKey: secretKey, AuthURL: b.url, ServiceURL: b.url, Now: time.Now, HTTP: &http.Client{Timeout: 200 * time.Millisecond}})
			if err != nil {
				t.Fatal(err)
			}
			b.On(simulator.Match{Op: "registIssue"}, c.action)
			if _, err := short.RegistIssue(ctx, member, october("K-1")); !fault.Is(err, c.code) {
				t.Errorf("%v", err)
			}
			if n := len(b.Documents()); n != c.kept {
				t.Errorf("%d documents", n)
			}
			_, err = b.RegistIssue(ctx, member, october("K-1")) // once only
			if c.kept == 0 && err != nil || c.kept == 1 && !popbill.IsDuplicate(err) {
				t.Errorf("afterwards: %v", err)
			}
		})
	}
}

func TestA_token_that_runs_out_between_two_calls_is_not_noticed(t *testing.T) {
	b := open(t)
	b.issue("K-1")
	b.ExpireTokens()
	b.issue("K-2")
	tokens := 0
	for _, c := range b.Calls() {
		if c.Op == "getToken" {
			tokens++
		}
	}
	if tokens != 2 {
		t.Errorf("%d token requests", tokens)
	}
}

func TestOf_a_thousand_issues_with_lost_answers_each_is_there_once(t *testing.T) {
	const invoices = 1000
	b := open(t)
	b.On(simulator.Match{Op: "registIssue", Times: -1, PerMille: 50, Seed: 7}, simulator.CutAfter())
	var lost, issued atomic.Int64
	work := make(chan string)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for key := range work {
				_, err := b.RegistIssue(ctx, member, october(key))
				if fault.Is(err, fault.UnknownOutcome) {
					lost.Add(1)
					_, err = b.Info(ctx, member, key)
				}
				if err != nil {
					t.Error(key, err)
				}
				issued.Add(1)
			}
		})
	}
	for i := range invoices {
		work <- fmt.Sprintf("K-%04d", i)
	}
	close(work)
	wg.Wait()
	numbers := map[string]bool{}
	for _, d := range b.Documents() {
		numbers[d.NTSConfirmNum] = true
	}
	if len(b.Documents()) != invoices || len(numbers) != invoices || issued.Load() != invoices {
		t.Errorf("%d documents, %d approval numbers", len(b.Documents()), len(numbers))
	}
	if n := lost.Load(); n < 30 || n > 70 {
		t.Errorf("%d of %d answers were lost, 5 %% were to be", n, invoices)
	}
}

func TestA_request_for_a_token_must_be_signed_well_and_now(t *testing.T) {
	b := open(t)
	for what, c := range map[string]struct {
		client *popbill.Client
		member popbill.Member
		code   int64
	}{
		"another secret":  {connect(t, b.url, "QUJD", time.Now), member, -99010007},
		"an hour ago":     {connect(t, b.url, secretKey, func() time.Time { return time.Now().Add(-time.Hour) }), member, -99010004},
		"nobody's number": {b.Client, popbill.Member{CorpNum: buyer}, -99003008},
	} {
		if _, err := c.client.Info(ctx, c.member, "K-1"); codeOf(err) != c.code {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestAnswers_suit_the_official_client(t *testing.T) {
	b := open(t)
	b.issue("K-1")
	token := ""
	for _, c := range b.Calls() {
		if h := c.Header.Get("Authorization"); strings.HasPrefix(h, "Bearer ") {
			token = h
		}
	}
	call := func(path, authorization string) *http.Response {
		req, err := http.NewRequest(http.MethodGet, b.url+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", authorization)
		req.Header.Set("Accept-Encoding", "gzip,deflate")
		resp, err := http.DefaultTransport.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = resp.Body.Close() })
		return resp
	}
	for path, want := range map[string]struct {
		status   int
		encoding string
	}{
		"/Taxinvoice/SELL/K-1":                   {200, "gzip"},
		"/Taxinvoice/SELL/K-1?Detail":            {200, "gzip"},
		"/Taxinvoice/SELL/K-9":                   {400, ""},
		"/Taxinvoice/NOWHERE":                    {400, ""},
		"/CloseDown?CN=8888888888":               {401, ""}, // the token is of another product
		"/Join?CorpNum=1234567891&LID=" + linkID: {200, ""},
	} {
		resp := call(path, token)
		if resp.StatusCode != want.status || resp.Header.Get("Content-Encoding") != want.encoding || !strings.HasPrefix(resp.Header.Get("Content-Type"), "application/json") {
			t.Errorf("%s: %d %v", path, resp.StatusCode, resp.Header)
		}
	}
	for _, wrong := range []string{"", "Bearer x", "Bearer " + strings.Repeat("x.", 50), token + "x"} {
		resp := call("/Taxinvoice/SELL/K-1", wrong)
		body, err := io.ReadAll(resp.Body)
		if err != nil || resp.StatusCode != 401 || !strings.Contains(string(body), `"code":-99`) {
			t.Errorf("%q: %d %s", wrong, resp.StatusCode, body)
		}
	}
	if resp := call("/Taxinvoice/SELL/K-1?PDF", token); resp.Header.Get("Content-Type") != "application/pdf;charset=utf-8" {
		t.Error(resp.Header)
	}
}
