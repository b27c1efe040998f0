package storetest

import (
	"fmt"
	"slices"
	"testing"

	"jeongsan/internal/store"
)

func pageCases() []testCase {
	return []testCase{
		{"a prefix selects whole segments, in both directions and any page size", prefixPages},
		{"a range takes its start and leaves its end, in both directions and any page size", rangePages},
		{"a query of nothing is one empty page", emptyPages},
		{"pages stay whole while documents are deleted and inserted", pagesUnderChange},
		{"a page whose last document is gone is still followed by the next", tokenOfDeleted},
		{"a token is refused by every other query, and when it is broken", foreignToken},
		{"the size of the page may change on the way", pageSizeMayChange},
		{"a limit of 0, or above the most, means the most", limitMeansMost},
	}
}

// fill puts a document under every awkward segment, alone and with others below it, and returns all keys in order.
func (b bench) fill() []store.Key {
	b.Helper()
	var keys []store.Key
	var writes []store.Write
	for _, s := range awkward() {
		for _, k := range []store.Key{b.key(s), b.key(s, ""), b.key(s, "b"), b.key("root", s)} {
			keys = append(keys, k)
			writes = append(writes, store.Put(document(k, "x"), store.Absent))
		}
	}
	for part := range slices.Chunk(writes, store.MaxWrites) {
		b.must("fill", part...)
	}
	slices.SortFunc(keys, bySort)
	return keys
}

func bySort(a, b store.Key) int {
	if a.Sort() < b.Sort() {
		return -1
	}
	return 1
}

// mustSelect wants the query to find exactly these keys, given in order, for each direction and several page sizes.
func (b bench) mustSelect(q store.Query, want []store.Key) {
	b.Helper()
	for _, descending := range []bool{false, true} {
		wanted := slices.Clone(want)
		if descending {
			slices.Reverse(wanted)
		}
		for _, limit := range []int{7, len(want), 0} {
			if limit > len(want) {
				continue // one page, as without a limit
			}
			q.Descending, q.Limit = descending, limit
			if got := keysOf(b.all(q)); !slices.Equal(got, wanted) {
				b.Fatalf("prefix %q, from %q to %q, descending %v, limit %d:\n got %v\nwant %v", q.Prefix, q.From, q.To, descending, limit, got, wanted)
			}
		}
	}
}

func keysOf(documents []store.Document) []store.Key {
	out := make([]store.Key, len(documents))
	for i, d := range documents {
		out[i] = d.Key
	}
	return out
}

func where(keys []store.Key, selected func(store.Key) bool) []store.Key {
	return slices.DeleteFunc(slices.Clone(keys), func(k store.Key) bool { return !selected(k) })
}

func prefixPages(b bench) {
	keys := b.fill()
	b.mustSelect(store.Query{Partition: b.partition()}, keys)
	b.mustSelect(store.Query{Partition: b.partition(), Prefix: []string{}}, keys)
	prefixes := [][]string{{"root"}, {"root", "a"}, {"a", "b"}, {"a", ""}, {"a", "b", "c"}, {"roo"}, {""}}
	for _, s := range awkward() {
		prefixes = append(prefixes, []string{s})
	}
	for _, prefix := range prefixes {
		want := where(keys, func(k store.Key) bool {
			s := k.Segments()
			return len(s) >= len(prefix) && slices.Equal(s[:len(prefix)], prefix)
		})
		b.mustSelect(store.Query{Partition: b.partition(), Prefix: prefix}, want)
	}
}

func rangePages(b bench) {
	keys := b.fill()
	encoded := func(segments []string) string { return b.key(segments...).Sort() }
	for _, r := range []struct{ from, to []string }{
		{from: []string{"a"}},
		{to: []string{"a0"}},
		{[]string{"a"}, []string{"b"}},
		{[]string{"2026-10"}, []string{"2026-10-31"}},
		{[]string{"2026-1"}, []string{"2026-11"}},
		{[]string{"root", "a"}, []string{"root", "가"}},
		{[]string{"가"}, []string{"나"}},
		{[]string{"a"}, []string{"a"}},
		{[]string{"b"}, []string{"a"}},
	} {
		want := where(keys, func(k store.Key) bool {
			return (r.from == nil || k.Sort() >= encoded(r.from)) && (r.to == nil || k.Sort() < encoded(r.to))
		})
		b.mustSelect(store.Query{Partition: b.partition(), From: r.from, To: r.to}, want)
	}
}

func emptyPages(b bench) {
	for _, q := range []store.Query{
		{Partition: b.partition()},
		{Partition: b.partition(), Prefix: []string{"a"}},
		{Partition: b.partition(), From: []string{"a"}, Descending: true},
	} {
		if p := b.page(q); len(p.Documents) != 0 || p.Next != "" {
			b.Errorf("an empty partition reads as %v, next %q", sortKeys(p.Documents), p.Next)
		}
	}
}

func pagesUnderChange(b bench) {
	for _, descending := range []bool{false, true} {
		for _, q := range []store.Query{
			{Prefix: []string{"in"}},
			{From: []string{"in", "0"}, To: []string{"in", "9"}},
			{},
		} {
			q.Partition, q.Descending, q.Limit = b.Tenant.Partition("work", fmt.Sprint(descending, len(q.Prefix), len(q.From))), descending, 7
			b.Run(fmt.Sprintf("prefix %q, range %q, descending %v", q.Prefix, q.From, descending), func(t *testing.T) {
				pageUnderChange(bench{t, b.Harness}, q)
			})
		}
	}
}

