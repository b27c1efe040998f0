package portone

import (
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// Card is a card as its company knows it: how it looks, and when it declines. The first reason that holds counts.
type Card struct {
	Number    string // masked as the gateway does: "43301234****123*" for Toss
	Issuer    string // "SHINHAN_CARD"
	Brand     string // LOCAL, VISA, MASTER …; "": LOCAL
	Type      string // CREDIT, DEBIT; "": CREDIT
	OwnerType string // PERSONAL, CORPORATE; "": CORPORATE
	Name      string

	Stopped   bool      // INVALID_STOPPED_CARD
	Expires   time.Time // from then on INVALID_CARD_EXPIRATION; zero: never
	Decline   string    // this code, always
	FailFirst int       // so many tries are declined with REJECT_CARD_PAYMENT, then it works
	Limit     int64     // of one payment, else EXCEED_MAX_PAYMENT_AMOUNT; 0: none
	Balance   int64     // of all payments together, else REJECT_CARD_PAYMENT; 0: none
}

// Issue is what a customer does in the browser window.
type Issue struct {
	Store      string
	Channel    string // key; "": the store's first
	CustomerID string
	Name       string // of the customer
	IssueID    string
	IssueName  string
	EasyPay    string // "KAKAOPAY": the card lies behind it
	Card       Card
}

// IssueBillingKey registers a card as the browser window would, and sends the webhook BillingKey.Issued.
func (s *Simulator) IssueBillingKey(i Issue) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	store := s.storeNamed(i.Store)
	if store == nil {
		return "", fmt.Errorf("no store %q", i.Store)
	}
	if i.Channel == "" {
		i.Channel = store.Channels[0].Key
	}
	if _, known := store.channel(i.Channel); !known {
		return "", fmt.Errorf("store %s has no channel %q", i.Store, i.Channel)
	}
	if isCardNumber(i.Card.Number) {
		return "", fmt.Errorf("mask the card number")
	}
	k := &billingKey{Store: store.ID, Issue: i, Issued: s.now()}
	k.Key = "billing-key-" + identifier(store.ID, strconv.Itoa(len(s.state.keys)), i.CustomerID)
	s.commit(change{Keys: []*billingKey{k}, Webhooks: s.aboutKey(store, "BillingKey.Issued", k.Key)})
	return k.Key, nil
}

// SetCard changes how a registered card behaves from now on: stopped, raised limit, replaced.
func (s *Simulator) SetCard(key string, c Card) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	old, known := s.state.keys[key]
	if !known {
		return fmt.Errorf("no such billing key")
	}
	k := *old
	k.Issue.Card = c
	s.commit(change{Keys: []*billingKey{&k}})
	return nil
}

// declines is what the card company says to a charge; nil is yes.
func (k *billingKey) declines(total int64, now time.Time) *refusal {
	c := k.Issue.Card
	switch {
	case c.Stopped:
		return &refusal{PGCode: "INVALID_STOPPED_CARD", PGMessage: "정지된 카드 입니다."}
	case !c.Expires.IsZero() && !now.Before(c.Expires):
		return &refusal{PGCode: "INVALID_CARD_EXPIRATION", PGMessage: "카드 정보를 다시 확인해주세요. (유효기간)"}
	case c.Decline != "":
		return &refusal{PGCode: c.Decline, PGMessage: "결제가 거절되었습니다."}
	case k.Tries < c.FailFirst:
		return &refusal{PGCode: "REJECT_CARD_PAYMENT", PGMessage: "한도초과 혹은 잔액부족으로 결제에 실패했습니다."}
	case c.Limit > 0 && total > c.Limit:
		return &refusal{PGCode: "EXCEED_MAX_PAYMENT_AMOUNT", PGMessage: "결제 한도를 초과했습니다."}
	case c.Balance > 0 && total > c.Balance-k.Spent:
		return &refusal{PGCode: "REJECT_CARD_PAYMENT", PGMessage: "한도초과 혹은 잔액부족으로 결제에 실패했습니다."}
	}
	return nil
}

type keyView struct {
	Status     string        `json:"status"`
	BillingKey string        `json:"billingKey"`
	MerchantID string        `json:"merchantId"`
	StoreID    string        `json:"storeId"`
	Methods    []methodView  `json:"methods"`
	Channels   []channelView `json:"channels"`
	Customer   customer      `json:"customer"`
	IssueID    string        `json:"issueId,omitempty"`
	IssueName  string        `json:"issueName,omitempty"`
	Requested  string        `json:"requestedAt"`
	Issued     string        `json:"issuedAt"`
	Deleted    string        `json:"deletedAt,omitempty"`
}

func (s *Simulator) getBillingKey(q question) reply {
	k := s.state.keys[q.id]
	switch {
	case !q.ownStore(q.query.Get("storeId")):
		return forbidden()
	case k == nil || k.Store != q.store.ID:
		return keyNotFound()
	}
	view := keyView{
		Status: "ISSUED", BillingKey: k.Key, MerchantID: q.store.MerchantID, StoreID: k.Store,
		Methods: []methodView{k.method("BillingKeyPaymentMethod")}, Channels: []channelView{q.store.view(k.Issue.Channel)},
		Customer: customer{ID: k.Issue.CustomerID, Name: k.Issue.Name}, IssueID: k.Issue.IssueID, IssueName: k.Issue.IssueName,
		Requested: rfc3339(k.Issued), Issued: rfc3339(k.Issued), Deleted: rfc3339(k.Deleted),
	}
	if !k.Deleted.IsZero() {
		view.Status = "DELETED"
	}
	return ok(view)
}

func (s *Simulator) deleteBillingKey(q question) (reply, change) {
	k := s.state.keys[q.id]
	requester := q.query.Get("requester")
	switch {
	case !q.ownStore(q.query.Get("storeId")):
		return forbidden(), change{}
	case requester != "" && requester != "CUSTOMER" && requester != "ADMIN":
		return badRequest("requester"), change{}
	case k == nil || k.Store != q.store.ID:
		return keyNotFound(), change{}
	case !k.Deleted.IsZero():
		return keyDeleted(), change{}
	}
	gone := *k
	gone.Deleted = q.now
	c := change{Keys: []*billingKey{&gone}, Webhooks: s.aboutKey(q.store, "BillingKey.Deleted", k.Key)}
	return ok(map[string]string{"deletedAt": rfc3339(q.now)}), c
}

func keyNotFound() reply {
	return refuse(http.StatusNotFound, "BILLING_KEY_NOT_FOUND", "no such billing key")
}

func keyDeleted() reply {
	return refuse(http.StatusConflict, "BILLING_KEY_ALREADY_DELETED", "the billing key was deleted")
}
