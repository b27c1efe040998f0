package taxinvoice_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"jeongsan/internal/calendar"
	"jeongsan/internal/customer"
	"jeongsan/internal/fault"
	"jeongsan/internal/invoice"
	"jeongsan/internal/money"
	. "jeongsan/internal/taxinvoice"
)

// original is a reported tax invoice of 31 October over 1,000,000 + 100,000 won, with the amendments of earlier plans.
func original(earlier ...Plan) Original {
	o := Original{TaxInvoice: reported()}
	o.Content = must(Compose(input(1_000_000, 100_000)))
	for _, p := range earlier {
		o = after(o, p)
	}
	return o
}

// after is the original once the plan was issued and reported.
func after(o Original, p Plan) Original {
	o.Amendments = append([]TaxInvoice{}, o.Amendments...)
	for _, d := range p.Documents {
		n := len(o.Amendments) + 1
		o.Amendments = append(o.Amendments, TaxInvoice{
			Key: fmt.Sprint("amendment-", n), State: Reported, Provider: Accepted, Content: d.Content, Confirmation: numbered(d.Content.Written, n),
		})
	}
	return o
}

// numbered is the confirmation number of the nth amendment.
func numbered(written calendar.Date, n int) string {
	return fmt.Sprintf("%s41000008%08d", written.Compact(), n)
}

func vat(n int64) *money.Amount { v := money.Won(n); return &v }

func amend(t *testing.T, o Original, c Change) Plan {
	t.Helper()
	p, err := Amend(o, c, korea, today)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range p.Documents {
		if err := d.Content.Check(today); err != nil {
			t.Errorf("a computed document cannot be issued: %v", err)
		}
		if a := d.Content.Amends; a == nil || a.Reason != c.Reason || !stands(o, a.Original) {
			t.Errorf("it amends %+v", a)
		}
	}
	return p
}

// stands reports whether the document of the number is in force.
func stands(o Original, number string) bool {
	return slices.ContainsFunc(must(o.InForce()), func(f InForce) bool { return f.Confirmation == number })
}

// named are the numbers that the documents of a plan name.
func named(p Plan) []string {
	var out []string
	for _, d := range p.Documents {
		out = append(out, d.Content.Amends.Original)
	}
	return out
}

// shown is a document in one line: kind, date, supply + VAT, deadline.
func shown(d Document) string {
	c := d.Content
	return strings.TrimSpace(fmt.Sprintf("%s %s %d+%d=%d %s", c.Kind, c.Written, c.Supply.Minor(), c.VAT.Minor(), c.Total.Minor(), d.Deadline))
}

func documents(t *testing.T, p Plan, want ...string) {
	t.Helper()
	var got []string
	for _, d := range p.Documents {
		got = append(got, shown(d))
	}
	same(t, "documents", got, want)
}

func difference(t *testing.T, p Plan, supply, vat int64) {
	t.Helper()
	want := invoice.Covered{Supply: money.Won(supply), VAT: money.Won(vat), Total: money.Won(supply + vat)}
	if got := p.Difference(); got != want {
		t.Errorf("the invoice changes by %+v, want %+v", got, want)
	}
}

func TestA_change_of_the_amount_is_only_the_difference_dated_the_day_it_arose(t *testing.T) {
	p := amend(t, original(), Change{Reason: AmountChange, Arose: day("2026-11-05"), Supply: money.Won(-123_455)})
	documents(t, p, "taxed 2026-11-05 -123455+-12345=-135800 2026-12-10")
	difference(t, p, -123_455, -12_345)
	c := p.Documents[0].Content
	same(t, "remarks", c.Remarks, []string{"당초 작성일자 2026-10-31"})
	if l := c.Lines[0]; l.Date != day("2026-11-05") || l.Quantity.String() != "-1" || l.UnitPrice.String() != "123455" || l.Item != "네이버클라우드 서비스_2026년 10월" {
		t.Errorf("the line is %+v", l)
	}
	p = amend(t, original(), Change{Reason: AmountChange, Arose: day("2026-10-31"), Supply: money.Won(50_000), VAT: vat(5_001)})
	documents(t, p, "taxed 2026-10-31 50000+5001=55001 2026-11-10")
}

