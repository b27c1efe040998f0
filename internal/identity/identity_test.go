package identity_test

import (
	"slices"
	"testing"

	"jeongsan/internal/fault"
	"jeongsan/internal/identity"
	"jeongsan/internal/store"
)

var actions = []identity.Action{identity.Ingest, identity.Bill, identity.CloseRun, identity.SendInvoice, identity.ReviseInvoice, identity.IssueTax, identity.FollowTax, identity.AmendTax, identity.ReplaceUpload, identity.ManageKeys, identity.ManageCustom, identity.ChargeCard, identity.ApplyPayment, identity.RefundPayment, identity.ManageMethods}

func hanbit(t *testing.T) store.Tenant {
	t.Helper()
	tenant, err := store.ParseTenant("hanbit")
	if err != nil {
		t.Fatal(err)
	}
	return tenant
}

func TestWho_may_do_what(t *testing.T) {
	for _, c := range []struct {
		role identity.Role
		may  []identity.Action
	}{
		{identity.System, []identity.Action{identity.Ingest, identity.Bill, identity.SendInvoice, identity.IssueTax, identity.FollowTax, identity.ChargeCard, identity.ApplyPayment}},
		{identity.Main, actions},
		{identity.Staff, []identity.Action{identity.Bill, identity.SendInvoice, identity.ReviseInvoice, identity.IssueTax, identity.FollowTax, identity.AmendTax, identity.ReplaceUpload, identity.ManageCustom, identity.ChargeCard, identity.ApplyPayment, identity.RefundPayment, identity.ManageMethods}},
		{"", nil},
		{"owner", nil},
	} {
		p := identity.Principal{Tenant: hanbit(t), Role: c.role, ID: "x"}
		for _, a := range actions {
			err := p.Allow(a)
			if may := slices.Contains(c.may, a); may != (err == nil) || !may && !fault.Is(err, fault.Forbidden) {
				t.Errorf("%q doing %s: %v", c.role, a, err)
			}
		}
	}
}

func TestAn_action_nobody_listed_is_refused(t *testing.T) {
	p := identity.Principal{Tenant: hanbit(t), Role: identity.Main, ID: "main"}
	if err := p.Allow("delete-everything"); !fault.Is(err, fault.Forbidden) {
		t.Errorf("got %v", err)
	}
}

func TestWithout_a_tenant_nobody_may_do_anything(t *testing.T) {
	for _, role := range []identity.Role{identity.System, identity.Main, identity.Staff} {
		for _, a := range actions {
			if err := (identity.Principal{Role: role, ID: "x"}).Allow(a); !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s doing %s for nobody: %v", role, a, err)
			}
		}
	}
}

func TestA_job_acts_as_the_system_and_says_which_it_is(t *testing.T) {
	p := identity.Job(hanbit(t), "ingest")
	if p.Role != identity.System || p.String() != "system:ingest" || p.Tenant != hanbit(t) {
		t.Errorf("%+v is called %s", p, p)
	}
}
