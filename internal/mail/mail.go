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
	netmail "net/mail"
	"strings"
	"unicode"

	"jeongsan/internal/fault"
)

// MaxSize is the largest message, attachments decoded (SES allows 40 MB encoded).
const MaxSize = 25 << 20

// Address is a mailbox with the name shown beside it.
type Address struct {
	Name  string
	Email string
}

// Attachment is one file of a message.
type Attachment struct {
	FileName    string
	ContentType string
	Content     []byte
}

// Message is one mail to one or more persons who may know of each other.
type Message struct {
	ID          string // ours, [a-z0-9-], carries the tenant; unique for ever
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

// ParseEmail checks one address in the form that both SES and NTS accept: a plain addr-spec, ASCII, with a dot in its domain.
func ParseEmail(field, s string) (string, error) {
	s = strings.TrimSpace(s)
	bad := fault.Invalidf(field, fault.T("이메일 주소 %q이(가) 올바르지 않습니다. name@example.com 형식으로 적어 주세요.", "The e-mail address %q is not valid; write it like name@example.com.", s))
	if s == "" {
		return "", fault.Invalidf(field, fault.T("이메일 주소가 없습니다.", "There is no e-mail address."))
	}
	a, err := netmail.ParseAddress(s)
	if err != nil || a.Address != s || len(s) > 254 || strings.ContainsFunc(s, func(r rune) bool { return r > unicode.MaxASCII }) {
		return "", bad
	}
	if i := strings.LastIndexByte(s, '@'); !strings.Contains(s[i+1:], ".") {
		return "", bad
	}
	return s, nil
}

// Validate reports every field that keeps the message from being sent.
func (m Message) Validate() error {
	if m.ID == "" {
		return fault.Invalidf("id", fault.T("메일 번호가 없습니다.", "The mail has no id."))
	}
	if len(m.To) == 0 {
		return fault.Invalidf("to", fault.T("받는 사람이 없습니다.", "The mail has no recipient."))
	}
	for _, a := range append([]Address{m.From}, m.To...) {
		if _, err := ParseEmail("to", a.Email); err != nil {
			return err
		}
		if strings.ContainsFunc(a.Name, unicode.IsControl) {
			return fault.Invalidf("to", fault.T("받는 사람 이름에 제어 문자가 있습니다.", "A recipient's name holds a control character."))
		}
	}
	if m.Subject == "" || strings.ContainsFunc(m.Subject, unicode.IsControl) {
		return fault.Invalidf("subject", fault.T("제목이 없거나 제어 문자가 있습니다.", "The subject is empty or holds a control character."))
	}
	size := len(m.Text) + len(m.HTML)
	for _, a := range m.Attachments {
		size += len(a.Content)
	}
	if size > MaxSize {
		return fault.Invalidf("attachments", fault.T("메일이 너무 큽니다(최대 25MB).", "The mail is too large (25 MB at most)."))
	}
	return nil
}
