package popbill_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	simulator "jeongsan/infra/simulator/popbill"
	"jeongsan/internal/fault"
	"jeongsan/internal/popbill"
)

func TestAn_invoice_goes_to_the_tax_office_at_three_of_the_next_business_day(t *testing.T) {
	b := open(t)
	b.at("2026-11-06 16:00") // Friday
	b.issue("K-1")
	for _, c := range []struct {
		at    string
		state int
	}{
		{"2026-11-08 15:30", popbill.Issued}, // Sunday
		{"2026-11-09 14:59", popbill.Issued}, // Monday
		{"2026-11-09 15:00", popbill.BeforeSend},
		{"2026-11-09 15:01", popbill.SendQueued},
		{"2026-11-09 15:02", popbill.Sending},
		{"2026-11-09 15:19", popbill.Sending},
		{"2026-11-09 15:20", popbill.Sent},
	} {
		b.at(c.at)
		if i := b.info("K-1"); i.StateCode != c.state {
			t.Errorf("%s: %d", c.at, i.StateCode)
		}
	}
	if i := b.info("K-1"); i.NTSSendErrCode != "SUC001" || i.NTSResultDT.IsZero() || i.NTSSendDT.IsZero() {
		t.Errorf("%+v", i)
	}
	if _, err := b.CancelIssue(ctx, member, "K-1", ""); codeOf(err) != -11002030 || !fault.Is(err, fault.Conflict) {
		t.Errorf("cancelling what has arrived: %v", err)
	}
	if _, err := b.SendToNTS(ctx, member, "K-1"); codeOf(err) != -11004005 {
		t.Errorf("sending what has arrived: %v", err)
	}
}

func TestChristmas_is_no_business_day(t *testing.T) {
	b := open(t)
	b.at("2026-12-24 16:00") // Thursday
	b.issue("K-1", written("2026-12-24"))
	b.at("2026-12-28 14:59") // Monday
	if i := b.info("K-1"); i.StateCode != popbill.Issued {
		t.Errorf("%d", i.StateCode)
	}
	b.at("2026-12-28 15:20")
	if i := b.info("K-1"); i.StateCode != popbill.Sent {
		t.Errorf("%d", i.StateCode)
	}
}

func TestSending_at_once_takes_minutes(t *testing.T) {
	b := open(t)
	b.issue("K-1")
	if _, err := b.SendToNTS(ctx, member, "K-1"); err != nil {
		t.Fatal(err)
	}
	if i := b.info("K-1"); i.StateCode != popbill.BeforeSend {
		t.Errorf("%d", i.StateCode)
	}
	if _, err := b.CancelIssue(ctx, member, "K-1", ""); codeOf(err) != -11002030 {
		t.Errorf("cancelling what is on its way: %v", err)
	}
	b.at("2026-11-05 14:03")
	if i := b.info("K-1"); i.StateCode != popbill.Sent {
		t.Errorf("%d", i.StateCode)
	}
}

func TestA_member_may_have_everything_sent_at_once(t *testing.T) {
	b := open(t, func(o *simulator.Options) { o.Members[0].SendsAtOnce = true })
	if at, err := b.SendsAtOnce(ctx, member); err != nil || !at {
		t.Fatal(at, err)
	}
	b.issue("K-1")
	if i := b.info("K-1"); i.StateCode != popbill.BeforeSend {
		t.Errorf("%d", i.StateCode)
	}
}

func TestThe_tax_office_may_refuse(t *testing.T) {
	b := open(t)
	b.RejectAtNTS("K-1", "ERR002")
	b.issue("K-1")
	b.issue("K-2")
	b.at("2026-11-06 15:20")
	if i := b.info("K-1"); i.StateCode != popbill.SendFailed || i.NTSSendErrCode != "ERR002" {
		t.Errorf("%+v", i)
	}
	if i := b.info("K-2"); i.StateCode != popbill.Sent {
		t.Errorf("%+v", i)
	}
	if _, err := b.Delete(ctx, member, "K-1"); err != nil {
		t.Errorf("a failed document cannot be deleted: %v", err)
	}
}

