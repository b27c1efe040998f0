package usage

import (
	"encoding/json"

	"jeongsan/internal/calendar"
	"jeongsan/internal/money"
	"jeongsan/internal/rating"
)

// Meta says what a snapshot is of. It is part of the snapshot's content.
type Meta struct {
	Account  string         `json:"account"`
	Month    calendar.Month `json:"month"`
	Currency money.Currency `json:"currency"`
}

// TaxMember gathers a provider's own tax rows: they are the MSP's input tax (매입세액), on nobody's invoice.
const TaxMember = "provider-tax"

// Member is one member's (or sub account's) part of a pull, as the provider states it above row level.
type Member struct {
	ID    string `json:"id"` // 회원번호, or the FOCUS sub account
	Name  string `json:"name,omitempty"`
	Total *Total `json:"total,omitempty"` // nil: the provider gives none, rows are all there is
}

// Total is the provider's own figure for the member's month, before VAT.
type Total struct {
	Amount money.Decimal `json:"amount"`
	Parts  []rating.Part `json:"parts,omitempty"` // credits, 절사 …: what only exists at this level
}

// Entry is a member in the index of a snapshot.
type Entry struct {
	Member
	Offset int64         `json:"offset"` // bytes, of the compressed member in the object
	Length int64         `json:"length"`
	Rows   int           `json:"rows"`
	Hash   string        `json:"hash"` // SHA-256, hex, of the member's statement and its rows in canonical order
	List   money.Decimal `json:"list"`
	Cost   money.Decimal `json:"cost"` // sum of the rows' Cost
}

// Charged is what the provider charges for the member: its own total where it states one, else the rows' sum.
func (e Entry) Charged() money.Decimal {
	if e.Total != nil {
		return e.Total.Amount
	}
	return e.Cost
}

// Residual is what the provider's total differs from the rows' sum.
func (e Entry) Residual() money.Decimal { return e.Charged().Sub(e.Cost) }

// Index is the last part of a snapshot: its meta and its members in the order of their ids.
type Index struct {
	Meta    Meta    `json:"meta"`
	Members []Entry `json:"members"`
}

// Charged is the provider's bill of the whole snapshot.
func (x Index) Charged() money.Decimal {
	var sum money.Decimal
	for _, e := range x.Members {
		sum = sum.Add(e.Charged())
	}
	return sum
}

func (m Member) encode() []byte {
	b, err := json.Marshal(m)
	if err != nil { // Member holds only strings and decimals
		panic(err)
	}
	return b
}
