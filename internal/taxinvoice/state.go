package taxinvoice

import (
	"time"

	"jeongsan/internal/calendar"
	"jeongsan/internal/fault"
)

// State codes of the service (팝빌 상태코드) that a tax invoice of ours can have.
const (
	Saved       = 100 // 임시저장: there, and not issued
	Signed      = 300 // 발행완료
	WillSend    = 301 // 전송전
	Queued      = 302 // 전송대기
	OnTheWay    = 303 // 전송중
	Accepted    = 304 // 전송성공
	NotAccepted = 305 // 전송실패
	Withdrawn   = 600 // 발행취소
)

// Found is what the service says of a key.
type Found struct {
	Provider     int       // its state code; 0: it has no such key
	Confirmation string    // 국세청 승인번호
	Result       string    // the tax office's result code
	BuyerState   Operation // the buyer's business as the service saw it at issue (closeDownState); Unknown: not asked
	Issued       time.Time
	Transmitted  time.Time
	Answered     time.Time
}

// step is how far a code lies along a tax invoice's way. 304 lies beyond 305: what the tax office has, it has. 0 is a
// code that is none of ours.
func step(provider int) int {
	switch provider {
	case Saved:
		return 1
	case Signed:
		return 2
	case WillSend, Queued, OnTheWay:
		return provider - WillSend + 3
	case NotAccepted:
		return 6
	case Accepted:
		return 7
	case Withdrawn:
		return 8
	}
	return 0
}

func stateOf(provider int) State {
	switch provider {
	case Signed:
		return Issued
	case WillSend, Queued, OnTheWay:
		return Sending
	case Accepted:
		return Reported
	case NotAccepted:
		return Rejected
	case Withdrawn:
		return Cancelled
	}
	return Intended
}

// transmitted reports whether the code says that the tax office is being sent it or was: nobody can cancel it any more.
func transmitted(provider int) bool { return provider >= WillSend && provider <= NotAccepted }

// Observed applies what the service says. It only goes forward: an answer that is late, or comes again, changes nothing
// but may fill in what was missing, so any order of true answers ends in the same state.
//
// The tax invoice it returns is to be committed when changed, even beside an error: the error says what a person has
// to look at, namely a code that is not known (kept in Unread), another document under our key, a way that does not
// exist, a document that is gone, or one that lives although it was given up.
func (x TaxInvoice) Observed(f Found) (after TaxInvoice, changed bool, err error) {
	if f.Provider == 0 {
		return x.missing()
	}
	if step(f.Provider) == 0 {
		changed = x.Unread != f.Provider
		x.Unread = f.Provider
		return x, changed, fault.New(fault.Conflict, fault.T(
			"팝빌이 세금계산서 %[1]s에 알 수 없는 상태코드 %[2]d을(를) 보냈습니다. 팝빌에서 문서의 상태를 확인해 주세요.",
			"The service gives tax invoice %[1]s the unknown state code %[2]d; look it up there.", x.Key, f.Provider))
	}
	if err := x.contradicts(f); err != nil {
		return x, false, err
	}
	changed = x.fill(f)
	if x.Asked > 0 && (x.State == Issued || x.State == Sending) { // it is there after all
		x.Asked, changed = 0, true
	}
	if x.moves(f.Provider) {
		x, err = x.moved(f)
		changed = true
	}
	return x, changed, err
}

// missing is the answer that there is no such document. What was never issued may be sent again under the same key; what
// was being cancelled is cancelled, since the service lets nothing that lives be deleted.
func (x TaxInvoice) missing() (TaxInvoice, bool, error) {
	switch {
	case x.State == InDoubt && x.Provider == 0:
		x.State, x.Asked, x.Failure = Intended, 0, fault.Text{}
		return x, true, nil
	case x.State == Cancelling:
		x.State, x.Asked, x.Failure = Cancelled, 0, fault.Text{}
		return x, true, nil
	case x.State == Intended && x.Provider < Signed, x.State == Refused, x.State == Rejected, x.State == Cancelled:
		return x, false, nil
	}
	return x, false, fault.New(fault.Conflict, fault.T(
		"팝빌에 세금계산서 %[1]s이(가) 더 이상 없습니다. 누가 지웠는지 팝빌과 홈택스에서 승인번호 %[2]s을(를) 확인해 주세요.",
		"The service no longer has tax invoice %[1]s; look for confirmation number %[2]s there and in Hometax.", x.Key, x.Confirmation))
}

