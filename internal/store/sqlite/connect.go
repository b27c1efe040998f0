package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"net/url"
	"path/filepath"

	"modernc.org/sqlite"

	"jeongsan/internal/fault"
)

// purpose is what a connection is for; it decides the settings the connection must have.
type purpose uint8

const (
	preparing purpose = iota // the file may not be ours yet: nothing that changes it is set
	writing
	reading
)

// setting is a pragma with the value it must read back.
type setting struct{ name, value string }

// settings are set on each new connection and then read back. Limits: a lock is waited for 5 seconds (another
// process can have the file open), the WAL is folded into the file at 4,000 pages (32 MB) and truncated to 64 MB
// after a burst, and each connection caches 16 MB.
func (p purpose) settings() []setting {
	s := []setting{
		{"busy_timeout", "5000"},
		{"synchronous", "2"}, // FULL: in WAL mode an fsync at every commit
		{"cache_size", "-16384"},
		{"wal_autocheckpoint", "4000"},
		{"journal_size_limit", "67108864"},
	}
	if p == reading {
		s = append(s, setting{"query_only", "1"})
	}
	return s
}

// required is settings and what the file itself must say.
func (p purpose) required() []setting {
	if p == preparing {
		return p.settings()
	}
	return append(p.settings(), setting{"journal_mode", "wal"})
}

// pool opens up to size connections to the file, on demand, and keeps them.
func pool(path string, p purpose, size int) *sql.DB {
	db := sql.OpenDB(connector{path: path, settings: p.settings(), required: p.required()})
	db.SetMaxOpenConns(size)
	db.SetMaxIdleConns(size)
	return db
}

// connector opens connections through a driver of its own, so that the check binds this file's connections and no
// other user of SQLite in the process.
type connector struct {
	path     string
	settings []setting
	required []setting
}

// Connect opens a connection and refuses it unless it reads back every required setting.
func (c connector) Connect(ctx context.Context) (driver.Conn, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	name, err := c.dsn()
	if err != nil {
		return nil, err
	}
	return c.driver().Open(name)
}

// Driver is the driver that Connect uses.
func (c connector) Driver() driver.Driver { return c.driver() }

func (c connector) driver() *sqlite.Driver {
	d := &sqlite.Driver{}
	d.RegisterConnectionHook(func(conn sqlite.ExecQuerierContext, _ string) error {
		return verify(conn, c.required)
	})
	return d
}

// dsn is the file as a URI: a path may hold "?", "#", "%", spaces and Korean.
func (c connector) dsn() (string, error) {
	path, err := filepath.Abs(c.path)
	if err != nil {
		return "", err
	}
	q := url.Values{}
	for _, s := range c.settings {
		q.Add("_pragma", s.name+"("+s.value+")")
	}
	return "file://" + (&url.URL{Path: filepath.ToSlash(path)}).EscapedPath() + "?" + q.Encode(), nil
}

func verify(conn driver.QueryerContext, required []setting) error {
	for _, s := range required {
		got, err := readBack(conn, s.name)
		if err != nil {
			return err
		}
		if got != s.value {
			return fault.New(fault.Unavailable, fault.T(
				"데이터베이스 설정 %[1]s이(가) %[3]s이어야 하는데 %[2]s입니다. 저장 내용을 보장할 수 없어 열지 않습니다.",
				"The database setting %[1]s is %[2]s instead of %[3]s; the file is not opened since nothing saved in it would be safe.",
				s.name, got, s.value))
		}
	}
	return nil
}

func readBack(conn driver.QueryerContext, pragma string) (string, error) {
	rows, err := conn.QueryContext(context.Background(), "PRAGMA "+pragma, nil)
	if err != nil {
		return "", err
	}
	defer rows.Close()
	value := make([]driver.Value, 1)
	if err := rows.Next(value); err != nil {
		return "", fmt.Errorf("pragma %s: %w", pragma, err)
	}
	return fmt.Sprint(value[0]), nil
}
