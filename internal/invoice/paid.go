package invoice

import (
	"slices"
	"time"

	"jeongsan/internal/fault"
	"jeongsan/internal/money"
)

// Means is how a portion was paid.
type Means string

const (
	Card     Means = "card"     // 카드: its slip (매출전표) is a tax document of its own
	Transfer Means = "transfer" // 계좌이체
)

// Evidence is the tax document that stands behind a paid portion (적격증빙). A portion has one and never two.
type Evidence string

const (
	// BySlip: the card slip replaces the tax invoice, which must then not be issued (부가가치세법 제33조 제2항, 시행령 제71조 제2항).
	BySlip Evidence = "slip"
	// ByTaxInvoice: a tax invoice covers it, or will; a card slip of it is marked as no evidence for a deduction.
	ByTaxInvoice Evidence = "tax-invoice"
)

// Portion is a part of the invoice's total that was paid, with the tax in it.
type Portion struct {
	Payment  string       `json:"payment"` // payment id; unique within the invoice
	Means    Means        `json:"means"`
	Evidence Evidence     `json:"evidence"`
	Slip     string       `json:"slip,omitempty"` // 승인번호 of a card payment
	Amount   money.Amount `json:"amount"`         // supply + VAT
	Supply   money.Amount `json:"supply"`
	VAT      money.Amount `json:"vat"`
	At       time.Time    `json:"at"`
}

// Adjustment is what an amended tax invoice (수정세금계산서) changed the amount of a final invoice by. The invoice keeps
// its number and its figures; what is owed follows.
type Adjustment struct {
	ID     string       `json:"id"` // of the correction
	Supply money.Amount `json:"supply"`
	VAT    money.Amount `json:"vat"`
	Total  money.Amount `json:"total"` // supply + VAT; negative: less is owed
	At     time.Time    `json:"at"`
}

// Money is what happened to the invoice's amount after it was final. It lies in the head, so that whoever takes money
// and whoever issues a tax invoice check each other by the head's version.
type Money struct {
	Adjustments []Adjustment `json:"adjustments,omitempty"`
	Portions    []Portion    `json:"portions,omitempty"`
	// Collecting is the payment whose outcome is open; until it is known nothing else may take money for the invoice
	// and no tax invoice may be issued for it. "" when there is none.
	Collecting string `json:"collecting,omitempty"`
	// Amending is the correction by which the invoice asks for more than its documents stand for yet; until they stand no
	// payment is begun for it. "" when there is none.
	Amending string `json:"amending,omitempty"`
	// TaxInvoice is the key of the live tax invoice, from the commit of its intent until it was cancelled or refused. "" when there is none.
	TaxInvoice string `json:"tax_invoice,omitempty"`
}

// Covered is an amount with the tax in it: what an invoice bills, owes, or leaves to a tax invoice. Total = Supply + VAT.
type Covered struct {
	Supply, VAT, Total money.Amount
}

// Paid is the sum of all portions.
func (i Invoice) Paid() (money.Amount, error) {
	paid := money.Zero(i.Sums.Total.Currency())
	for _, p := range i.Money.Portions {
		var err error
		if paid, err = paid.Add(p.Amount); err != nil {
			return money.Amount{}, err
		}
	}
	return paid, nil
}

// Billed is what the invoice asks for today: its sums with what amendments changed them by.
func (i Invoice) Billed() (Covered, error) {
	c := Covered{i.Sums.Supply, i.Sums.VAT, i.Sums.Total}
	for _, a := range i.Money.Adjustments {
		var err error
		if c, err = c.without(Covered{a.Supply.Neg(), a.VAT.Neg(), a.Total.Neg()}); err != nil {
			return Covered{}, err
		}
	}
	return c, nil
}

// Owed is what is left to pay, with the tax in it; negative when too much was paid.
func (i Invoice) Owed() (Covered, error) {
	c, err := i.Billed()
	for _, p := range i.Money.Portions {
		if err != nil {
			return Covered{}, err
		}
		c, err = c.without(p.covers())
	}
	return c, err
}

// Balance is the total of Owed.
func (i Invoice) Balance() (money.Amount, error) {
	owed, err := i.Owed()
	return owed.Total, err
}

// Taxable is what a tax invoice has to cover. Nothing is left of an invoice that was paid by card before one was issued (CF-03).
func (i Invoice) Taxable() (Covered, error) {
	c, err := i.Billed()
	for _, p := range i.Money.Portions {
		if err != nil {
			return Covered{}, err
		}
		if p.Evidence == BySlip {
			c, err = c.without(p.covers())
		}
	}
	return c, err
}