// contradicts finds an answer that cannot be about this tax invoice as it stands.
func (x TaxInvoice) contradicts(f Found) error {
	if f.Confirmation != "" && x.Confirmation != "" && f.Confirmation != x.Confirmation {
		return fault.New(fault.Conflict, fault.T(
			"팝빌의 세금계산서 %[1]s은(는) 승인번호가 %[2]s인데 여기에는 %[3]s(으)로 적혀 있습니다. 두 번호를 홈택스에서 확인해 주세요.",
			"The service has tax invoice %[1]s under confirmation number %[2]s, and here it is %[3]s; look both up in Hometax.", x.Key, f.Confirmation, x.Confirmation))
	}
	if f.Provider == Withdrawn && transmitted(x.Provider) || x.Provider == Withdrawn && transmitted(f.Provider) {
		return fault.New(fault.Conflict, fault.T(
			"세금계산서 %[1]s의 상태가 %[2]d에서 %[3]d(으)로 바뀔 수 없습니다. 팝빌과 홈택스에서 실제 상태를 확인해 주세요.",
			"Tax invoice %[1]s cannot go from state code %[2]d to %[3]d; look up at the service and in Hometax what is true.", x.Key, x.Provider, f.Provider))
	}
	return nil
}

// fill takes over what was not known yet, from any answer, late ones included.
func (x *TaxInvoice) fill(f Found) (changed bool) {
	if x.Confirmation == "" && f.Confirmation != "" {
		x.Confirmation, changed = f.Confirmation, true
	}
	if f.Result != "" && f.Result != x.Result && step(f.Provider) >= step(x.Provider) {
		x.Result, changed = f.Result, true
	}
	if f.BuyerState != Unknown && f.BuyerState != x.BuyerState {
		x.BuyerState, changed = f.BuyerState, true
	}
	for _, t := range []struct {
		ours  *time.Time
		found time.Time
	}{{&x.Issued, f.Issued}, {&x.Transmitted, f.Transmitted}, {&x.Answered, f.Answered}} {
		if t.ours.IsZero() && !t.found.IsZero() {
			*t.ours, changed = t.found.UTC(), true
		}
	}
	if changed && x.State == Rejected {
		x.Failure = ResultText(x.Result)
	}
	return changed
}

// moves reports whether the code is news: further along, or the answer to a doubt.
func (x TaxInvoice) moves(provider int) bool {
	return step(provider) > step(x.Provider) || step(provider) == step(x.Provider) && x.State == InDoubt
}

// moved goes on to the code.
func (x TaxInvoice) moved(f Found) (TaxInvoice, error) {
	was := x.State
	x.Provider, x.Unread = f.Provider, 0
	if was == Refused && f.Provider == Saved {
		return x, nil // saved and not issued: refused as before
	}
	x.State, x.Asked, x.Failure = stateOf(f.Provider), 0, fault.Text{}
	if x.State == Rejected {
		x.Failure = ResultText(x.Result)
	}
	switch {
	case was == Cancelling && transmitted(f.Provider) && x.State != Rejected:
		x.Failure = fault.T("취소하기 전에 국세청으로 전송되었습니다. 수정세금계산서로 취소해 주세요.", "It went to the tax office before it could be cancelled; amend it instead.")
	case was == Refused && x.State.Live():
		x.State = InDoubt
		return x, x.resurfaced(fault.T("발행이 거부된", "refused"))
	case was == Cancelled && x.State.Live(): // given up, or gone while it was being cancelled
		x.State = InDoubt
		return x, x.resurfaced(fault.T("취소된", "cancelled"))
	case was == Rejected && x.State == Reported:
		return x, x.resurfaced(fault.T("국세청 전송에 실패한", "rejected by the tax office"))
	}
	return x, nil
}

