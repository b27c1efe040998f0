package blob

import (
	"path"
	"regexp"
	"strings"

	"jeongsan/internal/fault"
	"jeongsan/internal/store"
)

var segmentForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._=-]{0,199}$`)

// NewKey names an object below the tenant's prefix of its class. The path is slash-separated segments of
// letters, digits, ".", "_", "=" and "-", each starting with a letter or digit, MaxKey bytes in all; it never holds a person's name.
func NewKey(t store.Tenant, c Class, segments ...string) (Key, error) {
	if t.IsZero() || len(segments) == 0 {
		return Key{}, fault.Invalidf("object.key", fault.T("객체 키에 테넌트와 경로가 필요합니다.", "An object key needs a tenant and a path."))
	}
	switch c {
	case Staging, Working, Books, TaxLocked, Audit:
	default:
		return Key{}, fault.Invalidf("object.class", fault.T("보존 등급 %q을(를) 알 수 없습니다.", "Retention class %q is not known.", c))
	}
	for _, s := range segments {
		if !segmentForm.MatchString(s) {
			return Key{}, fault.Invalidf("object.key", fault.T("객체 경로 %q에 쓸 수 없는 글자가 있습니다.", "Object path segment %q holds a character that is not allowed.", s))
		}
	}
	k := Key{t, c, path.Join(segments...)}
	if len(k.String()) > MaxKey {
		return Key{}, fault.Invalidf("object.key", fault.T("객체 키가 너무 깁니다(최대 %d바이트).", "The object key is too long (%d bytes at most).", MaxKey))
	}
	return k, nil
}

// ParseKey reads what Key.String printed and holds it to the tenant: another tenant's key is fault.Forbidden.
func ParseKey(t store.Tenant, s string) (Key, error) {
	parts := strings.Split(s, "/")
	if len(parts) < 3 {
		return Key{}, fault.Invalidf("object.key", fault.T("객체 키 %q의 형식이 올바르지 않습니다.", "Object key %q is malformed.", s))
	}
	if parts[1] != t.String() {
		return Key{}, fault.New(fault.Forbidden, fault.T("다른 테넌트의 문서입니다.", "The object belongs to another tenant."))
	}
	return NewKey(t, Class(parts[0]), parts[2:]...)
}

// String is "class/tenant/path", the name under which adapters store the object.
func (k Key) String() string { return string(k.class) + "/" + k.tenant.String() + "/" + k.path }

// Tenant is the owner of the object.
func (k Key) Tenant() store.Tenant { return k.tenant }

// Class is the object's retention class.
func (k Key) Class() Class { return k.class }

// IsZero reports whether the key was never named.
func (k Key) IsZero() bool { return k.path == "" }

// MarshalText stores a key inside documents.
func (k Key) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText reads a key out of the tenant's own document; use ParseKey for keys from outside.
func (k *Key) UnmarshalText(b []byte) error {
	if len(b) == 0 || string(b) == "//" {
		*k = Key{}
		return nil
	}
	parts := strings.SplitN(string(b), "/", 3)
	if len(parts) != 3 {
		return fault.Invalidf("object.key", fault.T("객체 키 %q의 형식이 올바르지 않습니다.", "Object key %q is malformed.", b))
	}
	t, err := store.ParseTenant(parts[1])
	if err != nil {
		return err
	}
	*k, err = ParseKey(t, string(b))
	return err
}
