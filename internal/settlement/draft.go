package settlement

import (
	"bytes"
	"cmp"
	"context"
	"slices"
	"time"

	"jeongsan/internal/blob"
	"jeongsan/internal/calendar"
	"jeongsan/internal/customer"
	"jeongsan/internal/fault"
	"jeongsan/internal/identity"
	"jeongsan/internal/invoice"
	"jeongsan/internal/money"
	"jeongsan/internal/rating"
	"jeongsan/internal/store"
	"jeongsan/internal/tenant"
	"jeongsan/internal/usage"
)

// BillCurrency is the currency every contract is billed in; foreign usage is converted (부가가치세법 제29조).
const BillCurrency = money.KRW

// Drafted tells what a draft did.
type Drafted struct {
	Invoice invoice.Invoice
	Version int64
	None    bool // nothing to draft: another turn of the cycle, before the first month, or neither usage nor fees
	Written bool // the figures differ from what was stored

	body *invoice.Body // as just written; nil when it lies only in the store
}

// Draft computes a customer's invoice of the month from what is known today. The same inputs write nothing; a
// final invoice is left as it is.
func (d *Desk) Draft(ctx context.Context, p identity.Principal, customerID string, m calendar.Month) (Drafted, error) {
	if err := p.Allow(identity.Bill); err != nil {
		return Drafted{}, err
	}
	before, version, err := invoice.Load(ctx, d.Store, p.Tenant, m, customerID)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return Drafted{}, err
	}
	if before.State == invoice.Final {
		return Drafted{Invoice: before, Version: version}, nil
	}
	c, _, err := customer.Load(ctx, d.Store, p.Tenant, customerID)
	if err != nil {
		return Drafted{}, err
	}
	turn, span := c.TurnIn(m)
	if turn != customer.TurnBill {
		return d.emptyDraft(ctx, p, c, m, before, version)
	}
	in, charges, err := d.gather(ctx, p.Tenant, c, span)
	if err != nil {
		return Drafted{}, err
	}
	if len(charges) == 0 && !hasOther(in.Fees) {
		return d.emptyDraft(ctx, p, c, m, before, version)
	}
	return d.writeDraft(ctx, p, c, m, span, before, version, in, charges)
}

// emptyDraft takes the figures out of a draft whose customer is no longer billed for the month (inactive since, first
// billed later, another cycle): left as it was, it would stay open and keep the run from closing.
func (d *Desk) emptyDraft(ctx context.Context, p identity.Principal, c customer.Customer, m calendar.Month, before invoice.Invoice, version int64) (Drafted, error) {
	if version == 0 {
		return Drafted{None: true}, nil
	}
	nothing := rating.Input{Currency: BillCurrency, Costs: []rating.Cost{}, Policy: c.Policy}
	drafted, err := d.writeDraft(ctx, p, c, m, []calendar.Month{m}, before, version, nothing, nil)
	drafted.None = true
	return drafted, err
}

// hasOther reports whether the fees alone make a bill; a ratio of no usage does not.
func hasOther(fees []rating.Fee) bool {
	return slices.ContainsFunc(fees, func(f rating.Fee) bool { return f.Kind == rating.OtherCost && !f.Fixed.IsZero() })
}

func (d *Desk) writeDraft(ctx context.Context, p identity.Principal, c customer.Customer, m calendar.Month, span []calendar.Month, before invoice.Invoice, version int64, in rating.Input, charges []invoice.Charge) (Drafted, error) {
	hash, err := invoice.HashInput(in, charges)
	if err != nil {
		return Drafted{}, err
	}
	billing, due := c.Dates(m)
	if version > 0 && before.Input == hash && before.Billing == billing && before.Due == due && slices.Equal(before.Span, span) {
		return Drafted{Invoice: before, Version: version}, nil
	}
	bill, err := rating.Rate(in)
	if err != nil {
		return Drafted{}, err
	}
	profile, _, err := tenant.Load(ctx, d.Store, p.Tenant)
	if err != nil {
		return Drafted{}, err
	}
	revision := max(before.Revision, 1)
	head, err := before.Redraft(invoice.Invoice{
		Number: invoice.Number(profile.Code, m, c.ID, revision), Customer: c.ID, Month: m, Span: span, Revision: revision,
		Sums: invoice.SumsOf(bill), Charges: charges, Input: hash, Billing: billing, Due: due,
	})
	if err != nil {
		return Drafted{}, err
	}
	body := invoice.Body{Input: in, Bill: bill}
	head, writes, err := d.bodyWrites(ctx, p.Tenant, head, body)
	if err != nil {
		return Drafted{}, err
	}
	headWrite, err := head.Put(p.Tenant, version)
	if err != nil {
		return Drafted{}, err
	}
	if err := d.Save(ctx, append(writes, headWrite)...); err != nil {
		return Drafted{}, err
	}
	return Drafted{Invoice: head, Version: version + 1, Written: true, body: &body}, nil
}

