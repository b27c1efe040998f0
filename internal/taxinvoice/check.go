package taxinvoice

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"jeongsan/internal/calendar"
	"jeongsan/internal/customer"
	"jeongsan/internal/fault"
	"jeongsan/internal/mail"
	"jeongsan/internal/money"
)

// Limits of the tax office's standard (표준전자세금계산서), smaller than the service's own. The standard's schema is not
// public; public implementations of it carry these numbers as lengths of strings, which XML Schema counts in characters
// (not bytes). Whether the service cuts a longer text or the tax office rejects it is not known, so neither is tried.
const (
	maxName    = 70
	maxPerson  = 30 // representative, contact
	maxTrade   = 40 // 업태, 종목
	maxPhone   = 20
	maxEmail   = 40
	maxAddress = 150
	maxRemark  = 150
	maxItem    = 100
	maxSpec    = 60
	maxNote    = 100 // remark of a line
	maxSerial  = 30
	maxBook    = 32767 // 권, 호
	maxLines   = 99
	maxRemarks = 3
	maxDigits  = 18 // of an amount or a unit price
	maxCount   = 12 // digits of a quantity
)

// vatTolerance is how far VAT may lie from 10 % of the supply amount, in won (Popbill -11001133).
const vatTolerance = 1000

var (
	confirmationForm = regexp.MustCompile(`^\d{8}[0-9A-Za-z]{16}$`)
	personForm       = regexp.MustCompile(`^\d{13}$`)
)

// Check names everything that keeps the content from being issued on the day, joined: each a fault.Invalid with the
// path of its field as the JSON has it ("lines[2].item" is the third line). It asks nobody: whether the buyer is in
// business is a question for the preflight.
func (c Content) Check(today calendar.Date) error {
	k := &checks{}
	c.checkHead(k, today)
	k.party("supplier", fault.T("공급자", "the supplier"), c.Supplier)
	k.number("supplier.business_number", customer.Business, c.Supplier.BusinessNumber)
	k.party("buyer", fault.T("공급받는자", "the buyer"), c.Buyer)
	k.number("buyer.business_number", c.BuyerKind, c.Buyer.BusinessNumber)
	c.checkRemarks(k)
	c.checkLines(k)
	c.checkSums(k)
	c.checkAmends(k)
	return joined(k)
}

// checks gathers what is wrong.
type checks struct{ errs []error }

func (k *checks) refuse(wrong bool, field, ko, en string, args ...any) {
	if wrong {
		k.errs = append(k.errs, fault.Invalidf(field, fault.T(ko, en, args...)))
	}
}

// under adds the faults of another package's check under the path of the field here.
func (k *checks) under(field string, err error) {
	for _, f := range fault.All(err) {
		g := *f
		g.Field = field
		k.errs = append(k.errs, &g)
	}
}

// text checks a text that is printed: its length, and that a tax invoice can carry its characters.
func (k *checks) text(field string, what fault.Text, s string, most int) {
	n := utf8.RuneCountInString(s)
	k.refuse(n > most, field,
		"%[1]s이(가) %[3]d자로 국세청 한도 %[4]d자를 넘습니다. 줄여서 다시 입력해 주세요.",
		"%[2]s: %[3]d characters, and the tax office takes %[4]d at most; shorten it.", what.KO, what.EN, n, most)
	if r, bad := unprintable(s); bad {
		k.refuse(true, field,
			"%[1]s에 세금계산서에 쓸 수 없는 문자 %[3]q이(가) 있습니다. 이모지와 제어 문자를 지워 주세요.",
			"%[2]s: it holds %[3]q, and emoji and control characters cannot stand on a tax invoice; remove it.", what.KO, what.EN, r)
	}
}

func (k *checks) required(field string, what fault.Text, s string, most int) {
	k.refuse(strings.TrimSpace(s) == "", field, "%[1]s을(를) 입력해 주세요.", "%[2]s: it is missing; fill it in.", what.KO, what.EN)
	k.text(field, what, s, most)
}

