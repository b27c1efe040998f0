package pages_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"jeongsan/internal/mail"
	"jeongsan/internal/store"
)

const (
	first  = "HANBIT-202610-C0001-1"
	second = "HANBIT-202610-C0002-1"
	third  = "HANBIT-202610-C0003-1"
	mailID = "hanbit-hanbit-202610-c0001-1-s1-rc3d8b408708a" // to c0001@example.com
)

func TestEvery_page_is_shown_in_both_languages(t *testing.T) {
	w := newWorld(t)
	for _, c := range []struct {
		path   string
		ko, en []string
	}{
		{"/", []string{"2026년 10월 요금정산", "정산 검증", "미배분 목록", "미등록 회원", "제공사 청구액"}, []string{"Settlement of October 2026", "Proof of the run", "Work-list", "unregistered member"}},
		{"/months/2026-09", []string{"청구할 고객사가 없습니다"}, []string{"No customer is due"}},
		{"/invoices/" + first, []string{"청구 내역", "산출 근거", "검산됨", "메일 보기", "링크 회수", "재발송하기"}, []string{"Lines", "How it came about", "proved", "read the mail", "Withdraw the links"}},
		{"/invoices/" + third, []string{"초안", "확정된 청구서만 발송"}, []string{"draft", "Only a final invoice"}},
		{"/invoices/" + first + "/lines/1", []string{"이용 내역", "납부예상요금 합", "744 시간"}, []string{"Usage rows", "Sum of expected charges"}},
		{"/mail", []string{"메일함", "1통"}, []string{"Mailbox", "1 mails"}},
		{"/mail/" + mailID, []string{"보낸 사람", "첨부 파일", "요금청구서"}, []string{"From", "Attachments"}},
		{"/documents", []string{"장부 · 10년", "logo.png", "PDF"}, []string{"Books · 10 years"}},
		{"/documents?class=working", []string{"이 등급의 객체가 없습니다"}, []string{"no object of this class"}},
		{"/clock", []string{"2026-11-06 09:00", "멈춰 있음", "다음 예약", "야간 장부 검증", "2026-12-06 09:00"}, []string{"standing still", "Next firing", "Prove the books"}},
	} {
		t.Run(c.path, func(t *testing.T) {
			w.get(c.path).is(http.StatusOK, append(c.ko, `<html lang="ko">`)...).lacks("{", "%!")
			w.english(c.path).is(http.StatusOK, append(c.en, `<html lang="en">`)...).lacks("{", "%!")
		})
	}
}

func TestAmounts_are_written_as_each_language_writes_them(t *testing.T) {
	w := newWorld(t)
	// 91,512 + 91,512.4 + 33,480 = 216,504.4, truncated to 216,504, cut to 216,500; VAT 21,650.
	w.get("/invoices/"+second).is(http.StatusOK, `238,150<i>원</i>`, `216,500<i>원</i>`, `-4<i>원</i>`)
	w.english("/invoices/"+second).is(http.StatusOK, `₩238,150`, `₩216,500`, `-₩4`).lacks("원</i>")
}

func TestA_derivation_is_told_step_by_step(t *testing.T) {
	w := newWorld(t)
	w.get("/invoices/"+first).is(http.StatusOK,
		"이용 내역 2건의 납부예상요금을 더하면 183,024.4 (제공사 할인 전 200,000)",
		"(규칙 won-down@1)하면 183,024",
		"× 10% = ", "× 5% = ", "남은 금액", "항목 2개의 반올림하지 않은 금액을 더하면 216,504.4",
		"이용료 216,504 + 할인 (-216,504) + 기타 비용 100,000 + 절사 0 = 100,000",
		"공급가액 100,000 + 부가세 10,000 = 110,000")
	w.english("/invoices/"+first).is(http.StatusOK, "The expected charges of 2 usage rows add up to 183,024.4", "supply amount 100,000 + VAT 10,000 = 110,000")
}

func TestThe_months_table_can_be_cut_by_account_and_reseller(t *testing.T) {
	w := newWorld(t)
	w.get("/").is(http.StatusOK, "나래커머스", "보람저축은행", "3곳", "고객사 4곳 중", "이메일 없음", "모음: 분기 청구", "586,300<i>원</i>")
	w.get("/?month=2026-10&account=fin").is(http.StatusOK, "보람저축은행", "1곳", "238,150<i>원</i>").lacks("나래커머스")
	w.get("/?month=2026-10&reseller=-").is(http.StatusOK, "나래커머스", "2곳").lacks("보람저축은행")
	w.get("/?month=2026-10&reseller=reseller-namsan&account=public").is(http.StatusOK, "청구할 고객사가 없습니다")
	w.get("/months/2026-13").is(http.StatusBadRequest, "월이 아닙니다")
}

