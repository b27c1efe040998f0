package focus_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"jeongsan/internal/fault"
	"jeongsan/internal/focus"
	"jeongsan/internal/focus/focustest"
	"jeongsan/internal/money"
)

func TestEvery_version_written_in_any_style_of_CSV_reads_back_as_it_was(t *testing.T) {
	for _, v := range focus.Versions() {
		want := canonical(generated(400), v)
		for name, style := range map[string]focustest.Text{
			"empty nulls, ISO 8601":          {Version: v},
			"literal NULL, no zone":          {Version: v, Null: "NULL", Time: "2006-01-02 15:04:05"},
			"null in lower case, CRLF":       {Version: v, Null: "null", CRLF: true},
			"offsets, a column of its own":   {Version: v, Time: "2006-01-02T15:04:05-07:00", Extra: []string{"Id", "x_Team"}},
			"minutes only, fractions absent": {Version: v, Time: "2006-01-02T15:04Z"},
			"as BigQuery writes times":       {Version: v, Time: "2006-01-02 15:04:05 UTC"},
		} {
			t.Run(string(v)+" "+name, func(t *testing.T) {
				r := open(t, csvOf(t, style, 400))
				if r.Version() != v || r.Format() != focus.CSV {
					t.Errorf("read as %s %s", r.Format(), r.Version())
				}
				// encoding/csv ends lines inside quoted cells like all others; the reader leaves them as they are.
				if got := strings.ReplaceAll(canonicalOf(t, r), `\r\n`, `\n`); got != want {
					t.Error("rows differ")
				}
				if r.Currency() != "USD" {
					t.Errorf("currency %q", r.Currency())
				}
			})
		}
	}
}

func TestEvery_type_of_a_Parquet_file_gives_the_rows_of_the_CSV(t *testing.T) {
	const rows = 700
	for name, style := range map[string]focustest.Columnar{
		"decimals, milliseconds, one row group": {},
		"texts, microseconds":                   {Numbers: focustest.Texts, Times: focustest.Micros},
		"decimals, nanoseconds, 1.4":            {Times: focustest.Nanos, Version: focus.V1_4},
		"decimals, INT96, many row groups":      {Times: focustest.Int96, RowGroup: 90, Version: focus.V1_0},
	} {
		t.Run(name, func(t *testing.T) {
			v := style.Version
			if v == "" {
				v = focus.V1_2
			}
			r := open(t, parquetOf(t, style, rows))
			if r.Format() != focus.Parquet || r.Version() != v {
				t.Errorf("read as %s %s", r.Format(), r.Version())
			}
			if canonicalOf(t, r) != canonical(generated(rows), v) {
				t.Error("rows differ")
			}
		})
	}
}

func TestA_Parquet_DOUBLE_is_the_shortest_decimal_of_the_producers_float(t *testing.T) {
	r := open(t, parquetOf(t, focustest.Columnar{Numbers: focustest.Doubles}, 300))
	next, stop := iterate(r)
	defer stop()
	for want := range generated(300) {
		got, err, ok := next()
		if err != nil || !ok {
			t.Fatal(err, ok)
		}
		for _, n := range [][2]money.Decimal{{got.BilledCost, want.BilledCost}, {got.ListUnitPrice.Value, want.ListUnitPrice.Value}} {
			if len(strings.TrimLeft(n[1].Canonical(), "-0.")) <= 15 && !n[0].Equal(n[1]) {
				t.Errorf("%s was stored, %s read", n[1], n[0])
			}
		}
	}
}

func TestGzip_streams_and_files_give_the_same_rows(t *testing.T) {
	packed := written(t, func(w io.Writer) error { return focustest.WriteGzip(w, focustest.Text{}, generated(300)) })
	want := canonical(generated(300), focus.V1_2)
	r, err := focus.Stream("x.csv", bytes.NewReader(packed), focus.Options{}) // the name lies: the bytes decide
	if err != nil {
		t.Fatal(err)
	}
	if r.Format() != focus.GzipCSV || canonicalOf(t, r) != want {
		t.Error("the stream differs")
	}
	two := append(slices.Clone(packed), written(t, func(w io.Writer) error {
		return focustest.WriteGzip(w, focustest.Text{}, func(func(focus.Row) bool) {})
	})...)
	if r := open(t, packed); canonicalOf(t, r) != want {
		t.Error("the file differs")
	}
	// A second gzip member continues the first: here, a repeated header, which is a row with a bad number.
	if _, err := read(two, focus.Options{}); !fault.Is(err, fault.Invalid) {
		t.Errorf("the second member was not read: %v", err)
	}
}

func TestNumbers_are_exact_to_the_last_digit_in_any_notation(t *testing.T) {
	for in, want := range map[string]string{
		"0.00000080000":   "0.00000080000",
		"8E-7":            "0.0000008",
		"1.25e3":          "1250",
		"-13.57000000001": "-13.57000000001",
		"12345678901234567890.12345678901234567890": "12345678901234567890.12345678901234567890",
		"-0.0": "0.0",
	} {
		t.Run(in, func(t *testing.T) {
			for row, err := range open(t, []byte(smallExport(1).set(0, "BilledCost", in).String())).Rows(context.Background()) {
				if err != nil {
					t.Fatal(err)
				}
				if row.BilledCost.String() != want {
					t.Errorf("read as %s", row.BilledCost)
				}
			}
		})
	}
}

