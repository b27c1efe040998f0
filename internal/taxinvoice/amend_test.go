package taxinvoice_test

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

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
		o.Amendments = append(o.Amendments, TaxInvoice{Key: "amendment", State: Reported, Provider: Accepted, Content: d.Content})
	}
	return o
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
		if a := d.Content.Amends; a == nil || a.Reason != c.Reason || a.Original != confirmation {
			t.Errorf("it amends %+v", a)
		}
	}
	return p
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

func TestA_correction_takes_back_the_original_and_says_it_right_on_the_same_date(t *testing.T) {
	o := original()
	right := o.Content
	right.Written, right.Buyer.Name = calendar.Date{}, "미래상사 주식회사"
	p := amend(t, o, Change{Reason: Correction, Correct: &right})
	documents(t, p, "taxed 2026-10-31 -1000000+-100000=-1100000", "taxed 2026-10-31 1000000+100000=1100000")
	difference(t, p, 0, 0)
	back, said := p.Documents[0].Content, p.Documents[1].Content
	if back.Buyer.Name != "미래상사㈜" || said.Buyer.Name != "미래상사 주식회사" {
		t.Errorf("%s becomes %s", back.Buyer.Name, said.Buyer.Name)
	}
	if l := back.Lines[0]; l.Item != o.Content.Lines[0].Item || l.Quantity.String() != "-1" || l.UnitPrice.String() != "1000000" {
		t.Errorf("the negative copy has the line %+v", l)
	}
	if !p.Lapses.IsZero() {
		t.Errorf("a mistake lapses on %s", p.Lapses)
	}
}

func TestA_correction_of_the_amount_changes_the_invoice_by_the_difference(t *testing.T) {
	right := must(Compose(input(900_000, 90_000)))
	p := amend(t, original(), Change{Reason: Correction, Correct: &right})
	documents(t, p, "taxed 2026-10-31 -1000000+-100000=-1100000", "taxed 2026-10-31 900000+90000=990000")
	difference(t, p, -100_000, -10_000)

	exempt := amounts(1_000_000, 0) // a wrong rate (제9호)
	exempt.Kind = customer.ZeroRated
	p = amend(t, original(), Change{Reason: Correction, Correct: &exempt})
	documents(t, p, "taxed 2026-10-31 -1000000+-100000=-1100000", "zero-rated 2026-10-31 1000000+0=1000000")
	difference(t, p, 0, -100_000)
}

func TestA_wrong_date_is_corrected_on_the_positive_half(t *testing.T) {
	right := original().Content
	right.Written = day("2026-11-02")
	p := amend(t, original(), Change{Reason: Correction, Correct: &right})
	documents(t, p, "taxed 2026-10-31 -1000000+-100000=-1100000", "taxed 2026-11-02 1000000+100000=1100000")

	o := original(p) // what stands then is named by the number that has its date
	o.Amendments[1].Confirmation = "20261102410000080000c3d4"
	next, err := Amend(o, Change{Reason: DuplicateMistake}, korea, today)
	if err != nil {
		t.Fatal(err)
	}
	documents(t, next, "taxed 2026-11-02 -1000000+-100000=-1100000")
	if got := next.Documents[0].Content.Amends.Original; got != "20261102410000080000c3d4" {
		t.Errorf("it names %s", got)
	}
}

func TestWhat_was_wrong_on_purpose_is_corrected_within_a_year_of_the_final_return(t *testing.T) {
	right := must(Compose(input(900_000, 90_000)))
	c := Change{Reason: Correction, Correct: &right, Intentional: true}
	if p := amend(t, original(), c); p.Lapses != day("2028-01-25") {
		t.Errorf("it lapses on %s", p.Lapses)
	}
	old := original()
	old.Content.Written = day("2026-06-30") // final return 27 July 2026
	old.Confirmation = "20260630410000080000a1b2"
	right.Written = day("2026-06-30")
	if _, err := Amend(old, c, korea, day("2027-07-27")); err != nil {
		t.Errorf("on the last day: %v", err)
	}
	_, err := Amend(old, c, korea, day("2027-07-28"))
	refused(t, err, fault.Conflict, "2027-07-27", "제6호")
	c.Intentional = false
	if _, err := Amend(old, c, korea, day("2027-07-28")); err != nil {
		t.Errorf("a mistake has no such limit: %v", err)
	}
}

