package settlement

import (
	"context"
	"fmt"
	"reflect"
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
	if changed {
		kept, err := moved.Put(t, record.Version)
		if err != nil {
			return nil, err
		}
		writes = append(writes, kept)
	}
	booked, err := s.rebook(ctx, record.CorrectionRecord, moved, states)
	return append(writes, booked...), err
}

// rebook brings books and invoice in line with what has become of a correction: what failed is taken back, what stands can
// be collected, and an original of which nothing is left covers the invoice no more.
func (s *taxing) rebook(ctx context.Context, was, now taxinvoice.CorrectionRecord, documents []taxinvoice.TaxInvoice) ([]store.Write, error) {
	failed := now.State == taxinvoice.Failed && was.State != taxinvoice.Failed
	done := now.State == taxinvoice.Done && was.State != taxinvoice.Done
	if !failed && !done && slices.ContainsFunc(documents, func(x taxinvoice.TaxInvoice) bool { return !stands(x.State) }) {
		return nil, nil
	}
	t := s.principal.Tenant
	head, version, err := invoice.Load(ctx, s.Store, t, now.Month, now.Customer)
	if err != nil {
		return nil, err
	}
	after, writes := head.Amended(now.ID), []store.Write(nil)
	switch {
	case failed:
		after, writes, err = s.undo(ctx, t, now, head)
	case done:
		after, err = s.uncover(ctx, now, after)
	}
	if err != nil || reflect.DeepEqual(head, after) {
		return writes, err
	}
	told, err := after.Put(t, version)
	return append(writes, told), err
}

// uncover frees the invoice of an original of which nothing is left: by reason 6 another covers it, by 4 none has to.
func (s *taxing) uncover(ctx context.Context, record taxinvoice.CorrectionRecord, head invoice.Invoice) (invoice.Invoice, error) {
	w, err := ParseTaxKey(record.Original)
	if err != nil {
		return head, err
	}
	original, err := taxinvoice.LoadOriginal(ctx, s.Store, s.principal.Tenant, w.Month, w.Customer, w.Sequence)
	if err != nil {
		return head, err
	}
	left, err := original.Left()
	if err != nil || left.Total.Sign() > 0 {
		return head, err
	}
	return head.Untax(record.Original), nil
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

// undo takes the difference of a correction that came to nothing back out of books and invoice. Where none was made, there
// is nothing to take back.
func (d *Desk) undo(ctx context.Context, t store.Tenant, record taxinvoice.CorrectionRecord, head invoice.Invoice) (invoice.Invoice, []store.Write, error) {
	changed, ok := head.Adjustment(record.ID)
	if !ok {
		return head, nil, nil
	}
	posting, err := amendmentPosting(record, head.Number, invoice.Covered{Supply: changed.Supply, VAT: changed.VAT, Total: changed.Total})
	if err != nil {
		return head, nil, err
	}
	back, err := ledger.Reverse(posting, "reverse-"+posting.ID(), d.Today(), fmt.Sprintf("%s %s", record.ID, record.State))
	if err != nil {
		return head, nil, err
	}
	writes, err := books.Post(ctx, d.Store, t, back)
	if err != nil {
		return head, nil, err
	}
	head = head.Readjust(record.ID)
	row, err := credited(t, record, head)
	return head, append(writes, row), err
}

// ReissueAmended issues a document of a half-done correction again under a new key, for one that was refused, rejected
// or cancelled. correct is its corrected content, nil for the same; date, amounts and what it amends stay, since the
// documents that stand were issued with them. Past its deadline it is issued as a late one: whoever orders it completes what
// the tax office has half of.
func (d *Desk) ReissueAmended(ctx context.Context, p identity.Principal, failed TaxWork, correct *taxinvoice.Content) (taxinvoice.TaxInvoice, error) {
	var none taxinvoice.TaxInvoice
	if err := p.Allow(identity.AmendTax); err != nil {
		return none, err
	}
	x, record, err := d.halfOf(ctx, p.Tenant, failed)
	if err != nil {
		return none, err
	}
	content := x.Content
	if correct != nil {
		content = *correct
		if err := content.Replaces(x.Content); err != nil {
			return none, err
		}
	}
	return d.reissue(ctx, p, x, record, content)
}

func (d *Desk) reissue(ctx context.Context, p identity.Principal, x taxinvoice.TaxInvoice, record taxinvoice.VersionedCorrection, content taxinvoice.Content) (taxinvoice.TaxInvoice, error) {
	sequence, err := d.nextSequence(ctx, p.Tenant, x.Month, x.Customer)
	if err != nil {
		return x, err
	}
	again, err := taxinvoice.Intend(taxinvoice.Intent{
		Invoice: x.Invoice, Customer: x.Customer, Month: x.Month, Sequence: sequence, Content: content, Timing: x.Timing, Memo: x.Memo, Correction: record.ID, Deadline: x.Deadline, Late: x.Late || !x.Deadline.IsZero() && d.Today().After(x.Deadline),
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
