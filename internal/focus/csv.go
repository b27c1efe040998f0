package focus

import (
	"errors"
	"io"
	"unicode/utf8"

	"jeongsan/internal/fault"
)

// csvSource reads the records of CSV text after its header.
type csvSource struct {
	name   string
	in     *input
	scan   *scanner
	layout layout
	wanted []column // by field: the column it fills, or columnCount
	fields []field
}

func openText(name string, in *input, head []byte, o Options) (*Reader, error) {
	format := CSV
	if isGzip(head) {
		format = GzipCSV
	}
	text, err := openBody(in, head, o)
	if err != nil {
		return nil, in.explain(name, err)
	}
	s := &csvSource{name: name, in: in, scan: newScanner(text, o)}
	if err := s.readHeader(); err != nil {
		return nil, err
	}
	return newReader(name, format, s.layout, s), nil
}

func (s *csvSource) readHeader() error {
	fields, err := s.read()
	if err != nil {
		return err
	}
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.value()
	}
	place := fault.Place{File: s.name, Row: s.scan.number}
	if f := otherSeparator(names); f != nil {
		return f.At(place)
	}
	if s.layout, err = newLayout(names, place); err != nil {
		return err
	}
	s.wanted = make([]column, len(names))
	for i := range s.wanted {
		s.wanted[i] = columnCount
	}
	for c, i := range s.layout.at {
		if i >= 0 {
			s.wanted[i] = column(c)
		}
	}
	return nil
}

// otherSeparator recognises a header that is one cell only because another separator than the comma is used.
func otherSeparator(names []string) *fault.Fault {
	if len(names) != 1 {
		return nil
	}
	for _, c := range names[0] {
		var ko, en string
		switch c {
		case '\t':
			ko, en = "탭", "tabs"
		case ';':
			ko, en = "세미콜론(;)", "semicolons (;)"
		case '|':
			ko, en = "세로줄(|)", "bars (|)"
		default:
			continue
		}
		return fault.New(fault.Invalid, fault.Text{
			KO: "열이 쉼표가 아니라 " + ko + "으로 나뉘어 있습니다. 쉼표로 나눈 CSV로 내보내 주세요.",
			EN: "The columns are separated by " + en + ", not commas. Export a CSV separated by commas.",
		})
	}
	return nil
}

func (s *csvSource) next(rec *record) error {
	fields, err := s.read()
	if err != nil {
		return err
	}
	if len(fields) != len(s.wanted) {
		return s.at(fault.New(fault.Invalid, fault.T(
			"칸이 %d개인데 머리글은 %d개입니다. 쉼표나 따옴표가 어긋났거나 행이 잘린 것입니다. 제공자에서 받은 원본을 다시 올려 주세요.",
			"The row has %d cells, the header %d. A comma or quote is out of place, or the row is cut. Upload the provider's file again, unchanged.",
			len(fields), len(s.wanted))), "")
	}
	rec.number, rec.line = s.scan.number, s.scan.line
	for i, c := range s.wanted {
		if c < columnCount {
			rec.cells[c] = fields[i].value()
		}
	}
	return nil
}

// read returns the fields of the next record, io.EOF, or a fault with its place. They are valid until the next read.
func (s *csvSource) read() ([]field, error) {
	raw, err := s.scan.record()
	if err != nil {
		return nil, s.explain(err)
	}
	if !utf8.Valid(raw) {
		return nil, s.at(fault.New(fault.Invalid, fault.T(
			"UTF-8이 아닌 글자가 있습니다(EUC-KR로 저장된 파일일 수 있습니다). 'CSV UTF-8'로 저장하거나 제공자에서 받은 원본을 올려 주세요.",
			"The row has characters that are not UTF-8 (the file may have been saved as EUC-KR). Save it as 'CSV UTF-8', or upload the provider's file unchanged.")), "")
	}
	s.fields, err = s.scan.split(string(raw), s.fields[:0])
	if err != nil {
		return nil, s.explain(err)
	}
	return s.fields, nil
}

// at places a fault in the record the scanner is at.
func (s *csvSource) at(f *fault.Fault, columnName string) error {
	return locate(f, fault.Place{File: s.name, Row: s.scan.number, Column: columnName}, s.scan.line)
}

func (s *csvSource) explain(err error) error {
	if err == io.EOF {
		return err
	}
	var bad *malformed
	if errors.As(err, &bad) {
		return s.at(fault.New(fault.Invalid, bad.text), s.nameOf(bad.field))
	}
	// What stopped the text itself is in the record after the last whole one.
	f := s.in.explain(s.name, err)
	return s.at(f, "")
}

// nameOf is the header of a field, "" while the header itself is being read.
func (s *csvSource) nameOf(field int) string {
	if field < 0 || field >= len(s.layout.names) {
		return ""
	}
	return s.layout.names[field]
}
