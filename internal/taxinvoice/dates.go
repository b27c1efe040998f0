package taxinvoice

import (
	"time"

	"jeongsan/internal/calendar"
	"jeongsan/internal/fault"
	"jeongsan/internal/money"
)

// Deadline is the last day to issue what is dated written: the 10th of the month after it (부가가치세법 제34조 제3항), moved
// off Saturdays, Sundays and holidays to the next working day (국세기본법 제5조 제1항).
func Deadline(cal calendar.BusinessCalendar, written calendar.Date) (calendar.Date, error) {
	return cal.TaxInvoiceDeadline(written.In())
}

// periodEnd is the last month of the tax period the day lies in (부가가치세법 제5조 제1항): June or December.
func periodEnd(d calendar.Date) calendar.Month {
	const half = 6
	return d.In().Add((12 - int(d.Month())) % half)
}

// FinalReturn is the deadline of the final return (확정신고기한) of the tax period the day lies in: 25 days after its end
// (부가가치세법 제49조 제1항), which is 25 July or 25 January, moved as Deadline is.
func FinalReturn(cal calendar.BusinessCalendar, written calendar.Date) (calendar.Date, error) {
	return cal.TaxDeadline(periodEnd(written).Next().Day(25))
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
	Timeliness Timeliness    `json:"timeliness"`
	Deadline   calendar.Date `json:"deadline"`
	Final      calendar.Date `json:"final"`     // the final return of the period
	DaysLeft   int           `json:"days_left"` // until the deadline; 0 on it, negative after it
	Penalties  []Penalty     `json:"penalties,omitempty"`
	Text       fault.Text    `json:"text"`
}

// LatenessOf says what it means to issue on a day what is dated written.
func LatenessOf(cal calendar.BusinessCalendar, written, on calendar.Date) (Lateness, error) {
	deadline, err := Deadline(cal, written)
	if err != nil {
		return Lateness{}, err
	}
	final, err := FinalReturn(cal, written)
	return lateness(deadline, final, on), err
}

// lateness judges a day of issue by a deadline and the final return after it.
func lateness(deadline, final, on calendar.Date) Lateness {
	l := Lateness{Timeliness: OnTime, Deadline: deadline, Final: final, DaysLeft: deadline.Sub(on)}
	switch {
	case on.After(final):
		l.Timeliness, l.Penalties = NotAllowed, notIssued()
		l.Text = fault.T(
			"확정신고기한 %[1]s이(가) 지나 미발급으로 봅니다(공급가액의 2%% 가산세). 세무대리인과 상의한 뒤 처리해 주세요.",
			"The final return of the period was due on %[1]s, so it counts as never issued (a penalty of 2%% of the supply amount); settle it with your tax accountant.", final)
	case on.After(deadline):
		l.Timeliness, l.Penalties = Late, issuedLate()
		l.Text = fault.T(
			"발행기한 %[1]s이(가) 지났습니다. %[2]s까지 발행하면 지연발급으로 공급가액의 1%%, 공급받는자는 0.5%%의 가산세를 냅니다.",
			"The deadline was %[1]s. Issued by %[2]s it is late: a penalty of 1%% of the supply amount, and 0.5%% for the buyer.", deadline, final)
	default:
		l.Text = fault.T("발행기한 %[1]s까지 %[2]d일 남았습니다.", "%[2]d days are left until the deadline, %[1]s.", deadline, l.DaysLeft)
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
// issue. Until then it can be cancelled, as far as our clock knows; Cancellable knows better.
func TransmitsAt(cal calendar.BusinessCalendar, issued time.Time) (time.Time, error) {
	next, err := cal.NextBusinessDay(calendar.DateOf(issued))
	if err != nil {
		return time.Time{}, err
	}
	return next.Start().Add(transmissionHour), nil
}

// TransmitBy is the last day to send it to the tax office by law: the day after the issue (시행령 제68조 제7항), moved as
// Deadline is. Afterwards 0.3 % of the supply amount is due until the final return, then 0.5 % (법 제60조 제2항 제3·4호).
func TransmitBy(cal calendar.BusinessCalendar, issued time.Time) (calendar.Date, error) {
	return cal.TaxDeadline(calendar.DateOf(issued).AddDays(1))
}