// bodyWrites puts the body into its document, or into an object first when it is larger than a document.
func (d *Desk) bodyWrites(ctx context.Context, t store.Tenant, head invoice.Invoice, b invoice.Body) (invoice.Invoice, []store.Write, error) {
	encoded, err := b.Encode()
	if err != nil {
		return head, nil, err
	}
	if len(encoded) <= store.MaxBody {
		head.BodyObject = blob.Key{}
		return head, []store.Write{head.PutBody(t, encoded)}, nil
	}
	key, err := blob.NewKey(t, blob.Books, "invoice", head.Number, "body", head.Input)
	if err != nil {
		return head, nil, err
	}
	if _, err := d.Bucket.Put(ctx, key, "application/gzip", bytes.NewReader(encoded)); err != nil && !fault.Is(err, fault.Conflict) {
		return head, nil, err
	}
	head.BodyObject = key
	return head, nil, nil
}

// body reads what bodyWrites wrote.
func (d *Desk) body(ctx context.Context, t store.Tenant, head invoice.Invoice) (invoice.Body, error) {
	if head.BodyObject.IsZero() {
		return invoice.LoadBody(ctx, d.Store, t, head)
	}
	r, _, err := d.Bucket.Open(ctx, head.BodyObject)
	if err != nil {
		return invoice.Body{}, err
	}
	defer func() { _ = r.Close() }() // a read-only handle: nothing is lost by a failed close
	return invoice.DecodeBody(r)
}

// gather makes the rating input of a customer's span: grouped usage of every month, residuals, fees.
func (d *Desk) gather(ctx context.Context, t store.Tenant, c customer.Customer, span []calendar.Month) (rating.Input, []invoice.Charge, error) {
	in := rating.Input{Currency: BillCurrency, Costs: []rating.Cost{}, Policy: c.Policy}
	var charges []invoice.Charge
	for _, m := range span {
		number, err := invoice.ClaimedBy(ctx, d.Store, t, c.Account, m, c.MemberNumber)
		if err != nil {
			return in, nil, err
		}
		if number != "" { // billed before the customer's cycle was changed
			continue
		}
		part, ok, err := d.billable(ctx, t, c, m)
		if err != nil {
			return in, nil, err
		}
		if !ok {
			continue
		}
		if err := d.exchange(ctx, t, m, part.currency, &in); err != nil {
			return in, nil, err
		}
		in.Costs = append(in.Costs, part.costs...)
		in.Residuals = append(in.Residuals, part.residual)
		charges = append(charges, part.charge)
	}
	in.Fees = fees(c, span, d.Today())
	return in, charges, nil
}

// exchange sets the bill's exchange rate. One bill has one rate: months of one currency that were gathered under
// different rates are refused rather than mixed.
func (d *Desk) exchange(ctx context.Context, t store.Tenant, m calendar.Month, from money.Currency, in *rating.Input) error {
	if from == BillCurrency {
		if !in.Exchange.IsZero() { // an earlier month was in another currency
			return mixedCurrencies()
		}
		return nil
	}
	x, err := tenant.LoadExchange(ctx, d.Store, t, m, from)
	if err != nil {
		return err
	}
	if len(in.Residuals) > 0 && (in.Exchange.From != x.From || !in.Exchange.Rate.Equal(x.Rate)) {
		return mixedCurrencies()
	}
	in.Exchange = x
	return nil
}

func mixedCurrencies() error {
	return fault.Invalidf("exchange.rate", fault.T("한 청구서에 통화나 환율이 다른 달이 섞여 있습니다. 모아서 청구하는 달의 환율을 같게 등록해 주세요.", "One invoice gathers months of different currencies or rates; register one rate for all its months."))
}

// fees are the rules in force today. A fixed fee is per month: an invoice that gathers months carries it once for
// each month that is still billed, named by its month.
func fees(c customer.Customer, span []calendar.Month, today calendar.Date) []rating.Fee {
	var out []rating.Fee
	for _, f := range c.FeesOn(today) {
		if f.Fixed.IsZero() {
			out = append(out, f)
			continue
		}
		for _, m := range span {
			if !c.InactiveFrom.IsZero() && m.First().Compare(c.InactiveFrom) >= 0 {
				continue // nothing of the month is billed
			}
			month := f
			if len(span) > 1 {
				month.Name += " (" + m.String() + ")"
			}
			out = append(out, month)
		}
	}
	return out
}

// part is one month's billable usage.
type part struct {
	currency money.Currency
	costs    []rating.Cost
	residual rating.Residual
	charge   invoice.Charge
}

