package settlement

import (
	"context"

	"jeongsan/internal/identity"
	"jeongsan/internal/invoice"
	"jeongsan/internal/journal"
)

// MailFeedback takes in what a mail's way said of it after it was handed over: taken, delivered, bounced, complained.
// It comes at least once and in any order; what says nothing new changes nothing. A mail that is none of the tenant's is
// fault.NotFound.
func (d *Desk) MailFeedback(ctx context.Context, p identity.Principal, mailID string, f invoice.Feedback) error {
	if err := p.Allow(identity.SendInvoice); err != nil {
		return err
	}
	v, err := invoice.LoadDelivery(ctx, d.Store, p.Tenant, mailID)
	if err != nil {
		return err
	}
	heard, changed := v.Heard(f)
	if !changed {
		return nil
	}
	ref, err := invoice.ParseNumber(heard.Invoice)
	if err != nil {
		return err
	}
	w, err := heard.Put(p.Tenant, ref, v.Version)
	if err != nil {
		return err
	}
	return d.Commit(ctx, p, journal.Change{Action: "mail." + string(f.Kind), Subject: heard.ID, Before: string(v.State), After: string(heard.State), Reason: f.Reason}, w)
}
