package portone_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	simulator "jeongsan/infra/simulator/portone"
)

var update = flag.Bool("update", false, "write recorded.ts anew")

const recordedHead = `// Answers of the simulator, recorded by the Go test beside this file (go test -update) and compiled against the types of
// PortOne's official client. A required field that is missing, or of another type, does not compile.
import type { Common, Payment, Webhook } from "@portone/server-sdk";

`

// recorder collects answers as constants of TypeScript. They are checked by name, not in place: newer fields that the
// types do not know yet must pass.
type recorder struct{ out bytes.Buffer }

func (r *recorder) add(t *testing.T, name, kind string, raw json.RawMessage) {
	t.Helper()
	digits := json.NewDecoder(bytes.NewReader(raw))
	digits.UseNumber()
	fmt.Fprintf(&r.out, "const %s = ", name)
	r.value(t, digits, 0)
	fmt.Fprintf(&r.out, ";\n%s satisfies %s;\n\n", name, kind)
}

// record adds what a call of the official client returns.
func (r *recorder) record(t *testing.T, s *stage, name, kind, method string, args options) {
	t.Helper()
	var value json.RawMessage
	s.official.must(t, method, args, &value)
	r.add(t, name, kind, value)
}

// value copies JSON in its own order, a line for each field of the outermost object, with every string marked as the
// literal it is.
func (r *recorder) value(t *testing.T, in *json.Decoder, depth int) {
	t.Helper()
	token, err := in.Token()
	if err != nil {
		t.Fatal(err)
	}
	switch v := token.(type) {
	case json.Delim:
		r.members(t, in, v, depth)
	case string:
		fmt.Fprintf(&r.out, "%q as const", v)
	default:
		fmt.Fprint(&r.out, v)
	}
}

func (r *recorder) members(t *testing.T, in *json.Decoder, opening json.Delim, depth int) {
	t.Helper()
	before, between, after := "", ", ", ""
	if depth == 0 {
		before, between, after = "\n  ", ",\n  ", ",\n"
	}
	r.out.WriteString(opening.String())
	for n := 0; in.More(); n++ {
		if n == 0 {
			r.out.WriteString(before)
		} else {
			r.out.WriteString(between)
		}
		if opening == '{' {
			name, err := in.Token()
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(&r.out, "%s: ", name)
		}
		r.value(t, in, depth+1)
	}
	closing, err := in.Token()
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(&r.out, after, closing)
}

