package customer_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"jeongsan/internal/calendar"
	"jeongsan/internal/customer"
	"jeongsan/internal/fault"
	"jeongsan/internal/money"
	"jeongsan/internal/rating"
	"jeongsan/internal/store"
	"jeongsan/internal/store/memory"
)

func hanbit() customer.Customer {
	return customer.Customer{
		ID: "C0007", Name: "한빛소프트", MainAccount: "hanbit@example.com", MemberNumber: "1000001", Account: "public", BusinessNumber: "2208162517",
		Contacts:   []customer.Contact{{Name: "김정산", Email: "pay@example.com"}, {Name: "이메일 없음"}},
		BillingDay: 10, DueDays: 20, Cycle: calendar.Monthly, Policy: rating.DefaultPolicy(), State: customer.Active, Registered: day("2026-09-01"),
	}
}

func day(s string) calendar.Date    { return calendar.MustDate(s) }
func month(s string) calendar.Month { return calendar.MustMonth(s) }

func TestWhat_is_wrong_with_a_customer_is_named_by_its_field(t *testing.T) {
	if err := hanbit().Normalize().Validate(); err != nil {
		t.Fatalf("a good customer: %v", err)
	}
	for _, c := range []struct {
		what, field string
		spoil       func(*customer.Customer)
	}{
		{"an id of another form", "id", func(c *customer.Customer) { c.ID = "7" }},
		{"no main account", "main_account", func(c *customer.Customer) { c.MainAccount = " " }},
		{"no member number", "member_number", func(c *customer.Customer) { c.MemberNumber = "" }},
		{"no account", "account", func(c *customer.Customer) { c.Account = "" }},
		{"a wrong business number", "business_number", func(c *customer.Customer) { c.BusinessNumber = "220-81-62518" }},
		{"a broken e-mail", "contact.email", func(c *customer.Customer) { c.Contacts[0].Email = "pay@" }},
		{"a billing day of nought", "billing_day", func(c *customer.Customer) { c.BillingDay = 0 }},
		{"a billing day of 32", "billing_day", func(c *customer.Customer) { c.BillingDay = 32 }},
		{"due before it is billed", "billing_day", func(c *customer.Customer) { c.DueDays = -1 }},
		{"no cycle", "cycle", func(c *customer.Customer) { c.Cycle = "" }},
		{"a fee without a name", "fee.name", func(c *customer.Customer) { c.Fees[0].Name = "" }},
		{"a fee whose name holds an emoji", "fee.name", func(c *customer.Customer) { c.Fees[0].Name = "할인🎉" }},
		{"a fee whose name has two lines", "fee.name", func(c *customer.Customer) { c.Fees[0].Name = "할인\n0원" }},
		{"a fee whose name holds a control character", "fee.name", func(c *customer.Customer) { c.Fees[0].Name = "할\x07인" }},
		{"a fee without an id", "fee.id", func(c *customer.Customer) { c.Fees[0].ID = "" }},
		{"two fees of one id", "fee.id", func(c *customer.Customer) { c.Fees = append(c.Fees, c.Fees[0]) }},
		{"a fee without the day it was added", "fee.added", func(c *customer.Customer) { c.Fees[0].Added = calendar.Date{} }},
		{"no state", "state", func(c *customer.Customer) { c.State = "" }},
	} {
		t.Run(c.what, func(t *testing.T) {
			x := withFee("2026-09-01", "")
			c.spoil(&x)
			refused(t, x.Normalize().Validate(), c.field)
		})
	}
	t.Run("everything that is wrong at once", func(t *testing.T) {
		if n := len(fault.All(customer.Customer{}.Validate())); n != 10 {
			t.Errorf("an empty customer has %d faults", n)
		}
	})
}

func TestA_business_number_may_be_typed_with_hyphens(t *testing.T) {
	c := hanbit()
	c.BusinessNumber = " 220-81-62517 "
	if got := c.Normalize(); got.BusinessNumber != "2208162517" || got.Validate() != nil {
		t.Errorf("it is stored as %q", got.BusinessNumber)
	}
}

func withFee(added, ended string) customer.Customer {
	f := customer.Fee{Fee: rating.Fee{ID: "1", Kind: rating.Discount, Name: "할인", Ratio: money.MustDecimal("0.1")}, Added: day(added)}
	if ended != "" {
		f.Ended = day(ended)
	}
	c := hanbit()
	c.Fees = []customer.Fee{f}
	return c
}

