package taxinvoice

import (
	"reflect"
	"slices"
	"strings"

	"jeongsan/internal/calendar"
	"jeongsan/internal/customer"
	"jeongsan/internal/fault"
	"jeongsan/internal/invoice"
	"jeongsan/internal/money"
)

// Right is what a tax invoice should have said: only what was wrong is named, and what is nil stays as it stands. So an
// amount is never corrected by correcting a name, whatever was amended before.
type Right struct {
	// Document is the confirmation number of the one that is wrong where several stand (InForce). "" is all of them; a
	// date, a kind of tax or an amount can only be wrong of one.
	Document string

	Written         *calendar.Date
	Kind            *customer.TaxKind // taxed or zero-rated; never to or from exempt
	Supply          *money.Amount     // on one line
	VAT             *money.Amount     // nil: what it is, or 10 % where the supply amount or the kind is corrected
	Purpose         *Purpose
	Supplier, Buyer PartyRight
	BuyerKind       *customer.BuyerKind
	Item            *string // of the first line
	Remarks         *[]string
	Volume, Issue   *int
	Serial          *string
}

// PartyRight is what should have been said of a party.
type PartyRight struct {
	BusinessNumber, Branch, Name, Representative, Address, BusinessType, Industry, Contact, Phone, Email *string
}

// RightOf names what differs between a content that stands and what it should have said.
func RightOf(stands, should Content) *Right {
	r := &Right{
		Written: named(stands.Written, should.Written), Kind: named(stands.Kind, should.Kind), Purpose: named(stands.Purpose, should.Purpose),
		Supply: named(stands.Supply, should.Supply), VAT: named(stands.VAT, should.VAT),
		Supplier: partyRight(stands.Supplier, should.Supplier), Buyer: partyRight(stands.Buyer, should.Buyer), BuyerKind: named(stands.BuyerKind, should.BuyerKind),
		Volume: named(stands.Volume, should.Volume), Issue: named(stands.Issue, should.Issue), Serial: named(stands.Serial, should.Serial),
	}
	if should.Written.IsZero() {
		r.Written = nil
	}
	if r.Supply != nil || r.Kind != nil { // otherwise 10 % would be taken of what it should have said
		r.VAT = &should.VAT
	}
	if len(stands.Lines) > 0 && len(should.Lines) > 0 {
		r.Item = named(stands.Lines[0].Item, should.Lines[0].Item)
	}
	if !slices.Equal(stands.Remarks, should.Remarks) {
		r.Remarks = &should.Remarks
	}
	return r
}

func named[T comparable](stands, should T) *T {
	if stands == should {
		return nil
	}
	return &should
}

func partyRight(stands, should Party) PartyRight {
	var r PartyRight
	to, was, is := r.fields(), stands.texts(), should.texts()
	for i := range to {
		*to[i] = named(*was[i], *is[i])
	}
	return r
}

// texts and fields go through the same fields in the same order.
func (p *Party) texts() []*string {
	return []*string{&p.BusinessNumber, &p.Branch, &p.Name, &p.Representative, &p.Address, &p.BusinessType, &p.Industry, &p.Contact, &p.Phone, &p.Email}
}

func (r *PartyRight) fields() []**string {
	return []**string{&r.BusinessNumber, &r.Branch, &r.Name, &r.Representative, &r.Address, &r.BusinessType, &r.Industry, &r.Contact, &r.Phone, &r.Email}
}

// onto is the party put right.
func (r PartyRight) onto(p Party) Party {
	for i, should := range r.fields() {
		put(p.texts()[i], *should)
	}
	return p
}

func put[T any](to, should *T) {
	if should != nil {
		*to = *should
	}
}

// corrected are the documents of a correction: all that was wrong, negative, then what it should have said.
func (a amendment) corrected() ([]Document, error) {
	right, some, err := a.wrong()
	if err != nil {
		return nil, err
	}
	var back, said []Document
	for _, f := range some {
		should, err := right.onto(f.Content)
		if err != nil {
			return nil, err
		}
		if reflect.DeepEqual(should, f.Content) {
			continue
		}
		should.Amends = f.amends(a.Reason)
		back = append(back, Document{Content: f.reversal(a.Reason, f.Content.Written, f.Content.Remarks)})
		said = append(said, Document{Content: should})
	}
	if len(said) == 0 {
		return nil, fault.Invalidf("correct", fault.T("고친 내용이 지금의 세금계산서와 같습니다. 바뀐 항목을 입력해 주세요.", "The correct content is what it says already; change what is wrong."))
	}
	return append(back, said...), nil
}

