package taxinvoice_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"jeongsan/internal/calendar"
	"jeongsan/internal/customer"
	"jeongsan/internal/fault"
	"jeongsan/internal/invoice"
	"jeongsan/internal/money"
	"jeongsan/internal/store"
	. "jeongsan/internal/taxinvoice"
	"jeongsan/internal/tenant"
)

var (
	october = calendar.MustMonth("2026-10")
	today   = day("2026-11-06")
	now     = time.Date(2026, 11, 6, 11, 30, 0, 0, calendar.Seoul)
	korea   = calendar.Korea()
)

const confirmation = "20261031410000080000a1b2"

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func day(s string) calendar.Date { return calendar.MustDate(s) }

func hanbit() store.Tenant { return must(store.ParseTenant("hanbit")) }

func profile() tenant.Profile {
	return tenant.Profile{
		ID: "hanbit", Code: "HANBIT", Name: "(주)한빛클라우드", BusinessNumber: "123-45-67891", Representative: "김대표",
		Address: "서울특별시 송파구 법원로 114", BusinessType: "정보통신업", Industry: "컴퓨터 및 클라우드서비스",
		Phone: "02-1234-5678", Email: "billing@hanbit.example.com", Settings: tenant.DefaultSettings(),
	}
}

func mirae() customer.Customer {
	return customer.Customer{
		ID: "C0007", Name: "미래상사㈜", BusinessNumber: "6798700433", Representative: "이미래", Address: "부산광역시 해운대구 센텀로 1",
		BusinessType: "도매업", Industry: "전자상거래",
		Contacts: []customer.Contact{{Name: "박전화", Phone: "051-000-0000"}, {Name: "최담당", Phone: "051-111-1111", Email: "tax@mirae.example.com"}},
	}
}

func billed(supply, vat int64) invoice.Invoice {
	return invoice.Invoice{
		Number: "HANBIT-202610-C0007-1", Customer: "C0007", Month: october, Span: []calendar.Month{october}, Revision: 1, State: invoice.Final,
		Sums: invoice.Sums{Supply: money.Won(supply), VAT: money.Won(vat), Total: money.Won(supply + vat)},
	}
}

func input(supply, vat int64) Input {
	return Input{Supplier: profile(), Buyer: mirae(), Provider: tenant.NCP, Invoice: billed(supply, vat), Written: october.Last()}
}

func content() Content { return must(Compose(input(1_082_750, 108_275))) }

// reported is the tax invoice of the content as the tax office has it.
func reported() TaxInvoice {
	x := must(Intend(Intent{Invoice: "HANBIT-202610-C0007-1", Customer: "C0007", Month: october, Sequence: 1, Content: content(), Timing: NextDay}, korea, now))
	x, _, err := x.Observed(Found{Provider: Accepted, Confirmation: confirmation, Result: "SUC001"})
	if err != nil {
		panic(err)
	}
	return x
}

func won(t interface {
	Helper()
	Errorf(string, ...any)
}, what string, got money.Amount, want int64) {
	t.Helper()
	if got.Minor() != want {
		t.Errorf("%s is %s, want %d", what, got.Korean(), want)
	}
}

// fields are the fields of all faults, in order.
func fields(err error) []string {
	var out []string
	for _, f := range fault.All(err) {
		out = append(out, f.Field)
	}
	return out
}

// refused checks that an error is one of the code, with a whole sentence in both languages.
func refused(t *testing.T, err error, code fault.Code, words ...string) {
	t.Helper()
	if !fault.Is(err, code) {
		t.Fatalf("%v, want %s", err, code)
	}
	for _, f := range fault.All(err) {
		told(t, f.Text)
	}
	text := fault.TextOf(err)
	for _, w := range words {
		if !strings.Contains(text.KO+text.EN, w) {
			t.Errorf("%q does not say %q", text.KO+" "+text.EN, w)
		}
	}
}

func told(t *testing.T, text fault.Text) {
	t.Helper()
	if text.KO == "" || text.EN == "" || strings.Contains(text.KO+text.EN, "%!") {
		t.Errorf("no sentence: %+v", text)
	}
}

func same[T comparable](t *testing.T, what string, got, want []T) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s:\n got %s\nwant %s", what, fmt.Sprint(got), fmt.Sprint(want))
	}
}
