package tenant_test

import (
	"testing"

	"jeongsan/internal/fault"
	"jeongsan/internal/store"
	"jeongsan/internal/tenant"
)

func TestA_code_a_shop_and_a_business_number_belong_to_one_MSP(t *testing.T) {
	s := empty()
	other := must(store.ParseTenant("another-msp"))
	for _, c := range []tenant.Claimed{tenant.Code, tenant.Shop, tenant.Business} {
		claim := must(c.Claim(t.Context(), s, hanbit(), "HANBIT"))
		atOnce := must(c.Claim(t.Context(), s, other, "HANBIT"))
		save(t, s, "first/"+string(c), claim...)
		if err := s.Commit(t.Context(), store.Commit{ID: "second/" + string(c), Writes: atOnce}); !fault.Is(err, fault.Conflict) {
			t.Errorf("the %s claimed at once by another: %v", c, err)
		}
		if _, err := c.Claim(t.Context(), s, other, "HANBIT"); !fault.Is(err, fault.Conflict) {
			t.Errorf("the %s of another: %v", c, err)
		}
		if again := must(c.Claim(t.Context(), s, hanbit(), "HANBIT")); len(again) != 0 {
			t.Errorf("the %s that it has is claimed again", c)
		}
	}
	if all := must(tenant.All(t.Context(), s)); len(all) != 0 {
		t.Errorf("claims are listed among the tenants: %v", all)
	}
}
