package ncp

import (
	"bytes"
	"encoding/json"
	"strconv"
	"time"

	"jeongsan/internal/fault"
	"jeongsan/internal/money"
)

// Code is NCP's CommonCode: a code and its name in the language of the account.
type Code struct{ Code, Name string }

// record reads the fields of one row. Methods beginning with need report a missing field; all report one of the wrong
// form; unknown fields are ignored and null is absent. The first problem of a row, nested objects included, is kept.
type record struct {
	op     string
	row    int            // counted from 1 over all pages
	path   string         // "contract." inside it
	fields map[string]any // numbers as json.Number: their digits
	fail   *error
}

func newRecord(op operation, row int, raw json.RawMessage) record {
	r := record{op: op.name, row: row, fail: new(error)}
	digits := json.NewDecoder(bytes.NewReader(raw))
	digits.UseNumber()
	if err := digits.Decode(&r.fields); err != nil {
		r.wrong("", err)
	}
	return r
}

func (r record) err() error { return *r.fail }

func (r record) missing(name string) {
	r.report(name, nil, fault.T("네이버 클라우드의 응답에 반드시 있어야 할 값이 없습니다. API가 바뀌었는지 확인하세요.", "NCP's answer lacks a value that must be there. Check whether the API has changed."))
}

func (r record) wrong(name string, cause error) {
	r.report(name, cause, fault.T("네이버 클라우드의 응답에 있는 값의 형식이 다릅니다. API가 바뀌었는지 확인하세요.", "A value of NCP's answer has another form than expected. Check whether the API has changed."))
}

func (r record) report(name string, cause error, text fault.Text) {
	if *r.fail == nil {
		*r.fail = fault.New(fault.Invalid, text).At(fault.Place{File: r.op, Row: r.row, Column: r.path + name}).Because(cause)
	}
}

func (r record) has(name string) bool { return r.fields[name] != nil }

func (r record) need(name string) {
	if !r.has(name) {
		r.missing(name)
	}
}

// text is a string, or a number's digits (a member number may come either way); "" when absent.
func (r record) text(name string) string {
	switch v := r.fields[name].(type) {
	case nil:
	case string:
		return v
	case json.Number:
		return v.String()
	default:
		r.wrong(name, nil)
	}
	return ""
}

func (r record) needText(name string) string {
	s := r.text(name)
	if s == "" {
		r.missing(name)
	}
	return s
}

// amount is a number by its digits, 0 when absent.
func (r record) amount(name string) money.Decimal {
	if !r.has(name) {
		return money.Decimal{}
	}
	d, err := money.ParseDecimal(r.text(name))
	if err != nil {
		r.wrong(name, err)
	}
	return d
}

func (r record) needAmount(name string) money.Decimal {
	r.need(name)
	return r.amount(name)
}

func (r record) whole(name string) int64 {
	if !r.has(name) {
		return 0
	}
	n, err := strconv.ParseInt(r.text(name), 10, 64)
	if err != nil {
		r.wrong(name, err)
	}
	return n
}

// yes is a boolean, as such or as a word.
func (r record) yes(name string) bool {
	v := r.fields[name]
	return v == true || v == "true"
}

// The provider writes +0900 without a colon, which RFC 3339 does not allow; an end that is open is the year 2999.
const (
	dateLayout = "2006-01-02T15:04:05-0700"
	openYear   = 2999
)

var kst = time.FixedZone("KST", 9*60*60)

// when is a moment in KST; the zero time when absent, blank or open-ended.
func (r record) when(name string) time.Time {
	s := r.text(name)
	if s == "" {
		return time.Time{}
	}
	t, err := time.Parse(dateLayout, s)
	if err != nil {
		r.wrong(name, err)
		return time.Time{}
	}
	if t.Year() >= openYear {
		return time.Time{}
	}
	return t.In(kst)
}

func (r record) needWhen(name string) time.Time {
	t := r.when(name)
	if t.IsZero() {
		r.missing(name)
	}
	return t
}

// object is a nested object; without it every field of the result reads as absent.
func (r record) object(name string) record {
	return r.inner(name, r.path+name+".", r.fields[name])
}

func (r record) needObject(name string) record {
	r.need(name)
	return r.object(name)
}

// objects is a list of nested objects.
func (r record) objects(name string) []record {
	v := r.fields[name]
	list, ok := v.([]any)
	if !ok && v != nil {
		r.wrong(name, nil)
	}
	out := make([]record, len(list))
	for i, item := range list {
		out[i] = r.inner(name, r.path+name+"["+strconv.Itoa(i)+"].", item)
	}
	return out
}

func (r record) inner(name, path string, v any) record {
	fields, ok := v.(map[string]any)
	if !ok && v != nil {
		r.wrong(name, nil)
	}
	return record{op: r.op, row: r.row, path: path, fields: fields, fail: r.fail}
}

func (r record) code(name string) Code {
	inner := r.object(name)
	return Code{Code: inner.text("code"), Name: inner.text("codeName")}
}

func (r record) needCode(name string) Code {
	inner := r.needObject(name)
	return Code{Code: inner.needText("code"), Name: inner.text("codeName")}
}

// currency is KRW where the row names none, as in answers of 2022.
func (r record) currency(name string) money.Currency {
	code := r.code(name).Code
	if code == "" {
		return money.KRW
	}
	c, err := money.ParseCurrency(code)
	if err != nil {
		r.wrong(name, err)
	}
	return c
}

// rate is an exchange rate, 1 where the row names none.
func (r record) rate(name string) money.Decimal {
	if !r.has(name) {
		return money.Int(1)
	}
	return r.amount(name)
}
