package tenant_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"jeongsan/internal/blob"
	"jeongsan/internal/calendar"
	"jeongsan/internal/fault"
	"jeongsan/internal/money"
	"jeongsan/internal/rating"
	"jeongsan/internal/secret"
	"jeongsan/internal/secret/localkey"
	"jeongsan/internal/store"
	"jeongsan/internal/store/memory"
	"jeongsan/internal/tenant"
)

var october = calendar.MustMonth("2026-10")

func hanbit() store.Tenant { return must(store.ParseTenant("hanbit")) }

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func profile() tenant.Profile {
	return tenant.Profile{
		ID: "hanbit", Code: "HANBIT", Name: "한빛클라우드", BusinessNumber: "2208162517", Phone: "02-1234-5678", Fax: "02-1234-5679", Email: "billing@example.com",
		BankAccounts: []string{"국민은행 123-45-678901"}, Logo: must(blob.NewKey(hanbit(), blob.Books, "logo")), Settings: tenant.DefaultSettings(),
	}
}

func empty() *memory.Store {
	return memory.New(calendar.Fixed(time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)))
}

func save(t *testing.T, s store.Store, id string, writes ...store.Write) {
	t.Helper()
	if err := s.Commit(context.Background(), store.Commit{ID: id, Writes: writes}); err != nil {
		t.Fatal(err)
	}
}

func TestWhat_is_missing_before_an_invoice_may_be_sent_is_listed(t *testing.T) {
	if p := profile(); p.MissingForInvoices() != nil || p.ReadyForInvoices() != nil {
		t.Fatalf("a whole profile lacks %v", p.MissingForInvoices())
	}
	for _, c := range []struct {
		ko     string
		remove func(*tenant.Profile)
	}{
		{"회사 로고", func(p *tenant.Profile) { p.Logo = blob.Key{} }},
		{"전화번호", func(p *tenant.Profile) { p.Phone = "" }},
		{"FAX 번호", func(p *tenant.Profile) { p.Fax = "" }},
		{"대표 이메일", func(p *tenant.Profile) { p.Email = "" }},
		{"입금 계좌", func(p *tenant.Profile) { p.BankAccounts = nil }},
	} {
		t.Run(c.ko, func(t *testing.T) {
			p := profile()
			c.remove(&p)
			if got := p.MissingForInvoices(); len(got) != 1 || got[0].KO != c.ko || got[0].EN == "" {
				t.Errorf("missing is %+v", got)
			}
			if err := p.ReadyForInvoices(); !fault.Is(err, fault.Invalid) || !strings.HasSuffix(fault.TextOf(err).KO, ": "+c.ko) {
				t.Errorf("got %v", err)
			}
		})
	}
	t.Run("all of it, in one sentence", func(t *testing.T) {
		err := tenant.Profile{}.ReadyForInvoices()
		if got := fault.TextOf(err); !strings.HasSuffix(got.KO, "회사 로고, 전화번호, FAX 번호, 대표 이메일, 입금 계좌") || !strings.HasSuffix(got.EN, "company logo, phone, fax, representative e-mail, bank account") {
			t.Errorf("got %+v", got)
		}
	})
}

// fields are the fields of every fault in an error.
func fields(t *testing.T, err error) string {
	t.Helper()
	var out []string
	for _, f := range fault.All(err) {
		if f.Code != fault.Invalid || f.Text.KO == "" || f.Text.EN == "" {
			t.Errorf("got %v", f)
		}
		out = append(out, f.Field)
	}
	return strings.Join(out, " ")
}

