package intake

import (
	"context"
	"errors"
	"net/textproto"
	"time"

	"jeongsan/internal/fault"
	"jeongsan/internal/payment"
	"jeongsan/internal/portone"
	"jeongsan/internal/receivables"
)

// PortOne is a card channel at PortOne.
type PortOne struct{ Client *portone.Client }

var _ receivables.Gateway = PortOne{}

// Prove lists the payments of a day on which there are none: it needs the shop and the secret, and changes nothing.
func (g PortOne) Prove(ctx context.Context) error {
	day := time.Date(2020, time.January, 1, 0, 0, 0, 0, time.UTC)
	for _, err := range g.Client.ListPayments(ctx, portone.Window{By: portone.Requested, From: day, Until: day.Add(time.Second)}) {
		if err != nil && !errors.Is(err, portone.ErrUnreadable) {
			return err
		}
	}
	return nil
}

// Card reads a billing key.
func (g PortOne) Card(ctx context.Context, billingKey string) (payment.Registration, error) {
	info, err := g.Client.GetBillingKey(ctx, portone.BillingKey(billingKey))
	if err != nil {
		return payment.Registration{}, err
	}
	r := payment.Registration{State: payment.Deleted, Customer: info.CustomerID}
	if info.Issued {
		r.State = payment.Usable
	}
	if len(info.Methods) > 0 {
		r.Card = cardOf(info.Methods[0])
	}
	return r, nil
}

func cardOf(m portone.Method) payment.Card {
	return payment.Card{Kind: first(m.Provider, string(m.Kind)), Issuer: first(m.Card.Issuer, m.Card.Publisher), Brand: m.Card.Brand, Owner: m.Card.OwnerType, Name: m.Card.Name, Number: m.Card.Number}
}

// Forget deletes a billing key.
func (g PortOne) Forget(ctx context.Context, billingKey string) error {
	_, err := g.Client.DeleteBillingKey(ctx, portone.BillingKey(billingKey), portone.ByAdmin, "등록 카드 삭제")
	var said *portone.Refusal
	if errors.As(err, &said) && said.BillingKeyGone() {
		return nil
	}
	return err
}

// Charge makes one attempt.
func (g PortOne) Charge(ctx context.Context, q receivables.ChargeRequest) (receivables.Answer, error) {
	_, err := g.Client.Charge(ctx, portone.ChargeRequest{
		PaymentID: q.Payment, IdempotencyKey: q.Key, BillingKey: portone.BillingKey(q.Card), ChannelKey: q.Channel, OrderName: q.Order,
		Amount: portone.Parts{Total: q.Amount, TaxFree: q.TaxFree, VAT: q.VAT}, Customer: portone.Customer{ID: q.Customer},
	})
	return answerOf(err)
}

func answerOf(err error) (receivables.Answer, error) {
	var said *portone.Refusal
	answered := errors.As(err, &said)
	switch {
	case err == nil, answered && said.AlreadyPaid():
		return receivables.Answer{Outcome: receivables.Succeeded}, nil
	case answered && said.Declined():
		return receivables.Answer{Outcome: receivables.Declined}, nil
	case answered && said.StillRunning():
		return receivables.Answer{Outcome: receivables.Pending}, nil
	case fault.Is(err, fault.UnknownOutcome), fault.Is(err, fault.Unavailable), fault.Is(err, fault.Internal):
		return receivables.Answer{Outcome: receivables.Unknown}, err
	}
	d := payment.Decline{Class: payment.Ours, Text: fault.TextOf(err)}
	if answered {
		d.Code = said.Type
		if said.BillingKeyGone() {
			d.Class, d.Card = payment.Hard, payment.Deleted
		}
	}
	return receivables.Answer{Outcome: receivables.Refused, Decline: d}, nil
}

// Find reads a payment.
func (g PortOne) Find(ctx context.Context, paymentID string) (payment.Fact, error) {
	p, err := g.Client.GetPayment(ctx, paymentID)
	if err != nil {
		return payment.Fact{}, err
	}
	return factOf(p), nil
}

// Refund cancels a payment or a part of it.
func (g PortOne) Refund(ctx context.Context, q receivables.RefundRequest) error {
	_, err := g.Client.CancelPayment(ctx, portone.CancelRequest{
		PaymentID: q.Payment, IdempotencyKey: q.Key, Amount: portone.Parts{Total: q.Amount, TaxFree: q.TaxFree, VAT: q.VAT},
		Cancellable: q.Left, Reason: q.Reason, Requester: portone.ByAdmin,
	})
	return err
}

