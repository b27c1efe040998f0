package receivables

import (
	"context"
	"time"

	"jeongsan/internal/calendar"
	"jeongsan/internal/fault"
	"jeongsan/internal/identity"
	"jeongsan/internal/journal"
	"jeongsan/internal/payment"
	"jeongsan/internal/secret"
	"jeongsan/internal/tenant"
)

// ChannelOrder is what an MSP enters of its contract with the provider.
type ChannelOrder struct {
	StoreID, ChannelKey string
	APISecret           string // "" keeps the one there is
	WebhookSecret       string // "" keeps those there are; a new one is valid beside the one before
}

// refundable is how long after a payment money of it may go back, by us or in the provider's console: gateways cancel cards
// for up to a year, but after half of it hardly anybody asks.
const refundable = 180 * 24 * time.Hour

// RegisterChannel proves shop and secret by a call that changes nothing and keeps them with the secrets sealed. The shop
// is the MSP's alone (tenant.Shop). Another shop is refused while the outcome of a payment is open, and while money of a
// payment of the last 180 days could still go back: it could be asked for nowhere else, since a payment is asked for at
// the shop that is registered.
func (d *Desk) RegisterChannel(ctx context.Context, p identity.Principal, o ChannelOrder) error {
	if err := p.Allow(identity.ManageKeys); err != nil {
		return err
	}
	before, version, err := tenant.LoadChannel(ctx, d.Store, p.Tenant)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	next := tenant.CardChannel{StoreID: o.StoreID, ChannelKey: o.ChannelKey}
	if err := next.Validate(); err != nil {
		return err
	}
	if before.StoreID == next.StoreID {
		next.SealedSecret, next.WebhookSecrets = before.SealedSecret, before.WebhookSecrets
	} else if err := d.noneLeft(ctx, p, before); err != nil {
		return err
	}
	claim, err := tenant.Shop.Claim(ctx, d.Store, p.Tenant, next.StoreID)
	if err != nil {
		return err
	}
	if next, err = d.sealed(ctx, p, next, o); err != nil {
		return err
	}
	w, err := next.Put(p.Tenant, version)
	if err != nil {
		return err
	}
	resume, err := d.resumed(ctx, p.Tenant)
	if err != nil {
		return err
	}
	return d.Commit(ctx, p, journal.Change{Action: "channel.register", Subject: tenant.PortOne, Before: before.StoreID, After: next.StoreID}, append(append(claim, resume...), w)...)
}

// noneLeft refuses another shop while the present one is needed for a payment.
func (d *Desk) noneLeft(ctx context.Context, p identity.Principal, before tenant.CardChannel) error {
	if before.StoreID == "" {
		return nil
	}
	if err := d.noneOpen(ctx, p, before); err != nil {
		return err
	}
	now := calendar.MonthOf(d.now())
	for m := now.Add(-openMonths - 12); !m.After(now); m = m.Next() {
		all, err := payment.List(ctx, d.Store, p.Tenant, m, "")
		if err != nil {
			return err
		}
		for _, v := range all {
			left, err := v.Left()
			if err != nil {
				return err
			}
			if left.Total.Sign() > 0 && d.now().Before(v.Slip.PaidAt.Add(refundable)) {
				return fault.New(fault.Conflict, fault.T("상점 %[1]s의 결제 %[2]s을(를) 아직 취소할 수 있어 상점 ID를 바꿀 수 없습니다. 마지막 결제 후 180일이 지난 뒤 바꿔 주세요.", "Payment %[2]s at shop %[1]s can still be cancelled; change the shop 180 days after the last payment.", before.StoreID, v.ID))
			}
		}
	}
	return nil
}

func (d *Desk) noneOpen(ctx context.Context, p identity.Principal, before tenant.CardChannel) error {
	open, err := payment.Open(ctx, d.Store, p.Tenant)
	if err != nil || len(open) == 0 {
		return err
	}
	return fault.New(fault.Conflict, fault.T("결과를 확인 중인 결제가 %[1]d건 있어 상점 ID를 바꿀 수 없습니다(%[2]s …). 결과가 나온 뒤 바꿔 주세요.", "%[1]d payments are still open at shop %[3]s (%[2]s …); change it once they are settled.", len(open), open[0], before.StoreID))
}

// sealed proves the secret and puts what is new into the channel.
func (d *Desk) sealed(ctx context.Context, p identity.Principal, c tenant.CardChannel, o ChannelOrder) (tenant.CardChannel, error) {
	apiSecret := o.APISecret
	if apiSecret == "" {
		if c.SealedSecret == nil {
			return c, fault.Invalidf("api_secret", fault.T("포트원 V2 API Secret을 입력해 주세요.", "Give the V2 API secret of PortOne."))
		}
		plain, err := d.Secrets.Open(ctx, secret.Scope{Tenant: p.Tenant, Purpose: c.SecretPurpose()}, c.SealedSecret)
		if err != nil {
			return c, err
		}
		apiSecret = string(plain)
	}
	g, err := d.Gateway(ctx, p.Tenant, c, apiSecret)
	if err != nil {
		return c, err
	}
	if err := g.Prove(ctx); err != nil {
		return c, err
	}
	if o.APISecret != "" {
		if c.SealedSecret, err = d.Secrets.Seal(ctx, secret.Scope{Tenant: p.Tenant, Purpose: c.SecretPurpose()}, []byte(o.APISecret)); err != nil {
			return c, err
		}
	}
	return d.rolled(ctx, p, c, o.WebhookSecret)
}

// rolled adds a webhook secret that is not valid already: entering the same one again must not push the other out.
func (d *Desk) rolled(ctx context.Context, p identity.Principal, c tenant.CardChannel, webhookSecret string) (tenant.CardChannel, error) {
	if webhookSecret == "" {
		return c, nil
	}
	valid, err := d.webhookSecrets(ctx, p.Tenant, c)
	if err != nil {
		return c, err
	}
	for _, s := range valid {
		if s == webhookSecret {
			return c, nil
		}
	}
	s, err := d.Secrets.Seal(ctx, secret.Scope{Tenant: p.Tenant, Purpose: c.WebhookPurpose()}, []byte(webhookSecret))
	if err != nil {
		return c, err
	}
	return c.Rolled(s, d.now()), nil
}