func TestA_fee_counts_from_the_day_after_it_was_added_to_the_day_it_was_ended(t *testing.T) {
	for _, c := range []struct {
		added, ended, draft string
		counts              bool
	}{
		{"2026-10-15", "", "2026-10-14", false},
		{"2026-10-15", "", "2026-10-15", false},
		{"2026-10-15", "", "2026-10-16", true},
		{"2026-10-31", "", "2026-11-01", true},
		{"2026-10-15", "2026-10-20", "2026-10-20", true},
		{"2026-10-15", "2026-10-20", "2026-10-21", false},
		{"2026-10-15", "2026-10-15", "2026-10-16", false}, // added and ended on one day: never
	} {
		if got := len(withFee(c.added, c.ended).FeesOn(day(c.draft))) == 1; got != c.counts {
			t.Errorf("added %s, ended %q, drafted %s: %v", c.added, c.ended, c.draft, got)
		}
	}
}

func TestFees_keep_the_order_of_registration(t *testing.T) {
	c := withFee("2026-10-01", "")
	second := c.Fees[0]
	second.Name = "할인 2"
	c.Fees = append(c.Fees, second)
	if got := c.FeesOn(day("2026-11-01")); len(got) != 2 || got[0].Name != "할인" || got[1].Name != "할인 2" {
		t.Errorf("fees are %+v", got)
	}
}

func TestThe_turn_of_a_month(t *testing.T) {
	for _, c := range []struct {
		cycle        calendar.Cycle
		first, month string
		turn         customer.Turn
		span         string // its first month; the last is the month itself
	}{
		{calendar.Monthly, "", "2026-10", customer.TurnBill, "2026-10"},
		{calendar.Monthly, "2026-11", "2026-10", customer.TurnBeforeFirst, ""},
		{calendar.Monthly, "2026-10", "2026-10", customer.TurnBill, "2026-10"},
		{calendar.Quarterly, "", "2026-10", customer.TurnGather, ""}, // counted from January: March, June, September, December
		{calendar.Quarterly, "", "2026-12", customer.TurnBill, "2026-10"},
		{calendar.Quarterly, "2026-08", "2026-09", customer.TurnGather, ""},
		{calendar.Quarterly, "2026-08", "2026-10", customer.TurnBill, "2026-08"},
		{calendar.Quarterly, "2026-08", "2026-07", customer.TurnBeforeFirst, ""},
		{calendar.HalfYearly, "", "2026-06", customer.TurnBill, "2026-01"},
		{calendar.HalfYearly, "", "2026-11", customer.TurnGather, ""},
		{calendar.HalfYearly, "2026-10", "2027-03", customer.TurnBill, "2026-10"},
		{calendar.Yearly, "", "2026-12", customer.TurnBill, "2026-01"},
		{calendar.Yearly, "", "2026-01", customer.TurnGather, ""},
		{calendar.Yearly, "2026-10", "2027-09", customer.TurnBill, "2026-10"},
		{calendar.Yearly, "2026-10", "2027-10", customer.TurnGather, ""},
	} {
		x := hanbit()
		x.Cycle, x.Registered = c.cycle, day("2026-01-02")
		if c.first != "" {
			x.FirstMonth = month(c.first)
		}
		turn, span := x.TurnIn(month(c.month))
		if turn != c.turn {
			t.Errorf("%s from %q in %s: %s, want %s", c.cycle, c.first, c.month, turn, c.turn)
			continue
		}
		if c.span == "" && span != nil || c.span != "" && (span[0].String() != c.span || span[len(span)-1].String() != c.month) {
			t.Errorf("%s from %q in %s spans %v", c.cycle, c.first, c.month, span)
		}
	}
}

func TestEvery_month_is_billed_once_whatever_the_cycle(t *testing.T) {
	for _, cycle := range calendar.Cycles() {
		for _, first := range []string{"", "2026-08"} {
			c := hanbit()
			c.Cycle = cycle
			if first != "" {
				c.FirstMonth = month(first)
			}
			seen := map[string]int{}
			for m := month("2026-01"); m.Before(month("2030-01")); m = m.Next() {
				_, span := c.TurnIn(m)
				for _, s := range span {
					seen[s.String()]++
				}
			}
			for m := month("2026-08"); m.Before(month("2029-01")); m = m.Next() {
				if seen[m.String()] != 1 {
					t.Errorf("%s from %q bills %s %d times", cycle, first, m, seen[m.String()])
				}
			}
		}
	}
}

