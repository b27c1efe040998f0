package taxinvoice

import (
	"fmt"

	"jeongsan/internal/calendar"
	"jeongsan/internal/customer"
	"jeongsan/internal/fault"
	"jeongsan/internal/money"
)

// amendment is one computation of Amend.
type amendment struct {
	Original
	Change
	cal     calendar.BusinessCalendar
	today   calendar.Date
	inForce []InForce // never empty
}

func (a amendment) plan() (Plan, error) {
	switch a.Reason {
	case Correction:
		return a.correction()
	case AmountChange:
		return a.changed()
	case Return:
		return a.returned()
	case Termination:
		return a.termination()
	case LocalCredit:
		return a.localCredit()
	case DuplicateMistake:
		return Plan{Documents: a.reversals()}, nil
	}
	return Plan{}, fault.Invalidf("reason", fault.T("수정 사유 %d을(를) 알 수 없습니다. 1~6 중에서 골라 주세요.", "The reason %d is not known; choose one of 1 to 6.", a.Reason))
}

// reversals take back all that stands, with its own date: no day is set by which, it is as soon as it was noticed.
func (a amendment) reversals() []Document {
	var out []Document
	for _, f := range a.inForce {
		out = append(out, Document{Content: f.reversal(a.Reason, f.Content.Written, f.Content.Remarks)})
	}
	return out
}

// correction (제5·6·9호): each document that was wrong negative, and the correct content. Who has been told of an audit
// can correct no more (제5호 각 목); 제6호 sets a limit of a year.
func (a amendment) correction() (Plan, error) {
	if a.Audited {
		return Plan{}, fault.New(fault.Conflict, fault.T(
			"세무조사 통지·현지확인·해명안내를 받은 뒤에는 기재사항을 정정할 수 없습니다(시행령 제70조 제1항 제5호). 세무대리인과 상의해 주세요.",
			"After notice of an audit, an inspection or a request for explanation it can no longer be corrected (Decree art. 70 ① 5); ask your tax accountant."))
	}
	documents, err := a.corrected()
	if err != nil {
		return Plan{}, err
	}
	p := Plan{Documents: documents}
	if a.Intentional {
		p.Lapses, err = a.withinYear()
	}
	return p, err
}

// withinYear is the last day of 제6호, 확정신고기한 다음 날부터 1년 이내; it is not moved off a holiday, to be on the safe side.
func (a amendment) withinYear() (calendar.Date, error) {
	final, _ := finalReturn(a.cal, a.Content.Written)
	last := final.In().Add(12).Day(final.Day())
	if a.today.After(last) {
		return last, fault.New(fault.Conflict, fault.T(
			"착오가 아닌 사유의 정정은 확정신고기한 다음 날부터 1년, 즉 %s까지만 할 수 있습니다(시행령 제70조 제1항 제6호). 세무대리인과 상의해 주세요.",
			"What was wrong otherwise than by mistake could be corrected for a year after the final return, until %s (Decree art. 70 ① 6); ask your tax accountant.", last))
	}
	return last, nil
}

// changed (제3호): the difference, dated the day it arose. An increase is one document that names the first in force.
func (a amendment) changed() (Plan, error) {
	sign := a.Supply.Sign()
	if sign == 0 && a.VAT != nil {
		sign = a.VAT.Sign()
	}
	switch {
	case sign == 0:
		return Plan{}, fault.Invalidf("supply", fault.T("바뀌는 금액이 0원입니다. 늘거나 줄어드는 공급가액을 입력해 주세요.", "Nothing changes; give the supply amount that is added or taken back."))
	case sign > 0:
		return a.increased()
	case a.VAT == nil:
		return a.decreased(a.Supply.Neg(), nil)
	}
	vat := a.VAT.Neg()
	return a.decreased(a.Supply.Neg(), &vat)
}

func (a amendment) increased() (Plan, error) {
	some, err := a.of(a.Kind)
	if err != nil {
		return Plan{}, err
	}
	f := some[0]
	if err := a.checkArose(f); err != nil {
		return Plan{}, err
	}
	vat, err := vatOf(f.Content.Kind, a.Supply)
	if err != nil {
		return Plan{}, err
	}
	if a.VAT != nil {
		vat = *a.VAT
	}
	content, err := f.part(a.Reason, a.Arose, a.Supply, vat, f.originalDate())
	if err != nil {
		return Plan{}, err
	}
	return a.dated(content)
}

// returned (제1호): the part that came back, given as a positive amount.
func (a amendment) returned() (Plan, error) {
	if a.Supply.Sign() <= 0 {
		return Plan{}, fault.Invalidf("supply", fault.T("환입된 공급가액을 0원보다 크게 입력해 주세요.", "Give the returned supply amount as more than zero."))
	}
	return a.decreased(a.Supply, a.VAT)
}

// decreased (제1·3호): the part taken back, dated the day it happened.
func (a amendment) decreased(supply money.Amount, vat *money.Amount) (Plan, error) {
	shares, err := a.take(a.Kind, supply, vat)
	if err != nil {
		return Plan{}, err
	}
	var contents []Content
	for _, s := range shares {
		if err := a.checkArose(s.InForce); err != nil {
			return Plan{}, err
		}
		content, err := s.part(a.Reason, a.Arose, s.supply.Neg(), s.vat.Neg(), s.originalDate())
		if err != nil {
			return Plan{}, err
		}
		contents = append(contents, content)
	}
	return a.dated(contents...)
}

