package invoice

import (
	"context"

	"jeongsan/internal/calendar"
	"jeongsan/internal/fault"
	"jeongsan/internal/store"
)

const kindCharged = "charged"

// chargedKey is where it is written that a member's month stands on a final invoice.
func chargedKey(t store.Tenant, account string, m calendar.Month, member string) store.Key {
	return t.Partition("charged", account, m.String()).Key(member)
}

// Claims are the writes by which a final invoice claims its charges. Each fails where another invoice has claimed the
// same member's month: whatever happens to cycles and first months, nothing of the provider's bill is invoiced twice.
func (i Invoice) Claims(t store.Tenant) []store.Write {
	writes := make([]store.Write, len(i.Charges))
	for n, c := range i.Charges {
		d := store.Document{Key: chargedKey(t, c.Account, c.Month, c.Member), Kind: kindCharged, Schema: schema, Body: []byte(i.Number)}
		writes[n] = store.Put(d, store.Absent)
	}
	return writes
}

// ClaimedBy is the number of the final invoice that a member's month stands on, "" when it stands on none.
func ClaimedBy(ctx context.Context, s store.Reader, t store.Tenant, account string, m calendar.Month, member string) (string, error) {
	d, err := s.Get(ctx, chargedKey(t, account, m, member))
	if fault.Is(err, fault.NotFound) {
		return "", nil
	}
	if err == nil && d.Kind != kindCharged {
		err = fault.New(fault.Internal, fault.T("문서 %s의 형식을 읽을 수 없습니다.", "Document %s has a form that cannot be read here.", d.Key))
	}
	return string(d.Body), err
}