func TestRecorded_answers_satisfy_the_official_types(t *testing.T) {
	s := open(t, standing)
	r := &recorder{}
	r.out.WriteString(recordedHead)
	recordCards(t, s, r)
	recordPayments(t, s, r)
	recordRefusals(t, s, r)
	recordWebhooks(t, s, r)
	r.out.WriteString(`// The check itself is checked: without a required field it must not compile.
const { disputes: _, ...undisputed } = paid;
// @ts-expect-error
undisputed satisfies Payment.PaidPayment;
`)
	if *update {
		if err := os.WriteFile("recorded.ts", r.out.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := os.ReadFile("recorded.ts")
	if err != nil || !bytes.Equal(kept, r.out.Bytes()) {
		t.Fatalf("the simulator answers otherwise than recorded.ts says (go test -update rewrites it): %v", err)
	}
	if out, err := exec.CommandContext(t.Context(), "node", "node_modules/typescript/bin/tsc", "--project", ".").CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

func recordCards(t *testing.T, s *stage, r *recorder) {
	card := s.card(t, simulator.Card{})
	kakao, err := s.sim.IssueBillingKey(simulator.Issue{Store: storeID, CustomerID: "customer-2", EasyPay: "KAKAOPAY"})
	if err != nil {
		t.Fatal(err)
	}
	record := func(name, kind, method string, args options) { r.record(t, s, name, kind, method, args) }
	record("cardKey", "Payment.BillingKey.IssuedBillingKeyInfo", "getBillingKeyInfo", options{"billingKey": card})
	record("kakaoKey", "Payment.BillingKey.IssuedBillingKeyInfo", "getBillingKeyInfo", options{"billingKey": kakao})
	record("deleted", "Payment.BillingKey.DeleteBillingKeyResponse", "deleteBillingKey", options{"billingKey": card})
	record("deletedKey", "Payment.BillingKey.DeletedBillingKeyInfo", "getBillingKeyInfo", options{"billingKey": card})
	record("kakaoCharge", "Payment.PayWithBillingKeyResponse", "payWithBillingKey", with(charge(kakao, 5_500, 500), "paymentId", "kakao-1"))
	record("kakaoPaid", "Payment.PaidPayment", "getPayment", options{"paymentId": "kakao-1"})
}

func recordPayments(t *testing.T, s *stage, r *recorder) {
	key, poor := s.card(t, simulator.Card{}), s.card(t, simulator.Card{Decline: spent})
	record := func(name, kind, method string, args options) { r.record(t, s, name, kind, method, args) }
	get := func(name, kind, id string) { record(name, "Payment."+kind, "getPayment", options{"paymentId": id}) }
	cancel := func(name, kind string, amount int64) {
		record(name, "{ cancellation: Payment."+kind+" }", "cancelPayment", options{"paymentId": "payment-1", "amount": amount, "taxFreeAmount": 0, "vatAmount": amount / 11, "reason": "정정"})
	}
	record("charged", "Payment.PayWithBillingKeyResponse", "payWithBillingKey", with(charge(key, 110_000, 10_000), "paymentId", "payment-1"))
	get("paid", "PaidPayment", "payment-1")
	s.sim.On(simulator.Match{Op: simulator.OpCancel}, simulator.CancelFails())
	cancel("cancelFailed", "FailedPaymentCancellation", 11_000)
	s.sim.On(simulator.Match{Op: simulator.OpCancel}, simulator.CancelLater())
	cancel("cancelRequested", "RequestedPaymentCancellation", 11_000)
	if err := s.sim.FinishCancellation(storeID, "payment-1", true); err != nil {
		t.Fatal(err)
	}
	get("partlyCancelled", "PartialCancelledPayment", "payment-1")
	cancel("cancelled", "SucceededPaymentCancellation", 99_000)
	get("whollyCancelled", "CancelledPayment", "payment-1")
	s.official.call(t, "payWithBillingKey", with(charge(poor, 110_000, 10_000), "paymentId", "payment-2"))
	get("failed", "FailedPayment", "payment-2")
	for status, kind := range map[string]string{"READY": "ReadyPayment", "PAY_PENDING": "PayPendingPayment", "VIRTUAL_ACCOUNT_ISSUED": "VirtualAccountIssuedPayment"} {
		if err := s.sim.PutPayment(simulator.Placed{Store: storeID, ID: strings.ToLower(status), Status: status, OrderName: "x", Currency: "KRW", Total: 1_000}); err != nil {
			t.Fatalf("%s: %v", kind, err)
		}
	}
	get("ready", "ReadyPayment", "ready")
	get("payPending", "PayPendingPayment", "pay_pending")
	get("virtualAccount", "VirtualAccountIssuedPayment", "virtual_account_issued")
	record("listed", "Payment.GetPaymentsResponse", "getPayments", options{"page": options{"number": 1, "size": 2}, "filter": options{"until": october.Add(time.Hour).Format(time.RFC3339)}})
	record("resent", "Payment.ResendWebhookResponse", "resendWebhook", options{"paymentId": "payment-1"})
}

func recordRefusals(t *testing.T, s *stage, r *recorder) {
	poor := s.card(t, simulator.Card{Decline: spent})
	raw := func(name, kind, method string, args options) {
		r.add(t, name, kind, s.official.call(t, method, args).Data)
	}
	raw("declined", "Common.PgProviderError", "payWithBillingKey", with(charge(poor, 1_000, 0), "paymentId", "refused-1"))
	raw("alreadyCancelled", "Payment.PaymentAlreadyCancelledError", "cancelPayment", options{"paymentId": "payment-1", "reason": "x"})
	raw("keyNotFound", "Common.BillingKeyNotFoundError", "payWithBillingKey", with(charge("none", 1_000, 0), "paymentId", "refused-2"))
	raw("paymentNotFound", "Payment.PaymentNotFoundError", "getPayment", options{"paymentId": "refused-3"})
}

// recordWebhooks records one webhook of each type that the calls before have caused.
func recordWebhooks(t *testing.T, s *stage, r *recorder) {
	s.sim.DeliverWebhooks()
	seen := map[string]bool{}
	for _, w := range s.webhooks {
		var event struct{ Type string }
		if err := json.Unmarshal(w.Body, &event); err != nil {
			t.Fatal(err)
		}
		if seen[event.Type] {
			continue
		}
		seen[event.Type] = true
		r.add(t, "webhook"+strings.Replace(event.Type, ".", "", 1), fmt.Sprintf("Extract<Webhook.Webhook, { type: %q }>", event.Type), w.Body)
	}
	for _, kind := range []string{"BillingKey.Issued", "BillingKey.Deleted", "Transaction.Paid", "Transaction.Failed", "Transaction.CancelPending", "Transaction.PartialCancelled", "Transaction.Cancelled"} {
		if !seen[kind] {
			t.Errorf("no webhook %s was sent", kind)
		}
	}
}

func TestThe_lock_file_names_no_host(t *testing.T) {
	lock, err := os.ReadFile("package-lock.json")
	if err != nil || bytes.Contains(lock, []byte("://")) || !bytes.Contains(lock, []byte(`"integrity": "sha512-`)) {
		t.Errorf("packages must be fetched from wherever the installer is told to, and be what was locked: %v", err)
	}
}
