package focus

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"math/big"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/parquet-go/parquet-go"
	"pgregory.net/rapid"

	"jeongsan/internal/fault"
)

// scanAll cuts text into cells with the scanner.
func scanAll(r io.Reader) ([][]string, error) {
	s := newScanner(r, Options{}.withDefaults())
	var out [][]string
	for {
		raw, err := s.record()
		if err == io.EOF {
			return out, nil
		}
		if err != nil {
			return out, err
		}
		fields, err := s.split(string(raw), nil)
		if err != nil {
			return out, err
		}
		var cells []string
		for _, f := range fields {
			cells = append(cells, f.value())
		}
		out = append(out, cells)
	}
}

func cells() *rapid.Generator[string] {
	return rapid.StringOf(rapid.RuneFrom([]rune("ab,\"\n ;가🙂")))
}

func TestWhat_encoding_csv_writes_the_scanner_reads_back(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		width := rapid.IntRange(2, 5).Draw(t, "width")
		table := rapid.SliceOfN(rapid.SliceOfN(cells(), width, width), 0, 8).Draw(t, "table")
		var text bytes.Buffer
		if err := csv.NewWriter(&text).WriteAll(table); err != nil {
			t.Fatal(err)
		}
		for name, r := range map[string]io.Reader{"whole": bytes.NewReader(text.Bytes()), "byte by byte": iotest.OneByteReader(bytes.NewReader(text.Bytes()))} {
			got, err := scanAll(r)
			if err != nil || !slices.EqualFunc(got, table, slices.Equal[[]string]) {
				t.Fatalf("%s: %q gave %q, %v", name, text.String(), got, err)
			}
		}
	})
}

func TestOn_any_text_the_scanner_agrees_with_encoding_csv(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.RuneFrom([]rune("a,\"\n"))).Draw(t, "text")
		want, wantErr := readCSV(text)
		got, err := scanAll(strings.NewReader(text))
		if (err != nil) != (wantErr != nil) {
			t.Fatalf("%q: %v, encoding/csv says %v", text, err, wantErr)
		}
		if err == nil && !slices.EqualFunc(got, want, slices.Equal[[]string]) {
			t.Fatalf("%q: %q, encoding/csv reads %q", text, got, want)
		}
	})
}

func readCSV(text string) ([][]string, error) {
	r := csv.NewReader(strings.NewReader(text))
	r.FieldsPerRecord = -1
	return r.ReadAll()
}

func TestUnscaled_decimals_of_any_width_are_written_like_big_integers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := rapid.SliceOfN(rapid.Byte(), 1, 20).Draw(t, "bytes")
		if rapid.Bool().Draw(t, "small") { // sign extension of a small number
			fill := byte(0)
			if b[0]&0x80 != 0 {
				fill = 0xff
			}
			b = append(bytes.Repeat([]byte{fill}, 12), b...)
		}
		want := new(big.Int).SetBytes(b)
		if b[0]&0x80 != 0 {
			want.Sub(want, new(big.Int).Lsh(big.NewInt(1), uint(8*len(b))))
		}
		if got := string(appendUnscaled(nil, b)); got != want.String() {
			t.Fatalf("%x is %s, written %s", b, want, got)
		}
	})
}

func TestA_panic_of_the_Parquet_library_becomes_a_fault_of_the_file(t *testing.T) {
	err := (&cursor{}).fill() // reads a page of nothing, which panics
	if !errors.Is(err, parquet.ErrCorrupted) {
		t.Fatalf("got %v", err)
	}
	s := &parquetSource{name: "export", in: &inputAt{}}
	if text := fault.TextOf(s.explain(err)); strings.Contains(text.EN, "nil pointer") || !strings.Contains(text.EN, "damaged") {
		t.Errorf("shown: %s", text.EN)
	}
}
