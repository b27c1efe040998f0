package portone

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

const (
	statusPayPending       = "PAY_PENDING"
	statusVirtualAccount   = "VIRTUAL_ACCOUNT_ISSUED"
	statusPaid             = "PAID"
	statusFailed           = "FAILED"
	statusPartialCancelled = "PARTIAL_CANCELLED"
	statusCancelled        = "CANCELLED"
)

// paymentView has the fields of every state; those required by PortOne's schema are never left out.
type paymentView struct {
	Status        string       `json:"status"`
	ID            string       `json:"id"`
	TransactionID string       `json:"transactionId"`
	MerchantID    string       `json:"merchantId"`
	StoreID       string       `json:"storeId"`
	Method        *methodView  `json:"method,omitempty"`
	Channel       channelView  `json:"channel"`
	Version       string       `json:"version"`
	BillingKey    string       `json:"billingKey,omitempty"`
	Requested     string       `json:"requestedAt"`
	Updated       string       `json:"updatedAt"`
	Changed       string       `json:"statusChangedAt"`
	OrderName     string       `json:"orderName"`
	Amount        amountView   `json:"amount"`
	Currency      string       `json:"currency"`
	Customer      customer     `json:"customer"`
	CustomData    string       `json:"customData,omitempty"`
	Origin        originView   `json:"origin"`
	PaidAt        string       `json:"paidAt,omitempty"`
	PGTxID        string       `json:"pgTxId,omitempty"`
	ReceiptURL    string       `json:"receiptUrl,omitempty"`
	Disputes      *[]struct{}  `json:"disputes,omitempty"` // of PAID, where it may be empty but not absent
	Cancellations []cancelView `json:"cancellations,omitempty"`
	CancelledAt   string       `json:"cancelledAt,omitempty"`
	FailedAt      string       `json:"failedAt,omitempty"`
	Failure       *failureView `json:"failure,omitempty"`
}

type amountView struct {
	Total            int64 `json:"total"`
	TaxFree          int64 `json:"taxFree"`
	VAT              int64 `json:"vat"`
	Supply           int64 `json:"supply"`
	Discount         int64 `json:"discount"`
	Paid             int64 `json:"paid"`
	Cancelled        int64 `json:"cancelled"`
	CancelledTaxFree int64 `json:"cancelledTaxFree"`
}

type channelView struct {
	Type       string `json:"type"`
	Key        string `json:"key"`
	Name       string `json:"name"`
	Provider   string `json:"pgProvider"`
	MerchantID string `json:"pgMerchantId"`
}

type originView struct {
	Platform string `json:"platformType"`
	IP       string `json:"ipAddress"`
}

type failureView struct {
	Reason    string `json:"reason"`
	PGCode    string `json:"pgCode"`
	PGMessage string `json:"pgMessage"`
}

// methodView is a means of payment, of a payment or of a billing key.
type methodView struct {
	Type           string           `json:"type"`
	Provider       string           `json:"provider,omitempty"`
	Card           *cardView        `json:"card,omitempty"`
	ApprovalNumber string           `json:"approvalNumber,omitempty"`
	Installment    *installmentView `json:"installment,omitempty"`
	PointUsed      *bool            `json:"pointUsed,omitempty"`
	Method         *methodView      `json:"method,omitempty"`        // behind an easy payment, in a billing key
	EasyPayMethod  *methodView      `json:"easyPayMethod,omitempty"` // the same, in a payment
	AccountNumber  string           `json:"accountNumber,omitempty"` // of a virtual account
}

type installmentView struct {
	Month        int  `json:"month"`
	InterestFree bool `json:"isInterestFree"`
}

type cardView struct {
	Publisher string `json:"publisher"`
	Issuer    string `json:"issuer"`
	Brand     string `json:"brand"`
	Type      string `json:"type"`
	OwnerType string `json:"ownerType"`
	BIN       string `json:"bin,omitempty"`
	Name      string `json:"name"`
	Number    string `json:"number"`
}

func (st *Store) view(channel string) channelView {
	c, _ := st.channel(channel)
	return channelView{Type: "TEST", Key: c.Key, Name: c.Name, Provider: c.Provider, MerchantID: c.MID}
}

