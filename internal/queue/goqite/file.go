// Package goqite is the queue of one machine: maragu.dev/goqite on an SQLite file, with the promises of queue.Queue.
//
// It owns the file, the check that every connection to it is durable, and what the library leaves open: batches in
// one transaction, receipts, and the view of dead messages. The library owns the table, sending and extending. What
// a message means is not known here. infra/local is its only user outside tests.
//
// Invariants:
//   - a connection is used only if it reads back journal_mode WAL and synchronous FULL, so each commit is fsynced;
//   - one call is one transaction, so a batch of ten costs one fsync and takes effect whole;
//   - a receipt holds only for the delivery it was given for, and only until that delivery's time is over;
//   - dead messages stay in the table, body whole, until they are redriven.
//
// Time is the wall's, as SQS keeps it: the library reads it itself, and the queries here take SQLite's.
package goqite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	_ "embed"
	"fmt"
	"net/url"
	"path/filepath"
	"regexp"
	"time"

	lib "maragu.dev/goqite"
	"modernc.org/sqlite"

	"jeongsan/internal/fault"
	"jeongsan/internal/queue"
)

//go:embed schema.sql
var schema string

// pragmas are set on every connection; durable is what it must then read back.
var (
	pragmas = []string{"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)"}
	durable = [][2]string{{"journal_mode", "wal"}, {"synchronous", "2"}}
)

// File is a file of named queues that share one connection. It is safe for concurrent use.
type File struct{ db *sql.DB }

// Open makes or opens the file. A file that cannot be made durable is refused (fault.Unavailable).
func Open(ctx context.Context, path string) (*File, error) {
	name, err := uri(path)
	if err != nil {
		return nil, unusable(err)
	}
	db := sql.OpenDB(connector(name))
	db.SetMaxOpenConns(1) // SQLite has one writer; waiting here is fair, waiting for its lock is not
	if _, err := db.ExecContext(ctx, schema); err != nil {
		db.Close()
		return nil, unusable(err)
	}
	return &File{db: db}, nil
}

// Close closes the file under all of its queues.
func (f *File) Close() error { return f.db.Close() }

var nameForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,79}$`)

// Queue is the queue of that name. A received message is hidden for the visibility time (above 0, at most
// queue.MaxVisibility) and is dead after maxReceive deliveries (1 to 1,000, as in SQS).
func (f *File) Queue(name string, visibility time.Duration, maxReceive int) (*Queue, error) {
	if !nameForm.MatchString(name) {
		return nil, fault.Invalidf("queue.name", fault.T("큐 이름 %q이(가) 올바르지 않습니다.", "The queue name %q is not valid.", name))
	}
	if err := queue.CheckExtend(visibility); err != nil || visibility < time.Millisecond {
		return nil, fault.Invalidf("queue.visibility", fault.T("처리 시간은 0보다 크고 %s 이하여야 합니다.", "The visibility time must be above 0 and at most %s.", queue.MaxVisibility))
	}
	if maxReceive < 1 || maxReceive > 1000 {
		return nil, fault.Invalidf("queue.max_receive", fault.T("최대 수신 횟수는 1~1000입니다.", "The number of receives is 1 to 1000."))
	}
	return &Queue{
		db:         f.db,
		messages:   lib.New(lib.NewOpts{DB: f.db, Name: name, Timeout: visibility, MaxReceive: maxReceive}),
		name:       name,
		visibility: fmt.Sprintf("+%d.%03d seconds", visibility/time.Second, visibility%time.Second/time.Millisecond),
		maxReceive: maxReceive,
	}, nil
}

// uri is the file as SQLite takes it: a path may hold "?", "#", spaces and Korean. Transactions begin as writers,
// since one that reads first and then writes can be refused when another process writes between.
func uri(path string) (string, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	q := url.Values{"_pragma": pragmas, "_txlock": {"immediate"}}
	return "file://" + (&url.URL{Path: filepath.ToSlash(path)}).EscapedPath() + "?" + q.Encode(), nil
}

// connector opens connections that are known to be durable.
type connector string

// Connect implements driver.Connector.
func (c connector) Connect(context.Context) (driver.Conn, error) { return c.Driver().Open(string(c)) }

// Driver implements driver.Connector. It is a driver of its own, so that the check binds only this file.
func (c connector) Driver() driver.Driver {
	d := &sqlite.Driver{}
	d.RegisterConnectionHook(func(conn sqlite.ExecQuerierContext, _ string) error { return assertDurable(conn) })
	return d
}

func assertDurable(conn driver.QueryerContext) error {
	for _, want := range durable {
		got, err := readBack(conn, want[0])
		if err != nil {
			return err
		}
		if got != want[1] {
			return fmt.Errorf("pragma %s is %s instead of %s: nothing acknowledged would be safe", want[0], got, want[1])
		}
	}
	return nil
}

func readBack(conn driver.QueryerContext, pragma string) (string, error) {
	rows, err := conn.QueryContext(context.Background(), "pragma "+pragma, nil)
	if err != nil {
		return "", err
	}
	defer rows.Close()
	value := make([]driver.Value, 1)
	if err := rows.Next(value); err != nil {
		return "", err
	}
	return fmt.Sprint(value[0]), nil
}

func unusable(err error) error {
	return fault.New(fault.Unavailable, fault.T("작업 큐를 사용할 수 없습니다. 디스크 공간과 권한을 확인하고 다시 시도해 주세요.", "The work queue cannot be used; check disk space and permissions, and try again.")).Because(err)
}
