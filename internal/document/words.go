package document

import (
	"fmt"

	"jeongsan/internal/calendar"
	"jeongsan/internal/money"
)

// words are the document's own words in one language. A struct and not a map: a missing one does not compile.
type words struct {
	title, details, draft, draftNote, revision     string
	number, honorific, opening                     string
	amountDue, due, account, nothingDue, noAccount string
	supplier, customer                             string
	name, businessNo, representative, address      string
	phone, fax, email, contact                     string
	month, period, issued, billingDay, everyMonth  string
	accountKind, memberNo, purchaseOrder           string
	lines, group, item, basis, amount, unit        string
	usage, discount, other, rounding               string
	supply, supplyBasis, vat, total                string
	fx, fxRate, fxTotal, fxUnit, notes             string
	provider, subtotal, sum, rows                  string
	accountID, usageMonth, service, kind, region   string
	detail, plan, fee, discounts                   string
	commitment, membership, pledge, otherDiscount  string
	expected, start, end, span                     string
	sheetInvoice, sheetDetails, none               string
	weekdays                                       [7]string
}

var korean = words{
	title: "요금청구서", details: "이용 내역", draft: "초안", revision: "정정 %d차",
	draftNote: "초안입니다. 확정 전 금액이므로 납부나 회계 처리에 사용하지 마십시오.",
	number:    "청구번호", honorific: "%s 귀중", opening: "%s 클라우드 서비스 이용 요금을 아래와 같이 청구합니다.",
	amountDue: "청구 금액 (부가세 포함)", due: "납부 기한", account: "입금 계좌",
	nothingDue: "납부할 금액이 없습니다", noAccount: "담당자에게 문의해 주십시오",
	supplier: "공급자", customer: "공급받는 자",
	name: "상호", businessNo: "등록번호", representative: "대표자", address: "주소",
	phone: "전화", fax: "팩스", email: "이메일", contact: "담당자",
	month: "이용월", period: "이용 기간", issued: "발행일", billingDay: "청구일", everyMonth: "매월 %d일",
	accountKind: "계정 구분", memberNo: "회원번호", purchaseOrder: "발주번호",
	lines: "청구 내역", group: "구분", item: "항목", basis: "산출 근거", amount: "금액", unit: "(단위: %s)",
	usage: "이용료", discount: "할인", other: "기타 비용", rounding: "조정",
	supply: "공급가액", supplyBasis: "%s의 합", vat: "부가세", total: "합계",
	fx: "환율 적용", fxRate: "적용 환율", fxTotal: "원통화 이용 금액", fxUnit: "%s 1 = %s원",
	notes:    "안내",
	provider: "클라우드 사업자가 계측한 이용 내역입니다. 당사의 할인과 기타 비용을 반영하기 전의 금액입니다.",
	subtotal: "소계", sum: "계", rows: "%d건",
	accountID: "계정", usageMonth: "이용월", service: "서비스", kind: "구분", region: "리전",
	detail: "상세", plan: "요금제", fee: "이용요금", discounts: "할인금액",
	commitment: "약정", membership: "회원요금제", pledge: "회원약정요금제", otherDiscount: "기타",
	expected: "납부예상요금", start: "시작일", end: "종료일", span: "시작일 / 종료일",
	sheetInvoice: "요금청구서", sheetDetails: "이용 내역", none: "-",
	weekdays: [7]string{"일", "월", "화", "수", "목", "금", "토"},
}

var english = words{
	title: "Invoice", details: "Usage details", draft: "DRAFT", revision: "Revision %d",
	draftNote: "This is a draft. Amounts are not final; do not pay or book it.",
	number:    "Invoice no.", honorific: "%s", opening: "We invoice your use of cloud services in %s as follows.",
	amountDue: "Amount due (VAT included)", due: "Due date", account: "Pay to",
	nothingDue: "Nothing to pay", noAccount: "Please ask your contact",
	supplier: "Supplier", customer: "Customer",
	name: "Company", businessNo: "Business no.", representative: "CEO", address: "Address",
	phone: "Phone", fax: "Fax", email: "E-mail", contact: "Contact",
	month: "Usage month", period: "Period", issued: "Issued on", billingDay: "Billing day", everyMonth: "Day %d, monthly",
	accountKind: "Account type", memberNo: "Member no.", purchaseOrder: "PO number",
	lines: "Charges", group: "Group", item: "Item", basis: "Basis", amount: "Amount", unit: "(in %s)",
	usage: "Usage", discount: "Discount", other: "Other charges", rounding: "Adjustment",
	supply: "Supply amount", supplyBasis: "Sum of %s", vat: "VAT", total: "Total",
	fx: "Exchange rate", fxRate: "Rate applied", fxTotal: "Usage in original currency", fxUnit: "%s 1 = KRW %s",
	notes:    "Notes",
	provider: "Usage as metered by the cloud provider, before our own discounts and other charges.",
	subtotal: "Subtotal", sum: "Sum", rows: "%d rows",
	accountID: "Account", usageMonth: "Month", service: "Service", kind: "Kind", region: "Region",
	detail: "Detail", plan: "Price plan", fee: "Usage fee", discounts: "Discounts",
	commitment: "Commitment", membership: "Membership", pledge: "Membership commitment", otherDiscount: "Other",
	expected: "Expected charge", start: "Start", end: "End", span: "Start / End",
	sheetInvoice: "Invoice", sheetDetails: "Usage details", none: "-",
	weekdays: [7]string{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"},
}

func (l Lang) words() *words {
	if l == English {
		return &english
	}
	return &korean
}

func (w *words) groupName(g Group) string {
	switch g {
	case Usage:
		return w.usage
	case Discount:
		return w.discount
	case Other:
		return w.other
	default:
		return w.rounding
	}
}

// day is a date with its weekday, which saves a clerk the look at the calendar.
func (w *words) day(d calendar.Date) string {
	if d.IsZero() {
		return w.none
	}
	return fmt.Sprintf("%s (%s)", d, w.weekdays[d.Weekday()])
}

func (w *words) unitOf(c money.Currency) string {
	if c == money.KRW && w == &korean {
		return fmt.Sprintf(w.unit, "원")
	}
	return fmt.Sprintf(w.unit, string(c))
}

func (w *words) monthName(m calendar.Month) string {
	if w == &korean {
		return m.Korean()
	}
	return fmt.Sprintf("%s %d", m.Month(), m.Year())
}

func (w *words) money(a money.Amount) string {
	if w == &korean {
		return a.Korean()
	}
	return a.English()
}

// periodOf is the first and last day of what is billed.
func (w *words) periodOf(from, to calendar.Date) string {
	if from.IsZero() || to.IsZero() {
		return w.none
	}
	return from.String() + " ~ " + to.String()
}
