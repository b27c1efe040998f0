package receivables

import (
	"context"
	"errors"

	"jeongsan/internal/books"
	"jeongsan/internal/fault"
	"jeongsan/internal/identity"
	"jeongsan/internal/journal"
	"jeongsan/internal/ledger"
	"jeongsan/internal/money"
	"jeongsan/internal/payment"
	"jeongsan/internal/store"
	"jeongsan/internal/tenant"
)

// Apply asks the provider how a payment stands and books what it says: paid, declined, cancelled in whole or in part by
// whomever, also in the provider's console. Any order and number of calls gives the same books. A payment that we never
// asked for is kept as suspense with a row on the work-list. It never charges but for the next card after a decline.
func (d *Desk) Apply(ctx context.Context, p identity.Principal, id string) error {
	if err := p.Allow(identity.ApplyPayment); err != nil {
		return err
	}
	l, err := d.line(ctx, p)
	if err != nil {
		return err
	}
	fact, err := l.find(ctx, id)
	if fault.Is(err, fault.NotFound) || errors.Is(err, errForeign) {
		return nil // begun and not known yet: its timer asks; or another's, which is on the work-list
	}
	if err != nil {
		return err
	}
	return l.apply(ctx, fact)
}

// apply books a fact, of ours or of a stranger.
func (l *line) apply(ctx context.Context, fact payment.Fact) error {
	_, malformed := payment.ParseID(fact.ID)
	for range tries {
		if malformed == nil {
			if _, err := l.applied(ctx, fact.ID, fact); !fault.Is(err, fault.NotFound) {
				return err
			}
		}
		if err := l.stray(ctx, fact); !lost(err) { // lost: somebody booked of it meanwhile, or the run of its id was begun
			return err
		}
	}
	return store.ErrContended
}

// stray keeps the money of a payment that is none of ours, and what went back of it.
func (l *line) stray(ctx context.Context, f payment.Fact) error {
	if f.Standing != payment.StandsPaid {
		return nil
	}
	for range tries {
		x, version, err := payment.LoadStray(ctx, l.Store, l.by.Tenant, f.ID)
		if err != nil {
			return err
		}
		next, moved, err := seen(x, version, f)
		if err != nil || moved.IsZero() {
			return err
		}
		if err := l.keepStray(ctx, next, version, moved, f); err != nil {
			return err
		} // what it says of cancellations is booked next
	}
	return nil
}

// seen is the next step of a stray payment: first what was paid, then what went back since.
func seen(x payment.Stray, version int64, f payment.Fact) (next payment.Stray, moved money.Amount, err error) {
	if version == 0 {
		return payment.Stray{ID: f.ID, Amount: f.Total, Cancelled: money.Zero(f.Total.Currency()), Slip: f.Slip}, f.Total, nil
	}
	back, err := f.Cancelled()
	if err != nil {
		return x, moved, err
	}
	moved, err = x.Cancelled.Sub(back)
	x.Cancelled = back
	return x, moved, err
}

func (l *line) keepStray(ctx context.Context, x payment.Stray, version int64, moved money.Amount, f payment.Fact) error {
	t := l.by.Tenant
	clearing, err := ledger.Clearing(tenant.PortOne)
	if err != nil {
		return err
	}
	id, day := "stray-"+x.ID, l.dayOf(x.Slip.PaidAt)
	if version > 0 {
		id, day = id+"-cancel-"+x.Cancelled.Decimal().String(), l.dayOf(f.Cancellations[len(f.Cancellations)-1].At)
	}
	posting, err := ledger.New(id, day, fault.T("알 수 없는 카드 결제 %s", "Unknown card payment %s", x.ID), x.ID, ledger.Debit(clearing, moved), ledger.Credit(ledger.Suspense(), moved))
	if err != nil {
		return err
	}
	writes, err := books.Post(ctx, l.Store, t, posting)
	if err != nil {
		return err
	}
	w, err := x.Put(t, version)
	if err != nil {
		return err
	}
	row, err := l.strayRow(t, x)
	if err != nil {
		return err
	}
	return l.Commit(ctx, l.by, journal.Change{Action: "payment.stray", Subject: x.ID, After: moved.String()}, append(append(writes, w, row), payment.Unmade(t, x.ID)...)...)
}

// ours is what ends a stray that turned out to be the payment of a run: what is still kept of it leaves suspense, since the
// payment books it. Nothing where there was no stray.
func (l *line) ours(ctx context.Context, id string) ([]ledger.Posting, []store.Write, error) {
	x, version, err := payment.LoadStray(ctx, l.Store, l.by.Tenant, id)
	if err != nil || version == 0 {
		return nil, nil, err
	}
	writes := []store.Write{x.Gone(l.by.Tenant, version), payment.MatterDone(l.by.Tenant, "stray/"+id)}
	left, err := x.Left()
	if err != nil || left.IsZero() {
		return nil, writes, err
	}
	clearing, err := ledger.Clearing(tenant.PortOne)
	if err != nil {
		return nil, nil, err
	}
	back, err := ledger.New("stray-"+id+"-ours", l.Today(), fault.T("알 수 없는 카드 결제 %s의 확인", "Unknown card payment %s was found to be ours", id), id, ledger.Debit(ledger.Suspense(), left), ledger.Credit(clearing, left))
	return []ledger.Posting{back}, writes, err
}

// strayRow is the row of the work-list; it goes once all of the money went back.
func (l *line) strayRow(t store.Tenant, x payment.Stray) (store.Write, error) {
	left, err := x.Left()
	if err != nil {
		return store.Write{}, err
	}
	if left.IsZero() {
		return payment.MatterDone(t, "stray/"+x.ID), nil
	}
	text := fault.T("결제사에 요청한 적 없는 결제 %[1]s(%[2]s)이(가) 있습니다. 누구의 결제인지 확인해 주세요. 금액은 가수금으로 두었습니다.", "The provider has the payment %[1]s (%[3]s) that was never asked for; find out whose it is. The money is kept as suspense.", x.ID, left.Korean(), left.English())
	return l.matter(payment.MatterStray, "stray/"+x.ID, payment.Payment{ID: x.ID}, left, text).Put(t)
}
