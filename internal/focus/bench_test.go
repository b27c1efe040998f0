package focus_test

import (
	"bytes"
	"encoding/csv"
	"io"
	"testing"

	"jeongsan/internal/focus"
	"jeongsan/internal/focus/focustest"
)

const benchRows = 20_000

// BenchmarkRead reads 1.2 exports (57 columns, corrections, taxes and credits among usage) from memory, every row decoded.
// It reports rows a second and allocations a row.
func BenchmarkRead(b *testing.B) {
	for _, form := range []struct {
		name  string
		write func(io.Writer) error
	}{
		{"csv", func(w io.Writer) error { return focustest.WriteCSV(w, focustest.Text{}, generated(benchRows)) }},
		{"csv.gz", func(w io.Writer) error { return focustest.WriteGzip(w, focustest.Text{}, generated(benchRows)) }},
		{"parquet decimal", func(w io.Writer) error {
			return focustest.WriteParquet(w, focustest.Columnar{}, generated(benchRows))
		}},
		{"parquet double", func(w io.Writer) error {
			return focustest.WriteParquet(w, focustest.Columnar{Numbers: focustest.Doubles}, generated(benchRows))
		}},
	} {
		b.Run(form.name, func(b *testing.B) {
			var file bytes.Buffer
			if err := form.write(&file); err != nil {
				b.Fatal(err)
			}
			b.SetBytes(int64(file.Len()))
			b.ReportAllocs()
			for b.Loop() {
				r, err := focus.Open(form.name, bytes.NewReader(file.Bytes()), int64(file.Len()), focus.Options{})
				if err != nil {
					b.Fatal(err)
				}
				if n := drain(b, r); n != benchRows {
					b.Fatalf("%d rows", n)
				}
			}
			b.ReportMetric(benchRows*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}

// BenchmarkEncodingCSV is what the standard library takes to cut the same CSV into cells, none of them decoded.
func BenchmarkEncodingCSV(b *testing.B) {
	var file bytes.Buffer
	if err := focustest.WriteCSV(&file, focustest.Text{}, generated(benchRows)); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(file.Len()))
	b.ReportAllocs()
	for b.Loop() {
		in := csv.NewReader(bytes.NewReader(file.Bytes()))
		in.ReuseRecord = true
		for {
			if _, err := in.Read(); err == io.EOF {
				break
			} else if err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(benchRows*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}
