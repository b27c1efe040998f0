package s3

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"hash"
	"io"
	"os"

	"jeongsan/internal/fault"
)

const (
	inMemory = 8 << 20 // bytes of a put that stay in memory; more go to a temp file
	maxPut   = 5 << 30 // bytes of an object that S3 takes in one request
)

// spool keeps what is to be put until its size and digest are known, and gives it again for every try.
type spool struct {
	most   int64 // bytes in memory
	memory bytes.Buffer
	file   *os.File // nil while all of it is in memory
	digest hash.Hash
	size   int64
}

func newSpool() *spool { return &spool{most: inMemory, digest: sha256.New()} }

// fill reads r to its end. An error of r comes back wrapped, one of the disk as a fault.
func (s *spool) fill(ctx context.Context, r io.Reader) error {
	_, err := io.Copy(s, source{ctx, r})
	return err
}

// source stops when its context ends, and tells an error of the caller's reader from one of ours.
type source struct {
	ctx context.Context
	r   io.Reader
}

func (s source) Read(p []byte) (int, error) {
	if s.ctx.Err() != nil {
		return 0, stopped(s.ctx)
	}
	n, err := s.r.Read(p)
	if err != nil && err != io.EOF {
		err = fmt.Errorf("reading what is to be stored: %w", err)
	}
	return n, err
}

// Write implements io.Writer.
func (s *spool) Write(p []byte) (int, error) {
	s.size += int64(len(p))
	if s.size > maxPut {
		return 0, fault.Invalidf("object.size", fault.T("문서가 너무 큽니다(최대 5GiB).", "The object is too large (5 GiB at most)."))
	}
	if s.file == nil && s.size > s.most {
		if err := s.toDisk(); err != nil {
			return 0, unspooled(err)
		}
	}
	s.digest.Write(p)
	if s.file == nil {
		return s.memory.Write(p)
	}
	n, err := s.file.Write(p)
	if err != nil {
		return n, unspooled(err)
	}
	return n, nil
}

// toDisk moves what is in memory to a file without a name, so that a killed process leaves nothing either.
func (s *spool) toDisk() error {
	f, err := os.CreateTemp("", "put-*")
	if err != nil {
		return err
	}
	s.file = f
	if err := os.Remove(f.Name()); err != nil {
		return err
	}
	_, err = s.memory.WriteTo(f)
	s.memory = bytes.Buffer{}
	return err
}

// content is all of it, from the start.
func (s *spool) content() io.ReadSeeker {
	if s.file == nil {
		return bytes.NewReader(s.memory.Bytes())
	}
	return io.NewSectionReader(s.file, 0, s.size)
}

func (s *spool) close() {
	if s.file != nil {
		s.file.Close()
	}
}

func unspooled(err error) error {
	return fault.New(fault.Unavailable, fault.T("올릴 문서를 임시로 저장하지 못했습니다. 디스크 공간을 확인해 주세요.", "The object could not be spooled; check disk space.")).Because(err)
}
