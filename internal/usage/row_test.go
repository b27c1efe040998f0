package usage_test

import (
	"bytes"
	"testing"
	"time"

	"pgregory.net/rapid"

	"jeongsan/internal/fault"
	"jeongsan/internal/usage"
)

func same(a, b usage.Row) bool {
	amounts := a.List.Equal(b.List) && a.Promise.Equal(b.Promise) && a.MemberPrice.Equal(b.MemberPrice) && a.MemberPromise.Equal(b.MemberPromise) && a.Other.Equal(b.Other) && a.Cost.Equal(b.Cost)
	texts := a.Service == b.Service && a.Kind == b.Kind && a.Region == b.Region && a.Detail == b.Detail && a.Plan == b.Plan && a.Resource == b.Resource && a.Ref == b.Ref && a.Quantity == b.Quantity
	return amounts && texts && a.Start.Equal(b.Start) && a.End.Equal(b.End) && a.VM == b.VM
}

func TestA_row_comes_back_as_it_was(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := anyRow.Draw(t, "row")
		encoded := r.Append(nil)
		back, err := usage.DecodeRow(encoded)
		if err != nil || !same(r, back) {
			t.Fatalf("%+v came back as %+v, %v", r, back, err)
		}
		if again := back.Append(nil); !bytes.Equal(encoded, again) {
			t.Fatalf("%x became %x", encoded, again)
		}
	})
}

func TestRows_have_equal_bytes_when_and_only_when_they_are_equal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := anyRow.Draw(t, "a"), anyRow.Draw(t, "b")
		if same(a, b) != bytes.Equal(a.Append(nil), b.Append(nil)) {
			t.Fatalf("%+v and %+v", a, b)
		}
	})
	t.Run("however a number was written and in whatever zone a time stands", func(t *testing.T) {
		a := usage.Row{Cost: d("1.50"), Start: time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)}
		b := usage.Row{Cost: d("15e-1"), Start: time.Date(2026, 10, 1, 9, 0, 0, 0, time.FixedZone("KST", 9*60*60))}
		if !bytes.Equal(a.Append(nil), b.Append(nil)) {
			t.Error("equal rows have other bytes")
		}
	})
	t.Run("text cannot move from one field into the next", func(t *testing.T) {
		a, b := usage.Row{Service: "ab", Kind: "c"}, usage.Row{Service: "a", Kind: "bc"}
		if bytes.Equal(a.Append(nil), b.Append(nil)) {
			t.Error("different rows have the same bytes")
		}
	})
}

func TestA_settled_row_adds_up(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := anyRow.Draw(t, "row")
		if left := r.List.Sub(r.Promise).Sub(r.MemberPrice).Sub(r.MemberPromise).Sub(r.Other); !left.Equal(r.Cost) {
			t.Fatalf("%+v leaves %s", r, left)
		}
	})
}

func TestDamaged_bytes_are_no_row(t *testing.T) {
	whole := row("서버", "1234.5").Append(nil)
	for what, b := range map[string][]byte{
		"nothing":          {},
		"another form":     append([]byte{9}, whole[1:]...),
		"one byte too few": whole[:len(whole)-1],
		"one byte more":    append(bytes.Clone(whole), 0),
		"an endless text":  {1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1},
		"no number":        bytes.Replace(whole, []byte("1234.5"), []byte("12x4.5"), 1),
		"a huge exponent":  bytes.Replace(whole, []byte("1234.5"), []byte("9e9999"), 1),
	} {
		t.Run(what, func(t *testing.T) {
			if r, err := usage.DecodeRow(b); !fault.Is(err, fault.Internal) {
				t.Errorf("read as %+v, %v", r, err)
			}
		})
	}
	for n := range whole {
		if _, err := usage.DecodeRow(whole[:n]); !fault.Is(err, fault.Internal) {
			t.Fatalf("the first %d bytes are read: %v", n, err)
		}
	}
}

// FuzzDecodeRow: whatever the bytes, there is a row or a fault, and what is read can be written and read again.
func FuzzDecodeRow(f *testing.F) {
	f.Add([]byte{})
	f.Add(row("서버", "1234.5").Append(nil))
	f.Add(usage.Row{VM: true}.Append(nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := usage.DecodeRow(b)
		if err != nil {
			if !fault.Is(err, fault.Internal) {
				t.Errorf("got %v", err)
			}
			return
		}
		if back, err := usage.DecodeRow(r.Append(nil)); err != nil || !same(r, back) {
			t.Errorf("%+v came back as %+v, %v", r, back, err)
		}
	})
}
