package onboarding

import (
	"context"
	"strings"

	"jeongsan/internal/calendar"
	"jeongsan/internal/customer"
	"jeongsan/internal/fault"
	"jeongsan/internal/invoice"
	"jeongsan/internal/store"
	"jeongsan/internal/usage"
)

// longest is the longest cycle, in months: what waits gathered is no older.
const longest = 12

// noneWaits refuses while months before the present one wait for the invoice that ends their cycle, naming them.
func (d *Desk) noneWaits(ctx context.Context, t store.Tenant, c customer.Customer) error {
	var waiting []string
	for m, last := d.Today().In().Add(-longest), d.Today().In().Prev(); !m.After(last); m = m.Next() {
		waits, err := d.waits(ctx, t, c, m)
		if err != nil {
			return err
		}
		if waits {
			waiting = append(waiting, m.String())
		}
	}
	if waiting == nil {
		return nil
	}
	return fault.New(fault.Conflict, fault.T(
		"모아 둔 %[1]s 이용료가 아직 청구되지 않아 청구 주기를 바꿀 수 없습니다. 그 주기의 청구서를 확정한 뒤 바꿔 주세요.",
		"The cycle cannot change while the gathered usage of %[1]s is not billed; make the invoice of that cycle final first.", strings.Join(waiting, ", ")))
}

// waits reports whether the month's usage was gathered and stands on no final invoice.
func (d *Desk) waits(ctx context.Context, t store.Tenant, c customer.Customer, m calendar.Month) (bool, error) {
	if turn, _ := c.TurnIn(m); turn != customer.TurnGather {
		return false, nil
	}
	used, _, err := usage.LoadRollup(ctx, d.Store, t, c.Account, m, c.MemberNumber)
	if fault.Is(err, fault.NotFound) || err == nil && used.Charged.IsZero() {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	claimed, err := invoice.ClaimedBy(ctx, d.Store, t, c.Account, m, c.MemberNumber)
	return claimed == "", err
}
