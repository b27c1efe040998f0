package taxinvoice

import (
	"cmp"
	"slices"

	"jeongsan/internal/calendar"
	"jeongsan/internal/fault"
	"jeongsan/internal/invoice"
	"jeongsan/internal/money"
)

// Waiting is an invoice with what decides whether its tax invoice is still to come.
type Waiting struct {
	Invoice  invoice.Invoice
	Written  calendar.Date   // 작성일자 by the contract's policy
	Last     *TaxInvoice     // the last tax invoice of it that is no amendment; nil: none
	Stands   invoice.Covered // what its tax invoices and their amendments come to, of those that surely stand
	External *External       // issued elsewhere; nil: not
	Err      error           // what kept its 작성일자 from being read
}

// Standing reports whether the service surely has the tax invoice: what may stand there does not count, nobody knows.
func (x TaxInvoice) Standing() bool {
	return x.State.Live() && x.State != Intended && x.State != InDoubt
}

// Covering adds up what tax invoices and amendments come to, of those that stand.
func Covering(all []TaxInvoice) (invoice.Covered, error) {
	var sum invoice.Covered
	for _, x := range all {
		if !x.Standing() {
			continue
		}
		var err error
		if sum, err = plus(sum, x.Content.covered()); err != nil {
			return invoice.Covered{}, err
		}
	}
	return sum, nil
}

// NotIssued is an invoice that still needs its tax invoice, or one whose tax invoices come to another amount than it bills.
type NotIssued struct {
	Customer string        `json:"customer"`
	Invoice  string        `json:"invoice"`
	Written  calendar.Date `json:"written"`
	Missing  money.Amount  `json:"missing"` // total that no tax invoice stands for; negative: more is covered than billed
	Deadline calendar.Date `json:"deadline"`
	DaysLeft int           `json:"days_left"` // 0 on the deadline, negative after it
	Late     Lateness      `json:"late"`      // what it means to issue it today
	Why      fault.Text    `json:"why"`       // why it is not issued yet
	// Failure is what keeps the row from being worked out, a date beyond the table of holidays, say; "" when nothing does.
	Failure fault.Text `json:"failure,omitzero"`
}

// DueList lists what is not issued yet: rows that could not be worked out first, then the fewest days left, customers in
// their order. What is wrong with one row keeps none of the others.
func DueList(all []Waiting, cal calendar.BusinessCalendar, today calendar.Date) []NotIssued {
	var out []NotIssued
	for _, w := range all {
		gap, err := w.Gap()
		if err == nil && gap.Total.IsZero() && gap.Supply.IsZero() {
			continue
		}
		row := NotIssued{Customer: w.Invoice.Customer, Invoice: w.Invoice.Number, Written: w.Written, Missing: gap.Total, Why: w.why(gap)}
		if err == nil {
			err = w.Err
		}
		if err == nil {
			row.Late, err = LatenessOf(cal, w.Written, today)
		}
		if err != nil {
			row.Late, row.Failure = Lateness{}, fault.TextOf(err)
		}
		row.Deadline, row.DaysLeft = row.Late.Deadline, row.Late.DaysLeft
		out = append(out, row)
	}
	SortDue(out)
	return out
}

// SortDue brings rows into the order of DueList.
func SortDue(rows []NotIssued) {
	failed := func(n NotIssued) int {
		if n.Failure != (fault.Text{}) {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(rows, func(a, b NotIssued) int {
		return cmp.Or(failed(a)-failed(b), cmp.Compare(a.DaysLeft, b.DaysLeft), cmp.Compare(a.Customer, b.Customer), cmp.Compare(a.Invoice, b.Invoice))
	})
}

// Gap is what the invoice leaves to cover less what stands for it: zero when nothing is due. What was issued elsewhere
// stands for all of it: that it differs was stated when it was recorded.
func (w Waiting) Gap() (invoice.Covered, error) {
	left, err := w.Invoice.Taxable()
	if err != nil || w.External != nil || left.Total.Sign() <= 0 && w.Stands.Total.IsZero() {
		return invoice.Covered{}, err
	}
	return plus(left, invoice.Covered{Supply: w.Stands.Supply.Neg(), VAT: w.Stands.VAT.Neg(), Total: w.Stands.Total.Neg()})
}

func (w Waiting) why(gap invoice.Covered) fault.Text {
	i := w.Invoice
	switch {
	case i.Hold != "":
		return fault.T("청구서 보류 중: %s", "the invoice is on hold: %s", i.Hold)
	case i.State != invoice.Final:
		return fault.T("청구서가 확정되지 않았습니다.", "the invoice is not final")
	case i.Money.Collecting != "":
		return fault.T("결제 %s의 결과를 확인하는 중입니다.", "the outcome of payment %s is still open", i.Money.Collecting)
	case i.Upload != nil && !i.Upload.Difference.IsZero():
		return fault.T("올린 청구서의 합계가 청구 금액과 다릅니다.", "the uploaded file differs from the invoice")
	case w.Last == nil:
		return fault.T("발행전", "not issued yet")
	case w.Last.Standing():
		return gapText(gap.Total)
	case w.Last.Failure != (fault.Text{}):
		return w.Last.Failure
	}
	return w.Last.State.Text()
}

// gapText is said of what stands for another amount than the invoice bills.
func gapText(missing money.Amount) fault.Text {
	if missing.Sign() < 0 {
		return fault.T("발행된 세금계산서가 청구 금액보다 %[1]s 많습니다. 수정세금계산서로 줄여 주세요.", "what is issued is %[2]s more than is billed; take it back by an amendment", missing.Neg().Korean(), missing.Neg().English())
	}
	return fault.T("청구 금액 가운데 %[1]s의 세금계산서가 없습니다. 수정세금계산서로 더해 주세요.", "%[2]s of what is billed has no tax invoice; add it by an amendment", missing.Korean(), missing.English())
}
