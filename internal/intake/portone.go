package intake

import (
	"context"
	"errors"
	"net/textproto"
	"strings"
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
		Amount: portone.Parts{Total: q.Amount, TaxFree: q.TaxFree, VAT: q.VAT}, Customer: portone.Customer{ID: q.Customer}, CustomData: markPrefix + q.Mark,
	})
	return answerOf(err)
}

// markPrefix tells our mark in a payment's own data from whatever others of the shop write there.
const markPrefix = "jeongsan/"

// markOf is the mark in a payment's own data; "" when it has none of ours.
func markOf(customData string) string {
	mark, ours := strings.CutPrefix(customData, markPrefix)
	if !ours {
		return ""
	}
	return mark
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

// Refund cancels a payment or a part of it. What PortOne reports as failed, and what its gateway says it cannot cancel,
// was surely not done, the latter unless it was asked before.
func (g PortOne) Refund(ctx context.Context, q receivables.RefundRequest) error {
	done, err := g.Client.CancelPayment(ctx, portone.CancelRequest{
		PaymentID: q.Payment, IdempotencyKey: q.Key, Amount: portone.Parts{Total: q.Amount, TaxFree: q.TaxFree, VAT: q.VAT},
		Cancellable: q.Left, Reason: q.Reason, Requester: portone.ByAdmin,
	})
	var said *portone.Refusal
	switch {
	case err == nil && done.Status == portone.CancelFailed:
		return fault.New(fault.Conflict, fault.T("PG사가 취소를 거절했습니다. 잠시 후 다시 하거나 PG사 화면에서 확인하세요.", "The gateway refused the cancellation. Try again later, or look at its console."))
	case errors.As(err, &said) && said.Declined() && !q.Again:
		if why, surely := portone.Uncancellable(said.PGCode); surely {
			return fault.New(fault.Conflict, why).Because(err)
		}
	}
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
		ID: p.ID, Mark: markOf(p.CustomData), Transaction: p.TransactionID, Standing: payment.StandsOpen, Total: p.Amount.Total, VAT: p.Amount.VAT, TaxFree: p.Amount.TaxFree,
		Slip: payment.Slip{Approval: p.Method.ApprovalNumber, Receipt: p.ReceiptURL, PaidAt: p.PaidAt},
	}
	for _, c := range p.Cancellations {
		said := payment.Cancellation{ID: c.ID, Amount: c.Amount.Total, VAT: c.Amount.VAT, TaxFree: c.Amount.TaxFree, Reason: c.Reason, At: c.CancelledAt}
		switch c.Status {
		case portone.CancelSucceeded:
			f.Cancellations = append(f.Cancellations, said)
		case portone.CancelFailed:
			f.Failed = append(f.Failed, said)
		default: // of a state that nobody told us of, nothing is concluded: it may still be done
			f.Pending = append(f.Pending, said)
		}
	}
	if p.Amount.Paid.Sign() > 0 {
		f.Total = p.Amount.Paid // with a coupon of the shop less than the total
	}
	switch {
	case p.Status == portone.Paid, p.Status == portone.PartialCancelled, p.Status == portone.Cancelled && wasPaid(p, f):
		f.Standing = payment.StandsPaid
	case p.Status == portone.Cancelled: // closed before it was paid, such as a virtual account
		f.Standing, f.Decline = payment.StandsFailed, payment.Decline{Class: payment.Found, Text: fault.T("결제되기 전에 취소되었습니다.", "It was cancelled before it was paid.")}
	case p.Status == portone.Failed:
		f.Standing, f.Decline = payment.StandsFailed, declineOf(p)
	}
	return f
}

// wasPaid goes by the money that moved, never by a time that may be missing.
func wasPaid(p portone.Payment, f payment.Fact) bool {
	return p.Amount.Paid.Sign() > 0 || len(f.Cancellations) > 0
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
