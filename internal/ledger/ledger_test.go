package ledger_test

import (
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"jeongsan/internal/calendar"
	"jeongsan/internal/fault"
	"jeongsan/internal/ledger"
	"jeongsan/internal/money"
)

var (
	day     = calendar.MustDate("2026-10-31")
	text    = fault.T("10월 이용 요금", "Usage of October")
	owed    = account(ledger.Receivable("C1001"))
	sales   = account(ledger.Sales("usage"))
	vat     = ledger.VATPayable()
	bank    = account(ledger.NewAccount(ledger.Asset, "bank", "main"))
	capital = account(ledger.NewAccount(ledger.Equity, "capital"))
	fees    = account(ledger.NewAccount(ledger.Expense, "card-fees"))
)

func account(a ledger.Account, err error) ledger.Account {
	if err != nil {
		panic(err)
	}
	return a
}

func invoice(t testing.TB) ledger.Posting {
	t.Helper()
	p, err := ledger.New("inv/2026-10/C1001/1", day, text, "M1-202610-C1001-1",
		ledger.Credit(vat, money.Won(98_432)), ledger.Debit(owed, money.Won(1_082_752)), ledger.Credit(sales, money.Won(984_320)))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// anyPosting draws a valid posting: entries in one or two currencies, the last entry of each closing it.
func anyPosting(id string) *rapid.Generator[ledger.Posting] {
	accounts := []ledger.Account{owed, sales, vat, bank, capital, fees}
	return rapid.Custom(func(t *rapid.T) ledger.Posting {
		var entries []ledger.Entry
		for _, c := range []money.Currency{money.KRW, money.USD}[:rapid.IntRange(1, 2).Draw(t, "currencies")] {
			order := rapid.Permutation(accounts).Draw(t, "accounts")
			rest := int64(0)
			for _, a := range order[1:rapid.IntRange(2, len(order)).Draw(t, "lines")] {
				minor := rapid.Int64Range(1, 1_000_000_000_000).Draw(t, "minor")
				if rapid.Bool().Draw(t, "credit") && rest != minor {
					minor = -minor
				} else if rest == -minor {
					minor++
				}
				entries, rest = append(entries, ledger.Debit(a, money.New(minor, c))), rest+minor
			}
			entries = append(entries, ledger.Credit(order[0], money.New(rest, c)))
		}
		date := day.AddDays(rapid.IntRange(-40, 40).Draw(t, "date"))
		p, err := ledger.New(id, date, text, "source", entries...)
		if err != nil {
			t.Fatalf("%v: %v", entries, err)
		}
		return p
	})
}

func anyPostings() *rapid.Generator[[]ledger.Posting] {
	return rapid.Custom(func(t *rapid.T) []ledger.Posting {
		ps := make([]ledger.Posting, rapid.IntRange(0, 8).Draw(t, "postings"))
		for i := range ps {
			ps[i] = anyPosting(fmt.Sprintf("p%d", i)).Draw(t, "posting")
		}
		return ps
	})
}

func TestAccounts_are_named_by_kind_and_clean_segments(t *testing.T) {
	if owed.String() != "asset:receivable/C1001" || owed.Kind() != ledger.Asset || owed.Code() != "receivable/C1001" {
		t.Errorf("a receivable is %s", owed)
	}
	for _, a := range []ledger.Account{owed, sales, vat, bank, capital, fees} {
		if back, err := ledger.ParseAccount(a.String()); err != nil || back != a {
			t.Errorf("%s reads back as %s, %v", a, back, err)
		}
	}
	for _, s := range []string{
		"", ":", "asset", "asset:", "asset:/", "asset:a//b", "asset:/a", "asset:a/", "cash:a", "Asset:a", "asset:a b", "asset:한글",
		"asset:-a", "asset:../a", "asset:a:b", "asset:" + strings.Repeat("a", 65), "asset:a\n",
	} {
		if a, err := ledger.ParseAccount(s); !fault.Is(err, fault.Invalid) || !a.IsZero() {
			t.Errorf("ParseAccount(%q) = %s, %v", s, a, err)
		}
	}
	if _, err := ledger.NewAccount(ledger.Asset); !fault.Is(err, fault.Invalid) {
		t.Errorf("an account without a code: %v", err)
	}
	if _, err := ledger.Receivable("C/1001"); !fault.Is(err, fault.Invalid) {
		t.Errorf("a customer id with a slash: %v", err)
	}
}

func TestA_posting_lists_its_entries_in_the_order_of_accounts(t *testing.T) {
	p := invoice(t)
	want := []ledger.Entry{
		{Account: owed, Amount: money.Won(1_082_752)},
		{Account: vat, Amount: money.Won(-98_432)},
		{Account: sales, Amount: money.Won(-984_320)},
	}
	if !slices.Equal(p.Entries(), want) {
		t.Errorf("entries %v", p.Entries())
	}
	if p.ID() != "inv/2026-10/C1001/1" || p.Date() != day || p.Text() != text || p.Source() != "M1-202610-C1001-1" || p.Reverses() != "" || p.Reason() != "" {
		t.Errorf("posting %+v", p)
	}
}

func TestA_posting_never_changes(t *testing.T) {
	entries := []ledger.Entry{ledger.Debit(owed, money.Won(10)), ledger.Credit(sales, money.Won(10))}
	p, err := ledger.New("p", day, text, "s", entries...)
	if err != nil {
		t.Fatal(err)
	}
	entries[0].Amount = money.Won(99)
	p.Entries()[1].Amount = money.Won(99)
	if got := p.Entries(); got[0].Amount != money.Won(10) || got[1].Amount != money.Won(-10) {
		t.Errorf("the posting became %v", got)
	}
}

func TestA_posting_that_breaks_a_rule_is_refused_by_field_and_in_both_languages(t *testing.T) {
	debit, credit := ledger.Debit(owed, money.Won(10)), ledger.Credit(sales, money.Won(10))
	none := calendar.Date{}
	cases := []struct {
		what, field string
		make        func() (ledger.Posting, error)
	}{
		{"no id", "id", func() (ledger.Posting, error) { return ledger.New("", day, text, "s", debit, credit) }},
		{"no date", "date", func() (ledger.Posting, error) { return ledger.New("p", none, text, "s", debit, credit) }},
		{"no text", "text", func() (ledger.Posting, error) { return ledger.New("p", day, fault.Text{}, "s", debit, credit) }},
		{"a text in one language", "text", func() (ledger.Posting, error) {
			return ledger.New("p", day, fault.Text{KO: "요금"}, "s", debit, credit)
		}},
		{"no source", "source", func() (ledger.Posting, error) { return ledger.New("p", day, text, "", debit, credit) }},
		{"no entries", "entries", func() (ledger.Posting, error) { return ledger.New("p", day, text, "s") }},
		{"one entry", "entries", func() (ledger.Posting, error) { return ledger.New("p", day, text, "s", debit) }},
		{"a zero entry", "entries", func() (ledger.Posting, error) {
			return ledger.New("p", day, text, "s", debit, credit, ledger.Debit(vat, money.Won(0)))
		}},
		{"an entry without a currency", "entries", func() (ledger.Posting, error) {
			return ledger.New("p", day, text, "s", ledger.Debit(owed, money.New(1, "")), ledger.Credit(sales, money.New(1, "")))
		}},
		{"an entry without an account", "entries", func() (ledger.Posting, error) {
			return ledger.New("p", day, text, "s", ledger.Debit(ledger.Account{}, money.Won(10)), credit)
		}},
		{"an account twice", "entries", func() (ledger.Posting, error) {
			return ledger.New("p", day, text, "s", debit, credit, ledger.Debit(owed, money.Won(5)), ledger.Credit(vat, money.Won(5)))
		}},
		{"one won too much", "entries", func() (ledger.Posting, error) {
			return ledger.New("p", day, text, "s", ledger.Debit(owed, money.Won(11)), credit)
		}},
		{"two currencies that only add up together", "entries", func() (ledger.Posting, error) {
			return ledger.New("p", day, text, "s", debit, ledger.Credit(sales, money.New(10, money.USD)))
		}},
		{"sums that wrap around an int64", "entries", func() (ledger.Posting, error) {
			most := money.Won(math.MaxInt64)
			return ledger.New("p", day, text, "s", ledger.Debit(owed, most), ledger.Debit(bank, most), ledger.Debit(vat, money.Won(2)))
		}},
	}
	for _, c := range cases {
		p, err := c.make()
		var f *fault.Fault
		if fs := fault.All(err); len(fs) == 1 {
			f = fs[0]
		}
		if f == nil || f.Code != fault.Invalid || f.Field != c.field || f.Text.KO == f.Text.EN || p.ID() != "" {
			t.Errorf("%s: %v", c.what, err)
		}
	}
	_, err := ledger.New("p7", day, text, "s", ledger.Debit(owed, money.Won(11)), credit)
	if got := fault.TextOf(err); got.KO != `전표 "p7": 차변과 대변이 맞지 않습니다(KRW, 차이 1 최소 단위).` || got.EN != `Posting "p7": debits and credits in KRW differ by 1 minor units.` {
		t.Errorf("says %+v", got)
	}
}

func TestHuge_entries_that_add_up_are_valid_in_any_order(t *testing.T) {
	most := money.Won(math.MaxInt64)
	entries := []ledger.Entry{ledger.Debit(owed, most), ledger.Debit(bank, most), ledger.Credit(sales, most), ledger.Credit(capital, most)}
	if _, err := ledger.New("p", day, text, "s", entries...); err != nil {
		t.Error(err)
	}
}

func TestA_reversal_takes_a_posting_back_with_a_reason(t *testing.T) {
	p := invoice(t)
	r, err := ledger.Reverse(p, "rev/1", day.AddDays(7), "수량 정정")
	if err != nil {
		t.Fatal(err)
	}
	if r.Reverses() != p.ID() || r.Reason() != "수량 정정" || r.Source() != p.Source() || r.Date() != day.AddDays(7) || r.Text().KO != "취소: 10월 이용 요금" || r.Text().EN != "Reversal: Usage of October" {
		t.Errorf("the reversal is %+v", r)
	}
	refused := []struct {
		what string
		code fault.Code
		make func() (ledger.Posting, error)
	}{
		{"without a reason", fault.Invalid, func() (ledger.Posting, error) { return ledger.Reverse(p, "rev/1", day, " \t") }},
		{"without an id", fault.Invalid, func() (ledger.Posting, error) { return ledger.Reverse(p, "", day, "정정") }},
		{"under the id of the original", fault.Invalid, func() (ledger.Posting, error) { return ledger.Reverse(p, p.ID(), day, "정정") }},
		{"before the original", fault.Invalid, func() (ledger.Posting, error) { return ledger.Reverse(p, "rev/1", day.AddDays(-1), "정정") }},
		{"of a reversal", fault.Conflict, func() (ledger.Posting, error) { return ledger.Reverse(r, "rev/2", day.AddDays(8), "정정") }},
		{"of nothing", fault.Invalid, func() (ledger.Posting, error) { return ledger.Reverse(ledger.Posting{}, "rev/1", day, "정정") }},
	}
	for _, c := range refused {
		if got, err := c.make(); !fault.Is(err, c.code) || got.ID() != "" {
			t.Errorf("a reversal %s: %v", c.what, err)
		}
	}
}

func TestA_posting_is_stored_in_a_stable_form_and_checked_when_it_is_read(t *testing.T) {
	r, err := ledger.Reverse(invoice(t), "rev/1", day, "수량 정정")
	if err != nil {
		t.Fatal(err)
	}
	const stored = `{"id":"rev/1","date":"2026-10-31","text":{"ko":"취소: 10월 이용 요금","en":"Reversal: Usage of October"},"source":"M1-202610-C1001-1",` +
		`"entries":[{"account":"asset:receivable/C1001","amount":{"amount":"-1082752","currency":"KRW"}},` +
		`{"account":"liability:vat-payable","amount":{"amount":"98432","currency":"KRW"}},` +
		`{"account":"revenue:sales/usage","amount":{"amount":"984320","currency":"KRW"}}],` +
		`"reverses":"inv/2026-10/C1001/1","reason":"수량 정정"}`
	b, err := json.Marshal(r)
	if err != nil || string(b) != stored {
		t.Errorf("stored as %s, %v", b, err)
	}
	var back ledger.Posting
	if err := json.Unmarshal([]byte(stored), &back); err != nil || !reflect.DeepEqual(back, r) {
		t.Errorf("read back as %+v, %v", back, err)
	}
	for what, edit := range map[string][2]string{
		"an amount":       {`"98432"`, `"98433"`},
		"an account":      {`revenue:sales/usage`, `revenue:`},
		"a repeated line": {`revenue:sales/usage`, `liability:vat-payable`},
		"the reason":      {`,"reason":"수량 정정"`, ``},
		"the date":        {`"2026-10-31"`, `""`},
		"a currency":      {`"98432","currency":"KRW"`, `"984.32","currency":"USD"`},
	} {
		tampered := strings.Replace(stored, edit[0], edit[1], 1)
		if err := json.Unmarshal([]byte(tampered), new(ledger.Posting)); !fault.Is(err, fault.Invalid) {
			t.Errorf("with %s changed it was read: %v", what, err)
		}
	}
}

func TestBalances_and_the_trial_balance_of_an_invoice_and_its_payment(t *testing.T) {
	paid, err := ledger.New("pay/1", day.AddDays(33), fault.T("카드 결제", "Card payment"), "pay-1",
		ledger.Debit(bank, money.Won(1_060_000)), ledger.Debit(fees, money.Won(22_752)), ledger.Credit(owed, money.Won(1_082_752)))
	if err != nil {
		t.Fatal(err)
	}
	books := []ledger.Posting{paid, invoice(t)}
	trial, err := ledger.Trial(books)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, r := range trial.Rows {
		lines = append(lines, fmt.Sprintf("%s %s %s", r.Account, r.Debit.Grouped(), r.Credit.Grouped()))
	}
	want := []string{
		"asset:bank/main 1,060,000 0",
		"liability:vat-payable 0 98,432",
		"revenue:sales/usage 0 984,320",
		"expense:card-fees 22,752 0",
	}
	if !slices.Equal(lines, want) {
		t.Errorf("rows:\n%s", strings.Join(lines, "\n"))
	}
	if len(trial.Totals) != 1 || trial.Totals[0] != (ledger.Total{Currency: money.KRW, Debit: money.Won(1_082_752), Credit: money.Won(1_082_752)}) {
		t.Errorf("totals %+v", trial.Totals)
	}
	for a, minor := range map[ledger.Account]int64{owed: 0, bank: 1_060_000, sales: -984_320, capital: 0} {
		if got, err := ledger.BalanceOf(books, a, money.KRW); err != nil || got != money.Won(minor) {
			t.Errorf("%s stands at %s, %v", a, got, err)
		}
	}
}

func TestNo_postings_leave_no_balances(t *testing.T) {
	trial, err := ledger.Trial(nil)
	if err != nil || trial.Rows != nil || trial.Totals != nil {
		t.Errorf("%+v, %v", trial, err)
	}
}

func TestBooks_that_count_a_posting_twice_are_refused_by_its_name(t *testing.T) {
	p := invoice(t)
	reverse := func(id string) ledger.Posting {
		r, err := ledger.Reverse(p, id, day, "정정")
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	other, err := ledger.New(p.ID(), day, text, "s", ledger.Debit(owed, money.Won(1)), ledger.Credit(sales, money.Won(1)))
	if err != nil {
		t.Fatal(err)
	}
	most, err := ledger.New("most", day, text, "s", ledger.Debit(owed, money.Won(math.MaxInt64)), ledger.Credit(sales, money.Won(math.MaxInt64)))
	if err != nil {
		t.Fatal(err)
	}
	cases := []struct {
		what  string
		books []ledger.Posting
		named string
	}{
		{"the same posting twice", []ledger.Posting{p, p}, p.ID()},
		{"two reversals of one posting", []ledger.Posting{p, reverse("rev/2"), reverse("rev/1")}, `by "rev/1" and by "rev/2"`},
		{"a reversal that does not mirror its original", []ledger.Posting{reverse("rev/1"), other}, "rev/1"},
		{"the zero posting", []ledger.Posting{p, {}}, "no id"},
		{"a balance that does not fit", []ledger.Posting{p, most}, "asset:receivable/C1001"},
	}
	for _, c := range cases {
		for name, f := range map[string]func() error{
			"Balances":  func() error { _, err := ledger.Balances(c.books); return err },
			"Trial":     func() error { _, err := ledger.Trial(c.books); return err },
			"BalanceOf": func() error { _, err := ledger.BalanceOf(c.books, owed, money.KRW); return err },
		} {
			if err := f(); !fault.Is(err, fault.Invalid) || !strings.Contains(fault.TextOf(err).EN, c.named) {
				t.Errorf("%s by %s: %v", c.what, name, err)
			}
		}
	}
}

func TestAny_valid_postings_balance_whatever_their_order(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		books := anyPostings().Draw(t, "books")
		trial, err := ledger.Trial(books)
		if err != nil {
			t.Fatal(err)
		}
		for _, total := range trial.Totals {
			if total.Debit != total.Credit || total.Debit.Sign() <= 0 {
				t.Fatalf("totals %+v", total)
			}
		}
		again, err := ledger.Trial(rapid.Permutation(books).Draw(t, "another order"))
		if err != nil || !reflect.DeepEqual(trial, again) {
			t.Fatalf("in another order %+v, %v; want %+v", again, err, trial)
		}
		balances, _ := ledger.Balances(books)
		for _, b := range balances {
			if got, err := ledger.BalanceOf(books, b.Account, b.Amount.Currency()); err != nil || got != b.Amount {
				t.Fatalf("%s stands at %s, %v; want %s", b.Account, got, err, b.Amount)
			}
		}
	})
}