func TestWhat_is_wrong_with_a_profile_is_named_by_its_field(t *testing.T) {
	for _, c := range []struct {
		what, fields string
		spoil        func(*tenant.Profile)
	}{
		{"nothing", "", func(*tenant.Profile) {}},
		{"a tenant id in capitals", "tenant", func(p *tenant.Profile) { p.ID = "Hanbit" }},
		{"a code in small letters", "code", func(p *tenant.Profile) { p.Code = "hanbit" }},
		{"a code with a hyphen, which separates the parts of a number", "code", func(p *tenant.Profile) { p.Code = "HAN-BIT" }},
		{"no name", "name", func(p *tenant.Profile) { p.Name = " " }},
		{"settlement on the 29th, which February lacks", "settings", func(p *tenant.Profile) { p.Settings.OpensOn = 29 }},
		{"no charge day", "settings", func(p *tenant.Profile) { p.Settings.RegularDay = 0 }},
		{"everything", "tenant code name settings", func(p *tenant.Profile) { *p = tenant.Profile{} }},
	} {
		t.Run(c.what, func(t *testing.T) {
			p := profile()
			c.spoil(&p)
			if got := fields(t, p.Validate()); got != c.fields {
				t.Errorf("fields are %q", got)
			}
			if _, err := p.Put(0); (err == nil) != (c.fields == "") {
				t.Errorf("it can be written: %v", err)
			}
		})
	}
}

func TestWhat_is_wrong_with_an_account_is_named_by_its_field(t *testing.T) {
	good := tenant.Account{ID: "gov-pcp", Label: "공공-PCP", Provider: tenant.NCP, Zone: tenant.Government, PCP: true}
	for _, c := range []struct {
		what, field string
		spoil       func(*tenant.Account)
	}{
		{"nothing", "", func(*tenant.Account) {}},
		{"nothing about a FOCUS account, which has no zone", "", func(a *tenant.Account) { a.Provider, a.Zone = tenant.FOCUS, "" }},
		{"an id in Korean", "account.id", func(a *tenant.Account) { a.ID = "공공" }},
		{"an id of one letter", "account.id", func(a *tenant.Account) { a.ID = "a" }},
		{"no label", "account.label", func(a *tenant.Account) { a.Label = "" }},
		{"a provider nobody knows", "account.provider", func(a *tenant.Account) { a.Provider = "aws" }},
		{"a zone nobody knows", "account.zone", func(a *tenant.Account) { a.Zone = "moon" }},
		{"no zone", "account.zone", func(a *tenant.Account) { a.Zone = "" }},
	} {
		t.Run(c.what, func(t *testing.T) {
			a := good
			c.spoil(&a)
			if got := fields(t, a.Validate()); got != c.field {
				t.Errorf("the field is %q", got)
			}
			if _, err := a.Put(hanbit(), 0); (err == nil) != (c.field == "") {
				t.Errorf("it can be written: %v", err)
			}
		})
	}
}

