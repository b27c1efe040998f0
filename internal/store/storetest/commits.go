package storetest

import (
	"testing"

	"jeongsan/internal/store"
)

func commitCases() []testCase {
	return []testCase{
		{"versions start at 1, rise by 1, and start at 1 again after a delete", versionsRise},
		{"the id of the commit stands on what it wrote", commitIDStored},
		{"kind, schema and body come back as they went in", contentsRoundTrip},
		{"each condition holds and fails on absent, present and versioned documents", conditionTable},
		{"the first failed condition is named with write, key and condition", firstFailureNamed},
		{"conditions see the state before the commit", conditionsSeeStateBefore},
		{"a check writes nothing and leaves the version", checkWritesNothing},
		{"deleting what is not there does nothing", deleteOfAbsent},
		{"a commit of 100 writes is made whole", hundredWritesLand},
		{"a commit of 100 writes is refused whole", hundredWritesRefused},
	}
}

func versionsRise(b bench) {
	k := b.key("1")
	b.must("c1", store.Put(document(k, "one"), store.Absent))
	b.mustHold(k, 1, "one", "c1")
	b.must("c2", store.Put(document(k, "two"), store.AtVersion(1)))
	b.must("c3", store.Put(document(k, "three"), store.Present))
	b.must("c4", store.Put(document(k, "four"), store.Always))
	b.mustHold(k, 4, "four", "c4")
	b.must("c5", store.Delete(k, store.AtVersion(4)))
	b.mustBeAbsent(k)
	b.must("c6", store.Put(document(k, "anew"), store.Always))
	b.mustHold(k, 1, "anew", "c6")
}

func commitIDStored(b bench) {
	b.must("run-1/step 가", store.Put(document(b.key("1"), "x"), store.Absent), store.Put(document(b.key("2"), "y"), store.Absent))
	b.must("run-2", store.Put(document(b.key("2"), "z"), store.AtVersion(1)))
	b.mustHold(b.key("1"), 1, "x", "run-1/step 가")
	b.mustHold(b.key("2"), 2, "z", "run-2")
}

func contentsRoundTrip(b bench) {
	for name, d := range map[string]store.Document{
		"empty":  {Kind: "mark", Schema: 1},
		"text":   {Kind: "고객", Schema: 7, Body: []byte(`{"name":"㈜정산"}`)},
		"binary": {Kind: "blob", Schema: 1 << 20, Body: []byte{0, 1, 0xff, 0, 0xfe}},
	} {
		d.Key = b.key(name)
		d.Version, d.Commit = 99, "not for the caller to set"
		b.must(name, store.Put(d, store.Absent))
		b.mustHold(d.Key, 1, string(d.Body), name)
		if got := b.get(d.Key); got.Kind != d.Kind || got.Schema != d.Schema || !got.Expires.IsZero() {
			b.Errorf("%s came back as %+v", name, got)
		}
	}
}

func conditionTable(b bench) {
	for _, c := range []struct {
		name      string
		condition store.Condition
		absent    bool // holds on an absent document
		current   bool // holds on one at version 2
	}{
		{"always", store.Always, true, true},
		{"absent", store.Absent, true, false},
		{"present", store.Present, false, true},
		{"at version 0", store.AtVersion(0), true, false},
		{"at the version", store.AtVersion(2), false, true},
		{"at an older version", store.AtVersion(1), false, false},
		{"at a newer version", store.AtVersion(3), false, false},
	} {
		for _, op := range []string{"put", "delete", "check"} {
			b.Run(c.name+", "+op, func(t *testing.T) {
				b := bench{t, b.Harness}
				missing, present := b.key(c.name, op, "missing"), b.key(c.name, op, "present")
				b.must("first", store.Put(document(present, "1"), store.Absent))
				b.must("second", store.Put(document(present, "2"), store.AtVersion(1)))
				b.expect(c.absent, write(op, missing, c.condition))
				b.expect(c.current, write(op, present, c.condition))
			})
		}
	}
}

