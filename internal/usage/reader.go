package usage

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"io"

	"jeongsan/internal/blob"
)

// trailer ends a snapshot: the length of the compressed index, then the form of the whole.
const trailer = "JSUSAGE1"

// maxRow bounds one encoded row, so that a damaged length cannot take the memory.
const maxRow = 1 << 20

func writeIndex(out io.Writer, x Index) error {
	var z bytes.Buffer
	gz := gzip.NewWriter(&z)
	if err := json.NewEncoder(gz).Encode(x); err != nil {
		return err
	}
	if err := gz.Close(); err != nil {
		return err
	}
	tail := binary.BigEndian.AppendUint64(z.Bytes(), uint64(z.Len()))
	_, err := out.Write(append(tail, trailer...))
	return err
}

// ReadIndex reads the index of a snapshot in the bucket.
func ReadIndex(ctx context.Context, b blob.Bucket, k blob.Key) (Index, error) {
	info, err := b.Stat(ctx, k)
	if err != nil {
		return Index{}, err
	}
	const end = int64(8 + len(trailer))
	if info.Size < end {
		return Index{}, damaged()
	}
	tail, err := b.ReadRange(ctx, k, info.Size-end, end)
	if err != nil {
		return Index{}, err
	}
	n := int64(binary.BigEndian.Uint64(tail[:8]))
	if string(tail[8:]) != trailer || n <= 0 || n > info.Size-end {
		return Index{}, damaged()
	}
	packed, err := b.ReadRange(ctx, k, info.Size-end-n, n)
	if err != nil {
		return Index{}, err
	}
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return Index{}, damaged().Because(err)
	}
	var x Index
	plain, err := io.ReadAll(z) // to the end, where gzip keeps its checksum
	if err != nil {
		return Index{}, damaged().Because(err)
	}
	if err := json.Unmarshal(plain, &x); err != nil {
		return Index{}, damaged().Because(err)
	}
	return x, nil
}

// Location is where a member's content lies.
type Location struct {
	Object blob.Key `json:"object"`
	Offset int64    `json:"offset"`
	Length int64    `json:"length"`
	Hash   string   `json:"hash"`
}

// ReadMember range-reads one member and calls each for every row, in canonical order. The content is checked
// against the location's hash before the last row's call returns to the caller's caller: an error means that
// nothing that was read may be used.
func ReadMember(ctx context.Context, b blob.Bucket, at Location, each func(Row) error) (Member, error) {
	packed, err := b.ReadRange(ctx, at.Object, at.Offset, at.Length)
	if err != nil {
		return Member{}, err
	}
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return Member{}, damaged().Because(err)
	}
	digest := sha256.New()
	rows := newRows(io.TeeReader(z, digest))
	statement, err := rows.next()
	if err != nil {
		return Member{}, damaged().Because(err)
	}
	var m Member
	if err := json.Unmarshal(statement, &m); err != nil {
		return Member{}, damaged().Because(err)
	}
	for {
		encoded, err := rows.next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return Member{}, damaged().Because(err)
		}
		r, err := DecodeRow(encoded)
		if err != nil {
			return Member{}, err
		}
		if err := each(r); err != nil {
			return Member{}, err
		}
	}
	if sum(digest) != at.Hash {
		return Member{}, damaged()
	}
	return m, nil
}

// rowReader reads length-prefixed rows; a row is valid until the next call.
type rowReader struct {
	r   *bufio.Reader
	buf []byte
}

func newRows(r io.Reader) *rowReader { return &rowReader{r: bufio.NewReader(r)} }

func (r *rowReader) next() ([]byte, error) {
	n, err := binary.ReadUvarint(r.r)
	if err != nil {
		return nil, err // io.EOF only at the end of a row
	}
	if n > maxRow {
		return nil, damaged()
	}
	if uint64(cap(r.buf)) < n {
		r.buf = make([]byte, n)
	}
	r.buf = r.buf[:n]
	if _, err := io.ReadFull(r.r, r.buf); err != nil {
		return nil, io.ErrUnexpectedEOF
	}
	return r.buf, nil
}