// resurfaced is said of what was given up, so that another may have been issued for the same invoice, and lives after all.
func (x TaxInvoice) resurfaced(as fault.Text) error {
	return fault.New(fault.Conflict, fault.T(
		"%[2]s 것으로 알았던 세금계산서 %[1]s이(가) 팝빌에 발행되어 있습니다(승인번호 %[4]s). 같은 청구서에 두 장이 발행되지 않았는지 확인해 주세요.",
		"Tax invoice %[1]s, taken to be %[3]s, stands at the service (confirmation number %[4]s); make sure that the invoice is not covered twice.",
		x.Key, as.KO, as.EN, x.Confirmation))
}

// Intent is what a tax invoice is begun with.
type Intent struct {
	Invoice    string
	Customer   string
	Month      calendar.Month // settlement month
	Sequence   int            // of the customer's tax invoices of the month, from 1
	Content    Content
	Timing     Timing
	Memo       string
	Correction string        // id of the correction it is part of
	Deadline   calendar.Date // of an amendment (Document.Deadline); zero: by law from the 작성일자
	Late       bool          // ordered past the deadline, knowing the penalty
}

// maxKey is the longest key the service takes (문서번호).
const maxKey = 24

// Intend begins a tax invoice: its content is checked as of the day, its key and deadline are set. Committing it comes
// before any call; from then on the service is asked for the key, and never sent the same under another.
func Intend(i Intent, cal calendar.BusinessCalendar, at time.Time) (TaxInvoice, error) {
	key := Key(i.Month, i.Customer, i.Sequence)
	switch {
	case i.Invoice == "" || i.Customer == "" || i.Month.IsZero() || i.Sequence < 1 || len(key) > maxKey:
		return TaxInvoice{}, fault.Invalidf("key", fault.T("문서번호 %[1]q을(를) 만들 수 없습니다. 청구서, 고객사, 정산월을 확인해 주세요.", "The key %[1]q cannot be used; check invoice, customer and month.", key))
	case i.Timing != NextDay && i.Timing != Immediate:
		return TaxInvoice{}, fault.Invalidf("timing", fault.T("발행 방식 %q은(는) 익일 발행이나 즉시 발행이어야 합니다.", "The timing %q must be next-day or immediate.", i.Timing))
	}
	if err := i.Content.Check(calendar.DateOf(at)); err != nil {
		return TaxInvoice{}, err
	}
	if i.Deadline.IsZero() && i.Content.Amends == nil {
		var err error
		if i.Deadline, err = Deadline(cal, i.Content.Written); err != nil {
			return TaxInvoice{}, err
		}
	}
	return TaxInvoice{
		Key: key, Invoice: i.Invoice, Customer: i.Customer, Month: i.Month, Sequence: i.Sequence,
		Content: i.Content, Timing: i.Timing, State: Intended,
		Correction: i.Correction, Memo: i.Memo, Intended: at.UTC(), Deadline: i.Deadline, Late: i.Late,
	}, nil
}

// Refuse ends what the service refused for good: it was never issued (발행실패). The failure says why and what to do; it
// is issued again with corrected data under a new key.
func (x TaxInvoice) Refuse(failure fault.Text) (TaxInvoice, error) {
	if x.State == Refused {
		return x, nil
	}
	if x.State != Intended && x.State != InDoubt || x.Provider >= Signed {
		return x, x.forbids(fault.T("발행실패로 바꿀 수", "taken as refused"))
	}
	x.State, x.Failure, x.Asked = Refused, failure, 0
	return x, nil
}

// GiveUp ends what is in doubt on a person's word, once the service says that it has no such document. What was never
// seen issued counts as refused; what was gone before it was transmitted as cancelled there, and afterwards as rejected:
// the service lets only those be deleted.
func (x TaxInvoice) GiveUp(why fault.Text) (TaxInvoice, error) {
	switch {
	case x.State != InDoubt:
		return x, x.forbids(fault.T("포기할 수", "given up"))
	case x.Provider < Signed:
		return x.Refuse(why)
	case x.Provider == Signed:
		x.State = Cancelled
	default:
		x.State = Rejected
	}
	x.Failure, x.Asked = why, 0
	return x, nil
}

