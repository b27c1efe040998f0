package settlement

import (
	"context"
	"fmt"
	"slices"

	"jeongsan/internal/books"
	"jeongsan/internal/calendar"
	"jeongsan/internal/fault"
	"jeongsan/internal/identity"
	"jeongsan/internal/invoice"
	"jeongsan/internal/journal"
	"jeongsan/internal/ledger"
	"jeongsan/internal/store"
	"jeongsan/internal/taxinvoice"
)

// correct is what a new state of one document means for the correction that it is part of.
func (s *taxing) correct(ctx context.Context, after taxinvoice.TaxInvoice) ([]store.Write, error) {
	if after.Correction == "" {
		return nil, nil
	}
	t := s.principal.Tenant
	record, err := taxinvoice.LoadCorrection(ctx, s.Store, t, after.Month, after.Correction)
	if err != nil {
		return nil, err
	}
	documents, err := s.documentsOf(ctx, t, record.CorrectionRecord)
	if err != nil {
		return nil, err
	}
	writes, states, err := s.others(after, documents)
	if err != nil {
		return nil, err
	}
	moved, changed := record.Observed(states)
	if !changed {
		return writes, nil
	}
	kept, err := moved.Put(t, record.Version)
	if err != nil {
		return nil, err
	}
	writes = append(writes, kept)
	if moved.State != taxinvoice.Failed || record.State == taxinvoice.Failed {
		return writes, nil
	}
	undone, err := s.undo(ctx, moved)
	return append(writes, undone...), err
}

// others moves the documents behind the one that has a new state: the next is issued once it stands, and none is once
// it was refused. They have not been called for yet (see behind).
func (s *taxing) others(after taxinvoice.TaxInvoice, documents []taxinvoice.Versioned) (writes []store.Write, states []taxinvoice.TaxInvoice, err error) {
	t := s.principal.Tenant
	reached := false
	for _, x := range documents {
		switch {
		case x.Key == after.Key:
			reached, x.TaxInvoice = true, after
		case reached && x.State == taxinvoice.Intended && stands(after.State):
			work, err := s.taxDue(t, JobTaxIssue, workOf(x.TaxInvoice), "issue", 0)
			if err != nil {
				return nil, nil, err
			}
			writes, reached = append(writes, work), false
		case reached && x.State == taxinvoice.Intended && after.State == taxinvoice.Refused:
			refused, err := x.Refuse(fault.T("함께 발행할 %s이(가) 거절되어 발행하지 않았습니다.", "Not issued, since %s, which goes with it, was refused.", after.Key))
			if err != nil {
				return nil, nil, err
			}
			w, err := refused.Put(t, x.Version)
			if err != nil {
				return nil, nil, err
			}
			writes, x.TaxInvoice = append(writes, w, closeTax(t, workOf(refused))), refused
		}
		states = append(states, x.TaxInvoice)
	}
	return writes, states, nil
}

// stands reports whether the service has the document for good or until further notice.
func stands(state taxinvoice.State) bool {
	return state == taxinvoice.Issued || state == taxinvoice.Sending || state == taxinvoice.Reported
}

// behind reports whether a document has to wait for the one before it in its correction.
func (s *taxing) behind(ctx context.Context) (bool, error) {
	if s.x.Correction == "" {
		return false, nil
	}
	record, err := taxinvoice.LoadCorrection(ctx, s.Store, s.principal.Tenant, s.x.Month, s.x.Correction)
	if err != nil {
		return false, err
	}
	at := slices.Index(record.Keys, s.x.Key)
	if at <= 0 {
		return false, nil
	}
	documents, err := s.documentsOf(ctx, s.principal.Tenant, record.CorrectionRecord)
	if err != nil {
		return false, err
	}
	return !stands(documents[at-1].State), nil
}

