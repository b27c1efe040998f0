package onboarding_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"jeongsan/internal/calendar"
	"jeongsan/internal/crash"
	"jeongsan/internal/customer"
	"jeongsan/internal/fault"
	"jeongsan/internal/identity"
	"jeongsan/internal/money"
	"jeongsan/internal/onboarding"
	"jeongsan/internal/rating"
	. "jeongsan/internal/settlement/settlementtest"
	"jeongsan/internal/tenant"
)

// flow is a flow of the settings desk; a person who tries again is told what is done already.
func flow(setup func() *Office, run func(context.Context, *crash.Process, *Office) error) crash.Flow[*Office] {
	view := View()
	view.Extra = func(line string) bool { return strings.HasPrefix(line, "audit ") }
	return crash.Flow[*Office]{Setup: setup, View: view, Depth: 2, Run: func(ctx context.Context, p *crash.Process, o *Office) error {
		if err := run(ctx, p, o); !fault.Is(err, fault.Conflict) {
			return err
		}
		return nil
	}}
}

func bare() *Office { return Bare("2026-10-01 09:00") }
func shop() *Office { return Open("2026-10-01 09:00") }

func TestSetting_an_MSP_up_survives_a_death_anywhere(t *testing.T) {
	t.Run("its settlement data with a logo", func(t *testing.T) {
		flow(bare, func(ctx context.Context, p *crash.Process, o *Office) error {
			_, err := o.Onboarding(p).SaveProfile(ctx, o.Main(), Profile(), Logo())
			return err
		}).Explore(t)
	})
	t.Run("a provider account", func(t *testing.T) {
		f := flow(bare, func(ctx context.Context, p *crash.Process, o *Office) error {
			return o.Onboarding(p).RegisterAccount(ctx, o.Main(), Accounts()[0], SecretKey)
		})
		f.Again = true
		f.Explore(t)
	})
	t.Run("a key that is taken away", func(t *testing.T) {
		flow(shop, func(ctx context.Context, p *crash.Process, o *Office) error {
			return o.Onboarding(p).DeleteKey(ctx, o.Main(), Public)
		}).Explore(t)
	})
	t.Run("a customer", func(t *testing.T) {
		f := flow(shop, func(ctx context.Context, p *crash.Process, o *Office) error {
			return o.Onboarding(p).RegisterCustomer(ctx, o.Staff(), Customer(1))
		})
		f.Again = true
		f.Explore(t)
	})
	t.Run("a customer that is changed", func(t *testing.T) {
		flow(func() *Office {
			o := shop()
			o.Register(1)
			return o
		}, func(ctx context.Context, p *crash.Process, o *Office) error {
			return o.Onboarding(p).ChangeCustomer(ctx, o.Staff(), "C0001", "이전", func(c customer.Customer) (customer.Customer, error) {
				c.Address = "부산광역시 해운대구"
				return c, nil
			})
		}).Explore(t)
	})
}

func desk(o *Office) *onboarding.Desk {
	return o.Onboarding(o.World.Process())
}

// fields are the fields that a fault names, in order.
func fields(err error) string {
	var out []string
	for _, f := range fault.All(err) {
		out = append(out, f.Field)
	}
	return strings.Join(out, ", ")
}

func TestA_wrong_key_is_refused_by_its_field_and_nothing_is_kept(t *testing.T) {
	o := bare()
	err := desk(o).RegisterAccount(t.Context(), o.Main(), Accounts()[0], "a wrong secret")
	if !fault.Is(err, fault.Invalid) || fields(err) != "secret_key" {
		t.Errorf("%v", err)
	}
	if len(o.World.Documents()) != 0 || len(o.World.Bucket.Objects()) != 0 {
		t.Error("something was kept")
	}
	bad := Accounts()[0]
	for field, change := range map[string]func(*tenant.Account){
		"account.id": func(a *tenant.Account) { a.ID = "A B" }, "account.label": func(a *tenant.Account) { a.Label = "" },
		"account.provider": func(a *tenant.Account) { a.Provider = "aws" }, "account.zone": func(a *tenant.Account) { a.Zone = "moon" },
	} {
		a := bad
		change(&a)
		if err := desk(o).RegisterAccount(t.Context(), o.Main(), a, SecretKey); fields(err) != field {
			t.Errorf("%s: %v", field, err)
		}
	}
}

