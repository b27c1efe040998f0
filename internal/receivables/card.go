package receivables

import (
	"context"

	"jeongsan/internal/customer"
	"jeongsan/internal/fault"
	"jeongsan/internal/identity"
	"jeongsan/internal/journal"
	"jeongsan/internal/payment"
	"jeongsan/internal/secret"
	"jeongsan/internal/store"
)

// RegisterMethod registers a card whose billing key was issued in the provider's window. What the browser claims is only
// the key: card and owner are what the provider says of it. Place 1 is charged first, 0 is behind the cards there are.
// The same key again is the same card, and nothing changes.
func (d *Desk) RegisterMethod(ctx context.Context, p identity.Principal, customerID, billingKey string, place int) (payment.Method, error) {
	if err := p.Allow(identity.ManageMethods); err != nil {
		return payment.Method{}, err
	}
	if billingKey == "" {
		return payment.Method{}, fault.Invalidf("billing_key", fault.T("카드 등록 창에서 받은 빌링키가 없습니다. 다시 등록해 주세요.", "The billing key of the registration window is missing; register again."))
	}
	if err := payment.RefuseCardNumber("billing_key", billingKey); err != nil {
		return payment.Method{}, err
	}
	if _, _, err := customer.Load(ctx, d.Store, p.Tenant, customerID); err != nil {
		return payment.Method{}, err
	}
	w, version, err := payment.LoadWallet(ctx, d.Store, p.Tenant, customerID)
	if err != nil {
		return payment.Method{}, err
	}
	id := payment.MethodID(billingKey)
	if m, there := w.Find(id); there {
		return m, nil
	}
	m, err := d.registered(ctx, p.Tenant, customerID, billingKey)
	if err != nil {
		return payment.Method{}, err
	}
	if w, err = w.Add(m, place); err != nil {
		return payment.Method{}, err
	}
	put, err := w.Put(p.Tenant, version)
	if err != nil {
		return payment.Method{}, err
	}
	err = d.Commit(ctx, p, journal.Change{Action: "card.register", Subject: customerID, After: m.ID}, put, payment.Own(p.Tenant, id, customerID))
	return m, err
}

// registered is the card as the provider knows it, with its key sealed.
func (d *Desk) registered(ctx context.Context, t store.Tenant, customerID, billingKey string) (payment.Method, error) {
	g, _, err := d.gateway(ctx, t)
	if err != nil {
		return payment.Method{}, err
	}
	r, err := g.Card(ctx, billingKey)
	if err != nil {
		return payment.Method{}, err
	}
	if r.Customer != "" && r.Customer != customerID {
		return payment.Method{}, fault.Invalidf("billing_key", fault.T("다른 고객사의 카드 등록입니다. 이 고객사의 등록 창에서 다시 등록해 주세요.", "This registration is another customer's; register again in this customer's window."))
	}
	if r.State == payment.Deleted {
		return payment.Method{}, fault.Invalidf("billing_key", fault.T("결제사에서 이미 삭제된 카드 등록입니다. 다시 등록해 주세요.", "The provider has deleted this registration; register again."))
	}
	if err := payment.RefuseCardNumber("card.number", r.Card.Number); err != nil {
		return payment.Method{}, err
	}
	m := payment.Method{ID: payment.MethodID(billingKey), Card: r.Card, State: r.State, Since: d.now()}
	m.Sealed, err = d.Secrets.Seal(ctx, secret.Scope{Tenant: t, Purpose: m.KeyPurpose(customerID)}, []byte(billingKey))
	return m, err
}

// RemoveMethod takes a card out for good: it is never charged from the first commit on, then deleted at the provider.
// While a payment that tried it is open it is refused; one that begins in the same moment writes the wallet, and either
// the one or the other fails.
func (d *Desk) RemoveMethod(ctx context.Context, p identity.Principal, customerID, method, reason string) error {
	if err := p.Allow(identity.ManageMethods); err != nil {
		return err
	}
	w, version, err := payment.LoadWallet(ctx, d.Store, p.Tenant, customerID)
	if err != nil {
		return err
	}
	if _, there := w.Find(method); there {
		if err := d.notInUse(ctx, p.Tenant, customerID, method); err != nil {
			return err
		}
		w = w.Remove(method, d.now())
		put, err := w.Put(p.Tenant, version)
		if err != nil {
			return err
		}
		if err := d.Commit(ctx, p, journal.Change{Action: "card.remove", Subject: customerID, Before: method, Reason: reason}, put); err != nil {
			return err
		}
		version++
	}
	gone, there := w.Forgotten(method)
	if !there {
		return nil
	}
	if err := d.forget(ctx, p.Tenant, customerID, gone); err != nil {
		return err
	}
	put, err := w.Unsealed(method).Put(p.Tenant, version)
	if err != nil {
		return err
	}
	return d.Commit(ctx, p, journal.Change{Action: "card.forgotten", Subject: customerID, Before: method}, put, payment.Disown(p.Tenant, method))
}

func (d *Desk) notInUse(ctx context.Context, t store.Tenant, customerID, method string) error {
	open, err := payment.Open(ctx, d.Store, t)
	if err != nil {
		return err
	}
	for _, id := range open {
		v, err := payment.Load(ctx, d.Store, t, id)
		if err != nil {
			return err
		}
		if v.State.Open() && v.Customer == customerID && v.Tried(method) {
			return fault.New(fault.Conflict, fault.T("결제 %s의 결과를 확인하는 중이라 카드를 지울 수 없습니다. 결과가 나온 뒤 지워 주세요.", "Payment %s is still open on this card; remove it once the outcome is known.", id))
		}
	}
	return nil
}

func (d *Desk) forget(ctx context.Context, t store.Tenant, customerID string, m payment.Method) error {
	g, _, err := d.gateway(ctx, t)
	if err != nil {
		return err
	}
	key, err := d.Secrets.Open(ctx, secret.Scope{Tenant: t, Purpose: m.KeyPurpose(customerID)}, m.Sealed)
	if err != nil {
		return err
	}
	if err := g.Forget(ctx, string(key)); err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	return nil
}

// RefreshMethod asks the provider how a card stands, after a webhook said that it changed.
func (d *Desk) RefreshMethod(ctx context.Context, p identity.Principal, customerID, method string) error {
	if err := p.Allow(identity.ApplyPayment); err != nil {
		return err
	}
	w, version, err := payment.LoadWallet(ctx, d.Store, p.Tenant, customerID)
	if err != nil {
		return err
	}
	m, there := w.Find(method)
	if !there {
		return nil
	}
	state, err := d.standing(ctx, p.Tenant, customerID, m)
	if err != nil || state == m.State || state == payment.Usable {
		return err // that the registration stands does not heal a card which its issuer declines
	}
	put, err := w.Mark(method, state, d.now()).Put(p.Tenant, version)
	if err != nil {
		return err
	}
	return d.Commit(ctx, p, journal.Change{Action: "card.state", Subject: customerID, Before: string(m.State), After: string(state)}, put)
}

func (d *Desk) standing(ctx context.Context, t store.Tenant, customerID string, m payment.Method) (payment.MethodState, error) {
	g, _, err := d.gateway(ctx, t)
	if err != nil {
		return "", err
	}
	key, err := d.Secrets.Open(ctx, secret.Scope{Tenant: t, Purpose: m.KeyPurpose(customerID)}, m.Sealed)
	if err != nil {
		return "", err
	}
	r, err := g.Card(ctx, string(key))
	if fault.Is(err, fault.NotFound) {
		return payment.Deleted, nil
	}
	return r.State, err
}
