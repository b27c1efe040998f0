package document

import (
	"fmt"
	"strings"

	"jeongsan/internal/money"
)

// detailPages set the 이용 내역 on landscape pages, one block for each account and month in the order given.
func (c *composer) detailPages() {
	f := &flow{l: c.layout, x: wideMargin, w: a4Long - 2*wideMargin, top: margin + 6, bottom: a4Short - margin - 14, pageW: a4Long, pageH: a4Short}
	f.next()
	f.y -= 4
	c.line(f.p, c.words.details, style{bold, 14, accent}, f.x, f.y, f.w, left)
	c.line(f.p, c.words.unitOf(c.inv.providerCurrency())+"   "+fmt.Sprintf(c.words.rows, len(c.inv.Details)), labelStyle, f.x, f.y+6, f.w, right)
	f.y += 21
	f.y = c.para(f.p, c.words.provider, labelStyle, f.x, f.y, f.w) + 6
	c.detailTable(f.w).draw(f, c.detailRows())
}

func (c *composer) detailTable(w float64) *table {
	columns := []column{
		{title: c.words.service, width: 86},
		{title: c.words.kind, width: 66},
		{title: c.words.region, width: 57},
		{title: c.words.detail},
		{title: c.words.plan, width: 52},
		{title: c.words.fee, width: 58, align: right, number: true},
		{title: c.words.commitment, over: c.words.discounts, width: 46, align: right, number: true},
		{title: c.words.membership, over: c.words.discounts, width: 46, align: right, number: true},
		{title: c.words.pledge, over: c.words.discounts, width: 54, align: right, number: true},
		{title: c.words.otherDiscount, over: c.words.discounts, width: 38, align: right, number: true},
		{title: c.words.expected, width: 62, align: right, number: true},
		{title: c.words.span, width: 80},
	}
	rest := w
	for _, col := range columns {
		rest -= col.width
	}
	columns[3].width = rest
	return &table{
		columns: columns,
		head:    style{bold, 7, accent}, band: style{bold, 7.5, accent},
		pad: 2.2, gutter: 3.5, ink: accent, headBox: tint,
	}
}

// detailRows are the rows with a band before and a subtotal after each block, when there is more than one.
func (c *composer) detailRows() []row {
	details := c.inv.Details
	rows := make([]row, 0, len(details)+8)
	blocks := blocksOf(details)
	for _, b := range blocks {
		if name := c.blockName(b[0]); name != "" {
			rows = append(rows, row{band: name, fill: rgb{0xfa, 0xfb, 0xfc}, rule: hair})
		}
		for i := range b {
			rows = append(rows, c.detailRow(&b[i]))
		}
		if len(blocks) > 1 {
			rows = append(rows, c.sumRow(c.words.subtotal, b, 0.4))
		}
	}
	total := c.sumRow(c.words.sum, details, 0.8)
	total.fill = tint
	return append(rows, total)
}

// blocksOf cuts the details where account or month changes.
func blocksOf(details []Detail) [][]Detail {
	var blocks [][]Detail
	start := 0
	for i := range details {
		if i+1 == len(details) || details[i+1].Account != details[i].Account || details[i+1].Month != details[i].Month {
			blocks = append(blocks, details[start:i+1])
			start = i + 1
		}
	}
	return blocks
}

func (c *composer) blockName(d Detail) string {
	var parts []string
	if account := c.prepare(d.Account); account != "" {
		parts = append(parts, c.words.accountID+" "+account)
	}
	if !d.Month.IsZero() {
		parts = append(parts, c.words.monthName(d.Month))
	}
	return strings.Join(parts, "  ·  ")
}

var (
	detailText = style{regular, 7, ink}
	detailSoft = style{regular, 6.5, muted}
	detailZero = style{regular, 7, faint}
	detailSum  = style{bold, 7, ink}
)

func (c *composer) detailRow(d *Detail) row {
	return row{rule: hair, cells: []cell{
		{c.prepare(d.Service), detailText}, {c.prepare(d.Kind), detailText}, {c.prepare(d.Region), detailText},
		{c.prepare(d.Item), detailText}, {c.prepare(d.Plan), detailText},
		{grouped(d.Fee, 0), detailText},
		quiet(d.Commitment), quiet(d.Membership), quiet(d.MembershipPledge), quiet(d.OtherDiscount),
		{grouped(d.Expected, 0), detailText},
		{c.spanOf(d), detailSoft},
	}}
}

// quiet sets a discount that is zero in a lighter shade, so that the eye finds those that are not.
func quiet(x money.Decimal) cell {
	if x.IsZero() {
		return cell{"0", detailZero}
	}
	return cell{grouped(x, 0), detailText}
}

// spanOf is start over end. The provider writes "2999-12-31 23:59:59" for what has no end yet; on paper that is
// left open (the sheet keeps the value).
func (c *composer) spanOf(d *Detail) string {
	start, end := c.prepare(d.Start), c.prepare(d.End)
	if start == "" && end == "" {
		return ""
	}
	if end == "" || strings.HasPrefix(end, "2999-12-31") {
		return start + " ~"
	}
	return start + " ~\n" + end
}

func (c *composer) sumRow(label string, details []Detail, heavy float64) row {
	s := sumDetails(details)
	set := func(x money.Decimal) cell { return cell{grouped(x, 0), detailSum} }
	return row{rule: hair, heavy: heavy, cells: []cell{
		{label, detailSum}, {"", detailSum}, {"", detailSum},
		{fmt.Sprintf(c.words.rows, len(details)), detailSoft}, {"", detailSum},
		set(s.Fee), set(s.Commitment), set(s.Membership), set(s.MembershipPledge), set(s.OtherDiscount), set(s.Expected),
		{"", detailSum},
	}}
}

// sumDetails adds every amount column exactly.
func sumDetails(details []Detail) Detail {
	var s Detail
	for i := range details {
		d := &details[i]
		s.Fee = s.Fee.Add(d.Fee)
		s.Commitment = s.Commitment.Add(d.Commitment)
		s.Membership = s.Membership.Add(d.Membership)
		s.MembershipPledge = s.MembershipPledge.Add(d.MembershipPledge)
		s.OtherDiscount = s.OtherDiscount.Add(d.OtherDiscount)
		s.Expected = s.Expected.Add(d.Expected)
	}
	return s
}
