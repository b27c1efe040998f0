package store

import (
	"regexp"
	"strings"

	"jeongsan/internal/fault"
)

// Tenant identifies one MSP. It can only be had from ParseTenant, so that a key without a tenant cannot be built.
type Tenant struct{ id string }

var tenantForm = regexp.MustCompile(`^[a-z][a-z0-9-]{1,30}[a-z0-9]$`)

// ParseTenant accepts 3 to 32 lower-case letters, digits and hyphens, starting with a letter.
func ParseTenant(s string) (Tenant, error) {
	if !tenantForm.MatchString(s) {
		return Tenant{}, fault.Invalidf("tenant", fault.T("테넌트 ID %q은(는) 영문 소문자로 시작하는 3~32자의 소문자·숫자·하이픈이어야 합니다.", "Tenant id %q must be 3 to 32 lower-case letters, digits or hyphens, starting with a letter.", s))
	}
	return Tenant{s}, nil
}

// String is the tenant's id.
func (t Tenant) String() string { return t.id }

// IsZero reports whether no tenant was given.
func (t Tenant) IsZero() bool { return t.id == "" }

// Partition is a group of documents that can be queried together.
type Partition struct{ name string }

// Partition names a group of the tenant's documents: a noun and, where it is split further, more segments
// (an account, a month). It panics on the zero Tenant: that is a defect, never input.
func (t Tenant) Partition(noun string, more ...string) Partition {
	if t.id == "" {
		panic("store: a partition needs a tenant")
	}
	return Partition{"t/" + t.id + "/" + encode(append([]string{noun}, more...))}
}

// SystemPartition is one of the few groups that belong to no tenant.
type SystemPartition string

const (
	Tenants SystemPartition = "tenants" // registry: one document a tenant
	Logins  SystemPartition = "logins"  // log-in e-mail → tenant
	Due     SystemPartition = "due"     // sharded work that is due: outbox rows and timers
	Local   SystemPartition = "local"   // the one-machine stack's own state: clock offset, last firings
)

// System names a system partition, optionally a shard of it.
func System(p SystemPartition, shard ...string) Partition {
	return Partition{"s/" + encode(append([]string{string(p)}, shard...))}
}

// String is the encoded partition key, as engines store it.
func (p Partition) String() string { return p.name }

// IsZero reports whether the partition was never named.
func (p Partition) IsZero() bool { return p.name == "" }

// Key addresses one document. It is comparable.
type Key struct {
	partition string
	sort      string
}

// Key names a document by the segments of its sort key; segments may hold any text, "/" included.
func (p Partition) Key(segments ...string) Key {
	return Key{p.name, encode(segments)}
}

// RawKey rebuilds a key from what an engine stored; only engines call it.
func RawKey(partition, sort string) Key { return Key{partition, sort} }

// Partition is the key's partition.
func (k Key) Partition() Partition { return Partition{k.partition} }

// Sort is the encoded sort key, as engines store and order it.
func (k Key) Sort() string { return k.sort }

// Segments are the segments the sort key was made of.
func (k Key) Segments() []string {
	parts := strings.Split(k.sort, "/")
	for i, p := range parts {
		parts[i] = unescape(p)
	}
	return parts
}

// IsZero reports whether the key was never named.
func (k Key) IsZero() bool { return k.partition == "" || k.sort == "" }

// String is for logs and errors.
func (k Key) String() string { return k.partition + "|" + k.sort }

// SortRange turns a query's prefix or range into the half-open range [from, to) of encoded sort keys that
// engines compare bytewise; to == "" means no upper end. A prefix matches whole segments only: ["a"] selects
// the key "a" and everything below "a/".
func (q Query) SortRange() (from, to string) {
	if q.Prefix != nil {
		p := encode(q.Prefix)
		return p, p + "0" // '0' is the byte after '/': "a", "a/…" and nothing else is in ["a", "a0") — see escape
	}
	if q.From != nil {
		from = encode(q.From)
	}
	if q.To != nil {
		to = encode(q.To)
	}
	return from, to
}

func encode(segments []string) string {
	out := make([]string, len(segments))
	for i, s := range segments {
		out[i] = escape(s)
	}
	return strings.Join(out, "/")
}

// escape keeps "/" the smallest byte of an encoded key after the segment's own end: every byte at or below '/'
// is written %XX with '%' itself moved to '~', so that siblings such as "a-b" cannot fall between "a" and "a/".
func escape(s string) string {
	if !strings.ContainsFunc(s, func(r rune) bool { return r <= '/' || r == '~' }) {
		return s
	}
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(s) {
		if c := s[i]; c <= '/' || c == '~' {
			b.WriteByte('~')
			b.WriteByte(hex[c>>4])
			b.WriteByte(hex[c&15])
			continue
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

func unescape(s string) string {
	if !strings.Contains(s, "~") {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '~' && i+2 < len(s) {
			b.WriteByte(nibble(s[i+1])<<4 | nibble(s[i+2]))
			i += 2
			continue
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

func nibble(c byte) byte {
	if c >= 'A' {
		return c - 'A' + 10
	}
	return c - '0'
}