func TestAmendments_follow_the_original(t *testing.T) {
	b := open(t)
	original := b.issue("K-1").NTSConfirmNum
	if _, err := b.RegistIssue(ctx, member, october("M-1", amends(4, original), amounts(-1_000_000, -100_000), written("2026-11-05"))); codeOf(err) != -11001056 || !fault.Is(err, fault.Conflict) {
		t.Fatalf("amending before the original has arrived: %v", err)
	}
	b.at("2026-11-06 15:20")
	foreign, err := b.RegistIssue(ctx, popbill.Member{CorpNum: other}, october("F-1", func(in *popbill.IssueRequest) { in.InvoicerCorpNum = other }))
	if err != nil {
		t.Fatal(err)
	}
	exempt := b.issue("E-1", amounts(500_000, 0), func(in *popbill.IssueRequest) { in.TaxType = popbill.Exempt }).NTSConfirmNum
	b.at("2026-11-10 09:00")
	zeroRated := func(in *popbill.IssueRequest) { in.TaxType = popbill.ZeroRated }
	for what, c := range map[string]struct {
		code   int64
		change []func(*popbill.IssueRequest)
	}{
		"another supplier's original":          {-11001057, []func(*popbill.IssueRequest){amends(1, foreign.NTSConfirmNum)}},
		"a positive return":                    {-11001010, []func(*popbill.IssueRequest){amends(3, original), amounts(1_000, 100)}},
		"a positive cancellation":              {-11001010, []func(*popbill.IssueRequest){amends(4, original)}},
		"more than there was":                  {-11001118, []func(*popbill.IssueRequest){amends(2, original), amounts(-1_000_010, -100_001)}},
		"a taxed amendment of an exempt one":   {-11001080, []func(*popbill.IssueRequest){amends(2, exempt)}},
		"an exempt amendment of a taxed one":   {-11001081, []func(*popbill.IssueRequest){amends(2, original), amounts(-1_000, 0), func(in *popbill.IssueRequest) { in.TaxType = popbill.Exempt }}},
		"a letter of credit with another date": {-11002052, []func(*popbill.IssueRequest){amends(5, original), written("2026-11-01")}},
	} {
		if _, err := b.RegistIssue(ctx, member, october("X", c.change...)); codeOf(err) != c.code {
			t.Errorf("%s: %v", what, err)
		}
	}
	for i, change := range [][]func(*popbill.IssueRequest){
		{amends(1, original), amounts(-1_000_000, -100_000)}, {amends(1, original), amounts(900_000, 90_000)},
		{amends(2, original), amounts(-50_000, -5_000), written("2026-11-09")},
		{amends(3, original), amounts(-10_000, -1_000), written("2026-11-09")},
		{amends(4, original), amounts(-1_000_000, -100_000), written("2026-11-09")},
		{amends(5, original), amounts(-1_000_000, -100_000)}, {amends(5, original), amounts(1_000_000, 0), zeroRated},
		{amends(6, original), amounts(-1_000_000, -100_000)},
	} {
		b.issue(fmt.Sprintf("M-%d", i), change...)
	}
	text, err := b.XML(ctx, member, "M-6")
	if err != nil {
		t.Fatal(err)
	}
	if nts, err := popbill.ParseXML(text); err != nil || nts.TypeCode != "0202" || nts.Amendment != "05" || nts.Original != original {
		t.Errorf("%+v %v", nts, err)
	}
	b.at("2027-01-21 09:00")
	if _, err := b.RegistIssue(ctx, member, october("X", amends(5, original))); codeOf(err) != -11002010 {
		t.Errorf("a letter of credit after 20 January: %v", err)
	}
}

func TestA_bulk_submission_is_received_worked_and_told(t *testing.T) {
	b := open(t)
	invoices := []popbill.Invoice{october("B-1").Invoice, october("B-2", written("2026-11-30")).Invoice, october("B-3").Invoice}
	receipt, err := b.SubmitBulk(ctx, member, "2026-10-BULK-1", invoices, false)
	if err != nil || receipt.ReceiptID == "" {
		t.Fatal(receipt, err)
	}
	if _, err := b.SubmitBulk(ctx, member, "2026-10-BULK-1", invoices, false); !popbill.IsSubmitIDUsed(err) {
		t.Errorf("the same submission again: %v", err)
	}
	if state, err := b.BulkState(ctx, member, "2026-10-BULK-1"); err != nil || state.State != popbill.BulkReceived || len(b.Documents()) != 0 {
		t.Errorf("%+v %v", state, err)
	}
	b.at("2026-11-05 14:01")
	state, err := b.BulkState(ctx, member, "2026-10-BULK-1")
	if err != nil || state.State != popbill.BulkDone || state.SuccessCount != 2 || state.FailCount != 1 || state.SubmitCount != 3 {
		t.Fatalf("%+v %v", state, err)
	}
	if r := state.Results[0]; r.Err() != nil || r.NTSConfirmNum != b.info("B-1").NTSConfirmNum {
		t.Errorf("%+v", r)
	}
	if err := state.Results[1].Err(); codeOf(err) != -11002009 || !fault.Is(err, fault.Invalid) {
		t.Errorf("%v", err)
	}
	if _, err := b.BulkState(ctx, member, "never"); !fault.Is(err, fault.NotFound) {
		t.Error(err)
	}
	twice := []popbill.Invoice{october("B-9").Invoice, october("B-9").Invoice}
	if _, err := b.SubmitBulk(ctx, member, "S-2", twice, false); codeOf(err) != -11010029 {
		t.Error(err)
	}
	if _, err := b.SubmitBulk(ctx, member, "S-3", make([]popbill.Invoice, 101), false); !fault.Is(err, fault.Invalid) {
		t.Error(err)
	}
}

