// Package onboarding is the flows by which an MSP sets itself up: settlement data, provider accounts with proved
// keys, customers.
//
// Who uses it: the dashboard's settings and the command line. It owns the order proof → seal → commit of an access
// key, and duplicate checks of customers. It does not own log-in and sign-up yet, nor how a key is proved (a Prover).
//
// Invariants: a key is kept only after the provider accepted it; a secret is sealed before it is committed and is
// returned by nothing; every change leaves an audit record.
package onboarding

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"

	"jeongsan/internal/blob"
	"jeongsan/internal/customer"
	"jeongsan/internal/document"
	"jeongsan/internal/fault"
	"jeongsan/internal/identity"
	"jeongsan/internal/journal"
	"jeongsan/internal/secret"
	"jeongsan/internal/store"
	"jeongsan/internal/tenant"
)

// Prover proves a key pair by a call to the provider (CB-03). Its faults name the field that is wrong.
type Prover func(ctx context.Context, a tenant.Account, secretKey string) error

// Desk holds what the flows work with. All fields are required.
type Desk struct {
	journal.Journal
	Bucket  blob.Bucket
	Secrets secret.Keeper
	Prove   Prover
}

// SaveProfile registers or changes the MSP's settlement data. A logo is checked and stored first; nil keeps the old one.
// The code of invoice numbers is the MSP's alone and for good: payments are known by it at the provider. So is the
// business number, by which tax invoices are.
func (d *Desk) SaveProfile(ctx context.Context, p identity.Principal, profile tenant.Profile, logo []byte) (tenant.Profile, error) {
	if err := p.Allow(identity.ManageKeys); err != nil {
		return tenant.Profile{}, err
	}
	before, version, err := tenant.Load(ctx, d.Store, p.Tenant)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return tenant.Profile{}, err
	}
	if version > 0 && before.Code != profile.Code {
		return tenant.Profile{}, fault.Invalidf("code", fault.T("청구번호 앞자리는 바꿀 수 없습니다.", "The code of invoice numbers cannot be changed."))
	}
	profile.ID, profile.Logo = p.Tenant.String(), before.Logo
	if logo != nil {
		if profile.Logo, err = d.storeLogo(ctx, p.Tenant, logo); err != nil {
			return tenant.Profile{}, err
		}
	}
	w, err := profile.Put(version)
	if err != nil {
		return tenant.Profile{}, err
	}
	claim, err := tenant.Code.Claim(ctx, d.Store, p.Tenant, profile.Code)
	if err != nil {
		return tenant.Profile{}, err
	}
	if number := strings.ReplaceAll(profile.BusinessNumber, "-", ""); number != "" {
		business, err := tenant.Business.Claim(ctx, d.Store, p.Tenant, number)
		if err != nil {
			return tenant.Profile{}, err
		}
		claim = append(claim, business...)
	}
	return profile, d.Commit(ctx, p, journal.Change{Action: "tenant.profile", Subject: profile.ID}, append(claim, w, tenant.Register(p.Tenant))...)
}

func (d *Desk) storeLogo(ctx context.Context, t store.Tenant, logo []byte) (blob.Key, error) {
	if err := document.CheckLogo(logo); err != nil {
		return blob.Key{}, err
	}
	h := sha256.Sum256(logo)
	key, err := blob.NewKey(t, blob.Books, "logo", hex.EncodeToString(h[:]))
	if err != nil {
		return blob.Key{}, err
	}
	_, err = d.Bucket.Put(ctx, key, imageType(logo), bytes.NewReader(logo))
	return key, err
}

// imageType tells the two kinds apart that CheckLogo lets through.
func imageType(logo []byte) string {
	if bytes.HasPrefix(logo, []byte("\x89PNG")) {
		return "image/png"
	}
	return "image/jpeg"
}

