package document_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"

	"jeongsan/internal/document"
	"jeongsan/internal/money"
)

func xlsxOf(tb testing.TB, r *document.Renderer, inv document.Invoice) []byte {
	tb.Helper()
	var out bytes.Buffer
	if err := r.WriteXLSX(&out, inv); err != nil {
		tb.Fatal(err)
	}
	return out.Bytes()
}

func opened(tb testing.TB, b []byte) *excelize.File {
	tb.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(b))
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { f.Close() })
	return f
}

func upload(b []byte) (document.Upload, error) {
	return document.ReadUpload(context.Background(), "청구서.xlsx", bytes.NewReader(b), int64(len(b)))
}

// recrc makes the first chunk of a changed PNG valid again.
func recrc(png []byte) {
	n := 8 + 8 + binary.BigEndian.Uint32(png[8:])
	binary.BigEndian.PutUint32(png[n:], crc32.ChecksumIEEE(png[12:n]))
}

// contentOf lists every cell with its value as stored, whether it is a number, and its formula.
func contentOf(t *testing.T, b []byte) string {
	t.Helper()
	f := opened(t, b)
	var out strings.Builder
	for _, name := range f.GetDefinedName() {
		fmt.Fprintf(&out, "%s = %s\n", name.Name, name.RefersTo)
	}
	for _, sheet := range f.GetSheetList() {
		fmt.Fprintf(&out, "=== %s\n", sheet)
		rows, err := f.GetRows(sheet, excelize.Options{RawCellValue: true})
		if err != nil {
			t.Fatal(err)
		}
		for y, row := range rows {
			for x, value := range row {
				if value == "" {
					continue
				}
				cell, _ := excelize.CoordinatesToCellName(x+1, y+1)
				fmt.Fprintf(&out, "%s%s %q\n", cell, kindOf(t, f, sheet, cell), value)
			}
		}
	}
	return out.String()
}

func kindOf(t *testing.T, f *excelize.File, sheet, cell string) string {
	t.Helper()
	formula, err := f.GetCellFormula(sheet, cell)
	if err != nil {
		t.Fatal(err)
	}
	kind, err := f.GetCellType(sheet, cell)
	if err != nil {
		t.Fatal(err)
	}
	switch {
	case formula != "":
		return " ={" + formula + "}"
	case kind == excelize.CellTypeInlineString || kind == excelize.CellTypeSharedString:
		return ""
	}
	return " #"
}

func TestThe_workbook_holds_what_the_invoice_says(t *testing.T) {
	r := renderer(t)
	for name, inv := range samples(t) {
		t.Run(name, func(t *testing.T) {
			b := xlsxOf(t, r, inv)
			kept(t, name+".xlsx", b)
			if name != "400-details" {
				golden(t, name+".xlsx.txt", contentOf(t, b))
			}
		})
	}
}

func TestNames_point_at_total_supply_tax_and_number(t *testing.T) {
	inv := sample(t, 3)
	f := opened(t, xlsxOf(t, renderer(t), inv))
	want := map[string]string{
		"JEONGSAN_TOTAL":  inv.Sums.Total.Decimal().String(),
		"JEONGSAN_SUPPLY": inv.Sums.Supply.Decimal().String(),
		"JEONGSAN_VAT":    inv.Sums.VAT.Decimal().String(),
		"JEONGSAN_NUMBER": inv.Number,
	}
	for _, name := range f.GetDefinedName() {
		if want[name.Name] == "" {
			continue
		}
		sheet, cell, _ := strings.Cut(name.RefersTo, "!")
		got, err := f.GetCellValue(strings.Trim(sheet, "'"), strings.ReplaceAll(cell, "$", ""), excelize.Options{RawCellValue: true})
		if err != nil || got != want[name.Name] {
			t.Errorf("%s is %q, want %q (%v)", name.Name, got, want[name.Name], err)
		}
		delete(want, name.Name)
	}
	if len(want) > 0 {
		t.Errorf("no name for %v", want)
	}
}