func TestA_posting_and_its_reversal_leave_every_balance_unchanged(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		books := anyPostings().Draw(t, "books")
		p := anyPosting("p").Draw(t, "posting")
		r, err := ledger.Reverse(p, "r", p.Date(), "정정")
		if err != nil {
			t.Fatal(err)
		}
		before, err := ledger.Balances(books)
		if err != nil {
			t.Fatal(err)
		}
		after, err := ledger.Balances(append([]ledger.Posting{r, p}, books...))
		if err != nil || !slices.Equal(before, after) {
			t.Fatalf("balances %v became %v, %v", before, after, err)
		}
	})
}

func TestAny_posting_survives_JSON_as_the_same_bytes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := anyPosting("p").Draw(t, "posting")
		b, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		var back ledger.Posting
		if err := json.Unmarshal(b, &back); err != nil || !reflect.DeepEqual(back, p) {
			t.Fatalf("%s comes back as %+v, %v", b, back, err)
		}
		reversed := p.Entries()
		slices.Reverse(reversed)
		same, err := ledger.New("p", p.Date(), p.Text(), p.Source(), reversed...)
		if again, _ := json.Marshal(same); err != nil || string(again) != string(b) {
			t.Fatalf("the same entries in another order give %s, %v; want %s", again, err, b)
		}
	})
}

func ExampleNew() {
	receivable, _ := ledger.Receivable("C1001")
	usage, _ := ledger.Sales("usage")
	p, err := ledger.New("inv/M1-202610-C1001-1", calendar.MustDate("2026-10-31"), fault.T("10월 이용 요금", "Usage of October"), "M1-202610-C1001-1",
		ledger.Debit(receivable, money.Won(1_082_752)),
		ledger.Credit(usage, money.Won(984_320)),
		ledger.Credit(ledger.VATPayable(), money.Won(98_432)))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, e := range p.Entries() {
		fmt.Println(e.Account, e.Amount)
	}
	// Output:
	// asset:receivable/C1001 1082752 KRW
	// liability:vat-payable -98432 KRW
	// revenue:sales/usage -984320 KRW
}

func BenchmarkNew(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		invoice(b)
	}
}
