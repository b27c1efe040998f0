package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"jeongsan/internal/app"
	"jeongsan/internal/calendar"
	"jeongsan/internal/customer"
	"jeongsan/internal/document/documenttest"
	"jeongsan/internal/fault"
	"jeongsan/internal/identity"
	"jeongsan/internal/intake"
	"jeongsan/internal/journal"
	"jeongsan/internal/money"
	"jeongsan/internal/rating"
	"jeongsan/internal/settlement"
	"jeongsan/internal/tenant"
	"jeongsan/internal/usage"
)

// The MSP that settles a FOCUS export: every sub account is a customer of it.
const (
	focusTenant  = "focus-msp"
	focusCode    = "FOCUS"
	focusAccount = "focus"
)

// focusSource reads the file from disk and tells of its progress.
func focusSource(path string, out io.Writer, o options) settlement.Source {
	return intake.FOCUS{
		Name: filepath.Base(path),
		Open: func(context.Context) (io.ReaderAt, int64, func() error, error) {
			f, size, err := openFOCUS(path)
			if err != nil {
				return nil, 0, nil, err
			}
			return f, size, f.Close, nil
		},
		Progress: func(rows int) {
			fmt.Fprintln(out, o.words(fault.T("  %s행 읽음", "  %s rows read", money.Won(int64(rows)).Grouped())))
		},
	}
}

func openFOCUS(path string) (f *os.File, size int64, err error) {
	f, err = os.Open(path)
	if err != nil {
		return nil, 0, fault.Invalidf("focus", fault.T("파일 %s을(를) 열 수 없습니다. 경로를 확인해 주세요.", "The file %s cannot be opened; check its path.", path)).Because(err)
	}
	info, err := f.Stat()
	if err != nil || info.IsDir() {
		_ = f.Close() // nothing was read
		return nil, 0, fault.Invalidf("focus", fault.T("%s은(는) 파일이 아닙니다.", "%s is not a file.", path)).Because(err)
	}
	return f, info.Size(), nil
}

// playFOCUS settles a month out of a FOCUS export. The rate is checked before anything is registered, and the file is
// read whole before anything of it is stored: one that breaks off in row 700,000 leaves no usage behind.
func playFOCUS(ctx context.Context, o monthOptions, m calendar.Month, out io.Writer) error {
	exchange, err := o.exchange(m)
	if err != nil {
		return err
	}
	if seeded, ok, err := seededMonth(o.dir(m.String() + "-focus")); err != nil || ok {
		if err == nil {
			err = fault.Invalidf("data", fault.T("데이터 폴더 %[1]s에는 %[2]s의 가상 MSP가 있습니다. --data로 다른 폴더를 정해 주세요.", "The data folder %[1]s holds the seeded MSP of %[2]s; choose another with --data.", o.dir(m.String()+"-focus"), seeded))
		}
		return err
	}
	start := m.Next().Day(tenant.DefaultSettings().OpensOn).Start().Add(9 * time.Hour)
	c := config{dir: o.dir(m.String() + "-focus"), baseURL: "http://" + o.addr, template: o.template, start: start, frozen: true,
		source: func(tenant.Account) settlement.Source { return focusSource(o.focus, out, o.options) }}
	s, err := open(ctx, c)
	if err != nil {
		return err
	}
	defer func() { _ = s.close() }() // every commit was durable
	p := newPlayer(s, o, m, out, identity.Principal{Tenant: mustTenant(focusTenant), Role: identity.Main, ID: "main"})
	if err := p.dates(); err != nil {
		return err
	}
	settled, err := p.settled(ctx)
	if err != nil {
		return err
	}
	if err := p.sameInput(ctx, o, exchange, settled); err != nil {
		return err
	}
	pulled, err := p.pullFOCUS(ctx)
	if err != nil {
		return err
	}
	if pulled.Head.Members == 1 {
		p.say("  주의: 하위 계정이 하나뿐이라 전체가 한 고객사에 청구됩니다. 파일에 SubAccountId 열이 있는지 확인해 주세요.", "  note: there is one sub account only, and all is billed to one customer; check that the file has the column SubAccountId.")
	}
	if !settled {
		if err := p.settleFOCUS(ctx, exchange, filepath.Base(o.focus)); err != nil {
			return err
		}
	}
	if err := p.steps(ctx, p.sendAll, p.proveBooks); err != nil {
		return err
	}
	if err := p.print(ctx); err != nil {
		return err
	}
	if err := p.provider(ctx, pulled); err != nil {
		return err
	}
	if o.serve {
		return s.serve(ctx, o.options, out, p.activity)
	}
	return nil
}

