package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"time"

	"jeongsan/internal/store"
)

// session is the writer's connection with its statements prepared once. Nothing here takes a caller's context: what
// the writer has begun it finishes.
type session struct {
	conn                    *sql.Conn
	begin, commit, rollback *sql.Stmt
	version, put, remove    *sql.Stmt
	expired                 *sql.Stmt
}

func openSession(db *sql.DB) (*session, error) {
	ctx := context.Background()
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	s := &session{conn: conn}
	for _, p := range []struct {
		stmt  **sql.Stmt
		query string
	}{
		{&s.begin, `BEGIN IMMEDIATE`},
		{&s.commit, `COMMIT`},
		{&s.rollback, `ROLLBACK`},
		{&s.version, `SELECT version FROM documents WHERE partition = ? AND sort = ? AND (expires IS NULL OR expires > ?)`},
		{&s.put, `INSERT OR REPLACE INTO documents (partition, sort, version, kind, schema, body, expires, commit_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`},
		{&s.remove, `DELETE FROM documents WHERE partition = ? AND sort = ?`},
		{&s.expired, `DELETE FROM documents WHERE (partition, sort) IN (SELECT partition, sort FROM documents WHERE expires <= ? LIMIT ?)`},
	} {
		if *p.stmt, err = conn.PrepareContext(ctx, p.query); err != nil {
			return nil, errors.Join(err, conn.Close())
		}
	}
	return s, nil
}

func (s *session) close() { _ = s.conn.Close() }

// discard rolls back and closes the connection for good instead of returning it to the pool.
func (s *session) discard() {
	_ = s.run(s.rollback)
	_ = s.conn.Raw(func(any) error { return driver.ErrBadConn })
	s.close()
}

func (s *session) run(stmt *sql.Stmt, args ...any) error {
	_, err := stmt.ExecContext(context.Background(), args...)
	return err
}

// apply decides and makes the writes of one commit inside the open transaction. A commit names no document twice, so
// all conditions are decided before the first write, and one that fails (outcome) leaves nothing to undo. err means
// that a statement failed: the transaction must be given up. A savepoint would not save it: out of room, memory or
// disk, SQLite rolls back the whole transaction by itself.
func (s *session) apply(c store.Commit, now time.Time) (outcome, err error) {
	versions := make([]int64, len(c.Writes))
	for i, w := range c.Writes {
		if versions[i], err = s.current(w.Document.Key, now); err != nil {
			return nil, err
		}
		if !w.Condition.Holds(versions[i]) {
			return &store.ConditionFailed{Index: i, Key: w.Document.Key, Condition: w.Condition}, nil
		}
	}
	for i, w := range c.Writes {
		if err := s.write(w, versions[i]+1, c.ID); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

// current is the document's version, 0 when it is absent or expired.
func (s *session) current(k store.Key, now time.Time) (version int64, err error) {
	row := s.version.QueryRowContext(context.Background(), k.Partition().String(), k.Sort(), now.Unix())
	if err = row.Scan(&version); errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return version, err
}

func (s *session) write(w store.Write, version int64, commit string) error {
	d := w.Document
	switch w.Op {
	case store.OpPut:
		return s.run(s.put, d.Key.Partition().String(), d.Key.Sort(), version, d.Kind, d.Schema, content(d.Body), expiry(d.Expires), commit)
	case store.OpDelete:
		return s.run(s.remove, d.Key.Partition().String(), d.Key.Sort())
	}
	return nil
}

// content keeps an absent body from being stored as NULL.
func content(body []byte) []byte {
	if body == nil {
		return []byte{}
	}
	return body
}

func expiry(t time.Time) sql.NullInt64 { return sql.NullInt64{Int64: t.Unix(), Valid: !t.IsZero()} }

func (s *session) removeExpired(now time.Time, limit int64) (removed int64, err error) {
	result, err := s.expired.ExecContext(context.Background(), now.Unix(), limit)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}
