package mime_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"jeongsan/internal/fault"
	"jeongsan/internal/mail"
	"jeongsan/internal/mail/mailtest"
	"jeongsan/internal/mail/mime"
)

var update = flag.Bool("update", false, "write the golden files anew")

var sent = time.Date(2026, 11, 6, 10, 0, 0, 0, time.FixedZone("KST", 9*3600))

const domain = "mail.han-cloud.co.kr"

func compose(t interface{ Fatal(...any) }, m mail.Message) []byte {
	raw, err := mime.Compose(m, domain, sent)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestAn_invoice_mail_has_the_bytes_of_the_golden_file(t *testing.T) {
	raw := compose(t, mailtest.Sample("han-cloud-2026-10-c1-1"))
	golden := filepath.Join("testdata", "invoice.eml")
	if *update {
		if err := os.WriteFile(golden, raw, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(raw, want) {
		t.Fatalf("the mail differs from %s:\n%s", golden, raw)
	}
}

func TestThe_same_message_gives_the_same_bytes_and_another_date_or_id_others(t *testing.T) {
	m := mailtest.Sample("m-1")
	if !bytes.Equal(compose(t, m), compose(t, m)) {
		t.Error("the same message gave two different mails")
	}
	later, err := mime.Compose(m, domain, sent.Add(time.Second))
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(later, compose(t, m)) || bytes.Equal(compose(t, mailtest.Sample("m-2")), compose(t, m)) {
		t.Error("two different mails have the same bytes")
	}
}

func TestA_mail_says_whose_it_is_and_not_what_made_it(t *testing.T) {
	head, _, _ := strings.Cut(string(compose(t, mailtest.Sample("m-1"))), "\r\n\r\n")
	for _, want := range []string{"X-Jeongsan-Id: m-1\r\n", "Message-ID: <m-1@mail.han-cloud.co.kr>\r\n", "Date: Fri, 06 Nov 2026 10:00:00 +0900\r\n", "MIME-Version: 1.0\r\n"} {
		if !strings.Contains(head+"\r\n", want) {
			t.Errorf("the header %q is missing", want)
		}
	}
	for _, not := range []string{"User-Agent", "X-Mailer", "go-mail"} {
		if strings.Contains(head, not) {
			t.Errorf("the mail names %q", not)
		}
	}
}

func TestEvery_line_of_a_mail_is_short_enough_and_ASCII(t *testing.T) {
	m := mailtest.Sample(strings.Repeat("m", mail.MaxID))
	m.Subject = strings.Repeat("제목 ", 70)
	m.To[0].Name = strings.Repeat("이름", 33)
	m.Attachments[0].FileName = strings.Repeat("가", mail.MaxFileName/3)
	raw := compose(t, m)
	for _, line := range bytes.Split(raw, []byte("\r\n")) {
		if len(line) > 998 { // RFC 5322 §2.1.1
			t.Errorf("a line of %d bytes", len(line))
		}
		for _, c := range line {
			if c > 126 || c == '\n' || c == '\r' {
				t.Fatalf("byte %d in %q", c, line)
			}
		}
	}
	got, _, err := mime.Parse(raw)
	if err != nil || got.Attachments[0].FileName != m.Attachments[0].FileName || got.To[0] != m.To[0] {
		t.Errorf("read back %+v, %v", got, err)
	}
}

func TestText_that_looks_like_a_boundary_changes_nothing(t *testing.T) {
	hexes := strings.Repeat("0123456789", 6)
	m := mailtest.Sample("m-1")
	m.Subject = "Content-Type: multipart/mixed; boundary=" + hexes
	m.Text = "Content-Type: multipart/mixed;\n boundary=" + hexes + "\n--" + hexes + "\n"
	got, _, err := mime.Parse(compose(t, m))
	if err != nil || got.Subject != m.Subject || got.Text != m.Text {
		t.Fatalf("read back %+v, %v", got, err)
	}
}

func TestWhat_is_composed_is_what_is_read(t *testing.T) {
	word := rapid.StringOfN(rapid.RuneFrom([]rune(`abzAZ09 가힣한글㈜漢😀é"\'()<>@,;:.[]=?_%&+*/!`)), 1, 40, -1)
	line := rapid.Custom(func(t *rapid.T) string { return "x" + strings.Join(strings.Fields(word.Draw(t, "word")), " ") })
	fileName := rapid.Custom(func(t *rapid.T) string { return strings.NewReplacer("/", "_", `\`, "_").Replace(line.Draw(t, "file")) })
	rapid.Check(t, func(t *rapid.T) {
		m := mail.Message{
			ID:      rapid.StringMatching(`[a-z0-9][a-z0-9-]{0,119}`).Draw(t, "id"),
			From:    mail.Address{Name: line.Draw(t, "from"), Email: "billing@han-cloud.co.kr"},
			To:      []mail.Address{{Name: line.Draw(t, "to"), Email: "kim@hanbit.co.kr"}},
			Subject: strings.TrimSpace("x" + word.Draw(t, "subject")),
			Text:    line.Draw(t, "text") + "\n",
			HTML:    rapid.SampledFrom([]string{"", "<p>가</p>\n"}).Draw(t, "html"),
		}
		for range rapid.IntRange(0, 3).Draw(t, "files") {
			m.Attachments = append(m.Attachments, mail.Attachment{FileName: fileName.Draw(t, "name"), ContentType: "application/pdf", Content: rapid.SliceOfN(rapid.Byte(), 1, 200).Draw(t, "content")})
		}
		got, date, err := mime.Parse(compose(t, m))
		if err != nil {
			t.Fatal(err)
		}
		if !date.Equal(sent) || !reflect.DeepEqual(got, m) {
			t.Fatalf("composed %+v\nread %+v", m, got)
		}
	})
}

func TestBroken_mails_are_refused_and_never_panic(t *testing.T) {
	raw := compose(t, mailtest.Sample("m-1"))
	whole := string(raw)
	for _, broken := range []string{
		"",
		"Date: x\r\n\r\n",
		strings.Replace(whole, "\nFrom:", "\nFram:", 1),
		strings.Replace(whole, "\nTo:", "\nTa:", 1),
		strings.Replace(whole, "multipart/mixed", "multi part", 1),
		whole[:len(whole)-5],
	} {
		if _, _, err := mime.Parse([]byte(broken)); err == nil {
			t.Errorf("this is read: %.60q", broken)
		}
	}
	nested := "From: a@b.kr\r\nTo: a@b.kr\r\nDate: Fri, 06 Nov 2026 10:00:00 +0900\r\n" + strings.Repeat("Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n", 50)
	if _, _, err := mime.Parse([]byte(nested)); err == nil {
		t.Error("parts within parts without end are read")
	}
	rapid.Check(t, func(t *rapid.T) {
		broken := bytes.Clone(raw)
		for range rapid.IntRange(1, 20).Draw(t, "changes") {
			broken[rapid.IntRange(0, len(broken)-1).Draw(t, "at")] = rapid.Byte().Draw(t, "byte")
		}
		mime.Parse(broken) // that it returns is the point
	})
}

func TestA_message_is_not_composed_for_a_bad_domain(t *testing.T) {
	for _, bad := range []string{"", "localhost", "a.kr>\r\nBcc: x@y.zz"} {
		if _, err := mime.Compose(mailtest.Sample("m-1"), bad, sent); !fault.Is(err, fault.Invalid) {
			t.Errorf("composed for %q: %v", bad, err)
		}
	}
}

func BenchmarkA_mail_with_a_30_KB_sheet(b *testing.B) {
	m := mailtest.Sample("m-1")
	m.Attachments[0].Content = make([]byte, 30<<10)
	for b.Loop() {
		compose(b, m)
	}
}
