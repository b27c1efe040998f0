package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"jeongsan/internal/blob"
	"jeongsan/internal/calendar"
	"jeongsan/internal/customer"
	"jeongsan/internal/fault"
	"jeongsan/internal/invoice"
	"jeongsan/internal/money"
	"jeongsan/internal/settlement"
	"jeongsan/internal/tenant"
	"jeongsan/internal/usage"
)

// print shows the month: the table, the gate's sums and where the documents lie.
func (p *player) print(ctx context.Context) error {
	accounts, err := tenant.Accounts(ctx, p.store, p.staff.Tenant)
	if err != nil {
		return err
	}
	customers, err := customer.List(ctx, p.store, p.staff.Tenant)
	if err != nil {
		return err
	}
	heads, err := invoice.List(ctx, p.store, p.staff.Tenant, p.month)
	if err != nil {
		return err
	}
	if err := p.table(ctx, accounts, customers, heads); err != nil {
		return err
	}
	if p.outside != nil {
		if err := p.collected(ctx, customers, heads); err != nil {
			return err
		}
	}
	if err := p.gates(ctx); err != nil {
		return err
	}
	return p.documents(ctx, heads)
}

// table is what a person can check by hand: usage + other + discount + cut = supply, supply + VAT = total.
func (p *player) table(ctx context.Context, accounts []tenant.Account, customers []customer.Customer, heads []invoice.Invoice) error {
	labels := map[string]string{}
	for _, a := range accounts {
		labels[a.ID] = a.Label
	}
	byCustomer := map[string]invoice.Invoice{}
	for _, h := range heads {
		byCustomer[h.Customer] = h
	}
	w := p.words
	columns := []column{
		{title: "No"}, {title: w(fault.T("고객사", "customer"))}, {title: w(fault.T("계정", "account"))},
		{w(fault.T("이용료", "usage")), true}, {w(fault.T("기타 비용", "other")), true}, {w(fault.T("할인", "discount")), true}, {w(fault.T("절사", "cut")), true},
		{w(fault.T("공급가액", "supply")), true}, {w(fault.T("부가세", "VAT")), true}, {w(fault.T("합계", "total")), true},
		{title: w(fault.T("청구서", "invoice"))}, {title: w(fault.T("메일", "mail"))}, {title: w(fault.T("비고", "note"))},
	}
	gone, err := p.gone(ctx, accounts)
	if err != nil {
		return err
	}
	var rows [][]string
	sums := invoice.Sums{}
	for _, c := range customers {
		h, ok := byCustomer[c.ID]
		mail, err := p.mailState(ctx, c, h)
		if err != nil {
			return err
		}
		state, note := p.state(c, h, ok)
		if left, ok := gone[[2]string{c.Account, c.MemberNumber}]; ok {
			note = p.words(fault.T("%s 파트너 변경 확인, 마지막 금액까지 청구", "left for another partner, seen %s; billed to its last figure", left))
		}
		row := []string{c.ID, c.Name, labels[c.Account]}
		if ok && h.State == invoice.Final {
			s := h.Sums
			for _, a := range []money.Amount{s.Usage, s.Other, s.Discount, s.Rounding, s.Supply, s.VAT, s.Total} {
				row = append(row, a.Grouped())
			}
			if sums, err = added(sums, s); err != nil {
				return err
			}
		} else {
			row = append(row, "", "", "", "", "", "", "")
		}
		rows = append(rows, append(row, state, mail, note))
	}
	total := []string{"", w(fault.T("합계", "total")), ""}
	for _, a := range []money.Amount{sums.Usage, sums.Other, sums.Discount, sums.Rounding, sums.Supply, sums.VAT, sums.Total} {
		total = append(total, a.Grouped())
	}
	rows = append(rows, append(total, "", "", w(fault.T("단위: 원", "in won"))))
	fmt.Fprintf(p.out, "\n%s\n", grid(columns, rows))
	return nil
}

