package portone

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"jeongsan/internal/fault"
	"jeongsan/internal/money"
)

const (
	testSecret = "SECRET-OF-THE-TEST"
	testKey    = BillingKey("billing-key-OF-THE-TEST")
)

// serve is a client before a server that answers with f.
func serve(t *testing.T, f http.HandlerFunc) *Client {
	t.Helper()
	server := httptest.NewServer(f)
	t.Cleanup(server.Close)
	c, err := New(Config{Secret: testSecret, StoreID: "store-1", BaseURL: server.URL})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func says(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}

func example() ChargeRequest {
	return ChargeRequest{PaymentID: "inv-202610-1", IdempotencyKey: "0123456789abcdef", BillingKey: testKey, ChannelKey: "channel-1", OrderName: "10월 이용료",
		Amount:   Parts{Total: money.Won(110_000), TaxFree: money.Won(0), VAT: money.Won(10_000)},
		Customer: Customer{ID: "customer-1", Name: "한빛소프트", Email: "a@example.com", Phone: "02-123-4567"}}
}

func TestA_charge_goes_out_as_PortOne_wants_it(t *testing.T) {
	var got *http.Request
	var bodies []string
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		got = r
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		bodies = append(bodies, string(body))
		says(200, `{"payment":{"pgTxId":"tx","paidAt":"2026-11-10T01:00:00Z","new":1}}`)(w, r)
	})
	for range 2 {
		charged, err := c.Charge(t.Context(), example())
		if err != nil || charged.PGTxID != "tx" || !charged.PaidAt.Equal(time.Date(2026, 11, 10, 1, 0, 0, 0, time.UTC)) {
			t.Fatalf("%+v %v", charged, err)
		}
	}
	if got.Method != "POST" || got.URL.Path != "/payments/inv-202610-1/billing-key" || got.Header.Get("Authorization") != "PortOne "+testSecret ||
		got.Header.Get("Idempotency-Key") != `"0123456789abcdef"` || got.Header.Get("Content-Type") != "application/json" {
		t.Errorf("%s %s %v", got.Method, got.URL, got.Header)
	}
	const want = `{"storeId":"store-1","billingKey":"billing-key-OF-THE-TEST","channelKey":"channel-1","orderName":"10월 이용료",` +
		`"amount":{"total":110000,"taxFree":0,"vat":10000},"currency":"KRW",` +
		`"customer":{"id":"customer-1","name":{"full":"한빛소프트"},"email":"a@example.com","phoneNumber":"02-123-4567"}}`
	if bodies[0] != want || bodies[1] != want {
		t.Errorf("sent %q\nwant %q", bodies, want)
	}
}

func TestA_cancellation_names_every_amount(t *testing.T) {
	var sent string
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		sent = string(body)
		says(200, `{"cancellation":{"status":"LATER_ON","id":"c1","totalAmount":250,"taxFreeAmount":0,"vatAmount":0,"reason":"x","requestedAt":"2026-11-10T01:00:00Z"}}`)(w, r)
	})
	got, err := c.CancelPayment(t.Context(), CancelRequest{PaymentID: "inv 1", IdempotencyKey: "0123456789abcdef", Reason: "x",
		Amount: Parts{Total: money.New(250, money.USD), TaxFree: money.New(0, money.USD), VAT: money.New(0, money.USD)}, Cancellable: money.New(299, money.USD)})
	if err != nil || got.Status != "LATER_ON" || got.Amount.Total != money.New(250, money.USD) {
		t.Errorf("%+v %v", got, err)
	}
	if sent != `{"storeId":"store-1","amount":250,"taxFreeAmount":0,"vatAmount":0,"reason":"x","currentCancellableAmount":299}` {
		t.Error(sent)
	}
}

