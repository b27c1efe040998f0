package taxinvoice

import (
	"cmp"
	"slices"

	"jeongsan/internal/calendar"
	"jeongsan/internal/fault"
	"jeongsan/internal/invoice"
)

// Waiting is an invoice with what decides whether its tax invoice is still to come.
type Waiting struct {
	Invoice  invoice.Invoice
	Written  calendar.Date // 작성일자 by the contract's policy
	Last     *TaxInvoice   // the last tax invoice of it that is no amendment; nil: none
	External *External     // issued elsewhere; nil: not
}

// NotIssued is an invoice that still needs its tax invoice.
type NotIssued struct {
	Customer string        `json:"customer"`
	Invoice  string        `json:"invoice"`
	Written  calendar.Date `json:"written"`
	Deadline calendar.Date `json:"deadline"`
	DaysLeft int           `json:"days_left"` // 0 on the deadline, negative after it
	Late     Lateness      `json:"late"`      // what it means to issue it today
	Why      fault.Text    `json:"why"`       // why it is not issued yet
}

// DueList lists what is not issued yet, the fewest days left first, customers in their order.
func DueList(all []Waiting, cal calendar.BusinessCalendar, today calendar.Date) ([]NotIssued, error) {
	var out []NotIssued
	for _, w := range all {
		why, due, err := w.due()
		if err != nil {
			return nil, err
		}
		if !due {
			continue
		}
		late, err := LatenessOf(cal, w.Written, today)
		if err != nil {
			return nil, err
		}
		out = append(out, NotIssued{
			Customer: w.Invoice.Customer, Invoice: w.Invoice.Number, Written: w.Written,
			Deadline: late.Deadline, DaysLeft: late.DaysLeft, Late: late, Why: why,
		})
	}
	slices.SortStableFunc(out, func(a, b NotIssued) int {
		return cmp.Or(cmp.Compare(a.DaysLeft, b.DaysLeft), cmp.Compare(a.Customer, b.Customer), cmp.Compare(a.Invoice, b.Invoice))
	})
	return out, nil
}

// due says why there is no tax invoice yet, and false when there is one, or none is needed.
func (w Waiting) due() (why fault.Text, due bool, err error) {
	left, err := w.Invoice.Taxable()
	switch {
	case err != nil:
		return fault.Text{}, false, err
	case left.Total.Sign() <= 0, w.External != nil, w.issued():
		return fault.Text{}, false, nil
	}
	return w.why(), true, nil
}

// issued reports whether one stands at the service. What may stand there is still due: nobody knows.
func (w Waiting) issued() bool {
	if w.Last == nil {
		return w.Invoice.Money.TaxInvoice != "" // the head names one that was not given
	}
	return w.Last.State.Live() && w.Last.State != Intended && w.Last.State != InDoubt
}

func (w Waiting) why() fault.Text {
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
	case w.Last.Failure != (fault.Text{}):
		return w.Last.Failure
	}
	return w.Last.State.Text()
}
