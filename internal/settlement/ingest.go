package settlement

import (
	"context"
	"errors"
	"io"
	"time"

	"jeongsan/internal/blob"
	"jeongsan/internal/calendar"
	"jeongsan/internal/fault"
	"jeongsan/internal/identity"
	"jeongsan/internal/money"
	"jeongsan/internal/secret"
	"jeongsan/internal/store"
	"jeongsan/internal/tenant"
	"jeongsan/internal/usage"
)

// ErrChanged is returned by a Source whose provider rewrote the month while it was read.
var ErrChanged = errors.New("the provider rewrote the month while it was read")

// ErrNotYet is returned by a Source whose provider has no figures of the month yet.
var ErrNotYet = errors.New("the provider has no figures of the month yet")

// pullAttempts bounds how often a pull is started over; NCP rewrites a month once a day.
const pullAttempts = 5

// Statement is what a Source knows of the reading as a whole.
type Statement struct {
	Currency money.Currency
	Written  time.Time      // the provider's own time of the figures; zero when it states none
	Charged  *money.Decimal // the provider's total, where it states one; the reading must add up to it
	Partner  *usage.Partner // what the provider states for the MSP itself
	Outside  []OutsideMonth // rows of other billing months that the reading held and that were left out
}

// OutsideMonth is a part of an export that belongs to another billing month.
type OutsideMonth struct {
	Month  calendar.Month
	Rows   int
	Amount money.Decimal
}

// Pulled tells what an ingest did.
type Pulled struct {
	Head      usage.Head
	Changed   bool // false: the same content as before, nothing was written
	Members   int  // members whose content changed
	Rows      int
	Restarts  int // readings thrown away because the provider rewrote the month
	Statement Statement
}

// Ingest pulls an account's month. The snapshot object comes first, then the rollups of the members that
// changed, then the head: a crash in between is made good by the next pull, which finds what is already there.
func (d *Desk) Ingest(ctx context.Context, p identity.Principal, accountID string, m calendar.Month, scheduled time.Time) (Pulled, error) {
	if err := p.Allow(identity.Ingest); err != nil {
		return Pulled{}, err
	}
	account, _, err := tenant.LoadAccount(ctx, d.Store, p.Tenant, accountID)
	if err != nil {
		return Pulled{}, err
	}
	source, err := d.open(ctx, p.Tenant, account)
	if err != nil {
		return Pulled{}, err
	}
	out, done, err := d.Scratch()
	if err != nil {
		return Pulled{}, err
	}
	defer done()
	meta := usage.Meta{Account: accountID, Month: m}
	x, hash, size, pulled, err := d.read(ctx, source, meta, out)
	if errors.Is(err, ErrNotYet) {
		return Pulled{}, nil
	}
	if err != nil {
		return Pulled{}, err
	}
	head, version, err := usage.LoadHead(ctx, d.Store, p.Tenant, accountID, m)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return Pulled{}, err
	}
	pulled.Head = head
	if head.Snapshot == hash {
		return pulled, d.confirm(ctx, p.Tenant, head, version, pulled.Statement.Written)
	}
	if len(x.Members) == 0 && head.Members > 0 { // never take every customer's usage away on the word of one empty answer
		return Pulled{}, fault.New(fault.Unavailable, fault.T("제공사가 %s의 이용 내역을 하나도 주지 않았습니다. 이전 내역을 그대로 두고 다음 조회에서 다시 시도합니다.", "The provider gave no usage at all for %s; what was there stays, and the next pull tries again.", m))
	}
	object, x, err := d.keep(ctx, p.Tenant, x, hash, io.NewSectionReader(out, 0, size))
	if err != nil {
		return Pulled{}, err
	}
	next := usage.Head{Meta: x.Meta, Snapshot: hash, Object: object, Pulls: head.Pulls + 1, Pulled: scheduled.UTC(), Written: pulled.Statement.Written.UTC(), Charged: x.Charged(), Partner: pulled.Statement.Partner, Members: len(x.Members)}
	pulled.Head, pulled.Changed = next, true
	pulled.Members, err = d.record(ctx, p, x, head, next, version, account.Provider == tenant.FOCUS)
	return pulled, err
}

