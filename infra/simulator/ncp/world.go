package ncp

import (
	"fmt"
	"strconv"
	"time"

	"jeongsan/internal/money"
)

// Zone is one of the provider's three separate clouds.
type Zone string

const (
	Public     Zone = "public"
	Government Zone = "government"
	Financial  Zone = "financial"
)

var hosts = map[Zone]string{
	Public:     "billingapi.apigw.ntruss.com",
	Government: "billingapi.apigw.gov-ntruss.com",
	Financial:  "billingapi.apigw-pub.fin-ntruss.com",
}

var homeRegion = map[Zone]string{Public: "KR", Government: "KR", Financial: "FKR"}

// World is all there is at the provider.
type World struct {
	// Now is the clock of business: what has been used and which snapshots were written. Required.
	Now func() time.Time
	// Wall is the clock of signatures; nil is time.Now.
	Wall     func() time.Time
	Accounts []Account
	// PagesFromZero counts pages from 0. Which of the two the provider does is documented nowhere.
	PagesFromZero bool
}

// Account is a main account with its key pair. A partner (파트너 대표) sees its Members; any other account is its one member.
type Account struct {
	Zone      Zone
	AccessKey string
	SecretKey string
	Partner   bool
	// PartnerMemberNo is the account's own member number; calls without isPartner are about it.
	PartnerMemberNo string
	Members         []Member
	// MarginRatio is the part of each member's bill that the partner keeps ("0.05"); "" is none. Guess: how the real
	// margin is computed is not documented.
	MarginRatio string
	// WithoutRights makes a key that signs well and may not read costs.
	WithoutRights bool
}

// Member is a customer of the partner at the provider. Amounts are won a month, as decimal strings; "" is none.
type Member struct {
	No string
	// From and Until bound the time with this partner: only usage within counts, and from Until on the member is not
	// listed any more, for no month. Declare it again under its new partner From the same moment. Zero: no bound.
	From, Until time.Time
	Contracts   []Contract

	// The provider grants these on the bill only, never on rows.
	Credit           string // 크레딧: up to this much of the bill
	ProductDiscount  string // 상품 할인, an amount
	CustomerDiscount string // 고객 할인, a ratio
	Arrears          string // 전월 미납: enters the total asked for, not the month's invoice
}

// Contract is one thing a member runs. Prices and ratios are decimal strings.
type Contract struct {
	No       string
	Kind     Kind
	Name     string // "": the row has no instanceName
	ParentNo string // of a software contract: its server
	Region   string // "": the zone's own

	Start   time.Time // zero: long before
	End     time.Time // zero: open (2999-12-31)
	NoDates bool      // the row has no contract dates

	// Price is won per hour, per GB and hour (storage), or per GB (traffic). "": the usual one of the kind. "0": a
	// legacy product without charge.
	Price  string
	SizeGB int64  // storage
	GB     string // traffic of a full month; it flows evenly
	Tiers  []Tier // traffic prices in steps; equal steps make rows that are equal in every field

	// Ratios of the use amount, each truncated to won.
	Promise, Promotion, MemberPrice, MemberPromise, Etc string
	// Waived rows use but demand nothing, and show no discount: the bill grants it as a product discount.
	Waived bool
}

// Tier is a step of a traffic price. The last one takes what is left and needs no GB.
type Tier struct{ GB, Price string }

// Fleet declares n contracts of a kind with running numbers and names ("web-001"), for worlds of any size.
func Fleet(firstNo, n int, kind Kind, name string) []Contract {
	out := make([]Contract, n)
	for i := range out {
		out[i] = Contract{No: strconv.Itoa(firstNo + i), Kind: kind, Name: fmt.Sprintf("%s-%03d", name, i+1)}
		if kindsByCode[kind].sized {
			out[i].SizeGB = 100
		}
		if kindsByCode[kind].flows {
			out[i].GB = "50"
		}
	}
	return out
}

type account struct {
	Account
	margin  money.Decimal
	members []*member
}

type member struct {
	Member
	credit, product, customer, arrears money.Decimal
	contracts                          []*contract
}

type contract struct {
	Contract
	kind                                                kind
	price, gb                                           money.Decimal
	tiers                                               []tier
	promise, promotion, memberPrice, memberPromise, etc money.Decimal
}

type tier struct {
	gb, price money.Decimal
	rest      bool
}

// numbers parses decimal strings and keeps the first error.
type numbers struct{ err error }

func (n *numbers) parse(what, s string) money.Decimal {
	if s == "" {
		return money.Decimal{}
	}
	d, err := money.ParseDecimal(s)
	if err != nil && n.err == nil {
		n.err = fmt.Errorf("%s: %w", what, err)
	}
	return d
}

func compileAccount(declared Account) (*account, error) {
	if _, ok := hosts[declared.Zone]; !ok || declared.AccessKey == "" || declared.SecretKey == "" {
		return nil, fmt.Errorf("an account needs a zone and two keys: %q %q", declared.Zone, declared.AccessKey)
	}
	if !declared.Partner && len(declared.Members) > 1 {
		return nil, fmt.Errorf("account %s is no partner and cannot have members", declared.AccessKey)
	}
	var n numbers
	a := &account{Account: declared, margin: n.parse("margin ratio", declared.MarginRatio)}
	for _, m := range declared.Members {
		compiled, err := compileMember(m, declared.Zone)
		if err != nil {
			return nil, fmt.Errorf("member %s: %w", m.No, err)
		}
		a.members = append(a.members, compiled)
	}
	return a, n.err
}

func compileMember(declared Member, z Zone) (*member, error) {
	if declared.No == "" {
		return nil, fmt.Errorf("a member needs a number")
	}
	var n numbers
	m := &member{
		Member:   declared,
		credit:   n.parse("credit", declared.Credit),
		product:  n.parse("product discount", declared.ProductDiscount),
		customer: n.parse("customer discount", declared.CustomerDiscount),
		arrears:  n.parse("arrears", declared.Arrears),
	}
	for _, c := range declared.Contracts {
		compiled, err := compileContract(c, z)
		if err != nil {
			return nil, fmt.Errorf("contract %s: %w", c.No, err)
		}
		m.contracts = append(m.contracts, compiled)
	}
	return m, n.err
}

// longAgo is the start of a contract that declares none.
var longAgo = time.Date(2024, 3, 4, 10, 16, 39, 0, kst)

func compileContract(declared Contract, z Zone) (*contract, error) {
	k, ok := kindsByCode[declared.Kind]
	if !ok || declared.No == "" {
		return nil, fmt.Errorf("it needs a number and a known kind, not %q", declared.Kind)
	}
	if declared.Start.IsZero() {
		declared.Start = longAgo
	}
	if declared.Region == "" {
		declared.Region = homeRegion[z]
	}
	if declared.Price == "" {
		declared.Price = k.price
	}
	var n numbers
	c := &contract{
		Contract:      declared,
		kind:          k,
		price:         n.parse("price", declared.Price),
		gb:            n.parse("GB", declared.GB),
		promise:       n.parse("promise", declared.Promise),
		promotion:     n.parse("promotion", declared.Promotion),
		memberPrice:   n.parse("member price", declared.MemberPrice),
		memberPromise: n.parse("member promise", declared.MemberPromise),
		etc:           n.parse("etc", declared.Etc),
	}
	for i, t := range declared.Tiers {
		c.tiers = append(c.tiers, tier{gb: n.parse("tier", t.GB), price: n.parse("tier price", t.Price), rest: i == len(declared.Tiers)-1})
	}
	if len(c.tiers) == 0 {
		c.tiers = []tier{{price: c.price, rest: true}}
	}
	return c, n.err
}
