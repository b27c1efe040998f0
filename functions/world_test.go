package functions_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"jeongsan/functions/stack"
	simulatedncp "jeongsan/infra/simulator/ncp"
	simulatedpopbill "jeongsan/infra/simulator/popbill"
	simulatedportone "jeongsan/infra/simulator/portone"
	"jeongsan/internal/blob"
	"jeongsan/internal/calendar"
	"jeongsan/internal/customer"
	"jeongsan/internal/document/documenttest"
	"jeongsan/internal/identity"
	"jeongsan/internal/journal"
	"jeongsan/internal/money"
	"jeongsan/internal/ncp"
	"jeongsan/internal/onboarding"
	"jeongsan/internal/rating"
	"jeongsan/internal/receivables"
	"jeongsan/internal/secret"
	"jeongsan/internal/store"
	"jeongsan/internal/tenant"
)

// october is the month that is settled.
var october = calendar.MustMonth("2026-10")

const (
	secretKey  = "simulated-secret-key"
	linkID     = "SIMULATED-LINK"
	linkSecret = "c2ltdWxhdGVkLXBhcnRuZXIta2V5LW9mLXRoZS1zdGFjaw=="
)

// world is everything outside: the clock of business, the provider, Popbill and the card service, each on an address of
// this machine. Two worlds begin alike.
type world struct {
	clock *calendar.Manual
	ncp   string
	taxes *simulatedpopbill.Simulator
	cards *simulatedportone.Simulator
	url   struct{ taxes, cards string }

	mu   sync.Mutex
	hook func(path string, header http.Header, body []byte) bool // who takes webhooks
}

var accounts = []tenant.Account{
	{ID: "public", Label: "민간", Provider: tenant.NCP, Zone: tenant.Public, AccessKey: "SIMULATED-PUBLIC"},
	{ID: "gov", Label: "공공", Provider: tenant.NCP, Zone: tenant.Government, AccessKey: "SIMULATED-GOV"},
}

// buyer is one of the six customers.
type buyer struct {
	account string
	servers int
	card    string // masked; "" pays by transfer
	edit    func(*customer.Customer)
}

var buyers = []buyer{
	{account: "public", servers: 4},
	{account: "public", servers: 7, card: "5432-10**-****-1203"},
	{account: "public", servers: 2, card: "5361-48**-****-7711", edit: fees(
		rating.Fee{ID: "f1", Kind: rating.OtherCost, Name: "관리 대행료", Ratio: money.MustDecimal("0.08")},
		rating.Fee{ID: "f2", Kind: rating.Discount, Name: "프로모션 할인", Fixed: money.Won(50_000)})},
	{account: "public", servers: 1, edit: func(c *customer.Customer) {
		c.Cycle, c.FirstMonth = calendar.Quarterly, october.Add(-2) // this month's invoice is of three
	}},
	{account: "gov", servers: 5, edit: fees(
		rating.Fee{ID: "f1", Kind: rating.VMDiscount, Name: "VM 할인", Ratio: money.MustDecimal("0.1")},
		rating.Fee{ID: "f2", Kind: rating.OtherCost, Name: "보안 관제", Fixed: money.Won(250_000)})},
	{account: "gov", servers: 3, edit: func(c *customer.Customer) { c.AutoSend = true }},
}

func fees(all ...rating.Fee) func(*customer.Customer) {
	return func(c *customer.Customer) {
		for _, f := range all {
			c.Fees = append(c.Fees, customer.Fee{Fee: f, Added: october.Prev().First()})
		}
	}
}

var shop = simulatedportone.Store{
	ID: "SIMULATED-SHOP", MerchantID: "merchant-hanbit", Secret: "simulated-api-secret", WebhookSecret: "whsec_c2ltdWxhdGVkLXdlYmhvb2stc2VjcmV0", WebhookURL: "/webhooks/portone/hanbit",
	Channels: []simulatedportone.Channel{{Key: "channel-key-hanbit", Name: "한빛 정기결제", Provider: "TOSSPAYMENTS", MID: "hanbit-billing"}},
}