// Payments lists what was begun or changed in a span: by its beginning the list is complete, by its change it finds late
// cancellations of old payments.
func (g PortOne) Payments(ctx context.Context, from, until time.Time) ([]payment.Fact, error) {
	var out []payment.Fact
	var unread []error
	seen := map[string]bool{}
	for _, by := range []portone.TimeOf{portone.Requested, portone.StatusChanged} {
		for p, err := range g.Client.ListPayments(ctx, portone.Window{By: by, From: from, Until: until.Add(-time.Nanosecond)}) {
			switch {
			case errors.Is(err, portone.ErrUnreadable):
				unread = append(unread, err)
			case err != nil:
				return nil, err
			case !seen[p.ID]:
				seen[p.ID] = true
				out = append(out, factOf(p))
			}
		}
	}
	return out, errors.Join(unread...)
}

// factOf reads a payment in our words. Of a state that nobody told us of, nothing is concluded: it is open.
func factOf(p portone.Payment) payment.Fact {
	f := payment.Fact{
		ID: p.ID, Transaction: p.TransactionID, Standing: payment.StandsOpen, Total: p.Amount.Total, VAT: p.Amount.VAT, TaxFree: p.Amount.TaxFree,
		Slip: payment.Slip{Approval: p.Method.ApprovalNumber, Receipt: p.ReceiptURL, PaidAt: p.PaidAt},
	}
	switch p.Status {
	case portone.Paid, portone.PartialCancelled, portone.Cancelled:
		f.Standing = payment.StandsPaid
		if p.PaidAt.IsZero() { // closed before it was paid, such as a virtual account
			f.Standing = payment.StandsFailed
		}
		if !p.Amount.Paid.IsZero() {
			f.Total = p.Amount.Paid // with a coupon of the shop less than the total
		}
	case portone.Failed:
		f.Standing, f.Decline = payment.StandsFailed, declineOf(p)
	}
	for _, c := range p.Cancellations {
		if c.Status == portone.CancelSucceeded {
			f.Cancellations = append(f.Cancellations, payment.Cancellation{ID: c.ID, Amount: c.Amount.Total, Reason: c.Reason, At: c.CancelledAt})
		}
	}
	return f
}

var classes = map[portone.Class]payment.Class{
	portone.NextCard:           payment.Soft,
	portone.CardNeedsAttention: payment.Hard,
	portone.StopAndAlert:       payment.Ours,
	portone.Unsure:             payment.Unsure,
}

// cardStates are the codes that say more of a card than that it needs attention, by gateway.
var cardStates = map[string]map[string]payment.MethodState{
	"TOSSPAYMENTS": {
		"INVALID_CARD_EXPIRATION":  payment.Expired,
		"INVALID_BILL_KEY_REQUEST": payment.Deleted,
		"NOT_FOUND_BILLING":        payment.Deleted,
		"BILLING_KEY_NOT_FOUND":    payment.Deleted,
	},
}

func declineOf(p portone.Payment) payment.Decline {
	said := portone.Explain(p.Channel.Provider, p.Failure.PGCode)
	return payment.Decline{Class: classes[said.Class], Provider: p.Channel.Provider, Code: p.Failure.PGCode, Text: said.Text, Card: cardStates[p.Channel.Provider][p.Failure.PGCode]}
}

// PortOneWebhooks proves webhooks of PortOne. now is the wall clock: signatures are fresh by it, whatever day the business
// believes it to be.
func PortOneWebhooks(now func() time.Time) receivables.Verifier {
	return func(secrets []string, headers map[string][]string, body []byte) (payment.Hint, error) {
		valid, err := portone.ParseSecrets(secrets...)
		if err != nil {
			return payment.Hint{}, err
		}
		named := make(map[string][]string, len(headers)) // gateways in front of us write names in lower case
		for name, values := range headers {
			canonical := textproto.CanonicalMIMEHeaderKey(name)
			named[canonical] = append(named[canonical], values...)
		}
		id, err := valid.Verify(named, body, now())
		if err != nil {
			return payment.Hint{}, err
		}
		e, err := portone.ParseEvent(body)
		if err != nil {
			return payment.Hint{}, err
		}
		return payment.Hint{Event: id, Type: e.Type, Known: e.Known, Store: e.StoreID, Payment: e.PaymentID, BillingKey: string(e.BillingKey)}, nil
	}
}
