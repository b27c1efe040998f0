package settlement

import (
	"context"
	"strings"

	"jeongsan/internal/calendar"
	"jeongsan/internal/fault"
	"jeongsan/internal/identity"
	"jeongsan/internal/invoice"
	"jeongsan/internal/journal"
	"jeongsan/internal/store"
	"jeongsan/internal/taxinvoice"
)

// RevertAmended gives a half-done correction up whose missing document cannot be issued in any form: what stands of it is
// taken back by counter-documents (each the same with the other sign, a correction of the same original), and the books go
// back with the order. Once they stand, the original is what it was and can be amended anew. Only what was taken back from
// the original can be given back like this; where the correct half stands and the negative one is missing, that one has to
// be issued again (ReissueAmended).
func (d *Desk) RevertAmended(ctx context.Context, p identity.Principal, failed TaxWork, why string) (taxinvoice.CorrectionRecord, error) {
	var none taxinvoice.CorrectionRecord
	if err := p.Allow(identity.AmendTax); err != nil {
		return none, err
	}
	if strings.TrimSpace(why) == "" {
		return none, fault.Invalidf("why", fault.T("되돌리는 사유를 입력해 주세요.", "Give the reason for giving it up."))
	}
	x, record, err := d.halfOf(ctx, p.Tenant, failed)
	if err != nil {
		return none, err
	}
	documents, err := d.documentsOf(ctx, p.Tenant, record.CorrectionRecord)
	if err != nil {
		return none, err
	}
	gone, standing, err := revertible(record.CorrectionRecord, documents)
	if err != nil {
		return none, err
	}
	return d.revert(ctx, p, x, record, gone, standing, strings.TrimSpace(why))
}

// halfOf reads a failed document of a correction that is half done.
func (d *Desk) halfOf(ctx context.Context, t store.Tenant, failed TaxWork) (taxinvoice.TaxInvoice, taxinvoice.VersionedCorrection, error) {
	x, err := taxinvoice.Load(ctx, d.Store, t, failed.Month, failed.Customer, failed.Sequence)
	if err != nil {
		return x.TaxInvoice, taxinvoice.VersionedCorrection{}, err
	}
	if x.Correction == "" {
		return x.TaxInvoice, taxinvoice.VersionedCorrection{}, fault.New(fault.Conflict, fault.T("세금계산서 %s은(는) 수정세금계산서가 아닙니다. 세금계산서 발행에서 다시 발행해 주세요.", "Tax invoice %s is no amendment; issue it again as an ordinary one.", x.Key))
	}
	record, err := taxinvoice.LoadCorrection(ctx, d.Store, t, x.Month, x.Correction)
	if err == nil && (x.State.Live() || record.State != taxinvoice.Half) {
		err = fault.New(fault.Conflict, fault.T("수정 %[1]s은(는) 다시 발행할 문서가 없습니다.", "Amendment %[1]s has no document to issue again.", record.ID))
	}
	return x.TaxInvoice, record, err
}

// revertible tells the failed documents from those that stand, all of which must have taken something back.
func revertible(record taxinvoice.CorrectionRecord, documents []taxinvoice.Versioned) (gone []string, standing []taxinvoice.TaxInvoice, err error) {
	if record.Reverted {
		return nil, nil, fault.New(fault.Conflict, fault.T("수정 %s은(는) 이미 되돌리는 중입니다. 실패한 문서를 다시 발행해 주세요.", "Amendment %s is being given up already; issue the failed document again.", record.ID))
	}
	for _, x := range documents {
		switch {
		case !x.State.Live():
			gone = append(gone, x.Key)
		case !stands(x.State) || x.Content.Total.Sign() > 0:
			return nil, nil, fault.New(fault.Conflict, fault.T(
				"수정 %[1]s의 문서 %[2]s은(는) 되돌릴 수 없습니다('%[3]s'). 실패한 문서를 다시 발행해 주세요.",
				"Document %[2]s of amendment %[1]s (%[4]s) cannot be taken back; issue the failed one again.", record.ID, x.Key, x.State.Text().KO, x.State.Text().EN))
		default:
			standing = append(standing, x.TaxInvoice)
		}
	}
	return gone, standing, nil
}

// revert commits the counter-documents with the record, the books and the work that issues the first of them.
func (d *Desk) revert(ctx context.Context, p identity.Principal, x taxinvoice.TaxInvoice, record taxinvoice.VersionedCorrection, gone []string, standing []taxinvoice.TaxInvoice, why string) (taxinvoice.CorrectionRecord, error) {
	sequence, err := d.nextSequence(ctx, p.Tenant, x.Month, x.Customer)
	if err != nil {
		return record.CorrectionRecord, err
	}
	var writes []store.Write
	var counters []string
	for i, y := range standing {
		counter, err := taxinvoice.Intend(taxinvoice.Intent{
			Invoice: y.Invoice, Customer: y.Customer, Month: y.Month, Sequence: sequence + i, Content: y.Content.Counter(), Timing: y.Timing, Memo: y.Memo, Correction: record.ID,
		}, calendar.Korea(), d.Clock.Now())
		if err != nil {
			return record.CorrectionRecord, err
		}
		some, err := d.intention(p.Tenant, counter)
		if err != nil {
			return record.CorrectionRecord, err
		}
		writes, counters = append(writes, some...), append(counters, counter.Key)
	}
	after := record.Revert(gone, counters)
	booked, err := d.unbook(ctx, p.Tenant, after)
	if err != nil {
		return record.CorrectionRecord, err
	}
	kept, err := after.Put(p.Tenant, record.Version)
	if err != nil {
		return record.CorrectionRecord, err
	}
	work, err := d.taxDue(p.Tenant, JobTaxIssue, TaxWork{Month: x.Month, Customer: x.Customer, Sequence: sequence}, "issue", 0)
	if err != nil {
		return record.CorrectionRecord, err
	}
	change := journal.Change{Action: "tax.revert", Subject: record.ID, Before: strings.Join(gone, " "), After: strings.Join(counters, " "), Reason: why}
	return after, d.Commit(ctx, p, change, append(append(writes, booked...), kept, work)...)
}

// unbook takes a correction's difference out of books and invoice.
func (d *Desk) unbook(ctx context.Context, t store.Tenant, record taxinvoice.CorrectionRecord) ([]store.Write, error) {
	head, version, err := invoice.Load(ctx, d.Store, t, record.Month, record.Customer)
	if err != nil {
		return nil, err
	}
	after, writes, err := d.undo(ctx, t, record, head)
	if err != nil || len(writes) == 0 {
		return nil, err
	}
	told, err := after.Put(t, version)
	return append(writes, told), err
}
