package documenttest

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"io"
	"regexp"
	"sort"
	"strconv"
	"strings"
)

// PDFText reads the text of a PDF that this product wrote back from its bytes: for every page its lines from top
// to bottom, the texts of a line from left to right with two blanks between them. It follows the fonts' own
// ToUnicode tables, so it sees what a reader copies and a screen reader speaks. It is no general PDF reader.
func PDFText(pdf []byte) ([][]string, error) {
	objects, err := objectsOf(pdf)
	if err != nil {
		return nil, err
	}
	fonts, err := fontsOf(objects)
	if err != nil {
		return nil, err
	}
	var pages [][]string
	for _, o := range objects {
		if !bytes.Contains(o.head, []byte("/Type /Page\n")) {
			continue
		}
		ref := contentsRef.FindSubmatch(o.head)
		if ref == nil {
			return nil, fmt.Errorf("page %d has no contents", len(pages)+1)
		}
		number, _ := strconv.Atoi(string(ref[1]))
		content, err := objects[number-1].inflated()
		if err != nil {
			return nil, fmt.Errorf("page %d: %w", len(pages)+1, err)
		}
		pages = append(pages, linesOf(content, fonts))
	}
	return pages, nil
}

var (
	contentsRef = regexp.MustCompile(`/Contents\s+(\d+) 0 R`)
	fontRef     = regexp.MustCompile(`/(F\d+) (\d+) 0 R`)
	unicodeRef  = regexp.MustCompile(`/ToUnicode (\d+) 0 R`)
	lengthOf    = regexp.MustCompile(`/Length (\d+)`)
	mapping     = regexp.MustCompile(`<([0-9A-F]{4})><[0-9A-F]{4}><([0-9A-F]{4,6})>`)
	operator    = regexp.MustCompile(`([-\d.]+) ([-\d.]+) TD|/(F\d+) [\d.]+ Tf|\[(<[^\]]*)\] TJ`)
	hexText     = regexp.MustCompile(`<([0-9A-F]*)>`)
)

type object struct{ head, stream []byte }

func (o object) inflated() ([]byte, error) {
	if !bytes.Contains(o.head, []byte("/FlateDecode")) {
		return o.stream, nil
	}
	r, err := zlib.NewReader(bytes.NewReader(o.stream))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}

// objectsOf finds every object by the cross-reference table at the end of the file.
func objectsOf(pdf []byte) ([]object, error) {
	table := bytes.LastIndex(pdf, []byte("\nxref\n"))
	if table < 0 || !bytes.HasPrefix(pdf, []byte("%PDF-")) {
		return nil, fmt.Errorf("no PDF with a cross-reference table")
	}
	var objects []object
	for _, line := range strings.Split(string(pdf[table:]), "\n") {
		at, inUse := strings.CutSuffix(strings.TrimSpace(line), " 00000 n")
		if !inUse {
			continue
		}
		offset, err := strconv.Atoi(at)
		if err != nil || offset >= len(pdf) {
			return nil, fmt.Errorf("bad cross-reference %q", line)
		}
		objects = append(objects, objectAt(pdf[offset:]))
	}
	return objects, nil
}

func objectAt(b []byte) object {
	end := bytes.Index(b, []byte("endobj"))
	start := bytes.Index(b, []byte("stream\n"))
	if end < 0 || start < 0 || end < start {
		return object{head: b[:max(end, 0)]}
	}
	o := object{head: b[:start]}
	body := b[start+len("stream\n"):]
	if m := lengthOf.FindSubmatch(o.head); m != nil {
		n, _ := strconv.Atoi(string(m[1]))
		o.stream = body[:min(n, len(body))]
	}
	return o
}

func fontsOf(objects []object) (map[string]map[string]string, error) {
	fonts := map[string]map[string]string{}
	for _, o := range objects {
		for _, m := range fontRef.FindAllSubmatch(o.head, -1) {
			number, _ := strconv.Atoi(string(m[2]))
			ref := unicodeRef.FindSubmatch(objects[number-1].head)
			if ref == nil {
				return nil, fmt.Errorf("font %s has no ToUnicode table", m[1])
			}
			number, _ = strconv.Atoi(string(ref[1]))
			table, err := objects[number-1].inflated()
			if err != nil {
				return nil, err
			}
			fonts[string(m[1])] = runesOf(table)
		}
	}
	return fonts, nil
}

func runesOf(table []byte) map[string]string {
	runes := map[string]string{}
	for _, m := range mapping.FindAllSubmatch(table, -1) {
		code, _ := strconv.ParseUint(string(m[2]), 16, 32)
		runes[string(m[1])] = string(rune(code))
	}
	return runes
}

func linesOf(content []byte, fonts map[string]map[string]string) []string {
	type piece struct {
		x, y float64
		text string
	}
	var pieces []piece
	x, y, font := 0.0, 0.0, ""
	for _, m := range operator.FindAllSubmatch(content, -1) {
		switch {
		case len(m[1]) > 0:
			x, _ = strconv.ParseFloat(string(m[1]), 64)
			y, _ = strconv.ParseFloat(string(m[2]), 64)
		case len(m[3]) > 0:
			font = string(m[3])
		default:
			pieces = append(pieces, piece{x, y, decode(m[4], fonts[font])})
		}
	}
	sort.SliceStable(pieces, func(i, j int) bool {
		if d := pieces[i].y - pieces[j].y; d > 0.5 || d < -0.5 {
			return d > 0
		}
		return pieces[i].x < pieces[j].x
	})
	var lines []string
	for i, p := range pieces {
		if i > 0 && pieces[i-1].y-p.y <= 0.5 {
			lines[len(lines)-1] += "  " + p.text
			continue
		}
		lines = append(lines, p.text)
	}
	return lines
}

func decode(array []byte, runes map[string]string) string {
	var out strings.Builder
	for _, m := range hexText.FindAllSubmatch(array, -1) {
		for i := 0; i+4 <= len(m[1]); i += 4 {
			out.WriteString(runes[string(m[1][i:i+4])])
		}
	}
	return out.String()
}
