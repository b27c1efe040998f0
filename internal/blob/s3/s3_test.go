package s3

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"jeongsan/internal/awstest"
	"jeongsan/internal/blob"
	"jeongsan/internal/blob/blobtest"
	"jeongsan/internal/calendar"
	"jeongsan/internal/fault"
	"jeongsan/internal/store"
)

// sixth is the day on which the tests' objects are written.
var sixth = calendar.Fixed(time.Date(2026, 11, 6, 10, 0, 0, 0, calendar.Seoul))

var buckets atomic.Int64

// made is a fresh bucket with Object Lock, as the template makes it, and the raw client that made it.
func made(t testing.TB) (aws.Config, *sdk.Client, string) {
	t.Helper()
	cfg := awstest.Config(t)
	client := sdk.NewFromConfig(cfg, func(o *sdk.Options) { o.UsePathStyle = true })
	name := fmt.Sprintf("jeongsan-test-%d-%d", time.Now().UnixNano(), buckets.Add(1))
	_, err := client.CreateBucket(t.Context(), &sdk.CreateBucketInput{
		Bucket: &name, ObjectLockEnabledForBucket: aws.Bool(true),
		CreateBucketConfiguration: &types.CreateBucketConfiguration{LocationConstraint: types.BucketLocationConstraint(awstest.Region)},
	})
	must(t, err)
	return cfg, client, name
}

func open(t testing.TB, cfg aws.Config, name string) *Bucket {
	t.Helper()
	b, err := New(cfg, name, Governance, sixth)
	must(t, err)
	return b
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func key(t testing.TB, c blob.Class, segments ...string) blob.Key {
	t.Helper()
	tenant, err := store.ParseTenant("han-cloud")
	must(t, err)
	k, err := blob.NewKey(tenant, c, segments...)
	must(t, err)
	return k
}

func wantContent(t *testing.T, b *Bucket, k blob.Key, content string) {
	t.Helper()
	r, _, err := b.Open(t.Context(), k)
	must(t, err)
	defer r.Close()
	got, err := io.ReadAll(r)
	must(t, err)
	if string(got) != content {
		t.Fatalf("%s holds %d bytes, want %d", k, len(got), len(content))
	}
}

// all lists every version and every unfinished upload.
func all(ctx context.Context, client *sdk.Client, bucket string) ([]string, error) {
	versions, err := client.ListObjectVersions(ctx, &sdk.ListObjectVersionsInput{Bucket: &bucket})
	if err != nil {
		return nil, err
	}
	uploads, err := client.ListMultipartUploads(ctx, &sdk.ListMultipartUploadsInput{Bucket: &bucket})
	if err != nil {
		return nil, err
	}
	var names []string
	for _, v := range versions.Versions {
		names = append(names, aws.ToString(v.Key))
	}
	for _, u := range uploads.Uploads {
		names = append(names, aws.ToString(u.Key))
	}
	return names, nil
}

func TestA_bucket_of_S3_keeps_every_promise_of_a_bucket(t *testing.T) {
	blobtest.Run(t, func(t *testing.T) blobtest.Fixture {
		cfg, client, name := made(t)
		below := &strict{next: http.DefaultClient}
		cfg.HTTPClient = below
		gate := &gate{credentials: cfg.Credentials}
		return blobtest.Fixture{
			Bucket: open(t, cfg, name),
			Reopen: func() blob.Bucket { return open(t, cfg, name) },
			Client: &http.Client{Transport: gate},
			Damage: func(blob.Key) { below.damage.Store(true) },
			Pass:   gate.pass,
			Raw:    func() ([]string, error) { return all(t.Context(), client, name) },
		}
	})
}

// strict keeps what S3 keeps and moto does not: of two conditional puts at once one wins. It can also change what is
// read, which no request can do to a stored object.
type strict struct {
	next   aws.HTTPClient
	puts   sync.Mutex
	damage atomic.Bool
}

func (s *strict) Do(r *http.Request) (*http.Response, error) {
	if r.Method == http.MethodPut {
		s.puts.Lock()
		defer s.puts.Unlock()
	}
	response, err := s.next.Do(r)
	if err != nil || !s.damage.Load() || r.Method != http.MethodGet {
		return response, err
	}
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, err
	}
	body[len(body)/2] ^= 1
	response.Body = io.NopCloser(bytes.NewReader(body))
	return response, nil
}

