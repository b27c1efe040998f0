package settlement

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"time"

	"jeongsan/internal/calendar"
	"jeongsan/internal/fault"
	"jeongsan/internal/money"
	"jeongsan/internal/store"
	"jeongsan/internal/taxinvoice"
	"jeongsan/internal/tenant"
)

// JobTaxIssue and JobTaxFollow are the due work of tax invoices; the payload of both is a TaxWork.
const (
	JobTaxIssue  = "tax.issue"
	JobTaxFollow = "tax.follow"
)

// TaxWork is the payload of due work on one tax invoice.
type TaxWork struct {
	Month    calendar.Month `json:"month"`
	Customer string         `json:"customer"`
	Sequence int            `json:"sequence"`
	// Turn counts the timers in a row that found no news, each waiting longer; 0 is work that no timer brought, after
	// which none is set: every state change sets its own.
	Turn int `json:"turn,omitempty"`
}

// Key is the key of the tax invoice.
func (w TaxWork) Key() string { return taxinvoice.Key(w.Month, w.Customer, w.Sequence) }

var taxKeyForm = regexp.MustCompile(`^(\d{6})-(C\d{4,8})-([1-9]\d{0,3})$`)

// ParseTaxKey reads a key of ours.
func ParseTaxKey(key string) (TaxWork, error) {
	bad := fault.Invalidf("key", fault.T("문서번호 %.40q은(는) 이 서비스의 것이 아닙니다(예: 202610-C0007-1).", "The key %.40q is none of ours (e.g. 202610-C0007-1).", key))
	p := taxKeyForm.FindStringSubmatch(key)
	if p == nil {
		return TaxWork{}, bad
	}
	m, err := calendar.ParseMonth(p[1])
	if err != nil {
		return TaxWork{}, bad.Because(err)
	}
	n, err := strconv.Atoi(p[3])
	return TaxWork{Month: m, Customer: p[2], Sequence: n}, err
}

func workOf(x taxinvoice.TaxInvoice) TaxWork {
	return TaxWork{Month: x.Month, Customer: x.Customer, Sequence: x.Sequence}
}

// ErrTaxKeyTaken is the service's answer when it has a document of the key already: ask, and compare.
var ErrTaxKeyTaken = errors.New("settlement: the service has a tax invoice of this key")

// TaxService signs, keeps and transmits the tax invoices of one MSP. Documents are addressed by our keys.
//
// A changing call ends in one of four ways: nil (done), fault.UnknownOutcome (ask before anything else),
// fault.Unavailable (surely not done, may be done later), or any other fault (refused for good, with the sentence for a
// person). Reading calls end in fault.Unavailable where the service cannot answer.
type TaxService interface {
	// Issue signs and issues the document under its key and returns its 국세청 승인번호. late: past the legal deadline,
	// knowingly. An error that is ErrTaxKeyTaken says that there is one of the key already.
	Issue(ctx context.Context, x taxinvoice.TaxInvoice, late bool) (confirmation string, err error)
	// Transmit sends an issued document to the tax office now; fault.Conflict when it is on its way already.
	Transmit(ctx context.Context, key string) error
	// Cancel takes back what was not transmitted yet; fault.Conflict when it is too late.
	Cancel(ctx context.Context, key, memo string) error
	// Find is what the service has under a key; fault.NotFound when it surely has none.
	Find(ctx context.Context, key string) (TaxDocument, error)
	// FindMany is Find for any number of keys; those that it does not have are left out.
	FindMany(ctx context.Context, keys []string) ([]TaxDocument, error)
	// XML is the signed document of the tax office's standard, PDF the printed form.
	XML(ctx context.Context, key string) ([]byte, error)
	PDF(ctx context.Context, key string) ([]byte, error)
	// PrintURL is a page that prints the document, open for seconds without a log-in: a secret.
	PrintURL(ctx context.Context, key string) (string, error)
	// Mail sends the document to the address once more; each call mails.
	Mail(ctx context.Context, key, email string) error
	// Standing is what decides whether anything can be issued at all.
	Standing(ctx context.Context) (TaxStanding, error)
	// Businesses says of business numbers whether they are in business; those it knows nothing of are left out.
	Businesses(ctx context.Context, numbers []string) (map[string]taxinvoice.Business, error)
}

// TaxDocument is a document as the service has it.
type TaxDocument struct {
	taxinvoice.Found
	Key     string
	Written calendar.Date
	Buyer   string // business number, or what stands for it
	Supply  money.Amount
	VAT     money.Amount
}

// stands reports whether the service's document is the tax invoice: its key alone is no proof, since another program
// may issue under the same business number.
func (d TaxDocument) stands(x taxinvoice.TaxInvoice) bool {
	c := x.Content
	return d.Key == x.Key && d.Written == c.Written && d.Supply == c.Supply && d.VAT == c.VAT && d.Buyer == c.Buyer.BusinessNumber
}

// TaxStanding is the MSP's standing at the service.
type TaxStanding struct {
	Certificate taxinvoice.Certificate
	SendsAtOnce bool // the service's own setting: true makes every 익일 발행 an 즉시 발행
	Points      money.Decimal
	UnitCost    money.Decimal // points of one tax invoice
}

// taxService opens the service of the MSP, or names what the MSP has not registered yet (CB-09).
func (d *Desk) taxService(ctx context.Context, t store.Tenant) (TaxService, tenant.Profile, error) {
	profile, _, err := tenant.Load(ctx, d.Store, t)
	if err != nil {
		return nil, profile, err
	}
	if err := profile.ReadyForTaxInvoices(); err != nil {
		return nil, profile, err
	}
	if d.Taxes == nil {
		return nil, profile, fault.New(fault.Unavailable, fault.T("이 서버에는 세금계산서 발행 서비스가 연결되어 있지 않습니다. 운영자에게 알려 주세요.", "No tax-invoice service is connected to this server; tell the operator."))
	}
	s, err := d.Taxes(ctx, profile)
	return s, profile, err
}

// taxDue is the write of due work on a tax invoice. what tells one piece of work from another.
func (d *Desk) taxDue(t store.Tenant, job string, w TaxWork, what string, wait time.Duration) (store.Write, error) {
	return d.dueAt(t, d.Clock.Now().Add(wait), job, fmt.Sprintf("tax/%s/%s", w.Key(), what), w)
}

// openTax is the entry of a tax invoice in the work-list of those that something is still to be heard or kept of: one
// query finds them all.
func openTaxPartition(t store.Tenant) store.Partition { return t.Partition("tax-open") }

func openTaxKey(t store.Tenant, w TaxWork) store.Key {
	return openTaxPartition(t).Key(w.Month.String(), w.Customer, fmt.Sprintf("%04d", w.Sequence))
}

const kindTaxOpen = "tax-open"

func openTax(t store.Tenant, w TaxWork) (store.Write, error) {
	w.Turn = 0
	doc, err := store.JSON(openTaxKey(t, w), kindTaxOpen, 1, w)
	return store.Put(doc, store.Always), err
}

func closeTax(t store.Tenant, w TaxWork) store.Write {
	return store.Delete(openTaxKey(t, w), store.Always)
}

// OpenTax lists the tax invoices that something is still to be heard of, oldest month first.
func (d *Desk) OpenTax(ctx context.Context, t store.Tenant) ([]TaxWork, error) {
	var out []TaxWork
	err := store.Each(ctx, d.Store, store.Query{Partition: openTaxPartition(t)}, func(doc store.Document) error {
		var w TaxWork
		if err := store.Decode(doc, kindTaxOpen, 1, &w); err != nil {
			return err
		}
		out = append(out, w)
		return nil
	})
	return out, err
}
