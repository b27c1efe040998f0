package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"jeongsan/infra/local/pages"
	"jeongsan/internal/app"
	"jeongsan/internal/calendar"
	"jeongsan/internal/customer"
	"jeongsan/internal/fault"
	"jeongsan/internal/identity"
	"jeongsan/internal/invoice"
)

// monthOptions are what `month` is called with.
type monthOptions struct {
	options
	serve    bool
	focus    string
	rate     string
	rateDate string
}

func runMonth(ctx context.Context, args []string, out io.Writer) error {
	var o monthOptions
	f := newFlags("month", &o.options)
	f.BoolVar(&o.serve, "serve", false, "")
	f.StringVar(&o.focus, "focus", "", "")
	f.StringVar(&o.rate, "usd-krw", "", "")
	f.StringVar(&o.rateDate, "rate-date", "", "")
	rest, err := parse(f, args, 1)
	if err != nil {
		return err
	}
	if len(rest) == 0 {
		return fault.Invalidf("month", fault.T("정산할 달을 적어 주세요(예: month 2026-10).", "Name the month to settle (e.g. month 2026-10)."))
	}
	m, err := calendar.ParseMonth(rest[0])
	if err != nil {
		return err
	}
	if _, err := calendar.Korea().TaxInvoiceDeadline(m); err != nil { // before a folder is made for a month that cannot be settled
		return err
	}
	play := playSeed
	if o.focus != "" {
		play = playFOCUS
	} else if o.rate != "" {
		return fault.Invalidf("usd-krw", fault.T("--usd-krw는 --focus와 함께 씁니다.", "--usd-krw goes with --focus."))
	}
	return play(ctx, o, m, out)
}

// dir is the data folder of a played month.
func (o monthOptions) dir(name string) string {
	if o.data != "" {
		return o.data
	}
	return filepath.Join(".local", name)
}

// playSeed plays the seeded MSP's month: a moved clock goes through every dawn of the month, staff settle on the day
// settlement opens, the run closes. Played again on the same folder, it finds everything done and prints the same.
func playSeed(ctx context.Context, o monthOptions, m calendar.Month, out io.Writer) error {
	if o.serve { // before a month is played whose pages cannot be opened
		listener, err := pages.Listen(o.addr)
		if err != nil {
			return err
		}
		if err := listener.Close(); err != nil {
			return err
		}
	}
	if err := keepSeed(o.dir(m.String()), m); err != nil {
		return err
	}
	start := m.First().AddDays(-1).Start().Add(9 * time.Hour)
	s, err := open(ctx, config{dir: o.dir(m.String()), baseURL: "http://" + o.addr, template: o.template, start: start, frozen: true, world: seedWorld(m), outside: seedOutside(m)})
	if err != nil {
		return err
	}
	defer func() { _ = s.close() }() // a failed close after a printed table loses nothing: every commit was durable
	p := newPlayer(s, o, m, out, seedStaff())
	if err := p.dates(); err != nil {
		return err
	}
	settled, err := p.settled(ctx)
	if err != nil {
		return err
	}
	if err := p.playSeed(ctx, settled); err != nil {
		return err
	}
	if err := p.print(ctx); err != nil {
		return err
	}
	if o.serve {
		return s.serve(ctx, o.options, out, p.activity)
	}
	return nil
}

// player plays one month and prints what it does.
type player struct {
	*stack
	options
	month calendar.Month
	staff identity.Principal
	out   io.Writer

	mu       sync.Mutex // steps are done side by side
	pulls    int
	failed   []app.Done
	activity *pages.Activity // what the served pages tell of the month; nil when they are not served
}

// newPlayer makes the player of a month over its stack.
func newPlayer(s *stack, o monthOptions, m calendar.Month, out io.Writer, staff identity.Principal) *player {
	p := &player{stack: s, options: o.options, month: m, staff: staff, out: out}
	if o.serve {
		p.activity = pages.NewActivity(s.clock.Now)
	}
	return p
}

func (p *player) say(ko, en string, args ...any) {
	fmt.Fprintln(p.out, p.words(fault.T(ko, en, args...)))
}

// settled reports whether an earlier call has already closed the month.
func (p *player) settled(ctx context.Context) (bool, error) {
	run, _, err := invoice.LoadRun(ctx, p.store, p.staff.Tenant, p.month)
	return !run.Closed.IsZero(), err
}

