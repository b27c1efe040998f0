package taxinvoice_test

import (
	"errors"
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"jeongsan/internal/customer"
	"jeongsan/internal/fault"
	"jeongsan/internal/invoice"
	"jeongsan/internal/money"
	. "jeongsan/internal/taxinvoice"
)

// service is what Popbill refuses of amendments, and more: it counts what was taken back of a document by all of them.
type service map[string]*Content

// issue puts a document on the books of the service; the error is the code it would answer.
func (s service) issue(number string, c Content) error {
	if c.Amends == nil {
		s[number] = &c
		return nil
	}
	original, found := s[c.Amends.Original]
	reason := c.Amends.Reason
	switch {
	case !found:
		return errors.New("-11001055: no such original")
	case (original.Kind == customer.Exempt) != (c.Kind == customer.Exempt):
		return errors.New("-11001081: tax invoice and exempt invoice")
	case (reason == Return || reason == Termination) && (c.Supply.Sign() > 0 || c.Total.Sign() >= 0): // a rest of VAT alone is negative too
		return errors.New("-11001010: not negative")
	case reason == LocalCredit && c.Written != original.Written:
		return errors.New("-11002052: not the original's date")
	case c.Total.Sign() > 0:
		s[number] = &c
		return nil
	case -c.Supply.Minor() > original.Supply.Minor() || -c.VAT.Minor() > original.VAT.Minor():
		return fmt.Errorf("-11001118: %d of %d", c.Supply.Minor(), original.Supply.Minor())
	}
	original.Supply, original.VAT = must(original.Supply.Add(c.Supply)), must(original.VAT.Add(c.VAT))
	return nil
}

func (s service) sums() (supply, vat int64) {
	for _, c := range s {
		supply, vat = supply+c.Supply.Minor(), vat+c.VAT.Minor()
	}
	return supply, vat
}

func TestWhatever_is_amended_the_service_takes_every_document_and_they_add_up_to_what_is_owed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := original()
		supply := rapid.Int64Range(10, 5_000_000_000).Draw(t, "supply")
		o.Content = must(Compose(input(supply, supply/10)))
		popbill := service{}
		if err := popbill.issue(o.Confirmation, o.Content); err != nil {
			t.Fatal(err)
		}
		for n := range rapid.IntRange(1, 8).Draw(t, "amendments") {
			before := must(o.Left())
			c := anyChange(t, o, before, n)
			p, err := Amend(o, c, korea, today)
			if err != nil {
				if code := fault.CodeOf(err); code != fault.Invalid && code != fault.Conflict {
					t.Fatal(err)
				}
				continue
			}
			o = after(o, p)
			for _, x := range o.Amendments[len(o.Amendments)-len(p.Documents):] {
				if err := x.Content.Check(today); err != nil {
					t.Fatal(err)
				}
				if err := popbill.issue(x.Confirmation, x.Content); err != nil {
					t.Fatalf("%+v: %v", x.Content, err)
				}
			}
			left, d := must(o.Left()), p.Difference()
			if left.Supply != must(before.Supply.Add(d.Supply)) || left.VAT != must(before.VAT.Add(d.VAT)) || left.Total != must(left.Supply.Add(left.VAT)) {
				t.Fatalf("%+v and %+v become %+v", before, d, left)
			}
			if supply, vat := popbill.sums(); left.Supply.Minor() != supply || left.VAT.Minor() != vat || supply < 0 || vat < 0 {
				t.Fatalf("%+v is left, and at the service %d + %d", left, supply, vat)
			}
			kept(t, c, before, left)
		}
	})
}

// kept checks what each reason leaves as it was.
func kept(t *rapid.T, c Change, before, left invoice.Covered) {
	switch {
	case (c.Reason == Termination || c.Reason == DuplicateMistake) && !left.Total.IsZero():
		t.Fatalf("%+v is left of what was taken back", left)
	case c.Reason == Correction && c.Right.Supply == nil && left != before:
		t.Fatalf("a name was corrected, and %+v is %+v", before, left)
	case c.Reason == LocalCredit && left.Supply != before.Supply:
		t.Fatalf("a letter of credit changed the supply from %+v to %+v", before, left)
	}
}

func anyChange(t *rapid.T, o Original, left invoice.Covered, n int) Change {
	draw := func(what string) string { return fmt.Sprint(what, n) }
	c := Change{Reason: Reason(rapid.IntRange(1, 6).Draw(t, draw("reason"))), Arose: today, Opened: today}
	part := rapid.Int64Range(0, left.Supply.Minor()+1).Draw(t, draw("part"))
	switch c.Reason {
	case AmountChange:
		c.Supply = money.Won(rapid.SampledFrom([]int64{-1, 1}).Draw(t, draw("sign")) * part)
	case Correction:
		c.Right = &Right{Buyer: PartyRight{Name: is(draw("상호"))}}
		if all := must(o.InForce()); len(all) > 0 && rapid.Bool().Draw(t, draw("amount")) {
			c.Right.Document, c.Right.Supply = rapid.SampledFrom(all).Draw(t, draw("document")).Confirmation, is(money.Won(part*2+10))
		}
	default:
		c.Supply = money.Won(part)
	}
	if c.Reason != Correction && rapid.IntRange(0, 2).Draw(t, draw("given")) == 0 {
		c.VAT = is(money.Won(c.Supply.Minor()/10 + rapid.Int64Range(-999, 999).Draw(t, draw("vat"))))
	}
	if c.Reason != Correction && rapid.IntRange(0, 3).Draw(t, draw("kind")) == 0 {
		c.Kind = customer.ZeroRated
	}
	return c
}
