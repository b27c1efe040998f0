package taxinvoice_test

import (
	"testing"

	"jeongsan/internal/customer"
	"jeongsan/internal/fault"
	"jeongsan/internal/money"
	. "jeongsan/internal/taxinvoice"
)

func TestA_negative_half_that_is_issued_again_keeps_the_parties_of_what_it_takes_back(t *testing.T) {
	back := amend(t, original(), renamed("미래상사 주식회사")).Documents[0].Content
	for _, c := range []struct {
		what   string
		spoil  func(*Content)
		fields []string
	}{
		{"the same", func(*Content) {}, nil},
		{"another mailbox and remark", func(c *Content) {
			c.Buyer.Contact, c.Buyer.Email, c.Remarks = "박담당", "new@example.com", []string{"비고"}
		}, nil},
		{"another buyer", func(c *Content) { c.Buyer.BusinessNumber, c.Buyer.Name = "1208147521", "남의 회사" }, []string{"buyer"}},
		{"another kind of buyer", func(c *Content) { c.BuyerKind = customer.Person }, []string{"buyer"}},
		{"another supplier", func(c *Content) { c.Supplier.Name = "남의 회사" }, []string{"supplier"}},
		{"another date", func(c *Content) { c.Written = c.Written.AddDays(-1) }, []string{"written"}},
		{"other amounts", func(c *Content) { c.VAT, c.Total = money.Won(-99_999), money.Won(-1_099_999) }, []string{"total"}},
		{"another kind of tax", func(c *Content) { c.Kind = customer.ZeroRated }, []string{"kind"}},
		{"another original", func(c *Content) { c.Amends = &Amends{Reason: Correction, Original: numbered(today, 1)} }, []string{"amends"}},
		{"no original", func(c *Content) { c.Amends = nil }, []string{"amends"}},
	} {
		t.Run(c.what, func(t *testing.T) {
			again := back
			c.spoil(&again)
			err := again.Replaces(back)
			if c.fields != nil {
				refused(t, err, fault.Invalid)
			}
			same(t, "fields", fields(err), c.fields)
		})
	}
}

func TestOnly_the_correct_half_of_a_correction_may_name_another_party(t *testing.T) {
	said := amend(t, original(), renamed("미래상사 주식회사")).Documents[1].Content
	again := said
	again.Buyer.BusinessNumber, again.Buyer.Name = "1208147521", "바른 회사"
	if err := again.Replaces(said); err != nil {
		t.Errorf("a correct half: %v", err)
	}
	zero := amend(t, original(), Change{Reason: LocalCredit, Opened: today}).Documents[1].Content
	again = zero
	again.Buyer.Name = "남의 회사"
	same(t, "fields", fields(again.Replaces(zero)), []string{"buyer"})
}

func TestWhat_a_half_done_amendment_took_back_is_given_back_by_a_counter_document(t *testing.T) {
	for _, c := range []Change{renamed("미래상사 주식회사"), {Reason: LocalCredit, Opened: today}, {Reason: LocalCredit, Opened: today, Supply: money.Won(400_000)}} {
		o := original()
		back := after(o, amend(t, o, c)).Amendments[0] // the one that stands
		counter := TaxInvoice{Key: "counter", State: Reported, Content: back.Content.Counter(), Confirmation: numbered(back.Content.Written, 9)}
		if err := counter.Content.Check(today); err != nil {
			t.Errorf("%s: %v", c.Reason.Text().EN, err)
		}
		o.Amendments = []TaxInvoice{back, counter}
		if left, err := o.Left(); err != nil || left.Total != o.Content.Total {
			t.Errorf("%s: %+v is left, %v", c.Reason.Text().EN, left, err)
		}
		amend(t, o, Change{Reason: Termination, Arose: today})
	}
}

func TestNo_two_states_are_called_the_same(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range []State{"", Intended, Issued, Sending, Reported, Refused, Rejected, Cancelling, Cancelled, InDoubt, "another"} {
		told(t, s.Text())
		if seen[s.Text().KO] {
			t.Errorf("%q and another are both called %s", s, s.Text().KO)
		}
		seen[s.Text().KO] = true
	}
	for _, o := range []Operation{Unknown, Unregistered, Operating, Suspended, Closed} {
		told(t, o.Text())
		if seen[o.Text().KO] {
			t.Errorf("%q and another are both called %s", o, o.Text().KO)
		}
		seen[o.Text().KO] = true
	}
}
