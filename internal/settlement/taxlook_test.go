package settlement_test

import (
	"testing"

	"jeongsan/internal/calendar"
	"jeongsan/internal/customer"
	"jeongsan/internal/fault"
	"jeongsan/internal/money"
	. "jeongsan/internal/settlement/settlementtest"
	"jeongsan/internal/taxinvoice"
)

// elsewhere is the record of a tax invoice of the first customer that was issued on Hometax.
func elsewhere() taxinvoice.External {
	return taxinvoice.External{
		Confirmation: "20261031-41000099-00000777", Where: taxinvoice.Hometax, Issuer: Profile().BusinessNumber, Buyer: "1234567891", Written: calendar.MustDate("2026-10-31"),
		Supply: money.Won(2_000), VAT: money.Won(200), Total: money.Won(2_200), Customer: "C0001", Month: October, Invoice: "HANBIT-202610-C0001-1",
	}
}

func TestWhat_was_issued_elsewhere_is_not_issued_again_until_its_record_is_withdrawn(t *testing.T) {
	o := final(2)()
	ctx := t.Context()
	if list, err := desk(o).DueTax(ctx, o.Tenant); err != nil || len(list) != 2 || list[0].DaysLeft != 4 {
		t.Errorf("due are %+v, %v", list, err)
	}
	must(t, desk(o).RecordExternal(ctx, o.Staff(), elsewhere()))
	if list, err := desk(o).DueTax(ctx, o.Tenant); err != nil || len(list) != 1 || list[0].Customer != "C0002" {
		t.Errorf("due are %+v, %v", list, err)
	}
	rows, err := desk(o).RequestIssue(ctx, o.Staff(), October, orderOf(taxinvoice.NextDay, "C0001"))
	must(t, err)
	refused(t, rows[0].Err, fault.Conflict, "202610314100009900000777")
	if err := desk(o).RecordExternal(ctx, o.Staff(), elsewhere()); !fault.Is(err, fault.Conflict) {
		t.Errorf("recorded twice: %v", err)
	}
	must(t, desk(o).WithdrawExternal(ctx, o.Staff(), "202610314100009900000777", "다른 고객의 것"))
	must(t, requestTax(ctx, o.World.Process(), o, orderOf(taxinvoice.NextDay, "C0001")[0]))
}

func TestA_preflight_finds_everything_at_once_and_asks_for_all_business_numbers_in_one_go(t *testing.T) {
	o := final(3, func(o *Office) {
		o.Change(2, func(c *customer.Customer) { c.BusinessNumber = "8888888888" })
		o.Change(3, func(c *customer.Customer) { c.Representative = "" })
	})()
	o.Taxes.Standing.Points = money.Int(1)
	o.Taxes.Standing.Certificate.Registered = false
	o.Taxes.Business["8888888888"] = taxinvoice.Business{Operation: taxinvoice.Closed, Taxpayer: taxinvoice.General, Since: calendar.MustDate("2026-09-30")}
	commits := len(o.World.Commits())
	problems, err := desk(o).PreflightTax(t.Context(), o.Staff(), October, taxinvoice.NextDay, orderOf(taxinvoice.NextDay, "C0001", "C0002", "C0003", "C0099"))
	must(t, err)
	found := map[string]bool{}
	for _, p := range problems {
		found[string(p.Code)], found[p.Customer] = true, true
	}
	for _, want := range []string{string(taxinvoice.TooFewPoints), "C0002", "C0003", "C0099"} {
		if !found[want] {
			t.Errorf("%s is missing in %+v", want, problems)
		}
	}
	if o.Taxes.Asked() != 1 || len(o.World.Commits()) != commits {
		t.Errorf("asked %d times", o.Taxes.Asked())
	}
}

func TestWithout_a_connected_service_every_flow_says_so(t *testing.T) {
	o := final(1)()
	d := desk(o)
	d.Taxes = nil
	_, err := d.RequestIssue(t.Context(), o.Staff(), October, orderOf(taxinvoice.NextDay, "C0001"))
	refused(t, err, fault.Unavailable, "운영자")
	_, err = d.PreflightTax(t.Context(), o.Staff(), October, taxinvoice.NextDay, nil)
	refused(t, err, fault.Unavailable, "운영자")
}

func TestWho_may_not_issue_may_not_preview_cancel_or_amend_either(t *testing.T) {
	o := taxed(taxinvoice.NextDay)()
	nobody := o.Staff()
	nobody.Role = "reader"
	ctx := t.Context()
	for what, err := range map[string]error{
		"preview": second(desk(o).PreviewTax(ctx, nobody, October, orderOf(taxinvoice.NextDay, "C0001")[0])),
		"request": second(desk(o).RequestIssue(ctx, nobody, October, orderOf(taxinvoice.NextDay, "C0001"))),
		"cancel":  second(desk(o).CancelTax(ctx, nobody, work(1), "x")),
		"amend":   second(desk(o).AmendTax(ctx, nobody, work(1), changeOf(o, taxinvoice.AmountChange))),
		"revise":  second(revise(ctx, o.World.Process(), o, lowered(1_800))), // by staff, but a tax invoice is live
		"job":     second(desk(o).AmendTax(ctx, o.Job(), work(1), changeOf(o, taxinvoice.AmountChange))),
		"poll":    desk(o).PollTax(ctx, nobody),
	} {
		if want := fault.Forbidden; what != "revise" && !fault.Is(err, want) || err == nil {
			t.Errorf("%s: %v", what, err)
		}
	}
}
