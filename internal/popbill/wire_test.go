package popbill

import (
	"encoding/json"
	"reflect"
	"testing"

	"jeongsan/internal/calendar"
	"jeongsan/internal/money"
)

// recorded is a registIssue of the official npm client 1.64.2.
const recorded = `{"issueType":"정발행","taxType":"과세","chargeDirection":"정과금","writeDate":"20260930","purposeType":"청구","supplyCostTotal":"1000000","taxTotal":"100000","totalAmount":"1100000","remark1":"9월 클라우드 이용료","invoicerMgtKey":"20260930-CUST0001-01a","invoicerCorpNum":"1234567890","invoicerCorpName":"공급자 주식회사","invoicerCEOName":"홍길동","invoicerAddr":"서울시 강남구","invoicerBizType":"서비스","invoicerBizClass":"소프트웨어","invoicerContactName":"정산팀","invoicerEmail":"bill@example.com","invoicerTEL":"02-0000-0000","invoicerSMSSendYN":false,"invoiceeType":"사업자","invoiceeCorpNum":"8888888888","invoiceeCorpName":"고객 주식회사","invoiceeCEOName":"김고객","invoiceeAddr":"부산시","invoiceeBizType":"제조","invoiceeBizClass":"전자","invoiceeContactName1":"회계팀","invoiceeEmail1":"acc@example.com","businessLicenseYN":false,"bankBookYN":false,"detailList":[{"serialNum":1,"purchaseDT":"20260930","itemName":"AWS 이용료","qty":"1","unitCost":"1000000","supplyCost":"1000000","tax":"100000"}],"addContactList":[{"serialNum":1,"contactName":"담당자2","email":"acc2@example.com"}],"forceIssue":true,"writeSpecification":true,"memo":"정산 2026-09","emailSubject":"[세금계산서] 9월","dealInvoiceMgtKey":"STMT-1"}`

func TestOur_document_is_the_one_the_official_client_sends(t *testing.T) {
	day := On(calendar.MustDate("2026-09-30"))
	ours, err := json.Marshal(IssueRequest{
		Invoice: Invoice{
			IssueType: NormalIssue, TaxType: Taxed, ChargeDirection: ChargeSupplier, WriteDate: day, PurposeType: Claim,
			SupplyCostTotal: 1000000, TaxTotal: 100000, TotalAmount: 1100000, Remark1: "9월 클라우드 이용료",
			InvoicerMgtKey: "20260930-CUST0001-01a", InvoicerCorpNum: "1234567890", InvoicerCorpName: "공급자 주식회사", InvoicerCEOName: "홍길동",
			InvoicerAddr: "서울시 강남구", InvoicerBizType: "서비스", InvoicerBizClass: "소프트웨어", InvoicerContactName: "정산팀", InvoicerEmail: "bill@example.com", InvoicerTEL: "02-0000-0000",
			InvoiceeType: Company, InvoiceeCorpNum: "8888888888", InvoiceeCorpName: "고객 주식회사", InvoiceeCEOName: "김고객",
			InvoiceeAddr: "부산시", InvoiceeBizType: "제조", InvoiceeBizClass: "전자", InvoiceeContactName1: "회계팀", InvoiceeEmail1: "acc@example.com",
			DetailList:     []Line{{SerialNum: 1, PurchaseDT: day, ItemName: "AWS 이용료", Qty: Number{money.Int(1)}, UnitCost: Number{money.Int(1000000)}, SupplyCost: 1000000, Tax: 100000}},
			AddContactList: []Contact{{1, "담당자2", "acc2@example.com"}},
		},
		ForceIssue: true, WriteSpecification: true, Memo: "정산 2026-09", EmailSubject: "[세금계산서] 9월", DealInvoiceMgtKey: "STMT-1",
	})
	if err != nil {
		t.Fatal(err)
	}
	var got, want map[string]any
	if err := json.Unmarshal(ours, &got); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(recorded), &want); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s", ours)
	}
}

func TestA_document_that_is_read_back_is_the_same(t *testing.T) {
	var in IssueRequest
	if err := json.Unmarshal([]byte(recorded), &in); err != nil {
		t.Fatal(err)
	}
	out, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	var got, want map[string]any
	_ = json.Unmarshal(out, &got)
	_ = json.Unmarshal([]byte(recorded), &want)
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s", out)
	}
}

func TestAnswers_may_leave_out_or_write_differently(t *testing.T) {
	var i Info
	err := json.Unmarshal([]byte(`{"stateCode":304,"supplyCostTotal":-1000000,"taxTotal":null,"writeDate":"20260930000000","issueDT":"","stateDT":"20261001150000",
		"lateIssueYN":"true","modifyCode":null,"closeDownState":null,"ntsconfirmNum":"202609304100020300000001","newField":[1]}`), &i)
	if err != nil {
		t.Fatal(err)
	}
	if i.SupplyCostTotal != -1000000 || i.TaxTotal != 0 || i.WriteDate.String() != "2026-09-30" || !i.IssueDT.IsZero() || !bool(i.LateIssue) || i.CloseDownState != nil ||
		i.StateDT.Format("2006-01-02 15:04 -0700") != "2026-10-01 15:00 +0900" || i.SupplyCostTotal.Amount() != money.Won(-1000000) {
		t.Errorf("%+v", i)
	}
	for _, wrong := range []string{`{"supplyCostTotal":"1.5"}`, `{"supplyCostTotal":"99999999999999999999"}`, `{"writeDate":"2026"}`, `{"issueDT":"yesterday"}`, `{"stateCode":"three"}`} {
		if err := json.Unmarshal([]byte(wrong), &i); err == nil {
			t.Errorf("%s was read", wrong)
		}
	}
}
