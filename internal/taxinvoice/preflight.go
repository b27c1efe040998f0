package taxinvoice

import (
	"cmp"
	"errors"
	"slices"
	"time"

	"jeongsan/internal/calendar"
	"jeongsan/internal/customer"
	"jeongsan/internal/fault"
	"jeongsan/internal/invoice"
	"jeongsan/internal/money"
)

// Operation is whether a business is in business (사업자등록상태).
type Operation string

const (
	Unknown      Operation = ""             // not asked, or no answer
	Unregistered Operation = "unregistered" // 미등록
	Operating    Operation = "operating"    // 사업중
	Suspended    Operation = "suspended"    // 휴업
	Closed       Operation = "closed"       // 폐업
)

// Text is the state of a business as screens show it.
func (o Operation) Text() fault.Text {
	switch o {
	case Unregistered:
		return fault.T("미등록", "not registered")
	case Operating:
		return fault.T("사업 중", "in business")
	case Suspended:
		return fault.T("휴업", "suspended")
	case Closed:
		return fault.T("폐업", "closed")
	}
	return fault.T("확인되지 않음", "not known")
}

// Taxpayer is the kind of taxpayer (과세유형). A buyer of any kind can be given a tax invoice: a simplified one (간이과세자)
// and an exempt one only cannot deduct it.
type Taxpayer string

const (
	General       Taxpayer = "general"        // 일반과세자
	ExemptOnly    Taxpayer = "exempt"         // 면세사업자
	Simple        Taxpayer = "simple"         // 간이과세자
	SimpleIssuing Taxpayer = "simple-issuing" // 간이과세자(세금계산서 발급)
	NonProfit     Taxpayer = "non-profit"     // 비영리·국가기관·고유번호
)

// Business is what the tax office says of a business number.
type Business struct {
	Operation Operation
	Taxpayer  Taxpayer
	Since     calendar.Date // of the operation state: the day it closed
}

// Certificate is the supplier's certificate (공동인증서) at the service.
type Certificate struct {
	Registered bool
	Expires    time.Time
	Failure    fault.Text // why the service does not accept it; zero when it does
}

// Candidate is one invoice chosen for a tax invoice.
type Candidate struct {
	Invoice  invoice.Invoice
	Content  Content
	Compose  error // why no content could be composed; nil when one was
	Buyer    Business
	External *External   // a record that covers it; nil: none
	Last     *TaxInvoice // the last tax invoice of it; nil: none. One that failed is told with its reason
}

// Facts is what a preflight looks at.
type Facts struct {
	Now         time.Time
	Timing      Timing
	Certificate Certificate
	SendsAtOnce bool          // the service's account setting SendToNTS, changed only on its site
	Points      money.Decimal // balance at the service
	UnitCost    money.Decimal // points of one tax invoice
	Candidates  []Candidate
}

// ProblemCode is the kind of a finding.
type ProblemCode string

const (
	CertificateMissing  ProblemCode = "certificate-missing"
	CertificateRefused  ProblemCode = "certificate-refused"
	CertificateExpired  ProblemCode = "certificate-expired"
	CertificateExpiring ProblemCode = "certificate-expiring"
	TooFewPoints        ProblemCode = "too-few-points"
	TransmitsAtOnce     ProblemCode = "transmits-at-once"
	NotTaxable          ProblemCode = "not-taxable" // the invoice itself forbids it: not final, open payment, upload, card, another tax invoice
	IssuedElsewhere     ProblemCode = "issued-elsewhere"
	NotComposed         ProblemCode = "not-composed"
	ContentWrong        ProblemCode = "content"
	NeedsRevision       ProblemCode = "needs-revision"
	BuyerClosed         ProblemCode = "buyer-closed"
	BuyerUnregistered   ProblemCode = "buyer-unregistered"
	BuyerSuspended      ProblemCode = "buyer-suspended"
	BuyerUnknown        ProblemCode = "buyer-unknown"
	NoEmail             ProblemCode = "no-email"
	FailedBefore        ProblemCode = "failed-before"
	PastDeadline        ProblemCode = "past-deadline"
	PastFinalReturn     ProblemCode = "past-final-return"
)

