package document

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"errors"
	"io"
	"io/fs"
	"slices"
	"sort"
	"strings"

	"github.com/xuri/excelize/v2"
)

// sortedZip packs the parts of a workbook in order of their names. The library hands streamed sheets over in map
// order, and the same invoice must give the same bytes.
type sortedZip struct {
	out   io.Writer
	parts map[string]*bytes.Buffer
}

func newSortedZip(w io.Writer) excelize.ZipWriter {
	return &sortedZip{out: w, parts: map[string]*bytes.Buffer{}}
}

const contentTypes = "[Content_Types].xml"

// sortDefaults orders the file types that a picture brings in, which the library lists in map order too.
func sortDefaults(part []byte) []byte {
	const end = "</Default>"
	from, to := bytes.Index(part, []byte("<Default")), bytes.LastIndex(part, []byte(end))
	if from < 0 || to < from {
		return part
	}
	defaults := strings.SplitAfter(string(part[from:to+len(end)]), end)
	sort.Strings(defaults)
	return slices.Concat(part[:from], []byte(strings.Join(defaults, "")), part[to+len(end):])
}

// Create begins a part.
func (z *sortedZip) Create(name string) (io.Writer, error) {
	part := &bytes.Buffer{}
	z.parts[name] = part
	return part, nil
}

// AddFS is not used by the library when it writes a workbook.
func (z *sortedZip) AddFS(fs.FS) error { return errors.New("a workbook is written part by part") }

// Close writes the parts.
func (z *sortedZip) Close() error {
	names := make([]string, 0, len(z.parts))
	for name := range z.parts {
		names = append(names, name)
	}
	sort.Strings(names) // contentTypes comes first, where readers look for it
	archive := zip.NewWriter(z.out)
	press, err := flate.NewWriter(io.Discard, flate.BestSpeed)
	if err != nil {
		return err
	}
	archive.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) {
		press.Reset(w) // parts are written one after the other, so one compressor serves them all
		return press, nil
	})
	for _, name := range names {
		part, err := archive.Create(name)
		if err != nil {
			return err
		}
		content := z.parts[name].Bytes()
		if name == contentTypes {
			content = sortDefaults(content)
		}
		if _, err := part.Write(content); err != nil {
			return err
		}
	}
	return archive.Close()
}
