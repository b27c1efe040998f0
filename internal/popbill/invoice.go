package popbill

// Words of Popbill's for the kinds of a document.
const (
	NormalIssue = "정발행" // issueType: by the supplier

	Taxed     = "과세"
	ZeroRated = "영세"
	Exempt    = "면세"

	Receipt   = "영수" // purposeType: paid already
	Claim     = "청구" // to be paid
	NoPurpose = "없음"

	ChargeSupplier = "정과금" // chargeDirection: the supplier pays Popbill

	Company    = "사업자"
	Individual = "개인"
	Foreigner  = "외국인"
)

// States of a document (stateCode).
const (
	Draft      = 100 // 임시저장
	Issued     = 300 // 발행완료: not yet on its way to the tax office, may be cancelled
	BeforeSend = 301 // 전송전
	SendQueued = 302 // 전송대기
	Sending    = 303 // 전송중
	Sent       = 304 // 전송성공
	SendFailed = 305 // 전송실패: NTSResult says why
	Cancelled  = 600 // 발행취소
)

// Invoice is a tax invoice (세금계산서) as Popbill writes it. Amounts are won; what is empty is not sent.
//
// BizType is 업태 and BizClass is 종목: the tax office names them the other way round.
type Invoice struct {
	IssueType       string `json:"issueType"`
	TaxType         string `json:"taxType"`
	ChargeDirection string `json:"chargeDirection"`
	WriteDate       Date   `json:"writeDate"` // 작성일자
	PurposeType     string `json:"purposeType"`

	SupplyCostTotal Won `json:"supplyCostTotal"` // 공급가액
	TaxTotal        Won `json:"taxTotal"`        // 세액
	TotalAmount     Won `json:"totalAmount"`
	Cash            Won `json:"cash,omitzero"`    // 현금
	ChkBill         Won `json:"chkBill,omitzero"` // 수표
	Note            Won `json:"note,omitzero"`    // 어음
	Credit          Won `json:"credit,omitzero"`  // 외상미수금

	SerialNum string `json:"serialNum,omitempty"`
	Kwon      int    `json:"kwon,omitempty"`
	Ho        int    `json:"ho,omitempty"`
	Remark1   string `json:"remark1,omitempty"`
	Remark2   string `json:"remark2,omitempty"`
	Remark3   string `json:"remark3,omitempty"`

	InvoicerMgtKey      string `json:"invoicerMgtKey"` // 문서번호: ours, unique per member, 24 letters at most
	InvoicerCorpNum     string `json:"invoicerCorpNum"`
	InvoicerTaxRegID    string `json:"invoicerTaxRegID,omitempty"` // 종사업장번호
	InvoicerCorpName    string `json:"invoicerCorpName"`
	InvoicerCEOName     string `json:"invoicerCEOName"`
	InvoicerAddr        string `json:"invoicerAddr,omitempty"`
	InvoicerBizType     string `json:"invoicerBizType,omitempty"`
	InvoicerBizClass    string `json:"invoicerBizClass,omitempty"`
	InvoicerContactName string `json:"invoicerContactName,omitempty"`
	InvoicerDeptName    string `json:"invoicerDeptName,omitempty"`
	InvoicerTEL         string `json:"invoicerTEL,omitempty"`
	InvoicerHP          string `json:"invoicerHP,omitempty"`
	InvoicerEmail       string `json:"invoicerEmail,omitempty"`
	InvoicerSMSSendYN   bool   `json:"invoicerSMSSendYN"`

	InvoiceeType         string `json:"invoiceeType"`
	InvoiceeCorpNum      string `json:"invoiceeCorpNum"`
	InvoiceeMgtKey       string `json:"invoiceeMgtKey,omitempty"`
	InvoiceeTaxRegID     string `json:"invoiceeTaxRegID,omitempty"`
	InvoiceeCorpName     string `json:"invoiceeCorpName"`
	InvoiceeCEOName      string `json:"invoiceeCEOName"`
	InvoiceeAddr         string `json:"invoiceeAddr,omitempty"`
	InvoiceeBizType      string `json:"invoiceeBizType,omitempty"`
	InvoiceeBizClass     string `json:"invoiceeBizClass,omitempty"`
	InvoiceeContactName1 string `json:"invoiceeContactName1,omitempty"`
	InvoiceeDeptName1    string `json:"invoiceeDeptName1,omitempty"`
	InvoiceeTEL1         string `json:"invoiceeTEL1,omitempty"`
	InvoiceeHP1          string `json:"invoiceeHP1,omitempty"`
	InvoiceeEmail1       string `json:"invoiceeEmail1,omitempty"` // where Popbill mails the invoice
	InvoiceeContactName2 string `json:"invoiceeContactName2,omitempty"`
	InvoiceeDeptName2    string `json:"invoiceeDeptName2,omitempty"`
	InvoiceeTEL2         string `json:"invoiceeTEL2,omitempty"`
	InvoiceeHP2          string `json:"invoiceeHP2,omitempty"`
	InvoiceeEmail2       string `json:"invoiceeEmail2,omitempty"`

	ModifyCode       int    `json:"modifyCode,omitempty"`       // 수정사유 1 to 6; 0: no amendment
	OrgNTSConfirmNum string `json:"orgNTSConfirmNum,omitempty"` // approval number of what is amended

	BusinessLicenseYN bool `json:"businessLicenseYN"`
	BankBookYN        bool `json:"bankBookYN"`

	DetailList     []Line    `json:"detailList,omitempty"`     // 99 at most
	AddContactList []Contact `json:"addContactList,omitempty"` // 5 at most
}

