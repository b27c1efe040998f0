package settlement_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"

	"jeongsan/internal/crash"
	"jeongsan/internal/customer"
	"jeongsan/internal/due"
	"jeongsan/internal/fault"
	"jeongsan/internal/invoice"
	"jeongsan/internal/money"
	"jeongsan/internal/settlement"
	. "jeongsan/internal/settlement/settlementtest"
	"jeongsan/internal/store"
	"jeongsan/internal/taxinvoice"
	"jeongsan/internal/tenant"
)

// work is the nth tax invoice of the first customer's October.
func work(n int) settlement.TaxWork {
	return settlement.TaxWork{Month: October, Customer: "C0001", Sequence: n}
}

func orderOf(timing taxinvoice.Timing, customers ...string) []settlement.TaxOrder {
	var out []settlement.TaxOrder
	for _, c := range customers {
		out = append(out, settlement.TaxOrder{Customer: c, Timing: timing})
	}
	return out
}

// requestTax orders the first customer's tax invoice, as a person does who sees whether it was ordered.
func requestTax(ctx context.Context, p *crash.Process, o *Office, order settlement.TaxOrder) error {
	head, _, err := invoice.Load(ctx, p.Store, o.Tenant, October, order.Customer)
	if err != nil || head.Money.TaxInvoice != "" {
		return err
	}
	rows, err := o.Desk(p).RequestIssue(ctx, o.Staff(), October, []settlement.TaxOrder{order})
	if err != nil {
		return err
	}
	return rows[0].Err
}

// taxJobs sweeps what is due by now and does the work of tax invoices until nothing is left; other work is left alone.
func taxJobs(ctx context.Context, p *crash.Process, o *Office) error {
	for {
		n, err := due.Sweep(ctx, p.Store, p.Queue, o.World.Clock.Now(), p.NewID)
		if err != nil {
			return err
		}
		messages, err := p.Queue.Receive(ctx, 10)
		if err != nil {
			return err
		}
		if len(messages) == 0 && n == 0 {
			return nil
		}
		for _, m := range messages {
			if err := taxJob(ctx, p, o, m.Body); err != nil {
				return errors.Join(err, p.Queue.Extend(ctx, m, 0))
			}
		}
		if len(messages) > 0 {
			if err := p.Queue.Delete(ctx, messages); err != nil {
				return err
			}
		}
	}
}

func taxJob(ctx context.Context, p *crash.Process, o *Office, body []byte) error {
	var m due.Message
	var w settlement.TaxWork
	if err := json.Unmarshal(body, &m); err != nil {
		return err
	}
	switch m.Job {
	case settlement.JobTaxIssue, settlement.JobTaxFollow:
		if err := json.Unmarshal(m.Payload, &w); err != nil {
			return err
		}
		if m.Job == settlement.JobTaxIssue {
			return o.Desk(p).IssueTax(ctx, o.Job(), w)
		}
		return o.Desk(p).FollowTax(ctx, o.Job(), w)
	}
	return nil
}

func taxOf(t *testing.T, o *Office, w settlement.TaxWork) taxinvoice.TaxInvoice {
	t.Helper()
	x, err := taxinvoice.Load(t.Context(), o.World.Store, o.Tenant, w.Month, w.Customer, w.Sequence)
	if err != nil {
		t.Fatal(err)
	}
	return x.TaxInvoice
}

// must runs a step of an office that does not fail.
func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// taxed is an office whose first customer's tax invoice is at the service.
func taxed(timing taxinvoice.Timing) func() *Office {
	return func() *Office {
		o := final(1)()
		ctx, p := context.Background(), o.World.Process()
		if err := errors.Join(requestTax(ctx, p, o, orderOf(timing, "C0001")[0]), taxJobs(ctx, p, o)); err != nil {
			panic(err)
		}
		return o
	}
}

// reported is an office whose first customer's tax invoice is at the tax office, and its files are kept.
func reported() *Office {
	o := taxed(taxinvoice.NextDay)()
	o.At("2026-11-09 15:20")
	o.Taxes.Reports(o.World.Clock.Now())
	if err := taxJobs(context.Background(), o.World.Process(), o); err != nil {
		panic(err)
	}
	return o
}