func TestWhat_others_wrote_is_shown_as_text(t *testing.T) {
	w := newWorld(t)
	_, err := w.mailbox.Send(t.Context(), mail.Message{
		ID: "hanbit-evil", From: mail.Address{Name: "<b>a</b>", Email: "a@example.com"}, To: []mail.Address{{Email: "b@example.com"}}, Subject: "<img src=x onerror=alert(1)>",
		Text: "<script>alert(1)</script> http://example.com/x\"onmouseover=alert(1). javascript:alert(1)", HTML: "<iframe src=//evil.example></iframe><style>*{display:none}</style>",
		Attachments: []mail.Attachment{{FileName: "<svg onload=alert(1)>.html", ContentType: "text/html", Content: []byte("<script>alert(1)</script>")}},
	})
	w.must(err)
	w.upload("/invoices/"+second+"/upload", `<svg onload=alert(1)>.xlsx`, w.workbook(first)).leads(http.StatusSeeOther, "/invoices/")
	for _, path := range []string{"/", "/mail", "/mail/hanbit-evil", "/mail/" + mailID, "/invoices/" + first, "/invoices/" + second, "/invoices/" + first + "/lines/1"} {
		w.get(path).is(http.StatusOK).lacks("<script", "<svg onload", "<img src=x", "<iframe", "<b>a</b>", "<style", `"onmouseover`)
	}
	w.get("/mail/hanbit-evil").is(http.StatusOK, "&lt;iframe", `href="http://example.com/x"`).lacks(`href="javascript`)
	w.get("/invoices/"+second).is(http.StatusOK, "&lt;svg onload=alert(1)&gt;.xlsx")
	file := w.get("/mail/hanbit-evil/attachments/1").is(http.StatusOK)
	if d := file.Header().Get("Content-Disposition"); !strings.HasPrefix(d, "attachment;") {
		t.Errorf("a foreign page is handed out as %q", d)
	}
	if p := file.Header().Get("Content-Security-Policy"); !strings.Contains(p, "sandbox") {
		t.Errorf("a foreign page is handed out under %q", p)
	}
}

func TestFiles_come_by_a_link_that_lives_for_minutes(t *testing.T) {
	w := newWorld(t)
	for _, path := range []string{"/invoices/" + first + "/files/xlsx", "/invoices/" + first + "/files/pdf", "/documents/books/hanbit/logo.png"} {
		link := w.get(path).leads(http.StatusSeeOther, "http://127.0.0.1:8080/files/books/hanbit/").Header().Get("Location")
		u, err := url.Parse(link)
		w.must(err)
		if got := w.get(u.RequestURI()).is(http.StatusOK); got.Body.Len() < 100 || !strings.HasPrefix(got.Header().Get("Content-Disposition"), "attachment;") {
			t.Errorf("%s hands out %d bytes as %q", path, got.Body.Len(), got.Header().Get("Content-Disposition"))
		}
	}
	w.get("/invoices/" + first + "/files/uploaded").is(http.StatusNotFound)
	w.get("/invoices/" + third + "/files/pdf").is(http.StatusNotFound)
}

func TestA_mail_can_be_read_with_its_files(t *testing.T) {
	w := newWorld(t)
	w.get("/mail/"+mailID).is(http.StatusOK, `<a href="http://127.0.0.1:8080/d/hanbit.`, "XLSX")
	w.get("/mail/"+mailID+"/attachments/1").is(http.StatusOK, "PK")
	w.get("/mail/"+mailID+"/raw").is(http.StatusOK, "X-Jeongsan-Id: "+mailID)
	w.get("/mail/" + mailID + "/attachments/2").is(http.StatusNotFound)
	w.get("/mail/hanbit-unknown").is(http.StatusNotFound)
}

func TestWhat_is_not_there_is_told_in_words(t *testing.T) {
	w := newWorld(t)
	for path, text := range map[string]string{
		"/nowhere":                                  "그런 화면이 없습니다",
		"/invoices/HANBIT-202610-C0009-1":           "HANBIT-202610-C0009-1이(가) 없습니다",
		"/invoices/HANBIT-202610-C0001-2":           "없습니다",
		"/invoices/OTHER-202610-C0001-1":            "없습니다",
		"/invoices/OTHER-202610-C0001-1/files/xlsx": "없습니다",
		"/documents/books/hanbit/nothing.pdf":       "",
	} {
		w.get(path).is(http.StatusNotFound, text, "<nav")
	}
	w.get("/invoices/nonsense").is(http.StatusBadRequest, "형식이 올바르지 않습니다")
	w.get("/invoices/"+first+"/lines/99").is(http.StatusBadRequest, "99번 항목이 없습니다")
	w.english("/invoices/HANBIT-202610-C0009-1").is(http.StatusNotFound, "There is no invoice")
}

func TestA_stack_without_an_MSP_says_how_to_get_one(t *testing.T) {
	w := newWorld(t)
	w.tenants = func(context.Context) ([]store.Tenant, error) { return nil, nil }
	w.get("/").is(http.StatusOK, "make run")
	w.get("/documents").is(http.StatusNotFound, "등록된 MSP가 없습니다")
	w.get("/clock").is(http.StatusOK)
}

func TestThe_language_sticks_and_the_page_stays(t *testing.T) {
	w := newWorld(t)
	a := w.get("/?month=2026-10&account=fin&lang=en").leads(http.StatusSeeOther, "/?account=fin&month=2026-10")
	if c := a.Header().Get("Set-Cookie"); !strings.HasPrefix(c, "lang=en;") || !strings.Contains(c, "HttpOnly") || !strings.Contains(c, "SameSite=Lax") {
		t.Errorf("the choice is kept as %q", c)
	}
	w.english("/?month=2026-10&account=fin").is(http.StatusOK, `href="/?account=fin&amp;lang=ko&amp;month=2026-10"`)
	w.get("/?lang=%3Cscript%3E").leads(http.StatusSeeOther, "/")
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.AddCookie(&http.Cookie{Name: "lang", Value: "<script>"})
	w.do(r).is(http.StatusOK, `<html lang="ko">`)
}
