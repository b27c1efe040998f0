package taxinvoice

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"jeongsan/internal/calendar"
	"jeongsan/internal/customer"
	"jeongsan/internal/fault"
	"jeongsan/internal/invoice"
	"jeongsan/internal/money"
	"jeongsan/internal/store"
)

// InForce is a positive document that holds, wholly or in part: the original, an addition (2), the correct half of a
// correction (1) or the zero-rated half of a letter of credit (5). Whoever takes some of it back names it and no other:
// the service lets nobody take back more than the named document supplied (-11001118).
type InForce struct {
	Confirmation string  // its 국세청 승인번호
	Content      Content // parties, lines and sums that hold: its own lines, or one line for what was left of them
}

// LoadOriginal reads a tax invoice with its amendments, as Amend and InForce take it.
func LoadOriginal(ctx context.Context, s store.Reader, t store.Tenant, m calendar.Month, customer string, sequence int) (Original, error) {
	x, err := Load(ctx, s, t, m, customer, sequence)
	if err != nil {
		return Original{}, err
	}
	records, err := ListCorrections(ctx, s, t, m, customer)
	if err != nil {
		return Original{}, err
	}
	all, err := List(ctx, s, t, m, customer)
	o := Original{TaxInvoice: x.TaxInvoice}
	for _, y := range all {
		if slices.ContainsFunc(records, func(r VersionedCorrection) bool { return r.ID == y.Correction && r.Original == x.Key }) {
			o.Amendments = append(o.Amendments, y.TaxInvoice)
		}
	}
	return o, err
}

// InForce is what stands of the original after its amendments: taxed documents before zero-rated ones, each kind in the
// order of issue; nothing once all of it was taken back.
func (o Original) InForce() ([]InForce, error) {
	var out []InForce
	live := o.live()
	for _, x := range live {
		if x.Content.Total.Sign() > 0 {
			out = append(out, InForce{x.Confirmation, x.Content})
		}
	}
	for _, x := range live {
		if x.Content.Total.Sign() >= 0 {
			continue
		}
		n := slices.IndexFunc(out, func(f InForce) bool { return f.takenBackBy(x.Content) })
		if n < 0 {
			return nil, fault.New(fault.Conflict, fault.T(
				"수정세금계산서 %[1]s이(가) 줄이는 문서를 세금계산서 %[2]s의 내역에서 찾을 수 없습니다. 팝빌에서 당초 승인번호를 확인해 주세요.",
				"What amendment %[1]s takes back is not among the documents of tax invoice %[2]s; look its original's confirmation number up at the service.", x.Key, o.Key))
		}
		var err error
		if out[n], err = out[n].less(x.Content); err != nil {
			return nil, err
		}
	}
	out = slices.DeleteFunc(out, func(f InForce) bool { return f.Content.Total.Sign() <= 0 })
	slices.SortStableFunc(out, func(a, b InForce) int { return cmp.Compare(rank(a.Content.Kind), rank(b.Content.Kind)) })
	return out, nil
}

// live is the original and those of its amendments that exist.
func (o Original) live() []TaxInvoice {
	var out []TaxInvoice
	for _, x := range append([]TaxInvoice{o.TaxInvoice}, o.Amendments...) {
		if x.State.Live() {
			out = append(out, x)
		}
	}
	return out
}

func rank(k customer.TaxKind) int {
	return slices.Index([]customer.TaxKind{customer.Taxed, customer.ZeroRated, customer.Exempt}, k)
}

// Left is the sums of what stands of the original.
func (o Original) Left() (invoice.Covered, error) {
	zero := money.Zero(money.KRW)
	left := invoice.Covered{Supply: zero, VAT: zero, Total: zero}
	all, err := o.InForce()
	if err != nil {
		return left, err
	}
	for _, f := range all {
		if left, err = plus(left, f.Content.covered()); err != nil {
			return left, err
		}
	}
	return left, nil
}

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

// takenBackBy reports whether a negative document takes some of this one back, and no more than there is.
func (f InForce) takenBackBy(c Content) bool {
	named := c.Amends != nil && c.Amends.Original == f.Confirmation && c.Kind == f.Content.Kind
	return named && -c.Total.Minor() <= f.Content.Total.Minor()
}

// less is what holds after a negative document: one line.
func (f InForce) less(negative Content) (InForce, error) {
	left, err := plus(f.Content.covered(), negative.covered())
	f.Content = f.Content.of(f.Content.Written, left)
	return f, err
}

// of is the content with one line of the amounts.
func (c Content) of(date calendar.Date, amounts invoice.Covered) Content {
	c.Supply, c.VAT, c.Total = amounts.Supply, amounts.VAT, amounts.Total
	l := Line{Date: date, Quantity: money.Int(1), UnitPrice: c.Supply.Decimal(), Supply: c.Supply, VAT: c.VAT}
	if len(c.Lines) > 0 {
		l.Item, l.Spec = c.Lines[0].Item, c.Lines[0].Spec
	}
	if c.Supply.Sign() < 0 { // the unit price is never negative
		l.Quantity, l.UnitPrice = l.Quantity.Neg(), l.UnitPrice.Neg()
	}
	c.Lines = []Line{l}
	return c
}

// reversal takes back all that holds: its very lines with the other sign, and the day of the event where that is the date.
func (f InForce) reversal(r Reason, written calendar.Date, remarks []string) Content {
	c := f.Content
	c.Written, c.Amends, c.Remarks = written, f.amends(r), remarks
	c.Supply, c.VAT, c.Total = c.Supply.Neg(), c.VAT.Neg(), c.Total.Neg()
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
func (f InForce) part(r Reason, written calendar.Date, supply, vat money.Amount, remark string) (Content, error) {
	total, err := supply.Add(vat)
	c := f.Content.of(written, invoice.Covered{Supply: supply, VAT: vat, Total: total})
	c.Written, c.Amends, c.Remarks = written, f.amends(r), with(c.Remarks, remark)
	return c, err
}

func (f InForce) amends(r Reason) *Amends { return &Amends{Reason: r, Original: f.Confirmation} }

// originalDate is the remark that the decree asks for beside a date of its own (제70조 제1항 제1~3호).
func (f InForce) originalDate() string {
	return fmt.Sprintf("당초 작성일자 %s", f.Content.Written)
}

// with adds a remark to those there are (덧붙여 적는다): beside them, or behind the last where three stand already.
func with(remarks []string, remark string) []string {
	out := slices.Clone(remarks)
	if len(out) < maxRemarks {
		return append(out, remark)
	}
	out[len(out)-1] += " / " + remark
	return out
}
