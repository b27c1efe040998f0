package usage_test

import (
	"context"
	"testing"

	"jeongsan/internal/blob"
	"jeongsan/internal/store"
)

// memoryBucket is a bucket whose every object is these bytes, for the two calls that reading a member makes.
type memoryBucket struct {
	blob.Bucket // absent: any other call panics
	bytes       []byte
}

func (m memoryBucket) ReadRange(_ context.Context, _ blob.Key, offset, length int64) ([]byte, error) {
	return m.bytes[offset : offset+length], nil
}

func (m memoryBucket) Stat(_ context.Context, k blob.Key) (blob.Info, error) {
	return blob.Info{Key: k, Size: int64(len(m.bytes))}, nil
}

func key(t testing.TB) blob.Key {
	t.Helper()
	tenant, err := store.ParseTenant("hanbit")
	if err != nil {
		t.Fatal(err)
	}
	k, err := blob.NewKey(tenant, blob.Books, "usage", "snapshot")
	if err != nil {
		t.Fatal(err)
	}
	return k
}