// unprintable finds a character that no tax invoice carries.
func unprintable(s string) (rune, bool) {
	for _, r := range s {
		switch {
		case r == utf8.RuneError, unicode.IsControl(r), unicode.In(r, unicode.Cf, unicode.Co, unicode.Zl, unicode.Zp), unicode.Is(pictures, r):
			return r, true
		case r > 0xFFFF && !unicode.IsLetter(r): // rare Hanja are letters; up there all else is a picture
			return r, true
		}
	}
	return 0, false
}

// pictures are what is shown as emoji within the first plane, and the Hangul fillers, which print as nothing.
var pictures = &unicode.RangeTable{R16: []unicode.Range16{
	{Lo: 0x115F, Hi: 0x1160, Stride: 1}, {Lo: 0x20E3, Hi: 0x20E3, Stride: 1}, {Lo: 0x231A, Hi: 0x231B, Stride: 1},
	{Lo: 0x23E9, Hi: 0x23F3, Stride: 1}, {Lo: 0x25FD, Hi: 0x25FE, Stride: 1}, {Lo: 0x2600, Hi: 0x27BF, Stride: 1},
	{Lo: 0x2B1B, Hi: 0x2B1C, Stride: 1}, {Lo: 0x2B50, Hi: 0x2B55, Stride: 5}, {Lo: 0x3164, Hi: 0x3164, Stride: 1},
	{Lo: 0xFE0F, Hi: 0xFE0F, Stride: 1}, {Lo: 0xFFA0, Hi: 0xFFA0, Stride: 1},
}}

func (k *checks) party(path string, whose fault.Text, p Party) {
	of := func(ko, en string) fault.Text {
		return fault.T("%[1]s의 %[2]s", "The %[4]s of %[3]s", whose.KO, ko, whose.EN, en)
	}
	k.required(path+".name", of("상호", "name"), p.Name, maxName)
	k.required(path+".representative", of("대표자명", "representative"), p.Representative, maxPerson)
	k.text(path+".address", of("주소", "address"), p.Address, maxAddress)
	k.text(path+".business_type", of("업태", "business type"), p.BusinessType, maxTrade)
	k.text(path+".industry", of("종목", "industry"), p.Industry, maxTrade)
	k.text(path+".contact", of("담당자", "contact"), p.Contact, maxPerson)
	k.text(path+".phone", of("연락처", "phone"), p.Phone, maxPhone)
	k.text(path+".email", of("이메일", "e-mail"), p.Email, maxEmail)
	k.under(path+".branch", customer.CheckBranch(p.Branch))
	if p.Email != "" { // without one the tax office's own site is the mailbox (시행령 제68조 제11항)
		_, err := mail.ParseEmail(path+".email", p.Email)
		k.under(path+".email", err)
	}
}

// number checks the registration number by the kind of its bearer (공급받는자 구분).
func (k *checks) number(field string, kind customer.BuyerKind, s string) {
	switch kind {
	case customer.Business:
		k.under(field, customer.CheckBusinessNumber(s))
	case customer.Person:
		k.refuse(!personForm.MatchString(s) || s == ForeignNumber, field,
			"개인의 주민등록번호는 숫자 13자리여야 합니다.", "A person's registration number must be 13 digits.")
	case customer.Foreigner:
		k.refuse(s != ForeignNumber, field,
			"외국인의 등록번호 칸에는 %[1]s을(를) 쓰고, 외국인등록번호나 여권번호는 비고에 적어 주세요.",
			"For a foreigner the number is %[1]s, and the registration or passport number goes into the remark.", ForeignNumber)
	default:
		k.refuse(true, "buyer_kind", "공급받는자 구분 %q은(는) 사업자, 개인, 외국인 중 하나여야 합니다.", "The buyer kind %q must be business, person or foreigner.", kind)
	}
}

