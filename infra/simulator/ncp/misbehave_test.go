package ncp_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	simulator "jeongsan/infra/simulator/ncp"
	"jeongsan/internal/fault"
	"jeongsan/internal/ncp"
)

const (
	rowsCall  = "getContractDemandCostList"
	billsCall = "getDemandCostList"
	listCall  = "getPartnerDemandCostList"
)

// large is a partner with 2,500 rows over 25 members.
func large() []simulator.Account {
	a := simulator.Account{Zone: simulator.Public, AccessKey: partnerKey, SecretKey: partnerSecret, Partner: true}
	for i := range 25 {
		a.Members = append(a.Members, simulator.Member{No: fmt.Sprint(1000001 + i), Contracts: simulator.Fleet(10000+100*i, 100, simulator.VSVR, "web")})
	}
	return []simulator.Account{a}
}

func contractRows(ctx context.Context, c *ncp.Client) ([]ncp.ContractCost, error) {
	var out []ncp.ContractCost
	for row, err := range c.ContractCosts(ctx, ncp.Month("202610"), ncp.Scope{Partner: true}) {
		if err != nil {
			return out, err
		}
		out = append(out, row)
	}
	return out, nil
}

func TestTwo_thousand_five_hundred_rows_come_in_three_pages_each_once(t *testing.T) {
	s := open(t, "2026-11-06 07:00:00", large())
	rows, err := contractRows(context.Background(), s.client(t))
	if err != nil || len(rows) != 2500 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	seen := map[string]bool{}
	for _, row := range rows {
		seen[row.Contract.No] = true
	}
	if len(seen) != 2500 || len(s.Calls()) != 3 {
		t.Errorf("%d contracts in %d calls", len(seen), len(s.Calls()))
	}
}

func TestWhoever_stops_reading_makes_no_further_call(t *testing.T) {
	s := open(t, "2026-11-06 07:00:00", large())
	for range s.client(t).ContractCosts(context.Background(), ncp.Month("202610"), ncp.Scope{Partner: true}) {
		break
	}
	if n := len(s.Calls()); n != 1 {
		t.Errorf("%d calls", n)
	}
}

func TestPages_may_count_from_zero(t *testing.T) {
	for _, size := range []int{7, 1000} {
		s := openWorld(t, "2026-11-06 07:00:00", simulator.World{Accounts: october(), PagesFromZero: true})
		b, _ := pull(t, s.client(t, pageSize(size)), "202610")
		want, _ := pull(t, open(t, "2026-11-06 07:00:00", october()).client(t, pageSize(size)), "202610")
		if len(b.rows) != len(want.rows) || len(b.bills) != len(want.bills) {
			t.Errorf("page size %d: %d rows, %d bills", size, len(b.rows), len(b.bills))
		}
	}
}

func TestLong_lists_of_members_are_asked_for_in_short_addresses(t *testing.T) {
	a := simulator.Account{Zone: simulator.Public, AccessKey: partnerKey, SecretKey: partnerSecret, Partner: true}
	for i := range 400 {
		a.Members = append(a.Members, simulator.Member{No: fmt.Sprint(1000001 + i), Contracts: simulator.Fleet(10000+i, 1, simulator.VSVR, "web")})
	}
	s := open(t, "2026-11-06 07:00:00", []simulator.Account{a})
	_, out := pull(t, s.client(t), "202610")
	if len(out.Members) != 400 || out.Rows != 400 || out.Bills != 400 {
		t.Errorf("%d members, %d rows", len(out.Members), out.Rows)
	}
	for _, call := range s.Calls() {
		if call.Length > 6000 {
			t.Errorf("an address of %s has %d bytes", call.Op, call.Length)
		}
	}
}