// billable reads a customer's month up to the day it became inactive; ok is false when nothing of it is billed.
func (d *Desk) billable(ctx context.Context, t store.Tenant, c customer.Customer, m calendar.Month) (part, bool, error) {
	rollup, _, err := usage.LoadRollup(ctx, d.Store, t, c.Account, m, c.MemberNumber)
	if fault.Is(err, fault.NotFound) {
		return part{}, false, nil
	}
	if err != nil {
		return part{}, false, err
	}
	charge := invoice.Charge{Account: c.Account, Month: m, Member: c.MemberNumber}
	at, charged := rollup.At, rollup.Charged
	if until := c.InactiveFrom; !until.IsZero() && until.Compare(m.Last()) <= 0 {
		if until.Compare(m.First()) <= 0 {
			return part{}, false, nil
		}
		account, _, err := tenant.LoadAccount(ctx, d.Store, t, c.Account)
		if err != nil {
			return part{}, false, err
		}
		charge.Through, charge.ByRow = until.AddDays(-1), account.Provider == tenant.FOCUS
		if !charge.ByRow {
			if at, charged, err = d.asOf(ctx, t, c, m, until); err != nil {
				return part{}, false, err
			}
		}
	}
	if at.Object.IsZero() { // the member had no usage yet on that day
		return part{}, false, nil
	}
	charge.Hash, charge.Object, charge.Offset, charge.Length = at.Hash, at.Object, at.Offset, at.Length
	g := newGrouping(c.Account, m)
	member, err := usage.ReadMember(ctx, d.Bucket, at, func(r usage.Row) error {
		if charge.Covers(r) {
			g.add(r)
		}
		return nil
	})
	if err != nil {
		return part{}, false, err
	}
	residual := rating.Residual{Month: m, Account: c.Account}
	if member.Total == nil { // rows are all there is
		charged = g.cost
	} else {
		residual.Cost, residual.Parts = charged.Sub(g.cost), member.Total.Parts
	}
	charge.Cost = charged
	return part{currency: rollup.Currency, costs: g.sorted(), residual: residual, charge: charge}, true, nil
}

// asOf finds a member's figures as they stood at the end of its last billed day. NCP has monthly amounts only,
// rewritten about 08:00 for the days before, so the last snapshot written by the day of becoming inactive holds the
// usage up to its eve. Where none was read on that very day, an older one counts: usage after the day is never
// billed, and what is left out stands in the work-list. A member that had left by then has its last figures.
func (d *Desk) asOf(ctx context.Context, t store.Tenant, c customer.Customer, m calendar.Month, until calendar.Date) (usage.Location, money.Decimal, error) {
	pulls, err := usage.Pulls(ctx, d.Store, t, c.Account, m)
	if err != nil {
		return usage.Location{}, money.Decimal{}, err
	}
	for _, p := range slices.Backward(pulls) {
		if !written(p).Before(until.AddDays(1).Start()) {
			continue
		}
		x, err := usage.ReadIndex(ctx, d.Bucket, p.Object)
		if err != nil {
			return usage.Location{}, money.Decimal{}, err
		}
		for _, e := range x.Members {
			if e.ID == c.MemberNumber {
				return usage.Location{Object: p.Object, Offset: e.Offset, Length: e.Length, Hash: e.Hash}, e.Charged(), nil
			}
		}
	}
	return usage.Location{}, money.Decimal{}, nil
}

// written is the provider's time of a pull's figures; without one, the time of the pull.
func written(p usage.Pull) time.Time {
	if p.Written.IsZero() {
		return p.Pulled
	}
	return p.Written
}

// grouping sums rows by service, exactly.
type grouping struct {
	account string
	month   calendar.Month
	groups  map[string]*rating.Cost
	cost    money.Decimal
}

func newGrouping(account string, m calendar.Month) *grouping {
	return &grouping{account: account, month: m, groups: map[string]*rating.Cost{}}
}

func (g *grouping) add(r usage.Row) {
	c := g.groups[r.Service]
	if c == nil {
		c = &rating.Cost{Month: g.month, Account: g.account, Service: r.Service}
		g.groups[r.Service] = c
	}
	c.Rows++
	c.List = c.List.Add(r.List)
	c.Cost = c.Cost.Add(r.Cost)
	if r.VM {
		c.VM = c.VM.Add(r.Cost)
	}
	g.cost = g.cost.Add(r.Cost)
}

// sorted puts the largest cost first, as a reader looks for it; equal costs by name.
func (g *grouping) sorted() []rating.Cost {
	out := make([]rating.Cost, 0, len(g.groups))
	for _, c := range g.groups {
		out = append(out, *c)
	}
	slices.SortFunc(out, func(a, b rating.Cost) int {
		return cmp.Or(b.Cost.Cmp(a.Cost), cmp.Compare(a.Service, b.Service))
	})
	return out
}
