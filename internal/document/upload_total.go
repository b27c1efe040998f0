package document

import (
	"context"
	"fmt"
	"strings"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/unicode/norm"

	"jeongsan/internal/fault"
	"jeongsan/internal/money"
)

// totalSearch walks the sheets once, in order, and takes down the named total, and every number beside a label
// that it knows.
type totalSearch struct {
	file     *excelize.File
	fileName string
	cells    int // visited so far, in all sheets

	named    map[CellRef]bool // cells the name JEONGSAN_TOTAL points at
	byName   []found
	byLabel  [kinds][]found
	formulas []CellRef // beside a label of the total, with a formula but without its result
}

type labelKind int

const (
	noLabel labelKind = iota - 1
	totalLabel
	supplyLabel
	vatLabel
	kinds
)

// found is a number and where it came from.
type found struct {
	at     CellRef
	label  string
	text   string
	amount money.Amount
	err    error // the cell holds no whole won
}

var labels = map[string]labelKind{
	"합계": totalLabel, "총합계": totalLabel, "합계금액": totalLabel, "총합계금액": totalLabel, "총계": totalLabel,
	"총금액": totalLabel, "총액": totalLabel, "청구금액": totalLabel, "총청구금액": totalLabel, "청구총액": totalLabel,
	"청구합계": totalLabel, "청구금액합계": totalLabel, "납부금액": totalLabel, "납부할금액": totalLabel, "총납부금액": totalLabel,
	"total": totalLabel, "grandtotal": totalLabel, "totalamount": totalLabel, "amountdue": totalLabel,
	"totaldue": totalLabel, "totalamountdue": totalLabel, "invoicetotal": totalLabel,

	"공급가액": supplyLabel, "공급가": supplyLabel, "공급가액합계": supplyLabel, "공급가액계": supplyLabel, "총공급가액": supplyLabel,
	"supplyamount": supplyLabel, "supplyvalue": supplyLabel, "amountbeforevat": supplyLabel,

	"부가세": vatLabel, "부가가치세": vatLabel, "부가세액": vatLabel, "세액": vatLabel, "부가세합계": vatLabel, "세액합계": vatLabel,
	"vat": vatLabel, "vatamount": vatLabel, "tax": vatLabel,
}

// kindOf reads a label through the ways people write it: blanks, colons, full-width letters, "(VAT 포함)", "10%".
// A total that says it is without tax is a supply amount.
func kindOf(text string) labelKind {
	if text == "" || len(text) > 120 || text[0] >= '0' && text[0] <= '9' {
		return noLabel
	}
	var bare, aside strings.Builder
	depth := 0
	for _, r := range strings.ToLower(norm.NFKC.String(text)) {
		switch {
		case strings.ContainsRune("([{<【〔", r):
			depth++
		case strings.ContainsRune(")]}>】〕", r):
			depth = max(0, depth-1)
		case depth > 0:
			aside.WriteRune(r)
		case strings.ContainsRune(" \t\r\n:;·.,*-_=|/%0123456789₩\u3000", r):
		default:
			bare.WriteRune(r)
		}
	}
	word := bare.String()
	if word == "" { // "[합계]"
		word = aside.String()
	}
	kind, ok := labels[word]
	if !ok {
		return noLabel
	}
	if kind == totalLabel && anyOf(aside.String(), "별도", "제외", "excl", "before") {
		return supplyLabel
	}
	return kind
}

func anyOf(s string, words ...string) bool {
	for _, w := range words {
		if strings.Contains(s, w) {
			return true
		}
	}
	return false
}

func (s *totalSearch) run(ctx context.Context) (Upload, error) {
	sheets := s.file.GetSheetList()
	if len(sheets) == 0 || len(sheets) > maxSheets {
		return Upload{}, refused(s.fileName, nil, "시트가 없거나 50개를 넘습니다. 요금청구서 시트만 남겨 다시 저장해 올려 주세요.", "The workbook has no sheet, or more than 50. Keep only the invoice sheets, save it and upload it again.")
	}
	s.findNames()
	for _, sheet := range sheets {
		visible, err := s.file.GetSheetVisible(sheet)
		if err != nil || !visible {
			continue // what the customer does not see is not the invoice
		}
		if err := s.walk(ctx, sheet); err != nil {
			return Upload{}, err
		}
	}
	total, err := s.decide()
	if err != nil {
		return Upload{}, err
	}
	up := Upload{Total: total.amount, At: total.at, Label: total.label, Sheets: sheets, Number: s.number()}
	return s.withTax(up), nil
}

// number is the invoice number that our own workbooks carry under a name of their own; "" in any other.
func (s *totalSearch) number() string {
	for _, name := range s.file.GetDefinedName() {
		if !strings.EqualFold(name.Name, nameNumber) {
			continue
		}
		if at, ok := cellOf(name.RefersTo); ok {
			value, err := s.file.GetCellValue(at.Sheet, at.Cell)
			if err == nil {
				return strings.TrimSpace(value)
			}
		}
	}
	return ""
}

