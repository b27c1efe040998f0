package document

import (
	"fmt"
	"strings"

	"github.com/xuri/excelize/v2"

	"jeongsan/internal/money"
)

// The grid of the invoice sheet: a narrow edge, then five columns B to F.
//
//	B 구분/label  C item/value  D label  E basis/value  F amount
var invoiceWidths = [...]float64{1.8, 13, 32, 12, 25, 18}

// Cells of looks that repeat.
var (
	plainLook = look{size: 10, color: ink, wrap: true}
	labelLook = look{size: 9, color: muted, wrap: true}
	headLook  = look{size: 10, bold: true, color: accent, fill: tint, above: accent, below: accent}
	panelLook = look{size: 10, bold: true, color: ink, fill: tint, wrap: true}
)

// sheetWriter appends rows to a streamed sheet.
type sheetWriter struct {
	*workbook
	stream *excelize.StreamWriter
	name   string
	row    int
	names  []excelize.DefinedName
}

func (b *workbook) open(name string) *sheetWriter {
	s := &sheetWriter{workbook: b, name: name}
	stream, err := b.file.NewStreamWriter(name)
	b.try(err)
	s.stream = stream
	return s
}

// put writes cells from column B of the next row. A nil leaves a cell out.
func (s *sheetWriter) put(height float64, cells ...any) {
	s.row++
	if s.err != nil {
		return
	}
	s.try(s.stream.SetRow(fmt.Sprintf("B%d", s.row), cells, excelize.RowOpts{Height: height}))
}

// widths sets the columns from A, the last one first: the library writes them in reverse order of the calls, and
// Excel repairs a sheet whose columns do not ascend.
func (s *sheetWriter) widths(widths []float64) {
	for i := len(widths) - 1; i >= 0; i-- {
		s.try(s.stream.SetColWidth(i+1, i+1, widths[i]))
	}
}

func (s *sheetWriter) cell(value any, l look) excelize.Cell {
	if text, ok := value.(string); ok {
		value = plain(text)
	}
	return excelize.Cell{StyleID: s.style(l), Value: value}
}

func (s *sheetWriter) merge(from, to string) { s.mergeRows(from, s.row, to, s.row) }

func (s *sheetWriter) mergeRows(from string, first int, to string, last int) {
	if s.err != nil {
		return
	}
	s.try(s.stream.MergeCell(fmt.Sprintf("%s%d", from, first), fmt.Sprintf("%s%d", to, last)))
}

// call gives the cell in the current row a name that programs find it by.
func (s *sheetWriter) call(name, column string) {
	s.names = append(s.names, excelize.DefinedName{Name: name, RefersTo: fmt.Sprintf("'%s'!$%s$%d", s.name, column, s.row)})
}

func (s *sheetWriter) close() {
	if s.err != nil {
		return
	}
	s.try(s.stream.Flush())
	for i := range s.names {
		s.try(s.file.SetDefinedName(&s.names[i]))
	}
}

func (b *workbook) invoiceSheet(name string) {
	b.invoicePage(name)
	if b.err != nil {
		return
	}
	s := b.open(name)
	if s.err != nil {
		return
	}
	s.widths(invoiceWidths[:])
	s.masthead()
	s.panel()
	s.parties()
	s.terms()
	s.charges()
	s.sums()
	s.exchange()
	s.notes()
	s.names = append(s.names, excelize.DefinedName{
		Name: "_xlnm.Print_Area", Scope: name, RefersTo: fmt.Sprintf("'%s'!$A$1:$F$%d", name, s.row),
	})
	s.close()
}

// invoicePage sets what must be known before rows are streamed: paper, foot, logo.
func (b *workbook) invoicePage(name string) {
	b.paper(name, "portrait")
	no := false
	b.try(b.file.SetSheetView(name, 0, &excelize.ViewOptions{ShowGridLines: &no}))
	if !b.hasLogo {
		return
	}
	w, h := b.logo.within(250, 56) // in pixels of the screen, at 96 dpi
	b.try(b.file.AddPictureFromBytes(name, "B1", &excelize.Picture{
		Extension: ".png", File: b.logo.png,
		Format: &excelize.GraphicOptions{
			ScaleX: w / float64(b.logo.w), ScaleY: h / float64(b.logo.h), OffsetX: 2, OffsetY: 4,
			Positioning: "oneCell", AltText: plain(b.inv.Issuer.Name),
		},
	}))
}

