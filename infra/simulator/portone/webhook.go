package portone

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Webhook is one delivery: what is posted, and where to.
type Webhook struct {
	Store  string
	URL    string
	Header http.Header
	Body   []byte
}

// webhook is an event on its way. Its id, time and body stay the same over every try, as the time stamp inside does by
// the documentation; that the id does too is the standard's rule and a guess for PortOne.
type webhook struct {
	ID      string    `json:"id"`
	Store   string    `json:"store"`
	Payment string    `json:"payment,omitempty"`
	URL     string    `json:"url"`
	Body    string    `json:"body"`
	Seq     int       `json:"seq"` // in the order they were made
	Tries   int       `json:"tries,omitempty"`
	Due     time.Time `json:"due,omitzero"` // zero: no more
	Took    bool      `json:"took,omitempty"`
}

// resends are the waits after a delivery that failed. The real ones are multiplied by chance below 1.
var resends = []time.Duration{time.Minute, 4 * time.Minute, 16 * time.Minute, 64 * time.Minute, 256 * time.Minute}

type eventBody struct {
	Type      string    `json:"type"`
	Timestamp string    `json:"timestamp"`
	Data      eventData `json:"data"`
}

type eventData struct {
	StoreID        string `json:"storeId"`
	PaymentID      string `json:"paymentId,omitempty"`
	TransactionID  string `json:"transactionId,omitempty"`
	CancellationID string `json:"cancellationId,omitempty"`
	BillingKey     string `json:"billingKey,omitempty"`
}

// aboutPayment makes the webhooks of an event, one for each address, and counts them in p.
func (s *Simulator) aboutPayment(store *Store, kind string, p *payment, cancellationID string) []*webhook {
	t := p.last()
	urls := t.NoticeURLs
	if len(urls) == 0 {
		urls = []string{store.WebhookURL}
	}
	var out []*webhook
	for i, url := range urls {
		p.Webhooks++
		w := s.event(store, kind, eventData{StoreID: store.ID, PaymentID: p.ID, TransactionID: t.Transaction, CancellationID: cancellationID}, strconv.Itoa(p.Webhooks))
		w.URL, w.Payment, w.Seq = url, p.ID, w.Seq+i
		out = append(out, w)
	}
	return out
}

func (s *Simulator) aboutKey(store *Store, kind, key string) []*webhook {
	w := s.event(store, kind, eventData{StoreID: store.ID, BillingKey: key}, kind)
	w.URL = store.WebhookURL
	return []*webhook{w}
}

func (s *Simulator) event(store *Store, kind string, data eventData, which string) *webhook {
	now := s.now()
	body, err := json.Marshal(eventBody{Type: kind, Timestamp: rfc3339(now), Data: data})
	if err != nil {
		panic(err) // strings
	}
	return &webhook{ID: "msg_" + identifier(store.ID, data.PaymentID, data.BillingKey, which), Store: store.ID, Body: string(body), Seq: len(s.state.webhooks), Due: now}
}

// Misdelivery is how webhooks go wrong, until Behave.
type Misdelivery struct {
	Copies   int           // of each, besides the first
	Reverse  bool          // the latest first
	Unsigned bool          // without the signature header
	Tampered bool          // the body changed after signing
	Forged   bool          // signed with another secret
	Age      time.Duration // signed so long ago; negative: in the future
}

// Misdeliver scripts the deliveries to come.
func (s *Simulator) Misdeliver(m Misdelivery) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mis = m
}

// DeliverWebhooks delivers what is due now, oldest first, and returns how many deliveries were answered 2xx. One that is
// not is due again after 1, 4, 16, 64 and 256 minutes, then given up. It is never called by itself: whoever runs the stack
// calls it, so that tests know when.
func (s *Simulator) DeliverWebhooks() int {
	if s.deliver == nil {
		return 0
	}
	s.mu.Lock()
	mis, now := s.mis, s.now()
	due := s.due(now, mis)
	s.mu.Unlock()
	taken := 0
	for _, w := range due {
		took := false
		for range 1 + mis.Copies {
			took = s.deliver(s.seal(w, mis, now)) // without the lock: the receiver asks back at once
			if took {
				taken++
			}
		}
		s.delivered(w.ID, took, now)
	}
	return taken
}

