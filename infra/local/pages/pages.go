// Package pages is what a person sees of the one-machine stack in a browser: the month, its invoices and how each
// won of them came about, the mailbox, the stored documents and the clock.
//
// Who uses it: an engineer or a clerk who tries the product on their own machine; infra/local builds it. It owns
// routes, the guard in front of them, the words of the screens and how a fault becomes an HTTP answer. It owns no
// rule of billing and commits nothing itself: what a button starts is a flow of settlement or a move of the clock.
//
// Invariants:
//   - it answers only on loopback names, so that a page elsewhere cannot reach it by a name it controls;
//   - whatever changes something is a POST that came from one of its own pages: same origin, and the process's token;
//   - every text is in the one table of words.go, in Korean and English; text of others is shown as text, never as HTML;
//   - it needs no script and fetches nothing from outside: the content security policy forbids both.
package pages

import (
	"context"
	"crypto/rand"
	"net/http"
	"time"

	"jeongsan/infra/local/schedule"
	"jeongsan/internal/blob"
	"jeongsan/internal/calendar"
	"jeongsan/internal/identity"
	"jeongsan/internal/invoice"
	"jeongsan/internal/mail/mailbox"
	"jeongsan/internal/mail/mime"
	"jeongsan/internal/queue"
	"jeongsan/internal/settlement"
	"jeongsan/internal/store"
	"jeongsan/internal/taxinvoice"
)

// Config is what the pages show and start. Every field is needed unless it says otherwise.
type Config struct {
	Store     store.Reader
	Desk      Desk
	Cashier   Cashier
	Hooks     http.Handler // takes the providers' webhooks below /webhooks/
	Bucket    Bucket
	Files     http.Handler // serves the bucket's signed links below /files/
	Mailbox   Mailbox
	Queue     DeadLetters
	Clock     Clock
	Schedules []schedule.Schedule
	Activity  *Activity

	Tenants   func(context.Context) ([]store.Tenant, error)
	Principal func(store.Tenant) identity.Principal // who clicks, for a tenant
	// Background runs work beside the requests, under a context that ends when the stack does.
	Background func(work func(context.Context))
	// Log takes what went wrong and must not be shown; nil for nowhere.
	Log func(error)
}

// Clock is the stack's clock and what moves it.
type Clock struct {
	Now     func() time.Time
	Moved   func() bool
	Frozen  func() bool // nil when nobody can tell
	Next    func(context.Context) (schedule.Firing, bool, error)
	Advance func(ctx context.Context, to time.Time) error // plays every firing and timer on the way
}

// Desk is the flows that buttons start; settlement.Desk is the one there is.
type Desk interface {
	Gates(ctx context.Context, t store.Tenant, m calendar.Month) ([]invoice.Gate, error)
	Explain(ctx context.Context, t store.Tenant, number, lineID string) (settlement.Explanation, error)
	RequestSend(ctx context.Context, p identity.Principal, m calendar.Month, customers []string) ([]settlement.Row, error)
	Upload(ctx context.Context, p identity.Principal, m calendar.Month, customer, fileName string, content []byte) (invoice.Invoice, error)
	TakeBack(ctx context.Context, p identity.Principal, m calendar.Month, customer, reason string) (invoice.Invoice, error)
	RevokeLinks(ctx context.Context, p identity.Principal, number, reason string) (int, error)
	OpenLink(ctx context.Context, token string) (string, error)
	Revisions(ctx context.Context, t store.Tenant, m calendar.Month, customer string) ([]invoice.Invoice, error)

	PreviewTax(ctx context.Context, p identity.Principal, m calendar.Month, order settlement.TaxOrder) (settlement.TaxPreview, error)
	PreviewTaxes(ctx context.Context, p identity.Principal, m calendar.Month, orders []settlement.TaxOrder) ([]settlement.Previewed, error)
	PreflightTax(ctx context.Context, p identity.Principal, m calendar.Month, timing taxinvoice.Timing, orders []settlement.TaxOrder) ([]taxinvoice.Problem, error)
	RequestIssue(ctx context.Context, p identity.Principal, m calendar.Month, orders []settlement.TaxOrder) ([]settlement.Row, error)
	CopyTax(ctx context.Context, t store.Tenant, w settlement.TaxWork) (settlement.TaxOrder, error)
	CancelTax(ctx context.Context, p identity.Principal, w settlement.TaxWork, reason string) (taxinvoice.TaxInvoice, error)
	MailTax(ctx context.Context, p identity.Principal, w settlement.TaxWork, email string) error
	MemoTax(ctx context.Context, p identity.Principal, w settlement.TaxWork, memo string) (taxinvoice.TaxInvoice, error)
	GiveUpTax(ctx context.Context, p identity.Principal, w settlement.TaxWork, reason string) error
	PlanAmendment(ctx context.Context, p identity.Principal, original settlement.TaxWork, change taxinvoice.Change) (taxinvoice.Plan, error)
	AmendTax(ctx context.Context, p identity.Principal, original settlement.TaxWork, want settlement.TaxAmendment) (taxinvoice.CorrectionRecord, error)
	ReissueAmended(ctx context.Context, p identity.Principal, failed settlement.TaxWork, correct *taxinvoice.Content) (taxinvoice.TaxInvoice, error)
	LoadTaxFiles(ctx context.Context, t store.Tenant, w settlement.TaxWork) (settlement.TaxFiles, error)
	TaxPDF(ctx context.Context, t store.Tenant, w settlement.TaxWork) ([]byte, error)
	TaxXML(ctx context.Context, t store.Tenant, w settlement.TaxWork) ([]byte, error)
	PrintTax(ctx context.Context, p identity.Principal, w settlement.TaxWork) (string, error)
	DueTax(ctx context.Context, t store.Tenant) ([]taxinvoice.NotIssued, error)
}

