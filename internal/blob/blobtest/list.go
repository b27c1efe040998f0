package blobtest

import (
	"slices"
	"strings"
	"testing"

	"jeongsan/internal/blob"
	"jeongsan/internal/fault"
	"jeongsan/internal/store"
)

// awkward are paths whose byte order differs from the order in which folders are walked.
var awkward = []string{"m/2026", "m/2026-10", "m/2026-10/a", "m/2026-10/a/b", "m/2026-10/a.b", "m/2026-10/a-b", "m/2026-10/aa", "m/2026-10/B", "m/2026-10/a=1", "m/2026/z", "m/2026.x/q", "m2", "z"}

func putAll(t *testing.T, b blob.Bucket, c blob.Class, paths []string) {
	t.Helper()
	for _, p := range paths {
		put(t, b, key(t, c, strings.Split(p, "/")...), p)
	}
}

// pages lists with every page's size, calling between pages.
func pages(t *testing.T, b blob.Bucket, c blob.Class, prefix string, limit int, between func()) []string {
	t.Helper()
	var out []string
	for token := ""; ; {
		infos, next, err := b.List(t.Context(), tenant(t, "han-cloud"), c, prefix, token, limit)
		must(t, err)
		if len(infos) > limit {
			t.Fatalf("a page of %d objects, asked for %d", len(infos), limit)
		}
		for _, i := range infos {
			out = append(out, strings.TrimPrefix(i.Key.String(), string(c)+"/han-cloud/"))
			if i.Size < 0 || i.SHA256 == "" || i.Written.IsZero() {
				t.Fatalf("%s is listed without its description: %+v", i.Key, i)
			}
		}
		if next == "" {
			return out
		}
		token = next
		between()
	}
}

func listing(t *testing.T, f Fixture) {
	putAll(t, f.Bucket, blob.Books, awkward)
	for prefix, keep := range map[string]func(string) bool{
		"":            func(string) bool { return true },
		"m":           func(p string) bool { return strings.HasPrefix(p, "m/") },
		"m/2026-10":   func(p string) bool { return strings.HasPrefix(p, "m/2026-10/") },
		"m/2026-10/a": func(p string) bool { return p == "m/2026-10/a/b" },
		"nothing":     func(string) bool { return false },
	} {
		var want []string
		for _, p := range awkward {
			if keep(p) {
				want = append(want, p)
			}
		}
		slices.Sort(want)
		for _, limit := range []int{1, 2, 3, len(awkward), 1000} {
			if got := pages(t, f.Bucket, blob.Books, prefix, limit, func() {}); !slices.Equal(got, want) {
				t.Fatalf("below %q in pages of %d: %v, want %v", prefix, limit, got, want)
			}
		}
	}
}

func listingWhileDeleting(t *testing.T, f Fixture) {
	putAll(t, f.Bucket, blob.Staging, awkward)
	rest := slices.Sorted(slices.Values(awkward))
	gone := map[string]bool{}
	got := pages(t, f.Bucket, blob.Staging, "", 2, func() {
		for _, p := range []string{rest[1], rest[len(rest)-1]} { // one listed already, one still to come
			must(t, f.Bucket.Delete(t.Context(), key(t, blob.Staging, strings.Split(p, "/")...)))
			gone[p] = true
		}
	})
	seen := map[string]int{}
	for _, p := range got {
		seen[p]++
	}
	for _, p := range awkward {
		if seen[p] > 1 || (seen[p] == 0 && !gone[p]) {
			t.Errorf("%s is listed %d times", p, seen[p])
		}
	}
	if seen[rest[len(rest)-1]] != 0 {
		t.Errorf("%s is listed after it was deleted", rest[len(rest)-1])
	}
}

func badToken(t *testing.T, f Fixture) {
	put(t, f.Bucket, key(t, blob.Books, "a"), "a")
	_, _, err := f.Bucket.List(t.Context(), tenant(t, "han-cloud"), blob.Books, "", "not a token!", 1)
	wantCode(t, err, fault.Invalid)
}

func deleting(t *testing.T, f Fixture) {
	for _, c := range []blob.Class{blob.Staging, blob.Working, blob.Books} {
		k := key(t, c, "a")
		put(t, f.Bucket, k, "a")
		must(t, f.Bucket.Delete(t.Context(), k))
		_, err := f.Bucket.Stat(t.Context(), k)
		wantCode(t, err, fault.NotFound)
		must(t, f.Bucket.Delete(t.Context(), k))
	}
	for _, c := range []blob.Class{blob.TaxLocked, blob.Audit} {
		k := key(t, c, "a")
		put(t, f.Bucket, k, "a")
		wantCode(t, f.Bucket.Delete(t.Context(), k), fault.Forbidden)
		wantContent(t, f.Bucket, k, "a")
	}
}

func deleteAndPut(t *testing.T, f Fixture) {
	k := key(t, blob.Staging, "upload", "1")
	put(t, f.Bucket, k, "first")
	must(t, f.Bucket.Delete(t.Context(), k))
	put(t, f.Bucket, k, "second")
	wantContent(t, f.Bucket, k, "second")
}

func misuse(t *testing.T, f Fixture) {
	k := key(t, blob.Books, "a")
	for _, contentType := range []string{"", "text", "text/plain\r\nX-Evil: 1", strings.Repeat("a", 300) + "/b"} {
		_, err := f.Bucket.Put(t.Context(), k, contentType, strings.NewReader("a"))
		wantCode(t, err, fault.Invalid)
	}
	_, err := f.Bucket.Put(t.Context(), blob.Key{}, "text/plain", strings.NewReader("a"))
	wantCode(t, err, fault.Invalid)
	_, _, err = f.Bucket.Open(t.Context(), blob.Key{})
	wantCode(t, err, fault.Invalid)
	wantCode(t, f.Bucket.Delete(t.Context(), blob.Key{}), fault.Invalid)
	for _, prefix := range []string{"..", "a/../b", "/a", "a/", "a//b", "@a"} {
		_, _, err := f.Bucket.List(t.Context(), k.Tenant(), blob.Books, prefix, "", 1)
		wantCode(t, err, fault.Invalid)
	}
	_, _, err = f.Bucket.List(t.Context(), store.Tenant{}, blob.Books, "", "", 1)
	wantCode(t, err, fault.Invalid)
	wantEmpty(t, f)
}
