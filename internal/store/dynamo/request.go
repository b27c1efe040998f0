package dynamo

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"jeongsan/internal/store"
)

// part is one write of a commit as it is sent.
//
// A put knows its version beforehand under Absent (1) and AtVersion(n) (n+1): it is a PutItem. Under Present and Always
// it is an UpdateItem that sets every attribute and adds 1 to the version in place, at the same price, so that no
// version is ever computed from an earlier read. An expired item must not be counted on from: Present fails on it, and
// Always first asks for "not expired" and, refused by that alone, is sent again as a put over what has expired (renew).
type part struct {
	store.Write
	index int // in the commit
	renew bool
}

// expression is a condition or an update with the names and values it uses.
type expression struct {
	text   string
	names  map[string]string
	values attributes
}

// hold is the condition of the part; nil where there is none to send.
func (p part) hold(now time.Time) *expression {
	const gone, alive = "#ttl <= :now", "(attribute_not_exists(#ttl) OR #ttl > :now)"
	e := &expression{names: map[string]string{"#ttl": attrTTL}, values: attributes{":now": number(now.Unix())}}
	version, numbered := p.Condition.Version()
	switch {
	case numbered:
		e.text = "#version = :expected AND " + alive
		e.names["#version"], e.values[":expected"] = attrVersion, number(version)
	case p.Condition == store.Absent, p.renew:
		e.text = "attribute_not_exists(" + attrPartition + ") OR " + gone
	case p.Condition == store.Present:
		e.text = "attribute_exists(" + attrPartition + ") AND " + alive
	case p.Op == store.OpPut:
		e.text = alive
	default:
		return nil
	}
	return e
}

// numbered is the version a put gives, where that is known before it is made.
func (p part) numbered() (version int64, known bool) {
	if expected, ok := p.Condition.Version(); ok {
		return expected + 1, true
	}
	return 1, p.Condition == store.Absent || p.renew
}

// setting sets every attribute of the put and raises the version by one, under the part's condition.
func (p part) setting(commit string, now time.Time) (update string, e *expression) {
	e = p.hold(now)
	e.names["#version"] = attrVersion
	e.values[":zero"], e.values[":one"] = number(0), number(1)
	clauses := []string{"#version = if_not_exists(#version, :zero) + :one"}
	content := contentOf(p.Document, commit)
	for _, name := range []string{attrKind, attrSchema, attrBody, attrCommit, attrTTL} {
		value, present := content[name]
		if !present {
			continue
		}
		e.names["#"+name], e.values[":"+name] = name, value
		clauses = append(clauses, "#"+name+" = :"+name)
	}
	update = "SET " + strings.Join(clauses, ", ")
	if content[attrTTL] == nil {
		update += " REMOVE #ttl"
	}
	return update, e
}

// item is the part within a transaction.
func (p part) item(table, commit string, now time.Time) types.TransactWriteItem {
	e, key := p.hold(now), keyOf(p.Document.Key)
	if e == nil {
		return types.TransactWriteItem{Delete: &types.Delete{TableName: &table, Key: key}} // a delete under Always
	}
	version, known := p.numbered()
	switch {
	case p.Op == store.OpCheck:
		return types.TransactWriteItem{ConditionCheck: &types.ConditionCheck{TableName: &table, Key: key,
			ConditionExpression: &e.text, ExpressionAttributeNames: e.names, ExpressionAttributeValues: e.values}}
	case p.Op == store.OpDelete:
		return types.TransactWriteItem{Delete: &types.Delete{TableName: &table, Key: key,
			ConditionExpression: &e.text, ExpressionAttributeNames: e.names, ExpressionAttributeValues: e.values}}
	case known:
		return types.TransactWriteItem{Put: &types.Put{TableName: &table, Item: itemOf(p.Document, version, commit),
			ConditionExpression: &e.text, ExpressionAttributeNames: e.names, ExpressionAttributeValues: e.values}}
	}
	update, e := p.setting(commit, now)
	return types.TransactWriteItem{Update: &types.Update{TableName: &table, Key: key, UpdateExpression: &update,
		ConditionExpression: &e.text, ExpressionAttributeNames: e.names, ExpressionAttributeValues: e.values}}
}

