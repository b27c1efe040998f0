package popbill_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	simulator "jeongsan/infra/simulator/popbill"
	"jeongsan/internal/calendar"
	"jeongsan/internal/fault"
	"jeongsan/internal/popbill"
)

func TestAn_issued_invoice_has_its_approval_number_and_can_be_read_in_every_form(t *testing.T) {
	b := open(t)
	done := b.issue("K-1")
	i := b.info("K-1")
	if done.NTSConfirmNum == "" || len(done.NTSConfirmNum) != 24 || !strings.HasPrefix(done.NTSConfirmNum, "20261031") || i.NTSConfirmNum != done.NTSConfirmNum {
		t.Errorf("%+v %+v", done, i)
	}
	if i.StateCode != popbill.Issued || i.SupplyCostTotal != 1_000_000 || i.WriteDate.String() != "2026-10-31" || i.CloseDownState == nil || *i.CloseDownState != popbill.Open || !i.IssueDT.Equal(b.clock.Now()) {
		t.Errorf("%+v", i)
	}
	detail, err := b.Detail(ctx, member, "K-1")
	if err != nil || detail.DetailList[0].ItemName != "클라우드 이용료" || detail.InvoiceeEmail1 != "acc@example.com" || detail.NTSConfirmNum != done.NTSConfirmNum {
		t.Errorf("%+v %v", detail, err)
	}
	text, err := b.XML(ctx, member, "K-1")
	if err != nil {
		t.Fatal(err)
	}
	nts, err := popbill.ParseXML(text)
	if err != nil || nts.IssueID != done.NTSConfirmNum || nts.TypeCode != "0101" || nts.GrandTotal != 1_100_000 || nts.Invoicee.ID != buyer || nts.Invoicer.BizType != "서비스" || nts.Purpose != "02" || len(nts.Lines) != 1 || nts.Lines[0].Tax != 100_000 {
		t.Errorf("%+v %v", nts, err)
	}
	if !bytes.Contains(text, []byte("SIMULATED")) {
		t.Error("the XML does not say that it is simulated")
	}
	pdf, err := b.PDF(ctx, member, "K-1")
	if err != nil || !bytes.HasPrefix(pdf, []byte("%PDF-1.4")) || !bytes.Contains(pdf, []byte(done.NTSConfirmNum)) || !bytes.HasSuffix(pdf, []byte("%%EOF\n")) {
		t.Errorf("%.60q %v", pdf, err)
	}
	logs, err := b.Logs(ctx, member, "K-1")
	if err != nil || len(logs) != 2 || logs[1].Text != "발행" {
		t.Errorf("%+v %v", logs, err)
	}
	if points, err := b.Points(ctx, member); err != nil || points.Canonical() != fmt.Sprint(1_000_000-simulator.UnitCost) {
		t.Errorf("%s %v", points, err)
	}
}

func TestPages_open_for_half_a_minute_and_the_one_in_the_mail_for_ever(t *testing.T) {
	wall := calendar.NewManual(time.Now())
	b := open(t, func(o *simulator.Options) { o.Wall = wall.Now })
	b.issue("K-1")
	b.issue("K-2")
	view, err1 := b.URL(ctx, member, "K-1", popbill.PageView)
	mail, err2 := b.URL(ctx, member, "K-1", popbill.PageMail)
	file, err3 := b.URL(ctx, member, "K-1", popbill.PagePDF)
	both, err4 := b.MassPrintURL(ctx, member, []string{"K-1", "K-2"})
	cert, err5 := b.CertificateURL(ctx, member)
	if err1 != nil || err2 != nil || err3 != nil || err4 != nil || err5 != nil {
		t.Fatal(err1, err2, err3, err4, err5)
	}
	get := func(url string) (int, string) {
		resp, err := http.Get(url)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, string(body)
	}
	for url, want := range map[string]string{view: "고객 주식회사", mail: "고객 주식회사", file: "%PDF", cert: "모의 팝빌"} {
		if status, body := get(url); status != 200 || !strings.Contains(body, want) {
			t.Errorf("%s: %d %.200s", url, status, body)
		}
	}
	if _, body := get(both); strings.Count(body, "승인번호") != 2 {
		t.Errorf("mass print: %s", body)
	}
	if status, _ := get(strings.Replace(view, "K-1", "K-2", 1)); status != 403 {
		t.Errorf("another document's page opened with this seal: %d", status)
	}
	if err := wall.Advance(31 * time.Second); err != nil {
		t.Fatal(err)
	}
	if status, _ := get(view); status != 403 {
		t.Errorf("after 31 seconds: %d", status)
	}
	if status, _ := get(mail); status != 200 {
		t.Errorf("the mail's page after 31 seconds: %d", status)
	}
}

