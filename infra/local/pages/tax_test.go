package pages_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	simulatedportone "jeongsan/infra/simulator/portone"
	"jeongsan/internal/invoice"
	"jeongsan/internal/settlement"
	"jeongsan/internal/taxinvoice"
	"jeongsan/internal/tenant"
)

const firstTax = "202610-C0001-1"

var sealField = regexp.MustCompile(`name="sealed" value="([^"]*)"`)

// confirm previews what the fields say, as "look" or "plan", and then presses a button of the preview.
func (w *world) confirm(path, preview, button string, fields ...string) answer {
	w.t.Helper()
	found := sealField.FindStringSubmatch(w.press(path, append(fields, "do", preview)...).Body.String())
	if found == nil {
		w.t.Fatalf("%s shows nothing to confirm", path)
	}
	return w.press(path, append(fields, "sealed", found[1], "do", button)...)
}

// order issues the first invoice's tax invoice by the buttons.
func (w *world) order(timing string) {
	w.t.Helper()
	w.confirm("/invoices/"+first+"/tax", "look", timing, "item", "네이버클라우드 서비스_2026년 10월", "unit_price", "100,000").leads(http.StatusSeeOther, "/invoices/"+first+"?done=tax-issue")
	w.get("/invoices/"+first+"?done=tax-issue").is(http.StatusOK, "발행을 접수했습니다", `http-equiv="refresh"`, "발행 중")
	w.issueOrdered(taxWork("C0001", 1))
}

func TestA_tax_invoice_is_previewed_as_it_looks_and_issued_by_a_button(t *testing.T) {
	w := newServedWorld(t)
	w.get("/invoices/"+first+"/tax").is(http.StatusOK, "전자세금계산서", "공급받는 자", "101-81-00001", "네이버클라우드 서비스_2026년 10월", "2026-10-31", "100,000<i>원</i>", "10,000<i>원</i>", "110,000<i>원</i>", "2026-11-10", "D-4", "문제가 없습니다")
	w.english("/invoices/"+first+"/tax").is(http.StatusOK, "Electronic tax invoice", "₩110,000", "No problem was found", "Next-day issue")
	w.order("next-day")

	page := w.get("/invoices/"+first).is(http.StatusOK, "발행(취소 가능)", "국세청 전송 예정", "2026-11-09 15:00", "발행 취소", "메일 재전송", "/tax/"+firstTax+"/pdf", "/tax/"+firstTax+"/xml", "20261031-")
	page.lacks("수정세금계산서 작성", "미리보기·발행")
	w.get("/").is(http.StatusOK, "<b>1</b> 발행(전송 전)", "발행(취소 가능)", "…"+w.tax(taxWork("C0001", 1)).Confirmation[16:])
	w.get("/?month=2026-10&view=figures").is(http.StatusOK, "이용료", "절사", "기타 비용").lacks("미납액</th>")
	w.english("/").is(http.StatusOK, "issued, not yet transmitted", "Tax invoices still to be issued")

	w.transmit(taxWork("C0001", 1))
	w.get("/invoices/"+first).is(http.StatusOK, "발행 완료", "국세청 전송", "국세청 응답", "SUC001", "PDF·XML 보존", "수정세금계산서 작성").lacks("발행 취소 사유")
	w.get("/").is(http.StatusOK, "<b>1</b> 전송완료")
}

func TestWhat_is_not_transmitted_can_be_cancelled_with_a_reason_and_issued_again(t *testing.T) {
	w := newServedWorld(t)
	w.order("next-day")
	at := "/invoices/" + first + "/tax/" + firstTax
	w.press(at+"/cancel", "reason", " ").is(http.StatusBadRequest, "발행을 취소하는 사유")
	w.press(at+"/cancel", "reason", "이메일 오류").leads(http.StatusSeeOther, "/invoices/"+first+"?done=tax-cancel")
	w.get("/invoices/"+first).is(http.StatusOK, "발행 취소됨", "복사하여 작성", "미리보기·발행")
	w.get("/").is(http.StatusOK, "<b>2</b> 발행전", "<b>0</b> 발행(전송 전)")
	w.get("/invoices/"+first+"/tax?copy="+firstTax).is(http.StatusOK, `value="네이버클라우드 서비스_2026년 10월"`)
	w.confirm("/invoices/"+first+"/tax", "look", "immediate", "item", "다시", "unit_price", "100000").is(http.StatusSeeOther)
	w.issueOrdered(taxWork("C0001", 2))
	w.press("/invoices/"+first+"/tax/202610-C0001-2/cancel", "reason", "늦음").is(http.StatusConflict, "수정세금계산서를 발행해 주세요")
}

