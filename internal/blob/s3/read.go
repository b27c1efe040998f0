package s3

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"jeongsan/internal/blob"
)

// Open implements blob.Bucket.
func (b *Bucket) Open(ctx context.Context, k blob.Key) (io.ReadCloser, blob.Info, error) {
	if err := blob.CheckKey(k); err != nil {
		return nil, blob.Info{}, err
	}
	out, err := b.client.GetObject(ctx, &sdk.GetObjectInput{Bucket: &b.name, Key: aws.String(k.String()), ChecksumMode: types.ChecksumModeEnabled})
	if err != nil {
		return nil, blob.Info{}, refusal(ctx, err)
	}
	info, err := describe(k, out.ContentLength, out.ChecksumSHA256, out.ContentType, out.LastModified)
	if err != nil {
		out.Body.Close()
		return nil, blob.Info{}, err
	}
	return &reader{ctx: ctx, body: out.Body, digest: sha256.New(), info: info}, info, nil
}

// describe makes the description of what S3's headers say; an object without our digest is none of ours or damaged.
func describe(k blob.Key, size *int64, checksum, contentType *string, written *time.Time) (blob.Info, error) {
	digest, err := base64.StdEncoding.DecodeString(aws.ToString(checksum))
	if err != nil || len(digest) != sha256.Size || size == nil {
		return blob.Info{}, damaged(k)
	}
	return blob.Info{Key: k, Size: *size, SHA256: hex.EncodeToString(digest), ContentType: aws.ToString(contentType), Written: aws.ToTime(written).UTC()}, nil
}

// reader hands out the content and, at its end, either io.EOF or that it is damaged.
type reader struct {
	ctx    context.Context
	body   io.ReadCloser
	digest hash.Hash
	read   int64
	info   blob.Info
}

// Read implements io.Reader. The SDK checks the digest too, but its error cannot be told from one of the network.
func (r *reader) Read(p []byte) (int, error) {
	n, err := r.body.Read(p)
	r.digest.Write(p[:n])
	r.read += int64(n)
	if err == nil {
		return n, nil
	}
	if r.read == r.info.Size && hex.EncodeToString(r.digest.Sum(nil)) != r.info.SHA256 {
		return n, damaged(r.info.Key)
	}
	if err != io.EOF {
		return n, refusal(r.ctx, err)
	}
	if r.read != r.info.Size {
		return n, unusable(fmt.Errorf("the content ends after %d of %d bytes", r.read, r.info.Size))
	}
	return n, io.EOF
}

// Close implements io.Closer.
func (r *reader) Close() error { return r.body.Close() }

// Stat implements blob.Bucket.
func (b *Bucket) Stat(ctx context.Context, k blob.Key) (blob.Info, error) {
	if err := blob.CheckKey(k); err != nil {
		return blob.Info{}, err
	}
	out, err := b.client.HeadObject(ctx, &sdk.HeadObjectInput{Bucket: &b.name, Key: aws.String(k.String()), ChecksumMode: types.ChecksumModeEnabled})
	if err != nil {
		return blob.Info{}, refusal(ctx, err)
	}
	return describe(k, out.ContentLength, out.ChecksumSHA256, out.ContentType, out.LastModified)
}

// ReadRange implements blob.Bucket.
func (b *Bucket) ReadRange(ctx context.Context, k blob.Key, offset, length int64) ([]byte, error) {
	if err := blob.CheckKey(k); err != nil {
		return nil, err
	}
	if offset < 0 || length < 1 || offset > math.MaxInt64-length {
		return b.unsayable(ctx, k, offset, length)
	}
	out, err := b.client.GetObject(ctx, &sdk.GetObjectInput{Bucket: &b.name, Key: aws.String(k.String()), Range: aws.String(fmt.Sprintf("bytes=%d-%d", offset, offset+length-1))})
	if codeOf(err) == "InvalidRange" {
		return b.unsayable(ctx, k, offset, length)
	}
	if err != nil {
		return nil, refusal(ctx, err)
	}
	defer out.Body.Close()
	size, err := sizeOf(out.ContentRange)
	if err != nil {
		return nil, unusable(err)
	}
	if err := blob.CheckRange(offset, length, size); err != nil { // S3 cuts a range that reaches past the end
		return nil, err
	}
	part := make([]byte, length)
	if _, err := io.ReadFull(out.Body, part); err != nil {
		return nil, refusal(ctx, err)
	}
	return part, nil
}

// unsayable answers for a range that no header can name or that S3 refused: the empty one, or one that lies outside.
func (b *Bucket) unsayable(ctx context.Context, k blob.Key, offset, length int64) ([]byte, error) {
	info, err := b.Stat(ctx, k)
	if err != nil {
		return nil, err
	}
	return nil, blob.CheckRange(offset, length, info.Size)
}

// sizeOf reads the size of the whole object from "bytes 0-9/100".
func sizeOf(contentRange *string) (int64, error) {
	_, size, _ := strings.Cut(aws.ToString(contentRange), "/")
	n, err := strconv.ParseInt(size, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("the range %q of the answer: %w", aws.ToString(contentRange), err)
	}
	return n, nil
}
