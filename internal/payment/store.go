package payment

import (
	"context"
	"fmt"

	"jeongsan/internal/calendar"
	"jeongsan/internal/fault"
	"jeongsan/internal/invoice"
	"jeongsan/internal/store"
)

const (
	kind     = "payment"
	kindOpen = "payment-open"
	schema   = 1
)

// Versioned is a payment with the version it was read at.
type Versioned struct {
	Payment
	Version int64
}

func partition(t store.Tenant, m calendar.Month) store.Partition {
	return t.Partition("payment", m.String())
}

func key(t store.Tenant, ref Reference) store.Key {
	return partition(t, ref.Invoice.Month).Key(ref.Invoice.Customer, fmt.Sprintf("%04d", ref.Invoice.Revision), fmt.Sprintf("%05d", ref.Run))
}

func openPartition(t store.Tenant) store.Partition { return t.Partition("payment-open") }

// waiting reports whether the payment stands among the open ones: its own outcome or that of a refund is not known.
func (p Payment) waiting() bool { return p.State.Open() || p.Refund != nil }

// Put is the writes of the payment at the version it was read with (0: new): itself, and its entry among the open ones,
// which is there exactly while something about it is not known.
func (p Payment) Put(t store.Tenant, version int64) ([]store.Write, error) {
	ref, err := ParseID(p.ID)
	if err != nil {
		return nil, err
	}
	d, err := store.JSON(key(t, ref), kind, schema, p)
	if err != nil {
		return nil, err
	}
	entry := openPartition(t).Key(p.ID)
	writes := []store.Write{store.Put(d, store.AtVersion(version))}
	if p.waiting() {
		return append(writes, store.Put(store.Document{Key: entry, Kind: kindOpen, Schema: schema, Body: []byte(p.ID)}, store.Always)), nil
	}
	return append(writes, store.Delete(entry, store.Always)), nil
}

// Unmade is a check that there is no payment of the id; nothing to check for an id that cannot be ours.
func Unmade(t store.Tenant, id string) []store.Write {
	ref, err := ParseID(id)
	if err != nil {
		return nil
	}
	return []store.Write{store.Check(key(t, ref), store.Absent)}
}

// Load reads a payment by its id; fault.NotFound when there is none.
func Load(ctx context.Context, s store.Reader, t store.Tenant, id string) (Versioned, error) {
	ref, err := ParseID(id)
	if err != nil {
		return Versioned{}, err
	}
	d, err := s.Get(ctx, key(t, ref))
	if err != nil {
		return Versioned{}, err
	}
	v, err := decode(d)
	if err == nil && v.ID != id { // the code in front is another MSP's
		err = store.NotFound(d.Key)
	}
	return v, err
}

func decode(d store.Document) (Versioned, error) {
	v := Versioned{Version: d.Version}
	return v, store.Decode(d, kind, schema, &v.Payment)
}

// List reads the payments of a month's invoices in the order of customers, revisions and runs; customer "" is all of them.
func List(ctx context.Context, s store.Reader, t store.Tenant, m calendar.Month, customer string) ([]Versioned, error) {
	q := store.Query{Partition: partition(t, m)}
	if customer != "" {
		q.Prefix = []string{customer}
	}
	return list(ctx, s, q)
}

func list(ctx context.Context, s store.Reader, q store.Query) ([]Versioned, error) {
	var out []Versioned
	err := store.Each(ctx, s, q, func(d store.Document) error {
		v, err := decode(d)
		out = append(out, v)
		return err
	})
	return out, err
}

// Runs reads the payments of one invoice, oldest first.
func Runs(ctx context.Context, s store.Reader, t store.Tenant, ref invoice.Reference) ([]Versioned, error) {
	return list(ctx, s, store.Query{Partition: partition(t, ref.Month), Prefix: []string{ref.Customer, fmt.Sprintf("%04d", ref.Revision)}})
}

// Open lists the ids of the payments about which something is not known, by one query.
func Open(ctx context.Context, s store.Reader, t store.Tenant) ([]string, error) {
	var out []string
	err := store.Each(ctx, s, store.Query{Partition: openPartition(t)}, func(d store.Document) error {
		if d.Kind != kindOpen {
			return fault.New(fault.Internal, fault.T("문서 %s의 형식을 읽을 수 없습니다.", "Document %s has a form that cannot be read here.", d.Key))
		}
		out = append(out, string(d.Body))
		return nil
	})
	return out, err
}

// loadOrNone reads a document that may not be there: then it is the zero value at version 0.
func loadOrNone[T any](ctx context.Context, s store.Reader, k store.Key, kind string) (v T, version int64, err error) {
	d, err := s.Get(ctx, k)
	if fault.Is(err, fault.NotFound) {
		return v, 0, nil
	}
	if err != nil {
		return v, 0, err
	}
	return v, d.Version, store.Decode(d, kind, schema, &v)
}