func TestFiles_memo_and_mail_of_a_tax_invoice(t *testing.T) {
	w := newServedWorld(t)
	w.order("next-day")
	at := "/invoices/" + first + "/tax/" + firstTax
	for _, ending := range []string{"pdf", "xml"} {
		a := w.get(at + "/" + ending).is(http.StatusOK)
		if d := a.Header().Get("Content-Disposition"); !strings.HasPrefix(d, "attachment;") || !strings.Contains(d, firstTax+"."+ending) || a.Body.Len() < 100 {
			t.Errorf("%s comes as %q with %d bytes", ending, d, a.Body.Len())
		}
	}
	w.get(at+"/print").leads(http.StatusSeeOther, "http://127.0.0.1:")
	w.get(at + "/docx").is(http.StatusNotFound)
	w.press(at+"/mail", "email", "나중에").is(http.StatusBadRequest)
	w.press(at+"/mail", "email", "cfo@example.com").leads(http.StatusSeeOther, "/invoices/"+first+"?done=tax-mail")
	w.press(at+"/memo", "memo", "<b>통화 완료</b>").leads(http.StatusSeeOther, "/invoices/"+first+"?done=tax-memo")
	w.get("/invoices/"+first).is(http.StatusOK, "&lt;b&gt;통화 완료").lacks("<b>통화 완료")
	w.press("/invoices/"+second+"/tax/"+firstTax+"/memo", "memo", "x").is(http.StatusNotFound, "세금계산서 "+firstTax+"이(가) 없습니다")
}

func TestAnother_unit_price_revises_the_invoice_for_a_reason(t *testing.T) {
	w := newServedWorld(t)
	path := "/invoices/" + second + "/tax"
	w.press(path, "item", "클라우드", "unit_price", "200,000", "do", "look").is(http.StatusOK, "216,500<i>원</i></span> → ", "200,000<i>원</i>", "20,000<i>원</i>", "단가가 청구 금액과 다릅니다")
	w.press(path, "item", "클라우드", "unit_price", "200,000", "do", "next-day").is(http.StatusConflict, "아직 발행하지 않았습니다", "200,000<i>원</i>")
	w.confirm(path, "look", "next-day", "item", "클라우드", "unit_price", "200,000").is(http.StatusBadRequest, "금액을 바꾸는 사유")
	w.get("/invoices/" + second).is(http.StatusOK) // nothing was done
	w.confirm(path, "look", "next-day", "item", "클라우드", "unit_price", "200,000원", "reason", "협의 할인").leads(http.StatusSeeOther, "/invoices/HANBIT-202610-C0002-2?done=tax-revised")
	w.get("/invoices/HANBIT-202610-C0002-2?done=tax-revised").is(http.StatusOK, "2차 청구서", "이전 청구서 1건", second, "238,150<i>원</i>", "220,000<i>원</i>", "협의 할인")
}

