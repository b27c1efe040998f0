package document

import (
	"fmt"
	"io"
	"strings"

	"jeongsan/internal/fault"
	"jeongsan/internal/money"
)

// The page: A4 in points, one quiet accent, figures in ink, everything else a shade lighter.
const (
	a4Short, a4Long = 595.28, 841.89
	margin          = 45.0
	wideMargin      = 36.0 // left and right of a landscape page
)

var (
	ink    = rgb{0x1b, 0x25, 0x34}
	muted  = rgb{0x6a, 0x74, 0x85}
	faint  = rgb{0xb4, 0xbb, 0xc6}
	accent = rgb{0x1e, 0x3f, 0x66}
	hair   = rgb{0xdd, 0xe1, 0xe7}
	tint   = rgb{0xf4, 0xf6, 0xf9}
	white  = rgb{0xff, 0xff, 0xff}
	alarm  = rgb{0xb4, 0x23, 0x18}
)

var (
	titleStyle  = style{bold, 23, accent}
	partyStyle  = style{bold, 13.5, ink}
	textStyle   = style{regular, 9, ink}
	strongStyle = style{bold, 9, ink}
	noteStyle   = style{regular, 8, muted}
	labelStyle  = style{regular, 8, muted}
	headStyle   = style{bold, 9.5, accent}
	dueStyle    = style{bold, 19, accent}
	whiteStyle  = style{bold, 10.5, white}
	alarmStyle  = style{bold, 9, alarm}
)

// WritePDF writes the invoice as PDF: a portrait first page to pay and book from, then the 이용 내역 on landscape
// pages when there are details. It returns the characters that no font has, drawn as □; the caller shows them to
// whoever can correct the name. The bytes depend on inv alone.
//
// An invoice that does not add up is fault.Internal.
func (r *Renderer) WritePDF(w io.Writer, inv Invoice) ([]Replacement, error) {
	if err := inv.check(); err != nil {
		return nil, err
	}
	fonts, err := r.fonts()
	if err != nil {
		return nil, fmt.Errorf("document renderer: %w", err)
	}
	c := &composer{layout: &layout{fonts: fonts, replaced: map[rune]*Replacement{}}, inv: &inv, words: inv.Lang.words()}
	c.logo, c.hasLogo = r.logos.get(inv.Issuer.Logo)
	c.invoicePages()
	if len(inv.Details) > 0 {
		c.detailPages()
	}
	c.frame()
	b, err := c.layout.write(pdfInfo{
		title:   plain(c.words.title + " " + inv.Number),
		author:  plain(inv.Issuer.Name),
		subject: plain(joined(" ", inv.Customer.Name, c.words.monthName(inv.Month))),
		created: inv.IssuedOn.Start(),
	})
	if err != nil {
		return nil, fault.New(fault.Internal, fault.T("요금청구서 PDF를 만들지 못했습니다.", "The invoice PDF could not be written.")).Because(err)
	}
	if _, err := w.Write(b); err != nil {
		return nil, fmt.Errorf("write invoice pdf: %w", err)
	}
	return c.layout.replacements(), nil
}

// composer places the parts of one invoice.
type composer struct {
	*layout
	inv     *Invoice
	words   *words
	logo    logo
	hasLogo bool
}

func (c *composer) invoicePages() {
	f := &flow{l: c.layout, x: margin, w: a4Short - 2*margin, top: margin + 18, bottom: a4Long - margin - 16, pageW: a4Short, pageH: a4Long}
	f.next()
	f.y = margin - 5
	c.masthead(f)
	c.panel(f)
	c.parties(f)
	c.terms(f)
	c.charges(f)
	c.sums(f)
	c.notes(f)
}

// masthead is logo, title and number, then whom it is for.
func (c *composer) masthead(f *flow) {
	top := f.y
	c.issuerMark(f.p, f.x, top, 190, 44)
	c.line(f.p, c.words.title, titleStyle, f.x, top-3, f.w, right)
	number := c.prepare(c.inv.Number)
	if c.inv.Revision > 1 {
		number += "  ·  " + fmt.Sprintf(c.words.revision, c.inv.Revision-1)
	}
	c.line(f.p, c.words.number+"  "+number, c.fit(number, noteStyle, 250), f.x, top+31, f.w, right)
	f.y = top + 55
	f.p.rule(f.x, f.y, f.x+f.w, 1.2, accent)
	f.y += 12
	if c.inv.Draft {
		f.p.box(f.x, f.y-2, f.w, 20, rgb{0xfd, 0xf1, 0xef})
		c.line(f.p, c.words.draftNote, alarmStyle, f.x+9, f.y+1.8, f.w, left)
		f.y += 26
	}
	f.y = c.para(f.p, fmt.Sprintf(c.words.honorific, c.inv.Customer.Name), partyStyle, f.x, f.y, f.w)
	f.y = c.para(f.p, fmt.Sprintf(c.words.opening, c.words.monthName(c.inv.Month)), noteStyle, f.x, f.y+2, f.w) + 10
}

