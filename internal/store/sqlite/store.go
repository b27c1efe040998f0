// Package sqlite is the embedded store: one SQLite file, one writer, many readers.
//
// It owns the file's schema, its durability settings and the group commit. It does not own what a document means,
// nor any other file (queues and buckets keep their own).
//
// Invariants beside those of package store:
//   - a commit is acknowledged only after an fsync: WAL with synchronous=FULL, read back on every connection before
//     its first use (a connection that has it otherwise is refused);
//   - one goroutine writes. What comes in while it waits for the disk shares the next transaction and its fsync; a
//     commit that fails takes no other with it;
//   - a read that begins after a commit returned sees that commit, on whatever connection it runs;
//   - a file of another program, or of a newer version of this one, is refused unchanged.
//
// Used by infra/local, and by tests of flows that need a real disk.
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"jeongsan/internal/calendar"
	"jeongsan/internal/fault"
	"jeongsan/internal/store"
)

// Store is an open file. It is safe for concurrent use.
type Store struct {
	clock   calendar.Clock
	writer  *writer
	readers *sql.DB
	get     *sql.Stmt
	asc     *sql.Stmt
	desc    *sql.Stmt
	close   func() error
}

var _ store.Store = (*Store)(nil)

// Open opens the file, creating it if there is none (its folder must exist), and brings its schema up to date.
// A file that is no database, is another program's, comes from a newer version of this program or cannot be
// written is a fault that names the file. Documents expire by the clock. The caller closes the store.
func Open(ctx context.Context, path string, clock calendar.Clock) (*Store, error) {
	s, err := open(ctx, path, clock)
	if err == nil {
		return s, nil
	}
	var f *fault.Fault
	if err = failure(err); errors.As(err, &f) {
		return nil, f.At(fault.Place{File: filepath.Base(path)})
	}
	return nil, err
}

func open(ctx context.Context, path string, clock calendar.Clock) (*Store, error) {
	if err := prepare(ctx, path); err != nil {
		return nil, err
	}
	s := &Store{clock: clock, readers: pool(path, reading, max(4, runtime.GOMAXPROCS(0)))}
	if err := s.prepareReads(ctx); err != nil {
		return nil, errors.Join(err, s.readers.Close())
	}
	s.writer = newWriter(pool(path, writing, 1), clock)
	go s.writer.run()
	s.close = sync.OnceValue(s.shut)
	return s, nil
}

const columns = `SELECT partition, sort, version, kind, schema, body, expires, commit_id FROM documents `

func (s *Store) prepareReads(ctx context.Context) (err error) {
	const alive = ` AND (expires IS NULL OR expires > ?)`
	const between = columns + `WHERE partition = ? AND sort >= ? AND sort < ?` + alive
	for _, p := range []struct {
		stmt  **sql.Stmt
		query string
	}{
		{&s.get, columns + `WHERE partition = ? AND sort = ?` + alive},
		{&s.asc, between + ` ORDER BY sort LIMIT ?`},
		{&s.desc, between + ` ORDER BY sort DESC LIMIT ?`},
	} {
		if *p.stmt, err = s.readers.PrepareContext(ctx, p.query); err != nil {
			return err
		}
	}
	return nil
}

// Close stops taking commits, waits until those that were waiting are written and acknowledged, and closes the
// file. Closing twice is harmless.
func (s *Store) Close() error { return s.close() }

func (s *Store) shut() error {
	return errors.Join(s.writer.close(), s.readers.Close())
}

// Commit writes all or nothing, durably; see store.Store. A context cancelled before the writer takes the commit up
// ends it unwritten with the context's error; from then on the true outcome is waited for.
func (s *Store) Commit(ctx context.Context, c store.Commit) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := c.Validate(); err != nil {
		return err
	}
	return s.writer.commit(ctx, c)
}

// Get returns one document; see store.Store. The context is asked only before: a read of one row takes microseconds,
// and the driver's watch over a context takes as long again (BenchmarkGet).
func (s *Store) Get(ctx context.Context, k store.Key) (store.Document, error) {
	if err := ctx.Err(); err != nil {
		return store.Document{}, err
	}
	if err := k.Validate(); err != nil {
		return store.Document{}, err
	}
	row := s.get.QueryRowContext(context.WithoutCancel(ctx), k.Partition().String(), k.Sort(), s.clock.Now().Unix())
	d, err := scan(row)
	if errors.Is(err, sql.ErrNoRows) {
		return store.Document{}, store.NotFound(k)
	}
	return d, failure(err)
}

// GetMany returns a document per key; see store.Store.
func (s *Store) GetMany(ctx context.Context, keys []store.Key) ([]store.Document, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := store.ValidateKeys(keys); err != nil {
		return nil, err
	}
	out := make([]store.Document, len(keys))
	for i, k := range keys {
		d, err := s.Get(ctx, k)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return nil, err
		}
		d.Key = k
		out[i] = d
	}
	return out, nil
}

// beyond is above every encoded key, since 0xFF does not occur in UTF-8.
const beyond = "\xff"

// Query returns a page of one partition; see store.Store.
func (s *Store) Query(ctx context.Context, q store.Query) (store.Page, error) {
	from, to, err := q.Remaining()
	if err != nil {
		return store.Page{}, err
	}
	if to == "" {
		to = beyond
	}
	stmt := s.asc
	if q.Descending {
		stmt = s.desc
	}
	found, err := s.list(ctx, stmt, q.Partition.String(), from, to, s.clock.Now().Unix(), q.PageSize()+1)
	if err != nil {
		return store.Page{}, failure(err)
	}
	if len(found) <= q.PageSize() {
		return store.Page{Documents: found}, nil
	}
	found = found[:q.PageSize()]
	return store.Page{Documents: found, Next: q.TokenAfter(found[len(found)-1].Key.Sort())}, nil
}

func (s *Store) list(ctx context.Context, stmt *sql.Stmt, args ...any) ([]store.Document, error) {
	rows, err := stmt.QueryContext(ctx, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []store.Document
	for rows.Next() {
		d, err := scan(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	return out, rows.Err()
}

// scan reads one row of columns.
func scan(row interface{ Scan(...any) error }) (store.Document, error) {
	var (
		d               store.Document
		partition, sort string
		expires         sql.NullInt64
	)
	if err := row.Scan(&partition, &sort, &d.Version, &d.Kind, &d.Schema, &d.Body, &expires, &d.Commit); err != nil {
		return store.Document{}, err
	}
	d.Key = store.RawKey(partition, sort)
	if expires.Valid {
		d.Expires = time.Unix(expires.Int64, 0).UTC()
	}
	return d, nil
}