// method shows the card; prefix is "PaymentMethod" or "BillingKeyPaymentMethod".
func (k *billingKey) method(prefix string) methodView {
	c := k.Issue.Card
	view := cardView{Publisher: or(c.Issuer, "SHINHAN_CARD"), Issuer: or(c.Issuer, "SHINHAN_CARD"), Brand: or(c.Brand, "LOCAL"), Type: or(c.Type, "CREDIT"),
		OwnerType: or(c.OwnerType, "CORPORATE"), Name: or(c.Name, "신한카드"), Number: or(c.Number, "43301234****123*")}
	if bin := view.Number[:min(6, len(view.Number))]; !strings.Contains(bin, "*") {
		view.BIN = bin
	}
	m := methodView{Type: prefix + "Card", Card: &view}
	if k.Issue.EasyPay == "" {
		return m
	}
	behind := methodView{Type: prefix + "EasyPay", Provider: k.Issue.EasyPay}
	if prefix == "PaymentMethod" {
		behind.EasyPayMethod = &m
	} else {
		behind.Method = &m
	}
	return behind
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

func (s *Simulator) getPayment(q question) reply {
	if !q.ownStore(q.query.Get("storeId")) {
		return forbidden()
	}
	p := s.state.payments[at(q.store.ID, q.id)]
	if p == nil {
		return paymentNotFound()
	}
	return ok(s.view(q.store, p))
}

func paymentNotFound() reply {
	return refuse(http.StatusNotFound, "PAYMENT_NOT_FOUND", "no such payment")
}

func (s *Simulator) view(store *Store, p *payment) paymentView {
	t := p.last()
	v := paymentView{
		Status: p.Status, ID: p.ID, TransactionID: t.Transaction, MerchantID: store.MerchantID, StoreID: p.Store,
		Channel: store.view(t.Channel), Version: "V2", BillingKey: t.Key,
		Requested: rfc3339(p.Tries[0].At), Updated: rfc3339(p.Changed), Changed: rfc3339(p.Changed),
		OrderName: t.OrderName, Currency: t.Currency, Customer: t.Customer, CustomData: t.CustomData,
		Amount: amountView{Total: t.Total, TaxFree: t.TaxFree, VAT: t.VAT, Supply: t.Total - t.TaxFree - t.VAT},
		Origin: originView{"API", "127.0.0.1"},
	}
	if k := s.state.keys[t.Key]; k != nil {
		m := k.method("PaymentMethod")
		v.Method = &m
	}
	switch p.Status {
	case statusFailed:
		v.FailedAt, v.Failure = rfc3339(t.At), &failureView{"the gateway refused", t.Code, t.Message}
	case statusVirtualAccount:
		v.Method, v.PGTxID = &methodView{Type: "PaymentMethodVirtualAccount", AccountNumber: digits(14, t.Transaction)}, t.pgTxID()
	case statusPaid, statusPartialCancelled, statusCancelled:
		s.viewPaid(&v, p, t)
	}
	return v
}

// viewPaid adds what a card slip says, and what was given back.
func (s *Simulator) viewPaid(v *paymentView, p *payment, t try) {
	v.Amount.Paid = t.Total
	v.Amount.Cancelled, v.Amount.CancelledTaxFree = p.cancelled()
	v.PaidAt, v.PGTxID, v.ReceiptURL = rfc3339(t.At), t.pgTxID(), "https://receipt.portone.invalid/"+t.Transaction
	if v.Method != nil {
		v.Method.approve(t.Transaction)
	}
	for _, c := range p.Cancels {
		v.Cancellations = append(v.Cancellations, c.view())
		if c.Status == cancelSucceeded && p.Status != statusPaid {
			v.CancelledAt = rfc3339(c.Done)
		}
	}
	if p.Status == statusPaid {
		v.Disputes = &[]struct{}{}
	}
}

func (m *methodView) approve(transaction string) {
	if m.EasyPayMethod != nil {
		m = m.EasyPayMethod
	}
	atOnce := false
	m.ApprovalNumber, m.Installment, m.PointUsed = digits(8, "approval", transaction), &installmentView{}, &atOnce
}

// Placed is a payment made elsewhere: in a browser window, or by another system of the merchant.
type Placed struct {
	Store, ID string
	Status    string // READY, PAY_PENDING, VIRTUAL_ACCOUNT_ISSUED, PAID, FAILED, or one nobody has heard of
	OrderName string
	Currency  string
	Total     int64
	VAT       int64
}

// PutPayment places such a payment. It sends no webhook.
func (s *Simulator) PutPayment(placed Placed) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	store := s.storeNamed(placed.Store)
	if store == nil {
		return fmt.Errorf("no store %q", placed.Store)
	}
	if placed.Status == statusPartialCancelled || placed.Status == statusCancelled {
		return fmt.Errorf("place a paid payment, then cancel it")
	}
	if old := s.state.payments[at(placed.Store, placed.ID)]; old != nil && old.paid() {
		return fmt.Errorf("payment %s is paid", placed.ID)
	}
	t := try{Transaction: identifier(placed.Store, placed.ID, "placed"), Channel: store.Channels[0].Key, OrderName: placed.OrderName, Currency: placed.Currency,
		Total: placed.Total, VAT: placed.VAT, At: s.now(), Succeeded: placed.Status == statusPaid}
	s.commit(change{Payments: []*payment{{Store: placed.Store, ID: placed.ID, Status: placed.Status, Changed: s.now(), Tries: []try{t}}}})
	return nil
}

