// Package mailbox is the mail transport of one machine: it delivers into a directory that a page shows.
//
// It owns the delivered mails, one .eml file each, named by our id. It does not own what a mail says. infra/local is
// its only user outside tests.
//
// Invariants:
//   - a mail is written to a temp file, synced, linked to its name (a link never overwrites) and the directory synced
//     before Send returns: what was accepted is on disk whole, and the same id is delivered once, whoever wins;
//   - a mail can always be asked for: Lookup says Accepted or NotAccepted, never CannotTell.
package mailbox

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"jeongsan/internal/fault"
	"jeongsan/internal/mail"
	"jeongsan/internal/mail/mime"
)

const (
	suffix     = ".eml"
	tempPrefix = ".sending-"
	tempAge    = time.Hour
)

// Mailbox is a mail.Sender into a directory. It is safe for concurrent use, and by more than one process.
type Mailbox struct {
	dir    string
	domain string
	clock  interface{ Now() time.Time }
	flush  func(*os.File) error // makes a file or folder durable
}

var _ mail.Sender = (*Mailbox)(nil)

// Open makes or opens the mailbox in dir. The domain ends each Message-ID; the clock dates the mails.
func Open(dir, domain string, clock interface{ Now() time.Time }) (*Mailbox, error) {
	if err := mime.CheckDomain(domain); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, unusable(err)
	}
	b := &Mailbox{dir: dir, domain: domain, clock: clock, flush: (*os.File).Sync}
	return b, b.sweep()
}

// sweep takes away what killed sends left: temp files much older than the newest write. Their age is told by the
// file system alone, since the injected clock may stand elsewhere.
func (b *Mailbox) sweep() error {
	left, err := filepath.Glob(filepath.Join(b.dir, tempPrefix+"*"))
	if err != nil || len(left) == 0 {
		return err
	}
	probe, err := os.CreateTemp(b.dir, tempPrefix)
	if err != nil {
		return unusable(err)
	}
	defer os.Remove(probe.Name())
	defer probe.Close()
	now, err := probe.Stat()
	if err != nil {
		return unusable(err)
	}
	for _, name := range left {
		info, err := os.Lstat(name)
		if err == nil && now.ModTime().Sub(info.ModTime()) > tempAge {
			err = os.Remove(name)
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return unusable(err)
		}
	}
	return nil
}

func (b *Mailbox) file(id string) string { return filepath.Join(b.dir, id+suffix) }

// Send implements mail.Sender. The transport id is the Message-ID. A second send of an id changes nothing.
func (b *Mailbox) Send(ctx context.Context, m mail.Message) (string, error) {
	if ctx.Err() != nil {
		return "", stopped(ctx)
	}
	raw, err := mime.Compose(m, b.domain, b.clock.Now())
	if err != nil {
		return "", err
	}
	temp, err := b.write(raw)
	if err != nil {
		return "", err
	}
	defer os.Remove(temp)
	if err := os.Link(temp, b.file(m.ID)); err != nil && !errors.Is(err, fs.ErrExist) {
		return "", unusable(err)
	}
	if err := b.syncFolder(); err != nil {
		return "", doubtful(err)
	}
	return mime.MessageID(m.ID, b.domain), nil
}

// write makes a durable temp file.
func (b *Mailbox) write(raw []byte) (name string, err error) {
	f, err := os.CreateTemp(b.dir, tempPrefix)
	if err != nil {
		return "", unusable(err)
	}
	_, writeErr := f.Write(raw)
	if err := errors.Join(writeErr, b.flush(f), f.Close()); err != nil {
		os.Remove(f.Name())
		return "", unusable(err)
	}
	return f.Name(), nil
}

func (b *Mailbox) syncFolder() error {
	d, err := os.Open(b.dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return b.flush(d)
}

// Lookup implements mail.Sender.
func (b *Mailbox) Lookup(ctx context.Context, id string) (mail.Outcome, error) {
	if ctx.Err() != nil {
		return "", stopped(ctx)
	}
	if err := mail.CheckID(id); err != nil {
		return "", err
	}
	_, err := os.Lstat(b.file(id))
	if errors.Is(err, fs.ErrNotExist) {
		return mail.NotAccepted, nil
	}
	if err != nil {
		return "", unusable(err)
	}
	return mail.Accepted, nil
}

// Mail is a delivered message with its date.
type Mail struct {
	mail.Message
	Date time.Time
}

// List describes the newest mails, at most limit of them, newest first (mails of one second by id); 0 means all.
func (b *Mailbox) List(ctx context.Context, limit int) ([]mime.Header, error) {
	entries, err := os.ReadDir(b.dir)
	if err != nil {
		return nil, unusable(err)
	}
	var mails []mime.Header
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), suffix) || !e.Type().IsRegular() {
			continue
		}
		if ctx.Err() != nil {
			return nil, stopped(ctx)
		}
		h, err := b.header(e.Name())
		if err != nil {
			return nil, err
		}
		mails = append(mails, h)
	}
	slices.SortFunc(mails, func(x, y mime.Header) int {
		return cmp.Or(y.Date.Compare(x.Date), cmp.Compare(x.ID, y.ID))
	})
	if limit > 0 && len(mails) > limit {
		mails = mails[:limit]
	}
	return mails, nil
}

func (b *Mailbox) header(name string) (mime.Header, error) {
	f, err := os.Open(filepath.Join(b.dir, name))
	if err != nil {
		return mime.Header{}, unusable(err)
	}
	defer f.Close()
	h, err := mime.ParseHeader(f)
	if err != nil {
		return mime.Header{}, unreadable(name, err)
	}
	return h, nil
}

// Get reads a delivered mail with its attachments; fault.NotFound when there is none of this id.
func (b *Mailbox) Get(ctx context.Context, id string) (Mail, error) {
	raw, err := b.Raw(ctx, id)
	if err != nil {
		return Mail{}, err
	}
	m, date, err := mime.Parse(raw)
	if err != nil {
		return Mail{}, unreadable(id, err)
	}
	return Mail{Message: m, Date: date}, nil
}

// Raw is the message as it was delivered; fault.NotFound when there is none of this id.
func (b *Mailbox) Raw(ctx context.Context, id string) ([]byte, error) {
	if ctx.Err() != nil {
		return nil, stopped(ctx)
	}
	if err := mail.CheckID(id); err != nil {
		return nil, err
	}
	raw, err := os.ReadFile(b.file(id))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fault.New(fault.NotFound, fault.T("그런 메일이 없습니다.", "There is no such mail."))
	}
	if err != nil {
		return nil, unusable(err)
	}
	return raw, nil
}

func stopped(ctx context.Context) error {
	return fault.New(fault.Unavailable, fault.T("작업이 중단되었습니다.", "The work was stopped.")).Because(context.Cause(ctx))
}

func unusable(err error) error {
	return fault.New(fault.Unavailable, fault.T("메일함을 사용할 수 없습니다. 디스크 공간과 권한을 확인해 주세요.", "The mailbox cannot be used; check disk space and permissions.")).Because(err)
}

func doubtful(err error) error {
	return fault.New(fault.UnknownOutcome, fault.T("메일이 보내졌는지 확인하지 못했습니다.", "It is not known whether the mail was sent.")).Because(err)
}

func unreadable(name string, err error) error {
	return fault.New(fault.Internal, fault.T("저장된 메일 %s을(를) 읽을 수 없습니다.", "The stored mail %s cannot be read.", name)).Because(err)
}