// paper fits the sheet to the width of A4.
func (b *workbook) paper(name, orientation string) {
	a4, wide, high, fit, edge, foot, middle := 9, 1, 0, true, 0.5, 0.3, true
	b.try(b.file.SetPageLayout(name, &excelize.PageLayoutOptions{Size: &a4, Orientation: &orientation, FitToWidth: &wide, FitToHeight: &high}))
	b.try(b.file.SetSheetProps(name, &excelize.SheetPropsOptions{FitToPage: &fit}))
	b.try(b.file.SetPageMargins(name, &excelize.PageLayoutMarginsOptions{
		Left: &edge, Right: &edge, Top: &edge, Bottom: &edge, Footer: &foot, Header: &foot, Horizontally: &middle,
	}))
	number := strings.ReplaceAll(plain(b.inv.Number), "&", "&&") // a single & begins a code of the foot
	b.try(b.file.SetHeaderFooter(name, &excelize.HeaderFooterOptions{OddFooter: "&L&8" + number + "&R&8&P / &N"}))
}

func (s *sheetWriter) masthead() {
	inv, w := s.inv, s.words
	issuer := ""
	if !s.hasLogo {
		issuer = inv.Issuer.Name
	}
	title := look{size: 24, bold: true, color: accent, align: right}
	s.put(34, s.cell(issuer, look{size: 14, bold: true, color: ink, wrap: true}), nil, s.cell(w.title, title), nil, nil)
	s.merge("B", "C")
	s.merge("D", "F")
	number := look{size: 9, color: muted, align: right, format: `"` + w.number + `  "@`}
	s.put(17, nil, nil, s.cell(inv.Number, number), nil, nil)
	s.merge("D", "F")
	s.call(nameNumber, "D")
	if inv.Revision > 1 {
		s.put(15, nil, nil, s.cell(fmt.Sprintf(w.revision, inv.Revision-1), look{size: 9, bold: true, color: alarm, align: right}), nil, nil)
		s.merge("D", "F")
	}
	line := look{size: 9, below: accent}
	s.put(6, s.cell("", line), s.cell("", line), s.cell("", line), s.cell("", line), s.cell("", line))
	if inv.Draft {
		s.put(6)
		s.wide(w.draft+" · "+w.draftNote, look{size: 10, bold: true, color: alarm, fill: rgb{0xfd, 0xf1, 0xef}, wrap: true}, 20)
	}
	s.put(8)
	s.wide(fmt.Sprintf(w.honorific, inv.Customer.Name), look{size: 14, bold: true, color: ink, wrap: true}, 22)
	s.wide(fmt.Sprintf(w.opening, w.monthName(inv.Month)), labelLook, 15)
	s.put(8)
}

// wide writes one text over the whole width, on as many lines as it needs.
func (s *sheetWriter) wide(text string, l look, height float64) {
	text = plain(text)
	room := int(99 * 9 / l.size)
	s.put(height*float64(rowsIn(text, room)), s.cell(text, l), s.cell("", l), s.cell("", l), s.cell("", l), s.cell("", l))
	s.merge("B", "F")
}

// panel: how much on the left, until when and where to on the right.
func (s *sheetWriter) panel() {
	inv, w := s.inv, s.words
	first := s.row + 1
	label := look{size: 9, color: muted, fill: tint}
	due := panelLook
	due.format, due.align = `[$-412]yyyy\-mm\-dd (ddd)`, left
	if inv.Lang == English {
		due.format = `[$-409]yyyy\-mm\-dd (ddd)`
	}
	s.put(24, s.cell(w.amountDue, label), s.cell("", label), s.cell(w.due, label), s.cell(dueCell(inv, w), due), s.cell("", due))
	s.merge("B", "C")
	s.merge("E", "F")

	accounts := inv.Issuer.BankAccounts
	if len(accounts) == 0 {
		accounts = []string{w.noAccount}
	}
	amount := look{size: 20, bold: true, color: accent, fill: tint, format: amountFormat(inv.currency(), s.unit())}
	for i, account := range accounts {
		height := max(20, 15*float64(rowsIn(plain(account), 42)))
		if len(accounts) == 1 {
			height = max(34, height)
		}
		var shown any = s.cell("", amount)
		if i == 0 {
			// the one formula of the sheet: whoever edits the total below sees it here too
			shown = excelize.Cell{StyleID: s.style(amount), Formula: nameTotal, Value: number(s.inv.settled(inv.Sums.Total).Decimal())}
		}
		name := ""
		if i == 0 {
			name = w.account
		}
		s.put(height, shown, s.cell("", amount), s.cell(name, label), s.cell(account, panelLook), s.cell("", panelLook))
		s.merge("E", "F")
	}
	s.mergeRows("B", first+1, "C", s.row)
	s.put(10)
}

