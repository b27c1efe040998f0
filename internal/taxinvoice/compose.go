package taxinvoice

import (
	"fmt"
	"strings"

	"golang.org/x/text/unicode/norm"

	"jeongsan/internal/calendar"
	"jeongsan/internal/customer"
	"jeongsan/internal/fault"
	"jeongsan/internal/invoice"
	"jeongsan/internal/money"
	"jeongsan/internal/rating"
	"jeongsan/internal/tenant"
)

// ForeignNumber stands where a foreigner has no business number; the first remark then carries the registration or
// passport number (NTS check of the buyer kind 03).
const ForeignNumber = "9999999999999"

// Input is what a tax invoice for an invoice is composed of.
type Input struct {
	Supplier tenant.Profile
	Buyer    customer.Customer
	Provider tenant.Provider // of the buyer's account: it names the item
	Invoice  invoice.Invoice
	Written  calendar.Date // 작성일자, by the contract's policy (customer.Written)
	Edit     Edit
}

// Edit is what staff change in the preview (CB-14). What is nil, empty or zero stays as composed.
//
// A unit price sets the supply amount: unit price × quantity, truncated below 1 won once (money.WonDown). A quantity
// without a unit price leaves the amount and restates the unit price, truncated to the two places the tax office takes.
type Edit struct {
	Item      *string
	UnitPrice *money.Decimal
	Quantity  *money.Decimal
	Remarks   []string
	Volume    int
	Issue     int
	Serial    string
	Purpose   Purpose
}

// Compose makes the content for an invoice: one line with the invoice's amounts to the won, or with the edited unit
// price those of the revision it needs (NeedsRevision). VAT is the invoice's and never computed again, except for a
// supply amount that the invoice does not have yet. It faults where kind of tax and invoice contradict each other; what
// else is wrong with the content is what Check finds.
func Compose(in Input) (Content, error) {
	left, err := in.left()
	if err != nil {
		return Content{}, err
	}
	line, err := in.line(left)
	if err != nil {
		return Content{}, err
	}
	total, err := line.Supply.Add(line.VAT)
	if err != nil {
		return Content{}, err
	}
	purpose, err := in.purpose()
	return Content{
		Written: in.Written, Kind: in.kind(), Purpose: purpose,
		Supplier: supplier(in.Supplier), Buyer: buyer(in.Buyer), BuyerKind: buyerKind(in.Buyer),
		Lines: []Line{line}, Supply: line.Supply, VAT: line.VAT, Total: total,
		Remarks: cleaned(in.Edit.Remarks), Volume: in.Edit.Volume, Issue: in.Edit.Issue, Serial: clean(in.Edit.Serial),
	}, err
}

// NeedsRevision says to which supply amount the invoice has to be revised before the edited content can be issued: billed
// amount and tax invoice stay equal (CB-19). What a card slip stands for stays as it is, so the change goes on top of the whole invoice.
func (in Input) NeedsRevision() (supply money.Amount, needed bool, err error) {
	left, err := in.left()
	if err != nil {
		return money.Amount{}, false, err
	}
	edited, err := in.supply(left)
	if err != nil {
		return money.Amount{}, false, err
	}
	change, err := edited.Sub(left.Supply)
	if err != nil || change.IsZero() {
		return in.Invoice.Sums.Supply, false, err
	}
	supply, err = in.Invoice.Sums.Supply.Add(change)
	return supply, true, err
}

// Matches is nil when the content's sums are what the invoice leaves to cover, and fault.Conflict when the invoice has
// to be revised, or the tax invoice composed again, before it can be issued.
func (c Content) Matches(left invoice.Covered) error {
	if equal(c.covered(), left) {
		return nil
	}
	return fault.New(fault.Conflict, fault.T(
		"세금계산서 금액 %[1]s이(가) 청구서의 발행 대상 금액 %[2]s과(와) 다릅니다. 청구서를 같은 금액으로 수정한 뒤 다시 발행해 주세요.",
		"The tax invoice says %[3]s where the invoice leaves %[4]s to cover; revise the invoice to the same amount and issue again.",
		c.Total.Korean(), left.Total.Korean(), c.Total.English(), left.Total.English()))
}