func TestA_secret_is_in_nothing_that_is_stored(t *testing.T) {
	o := shop()
	o.Register(1)
	o.Provider.States(Public, October, Uses(1, Row("Server", "1000")))
	o.At("2026-11-06 09:00")
	o.Pull(Public, October)
	o.Bill(1, October)
	forms := [][]byte{[]byte(SecretKey), []byte(base64.StdEncoding.EncodeToString([]byte(SecretKey))), []byte(fmt.Sprintf("%x", SecretKey))}
	sealed := 0
	for _, d := range o.World.Documents() {
		if d.Kind == "account" && bytes.Contains(d.Body, []byte(`"sealed_secret"`)) {
			sealed++
		}
		for _, form := range forms {
			if bytes.Contains(d.Body, form) || strings.Contains(d.Key.String(), string(form)) {
				t.Errorf("%s holds the secret", d.Key)
			}
		}
	}
	if sealed != 1 {
		t.Errorf("%d accounts hold a sealed secret, want the one at NCP", sealed)
	}
	for _, info := range o.World.Bucket.Objects() {
		content, err := o.World.Bucket.ReadRange(t.Context(), info.Key, 0, info.Size)
		if err != nil || bytes.Contains(content, []byte(SecretKey)) {
			t.Errorf("%s holds the secret, %v", info.Key, err)
		}
	}
}

func TestA_key_is_changed_by_deleting_it_first(t *testing.T) {
	o := shop()
	if err := desk(o).RegisterAccount(t.Context(), o.Main(), Accounts()[0], SecretKey); !fault.Is(err, fault.Conflict) {
		t.Errorf("registered twice: %v", err)
	}
	if err := desk(o).DeleteKey(t.Context(), o.Main(), Public); err != nil {
		t.Fatal(err)
	}
	a, _, err := tenant.LoadAccount(t.Context(), o.World.Store, o.Tenant, Public)
	if err != nil || !a.Deleted || a.AccessKey != "" || len(a.SealedSecret) != 0 {
		t.Errorf("after it was deleted: %+v, %v", a, err)
	}
	if err := desk(o).RegisterAccount(t.Context(), o.Main(), Accounts()[0], SecretKey); err != nil {
		t.Error(err)
	}
}

func TestAn_account_is_registered_again_only_for_the_provider_zone_and_PCP_that_its_usage_came_from(t *testing.T) {
	o := shop()
	if err := desk(o).DeleteKey(t.Context(), o.Main(), Public); err != nil {
		t.Fatal(err)
	}
	for what, change := range map[string]func(*tenant.Account){
		"provider": func(a *tenant.Account) { a.Provider, a.Zone, a.AccessKey = tenant.FOCUS, "", "" },
		"zone":     func(a *tenant.Account) { a.Zone = tenant.Government },
		"PCP":      func(a *tenant.Account) { a.PCP = true },
	} {
		a := Accounts()[0]
		change(&a)
		if err := desk(o).RegisterAccount(t.Context(), o.Main(), a, SecretKey); !fault.Is(err, fault.Conflict) {
			t.Errorf("another %s: %v", what, err)
		}
	}
	a := Accounts()[0]
	a.Label, a.AccessKey = "민간 (새 키)", "ANOTHER-KEY"
	if err := desk(o).RegisterAccount(t.Context(), o.Main(), a, SecretKey); err != nil {
		t.Error(err)
	}
}

func TestA_key_that_is_no_partners_is_refused_and_nothing_is_kept(t *testing.T) {
	o := bare()
	d := desk(o)
	d.Prove = func(context.Context, tenant.Account, string) error {
		return &fault.Fault{Code: fault.Forbidden, Field: "ACCESS KEY", Text: fault.T("파트너 계정의 인증키가 아닙니다.", "This is not the key of a partner account.")}
	}
	err := d.RegisterAccount(t.Context(), o.Main(), Accounts()[0], SecretKey)
	if !fault.Is(err, fault.Forbidden) || fields(err) != "ACCESS KEY" || len(o.World.Documents()) != 0 {
		t.Errorf("%v; %d documents", err, len(o.World.Documents()))
	}
}

