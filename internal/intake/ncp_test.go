package intake_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	simulator "jeongsan/infra/simulator/ncp"
	"jeongsan/internal/calendar"
	"jeongsan/internal/fault"
	"jeongsan/internal/intake"
	"jeongsan/internal/money"
	"jeongsan/internal/ncp"
	"jeongsan/internal/rating"
	"jeongsan/internal/settlement"
	"jeongsan/internal/usage"
)

const (
	billsCall = "getDemandCostList"
	rowsCall  = "getContractDemandCostList"
)

// members are a partner's October with the awkward rows of the real service.
func members() []simulator.Member {
	return []simulator.Member{
		{No: "1000001", ProductDiscount: "5000", CustomerDiscount: "0.03", Contracts: []simulator.Contract{
			{No: "5001", Kind: simulator.VSVR, Name: "web-1", Promise: "0.1"},
			{No: "5004", Kind: simulator.PBLIP, NoDates: true},
			{No: "5005", Kind: simulator.NET, GB: "300", Tiers: []simulator.Tier{{GB: "100", Price: "100"}, {GB: "100", Price: "100"}, {Price: "80.5"}}},
		}},
		{No: "1000002", Credit: "10000000", Contracts: []simulator.Contract{{No: "5101", Kind: simulator.MYSQL, Name: "db"}}},
		{No: "1000003", Contracts: []simulator.Contract{{No: "5201", Kind: simulator.VSVRT}, {No: "5202", Kind: simulator.BBST, SizeGB: 100}, {No: "5203", Kind: simulator.SW, ParentNo: "5201"}}},
	}
}

// stage is the provider on loopback, with a partner's month.
type stage struct {
	*simulator.Simulator
	source intake.NCP
}

func open(t *testing.T, now time.Time) *stage {
	t.Helper()
	clock := func() time.Time { return now }
	sim, err := simulator.New(simulator.World{Now: clock, Wall: clock, Accounts: []simulator.Account{
		{Zone: simulator.Public, AccessKey: "ACCESS", SecretKey: "SECRET", Partner: true, PartnerMemberNo: "900", MarginRatio: "0.05", Members: members()},
	}})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(sim)
	t.Cleanup(server.Close)
	client, err := ncp.New(ncp.Config{
		BaseURL: simulator.BaseURL(server.URL, simulator.Public), AccessKey: "ACCESS", SecretKey: "SECRET",
		HTTP: &http.Client{Timeout: 5 * time.Second}, Now: clock, Sleep: func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
	})
	if err != nil {
		t.Fatal(err)
	}
	return &stage{sim, intake.NCP{Client: client}}
}

func closed(t *testing.T) *stage {
	return open(t, time.Date(2026, 11, 6, 7, 0, 0, 0, calendar.Seoul))
}

