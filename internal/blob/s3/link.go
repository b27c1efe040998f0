package s3

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/s3"

	"jeongsan/internal/blob"
)

// SignedURL implements blob.Bucket. Nothing is asked of S3: a link to a missing object answers 404. It ends with the
// credentials it was signed with, if those end first.
func (b *Bucket) SignedURL(ctx context.Context, k blob.Key, fileName string, valid time.Duration) (string, error) {
	if err := blob.CheckLink(k, fileName, valid); err != nil {
		return "", err
	}
	signed, err := b.signer.PresignGetObject(ctx, &sdk.GetObjectInput{
		Bucket: &b.name, Key: aws.String(k.String()),
		ResponseContentDisposition: aws.String(blob.Disposition(fileName)),
		ResponseCacheControl:       aws.String("private, no-store"), // the link is short-lived, and so is what it gave
	}, sdk.WithPresignExpires(valid))
	if err != nil {
		return "", refusal(ctx, err)
	}
	return signed.URL, nil
}