// gone are the members that the provider no longer shows, with the day that was first seen.
func (p *player) gone(ctx context.Context, accounts []tenant.Account) (map[[2]string]calendar.Date, error) {
	out := map[[2]string]calendar.Date{}
	for _, a := range accounts {
		rollups, err := usage.Rollups(ctx, p.store, p.staff.Tenant, a.ID, p.month)
		if err != nil {
			return nil, err
		}
		for _, r := range rollups {
			if !r.Gone.IsZero() {
				out[[2]string{a.ID, r.Member}] = r.Gone
			}
		}
	}
	return out, nil
}

func added(a, b invoice.Sums) (invoice.Sums, error) {
	for _, pair := range []struct{ to, x *money.Amount }{{&a.Usage, &b.Usage}, {&a.Discount, &b.Discount}, {&a.Other, &b.Other}, {&a.Rounding, &b.Rounding}, {&a.Supply, &b.Supply}, {&a.VAT, &b.VAT}, {&a.Total, &b.Total}} {
		sum, err := pair.to.Add(*pair.x)
		if err != nil {
			return a, err
		}
		*pair.to = sum
	}
	return a, nil
}

// state is the invoice's number, or why there is none; note is what is special about the customer's month.
func (p *player) state(c customer.Customer, h invoice.Invoice, ok bool) (state, note string) {
	turn, _ := c.TurnIn(p.month)
	switch {
	case turn == customer.TurnGather:
		return p.words(fault.T("모음", "gathered")), p.words(fault.T("%[1]s 청구", "billed %[2]s", c.Cycle.Text().KO, c.Cycle.Text().EN))
	case turn == customer.TurnBeforeFirst && c.FirstMonth.IsZero():
		return p.words(fault.T("청구 전", "not yet")), p.words(fault.T("등록일 %s 이전", "before its registration on %s", c.Registered))
	case turn == customer.TurnBeforeFirst:
		return p.words(fault.T("청구 전", "not yet")), p.words(fault.T("청구 시작월 %s", "first month %s", c.FirstMonth))
	case !ok || h.State != invoice.Final:
		return p.words(fault.T("청구 없음", "nothing")), ""
	}
	var notes []string
	if len(h.Span) > 1 {
		notes = append(notes, p.words(fault.T("%[1]s, %[3]d개월분", "%[2]s, %[3]d months", c.Cycle.Text().KO, c.Cycle.Text().EN, len(h.Span))))
	}
	if !c.InactiveFrom.IsZero() {
		notes = append(notes, p.words(fault.T("비활성 %s부터", "inactive from %s", c.InactiveFrom)))
	}
	if h.Upload != nil {
		notes = append(notes, p.words(fault.T("업로드 파일, 차이 %[1]s", "uploaded file, difference %[2]s", h.Upload.Difference.Korean(), h.Upload.Difference.English())))
	}
	return h.Number, strings.Join(notes, "; ")
}

// mailState sums up the mails of an invoice's sends.
func (p *player) mailState(ctx context.Context, c customer.Customer, h invoice.Invoice) (string, error) {
	if h.State != invoice.Final {
		return "", nil
	}
	deliveries, err := invoice.Deliveries(ctx, p.store, p.staff.Tenant, p.month, c.ID)
	if err != nil {
		return "", err
	}
	if len(deliveries) == 0 {
		if _, err := c.Recipients(); err != nil {
			return p.words(fault.T("이메일 없음", "no e-mail")), nil
		}
		return p.words(fault.T("발송 전", "not sent")), nil
	}
	last := deliveries[len(deliveries)-1]
	text := p.words(last.State.Text())
	if len(deliveries) > 1 {
		text += fmt.Sprintf(" %d", len(deliveries))
	}
	return text, nil
}

