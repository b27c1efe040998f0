// Package blobtest is the conformance suite of blob.Bucket: every adapter passes Run.
//
// It owns what the port promises, told as sentences. What only one adapter can show (crashes, files on disk, its
// own HTTP answers) is tested beside that adapter.
package blobtest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"jeongsan/internal/blob"
	"jeongsan/internal/fault"
	"jeongsan/internal/store"
)

// Fixture is one empty bucket and what the suite needs around it.
type Fixture struct {
	Bucket blob.Bucket
	Reopen func() blob.Bucket                 // the same objects through a new handle
	Client *http.Client                       // follows signed links
	Damage func(k blob.Key)                   // changes one byte of the stored content behind the bucket's back; nil where that cannot be done
	Pass   func(d time.Duration)              // lets wall time go by for links; nil where it cannot be moved
	Raw    func() (names []string, err error) // all that lies in the bucket, unfinished objects included; nil where it cannot be seen
}

// Run holds the bucket that open makes, anew for each test, to every promise of the port.
func Run(t *testing.T, open func(t *testing.T) Fixture) {
	for _, c := range []struct {
		sentence string
		test     func(*testing.T, Fixture)
	}{
		{"what was put is read back with its description", putAndRead},
		{"an object is still there through a new handle", survivesReopening},
		{"an empty object is an object", emptyObject},
		{"an object can have the longest key", longestKey},
		{"the same bytes again are accepted and change nothing", sameBytesAgain},
		{"other bytes under a taken key are a conflict and leave the first object alone", otherBytes},
		{"32 writers of different bytes have one winner, and every other hears of the conflict", raceOfDifferentBytes},
		{"32 writers of the same bytes all succeed", raceOfSameBytes},
		{"an error of the reader leaves nothing behind", readerFails},
		{"a cancelled put leaves nothing behind", cancelledPut},
		{"a cancelled context stops every call", cancelledCalls},
		{"a missing object is not found", missingObject},
		{"a range is exactly the bytes asked for", ranges},
		{"a range past the end is invalid", badRanges},
		{"an object and objects below its name live side by side", nameAndFolder},
		{"tenants and classes do not see each other's objects", separation},
		{"listing pages through a prefix in key order", listing},
		{"objects deleted while listing are left out and none is repeated", listingWhileDeleting},
		{"a page token that is not ours is invalid", badToken},
		{"only classes without retention can be deleted", deleting},
		{"a deleted key can be written again", deleteAndPut},
		{"misuse is refused as invalid", misuse},
		{"damaged content is never read as whole", damaged},
		{"a signed link downloads the object under its Korean name", signedLink},
		{"a changed link is refused", changedLink},
		{"an expired link is refused", expiredLink},
		{"a link lives at most five minutes", longLink},
	} {
		t.Run(c.sentence, func(t *testing.T) { c.test(t, open(t)) })
	}
}

func tenant(t *testing.T, name string) store.Tenant {
	t.Helper()
	tn, err := store.ParseTenant(name)
	must(t, err)
	return tn
}

