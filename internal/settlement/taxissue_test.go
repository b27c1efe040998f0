package settlement_test

import (
	"fmt"
	"testing"
	"time"

	"jeongsan/internal/books"
	"jeongsan/internal/calendar"
	"jeongsan/internal/customer"
	"jeongsan/internal/due"
	"jeongsan/internal/fault"
	"jeongsan/internal/money"
	"jeongsan/internal/settlement"
	. "jeongsan/internal/settlement/settlementtest"
	"jeongsan/internal/taxinvoice"
)

func TestWhat_the_service_refuses_is_shown_with_its_reason_and_issued_again_under_the_next_key(t *testing.T) {
	o := final(1)()
	ctx, p := t.Context(), o.World.Process()
	o.Taxes.Refuses[work(1).Key()] = fault.Invalidf("invoiceeCorpNum", fault.T("공급받는자 사업자등록번호가 올바르지 않습니다.", "The buyer's business number is wrong."))
	must(t, requestTax(ctx, p, o, orderOf(taxinvoice.NextDay, "C0001")[0]))
	must(t, taxJobs(ctx, p, o))
	x := taxOf(t, o, work(1))
	if x.State != taxinvoice.Refused || x.Failure.KO != "공급받는자 사업자등록번호가 올바르지 않습니다." || o.Invoice(1, October).Money.TaxInvoice != "" {
		t.Fatalf("%+v", x)
	}
	o.Change(1, func(c *customer.Customer) { c.BusinessNumber = "8888888888" })
	order, err := desk(o).CopyTax(ctx, o.Tenant, work(1))
	must(t, err)
	must(t, requestTax(ctx, p, o, order))
	must(t, taxJobs(ctx, p, o))
	if again := taxOf(t, o, work(2)); again.State != taxinvoice.Issued || again.Content.Buyer.BusinessNumber != "8888888888" {
		t.Errorf("%+v", again)
	}
	history, err := desk(o).TaxHistory(ctx, o.Tenant, calendar.MustMonth("2026-12"), "C0001")
	if err != nil || len(history) != 2 {
		t.Errorf("%d in the history, %v", len(history), err)
	}
}

func TestWhat_the_tax_office_rejects_can_be_issued_again(t *testing.T) {
	o := taxed(taxinvoice.NextDay)()
	o.Taxes.Moves(work(1).Key(), taxinvoice.NotAccepted, "ERR002")
	must(t, desk(o).FollowTax(t.Context(), o.Job(), work(1)))
	x := taxOf(t, o, work(1))
	if x.State != taxinvoice.Rejected || x.Failure != taxinvoice.ResultText("ERR002") || o.Invoice(1, October).Money.TaxInvoice != "" {
		t.Fatalf("%+v", x)
	}
	must(t, requestTax(t.Context(), o.World.Process(), o, orderOf(taxinvoice.NextDay, "C0001")[0]))
	must(t, taxJobs(t.Context(), o.World.Process(), o))
	if x := taxOf(t, o, work(2)); x.State != taxinvoice.Issued {
		t.Errorf("%+v", x)
	}
}

func TestA_document_of_our_key_with_another_content_goes_to_a_person_and_is_left_alone(t *testing.T) {
	o := final(1)()
	ctx, p := t.Context(), o.World.Process()
	key := work(1).Key()
	o.Taxes.Edit(key, func(d *settlement.TaxDocument) {
		d.Provider, d.Supply, d.Buyer = taxinvoice.Signed, money.Won(7), "8888888888"
	})
	must(t, requestTax(ctx, p, o, orderOf(taxinvoice.NextDay, "C0001")[0]))
	must(t, taxJobs(ctx, p, o))
	if x := taxOf(t, o, work(1)); x.State != taxinvoice.InDoubt || o.Invoice(1, October).Money.TaxInvoice != key || len(o.Taxes.Calls()) != 0 {
		t.Fatalf("%+v, calls %v", x, o.Taxes.Calls())
	}
	must(t, desk(o).PollTax(ctx, o.Job()))
	must(t, desk(o).GiveUpTax(ctx, o.Staff(), work(1), "다른 프로그램에서 발행한 문서"))
	must(t, requestTax(ctx, p, o, orderOf(taxinvoice.NextDay, "C0001")[0]))
	must(t, taxJobs(ctx, p, o))
	if x := taxOf(t, o, work(2)); x.State != taxinvoice.Issued {
		t.Errorf("%+v", x)
	}
}

