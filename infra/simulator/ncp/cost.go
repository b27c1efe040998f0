package ncp

import (
	"time"

	"jeongsan/internal/money"
)

type contractCorrection struct {
	use money.Decimal
	add *contract
}

// costRow is one row of getContractDemandCostList.
type costRow struct {
	member   *member
	contract *contract
	snapshot snapshot

	quantity, price, use                                money.Decimal
	promise, promotion, memberPrice, memberPromise, etc money.Decimal
	demand                                              money.Decimal
}

func (r costRow) discounts() money.Decimal {
	return money.SumDecimals(r.promise, r.promotion, r.memberPrice, r.memberPromise, r.etc)
}

// bill is one row of getDemandCostList: what the provider asks of a member for a month.
type bill struct {
	member   *member
	snapshot snapshot
	rows     []costRow

	use, promise, promotion, memberPrice, memberPromise, etc money.Decimal
	product, customer, credit, roundDown                     money.Decimal
	thisMonth, vat                                           money.Decimal
}

// listed reports whether the account may see the member now, and whether it was a member within the month at all.
func (m *member) listed(snap snapshot, now time.Time) bool {
	gone := !m.Until.IsZero() && !now.Before(m.Until)
	return !gone && m.From.Before(snap.until)
}

// billOf computes a member's month; false when there is nothing written or the member is not listed.
func (s *Simulator) billOf(a *account, m *member, month, now time.Time) (bill, bool) {
	snap, ok := snapshotAt(month, now)
	if !ok || !m.listed(snap, now) {
		return bill{}, false
	}
	b := bill{member: m, snapshot: snap}
	contracts := m.contracts
	corrections := s.correctionsOf(a.Zone, m.No, month, now)
	for _, c := range corrections {
		if c.At.After(b.snapshot.written) {
			b.snapshot.written = c.At.In(kst).Truncate(time.Second)
		}
		if c.add != nil && c.MemberNo != "" {
			contracts = append(contracts[:len(contracts):len(contracts)], c.add)
		}
	}
	for _, c := range contracts {
		b.rows = append(b.rows, m.rowsOf(c, b.snapshot)...)
	}
	for _, c := range corrections {
		correctRow(b.rows, c)
	}
	b.sum()
	return b, true
}

func correctRow(rows []costRow, c correction) {
	for i := range rows {
		if c.MemberNo != "" && rows[i].contract.No == c.ContractNo {
			rows[i].use = rows[i].use.Add(c.use)
			rows[i].demand = rows[i].demand.Add(c.use)
			return
		}
	}
}

// rowsOf prices a contract: hours (rounded up) × price, × GB for storage, or GB × price tier by tier.
func (m *member) rowsOf(c *contract, snap snapshot) []costRow {
	hours := m.hours(c, snap)
	if hours == 0 {
		return nil
	}
	if c.kind.flows {
		return m.tierRows(c, snap, hours)
	}
	use := money.Int(hours).Mul(c.price)
	if c.kind.sized {
		use = use.Mul(money.Int(c.SizeGB))
	}
	return []costRow{m.row(c, snap, money.Int(hours), c.price, use)}
}

func (m *member) tierRows(c *contract, snap snapshot, hours int64) []costRow {
	left := ratio(c.gb, hours, hoursBetween(snap.month, snap.month.AddDate(0, 1, 0)))
	var rows []costRow
	for _, t := range c.tiers {
		gb := left
		if !t.rest && t.gb.Cmp(left) < 0 {
			gb = t.gb
		}
		if gb.IsZero() {
			break
		}
		left = left.Sub(gb)
		rows = append(rows, m.row(c, snap, gb, t.price, gb.Mul(t.price)))
	}
	return rows
}

// ratio is x·part/whole to six places, rounded up, as the provider rounds quantities.
func ratio(x money.Decimal, part, whole int64) money.Decimal {
	q, err := x.Mul(money.Int(part)).Quo(money.Int(whole), 6, money.Up)
	if err != nil { // a month always has hours
		panic(err)
	}
	return q
}

func (m *member) row(c *contract, snap snapshot, quantity, price, use money.Decimal) costRow {
	r := costRow{member: m, contract: c, snapshot: snap, quantity: quantity, price: price, use: use}
	part := func(ratio money.Decimal) money.Decimal { return money.WonDown.Round(use.Mul(ratio)) }
	r.promise, r.promotion, r.memberPrice, r.memberPromise, r.etc = part(c.promise), part(c.promotion), part(c.memberPrice), part(c.memberPromise), part(c.etc)
	if !c.Waived {
		r.demand = use.Sub(r.discounts())
	}
	return r
}

// hours is how long the contract ran in the month, within membership and up to the snapshot, begun hours in full.
func (m *member) hours(c *contract, snap snapshot) int64 {
	return hoursBetween(m.window(c, snap.month, snap.until))
}

func (m *member) window(c *contract, from, to time.Time) (time.Time, time.Time) {
	for _, start := range []time.Time{c.Start, m.From} {
		if start.After(from) {
			from = start
		}
	}
	for _, end := range []time.Time{c.End, m.Until} {
		if !end.IsZero() && end.Before(to) {
			to = end
		}
	}
	return from, to
}

func hoursBetween(from, to time.Time) int64 {
	if !from.Before(to) {
		return 0
	}
	return int64((to.Sub(from) + time.Hour - 1) / time.Hour)
}

// vatRatio is the provider's thisMonthVatRatio.
var vatRatio = money.MustDecimal("0.1")

// sum adds the rows up and grants what is granted on bills only, in the order product, customer, credit, truncation to
// ten won. Guess: neither the order nor today's unit of truncation is documented.
func (b *bill) sum() {
	left := money.Decimal{}
	for _, r := range b.rows {
		b.use = b.use.Add(r.use)
		b.promise = b.promise.Add(r.promise)
		b.promotion = b.promotion.Add(r.promotion)
		b.memberPrice = b.memberPrice.Add(r.memberPrice)
		b.memberPromise = b.memberPromise.Add(r.memberPromise)
		b.etc = b.etc.Add(r.etc)
		left = left.Add(r.use).Sub(r.discounts())
		if r.contract.Waived {
			waived := r.use.Sub(r.discounts())
			b.product = b.product.Add(waived)
			left = left.Sub(waived)
		}
	}
	more := least(b.member.product, left)
	b.product, left = b.product.Add(more), left.Sub(more)
	b.customer = money.WonDown.Round(left.Mul(b.member.customer))
	left = left.Sub(b.customer)
	b.credit = least(b.member.credit, left)
	left = left.Sub(b.credit)
	b.thisMonth = money.TenWonDown.Round(left)
	b.roundDown = left.Sub(b.thisMonth)
	b.vat = money.WonDown.Round(b.thisMonth.Mul(vatRatio))
}

// least is the smaller of an allowance and what is left to allow it on.
func least(allowance, left money.Decimal) money.Decimal {
	if left.Sign() < 0 {
		return money.Decimal{}
	}
	if allowance.Cmp(left) < 0 {
		return allowance
	}
	return left
}

func (b *bill) paid(now time.Time) (time.Time, bool) {
	at := b.snapshot.written.Add(22*time.Minute + 4*time.Second)
	return at, b.thisMonth.IsZero() && !now.Before(at)
}
