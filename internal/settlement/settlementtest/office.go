// Package settlementtest sets scenes for tests of settlement and of what is built on it: an MSP with accounts,
// customers and a provider whose figures a test decides, over a crash.World.
//
// It owns the desks built over a process of that world, so that every test of a flow can be run under the crash
// harness. It owns no expectation. What a scene is set with cannot fail: it panics where it does, since the test is
// then broken.
package settlementtest

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"strings"
	"sync"
	"time"

	"jeongsan/internal/app"
	"jeongsan/internal/calendar"
	"jeongsan/internal/crash"
	"jeongsan/internal/customer"
	"jeongsan/internal/document"
	"jeongsan/internal/fault"
	"jeongsan/internal/identity"
	"jeongsan/internal/invoice"
	"jeongsan/internal/journal"
	"jeongsan/internal/onboarding"
	"jeongsan/internal/rating"
	"jeongsan/internal/settlement"
	"jeongsan/internal/store"
	"jeongsan/internal/tenant"
	"jeongsan/internal/usage"
)

// October is the month that most scenes settle.
var October = calendar.MustMonth("2026-10")

// The accounts every office has, and the secret key that its provider accepts.
const (
	Public    = "public" // 민간, NCP
	Export    = "export" // a FOCUS export in dollars
	SecretKey = "the-secret-key-of-the-office"
	LinkURL   = "https://billing.example.com/d/"
)

// Office is an MSP at work.
type Office struct {
	World    *crash.World
	Tenant   store.Tenant
	Provider *Provider
	Taxes    *Taxes
}

var _ crash.Scene[*Office] = (*Office)(nil)

// Bare is an MSP that has registered nothing yet, at a time in Seoul: "2026-10-15 09:00".
func Bare(at string) *Office {
	t, err := store.ParseTenant("hanbit")
	must(err)
	return &Office{World: crash.NewWorld(seoul(at)), Tenant: t, Provider: newProvider(), Taxes: newTaxes()}
}

// Open is an MSP with its settlement data and three accounts registered, and no customer yet.
func Open(at string) *Office {
	o := Bare(at)
	desk := o.Onboarding(o.World.Process())
	_, err := desk.SaveProfile(context.Background(), o.Main(), Profile(), Logo())
	must(err)
	for _, a := range Accounts() {
		must(desk.RegisterAccount(context.Background(), o.Main(), a, SecretKey))
	}
	return o
}

// Surviving is the world, for the harness.
func (o *Office) Surviving() *crash.World { return o.World }

// Copy is another office in the same state.
func (o *Office) Copy() *Office {
	return &Office{World: o.World.Copy(), Tenant: o.Tenant, Provider: o.Provider.copy(), Taxes: o.Taxes.copy()}
}

func must(err error) {
	if err != nil {
		panic(fmt.Sprintf("settlementtest: the scene cannot be set: %v", err))
	}
}

func seoul(s string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", s, calendar.Seoul)
	must(err)
	return t
}

// At moves the clock.
func (o *Office) At(when string) { must(o.World.Clock.Set(seoul(when))) }

// Main, Staff and Job are who acts.
func (o *Office) Main() identity.Principal {
	return identity.Principal{Tenant: o.Tenant, Role: identity.Main, ID: "main"}
}

// Staff is a sub account.
func (o *Office) Staff() identity.Principal {
	return identity.Principal{Tenant: o.Tenant, Role: identity.Staff, ID: "sub1"}
}

// Job is scheduled work.
func (o *Office) Job() identity.Principal { return identity.Job(o.Tenant, "job") }

// Stranger is the main account of another MSP.
func (o *Office) Stranger() identity.Principal {
	t, err := store.ParseTenant("stranger")
	must(err)
	return identity.Principal{Tenant: t, Role: identity.Main, ID: "main"}
}

var renderer = sync.OnceValue(document.NewRenderer)

// Desk is settlement as a process would build it.
func (o *Office) Desk(p *crash.Process) *settlement.Desk {
	return &settlement.Desk{
		Journal: o.journal(p), Bucket: p.Bucket, Secrets: p.Secrets, Mail: p.Mail, Render: renderer(), Random: p.Random(), LinkURL: LinkURL,
		Scratch: func() (usage.Spool, func(), error) { return &spool{}, func() {}, nil },
		Sources: func(_ context.Context, a tenant.Account, secretKey string) (settlement.Source, error) {
			if a.Provider == tenant.NCP && secretKey != SecretKey {
				return nil, wrongKey()
			}
			return source{o.Provider, a.ID, p}, nil
		},
		Taxes: func(context.Context, tenant.Profile) (settlement.TaxService, error) {
			return taxService{o.Taxes, p, o.World.Clock}, nil
		},
	}
}

// Onboarding is the settings desk as a process would build it.
func (o *Office) Onboarding(p *crash.Process) *onboarding.Desk {
	return &onboarding.Desk{Journal: o.journal(p), Bucket: p.Bucket, Secrets: p.Secrets, Prove: func(_ context.Context, _ tenant.Account, secretKey string) error {
		return p.Outside("prove a key", func() error {
			if secretKey != SecretKey {
				return wrongKey()
			}
			return nil
		})
	}}
}