func TestA_preview_shows_the_content_the_deadline_and_what_it_would_revise(t *testing.T) {
	o := final(2)()
	price := money.MustDecimal("1800")
	preview, err := desk(o).PreviewTax(t.Context(), o.Staff(), October, settlement.TaxOrder{Customer: "C0001", Edit: taxinvoice.Edit{UnitPrice: &price}})
	must(t, err)
	c := preview.Content
	if c.Lines[0].Item != "네이버클라우드 서비스_2026년 10월" || c.Supply != money.Won(1_800) || c.Written.String() != "2026-10-31" || preview.Revise == nil || *preview.Revise != money.Won(1_800) {
		t.Errorf("%+v revises to %v", c, preview.Revise)
	}
	if preview.Lateness.Deadline.String() != "2026-11-10" || preview.Lateness.DaysLeft != 4 || len(preview.Problems) != 0 {
		t.Errorf("%+v, problems %v", preview.Lateness, preview.Problems)
	}
	o.Change(2, func(c *customer.Customer) { c.Representative = "" })
	rows, err := desk(o).PreviewTaxes(t.Context(), o.Staff(), October, orderOf(taxinvoice.NextDay, "C0001", "C0002", "C0099"))
	must(t, err)
	if len(rows[0].Problems) != 0 || len(rows[1].Problems) == 0 || !fault.Is(rows[2].Err, fault.NotFound) {
		t.Errorf("%v, %v, %v", rows[0].Problems, rows[1].Problems, rows[2].Err)
	}
}

func TestA_tax_invoice_for_the_next_day_goes_from_order_to_the_tax_office_and_its_files_are_kept(t *testing.T) {
	o := taxed(taxinvoice.NextDay)()
	x := taxOf(t, o, work(1))
	if x.State != taxinvoice.Issued || len(x.Confirmation) != 24 || o.Invoice(1, October).Money.TaxInvoice != x.Key {
		t.Fatalf("%+v", x)
	}
	o.At("2026-11-09 15:20") // the next business day after Friday the 6th, 15:00, and ten minutes
	o.Taxes.Moves(x.Key, taxinvoice.OnTheWay, "")
	must(t, taxJobs(t.Context(), o.World.Process(), o))
	if x = taxOf(t, o, work(1)); x.State != taxinvoice.Sending {
		t.Fatalf("it is %s", x.State)
	}
	o.Taxes.Reports(o.World.Clock.Now())
	o.At("2026-11-09 15:40")
	must(t, taxJobs(t.Context(), o.World.Process(), o))
	if x = taxOf(t, o, work(1)); x.State != taxinvoice.Reported || x.Result != "SUC001" {
		t.Fatalf("%+v", x)
	}
	files, err := desk(o).LoadTaxFiles(t.Context(), o.Tenant, work(1))
	must(t, err)
	if files.XML.Class() != "tax-locked" {
		t.Errorf("the XML is kept as %s", files.XML.Class())
	}
	pdf, err := desk(o).TaxPDF(t.Context(), o.Tenant, work(1))
	if err != nil || string(pdf) != "PDF of "+x.Confirmation {
		t.Errorf("%s, %v", pdf, err)
	}
	if open, err := desk(o).OpenTax(t.Context(), o.Tenant); err != nil || len(open) != 0 {
		t.Errorf("still open: %v, %v", open, err)
	}
}

func TestA_tax_invoice_at_once_is_issued_and_sent_in_one_go_and_cannot_be_cancelled(t *testing.T) {
	o := taxed(taxinvoice.Immediate)()
	if x := taxOf(t, o, work(1)); x.State != taxinvoice.Sending {
		t.Fatalf("it is %s", x.State)
	}
	_, err := desk(o).CancelTax(t.Context(), o.Staff(), work(1), "오발행")
	refused(t, err, fault.Conflict, "수정세금계산서")
	if calls := o.Taxes.Calls(); len(calls) != 2 {
		t.Errorf("%v", calls)
	}
}

