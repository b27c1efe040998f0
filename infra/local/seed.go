package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	simulator "jeongsan/infra/simulator/ncp"
	simulatedpopbill "jeongsan/infra/simulator/popbill"
	simulatedportone "jeongsan/infra/simulator/portone"
	"jeongsan/internal/calendar"
	"jeongsan/internal/customer"
	"jeongsan/internal/document/documenttest"
	"jeongsan/internal/fault"
	"jeongsan/internal/identity"
	"jeongsan/internal/money"
	"jeongsan/internal/rating"
	"jeongsan/internal/receivables"
	"jeongsan/internal/store"
	"jeongsan/internal/tenant"
)

// The seeded MSP: an imaginary reseller whose month shows every turn a bill can take. Names are invented, business
// numbers only satisfy the check digit.
const (
	seedTenant = "hanbit"
	seedCode   = "HANBIT"
)

var seedAccounts = []tenant.Account{
	{ID: "public", Label: "민간", Provider: tenant.NCP, Zone: tenant.Public, AccessKey: simulatedKey + "PUBLIC"},
	{ID: "gov", Label: "공공", Provider: tenant.NCP, Zone: tenant.Government, AccessKey: simulatedKey + "GOV"},
	{ID: "fin", Label: "금융", Provider: tenant.NCP, Zone: tenant.Financial, AccessKey: simulatedKey + "FIN"},
	{ID: "gov-pcp", Label: "공공-PCP", Provider: tenant.NCP, Zone: tenant.Government, PCP: true, AccessKey: simulatedKey + "PCP"},
}

// seedSecret is the secret key of every simulated account.
const seedSecret = "simulated-secret-key"

// The resellers of the seed, each with its own customers.
const (
	resellerA = "reseller-namsan"
	resellerB = "reseller-baekdu"
	resellerC = "reseller-haneul"
)

// seeded is a customer with what it runs at the provider.
type seeded struct {
	name, account, member string
	reseller              string
	contracts             []simulator.Contract
	edit                  func(*customer.Customer, calendar.Month) // what is special in its contract with the MSP
	provider              func(*simulator.Member, calendar.Month)  // what is special at the provider
	cards                 []simulatedportone.Card                  // registered, in the order they are tried; none: pays by transfer
	closed                bool                                     // the tax office knows its business as closed (폐업)
}

func ratio(id string, kind rating.FeeKind, name, r string) rating.Fee {
	return rating.Fee{ID: id, Kind: kind, Name: name, Ratio: money.MustDecimal(r)}
}

func fixed(id string, kind rating.FeeKind, name string, won int64) rating.Fee {
	return rating.Fee{ID: id, Kind: kind, Name: name, Fixed: money.Won(won)}
}

// with adds fee rules that were registered before the month began.
func with(fees ...rating.Fee) func(*customer.Customer, calendar.Month) {
	return func(c *customer.Customer, m calendar.Month) {
		for _, f := range fees {
			c.Fees = append(c.Fees, customer.Fee{Fee: f, Added: m.Prev().First()})
		}
	}
}

// both applies several edits.
func both(edits ...func(*customer.Customer, calendar.Month)) func(*customer.Customer, calendar.Month) {
	return func(c *customer.Customer, m calendar.Month) {
		for _, e := range edits {
			e(c, m)
		}
	}
}

func cycle(k calendar.Cycle, monthsBefore int) func(*customer.Customer, calendar.Month) {
	return func(c *customer.Customer, m calendar.Month) { c.Cycle, c.FirstMonth = k, m.Add(-monthsBefore) }
}

func web(no int, servers int) []simulator.Contract {
	out := simulator.Fleet(no, servers, simulator.VSVR, "web")
	return append(out,
		simulator.Contract{No: fmt.Sprint(no + 50), Kind: simulator.BBST, Name: "web-root", SizeGB: 50},
		simulator.Contract{No: fmt.Sprint(no + 51), Kind: simulator.NET, Name: "outbound", GB: "320.5"},
		simulator.Contract{No: fmt.Sprint(no + 52), Kind: simulator.PBLIP, Name: "public-ip"})
}

