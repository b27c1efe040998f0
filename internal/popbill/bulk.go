package popbill

import (
	"context"
	"crypto/sha1"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"

	"jeongsan/internal/fault"
)

// MaxBulk is how many documents one bulk submission takes.
const MaxBulk = 100

// BulkReceipt is Popbill's yes to a bulk submission: it was received, nothing is issued yet.
type BulkReceipt struct {
	Code      int64  `json:"code"`
	Message   string `json:"message"`
	ReceiptID string `json:"receiptID"`
}

// SubmitBulk hands in up to MaxBulk documents to be issued (대량발행). The submission id is ours, 36 letters at most,
// and keeps it from being handed in twice: after UnknownOutcome, and after a refusal for which IsSubmitIDUsed holds, ask
// BulkState.
func (c *Client) SubmitBulk(ctx context.Context, m Member, submitID string, invoices []Invoice, force bool) (BulkReceipt, error) {
	if submitID == "" || len(submitID) > 36 {
		return BulkReceipt{}, fault.Invalidf("submitID", fault.T("제출아이디는 1~36자입니다.", "A submission id has 1 to 36 letters."))
	}
	if len(invoices) < 1 || len(invoices) > MaxBulk {
		return BulkReceipt{}, fault.Invalidf("invoices", fault.T("한 번에 1~%d건을 접수할 수 있습니다.", "1 to %d tax invoices go in one submission.", MaxBulk))
	}
	body, err := json.Marshal(struct {
		ForceIssue bool      `json:"forceIssue"`
		Invoices   []Invoice `json:"invoices"`
	}{force, invoices})
	if err != nil {
		return BulkReceipt{}, fault.New(fault.Internal, fault.T("팝빌에 보낼 문서를 만들 수 없습니다.", "The request to Popbill cannot be written.")).Because(err)
	}
	digest := sha1.Sum(body) // Popbill's choice; it guards against damage only
	header := http.Header{}
	header.Set("x-pb-message-digest", base64.StdEncoding.EncodeToString(digest[:]))
	header.Set("x-pb-submit-id", submitID)
	return ask[BulkReceipt](ctx, c, m, call{name: "SubmitBulk", path: "/Taxinvoice", verb: "BULKISSUE", body: json.RawMessage(body), header: header, changes: true})
}

// States of a bulk submission (txState).
const (
	BulkReceived = 0
	BulkRunning  = 1
	BulkDone     = 2
)

// Bulk is how far a submission has come. Results are complete when State is BulkDone.
type Bulk struct {
	SubmitID     string       `json:"submitID"`
	State        int          `json:"txState"`
	ResultCode   int64        `json:"txResultCode"` // 1: worked through, whatever became of each document
	SubmitCount  int          `json:"submitCount"`
	SuccessCount int          `json:"successCount"`
	FailCount    int          `json:"failCount"`
	ReceiptID    string       `json:"receiptID"`
	ReceiptDT    Time         `json:"receiptDT"`
	StartDT      Time         `json:"txStartDT"`
	EndDT        Time         `json:"txEndDT"`
	Results      []BulkResult `json:"issueResult"`
}

// BulkResult is what became of one document of a submission.
type BulkResult struct {
	InvoicerMgtKey string `json:"invoicerMgtKey"`
	Code           int64  `json:"code"`
	Message        string `json:"message"`
	NTSConfirmNum  string `json:"ntsconfirmNum"`
	IssueDT        Time   `json:"issueDT"`
}

// Err is nil for a document that was issued, and else the fault that issuing it alone would have been.
func (r BulkResult) Err() error {
	if r.Code > 0 {
		return nil
	}
	return refused(call{name: "SubmitBulk"}, &Refusal{Code: r.Code, Message: r.Message})
}

// BulkState asks how far a submission has come.
func (c *Client) BulkState(ctx context.Context, m Member, submitID string) (Bulk, error) {
	if submitID == "" {
		return Bulk{}, fault.Invalidf("submitID", fault.T("제출아이디를 입력하세요.", "Enter the submission id."))
	}
	return ask[Bulk](ctx, c, m, call{name: "BulkState", path: "/Taxinvoice/BULK/" + url.PathEscape(submitID) + "/State"})
}
