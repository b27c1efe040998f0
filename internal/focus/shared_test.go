package focus_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"jeongsan/internal/focus"
	"jeongsan/internal/money"
)

// Real exports lie beside the repository where they may not be committed. They are read when they are there.
func TestReal_exports_are_read_to_the_last_digit(t *testing.T) {
	for _, c := range []struct {
		file          string
		version       focus.Version
		strays        []string
		sum           string
		subAccounts   int
		noContracted  int
		month, months string // first and last billing month
	}{
		{"focus-foundation-1.0/focus_sample.csv", focus.V1_0, []string{"Id"}, "20.52022672899", 73, 7, "2024-09", "2024-10"},
		{"synthetic-aws-1.2/focus_1_2_cost_and_usage_aws.csv", focus.V1_2, nil, "17640.87921420400981", 4, 0, "2026-05", "2026-05"},
	} {
		t.Run(c.file, func(t *testing.T) {
			file, err := os.Open(filepath.Join("../../../shared/data/focus", c.file))
			if os.IsNotExist(err) {
				t.Skip("skipped: ../shared/data/focus/" + c.file + " is not beside this clone")
			}
			if err != nil {
				t.Fatal(err)
			}
			defer file.Close()
			r, err := focus.Stream(c.file, file, focus.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if r.Version() != c.version || !slices.Equal(r.Strays(), c.strays) {
				t.Errorf("version %s, strays %q", r.Version(), r.Strays())
			}
			var sum money.Decimal
			rows, noContracted, subAccounts, months := 0, 0, map[string]bool{}, map[string]bool{}
			for row, err := range r.Rows(context.Background()) {
				if err != nil {
					t.Fatal(err)
				}
				rows++
				sum = sum.Add(row.BilledCost)
				subAccounts[row.SubAccountID] = true
				months[row.BillingPeriodStart.Format("2006-01")] = true
				if !row.ContractedCost.Known {
					noContracted++
				}
			}
			if rows != 1000 || sum.String() != c.sum || len(subAccounts) != c.subAccounts || noContracted != c.noContracted {
				t.Errorf("%d rows, sum %s, %d sub accounts, %d without a contracted cost", rows, sum, len(subAccounts), noContracted)
			}
			if !months[c.month] || !months[c.months] {
				t.Errorf("months %v", months)
			}
		})
	}
}
