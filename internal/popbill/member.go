package popbill

import (
	"context"
	"net/url"

	"jeongsan/internal/money"
)

// Certificate is the member's e-tax certificate (공동인증서) as registered at Popbill.
type Certificate struct {
	RegDT          Time   `json:"regDT"`
	ExpireDT       Time   `json:"expireDT"`
	IssuerDN       string `json:"issuerDN"`
	SubjectDN      string `json:"subjectDN"`
	IssuerName     string `json:"issuerName"`
	OID            string `json:"oid"`
	RegContactName string `json:"regContactName"`
	RegContactID   string `json:"regContactID"`
}

// Certificate describes the registered certificate; IsCertificate when there is none.
func (c *Client) Certificate(ctx context.Context, m Member) (Certificate, error) {
	return ask[Certificate](ctx, c, m, call{name: "Certificate", path: "/Taxinvoice/Certificate"})
}

// CertificateExpiry is when the registered certificate ends; IsCertificate when there is none.
func (c *Client) CertificateExpiry(ctx context.Context, m Member) (Time, error) {
	said, err := ask[struct {
		At Time `json:"certificateExpiration"`
	}](ctx, c, m, call{name: "CertificateExpiry", path: "/Taxinvoice?cfg=CERT"})
	return said.At, err
}

// CheckCertificate has Popbill try the certificate; IsCertificate when it cannot issue.
func (c *Client) CheckCertificate(ctx context.Context, m Member) error {
	_, err := ask[Done](ctx, c, m, call{name: "CheckCertificate", path: "/Taxinvoice/CertCheck"})
	return err
}

// CertificateURL is the page on which the member registers a certificate; it opens for 30 seconds.
func (c *Client) CertificateURL(ctx context.Context, m Member) (string, error) {
	return c.url(ctx, m, call{name: "CertificateURL", path: "/Member?TG=CERT"})
}

// ChargeURL is the page on which the member charges points; it opens for 30 seconds.
func (c *Client) ChargeURL(ctx context.Context, m Member) (string, error) {
	return c.url(ctx, m, call{name: "ChargeURL", path: "/Member?TG=CHRG"})
}

// SendsAtOnce is the member's setting at Popbill: true when issued documents go to the tax office at once, false when
// on the next business day. It is changed on Popbill's site only.
func (c *Client) SendsAtOnce(ctx context.Context, m Member) (bool, error) {
	said, err := ask[struct {
		SendToNTS bool `json:"sendToNTS"`
	}](ctx, c, m, call{name: "SendsAtOnce", path: "/Taxinvoice/SendToNTSConfig"})
	return said.SendToNTS, err
}

// Charge is what a document costs. Popbill counts in points, one won each, with decimals.
type Charge struct {
	UnitCost     Number `json:"unitCost"`
	ChargeMethod string `json:"chargeMethod"`
	RateSystem   string `json:"rateSystem"`
}

// Charge is the price of one tax invoice and how the member pays it.
func (c *Client) Charge(ctx context.Context, m Member) (Charge, error) {
	return ask[Charge](ctx, c, m, call{name: "Charge", path: "/Taxinvoice/ChargeInfo"})
}

// UnitCost is the price of one tax invoice in points.
func (c *Client) UnitCost(ctx context.Context, m Member) (money.Decimal, error) {
	said, err := ask[struct {
		UnitCost Number `json:"unitCost"`
	}](ctx, c, m, call{name: "UnitCost", path: "/Taxinvoice?cfg=UNITCOST"})
	return said.UnitCost.Decimal, err
}

// Points is what the member has left.
func (c *Client) Points(ctx context.Context, m Member) (money.Decimal, error) {
	return c.points(ctx, m, "Point")
}

// PartnerPoints is what the partner has left, who pays where the partner is charged.
func (c *Client) PartnerPoints(ctx context.Context, m Member) (money.Decimal, error) {
	return c.points(ctx, m, "PartnerPoint")
}

func (c *Client) points(ctx context.Context, m Member, which string) (money.Decimal, error) {
	said, err := ask[struct {
		RemainPoint Number `json:"remainPoint"`
	}](ctx, c, m, call{name: which, path: "/" + c.serviceID + "/" + which, onAuth: true})
	return said.RemainPoint.Decimal, err
}

// IsMember reports whether the business number is a member of Popbill under our LinkID.
func (c *Client) IsMember(ctx context.Context, corpNum string) (bool, error) {
	if err := checkMember(Member{CorpNum: corpNum}); err != nil {
		return false, err
	}
	path := "/Join?CorpNum=" + corpNum + "&LID=" + url.QueryEscape(c.linkID)
	said, err := ask[Done](ctx, c, Member{}, call{name: "IsMember", path: path, open: true})
	return said.Code == 1, err
}

// BusinessState is what the tax office says of a business number (휴폐업조회).
type BusinessState struct {
	CorpNum   string `json:"corpNum"`
	State     *int   `json:"state"`   // nil unknown, 0 not registered, 1 open (사업중), 2 closed (폐업), 3 suspended (휴업)
	TaxType   *int   `json:"taxType"` // 10 일반, 20 면세, 30 간이, 31 간이 that issues tax invoices, 40 비영리·국가·고유번호
	TypeDate  Date   `json:"typeDate"`
	StateDate Date   `json:"stateDate"` // of the closing or suspension
	CheckDate Date   `json:"checkDate"`
}

// The values of BusinessState.State. They are not those of the tax office's own interface.
const (
	NotRegistered = 0
	Open          = 1
	Closed        = 2
	Suspended     = 3
)

// BusinessState asks for one business number.
func (c *Client) BusinessState(ctx context.Context, m Member, corpNum string) (BusinessState, error) {
	path := "/CloseDown?CN=" + url.QueryEscape(corpNum)
	return ask[BusinessState](ctx, c, m, call{name: "BusinessState", product: closedDown, path: path})
}

// BusinessStates asks for up to MaxInfos business numbers. Each is charged.
func (c *Client) BusinessStates(ctx context.Context, m Member, corpNums []string) ([]BusinessState, error) {
	if err := checkCount("corpNum", len(corpNums)); err != nil {
		return nil, err
	}
	return ask[[]BusinessState](ctx, c, m, call{name: "BusinessStates", product: closedDown, path: "/CloseDown", post: true, body: corpNums})
}
