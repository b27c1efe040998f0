package taxinvoice

import (
	"fmt"
	"slices"

	"jeongsan/internal/calendar"
	"jeongsan/internal/customer"
	"jeongsan/internal/invoice"
	"jeongsan/internal/money"
)

// standing is what stands of an original in one kind of tax: usually all of it, in the original's.
type standing struct {
	base  Content // the document in force: the original, or the positive half of the last correction
	named string  // the confirmation number amendments of it name
	left  invoice.Covered
}

// Left is what stands of the original: its sums and those of its live amendments.
func (o Original) Left() (invoice.Covered, error) {
	parts, err := o.parts()
	if err != nil {
		return invoice.Covered{}, err
	}
	var left invoice.Covered
	for _, s := range parts {
		if left, err = plus(left, s.left); err != nil {
			return invoice.Covered{}, err
		}
	}
	return left, nil
}

// standing are the parts of which something is left.
func (o Original) standing() ([]standing, error) {
	parts, err := o.parts()
	return slices.DeleteFunc(parts, func(s standing) bool { return s.left.Total.Sign() <= 0 }), err
}

// parts sums the original and its live amendments by kind of tax: taxed, zero-rated, exempt.
func (o Original) parts() ([]standing, error) {
	var out []standing
	for _, kind := range []customer.TaxKind{customer.Taxed, customer.ZeroRated, customer.Exempt} {
		s, found := standing{}, false
		for _, x := range append([]TaxInvoice{o.TaxInvoice}, o.Amendments...) {
			if x.Content.Kind != kind || !x.State.Live() {
				continue
			}
			var err error
			if s, err = s.and(x, o); err != nil {
				return nil, err
			}
			found = true
		}
		if found {
			out = append(out, s)
		}
	}
	return out, nil
}

// and adds a document. A positive one that is no difference becomes the one in force. Amendments name the original, but
// where a correction changed the date they name its positive half, whose number begins with the date they carry.
func (s standing) and(x TaxInvoice, o Original) (standing, error) {
	first := s.base.Kind == ""
	replaces := x.Content.Total.Sign() > 0 && (x.Content.Amends == nil || x.Content.Amends.Reason != AmountChange)
	if first || replaces {
		s.base, s.named = x.Content, o.Confirmation
		if x.Content.Written != o.Content.Written && replaces {
			s.named = x.Confirmation
		}
	}
	var err error
	s.left, err = plus(s.left, x.Content.covered())
	return s, err
}

// untouched reports whether what stands is one document as it was issued.
func (s standing) untouched() bool { return equal(s.base.covered(), s.left) }

func plus(a, b invoice.Covered) (invoice.Covered, error) {
	supply, err := a.Supply.Add(b.Supply)
	if err != nil {
		return invoice.Covered{}, err
	}
	vat, err := a.VAT.Add(b.VAT)
	if err != nil {
		return invoice.Covered{}, err
	}
	total, err := a.Total.Add(b.Total)
	return invoice.Covered{Supply: supply, VAT: vat, Total: total}, err
}

// reversal takes back all that stands: the document's very lines with the other sign (and the day of the event where that
// is the date), or one line when amendments left something else of it.
func (s standing) reversal(r Reason, written calendar.Date, remarks []string) Content {
	c := s.base
	c.Written, c.Amends, c.Remarks = written, s.amends(r), remarks
	c.Supply, c.VAT, c.Total = s.left.Supply.Neg(), s.left.VAT.Neg(), s.left.Total.Neg()
	if !s.untouched() {
		c.Lines = []Line{s.single(written, c.Supply, c.VAT)}
		return c
	}
	c.Lines = slices.Clone(c.Lines)
	for i, l := range c.Lines {
		l.Quantity, l.Supply, l.VAT = l.Quantity.Neg(), l.Supply.Neg(), l.VAT.Neg()
		if r.datedAnew() {
			l.Date = written
		}
		c.Lines[i] = l
	}
	return c
}

// part is a document of one line with the given amounts.
func (s standing) part(r Reason, written calendar.Date, supply, vat money.Amount, remark string) (Content, error) {
	total, err := supply.Add(vat)
	c := s.base
	c.Written, c.Amends, c.Remarks = written, s.amends(r), with(s.base.Remarks, remark)
	c.Lines = []Line{s.single(written, supply, vat)}
	c.Supply, c.VAT, c.Total = supply, vat, total
	return c, err
}

func (s standing) amends(r Reason) *Amends { return &Amends{Reason: r, Original: s.named} }

// single is a line of quantity 1 or −1, so that the unit price is never negative.
func (s standing) single(written calendar.Date, supply, vat money.Amount) Line {
	l := Line{Date: written, Quantity: money.Int(1), UnitPrice: supply.Decimal(), Supply: supply, VAT: vat}
	if len(s.base.Lines) > 0 {
		l.Item, l.Spec = s.base.Lines[0].Item, s.base.Lines[0].Spec
	}
	if supply.Sign() < 0 {
		l.Quantity, l.UnitPrice = l.Quantity.Neg(), l.UnitPrice.Neg()
	}
	return l
}

// originalDate is the remark that the decree asks for beside a date of its own (제70조 제1항 제1~3호).
func (s standing) originalDate() string { return fmt.Sprintf("당초 작성일자 %s", s.base.Written) }

// with adds a remark to those there are (덧붙여 적는다): beside them, or behind the last where three stand already.
func with(remarks []string, remark string) []string {
	out := slices.Clone(remarks)
	if len(out) < maxRemarks {
		return append(out, remark)
	}
	out[len(out)-1] += " / " + remark
	return out
}
