package portone

import (
	"encoding/base64"
	"errors"
	"math"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"pgregory.net/rapid"

	"jeongsan/internal/fault"
)

// The vector that the Standard Webhooks repository publishes.
const (
	vectorSecret    = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	vectorID        = "msg_p5jXN8AQM9LWM0D4loKWxJek"
	vectorTime      = 1614265330
	vectorBody      = `{"test": 2432232314}`
	vectorSignature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
	otherSecret     = "whsec_b3RoZXIgc2VjcmV0IG9mIDI0IGJ5dGVz"
)

func parse(t *testing.T, secrets ...string) Secrets {
	t.Helper()
	s, err := ParseSecrets(secrets...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func vector() http.Header {
	return http.Header{HeaderID: {vectorID}, HeaderTimestamp: {strconv.Itoa(vectorTime)}, HeaderSignature: {vectorSignature}}
}

func changed(name string, values ...string) http.Header {
	h := vector()
	h[name] = values
	return h
}

func TestThe_public_vector_is_signed_and_verified(t *testing.T) {
	h := http.Header{}
	parse(t, vectorSecret).Sign(h, vectorID, time.Unix(vectorTime, 0), []byte(vectorBody))
	if got := h.Get(HeaderSignature); got != vectorSignature {
		t.Errorf("%s", got)
	}
	for name, secrets := range map[string][]string{
		"as it is": {vectorSecret}, "without whsec_": {strings.TrimPrefix(vectorSecret, "whsec_")},
		"the old of two": {otherSecret, vectorSecret}, "the new of two": {vectorSecret, otherSecret},
	} {
		if id, err := parse(t, secrets...).Verify(vector(), []byte(vectorBody), time.Unix(vectorTime, 0)); err != nil || id != vectorID {
			t.Errorf("%s: %q %v", name, id, err)
		}
	}
}

func TestA_webhook_is_refused_for_its_reason(t *testing.T) {
	at := time.Unix(vectorTime, 0)
	for name, c := range map[string]struct {
		header http.Header
		body   string
		now    time.Time
		want   error
	}{
		"no id":                      {changed(HeaderID), vectorBody, at, ErrNoHeaders},
		"no time":                    {changed(HeaderTimestamp), vectorBody, at, ErrNoHeaders},
		"no signature":               {changed(HeaderSignature), vectorBody, at, ErrNoHeaders},
		"nothing at all":             {nil, "", at, ErrNoHeaders},
		"two ids":                    {changed(HeaderID, vectorID, vectorID), vectorBody, at, ErrNoHeaders},
		"a time in words":            {changed(HeaderTimestamp, "now"), vectorBody, at, ErrNoHeaders},
		"a negative time":            {changed(HeaderTimestamp, "-1614265330"), vectorBody, at, ErrNoHeaders},
		"a time past all bounds":     {changed(HeaderTimestamp, "9223372036854775807"), vectorBody, at, ErrNoHeaders},
		"a partial signature":        {changed(HeaderSignature, "v1,"), vectorBody, at, ErrSignature},
		"a bare signature":           {changed(HeaderSignature, vectorSignature[3:]), vectorBody, at, ErrSignature},
		"another version":            {changed(HeaderSignature, "v2"+vectorSignature[2:]), vectorBody, at, ErrSignature},
		"a signature too short":      {changed(HeaderSignature, vectorSignature[:20]), vectorBody, at, ErrSignature},
		"another id":                 {changed(HeaderID, "msg_other"), vectorBody, at, ErrSignature},
		"another time":               {changed(HeaderTimestamp, "1614265331"), vectorBody, at, ErrSignature},
		"a byte changed":             {vector(), `{"test": 2432232315}`, at, ErrSignature},
		"the same JSON written anew": {vector(), `{"test":2432232314}`, at, ErrSignature},
		"a millisecond too old":      {vector(), vectorBody, at.Add(5*time.Minute + time.Millisecond), ErrTooOld},
		"a millisecond too new":      {vector(), vectorBody, at.Add(-5*time.Minute - time.Millisecond), ErrTooNew},
		"just old enough":            {vector(), vectorBody, at.Add(5 * time.Minute), nil},
		"just new enough":            {vector(), vectorBody, at.Add(-5 * time.Minute), nil},
		"one of several":             {changed(HeaderSignature, "v1,bm8= v1a,x nonsense "+vectorSignature), vectorBody, at, nil},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := parse(t, vectorSecret).Verify(c.header, []byte(c.body), c.now)
			if !errors.Is(err, c.want) || (err == nil) != (c.want == nil) {
				t.Errorf("%v", err)
			}
			if err != nil && fault.CodeOf(err) != fault.Forbidden && fault.CodeOf(err) != fault.Invalid {
				t.Errorf("%v", err)
			}
		})
	}
	if _, err := parse(t, otherSecret).Verify(vector(), []byte(vectorBody), at); !errors.Is(err, ErrSignature) {
		t.Errorf("another secret: %v", err)
	}
}

func TestA_secret_that_lets_anybody_sign_is_refused(t *testing.T) {
	for _, secrets := range [][]string{nil, {""}, {"whsec_"}, {vectorSecret, ""}, {"whsec_not base64!"}} {
		if _, err := ParseSecrets(secrets...); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v", secrets, err)
		}
	}
	if _, err := (Secrets{}).Verify(vector(), []byte(vectorBody), time.Unix(vectorTime, 0)); !errors.Is(err, ErrSignature) {
		t.Errorf("without any secret: %v", err)
	}
}

