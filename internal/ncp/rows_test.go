package ncp

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"jeongsan/internal/fault"
	"jeongsan/internal/money"
)

// fixture is the body of a page in the shape of real answers, with made-up numbers.
func fixture(t testing.TB, name string) string {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func costs(t *testing.T, body string) ([]ContractCost, error) {
	t.Helper()
	return collect(serve(t, says(200, body)).ContractCosts(t.Context(), Month("202201"), Scope{}))
}

func TestA_contract_row_is_read_field_by_field(t *testing.T) {
	rows, err := costs(t, fixture(t, "contract.json"))
	if err != nil || len(rows) != 1 {
		t.Fatal(err)
	}
	r := rows[0]
	for what, pair := range map[string][2]string{
		"member":     {r.MemberNo, "1000001"},
		"type":       {r.Type.Code, "BST"},
		"unit":       {r.Unit.Name, "Usage time(Prorated)"},
		"price":      {r.UnitPrice.String(), "0.16"},
		"use":        {r.Use.String(), "14400"},
		"demand":     {r.Demand.String(), "0"},
		"promise":    {r.Promise.String(), "0.5"},
		"contract":   {r.Contract.No, "7991988"},
		"parent":     {r.Contract.ParentNo, "7991987"},
		"name":       {r.Contract.InstanceName, "node-1"},
		"end":        {r.Contract.End.Format(time.RFC3339), "2022-01-04T17:22:41+09:00"},
		"product":    {r.Contract.Products[0].ProductCode, "SPBSTBSTAD000006"},
		"bytes":      {fmt.Sprint(r.Contract.Products[0].SizeBytes), "1073741824000"},
		"written":    {r.Written.Format(time.RFC3339), "2022-02-01T08:28:04+09:00"},
		"currency":   {string(r.Currency), "KRW"},
		"rate":       {r.ExchangeRate.String(), "1"},
		"open end":   {fmt.Sprint(r.Contract.Products[0].End.IsZero()), "true"},
		"no promise": {r.Contract.Products[0].PromiseNo, ""},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s is %q, want %q", what, pair[0], pair[1])
		}
	}
}

func TestDigits_survive_that_a_float_would_lose(t *testing.T) {
	body := strings.Replace(fixture(t, "contract.json"), `"useAmount": 14400`, `"useAmount": 90071992547409931.10000000000000000001`, 1)
	rows, err := costs(t, body)
	if err != nil || rows[0].Use.String() != "90071992547409931.10000000000000000001" {
		t.Errorf("%v %v", rows, err)
	}
}

func TestA_row_with_a_missing_or_strange_value_names_call_row_and_field(t *testing.T) {
	whole := fixture(t, "contract.json")
	for name, c := range map[string]struct{ old, new, column string }{
		"no use amount":               {`"useAmount": 14400,`, ``, "useAmount"},
		"null in place of a number":   {`"demandAmount": 0`, `"demandAmount": null`, "demandAmount"},
		"a word in place of a number": {`"useAmount": 14400`, `"useAmount": "many"`, "useAmount"},
		"a number past all bounds":    {`"useAmount": 14400`, `"useAmount": 1e99999`, "useAmount"},
		"no member":                   {`"memberNo": "1000001",`, ``, "memberNo"},
		"no contract":                 {`"contract": {`, `"contrakt": {`, "contract"},
		"a contract without a number": {`"contractNo": "7991988",`, ``, "contract.contractNo"},
		"a contract that is a word":   {`"contract": {`, `"contract": "x", "was": {`, "contract"},
		"a date in another form":      {`"2022-02-01T08:28:04+0900"`, `"2022-02-01 08:28"`, "writeDate"},
		"a product's size in words":   {`1073741824000`, `"big"`, "contract.contractProductList[0].productSize"},
		"a currency nobody knows":     {`"code": "KRW"`, `"code": "XXX"`, "payCurrency"},
		"a discount under a new name": {`"memberPriceDiscountAmount"`, `"memberPlanDiscountAmount"`, "memberPriceDiscountAmount"},
		"a kind without a code":       {`"code": "BST"`, `"kode": "BST"`, "demandType.code"},
	} {
		t.Run(name, func(t *testing.T) {
			body := strings.Replace(whole, c.old, c.new, 1)
			if body == whole {
				t.Fatal("the fixture does not hold what is to be replaced")
			}
			_, err := costs(t, body)
			var f *fault.Fault
			if !errors.As(err, &f) || f.Code != fault.Invalid {
				t.Fatalf("%v", err)
			}
			if want := (fault.Place{File: "getContractDemandCostList", Row: 1, Column: c.column}); f.Place != want {
				t.Errorf("it is at %+v, want %+v", f.Place, want)
			}
		})
	}
}