func TestA_cycle_cannot_change_while_earlier_months_wait_gathered(t *testing.T) {
	o := shop()
	o.Register(1, func(c *customer.Customer) {
		c.Cycle, c.FirstMonth = calendar.Quarterly, October
	})
	change := func(edit func(*customer.Customer)) error {
		return desk(o).ChangeCustomer(t.Context(), o.Staff(), "C0001", "", func(c customer.Customer) (customer.Customer, error) {
			edit(&c)
			return c, nil
		})
	}
	monthly := func(c *customer.Customer) { c.Cycle = calendar.Monthly }
	if err := change(func(c *customer.Customer) { c.FirstMonth = calendar.MustMonth("2026-09") }); err != nil {
		t.Errorf("nothing waits yet: %v", err)
	}
	if err := change(func(c *customer.Customer) { c.FirstMonth = October }); err != nil {
		t.Error(err)
	}
	for _, m := range []string{"2026-10", "2026-11", "2026-12"} {
		o.Provider.States(Public, calendar.MustMonth(m), Uses(1, Row("Server", "1000")))
	}
	o.At("2026-10-20 09:00")
	o.Pull(Public, October)
	if err := change(func(c *customer.Customer) { c.Cycle = calendar.HalfYearly }); err != nil {
		t.Errorf("the present month does not wait: %v", err)
	}
	if err := change(func(c *customer.Customer) { c.Cycle = calendar.Quarterly }); err != nil {
		t.Error(err)
	}
	o.At("2027-01-06 09:00")
	o.Pull(Public, calendar.MustMonth("2026-11"))
	o.Pull(Public, calendar.MustMonth("2026-12"))
	for what, edit := range map[string]func(*customer.Customer){
		"the cycle": monthly, "the first month": func(c *customer.Customer) { c.FirstMonth = calendar.MustMonth("2026-12") }, "the day of registration": func(c *customer.Customer) { c.Registered = calendar.MustDate("2026-09-01") },
	} {
		err := change(edit)
		if !fault.Is(err, fault.Conflict) || !strings.Contains(fault.TextOf(err).KO, "2026-10, 2026-11 ") || !strings.Contains(fault.TextOf(err).EN, "2026-10, 2026-11 ") {
			t.Errorf("%s: %v", what, err)
		}
	}
	if err := change(func(c *customer.Customer) { c.Note = "메모" }); err != nil {
		t.Errorf("another field: %v", err)
	}
	o.Bill(1, calendar.MustMonth("2026-12"))
	if err := change(monthly); err != nil {
		t.Errorf("after the invoice: %v", err)
	}
}

func TestWhat_is_taken_is_named_when_a_customer_is_registered(t *testing.T) {
	o := shop()
	o.Register(1)
	for name, c := range map[string]struct {
		change func(*customer.Customer)
		want   string
	}{
		"the same id":            {func(c *customer.Customer) { c.ID = "C0001" }, "C0001"},
		"the same member number": {func(c *customer.Customer) { c.MemberNumber = Member(1) }, Member(1)},
		"the same main account":  {func(c *customer.Customer) { c.MainAccount = Customer(1).MainAccount }, Customer(1).MainAccount},
	} {
		other := Customer(2)
		c.change(&other)
		commits := len(o.World.Commits())
		err := desk(o).RegisterCustomer(t.Context(), o.Staff(), other)
		if !fault.Is(err, fault.Conflict) || !strings.Contains(fault.TextOf(err).KO, c.want) || len(o.World.Commits()) != commits {
			t.Errorf("%s: %v", name, err)
		}
	}
	same := Customer(2)
	same.MemberNumber, same.Account = Member(1), Export
	if err := desk(o).RegisterCustomer(t.Context(), o.Staff(), same); err != nil {
		t.Errorf("the same member number in another account: %v", err)
	}
}

func TestA_customer_with_wrong_fields_is_refused_with_all_their_names(t *testing.T) {
	o := shop()
	bad := Customer(1)
	bad.ID, bad.Name, bad.BusinessNumber, bad.BillingDay, bad.Cycle = "7", "별 ⭐ 주식회사", "1234567890", 0, ""
	bad.Contacts[0].Email = "not an address"
	bad.Fees = []customer.Fee{{Fee: rating.Fee{ID: "F", Kind: rating.Discount, Name: "할인", Ratio: money.MustDecimal("1.5")}, Added: calendar.MustDate("2026-01-01")}}
	err := desk(o).RegisterCustomer(t.Context(), o.Staff(), bad)
	if got := fields(err); got != "id, name, business_number, contact.email, billing_day, cycle, fee.ratio" {
		t.Errorf("named are %s", got)
	}
	bad = Customer(1)
	bad.Account = "nowhere"
	if err := desk(o).RegisterCustomer(t.Context(), o.Staff(), bad); fields(err) != "account" {
		t.Errorf("%v", err)
	}
}

func TestDecomposed_Hangul_is_stored_composed(t *testing.T) {
	o := shop()
	c := Customer(1)
	c.Name = "\u1100\u1161\u1102\u1161\u1103\u1161 주식회사" // as macOS sends it
	if err := desk(o).RegisterCustomer(t.Context(), o.Staff(), c); err != nil {
		t.Fatal(err)
	}
	stored, _, err := customer.Load(t.Context(), o.World.Store, o.Tenant, "C0001")
	if err != nil || stored.Name != "가나다 주식회사" {
		t.Errorf("%q, %v", stored.Name, err)
	}
}