func TestA_return_and_a_termination_are_negative_and_due_on_the_tenth_after(t *testing.T) {
	p := amend(t, original(), Change{Reason: Return, Arose: day("2026-11-03"), Supply: money.Won(300_000), VAT: vat(30_000)})
	documents(t, p, "taxed 2026-11-03 -300000+-30000=-330000 2026-12-10")
	p = amend(t, original(), Change{Reason: Termination, Arose: day("2026-11-03")})
	documents(t, p, "taxed 2026-11-03 -1000000+-100000=-1100000 2026-12-10")
	same(t, "remarks", p.Documents[0].Content.Remarks, []string{"당초 작성일자 2026-10-31"})
	difference(t, p, -1_000_000, -100_000)
}

func TestThe_published_termination_is_computed_as_the_official_client_sends_it(t *testing.T) {
	o := original() // writeDate 20260930, 1,000,000 + 100,000; modifyCode 4 dated 20261005, qty -1, unitCost 1000000
	o.Content.Written, o.Content.Lines[0].Date, o.Confirmation = day("2026-09-30"), day("2026-09-30"), "202609304100020300000001"
	p, err := Amend(o, Change{Reason: Termination, Arose: day("2026-10-05")}, korea, today)
	if err != nil {
		t.Fatal(err)
	}
	documents(t, p, "taxed 2026-10-05 -1000000+-100000=-1100000 2026-11-10")
	c := p.Documents[0].Content
	if l := c.Lines[0]; c.Amends.Original != "202609304100020300000001" || l.Date != day("2026-10-05") || l.Quantity.String() != "-1" || l.UnitPrice.String() != "1000000" || l.Supply != money.Won(-1_000_000) || l.VAT != money.Won(-100_000) {
		t.Errorf("%+v", c)
	}
}

func TestA_later_letter_of_credit_makes_its_part_zero_rated_on_the_original_date(t *testing.T) {
	p := amend(t, original(), Change{Reason: LocalCredit, Opened: day("2026-11-04")})
	documents(t, p, "taxed 2026-10-31 -1000000+-100000=-1100000 2026-12-10", "zero-rated 2026-10-31 1000000+0=1000000 2026-12-10")
	difference(t, p, 0, -100_000)
	for _, d := range p.Documents {
		same(t, "remarks", d.Content.Remarks, []string{"내국신용장·구매확인서 개설일 2026-11-04"})
	}
	part := amend(t, original(), Change{Reason: LocalCredit, Opened: day("2026-11-04"), Supply: money.Won(400_000)})
	documents(t, part, "taxed 2026-10-31 -400000+-40000=-440000 2026-12-10", "zero-rated 2026-10-31 400000+0=400000 2026-12-10")

	o := original(part) // then two parts stand, and a termination takes back both
	documents(t, amend(t, o, Change{Reason: Termination, Arose: day("2026-11-05")}),
		"taxed 2026-11-05 -600000+-60000=-660000 2026-12-10", "zero-rated 2026-11-05 -400000+0=-400000 2026-12-10")
	documents(t, amend(t, o, Change{Reason: AmountChange, Arose: day("2026-11-05"), Supply: money.Won(-400_000), Kind: customer.ZeroRated}),
		"zero-rated 2026-11-05 -400000+0=-400000 2026-12-10")
	_, err := Amend(o, Change{Reason: AmountChange, Arose: day("2026-11-05"), Supply: money.Won(-600_001)}, korea, today)
	refused(t, err, fault.Invalid)
}

func TestA_letter_of_credit_counts_until_25_days_after_the_tax_period(t *testing.T) {
	inTime := Change{Reason: LocalCredit, Opened: day("2027-01-25")}
	p, err := Amend(original(), inTime, korea, day("2027-01-25"))
	if err != nil {
		t.Fatal(err)
	}
	if got := p.Documents[0].Deadline; got != day("2027-01-25") { // the return is due, so not the 10th of February
		t.Errorf("due on %s", got)
	}
	_, err = Amend(original(), Change{Reason: LocalCredit, Opened: day("2027-01-26")}, korea, day("2027-02-01"))
	refused(t, err, fault.Conflict, "2027-01-25", "제4호")
	last := original() // of the last half-year of the table: the 25th of January 2028 may be moved
	last.Content.Written, last.Confirmation = day("2027-12-31"), "20271231410000080000a1b2"
	_, err = Amend(last, Change{Reason: LocalCredit, Opened: day("2028-01-26")}, korea, day("2028-01-28"))
	refused(t, err, fault.Invalid, "2028")
	if _, err := Amend(last, Change{Reason: LocalCredit, Opened: day("2028-01-25")}, korea, day("2028-01-28")); err != nil {
		t.Errorf("opened on the unmoved day: %v", err)
	}
	for _, opened := range []calendar.Date{{}, today.AddDays(1)} {
		_, err := Amend(original(), Change{Reason: LocalCredit, Opened: opened}, korea, today)
		refused(t, err, fault.Invalid)
	}
	_, err = Amend(original(), Change{Reason: LocalCredit, Opened: today, Supply: money.Won(1_000_001)}, korea, today)
	refused(t, err, fault.Invalid, "남은 금액")
}

