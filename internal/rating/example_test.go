package rating_test

import (
	"fmt"

	"jeongsan/internal/calendar"
	"jeongsan/internal/money"
	"jeongsan/internal/rating"
)

// A server for 82,361 won and traffic for 28,050.40 won, a credit that the provider grants on the bill, a VM discount
// of 3 % and a management fee of 50,000 won. By hand: 82361 + 28050.4 − 5000.4 = 105411; 3 % of 82361 is 2470.83, of
// which 2470 is taken; 105411 − 2470 + 50000 = 152941, cut to 152940; a tenth of that is VAT.
func ExampleRate() {
	october := calendar.MustMonth("2026-10")
	bill, err := rating.Rate(rating.Input{
		Currency: money.KRW,
		Costs: []rating.Cost{
			{Month: october, Service: "서버 (VPC)", Rows: 2, Cost: money.MustDecimal("82361"), VM: money.MustDecimal("82361")},
			{Month: october, Service: "네트워크", Rows: 3, Cost: money.MustDecimal("28050.4")},
		},
		Residuals: []rating.Residual{{Month: october, Cost: money.MustDecimal("-5000.4"), Parts: []rating.Part{{Name: "크레딧", Amount: money.MustDecimal("-5000.4")}}}},
		Fees: []rating.Fee{
			{Kind: rating.VMDiscount, Name: "VM 할인 3%", Ratio: money.MustDecimal("0.03")},
			{Kind: rating.OtherCost, Name: "운영 관리", Fixed: money.Won(50000)},
		},
		Policy: rating.DefaultPolicy(),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, l := range bill.Lines {
		fmt.Println(l.ID, l.Name, l.Amount.Korean())
	}
	fmt.Println("공급가액", bill.Supply.Korean())
	fmt.Println("부가세", bill.VAT.Korean())
	fmt.Println("합계", bill.Total.Korean())
	// Output:
	// 1 서버 (VPC) 82,361원
	// 2 네트워크 28,050원
	// 3 제공사 할인·크레딧·절사 -5,000원
	// 4 VM 할인 3% -2,470원
	// 5 운영 관리 50,000원
	// 6 절사 -1원
	// 공급가액 152,940원
	// 부가세 15,294원
	// 합계 168,234원
}

// The derivation says how a line came about, figure by figure.
func ExampleLine_derivation() {
	bill, err := rating.Rate(rating.Input{
		Currency: money.KRW,
		Exchange: rating.Exchange{From: money.USD, Rate: money.MustDecimal("1394.5"), Date: calendar.MustDate("2026-10-30"), Source: "매매기준율 (입력)"},
		Costs:    []rating.Cost{{Service: "Compute", Rows: 40, List: money.MustDecimal("21.5"), Cost: money.MustDecimal("19.35")}},
		Policy:   rating.DefaultPolicy(),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, s := range bill.Lines[0].Derivation {
		fmt.Println(s.Text().KO, s.In, s.Out)
	}
	// Output:
	// 이용 내역 합산 [{rows 40} {list 21.5}] 19.35
	// 환율 적용 [{USD 19.35} {rate 1394.5}] 26983.575
	// 1원 미만 절사 [] 26983
}
