package settlement

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"jeongsan/internal/books"
	"jeongsan/internal/calendar"
	"jeongsan/internal/fault"
	"jeongsan/internal/identity"
	"jeongsan/internal/invoice"
	"jeongsan/internal/journal"
	"jeongsan/internal/ledger"
	"jeongsan/internal/money"
	"jeongsan/internal/rating"
	"jeongsan/internal/store"
)

// maxReason is how long the reason of a revision may be, in letters: it is the name of a line on the bill.
const maxReason = 100

// Revision is what a final invoice is to become (CB-13, CB-14).
type Revision struct {
	ExpectedRevision int          // the revision that whoever asks has seen
	Supply           money.Amount // 공급가액 wanted; ignored with ToUpload
	ToUpload         bool         // the total of the uploaded workbook is wanted: its difference is settled
	Reason           string       // printed on the bill as the name of the adjustment
}

// Revise gives a final invoice another amount: revision + 1 with a number of its own, rated again from the same usage
// and the same contract with one more line, the adjustment, named by its reason. The posting of the former revision is
// reversed and the new one posted, both on the month's last day while the run is open and today once it is closed. The
// former head stays as a document of the history (Revisions); files are made anew, and the invoice is to be sent again.
//
// It is refused while a tax invoice covers the invoice (amend that one), once anything was paid or is being paid, and
// when the seen revision is not the invoice's. Asked again for what was done, it changes nothing. The day the invoice first
// became final stays, and with it the days of its charge and its tax invoice.
func (d *Desk) Revise(ctx context.Context, p identity.Principal, m calendar.Month, customerID string, r Revision) (invoice.Invoice, error) {
	if err := p.Allow(identity.ReviseInvoice); err != nil {
		return invoice.Invoice{}, err
	}
	planned, err := d.revision(ctx, p.Tenant, m, customerID, r)
	if err != nil || planned.done {
		return planned.next, err
	}
	return d.writeRevision(ctx, p, planned)
}

// revising is a revision before it is committed.
type revising struct {
	head    invoice.Invoice
	version int64
	next    invoice.Invoice
	body    invoice.Body
	reason  string
	done    bool // asked again: next is what there is
}

// revision works out what a revision would make, and refuses it where Revise would. It writes nothing.
func (d *Desk) revision(ctx context.Context, t store.Tenant, m calendar.Month, customerID string, r Revision) (revising, error) {
	head, version, err := invoice.Load(ctx, d.Store, t, m, customerID)
	if err != nil {
		return revising{}, err
	}
	if err := r.check(); err != nil {
		return revising{}, err
	}
	body, err := d.body(ctx, t, head)
	if err != nil {
		return revising{}, err
	}
	supply, err := r.supply(head, body.Input.Policy)
	if err != nil {
		return revising{}, err
	}
	if head.Revision == r.ExpectedRevision+1 && head.Sums.Supply == supply && head.State == invoice.Final { // asked again
		return revising{head: head, next: head, done: true}, nil
	}
	if err := revisable(head, r, supply); err != nil {
		return revising{}, err
	}
	input, bill, err := adjusted(body, supply, r)
	if err != nil {
		return revising{}, err
	}
	next, err := d.revised(head, input, bill)
	return revising{head: head, version: version, next: next, body: invoice.Body{Input: input, Bill: bill}, reason: r.Reason}, err
}

func (r Revision) check() error {
	switch reason := strings.TrimSpace(r.Reason); {
	case reason == "":
		return fault.Invalidf("reason", fault.T("금액을 바꾸는 사유를 입력해 주세요. 청구서에 조정 항목의 이름으로 표시됩니다.", "Give the reason for the change; it is printed on the invoice as the name of the adjustment."))
	case utf8.RuneCountInString(reason) > maxReason || strings.ContainsFunc(reason, func(c rune) bool { return c < ' ' }):
		return fault.Invalidf("reason", fault.T("사유는 줄바꿈 없이 %d자 이하로 입력해 주세요.", "Give the reason in one line of at most %d letters.", maxReason))
	}
	return nil
}

// supply is the supply amount that is wanted.
func (r Revision) supply(head invoice.Invoice, policy rating.Policy) (money.Amount, error) {
	if !r.ToUpload {
		if r.Supply.Currency() != BillCurrency || r.Supply.Sign() <= 0 {
			return money.Amount{}, fault.Invalidf("supply", fault.T("공급가액은 0원보다 큰 원화 금액이어야 합니다.", "The supply amount must be above zero, in won."))
		}
		return r.Supply, nil
	}
	if head.Upload == nil {
		return money.Amount{}, fault.New(fault.Conflict, fault.T("청구서 %s에 올린 파일이 없습니다.", "Invoice %s has no uploaded file.", head.Number))
	}
	return supplyOf(head.Upload.Total, policy)
}