func TestNull_is_kept_apart_from_zero(t *testing.T) {
	export := smallExport(3).set(0, "PricingQuantity", "0").set(1, "PricingQuantity", "NULL").set(2, "PricingQuantity", "").
		set(1, "ContractedCost", "null")
	var known []bool
	for row, err := range open(t, []byte(export.String())).Rows(context.Background()) {
		if err != nil {
			t.Fatal(err)
		}
		known = append(known, row.PricingQuantity.Known, row.ContractedCost.Known, row.ConsumedQuantity.Known)
	}
	if want := []bool{true, true, false, false, false, false, false, true, false}; !slices.Equal(known, want) {
		t.Errorf("known: %v", known)
	}
}

func TestRows_are_numbered_as_a_spreadsheet_shows_them(t *testing.T) {
	export := smallExport(3).set(0, "ChargeDescription", "\"two\nlines, \"\"quoted\"\"\"")
	text := "\xef\xbb\xbf" + strings.Replace(export.String(), "\n1.5", "\n\n1.5", 1) // BOM, and a blank line after the header
	var got []string
	for row, err := range open(t, []byte(text)).Rows(context.Background()) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, fmt.Sprintf("row %d line %d %q", row.Number, row.Line, row.ChargeDescription))
	}
	want := []string{`row 3 line 3 "two\nlines, \"quoted\""`, `row 4 line 5 "Hours"`, `row 5 line 6 "Hours"`}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

func TestColumns_of_no_standard_are_reported_and_not_refused(t *testing.T) {
	export := smallExport(1)
	export.header = append(export.header, "Id", "x_Team", "Tags", "")
	export.rows[0] = append(export.rows[0], "7", "a", "{}", "")
	r := open(t, []byte(export.String()))
	if want := []string{"Id", "#26"}; !slices.Equal(r.Strays(), want) {
		t.Errorf("strays %q", r.Strays())
	}
	if len(r.Columns()) != 26 || drain(t, r) != 1 {
		t.Errorf("columns %q", r.Columns())
	}
}

func TestA_header_without_charges_has_no_rows(t *testing.T) {
	for _, text := range []string{smallExport(0).String(), strings.TrimSuffix(smallExport(0).String(), "\n"), smallExport(0).String() + "\r\n\n"} {
		if n := drain(t, open(t, []byte(text))); n != 0 {
			t.Errorf("%d rows", n)
		}
	}
	none := written(t, func(w io.Writer) error {
		return focustest.WriteParquet(w, focustest.Columnar{}, func(func(focus.Row) bool) {})
	})
	if n := drain(t, open(t, none)); n != 0 {
		t.Errorf("%d Parquet rows", n)
	}
}

func TestA_loop_that_was_left_resumes_at_the_next_row(t *testing.T) {
	r := open(t, []byte(smallExport(5).String()))
	for row := range r.Rows(context.Background()) {
		if row.Number == 3 {
			break
		}
	}
	for row, err := range r.Rows(context.Background()) {
		if err != nil || row.Number != 4 {
			t.Errorf("resumed at row %d, %v", row.Number, err)
		}
		break
	}
	if n := drain(t, r); n != 2 {
		t.Errorf("%d rows left", n)
	}
	if n := drain(t, r); n != 0 {
		t.Errorf("%d rows after the end", n)
	}
}

func TestReading_stops_when_the_context_is_cancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var last error
	n := 0
	for _, err := range open(t, []byte(smallExport(5).String())).Rows(ctx) {
		if last = err; err == nil {
			n++
			cancel()
		}
	}
	if n != 1 || !errors.Is(last, context.Canceled) {
		t.Errorf("%d rows, then %v", n, last)
	}
}

func TestA_row_outlives_the_reader(t *testing.T) {
	for name, data := range map[string][]byte{"csv": csvOf(t, focustest.Text{}, 200), "parquet": parquetOf(t, focustest.Columnar{RowGroup: 50}, 200)} {
		t.Run(name, func(t *testing.T) {
			var rows []focus.Row
			for row, err := range open(t, data).Rows(context.Background()) {
				if err != nil {
					t.Fatal(err)
				}
				rows = append(rows, row)
			}
			clear(data)
			if canonical(slices.Values(rows), focus.V1_2) != canonical(generated(200), focus.V1_2) {
				t.Error("kept rows changed")
			}
		})
	}
}

func TestTimes_with_an_offset_become_UTC(t *testing.T) {
	export := smallExport(1).set(0, "ChargePeriodStart", "2026-10-01T09:00:00+09:00")
	for row, err := range open(t, []byte(export.String())).Rows(context.Background()) {
		if err != nil {
			t.Fatal(err)
		}
		if want := time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC); row.ChargePeriodStart != want {
			t.Errorf("read as %v", row.ChargePeriodStart)
		}
	}
}

func TestThe_same_seed_generates_the_same_bytes_with_all_that_a_month_can_hold(t *testing.T) {
	if !bytes.Equal(csvOf(t, focustest.Text{}, 500), csvOf(t, focustest.Text{}, 500)) {
		t.Error("CSV differs")
	}
	if !bytes.Equal(parquetOf(t, focustest.Columnar{}, 500), parquetOf(t, focustest.Columnar{}, 500)) {
		t.Error("Parquet differs")
	}
	seen := map[string]int{}
	previous := ""
	for row := range generated(3000) {
		seen[string(row.ChargeCategory)+string(row.ChargeClass)]++
		switch {
		case row.BilledCost.Sign() < 0:
			seen["negative"]++
		case row.BilledCost.Sign() > 0 && row.BilledCost.Cmp(money.MustDecimal("0.0007")) < 0:
			seen["below one won"]++
		}
		if row.SubAccountID < previous {
			seen["unsorted"]++
		}
		previous = row.SubAccountID
	}
	for _, what := range []string{"Usage", "UsageCorrection", "Purchase", "Tax", "Credit", "Adjustment", "negative", "below one won", "unsorted"} {
		if seen[what] < 10 {
			t.Errorf("only %d of %q", seen[what], what)
		}
	}
}
