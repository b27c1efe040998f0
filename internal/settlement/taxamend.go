package settlement

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"jeongsan/internal/books"
	"jeongsan/internal/calendar"
	"jeongsan/internal/fault"
	"jeongsan/internal/identity"
	"jeongsan/internal/invoice"
	"jeongsan/internal/journal"
	"jeongsan/internal/ledger"
	"jeongsan/internal/payment"
	"jeongsan/internal/store"
	"jeongsan/internal/taxinvoice"
)

// TaxAmendment is an amended tax invoice (수정세금계산서) as staff want it.
type TaxAmendment struct {
	Change taxinvoice.Change
	Timing taxinvoice.Timing
	Seen   int    // how many amendments of the original whoever asks has seen
	Why    string // for the record
	Memo   string
	Late   bool // issue although the legal deadline of a document has passed, knowing the penalty
	// Covers says that the invoice bills already what the amendment adds or takes away, so that books and balance stay: after
	// a card payment was given back in part, say, whose slip stood for it. It must be the very gap that DueTax lists.
	Covers bool
}

// request is the hash by which the same order is known again.
func (a TaxAmendment) request() (string, error) {
	a.Seen, a.Why, a.Memo = 0, strings.TrimSpace(a.Why), strings.TrimSpace(a.Memo)
	text, err := json.Marshal(a)
	h := sha256.Sum256(text)
	return hex.EncodeToString(h[:]), err
}

// amending is an amendment while it is planned.
type amending struct {
	original taxinvoice.Versioned
	before   []taxinvoice.VersionedCorrection // of the same original, oldest first
	plan     taxinvoice.Plan
}

// PlanAmendment computes what an amendment would issue: documents, dates, signs, and the difference of the invoice.
func (d *Desk) PlanAmendment(ctx context.Context, p identity.Principal, original TaxWork, change taxinvoice.Change) (taxinvoice.Plan, error) {
	if err := p.Allow(identity.AmendTax); err != nil {
		return taxinvoice.Plan{}, err
	}
	a, err := d.amending(ctx, p.Tenant, original, change)
	return a.plan, err
}

func (d *Desk) amending(ctx context.Context, t store.Tenant, w TaxWork, change taxinvoice.Change) (amending, error) {
	a, err := d.amendments(ctx, t, w)
	if err != nil {
		return a, err
	}
	original := taxinvoice.Original{TaxInvoice: a.original.TaxInvoice}
	for _, c := range a.before {
		documents, err := d.documentsOf(ctx, t, c.CorrectionRecord)
		if err != nil {
			return a, err
		}
		for _, x := range documents {
			if x.State.Live() {
				original.Amendments = append(original.Amendments, x.TaxInvoice)
			}
		}
	}
	a.plan, err = taxinvoice.Amend(original, change, calendar.Korea(), d.Today())
	return a, err
}

// amendments reads an original with its corrections.
func (d *Desk) amendments(ctx context.Context, t store.Tenant, w TaxWork) (amending, error) {
	var a amending
	var err error
	if a.original, err = taxinvoice.Load(ctx, d.Store, t, w.Month, w.Customer, w.Sequence); err != nil {
		return a, err
	}
	all, err := taxinvoice.ListCorrections(ctx, d.Store, t, w.Month, w.Customer)
	for _, c := range all {
		if c.Original == a.original.Key {
			a.before = append(a.before, c)
		}
	}
	return a, err
}

// documentsOf reads the documents of a correction in its order.
func (d *Desk) documentsOf(ctx context.Context, t store.Tenant, c taxinvoice.CorrectionRecord) ([]taxinvoice.Versioned, error) {
	var out []taxinvoice.Versioned
	for _, key := range c.Keys {
		w, err := ParseTaxKey(key)
		if err != nil {
			return nil, err
		}
		x, err := taxinvoice.Load(ctx, d.Store, t, w.Month, w.Customer, w.Sequence)
		if err != nil {
			return nil, err
		}
		out = append(out, x)
	}
	return out, nil
}

// AmendTax orders an amended tax invoice. One commit holds the correction's record, every document as intended, the
// posting of the difference on today's date, the adjustment of what the invoice asks for, and the work. Documents go out
// in the order of the plan, each only once the one before it stands: where the first is refused, none is issued and the
// books go back; where a later one is, the record says so, and ReissueAmended takes it up or RevertAmended gives it up.
//
// What is asked for beyond the former balance is not collected before its documents stand (invoice.Money.Amending); where
// more was paid than is asked for now, a matter for a person is left. What is past a deadline needs the order's consent.
func (d *Desk) AmendTax(ctx context.Context, p identity.Principal, original TaxWork, want TaxAmendment) (taxinvoice.CorrectionRecord, error) {
	var none taxinvoice.CorrectionRecord
	if err := p.Allow(identity.AmendTax); err != nil {
		return none, err
	}
	if strings.TrimSpace(want.Why) == "" {
		return none, fault.Invalidf("why", fault.T("수정하는 사유를 입력해 주세요.", "Give the reason for the amendment."))
	}
	if _, _, err := d.taxService(ctx, p.Tenant); err != nil {
		return none, err
	}
	a, err := d.amendments(ctx, p.Tenant, original)
	if err != nil {
		return none, err
	}
	request, err := want.request()
	if err != nil {
		return none, err
	}
	if len(a.before) == want.Seen+1 && a.before[want.Seen].By == p.String() && a.before[want.Seen].Request == request { // asked again
		return a.before[want.Seen].CorrectionRecord, nil
	}
	if err := a.free(want.Seen); err != nil {
		return none, err
	}
	if a, err = d.amending(ctx, p.Tenant, original, want.Change); err != nil {
		return none, err
	}
	if err := errors.Join(d.inTime(a.plan, want), d.closesGap(ctx, p.Tenant, a, want)); err != nil {
		return none, err
	}
	return d.writeAmendment(ctx, p, a, want, request)
}

