package focus

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/parquet-go/parquet-go"

	"jeongsan/internal/fault"
)

// parquetSource reads the needed columns of a Parquet file, row group by row group and page by page, and writes each
// value as the text that a FOCUS CSV would have in its place. So one decoder serves both, and the same charges give
// the same rows whichever way they were exported.
type parquetSource struct {
	name    string
	in      *inputAt
	file    *parquet.File
	group   int   // row groups opened so far
	left    int64 // rows of the open one not yet read
	cursors []*cursor
	number  int
	opts    Options
	text    []byte // the cells of the row at hand, one after the other
	ends    [columnCount]int
}

// inputAt remembers the first real read error, as input does for streams. A read outside the file is the file's fault.
type inputAt struct {
	r      io.ReaderAt
	size   int64
	failed error
}

func (in *inputAt) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 || off > in.size {
		return 0, parquet.ErrCorrupted
	}
	n, err := in.r.ReadAt(p, off)
	if err != nil && err != io.EOF && in.failed == nil {
		in.failed = err
	}
	return n, err
}

func openParquet(name string, r io.ReaderAt, size int64, o Options) (*Reader, error) {
	s := &parquetSource{name: name, in: &inputAt{r: r, size: size}, opts: o}
	if err := s.openFile(size); err != nil {
		return nil, s.explain(err)
	}
	fields := s.file.Root().Columns()
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.Name()
	}
	l, err := newLayout(names, fault.Place{File: name})
	if err != nil {
		return nil, err
	}
	for c := range columnCount {
		if l.at[c] < 0 {
			continue
		}
		leaf := fields[l.at[c]]
		write, err := writerFor(columns[c].kind, leaf)
		if err != nil {
			return nil, mistyped(leaf, err).At(fault.Place{File: name, Column: leaf.Name()})
		}
		s.cursors = append(s.cursors, &cursor{column: c, leaf: leaf.Index(), write: write})
	}
	return newReader(name, Parquet, l, s), nil
}

// openFile reads the footer. Its length is checked first: the library would believe any.
func (s *parquetSource) openFile(size int64) (err error) {
	defer recoverCorrupt(&err)
	var tail [8]byte
	if size < 12 {
		return parquet.ErrCorrupted
	}
	if _, err := s.in.ReadAt(tail[:], size-8); err != nil && err != io.EOF {
		return err
	}
	if int64(binary.LittleEndian.Uint32(tail[:4])) > size-12 {
		return parquet.ErrCorrupted
	}
	s.file, err = parquet.OpenFile(s.in, size, parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true), parquet.ReadBufferSize(64<<10))
	return err
}

func (s *parquetSource) explain(err error) error {
	var f *fault.Fault
	switch {
	case s.in.failed != nil && !errors.As(s.in.failed, &f):
		f = fault.New(fault.Unavailable, fault.T(
			"파일을 끝까지 읽지 못했습니다. 잠시 후 다시 시도해 주세요.",
			"The file could not be read to its end. Try again shortly.")).Because(s.in.failed)
	case f != nil, errors.As(err, &f):
	default:
		f = fault.New(fault.Invalid, fault.T(
			"Parquet 파일이 손상되었거나 중간에서 끊겼습니다. 다시 내려받아 올려 주세요.",
			"The Parquet file is damaged or cut off. Download it again and upload it.")).Because(err)
	}
	return f.At(fault.Place{File: s.name, Row: s.number})
}

func mistyped(leaf *parquet.Column, err error) *fault.Fault {
	shown := "group"
	if leaf.Leaf() {
		shown = leaf.Type().String()
	}
	return fault.New(fault.Invalid, fault.T(
		"Parquet 열의 형식(%s)이 FOCUS와 맞지 않습니다. 비용과 수량은 DECIMAL이나 DOUBLE, 시각은 TIMESTAMP, 나머지는 STRING이어야 합니다.",
		"The Parquet type of the column (%s) does not suit FOCUS: costs and quantities are DECIMAL or DOUBLE, times TIMESTAMP, all else STRING.",
		shown)).Because(err)
}