func TestWhat_cannot_be_right_is_never_sent(t *testing.T) {
	c := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("a request was sent") })
	for name, c1 := range map[string]struct {
		change func(*ChargeRequest)
		field  string
	}{
		"a short payment id":  {func(q *ChargeRequest) { q.PaymentID = "abcde" }, "paymentId"},
		"a long payment id":   {func(q *ChargeRequest) { q.PaymentID = strings.Repeat("a", 41) }, "paymentId"},
		"a slash in it":       {func(q *ChargeRequest) { q.PaymentID = "inv/202610" }, "paymentId"},
		"a short key":         {func(q *ChargeRequest) { q.IdempotencyKey = "0123456789abcde" }, "idempotencyKey"},
		"a long key":          {func(q *ChargeRequest) { q.IdempotencyKey = strings.Repeat("a", 257) }, "idempotencyKey"},
		"a quote in the key":  {func(q *ChargeRequest) { q.IdempotencyKey = `0123456789abcdef"` }, "idempotencyKey"},
		"no card":             {func(q *ChargeRequest) { q.BillingKey = "" }, "billingKey"},
		"no order name":       {func(q *ChargeRequest) { q.OrderName = " " }, "orderName"},
		"no money":            {func(q *ChargeRequest) { q.Amount = Parts{Total: money.Won(0)} }, "amount"},
		"a negative part":     {func(q *ChargeRequest) { q.Amount.VAT = money.Won(-1) }, "amount"},
		"parts above the sum": {func(q *ChargeRequest) { q.Amount.TaxFree = money.Won(100_001) }, "amount"},
		"two currencies":      {func(q *ChargeRequest) { q.Amount.VAT = money.New(1, money.USD) }, ""},
		"no currency":         {func(q *ChargeRequest) { q.Amount = Parts{} }, "currency"},
	} {
		t.Run(name, func(t *testing.T) {
			q := example()
			c1.change(&q)
			_, err := c.Charge(t.Context(), q)
			var f *fault.Fault
			if !errors.As(err, &f) || f.Code != fault.Invalid || f.Field != c1.field {
				t.Errorf("%v", err)
			}
		})
	}
	for _, id := range []string{"", ".", "..", strings.Repeat("x", 257)} {
		if _, err := c.GetPayment(t.Context(), id); !fault.Is(err, fault.Invalid) {
			t.Errorf("payment %q: %v", id, err)
		}
		if _, err := c.GetBillingKey(t.Context(), BillingKey(id)); !fault.Is(err, fault.Invalid) {
			t.Errorf("billing key %q: %v", id, err)
		}
	}
	for name, q := range map[string]CancelRequest{
		"more than is left": {PaymentID: "inv", IdempotencyKey: "0123456789abcdef", Reason: "x", Amount: Parts{Total: money.Won(2)}, Cancellable: money.Won(1)},
		"no reason":         {PaymentID: "inv", IdempotencyKey: "0123456789abcdef", Amount: Parts{Total: money.Won(1)}, Cancellable: money.Won(1)},
		"no key":            {PaymentID: "inv", Reason: "x", Amount: Parts{Total: money.Won(1)}, Cancellable: money.Won(1)},
	} {
		if _, err := c.CancelPayment(t.Context(), q); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestA_configuration_that_cannot_work_names_its_field(t *testing.T) {
	for field, c := range map[string]Config{
		FieldSecret:  {StoreID: "s", Secret: "a b"},
		FieldStoreID: {Secret: "x"},
		"BaseURL":    {Secret: "x", StoreID: "s", BaseURL: "nowhere"},
	} {
		_, err := New(c)
		var f *fault.Fault
		if !errors.As(err, &f) || f.Code != fault.Invalid || f.Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
}

func TestWhoever_waits_waits_a_minute_at_least(t *testing.T) {
	c, err := New(Config{Secret: "x", StoreID: "s"})
	if err != nil || c.base != "https://api.portone.io" || c.http.Timeout < time.Minute {
		t.Errorf("%v %v %v", c, err, c.http.Timeout)
	}
}

// Nothing of ours that may be printed, logged or marshalled tells a secret.
func TestSecrets_are_never_printed(t *testing.T) {
	config := Config{Secret: testSecret, StoreID: "store-1", BaseURL: "http://127.0.0.1:1"}
	c, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	secrets, err := ParseSecrets("whsec_U0VDUkVULU9GLVRIRS1URVNU") // base64 of testSecret
	if err != nil {
		t.Fatal(err)
	}
	_, refusedConnection := c.Charge(t.Context(), example())
	_, refusedKey := c.GetBillingKey(t.Context(), testKey)
	payment := Payment{BillingKey: testKey}
	var out bytes.Buffer
	text, js := slog.New(slog.NewTextHandler(&out, nil)), slog.New(slog.NewJSONHandler(&out, nil))
	for _, v := range []any{config, c, secrets, example(), testKey, payment, Event{BillingKey: testKey}, BillingKeyInfo{Key: testKey}, refusedConnection, refusedKey} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
			fmt.Fprintf(&out, verb+"\n", v)
		}
		text.Info("x", "v", v)
		js.Info("x", "v", v)
		if encoded, err := json.Marshal(v); err == nil && v != any(config) {
			out.Write(encoded)
		}
	}
	for _, secret := range []string{testSecret, string(testKey), "U0VDUkVULU9GLVRIRS1URVNU"} {
		if strings.Contains(out.String(), secret) {
			t.Errorf("%q was printed: %s", secret, out.String())
		}
	}
	if !strings.Contains(out.String(), redacted) || !fault.Is(refusedConnection, fault.Unavailable) {
		t.Errorf("%v: %s", refusedConnection, out.String())
	}
}

func TestA_redirect_is_not_followed_with_the_secret(t *testing.T) {
	asked := 0
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		asked++
		http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
	})
	if _, err := c.Charge(t.Context(), example()); !fault.Is(err, fault.UnknownOutcome) || asked != 1 {
		t.Errorf("%d requests, %v", asked, err)
	}
}

