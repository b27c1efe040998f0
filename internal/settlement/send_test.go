package settlement_test

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"testing"

	"jeongsan/internal/audit"
	"jeongsan/internal/calendar"
	"jeongsan/internal/customer"
	"jeongsan/internal/fault"
	"jeongsan/internal/invoice"
	"jeongsan/internal/mail/mailtest"
	"jeongsan/internal/money"
	"jeongsan/internal/settlement"
	. "jeongsan/internal/settlement/settlementtest"
	"jeongsan/internal/store"
	"jeongsan/internal/tenant"
)

// order asks for the mails of customers' invoices and does the work that the outbox was left.
func order(t *testing.T, o *Office, customers ...string) []settlement.Row {
	t.Helper()
	rows, err := desk(o).RequestSend(t.Context(), o.Staff(), October, customers)
	if err != nil {
		t.Fatal(err)
	}
	if err := workOff(t.Context(), o.World.Process(), o); err != nil {
		t.Fatal(err)
	}
	return rows
}

// ordered is an office whose one invoice was mailed.
func ordered(t *testing.T) *Office {
	t.Helper()
	o := final(1)()
	order(t, o, "C0001")
	if n := len(o.World.Mail.Delivered()); n != 1 {
		t.Fatalf("%d mails were delivered", n)
	}
	return o
}

func TestAn_invoice_is_mailed_with_its_workbook_and_the_button_then_says_send_again(t *testing.T) {
	o := final(1)()
	if label := o.Invoice(1, October).SendLabel().KO; label != "발송" {
		t.Errorf("before, the button says %s", label)
	}
	order(t, o, "C0001")
	m := o.World.Mail.Delivered()[0]
	if m.To[0].Email != "c1@example.com" || len(m.Attachments) != 1 || !strings.HasSuffix(m.Attachments[0].FileName, "HANBIT-202610-C0001-1.xlsx") || !bytes.HasPrefix(m.Attachments[0].Content, []byte("PK")) {
		t.Errorf("the mail goes to %v with %d attachments", m.To, len(m.Attachments))
	}
	for _, part := range []string{"2,200원", "2026년 10월", "하나은행", LinkURL} {
		if !strings.Contains(m.Text, part) {
			t.Errorf("the mail does not say %s", part)
		}
	}
	if head := o.Invoice(1, October); head.SendLabel().KO != "재발송" || head.Sends != 1 {
		t.Errorf("after, it says %s", head.SendLabel().KO)
	}
	order(t, o, "C0001")
	if n := len(o.World.Mail.Delivered()); n != 2 || o.Invoice(1, October).Sends != 2 {
		t.Errorf("after 재발송 %d mails went out", n)
	}
}

func TestA_contact_without_email_is_refused_by_name_and_nothing_is_half_done(t *testing.T) {
	o := final(2, func(o *Office) {
		o.Change(1, func(c *customer.Customer) { c.Contacts[0].Email = "" })
	})()
	commits := len(o.World.Commits())
	rows, err := desk(o).RequestSend(t.Context(), o.Staff(), October, []string{"C0001"})
	if err != nil {
		t.Fatal(err)
	}
	refused(t, rows[0].Err, fault.Invalid, "고객 1호 주식회사")
	var f *fault.Fault
	if f = fault.All(rows[0].Err)[0]; f.Field != "contact.email" {
		t.Errorf("the field is %q", f.Field)
	}
	if n := len(o.World.Commits()) - commits; n != 0 {
		t.Errorf("%d commits were made", n)
	}
	rows = order(t, o, "C0001", "C0002", "C0099")
	if rows[0].Err == nil || rows[1].Err != nil || !fault.Is(rows[2].Err, fault.NotFound) || len(o.World.Mail.Delivered()) != 1 {
		t.Errorf("one that cannot be sent keeps another: %v, %d mails", rows, len(o.World.Mail.Delivered()))
	}
}