func key(t *testing.T, c blob.Class, segments ...string) blob.Key {
	t.Helper()
	k, err := blob.NewKey(tenant(t, "han-cloud"), c, segments...)
	must(t, err)
	return k
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantCode(t *testing.T, err error, code fault.Code) {
	t.Helper()
	if !fault.Is(err, code) {
		t.Fatalf("error is %v (code %q), want code %q", err, fault.CodeOf(err), code)
	}
}

func put(t *testing.T, b blob.Bucket, k blob.Key, content string) blob.Info {
	t.Helper()
	info, err := b.Put(t.Context(), k, "text/plain; charset=utf-8", strings.NewReader(content))
	must(t, err)
	return info
}

func wantContent(t *testing.T, b blob.Bucket, k blob.Key, content string) {
	t.Helper()
	r, _, err := b.Open(t.Context(), k)
	must(t, err)
	defer r.Close()
	got, err := io.ReadAll(r)
	must(t, err)
	if string(got) != content {
		t.Fatalf("object %s holds %d bytes, want %d", k, len(got), len(content))
	}
}

func wantEmpty(t *testing.T, f Fixture) {
	t.Helper()
	for _, c := range []blob.Class{blob.Staging, blob.Working, blob.Books, blob.TaxLocked, blob.Audit} {
		infos, _, err := f.Bucket.List(t.Context(), tenant(t, "han-cloud"), c, "", "", 0)
		must(t, err)
		if len(infos) > 0 {
			t.Fatalf("object %s is in a bucket that should be empty", infos[0].Key)
		}
	}
	if f.Raw == nil {
		return
	}
	names, err := f.Raw()
	must(t, err)
	if len(names) > 0 {
		t.Fatalf("%v lies in a bucket that should be empty", names)
	}
}

func putAndRead(t *testing.T, f Fixture) {
	content := strings.Repeat("정산 ", 100_000)
	k := key(t, blob.Books, "invoices", "2026-10", "INV-1.xlsx")
	put(t, f.Bucket, k, content)
	wantContent(t, f.Bucket, k, content)
	info, err := f.Bucket.Stat(t.Context(), k)
	must(t, err)
	digest := sha256.Sum256([]byte(content))
	if info.Key != k || info.Size != int64(len(content)) || info.SHA256 != hex.EncodeToString(digest[:]) || info.ContentType != "text/plain; charset=utf-8" || info.Written.IsZero() {
		t.Fatalf("the object is described as %+v", info)
	}
}

func survivesReopening(t *testing.T, f Fixture) {
	k := key(t, blob.Books, "a")
	first := put(t, f.Bucket, k, "content")
	again := f.Reopen()
	wantContent(t, again, k, "content")
	info, err := again.Stat(t.Context(), k)
	must(t, err)
	if info.SHA256 != first.SHA256 || info.Size != first.Size || info.ContentType != first.ContentType {
		t.Fatalf("described as %+v, put as %+v", info, first)
	}
}

func emptyObject(t *testing.T, f Fixture) {
	k := key(t, blob.Working, "empty")
	put(t, f.Bucket, k, "")
	wantContent(t, f.Bucket, k, "")
	part, err := f.Bucket.ReadRange(t.Context(), k, 0, 0)
	must(t, err)
	if len(part) != 0 {
		t.Fatalf("the empty range holds %d bytes", len(part))
	}
}

func longestKey(t *testing.T, f Fixture) {
	const long = 200
	segments := slices.Repeat([]string{strings.Repeat("k", long)}, blob.MaxKey/(long+1))
	k := key(t, blob.Books, segments...)
	put(t, f.Bucket, k, "content")
	wantContent(t, f.Bucket, k, "content")
	infos, _, err := f.Bucket.List(t.Context(), k.Tenant(), k.Class(), "", "", 0)
	must(t, err)
	if len(infos) != 1 || infos[0].Key != k {
		t.Fatalf("listed %v", infos)
	}
}

func sameBytesAgain(t *testing.T, f Fixture) {
	k := key(t, blob.Audit, "digest", "2026-10-31")
	first := put(t, f.Bucket, k, "same")
	again, err := f.Bucket.Put(t.Context(), k, "application/json", strings.NewReader("same"))
	must(t, err)
	if again.SHA256 != first.SHA256 || again.ContentType != first.ContentType {
		t.Fatalf("the second put says %+v, the first %+v", again, first)
	}
}

func otherBytes(t *testing.T, f Fixture) {
	k := key(t, blob.Working, "a")
	put(t, f.Bucket, k, "first")
	for _, other := range []string{"other", "firs", "first!", ""} {
		_, err := f.Bucket.Put(t.Context(), k, "text/plain", strings.NewReader(other))
		wantCode(t, err, fault.Conflict)
	}
	wantContent(t, f.Bucket, k, "first")
}

// race runs 32 puts at once and returns their errors.
func race(b blob.Bucket, k blob.Key, content func(i int) string) []error {
	errs := make([]error, 32)
	var ready, done sync.WaitGroup
	ready.Add(1)
	for i := range errs {
		done.Go(func() {
			ready.Wait()
			_, errs[i] = b.Put(context.Background(), k, "text/plain", strings.NewReader(content(i)))
		})
	}
	ready.Done()
	done.Wait()
	return errs
}

func raceOfDifferentBytes(t *testing.T, f Fixture) {
	k := key(t, blob.Books, "contested")
	content := func(i int) string { return strings.Repeat(fmt.Sprintf("writer %d;", i), 1000) }
	winner := -1
	for i, err := range race(f.Bucket, k, content) {
		switch {
		case err == nil && winner >= 0:
			t.Fatalf("writers %d and %d both won", winner, i)
		case err == nil:
			winner = i
		default:
			wantCode(t, err, fault.Conflict)
		}
	}
	if winner < 0 {
		t.Fatal("no writer won")
	}
	wantContent(t, f.Bucket, k, content(winner))
}

func raceOfSameBytes(t *testing.T, f Fixture) {
	k := key(t, blob.Books, "shared")
	for _, err := range race(f.Bucket, k, func(int) string { return "the same" }) {
		must(t, err)
	}
	wantContent(t, f.Bucket, k, "the same")
}

func readerFails(t *testing.T, f Fixture) {
	broken := errors.New("the line went dead")
	k := key(t, blob.Books, "half")
	_, err := f.Bucket.Put(t.Context(), k, "text/plain", io.MultiReader(strings.NewReader(strings.Repeat("x", 1<<20)), iotest.ErrReader(broken)))
	if !errors.Is(err, broken) {
		t.Fatalf("the put says %v, want the reader's error", err)
	}
	wantEmpty(t, f)
	put(t, f.Bucket, k, "whole")
}

func cancelledPut(t *testing.T, f Fixture) {
	ctx, cancel := context.WithCancel(t.Context())
	k := key(t, blob.Books, "half")
	interrupt := readerFunc(func([]byte) (int, error) { cancel(); return 0, io.EOF })
	r := io.MultiReader(strings.NewReader(strings.Repeat("x", 1<<20)), interrupt, strings.NewReader("more"))
	_, err := f.Bucket.Put(ctx, k, "text/plain", r)
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("the put says %v, want that it was cancelled", err)
	}
	wantEmpty(t, f)
}