// inTime refuses what would be issued past its deadline without the order's consent.
func (d *Desk) inTime(plan taxinvoice.Plan, want TaxAmendment) error {
	for _, document := range plan.Documents {
		if want.Late || document.Deadline.IsZero() || !d.Today().After(document.Deadline) {
			continue
		}
		return fault.Invalidf("late", fault.T(
			"수정세금계산서의 발행기한 %[1]s이(가) 지났습니다. 지연발급 가산세를 확인하고 지연발행으로 주문해 주세요.",
			"The deadline of the amended tax invoice was %[1]s; order it as a late one, knowing the penalty.", document.Deadline))
	}
	return nil
}

// closesGap holds an amendment that covers what is billed already to the difference between the two.
func (d *Desk) closesGap(ctx context.Context, t store.Tenant, a amending, want TaxAmendment) error {
	if !want.Covers {
		return nil
	}
	x := a.original.TaxInvoice
	head, _, err := invoice.Load(ctx, d.Store, t, x.Month, x.Customer)
	if err != nil {
		return err
	}
	all, err := taxinvoice.List(ctx, d.Store, t, x.Month, x.Customer)
	if err != nil {
		return err
	}
	var documents []taxinvoice.TaxInvoice
	for _, v := range all {
		documents = append(documents, v.TaxInvoice)
	}
	stands, err := taxinvoice.Covering(documents)
	if err != nil {
		return err
	}
	gap, err := taxinvoice.Waiting{Invoice: head, Stands: stands}.Gap()
	by := a.plan.Difference()
	if err != nil || gap.Supply == by.Supply && gap.VAT == by.VAT {
		return err
	}
	return fault.Invalidf("supply", fault.T(
		"청구서 %[1]s의 청구 금액과 세금계산서의 차이는 공급가액 %[2]s, 세액 %[3]s입니다. 그 금액으로 수정하거나, 청구 금액도 바뀌면 '청구 금액 그대로'를 끄고 수정해 주세요.",
		"Invoice %[1]s bills supply %[4]s and VAT %[5]s more than its tax invoices say; amend by that, or let the amendment change what is billed.",
		head.Number, gap.Supply.Korean(), gap.VAT.Korean(), gap.Supply.English(), gap.VAT.English()))
}

// free refuses an amendment beside one that is not done, and one ordered over another that was not seen.
func (a amending) free(seen int) error {
	if len(a.before) != seen {
		return fault.New(fault.Conflict, fault.T("세금계산서 %s이(가) 그사이 수정되었습니다. 다시 확인한 뒤 수정해 주세요.", "Tax invoice %s was amended in the meantime; look at it again first.", a.original.Key))
	}
	for _, c := range a.before {
		if c.State == taxinvoice.Running || c.State == taxinvoice.Half {
			return fault.New(fault.Conflict, fault.T("세금계산서 %[1]s의 수정 %[2]s이(가) 아직 끝나지 않았습니다. 먼저 끝낸 뒤 다시 수정해 주세요.", "Amendment %[2]s of tax invoice %[1]s is not done yet; finish it first.", a.original.Key, c.ID))
		}
	}
	return nil
}