func TestWhat_cannot_be_read_or_issued_is_told_on_the_page_and_changes_nothing(t *testing.T) {
	w := newServedWorld(t)
	path := "/invoices/" + first + "/tax"
	for _, c := range []struct {
		price, item string
		status      int
		text        string
	}{
		{"0", "서비스", http.StatusOK, "1원 이상"},
		{"-5", "서비스", http.StatusOK, "1원 이상"},
		{"백만", "서비스", http.StatusBadRequest, "읽을 수 없습니다"},
		{"", "서비스", http.StatusBadRequest, "읽을 수 없습니다"},
		{strings.Repeat("9", 39), "서비스", http.StatusOK, ""},
		{"100000", "", http.StatusBadRequest, "품목명"},
		{"100000", strings.Repeat("가", 101), http.StatusOK, "발행 불가"},
	} {
		w.press(path, "item", c.item, "unit_price", c.price, "do", "look").is(c.status, c.text, "내용 고치기").lacks(`value="next-day"`)
		if a := w.confirm(path, "look", "next-day", "item", c.item, "unit_price", c.price, "reason", "시험"); a.Code != http.StatusBadRequest && a.Code != http.StatusConflict {
			t.Errorf("price %q and item of %d bytes are answered %d", c.price, len(c.item), a.Code)
		}
	}
	w.confirm(path, "look", "someday", "item", "서비스", "unit_price", "100000").is(http.StatusBadRequest, "익일 발행과 즉시 발행")
	w.get("/invoices/"+third+"/tax").is(http.StatusConflict, "확정되지 않아")
	w.get("/invoices/"+first).is(http.StatusOK, "아직 발행하지 않았습니다").lacks(`class="tax"`)
	w.press("/invoices/HANBIT-202610-C0009-1/tax", "item", "x", "unit_price", "1", "do", "next-day").is(http.StatusNotFound)
	if all, err := taxinvoice.List(t.Context(), w.store, w.staff.Tenant, october, ""); err != nil || len(all) != 0 {
		t.Errorf("%d tax invoices were begun, %v", len(all), err)
	}
}

func TestWhat_the_service_refused_is_told_with_its_reason_and_issued_again(t *testing.T) {
	w := newServedWorld(t)
	connect := w.desk.Taxes
	w.desk.Taxes = func(ctx context.Context, p tenant.Profile) (settlement.TaxService, error) {
		s, err := connect(ctx, p)
		return penniless{s}, err
	}
	w.order("next-day")
	w.get("/invoices/"+first).is(http.StatusOK, "발행실패", "포인트가 부족합니다", "미리보기·발행", "복사하여 작성").lacks("발행 취소 사유", "메일 재전송")
	w.get("/").is(http.StatusOK, "<b>1</b> 발행실패", "포인트가 부족합니다")
	w.get("/invoices/"+first+"/tax").is(http.StatusOK, "앞서 발행에 실패했습니다", `value="next-day"`)
}

func TestWithout_a_connected_service_the_preview_says_so(t *testing.T) {
	w := newWorld(t)
	w.get("/invoices/"+first+"/tax").is(http.StatusServiceUnavailable, "연결되어 있지 않습니다", "전자세금계산서", "110,000<i>원</i>").lacks(`value="next-day"`)
}

func TestAn_amendment_is_shown_before_it_is_ordered(t *testing.T) {
	w := newServedWorld(t)
	w.order("next-day")
	at := "/invoices/" + first + "/tax/" + firstTax + "/amend"
	w.press(at, "reason", "4", "arose", "2026-11-06", "do", "plan").is(http.StatusConflict, "취소한 뒤")
	w.transmit(taxWork("C0001", 1))

	w.get(at).is(http.StatusOK, "공급가액 변동", "늘거나 줄어든 공급가액")
	w.press(at, "reason", "2", "arose", "2026-11-06", "supply", "-20,000", "do", "plan").is(http.StatusOK,
		"발행할 수정세금계산서 1장", "수정전자세금계산서", "-20,000<i>원</i>", "-2,000<i>원</i>", "-22,000<i>원</i>", "당초 작성일자 2026-10-31", "발급 기한 2026-12-10", `name="why"`)
	w.press(at, "reason", "4", "arose", "2026-11-09", "do", "plan").is(http.StatusOK, "계약의 해제", "-110,000<i>원</i>")
	w.press(at, "reason", "2", "arose", "2026-11-06", "supply", "0", "do", "plan").is(http.StatusBadRequest, "0원입니다").lacks(`name="why"`)
	w.press(at, "reason", "2", "arose", "2026-11-06", "supply", "-100,001", "do", "plan").is(http.StatusBadRequest, "보다 큽니다")
	w.press(at, "reason", "2", "arose", "내일", "supply", "1", "do", "plan").is(http.StatusBadRequest, "2026-11-09처럼", `value="내일"`)
	w.press(at, "reason", "9", "do", "plan").is(http.StatusBadRequest, "1~6")
	w.press(at, "reason", "1", "written", "2026-10-31", "business_number", "1248100998", "name", "가람", "representative", "이대표", "item", "클라우드", "do", "plan").is(http.StatusOK, "발행할 수정세금계산서 2장", "곧 발급해야")

	w.press(at, "reason", "2", "arose", "2026-11-06", "supply", "-30000", "timing", "next-day", "seen", "0", "why", "단가 인하", "do", "order").is(http.StatusConflict, "아직 발행하지 않았습니다", "-33,000<i>원</i>")
	w.confirm(at, "plan", "order", "reason", "2", "arose", "2026-11-06", "supply", "-20000", "timing", "next-day", "seen", "0").is(http.StatusBadRequest, "수정하는 사유")
	w.confirm(at, "plan", "order", "reason", "2", "arose", "2026-11-06", "supply", "-20000", "timing", "next-day", "seen", "0", "why", "단가 인하").leads(http.StatusSeeOther, "/invoices/"+first+"?done=tax-amend")
	w.issueOrdered(taxWork("C0001", 2))
	w.get("/invoices/"+first).is(http.StatusOK, "단가 인하", "수정: 공급가액 변동", "88,000<i>원</i>", "-22,000<i>원</i>")
	w.get("/").is(http.StatusOK, "수정됨")
	w.press(at, "reason", "4", "arose", "2026-11-09", "do", "plan").is(http.StatusConflict, "전송이 끝난 뒤")
	w.transmit(taxWork("C0001", 2))
	w.confirm(at, "plan", "order", "reason", "4", "arose", "2026-11-09", "timing", "next-day", "seen", "0", "why", "다른 사유").is(http.StatusConflict, "그사이 수정되었습니다")
}

