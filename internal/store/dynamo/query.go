package dynamo

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"jeongsan/internal/store"
)

// Query returns a page of one partition; see store.Store. A page may be shorter than its limit, because DynamoDB counts
// expired documents against it and ends a page at 1 MB. It is empty only at the end.
func (s *Store) Query(ctx context.Context, q store.Query) (store.Page, error) {
	if err := ctx.Err(); err != nil {
		return store.Page{}, err
	}
	from, to, last, err := q.Resume()
	if err != nil || to != "" && from >= to {
		return store.Page{}, err
	}
	in := &dynamodb.QueryInput{
		TableName: &s.table, ConsistentRead: aws.Bool(true), ScanIndexForward: aws.Bool(!q.Descending), Limit: aws.Int32(int32(q.PageSize())),
	}
	in.KeyConditionExpression, in.ExpressionAttributeValues = between(q.Partition, from, to)
	if last != "" {
		in.ExclusiveStartKey = keyOf(store.RawKey(q.Partition.String(), last))
	}
	for {
		page, rest, err := s.page(ctx, in, q, to)
		if err != nil || rest == nil || len(page.Documents) > 0 {
			return page, err
		}
		in.ExclusiveStartKey = rest
	}
}

// page asks once. rest is where the next request has to start, nil at the end of the range.
func (s *Store) page(ctx context.Context, in *dynamodb.QueryInput, q store.Query, to string) (page store.Page, rest map[string]types.AttributeValue, err error) {
	out, err := s.client.Query(ctx, in)
	if err != nil {
		return store.Page{}, nil, failure(ctx, err)
	}
	s.observe(Usage{Requests: 1, ReadUnits: readUnits(out.Items...)})
	for _, item := range out.Items {
		d, err := s.alive(item)
		if err != nil {
			return store.Page{}, nil, err
		}
		if d.Found() && (to == "" || d.Key.Sort() < to) {
			page.Documents = append(page.Documents, d)
		}
	}
	rest = out.LastEvaluatedKey
	if rest == nil {
		return page, nil, nil
	}
	behind := text(rest, attrSort)
	if to != "" && behind >= to {
		if !q.Descending {
			return page, nil, nil // it stopped on the end that BETWEEN includes
		}
		return page, rest, nil
	}
	page.Next = q.TokenAfter(behind)
	return page, rest, nil
}

// between selects [from, to). A key condition has no half-open range: BETWEEN includes its end, which page leaves out.
func between(p store.Partition, from, to string) (*string, map[string]types.AttributeValue) {
	values := map[string]types.AttributeValue{":pk": str(p.String())}
	condition := attrPartition + " = :pk"
	switch {
	case from != "" && to != "":
		condition += " AND " + attrSort + " BETWEEN :from AND :to"
	case from != "":
		condition += " AND " + attrSort + " >= :from"
	case to != "":
		condition += " AND " + attrSort + " < :to"
	}
	if from != "" {
		values[":from"] = str(from)
	}
	if to != "" {
		values[":to"] = str(to)
	}
	return &condition, values
}
