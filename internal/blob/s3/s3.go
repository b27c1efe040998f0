// Package s3 is the bucket of AWS: S3 with versions and Object Lock, with the promises of blob.Bucket.
//
// It owns how an object lies in S3, its lock, and presigned links. It does not own the bucket itself, its lifecycle
// rules or who may reach it (template.yaml), nor when orphans are swept. functions/ is its only user outside tests.
//
// An object lies under its key, class/tenant/path, which is what the lifecycle rules go by. Its SHA-256 is the checksum
// that S3 itself verifies at the put and gives back with every read.
//
// Invariants:
//   - an object is put in one request with If-None-Match: * and its checksum, so that it is there whole or not at all,
//     and never over another; what is too large for memory is spooled to a temp file first, because the digest must be
//     known before the first byte is sent (a multipart upload has no SHA-256 of the whole);
//   - Books, TaxLocked and Audit are locked by the same request until the day of blob.RetainUntil;
//   - whatever AWS says is the cause of an error, never its sentence.
//
// Delete hides: in a versioned bucket it leaves a marker, and the content goes by a lifecycle rule (Staging, Working)
// or stays locked, unseen, until its day (an orphan of Books). No lock is ever bypassed, so nobody needs the right to.
package s3

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	sdk "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"jeongsan/internal/blob"
	"jeongsan/internal/calendar"
	"jeongsan/internal/fault"
)

// Lock is how firmly S3 holds what the law keeps.
type Lock string

const (
	Governance Lock = "GOVERNANCE" // for dev: who has s3:BypassGovernanceRetention can still remove it
	Compliance Lock = "COMPLIANCE" // for prod: nobody can, the account's owner included
)

// Bucket is a blob.Bucket in S3. It is safe for concurrent use.
type Bucket struct {
	client *sdk.Client
	signer *sdk.PresignClient
	name   string
	lock   Lock
	clock  calendar.Clock
}

var _ blob.Bucket = (*Bucket)(nil)

// New uses the bucket of that name, which has Object Lock on. The clock dates objects and their locks. A
// configuration with an endpoint of its own is addressed by path; AWS's by host.
func New(cfg aws.Config, name string, lock Lock, clock calendar.Clock) (*Bucket, error) {
	if name == "" || (lock != Governance && lock != Compliance) {
		return nil, fault.Invalidf("blob.bucket", fault.T("버킷 이름 %q 또는 잠금 방식 %q이(가) 올바르지 않습니다.", "The bucket name %q or the lock %q is not valid.", name, lock))
	}
	client := sdk.NewFromConfig(cfg, func(o *sdk.Options) {
		o.UsePathStyle = cfg.BaseEndpoint != nil
		o.DisableLogOutputChecksumValidationSkipped = true // a range has none; see blob.Bucket.ReadRange
		// Two conditional writes of one key at once: S3 decides neither and asks that it be tried again.
		o.Retryer = retry.AddWithErrorCodes(o.Retryer, "ConditionalRequestConflict")
	})
	return &Bucket{client: client, signer: sdk.NewPresignClient(client), name: name, lock: lock, clock: clock}, nil
}

// claims is how often Put looks again when the object that took its place is gone once it is looked at.
const claims = 3

// Put implements blob.Bucket. Info.Written is our clock's time; what Stat says later is S3's.
func (b *Bucket) Put(ctx context.Context, k blob.Key, contentType string, r io.Reader) (blob.Info, error) {
	if err := blob.CheckPut(k, contentType); err != nil {
		return blob.Info{}, err
	}
	s := newSpool()
	defer s.close()
	if err := s.fill(ctx, r); err != nil {
		return blob.Info{}, err
	}
	info := blob.Info{Key: k, Size: s.size, SHA256: hex.EncodeToString(s.digest.Sum(nil)), ContentType: contentType, Written: b.clock.Now().UTC()}
	for range claims {
		err := b.write(ctx, info, s)
		if err == nil {
			return info, nil
		}
		if codeOf(err) != "PreconditionFailed" {
			return blob.Info{}, refusal(ctx, err)
		}
		there, err := b.Stat(ctx, k)
		if fault.Is(err, fault.NotFound) {
			continue // deleted between the two looks: the place is free again
		}
		if err != nil {
			return blob.Info{}, err
		}
		if err := blob.CheckSame(info, there); err != nil {
			return blob.Info{}, err
		}
		return there, nil // ours of an earlier try, or the same of another
	}
	return blob.Info{}, unusable(errors.New("the object comes and goes while it is put"))
}

// write puts the object unless there is one.
func (b *Bucket) write(ctx context.Context, info blob.Info, s *spool) error {
	in := &sdk.PutObjectInput{
		Bucket: &b.name, Key: aws.String(info.Key.String()), Body: s.content(), ContentLength: &info.Size, ContentType: &info.ContentType,
		IfNoneMatch: aws.String("*"), ChecksumAlgorithm: types.ChecksumAlgorithmSha256,
		ChecksumSHA256: aws.String(base64.StdEncoding.EncodeToString(s.digest.Sum(nil))),
	}
	if until, kept := blob.RetainUntil(info.Key.Class(), info.Written); kept {
		in.ObjectLockMode, in.ObjectLockRetainUntilDate = types.ObjectLockMode(b.lock), &until
	}
	_, err := b.client.PutObject(ctx, in)
	return err
}

// Delete implements blob.Bucket. That a Books object is an orphan is for the caller to know.
func (b *Bucket) Delete(ctx context.Context, k blob.Key) error {
	if err := blob.CheckDelete(k); err != nil {
		return err
	}
	if _, err := b.client.DeleteObject(ctx, &sdk.DeleteObjectInput{Bucket: &b.name, Key: aws.String(k.String())}); err != nil {
		return refusal(ctx, err)
	}
	return nil
}
