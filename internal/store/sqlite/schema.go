package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"

	"jeongsan/internal/fault"
)

const (
	application = 0x4a53_414e // "JSAN", in the file's header: whose file it is
	pageSize    = 8192        // bytes; a document below 2 KB needs no overflow page
)

// migrations lead from each schema version (user_version in the file's header) to the next. Never change one that
// has been released: append. The rows lie in the order of their keys, so that a query reads them in one sweep.
var migrations = [...]string{
	`CREATE TABLE documents (
		partition TEXT    NOT NULL,
		sort      TEXT    NOT NULL,
		version   INTEGER NOT NULL CHECK (version > 0),
		kind      TEXT    NOT NULL,
		schema    INTEGER NOT NULL,
		body      BLOB    NOT NULL,
		expires   INTEGER,          -- Unix seconds; NULL: never
		commit_id TEXT    NOT NULL,
		PRIMARY KEY (partition, sort)
	) STRICT, WITHOUT ROWID;
	CREATE INDEX documents_by_expiry ON documents (expires) WHERE expires IS NOT NULL;`,
}

// prepare makes the file ours and current: WAL, page size and schema. What is not ours it leaves as it was.
func prepare(ctx context.Context, path string) error {
	if err := checkReadable(path); err != nil {
		return err
	}
	db := pool(path, preparing, 1)
	conn, err := db.Conn(ctx)
	if err != nil {
		return errors.Join(err, db.Close())
	}
	return errors.Join(bringUp(ctx, conn), conn.Close(), db.Close())
}

// checkReadable refuses a folder or a file that may not be written before SQLite falls back to reading only.
func checkReadable(path string) error {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil
	case err != nil:
		return cannotOpen.Because(err)
	case !info.Mode().IsRegular():
		return cannotOpen
	case info.Mode().Perm()&0o222 == 0:
		return readOnly
	}
	return nil
}

func bringUp(ctx context.Context, conn *sql.Conn) error {
	fresh, err := identify(ctx, conn)
	if err != nil {
		return err
	}
	if fresh {
		if _, err := conn.ExecContext(ctx, fmt.Sprintf("PRAGMA page_size = %d", pageSize)); err != nil {
			return err
		}
	}
	var mode string
	if err := conn.QueryRowContext(ctx, "PRAGMA journal_mode = WAL").Scan(&mode); err != nil {
		return err
	}
	if mode != "wal" {
		return fault.New(fault.Unavailable, fault.T(
			"이 위치에서는 데이터베이스 파일을 안전하게 쓸 수 없습니다(WAL 미지원). 네트워크 드라이브가 아닌 로컬 디스크를 사용해 주세요.",
			"The database cannot be written safely in this place (no WAL); use a local disk, not a network drive."))
	}
	return migrate(ctx, conn)
}

// identify tells a fresh file from one of ours and refuses all others, only by reading.
func identify(ctx context.Context, conn *sql.Conn) (fresh bool, err error) {
	var owner, version, objects int64
	for _, q := range []struct {
		into  *int64
		query string
	}{
		{&owner, "PRAGMA application_id"},
		{&version, "PRAGMA user_version"},
		{&objects, "SELECT count(*) FROM sqlite_schema"},
	} {
		if err := conn.QueryRowContext(ctx, q.query).Scan(q.into); err != nil {
			return false, err
		}
	}
	switch {
	case owner == 0 && version == 0 && objects == 0:
		return true, nil
	case owner != application:
		return false, fault.New(fault.Invalid, fault.T(
			"다른 프로그램의 데이터베이스 파일입니다. 다른 경로를 지정해 주세요.",
			"The file is another program's database; choose another path."))
	case version > int64(len(migrations)):
		return false, newer(version)
	}
	return false, nil
}

func newer(version int64) error {
	return fault.New(fault.Invalid, fault.T(
		"더 새로운 버전의 프로그램이 만든 데이터베이스입니다(스키마 %d, 이 프로그램은 %d까지). 프로그램을 업데이트해 주세요.",
		"The database was made by a newer version of this program (schema %d, this one knows up to %d); update the program.",
		version, len(migrations)))
}

// migrate runs what the file lacks, all or nothing. It takes the write lock even if nothing is lacking: a file that
// cannot be written must be refused now, not at the first commit.
func migrate(ctx context.Context, conn *sql.Conn) (err error) {
	if _, err := conn.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_, _ = conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK")
		}
	}()
	var version int64 // read again: another process may have migrated in the meantime
	if err := conn.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return err
	}
	if version > int64(len(migrations)) {
		return newer(version)
	}
	for _, m := range migrations[version:] {
		if _, err := conn.ExecContext(ctx, m); err != nil {
			return err
		}
	}
	if version < int64(len(migrations)) {
		mark := fmt.Sprintf("PRAGMA user_version = %d; PRAGMA application_id = %d", len(migrations), application)
		if _, err := conn.ExecContext(ctx, mark); err != nil {
			return err
		}
	}
	_, err = conn.ExecContext(ctx, "COMMIT")
	return err
}
