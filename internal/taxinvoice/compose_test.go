package taxinvoice_test

import (
	"testing"

	"jeongsan/internal/calendar"
	"jeongsan/internal/customer"
	"jeongsan/internal/fault"
	"jeongsan/internal/invoice"
	"jeongsan/internal/money"
	"jeongsan/internal/rating"
	. "jeongsan/internal/taxinvoice"
	"jeongsan/internal/tenant"
)

func TestThe_tax_invoice_of_an_invoice_has_one_line_with_its_amounts_to_the_won(t *testing.T) {
	c := content()
	if len(c.Lines) != 1 {
		t.Fatalf("%d lines", len(c.Lines))
	}
	l := c.Lines[0]
	if l.Item != "네이버클라우드 서비스_2026년 10월" || l.Date != october.Last() || !l.Quantity.Equal(money.Int(1)) || !l.UnitPrice.Equal(money.Int(1_082_750)) {
		t.Errorf("the line is %+v", l)
	}
	won(t, "supply", c.Supply, 1_082_750)
	won(t, "VAT", c.VAT, 108_275)
	won(t, "total", c.Total, 1_191_025)
	if c.Purpose != ForPayment || c.Kind != customer.Taxed || c.BuyerKind != customer.Business || c.Written != day("2026-10-31") {
		t.Errorf("%+v", c)
	}
	if err := c.Check(today); err != nil {
		t.Errorf("what was composed cannot be issued: %v", err)
	}
}

func TestBoth_parties_stand_on_it_and_the_notice_goes_to_the_first_contact_with_an_e_mail(t *testing.T) {
	c := content()
	if s := c.Supplier; s.BusinessNumber != "1234567891" || s.Name != "(주)한빛클라우드" || s.Email != "billing@hanbit.example.com" || s.Industry != "컴퓨터 및 클라우드서비스" {
		t.Errorf("the supplier is %+v", s)
	}
	if b := c.Buyer; b.Contact != "최담당" || b.Email != "tax@mirae.example.com" || b.Phone != "051-111-1111" || b.Representative != "이미래" {
		t.Errorf("the buyer is %+v", b)
	}
}

func TestThe_published_preview_is_composed_as_printed(t *testing.T) {
	in := input(132_500, 13_250) // Cla-Bill's manual: 20250102, 132,500 / 13,250 / 145,750
	in.Invoice.Month, in.Invoice.Span, in.Written = calendar.MustMonth("2025-01"), nil, day("2025-01-02")
	c := must(Compose(in))
	if c.Lines[0].Item != "네이버클라우드 서비스_2025년 01월" || c.Written.Compact() != "20250102" {
		t.Errorf("%+v", c.Lines[0])
	}
	won(t, "total", c.Total, 145_750)
	if err := c.Check(day("2025-01-02")); err != nil {
		t.Error(err)
	}
	issued := must(Compose(input(4_458_690, 445_869))) // and its issued example of December 2024
	won(t, "total", issued.Total, 4_904_559)
}

func TestThe_item_is_named_by_the_provider_and_the_months(t *testing.T) {
	in := input(1000, 100)
	in.Provider = tenant.FOCUS
	if got := must(Compose(in)).Lines[0].Item; got != "클라우드 서비스_2026년 10월" {
		t.Errorf("another cloud: %q", got)
	}
	in.Invoice.Span = []calendar.Month{october.Add(-2), october.Add(-1), october}
	if got := must(Compose(in)).Lines[0].Item; got != "클라우드 서비스_2026년 08월~2026년 10월" {
		t.Errorf("a quarter: %q", got)
	}
}

func TestWhat_a_card_slip_stands_for_is_not_covered_again(t *testing.T) {
	in := input(1_000_000, 100_000)
	in.Invoice.Money.Portions = []invoice.Portion{{Payment: "p1", Means: invoice.Card, Evidence: invoice.BySlip, Supply: money.Won(400_000), VAT: money.Won(40_000), Amount: money.Won(440_000)}}
	c := must(Compose(in))
	won(t, "supply", c.Supply, 600_000)
	won(t, "VAT", c.VAT, 60_000)
	if c.Purpose != ForPayment {
		t.Errorf("a part is still owed, and it says %q", c.Purpose)
	}
	price := money.Int(500_000)
	in.Edit.UnitPrice = &price
	supply, needed, err := in.NeedsRevision()
	if err != nil || !needed {
		t.Fatalf("%v, %v", needed, err)
	}
	won(t, "the revised invoice", supply, 900_000)
}

func TestWhat_is_paid_already_is_a_receipt(t *testing.T) {
	in := input(10_000, 1_000)
	in.Invoice.Money.Portions = []invoice.Portion{{Payment: "p1", Means: invoice.Transfer, Evidence: invoice.ByTaxInvoice, Amount: money.Won(11_000)}}
	if got := must(Compose(in)).Purpose; got != Received {
		t.Errorf("paid, and it says %q", got)
	}
	in.Edit.Purpose = ForPayment
	if got := must(Compose(in)).Purpose; got != ForPayment {
		t.Errorf("staff chose otherwise, and it says %q", got)
	}
}

