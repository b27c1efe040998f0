package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"jeongsan/internal/calendar"
	"jeongsan/internal/fault"
	"jeongsan/internal/invoice"
	"jeongsan/internal/rating"
	"jeongsan/internal/settlement"
	"jeongsan/internal/tenant"
)

// runExplain finds the invoice in the data folders and prints its derivation.
func runExplain(ctx context.Context, args []string, out io.Writer) error {
	var o options
	rest, err := parse(newFlags("explain", &o), args, 2)
	if err != nil {
		return err
	}
	if len(rest) == 0 {
		return fault.Invalidf("invoice", fault.T("청구번호를 적어 주세요(예: explain HANBIT-202610-C0002-1).", "Name the invoice (e.g. explain HANBIT-202610-C0002-1)."))
	}
	if _, err := invoice.ParseNumber(rest[0]); err != nil {
		return err
	}
	line := ""
	if len(rest) == 2 {
		line = rest[1]
	}
	dirs := []string{o.data}
	if o.data == "" {
		if dirs, err = dataFolders(); err != nil {
			return err
		}
	}
	for _, dir := range dirs {
		err := explainIn(ctx, dir, strings.ToUpper(rest[0]), line, o, out)
		if !fault.Is(err, fault.NotFound) {
			return err
		}
	}
	return fault.New(fault.NotFound, fault.T("청구서 %s을(를) 찾지 못했습니다. 먼저 month를 실행하거나 --data로 폴더를 알려 주세요.", "Invoice %s was not found; run month first or name the folder with --data.", rest[0]))
}

// dataFolders lists the played months under .local.
func dataFolders() ([]string, error) {
	found, err := filepath.Glob(filepath.Join(".local", "*", "state.db"))
	for i := range found {
		found[i] = filepath.Dir(found[i])
	}
	return found, err
}

func explainIn(ctx context.Context, dir, number, line string, o options, out io.Writer) error {
	if _, err := os.Stat(filepath.Join(dir, "state.db")); err != nil {
		return fault.New(fault.NotFound, fault.T("데이터 폴더 %s가 없습니다.", "There is no data folder %s.", dir))
	}
	desk, done, err := reader(ctx, dir)
	if err != nil {
		return err
	}
	defer func() { _ = done() }() // nothing was written
	tenants, err := tenant.All(ctx, desk.Store)
	if err != nil {
		return err
	}
	for _, t := range tenants {
		x, err := desk.Explain(ctx, t, number, line)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return err
		}
		printExplanation(out, o, x, line != "")
		return nil
	}
	return fault.New(fault.NotFound, fault.T("청구서 %s이(가) 없습니다.", "There is no invoice %s.", number))
}

func printExplanation(out io.Writer, o options, x settlement.Explanation, rows bool) {
	h := x.Invoice
	say := func(indent int, ko, en string, args ...any) {
		fmt.Fprintf(out, "%s%s\n", strings.Repeat("  ", indent), o.words(fault.T(ko, en, args...)))
	}
	say(0, "청구서 %[1]s (%[2]s, %[3]s)", "invoice %[1]s (%[2]s, %[4]s)", h.Number, h.Customer, h.State.Text().KO, h.State.Text().EN)
	for _, c := range h.Charges {
		say(1, "스냅샷 %[1]s %[2]s 회원 %[3]s: %[4]s (내용 해시 %[5]s…)", "snapshot %[1]s %[2]s member %[3]s: %[4]s (content %[5]s…)", c.Account, c.Month, c.Member, c.Cost.Grouped(), c.Hash[:12])
	}
	for _, l := range x.Lines {
		fmt.Fprintln(out)
		amount := l.Amount.Korean()
		if o.lang == "en" {
			amount = l.Amount.English()
		}
		fmt.Fprintf(out, "%s. %s  %s\n", l.ID, l.Name, amount)
		printSteps(out, o, l.Derivation)
		if rows {
			printRows(out, o, l)
		} else if len(l.Rows) > 0 {
			say(2, "이용 내역 %[1]d건 — explain %[2]s %[3]s", "%[1]d usage rows — explain %[2]s %[3]s", len(l.Rows), h.Number, l.ID)
		}
	}
	if !rows {
		d := x.Body.Bill.Derivation
		for _, part := range []struct {
			name  fault.Text
			steps []rating.Step
		}{{fault.T("이용료 합계", "usage"), d.Usage}, {fault.T("공급가액", "supply amount"), d.Supply}, {fault.T("부가세", "VAT"), d.VAT}, {fault.T("합계", "total"), d.Total}} {
			fmt.Fprintf(out, "\n%s\n", o.words(part.name))
			printSteps(out, o, part.steps)
		}
	}
	fmt.Fprintln(out)
	if x.Proved {
		say(0, "검산: 같은 입력으로 다시 계산한 결과가 바이트까지 같고, 이용 내역의 합이 맞습니다.", "proved: the same input rated again gives the same bytes, and the usage rows add up.")
	} else {
		say(0, "검산 실패: 다시 계산한 결과가 저장된 청구서와 다릅니다.", "NOT PROVED: rating again gives another result than the stored invoice.")
	}
}

func printSteps(out io.Writer, o options, steps []rating.Step) {
	for _, s := range steps {
		var in []string
		for _, i := range s.In {
			in = append(in, o.words(i.Text())+" "+i.Value)
		}
		rule := ""
		if s.Rule != "" {
			rule = " [" + s.Rule + "]"
		}
		detail := ""
		if len(in) > 0 {
			detail = " (" + strings.Join(in, ", ") + ")"
		}
		fmt.Fprintf(out, "    %s%s%s = %s\n", o.words(s.Text()), rule, detail, s.Out)
	}
}

func printRows(out io.Writer, o options, l settlement.ExplainedLine) {
	if len(l.Rows) == 0 {
		return
	}
	w := o.words
	columns := []column{{title: "#"}, {title: w(fault.T("구분", "kind"))}, {title: w(fault.T("상세", "detail"))}, {title: w(fault.T("자원", "resource"))}, {title: w(fault.T("사용량", "quantity"))},
		{w(fault.T("이용요금", "list")), true}, {w(fault.T("할인", "discounts")), true}, {w(fault.T("납부예상", "charged")), true}, {title: w(fault.T("시작", "start"))}}
	var rows [][]string
	for i, r := range l.Rows {
		start := ""
		if !r.Start.IsZero() {
			start = r.Start.In(calendar.Seoul).Format("2006-01-02 15:04")
		}
		rows = append(rows, []string{fmt.Sprint(i + 1), r.Kind, clipped(r.Detail, 48), clipped(r.Resource, 32), r.Quantity, r.List.Grouped(), r.List.Sub(r.Cost).Grouped(), r.Cost.Grouped(), start})
	}
	fmt.Fprintln(out)
	fmt.Fprint(out, grid(columns, rows))
	fmt.Fprintf(out, "    %s = %s\n", w(fault.T("합", "sum")), l.Cost.Grouped())
}

// clipped shortens a text for a terminal; the invoice's own sheet has it whole.
func clipped(s string, n int) string {
	runes := []rune(s)
	if len(runes) <= n {
		return s
	}
	return string(runes[:n-1]) + "…"
}
