package storetest

import (
	"slices"
	"time"

	"jeongsan/internal/store"
)

func expiryCases() []testCase {
	return []testCase{
		{"a document is there until its second and absent from it on", expiresOnTheSecond},
		{"conditions take an expired document for absent", conditionsOnExpired},
		{"a put over an expired document starts at version 1", putOverExpired},
		{"queries leave expired documents out of their pages", queriesLeaveExpiredOut},
		{"a put decides anew when the document expires", expiryReplaced},
		{"a document that expired before it was written is absent", expiredAtBirth},
	}
}

func (b bench) expiring(k store.Key, body string, in time.Duration) store.Document {
	d := document(k, body)
	d.Expires = b.Clock.Now().Add(in)
	return d
}

func expiresOnTheSecond(b bench) {
	k := b.key("link")
	d := b.expiring(k, "x", time.Hour+300*time.Millisecond) // the fraction is cut off
	b.must("c1", store.Put(d, store.Absent))
	want := d.Expires.Truncate(time.Second)
	if got := b.get(k).Expires; !got.Equal(want) {
		b.Errorf("expires %s, want %s", got, want)
	}
	b.advance(want.Sub(b.Clock.Now()) - time.Millisecond)
	b.mustHold(k, 1, "x", "c1")
	b.advance(time.Millisecond)
	b.mustBeAbsent(k)
	if d := b.many(k)[0]; d.Found() || d.Key != k || d.Body != nil {
		b.Errorf("get many still returns %+v", d)
	}
	b.advance(24 * 365 * time.Hour)
	b.mustBeAbsent(k)
}

func conditionsOnExpired(b bench) {
	k := b.key("lease")
	b.must("c1", store.Put(b.expiring(k, "1", time.Hour), store.Absent))
	b.must("c2", store.Put(b.expiring(k, "2", time.Hour), store.AtVersion(1)))
	b.mustFail(0, store.Absent, store.Check(k, store.Absent))
	b.advance(time.Hour)
	b.must("absent holds", store.Check(k, store.Absent))
	for _, c := range []store.Condition{store.Present, store.AtVersion(1), store.AtVersion(2)} {
		b.mustFail(0, c, store.Check(k, c))
		b.mustFail(0, c, store.Delete(k, c))
		b.mustFail(0, c, store.Put(document(k, "3"), c))
	}
	b.must("delete", store.Delete(k, store.Always))
	b.mustBeAbsent(k)
}

func putOverExpired(b bench) {
	for i, c := range []store.Condition{store.Absent, store.AtVersion(0), store.Always} {
		k := b.key("lease", numbered(i))
		b.must("c1", store.Put(b.expiring(k, "1", time.Hour), store.Absent))
		b.must("c2", store.Put(b.expiring(k, "2", time.Hour), store.Present))
		b.mustHold(k, 2, "2", "c2")
		b.advance(time.Hour)
		b.must("c3", store.Put(document(k, "3"), c))
		b.mustHold(k, 1, "3", "c3")
		b.advance(1000 * time.Hour)
		b.mustHold(k, 1, "3", "c3")
	}
}

func queriesLeaveExpiredOut(b bench) {
	var live []store.Key
	for i := range 40 {
		k := b.key(numbered(i))
		if i%5 == 0 || i == 39 {
			b.must("live", store.Put(b.expiring(k, "x", 2*time.Hour), store.Absent))
			live = append(live, k)
			continue
		}
		b.must("short", store.Put(b.expiring(k, "x", time.Hour), store.Absent))
	}
	first := b.page(store.Query{Partition: b.partition(), Limit: 3})
	b.advance(time.Hour)
	b.mustSelect(store.Query{Partition: b.partition()}, live)
	rest := keysOf(b.all(store.Query{Partition: b.partition(), Limit: 3, Token: first.Next}))
	after := where(live, func(k store.Key) bool { return !slices.Contains(keysOf(first.Documents), k) })
	if !slices.Equal(rest, after) {
		b.Errorf("after the first page came %v, want %v", rest, after)
	}
	b.advance(time.Hour)
	b.mustSelect(store.Query{Partition: b.partition()}, nil)
}

func expiryReplaced(b bench) {
	k := b.key("link")
	b.must("c1", store.Put(b.expiring(k, "1", time.Hour), store.Absent))
	b.must("c2", store.Put(b.expiring(k, "2", 3*time.Hour), store.AtVersion(1)))
	b.advance(2 * time.Hour)
	b.mustHold(k, 2, "2", "c2")
	b.must("c3", store.Put(document(k, "3"), store.AtVersion(2)))
	b.advance(2 * time.Hour)
	b.mustHold(k, 3, "3", "c3")
}

func expiredAtBirth(b bench) {
	k := b.key("late")
	b.must("c1", store.Put(b.expiring(k, "x", -time.Hour), store.Absent))
	b.mustBeAbsent(k)
	b.must("c2", store.Put(b.expiring(k, "x", 0), store.Absent))
	b.mustBeAbsent(k)
	b.must("c3", store.Put(document(k, "y"), store.Absent))
	b.mustHold(k, 1, "y", "c3")
}