func (c Content) covered() invoice.Covered {
	return invoice.Covered{Supply: c.Supply, VAT: c.VAT, Total: c.Total}
}

func equal(a, b invoice.Covered) bool {
	return same(a.Supply, b.Supply) && same(a.VAT, b.VAT) && same(a.Total, b.Total)
}

// left is what there is to cover, with a kind of tax that fits it.
func (in Input) left() (invoice.Covered, error) {
	left, err := in.Invoice.Taxable()
	if err != nil {
		return invoice.Covered{}, err
	}
	return left, in.fits(left)
}

// fits refuses a contract that says 영세 or 면세 over an invoice that bills VAT, and the other way round.
func (in Input) fits(left invoice.Covered) error {
	kind, number := in.kind(), in.Invoice.Number
	switch {
	case kind != customer.Taxed && !left.VAT.IsZero():
		return fault.Invalidf("vat", fault.T(
			"고객사 %[1]s의 과세형태는 %[2]s인데 청구서 %[3]s에 부가세 %[4]s이 있습니다. 계약의 부가세율을 0%%로 바꾸어 청구서를 수정하거나, 과세형태를 과세로 바꾼 뒤 다시 작성해 주세요.",
			"Customer %[1]s is %[5]s, but invoice %[3]s bills VAT of %[6]s. Set the contract's VAT rate to 0%% and revise the invoice, or make the customer taxed, and compose again.",
			in.Buyer.ID, kindText(kind).KO, number, left.VAT.Korean(), kindText(kind).EN, left.VAT.English()))
	case kind == customer.Taxed && left.VAT.IsZero() && owesVAT(left.Supply):
		return fault.Invalidf("vat", fault.T(
			"고객사 %[1]s의 과세형태는 과세인데 청구서 %[2]s에 부가세가 없습니다. 과세형태를 영세나 면세로 바꾸거나, 계약의 부가세율을 10%%로 바꾸어 청구서를 수정해 주세요.",
			"Customer %[1]s is taxed, but invoice %[2]s bills no VAT. Make the customer zero-rated or exempt, or set the contract's VAT rate to 10%% and revise the invoice.",
			in.Buyer.ID, number))
	}
	return nil
}

// owesVAT reports whether 10 % of it is at least a won.
func owesVAT(supply money.Amount) bool { return supply.Minor() >= 10 }

func kindText(k customer.TaxKind) fault.Text {
	switch k {
	case customer.ZeroRated:
		return fault.T("영세", "zero-rated")
	case customer.Exempt:
		return fault.T("면세", "exempt")
	}
	return fault.T("과세", "taxed")
}

func (in Input) line(left invoice.Covered) (Line, error) {
	supply, err := in.supply(left)
	if err != nil {
		return Line{}, err
	}
	vat := left.VAT
	if supply != left.Supply {
		if vat, err = in.vatOf(supply); err != nil {
			return Line{}, err
		}
	}
	unit, err := in.unitPrice(supply)
	return Line{Date: in.Written, Item: in.item(), Quantity: in.quantity(), UnitPrice: unit, Supply: supply, VAT: vat}, err
}

// item is the edited name, else the provider's: "네이버클라우드 서비스_2026년 10월", with all months of an invoice that gathers several.
func (in Input) item() string {
	if in.Edit.Item != nil {
		return clean(*in.Edit.Item)
	}
	name := "클라우드 서비스_"
	if in.Provider == tenant.NCP {
		name = "네이버클라우드 서비스_"
	}
	last := monthOf(in.Invoice.Month)
	if span := in.Invoice.Span; len(span) > 1 {
		return name + monthOf(span[0]) + "~" + last
	}
	return name + last
}

// monthOf writes the month with two digits, as the item names of the field do: 2025년 01월.
func monthOf(m calendar.Month) string { return fmt.Sprintf("%d년 %02d월", m.Year(), int(m.Month())) }

func (in Input) quantity() money.Decimal {
	if in.Edit.Quantity != nil {
		return *in.Edit.Quantity
	}
	return money.Int(1)
}

