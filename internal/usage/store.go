package usage

import (
	"context"
	"time"

	"jeongsan/internal/blob"
	"jeongsan/internal/calendar"
	"jeongsan/internal/money"
	"jeongsan/internal/store"
)

const (
	kindHead   = "usage-head"
	kindPull   = "usage-pull"
	kindRollup = "usage-rollup"
	schema     = 1
)

// Head is the current state of an account's month: which snapshot holds now, and what the provider bills in it.
type Head struct {
	Meta     Meta          `json:"meta"`
	Snapshot string        `json:"snapshot"` // content hash
	Object   blob.Key      `json:"object"`
	Pulls    int           `json:"pulls"`   // how many different contents were seen
	Pulled   time.Time     `json:"pulled"`  // scheduled time of the pull that brought it
	Written  time.Time     `json:"written"` // the provider's writeDate, zero when it states none
	Charged  money.Decimal `json:"charged"` // the provider's bill, exact
	Partner  *Partner      `json:"partner,omitempty"`
	Members  int           `json:"members"`
}

// Partner is what the provider states for the MSP itself, where it does (kept for margins; no bill reads it).
type Partner struct {
	Members int           `json:"members"`
	Amount  money.Decimal `json:"amount"`
}

// Pull is one content an account's month has had; kept so that usage up to a day can be told from later usage.
type Pull struct {
	Snapshot string    `json:"snapshot"`
	Object   blob.Key  `json:"object"`
	Pulled   time.Time `json:"pulled"`
	Written  time.Time `json:"written"`
}

// Rollup is one member's month: its figures and where its rows lie.
type Rollup struct {
	Member   string         `json:"member"`
	Name     string         `json:"name,omitempty"`
	Currency money.Currency `json:"currency"`
	At       Location       `json:"at"`
	Rows     int            `json:"rows"`
	List     money.Decimal  `json:"list"`
	Cost     money.Decimal  `json:"cost"`    // sum of rows
	Charged  money.Decimal  `json:"charged"` // the provider's figure
	Gone     calendar.Date  `json:"gone,omitzero"`
	Pulled   time.Time      `json:"pulled"`
}

// Partition holds an account's month.
func Partition(t store.Tenant, account string, m calendar.Month) store.Partition {
	return t.Partition("usage", account, m.String())
}

// HeadKey is where the head lies; a commit that relies on a reading checks its version.
func HeadKey(t store.Tenant, account string, m calendar.Month) store.Key {
	return Partition(t, account, m).Key("head")
}

func rollupKey(t store.Tenant, account string, m calendar.Month, member string) store.Key {
	return Partition(t, account, m).Key("member", member)
}

// Put is the write of the head at the version it was read with.
func (h Head) Put(t store.Tenant, version int64) (store.Write, error) {
	d, err := store.JSON(HeadKey(t, h.Meta.Account, h.Meta.Month), kindHead, schema, h)
	return store.Put(d, store.AtVersion(version)), err
}

// Put is the write of the pull's entry in the log of its account's month.
func (p Pull) Put(t store.Tenant, m Meta) (store.Write, error) {
	key := Partition(t, m.Account, m.Month).Key("pull", p.Pulled.UTC().Format(time.RFC3339), p.Snapshot)
	d, err := store.JSON(key, kindPull, schema, p)
	return store.Put(d, store.Always), err
}

// Put is the write of the rollup at the version it was read with.
func (r Rollup) Put(t store.Tenant, account string, m calendar.Month, version int64) (store.Write, error) {
	d, err := store.JSON(rollupKey(t, account, m, r.Member), kindRollup, schema, r)
	return store.Put(d, store.AtVersion(version)), err
}

// LoadHead reads the head and its version.
func LoadHead(ctx context.Context, s store.Reader, t store.Tenant, account string, m calendar.Month) (Head, int64, error) {
	d, err := s.Get(ctx, HeadKey(t, account, m))
	if err != nil {
		return Head{}, 0, err
	}
	var h Head
	return h, d.Version, store.Decode(d, kindHead, schema, &h)
}

// LoadRollup reads one member's rollup and its version.
func LoadRollup(ctx context.Context, s store.Reader, t store.Tenant, account string, m calendar.Month, member string) (Rollup, int64, error) {
	d, err := s.Get(ctx, rollupKey(t, account, m, member))
	if err != nil {
		return Rollup{}, 0, err
	}
	var r Rollup
	return r, d.Version, store.Decode(d, kindRollup, schema, &r)
}

// Versioned is a rollup with the version it was read at.
type Versioned struct {
	Rollup
	Version int64
}

// Rollups reads every member of an account's month, in the order of member numbers.
func Rollups(ctx context.Context, s store.Reader, t store.Tenant, account string, m calendar.Month) ([]Versioned, error) {
	var out []Versioned
	q := store.Query{Partition: Partition(t, account, m), Prefix: []string{"member"}}
	err := store.Each(ctx, s, q, func(d store.Document) error {
		v := Versioned{Version: d.Version}
		if err := store.Decode(d, kindRollup, schema, &v.Rollup); err != nil {
			return err
		}
		out = append(out, v)
		return nil
	})
	return out, err
}

// Pulls reads the log of an account's month, oldest first.
func Pulls(ctx context.Context, s store.Reader, t store.Tenant, account string, m calendar.Month) ([]Pull, error) {
	var out []Pull
	q := store.Query{Partition: Partition(t, account, m), Prefix: []string{"pull"}}
	err := store.Each(ctx, s, q, func(d store.Document) error {
		var p Pull
		if err := store.Decode(d, kindPull, schema, &p); err != nil {
			return err
		}
		out = append(out, p)
		return nil
	})
	return out, err
}