func TestA_changed_unit_price_needs_a_revision_of_the_invoice(t *testing.T) {
	in := input(1_000_000, 100_000)
	price, quantity := money.MustDecimal("333333.33"), money.Int(3)
	in.Edit.UnitPrice, in.Edit.Quantity = &price, &quantity
	c := must(Compose(in))
	won(t, "unit price times quantity, truncated once", c.Supply, 999_999)
	won(t, "VAT of the revision", c.VAT, 99_999)
	supply, needed, err := in.NeedsRevision()
	if err != nil || !needed {
		t.Fatalf("%v, %v", needed, err)
	}
	won(t, "the revised invoice", supply, 999_999)
	refused(t, c.Matches(must(in.Invoice.Taxable())), fault.Conflict, "1,099,998")

	in.Invoice = billed(999_999, 99_999) // once revised, nothing is left to revise
	if _, needed, err := in.NeedsRevision(); needed || err != nil {
		t.Errorf("%v, %v", needed, err)
	}
	if err := must(Compose(in)).Matches(must(in.Invoice.Taxable())); err != nil {
		t.Error(err)
	}
}

func TestThe_preview_of_a_revision_follows_the_VAT_rule_of_the_contract(t *testing.T) {
	in := input(1_000_000, 100_000)
	in.Buyer.Policy = rating.DefaultPolicy()
	in.Buyer.Policy.VAT = money.WonHalfUp.ID()
	price := money.Int(999_995)
	in.Edit.UnitPrice = &price
	won(t, "VAT", must(Compose(in)).VAT, 100_000)
}

func TestA_quantity_alone_leaves_the_amount(t *testing.T) {
	in := input(1_000_000, 100_000)
	quantity := money.Int(3)
	in.Edit.Quantity = &quantity
	c := must(Compose(in))
	won(t, "supply", c.Supply, 1_000_000)
	if got := c.Lines[0].UnitPrice.String(); got != "333333.33" {
		t.Errorf("the unit price is %s", got)
	}
	if _, needed, _ := in.NeedsRevision(); needed {
		t.Error("a quantity asks for a revision")
	}
	if err := c.Check(today); err != nil {
		t.Error(err)
	}
}

func TestStaff_can_edit_item_remarks_and_book_numbers(t *testing.T) {
	in := input(1_000, 100)
	item := "  클라우드 사용료  "
	in.Edit = Edit{Item: &item, Remarks: []string{" 계약 2026-7 ", "", "PO-11"}, Volume: 1, Issue: 2, Serial: "16"}
	c := must(Compose(in))
	if c.Lines[0].Item != "클라우드 사용료" || c.Volume != 1 || c.Issue != 2 || c.Serial != "16" {
		t.Errorf("%+v", c)
	}
	same(t, "remarks", c.Remarks, []string{"계약 2026-7", "PO-11"})
	empty := ""
	in.Edit = Edit{Item: &empty}
	same(t, "an item that was cleared", fields(must(Compose(in)).Check(today)), []string{"lines[0].item"})
}

func TestAn_edit_to_nothing_is_refused(t *testing.T) {
	zero, minus := money.Int(0), money.Int(-1)
	for field, edit := range map[string]Edit{"quantity": {Quantity: &zero}, "unit_price": {UnitPrice: &minus}} {
		in := input(1_000, 100)
		in.Edit = edit
		_, err := Compose(in)
		refused(t, err, fault.Invalid)
		same(t, "fields", fields(err), []string{field})
		if _, _, err := in.NeedsRevision(); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", field, err)
		}
	}
}

func TestA_contract_and_an_invoice_that_disagree_on_VAT_are_refused(t *testing.T) {
	for _, c := range []struct {
		kind   customer.TaxKind
		vat    int64
		agrees bool
	}{
		{"", 100, true}, {customer.Taxed, 0, false}, {customer.ZeroRated, 0, true}, {customer.ZeroRated, 100, false}, {customer.Exempt, 0, true}, {customer.Exempt, 100, false},
	} {
		in := input(1_000, c.vat)
		in.Buyer.TaxKind = c.kind
		got, err := Compose(in)
		if !c.agrees {
			refused(t, err, fault.Invalid, "과세형태")
			continue
		}
		if err != nil || got.Check(today) != nil {
			t.Errorf("%s with VAT of %d: %v, %v", c.kind, c.vat, err, got.Check(today))
		}
	}
	if _, err := Compose(input(9, 0)); err != nil {
		t.Errorf("9 won have no VAT: %v", err)
	}
}

func TestA_foreigner_stands_under_the_number_of_foreigners(t *testing.T) {
	in := input(1_000, 100)
	in.Buyer.BuyerKind = customer.Foreigner
	in.Edit.Remarks = []string{"외국인등록번호 900101-5000000"}
	c := must(Compose(in))
	if c.Buyer.BusinessNumber != ForeignNumber {
		t.Errorf("the number is %s", c.Buyer.BusinessNumber)
	}
	if err := c.Check(today); err != nil {
		t.Error(err)
	}
}
