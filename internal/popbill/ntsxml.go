package popbill

import (
	"bytes"
	"encoding/xml"
	"errors"

	"jeongsan/internal/fault"
)

// NTSInvoice is what the tax office's standard document (표준전자세금계산서) says. Its signature is not verified here.
type NTSInvoice struct {
	IssueID   string // approval number, 24 characters
	TypeCode  string // 01 세금계산서, 02 수정, 03 계산서, 04 수정계산서; then 01 ordinary, 02 zero-rated …
	WriteDate Date
	SignedAt  Time
	Amendment string // 01 to 06; "" for none
	Original  string // approval number of what is amended
	Purpose   string // 01 영수, 02 청구
	Remarks   []string

	Invoicer, Invoicee NTSParty
	SupplyTotal        Won
	TaxTotal           Won
	GrandTotal         Won
	Lines              []NTSLine
}

// NTSParty is a side of the document.
type NTSParty struct {
	ID       string `xml:"ID"`
	Name     string `xml:"NameText"`
	CEO      string `xml:"SpecifiedPerson>NameText"`
	Address  string `xml:"SpecifiedAddress>LineOneText"`
	BizType  string `xml:"TypeCode"`           // 업태
	BizClass string `xml:"ClassificationCode"` // 종목
}

// NTSLine is an item of the document.
type NTSLine struct {
	Serial     int
	Name       string
	SupplyCost Won
	Tax        Won
}

// ntsDocument has the names of the standard. Elements may come in any order and namespace.
type ntsDocument struct {
	XMLName  xml.Name `xml:"TaxInvoice"`
	SignedAt string   `xml:"ExchangedDocument>IssueDateTime"`
	Document struct {
		IssueID   string   `xml:"IssueID"`
		TypeCode  string   `xml:"TypeCode"`
		Remarks   []string `xml:"DescriptionText"`
		WriteDate string   `xml:"IssueDateTime"`
		Amendment string   `xml:"AmendmentStatusCode"`
		Purpose   string   `xml:"PurposeCode"`
		Original  string   `xml:"OriginalIssueID"`
	} `xml:"TaxInvoiceDocument"`
	Settlement struct {
		Invoicer NTSParty `xml:"InvoicerParty"`
		Invoicee NTSParty `xml:"InvoiceeParty"`
		Sum      struct {
			Supply string `xml:"ChargeTotalAmount"`
			Tax    string `xml:"TaxTotalAmount"`
			Grand  string `xml:"GrandTotalAmount"`
		} `xml:"SpecifiedMonetarySummation"`
	} `xml:"TaxInvoiceTradeSettlement"`
	Lines []struct {
		Serial int    `xml:"SequenceNumeric"`
		Name   string `xml:"NameText"`
		Supply string `xml:"InvoiceAmount"`
		Tax    string `xml:"TotalTax>CalculatedAmount"`
	} `xml:"TaxInvoiceTradeLineItem"`
}

// ParseXML reads the document; what is not one, or lacks its approval number, date or totals, is a fault: Invalid.
func ParseXML(text []byte) (NTSInvoice, error) {
	if len(text) > maxBody {
		return NTSInvoice{}, badXML(errors.New("too large"))
	}
	var d ntsDocument
	if err := xml.NewDecoder(bytes.NewReader(text)).Decode(&d); err != nil {
		return NTSInvoice{}, badXML(err)
	}
	var r reader
	out := NTSInvoice{
		IssueID: d.Document.IssueID, TypeCode: d.Document.TypeCode, Amendment: d.Document.Amendment, Original: d.Document.Original,
		Purpose: d.Document.Purpose, Remarks: d.Document.Remarks, Invoicer: d.Settlement.Invoicer, Invoicee: d.Settlement.Invoicee,
		SupplyTotal: r.won(d.Settlement.Sum.Supply), TaxTotal: r.won(d.Settlement.Sum.Tax), GrandTotal: r.won(d.Settlement.Sum.Grand),
	}
	r.check(out.WriteDate.UnmarshalJSON([]byte(d.Document.WriteDate)))
	r.check(out.SignedAt.UnmarshalJSON([]byte(d.SignedAt)))
	for _, l := range d.Lines {
		out.Lines = append(out.Lines, NTSLine{l.Serial, l.Name, r.won(l.Supply), r.won(l.Tax)})
	}
	if out.IssueID == "" || out.WriteDate.IsZero() || d.Settlement.Sum.Grand == "" {
		r.check(errors.New("approval number, date or total is missing"))
	}
	if r.err != nil {
		return NTSInvoice{}, badXML(r.err)
	}
	return out, nil
}

// reader keeps the first error of many small readings.
type reader struct{ err error }

func (r *reader) check(err error) {
	if r.err == nil {
		r.err = err
	}
}

func (r *reader) won(s string) Won {
	var w Won
	r.check(w.UnmarshalJSON([]byte(s)))
	return w
}

func badXML(err error) *fault.Fault {
	return fault.New(fault.Invalid, fault.T(
		"국세청 표준 전자세금계산서(XML)로 읽을 수 없습니다. 파일을 다시 받으세요.",
		"This cannot be read as the tax office's standard tax invoice (XML). Download it again.")).Because(err)
}
