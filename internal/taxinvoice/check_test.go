package taxinvoice_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"jeongsan/internal/calendar"
	"jeongsan/internal/customer"
	"jeongsan/internal/fault"
	"jeongsan/internal/money"
	. "jeongsan/internal/taxinvoice"
)

func TestEvery_limit_of_the_tax_office_is_named_with_its_field(t *testing.T) {
	long := func(n int) string { return strings.Repeat("가", n) }
	for _, c := range []struct {
		what, field string
		spoil       func(*Content)
	}{
		{"no date", "written", func(c *Content) { c.Written = calendar.Date{} }},
		{"a date in the future", "written", func(c *Content) { c.Written = today.AddDays(1) }},
		{"no kind of tax", "kind", func(c *Content) { c.Kind = "" }},
		{"no purpose", "purpose", func(c *Content) { c.Purpose = "" }},
		{"a volume past the book", "volume", func(c *Content) { c.Volume = 32768 }},
		{"a negative issue", "issue", func(c *Content) { c.Issue = -1 }},
		{"a serial number of 31", "serial", func(c *Content) { c.Serial = long(31) }},
		{"the supplier's number", "supplier.business_number", func(c *Content) { c.Supplier.BusinessNumber = "1234567890" }},
		{"no name", "buyer.name", func(c *Content) { c.Buyer.Name = " " }},
		{"a name of 71", "buyer.name", func(c *Content) { c.Buyer.Name = long(71) }},
		{"no representative", "buyer.representative", func(c *Content) { c.Buyer.Representative = "" }},
		{"a representative of 31", "supplier.representative", func(c *Content) { c.Supplier.Representative = long(31) }},
		{"an address of 151", "buyer.address", func(c *Content) { c.Buyer.Address = long(151) }},
		{"업태 of 41", "buyer.business_type", func(c *Content) { c.Buyer.BusinessType = long(41) }},
		{"종목 of 41", "buyer.industry", func(c *Content) { c.Buyer.Industry = long(41) }},
		{"a contact of 31", "buyer.contact", func(c *Content) { c.Buyer.Contact = long(31) }},
		{"a phone of 21", "buyer.phone", func(c *Content) { c.Buyer.Phone = strings.Repeat("0", 21) }},
		{"an e-mail of 41", "buyer.email", func(c *Content) { c.Buyer.Email = strings.Repeat("a", 29) + "@example.com" }},
		{"no e-mail at all", "buyer.email", func(c *Content) { c.Buyer.Email = "mirae" }},
		{"a branch of three digits", "buyer.branch", func(c *Content) { c.Buyer.Branch = "123" }},
		{"a business with a wrong check digit", "buyer.business_number", func(c *Content) { c.Buyer.BusinessNumber = "6798700434" }},
		{"a person with ten digits", "buyer.business_number", func(c *Content) { c.BuyerKind = customer.Person }},
		{"an unknown kind of buyer", "buyer_kind", func(c *Content) { c.BuyerKind = "robot" }},
		{"an emoji", "buyer.name", func(c *Content) { c.Buyer.Name = "미래상사😀" }},
		{"a star of a message", "lines[0].item", func(c *Content) { c.Lines[0].Item = "클라우드⭐" }},
		{"a control character", "buyer.address", func(c *Content) { c.Buyer.Address = "부산\n해운대" }},
		{"a zero-width joiner", "buyer.industry", func(c *Content) { c.Buyer.Industry = "전자\u200d상거래" }},
		{"an invisible Hangul filler", "buyer.contact", func(c *Content) { c.Buyer.Contact = "\u3164" }},
		{"no item name", "lines[0].item", func(c *Content) { c.Lines[0].Item = "" }},
		{"an item of 101", "lines[0].item", func(c *Content) { c.Lines[0].Item = long(101) }},
		{"a specification of 61", "lines[0].spec", func(c *Content) { c.Lines[0].Spec = long(61) }},
		{"a line's remark of 101", "lines[0].remark", func(c *Content) { c.Lines[0].Remark = long(101) }},
		{"a quantity of three places", "lines[0].quantity", func(c *Content) { c.Lines[0].Quantity = money.MustDecimal("1.125") }},
		{"a quantity of 13 digits", "lines[0].quantity", func(c *Content) { c.Lines[0].Quantity = money.Int(1_000_000_000_001) }},
		{"a unit price of 19 digits", "lines[0].unit_price", func(c *Content) { c.Lines[0].UnitPrice = money.MustDecimal("1234567890123456789") }},
		{"a fourth remark", "remarks", func(c *Content) { c.Remarks = []string{"1", "2", "3", "4"} }},
		{"a remark of 151", "remarks[1]", func(c *Content) { c.Remarks = []string{"1", long(151)} }},
		{"a total that is no sum", "total", func(c *Content) { c.Total = money.Won(1) }},
		{"another currency", "lines[0].supply", func(c *Content) { c.Lines[0].Supply = money.New(108_275_000, money.USD) }},
	} {
		t.Run(c.what, func(t *testing.T) {
			x := content()
			x.Lines = append([]Line{}, x.Lines...)
			c.spoil(&x)
			err := x.Check(today)
			refused(t, err, fault.Invalid)
			if got := fields(err); got[0] != c.field {
				t.Errorf("the field is %v, want %s: %v", got, c.field, err)
			}
		})
	}
}