func write(op string, k store.Key, c store.Condition) store.Write {
	switch op {
	case "put":
		return store.Put(document(k, "new"), c)
	case "delete":
		return store.Delete(k, c)
	}
	return store.Check(k, c)
}

// expect commits the write beside an innocent one; both or none must be in effect.
func (b bench) expect(holds bool, w store.Write) {
	b.Helper()
	beside := store.Put(document(b.key(append(w.Document.Key.Segments(), "beside")...), "x"), store.Absent)
	if !holds {
		b.mustFail(1, w.Condition, beside, w)
		b.mustBeAbsent(beside.Document.Key)
		return
	}
	b.must("holds", beside, w)
	b.mustHold(beside.Document.Key, 1, "x", "holds")
}

func firstFailureNamed(b bench) {
	b.must("c1", store.Put(document(b.key("taken"), "x"), store.Absent))
	b.mustFail(1, store.AtVersion(5),
		store.Put(document(b.key("free"), "x"), store.Absent),
		store.Check(b.key("taken"), store.AtVersion(5)),
		store.Delete(b.key("missing"), store.Present),
		store.Put(document(b.key("taken", "below"), "x"), store.AtVersion(1)),
	)
	b.mustBeAbsent(b.key("free"))
	b.mustFail(0, store.Absent, store.Put(document(b.key("taken"), "again"), store.Absent))
	b.mustHold(b.key("taken"), 1, "x", "c1")
}

func conditionsSeeStateBefore(b bench) {
	b.must("c1", store.Put(document(b.key("old"), "x"), store.Absent))
	b.must("move", store.Delete(b.key("old"), store.AtVersion(1)), store.Put(document(b.key("new"), "x"), store.Absent))
	b.mustBeAbsent(b.key("old"))
	b.mustHold(b.key("new"), 1, "x", "move")
}

func checkWritesNothing(b bench) {
	b.must("c1", store.Put(document(b.key("contract"), "x"), store.Absent))
	b.must("c2",
		store.Check(b.key("contract"), store.AtVersion(1)),
		store.Check(b.key("hold"), store.Absent),
		store.Put(document(b.key("bill"), "y"), store.Absent))
	b.mustHold(b.key("contract"), 1, "x", "c1")
	b.mustBeAbsent(b.key("hold"))
	b.must("only checks", store.Check(b.key("bill"), store.Present))
	b.mustFail(0, store.Absent, store.Check(b.key("bill"), store.Absent))
}

func deleteOfAbsent(b bench) {
	b.must("c1", store.Delete(b.key("missing"), store.Always), store.Delete(b.key("missing too"), store.Absent))
	b.mustBeAbsent(b.key("missing"), b.key("missing too"))
}

// hundred is a commit at the limit: puts over two partitions, deletes and checks.
func (b bench) hundred() []store.Write {
	b.must("before", store.Put(document(b.key("gone"), "x"), store.Absent), store.Put(document(b.key("checked"), "x"), store.Absent))
	writes := []store.Write{store.Delete(b.key("gone"), store.AtVersion(1)), store.Check(b.key("checked"), store.Present)}
	for i := len(writes); i < store.MaxWrites; i++ {
		k := b.key("put", numbered(i))
		if i%2 == 0 {
			k = b.Tenant.Partition("posting").Key(numbered(i))
		}
		writes = append(writes, store.Put(document(k, numbered(i)), store.Absent))
	}
	return writes
}

func hundredWritesLand(b bench) {
	writes := b.hundred()
	b.must("whole", writes...)
	b.mustBeAbsent(b.key("gone"))
	for i, w := range writes[2:] {
		b.mustHold(w.Document.Key, 1, numbered(i+2), "whole")
	}
}

func hundredWritesRefused(b bench) {
	writes := b.hundred()
	last := len(writes) - 1
	writes[last].Condition = store.Present
	b.mustFail(last, store.Present, writes...)
	b.mustHold(b.key("gone"), 1, "x", "before")
	for _, w := range writes[2:] {
		b.mustBeAbsent(w.Document.Key)
	}
}
