package portone

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Operations, as Match and Call name them.
const (
	OpGetBillingKey    = "getBillingKey"
	OpDeleteBillingKey = "deleteBillingKey"
	OpIssueBillingKey  = "issueBillingKey" // always refused
	OpCharge           = "charge"
	OpGetPayment       = "getPayment"
	OpListPayments     = "listPayments"
	OpCancel           = "cancel"
	OpResendWebhook    = "resendWebhook"
)

// question is a request that passed the gate.
type question struct {
	op      string
	store   *Store
	id      string // of the payment or billing key in the path
	query   url.Values
	body    []byte
	address string // method and path, as idempotency sees it
	now     time.Time
	act     Action
}

// reply is an answer before it is sent.
type reply struct {
	status int
	header http.Header
	body   []byte
}

func ok(body any) reply { return encoded(http.StatusOK, body) }

// refusal is the envelope of every error.
type refusal struct {
	Type      string `json:"type"`
	Message   string `json:"message,omitempty"`
	PGCode    string `json:"pgCode,omitempty"`
	PGMessage string `json:"pgMessage,omitempty"`
}

func refuse(status int, kind, message string) reply {
	return encoded(status, refusal{Type: kind, Message: message})
}

func badRequest(message string) reply {
	return refuse(http.StatusBadRequest, "INVALID_REQUEST", message)
}

func encoded(status int, body any) reply {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(body); err != nil {
		panic(err) // answers are strings, numbers and lists
	}
	return reply{status: status, header: http.Header{"Content-Type": {"application/json; charset=utf-8"}}, body: bytes.TrimSpace(b.Bytes())}
}

const maxBody = 1 << 20

// ServeHTTP answers as PortOne's API does.
func (s *Simulator) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	op, id := route(r.Method, r.URL.EscapedPath())
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		send(w, badRequest("the body is too large or broken"))
		return
	}
	act := s.match(op, id)
	a := s.answer(question{op: op, id: id, query: r.URL.Query(), body: body, address: r.Method + " " + r.URL.EscapedPath(), now: s.now(), act: act}, r.Header)
	s.record(op, id, a.status)
	act.finish(s, w, r, a)
}

// answer is the gate: who asks, whether the call exists, and whether it was answered before.
func (s *Simulator) answer(q question, h http.Header) reply {
	scheme, secret, _ := strings.Cut(h.Get("Authorization"), " ")
	q.store = s.bySecret[secret]
	switch {
	case q.act.instead != nil:
		return *q.act.instead
	case scheme != "PortOne" || q.store == nil:
		return refuse(http.StatusUnauthorized, "UNAUTHORIZED", "the secret is not valid")
	case q.op == "":
		return refuse(http.StatusNotFound, "NOT_FOUND", "no such call") // guess
	case holdsCardNumber(q.body):
		return badRequest("a card number does not belong here") // the real one may take it; we must never send one
	}
	key := h.Get("Idempotency-Key")
	if key == "" || q.op == OpGetBillingKey || q.op == OpGetPayment || q.op == OpListPayments {
		return s.perform(q, "")
	}
	key, valid := readKey(key)
	if !valid {
		return badRequest("Idempotency-Key must be 16 to 256 characters") // guess: the error type
	}
	return s.once(q, key)
}

func route(method, path string) (op, id string) {
	parts := strings.Split(strings.Trim(path, "/"), "/")
	for i, p := range parts {
		plain, err := url.PathUnescape(p)
		if err != nil {
			return "", ""
		}
		parts[i] = plain
	}
	what := method + " " + parts[0]
	if len(parts) == 3 {
		what += " " + parts[2]
	}
	if len(parts) > 1 {
		id = parts[1]
	}
	return calls[what][min(len(parts), 3)-1], id
}

// calls are keyed by method, first and third element of the path; which one it is hangs on how many there are.
var calls = map[string][3]string{
	"GET billing-keys":             {1: OpGetBillingKey},
	"DELETE billing-keys":          {1: OpDeleteBillingKey},
	"POST billing-keys":            {0: OpIssueBillingKey},
	"GET payments":                 {0: OpListPayments, 1: OpGetPayment},
	"POST payments billing-key":    {2: OpCharge},
	"POST payments cancel":         {2: OpCancel},
	"POST payments resend-webhook": {2: OpResendWebhook},
}