var rateForm = regexp.MustCompile(`^[0-9]{1,7}(\.[0-9]{1,6})?$`)

// exchange reads the rate. Without a date it is that of the month's last day: the day the supply of the month ends
// (부가가치세법 시행령 제59조 has the base rate of the supply date).
func (o monthOptions) exchange(m calendar.Month) (rating.Exchange, error) {
	if !rateForm.MatchString(o.rate) {
		return rating.Exchange{}, fault.Invalidf("usd-krw", fault.T("1달러의 원화 환율을 --usd-krw 1340.5처럼 적어 주세요(입력 %q).", "Give the won for one dollar like --usd-krw 1340.5 (got %q).", o.rate))
	}
	rate, err := money.ParseDecimal(o.rate)
	if err != nil || rate.IsZero() {
		return rating.Exchange{}, fault.Invalidf("usd-krw", fault.T("환율은 0보다 커야 합니다.", "The exchange rate must be above zero.")).Because(err)
	}
	date := m.Last()
	if o.rateDate != "" {
		if date, err = calendar.ParseDate(o.rateDate); err != nil {
			return rating.Exchange{}, err
		}
	}
	if opens := m.Next().Day(tenant.DefaultSettings().OpensOn); date.After(opens) {
		return rating.Exchange{}, fault.Invalidf("rate-date", fault.T("환율 기준일 %[1]s이(가) 정산일 %[2]s보다 늦습니다.", "The date of the rate, %[1]s, is after the settlement on %[2]s.", date, opens))
	}
	return rating.Exchange{From: money.USD, Rate: rate, Date: date, Source: "매매기준율(직접 입력)"}, nil
}

// pullFOCUS registers the MSP with its one account and reads the file.
func (p *player) pullFOCUS(ctx context.Context) (settlement.Pulled, error) {
	logo, err := documenttest.Logo(28)
	if err != nil {
		return settlement.Pulled{}, err
	}
	profile := seedProfile()
	profile.ID, profile.Code, profile.Name = focusTenant, focusCode, "㈜포커스클라우드"
	if _, err := p.onboarding.SaveProfile(ctx, p.staff, profile, logo); err != nil {
		return settlement.Pulled{}, err
	}
	if _, _, err := tenant.LoadAccount(ctx, p.store, p.staff.Tenant, focusAccount); fault.Is(err, fault.NotFound) {
		if err := p.onboarding.RegisterAccount(ctx, p.staff, tenant.Account{ID: focusAccount, Label: "FOCUS", Provider: tenant.FOCUS}, ""); err != nil {
			return settlement.Pulled{}, err
		}
	}
	pulled, err := p.settlement.Ingest(ctx, identity.Job(p.staff.Tenant, app.Ingest), focusAccount, p.month, p.clock.Now())
	if err != nil {
		return settlement.Pulled{}, err
	}
	p.say("이용 내역: %[1]s행, 하위 계정 %[2]d개, %[3]s", "usage: %[1]s rows, %[2]d sub accounts, %[4]s", money.Won(int64(pulled.Rows)).Grouped(), pulled.Head.Members,
		map[bool]string{true: "새 스냅샷", false: "이전과 같은 내용"}[pulled.Changed], map[bool]string{true: "new snapshot", false: "the same content as before"}[pulled.Changed])
	return pulled, nil
}

func (p *player) settleFOCUS(ctx context.Context, exchange rating.Exchange, file string) error {
	customers, err := p.subAccounts(ctx, file)
	if err != nil {
		return err
	}
	w, err := tenant.PutExchange(p.staff.Tenant, p.month, exchange)
	if err != nil {
		return err
	}
	if err := p.settlement.Commit(ctx, p.staff, journal.Change{Action: "exchange.rate", Subject: p.month.String(), After: exchange.Rate.Canonical()}, w); err != nil {
		return err
	}
	if err := p.registerSubAccounts(ctx, customers); err != nil {
		return err
	}
	return p.steps(ctx, p.bill, p.shut)
}

