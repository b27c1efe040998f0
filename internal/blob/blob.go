// Package blob is the port to large, immutable objects: usage snapshots, books, documents, uploads.
//
// It owns the object key, its retention class, write-once semantics and short-lived signed links. It does not
// own what an object holds. The order is always: object first, then the document that names it; an object that
// no document names is an orphan and is swept.
//
// Invariants every adapter keeps: an object is never overwritten (the same bytes again are accepted, others are
// a Conflict); a put is durable and whole before it returns; what is read is what was written, checked by
// SHA-256; a key cannot leave its tenant's prefix.
package blob

import (
	"context"
	"io"
	"time"

	"jeongsan/internal/store"
)

// Class fixes how long an object is kept. It is set at write and never changed.
type Class string

const (
	Staging   Class = "staging"    // uploads not yet accepted: 2 days
	Working   Class = "working"    // can be made again from books: 400 days
	Books     Class = "books"      // snapshots, invoices and their documents: 10 years (상법 제33조)
	TaxLocked Class = "tax-locked" // tax documents: 5 years from the final return deadline (부가가치세법 제71조)
	Audit     Class = "audit"      // audit digests: 10 years
)

// Key addresses an object of one tenant. It can only be had from NewKey.
type Key struct {
	tenant store.Tenant
	class  Class
	path   string
}

// Info describes a stored object.
type Info struct {
	Key         Key
	Size        int64  // bytes
	SHA256      string // hex, of the content
	ContentType string
	Written     time.Time
}

// Bucket is the narrow interface in front of S3 or a directory.
type Bucket interface {
	// Put stores the reader's bytes once. The same bytes under the same key again are accepted (the first content type
	// and time stay); other bytes are fault.Conflict. An error from the reader leaves nothing behind and comes back wrapped.
	Put(ctx context.Context, k Key, contentType string, r io.Reader) (Info, error)
	// Open reads the whole object; the digest is checked by the time Read returns io.EOF. A missing one is fault.NotFound.
	Open(ctx context.Context, k Key) (io.ReadCloser, Info, error)
	// ReadRange reads length bytes from offset; past the end is fault.Invalid. A part has no digest of its own: who
	// names the range keeps one.
	ReadRange(ctx context.Context, k Key, offset, length int64) ([]byte, error)
	// Stat describes an object without reading it; fault.NotFound when there is none.
	Stat(ctx context.Context, k Key) (Info, error)
	// List pages through a tenant's objects of one class below a path prefix of whole segments ("" for all), in the byte
	// order of keys; next "" ends it. A limit outside 1 to MaxPage means MaxPage; a token not ours is fault.Invalid.
	List(ctx context.Context, t store.Tenant, c Class, prefix, token string, limit int) (infos []Info, next string, err error)
	// Delete removes an object of class Staging or Working, and orphans of Books; TaxLocked and Audit are fault.Forbidden. Absent is no error.
	Delete(ctx context.Context, k Key) error
	// SignedURL is a link that reads the object as a download under fileName until it expires, by wall time, after at most MaxLink.
	SignedURL(ctx context.Context, k Key, fileName string, valid time.Duration) (string, error)
}

// MaxLink is the longest life of a signed link.
const MaxLink = 5 * time.Minute
