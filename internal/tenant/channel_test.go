package tenant_test

import (
	"context"
	"testing"
	"time"

	"jeongsan/internal/fault"
	"jeongsan/internal/tenant"
)

func TestA_card_channel_keeps_two_webhook_secrets_newest_first(t *testing.T) {
	ctx, s := context.Background(), empty()
	if _, _, err := tenant.LoadChannel(ctx, s, hanbit()); !fault.Is(err, fault.NotFound) {
		t.Errorf("a channel nobody registered: %v", err)
	}
	c := tenant.CardChannel{StoreID: "store-1", ChannelKey: "channel-1", SealedSecret: []byte("sealed")}
	for n, sealed := range []string{"first", "second", "third"} {
		c = c.Rolled([]byte(sealed), time.Date(2026, time.November, n+1, 0, 0, 0, 0, time.UTC))
	}
	save(t, s, "1", must(c.Put(hanbit(), 0)))
	read, version, err := tenant.LoadChannel(ctx, s, hanbit())
	if err != nil || version != 1 || len(read.WebhookSecrets) != 2 || string(read.WebhookSecrets[0].Sealed) != "third" || string(read.WebhookSecrets[1].Sealed) != "second" {
		t.Errorf("read as %+v, %v", read, err)
	}
}

func TestWhat_is_wrong_with_a_card_channel_is_named_by_its_field(t *testing.T) {
	for field, c := range map[string]tenant.CardChannel{"store_id": {ChannelKey: "k"}, "channel_key": {StoreID: "s"}} {
		if _, err := c.Put(hanbit(), 0); fields(t, err) != field {
			t.Errorf("the fault is %v, not of %s", err, field)
		}
	}
	a, b := tenant.CardChannel{StoreID: "a"}, tenant.CardChannel{StoreID: "b"}
	if a.SecretPurpose() == b.SecretPurpose() || a.SecretPurpose() == a.WebhookPurpose() {
		t.Error("a sealed value opens in another place than its own")
	}
}
