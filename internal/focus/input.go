package focus

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"io"

	"jeongsan/internal/fault"
)

// input counts what is read of the underlying data and remembers its first failure, so that a broken connection is
// not reported as a broken file.
type input struct {
	r        io.Reader
	buffered *bufio.Reader
	read     int64
	failed   error
}

func (in *input) Read(p []byte) (int, error) {
	n, err := in.r.Read(p)
	in.read += int64(n)
	if err != nil && err != io.EOF && in.failed == nil {
		in.failed = err
	}
	return n, err
}

// sniff returns the first bytes without consuming them, and refuses data that is surely no export.
// Other errors are as read; explain turns them into faults.
func (in *input) sniff() ([]byte, error) {
	in.buffered = bufio.NewReaderSize(in, 64<<10)
	head, err := in.buffered.Peek(512)
	if err != nil && err != io.EOF {
		return nil, err
	}
	if f := unusable(head); f != nil {
		return nil, f
	}
	return head, nil
}

// explain turns an error met while reading or unpacking the data into a fault of the file.
func (in *input) explain(name string, err error) *fault.Fault {
	var f *fault.Fault
	switch {
	case in.failed != nil && !errors.As(in.failed, &f):
		f = fault.New(fault.Unavailable, fault.T(
			"파일을 끝까지 읽지 못했습니다. 잠시 후 다시 시도해 주세요.",
			"The file could not be read to its end. Try again shortly.")).Because(in.failed)
	case f != nil, errors.As(err, &f):
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		f = fault.New(fault.Invalid, fault.T(
			"gzip 파일이 중간에서 끊겼습니다. 다시 내려받아 올려 주세요.",
			"The gzip file is cut off. Download it again and upload it.")).Because(err)
	default:
		f = fault.New(fault.Invalid, fault.T(
			"gzip 파일이 손상되었습니다. 다시 내려받아 올려 주세요.",
			"The gzip file is damaged. Download it again and upload it.")).Because(err)
	}
	return f.At(fault.Place{File: name})
}

func isParquet(head []byte) bool { return bytes.HasPrefix(head, []byte("PAR1")) }
func isGzip(head []byte) bool    { return bytes.HasPrefix(head, []byte{0x1f, 0x8b}) }

// unusable recognises by the first bytes what cannot be an export, and says what to do about it.
func unusable(head []byte) *fault.Fault {
	starts := func(magic string) bool { return bytes.HasPrefix(head, []byte(magic)) }
	switch {
	case len(bytes.TrimSpace(bytes.TrimPrefix(head, utf8BOM))) == 0:
		return fault.New(fault.Invalid, fault.T(
			"빈 파일입니다. 내보내기가 끝났는지 확인한 뒤 다시 올려 주세요.",
			"The file is empty. Check that the export has finished, then upload it again."))
	case starts("PARE"):
		return fault.New(fault.Invalid, fault.T(
			"암호화된 Parquet 파일은 읽을 수 없습니다. 암호화하지 않고 내보내 주세요.",
			"An encrypted Parquet file cannot be read; export it without encryption."))
	case starts("PK\x03\x04"), starts("\xd0\xcf\x11\xe0"):
		return fault.New(fault.Invalid, fault.T(
			"ZIP이나 Excel 파일입니다. 압축을 풀거나, 제공자에서 받은 CSV, CSV.gz, Parquet 원본을 올려 주세요.",
			"This is a ZIP or Excel file. Unpack it, or upload the CSV, CSV.gz or Parquet file as the provider made it."))
	case starts("\x28\xb5\x2f\xfd"), starts("BZh"), starts("\xfd7zXZ"):
		return fault.New(fault.Invalid, fault.T(
			"지원하지 않는 압축 형식입니다. 압축을 풀거나 gzip으로 압축해 올려 주세요.",
			"The compression is not supported. Upload the file unpacked, or packed with gzip."))
	case starts("\xff\xfe"), starts("\xfe\xff"), !isParquet(head) && !isGzip(head) && bytes.IndexByte(head, 0) >= 0:
		return fault.New(fault.Invalid, fault.T(
			"UTF-8 텍스트가 아닙니다(UTF-16이거나 이진 파일). 'CSV UTF-8'로 저장하거나 제공자에서 받은 원본을 올려 주세요.",
			"This is not UTF-8 text (it is UTF-16 or binary). Save it as 'CSV UTF-8', or upload the provider's file unchanged."))
	}
	return nil
}

// body is the CSV text of an input, unpacked if need be and bounded by the options.
type body struct {
	in     *input
	text   io.Reader // in.buffered, or the gzip reader over it
	packed bool
	opts   Options
	out    int64
}

// openBody finds the text and refuses what is packed twice. head is what in.sniff returned.
func openBody(in *input, head []byte, o Options) (*bufio.Reader, error) {
	b := &body{in: in, text: in.buffered, packed: isGzip(head), opts: o}
	if b.packed {
		unpacked, err := gzip.NewReader(in.buffered)
		if err != nil {
			return nil, err
		}
		b.text = unpacked
	}
	plain := &input{r: b}
	head, err := plain.sniff()
	if err != nil {
		return nil, err
	}
	if b.packed && (isGzip(head) || isParquet(head)) {
		return nil, fault.New(fault.Invalid, fault.T(
			"압축을 풀어도 CSV가 아닙니다(두 번 압축했거나 Parquet을 압축한 파일). 한 번 풀어서 올려 주세요.",
			"What was unpacked is no CSV (packed twice, or a packed Parquet file). Unpack it once and upload that."))
	}
	return plain.buffered, nil
}

// Read bounds what comes out: by bytes, and for gzip by how far it inflates.
func (b *body) Read(p []byte) (int, error) {
	n, err := b.text.Read(p)
	b.out += int64(n)
	if b.out > b.opts.MaxBytes {
		return 0, fault.New(fault.Invalid, fault.T(
			"풀린 크기가 한도(%d바이트)를 넘습니다. 기간을 나누어 내보내 주세요.",
			"The unpacked file exceeds the limit of %d bytes. Export shorter periods.", b.opts.MaxBytes))
	}
	if b.packed && b.out > ratioFrom && b.out/b.opts.MaxRatio > b.in.read {
		return 0, fault.New(fault.Invalid, fault.T(
			"압축이 비정상적으로 크게 풀립니다(%d배 이상). 손상되었거나 악의적인 파일로 보고 읽기를 멈췄습니다.",
			"The file inflates abnormally (more than %d times). Reading stopped: it is damaged or malicious.", b.opts.MaxRatio))
	}
	return n, err
}
