// Package focus reads exports of cloud cost in the FinOps Open Cost and Usage Specification (FOCUS), versions
// 1.0 to 1.3, and 1.4 as far as it agrees with them: CSV, gzip CSV and Parquet, one row at a time.
//
// The package owns the file formats, the columns of each version, and what a cell may hold. It does not own what a
// row means to a bill: customers, months, prices and rounding belong to settlement. It imports no noun.
//
// Invariants:
//   - the format is decided by the first bytes of the data, never by the name of the file;
//   - memory does not grow with the file: one record (CSV) or one page of each needed column (Parquet) is held;
//   - numbers are exact decimals of the digits in the file. One float can exist, the producer's own: a Parquet
//     DOUBLE is taken as the shortest decimal that reads back as the same float64 (see parquet.go);
//   - every fault names the file and, past the header, the row; reading stops at the first one;
//   - a file has one billing currency, and it is a fault of the file when it has two.
//
// Rows are numbered as a spreadsheet shows them: a record is one row however many lines its quoted cells span,
// the CSV header is row 1 and the first charge row 2, blank lines count. Parquet has no header: its first charge is
// row 1. When a CSV row begins on a line of another number, its fault says the line too.
//
// Source: FOCUS specification 1.0 to 1.4, focus.finops.org; column lists by its CHANGELOG.
package focus

import (
	"context"
	"errors"
	"io"
	"iter"

	"jeongsan/internal/fault"
)

// Format is how an export is written.
type Format string

const (
	CSV     Format = "csv"
	GzipCSV Format = "csv.gz"
	Parquet Format = "parquet"
)

// Options bound what one file may cost. A zero field takes the default written beside it.
type Options struct {
	MaxBytes  int64 // bytes of CSV text, after decompression: 64 GiB
	MaxRatio  int64 // decompressed bytes per compressed byte, judged once 64 MiB have come out: 500
	MaxRecord int   // bytes of one CSV record, or of the read columns of one Parquet row: 4 MiB
	MaxField  int   // bytes of one cell: 1 MiB
}

// ratioFrom is how much gzip may inflate before its ratio is judged: a short run of like rows packs very well.
const ratioFrom = 64 << 20

func (o Options) withDefaults() Options {
	if o.MaxBytes <= 0 {
		o.MaxBytes = 64 << 30
	}
	if o.MaxRatio <= 0 {
		o.MaxRatio = 500
	}
	if o.MaxRecord <= 0 {
		o.MaxRecord = 4 << 20
	}
	if o.MaxField <= 0 {
		o.MaxField = 1 << 20
	}
	return o
}

// Reader reads one export, once, from front to back. It is not safe for concurrent use and needs no closing.
type Reader struct {
	format Format
	layout layout
	source source
	decode decoder
	failed error // the fault that ended reading, or io.EOF
}

// source yields records in one common form, whatever the format: the cells as FOCUS writes them in CSV.
type source interface {
	// next fills rec, or returns io.EOF after the last record, or a fault with its place.
	next(rec *record) error
}

// record is one row before its cells are decoded. A cell that is null, or whose column is absent, is "".
type record struct {
	number int // as Row.Number
	line   int // file line it begins on; 0 in Parquet
	cells  [columnCount]string
}

// Open detects the format of the size bytes of r and reads as far as the columns. The name is for faults only.
// A file that is no FOCUS export, or lacks columns, is fault.Invalid; an r that cannot be read is fault.Unavailable.
func Open(name string, r io.ReaderAt, size int64, o Options) (*Reader, error) {
	o = o.withDefaults()
	in := &input{r: io.NewSectionReader(r, 0, size)}
	head, err := in.sniff()
	if err != nil {
		return nil, in.explain(name, err)
	}
	if !isParquet(head) {
		return openText(name, in, head, o)
	}
	return openParquet(name, r, size, o)
}

// Stream is Open for data that can be read only once, such as the body of a download. CSV and gzip CSV can be
// streamed; a Parquet file has its index at the end and is refused here.
func Stream(name string, r io.Reader, o Options) (*Reader, error) {
	in := &input{r: r}
	head, err := in.sniff()
	if err != nil {
		return nil, in.explain(name, err)
	}
	if isParquet(head) {
		return nil, fault.New(fault.Invalid, fault.T(
			"Parquet 파일은 흘려 읽을 수 없습니다. 파일을 저장한 뒤 다시 열어 주세요.",
			"A Parquet file cannot be read as a stream; store it first, then open it.")).At(fault.Place{File: name})
	}
	return openText(name, in, head, o.withDefaults())
}

func newReader(name string, format Format, l layout, s source) *Reader {
	return &Reader{format: format, layout: l, source: s, decode: decoder{file: name}}
}

// Format is what the data turned out to be.
func (r *Reader) Format() Format { return r.format }

// Version is the FOCUS version that the columns show. An export does not state it: this is the oldest version
// that has every standard column of the file, so a 1.2 file without any 1.2 column reads as 1.1 or 1.0.
func (r *Reader) Version() Version { return r.layout.version }

// Columns are the names in the file, in its order, those that are not read included.
func (r *Reader) Columns() []string { return append([]string(nil), r.layout.names...) }

// Strays are the columns that are neither FOCUS nor marked as the producer's own by x_. They are not read and no fault.
func (r *Reader) Strays() []string { return append([]string(nil), r.layout.strays...) }

// Currency is the billing currency of the rows read so far, "" before the first.
func (r *Reader) Currency() string { return r.decode.currency }

// Rows yields the rows in the order of the file. A Row shares no memory with the reader: it may be kept, at the
// price of the record's text (a few hundred bytes) that its strings are cut from. The error, if any, comes last, with a
// zero Row: a fault with its place, or ctx's error. A loop that was left resumes where it was; a file without charges
// yields nothing.
func (r *Reader) Rows(ctx context.Context) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		rec := new(record)
		for r.failed == nil {
			if err := ctx.Err(); err != nil {
				yield(Row{}, err)
				return
			}
			row, err := r.next(rec)
			if err == nil {
				if !yield(row, nil) {
					return
				}
				continue
			}
			r.failed = err
		}
		if !errors.Is(r.failed, io.EOF) {
			yield(Row{}, r.failed)
		}
	}
}

func (r *Reader) next(rec *record) (Row, error) {
	if err := r.source.next(rec); err != nil {
		return Row{}, err
	}
	return r.decode.row(rec)
}