func TestA_member_asked_for_twice_is_counted_once(t *testing.T) {
	s := open(t, "2026-11-06 07:00:00", october())
	n := 0
	for _, err := range s.client(t).MemberBills(context.Background(), ncp.Month("202610"), ncp.Scope{Partner: true, Members: []string{"1000001", "1000001"}}) {
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
	if n != 1 || s.Calls()[0].Members != 1 {
		t.Errorf("%d bills", n)
	}
}

func TestA_passing_trouble_is_waited_out(t *testing.T) {
	for name, c := range map[string]struct {
		action simulator.Action
		wait   time.Duration
	}{
		"429 with a Retry-After is waited as long as asked": {simulator.Throttle(7 * time.Second), 7 * time.Second},
		"429 without one is waited a second":                {simulator.Throttle(0), time.Second},
		"429 in XML":                                        {simulator.InXML(simulator.Throttle(7 * time.Second)), 7 * time.Second},
		"503 of the gateway":                                {simulator.Fail(503, "500", "Endpoint Error"), time.Second},
		"500 of the service":                                {simulator.FailInService(500, "9999", "unknown"), time.Second},
		"a connection cut in the middle of the body":        {simulator.Cut(), time.Second},
		"JSON that ends early":                              {simulator.Edit(func(b string) string { return b[:len(b)/3] }), time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t, "2026-11-06 07:00:00", october())
			s.On(simulator.Match{Op: rowsCall}, c.action)
			b, out := pull(t, s.client(t), "202610")
			if out.Attempts != 1 || len(b.rows) != 10 || !reflect.DeepEqual(s.naps.slept, []time.Duration{c.wait}) {
				t.Errorf("%+v after waiting %v", out, s.naps.slept)
			}
		})
	}
}

func TestLasting_trouble_ends_after_bounded_waits(t *testing.T) {
	for name, c := range map[string]struct {
		action simulator.Action
		code   fault.Code
		calls  int
		says   string
	}{
		"throttled for ever":                        {simulator.Throttle(2 * time.Second), fault.Unavailable, 5, "호출 한도"},
		"asked to wait an hour":                     {simulator.Throttle(time.Hour), fault.Unavailable, 1, "호출 한도"},
		"down for ever":                             {simulator.Fail(504, "510", "Endpoint Timeout"), fault.Unavailable, 5, "HTTP 504"},
		"forbidden with 401 and the gateway's code": {simulator.Fail(401, "210", "Permission Denied"), fault.Forbidden, 1, "권한"},
		"forbidden with 403":                        {simulator.FailInService(403, "1103", "Forbidden."), fault.Forbidden, 1, "권한"},
		"forbidden in XML":                          {simulator.InXML(simulator.FailInService(403, "1103", "Forbidden.")), fault.Forbidden, 1, "권한"},
		"not found":                                 {simulator.Fail(404, "300", "Not Found"), fault.NotFound, 1, "getPartnerDemandCostList"},
		"a bad request":                             {simulator.FailInService(400, "1000", "bad"), fault.Invalid, 1, "코드 1000"},
		"HTTP 200 with a return code":               {simulator.Return("24", "internal details"), fault.Unavailable, 1, "오류 코드 24"},
		"HTTP 200 with Forbidden":                   {simulator.Return("1103", "Forbidden."), fault.Forbidden, 1, "권한"},
		"HTTP 200 with a return code in XML":        {simulator.InXML(simulator.Return("24", "x")), fault.Unavailable, 1, "오류 코드 24"},
		"a page of HTML":                            {simulator.Edit(func(string) string { return "<html><body>maintenance</body></html>" }), fault.Unavailable, 1, "읽을 수 없습니다"},
		"JSON broken for ever":                      {simulator.Edit(func(string) string { return `{"getPartner` }), fault.Unavailable, 5, "읽을 수 없습니다"},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t, "2026-11-06 07:00:00", october())
			s.On(simulator.Match{Op: listCall, Times: -1}, c.action)
			_, err := s.client(t).PullMonth(context.Background(), ncp.Pull{Month: "202610", Partner: true}, &books{})
			if fault.CodeOf(err) != c.code || len(s.Calls()) != c.calls {
				t.Errorf("%d calls, %v", len(s.Calls()), err)
			}
			mustHold(t, "the sentence", fault.TextOf(err).KO, c.says)
			if strings.Contains(fault.TextOf(err).EN, "internal details") {
				t.Errorf("the provider's words are shown: %v", fault.TextOf(err))
			}
		})
	}
}

func TestA_provider_that_hangs_is_left_when_the_context_ends(t *testing.T) {
	s := open(t, "2026-11-06 07:00:00", october())
	s.On(simulator.Match{Op: rowsCall, Times: -1}, simulator.Hang())
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Millisecond)
	defer cancel()
	_, err := contractRows(ctx, s.client(t))
	if !errors.Is(err, context.DeadlineExceeded) || fault.CodeOf(err) != fault.Unavailable || len(s.naps.slept) != 0 {
		t.Errorf("%v after %v", err, s.naps.slept)
	}
}

