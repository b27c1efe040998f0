package popbill

import (
	"encoding/xml"
	"strings"
)

const standard = "urn:kr:or:kec:standard:Tax:ReusableAggregateBusinessInformationEntitySchemaModule:1:0"

// The tax office's standard document, in the order that its schema demands; what is empty is left out.
type (
	ntsDocument struct {
		XMLName    xml.Name      `xml:"TaxInvoice"`
		Namespace  string        `xml:"xmlns,attr"`
		Comment    xml.Comment   `xml:",comment"`
		Exchanged  ntsExchanged  `xml:"ExchangedDocument"`
		Document   ntsHead       `xml:"TaxInvoiceDocument"`
		Settlement ntsSettlement `xml:"TaxInvoiceTradeSettlement"`
		Lines      []ntsLine     `xml:"TaxInvoiceTradeLineItem"`
	}
	ntsExchanged struct {
		ID            string
		IssueDateTime string
	}
	ntsHead struct {
		IssueID             string
		TypeCode            string
		DescriptionText     []string
		IssueDateTime       string
		AmendmentStatusCode string `xml:",omitempty"`
		PurposeCode         string `xml:",omitempty"`
		OriginalIssueID     string `xml:",omitempty"`
	}
	ntsSettlement struct {
		InvoicerParty ntsParty
		InvoiceeParty ntsParty
		Means         []ntsMeans `xml:"SpecifiedPaymentMeans"`
		Charge        string     `xml:"SpecifiedMonetarySummation>ChargeTotalAmount"`
		Tax           string     `xml:"SpecifiedMonetarySummation>TaxTotalAmount"`
		Grand         string     `xml:"SpecifiedMonetarySummation>GrandTotalAmount"`
	}
	ntsParty struct {
		ID                 string
		TypeCode           string           `xml:",omitempty"`
		NameText           string           `xml:",omitempty"`
		ClassificationCode string           `xml:",omitempty"`
		Organization       *ntsOrganization `xml:"SpecifiedOrganization"`
		CEO                string           `xml:"SpecifiedPerson>NameText,omitempty"`
		Contact            *ntsContact      `xml:"DefinedContact"`
		PrimaryContact     *ntsContact      `xml:"PrimaryDefinedContact"`
		Address            string           `xml:"SpecifiedAddress>LineOneText,omitempty"`
	}
	ntsOrganization struct {
		TaxRegistrationID string `xml:",omitempty"`
		BusinessTypeCode  string `xml:",omitempty"`
	}
	ntsContact struct {
		Department string `xml:"DepartmentNameText,omitempty"`
		Person     string `xml:"PersonNameText,omitempty"`
		Telephone  string `xml:"TelephoneCommunication,omitempty"`
		Mail       string `xml:"URICommunication,omitempty"`
	}
	ntsMeans struct{ TypeCode, PaidAmount string }
	ntsLine  struct {
		SequenceNumeric        int
		DescriptionText        string `xml:",omitempty"`
		InvoiceAmount          string
		ChargeableUnitQuantity string `xml:",omitempty"`
		InformationText        string `xml:",omitempty"`
		NameText               string
		PurchaseExpiryDateTime string `xml:",omitempty"`
		Tax                    string `xml:"TotalTax>CalculatedAmount"`
		UnitAmount             string `xml:"UnitPrice>UnitAmount,omitempty"`
	}
)

func (s *Simulator) xml(q *request) (any, error) {
	d, err := s.find(q)
	if err != nil {
		return nil, err
	}
	if d.Confirm == "" {
		return nil, refuse(-11003019)
	}
	text, err := xml.Marshal(d.nts())
	if err != nil {
		return nil, err
	}
	return map[string]any{"code": 1, "message": "", "retObject": xml.Header + string(text)}, nil
}

