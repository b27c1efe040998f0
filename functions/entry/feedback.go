package entry

import (
	"context"

	"jeongsan/internal/fault"
	"jeongsan/internal/identity"
	"jeongsan/internal/invoice"
	"jeongsan/internal/mail"
	"jeongsan/internal/mail/ses"
)

// Record keeps what was heard of one mail (settlement.Desk.MailFeedback).
type Record func(ctx context.Context, p identity.Principal, mailID string, f invoice.Feedback) error

// heard are the kinds that a delivery has a word for. A delay is none: the transport goes on trying.
var heard = map[mail.FeedbackKind]invoice.FeedbackKind{
	mail.FeedbackAccepted:   invoice.Taken,
	mail.FeedbackDelivered:  invoice.Delivered,
	mail.FeedbackBounced:    invoice.Bounced,
	mail.FeedbackRejected:   invoice.Bounced, // taken, and then not sent: for the recipient the same
	mail.FeedbackComplained: invoice.Complained,
}

// Feedback takes a notice of SES to the mail it is about. What is about no mail of ours, or says nothing that is kept, is
// done with. The reason that is kept is SES's own class: what the recipient's server said may name a person.
func Feedback(keep Record) Work {
	return func(ctx context.Context, body []byte) error {
		f, err := ses.ParseEvent(body)
		if err != nil {
			return err
		}
		kind, kept := heard[f.Kind]
		if !kept || f.MessageID == "" || f.Tenant.IsZero() {
			return nil
		}
		err = keep(ctx, identity.Job(f.Tenant, "mail.feedback"), f.MessageID, invoice.Feedback{Kind: kind, At: f.At, Reason: f.Cause})
		if fault.Is(err, fault.NotFound) {
			return nil // a mail of another kind than an invoice's
		}
		return err
	}
}