func (s *parquetSource) next(rec *record) error {
	for s.left == 0 {
		more, err := s.nextGroup()
		if err != nil {
			return s.explain(err)
		}
		if !more {
			return io.EOF
		}
	}
	s.left--
	s.number++
	if err := s.writeRow(); err != nil {
		return err
	}
	rec.number = s.number
	all, start := string(s.text), 0
	for _, cur := range s.cursors {
		end := s.ends[cur.column]
		rec.cells[cur.column] = all[start:end]
		start = end
	}
	return nil
}

func (s *parquetSource) writeRow() error {
	s.text = s.text[:0]
	for _, cur := range s.cursors {
		before := len(s.text)
		v, err := cur.next()
		if err != nil {
			return s.explain(err)
		}
		if !v.IsNull() {
			s.text, err = cur.write(s.text, v)
		}
		if err != nil || len(s.text)-before > s.opts.MaxField || len(s.text) > s.opts.MaxRecord {
			return s.badValue(cur.column, err)
		}
		s.ends[cur.column] = len(s.text)
	}
	return nil
}

func (s *parquetSource) badValue(c column, err error) error {
	t := fault.T("값이 너무 깁니다. 손상된 파일입니다.", "The value is too long. The file is damaged.")
	if err != nil {
		t = fault.T("값을 읽을 수 없습니다(숫자나 시각이 아닙니다).", "The value cannot be read (it is no number or no time).")
	}
	return fault.New(fault.Invalid, t).Because(err).At(fault.Place{File: s.name, Row: s.number, Column: columns[c].name})
}

// nextGroup opens the next row group; false when there is none.
func (s *parquetSource) nextGroup() (more bool, err error) {
	defer recoverCorrupt(&err)
	groups := s.file.RowGroups()
	if s.group == len(groups) {
		return false, nil
	}
	group := groups[s.group]
	s.group++
	s.left = group.NumRows()
	chunks := group.ColumnChunks()
	for _, cur := range s.cursors {
		if err := cur.open(chunks[cur.leaf]); err != nil {
			return false, err
		}
	}
	return true, nil
}

// recoverCorrupt turns a panic of the Parquet library, which a damaged file can cause, into an error.
func recoverCorrupt(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("%w: %v", parquet.ErrCorrupted, p)
	}
}

// cursor walks the values of one column chunk. Columns are flat, so every row has exactly one value in each.
type cursor struct {
	column column
	leaf   int
	write  valueWriter
	pages  parquet.Pages
	page   parquet.Page
	values parquet.ValueReader
	buf    [256]parquet.Value // of the page at hand, whose memory they point into
	have   int
	at     int
}

func (c *cursor) open(chunk parquet.ColumnChunk) error {
	if err := c.close(); err != nil {
		return err
	}
	c.pages = chunk.Pages()
	return nil
}

func (c *cursor) close() error {
	parquet.Release(c.page)
	c.page, c.values, c.have, c.at = nil, nil, 0, 0
	if c.pages == nil {
		return nil
	}
	err := c.pages.Close()
	c.pages = nil
	return err
}

// next returns the value of the next row. A column that ends before its row group is damage, not the end.
func (c *cursor) next() (parquet.Value, error) {
	if c.at == c.have {
		if err := c.fill(); err != nil {
			return parquet.Value{}, err
		}
	}
	c.at++
	return c.buf[c.at-1], nil
}

func (c *cursor) fill() (err error) {
	defer recoverCorrupt(&err)
	for {
		if c.values == nil {
			parquet.Release(c.page)
			if c.page, err = c.pages.ReadPage(); err != nil {
				c.page = nil
				return err
			}
			c.values = c.page.Values()
		}
		n, err := c.values.ReadValues(c.buf[:])
		c.have, c.at = n, 0
		if err != nil && err != io.EOF {
			return err
		}
		if err == io.EOF {
			c.values = nil
		}
		if n > 0 {
			return nil
		}
	}
}
