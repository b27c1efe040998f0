package store

import (
	"encoding/json"

	"jeongsan/internal/fault"
)

// JSON makes a document whose body is v in JSON.
func JSON(k Key, kind string, schema int, v any) (Document, error) {
	body, err := json.Marshal(v)
	if err != nil {
		return Document{}, fault.New(fault.Internal, fault.T("문서를 저장 형식으로 바꾸지 못했습니다.", "A document could not be encoded.")).Because(err)
	}
	return Document{Key: k, Kind: kind, Schema: schema, Body: body}, nil
}

// Decode reads a document written by JSON into v, refusing another kind or a schema newer than this program knows.
func Decode(d Document, kind string, newest int, v any) error {
	if d.Kind != kind || d.Schema > newest {
		return fault.New(fault.Internal, fault.T("문서 %s의 형식(%s/%d)을 읽을 수 없습니다.", "Document %s has a form (%s/%d) that cannot be read here.", d.Key, d.Kind, d.Schema))
	}
	if err := json.Unmarshal(d.Body, v); err != nil {
		return fault.New(fault.Internal, fault.T("문서 %s가 손상되었습니다.", "Document %s is damaged.", d.Key)).Because(err)
	}
	return nil
}
