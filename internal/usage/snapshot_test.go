package usage_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"jeongsan/internal/fault"
	"jeongsan/internal/money"
	"jeongsan/internal/usage"
)

const roomy = 1 << 20

func TestA_snapshot_keeps_every_row_and_adds_exactly(t *testing.T) {
	members, rows := small()
	s := build(t, roomy, members, rows)
	if len(s.index.Members) != 3 || s.index.Members[0].ID != "1000001" || s.index.Members[2].ID != "1000003" {
		t.Fatalf("members are %+v", s.index.Members)
	}
	for _, c := range []struct {
		member                  string
		rows                    int
		cost, charged, residual string
	}{
		{"1000001", 4, "106527.4", "114570", "8042.6"},
		{"1000002", 3, "0.25", "0.25", "0"}, // no statement: rows are all there is
		{"1000003", 0, "0", "-3", "-3"},
	} {
		e := s.entry(t, c.member)
		if e.Rows != c.rows || e.Cost.Canonical() != c.cost || e.Charged().Canonical() != c.charged || e.Residual().Canonical() != c.residual {
			t.Errorf("%s has %d rows, cost %s, charged %s, residual %s", c.member, e.Rows, e.Cost, e.Charged(), e.Residual())
		}
	}
	if got := s.index.Charged().Canonical(); got != "114567.25" {
		t.Errorf("the provider's bill is %s", got)
	}
	t.Run("twins are both kept", func(t *testing.T) {
		m, got := readAll(t, s, "1000001")
		twins := 0
		for _, r := range got {
			if same(r, rows[2].row) {
				twins++
			}
		}
		if len(got) != 4 || twins != 2 {
			t.Errorf("%d rows, %d of the twins", len(got), twins)
		}
		if m.Total == nil || !m.Total.Amount.Equal(d("114570")) || len(m.Total.Parts) != 1 {
			t.Errorf("the statement is %+v", m)
		}
	})
	t.Run("a member can have a statement and no row", func(t *testing.T) {
		if m, got := readAll(t, s, "1000003"); len(got) != 0 || m.Name != "행 없는 회원" {
			t.Errorf("%+v with %d rows", m, len(got))
		}
	})
}

func TestThe_name_of_a_snapshot_depends_on_nothing_but_its_content(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var rows []of
		for i := range rapid.IntRange(1, 40).Draw(t, "rows") {
			rows = append(rows, of{fmt.Sprint("m", rapid.IntRange(0, 4).Draw(t, "member")), row(fmt.Sprint("s", i%3), fmt.Sprintf("%d.%03d", i%5, i%7))})
		}
		members := []usage.Member{{ID: "m0", Name: "이름"}, {ID: "m9"}}
		plain := checked(t, roomy, members, rows)
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		rng.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
		spilled := checked(t, rapid.IntRange(1, 2000).Draw(t, "budget"), members, rows)
		if plain.hash != spilled.hash || !bytes.Equal(plain.bytes, spilled.bytes) {
			t.Fatalf("%s of %d bytes became %s of %d", plain.hash, len(plain.bytes), spilled.hash, len(spilled.bytes))
		}
	})
}

// checked is build inside a property.
func checked(t *rapid.T, budget int, members []usage.Member, rows []of) snapshot {
	b := usage.NewBuilder(&spool{}).WithBudget(budget)
	for _, m := range members {
		if err := b.Member(m); err != nil {
			t.Fatal(err)
		}
	}
	for _, r := range rows {
		if err := b.Row(r.member, r.row); err != nil {
			t.Fatal(err)
		}
	}
	var out bytes.Buffer
	x, hash, err := b.Finish(meta, &out)
	if err != nil {
		t.Fatal(err)
	}
	return snapshot{x, hash, out.Bytes()}
}

func TestAny_other_content_has_another_name(t *testing.T) {
	members, rows := small()
	before := build(t, roomy, members, rows)
	seen := map[string]string{before.hash: "the snapshot itself"}
	for what, s := range map[string]snapshot{
		"a row less":       build(t, roomy, members, rows[1:]),
		"a twin more":      build(t, roomy, members, append(rows[:len(rows):len(rows)], rows[2])),
		"a row moved":      build(t, roomy, members, append(rows[1:len(rows):len(rows)], of{"1000001", rows[0].row})),
		"a cost":           build(t, roomy, members, append(rows[1:len(rows):len(rows)], of{"1000002", row("서버", "0.2")})),
		"no statements":    build(t, roomy, nil, rows),
		"an empty month":   build(t, roomy, nil, nil),
		"a statement less": build(t, roomy, members[:1], rows),
	} {
		if other, twice := seen[s.hash]; twice {
			t.Errorf("%s has the name of %s", what, other)
		}
		seen[s.hash] = what
	}
	x := before.index
	x.Meta.Currency = money.USD
	if x.Hash() == before.hash {
		t.Error("another currency has the same name")
	}
	if e, changed := before.entry(t, "1000002"), build(t, roomy, members, rows[1:]).entry(t, "1000001"); changed.Hash != before.entry(t, "1000001").Hash || e.Hash == changed.Hash {
		t.Error("a member's hash does not follow its own content alone")
	}
}

func TestMemory_is_bounded_even_when_an_export_is_sorted_by_member(t *testing.T) {
	const budget = 64 << 10
	b := usage.NewBuilder(&spool{}).WithBudget(budget)
	most := 0
	for member := range 50 {
		for i := range 200 {
			if err := b.Row(fmt.Sprint(member), row(strings.Repeat("x", 200), fmt.Sprint(i))); err != nil {
				t.Fatal(err)
			}
			most = max(most, b.Held())
		}
	}
	if most > 3*budget {
		t.Errorf("the builder holds %d bytes of room on a budget of %d", most, budget)
	}
}

