package pages_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"jeongsan/internal/due"
	"jeongsan/internal/fault"
	"jeongsan/internal/invoice"
	"jeongsan/internal/mail"
)

// workbook is what staff made out of the generated workbook of an invoice: it has lost the name of its number.
func (w *world) workbook(number string) io.Reader {
	w.t.Helper()
	ref, err := invoice.ParseNumber(number)
	w.must(err)
	head, _, err := invoice.Load(w.t.Context(), w.store, w.staff.Tenant, ref.Month, ref.Customer)
	w.must(err)
	r, _, err := w.bucket.Open(w.t.Context(), head.Documents.XLSX)
	w.must(err)
	defer r.Close()
	book, err := excelize.OpenReader(r)
	w.must(err)
	defer book.Close()
	w.must(book.DeleteDefinedName(&excelize.DefinedName{Name: "JEONGSAN_NUMBER"}))
	content, err := book.WriteToBuffer()
	w.must(err)
	return content
}

func TestA_workbook_is_put_in_the_place_of_ours_and_taken_back(t *testing.T) {
	w := newWorld(t)
	path := "/invoices/" + second
	w.upload(path+"/upload", "수정본.xlsx", w.workbook(first)).leads(http.StatusSeeOther, path+"?done=upload")
	w.get(path+"?done=upload").is(http.StatusOK, "수정본.xlsx", "110,000<i>원</i>", "-128,150<i>원</i>", "차이를 없애야 합니다", "올린 파일이 이 청구서의 파일이 되었습니다")
	w.get(path+"/files/uploaded").leads(http.StatusSeeOther, "http://127.0.0.1:8080/files/")
	w.get("/").is(http.StatusOK, "올린 파일")

	w.press(path+"/take-back").is(http.StatusBadRequest, "사유를 적어 주세요", "수정본.xlsx")
	w.press(path+"/take-back", "reason", "잘못 올림").leads(http.StatusSeeOther, path+"?done=take-back")
	w.get(path).is(http.StatusOK).lacks("수정본.xlsx")
	w.press(path+"/take-back", "reason", "다시").is(http.StatusConflict, "올린 파일이 없습니다")
}

func TestA_file_that_is_no_workbook_leaves_the_invoice_as_it_was(t *testing.T) {
	w := newWorld(t)
	path := "/invoices/" + second + "/upload"
	w.upload(path, "청구서.pdf", strings.NewReader("%PDF-1.4")).is(http.StatusBadRequest, "청구서.pdf", "나래커머스㈜", "다른 엑셀로 바꾸기")
	w.upload(path, "빈 파일.xlsx", strings.NewReader("")).is(http.StatusBadRequest, "빈 파일")
	w.press(path).is(http.StatusBadRequest, "올릴 파일을 골라 주세요")
	w.get("/invoices/" + second).is(http.StatusOK).lacks("올린 파일 회수")
}

func TestA_file_that_is_too_large_is_refused_in_words(t *testing.T) {
	w := newWorld(t)
	path := "/invoices/" + second + "/upload"
	w.upload(path, "큰 파일.xlsx", io.LimitReader(endless{}, 12<<20)).is(http.StatusRequestEntityTooLarge, "10 MiB")
	r := httptest.NewRequest(http.MethodPost, "/clock/move", io.LimitReader(endless{}, 1<<20))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w.do(r).is(http.StatusRequestEntityTooLarge)
	r = httptest.NewRequest(http.MethodPost, path, strings.NewReader("--x\r\n"))
	r.Header.Set("Content-Type", "multipart/form-data; boundary=y")
	w.do(r).is(http.StatusBadRequest, "양식을 읽을 수 없습니다")
}

// endless is a file without an end.
type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}

