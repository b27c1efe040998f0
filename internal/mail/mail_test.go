package mail_test

import (
	"strings"
	"testing"

	"jeongsan/internal/fault"
	"jeongsan/internal/mail"
	"jeongsan/internal/mail/mailtest"
)

func TestA_whole_message_is_valid(t *testing.T) {
	if err := mailtest.Sample("han-cloud-2026-10-c1-1").Validate(); err != nil {
		t.Fatal(err)
	}
}

func TestEvery_wrong_field_is_named(t *testing.T) {
	m := mailtest.Sample("M 1")
	m.From.Email = "billing"
	m.ReplyTo.Name = "a\nb"
	m.To = append(m.To, mail.Address{Email: "kim@hanbit"})
	m.Subject = ""
	m.Text = ""
	m.HTML = "\xff"
	m.Attachments[0].FileName = "../청구서.xlsx"
	m.Attachments[1].ContentType = "text"
	err := m.Validate()
	if !fault.Is(err, fault.Invalid) {
		t.Fatalf("the message is %v", err)
	}
	var fields []string
	for _, f := range fault.All(err) {
		fields = append(fields, f.Field)
		if f.Text.KO == "" || f.Text.EN == "" {
			t.Errorf("%s is named in one language only", f.Field)
		}
	}
	if got, want := strings.Join(fields, " "), "id from reply_to to subject text html attachments attachments"; got != want {
		t.Fatalf("named are %s, want %s", got, want)
	}
}

func TestAn_address_is_taken_only_in_its_plain_form(t *testing.T) {
	for _, good := range []string{"a@b.kr", " kim.dam-dang+x@mail.hanbit.co.kr "} {
		if got, err := mail.ParseEmail("to", good); err != nil || got != strings.TrimSpace(good) {
			t.Errorf("%q: %q, %v", good, got, err)
		}
	}
	for _, bad := range []string{"", "kim", "kim@hanbit", "김@hanbit.kr", "Kim <kim@hanbit.kr>", "a@b.kr, c@d.kr", "a@b.kr\r\nBcc: x@y.zz", `"a b"@c.kr"`, strings.Repeat("a", 250) + "@b.kr"} {
		if got, err := mail.ParseEmail("to", bad); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q is taken as %q", bad, got)
		}
	}
}
