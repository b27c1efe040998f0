package ncp_test

import (
	"context"
	"reflect"
	"testing"

	simulator "jeongsan/infra/simulator/ncp"
	"jeongsan/internal/ncp"
)

func TestA_closed_month_arrives_whole_with_every_awkward_row(t *testing.T) {
	s := open(t, "2026-11-06 07:00:00", october())
	b, out := pull(t, s.client(t), "202610")

	if want := []string{"1000001", "1000002", "1000003"}; !reflect.DeepEqual(out.Members, want) || out.Attempts != 1 || b.begun != 1 {
		t.Errorf("pulled %+v", out)
	}
	if got := out.LastWritten; !got.Equal(at("2026-11-01 08:28:04")) || !out.FirstWritten.Equal(got) {
		t.Errorf("the month was written between %v and %v", out.FirstWritten, got)
	}

	t.Run("a server costs its hours times its price, less the promise", func(t *testing.T) {
		row := b.row(t, "5001")
		equal(t, "quantity", row.TotalQuantity, "744")
		equal(t, "use", row.Use, "91512")
		equal(t, "promise", row.Promise, "9151")
		equal(t, "demand", row.Demand, "82361")
		if row.Type != (ncp.Code{Code: "VSVR", Name: "서버 (VPC)"}) || row.RegionCode != "KR" || row.Currency != "KRW" {
			t.Errorf("row is %+v", row)
		}
		if !row.Contract.End.IsZero() || row.Contract.Start.IsZero() {
			t.Errorf("an open contract runs from %v to %v", row.Contract.Start, row.Contract.End)
		}
	})
	t.Run("a begun hour counts in full, and a row can use without demanding", func(t *testing.T) {
		row := b.row(t, "5002") // 89.378 hours
		equal(t, "hours", row.TotalQuantity, "90")
		equal(t, "use", row.Use, "14400")
		equal(t, "discounts", row.Promise.Add(row.Promotion).Add(row.Etc).Add(row.MemberPrice).Add(row.MemberPromise), "0")
		equal(t, "demand", row.Demand, "0")
		if row.Contract.Status.Code != "NLEND" || row.Contract.Products[0].SizeBytes != 1000<<30 {
			t.Errorf("contract is %+v", row.Contract)
		}
	})
	t.Run("software names its server and may cost nothing", func(t *testing.T) {
		row := b.row(t, "5003")
		if row.Contract.ParentNo != "5001" || !row.Use.IsZero() {
			t.Errorf("row is %+v", row)
		}
	})
	t.Run("a row may lack name and dates", func(t *testing.T) {
		row := b.row(t, "5004")
		if row.Contract.InstanceName != "" || !row.Contract.Start.IsZero() || !row.Contract.End.IsZero() {
			t.Errorf("contract is %+v", row.Contract)
		}
		equal(t, "use with decimals", row.Use, "4166.4")
	})
	t.Run("rows of two equal tiers are twins and both stay", func(t *testing.T) {
		var tiers []ncp.ContractCost
		for _, row := range b.rows {
			if row.Contract.No == "5005" {
				tiers = append(tiers, row)
			}
		}
		if len(tiers) != 3 || !reflect.DeepEqual(tiers[0], tiers[1]) || reflect.DeepEqual(tiers[1], tiers[2]) {
			t.Fatalf("tiers are %+v", tiers)
		}
		equal(t, "last tier", tiers[2].Use, "8050")
	})
	t.Run("a bill grants what rows do not show", func(t *testing.T) {
		bill := b.bill(t, "1000001")
		equal(t, "use", bill.Use, "138128.4")
		equal(t, "product discount", bill.Discounts.Product, "14400")
		equal(t, "this month", bill.ThisMonth, "114570")
		equal(t, "truncated", bill.Discounts.RoundDown, "7.4")
		equal(t, "VAT", bill.VAT, "11457")
		equal(t, "invoice", bill.IncludingVAT, "126027")
		if !bill.OverdueSince.IsZero() || bill.PaidUp {
			t.Errorf("bill is %+v", bill)
		}
	})
	t.Run("credit can cover a bill, which then counts as paid", func(t *testing.T) {
		bill := b.bill(t, "1000002")
		equal(t, "credit", bill.Discounts.Credit, "211296")
		equal(t, "this month", bill.ThisMonth, "0")
		if !bill.PaidUp || bill.PaidUpAt.IsZero() {
			t.Errorf("bill is %+v", bill)
		}
	})
	t.Run("arrears are asked for and are no part of the month", func(t *testing.T) {
		bill := b.bill(t, "1000003")
		equal(t, "total less invoice", bill.Total.Sub(bill.IncludingVAT), "77000")
		if bill.OverdueSince.IsZero() {
			t.Error("a bill with arrears says since when")
		}
	})
	t.Run("the partner pays less by its margin", func(t *testing.T) {
		p := b.partners[0]
		equal(t, "partner total", p.PartnerTotal, "108842")
		equal(t, "partner VAT", p.PartnerTotalVAT, "10884")
		equal(t, "with VAT", p.PartnerTotalIncludingVAT, "119726")
	})
}

