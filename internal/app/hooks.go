package app

import (
	"context"

	"jeongsan/internal/httpapi"
	"jeongsan/internal/popbill"
	"jeongsan/internal/store"
)

// PortOneHook takes PortOne's webhooks: proved by their signature, kept, and asked about later.
func (a *App) PortOneHook(ctx context.Context, t store.Tenant, header map[string][]string, body []byte) error {
	_, err := a.Receivables.Receive(ctx, t, header, body)
	return err
}

// PopbillHook takes Popbill's webhooks, which carry no signature: c is what was agreed to come with them, and what they
// say is only ever a reason to ask.
func (a *App) PopbillHook(c popbill.WebhookCredential) httpapi.Hook {
	return func(ctx context.Context, t store.Tenant, header map[string][]string, body []byte) error {
		if err := c.Check(header); err != nil {
			return err
		}
		e, err := popbill.ParseWebhook(header, body)
		if err != nil {
			return err
		}
		return a.Settlement.TaxWebhook(ctx, t, e.ID, e.CorpNum, e.Key)
	}
}
