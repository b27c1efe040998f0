package main

import (
	"bytes"
	"context"
	"flag"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"jeongsan/internal/calendar"
	"jeongsan/internal/fault"
	"jeongsan/internal/focus"
	"jeongsan/internal/focus/focustest"
	"jeongsan/internal/money"
)

var update = flag.Bool("update", false, "write golden files anew")

// command runs the command line as a person does, from the top of the repository.
func command(t *testing.T, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	err := run(context.Background(), append(args, "--template", filepath.Join("..", "..", "template.yaml")), &out)
	return out.String(), err
}

func settled(t *testing.T, args ...string) string {
	t.Helper()
	out, err := command(t, args...)
	if err != nil {
		var told strings.Builder
		report(&told, err)
		t.Fatalf("%v\n%s%s", args, told.String(), err)
	}
	return out
}

// table cuts the printed month from its table to the work-list, which is what a person checks.
func table(out string) string {
	from := strings.Index(out, "\nNo ")
	to := strings.Index(out, "\n문서: ")
	if from < 0 || to < from {
		return out
	}
	return out[from+1 : to]
}

func TestThe_seeded_month_is_settled_to_the_won_and_prints_the_same_again(t *testing.T) {
	dir := t.TempDir()
	first := settled(t, "month", "2026-10", "--data", dir)
	golden(t, "month-2026-10.txt", table(first))
	again := settled(t, "month", "2026-10", "--data", dir)
	if table(again) != table(first) {
		t.Errorf("the second run prints another table:\n%s", table(again))
	}
	readme, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(readme), strings.TrimSpace(table(first))) {
		t.Error("the table of README.md is not what `month 2026-10` prints; copy testdata/month-2026-10.txt into it")
	}
	explained := settled(t, "explain", "hanbit-202610-c0003-1", "8", "--data", dir)
	for _, want := range []string{"VM 할인  -109,814원", "비율 0.1", "[won-down@1]", "검산:"} {
		if !strings.Contains(explained, want) {
			t.Errorf("explain lacks %q:\n%s", want, explained)
		}
	}
	documents, err := filepath.Glob(filepath.Join(dir, "documents", "*"))
	if err != nil || len(documents) != 2*22 {
		t.Errorf("%d documents were copied out, want an XLSX and a PDF of 22 invoices: %v", len(documents), err)
	}
	if _, err := command(t, "month", "2026-09", "--data", dir); !fault.Is(err, fault.Invalid) {
		t.Errorf("another month was let into the folder: %v", err)
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs (go test ./infra/local -update writes it anew):\n%s", path, got)
	}
}

// export writes a generated FOCUS file and returns its path and the exact sum of the month.
func export(t *testing.T, month string, edit func(string) string) (path string, sum money.Decimal) {
	t.Helper()
	m := calendar.MustMonth(month)
	rows := func(yield func(focus.Row) bool) {
		for r := range focustest.Rows(rand.New(rand.NewPCG(7, 7)), focustest.Spec{Month: time.Date(m.Year(), m.Month(), 1, 0, 0, 0, 0, time.UTC), Rows: 600, SubAccounts: 12, Currency: "USD"}) {
			if r.BillingPeriodStart.Format("2006-01") == month {
				sum = sum.Add(r.BilledCost)
			}
			if !yield(r) {
				return
			}
		}
	}
	var b bytes.Buffer
	if err := focustest.WriteCSV(&b, focustest.Text{}, rows); err != nil {
		t.Fatal(err)
	}
	path = filepath.Join(t.TempDir(), "export.csv")
	text := b.String()
	if edit != nil {
		text = edit(text)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path, sum
}

func TestA_FOCUS_export_is_settled_in_won_and_its_own_total_is_exact(t *testing.T) {
	path, sum := export(t, "2024-09", nil)
	dir := t.TempDir()
	out := settled(t, "month", "2024-09", "--focus", path, "--usd-krw", "1340.5", "--rate-date", "2024-09-30", "--data", dir)
	for _, want := range []string{"제공사 합계 2024-09: " + sum.Canonical() + " USD", "1 USD = 1340.5원 (2024-09-30", "일치"} {
		if !strings.Contains(out, want) {
			t.Errorf("the output lacks %q:\n%s", want, out)
		}
	}
	again := settled(t, "month", "2024-09", "--focus", path, "--usd-krw", "1340.5", "--data", dir)
	if !strings.Contains(again, "이전과 같은 내용") || table(again) != table(out) {
		t.Errorf("the same file again changed something:\n%s", again)
	}
}

func TestBad_input_is_refused_with_its_place_and_leaves_no_usage_behind(t *testing.T) {
	swap := func(old, new string, n int) func(string) string {
		return func(s string) string {
			lines := strings.SplitAfter(s, "\n")
			for !strings.Contains(lines[n], old) { // a quoted cell can span lines
				n++
			}
			lines[n] = strings.ReplaceAll(lines[n], old, new)
			return strings.Join(lines, "")
		}
	}
	for _, c := range []struct {
		name string
		edit func(string) string
		want []string
	}{
		{"a mandatory column is missing", swap("BilledCost", "Billed Cost", 0), []string{"BilledCost", "export.csv"}},
		{"two currencies", swap(",USD,2024-", ",KRW,2024-", 300), []string{"BillingCurrency", "KRW"}},
		{"a cost report of AWS", func(string) string {
			return "identity/LineItemId,bill/PayerAccountId,lineItem/UnblendedCost\n1,2,3\n"
		}, []string{"CUR", "FOCUS"}},
		{"an empty file", func(string) string { return "" }, []string{"export.csv"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			path, _ := export(t, "2024-09", c.edit)
			dir := t.TempDir()
			_, err := command(t, "month", "2024-09", "--focus", path, "--usd-krw", "1340.5", "--data", dir)
			if err == nil {
				t.Fatal("it was accepted")
			}
			var told strings.Builder
			report(&told, err)
			for _, want := range c.want {
				if !strings.Contains(told.String(), want) {
					t.Errorf("the message lacks %q: %s", want, told.String())
				}
			}
			if snapshots, _ := filepath.Glob(filepath.Join(dir, "objects", "books", focusTenant, "usage", "*")); len(snapshots) > 0 {
				t.Errorf("something was stored: %v", snapshots)
			}
		})
	}
}

func TestThe_command_line_says_what_is_wrong_with_it(t *testing.T) {
	for args, field := range map[string]string{
		"month":                               "month",
		"month 2026-13":                       "month",
		"month 2024-09 --usd-krw 1300":        "usd-krw",
		"month 2024-09 --focus x":             "usd-krw",
		"month 2024-09 --focus x --usd-krw x": "usd-krw",
		"month 2024-09 --focus x --usd-krw 0": "usd-krw",
		"month 2026-10 --bogus":               "command",
		"month 2026-10 2026-11":               "command",
		"frobnicate":                          "command",
		"explain":                             "invoice",
		"explain X":                           "invoice",
		"key":                                 "command",
	} {
		_, err := command(t, strings.Fields(args)...)
		faults := fault.All(err)
		if len(faults) != 1 || faults[0].Field != field {
			t.Errorf("%q: %v, want field %s", args, err, field)
		}
	}
}
