package taxinvoice

import (
	"time"

	"jeongsan/internal/calendar"
	"jeongsan/internal/fault"
	"jeongsan/internal/money"
)

// Deadline is the last day to issue what is dated written: the 10th of the month after it (부가가치세법 제34조 제3항), moved
// off Saturdays, Sundays and holidays to the next working day (국세기본법 제5조 제1항). Where the holiday table ends it is the
// 10th itself, which is never too late. fault.Invalid: there is no date.
func Deadline(cal calendar.BusinessCalendar, written calendar.Date) (calendar.Date, error) {
	if written.IsZero() {
		return calendar.Date{}, undated()
	}
	day, _ := statutory(cal, written.In().Next().Day(10))
	return day, nil
}

func undated() error {
	return fault.Invalidf("written", fault.T("작성일자가 없어 기한을 계산할 수 없습니다. 작성일자를 입력해 주세요.", "Without a date (작성일자) there is no deadline; fill the date in."))
}

// statutory is a day the law names, moved off days of rest. Where the holiday table does not reach, it stays where the
// law names it and is provisional: moving only ever makes it later, so who keeps the unmoved day is never late.
func statutory(cal calendar.BusinessCalendar, named calendar.Date) (day calendar.Date, provisional bool) {
	moved, err := cal.TaxDeadline(named)
	if err != nil { // a year without a table is all that is refused
		return named, true
	}
	return moved, false
}

// periodEnd is the last month of the tax period the day lies in (부가가치세법 제5조 제1항): June or December.
func periodEnd(d calendar.Date) calendar.Month {
	const half = 6
	return d.In().Add((12 - int(d.Month())) % half)
}

// finalReturn is the deadline of the final return (확정신고기한) of the tax period the day lies in: 25 days after its end
// (부가가치세법 제49조 제1항), which is 25 July or 25 January, moved as Deadline is. Where the holiday table ends it is that
// very day, and provisional.
func finalReturn(cal calendar.BusinessCalendar, written calendar.Date) (day calendar.Date, provisional bool) {
	return statutory(cal, periodEnd(written).Next().Day(25))
}

// Timeliness is whether a tax invoice is issued in time.
type Timeliness string

const (
	OnTime     Timeliness = "on-time"
	Late       Timeliness = "late"        // 지연발급: after the deadline, up to the final return
	NotAllowed Timeliness = "not-allowed" // 미발급: after the final return it counts as never issued
)

// Side is who bears a penalty.
type Side string

const (
	SupplierSide Side = "supplier"
	BuyerSide    Side = "buyer"
)

// Penalty is an addition to the tax (가산세).
type Penalty struct {
	On   Side          `json:"on"`
	Rate money.Decimal `json:"rate"` // of the supply amount: 0.01 is 1 %
	Law  string        `json:"law"`
	Text fault.Text    `json:"text"`
}

// Lateness is what a day of issue means by law.
type Lateness struct {
	Timeliness  Timeliness    `json:"timeliness"`
	Deadline    calendar.Date `json:"deadline"`
	Final       calendar.Date `json:"final,omitzero"`        // the final return of the period; zero while the deadline has not passed
	Provisional bool          `json:"provisional,omitempty"` // the day that decided lies outside the holiday table and may move to a later one
	DaysLeft    int           `json:"days_left"`             // until the deadline; 0 on it, negative after it
	Penalties   []Penalty     `json:"penalties,omitempty"`
	Text        fault.Text    `json:"text"`
}

// LatenessOf says what it means to issue on a day what is dated written. Days outside the holiday table are the law's own,
// unmoved, and said to be provisional. fault.Invalid: there is no date.
func LatenessOf(cal calendar.BusinessCalendar, written, on calendar.Date) (Lateness, error) {
	if written.IsZero() {
		return Lateness{}, undated()
	}
	deadline, provisional := statutory(cal, written.In().Next().Day(10))
	l := Lateness{Timeliness: OnTime, Deadline: deadline, Provisional: provisional, DaysLeft: deadline.Sub(on)}
	if on.After(deadline) {
		l.Final, provisional = finalReturn(cal, written)
		l.Provisional = l.Provisional || provisional
	}
	return l.judged(on), nil
}

