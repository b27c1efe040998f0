package focus

import (
	"time"

	"jeongsan/internal/fault"
)

// decoder turns the cells of records into rows. It is the same for all formats.
type decoder struct {
	file        string
	currency    string // of the first row
	currencyRow int
	numbers     numberMemo
	layout      int // index into timeLayouts of the one that fitted last
	memo        [columnCount]struct {
		text string
		at   time.Time
	}
}

func (d *decoder) row(rec *record) (Row, error) {
	row := Row{Number: rec.number, Line: rec.line}
	for c := range columnCount {
		if f := d.cell(&row, c, rec.cells[c]); f != nil {
			return Row{}, d.locate(f, rec, c)
		}
	}
	if row.BillingPeriodEnd.Before(row.BillingPeriodStart) {
		return Row{}, d.locate(reversed("BillingPeriodStart"), rec, billingPeriodEnd)
	}
	if row.ChargePeriodEnd.Before(row.ChargePeriodStart) {
		return Row{}, d.locate(reversed("ChargePeriodStart"), rec, chargePeriodEnd)
	}
	if f := d.oneCurrency(row); f != nil {
		return Row{}, d.locate(f, rec, billingCurrency)
	}
	return row, nil
}

// locate gives a fault its place in the file, and says the line where it is not the row's number.
func (d *decoder) locate(f *fault.Fault, rec *record, c column) *fault.Fault {
	return locate(f, fault.Place{File: d.file, Row: rec.number, Column: columns[c].name}, rec.line)
}

func locate(f *fault.Fault, p fault.Place, line int) *fault.Fault {
	g := f.At(p)
	if line > 0 && line != p.Row {
		at := fault.T("(파일의 %d번째 줄)", "(line %d of the file)", line)
		g.Text = fault.Text{KO: g.Text.KO + " " + at.KO, EN: g.Text.EN + " " + at.EN}
	}
	return g
}

// isNull knows the forms of null that FOCUS exports use. Quoted or not makes no difference: some writers quote all cells.
func isNull(s string) bool { return s == "" || s == "NULL" || s == "null" }

func (d *decoder) cell(row *Row, c column, s string) *fault.Fault {
	if isNull(s) {
		if columns[c].required {
			return fault.New(fault.Invalid, fault.T(
				"값이 비어 있습니다. FOCUS에서 이 열은 비울 수 없습니다. 제공자에게 확인해 주세요.",
				"The value is empty; FOCUS does not allow null in this column. Ask the provider."))
		}
		return nil
	}
	switch columns[c].kind {
	case text:
		*row.text(c) = s
		return nil
	case instant:
		return d.instant(row, c, s)
	case number:
		n := row.number(c)
		n.Known = true
		return d.numbers.parse(&n.Value, s)
	case cost:
		return d.numbers.parse(&row.BilledCost, s)
	case category:
		return setCategory(row, s)
	default:
		return setClass(row, s)
	}
}

func setCategory(row *Row, s string) *fault.Fault {
	switch Category(s) {
	case Usage, Purchase, Tax, Credit, Adjustment:
		row.ChargeCategory = Category(s)
		return nil
	}
	return fault.New(fault.Invalid, fault.T(
		"%.40q은(는) FOCUS의 요금 구분이 아닙니다. Usage, Purchase, Tax, Credit, Adjustment 중 하나여야 합니다.",
		"%.40q is no charge category of FOCUS; it must be Usage, Purchase, Tax, Credit or Adjustment.", s))
}

func setClass(row *Row, s string) *fault.Fault {
	if Class(s) != Correction {
		return fault.New(fault.Invalid, fault.T(
			"%.40q은(는) 알 수 없는 값입니다. 비어 있거나 Correction이어야 합니다.",
			"%.40q is not known; it must be empty or Correction.", s))
	}
	row.ChargeClass = Correction
	return nil
}

// timeLayouts are the forms of a date and time that exports use. FOCUS asks for the first; the second is the FinOps
// Foundation's own sample, "T15:04Z" Microsoft's, the last BigQuery's. Without a zone it is UTC, as FOCUS says all are.
// time.Parse takes a fraction of a second after the seconds of any of them.
var timeLayouts = []string{
	time.RFC3339,
	"2006-01-02 15:04:05",
	"2006-01-02T15:04:05",
	"2006-01-02T15:04Z07:00",
	"2006-01-02 15:04:05Z07:00",
	"2006-01-02T15:04:05Z0700",
	"2006-01-02 15:04:05 UTC",
}

// Bounds of a believable instant. Past them the file is broken, or a parquet unit was mistaken for another.
const (
	firstYear = 1970
	lastYear  = 2999
)

func (d *decoder) instant(row *Row, c column, s string) *fault.Fault {
	memo := &d.memo[c]
	if s != memo.text {
		t, ok := d.parseTime(s)
		if !ok {
			return fault.New(fault.Invalid, fault.T(
				"%.40q은(는) 날짜와 시각이 아닙니다. 2026-10-01T00:00:00Z처럼 적혀 있어야 합니다.",
				"%.40q is not a date and time; it must be written like 2026-10-01T00:00:00Z.", s))
		}
		memo.text, memo.at = s, t
	}
	*row.instant(c) = memo.at
	return nil
}

func (d *decoder) parseTime(s string) (time.Time, bool) {
	t, err := time.Parse(timeLayouts[d.layout], s)
	for i := 0; err != nil && i < len(timeLayouts); i++ {
		if t, err = time.Parse(timeLayouts[i], s); err == nil {
			d.layout = i
		}
	}
	t = t.UTC()
	return t, err == nil && t.Year() >= firstYear && t.Year() <= lastYear
}

func reversed(start string) *fault.Fault {
	return fault.New(fault.Invalid, fault.T(
		"기간의 끝이 시작(%s)보다 앞섭니다. 제공자에게 확인해 주세요.",
		"The period ends before it starts (%s). Ask the provider.", start))
}

func (d *decoder) oneCurrency(row Row) *fault.Fault {
	if d.currency == "" {
		d.currency, d.currencyRow = row.BillingCurrency, row.Number
	}
	if row.BillingCurrency == d.currency {
		return nil
	}
	return fault.New(fault.Invalid, fault.T(
		"한 파일에 청구 통화가 둘 있습니다: %d행부터 %s, 이 행은 %.10q. 통화별로 나누어 내보내 주세요.",
		"The file has two billing currencies: %[2]s since row %[1]d, %.10[3]q in this row. Export each currency into a file of its own.",
		d.currencyRow, d.currency, row.BillingCurrency))
}
