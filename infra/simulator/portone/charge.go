package portone

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strconv"
	"strings"
)

type customer struct {
	ID    string `json:"id,omitempty"`
	Name  string `json:"name,omitempty"`
	Email string `json:"email,omitempty"`
	Phone string `json:"phoneNumber,omitempty"`
}

// chargeBody is what a charge asks for. Numbers that are no whole numbers fail to decode, as they should.
type chargeBody struct {
	StoreID    string `json:"storeId"`
	BillingKey string `json:"billingKey"`
	ChannelKey string `json:"channelKey"`
	OrderName  string `json:"orderName"`
	CustomData string `json:"customData"`
	Currency   string `json:"currency"`
	Amount     *struct {
		Total   *int64 `json:"total"`
		TaxFree int64  `json:"taxFree"`
		VAT     *int64 `json:"vat"`
	} `json:"amount"`
	Customer struct {
		ID   string `json:"id"`
		Name struct {
			Full string `json:"full"`
		} `json:"name"`
		Email string `json:"email"`
		Phone string `json:"phoneNumber"`
	} `json:"customer"`
	NoticeURLs  []string `json:"noticeUrls"`
	SkipWebhook bool     `json:"skipWebhook"`
}

var (
	paymentIDForm = regexp.MustCompile(`^[A-Za-z0-9_-]{6,64}$`) // Toss's rule; that PortOne itself checks it is a guess
	currencyForm  = regexp.MustCompile(`^[A-Z]{3}$`)
)

func (b chargeBody) wrong(paymentID string) string {
	switch {
	case !paymentIDForm.MatchString(paymentID):
		return "paymentId"
	case b.BillingKey == "":
		return "billingKey"
	case strings.TrimSpace(b.OrderName) == "":
		return "orderName"
	case !currencyForm.MatchString(b.Currency):
		return "currency"
	case b.Amount == nil || b.Amount.Total == nil || *b.Amount.Total <= 0 || b.Amount.TaxFree < 0 || b.Amount.VAT != nil && *b.Amount.VAT < 0:
		return "amount"
	}
	return ""
}

// vat is the part PortOne assumes when none is named: 1/11 of what is taxed.
func (b chargeBody) vat() int64 {
	if b.Amount.VAT != nil {
		return *b.Amount.VAT
	}
	return (max(0, *b.Amount.Total-b.Amount.TaxFree) + 5) / 11
}

func (s *Simulator) charge(q question) (reply, change) {
	var b chargeBody
	if err := json.Unmarshal(q.body, &b); err != nil {
		return badRequest(err.Error()), change{}
	}
	if field := b.wrong(q.id); field != "" {
		return badRequest(field), change{}
	}
	k := s.state.keys[b.BillingKey]
	p := s.state.payments[at(q.store.ID, q.id)]
	switch {
	case !q.ownStore(b.StoreID):
		return forbidden(), change{}
	case k == nil || k.Store != q.store.ID:
		return keyNotFound(), change{}
	case !k.Deleted.IsZero():
		return keyDeleted(), change{}
	case b.ChannelKey != "" && b.ChannelKey != k.Issue.Channel:
		return refuse(http.StatusNotFound, "CHANNEL_NOT_FOUND", "no such channel, or not of this billing key"), change{}
	case b.Amount.TaxFree+b.vat() > *b.Amount.Total:
		return refuse(http.StatusConflict, "SUM_OF_PARTS_EXCEEDS_TOTAL_AMOUNT", "taxFree and vat exceed total"), change{}
	case p != nil && p.paid():
		return refuse(http.StatusConflict, "ALREADY_PAID", "the payment id was paid"), change{}
	case p != nil && len(p.Tries) >= s.maxTries:
		return refuse(http.StatusBadRequest, "MAX_TRANSACTION_COUNT_REACHED", "too many tries under this payment id"), change{}
	}
	return s.settle(q, b, k, p)
}

// settle asks the card and writes down what it says.
func (s *Simulator) settle(q question, b chargeBody, k *billingKey, p *payment) (reply, change) {
	next := payment{Store: q.store.ID, ID: q.id}
	if p != nil {
		next = *p
	}
	t := try{
		Key: k.Key, Channel: k.Issue.Channel, OrderName: b.OrderName, CustomData: b.CustomData, Currency: b.Currency,
		Customer: customer{ID: b.Customer.ID, Name: b.Customer.Name.Full, Email: b.Customer.Email, Phone: b.Customer.Phone},
		Total:    *b.Amount.Total, TaxFree: b.Amount.TaxFree, VAT: b.vat(), NoticeURLs: b.NoticeURLs, At: q.now,
		Transaction: identifier(next.Store, next.ID, strconv.Itoa(len(next.Tries))),
	}
	card := *k
	declined := q.act.decline
	if declined == nil {
		declined = card.declines(t.Total, q.now)
	}
	card.Tries++
	var said reply
	kind := "Transaction.Paid"
	if declined == nil {
		t.Succeeded, next.Status, card.Spent = true, statusPaid, card.Spent+t.Total
		said = ok(map[string]any{"payment": map[string]string{"pgTxId": t.pgTxID(), "paidAt": rfc3339(t.At)}})
	} else {
		t.Code, t.Message, next.Status = declined.PGCode, declined.PGMessage, statusFailed
		said, kind = declinedByGateway(declined), "Transaction.Failed"
	}
	next.Changed, next.Tries = q.now, append(next.Tries[:len(next.Tries):len(next.Tries)], t)
	c := change{Keys: []*billingKey{&card}, Payments: []*payment{&next}}
	if !b.SkipWebhook {
		c.Webhooks = s.aboutPayment(q.store, kind, &next, "")
	}
	return said, c
}

// declinedByGateway is how a decline comes: 502, like trouble at the gateway.
func declinedByGateway(d *refusal) reply {
	return encoded(http.StatusBadGateway, refusal{Type: "PG_PROVIDER", Message: "the gateway refused", PGCode: d.PGCode, PGMessage: d.PGMessage})
}

func (t try) pgTxID() string { return "tviva" + strings.ReplaceAll(t.Transaction, "-", "")[:20] }