// cellOf reads a reference to a single cell: 'Sheet 1'!$F$39.
func cellOf(refersTo string) (CellRef, bool) {
	i := strings.LastIndex(refersTo, "!")
	if i < 0 {
		return CellRef{}, false
	}
	sheet := strings.Trim(strings.TrimPrefix(refersTo[:i], "="), "'")
	return CellRef{strings.ReplaceAll(sheet, "''", "'"), strings.ReplaceAll(refersTo[i+1:], "$", "")}, true
}

// findNames reads where JEONGSAN_TOTAL points.
func (s *totalSearch) findNames() {
	s.named = map[CellRef]bool{}
	for _, name := range s.file.GetDefinedName() {
		if !strings.EqualFold(name.Name, nameTotal) {
			continue
		}
		if at, ok := cellOf(name.RefersTo); ok {
			s.named[at] = true
		}
	}
}

// pending is a label without a number to its right; the number may be below it.
type pending struct {
	label  string
	kind   labelKind
	column int
	row    int
}

// downwards is how many rows below a label are looked at: the next one, or the one after it when a merged label
// covers two.
const downwards = 2

func (s *totalSearch) walk(ctx context.Context, sheet string) error {
	rows, err := s.file.Rows(sheet)
	if err != nil {
		return damaged(s.fileName, err)
	}
	defer rows.Close()
	var open []pending
	for number := 1; rows.Next(); number++ {
		if number > maxRows {
			return s.tooMany(sheet)
		}
		if number%512 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		row, err := rows.Columns()
		if err != nil {
			return damaged(s.fileName, err)
		}
		if s.cells += len(row) + 1; s.cells > maxCells {
			return s.tooMany(sheet)
		}
		open = s.below(sheet, number, row, open)
		open = append(open, s.labelsIn(sheet, number, row)...)
		s.takeNamed(sheet, number, row)
	}
	if err := rows.Error(); err != nil {
		return damaged(s.fileName, err)
	}
	return nil
}

func (s *totalSearch) tooMany(sheet string) error {
	return fault.New(fault.Invalid, fault.T(
		"시트의 행이나 셀이 너무 많습니다(시트당 10만 행까지). 내용 아래와 오른쪽의 빈 행·열을 삭제하고 다시 저장해 올려 주세요.",
		"The sheet has too many rows or cells (at most 100,000 rows). Delete the empty rows and columns past its content, save it and upload it again.")).
		At(fault.Place{File: shortName(s.fileName), Sheet: sheet})
}

func (s *totalSearch) takeNamed(sheet string, number int, row []string) {
	for column, text := range row {
		if len(s.named) == 0 {
			return
		}
		if at := ref(sheet, column, number); s.named[at] && text != "" {
			if amount, err := wonOf(text); err != errNoNumber {
				s.byName = append(s.byName, found{at: at, text: text, amount: amount, err: err})
			}
		}
	}
}

func ref(sheet string, column, row int) CellRef {
	name, err := excelize.CoordinatesToCellName(column+1, row)
	if err != nil {
		name = fmt.Sprintf("R%dC%d", row, column+1)
	}
	return CellRef{sheet, name}
}

// labelsIn takes the numbers right of the labels of a row, and returns the labels that have none there.
func (s *totalSearch) labelsIn(sheet string, number int, row []string) []pending {
	var open []pending
	for column, text := range row {
		kind := kindOf(text)
		if kind == noLabel {
			continue
		}
		if !s.rightOf(sheet, number, row, column, kind) {
			open = append(open, pending{text, kind, column, number})
		}
	}
	return open
}

// rightOf takes the first cell with content to the right of the label, over blanks (merged cells) and a currency
// sign of its own. It reports whether that was a number.
func (s *totalSearch) rightOf(sheet string, number int, row []string, label int, kind labelKind) bool {
	for column := label + 1; column < len(row); column++ {
		text := row[column]
		if text == "" {
			s.noteFormula(sheet, number, column, kind)
			continue
		}
		if isUnit(text) {
			continue
		}
		return s.take(ref(sheet, column, number), row[label], text, kind)
	}
	return false
}

func (s *totalSearch) below(sheet string, number int, row []string, open []pending) []pending {
	kept := open[:0]
	for _, p := range open {
		text := ""
		if p.column < len(row) {
			text = row[p.column]
		}
		switch {
		case text == "" && number-p.row < downwards:
			s.noteFormula(sheet, number, p.column, p.kind)
			kept = append(kept, p)
		case text == "":
		default:
			s.take(ref(sheet, p.column, number), p.label, text, p.kind)
		}
	}
	return kept
}

