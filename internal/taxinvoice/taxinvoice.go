// Package taxinvoice is the electronic tax invoice (전자세금계산서): its content, its states from intent to the tax
// office, its amendments and the days the law sets.
//
// Who uses it: staff preview, issue, cancel, follow, amend and look things up; schedules follow what is on its way and
// list what is not issued yet by the days left. It owns what a tax invoice must hold, which state follows which, its
// keys and documents, the six legal reasons of an amendment with their dates, signs and number of documents, and the
// records of tax invoices that were issued elsewhere. It does not own amounts (the invoice), the service that signs and
// transmits (a client), or when to ask it (the flow).
//
// Invariants:
//   - lines add up to the content's sums, and supply + VAT to the total, in whole won;
//   - a key (문서번호) is made of what it is for and never used for anything else; whoever finds it at the service finds
//     this tax invoice: an unknown outcome is asked for by it and never issued again under another;
//   - one live tax invoice covers an invoice: the invoice's head names it (invoice.Money);
//   - what the tax office has is never edited or deleted, only amended by further documents;
//   - who takes something back names the document in force that has it, and takes no more than is left of it;
//   - a day of the law beyond the holiday table is the unmoved one, said to be provisional, and stops nothing else.
package taxinvoice

import (
	"context"
	"fmt"
	"time"

	"jeongsan/internal/calendar"
	"jeongsan/internal/customer"
	"jeongsan/internal/fault"
	"jeongsan/internal/money"
	"jeongsan/internal/store"
)

// Timing says when the tax office gets it (CB-15).
type Timing string

const (
	NextDay   Timing = "next-day"  // 익일 발행: issued now, transmitted at 15:00 of the next business day, can be cancelled until then
	Immediate Timing = "immediate" // 즉시 발행: issued and transmitted at once, cannot be cancelled
)

// Purpose is what the paper says it is (영수/청구).
type Purpose string

const (
	ForPayment Purpose = "claim"   // 청구: not paid yet
	Received   Purpose = "receipt" // 영수: paid already
)

// Party is one side of a tax invoice, as it stood when it was issued.
type Party struct {
	BusinessNumber string `json:"business_number"`
	Branch         string `json:"branch,omitempty"` // 종사업장
	Name           string `json:"name"`
	Representative string `json:"representative"`
	Address        string `json:"address,omitempty"`
	BusinessType   string `json:"business_type,omitempty"` // 업태
	Industry       string `json:"industry,omitempty"`      // 종목
	Contact        string `json:"contact,omitempty"`
	Phone          string `json:"phone,omitempty"`
	Email          string `json:"email,omitempty"`
}

// Line is one item (품목). Quantity and unit price may be absent (zero), as on a lump sum.
type Line struct {
	Date      calendar.Date `json:"date"`
	Item      string        `json:"item"`
	Spec      string        `json:"spec,omitempty"`
	Quantity  money.Decimal `json:"quantity"`
	UnitPrice money.Decimal `json:"unit_price"`
	Supply    money.Amount  `json:"supply"`
	VAT       money.Amount  `json:"vat"`
	Remark    string        `json:"remark,omitempty"`
}

// Content is what is printed and what the tax office gets.
type Content struct {
	Written   calendar.Date      `json:"written"` // 작성일자
	Kind      customer.TaxKind   `json:"kind"`
	Purpose   Purpose            `json:"purpose"`
	Supplier  Party              `json:"supplier"`
	Buyer     Party              `json:"buyer"`
	BuyerKind customer.BuyerKind `json:"buyer_kind"`
	Lines     []Line             `json:"lines"`
	Supply    money.Amount       `json:"supply"`
	VAT       money.Amount       `json:"vat"`
	Total     money.Amount       `json:"total"`
	Remarks   []string           `json:"remarks,omitempty"` // 비고, at most three
	Volume    int                `json:"volume,omitempty"`  // 책번호 권
	Issue     int                `json:"issue,omitempty"`   // 책번호 호
	Serial    string             `json:"serial,omitempty"`  // 일련번호
	Amends    *Amends            `json:"amends,omitempty"`  // set on 수정세금계산서
}

// Amends names what an amended tax invoice amends and why.
type Amends struct {
	Reason   Reason `json:"reason"`
	Original string `json:"original"` // the original's 국세청 승인번호
}

// State is how far a tax invoice has come.
type State string

const (
	Intended   State = "intended"   // committed; the service may or may not have it
	Issued     State = "issued"     // at the service and signed; still cancellable (Popbill 300)
	Sending    State = "sending"    // on its way to the tax office (301 to 303)
	Reported   State = "reported"   // the tax office has it (304)
	Refused    State = "refused"    // the service refused it: it was never issued (발행실패)
	Rejected   State = "rejected"   // the tax office refused it (305, 전송실패)
	Cancelling State = "cancelling" // the cancel is committed; the service may or may not have done it
	Cancelled  State = "cancelled"  // cancelled before transmission (600): the tax office never hears of it
	InDoubt    State = "in-doubt"   // asked in vain; a person must look
)

