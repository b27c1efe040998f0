package ncp

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"strconv"

	"jeongsan/internal/money"
)

// An answer is written once as a tree with a fixed order of fields and printed as JSON or XML. Values are string, bool,
// int64, money.Decimal (a JSON number by its digits), object, or list.
type (
	field struct {
		name  string
		value any
	}
	object []field
	list   []object
)

func asJSON(root object) []byte {
	var b bytes.Buffer
	writeJSON(&b, root)
	return b.Bytes()
}

func writeJSON(b *bytes.Buffer, v any) {
	switch v := v.(type) {
	case object:
		b.WriteByte('{')
		for i, f := range v {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString(strconv.Quote(f.name) + ":")
			writeJSON(b, f.value)
		}
		b.WriteByte('}')
	case list:
		b.WriteByte('[')
		for i, item := range v {
			if i > 0 {
				b.WriteByte(',')
			}
			writeJSON(b, item)
		}
		b.WriteByte(']')
	case string:
		quoted, _ := json.Marshal(v) // a string always has a JSON form
		b.Write(quoted)
	default:
		b.WriteString(scalar(v))
	}
}

func scalar(v any) string {
	switch v := v.(type) {
	case bool:
		return strconv.FormatBool(v)
	case int64:
		return strconv.FormatInt(v, 10)
	case money.Decimal:
		return v.Canonical()
	case string:
		return v
	}
	return ""
}

func asXML(root object) []byte {
	b := bytes.NewBufferString(xml.Header)
	writeXML(b, root)
	return b.Bytes()
}

func writeXML(b *bytes.Buffer, v any) {
	switch v := v.(type) {
	case object:
		for _, f := range v {
			b.WriteString("<" + f.name + ">")
			writeXML(b, f.value)
			b.WriteString("</" + f.name + ">")
		}
	case list:
		for _, item := range v {
			b.WriteString("<item>")
			writeXML(b, item)
			b.WriteString("</item>")
		}
	default:
		_ = xml.EscapeText(b, []byte(scalar(v))) // a buffer takes everything
	}
}
