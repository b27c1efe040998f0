package popbill

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode"

	"jeongsan/internal/fault"
)

func refusedWith(t *testing.T, code int64, message string) error {
	t.Helper()
	_, c := newStub(t, answering(400, fmt.Sprintf(`{"code":%d,"message":%q}`, code, message)))
	_, err := c.RegistIssue(context.Background(), seller, IssueRequest{})
	return err
}

func TestA_refusal_says_what_to_do_and_keeps_Popbills_number(t *testing.T) {
	for _, c := range []struct {
		code  int64
		kind  fault.Code
		field string
		says  string
	}{
		{-11000005, fault.NotFound, "", "없습니다"},
		{-11001038, fault.Conflict, "invoicerMgtKey", "이미 있습니다"},
		{-11001088, fault.Invalid, "invoiceeCorpName", "200자"},
		{-11001023, fault.Invalid, "invoiceeCEOName", "입력하세요"},
		{-11001021, fault.Invalid, "invoiceeCorpNum", "올바르지"},
		{-11001056, fault.Conflict, "orgNTSConfirmNum", "전송이 끝난 뒤"},
		{-11002009, fault.Invalid, "writeDate", "미래"},
		{-11002014, fault.Conflict, "writeDate", "지연발행"},
		{-11002030, fault.Conflict, "", "수정세금계산서"},
		{-10004003, fault.Conflict, "certificate", "만료"},
		{-99005005, fault.Conflict, "", "충전"},
		{-99010007, fault.Forbidden, FieldLinkID, "운영자"},
		{-99003008, fault.Forbidden, "corpNum", "연동회원"},
		{-10010032, fault.Unavailable, "", "잠시 후"},
	} {
		err := refusedWith(t, c.code, "internal <words> of Popbill's")
		var r *Refusal
		if !errors.As(err, &r) || r.Code != c.code || r.Status != 400 {
			t.Errorf("%d: %v", c.code, err)
			continue
		}
		f := fault.All(err)[0]
		if f.Code != c.kind || f.Field != c.field || !strings.Contains(f.Text.KO, c.says) || strings.Contains(f.Text.EN, "words") {
			t.Errorf("%d: %s [%s] %s", c.code, f.Code, f.Field, f.Text)
		}
	}
}

func TestCallers_can_tell_what_they_must_act_on(t *testing.T) {
	for _, c := range []struct {
		code int64
		is   func(error) bool
	}{
		{-11001038, IsDuplicate}, {-11001039, IsDuplicate}, {-11001040, IsDuplicate}, {-11006006, IsDuplicate}, {-11000005, IsNotFound},
		{-11002014, IsLate}, {-11002015, IsLate}, {-10002009, IsCertificate}, {-10004000, IsCertificate}, {-10001082, IsCertificate},
		{-99005001, IsShortOfPoints}, {-99005005, IsShortOfPoints}, {-11010034, IsSubmitIDUsed},
	} {
		err := refusedWith(t, c.code, "")
		if !c.is(err) || !c.is(fmt.Errorf("issuing: %w", err)) {
			t.Errorf("%d is not recognised", c.code)
		}
		if c.is(refusedWith(t, -11002009, "")) || c.is(nil) || c.is(errors.New("x")) {
			t.Errorf("something else is taken for %d", c.code)
		}
	}
}

func TestEvery_entry_of_the_catalogue_has_its_sentences(t *testing.T) {
	codes := 0
	for _, table := range []int{len(missingFields), len(longFields), len(refusals)} {
		codes += table
	}
	seen := 0
	check := func(code int64) {
		seen++
		f, ok := catalogued(code)
		if !ok || code >= 0 || f.Code == "" || !strings.ContainsFunc(f.Text.KO, func(r rune) bool { return unicode.Is(unicode.Hangul, r) }) || f.Text.EN == "" || strings.Contains(f.Text.KO+f.Text.EN, "%!") {
			t.Errorf("%d: %+v", code, f)
		}
		if strings.ContainsFunc(f.Text.EN, func(r rune) bool { return unicode.Is(unicode.Hangul, r) }) {
			t.Errorf("%d: English with Korean: %s", code, f.Text.EN)
		}
	}
	for code := range missingFields {
		check(code)
	}
	for code := range longFields {
		check(code)
	}
	for code := range refusals {
		check(code)
	}
	if seen != codes || seen < 130 {
		t.Errorf("%d entries", seen)
	}
}

func TestAn_unknown_number_is_shown_with_Popbills_sentence_when_that_is_safe(t *testing.T) {
	for message, shown := range map[string]bool{
		"새로운 제한에 걸렸습니다.":                     true,
		"java.lang.NullPointerException":     false,
		"오류 <b>굵게</b>":                       false,
		"오류: https://internal.example/stack": false,
		"첫 줄\n둘째 줄":                          false,
		"오류 " + strings.Repeat("가", 300):     false,
		"":                                   false,
	} {
		text := fault.TextOf(refusedWith(t, -12345678, message))
		if !strings.Contains(text.KO, "-12345678") || (message != "" && strings.Contains(text.KO, message) != shown) {
			t.Errorf("%q: %s", message, text.KO)
		}
	}
}
