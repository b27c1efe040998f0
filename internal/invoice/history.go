package invoice

import (
	"context"

	"jeongsan/internal/calendar"
	"jeongsan/internal/store"
)

const kindHistory = "invoice-history"

func historyPartition(t store.Tenant, m calendar.Month) store.Partition {
	return t.Partition("invoice-history", m.String())
}

// Keep is the write that keeps a head before another revision takes its place. A revision is kept once.
func (i Invoice) Keep(t store.Tenant) (store.Write, error) {
	d, err := store.JSON(historyPartition(t, i.Month).Key(i.Customer, fmtRevision(i.Revision)), kindHistory, schema, i)
	return store.Put(d, store.Absent), err
}

// Former reads the revisions that others took the place of, oldest first.
func Former(ctx context.Context, s store.Reader, t store.Tenant, m calendar.Month, customer string) ([]Invoice, error) {
	var out []Invoice
	err := store.Each(ctx, s, store.Query{Partition: historyPartition(t, m), Prefix: []string{customer}}, func(d store.Document) error {
		var i Invoice
		if err := store.Decode(d, kindHistory, schema, &i); err != nil {
			return err
		}
		out = append(out, i)
		return nil
	})
	return out, err
}
