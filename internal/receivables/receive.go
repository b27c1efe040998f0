package receivables

import (
	"context"
	"strings"

	"jeongsan/internal/due"
	"jeongsan/internal/fault"
	"jeongsan/internal/payment"
	"jeongsan/internal/secret"
	"jeongsan/internal/store"
	"jeongsan/internal/tenant"
)

// MaxWebhook is the largest body of a webhook, in bytes; the provider's are under 1 KB. Whoever reads the request stops here.
const MaxWebhook = 64 << 10

// Received is what became of a webhook. In every case it is answered as taken.
type Received struct {
	Event     string
	Duplicate bool // it was received before: nothing is done again
	Ignored   bool // of a type that changes nothing here; only its mark is kept
}

// Receive takes a webhook of the tenant's shop: it verifies the raw body, keeps the mark of its id and the work it asks
// for in one commit, and returns; what it says is not believed but asked for by that work. A signature proves it, so it
// takes no principal, and leaves no audit record: it changes nothing but what is to be asked.
//
// Faults are the answers to whoever called, and nothing was changed: Invalid, too large, malformed, or of a payment of
// another MSP; Forbidden, a wrong signature, an old time stamp, another shop; NotFound, no channel here; Conflict, another
// body under an id that was used.
func (d *Desk) Receive(ctx context.Context, t store.Tenant, headers map[string][]string, body []byte) (Received, error) {
	if len(body) > MaxWebhook {
		return Received{}, fault.Invalidf("body", fault.T("웹훅 본문이 너무 큽니다(최대 %d바이트).", "The webhook's body is too large (%d bytes at most).", MaxWebhook))
	}
	c, _, err := tenant.LoadChannel(ctx, d.Store, t)
	if err != nil {
		return Received{}, err
	}
	hint, err := d.verified(ctx, t, c, headers, body)
	if err != nil {
		return Received{}, err
	}
	mark := payment.Webhook{Provider: tenant.PortOne, Event: hint.Event, Type: hint.Type, Hash: payment.HashBody(body), Received: d.now()}
	known, err := d.known(ctx, t, mark)
	if err != nil || known {
		return Received{Event: hint.Event, Duplicate: known}, err
	}
	work, err := d.asked(ctx, t, hint)
	if err != nil {
		return Received{}, err
	}
	put, err := mark.Put(t)
	if err != nil {
		return Received{}, err
	}
	err = d.Save(ctx, append(work, put)...)
	if lost(err) { // the same webhook came twice at once
		known, err = d.known(ctx, t, mark)
	}
	return Received{Event: hint.Event, Duplicate: known, Ignored: len(work) == 0}, err
}

// verified proves the webhook by one of the secrets that are valid now, and that it is of our shop.
func (d *Desk) verified(ctx context.Context, t store.Tenant, c tenant.CardChannel, headers map[string][]string, body []byte) (payment.Hint, error) {
	secrets, err := d.webhookSecrets(ctx, t, c)
	if err != nil {
		return payment.Hint{}, err
	}
	hint, err := d.Verify(secrets, headers, body)
	if err != nil {
		return hint, err
	}
	if hint.Store != "" && hint.Store != c.StoreID || hint.Store == "" && hint.Known {
		return hint, fault.New(fault.Forbidden, fault.T("다른 상점의 웹훅입니다. 포트원 콘솔의 웹훅 주소를 확인해 주세요.", "This webhook is of another shop; check the address in PortOne's console."))
	}
	return hint, nil
}

// webhookSecrets opens the secrets that are valid now, newest first.
func (d *Desk) webhookSecrets(ctx context.Context, t store.Tenant, c tenant.CardChannel) ([]string, error) {
	var out []string
	for _, s := range c.WebhookSecrets {
		plain, err := d.Secrets.Open(ctx, secret.Scope{Tenant: t, Purpose: c.WebhookPurpose()}, s.Sealed)
		if err != nil {
			return nil, err
		}
		out = append(out, string(plain))
	}
	return out, nil
}

// known reports whether the very webhook was received before; another one under its id is a fault.
func (d *Desk) known(ctx context.Context, t store.Tenant, mark payment.Webhook) (bool, error) {
	before, err := payment.LoadWebhook(ctx, d.Store, t, mark.Provider, mark.Event)
	switch {
	case fault.Is(err, fault.NotFound):
		return false, nil
	case err != nil:
		return false, err
	case before.Hash != mark.Hash:
		return false, fault.New(fault.Conflict, fault.T("같은 번호의 웹훅이 다른 내용으로 다시 왔습니다.", "A webhook of this id was received with another body."))
	}
	return true, nil
}

// asked is the outbox row of what the webhook makes us ask; none for what changes nothing here. Each webhook has a row of
// its own: one that comes while the work of another is being taken up must not go with it.
func (d *Desk) asked(ctx context.Context, t store.Tenant, h payment.Hint) ([]store.Write, error) {
	at := due.Item{At: d.now()}
	var row due.Item
	switch {
	case h.Known && h.Payment != "":
		if err := d.ourPayment(ctx, t, h.Payment); err != nil {
			return nil, err
		}
		var err error
		if row, err = item(t, "payment.apply/"+h.Event, JobApply, About{h.Payment}, at); err != nil {
			return nil, err
		}
	case h.Known && h.BillingKey != "":
		id := payment.MethodID(h.BillingKey)
		owner, err := payment.Owner(ctx, d.Store, t, id)
		if fault.Is(err, fault.NotFound) {
			return nil, nil // not registered here, or not yet
		}
		if err != nil {
			return nil, err
		}
		if row, err = item(t, "payment.card/"+h.Event, JobCard, AboutCard{owner, id}, at); err != nil {
			return nil, err
		}
	default:
		return nil, nil
	}
	w, err := due.Put(row)
	return []store.Write{w}, err
}

// ourPayment refuses a payment id that is made of another MSP's invoice number. One of any other form is some other
// payment of the shop, and its money is looked after.
func (d *Desk) ourPayment(ctx context.Context, t store.Tenant, id string) error {
	ref, err := payment.ParseID(id)
	if err != nil {
		return nil
	}
	profile, _, err := tenant.Load(ctx, d.Store, t)
	if err != nil {
		return err
	}
	if !strings.EqualFold(ref.Invoice.Code, profile.Code) {
		return fault.Invalidf("payment_id", fault.T("이 회사의 결제번호가 아닙니다.", "This payment id is not this company's."))
	}
	return nil
}