func TestWhat_was_under_a_letter_of_credit_on_its_date_already_is_corrected_as_a_wrong_rate(t *testing.T) {
	_, err := Amend(original(), Change{Reason: LocalCredit, Opened: day("2026-10-30")}, korea, today)
	refused(t, err, fault.Invalid, "기재사항 정정", "제9호")
	same(t, "fields", fields(err), []string{"opened"})
	if _, err := Amend(original(), Change{Reason: LocalCredit, Opened: day("2026-10-31")}, korea, today); err != nil {
		t.Errorf("opened on the day: %v", err)
	}
}

func TestA_letter_of_credit_covers_each_document_on_its_own_date(t *testing.T) {
	o := original(amend(t, original(), Change{Reason: AmountChange, Arose: day("2026-11-03"), Supply: money.Won(200_000)}))
	p := amend(t, o, Change{Reason: LocalCredit, Opened: day("2026-11-04")})
	documents(t, p, "taxed 2026-10-31 -1000000+-100000=-1100000 2026-12-10", "taxed 2026-11-03 -200000+-20000=-220000 2026-12-10",
		"zero-rated 2026-10-31 1000000+0=1000000 2026-12-10", "zero-rated 2026-11-03 200000+0=200000 2026-12-10")
	_, err := Amend(after(o, p), Change{Reason: LocalCredit, Opened: day("2026-11-04")}, korea, today)
	refused(t, err, fault.Invalid, "과세")
}

func TestA_duplicate_is_taken_back_whole_with_its_own_date(t *testing.T) {
	p := amend(t, original(), Change{Reason: DuplicateMistake})
	documents(t, p, "taxed 2026-10-31 -1000000+-100000=-1100000")
	if p.Reason != DuplicateMistake || len(p.Documents[0].Content.Remarks) != 0 {
		t.Errorf("%+v", p)
	}
}

func TestOnly_what_is_left_can_be_taken_back(t *testing.T) {
	less := amend(t, original(), Change{Reason: AmountChange, Arose: today, Supply: money.Won(-400_000)})
	o := original(less)
	won(t, "left", must(o.Left()).Total, 660_000)
	_, err := Amend(o, Change{Reason: Return, Arose: today, Supply: money.Won(600_001)}, korea, today)
	refused(t, err, fault.Invalid, "600,000")
	all := amend(t, o, Change{Reason: Termination, Arose: today})
	documents(t, all, "taxed 2026-11-06 -600000+-60000=-660000 2026-12-10")
	o = original(less, all)
	for _, c := range []Change{{Reason: DuplicateMistake}, {Reason: AmountChange, Arose: today, Supply: money.Won(1)}} {
		_, err := Amend(o, c, korea, today)
		refused(t, err, fault.Conflict, "남은 금액이 없습니다")
	}
	o.Amendments[1].State = Refused // the termination never came to be
	won(t, "left", must(o.Left()).Total, 660_000)
}

func TestNo_more_VAT_is_taken_back_than_is_left(t *testing.T) {
	o := original(amend(t, original(), Change{Reason: Return, Arose: today, Supply: money.Won(500_000), VAT: vat(50_900)}))
	p := amend(t, o, Change{Reason: Return, Arose: today, Supply: money.Won(499_999)})
	documents(t, p, "taxed 2026-11-06 -499999+-49100=-549099 2026-12-10")
	documents(t, amend(t, after(o, p), Change{Reason: Return, Arose: today, Supply: money.Won(1)}), "taxed 2026-11-06 -1+0=-1 2026-12-10")
}