func TestChosen_customers_are_checked_and_issued_in_one_go(t *testing.T) {
	w := newServedWorld(t)
	w.press("/months/2026-10/tax", "do", "look").is(http.StatusBadRequest, "고객사를 먼저")
	look := func(do string) answer {
		form := "token=" + w.token() + "&customer=C0001&customer=C0002&customer=C0003&customer=C0099&customer=%3Cb%3E&do=" + do
		r := httptest.NewRequest(http.MethodPost, "/months/2026-10/tax", strings.NewReader(form))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		return w.do(r)
	}
	look("look").is(http.StatusOK, "발행할 2건의 합계", "348,150<i>원</i>", "확정되지 않아", "C0099", "이메일이 없어").lacks("<b>&", `value="C0003"`)
	look("next-day").is(http.StatusOK, "세금계산서 2건의 발행을 접수했습니다", firstTax, "202610-C0002-1")
	w.issueOrdered(taxWork("C0001", 1), taxWork("C0002", 1))
	w.get("/").is(http.StatusOK, "<b>2</b> 발행(전송 전)")
	look("look").is(http.StatusOK, "지금 발행할 수 있는 세금계산서가 없습니다")
}

func TestChosen_invoices_are_sent_and_those_that_cannot_be_say_why(t *testing.T) {
	w := newServedWorld(t)
	w.press("/months/2026-10/send", "customer", "C0001").leads(http.StatusSeeOther, "/months/2026-10?done=send-many")
	w.press("/months/2026-10/send", "customer", "C0002").is(http.StatusOK, "1건 가운데 0건", "나래커머스㈜", "이메일")
}