// issuerMark is the logo, or the issuer's name where there is none that can be printed.
func (c *composer) issuerMark(p *page, x, y, w, h float64) {
	if !c.hasLogo {
		c.lines(p, c.wrap(c.prepare(c.inv.Issuer.Name), style{bold, 14, ink}, w+60), style{bold, 14, ink}, x, y, w, left)
		return
	}
	lw, lh := c.logo.within(w, h)
	p.picture(c.logo, x, y+(h-lh)/2, lw, lh)
}

// panel answers the three questions of whoever pays: how much, until when, where to.
func (c *composer) panel(f *flow) {
	const pad, gap = 13.0, 16.0
	w := f.w - 2*pad
	widths := [3]float64{w*0.36 - gap, w*0.24 - gap, w * 0.40}
	accounts := c.accountLines(widths[2])
	height := max(2*pad+labelStyle.lineHeight()+30, 2*pad+labelStyle.lineHeight()+4+float64(len(accounts))*textStyle.lineHeight())
	f.p.box(f.x, f.y, f.w, height, tint)
	f.p.box(f.x, f.y, 3, height, accent)

	x, top := f.x+pad, f.y+pad-1
	c.line(f.p, c.words.amountDue, labelStyle, x, top, widths[0], left)
	total := c.words.money(c.inv.settled(c.inv.Sums.Total))
	c.line(f.p, total, c.fit(total, dueStyle, widths[0]), x, top+13, widths[0], left)

	x += widths[0] + gap
	c.line(f.p, c.words.due, labelStyle, x, top, widths[1], left)
	dueText, dueSet := c.words.day(c.inv.Due), style{bold, 12, ink}
	if c.inv.Sums.Total.Sign() <= 0 {
		dueText, dueSet = c.words.nothingDue, strongStyle
	}
	c.line(f.p, dueText, c.fit(dueText, dueSet, widths[1]), x, top+18, widths[1], left)

	x += widths[1] + gap
	c.line(f.p, c.words.account, labelStyle, x, top, widths[2], left)
	c.lines(f.p, accounts, strongStyle, x, top+labelStyle.lineHeight()+5, widths[2], left)
	f.y += height + 16
}

func (c *composer) accountLines(w float64) []string {
	var lines []string
	for _, a := range c.inv.Issuer.BankAccounts {
		lines = append(lines, c.wrap(c.prepare(a), strongStyle, w)...)
	}
	if len(lines) == 0 {
		return c.wrap(c.words.noAccount, strongStyle, w)
	}
	return lines
}

type fact struct{ label, value string }

// parties are supplier and customer beside each other, as on a 세금계산서.
func (c *composer) parties(f *flow) {
	const gap = 22.0
	w := (f.w - gap) / 2
	is, cu := c.inv.Issuer, c.inv.Customer
	bottomLeft := c.facts(f, c.words.supplier, f.x, w, []fact{
		{c.words.name, is.Name}, {c.words.businessNo, is.BusinessNo}, {c.words.representative, is.Representative},
		{c.words.address, is.Address}, {c.words.phone, is.Phone}, {c.words.fax, is.Fax}, {c.words.email, is.Email},
	})
	bottomRight := c.facts(f, c.words.customer, f.x+w+gap, w, []fact{
		{c.words.name, cu.Name}, {c.words.businessNo, cu.BusinessNo}, {c.words.representative, cu.Representative},
		{c.words.address, cu.Address}, {c.words.contact, cu.Contact},
		{c.words.accountKind, cu.AccountLabel}, {c.words.memberNo, cu.MemberNo},
	})
	f.y = max(bottomLeft, bottomRight) + 12
}

func (c *composer) facts(f *flow, title string, x, w float64, facts []fact) float64 {
	y := f.y
	c.line(f.p, title, headStyle, x, y, w, left)
	y += headStyle.lineHeight() + 3
	f.p.rule(x, y, x+w, 0.6, accent)
	y += 4
	labelWidth := 0.0
	for _, fa := range facts {
		labelWidth = max(labelWidth, c.width(fa.label, labelStyle)+10)
	}
	for _, fa := range facts {
		value := c.prepare(fa.value)
		if value == "" {
			continue
		}
		c.line(f.p, fa.label, labelStyle, x, y+0.9, labelWidth, left)
		y = c.lines(f.p, c.wrap(value, textStyle, w-labelWidth), textStyle, x+labelWidth, y, w-labelWidth, left) + 2
	}
	return y
}

