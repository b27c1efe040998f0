package receivables

import (
	"context"

	"jeongsan/internal/books"
	"jeongsan/internal/fault"
	"jeongsan/internal/invoice"
	"jeongsan/internal/journal"
	"jeongsan/internal/ledger"
	"jeongsan/internal/money"
	"jeongsan/internal/payment"
	"jeongsan/internal/store"
	"jeongsan/internal/tenant"
)

// take commits one step of a payment with everything that follows from it. again: the step began another attempt.
func (l *line) take(ctx context.Context, v payment.Versioned, s payment.Step) (again bool, err error) {
	switch s.Kind {
	case payment.Charged:
		return false, l.charged(ctx, v, s, journal.Change{Action: "payment.succeeded", Before: string(v.State)})
	case payment.Refused:
		return l.refused(ctx, v, s.Payment)
	case payment.Returned:
		return false, l.returned(ctx, v, s)
	case payment.Unexpected:
		return false, l.doubted(ctx, v, s.Payment)
	case payment.Returning:
		_, err = l.put(ctx, v, s.Payment, journal.Change{Action: "refund.pending", Subject: v.ID, After: s.Payment.Refund.Taken})
		return false, err
	case payment.Unreturned:
		return false, l.unreturned(ctx, v, fault.T("결제사가 취소를 처리하지 못했습니다.", "The provider could not carry the cancellation out."))
	}
	_, err = l.put(ctx, v, s.Payment, journal.Change{Action: "payment." + string(s.Payment.State), Subject: v.ID, Before: string(v.State)})
	return false, err
}

// charged books a payment: the invoice is paid by what it still owes, the rest is suspense; the provider owes it to us.
// The portion holds the tax of what the invoice owes, also where the slip splits it otherwise.
func (l *line) charged(ctx context.Context, v payment.Versioned, s payment.Step, c journal.Change) error {
	p := s.Payment
	head, version, err := invoice.Load(ctx, l.Store, l.by.Tenant, p.Month, p.Customer)
	if err != nil {
		return err
	}
	owed, err := payment.Owed(head)
	if err != nil {
		return err
	}
	if p.Applied, err = lesser(p.Amount, owed.Total); err != nil {
		return err
	}
	if p.Suspended, err = p.Amount.Sub(p.Applied); err != nil {
		return err
	}
	head = head.Release(p.ID)
	if !p.Applied.IsZero() {
		part, err := owed.Part(p.Applied)
		if err != nil {
			return err
		}
		head = head.Pay(invoice.Portion{Payment: p.ID, Means: invoice.Card, Slip: p.Slip.Approval, Amount: part.Total, Supply: part.Supply, VAT: part.VAT, At: p.Slip.PaidAt})
		portion, _ := head.Portion(p.ID)
		p.Evidence = portion.Evidence
	}
	before, ended, err := l.ours(ctx, p.ID)
	if err != nil {
		return err
	}
	follow, err := l.follows(ctx, head, version, movement{p, "payment-" + p.ID, p.Applied, p.Suspended, fault.T("%[1]s 카드 결제", "Card payment of %[1]s", p.Invoice)}, before...)
	if err != nil {
		return err
	}
	rows, err := l.chargedRows(ctx, p, s.OtherTax)
	if err != nil {
		return err
	}
	c.Subject, c.After = p.ID, p.Amount.String()
	_, err = l.put(ctx, v, p, c, append(append(follow, ended...), rows...)...)
	return err
}

