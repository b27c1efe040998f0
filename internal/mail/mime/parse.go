package mime

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	stdmime "mime"
	"mime/multipart"
	"mime/quotedprintable"
	netmail "net/mail"
	"net/textproto"
	"strings"
	"time"

	"jeongsan/internal/mail"
)

// Header is what a list of mails shows.
type Header struct {
	ID      string
	Date    time.Time
	From    mail.Address
	ReplyTo mail.Address // zero: none
	To      []mail.Address
	Subject string
}

const maxDepth = 4 // of parts within parts

var words = stdmime.WordDecoder{}

// ParseHeader reads the headers and leaves r at the body.
func ParseHeader(r io.Reader) (Header, error) {
	m, err := netmail.ReadMessage(r)
	if err != nil {
		return Header{}, err
	}
	return header(m.Header)
}

// Parse reads a message that Compose made, or one alike: text, HTML and attached files, in any nesting.
func Parse(raw []byte) (mail.Message, time.Time, error) {
	m, err := netmail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return mail.Message{}, time.Time{}, err
	}
	h, err := header(m.Header)
	if err != nil {
		return mail.Message{}, time.Time{}, err
	}
	out := mail.Message{ID: h.ID, From: h.From, ReplyTo: h.ReplyTo, To: h.To, Subject: h.Subject}
	if err := readPart(&out, textproto.MIMEHeader(m.Header), m.Body, maxDepth); err != nil {
		return mail.Message{}, time.Time{}, err
	}
	return out, h.Date, nil
}

func header(h netmail.Header) (Header, error) {
	date, err := h.Date()
	if err != nil {
		return Header{}, err
	}
	subject, err := words.DecodeHeader(h.Get("Subject"))
	if err != nil {
		return Header{}, err
	}
	out := Header{ID: h.Get(IDHeader), Date: date, Subject: subject}
	from, err := addresses(h, "From")
	if err != nil || len(from) != 1 {
		return Header{}, errors.Join(errors.New("the message has no single sender"), err)
	}
	out.From = from[0]
	if out.To, err = addresses(h, "To"); err != nil {
		return Header{}, err
	}
	if h.Get("Reply-To") == "" {
		return out, nil
	}
	reply, err := addresses(h, "Reply-To")
	if err != nil {
		return Header{}, err
	}
	out.ReplyTo = reply[0]
	return out, nil
}

func addresses(h netmail.Header, name string) ([]mail.Address, error) {
	list, err := h.AddressList(name)
	if err != nil {
		return nil, err
	}
	out := make([]mail.Address, len(list))
	for i, a := range list {
		out[i] = mail.Address{Name: a.Name, Email: a.Address}
	}
	return out, nil
}

// readPart adds a part, or the parts within it, to the message.
func readPart(m *mail.Message, h textproto.MIMEHeader, body io.Reader, depth int) error {
	kind, params, err := stdmime.ParseMediaType(h.Get("Content-Type"))
	if err != nil {
		return err
	}
	if strings.HasPrefix(kind, "multipart/") {
		return readParts(m, multipart.NewReader(body, params["boundary"]), depth-1)
	}
	content, err := io.ReadAll(decoded(h, body))
	if err != nil {
		return err
	}
	disposition, dispositionParams, _ := stdmime.ParseMediaType(h.Get("Content-Disposition")) // none: shown in the text
	switch {
	case disposition == "attachment":
		delete(params, "name")
		m.Attachments = append(m.Attachments, mail.Attachment{FileName: dispositionParams["filename"], ContentType: stdmime.FormatMediaType(kind, params), Content: content})
	case kind == "text/plain":
		m.Text = strings.ReplaceAll(string(content), "\r\n", "\n")
	case kind == "text/html":
		m.HTML = strings.ReplaceAll(string(content), "\r\n", "\n")
	}
	return nil
}

func readParts(m *mail.Message, parts *multipart.Reader, depth int) error {
	if depth == 0 {
		return errors.New("parts are nested too deep")
	}
	for {
		p, err := parts.NextRawPart()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if err := readPart(m, p.Header, p, depth); err != nil {
			return err
		}
	}
}

func decoded(h textproto.MIMEHeader, body io.Reader) io.Reader {
	switch strings.ToLower(h.Get("Content-Transfer-Encoding")) {
	case "base64":
		return base64.NewDecoder(base64.StdEncoding, body)
	case "quoted-printable":
		return quotedprintable.NewReader(body)
	}
	return body
}
