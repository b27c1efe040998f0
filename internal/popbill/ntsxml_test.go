package popbill

import (
	"strings"
	"testing"

	"jeongsan/internal/fault"
)

const amendment = `<?xml version="1.0" encoding="UTF-8"?>
<TaxInvoice xmlns="urn:kr:or:kec:standard:Tax:ReusableAggregateBusinessInformationEntitySchemaModule:1:0">
<TaxInvoiceTradeLineItem><NameText>AWS 이용료</NameText><SequenceNumeric>1</SequenceNumeric><InvoiceAmount>-1000000</InvoiceAmount><TotalTax><CalculatedAmount>-100000</CalculatedAmount></TotalTax></TaxInvoiceTradeLineItem>
<TaxInvoiceTradeSettlement>
 <SpecifiedMonetarySummation><GrandTotalAmount>-1100000</GrandTotalAmount><ChargeTotalAmount>-1000000</ChargeTotalAmount><TaxTotalAmount>-100000</TaxTotalAmount></SpecifiedMonetarySummation>
 <InvoiceeParty><NameText>고객 주식회사</NameText><ID>8888888888</ID><SpecifiedPerson><NameText>김고객</NameText></SpecifiedPerson></InvoiceeParty>
 <InvoicerParty><ID>1234567891</ID><TypeCode>서비스</TypeCode><NameText>공급자 주식회사</NameText><ClassificationCode>소프트웨어</ClassificationCode><SpecifiedAddress><LineOneText>서울시</LineOneText></SpecifiedAddress></InvoicerParty>
</TaxInvoiceTradeSettlement>
<TaxInvoiceDocument><IssueDateTime>20260930</IssueDateTime><IssueID>202609304100020300000002</IssueID><TypeCode>0201</TypeCode><DescriptionText>첫째</DescriptionText><DescriptionText>둘째</DescriptionText><AmendmentStatusCode>04</AmendmentStatusCode><PurposeCode>02</PurposeCode><OriginalIssueID>202609304100020300000001</OriginalIssueID></TaxInvoiceDocument>
<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignedInfo/></ds:Signature>
<ExchangedDocument><ID>K-1</ID><IssueDateTime>20261005101112</IssueDateTime></ExchangedDocument>
</TaxInvoice>`

func TestThe_tax_offices_document_is_read_in_whatever_order(t *testing.T) {
	d, err := ParseXML([]byte(amendment))
	if err != nil {
		t.Fatal(err)
	}
	if d.IssueID != "202609304100020300000002" || d.TypeCode != "0201" || d.Amendment != "04" || d.Original != "202609304100020300000001" || d.Purpose != "02" ||
		d.WriteDate.String() != "2026-09-30" || d.SignedAt.Minute() != 11 || strings.Join(d.Remarks, ",") != "첫째,둘째" {
		t.Errorf("%+v", d)
	}
	if d.Invoicer.ID != "1234567891" || d.Invoicer.BizType != "서비스" || d.Invoicer.BizClass != "소프트웨어" || d.Invoicer.Address != "서울시" || d.Invoicee.Name != "고객 주식회사" || d.Invoicee.CEO != "김고객" {
		t.Errorf("%+v %+v", d.Invoicer, d.Invoicee)
	}
	if d.SupplyTotal != -1000000 || d.TaxTotal != -100000 || d.GrandTotal != -1100000 || len(d.Lines) != 1 || d.Lines[0] != (NTSLine{1, "AWS 이용료", -1000000, -100000}) {
		t.Errorf("%+v", d)
	}
}

func TestWhat_is_no_tax_invoice_is_refused(t *testing.T) {
	for what, text := range map[string]string{
		"nothing":                "",
		"no XML":                 "{}",
		"another document":       "<html><body/></html>",
		"half of it":             amendment[:len(amendment)/2],
		"no approval number":     strings.Replace(amendment, "<IssueID>202609304100020300000002</IssueID>", "", 1),
		"no total":               strings.Replace(amendment, "<GrandTotalAmount>-1100000</GrandTotalAmount>", "", 1),
		"an amount of fractions": strings.Replace(amendment, ">-1100000<", ">-1100000.5<", 1),
		"a date of next never":   strings.Replace(amendment, ">20260930<", ">20261331<", 1),
	} {
		if _, err := ParseXML([]byte(text)); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", what, err)
		}
	}
}
