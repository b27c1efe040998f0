package pages

import (
	"net/http"
	"strconv"

	"jeongsan/internal/blob"
	"jeongsan/internal/fault"
	"jeongsan/internal/mail"
	"jeongsan/internal/mail/mailbox"
	"jeongsan/internal/mail/mime"
)

const mailRows = 50 // of one page of the mailbox

// mailsView is the mailbox.
type mailsView struct {
	Mails []mime.Header
	Count int
	Pages []choice
}

// mailView is one mail.
type mailView struct {
	mailbox.Mail
	Files []attachmentView
}

// attachmentView is an attached file without its content.
type attachmentView struct {
	No   int // from 1
	Name string
	Type string
	Size int64
}

func (v *visit) mails() error {
	all, err := v.Mailbox.List(v.ctx, 0)
	if err != nil {
		return err
	}
	from, pages := v.paged(len(all), mailRows)
	view := mailsView{Mails: all[from:min(from+mailRows, len(all))], Count: len(all), Pages: pages}
	return v.show(page{screen: "mails", section: "mail", title: v.t("mail.title"), body: view})
}

func (v *visit) mail() error {
	m, err := v.Mailbox.Get(v.ctx, v.r.PathValue("id"))
	if err != nil {
		return err
	}
	view := mailView{Mail: m}
	for i, a := range m.Attachments {
		view.Files = append(view.Files, attachmentView{i + 1, a.FileName, a.ContentType, int64(len(a.Content))})
	}
	return v.show(page{screen: "mail", section: "mail", title: m.Subject, body: view})
}

// attachment is an attached file, always as a download: what is in it is not ours.
func (v *visit) attachment() error {
	m, err := v.Mailbox.Get(v.ctx, v.r.PathValue("id"))
	if err != nil {
		return err
	}
	n, err := strconv.Atoi(v.r.PathValue("no"))
	if err != nil || n < 1 || n > len(m.Attachments) {
		return fault.New(fault.NotFound, fault.T("이 메일에 그런 첨부 파일이 없습니다.", "The mail has no such attachment."))
	}
	a := m.Attachments[n-1]
	v.give(a.FileName, a.ContentType, a.Content)
	return nil
}

func (v *visit) rawMail() error {
	id := v.r.PathValue("id")
	raw, err := v.Mailbox.Raw(v.ctx, id)
	if err == nil {
		v.give(id+".eml", "message/rfc822", raw)
	}
	return err
}

// give answers with a download that no browser opens in our name.
func (v *visit) give(name, contentType string, content []byte) {
	h := v.w.Header()
	h.Set("Content-Type", contentType)
	h.Set("Content-Disposition", blob.Disposition(name))
	h.Set("Content-Length", strconv.Itoa(len(content)))
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	v.w.WriteHeader(http.StatusOK)
	if _, err := v.w.Write(content); err != nil {
		v.Log(err) // the reader went away
	}
}

// addressee is an address as a mail shows it.
func addressee(a mail.Address) string {
	if a.Name == "" {
		return a.Email
	}
	return a.Name + " <" + a.Email + ">"
}
