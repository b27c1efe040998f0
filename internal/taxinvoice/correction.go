package taxinvoice

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"jeongsan/internal/calendar"
	"jeongsan/internal/fault"
	"jeongsan/internal/store"
)

// CorrectionState is how far an amendment has come, seen over all of its documents.
type CorrectionState string

const (
	Running CorrectionState = "running" // some document is on its way, none failed
	Done    CorrectionState = "done"    // the tax office has all of them
	Half    CorrectionState = "half"    // one stands or may stand and another failed: that one must be issued again
	Failed  CorrectionState = "failed"  // none stands: the original is as it was
)

// Text is the state as screens show it.
func (s CorrectionState) Text() fault.Text {
	switch s {
	case Running:
		return fault.T("수정 중", "being amended")
	case Done:
		return fault.T("수정 완료", "amended")
	case Half:
		return fault.T("일부만 발행됨: 실패한 장을 다시 발행해 주세요", "half issued: issue the failed document again")
	case Failed:
		return fault.T("수정되지 않음", "not amended")
	}
	return fault.T("알 수 없는 상태", "unknown state")
}

// CorrectionRecord is an amendment as one thing. Its documents are committed as intents together with it, so that a stop
// between two of them leaves a record that shows what is missing and from which the rest is issued.
type CorrectionRecord struct {
	ID       string          `json:"id"`
	Original string          `json:"original"` // key of the tax invoice it amends
	Customer string          `json:"customer"`
	Month    calendar.Month  `json:"month"` // settlement month of the original
	Reason   Reason          `json:"reason"`
	Keys     []string        `json:"keys"`             // of its documents, in the order of the plan
	Failed   []string        `json:"failed,omitempty"` // keys that were given up and issued again under another
	State    CorrectionState `json:"state"`
	By       string          `json:"by"`
	Why      string          `json:"why"`
	At       time.Time       `json:"at"`
	Request  string          `json:"request,omitempty"`  // SHA-256, hex, of the order: the same order again is this correction
	Covers   bool            `json:"covers,omitempty"`   // it covers what the invoice bills already: the books are not moved
	Reverted bool            `json:"reverted,omitempty"` // what stood of it was taken back by a counter-document: nothing is amended
}

const kindCorrection = "tax-correction"

// VersionedCorrection is a correction with the version it was read at.
type VersionedCorrection struct {
	CorrectionRecord
	Version int64
}

// CorrectionID makes the id of the nth amendment of a tax invoice: "202610-C0007-1-A2".
func CorrectionID(original string, n int) string { return fmt.Sprintf("%s-A%d", original, n) }

// customerOf reads the customer out of an id: the second part, in which customers have no hyphen.
func customerOf(id string) string {
	_, rest, _ := strings.Cut(id, "-")
	customer, _, _ := strings.Cut(rest, "-")
	return customer
}

func corrections(t store.Tenant, m calendar.Month) store.Partition {
	return t.Partition("tax-correction", m.String())
}

// DocumentKey is where it lies.
func (c CorrectionRecord) DocumentKey(t store.Tenant) store.Key {
	return corrections(t, c.Month).Key(c.Customer, c.ID)
}

// Put is the write of it at the version it was read with (0: new).
func (c CorrectionRecord) Put(t store.Tenant, version int64) (store.Write, error) {
	d, err := store.JSON(c.DocumentKey(t), kindCorrection, schema, c)
	return store.Put(d, store.AtVersion(version)), err
}

// LoadCorrection reads one; fault.NotFound when there is none.
func LoadCorrection(ctx context.Context, s store.Reader, t store.Tenant, m calendar.Month, id string) (VersionedCorrection, error) {
	d, err := s.Get(ctx, CorrectionRecord{Month: m, Customer: customerOf(id), ID: id}.DocumentKey(t))
	if err != nil {
		return VersionedCorrection{}, err
	}
	return decodeCorrection(d)
}

// ListCorrections reads those of a month's tax invoices in the order of customers and ids; customer "" is all of them.
func ListCorrections(ctx context.Context, s store.Reader, t store.Tenant, m calendar.Month, customer string) ([]VersionedCorrection, error) {
	q := store.Query{Partition: corrections(t, m)}
	if customer != "" {
		q.Prefix = []string{customer}
	}
	var out []VersionedCorrection
	err := store.Each(ctx, s, q, func(d store.Document) error {
		v, err := decodeCorrection(d)
		out = append(out, v)
		return err
	})
	return out, err
}

func decodeCorrection(d store.Document) (VersionedCorrection, error) {
	v := VersionedCorrection{Version: d.Version}
	return v, store.Decode(d, kindCorrection, schema, &v.CorrectionRecord)
}

// Observed is the correction after what became of its documents, given in any order; those of other keys are ignored, and
// one that is not given counts as on its way.
func (c CorrectionRecord) Observed(documents []TaxInvoice) (after CorrectionRecord, changed bool) {
	reported, failed := 0, 0
	for _, key := range c.Keys {
		n := slices.IndexFunc(documents, func(x TaxInvoice) bool { return x.Key == key })
		switch {
		case n < 0:
		case documents[n].State == Reported:
			reported++
		case !documents[n].State.Live():
			failed++
		}
	}
	was := c.State
	switch {
	case failed == len(c.Keys):
		c.State = Failed
	case failed > 0:
		c.State = Half
	case reported == len(c.Keys):
		c.State = Done
	default:
		c.State = Running
	}
	return c, c.State != was
}

// Replace puts the document that is issued again in the place of a failed one. The failed key is kept, because keys are
// never used for anything else.
func (c CorrectionRecord) Replace(failed, again string) (CorrectionRecord, error) {
	n := slices.Index(c.Keys, failed)
	if n < 0 || slices.Contains(c.Keys, again) || slices.Contains(c.Failed, again) {
		return c, fault.New(fault.Conflict, fault.T(
			"수정 %[1]s에서 문서 %[2]s을(를) %[3]s(으)로 바꿀 수 없습니다. 수정 내역을 새로 조회해 주세요.",
			"In correction %[1]s document %[2]s cannot be replaced by %[3]s; look the correction up again.", c.ID, failed, again))
	}
	c.Keys = slices.Clone(c.Keys)
	c.Keys[n] = again
	c.Failed = append(slices.Clone(c.Failed), failed)
	c.State = Running
	return c, nil
}

// Revert puts counter-documents in the place of what failed of a half-done amendment, behind what stands of it: once they
// stand, nothing is amended.
func (c CorrectionRecord) Revert(failed, counters []string) CorrectionRecord {
	c.Keys = slices.DeleteFunc(slices.Clone(c.Keys), func(key string) bool { return slices.Contains(failed, key) })
	c.Keys = append(c.Keys, counters...)
	c.Failed = append(slices.Clone(c.Failed), failed...)
	c.State, c.Reverted = Running, true
	return c
}

// Counter is the document that gives back what a negative one of a half-done amendment took: the same lines with the other
// sign, as a correction (기재사항 착오·정정) of the same original on the same date. A positive one is not countered like this:
// who takes it back names its own number (InForce).
func (c Content) Counter() Content {
	if c.Amends != nil {
		c.Amends = &Amends{Reason: Correction, Original: c.Amends.Original}
	}
	c.Supply, c.VAT, c.Total = c.Supply.Neg(), c.VAT.Neg(), c.Total.Neg()
	c.Lines = slices.Clone(c.Lines)
	for i, l := range c.Lines {
		l.Quantity, l.Supply, l.VAT = l.Quantity.Neg(), l.Supply.Neg(), l.VAT.Neg()
		c.Lines[i] = l
	}
	return c
}
