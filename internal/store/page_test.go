package store_test

import (
	"encoding/base64"
	"testing"

	"pgregory.net/rapid"

	"jeongsan/internal/fault"
	"jeongsan/internal/store"
)

func TestWhat_a_token_leaves_to_read_is_what_lies_behind_it(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := hosting(t).Partition("invoice")
		q := store.Query{Partition: p, Descending: rapid.Bool().Draw(t, "descending")}
		last := p.Key("in", text(t, "last")).Sort()
		sort := p.Key("in", text(t, "other")).Sort()
		q.Prefix = []string{"in"}
		q.Token = q.TokenAfter(last)
		from, to, err := q.Remaining()
		if err != nil {
			t.Fatal(err)
		}
		left := sort >= from && (to == "" || sort < to)
		behind := sort > last
		if q.Descending {
			behind = sort < last
		}
		if left != behind {
			t.Fatalf("%q after %q, descending %v: left %v", sort, last, q.Descending, left)
		}
	})
}

func TestA_token_cannot_lead_out_of_its_query(t *testing.T) {
	p := hosting(t).Partition("invoice")
	q := store.Query{Partition: p, From: []string{"b"}, To: []string{"d"}}
	inside, err := base64.RawURLEncoding.DecodeString(q.TokenAfter("c"))
	if err != nil {
		t.Fatal(err)
	}
	for _, position := range []string{"a", "d", "e", ""} {
		forged := append(inside[:len(inside)-1:len(inside)-1], position...)
		q.Token = base64.RawURLEncoding.EncodeToString(forged)
		if _, _, err := q.Remaining(); !fault.Is(err, fault.Invalid) {
			t.Errorf("a token that stands at %q was taken: %v", position, err)
		}
	}
	q.Token = base64.RawURLEncoding.EncodeToString(inside)
	if _, _, err := q.Remaining(); err != nil {
		t.Error(err)
	}
}

func TestA_page_size_is_within_1_and_the_most(t *testing.T) {
	for limit, want := range map[int]int{-1: store.MaxPage, 0: store.MaxPage, 1: 1, store.MaxPage: store.MaxPage, store.MaxPage + 1: store.MaxPage} {
		if got := (store.Query{Limit: limit}).PageSize(); got != want {
			t.Errorf("limit %d: %d a page, want %d", limit, got, want)
		}
	}
}