func TestWrong_documents_are_refused_and_nothing_is_kept(t *testing.T) {
	long := func(n int) string { return strings.Repeat("가", n) }
	for what, c := range map[string]struct {
		code   int64
		change func(*popbill.IssueRequest)
	}{
		"no buyer's name":                        {-11001022, func(in *popbill.IssueRequest) { in.InvoiceeCorpName = "" }},
		"no buyer's representative":              {-11001023, func(in *popbill.IssueRequest) { in.InvoiceeCEOName = "" }},
		"a buyer's name of 201 letters":          {-11001088, func(in *popbill.IssueRequest) { in.InvoiceeCorpName = long(201) }},
		"a buyer's address of 301 letters":       {-11001090, func(in *popbill.IssueRequest) { in.InvoiceeAddr = long(301) }},
		"a remark of 151 letters":                {-11001100, func(in *popbill.IssueRequest) { in.Remark1 = long(151) }},
		"an item name of 101 letters":            {-11001064, func(in *popbill.IssueRequest) { in.DetailList[0].ItemName = long(101) }},
		"a memo of 201 letters":                  {-11001087, func(in *popbill.IssueRequest) { in.Memo = long(201) }},
		"a wrong check digit of the buyer":       {-11001021, func(in *popbill.IssueRequest) { in.InvoiceeCorpNum = "1234567890" }},
		"a buyer's number of nine digits":        {-11001061, func(in *popbill.IssueRequest) { in.InvoiceeCorpNum = "123456789" }},
		"a person without a resident number":     {-11001062, func(in *popbill.IssueRequest) { in.InvoiceeType = popbill.Individual }},
		"a foreigner with a number of their own": {-11001063, func(in *popbill.IssueRequest) { in.InvoiceeType = popbill.Foreigner }},
		"a foreigner without a remark": {-11001007, func(in *popbill.IssueRequest) {
			in.InvoiceeType, in.InvoiceeCorpNum, in.Remark1 = popbill.Foreigner, "9999999999999", ""
		}},
		"another supplier than the member":  {-11001000, func(in *popbill.IssueRequest) { in.InvoicerCorpNum = other }},
		"a supplier's number that is none":  {-11001014, func(in *popbill.IssueRequest) { in.InvoicerCorpNum = "1234567890" }},
		"a branch number of three digits":   {-11001026, func(in *popbill.IssueRequest) { in.InvoiceeTaxRegID = "001" }},
		"a total that is not the sum":       {-11001044, func(in *popbill.IssueRequest) { in.TotalAmount++ }},
		"signs that differ":                 {-11001045, amounts(1_000_000, -100_000)},
		"a tax 1,001 won off":               {-11001133, amounts(1_000_000, 101_001)},
		"a zero-rated invoice with tax":     {-11001034, func(in *popbill.IssueRequest) { in.TaxType = popbill.ZeroRated }},
		"an exempt invoice with tax":        {-11001072, func(in *popbill.IssueRequest) { in.TaxType = popbill.Exempt }},
		"cash that is not the total":        {-11001046, func(in *popbill.IssueRequest) { in.Cash = 5 }},
		"taxes of items that do not add up": {-11001073, func(in *popbill.IssueRequest) { in.DetailList[0].Tax-- }},
		"100 items":                         {-11001047, func(in *popbill.IssueRequest) { in.DetailList = make([]popbill.Line, 100) }},
		"two items of one number":           {-11001105, func(in *popbill.IssueRequest) { in.DetailList = append(in.DetailList, in.DetailList[0]) }},
		"an item without a number":          {-11001048, func(in *popbill.IssueRequest) { in.DetailList[0].SerialNum = 0 }},
		"six more contacts":                 {-11001074, func(in *popbill.IssueRequest) { in.AddContactList = make([]popbill.Contact, 6) }},
		"a contact without a mail": {-11001076, func(in *popbill.IssueRequest) {
			in.AddContactList = []popbill.Contact{{SerialNum: 1, ContactName: "x"}}
		}},
		"a key with a blank":                     {-11001120, func(in *popbill.IssueRequest) { in.InvoicerMgtKey = "K 1" }},
		"a key of 25 letters":                    {-11001120, func(in *popbill.IssueRequest) { in.InvoicerMgtKey = strings.Repeat("K", 25) }},
		"no key":                                 {-11001035, func(in *popbill.IssueRequest) { in.InvoicerMgtKey = "" }},
		"no date":                                {-11001001, func(in *popbill.IssueRequest) { in.WriteDate = popbill.Date{} }},
		"tomorrow's date":                        {-11002009, written("2026-11-06")},
		"September, past the tenth of October":   {-11002014, written("2026-09-30")},
		"a purpose nobody knows":                 {-11001004, func(in *popbill.IssueRequest) { in.PurposeType = "선물" }},
		"a tax type nobody knows":                {-11001005, func(in *popbill.IssueRequest) { in.TaxType = "반세" }},
		"reverse charging":                       {-11001006, func(in *popbill.IssueRequest) { in.ChargeDirection = "역과금" }},
		"an amendment for a reason nobody knows": {-11001009, amends(7, strings.Repeat("1", 24))},
		"an amendment of nothing":                {-11004011, amends(1, "")},
		"an amendment of a short number":         {-11004010, amends(1, "123")},
		"an amendment of what does not exist":    {-11001055, amends(1, strings.Repeat("1", 24))},
	} {
		t.Run(what, func(t *testing.T) {
			b := open(t)
			_, err := b.RegistIssue(ctx, member, october("K-1", c.change))
			if codeOf(err) != c.code {
				t.Fatalf("%v", err)
			}
			if text := fault.TextOf(err); strings.Contains(text.KO, "코드") {
				t.Errorf("our catalogue has no words for %d: %s", c.code, text.KO)
			}
			if n := len(b.Documents()); n != 0 {
				t.Errorf("%d documents are kept", n)
			}
		})
	}
}

