package directory

import (
	"errors"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"jeongsan/internal/blob"
	"jeongsan/internal/blob/blobtest"
	"jeongsan/internal/fault"
	"jeongsan/internal/store"
)

var signingKey = []byte("a signing key of thirty-two bytes")

// wall is a wall clock that a test can move.
type wall struct {
	mu  sync.Mutex
	now time.Time
}

func newWall() *wall { return &wall{now: time.Date(2026, 11, 6, 9, 0, 0, 0, time.UTC)} }

func (w *wall) Now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *wall) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

// serve opens a bucket whose links lead to a server on loopback.
func serve(t testing.TB, dir string, w *wall) *Bucket {
	t.Helper()
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	b, err := Open(dir, signingKey, server.URL+"/files", w.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close() })
	mux.Handle("/files/", b.Handler())
	return b
}

func key(t testing.TB, c blob.Class, segments ...string) blob.Key {
	t.Helper()
	tenant, err := store.ParseTenant("han-cloud")
	if err != nil {
		t.Fatal(err)
	}
	k, err := blob.NewKey(tenant, c, segments...)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func files(dir string) (names []string, err error) {
	err = filepath.WalkDir(dir, func(name string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			names = append(names, name)
		}
		return err
	})
	return names, err
}

func TestA_directory_keeps_every_promise_of_a_bucket(t *testing.T) {
	blobtest.Run(t, func(t *testing.T) blobtest.Fixture {
		dir, w := t.TempDir(), newWall()
		b := serve(t, dir, w)
		return blobtest.Fixture{
			Bucket: b,
			Reopen: func() blob.Bucket { return serve(t, dir, w) },
			Client: http.DefaultClient,
			Damage: func(k blob.Key) { flipByte(t, b.Path(k), 0) },
			Pass:   w.pass,
			Raw:    func() ([]string, error) { return files(dir) },
		}
	})
}

func flipByte(t *testing.T, name string, at int64) {
	t.Helper()
	f, err := os.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var one [1]byte
	if at < 0 {
		info, _ := f.Stat()
		at += info.Size()
	}
	if _, err := f.ReadAt(one[:], at); err != nil {
		t.Fatal(err)
	}
	one[0] ^= 1
	if _, err := f.WriteAt(one[:], at); err != nil {
		t.Fatal(err)
	}
}

func TestContent_is_synced_before_it_gets_its_name_and_the_name_before_it_is_acknowledged(t *testing.T) {
	dir := t.TempDir()
	b := serve(t, dir, newWall())
	k := key(t, blob.Books, "2026-10", "a")
	var synced []string
	b.flush = func(f *os.File) error {
		name, _ := filepath.Rel(dir, f.Name())
		if strings.HasPrefix(name, tempFolder) {
			name = "the content"
			if _, err := os.Stat(b.Path(k)); err == nil && len(synced) == 0 {
				t.Error("the object has its name before its content is synced")
			}
		}
		synced = append(synced, name)
		return f.Sync()
	}
	if _, err := b.Put(t.Context(), k, "text/plain", strings.NewReader("a")); err != nil {
		t.Fatal(err)
	}
	want := []string{"the content", ".", "books", "books/han-cloud", "books/han-cloud/2026-10"}
	if !slices.Equal(synced, want) {
		t.Fatalf("synced %v, want %v", synced, want)
	}
	if _, err := b.Put(t.Context(), k, "text/plain", strings.NewReader("a")); err != nil {
		t.Fatal(err)
	}
	if again := append(want, "the content", "books/han-cloud/2026-10"); !slices.Equal(synced, again) {
		t.Errorf("with the same bytes again synced %v, want %v", synced, again)
	}
}

func TestA_put_that_cannot_be_synced_is_not_acknowledged_and_can_be_repeated(t *testing.T) {
	for failing := range 4 { // the content, then the folders from the top
		b := serve(t, t.TempDir(), newWall())
		k := key(t, blob.Books, "a")
		calls := 0
		b.flush = func(f *os.File) error {
			if calls++; calls > failing {
				return errors.New("no space left")
			}
			return f.Sync()
		}
		_, err := b.Put(t.Context(), k, "text/plain", strings.NewReader("a"))
		if !fault.Is(err, fault.Unavailable) || strings.Contains(fault.TextOf(err).EN, "space left") {
			t.Fatalf("with sync %d failing the put says %v", failing, err)
		}
		b.flush = (*os.File).Sync
		if _, err := b.Put(t.Context(), k, "text/plain", strings.NewReader("a")); err != nil {
			t.Fatal(err)
		}
	}
}

