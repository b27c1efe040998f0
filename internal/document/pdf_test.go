package document_test

import (
	"bytes"
	"flag"
	"fmt"
	"image"
	"image/jpeg"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"jeongsan/internal/document"
	"jeongsan/internal/document/documenttest"
	"jeongsan/internal/fault"
	"jeongsan/internal/money"
)

var (
	update = flag.Bool("update", false, "write the golden files anew")
	keep   = flag.String("keep", "", "directory to write the sample documents to, for looking at them")
)

// TestMain bounds the property tests: a document takes tens of milliseconds, so 20 drawn ones are the default here.
// More by -rapid.checks.
func TestMain(m *testing.M) {
	flag.Parse()
	given := false
	flag.Visit(func(f *flag.Flag) { given = given || f.Name == "rapid.checks" })
	if !given {
		if err := flag.Set("rapid.checks", "20"); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}

var sharedRenderer = sync.OnceValue(document.NewRenderer)

// renderer is one for all tests, as a process has one for all documents.
func renderer(tb testing.TB) *document.Renderer {
	tb.Helper()
	return sharedRenderer()
}

func pdfOf(tb testing.TB, r *document.Renderer, inv document.Invoice) ([]byte, []document.Replacement) {
	tb.Helper()
	var out bytes.Buffer
	replaced, err := r.WritePDF(&out, inv)
	if err != nil {
		tb.Fatal(err)
	}
	return out.Bytes(), replaced
}

func textOf(tb testing.TB, pdf []byte) string {
	tb.Helper()
	pages, err := documenttest.PDFText(pdf)
	if err != nil {
		tb.Fatal(err)
	}
	var out strings.Builder
	for i, lines := range pages {
		fmt.Fprintf(&out, "=== page %d\n%s\n", i+1, strings.Join(lines, "\n"))
	}
	return out.String()
}

// golden compares with testdata/name; -update writes it.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got == string(want) {
		return
	}
	gotLines, wantLines := strings.Split(got, "\n"), strings.Split(string(want), "\n")
	for i := range max(len(gotLines), len(wantLines)) {
		if i >= len(gotLines) || i >= len(wantLines) || gotLines[i] != wantLines[i] {
			t.Fatalf("%s differs from line %d (run with -update if it should)\n got: %q\nwant: %q", name, i+1, at(gotLines, i), at(wantLines, i))
		}
	}
}

func at(lines []string, i int) string {
	if i < len(lines) {
		return lines[i]
	}
	return "(nothing)"
}

func kept(t *testing.T, name string, b []byte) {
	t.Helper()
	if *keep == "" {
		return
	}
	if err := os.WriteFile(filepath.Join(*keep, name), b, 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestThe_PDF_prints_what_a_clerk_pays_and_books_from(t *testing.T) {
	r := renderer(t)
	for name, inv := range samples(t) {
		t.Run(name, func(t *testing.T) {
			pdf, _ := pdfOf(t, r, inv)
			kept(t, name+".pdf", pdf)
			if name != "400-details" { // looked at, and counted below
				golden(t, name+".pdf.txt", textOf(t, pdf))
			}
		})
	}
}

func TestThe_same_invoice_gives_the_same_bytes_also_when_many_are_written_at_once(t *testing.T) {
	r := renderer(t)
	other := document.NewRenderer()
	all := samples(t)
	for _, name := range []string{"60-details", "odd-characters", "fx", "draft-no-logo"} {
		inv := all[name]
		want, _ := pdfOf(t, other, inv)
		wantSheet := xlsxOf(t, other, inv)
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				var pdf, sheet bytes.Buffer
				if _, err := r.WritePDF(&pdf, inv); err != nil || !bytes.Equal(pdf.Bytes(), want) {
					t.Errorf("%s: PDF differs, err %v", name, err)
				}
				if err := r.WriteXLSX(&sheet, inv); err != nil || !bytes.Equal(sheet.Bytes(), wantSheet) {
					t.Errorf("%s: XLSX differs, err %v", name, err)
				}
			})
		}
		wg.Wait()
	}
}

func TestEvery_page_carries_its_number_and_every_table_page_its_head(t *testing.T) {
	pdf, _ := pdfOf(t, renderer(t), sample(t, 400))
	pages, err := documenttest.PDFText(pdf)
	if err != nil {
		t.Fatal(err)
	}
	if len(pages) < 8 {
		t.Fatalf("400 details on %d pages", len(pages))
	}
	rows := 0
	for i, lines := range pages {
		text := strings.Join(lines, "\n")
		if want := fmt.Sprintf("%d / %d", i+1, len(pages)); !strings.Contains(text, want) {
			t.Errorf("page %d does not say %q", i+1, want)
		}
		if i > 0 && !strings.Contains(text, "납부예상요금") {
			t.Errorf("page %d has no table head", i+1)
		}
		rows += strings.Count(text, "09:04:39")
	}
	if rows != 400 {
		t.Errorf("%d of 400 details are printed", rows)
	}
}

