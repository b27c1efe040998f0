package crash

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"jeongsan/internal/blob"
	"jeongsan/internal/calendar"
	"jeongsan/internal/fault"
	"jeongsan/internal/store"
)

// Bucket is a bucket in memory: the harness plays thousands of lives, and a directory syncs every object to disk.
type Bucket struct {
	clock   calendar.Clock
	mu      sync.Mutex
	objects map[string]object
}

type object struct {
	info    blob.Info
	content []byte
}

var _ blob.Bucket = (*Bucket)(nil)

func newBucket(c calendar.Clock) *Bucket { return &Bucket{clock: c, objects: map[string]object{}} }

func (b *Bucket) copy(c calendar.Clock) *Bucket {
	b.mu.Lock()
	defer b.mu.Unlock()
	return &Bucket{clock: c, objects: maps.Clone(b.objects)}
}

// Put stores the bytes once; see blob.Bucket.
func (b *Bucket) Put(_ context.Context, k blob.Key, contentType string, r io.Reader) (blob.Info, error) {
	if err := blob.CheckPut(k, contentType); err != nil {
		return blob.Info{}, err
	}
	content, err := io.ReadAll(r)
	if err != nil {
		return blob.Info{}, err
	}
	sum := sha256.Sum256(content)
	b.mu.Lock()
	defer b.mu.Unlock()
	if old, taken := b.objects[k.String()]; taken {
		if !bytes.Equal(old.content, content) {
			return blob.Info{}, fault.New(fault.Conflict, fault.T("같은 이름의 다른 문서가 있습니다.", "Another object has this name."))
		}
		return old.info, nil
	}
	info := blob.Info{Key: k, Size: int64(len(content)), SHA256: hex.EncodeToString(sum[:]), ContentType: contentType, Written: b.clock.Now()}
	b.objects[k.String()] = object{info, content}
	return info, nil
}

func (b *Bucket) object(k blob.Key) (object, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	o, ok := b.objects[k.String()]
	if !ok {
		return o, fault.New(fault.NotFound, fault.T("문서가 없습니다.", "There is no such object."))
	}
	return o, nil
}

// Open reads the whole object; see blob.Bucket.
func (b *Bucket) Open(_ context.Context, k blob.Key) (io.ReadCloser, blob.Info, error) {
	o, err := b.object(k)
	if err != nil {
		return nil, blob.Info{}, err
	}
	return io.NopCloser(bytes.NewReader(o.content)), o.info, nil
}

// ReadRange reads a part; see blob.Bucket.
func (b *Bucket) ReadRange(_ context.Context, k blob.Key, offset, length int64) ([]byte, error) {
	o, err := b.object(k)
	if err != nil {
		return nil, err
	}
	if err := blob.CheckRange(offset, length, o.info.Size); err != nil {
		return nil, err
	}
	return slices.Clone(o.content[offset : offset+length]), nil
}

// Stat describes an object; see blob.Bucket.
func (b *Bucket) Stat(_ context.Context, k blob.Key) (blob.Info, error) {
	o, err := b.object(k)
	return o.info, err
}

// List gives every object below the prefix in one page; see blob.Bucket.
func (b *Bucket) List(_ context.Context, t store.Tenant, c blob.Class, prefix, _ string, _ int) ([]blob.Info, string, error) {
	below, err := blob.ListPrefix(t, c, prefix)
	if err != nil {
		return nil, "", err
	}
	var out []blob.Info
	for _, info := range b.Objects() {
		if strings.HasPrefix(info.Key.String(), below) {
			out = append(out, info)
		}
	}
	return out, "", nil
}

// Objects lists every object, in the order of keys.
func (b *Bucket) Objects() []blob.Info {
	b.mu.Lock()
	defer b.mu.Unlock()
	out := make([]blob.Info, 0, len(b.objects))
	for _, k := range slices.Sorted(maps.Keys(b.objects)) {
		out = append(out, b.objects[k].info)
	}
	return out
}

// Delete removes an object; see blob.Bucket.
func (b *Bucket) Delete(_ context.Context, k blob.Key) error {
	if err := blob.CheckDelete(k); err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.objects, k.String())
	return nil
}

// SignedURL names the object and how long the link lives; nothing serves it.
func (b *Bucket) SignedURL(_ context.Context, k blob.Key, fileName string, valid time.Duration) (string, error) {
	if err := blob.CheckLink(k, fileName, valid); err != nil {
		return "", err
	}
	if _, err := b.object(k); err != nil {
		return "", err
	}
	return "memory:" + k.String() + "?valid=" + valid.String(), nil
}