func TestAny_damage_to_a_file_is_noticed(t *testing.T) {
	b := serve(t, t.TempDir(), newWall())
	k := key(t, blob.Books, "a")
	for name, damage := range map[string]func(path string) error{
		"cut":         func(p string) error { return os.Truncate(p, 3) },
		"emptied":     func(p string) error { return os.Truncate(p, 0) },
		"other key":   func(p string) error { return copyFile(b.Path(key(t, blob.Books, "other")), p) },
		"wrong mark":  func(p string) error { flipByte(t, p, -1); return nil },
		"wrong size":  func(p string) error { flipByte(t, p, -int64(tailLength)); return nil },
		"not trailer": func(p string) error { return os.WriteFile(p, []byte("x{}\x00\x00\x00\x02"+mark), 0o600) },
	} {
		if _, err := b.Put(t.Context(), key(t, blob.Books, "other"), "text/plain", strings.NewReader("content")); err != nil {
			t.Fatal(err)
		}
		os.Remove(b.Path(k))
		if _, err := b.Put(t.Context(), k, "text/plain", strings.NewReader("content")); err != nil {
			t.Fatal(err)
		}
		if err := damage(b.Path(k)); err != nil {
			t.Fatal(err)
		}
		if _, err := b.Stat(t.Context(), k); !fault.Is(err, fault.Internal) {
			t.Errorf("%s: the object is described, with error %v", name, err)
		}
	}
}

func copyFile(from, to string) error {
	content, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, content, 0o600)
}

func TestA_symbolic_link_is_never_followed(t *testing.T) {
	dir := t.TempDir()
	b := serve(t, dir, newWall())
	ctx := t.Context()
	victim := key(t, blob.Books, "secret")
	if _, err := b.Put(ctx, victim, "text/plain", strings.NewReader("of han-cloud")); err != nil {
		t.Fatal(err)
	}
	tenant, err := store.ParseTenant("evil-msp")
	if err != nil {
		t.Fatal(err)
	}
	k, err := blob.NewKey(tenant, blob.Books, "secret")
	if err != nil {
		t.Fatal(err)
	}
	for _, target := range []string{"han-cloud", t.TempDir()} {
		name := filepath.Join(dir, "books", "evil-msp")
		os.Remove(name)
		if err := os.Symlink(target, name); err != nil {
			t.Fatal(err)
		}
		_, statErr := b.Stat(ctx, k)
		_, _, openErr := b.Open(ctx, k)
		_, putErr := b.Put(ctx, k, "text/plain", strings.NewReader("x"))
		_, _, listErr := b.List(ctx, tenant, blob.Books, "", "", 10)
		for i, err := range []error{statErr, openErr, putErr, listErr, b.Delete(ctx, k)} {
			if !fault.Is(err, fault.Unavailable) {
				t.Errorf("call %d through a link to %s says %v", i, target, err)
			}
		}
	}
	if _, err := b.Stat(ctx, victim); err != nil {
		t.Fatal(err)
	}
}

func TestOld_temp_files_are_swept_and_young_ones_left_to_their_writers(t *testing.T) {
	dir := t.TempDir()
	b := serve(t, dir, newWall())
	old, young := filepath.Join(dir, tempFolder, "put-old"), filepath.Join(dir, tempFolder, "put-young")
	for name, age := range map[string]time.Duration{old: tempAge, young: tempAge - time.Second} {
		if err := os.WriteFile(name, []byte("half"), 0o600); err != nil {
			t.Fatal(err)
		}
		at := b.now().Add(-age)
		if err := os.Chtimes(name, at, at); err != nil {
			t.Fatal(err)
		}
	}
	serve(t, dir, newWall())
	if left, _ := files(dir); !slices.Equal(left, []string{young}) {
		t.Fatalf("after the sweep: %v", left)
	}
}

func TestA_bucket_is_not_opened_with_a_weak_key_or_a_wrong_address(t *testing.T) {
	for _, c := range []struct{ key, base string }{
		{"short", "http://127.0.0.1/files"}, {string(signingKey), ""}, {string(signingKey), "files"}, {string(signingKey), "ftp://host/"}, {string(signingKey), "http://host/?q=1"},
	} {
		if _, err := Open(t.TempDir(), []byte(c.key), c.base, newWall().Now); !fault.Is(err, fault.Invalid) {
			t.Errorf("opened with %+v: %v", c, err)
		}
	}
	blocked := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(blocked, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(blocked, signingKey, "http://host", newWall().Now); !fault.Is(err, fault.Unavailable) {
		t.Errorf("opened a file as a directory: %v", err)
	}
}

func BenchmarkA_durable_put_of_30_KB(b *testing.B) {
	bucket := serve(b, b.TempDir(), newWall())
	content := strings.Repeat("0123456789", 3<<10)
	var n atomic.Int64
	put := func() error {
		_, err := bucket.Put(b.Context(), key(b, blob.Books, "bench", strconv.FormatInt(n.Add(1), 10)), "text/plain", strings.NewReader(content))
		return err
	}
	b.Run("by one writer", func(b *testing.B) {
		for b.Loop() {
			if err := put(); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("by 16 writers", func(b *testing.B) {
		b.SetParallelism(8)
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				if err := put(); err != nil {
					b.Error(err)
					return
				}
			}
		})
	})
}