type readerFunc func(p []byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func cancelledCalls(t *testing.T, f Fixture) {
	k := key(t, blob.Staging, "a")
	put(t, f.Bucket, k, "content")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, putErr := f.Bucket.Put(ctx, key(t, blob.Staging, "b"), "text/plain", strings.NewReader("x"))
	_, _, openErr := f.Bucket.Open(ctx, k)
	_, rangeErr := f.Bucket.ReadRange(ctx, k, 0, 1)
	_, statErr := f.Bucket.Stat(ctx, k)
	_, _, listErr := f.Bucket.List(ctx, k.Tenant(), k.Class(), "", "", 0)
	deleteErr := f.Bucket.Delete(ctx, k)
	for i, err := range []error{putErr, openErr, rangeErr, statErr, listErr, deleteErr} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("call %d says %v, want that it was cancelled", i, err)
		}
	}
	wantContent(t, f.Bucket, k, "content")
}

func missingObject(t *testing.T, f Fixture) {
	k := key(t, blob.Books, "nowhere", "a")
	_, _, err := f.Bucket.Open(t.Context(), k)
	wantCode(t, err, fault.NotFound)
	_, err = f.Bucket.Stat(t.Context(), k)
	wantCode(t, err, fault.NotFound)
	_, err = f.Bucket.ReadRange(t.Context(), k, 0, 1)
	wantCode(t, err, fault.NotFound)
}

func ranges(t *testing.T, f Fixture) {
	content := []byte("0123456789")
	k := key(t, blob.Books, "snapshot")
	put(t, f.Bucket, k, string(content))
	for offset := range int64(len(content) + 1) {
		for length := range int64(len(content)) - offset + 1 {
			part, err := f.Bucket.ReadRange(t.Context(), k, offset, length)
			must(t, err)
			if !bytes.Equal(part, content[offset:offset+length]) {
				t.Fatalf("bytes %d+%d are %q", offset, length, part)
			}
		}
	}
}

func badRanges(t *testing.T, f Fixture) {
	k := key(t, blob.Books, "snapshot")
	put(t, f.Bucket, k, "0123456789")
	for _, r := range [][2]int64{{0, 11}, {10, 1}, {11, 0}, {-1, 2}, {2, -1}, {1, 1<<63 - 1}, {1<<63 - 1, 1}} {
		_, err := f.Bucket.ReadRange(t.Context(), k, r[0], r[1])
		wantCode(t, err, fault.Invalid)
	}
}

func nameAndFolder(t *testing.T, f Fixture) {
	above, below := key(t, blob.Books, "a"), key(t, blob.Books, "a", "b")
	put(t, f.Bucket, above, "above")
	put(t, f.Bucket, below, "below")
	wantContent(t, f.Bucket, above, "above")
	wantContent(t, f.Bucket, below, "below")
}

func separation(t *testing.T, f Fixture) {
	other, err := blob.NewKey(tenant(t, "han-cloud-2"), blob.Books, "a")
	must(t, err)
	put(t, f.Bucket, other, "of another")
	put(t, f.Bucket, key(t, blob.Working, "a"), "of another class")
	_, err = f.Bucket.Stat(t.Context(), key(t, blob.Books, "a"))
	wantCode(t, err, fault.NotFound)
	infos, _, err := f.Bucket.List(t.Context(), tenant(t, "han-cloud"), blob.Books, "", "", 0)
	must(t, err)
	if len(infos) != 0 {
		t.Fatalf("another's object %s is listed", infos[0].Key)
	}
}