// take keeps the cell when it reads as an amount. A number with a fraction of a won is kept with its fault: it must be
// refused, not passed over.
func (s *totalSearch) take(at CellRef, label, text string, kind labelKind) bool {
	amount, err := wonOf(text)
	if err == errNoNumber {
		return false
	}
	s.byLabel[kind] = append(s.byLabel[kind], found{at, strings.TrimSpace(plain(label)), text, amount, err})
	return true
}

// noteFormula remembers a cell that a program wrote as a formula and never computed.
func (s *totalSearch) noteFormula(sheet string, number, column int, kind labelKind) {
	if kind != totalLabel || len(s.formulas) >= 8 {
		return
	}
	at := ref(sheet, column, number)
	if formula, err := s.file.GetCellFormula(sheet, at.Cell); err == nil && formula != "" {
		s.formulas = append(s.formulas, at)
	}
}

// decide picks the total: the named cell, else the one amount that all labels agree on.
func (s *totalSearch) decide() (found, error) {
	candidates := s.byName
	if len(candidates) == 0 {
		candidates = s.byLabel[totalLabel]
	}
	if len(candidates) == 0 {
		return found{}, s.nothingFound()
	}
	for _, c := range candidates {
		if err := s.wholeWon(c); err != nil {
			return found{}, err
		}
	}
	for _, c := range candidates[1:] {
		if !same(c.amount, candidates[0].amount) {
			return found{}, s.ambiguous(candidates)
		}
	}
	return candidates[0], nil
}

func (s *totalSearch) wholeWon(f found) error {
	if f.err == nil {
		return nil
	}
	return fault.New(fault.Invalid, fault.T(
		"%s 셀의 합계 %.40s에 1원 미만이 있거나 금액이 너무 큽니다. 원 단위로 반올림하거나 절사해 저장한 뒤 다시 올려 주세요.",
		"The total %[2]s in cell %[1]s has a fraction of a won or is too large. Round it to whole won, save and upload it again.",
		f.at.Cell, f.text)).At(fault.Place{File: shortName(s.fileName), Sheet: f.at.Sheet}).Because(f.err)
}

func (s *totalSearch) nothingFound() error {
	if len(s.formulas) > 0 {
		at := s.formulas[0]
		return fault.New(fault.Invalid, fault.T(
			"합계 셀 %s이(가) 수식인데 계산된 값이 저장되어 있지 않습니다. 엑셀에서 열어 다시 저장한 뒤 올려 주세요.",
			"The total in cell %s is a formula without a stored result. Open the file in Excel, save it and upload it again.",
			at.Cell)).At(fault.Place{File: shortName(s.fileName), Sheet: at.Sheet})
	}
	return refused(s.fileName, nil,
		"합계 금액을 찾지 못했습니다. 부가세를 포함한 총액의 왼쪽이나 위 셀에 '총 청구금액'이라고 적고 저장한 뒤 다시 올려 주세요.",
		"No total was found. Write 'Total' or '총 청구금액' in the cell left of or above the amount including VAT, save and upload it again.")
}

func (s *totalSearch) ambiguous(candidates []found) error {
	var list []string
	for i, c := range candidates {
		if i == 6 {
			list = append(list, "…")
			break
		}
		list = append(list, fmt.Sprintf("%s!%s = %s", c.at.Sheet, c.at.Cell, c.amount.Grouped()))
	}
	return refused(s.fileName, nil,
		fmt.Sprintf("합계로 보이는 금액이 서로 다릅니다: %s. 총액 셀의 이름을 JEONGSAN_TOTAL로 정하거나(수식 → 이름 정의) 다른 셀의 '합계' 표시를 바꾼 뒤 다시 올려 주세요.", strings.Join(list, ", ")),
		fmt.Sprintf("Several different amounts look like the total: %s. Name the right cell JEONGSAN_TOTAL (Formulas → Define Name) or reword the other labels, and upload it again.", strings.Join(list, ", ")))
}

// withTax adds supply amount and tax when the file is unambiguous about them and they fit the total. They are
// shown for comparison only, so doubt means silence and not a fault.
func (s *totalSearch) withTax(up Upload) Upload {
	supply, okSupply := only(s.byLabel[supplyLabel])
	vat, okVAT := only(s.byLabel[vatLabel])
	if !okSupply || !okVAT {
		return up
	}
	if sum, err := supply.Add(vat); err == nil && same(sum, up.Total) {
		up.Supply, up.VAT, up.HasTax = supply, vat, true
	}
	return up
}

func only(list []found) (money.Amount, bool) {
	if len(list) == 0 {
		return money.Amount{}, false
	}
	for _, f := range list {
		if f.err != nil || !same(f.amount, list[0].amount) {
			return money.Amount{}, false
		}
	}
	return list[0].amount, true
}
