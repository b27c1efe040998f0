package tenant

import (
	"context"
	"regexp"

	"jeongsan/internal/fault"
	"jeongsan/internal/store"
)

// Provider is where an account's usage comes from.
type Provider string

const (
	NCP   Provider = "ncp"
	FOCUS Provider = "focus"
)

// Zone is the part of NCP that an account belongs to.
type Zone string

const (
	Public     Zone = "public"     // 민간
	Government Zone = "government" // 공공
	Financial  Zone = "financial"  // 금융
)

// Account is one provider account (계정) of the MSP, e.g. 민간 or 공공-PCP.
type Account struct {
	ID           string   `json:"id"`    // in keys: "public", "gov-pcp"
	Label        string   `json:"label"` // on screens: 민간, 공공-PCP
	Provider     Provider `json:"provider"`
	Zone         Zone     `json:"zone,omitempty"` // NCP only
	PCP          bool     `json:"pcp,omitempty"`
	AccessKey    string   `json:"access_key,omitempty"`
	SealedSecret []byte   `json:"sealed_secret,omitempty"`
	Deleted      bool     `json:"deleted,omitempty"` // the key is gone; past usage stays
}

var accountForm = regexp.MustCompile(`^[a-z][a-z0-9-]{1,30}$`)

// Validate names the field that is wrong.
func (a Account) Validate() error {
	if !accountForm.MatchString(a.ID) {
		return fault.Invalidf("account.id", fault.T("계정 ID %q은(는) 영문 소문자로 시작하는 2~31자여야 합니다.", "Account id %q must be 2 to 31 lower-case letters, digits or hyphens.", a.ID))
	}
	if a.Label == "" {
		return fault.Invalidf("account.label", fault.T("계정 이름을 입력해 주세요.", "Give the account a name."))
	}
	switch {
	case a.Provider == FOCUS:
		return nil
	case a.Provider != NCP:
		return fault.Invalidf("account.provider", fault.T("제공사 %q을(를) 알 수 없습니다.", "Provider %q is not known.", a.Provider))
	}
	switch a.Zone {
	case Public, Government, Financial:
		return nil
	}
	return fault.Invalidf("account.zone", fault.T("존 %q은(는) 민간, 공공, 금융 중 하나여야 합니다.", "Zone %q must be public, government or financial.", a.Zone))
}

// SecretPurpose binds the sealed secret to this account.
func (a Account) SecretPurpose() string { return "provider-secret/" + a.ID }

func accountKey(t store.Tenant, id string) store.Key { return t.Partition("account").Key(id) }

// Put is the write of the account at the version it was read with (0: new).
func (a Account) Put(t store.Tenant, version int64) (store.Write, error) {
	if err := a.Validate(); err != nil {
		return store.Write{}, err
	}
	d, err := store.JSON(accountKey(t, a.ID), kindAccount, schema, a)
	return store.Put(d, store.AtVersion(version)), err
}

// LoadAccount reads one account and its version.
func LoadAccount(ctx context.Context, s store.Reader, t store.Tenant, id string) (Account, int64, error) {
	d, err := s.Get(ctx, accountKey(t, id))
	if err != nil {
		return Account{}, 0, err
	}
	var a Account
	return a, d.Version, store.Decode(d, kindAccount, schema, &a)
}

// Accounts lists every account of the tenant, deleted ones included, in the order of their ids.
func Accounts(ctx context.Context, s store.Reader, t store.Tenant) ([]Account, error) {
	var out []Account
	err := store.Each(ctx, s, store.Query{Partition: t.Partition("account")}, func(d store.Document) error {
		var a Account
		if err := store.Decode(d, kindAccount, schema, &a); err != nil {
			return err
		}
		out = append(out, a)
		return nil
	})
	return out, err
}
