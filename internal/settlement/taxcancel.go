package settlement

import (
	"context"
	"strings"
	"time"

	"jeongsan/internal/fault"
	"jeongsan/internal/identity"
	"jeongsan/internal/taxinvoice"
)

// CancelTax takes a tax invoice back before it is transmitted (발행 취소). The wish is committed first; then the service
// is asked to, and its answer counts whatever our clock says: once it transmits, only an amendment is left, and the
// fault says so. Where the service's answer is lost, the wish stands and is followed up by itself.
func (d *Desk) CancelTax(ctx context.Context, p identity.Principal, w TaxWork, reason string) (taxinvoice.TaxInvoice, error) {
	if err := p.Allow(identity.IssueTax); err != nil {
		return taxinvoice.TaxInvoice{}, err
	}
	reason = strings.TrimSpace(reason)
	if reason == "" {
		return taxinvoice.TaxInvoice{}, fault.Invalidf("reason", fault.T("발행을 취소하는 사유를 입력해 주세요.", "Give the reason for the cancellation."))
	}
	s, err := d.taxing(ctx, p, w)
	if err != nil {
		return taxinvoice.TaxInvoice{}, err
	}
	if s.x.Correction != "" {
		return s.x.TaxInvoice, fault.New(fault.Conflict, fault.T("수정세금계산서 %s은(는) 함께 발행된 문서와 장부에 이어져 있어 취소할 수 없습니다. 다시 수정해 주세요.", "Amended tax invoice %s belongs to other documents and to the books and cannot be cancelled; amend once more instead.", s.x.Key))
	}
	if s.x.State == taxinvoice.Cancelled { // asked again
		return s.x.TaxInvoice, nil
	}
	if s.x.State != taxinvoice.Cancelling {
		if err := s.wishCancel(ctx, reason); err != nil {
			return s.x.TaxInvoice, err
		}
	}
	err = s.cancel(ctx, reason)
	return s.x.TaxInvoice, err
}

// untilResumed is how long a cancellation that stopped half-way waits before it is taken up again.
const untilResumed = time.Minute

func (s *taxing) wishCancel(ctx context.Context, reason string) error {
	after, err := s.x.Cancel()
	if err != nil {
		return err
	}
	work := workOf(after)
	work.Turn = 1
	timer, err := s.taxDue(s.principal.Tenant, JobTaxFollow, work, "cancel", untilResumed)
	if err != nil {
		return err
	}
	return s.commit(ctx, after, reason, timer)
}

// cancel asks the service and applies its answer. It may be asked again: what is cancelled is refused a second time,
// and its state then says 600.
func (s *taxing) cancel(ctx context.Context, memo string) error {
	refused := s.service.Cancel(ctx, s.x.Key, memo)
	if refused == nil {
		return s.observe(ctx, taxinvoice.Found{Provider: taxinvoice.Withdrawn, Confirmation: s.x.Confirmation, Issued: s.x.Issued})
	}
	doc, err := s.service.Find(ctx, s.x.Key)
	if fault.Is(err, fault.NotFound) { // it was cancelled, and then deleted: nothing that lives can be
		return s.observe(ctx, taxinvoice.Found{})
	}
	if err != nil {
		return s.stillCancelling(err)
	}
	if doc.Provider == taxinvoice.Signed {
		return s.notCancelled(ctx, refused)
	}
	if err := s.observe(ctx, doc.Found); err != nil || s.x.State == taxinvoice.Cancelled {
		return err
	}
	return tooLate(s.x.TaxInvoice)
}

// notCancelled keeps what the service refused to cancel although it could; what merely got lost is tried again.
func (s *taxing) notCancelled(ctx context.Context, refused error) error {
	if fault.Is(refused, fault.Unavailable) || fault.Is(refused, fault.UnknownOutcome) || fault.Is(refused, fault.Internal) {
		return s.stillCancelling(refused)
	}
	after, err := s.x.Keep(fault.TextOf(refused))
	if err != nil {
		return err
	}
	if err := s.settle(ctx, after, sentence(refused)); err != nil {
		return err
	}
	return refused
}

func (s *taxing) stillCancelling(cause error) error {
	return fault.New(fault.UnknownOutcome, fault.T("세금계산서 %s의 발행 취소 결과를 아직 확인하지 못했습니다. 자동으로 다시 확인하니 잠시 후 상태를 봐 주세요.", "It is not known yet whether tax invoice %s was cancelled; it is asked again by itself, so look at its state shortly.", s.x.Key)).Because(cause)
}

func tooLate(x taxinvoice.TaxInvoice) error {
	return fault.New(fault.Conflict, fault.T("세금계산서 %s은(는) 국세청 전송이 시작되어 취소할 수 없습니다. 수정세금계산서를 발행해 주세요.", "Tax invoice %s is on its way to the tax office and cannot be cancelled; issue an amended one instead.", x.Key))
}

// resumeCancel takes up a cancellation that stopped half-way. That it came too late is the end of it; what cannot be heard
// of is asked for by the ladder and goes to a person in the end.
func (s *taxing) resumeCancel(ctx context.Context) error {
	err := s.cancel(ctx, "")
	switch {
	case s.x.State != taxinvoice.Cancelling:
		return nil
	case fault.Is(err, fault.UnknownOutcome) && s.turn > 0:
		return s.park(ctx, err)
	}
	return err
}