func TestUnknown_fields_and_another_order_of_keys_change_nothing(t *testing.T) {
	want, err := costs(t, fixture(t, "contract.json"))
	if err != nil {
		t.Fatal(err)
	}
	var tree map[string]any
	decoder := json.NewDecoder(strings.NewReader(fixture(t, "contract.json")))
	decoder.UseNumber()
	if err := decoder.Decode(&tree); err != nil {
		t.Fatal(err)
	}
	answer := tree["getContractDemandCostListResponse"].(map[string]any)
	answer["zzz"] = []any{1, nil}
	answer["contractDemandCostList"].([]any)[0].(map[string]any)["aaa"] = map[string]any{"b": true}
	sorted, err := json.Marshal(tree)
	if err != nil {
		t.Fatal(err)
	}
	got, err := costs(t, string(sorted))
	if err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%v\n%v\n%v", err, got, want)
	}
}

func TestThe_list_is_found_under_the_capitals_of_the_guide_and_codes_may_be_numbers(t *testing.T) {
	body := strings.NewReplacer(`"contractDemandCostList"`, `"ContractDemandCostList"`, `"returnCode": "0"`, `"returnCode": 0`, `"totalRows": 1`, `"totalRows": "1"`).Replace(fixture(t, "contract.json"))
	if rows, err := costs(t, body); err != nil || len(rows) != 1 {
		t.Errorf("%v %v", rows, err)
	}
}

func TestAn_answer_without_what_it_must_have_is_never_an_empty_list(t *testing.T) {
	for name, body := range map[string]string{
		"nothing":                         ``,
		"null":                            `null`,
		"another call's answer":           `{"getDemandCostListResponse":{"returnCode":"0","totalRows":0}}`,
		"no return code":                  `{"getContractDemandCostListResponse":{"totalRows":0,"contractDemandCostList":[]}}`,
		"no totalRows":                    `{"getContractDemandCostListResponse":{"returnCode":"0","contractDemandCostList":[]}}`,
		"a negative totalRows":            `{"getContractDemandCostListResponse":{"returnCode":"0","totalRows":-1,"contractDemandCostList":[]}}`,
		"rows promised, no list":          `{"getContractDemandCostListResponse":{"returnCode":"0","totalRows":3}}`,
		"a list that is a word":           `{"getContractDemandCostListResponse":{"returnCode":"0","totalRows":1,"contractDemandCostList":"x"}}`,
		"an error without status":         `{"responseError":{"returnCode":"9","returnMessage":"x"}}`,
		"a success in the wrong language": `<getContractDemandCostListResponse><returnCode>0</returnCode></getContractDemandCostListResponse>`,
	} {
		t.Run(name, func(t *testing.T) {
			if rows, err := costs(t, body); fault.CodeOf(err) != fault.Unavailable || rows != nil {
				t.Errorf("%v %v", rows, err)
			}
		})
	}
	if rows, err := costs(t, `{"getContractDemandCostListResponse":{"returnCode":"0","totalRows":0}}`); err != nil || rows != nil {
		t.Errorf("a month without rows is %v %v", rows, err)
	}
}

func TestRows_that_name_no_currency_are_won(t *testing.T) {
	body := strings.NewReplacer(`"payCurrency"`, `"was"`, `"thisMonthAppliedExchangeRate"`, `"wasRate"`).Replace(fixture(t, "contract.json"))
	rows, err := costs(t, body)
	if err != nil || rows[0].Currency != money.KRW || rows[0].ExchangeRate.String() != "1" {
		t.Errorf("%v %v", rows, err)
	}
}

func TestA_row_of_another_month_says_that_the_month_is_not_written_yet(t *testing.T) {
	c := serve(t, says(200, fixture(t, "contract.json")))
	_, err := collect(c.ContractCosts(t.Context(), Month("202202"), Scope{}))
	if !errors.Is(err, ErrOtherMonth) || fault.CodeOf(err) != fault.Unavailable {
		t.Errorf("%v", err)
	}
}

func TestA_row_of_a_member_that_was_not_asked_for_is_refused(t *testing.T) {
	c := serve(t, says(200, fixture(t, "contract.json")))
	_, err := collect(c.ContractCosts(t.Context(), Month("202201"), Scope{Partner: true, Members: []string{"1000002"}}))
	if fault.CodeOf(err) != fault.Invalid || !strings.Contains(err.Error(), "memberNo") {
		t.Errorf("%v", err)
	}
}

func TestA_server_that_knows_no_pages_cannot_keep_us_for_ever(t *testing.T) {
	row := func(n int) string {
		return fmt.Sprintf(`{"account":{"memberNo":"1"},"useDate":{"useStartDate":"2026-10-01T00:00:00+0900"},"contract":{"contractNo":"%d"},"usage":{"usageQuantity":1}}`, n)
	}
	for name, c := range map[string]struct {
		total int
		rows  string
	}{
		"two pages that are the same":      {4, row(1) + "," + row(2)},
		"one row again and again":          {5, row(1) + "," + row(1)},
		"no rows at all":                   {4, ""},
		"more rows than it says there are": {1, row(1) + "," + row(2)},
	} {
		t.Run(name, func(t *testing.T) {
			calls := 0
			client := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				calls++
				fmt.Fprintf(w, `{"getContractUsageListByDailyResponse":{"returnCode":"0","totalRows":%d,"contractUsageListByDaily":[%s]}}`, c.total, c.rows)
			})
			_, err := collect(client.DailyUsage(t.Context(), Days{"20261001", "20261001"}, Scope{}))
			if !errors.Is(err, ErrChanged) || calls > 3 {
				t.Errorf("%d calls, %v", calls, err)
			}
		})
	}
}

