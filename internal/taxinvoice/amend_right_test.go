package taxinvoice_test

import (
	"reflect"
	"slices"
	"testing"

	"jeongsan/internal/calendar"
	"jeongsan/internal/customer"
	"jeongsan/internal/fault"
	"jeongsan/internal/money"
	. "jeongsan/internal/taxinvoice"
)

func is[T any](v T) *T { return &v }

// renamed corrects the buyer's name and nothing else.
func renamed(name string) Change {
	return Change{Reason: Correction, Right: &Right{Buyer: PartyRight{Name: &name}}}
}

func TestA_correction_takes_back_the_original_and_says_it_right_on_the_same_date(t *testing.T) {
	o := original()
	p := amend(t, o, renamed("미래상사 주식회사"))
	documents(t, p, "taxed 2026-10-31 -1000000+-100000=-1100000", "taxed 2026-10-31 1000000+100000=1100000")
	difference(t, p, 0, 0)
	back, said := p.Documents[0].Content, p.Documents[1].Content
	if back.Buyer != o.Content.Buyer || back.Supplier != o.Content.Supplier || said.Buyer.Name != "미래상사 주식회사" {
		t.Errorf("%+v becomes %+v", back.Buyer, said.Buyer)
	}
	if l := back.Lines[0]; l.Item != o.Content.Lines[0].Item || l.Quantity.String() != "-1" || l.UnitPrice.String() != "1000000" {
		t.Errorf("the negative copy has the line %+v", l)
	}
	if !p.Lapses.IsZero() {
		t.Errorf("a mistake lapses on %s", p.Lapses)
	}
}

func TestWhatever_a_tax_invoice_says_of_a_party_can_be_put_right_and_the_rest_stays(t *testing.T) {
	o := original()
	should := o.Content
	should.Written, should.Purpose, should.Remarks, should.Volume, should.Issue, should.Serial = day("2026-11-01"), Received, []string{"비고"}, 1, 2, "7"
	should.Supplier = Party{"2208162517", "0001", "가", "나", "다", "라", "마", "바", "02-1", "a@example.com"}
	should.Buyer = Party{"1208147521", "0002", "아", "자", "차", "카", "타", "파", "02-2", "b@example.com"}
	should.Lines = slices.Clone(should.Lines)
	should.Lines[0].Item, should.Lines[0].Date = "바른 품목", should.Written
	got := amend(t, o, Change{Reason: Correction, Right: RightOf(o.Content, should)}).Documents[1].Content
	should.Amends = got.Amends
	if !reflect.DeepEqual(got, should) {
		t.Errorf("\n got %+v\nwant %+v", got, should)
	}
	if r := RightOf(o.Content, o.Content); !reflect.DeepEqual(*r, Right{}) {
		t.Errorf("nothing is wrong, and %+v is named", r)
	}
}

func TestA_correction_of_the_amount_changes_the_invoice_by_the_difference(t *testing.T) {
	for _, c := range []struct {
		right Right
		said  string
		by    int64
		vat   int64
	}{
		{Right{Supply: is(money.Won(900_000))}, "taxed 2026-10-31 900000+90000=990000", -100_000, -10_000},
		{Right{Supply: is(money.Won(1_234_567))}, "taxed 2026-10-31 1234567+123456=1358023", 234_567, 23_456},
		{Right{VAT: is(money.Won(99_999))}, "taxed 2026-10-31 1000000+99999=1099999", 0, -1},
		{Right{Kind: is(customer.ZeroRated)}, "zero-rated 2026-10-31 1000000+0=1000000", 0, -100_000}, // a wrong rate (제9호)
	} {
		p := amend(t, original(), Change{Reason: Correction, Right: &c.right})
		documents(t, p, "taxed 2026-10-31 -1000000+-100000=-1100000", c.said)
		difference(t, p, c.by, c.vat)
	}
	should := must(Compose(input(900_000, 90_000)))
	p := amend(t, original(), Change{Reason: Correction, Right: RightOf(original().Content, should)})
	difference(t, p, -100_000, -10_000)
	for _, none := range []int64{0, -1} {
		_, err := Amend(original(), Change{Reason: Correction, Right: &Right{Supply: is(money.Won(none))}}, korea, today)
		refused(t, err, fault.Invalid, "0원보다")
	}
}

func TestAmounts_that_were_taken_back_stay_taken_back_when_a_name_is_corrected(t *testing.T) {
	o := original(amend(t, original(), Change{Reason: AmountChange, Arose: today, Supply: money.Won(-500)}))
	p := amend(t, o, renamed("미래상사 주식회사"))
	documents(t, p, "taxed 2026-10-31 -999500+-99950=-1099450", "taxed 2026-10-31 999500+99950=1099450")
	difference(t, p, 0, 0)
	if got := p.Documents[1].Content.Buyer.Name; got != "미래상사 주식회사" {
		t.Errorf("it says %s", got)
	}
	o = after(o, p) // and the name stays when the item is corrected
	p = amend(t, o, Change{Reason: Correction, Right: &Right{Item: is("바른 품목")}})
	difference(t, p, 0, 0)
	if c := p.Documents[1].Content; c.Buyer.Name != "미래상사 주식회사" || c.Lines[0].Item != "바른 품목" || p.Documents[0].Content.Buyer.Name != "미래상사 주식회사" {
		t.Errorf("%+v", c)
	}
}

