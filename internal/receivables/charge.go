package receivables

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"

	"jeongsan/internal/calendar"
	"jeongsan/internal/customer"
	"jeongsan/internal/fault"
	"jeongsan/internal/identity"
	"jeongsan/internal/invoice"
	"jeongsan/internal/journal"
	"jeongsan/internal/money"
	"jeongsan/internal/payment"
	"jeongsan/internal/store"
)

// Work is an order to charge an invoice: the nth run at it, so that the same order never charges twice.
type Work struct {
	Invoice string        `json:"invoice"`
	Run     int           `json:"run"`
	Day     calendar.Date `json:"day,omitzero"` // the regular day it is for; zero when a person ordered it
}

// Charge charges what an invoice still owes: card, then backup 1, then backup 2 (KM-02), under one payment id. The intent
// is committed before each call, and what came of it is read from the provider and committed after it. A run that was
// begun is brought further, never begun again. An outcome that is not known is no error: the payment says so, and its
// timer asks.
//
// fault.Conflict when nothing is to be charged: not final, not sent as it stands, its uploaded workbook differs, paid,
// being paid, another run is next, or there is no usable card or no channel (which are also put on the work-list). A
// charge of a regular day is refused besides where the customer pays by card no more, where money of the invoice went
// back, and while the regular charges have stopped.
func (d *Desk) Charge(ctx context.Context, p identity.Principal, w Work) (payment.Payment, error) {
	if err := p.Allow(identity.ChargeCard); err != nil {
		return payment.Payment{}, err
	}
	id, err := payment.ID(w.Invoice, w.Run)
	if err != nil {
		return payment.Payment{}, err
	}
	v, err := payment.Load(ctx, d.Store, p.Tenant, id)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return payment.Payment{}, err
	}
	if err == nil && !v.State.Open() {
		return v.Payment, nil
	}
	l, lineErr := d.line(ctx, p)
	if errors.Is(lineErr, errNoChannel) {
		lineErr = errors.Join(lineErr, d.stop(ctx, p, noChannel))
	}
	if lineErr != nil {
		return v.Payment, lineErr
	}
	if err == nil {
		v, err = l.follow(ctx, v)
	} else {
		v, err = l.start(ctx, w, id)
	}
	return v.Payment, err
}

// start begins the run and calls for it. It decides anew where the customer's cards or the invoice moved meanwhile.
func (l *line) start(ctx context.Context, w Work, id string) (payment.Versioned, error) {
	for range tries {
		v, err := l.begin(ctx, w, id)
		if err == nil {
			return l.pursue(ctx, v)
		}
		if !lost(err) {
			return v, err
		}
		if v, err = payment.Load(ctx, l.Store, l.by.Tenant, id); !fault.Is(err, fault.NotFound) {
			return v, err // somebody else began it and brings it further
		}
	}
	return payment.Versioned{}, store.ErrContended
}

// begin commits the intent: the payment with its first attempt, the invoice reserved for it, and the timer that asks. The
// wallet is written as it is, so that the card cannot be removed in the same moment.
func (l *line) begin(ctx context.Context, w Work, id string) (payment.Versioned, error) {
	t := l.by.Tenant
	head, version, err := l.chargeable(ctx, w)
	if err != nil {
		return payment.Versioned{}, err
	}
	c, _, err := customer.Load(ctx, l.Store, t, head.Customer)
	if err != nil {
		return payment.Versioned{}, err
	}
	if !w.Day.IsZero() && c.PayMeans != customer.ByCard {
		return payment.Versioned{}, fault.New(fault.Conflict, fault.T("고객사 %[1]s은(는) 이제 카드로 결제하지 않아 청구서 %[2]s을(를) 정기 결제하지 않습니다.", "Customer %[1]s pays by card no more; invoice %[2]s is not charged by itself.", c.ID, head.Number))
	}
	owed, err := payment.Owed(head)
	if err != nil {
		return payment.Versioned{}, err
	}
	v := payment.Versioned{Payment: payment.Payment{
		ID: id, Invoice: head.Number, Customer: head.Customer, Month: head.Month, Run: w.Run, Day: w.Day, Channel: l.channel.ChannelKey,
		Amount: owed.Total, Supply: owed.Supply, VAT: owed.VAT, TaxFree: exempt(head, c, owed), Applied: won, Suspended: won, Created: l.now(),
	}}
	wallet, walletVersion, err := payment.LoadWallet(ctx, l.Store, t, head.Customer)
	if err != nil {
		return v, err
	}
	if head, err = head.Collect(id); err != nil {
		return v, err
	}
	m, usable := wallet.Next(v.Payment)
	if !usable {
		return v, l.noCard(ctx, v.Payment)
	}
	if v.Payment, err = l.attempted(v.Payment, m); err != nil {
		return v, err
	}
	writes, err := l.move(payment.Versioned{}, v.Payment)
	if err != nil {
		return v, err
	}
	reserve, err := head.Put(t, version)
	if err != nil {
		return v, err
	}
	inUse, err := wallet.Put(t, walletVersion)
	if err != nil {
		return v, err
	}
	writes = append(writes, reserve, inUse)
	v.Version = 1
	return v, l.Commit(ctx, l.by, journal.Change{Action: "payment.send", Subject: id, After: v.Amount.String(), Reason: m.ID}, writes...)
}

