// Package mailtest is the conformance suite of mail.Sender, which every adapter passes, and an unruly transport for
// the tests of flows.
//
// It owns what the port promises, told as sentences. What only one adapter can show is tested beside that adapter.
package mailtest

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"jeongsan/internal/fault"
	"jeongsan/internal/mail"
	"jeongsan/internal/mail/mime"
)

// Fixture is a transport that has sent nothing and what the suite needs around it.
type Fixture struct {
	Sender    mail.Sender
	Delivered func() ([][]byte, error) // every raw message that reached its recipients, in any order
	Tells     bool                     // whether Lookup ever answers anything but CannotTell
}

// Run holds the transport that open makes, anew for each test, to every promise of the port.
func Run(t *testing.T, open func(t *testing.T) Fixture) {
	for _, c := range []struct {
		sentence string
		test     func(*testing.T, Fixture)
	}{
		{"a mail arrives as it was written", arrives},
		{"an accepted mail carries our id", carriesID},
		{"lookup tells what was accepted and what was not", lookup},
		{"the same id is delivered once", deliveredOnce},
		{"32 sends of one id deliver it once", raceOfOneID},
		{"a mail that validation refuses is not sent", refused},
		{"no header can be injected", injection},
		{"a large attachment arrives whole", largeAttachment},
		{"a cancelled send is not taken", cancelled},
	} {
		t.Run(c.sentence, func(t *testing.T) { c.test(t, open(t)) })
	}
}

