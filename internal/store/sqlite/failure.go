package sqlite

import (
	"context"
	"errors"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"jeongsan/internal/fault"
)

var (
	closed = fault.New(fault.Unavailable, fault.T(
		"데이터베이스가 닫혀 있어 저장하지 않았습니다. 프로그램이 다시 시작된 뒤 다시 시도해 주세요.",
		"The database is closed; nothing was saved. Try again once the program has started anew."))
	cannotOpen = fault.New(fault.Unavailable, fault.T(
		"데이터베이스 파일을 열 수 없습니다. 경로와 권한을 확인해 주세요.",
		"The database file cannot be opened; check its path and permissions."))
	readOnly = fault.New(fault.Unavailable, fault.T(
		"데이터베이스 파일에 쓸 수 없습니다(읽기 전용). 파일과 폴더의 쓰기 권한을 확인해 주세요.",
		"The database file is read-only; check that the file and its folder can be written."))
	notDatabase = fault.New(fault.Invalid, fault.T(
		"데이터베이스 파일이 아니거나 손상되었습니다. 올바른 파일을 지정하거나 백업에서 복구해 주세요.",
		"The file is not a database or is damaged; name the right file or restore it from a backup."))
	diskFull = fault.New(fault.Unavailable, fault.T(
		"디스크 공간이 부족하여 저장하지 못했습니다. 공간을 확보한 뒤 다시 시도해 주세요.",
		"The disk is full; nothing was saved. Free some space and try again."))
	busy = fault.New(fault.Unavailable, fault.T(
		"다른 프로세스가 데이터베이스를 쓰고 있습니다. 잠시 후 다시 시도해 주세요.",
		"Another process is writing to the database; try again shortly."))
	unavailable = fault.New(fault.Unavailable, fault.T(
		"데이터베이스가 지금 응답하지 않습니다. 잠시 후 다시 시도해 주세요.",
		"The database does not answer now; try again shortly."))
)

// failure is err as a fault. Nil, faults and the context's own errors stay what they are.
func failure(err error) error {
	var f *fault.Fault
	switch {
	case err == nil, errors.As(err, &f), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	}
	switch resultCode(err) {
	case sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT:
		return notDatabase.Because(err)
	case sqlite3.SQLITE_CANTOPEN:
		return cannotOpen.Because(err)
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM:
		return readOnly.Because(err)
	case sqlite3.SQLITE_FULL:
		return diskFull.Because(err)
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return busy.Because(err)
	}
	return unavailable.Because(err)
}

// resultCode is SQLite's primary result code, 0 if the error is not SQLite's.
func resultCode(err error) int {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return 0
	}
	return e.Code() & 0xff
}

func isBusy(err error) bool {
	code := resultCode(err)
	return code == sqlite3.SQLITE_BUSY || code == sqlite3.SQLITE_LOCKED
}