func TestOf_a_whole_correct_content_only_what_differs_from_the_original_is_corrected(t *testing.T) {
	o := original(amend(t, original(), Change{Reason: AmountChange, Arose: today, Supply: money.Won(-500)}))
	should := o.Content
	should.Written, should.Buyer.Name = calendar.Date{}, "미래상사 주식회사"
	p := amend(t, o, Change{Reason: Correction, Right: RightOf(o.Content, should)})
	documents(t, p, "taxed 2026-10-31 -999500+-99950=-1099450", "taxed 2026-10-31 999500+99950=1099450")
	difference(t, p, 0, 0)
}

func TestA_tax_invoice_is_not_corrected_into_an_exempt_invoice_nor_back(t *testing.T) {
	exempt := original()
	exempt.Content.Kind, exempt.Content.VAT, exempt.Content.Total, exempt.Content.Lines[0].VAT = customer.Exempt, money.Won(0), money.Won(1_000_000), money.Won(0)
	for _, c := range []struct {
		o    Original
		kind customer.TaxKind
	}{{original(), customer.Exempt}, {exempt, customer.Taxed}, {exempt, customer.ZeroRated}} {
		_, err := Amend(c.o, Change{Reason: Correction, Right: &Right{Kind: &c.kind}}, korea, today)
		refused(t, err, fault.Invalid, "이중발급", "새로 발행", "제8호")
		same(t, "fields", fields(err), []string{"kind"})
	}
	documents(t, amend(t, exempt, Change{Reason: DuplicateMistake}), "exempt 2026-10-31 -1000000+0=-1000000")
	if _, err := Amend(exempt, renamed("미래상사 주식회사"), korea, today); err != nil {
		t.Errorf("a name on an exempt invoice: %v", err)
	}
}

func TestA_wrong_date_is_corrected_on_the_positive_half(t *testing.T) {
	p := amend(t, original(), Change{Reason: Correction, Right: &Right{Written: is(day("2026-11-02"))}})
	documents(t, p, "taxed 2026-10-31 -1000000+-100000=-1100000", "taxed 2026-11-02 1000000+100000=1100000")
	if l := p.Documents[1].Content.Lines[0]; l.Date != day("2026-11-02") {
		t.Errorf("the line is dated %s", l.Date)
	}
	o := original(p) // what stands then is named by the number that has its date
	next := amend(t, o, Change{Reason: DuplicateMistake})
	documents(t, next, "taxed 2026-11-02 -1000000+-100000=-1100000")
	same(t, "named", named(next), []string{o.Amendments[1].Confirmation})
}

func TestA_second_correction_takes_back_what_the_first_one_said(t *testing.T) {
	o := original(amend(t, original(), renamed("미래상사 주식회사")))
	p := amend(t, o, renamed("미래상사 유한회사"))
	same(t, "named", named(p), []string{o.Amendments[1].Confirmation, o.Amendments[1].Confirmation})
	if got := p.Documents[0].Content.Buyer.Name; got != "미래상사 주식회사" {
		t.Errorf("it takes back %s", got)
	}
	difference(t, p, 0, 0)
}

func TestWhat_was_wrong_on_purpose_is_corrected_within_a_year_of_the_final_return(t *testing.T) {
	c := Change{Reason: Correction, Right: &Right{Supply: is(money.Won(900_000))}, Intentional: true}
	if p := amend(t, original(), c); p.Lapses != day("2028-01-25") {
		t.Errorf("it lapses on %s", p.Lapses)
	}
	old := original()
	old.Content.Written = day("2026-06-30") // final return 27 July 2026
	old.Confirmation = "20260630410000080000a1b2"
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
	right := Right{Supply: is(money.Won(900_000))}
	_, err := Amend(original(), Change{Reason: Correction, Right: &right, Audited: true}, korea, today)
	refused(t, err, fault.Conflict, "세무조사")
	if p := amend(t, original(), Change{Reason: DuplicateMistake, Audited: true}); len(p.Documents) != 1 { // 제7·8호 have no such exception
		t.Errorf("%+v", p)
	}
}

func TestA_correction_that_changes_nothing_is_refused(t *testing.T) {
	for _, right := range []*Right{nil, {}, {Supply: is(money.Won(1_000_000))}, {Buyer: PartyRight{Name: is("미래상사㈜")}}} {
		_, err := Amend(original(), Change{Reason: Correction, Right: right}, korea, today)
		refused(t, err, fault.Invalid)
	}
}
