package popbill

import (
	"context"
	"errors"
	"mime"
	"net/url"
	"strings"

	"jeongsan/internal/fault"
)

// MaxInfos is how many documents or business numbers one call takes.
const MaxInfos = 1000

// IssueRequest is a document to register and issue at once.
type IssueRequest struct {
	Invoice
	ForceIssue         bool   `json:"forceIssue,omitempty"`         // 지연발행: issue past the legal deadline, with its penalty
	WriteSpecification bool   `json:"writeSpecification,omitempty"` // 거래명세서 too
	Memo               string `json:"memo,omitempty"`               // 200 letters at most
	EmailSubject       string `json:"emailSubject,omitempty"`       // 300 letters at most
	DealInvoiceMgtKey  string `json:"dealInvoiceMgtKey,omitempty"`  // key of the 거래명세서; the document's own when empty
}

// Done is Popbill's yes.
type Done struct {
	Code    int64  `json:"code"`
	Message string `json:"message"`
	// NTSConfirmNum is there when the call issued something: Popbill gives it then, not when it reports.
	NTSConfirmNum string `json:"ntsConfirmNum"`
}

// RegistIssue registers and issues a document (즉시발행). The document's key is what keeps it from being issued twice:
// after UnknownOutcome, and after a refusal for which IsDuplicate holds, ask Info.
func (c *Client) RegistIssue(ctx context.Context, m Member, in IssueRequest) (Done, error) {
	return ask[Done](ctx, c, m, call{name: "RegistIssue", path: "/Taxinvoice", verb: "ISSUE", body: in, changes: true})
}

// Register keeps a document as a draft (임시저장).
func (c *Client) Register(ctx context.Context, m Member, in Invoice) (Done, error) {
	return ask[Done](ctx, c, m, call{name: "Register", path: "/Taxinvoice", post: true, body: in, changes: true})
}

// Issuing says how a draft is issued.
type Issuing struct {
	Memo         string `json:"memo,omitempty"`
	EmailSubject string `json:"emailSubject,omitempty"`
	ForceIssue   bool   `json:"forceIssue"`
}

// Issue issues a draft.
func (c *Client) Issue(ctx context.Context, m Member, key string, in Issuing) (Done, error) {
	return c.change(ctx, m, "Issue", key, "ISSUE", in)
}

// CancelIssue takes an issued document back (발행취소). Popbill allows it in state Issued only.
func (c *Client) CancelIssue(ctx context.Context, m Member, key, memo string) (Done, error) {
	return c.change(ctx, m, "CancelIssue", key, "CANCELISSUE", struct {
		Memo string `json:"memo,omitempty"`
	}{memo})
}

// SendToNTS reports an issued document to the tax office now instead of on the next business day.
func (c *Client) SendToNTS(ctx context.Context, m Member, key string) (Done, error) {
	return c.change(ctx, m, "SendToNTS", key, "NTS", nil)
}

// Delete removes a draft, a cancelled or a failed document; its key is free again.
func (c *Client) Delete(ctx context.Context, m Member, key string) (Done, error) {
	return c.change(ctx, m, "Delete", key, "DELETE", nil)
}

// SendEmail mails the document once more. Each call mails.
func (c *Client) SendEmail(ctx context.Context, m Member, key, receiver string) (Done, error) {
	return c.change(ctx, m, "SendEmail", key, "EMAIL", struct {
		Receiver string `json:"receiver"`
	}{receiver})
}

func (c *Client) change(ctx context.Context, m Member, name, key, verb string, body any) (Done, error) {
	path, err := document(key)
	if err != nil {
		return Done{}, err
	}
	return ask[Done](ctx, c, m, call{name: name, path: path, verb: verb, body: body, changes: true})
}

// Info is the state of one document; IsNotFound when there is none.
func (c *Client) Info(ctx context.Context, m Member, key string) (Info, error) {
	return about[Info](ctx, c, m, "Info", key, "")
}

