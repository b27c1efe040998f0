package storetest

import (
	"bytes"
	"slices"

	"jeongsan/internal/store"
)

func readCases() []testCase {
	return []testCase{
		{"what a returned commit wrote is seen by every kind of read", readYourWrites},
		{"reading many keeps the order, the missing and the repeated", getManyOrder},
		{"documents do not alias what the caller put or got", noAliasing},
		{"tenants and system partitions do not see each other", tenantsIsolated},
		{"keys with any text in their segments are told apart", keysToldApart},
	}
}

func readYourWrites(b bench) {
	k := b.key("1")
	for version := int64(1); version <= 20; version++ {
		b.must("c"+numbered(int(version)), store.Put(document(k, numbered(int(version))), store.AtVersion(version-1)))
		b.mustHold(k, version, numbered(int(version)), "c"+numbered(int(version)))
		many, err := b.Store.GetMany(b.Context(), []store.Key{k})
		if err != nil || many[0].Version != version {
			b.Fatalf("get many: %+v, %v; want version %d", many, err, version)
		}
		if p := b.all(store.Query{Partition: b.partition()}); len(p) != 1 || p[0].Version != version {
			b.Fatalf("query: %+v; want version %d", p, version)
		}
	}
}

func getManyOrder(b bench) {
	other := b.Tenant.Partition("posting")
	b.must("c1",
		store.Put(document(b.key("b"), "B"), store.Absent),
		store.Put(document(b.key("a"), "A"), store.Absent),
		store.Put(document(other.Key("a"), "other"), store.Absent))
	keys := []store.Key{b.key("b"), b.key("missing"), other.Key("a"), b.key("a"), b.key("b"), b.key("missing")}
	got, err := b.Store.GetMany(b.Context(), keys)
	if err != nil {
		b.Fatal(err)
	}
	want := []string{"B", "", "other", "A", "B", ""}
	for i, d := range got {
		if d.Key != keys[i] || string(d.Body) != want[i] || d.Found() != (want[i] != "") {
			b.Errorf("place %d: %+v, want %s of %s", i, d, want[i], keys[i])
		}
	}
	if len(got) != len(keys) {
		b.Errorf("%d documents for %d keys", len(got), len(keys))
	}
	if none, err := b.Store.GetMany(b.Context(), nil); err != nil || len(none) != 0 {
		b.Errorf("no keys: %v, %v; want nothing", none, err)
	}
}

func noAliasing(b bench) {
	k := b.key("1")
	body := []byte("original")
	d := document(k, "")
	d.Body = body
	b.must("c1", store.Put(d, store.Absent))
	read := map[string]func() []byte{
		"get":      func() []byte { return b.get(k).Body },
		"get many": func() []byte { return b.many(k)[0].Body },
		"query":    func() []byte { return b.all(store.Query{Partition: b.partition()})[0].Body },
	}
	clear(body)
	for name, body := range read {
		clear(body())
		if again := body(); !bytes.Equal(again, []byte("original")) {
			b.Errorf("%s: the stored body became %q", name, again)
		}
	}
}

func (b bench) many(keys ...store.Key) []store.Document {
	b.Helper()
	documents, err := b.Store.GetMany(b.Context(), keys)
	if err != nil {
		b.Fatalf("get many: %v", err)
	}
	return documents
}

func tenantsIsolated(b bench) {
	// The names are chosen so that a careless join of tenant, noun and segments would meet.
	places := []store.Partition{
		b.Tenant.Partition("invoice"), b.Other.Partition("invoice"),
		b.Tenant.Partition("invoice", "2026-10"), b.Tenant.Partition("invoice/2026-10"),
		b.Tenant.Partition("t", b.Other.String(), "invoice"),
		store.System(store.Due, b.Tenant.String()), store.System(store.Due, b.Tenant.String(), "invoice"),
	}
	for _, p := range places {
		b.must(p.String(), store.Put(document(p.Key("1"), p.String()), store.Absent))
	}
	for _, p := range places {
		b.mustHold(p.Key("1"), 1, p.String(), p.String())
		found := b.all(store.Query{Partition: p})
		if len(found) != 1 || string(found[0].Body) != p.String() {
			b.Errorf("partition %s holds %v", p, sortKeys(found))
		}
	}
	b.must("delete", store.Delete(places[0].Key("1"), store.Present))
	for _, p := range places[1:] {
		b.mustHold(p.Key("1"), 1, p.String(), p.String())
	}
}

// awkward are segments that meet when keys are escaped, joined, cut or ordered carelessly.
func awkward() []string {
	return []string{
		"a", "a-b", "a/b", "a0", "a.b", "a b", "a~b", "a~2Fb", "a\x00", "a\x00b", "aa", "A", "b", "~", "/", "-", "0", "%2F",
		"가", "가나", "가-나", "나", "각", "\u1100\u1161\u11a8", "\U0001F4B0", "\U0010FFFF", "한국 상점(주)", "2026-10", "2026-10-31", "2026-1",
	}
}

func keysToldApart(b bench) {
	var writes []store.Write
	for _, s := range awkward() {
		writes = append(writes, store.Put(document(b.key(s), s), store.Absent), store.Put(document(b.key(s, "below"), s+" below"), store.Absent))
	}
	b.must("all", writes...)
	for _, s := range awkward() {
		b.mustHold(b.key(s), 1, s, "all")
		b.mustHold(b.key(s, "below"), 1, s+" below", "all")
	}
	for _, d := range b.all(store.Query{Partition: b.partition()}) {
		if s := d.Key.Segments(); string(d.Body) != s[0] && (len(s) != 2 || string(d.Body) != s[0]+" below") {
			b.Errorf("%q came back under %q", d.Body, s)
		}
	}
	if found := sortKeys(b.all(store.Query{Partition: b.partition()})); len(found) != len(writes) || !slices.IsSorted(found) {
		b.Errorf("the partition reads as %d keys of %d, sorted: %v", len(found), len(writes), slices.IsSorted(found))
	}
}
