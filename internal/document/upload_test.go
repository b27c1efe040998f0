package document_test

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"

	"jeongsan/internal/document"
	"jeongsan/internal/fault"
	"jeongsan/internal/money"
)

// sheetOf is a workbook of one sheet with the cells given as "A1", value pairs.
func sheetOf(tb testing.TB, cells ...any) *excelize.File {
	tb.Helper()
	f := excelize.NewFile()
	tb.Cleanup(func() { f.Close() })
	for i := 0; i < len(cells); i += 2 {
		if err := f.SetCellValue("Sheet1", cells[i].(string), cells[i+1]); err != nil {
			tb.Fatal(err)
		}
	}
	return f
}

func bytesOf(tb testing.TB, f *excelize.File, opts ...excelize.Options) []byte {
	tb.Helper()
	var out bytes.Buffer
	if err := f.Write(&out, opts...); err != nil {
		tb.Fatal(err)
	}
	return out.Bytes()
}

// zipOf packs parts; rebuilt copies a workbook with some of its parts replaced.
func zipOf(tb testing.TB, parts ...string) []byte {
	tb.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for i := 0; i < len(parts); i += 2 {
		w, err := z.Create(parts[i])
		if err != nil {
			tb.Fatal(err)
		}
		if _, err := io.WriteString(w, parts[i+1]); err != nil {
			tb.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		tb.Fatal(err)
	}
	return out.Bytes()
}

func rebuilt(tb testing.TB, b []byte, replace ...string) []byte {
	tb.Helper()
	r, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		tb.Fatal(err)
	}
	parts := replace[:len(replace):len(replace)]
	for _, f := range r.File {
		if strings.Contains(strings.Join(replace, "\n"), f.Name+"\n") {
			continue
		}
		part, err := f.Open()
		if err != nil {
			tb.Fatal(err)
		}
		content, err := io.ReadAll(part)
		if err != nil {
			tb.Fatal(err)
		}
		parts = append(parts, f.Name, string(content))
	}
	return zipOf(tb, parts...)
}

const sheet1 = "xl/worksheets/sheet1.xml"

func sheetXML(rows string) string {
	return `<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>` + rows + `</sheetData></worksheet>`
}

func read(name string, b []byte) (document.Upload, error) {
	return document.ReadUpload(context.Background(), name, bytes.NewReader(b), int64(len(b)))
}

func TestWhat_is_no_xlsx_is_refused_with_its_name_and_what_to_save_instead(t *testing.T) {
	good := bytesOf(t, sheetOf(t, "A1", "합계", "B1", 1000))
	macro := rebuilt(t, good, "xl/vbaProject.bin", "x")
	cases := []struct {
		name, file string
		content    []byte
		says       string
	}{
		{"nothing at all", "a.xlsx", nil, "빈 파일"},
		{"an .xls", "청구서.xls", append([]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), make([]byte, 600)...), "옛 엑셀 형식(.xls)"},
		{"an .xls with the name of an .xlsx", "청구서.xlsx", append([]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), make([]byte, 600)...), "옛 엑셀 형식(.xls)"},
		{"a workbook with a password", "a.xlsx", bytesOf(t, sheetOf(t, "A1", "합계", "B1", 1000), excelize.Options{Password: "1234"}), "암호가 걸린"},
		{"a CSV in UTF-8", "a.csv", []byte("항목,금액\n합계,1000\n"), "CSV"},
		{"a CSV in CP949", "a.xlsx", []byte("\xc7\xd7\xb8\xf1,\xb1\xdd\xbe\xd7\r\n"), "CSV"},
		{"a web page", "a.xls", []byte("\xef\xbb\xbf\r\n<html><table></table></html>"), "HTML"},
		{"a PDF", "a.pdf", []byte("%PDF-1.7\n%\xff\xff"), "PDF"},
		{"a picture", "a.xlsx", []byte("\x89PNG\r\n\x1a\n\x00\x00"), "엑셀 파일이 아닙니다"},
		{"a zip of something else", "a.xlsx", zipOf(t, "readme.txt", "hello"), "압축 파일"},
		{"an empty zip", "a.xlsx", zipOf(t), "압축 파일"},
		{"an OpenDocument sheet", "a.ods", zipOf(t, "mimetype", "application/vnd.oasis.opendocument.spreadsheet"), "오픈도큐먼트"},
		{"a Word document", "a.xlsx", zipOf(t, "[Content_Types].xml", "x", "word/document.xml", "x"), "워드"},
		{"a binary workbook", "a.xlsx", zipOf(t, "[Content_Types].xml", "x", "xl/workbook.bin", "x"), ".xlsb"},
		{"a workbook with macros", "a.xlsm", macro, ".xlsm"},
		{"a workbook with macros and a new name", "a.xlsx", macro, ".xlsm"},
		{"a template", "a.xlsx", zipOf(t, "[Content_Types].xml", "spreadsheetml.template.main+xml", "xl/workbook.xml", "x"), "서식"},
		{"a real .xlsx under another name", "청구서.xls", good, "확장자"},
		{"a workbook that was cut off", "a.xlsx", good[:len(good)/2], "손상"},
		{"a workbook whose parts are no XML", "a.xlsx", zipOf(t, "[Content_Types].xml", "spreadsheetml.sheet.main+xml", "xl/workbook.xml", "<<<"), ""},
		{"a part that unpacks to 17 MiB", "a.xlsx", claiming(t, 17<<20), "너무 커지는"},
		{"parts that unpack to 70 MiB together", "a.xlsx", claiming(t, 14<<20, 14<<20, 14<<20, 14<<20, 14<<20), "너무 커지는"},
		{"a part that is larger than it claims", "a.xlsx", claiming(t, 100), "손상"},
		{"a file of 11 MiB", "a.xlsx", append(bytes.Clone(good), make([]byte, 11<<20)...), "10 MiB"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := read(c.file, c.content)
			text := fault.TextOf(err)
			if !fault.Is(err, fault.Invalid) || !strings.Contains(text.KO, c.says) || !strings.Contains(text.KO, c.file) || !strings.Contains(text.EN, c.file) {
				t.Fatalf("got %v", err)
			}
		})
	}
}

