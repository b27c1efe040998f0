package directory

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"io/fs"
	"os"
	"path"

	"jeongsan/internal/blob"
)

// open finds the object's file and its description; the caller closes the file.
func (b *Bucket) open(k blob.Key) (*os.File, blob.Info, error) {
	file := fileOf(k.String())
	if err := b.refuseLinks(file); err != nil {
		return nil, blob.Info{}, err
	}
	f, err := b.root.Open(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, blob.Info{}, missing()
	}
	if err != nil {
		return nil, blob.Info{}, storageFault(err)
	}
	info, err := readTrailer(f, k)
	if err != nil {
		f.Close()
		return nil, blob.Info{}, err
	}
	return f, info, nil
}

// Open implements blob.Bucket.
func (b *Bucket) Open(ctx context.Context, k blob.Key) (io.ReadCloser, blob.Info, error) {
	if err := ready(ctx, k); err != nil {
		return nil, blob.Info{}, err
	}
	f, info, err := b.open(k)
	if err != nil {
		return nil, blob.Info{}, err
	}
	return newReader(ctx, f, info), info, nil
}

// reader hands out the content and, at its end, either io.EOF or that it is damaged.
type reader struct {
	ctx     context.Context
	file    *os.File
	content *io.SectionReader
	digest  hash.Hash
	info    blob.Info
}

func newReader(ctx context.Context, f *os.File, info blob.Info) *reader {
	return &reader{ctx: ctx, file: f, content: io.NewSectionReader(f, 0, info.Size), digest: sha256.New(), info: info}
}

// Read implements io.Reader.
func (r *reader) Read(p []byte) (int, error) {
	if r.ctx.Err() != nil {
		return 0, stopped(r.ctx)
	}
	n, err := r.content.Read(p)
	r.digest.Write(p[:n])
	if err == nil {
		return n, nil
	}
	if err != io.EOF {
		return n, storageFault(err)
	}
	if hex.EncodeToString(r.digest.Sum(nil)) != r.info.SHA256 {
		return n, damaged(r.info.Key.String())
	}
	return n, io.EOF
}

// Close implements io.Closer.
func (r *reader) Close() error { return r.file.Close() }

// ReadRange implements blob.Bucket.
func (b *Bucket) ReadRange(ctx context.Context, k blob.Key, offset, length int64) ([]byte, error) {
	if err := ready(ctx, k); err != nil {
		return nil, err
	}
	f, info, err := b.open(k)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if err := blob.CheckRange(offset, length, info.Size); err != nil {
		return nil, err
	}
	part := make([]byte, length)
	if _, err := f.ReadAt(part, offset); err != nil {
		return nil, storageFault(err)
	}
	return part, nil
}

// refuseLinks holds a path to real folders and files: a symbolic link on it, which no put makes, is refused,
// since it could lead from one tenant's prefix into another's. What is missing is no link.
func (b *Bucket) refuseLinks(name string) error {
	if parent := path.Dir(name); parent != "." {
		if err := b.refuseLinks(parent); err != nil {
			return err
		}
	}
	info, err := b.root.Lstat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return storageFault(err)
	}
	if info.Mode()&(fs.ModeSymlink|fs.ModeDevice|fs.ModeNamedPipe|fs.ModeSocket) != 0 {
		return storageFault(errors.New(name + " is neither a folder nor a file"))
	}
	return nil
}

// makeFolder makes a folder and those above it, each on disk in its parent before anything is put in it.
func (b *Bucket) makeFolder(name string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.makeDurable(name)
}

func (b *Bucket) makeDurable(name string) error {
	if b.durable[name] {
		return b.refuseLinks(name)
	}
	if err := b.makeDurable(path.Dir(name)); err != nil {
		return err
	}
	if err := b.root.Mkdir(name, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return storageFault(err)
	}
	if err := b.refuseLinks(name); err != nil {
		return err
	}
	if err := b.syncFolder(path.Dir(name)); err != nil {
		return err
	}
	b.durable[name] = true
	return nil
}

// syncFolder makes the names in a folder durable.
func (b *Bucket) syncFolder(name string) error {
	d, err := b.root.Open(name)
	if err != nil {
		return storageFault(err)
	}
	defer d.Close()
	if err := b.flush(d); err != nil {
		return storageFault(err)
	}
	return nil
}