func TestAn_invoice_prints_a_billing_day_of_the_next_month_that_exists(t *testing.T) {
	for _, c := range []struct {
		month             string
		billing, due      int
		printed, dueByDay string
	}{
		{"2026-10", 10, 20, "2026-11-10", "2026-11-30"},
		{"2026-10", 31, 0, "2026-11-30", "2026-11-30"},
		{"2027-01", 30, 1, "2027-02-28", "2027-03-01"},
		{"2028-01", 31, 30, "2028-02-29", "2028-03-30"},
		{"2026-12", 1, 180, "2027-01-01", "2027-06-30"},
	} {
		x := hanbit()
		x.BillingDay, x.DueDays = c.billing, c.due
		if b, d := x.Dates(month(c.month)); b.String() != c.printed || d.String() != c.dueByDay {
			t.Errorf("%s on the %d. and %d days is billed %s and due %s", c.month, c.billing, c.due, b, d)
		}
	}
}

func TestOnly_contacts_with_an_email_receive_invoices(t *testing.T) {
	got, err := hanbit().Recipients()
	if err != nil || len(got) != 1 || got[0].Email != "pay@example.com" {
		t.Errorf("%+v, %v", got, err)
	}
	c := hanbit()
	c.Contacts = c.Contacts[1:]
	if err := c.Normalize().Validate(); err != nil {
		t.Errorf("a contact may lack an e-mail: %v", err)
	}
	_, err = c.Recipients()
	refused(t, err, "contact.email")
}

func TestStates_are_named_in_both_languages(t *testing.T) {
	for state, want := range map[customer.State]string{customer.Active: "정상", customer.Inactive: "비활성", customer.Deleted: "삭제"} {
		if got := state.Text(); got.KO != want || got.EN == "" {
			t.Errorf("%s is shown as %+v", state, got)
		}
	}
}

// books is a store with a tenant's customers.
type books struct {
	*memory.Store
	tenant store.Tenant
	commit string
}

func empty(t *testing.T) *books {
	t.Helper()
	tenant, err := store.ParseTenant("hanbit")
	if err != nil {
		t.Fatal(err)
	}
	return &books{Store: memory.New(calendar.Fixed(time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC))), tenant: tenant}
}

func (b *books) save(writes ...store.Write) error {
	b.commit += "x"
	return b.Commit(context.Background(), store.Commit{ID: b.commit, Writes: writes})
}

func (b *books) create(t *testing.T, c customer.Customer) error {
	t.Helper()
	writes, err := customer.Create(b.tenant, c)
	if err != nil {
		t.Fatal(err)
	}
	return b.save(writes...)
}

func TestA_customer_is_registered_once(t *testing.T) {
	for _, c := range []struct {
		what, ko string
		change   func(*customer.Customer)
	}{
		{"the same id", "고객사 ID C0007은(는) 이미 등록되어 있습니다.", func(c *customer.Customer) { c.MemberNumber, c.MainAccount = "2", "2" }},
		{"the same member number, typed otherwise", "회원번호 1000001은(는) 이미 등록되어 있습니다.", func(c *customer.Customer) { c.ID, c.MainAccount, c.MemberNumber = "C0008", "2", " 1000001 " }},
		{"the same main account", "메인계정 ID hanbit@example.com은(는) 이미 등록되어 있습니다.", func(c *customer.Customer) { c.ID, c.MemberNumber = "C0008", "2" }},
	} {
		t.Run(c.what, func(t *testing.T) {
			b := empty(t)
			if err := b.create(t, hanbit()); err != nil {
				t.Fatal(err)
			}
			other := hanbit()
			c.change(&other)
			var failed *store.ConditionFailed
			if err := b.create(t, other); !errors.As(err, &failed) {
				t.Fatalf("got %v", err)
			}
			if err := customer.Duplicate(b.tenant, other, failed.Key); !fault.Is(err, fault.Conflict) || fault.TextOf(err).KO != c.ko {
				t.Errorf("it is told as %v", err)
			}
		})
	}
	t.Run("the same member number under another account is another member", func(t *testing.T) {
		b := empty(t)
		other := hanbit()
		other.ID, other.Account = "C0008", "gov"
		if err := errors.Join(b.create(t, hanbit()), b.create(t, other)); err != nil {
			t.Error(err)
		}
	})
	t.Run("another failed condition is not told as a duplicate", func(t *testing.T) {
		b := empty(t)
		if err := customer.Duplicate(b.tenant, hanbit(), b.tenant.Partition("customer").Key("C0001")); err != nil {
			t.Errorf("got %v", err)
		}
	})
	t.Run("a wrong customer is not written at all", func(t *testing.T) {
		c := hanbit()
		c.Name = "한빛🚀"
		writes, err := customer.Create(empty(t).tenant, c)
		refused(t, err, "name")
		if writes != nil {
			t.Errorf("%d writes", len(writes))
		}
	})
}

