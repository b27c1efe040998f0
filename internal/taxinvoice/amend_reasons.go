package taxinvoice

import (
	"fmt"
	"reflect"

	"jeongsan/internal/calendar"
	"jeongsan/internal/customer"
	"jeongsan/internal/fault"
	"jeongsan/internal/money"
)

// amendment is one computation of Amend.
type amendment struct {
	Original
	Change
	cal    calendar.BusinessCalendar
	today  calendar.Date
	stands []standing // never empty
}

func (a amendment) plan() (Plan, error) {
	switch a.Reason {
	case Correction:
		return a.correction()
	case AmountChange:
		return a.event(a.Supply, a.VAT)
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
	for _, s := range a.stands {
		out = append(out, Document{Content: s.reversal(a.Reason, s.base.Written, s.base.Remarks)})
	}
	return out
}

// correction (제5·6·9호): what stands negative, and the correct content. Who has been told of an audit can correct no
// more (제5호 각 목); 제6호 sets a limit of a year.
func (a amendment) correction() (Plan, error) {
	if a.Audited {
		return Plan{}, fault.New(fault.Conflict, fault.T(
			"세무조사 통지·현지확인·해명안내를 받은 뒤에는 기재사항을 정정할 수 없습니다(시행령 제70조 제1항 제5호). 세무대리인과 상의해 주세요.",
			"After notice of an audit, an inspection or a request for explanation it can no longer be corrected (Decree art. 70 ① 5); ask your tax accountant."))
	}
	right, err := a.right()
	if err != nil {
		return Plan{}, err
	}
	p := Plan{Documents: append(a.reversals(), Document{Content: right})}
	if a.Intentional {
		p.Lapses, err = a.withinYear()
	}
	return p, err
}

// right is the correct content as a document that amends.
func (a amendment) right() (Content, error) {
	if a.Correct == nil {
		return Content{}, fault.Invalidf("correct", fault.T("바르게 고친 내용을 입력해 주세요.", "Give the correct content."))
	}
	s := a.stands[0]
	right := *a.Correct
	if right.Written.IsZero() {
		right.Written = s.base.Written
	}
	right.Amends = s.base.Amends
	if s.untouched() && reflect.DeepEqual(right, s.base) {
		return Content{}, fault.Invalidf("correct", fault.T("고친 내용이 원래 세금계산서와 같습니다. 바뀐 항목을 입력해 주세요.", "The correct content is what it says already; change what is wrong."))
	}
	right.Amends = s.amends(a.Reason)
	return right, nil
}

// withinYear is the last day of 제6호, 확정신고기한 다음 날부터 1년 이내; it is not moved off a holiday, to be on the safe side.
func (a amendment) withinYear() (calendar.Date, error) {
	final, err := FinalReturn(a.cal, a.Content.Written)
	if err != nil {
		return calendar.Date{}, err
	}
	last := final.In().Add(12).Day(final.Day())
	if a.today.After(last) {
		return last, fault.New(fault.Conflict, fault.T(
			"착오가 아닌 사유의 정정은 확정신고기한 다음 날부터 1년, 즉 %s까지만 할 수 있습니다(시행령 제70조 제1항 제6호). 세무대리인과 상의해 주세요.",
			"What was wrong otherwise than by mistake could be corrected for a year after the final return, until %s (Decree art. 70 ① 6); ask your tax accountant.", last))
	}
	return last, nil
}

// returned (제1호): the part that came back, given as a positive amount.
func (a amendment) returned() (Plan, error) {
	if a.Supply.Sign() <= 0 {
		return Plan{}, fault.Invalidf("supply", fault.T("환입된 공급가액을 0원보다 크게 입력해 주세요.", "Give the returned supply amount as more than zero."))
	}
	if a.VAT == nil {
		return a.event(a.Supply.Neg(), nil)
	}
	vat := a.VAT.Neg()
	return a.event(a.Supply.Neg(), &vat)
}

// event (제1·3호): one document of the part, dated the day it happened.
func (a amendment) event(supply money.Amount, given *money.Amount) (Plan, error) {
	s, err := a.of(a.Kind)
	if err != nil {
		return Plan{}, err
	}
	if err := a.checkArose(s); err != nil {
		return Plan{}, err
	}
	vat, err := s.vatOf(supply, given)
	if err != nil {
		return Plan{}, err
	}
	if supply.IsZero() && vat.IsZero() {
		return Plan{}, fault.Invalidf("supply", fault.T("바뀌는 금액이 0원입니다. 늘거나 줄어드는 공급가액을 입력해 주세요.", "Nothing changes; give the supply amount that is added or taken back."))
	}
	content, err := s.part(a.Reason, a.Arose, supply, vat, s.originalDate())
	if err != nil {
		return Plan{}, err
	}
	return a.dated(content)
}

// termination (제2호): all that stands, negative, dated the day of the termination.
func (a amendment) termination() (Plan, error) {
	var contents []Content
	for _, s := range a.stands {
		if err := a.checkArose(s); err != nil {
			return Plan{}, err
		}
		contents = append(contents, s.reversal(a.Reason, a.Arose, with(s.base.Remarks, s.originalDate())))
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

// of is the standing part of a kind; "" is the first, which is the taxed one wherever there is one.
func (a amendment) of(kind customer.TaxKind) (standing, error) {
	for _, s := range a.stands {
		if kind == "" || s.base.Kind == kind {
			return s, nil
		}
	}
	return standing{}, fault.Invalidf("kind", fault.T("세금계산서 %[1]s에 남은 %[2]s 금액이 없습니다.", "Nothing %[3]s is left of tax invoice %[1]s.", a.Key, kindText(kind).KO, kindText(kind).EN))
}

// localCredit (제4호): the part under the credit taken back as taxed and issued zero-rated, both with the original's date.
func (a amendment) localCredit() (Plan, error) {
	s, err := a.of(customer.Taxed)
	if err != nil {
		return Plan{}, err
	}
	deadline, err := a.creditDeadline(s)
	if err != nil {
		return Plan{}, err
	}
	taken, err := a.taken(s)
	if err != nil {
		return Plan{}, err
	}
	zero, err := s.part(a.Reason, s.base.Written, taken.Supply.Neg(), money.Zero(money.KRW), a.opening())
	zero.Kind = customer.ZeroRated
	return Plan{Documents: []Document{{taken, deadline}, {zero, deadline}}}, err
}

// taken is the negative half of a letter of credit.
func (a amendment) taken(s standing) (Content, error) {
	if a.Supply.IsZero() || same(a.Supply, s.left.Supply) {
		return s.reversal(a.Reason, s.base.Written, with(s.base.Remarks, a.opening())), nil
	}
	if a.Supply.Sign() < 0 {
		return Content{}, fault.Invalidf("supply", fault.T("내국신용장으로 공급한 금액을 0원보다 크게 입력해 주세요.", "Give the part under the letter of credit as more than zero."))
	}
	vat, err := s.vatOf(a.Supply, a.VAT)
	if err != nil {
		return Content{}, err
	}
	return s.part(a.Reason, s.base.Written, a.Supply.Neg(), vat.Neg(), a.opening())
}

func (a amendment) opening() string {
	return fmt.Sprintf("내국신용장·구매확인서 개설일 %s", a.Opened)
}

// creditDeadline: the credit counts when it was opened within 25 days of the end of the tax period. It is issued by the
// 10th of the month after the opening, and at the latest within those 25 days, when the period's return is due.
func (a amendment) creditDeadline(s standing) (calendar.Date, error) {
	limit, err := FinalReturn(a.cal, s.base.Written)
	switch {
	case err != nil:
		return calendar.Date{}, err
	case a.Opened.IsZero() || a.Opened.After(a.today):
		return calendar.Date{}, fault.Invalidf("opened", fault.T("내국신용장 개설일이나 구매확인서 발급일을 오늘까지의 날짜로 입력해 주세요.", "Give the day the letter of credit was opened or the purchase confirmation issued, today at the latest."))
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

func (a amendment) checkArose(s standing) error {
	switch {
	case a.Arose.IsZero():
		return fault.Invalidf("arose", fault.T("사유가 발생한 날을 입력해 주세요. 그날이 작성일자가 됩니다.", "Give the day it arose; the amended tax invoice is dated by it."))
	case a.Arose.After(a.today):
		return fault.Invalidf("arose", fault.T("사유 발생일 %[1]s은(는) 오늘보다 뒤입니다. 그날이 된 뒤에 발행해 주세요.", "The day it arose, %[1]s, lies in the future; issue it once the day has come.", a.Arose))
	case a.Arose.Before(s.base.Written):
		return fault.Invalidf("arose", fault.T("사유 발생일 %[1]s이(가) 당초 작성일자 %[2]s보다 앞섭니다. 처음부터 틀렸다면 기재사항 정정으로 수정해 주세요.", "The day it arose, %[1]s, lies before the original's date, %[2]s; if it was wrong from the beginning, correct it instead.", a.Arose, s.base.Written))
	}
	return nil
}

// vatOf is the given VAT, else 10 % truncated below 1 won toward zero; who takes back the last won of supply takes back
// all VAT that is left with it.
func (s standing) vatOf(supply money.Amount, given *money.Amount) (money.Amount, error) {
	switch {
	case given != nil:
		return *given, nil
	case s.base.Kind != customer.Taxed:
		return money.Zero(money.KRW), nil
	case same(supply, s.left.Supply.Neg()):
		return s.left.VAT.Neg(), nil
	}
	return money.WonDown.Amount(supply.Decimal().Mul(tenPercent()), money.KRW)
}

// tenPercent is the rate of VAT (부가가치세법 제30조).
func tenPercent() money.Decimal { return money.MustDecimal("0.1") }
