package taxinvoice

import (
	"fmt"

	"jeongsan/internal/calendar"
	"jeongsan/internal/customer"
	"jeongsan/internal/fault"
	"jeongsan/internal/invoice"
	"jeongsan/internal/money"
)

// Reason is a legal reason of an amended tax invoice (부가가치세법 시행령 제70조 제1항), by the tax office's code. The decree
// names no codes: that 1 stands for 제5·6·9호 and so on is the tax office's practice.
type Reason int

const (
	Correction       Reason = 1 // 기재사항 착오·정정 (제5·6·9호)
	AmountChange     Reason = 2 // 공급가액 변동 (제3호)
	Return           Reason = 3 // 환입 (제1호)
	Termination      Reason = 4 // 계약의 해제 (제2호)
	LocalCredit      Reason = 5 // 내국신용장·구매확인서 사후개설 (제4호)
	DuplicateMistake Reason = 6 // 착오에 의한 이중발급 (제7·8호)
)

// Text is the reason as screens show it.
func (r Reason) Text() fault.Text {
	switch r {
	case Correction:
		return fault.T("기재사항 착오·정정", "correction of what it says")
	case AmountChange:
		return fault.T("공급가액 변동", "change of the supply amount")
	case Return:
		return fault.T("환입", "return")
	case Termination:
		return fault.T("계약의 해제", "termination of the contract")
	case LocalCredit:
		return fault.T("내국신용장 사후개설", "later letter of credit")
	case DuplicateMistake:
		return fault.T("착오에 의한 이중발급", "issued twice by mistake")
	}
	return fault.T("알 수 없는 사유", "unknown reason")
}

// Original is the tax invoice to amend, with the amendments of it so far; those that were refused or cancelled count for nothing.
type Original struct {
	TaxInvoice
	Amendments []TaxInvoice // in the order they were issued
}

// Change is what happened. Which fields count is a matter of the reason.
type Change struct {
	Reason      Reason
	Arose       calendar.Date // 2, 3, 4: the day the amount changed, it was returned, the contract was terminated
	Supply      money.Amount  // 2: the difference, signed; 3: what was returned, positive; 5: the part under the credit, zero for all
	VAT         *money.Amount // of Supply, same sign; nil: 10 % truncated below 1 won, and all that is left with the last won of supply
	Right       *Right        // 1: what it should have said
	Intentional bool          // 1: wrong otherwise than by mistake (착오 외의 사유, 제6호)
	Audited     bool          // 1: the tax office has announced an audit or begun to ask (제5호 각 목)
	Opened      calendar.Date // 5: the day the letter of credit was opened or the purchase confirmation issued
	// Kind says which part changes by 2 and 3 where a letter of credit covered some of it, so that a taxed part and a
	// zero-rated one stand; "" is the taxed one.
	Kind customer.TaxKind
}

// Document is one amended tax invoice of a plan.
type Document struct {
	Content  Content
	Deadline calendar.Date // last day to issue it by law; zero: as soon as the mistake was noticed
}

// Plan is what an amendment issues: all of its documents or none.
type Plan struct {
	Reason    Reason
	Documents []Document    // the negative ones first, so that what stands of a half can be given back
	Lapses    calendar.Date // last day on which the law lets it be issued at all; zero: none is set
	change    invoice.Covered
}

// Difference is by how much the amendment changes what is supplied and owed: zero when only names change.
func (p Plan) Difference() invoice.Covered { return p.change }

// Amend computes the documents of an amendment: how many, with which date, sign, amounts and remark, and until when.
//
//	1 correction   original date           what stands, negative, and the correct content
//	2 amount       the day it arose        the difference only; the original's date in a remark
//	3 return       the day of the return   the returned part, negative; the original's date in a remark
//	4 termination  the day of termination  what stands, negative; the original's date in a remark
//	5 L/C          original date           the part, negative and taxed, and the same zero-rated; the opening in a remark
//	6 duplicate    original date           what stands, negative
//
// What stands are the positive documents in force (InForce): a negative document takes back one of them, names it and has
// no more than is left of it, so where amounts were added there is one for each; "original" above is that document. While
// nothing was taken back, a negative copy has its very lines. fault.Conflict: the original is not at the tax office, is
// itself an amendment, an amendment of it is on its way, or it is too late; fault.Invalid: the change does not fit it, with
// "documents[0]." in front of a field of a computed document.
func Amend(o Original, c Change, cal calendar.BusinessCalendar, today calendar.Date) (Plan, error) {
	if err := o.amendable(); err != nil {
		return Plan{}, err
	}
	all, err := o.InForce()
	if err != nil {
		return Plan{}, err
	}
	if len(all) == 0 {
		return Plan{}, fault.New(fault.Conflict, fault.T("세금계산서 %[1]s은(는) 이미 전액 수정되어 남은 금액이 없습니다.", "Nothing is left of tax invoice %[1]s after its amendments.", o.Key))
	}
	p, err := amendment{Original: o, Change: c, cal: cal, today: today, inForce: all}.plan()
	if err != nil {
		return Plan{}, err
	}
	p.Reason = c.Reason
	return p.accepted(today)
}

// amendable refuses what the tax office does not have, and the amendment of an amendment.
func (o Original) amendable() error {
	switch {
	case o.Content.Amends != nil:
		return fault.New(fault.Conflict, fault.T(
			"세금계산서 %[1]s은(는) 수정세금계산서입니다. 당초 세금계산서(승인번호 %[2]s)를 수정해 주세요.",
			"Tax invoice %[1]s is itself an amendment; amend the original (confirmation number %[2]s).", o.Key, o.Content.Amends.Original))
	case Cancellable(o.State, o.Provider):
		return fault.New(fault.Conflict, fault.T(
			"세금계산서 %[1]s은(는) 아직 국세청에 전송되지 않았습니다. 수정하지 말고 발행을 취소한 뒤 다시 발행해 주세요.",
			"Tax invoice %[1]s has not gone to the tax office yet; cancel it and issue it again instead of amending it.", o.Key))
	case o.State != Reported:
		return fault.New(fault.Conflict, fault.T(
			"세금계산서 %[1]s은(는) '%[2]s' 상태라 수정할 수 없습니다. 국세청 전송이 끝난 뒤 다시 해 주세요.",
			"Tax invoice %[1]s is %[3]s and cannot be amended; try again once the tax office has it.", o.Key, o.State.Text().KO, o.State.Text().EN))
	}
	for _, x := range o.Amendments {
		if x.State.Live() && x.State != Reported { // only what the tax office has can be taken back (-11001056)
			return fault.New(fault.Conflict, fault.T(
				"앞선 수정세금계산서 %[1]s이(가) 아직 국세청에 전송되지 않았습니다('%[2]s'). 전송이 끝난 뒤 다시 수정해 주세요.",
				"The tax office does not have the earlier amendment %[1]s yet (%[3]s); amend again once it has.", x.Key, x.State.Text().KO, x.State.Text().EN))
		}
	}
	return nil
}

// accepted checks each document as the tax office will, and sums what they change.
func (p Plan) accepted(today calendar.Date) (Plan, error) {
	for i, d := range p.Documents {
		if err := d.Content.Check(today); err != nil {
			return Plan{}, amiss(i, err)
		}
		var err error
		if p.change, err = plus(p.change, d.Content.covered()); err != nil {
			return Plan{}, err
		}
	}
	return p, nil
}

// amiss puts the document in front of the field paths of its faults.
func amiss(document int, err error) error {
	k := &checks{}
	for _, f := range fault.All(err) {
		k.under(fmt.Sprintf("documents[%d].%s", document, f.Field), f)
	}
	return joined(k)
}
