package taxinvoice_test

import (
	"context"
	"testing"

	"jeongsan/internal/fault"
	"jeongsan/internal/money"
	. "jeongsan/internal/taxinvoice"
)

func TestWhat_was_added_is_taken_back_by_a_document_of_its_own(t *testing.T) {
	o := original(amend(t, original(), Change{Reason: AmountChange, Arose: day("2026-11-03"), Supply: money.Won(200_000)}))
	added := o.Amendments[0].Confirmation
	p := amend(t, o, Change{Reason: Termination, Arose: day("2026-11-05")})
	documents(t, p, "taxed 2026-11-05 -1000000+-100000=-1100000 2026-12-10", "taxed 2026-11-05 -200000+-20000=-220000 2026-12-10")
	same(t, "named", named(p), []string{confirmation, added})
	same(t, "remarks", p.Documents[1].Content.Remarks, []string{"당초 작성일자 2026-10-31", "당초 작성일자 2026-11-03"})

	p = amend(t, o, Change{Reason: DuplicateMistake})
	documents(t, p, "taxed 2026-10-31 -1000000+-100000=-1100000", "taxed 2026-11-03 -200000+-20000=-220000")
	same(t, "named", named(p), []string{confirmation, added})

	p = amend(t, o, renamed("미래상사 주식회사"))
	documents(t, p, "taxed 2026-10-31 -1000000+-100000=-1100000", "taxed 2026-11-03 -200000+-20000=-220000",
		"taxed 2026-10-31 1000000+100000=1100000", "taxed 2026-11-03 200000+20000=220000")
	difference(t, p, 0, 0)

	for _, c := range []struct {
		supply int64
		vat    *money.Amount
		want   []string
	}{
		{150_000, nil, []string{"taxed 2026-11-06 -150000+-15000=-165000 2026-12-10"}},
		{1_100_000, nil, []string{"taxed 2026-11-06 -1000000+-100000=-1100000 2026-12-10", "taxed 2026-11-06 -100000+-10000=-110000 2026-12-10"}},
		{1_100_000, vat(110_005), []string{"taxed 2026-11-06 -1000000+-100000=-1100000 2026-12-10", "taxed 2026-11-06 -100000+-10005=-110005 2026-12-10"}},
	} {
		documents(t, amend(t, o, Change{Reason: Return, Arose: today, Supply: money.Won(c.supply), VAT: c.vat}), c.want...)
	}
	for _, c := range []Change{
		{Reason: Return, Arose: today, Supply: money.Won(1_200_001)},
		{Reason: Return, Arose: today, Supply: money.Won(1_200_000), VAT: vat(120_001)},
		{Reason: Return, Arose: today, Supply: money.Won(1_100_000), VAT: vat(99_999)},
	} {
		_, err := Amend(o, c, korea, today)
		refused(t, err, fault.Invalid, "1,200,000", "120,000")
	}
}

func TestWhere_several_documents_stand_an_amount_is_corrected_on_the_one_that_is_named(t *testing.T) {
	o := original(amend(t, original(), Change{Reason: AmountChange, Arose: day("2026-11-03"), Supply: money.Won(200_000)}))
	right := Right{Supply: is(money.Won(300_000))}
	_, err := Amend(o, Change{Reason: Correction, Right: &right}, korea, today)
	refused(t, err, fault.Invalid, confirmation, o.Amendments[0].Confirmation)
	same(t, "fields", fields(err), []string{"document"})
	right.Document = o.Amendments[0].Confirmation
	p := amend(t, o, Change{Reason: Correction, Right: &right})
	documents(t, p, "taxed 2026-11-03 -200000+-20000=-220000", "taxed 2026-11-03 300000+30000=330000")
	difference(t, p, 100_000, 10_000)
	right.Document = "20261031410000080000zzzz"
	_, err = Amend(o, Change{Reason: Correction, Right: &right}, korea, today)
	refused(t, err, fault.Invalid, confirmation)
}

func TestWhat_stands_is_told_with_its_parties_lines_and_sums(t *testing.T) {
	o := original(amend(t, original(), renamed("미래상사 주식회사")))
	o = after(o, amend(t, o, Change{Reason: AmountChange, Arose: today, Supply: money.Won(-400_000)}))
	all := must(o.InForce())
	if len(all) != 1 || all[0].Confirmation != o.Amendments[1].Confirmation {
		t.Fatalf("%+v", all)
	}
	c := all[0].Content
	won(t, "supply", c.Supply, 600_000)
	won(t, "the line", c.Lines[0].Supply, 600_000)
	if c.Buyer.Name != "미래상사 주식회사" || c.Written != october.Last() || c.Check(today) != nil {
		t.Errorf("%+v", c)
	}
	o.Amendments[2].Content.Amends = &Amends{Reason: AmountChange, Original: "20261031410000080000zzzz"}
	_, err := o.InForce()
	refused(t, err, fault.Conflict, "amendment-3")
	_, err = o.Left()
	refused(t, err, fault.Conflict)
	_, err = Amend(o, Change{Reason: DuplicateMistake}, korea, today)
	refused(t, err, fault.Conflict)
}

func TestAn_original_is_read_with_its_amendments_and_no_others(t *testing.T) {
	ctx := context.Background()
	x := reported()
	half := x
	half.Sequence, half.Key, half.Correction = 2, Key(october, "C0007", 2), CorrectionID(x.Key, 1)
	other := x // another tax invoice of the month, with an amendment of its own
	other.Sequence, other.Key, other.Correction = 3, Key(october, "C0007", 3), CorrectionID(Key(october, "C0007", 9), 1)
	foreign := record()
	foreign.ID, foreign.Original = other.Correction, Key(october, "C0007", 9)
	s := committed(t, must(x.Put(hanbit(), 0)), must(half.Put(hanbit(), 0)), must(other.Put(hanbit(), 0)), must(record().Put(hanbit(), 0)), must(foreign.Put(hanbit(), 0)))
	o := must(LoadOriginal(ctx, s, hanbit(), october, "C0007", 1))
	if o.Key != x.Key || len(o.Amendments) != 1 || o.Amendments[0].Key != half.Key {
		t.Errorf("%+v", o)
	}
	if _, err := LoadOriginal(ctx, s, hanbit(), october, "C0007", 8); !fault.Is(err, fault.NotFound) {
		t.Errorf("one that is not there: %v", err)
	}
}
