package receivables

import (
	"context"
	"encoding/json"
	"errors"

	"jeongsan/internal/due"
	"jeongsan/internal/fault"
	"jeongsan/internal/identity"
	"jeongsan/internal/journal"
	"jeongsan/internal/payment"
	"jeongsan/internal/secret"
	"jeongsan/internal/store"
	"jeongsan/internal/tenant"
)

// line is an open line to the tenant's provider, and who speaks.
type line struct {
	*Desk
	by      identity.Principal
	gateway Gateway
	channel tenant.CardChannel
}

func (d *Desk) line(ctx context.Context, p identity.Principal) (*line, error) {
	g, c, err := d.gateway(ctx, p.Tenant)
	return &line{Desk: d, by: p, gateway: g, channel: c}, err
}

// find reads the provider's record of a payment. That it takes our secret no more stops the regular charges.
func (l *line) find(ctx context.Context, id string) (payment.Fact, error) {
	fact, err := l.gateway.Find(ctx, id)
	if fault.Is(err, fault.Forbidden) {
		return fact, errors.Join(err, l.stop(ctx, l.by, refusedSecret))
	}
	if err != nil {
		return fact, err
	}
	return fact, l.own(ctx, fact)
}

var errForeign = errors.New("receivables: the payment is another company's")

// own refuses the record of a payment under one of our ids that bears another's mark, with a row on the work-list: two
// companies with one code at one shop would each take the other's payments for their own.
func (l *line) own(ctx context.Context, f payment.Fact) error {
	if _, err := payment.ParseID(f.ID); err != nil || f.Mark == "" || f.Mark == l.by.Tenant.String() {
		return nil
	}
	text := fault.T("결제 %[1]s은(는) 다른 회사가 만든 결제라 반영하지 않았습니다. 포트원 상점 ID를 확인해 주세요.", "Payment %[1]s was made by another company and is not booked; check PortOne's store id.", f.ID)
	if err := l.listed(ctx, l.by, l.matter(payment.MatterForeign, "foreign/"+f.ID, payment.Payment{ID: f.ID}, f.Total, text)); err != nil {
		return err
	}
	return fault.New(fault.Conflict, text).Because(errForeign)
}

// pursue calls for the last attempt, and for each attempt that follows from its decline.
func (l *line) pursue(ctx context.Context, v payment.Versioned) (payment.Versioned, error) {
	for {
		q, err := l.request(ctx, v.Payment)
		if err != nil {
			return v, err
		}
		answer, cause := l.gateway.Charge(ctx, q)
		next, again, err := l.hear(ctx, v, answer, cause)
		if err != nil || !again {
			return next, err
		}
		v = next
	}
}

// request is the last attempt's request, which must be the very one that was committed.
func (l *line) request(ctx context.Context, p payment.Payment) (ChargeRequest, error) {
	w, _, err := payment.LoadWallet(ctx, l.Store, l.by.Tenant, p.Customer)
	if err != nil {
		return ChargeRequest{}, err
	}
	m, there := w.Find(p.Last().Method)
	if !there {
		return ChargeRequest{}, fault.New(fault.Internal, fault.T("결제 %s의 카드가 지워졌습니다.", "The card of payment %s was removed.", p.ID))
	}
	key, err := l.Secrets.Open(ctx, secret.Scope{Tenant: l.by.Tenant, Purpose: m.KeyPurpose(p.Customer)}, m.Sealed)
	if err != nil {
		return ChargeRequest{}, err
	}
	q := l.requestFor(p, string(key))
	h, err := q.hash(m.ID)
	if err == nil && h != p.Last().Hash {
		err = fault.New(fault.Internal, fault.T("결제 %s의 요청이 처음과 달라 다시 보내지 않습니다.", "The request of payment %s would differ from the first one and is not repeated.", p.ID))
	}
	return q, err
}