func TestLimits_themselves_are_allowed(t *testing.T) {
	b := open(t)
	b.issue(strings.Repeat("K", 24), amounts(1_000_000, 101_000), func(in *popbill.IssueRequest) {
		in.InvoiceeCorpName, in.Remark2 = strings.Repeat("가", 200), strings.Repeat("나", 150)
		in.Cash, in.Credit = 1_000, 1_100_000
	})
	b.issue("late", written("2026-09-30"), func(in *popbill.IssueRequest) { in.ForceIssue = true })
	if !b.info("late").LateIssue {
		t.Error("a forced issue past the deadline is not marked late")
	}
	b.at("2026-11-10 23:59") // the last day for October
	b.issue("in-time")
	b.at("2026-11-11 00:00")
	if _, err := b.RegistIssue(ctx, member, october("too-late")); !popbill.IsLate(err) {
		t.Error(err)
	}
}

func TestCertificate_and_points_are_checked_at_issue(t *testing.T) {
	b := open(t)
	good := simulator.Member{CorpNum: supplier, Points: simulator.UnitCost, Certificate: simulator.Certificate{Expires: b.clock.Now().AddDate(0, 0, 1)}}
	for what, c := range map[string]struct {
		code   int64
		change func(*simulator.Member)
		is     func(error) bool
	}{
		"none":          {-10002009, func(m *simulator.Member) { m.Certificate = simulator.Certificate{} }, popbill.IsCertificate},
		"expired":       {-10004003, func(m *simulator.Member) { m.Certificate.Expires = b.clock.Now() }, popbill.IsCertificate},
		"revoked":       {-10004004, func(m *simulator.Member) { m.Certificate.Revoked = true }, popbill.IsCertificate},
		"a point short": {-99005005, func(m *simulator.Member) { m.Points-- }, popbill.IsShortOfPoints},
	} {
		m := good
		c.change(&m)
		b.SetMember(m)
		if _, err := b.RegistIssue(ctx, member, october("K-1")); codeOf(err) != c.code || !c.is(err) {
			t.Errorf("%s: %v", what, err)
		}
		if checked := b.CheckCertificate(ctx, member); (what != "a point short") != popbill.IsCertificate(checked) {
			t.Errorf("%s: the check says %v", what, checked)
		}
	}
	b.SetMember(good)
	b.issue("K-1")
	if _, err := b.RegistIssue(ctx, member, october("K-2")); !popbill.IsShortOfPoints(err) {
		t.Errorf("the second issue with points for one: %v", err)
	}
	if at, err := b.CertificateExpiry(ctx, member); err != nil || !at.Equal(good.Certificate.Expires) {
		t.Errorf("%s %v", at, err)
	}
}