// subAccounts makes a customer of every sub account that is not one yet, in the order of their ids. All are checked
// before any is registered: a file with one bad name leaves no customer behind.
func (p *player) subAccounts(ctx context.Context, file string) ([]customer.Customer, error) {
	rollups, err := usage.Rollups(ctx, p.store, p.staff.Tenant, focusAccount, p.month)
	if err != nil {
		return nil, err
	}
	known, err := customer.List(ctx, p.store, p.staff.Tenant)
	if err != nil {
		return nil, err
	}
	members := map[string]bool{usage.TaxMember: true}
	for _, c := range known {
		members[c.MemberNumber] = true
	}
	var out []customer.Customer
	var errs []error
	for _, r := range rollups {
		if members[r.Member] {
			continue
		}
		c := p.subAccount(len(known)+len(out)+1, r.Rollup).Normalize()
		if err := c.Validate(); err != nil {
			errs = append(errs, refused(r.Member, file, err))
		}
		out = append(out, c)
	}
	return out, errors.Join(errs...)
}

// refused says of each thing that is wrong with a sub account which one it is, and in what file.
func refused(member, file string, err error) error {
	var errs []error
	for _, f := range fault.All(err) {
		shown := f.Shown()
		t := fault.T("하위 계정 %[1]s: %[2]s 파일에서 고친 뒤 다시 실행해 주세요.", "sub account %[1]s: %[3]s Correct it in the file and run again.", member, shown.KO, shown.EN)
		errs = append(errs, fault.Invalidf(f.Field, t).At(fault.Place{File: file}).Because(f))
	}
	if len(errs) == 0 {
		return err
	}
	return errors.Join(errs...)
}

func (p *player) registerSubAccounts(ctx context.Context, customers []customer.Customer) error {
	for _, c := range customers {
		if err := p.onboarding.RegisterCustomer(ctx, p.staff, c); err != nil {
			return err
		}
	}
	p.say("새 고객사 등록: %d곳", "customers newly registered: %d", len(customers))
	return nil
}

func (p *player) subAccount(n int, r usage.Rollup) customer.Customer {
	name := strings.TrimSpace(r.Name)
	if name == "" {
		name = r.Member
	}
	policy := rating.DefaultPolicy()
	policy.Supply = money.WonDown.ID() // amounts are small: no cut to ten won
	return customer.Customer{
		ID: fmt.Sprintf("C%04d", n), Name: name, MainAccount: r.Member, MemberNumber: r.Member, Account: focusAccount, BusinessNumber: businessNumber(300 + n%600),
		Contacts:   []customer.Contact{{Name: "정산 담당", Email: fmt.Sprintf("billing%04d@customer.example.com", n)}},
		BillingDay: 10, DueDays: 15, Cycle: calendar.Monthly, Policy: policy, State: customer.Active, Registered: calendar.DateOf(p.clock.Now()),
	}
}

// provider prints the file's own totals in its own currency, exact to the last digit, and the rate.
func (p *player) provider(ctx context.Context, pulled settlement.Pulled) error {
	head := pulled.Head
	total := head.Charged
	p.say("제공사 합계 %[1]s: %[2]s %[3]s", "provider's total of %[1]s: %[2]s %[3]s", p.month, head.Charged.Canonical(), head.Meta.Currency)
	for _, o := range pulled.Statement.Outside {
		p.say("  다른 청구월 %[1]s: %[2]d행 %[3]s %[4]s (이번 정산에서 제외)", "  other billing month %[1]s: %[2]d rows, %[3]s %[4]s (left out)", o.Month, o.Rows, o.Amount.Canonical(), head.Meta.Currency)
		total = total.Add(o.Amount)
	}
	p.say("파일 전체: %[1]s %[2]s", "the whole file: %[1]s %[2]s", total.Canonical(), head.Meta.Currency)
	if head.Meta.Currency == money.KRW {
		return nil
	}
	x, err := tenant.LoadExchange(ctx, p.store, p.staff.Tenant, p.month, head.Meta.Currency)
	if err != nil {
		return err
	}
	p.say("적용 환율: 1 %[1]s = %[2]s원 (%[3]s, %[4]s)", "rate: 1 %[1]s = %[2]s won (%[3]s, %[4]s)", x.From, x.Rate.Canonical(), x.Date, x.Source)
	return nil
}