// dueCell is the due date as a date, or in words when nothing is to be paid.
func dueCell(inv *Invoice, w *words) any {
	if inv.Sums.Total.Sign() <= 0 {
		return w.nothingDue
	}
	if inv.Due.IsZero() {
		return w.none
	}
	return serial(inv.Due)
}

func (s *sheetWriter) unit() string {
	if s.inv.currency() == money.KRW && s.inv.Lang != English {
		return `"원"`
	}
	return ` "` + string(s.inv.currency()) + `"`
}

// pairs writes two columns of facts beside each other.
func (s *sheetWriter) pairs(leftFacts, rightFacts []fact) {
	value := plainLook
	for i := range max(len(leftFacts), len(rightFacts)) {
		var l, r fact
		if i < len(leftFacts) {
			l = leftFacts[i]
		}
		if i < len(rightFacts) {
			r = rightFacts[i]
		}
		lines := max(rowsIn(plain(l.value), 32), rowsIn(plain(r.value), 43))
		s.put(16*float64(lines), s.cell(l.label, labelLook), s.cell(l.value, value), s.cell(r.label, labelLook), s.cell(r.value, value), s.cell("", value))
		s.merge("E", "F")
	}
}

// present leaves out facts without a value.
func present(facts ...fact) []fact {
	kept := facts[:0]
	for _, f := range facts {
		if plain(f.value) != "" {
			kept = append(kept, f)
		}
	}
	return kept
}

func (s *sheetWriter) parties() {
	w, is, cu := s.words, s.inv.Issuer, s.inv.Customer
	s.put(19, s.cell(w.supplier, headLook), s.cell("", headLook), s.cell(w.customer, headLook), s.cell("", headLook), s.cell("", headLook))
	s.put(4)
	s.pairs(
		present(fact{w.name, is.Name}, fact{w.businessNo, is.BusinessNo}, fact{w.representative, is.Representative},
			fact{w.address, is.Address}, fact{w.phone, is.Phone}, fact{w.fax, is.Fax}, fact{w.email, is.Email}),
		present(fact{w.name, cu.Name}, fact{w.businessNo, cu.BusinessNo}, fact{w.representative, cu.Representative},
			fact{w.address, cu.Address}, fact{w.contact, cu.Contact}, fact{w.accountKind, cu.AccountLabel}, fact{w.memberNo, cu.MemberNo}))
	s.put(8)
}

func (s *sheetWriter) terms() {
	w, inv := s.words, s.inv
	billing := ""
	if inv.BillingDay > 0 {
		billing = fmt.Sprintf(w.everyMonth, inv.BillingDay)
	}
	s.pairs(
		present(fact{w.month, w.monthName(inv.Month)}, fact{w.issued, inv.IssuedOn.String()}, fact{w.purchaseOrder, inv.PurchaseOrder}),
		present(fact{w.period, w.periodOf(inv.PeriodFrom, inv.PeriodTo)}, fact{w.billingDay, billing}))
	s.put(10)
}