func TestA_key_is_taken_once_and_freed_by_deleting(t *testing.T) {
	b := open(t)
	first := b.issue("K-1")
	if _, err := b.RegistIssue(ctx, member, october("K-1")); !popbill.IsDuplicate(err) || !fault.Is(err, fault.Conflict) {
		t.Fatalf("the same key again: %v", err)
	}
	if _, err := b.Delete(ctx, member, "K-1"); codeOf(err) != -11002005 {
		t.Fatalf("deleting what is issued: %v", err)
	}
	if _, err := b.CancelIssue(ctx, member, "K-1", "금액 오류"); err != nil {
		t.Fatal(err)
	}
	if _, err := b.RegistIssue(ctx, member, october("K-1")); !popbill.IsDuplicate(err) {
		t.Fatalf("a cancelled document keeps its key: %v", err)
	}
	if _, err := b.Delete(ctx, member, "K-1"); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Info(ctx, member, "K-1"); !popbill.IsNotFound(err) || !fault.Is(err, fault.NotFound) {
		t.Fatalf("deleted: %v", err)
	}
	second := b.issue("K-1")
	if second.NTSConfirmNum == first.NTSConfirmNum {
		t.Error("an approval number was given twice")
	}
	if all := b.Documents(); len(all) != 2 || !all[0].Deleted || all[0].State != popbill.Cancelled || all[1].Deleted {
		t.Errorf("%+v", all)
	}
}

func TestOne_member_does_not_see_another_ones_documents(t *testing.T) {
	b := open(t)
	b.issue("K-1")
	if _, err := b.Info(ctx, popbill.Member{CorpNum: other}, "K-1"); !popbill.IsNotFound(err) {
		t.Error(err)
	}
	if _, err := b.CancelIssue(ctx, popbill.Member{CorpNum: other}, "K-1", ""); !popbill.IsNotFound(err) {
		t.Error(err)
	}
}