// Sample is a valid mail in Korean with an attachment.
func Sample(id string) mail.Message {
	return mail.Message{
		ID:      id,
		From:    mail.Address{Name: "한클라우드 정산팀", Email: "billing@han-cloud.co.kr"},
		ReplyTo: mail.Address{Email: "help@han-cloud.co.kr"},
		To:      []mail.Address{{Name: "김담당 (주)한빛", Email: "kim@hanbit.co.kr"}, {Email: "lee@hanbit.co.kr"}},
		Subject: "[한클라우드] 2026년 10월 클라우드 요금청구서 (1,234,560원) 👍 ㈜",
		Text:    "안녕하세요.\n\n.\nFrom 한클라우드\n청구서를 보내드립니다.\n",
		HTML:    "<p>청구서를 <b>보내드립니다</b>.</p>\n",
		Attachments: []mail.Attachment{
			{FileName: `2026년 10월 청구서 "최종" 100% (1).xlsx`, ContentType: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", Content: []byte("PK\x03\x04\r\n.\r\n")},
			{FileName: "terms.txt", ContentType: "text/plain; charset=utf-8", Content: []byte("약관\n")},
		},
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func delivered(t *testing.T, f Fixture, n int) [][]byte {
	t.Helper()
	raw, err := f.Delivered()
	must(t, err)
	if len(raw) != n {
		t.Fatalf("%d mails were delivered, want %d", len(raw), n)
	}
	return raw
}

func arrives(t *testing.T, f Fixture) {
	want := Sample("m-1")
	id, err := f.Sender.Send(t.Context(), want)
	must(t, err)
	if id == "" {
		t.Error("the transport gave no id")
	}
	got, _, err := mime.Parse(delivered(t, f, 1)[0])
	must(t, err)
	wantSame(t, got, want)
}

func wantSame(t *testing.T, got, want mail.Message) {
	t.Helper()
	if got.From != want.From || got.ReplyTo != want.ReplyTo || got.Subject != want.Subject || got.Text != want.Text || got.HTML != want.HTML {
		t.Errorf("received %+v, want %+v", got, want)
	}
	if len(got.To) != len(want.To) || len(got.Attachments) != len(want.Attachments) {
		t.Fatalf("received %d recipients and %d attachments", len(got.To), len(got.Attachments))
	}
	for i, to := range want.To {
		if got.To[i] != to {
			t.Errorf("recipient %d is %+v, want %+v", i, got.To[i], to)
		}
	}
	for i, a := range want.Attachments {
		if g := got.Attachments[i]; g.FileName != a.FileName || g.ContentType != a.ContentType || !bytes.Equal(g.Content, a.Content) {
			t.Errorf("attachment %d is %q of type %q with %d bytes", i, g.FileName, g.ContentType, len(g.Content))
		}
	}
}

func carriesID(t *testing.T, f Fixture) {
	_, err := f.Sender.Send(t.Context(), Sample("han-cloud-2026-10-c1-1"))
	must(t, err)
	got, _, err := mime.Parse(delivered(t, f, 1)[0])
	must(t, err)
	if got.ID != "han-cloud-2026-10-c1-1" {
		t.Fatalf("the mail carries the id %q", got.ID)
	}
}

func lookup(t *testing.T, f Fixture) {
	_, err := f.Sender.Send(t.Context(), Sample("m-1"))
	must(t, err)
	for id, want := range map[string]mail.Outcome{"m-1": mail.Accepted, "m-2": mail.NotAccepted} {
		if !f.Tells {
			want = mail.CannotTell
		}
		got, err := f.Sender.Lookup(t.Context(), id)
		must(t, err)
		if got != want {
			t.Errorf("of %s the transport says %s, want %s", id, got, want)
		}
	}
	for _, id := range []string{"", "../m-1", "M-1", "m 1", strings.Repeat("m", mail.MaxID+1)} {
		if _, err := f.Sender.Lookup(t.Context(), id); !fault.Is(err, fault.Invalid) {
			t.Errorf("looking up %q says %v", id, err)
		}
	}
}

func deliveredOnce(t *testing.T, f Fixture) {
	if !f.Tells {
		t.Skip("this transport cannot tell whether it took a mail before")
	}
	first, err := f.Sender.Send(t.Context(), Sample("m-1"))
	must(t, err)
	before := delivered(t, f, 1)[0]
	second, err := f.Sender.Send(t.Context(), Sample("m-1"))
	must(t, err)
	if first != second {
		t.Errorf("the second send has the transport id %q, the first %q", second, first)
	}
	if !bytes.Equal(before, delivered(t, f, 1)[0]) {
		t.Error("the second send changed the delivered mail")
	}
}

func raceOfOneID(t *testing.T, f Fixture) {
	if !f.Tells {
		t.Skip("this transport cannot tell whether it took a mail before")
	}
	var senders sync.WaitGroup
	for range 32 {
		senders.Go(func() {
			if _, err := f.Sender.Send(t.Context(), Sample("m-1")); err != nil {
				t.Error(err)
			}
		})
	}
	senders.Wait()
	delivered(t, f, 1)
}

func refused(t *testing.T, f Fixture) {
	for name, spoil := range map[string]func(*mail.Message){
		"no id":        func(m *mail.Message) { m.ID = "" },
		"path as id":   func(m *mail.Message) { m.ID = "../../etc/passwd" },
		"no recipient": func(m *mail.Message) { m.To = nil },
		"bad address":  func(m *mail.Message) { m.To[0].Email = "kim" },
		"no sender":    func(m *mail.Message) { m.From = mail.Address{} },
		"no subject":   func(m *mail.Message) { m.Subject = " " },
		"no text":      func(m *mail.Message) { m.Text = "" },
		"too large":    func(m *mail.Message) { m.Attachments[0].Content = make([]byte, mail.MaxSize+1) },
	} {
		m := Sample("m-1")
		spoil(&m)
		if _, err := f.Sender.Send(t.Context(), m); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: the send says %v", name, err)
		}
	}
	delivered(t, f, 0)
}

func injection(t *testing.T, f Fixture) {
	const evil = "a\r\nBcc: thief@example.com\r\n\r\nx"
	for name, spoil := range map[string]func(*mail.Message){
		"subject":        func(m *mail.Message) { m.Subject = evil },
		"sender":         func(m *mail.Message) { m.From.Name = evil },
		"recipient":      func(m *mail.Message) { m.To[0].Name = evil },
		"address":        func(m *mail.Message) { m.To[0].Email = "a@b.co\r\nBcc: thief@example.com" },
		"reply address":  func(m *mail.Message) { m.ReplyTo.Email = "a@b.co\r\nBcc: thief@example.com" },
		"reply name":     func(m *mail.Message) { m.ReplyTo.Name = evil },
		"file name":      func(m *mail.Message) { m.Attachments[0].FileName = evil },
		"id":             func(m *mail.Message) { m.ID = "m\r\nBcc: thief@example.com" },
		"line separator": func(m *mail.Message) { m.Subject = "a\u2028b" },
	} {
		m := Sample("m-1")
		spoil(&m)
		if _, err := f.Sender.Send(t.Context(), m); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: the send says %v", name, err)
		}
	}
	m := Sample("m-1")
	m.Attachments[0].ContentType = "text/plain;\r\n x=y"
	if _, err := f.Sender.Send(t.Context(), m); err == nil {
		if raw := delivered(t, f, 1)[0]; bytes.Contains(raw, []byte("\n x=y")) {
			t.Error("the content type is written as it came")
		}
	}
}

func largeAttachment(t *testing.T, f Fixture) {
	m := Sample("m-1")
	m.Attachments = m.Attachments[:1]
	m.Attachments[0].Content = bytes.Repeat([]byte("0123456789\n\x00"), 100_000)
	_, err := f.Sender.Send(t.Context(), m)
	must(t, err)
	got, _, err := mime.Parse(delivered(t, f, 1)[0])
	must(t, err)
	wantSame(t, got, m)
}

func cancelled(t *testing.T, f Fixture) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := f.Sender.Send(ctx, Sample("m-1")); !errors.Is(err, context.Canceled) {
		t.Errorf("the send says %v, want that it was cancelled", err)
	}
	delivered(t, f, 0)
}
