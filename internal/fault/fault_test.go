package fault_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"jeongsan/internal/fault"
)

func TestA_person_is_shown_the_place_and_the_sentence_and_never_the_cause(t *testing.T) {
	err := fault.Invalidf("BilledCost", fault.T("%q은(는) 숫자가 아닙니다.", "%q is not a number.", "1,000")).
		At(fault.Place{File: "usage.csv", Sheet: "10월", Row: 700_000, Column: "BilledCost"}).
		Because(errors.New("strconv: secret detail"))
	wrapped := fmt.Errorf("reading a pull: %w", err)

	want := fault.Text{
		KO: `파일 usage.csv, 시트 10월, 700000행, 열 BilledCost: "1,000"은(는) 숫자가 아닙니다.`,
		EN: `file usage.csv, sheet 10월, row 700000, column BilledCost: "1,000" is not a number.`,
	}
	if got := fault.TextOf(wrapped); got != want {
		t.Errorf("shown %+v", got)
	}
	for _, part := range []string{"invalid", "[BilledCost]", want.EN, "secret detail"} {
		if !strings.Contains(wrapped.Error(), part) {
			t.Errorf("the log line lacks %q: %s", part, wrapped)
		}
	}
}

func TestAn_error_that_is_no_fault_is_shown_as_a_generic_sentence(t *testing.T) {
	got := fault.TextOf(errors.New("pq: password of db-7 is wrong"))
	if strings.Contains(got.KO+got.EN, "db-7") || got.KO == "" || got.EN == "" {
		t.Errorf("shown %+v", got)
	}
}

func TestThe_code_is_that_of_the_first_fault_in_the_chain(t *testing.T) {
	inner := fault.New(fault.NotFound, fault.T("고객이 없습니다.", "There is no such customer."))
	outer := fault.New(fault.Conflict, fault.T("이미 보냈습니다.", "Already sent.")).Because(inner)
	cases := []struct {
		what string
		err  error
		code fault.Code
	}{
		{"no error", nil, ""},
		{"a fault", inner, fault.NotFound},
		{"a wrapped fault", fmt.Errorf("loading: %w", inner), fault.NotFound},
		{"a fault caused by a fault", outer, fault.Conflict},
		{"an error that is no fault", errors.New("boom"), fault.Internal},
	}
	for _, c := range cases {
		if got := fault.CodeOf(c.err); got != c.code {
			t.Errorf("%s has the code %q, want %q", c.what, got, c.code)
		}
	}
	if fault.Is(nil, fault.Internal) || !fault.Is(outer, fault.Conflict) || fault.Is(outer, fault.NotFound) {
		t.Error("Is disagrees with CodeOf")
	}
	if !errors.Is(outer, inner) {
		t.Error("the cause is not in the chain")
	}
}

func TestPlaces_and_causes_are_added_to_a_copy(t *testing.T) {
	plain := fault.New(fault.Invalid, fault.T("잘못되었습니다.", "It is wrong."))
	_ = plain.At(fault.Place{Row: 3}).Because(errors.New("cause"))
	if plain.Shown() != plain.Text || plain.Unwrap() != nil {
		t.Errorf("the original became %v", plain)
	}
}

func TestEvery_fault_of_a_joined_error_is_listed_in_order(t *testing.T) {
	row := func(n int) *fault.Fault {
		return fault.New(fault.Invalid, fault.T("%d", "%d", n)).At(fault.Place{Row: n})
	}
	err := fmt.Errorf("import: %w", errors.Join(row(1), errors.New("not for people"), errors.Join(row(2), fmt.Errorf("again: %w", row(3)))))
	var rows []int
	for _, f := range fault.All(err) {
		rows = append(rows, f.Place.Row)
	}
	if fmt.Sprint(rows) != "[1 2 3]" {
		t.Errorf("rows %v", rows)
	}
	if got := fault.All(nil); got != nil {
		t.Errorf("no error lists %v", got)
	}
}

func TestArguments_serve_both_sentences_in_either_order(t *testing.T) {
	got := fault.T("%[2]s의 %[1]d월", "month %[1]d of %[2]s", 10, "2026")
	if got != (fault.Text{KO: "2026의 10월", EN: "month 10 of 2026"}) {
		t.Errorf("%+v", got)
	}
}