// supplyOf finds the supply amount that with its VAT makes the total. Not every total can be made: one won of VAT comes
// with every tenth won of supply, so that every eleventh total is left out.
func supplyOf(total money.Amount, policy rating.Policy) (money.Amount, error) {
	vat, err := money.RuleByID(policy.VAT)
	if err != nil {
		return money.Amount{}, err
	}
	near, err := total.Decimal().Quo(money.Int(1).Add(policy.Rate), 0, money.Down)
	if err != nil {
		return money.Amount{}, err
	}
	for _, off := range []int64{0, 1, -1, 2} {
		supply, err := money.FromDecimal(near.Add(money.Int(off)), total.Currency())
		if err != nil {
			return money.Amount{}, err
		}
		tax, err := vat.Amount(supply.Decimal().Mul(policy.Rate), total.Currency())
		if err != nil {
			return money.Amount{}, err
		}
		if sum, err := supply.Add(tax); err == nil && sum == total && supply.Sign() > 0 {
			return supply, nil
		}
	}
	return money.Amount{}, fault.Invalidf("supply", fault.T("합계 %[1]s은(는) 어떤 공급가액과 그 부가세로도 만들어지지 않습니다. 파일의 합계를 1원 고치거나 공급가액을 직접 입력해 주세요.", "No supply amount with its VAT adds up to %[2]s; change the file's total by one won, or give the supply amount itself.", total.Korean(), total.English()))
}

func revisable(head invoice.Invoice, r Revision, supply money.Amount) error {
	switch {
	case head.State != invoice.Final:
		return fault.New(fault.Conflict, fault.T("청구서 %s은(는) 아직 확정되지 않았습니다. 초안의 금액은 계약의 요금 항목으로 바꿔 주세요.", "Invoice %s is not final yet; change a draft by the fees of the contract.", head.Number))
	case head.Revision != r.ExpectedRevision:
		return fault.New(fault.Conflict, fault.T("청구서가 그사이 %s(으)로 바뀌었습니다. 다시 확인한 뒤 수정해 주세요.", "The invoice has become %s in the meantime; look at it again before you change it.", head.Number))
	case head.Money.TaxInvoice != "":
		return fault.New(fault.Conflict, fault.T("청구서 %[1]s에는 세금계산서 %[2]s이(가) 있습니다. 발행을 취소하거나 수정세금계산서로 바꿔 주세요.", "Invoice %[1]s has the tax invoice %[2]s; cancel that, or amend it.", head.Number, head.Money.TaxInvoice))
	case head.Money.Collecting != "" || len(head.Money.Portions) > 0:
		return fault.New(fault.Conflict, fault.T("청구서 %s에 납부했거나 결제 중인 금액이 있어 금액을 바꿀 수 없습니다. 먼저 환불하거나 다음 달에 조정해 주세요.", "Invoice %s was paid or is being paid; refund it first, or settle the difference with the next month.", head.Number))
	case head.Sums.Supply == supply:
		return fault.New(fault.Conflict, fault.T("청구서 %[1]s의 공급가액이 이미 %[2]s입니다.", "The supply amount of invoice %[1]s is %[3]s already.", head.Number, supply.Korean(), supply.English()))
	}
	return nil
}

// adjusted rates the body's input again with one fee more, so that the supply amount is the wanted one. Where the
// contract's 절사 would cut that again, the revision's own policy rounds the supply amount to the won.
func adjusted(body invoice.Body, supply money.Amount, r Revision) (rating.Input, rating.Bill, error) {
	input := body.Input
	cut, err := money.RuleByID(input.Policy.Supply)
	if err != nil {
		return input, rating.Bill{}, err
	}
	kept, err := cut.Amount(supply.Decimal(), supply.Currency())
	if err != nil {
		return input, rating.Bill{}, err
	}
	before := body.Bill.Supply
	if kept != supply {
		input.Policy.Supply = money.WonDown.ID()
		if before, err = before.Sub(body.Bill.Rounding); err != nil {
			return input, rating.Bill{}, err
		}
	}
	change, err := supply.Sub(before)
	if err != nil {
		return input, rating.Bill{}, err
	}
	if !change.IsZero() {
		input.Fees = append(append([]rating.Fee(nil), input.Fees...), adjustment(change, r))
	}
	bill, err := rating.Rate(input)
	if err != nil {
		return input, rating.Bill{}, err
	}
	if bill.Supply != supply { // a discount takes no more than the usage
		return input, bill, fault.Invalidf("supply", fault.T("공급가액을 %[1]s보다 낮출 수 없습니다. 할인은 이용료를 넘지 못하므로 기타 비용은 계약에서 조정해 주세요.", "The supply amount cannot be lower than %[2]s: a discount takes no more than the usage; change other costs in the contract.", bill.Supply.Korean(), bill.Supply.English()))
	}
	return input, bill, bill.Check(input)
}

