package settlement

import (
	"context"
	"errors"
	"fmt"
	"time"

	"jeongsan/internal/calendar"
	"jeongsan/internal/fault"
	"jeongsan/internal/identity"
	"jeongsan/internal/invoice"
	"jeongsan/internal/journal"
	"jeongsan/internal/store"
	"jeongsan/internal/taxinvoice"
	"jeongsan/internal/tenant"
)

// IssueTax does what a tax invoice's state calls for: the work that RequestIssue and AmendTax leave in the outbox.
//
// The intent was committed with the order. The service is called under the document's key; what came of it is committed
// with all that follows. An unknown outcome is asked for by the key, at once and then by the ladder of the noun
// (taxinvoice.NextAsk): what the service has is compared and taken as issued; what it surely has not is issued again
// under the same key, which the service takes once, or is refused where it said so; what it cannot tell is asked again
// later and goes to a person in the end. A document of the key with another content is never taken for ours.
func (d *Desk) IssueTax(ctx context.Context, p identity.Principal, w TaxWork) error {
	if err := p.Allow(identity.IssueTax); err != nil {
		return err
	}
	return d.advanceTax(ctx, p, w)
}

// taxing is one tax invoice while it is worked on.
type taxing struct {
	*Desk
	principal identity.Principal
	service   TaxService
	profile   tenant.Profile
	turn      int // of the timer that brought the work
	x         taxinvoice.Versioned
}

func (d *Desk) taxing(ctx context.Context, p identity.Principal, w TaxWork) (*taxing, error) {
	x, err := taxinvoice.Load(ctx, d.Store, p.Tenant, w.Month, w.Customer, w.Sequence)
	if err != nil {
		return nil, err
	}
	service, profile, err := d.taxService(ctx, p.Tenant)
	return &taxing{Desk: d, principal: p, service: service, profile: profile, turn: w.Turn, x: x}, err
}

// advanceTax takes a tax invoice a step further, whatever state it is in. What was given up is asked for like what is on
// its way: it may stand after all.
func (d *Desk) advanceTax(ctx context.Context, p identity.Principal, w TaxWork) error {
	s, err := d.taxing(ctx, p, w)
	if err != nil {
		return err
	}
	switch s.x.State {
	case taxinvoice.Intended:
		return s.issue(ctx)
	case taxinvoice.Cancelling:
		return s.resumeCancel(ctx)
	case taxinvoice.Issued:
		if s.x.Timing == taxinvoice.Immediate {
			return s.transmit(ctx)
		}
	case taxinvoice.Reported:
		return s.keepFiles(ctx)
	}
	return s.follow(ctx)
}

func (s *taxing) issue(ctx context.Context) error {
	if behind, err := s.behind(ctx); err != nil || behind {
		return err
	}
	if s.x.Asked > 0 {
		return s.ask(ctx, nil)
	}
	return s.call(ctx)
}

// call has the document issued and commits what came of it. A refusal may be the answer to a second call whose first was
// done and not heard of, so it is believed only once the service says that it has no such document.
//
// What was ordered in time and is called late is not forced: the penalty is for a person to accept.
func (s *taxing) call(ctx context.Context) error {
	if x := s.x; !x.Late && !x.Deadline.IsZero() && s.Today().After(x.Deadline) {
		return s.ask(ctx, overtaken(x.TaxInvoice))
	}
	confirmation, err := s.service.Issue(ctx, s.x.TaxInvoice, s.x.Late || s.x.Deadline.IsZero()) // without a deadline it bears the original's date
	switch {
	case err == nil:
		return s.issued(ctx, confirmation)
	case fault.Is(err, fault.Unavailable), fault.Is(err, fault.Internal):
		return err // surely not done, or a defect of ours: the queue brings the work again
	}
	return s.ask(ctx, err)
}

func overtaken(x taxinvoice.TaxInvoice) error {
	return fault.Invalidf("late", fault.T(
		"기한 안에 주문했으나 발행하기 전에 발행기한 %[1]s이(가) 지났습니다. 가산세를 확인하고 지연발행으로 다시 주문해 주세요.",
		"It was ordered in time, but the deadline, %[1]s, passed before it could be issued; order it again as a late one, knowing the penalty.", x.Deadline))
}

// refusal reports whether the cause is the service's no (or ours), and not an outcome that nobody knows.
func refusal(cause error) bool {
	return cause != nil && !errors.Is(cause, ErrTaxKeyTaken) && !fault.Is(cause, fault.UnknownOutcome)
}

