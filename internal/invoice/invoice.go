// Package invoice is the bill (요금청구서) of one customer for one settlement month, from draft to sent.
//
// Who uses it: the bill run drafts and finalises it, staff send it, upload in its place and look into it,
// customers read it. It owns numbers, states, the charges an invoice covers, its deliveries and links, the run
// of a month and its gate. It does not own the arithmetic (rating), postings (ledger) or the files (document).
//
// Invariants:
//   - one invoice a customer and month; its number is MSP-month-customer-revision and never reused;
//   - a final invoice's figures never change; a different figure is a new revision;
//   - the lines of the body add up to the head's sums, and the charges to the body's cost;
//   - a sent invoice cannot be unsent: the count of sends only rises.
package invoice

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"jeongsan/internal/blob"
	"jeongsan/internal/calendar"
	"jeongsan/internal/customer"
	"jeongsan/internal/fault"
	"jeongsan/internal/money"
	"jeongsan/internal/rating"
	"jeongsan/internal/usage"
)

// State is how far an invoice has come.
type State string

const (
	Draft State = "draft"
	Final State = "final"
)

// Text is the state as screens show it.
func (s State) Text() fault.Text {
	if s == Final {
		return fault.T("확정", "final")
	}
	return fault.T("초안", "draft")
}

// Charge is a part of the provider's bill that the invoice covers: one member's month.
type Charge struct {
	Account string         `json:"account"`
	Month   calendar.Month `json:"month"`
	Member  string         `json:"member"`
	Hash    string         `json:"hash"`             // of the member's content that was rated
	Object  blob.Key       `json:"object"`           // the snapshot it lies in
	Offset  int64          `json:"offset"`           // bytes
	Length  int64          `json:"length"`           // bytes
	Cost    money.Decimal  `json:"cost"`             // in the provider's currency, exact
	Through calendar.Date  `json:"through,omitzero"` // usage up to this day; zero: the whole month
	ByRow   bool           `json:"by_row,omitempty"` // Through was applied row by row, not by an earlier snapshot
}

// Location is where the charge's rows lie.
func (c Charge) Location() usage.Location {
	return usage.Location{Object: c.Object, Offset: c.Offset, Length: c.Length, Hash: c.Hash}
}

// Covers reports whether a row of the charge's content is billed by it.
func (c Charge) Covers(r usage.Row) bool {
	return !c.ByRow || r.Start.Before(c.Through.AddDays(1).Start())
}

// Sums are the figures of an invoice.
type Sums struct {
	Usage    money.Amount `json:"usage"`
	Discount money.Amount `json:"discount"`
	Other    money.Amount `json:"other"`
	Rounding money.Amount `json:"rounding"`
	Supply   money.Amount `json:"supply"`
	VAT      money.Amount `json:"vat"`
	Total    money.Amount `json:"total"`
}

// SumsOf takes the figures out of a bill.
func SumsOf(b rating.Bill) Sums {
	return Sums{b.Usage, b.Discount, b.Other, b.Rounding, b.Supply, b.VAT, b.Total}
}

// Invoice is the head: what lists, sends and gates need without reading the lines.
type Invoice struct {
	Number     string           `json:"number"`
	Customer   string           `json:"customer"`
	TaxKind    customer.TaxKind `json:"tax_kind,omitempty"` // 과세형태 when it became final; "" of invoices that did before it was kept
	Month      calendar.Month   `json:"month"`
	Span       []calendar.Month `json:"span"`
	Revision   int              `json:"revision"`
	State      State            `json:"state"`
	Hold       string           `json:"hold,omitempty"` // why staff hold it back; "" when they do not
	Sums       Sums             `json:"sums"`
	Charges    []Charge         `json:"charges"`
	Input      string           `json:"input"`              // SHA-256, hex, of the rating input
	Issued     calendar.Date    `json:"issued,omitzero"`    // the day it first became final: a revision keeps it, and with it the days that follow from it
	Billing    calendar.Date    `json:"billing,omitzero"`   // 청구일
	Due        calendar.Date    `json:"due,omitzero"`       // 납부기한
	Finalised  time.Time        `json:"finalised,omitzero"` // this revision
	Documents  Documents        `json:"documents,omitzero"`
	Upload     *Upload          `json:"upload,omitempty"`
	Sends      int              `json:"sends"`
	LastSent   time.Time        `json:"last_sent,omitzero"`
	SentAs     string           `json:"sent_as,omitempty"` // the number it was last sent under: after a revision it is to be sent again
	Money      Money            `json:"money,omitzero"`
	BodyObject blob.Key         `json:"body_object,omitzero"` // set when the body was too large for a document
}

// Documents are the generated files; a zero key means not made yet.
type Documents struct {
	XLSX blob.Key `json:"xlsx,omitzero"`
	PDF  blob.Key `json:"pdf,omitzero"`
}

// Upload is a workbook that staff put in place of the generated one (CB-13).
type Upload struct {
	Object     blob.Key     `json:"object"`
	FileName   string       `json:"file_name"`
	Total      money.Amount `json:"total"`      // read out of the workbook
	Cell       string       `json:"cell"`       // where: "요금청구서!F20"
	Difference money.Amount `json:"difference"` // upload − invoice; must be settled before a tax invoice
	At         time.Time    `json:"at"`
	By         string       `json:"by"`
}