func TestWhat_is_just_within_the_limits_can_be_issued(t *testing.T) {
	c := content()
	c.Supplier.Name, c.Buyer.Name = strings.Repeat("가", 70), "㈜미래◆상사(美來) café 𠀀①"
	c.Buyer.Representative, c.Buyer.Address = strings.Repeat("김", 30), strings.Repeat("부", 150)
	c.Buyer.Email, c.Buyer.Branch = strings.Repeat("a", 28)+"@example.com", "0001"
	c.Remarks = []string{strings.Repeat("비", 150), "2", "3"}
	c.Written = today
	if err := c.Check(today); err != nil {
		t.Error(err)
	}
}

func TestA_buyer_without_an_e_mail_receives_it_in_Hometax(t *testing.T) {
	c := content()
	c.Buyer.Email, c.Buyer.Contact, c.Buyer.Phone, c.Buyer.Address, c.Buyer.BusinessType, c.Buyer.Industry = "", "", "", "", "", ""
	if err := c.Check(today); err != nil {
		t.Error(err)
	}
}

func TestPersons_and_foreigners_are_checked_by_form(t *testing.T) {
	c := content()
	c.BuyerKind, c.Buyer.BusinessNumber = customer.Person, "9001011234567"
	if err := c.Check(today); err != nil {
		t.Errorf("a person: %v", err)
	}
	c.Buyer.BusinessNumber = ForeignNumber
	same(t, "nines for a person", fields(c.Check(today)), []string{"buyer.business_number"})

	c.BuyerKind = customer.Foreigner
	same(t, "a foreigner without a remark", fields(c.Check(today)), []string{"remarks[0]"})
	c.Remarks = []string{"여권번호 M12345678"}
	if err := c.Check(today); err != nil {
		t.Errorf("a foreigner: %v", err)
	}
	c.Buyer.BusinessNumber = "9001015234567"
	same(t, "a foreigner under a number", fields(c.Check(today)), []string{"buyer.business_number"})
}

func TestAll_faults_are_told_at_once(t *testing.T) {
	c := content()
	c.Buyer.Name, c.Buyer.Representative, c.Buyer.BusinessNumber, c.Buyer.Email = strings.Repeat("가", 71), "", "1", "x"
	c.Lines = []Line{c.Lines[0], c.Lines[0], {Supply: money.Won(1), VAT: money.Won(-1)}}
	err := c.Check(today)
	refused(t, err, fault.Invalid)
	same(t, "fields", fields(err), []string{
		"buyer.name", "buyer.representative", "buyer.email", "buyer.business_number", "lines[2].item", "lines[2].vat", "supply", "vat",
	})
}

