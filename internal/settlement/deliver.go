package settlement

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"jeongsan/internal/blob"
	"jeongsan/internal/customer"
	"jeongsan/internal/fault"
	"jeongsan/internal/identity"
	"jeongsan/internal/invoice"
	"jeongsan/internal/journal"
	"jeongsan/internal/mail"
	"jeongsan/internal/money"
	"jeongsan/internal/secret"
	"jeongsan/internal/store"
	"jeongsan/internal/tenant"
)

// Send mails an invoice to its contacts: the nth send of it, so that the same send never mails twice. It goes to whom
// its order froze; one that no person ordered freezes the customer's recipients at its first run. For each
// contact the intent is committed first (with the link), then the mail goes out, then the outcome is committed.
// A delivery that is found between the two is asked about, never just sent again; where the transport cannot
// tell, it is recorded as in doubt and left to a person. What keeps one contact from its mail keeps none of the
// others: the errors come back joined.
func (d *Desk) Send(ctx context.Context, p identity.Principal, work InvoiceWork) error {
	if err := p.Allow(identity.SendInvoice); err != nil {
		return err
	}
	if _, err := d.Documents(ctx, p, work.Month, work.Customer); err != nil {
		return err
	}
	s, err := d.sending(ctx, p, work)
	if err != nil {
		return err
	}
	var errs []error
	for _, v := range s.begun { // of former contacts too, where an earlier order of this send had them
		errs = append(errs, s.resume(ctx, v))
	}
	for i, to := range s.recipients {
		if _, begun := s.known[to.Contact()]; !begun {
			errs = append(errs, s.begin(ctx, i, to))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	return s.finish(ctx)
}

// sending is one send of one invoice while it is worked on.
type sending struct {
	*Desk
	principal  identity.Principal
	work       InvoiceWork
	head       invoice.Invoice
	ref        invoice.Reference
	profile    tenant.Profile
	customer   customer.Customer
	recipients []invoice.Recipient
	attachment blob.Key
	fileName   string
	total      money.Amount                         // what the attachment asks for
	begun      []invoice.VersionedDelivery          // of this send, as this run found them
	known      map[string]invoice.VersionedDelivery // of this send, by contact
}

func (d *Desk) sending(ctx context.Context, p identity.Principal, work InvoiceWork) (*sending, error) {
	s := &sending{Desk: d, principal: p, work: work, known: map[string]invoice.VersionedDelivery{}}
	var err error
	if s.head, _, err = invoice.Load(ctx, d.Store, p.Tenant, work.Month, work.Customer); err != nil {
		return nil, err
	}
	if s.ref, err = invoice.ParseNumber(s.head.Number); err != nil {
		return nil, err
	}
	if s.profile, _, err = tenant.Load(ctx, d.Store, p.Tenant); err != nil {
		return nil, err
	}
	if s.customer, _, err = customer.Load(ctx, d.Store, p.Tenant, work.Customer); err != nil {
		return nil, err
	}
	if s.recipients, err = s.ordered(ctx); err != nil {
		return nil, err
	}
	s.attachment, s.fileName, s.total = s.head.Documents.XLSX, FileName(s.profile, s.head, "xlsx"), s.head.Sums.Total
	if u := s.head.Upload; u != nil { // an uploaded workbook wins (CB-13), and so does what it asks for
		s.attachment, s.fileName, s.total = u.Object, u.FileName, u.Total
	}
	deliveries, err := invoice.Deliveries(ctx, d.Store, p.Tenant, work.Month, work.Customer)
	for _, v := range deliveries {
		if v.Send == work.Send && v.Invoice == s.head.Number {
			s.begun = append(s.begun, v)
			s.known[v.Contact] = v
		}
	}
	return s, err
}

// ordered is whom the send goes to. A draft's send is refused by Documents before anything is frozen.
func (s *sending) ordered(ctx context.Context) ([]invoice.Recipient, error) {
	t := s.principal.Tenant
	order, err := invoice.LoadSendOrder(ctx, s.Store, t, s.ref, s.work.Send)
	if err == nil || !fault.Is(err, fault.NotFound) {
		return order.Recipients, err
	}
	if order.Recipients, err = frozen(s.customer); err != nil {
		return nil, err
	}
	order.Send = s.work.Send
	w, err := order.Put(t, s.ref, store.Absent)
	if err != nil {
		return nil, err
	}
	return order.Recipients, s.Save(ctx, w)
}

// FileName is the name under which a customer saves an invoice. A long company name is cut, so that the whole stays
// within what mail and links carry.
func FileName(p tenant.Profile, head invoice.Invoice, ending string) string {
	const room = 100 // bytes for the company's name
	name := strings.NewReplacer("/", "_", "\\", "_").Replace(p.Name)
	for len(name) > room {
		_, size := utf8.DecodeLastRuneInString(name)
		name = name[:len(name)-size]
	}
	return fmt.Sprintf("%s_요금청구서_%s_%s.%s", name, head.Month, head.Number, ending)
}

// begin mails a contact that this send has not turned to yet.
func (s *sending) begin(ctx context.Context, order int, to invoice.Recipient) error {
	v, token, err := s.intend(ctx, order, to)
	if err != nil {
		return err
	}
	return s.call(ctx, v, token)
}

// resume brings a delivery of an earlier run to an outcome.
func (s *sending) resume(ctx context.Context, v invoice.VersionedDelivery) error {
	switch v.State {
	case invoice.Intended: // the run stopped between intent and outcome
		return s.ask(ctx, v, nil)
	case invoice.Waiting:
		return s.again(ctx, v)
	}
	return nil
}

// again sends a delivery that surely was not taken: as intended first, so that a crash is asked about.
func (s *sending) again(ctx context.Context, v invoice.VersionedDelivery) error {
	plain, err := s.Secrets.Open(ctx, secret.Scope{Tenant: s.principal.Tenant, Purpose: v.ID}, v.Sealed)
	if err != nil {
		return err
	}
	if v, err = s.move(ctx, v, invoice.Intended, nil); err != nil {
		return err
	}
	return s.call(ctx, v, string(plain))
}

// intend commits the delivery with its link before anything goes out.
func (s *sending) intend(ctx context.Context, order int, to invoice.Recipient) (invoice.VersionedDelivery, string, error) {
	t := s.principal.Tenant
	random := make([]byte, 24)
	if _, err := io.ReadFull(s.Random, random); err != nil {
		return invoice.VersionedDelivery{}, "", fault.New(fault.Unavailable, fault.T("난수를 만들지 못했습니다.", "No random bytes could be had.")).Because(err)
	}
	token := t.String() + "." + base64.RawURLEncoding.EncodeToString(random)
	contact := to.Contact()
	v := invoice.VersionedDelivery{Version: 1, Delivery: invoice.Delivery{
		ID: invoice.DeliveryID(t, s.head.Number, s.work.Send, contact), Invoice: s.head.Number, Send: s.work.Send, Contact: contact, Order: order,
		Name: to.Name, Email: to.Email, State: invoice.Intended, Attached: s.attachment, FileName: s.fileName, Total: s.total, Link: invoice.HashToken(token), At: s.Clock.Now().UTC(),
	}}
	var err error
	if v.Sealed, err = s.Secrets.Seal(ctx, secret.Scope{Tenant: t, Purpose: v.ID}, []byte(token)); err != nil {
		return v, "", err
	}
	delivery, err := v.Put(t, s.ref, 0)
	if err != nil {
		return v, "", err
	}
	link, err := invoice.Link{Hash: v.Link, Invoice: s.head.Number, Object: v.Attached, FileName: v.FileName, Expires: s.Clock.Now().Add(s.profile.Settings.LinkValid).UTC()}.Put(t, 0)
	if err != nil {
		return v, "", err
	}
	return v, token, s.Commit(ctx, s.principal, journal.Change{Action: "mail.intend", Subject: v.ID}, delivery, link)
}

// call hands the mail over and commits what came of it.
func (s *sending) call(ctx context.Context, v invoice.VersionedDelivery, token string) error {
	content, err := s.object(ctx, v.Attached)
	if err != nil {
		return err
	}
	transport, err := s.Mail.Send(ctx, s.message(v.Delivery, token, content))
	switch fault.CodeOf(err) {
	case "":
		return s.conclude(ctx, v, invoice.Sent, transport, nil)
	case fault.Invalid:
		return s.conclude(ctx, v, invoice.Refused, "", err)
	case fault.Unavailable:
		if _, moved := s.move(ctx, v, invoice.Waiting, nil); moved != nil {
			return moved
		}
		return err // the queue brings the work again
	case fault.UnknownOutcome:
		return s.ask(ctx, v, err)
	}
	return err
}

// ask settles what became of an intended mail by the transport's own record of our id.
func (s *sending) ask(ctx context.Context, v invoice.VersionedDelivery, cause error) error {
	outcome, err := s.Mail.Lookup(ctx, v.ID)
	if err != nil {
		return err
	}
	switch outcome {
	case mail.Accepted:
		return s.conclude(ctx, v, invoice.Sent, "", nil)
	case mail.NotAccepted:
		if cause == nil { // found from an earlier run
			return s.again(ctx, v)
		}
		if _, err := s.move(ctx, v, invoice.Waiting, nil); err != nil {
			return err
		}
		return cause // the queue brings the work again
	}
	return s.conclude(ctx, v, invoice.InDoubt, "", cause)
}

// conclude commits an outcome that stays; the token is no longer needed and goes.
func (s *sending) conclude(ctx context.Context, v invoice.VersionedDelivery, state invoice.DeliveryState, transport string, cause error) error {
	v.Transport, v.Sealed = transport, nil
	if cause != nil {
		v.Error = fault.TextOf(cause).KO
	}
	_, err := s.move(ctx, v, state, cause)
	return err
}

// move commits a state, with what it came of in the audit.
func (s *sending) move(ctx context.Context, v invoice.VersionedDelivery, to invoice.DeliveryState, cause error) (invoice.VersionedDelivery, error) {
	v.State, v.At = to, s.Clock.Now().UTC()
	w, err := v.Put(s.principal.Tenant, s.ref, v.Version)
	if err != nil {
		return v, err
	}
	if err := s.Commit(ctx, s.principal, journal.Change{Action: "mail." + string(to), Subject: v.ID, Reason: s.reason(v, cause)}, w); err != nil {
		return v, err
	}
	v.Version++
	s.known[v.Contact] = v
	return v, nil
}

var addressForm = regexp.MustCompile(`\S*@\S*`)

// reason is what the audit keeps of errors for good: code, field and sentence, without the addresses that a mail's
// refusal quotes.
func (s *sending) reason(v invoice.VersionedDelivery, cause error) string {
	var out []string
	for _, f := range fault.All(cause) {
		text := f.Shown().EN
		for _, quoted := range []string{v.Email, s.profile.Email} {
			text = strings.ReplaceAll(text, strconv.Quote(strings.TrimSpace(quoted)), "…")
		}
		code := string(f.Code)
		if f.Field != "" {
			code += " [" + f.Field + "]"
		}
		out = append(out, code+": "+addressForm.ReplaceAllString(text, "…"))
	}
	return strings.Join(out, "; ")
}

// finish counts the send once at least one contact has it or may have it.
func (s *sending) finish(ctx context.Context) error {
	head, version, err := invoice.Load(ctx, s.Store, s.principal.Tenant, s.work.Month, s.work.Customer)
	if err != nil || head.Sends >= s.work.Send || !s.reached() {
		return err
	}
	before := head.Sends
	w, err := head.Sent(s.Clock.Now()).Put(s.principal.Tenant, version)
	if err != nil {
		return err
	}
	return s.Commit(ctx, s.principal, journal.Change{Action: "invoice.sent", Subject: head.Number, Before: fmt.Sprint(before), After: fmt.Sprint(before + 1)}, w)
}

func (s *sending) reached() bool {
	for _, v := range s.known {
		if v.State == invoice.Sent || v.State == invoice.InDoubt {
			return true
		}
	}
	return false
}

// message writes the mail as a clerk expects it: what, how much, until when, and where to look.
func (s *sending) message(v invoice.Delivery, token string, content []byte) mail.Message {
	h := s.head
	lines := []string{
		fmt.Sprintf("%s %s님, 안녕하세요. %s입니다.", s.customer.Name, v.Name, s.profile.Name),
		"",
		fmt.Sprintf("%s 클라우드 이용 요금청구서를 보내드립니다.", h.Month.Korean()),
		"",
		"  청구번호  " + h.Number,
	}
	if v.Total == h.Sums.Total { // an uploaded workbook with another total has a tax of its own
		lines = append(lines, "  공급가액  "+h.Sums.Supply.Korean(), "  부가세    "+h.Sums.VAT.Korean())
	}
	lines = append(lines, "  청구금액  "+v.Total.Korean())
	if paid := byCard(h, s.profile, s.customer); paid != nil {
		lines = append(lines, "  결제일    "+paid.due.Korean(), "  결제방법  등록하신 카드로 자동 결제됩니다. 따로 송금하지 마세요.")
	} else {
		lines = append(lines, "  납부기한  "+h.Due.Korean())
		for _, account := range s.profile.BankAccounts {
			lines = append(lines, "  입금계좌  "+account)
		}
	}
	lines = append(lines, "",
		"청구서는 첨부한 엑셀 파일이나 아래 링크에서 확인하실 수 있습니다. 링크는 로그인 없이 열리니 다른 분께 전달하지 마세요.",
		s.LinkURL+token, "",
		fmt.Sprintf("문의: %s · 전화 %s · 팩스 %s", s.profile.Email, s.profile.Phone, s.profile.Fax))
	return mail.Message{
		ID:          v.ID,
		Tenant:      s.principal.Tenant,
		From:        mail.Address{Name: s.profile.Name, Email: s.profile.Email},
		To:          []mail.Address{{Name: v.Name, Email: v.Email}},
		Subject:     fmt.Sprintf("[%s] %s 클라우드 요금청구서 (%s)", s.profile.Name, h.Month.Korean(), v.Total.Korean()),
		Text:        strings.Join(lines, "\n") + "\n",
		Attachments: []mail.Attachment{{FileName: v.FileName, ContentType: typeXLSX, Content: content}},
	}
}