// Problem is one finding. Customer and Invoice are "" when it concerns the whole issue. What is blocking cannot be
// issued; the rest is a warning.
type Problem struct {
	Customer string      `json:"customer,omitempty"`
	Invoice  string      `json:"invoice,omitempty"`
	Field    string      `json:"field,omitempty"`
	Code     ProblemCode `json:"code"`
	Text     fault.Text  `json:"text"`
	Blocking bool        `json:"blocking"`
}

// expiringWithin is how long before its end a certificate is announced: renewing one is paperwork.
const expiringWithin = 30 * 24 * time.Hour

// Preflight finds all problems of a bulk issue at once (XX-11): those of the whole first, then by customer. It asks
// nobody; who calls it has asked. What cannot be worked out of one candidate is a finding of its own.
func Preflight(f Facts, cal calendar.BusinessCalendar) []Problem {
	var out []Problem
	issuable := 0
	for _, c := range f.Candidates {
		found := c.problems(cal, calendar.DateOf(f.Now))
		if !slices.ContainsFunc(found, func(p Problem) bool { return p.Blocking }) {
			issuable++
		}
		out = append(out, found...)
	}
	slices.SortStableFunc(out, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Customer, b.Customer), cmp.Compare(a.Invoice, b.Invoice))
	})
	return append(f.whole(issuable), out...)
}

// Refused names what Preflight calls blocking of buyer and date, for whoever issues without having looked: a buyer that
// has closed or is not registered, and a date whose final return is past. A buyer nobody was asked about is not refused.
func (c Candidate) Refused(cal calendar.BusinessCalendar, today calendar.Date) error {
	f := &findings{Candidate: c}
	f.buyer()
	if err := f.deadline(cal, today); err != nil {
		return err
	}
	var errs []error
	for _, p := range f.out {
		switch {
		case p.Code == PastFinalReturn:
			errs = append(errs, fault.Invalidf("late", p.Text))
		case p.Blocking:
			errs = append(errs, fault.Invalidf("buyer.business_number", p.Text))
		}
	}
	return errors.Join(errs...)
}

// whole are the problems of the account at the service.
func (f Facts) whole(issuable int) []Problem {
	out := f.Certificate.problems(f.Now)
	if need := f.UnitCost.Mul(money.Int(int64(issuable))); f.Points.Cmp(need) < 0 {
		out = append(out, Problem{Code: TooFewPoints, Blocking: true, Text: fault.T(
			"팝빌 포인트가 부족합니다. %[1]d건에 %[2]s포인트가 필요한데 %[3]s포인트가 남아 있습니다. 충전한 뒤 발행해 주세요.",
			"There are too few points: %[1]d tax invoices take %[2]s and %[3]s are left. Charge some, then issue.", issuable, need.Grouped(), f.Points.Grouped())})
	}
	if f.Timing == NextDay && f.SendsAtOnce {
		out = append(out, Problem{Code: TransmitsAtOnce, Blocking: true, Text: fault.T(
			"팝빌 설정이 '발행 즉시 전송'이라 익일 발행을 해도 바로 전송되어 취소할 수 없습니다. 팝빌 사이트에서 전송 설정을 바꾸거나 즉시 발행을 골라 주세요.",
			"The service is set to transmit at once, so a next-day issue could not be cancelled. Change the setting on the service's site, or choose to issue at once.")})
	}
	return out
}