// request makes one try of a write.
type request func(ctx context.Context, options func(*dynamodb.Options)) error

// send makes one try without the SDK's own. sent tells whether it was handed to the network, where it may take effect
// whatever comes back.
func (s *Store) send(ctx context.Context, r request) (sent bool, err error) {
	err = r(ctx, func(o *dynamodb.Options) {
		o.Retryer = aws.NopRetryer{}
		o.HTTPClient = mark{o.HTTPClient, &sent}
	})
	return sent, err
}

// mark notes that a request reached the HTTP client: what failed before it (credentials, signing) was never sent.
type mark struct {
	below dynamodb.HTTPClient
	sent  *bool
}

func (m mark) Do(r *http.Request) (*http.Response, error) {
	*m.sent = true
	return m.below.Do(r)
}

// single sends one put or delete by itself.
func (s *Store) single(p part, commit string, now time.Time) request {
	item := p.item(s.table, commit, now)
	return func(ctx context.Context, options func(*dynamodb.Options)) (err error) {
		switch {
		case item.Put != nil:
			_, err = s.client.PutItem(ctx, &dynamodb.PutItemInput{TableName: item.Put.TableName, Item: item.Put.Item, ConditionExpression: item.Put.ConditionExpression,
				ExpressionAttributeNames: item.Put.ExpressionAttributeNames, ExpressionAttributeValues: item.Put.ExpressionAttributeValues}, options)
		case item.Update != nil:
			_, err = s.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{TableName: item.Update.TableName, Key: item.Update.Key,
				UpdateExpression: item.Update.UpdateExpression, ConditionExpression: item.Update.ConditionExpression,
				ExpressionAttributeNames: item.Update.ExpressionAttributeNames, ExpressionAttributeValues: item.Update.ExpressionAttributeValues}, options)
		default:
			_, err = s.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: item.Delete.TableName, Key: item.Delete.Key, ConditionExpression: item.Delete.ConditionExpression,
				ExpressionAttributeNames: item.Delete.ExpressionAttributeNames, ExpressionAttributeValues: item.Delete.ExpressionAttributeValues}, options)
		}
		return err
	}
}

// transaction sends all parts at once. The token lets a repetition of the very same request within ten minutes, and
// the same second of the clock, find that the first one took effect instead of failing on its own traces.
func (s *Store) transaction(parts []part, commit string, now time.Time) request {
	in := &dynamodb.TransactWriteItemsInput{ClientRequestToken: aws.String(token(parts, commit, now))}
	for _, p := range parts {
		in.TransactItems = append(in.TransactItems, p.item(s.table, commit, now))
	}
	return func(ctx context.Context, options func(*dynamodb.Options)) error {
		_, err := s.client.TransactWriteItems(ctx, in, options)
		return err
	}
}

// token is a hash of everything the request is made of: DynamoDB refuses a token it has seen with another request.
// 36 characters are the most it takes.
func token(parts []part, commit string, now time.Time) string {
	h := sha256.New()
	fmt.Fprintf(h, "%q %d", commit, now.Unix())
	for _, p := range parts {
		d := p.Document
		fmt.Fprintf(h, " %d %s %t %q %q %q %d %d %d ", p.Op, p.Condition, p.renew, d.Key.Partition(), d.Key.Sort(), d.Kind, d.Schema, d.Expires.Unix(), len(d.Body))
		h.Write(d.Body)
	}
	return hex.EncodeToString(h.Sum(nil))[:36]
}

// partsOf is what of a commit has to be sent: all but the checks that always hold.
func partsOf(c store.Commit) []part {
	parts := make([]part, 0, len(c.Writes))
	for i, w := range c.Writes {
		parts = append(parts, part{Write: w, index: i})
	}
	return slices.DeleteFunc(parts, func(p part) bool { return p.Op == store.OpCheck && p.Condition == store.Always })
}