// confirm notes, once a month, that the provider has written the month after its end and that nothing changed by it: a
// bill waits for that. Any other reading of the same content writes nothing.
func (d *Desk) confirm(ctx context.Context, t store.Tenant, head usage.Head, version int64, written time.Time) error {
	end := head.Meta.Month.End()
	if written.Before(end) || !head.Written.Before(end) {
		return nil
	}
	head.Written = written.UTC()
	w, err := head.Put(t, version)
	if err != nil {
		return err
	}
	return d.Save(ctx, w)
}

// open unseals the account's secret and opens its source.
func (d *Desk) open(ctx context.Context, t store.Tenant, a tenant.Account) (Source, error) {
	if a.Deleted {
		return nil, fault.New(fault.Conflict, fault.T("%s 계정의 인증키가 삭제되었습니다. 환경설정에서 다시 등록해 주세요.", "The access key of account %s was deleted; register it again under settings.", a.Label))
	}
	if len(a.SealedSecret) == 0 {
		return d.Sources(ctx, a, "")
	}
	plain, err := d.Secrets.Open(ctx, secret.Scope{Tenant: t, Purpose: a.SecretPurpose()}, a.SealedSecret)
	if err != nil {
		return nil, err
	}
	return d.Sources(ctx, a, string(plain))
}

// read pulls until a reading is consistent and writes its snapshot to out.
func (d *Desk) read(ctx context.Context, source Source, meta usage.Meta, out usage.Spool) (usage.Index, string, int64, Pulled, error) {
	var pulled Pulled
	for attempt := range pullAttempts {
		x, hash, size, statement, err := d.readOnce(ctx, source, meta, out)
		if errors.Is(err, ErrChanged) {
			pulled.Restarts = attempt + 1
			continue
		}
		if err != nil {
			return usage.Index{}, "", 0, Pulled{}, err
		}
		pulled.Statement = statement
		for _, e := range x.Members {
			pulled.Rows += e.Rows
		}
		return x, hash, size, pulled, nil
	}
	return usage.Index{}, "", 0, Pulled{}, fault.New(fault.Unavailable, fault.T("조회하는 동안 제공사 요금이 계속 바뀌었습니다. 다음 조회에서 다시 시도합니다.", "The provider kept rewriting the month while it was read; the next pull tries again.")).Because(ErrChanged)
}

func (d *Desk) readOnce(ctx context.Context, source Source, meta usage.Meta, out usage.Spool) (usage.Index, string, int64, Statement, error) {
	spool, done, err := d.Scratch()
	if err != nil {
		return usage.Index{}, "", 0, Statement{}, err
	}
	defer done()
	b := usage.NewBuilder(spool)
	statement, err := source.Pull(ctx, meta.Month, b)
	if err != nil {
		return usage.Index{}, "", 0, Statement{}, err
	}
	meta.Currency = statement.Currency
	sized := &countingWriter{w: out}
	x, hash, err := b.Finish(meta, sized)
	if err != nil {
		return usage.Index{}, "", 0, Statement{}, err
	}
	if statement.Charged != nil && !statement.Charged.Equal(x.Charged()) {
		return usage.Index{}, "", 0, Statement{}, fault.New(fault.Unavailable, fault.T("제공사가 밝힌 합계 %[1]s와 읽은 합계 %[2]s가 다릅니다. 다음 조회에서 다시 시도합니다.", "The provider states a total of %[1]s but its parts add up to %[2]s; the next pull tries again.", statement.Charged.Canonical(), x.Charged().Canonical()))
	}
	return x, hash, sized.n, statement, nil
}

type countingWriter struct {
	w io.Writer
	n int64
}

func (c *countingWriter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}