func (p Portion) covers() Covered { return Covered{p.Supply, p.VAT, p.Amount} }

func (c Covered) without(x Covered) (Covered, error) {
	supply, err := c.Supply.Sub(x.Supply)
	if err != nil {
		return Covered{}, err
	}
	vat, err := c.VAT.Sub(x.VAT)
	if err != nil {
		return Covered{}, err
	}
	total, err := c.Total.Sub(x.Total)
	return Covered{supply, vat, total}, err
}

// Adjust adds what an amendment changed; one that stands there already changes nothing. More than before is collected only
// once the amendment's documents stand (Amended).
func (i Invoice) Adjust(a Adjustment) Invoice {
	if _, there := i.Adjustment(a.ID); there {
		return i
	}
	a.At = a.At.UTC()
	i.Money.Adjustments = append(slices.Clone(i.Money.Adjustments), a)
	if a.Total.Sign() > 0 {
		i.Money.Amending = a.ID
	}
	return i
}

// Adjustment finds what a correction changed.
func (i Invoice) Adjustment(id string) (Adjustment, bool) {
	n := slices.IndexFunc(i.Money.Adjustments, func(a Adjustment) bool { return a.ID == id })
	if n < 0 {
		return Adjustment{}, false
	}
	return i.Money.Adjustments[n], true
}

// Amended says that the documents of a correction stand: what it asks for can be collected.
func (i Invoice) Amended(id string) Invoice {
	if i.Money.Amending == id {
		i.Money.Amending = ""
	}
	return i
}

// Readjust takes back what a correction changed that came to nothing.
func (i Invoice) Readjust(id string) Invoice {
	i = i.Amended(id)
	i.Money.Adjustments = slices.DeleteFunc(slices.Clone(i.Money.Adjustments), func(a Adjustment) bool { return a.ID == id })
	return i
}

// Disputed reports whether the workbook that the customer was sent asks for another amount than the invoice: until that is
// settled it can be neither charged nor taxed.
func (i Invoice) Disputed() bool { return i.Upload != nil && !i.Upload.Difference.IsZero() }

// Collect reserves the invoice for one payment before its provider is called. It refuses what is not final, is paid, is
// being paid already, or asks for another amount in its uploaded workbook.
func (i Invoice) Collect(payment string) (Invoice, error) {
	balance, err := i.Balance()
	switch {
	case err != nil:
		return i, err
	case i.State != Final:
		return i, fault.New(fault.Conflict, fault.T("청구서 %s은(는) 아직 확정되지 않아 결제할 수 없습니다.", "Invoice %s is not final and cannot be paid yet.", i.Number))
	case i.Money.Collecting != "" && i.Money.Collecting != payment:
		return i, fault.New(fault.Conflict, fault.T("청구서 %[1]s은(는) 결제 %[2]s의 결과를 확인하는 중입니다. 결과가 나온 뒤 다시 해 주세요.", "The outcome of payment %[2]s of invoice %[1]s is still open; try again once it is known.", i.Number, i.Money.Collecting))
	case i.Disputed():
		return i, fault.New(fault.Conflict, fault.T("청구서 %[1]s에 올린 파일의 합계가 청구 금액과 %[2]s 다릅니다. 금액을 수정하거나 파일을 되돌린 뒤 결제해 주세요.", "The file uploaded for invoice %[1]s differs from it by %[3]s; revise the invoice or take the file back before charging it.", i.Number, i.Upload.Difference.Korean(), i.Upload.Difference.English()))
	case i.Money.Amending != "":
		return i, fault.New(fault.Conflict, fault.T("청구서 %[1]s의 금액을 늘린 수정세금계산서(%[2]s)가 아직 발행되지 않았습니다. 발행된 뒤 결제해 주세요.", "The amended tax invoice (%[2]s) that raised invoice %[1]s is not issued yet; charge it once it is.", i.Number, i.Money.Amending))
	case balance.Sign() <= 0:
		return i, fault.New(fault.Conflict, fault.T("청구서 %s에 남은 미납액이 없습니다.", "Nothing is left to pay of invoice %s.", i.Number))
	}
	i.Money.Collecting = payment
	return i, nil
}

// Release ends the reservation of a payment that came to nothing.
func (i Invoice) Release(payment string) Invoice {
	if i.Money.Collecting == payment {
		i.Money.Collecting = ""
	}
	return i
}

