package portone

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"jeongsan/internal/fault"
)

// Signing and verifying by Standard Webhooks 1.0.0 (standardwebhooks.com, Apache-2.0), symmetric version v1: what is
// signed is id, time stamp and the raw body, joined by full stops.

// Headers of a webhook.
const (
	HeaderID        = "Webhook-Id"
	HeaderTimestamp = "Webhook-Timestamp" // Unix seconds
	HeaderSignature = "Webhook-Signature" // "v1,<base64>", several separated by spaces
)

// Tolerance is how far a time stamp may be from now, either way.
const Tolerance = 5 * time.Minute

const secretPrefix = "whsec_"

// Reasons a webhook is refused, found by errors.Is.
var (
	ErrNoHeaders = errors.New("portone: webhook headers are missing, doubled or malformed")
	ErrTooOld    = errors.New("portone: webhook time stamp too old")
	ErrTooNew    = errors.New("portone: webhook time stamp in the future")
	ErrSignature = errors.New("portone: no matching webhook signature")
)

// Secrets are the webhook secrets that are valid now: one, or the old and the new one while they are exchanged.
type Secrets struct{ keys [][]byte }

// ParseSecrets reads secrets as PortOne's console shows them, with or without "whsec_". None at all, an empty one or one
// that is no base64 is a fault: an empty key would let anybody sign.
func ParseSecrets(secrets ...string) (Secrets, error) {
	var out Secrets
	for _, s := range secrets {
		key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(s, secretPrefix))
		if err != nil || len(key) == 0 {
			return Secrets{}, fault.Invalidf(FieldWebhookSecret, fault.T("%s이(가) 올바르지 않습니다. 포트원 콘솔에서 whsec_로 시작하는 값을 복사하세요.", "The %s is not valid. Copy the value that begins with whsec_ from PortOne's console.", FieldWebhookSecret))
		}
		out.keys = append(out.keys, key)
	}
	if len(out.keys) == 0 {
		return Secrets{}, fault.Invalidf(FieldWebhookSecret, fault.T("%s을(를) 입력하세요.", "Enter the %s.", FieldWebhookSecret))
	}
	return out, nil
}

// String keeps the secrets out of logs.
func (s Secrets) String() string { return "portone.Secrets{" + strconv.Itoa(len(s.keys)) + "}" }

// GoString keeps the secrets out of %#v.
func (s Secrets) GoString() string { return s.String() }

// Sign sets the three headers of a webhook, with a signature by every secret.
func (s Secrets) Sign(h http.Header, id string, at time.Time, body []byte) {
	stamp := strconv.FormatInt(at.Unix(), 10)
	signatures := make([]string, len(s.keys))
	for i, key := range s.keys {
		signatures[i] = "v1," + base64.StdEncoding.EncodeToString(digest(key, id, stamp, body))
	}
	h.Set(HeaderID, id)
	h.Set(HeaderTimestamp, stamp)
	h.Set(HeaderSignature, strings.Join(signatures, " "))
}

// Verify checks the signature over the raw body, and that it was made within Tolerance of now; it returns the webhook's
// id, which is the same over PortOne's repetitions. How large a body may be is for whoever reads the request. A refusal is
// fault.Forbidden (Invalid when headers are missing) with one of the reasons above. A captured webhook can be replayed within Tolerance: its
// effect must come from reading the payment, never from the webhook.
func (s Secrets) Verify(h http.Header, body []byte, now time.Time) (id string, err error) {
	id, stamp, signatures := single(h, HeaderID), single(h, HeaderTimestamp), single(h, HeaderSignature)
	at, ok := parseStamp(stamp)
	if id == "" || signatures == "" || !ok {
		return "", fault.New(fault.Invalid, fault.T("웹훅 서명 헤더가 없거나 올바르지 않습니다.", "The webhook's signature headers are missing or malformed.")).Because(ErrNoHeaders)
	}
	if !s.signed(id, stamp, signatures, body) {
		return "", fault.New(fault.Forbidden, fault.T("웹훅 서명이 맞지 않습니다. 포트원 콘솔의 웹훅 시크릿을 확인하세요.", "The webhook's signature does not match. Check the webhook secret in PortOne's console.")).Because(ErrSignature)
	}
	switch {
	case now.Sub(at) > Tolerance:
		return "", staleWebhook().Because(ErrTooOld)
	case at.Sub(now) > Tolerance:
		return "", staleWebhook().Because(ErrTooNew)
	}
	return id, nil
}

func staleWebhook() *fault.Fault {
	return fault.New(fault.Forbidden, fault.T("웹훅의 시각이 지금과 5분 넘게 차이 납니다. 서버의 시계를 확인하세요.", "The webhook's time is more than five minutes from now. Check the server's clock."))
}

// single is a header that occurs once; "" when it is missing or doubled, as the official client has it.
func single(h http.Header, name string) string {
	if values := h.Values(name); len(values) == 1 {
		return values[0]
	}
	return ""
}

func parseStamp(s string) (time.Time, bool) {
	const longest = 11 // digits; beyond the year 5138 nothing is signed
	if s == "" || len(s) > longest || strings.Trim(s, "0123456789") != "" {
		return time.Time{}, false
	}
	n, err := strconv.ParseInt(s, 10, 64)
	return time.Unix(n, 0), err == nil
}

// signed tries every secret on every signature of the header, whatever has matched before.
func (s Secrets) signed(id, stamp, signatures string, body []byte) bool {
	const mostSignatures = 16 // so that a header cannot buy work
	matched := false
	for _, key := range s.keys {
		want := digest(key, id, stamp, body)
		for _, versioned := range strings.SplitN(signatures, " ", mostSignatures) {
			encoded, isV1 := strings.CutPrefix(versioned, "v1,")
			given, err := base64.StdEncoding.DecodeString(encoded)
			if isV1 && err == nil && hmac.Equal(given, want) {
				matched = true
			}
		}
	}
	return matched
}

func digest(key []byte, id, stamp string, body []byte) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(id + "." + stamp + "."))
	mac.Write(body)
	return mac.Sum(nil)
}