func TestMissing_settlement_data_is_listed_before_anything_is_sent(t *testing.T) {
	o := Bare("2026-11-06 09:00")
	profile := Profile()
	profile.Fax, profile.BankAccounts = "", nil
	settings := o.Onboarding(o.World.Process())
	if _, err := settings.SaveProfile(t.Context(), o.Main(), profile, nil); err != nil {
		t.Fatal(err)
	}
	_, err := desk(o).RequestSend(t.Context(), o.Staff(), October, []string{"C0001"})
	refused(t, err, fault.Invalid, "회사 로고", "FAX 번호", "입금 계좌", "company logo, fax, bank account")
	for _, there := range []string{"전화번호", "대표 이메일"} {
		if strings.Contains(fault.TextOf(err).KO, there) {
			t.Errorf("%s is there and listed as missing", there)
		}
	}
}

func TestA_draft_is_not_sent(t *testing.T) {
	o := settling(1)
	draft(t, o, 1, October)
	rows, err := desk(o).RequestSend(t.Context(), o.Staff(), October, []string{"C0001"})
	if err != nil {
		t.Fatal(err)
	}
	refused(t, rows[0].Err, fault.Conflict, "HANBIT-202610-C0001-1")
	if err := desk(o).Send(t.Context(), o.Job(), settlement.InvoiceWork{Month: October, Customer: "C0001", Send: 1}); !fault.Is(err, fault.Conflict) {
		t.Errorf("a draft was sent: %v", err)
	}
}

func TestA_mail_that_was_refused_can_be_sent_once_the_reason_is_gone(t *testing.T) {
	o := final(1)()
	bad := Profile()
	bad.Email = "billing" // no address, which no field check saw
	settings := o.Onboarding(o.World.Process())
	if _, err := settings.SaveProfile(t.Context(), o.Main(), bad, nil); err != nil {
		t.Fatal(err)
	}
	order(t, o, "C0001")
	deliveries := func() []invoice.DeliveryState {
		all, err := invoice.Deliveries(t.Context(), o.World.Store, o.Tenant, October, "C0001")
		if err != nil {
			t.Fatal(err)
		}
		var states []invoice.DeliveryState
		for _, d := range all {
			states = append(states, d.State)
		}
		return states
	}
	if got := deliveries(); !slices.Equal(got, []invoice.DeliveryState{invoice.Refused}) || o.Invoice(1, October).Sends != 0 {
		t.Fatalf("the first try is %v", got)
	}
	if _, err := settings.SaveProfile(t.Context(), o.Main(), Profile(), nil); err != nil {
		t.Fatal(err)
	}
	order(t, o, "C0001")
	if got := deliveries(); !slices.Equal(got, []invoice.DeliveryState{invoice.Sent}) || len(o.World.Mail.Delivered()) != 1 || o.Invoice(1, October).Sends != 1 {
		t.Errorf("the second is %v with %d mails", got, len(o.World.Mail.Delivered()))
	}
}

func TestAn_uploaded_workbook_wins_shows_its_difference_and_can_be_taken_back(t *testing.T) {
	o := final(1)()
	content := Workbook(2500)
	head, err := desk(o).Upload(t.Context(), o.Staff(), October, "C0001", "수정본.xlsx", content)
	if err != nil {
		t.Fatal(err)
	}
	if head.Upload.Total != money.Won(2500) || head.Upload.Difference != money.Won(300) || head.Upload.By != "staff:sub1" {
		t.Errorf("the upload is %+v", *head.Upload)
	}
	if head.Sums.Total != money.Won(2200) {
		t.Errorf("the invoice itself became %s", head.Sums.Total)
	}
	order(t, o, "C0001")
	if a := o.World.Mail.Delivered()[0].Attachments[0]; a.FileName != "수정본.xlsx" || !bytes.Equal(a.Content, content) {
		t.Errorf("%s was mailed", a.FileName)
	}
	if _, err := desk(o).TakeBack(t.Context(), o.Staff(), October, "C0001", "잘못 올림"); err != nil {
		t.Fatal(err)
	}
	order(t, o, "C0001")
	if a := o.World.Mail.Delivered()[1].Attachments[0]; a.FileName == "수정본.xlsx" || bytes.Equal(a.Content, content) {
		t.Errorf("after it was taken back, %s was mailed", a.FileName)
	}
	_, err = desk(o).TakeBack(t.Context(), o.Staff(), October, "C0001", "한 번 더")
	refused(t, err, fault.Conflict, "HANBIT-202610-C0001-1")
}

