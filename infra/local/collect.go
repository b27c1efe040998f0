package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"jeongsan/internal/calendar"
	"jeongsan/internal/customer"
	"jeongsan/internal/fault"
	"jeongsan/internal/invoice"
	"jeongsan/internal/money"
	"jeongsan/internal/payment"
	"jeongsan/internal/settlement"
	"jeongsan/internal/taxinvoice"
)

// settleUpload plays what staff do before the tax invoice about a workbook that asks for another amount (CB-13): they
// revise the invoice to it and send it again.
func (p *player) settleUpload(ctx context.Context) error {
	head, _, err := invoice.Load(ctx, p.store, p.staff.Tenant, p.month, handMade)
	if err != nil || head.Upload == nil || head.Upload.Difference.IsZero() {
		return err
	}
	if err := p.until(ctx, p.issueDay().Start().Add(9*time.Hour)); err != nil {
		return err
	}
	before := head.Number
	head, err = p.settlement.Revise(ctx, p.staff, p.month, handMade, settlement.Revision{ExpectedRevision: head.Revision, ToUpload: true, Reason: "거래처 협의 할인"})
	if fault.Is(err, fault.Invalid) { // too little was used that month for a discount to be taken from
		_, err = p.settlement.TakeBack(ctx, p.staff, p.month, handMade, "수정한 금액으로 청구할 수 없음")
		p.say("올린 파일을 되돌림: %s", "uploaded file taken back: %s", before)
		return err
	}
	if err != nil {
		return err
	}
	p.say("금액 수정: %[1]s → %[2]s, 합계 %[3]s, 다시 발송", "revised: %[1]s → %[2]s, total %[4]s, sent again", before, head.Number, head.Sums.Total.Korean(), head.Sums.Total.English())
	if _, err := p.settlement.RequestSend(ctx, p.staff, p.month, []string{handMade}); err != nil {
		return err
	}
	return p.settle(ctx)
}

// until moves the clock on to a time; a month that is played again has passed it already.
func (p *player) until(ctx context.Context, at time.Time) error {
	if !at.After(p.clock.Now()) {
		return nil
	}
	return p.advance(ctx, at)
}

// issueDay is the day on which staff issue the month's tax invoices: the business day before the legal deadline.
func (p *player) issueDay() calendar.Date {
	deadline, err := calendar.Korea().TaxInvoiceDeadline(p.month)
	if err != nil { // the command has asked before it began
		return p.month.Next().Day(9)
	}
	day, err := calendar.Korea().AddBusinessDays(deadline, -1)
	if err != nil {
		return deadline
	}
	return day
}

// issueTaxes issues what is paid by transfer: 공공 at once, the others for the next day. Who pays by card gets a slip.
func (p *player) issueTaxes(ctx context.Context) error {
	if err := p.until(ctx, p.issueDay().Start().Add(10*time.Hour)); err != nil {
		return err
	}
	for _, timing := range []taxinvoice.Timing{taxinvoice.NextDay, taxinvoice.Immediate} {
		orders, err := p.taxOrders(ctx, timing)
		if err != nil || len(orders) == 0 {
			return err
		}
		if orders, err = p.cleared(ctx, timing, orders); err != nil {
			return err
		}
		if err := p.orderTaxes(ctx, orders); err != nil {
			return err
		}
	}
	return p.settle(ctx)
}

// taxOrders are the invoices of a timing that have no tax invoice yet.
func (p *player) taxOrders(ctx context.Context, timing taxinvoice.Timing) ([]settlement.TaxOrder, error) {
	heads, err := invoice.List(ctx, p.store, p.staff.Tenant, p.month)
	if err != nil {
		return nil, err
	}
	var out []settlement.TaxOrder
	for _, h := range heads {
		c, _, err := customer.Load(ctx, p.store, p.staff.Tenant, h.Customer)
		if err != nil {
			return nil, err
		}
		wanted := taxinvoice.NextDay
		if c.Account == "gov" {
			wanted = taxinvoice.Immediate
		}
		if h.State == invoice.Final && h.Money.TaxInvoice == "" && c.PayMeans != customer.ByCard && wanted == timing {
			out = append(out, settlement.TaxOrder{Customer: h.Customer, Timing: timing})
		}
	}
	return out, nil
}