func TestDaily_usage_is_read_as_the_service_writes_it(t *testing.T) {
	c := serve(t, says(200, fixture(t, "daily.json")))
	rows, err := collect(c.DailyUsage(t.Context(), Days{"20260114", "20260114"}, Scope{}))
	if err != nil || len(rows) != 1 {
		t.Fatal(err)
	}
	u := rows[0]
	if u.Quantity.String() != "46264" || u.UserQuantity.String() != "12.851112" || u.Unit.Code != "USAGE_SEC" || u.Product.RatingType.Code != "VPC_MAINTENANCE" {
		t.Errorf("%+v", u)
	}
	if !u.Day.Equal(time.Date(2026, 1, 14, 0, 0, 0, 0, kst)) || u.Contract.Products != nil {
		t.Errorf("%+v", u)
	}
}

func TestA_bill_is_read_as_the_service_writes_it(t *testing.T) {
	c := serve(t, says(200, fixture(t, "bill.json")))
	bills, err := collect(c.MemberBills(t.Context(), Month("202601"), Scope{}))
	if err != nil || len(bills) != 1 {
		t.Fatal(err)
	}
	b := bills[0]
	if b.Use.String() != "24990" || b.Discounts.Credit.String() != "24990" || !b.ThisMonth.IsZero() || b.VATRatio.String() != "0.1" || !b.PaidUp {
		t.Errorf("%+v", b)
	}
	if !b.OverdueSince.IsZero() || b.DemandNo != "161139277" || b.Attribute.Code != "GEN" || b.Currency != money.KRW {
		t.Errorf("%+v", b)
	}
}

// Whatever happens to the bytes of an answer, the client answers with the row or with a fault, and never panics.
func TestAny_damage_to_an_answer_is_a_fault(t *testing.T) {
	whole := fixture(t, "contract.json")
	want, err := costs(t, whole)
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		body := damaged(t, whole)
		p, failed := readPage(opContractCosts, []byte(body))
		if failed != nil {
			if fault.TextOf(failed.err).KO == "" || fault.CodeOf(failed.err) == fault.Internal {
				t.Fatalf("%v", failed.err)
			}
			return
		}
		for i, raw := range p.rows {
			r := newRecord(opContractCosts, i+1, raw)
			got := readContractCost(r)
			if err := r.err(); err != nil && fault.CodeOf(err) != fault.Invalid {
				t.Fatalf("%v", err)
			} else if err == nil && body == whole && fmt.Sprint(got) != fmt.Sprint(want[0]) {
				t.Fatalf("%+v", got)
			}
		}
	})
}

func damaged(t *rapid.T, s string) string {
	b := []byte(s)
	for range rapid.IntRange(1, 4).Draw(t, "wounds") {
		i := rapid.IntRange(0, len(b)-1).Draw(t, "at")
		switch rapid.IntRange(0, 3).Draw(t, "how") {
		case 0:
			b = b[:i+1]
		case 1:
			b[i] = rapid.SampledFrom([]byte(`{}[]",:0-e.n<`)).Draw(t, "byte")
		case 2:
			b = append(b[:i], b[min(i+rapid.IntRange(1, 40).Draw(t, "cut"), len(b)):]...)
		case 3:
			b = append(b[:i:i], append([]byte(rapid.SampledFrom([]string{"null", "[]", "{}", `""`, "1e9", "\x00", "\xff"}).Draw(t, "word")), b[i:]...)...)
		}
		if len(b) == 0 {
			return ""
		}
	}
	return string(b)
}

func FuzzReadPage(f *testing.F) {
	f.Add([]byte(fixture(f, "contract.json")))
	f.Add([]byte(`<error><errorCode>210</errorCode></error>`))
	f.Add([]byte(`{"getContractDemandCostListResponse":null}`))
	f.Add([]byte(`null`))
	f.Fuzz(func(t *testing.T, body []byte) {
		p, failed := readPage(opContractCosts, body)
		if failed != nil && failed.err == nil {
			t.Fatal("a failure without an error")
		}
		for i, raw := range p.rows {
			readContractCost(newRecord(opContractCosts, i+1, raw))
		}
	})
}

// One page of 1,000 contract rows, from bytes to values.
func BenchmarkPage(b *testing.B) {
	one := fixture(b, "contract.json")
	row := one[strings.Index(one, "[")+1 : strings.LastIndex(one, "]")]
	body := []byte(`{"getContractDemandCostListResponse":{"returnCode":"0","totalRows":1000,"contractDemandCostList":[` + strings.TrimSuffix(strings.Repeat(row+",", 1000), ",") + `]}}`)
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		p, failed := readPage(opContractCosts, body)
		if failed != nil || len(p.rows) != 1000 {
			b.Fatal("the page cannot be read")
		}
		for i, raw := range p.rows {
			r := newRecord(opContractCosts, i+1, raw)
			if readContractCost(r); r.err() != nil {
				b.Fatal(r.err())
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/1000, "µs/row")
}
