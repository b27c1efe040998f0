package settlementtest

import (
	"bytes"
	"context"
	"maps"
	"sync"
	"time"

	"github.com/xuri/excelize/v2"

	"jeongsan/internal/calendar"
	"jeongsan/internal/crash"
	"jeongsan/internal/money"
	"jeongsan/internal/settlement"
	"jeongsan/internal/usage"
)

// Usage is what one member used in a month.
type Usage struct {
	Member string
	Rows   []usage.Row
	Total  string // the provider's own figure for the member; "" when it states none
}

// Uses is the usage of the nth customer's member, with the rows' sum as the provider's figure.
func Uses(n int, rows ...usage.Row) Usage {
	u := Usage{Member: Member(n), Rows: rows}
	var sum money.Decimal
	for _, r := range rows {
		sum = sum.Add(r.Cost)
	}
	u.Total = sum.Canonical()
	return u
}

// Row is a usage row of a service that costs so much.
func Row(service, cost string) usage.Row {
	return usage.Row{Service: service, Kind: "이용", Region: "KR", Detail: service, List: money.MustDecimal(cost), Cost: money.MustDecimal(cost)}.Settle()
}

// VM is a row of a virtual machine.
func VM(cost string) usage.Row {
	r := Row("Server (VPC)", cost)
	r.VM = true
	return r
}

// On is the row, used on a day.
func On(day string, r usage.Row) usage.Row {
	r.Start = calendar.MustDate(day).Start().UTC()
	r.End = r.Start.Add(24 * time.Hour)
	return r
}

// Reading is what the provider answers for an account's month.
type Reading struct {
	Currency money.Currency
	Usage    []Usage
	Charged  string // the provider's total; "" when it states none
	Written  time.Time
}

// Provider answers as a test decides.
type Provider struct {
	mu       sync.Mutex
	readings map[month]Reading
	// Rewrites is how many of the next pulls find the month rewritten half-way.
	Rewrites int
	pulls    []string
}

type month struct {
	account string
	month   calendar.Month
}

func newProvider() *Provider { return &Provider{readings: map[month]Reading{}} }

func (p *Provider) copy() *Provider {
	p.mu.Lock()
	defer p.mu.Unlock()
	return &Provider{readings: maps.Clone(p.readings), Rewrites: p.Rewrites, pulls: append([]string(nil), p.pulls...)}
}

// States sets the usage of an account's month in won.
func (p *Provider) States(account string, m calendar.Month, used ...Usage) {
	p.Answers(account, m, Reading{Currency: money.KRW, Usage: used})
}

// Answers sets the whole reading of an account's month.
func (p *Provider) Answers(account string, m calendar.Month, r Reading) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.readings[month{account, m}] = r
}

// Pulls lists the pulls so far: "public 2026-10".
func (p *Provider) Pulls() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.pulls...)
}

// source is the provider as one process sees one account.
type source struct {
	provider *Provider
	account  string
	process  *crash.Process
}

// Pull feeds the reading; a rewritten month breaks off after its first member.
func (s source) Pull(_ context.Context, m calendar.Month, to settlement.Sink) (out settlement.Statement, err error) {
	err = s.process.Outside("pull "+s.account+" "+m.String(), func() error {
		s.provider.mu.Lock()
		defer s.provider.mu.Unlock()
		s.provider.pulls = append(s.provider.pulls, s.account+" "+m.String())
		r, ok := s.provider.readings[month{s.account, m}]
		if !ok {
			r.Currency = money.KRW
		}
		rewritten := s.provider.Rewrites > 0
		if rewritten {
			s.provider.Rewrites--
		}
		for _, u := range r.Usage {
			if err := feed(u, to); err != nil {
				return err
			}
			if rewritten {
				return settlement.ErrChanged
			}
		}
		out = settlement.Statement{Currency: r.Currency, Written: r.Written}
		if r.Charged != "" {
			charged := money.MustDecimal(r.Charged)
			out.Charged = &charged
		}
		return nil
	})
	return out, err
}

func feed(u Usage, to settlement.Sink) error {
	for _, r := range u.Rows {
		if err := to.Row(u.Member, r); err != nil {
			return err
		}
	}
	member := usage.Member{ID: u.Member, Name: "회원 " + u.Member}
	if u.Total != "" {
		member.Total = &usage.Total{Amount: money.MustDecimal(u.Total)}
	}
	return to.Member(member)
}

// Workbook is an .xlsx as a clerk would make it, with a total.
func Workbook(total int64) []byte {
	f := excelize.NewFile()
	defer func() { _ = f.Close() }() // in memory only
	must(f.SetCellValue("Sheet1", "A1", "요금청구서"))
	must(f.SetCellValue("Sheet1", "A3", "합계"))
	must(f.SetCellValue("Sheet1", "B3", total))
	var b bytes.Buffer
	must(f.Write(&b))
	return b.Bytes()
}