func TestAn_unknown_outcome_is_asked_for_by_a_ladder_until_a_person_must_look_and_heals_by_itself(t *testing.T) {
	o := final(1)()
	ctx := t.Context()
	o.Taxes.Silent, o.Taxes.Losing = true, 1
	must(t, requestTax(ctx, o.World.Process(), o, orderOf(taxinvoice.NextDay, "C0001")[0]))
	for range 10 {
		must(t, taxJobs(ctx, o.World.Process(), o))
		must(t, o.World.Clock.Advance(25*time.Hour))
	}
	if x := taxOf(t, o, work(1)); x.State != taxinvoice.InDoubt {
		t.Fatalf("it is %s", x.State)
	}
	if err := desk(o).GiveUpTax(ctx, o.Staff(), work(1), "없어 보임"); !fault.Is(err, fault.Unavailable) {
		t.Errorf("given up unheard: %v", err)
	}
	o.Taxes.Silent = false
	if err := desk(o).GiveUpTax(ctx, o.Staff(), work(1), "없어 보임"); err != nil {
		t.Error(err)
	}
	if x := taxOf(t, o, work(1)); x.State != taxinvoice.Issued || len(o.Taxes.Calls()) != 1 {
		t.Errorf("%s after %v", x.State, o.Taxes.Calls())
	}
}

func TestA_cancelled_tax_invoice_frees_the_invoice_and_one_on_its_way_does_not(t *testing.T) {
	t.Run("in time", func(t *testing.T) {
		o := taxed(taxinvoice.NextDay)()
		x, err := desk(o).CancelTax(t.Context(), o.Staff(), work(1), "금액 오류")
		if err != nil || x.State != taxinvoice.Cancelled || o.Invoice(1, October).Money.TaxInvoice != "" {
			t.Fatalf("%+v, %v", x, err)
		}
		if _, err := desk(o).CancelTax(t.Context(), o.Staff(), work(1), "금액 오류"); err != nil {
			t.Errorf("asked again: %v", err)
		}
		must(t, requestTax(t.Context(), o.World.Process(), o, orderOf(taxinvoice.NextDay, "C0001")[0]))
	})
	t.Run("by the service's state, whatever our clock says", func(t *testing.T) {
		o := taxed(taxinvoice.NextDay)()
		o.Taxes.Moves(work(1).Key(), taxinvoice.WillSend, "")
		x, err := desk(o).CancelTax(t.Context(), o.Staff(), work(1), "금액 오류")
		refused(t, err, fault.Conflict, "수정세금계산서")
		if x.State != taxinvoice.Sending || o.Invoice(1, October).Money.TaxInvoice == "" {
			t.Errorf("%+v", x)
		}
	})
	t.Run("in a minute again, where the answer is lost", func(t *testing.T) {
		o := taxed(taxinvoice.NextDay)()
		o.Taxes.Silent = true
		o.Taxes.Edit(work(1).Key(), func(d *settlement.TaxDocument) { d.Provider = taxinvoice.Saved })
		_, err := desk(o).CancelTax(t.Context(), o.Staff(), work(1), "금액 오류")
		refused(t, err, fault.UnknownOutcome, "자동으로 다시 확인")
		at, ok, err := due.Next(t.Context(), o.World.Store)
		if wait := at.Sub(o.World.Clock.Now()); err != nil || !ok || wait > time.Minute {
			t.Errorf("asked again after %s, %v", wait, err)
		}
	})
	t.Run("although the day has passed, while the service has not begun", func(t *testing.T) {
		o := taxed(taxinvoice.NextDay)()
		o.At("2026-11-09 16:00")
		if x, err := desk(o).CancelTax(t.Context(), o.Staff(), work(1), "금액 오류"); err != nil || x.State != taxinvoice.Cancelled {
			t.Errorf("%+v, %v", x, err)
		}
	})
}

func TestTimers_that_find_no_news_wait_longer_and_leave_the_rest_to_the_daily_poll(t *testing.T) {
	o := taxed(taxinvoice.NextDay)()
	asked := 0
	for asked < 20 {
		at, ok, err := due.Next(t.Context(), o.World.Store)
		must(t, err)
		if !ok {
			break
		}
		if at.After(o.World.Clock.Now()) {
			must(t, o.World.Clock.Set(at))
		}
		must(t, taxJobs(t.Context(), o.World.Process(), o))
		asked++
	}
	if asked < 4 || asked > 8 {
		t.Errorf("timers came %d times", asked)
	}
	o.Taxes.Reports(o.World.Clock.Now())
	must(t, desk(o).PollTax(t.Context(), o.Job()))
	if x := taxOf(t, o, work(1)); x.State != taxinvoice.Reported {
		t.Errorf("it is %s", x.State)
	}
}

func TestPrint_mail_and_memo_of_an_issued_tax_invoice(t *testing.T) {
	o := taxed(taxinvoice.NextDay)()
	ctx := t.Context()
	if url, err := desk(o).PrintTax(ctx, o.Staff(), work(1)); err != nil || url == "" {
		t.Errorf("%q, %v", url, err)
	}
	must(t, desk(o).MailTax(ctx, o.Staff(), work(1), "tax@example.com"))
	if _, err := desk(o).MemoTax(ctx, o.Staff(), work(1), "담당자 확인 완료"); err != nil {
		t.Error(err)
	}
	if x := taxOf(t, o, work(1)); x.Memo != "담당자 확인 완료" {
		t.Errorf("memo %q", x.Memo)
	}
	refused(t, desk(o).MailTax(ctx, o.Staff(), work(1), "nobody"), fault.Invalid, "nobody")
	if xml, err := desk(o).TaxXML(ctx, o.Tenant, work(1)); err != nil || len(xml) == 0 {
		t.Errorf("%s, %v", xml, err)
	}
	if calls := o.Taxes.Calls(); calls[len(calls)-1] != "mail 202610-C0001-1 tax@example.com" {
		t.Errorf("%v", calls)
	}
}

