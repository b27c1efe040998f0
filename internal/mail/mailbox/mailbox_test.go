package mailbox

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"jeongsan/internal/fault"
	"jeongsan/internal/mail"
	"jeongsan/internal/mail/mailtest"
)

// business is a clock that stands where a test puts it.
type business struct{ now time.Time }

func (c *business) Now() time.Time { return c.now }

func sixthOfNovember() *business {
	return &business{time.Date(2026, 11, 6, 10, 0, 0, 0, time.FixedZone("KST", 9*3600))}
}

func open(t *testing.T, dir string, c *business) *Mailbox {
	t.Helper()
	b, err := Open(dir, "mail.han-cloud.co.kr", c)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func send(t *testing.T, b *Mailbox, id string) {
	t.Helper()
	if _, err := b.Send(t.Context(), mailtest.Sample(id)); err != nil {
		t.Fatal(err)
	}
}

func delivered(dir string) ([][]byte, error) {
	names, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		return nil, err
	}
	var all [][]byte
	for _, name := range names {
		raw, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		all = append(all, raw)
	}
	return all, nil
}

func TestA_mailbox_keeps_every_promise_of_a_transport(t *testing.T) {
	mailtest.Run(t, func(t *testing.T) mailtest.Fixture {
		dir := t.TempDir()
		return mailtest.Fixture{
			Sender:    open(t, dir, sixthOfNovember()),
			Delivered: func() ([][]byte, error) { return delivered(dir) },
			Tells:     true,
		}
	})
}

func TestAn_unruly_transport_keeps_every_promise_until_it_is_told_otherwise(t *testing.T) {
	mailtest.Run(t, func(t *testing.T) mailtest.Fixture {
		dir := t.TempDir()
		return mailtest.Fixture{
			Sender:    mailtest.NewUnruly(open(t, dir, sixthOfNovember())),
			Delivered: func() ([][]byte, error) { return delivered(dir) },
			Tells:     true,
		}
	})
}

func TestAn_unruly_transport_misbehaves_as_it_is_told(t *testing.T) {
	for _, c := range []struct {
		behaviour mailtest.Behaviour
		code      fault.Code
		outcome   mail.Outcome
	}{
		{mailtest.Refuses, fault.Invalid, mail.NotAccepted},
		{mailtest.Down, fault.Unavailable, mail.NotAccepted},
		{mailtest.LostBeforeAccept, fault.UnknownOutcome, mail.NotAccepted},
		{mailtest.LostAfterAccept, fault.UnknownOutcome, mail.Accepted},
	} {
		u := mailtest.NewUnruly(open(t, t.TempDir(), sixthOfNovember()))
		u.OnSend("m-1", c.behaviour)
		if _, err := u.Send(t.Context(), mailtest.Sample("m-1")); !fault.Is(err, c.code) {
			t.Errorf("%s: the send says %v", c.behaviour, err)
		}
		u.OnLookup(mailtest.Any, mailtest.Down, mailtest.Forgetful)
		if _, err := u.Lookup(t.Context(), "m-1"); !fault.Is(err, fault.Unavailable) {
			t.Errorf("%s: the lookup says %v", c.behaviour, err)
		}
		for _, want := range []mail.Outcome{mail.CannotTell, c.outcome} {
			if got, err := u.Lookup(t.Context(), "m-1"); got != want || err != nil {
				t.Errorf("%s: the lookup says %s, %v; want %s", c.behaviour, got, err, want)
			}
		}
		if _, err := u.Send(t.Context(), mailtest.Sample("m-1")); err != nil || u.Sends("m-1") != 2 {
			t.Errorf("%s: the second of %d sends says %v", c.behaviour, u.Sends("m-1"), err)
		}
	}
}

func TestMails_survive_reopening_and_are_listed_newest_first(t *testing.T) {
	dir, clock := t.TempDir(), sixthOfNovember()
	b := open(t, dir, clock)
	send(t, b, "m-2")
	send(t, b, "m-1")
	clock.now = clock.now.Add(time.Hour)
	send(t, b, "m-3")

	b = open(t, dir, clock)
	for limit, want := range map[int][]string{0: {"m-3", "m-1", "m-2"}, 2: {"m-3", "m-1"}, 9: {"m-3", "m-1", "m-2"}} {
		list, err := b.List(t.Context(), limit)
		if err != nil {
			t.Fatal(err)
		}
		var ids []string
		for _, h := range list {
			ids = append(ids, h.ID)
			if h.Subject != mailtest.Sample("x").Subject || len(h.To) != 2 || h.From.Name != "한클라우드 정산팀" {
				t.Errorf("listed %+v", h)
			}
		}
		if !slices.Equal(ids, want) {
			t.Errorf("the newest %d are %v, want %v", limit, ids, want)
		}
	}
	got, err := b.Get(t.Context(), "m-3")
	if err != nil {
		t.Fatal(err)
	}
	if !got.Date.Equal(clock.now) || len(got.Attachments) != 2 || got.Attachments[0].FileName != mailtest.Sample("x").Attachments[0].FileName {
		t.Fatalf("read %+v", got)
	}
}

