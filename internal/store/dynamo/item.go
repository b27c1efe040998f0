package dynamo

import (
	"fmt"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"jeongsan/internal/fault"
	"jeongsan/internal/store"
)

// Attributes of an item. The names are short words: each is paid for in every item.
const (
	attrPartition = "pk"
	attrSort      = "sk"
	attrVersion   = "version"
	attrKind      = "kind"
	attrSchema    = "schema"
	attrBody      = "body"
	attrCommit    = "commit"
	attrTTL       = "ttl" // the table's TimeToLiveSpecification names it
)

type attributes = map[string]types.AttributeValue

func keyOf(k store.Key) attributes {
	return attributes{attrPartition: str(k.Partition().String()), attrSort: str(k.Sort())}
}

// itemOf is the document as it is stored.
func itemOf(d store.Document, version int64, commit string) attributes {
	item := contentOf(d, commit)
	item[attrPartition], item[attrSort], item[attrVersion] = str(d.Key.Partition().String()), str(d.Key.Sort()), number(version)
	return item
}

// contentOf is what a put sets beside key and version.
func contentOf(d store.Document, commit string) attributes {
	item := attributes{
		attrKind: str(d.Kind), attrSchema: number(int64(d.Schema)), attrCommit: str(commit), attrBody: &types.AttributeValueMemberB{Value: d.Body},
	}
	if d.Body == nil {
		item[attrBody] = &types.AttributeValueMemberB{Value: []byte{}} // nil would be sent as no value at all
	}
	if !d.Expires.IsZero() {
		item[attrTTL] = number(d.Expires.Unix())
	}
	return item
}

// documentOf reads an item. One that another program wrote or damaged is fault.Internal.
func documentOf(item attributes) (store.Document, error) {
	d := store.Document{
		Key:  store.RawKey(text(item, attrPartition), text(item, attrSort)),
		Kind: text(item, attrKind), Commit: text(item, attrCommit),
	}
	body, ok := item[attrBody].(*types.AttributeValueMemberB)
	version, versionErr := integer(item, attrVersion)
	schema, schemaErr := integer(item, attrSchema)
	if !ok || versionErr != nil || schemaErr != nil || version < 1 {
		return store.Document{}, damaged.Because(fmt.Errorf("%s: body %t, version %v, schema %v", d.Key, ok, versionErr, schemaErr))
	}
	d.Body, d.Version, d.Schema = body.Value, version, int(schema)
	if item[attrTTL] == nil {
		return d, nil
	}
	seconds, err := integer(item, attrTTL)
	if err != nil {
		return store.Document{}, damaged.Because(fmt.Errorf("%s: ttl %w", d.Key, err))
	}
	d.Expires = time.Unix(seconds, 0).UTC()
	return d, nil
}

var damaged = fault.New(fault.Internal, fault.T(
	"저장된 문서가 손상되어 읽을 수 없습니다. 운영자에게 알려 주세요.",
	"A stored document is damaged and cannot be read; tell the operator."))

func str(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

func number(n int64) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.FormatInt(n, 10)}
}

// text is a string attribute, "" if it is missing or something else.
func text(item attributes, name string) string {
	if s, ok := item[name].(*types.AttributeValueMemberS); ok {
		return s.Value
	}
	return ""
}

func integer(item attributes, name string) (int64, error) {
	n, ok := item[name].(*types.AttributeValueMemberN)
	if !ok {
		return 0, fmt.Errorf("%s is no number", name)
	}
	return strconv.ParseInt(n.Value, 10, 64)
}