func TestText_that_begins_like_a_formula_stays_text(t *testing.T) {
	inv := sample(t, 6)
	for i, start := range []string{"=", "+", "-", "@", "\t=", "\r="} {
		evil := start + `HYPERLINK("http://example.test","x")`
		inv.Details[i].Service, inv.Details[i].Account, inv.Details[i].Item = evil, evil, evil
		inv.Notes = append(inv.Notes, evil)
		inv.Customer.Name, inv.PurchaseOrder, inv.Lines[0].Name = evil, evil, evil
	}
	content := contentOf(t, xlsxOf(t, renderer(t), inv))
	for line := range strings.Lines(content) {
		if strings.Contains(line, "={") && !strings.Contains(line, "={JEONGSAN_TOTAL}") {
			t.Errorf("a formula: %s", line)
		}
		if strings.Contains(line, "HYPERLINK") && strings.Contains(strings.SplitN(line, `"`, 2)[0], "#") {
			t.Errorf("not text: %s", line)
		}
	}
	if n := strings.Count(content, "HYPERLINK"); n < 24 {
		t.Errorf("only %d of the texts arrived", n)
	}
}

func TestIds_and_long_decimals_keep_every_digit(t *testing.T) {
	inv := sample(t, 2)
	inv.Details[0].Account = "12345678901234567890"
	inv.Details[0].Fee = money.MustDecimal("0.12345678901234567890123")
	inv.Details[1].Fee = money.MustDecimal("0.00000080000")
	content := contentOf(t, xlsxOf(t, renderer(t), inv))
	for _, want := range []string{`A2 "12345678901234567890"`, `H2 "0.12345678901234567890123"`, `H3 # "0.0000008"`, `H4 "0.12345758901234567890123"`} {
		if !strings.Contains(content, want+"\n") {
			t.Errorf("the sheet does not hold %s", want)
		}
	}
}

func TestOur_own_workbook_uploaded_again_has_our_total(t *testing.T) {
	r := renderer(t)
	for name, inv := range samples(t) {
		up, err := upload(xlsxOf(t, r, inv))
		if err != nil || up.Total != inv.Sums.Total || !up.HasTax || up.Supply != inv.Sums.Supply || up.VAT != inv.Sums.VAT {
			t.Errorf("%s: read %+v, %v; want %v", name, up, err, inv.Sums.Total)
		}
	}
}

func TestOur_own_workbook_is_read_right_even_after_a_program_dropped_its_names(t *testing.T) {
	r := renderer(t)
	rapid.Check(t, func(rt *rapid.T) {
		inv := sample(t, rapid.IntRange(0, 4).Draw(rt, "details"))
		inv.Issuer.Logo = nil
		inv.Lang = rapid.SampledFrom([]document.Lang{document.Korean, document.English}).Draw(rt, "language")
		inv.Lines[0].Amount = money.Won(rapid.Int64Range(-1e12, 1e12).Draw(rt, "usage"))
		inv = settle(inv)
		f := opened(t, xlsxOf(t, r, inv))
		if err := f.DeleteDefinedName(&excelize.DefinedName{Name: "JEONGSAN_TOTAL"}); err != nil {
			rt.Fatal(err)
		}
		var out bytes.Buffer
		if err := f.Write(&out); err != nil {
			rt.Fatal(err)
		}
		up, err := upload(out.Bytes())
		if err != nil || up.Total != inv.Sums.Total || up.Label == "" {
			rt.Fatalf("read %+v, %v; want %v", up, err, inv.Sums.Total)
		}
	})
}

func benchmarkXLSX(b *testing.B, details int) {
	r, inv := renderer(b), sample(b, details)
	b.ReportAllocs()
	for b.Loop() {
		xlsxOf(b, r, inv)
	}
}

func BenchmarkXLSX_60_details(b *testing.B)   { benchmarkXLSX(b, 60) }
func BenchmarkXLSX_5000_details(b *testing.B) { benchmarkXLSX(b, 5000) }
