package mail

import (
	"time"

	"jeongsan/internal/store"
)

// FeedbackKind is what a transport reports of a mail after it was handed over.
type FeedbackKind string

const (
	FeedbackAccepted   FeedbackKind = "accepted"   // the transport took it: an unknown outcome of Send is settled
	FeedbackDelivered  FeedbackKind = "delivered"  // the recipient's server took it
	FeedbackDelayed    FeedbackKind = "delayed"    // not yet; the transport goes on trying
	FeedbackBounced    FeedbackKind = "bounced"    // not delivered, and the transport has given up
	FeedbackComplained FeedbackKind = "complained" // delivered, and the recipient called it spam
	FeedbackRejected   FeedbackKind = "rejected"   // taken, and then not sent: a virus, a suspended account
	FeedbackOther      FeedbackKind = "other"      // something that the port has no word for; see Event
)

// Feedback is one report of a transport. Reports come at least once, late and in any order.
type Feedback struct {
	Kind        FeedbackKind
	Event       string       // the transport's own word, e.g. "Bounce"
	MessageID   string       // ours; "" when the mail is not one of ours
	Tenant      store.Tenant // as the message had it; zero when it had none
	TransportID string       // what Send returned
	At          time.Time
	Recipients  []string // addresses the report is about: persons, so never for a log
	Permanent   bool     // bounced: no mail will ever reach the address
	Cause       string   // the transport's class of the cause, e.g. "Permanent/NoEmail", "abuse", "MailboxFull"
	Reason      string   // what the recipient's server said: untrusted text, may name the address
}
