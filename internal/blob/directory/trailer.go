package directory

import (
	"encoding/binary"
	"encoding/json"
	"io"
	"os"
	"time"

	"jeongsan/internal/blob"
)

// A file ends with its description: JSON, the length of that JSON (4 bytes, big endian), and the mark. The mark
// carries the number of the form; files of every older form stay readable.
const (
	mark       = "JSO1"
	tailLength = 4 + len(mark)
	maxTrailer = 4096
)

type trailer struct {
	Key         string    `json:"key"`
	Size        int64     `json:"size"`
	SHA256      string    `json:"sha256"`
	ContentType string    `json:"type"`
	Written     time.Time `json:"written"`
}

func trailerOf(i blob.Info) []byte {
	text, err := json.Marshal(trailer{i.Key.String(), i.Size, i.SHA256, i.ContentType, i.Written})
	if err != nil {
		panic("directory: a trailer of plain values always encodes: " + err.Error())
	}
	return append(binary.BigEndian.AppendUint32(text, uint32(len(text))), mark...)
}

// readTrailer describes the object in f; a file that is not whole or not of this key is damaged.
func readTrailer(f *os.File, k blob.Key) (blob.Info, error) {
	stat, err := f.Stat()
	if err != nil {
		return blob.Info{}, storageFault(err)
	}
	end := stat.Size()
	tail := make([]byte, min(end, maxTrailer))
	if _, err := f.ReadAt(tail, end-int64(len(tail))); err != nil && err != io.EOF {
		return blob.Info{}, storageFault(err)
	}
	if len(tail) < tailLength || string(tail[len(tail)-len(mark):]) != mark {
		return blob.Info{}, damaged(k.String())
	}
	text := tail[:len(tail)-tailLength]
	length := int(binary.BigEndian.Uint32(tail[len(text):]))
	if length > len(text) {
		return blob.Info{}, damaged(k.String())
	}
	var t trailer
	if err := json.Unmarshal(text[len(text)-length:], &t); err != nil {
		return blob.Info{}, damaged(k.String())
	}
	if t.Key != k.String() || t.Size != end-int64(length+tailLength) {
		return blob.Info{}, damaged(k.String())
	}
	return blob.Info{Key: k, Size: t.Size, SHA256: t.SHA256, ContentType: t.ContentType, Written: t.Written}, nil
}