// listBody is the question of a listing; it comes in the query as requestBody.
type listBody struct {
	Page struct {
		Number *int `json:"number"`
		Size   *int `json:"size"`
	} `json:"page"`
	Filter struct {
		StoreID string    `json:"storeId"`
		By      string    `json:"timestampType"`
		From    time.Time `json:"from"`
		Until   time.Time `json:"until"`
		Status  []string  `json:"status"`
		SortBy  string    `json:"sortBy"`
		Order   string    `json:"sortOrder"`
	} `json:"filter"`
}

// Bounds of a listing. The default page is documented; the largest page is a guess.
const (
	defaultPage   = 10
	largestPage   = 1000
	mostListed    = 60_000
	defaultWindow = 90 * 24 * time.Hour
)

func (s *Simulator) listPayments(q question) reply {
	b, err := readListing(q)
	switch {
	case err != nil:
		return badRequest(err.Error())
	case !q.ownStore(b.Filter.StoreID):
		return forbidden()
	}
	number, size := *b.Page.Number, *b.Page.Size
	found := s.find(q.store.ID, b)
	first := min(number*size, len(found))
	items := []paymentView{}
	for _, p := range found[first:min(first+size, len(found))] {
		items = append(items, s.view(q.store, p))
	}
	return ok(map[string]any{"items": items, "page": map[string]int{"number": number, "size": size, "totalCount": len(found)}})
}

func readListing(q question) (listBody, error) {
	var b listBody
	if raw := q.query.Get("requestBody"); raw != "" {
		if err := json.Unmarshal([]byte(raw), &b); err != nil {
			return b, err
		}
	}
	zero, ten := 0, defaultPage
	if b.Page.Number == nil {
		b.Page.Number = &zero
	}
	if b.Page.Size == nil {
		b.Page.Size = &ten
	}
	number, size := *b.Page.Number, *b.Page.Size
	if number < 0 || size < 1 || size > largestPage || number >= mostListed || (number+1)*size > mostListed {
		return b, fmt.Errorf("page")
	}
	if b.Filter.Until.IsZero() {
		b.Filter.Until = q.now
	}
	if b.Filter.From.IsZero() {
		b.Filter.From = b.Filter.Until.Add(-defaultWindow)
	}
	return b, nil
}

func (s *Simulator) find(store string, b listBody) []*payment {
	f := b.Filter
	moment := func(p *payment, by, requested string) time.Time {
		if by == requested {
			return p.Tries[0].At
		}
		return p.Changed
	}
	var out []*payment
	for _, p := range ordered(s.state.payments) {
		when := moment(p, f.By, "CREATED_AT")
		status := strings.Replace(p.Status, statusPayPending, "PENDING", 1) // the filter has a word of its own
		if p.Store == store && !when.Before(f.From) && !when.After(f.Until) && (len(f.Status) == 0 || slices.Contains(f.Status, status)) {
			out = append(out, p)
		}
	}
	slices.SortStableFunc(out, func(x, y *payment) int {
		order := moment(x, f.SortBy, "REQUESTED_AT").Compare(moment(y, f.SortBy, "REQUESTED_AT"))
		if f.Order == "ASC" {
			return order
		}
		return -order
	})
	return out
}
