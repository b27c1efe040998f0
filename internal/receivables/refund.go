package receivables

import (
	"context"
	"errors"
	"strings"

	"jeongsan/internal/fault"
	"jeongsan/internal/identity"
	"jeongsan/internal/journal"
	"jeongsan/internal/money"
	"jeongsan/internal/payment"
)

// RefundOrder is a person's order to give money back to the card.
type RefundOrder struct {
	Payment string
	Amount  money.Amount
	Left    money.Amount // what could be given back as the person saw it; another figure by now refuses the order
	Reason  string
}

// Refund gives a payment back, in whole or in part: the order is committed, the provider called with what is left as its
// lock, and what the provider then says is booked. An order that is under way is brought further, never given twice. An
// outcome that is not known is no error: the payment keeps the order, and its timer asks.
func (d *Desk) Refund(ctx context.Context, p identity.Principal, o RefundOrder) (payment.Payment, error) {
	if err := p.Allow(identity.RefundPayment); err != nil {
		return payment.Payment{}, err
	}
	v, err := payment.Load(ctx, d.Store, p.Tenant, o.Payment)
	if err != nil {
		return payment.Payment{}, err
	}
	l, err := d.line(ctx, p)
	if err != nil {
		return v.Payment, err
	}
	if v.Refund != nil {
		if v.Refund.Amount != o.Amount || v.Refund.Reason != o.Reason {
			return v.Payment, fault.New(fault.Conflict, fault.T("결제 %[1]s의 취소 %[2]s이(가) 진행 중입니다. 끝난 뒤 다시 해 주세요.", "A cancellation of payment %[1]s (%[3]s) is under way; try again once it is done.", v.ID, v.Refund.Amount.Korean(), v.Refund.Amount.English()))
		}
		v, err = l.followRefund(ctx, v)
		return v.Payment, err
	}
	if v, err = l.orderRefund(ctx, v, o); err != nil {
		return v.Payment, err
	}
	v, err = l.callRefund(ctx, v)
	return v.Payment, err
}

// orderRefund commits the order.
func (l *line) orderRefund(ctx context.Context, v payment.Versioned, o RefundOrder) (payment.Versioned, error) {
	left, err := v.Left()
	if err != nil {
		return v, err
	}
	switch {
	case strings.TrimSpace(o.Reason) == "":
		return v, fault.Invalidf("reason", fault.T("취소 사유를 입력해 주세요.", "Give the reason of the cancellation."))
	case o.Left != left.Total:
		return v, fault.New(fault.Conflict, fault.T("결제 %[1]s에서 취소할 수 있는 금액이 %[2]s입니다. 새로 고친 뒤 다시 해 주세요.", "What can be given back of payment %[1]s is %[3]s by now; reload and try again.", v.ID, left.Total.Korean(), left.Total.English()))
	case o.Amount.Sign() <= 0:
		return v, fault.Invalidf("amount", fault.T("취소 금액은 0원보다 커야 합니다.", "The amount to give back must be above nothing."))
	}
	part, err := left.Part(o.Amount)
	if err != nil {
		return v, err
	}
	exempt, err := v.LeftExempt()
	if err != nil {
		return v, err
	}
	free, err := exempt.Part(o.Amount)
	if err != nil {
		return v, err
	}
	next := v.Order(payment.Refund{Key: v.RefundKey(), Amount: part.Total, VAT: part.VAT, Exempt: free.VAT, Left: left.Total, Reason: o.Reason, By: l.by.String(), Sent: l.now()})
	return l.put(ctx, v, next, journal.Change{Action: "refund.send", Subject: v.ID, Before: left.Total.String(), After: o.Amount.String(), Reason: o.Reason}, payment.MatterDone(l.by.Tenant, refundID(v.ID)))
}

func refundID(id string) string { return "refund-failed/" + id }

// callRefund calls for the order and settles it by the provider's record.
func (l *line) callRefund(ctx context.Context, v payment.Versioned) (payment.Versioned, error) {
	r := v.Refund
	refusal := l.gateway.Refund(ctx, RefundRequest{Payment: v.ID, Key: r.Key, Amount: r.Amount, VAT: r.VAT, TaxFree: r.Exempt, Left: r.Left, Reason: r.Reason, Again: !r.Once()})
	next, fact, err := l.recorded(ctx, v)
	if err != nil || next.Refund == nil || next.Refund.Key != r.Key {
		return next, err
	}
	switch fault.CodeOf(refusal) {
	case "", fault.Unavailable, fault.UnknownOutcome, fault.Internal:
		return next, nil // its timer asks
	}
	if len(fact.Pending) > 0 || fact.ID == "" && !r.Once() {
		return next, nil // it is being worked on, or an earlier call of it may have been taken: its timer asks
	}
	if err := l.unreturned(ctx, next, fault.TextOf(refusal)); err != nil {
		return next, err
	}
	next, err = payment.Load(ctx, l.Store, l.by.Tenant, v.ID)
	return next, errors.Join(refusal, err)
}

// unreturned ends an order that the provider surely did not carry out, and says so on the work-list: who ordered it may
// have gone home.
func (l *line) unreturned(ctx context.Context, v payment.Versioned, why fault.Text) error {
	text := fault.T("결제 %[1]s에서 %[2]s을(를) 취소하지 못했습니다: %[3]s", "%[4]s of payment %[1]s could not be given back: %[5]s", v.ID, v.Refund.Amount.Korean(), why.KO, v.Refund.Amount.English(), why.EN)
	row, err := l.matter(payment.MatterRefund, refundID(v.ID), v.Payment, v.Refund.Amount, text).Put(l.by.Tenant)
	if err != nil {
		return err
	}
	_, err = l.put(ctx, v, v.Unordered(), journal.Change{Action: "refund.refused", Subject: v.ID, Before: v.Refund.Amount.String(), Reason: why.EN}, row, payment.MatterDone(l.by.Tenant, doubtID(v.ID)))
	return err
}

// recorded books what the provider's record says; an empty fact when it cannot be read now.
func (l *line) recorded(ctx context.Context, v payment.Versioned) (payment.Versioned, payment.Fact, error) {
	fact, err := l.find(ctx, v.ID)
	if fault.Is(err, fault.Unavailable) || fault.Is(err, fault.Forbidden) {
		next, err := payment.Load(ctx, l.Store, l.by.Tenant, v.ID)
		return next, payment.Fact{}, err
	}
	if err != nil {
		return v, fact, err
	}
	next, _, err := l.conclude(ctx, v.ID, fact)
	return next, fact, err
}

// followRefund asks how an order stands. While any cancellation is pending at the provider nothing is called: it may be
// ours, and its money may be gone. One that left no trace after the margin is called again, under its key and with its
// lock: should it have been done meanwhile, the provider refuses.
func (l *line) followRefund(ctx context.Context, v payment.Versioned) (payment.Versioned, error) {
	next, fact, err := l.recorded(ctx, v)
	if err != nil || next.Refund == nil || next.Refund.Key != v.Refund.Key {
		return next, err
	}
	if fact.ID == "" || len(fact.Pending) > 0 || next.Refund.Taken != "" || !next.RefundArrived(l.now()) {
		return next, nil
	}
	next, err = l.put(ctx, next, next.RefundAgain(l.now()), journal.Change{Action: "refund.repeat", Subject: v.ID})
	if lost(err) { // somebody else decided meanwhile
		return payment.Load(ctx, l.Store, l.by.Tenant, v.ID)
	}
	if err != nil {
		return next, err
	}
	return l.callRefund(ctx, next)
}
