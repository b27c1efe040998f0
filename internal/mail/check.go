package mail

import (
	"errors"
	"mime"
	netmail "net/mail"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"jeongsan/internal/fault"
)

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

var idForm = regexp.MustCompile(`^[a-z0-9][a-z0-9-]*$`)

// CheckID refuses an id that is no id of a message (fault.Invalid): it becomes a header, a tag and a file name.
func CheckID(id string) error {
	if len(id) > MaxID || !idForm.MatchString(id) {
		return fault.Invalidf("id", fault.T("메일 번호 %q이(가) 올바르지 않습니다.", "The mail id %q is not valid.", id))
	}
	return nil
}

// CheckFileName refuses a name that no attachment can carry (fault.Invalid): an empty one, one over MaxFileName bytes,
// a path, or one with control characters.
func CheckFileName(field, name string) error {
	if name == "" || len(name) > MaxFileName || !oneLine(name) || strings.ContainsAny(name, `/\`) {
		return fault.Invalidf(field, fault.T("첨부 파일 이름 %q을(를) 쓸 수 없습니다.", "The attachment's file name %q cannot be used.", name))
	}
	return nil
}

// Validate reports every field that keeps the message from being sent, joined; each is a fault.Invalid.
func (m Message) Validate() error {
	return errors.Join(CheckID(m.ID), m.checkPeople(), m.checkTexts(), m.checkAttachments(), m.checkSize())
}

func (m Message) checkPeople() error {
	errs := []error{m.From.check("from")}
	if m.ReplyTo != (Address{}) {
		errs = append(errs, m.ReplyTo.check("reply_to"))
	}
	if len(m.To) == 0 {
		errs = append(errs, fault.Invalidf("to", fault.T("받는 사람이 없습니다.", "The mail has no recipient.")))
	}
	if len(m.To) > MaxRecipients {
		errs = append(errs, fault.Invalidf("to", fault.T("받는 사람이 %d명을 넘습니다.", "The mail has more than %d recipients.", MaxRecipients)))
	}
	for _, a := range m.To {
		errs = append(errs, a.check("to"))
	}
	return errors.Join(errs...)
}

func (a Address) check(field string) error {
	if _, err := ParseEmail(field, a.Email); err != nil {
		return err
	}
	if !oneLine(a.Name) || len(a.Name) > MaxName {
		return fault.Invalidf(field, fault.T("%s의 이름이 %d바이트를 넘거나 제어 문자가 있습니다.", "The name beside %s is longer than %d bytes or holds a control character.", a.Email, MaxName))
	}
	return nil
}

func (m Message) checkTexts() error {
	var errs []error
	if strings.TrimSpace(m.Subject) == "" || len(m.Subject) > MaxSubject || !oneLine(m.Subject) {
		errs = append(errs, fault.Invalidf("subject", fault.T("제목이 없거나 %d바이트를 넘거나 제어 문자가 있습니다.", "The subject is empty, longer than %d bytes, or holds a control character.", MaxSubject)))
	}
	if m.Text == "" || !utf8.ValidString(m.Text) {
		errs = append(errs, fault.Invalidf("text", fault.T("본문이 없거나 UTF-8이 아닙니다.", "The text is empty or not UTF-8.")))
	}
	if !utf8.ValidString(m.HTML) {
		errs = append(errs, fault.Invalidf("html", fault.T("HTML 본문이 UTF-8이 아닙니다.", "The HTML is not UTF-8.")))
	}
	return errors.Join(errs...)
}

func (m Message) checkAttachments() error {
	var errs []error
	for _, a := range m.Attachments {
		errs = append(errs, CheckFileName("attachments", a.FileName))
		if t, _, err := mime.ParseMediaType(a.ContentType); err != nil || !strings.Contains(t, "/") || strings.HasPrefix(t, "multipart/") || len(a.ContentType) > 255 {
			errs = append(errs, fault.Invalidf("attachments", fault.T("첨부 파일 %[1]q의 형식 %[2]q이(가) 올바르지 않습니다.", "The content type %[2]q of attachment %[1]q is not valid.", a.FileName, a.ContentType)))
		}
	}
	return errors.Join(errs...)
}

func (m Message) checkSize() error {
	size := len(m.Text) + len(m.HTML)
	for _, a := range m.Attachments {
		size += len(a.Content)
	}
	if size > MaxSize {
		return fault.Invalidf("attachments", fault.T("메일이 너무 큽니다(최대 25MB).", "The mail is too large (25 MB at most)."))
	}
	return nil
}

// oneLine is true of text that can stand in a header: UTF-8 without control characters or line separators.
func oneLine(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' })
}