func TestAn_NCP_month_becomes_rows_and_totals(t *testing.T) {
	k, statement := pulled(t, closed(t).source, october)
	if got := k.ids(); !slices.Equal(got, []string{"1000001", "1000002", "1000003"}) {
		t.Fatalf("members are %v", got)
	}
	if statement.Currency != money.KRW || !statement.Written.Equal(time.Date(2026, 11, 1, 8, 28, 4, 0, calendar.Seoul)) || statement.Charged != nil || statement.Outside != nil {
		t.Errorf("the statement is %+v", statement)
	}
	t.Run("the partner's own bill is stated for the margin", func(t *testing.T) {
		if statement.Partner.Members != 3 {
			t.Errorf("%+v", statement.Partner)
		}
		var billed money.Decimal
		for _, m := range k.members {
			billed = billed.Add(m.Total.Amount)
		}
		if statement.Partner.Amount.Sign() <= 0 || statement.Partner.Amount.Cmp(billed) >= 0 {
			t.Errorf("the partner pays %s of %s", statement.Partner.Amount, billed)
		}
	})
	t.Run("a row carries the provider's columns and adds up", func(t *testing.T) {
		r := k.rows["1000001"][0]
		want := usage.Row{
			Service: "서버 (VPC)", Kind: "서버 (VPC)", Region: "KR", Detail: "서버 (VPC) 사용", Resource: "web-1", Ref: "5001", Quantity: "744 사용 시간 (일할)",
			List: d("91512"), Promise: d("9151"), Cost: d("82361"), VM: true, Start: r.Start,
		}
		if string(r.Append(nil)) != string(want.Append(nil)) || r.Start.IsZero() {
			t.Errorf("the row is %+v", r)
		}
	})
	t.Run("what a bill grants above its rows is the member's residual", func(t *testing.T) {
		m := k.members["1000001"]
		// 82361 + 4166.4 + 28050 of rows, less 5000 of product discount, 3 % of customer discount and 절사
		equal(t, "rows", k.cost("1000001"), "114577.4")
		residual := m.Total.Amount.Sub(k.cost("1000001"))
		var parts money.Decimal
		for _, p := range m.Total.Parts {
			parts = parts.Add(p.Amount)
		}
		if residual.Sign() >= 0 || !parts.Equal(residual) {
			t.Errorf("the residual is %s, its parts add up to %s: %+v", residual, parts, m.Total.Parts)
		}
		if got := kinds(m.Total.Parts); got != "상품 할인, 고객 할인, 절사" {
			t.Errorf("parts are %s", got)
		}
	})
	t.Run("rows that are equal in every field are both kept", func(t *testing.T) {
		twins := map[string]int{}
		for _, r := range k.rows["1000001"] {
			twins[string(r.Append(nil))]++
		}
		if len(k.rows["1000001"]) != 5 || len(twins) != 4 {
			t.Errorf("%d rows, %d different", len(k.rows["1000001"]), len(twins))
		}
	})
	t.Run("credit can cover a member wholly", func(t *testing.T) {
		m := k.members["1000002"]
		if !m.Total.Amount.IsZero() || kinds(m.Total.Parts) != "크레딧" || !m.Total.Parts[0].Amount.Equal(k.cost("1000002").Neg()) {
			t.Errorf("%+v of rows of %s", m.Total, k.cost("1000002"))
		}
	})
	t.Run("stopped servers are VM rows, their disks and software are not", func(t *testing.T) {
		var vm []string
		for _, r := range k.rows["1000003"] {
			if r.VM {
				vm = append(vm, r.Ref)
			}
		}
		if !slices.Equal(vm, []string{"5201"}) {
			t.Errorf("VM rows are %v", vm)
		}
	})
}

func kinds(parts []rating.Part) string {
	var out []string
	for _, p := range parts {
		out = append(out, p.Name)
	}
	return strings.Join(out, ", ")
}

func TestThe_snapshot_of_an_NCP_month_states_what_the_provider_charges(t *testing.T) {
	x := ingestNCP(t, closed(t))
	for _, e := range x.Members {
		if !e.Charged().Equal(e.Total.Amount) || !e.Residual().Equal(e.Total.Amount.Sub(e.Cost)) {
			t.Errorf("member %s: charged %s, residual %s", e.ID, e.Charged(), e.Residual())
		}
	}
	if again := ingestNCP(t, closed(t)); again.Hash() != x.Hash() {
		t.Error("the same month has another name the second time")
	}
}

