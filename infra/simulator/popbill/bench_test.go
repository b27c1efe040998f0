package popbill_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"sync"
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
	supplier  = "1234567891"
	other     = "1008100008"
	buyer     = "8888888888"
)

var member = popbill.Member{CorpNum: supplier, UserID: "settler"}

// bench is a provider, a client of it, and the clock that moves the documents.
type bench struct {
	*simulator.Simulator
	*popbill.Client
	t     *testing.T
	clock *calendar.Manual
	url   string

	mu       sync.Mutex
	hooks    []popbill.Event
	hookFail int // so many deliveries are refused first
	onHook   func(popbill.Event)
}

var ctx = context.Background()

// open starts on a Thursday afternoon, 5 November 2026.
func open(t *testing.T, change ...func(*simulator.Options)) *bench {
	t.Helper()
	b := &bench{t: t, clock: calendar.NewManual(time.Date(2026, 11, 5, 14, 0, 0, 0, calendar.Seoul))}
	certificate := simulator.Certificate{Expires: time.Date(2027, 6, 30, 0, 0, 0, 0, calendar.Seoul)}
	o := simulator.Options{
		Now: b.clock.Now, LinkID: linkID, SecretKey: secretKey,
		Members: []simulator.Member{
			{CorpNum: supplier, CorpName: "공급자 주식회사", Points: 1_000_000, Certificate: certificate},
			{CorpNum: other, CorpName: "다른 주식회사", Points: 1_000_000, Certificate: certificate},
		},
		Deliver: b.receive,
	}
	for _, f := range change {
		f(&o)
	}
	var err error
	if b.Simulator, err = simulator.New(o); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(b.Simulator)
	t.Cleanup(server.Close)
	b.url = server.URL
	b.Client = connect(t, server.URL, secretKey, time.Now)
	return b
}

func connect(t *testing.T, url, secret string, now func() time.Time) *popbill.Client {
	t.Helper()
	c, err := popbill.New(popbill.Config{LinkID: linkID, SecretKey: secret, Test: true, AuthURL: url, ServiceURL: url, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (b *bench) receive(_ context.Context, h http.Header, body []byte) error {
	e, err := popbill.ParseWebhook(h, body)
	if err != nil {
		return err
	}
	b.mu.Lock()
	b.hooks = append(b.hooks, e)
	refuse := b.hookFail > 0
	b.hookFail--
	b.mu.Unlock()
	if refuse {
		return errors.New("not now")
	}
	if b.onHook != nil {
		b.onHook(e)
	}
	return nil
}

// at moves the clock to a moment in Seoul and lets the provider catch up.
func (b *bench) at(moment string) {
	b.t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04", moment, calendar.Seoul)
	if err != nil {
		b.t.Fatal(err)
	}
	if err := b.clock.Set(at); err != nil {
		b.t.Fatal(err)
	}
	b.tick()
}

func (b *bench) tick() int {
	b.t.Helper()
	n, err := b.Tick(ctx)
	if err != nil {
		b.t.Fatal(err)
	}
	return n
}

// october is an ordinary document: a month of cloud usage.
func october(key string, change ...func(*popbill.IssueRequest)) popbill.IssueRequest {
	day := popbill.On(calendar.MustDate("2026-10-31"))
	in := popbill.IssueRequest{Invoice: popbill.Invoice{
		IssueType: popbill.NormalIssue, TaxType: popbill.Taxed, ChargeDirection: popbill.ChargeSupplier, WriteDate: day, PurposeType: popbill.Claim,
		SupplyCostTotal: 1_000_000, TaxTotal: 100_000, TotalAmount: 1_100_000, Remark1: "10월 클라우드 이용료", InvoicerMgtKey: key,
		InvoicerCorpNum: supplier, InvoicerCorpName: "공급자 주식회사", InvoicerCEOName: "홍길동", InvoicerAddr: "서울시 강남구", InvoicerBizType: "서비스", InvoicerBizClass: "소프트웨어",
		InvoiceeType: popbill.Company, InvoiceeCorpNum: buyer, InvoiceeCorpName: "고객 주식회사", InvoiceeCEOName: "김고객", InvoiceeEmail1: "acc@example.com",
		DetailList: []popbill.Line{{SerialNum: 1, PurchaseDT: day, ItemName: "클라우드 이용료", Qty: popbill.Number{Decimal: money.Int(1)}, UnitCost: popbill.Number{Decimal: money.Int(1_000_000)}, SupplyCost: 1_000_000, Tax: 100_000}},
	}}
	for _, f := range change {
		f(&in)
	}
	return in
}

// amounts sets supply and tax, in all and of the one item.
func amounts(supply, tax popbill.Won) func(*popbill.IssueRequest) {
	return func(in *popbill.IssueRequest) {
		in.SupplyCostTotal, in.TaxTotal, in.TotalAmount = supply, tax, supply+tax
		in.DetailList[0].SupplyCost, in.DetailList[0].Tax = supply, tax
	}
}

func written(date string) func(*popbill.IssueRequest) {
	return func(in *popbill.IssueRequest) { in.WriteDate = popbill.On(calendar.MustDate(date)) }
}

func amends(code int, original string) func(*popbill.IssueRequest) {
	return func(in *popbill.IssueRequest) { in.ModifyCode, in.OrgNTSConfirmNum = code, original }
}

// issue issues a document that must be taken.
func (b *bench) issue(key string, change ...func(*popbill.IssueRequest)) popbill.Done {
	b.t.Helper()
	done, err := b.RegistIssue(ctx, member, october(key, change...))
	if err != nil {
		b.t.Fatal(err)
	}
	return done
}

func (b *bench) info(key string) popbill.Info {
	b.t.Helper()
	i, err := b.Info(ctx, member, key)
	if err != nil {
		b.t.Fatal(err)
	}
	return i
}

// codeOf is the provider's number in an error, 0 when there is none.
func codeOf(err error) int64 {
	var r *popbill.Refusal
	if errors.As(err, &r) {
		return r.Code
	}
	return 0
}