// terms is the strip of dates that the booking needs.
func (c *composer) terms(f *flow) {
	billing := ""
	if c.inv.BillingDay > 0 {
		billing = fmt.Sprintf(c.words.everyMonth, c.inv.BillingDay)
	}
	facts := []fact{
		{c.words.month, c.words.monthName(c.inv.Month)},
		{c.words.period, c.words.periodOf(c.inv.PeriodFrom, c.inv.PeriodTo)},
		{c.words.issued, c.inv.IssuedOn.String()},
		{c.words.billingDay, billing},
		{c.words.purchaseOrder, c.prepare(c.inv.PurchaseOrder)},
	}
	shares := []float64{0.17, 0.30, 0.17, 0.15, 0.21}
	f.p.rule(f.x, f.y, f.x+f.w, 0.5, hair)
	x, deepest := f.x, 0.0
	for i, fa := range facts {
		w := f.w * shares[i]
		if fa.value != "" {
			c.line(f.p, fa.label, labelStyle, x, f.y+6, w, left)
			deepest = max(deepest, c.lines(f.p, c.wrap(fa.value, textStyle, w-6), textStyle, x, f.y+18, w, left)-f.y)
		}
		x += w
	}
	f.y += deepest + 5
	f.p.rule(f.x, f.y, f.x+f.w, 0.5, hair)
	f.y += 18
}

// charges are the lines of the invoice, group by group.
func (c *composer) charges(f *flow) {
	t := &table{
		columns: []column{
			{title: c.words.group, width: 72},
			{title: c.words.item, width: 190},
			{title: c.words.basis, width: f.w - 72 - 190 - 96},
			{title: c.words.amount, width: 96, align: right, number: true},
		},
		head: style{bold, 8.5, accent}, pad: 3.8, gutter: 6, ink: accent, headBox: tint,
	}
	f.need(headStyle.lineHeight() + 60)
	c.section(f, c.words.lines, c.words.unitOf(c.inv.currency()))
	var rows []row
	for _, g := range groups {
		for i, l := range c.inv.of(g) {
			name := ""
			if i == 0 {
				name = c.words.groupName(g)
			}
			rows = append(rows, row{rule: hair, cells: []cell{
				{name, style{bold, 8.5, ink}},
				{c.prepare(l.Name), textStyle},
				{c.prepare(l.Note), noteStyle},
				{c.inv.settled(l.Amount).Grouped(), textStyle},
			}})
		}
	}
	t.pad = c.tightened(f, t, rows)
	t.draw(f, rows)
}

// tightened is the padding with which the lines leave room for the sums on the same page: a clerk should not have to
// turn the page for the total because of a few points. Where not even the tightest helps, it stays as it was.
func (c *composer) tightened(f *flow, t *table, rows []row) float64 {
	usual := t.pad
	for _, pad := range []float64{usual, 2.8, 1.8} {
		t.pad = pad
		height := t.headHeight(f.l)
		for _, r := range rows {
			height += t.height(t.wrapRow(f.l, r))
		}
		if f.y+height+c.sumsHeight() <= f.bottom {
			return pad
		}
	}
	return usual
}

func (c *composer) section(f *flow, title, unit string) {
	c.line(f.p, title, headStyle, f.x, f.y, f.w, left)
	c.line(f.p, unit, labelStyle, f.x, f.y+1, f.w, right)
	f.y += headStyle.lineHeight() + 4
}

// sumStep is the height of one line of the sums.
const sumStep = 17.5

// sumsHeight is the room that the sums need: a line a group, supply, tax, and the box of the total.
func (c *composer) sumsHeight() float64 {
	lines := 2
	for _, g := range groups {
		if len(c.inv.of(g)) > 0 {
			lines++
		}
	}
	return float64(lines)*sumStep + 60
}