func TestA_customer_is_changed_at_the_version_it_was_read_with(t *testing.T) {
	b := empty(t)
	if err := b.create(t, hanbit()); err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	before, version, err := customer.Load(ctx, b, b.tenant, "C0007")
	if err != nil {
		t.Fatal(err)
	}
	after := before
	after.Name = "  한빛소프트 (새 이름)"
	w, err := customer.Update(b.tenant, before, after, version)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.save(w); err != nil {
		t.Fatal(err)
	}
	if got, _, err := customer.Load(ctx, b, b.tenant, "C0007"); err != nil || got.Name != "한빛소프트 (새 이름)" || !slices.Equal(got.Contacts, before.Contacts) {
		t.Errorf("%+v, %v", got, err)
	}
	var failed *store.ConditionFailed
	if err := b.save(w); !errors.As(err, &failed) {
		t.Errorf("a stale change was written: %v", err)
	}
	for what, change := range map[string]func(*customer.Customer){
		"id": func(c *customer.Customer) { c.ID = "C0008" }, "account": func(c *customer.Customer) { c.Account = "gov" },
		"member number": func(c *customer.Customer) { c.MemberNumber = "2" }, "main account": func(c *customer.Customer) { c.MainAccount = "2" },
	} {
		t.Run("its "+what+" cannot change", func(t *testing.T) {
			after := before
			change(&after)
			_, err := customer.Update(b.tenant, before, after, version)
			refused(t, err, "member_number")
		})
	}
	t.Run("into nothing wrong", func(t *testing.T) {
		after := before
		after.BillingDay = 99
		_, err := customer.Update(b.tenant, before, after, version)
		refused(t, err, "billing_day")
	})
}

func TestCustomers_are_listed_in_the_order_of_their_ids(t *testing.T) {
	b := empty(t)
	for _, id := range []string{"C0010", "C0002", "C0007"} {
		c := withFee("2026-10-01", "")
		c.ID, c.MemberNumber, c.MainAccount = id, id, id
		if err := b.create(t, c); err != nil {
			t.Fatal(err)
		}
	}
	all, err := customer.List(context.Background(), b, b.tenant)
	if err != nil || len(all) != 3 || all[0].ID != "C0002" || all[2].ID != "C0010" || len(all[0].Fees) != 1 || !all[0].Fees[0].Ratio.Equal(money.MustDecimal("0.1")) {
		t.Errorf("%+v, %v", all, err)
	}
}

func TestA_customer_that_is_billed_no_more_says_from_which_day(t *testing.T) {
	for _, c := range []struct {
		state customer.State
		from  string
		right bool
	}{
		{customer.Active, "", true}, {customer.Inactive, "2026-10-16", true}, {customer.Deleted, "2026-10-16", true},
		{customer.Active, "2026-10-16", false}, {customer.Inactive, "", false}, {customer.Deleted, "", false},
	} {
		x := hanbit()
		x.State = c.state
		if c.from != "" {
			x.InactiveFrom = day(c.from)
		}
		if c.right {
			if err := x.Validate(); err != nil {
				t.Errorf("%s from %q: %v", c.state, c.from, err)
			}
			continue
		}
		refused(t, x.Validate(), "inactive_from")
	}
}

