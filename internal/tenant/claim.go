package tenant

import (
	"context"

	"jeongsan/internal/fault"
	"jeongsan/internal/store"
)

const kindClaim = "tenant-claim"

// Claimed is what only one MSP can have. A payment's id is made of the code and asked for at the shop: two MSPs with the
// same code and the same shop would each take the other's payments for their own. What was claimed is never given up, also
// when the MSP goes on to another shop, since its payments stay known there by its ids.
type Claimed string

const (
	Code Claimed = "code" // Profile.Code
	Shop Claimed = "shop" // CardChannel.StoreID
	// Business is Profile.BusinessNumber, ten digits. It is the space of keys at the tax-invoice service: two MSPs with the
	// same one would each find the other's documents under their own keys.
	Business Claimed = "business"
)

// Claim is the write by which the tenant claims a value; none when it has it already. fault.Conflict when it is another
// tenant's, and from the commit when another one claims it at the same moment.
func (c Claimed) Claim(ctx context.Context, s store.Reader, t store.Tenant, value string) ([]store.Write, error) {
	key := store.System(store.Tenants, string(c)).Key(value)
	d, err := s.Get(ctx, key)
	switch {
	case fault.Is(err, fault.NotFound):
		return []store.Write{store.Put(store.Document{Key: key, Kind: kindClaim, Schema: schema, Body: []byte(t.String())}, store.Absent)}, nil
	case err != nil:
		return nil, err
	case d.Kind != kindClaim:
		return nil, fault.New(fault.Internal, fault.T("문서 %s의 형식을 읽을 수 없습니다.", "Document %s has a form that cannot be read here.", d.Key))
	case string(d.Body) != t.String():
		return nil, c.taken(value)
	}
	return nil, nil
}

func (c Claimed) taken(value string) error {
	field, text := "code", fault.T("청구번호 앞자리 %s은(는) 다른 회사가 쓰고 있습니다. 다른 앞자리를 정해 주세요.", "The code %s is another company's; choose another one.", value)
	switch c {
	case Shop:
		field, text = "store_id", fault.T("포트원 상점 ID %s은(는) 다른 회사에 등록되어 있습니다. 상점 ID를 확인해 주세요.", "PortOne's store %s is registered for another company; check the store id.", value)
	case Business:
		field, text = "business_number", fault.T("사업자등록번호 %s은(는) 다른 회사에 등록되어 있습니다. 번호를 확인하고, 맞으면 운영자에게 알려 주세요.", "The business number %s is registered for another company; check it, and tell the operator if it is right.", value)
	}
	f := fault.New(fault.Conflict, text)
	f.Field = field
	return f
}
