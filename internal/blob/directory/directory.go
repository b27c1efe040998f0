// Package directory is the bucket of one machine: a directory of files, with the promises of blob.Bucket.
//
// It owns how an object lies on disk, when it is durable, and the signed links that its Handler serves. It does
// not own who may ask for a link, nor when objects are swept. infra/local is its only user outside tests.
//
// An object is one file, class/tenant/path with "@" before its last segment ("@" is in no key, so the object "a"
// and the objects below "a/" never meet). The file holds the content from its first byte and then a trailer (see
// trailer.go) with key, size, digest and content type, so that content and description appear in one step.
//
// Invariants:
//   - a put writes a file in .tmp, syncs it, links it to its place (a link never overwrites) and syncs the folder:
//     a crash at any point leaves either no object or a whole one, and what was acknowledged is on disk;
//   - a file whose trailer does not fit its name, size or digest is never served;
//   - nothing outside the directory is reached: keys cannot climb, and a symbolic link on the way is refused.
package directory

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"jeongsan/internal/blob"
	"jeongsan/internal/fault"
)

const (
	tempFolder = ".tmp"
	tempAge    = time.Hour // a temp file this old belongs to no running put
	minSigning = 32        // bytes of a signing key (HMAC-SHA-256)
)

// Bucket is a blob.Bucket in a directory. It is safe for concurrent use, and by more than one process.
type Bucket struct {
	root  *os.Root
	dir   string
	link  linker
	now   func() time.Time
	flush func(*os.File) error // makes a file or folder durable

	mu      sync.Mutex
	durable map[string]bool // folders whose entry in their parent is known to be on disk
}

var _ blob.Bucket = (*Bucket)(nil)