func database(no int) []simulator.Contract {
	return append(simulator.Fleet(no+60, 1, simulator.MYSQL, "db"),
		simulator.Contract{No: fmt.Sprint(no + 65), Kind: simulator.BKUP, Name: "db-backup", SizeGB: 200},
		simulator.Contract{No: fmt.Sprint(no + 66), Kind: simulator.NAS, Name: "share", SizeGB: 500})
}

func all(parts ...[]simulator.Contract) []simulator.Contract {
	var out []simulator.Contract
	for _, p := range parts {
		out = append(out, p...)
	}
	return out
}

// seedCustomers are billed in this order: 13 민간, 7 공공 (one of them PCP), 6 금융.
var seedCustomers = []seeded{
	{name: "㈜가람소프트", account: "public", member: "1000001", contracts: all(web(10100, 3), database(10100))},
	{name: "나래커머스㈜", account: "public", member: "1000002", reseller: resellerA, contracts: web(10200, 8),
		edit: with(fixed("f1", rating.OtherCost, "운영 및 기술지원료 (M)", 100_000), ratio("f2", rating.Discount, "기타 할인", "0.05"))},
	{name: "다온게임즈", account: "public", member: "1000003", reseller: resellerA, contracts: all(web(10300, 12), database(10300)),
		edit:  with(ratio("f1", rating.VMDiscount, "VM 할인", "0.10"), ratio("f2", rating.Discount, "장기 고객 할인", "0.03")),
		cards: []simulatedportone.Card{card("5432-10**-****-1203")}},
	{name: "라온미디어", account: "public", member: "1000004", contracts: web(10400, 2),
		edit: with(ratio("f1", rating.OtherCost, "관리 대행료", "0.08"), fixed("f2", rating.Discount, "프로모션 할인", 50_000)), cards: []simulatedportone.Card{card("5361-48**-****-7711")}},
	{name: "마루엔지니어링㈜", account: "public", member: "1000005", contracts: all(web(10500, 4), database(10500)),
		edit: with(fixed("f1", rating.OtherCost, "보안 관제", 250_000), fixed("f2", rating.OtherCost, "백업 점검", 30_000))},
	{name: "바다식품", account: "public", member: "1000006", contracts: simulator.Fleet(10600, 1, simulator.VSVR, "erp"),
		edit: with(fixed("f1", rating.VMDiscount, "서버 전액 지원", 1_000_000))}, // more than it uses: capped
	{name: "사람과기술", account: "public", member: "1000007", contracts: web(10700, 2),
		edit: cycle(calendar.Quarterly, 2)}, // billed this month, with the two before
	{name: "아라해운㈜", account: "public", member: "1000008", reseller: resellerB, contracts: web(10800, 3),
		edit: cycle(calendar.Quarterly, 0)}, // gathered: its first quarter has just begun
	{name: "자람교육", account: "public", member: "1000009", contracts: web(10900, 1),
		edit: cycle(calendar.Monthly, -1)}, // first billing month is the next
	{name: "차오름바이오", account: "public", member: "1000010", contracts: web(11000, 5),
		edit: func(c *customer.Customer, m calendar.Month) {
			c.State, c.InactiveFrom = customer.Inactive, m.Day(16)
		},
		cards: []simulatedportone.Card{{Number: "9410-22**-****-0098", Issuer: "KOOKMIN_CARD", Limit: 100_000}}},
	{name: "카리스렌터카", account: "public", member: "1000011", contracts: web(11100, 2),
		edit: func(c *customer.Customer, _ calendar.Month) { c.Contacts[0].Email = "" }}, // cannot be mailed
	{name: "한국産業기술㈜", account: "public", member: "1000012", contracts: awkward(11200), // hanja in its name
		provider: func(m *simulator.Member, _ calendar.Month) {
			m.ProductDiscount, m.CustomerDiscount = "3300", "0.02"
		}},
	{name: "타래네트웍스", account: "public", member: "1000013", contracts: web(11300, 6), reseller: resellerB,
		provider: func(p *simulator.Member, m calendar.Month) { p.Until = m.Day(20).Start() },
		cards:    []simulatedportone.Card{{Number: "4092-11**-****-5512", Issuer: "LOTTE_CARD", Stopped: true}, card("3791-83**-****-204")}}, // leaves for another partner

	{name: "파란구청 정보화사업", account: "gov", member: "2000001", contracts: all(web(20100, 4), database(20100)),
		edit: both(with(fixed("f1", rating.OtherCost, "공공 보안 인증 대응", 180_000)), func(c *customer.Customer, _ calendar.Month) { c.PurchaseOrder = "PO-2026-1187" })},
	{name: "하늘도서관", account: "gov", member: "2000002", reseller: resellerC, contracts: web(20200, 2),
		edit: func(c *customer.Customer, _ calendar.Month) { c.DueDays = 30 }},
	{name: "거북선박물관", account: "gov", member: "2000003", reseller: resellerC, contracts: web(20300, 1),
		provider: func(p *simulator.Member, _ calendar.Month) { p.Credit = "99999999" }}, // all covered by credit
	{name: "너른들시청", account: "gov", member: "2000004", contracts: web(20400, 9), edit: with(ratio("f1", rating.Discount, "공공 할인", "0.12"))},
	{name: "도담초등학교", account: "gov", member: "2000005", contracts: web(20500, 1),
		edit: func(c *customer.Customer, _ calendar.Month) { c.Policy.Supply = money.WonDown.ID() }}, // no 절사 to 10 won
	{name: "로운의료원", account: "gov", member: "2000006", contracts: all(web(20600, 5), database(20600)),
		edit: func(c *customer.Customer, _ calendar.Month) {
			c.Contacts = append(c.Contacts, customer.Contact{Name: "박정산", Email: "accounting@roun.example.com"})
		}},
	{name: "모아국방연구소", account: "gov-pcp", member: "2500001", contracts: web(25100, 7),
		edit: with(ratio("f1", rating.OtherCost, "PCP 운영비", "0.15"), ratio("f2", rating.VMDiscount, "전용 서버 할인", "0.07"))},

	{name: "보람저축은행", account: "fin", member: "3000001", contracts: all(web(30100, 10), database(30100)), edit: with(ratio("f1", rating.Discount, "약정 할인", "0.04"), fixed("f2", rating.OtherCost, "금융 보안 점검", 500_000))},
	{name: "소담증권", account: "fin", member: "3000002", contracts: all(web(30200, 6), database(30200)), reseller: resellerA},
	{name: "어울림보험㈜", account: "fin", member: "3000003", contracts: web(30300, 3), edit: cycle(calendar.HalfYearly, 5)},
	{name: "주리캐피탈", account: "fin", member: "3000004", contracts: web(30400, 2), edit: func(c *customer.Customer, _ calendar.Month) { c.BillingDay = 31 }, closed: true},
	{name: "채움페이", account: "fin", member: "3000005", contracts: simulator.Fleet(30500, 2, simulator.VSVRT, "standby"), edit: with(fixed("f1", rating.OtherCost, "대기 서버 관리", 20_000)), cards: []simulatedportone.Card{card("5585-26**-****-3345")}},
	{name: "큰솔자산운용", account: "fin", member: "3000006", contracts: web(30600, 4), edit: func(c *customer.Customer, _ calendar.Month) { c.AutoSend = true }},
}