func TestAmounts_of_the_month_grow_only_when_the_provider_rewrites_them_at_eight(t *testing.T) {
	s := open(t, "2026-10-02 08:02:39", october())
	c := s.client(t)
	if _, out := pull(t, c, "202610"); out.Rows != 0 || out.Members != nil {
		t.Errorf("before the first rewrite of the month there is %+v", out)
	}
	for _, step := range []struct{ now, use, written string }{
		{"2026-10-02 08:02:40", "2952", "2026-10-02 08:02:40"},
		{"2026-10-03 08:02:39", "2952", "2026-10-02 08:02:40"},
		{"2026-10-03 08:02:40", "5904", "2026-10-03 08:02:40"},
		{"2026-10-31 23:59:59", "88560", "2026-10-31 08:02:40"},
		{"2026-11-01 08:28:03", "88560", "2026-10-31 08:02:40"},
		{"2026-11-01 08:28:04", "91512", "2026-11-01 08:28:04"},
		{"2026-12-24 12:00:00", "91512", "2026-11-01 08:28:04"},
	} {
		s.clock.Set(step.now)
		b, _ := pull(t, c, "202610")
		row := b.row(t, "5001")
		equal(t, "use at "+step.now, row.Use, step.use)
		if !row.Written.Equal(at(step.written)) {
			t.Errorf("at %s the rows were written %v", step.now, row.Written)
		}
	}
}

func TestA_member_who_changes_partner_is_listed_until_then_and_gone_after(t *testing.T) {
	accounts := october()
	moved := accounts[0].Members[3]
	moved.From, moved.Until = moved.Until, moved.From
	accounts = append(accounts, simulator.Account{Zone: simulator.Public, AccessKey: "NEWPARTNER", SecretKey: "s5", Partner: true, Members: []simulator.Member{moved}})
	s := open(t, "2026-10-19 23:00:00", accounts)
	old, next := s.client(t), s.client(t, keys("NEWPARTNER", "s5"))

	b, _ := pull(t, old, "202610")
	equal(t, "use with the old partner", b.row(t, "5301").Use, "53136") // 18 days
	if _, out := pull(t, next, "202610"); out.Members != nil {
		t.Errorf("the new partner sees %v before the change", out.Members)
	}
	s.clock.Set("2026-11-06 07:00:00")
	if _, out := pull(t, old, "202610"); len(out.Members) != 3 {
		t.Errorf("the old partner still sees %v", out.Members)
	}
	b, _ = pull(t, next, "202610")
	equal(t, "use with the new partner", b.row(t, "5301").Use, "35424") // 12 days
}

