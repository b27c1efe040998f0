package tenant

import (
	"context"

	"jeongsan/internal/calendar"
	"jeongsan/internal/fault"
	"jeongsan/internal/money"
	"jeongsan/internal/rating"
	"jeongsan/internal/store"
)

const kindExchange = "exchange"

func exchangeKey(t store.Tenant, m calendar.Month, from money.Currency) store.Key {
	return t.Partition("exchange", m.String()).Key(string(from))
}

// PutExchange is the write of the rate that a month's usage in a currency is billed at. A rate once used by a
// final invoice stays on that invoice; writing another touches only drafts.
func PutExchange(t store.Tenant, m calendar.Month, x rating.Exchange) (store.Write, error) {
	if x.Rate.Sign() <= 0 {
		return store.Write{}, fault.Invalidf("exchange.rate", fault.T("환율은 0보다 커야 합니다.", "The exchange rate must be above zero."))
	}
	if x.Date.IsZero() || x.Source == "" {
		return store.Write{}, fault.Invalidf("exchange.date", fault.T("환율의 기준일과 출처를 입력해 주세요.", "Give the date and the source of the exchange rate."))
	}
	d, err := store.JSON(exchangeKey(t, m, x.From), kindExchange, schema, x)
	return store.Put(d, store.Always), err
}

// LoadExchange reads the rate of a month; a missing one is a fault that says which to register.
func LoadExchange(ctx context.Context, s store.Reader, t store.Tenant, m calendar.Month, from money.Currency) (rating.Exchange, error) {
	d, err := s.Get(ctx, exchangeKey(t, m, from))
	if fault.Is(err, fault.NotFound) {
		return rating.Exchange{}, fault.Invalidf("exchange.rate", fault.T("%[1]s의 %[2]s 환율이 등록되지 않았습니다.", "No %[2]s exchange rate is registered for %[1]s.", m, from))
	}
	if err != nil {
		return rating.Exchange{}, err
	}
	var x rating.Exchange
	return x, store.Decode(d, kindExchange, schema, &x)
}