func TestA_character_no_font_has_is_drawn_as_a_box_and_reported(t *testing.T) {
	pdf, replaced := pdfOf(t, renderer(t), samples(t)["odd-characters"])
	var codes []string
	for _, r := range replaced {
		codes = append(codes, fmt.Sprintf("%s×%d", r.Code, r.Count))
	}
	if got := strings.Join(codes, " "); got != "U+1F600×3 U+1F680×2" {
		t.Errorf("replaced %s", got)
	}
	text := textOf(t, pdf)
	for _, want := range []string{"株式會社", "金泰亨", "鐘路區", "漢字", "□□", "한글"} {
		if !strings.Contains(text, want) {
			t.Errorf("the PDF does not say %q", want)
		}
	}
}

func TestA_note_longer_than_a_page_is_printed_to_its_last_word(t *testing.T) {
	inv := sample(t, 2)
	inv.Lines[0].Note = numbered("근거", 700)
	inv.Details[0].Item = numbered("자원", 400)
	inv.Notes = []string{numbered("안내", 900)}
	inv.Issuer.Logo = nil
	pdf, _ := pdfOf(t, renderer(t), inv)
	text := textOf(t, pdf)
	for _, want := range []string{"근거1 ", "근거699", "자원1 ", "자원399", "안내1 ", "안내899"} {
		if !strings.Contains(text, want) {
			t.Errorf("the PDF lost %q", want)
		}
	}
}

func numbered(word string, n int) string {
	var out strings.Builder
	for i := range n {
		fmt.Fprintf(&out, "%s%d ", word, i)
	}
	return out.String()
}

func TestAn_invoice_that_does_not_add_up_is_written_in_no_format(t *testing.T) {
	r := renderer(t)
	spoil := map[string]func(*document.Invoice){
		"a line off by one won":        func(inv *document.Invoice) { inv.Lines[0].Amount = money.Won(inv.Lines[0].Amount.Minor() + 1) },
		"a group that is not its sum":  func(inv *document.Invoice) { inv.Sums.Other = money.Won(99_999) },
		"a supply amount of its own":   func(inv *document.Invoice) { inv.Sums.Supply, inv.Sums.Total = money.Won(10), money.Won(11) },
		"a total without its tax":      func(inv *document.Invoice) { inv.Sums.Total = inv.Sums.Supply },
		"a line of an unknown group":   func(inv *document.Invoice) { inv.Lines = append(inv.Lines, document.Line{Group: "free", Name: "x"}) },
		"a line in another currency":   func(inv *document.Invoice) { inv.Lines[0].Amount = money.New(100, money.USD) },
		"an invoice without a number":  func(inv *document.Invoice) { inv.Number = "" },
		"a sum in another currency":    func(inv *document.Invoice) { inv.Sums.VAT = money.New(0, money.USD) },
		"a discount that is forgotten": func(inv *document.Invoice) { inv.Lines = append(inv.Lines[:1:1], inv.Lines[2:]...) },
	}
	for name, change := range spoil {
		t.Run(name, func(t *testing.T) {
			inv := sample(t, 3)
			change(&inv)
			var out bytes.Buffer
			if _, err := r.WritePDF(&out, inv); !fault.Is(err, fault.Internal) || out.Len() > 0 {
				t.Errorf("PDF: %v, %d bytes", err, out.Len())
			}
			if err := r.WriteXLSX(&out, inv); !fault.Is(err, fault.Internal) || out.Len() > 0 {
				t.Errorf("XLSX: %v, %d bytes", err, out.Len())
			}
		})
	}
}

func TestAn_empty_invoice_of_zero_won_is_a_document_too(t *testing.T) {
	inv := document.Invoice{Number: "N-0", Sums: document.Sums{Total: money.Won(0)}}
	r := renderer(t)
	pdf, _ := pdfOf(t, r, inv)
	if text := textOf(t, pdf); !strings.Contains(text, "납부할 금액이 없습니다") {
		t.Errorf("got %s", text)
	}
	xlsxOf(t, r, inv)
}

