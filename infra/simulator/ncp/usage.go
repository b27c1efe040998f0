package ncp

import (
	"time"

	"jeongsan/internal/money"
)

const gigabyte = 1 << 30

// usageOf are a member's rows of one day: seconds run, or bytes flowed, without money.
func (m *member) usageOf(day, until time.Time) list {
	var rows list
	end := day.AddDate(0, 0, 1)
	if end.After(until) {
		return nil
	}
	for _, c := range m.contracts {
		from, to := m.window(c, day, end)
		if !from.Before(to) {
			continue
		}
		rows = append(rows, object{
			{"account", object{{"memberNo", m.No}}},
			{"useDate", object{{"useStartDate", date(day)}, {"useEndDate", date(end.Add(-time.Second))}}},
			{"contract", c.object(m, until)},
			{"contractProduct", c.product(until)},
			{"usage", c.metered(from, to)},
		})
	}
	return rows
}

// metered gives the provider's unit and the user's: hours or GB to six places, rounded up.
func (c *contract) metered(from, to time.Time) object {
	quantity, unit, user := money.Int(int64(to.Sub(from)/time.Second)), unitSecond, userHour
	per := int64(3600)
	if c.kind.flows {
		month := time.Date(from.Year(), from.Month(), 1, 0, 0, 0, 0, kst)
		whole := hoursBetween(month, month.AddDate(0, 1, 0))
		quantity, unit, user, per = bytesIn(c.gb, hoursBetween(from, to), whole), unitByte, userGB, gigabyte
	}
	return object{
		{"meteringType", c.kind.detail.object()},
		{"usageQuantity", quantity}, {"unit", unit.object()},
		{"userUsageQuantity", ratio(quantity, 1, per)}, {"userUnit", user.object()},
	}
}

// bytesIn is the part of a month's gigabytes that flows within some of its hours.
func bytesIn(gb money.Decimal, hours, whole int64) money.Decimal {
	return money.WonDown.Round(ratio(gb.Mul(money.Int(gigabyte)), hours, whole))
}