func TestAnother_MSP_reaches_none_of_our_tax_invoices(t *testing.T) {
	o := taxed(taxinvoice.NextDay)()
	ctx, stranger := t.Context(), o.Stranger()
	calls, commits := len(o.Taxes.Calls()), len(o.World.Commits())
	for what, err := range map[string]error{
		"follow": desk(o).FollowTax(ctx, stranger, work(1)),
		"issue":  desk(o).IssueTax(ctx, stranger, work(1)),
		"mail":   desk(o).MailTax(ctx, stranger, work(1), "x@example.com"),
		"cancel": second(desk(o).CancelTax(ctx, stranger, work(1), "x")),
		"memo":   second(desk(o).MemoTax(ctx, stranger, work(1), "x")),
		"PDF":    second(desk(o).TaxPDF(ctx, stranger.Tenant, work(1))),
		"copy":   second(desk(o).CopyTax(ctx, stranger.Tenant, work(1))),
	} {
		if !fault.Is(err, fault.NotFound) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if len(o.Taxes.Calls()) != calls || len(o.World.Commits()) != commits {
		t.Error("a stranger changed something")
	}
}

func TestA_thousand_tax_invoices_with_every_twentieth_answer_lost_are_a_thousand_at_the_service_and_none_twice(t *testing.T) {
	const many = 1_000
	o := Open("2026-10-31 09:00")
	for n := range many {
		o.Register(n + 1)
	}
	o.Provider.States(Public, October, members(many, func(i int) string { return fmt.Sprint(1000 * i) })...)
	o.Pull(Public, October)
	o.At("2026-11-06 10:00")
	for n := range many {
		o.Bill(n+1, October)
	}
	o.Taxes.Losing = 20
	ctx, p := t.Context(), o.World.Process()
	rows, err := desk(o).RequestIssue(ctx, o.Staff(), October, orderOf(taxinvoice.NextDay, customers(many)...))
	must(t, err)
	for _, r := range rows {
		must(t, r.Err)
	}
	for range 3 {
		must(t, taxJobs(ctx, p, o))
		must(t, o.World.Clock.Advance(time.Minute))
	}
	all, err := taxinvoice.List(ctx, o.World.Store, o.Tenant, October, "")
	must(t, err)
	confirmed := map[string]bool{}
	for _, x := range all {
		if x.State != taxinvoice.Issued || confirmed[x.Confirmation] {
			t.Fatalf("%s is %s with %s", x.Key, x.State, x.Confirmation)
		}
		confirmed[x.Confirmation] = true
	}
	if calls := o.Taxes.Calls(); len(calls) != many || len(confirmed) != many {
		t.Errorf("%d issues at the service, %d here", len(calls), len(confirmed))
	}
	must(t, o.Taxes.Once(nil))
}

func owed(t *testing.T, o *Office) money.Amount {
	t.Helper()
	b, _, err := books.Owed(t.Context(), o.World.Store, o.Tenant, "C0001", money.KRW)
	must(t, err)
	return b.Owed
}

func TestA_webhook_is_asked_about_and_not_believed_and_changes_nothing_when_it_is_not_ours(t *testing.T) {
	o := taxed(taxinvoice.NextDay)()
	ctx, number := t.Context(), Profile().BusinessNumber
	must(t, desk(o).TaxWebhook(ctx, o.Tenant, "event-0", number, work(1).Key())) // whatever it said: nothing has moved
	must(t, taxJobs(ctx, o.World.Process(), o))
	if x := taxOf(t, o, work(1)); x.State != taxinvoice.Issued {
		t.Errorf("it is %s", x.State)
	}
	o.Taxes.Reports(o.World.Clock.Now())
	for range 10 {
		must(t, desk(o).TaxWebhook(ctx, o.Tenant, "event-1", number, work(1).Key()))
	}
	must(t, taxJobs(ctx, o.World.Process(), o))
	if x := taxOf(t, o, work(1)); x.State != taxinvoice.Reported {
		t.Errorf("it is %s", x.State)
	}
	for _, key := range []string{"202610-C0001-9", "somebody-elses", ""} {
		must(t, desk(o).TaxWebhook(ctx, o.Tenant, "of "+key, number, key))
	}
	if at, ok, err := due.Next(ctx, o.World.Store); err != nil || ok && !at.After(o.World.Clock.Now()) {
		t.Errorf("something is due for a key that is not ours, %v", err)
	}
	refused(t, desk(o).TaxWebhook(ctx, o.Tenant, "event-3", "8888888888", work(1).Key()), fault.Forbidden, "다른 사업자")
	refused(t, desk(o).TaxWebhook(ctx, o.Tenant, "", Profile().BusinessNumber, work(1).Key()), fault.Invalid, "식별자")
}
