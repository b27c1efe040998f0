// Package usage is what customers used, as a provider states it: rows, the immutable snapshot of one pull, and the
// small rollup of each member that decisions read.
//
// Who uses it: ingest writes it, rating and `explain` read it, the gate of a bill run adds it up. It owns the
// row's canonical encoding, the snapshot's layout and its hash, and the documents that name a snapshot. It does
// not own any provider's protocol, nor prices or contracts.
//
// Invariants: a snapshot is named by the hash of its canonical uncompressed content, so the same usage is the
// same snapshot whatever order it came in; usage rows never become store documents; a rollup is rewritten only
// when its member's content changed; sums are exact.
package usage

import (
	"encoding/binary"
	"time"

	"jeongsan/internal/fault"
	"jeongsan/internal/money"
)

// Row is one usage row in the columns of 이용 내역 (CB-21), in the provider's currency.
type Row struct {
	Service  string // 서비스: the group of an invoice line
	Kind     string // 구분
	Region   string
	Detail   string
	Plan     string // 요금제
	Resource string // instance name or resource id
	Ref      string // the provider's own reference of the row
	Quantity string // with its unit, as the provider prints it

	List          money.Decimal // 이용요금
	Promise       money.Decimal // 약정 할인
	MemberPrice   money.Decimal // 회원요금제 할인
	MemberPromise money.Decimal // 회원약정요금제 할인
	Other         money.Decimal // 기타: what else lies between List and Cost
	Cost          money.Decimal // 납부예상요금: what the provider charges

	Start, End time.Time // in whole seconds; zero: not given
	VM         bool      // a row that a VM discount applies to
}

// Settle sets Other so that the row adds up: List − discounts = Cost. Providers' rows do not always.
func (r Row) Settle() Row {
	r.Other = r.List.Sub(r.Promise).Sub(r.MemberPrice).Sub(r.MemberPromise).Sub(r.Cost)
	return r
}

const rowForm = 1 // first byte of an encoded row

func (r *Row) texts() [8]*string {
	return [...]*string{&r.Service, &r.Kind, &r.Region, &r.Detail, &r.Plan, &r.Resource, &r.Ref, &r.Quantity}
}

func (r *Row) amounts() [6]*money.Decimal {
	return [...]*money.Decimal{&r.List, &r.Promise, &r.MemberPrice, &r.MemberPromise, &r.Other, &r.Cost}
}

// Append adds the canonical encoding of the row: every field with its length in front, numbers in their shortest
// plain notation. Equal rows have equal bytes, and nothing in a text can look like a field's end.
func (r Row) Append(dst []byte) []byte {
	dst = append(dst, rowForm)
	for _, s := range r.texts() {
		dst = appendText(dst, *s)
	}
	for _, d := range r.amounts() {
		dst = appendText(dst, d.Canonical())
	}
	dst = appendTime(dst, r.Start)
	dst = appendTime(dst, r.End)
	if r.VM {
		return append(dst, 1)
	}
	return append(dst, 0)
}

func appendText(dst []byte, s string) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(s))), s...)
}

func appendTime(dst []byte, t time.Time) []byte {
	if t.IsZero() {
		return binary.AppendVarint(dst, 0)
	}
	return binary.AppendVarint(dst, t.Unix())
}

// DecodeRow reads what Append wrote.
func DecodeRow(b []byte) (Row, error) {
	c := cursor{b: b}
	var r Row
	if c.byte() != rowForm {
		return Row{}, damaged()
	}
	for _, s := range r.texts() {
		*s = string(c.text())
	}
	for _, d := range r.amounts() {
		if err := d.UnmarshalJSON(c.text()); err != nil { // a difference can have more digits than ParseDecimal takes
			return Row{}, damaged().Because(err)
		}
	}
	r.Start, r.End = c.time(), c.time()
	r.VM = c.byte() == 1
	if c.bad || len(c.b) != 0 {
		return Row{}, damaged()
	}
	return r, nil
}

// cursor reads an encoding from the front; bad stays set after the first short read.
type cursor struct {
	b   []byte
	bad bool
}

func (c *cursor) take(n int) []byte {
	if n < 0 || n > len(c.b) {
		c.bad = true
		return nil
	}
	out := c.b[:n]
	c.b = c.b[n:]
	return out
}

func (c *cursor) byte() byte {
	if b := c.take(1); len(b) == 1 {
		return b[0]
	}
	return 0
}

func (c *cursor) text() []byte {
	n, w := binary.Uvarint(c.b)
	if w <= 0 || n > uint64(len(c.b)) {
		c.bad = true
		return nil
	}
	c.take(w)
	return c.take(int(n))
}

func (c *cursor) time() time.Time {
	n, w := binary.Varint(c.b)
	if w <= 0 {
		c.bad = true
		return time.Time{}
	}
	c.take(w)
	if n == 0 {
		return time.Time{}
	}
	return time.Unix(n, 0).UTC()
}

func damaged() *fault.Fault {
	return fault.New(fault.Internal, fault.T("이용 내역 스냅샷이 손상되었습니다.", "The usage snapshot is damaged."))
}
