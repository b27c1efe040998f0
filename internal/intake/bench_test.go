package intake_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"testing"

	"jeongsan/internal/focus/focustest"
	"jeongsan/internal/intake"
	"jeongsan/internal/usage"
)

const (
	million = 1_000_000
	// residentBound is what ingest may hold, whatever the size of the export.
	residentBound = 256 << 20
)

// BenchmarkIngestMillionRows reads a FOCUS 1.2 export of a million rows, unsorted and with all customers interleaved,
// into a snapshot: decode, group by customer, spool, sort, merge, hash, compress. Files are generated outside the timer.
// It reports rows a second and the peak of the process's resident memory, and fails above 256 MB. About two minutes:
//
//	go test ./internal/intake -run '^$' -bench IngestMillionRows -benchtime 1x
func BenchmarkIngestMillionRows(b *testing.B) {
	for _, form := range []struct {
		name        string
		subAccounts int
		write       func(io.Writer, focustest.Spec) error
	}{
		{"csv, 73 customers", 73, writeCSV},
		{"csv, 5000 customers", 5000, writeCSV},
		{"csv.gz, 73 customers", 73, writeGzip},
		{"parquet, 73 customers", 73, writeParquet},
	} {
		b.Run(form.name, func(b *testing.B) {
			source := export(b, focustest.Spec{Rows: million, SubAccounts: form.subAccounts}, form.write)
			resetPeak(b)
			for b.Loop() {
				if x := ingest(b, source); rowsOf(x) != million {
					b.Fatalf("%d rows", rowsOf(x))
				}
			}
			b.ReportMetric(million*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
			if peak := peakResident(b); peak > 0 {
				b.ReportMetric(float64(peak)/(1<<20), "peak-RSS-MiB")
				if peak > residentBound {
					b.Errorf("resident memory peaked at %d MiB", peak>>20)
				}
			}
		})
	}
}

func writeCSV(w io.Writer, s focustest.Spec) error {
	return focustest.WriteCSV(w, focustest.Text{}, focustest.Rows(seeded(), s))
}

func writeGzip(w io.Writer, s focustest.Spec) error {
	return focustest.WriteGzip(w, focustest.Text{}, focustest.Rows(seeded(), s))
}

func writeParquet(w io.Writer, s focustest.Spec) error {
	return focustest.WriteParquet(w, focustest.Columnar{}, focustest.Rows(seeded(), s))
}

func seeded() *rand.Rand { return rand.New(rand.NewPCG(1, 2)) }

// export generates a file and is the source that reads it.
func export(tb testing.TB, s focustest.Spec, write func(io.Writer, focustest.Spec) error) intake.FOCUS {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "export")
	file, err := os.Create(path)
	if err != nil {
		tb.Fatal(err)
	}
	out := bufio.NewWriterSize(file, 1<<20)
	if err := write(out, s); err != nil {
		tb.Fatal(err)
	}
	if err := out.Flush(); err != nil {
		tb.Fatal(err)
	}
	if err := file.Close(); err != nil {
		tb.Fatal(err)
	}
	return fileSource(path)
}

func fileSource(path string) intake.FOCUS {
	return intake.FOCUS{Name: filepath.Base(path), Open: func(context.Context) (io.ReaderAt, int64, func() error, error) {
		file, err := os.Open(path)
		if err != nil {
			return nil, 0, nil, err
		}
		info, err := file.Stat()
		if err != nil {
			return nil, 0, nil, err
		}
		return file, info.Size(), file.Close, nil
	}}
}

// ingest makes a snapshot as settlement.Ingest does, through files.
func ingest(tb testing.TB, source intake.FOCUS) usage.Index {
	tb.Helper()
	spool, out := scratch(tb), scratch(tb)
	defer func() { _, _ = spool.Close(), out.Close() }() // unlinked: closing gives the space back
	builder := usage.NewBuilder(spool)
	statement, err := source.Pull(context.Background(), october, builder)
	if err != nil {
		tb.Fatal(err)
	}
	x, _, err := builder.Finish(usage.Meta{Account: "aws", Month: october, Currency: statement.Currency}, out)
	if err != nil {
		tb.Fatal(err)
	}
	if !statement.Charged.Equal(x.Charged()) {
		tb.Fatalf("read %s, kept %s", statement.Charged.Canonical(), x.Charged().Canonical())
	}
	return x
}

func scratch(tb testing.TB) *os.File {
	tb.Helper()
	f, err := os.CreateTemp(tb.TempDir(), "scratch")
	if err != nil {
		tb.Fatal(err)
	}
	if err := os.Remove(f.Name()); err != nil {
		tb.Fatal(err)
	}
	return f
}

func rowsOf(x usage.Index) int {
	n := 0
	for _, e := range x.Members {
		n += e.Rows
	}
	return n
}

// resetPeak gives unused memory back and makes the kernel forget the peak so far, which was that of generating.
func resetPeak(tb testing.TB) {
	tb.Helper()
	debug.FreeOSMemory()
	if err := os.WriteFile("/proc/self/clear_refs", []byte("5"), 0o200); err != nil {
		tb.Logf("the peak includes generating the file, since it cannot be reset here: %v", err)
	}
}

// peakResident is the most memory in bytes that the process had at a time; 0 where the kernel does not tell.
func peakResident(tb testing.TB) int64 {
	tb.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		tb.Logf("resident memory was not measured: %v", err)
		return 0
	}
	for line := range bytes.Lines(status) {
		var kilobytes int64
		if n, _ := fmt.Sscanf(string(line), "VmHWM: %d kB", &kilobytes); n == 1 {
			return kilobytes << 10
		}
	}
	tb.Log("resident memory was not measured: the kernel states no VmHWM but " + strconv.Quote(string(status)))
	return 0
}
