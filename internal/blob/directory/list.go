package directory

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"

	"jeongsan/internal/blob"
	"jeongsan/internal/fault"
	"jeongsan/internal/store"
)

// List implements blob.Bucket. The token is the last key of the page before it.
func (b *Bucket) List(ctx context.Context, t store.Tenant, c blob.Class, prefix, token string, limit int) ([]blob.Info, string, error) {
	below, err := blob.ListPrefix(t, c, prefix)
	if err != nil {
		return nil, "", err
	}
	after, err := blob.ListAfter(token, below)
	if err != nil {
		return nil, "", err
	}
	if limit < 1 || limit > blob.MaxPage {
		limit = blob.MaxPage
	}
	walk := walk{bucket: b, tenant: t, after: after, want: limit + 1}
	if err := walk.folder(ctx, strings.TrimSuffix(below, "/")); err != nil {
		return nil, "", err
	}
	if len(walk.found) <= limit {
		return walk.found, "", nil
	}
	last := walk.found[limit-1].Key.String()
	return walk.found[:limit], blob.ListToken(last), nil
}

// walk visits keys in byte order until it has what it wants.
type walk struct {
	bucket *Bucket
	tenant store.Tenant
	after  string // keys up to this one were listed before
	want   int
	found  []blob.Info
}

// folder visits a folder's entries as keys sort: a sub-folder by its name with "/", an object by its bare name.
func (w *walk) folder(ctx context.Context, name string) error {
	if err := w.bucket.refuseLinks(name); err != nil {
		return err
	}
	entries, err := fs.ReadDir(w.bucket.root.FS(), name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return storageFault(err)
	}
	slices.SortFunc(entries, func(x, y fs.DirEntry) int { return cmp.Compare(keyPart(x), keyPart(y)) })
	for _, e := range entries {
		if len(w.found) == w.want {
			return nil
		}
		if ctx.Err() != nil {
			return stopped(ctx)
		}
		if err := w.entry(ctx, path.Join(name, strings.TrimSuffix(keyPart(e), "/")), e); err != nil {
			return err
		}
	}
	return nil
}

func (w *walk) entry(ctx context.Context, key string, e fs.DirEntry) error {
	if e.IsDir() {
		if below := key + "/"; below <= w.after && !strings.HasPrefix(w.after, below) {
			return nil // every key below sorts before the page
		}
		return w.folder(ctx, key)
	}
	if key <= w.after || !e.Type().IsRegular() || !strings.HasPrefix(e.Name(), "@") {
		return nil
	}
	k, err := blob.ParseKey(w.tenant, key)
	if err != nil {
		return nil // not an object of ours
	}
	info, err := w.bucket.stat(k)
	if fault.Is(err, fault.NotFound) {
		return nil // deleted while we were listing
	}
	if err != nil {
		return err
	}
	w.found = append(w.found, info)
	return nil
}

// keyPart is an entry's part of the key as it sorts among its siblings.
func keyPart(e fs.DirEntry) string {
	if e.IsDir() {
		return e.Name() + "/"
	}
	return strings.TrimPrefix(e.Name(), "@")
}