// App is the whole product as a process would build it.
func (o *Office) App(p *crash.Process) *app.App {
	return &app.App{Settlement: o.Desk(p), Store: p.Store, Work: p.Queue, NewID: p.NewID}
}

func (o *Office) journal(p *crash.Process) journal.Journal {
	return journal.Journal{Store: p.Store, Clock: o.World.Clock, NewID: p.NewID}
}

func wrongKey() error {
	return fault.Invalidf("secret_key", fault.T("Secret Key가 올바르지 않습니다.", "The secret key is wrong."))
}

// spool is scratch space in memory.
type spool struct{ bytes.Buffer }

func (s *spool) ReadAt(p []byte, off int64) (int, error) {
	return bytes.NewReader(s.Bytes()).ReadAt(p, off)
}

// Profile is complete settlement data.
func Profile() tenant.Profile {
	return tenant.Profile{
		Code: "HANBIT", Name: "한빛클라우드", BusinessNumber: "1234567891", Representative: "김한빛", Address: "서울특별시 중구 세종대로 110",
		Phone: "02-120-0000", Fax: "02-120-0001", Email: "billing@hanbit.example.com", BankAccounts: []string{"하나은행 123-456789-01234 한빛클라우드"}, PopbillUser: "hanbit",
		Settings: tenant.DefaultSettings(),
	}
}

// Logo is a small picture.
var Logo = sync.OnceValue(func() []byte {
	img := image.NewNRGBA(image.Rect(0, 0, 16, 8))
	for i := range 16 * 8 {
		img.Set(i%16, i/16, color.NRGBA{R: 20, G: 90, B: 200, A: 255})
	}
	var b bytes.Buffer
	must(png.Encode(&b, img))
	return b.Bytes()
})

// Accounts are two accounts at NCP and a FOCUS export.
func Accounts() []tenant.Account {
	return []tenant.Account{
		{ID: Public, Label: "민간", Provider: tenant.NCP, Zone: tenant.Public, AccessKey: "ACCESS-PUBLIC"},
		{ID: Export, Label: "해외", Provider: tenant.FOCUS},
	}
}

// Customer is the nth customer of the 민간 account, complete and billed every month, with one contact.
func Customer(n int) customer.Customer {
	return customer.Customer{
		ID: fmt.Sprintf("C%04d", n), Name: fmt.Sprintf("고객 %d호 주식회사", n), MainAccount: fmt.Sprintf("main%d@example.com", n), MemberNumber: Member(n), Account: Public,
		BusinessNumber: "1234567891", Representative: "이고객", Contacts: []customer.Contact{{Name: "박담당", Email: fmt.Sprintf("c%d@example.com", n)}},
		BillingDay: 10, DueDays: 20, Cycle: calendar.Monthly, Policy: rating.DefaultPolicy(), State: customer.Active, Registered: calendar.MustDate("2026-01-02"),
	}
}

// Member is the member number of the nth customer.
func Member(n int) string { return fmt.Sprint(100000 + n) }

// Register registers the nth customer, edited.
func (o *Office) Register(n int, edits ...func(*customer.Customer)) {
	c := Customer(n)
	for _, edit := range edits {
		edit(&c)
	}
	must(o.Onboarding(o.World.Process()).RegisterCustomer(context.Background(), o.Main(), c))
}

// Change edits the nth customer.
func (o *Office) Change(n int, edit func(*customer.Customer)) {
	must(o.Onboarding(o.World.Process()).ChangeCustomer(context.Background(), o.Main(), Customer(n).ID, "test", func(c customer.Customer) (customer.Customer, error) {
		edit(&c)
		return c, nil
	}))
}

// Contacts gives a customer n contacts.
func Contacts(n int) func(*customer.Customer) {
	return func(c *customer.Customer) {
		c.Contacts = nil
		for i := range n {
			c.Contacts = append(c.Contacts, customer.Contact{Name: fmt.Sprintf("담당 %d", i+1), Email: fmt.Sprintf("%s.%d@example.com", strings.ToLower(c.ID), i+1)})
		}
	}
}

// Pull ingests an account's month.
func (o *Office) Pull(account string, m calendar.Month) settlement.Pulled {
	pulled, err := o.Desk(o.World.Process()).Ingest(context.Background(), o.Job(), account, m, o.World.Clock.Now())
	must(err)
	return pulled
}

// Bill makes the nth customer's invoice of the month final.
func (o *Office) Bill(n int, m calendar.Month) invoice.Invoice {
	final, err := o.Desk(o.World.Process()).Bill(context.Background(), o.Job(), m, Customer(n).ID)
	must(err)
	return final
}

// Invoice reads the nth customer's invoice.
func (o *Office) Invoice(n int, m calendar.Month) invoice.Invoice {
	head, _, err := invoice.Load(context.Background(), o.World.Store, o.Tenant, m, Customer(n).ID)
	must(err)
	return head
}

// Rewrite edits the nth customer's invoice behind the flows' back.
func (o *Office) Rewrite(n int, m calendar.Month, edit func(*invoice.Invoice)) {
	head, version, err := invoice.Load(context.Background(), o.World.Store, o.Tenant, m, Customer(n).ID)
	must(err)
	edit(&head)
	w, err := head.Put(o.Tenant, version)
	must(err)
	must(o.World.Store.Commit(context.Background(), store.Commit{ID: o.World.NewID(), Writes: []store.Write{w}}))
}