// Body is what the figures were computed from and how: enough to compute them again without the store.
type Body struct {
	Input rating.Input `json:"input"`
	Bill  rating.Bill  `json:"bill"`
}

// Number makes the deterministic number of a revision: HANBIT-202610-C0007-1.
func Number(code string, m calendar.Month, customer string, revision int) string {
	return fmt.Sprintf("%s-%s-%s-%d", code, m.Compact(), customer, revision)
}

var numberForm = regexp.MustCompile(`^([A-Z][A-Z0-9]{1,11})-(\d{6})-(C\d{4,8})-([1-9]\d{0,3})$`)

// Reference is what a number says.
type Reference struct {
	Code     string
	Month    calendar.Month
	Customer string
	Revision int
}

// ParseNumber reads a number, with or without case and surrounding blanks.
func ParseNumber(s string) (Reference, error) {
	bad := fault.Invalidf("invoice", fault.T("청구번호 %q의 형식이 올바르지 않습니다(예: HANBIT-202610-C0007-1).", "The invoice number %q is malformed (e.g. HANBIT-202610-C0007-1).", s))
	p := numberForm.FindStringSubmatch(strings.ToUpper(strings.TrimSpace(s)))
	if p == nil {
		return Reference{}, bad
	}
	m, err := calendar.ParseMonth(p[2])
	if err != nil {
		return Reference{}, bad.Because(err)
	}
	rev, err := strconv.Atoi(p[4])
	if err != nil {
		return Reference{}, bad
	}
	return Reference{Code: p[1], Month: m, Customer: p[3], Revision: rev}, nil
}

// Redraft replaces the figures of a draft, or starts one from the zero Invoice. A final invoice refuses.
func (i Invoice) Redraft(head Invoice) (Invoice, error) {
	if i.State == Final {
		return i, fault.New(fault.Conflict, fault.T("청구서 %s은(는) 이미 확정되어 다시 계산하지 않습니다.", "Invoice %s is final and is not computed again.", i.Number))
	}
	head.State, head.Hold = Draft, i.Hold
	return head, nil
}

// Finalise fixes the figures. A held or empty draft refuses, naming why.
func (i Invoice) Finalise(on calendar.Date, at time.Time) (Invoice, error) {
	switch {
	case i.State == Final:
		return i, fault.New(fault.Conflict, fault.T("청구서 %s은(는) 이미 확정되었습니다.", "Invoice %s is already final.", i.Number))
	case i.Hold != "":
		return i, fault.New(fault.Conflict, fault.T("청구서 %[1]s은(는) 보류 중입니다: %[2]s", "Invoice %[1]s is on hold: %[2]s", i.Number, i.Hold))
	case !i.Payable():
		return i, fault.New(fault.Conflict, fault.T("청구서 %s에 청구할 금액이 없습니다.", "Invoice %s has no amount to bill.", i.Number))
	}
	i.State, i.Issued, i.Finalised = Final, on, at.UTC()
	return i, nil
}

// Held keeps a draft back for a reason, or releases it with none. A final invoice refuses.
func (i Invoice) Held(reason string) (Invoice, error) {
	if i.State == Final {
		return i, fault.New(fault.Conflict, fault.T("청구서 %s은(는) 이미 확정되어 보류할 수 없습니다.", "Invoice %s is final and cannot be held.", i.Number))
	}
	i.Hold = reason
	return i, nil
}

// Payable reports whether there is a real amount to bill (CB-11): only such an invoice is made final and listed.
func (i Invoice) Payable() bool { return i.Sums.Total.Sign() > 0 }

// Sent counts a send.
func (i Invoice) Sent(at time.Time) Invoice {
	i.Sends++
	i.LastSent, i.SentAs = at.UTC(), i.Number
	return i
}

// SendLabel is the button's word: 발송 before the first send, 재발송 after it (CB-12).
func (i Invoice) SendLabel() fault.Text {
	if i.Sends == 0 {
		return fault.T("발송", "send")
	}
	return fault.T("재발송", "send again")
}

// Replace puts an uploaded workbook in the generated one's place. Only a final invoice has a total to compare with.
func (i Invoice) Replace(u Upload) (Invoice, error) {
	if i.State != Final {
		return i, fault.New(fault.Conflict, fault.T("확정된 청구서에만 파일을 올릴 수 있습니다.", "A file can only be uploaded for a final invoice."))
	}
	diff, err := u.Total.Sub(i.Sums.Total)
	if err != nil {
		return i, err
	}
	u.Difference = diff
	i.Upload = &u
	return i, nil
}

// TakeBack removes the uploaded workbook: the generated one counts again.
func (i Invoice) TakeBack() (Invoice, error) {
	if i.Upload == nil {
		return i, fault.New(fault.Conflict, fault.T("청구서 %s에 올린 파일이 없습니다.", "Invoice %s has no uploaded file.", i.Number))
	}
	i.Upload = nil
	return i, nil
}
