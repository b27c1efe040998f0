// Package tenant is the MSP: its profile, settlement data (CB-09), settings and provider accounts (CB-03).
//
// It owns what an MSP must have registered before an invoice may be sent, and how its accounts are stored. It
// does not own users, customers or the proving of a key (a flow calls the provider).
//
// Invariants: a provider secret lies here only sealed; it is never returned by any method that screens use; an
// account is active only after its key was proved.
package tenant

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"time"

	"jeongsan/internal/blob"
	"jeongsan/internal/fault"
	"jeongsan/internal/store"
)

const (
	kindProfile = "tenant"
	kindAccount = "account"
	schema      = 1
)

// Profile is the MSP with its settlement data.
type Profile struct {
	ID             string   `json:"id"`
	Code           string   `json:"code"` // leads invoice numbers: "HANBIT"
	Name           string   `json:"name"` // 상호
	BusinessNumber string   `json:"business_number"`
	Representative string   `json:"representative"`
	Address        string   `json:"address"`
	BusinessType   string   `json:"business_type,omitempty"` // 업태, on tax invoices
	Industry       string   `json:"industry,omitempty"`      // 종목
	Branch         string   `json:"branch,omitempty"`        // 종사업장 번호, four digits
	PopbillUser    string   `json:"popbill_user,omitempty"`  // user id of the MSP's Popbill account; "" until it is registered
	Phone          string   `json:"phone"`
	Fax            string   `json:"fax"`
	Email          string   `json:"email"` // 대표 이메일: sender and contact of invoices
	BankAccounts   []string `json:"bank_accounts"`
	Logo           blob.Key `json:"logo"`
	Settings       Settings `json:"settings"`
}

// Settings are the MSP's own choices, with the defaults of DefaultSettings.
type Settings struct {
	OpensOn    int           `json:"opens_on"`    // day of the next month from which a month can be settled (CB-10)
	RegularDay int           `json:"regular_day"` // card charge day (CF-02)
	LinkValid  time.Duration `json:"link_valid"`  // life of an invoice link in a mail
}

// DefaultSettings: settlement opens on the 6th, cards are charged on the 3rd, a mail link lives 60 days.
func DefaultSettings() Settings {
	return Settings{OpensOn: 6, RegularDay: 3, LinkValid: 60 * 24 * time.Hour}
}

var codeForm = regexp.MustCompile(`^[A-Z][A-Z0-9]{1,11}$`)

// Validate names every field that is wrong.
func (p Profile) Validate() error {
	var errs []error
	if _, err := store.ParseTenant(p.ID); err != nil {
		errs = append(errs, err)
	}
	if !codeForm.MatchString(p.Code) {
		errs = append(errs, fault.Invalidf("code", fault.T("청구번호 앞자리 %q은(는) 영문 대문자로 시작하는 2~12자여야 합니다.", "The code %q must be 2 to 12 capital letters or digits, starting with a letter.", p.Code)))
	}
	if strings.TrimSpace(p.Name) == "" {
		errs = append(errs, fault.Invalidf("name", fault.T("회사명을 입력해 주세요.", "Give the company's name.")))
	}
	if p.Settings.OpensOn < 1 || p.Settings.OpensOn > 28 || p.Settings.RegularDay < 1 || p.Settings.RegularDay > 28 {
		errs = append(errs, fault.Invalidf("settings", fault.T("정산 시작일과 정기 결제일은 1~28일이어야 합니다.", "Settlement and charge days must lie between 1 and 28.")))
	}
	return errors.Join(errs...)
}

// MissingForInvoices lists what CB-09 demands before an invoice may be sent and is not there yet.
func (p Profile) MissingForInvoices() []fault.Text {
	return absent([]demand{
		{p.Logo.IsZero(), fault.T("회사 로고", "company logo")},
		{p.Phone == "", fault.T("전화번호", "phone")},
		{p.Fax == "", fault.T("FAX 번호", "fax")},
		{p.Email == "", fault.T("대표 이메일", "representative e-mail")},
		{len(p.BankAccounts) == 0, fault.T("입금 계좌", "bank account")},
	})
}

// MissingForTaxInvoices lists what CB-09 demands before a tax invoice may be issued and is not there yet.
func (p Profile) MissingForTaxInvoices() []fault.Text {
	return absent([]demand{
		{p.BusinessNumber == "", fault.T("사업자등록번호", "business number")},
		{p.Representative == "", fault.T("대표자명", "representative")},
		{p.PopbillUser == "", fault.T("팝빌 계정", "Popbill account")},
	})
}

// demand is one thing that must be registered.
type demand struct {
	absent bool
	text   fault.Text
}

func absent(demands []demand) []fault.Text {
	var missing []fault.Text
	for _, d := range demands {
		if d.absent {
			missing = append(missing, d.text)
		}
	}
	return missing
}

// ReadyForInvoices is a fault that lists what is missing, or nil.
func (p Profile) ReadyForInvoices() error { return registerFirst(p.MissingForInvoices()) }

// ReadyForTaxInvoices is a fault that lists what is missing, or nil.
func (p Profile) ReadyForTaxInvoices() error { return registerFirst(p.MissingForTaxInvoices()) }

func registerFirst(missing []fault.Text) error {
	if len(missing) == 0 {
		return nil
	}
	var ko, en []string
	for _, m := range missing {
		ko, en = append(ko, m.KO), append(en, m.EN)
	}
	return fault.Invalidf("settlement", fault.Text{
		KO: "정산 등록에서 다음 항목을 먼저 등록해 주세요: " + strings.Join(ko, ", "),
		EN: "Register these under settlement data first: " + strings.Join(en, ", "),
	})
}

func profileKey(t store.Tenant) store.Key { return t.Partition("tenant").Key("profile") }

// Put is the write of the profile at the version it was read with (0: new).
func (p Profile) Put(version int64) (store.Write, error) {
	if err := p.Validate(); err != nil {
		return store.Write{}, err
	}
	t, err := store.ParseTenant(p.ID)
	if err != nil {
		return store.Write{}, err
	}
	d, err := store.JSON(profileKey(t), kindProfile, schema, p)
	return store.Put(d, store.AtVersion(version)), err
}

// Load reads the profile and its version.
func Load(ctx context.Context, s store.Reader, t store.Tenant) (Profile, int64, error) {
	d, err := s.Get(ctx, profileKey(t))
	if err != nil {
		return Profile{}, 0, err
	}
	var p Profile
	return p, d.Version, store.Decode(d, kindProfile, schema, &p)
}

// Register is the write that lists the tenant in the registry, which scheduled work goes through. Writing it again changes nothing.
func Register(t store.Tenant) store.Write {
	key := store.System(store.Tenants).Key(t.String())
	return store.Put(store.Document{Key: key, Kind: "tenant-entry", Schema: schema, Body: []byte("{}")}, store.Always)
}

// All lists the registered tenants in the order of their ids.
func All(ctx context.Context, s store.Reader) ([]store.Tenant, error) {
	var out []store.Tenant
	err := store.Each(ctx, s, store.Query{Partition: store.System(store.Tenants)}, func(d store.Document) error {
		t, err := store.ParseTenant(d.Key.Segments()[0])
		out = append(out, t)
		return err
	})
	return out, err
}