func TestTwo_edits_at_once_do_not_overwrite_each_other(t *testing.T) {
	o := shop()
	o.Register(1)
	err := desk(o).ChangeCustomer(t.Context(), o.Staff(), "C0001", "첫째", func(c customer.Customer) (customer.Customer, error) {
		o.Change(1, func(c *customer.Customer) { c.Note = "둘째" }) // somebody is faster
		c.Address = "부산"
		return c, nil
	})
	c, _, loadErr := customer.Load(t.Context(), o.World.Store, o.Tenant, "C0001")
	if !fault.Is(err, fault.Conflict) || loadErr != nil || c.Note != "둘째" || c.Address != "" {
		t.Errorf("%v; stored %+v, %v", err, c, loadErr)
	}
}

func TestMember_number_and_main_account_of_a_customer_cannot_change(t *testing.T) {
	o := shop()
	o.Register(1)
	err := desk(o).ChangeCustomer(t.Context(), o.Staff(), "C0001", "", func(c customer.Customer) (customer.Customer, error) {
		c.MemberNumber = "777"
		return c, nil
	})
	if fields(err) != "member_number" {
		t.Errorf("%v", err)
	}
}

func TestA_logo_that_is_no_picture_is_refused_and_the_old_one_stays(t *testing.T) {
	o := shop()
	before, _, err := tenant.Load(t.Context(), o.World.Store, o.Tenant)
	if err != nil {
		t.Fatal(err)
	}
	objects := len(o.World.Bucket.Objects())
	if _, err := desk(o).SaveProfile(t.Context(), o.Main(), Profile(), []byte("GIF89a")); !fault.Is(err, fault.Invalid) {
		t.Errorf("%v", err)
	}
	after, err := desk(o).SaveProfile(t.Context(), o.Main(), Profile(), nil)
	if err != nil || after.Logo != before.Logo || len(o.World.Bucket.Objects()) != objects {
		t.Errorf("the logo went from %s to %s, %v", before.Logo, after.Logo, err)
	}
	changed := Profile()
	changed.Code = "OTHER"
	if _, err := desk(o).SaveProfile(t.Context(), o.Main(), changed, nil); fields(err) != "code" {
		t.Errorf("the code of invoice numbers was changed: %v", err)
	}
}

func TestThe_code_of_invoice_numbers_belongs_to_one_MSP(t *testing.T) {
	o := shop()
	other := Profile()
	other.BusinessNumber = "8888888888"
	if _, err := desk(o).SaveProfile(t.Context(), o.Stranger(), other, nil); !fault.Is(err, fault.Conflict) || fields(err) != "code" {
		t.Errorf("another MSP would find our payments: %v", err)
	}
}

func TestA_business_number_belongs_to_one_MSP(t *testing.T) {
	o := shop()
	other := Profile()
	other.Code, other.BusinessNumber = "OTHER", "123-45-67891" // the same, as people write it
	if _, err := desk(o).SaveProfile(t.Context(), o.Stranger(), other, nil); !fault.Is(err, fault.Conflict) || fields(err) != "business_number" {
		t.Errorf("another MSP would find our tax invoices: %v", err)
	}
	other.BusinessNumber = "8888888888"
	if _, err := desk(o).SaveProfile(t.Context(), o.Stranger(), other, nil); err != nil {
		t.Error(err)
	}
}

func TestOnly_the_main_account_manages_keys(t *testing.T) {
	o := shop()
	for name, who := range map[string]identity.Principal{"staff": o.Staff(), "a job": o.Job()} {
		_, profile := desk(o).SaveProfile(t.Context(), who, Profile(), nil)
		for what, err := range map[string]error{
			"profile": profile, "register": desk(o).RegisterAccount(t.Context(), who, Accounts()[0], SecretKey), "delete": desk(o).DeleteKey(t.Context(), who, Public),
		} {
			if !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s, %s: %v", name, what, err)
			}
		}
	}
	if err := desk(o).RegisterCustomer(t.Context(), o.Job(), Customer(1)); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a job registers a customer: %v", err)
	}
	if err := desk(o).ChangeCustomer(t.Context(), o.Stranger(), "C0001", "", nil); !fault.Is(err, fault.NotFound) {
		t.Errorf("a stranger changes a customer: %v", err)
	}
}