func TestA_send_is_asked_for_once_and_followed_until_its_mail_is_out(t *testing.T) {
	w := newWorld(t)
	path := "/invoices/" + first
	w.press(path+"/send").leads(http.StatusSeeOther, path+"?done=send&send=2")
	waiting, err := due.Ready(t.Context(), w.store, w.clock.Now(), 10)
	w.must(err)
	sends := 0
	for _, item := range waiting {
		if item.Job == "send" {
			sends++
		}
	}
	if sends != 1 {
		t.Fatalf("%d sends wait in the outbox: %v", sends, waiting)
	}
	w.get(path+"?done=send&send=2").is(http.StatusOK, "메일을 보내는 중입니다", `http-equiv="refresh"`)
	w.send("C0001", 2)
	w.get(path+"?done=send&send=2").is(http.StatusOK, "2차", "발송을 처리했습니다").lacks("http-equiv")
	w.get("/").is(http.StatusOK, "2회")
}

func TestA_send_that_cannot_be_made_says_why_on_the_invoices_page(t *testing.T) {
	w := newWorld(t)
	w.press("/invoices/"+second+"/send").is(http.StatusBadRequest, "담당자 이메일이 없습니다", "청구 내역")
	w.press("/invoices/"+third+"/send").is(http.StatusConflict, "확정되지 않아 발송할 수 없습니다")
	w.press("/invoices/HANBIT-202610-C0009-1/send").is(http.StatusNotFound)
}

var linkInMail = regexp.MustCompile(`http://127\.0\.0\.1:8080(/d/\S+)`)

// mailedLink is the path of the link in the first mail.
func (w *world) mailedLink() string {
	w.t.Helper()
	m, err := w.mailbox.Get(w.t.Context(), mailID)
	w.must(err)
	found := linkInMail.FindStringSubmatch(m.Text)
	if found == nil {
		w.t.Fatalf("the mail holds no link:\n%s", m.Text)
	}
	return found[1]
}

func TestThe_link_of_a_mail_opens_the_document_until_it_is_withdrawn(t *testing.T) {
	w := newWorld(t)
	link := w.mailedLink()
	to := w.get(link).leads(http.StatusFound, "http://127.0.0.1:8080/files/books/hanbit/invoice/"+first).Header()
	if to.Get("Referrer-Policy") != "no-referrer" || to.Get("Cache-Control") != "no-store" {
		t.Errorf("the token may leak: %v", to)
	}
	u, err := url.Parse(to.Get("Location"))
	w.must(err)
	w.get(u.RequestURI()).is(http.StatusOK, "PK")

	path := "/invoices/" + first
	w.get(path).is(http.StatusOK, "까지 열림")
	w.press(path+"/revoke").is(http.StatusBadRequest, "사유를 적어 주세요")
	w.press(path+"/revoke", "reason", "잘못된 수신자").leads(http.StatusSeeOther, path+"?done=revoke")
	w.get(path).is(http.StatusOK, "회수됨").lacks("까지 열림")
	w.get(link).is(http.StatusNotFound, "만료되었거나 회수되었습니다", "has expired or was withdrawn")
}

func TestA_stranger_with_a_wrong_link_learns_nothing_else(t *testing.T) {
	w := newWorld(t)
	link := w.mailedLink()
	w.press("/invoices/"+first+"/revoke", "reason", "테스트")
	withdrawn := w.get(link).is(http.StatusNotFound).Body.String()
	for _, token := range []string{"x", "hanbit.AAAA", "nobody.AAAA", "..%2f..", "%3Cscript%3E"} {
		a := w.get("/d/"+token).is(http.StatusNotFound).lacks("한빛", "hanbit", "<nav", "token", "script")
		if a.Body.String() != withdrawn {
			t.Errorf("%q is told something else than a withdrawn link:\n%s", token, a.Body)
		}
	}
}

func TestA_mail_that_went_wrong_is_shown_by_its_gravest_state(t *testing.T) {
	w := newWorld(t)
	w.desk.Mail = refusing{w.mailbox}
	w.send("C0001", 2)
	w.get("/").is(http.StatusOK, "발송 불가")
	w.get("/invoices/"+first+"?done=send&send=2").is(http.StatusOK, "발송 불가", "받지 않는 주소입니다").lacks("http-equiv")
}

// refusing is a transport that takes nothing.
type refusing struct{ mail.Sender }

func (refusing) Send(_ context.Context, m mail.Message) (string, error) {
	return "", fault.Invalidf("to", fault.T("받지 않는 주소입니다.", "The address takes no mail."))
}
