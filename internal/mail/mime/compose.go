// Package mime turns a mail.Message into the raw RFC 5322 message that transports carry, and reads one back.
//
// It owns the bytes: headers, encodings, boundaries. It does not own the check of a message (mail.Validate) nor its
// delivery. The mailbox uses it, and the SES adapter sends its bytes as they are.
//
// Invariants: the same message, domain and date give the same bytes; the message carries our id in X-Jeongsan-Id and
// in its Message-ID, and no name of the software that made it; Parse gives back what Compose was given.
package mime

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	stdmime "mime"
	netmail "net/mail"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"jeongsan/internal/fault"
	"jeongsan/internal/mail"
)

// IDHeader carries our id, by which a transport's feedback finds the message.
const IDHeader = "X-Jeongsan-Id"

var domainForm = regexp.MustCompile(`^[a-z0-9-]+(\.[a-z0-9-]+)+$`)

// CheckDomain refuses what cannot stand behind the "@" of a Message-ID (fault.Invalid).
func CheckDomain(domain string) error {
	if len(domain) > 253 || !domainForm.MatchString(domain) {
		return fault.Invalidf("mail.domain", fault.T("메일 도메인 %q이(가) 올바르지 않습니다.", "The mail domain %q is not valid.", domain))
	}
	return nil
}

// MessageID is the Message-ID, without brackets, of the message with our id.
func MessageID(id, domain string) string { return id + "@" + domain }

// Compose makes the raw message. A message that Validate refuses is refused here (fault.Invalid).
func Compose(m mail.Message, domain string, date time.Time) ([]byte, error) {
	if err := m.Validate(); err != nil {
		return nil, err
	}
	if err := CheckDomain(domain); err != nil {
		return nil, err
	}
	msg := gomail.NewMsg(gomail.WithEncoding(gomail.EncodingB64), gomail.WithNoDefaultUserAgent())
	msg.SetDateWithValue(date)
	msg.SetMessageIDWithValue(MessageID(m.ID, domain))
	msg.SetGenHeader(IDHeader, m.ID)
	msg.Subject(m.Subject)
	msg.SetGenHeader(gomail.Header("From"), address(m.From))
	msg.SetGenHeader(gomail.Header("To"), addressList(m.To))
	if m.ReplyTo != (mail.Address{}) {
		msg.SetGenHeader(gomail.Header("Reply-To"), address(m.ReplyTo))
	}
	msg.SetBodyString(gomail.TypeTextPlain, crlf(m.Text))
	if m.HTML != "" {
		msg.AddAlternativeString(gomail.TypeTextHTML, crlf(m.HTML))
	}
	for _, a := range m.Attachments {
		if err := msg.AttachReader("attachment", bytes.NewReader(a.Content), asAttachment(a)); err != nil {
			return nil, fmt.Errorf("attaching a file: %w", err)
		}
	}
	var raw bytes.Buffer
	if _, err := msg.WriteTo(&raw); err != nil {
		return nil, fmt.Errorf("composing a mail: %w", err)
	}
	return fixBoundaries(raw.Bytes(), m.ID), nil
}

// address writes a mailbox with its name in base64 where it is not ASCII: net/mail takes quoted-printable for most
// names and leaves a backslash in it as it is, which no reader accepts (RFC 2047 §5).
func address(a mail.Address) string {
	if encoded := stdmime.BEncoding.Encode("UTF-8", a.Name); encoded != a.Name {
		return encoded + " <" + a.Email + ">"
	}
	return (&netmail.Address{Name: a.Name, Address: a.Email}).String()
}

func addressList(all []mail.Address) string {
	list := make([]string, len(all))
	for i, a := range all {
		list[i] = address(a)
	}
	return strings.Join(list, ", ")
}

// crlf gives text the line ends of mail (RFC 2046 §4.1.1).
func crlf(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\n", "\r\n")
}

// asAttachment writes the file name twice: as RFC 2231 has it, and as an encoded word in the type's name, which
// older readers look at. The library knows only the second form.
func asAttachment(a mail.Attachment) gomail.FileOption {
	return func(f *gomail.File) {
		f.Header.Set("Content-Type", contentType(a))
		f.Header.Set("Content-Disposition", "attachment;\r\n filename*=UTF-8''"+strings.ReplaceAll(url.QueryEscape(a.FileName), "+", "%20"))
	}
}

func contentType(a mail.Attachment) string {
	kind, params, _ := stdmime.ParseMediaType(a.ContentType) // Validate has parsed it
	delete(params, "name")
	name := strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(a.FileName)
	if encoded := stdmime.BEncoding.Encode("UTF-8", a.FileName); encoded != a.FileName {
		name = strings.ReplaceAll(encoded, "?= =?", "?=\r\n =?")
	}
	return stdmime.FormatMediaType(kind, params) + ";\r\n name=\"" + name + `"`
}

// boundary matches a multipart header as the library writes it. Text cannot look like one: bodies are base64, and
// the continuation of a header does not start a line with its name.
var boundary = regexp.MustCompile(`(?m)^Content-Type: multipart/[a-z]+;\r\n boundary=([0-9a-f]{60})\r?$`)

// fixBoundaries replaces the library's random boundaries, which it offers no way to set one by one, by ones of the
// same length made of the id and their order. Random ones are in no other place of a message.
func fixBoundaries(raw []byte, id string) []byte {
	for i, found := range boundary.FindAllSubmatch(raw, -1) {
		sum := sha256.Sum256([]byte("boundary " + strconv.Itoa(i) + " of " + id))
		raw = bytes.ReplaceAll(raw, found[1], []byte(hex.EncodeToString(sum[:])[:len(found[1])]))
	}
	return raw
}
