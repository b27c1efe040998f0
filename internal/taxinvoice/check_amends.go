package taxinvoice

import (
	"slices"
	"strings"

	"jeongsan/internal/calendar"
	"jeongsan/internal/customer"
)

// checkAmends holds an amended tax invoice to its reason: the original it names, date, remark and sign (시행령 제70조 제1항).
func (c Content) checkAmends(k *checks) {
	a := c.Amends
	if a == nil {
		return
	}
	k.refuse(a.Reason < Correction || a.Reason > DuplicateMistake, "amends.reason", "수정 사유 코드 %d은(는) 1~6이어야 합니다.", "The reason code %d must be 1 to 6.", a.Reason)
	original, ok := dateOf(a.Original)
	k.refuse(!ok, "amends.original", "당초 국세청 승인번호 %q은(는) 24자리여야 하고 작성일자로 시작해야 합니다.", "The original's confirmation number %q must have 24 characters and begin with its date.", a.Original)
	if !ok {
		return
	}
	c.checkAmendDate(k, original)
	c.checkAmendSign(k)
	k.refuse(a.Reason.datedAnew() && !c.mentions(original), "remarks",
		"비고에 처음 세금계산서의 작성일자 %s을(를) 적어야 합니다.", "A remark must give the date of the original, %s.", original)
	k.refuse(a.Reason == LocalCredit && len(cleaned(c.Remarks)) == 0, "remarks",
		"비고에 내국신용장 개설일이나 구매확인서 발급일을 적어야 합니다.", "A remark must give the day the letter of credit was opened or the purchase confirmation issued.")
}

// datedAnew reports whether the amended tax invoice carries the day of the event, with the original's day in the remark (제1~3호).
func (r Reason) datedAnew() bool { return r == AmountChange || r == Return || r == Termination }

func (c Content) checkAmendDate(k *checks, original calendar.Date) {
	// A correction of the date itself has the right date on its positive half.
	dated := c.Amends.Reason == Correction && c.Total.Sign() > 0
	switch {
	case c.Amends.Reason.datedAnew():
		k.refuse(c.Written.Before(original), "written", "작성일자 %[1]s이(가) 당초 작성일자 %[2]s보다 앞섭니다.", "The date %[1]s lies before the original's, %[2]s.", c.Written, original)
	case !dated:
		k.refuse(c.Written != original, "written", "이 사유의 수정세금계산서는 당초 작성일자 %[2]s(으)로 발행해야 합니다(현재 %[1]s).", "For this reason the date must be the original's, %[2]s, and here it is %[1]s.", c.Written, original)
	}
}

func (c Content) checkAmendSign(k *checks) {
	sign, reason := c.Total.Sign(), c.Amends.Reason
	k.refuse(sign == 0, "total", "수정세금계산서의 합계금액이 0원입니다. 바뀌는 금액을 입력해 주세요.", "The total of the amended tax invoice is zero; give what changes.")
	negative := reason == Return || reason == Termination || reason == DuplicateMistake
	k.refuse(negative && sign > 0, "total", "환입·계약의 해제·이중발급의 수정세금계산서는 음수여야 합니다.", "For a return, a termination or a duplicate the amounts must be negative.")
	k.refuse(reason == LocalCredit && sign > 0 && c.Kind != customer.ZeroRated, "kind", "내국신용장 사후개설의 플러스 세금계산서는 영세율이어야 합니다.", "The positive tax invoice of a later letter of credit must be zero-rated.")
	k.refuse(reason == LocalCredit && sign < 0 && c.Kind != customer.Taxed, "kind", "내국신용장 사후개설의 마이너스 세금계산서는 과세여야 합니다.", "The negative tax invoice of a later letter of credit must be taxed.")
}

// mentions reports whether a remark gives the day, in any of our forms.
func (c Content) mentions(d calendar.Date) bool {
	return slices.ContainsFunc(c.Remarks, func(s string) bool {
		return strings.Contains(s, d.String()) || strings.Contains(s, d.Compact()) || strings.Contains(s, d.Korean())
	})
}

// dateOf reads the date in a confirmation number's first eight digits.
func dateOf(confirmation string) (calendar.Date, bool) {
	if !confirmationForm.MatchString(confirmation) {
		return calendar.Date{}, false
	}
	d, err := calendar.ParseDate(confirmation[:4] + "-" + confirmation[4:6] + "-" + confirmation[6:8])
	return d, err == nil
}

// Replaces names everything in which the content may not differ from that of a failed document of an amendment, in whose
// place it is issued again: the documents that stand were issued with its date, amounts, kind of tax and original. Nor may
// the parties, by whom it takes back what names them; contact, phone and e-mail only say where the notice goes. The correct
// half of a correction may name others: that is what it is for.
func (c Content) Replaces(failed Content) error {
	k := &checks{}
	k.refuse(c.Written != failed.Written, "written", "다시 발행하는 문서의 작성일자는 %[1]s 그대로여야 합니다.", "The date of a document that is issued again must stay %[1]s.", failed.Written)
	k.refuse(!equal(c.covered(), failed.covered()), "total", "다시 발행하는 문서의 금액은 %[1]s 그대로여야 합니다.", "The amounts of a document that is issued again must stay at %[2]s.", failed.Total.Korean(), failed.Total.English())
	k.refuse(c.Kind != failed.Kind, "kind", "다시 발행하는 문서의 과세형태는 %[1]s 그대로여야 합니다.", "The kind of tax of a document that is issued again must stay %[2]s.", kindText(failed.Kind).KO, kindText(failed.Kind).EN)
	if c.Amends == nil || failed.Amends == nil {
		k.refuse(true, "amends", "수정세금계산서만 이렇게 다시 발행할 수 있습니다. 세금계산서 발행에서 다시 발행해 주세요.", "Only an amendment is issued again like this; issue an ordinary tax invoice again.")
		return joined(k)
	}
	k.refuse(*c.Amends != *failed.Amends, "amends", "다시 발행하는 문서의 수정 사유와 당초 승인번호 %[1]s은(는) 바꿀 수 없습니다.", "Reason and original, %[1]s, of a document that is issued again cannot be changed.", failed.Amends.Original)
	if failed.Amends.Reason == Correction && failed.Total.Sign() > 0 {
		return joined(k)
	}
	for _, side := range []struct {
		field, ko, en string
		same          bool
	}{
		{"supplier", "공급자", "supplier", c.Supplier.sameAs(failed.Supplier)},
		{"buyer", "공급받는자", "buyer", c.Buyer.sameAs(failed.Buyer) && c.BuyerKind == failed.BuyerKind},
	} {
		k.refuse(!side.same, side.field, "%[1]s은(는) 당초 세금계산서와 같아야 합니다. 당사자가 틀렸다면 바르게 고친 장에서 바꿔 주세요.", "The %[2]s must be the one of the document that is taken back; correct a wrong party on the document that says it right.", side.ko, side.en)
	}
	return joined(k)
}

// sameAs reports whether it is the same party, wherever the notice goes.
func (p Party) sameAs(q Party) bool {
	p.Contact, p.Phone, p.Email = q.Contact, q.Phone, q.Email
	return p == q
}
