package focus_test

import (
	"context"
	"fmt"
	"strings"

	"jeongsan/internal/fault"
	"jeongsan/internal/focus"
	"jeongsan/internal/money"
)

// An export is opened, read row by row and summed exactly. A wrong cell is said with its place.
func Example() {
	export := smallExport(3).set(0, "BilledCost", "0.00000080000").set(2, "BilledCost", "1,5")
	r, err := focus.Stream("2026-10.csv", strings.NewReader(export.String()), focus.Options{})
	if err != nil {
		fmt.Println(fault.TextOf(err).EN)
		return
	}
	var total money.Decimal
	for row, err := range r.Rows(context.Background()) {
		if err != nil {
			fmt.Println(fault.TextOf(err).EN)
			break
		}
		total = total.Add(row.BilledCost)
		fmt.Println(row.Number, row.SubAccountID, row.BilledCost, total, r.Currency())
	}
	// Output:
	// 2 42 0.00000080000 0.00000080000 USD
	// 3 42 1.5 1.50000080000 USD
	// file 2026-10.csv, row 4: The row has 23 cells, the header 22. A comma or quote is out of place, or the row is cut. Upload the provider's file again, unchanged.
}