func TestNo_more_than_99_lines(t *testing.T) {
	c := content()
	c.Supply, c.VAT, c.Total = money.Won(990), money.Won(99), money.Won(1089)
	c.Lines = nil
	for range 99 {
		c.Lines = append(c.Lines, Line{Date: c.Written, Item: "클라우드", Supply: money.Won(10), VAT: money.Won(1)})
	}
	if err := c.Check(today); err != nil {
		t.Error(err)
	}
	c.Lines = append(c.Lines, Line{Date: c.Written, Item: "클라우드"})
	same(t, "a hundredth line", fields(c.Check(today)), []string{"lines"})
	c.Lines = nil
	if got := fields(c.Check(today)); got[0] != "lines" {
		t.Errorf("no line: %v", got)
	}
}

func amounts(supply, vat int64) Content {
	c := content()
	c.Supply, c.VAT, c.Total = money.Won(supply), money.Won(vat), money.Won(supply+vat)
	c.Lines = []Line{{Date: c.Written, Item: "클라우드", Supply: c.Supply, VAT: c.VAT}}
	return c
}

func TestVAT_lies_within_a_thousand_won_of_ten_percent(t *testing.T) {
	for _, c := range []struct {
		supply, vat int64
		ok          bool
	}{
		{1_000_000, 100_000, true}, {1_000_000, 101_000, true}, {1_000_000, 101_001, false},
		{1_000_000, 99_000, true}, {1_000_000, 98_999, false}, {10_005, 2_000, true}, {9, 0, true}, {1_000_000, 0, false},
		{999_999_999_999, 99_999_999_999, true},
	} {
		if err := amounts(c.supply, c.vat).Check(today); (err == nil) != c.ok {
			t.Errorf("%d with %d: %v", c.supply, c.vat, err)
		}
	}
	for _, kind := range []customer.TaxKind{customer.ZeroRated, customer.Exempt} {
		c := amounts(1_000_000, 0)
		c.Kind = kind
		if err := c.Check(today); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
		c = amounts(1_000_000, 1)
		c.Kind = kind
		same(t, string(kind), fields(c.Check(today)), []string{"vat"})
	}
}

func TestAn_ordinary_tax_invoice_is_never_negative_nor_nothing(t *testing.T) {
	for _, supply := range []int64{0, -10_000} {
		err := amounts(supply, supply/10).Check(today)
		refused(t, err, fault.Invalid, "수정세금계산서")
	}
	same(t, "amounts of two signs", fields(amounts(1_000, -100).Check(today)), []string{"lines[0].vat", "vat"})
}

func TestAmounts_have_eighteen_digits_at_most(t *testing.T) {
	c := amounts(1e18, 1e17)
	err := c.Check(today)
	refused(t, err, fault.Invalid, "18")
	same(t, "fields", fields(err), []string{"lines[0].supply", "supply", "total"})
	c = amounts(9e18, 9e17)
	c.Lines = append(c.Lines, c.Lines[0])
	if err := c.Check(today); !fault.Is(err, fault.Invalid) {
		t.Errorf("lines past what a machine counts: %v", err)
	}
}

func TestA_discount_may_stand_as_a_negative_line(t *testing.T) {
	c := amounts(900, 90)
	c.Lines = []Line{{Item: "이용료", Supply: money.Won(1_000), VAT: money.Won(100)}, {Item: "할인", Supply: money.Won(-100), VAT: money.Won(-10)}}
	if err := c.Check(today); err != nil {
		t.Error(err)
	}
}

// amended is a content that amends the original of 31 October.
func amended(r Reason, supply int64, written string, remarks ...string) Content {
	c := amounts(supply, supply/10)
	c.Written, c.Remarks, c.Amends = day(written), remarks, &Amends{Reason: r, Original: confirmation}
	return c
}

