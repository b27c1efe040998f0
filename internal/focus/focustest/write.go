package focustest

import (
	"compress/gzip"
	"encoding/csv"
	"io"
	"iter"
	"slices"
	"strconv"
	"time"

	"jeongsan/internal/focus"
)

// Text is how a CSV is written. The zero value writes 1.2 as AWS does: empty nulls, ISO 8601 with Z, LF.
type Text struct {
	Version focus.Version // "" is 1.2
	Null    string        // e.g. NULL
	Time    string        // layout; "" is RFC 3339
	CRLF    bool
	Extra   []string // columns of no standard, each cell its row's number from 0; they come last
	Without []string // columns to leave out
}

func (t Text) columns() []string {
	v := t.Version
	if v == "" {
		v = focus.V1_2
	}
	return without(focus.ColumnsOf(v), t.Without)
}

func without(names, gone []string) []string {
	var out []string
	for _, name := range names {
		if !slices.Contains(gone, name) {
			out = append(out, name)
		}
	}
	return out
}

// WriteCSV writes rows with every column of the version.
func WriteCSV(w io.Writer, t Text, rows iter.Seq[focus.Row]) error {
	out := csv.NewWriter(w)
	out.UseCRLF = t.CRLF
	columns := t.columns()
	if err := out.Write(append(append([]string(nil), columns...), t.Extra...)); err != nil {
		return err
	}
	n := 0
	cells := make([]string, len(columns)+len(t.Extra))
	for row := range rows {
		for i, column := range columns {
			cells[i] = t.format(cell(&row, column))
		}
		for i := range t.Extra {
			cells[len(columns)+i] = strconv.Itoa(n)
		}
		n++
		if err := out.Write(cells); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

func (t Text) format(value any) string {
	switch v := value.(type) {
	case time.Time:
		if t.Time == "" {
			return v.Format(time.RFC3339)
		}
		return v.Format(t.Time)
	case focus.Number:
		if v.Known {
			return v.Value.String()
		}
	case string:
		if v != "" {
			return v
		}
	}
	return t.Null
}

// WriteGzip is WriteCSV, packed.
func WriteGzip(w io.Writer, t Text, rows iter.Seq[focus.Row]) error {
	packed := gzip.NewWriter(w)
	if err := WriteCSV(packed, t, rows); err != nil {
		return err
	}
	return packed.Close()
}
