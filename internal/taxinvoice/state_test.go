package taxinvoice_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"jeongsan/internal/calendar"
	"jeongsan/internal/fault"
	. "jeongsan/internal/taxinvoice"
)

func intent() Intent {
	return Intent{Invoice: "HANBIT-202610-C0007-1", Customer: "C0007", Month: october, Sequence: 1, Content: content(), Timing: NextDay, Memo: "내부 메모"}
}

func intended() TaxInvoice { return must(Intend(intent(), korea, now)) }

// at is a tax invoice of which the service said the code.
func at(provider int) TaxInvoice {
	x, _, err := intended().Observed(found(provider))
	if err != nil {
		panic(err)
	}
	return x
}

// found is the whole truth at a code, as the service tells it.
func found(provider int) Found {
	f := Found{Provider: provider}
	if provider >= Signed {
		f.Confirmation, f.Issued = confirmation, now
	}
	if provider >= OnTheWay && provider != Withdrawn {
		f.Transmitted = now.Add(time.Hour)
	}
	switch provider {
	case Accepted:
		f.Result, f.Answered = "SUC001", now.Add(2*time.Hour)
	case NotAccepted:
		f.Result, f.Answered = "ERR002", now.Add(2*time.Hour)
	}
	return f
}

func TestAn_intent_has_its_key_and_its_deadline(t *testing.T) {
	x := intended()
	if x.Key != "202610-C0007-1" || x.State != Intended || x.Deadline != day("2026-11-10") || !x.Intended.Equal(now) || x.Intended.Location() != time.UTC || x.Memo != "내부 메모" {
		t.Errorf("%+v", x)
	}
	for what, spoil := range map[string]func(*Intent){
		"no invoice":           func(i *Intent) { i.Invoice = "" },
		"no sequence":          func(i *Intent) { i.Sequence = 0 },
		"a key past 24":        func(i *Intent) { i.Customer, i.Sequence = "C12345678", 1_234_567_890 },
		"no timing":            func(i *Intent) { i.Timing = "" },
		"a content that fails": func(i *Intent) { i.Content.Buyer.Name = "" },
	} {
		i := intent()
		spoil(&i)
		if _, err := Intend(i, korea, now); err == nil {
			t.Errorf("%s is begun", what)
		} else {
			refused(t, err, fault.Invalid)
		}
	}
}

func TestEach_code_of_the_service_is_a_state(t *testing.T) {
	for code, want := range map[int]State{
		Saved: Intended, Signed: Issued, WillSend: Sending, Queued: Sending, OnTheWay: Sending, Accepted: Reported, NotAccepted: Rejected, Withdrawn: Cancelled,
	} {
		x := at(code)
		if x.State != want || x.Provider != code {
			t.Errorf("%d is %s", code, x.State)
		}
	}
	x := at(Accepted)
	if x.Confirmation != confirmation || x.Result != "SUC001" || !x.Issued.Equal(now) || !x.Transmitted.Equal(now.Add(time.Hour)) || !x.Answered.Equal(now.Add(2*time.Hour)) {
		t.Errorf("%+v", x)
	}
}

func TestWhat_the_tax_office_rejects_says_why_and_what_to_do(t *testing.T) {
	x := at(NotAccepted)
	if !strings.Contains(x.Failure.KO, "사업자등록번호") || x.State.Live() {
		t.Errorf("%+v", x)
	}
	for _, code := range []string{"SUC001", "SYN002", "SYN003", "SYN004", "ERR001", "ERR002", "ERR003", "ERR005", "ERR006", "ERR007", "ERR008", "ERR009", "ERR010", "ERR011", "ERR099", "ERR777", ""} {
		told(t, ResultText(code))
	}
	if !strings.Contains(ResultText("ERR777").KO, "ERR777") {
		t.Error("an unknown code is not named")
	}
	late := must2(at(NotAccepted).Observed(Found{Provider: NotAccepted, Result: "SYN004"}))
	if late.Result != "SYN004" || !strings.Contains(late.Failure.EN, "format") {
		t.Errorf("the reason that came later is not told: %+v", late.Failure)
	}
}

func must2(x TaxInvoice, _ bool, err error) TaxInvoice { return must(x, err) }