// playSeed goes to the close, then mails, issues tax invoices and charges cards: nothing leaves the house for a month
// that cannot close. A month that an earlier call has closed goes on from there, and finds nothing to do when it is over.
func (p *player) playSeed(ctx context.Context, settled bool) error {
	if !settled {
		if err := p.steps(ctx, p.setUp, p.dawns, p.bill, p.shut); err != nil {
			return err
		}
	}
	return p.steps(ctx, p.exchangeWorkbook, p.sendAll, p.settleUpload, p.issueTaxes, p.collectCards, p.proveBooks)
}

func (p *player) steps(ctx context.Context, steps ...func(context.Context) error) error {
	p.app.Observe = p.observe
	for _, step := range steps {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (p *player) observe(d app.Done) {
	if p.activity != nil {
		p.activity.Observe(d)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if d.Err != nil {
		p.failed = append(p.failed, d)
	} else { // done now: two steps had met on one document
		p.failed = slices.DeleteFunc(p.failed, func(f app.Done) bool {
			return f.Message.Job == d.Message.Job && string(f.Message.Payload) == string(d.Message.Payload)
		})
	}
	if d.Pulled != nil && d.Pulled.Changed {
		p.pulls++
	}
}

// setUp registers the MSP and reads the months before, which customers with longer cycles are billed for.
func (p *player) setUp(ctx context.Context) error {
	if _, err := p.store.Get(ctx, customer.Partition(p.staff.Tenant).Key("C0001")); fault.Is(err, fault.NotFound) {
		p.say("MSP 등록: 계정 %d개(인증키 확인), 고객사 %d곳", "registering the MSP: %d accounts (keys proved), %d customers", len(seedAccounts), len(seedCustomers))
		if err := p.seed(ctx, p.month); err != nil {
			return err
		}
	}
	p.say("지난 이용 내역 읽기: %[1]s ~ %[2]s", "reading earlier usage: %[1]s to %[2]s", p.month.Add(-5), p.month.Prev())
	for m := p.month.Add(-5); m.Before(p.month); m = m.Next() {
		for _, a := range seedAccounts {
			if _, err := p.settlement.Ingest(ctx, identity.Job(p.staff.Tenant, app.Ingest), a.ID, m, p.clock.Now()); err != nil {
				return err
			}
		}
	}
	return nil
}

// dawns lets the days of the month pass, up to the morning settlement opens.
func (p *player) dawns(ctx context.Context) error {
	opens := p.month.Next().Day(seedProfile().Settings.OpensOn).Start().Add(9 * time.Hour)
	for day := p.month.First(); ; day = day.AddDays(7) {
		to := day.Start().Add(9 * time.Hour)
		if to.After(opens) {
			to = opens
		}
		if to.After(p.clock.Now()) {
			if err := p.advance(ctx, to); err != nil {
				return err
			}
			p.say("  %[1]s까지: 새 스냅샷 %[2]d개", "  to %[1]s: %[2]d new snapshots", calendar.DateOf(to), p.pulls)
		}
		if to.Equal(opens) {
			return nil
		}
	}
}

// bill makes every invoice of the month final.
func (p *player) bill(ctx context.Context) error {
	if err := p.app.BillAll(ctx, p.staff, p.month); err != nil {
		return err
	}
	if err := p.settle(ctx); err != nil {
		return err
	}
	heads, err := invoice.List(ctx, p.store, p.staff.Tenant, p.month)
	if err != nil {
		return err
	}
	final := 0
	for _, h := range heads {
		if h.State == invoice.Final {
			final++
		}
	}
	p.say("청구서 확정: %[1]d건 (%[2]s)", "invoices final: %[1]d (%[2]s)", final, calendar.DateOf(p.clock.Now()))
	return nil
}

// sendAll mails every final invoice, in the outbox first; what cannot be sent is told by row.
func (p *player) sendAll(ctx context.Context) error {
	heads, err := invoice.List(ctx, p.store, p.staff.Tenant, p.month)
	if err != nil {
		return err
	}
	var ids []string
	for _, h := range heads {
		if h.State == invoice.Final && h.Sends == 0 {
			ids = append(ids, h.Customer)
		}
	}
	rows, err := p.settlement.RequestSend(ctx, p.staff, p.month, ids)
	if err != nil {
		return err
	}
	for _, r := range rows {
		if r.Err != nil {
			p.say("  발송하지 않음 %[1]s: %[2]s", "  not sent %[1]s: %[3]s", r.Number, fault.TextOf(r.Err).KO, fault.TextOf(r.Err).EN)
		}
	}
	if err := p.settle(ctx); err != nil {
		return err
	}
	mails, err := p.mailbox.List(ctx, 10_000)
	if err != nil {
		return err
	}
	p.say("요금청구서 발송: 메일 %d통", "invoices mailed: %d mails", len(mails))
	return nil
}

// shut closes the run through the gate.
func (p *player) shut(ctx context.Context) error {
	run, err := p.settlement.Close(ctx, p.staff, p.month)
	if err != nil {
		p.tellFailed()
		return err
	}
	p.say("정산 마감: %s", "run closed: %s", run.Closed.In(calendar.Seoul).Format("2006-01-02 15:04"))
	return nil
}

// proveBooks draws the trial balance and tells of steps that failed on the way.
func (p *player) proveBooks(ctx context.Context) error {
	trial, err := p.settlement.Prove(ctx, p.staff.Tenant, p.month.Add(-12), p.month.Add(3))
	if err != nil {
		return err
	}
	for _, t := range trial.Totals {
		p.say("시산표: 차변 %[1]s = 대변 %[2]s", "trial balance: debit %[3]s = credit %[4]s", t.Debit.Korean(), t.Credit.Korean(), t.Debit.English(), t.Credit.English())
	}
	p.tellFailed()
	return nil
}

// tellFailed names the steps that failed on the way and what they say.
func (p *player) tellFailed() {
	for _, d := range p.failed {
		p.say("  실패한 작업 %[1]s: %[2]s", "  failed step %[1]s: %[3]s", d.Message.Job+" "+string(d.Message.Payload), fault.TextOf(d.Err).KO, fault.TextOf(d.Err).EN)
	}
}

// dates prints the month as data travels (§6 of the design).
func (p *player) dates() error {
	m, next := p.month, p.month.Next()
	korea := calendar.Korea()
	deadline, err := korea.TaxInvoiceDeadline(m)
	if err != nil {
		return err
	}
	transmitted, err := korea.NextBusinessDay(next.Day(6))
	if err != nil {
		return err
	}
	paid := next.Next()
	pulled := [][]string{
		{m.First().String() + " ~ " + m.Last().String(), p.words(fault.T("매일 05:10 이용 내역 조회, 06:00 초안 계산", "daily 05:10 usage pulled, 06:00 drafts"))},
		{next.Day(1).String(), p.words(fault.T("제공사가 지난달을 마지막으로 고쳐 씀(08:30경), 다음 날 새벽에 다시 읽음", "the provider rewrites the month once more (about 08:30), read again the next dawn"))},
	}
	if p.source != nil { // an export comes when it comes
		pulled = nil
	}
	rows := append(pulled, [][]string{
		{next.Day(6).String(), p.words(fault.T("정산 시작: 검토, 확정, 마감, 요금청구서 발송", "settlement opens: review, final, close, invoices mailed"))},
		{deadline.String(), p.words(fault.T("전자세금계산서 발급 기한 (작성일자 %[1]s, 6일 발급분의 익일 전송 %[2]s 15:00)", "tax invoices due (dated %[1]s; issued on the 6th, transmitted %[2]s 15:00)", m.Last(), transmitted))},
		{paid.Day(3).String(), p.words(fault.T("정기 결제일(카드)", "cards are charged"))},
		{paid.Day(5).String() + " / " + paid.Day(8).String() + " / " + paid.Last().String(), p.words(fault.T("미납: 이용 정지 / 차단 / (켠 경우) 10:00 삭제", "unpaid: suspended / blocked / (if on) deleted at 10:00"))},
	}...)
	fmt.Fprintln(p.out, p.words(fault.T("%[1]s 정산", "Settlement of %[2]s", m.Korean(), m.String())))
	for _, r := range rows {
		fmt.Fprintf(p.out, "  %s%s  %s\n", r[0], strings.Repeat(" ", max(0, 37-cells(r[0]))), r[1])
	}
	fmt.Fprintln(p.out)
	return nil
}