var _ Desk = (*settlement.Desk)(nil)

// Bucket lists objects and makes links to them.
type Bucket interface {
	List(ctx context.Context, t store.Tenant, c blob.Class, prefix, token string, limit int) ([]blob.Info, string, error)
	Stat(ctx context.Context, k blob.Key) (blob.Info, error)
	SignedURL(ctx context.Context, k blob.Key, fileName string, valid time.Duration) (string, error)
}

// Mailbox reads the delivered mails.
type Mailbox interface {
	List(ctx context.Context, limit int) ([]mime.Header, error)
	Get(ctx context.Context, id string) (mailbox.Mail, error)
	Raw(ctx context.Context, id string) ([]byte, error)
}

// DeadLetters is the part of the queue that waits for a person.
type DeadLetters interface {
	Dead(ctx context.Context) ([]queue.Message, error)
	Redrive(ctx context.Context, m queue.Message) error
	Depth(ctx context.Context) (live, dead int, err error)
}

// pages is the handler behind New.
type pages struct {
	Config
	screens map[language]map[string]screen
	routes  *http.ServeMux
	token   string // of this process, in every form
	mover   mover
}

// New builds the pages. Serve them on a listener from Listen.
func New(c Config) http.Handler {
	if c.Log == nil {
		c.Log = func(error) {}
	}
	s := &pages{Config: c, screens: screens(), token: rand.Text(), routes: http.NewServeMux()}
	for pattern, do := range s.table() {
		s.routes.HandleFunc(pattern, s.visited(do))
	}
	s.routes.HandleFunc("GET /style.css", style)
	s.routes.HandleFunc("GET /d/{token}", s.openLink)
	s.routes.Handle("/files/", c.Files)
	return s.hooked(s.guard(http.HandlerFunc(s.route)))
}

// table is every page and button.
func (s *pages) table() map[string]func(*visit) error {
	return map[string]func(*visit) error{
		"GET /{$}":            (*visit).overview,
		"GET /months/{month}": (*visit).overview,

		"GET /invoices/{number}":              (*visit).invoice,
		"GET /invoices/{number}/lines/{line}": (*visit).line,
		"GET /invoices/{number}/files/{kind}": (*visit).invoiceFile,
		"POST /invoices/{number}/send":        (*visit).send,
		"POST /invoices/{number}/upload":      (*visit).upload,
		"POST /invoices/{number}/take-back":   (*visit).takeBack,
		"POST /invoices/{number}/revoke":      (*visit).revoke,

		"POST /invoices/{number}/charge":  (*visit).charge,
		"POST /invoices/{number}/refund":  (*visit).refund,
		"POST /invoices/{number}/give-up": (*visit).giveUpPayment,

		"GET /invoices/{number}/tax":                (*visit).taxOrder,
		"POST /invoices/{number}/tax":               (*visit).orderTax,
		"GET /invoices/{number}/tax/{key}/{file}":   (*visit).taxFile,
		"POST /invoices/{number}/tax/{key}/cancel":  (*visit).cancelTax,
		"POST /invoices/{number}/tax/{key}/mail":    (*visit).mailTax,
		"POST /invoices/{number}/tax/{key}/memo":    (*visit).memoTax,
		"POST /invoices/{number}/tax/{key}/give-up": (*visit).giveUpTax,
		"POST /invoices/{number}/tax/{key}/reissue": (*visit).reissueTax,
		"GET /invoices/{number}/tax/{key}/amend":    (*visit).amendPage,
		"POST /invoices/{number}/tax/{key}/amend":   (*visit).amend,
		"POST /months/{month}/send":                 (*visit).sendMany,
		"POST /months/{month}/tax":                  (*visit).orderTaxes,
		"POST /matters/resolve":                     (*visit).resolve,

		"GET /mail":                       (*visit).mails,
		"GET /mail/{id}":                  (*visit).mail,
		"GET /mail/{id}/raw":              (*visit).rawMail,
		"GET /mail/{id}/attachments/{no}": (*visit).attachment,

		"GET /documents":          (*visit).documents,
		"GET /documents/{key...}": (*visit).document,

		"GET /clock":          (*visit).clock,
		"POST /clock/move":    (*visit).moveClock,
		"POST /clock/redrive": (*visit).redrive,
	}
}

// route answers what no page is for in the words of the pages, and passes the rest on.
func (s *pages) route(w http.ResponseWriter, r *http.Request) {
	h, pattern := s.routes.Handler(r)
	if pattern != "" {
		s.routes.ServeHTTP(w, r)
		return
	}
	told := &statusOnly{header: http.Header{}}
	h.ServeHTTP(told, r)
	v := s.visit(w, r)
	if told.status == http.StatusMethodNotAllowed {
		w.Header().Set("Allow", told.header.Get("Allow"))
		v.refuse(errMethod)
		return
	}
	v.refuse(errNoPage)
}

// statusOnly takes the status of an answer and lets the rest go.
type statusOnly struct {
	header http.Header
	status int
}

func (w *statusOnly) Header() http.Header         { return w.header }
func (w *statusOnly) Write(b []byte) (int, error) { return len(b), nil }
func (w *statusOnly) WriteHeader(status int)      { w.status = status }
