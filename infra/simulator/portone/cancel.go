package portone

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
)

const (
	cancelSucceeded = "SUCCEEDED"
	cancelRequested = "REQUESTED"
	cancelFailed    = "FAILED"
)

type cancelBody struct {
	StoreID     string `json:"storeId"`
	Amount      *int64 `json:"amount"`
	TaxFree     *int64 `json:"taxFreeAmount"`
	VAT         *int64 `json:"vatAmount"`
	Reason      string `json:"reason"`
	Requester   string `json:"requester"`
	Cancellable *int64 `json:"currentCancellableAmount"`
	SkipWebhook bool   `json:"skipWebhook"`
}

type cancelView struct {
	Status    string `json:"status"`
	ID        string `json:"id"`
	PGID      string `json:"pgCancellationId,omitempty"`
	Total     int64  `json:"totalAmount"`
	TaxFree   int64  `json:"taxFreeAmount"`
	VAT       int64  `json:"vatAmount"`
	Reason    string `json:"reason"`
	Cancelled string `json:"cancelledAt,omitempty"`
	Requested string `json:"requestedAt"`
	Receipt   string `json:"receiptUrl,omitempty"`
	Trigger   string `json:"trigger"`
}

func (c cancellation) view() cancelView {
	v := cancelView{Status: c.Status, ID: c.ID, Total: c.Total, TaxFree: c.TaxFree, VAT: c.VAT, Reason: c.Reason, Requested: rfc3339(c.Requested), Trigger: "API"}
	if c.Status == cancelSucceeded {
		v.PGID, v.Cancelled, v.Receipt = "pg-"+c.ID, rfc3339(c.Done), "https://receipt.portone.invalid/"+c.ID
	}
	return v
}

func (s *Simulator) cancel(q question) (reply, change) {
	var b cancelBody
	if err := json.Unmarshal(q.body, &b); err != nil {
		return badRequest(err.Error()), change{}
	}
	p := s.state.payments[at(q.store.ID, q.id)]
	switch {
	case !q.ownStore(b.StoreID):
		return forbidden(), change{}
	case b.Reason == "" || b.Requester != "" && b.Requester != "CUSTOMER" && b.Requester != "ADMIN":
		return badRequest("reason, requester"), change{}
	case p == nil:
		return paymentNotFound(), change{}
	}
	wanted, refused := b.against(p, s.stays)
	if refused != nil {
		return *refused, change{}
	}
	if q.act.decline != nil {
		return declinedByGateway(q.act.decline), change{}
	}
	wanted.ID = identifier(p.Store, p.ID, "cancel", strconv.Itoa(len(p.Cancels)))
	wanted.Status, wanted.Reason, wanted.Requested = or(q.act.cancel, cancelSucceeded), b.Reason, q.now
	next := *p
	next.Cancels = append(p.Cancels[:len(p.Cancels):len(p.Cancels)], wanted)
	c := s.cancelled(q.store, &next, len(next.Cancels)-1)
	if b.SkipWebhook {
		c.Webhooks = nil
	}
	return ok(map[string]any{"cancellation": next.Cancels[len(next.Cancels)-1].view()}), c
}

// against holds what is wanted against what is left of the payment. Parts that are not named are what is left of them
// when all is cancelled, else PortOne's 1/11 for the VAT and nothing tax-free.
func (b cancelBody) against(p *payment, stays bool) (cancellation, *reply) {
	conflict := func(kind string) (cancellation, *reply) {
		a := refuse(http.StatusConflict, kind, "the payment does not allow it")
		return cancellation{}, &a
	}
	left, leftTaxFree, leftVAT := p.left(stays)
	switch {
	case !p.paid():
		return conflict("PAYMENT_NOT_PAID")
	case left == 0:
		return conflict("PAYMENT_ALREADY_CANCELLED")
	case b.Cancellable != nil && *b.Cancellable != left:
		return conflict("CANCELLABLE_AMOUNT_CONSISTENCY_BROKEN")
	}
	c := cancellation{Total: given(b.Amount, left)}
	if c.Total == left {
		c.TaxFree, c.VAT = given(b.TaxFree, leftTaxFree), given(b.VAT, leftVAT)
	} else {
		c.TaxFree = given(b.TaxFree, 0)
		c.VAT = given(b.VAT, (max(0, c.Total-c.TaxFree)+5)/11)
	}
	switch {
	case c.Total <= 0 || c.TaxFree < 0 || c.VAT < 0:
		a := badRequest("amount")
		return cancellation{}, &a
	case c.Total > left:
		return conflict("CANCEL_AMOUNT_EXCEEDS_CANCELLABLE_AMOUNT")
	case c.TaxFree+c.VAT > c.Total:
		return conflict("SUM_OF_PARTS_EXCEEDS_CANCEL_AMOUNT")
	case c.TaxFree > leftTaxFree:
		return conflict("CANCEL_TAX_FREE_AMOUNT_EXCEEDS_CANCELLABLE_TAX_FREE_AMOUNT")
	case c.VAT > leftVAT:
		return conflict("CANCEL_TAX_AMOUNT_EXCEEDS_CANCELLABLE_TAX_AMOUNT")
	}
	return c, nil
}

func given(n *int64, otherwise int64) int64 {
	if n == nil {
		return otherwise
	}
	return *n
}

// cancelled draws the consequences of the n-th cancellation's status: the payment's state, the card's balance, the webhook.
func (s *Simulator) cancelled(store *Store, p *payment, n int) change {
	c := &p.Cancels[n]
	out := change{Payments: []*payment{p}}
	kind := ""
	switch c.Status {
	case cancelRequested:
		kind = "Transaction.CancelPending"
	case cancelSucceeded:
		c.Done, p.Changed, p.Status, kind = s.now(), s.now(), statusPartialCancelled, "Transaction.PartialCancelled"
		if total, _ := p.cancelled(); total == p.last().Total {
			p.Status, kind = statusCancelled, "Transaction.Cancelled"
		}
		if k := s.state.keys[p.last().Key]; k != nil {
			card := *k
			card.Spent -= c.Total
			out.Keys = []*billingKey{&card}
		}
	}
	if kind != "" {
		out.Webhooks = s.aboutPayment(store, kind, p, c.ID)
	}
	return out
}

// FinishCancellation ends the requested cancellation of a payment, well or badly, and sends the webhook of a good end.
func (s *Simulator) FinishCancellation(storeID, paymentID string, succeeds bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	store, p := s.storeNamed(storeID), s.state.payments[at(storeID, paymentID)]
	if store == nil || p == nil {
		return fmt.Errorf("no payment %q in store %q", paymentID, storeID)
	}
	next := *p
	next.Cancels = append([]cancellation(nil), p.Cancels...)
	for n := range next.Cancels {
		if next.Cancels[n].Status != cancelRequested {
			continue
		}
		next.Cancels[n].Status = cancelFailed
		if succeeds {
			next.Cancels[n].Status = cancelSucceeded
		}
		s.commit(s.cancelled(store, &next, n))
		return nil
	}
	return fmt.Errorf("payment %s has no requested cancellation", paymentID)
}
