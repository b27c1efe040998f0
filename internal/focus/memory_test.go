package focus_test

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"jeongsan/internal/focus"
	"jeongsan/internal/focus/focustest"
)

// memoryBound is of the whole heap while reading, garbage included.
const memoryBound = 64 << 20

func TestMemory_stays_flat_however_long_the_export(t *testing.T) {
	t.Run("CSV as a stream", func(t *testing.T) {
		checkHeap(t, longCSV(t, 100_000), 100_000)
	})
	t.Run("Parquet from a file", func(t *testing.T) {
		checkHeap(t, longParquet(t, 20_000, 5_000), 20_000)
	})
}

// BenchmarkPeakHeap reads 200,000 rows and reports the most heap in use on the way, garbage included.
func BenchmarkPeakHeap(b *testing.B) {
	const rows = 200_000
	for b.Loop() {
		b.ReportMetric(float64(checkHeap(b, longCSV(b, rows), rows))/(1<<20), "csv-peak-MiB")
		b.ReportMetric(float64(checkHeap(b, longParquet(b, rows, 100_000), rows))/(1<<20), "parquet-peak-MiB")
	}
}

// longCSV streams a thousand generated rows over and over.
func longCSV(tb testing.TB, rows int) *focus.Reader {
	tb.Helper()
	header, body, _ := bytes.Cut(csvOf(tb, focustest.Text{}, 1000), []byte("\n"))
	in := io.MultiReader(bytes.NewReader(header), bytes.NewReader([]byte("\n")), &repeated{line: string(body), left: rows / 1000})
	r, err := focus.Stream("export", in, focus.Options{})
	if err != nil {
		tb.Fatal(err)
	}
	return r
}

func longParquet(tb testing.TB, rows, rowGroup int) *focus.Reader {
	tb.Helper()
	file, err := os.Create(filepath.Join(tb.TempDir(), "export"))
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = file.Close() }) // only read from here on
	if err := focustest.WriteParquet(file, focustest.Columnar{RowGroup: rowGroup}, generated(rows)); err != nil {
		tb.Fatal(err)
	}
	info, err := file.Stat()
	if err != nil {
		tb.Fatal(err)
	}
	r, err := focus.Open("export", file, info.Size(), focus.Options{})
	if err != nil {
		tb.Fatal(err)
	}
	return r
}

// checkHeap reads to the end, looks at the heap a hundred times on the way, and returns the most it saw.
func checkHeap(tb testing.TB, r *focus.Reader, rows int) uint64 {
	tb.Helper()
	runtime.GC() // what made the export is gone, also from pools, which keep it for one collection
	runtime.GC()
	peak, n := uint64(0), 0
	var m runtime.MemStats
	for _, err := range r.Rows(context.Background()) {
		if err != nil {
			tb.Fatal(err)
		}
		if n++; n%(rows/100) == 0 {
			runtime.ReadMemStats(&m)
			peak = max(peak, m.HeapAlloc)
		}
	}
	if n != rows {
		tb.Errorf("%d rows", n)
	}
	if peak > memoryBound {
		tb.Errorf("reading takes %d MiB of heap", peak>>20)
	}
	return peak
}
