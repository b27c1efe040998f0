package tenant

import (
	"context"
	"slices"
	"time"

	"jeongsan/internal/fault"
	"jeongsan/internal/store"
)

const kindChannel = "card-channel"

// PortOne is the provider through which cards are charged; it leads the names of sealed values and ledger accounts.
const PortOne = "portone"

// MaxWebhookSecrets is how many webhook secrets are valid at once: the old one and the new while they are exchanged.
const MaxWebhookSecrets = 2

// CardChannel is the MSP's own contract for charging cards: its shop at the provider, with the secrets sealed.
type CardChannel struct {
	StoreID        string          `json:"store_id"`
	ChannelKey     string          `json:"channel_key"`
	SealedSecret   []byte          `json:"sealed_secret"`
	WebhookSecrets []WebhookSecret `json:"webhook_secrets,omitempty"` // newest first
}

// WebhookSecret is one sealed secret that webhooks may be signed by.
type WebhookSecret struct {
	Sealed []byte    `json:"sealed"`
	Since  time.Time `json:"since"`
}

// Validate names the field that is wrong.
func (c CardChannel) Validate() error {
	if c.StoreID == "" {
		return fault.Invalidf("store_id", fault.T("포트원 상점 ID(Store ID)를 입력해 주세요.", "Give the store id of PortOne."))
	}
	if c.ChannelKey == "" {
		return fault.Invalidf("channel_key", fault.T("포트원 채널 키를 입력해 주세요.", "Give the channel key of PortOne."))
	}
	return nil
}

// SecretPurpose binds the sealed API secret to this channel's shop.
func (c CardChannel) SecretPurpose() string { return "channel-secret/" + PortOne + "/" + c.StoreID }

// WebhookPurpose binds sealed webhook secrets to this channel's shop.
func (c CardChannel) WebhookPurpose() string { return "webhook-secret/" + PortOne + "/" + c.StoreID }

// Rolled is the channel with a new webhook secret; the one before stays valid, older ones go.
func (c CardChannel) Rolled(sealed []byte, at time.Time) CardChannel {
	secrets := append([]WebhookSecret{{Sealed: sealed, Since: at.UTC()}}, c.WebhookSecrets...)
	c.WebhookSecrets = slices.Clip(secrets[:min(len(secrets), MaxWebhookSecrets)])
	return c
}

func channelKey(t store.Tenant) store.Key { return t.Partition("card-channel").Key(PortOne) }

// Put is the write of the channel at the version it was read with (0: new).
func (c CardChannel) Put(t store.Tenant, version int64) (store.Write, error) {
	if err := c.Validate(); err != nil {
		return store.Write{}, err
	}
	d, err := store.JSON(channelKey(t), kindChannel, schema, c)
	return store.Put(d, store.AtVersion(version)), err
}

// LoadChannel reads the channel and its version; fault.NotFound when none is registered.
func LoadChannel(ctx context.Context, s store.Reader, t store.Tenant) (CardChannel, int64, error) {
	d, err := s.Get(ctx, channelKey(t))
	if err != nil {
		return CardChannel{}, 0, err
	}
	var c CardChannel
	return c, d.Version, store.Decode(d, kindChannel, schema, &c)
}
