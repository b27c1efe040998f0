package settlement

import (
	"context"
	"strings"

	"jeongsan/internal/blob"
	"jeongsan/internal/fault"
	"jeongsan/internal/identity"
	"jeongsan/internal/invoice"
	"jeongsan/internal/journal"
	"jeongsan/internal/store"
)

// OpenLink turns a mail link's token into a link to the document that lives a few minutes. A token that is
// unknown, expired or withdrawn gets one and the same answer.
func (d *Desk) OpenLink(ctx context.Context, token string) (string, error) {
	gone := invoice.Link{}.Usable(d.Clock.Now())
	name, _, ok := strings.Cut(token, ".")
	if !ok {
		return "", gone
	}
	t, err := store.ParseTenant(name)
	if err != nil {
		return "", gone
	}
	l, _, err := invoice.LoadLink(ctx, d.Store, t, invoice.HashToken(token))
	if fault.Is(err, fault.NotFound) {
		return "", gone
	}
	if err != nil {
		return "", err
	}
	if err := l.Usable(d.Clock.Now()); err != nil {
		return "", err
	}
	return d.Bucket.SignedURL(ctx, l.Object, l.FileName, blob.MaxLink)
}

// RevokeLinks withdraws every link of an invoice that was mailed out.
func (d *Desk) RevokeLinks(ctx context.Context, p identity.Principal, number, reason string) (int, error) {
	if err := p.Allow(identity.SendInvoice); err != nil {
		return 0, err
	}
	ref, err := invoice.ParseNumber(number)
	if err != nil {
		return 0, err
	}
	deliveries, err := invoice.Deliveries(ctx, d.Store, p.Tenant, ref.Month, ref.Customer)
	if err != nil {
		return 0, err
	}
	revoked := 0
	for _, v := range deliveries {
		l, version, err := invoice.LoadLink(ctx, d.Store, p.Tenant, v.Link)
		if err != nil {
			return revoked, err
		}
		if !l.Revoked.IsZero() {
			continue
		}
		l.Revoked = d.Clock.Now().UTC()
		w, err := l.Put(p.Tenant, version)
		if err != nil {
			return revoked, err
		}
		if err := d.Commit(ctx, p, journal.Change{Action: "link.revoke", Subject: v.ID, Reason: reason}, w); err != nil {
			return revoked, err
		}
		revoked++
	}
	return revoked, nil
}