// net/http sends a request with an idempotency key once more when a kept connection breaks. That the second connection
// is refused says nothing about the first.
func TestA_refused_connection_after_a_broken_one_leaves_the_outcome_unknown(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		requests := bufio.NewReader(conn)
		for n := range 2 {
			r, err := http.ReadRequest(requests)
			if err != nil {
				break
			}
			if _, err := io.Copy(io.Discard, r.Body); err != nil || n == 1 {
				break
			}
			const paid = `{"payment":{"pgTxId":"tx","paidAt":"2026-11-10T01:00:00Z"}}`
			fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(paid), paid)
		}
		listener.Close()
	}()
	c, err := New(Config{Secret: testSecret, StoreID: "store-1", BaseURL: "http://" + listener.Addr().String(), HTTP: &http.Client{Transport: &http.Transport{}, Timeout: 5 * time.Second}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Charge(t.Context(), example()); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Charge(t.Context(), example()); !fault.Is(err, fault.UnknownOutcome) {
		t.Errorf("%v", err)
	}
}

func TestWhat_belongs_to_another_store_is_not_found(t *testing.T) {
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("storeId") != "store-1" {
			t.Errorf("the store is not named: %s", r.URL)
		}
		says(200, `{"status":"NEW","id":"inv-1","storeId":"store-2","billingKey":"billing-key-OF-THE-TEST","issuedAt":"2026-11-10T01:00:00Z"}`)(w, r)
	})
	if _, err := c.GetPayment(t.Context(), "inv-1"); !fault.Is(err, fault.NotFound) {
		t.Errorf("payment: %v", err)
	}
	if _, err := c.GetBillingKey(t.Context(), testKey); !fault.Is(err, fault.NotFound) {
		t.Errorf("billing key: %v", err)
	}
}

func TestAn_endless_answer_is_cut_off(t *testing.T) {
	c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		block := []byte(strings.Repeat(" ", 1<<20))
		for range maxAnswer>>20 + 1 {
			if _, err := w.Write(block); err != nil {
				return
			}
		}
	})
	if _, err := c.GetPayment(t.Context(), "inv-1"); !fault.Is(err, fault.Unavailable) {
		t.Errorf("%v", err)
	}
}

func TestEvery_refusal_has_a_code_and_two_sentences(t *testing.T) {
	for kind, m := range meanings {
		for _, question := range []bool{true, false} {
			f := refused(request{op: "x", question: question}, 409, []byte(`{"type":"`+kind+`","message":"internal words","pgCode":"C","pgMessage":"M"}`))
			var said *Refusal
			if !errors.As(error(f), &said) || said.Type != kind || f.Text.KO == "" || f.Text.EN == "" || strings.Contains(f.Text.EN, "internal") {
				t.Errorf("%s: %v", kind, f)
			}
			if kind != TypePGProvider && f.Code != m.code {
				t.Errorf("%s is %s", kind, f.Code)
			}
		}
	}
	for name, c := range map[string]struct {
		status int
		body   string
		code   fault.Code
	}{
		"a new type":             {400, `{"type":"BRAND_NEW"}`, fault.Invalid},
		"a new 404":              {404, `{"type":"BRAND_NEW"}`, fault.NotFound},
		"a script for a type":    {409, `{"type":"<script>"}`, fault.Conflict},
		"a list":                 {400, `[]`, fault.UnknownOutcome},
		"a type that is no text": {400, `{"type":1}`, fault.UnknownOutcome},
		"nothing":                {400, ``, fault.UnknownOutcome},
		"a 401 in HTML":          {401, `<html>`, fault.Forbidden},
		"a request time-out":     {408, `{"type":"TIMEOUT"}`, fault.UnknownOutcome},
		"a 500 with a new type":  {500, `{"type":"BRAND_NEW"}`, fault.UnknownOutcome},
	} {
		if f := refused(request{op: "x"}, c.status, []byte(c.body)); f.Code != c.code || strings.Contains(f.Text.EN, "script") {
			t.Errorf("%s: %v", name, f)
		}
	}
}

func TestA_code_means_nothing_without_its_gateway(t *testing.T) {
	for _, c := range []struct {
		provider, code string
		class          Class
	}{
		{"TOSSPAYMENTS", "INVALID_STOPPED_CARD", CardNeedsAttention},
		{"KCP_V2", "INVALID_STOPPED_CARD", NextCard},
		{"TOSSPAYMENTS", "PROVIDER_ERROR", Unsure},
		{"TOSSPAYMENTS", "FDS_ERROR", StopAndAlert},
		{"TOSSPAYMENTS", "NEVER_HEARD", NextCard},
		{"", "", NextCard},
	} {
		if got := Explain(c.provider, c.code).Class; got != c.class {
			t.Errorf("%s %s is %s, want %s", c.provider, c.code, got, c.class)
		}
	}
	for provider, codes := range declines {
		for code := range codes {
			if d := Explain(provider, code); d.Text.KO == "" || d.Text.EN == "" {
				t.Errorf("%s %s has no sentence", provider, code)
			}
		}
	}
}

func TestA_card_number_that_a_gateway_forgot_to_mask_is_masked(t *testing.T) {
	for number, want := range map[string]string{
		"4111111111111111": "411111******1111", "4111-1111-1111-1111": "411111******1111",
		"43301234****123*": "43301234****123*", "****1234": "****1234", "": "",
	} {
		if got := masked(number); got != want {
			t.Errorf("%q is shown as %q", number, got)
		}
	}
}