// Open makes or opens the bucket in dir and sweeps what killed puts left behind. Links start with baseURL, which
// is where Handler is mounted, and are signed with signingKey (32 bytes or more). The clock is the wall's: it dates
// objects and ends links.
func Open(dir string, signingKey []byte, baseURL string, now func() time.Time) (*Bucket, error) {
	base, err := url.Parse(baseURL)
	if err != nil || base.Host == "" || (base.Scheme != "http" && base.Scheme != "https") || base.RawQuery != "" {
		return nil, fault.Invalidf("blob.base_url", fault.T("문서 주소 %q이(가) 올바르지 않습니다.", "The address of documents %q is not a valid URL.", baseURL))
	}
	if len(signingKey) < minSigning {
		return nil, fault.Invalidf("blob.signing_key", fault.T("링크 서명 키는 %d바이트 이상이어야 합니다.", "The key that signs links needs %d bytes or more.", minSigning))
	}
	dir, err = filepath.Abs(dir)
	if err != nil {
		return nil, storageFault(err)
	}
	if err := os.MkdirAll(filepath.Join(dir, tempFolder), 0o700); err != nil {
		return nil, storageFault(err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, storageFault(err)
	}
	b := &Bucket{
		root: root, dir: dir, now: now,
		link:    linker{key: append([]byte(nil), signingKey...), base: strings.TrimSuffix(base.String(), "/"), path: strings.TrimSuffix(base.Path, "/")},
		flush:   (*os.File).Sync,
		durable: map[string]bool{".": true},
	}
	if err := b.sweep(); err != nil {
		return nil, errors.Join(err, root.Close())
	}
	return b, nil
}

// Close lets go of the directory.
func (b *Bucket) Close() error { return b.root.Close() }

// Path is where the object's file lies, for a person to find it.
func (b *Bucket) Path(k blob.Key) string {
	return filepath.Join(b.dir, filepath.FromSlash(fileOf(k.String())))
}

// fileOf is the file of an object within the directory.
func fileOf(key string) string {
	folder, name := path.Split(key)
	return folder + "@" + name
}

func (b *Bucket) sweep() error {
	if err := b.refuseLinks(tempFolder); err != nil {
		return err
	}
	temps, err := fs.ReadDir(b.root.FS(), tempFolder)
	if err != nil {
		return storageFault(err)
	}
	for _, t := range temps {
		info, err := t.Info()
		if err != nil || b.now().Sub(info.ModTime()) < tempAge {
			continue // gone meanwhile, or another process is writing it
		}
		if err := b.root.Remove(path.Join(tempFolder, t.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return storageFault(err)
		}
	}
	return nil
}

// Put implements blob.Bucket.
func (b *Bucket) Put(ctx context.Context, k blob.Key, contentType string, r io.Reader) (blob.Info, error) {
	if err := blob.CheckPut(k, contentType); err != nil {
		return blob.Info{}, err
	}
	temp, err := os.CreateTemp(filepath.Join(b.dir, tempFolder), "put-*")
	if err != nil {
		return blob.Info{}, storageFault(err)
	}
	tempName := path.Join(tempFolder, filepath.Base(temp.Name()))
	defer b.root.Remove(tempName) // after the link this takes away the second name; a crash leaves it to sweep
	defer temp.Close()

	info := blob.Info{Key: k, ContentType: contentType, Written: b.now().UTC()}
	if err := b.fill(ctx, temp, &info, r); err != nil {
		return blob.Info{}, err
	}
	return b.publish(tempName, info)
}

// fill writes content and trailer and makes them durable.
func (b *Bucket) fill(ctx context.Context, temp *os.File, info *blob.Info, r io.Reader) error {
	digest := sha256.New()
	size, err := copyContent(ctx, io.MultiWriter(temp, digest), r)
	if err != nil {
		return err
	}
	info.Size, info.SHA256 = size, hex.EncodeToString(digest.Sum(nil))
	if _, err := temp.Write(trailerOf(*info)); err != nil {
		return storageFault(err)
	}
	if err := b.flush(temp); err != nil {
		return storageFault(err)
	}
	return nil
}

// copyContent tells an error of the reader, which is the caller's, from one of the disk, and stops when ctx ends.
func copyContent(ctx context.Context, w io.Writer, r io.Reader) (size int64, err error) {
	buf := make([]byte, 64<<10)
	for {
		if ctx.Err() != nil {
			return 0, stopped(ctx)
		}
		n, readErr := r.Read(buf)
		if _, err := w.Write(buf[:n]); err != nil {
			return 0, storageFault(err)
		}
		size += int64(n)
		if readErr == io.EOF {
			return size, nil
		}
		if readErr != nil {
			return 0, fmt.Errorf("reading what is to be stored: %w", readErr)
		}
	}
}

// publish gives the temp file its name, or finds that the same content has it already.
func (b *Bucket) publish(temp string, info blob.Info) (blob.Info, error) {
	file := fileOf(info.Key.String())
	if err := b.makeFolder(path.Dir(file)); err != nil {
		return blob.Info{}, err
	}
	for {
		err := b.root.Link(temp, file)
		if err == nil {
			return info, b.syncFolder(path.Dir(file))
		}
		if !errors.Is(err, fs.ErrExist) {
			return blob.Info{}, storageFault(err)
		}
		there, err := b.stat(info.Key)
		if fault.Is(err, fault.NotFound) {
			continue // deleted between the two looks: the place is free again
		}
		if err != nil {
			return blob.Info{}, err
		}
		if err := blob.CheckSame(info, there); err != nil {
			return blob.Info{}, err
		}
		return there, b.syncFolder(path.Dir(file)) // who linked it may not have synced yet
	}
}

// Stat implements blob.Bucket.
func (b *Bucket) Stat(ctx context.Context, k blob.Key) (blob.Info, error) {
	if err := ready(ctx, k); err != nil {
		return blob.Info{}, err
	}
	return b.stat(k)
}

func (b *Bucket) stat(k blob.Key) (blob.Info, error) {
	f, info, err := b.open(k)
	if err != nil {
		return blob.Info{}, err
	}
	return info, f.Close()
}

// Delete implements blob.Bucket. That a Books object is an orphan is for the caller to know.
func (b *Bucket) Delete(ctx context.Context, k blob.Key) error {
	if err := blob.CheckDelete(k); err != nil {
		return err
	}
	if ctx.Err() != nil {
		return stopped(ctx)
	}
	file := fileOf(k.String())
	if err := b.refuseLinks(path.Dir(file)); err != nil {
		return err
	}
	err := b.root.Remove(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return storageFault(err)
	}
	return b.syncFolder(path.Dir(file))
}

// ready refuses a call without a key or whose context has ended.
func ready(ctx context.Context, k blob.Key) error {
	if ctx.Err() != nil {
		return stopped(ctx)
	}
	return blob.CheckKey(k)
}

func stopped(ctx context.Context) error {
	return fault.New(fault.Unavailable, fault.T("작업이 중단되었습니다.", "The work was stopped.")).Because(context.Cause(ctx))
}

func storageFault(err error) error {
	return fault.New(fault.Unavailable, fault.T("문서 저장소를 사용할 수 없습니다. 디스크 공간과 권한을 확인해 주세요.", "The document store cannot be used; check disk space and permissions.")).Because(err)
}

func missing() error {
	return fault.New(fault.NotFound, fault.T("문서가 없습니다.", "There is no such object."))
}

func damaged(k string) error {
	return fault.New(fault.Internal, fault.T("저장된 문서가 손상되었습니다. 운영자에게 알려 주세요.", "The stored object is damaged; tell the operator.")).Because(fmt.Errorf("object %s does not match its digest", k))
}
