package receivables

import (
	"context"
	"errors"
	"strings"

	"jeongsan/internal/fault"
	"jeongsan/internal/identity"
	"jeongsan/internal/journal"
	"jeongsan/internal/money"
	"jeongsan/internal/payment"
	"jeongsan/internal/store"
)

// What keeps the regular charges from being made at all: no channel, or one whose secret the provider refuses. It is one
// row of the work-list. While the row stands no regular day is ordered and no regular charge begun; registering the
// channel takes it off, and what the day left undone is ordered by the next firing.

var (
	errNoChannel = errors.New("receivables: no card channel")

	noChannel     = fault.T("카드 결제 채널이 등록되지 않았습니다. 환경설정에서 포트원 정보를 먼저 등록해 주세요.", "No card channel is registered; register PortOne under settings first.")
	refusedSecret = fault.T("포트원이 API Secret을 거절하여 정기 결제를 멈췄습니다. 환경설정에서 포트원 정보를 다시 등록해 주세요. 정기 결제일의 남은 결제는 다음 날 이어집니다.", "PortOne refuses the API secret, and the regular charges have stopped; register PortOne again under settings. What is left of the regular day follows on the next day.")
)

const channelRow = "channel"

// stop puts the row on the work-list, unless it stands there.
func (d *Desk) stop(ctx context.Context, p identity.Principal, why fault.Text) error {
	return d.listed(ctx, p, d.matter(payment.MatterOurs, channelRow, payment.Payment{}, won, why))
}

// stopped is why the regular charges have stopped; nil when they have not.
func (d *Desk) stopped(ctx context.Context, t store.Tenant) error {
	row, err := payment.LoadMatter(ctx, d.Store, t, channelRow)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return fault.New(fault.Conflict, row.Text).Because(errNoChannel)
}

// resumed is the writes by which a channel that was just proved lets the regular charges go on.
func (d *Desk) resumed(ctx context.Context, t store.Tenant) ([]store.Write, error) {
	if err := d.stopped(ctx, t); !errors.Is(err, errNoChannel) {
		return nil, err
	}
	writes := []store.Write{payment.MatterDone(t, channelRow)}
	round, version, err := payment.LoadRound(ctx, d.Store, t)
	if err != nil || version == 0 {
		return writes, err
	}
	again, err := round.Again().Put(t, version)
	return append(writes, again), err
}

// uncharged names the one row of the work-list that says why an invoice is not charged, whatever its revision: the latest
// reason stands there until a charge succeeds.
func uncharged(number string) string {
	return "uncharged/" + number[:max(0, strings.LastIndex(number, "-"))]
}

func (d *Desk) matter(kind payment.MatterKind, id string, p payment.Payment, amount money.Amount, text fault.Text) payment.Matter {
	return payment.Matter{ID: id, Kind: kind, Payment: p.ID, Invoice: p.Invoice, Customer: p.Customer, Amount: amount, Text: text, At: d.now()}
}

// listed puts a row on the work-list unless it stands there.
func (d *Desk) listed(ctx context.Context, p identity.Principal, row payment.Matter) error {
	_, err := payment.LoadMatter(ctx, d.Store, p.Tenant, row.ID)
	if !fault.Is(err, fault.NotFound) {
		return err
	}
	w, err := row.Put(p.Tenant)
	if err != nil {
		return err
	}
	return d.Commit(ctx, p, journal.Change{Action: "payment.listed", Subject: row.ID, Reason: row.Text.EN}, w)
}