// Pay adds a paid portion and ends the payment's reservation; a payment that stands there already changes nothing. The
// evidence follows from what is there: a card payment before a tax invoice was issued is evidenced by its slip.
func (i Invoice) Pay(p Portion) Invoice {
	i = i.Release(p.Payment)
	if slices.ContainsFunc(i.Money.Portions, func(q Portion) bool { return q.Payment == p.Payment }) {
		return i
	}
	p.At = p.At.UTC()
	if p.Evidence = ByTaxInvoice; p.Means == Card && i.Money.TaxInvoice == "" {
		p.Evidence = BySlip
	}
	i.Money.Portions = append(slices.Clone(i.Money.Portions), p)
	return i
}

// Portion finds what a payment paid.
func (i Invoice) Portion(payment string) (Portion, bool) {
	n := slices.IndexFunc(i.Money.Portions, func(p Portion) bool { return p.Payment == payment })
	if n < 0 {
		return Portion{}, false
	}
	return i.Money.Portions[n], true
}

// Restate replaces what a payment paid after a part of it went back to the payer; an amount of zero takes the portion out.
func (i Invoice) Restate(p Portion) Invoice {
	portions := slices.DeleteFunc(slices.Clone(i.Money.Portions), func(q Portion) bool { return q.Payment == p.Payment && p.Amount.IsZero() })
	for n := range portions {
		if portions[n].Payment == p.Payment {
			portions[n] = p
		}
	}
	i.Money.Portions = portions
	return i
}

// Tax reserves the invoice for one tax invoice. It refuses while another one lives, while a payment is open, and where
// nothing is left to cover.
func (i Invoice) Tax(key string) (Invoice, error) {
	left, err := i.Taxable()
	switch {
	case err != nil:
		return i, err
	case i.State != Final:
		return i, fault.New(fault.Conflict, fault.T("청구서 %s은(는) 아직 확정되지 않아 세금계산서를 발행할 수 없습니다.", "Invoice %s is not final; no tax invoice can be issued for it yet.", i.Number))
	case i.Money.TaxInvoice != "" && i.Money.TaxInvoice != key:
		return i, fault.New(fault.Conflict, fault.T("청구서 %[1]s에는 이미 세금계산서 %[2]s이(가) 있습니다.", "Invoice %[1]s has the tax invoice %[2]s already.", i.Number, i.Money.TaxInvoice))
	case i.Money.Collecting != "":
		return i, fault.New(fault.Conflict, fault.T("청구서 %[1]s은(는) 결제 %[2]s의 결과를 확인하는 중입니다. 카드로 결제되면 세금계산서를 발행하지 않으므로, 결과가 나온 뒤 발행해 주세요.", "The outcome of payment %[2]s of invoice %[1]s is still open; a card payment replaces the tax invoice, so issue it once the outcome is known.", i.Number, i.Money.Collecting))
	case i.Disputed():
		return i, fault.New(fault.Conflict, fault.T("청구서 %[1]s에 올린 파일의 합계가 청구 금액과 %[2]s 다릅니다. 금액을 수정하거나 파일을 되돌린 뒤 발행해 주세요.", "The file uploaded for invoice %[1]s differs from it by %[2]s; revise the invoice or take the file back first.", i.Number, i.Upload.Difference.Korean()))
	case left.Total.Sign() <= 0 && !i.bySlip():
		return i, fault.New(fault.Conflict, fault.T("청구서 %s은(는) 전액 수정되어 세금계산서로 발행할 금액이 없습니다.", "Invoice %s was amended to nothing, so that no tax invoice is due.", i.Number))
	case left.Total.Sign() <= 0:
		return i, fault.New(fault.Conflict, fault.T("청구서 %s은(는) 카드로 결제되어 매출전표가 세금계산서를 대신합니다.", "Invoice %s was paid by card, and the card slip stands for the tax invoice.", i.Number))
	}
	i.Money.TaxInvoice = key
	return i, nil
}

// bySlip reports whether a card slip stands for some of the invoice.
func (i Invoice) bySlip() bool {
	return slices.ContainsFunc(i.Money.Portions, func(p Portion) bool { return p.Evidence == BySlip })
}

// Untax ends the reservation of a tax invoice that was cancelled, refused or amended to nothing.
func (i Invoice) Untax(key string) Invoice {
	if i.Money.TaxInvoice == key {
		i.Money.TaxInvoice = ""
	}
	return i
}