func (c Certificate) problems(now time.Time) []Problem {
	problem := func(code ProblemCode, blocking bool, t fault.Text) []Problem {
		return []Problem{{Code: code, Text: t, Blocking: blocking}}
	}
	until := calendar.DateOf(c.Expires)
	switch {
	case !c.Registered:
		return problem(CertificateMissing, true, fault.T("팝빌에 공동인증서가 등록되어 있지 않습니다. 정산 등록에서 인증서를 등록한 뒤 발행해 주세요.", "No certificate is registered at the service; register one under settlement data, then issue."))
	case c.Failure != fault.Text{}:
		return problem(CertificateRefused, true, c.Failure)
	case !now.Before(c.Expires):
		return problem(CertificateExpired, true, fault.T("공동인증서가 %s에 만료되었습니다. 새 인증서를 등록한 뒤 발행해 주세요.", "The certificate expired on %s; register a new one, then issue.", until))
	case c.Expires.Sub(now) < expiringWithin:
		return problem(CertificateExpiring, false, fault.T("공동인증서가 %s에 만료됩니다. 그 전에 갱신해 주세요.", "The certificate expires on %s; renew it before then.", until))
	}
	return nil
}

// findings gathers the problems of one candidate.
type findings struct {
	Candidate
	out []Problem
}

func (f *findings) add(code ProblemCode, blocking bool, t fault.Text) {
	f.out = append(f.out, Problem{Customer: f.Invoice.Customer, Invoice: f.Invoice.Number, Code: code, Text: t, Blocking: blocking})
}

// faults adds one problem for each fault of an error; an error that is no fault is one too.
func (f *findings) faults(code ProblemCode, err error) {
	all := fault.All(err)
	if err != nil && len(all) == 0 {
		f.add(code, true, fault.TextOf(err))
	}
	for _, x := range all {
		f.add(code, true, x.Shown())
		f.out[len(f.out)-1].Field = x.Field
	}
}

func (c Candidate) problems(cal calendar.BusinessCalendar, today calendar.Date) []Problem {
	f := &findings{Candidate: c}
	f.faults(NotComposed, f.look(cal, today))
	return f.out
}

// look finds everything there is to find; the error is what could not be worked out.
func (f *findings) look(cal calendar.BusinessCalendar, today calendar.Date) error {
	c := f.Candidate
	if c.Invoice.Number == "" { // there is none to look at
		return c.Compose
	}
	if c.External != nil {
		f.add(IssuedElsewhere, true, fault.T(
			"다른 곳에서 발행한 세금계산서(승인번호 %s)가 기록되어 있어 다시 발행하지 않습니다. 선택에서 빼 주세요.",
			"A tax invoice issued elsewhere (confirmation number %s) covers it; leave it out.", c.External.Confirmation))
		return nil
	}
	taxable, err := f.obstacles()
	if err != nil || !taxable {
		return err // no content is due
	}
	if c.Compose != nil {
		return c.Compose
	}
	f.before()
	f.faults(ContentWrong, c.Content.Check(today))
	if err := f.amounts(); err != nil {
		return err
	}
	f.buyer()
	return f.deadline(cal, today)
}

// obstacles are the invoice's own, each in the words of invoice.Tax, which names one at a time: every one is asked for
// with the others out of the way. It is false when no tax invoice is due at all.
func (f *findings) obstacles() (taxable bool, err error) {
	left, err := f.Invoice.Taxable()
	if err != nil {
		return false, err
	}
	i := f.Invoice
	free := i
	free.State, free.Upload, free.Money.Collecting, free.Money.TaxInvoice = invoice.Final, nil, "", ""
	if left.Total.Sign() <= 0 { // a card slip stands for all of it, and the rest does not matter
		_, err := free.Tax("")
		f.faults(NotTaxable, err)
		return false, nil
	}
	unfinished, live, collecting, upload := free, free, free, free
	unfinished.State, live.Money.TaxInvoice, collecting.Money.Collecting, upload.Upload = i.State, i.Money.TaxInvoice, i.Money.Collecting, i.Upload
	for _, only := range []invoice.Invoice{unfinished, live, collecting, upload} {
		_, err := only.Tax("")
		f.faults(NotTaxable, err)
	}
	return i.Money.TaxInvoice == "", nil
}

