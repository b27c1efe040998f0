package rating_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"jeongsan/internal/money"
	"jeongsan/internal/rating"
)

var update = flag.Bool("update", false, "write the golden files anew")

// The golden bill has everything that a bill can have, and how each amount came about; read it as a document.
func TestA_rich_bill_and_all_its_derivations(t *testing.T) {
	in := dollars("1394.5", withVM("Elastic Compute", "812.4066152", "799.1"), withVM("관리형 데이터베이스", "144.25", "0"), cost("Object Storage", "3.0000001"), cost("Simple Queue", "0.00070000"))
	in.Costs = append(in.Costs, rating.Cost{Month: october.Prev(), Account: "public", Service: "Elastic Compute", Rows: 1, List: d("12"), Cost: d("-1.75"), VM: d("-1.75")})
	in.Residuals = []rating.Residual{residual("-50.5", rating.Part{Name: "크레딧", Amount: d("-50")}, rating.Part{Name: "절사", Amount: d("-0.5")})}
	in.Fees = []rating.Fee{
		ratio(rating.OtherCost, "운영 관리 (이용료의 5%)", "0.05"), fixed(rating.OtherCost, "보안 관제", 333_333),
		ratio(rating.Discount, "파트너 할인 7.5%", "0.075"), fixed(rating.Discount, "개업 축하 할인", 10_000),
		ratio(rating.VMDiscount, "VM 할인 90%", "0.9"), fixed(rating.VMDiscount, "VM 할인 20만원", 200_000),
	}
	in.Policy.Line, in.Policy.Fee = money.WonHalfUp.ID(), money.WonHalfEven.ID()
	b := rate(t, in)
	if err := provedAgain(b); err != nil {
		t.Error(err)
	}
	golden(t, "rich_bill.golden", printed(b))
}

func printed(b rating.Bill) string {
	var out strings.Builder
	show := func(id, group, name string, amount money.Amount, steps []rating.Step) {
		fmt.Fprintf(&out, "%-3s%-9s %s: %s\n", id, group, name, amount.Korean())
		for _, s := range steps {
			fmt.Fprintf(&out, "      %s", s.Text().KO)
			for _, o := range s.In {
				fmt.Fprintf(&out, " · %s %s", o.Name, o.Value)
			}
			fmt.Fprintf(&out, " = %s\n", s.Out)
		}
	}
	for _, l := range b.Lines {
		show(l.ID, string(l.Group), l.Name, l.Amount, l.Derivation)
	}
	fmt.Fprintf(&out, "\n   cost      %s\n", b.Cost.Canonical())
	show("", "", "이용료", b.Usage, b.Derivation.Usage)
	show("", "", "할인", b.Discount, nil)
	show("", "", "기타 비용", b.Other, nil)
	show("", "", "단수 조정", b.Rounding, nil)
	show("", "", "공급가액", b.Supply, b.Derivation.Supply)
	show("", "", "부가세", b.VAT, b.Derivation.VAT)
	show("", "", "합계", b.Total, b.Derivation.Total)
	return out.String()
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s is out of date (-update writes it anew):\n%s", path, got)
	}
}