// supply is what there is to cover, or unit price × quantity of an edit.
func (in Input) supply(left invoice.Covered) (money.Amount, error) {
	if q := in.Edit.Quantity; q != nil && q.Sign() <= 0 {
		return money.Amount{}, fault.Invalidf("quantity", fault.T("수량은 0보다 커야 합니다.", "The quantity must be more than zero."))
	}
	if in.Edit.UnitPrice == nil {
		return left.Supply, nil
	}
	supply, err := money.WonDown.Amount(in.Edit.UnitPrice.Mul(in.quantity()), money.KRW)
	if err == nil && supply.Sign() <= 0 {
		return money.Amount{}, fault.Invalidf("unit_price", fault.T("단가와 수량을 곱한 공급가액은 1원 이상이어야 합니다.", "Unit price times quantity must come to a supply amount of at least one won."))
	}
	return supply, err
}

func (in Input) unitPrice(supply money.Amount) (money.Decimal, error) {
	if in.Edit.UnitPrice != nil {
		return *in.Edit.UnitPrice, nil
	}
	if in.Edit.Quantity == nil {
		return supply.Decimal(), nil
	}
	return supply.Decimal().Quo(in.quantity(), 2, money.Down)
}

// vatOf is the VAT that the invoice will have once it is revised to the supply amount: by the contract's rate and rule,
// of all that is not covered by slips.
func (in Input) vatOf(supply money.Amount) (money.Amount, error) {
	if in.kind() != customer.Taxed {
		return money.Zero(money.KRW), nil
	}
	policy := in.Buyer.Policy
	if policy.VAT == "" {
		policy = rating.DefaultPolicy()
	}
	rule, err := money.RuleByID(policy.VAT)
	if err != nil {
		return money.Amount{}, err
	}
	return rule.Amount(supply.Decimal().Mul(policy.Rate), money.KRW)
}

func (in Input) kind() customer.TaxKind {
	if in.Buyer.TaxKind == "" {
		return customer.Taxed
	}
	return in.Buyer.TaxKind
}

// purpose is 영수 once nothing is owed any more, else 청구, unless staff chose.
func (in Input) purpose() (Purpose, error) {
	if in.Edit.Purpose != "" {
		return in.Edit.Purpose, nil
	}
	balance, err := in.Invoice.Balance()
	if err == nil && balance.Sign() <= 0 && len(in.Invoice.Money.Portions) > 0 {
		return Received, nil
	}
	return ForPayment, err
}

func supplier(p tenant.Profile) Party {
	return Party{
		BusinessNumber: strings.ReplaceAll(p.BusinessNumber, "-", ""), Branch: p.Branch, Name: p.Name, Representative: p.Representative,
		Address: p.Address, BusinessType: p.BusinessType, Industry: p.Industry, Phone: p.Phone, Email: p.Email,
	}
}

// buyer is the customer with its first contact that has an e-mail: there the notice of the issue goes.
func buyer(c customer.Customer) Party {
	p := Party{
		BusinessNumber: strings.ReplaceAll(c.BusinessNumber, "-", ""), Branch: c.Branch, Name: c.Name, Representative: c.Representative,
		Address: c.Address, BusinessType: c.BusinessType, Industry: c.Industry,
	}
	if buyerKind(c) == customer.Foreigner {
		p.BusinessNumber = ForeignNumber
	}
	for _, k := range c.Contacts {
		if k.Email != "" {
			p.Contact, p.Phone, p.Email = k.Name, k.Phone, k.Email
			break
		}
	}
	return p
}

func buyerKind(c customer.Customer) customer.BuyerKind {
	if c.BuyerKind == "" {
		return customer.Business
	}
	return c.BuyerKind
}

// clean composes Hangul that came decomposed and trims blanks, as everywhere a text of ours is stored.
func clean(s string) string { return strings.TrimSpace(norm.NFC.String(s)) }

func cleaned(texts []string) []string {
	var out []string
	for _, s := range texts {
		if s = clean(s); s != "" {
			out = append(out, s)
		}
	}
	return out
}