// gates prints the proof of each account: nothing of the provider's bill is lost between invoices and work-list.
func (p *player) gates(ctx context.Context) error {
	gates, err := p.settlement.Gates(ctx, p.staff.Tenant, p.month)
	if err != nil {
		return err
	}
	w := p.words
	var rows [][]string
	for _, g := range gates {
		state := w(fault.T("일치", "balanced"))
		if err := g.Check(); err != nil {
			state = w(fault.TextOf(err))
		}
		rows = append(rows, []string{g.Label, string(g.Currency), g.Billed.Grouped(), g.Released.Grouped(), g.Invoiced.Grouped(), g.Gathered.Grouped(), g.Left().Grouped(), state})
	}
	fmt.Fprintln(p.out, w(fault.T("정산 검증: 제공사 청구액 + 앞달 모음 = 청구서 + 모음 + 미배분 (부가세 별도)", "gate: provider's bill + gathered before = invoiced + gathered + unallocated (before VAT)")))
	fmt.Fprintln(p.out, grid([]column{{title: w(fault.T("계정", "account"))}, {title: w(fault.T("통화", "currency"))}, {w(fault.T("제공사 청구액", "billed")), true}, {w(fault.T("앞달 모음", "released")), true},
		{w(fault.T("청구서", "invoiced")), true}, {w(fault.T("모음", "gathered")), true}, {w(fault.T("미배분", "unallocated")), true}, {title: w(fault.T("결과", "result"))}}, rows))
	var left [][]string
	for _, g := range gates {
		for _, u := range g.Unallocated {
			left = append(left, []string{g.Label, u.Member, u.Name, u.Cost.Grouped(), w(u.Reason.Text())})
		}
	}
	if len(left) > 0 {
		fmt.Fprintln(p.out, w(fault.T("미배분 목록", "work-list")))
		fmt.Fprintln(p.out, grid([]column{{title: w(fault.T("계정", "account"))}, {title: w(fault.T("회원번호", "member"))}, {title: w(fault.T("이름", "name"))}, {w(fault.T("금액", "amount")), true}, {title: w(fault.T("사유와 할 일", "reason, and what to do"))}}, left))
	}
	return nil
}

// export copies the documents of every final invoice under names that people know.
func (p *player) export(ctx context.Context, heads []invoice.Invoice) (string, error) {
	folder := filepath.Join(p.dir, "documents")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return "", err
	}
	profile, _, err := tenant.Load(ctx, p.store, p.staff.Tenant)
	if err != nil {
		return "", err
	}
	for _, h := range heads {
		for _, d := range []struct {
			key    blob.Key
			ending string
		}{{h.Documents.XLSX, "xlsx"}, {h.Documents.PDF, "pdf"}} {
			if d.key.IsZero() {
				continue
			}
			if err := p.copyOut(ctx, d.key, filepath.Join(folder, settlement.FileName(profile, h, d.ending))); err != nil {
				return "", err
			}
		}
	}
	return folder, nil
}

func (p *player) copyOut(ctx context.Context, k blob.Key, path string) error {
	r, _, err := p.bucket.Open(ctx, k)
	if err != nil {
		return err
	}
	defer func() { _ = r.Close() }() // a read-only handle
	content, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	return os.WriteFile(path, content, 0o600)
}

// documents says where the files lie and how to read further.
func (p *player) documents(ctx context.Context, heads []invoice.Invoice) error {
	folder, err := p.export(ctx, heads)
	if err != nil {
		return err
	}
	p.say("문서: %s/*.xlsx, *.pdf", "documents: %s/*.xlsx, *.pdf", folder)
	p.say("메일: %s", "mails: %s", filepath.Join(p.dir, "mail"))
	for _, h := range heads {
		if h.State == invoice.Final {
			where := ""
			if p.data != "" {
				where = " --data " + p.data
			}
			p.say("산출 근거: go run ./infra/local explain %s", "derivation: go run ./infra/local explain %s", h.Number+where)
			break
		}
	}
	p.say("오늘(시험 시계): %s", "today (test clock): %s", p.clock.Now().In(calendar.Seoul).Format("2006-01-02 15:04"))
	return nil
}