// Line is an item (품목).
type Line struct {
	SerialNum  int    `json:"serialNum"` // from 1
	PurchaseDT Date   `json:"purchaseDT,omitzero"`
	ItemName   string `json:"itemName,omitempty"`
	Spec       string `json:"spec,omitempty"`
	Qty        Number `json:"qty,omitzero"`
	UnitCost   Number `json:"unitCost,omitzero"`
	SupplyCost Won    `json:"supplyCost"`
	Tax        Won    `json:"tax"`
	Remark     string `json:"remark,omitempty"`
}

// Contact is one more person to mail the invoice to.
type Contact struct {
	SerialNum   int    `json:"serialNum"`
	ContactName string `json:"contactName"`
	Email       string `json:"email"`
}

// Detail is a document as Popbill keeps it.
type Detail struct {
	Invoice
	NTSConfirmNum      string `json:"ntsconfirmNum"`
	CloseDownState     *int   `json:"closeDownState"`
	CloseDownStateDate Date   `json:"closeDownStateDate"`
}

// Info is the state of a document.
type Info struct {
	ItemKey     string `json:"itemKey"` // Popbill's own number, 18 characters
	StateCode   int    `json:"stateCode"`
	StateDT     Time   `json:"stateDT"`
	StateMemo   string `json:"stateMemo"`
	TaxType     string `json:"taxType"`
	PurposeType string `json:"purposeType"`
	IssueType   string `json:"issueType"`
	ModifyCode  int    `json:"modifyCode"`
	WriteDate   Date   `json:"writeDate"`
	RegDT       Time   `json:"regDT"`
	IssueDT     Time   `json:"issueDT"`
	LateIssue   Flag   `json:"lateIssueYN"`
	Opened      bool   `json:"openYN"` // the buyer has opened the mail
	OpenDT      Time   `json:"openDT"`

	SupplyCostTotal Won `json:"supplyCostTotal"`
	TaxTotal        Won `json:"taxTotal"`

	InvoicerMgtKey   string `json:"invoicerMgtKey"`
	InvoicerCorpNum  string `json:"invoicerCorpNum"`
	InvoicerCorpName string `json:"invoicerCorpName"`
	InvoiceeCorpNum  string `json:"invoiceeCorpNum"`
	InvoiceeCorpName string `json:"invoiceeCorpName"`

	// NTSConfirmNum is the approval number (국세청승인번호), given at issue.
	NTSConfirmNum  string `json:"ntsconfirmNum"`
	NTSResult      string `json:"ntsresult"`
	NTSSendDT      Time   `json:"ntssendDT"`
	NTSResultDT    Time   `json:"ntsresultDT"`
	NTSSendErrCode string `json:"ntssendErrCode"` // SUC001, or why the tax office refused: SYN…, ERR…

	// CloseDownState is what the buyer's business number was at issue: nil not asked, 0 not registered, 1 open,
	// 2 closed, 3 suspended, 4 could not be asked.
	CloseDownState     *int `json:"closeDownState"`
	CloseDownStateDate Date `json:"closeDownStateDate"`
}

// Log is one thing that happened to a document at Popbill.
type Log struct {
	Type        int    `json:"docLogType"`
	Text        string `json:"log"`
	ProcType    string `json:"procType"`
	CorpName    string `json:"procCorpName"`
	ContactName string `json:"procContactName"`
	Memo        string `json:"procMemo"`
	RegDT       Time   `json:"regDT"`
	IP          string `json:"ip"`
}
