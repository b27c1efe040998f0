package s3

import (
	"context"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"jeongsan/internal/blob"
	"jeongsan/internal/fault"
	"jeongsan/internal/store"
)

// lookers is how many objects of a page are described at once.
const lookers = 16

// List implements blob.Bucket. The token is the last key of the page before it. S3 lists keys without their digest
// and type, so that each object of a page costs a request.
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
	in := &sdk.ListObjectsV2Input{Bucket: &b.name, Prefix: &below, MaxKeys: aws.Int32(int32(limit))}
	if after != "" {
		in.StartAfter = &after
	}
	out, err := b.client.ListObjectsV2(ctx, in)
	if err != nil {
		return nil, "", refusal(ctx, err)
	}
	infos, err := b.describeAll(ctx, keysOf(t, out.Contents))
	if err != nil || len(out.Contents) == 0 || !aws.ToBool(out.IsTruncated) {
		return infos, "", err
	}
	last := aws.ToString(out.Contents[len(out.Contents)-1].Key)
	return infos, blob.ListToken(last), nil
}

// keysOf leaves out what is no object of ours.
func keysOf(t store.Tenant, objects []types.Object) []blob.Key {
	var keys []blob.Key
	for _, o := range objects {
		if k, err := blob.ParseKey(t, aws.ToString(o.Key)); err == nil {
			keys = append(keys, k)
		}
	}
	return keys
}

// describeAll describes the objects in the order of their keys, without those that were deleted while we were listing.
func (b *Bucket) describeAll(ctx context.Context, keys []blob.Key) ([]blob.Info, error) {
	found, errs := make([]blob.Info, len(keys)), make([]error, len(keys))
	next := make(chan int)
	var workers sync.WaitGroup
	for range min(lookers, len(keys)) {
		workers.Go(func() {
			for i := range next {
				found[i], errs[i] = b.Stat(ctx, keys[i])
			}
		})
	}
	for i := range keys {
		next <- i
	}
	close(next)
	workers.Wait()
	var infos []blob.Info
	for i, err := range errs {
		switch {
		case err == nil:
			infos = append(infos, found[i])
		case !fault.Is(err, fault.NotFound):
			return nil, err
		}
	}
	return infos, nil
}