func TestAny_order_and_repetition_of_what_was_true_ends_in_the_last_of_it(t *testing.T) {
	ways := [][]int{
		{Saved, Signed, WillSend, Queued, OnTheWay, Accepted},
		{Saved, Signed, WillSend, Queued, OnTheWay, NotAccepted},
		{Signed, Withdrawn},
		{Saved, Signed, OnTheWay},
		{Saved, Signed},
	}
	rapid.Check(t, func(t *rapid.T) {
		way := rapid.SampledFrom(ways).Draw(t, "way")
		heard := rapid.SliceOf(rapid.SampledFrom(way)).Draw(t, "heard")
		heard = append(heard, way[len(way)-1])
		heard = rapid.Permutation(heard).Draw(t, "order")
		begun := intended()
		if way[len(way)-1] == Withdrawn && rapid.Bool().Draw(t, "cancelling") {
			begun = must(at(Signed).Cancel())
		}
		x, last := begun, at(way[len(way)-1])
		for _, code := range heard {
			var err error
			if x, _, err = x.Observed(found(code)); err != nil {
				t.Fatal(err)
			}
		}
		if !reflect.DeepEqual(x, last) {
			t.Fatalf("heard %v and ends as\n%+v, want\n%+v", heard, x, last)
		}
		if again, changed, err := x.Observed(found(heard[0])); changed || err != nil || !reflect.DeepEqual(again, x) {
			t.Fatalf("hearing %d once more changes it: %v", heard[0], err)
		}
	})
}

func TestA_code_that_is_not_known_is_kept_and_reported(t *testing.T) {
	x, changed, err := at(Signed).Observed(Found{Provider: 310})
	refused(t, err, fault.Conflict, "310")
	if !changed || x.Unread != 310 || x.State != Issued || x.Provider != Signed {
		t.Errorf("%+v", x)
	}
	if _, changed, err := x.Observed(Found{Provider: 310}); changed || err == nil {
		t.Errorf("again: %v, %v", changed, err)
	}
	if x = must2(x.Observed(found(Accepted))); x.State != Reported || x.Unread != 0 {
		t.Errorf("it goes on as %+v", x)
	}
}

func TestAnother_document_under_our_key_is_reported_and_not_taken(t *testing.T) {
	f := found(Accepted)
	f.Confirmation = "20261031410000080000ffff"
	x, changed, err := at(Signed).Observed(f)
	refused(t, err, fault.Conflict, f.Confirmation, confirmation)
	if changed || x.State != Issued {
		t.Errorf("%+v", x)
	}
}

func TestA_way_that_does_not_exist_is_reported_and_not_taken(t *testing.T) {
	for _, c := range []struct{ from, to int }{{Accepted, Withdrawn}, {WillSend, Withdrawn}, {NotAccepted, Withdrawn}, {Withdrawn, Accepted}} {
		x, changed, err := at(c.from).Observed(found(c.to))
		refused(t, err, fault.Conflict)
		if changed || x.Provider != c.from {
			t.Errorf("%d to %d: %+v", c.from, c.to, x)
		}
	}
}

func TestWhat_the_service_does_not_have_may_be_sent_again_under_the_same_key(t *testing.T) {
	x, changed, err := intended().Observed(Found{})
	if err != nil || changed || x.State != Intended {
		t.Errorf("%+v, %v", x, err)
	}
	doubted := must(intended().Doubt(fault.T("모름", "unknown")))
	x, changed, err = doubted.Observed(Found{})
	if err != nil || !changed || x.State != Intended || x.Failure != (fault.Text{}) {
		t.Errorf("a doubt ends in %+v, %v", x, err)
	}
	for _, code := range []int{Signed, Accepted} {
		_, changed, err := at(code).Observed(Found{})
		refused(t, err, fault.Conflict, confirmation)
		if changed {
			t.Errorf("%d is gone, and it changed", code)
		}
	}
}

func TestA_refused_one_is_never_live_again_unless_the_service_has_it(t *testing.T) {
	why := fault.T("사업자등록번호가 올바르지 않습니다.", "The business number is wrong.")
	x := must(intended().Refuse(why))
	if x.State != Refused || x.Failure != why || x.State.Live() {
		t.Fatalf("%+v", x)
	}
	if again := must(x.Refuse(fault.Text{})); again.Failure != why {
		t.Error("the first reason is lost")
	}
	if saved := must2(x.Observed(found(Saved))); saved.State != Refused {
		t.Errorf("saved and not issued, it is %s", saved.State)
	}
	back, changed, err := x.Observed(found(Signed))
	refused(t, err, fault.Conflict, confirmation)
	if !changed || back.State != InDoubt || back.Confirmation != confirmation {
		t.Errorf("%+v", back)
	}
	rejected, changed, err := at(NotAccepted).Observed(found(Accepted))
	refused(t, err, fault.Conflict)
	if !changed || rejected.State != Reported || rejected.Result != "SUC001" {
		t.Errorf("%+v", rejected)
	}
	if _, err := at(Signed).Refuse(why); !fault.Is(err, fault.Conflict) {
		t.Errorf("what is issued can be refused: %v", err)
	}
}

