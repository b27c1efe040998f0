package main

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"

	"jeongsan/internal/fault"
)

// hold takes the data folder for this process: two stacks over one clock and one queue would each undo the other's
// moves. The system gives the lock back when the process ends, however it ends. Only `explain` reads beside it.
func hold(dir string) (release func() error, err error) {
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fault.New(fault.Unavailable, fault.T("데이터 폴더 %s에 쓸 수 없습니다. 쓰기 권한을 확인해 주세요.", "The data folder %s cannot be written to; check its permissions.", dir)).Because(err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = f.Close() // nothing was written
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, fault.New(fault.Conflict, fault.T("데이터 폴더 %s를 다른 프로세스가 쓰고 있습니다. 그 프로세스를 끝내거나 --data로 다른 폴더를 정해 주세요.", "Another process is using the data folder %s; end it, or choose another folder with --data.", dir))
		}
		return nil, fault.New(fault.Unavailable, fault.T("데이터 폴더 %s를 잠글 수 없습니다.", "The data folder %s cannot be locked.", dir)).Because(err)
	}
	return f.Close, nil
}