func TestA_draft_is_issued_later(t *testing.T) {
	b := open(t)
	if _, err := b.Register(ctx, member, october("K-1").Invoice); err != nil {
		t.Fatal(err)
	}
	if i := b.info("K-1"); i.StateCode != popbill.Draft || i.NTSConfirmNum != "" || !i.IssueDT.IsZero() {
		t.Errorf("%+v", i)
	}
	if _, err := b.PDF(ctx, member, "K-1"); codeOf(err) != -11010018 {
		t.Errorf("PDF of a draft: %v", err)
	}
	if _, err := b.XML(ctx, member, "K-1"); codeOf(err) != -11003019 {
		t.Errorf("XML of a draft: %v", err)
	}
	if _, err := b.SendToNTS(ctx, member, "K-1"); codeOf(err) != -11004002 {
		t.Errorf("sending a draft: %v", err)
	}
	done, err := b.Issue(ctx, member, "K-1", popbill.Issuing{Memo: "확인"})
	if err != nil || done.NTSConfirmNum == "" {
		t.Fatal(done, err)
	}
	if _, err := b.Issue(ctx, member, "K-1", popbill.Issuing{}); codeOf(err) != -11002051 {
		t.Errorf("issuing again: %v", err)
	}
}

func TestMail_goes_to_the_buyer_and_again_on_request(t *testing.T) {
	b := open(t)
	b.issue("K-1")
	if _, err := b.SendEmail(ctx, member, "K-1", "boss@example.com"); err != nil {
		t.Fatal(err)
	}
	if got := b.Documents()[0].Mails; strings.Join(got, " ") != "acc@example.com boss@example.com" {
		t.Error(got)
	}
}

func TestA_closed_buyer_is_not_refused_but_shown(t *testing.T) {
	b := open(t, func(o *simulator.Options) {
		o.Businesses = []simulator.Business{{CorpNum: buyer, State: 2, TaxType: 10, Since: "20260831"}}
	})
	b.issue("K-1")
	i := b.info("K-1")
	if i.CloseDownState == nil || *i.CloseDownState != popbill.Closed || i.CloseDownStateDate.String() != "2026-08-31" {
		t.Errorf("%+v", i)
	}
	b.tick()
	if len(b.hooks) != 2 || b.hooks[1].Type != popbill.EventClosedDown {
		t.Errorf("%+v", b.hooks)
	}
	states, err := b.BusinessStates(ctx, member, []string{buyer, supplier, "1234567890"})
	if err != nil || len(states) != 3 || *states[0].State != popbill.Closed || states[0].StateDate.String() != "2026-08-31" || *states[1].State != popbill.Open || *states[2].State != popbill.NotRegistered {
		t.Errorf("%+v %v", states, err)
	}
	one, err := b.BusinessState(ctx, member, buyer)
	if err != nil || *one.State != popbill.Closed || *one.TaxType != 10 {
		t.Errorf("%+v %v", one, err)
	}
}

func TestMany_documents_are_read_at_once_and_found(t *testing.T) {
	b := open(t)
	var keys []string
	for i := range 25 {
		key := fmt.Sprintf("K-%02d", i)
		keys = append(keys, key)
		b.issue(key, written(fmt.Sprintf("2026-10-%02d", i+1)))
	}
	all, err := b.Infos(ctx, member, append(keys, "missing"))
	if err != nil || len(all) != 25 {
		t.Fatalf("%d %v", len(all), err)
	}
	search := popbill.Search{By: popbill.ByWritten, From: calendar.MustDate("2026-10-05"), To: calendar.MustDate("2026-10-20"), State: []string{"3**"}, Text: "고객 주식", OldestFirst: true, PerPage: 10, Page: 2}
	found, err := b.Search(ctx, member, search)
	if err != nil || found.Total != 16 || found.PageCount != 2 || len(found.List) != 6 || found.List[0].InvoicerMgtKey != "K-14" {
		t.Errorf("%+v %v", found, err)
	}
	search.State = []string{"304", "6**"}
	if found, err = b.Search(ctx, member, search); err != nil || found.Total != 0 {
		t.Errorf("%+v %v", found, err)
	}
	search.To = calendar.MustDate("2027-04-06")
	if _, err = b.Search(ctx, member, search); codeOf(err) != -11001119 {
		t.Errorf("more than six months: %v", err)
	}
}
