package popbill

import (
	"context"
	"net/url"
	"strconv"
	"strings"

	"jeongsan/internal/calendar"
)

// SearchBy is which of a document's dates a search looks at.
type SearchBy string

// The dates.
const (
	ByRegistered SearchBy = "R" // 등록일자
	ByWritten    SearchBy = "W" // 작성일자
	ByIssued     SearchBy = "I" // 발행일자
)

// Search asks for documents of the member, however they came to Popbill. From and To are at most six months apart.
type Search struct {
	By       SearchBy
	From, To calendar.Date

	State    []string // "3**", "304"; none: all
	Type     []string // N ordinary, M amendment
	TaxType  []string // T taxed, N exempt, Z zero-rated
	LateOnly bool
	Text     string // in the other party's name or number
	Key      string // part of the document's key

	OldestFirst bool
	Page        int // from 1
	PerPage     int // 1,000 at most; 0: 500
}

// Found is one page of a search.
type Found struct {
	Total     int    `json:"total"`
	PerPage   int    `json:"perPage"`
	Page      int    `json:"pageNum"`
	PageCount int    `json:"pageCount"`
	List      []Info `json:"list"`
}

// Search returns one page. Documents issued while pages are read move those that follow: read with OldestFirst.
func (c *Client) Search(ctx context.Context, m Member, s Search) (Found, error) {
	return ask[Found](ctx, c, m, call{name: "Search", path: "/Taxinvoice/SELL?" + s.query()})
}

// query is written in the order of the official client.
func (s Search) query() string {
	var q []string
	add := func(name, value string) {
		if value != "" {
			q = append(q, name+"="+value)
		}
	}
	add("DType", string(s.By))
	add("SDate", s.From.Compact())
	add("EDate", s.To.Compact())
	add("State", escapedList(s.State))
	add("Type", escapedList(s.Type))
	add("TaxType", escapedList(s.TaxType))
	if s.LateOnly {
		add("LateOnly", "1")
	}
	add("QString", url.PathEscape(s.Text)) // a space is %20 there
	add("MgtKey", url.QueryEscape(s.Key))
	add("Order", map[bool]string{true: "A", false: "D"}[s.OldestFirst])
	add("Page", strconv.Itoa(max(s.Page, 1)))
	perPage := s.PerPage
	if perPage < 1 || perPage > 1000 {
		perPage = 500
	}
	add("PerPage", strconv.Itoa(perPage))
	return strings.Join(q, "&")
}

func escapedList(values []string) string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = strings.ReplaceAll(url.QueryEscape(v), "%2A", "*")
	}
	return strings.Join(out, ",")
}