func TestSigning_and_verifying_agree_with_the_reference_library(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		key := rapid.SliceOfN(rapid.Byte(), 1, 64).Draw(t, "key")
		body := rapid.SliceOfN(rapid.Byte(), 0, 200).Draw(t, "body")
		id := rapid.StringMatching(`msg_[A-Za-z0-9]{1,30}`).Draw(t, "id")
		at := time.Unix(rapid.Int64Range(0, 4_000_000_000).Draw(t, "at"), 0)
		secret := "whsec_" + base64.StdEncoding.EncodeToString(key)
		theirs, err := standardwebhooks.NewWebhook(secret)
		if err != nil {
			t.Fatal(err)
		}
		ours, err := ParseSecrets(secret)
		if err != nil {
			t.Fatal(err)
		}
		h := http.Header{}
		ours.Sign(h, id, at, body)
		signature, err := theirs.Sign(id, at, body)
		if err != nil || signature != h.Get(HeaderSignature) {
			t.Fatalf("they sign %q, we %q (%v)", signature, h.Get(HeaderSignature), err)
		}
		if err := theirs.VerifyIgnoringTimestamp(body, h); err != nil {
			t.Fatal(err)
		}
		if got, err := ours.Verify(h, body, at); err != nil || got != id {
			t.Fatalf("%q %v", got, err)
		}
	})
}

func TestEvents_are_read(t *testing.T) {
	for body, want := range map[string]Event{
		`{"type":"Transaction.Paid","timestamp":"2026-11-10T01:00:00.123Z","data":{"storeId":"s","paymentId":"p","transactionId":"t"}}`:                                    {Type: "Transaction.Paid", Known: true, StoreID: "s", PaymentID: "p", TransactionID: "t"},
		`{"type":"Transaction.Cancelled","timestamp":"2026-11-10T01:00:00.123Z","data":{"storeId":"s","paymentId":"p","transactionId":"t","cancellationId":"c","new":[]}}`: {Type: "Transaction.Cancelled", Known: true, StoreID: "s", PaymentID: "p", TransactionID: "t", CancellationID: "c"},
		`{"type":"BillingKey.Deleted","timestamp":"2026-11-10T01:00:00.123Z","data":{"storeId":"s","billingKey":"k"},"new":1}`:                                             {Type: "BillingKey.Deleted", Known: true, StoreID: "s", BillingKey: "k"},
		`{"type":"Moon.Landed","timestamp":"2026-11-10T01:00:00.123Z","data":{"storeId":"s"}}`:                                                                             {Type: "Moon.Landed", StoreID: "s"},
	} {
		got, err := ParseEvent([]byte(body))
		want.At = time.Date(2026, 11, 10, 1, 0, 0, 123e6, time.UTC)
		if err != nil || got != want {
			t.Errorf("%s\nis %+v %v", body, got, err)
		}
	}
	for _, body := range []string{`{"type":"Moon.Landed"}`, `{"type":"Moon.Landed","timestamp":"noon","data":[1]}`} {
		if got, err := ParseEvent([]byte(body)); err != nil || got.Known {
			t.Errorf("%s: %+v %v", body, got, err)
		}
	}
	for _, body := range []string{``, `null`, `[]`, `{}`, `{"type":1}`, `{"type":"Transaction.Paid"}`, `{"type":"Transaction.Paid","timestamp":"x","data":{}}`,
		`{"type":"Transaction.Paid","timestamp":"2026-11-10T01:00:00Z","data":{"storeId":"s"}}`, `{"type":"Transaction.Paid","timestamp":"2026-11-10T01:00:00Z","data":{"paymentId":"p"}}`,
		`{"type":"BillingKey.Issued","timestamp":"2026-11-10T01:00:00Z","data":{"storeId":"s","paymentId":"p"}}`, `{"type":"Transaction.Paid","data":"x"}`} {
		if got, err := ParseEvent([]byte(body)); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %+v %v", body, got, err)
		}
	}
	_, err := ParseEvent([]byte(`{"payment_id":"p","tx_id":"t","status":"Paid"}`))
	if !errors.Is(err, ErrOldVersion) || !strings.Contains(fault.TextOf(err).KO, "2024-04-25") {
		t.Errorf("the first version: %v", err)
	}
}

func FuzzNo_bytes_make_a_webhook_panic(f *testing.F) {
	f.Add(vectorID, strconv.Itoa(vectorTime), vectorSignature, []byte(vectorBody))
	f.Add("", "9999999999999999999", "v1, v1,= ,", []byte(`{"type":"Transaction.Paid","data":null}`))
	f.Fuzz(func(t *testing.T, id, stamp, signature string, body []byte) {
		secrets := parse(t, vectorSecret)
		h := http.Header{HeaderID: {id}, HeaderTimestamp: {stamp}, HeaderSignature: {signature}}
		if got, err := secrets.Verify(h, body, time.Unix(vectorTime, 0)); err == nil && (got != vectorID || string(body) != vectorBody) {
			t.Errorf("a signature was forged: %q %q", id, body)
		}
		if e, err := ParseEvent(body); err == nil && e.Type == "" {
			t.Errorf("%q is %+v", body, e)
		}
	})
}

func TestAmounts_are_read_by_their_digits(t *testing.T) {
	for text, want := range map[string]int64{"0": 0, "110000": 110_000, "-5": -5, strconv.Itoa(math.MaxInt64): math.MaxInt64} {
		var m minor
		if err := m.UnmarshalJSON([]byte(text)); err != nil || m != (minor{want, true}) {
			t.Errorf("%s is %+v %v", text, m, err)
		}
	}
	for _, text := range []string{"1.0", "1e3", `"1"`, "true", "{}", "9223372036854775808", "-9223372036854775808", "1.5"} {
		var m minor
		if err := m.UnmarshalJSON([]byte(text)); err == nil {
			t.Errorf("%s is %+v", text, m)
		}
	}
}
