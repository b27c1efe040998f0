package s3

import (
	"context"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"jeongsan/internal/awstest"
	"jeongsan/internal/blob"
	"jeongsan/internal/fault"
)

// internals are words that a person must never be shown.
var internals = []string{"S3", "AWS", "SlowDown", "AccessDenied", "Forbidden", "127.0.0.1", "StatusCode", "RequestID", "connection"}

func wantHidden(t *testing.T, err error) {
	t.Helper()
	shown := fault.TextOf(err)
	for _, word := range internals {
		if strings.Contains(shown.EN+shown.KO, word) {
			t.Errorf("a person is shown %q", shown)
		}
	}
}

func TestA_put_whose_answer_was_lost_is_accepted_when_it_is_made_again(t *testing.T) {
	cfg, _, name := made(t)
	k := key(t, blob.Books, "a")
	for what, fates := range map[string][]awstest.Fate{
		"cut before":      {awstest.CutBefore},
		"cut after":       {awstest.CutAfter},
		"cut twice after": {awstest.CutAfter, awstest.CutAfter},
		"throttled":       {awstest.Fail(503, "SlowDown", "")},
		"broken":          {awstest.Fail(500, "InternalError", "")},
		"contested":       {awstest.Fail(409, "ConditionalRequestConflict", ""), awstest.Fail(409, "ConditionalRequestConflict", "")},
	} {
		wire := &awstest.Wire{OnRequest: awstest.Script("PutObject", fates...)}
		b := open(t, awstest.With(cfg, wire), name)
		if _, err := b.Put(t.Context(), k, "text/plain", strings.NewReader("the same")); err != nil {
			t.Errorf("%s: %v", what, err)
		}
		if n := wire.Count("PutObject"); n != len(fates)+1 {
			t.Errorf("%s: %d tries", what, n)
		}
	}
	wantContent(t, open(t, cfg, name), k, "the same")
}

func TestA_put_that_never_gets_an_answer_says_so_and_can_be_made_again(t *testing.T) {
	cfg, _, name := made(t)
	for i, fate := range []awstest.Fate{awstest.Refuse, awstest.CutBefore, awstest.CutAfter, awstest.Fail(503, "SlowDown", ""), awstest.Fail(500, "InternalError", ""), awstest.Fail(403, "AccessDenied", ""), awstest.Fail(409, "ConditionalRequestConflict", ""), awstest.Fail(404, "NoSuchBucket", "")} {
		k := key(t, blob.Books, fmt.Sprint(i))
		b := open(t, awstest.With(cfg, &awstest.Wire{OnRequest: awstest.Always("PutObject", fate)}), name)
		_, err := b.Put(t.Context(), k, "text/plain", strings.NewReader("a"))
		if !fault.Is(err, fault.Unavailable) {
			t.Errorf("case %d: %v", i, err)
		}
		wantHidden(t, err)
		if _, err := open(t, cfg, name).Put(t.Context(), k, "text/plain", strings.NewReader("a")); err != nil {
			t.Errorf("case %d, made again: %v", i, err)
		}
	}
}

func TestOther_bytes_after_a_lost_answer_are_still_a_conflict(t *testing.T) {
	cfg, _, name := made(t)
	k := key(t, blob.Books, "a")
	lost := open(t, awstest.With(cfg, &awstest.Wire{OnRequest: awstest.Always("PutObject", awstest.CutAfter)}), name)
	_, _ = lost.Put(t.Context(), k, "text/plain", strings.NewReader("first"))
	if _, err := open(t, cfg, name).Put(t.Context(), k, "text/plain", strings.NewReader("other")); !fault.Is(err, fault.Conflict) {
		t.Fatalf("the other bytes: %v", err)
	}
	wantContent(t, open(t, cfg, name), k, "first")
}

func TestA_place_that_is_free_again_when_it_is_looked_at_is_taken(t *testing.T) {
	cfg, _, name := made(t)
	wire := &awstest.Wire{OnRequest: awstest.Script("PutObject", awstest.Fail(412, "PreconditionFailed", ""))}
	b := open(t, awstest.With(cfg, wire), name)
	_, err := b.Put(t.Context(), key(t, blob.Staging, "a"), "text/plain", strings.NewReader("a"))
	must(t, err)
	wire.OnRequest = awstest.Always("PutObject", awstest.Fail(412, "PreconditionFailed", ""))
	if _, err := b.Put(t.Context(), key(t, blob.Staging, "b"), "text/plain", strings.NewReader("b")); !fault.Is(err, fault.Unavailable) {
		t.Fatalf("a place that is taken and free for ever: %v", err)
	}
}

