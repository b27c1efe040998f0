package customer

import (
	"context"
	"slices"

	"jeongsan/internal/fault"
	"jeongsan/internal/store"
)

const (
	kind       = "customer"
	kindUnique = "customer-unique"
	schema     = 1
)

// Partition holds a tenant's customers.
func Partition(t store.Tenant) store.Partition { return t.Partition("customer") }

func key(t store.Tenant, id string) store.Key { return Partition(t).Key(id) }

func uniqueKey(t store.Tenant, account, what, value string) store.Key {
	return t.Partition("customer-unique").Key(account, what, value)
}

// Create is the writes that register a new customer with its unique entries; a duplicate fails on the entry's condition.
func Create(t store.Tenant, c Customer) ([]store.Write, error) {
	c = c.Normalize()
	if err := c.Validate(); err != nil {
		return nil, err
	}
	d, err := store.JSON(key(t, c.ID), kind, schema, c)
	if err != nil {
		return nil, err
	}
	writes := []store.Write{store.Put(d, store.Absent)}
	for _, u := range []struct{ what, value string }{{"member", c.MemberNumber}, {"main", c.MainAccount}} {
		d := store.Document{Key: uniqueKey(t, c.Account, u.what, u.value), Kind: kindUnique, Schema: schema, Body: []byte(c.ID)}
		writes = append(writes, store.Put(d, store.Absent))
	}
	return writes, nil
}

// Duplicate explains a failed Create as the field that is taken, or nil when the failure was another one.
func Duplicate(t store.Tenant, c Customer, failed store.Key) error {
	c = c.Normalize()
	switch failed {
	case key(t, c.ID):
		return fault.New(fault.Conflict, fault.T("고객사 ID %s은(는) 이미 등록되어 있습니다.", "Customer id %s is already registered.", c.ID))
	case uniqueKey(t, c.Account, "member", c.MemberNumber):
		return fault.New(fault.Conflict, fault.T("회원번호 %s은(는) 이미 등록되어 있습니다.", "Member number %s is already registered.", c.MemberNumber))
	case uniqueKey(t, c.Account, "main", c.MainAccount):
		return fault.New(fault.Conflict, fault.T("메인계정 ID %s은(는) 이미 등록되어 있습니다.", "Main account %s is already registered.", c.MainAccount))
	}
	return nil
}

// Update is the write of a changed customer at the version it was read with. Account, member number and main
// account cannot change here: they are what past usage is bound to. A fee rule can only be added or ended.
func Update(t store.Tenant, before, after Customer, version int64) (store.Write, error) {
	after = after.Normalize()
	if before.ID != after.ID || before.Account != after.Account || before.MemberNumber != after.MemberNumber || before.MainAccount != after.MainAccount {
		return store.Write{}, fault.Invalidf("member_number", fault.T("계정, 회원번호, 메인계정 ID는 바꿀 수 없습니다. 새 고객사로 등록해 주세요.", "Account, member number and main account cannot be changed; register a new customer."))
	}
	if err := after.Validate(); err != nil {
		return store.Write{}, err
	}
	if err := keepsFees(before.Normalize().Fees, after.Fees); err != nil {
		return store.Write{}, err
	}
	d, err := store.JSON(key(t, after.ID), kind, schema, after)
	return store.Put(d, store.AtVersion(version)), err
}

// keepsFees refuses to edit or remove a rule: invoices were computed by it. It may be ended, once.
func keepsFees(before, after []Fee) error {
	for _, old := range before {
		if !slices.ContainsFunc(after, old.continuedBy) {
			return fault.Invalidf("fee", fault.T("등록된 요금 %q은(는) 고치거나 지울 수 없습니다. 종료한 뒤 새 요금을 등록해 주세요.", "The registered fee %q cannot be edited or removed; end it and register a new one.", old.Name))
		}
	}
	return nil
}

// continuedBy reports whether g is the same rule, at most ended since.
func (f Fee) continuedBy(g Fee) bool {
	sameAmount := f.Ratio.Equal(g.Ratio) && (f.Fixed == g.Fixed || f.Fixed.IsZero() && g.Fixed.IsZero())
	return f.ID == g.ID && f.Kind == g.Kind && f.Name == g.Name && sameAmount && f.Added == g.Added && (f.Ended.IsZero() || f.Ended == g.Ended)
}

// Load reads one customer and its version.
func Load(ctx context.Context, s store.Reader, t store.Tenant, id string) (Customer, int64, error) {
	d, err := s.Get(ctx, key(t, id))
	if err != nil {
		return Customer{}, 0, err
	}
	c, err := Decode(d)
	return c, d.Version, err
}

// List reads every customer of the tenant, deleted ones included, in the order of their ids.
func List(ctx context.Context, s store.Reader, t store.Tenant) ([]Customer, error) {
	var out []Customer
	err := store.Each(ctx, s, store.Query{Partition: Partition(t)}, func(d store.Document) error {
		c, err := Decode(d)
		out = append(out, c)
		return err
	})
	return out, err
}

// Decode reads a stored customer.
func Decode(d store.Document) (Customer, error) {
	var c Customer
	return c, store.Decode(d, kind, schema, &c)
}