func ingestNCP(t *testing.T, s *stage) usage.Index {
	t.Helper()
	spool, out := scratch(t), scratch(t)
	defer func() { _, _ = spool.Close(), out.Close() }() // unlinked: closing gives the space back
	b := usage.NewBuilder(spool)
	statement, err := s.source.Pull(context.Background(), october, b)
	if err != nil {
		t.Fatal(err)
	}
	x, _, err := b.Finish(usage.Meta{Account: "public", Month: october, Currency: statement.Currency}, out)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// edited rewrites the rows of an answer.
func edited(t *testing.T, op, list string, change func(rows []any) []any) simulator.Action {
	return simulator.Edit(func(body string) string {
		var answer map[string]map[string]any
		decoder := json.NewDecoder(strings.NewReader(body))
		decoder.UseNumber()
		if err := decoder.Decode(&answer); err != nil {
			t.Error(err)
			return body
		}
		response := answer[op+"Response"]
		rows := change(response[list].([]any))
		response[list], response["totalRows"] = rows, len(rows)
		changed, err := json.Marshal(answer)
		if err != nil {
			t.Error(err)
		}
		return string(changed)
	})
}

func TestTwo_bills_of_a_member_add_up_in_whatever_order_they_come(t *testing.T) {
	second := func(first bool) *stage {
		s := closed(t)
		s.On(simulator.Match{Op: billsCall, Times: -1}, edited(t, billsCall, "demandCostList", func(rows []any) []any {
			more := map[string]any{}
			for k, v := range rows[0].(map[string]any) {
				more[k] = v
			}
			more["demandNo"], more["thisMonthDemandAmount"] = "777", json.Number("-1000.5")
			more["productDiscountAmount"], more["creditDiscountAmount"] = json.Number("0"), json.Number("1000.5")
			if first {
				return append([]any{more}, rows...)
			}
			return append(rows, more)
		}))
		return s
	}
	alone, _ := pulled(t, closed(t).source, october)
	k, _ := pulled(t, second(false).source, october)
	before, after := alone.members["1000001"].Total, k.members["1000001"].Total
	equal(t, "the second bill", after.Amount.Sub(before.Amount), "-1000.5")
	if got := kinds(after.Parts); got != "상품 할인, 고객 할인, 크레딧, 절사" { // each kind once
		t.Errorf("parts are %s", got)
	}
	if a, b := ingestNCP(t, second(false)), ingestNCP(t, second(true)); a.Hash() != b.Hash() {
		t.Error("the order of bills makes another snapshot")
	}
}

func TestAn_account_billed_in_two_currencies_is_refused(t *testing.T) {
	for op, list := range map[string]string{billsCall: "demandCostList", rowsCall: "contractDemandCostList"} {
		t.Run(op, func(t *testing.T) {
			s := closed(t)
			s.On(simulator.Match{Op: op, Times: -1}, edited(t, op, list, func(rows []any) []any {
				rows[len(rows)-1].(map[string]any)["payCurrency"] = map[string]any{"code": "USD", "codeName": "US Dollar"}
				return rows
			}))
			_, err := s.source.Pull(context.Background(), october, newDesk())
			if all := fault.All(err); len(all) != 1 || all[0].Code != fault.Invalid || all[0].Field != "payCurrency" {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestA_month_rewritten_while_it_is_read_starts_the_pull_over(t *testing.T) {
	s := closed(t)
	s.On(simulator.Match{Op: rowsCall}, edited(t, rowsCall, "contractDemandCostList", func(rows []any) []any {
		rows[0].(map[string]any)["writeDate"] = "2026-11-02T08:00:00+0900"
		return rows
	}))
	if _, err := s.source.Pull(context.Background(), october, newDesk()); err != settlement.ErrChanged {
		t.Fatalf("got %v, want settlement.ErrChanged, so that the flow takes a fresh sink", err)
	}
	if k, _ := pulled(t, s.source, october); len(k.members) != 3 {
		t.Errorf("the next reading has %d members", len(k.members))
	}
}

func TestA_month_that_is_not_written_yet_is_empty(t *testing.T) {
	s := open(t, time.Date(2026, 10, 1, 9, 0, 0, 0, calendar.Seoul))
	k, statement := pulled(t, s.source, october)
	if len(k.members)+len(k.rows) != 0 || statement.Currency != money.KRW || !statement.Written.IsZero() {
		t.Errorf("%+v, %+v", k, statement)
	}
}

func TestA_provider_that_fails_is_told_as_it_is(t *testing.T) {
	s := closed(t)
	s.On(simulator.Match{Op: billsCall, Times: -1}, simulator.Fail(http.StatusUnauthorized, "200", "Authentication Failed"))
	if _, err := s.source.Pull(context.Background(), october, newDesk()); !fault.Is(err, fault.Invalid) {
		t.Errorf("got %v", err)
	}
}