func (d *document) nts() ntsDocument {
	f := d.Fields
	out := ntsDocument{
		Namespace: standard,
		Comment:   xml.Comment(" SIMULATED: not signed, not a tax invoice (모의 문서) "),
		Exchanged: ntsExchanged{d.ItemKey, stamp(d.IssueAt)},
		Document: ntsHead{
			IssueID: d.Confirm, TypeCode: typeCode(f), IssueDateTime: f.text("writeDate"),
			PurposeCode: map[string]string{"영수": "01", "청구": "02"}[f.text("purposeType")], OriginalIssueID: f.text("orgNTSConfirmNum"),
		},
		Settlement: ntsSettlement{
			InvoicerParty: invoicer(f), InvoiceeParty: invoicee(f), Means: means(f),
			Charge: f.text("supplyCostTotal"), Tax: f.text("taxTotal"), Grand: f.text("totalAmount"),
		},
		Lines: ntsLines(f),
	}
	for _, name := range []string{"remark1", "remark2", "remark3"} {
		if text := f.text(name); text != "" {
			out.Document.DescriptionText = append(out.Document.DescriptionText, text)
		}
	}
	if code := f.number("modifyCode"); code != 0 {
		out.Document.AmendmentStatusCode = "0" + string(rune('0'+code))
	}
	return out
}

// typeCode: 세금계산서 or 계산서, amended or not; then ordinary or zero-rated.
func typeCode(f fields) string {
	first := map[bool]string{false: "01", true: "02"}
	if f.text("taxType") == "면세" {
		first = map[bool]string{false: "03", true: "04"}
	}
	second := "01"
	if f.text("taxType") == "영세" {
		second = "02"
	}
	return first[f.number("modifyCode") != 0] + second
}

func invoicer(f fields) ntsParty {
	p := ntsParty{
		ID: f.text("invoicerCorpNum"), TypeCode: f.text("invoicerBizType"), NameText: f.text("invoicerCorpName"), ClassificationCode: f.text("invoicerBizClass"),
		CEO: f.text("invoicerCEOName"), Address: f.text("invoicerAddr"),
		Contact: contact(f, "invoicer", ""),
	}
	if id := f.text("invoicerTaxRegID"); id != "" {
		p.Organization = &ntsOrganization{TaxRegistrationID: id}
	}
	return p
}

func invoicee(f fields) ntsParty {
	kind := map[string]string{"사업자": "01", "개인": "02", "외국인": "03"}[f.text("invoiceeType")]
	return ntsParty{
		ID: f.text("invoiceeCorpNum"), TypeCode: f.text("invoiceeBizType"), NameText: f.text("invoiceeCorpName"), ClassificationCode: f.text("invoiceeBizClass"),
		Organization: &ntsOrganization{f.text("invoiceeTaxRegID"), kind}, CEO: f.text("invoiceeCEOName"), Address: f.text("invoiceeAddr"),
		PrimaryContact: contact(f, "invoicee", "1"),
	}
}

func contact(f fields, side, number string) *ntsContact {
	c := ntsContact{f.text(side + "DeptName" + number), f.text(side + "ContactName" + number), f.text(side + "TEL" + number), f.text(side + "Email" + number)}
	if c == (ntsContact{}) {
		return nil
	}
	return &c
}

func means(f fields) []ntsMeans {
	var out []ntsMeans
	for _, m := range []struct{ name, code string }{{"cash", "10"}, {"chkBill", "20"}, {"note", "30"}, {"credit", "40"}} {
		if amount := f.text(m.name); amount != "" && strings.Trim(amount, "0") != "" {
			out = append(out, ntsMeans{m.code, amount})
		}
	}
	return out
}

func ntsLines(f fields) []ntsLine {
	var out []ntsLine
	for _, l := range f.list("detailList") {
		out = append(out, ntsLine{
			SequenceNumeric: l.number("serialNum"), DescriptionText: l.text("remark"), InvoiceAmount: l.text("supplyCost"), ChargeableUnitQuantity: l.text("qty"),
			InformationText: l.text("spec"), NameText: l.text("itemName"), PurchaseExpiryDateTime: l.text("purchaseDT"), Tax: l.text("tax"), UnitAmount: l.text("unitCost"),
		})
	}
	return out
}
