package store_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"jeongsan/internal/fault"
	"jeongsan/internal/store"
)

func hosting(t interface {
	Helper()
	Fatal(...any)
}) store.Tenant {
	t.Helper()
	tenant, err := store.ParseTenant("hosting-one")
	if err != nil {
		t.Fatal(err)
	}
	return tenant
}

func TestA_tenant_id_is_3_to_32_lower_case_letters_digits_and_hyphens(t *testing.T) {
	for _, id := range []string{"abc", "a-b", "cloud-9", "a" + strings.Repeat("b", 31)} {
		tenant, err := store.ParseTenant(id)
		if err != nil || tenant.String() != id || tenant.IsZero() {
			t.Errorf("%q: %v, %v", id, tenant, err)
		}
	}
	for _, id := range []string{"", "ab", "Abc", "9ab", "-ab", "ab-", "a_b", "a/b", "정산소", "abc\n", "a" + strings.Repeat("b", 32)} {
		if tenant, err := store.ParseTenant(id); !fault.Is(err, fault.Invalid) || !tenant.IsZero() {
			t.Errorf("%q was taken: %v, %v", id, tenant, err)
		}
	}
}

func TestA_partition_cannot_be_named_without_a_tenant(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("it was named")
		}
	}()
	store.Tenant{}.Partition("invoice")
}

func TestPartitions_of_tenants_nouns_and_the_system_never_meet(t *testing.T) {
	tenant := hosting(t)
	other, err := store.ParseTenant("hosting")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, p := range []store.Partition{
		tenant.Partition("invoice"), tenant.Partition("invoice", ""), tenant.Partition("invoice", "2026"), tenant.Partition("invoice/2026"),
		tenant.Partition("invoice", "2026", "10"), tenant.Partition("invoice", "2026/10"), other.Partition("-one", "invoice"), other.Partition("invoice"),
		store.System(store.Due), store.System(store.Due, "hosting-one"), store.System(store.Tenants), store.System(store.Logins),
	} {
		if seen[p.String()] {
			t.Errorf("two partitions are %s", p)
		}
		seen[p.String()] = true
	}
}

// text draws segments of the bytes that escaping is about, and of any others.
func text(t *rapid.T, name string) string {
	return rapid.OneOf(rapid.StringOf(rapid.SampledFrom([]rune("/~-0 .%aF2\x00가"))), rapid.String()).Draw(t, name)
}

func drawSegments(t *rapid.T, name string) []string {
	n := rapid.IntRange(1, 4).Draw(t, name)
	out := make([]string, n)
	for i := range out {
		out[i] = text(t, name)
	}
	return out
}

func TestSegments_of_any_text_come_back_from_a_key(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := drawSegments(t, "segments")
		k := hosting(t).Partition("invoice").Key(want...)
		if got := k.Segments(); !slices.Equal(got, want) {
			t.Fatalf("%q came back as %q by way of %q", want, got, k.Sort())
		}
		if again := store.RawKey(k.Partition().String(), k.Sort()); again != k {
			t.Fatalf("%v stored and read is %v", k, again)
		}
	})
}

func TestA_prefix_selects_exactly_the_keys_that_begin_with_its_segments(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := hosting(t).Partition("invoice")
		prefix := drawSegments(t, "prefix")
		segments := drawSegments(t, "segments")
		if rapid.Bool().Draw(t, "below") {
			segments = append(slices.Clone(prefix), segments...)
		}
		from, to := store.Query{Partition: p, Prefix: prefix}.SortRange()
		sort := p.Key(segments...).Sort()
		selected := sort >= from && sort < to
		begins := len(segments) >= len(prefix) && slices.Equal(segments[:len(prefix)], prefix)
		if selected != begins {
			t.Fatalf("prefix %q, key %q: selected %v, begins with it %v", prefix, segments, selected, begins)
		}
	})
}

func TestA_key_is_held_to_its_limits(t *testing.T) {
	p := hosting(t).Partition("invoice")
	long := strings.Repeat("a", store.MaxSortKey)
	for name, c := range map[string]struct {
		key   store.Key
		valid bool
	}{
		"longest sort key": {p.Key(long), true},
		"too long":         {p.Key(long + "a"), false},
		"too long escaped": {p.Key(strings.Repeat("/", store.MaxSortKey/3+1)), false},
		"no key":           {store.Key{}, false},
		"empty sort key":   {p.Key(""), false},
		"no partition":     {store.Partition{}.Key("a"), false},
		"long partition":   {hosting(t).Partition(strings.Repeat("p", store.MaxPartition)).Key("a"), false},
		"not text":         {p.Key("\xff"), false},
	} {
		if err := c.key.Validate(); (err == nil) != c.valid || !c.valid && !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v, want valid %v", name, err, c.valid)
		}
	}
}