// keep puts the snapshot under the name of its content. Where an object of that name exists with other bytes (the
// same content, compressed by another version of this program), the one that is there counts, with its own index.
func (d *Desk) keep(ctx context.Context, t store.Tenant, x usage.Index, hash string, r io.Reader) (blob.Key, usage.Index, error) {
	key, err := blob.NewKey(t, blob.Books, "usage", x.Meta.Account, x.Meta.Month.String(), hash)
	if err != nil {
		return blob.Key{}, usage.Index{}, err
	}
	_, err = d.Bucket.Put(ctx, key, "application/octet-stream", r)
	if fault.Is(err, fault.Conflict) {
		x, err = usage.ReadIndex(ctx, d.Bucket, key)
	}
	return key, x, err
}

// batch leaves room in a commit for the head, the log entry and the audit record.
const batch = store.MaxWrites - 5

// record commits the rollups that changed and, with the last of them, the head. Where they need several commits, the
// head first forgets its snapshot: a pull that comes after a crash between them, or beside them, is then never
// taken for unchanged, not even when the provider went back to the content from before.
func (d *Desk) record(ctx context.Context, p identity.Principal, x usage.Index, last, head usage.Head, version int64, restated bool) (int, error) {
	before, err := usage.Rollups(ctx, d.Store, p.Tenant, x.Meta.Account, x.Meta.Month)
	if err != nil {
		return 0, err
	}
	writes, err := changedRollups(p.Tenant, x, head, before, restated)
	if err != nil {
		return 0, err
	}
	changed := len(writes)
	if len(writes) > batch {
		last.Meta, last.Snapshot = head.Meta, ""
		open, err := last.Put(p.Tenant, version)
		if err != nil {
			return 0, err
		}
		if err := d.Save(ctx, open); err != nil {
			return 0, err
		}
		version++
	}
	for len(writes) > batch {
		if err := d.Save(ctx, writes[:batch]...); err != nil {
			return 0, err
		}
		writes = writes[batch:]
	}
	headWrite, err := head.Put(p.Tenant, version)
	if err != nil {
		return 0, err
	}
	logWrite, err := usage.Pull{Snapshot: head.Snapshot, Object: head.Object, Pulled: head.Pulled, Written: head.Written}.Put(p.Tenant, head.Meta)
	if err != nil {
		return 0, err
	}
	err = d.Save(ctx, append(writes, headWrite, logWrite)...)
	return changed, err
}

// changedRollups are the writes for members whose content is new, changed, back, or gone. What "gone" means is the
// provider's way of telling: NCP stops listing a member that left for another partner, whose last figure is still
// the MSP's cost; an export restates the whole month, so that what is not in it is no cost any more.
func changedRollups(t store.Tenant, x usage.Index, head usage.Head, before []usage.Versioned, restated bool) ([]store.Write, error) {
	known := make(map[string]usage.Versioned, len(before))
	for _, v := range before {
		known[v.Member] = v
	}
	var writes []store.Write
	put := func(r usage.Rollup, version int64) error {
		w, err := r.Put(t, x.Meta.Account, x.Meta.Month, version)
		writes = append(writes, w)
		return err
	}
	for _, e := range x.Members {
		v := known[e.ID]
		delete(known, e.ID)
		if v.At.Hash == e.Hash && v.Gone.IsZero() {
			continue
		}
		r := usage.Rollup{Member: e.ID, Name: e.Name, Currency: x.Meta.Currency, Rows: e.Rows, List: e.List, Cost: e.Cost, Charged: e.Charged(), Pulled: head.Pulled,
			At: usage.Location{Object: head.Object, Offset: e.Offset, Length: e.Length, Hash: e.Hash}}
		if err := put(r, v.Version); err != nil {
			return nil, err
		}
	}
	for _, v := range before {
		if _, gone := known[v.Member]; !gone || !v.Gone.IsZero() || v.At.Object.IsZero() {
			continue
		}
		r := v.Rollup
		if restated {
			r = usage.Rollup{Member: v.Member, Name: v.Name, Currency: v.Currency, Pulled: head.Pulled}
		} else {
			r.Gone = calendar.DateOf(head.Pulled)
		}
		if err := put(r, v.Version); err != nil {
			return nil, err
		}
	}
	return writes, nil
}
