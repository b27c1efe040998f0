package storetest

import (
	"slices"
	"strings"
	"testing"

	"jeongsan/internal/store"
)

func limitCases() []testCase {
	return []testCase{
		{"a body may have 64 KiB and not a byte more", bodyLimit},
		{"a commit may have 100 writes and not one more", writesLimit},
		{"the bodies of a commit may have 3 MiB and not a byte more", commitLimit},
		{"keys at their longest are kept and longer ones are refused", keyLimit},
		{"text that is not UTF-8 is refused in a key", keysAreText},
		{"a commit without an id, without writes, or touching a document twice is refused", malformedCommits},
		{"at most 100 documents are read at once", getManyLimit},
		{"queries that contradict themselves are refused", malformedQueries},
	}
}

func (b bench) mustRefuse(what string, writes ...store.Write) {
	b.Helper()
	b.mustBeInvalid(what, b.commit("refused", writes...))
	for _, w := range writes {
		if w.Document.Key.Validate() == nil {
			b.mustBeAbsent(w.Document.Key)
		}
	}
}

func sized(k store.Key, bytes int) store.Document {
	d := document(k, "")
	d.Body = filled(bytes)
	return d
}

func bodyLimit(b bench) {
	b.must("most", store.Put(sized(b.key("1"), store.MaxBody), store.Absent))
	b.mustHold(b.key("1"), 1, string(filled(store.MaxBody)), "most")
	b.mustRefuse("a body of 64 KiB and a byte",
		store.Put(document(b.key("2"), "x"), store.Absent), store.Put(sized(b.key("3"), store.MaxBody+1), store.Absent))
}

func writesLimit(b bench) {
	var writes []store.Write
	for i := range store.MaxWrites + 1 {
		writes = append(writes, store.Put(document(b.key(numbered(i)), "x"), store.Absent))
	}
	b.mustRefuse("101 writes", writes...)
	b.must("most", writes[:store.MaxWrites]...)
}

func commitLimit(b bench) {
	var writes []store.Write
	for i := range store.MaxCommit / store.MaxBody {
		writes = append(writes, store.Put(sized(b.key(numbered(i)), store.MaxBody), store.Absent))
	}
	more := append(slices.Clone(writes), store.Put(sized(b.key("more"), 1), store.Absent))
	b.mustRefuse("bodies of 3 MiB and a byte", more...)
	b.must("most", writes...)
	for _, w := range writes {
		b.mustHold(w.Document.Key, 1, string(filled(store.MaxBody)), "most")
	}
}

func keyLimit(b bench) {
	head := len(b.Tenant.Partition("").String())
	longest := strings.Repeat("a", store.MaxSortKey)
	partition := strings.Repeat("p", store.MaxPartition-head)
	escaped := strings.Repeat("-", store.MaxSortKey/3) // each takes three bytes
	for name, k := range map[string]store.Key{
		"sort":      b.key(longest),
		"partition": b.Tenant.Partition(partition).Key("1"),
		"both":      b.Tenant.Partition(partition).Key(longest),
		"escaped":   b.key(escaped),
	} {
		b.must(name, store.Put(document(k, name), store.Absent))
		b.mustHold(k, 1, name, name)
		if found := b.all(store.Query{Partition: k.Partition(), Prefix: k.Segments()}); len(found) != 1 || found[0].Key != k {
			b.Errorf("%s: querying for the key finds %d documents", name, len(found))
		}
	}
	b.refuseKeys(map[string]store.Key{
		"sort":      b.key(longest + "a"),
		"partition": b.Tenant.Partition(partition + "p").Key("1"),
		"escaped":   b.key(escaped + "-"),
		"none":      {},
		"no sort":   b.key(),
	})
	_, err := b.Store.Query(b.Context(), store.Query{Partition: b.Tenant.Partition(partition + "p")})
	b.mustBeInvalid("a query of an overlong partition", err)
}

func keysAreText(b bench) {
	b.refuseKeys(map[string]store.Key{
		"sort":      b.key("a\xff"),
		"partition": b.Tenant.Partition("a\xff").Key("1"),
		"cut":       b.key("가"[:2]),
	})
}

// refuseKeys wants no operation to take any of the keys.
func (b bench) refuseKeys(keys map[string]store.Key) {
	b.Helper()
	for name, k := range keys {
		b.Run(name, func(t *testing.T) {
			b := bench{t, b.Harness}
			b.mustRefuse("put", store.Put(document(k, "x"), store.Absent))
			b.mustRefuse("delete", store.Delete(k, store.Always))
			b.mustRefuse("check", store.Check(k, store.Absent))
			_, err := b.Store.Get(b.Context(), k)
			b.mustBeInvalid("get", err)
			_, err = b.Store.GetMany(b.Context(), []store.Key{b.key("1"), k})
			b.mustBeInvalid("get many", err)
		})
	}
}

func malformedCommits(b bench) {
	put := store.Put(document(b.key("1"), "x"), store.Absent)
	noKind, noSchema, noOp := put, put, put
	noKind.Document.Kind, noSchema.Document.Schema, noOp.Op = "", 0, 0
	b.mustRefuse("no writes")
	b.mustRefuse("the same document twice", put, store.Check(b.key("1"), store.Absent))
	b.mustRefuse("no kind", noKind)
	b.mustRefuse("no schema number", noSchema)
	b.mustRefuse("no operation", noOp)
	b.mustBeInvalid("no id", b.Store.Commit(b.Context(), store.Commit{Writes: []store.Write{put}}))
	b.mustBeAbsent(b.key("1"))
}

func getManyLimit(b bench) {
	keys := make([]store.Key, store.MaxWrites+1)
	for i := range keys {
		keys[i] = b.key(numbered(i))
	}
	b.must("last", store.Put(document(keys[store.MaxWrites-1], "x"), store.Absent))
	if found := b.many(keys[:store.MaxWrites]...); !found[store.MaxWrites-1].Found() || found[0].Found() {
		b.Error("of 100 keys not exactly the last was found")
	}
	_, err := b.Store.GetMany(b.Context(), keys)
	b.mustBeInvalid("101 keys", err)
}

func malformedQueries(b bench) {
	for name, q := range map[string]store.Query{
		"no partition":     {},
		"prefix and start": {Partition: b.partition(), Prefix: []string{"a"}, From: []string{"b"}},
		"prefix and end":   {Partition: b.partition(), Prefix: []string{"a"}, To: []string{"b"}},
		"an empty end":     {Partition: b.partition(), To: []string{""}},
	} {
		_, err := b.Store.Query(b.Context(), q)
		b.mustBeInvalid(name, err)
	}
}
