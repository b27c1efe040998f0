package taxinvoice_test

import (
	"testing"

	"jeongsan/internal/fault"
	"jeongsan/internal/invoice"
	"jeongsan/internal/money"
	. "jeongsan/internal/taxinvoice"
)

func TestWhat_is_gone_from_the_service_is_given_up_by_a_person_as_what_it_was_last_seen_to_be(t *testing.T) {
	why := fault.T("담당자 확인", "by a person")
	for what, c := range map[string]struct {
		last int
		want State
	}{"never seen issued": {0, Refused}, "issued": {Signed, Cancelled}, "on its way": {OnTheWay, Rejected}} {
		x := intended()
		if c.last > 0 {
			x = at(c.last)
		}
		if _, err := x.GiveUp(why); !fault.Is(err, fault.Conflict) {
			t.Errorf("%s: given up without a doubt: %v", what, err)
		}
		given := must(must(x.Doubt(fault.T("확인 필요", "in doubt"))).GiveUp(why))
		if given.State != c.want || given.Failure != why || given.State.Live() {
			t.Errorf("%s: it is %s", what, given.State)
		}
	}
	reportedAlready := at(Accepted)
	if _, err := reportedAlready.GiveUp(why); !fault.Is(err, fault.Conflict) {
		t.Errorf("what the tax office has was given up: %v", err)
	}
}

func TestWhat_was_given_up_and_lives_after_all_is_told(t *testing.T) {
	gone := must(must(at(Signed).Doubt(fault.T("확인 필요", "in doubt"))).GiveUp(fault.T("없음", "gone")))
	x, changed, err := gone.Observed(found(OnTheWay))
	refused(t, err, fault.Conflict, x.Key)
	if !changed || x.State != InDoubt {
		t.Errorf("it is %s", x.State)
	}
}

func TestWhat_is_missed_is_asked_for_by_the_ladder_before_a_person_must_look(t *testing.T) {
	x := at(Signed)
	for n := 1; ; n++ {
		x = x.Missed()
		if x.State == InDoubt {
			if told(t, x.Failure); n < 3 {
				t.Errorf("in doubt after %d questions", n)
			}
			break
		}
		if x.State != Issued || x.Asked != n || n > 10 {
			t.Fatalf("%s after %d", x.State, n)
		}
	}
	missed := at(Signed).Missed()
	if again, changed, err := missed.Observed(found(Signed)); err != nil || !changed || again.Asked != 0 {
		t.Errorf("there after all: asked %d, %v", again.Asked, err)
	}
	cancelled, changed, err := must(at(Signed).Cancel()).Observed(Found{})
	if err != nil || !changed || cancelled.State != Cancelled {
		t.Errorf("gone while being cancelled: %s, %v", cancelled.State, err)
	}
}

func TestA_counter_document_and_what_it_takes_back_add_up_to_nothing(t *testing.T) {
	o := Original{TaxInvoice: reported()}
	plan := must(Amend(o, Change{Reason: LocalCredit, Opened: today}, korea, today))
	taken := plan.Documents[0].Content
	back := taken.Counter()
	if err := back.Check(today); err != nil {
		t.Fatal(err)
	}
	if back.Amends.Reason != Correction || back.Amends.Original != taken.Amends.Original || back.Written != taken.Written || taken.Total.Sign() > 0 {
		t.Errorf("%+v", back)
	}
	sum, err := Covering([]TaxInvoice{{State: Issued, Content: taken}, {State: Issued, Content: back}, {State: Refused, Content: taken}, {State: InDoubt, Content: taken}})
	if err != nil || !sum.Total.IsZero() || !sum.Supply.IsZero() || !sum.VAT.IsZero() {
		t.Errorf("%+v, %v", sum, err)
	}
	c := CorrectionRecord{Keys: []string{"a", "b"}, State: Half}
	if after := c.Revert([]string{"b"}, []string{"c"}); len(after.Keys) != 2 || after.Keys[1] != "c" || after.Failed[0] != "b" || !after.Reverted || c.Keys[1] != "b" {
		t.Errorf("%+v", after)
	}
}

func TestA_record_names_the_parties_and_states_why_it_differs(t *testing.T) {
	e := elsewhere()
	if err := e.Parties(profile(), mirae()); err != nil {
		t.Error(err)
	}
	e.Issuer, e.Buyer = "8888888888", "9001011234567"
	err := e.Parties(profile(), mirae())
	same(t, "fields", fields(err), []string{"issuer", "buyer"})
	refused(t, fault.All(err)[1], fault.Invalid, "900101-*******")
	left := invoice.Covered{Supply: money.Won(1_000_000), VAT: money.Won(100_000), Total: money.Won(1_100_000)}
	if err := e.Stated(left); err != nil {
		t.Error(err)
	}
	left.Supply, left.Total = money.Won(900_000), money.Won(1_000_000)
	refused(t, e.Stated(left), fault.Invalid, "1,100,000원")
	if e.Note = "두 달 치를 한 장에"; e.Stated(left) != nil {
		t.Error("a stated difference was refused")
	}
}