func (d *Desk) writeAmendment(ctx context.Context, p identity.Principal, a amending, want TaxAmendment, request string) (taxinvoice.CorrectionRecord, error) {
	x := a.original.TaxInvoice
	record := taxinvoice.CorrectionRecord{
		ID: taxinvoice.CorrectionID(x.Key, len(a.before)+1), Original: x.Key, Customer: x.Customer, Month: x.Month, Reason: a.plan.Reason,
		State: taxinvoice.Running, By: p.String(), Why: strings.TrimSpace(want.Why), At: d.Clock.Now().UTC(), Request: request, Covers: want.Covers,
	}
	sequence, err := d.nextSequence(ctx, p.Tenant, x.Month, x.Customer)
	if err != nil {
		return record, err
	}
	var writes []store.Write
	for i, document := range a.plan.Documents {
		amended, err := taxinvoice.Intend(taxinvoice.Intent{
			Invoice: x.Invoice, Customer: x.Customer, Month: x.Month, Sequence: sequence + i, Content: document.Content, Timing: want.Timing,
			Memo: strings.TrimSpace(want.Memo), Correction: record.ID, Deadline: document.Deadline, Late: want.Late,
		}, calendar.Korea(), d.Clock.Now())
		if err != nil {
			return record, err
		}
		some, err := d.intention(p.Tenant, amended)
		if err != nil {
			return record, err
		}
		writes, record.Keys = append(writes, some...), append(record.Keys, amended.Key)
	}
	posted, err := d.differ(ctx, p.Tenant, record, a.plan.Difference())
	if err != nil {
		return record, err
	}
	kept, err := record.Put(p.Tenant, 0)
	if err != nil {
		return record, err
	}
	work, err := d.taxDue(p.Tenant, JobTaxIssue, TaxWork{Month: x.Month, Customer: x.Customer, Sequence: sequence}, "issue", 0)
	if err != nil {
		return record, err
	}
	original := store.Check(x.DocumentKey(p.Tenant), store.AtVersion(a.original.Version))
	change := journal.Change{Action: "tax.amend", Subject: record.ID, Before: x.Key, After: shown(a.plan.Difference().Total), Reason: record.Why}
	return record, d.Commit(ctx, p, change, append(append(writes, posted...), kept, work, original)...)
}

// differ is the writes by which the books and the invoice learn of a difference; none where there is none. What was
// issued twice by mistake is owed once as before, and what is billed already is not billed again: only a tax invoice changes.
func (d *Desk) differ(ctx context.Context, t store.Tenant, record taxinvoice.CorrectionRecord, by invoice.Covered) ([]store.Write, error) {
	if record.Reason == taxinvoice.DuplicateMistake || record.Covers || by.Supply.IsZero() && by.VAT.IsZero() {
		return nil, nil
	}
	head, version, err := invoice.Load(ctx, d.Store, t, record.Month, record.Customer)
	if err != nil {
		return nil, err
	}
	if head.Money.Collecting != "" {
		return nil, fault.New(fault.Conflict, fault.T("청구서 %[1]s은(는) 결제 %[2]s의 결과를 확인하는 중입니다. 결과가 나온 뒤 수정해 주세요.", "The outcome of payment %[2]s of invoice %[1]s is still open; amend it once it is known.", head.Number, head.Money.Collecting))
	}
	posting, err := amendmentPosting(record, head.Number, by)
	if err != nil {
		return nil, err
	}
	writes, err := books.Post(ctx, d.Store, t, posting)
	if err != nil {
		return nil, err
	}
	head = head.Adjust(invoice.Adjustment{ID: record.ID, Supply: by.Supply, VAT: by.VAT, Total: by.Total, At: record.At})
	told, err := head.Put(t, version)
	if err != nil {
		return nil, err
	}
	row, err := credited(t, record, head)
	return append(writes, told, row), err
}

// credited is the write of the row on the work-list that says that the invoice, as a correction left it, is paid beyond what
// it asks for: the money is the customer's. Where it is not, the row goes.
func credited(t store.Tenant, record taxinvoice.CorrectionRecord, head invoice.Invoice) (store.Write, error) {
	id := "credit/" + record.ID
	balance, err := head.Balance()
	if err != nil || balance.Sign() >= 0 {
		return payment.MatterDone(t, id), err
	}
	much := balance.Neg()
	return payment.Matter{
		ID: id, Kind: payment.MatterExcess, Invoice: head.Number, Customer: record.Customer, Amount: much, At: record.At,
		Text: fault.T("수정세금계산서(%[4]s)로 청구서 %[1]s의 금액이 바뀌어 %[2]s을(를) 더 받은 상태입니다. 환불하거나 다음 청구에서 빼 주세요.",
			"Amendment %[4]s changed invoice %[1]s, of which %[3]s too much is paid now; give it back, or take it off the next one.", head.Number, much.Korean(), much.English(), record.ID),
	}.Put(t)
}

// amendmentPosting is what an amendment changes in the books, on the day it was decided.
func amendmentPosting(record taxinvoice.CorrectionRecord, source string, by invoice.Covered) (ledger.Posting, error) {
	receivable, err := ledger.Receivable(record.Customer)
	if err != nil {
		return ledger.Posting{}, err
	}
	sales, err := ledger.Sales("cloud")
	if err != nil {
		return ledger.Posting{}, err
	}
	all := []ledger.Entry{ledger.Debit(receivable, by.Total), ledger.Credit(sales, by.Supply), ledger.Credit(ledger.VATPayable(), by.VAT)}
	entries := slices.DeleteFunc(all, func(e ledger.Entry) bool { return e.Amount.IsZero() })
	text := fault.T("%[1]s 수정세금계산서(%[2]s)", "Amendment of tax invoice %[1]s (%[3]s)", record.Original, record.Why, record.ID)
	return ledger.New("tax-"+record.ID, calendar.DateOf(record.At), text, source, entries...)
}