func TestWhatever_a_name_holds_both_documents_are_written(t *testing.T) {
	r := renderer(t)
	rapid.Check(t, func(rt *rapid.T) {
		inv := sample(t, 1)
		inv.Issuer.Logo = nil
		text := rapid.String().Draw(rt, "text")
		inv.Customer.Name, inv.Issuer.Name, inv.Lines[0].Name, inv.Details[0].Item, inv.Number = text, text, text, text, "N"+text
		inv.Notes, inv.Issuer.BankAccounts = []string{text}, []string{text}
		var pdf, sheet bytes.Buffer
		if _, err := r.WritePDF(&pdf, inv); err != nil {
			rt.Fatal(err)
		}
		if _, err := documenttest.PDFText(pdf.Bytes()); err != nil {
			rt.Fatal(err)
		}
		if err := r.WriteXLSX(&sheet, inv); err != nil {
			rt.Fatal(err)
		}
		if up, err := upload(sheet.Bytes()); err != nil || up.Total != inv.Sums.Total {
			rt.Fatalf("read back %v, %v", up.Total, err)
		}
	})
}

func TestA_logo_that_cannot_be_printed_is_replaced_by_the_name(t *testing.T) {
	inv := sample(t, 1)
	inv.Issuer.Name = "이름으로인쇄"
	inv.Issuer.Logo = []byte("GIF89a")
	pdf, _ := pdfOf(t, renderer(t), inv)
	if first := strings.SplitN(textOf(t, pdf), "\n", 3)[1]; !strings.Contains(first, "이름으로인쇄") {
		t.Errorf("the first line is %q", first)
	}
}

func TestA_company_logo_is_checked_when_it_is_registered(t *testing.T) {
	good, err := documenttest.Logo(30)
	if err != nil {
		t.Fatal(err)
	}
	var photo bytes.Buffer
	if err := jpeg.Encode(&photo, image.NewGray(image.Rect(0, 0, 300, 90)), nil); err != nil {
		t.Fatal(err)
	}
	bomb := bytes.Clone(good)
	copy(bomb[16:24], []byte{0, 0, 0x4e, 0x20, 0, 0, 0x4e, 0x20}) // IHDR: 20,000 by 20,000
	recrc(bomb)
	cases := []struct {
		name string
		logo []byte
		says string
	}{
		{"a PNG is fine", good, ""},
		{"a JPG is fine", photo.Bytes(), ""},
		{"none is registered", nil, "등록되어 있지"},
		{"a GIF with the name of a PNG", []byte("GIF89a......"), "PNG나 JPG 이미지가 아닙니다"},
		{"an SVG", []byte("<svg/>"), "PNG나 JPG 이미지가 아닙니다"},
		{"a PNG that was cut off", good[:len(good)/2], "손상"},
		{"a JPG that was cut off", photo.Bytes()[:200], "손상"},
		{"a small file of 20,000 by 20,000 pixels", bomb, "20000×20000"},
		{"a file of 3 MiB", append(bytes.Clone(good), make([]byte, 3<<20)...), "MiB"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			err := document.CheckLogo(c.logo)
			if c.says == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			if !fault.Is(err, fault.Invalid) || !strings.Contains(fault.TextOf(err).KO, c.says) || fault.All(err)[0].Field != "회사 로고 / company logo" {
				t.Fatalf("got %v", err)
			}
		})
	}
}

func benchmarkPDF(b *testing.B, details int) {
	r, inv := renderer(b), sample(b, details)
	b.ReportAllocs()
	for b.Loop() {
		pdfOf(b, r, inv)
	}
}

func BenchmarkPDF_60_details(b *testing.B)  { benchmarkPDF(b, 60) }
func BenchmarkPDF_400_details(b *testing.B) { benchmarkPDF(b, 400) }

// The same 60 rows as lines of the invoice itself.
func BenchmarkPDF_60_lines(b *testing.B) {
	r, inv := renderer(b), sample(b, 0)
	inv.Details = nil
	for i := range 60 {
		s := services[i%len(services)]
		inv.Lines = append(inv.Lines, document.Line{Group: document.Usage, Name: s.service + " " + s.kind, Note: s.item, Amount: money.Won(int64(1000 * i))})
	}
	inv = settle(inv)
	b.ReportAllocs()
	for b.Loop() {
		pdfOf(b, r, inv)
	}
}

// BenchmarkFirstPDF parses the fonts, as the first document of a process does.
func BenchmarkFirstPDF(b *testing.B) {
	inv := samples(b)["60-details"]
	for b.Loop() {
		pdfOf(b, document.NewRenderer(), inv)
	}
}