func (c Content) checkHead(k *checks, today calendar.Date) {
	k.refuse(c.Written.IsZero(), "written", "작성일자를 입력해 주세요.", "The date (작성일자) is missing; fill it in.")
	k.refuse(c.Written.After(today), "written",
		"작성일자 %[1]s은(는) 오늘(%[2]s)보다 뒤입니다. 그날이 된 뒤에 발행하거나 작성일자를 고쳐 주세요.",
		"The date %[1]s lies after today, %[2]s; issue it once the day has come, or correct the date.", c.Written, today)
	switch c.Kind {
	case customer.Taxed, customer.ZeroRated, customer.Exempt:
	default:
		k.refuse(true, "kind", "과세형태 %q은(는) 과세, 영세, 면세 중 하나여야 합니다.", "The kind of tax %q must be taxed, zero-rated or exempt.", c.Kind)
	}
	k.refuse(c.Purpose != ForPayment && c.Purpose != Received, "purpose", "영수/청구 구분 %q은(는) 영수나 청구여야 합니다.", "The purpose %q must be claim or receipt.", c.Purpose)
	for _, book := range []struct {
		field, ko, en string
		n             int
	}{{"volume", "권", "volume", c.Volume}, {"issue", "호", "issue", c.Issue}} {
		k.refuse(book.n < 0 || book.n > maxBook, book.field, "책번호 %[1]s은(는) 0~%[3]d여야 합니다.", "The book's %[2]s must be 0 to %[3]d.", book.ko, book.en, maxBook)
	}
	k.text("serial", fault.T("일련번호", "The serial number"), c.Serial, maxSerial)
}

func (c Content) checkRemarks(k *checks) {
	k.refuse(len(c.Remarks) > maxRemarks, "remarks", "비고는 %[1]d개까지 적을 수 있습니다(현재 %[2]d개).", "There may be %[1]d remarks, and here are %[2]d.", maxRemarks, len(c.Remarks))
	for i, s := range c.Remarks {
		k.text(fmt.Sprintf("remarks[%d]", i), fault.T("비고 %d", "Remark %d", i+1), s, maxRemark)
	}
	k.refuse(c.BuyerKind == customer.Foreigner && (len(c.Remarks) == 0 || strings.TrimSpace(c.Remarks[0]) == ""), "remarks[0]",
		"외국인에게 발행할 때는 첫째 비고에 외국인등록번호나 여권번호를 적어야 합니다.",
		"For a foreigner the first remark must give the registration or passport number.")
}

func (c Content) checkLines(k *checks) {
	k.refuse(len(c.Lines) == 0, "lines", "품목이 없습니다. 한 줄 이상 입력해 주세요.", "There is no item; give at least one line.")
	k.refuse(len(c.Lines) > maxLines, "lines", "품목은 %[1]d줄까지입니다(현재 %[2]d줄).", "There may be %[1]d lines, and here are %[2]d.", maxLines, len(c.Lines))
	for i, l := range c.Lines {
		l.check(k, fmt.Sprintf("lines[%d].", i), i+1)
	}
}

func (l Line) check(k *checks, path string, n int) {
	of := func(ko, en string) fault.Text {
		return fault.T("품목 %[1]d의 %[2]s", "The %[3]s of line %[1]d", n, ko, en)
	}
	k.required(path+"item", of("품목명", "item"), l.Item, maxItem)
	k.text(path+"spec", of("규격", "specification"), l.Spec, maxSpec)
	k.text(path+"remark", of("비고", "remark"), l.Remark, maxNote)
	k.decimal(path+"quantity", of("수량", "quantity"), l.Quantity, maxCount)
	k.decimal(path+"unit_price", of("단가", "unit price"), l.UnitPrice, maxDigits)
	k.won(path+"supply", of("공급가액", "supply amount"), l.Supply)
	k.won(path+"vat", of("세액", "VAT"), l.VAT)
	k.refuse(l.Supply.Sign()*l.VAT.Sign() < 0, path+"vat", "품목 %d의 공급가액과 세액은 부호가 같아야 합니다.", "Supply amount and VAT of line %d must have the same sign.", n)
}

// decimal checks a quantity or unit price: two places after the point (표준), and digits in all.
func (k *checks) decimal(field string, what fault.Text, x money.Decimal, most int) {
	digits := len(strings.Trim(strings.ReplaceAll(x.Canonical(), ".", ""), "-"))
	k.refuse(!money.CentDown.Round(x).Equal(x) || digits > most, field,
		"%[1]s은(는) 소수 둘째 자리까지, 모두 %[3]d자리 이내여야 합니다.", "%[2]s: two places after the point and %[3]d digits are the most.", what.KO, what.EN, most)
}

const mostWon = 1e18 - 1 // eighteen digits