func TestWhat_belongs_to_nobody_or_comes_twice_is_refused(t *testing.T) {
	b := usage.NewBuilder(&spool{})
	if err := b.Row("", row("서버", "1")); !fault.Is(err, fault.Invalid) {
		t.Errorf("a row of nobody: %v", err)
	}
	if err := b.Member(usage.Member{}); !fault.Is(err, fault.Invalid) {
		t.Errorf("a statement of nobody: %v", err)
	}
	if err := errors.Join(b.Row("1", row("서버", "1")), b.Member(usage.Member{ID: "1"})); err != nil {
		t.Fatal(err)
	}
	if err := b.Member(usage.Member{ID: "1"}); !fault.Is(err, fault.Invalid) {
		t.Errorf("a second statement: %v", err)
	}
	if err := b.Row("1", row(strings.Repeat("x", usage.MaxRow), "1")); !fault.Is(err, fault.Invalid) {
		t.Errorf("a row too large to be read again: %v", err)
	}
	var out bytes.Buffer
	if x, _, err := b.Finish(meta, &out); err != nil || len(x.Members) != 1 || x.Members[0].Rows != 1 {
		t.Errorf("what was refused is in the snapshot: %+v, %v", x, err)
	}
}

// full is scratch space that takes nothing more.
type full struct{ spool }

func (*full) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

func TestA_full_disk_is_told_without_its_inner_words(t *testing.T) {
	b := usage.NewBuilder(&full{}).WithBudget(1)
	err := b.Row("1", row("서버", "1"))
	if !fault.Is(err, fault.Unavailable) || strings.Contains(fault.TextOf(err).EN, "device") {
		t.Errorf("got %v", err)
	}
}

func TestThe_index_in_a_bucket_is_the_one_that_was_written(t *testing.T) {
	members, rows := small()
	s := build(t, roomy, members, rows)
	bucket, key := kept(t, s)
	x, err := usage.ReadIndex(context.Background(), bucket, key)
	if err != nil || x.Hash() != s.hash || len(x.Members) != 3 || x.Members[1].Offset != s.index.Members[1].Offset || !x.Charged().Equal(s.index.Charged()) {
		t.Errorf("%+v, %v", x, err)
	}
}

func TestGarbage_has_no_index(t *testing.T) {
	members, rows := small()
	whole := build(t, roomy, members, rows).bytes
	tail := func(length uint64, form string) []byte {
		return append(binary.BigEndian.AppendUint64(bytes.Clone(whole[:len(whole)-16]), length), form...)
	}
	flipped := bytes.Clone(whole)
	flipped[len(flipped)-16-6] ^= 1 // in gzip's checksum of the index
	for what, b := range map[string][]byte{
		"nothing":                     {},
		"fewer bytes than a trailer":  []byte("JSUSAGE1"),
		"text":                        bytes.Repeat([]byte("정산"), 100),
		"another form":                tail(64, "JSUSAGE9"),
		"an index of no length":       tail(0, "JSUSAGE1"),
		"an index larger than it all": tail(1<<40, "JSUSAGE1"),
		"a negative length":           tail(1<<63+5, "JSUSAGE1"),
		"an index that is cut":        tail(20, "JSUSAGE1"),
		"a cut object":                whole[:len(whole)-1],
		"a flipped bit":               flipped,
	} {
		t.Run(what, func(t *testing.T) {
			bucket, key := kept(t, snapshot{bytes: b})
			if x, err := usage.ReadIndex(context.Background(), bucket, key); !fault.Is(err, fault.Internal) {
				t.Errorf("read as %+v, %v", x, err)
			}
		})
	}
}

func TestDamage_to_a_member_is_seen_wherever_it_is(t *testing.T) {
	members, rows := small()
	s := build(t, roomy, members, rows)
	e := s.entry(t, "1000001")
	for i := e.Offset; i < e.Offset+e.Length; i++ {
		damaged := bytes.Clone(s.bytes)
		damaged[i] ^= 0x10
		if bytes.Equal(damaged[e.Offset:e.Offset+10], s.bytes[e.Offset:e.Offset+10]) { // gzip's own header says nothing of the content
			if err := read(t, snapshot{s.index, s.hash, damaged}, e); !fault.Is(err, fault.Internal) {
				t.Errorf("byte %d flipped: %v", i, err)
			}
		}
	}
	t.Run("by the hash of the location", func(t *testing.T) {
		other := e
		other.Hash = s.entry(t, "1000002").Hash
		if err := read(t, s, other); !fault.Is(err, fault.Internal) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("by a range that is another member's", func(t *testing.T) {
		other := s.entry(t, "1000002")
		other.Hash = e.Hash
		if err := read(t, s, other); !fault.Is(err, fault.Internal) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("by a range that ends early", func(t *testing.T) {
		short := e
		short.Length -= 9
		if err := read(t, s, short); !fault.Is(err, fault.Internal) {
			t.Errorf("got %v", err)
		}
	})
}

func read(t *testing.T, s snapshot, e usage.Entry) error {
	t.Helper()
	bucket, key := memoryBucket{bytes: s.bytes}, at(key(t), e)
	_, err := usage.ReadMember(context.Background(), bucket, key, func(usage.Row) error { return nil })
	return err
}

func TestWhoever_reads_a_member_may_stop_with_an_error_of_its_own(t *testing.T) {
	members, rows := small()
	s := build(t, roomy, members, rows)
	enough := errors.New("enough")
	calls := 0
	_, err := usage.ReadMember(context.Background(), memoryBucket{bytes: s.bytes}, at(key(t), s.entry(t, "1000001")), func(usage.Row) error { calls++; return enough })
	if err != enough || calls != 1 {
		t.Errorf("%v after %d calls", err, calls)
	}
}
