package settlement

import (
	"context"

	"jeongsan/internal/fault"
	"jeongsan/internal/invoice"
	"jeongsan/internal/money"
	"jeongsan/internal/rating"
	"jeongsan/internal/store"
	"jeongsan/internal/tenant"
	"jeongsan/internal/usage"
)

// Explanation is everything behind an invoice, or behind one line of it (XX-02).
type Explanation struct {
	Invoice  invoice.Invoice
	Body     invoice.Body
	Customer string
	Account  tenant.Account
	Lines    []ExplainedLine
	// Proved: rating the stored input again gave the same bill, byte for byte, and the rows behind every usage
	// line, read from the snapshot, add up to the line's cost.
	Proved bool
}

// ExplainedLine is a line with the usage rows behind it.
type ExplainedLine struct {
	rating.Line
	Rows []usage.Row   // of a usage line, in the order of the snapshot
	Cost money.Decimal // their exact sum, in the provider's currency
}

// Explain reads an invoice by its number and derives it again. lineID "" explains every line.
func (d *Desk) Explain(ctx context.Context, t store.Tenant, number, lineID string) (Explanation, error) {
	ref, err := invoice.ParseNumber(number)
	if err != nil {
		return Explanation{}, err
	}
	head, _, err := invoice.Load(ctx, d.Store, t, ref.Month, ref.Customer)
	if err != nil || head.Number != invoice.Number(ref.Code, ref.Month, ref.Customer, ref.Revision) {
		if err == nil || fault.Is(err, fault.NotFound) {
			return Explanation{}, fault.New(fault.NotFound, fault.T("청구서 %s이(가) 없습니다.", "There is no invoice %s.", number))
		}
		return Explanation{}, err
	}
	body, err := d.body(ctx, t, head)
	if err != nil {
		return Explanation{}, err
	}
	x := Explanation{Invoice: head, Body: body, Customer: ref.Customer, Proved: true}
	if len(head.Charges) > 0 {
		if x.Account, _, err = tenant.LoadAccount(ctx, d.Store, t, head.Charges[0].Account); err != nil {
			return Explanation{}, err
		}
	}
	for _, l := range body.Bill.Lines {
		if lineID != "" && l.ID != lineID {
			continue
		}
		e, err := d.explainLine(ctx, head, l)
		if err != nil {
			return Explanation{}, err
		}
		if l.Rows > 0 {
			x.Proved = x.Proved && len(e.Rows) == l.Rows && e.Cost.Canonical() == l.Derivation[0].Out
		}
		x.Lines = append(x.Lines, e)
	}
	if len(x.Lines) == 0 {
		return Explanation{}, fault.Invalidf("line", fault.T("청구서 %[1]s에 %[2]s번 항목이 없습니다(1~%[3]d).", "Invoice %[1]s has no line %[2]s (1 to %[3]d).", number, lineID, len(body.Bill.Lines)))
	}
	again, err := proved(head, body)
	x.Proved = x.Proved && again
	return x, err
}

// proved rates the stored input again and compares the two bills and the input's hash.
func proved(head invoice.Invoice, body invoice.Body) (bool, error) {
	hash, err := invoice.HashInput(body.Input, head.Charges)
	if err != nil {
		return false, err
	}
	bill, err := rating.Rate(body.Input)
	if err != nil {
		return false, err
	}
	return rating.Same(bill, body.Bill) && hash == head.Input && invoice.SumsOf(bill) == head.Sums, nil
}

func (d *Desk) explainLine(ctx context.Context, head invoice.Invoice, l rating.Line) (ExplainedLine, error) {
	e := ExplainedLine{Line: l}
	if l.Rows == 0 {
		return e, nil
	}
	for _, c := range head.Charges {
		if c.Account != l.Account || c.Month != l.Month {
			continue
		}
		_, err := usage.ReadMember(ctx, d.Bucket, c.Location(), func(r usage.Row) error {
			if r.Service == l.Service && c.Covers(r) {
				e.Rows = append(e.Rows, r)
				e.Cost = e.Cost.Add(r.Cost)
			}
			return nil
		})
		if err != nil {
			return e, err
		}
	}
	return e, nil
}
