// Package mail is the port to outgoing mail.
//
// It owns the message, its check and the answer of a send. It does not own when or to whom a mail goes, nor
// retries: a flow commits its intent first and decides by the outcome.
//
// Invariants every adapter keeps: a message carries our id (a header and a tag), so that feedback finds it; the
// same id is never delivered twice by an adapter that can tell; headers cannot be injected through a subject,
// a name or a file name; sending is refused for a message that Validate refuses.
package mail

import (
	"context"

	"jeongsan/internal/store"
)

const (
	MaxSize       = 25 << 20 // bytes of texts and attachments, decoded (SES allows 40 MB encoded)
	MaxRecipients = 50       // addresses of one message (SES)
	MaxID         = 120      // bytes of a message's id
	MaxFileName   = 200      // bytes of an attachment's file name: its header line stays within the 998 of RFC 5322
	MaxName       = 200      // bytes of the name beside an address
	MaxSubject    = 500      // bytes of a subject
)

// Address is a mailbox with the name shown beside it.
type Address struct {
	Name  string
	Email string
}

// Attachment is one file of a message.
type Attachment struct {
	FileName    string // at most MaxFileName bytes
	ContentType string
	Content     []byte
}

// Message is one mail to one or more persons who may know of each other.
type Message struct {
	ID          string       // ours, [a-z0-9-], at most MaxID bytes, carries the tenant; unique for ever
	Tenant      store.Tenant // whose mail it is, for feedback; not written into the mail. Zero: nobody asks
	From        Address
	ReplyTo     Address // zero: none
	To          []Address
	Subject     string
	Text        string // plain part, always there
	HTML        string // "" for none
	Attachments []Attachment
}

// Outcome is what a transport knows of a message id.
type Outcome string

const (
	Accepted    Outcome = "accepted"     // the transport took it
	NotAccepted Outcome = "not-accepted" // the transport is sure that it never took it
	CannotTell  Outcome = "cannot-tell"  // the transport keeps no such record
)

// Sender is the narrow interface in front of SES or the local mailbox.
type Sender interface {
	// Send hands the message over. Errors: fault.Invalid (never try again), fault.Unavailable (not taken, try later),
	// fault.UnknownOutcome (may have been taken: ask Lookup, never just send again).
	Send(ctx context.Context, m Message) (transportID string, err error)
	// Lookup says what became of a message id.
	Lookup(ctx context.Context, id string) (Outcome, error)
}