// hear settles what a call came to by the provider's record, whatever the answer was. again: another card's attempt was
// committed, and is to be called.
func (l *line) hear(ctx context.Context, v payment.Versioned, answer Answer, cause error) (next payment.Versioned, again bool, err error) {
	fact, err := l.find(ctx, v.ID)
	unheardOf := fault.Is(err, fault.NotFound) || err == nil && v.Unheard(fact)
	lockedOut := fault.Is(err, fault.Forbidden) && v.Last().Once()
	switch {
	case answer.Outcome == Refused && (unheardOf || lockedOut): // refused, and there is no record of it or no call before it
		next, again, err = l.unmade(ctx, v, "refused/", answer.Decline)
		if errors.Is(err, errMoved) {
			err = nil
		}
		return next, again, err
	case err != nil:
		if cause == nil {
			cause = err
		}
		next, err = l.unheard(ctx, v, cause)
		return next, false, err
	}
	next, again, err = l.conclude(ctx, v.ID, fact)
	if err == nil && next.State == payment.Sent && !again {
		next, err = l.unheard(ctx, next, cause)
	}
	return next, again, err
}

var errMoved = errors.New("receivables: the payment went on meanwhile")

// unmade concludes what no record of the provider says but its refusal or a person's word: that the last attempt of the
// payment charged nothing. It is said of that attempt as the payment stands at v, and of nothing else: where the payment
// went on meanwhile it fails with errMoved.
func (l *line) unmade(ctx context.Context, v payment.Versioned, why string, d payment.Decline) (next payment.Versioned, again bool, err error) {
	key := v.Last().Key
	fact := payment.Fact{ID: v.ID, Standing: payment.StandsFailed, Attempt: key, Transaction: why + key, Decline: d}
	for range tries {
		step := v.Learn(fact, l.now())
		if step.Kind == payment.Nothing {
			return v, false, nil
		}
		again, err = l.take(ctx, v, step)
		if err != nil && !lost(err) {
			return v, false, err
		}
		now, loadErr := payment.Load(ctx, l.Store, l.by.Tenant, v.ID)
		switch {
		case loadErr != nil:
			return v, false, loadErr
		case err == nil:
			return now, again, nil
		case now.Version != v.Version:
			text := fault.T("그 사이에 결제 %s이(가) 진행되었습니다. 새로 고친 뒤 다시 확인해 주세요.", "Payment %s went on meanwhile; reload and look again.", v.ID)
			return now, false, fault.New(fault.Conflict, text).Because(errMoved)
		}
	}
	return v, false, store.ErrContended
}

// unheard commits that the outcome is not known.
func (l *line) unheard(ctx context.Context, v payment.Versioned, cause error) (payment.Versioned, error) {
	why := fault.T("결제사의 답을 받지 못했습니다. 결과를 다시 확인합니다.", "The provider's answer did not come; it is asked again.")
	next := v.Lost(why)
	if next.State == v.State {
		return v, nil
	}
	reason := ""
	if cause != nil {
		reason = string(fault.CodeOf(cause)) + ": " + fault.TextOf(cause).EN
	}
	after, err := l.put(ctx, v, next, journal.Change{Action: "payment.unknown", Subject: v.ID, Before: string(v.State), Reason: reason})
	if lost(err) { // somebody else heard of it meanwhile
		return payment.Load(ctx, l.Store, l.by.Tenant, v.ID)
	}
	return after, err
}

// follow asks once how an open payment stands. One that the provider does not know is sent again, as it was, once it
// cannot be on its way any more and while it is not in doubt.
func (l *line) follow(ctx context.Context, v payment.Versioned) (payment.Versioned, error) {
	fact, err := l.find(ctx, v.ID)
	unheardOf := fault.Is(err, fault.NotFound) || err == nil && v.Unheard(fact)
	switch {
	case unheardOf && v.Repeatable(l.now()):
		return l.repeat(ctx, v)
	case unheardOf, fault.Is(err, fault.Unavailable), errors.Is(err, errForeign):
		return v, nil // its timer asks again
	case err != nil:
		return v, err
	}
	return l.applied(ctx, v.ID, fact)
}