func adjustment(change money.Amount, r Revision) rating.Fee {
	f := rating.Fee{ID: fmt.Sprintf("revision-%d", r.ExpectedRevision+1), Kind: rating.OtherCost, Name: strings.TrimSpace(r.Reason), Fixed: change}
	if change.Sign() < 0 {
		f.Kind, f.Fixed = rating.Discount, change.Neg()
	}
	return f
}

// revised is the head of the next revision: the same charges and days, other figures, no files yet.
func (d *Desk) revised(head invoice.Invoice, input rating.Input, bill rating.Bill) (invoice.Invoice, error) {
	ref, err := invoice.ParseNumber(head.Number)
	if err != nil {
		return head, err
	}
	next := head
	next.Revision++
	next.Number = invoice.Number(ref.Code, head.Month, head.Customer, next.Revision)
	next.Sums = invoice.SumsOf(bill)
	next.Finalised = d.Clock.Now().UTC()
	next.Documents = invoice.Documents{}
	if next.Input, err = invoice.HashInput(input, head.Charges); err != nil {
		return head, err
	}
	if head.Upload == nil {
		return next, nil
	}
	return next.Replace(*head.Upload) // weighs the upload's total against the new figures
}

func (d *Desk) writeRevision(ctx context.Context, p identity.Principal, planned revising) (invoice.Invoice, error) {
	head, reason := planned.head, planned.reason
	next, writes, err := d.bodyWrites(ctx, p.Tenant, planned.next, planned.body)
	if err != nil {
		return invoice.Invoice{}, err
	}
	written, err := next.Put(p.Tenant, planned.version)
	if err != nil {
		return invoice.Invoice{}, err
	}
	former, err := head.Keep(p.Tenant)
	if err != nil {
		return invoice.Invoice{}, err
	}
	posted, err := d.repost(ctx, p.Tenant, head, next, reason)
	if err != nil {
		return invoice.Invoice{}, err
	}
	work, err := d.outbox(p.Tenant, JobDocuments, "documents/"+next.Number, InvoiceWork{Month: next.Month, Customer: next.Customer})
	if err != nil {
		return invoice.Invoice{}, err
	}
	writes = append(append(writes, written, former, work), posted...)
	for _, claim := range next.Claims(p.Tenant) { // the charges move to the new number
		writes = append(writes, store.Put(claim.Document, store.Present))
	}
	return next, d.Commit(ctx, p, journal.Change{Action: "invoice.revise", Subject: next.Number, Before: shown(head.Sums.Total), After: shown(next.Sums.Total), Reason: strings.TrimSpace(reason)}, writes...)
}

// repost takes the posting of the former revision back and makes that of the next, with a check that the run is still
// what decided their date.
func (d *Desk) repost(ctx context.Context, t store.Tenant, head, next invoice.Invoice, reason string) ([]store.Write, error) {
	run, version, err := invoice.LoadRun(ctx, d.Store, t, head.Month)
	if err != nil {
		return nil, err
	}
	date := head.Month.Last()
	if !run.Closed.IsZero() {
		date = d.Today()
	}
	before, err := Posting(head)
	if err != nil {
		return nil, err
	}
	back, err := ledger.Reverse(before, "reverse-"+before.ID(), date, strings.TrimSpace(reason))
	if err != nil {
		return nil, err
	}
	after, err := postingOn(next, date)
	if err != nil {
		return nil, err
	}
	writes, err := books.Post(ctx, d.Store, t, back, after)
	if err != nil {
		return nil, err
	}
	decided, err := run.Put(t, version)
	return append(writes, store.Check(decided.Document.Key, store.AtVersion(version))), err
}

// Revisions reads the former revisions of an invoice, oldest first.
func (d *Desk) Revisions(ctx context.Context, t store.Tenant, m calendar.Month, customerID string) ([]invoice.Invoice, error) {
	return invoice.Former(ctx, d.Store, t, m, customerID)
}