func TestA_contract_that_cannot_be_rated_is_refused_at_registration_and_at_a_change(t *testing.T) {
	b := empty(t)
	for _, c := range []struct {
		what, field string
		spoil       func(*customer.Customer)
	}{
		{"a line rule that nobody knows", "policy.line", func(c *customer.Customer) { c.Policy.Line = "won-sideways@9" }},
		{"no usage rule", "policy.usage", func(c *customer.Customer) { c.Policy.Usage = "" }},
		{"a fee rule that nobody knows", "policy.fee", func(c *customer.Customer) { c.Policy.Fee = "x@1" }},
		{"a supply rule that nobody knows", "policy.supply", func(c *customer.Customer) { c.Policy.Supply = "x@1" }},
		{"a VAT rule that nobody knows", "policy.vat", func(c *customer.Customer) { c.Policy.VAT = "x@1" }},
		{"a VAT of ten instead of ten per cent", "policy.rate", func(c *customer.Customer) { c.Policy.Rate = money.Int(10) }},
		{"a VAT below nought", "policy.rate", func(c *customer.Customer) { c.Policy.Rate = money.MustDecimal("-0.1") }},
		{"a fixed fee in dollars", "fee.amount", func(c *customer.Customer) {
			c.Fees = append(c.Fees, customer.Fee{Fee: rating.Fee{ID: "usd", Kind: rating.OtherCost, Name: "지원", Fixed: money.New(1000, money.USD)}, Added: day("2026-09-01")})
		}},
	} {
		t.Run(c.what, func(t *testing.T) {
			x := withFee("2026-09-01", "")
			c.spoil(&x)
			_, err := customer.Create(b.tenant, x)
			refused(t, err, c.field)
			_, err = customer.Update(b.tenant, withFee("2026-09-01", ""), x, 1)
			refused(t, err, c.field)
		})
	}
}

func TestA_registered_fee_rule_is_only_ended_never_edited_or_removed(t *testing.T) {
	b := empty(t)
	change := func(before customer.Customer, edit func(*customer.Customer)) error {
		after := before
		after.Fees = slices.Clone(before.Fees)
		edit(&after)
		_, err := customer.Update(b.tenant, before, after, 1)
		return err
	}
	open, ended := withFee("2026-09-01", ""), withFee("2026-09-01", "2026-09-20")
	for what, edit := range map[string]func(*customer.Customer){
		"nothing":       func(*customer.Customer) {},
		"it is ended":   func(c *customer.Customer) { c.Fees[0].Ended = day("2026-10-01") },
		"another added": func(c *customer.Customer) { f := c.Fees[0]; f.ID = "2"; c.Fees = append(c.Fees, f) },
	} {
		if err := change(open, edit); err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	for what, edit := range map[string]func(*customer.Customer){
		"removed":       func(c *customer.Customer) { c.Fees = nil },
		"another id":    func(c *customer.Customer) { c.Fees[0].ID = "2" },
		"another kind":  func(c *customer.Customer) { c.Fees[0].Kind = rating.OtherCost },
		"another name":  func(c *customer.Customer) { c.Fees[0].Name = "특별 할인" },
		"another ratio": func(c *customer.Customer) { c.Fees[0].Ratio = money.MustDecimal("0.2") },
		"an amount":     func(c *customer.Customer) { c.Fees[0].Ratio, c.Fees[0].Fixed = money.Decimal{}, money.Won(1) },
		"another day":   func(c *customer.Customer) { c.Fees[0].Added = day("2026-10-01") },
	} {
		t.Run(what, func(t *testing.T) { refused(t, change(open, edit), "fee") })
	}
	t.Run("begun again", func(t *testing.T) {
		refused(t, change(ended, func(c *customer.Customer) { c.Fees[0].Ended = calendar.Date{} }), "fee")
	})
	t.Run("ended on another day", func(t *testing.T) {
		refused(t, change(ended, func(c *customer.Customer) { c.Fees[0].Ended = day("2026-10-01") }), "fee")
	})
}

func TestA_cycle_gathers_nothing_from_before_the_month_that_preceded_the_registration(t *testing.T) {
	c := hanbit()
	c.Cycle, c.Registered = calendar.Yearly, day("2026-09-15")
	if turn, span := c.TurnIn(month("2026-12")); turn != customer.TurnBill || len(span) != 5 || span[0] != month("2026-08") {
		t.Errorf("December: %s %v", turn, span)
	}
	for m, want := range map[string]customer.Turn{"2026-07": customer.TurnBeforeFirst, "2025-12": customer.TurnBeforeFirst, "2026-08": customer.TurnGather} {
		if turn, span := c.TurnIn(month(m)); turn != want || span != nil {
			t.Errorf("%s: %s %v", m, turn, span)
		}
	}
	if _, span := c.TurnIn(month("2027-12")); len(span) != 12 {
		t.Errorf("the next year spans %v", span)
	}
	c.FirstMonth = month("2026-01") // the contract says it
	if _, span := c.TurnIn(month("2026-12")); len(span) != 12 {
		t.Errorf("with a first month it spans %v", span)
	}
	c.Cycle, c.FirstMonth = calendar.Monthly, calendar.Month{}
	if turn, _ := c.TurnIn(month("2026-05")); turn != customer.TurnBill {
		t.Errorf("a month billed by itself: %s", turn)
	}
}
