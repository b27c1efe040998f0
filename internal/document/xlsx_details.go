package document

import (
	"fmt"
	"strings"

	"github.com/xuri/excelize/v2"

	"jeongsan/internal/money"
)

// detailColumn is a column of the 이용 내역 sheet, with its width in characters.
type detailColumn struct {
	title string
	width float64
}

func (b *workbook) detailColumns() []detailColumn {
	w := b.words
	discount := func(name string) string { return fmt.Sprintf("%s\n(%s)", w.discounts, name) }
	return []detailColumn{
		{w.accountID, 15}, {w.usageMonth, 10}, {w.service, 22}, {w.kind, 18}, {w.region, 12},
		{w.detail, 40}, {w.plan, 13}, {w.fee, 15},
		{discount(w.commitment), 13}, {discount(w.membership), 13}, {discount(w.pledge), 15}, {discount(w.otherDiscount), 13},
		{w.expected, 15}, {w.start, 19}, {w.end, 19},
	}
}

// detailSheet streams every detail: head in row 1, frozen and filtered, a row each, and the sums below.
func (b *workbook) detailSheet(name string) {
	_, err := b.file.NewSheet(name)
	b.try(err)
	columns := b.detailColumns()
	last, err := excelize.ColumnNumberToName(len(columns))
	b.try(err)
	b.try(b.file.AutoFilter(name, fmt.Sprintf("A1:%s%d", last, len(b.inv.Details)+1), nil))
	b.paper(name, "landscape") // after the filter, which forgets the page set-up
	if b.err != nil {
		return
	}
	s := b.open(name)
	if s.err != nil {
		return
	}
	widths := make([]float64, len(columns))
	for i, c := range columns {
		widths[i] = c.width
	}
	s.widths(widths)
	s.try(s.stream.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}))
	s.detailHead(columns)
	s.detailBody()
	s.detailSum()
	s.names = append(s.names, excelize.DefinedName{
		Name: "_xlnm.Print_Titles", Scope: name, RefersTo: fmt.Sprintf("'%s'!$1:$1", name),
	})
	s.close()
}

func (s *sheetWriter) detailHead(columns []detailColumn) {
	l := headLook
	l.size, l.wrap, l.align = 9, true, center
	cells := make([]any, len(columns))
	for i, c := range columns {
		cells[i] = s.cell(c.title, l)
	}
	s.putFromA(30, cells)
}

func (s *sheetWriter) putFromA(height float64, cells []any) {
	s.row++
	if s.err != nil {
		return
	}
	s.try(s.stream.SetRow(fmt.Sprintf("A%d", s.row), cells, excelize.RowOpts{Height: height}))
}

// amountStyles are the styles of one kind of row: text, whole numbers, fractions, and numbers written as text.
type amountStyles struct{ text, time, whole, fraction, digits int }

func (s *sheetWriter) amountStyles(l look) amountStyles {
	number := l
	number.align = right
	whole, fraction := number, number
	whole.format, fraction.format = "#,##0", "#,##0.00###########"
	digits, time := number, l
	digits.wrap, digits.shrink, time.align = false, true, center
	return amountStyles{s.style(l), s.style(time), s.style(whole), s.style(fraction), s.style(digits)}
}

func (a amountStyles) set(c *excelize.Cell, x money.Decimal) {
	c.Value = number(x)
	switch c.Value.(type) {
	case int64:
		c.StyleID = a.whole
	case float64:
		c.StyleID = a.fraction
	default:
		c.StyleID = a.digits
	}
}

const firstAmount, lastAmount, detailWidth = 7, 12, 15

// blankRow is a row of cells that are filled again and again: a sheet of thousands of rows is written through one.
func (a amountStyles) blankRow() (cells [detailWidth]*excelize.Cell, row []any) {
	for i := range cells {
		cells[i] = &excelize.Cell{StyleID: a.text}
		row = append(row, cells[i])
	}
	cells[lastAmount+1].StyleID, cells[lastAmount+2].StyleID = a.time, a.time
	return cells, row
}

func (s *sheetWriter) detailBody() {
	st := s.amountStyles(look{size: 9, color: ink, wrap: true})
	cells, row := st.blankRow()
	var last [firstAmount]string // most texts repeat from row to row
	for i := range s.inv.Details {
		d := &s.inv.Details[i]
		for at, text := range [...]string{d.Account, d.Month.String(), d.Service, d.Kind, d.Region, d.Item, d.Plan} {
			if text != last[at] {
				cells[at].Value, last[at] = textOrNothing(text), text
			}
		}
		lines := max(rowsIn(d.Service, 21), rowsIn(d.Kind, 17), rowsIn(d.Region, 11), rowsIn(d.Item, 38), rowsIn(d.Plan, 12))
		st.amounts(cells[firstAmount:lastAmount+1], d)
		cells[lastAmount+1].Value, cells[lastAmount+2].Value = textOrNothing(d.Start), textOrNothing(d.End)
		s.putFromA(max(15, 12.5*float64(lines)), row)
	}
}

func textOrNothing(s string) any {
	if s = plain(s); s != "" {
		return s
	}
	return nil
}

func (a amountStyles) amounts(cells []*excelize.Cell, d *Detail) {
	for i, x := range [...]money.Decimal{d.Fee, d.Commitment, d.Membership, d.MembershipPledge, d.OtherDiscount, d.Expected} {
		a.set(cells[i], x)
	}
}

// detailSum adds every amount column. It is labelled 계, not 합계: 합계 is the one total of the invoice.
func (s *sheetWriter) detailSum() {
	sum := sumDetails(s.inv.Details)
	st := s.amountStyles(look{size: 9, bold: true, color: ink, fill: tint, above: accent, heavyAbove: true})
	cells, row := st.blankRow()
	cells[0].Value = s.words.sum
	unit := strings.Trim(s.words.unitOf(s.inv.providerCurrency()), "()")
	cells[5].Value = fmt.Sprintf(s.words.rows, len(s.inv.Details)) + ", " + unit
	st.amounts(cells[firstAmount:lastAmount+1], &sum)
	s.putFromA(18, row)
}
