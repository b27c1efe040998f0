// Package popbill holds nothing but a test: the official npm client of Popbill and ours make the same calls, each to a
// simulator of its own. Their requests must be the same, field by field, and what they read of the answers too. This
// keeps the simulator honest (the official client understands it) and our client (it asks what the official one asks).
package popbill

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http/httptest"
	"net/url"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	simulator "jeongsan/infra/simulator/popbill"
	"jeongsan/internal/calendar"
	"jeongsan/internal/money"
	"jeongsan/internal/popbill"
)

const (
	linkID    = "TESTER"
	secretKey = "SwWxqU+0TErBXy/9TVjIPEnI0VTUMMSQZtJf3Ed8q3I="
	supplier  = "1234567890" // of Popbill's own examples; its check digit is wrong
	buyer     = "8888888888"
	person    = "settler"
)

var (
	ctx    = context.Background()
	member = popbill.Member{CorpNum: supplier, UserID: person}
)

// pair is the two clients, each with a simulator of its own, under one clock.
type pair struct {
	t            *testing.T
	clock        *calendar.Manual
	theirs, ours *simulator.Simulator
	official     *official
	client       *popbill.Client
}

func newPair(t *testing.T) *pair {
	t.Helper()
	p := &pair{t: t, clock: calendar.NewManual(time.Date(2026, 11, 5, 14, 0, 0, 0, calendar.Seoul))}
	p.theirs, p.ours = p.simulator(), p.simulator()
	p.official = startOfficial(t, p.theirs)
	server := httptest.NewServer(p.ours)
	t.Cleanup(server.Close)
	var err error
	p.client, err = popbill.New(popbill.Config{LinkID: linkID, SecretKey: secretKey, Test: true, AuthURL: server.URL, ServiceURL: server.URL, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func (p *pair) simulator() *simulator.Simulator {
	p.t.Helper()
	s, err := simulator.New(simulator.Options{
		Now: p.clock.Now, LinkID: linkID, SecretKey: secretKey, AnyBusinessNumber: true,
		Members:    []simulator.Member{{CorpNum: supplier, CorpName: "공급자 주식회사", Points: 100_000, Certificate: simulator.Certificate{Expires: time.Date(2027, 6, 30, 0, 0, 0, 0, calendar.Seoul)}}},
		Businesses: []simulator.Business{{CorpNum: "1008100008", State: 2, TaxType: 10, Since: "20260831"}},
	})
	if err != nil {
		p.t.Fatal(err)
	}
	return s
}

// invoice is a document with every field we use, as an object of the official client's.
func invoice(t *testing.T, key string, change map[string]any) map[string]any {
	t.Helper()
	text, err := os.ReadFile("testdata/invoice.json")
	if err != nil {
		t.Fatal(err)
	}
	var out map[string]any
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatal(err)
	}
	out["invoicerMgtKey"] = key
	for name, value := range change {
		out[name] = value
	}
	return out
}

// typed is the same document as a value of ours.
func typed(t *testing.T, object map[string]any) popbill.Invoice {
	t.Helper()
	text, err := json.Marshal(object)
	if err != nil {
		t.Fatal(err)
	}
	var out popbill.Invoice
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// both makes a call with either client and compares the requests and what was read of the answers.
func both[T any](p *pair, ours func(*popbill.Client) (T, error), method string, args ...any) T {
	p.t.Helper()
	theirs := p.official.call(p.t, method, args...)
	value, err := ours(p.client)
	p.sameRequest(method)
	switch {
	case theirs.Error != nil:
		var r *popbill.Refusal
		if !errors.As(err, &r) || r.Code != theirs.Error.Code {
			p.t.Errorf("%s: the official client reads %d, ours %v", method, theirs.Error.Code, err)
		}
	case err != nil:
		p.t.Errorf("%s: ours: %v; the official client reads %s", method, err, theirs.Value)
	default:
		p.sameAnswer(method, theirs.Value, value)
	}
	return value
}

// sameRequest compares the last request of either client, tokens left aside.
func (p *pair) sameRequest(method string) {
	p.t.Helper()
	a, b := lastCall(p.theirs), lastCall(p.ours)
	if a.Op != b.Op || a.Key != b.Key || a.URI != b.URI {
		p.t.Errorf("%s: the official client asks %s %s, ours %s %s", method, a.Op, a.URI, b.Op, b.URI)
	}
	for _, name := range []string{"X-HTTP-Method-Override", "x-pb-submit-id", "Content-Type"} {
		if a.Op != "getBalance" && a.Op != "getPartnerBalance" && a.Header.Get(name) != b.Header.Get(name) {
			p.t.Errorf("%s: %s is %q, ours %q", method, name, a.Header.Get(name), b.Header.Get(name))
		}
	}
	if !reflect.DeepEqual(decoded(a.Body), decoded(b.Body)) {
		p.t.Errorf("%s: the official client sends\n%s\nours\n%s", method, a.Body, b.Body)
	}
}

func lastCall(s *simulator.Simulator) simulator.Call {
	calls := s.Calls()
	for i := len(calls) - 1; i >= 0; i-- {
		if calls[i].Op != "getToken" {
			return calls[i]
		}
	}
	return simulator.Call{}
}

func decoded(body []byte) any {
	var v any
	if json.Unmarshal(body, &v) != nil {
		return string(body)
	}
	return v
}

// sameAnswer reads what the official client gave its caller as our type. Addresses of pages differ in host and seal.
func (p *pair) sameAnswer(method string, theirs json.RawMessage, ours any) {
	p.t.Helper()
	if address, ok := ours.(string); ok {
		var other string
		_ = json.Unmarshal(theirs, &other)
		a, err1 := url.Parse(other)
		b, err2 := url.Parse(address)
		if err1 != nil || err2 != nil || a.Path != b.Path || a.Query().Get("key") != b.Query().Get("key") || a.Host == "" {
			p.t.Errorf("%s: %q, ours %q", method, other, address)
		}
		return
	}
	if _, ok := ours.(popbill.Time); ok && strings.Contains(string(theirs), "2027") {
		return // the official client gives its caller a text in the language of the machine
	}
	read := reflect.New(reflect.TypeOf(ours))
	if err := json.Unmarshal(theirs, read.Interface()); err != nil {
		p.t.Errorf("%s: what the official client gives is not our type: %v: %s", method, err, theirs)
		return
	}
	if !reflect.DeepEqual(read.Elem().Interface(), ours) {
		p.t.Errorf("%s: the official client reads\n%s\nours\n%+v", method, theirs, ours)
	}
}

func (p *pair) at(moment string) {
	p.t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04", moment, calendar.Seoul)
	if err != nil {
		p.t.Fatal(err)
	}
	if err := p.clock.Set(at); err != nil {
		p.t.Fatal(err)
	}
}

type (
	done   = popbill.Done
	client = *popbill.Client
)

func TestThe_official_client_and_ours_say_and_hear_the_same(t *testing.T) {
	p := newPair(t)
	p.beforeIssue()
	first := p.issueAndRead()
	p.change()
	p.amend(first)
	p.bulk()
	p.refusals()
}

func (p *pair) beforeIssue() {
	both(p, func(c client) (popbill.Certificate, error) { return c.Certificate(ctx, member) }, "getTaxCertInfo", supplier, person)
	both(p, func(c client) (popbill.Time, error) { return c.CertificateExpiry(ctx, member) }, "getCertificateExpireDate", supplier, person)
	both(p, func(c client) (any, error) {
		return map[string]any{"code": 1.0, "message": "처리되었습니다."}, c.CheckCertificate(ctx, member)
	}, "checkCertValidation", supplier, person)
	both(p, func(c client) (string, error) { return c.CertificateURL(ctx, member) }, "getTaxCertURL", supplier, person)
	both(p, func(c client) (string, error) { return c.ChargeURL(ctx, member) }, "getChargeURL", supplier, person)
	both(p, func(c client) (bool, error) { return c.SendsAtOnce(ctx, member) }, "getSendToNTSConfig", supplier, person)
	both(p, func(c client) (money.Decimal, error) { return c.UnitCost(ctx, member) }, "getUnitCost", supplier)
	both(p, func(c client) (popbill.Charge, error) { return c.Charge(ctx, member) }, "getChargeInfo", supplier, person)
	both(p, func(c client) (money.Decimal, error) { return c.Points(ctx, member) }, "getBalance", supplier)
	both(p, func(c client) (money.Decimal, error) { return c.PartnerPoints(ctx, member) }, "getPartnerBalance", supplier)
	both(p, func(c client) (any, error) {
		is, err := c.IsMember(ctx, supplier)
		return map[string]any{"code": map[bool]float64{true: 1}[is], "message": "가입"}, err
	}, "checkIsMember", supplier)
	both(p, func(c client) (popbill.BusinessState, error) { return c.BusinessState(ctx, member, "1008100008") }, "closedown.checkCorpNum", supplier, "1008100008", person)
	numbers := []string{buyer, "1008100008"}
	both(p, func(c client) ([]popbill.BusinessState, error) { return c.BusinessStates(ctx, member, numbers) }, "closedown.checkCorpNums", supplier, numbers, person)
}

// issueAndRead returns the approval number of the first document.
func (p *pair) issueAndRead() string {
	t := p.t
	plain := invoice(t, "20261031-CUST0001-01", nil)
	issued := both(p, func(c client) (done, error) {
		return c.RegistIssue(ctx, member, popbill.IssueRequest{Invoice: typed(t, plain)})
	}, "registIssue", supplier, plain)
	full := invoice(t, "20261031-CUST0001-02", map[string]any{"writeDate": "20260930"})
	both(p, func(c client) (done, error) {
		return c.RegistIssue(ctx, member, popbill.IssueRequest{Invoice: typed(t, full), WriteSpecification: true, ForceIssue: true, Memo: "정산 2026-09", EmailSubject: "[세금계산서] 9월", DealInvoiceMgtKey: "STMT-1"})
	}, "registIssue", supplier, full, true, true, "정산 2026-09", "[세금계산서] 9월", "STMT-1", person)

	const key = "20261031-CUST0001-01"
	keys := []string{key, "20261031-CUST0001-02", "MISSING"}
	both(p, func(c client) (popbill.Info, error) { return c.Info(ctx, member, key) }, "getInfo", supplier, "SELL", key)
	both(p, func(c client) ([]popbill.Info, error) { return c.Infos(ctx, member, keys) }, "getInfos", supplier, "SELL", keys)
	both(p, func(c client) (popbill.Detail, error) { return c.Detail(ctx, member, key) }, "getDetailInfo", supplier, "SELL", key)
	both(p, func(c client) ([]popbill.Log, error) { return c.Logs(ctx, member, key) }, "getLogs", supplier, "SELL", key)
	type xmlAnswer struct {
		RetObject string `json:"retObject"`
	}
	both(p, func(c client) (xmlAnswer, error) {
		text, err := c.XML(ctx, member, key)
		return xmlAnswer{string(text)}, err
	}, "getXML", supplier, "SELL", key)
	type file struct {
		Base64 string `json:"base64"`
	}
	both(p, func(c client) (file, error) {
		pdf, err := c.PDF(ctx, member, key)
		return file{base64.StdEncoding.EncodeToString(pdf)}, err
	}, "getPDF", supplier, "SELL", key)
	for method, page := range map[string]popbill.Page{
		"getViewURL": popbill.PageView, "getPopUpURL": popbill.PagePopup, "getPrintURL": popbill.PagePrint, "getEPrintURL": popbill.PageBuyer, "getPDFURL": popbill.PagePDF, "getMailURL": popbill.PageMail,
	} {
		both(p, func(c client) (string, error) { return c.URL(ctx, member, key, page) }, method, supplier, "SELL", key, person)
	}
	both(p, func(c client) (string, error) { return c.MassPrintURL(ctx, member, keys[:2]) }, "getMassPrintURL", supplier, "SELL", keys[:2], person)
	search := popbill.Search{
		By: popbill.ByWritten, From: calendar.MustDate("2026-09-01"), To: calendar.MustDate("2026-10-31"), State: []string{"3**", "6**"}, Type: []string{"N", "M"},
		TaxType: []string{"T", "N", "Z"}, LateOnly: true, Text: "고객 주식회사", Key: "CUST0001", PerPage: 10,
	}
	both(p, func(c client) (popbill.Found, error) { return c.Search(ctx, member, search) }, "search",
		supplier, "SELL", "W", "20260901", "20261031", []string{"3**", "6**"}, []string{"N", "M"}, []string{"T", "N", "Z"}, true, "D", 1, 10, "", "", "", "고객 주식회사", "", person, nil, nil, nil, "CUST0001")
	both(p, func(c client) (done, error) { return c.SendEmail(ctx, member, key, "boss@example.com") }, "sendEmail", supplier, "SELL", key, "boss@example.com", person)
	return issued.NTSConfirmNum
}

func (p *pair) change() {
	t := p.t
	const key = "20261031-CUST0002-01"
	draft := invoice(t, key, nil)
	both(p, func(c client) (done, error) { return c.Register(ctx, member, typed(t, draft)) }, "register", supplier, draft, person)
	both(p, func(c client) (done, error) {
		return c.Issue(ctx, member, key, popbill.Issuing{Memo: "발행 메모", EmailSubject: "메일 제목"})
	}, "issue", supplier, "SELL", key, "발행 메모", "메일 제목", false, person)
	both(p, func(c client) (done, error) { return c.CancelIssue(ctx, member, key, "발행취소 메모") }, "cancelIssue", supplier, "SELL", key, "발행취소 메모", person)
	both(p, func(c client) (done, error) { return c.Delete(ctx, member, key) }, "delete", supplier, "SELL", key, person)
	both(p, func(c client) (done, error) { return c.SendToNTS(ctx, member, "20261031-CUST0001-01") }, "sendToNTS", supplier, "SELL", "20261031-CUST0001-01", person)
}

func (p *pair) amend(original string) {
	t := p.t
	p.at("2026-11-05 15:00")
	sent := both(p, func(c client) (popbill.Info, error) { return c.Info(ctx, member, "20261031-CUST0001-01") }, "getInfo", supplier, "SELL", "20261031-CUST0001-01", person)
	if sent.StateCode != popbill.Sent || sent.NTSSendErrCode != "SUC001" {
		t.Errorf("%+v", sent)
	}
	negative := invoice(t, "20261105-CUST0001-01", map[string]any{
		"writeDate": "20261105", "supplyCostTotal": "-1000000", "taxTotal": "-100000", "totalAmount": "-1100000", "modifyCode": 4, "orgNTSConfirmNum": original, "cash": "", "credit": "",
		"detailList": []any{map[string]any{"serialNum": 1, "purchaseDT": "20261105", "itemName": "계약해제", "qty": "-1", "unitCost": "1000000", "supplyCost": "-1000000", "tax": "-100000"}},
	})
	both(p, func(c client) (done, error) {
		return c.RegistIssue(ctx, member, popbill.IssueRequest{Invoice: typed(t, negative)})
	}, "registIssue", supplier, negative)
}

func (p *pair) bulk() {
	t := p.t
	const id = "2026-10-BULK-1"
	objects := []map[string]any{invoice(t, "BULK-1", nil), invoice(t, "BULK-2", map[string]any{"writeDate": "20261231"})}
	var ours []popbill.Invoice
	for _, o := range objects {
		ours = append(ours, typed(t, o))
	}
	both(p, func(c client) (popbill.BulkReceipt, error) { return c.SubmitBulk(ctx, member, id, ours, true) }, "bulkSubmit", supplier, id, objects, true, person)
	both(p, func(c client) (popbill.Bulk, error) { return c.BulkState(ctx, member, id) }, "getBulkResult", supplier, id, person)
	p.at("2026-11-05 15:02")
	state := both(p, func(c client) (popbill.Bulk, error) { return c.BulkState(ctx, member, id) }, "getBulkResult", supplier, id, person)
	if state.SuccessCount != 1 || state.FailCount != 1 {
		t.Errorf("%+v", state)
	}
}

// refusals: the official client gets {code, message} for each, and ours the same number.
func (p *pair) refusals() {
	t := p.t
	future := invoice(t, "20261231-CUST0001-01", map[string]any{"writeDate": "20261231"})
	again := invoice(t, "20261031-CUST0001-01", nil)
	both(p, func(c client) (done, error) {
		return c.RegistIssue(ctx, member, popbill.IssueRequest{Invoice: typed(t, future)})
	}, "registIssue", supplier, future)
	both(p, func(c client) (done, error) {
		return c.RegistIssue(ctx, member, popbill.IssueRequest{Invoice: typed(t, again)})
	}, "registIssue", supplier, again)
	both(p, func(c client) (popbill.Info, error) { return c.Info(ctx, member, "MISSING") }, "getInfo", supplier, "SELL", "MISSING")
	both(p, func(c client) (done, error) { return c.CancelIssue(ctx, member, "20261031-CUST0001-01", "") }, "cancelIssue", supplier, "SELL", "20261031-CUST0001-01", "", person)
	for _, action := range []simulator.Action{simulator.Throttle(), simulator.DeclineWith(500, -11002009, "미래")} {
		p.theirs.On(simulator.Match{Op: "getInfo"}, action)
		p.ours.On(simulator.Match{Op: "getInfo"}, action)
		both(p, func(c client) (popbill.Info, error) { return c.Info(ctx, member, "MISSING") }, "getInfo", supplier, "SELL", "MISSING")
	}
	p.theirs.ExpireTokens()
	if a := p.official.call(t, "getInfo", supplier, "SELL", "MISSING"); a.Error == nil || a.Error.Code != -99000026 {
		t.Errorf("a run-out token: %+v", a)
	}
	if a := p.official.call(t, "getInfo", "9999999999", "SELL", "MISSING"); a.Error == nil || a.Error.Code != -99003008 {
		t.Errorf("nobody's number: %+v", a)
	}
}

func TestThe_lock_file_names_no_registry(t *testing.T) {
	text, err := os.ReadFile("package-lock.json")
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(text), "://") {
		t.Error("package-lock.json holds an address; install with the .npmrc of this folder")
	}
	for _, pinned := range []string{`"popbill": "1.64.2"`, `"linkhub": "1.8.2"`} {
		if !strings.Contains(string(text), pinned) {
			t.Errorf("%s is not pinned", pinned)
		}
	}
}