// readKey takes the key with the quotes of RFC 8941, as documented now, or without, as documented once.
func readKey(value string) (string, bool) {
	if len(value) > 1 && strings.HasPrefix(value, `"`) && strings.HasSuffix(value, `"`) {
		value = value[1 : len(value)-1]
	}
	printable := !strings.ContainsFunc(value, func(r rune) bool { return r < 0x20 || r > 0x7e })
	return value, printable && len(value) >= 16 && len(value) <= 256
}

const idempotencyWindow = 3 * time.Hour

// once answers an idempotency key: 409 while its first request runs, and then what that one was told. What happens when
// a key comes back with another request is not documented; here it is 400, so that a test notices (a guess).
func (s *Simulator) once(q question, key string) reply {
	name, digest := at(q.store.ID, key), q.digest()
	s.mu.Lock()
	kept := s.state.answers[name]
	running := s.inFlight[name]
	if kept != nil && q.now.Sub(kept.At) >= idempotencyWindow {
		kept = nil
	}
	if kept == nil && !running {
		s.inFlight[name] = true
	}
	s.mu.Unlock()
	switch {
	case kept != nil && kept.Request != digest:
		return badRequest("the idempotency key belongs to another request")
	case kept != nil:
		return reply{status: kept.Status, header: http.Header{"Content-Type": {"application/json; charset=utf-8"}}, body: kept.Body}
	case running:
		return refuse(http.StatusConflict, "IDEMPOTENCY_OUTSTANDING_REQUEST", "the request is being worked on")
	}
	defer func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.inFlight, name)
	}()
	return s.perform(q, key)
}

func (q question) digest() string {
	sum := sha256.Sum256(append([]byte(q.address+"?"+q.query.Encode()+"\n"), q.body...))
	return hex.EncodeToString(sum[:])
}

// perform does what was asked, in one step that cannot be seen half done, and keeps the answer under the key.
func (s *Simulator) perform(q question, key string) reply {
	if q.act.before != nil {
		q.act.before()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	a, c := s.service(q)
	if key != "" {
		c.Answers = append(c.Answers, &answer{Store: q.store.ID, Key: key, Request: q.digest(), At: q.now, Status: a.status, Body: a.body})
	}
	if len(c.Keys)+len(c.Payments)+len(c.Answers)+len(c.Webhooks) > 0 {
		s.commit(c)
	}
	return a
}

func (s *Simulator) service(q question) (reply, change) {
	switch q.op {
	case OpGetBillingKey:
		return s.getBillingKey(q), change{}
	case OpDeleteBillingKey:
		return s.deleteBillingKey(q)
	case OpIssueBillingKey:
		return refuse(http.StatusForbidden, "FORBIDDEN", "this store has no contract for keyed-in cards"), change{}
	case OpCharge:
		return s.charge(q)
	case OpGetPayment:
		return s.getPayment(q), change{}
	case OpListPayments:
		return s.listPayments(q), change{}
	case OpCancel:
		return s.cancel(q)
	default:
		return s.resendWebhook(q)
	}
}

// ownStore says whether a store named in a request is the asker's; none means the asker's.
func (q question) ownStore(named string) bool { return named == "" || named == q.store.ID }

func forbidden() reply { return refuse(http.StatusForbidden, "FORBIDDEN", "no right to this store") }

// holdsCardNumber finds a string that is nothing but a card number, or the field that carries one.
func holdsCardNumber(body []byte) bool {
	tokens := json.NewDecoder(bytes.NewReader(body))
	tokens.UseNumber()
	for {
		token, err := tokens.Token()
		if err != nil {
			return false
		}
		if s, isText := token.(string); isText && (s == "credential" || isCardNumber(s)) {
			return true
		}
	}
}

func isCardNumber(s string) bool {
	plain := strings.NewReplacer(" ", "", "-", "").Replace(s)
	if len(plain) < 13 || len(plain) > 19 || strings.Trim(plain, "0123456789") != "" {
		return false
	}
	sum := 0
	for i, d := range slices.Backward([]byte(plain)) {
		n := int(d - '0')
		if (len(plain)-1-i)%2 == 1 {
			n = n*2 - n/5*9
		}
		sum += n
	}
	return sum%10 == 0
}

func send(w http.ResponseWriter, a reply) {
	for name, values := range a.header {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(a.body)))
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body) // the client may be gone
}