func TestNobody_corrects_what_the_tax_office_is_looking_into(t *testing.T) {
	right := must(Compose(input(900_000, 90_000)))
	_, err := Amend(original(), Change{Reason: Correction, Correct: &right, Audited: true}, korea, today)
	refused(t, err, fault.Conflict, "세무조사")
	if p := amend(t, original(), Change{Reason: DuplicateMistake, Audited: true}); len(p.Documents) != 1 { // 제7·8호 have no such exception
		t.Errorf("%+v", p)
	}
}

func TestA_correction_that_changes_nothing_is_refused(t *testing.T) {
	right := original().Content
	_, err := Amend(original(), Change{Reason: Correction, Correct: &right}, korea, today)
	refused(t, err, fault.Invalid)
	_, err = Amend(original(), Change{Reason: Correction}, korea, today)
	refused(t, err, fault.Invalid)
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
	for _, opened := range []calendar.Date{{}, today.AddDays(1)} {
		_, err := Amend(original(), Change{Reason: LocalCredit, Opened: opened}, korea, today)
		refused(t, err, fault.Invalid)
	}
	_, err = Amend(original(), Change{Reason: LocalCredit, Opened: today, Supply: money.Won(1_000_001)}, korea, today)
	refused(t, err, fault.Invalid, "남은 금액")
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

func TestAfter_a_correction_the_correct_content_stands(t *testing.T) {
	right := original().Content
	right.Buyer.Name = "미래상사 주식회사"
	o := original(amend(t, original(), Change{Reason: Correction, Correct: &right}))
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
	for _, open := range []State{Intended, InDoubt, Cancelling} {
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

func TestWhatever_is_amended_the_documents_add_up_to_what_is_owed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := original()
		supply := rapid.Int64Range(10, 5_000_000_000).Draw(t, "supply")
		o.Content = must(Compose(input(supply, supply/10)))
		for n := range rapid.IntRange(1, 6).Draw(t, "amendments") {
			before := must(o.Left())
			c := anyChange(t, before, n)
			p, err := Amend(o, c, korea, today)
			if err != nil {
				if code := fault.CodeOf(err); code != fault.Invalid && code != fault.Conflict {
					t.Fatal(err)
				}
				continue
			}
			o = after(o, p)
			left, d := must(o.Left()), p.Difference()
			if left.Supply != must(before.Supply.Add(d.Supply)) || left.VAT != must(before.VAT.Add(d.VAT)) || left.Total != must(left.Supply.Add(left.VAT)) {
				t.Fatalf("%+v and %+v become %+v", before, d, left)
			}
			if left.Supply.Sign() < 0 || left.VAT.Sign() < 0 {
				t.Fatalf("below zero: %+v", left)
			}
			if (c.Reason == Termination || c.Reason == DuplicateMistake) && !left.Total.IsZero() {
				t.Fatalf("%+v is left of what was taken back", left)
			}
			if c.Reason == Correction && left.Total != c.Correct.Total {
				t.Fatalf("corrected to %+v, it is %+v", c.Correct.Total, left)
			}
			if c.Reason == LocalCredit && left.Supply != before.Supply {
				t.Fatalf("a letter of credit changed the supply from %+v to %+v", before, left)
			}
			for _, d := range p.Documents {
				if err := d.Content.Check(today); err != nil {
					t.Fatal(err)
				}
			}
		}
	})
}

func anyChange(t *rapid.T, left invoice.Covered, n int) Change {
	c := Change{Reason: Reason(rapid.IntRange(1, 6).Draw(t, fmt.Sprint("reason", n))), Arose: today, Opened: today}
	part := rapid.Int64Range(0, left.Supply.Minor()+1).Draw(t, fmt.Sprint("part", n))
	switch c.Reason {
	case AmountChange:
		c.Supply = money.Won(rapid.SampledFrom([]int64{-1, 1}).Draw(t, fmt.Sprint("sign", n)) * part)
	case Correction:
		right := must(Compose(input(part+10, (part+10)/10)))
		c.Correct = &right
	default:
		c.Supply = money.Won(part)
	}
	return c
}