func (s *taxing) refuse(ctx context.Context, cause error) error {
	after, err := s.x.Refuse(fault.TextOf(cause))
	if err != nil {
		return err
	}
	return s.settle(ctx, after, sentence(cause))
}

func (s *taxing) issued(ctx context.Context, confirmation string) error {
	err := s.observe(ctx, taxinvoice.Found{Provider: taxinvoice.Signed, Confirmation: confirmation, Issued: s.Clock.Now().UTC()})
	if err != nil || s.x.Timing != taxinvoice.Immediate || s.x.State != taxinvoice.Issued {
		return err
	}
	return s.transmit(ctx)
}

// ask settles what became of a call by the service's own record of the key. cause is why it is asked right after the
// call: what was refused and is not there is refused. Without a cause the question comes later, and what the service does
// not have by then is issued again.
func (s *taxing) ask(ctx context.Context, cause error) error {
	doc, err := s.service.Find(ctx, s.x.Key)
	switch {
	case err == nil && !doc.stands(s.x.TaxInvoice):
		return s.doubt(ctx)
	case err == nil && doc.Provider == taxinvoice.Saved: // there, and not issued: nothing of ours saves one
		return s.park(ctx, cause)
	case err == nil:
		return s.found(ctx, doc.Found)
	case fault.Is(err, fault.NotFound) && cause == nil:
		return s.call(ctx)
	case fault.Is(err, fault.NotFound) && refusal(cause):
		return s.refuse(ctx, cause)
	}
	return s.park(ctx, err)
}

// found takes the service's word for a document of ours, and sends it off where that was ordered.
func (s *taxing) found(ctx context.Context, f taxinvoice.Found) error {
	if err := s.observe(ctx, f); err != nil || s.x.State != taxinvoice.Issued || s.x.Timing != taxinvoice.Immediate {
		return err
	}
	return s.transmit(ctx)
}

// park counts the question and has it asked again by the ladder; at its end a person must look.
func (s *taxing) park(ctx context.Context, cause error) error {
	after := s.x.Ask()
	var writes []store.Write
	if wait, more := taxinvoice.NextAsk(s.x.Asked); more && after.State == s.x.State {
		job, work := JobTaxIssue, workOf(after)
		if after.State != taxinvoice.Intended {
			job, work.Turn = JobTaxFollow, 1
		}
		timer, err := s.taxDue(s.principal.Tenant, job, work, fmt.Sprintf("ask/%s/%d", after.State, after.Asked), wait)
		if err != nil {
			return err
		}
		writes = append(writes, timer)
	}
	return s.commit(ctx, after, sentence(cause), writes...)
}

// gone counts that the service does not have what it had (somebody deleted it on its site) and has it asked again by the
// ladder; at its end a person must look, and can give it up.
func (s *taxing) gone(ctx context.Context) error {
	if s.x.State != taxinvoice.Issued && s.x.State != taxinvoice.Sending {
		return s.observe(ctx, taxinvoice.Found{})
	}
	after := s.x.Missed()
	var writes []store.Write
	if wait, more := taxinvoice.NextAsk(s.x.Asked); more && after.State == s.x.State {
		work := workOf(after)
		work.Turn = 1
		timer, err := s.taxDue(s.principal.Tenant, JobTaxFollow, work, fmt.Sprintf("gone/%d", after.Asked), wait)
		if err != nil {
			return err
		}
		writes = append(writes, timer)
	}
	return s.commit(ctx, after, after.Failure.EN, writes...)
}

func (s *taxing) doubt(ctx context.Context) error {
	why := fault.T("팝빌에 같은 문서번호(%s)로 내용이 다른 세금계산서가 있습니다. 팝빌에서 확인해 주세요.", "The service has a tax invoice of the key %s with another content; look at it there.", s.x.Key)
	after, err := s.x.Doubt(why)
	if err != nil {
		return err
	}
	return s.commit(ctx, after, why.EN)
}

// transmit sends an issued document off. One that is on its way already is as good; one that is gone is asked for.
func (s *taxing) transmit(ctx context.Context) error {
	err := s.service.Transmit(ctx, s.x.Key)
	if err != nil && !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.NotFound) {
		return err // asked for again by the queue: the service sends a document once
	}
	return s.follow(ctx)
}