func TestA_mail_that_is_not_there_is_not_found(t *testing.T) {
	b := open(t, t.TempDir(), sixthOfNovember())
	if _, err := b.Get(t.Context(), "m-1"); !fault.Is(err, fault.NotFound) {
		t.Errorf("reading it says %v", err)
	}
	for _, id := range []string{"", "../m", "m/1", ".sending-1"} {
		if _, err := b.Raw(t.Context(), id); !fault.Is(err, fault.Invalid) {
			t.Errorf("reading %q says %v", id, err)
		}
	}
}

func TestA_mail_is_synced_before_it_gets_its_name_and_the_name_before_it_is_acknowledged(t *testing.T) {
	dir := t.TempDir()
	b := open(t, dir, sixthOfNovember())
	var synced []string
	b.flush = func(f *os.File) error {
		_, err := os.Stat(b.file("m-1"))
		switch {
		case f.Name() == dir && err == nil:
			synced = append(synced, "the directory, named")
		case strings.Contains(f.Name(), tempPrefix) && err != nil:
			synced = append(synced, "the mail, unnamed")
		default:
			synced = append(synced, f.Name())
		}
		return f.Sync()
	}
	send(t, b, "m-1")
	if want := []string{"the mail, unnamed", "the directory, named"}; !slices.Equal(synced, want) {
		t.Fatalf("synced %q, want %q", synced, want)
	}
}

func TestA_mail_whose_content_cannot_be_synced_is_not_taken_and_one_whose_name_cannot_is_in_doubt(t *testing.T) {
	for failing, want := range []struct {
		code    fault.Code
		outcome mail.Outcome
	}{{fault.Unavailable, mail.NotAccepted}, {fault.UnknownOutcome, mail.Accepted}} {
		b := open(t, t.TempDir(), sixthOfNovember())
		calls := 0
		b.flush = func(*os.File) error {
			if calls++; calls > failing {
				return errors.New("no space left")
			}
			return nil
		}
		if _, err := b.Send(t.Context(), mailtest.Sample("m-1")); !fault.Is(err, want.code) {
			t.Errorf("with sync %d failing the send says %v", failing, err)
		}
		if got, err := b.Lookup(t.Context(), "m-1"); got != want.outcome || err != nil {
			t.Errorf("with sync %d failing the lookup says %s, %v", failing, got, err)
		}
	}
}

func TestWhat_killed_sends_left_is_swept_and_never_shown(t *testing.T) {
	dir := t.TempDir()
	b := open(t, dir, sixthOfNovember())
	send(t, b, "m-1")
	young, old := filepath.Join(dir, tempPrefix+"young"), filepath.Join(dir, tempPrefix+"old")
	for _, name := range []string{young, old} {
		if err := os.WriteFile(name, []byte("half a mail"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	info, err := os.Stat(old)
	if err != nil {
		t.Fatal(err)
	}
	before := info.ModTime().Add(-2 * tempAge)
	if err := os.Chtimes(old, before, before); err != nil {
		t.Fatal(err)
	}
	b = open(t, dir, sixthOfNovember())
	if list, err := b.List(t.Context(), 0); len(list) != 1 || err != nil {
		t.Errorf("listed %v, %v", list, err)
	}
	left, err := filepath.Glob(filepath.Join(dir, tempPrefix+"*"))
	if err != nil || !slices.Equal(left, []string{young}) {
		t.Errorf("left is %v, %v", left, err)
	}
}

func TestA_mailbox_is_not_opened_with_a_bad_domain_or_on_a_file(t *testing.T) {
	for _, domain := range []string{"", "localhost", "a b.kr", "a.kr\r\nX: y", "A.KR"} {
		if _, err := Open(t.TempDir(), domain, sixthOfNovember()); !fault.Is(err, fault.Invalid) {
			t.Errorf("opened with %q: %v", domain, err)
		}
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(file, "a.kr", sixthOfNovember()); !fault.Is(err, fault.Unavailable) {
		t.Errorf("opened a file: %v", err)
	}
}