func TestAn_amended_tax_invoice_is_held_to_its_reason(t *testing.T) {
	for _, c := range []struct {
		what   string
		amends Content
		fields []string
	}{
		{"a difference dated the day it arose", amended(AmountChange, 500, "2026-11-05", "당초 작성일자 2026-10-31"), nil},
		{"a difference with the date as digits", amended(AmountChange, -500, "2026-11-05", "20261031"), nil},
		{"a difference before the original", amended(AmountChange, 500, "2026-10-30", "당초 작성일자 2026-10-31"), []string{"written"}},
		{"a difference that hides the original's date", amended(AmountChange, 500, "2026-11-05", "할인"), []string{"remarks"}},
		{"a positive return", amended(Return, 500, "2026-11-05", "2026-10-31"), []string{"total"}},
		{"a positive termination", amended(Termination, 500, "2026-11-05", "2026년 10월 31일"), []string{"total"}},
		{"a duplicate taken back", amended(DuplicateMistake, -500, "2026-10-31"), nil},
		{"a duplicate with another date", amended(DuplicateMistake, -500, "2026-11-05"), []string{"written"}},
		{"a positive duplicate", amended(DuplicateMistake, 500, "2026-10-31"), []string{"total"}},
		{"a correction", amended(Correction, -500, "2026-10-31"), nil},
		{"the right date of a correction", amended(Correction, 500, "2026-11-02"), nil},
		{"the negative half with another date", amended(Correction, -500, "2026-11-02"), []string{"written"}},
		{"a letter of credit without its opening", amended(LocalCredit, -500, "2026-10-31"), []string{"remarks"}},
		{"a taxed half of a letter of credit", amended(LocalCredit, 500, "2026-10-31", "개설일 2026-11-02"), []string{"kind"}},
		{"nothing", amended(AmountChange, 0, "2026-11-05", "2026-10-31"), []string{"total"}},
		{"an unknown reason", amended(7, -500, "2026-10-31"), []string{"amends.reason"}},
	} {
		t.Run(c.what, func(t *testing.T) {
			err := c.amends.Check(today)
			same(t, "fields", fields(err), c.fields)
			if err != nil {
				refused(t, err, fault.Invalid)
			}
		})
	}
	for _, bad := range []string{"", "2026103141000008", "20261331410000080000a1b2", "2026-10-31-4100000800a1b2", strings.Repeat("가", 24)} {
		c := amended(DuplicateMistake, -500, "2026-10-31")
		c.Amends.Original = bad
		same(t, bad, fields(c.Check(today)), []string{"amends.original"})
	}
}

func TestChecking_never_fails_in_any_other_way(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String()
		c := content()
		c.Buyer = Party{BusinessNumber: text.Draw(t, "number"), Name: text.Draw(t, "name"), Representative: text.Draw(t, "representative"), Email: text.Draw(t, "email"), Branch: text.Draw(t, "branch")}
		c.Kind, c.Purpose, c.BuyerKind = customer.TaxKind(text.Draw(t, "kind")), Purpose(text.Draw(t, "purpose")), customer.BuyerKind(text.Draw(t, "buyer"))
		c.Remarks = rapid.SliceOf(text).Draw(t, "remarks")
		c.Lines = []Line{{Item: text.Draw(t, "item"), Supply: money.Won(rapid.Int64Min(-1<<62).Draw(t, "supply")), VAT: money.Won(rapid.Int64Min(-1<<62).Draw(t, "vat"))}}
		c.Amends = &Amends{Reason: Reason(rapid.IntRange(-1, 8).Draw(t, "reason")), Original: text.Draw(t, "original")}
		err := c.Check(today)
		if err == nil {
			t.Fatal("it passed")
		}
		for _, f := range fault.All(err) {
			if f.Code != fault.Invalid || f.Field == "" || f.Text.KO == "" || f.Text.EN == "" {
				t.Fatalf("%+v", f)
			}
		}
	})
}