func TestWebhooks_tell_of_every_step_that_matters(t *testing.T) {
	b := open(t)
	b.issue("K-1")
	b.issue("K-2")
	if _, err := b.CancelIssue(ctx, member, "K-2", ""); err != nil {
		t.Fatal(err)
	}
	b.tick()
	b.at("2026-11-06 16:00")
	var got []string
	ids := map[string]bool{}
	for _, e := range b.hooks {
		got = append(got, fmt.Sprintf("%s %s %d", e.Key, e.Type, e.StateCode))
		ids[e.ID] = true
	}
	if want := "K-1 Issue 300; K-2 Issue 300; K-2 CancelIssue 600; K-1 NTS 301; K-1 NTS 304"; strings.Join(got, "; ") != want || len(ids) != 5 {
		t.Errorf("%s", strings.Join(got, "; "))
	}
	if b.tick() != 0 {
		t.Error("a webhook that was taken came again")
	}
}

func TestA_webhook_that_is_not_taken_comes_four_times(t *testing.T) {
	b := open(t)
	b.hookFail = 99
	b.issue("K-1")
	for range 10 {
		b.tick()
		if err := b.clock.Advance(5 * time.Minute); err != nil {
			t.Fatal(err)
		}
	}
	if len(b.hooks) != 4 || b.hooks[0].ID != b.hooks[3].ID {
		t.Errorf("%d sends", len(b.hooks))
	}
}

func TestWebhooks_can_come_twice_and_backward(t *testing.T) {
	b := open(t)
	b.MixWebhooks(2, true)
	b.issue("K-1")
	b.at("2026-11-06 16:00")
	var got []string
	for _, e := range b.hooks {
		got = append(got, fmt.Sprint(e.StateCode))
	}
	if strings.Join(got, " ") != "304 304 301 301 300 300" {
		t.Error(got)
	}
}

func TestThe_receiver_of_a_webhook_may_ask_the_provider(t *testing.T) {
	b := open(t)
	seen := 0
	b.onHook = func(e popbill.Event) {
		if b.info(e.Key).StateCode == popbill.Issued {
			seen++
		}
	}
	b.issue("K-1")
	b.tick()
	if seen != 1 {
		t.Error("the receiver was not answered")
	}
}

func TestA_restart_loses_nothing(t *testing.T) {
	var saved []byte
	keep := func(o *simulator.Options) {
		o.Save = func(state []byte) error { saved = append([]byte(nil), state...); return nil }
	}
	b := open(t, keep)
	first := b.issue("K-1")
	if _, err := b.SubmitBulk(ctx, member, "S-1", []popbill.Invoice{october("B-1").Invoice}, false); err != nil {
		t.Fatal(err)
	}
	b.RejectAtNTS("B-1", "ERR003")
	b.issue("K-2") // saves what was scripted, too
	again := open(t, keep)
	if err := again.Restore(saved); err != nil {
		t.Fatal(err)
	}
	if i := again.info("K-1"); i.NTSConfirmNum != first.NTSConfirmNum {
		t.Errorf("%+v", i)
	}
	again.at("2026-11-06 16:00")
	if i := again.info("K-1"); i.StateCode != popbill.Sent {
		t.Errorf("%+v", i)
	}
	if i := again.info("B-1"); i.StateCode != popbill.SendFailed {
		t.Errorf("%+v", i)
	}
	if points, err := again.Points(ctx, member); err != nil || points.Canonical() != fmt.Sprint(1_000_000-3*simulator.UnitCost) {
		t.Errorf("%s %v", points, err)
	}
	if len(again.hooks) < 6 {
		t.Errorf("webhooks that waited were lost: %+v", again.hooks)
	}
	state, err := again.State()
	if err != nil || again.Restore(state) != nil {
		t.Error(err)
	}
	if err := again.Restore([]byte("{")); err == nil {
		t.Error("half a state was taken")
	}
}
