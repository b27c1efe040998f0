package intake_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"testing"
	"time"

	simulator "jeongsan/infra/simulator/popbill"
	"jeongsan/internal/calendar"
	"jeongsan/internal/customer"
	"jeongsan/internal/fault"
	"jeongsan/internal/intake"
	"jeongsan/internal/money"
	"jeongsan/internal/popbill"
	"jeongsan/internal/settlement"
	"jeongsan/internal/settlement/settlementtest"
	"jeongsan/internal/taxinvoice"
	"jeongsan/internal/tenant"
)

const (
	linkID   = "TESTER"
	linkKey  = "SwWxqU+0TErBXy/9TVjIPEnI0VTUMMSQZtJf3Ed8q3I="
	shutDown = "8888888888"
)

// taxStage is Popbill on loopback, with the office's MSP as a member.
func taxStage(t *testing.T, clock calendar.Clock, points int64) (*simulator.Simulator, intake.Popbill) {
	t.Helper()
	profile := settlementtest.Profile()
	sim, err := simulator.New(simulator.Options{
		Now: clock.Now, LinkID: linkID, SecretKey: linkKey,
		Members:    []simulator.Member{{CorpNum: profile.BusinessNumber, CorpName: profile.Name, Points: points, Certificate: simulator.Certificate{Expires: clock.Now().AddDate(1, 0, 0)}}},
		Businesses: []simulator.Business{{CorpNum: shutDown, State: popbill.Closed, TaxType: 10, Since: "20260930"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(sim)
	t.Cleanup(server.Close)
	client, err := popbill.New(popbill.Config{LinkID: linkID, SecretKey: linkKey, Test: true, AuthURL: server.URL, ServiceURL: server.URL, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	return sim, intake.PopbillOf(client, profile)
}

func clockAt(day string) *calendar.Manual {
	return calendar.NewManual(calendar.MustDate(day).Start().Add(10 * time.Hour))
}

// octoberTax is a tax invoice as the flow hands it over.
func octoberTax(n int) taxinvoice.TaxInvoice {
	p := settlementtest.Profile()
	written := calendar.MustDate("2026-10-31")
	c := taxinvoice.Content{
		Written: written, Kind: customer.Taxed, Purpose: taxinvoice.ForPayment, BuyerKind: customer.Business,
		Supplier: taxinvoice.Party{BusinessNumber: p.BusinessNumber, Name: p.Name, Representative: p.Representative, Address: p.Address, BusinessType: "서비스", Industry: "클라우드", Phone: p.Phone, Email: p.Email},
		Buyer:    taxinvoice.Party{BusinessNumber: "1008100008", Name: "고객 주식회사", Representative: "이고객", Contact: "박담당", Email: "tax@example.com"},
		Lines:    []taxinvoice.Line{{Date: written, Item: "네이버클라우드 서비스_2026년 10월", Quantity: d("1"), UnitPrice: d("1000005"), Supply: money.Won(1_000_005), VAT: money.Won(100_000)}},
		Supply:   money.Won(1_000_005), VAT: money.Won(100_000), Total: money.Won(1_100_005), Remarks: []string{"비고"}, Volume: 1, Issue: 2, Serial: "7",
	}
	return taxinvoice.TaxInvoice{Key: taxinvoice.Key(october, "C0001", n), Customer: "C0001", Month: october, Sequence: n, Content: c, Timing: taxinvoice.NextDay}
}

func TestA_tax_invoice_is_found_at_Popbill_as_it_was_issued_and_a_key_is_taken_once(t *testing.T) {
	_, s := taxStage(t, clockAt("2026-11-06"), 10_000)
	ctx := t.Context()
	if _, err := s.Find(ctx, octoberTax(1).Key); !fault.Is(err, fault.NotFound) {
		t.Errorf("before: %v", err)
	}
	confirmation, err := s.Issue(ctx, octoberTax(1), false)
	if err != nil || len(confirmation) != 24 {
		t.Fatalf("%q, %v", confirmation, err)
	}
	doc, err := s.Find(ctx, octoberTax(1).Key)
	if err != nil {
		t.Fatal(err)
	}
	c := octoberTax(1).Content
	if doc.Provider != taxinvoice.Signed || doc.Confirmation != confirmation || doc.Written != c.Written || doc.Supply != c.Supply || doc.VAT != c.VAT || doc.Buyer != c.Buyer.BusinessNumber || doc.BuyerState != taxinvoice.Operating {
		t.Errorf("%+v", doc)
	}
	if _, err := s.Issue(ctx, octoberTax(1), false); !errors.Is(err, settlement.ErrTaxKeyTaken) || !fault.Is(err, fault.Conflict) {
		t.Errorf("a second time: %v", err)
	}
	found, err := s.FindMany(ctx, []string{octoberTax(1).Key, octoberTax(2).Key})
	if err != nil || len(found) != 1 || found[0].Key != octoberTax(1).Key {
		t.Errorf("%+v, %v", found, err)
	}
	for what, read := range map[string]func(context.Context, string) ([]byte, error){"<TaxInvoice": s.XML, "%PDF": s.PDF} {
		if file, err := read(ctx, octoberTax(1).Key); err != nil || !bytes.Contains(file, []byte(what)) {
			t.Errorf("%s: %.60s, %v", what, file, err)
		}
	}
	if url, err := s.PrintURL(ctx, octoberTax(1).Key); err != nil || url == "" {
		t.Errorf("%q, %v", url, err)
	}
	if err := s.Mail(ctx, octoberTax(1).Key, "again@example.com"); err != nil {
		t.Error(err)
	}
}

func TestWhat_Popbill_sends_off_cannot_be_cancelled_and_what_it_cancelled_cannot_be_sent(t *testing.T) {
	_, s := taxStage(t, clockAt("2026-11-06"), 10_000)
	ctx := t.Context()
	for n := 1; n <= 2; n++ {
		if _, err := s.Issue(ctx, octoberTax(n), false); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Transmit(ctx, octoberTax(1).Key); err != nil {
		t.Fatal(err)
	}
	for what, err := range map[string]error{"sent twice": s.Transmit(ctx, octoberTax(1).Key), "cancelled too late": s.Cancel(ctx, octoberTax(1).Key, "늦음")} {
		if !fault.Is(err, fault.Conflict) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if err := s.Cancel(ctx, octoberTax(2).Key, "금액 오류"); err != nil {
		t.Fatal(err)
	}
	if doc, err := s.Find(ctx, octoberTax(2).Key); err != nil || doc.Provider != taxinvoice.Withdrawn {
		t.Errorf("%+v, %v", doc, err)
	}
	if err := s.Cancel(ctx, octoberTax(2).Key, "금액 오류"); !fault.Is(err, fault.Conflict) {
		t.Errorf("cancelled twice: %v", err)
	}
}

func TestAn_amended_tax_invoice_names_its_reason_and_the_original(t *testing.T) {
	clock := clockAt("2026-11-06")
	_, s := taxStage(t, clock, 10_000)
	ctx := t.Context()
	confirmation, err := s.Issue(ctx, octoberTax(1), false)
	if err != nil {
		t.Fatal(err)
	}
	if err := clock.Advance(100 * time.Hour); err != nil {
		t.Fatal(err)
	}
	doc, err := s.Find(ctx, octoberTax(1).Key)
	if err != nil || doc.Provider != taxinvoice.Accepted || doc.Result != "SUC001" || doc.Transmitted.IsZero() {
		t.Fatalf("%+v, %v", doc, err)
	}
	x := octoberTax(2)
	c := &x.Content
	c.Amends = &taxinvoice.Amends{Reason: taxinvoice.DuplicateMistake, Original: confirmation}
	c.Supply, c.VAT, c.Total = c.Supply.Neg(), c.VAT.Neg(), c.Total.Neg()
	c.Lines[0].Supply, c.Lines[0].VAT, c.Lines[0].Quantity = c.Supply, c.VAT, d("-1")
	if _, err := s.Issue(ctx, x, false); err != nil {
		t.Fatal(err)
	}
	if doc, err := s.Find(ctx, x.Key); err != nil || doc.Supply != c.Supply {
		t.Errorf("%+v, %v", doc, err)
	}
}

func TestPopbills_standing_and_the_states_of_businesses_are_told_in_our_words(t *testing.T) {
	sim, s := taxStage(t, clockAt("2026-11-06"), 250)
	ctx := t.Context()
	standing, err := s.Standing(ctx)
	if err != nil || !standing.Certificate.Registered || standing.Points.Canonical() != "250" || standing.UnitCost.Canonical() != "100" || standing.SendsAtOnce {
		t.Errorf("%+v, %v", standing, err)
	}
	businesses, err := s.Businesses(ctx, []string{shutDown, "1008100008"})
	if err != nil || businesses[shutDown].Operation != taxinvoice.Closed || businesses[shutDown].Since.String() != "2026-09-30" || businesses["1008100008"].Operation != taxinvoice.Operating {
		t.Errorf("%+v, %v", businesses, err)
	}
	sim.SetMember(simulator.Member{CorpNum: s.Member.CorpNum, Points: 250, SendsAtOnce: true})
	if standing, err = s.Standing(ctx); err != nil || standing.Certificate.Registered || !standing.SendsAtOnce {
		t.Errorf("without a certificate: %+v, %v", standing, err)
	}
	_, err = s.Issue(ctx, octoberTax(1), false)
	if code := fault.CodeOf(err); code == "" || code == fault.UnknownOutcome || code == fault.Unavailable {
		t.Errorf("issued without a certificate: %v", err)
	}
}

func TestA_content_that_has_no_word_at_Popbill_is_refused_before_anything_is_sent(t *testing.T) {
	_, s := taxStage(t, clockAt("2026-11-06"), 250)
	for what, edit := range map[string]func(*taxinvoice.Content){
		"a kind of tax":  func(c *taxinvoice.Content) { c.Kind = "odd" },
		"four remarks":   func(c *taxinvoice.Content) { c.Remarks = make([]string, 4) },
		"another amount": func(c *taxinvoice.Content) { c.Supply = money.New(100, money.USD) },
		"another line":   func(c *taxinvoice.Content) { c.Lines[0].VAT = money.New(100, money.USD) },
	} {
		x := octoberTax(1)
		edit(&x.Content)
		if _, err := s.Issue(t.Context(), x, false); err == nil {
			t.Errorf("%s was issued", what)
		}
	}
}

func TestA_thousand_tax_invoices_are_a_thousand_at_Popbill_although_one_answer_in_twenty_is_lost(t *testing.T) {
	const many = 1_000
	o := settlementtest.Open("2026-10-31 09:00")
	var used []settlementtest.Usage
	var orders []settlement.TaxOrder
	for n := 1; n <= many; n++ {
		o.Register(n, func(c *customer.Customer) { c.BusinessNumber = "1008100008" })
		used = append(used, settlementtest.Uses(n, settlementtest.Row("Server", fmt.Sprint(1000*n))))
		orders = append(orders, settlement.TaxOrder{Customer: settlementtest.Customer(n).ID, Timing: taxinvoice.NextDay})
	}
	o.Provider.States(settlementtest.Public, october, used...)
	o.Pull(settlementtest.Public, october)
	o.At("2026-11-06 10:00")
	for n := 1; n <= many; n++ {
		o.Bill(n, october)
	}
	sim, service := taxStage(t, o.World.Clock, 1_000_000)
	sim.On(simulator.Match{Op: "registIssue", Times: -1, PerMille: 50, Seed: 1}, simulator.CutAfter())
	desk := o.Desk(o.World.Process())
	desk.Taxes = func(context.Context, tenant.Profile) (settlement.TaxService, error) { return service, nil }
	rows, err := desk.RequestIssue(t.Context(), o.Staff(), october, orders)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		if r.Err != nil {
			t.Fatal(r.Err)
		}
	}
	open, err := desk.OpenTax(t.Context(), o.Tenant)
	if err != nil || len(open) != many {
		t.Fatalf("%d are open, %v", len(open), err)
	}
	for _, w := range open {
		if err := desk.IssueTax(t.Context(), o.Job(), w); err != nil {
			t.Fatal(err)
		}
	}
	all, err := taxinvoice.List(t.Context(), o.World.Store, o.Tenant, october, "")
	if err != nil {
		t.Fatal(err)
	}
	confirmed := map[string]bool{}
	for _, x := range all {
		if x.State != taxinvoice.Issued {
			t.Fatalf("%s is %s", x.Key, x.State)
		}
		confirmed[x.Confirmation] = true
	}
	asked := 0
	for _, c := range sim.Calls() {
		if c.Op == "getInfo" {
			asked++
		}
	}
	if asked < 25 || asked > 75 {
		t.Errorf("%d answers were lost", asked)
	}
	if documents := sim.Documents(); len(documents) != many || len(confirmed) != many {
		t.Errorf("%d at Popbill, %d here", len(documents), len(confirmed))
	}
}