// Infos is the state of up to MaxInfos documents, those that exist, in Popbill's order.
func (c *Client) Infos(ctx context.Context, m Member, keys []string) ([]Info, error) {
	if err := checkCount("invoicerMgtKey", len(keys)); err != nil {
		return nil, err
	}
	for _, key := range keys {
		if _, err := document(key); err != nil {
			return nil, err
		}
	}
	return ask[[]Info](ctx, c, m, call{name: "Infos", path: "/Taxinvoice/SELL", post: true, body: keys})
}

// Detail is a document with its items.
func (c *Client) Detail(ctx context.Context, m Member, key string) (Detail, error) {
	return about[Detail](ctx, c, m, "Detail", key, "?Detail")
}

// Logs is what happened to a document, oldest first.
func (c *Client) Logs(ctx context.Context, m Member, key string) ([]Log, error) {
	return about[[]Log](ctx, c, m, "Logs", key, "/Logs")
}

// XML is the signed document of the tax office's standard; ParseXML reads it.
func (c *Client) XML(ctx context.Context, m Member, key string) ([]byte, error) {
	said, err := about[struct {
		RetObject string `json:"retObject"`
	}](ctx, c, m, "XML", key, "?XML")
	if err == nil && said.RetObject == "" {
		return nil, unreadable("XML", errors.New("no retObject"))
	}
	return []byte(said.RetObject), err
}

// PDF is the printed form of a document.
func (c *Client) PDF(ctx context.Context, m Member, key string) ([]byte, error) {
	path, err := document(key)
	if err != nil {
		return nil, err
	}
	a, err := c.do(ctx, m, call{name: "PDF", path: path + "?PDF"})
	if err != nil {
		return nil, err
	}
	if kind, _, err := mime.ParseMediaType(a.header.Get("Content-Type")); err != nil || kind != "application/pdf" {
		return nil, unreadable("PDF", errors.New("no PDF: "+kind))
	}
	return a.body, nil
}

// Page is one of Popbill's own pages about a document.
type Page string

// The pages. All open without a log-in for 30 seconds, PageMail for ever.
const (
	PageView  Page = "VIEW"
	PagePopup Page = "POPUP"  // with Popbill's menu
	PagePrint Page = "PRINT"  // both copies
	PageBuyer Page = "EPRINT" // the buyer's copy
	PagePDF   Page = "PDF"
	PageMail  Page = "MAIL" // what the button in the mail opens
)

// URL is the address of a page about a document. It is a secret: whoever has it reads the document.
func (c *Client) URL(ctx context.Context, m Member, key string, p Page) (string, error) {
	path, err := document(key)
	if err != nil {
		return "", err
	}
	return c.url(ctx, m, call{name: "URL", path: path + "?TG=" + url.QueryEscape(string(p))})
}

// MassPrintURL is the address of one page that prints up to 100 documents.
func (c *Client) MassPrintURL(ctx context.Context, m Member, keys []string) (string, error) {
	return c.url(ctx, m, call{name: "MassPrintURL", path: "/Taxinvoice/SELL?Print", post: true, body: keys})
}

func (c *Client) url(ctx context.Context, m Member, k call) (string, error) {
	said, err := ask[struct {
		URL string `json:"url"`
	}](ctx, c, m, k)
	if err == nil && said.URL == "" {
		return "", unreadable(k.name, errors.New("no url"))
	}
	return said.URL, err
}

// about asks about one document.
func about[T any](ctx context.Context, c *Client, m Member, name, key, rest string) (T, error) {
	path, err := document(key)
	if err != nil {
		var none T
		return none, err
	}
	return ask[T](ctx, c, m, call{name: name, path: path + rest})
}

// document is the address of a document. What Popbill would not take for a key is refused here: it could be the
// address of something else.
func document(key string) (string, error) {
	const codeBadKey = -11001120
	odd := strings.ContainsFunc(key, func(r rune) bool {
		return !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || r == '-' || r == '_')
	})
	if key == "" || len(key) > 24 || odd {
		f, _ := catalogued(codeBadKey)
		return "", f
	}
	return "/Taxinvoice/SELL/" + url.PathEscape(key), nil
}

func checkCount(field string, n int) error {
	if n < 1 || n > MaxInfos {
		return fault.Invalidf(field, fault.T("한 번에 1~%d건을 조회할 수 있습니다.", "1 to %d can be asked for at once.", MaxInfos))
	}
	return nil
}