// awkward are the rows of the reference that break naive billing.
func awkward(no int) []simulator.Contract {
	server := fmt.Sprint(no)
	return []simulator.Contract{
		{No: server, Kind: simulator.VSVR, Name: "app-001", Promise: "0.10", MemberPrice: "0.03", MemberPromise: "0.02"},
		{No: fmt.Sprint(no + 1), Kind: simulator.SW, ParentNo: server},                                                                                                   // no name of its own
		{No: fmt.Sprint(no + 2), Kind: simulator.BST, Name: "data-01", SizeGB: 1000, Waived: true},                                                                       // used, nothing demanded, no discount shown
		{No: fmt.Sprint(no + 3), Kind: simulator.NET, Name: "cdn", GB: "90", Tiers: []simulator.Tier{{GB: "30", Price: "100"}, {GB: "30", Price: "100"}, {Price: "80"}}}, // twins
		{No: fmt.Sprint(no + 4), Kind: simulator.PBLIP, Price: "0", NoDates: true},                                                                                       // a legacy product without charge
		{No: fmt.Sprint(no + 5), Kind: simulator.NAS, Name: "archive", SizeGB: 33, Price: "0.0937"},                                                                      // amounts with a fraction of a won
	}
}

// unregistered is a member that nobody registered as a customer.
var unregistered = simulator.Member{No: "1009999", Contracts: simulator.Fleet(99900, 1, simulator.VSVR, "unknown")}

