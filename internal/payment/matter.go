package payment

import (
	"context"
	"time"

	"jeongsan/internal/fault"
	"jeongsan/internal/money"
	"jeongsan/internal/store"
)

const (
	kindMatter = "payment-matter"
	kindStray  = "payment-stray"
)

// MatterKind is why a person must look.
type MatterKind string

const (
	MatterDoubt    MatterKind = "in-doubt"       // the outcome cannot be found out
	MatterNoCard   MatterKind = "no-card"        // a card payer without a usable card
	MatterOurs     MatterKind = "our-fault"      // the provider refused our contract, key or request
	MatterUpload   MatterKind = "upload-differs" // the uploaded workbook asks for another amount than the invoice
	MatterRefunded MatterKind = "refunded"       // money of it went back: charged again by a person's word only
	MatterMissed   MatterKind = "missed"         // a regular day passed without its charges
	MatterExcess   MatterKind = "excess"         // paid more than the invoice still owed
	MatterTax      MatterKind = "other-tax"      // the provider split the tax otherwise than it was asked to
	MatterStray    MatterKind = "stray"          // a payment at the provider that is none of ours
	MatterForeign  MatterKind = "foreign"        // a payment under our id that another company made
	MatterRefund   MatterKind = "refund-failed"  // a refund that was ordered came to nothing
	MatterDiffers  MatterKind = "differs"        // the provider's record and ours differ
)

// Matter is a row of the work-list.
type Matter struct {
	ID       string       `json:"id"` // made of what it is about, so that it is listed once
	Kind     MatterKind   `json:"kind"`
	Payment  string       `json:"payment,omitempty"`
	Invoice  string       `json:"invoice,omitempty"`
	Customer string       `json:"customer,omitempty"`
	Amount   money.Amount `json:"amount"`
	Text     fault.Text   `json:"text"` // what is the matter and what to do
	At       time.Time    `json:"at"`
}

func matterKey(t store.Tenant, id string) store.Key { return t.Partition("payment-matter").Key(id) }

// Put is the write of the row; writing it again while it stands is the same row.
func (m Matter) Put(t store.Tenant) (store.Write, error) {
	d, err := store.JSON(matterKey(t, m.ID), kindMatter, schema, m)
	return store.Put(d, store.Always), err
}

// MatterDone is the write that takes a row off the list, if it stands there; the audit keeps who did and why.
func MatterDone(t store.Tenant, id string) store.Write {
	return store.Delete(matterKey(t, id), store.Always)
}

// LoadMatter reads one row.
func LoadMatter(ctx context.Context, s store.Reader, t store.Tenant, id string) (Matter, error) {
	d, err := s.Get(ctx, matterKey(t, id))
	if err != nil {
		return Matter{}, err
	}
	var m Matter
	return m, store.Decode(d, kindMatter, schema, &m)
}

// Matters lists the rows that wait for a person.
func Matters(ctx context.Context, s store.Reader, t store.Tenant) ([]Matter, error) {
	var out []Matter
	err := store.Each(ctx, s, store.Query{Partition: t.Partition("payment-matter")}, func(d store.Document) error {
		var m Matter
		err := store.Decode(d, kindMatter, schema, &m)
		out = append(out, m)
		return err
	})
	return out, err
}

// Stray is a payment at the provider that we never asked for: its money is kept as suspense (가수금) until a person says
// whose it is.
type Stray struct {
	ID        string       `json:"id"` // the provider's payment id
	Amount    money.Amount `json:"amount"`
	Cancelled money.Amount `json:"cancelled"` // what went back since
	Slip      Slip         `json:"slip,omitzero"`
}

func strayKey(t store.Tenant, id string) store.Key { return t.Partition("payment-stray").Key(id) }

// Left is what is still kept of it.
func (x Stray) Left() (money.Amount, error) { return x.Amount.Sub(x.Cancelled) }

// Gone is the write that ends the stray, at the version it was read with: it was found to be a payment of ours.
func (x Stray) Gone(t store.Tenant, version int64) store.Write {
	return store.Delete(strayKey(t, x.ID), store.AtVersion(version))
}

// Put is the write of the stray at the version it was read with (0: new).
func (x Stray) Put(t store.Tenant, version int64) (store.Write, error) {
	d, err := store.JSON(strayKey(t, x.ID), kindStray, schema, x)
	return store.Put(d, store.AtVersion(version)), err
}

// LoadStray reads a stray; one that was never seen is the zero one at version 0.
func LoadStray(ctx context.Context, s store.Reader, t store.Tenant, id string) (Stray, int64, error) {
	return loadOrNone[Stray](ctx, s, strayKey(t, id), kindStray)
}
