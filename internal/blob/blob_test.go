package blob_test

import (
	"encoding/json"
	"mime"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"jeongsan/internal/blob"
	"jeongsan/internal/fault"
	"jeongsan/internal/store"
)

func tenant(t interface{ Fatal(...any) }, s string) store.Tenant {
	tn, err := store.ParseTenant(s)
	if err != nil {
		t.Fatal(err)
	}
	return tn
}

func TestA_key_cannot_leave_its_tenants_prefix(t *testing.T) {
	han := tenant(t, "han-cloud")
	for _, segments := range [][]string{nil, {""}, {".."}, {"."}, {"a", "..", "b"}, {"a/b"}, {`a\b`}, {".hidden"}, {"@a"}, {"-a"}, {"가"}, {"a b"}, {"a\x00"}, {strings.Repeat("a", 201)}} {
		if k, err := blob.NewKey(han, blob.Books, segments...); !fault.Is(err, fault.Invalid) || !k.IsZero() {
			t.Errorf("%q makes the key %q", segments, k)
		}
	}
	if _, err := blob.NewKey(store.Tenant{}, blob.Books, "a"); !fault.Is(err, fault.Invalid) {
		t.Error("a key without a tenant is made")
	}
	if _, err := blob.NewKey(han, "forever", "a"); !fault.Is(err, fault.Invalid) {
		t.Error("a key of an unknown class is made")
	}
	if _, err := blob.ParseKey(han, "books/other-msp/a"); !fault.Is(err, fault.Forbidden) {
		t.Error("another tenant's key is read")
	}
}

func TestA_key_longer_than_S3_takes_is_refused(t *testing.T) {
	long := strings.Repeat("a", 200)
	if _, err := blob.NewKey(tenant(t, "han-cloud"), blob.Books, long, long, long, long, long); err != nil {
		t.Fatal(err)
	}
	if _, err := blob.NewKey(tenant(t, "han-cloud"), blob.Books, long, long, long, long, long, "12345"); !fault.Is(err, fault.Invalid) {
		t.Fatalf("a key over %d bytes: %v", blob.MaxKey, err)
	}
}

func TestA_key_in_a_document_reads_back_as_itself(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		segments := rapid.SliceOfN(rapid.StringMatching(`[A-Za-z0-9][A-Za-z0-9._=-]{0,20}`), 1, 5).Draw(t, "segments")
		class := rapid.SampledFrom([]blob.Class{blob.Staging, blob.Working, blob.Books, blob.TaxLocked, blob.Audit}).Draw(t, "class")
		k, err := blob.NewKey(tenant(t, "han-cloud"), class, segments...)
		if err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(k)
		if err != nil {
			t.Fatal(err)
		}
		var read blob.Key
		if err := json.Unmarshal(text, &read); err != nil || read != k {
			t.Fatalf("%s reads back as %q, %v", text, read, err)
		}
	})
	text, err := json.Marshal(blob.Key{})
	if err != nil {
		t.Fatal(err)
	}
	read := blob.Key{}
	if err := json.Unmarshal(text, &read); err != nil || !read.IsZero() {
		t.Fatalf("no key reads back as %q, %v", read, err)
	}
}

func TestAny_file_name_survives_in_a_download(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.StringOfN(rapid.RuneFrom([]rune(`abz09 가힣㈜漢😀"';,%*+=&~.()[]`)), 1, 40, -1).Draw(t, "name")
		header := blob.Disposition(name)
		for _, c := range []byte(header) {
			if c < ' ' || c > '~' {
				t.Fatalf("byte %d in %q", c, header)
			}
		}
		how, params, err := mime.ParseMediaType(header)
		if err != nil || how != "attachment" || params["filename"] != name {
			t.Fatalf("%q is read as %s %q, %v", header, how, params["filename"], err)
		}
	})
}
