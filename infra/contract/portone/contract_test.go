package portone_test

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"testing"
	"time"

	simulator "jeongsan/infra/simulator/portone"
	"jeongsan/internal/money"
	"jeongsan/internal/portone"
)

const (
	storeID = "store-4ff4af41-85e3-4559-8eb8-0d08a2c6ceec"
	secret  = "v2-secret-of-the-contract-test"
	webhook = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" // of the public test vector
	channel = "channel-key-893597d6-e62d-410f-83f9-119f530b4b11"
	spent   = "REJECT_CARD_PAYMENT"
)

// stage is the simulator on loopback with our client and the official one in front of it.
type stage struct {
	sim      *simulator.Simulator
	ours     *portone.Client
	official official
	clock    func() time.Time
	webhooks []simulator.Webhook
}

func open(t *testing.T, now func() time.Time) *stage {
	t.Helper()
	needPackages(t)
	s := &stage{clock: now}
	var err error
	s.sim, err = simulator.New(simulator.Options{
		Now: now,
		Stores: []simulator.Store{{
			ID: storeID, MerchantID: "merchant-1", Secret: secret, WebhookSecret: webhook, WebhookURL: "https://msp.invalid/webhooks/portone",
			Channels: []simulator.Channel{{Key: channel, Name: "토스 자동결제", Provider: "TOSSPAYMENTS", MID: "bill_test"}},
		}},
		Deliver: func(w simulator.Webhook) bool { s.webhooks = append(s.webhooks, w); return true },
	})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(s.sim)
	t.Cleanup(server.Close)
	if s.ours, err = portone.New(portone.Config{Secret: secret, StoreID: storeID, BaseURL: server.URL}); err != nil {
		t.Fatal(err)
	}
	s.official = startOfficial(t, server.URL)
	return s
}

// needPackages skips the test, by name and reason, in a clone without the official client; a build must have it.
func needPackages(t *testing.T) {
	t.Helper()
	_, installed := os.Stat("node_modules/@portone/server-sdk/package.json")
	_, node := exec.LookPath("node")
	if installed == nil && node == nil {
		return
	}
	const why = "node_modules of infra/contract/portone is not installed (make test installs it)"
	if os.Getenv("CI") == "true" {
		t.Fatal(why)
	}
	t.Skip(why)
}

// card registers a card in the browser's place.
func (s *stage) card(t *testing.T, c simulator.Card) string {
	t.Helper()
	key, err := s.sim.IssueBillingKey(simulator.Issue{Store: storeID, CustomerID: "customer-1", Name: "한빛소프트", Card: c})
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// official is a Node process that holds the official client.
type official struct {
	in  io.Writer
	out *bufio.Scanner
}

// said is what the official client returned or threw.
type said struct {
	Value  json.RawMessage
	Error  string
	Reason string // of a webhook that is refused
	Data   json.RawMessage
}

// refusal is the data of an error, as JavaScript has it.
func (s said) refusal(t *testing.T) (r struct{ Type, PGCode, PGMessage string }) {
	t.Helper()
	if err := json.Unmarshal(s.Data, &r); err != nil {
		t.Fatalf("%s %s: %v", s.Error, s.Data, err)
	}
	return r
}

func startOfficial(t *testing.T, server string) official {
	t.Helper()
	ctx, stop := context.WithTimeout(context.Background(), 20*time.Second)
	cmd := exec.CommandContext(ctx, "node", "client.mjs", server, storeID)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		if err := cmd.Wait(); err != nil {
			t.Errorf("node: %v", err)
		}
		stop()
	})
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 1<<20)
	return official{in, lines}
}

type options map[string]any

// call runs one method of the official client.
func (o official) call(t *testing.T, method string, args options) said {
	t.Helper()
	return o.callAs(t, secret, method, args)
}

func (o official) callAs(t *testing.T, key, method string, args options) said {
	t.Helper()
	request, err := json.Marshal(map[string]any{"call": method, "options": args, "secret": key})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.in.Write(append(request, '\n')); err != nil {
		t.Fatal(err)
	}
	if !o.out.Scan() {
		t.Fatalf("the official client is gone: %v", o.out.Err())
	}
	var answer said
	if err := json.Unmarshal(o.out.Bytes(), &answer); err != nil {
		t.Fatalf("%s: %v", o.out.Bytes(), err)
	}
	return answer
}

// must is a call that succeeds; its value is read into out.
func (o official) must(t *testing.T, method string, args options, out any) {
	t.Helper()
	answer := o.call(t, method, args)
	if answer.Error != "" {
		t.Fatalf("%s: %s %s", method, answer.Error, answer.Data)
	}
	if err := json.Unmarshal(answer.Value, out); err != nil {
		t.Fatalf("%s: %v in %s", method, err, answer.Value)
	}
}

func charge(key string, total, vat int64) options {
	return options{"billingKey": key, "orderName": "10월 클라우드 이용료", "amount": options{"total": total, "taxFree": 0, "vat": vat}, "currency": "KRW",
		"customer": options{"id": "customer-1", "name": options{"full": "한빛소프트"}}}
}

func with(o options, name string, value any) options {
	out := options{name: value}
	for k, v := range o {
		if k != name {
			out[k] = v
		}
	}
	return out
}

func parts(total, vat int64) portone.Parts {
	return portone.Parts{Total: money.Won(total), TaxFree: money.Won(0), VAT: money.Won(vat)}
}

// header makes what Node's http gives: lower-case names.
func header(h http.Header) options {
	out := options{}
	for name, values := range h {
		out[name] = values[0]
	}
	return out
}

func otherSecret() string {
	return "whsec_" + base64.StdEncoding.EncodeToString([]byte("another secret of 24 bytes"))
}