func TestEvery_other_call_survives_two_faults_and_says_that_a_lasting_one_may_pass(t *testing.T) {
	cfg, _, name := made(t)
	k := key(t, blob.Staging, "a")
	_, err := open(t, cfg, name).Put(t.Context(), k, "text/plain", strings.NewReader("0123456789"))
	must(t, err)
	for operation, calls := range map[string][]func(*Bucket) error{
		"GetObject":     {func(b *Bucket) error { return read(t.Context(), b, k) }, func(b *Bucket) error { _, err := b.ReadRange(t.Context(), k, 1, 2); return err }},
		"HeadObject":    {func(b *Bucket) error { _, err := b.Stat(t.Context(), k); return err }},
		"ListObjectsV2": {func(b *Bucket) error { _, _, err := b.List(t.Context(), k.Tenant(), k.Class(), "", "", 0); return err }},
		"DeleteObject":  {func(b *Bucket) error { return b.Delete(t.Context(), key(t, blob.Staging, "b")) }},
	} {
		for _, fate := range []awstest.Fate{awstest.CutBefore, awstest.CutAfter, awstest.Fail(503, "SlowDown", ""), awstest.Fail(500, "InternalError", "")} {
			for _, call := range calls {
				lasting := call(open(t, awstest.With(cfg, &awstest.Wire{OnRequest: awstest.Always(operation, fate)}), name))
				if !fault.Is(lasting, fault.Unavailable) {
					t.Errorf("%s: %v", operation, lasting)
				}
				wantHidden(t, lasting)
				if err := call(open(t, awstest.With(cfg, &awstest.Wire{OnRequest: awstest.Script(operation, fate, fate)}), name)); err != nil {
					t.Errorf("%s after two faults: %v", operation, err)
				}
			}
		}
	}
}

func read(ctx context.Context, b *Bucket, k blob.Key) error {
	r, _, err := b.Open(ctx, k)
	if err != nil {
		return err
	}
	defer r.Close()
	_, err = io.Copy(io.Discard, r)
	return err
}

func TestAn_answer_that_hangs_ends_with_the_callers_patience(t *testing.T) {
	cfg, _, name := made(t)
	b := open(t, awstest.With(cfg, &awstest.Wire{OnRequest: func(awstest.Request) awstest.Fate { return awstest.Hang }}), name)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := b.Stat(ctx, key(t, blob.Books, "a")); !fault.Is(err, fault.Unavailable) {
		t.Fatalf("the call says %v", err)
	}
}

func TestA_put_is_one_request_and_a_page_of_a_list_one_more_than_its_objects(t *testing.T) {
	cfg, _, name := made(t)
	wire := &awstest.Wire{}
	b := open(t, awstest.With(cfg, wire), name)
	for i := range 5 {
		_, err := b.Put(t.Context(), key(t, blob.Books, fmt.Sprint(i)), "text/plain", strings.NewReader("a"))
		must(t, err)
	}
	if wire.Total() != 5 {
		t.Errorf("five puts took %d requests", wire.Total())
	}
	wire.Reset()
	_, _, err := b.List(t.Context(), key(t, blob.Books, "0").Tenant(), blob.Books, "", "", 0)
	must(t, err)
	must(t, read(t.Context(), b, key(t, blob.Books, "0")))
	_, err = b.SignedURL(t.Context(), key(t, blob.Books, "0"), "a.txt", time.Minute)
	must(t, err)
	if wire.Total() != 1+5+1 {
		t.Errorf("a list of five and a read took %d requests", wire.Total())
	}
}

func TestAn_answer_that_ends_early_is_not_the_whole_content(t *testing.T) {
	r := &reader{ctx: t.Context(), body: io.NopCloser(strings.NewReader("0123")), digest: newSpool().digest, info: blob.Info{Key: key(t, blob.Books, "a"), Size: 10}}
	if _, err := io.ReadAll(r); !fault.Is(err, fault.Unavailable) {
		t.Fatalf("read to the end: %v", err)
	}
	if _, err := sizeOf(aws.String("bytes 0-9/*")); err == nil {
		t.Fatal("a range of an unknown whole is read")
	}
}