func TestA_wait_ends_with_the_context(t *testing.T) {
	s := open(t, "2026-11-06 07:00:00", october())
	s.On(simulator.Match{Times: -1}, simulator.Throttle(time.Minute))
	ctx, cancel := context.WithCancel(context.Background())
	s.naps.then = cancel
	if _, err := contractRows(ctx, s.client(t)); !errors.Is(err, context.Canceled) || len(s.Calls()) != 1 {
		t.Errorf("%v", err)
	}
	inRealTime := s.client(t, func(c *ncp.Config) { c.Sleep = nil })
	soon, stop := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer stop()
	if _, err := contractRows(soon, inRealTime); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
}

func TestA_page_that_changed_under_us_is_an_error_of_its_own(t *testing.T) {
	correct := func(s *stage, c simulator.Correction) simulator.Action {
		return simulator.Before(func() {
			c.Zone, c.Month, c.At = simulator.Public, "202610", s.clock.Now()
			if err := s.Correct(c); err != nil {
				panic(err)
			}
		})
	}
	late := &simulator.Contract{No: "9999", Kind: simulator.VSVR}
	for name, c := range map[string]func(s *stage) simulator.Action{
		"another writeDate": func(s *stage) simulator.Action { return correct(s, simulator.Correction{}) },
		"one more row": func(s *stage) simulator.Action {
			return correct(s, simulator.Correction{MemberNo: "1000001", Add: late})
		},
		"the same page again":     func(*stage) simulator.Action { return simulator.SamePage() },
		"an empty page too early": func(*stage) simulator.Action { return empty() },
		"fewer rows than promised": func(*stage) simulator.Action {
			return simulator.Edit(func(b string) string { return strings.Replace(b, `"totalRows":10`, `"totalRows":9`, 1) })
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t, "2026-11-06 07:00:00", october())
			s.On(simulator.Match{Op: rowsCall, Page: 2}, c(s))
			s.On(simulator.Match{Op: rowsCall, Skip: 2, Times: -1}, simulator.SamePage()) // should it go on, page 1 comes for ever
			_, err := contractRows(context.Background(), s.client(t, pageSize(4)))
			if !errors.Is(err, ncp.ErrChanged) || fault.CodeOf(err) != fault.Unavailable {
				t.Errorf("%v", err)
			}
		})
	}
}

func empty() simulator.Action {
	return simulator.Edit(func(body string) string {
		head, _, _ := strings.Cut(body, `"contractDemandCostList":[`)
		return head + `"contractDemandCostList":[]}}`
	})
}

func TestA_rewrite_in_mid_pull_starts_the_pull_again(t *testing.T) {
	for name, match := range map[string]simulator.Match{
		"between two pages":                           {Op: rowsCall, Page: 2},
		"between the bills and the rows":              {Op: rowsCall, Page: 1},
		"between the list of members and the bills":   {Op: billsCall},
		"between the rows and the second look":        {Op: listCall, Skip: 1},
		"between the second list and second bills":    {Op: billsCall, Skip: 1},
		"between the last page and the one before it": {Op: rowsCall, Page: 3},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t, "2026-10-15 08:02:39", october())
			s.On(match, simulator.Before(func() { s.clock.Add(time.Second) }))
			b, out := pull(t, s.client(t, pageSize(4)), "202610")
			if out.Attempts != 2 || b.begun != 2 || len(s.naps.slept) != 1 {
				t.Errorf("%d attempts, begun %d, waited %v", out.Attempts, b.begun, s.naps.slept)
			}
			if !out.FirstWritten.Equal(at("2026-10-15 08:02:40")) || !out.LastWritten.Equal(out.FirstWritten) || len(b.rows) != out.Rows {
				t.Errorf("%+v", out)
			}
			want, _ := pull(t, s.client(t), "202610")
			if !reflect.DeepEqual(want.rows, b.rows) || !reflect.DeepEqual(want.bills, b.bills) || !reflect.DeepEqual(want.partners, b.partners) {
				t.Error("the pull is not what an undisturbed one brings")
			}
		})
	}
}