// seedWorld is what the simulated providers hold for the month that is played.
func seedWorld(m calendar.Month) func(now func() time.Time) simulator.World {
	return func(now func() time.Time) simulator.World {
		w := simulator.World{Now: now}
		for _, a := range seedAccounts {
			account := simulator.Account{Zone: simulator.Zone(a.Zone), AccessKey: a.AccessKey, SecretKey: seedSecret, Partner: true, PartnerMemberNo: "9" + a.ID, MarginRatio: "0.05"}
			for _, c := range seedCustomers {
				if c.account != a.ID {
					continue
				}
				member := simulator.Member{No: c.member, Contracts: c.contracts}
				if c.provider != nil {
					c.provider(&member, m)
				}
				account.Members = append(account.Members, member)
			}
			if a.ID == "public" {
				account.Members = append(account.Members, unregistered)
			}
			w.Accounts = append(w.Accounts, account)
		}
		// A key pair that works and is no partner's: registering it is refused.
		plain := simulator.Account{Zone: simulator.Public, AccessKey: simulatedKey + "PLAIN", SecretKey: seedSecret, PartnerMemberNo: "8000001", Members: []simulator.Member{{No: "8000001"}}}
		w.Accounts = append(w.Accounts, plain)
		return w
	}
}

// seedStaff is who clicks in the seeded month.
func seedStaff() identity.Principal {
	return identity.Principal{Tenant: mustTenant(seedTenant), Role: identity.Main, ID: "main"}
}

// mustTenant is for the ids written in this file.
func mustTenant(id string) store.Tenant {
	t, err := store.ParseTenant(id)
	if err != nil {
		panic(err)
	}
	return t
}

func seedProfile() tenant.Profile {
	return tenant.Profile{
		ID: seedTenant, Code: seedCode, Name: "㈜한빛클라우드", BusinessNumber: businessNumber(101), Representative: "김한빛",
		Address: "서울특별시 중구 세종대로 110, 12층", Phone: "02-1234-5678", Fax: "02-1234-5679", Email: "billing@hanbit.example.com",
		BusinessType: "정보통신업", Industry: "클라우드 서비스", PopbillUser: "HANBIT",
		BankAccounts: []string{"한빛은행 110-234-567890 ㈜한빛클라우드"}, Settings: tenant.DefaultSettings(),
	}
}

// seed registers the MSP, its accounts (each key proved against the simulated provider) and its customers.
func (s *stack) seed(ctx context.Context, m calendar.Month) error {
	staff := seedStaff()
	logo, err := documenttest.Logo(212)
	if err != nil {
		return err
	}
	if _, err := s.onboarding.SaveProfile(ctx, staff, seedProfile(), logo); err != nil {
		return err
	}
	for _, a := range seedAccounts {
		if err := s.onboarding.RegisterAccount(ctx, staff, a, seedSecret); err != nil {
			return err
		}
	}
	if err := s.receivables.RegisterChannel(ctx, staff, receivables.ChannelOrder{StoreID: seedShop.ID, ChannelKey: seedShop.Channels[0].Key, APISecret: seedShop.Secret, WebhookSecret: seedShop.WebhookSecret}); err != nil {
		return err
	}
	for i, c := range seedCustomers {
		registered := c.customer(i+1, m)
		if err := s.onboarding.RegisterCustomer(ctx, staff, registered); err != nil {
			return err
		}
		if err := s.seedCards(ctx, registered, c.cards); err != nil {
			return err
		}
	}
	return nil
}

// seedCards does what a customer does in the card window, and registers what comes of it.
func (s *stack) seedCards(ctx context.Context, c customer.Customer, cards []simulatedportone.Card) error {
	for i, one := range cards {
		key, err := s.cards.IssueBillingKey(simulatedportone.Issue{Store: seedShop.ID, CustomerID: c.ID, Name: c.Name, Card: one})
		if err != nil {
			return err
		}
		if _, err := s.receivables.RegisterMethod(ctx, seedStaff(), c.ID, key, i+1); err != nil {
			return err
		}
	}
	return nil
}