// undo takes the difference of a failed correction back out of books and invoice.
func (s *taxing) undo(ctx context.Context, record taxinvoice.CorrectionRecord) ([]store.Write, error) {
	t := s.principal.Tenant
	head, version, err := invoice.Load(ctx, s.Store, t, record.Month, record.Customer)
	if err != nil {
		return nil, err
	}
	changed, ok := head.Adjustment(record.ID)
	if !ok {
		return nil, nil
	}
	posting, err := amendmentPosting(record, head.Number, invoice.Covered{Supply: changed.Supply, VAT: changed.VAT, Total: changed.Total})
	if err != nil {
		return nil, err
	}
	back, err := ledger.Reverse(posting, "reverse-"+posting.ID(), s.Today(), fmt.Sprintf("%s %s", record.ID, record.State))
	if err != nil {
		return nil, err
	}
	writes, err := books.Post(ctx, s.Store, t, back)
	if err != nil {
		return nil, err
	}
	taken, err := head.Readjust(record.ID).Put(t, version)
	return append(writes, taken), err
}

// ReissueAmended issues a document of a half-done correction again under a new key, for one that was refused, rejected
// or cancelled. correct is its corrected content, nil for the same; date, amounts and what it amends stay, since the
// documents that stand were issued with them.
func (d *Desk) ReissueAmended(ctx context.Context, p identity.Principal, failed TaxWork, correct *taxinvoice.Content) (taxinvoice.TaxInvoice, error) {
	var none taxinvoice.TaxInvoice
	if err := p.Allow(identity.AmendTax); err != nil {
		return none, err
	}
	x, err := taxinvoice.Load(ctx, d.Store, p.Tenant, failed.Month, failed.Customer, failed.Sequence)
	if err != nil {
		return none, err
	}
	content := x.Content
	if correct != nil {
		if content = *correct; !sameSupply(content, x.Content) {
			return none, fault.Invalidf("content", fault.T("다시 발행하는 문서의 작성일자와 금액, 당초 승인번호는 바꿀 수 없습니다.", "Date, amounts and the original of a document that is issued again cannot be changed."))
		}
	}
	if x.Correction == "" {
		return none, fault.New(fault.Conflict, fault.T("세금계산서 %s은(는) 수정세금계산서가 아닙니다. 세금계산서 발행에서 다시 발행해 주세요.", "Tax invoice %s is no amendment; issue it again as an ordinary one.", x.Key))
	}
	record, err := taxinvoice.LoadCorrection(ctx, d.Store, p.Tenant, x.Month, x.Correction)
	if err != nil {
		return none, err
	}
	if x.State.Live() || record.State != taxinvoice.Half {
		return none, fault.New(fault.Conflict, fault.T("수정 %[1]s은(는) 다시 발행할 문서가 없습니다.", "Amendment %[1]s has no document to issue again.", record.ID))
	}
	return d.reissue(ctx, p, x.TaxInvoice, record, content)
}

func sameSupply(a, b taxinvoice.Content) bool {
	same := a.Written == b.Written && a.Supply == b.Supply && a.VAT == b.VAT && a.Total == b.Total && a.Kind == b.Kind
	return same && a.Amends != nil && b.Amends != nil && *a.Amends == *b.Amends
}

func (d *Desk) reissue(ctx context.Context, p identity.Principal, x taxinvoice.TaxInvoice, record taxinvoice.VersionedCorrection, content taxinvoice.Content) (taxinvoice.TaxInvoice, error) {
	sequence, err := d.nextSequence(ctx, p.Tenant, x.Month, x.Customer)
	if err != nil {
		return x, err
	}
	again, err := taxinvoice.Intend(taxinvoice.Intent{
		Invoice: x.Invoice, Customer: x.Customer, Month: x.Month, Sequence: sequence, Content: content, Timing: x.Timing, Memo: x.Memo, Correction: record.ID, Deadline: x.Deadline,
	}, calendar.Korea(), d.Clock.Now())
	if err != nil {
		return x, err
	}
	replaced, err := record.Replace(x.Key, again.Key)
	if err != nil {
		return x, err
	}
	kept, err := replaced.Put(p.Tenant, record.Version)
	if err != nil {
		return x, err
	}
	writes, err := d.intention(p.Tenant, again)
	if err != nil {
		return x, err
	}
	work, err := d.taxDue(p.Tenant, JobTaxIssue, workOf(again), "issue", 0)
	if err != nil {
		return x, err
	}
	return again, d.Commit(ctx, p, journal.Change{Action: "tax.intended", Subject: again.Key, Before: x.Key, After: shown(content.Total), Reason: record.ID}, append(writes, kept, work)...)
}