// termination (제2호): all that stands, negative, dated the day of the termination.
func (a amendment) termination() (Plan, error) {
	var contents []Content
	for _, f := range a.inForce {
		if err := a.checkArose(f); err != nil {
			return Plan{}, err
		}
		contents = append(contents, f.reversal(a.Reason, a.Arose, with(f.Content.Remarks, f.originalDate())))
	}
	return a.dated(contents...)
}

// dated is the plan of documents that carry a day of their own: due on the 10th of the month after it.
func (a amendment) dated(contents ...Content) (Plan, error) {
	deadline, err := Deadline(a.cal, a.Arose)
	var p Plan
	for _, c := range contents {
		p.Documents = append(p.Documents, Document{c, deadline})
	}
	return p, err
}

// localCredit (제4호): the part under the credit taken back as taxed and issued zero-rated, both with the original's date.
func (a amendment) localCredit() (Plan, error) {
	shares, err := a.underCredit()
	if err != nil {
		return Plan{}, err
	}
	var back, zeroRated []Document
	for _, s := range shares {
		deadline, err := a.creditDeadline(s.InForce)
		if err != nil {
			return Plan{}, err
		}
		taken, err := s.taken(a.Reason, a.opening())
		if err != nil {
			return Plan{}, err
		}
		zero, err := s.part(a.Reason, s.Content.Written, s.supply, money.Zero(money.KRW), a.opening())
		if err != nil {
			return Plan{}, err
		}
		zero.Kind = customer.ZeroRated
		back, zeroRated = append(back, Document{taken, deadline}), append(zeroRated, Document{zero, deadline})
	}
	return Plan{Documents: append(back, zeroRated...)}, nil
}

// underCredit is what the credit covers: all that is taxed where no part is given.
func (a amendment) underCredit() ([]share, error) {
	if !a.Supply.IsZero() {
		return a.take(customer.Taxed, a.Supply, a.VAT)
	}
	some, err := a.of(customer.Taxed)
	var out []share
	for _, f := range some {
		out = append(out, share{f, f.Content.Supply, f.Content.VAT})
	}
	return out, err
}

func (a amendment) opening() string {
	return fmt.Sprintf("내국신용장·구매확인서 개설일 %s", a.Opened)
}

// creditDeadline: the law has a credit in mind that was opened once it was supplied, within 25 days of the end of the tax
// period; what was under a credit on its date already was zero-rated from the beginning. It is issued by the 10th of the
// month after the opening, and at the latest within those 25 days, when the period's return is due.
func (a amendment) creditDeadline(f InForce) (calendar.Date, error) {
	limit, provisional := finalReturn(a.cal, f.Content.Written)
	switch {
	case a.Opened.IsZero() || a.Opened.After(a.today):
		return calendar.Date{}, fault.Invalidf("opened", fault.T("내국신용장 개설일이나 구매확인서 발급일을 오늘까지의 날짜로 입력해 주세요.", "Give the day the letter of credit was opened or the purchase confirmation issued, today at the latest."))
	case a.Opened.Before(f.Content.Written):
		return calendar.Date{}, fault.Invalidf("opened", fault.T(
			"내국신용장이 작성일자 %[2]s보다 앞선 %[1]s에 개설되었으므로 사후개설이 아니라 처음부터 영세율입니다. 기재사항 정정에서 과세형태를 영세로 고쳐 주세요(시행령 제70조 제1항 제9호).",
			"The letter of credit was opened on %[1]s, before the date %[2]s, so it was zero-rated from the beginning and this is no later credit; correct the kind of tax to zero-rated instead (Decree art. 70 ① 9).", a.Opened, f.Content.Written))
	case a.Opened.After(limit) && provisional: // the day may have moved to a later one: neither answer is safe
		_, err := a.cal.TaxDeadline(limit)
		return calendar.Date{}, err
	case a.Opened.After(limit):
		return calendar.Date{}, fault.New(fault.Conflict, fault.T(
			"내국신용장이 과세기간 종료 후 25일(%[2]s)이 지난 %[1]s에 개설되어 영세율로 바꿀 수 없습니다(시행령 제70조 제1항 제4호). 과세로 두어 주세요.",
			"The letter of credit was opened on %[1]s, later than 25 days after the tax period (%[2]s); leave the supply taxed (Decree art. 70 ① 4).", a.Opened, limit))
	}
	deadline, err := Deadline(a.cal, a.Opened)
	if deadline.After(limit) {
		deadline = limit
	}
	return deadline, err
}

func (a amendment) checkArose(f InForce) error {
	switch {
	case a.Arose.IsZero():
		return fault.Invalidf("arose", fault.T("사유가 발생한 날을 입력해 주세요. 그날이 작성일자가 됩니다.", "Give the day it arose; the amended tax invoice is dated by it."))
	case a.Arose.After(a.today):
		return fault.Invalidf("arose", fault.T("사유 발생일 %[1]s은(는) 오늘보다 뒤입니다. 그날이 된 뒤에 발행해 주세요.", "The day it arose, %[1]s, lies in the future; issue it once the day has come.", a.Arose))
	case a.Arose.Before(f.Content.Written):
		return fault.Invalidf("arose", fault.T("사유 발생일 %[1]s이(가) 당초 작성일자 %[2]s보다 앞섭니다. 처음부터 틀렸다면 기재사항 정정으로 수정해 주세요.", "The day it arose, %[1]s, lies before the original's date, %[2]s; if it was wrong from the beginning, correct it instead.", a.Arose, f.Content.Written))
	}
	return nil
}