// seedShop is the MSP's shop at the simulated card service.
var seedShop = simulatedportone.Store{
	ID: simulatedKey + "SHOP", MerchantID: "merchant-hanbit", Secret: "simulated-api-secret", WebhookSecret: "whsec_c2ltdWxhdGVkLXdlYmhvb2stc2VjcmV0", WebhookURL: "/webhooks/portone/" + seedTenant,
	Channels: []simulatedportone.Channel{{Key: "channel-key-hanbit", Name: "한빛 정기결제", Provider: "TOSSPAYMENTS", MID: "hanbit-billing"}},
}

// seedOutside is what the simulated Popbill and card service hold for the month that is played.
func seedOutside(m calendar.Month) *outside {
	o := &outside{
		members: []simulatedpopbill.Member{{CorpNum: seedProfile().BusinessNumber, CorpName: seedProfile().Name, Points: 100_000, Certificate: simulatedpopbill.Certificate{Expires: m.Add(12).Last().Start()}}},
		stores:  []simulatedportone.Store{seedShop}, tenant: mustTenant(seedTenant),
	}
	for i, c := range seedCustomers {
		b := simulatedpopbill.Business{CorpNum: businessNumber(200 + i + 1), State: 1, TaxType: 10}
		if c.closed {
			b.State, b.Since = 2, m.First().Compact()
		}
		o.businesses = append(o.businesses, b)
	}
	return o
}

func (c seeded) customer(n int, m calendar.Month) customer.Customer {
	out := customer.Customer{
		ID: fmt.Sprintf("C%04d", n), Name: c.name, MainAccount: fmt.Sprintf("cloud%02d@example.com", n), MemberNumber: c.member, Account: c.account,
		BusinessNumber: businessNumber(200 + n), Representative: "대표 " + string([]rune("김이박최정강조윤장임")[n%10]) + "○○", BusinessType: "정보통신업", Industry: "소프트웨어 개발",
		Address:  fmt.Sprintf("서울특별시 강남구 테헤란로 %d", 100+n),
		Contacts: []customer.Contact{{Name: "정산 담당", Phone: fmt.Sprintf("02-555-%04d", n), Email: fmt.Sprintf("billing%02d@customer.example.com", n)}},
		Manager:  "staff-01", Reseller: c.reseller, BillingDay: 10, DueDays: 15, Cycle: calendar.Monthly, Policy: rating.DefaultPolicy(), State: customer.Active, Registered: m.Prev().First(),
	}
	if len(c.cards) > 0 {
		out.PayMeans = customer.ByCard
	}
	if c.edit != nil {
		c.edit(&out, m)
	}
	return out
}

func card(masked string) simulatedportone.Card {
	return simulatedportone.Card{Number: masked, Issuer: "SHINHAN_CARD"}
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

// seedFile remembers which month's world the simulated providers of a folder hold.
const seedFile = "seed-month"

// keepSeed writes the month beside the state, before anything is registered.
func keepSeed(dir string, m calendar.Month) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fault.New(fault.Unavailable, fault.T("데이터 폴더 %s를 만들 수 없습니다.", "The data folder %s cannot be made.", dir)).Because(err)
	}
	if kept, ok, err := seededMonth(dir); err != nil || ok {
		if err == nil && kept != m {
			err = fault.Invalidf("data", fault.T("데이터 폴더 %[1]s에는 %[2]s의 가상 MSP가 있습니다. --data로 다른 폴더를 정해 주세요.", "The data folder %[1]s holds the seeded MSP of %[2]s; choose another with --data.", dir, kept))
		}
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, seedFile), []byte(m.String()+"\n"), 0o600); err != nil {
		return fault.New(fault.Unavailable, fault.T("데이터 폴더 %s에 쓸 수 없습니다. 쓰기 권한을 확인해 주세요.", "The data folder %s cannot be written to; check its permissions.", dir)).Because(err)
	}
	return nil
}

// seededMonth reads it; ok is false for a folder that was not seeded.
func seededMonth(dir string) (m calendar.Month, ok bool, err error) {
	text, err := os.ReadFile(filepath.Join(dir, seedFile))
	if errors.Is(err, fs.ErrNotExist) {
		return calendar.Month{}, false, nil
	}
	if err != nil {
		return calendar.Month{}, false, err
	}
	m, err = calendar.ParseMonth(strings.TrimSpace(string(text)))
	return m, err == nil, err
}