// Cancellable reports whether the service would still cancel it. Its 300 beats our clock: a transmission that is late
// leaves time to cancel, and one that is early does not.
func Cancellable(s State, provider int) bool { return s == Issued && provider == Signed }

// Cancel begins the cancellation (발행 취소); what is being cancelled already stays as it is. What the tax office has, or
// is being sent, can only be amended.
func (x TaxInvoice) Cancel() (TaxInvoice, error) {
	switch {
	case x.State == Cancelling:
		return x, nil
	case x.State == Reported || x.State == Sending:
		return x, fault.New(fault.Conflict, fault.T(
			"세금계산서 %[1]s은(는) 국세청으로 전송되어(%[2]s) 취소할 수 없습니다. 수정세금계산서를 발행해 주세요.",
			"Tax invoice %[1]s went to the tax office (%[3]s) and cannot be cancelled; issue an amended one.", x.Key, x.State.Text().KO, x.State.Text().EN))
	case !Cancellable(x.State, x.Provider):
		return x, x.forbids(fault.T("취소할 수", "cancelled"))
	}
	x.State, x.Asked, x.Failure = Cancelling, 0, fault.Text{}
	return x, nil
}

// Keep takes a cancellation back that the service refused for good: it stays issued, and why is shown.
func (x TaxInvoice) Keep(why fault.Text) (TaxInvoice, error) {
	if x.State != Cancelling {
		return x, x.forbids(fault.T("취소를 되돌릴 수", "kept"))
	}
	x.State, x.Asked, x.Failure = Issued, 0, why
	return x, nil
}

func (x TaxInvoice) forbids(what fault.Text) error {
	return fault.New(fault.Conflict, fault.T(
		"세금계산서 %[1]s은(는) '%[2]s' 상태라 %[4]s 없습니다. 상태를 새로 조회해 주세요.",
		"Tax invoice %[1]s is %[3]s and cannot be %[5]s; look its state up again.", x.Key, x.State.Text().KO, x.State.Text().EN, what.KO, what.EN))
}

// ladder is how long to wait before each question about an unknown outcome.
var ladder = [...]time.Duration{time.Minute, 5 * time.Minute, time.Hour, 24 * time.Hour}

// NextAsk is the wait before the next question when so many were asked in vain, and false when it is enough.
func NextAsk(asked int) (time.Duration, bool) {
	if asked < 0 || asked >= len(ladder) {
		return 0, false
	}
	return ladder[asked], true
}

// Ask counts one question that was asked in vain about an unknown outcome; after the last of the ladder a person must look.
func (x TaxInvoice) Ask() TaxInvoice {
	if x.State != Intended && x.State != Cancelling {
		return x
	}
	x.Asked++
	if _, again := NextAsk(x.Asked); again {
		return x
	}
	return x.doubt(fault.T(
		"팝빌에 %[1]d번 물었으나 답을 받지 못했습니다. 팝빌에서 문서번호 %[2]s을(를) 확인해 주세요.",
		"The service was asked %[1]d times in vain; look for key %[2]s there.", x.Asked, x.Key))
}

// Missed counts one answer that the service has no such document, of one that it had; after the last of the ladder a
// person must look.
func (x TaxInvoice) Missed() TaxInvoice {
	x.Asked++
	if _, again := NextAsk(x.Asked); again {
		return x
	}
	_, _, gone := x.missing()
	return x.doubt(fault.TextOf(gone))
}

// Doubt gives an unknown outcome to a person at once. The next answer of the service still settles it.
func (x TaxInvoice) Doubt(why fault.Text) (TaxInvoice, error) {
	if x.State.Settled() {
		return x, x.forbids(fault.T("확인 필요로 바꿀 수", "put in doubt"))
	}
	return x.doubt(why), nil
}

func (x TaxInvoice) doubt(why fault.Text) TaxInvoice {
	x.State, x.Failure = InDoubt, why
	return x
}