// observe commits what the service says, where it says something new. What contradicts our record goes to a person: it
// stands in the record, and the work fails with it once, so that it is heard of.
func (s *taxing) observe(ctx context.Context, f taxinvoice.Found) error {
	after, changed, wrong := s.x.Observed(f)
	if changed {
		if err := s.settle(ctx, after, sentence(wrong)); err != nil {
			return err
		}
		return wrong
	}
	if wrong == nil || s.x.State == taxinvoice.InDoubt {
		return nil
	}
	doubted, err := s.x.Doubt(fault.TextOf(wrong))
	if err != nil {
		return wrong // settled: a person hears of it by the failed work
	}
	return s.commit(ctx, doubted, sentence(wrong))
}

// sentence is what the audit keeps of an error: never its internal text.
func sentence(err error) string {
	if err == nil {
		return ""
	}
	return fault.TextOf(err).EN
}

// settle commits a state with everything that follows from it: the invoice's head is reserved or free again, the
// correction moves on, the next question is set.
func (s *taxing) settle(ctx context.Context, after taxinvoice.TaxInvoice, reason string) error {
	reserved, err := s.reserve(ctx, after)
	if err != nil {
		return err
	}
	moved, err := s.correct(ctx, after)
	if err != nil {
		return err
	}
	next, err := s.next(after)
	if err != nil {
		return err
	}
	return s.commit(ctx, after, reason, append(append(reserved, moved...), next...)...)
}

// reserve ends the reservation of the invoice by a tax invoice that is none, and takes it up again for one that was given
// up and stands after all, unless another holds it by then. Documents of a correction hold none: the original stays the
// invoice's tax invoice.
func (s *taxing) reserve(ctx context.Context, after taxinvoice.TaxInvoice) ([]store.Write, error) {
	if after.State.Live() == s.x.State.Live() || after.Correction != "" {
		return nil, nil
	}
	head, version, err := invoice.Load(ctx, s.Store, s.principal.Tenant, after.Month, after.Customer)
	if err != nil {
		return nil, err
	}
	holder := head.Money.TaxInvoice
	switch {
	case !after.State.Live() && holder == after.Key:
		head = head.Untax(after.Key)
	case after.State.Live() && holder == "":
		head.Money.TaxInvoice = after.Key
	default:
		return nil, nil
	}
	w, err := head.Put(s.principal.Tenant, version)
	return []store.Write{w}, err
}

// next is when to ask again, and the end of the work-list entry where nothing more is to come. A reported document
// stays listed until its files are kept; one that was given up and lives is listed again.
func (s *taxing) next(after taxinvoice.TaxInvoice) ([]store.Write, error) {
	t, work := s.principal.Tenant, workOf(after)
	if after.State.Settled() && after.State != taxinvoice.Reported {
		return []store.Write{closeTax(t, work)}, nil
	}
	work.Turn = 1
	timer, err := s.taxDue(t, JobTaxFollow, work, "follow/"+string(after.State), s.firstWait(after))
	if err != nil || !s.x.State.Settled() {
		return []store.Write{timer}, err
	}
	open, err := openTax(t, work)
	return []store.Write{timer, open}, err
}

// afterTransmission is how long after the service begins to transmit there should be news of it.
const afterTransmission = 10 * time.Minute

// untilSomeDay is the wait for a transmission whose time cannot be worked out: an outcome is committed all the same.
const untilSomeDay = 24 * time.Hour

func (s *taxing) firstWait(after taxinvoice.TaxInvoice) time.Duration {
	switch {
	case after.State == taxinvoice.Reported:
		return 0
	case after.State != taxinvoice.Issued || after.Timing == taxinvoice.Immediate:
		return afterTransmission
	}
	at, err := taxinvoice.TransmitsAt(calendar.Korea(), after.Issued)
	if err != nil {
		return untilSomeDay
	}
	return max(at.Add(afterTransmission).Sub(s.Clock.Now()), afterTransmission)
}

// commit writes the tax invoice's new state with its audit record.
func (s *taxing) commit(ctx context.Context, after taxinvoice.TaxInvoice, reason string, more ...store.Write) error {
	w, err := after.Put(s.principal.Tenant, s.x.Version)
	if err != nil {
		return err
	}
	change := journal.Change{Action: "tax." + string(after.State), Subject: after.Key, Before: string(s.x.State), After: string(after.State), Reason: reason}
	if err := s.Commit(ctx, s.principal, change, append([]store.Write{w}, more...)...); err != nil {
		return err
	}
	s.x = taxinvoice.Versioned{TaxInvoice: after, Version: s.x.Version + 1}
	return nil
}