// cleared leaves out what the preflight forbids, and tells of it (XX-11).
func (p *player) cleared(ctx context.Context, timing taxinvoice.Timing, orders []settlement.TaxOrder) ([]settlement.TaxOrder, error) {
	problems, err := p.settlement.PreflightTax(ctx, p.staff, p.month, timing, orders)
	if err != nil {
		return nil, err
	}
	blocked := map[string]bool{}
	for _, x := range problems {
		if x.Blocking {
			blocked[x.Customer] = true
			p.say("  발행 보류 %[1]s: %[2]s", "  not issued %[1]s: %[3]s", x.Customer, x.Text.KO, x.Text.EN)
		}
	}
	return slices.DeleteFunc(orders, func(o settlement.TaxOrder) bool { return blocked[""] || blocked[o.Customer] }), nil
}

func (p *player) orderTaxes(ctx context.Context, orders []settlement.TaxOrder) error {
	rows, err := p.settlement.RequestIssue(ctx, p.staff, p.month, orders)
	if err != nil {
		return err
	}
	for _, r := range rows {
		if r.Err != nil {
			p.say("  발행하지 않음 %[1]s: %[2]s", "  not issued %[1]s: %[3]s", r.Customer, fault.TextOf(r.Err).KO, fault.TextOf(r.Err).EN)
		}
	}
	if err := p.settle(ctx); err != nil {
		return err
	}
	issued := len(orders)
	for _, r := range rows {
		if r.Err != nil {
			issued--
		}
	}
	if issued > 0 {
		p.say("전자세금계산서 %[1]s: %[2]d건 (%[3]s)", "tax invoices %[4]s: %[2]d (%[3]s)", timingText(orders[0].Timing).KO, issued, calendar.DateOf(p.clock.Now()), timingText(orders[0].Timing).EN)
	}
	return nil
}

func timingText(t taxinvoice.Timing) fault.Text {
	if t == taxinvoice.Immediate {
		return fault.T("즉시 발행", "issued and transmitted at once")
	}
	return fault.T("익일 발행", "issued for the next business day")
}

// collectCards lets the tax office answer and the regular day come (CF-02).
func (p *player) collectCards(ctx context.Context) error {
	transmitted, err := calendar.Korea().NextBusinessDay(p.issueDay())
	if err != nil {
		return err
	}
	if err := p.until(ctx, transmitted.Start().Add(17*time.Hour)); err != nil {
		return err
	}
	all, err := taxinvoice.List(ctx, p.store, p.staff.Tenant, p.month, "")
	if err != nil {
		return err
	}
	reported := 0
	for _, x := range all {
		if x.State == taxinvoice.Reported {
			reported++
		}
	}
	p.say("국세청 전송 완료: %[1]d건 (%[2]s)", "reported to the tax office: %[1]d (%[2]s)", reported, transmitted)
	day := p.month.Add(2).Day(seedProfile().Settings.RegularDay)
	if err := p.until(ctx, day.Start().Add(12*time.Hour)); err != nil {
		return err
	}
	paid, declined, err := p.charged(ctx)
	if err != nil {
		return err
	}
	p.say("정기 결제일 %[1]s: 카드 결제 %[2]d건, 실패 %[3]d건", "regular day %[1]s: %[2]d cards charged, %[3]d declined", day, paid, declined)
	return nil
}

func (p *player) charged(ctx context.Context) (paid, declined int, err error) {
	all, err := payment.List(ctx, p.store, p.staff.Tenant, p.month, "")
	for _, x := range all {
		if x.State.Paid() {
			paid++
		} else if x.State == payment.Declined {
			declined++
		}
	}
	return paid, declined, err
}