func (s *sheetWriter) charges() {
	w := s.words
	unit := look{size: 9, color: muted, align: right}
	s.put(17, s.cell(w.lines, look{size: 11, bold: true, color: accent}), nil, nil, nil, s.cell(w.unitOf(s.inv.currency()), unit))
	amountHead := headLook
	amountHead.align = right
	s.put(20, s.cell(w.group, headLook), s.cell(w.item, headLook), s.cell(w.basis, headLook), s.cell("", headLook), s.cell(w.amount, amountHead))
	s.merge("D", "E")

	text, group, note := plainLook, plainLook, labelLook
	text.below, group.below, note.below, group.bold = hair, hair, hair, true
	amount := look{size: 10, color: ink, align: right, below: hair, format: amountFormat(s.inv.currency(), "")}
	for _, g := range groups {
		for i, l := range s.inv.of(g) {
			name := ""
			if i == 0 {
				name = w.groupName(g)
			}
			lines := max(rowsIn(plain(l.Name), 32), rowsIn(plain(l.Note), 41))
			s.put(max(19, 15*float64(lines)+3), s.cell(name, group), s.cell(l.Name, text), s.cell(l.Note, note), s.cell("", note), s.amount(l.Amount, amount))
			s.merge("D", "E")
		}
	}
	s.put(6)
}

func (s *sheetWriter) amount(a money.Amount, l look) excelize.Cell {
	return s.cell(number(s.inv.settled(a).Decimal()), l)
}

func (s *sheetWriter) sums() {
	w, sums := s.words, s.inv.Sums
	var names []string
	label, basis := look{size: 10, color: ink, indent: 1}, look{size: 9, color: muted, align: right, wrap: true}
	amount := look{size: 10, color: ink, align: right, format: amountFormat(s.inv.currency(), "")}
	line := func(name, why string, a money.Amount, label, amount look) {
		s.put(max(17, 13*float64(rowsIn(plain(why), 46))), s.cell(why, basis), s.cell("", basis), s.cell(name, label), s.cell("", label), s.amount(a, amount))
		s.merge("B", "C")
		s.merge("D", "E")
	}
	for _, g := range groups {
		if len(s.inv.of(g)) > 0 {
			names = append(names, w.groupName(g))
			line(w.groupName(g), "", sums.of(g), label, amount)
		}
	}
	why := ""
	if len(names) > 0 {
		why = fmt.Sprintf(w.supplyBasis, strings.Join(names, " + "))
	}
	strongLabel, strongAmount := label, amount
	strongLabel.bold, strongLabel.above, strongAmount.bold, strongAmount.above = true, accent, true, accent
	line(w.supply, why, sums.Supply, strongLabel, strongAmount)
	s.call(nameSupply, "F")
	line(w.vat, sums.VATNote, sums.VAT, label, amount)
	s.call(nameVAT, "F")

	totalLabel := look{size: 12, bold: true, color: white, fill: accent, indent: 1}
	totalAmount := look{size: 12, bold: true, color: white, fill: accent, align: right, format: amountFormat(s.inv.currency(), s.unit())}
	s.put(24, nil, nil, s.cell(w.total, totalLabel), s.cell("", totalLabel), s.amount(sums.Total, totalAmount))
	s.merge("D", "E")
	s.call(nameTotal, "F")
	s.put(10)
}

func (s *sheetWriter) exchange() {
	fx := s.inv.FX
	if fx == nil {
		return
	}
	w := s.words
	s.put(17, s.cell(w.fx, look{size: 11, bold: true, color: accent}))
	rate := joined(" · ", fmt.Sprintf(w.fxUnit, fx.Currency, grouped(fx.Rate, 2)), fx.Date.String(), fx.Source)
	s.fact(w.fxTotal, string(fx.Currency)+" "+grouped(fx.ProviderTotal, int(fx.Currency.Places())))
	s.fact(w.fxRate, rate)
	s.put(10)
}

// fact is a label with a value over the rest of the width.
func (s *sheetWriter) fact(label, value string) {
	s.put(16*float64(max(rowsIn(plain(value), 85), rowsIn(label, 16))), s.cell(label, labelLook), s.cell(value, plainLook), nil, nil, nil)
	s.merge("C", "F")
}

func (s *sheetWriter) notes() {
	var notes []string
	for _, n := range s.inv.Notes {
		if n = plain(n); n != "" {
			notes = append(notes, n)
		}
	}
	if len(notes) == 0 {
		return
	}
	s.put(17, s.cell(s.words.notes, look{size: 11, bold: true, color: accent}))
	for _, n := range notes {
		s.wide("· "+n, labelLook, 14)
	}
}