// RegisterAccount proves an account's key and keeps it with the secret sealed. An account whose key was deleted can
// be registered again under its id, for the same provider, zone and PCP: its usage lies under that id.
func (d *Desk) RegisterAccount(ctx context.Context, p identity.Principal, a tenant.Account, secretKey string) error {
	if err := p.Allow(identity.ManageKeys); err != nil {
		return err
	}
	if err := a.Validate(); err != nil {
		return err
	}
	before, version, err := tenant.LoadAccount(ctx, d.Store, p.Tenant, a.ID)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	if version > 0 && !before.Deleted {
		return fault.New(fault.Conflict, fault.T("%s 계정은 이미 등록되어 있습니다. 인증키를 바꾸려면 먼저 삭제해 주세요.", "Account %s is already registered; delete its key first to change it.", before.Label))
	}
	if version > 0 && (a.Provider != before.Provider || a.Zone != before.Zone || a.PCP != before.PCP) {
		return fault.New(fault.Conflict, fault.T("%[1]s 계정(%[2]s)을 다시 등록할 때는 제공사, 존, PCP 여부가 이전과 같아야 합니다. 다른 계정은 새 ID로 등록해 주세요.", "Account %[1]s (%[2]s) can be registered again only with its former provider, zone and PCP; register another account under a new id.", before.Label, a.ID))
	}
	a.Deleted, a.SealedSecret = false, nil
	if a.Provider == tenant.NCP {
		if err := d.Prove(ctx, a, secretKey); err != nil {
			return err
		}
		if a.SealedSecret, err = d.Secrets.Seal(ctx, secret.Scope{Tenant: p.Tenant, Purpose: a.SecretPurpose()}, []byte(secretKey)); err != nil {
			return err
		}
	}
	w, err := a.Put(p.Tenant, version)
	if err != nil {
		return err
	}
	return d.Commit(ctx, p, journal.Change{Action: "account.register", Subject: a.ID, After: a.AccessKey}, w)
}

// DeleteKey takes an account's key away; what was pulled with it stays.
func (d *Desk) DeleteKey(ctx context.Context, p identity.Principal, id string) error {
	if err := p.Allow(identity.ManageKeys); err != nil {
		return err
	}
	a, version, err := tenant.LoadAccount(ctx, d.Store, p.Tenant, id)
	if err != nil {
		return err
	}
	before := a.AccessKey
	a.Deleted, a.AccessKey, a.SealedSecret = true, "", nil
	w, err := a.Put(p.Tenant, version)
	if err != nil {
		return err
	}
	return d.Commit(ctx, p, journal.Change{Action: "account.delete-key", Subject: id, Before: before}, w)
}

// RegisterCustomer registers one customer. An id, member number or main account that is taken is reported as such;
// names may repeat.
func (d *Desk) RegisterCustomer(ctx context.Context, p identity.Principal, c customer.Customer) error {
	if err := p.Allow(identity.ManageCustom); err != nil {
		return err
	}
	if _, _, err := tenant.LoadAccount(ctx, d.Store, p.Tenant, c.Account); err != nil {
		if fault.Is(err, fault.NotFound) {
			return fault.Invalidf("account", fault.T("계정 %q이(가) 등록되지 않았습니다. 환경설정에서 인증키를 먼저 등록해 주세요.", "Account %q is not registered; register its key under settings first.", c.Account))
		}
		return err
	}
	writes, err := customer.Create(p.Tenant, c)
	if err != nil {
		return err
	}
	err = d.Commit(ctx, p, journal.Change{Action: "customer.register", Subject: c.ID}, writes...)
	var failed *store.ConditionFailed
	if errors.As(err, &failed) {
		if taken := customer.Duplicate(p.Tenant, c, failed.Key); taken != nil {
			return taken
		}
	}
	return err
}

// ChangeCustomer edits a customer by a function of its present state; two edits at once do not overwrite each other.
// The cycle cannot change while earlier months wait gathered: their usage would be on nobody's invoice.
func (d *Desk) ChangeCustomer(ctx context.Context, p identity.Principal, id, reason string, edit func(customer.Customer) (customer.Customer, error)) error {
	if err := p.Allow(identity.ManageCustom); err != nil {
		return err
	}
	before, version, err := customer.Load(ctx, d.Store, p.Tenant, id)
	if err != nil {
		return err
	}
	after, err := edit(before)
	if err != nil {
		return err
	}
	w, err := customer.Update(p.Tenant, before, after, version)
	if err != nil {
		return err
	}
	if before.Cycle != after.Cycle || before.FirstMonth != after.FirstMonth || before.Registered != after.Registered {
		if err := d.noneWaits(ctx, p.Tenant, before); err != nil {
			return err
		}
	}
	return d.Commit(ctx, p, journal.Change{Action: "customer.change", Subject: id, Reason: reason, Before: string(before.State), After: string(after.State)}, w)
}