func TestA_card_is_charged_by_a_button_and_its_slip_stands_for_the_tax_invoice(t *testing.T) {
	w := newServedWorld(t)
	w.get("/invoices/"+first).is(http.StatusOK, "등록된 카드가 없습니다").lacks("지금 결제")
	w.card("C0001", simulatedportone.Card{})
	w.get("/invoices/"+first).is(http.StatusOK, "지금 결제", "5585-26**-****-3345", "사용 가능")
	w.press("/invoices/"+first+"/charge", "run", "x").is(http.StatusForbidden)
	w.press("/invoices/"+first+"/charge", "run", "1").leads(http.StatusSeeOther, "/invoices/"+first+"?done=charge")
	w.press("/invoices/"+first+"/charge", "run", "1").is(http.StatusSeeOther) // pressed twice: the same payment
	w.get("/invoices/"+first).is(http.StatusOK, "결제 완료", "카드 매출전표(세금계산서를 대신함)", "매출전표가 세금계산서를 대신합니다", "카드 결제 취소").lacks("지금 결제", "미리보기·발행")
	w.get("/").is(http.StatusOK, "카드 전표", "<b>1</b> 카드")

	payment := first + "-p1"
	w.press("/invoices/"+first+"/refund", "payment", payment, "left", "110,000", "amount", "200,000", "reason", "과다").is(http.StatusBadRequest, "이하여야")
	w.press("/invoices/"+first+"/refund", "payment", payment, "left", "110,000", "amount", "십만", "reason", "과다").is(http.StatusBadRequest, "읽을 수 없습니다")
	w.press("/invoices/"+first+"/refund", "payment", payment, "left", "110,000", "amount", "10.5", "reason", "과다").is(http.StatusBadRequest, "정수")
	w.press("/invoices/"+first+"/refund", "payment", payment, "left", "110,000", "amount", "11,000").is(http.StatusBadRequest, "사유")
	w.press("/invoices/"+first+"/refund", "payment", second+"-p1", "left", "1", "amount", "1", "reason", "x").is(http.StatusNotFound)
	w.press("/invoices/"+first+"/refund", "payment", payment, "left", "110,000", "amount", "11,000원", "reason", "일부 환불").leads(http.StatusSeeOther, "/invoices/"+first+"?done=refund")
	w.get("/invoices/"+first).is(http.StatusOK, "부분 취소", "일부 환불", `name="left" value="99,000"`)
	w.press("/invoices/"+first+"/refund", "payment", payment, "left", "110,000", "amount", "11,000", "reason", "다시").is(http.StatusConflict, "새로 고친 뒤")
	w.english("/invoices/"+first).is(http.StatusOK, "Give it back to the card", "₩99,000")
}

func TestA_declined_card_is_told_with_its_reason(t *testing.T) {
	w := newServedWorld(t)
	w.card("C0001", simulatedportone.Card{Limit: 1})
	w.press("/invoices/"+first+"/charge", "run", "1").is(http.StatusConflict, "카드가 결제되지 않았습니다", "결제 실패", "한도")
	w.get("/").is(http.StatusOK, "결제 실패", "한도")
	w.press("/matters/resolve", "matter", "none", "reason", "x").is(http.StatusNotFound)
}

func TestWhat_was_heard_of_a_mail_is_shown_with_it(t *testing.T) {
	w := newWorld(t)
	w.must(w.desk.MailFeedback(t.Context(), w.staff, mailID, invoice.Feedback{Kind: invoice.Bounced, At: opens, Reason: "mailbox full"}))
	w.get("/invoices/"+first).is(http.StatusOK, "반송", "mailbox full")
}

func TestWebhooks_come_from_anywhere_and_open_nothing_else(t *testing.T) {
	w := newServedWorld(t)
	post := func(path, body string) answer {
		r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
		r.Host = "hooks.example.net"
		r.Header.Set("Origin", "https://api.portone.io")
		r.Header.Set("Sec-Fetch-Site", "cross-site")
		return w.do(r)
	}
	if a := post("/webhooks/portone/hanbit", "{}"); a.Code == http.StatusForbidden && !strings.Contains(a.Body.String(), `"code"`) || a.Code == http.StatusOK {
		t.Errorf("an unsigned webhook is answered %d: %s", a.Code, a.Body)
	}
	post("/webhooks/portone/nobody", "{}").is(http.StatusNotFound)
	post("/webhooks/elsewhere", "{}").is(http.StatusNotFound)
	post("/webhooks/../clock/move", "to=day").lacks("token")
	post("/invoices/"+first+"/charge", "run=1").is(http.StatusForbidden)
	for _, path := range []string{"/charge", "/refund", "/tax", "/tax/" + firstTax + "/cancel", "/tax/" + firstTax + "/mail", "/tax/" + firstTax + "/amend"} {
		r := httptest.NewRequest(http.MethodPost, "/invoices/"+first+path, strings.NewReader("do=next-day"))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		w.do(r).is(http.StatusForbidden) // without the token
	}
}

func TestWhat_the_card_service_cannot_do_now_is_no_success(t *testing.T) {
	w := newServedWorld(t)
	w.card("C0001", simulatedportone.Card{})
	w.cashier = closed{w.cashier}
	w.open()
	w.known = ""
	w.press("/invoices/"+first+"/charge", "run", "1").is(http.StatusServiceUnavailable, "답하지 않습니다").lacks("결제했습니다")
}