// collected prints what became of each invoice after it was sent: its tax document, what was paid, what is owed.
func (p *player) collected(ctx context.Context, customers []customer.Customer, heads []invoice.Invoice) error {
	w := p.words
	columns := []column{
		{title: w(fault.T("고객사", "customer"))}, {title: w(fault.T("청구서", "invoice"))}, {w(fault.T("합계", "total")), true},
		{title: w(fault.T("세금계산서 승인번호", "tax invoice"))}, {title: w(fault.T("작성일자", "dated"))}, {title: w(fault.T("상태", "state"))},
		{title: w(fault.T("카드 승인번호", "card slip"))}, {title: w(fault.T("결제", "payment"))}, {w(fault.T("납부액", "paid")), true}, {w(fault.T("잔액", "balance")), true}, {title: w(fault.T("비고", "note"))},
	}
	names := map[string]customer.Customer{}
	for _, c := range customers {
		names[c.ID] = c
	}
	var rows [][]string
	total, owed := money.Zero(settlement.BillCurrency), money.Zero(settlement.BillCurrency)
	for _, h := range heads {
		if h.State != invoice.Final {
			continue
		}
		row, balance, err := p.collectedRow(ctx, names[h.Customer], h)
		if err != nil {
			return err
		}
		rows = append(rows, row)
		if total, err = total.Add(h.Sums.Total); err != nil {
			return err
		}
		if owed, err = owed.Add(balance); err != nil {
			return err
		}
	}
	paid, err := total.Sub(owed)
	if err != nil {
		return err
	}
	rows = append(rows, []string{w(fault.T("합계", "total")), "", total.Grouped(), "", "", "", "", "", paid.Grouped(), owed.Grouped(), ""})
	fmt.Fprintln(p.out, w(fault.T("세금계산서와 수납 (부가세 포함)", "tax documents and payments (VAT included)")))
	fmt.Fprintln(p.out, grid(columns, rows))
	return nil
}

func (p *player) collectedRow(ctx context.Context, c customer.Customer, h invoice.Invoice) ([]string, money.Amount, error) {
	balance, err := h.Balance()
	if err != nil {
		return nil, balance, err
	}
	paid, err := h.Paid()
	if err != nil {
		return nil, balance, err
	}
	number, written, state, err := p.taxState(ctx, c, h)
	if err != nil {
		return nil, balance, err
	}
	slip, charged, note, err := p.slipState(ctx, h)
	return []string{c.Name, h.Number, h.Sums.Total.Grouped(), number, written, state, slip, charged, paid.Grouped(), balance.Grouped(), note}, balance, err
}

// taxState is the last tax invoice of an invoice, or why it has none.
func (p *player) taxState(ctx context.Context, c customer.Customer, h invoice.Invoice) (number, written, state string, err error) {
	all, err := taxinvoice.List(ctx, p.store, p.staff.Tenant, h.Month, h.Customer)
	if err != nil {
		return "", "", "", err
	}
	if len(all) > 0 {
		x := all[len(all)-1]
		return x.Confirmation, x.Content.Written.String(), p.words(x.State.Text()), nil
	}
	left, err := h.Taxable()
	switch {
	case err != nil:
		return "", "", "", err
	case left.Total.Sign() <= 0:
		return "", "", p.words(fault.T("카드 전표로 갈음", "the slip stands for it")), nil
	case c.PayMeans == customer.ByCard:
		return "", "", p.words(fault.T("카드 결제 대기", "waits for the card")), nil
	}
	return "", "", p.words(taxinvoice.State("").Text()), nil
}

// slipState is the last payment of an invoice, and why it failed.
func (p *player) slipState(ctx context.Context, h invoice.Invoice) (slip, state, note string, err error) {
	all, err := payment.List(ctx, p.store, p.staff.Tenant, h.Month, h.Customer)
	if err != nil || len(all) == 0 {
		return "", "", "", err
	}
	x := all[len(all)-1]
	if n := len(x.Attempts); n > 1 && x.State.Paid() {
		note = p.words(fault.T("예비 카드 %d로 결제", "paid by backup card %d", n-1))
	}
	if x.State == payment.Declined {
		note = p.words(x.Reason)
	}
	return x.Slip.Approval, p.words(x.State.Text()), note, nil
}
