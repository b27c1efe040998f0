package ncp

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"time"

	"jeongsan/internal/fault"
)

const (
	firstPage = 1
	maxPages  = 10_000 // of one batch: ten million rows
	maxQuery  = 5_500  // bytes of a query; gateways refuse addresses of some 8 KB
)

var errStopped = errors.New("ncp: the reader has seen enough")

// listing is one paged call, of which a long member list makes several batches.
type listing struct {
	op    operation
	query url.Values
	scope Scope
	err   error // of the parameters
}

// list reads every page of every batch and hands each row to emit.
func list[T any](ctx context.Context, c *Client, l listing, read func(record) T, emit func(T) error, member func(T) string) error {
	if l.err != nil {
		return l.err
	}
	row := 0
	for _, b := range l.batches() {
		err := c.pages(ctx, l.op, b.query, func(raw json.RawMessage) error {
			row++
			r := newRecord(l.op, row, raw)
			v := read(r)
			if err := r.err(); err != nil {
				return err
			}
			if b.asked != nil && !b.asked[member(v)] {
				return notAsked(l.op, row)
			}
			return emit(v)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// A server that ignored the member list would answer every batch with everything, and all would be counted twice.
func notAsked(op operation, row int) error {
	return fault.New(fault.Invalid, fault.T(
		"네이버 클라우드가 요청하지 않은 회원의 요금으로 답했습니다. 운영자에게 알려 주세요.",
		"NCP answered with costs of a member that was not asked for. Tell the operator.")).At(fault.Place{File: op.name, Row: row, Column: "memberNo"})
}

type batch struct {
	query url.Values
	asked map[string]bool // nil: whoever there is
}

// batches splits the members, each once, so that no query is longer than maxQuery. The key is repeated
// (memberNoList=1&memberNoList=2), as clients of the live service send it.
func (l listing) batches() []batch {
	if l.scope.Members == nil {
		return []batch{{query: l.base()}}
	}
	var out []batch
	seen := map[string]bool{}
	size := 0
	for _, no := range l.scope.Members {
		if seen[no] {
			continue
		}
		seen[no] = true
		cost := len("&memberNoList=") + len(url.QueryEscape(no))
		if len(out) == 0 || size+cost > maxQuery {
			out = append(out, batch{query: l.base(), asked: map[string]bool{}})
			size = len(l.base().Encode()) + len("&responseFormatType=json&pageNo=10000&pageSize=1000")
		}
		b := out[len(out)-1]
		b.query.Add("memberNoList", no)
		b.asked[no] = true
		size += cost
	}
	return out
}

func (l listing) base() url.Values {
	q := url.Values{}
	for name, values := range l.query {
		q[name] = values
	}
	if l.scope.Partner {
		q.Set("isPartner", "true")
	}
	return q
}

func setPage(q url.Values, no, size int) {
	q.Set("pageNo", strconv.Itoa(no))
	q.Set("pageSize", strconv.Itoa(size))
}

// pages reads until as many rows came as the provider says there are. It never ends early in silence and never runs on:
// every page brings rows that were not seen before, and never more than totalRows.
func (c *Client) pages(ctx context.Context, op operation, query url.Values, row func(json.RawMessage) error) error {
	progress := paging{op: op, seen: map[[sha256.Size]byte]bool{}}
	for n := firstPage; n < firstPage+maxPages; n++ {
		setPage(query, n, c.pageSize)
		p, err := c.fetch(ctx, op, query, maxTries)
		if err != nil {
			return err
		}
		if len(p.rows) == 0 && progress.rows < p.total {
			// Whether pages count from 1 or from 0 is documented nowhere. If rows are missing, the first page may be number 0.
			setPage(query, 0, c.pageSize)
			if p, err = c.fetch(ctx, op, query, maxTries); err != nil {
				return err
			}
		}
		if err := progress.take(p); err != nil {
			return err
		}
		for _, raw := range p.rows {
			if err := row(raw); err != nil {
				return err
			}
		}
		if progress.rows == progress.total {
			return nil
		}
	}
	return changed(op, "more than "+strconv.Itoa(maxPages)+" pages")
}

// paging counts what has come against what the provider said there is.
type paging struct {
	op          operation
	started     bool
	total, rows int
	seen        map[[sha256.Size]byte]bool // digests of the pages so far
}

func (g *paging) take(p page) error {
	if p.total < 0 {
		return unreadable(g.op, errors.New("there is no totalRows"))
	}
	if !g.started {
		g.started, g.total = true, p.total
	}
	g.rows += len(p.rows)
	switch {
	case p.total != g.total:
		return changed(g.op, fmt.Sprintf("totalRows was %d and is %d", g.total, p.total))
	case g.rows > g.total:
		return changed(g.op, fmt.Sprintf("%d rows came of %d", g.rows, g.total))
	case len(p.rows) == 0 && g.rows < g.total:
		return changed(g.op, fmt.Sprintf("an empty page after %d rows of %d", g.rows, g.total))
	case g.repeated(p):
		return changed(g.op, "the same page came twice")
	}
	return nil
}

// repeated reports a page that came before: a server that ignores pageNo. Pages of one and the same row say nothing,
// since a tier's rows can be true twins.
func (g *paging) repeated(p page) bool {
	h := sha256.New()
	uniform := true
	for _, raw := range p.rows {
		h.Write(raw)
		h.Write([]byte{'\n'})
		uniform = uniform && string(raw) == string(p.rows[0])
	}
	digest := [sha256.Size]byte(h.Sum(nil))
	again := g.seen[digest]
	g.seen[digest] = true
	return again && !uniform
}

// stamps holds the writeDate of each member's rows of a month: a daily rewrite replaces them as one.
type stamps map[memberMonth]time.Time

type memberMonth struct{ member, month string }

func (s stamps) see(row ContractCost) error {
	key := memberMonth{row.MemberNo, row.Month}
	first, ok := s[key]
	if !ok {
		s[key] = row.Written
		return nil
	}
	if !first.Equal(row.Written) {
		return changed(opContractCosts, fmt.Sprintf("writeDate was %s and is %s", first.Format(time.RFC3339), row.Written.Format(time.RFC3339)))
	}
	return nil
}
