package document

import (
	"bytes"
	"fmt"
	"io"
	"strconv"

	"github.com/xuri/excelize/v2"

	"jeongsan/internal/calendar"
	"jeongsan/internal/fault"
	"jeongsan/internal/money"
)

// Names by which a program, ReadUpload among them, finds the figures of the workbook wherever a clerk moves them.
const (
	nameTotal  = "JEONGSAN_TOTAL"
	nameSupply = "JEONGSAN_SUPPLY"
	nameVAT    = "JEONGSAN_VAT"
	nameNumber = "JEONGSAN_NUMBER"
)

// WriteXLSX writes the invoice as a workbook: sheet 1 the printable 요금청구서, sheet 2 every row of the 이용 내역
// (left out when there are none). The names JEONGSAN_TOTAL, _SUPPLY, _VAT and _NUMBER point at their cells.
//
// Text is written as text whatever it begins with; no cell is a formula but the repeated total. Amounts with more than
// fifteen significant digits, which a sheet cannot hold as numbers, are written as text with every digit.
// An invoice that does not add up is fault.Internal.
func (r *Renderer) WriteXLSX(w io.Writer, inv Invoice) error {
	if err := inv.check(); err != nil {
		return err
	}
	b := &workbook{file: excelize.NewFile(), inv: &inv, words: inv.Lang.words()}
	defer b.file.Close() // frees memory only; nothing is on disk
	b.logo, b.hasLogo = r.logos.get(inv.Issuer.Logo)
	var out bytes.Buffer
	if err := b.write(&out); err != nil {
		return fault.New(fault.Internal, fault.T("요금청구서 엑셀 파일을 만들지 못했습니다.", "The invoice workbook could not be written.")).Because(err)
	}
	if _, err := w.Write(out.Bytes()); err != nil {
		return fmt.Errorf("write invoice xlsx: %w", err)
	}
	return nil
}

// workbook writes one file. The first error is kept and returned at the end; what follows it is thrown away.
type workbook struct {
	file    *excelize.File
	inv     *Invoice
	words   *words
	logo    logo
	hasLogo bool
	styles  map[look]int
	err     error
}

func (b *workbook) write(w io.Writer) error {
	b.styles = map[look]int{}
	sheet := b.words.sheetInvoice
	b.try(b.file.SetSheetName("Sheet1", sheet))
	b.try(b.file.SetDefaultFont(sheetFont))
	b.try(b.file.SetDocProps(&excelize.DocProperties{
		Title: plain(b.words.title + " " + b.inv.Number), Creator: plain(b.inv.Issuer.Name),
		Created: b.inv.IssuedOn.String() + "T00:00:00Z", Modified: b.inv.IssuedOn.String() + "T00:00:00Z",
	}))
	b.invoiceSheet(sheet)
	if len(b.inv.Details) > 0 {
		b.detailSheet(b.words.sheetDetails)
	}
	if b.err != nil {
		return b.err
	}
	b.file.SetZipWriter(newSortedZip)
	_, err := b.file.WriteTo(w)
	return err
}

func (b *workbook) try(err error) {
	if b.err == nil {
		b.err = err
	}
}

const sheetFont = "맑은 고딕" // what Korean Excel itself sets; other programs substitute their own

// look is how a cell is set. Looks are made into styles once per workbook.
type look struct {
	size              float64
	bold, wrap, boxed bool
	color, fill       rgb
	align             align
	shrink            bool // smaller letters rather than a cut text
	indent            int
	format            string // number format, "" for general
	above, below      rgb    // lines; zero for none
	heavyAbove        bool
}

func (b *workbook) style(l look) int {
	if id, ok := b.styles[l]; ok {
		return id
	}
	s := &excelize.Style{
		Font:      &excelize.Font{Family: sheetFont, Size: l.size, Bold: l.bold, Color: l.color.hex()},
		Alignment: &excelize.Alignment{Horizontal: [...]string{"left", "center", "right"}[l.align], Vertical: "center", WrapText: l.wrap, Indent: l.indent, ShrinkToFit: l.shrink},
	}
	if l.fill != (rgb{}) {
		s.Fill = excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{l.fill.hex()}}
	}
	if l.format != "" {
		s.CustomNumFmt = &l.format
	}
	if l.above != (rgb{}) {
		weight := 1
		if l.heavyAbove {
			weight = 2
		}
		s.Border = append(s.Border, excelize.Border{Type: "top", Color: l.above.hex(), Style: weight})
	}
	if l.below != (rgb{}) {
		s.Border = append(s.Border, excelize.Border{Type: "bottom", Color: l.below.hex(), Style: 1})
	}
	id, err := b.file.NewStyle(s)
	b.try(err)
	b.styles[l] = id
	return id
}

func (c rgb) hex() string { return fmt.Sprintf("%02X%02X%02X", c.r, c.g, c.b) }

// amountFormat shows an amount with the places of its currency.
func amountFormat(c money.Currency, unit string) string {
	format := "#,##0"
	if c.Places() > 0 {
		format += "." + "0000"[:min(4, c.Places())]
	}
	return format + unit
}

// maxSheetDigits is how many significant digits a cell keeps: its number is a binary float by the file format.
const maxSheetDigits = 15

// number is an exact decimal as a cell value. Up to fifteen significant digits, the shortest notation of the
// nearest float is the decimal itself, so nothing is changed; beyond that it is text.
func number(x money.Decimal) any {
	s := x.Canonical()
	if significant(s) > maxSheetDigits {
		return grouped(x, 0)
	}
	if whole, err := strconv.ParseInt(s, 10, 64); err == nil {
		return whole
	}
	fraction, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return grouped(x, 0)
	}
	return fraction
}

// serial is a date as a sheet counts it: days since 1899-12-30.
func serial(d calendar.Date) int { return d.Sub(calendar.MustDate("1899-12-30")) }