// sums shows how the total comes about: groups, supply, tax, total. It is never split over two pages.
func (c *composer) sums(f *flow) {
	s := c.inv.Sums
	type sum struct {
		label, basis string
		amount       money.Amount
		strong       bool
	}
	var list []sum
	var names []string
	for _, g := range groups {
		if len(c.inv.of(g)) > 0 {
			list = append(list, sum{c.words.groupName(g), "", s.of(g), false})
			names = append(names, c.words.groupName(g))
		}
	}
	list = append(list,
		sum{c.words.supply, fmt.Sprintf(c.words.supplyBasis, strings.Join(names, " + ")), s.Supply, true},
		sum{c.words.vat, c.prepare(s.VATNote), s.VAT, false})
	if len(names) == 0 {
		list[0].basis = ""
	}

	const w, amountWidth, labelWidth = 330.0, 100.0, 82.0
	basisWidth := w - amountWidth - labelWidth - 12
	x := f.x + f.w - w
	f.need(c.sumsHeight())
	f.y += 8
	besides := c.exchange(f.p, f.x, f.y, f.w-w-20)
	for _, e := range list {
		set := textStyle
		if e.strong {
			set = strongStyle
			f.p.rule(x, f.y, x+w, 0.6, accent)
		}
		basis := c.wrap(e.basis, style{regular, 7.5, muted}, basisWidth)
		c.line(f.p, e.label, set, x+6, f.y+2.2, labelWidth, left)
		bottom := c.lines(f.p, basis, style{regular, 7.5, muted}, x+6+labelWidth, f.y+3.4, basisWidth, left)
		amount := c.inv.settled(e.amount).Grouped()
		c.line(f.p, amount, c.fit(amount, set, amountWidth-6), x+w-amountWidth, f.y+2.2, amountWidth-6, right)
		f.y = max(f.y+sumStep, bottom+3)
	}
	f.y += 2
	f.p.box(x, f.y, w, 25, accent)
	c.line(f.p, c.words.total, whiteStyle, x+10, f.y+5, labelWidth, left)
	total := c.words.money(c.inv.settled(s.Total))
	c.line(f.p, total, c.fit(total, style{bold, 12, white}, w-110), x+100, f.y+4, w-106, right)
	f.y = max(f.y+25, besides) + 16
}

// exchange states the rate and the exact amount that it was applied to, in the space left of the sums.
func (c *composer) exchange(p *page, x, y, w float64) float64 {
	fx := c.inv.FX
	if fx == nil {
		return y
	}
	c.line(p, c.words.fx, headStyle, x, y, w, left)
	y += headStyle.lineHeight() + 3
	total := string(fx.Currency) + " " + grouped(fx.ProviderTotal, int(fx.Currency.Places()))
	rate := fmt.Sprintf(c.words.fxUnit, fx.Currency, grouped(fx.Rate, 2))
	for _, fa := range []fact{{c.words.fxTotal, total}, {c.words.fxRate, rate}} {
		c.line(p, fa.label, labelStyle, x, y, w, left)
		y = c.para(p, fa.value, textStyle, x, y+labelStyle.lineHeight(), w) + 3
	}
	return c.para(p, joined(" · ", fx.Date.String(), fx.Source), noteStyle, x, y-3, w)
}

// notes are the issuer's own remarks; they may run over pages.
func (c *composer) notes(f *flow) {
	first := true
	for _, n := range c.inv.Notes {
		text := c.prepare(n)
		if text == "" {
			continue
		}
		lines := c.wrap(text, noteStyle, f.w-12)
		if first {
			f.need(40)
			c.line(f.p, c.words.notes, headStyle, f.x, f.y, f.w, left)
			f.y += headStyle.lineHeight() + 2
			first = false
		}
		for i, line := range lines {
			f.need(noteStyle.lineHeight())
			if i == 0 {
				c.line(f.p, "·", noteStyle, f.x+2, f.y, 10, left)
			}
			c.line(f.p, line, noteStyle, f.x+10, f.y, f.w, left)
			f.y += noteStyle.lineHeight()
		}
		f.y += 2
	}
}

// frame puts on every page what can only be known when all pages are: its number, and the draft's stamp.
func (c *composer) frame() {
	small := style{regular, 7.5, muted}
	contact := c.prepare(joined("  ·  ", c.inv.Issuer.Name, c.inv.Issuer.Phone, c.inv.Issuer.Email))
	number := c.prepare(c.inv.Number)
	customer := c.words.title + "  ·  " + c.prepare(c.inv.Customer.Name)
	for i, p := range c.pages {
		x := margin
		if p.w > p.h {
			x = wideMargin
		}
		w, y := p.w-2*x, p.h-margin-4
		p.rule(x, y-6, x+w, 0.4, hair)
		c.line(p, contact, c.fit(contact, small, w*0.62), x, y, w, left)
		c.line(p, fmt.Sprintf("%s   %d / %d", number, i+1, len(c.pages)), small, x, y, w, right)
		if i > 0 {
			c.line(p, customer, c.fit(customer, small, w*0.7), x, margin-14, w, left)
			c.line(p, c.words.monthName(c.inv.Month), small, x, margin-14, w, right)
		}
		if c.inv.Draft {
			p.stamp(c.words.draft, alarm)
		}
	}
}
