package focus

import (
	"bytes"
	"io"
	"strings"

	"jeongsan/internal/fault"
)

var utf8BOM = []byte("\xef\xbb\xbf")

// scanner cuts CSV text (RFC 4180: commas, LF or CRLF, quoted cells with doubled quotes) into records and fields.
//
// It exists beside encoding/csv for three reasons: that one has no bound on a record, so a single unclosed quote
// reads the whole file into memory; it does not count blank lines, so rows lose their numbers; and it cannot leave
// unescaped what is not needed, such as the JSON of Tags. BenchmarkEncodingCSV is there to compare.
type scanner struct {
	src        io.Reader
	buf        []byte // buf[start:end] is read and not yet returned
	start, end int
	err        error // what src ended with
	maxRecord  int
	maxField   int

	number   int // of the record last returned; the header is 1, blank lines count
	line     int // of the file, where that record begins
	nextLine int
}

// malformed is a fault of the text before its place is known.
type malformed struct {
	field int // index of the field, -1 for the record
	text  fault.Text
}

func (m *malformed) Error() string { return m.text.EN }

const scanBuffer = 256 << 10

func newScanner(src io.Reader, o Options) *scanner {
	return &scanner{src: src, buf: make([]byte, scanBuffer), maxRecord: o.MaxRecord, maxField: o.MaxField, nextLine: 1}
}

// record returns the bytes of the next record that is not blank, without its line end; io.EOF after the last.
// The bytes are valid until the next call.
func (s *scanner) record() ([]byte, error) {
	for {
		raw, err := s.rawRecord()
		if err != nil || len(raw) > 0 {
			return raw, err
		}
	}
}

// rawRecord finds the first line end outside quotes: the one up to which the quotes are even.
func (s *scanner) rawRecord() ([]byte, error) {
	s.number, s.line = s.number+1, s.nextLine
	quotes, seen := 0, 0 // of buf[start:start+seen], which holds no such line end
	for {
		window := s.buf[s.start+seen : s.end]
		if i := bytes.IndexByte(window, '\n'); i >= 0 {
			s.nextLine++
			quotes += bytes.Count(window[:i], []byte{'"'})
			seen += i + 1
			if quotes%2 == 0 {
				return s.take(seen)
			}
			continue
		}
		quotes += bytes.Count(window, []byte{'"'})
		seen = s.end - s.start
		switch {
		case seen > s.maxRecord:
			return nil, s.tooLong(quotes)
		case s.err == nil:
			s.fill()
		case s.err != io.EOF:
			return nil, s.err
		case seen == 0:
			return nil, io.EOF
		default:
			return s.take(seen) // the last line may lack its end
		}
	}
}

// take returns the first n bytes without their line end, and without the byte order mark of the file.
func (s *scanner) take(n int) ([]byte, error) {
	raw := s.buf[s.start : s.start+n]
	s.start += n
	raw = bytes.TrimSuffix(raw, []byte{'\n'})
	raw = bytes.TrimSuffix(raw, []byte{'\r'})
	if s.line == 1 {
		raw = bytes.TrimPrefix(raw, utf8BOM)
	}
	if len(raw) > s.maxRecord {
		return nil, s.tooLong(0)
	}
	return raw, nil
}

// fill reads more, making room first by moving what is left to the front, then by growing up to a record's bound.
func (s *scanner) fill() {
	if s.start > 0 {
		copy(s.buf, s.buf[s.start:s.end])
		s.start, s.end = 0, s.end-s.start
	}
	if s.end == len(s.buf) {
		s.buf = append(s.buf, make([]byte, len(s.buf))...)
	}
	n, err := s.src.Read(s.buf[s.end:])
	s.end += n
	s.err = err
}

func (s *scanner) tooLong(quotes int) error {
	if quotes%2 == 1 {
		return &malformed{-1, fault.T(
			"따옴표가 닫히지 않아 행이 한도(%d바이트)를 넘습니다. 제공자에서 받은 원본을 다시 올려 주세요.",
			"A quote is never closed, so the row exceeds the limit of %d bytes. Upload the provider's file again, unchanged.", s.maxRecord)}
	}
	return &malformed{-1, fault.T(
		"행이 한도(%d바이트)보다 깁니다. FOCUS 내보내기가 아니거나 손상된 파일입니다.",
		"The row is longer than the limit of %d bytes. The file is no FOCUS export, or is damaged.", s.maxRecord)}
}

// field is a cell as it stands in the record, without its outer quotes.
type field struct {
	raw     string
	doubled bool // raw has doubled quotes
}

func (f field) value() string {
	if !f.doubled {
		return f.raw
	}
	return strings.ReplaceAll(f.raw, `""`, `"`)
}

// split appends the fields of a record to fields. They share the record's memory.
func (s *scanner) split(record string, fields []field) ([]field, error) {
	for rest := record; ; {
		f, end, err := cutField(rest, len(fields))
		if err != nil {
			return nil, err
		}
		if len(f.raw) > s.maxField {
			return nil, &malformed{len(fields), fault.T(
				"값이 한도(%d바이트)보다 깁니다. 손상된 파일입니다.",
				"The value is longer than the limit of %d bytes. The file is damaged.", s.maxField)}
		}
		fields = append(fields, f)
		if end == len(rest) {
			return fields, nil
		}
		rest = rest[end+1:]
	}
}

// cutField returns the first field of rest, and where it ends: at a comma or at the end of rest.
func cutField(rest string, index int) (field, int, error) {
	if rest == "" || rest[0] != '"' {
		end := strings.IndexByte(rest, ',')
		if end < 0 {
			end = len(rest)
		}
		if strings.IndexByte(rest[:end], '"') >= 0 {
			return field{}, 0, &malformed{index, fault.T(
				"따옴표 없이 시작한 값 안에 따옴표가 있습니다. 값 전체를 따옴표로 감싸고 안의 따옴표는 두 번 적어야 합니다.",
				"A quote stands inside a value that does not start with one; quote the whole value and double the quote inside.")}
		}
		return field{raw: rest[:end]}, end, nil
	}
	doubled := false
	for at := 1; ; {
		i := strings.IndexByte(rest[at:], '"')
		if i < 0 {
			return field{}, 0, &malformed{index, fault.T(
				"따옴표가 닫히지 않았습니다. 파일이 중간에서 끊겼을 수 있으니 다시 내려받아 올려 주세요.",
				"A quote is not closed. The file may be cut off; download it again and upload it.")}
		}
		at += i + 1
		switch {
		case at == len(rest) || rest[at] == ',':
			return field{raw: rest[1 : at-1], doubled: doubled}, at, nil
		case rest[at] == '"':
			doubled = true
			at++
		default:
			return field{}, 0, &malformed{index, fault.T(
				"닫는 따옴표 뒤에 다른 글자가 있습니다. 값 안의 따옴표는 두 번 적어야 합니다.",
				"Text follows a closing quote; a quote inside a value must be doubled.")}
		}
	}
}
