package popbill

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"jeongsan/internal/fault"
)

func answering(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}
}

func cutting(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

func cutInTheMiddle(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Length", "100")
	fmt.Fprint(w, `{"code":1,`)
	w.(http.Flusher).Flush()
	panic(http.ErrAbortHandler)
}

func TestThe_outcome_of_an_issue_is_known_or_said_to_be_unknown(t *testing.T) {
	const unknown, unavailable = fault.UnknownOutcome, fault.Unavailable
	for what, c := range map[string]struct {
		answer           http.HandlerFunc
		changing, asking fault.Code
	}{
		"the line is cut": {cutting, unknown, unavailable},
		"the line is cut in the middle of the answer": {cutInTheMiddle, unknown, unavailable},
		"a gateway answers 502":                       {answering(502, "<html>"), unknown, unavailable},
		"a gateway answers 504":                       {answering(504, ""), unknown, unavailable},
		"a gateway answers 408":                       {answering(408, ""), unknown, unavailable},
		"a gateway answers 429":                       {answering(429, "slow down"), unavailable, unavailable},
		"something on the way turns the request away": {answering(403, "<html>"), unavailable, unavailable},
		"a redirect":                                  {answering(302, ""), unavailable, unavailable},
		"200 that is no JSON":                         {answering(200, "<html>"), unknown, unavailable},
		"200 of another shape":                        {answering(200, `["K-1"]`), unknown, unavailable},
		"200 that is empty":                           {answering(200, ""), unknown, unavailable},
		"200 with an error number":                    {answering(200, `{"code":-11002009,"message":"x"}`), fault.Invalid, fault.Invalid},
		"a refusal with 500":                          {answering(500, `{"code":-11002009,"message":"x"}`), fault.Invalid, fault.Invalid},
		"a refusal with 400":                          {answering(400, `{"code":-11002009,"message":"x"}`), fault.Invalid, fault.Invalid},
		"too many calls at once":                      {answering(400, `{"code":-10010032,"message":"x"}`), unavailable, unavailable},
		"a number nobody knows, with 400":             {answering(400, `{"code":-12345678,"message":"x"}`), unknown, fault.Invalid},
		"a number nobody knows, with 500":             {answering(500, `{"code":-99999999,"message":"x"}`), unknown, unavailable},
		"500 with JSON of somebody else's":            {answering(500, `{"error":"oops"}`), unknown, unavailable},
		"an answer larger than any of Popbill's":      {answering(200, `{"code":1,"message":"`+strings.Repeat("x", maxBody)+`"}`), unknown, unavailable},
	} {
		t.Run(what, func(t *testing.T) {
			s, client := newStub(t, c.answer)
			ctx := context.Background()
			for name, change := range map[string]func() error{
				"RegistIssue": func() error { _, err := client.RegistIssue(ctx, seller, IssueRequest{}); return err },
				"CancelIssue": func() error { _, err := client.CancelIssue(ctx, seller, "K-1", ""); return err },
				"SendToNTS":   func() error { _, err := client.SendToNTS(ctx, seller, "K-1"); return err },
				"SubmitBulk": func() error {
					_, err := client.SubmitBulk(ctx, seller, "S-1", []Invoice{{}}, false)
					return err
				},
			} {
				err := change()
				if fault.CodeOf(err) != c.changing {
					t.Errorf("%s: %v", name, err)
				}
				if n := s.taken(); n != 1 {
					t.Errorf("%s was sent %d times", name, n)
				}
			}
			if _, err := client.Info(ctx, seller, "K-1"); fault.CodeOf(err) != c.asking {
				t.Errorf("Info: %v", err)
			}
		})
	}
}

func TestWhat_never_left_the_machine_is_unavailable(t *testing.T) {
	closed := httptest.NewServer(nil)
	closed.Close()
	tokens, _ := newStub(t, nil)
	c, err := New(Config{LinkID: sampleLinkID, SecretKey: sampleSecret, AuthURL: tokens.URL, ServiceURL: closed.URL, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.RegistIssue(context.Background(), seller, IssueRequest{}); !fault.Is(err, fault.Unavailable) {
		t.Errorf("connection refused: %v", err)
	}
	withoutTokens, err := New(Config{LinkID: sampleLinkID, SecretKey: sampleSecret, AuthURL: closed.URL, ServiceURL: tokens.URL, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := withoutTokens.RegistIssue(context.Background(), seller, IssueRequest{}); !fault.Is(err, fault.Unavailable) || tokens.taken() != 0 {
		t.Errorf("no token: %v", err)
	}
}

func TestAn_issue_that_is_waited_for_too_long_has_an_unknown_outcome(t *testing.T) {
	ctx, giveUp := context.WithCancel(context.Background())
	_, c := newStub(t, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // only then does a server see that the client is gone
		giveUp()
		<-r.Context().Done()
	})
	_, err := c.RegistIssue(ctx, seller, IssueRequest{})
	if !fault.Is(err, fault.UnknownOutcome) || !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestAn_error_names_neither_token_nor_key(t *testing.T) {
	_, c := newStub(t, cutting)
	_, err := c.RegistIssue(context.Background(), seller, IssueRequest{})
	if err == nil || strings.Contains(err.Error(), "T1") || strings.Contains(err.Error(), sampleSecret) || strings.Contains(err.Error(), "127.0.0.1/") {
		t.Error(err)
	}
}

func TestNames_in_addresses_stay_names(t *testing.T) {
	s, c := newStub(t, func(w http.ResponseWriter, r *http.Request) { t.Errorf("asked for %s", r.RequestURI) })
	for _, key := range []string{"", ".", "..", "a/b", "a?Detail", "한글", strings.Repeat("k", 25), "a b", "%2e"} {
		if _, err := c.Info(context.Background(), seller, key); !fault.Is(err, fault.Invalid) {
			t.Errorf("key %q: %v", key, err)
		}
		if _, err := c.Infos(context.Background(), seller, []string{"good", key}); !fault.Is(err, fault.Invalid) {
			t.Errorf("keys with %q: %v", key, err)
		}
	}
	for _, corpNum := range []string{"", "123", "123456789a", "../../../x"} {
		if _, err := c.Info(context.Background(), Member{CorpNum: corpNum}, "K-1"); !fault.Is(err, fault.Invalid) {
			t.Errorf("business number %q: %v", corpNum, err)
		}
	}
	if _, err := c.Infos(context.Background(), seller, make([]string, 1001)); !fault.Is(err, fault.Invalid) {
		t.Errorf("1,001 keys: %v", err)
	}
	if len(s.tokens) != 0 {
		t.Errorf("tokens were asked for: %v", s.tokens)
	}
}
