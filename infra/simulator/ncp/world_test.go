package ncp_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	simulator "jeongsan/infra/simulator/ncp"
	"jeongsan/internal/money"
	"jeongsan/internal/ncp"
)

var kst = time.FixedZone("KST", 9*60*60)

func at(s string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04:05", s, kst)
	if err != nil {
		panic(err)
	}
	return t
}

// clock is the provider's clock of business; tests move it.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time      { c.mu.Lock(); defer c.mu.Unlock(); return c.now }
func (c *clock) Set(s string)        { c.mu.Lock(); defer c.mu.Unlock(); c.now = at(s) }
func (c *clock) Add(d time.Duration) { c.mu.Lock(); defer c.mu.Unlock(); c.now = c.now.Add(d) }

// wall is the time of signatures in every test.
func wall() time.Time { return at("2026-11-22 12:00:00") }

const (
	partnerKey, partnerSecret = "PARTNERACCESSKEY", "PartnerSecretKey0123456789"
	ordinaryKey               = "ORDINARYACCESSKEY"
	powerlessKey              = "POWERLESSACCESSKEY"
	govKey                    = "GOVACCESSKEY"
	finKey                    = "FINACCESSKEY"
)

// october is a small month with every awkward row of the real service.
func october() []simulator.Account {
	members := []simulator.Member{
		{No: "1000001", Contracts: []simulator.Contract{
			{No: "5001", Kind: simulator.VSVR, Name: "web-1", Promise: "0.1"},
			{No: "5002", Kind: simulator.BST, Name: "data", SizeGB: 1000, Start: at("2026-10-01 00:00:00"), End: at("2026-10-04 17:22:41"), Waived: true},
			{No: "5003", Kind: simulator.SW, Name: "ubuntu-24-64-server", ParentNo: "5001", Price: "0"},
			{No: "5004", Kind: simulator.PBLIP, NoDates: true},
			{No: "5005", Kind: simulator.NET, GB: "300", Tiers: []simulator.Tier{{GB: "100", Price: "100"}, {GB: "100", Price: "100"}, {Price: "80.5"}}},
		}},
		{No: "1000002", Credit: "10000000", Contracts: []simulator.Contract{{No: "5101", Kind: simulator.MYSQL, Name: "db"}}},
		{No: "1000003", ProductDiscount: "5000", CustomerDiscount: "0.03", Arrears: "77000", Contracts: []simulator.Contract{
			{No: "5201", Kind: simulator.VSVR, Name: "한글 서버", Start: at("2026-10-10 13:40:59")},
			{No: "5202", Kind: simulator.LOADB, Name: "lb"},
		}},
		{No: "1000004", Until: at("2026-10-20 00:00:00"), Contracts: []simulator.Contract{{No: "5301", Kind: simulator.VSVR}}},
	}
	return []simulator.Account{
		{Zone: simulator.Public, AccessKey: partnerKey, SecretKey: partnerSecret, Partner: true, PartnerMemberNo: "900", MarginRatio: "0.05", Members: members},
		{Zone: simulator.Public, AccessKey: ordinaryKey, SecretKey: "s1", Members: []simulator.Member{{No: "7000001", Contracts: simulator.Fleet(6001, 2, simulator.VSVR, "own")}}},
		{Zone: simulator.Public, AccessKey: powerlessKey, SecretKey: "s2", WithoutRights: true},
		{Zone: simulator.Government, AccessKey: govKey, SecretKey: "s3", Partner: true, Members: []simulator.Member{{No: "2000001", Contracts: simulator.Fleet(7001, 3, simulator.VSVR, "gov")}}},
		{Zone: simulator.Financial, AccessKey: finKey, SecretKey: "s4", Partner: true, Members: []simulator.Member{{No: "3000001", Contracts: simulator.Fleet(8001, 1, simulator.NAS, "fin")}}},
	}
}

// stage is a provider on loopback and its controls.
type stage struct {
	*simulator.Simulator
	clock *clock
	url   string
	naps  *naps
}

// naps records waits in place of waiting.
type naps struct {
	mu    sync.Mutex
	slept []time.Duration
	then  func()
}

func (n *naps) Sleep(ctx context.Context, d time.Duration) error {
	n.mu.Lock()
	n.slept = append(n.slept, d)
	n.mu.Unlock()
	if n.then != nil {
		n.then()
	}
	return ctx.Err()
}

func open(t *testing.T, now string, accounts []simulator.Account) *stage {
	t.Helper()
	return openWorld(t, now, simulator.World{Accounts: accounts})
}

func openWorld(t *testing.T, now string, w simulator.World) *stage {
	t.Helper()
	c := &clock{now: at(now)}
	w.Now, w.Wall = c.Now, wall
	sim, err := simulator.New(w)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(sim)
	t.Cleanup(server.Close)
	return &stage{Simulator: sim, clock: c, url: server.URL, naps: &naps{}}
}

func (s *stage) client(t *testing.T, change ...func(*ncp.Config)) *ncp.Client {
	t.Helper()
	c := ncp.Config{
		BaseURL: simulator.BaseURL(s.url, simulator.Public), AccessKey: partnerKey, SecretKey: partnerSecret,
		HTTP: &http.Client{Timeout: 5 * time.Second}, Now: wall, Sleep: s.naps.Sleep,
	}
	for _, f := range change {
		f(&c)
	}
	client, err := ncp.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func keys(access, secret string) func(*ncp.Config) {
	return func(c *ncp.Config) { c.AccessKey, c.SecretKey = access, secret }
}

func pageSize(n int) func(*ncp.Config) { return func(c *ncp.Config) { c.PageSize = n } }

// books keeps what a pull brought, as an adapter would.
type books struct {
	begun    int
	partners []ncp.PartnerBill
	bills    []ncp.MemberBill
	rows     []ncp.ContractCost
}

func (b *books) Begin() error                          { *b = books{begun: b.begun + 1}; return nil }
func (b *books) PartnerBill(x ncp.PartnerBill) error   { b.partners = append(b.partners, x); return nil }
func (b *books) MemberBill(x ncp.MemberBill) error     { b.bills = append(b.bills, x); return nil }
func (b *books) ContractCost(x ncp.ContractCost) error { b.rows = append(b.rows, x); return nil }

func (b *books) bill(t *testing.T, member string) ncp.MemberBill {
	t.Helper()
	for _, x := range b.bills {
		if x.MemberNo == member {
			return x
		}
	}
	t.Fatalf("there is no bill of member %s", member)
	return ncp.MemberBill{}
}

func (b *books) row(t *testing.T, contract string) ncp.ContractCost {
	t.Helper()
	for _, x := range b.rows {
		if x.Contract.No == contract {
			return x
		}
	}
	t.Fatalf("there is no row of contract %s", contract)
	return ncp.ContractCost{}
}

func pull(t *testing.T, c *ncp.Client, month string) (*books, ncp.Pulled) {
	t.Helper()
	var b books
	out, err := c.PullMonth(context.Background(), ncp.Pull{Month: month, Partner: true}, &b)
	if err != nil {
		t.Fatal(err)
	}
	return &b, out
}

func equal(t *testing.T, what string, got money.Decimal, want string) {
	t.Helper()
	if got.Canonical() != want {
		t.Errorf("%s is %s, want %s", what, got.Canonical(), want)
	}
}

func mustHold(t *testing.T, what, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%s lacks %q: %s", what, part, text)
		}
	}
}