// claiming is a workbook of sheets that each hold a MiB of blanks and claim another size in the zip's directory.
func claiming(t *testing.T, sizes ...uint64) []byte {
	t.Helper()
	blanks := make([]byte, 1<<20)
	var packed bytes.Buffer
	w, err := flate.NewWriter(&packed, flate.BestSpeed)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(blanks); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	base := zipOf(t, "[Content_Types].xml", "spreadsheetml.sheet.main+xml", "xl/workbook.xml", "<workbook/>")
	r, err := zip.NewReader(bytes.NewReader(base), int64(len(base)))
	if err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	z := zip.NewWriter(&file)
	for _, part := range r.File {
		if err := z.Copy(part); err != nil {
			t.Fatal(err)
		}
	}
	for i, size := range sizes {
		part, err := z.CreateRaw(&zip.FileHeader{
			Name: fmt.Sprintf("xl/worksheets/sheet%d.xml", i+1), Method: zip.Deflate, CRC32: crc32.ChecksumIEEE(blanks),
			CompressedSize64: uint64(packed.Len()), UncompressedSize64: size,
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := part.Write(packed.Bytes()); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

func TestA_sheet_that_claims_a_million_rows_is_named_and_refused_at_once(t *testing.T) {
	good := bytesOf(t, sheetOf(t, "A1", "합계", "B1", 1000))
	sheets := map[string]string{
		"one row at the end":     `<row r="1048576"><c r="A1048576"><v>1</v></c></row>`,
		"wide rows":              strings.Repeat(`<row><c r="XFD1"><v>1</v></c></row>`, 1000),
		"a hundred thousand one": strings.Repeat(`<row/>`, 100_001),
	}
	for name, rows := range sheets {
		t.Run(name, func(t *testing.T) {
			b := rebuilt(t, good, sheet1, sheetXML(rows))
			start := time.Now()
			_, err := read("big.xlsx", b)
			if !fault.Is(err, fault.Invalid) || !strings.Contains(fault.TextOf(err).KO, "시트 Sheet1") {
				t.Fatalf("got %v", err)
			}
			if took := time.Since(start); took > 3*time.Second {
				t.Errorf("took %v", took)
			}
		})
	}
}

func TestA_total_is_found_beside_or_below_its_label_however_it_is_written(t *testing.T) {
	labels := []string{"합계", "총 합계", "합  계 :", "합계금액", "총 청구금액", "청구 금액 (VAT 포함)", "[합계]", "총　계", "Total", "GRAND TOTAL:", "Amount Due (KRW)", "Ｔｏｔａｌ"}
	for _, label := range labels {
		for _, place := range []string{"B1", "D1", "A2", "A3"} {
			up, err := read("a.xlsx", bytesOf(t, sheetOf(t, "A1", label, place, 1_082_752)))
			if err != nil || up.Total != money.Won(1_082_752) || up.At.Cell != place || up.At.Sheet != "Sheet1" || up.Label != strings.TrimSpace(strings.ReplaceAll(label, "　", " ")) {
				t.Errorf("%q with the amount in %s: %+v, %v", label, place, up, err)
			}
		}
	}
}

func TestAn_amount_is_read_the_way_people_write_won(t *testing.T) {
	for text, want := range map[string]int64{
		"1,082,752원": 1_082_752, "₩1,082,752": 1_082_752, "￦ 1,082,752": 1_082_752, "\\1,082,752": 1_082_752, "1082752": 1_082_752,
		"금 1,082,752원정": 1_082_752, "일금 1,082,752 원整": 1_082_752, "KRW 1,082,752": 1_082_752, "1,082,752 KRW": 1_082_752,
		"1,082,752.00": 1_082_752, "-1,000": -1000, "-₩1,000": -1000, "₩-1,000": -1000, "(1,000)": -1000, "△1,000": -1000, "▲ 1,000원": -1000,
		"１，０００원": 1000, "1,000원 (VAT 포함)": 1000, "0": 0,
	} {
		up, err := read("a.xlsx", bytesOf(t, sheetOf(t, "A1", "합계", "B1", text)))
		if err != nil || up.Total != money.Won(want) {
			t.Errorf("%q: %v, %v", text, up.Total, err)
		}
	}
	for _, text := range []string{"별첨", "1,08", "1,0000", "12원 34", "2026-10-31", "10%", "1.2.3", "--5", "NaN", "1e400", "₩", "원"} {
		if up, err := read("a.xlsx", bytesOf(t, sheetOf(t, "A1", "합계", "B1", text))); err == nil {
			t.Errorf("%q was read as %v", text, up.Total)
		}
	}
}

func TestA_fraction_of_a_won_is_refused_but_not_the_dust_of_a_float(t *testing.T) {
	for _, bad := range []any{1000.5, "1,000.5원", 0.1, "99999999999999999999"} {
		_, err := read("a.xlsx", bytesOf(t, sheetOf(t, "A1", "합계", "B1", bad)))
		if !fault.Is(err, fault.Invalid) || !strings.Contains(fault.TextOf(err).KO, "B1 셀") || !strings.Contains(fault.TextOf(err).EN, "cell B1") {
			t.Errorf("%v: %v", bad, err)
		}
	}
	dust := rebuilt(t, bytesOf(t, sheetOf(t, "A1", "x")), sheet1,
		sheetXML(`<row r="1"><c r="A1" t="inlineStr"><is><t>합계</t></is></c><c r="B1"><f>132500*1.1</f><v>145750.00000000003</v></c></row>`))
	if up, err := read("a.xlsx", dust); err != nil || up.Total != money.Won(145_750) {
		t.Errorf("132,500 × 1.1 was read as %v, %v", up.Total, err)
	}
}

func TestDifferent_totals_are_listed_with_their_cells_and_the_same_twice_is_one(t *testing.T) {
	f := sheetOf(t, "A1", "합계", "B1", 1000, "C5", "Total", "C6", "₩2,000")
	_, err := read("a.xlsx", bytesOf(t, f))
	for _, want := range []string{"Sheet1!B1 = 1,000", "Sheet1!C6 = 2,000", "JEONGSAN_TOTAL"} {
		if !strings.Contains(fault.TextOf(err).KO, want) || !strings.Contains(fault.TextOf(err).EN, want) {
			t.Errorf("the fault does not say %q: %v", want, err)
		}
	}
	if err := f.SetCellValue("Sheet1", "C6", 1000); err != nil {
		t.Fatal(err)
	}
	if up, err := read("a.xlsx", bytesOf(t, f)); err != nil || up.Total != money.Won(1000) {
		t.Errorf("the same total twice: %v, %v", up, err)
	}
}

func TestThe_name_of_the_total_wins_over_labels_while_it_points_at_a_number(t *testing.T) {
	f := sheetOf(t, "A1", "합계", "B1", 1000, "D9", "₩2,200")
	if _, err := f.NewSheet("청구 '10월'분"); err != nil {
		t.Fatal(err)
	}
	if err := f.SetCellValue("청구 '10월'분", "B2", 3300); err != nil {
		t.Fatal(err)
	}
	for refersTo, want := range map[string]int64{"Sheet1!$D$9": 2200, "'청구 ''10월''분'!$B$2": 3300, "Sheet1!$A$1": 1000, "Sheet1!$Z$99": 1000, "#REF!": 1000, "Sheet1!#REF!": 1000} {
		if err := f.SetDefinedName(&excelize.DefinedName{Name: "JEONGSAN_TOTAL", RefersTo: refersTo}); err != nil {
			t.Fatal(err)
		}
		if up, err := read("a.xlsx", bytesOf(t, f)); err != nil || up.Total != money.Won(want) || (up.Label == "") != (want != 1000) {
			t.Errorf("%s: %+v, %v", refersTo, up, err)
		}
		if err := f.DeleteDefinedName(&excelize.DefinedName{Name: "JEONGSAN_TOTAL"}); err != nil {
			t.Fatal(err)
		}
	}
}

func TestWithout_a_total_the_fault_says_which_label_to_write(t *testing.T) {
	for name, f := range map[string]*excelize.File{
		"no label":            sheetOf(t, "A1", "금액", "B1", 1000),
		"a label alone":       sheetOf(t, "A1", "합계"),
		"a label and a word":  sheetOf(t, "A1", "합계", "B1", "별첨 참조"),
		"a total without VAT": sheetOf(t, "A1", "합계 (VAT 별도)", "B1", 1000),
		"a label far away":    sheetOf(t, "A1", "합계", "A9", 1000),
	} {
		if _, err := read("a.xlsx", bytesOf(t, f)); !fault.Is(err, fault.Invalid) || !strings.Contains(fault.TextOf(err).KO, "총 청구금액") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestA_formula_that_was_never_computed_is_told_from_a_missing_total(t *testing.T) {
	f := sheetOf(t, "A1", "합계", "A5", 1)
	if err := f.SetCellFormula("Sheet1", "B1", "SUM(C1:C9)"); err != nil {
		t.Fatal(err)
	}
	_, err := read("a.xlsx", bytesOf(t, f))
	if text := fault.TextOf(err).KO; !strings.Contains(text, "B1") || !strings.Contains(text, "수식") {
		t.Errorf("got %v", err)
	}
}

func TestA_hidden_sheet_has_no_say(t *testing.T) {
	f := sheetOf(t, "A1", "합계", "B1", 1000)
	if _, err := f.NewSheet("숨김"); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(f.SetCellValue("숨김", "A1", "합계"), f.SetCellValue("숨김", "B1", 7), f.SetSheetVisible("숨김", false)); err != nil {
		t.Fatal(err)
	}
	if up, err := read("a.xlsx", bytesOf(t, f)); err != nil || up.Total != money.Won(1000) {
		t.Errorf("got %v, %v", up, err)
	}
}

func TestSupply_and_tax_are_told_only_when_they_fit_the_total(t *testing.T) {
	fits, err := read("a.xlsx", bytesOf(t, sheetOf(t, "A1", "공급가액", "B1", 1000, "A2", "부가세(10%)", "B2", 100, "A3", "합계", "B3", 1100)))
	if err != nil || !fits.HasTax || fits.Supply != money.Won(1000) || fits.VAT != money.Won(100) {
		t.Errorf("got %+v, %v", fits, err)
	}
	for _, cells := range [][]any{
		{"A1", "공급가액", "B1", 1000, "A2", "VAT", "B2", 90, "A3", "합계", "B3", 1100},
		{"A1", "공급가액", "B1", 1000, "A3", "합계", "B3", 1100},
		{"A1", "공급가액", "B1", 1000, "D1", "공급가액", "E1", 1001, "A2", "세액", "B2", 100, "A3", "합계", "B3", 1100},
	} {
		if up, err := read("a.xlsx", bytesOf(t, sheetOf(t, cells...))); err != nil || up.HasTax || up.Total != money.Won(1100) {
			t.Errorf("%v: got %+v, %v", cells, up, err)
		}
	}
}

func TestA_cancelled_reading_ends(t *testing.T) {
	b := rebuilt(t, bytesOf(t, sheetOf(t, "A1", "x")), sheet1, sheetXML(strings.Repeat(`<row/>`, 5000)))
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := document.ReadUpload(ctx, "a.xlsx", bytes.NewReader(b), int64(len(b))); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestA_file_damaged_anywhere_gives_a_fault_or_a_total_and_nothing_else(t *testing.T) {
	good := bytesOf(t, sheetOf(t, "A1", "합계", "B1", 1000))
	inside := sheetXML(`<row r="1"><c r="A1" t="inlineStr"><is><t>합계</t></is></c><c r="B1"><v>1000</v></c></row>`)
	rapid.Check(t, func(rt *rapid.T) {
		b := bytes.Clone(good)
		if rapid.Bool().Draw(rt, "in the sheet") {
			xml := []byte(inside)
			for range rapid.IntRange(1, 6).Draw(rt, "wounds") {
				xml[rapid.IntRange(0, len(xml)-1).Draw(rt, "at")] = rapid.Byte().Draw(rt, "byte")
			}
			b = rebuilt(t, good, sheet1, string(xml))
		} else {
			for range rapid.IntRange(1, 6).Draw(rt, "wounds") {
				b[rapid.IntRange(0, len(b)-1).Draw(rt, "at")] = rapid.Byte().Draw(rt, "byte")
			}
		}
		if _, err := read("a.xlsx", b); err != nil && !fault.Is(err, fault.Invalid) {
			rt.Fatalf("got %v", err)
		}
	})
}

func BenchmarkReadUpload_5000_details(b *testing.B) {
	content := xlsxOf(b, renderer(b), sample(b, 5000))
	for b.Loop() {
		if _, err := upload(content); err != nil {
			b.Fatal(err)
		}
	}
}