func TestA_correction_of_the_same_day_in_mid_pull_starts_it_again(t *testing.T) {
	s := open(t, "2026-11-01 09:00:00", october())
	s.On(simulator.Match{Op: rowsCall}, simulator.Before(func() {
		s.clock.Add(time.Minute)
		err := s.Correct(simulator.Correction{Zone: simulator.Public, MemberNo: "1000002", Month: "202610", At: s.clock.Now(), ContractNo: "5101", Use: "500"})
		if err != nil {
			panic(err)
		}
	}))
	if b, out := pull(t, s.client(t), "202610"); out.Attempts != 2 || !b.row(t, "5101").Written.Equal(at("2026-11-01 09:01:00")) {
		t.Errorf("%+v", out)
	}
}

func TestA_member_who_leaves_in_mid_pull_starts_it_again(t *testing.T) {
	s := open(t, "2026-10-19 23:59:59", october())
	s.On(simulator.Match{Op: rowsCall}, simulator.Before(func() { s.clock.Add(time.Second) }))
	if _, out := pull(t, s.client(t), "202610"); out.Attempts != 2 || len(out.Members) != 3 {
		t.Errorf("%+v", out)
	}
}

func TestA_provider_that_never_stands_still_is_given_up(t *testing.T) {
	s := open(t, "2026-10-15 08:02:39", october())
	s.On(simulator.Match{Op: rowsCall, Times: -1}, simulator.Before(func() { s.clock.Add(24 * time.Hour) }))
	var b books
	_, err := s.client(t).PullMonth(context.Background(), ncp.Pull{Month: "202610", Partner: true}, &b)
	if !errors.Is(err, ncp.ErrChanged) || b.begun != 4 || !reflect.DeepEqual(s.naps.slept, []time.Duration{30 * time.Second, time.Minute, 2 * time.Minute}) {
		t.Errorf("begun %d, waited %v: %v", b.begun, s.naps.slept, err)
	}
}

func TestAn_error_of_the_sink_ends_the_pull_as_it_is(t *testing.T) {
	s := open(t, "2026-11-06 07:00:00", october())
	full := errors.New("the disk is full")
	_, err := s.client(t).PullMonth(context.Background(), ncp.Pull{Month: "202610", Partner: true}, failing{&books{}, full})
	if err != full {
		t.Errorf("%v", err)
	}
}

type failing struct {
	*books
	err error
}

func (f failing) ContractCost(ncp.ContractCost) error { return f.err }

func TestA_member_nobody_registered_appears_with_its_first_rewrite(t *testing.T) {
	accounts := october()
	accounts[0].Members = append(accounts[0].Members, simulator.Member{No: "1009999", From: at("2026-10-15 10:00:00"), Contracts: simulator.Fleet(9001, 1, simulator.VSVR, "new")})
	s := open(t, "2026-10-15 23:00:00", accounts)
	c := s.client(t)
	_, before := pull(t, c, "202610")
	s.clock.Set("2026-10-16 09:00:00")
	b, after := pull(t, c, "202610")
	if len(after.Members) != len(before.Members)+1 {
		t.Errorf("%v then %v", before.Members, after.Members)
	}
	equal(t, "hours of the first day", b.row(t, "9001").TotalQuantity, "14")
}

func TestMany_readers_share_one_client(t *testing.T) {
	s := open(t, "2026-11-06 07:00:00", october())
	c := s.client(t, pageSize(3))
	s.On(simulator.Match{Times: 5}, simulator.Fail(http.StatusServiceUnavailable, "500", "Endpoint Error"))
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			var b books
			out, err := c.PullMonth(context.Background(), ncp.Pull{Month: "202610", Partner: true}, &b)
			if err != nil || out.Rows != 10 || len(b.rows) != 10 {
				t.Errorf("%+v, %v", out, err)
			}
		})
	}
	wg.Wait()
}

func TestA_provider_told_to_behave_does(t *testing.T) {
	s := open(t, "2026-11-06 07:00:00", october())
	s.On(simulator.Match{Times: -1}, simulator.Fail(http.StatusNotFound, "300", "Not Found"))
	s.Behave()
	if _, err := contractRows(context.Background(), s.client(t)); err != nil {
		t.Error(err)
	}
}