func TestA_file_that_is_no_workbook_with_one_total_leaves_everything_as_it_was(t *testing.T) {
	o := final(1)()
	commits, objects := len(o.World.Commits()), len(o.World.Bucket.Objects())
	for name, content := range map[string][]byte{"빈 파일.xlsx": {}, "메모.xlsx": []byte("hello"), "잘린.xlsx": Workbook(1)[:200]} {
		_, err := desk(o).Upload(t.Context(), o.Staff(), October, "C0001", name, content)
		if !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if len(o.World.Commits()) != commits || len(o.World.Bucket.Objects()) != objects {
		t.Error("something was kept")
	}
	draftOnly := settling(1)
	draft(t, draftOnly, 1, October)
	objects = len(draftOnly.World.Bucket.Objects())
	if _, err := desk(draftOnly).Upload(t.Context(), o.Staff(), October, "C0001", "a.xlsx", Workbook(1)); !fault.Is(err, fault.Conflict) || len(draftOnly.World.Bucket.Objects()) != objects {
		t.Errorf("a draft was replaced: %v", err)
	}
}

// token reads the link out of a mail.
func token(t *testing.T, o *Office, n int) string {
	t.Helper()
	for line := range strings.Lines(o.World.Mail.Delivered()[n].Text) {
		if rest, ok := strings.CutPrefix(line, LinkURL); ok {
			return strings.TrimSpace(rest)
		}
	}
	t.Fatal("the mail has no link")
	return ""
}

func TestA_link_opens_its_document_until_it_expires_and_tells_a_stranger_nothing(t *testing.T) {
	o := ordered(t)
	opened := token(t, o, 0)
	open := func(token string) (string, error) { return desk(o).OpenLink(t.Context(), token) }
	url, err := open(opened)
	if err != nil || !strings.Contains(url, o.Invoice(1, October).Documents.XLSX.String()) || !strings.Contains(url, "5m0s") {
		t.Errorf("%s, %v", url, err)
	}
	o.At("2027-01-05 09:59")
	if _, err := open(opened); err != nil {
		t.Errorf("a minute before it expires: %v", err)
	}
	o.At("2027-01-05 10:00")
	_, expired := open(opened)
	for name, err := range map[string]error{
		"no token":           second(open("")),
		"no tenant":          second(open("x")),
		"another tenant":     second(open("stranger" + strings.TrimPrefix(opened, "hanbit"))),
		"a guess":            second(open("hanbit.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")),
		"a tenant with tail": second(open("hanbit")),
		"a bad tenant":       second(open("../../x.y")),
	} {
		if fault.CodeOf(err) != fault.CodeOf(expired) || fault.TextOf(err) != fault.TextOf(expired) {
			t.Errorf("%s is told %v, an expired link %v", name, err, expired)
		}
	}
	refused(t, expired, fault.NotFound, "만료")
}

func second[T any](_ T, err error) error { return err }

func TestA_withdrawn_link_is_dead_and_a_new_mail_brings_a_new_one(t *testing.T) {
	o := ordered(t)
	old := token(t, o, 0)
	n, err := desk(o).RevokeLinks(t.Context(), o.Staff(), "HANBIT-202610-C0001-1", "잘못된 수신자")
	if err != nil || n != 1 {
		t.Fatalf("%d links, %v", n, err)
	}
	_, err = desk(o).OpenLink(t.Context(), old)
	refused(t, err, fault.NotFound)
	order(t, o, "C0001")
	fresh := token(t, o, 1)
	if _, err := desk(o).OpenLink(t.Context(), fresh); err != nil || fresh == old {
		t.Errorf("the new link: %v", err)
	}
}

func TestThe_token_of_a_link_lies_nowhere_once_its_mail_is_out(t *testing.T) {
	o := ordered(t)
	_, secret, _ := strings.Cut(token(t, o, 0), ".")
	for _, d := range o.World.Documents() {
		if bytes.Contains(d.Body, []byte(secret)) || bytes.Contains(d.Body, []byte(`"sealed"`)) {
			t.Errorf("%s holds it", d.Key)
		}
	}
}

func TestAnother_tenants_principal_sees_and_changes_nothing(t *testing.T) {
	o := ordered(t)
	who, ctx, d := o.Stranger(), t.Context(), desk(o)
	commits := len(o.World.Commits())
	for name, err := range map[string]error{
		"ingest":      second(d.Ingest(ctx, who, Public, October, o.World.Clock.Now())),
		"draft":       second(d.Draft(ctx, who, "C0001", October)),
		"bill":        second(d.Bill(ctx, who, October, "C0001")),
		"documents":   second(d.Documents(ctx, who, October, "C0001")),
		"order":       second(d.RequestSend(ctx, who, October, []string{"C0001"})),
		"send":        d.Send(ctx, who, settlement.InvoiceWork{Month: October, Customer: "C0001", Send: 2}),
		"upload":      second(d.Upload(ctx, who, October, "C0001", "a.xlsx", Workbook(1))),
		"take back":   second(d.TakeBack(ctx, who, October, "C0001", "x")),
		"hold":        second(d.Hold(ctx, who, October, "C0001", "x")),
		"close":       second(d.Close(ctx, who, October)),
		"explain":     second(d.Explain(ctx, who.Tenant, "HANBIT-202610-C0001-1", "")),
		"the profile": third(tenant.Load(ctx, o.World.Store, who.Tenant)),
	} {
		if !fault.Is(err, fault.NotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n, err := d.RevokeLinks(ctx, who, "HANBIT-202610-C0001-1", "x"); n != 0 || err != nil {
		t.Errorf("%d links were revoked, %v", n, err)
	}
	if gates, err := d.Gates(ctx, who.Tenant, October); len(gates) != 0 || err != nil {
		t.Errorf("%d gates are seen, %v", len(gates), err)
	}
	if n := len(o.World.Commits()) - commits; n != 0 {
		t.Errorf("%d commits were made", n)
	}
}

func third[T, U any](_ T, _ U, err error) error { return err }

func TestEach_role_does_what_it_may_and_nothing_else(t *testing.T) {
	o := ordered(t)
	ctx, d := t.Context(), desk(o)
	forbidden := func(name string, err error) {
		t.Helper()
		if !fault.Is(err, fault.Forbidden) {
			t.Errorf("%s: %v", name, err)
		}
	}
	commits := len(o.World.Commits())
	forbidden("staff ingests", second(d.Ingest(ctx, o.Staff(), Public, October, o.World.Clock.Now())))
	forbidden("staff closes", second(d.Close(ctx, o.Staff(), October)))
	forbidden("a job closes", second(d.Close(ctx, o.Job(), October)))
	forbidden("a job uploads", second(d.Upload(ctx, o.Job(), October, "C0001", "a.xlsx", Workbook(1))))
	forbidden("a job takes back", second(d.TakeBack(ctx, o.Job(), October, "C0001", "x")))
	nobody := o.Main()
	nobody.Tenant = store.Tenant{}
	forbidden("nobody drafts", second(d.Draft(ctx, nobody, "C0001", October)))
	nobody = o.Main()
	nobody.Role = "guest"
	for name, err := range map[string]error{
		"drafts": second(d.Draft(ctx, nobody, "C0001", October)), "bills": second(d.Bill(ctx, nobody, October, "C0001")), "documents": second(d.Documents(ctx, nobody, October, "C0001")),
		"orders": second(d.RequestSend(ctx, nobody, October, customers(1))), "sends": d.Send(ctx, nobody, settlement.InvoiceWork{Month: October, Customer: "C0001", Send: 2}),
		"holds": second(d.Hold(ctx, nobody, October, "C0001", "x")), "revokes": second(d.RevokeLinks(ctx, nobody, "HANBIT-202610-C0001-1", "x")),
	} {
		forbidden("a guest "+name, err)
	}
	if n := len(o.World.Commits()) - commits; n != 0 {
		t.Errorf("%d commits were made", n)
	}
	if _, err := d.Close(context.WithoutCancel(ctx), o.Main(), October); err != nil {
		t.Errorf("the main account closes: %v", err)
	}
}

// unruly is the office's desk whose mail transport misbehaves as it is told.
func unruly(o *Office) (*settlement.Desk, *mailtest.Unruly) {
	d := desk(o)
	u := mailtest.NewUnruly(d.Mail)
	d.Mail = u
	return d, u
}

func mailID(o *Office, send int, email string) string {
	return invoice.DeliveryID(o.Tenant, "HANBIT-202610-C0001-1", send, invoice.Recipient{Email: email}.Contact())
}

// request orders a send and leaves its work to the test.
func request(t *testing.T, d *settlement.Desk, o *Office) settlement.InvoiceWork {
	t.Helper()
	rows, err := d.RequestSend(t.Context(), o.Staff(), October, []string{"C0001"})
	if err != nil || rows[0].Err != nil {
		t.Fatal(err, rows)
	}
	return settlement.InvoiceWork{Month: October, Customer: "C0001", Send: o.Invoice(1, October).Sends + 1}
}

func addressees(o *Office) []string {
	var out []string
	for _, m := range o.World.Mail.Delivered() {
		out = append(out, m.To[0].Email)
	}
	slices.Sort(out)
	return out
}

func TestContacts_edited_between_a_failure_and_its_retry_change_neither_who_gets_the_mail_nor_how_often(t *testing.T) {
	edit := func(c *customer.Customer) {
		c.Contacts = []customer.Contact{{Name: "새 담당", Email: "new@example.com"}, {Name: "담당 2", Email: "C0001.2@example.com"}, c.Contacts[0]}
	}
	for name, ordered := range map[string]bool{"ordered by a person": true, "sent by the contract": false} {
		t.Run(name, func(t *testing.T) {
			o := final(1, func(o *Office) { o.Change(1, Contacts(3)) })()
			d, u := unruly(o)
			work := settlement.InvoiceWork{Month: October, Customer: "C0001", Send: 1}
			if ordered {
				work = request(t, d, o)
			}
			u.OnSend(mailID(o, 1, "c0001.2@example.com"), mailtest.Down)
			if err := d.Send(t.Context(), o.Job(), work); !fault.Is(err, fault.Unavailable) {
				t.Fatalf("the first try: %v", err)
			}
			o.Change(1, edit)
			for range 2 {
				if err := d.Send(t.Context(), o.Job(), work); err != nil {
					t.Fatal(err)
				}
			}
			if got := addressees(o); !slices.Equal(got, []string{"c0001.1@example.com", "c0001.2@example.com", "c0001.3@example.com"}) || o.Invoice(1, October).Sends != 1 {
				t.Errorf("mails went to %v", got)
			}
		})
	}
}

func TestContacts_edited_between_the_order_and_its_first_run_do_not_change_whom_it_goes_to(t *testing.T) {
	o := final(1)()
	d := desk(o)
	work := request(t, d, o)
	o.Change(1, func(c *customer.Customer) { c.Contacts[0].Email = "new@example.com" })
	if err := d.Send(t.Context(), o.Job(), work); err != nil {
		t.Fatal(err)
	}
	if got := addressees(o); !slices.Equal(got, []string{"c1@example.com"}) {
		t.Errorf("mails went to %v", got)
	}
}

func TestA_send_ordered_again_for_new_contacts_also_finishes_the_mail_a_former_one_waits_for(t *testing.T) {
	o := final(1)()
	d, u := unruly(o)
	u.OnSend(mailID(o, 1, "c1@example.com"), mailtest.Down)
	if err := d.Send(t.Context(), o.Job(), request(t, d, o)); !fault.Is(err, fault.Unavailable) {
		t.Fatal(err)
	}
	o.Change(1, func(c *customer.Customer) { c.Contacts[0].Email = "new@example.com" })
	if err := d.Send(t.Context(), o.Job(), request(t, d, o)); err != nil {
		t.Fatal(err)
	}
	if got := addressees(o); !slices.Equal(got, []string{"c1@example.com", "new@example.com"}) {
		t.Errorf("mails went to %v", got)
	}
}

func TestAn_address_that_is_registered_twice_gets_one_mail(t *testing.T) {
	o := final(1, func(o *Office) {
		o.Change(1, func(c *customer.Customer) {
			c.Contacts = append(c.Contacts, customer.Contact{Name: "같은 사람", Email: "C1@example.com"})
		})
	})()
	order(t, o, "C0001")
	if got := addressees(o); !slices.Equal(got, []string{"c1@example.com"}) {
		t.Errorf("mails went to %v", got)
	}
}

func TestA_contact_whose_mail_cannot_go_out_now_keeps_none_of_the_others_waiting(t *testing.T) {
	o := final(1, func(o *Office) { o.Change(1, Contacts(3)) })()
	d, u := unruly(o)
	work := request(t, d, o)
	u.OnSend(mailID(o, 1, "c0001.1@example.com"), mailtest.Down, mailtest.Down)
	for range 2 {
		if err := d.Send(t.Context(), o.Job(), work); !fault.Is(err, fault.Unavailable) {
			t.Fatal(err)
		}
		if got := addressees(o); !slices.Equal(got, []string{"c0001.2@example.com", "c0001.3@example.com"}) || o.Invoice(1, October).Sends != 0 {
			t.Fatalf("mails went to %v", got)
		}
	}
	if err := d.Send(t.Context(), o.Job(), work); err != nil {
		t.Fatal(err)
	}
	if n := len(o.World.Mail.Delivered()); n != 3 || o.Invoice(1, October).Sends != 1 {
		t.Errorf("%d mails were delivered", n)
	}
}

func TestA_workbook_uploaded_between_two_tries_leaves_the_waiting_mail_its_file_name_and_total(t *testing.T) {
	o := final(1)()
	d, u := unruly(o)
	work := request(t, d, o)
	u.OnSend(mailID(o, 1, "c1@example.com"), mailtest.Down)
	if err := d.Send(t.Context(), o.Job(), work); !fault.Is(err, fault.Unavailable) {
		t.Fatal(err)
	}
	content := Workbook(2500)
	if _, err := d.Upload(t.Context(), o.Staff(), October, "C0001", "수정본.xlsx", content); err != nil {
		t.Fatal(err)
	}
	if err := d.Send(t.Context(), o.Job(), work); err != nil {
		t.Fatal(err)
	}
	m := o.World.Mail.Delivered()[0]
	if a := m.Attachments[0]; !strings.HasSuffix(a.FileName, "HANBIT-202610-C0001-1.xlsx") || bytes.Equal(a.Content, content) || !strings.Contains(m.Subject, "2,200원") {
		t.Errorf("%s was mailed as %s", a.FileName, m.Subject)
	}
	if url, err := d.OpenLink(t.Context(), token(t, o, 0)); err != nil || strings.Contains(url, "/upload/") {
		t.Errorf("the link opens %s, %v", url, err)
	}
}

func TestA_mail_with_an_uploaded_workbook_states_what_that_workbook_asks_for(t *testing.T) {
	for total, taxLines := range map[int64]bool{2500: false, 2200: true} {
		o := final(1)()
		if _, err := desk(o).Upload(t.Context(), o.Staff(), October, "C0001", "수정본.xlsx", Workbook(total)); err != nil {
			t.Fatal(err)
		}
		order(t, o, "C0001")
		m, asked := o.World.Mail.Delivered()[0], money.Won(total).Korean()
		if !strings.Contains(m.Subject, asked) || !strings.Contains(m.Text, "청구금액  "+asked) {
			t.Errorf("for %s the mail says %s", asked, m.Subject)
		}
		if strings.Contains(m.Text, "공급가액") != taxLines || strings.Contains(m.Text, "부가세") != taxLines || !taxLines && strings.Contains(m.Text+m.Subject, "2,200원") {
			t.Errorf("for %s the mail says\n%s", asked, m.Text)
		}
	}
}

func TestAn_upload_whose_file_name_no_mail_could_carry_is_refused_at_once(t *testing.T) {
	o := final(1)()
	commits, objects := len(o.World.Commits()), len(o.World.Bucket.Objects())
	for _, name := range []string{"", "수정본", "수정본.xls", "a/b.xlsx", `a\b.xlsx`, "a\nb.xlsx", "a\u2028b.xlsx", "\xff.xlsx", strings.Repeat("가", 66) + ".xlsx"} {
		if _, err := desk(o).Upload(t.Context(), o.Staff(), October, "C0001", name, Workbook(2500)); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v", name, err)
		}
	}
	if len(o.World.Commits()) != commits || len(o.World.Bucket.Objects()) != objects {
		t.Error("something was kept")
	}
	longest := strings.Repeat("가", 65) + ".XLSX" // 200 bytes
	if _, err := desk(o).Upload(t.Context(), o.Staff(), October, "C0001", longest, Workbook(2500)); err != nil {
		t.Fatal(err)
	}
	order(t, o, "C0001")
	if a := o.World.Mail.Delivered()[0].Attachments[0]; a.FileName != longest {
		t.Errorf("%s was mailed", a.FileName)
	}
}

func TestWhat_a_mail_was_refused_for_stays_in_the_audit_without_addresses(t *testing.T) {
	o := final(1)()
	bad := Profile()
	bad.Email = "billing@hanbit" // no dot in its domain, which no field check saw
	if _, err := o.Onboarding(o.World.Process()).SaveProfile(t.Context(), o.Main(), bad, nil); err != nil {
		t.Fatal(err)
	}
	order(t, o, "C0001")
	order(t, o, "C0001") // orders it again: the refused delivery is forgotten
	var reasons []string
	err := store.Each(t.Context(), o.World.Store, store.Query{Partition: audit.Partition(o.Tenant, calendar.DateOf(o.World.Clock.Now()))}, func(d store.Document) error {
		r, err := audit.Decode(d)
		if r.Action == "mail.refused" {
			reasons = append(reasons, r.Reason)
		}
		return err
	})
	if err != nil || len(reasons) != 2 {
		t.Fatalf("%d refusals are recorded, %v", len(reasons), err)
	}
	for _, r := range reasons {
		if !strings.HasPrefix(r, "invalid [from]: ") || strings.Contains(r, "@hanbit") || strings.Contains(r, "c1@") {
			t.Errorf("the audit says %q", r)
		}
	}
}

func TestWho_pays_by_card_is_told_the_day_of_the_charge_and_no_bank_account(t *testing.T) {
	o := final(1, func(o *Office) {
		o.Change(1, func(c *customer.Customer) { c.PayMeans = customer.ByCard })
	})()
	order(t, o, "C0001")
	text := o.World.Mail.Delivered()[0].Text
	for _, part := range []string{"결제일    2026년 12월 3일", "카드로 자동 결제"} {
		if !strings.Contains(text, part) {
			t.Errorf("the mail does not say %s:\n%s", part, text)
		}
	}
	for _, part := range []string{"입금계좌", "하나은행", "납부기한"} {
		if strings.Contains(text, part) {
			t.Errorf("the mail tells a card payer of %s", part)
		}
	}
}