func hanbit(t testing.TB) store.Tenant {
	t.Helper()
	id, err := store.ParseTenant("hanbit")
	must(t, err)
	return id
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func seoul(t testing.TB, at string) time.Time {
	t.Helper()
	parsed, err := time.ParseInLocation("2006-01-02 15:04", at, calendar.Seoul)
	must(t, err)
	return parsed
}

// newWorld serves the simulators until the test ends.
func newWorld(t testing.TB, at string) *world {
	t.Helper()
	w := &world{clock: calendar.NewManual(seoul(t, at))}
	w.ncp = served(t, w.provider(t))
	var err error
	w.taxes, err = simulatedpopbill.New(simulatedpopbill.Options{
		Now: w.clock.Now, LinkID: linkID, SecretKey: linkSecret,
		Members: []simulatedpopbill.Member{{CorpNum: businessNumber(101), CorpName: "㈜한빛클라우드", Points: 100_000, Certificate: simulatedpopbill.Certificate{Expires: october.Add(12).Last().Start()}}},
		Deliver: func(_ context.Context, h http.Header, body []byte) error {
			if !w.deliver("/webhooks/popbill/hanbit", h, body) {
				return errors.New("the webhook was not taken")
			}
			return nil
		},
	})
	must(t, err)
	w.cards, err = simulatedportone.New(simulatedportone.Options{Now: w.clock.Now, Stores: []simulatedportone.Store{shop}, Deliver: func(h simulatedportone.Webhook) bool {
		return w.deliver(h.URL, h.Header, h.Body)
	}})
	must(t, err)
	w.url.taxes, w.url.cards = served(t, w.taxes), served(t, w.cards)
	return w
}

func (w *world) provider(t testing.TB) http.Handler {
	t.Helper()
	outside := simulatedncp.World{Now: w.clock.Now}
	for _, a := range accounts {
		account := simulatedncp.Account{Zone: simulatedncp.Zone(a.Zone), AccessKey: a.AccessKey, SecretKey: secretKey, Partner: true, PartnerMemberNo: "9" + a.ID, MarginRatio: "0.05"}
		for n, b := range buyers {
			if b.account == a.ID {
				account.Members = append(account.Members, simulatedncp.Member{No: member(n), Contracts: simulatedncp.Fleet(1000*(n+1), b.servers, simulatedncp.VSVR, "web")})
			}
		}
		outside.Accounts = append(outside.Accounts, account)
	}
	s, err := simulatedncp.New(outside)
	must(t, err)
	return s
}

func served(t testing.TB, h http.Handler) string {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server.URL
}

func member(n int) string { return fmt.Sprint(1000001 + n) }

// deliver hands a webhook to whoever takes them now.
func (w *world) deliver(path string, header http.Header, body []byte) bool {
	w.mu.Lock()
	hook := w.hook
	w.mu.Unlock()
	return hook != nil && hook(path, header, body)
}

// hear lets Popbill and the card service say what they have to say, and returns how much was taken.
func (w *world) hear(t testing.TB) int {
	t.Helper()
	n, err := w.taxes.Tick(t.Context())
	must(t, err)
	return n + w.cards.DeliverWebhooks()
}

// prove asks the provider whether a key works, as the settings screen does.
func (w *world) prove(ctx context.Context, a tenant.Account, key string) error {
	client, err := ncp.New(ncp.Config{Zone: ncp.Zone(a.Zone), AccessKey: a.AccessKey, SecretKey: key, Now: time.Now, BaseURL: simulatedncp.BaseURL(w.ncp, simulatedncp.Zone(a.Zone))})
	if err != nil {
		return err
	}
	_, err = client.Prove(ctx)
	return err
}

func staff(t testing.TB) identity.Principal {
	return identity.Principal{Tenant: hanbit(t), Role: identity.Main, ID: "main"}
}

// register is the MSP with its accounts, its shop, its customers and their cards.
func (w *world) register(t testing.TB, j journal.Journal, bucket blob.Bucket, secrets secret.Keeper, cards *receivables.Desk) {
	t.Helper()
	ctx, p := t.Context(), staff(t)
	desk := &onboarding.Desk{Journal: j, Bucket: bucket, Secrets: secrets, Prove: w.prove}
	logo, err := documenttest.Logo(212)
	must(t, err)
	_, err = desk.SaveProfile(ctx, p, tenant.Profile{
		ID: "hanbit", Code: "HANBIT", Name: "㈜한빛클라우드", BusinessNumber: businessNumber(101), Representative: "김한빛", Address: "서울특별시 중구 세종대로 110",
		BusinessType: "정보통신업", Industry: "클라우드 서비스", PopbillUser: "HANBIT", Phone: "02-1234-5678", Fax: "02-1234-5679", Email: "billing@hanbit.example.com",
		BankAccounts: []string{"한빛은행 110-234-567890 ㈜한빛클라우드"}, Settings: tenant.DefaultSettings(),
	}, logo)
	must(t, err)
	for _, a := range accounts {
		must(t, desk.RegisterAccount(ctx, p, a, secretKey))
	}
	must(t, cards.RegisterChannel(ctx, p, receivables.ChannelOrder{StoreID: shop.ID, ChannelKey: shop.Channels[0].Key, APISecret: shop.Secret, WebhookSecret: shop.WebhookSecret}))
	for n, b := range buyers {
		c := b.customer(n)
		must(t, desk.RegisterCustomer(ctx, p, c))
		if b.card == "" {
			continue
		}
		key, err := w.cards.IssueBillingKey(simulatedportone.Issue{Store: shop.ID, CustomerID: c.ID, Name: c.Name, Card: simulatedportone.Card{Number: b.card, Issuer: "SHINHAN_CARD"}})
		must(t, err)
		_, err = cards.RegisterMethod(ctx, p, c.ID, key, 1)
		must(t, err)
	}
}

func (b buyer) customer(n int) customer.Customer {
	c := customer.Customer{
		ID: fmt.Sprintf("C%04d", n+1), Name: fmt.Sprintf("고객 %d호㈜", n+1), MainAccount: fmt.Sprintf("cloud%d@example.com", n+1), MemberNumber: member(n), Account: b.account,
		BusinessNumber: businessNumber(200 + n), Representative: "대표", BusinessType: "정보통신업", Industry: "소프트웨어 개발", Address: "서울특별시 강남구 테헤란로 100",
		Contacts:   []customer.Contact{{Name: "정산 담당", Phone: "02-555-0100", Email: fmt.Sprintf("billing%d@customer.example.com", n+1)}},
		BillingDay: 10, DueDays: 15, Cycle: calendar.Monthly, Policy: rating.DefaultPolicy(), State: customer.Active, Registered: october.Prev().First(),
	}
	if b.card != "" {
		c.PayMeans = customer.ByCard
	}
	if b.edit != nil {
		b.edit(&c)
	}
	return c
}

// businessNumber makes ten digits with a right check digit out of a small number.
func businessNumber(n int) string {
	head := fmt.Sprintf("%03d81%04d", n%1000, n*7%10000)
	for digit := range 10 {
		if s := head + fmt.Sprint(digit); customer.CheckBusinessNumber(s) == nil {
			return s
		}
	}
	panic("no check digit fits " + head)
}

var (
	random = rand.Reader
	newID  = stack.NewID
)

// variables are the settings by which a function finds the world's addresses.
func (w *world) variables() []string {
	return []string{"NCP_URL=" + w.ncp, "POPBILL_URL=" + w.url.taxes, "PORTONE_URL=" + w.url.cards, "JEONGSAN_TEST_CLOCK=" + w.clock.Now().Format(time.RFC3339)}
}