// pageUnderChange walks 60 documents by sevens. After each page it deletes one already seen, the one the token stands
// at, one still to come, and inserts one on either side of it. Documents that live through the whole walk must come
// exactly once; of the others, none twice, and none after it was deleted.
func pageUnderChange(b bench, q store.Query) {
	const documents = 60
	at := func(i int) store.Key { return q.Partition.Key("in", numbered(i)) }
	var writes []store.Write
	for i := range documents {
		writes = append(writes, store.Put(document(at(i), "x"), store.Absent))
	}
	b.must("fill", writes...)
	survivors := map[store.Key]bool{}
	for i := range documents {
		survivors[at(i)] = true
	}
	seen := map[store.Key]bool{}
	deleted := map[store.Key]bool{}
	var order []store.Key
	for step := 0; ; step++ {
		p := b.page(q)
		for _, k := range keysOf(p.Documents) {
			if seen[k] || deleted[k] {
				b.Fatalf("%s came again, or after it was deleted (seen %v)", k, seen[k])
			}
			seen[k] = true
			order = append(order, k)
		}
		if p.Next == "" {
			break
		}
		q.Token = p.Next
		last := order[len(order)-1]
		for _, k := range []store.Key{order[len(order)/2], last, unseen(at, seen, documents, step)} {
			if !deleted[k] {
				b.must("delete", store.Delete(k, store.Always))
				deleted[k] = true
				delete(survivors, k)
			}
		}
		for i, end := range []string{"+", "-"} {
			beside := q.Partition.Key(append(last.Segments(), end, fmt.Sprint(step, i))...)
			b.must("insert", store.Put(document(beside, "x"), store.Always))
		}
	}
	for k := range survivors {
		if !seen[k] {
			b.Errorf("%s was there all the time and did not come", k)
		}
	}
	if sorted := slices.IsSortedFunc(order, bySort); sorted == q.Descending && len(order) > 1 {
		b.Errorf("the order is not kept: %v", order)
	}
}

// unseen picks one of the documents still to come, another at each step.
func unseen(at func(int) store.Key, seen map[store.Key]bool, documents, step int) store.Key {
	var rest []store.Key
	for i := range documents {
		if !seen[at(i)] {
			rest = append(rest, at(i))
		}
	}
	if len(rest) == 0 {
		return at(0)
	}
	return rest[step*5%len(rest)]
}

func tokenOfDeleted(b bench) {
	keys := []store.Key{b.key("1"), b.key("2"), b.key("3"), b.key("4")}
	for _, k := range keys {
		b.must("fill", store.Put(document(k, "x"), store.Absent))
	}
	p := b.page(store.Query{Partition: b.partition(), Limit: 2})
	b.must("delete", store.Delete(keys[1], store.Present), store.Delete(keys[0], store.Present))
	rest := b.all(store.Query{Partition: b.partition(), Limit: 2, Token: p.Next})
	if !slices.Equal(keysOf(rest), keys[2:]) {
		b.Errorf("the next page holds %v", sortKeys(rest))
	}
	b.must("delete all", store.Delete(keys[2], store.Present), store.Delete(keys[3], store.Present))
	if rest := b.all(store.Query{Partition: b.partition(), Token: p.Next}); len(rest) != 0 {
		b.Errorf("nothing is left, yet the next page holds %v", sortKeys(rest))
	}
}

func foreignToken(b bench) {
	b.fill()
	own := store.Query{Partition: b.partition(), Prefix: []string{"a"}, Limit: 1}
	token := b.page(own).Next
	if token == "" {
		b.Fatal("there is no second page to ask for")
	}
	for name, q := range map[string]store.Query{
		"other partition": {Partition: b.Tenant.Partition("posting"), Prefix: []string{"a"}},
		"other tenant":    {Partition: b.Other.Partition("invoice", "2026-10"), Prefix: []string{"a"}},
		"other prefix":    {Partition: b.partition(), Prefix: []string{"a", "b"}},
		"no prefix":       {Partition: b.partition()},
		"a range":         {Partition: b.partition(), From: []string{"a"}},
		"other direction": {Partition: b.partition(), Prefix: []string{"a"}, Descending: true},
	} {
		q.Token = token
		_, err := b.Store.Query(b.Context(), q)
		b.mustBeInvalid(name, err)
	}
	for _, broken := range []string{"x", "!", token[:len(token)/2], "A" + token, token + "/"} {
		own.Token = broken
		_, err := b.Store.Query(b.Context(), own)
		b.mustBeInvalid("a broken token", err)
	}
}

func pageSizeMayChange(b bench) {
	keys := b.fill()
	q := store.Query{Partition: b.partition()}
	var got []store.Key
	for q.Limit = 1; ; q.Limit += 3 {
		p := b.page(q)
		got = append(got, keysOf(p.Documents)...)
		if q.Token = p.Next; q.Token == "" {
			break
		}
	}
	if !slices.Equal(got, keys) {
		b.Errorf("got %v, want %v", got, keys)
	}
}

func limitMeansMost(b bench) {
	const documents = store.MaxPage + 1
	for i, err := range b.race(func(racer int) error {
		for n := racer; n < documents; n += b.racers() {
			if err := b.commit("fill", store.Put(document(b.key(fmt.Sprintf("%05d", n)), ""), store.Absent)); err != nil {
				return err
			}
		}
		return nil
	}) {
		if err != nil {
			b.Fatalf("racer %d: %v", i, err)
		}
	}
	for _, limit := range []int{0, -1, store.MaxPage + 1, store.MaxPage} {
		q := store.Query{Partition: b.partition(), Limit: limit}
		first := b.page(q) // asserts the size
		if q.Token = first.Next; q.Token == "" {
			b.Fatalf("limit %d: %d documents came as one page of %d", limit, documents, len(first.Documents))
		}
		if n := len(first.Documents) + len(b.all(q)); n != documents {
			b.Errorf("limit %d: %d documents, want %d", limit, n, documents)
		}
	}
}
