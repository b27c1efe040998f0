package portone

import "strings"

// Kind is the kind of a means of payment, in PortOne's words for payments; a billing key has the same kinds.
type Kind string

// The kinds whose details are read. Any other is reported by its name.
const (
	KindCard           Kind = "Card"
	KindEasyPay        Kind = "EasyPay" // KakaoPay and the like
	KindVirtualAccount Kind = "VirtualAccount"
	KindPaypal         Kind = "Paypal"
	KindTransfer       Kind = "Transfer"
)

// Method is how it is paid.
type Method struct {
	Kind           Kind
	Provider       string // of an easy payment: "KAKAOPAY"
	Card           Card   // of a card, or the card behind an easy payment
	ApprovalNumber string // 승인번호 of the card slip
	Months         int    // of the instalment plan, 0 when paid at once
}

// Card is what PortOne tells of a card. There is no expiry date in it.
type Card struct {
	Publisher string // 발급사 code
	Issuer    string // 매입사 code
	Brand     string // LOCAL, VISA, MASTER …
	Type      string // CREDIT, DEBIT, GIFT
	OwnerType string // PERSONAL, CORPORATE
	BIN       string
	Name      string
	Number    string // masked, in the gateway's own manner: the last digits may be hidden
}

type cardBody struct{ Publisher, Issuer, Brand, Type, OwnerType, BIN, Name, Number string }

// methodBody holds the fields of all kinds, of payments and of billing keys.
type methodBody struct {
	Type, Provider, ApprovalNumber string

	Card          *cardBody
	Installment   *struct{ Month int }
	Method        *methodBody // behind an easy payment, in a billing key
	EasyPayMethod *methodBody // the same, in a payment
}

func (b *methodBody) read() Method {
	if b == nil {
		return Method{}
	}
	m := Method{
		Kind:     Kind(strings.TrimPrefix(strings.TrimPrefix(b.Type, "BillingKey"), "PaymentMethod")),
		Provider: b.Provider, ApprovalNumber: b.ApprovalNumber, Card: b.Card.read(),
	}
	if b.Installment != nil {
		m.Months = b.Installment.Month
	}
	for _, behind := range []*methodBody{b.Method, b.EasyPayMethod} {
		if behind != nil {
			inner := behind.read()
			m.Card, m.ApprovalNumber, m.Months = inner.Card, inner.ApprovalNumber, inner.Months
		}
	}
	return m
}

func (b *cardBody) read() Card {
	if b == nil {
		return Card{}
	}
	c := Card(*b)
	c.Number = masked(c.Number)
	return c
}

// masked hides the middle of a number that a gateway failed to mask: PCI DSS 3.4.1 allows the BIN and the last four.
func masked(number string) string {
	const shortestPAN = 13
	digits := strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, number)
	if len(digits) < shortestPAN {
		return number
	}
	return digits[:6] + strings.Repeat("*", len(digits)-10) + digits[len(digits)-4:]
}