// judged says what the days mean on one of them.
func (l Lateness) judged(on calendar.Date) Lateness {
	switch {
	case l.DaysLeft >= 0:
		l.Text = fault.T("발행기한 %[1]s까지 %[2]d일 남았습니다.", "%[2]d days are left until the deadline, %[1]s.", l.Deadline, l.DaysLeft)
	case on.After(l.Final):
		l.Timeliness, l.Penalties = NotAllowed, notIssued()
		l.Text = fault.T(
			"확정신고기한 %[1]s이(가) 지나 미발급으로 봅니다(공급가액의 2%% 가산세). 세무대리인과 상의한 뒤 처리해 주세요.",
			"The final return of the period was due on %[1]s, so it counts as never issued (a penalty of 2%% of the supply amount); settle it with your tax accountant.", l.Final)
	default:
		l.Timeliness, l.Penalties = Late, issuedLate()
		l.Text = fault.T(
			"발행기한 %[1]s이(가) 지났습니다. %[2]s까지 발행하면 지연발급으로 공급가액의 1%%, 공급받는자는 0.5%%의 가산세를 냅니다.",
			"The deadline was %[1]s. Issued by %[2]s it is late: a penalty of 1%% of the supply amount, and 0.5%% for the buyer.", l.Deadline, l.Final)
	}
	if l.Provisional {
		l.Text = fault.T(
			"%[1]s 공휴일표가 아직 없어 잠정 기한으로 계산했습니다. 그날이 휴일이면 다음 영업일로 늦춰집니다.",
			"%[2]s The holiday table does not reach that far, so the day is provisional: should it be a holiday, the next business day counts.", l.Text.KO, l.Text.EN)
	}
	return l
}

func issuedLate() []Penalty {
	return []Penalty{
		{SupplierSide, money.MustDecimal("0.01"), "부가가치세법 제60조 제2항 제1호", fault.T("공급자 지연발급 가산세: 공급가액의 1퍼센트", "supplier, issued late: 1 percent of the supply amount")},
		{BuyerSide, money.MustDecimal("0.005"), "부가가치세법 제60조 제7항 제1호, 시행령 제75조 제3호", fault.T("공급받는자 지연수취 가산세: 공급가액의 0.5퍼센트", "buyer, received late: 0.5 percent of the supply amount")},
	}
}

// notIssued: the buyer can still deduct within a year when the tax office is shown the deal, at the price of 0.5 %.
func notIssued() []Penalty {
	return []Penalty{
		{SupplierSide, money.MustDecimal("0.02"), "부가가치세법 제60조 제2항 제2호", fault.T("공급자 미발급 가산세: 공급가액의 2퍼센트", "supplier, never issued: 2 percent of the supply amount")},
		{BuyerSide, money.MustDecimal("0.005"), "부가가치세법 제60조 제7항 제1호, 시행령 제75조 제7호",
			fault.T("공급받는자: 확정신고기한 다음 날부터 1년 안에 받아 수정신고·경정청구를 해야 공제되며 공급가액의 0.5퍼센트 가산세", "buyer: deductible only when received within a year of the final return and with an amended return, at 0.5 percent of the supply amount")},
	}
}

// transmissionHour is when the service sends to the tax office what was issued the day before.
const transmissionHour = 15 * time.Hour

// TransmitsAt is when the service sends a 익일 발행 to the tax office: 15:00 in Seoul of the next business day after the
// issue. Until then it can be cancelled, as far as our clock knows; Cancellable knows better. Where the holiday table ends
// it is the next day: nothing goes earlier than that, so nobody is promised too much time. fault.Invalid: it was not issued.
func TransmitsAt(cal calendar.BusinessCalendar, issued time.Time) (time.Time, error) {
	if issued.IsZero() {
		return time.Time{}, fault.Invalidf("issued", fault.T("발행 시각이 없어 전송 시각을 계산할 수 없습니다. 발행 상태를 새로 조회해 주세요.", "Without a time of issue there is none of transmission; look its state up again."))
	}
	day := calendar.DateOf(issued)
	next, err := cal.NextBusinessDay(day)
	if err != nil { // a year without a table is all that is refused
		next = day.AddDays(1)
	}
	return next.Start().Add(transmissionHour), nil
}