func TestThree_hundred_at_the_service_beats_our_clock(t *testing.T) {
	for _, c := range []struct {
		state    State
		provider int
		want     bool
	}{{Issued, Signed, true}, {Issued, WillSend, false}, {Sending, Signed, false}, {Issued, 0, false}, {Reported, Accepted, false}, {Cancelling, Signed, false}} {
		if got := Cancellable(c.state, c.provider); got != c.want {
			t.Errorf("%s at %d: %v", c.state, c.provider, got)
		}
	}
	for _, code := range []int{WillSend, OnTheWay, Accepted} {
		_, err := at(code).Cancel()
		refused(t, err, fault.Conflict, "수정세금계산서")
	}
	for _, code := range []int{Saved, Withdrawn, NotAccepted} {
		_, err := at(code).Cancel()
		refused(t, err, fault.Conflict)
	}
}

func TestA_cancellation_is_done_comes_too_late_or_is_taken_back(t *testing.T) {
	x := must(at(Signed).Cancel())
	if x.State != Cancelling || !x.State.Live() {
		t.Fatalf("%+v", x)
	}
	if again := must(x.Cancel()); again.State != Cancelling {
		t.Error("asked twice, it is no longer being cancelled")
	}
	if still, changed, err := x.Observed(found(Signed)); changed || err != nil || still.State != Cancelling {
		t.Errorf("the service still says 300: %+v", still)
	}
	if done := must2(x.Observed(found(Withdrawn))); done.State != Cancelled || done.State.Live() {
		t.Errorf("%+v", done)
	}
	late := must2(x.Observed(found(WillSend)))
	if late.State != Sending || !strings.Contains(late.Failure.KO, "취소하기 전에") {
		t.Errorf("%+v", late)
	}
	why := fault.T("권한이 없습니다.", "not allowed")
	if kept := must(x.Keep(why)); kept.State != Issued || kept.Failure != why || !Cancellable(kept.State, kept.Provider) {
		t.Errorf("%+v", kept)
	}
	_, err := at(Signed).Keep(why)
	refused(t, err, fault.Conflict)
}

func TestAn_unknown_outcome_is_asked_for_in_growing_waits_and_then_a_person_looks(t *testing.T) {
	x := intended()
	var waits []time.Duration
	for {
		wait, again := NextAsk(x.Asked)
		if !again {
			break
		}
		waits = append(waits, wait)
		x = x.Ask()
	}
	same(t, "waits", waits, []time.Duration{time.Minute, 5 * time.Minute, time.Hour, 24 * time.Hour})
	if x.State != InDoubt || !x.State.Live() || x.State.Settled() {
		t.Fatalf("%+v", x)
	}
	told(t, x.Failure)
	if after := x.Ask(); after.Asked != x.Asked {
		t.Error("a doubt is asked on")
	}
	if settled := must2(x.Observed(found(Signed))); settled.State != Issued || settled.Asked != 0 || settled.Failure != (fault.Text{}) {
		t.Errorf("an answer leaves %+v", settled)
	}
	cancelling := must(at(Signed).Cancel())
	for range 4 {
		cancelling = cancelling.Ask()
	}
	if cancelling.State != InDoubt {
		t.Errorf("a cancel nobody answers is %s", cancelling.State)
	}
	if still := must2(cancelling.Observed(found(Signed))); still.State != Issued {
		t.Errorf("it was not cancelled, and is %s", still.State)
	}
	if asked := at(Signed).Ask(); asked.Asked != 0 {
		t.Error("what is known is asked for")
	}
	_, err := at(Accepted).Doubt(fault.Text{})
	refused(t, err, fault.Conflict)
}

func TestEvery_state_has_its_words(t *testing.T) {
	for _, s := range []State{"", Intended, Issued, Sending, Reported, Refused, Rejected, Cancelling, Cancelled, InDoubt} {
		told(t, s.Text())
	}
	if calendar.DateOf(now) != today {
		t.Error("the tests disagree on the day")
	}
}