func (k *checks) won(field string, what fault.Text, a money.Amount) {
	k.refuse(a.Currency() != money.KRW && a != money.Amount{}, field, "%[1]s은(는) 원화여야 합니다(%[3]s).", "%[2]s: it must be in won, not %[3]s.", what.KO, what.EN, a.Currency())
	k.refuse(a.Minor() > mostWon || a.Minor() < -mostWon, field, "%[1]s은(는) %[3]d자리 이내여야 합니다.", "%[2]s: %[3]d digits are the most.", what.KO, what.EN, maxDigits)
}

func (c Content) checkSums(k *checks) {
	k.won("supply", fault.T("공급가액", "The supply amount"), c.Supply)
	k.won("vat", fault.T("세액", "VAT"), c.VAT)
	k.won("total", fault.T("합계금액", "The total"), c.Total)
	k.adds("supply", fault.T("공급가액", "supply amount"), c.Supply, c.column(func(l Line) money.Amount { return l.Supply })...)
	k.adds("vat", fault.T("세액", "VAT"), c.VAT, c.column(func(l Line) money.Amount { return l.VAT })...)
	total, err := c.Supply.Add(c.VAT)
	k.refuse(err == nil && !same(total, c.Total), "total",
		"합계금액 %[1]s이(가) 공급가액과 세액의 합 %[2]s과(와) 다릅니다.", "The total %[1]s is not supply and VAT together, %[2]s.", c.Total.Grouped(), total.Grouped())
	k.refuse(c.Supply.Sign()*c.VAT.Sign() < 0, "vat", "공급가액과 세액은 부호가 같아야 합니다.", "Supply amount and VAT must have the same sign.")
	k.refuse(c.Amends == nil && c.Total.Sign() <= 0, "total",
		"합계금액이 0원 이하입니다. 금액을 줄이려면 수정세금계산서를 발행해 주세요.", "The total is not above zero; to take an amount back, issue an amended tax invoice.")
	c.checkVAT(k)
}

func (c Content) column(of func(Line) money.Amount) []money.Amount {
	out := make([]money.Amount, len(c.Lines))
	for i, l := range c.Lines {
		out[i] = of(l)
	}
	return out
}

func (k *checks) adds(field string, what fault.Text, sum money.Amount, parts ...money.Amount) {
	got, err := money.Sum(money.KRW, parts...)
	if err != nil {
		k.under(field, err)
		return
	}
	k.refuse(!same(got, sum), field,
		"품목의 %[1]s 합 %[3]s이(가) 세금계산서의 %[1]s %[4]s과(와) 다릅니다.", "The lines' %[2]s adds up to %[3]s, and the tax invoice says %[4]s.", what.KO, what.EN, got.Grouped(), sum.Grouped())
}

// same compares won, nothing in no currency included.
func same(a, b money.Amount) bool { return a.Minor() == b.Minor() }

// checkVAT: within 1,000 won of 10 % when taxed (부가가치세법 제30조), none otherwise.
func (c Content) checkVAT(k *checks) {
	if c.Kind != customer.Taxed {
		k.refuse(!c.VAT.IsZero(), "vat", "%[1]s 세금계산서의 세액은 0원이어야 합니다(현재 %[3]s).", "VAT of a tax invoice that is %[2]s must be zero, and here it is %[4]s.", kindText(c.Kind).KO, kindText(c.Kind).EN, c.VAT.Korean(), c.VAT.English())
		return
	}
	off := c.VAT.Decimal().Mul(money.Int(10)).Sub(c.Supply.Decimal())
	most := money.Int(10 * vatTolerance)
	k.refuse(off.Cmp(most) > 0 || off.Cmp(most.Neg()) < 0, "vat",
		"세액 %[1]s이(가) 공급가액 %[2]s의 10%%와 %[3]d원 넘게 다릅니다. 금액을 확인하거나 과세형태를 고쳐 주세요.",
		"VAT of %[1]s is more than %[3]d won off 10%% of the supply amount %[2]s; check the amounts or the kind of tax.", c.VAT.Grouped(), c.Supply.Grouped(), vatTolerance)
}

func joined(k *checks) error { return errors.Join(k.errs...) }