func TestA_tax_invoice_is_refused_where_it_would_be_wrong_and_nothing_is_written(t *testing.T) {
	late := func(o *Office) { o.At("2026-11-11 09:00") }
	for what, c := range map[string]struct {
		edit  func(*Office)
		order settlement.TaxOrder
		code  fault.Code
		says  string
	}{
		"no Popbill account":        {unregistered, orderOf(taxinvoice.NextDay, "C0001")[0], fault.Invalid, "팝빌 계정"},
		"one is live":               {changed(func(i *invoice.Invoice) { i.Money.TaxInvoice = "x" }), orderOf(taxinvoice.NextDay, "C0001")[0], fault.Conflict, "이미 세금계산서"},
		"a payment is open":         {changed(func(i *invoice.Invoice) { i.Money.Collecting = "pay-1" }), orderOf(taxinvoice.NextDay, "C0001")[0], fault.Conflict, "pay-1"},
		"an upload differs":         {uploaded, orderOf(taxinvoice.NextDay, "C0001")[0], fault.Conflict, "올린 파일"},
		"past the deadline":         {late, orderOf(taxinvoice.NextDay, "C0001")[0], fault.Invalid, "2026-11-10"},
		"no timing":                 {func(*Office) {}, settlement.TaxOrder{Customer: "C0001"}, fault.Invalid, "익일 발행"},
		"no representative":         {func(o *Office) { o.Change(1, func(c *customer.Customer) { c.Representative = "" }) }, orderOf(taxinvoice.NextDay, "C0001")[0], fault.Invalid, "대표자"},
		"another price, no reason":  {func(*Office) {}, priced("1800", ""), fault.Invalid, "사유"},
		"the invoice is no invoice": {changed(func(i *invoice.Invoice) { i.State = invoice.Draft }), orderOf(taxinvoice.NextDay, "C0001")[0], fault.Conflict, "확정되지"},
	} {
		t.Run(what, func(t *testing.T) {
			o := final(1)()
			c.edit(o)
			commits := len(o.World.Commits())
			rows, err := desk(o).RequestIssue(t.Context(), o.Staff(), October, []settlement.TaxOrder{c.order})
			if err == nil {
				err = rows[0].Err
			}
			refused(t, err, c.code, c.says)
			if n := len(o.World.Commits()) - commits; n != 0 {
				t.Errorf("%d commits were made", n)
			}
		})
	}
	t.Run("past the deadline, knowingly", func(t *testing.T) {
		o := final(1)()
		late(o)
		order := orderOf(taxinvoice.NextDay, "C0001")[0]
		order.Late = true
		must(t, requestTax(t.Context(), o.World.Process(), o, order))
	})
}

func priced(price, reason string) settlement.TaxOrder {
	unit := money.MustDecimal(price)
	return settlement.TaxOrder{Customer: "C0001", Timing: taxinvoice.NextDay, Reason: reason, Edit: taxinvoice.Edit{UnitPrice: &unit}}
}

func uploaded(o *Office) {
	if _, err := desk(o).Upload(context.Background(), o.Staff(), October, "C0001", "수정.xlsx", Workbook(2_090)); err != nil {
		panic(err)
	}
}

func unregistered(o *Office) {
	profile, version, err := tenant.Load(context.Background(), o.World.Store, o.Tenant)
	profile.PopbillUser = ""
	w, err2 := profile.Put(version)
	if err := errors.Join(err, err2, o.World.Store.Commit(context.Background(), store.Commit{ID: "unregistered", Writes: []store.Write{w}})); err != nil {
		panic(err)
	}
}

func TestA_changed_unit_price_revises_the_invoice_and_then_issues_what_was_billed(t *testing.T) {
	for what, edit := range map[string]func(*Office){"of an invoice as computed": func(*Office) {}, "that settles an upload": uploaded} {
		t.Run(what, func(t *testing.T) {
			o := final(1)()
			edit(o)
			ctx, p := t.Context(), o.World.Process()
			must(t, requestTax(ctx, p, o, priced("1900", "협의한 단가")))
			must(t, taxJobs(ctx, p, o))
			head, x := o.Invoice(1, October), taxOf(t, o, work(1))
			if head.Revision != 2 || x.Invoice != head.Number || x.Content.Supply != head.Sums.Supply || x.Content.Total != head.Sums.Total || x.State != taxinvoice.Issued {
				t.Errorf("%s of %+v is covered by %+v", head.Number, head.Sums, x.Content)
			}
			must(t, Proved(ctx, o))
		})
	}
}
