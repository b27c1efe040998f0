package store

import (
	"regexp"
	"strings"
	"unicode/utf8"

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

func (p Partition) validate() error {
	switch {
	case p.IsZero():
		return fault.Invalidf("document.partition", fault.T("파티션이 없습니다.", "The partition is missing."))
	case len(p.name) > MaxPartition:
		return fault.Invalidf("document.partition", fault.T("파티션 키가 %d바이트로 최대 %d바이트를 넘습니다.", "The partition key has %d bytes, more than the %d allowed.", len(p.name), MaxPartition))
	case !utf8.ValidString(p.name):
		return fault.Invalidf("document.partition", fault.T("파티션 키가 올바른 UTF-8이 아닙니다.", "The partition key is not UTF-8."))
	}
	return nil
}

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

// Validate refuses a key that was never named, that is longer than MaxPartition or MaxSortKey allow, or that holds
// text which is not UTF-8: engines that store keys as text would let two such keys become one.
func (k Key) Validate() error {
	switch {
	case k.IsZero():
		return fault.Invalidf("document.key", fault.T("문서 키가 없습니다.", "The document has no key."))
	case len(k.sort) > MaxSortKey:
		return fault.Invalidf("document.key", fault.T("문서의 정렬 키가 %d바이트로 최대 %d바이트를 넘습니다.", "The sort key of the document has %d bytes, more than the %d allowed.", len(k.sort), MaxSortKey))
	case !utf8.ValidString(k.sort):
		return fault.Invalidf("document.key", fault.T("문서의 정렬 키가 올바른 UTF-8이 아닙니다.", "The sort key of the document is not UTF-8."))
	}
	return k.Partition().validate()
}

// ValidateKeys checks what GetMany is given: at most MaxWrites keys, each valid. A key may come twice.
func ValidateKeys(keys []Key) error {
	if len(keys) > MaxWrites {
		return fault.Invalidf("document.key", fault.T("한 번에 문서를 %d개까지 읽을 수 있습니다(현재 %d개).", "At most %d documents are read at once (here %d).", MaxWrites, len(keys)))
	}
	for _, k := range keys {
		if err := k.Validate(); err != nil {
			return err
		}
	}
	return nil
}

// String is for logs and errors.
func (k Key) String() string { return k.partition + "|" + k.sort }

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