// chargedRows is what a paid payment changes on the work-list: why its invoice was not charged before is answered.
func (l *line) chargedRows(ctx context.Context, p payment.Payment, otherTax bool) ([]store.Write, error) {
	var rows []payment.Matter
	if !p.Suspended.IsZero() {
		why := fault.T("청구서 %[1]s에 남은 금액보다 %[2]s 더 결제되었습니다. 환불하거나 다른 청구서에 충당해 주세요.", "Invoice %[1]s was paid %[3]s more than it still owed; refund it or apply it elsewhere.", p.Invoice, p.Suspended.Korean(), p.Suspended.English())
		rows = append(rows, l.matter(payment.MatterExcess, "excess/"+p.ID, p, p.Suspended, why))
	}
	if otherTax {
		why := fault.T("결제 %[1]s의 매출전표는 부가세가 %[2]s, 면세 금액이 %[3]s으로 요청과 다릅니다. 결제사의 과세 설정과 부가세 신고 자료를 확인해 주세요.", "The slip of payment %[1]s shows a VAT of %[4]s and a tax-free part of %[5]s, which is not what was asked for; check the provider's tax settings and the VAT return.", p.ID, p.VAT.Korean(), p.TaxFree.Korean(), p.VAT.English(), p.TaxFree.English())
		rows = append(rows, l.matter(payment.MatterTax, "other-tax/"+p.ID, p, p.Amount, why))
	}
	var out []store.Write
	for _, m := range rows {
		w, err := m.Put(l.by.Tenant)
		if err != nil {
			return nil, err
		}
		out = append(out, w)
	}
	_, err := payment.LoadMatter(ctx, l.Store, l.by.Tenant, uncharged(p.Invoice))
	if fault.Is(err, fault.NotFound) {
		return out, nil
	}
	return append(out, payment.MatterDone(l.by.Tenant, uncharged(p.Invoice))), err
}

// lesser is the smaller of two amounts, never below nothing.
func lesser(a, b money.Amount) (money.Amount, error) {
	less, err := a.Cmp(b)
	if err == nil && less > 0 {
		a = b
	}
	if a.Sign() < 0 {
		a = won
	}
	return a, err
}

// refused marks the card and goes on to the customer's next one; without one the invoice is free again.
func (l *line) refused(ctx context.Context, v payment.Versioned, p payment.Payment) (again bool, err error) {
	t, d := l.by.Tenant, p.Last().Decline
	wallet, version, err := payment.LoadWallet(ctx, l.Store, t, p.Customer)
	if err != nil {
		return false, err
	}
	card := store.Check(wallet.Key(t), store.AtVersion(version))
	if state := d.CardState(); state != "" {
		wallet = wallet.Mark(p.Last().Method, state, l.now())
		if card, err = wallet.Put(t, version); err != nil {
			return false, err
		}
	}
	change := journal.Change{Action: "payment.declined", Subject: p.ID, Before: string(v.State), After: d.Code, Reason: d.Text.EN}
	if m, usable := wallet.Next(p); usable && d.NextCard() {
		next, err := l.attempted(p, m)
		if err != nil {
			return false, err
		}
		change.Action = "payment.next-card"
		if card, err = wallet.Put(t, version); err != nil { // written, so that the card cannot be removed in the same moment
			return false, err
		}
		_, err = l.put(ctx, v, next, change, card)
		return err == nil, err
	}
	free, err := l.released(ctx, p)
	if err != nil {
		return false, err
	}
	writes := append(free, card)
	if d.Class == payment.Ours {
		row, err := l.matter(payment.MatterOurs, uncharged(p.Invoice), p, p.Amount, d.Text).Put(t)
		if err != nil {
			return false, err
		}
		writes = append(writes, row)
	}
	_, err = l.put(ctx, v, p, change, writes...)
	return false, err
}

// released is the write that frees the invoice of a payment that came to nothing.
func (l *line) released(ctx context.Context, p payment.Payment) ([]store.Write, error) {
	head, version, err := invoice.Load(ctx, l.Store, l.by.Tenant, p.Month, p.Customer)
	if err != nil {
		return nil, err
	}
	if head.Money.Collecting != p.ID {
		return nil, nil
	}
	w, err := head.Release(p.ID).Put(l.by.Tenant, version)
	return []store.Write{w}, err
}