// before reminds of a failure (발행실패): the same data would fail the same way.
func (f *findings) before() {
	if x := f.Last; x != nil && (x.State == Refused || x.State == Rejected) {
		f.add(FailedBefore, false, fault.T("앞서 발행에 실패했습니다. 고친 뒤인지 확인해 주세요: %[1]s", "It failed before; make sure that this is corrected: %[2]s", x.Failure.KO, x.Failure.EN))
	}
}

func (f *findings) amounts() error {
	left, err := f.Invoice.Taxable()
	if err == nil {
		f.faults(NeedsRevision, f.Content.Matches(left))
	}
	return err
}

// buyer judges the buyer's business state and mailbox.
func (f *findings) buyer() {
	if f.Content.Buyer.Email == "" {
		f.add(NoEmail, false, fault.T("공급받는자의 이메일이 없어 발행 알림이 가지 않습니다(홈택스에서는 받아 볼 수 있습니다).", "The buyer has no e-mail and gets no notice; it can still be received in Hometax."))
	}
	if f.Content.BuyerKind != customer.Business {
		return
	}
	number := customer.FormatBusinessNumber(f.Content.Buyer.BusinessNumber)
	switch f.Buyer.Operation {
	case Closed:
		f.closed(number)
	case Unregistered:
		f.add(BuyerUnregistered, true, fault.T("사업자등록번호 %s은(는) 국세청에 등록되지 않은 번호입니다. 고객사의 사업자등록증을 확인해 고쳐 주세요.", "The business number %s is not registered with the tax office; check the customer's registration and correct it.", number))
	case Suspended:
		f.add(BuyerSuspended, false, fault.T("공급받는자 %s은(는) 휴업 중입니다. 발행할 수 있으나 거래를 확인해 주세요.", "The buyer %s has suspended its business; it can be issued, but check the deal.", number))
	case Unknown:
		f.add(BuyerUnknown, false, fault.T("공급받는자 %s의 휴·폐업 상태를 확인하지 못했습니다. 발행 전에 다시 조회해 주세요.", "The business state of the buyer %s could not be looked up; ask again before issuing.", number))
	}
}

// closed: who has closed is no business any more and cannot be the buyer by that number, except of what it was supplied before.
func (f *findings) closed(number string) {
	since := f.Buyer.Since
	if !since.IsZero() && since.After(f.Content.Written) {
		f.add(BuyerClosed, false, fault.T("공급받는자 %[1]s은(는) 작성일자 뒤인 %[2]s에 폐업했습니다. 폐업 전에 공급한 거래인지 확인해 주세요.", "The buyer %[1]s closed on %[2]s, after the date of the tax invoice; make sure that it was supplied before.", number, since))
		return
	}
	f.add(BuyerClosed, true, fault.T("공급받는자 %[1]s은(는) 폐업한 사업자입니다(폐업일 %[2]s). 폐업 뒤의 거래에는 이 번호로 발행할 수 없으니 고객사의 사업자등록번호를 고치거나 선택에서 빼 주세요.",
		"The buyer %[1]s has closed (on %[2]s), and what was supplied afterwards cannot be issued to that number; correct the customer's business number or leave it out.", number, dateOrUnknown(since)))
}

func dateOrUnknown(d calendar.Date) string {
	if d.IsZero() {
		return "-"
	}
	return d.String()
}

func (f *findings) deadline(cal calendar.BusinessCalendar, today calendar.Date) error {
	if f.Content.Written.IsZero() {
		return nil // said already
	}
	late, err := LatenessOf(cal, f.Content.Written, today)
	if err != nil {
		return err
	}
	switch late.Timeliness {
	case Late:
		f.add(PastDeadline, false, late.Text)
	case NotAllowed:
		f.add(PastFinalReturn, true, late.Text)
	}
	return nil
}