// Text is the state as the settlement page shows it (CB-15): 발행전 → 발행 취소 (still cancellable) → 발행 완료.
func (s State) Text() fault.Text {
	switch s {
	case "":
		return fault.T("발행전", "not issued")
	case Intended:
		return fault.T("발행 중", "issuing")
	case Issued:
		return fault.T("발행(취소 가능)", "issued, cancellable")
	case Sending:
		return fault.T("국세청 전송 중", "being transmitted")
	case Reported:
		return fault.T("발행 완료", "reported")
	case Refused:
		return fault.T("발행실패", "refused")
	case Rejected:
		return fault.T("국세청 전송실패", "rejected by the tax office")
	case Cancelling:
		return fault.T("취소 중", "being cancelled")
	case Cancelled:
		return fault.T("발행 취소됨", "cancelled")
	case InDoubt:
		return fault.T("확인 필요", "in doubt")
	}
	return fault.T("알 수 없는 상태", "unknown state")
}

// Live reports whether the state stands for a tax invoice that exists or may exist: the invoice it covers can have no other.
func (s State) Live() bool { return s != "" && s != Refused && s != Cancelled && s != Rejected }

// Settled reports whether nothing more is to be heard of it.
func (s State) Settled() bool {
	return s == Reported || s == Refused || s == Rejected || s == Cancelled
}

// TaxInvoice is one tax invoice with its state.
type TaxInvoice struct {
	Key      string         `json:"key"`     // 문서번호 at the service, at most 24 of [A-Za-z0-9-]
	Invoice  string         `json:"invoice"` // number of the invoice it covers
	Customer string         `json:"customer"`
	Month    calendar.Month `json:"month"`    // settlement month
	Sequence int            `json:"sequence"` // of the customer's tax invoices of the month, from 1
	Content  Content        `json:"content"`
	Timing   Timing         `json:"timing"`
	State    State          `json:"state"`

	Confirmation string        `json:"confirmation,omitempty"` // 국세청 승인번호, 24 characters, from the moment of issue
	Provider     int           `json:"provider,omitempty"`     // the service's own state code, the furthest one seen
	Unread       int           `json:"unread,omitempty"`       // a state code of the service that this program does not know
	Result       string        `json:"result,omitempty"`       // the tax office's result code, e.g. SUC001
	Failure      fault.Text    `json:"failure,omitzero"`       // why it was refused or rejected, and what to do
	BuyerState   Operation     `json:"buyer_state,omitempty"`  // the buyer's business as the service saw it at issue (휴폐업 상태)
	Late         bool          `json:"late,omitempty"`         // ordered past the deadline, knowing the penalty (지연발행)
	Correction   string        `json:"correction,omitempty"`   // id of the correction it is part of
	Asked        int           `json:"asked,omitempty"`        // how often an unknown outcome was asked for
	Memo         string        `json:"memo,omitempty"`         // 내부 메모, never shown to the buyer
	Intended     time.Time     `json:"intended"`
	Issued       time.Time     `json:"issued,omitzero"`
	Transmitted  time.Time     `json:"transmitted,omitzero"` // when the tax office was sent it
	Answered     time.Time     `json:"answered,omitzero"`    // when the tax office answered
	Deadline     calendar.Date `json:"deadline"`             // last day to issue it, by law
}

const (
	kind   = "tax-invoice"
	schema = 1
)

// Key makes the key of the nth tax invoice of a customer's month: "202610-C0007-1". It is unique within the MSP's
// business number, which is the space of keys at the service.
func Key(m calendar.Month, customer string, sequence int) string {
	return fmt.Sprintf("%s-%s-%d", m.Compact(), customer, sequence)
}

func partition(t store.Tenant, m calendar.Month) store.Partition {
	return t.Partition("tax-invoice", m.String())
}

// DocumentKey is where it lies; flows check its version when they act on what they read.
func (x TaxInvoice) DocumentKey(t store.Tenant) store.Key {
	return partition(t, x.Month).Key(x.Customer, fmt.Sprintf("%04d", x.Sequence))
}

// Put is the write of it at the version it was read with (0: new).
func (x TaxInvoice) Put(t store.Tenant, version int64) (store.Write, error) {
	d, err := store.JSON(x.DocumentKey(t), kind, schema, x)
	return store.Put(d, store.AtVersion(version)), err
}

// Versioned is a tax invoice with the version it was read at.
type Versioned struct {
	TaxInvoice
	Version int64
}

// Load reads the nth of a customer's month; fault.NotFound when there is none.
func Load(ctx context.Context, s store.Reader, t store.Tenant, m calendar.Month, customer string, sequence int) (Versioned, error) {
	d, err := s.Get(ctx, TaxInvoice{Month: m, Customer: customer, Sequence: sequence}.DocumentKey(t))
	if err != nil {
		return Versioned{}, err
	}
	return decode(d)
}

// List reads a month's tax invoices in the order of customers and sequences; customer "" is all of them.
func List(ctx context.Context, s store.Reader, t store.Tenant, m calendar.Month, customer string) ([]Versioned, error) {
	q := store.Query{Partition: partition(t, m)}
	if customer != "" {
		q.Prefix = []string{customer}
	}
	var out []Versioned
	err := store.Each(ctx, s, q, func(d store.Document) error {
		v, err := decode(d)
		out = append(out, v)
		return err
	})
	return out, err
}

func decode(d store.Document) (Versioned, error) {
	v := Versioned{Version: d.Version}
	return v, store.Decode(d, kind, schema, &v.TaxInvoice)
}