// chargeable is the invoice, when the run is next and it may be charged.
func (l *line) chargeable(ctx context.Context, w Work) (invoice.Invoice, int64, error) {
	ref, err := invoice.ParseNumber(w.Invoice)
	if err != nil {
		return invoice.Invoice{}, 0, err
	}
	if !w.Day.IsZero() {
		if err := l.stopped(ctx, l.by.Tenant); err != nil {
			return invoice.Invoice{}, 0, err
		}
	}
	head, version, err := invoice.Load(ctx, l.Store, l.by.Tenant, ref.Month, ref.Customer)
	if err != nil {
		return head, 0, err
	}
	if head.Number != w.Invoice {
		return head, 0, fault.New(fault.Conflict, fault.T("청구서 %[1]s은(는) %[2]s(으)로 바뀌었습니다. 바뀐 청구서를 발송한 뒤 결제해 주세요.", "Invoice %[1]s has become %[2]s; send that one before charging it.", w.Invoice, head.Number))
	}
	if head.SentAs != head.Number {
		return head, 0, fault.New(fault.Conflict, fault.T("청구서 %s을(를) 아직 발송하지 않아 결제하지 않습니다.", "Invoice %s was not sent yet and is not charged.", head.Number))
	}
	runs, err := payment.Runs(ctx, l.Store, l.by.Tenant, ref)
	if err != nil {
		return head, 0, err
	}
	if next := nextRun(runs); w.Run != next {
		return head, 0, fault.New(fault.Conflict, fault.T("청구서 %[1]s의 다음 결제는 %[2]d회차입니다. 새로 고친 뒤 다시 해 주세요.", "The next run at invoice %[1]s is number %[2]d; reload and try again.", head.Number, next))
	}
	if !w.Day.IsZero() && wentBack(runs) {
		return head, 0, fault.New(fault.Conflict, refundedText(head))
	}
	return head, version, nil
}

func nextRun(runs []payment.Versioned) int {
	if len(runs) == 0 {
		return 1
	}
	return runs[len(runs)-1].Run + 1
}

// exempt is the tax-free part of an amount (면세): all of it for a supply that was exempt when the invoice became final,
// nothing otherwise. Zero-rated supplies are taxed, at nothing. An old invoice that does not say goes by its customer.
func exempt(head invoice.Invoice, c customer.Customer, s payment.Sum) money.Amount {
	if cmp.Or(head.TaxKind, c.TaxKind) == customer.Exempt {
		return s.Total
	}
	return won
}

// attempted is the payment with an attempt more, on the card.
func (l *line) attempted(p payment.Payment, m payment.Method) (payment.Payment, error) {
	next := p.Try(payment.Attempt{Key: p.AttemptKey(), Method: m.ID, Card: m.Card, Sent: l.now()})
	var err error
	next.Attempts[len(next.Attempts)-1].Hash, err = l.requestFor(next, "").hash(m.ID)
	return next, err
}

// requestFor is the request of the payment's last attempt: the same whenever it is made.
func (l *line) requestFor(p payment.Payment, billingKey string) ChargeRequest {
	return ChargeRequest{
		Payment: p.ID, Key: p.Last().Key, Channel: p.Channel, Card: billingKey, Customer: p.Customer,
		Order:  "클라우드 이용료 " + p.Month.String(), // 30 bytes: one gateway takes 40
		Amount: p.Amount, VAT: p.VAT, TaxFree: p.TaxFree, Mark: l.by.Tenant.String(),
	}
}

// hash is SHA-256, hex, of the whole request, with the card's id in place of its billing key.
func (q ChargeRequest) hash(method string) (string, error) {
	q.Card = method
	b, err := json.Marshal(q)
	if err != nil {
		return "", fault.New(fault.Internal, fault.T("결제 요청을 저장 형식으로 바꾸지 못했습니다.", "The charge request could not be encoded.")).Because(err)
	}
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:]), nil
}

// noCard puts a card payer without a usable card on the work-list.
func (l *line) noCard(ctx context.Context, p payment.Payment) error {
	why := fault.T("고객사 %[1]s에 사용할 수 있는 카드가 없어 청구서 %[2]s을(를) 결제하지 못했습니다. 카드를 등록하거나 다른 방법으로 받아 주세요.", "Customer %[1]s has no usable card, so invoice %[2]s was not charged; have a card registered or collect it another way.", p.Customer, p.Invoice)
	w, err := l.matter(payment.MatterNoCard, uncharged(p.Invoice), p, p.Amount, why).Put(l.by.Tenant)
	if err != nil {
		return err
	}
	if err := l.Commit(ctx, l.by, journal.Change{Action: "payment.no-card", Subject: p.ID}, w); err != nil {
		return err
	}
	return fault.New(fault.Conflict, why)
}
