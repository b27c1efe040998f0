package store

import (
	"crypto/sha256"
	"encoding/base64"
	"strconv"

	"jeongsan/internal/fault"
)

// SortRange turns a query's prefix or range into the half-open range [from, to) of encoded sort keys that
// engines compare bytewise; to == "" means no upper end. A prefix matches whole segments only: ["a"] selects
// the key "a" and everything below "a/". It says nothing of the query's token: see Remaining.
func (q Query) SortRange() (from, to string) {
	if len(q.Prefix) > 0 {
		p := encode(q.Prefix)
		return p, p + "0" // '0' is the byte after '/': "a", "a/…" and nothing else is in ["a", "a0") — see escape
	}
	return encode(q.From), encode(q.To)
}

// Validate refuses a query without a partition, one with both a prefix and a range, and a range that ends at the
// empty segment, below which there is nothing.
func (q Query) Validate() error {
	if err := q.Partition.validate(); err != nil {
		return err
	}
	if len(q.Prefix) > 0 && len(q.From)+len(q.To) > 0 {
		return fault.Invalidf("query.prefix", fault.T("접두어와 범위를 함께 쓸 수 없습니다. 하나만 지정해 주세요.", "A query takes a prefix or a range, not both."))
	}
	if len(q.To) > 0 && encode(q.To) == "" {
		return fault.Invalidf("query.to", fault.T("범위의 끝이 비어 있습니다. 끝이 없는 범위라면 지정하지 마세요.", "The range ends at the empty segment; leave the end out for an open range."))
	}
	return nil
}

// PageSize is the number of documents a page holds at most.
func (q Query) PageSize() int {
	if q.Limit <= 0 || q.Limit > MaxPage {
		return MaxPage
	}
	return q.Limit
}

// Remaining validates the query and narrows its range to what its token leaves to read: behind the last document
// of the page before, in the query's direction, whether that document still exists or not. The range is half-open
// as that of SortRange. A token that is broken or was given for another query is fault.Invalid.
func (q Query) Remaining() (from, to string, err error) {
	from, to, last, err := q.Resume()
	switch {
	case err != nil || last == "":
		return from, to, err
	case q.Descending:
		return from, last, nil
	}
	return last + "\x00", to, nil // the least string above last
}

// Resume is Remaining for engines that page by the key to start behind: the query's whole range and, if it has a
// token, the encoded sort key the token stands at ("" on the first page), which lies in that range.
func (q Query) Resume() (from, to, last string, err error) {
	if err := q.Validate(); err != nil {
		return "", "", "", err
	}
	from, to = q.SortRange()
	if q.Token == "" {
		return from, to, "", nil
	}
	last, ok := q.position()
	if !ok || last < from || to != "" && last >= to {
		return "", "", "", fault.Invalidf("query.token", fault.T("다음 쪽 표시가 이 조회의 것이 아닙니다. 첫 쪽부터 다시 조회해 주세요.", "The page token does not belong to this query; start again from the first page."))
	}
	return from, to, last, nil
}

// TokenAfter is the Page.Next that continues the query behind the document with this encoded sort key. It is bound
// to partition, range and direction; Limit may differ from page to page.
func (q Query) TokenAfter(sort string) string {
	return base64.RawURLEncoding.EncodeToString(append(q.fingerprint(), sort...))
}

// position is the encoded sort key the token stands at.
func (q Query) position() (last string, ok bool) {
	raw, err := base64.RawURLEncoding.DecodeString(q.Token)
	mark := q.fingerprint()
	if err != nil || len(raw) <= len(mark) || string(raw[:len(mark)]) != string(mark) {
		return "", false
	}
	return string(raw[len(mark):]), true
}

// fingerprint tells queries apart; encoded keys hold no NUL, so the parts cannot run into each other.
func (q Query) fingerprint() []byte {
	from, to := q.SortRange()
	sum := sha256.Sum256([]byte(q.Partition.name + "\x00" + from + "\x00" + to + "\x00" + strconv.FormatBool(q.Descending)))
	return sum[:12]
}