func (s *Simulator) due(now time.Time, mis Misdelivery) []webhook {
	var out []webhook
	for _, w := range s.state.webhooks {
		if !w.Due.IsZero() && !w.Due.After(now) {
			out = append(out, *w)
		}
	}
	slices.SortFunc(out, func(x, y webhook) int { return x.Seq - y.Seq })
	if mis.Reverse {
		slices.Reverse(out)
	}
	return out
}

func (s *Simulator) delivered(id string, took bool, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	w := *s.state.webhooks[id]
	w.Took, w.Due = took, time.Time{}
	if !took && w.Tries < len(resends) {
		w.Due = now.Add(resends[w.Tries])
	}
	w.Tries++
	s.commit(change{Webhooks: []*webhook{&w}})
}

// seal signs a webhook by Standard Webhooks, at the time of the delivery.
func (s *Simulator) seal(w webhook, mis Misdelivery, now time.Time) Webhook {
	secret := s.storeNamed(w.Store).WebhookSecret
	if mis.Forged {
		secret = base64.StdEncoding.EncodeToString([]byte("somebody else's secret"))
	}
	key, _ := signingKey(secret) // checked when the store was added
	moment := strconv.FormatInt(now.Add(-mis.Age).Unix(), 10)
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(w.ID + "." + moment + "." + w.Body))
	h := http.Header{}
	h.Set("Content-Type", "application/json")
	h.Set("Webhook-Id", w.ID)
	h.Set("Webhook-Timestamp", moment)
	if !mis.Unsigned {
		h.Set("Webhook-Signature", "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	}
	body := w.Body
	if mis.Tampered {
		body = strings.Replace(body, `"paymentId":"`, `"paymentId":"X`, 1) + " "
	}
	return Webhook{Store: w.Store, URL: w.URL, Header: h, Body: []byte(body)}
}

type webhookView struct {
	ID        string `json:"id"`
	Status    string `json:"status,omitempty"`
	URL       string `json:"url"`
	Executed  int    `json:"currentExecutionCount"`
	Most      int    `json:"maxExecutionCount"`
	Trigger   string `json:"trigger"`
	Triggered string `json:"triggeredAt"`
}

// resendWebhook makes a webhook of a payment due again, the latest when none is named.
func (s *Simulator) resendWebhook(q question) (reply, change) {
	var b struct {
		StoreID   string `json:"storeId"`
		WebhookID string `json:"webhookId"`
	}
	if err := json.Unmarshal(q.body, &b); err != nil {
		return badRequest(err.Error()), change{}
	}
	switch {
	case !q.ownStore(b.StoreID):
		return forbidden(), change{}
	case s.state.payments[at(q.store.ID, q.id)] == nil:
		return paymentNotFound(), change{}
	}
	var found *webhook
	for _, w := range ordered(s.state.webhooks) {
		if w.Store == q.store.ID && w.Payment == q.id && (b.WebhookID == "" || b.WebhookID == w.ID) && (found == nil || w.Seq > found.Seq) {
			found = w
		}
	}
	if found == nil {
		return refuse(http.StatusNotFound, "WEBHOOK_NOT_FOUND", "no such webhook"), change{}
	}
	again := *found
	again.Due = q.now
	view := webhookView{ID: again.ID, URL: again.URL, Executed: again.Tries, Most: 1 + len(resends), Trigger: "MANUAL", Triggered: rfc3339(q.now)}
	if again.Took {
		view.Status = "SUCCEEDED"
	}
	return ok(map[string]any{"webhook": view}), change{Webhooks: []*webhook{&again}}
}

// WebhooksPending is how many webhooks are still to be delivered, now or later.
func (s *Simulator) WebhooksPending() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, w := range s.state.webhooks {
		if !w.Due.IsZero() {
			n++
		}
	}
	return n
}