func TestVAT_alone_can_change(t *testing.T) {
	p := amend(t, original(), Change{Reason: AmountChange, Arose: today, VAT: vat(-10)})
	documents(t, p, "taxed 2026-11-06 0+-10=-10 2026-12-10")
	documents(t, amend(t, original(p), Change{Reason: AmountChange, Arose: today, VAT: vat(10)}), "taxed 2026-11-06 0+10=10 2026-12-10")
	o := original(p, amend(t, original(p), Change{Reason: AmountChange, Arose: today, Supply: money.Won(10), VAT: vat(1)}))
	documents(t, amend(t, o, Change{Reason: Return, Arose: today, Supply: money.Won(1_000_000), VAT: vat(99_991)}),
		"taxed 2026-11-06 -1000000+-99990=-1099990 2026-12-10", "taxed 2026-11-06 0+-1=-1 2026-12-10")
	_, err := Amend(original(), Change{Reason: AmountChange, Arose: today, VAT: vat(-100_001)}, korea, today)
	refused(t, err, fault.Invalid, "남은 금액")
}

func TestAfter_a_correction_the_correct_content_stands(t *testing.T) {
	o := original(amend(t, original(), renamed("미래상사 주식회사")))
	p := amend(t, o, Change{Reason: Termination, Arose: today})
	if got := p.Documents[0].Content.Buyer.Name; len(p.Documents) != 1 || got != "미래상사 주식회사" {
		t.Errorf("%d documents to %s", len(p.Documents), got)
	}
}

func TestRemarks_are_added_to_and_never_lost(t *testing.T) {
	o := original()
	o.Content.Remarks = []string{"외국인등록번호 1", "둘", "셋"}
	p := amend(t, o, Change{Reason: Termination, Arose: today})
	same(t, "remarks", p.Documents[0].Content.Remarks, []string{"외국인등록번호 1", "둘", "셋 / 당초 작성일자 2026-10-31"})
	if o.Content.Remarks[2] != "셋" {
		t.Error("the original was written over")
	}
	o.Content.Remarks[2] = strings.Repeat("셋", 150)
	_, err := Amend(o, Change{Reason: Termination, Arose: today}, korea, today)
	refused(t, err, fault.Invalid)
	same(t, "fields", fields(err), []string{"documents[0].remarks[2]"})
}

func TestWhat_the_tax_office_does_not_have_is_cancelled_and_not_amended(t *testing.T) {
	for state, words := range map[int]string{Signed: "취소한 뒤", OnTheWay: "전송이 끝난 뒤", NotAccepted: "수정할 수 없습니다", Withdrawn: "수정할 수 없습니다"} {
		o := Original{TaxInvoice: at(state)}
		_, err := Amend(o, Change{Reason: DuplicateMistake}, korea, today)
		refused(t, err, fault.Conflict, words)
	}
}

func TestAn_amendment_is_not_amended_and_an_open_one_is_waited_for(t *testing.T) {
	o := original()
	o.Content.Amends = &Amends{Reason: Correction, Original: confirmation}
	_, err := Amend(o, Change{Reason: DuplicateMistake}, korea, today)
	refused(t, err, fault.Conflict, confirmation)

	o = original(amend(t, original(), Change{Reason: Return, Arose: today, Supply: money.Won(1)}))
	for _, open := range []State{Intended, InDoubt, Cancelling, Issued, Sending} {
		o.Amendments[0].State = open
		_, err := Amend(o, Change{Reason: DuplicateMistake}, korea, today)
		refused(t, err, fault.Conflict)
	}
}

func TestThe_day_it_arose_lies_between_the_original_and_today(t *testing.T) {
	for _, arose := range []calendar.Date{{}, day("2026-10-30"), today.AddDays(1)} {
		for _, r := range []Reason{AmountChange, Return, Termination} {
			_, err := Amend(original(), Change{Reason: r, Arose: arose, Supply: money.Won(1_000)}, korea, today)
			refused(t, err, fault.Invalid)
			same(t, "fields", fields(err), []string{"arose"})
		}
	}
}

func TestAmounts_that_fit_no_reason_are_refused(t *testing.T) {
	for _, c := range []Change{
		{Reason: AmountChange, Arose: today},
		{Reason: AmountChange, Arose: today, Supply: money.Won(-1_000), VAT: vat(100)},
		{Reason: AmountChange, Arose: today, Supply: money.Won(1_000_000), VAT: vat(0)},
		{Reason: Return, Arose: today, Supply: money.Won(-1_000)},
		{Reason: LocalCredit, Opened: today, Supply: money.Won(-1_000)},
		{Reason: AmountChange, Arose: today, Supply: money.Won(1_000), Kind: customer.Exempt},
		{Reason: 0}, {Reason: 7},
	} {
		_, err := Amend(original(), c, korea, today)
		refused(t, err, fault.Invalid)
	}
	for r := Reason(0); r <= 7; r++ {
		told(t, r.Text())
	}
}