func TestA_providers_secret_lies_sealed_and_opens_for_its_account_only(t *testing.T) {
	const plain = "PartnerSecretKey0123456789"
	ctx := context.Background()
	keeper, err := localkey.Open(filepath.Join(t.TempDir(), "key"), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	a := tenant.Account{ID: "public", Label: "민간", Provider: tenant.NCP, Zone: tenant.Public, AccessKey: "AK"}
	a.SealedSecret, err = keeper.Seal(ctx, secret.Scope{Tenant: hanbit(), Purpose: a.SecretPurpose()}, []byte(plain))
	if err != nil {
		t.Fatal(err)
	}
	s := empty()
	save(t, s, "1", must(a.Put(hanbit(), 0)))
	read, _, err := tenant.LoadAccount(ctx, s, hanbit(), "public")
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range [][]byte{must(a.Put(hanbit(), 0)).Document.Body, must(json.Marshal(read))} {
		if bytes.Contains(text, []byte(plain)) || bytes.Contains(text, []byte(base64.StdEncoding.EncodeToString([]byte(plain)))) {
			t.Errorf("the secret can be read: %s", text)
		}
	}
	if got, err := keeper.Open(ctx, secret.Scope{Tenant: hanbit(), Purpose: read.SecretPurpose()}, read.SealedSecret); err != nil || string(got) != plain {
		t.Errorf("opened as %q, %v", got, err)
	}
	other := tenant.Account{ID: "gov"}
	if got, err := keeper.Open(ctx, secret.Scope{Tenant: hanbit(), Purpose: other.SecretPurpose()}, read.SealedSecret); err == nil {
		t.Errorf("another account opens it as %q", got)
	}
}

func TestProfile_and_accounts_are_read_as_they_were_written(t *testing.T) {
	ctx, s := context.Background(), empty()
	if _, _, err := tenant.Load(ctx, s, hanbit()); !fault.Is(err, fault.NotFound) {
		t.Errorf("a tenant nobody registered: %v", err)
	}
	account := func(id string, deleted bool) store.Write {
		return must(tenant.Account{ID: id, Label: id, Provider: tenant.FOCUS, Deleted: deleted}.Put(hanbit(), 0))
	}
	save(t, s, "1", must(profile().Put(0)), account("public", false), account("aws", true), tenant.Register(hanbit()), tenant.Register(must(store.ParseTenant("acme"))))
	save(t, s, "2", tenant.Register(hanbit()))
	p, version, err := tenant.Load(ctx, s, hanbit())
	if err != nil || version != 1 || p.Name != "한빛클라우드" || p.Logo != profile().Logo || p.Settings != tenant.DefaultSettings() {
		t.Errorf("%+v at %d, %v", p, version, err)
	}
	all, err := tenant.Accounts(ctx, s, hanbit())
	if err != nil || len(all) != 2 || all[0].ID != "aws" || !all[0].Deleted || all[1].ID != "public" {
		t.Errorf("accounts are %+v, %v", all, err)
	}
	tenants, err := tenant.All(ctx, s)
	if err != nil || len(tenants) != 2 || tenants[0].String() != "acme" || tenants[1] != hanbit() {
		t.Errorf("tenants are %v, %v", tenants, err)
	}
	var failed *store.ConditionFailed
	if err := s.Commit(ctx, store.Commit{ID: "3", Writes: []store.Write{must(profile().Put(0))}}); !errors.As(err, &failed) {
		t.Errorf("a second registration overwrote the first: %v", err)
	}
}

func TestAn_exchange_rate_is_of_a_month_and_says_where_it_is_from(t *testing.T) {
	ctx, s := context.Background(), empty()
	rate := rating.Exchange{From: money.USD, Rate: money.MustDecimal("1394.50"), Date: calendar.MustDate("2026-10-30"), Source: "매매기준율 (입력)"}
	for _, c := range []struct {
		what, field string
		spoil       func(*rating.Exchange)
	}{
		{"nothing", "", func(*rating.Exchange) {}},
		{"a rate of nothing", "exchange.rate", func(x *rating.Exchange) { x.Rate = money.Decimal{} }},
		{"a negative rate", "exchange.rate", func(x *rating.Exchange) { x.Rate = x.Rate.Neg() }},
		{"no date", "exchange.date", func(x *rating.Exchange) { x.Date = calendar.Date{} }},
		{"no source", "exchange.date", func(x *rating.Exchange) { x.Source = "" }},
	} {
		x := rate
		c.spoil(&x)
		_, err := tenant.PutExchange(hanbit(), october, x)
		if got := fields(t, err); got != c.field {
			t.Errorf("%s: the field is %q", c.what, got)
		}
	}
	save(t, s, "1", must(tenant.PutExchange(hanbit(), october, rate)))
	if x, err := tenant.LoadExchange(ctx, s, hanbit(), october, money.USD); err != nil || !x.Rate.Equal(rate.Rate) || x.Date != rate.Date || x.Source != rate.Source {
		t.Errorf("read as %+v, %v", x, err)
	}
	_, err := tenant.LoadExchange(ctx, s, hanbit(), october.Next(), money.USD)
	if got := fields(t, err); got != "exchange.rate" || !strings.Contains(fault.TextOf(err).KO, "2026-11의 USD") {
		t.Errorf("a missing rate: %v", err)
	}
}