// wrong are the documents that are put right.
func (a amendment) wrong() (Right, []InForce, error) {
	right := a.Right
	if right == nil {
		return Right{}, nil, fault.Invalidf("correct", fault.T("바르게 고친 내용을 입력해 주세요.", "Give the correct content."))
	}
	some := a.inForce
	if right.Document != "" {
		some = slices.DeleteFunc(slices.Clone(some), func(f InForce) bool { return f.Confirmation != right.Document })
	}
	var numbers []string
	for _, f := range a.inForce {
		numbers = append(numbers, f.Confirmation)
	}
	ofOne := right.Written != nil || right.Kind != nil || right.Supply != nil || right.VAT != nil
	if len(some) == 0 || len(some) > 1 && ofOne {
		return *right, nil, fault.Invalidf("document", fault.T(
			"수정할 문서의 승인번호를 골라 주세요. 세금계산서 %[1]s에는 %[2]s이(가) 남아 있습니다.",
			"Choose the confirmation number of the document that is wrong; of tax invoice %[1]s these stand: %[2]s.", a.Key, strings.Join(numbers, ", ")))
	}
	return *right, some, nil
}

// onto is the content put right.
func (r Right) onto(c Content) (Content, error) {
	amounts, err := r.amounts(c)
	if err != nil {
		return c, err
	}
	was := c
	put(&c.Written, r.Written)
	put(&c.Kind, r.Kind)
	put(&c.Purpose, r.Purpose)
	c.Supplier, c.Buyer = r.Supplier.onto(c.Supplier), r.Buyer.onto(c.Buyer)
	put(&c.BuyerKind, r.BuyerKind)
	put(&c.Remarks, r.Remarks)
	put(&c.Volume, r.Volume)
	put(&c.Issue, r.Issue)
	put(&c.Serial, r.Serial)
	if !equal(amounts, c.covered()) {
		c = c.of(c.Written, amounts)
	}
	c.Lines = slices.Clone(c.Lines)
	for i := range c.Lines {
		if c.Lines[i].Date == was.Written {
			c.Lines[i].Date = c.Written
		}
	}
	if len(c.Lines) > 0 {
		put(&c.Lines[0].Item, r.Item)
	}
	return c, nil
}

// amounts are the correct ones of a content.
func (r Right) amounts(c Content) (invoice.Covered, error) {
	kind, supply, vat := c.Kind, c.Supply, c.VAT
	put(&kind, r.Kind)
	put(&supply, r.Supply)
	if (kind == customer.Exempt) != (c.Kind == customer.Exempt) {
		return invoice.Covered{}, notByCorrection()
	}
	var err error
	if kind != c.Kind || !same(supply, c.Supply) {
		if vat, err = vatOf(kind, supply); err != nil {
			return invoice.Covered{}, err
		}
	}
	put(&vat, r.VAT)
	total, err := supply.Add(vat)
	if err == nil && total.Sign() <= 0 {
		err = fault.Invalidf("supply", fault.T(
			"바르게 고친 금액은 0원보다 커야 합니다. 모두 취소하려면 계약의 해제나 착오에 의한 이중발급을 골라 주세요.",
			"The correct amount must be more than zero; to take all of it back choose a termination or a duplicate."))
	}
	return invoice.Covered{Supply: supply, VAT: vat, Total: total}, err
}

// notByCorrection: 세금계산서 and 계산서 are papers of two laws, and neither amends the other (-11001080, -11001081).
func notByCorrection() error {
	return fault.Invalidf("kind", fault.T(
		"과세·영세 세금계산서와 면세 계산서는 서로 정정할 수 없습니다. '착오에 의한 이중발급'으로 이 문서를 전액 취소한 뒤(면세 등 발급대상이 아닌 거래, 시행령 제70조 제1항 제8호), 과세형태를 바로잡아 새로 발행해 주세요.",
		"A tax invoice (taxed or zero-rated) and an exempt invoice cannot be corrected into each other. Take this one back whole as a duplicate (not one to issue: Decree art. 70 ① 8), then issue a new one of the right kind."))
}