func TestAn_object_of_many_megabytes_goes_through_a_file_that_is_gone_afterwards(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	cfg, _, name := made(t)
	wire := &awstest.Wire{OnRequest: awstest.Script("PutObject", awstest.CutBefore, awstest.CutAfter)}
	b := open(t, awstest.With(cfg, wire), name)
	content := strings.Repeat("0123456789abcdef", (inMemory+1<<20)/16)
	k := key(t, blob.Books, "snapshot")
	info, err := b.Put(t.Context(), k, "application/octet-stream", struct{ io.Reader }{strings.NewReader(content)})
	must(t, err)
	if info.Size != int64(len(content)) {
		t.Fatalf("put %+v", info)
	}
	wantContent(t, b, k, content)
	if left := leftIn(t); len(left) != 0 {
		t.Fatalf("%v is left", left)
	}
	_, err = b.Put(t.Context(), key(t, blob.Books, "broken"), "text/plain", io.MultiReader(strings.NewReader(content), failing{}))
	if !errors.Is(err, errLine) || len(leftIn(t)) != 0 {
		t.Fatalf("a broken reader says %v and leaves %v", err, leftIn(t))
	}
}

func TestWhat_cannot_be_spooled_is_not_put(t *testing.T) {
	cfg, client, name := made(t)
	t.Setenv("TMPDIR", t.TempDir()+"/nowhere")
	_, err := open(t, cfg, name).Put(t.Context(), key(t, blob.Books, "a"), "text/plain", bytes.NewReader(make([]byte, inMemory+1)))
	if !fault.Is(err, fault.Unavailable) || strings.Contains(fault.TextOf(err).EN, "nowhere") {
		t.Fatalf("the put says %v", err)
	}
	if names, err := all(t.Context(), client, name); len(names) != 0 || err != nil {
		t.Fatalf("%v lies in the bucket, %v", names, err)
	}
}

func TestWhat_the_law_keeps_is_locked_by_the_put_itself(t *testing.T) {
	cfg, client, name := made(t)
	for _, lock := range []Lock{Governance, Compliance} {
		b, err := New(cfg, name, lock, sixth)
		must(t, err)
		for class, until := range map[blob.Class]string{
			blob.Books: "2037-01-01", blob.Audit: "2037-01-01", blob.TaxLocked: "2032-02-01", blob.Staging: "", blob.Working: "",
		} {
			k := key(t, class, string(lock))
			_, err := b.Put(t.Context(), k, "text/plain", strings.NewReader("a"))
			must(t, err)
			head, err := client.HeadObject(t.Context(), &sdk.HeadObjectInput{Bucket: &name, Key: aws.String(k.String())})
			must(t, err)
			if until == "" {
				if head.ObjectLockMode != "" {
					t.Errorf("%s is locked", k)
				}
				continue
			}
			if got := aws.ToTime(head.ObjectLockRetainUntilDate).In(calendar.Seoul).Format(time.DateOnly); got != until || string(head.ObjectLockMode) != string(lock) {
				t.Errorf("%s is locked until %s by %s, want %s", k, got, head.ObjectLockMode, until)
			}
		}
	}
}

func TestA_deleted_orphan_is_unseen_and_its_locked_content_stays(t *testing.T) {
	cfg, client, name := made(t)
	b := open(t, cfg, name)
	k := key(t, blob.Books, "orphan")
	_, err := b.Put(t.Context(), k, "text/plain", strings.NewReader("a"))
	must(t, err)
	must(t, b.Delete(t.Context(), k))
	if _, err := b.Stat(t.Context(), k); !fault.Is(err, fault.NotFound) {
		t.Fatalf("the orphan is seen: %v", err)
	}
	versions, err := client.ListObjectVersions(t.Context(), &sdk.ListObjectVersionsInput{Bucket: &name})
	must(t, err)
	if len(versions.Versions) != 1 || len(versions.DeleteMarkers) != 1 {
		t.Fatalf("%d versions and %d markers", len(versions.Versions), len(versions.DeleteMarkers))
	}
	_, err = client.DeleteObject(t.Context(), &sdk.DeleteObjectInput{Bucket: &name, Key: aws.String(k.String()), VersionId: versions.Versions[0].VersionId})
	if err == nil {
		t.Fatal("a locked version is deleted")
	}
}

func TestAn_object_that_was_not_put_by_us_is_not_served(t *testing.T) {
	cfg, client, name := made(t)
	b := open(t, cfg, name)
	k := key(t, blob.Staging, "foreign")
	_, err := client.PutObject(t.Context(), &sdk.PutObjectInput{Bucket: &name, Key: aws.String(k.String()), Body: strings.NewReader("a"), ChecksumAlgorithm: types.ChecksumAlgorithmCrc32})
	must(t, err)
	if _, _, err := b.Open(t.Context(), k); !fault.Is(err, fault.Internal) {
		t.Errorf("opened: %v", err)
	}
	if _, err := b.Stat(t.Context(), k); !fault.Is(err, fault.Internal) {
		t.Errorf("described: %v", err)
	}
}

func TestA_bucket_is_not_used_without_a_name_or_with_an_unknown_lock(t *testing.T) {
	for _, c := range [][2]string{{"", "GOVERNANCE"}, {"documents", ""}, {"documents", "governance"}} {
		if _, err := New(aws.Config{}, c[0], Lock(c[1]), sixth); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q with lock %q: %v", c[0], c[1], err)
		}
	}
}