// repeat sends the last attempt again, after a commit that says so.
func (l *line) repeat(ctx context.Context, v payment.Versioned) (payment.Versioned, error) {
	next, err := l.put(ctx, v, v.Again(l.now()), journal.Change{Action: "payment.repeat", Subject: v.ID, Before: string(v.State)})
	if lost(err) { // somebody else decided meanwhile
		return payment.Load(ctx, l.Store, l.by.Tenant, v.ID)
	}
	if err != nil {
		return v, err
	}
	return l.pursue(ctx, next)
}

// applied concludes a fact and pursues the next card where it was a decline.
func (l *line) applied(ctx context.Context, id string, fact payment.Fact) (payment.Versioned, error) {
	v, again, err := l.conclude(ctx, id, fact)
	if err != nil || !again {
		return v, err
	}
	return l.pursue(ctx, v)
}

// conclude applies a fact, one commit for each of its steps, until the payment says what the fact says.
func (l *line) conclude(ctx context.Context, id string, fact payment.Fact) (v payment.Versioned, again bool, err error) {
	for attempt := 0; attempt < tries; {
		if v, err = payment.Load(ctx, l.Store, l.by.Tenant, id); err != nil {
			return v, false, err
		}
		step := v.Learn(fact, l.now())
		if step.Kind == payment.Nothing {
			return v, again, nil
		}
		again, err = l.take(ctx, v, step)
		if lost(err) { // the invoice, the balance or the payment moved: decide anew
			attempt++
			continue
		}
		if err != nil {
			return v, false, err
		}
	}
	return v, false, store.ErrContended
}

// put commits a payment's next state with its timer.
func (l *line) put(ctx context.Context, v payment.Versioned, next payment.Payment, c journal.Change, more ...store.Write) (payment.Versioned, error) {
	writes, err := l.move(v, next)
	if err != nil {
		return v, err
	}
	if err := l.Commit(ctx, l.by, c, append(writes, more...)...); err != nil {
		return v, err
	}
	return payment.Versioned{Payment: next, Version: v.Version + 1}, nil
}

// move is the writes that take a payment to its next state: itself, its entry among the open ones, its timer, and the
// row of the work-list that a doubt left.
func (l *line) move(from payment.Versioned, to payment.Payment) ([]store.Write, error) {
	t := l.by.Tenant
	writes, err := to.Put(t, from.Version)
	if err != nil {
		return nil, err
	}
	if from.State == payment.InDoubt && to.State != payment.InDoubt {
		writes = append(writes, payment.MatterDone(t, doubtID(to.ID)))
	}
	if from.Ask.Equal(to.Ask) {
		return writes, nil
	}
	if from.Waits() {
		old, err := timer(t, from.Payment)
		if err != nil {
			return nil, err
		}
		writes = append(writes, due.Done(old))
	}
	if !to.Waits() {
		return writes, nil
	}
	next, err := timer(t, to)
	if err != nil {
		return nil, err
	}
	w, err := due.Put(next)
	return append(writes, w), err
}

func doubtID(id string) string { return "doubt/" + id }

// timer is the due work that asks for the payment.
func timer(t store.Tenant, p payment.Payment) (due.Item, error) {
	return item(t, "payment.ask/"+p.ID, JobAsk, About{p.ID}, due.Item{At: p.Ask})
}

// item fills a piece of due work.
func item(t store.Tenant, id, job string, payload any, i due.Item) (due.Item, error) {
	b, err := json.Marshal(payload)
	if err != nil {
		return due.Item{}, fault.New(fault.Internal, fault.T("작업을 저장 형식으로 바꾸지 못했습니다.", "Work could not be encoded.")).Because(err)
	}
	i.ID, i.Tenant, i.Job, i.Payload = id, t.String(), job, b
	return i, nil
}