func TestA_late_correction_rewrites_one_member_after_the_month_was_final(t *testing.T) {
	s := open(t, "2026-11-04 07:00:00", october())
	c := s.client(t)
	err := s.Correct(simulator.Correction{Zone: simulator.Public, MemberNo: "1000003", Month: "202610", At: at("2026-11-04 15:00:00"), ContractNo: "5202", Use: "-1200"})
	if err != nil {
		t.Fatal(err)
	}
	before, _ := pull(t, c, "202610")
	s.clock.Set("2026-11-05 07:00:00")
	after, out := pull(t, c, "202610")
	equal(t, "the row", after.row(t, "5202").Use.Sub(before.row(t, "5202").Use), "-1200")
	if !after.bill(t, "1000003").Written.Equal(at("2026-11-04 15:00:00")) || !after.bill(t, "1000001").Written.Equal(at("2026-11-01 08:28:04")) {
		t.Errorf("written %v … %v", out.FirstWritten, out.LastWritten)
	}
}

func TestThe_three_zones_have_accounts_of_their_own(t *testing.T) {
	s := open(t, "2026-11-06 07:00:00", october())
	for zone, want := range map[simulator.Zone]struct{ access, secret, member, region string }{
		simulator.Public:     {partnerKey, partnerSecret, "1000001", "KR"},
		simulator.Government: {govKey, "s3", "2000001", "KR"},
		simulator.Financial:  {finKey, "s4", "3000001", "FKR"},
	} {
		in := func(c *ncp.Config) { c.BaseURL = simulator.BaseURL(s.url, zone) }
		b, out := pull(t, s.client(t, in, keys(want.access, want.secret)), "202610")
		if out.Members[0] != want.member || b.rows[0].RegionCode != want.region {
			t.Errorf("%s gave %v in %s", zone, out.Members, b.rows[0].RegionCode)
		}
	}
}

func TestAn_ordinary_account_pulls_its_own_month(t *testing.T) {
	s := open(t, "2026-11-06 07:00:00", october())
	var b books
	out, err := s.client(t, keys(ordinaryKey, "s1")).PullMonth(context.Background(), ncp.Pull{Month: "202610"}, &b)
	if err != nil || out.Rows != 2 || len(b.partners) != 0 || len(b.bills) != 1 {
		t.Errorf("%+v %v", out, err)
	}
}

func TestDaily_usage_is_metered_in_seconds_and_bytes_and_rounded_up(t *testing.T) {
	s := open(t, "2026-11-06 07:00:00", october())
	scope := ncp.Scope{Partner: true, Members: []string{"1000003", "1000001"}}
	got := map[string]ncp.DailyUsage{}
	for u, err := range s.client(t).DailyUsage(context.Background(), ncp.Days{From: "20261010", To: "20261010"}, scope) {
		if err != nil {
			t.Fatal(err)
		}
		got[u.Contract.No] = u
	}
	started := got["5201"] // at 13:40:59
	equal(t, "seconds", started.Quantity, "37141")
	equal(t, "hours", started.UserQuantity, "10.316945")
	if started.UserUnit.Code != "HOUR" || !started.Day.Equal(at("2026-10-10 00:00:00")) {
		t.Errorf("usage is %+v", started)
	}
	if traffic := got["5005"]; traffic.Unit.Code != "USAGE_1BYTE" || traffic.UserUnit.Code != "GBYTE" {
		t.Errorf("traffic is %+v", traffic)
	}
	equal(t, "traffic", got["5005"].UserQuantity, "9.67742")
	if _, ended := got["5002"]; ended {
		t.Error("a contract that ended on the 4th is used on the 10th")
	}
}

func TestCost_relations_tie_every_kind_to_a_category(t *testing.T) {
	s := open(t, "2026-11-06 07:00:00", october())
	got, err := s.client(t).CostRelations(context.Background())
	if err != nil || len(got) != 11 || got[0].Category.Code != "COMPUTE" || got[0].DemandType.Code != "VSVR" {
		t.Errorf("%+v %v", got, err)
	}
}

func TestThe_same_world_and_clock_give_the_same_bytes(t *testing.T) {
	read := func() string {
		s := open(t, "2026-11-06 07:00:00", october())
		_, body := get(t, s, "getContractDemandCostList?startMonth=202610&endMonth=202610&isPartner=true&responseFormatType=json")
		return body
	}
	if first, second := read(), read(); first != second || len(first) < 1000 {
		t.Errorf("%s\n%s", first, second)
	}
}