// returned books money that went back to the card: first out of suspense, then the invoice owes it again.
func (l *line) returned(ctx context.Context, v payment.Versioned, s payment.Step) error {
	p, c := s.Payment, s.Cancellation
	head, version, err := invoice.Load(ctx, l.Store, l.by.Tenant, p.Month, p.Customer)
	if err != nil {
		return err
	}
	suspended, err := lesser(p.Suspended, c.Amount)
	if err != nil {
		return err
	}
	applied, err := c.Amount.Sub(suspended)
	if err != nil {
		return err
	}
	said := c.VAT
	if applied != c.Amount {
		said = money.Amount{} // of the part that was suspense nothing is said
	}
	if head, err = reopened(head, p.ID, applied, said); err != nil {
		return err
	}
	if p.Applied, err = p.Applied.Sub(applied); err != nil {
		return err
	}
	if p.Suspended, err = p.Suspended.Sub(suspended); err != nil {
		return err
	}
	follow, err := l.follows(ctx, head, version, movement{p, "payment-" + p.ID + "-cancel-" + c.ID, applied.Neg(), suspended.Neg(), fault.T("%[1]s 카드 결제 취소", "Cancellation of the card payment of %[1]s", p.Invoice)})
	if err != nil {
		return err
	}
	if p.Suspended.IsZero() && !suspended.IsZero() {
		follow = append(follow, payment.MatterDone(l.by.Tenant, "excess/"+p.ID))
	}
	if v.Refund != nil && p.Refund == nil {
		follow = append(follow, payment.MatterDone(l.by.Tenant, doubtID(p.ID)))
	}
	_, err = l.put(ctx, v, p, journal.Change{Action: "payment." + string(p.State), Subject: p.ID, Before: string(v.State), After: c.Amount.String(), Reason: c.Reason}, follow...)
	return err
}

// reopened is the invoice with so much less of the payment, and the VAT in it where the provider says it.
func reopened(head invoice.Invoice, id string, less, vat money.Amount) (invoice.Invoice, error) {
	portion, there := head.Portion(id)
	if less.IsZero() || !there {
		return head, nil
	}
	whole := payment.Sum{Supply: portion.Supply, VAT: portion.VAT, Total: portion.Amount}
	back, err := whole.Said(less, vat)
	if err != nil {
		return head, err
	}
	left, err := whole.Without(back)
	if err != nil {
		return head, err
	}
	portion.Supply, portion.VAT, portion.Amount = left.Supply, left.VAT, left.Total
	return head.Restate(portion), nil
}

// movement is what a payment moves in the books: so much of the invoice and so much of suspense, negative when it goes back.
type movement struct {
	payment            payment.Payment
	id                 string
	applied, suspended money.Amount
	text               fault.Text
}

// follows is the writes of the invoice and the books, with what else is posted.
func (l *line) follows(ctx context.Context, head invoice.Invoice, version int64, m movement, more ...ledger.Posting) ([]store.Write, error) {
	posting, err := l.posting(m)
	if err != nil {
		return nil, err
	}
	writes, err := books.Post(ctx, l.Store, l.by.Tenant, append(more, posting)...)
	if err != nil {
		return nil, err
	}
	w, err := head.Put(l.by.Tenant, version)
	return append(writes, w), err
}

// posting enters the books on the day the card was charged, or on which it was cancelled: the provider owes us the money
// (미수금), the customer no longer does (외상매출금). What goes back is a posting of its own, since it is an event of its
// own and can be a part; nothing is reversed.
func (l *line) posting(m movement) (ledger.Posting, error) {
	clearing, err := ledger.Clearing(tenant.PortOne)
	if err != nil {
		return ledger.Posting{}, err
	}
	receivable, err := ledger.Receivable(m.payment.Customer)
	if err != nil {
		return ledger.Posting{}, err
	}
	total, err := m.applied.Add(m.suspended)
	if err != nil {
		return ledger.Posting{}, err
	}
	at := m.payment.Slip.PaidAt
	if n := len(m.payment.Cancellations); n > 0 {
		at = m.payment.Cancellations[n-1].At
	}
	entries := []ledger.Entry{ledger.Debit(clearing, total)}
	if !m.applied.IsZero() {
		entries = append(entries, ledger.Credit(receivable, m.applied))
	}
	if !m.suspended.IsZero() {
		entries = append(entries, ledger.Credit(ledger.Suspense(), m.suspended))
	}
	return ledger.New(m.id, l.dayOf(at), m.text, m.payment.ID, entries...)
}

// doubted leaves a payment to a person.
func (l *line) doubted(ctx context.Context, v payment.Versioned, p payment.Payment) error {
	row, err := l.matter(payment.MatterDoubt, doubtID(p.ID), p, p.Amount, p.Reason).Put(l.by.Tenant)
	if err != nil {
		return err
	}
	_, err = l.put(ctx, v, p, journal.Change{Action: "payment.in-doubt", Subject: p.ID, Before: string(v.State), Reason: p.Reason.EN}, row)
	return err
}
