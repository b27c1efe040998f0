package intake_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	simulator "jeongsan/infra/simulator/popbill"
	"jeongsan/internal/calendar"
	"jeongsan/internal/customer"
	"jeongsan/internal/fault"
	"jeongsan/internal/intake"
	"jeongsan/internal/money"
	"jeongsan/internal/popbill"
	"jeongsan/internal/settlement"
	"jeongsan/internal/settlement/settlementtest"
	"jeongsan/internal/taxinvoice"
	"jeongsan/internal/tenant"
)

// amended is an office at Popbill whose only customer's tax invoice the tax office has.
type amended struct {
	*settlementtest.Office
	desk *settlement.Desk
	sim  *simulator.Simulator
	seen int
}

func reportedAtPopbill(t *testing.T) *amended {
	t.Helper()
	o := settlementtest.Open("2026-10-31 09:00")
	o.Register(1, func(c *customer.Customer) { c.BusinessNumber = "1008100008" })
	o.Provider.States(settlementtest.Public, october, settlementtest.Uses(1, settlementtest.Row("Server", "100000")))
	o.Pull(settlementtest.Public, october)
	o.At("2026-11-06 10:00")
	o.Bill(1, october)
	sim, service := taxStage(t, o.World.Clock, 100_000)
	a := &amended{Office: o, desk: o.Desk(o.World.Process()), sim: sim}
	a.desk.Taxes = func(context.Context, tenant.Profile) (settlement.TaxService, error) { return service, nil }
	rows, err := a.desk.RequestIssue(t.Context(), o.Staff(), october, []settlement.TaxOrder{{Customer: "C0001", Timing: taxinvoice.NextDay}})
	if err := errors.Join(err, rows[0].Err); err != nil {
		t.Fatal(err)
	}
	a.report(t)
	return a
}

// report does all the work there is, and lets Popbill report it to the tax office.
func (a *amended) report(t *testing.T) {
	t.Helper()
	for range 2 { // a second document waits for the first
		open, err := a.desk.OpenTax(t.Context(), a.Tenant)
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range open {
			if err := a.desk.IssueTax(t.Context(), a.Job(), w); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := a.World.Clock.Advance(100 * time.Hour); err != nil {
		t.Fatal(err)
	}
	if err := a.desk.PollTax(t.Context(), a.Job()); err != nil {
		t.Fatal(err)
	}
}

func (a *amended) today() calendar.Date { return calendar.DateOf(a.World.Clock.Now()) }

// change is an amendment for the reason.
func (a *amended) change(t *testing.T, reason taxinvoice.Reason) taxinvoice.Change {
	t.Helper()
	c := taxinvoice.Change{Reason: reason}
	switch reason {
	case taxinvoice.Correction:
		x, err := taxinvoice.Load(t.Context(), a.World.Store, a.Tenant, october, "C0001", 1)
		if err != nil {
			t.Fatal(err)
		}
		right := x.Content
		right.Buyer.Name = fmt.Sprintf("바른 이름 %d호 주식회사", a.seen)
		c.Right = taxinvoice.RightOf(x.Content, right)
	case taxinvoice.AmountChange:
		c.Arose, c.Supply = a.today(), money.Won(20_000)
	case taxinvoice.Return:
		c.Arose, c.Supply = a.today(), money.Won(30_000)
	case taxinvoice.Termination:
		c.Arose = a.today()
	case taxinvoice.LocalCredit:
		c.Opened = a.today()
	}
	return c
}

// amend orders an amendment and sees it through to the tax office.
func (a *amended) amend(t *testing.T, reason taxinvoice.Reason, change taxinvoice.Change) taxinvoice.CorrectionRecord {
	t.Helper()
	first := settlement.TaxWork{Month: october, Customer: "C0001", Sequence: 1}
	_, err := a.desk.AmendTax(t.Context(), a.Staff(), first, settlement.TaxAmendment{Change: change, Timing: taxinvoice.NextDay, Seen: a.seen, Why: fmt.Sprintf("사유 %d", reason)})
	if err != nil {
		t.Fatal(err)
	}
	a.seen++
	a.report(t)
	all, err := taxinvoice.ListCorrections(t.Context(), a.World.Store, a.Tenant, october, "C0001")
	if err != nil || len(all) != a.seen {
		t.Fatalf("%d corrections, %v", len(all), err)
	}
	return all[a.seen-1].CorrectionRecord
}

func (a *amended) failures(t *testing.T) string {
	t.Helper()
	all, err := taxinvoice.List(t.Context(), a.World.Store, a.Tenant, october, "C0001")
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, x := range all {
		out = append(out, fmt.Sprintf("%s %s %s %s", x.Key, x.State, x.Content.Total, x.Failure.EN))
	}
	return strings.Join(out, "\n")
}

func TestEach_legal_reason_of_an_amendment_reaches_the_tax_office_through_Popbill_also_after_another(t *testing.T) {
	for _, first := range []taxinvoice.Reason{0, taxinvoice.AmountChange, taxinvoice.Correction} {
		for reason := taxinvoice.Correction; reason <= taxinvoice.DuplicateMistake; reason++ {
			t.Run(fmt.Sprintf("%d after %d", reason, first), func(t *testing.T) {
				a := reportedAtPopbill(t)
				if first != 0 {
					a.amend(t, first, a.change(t, first))
				}
				if c := a.amend(t, reason, a.change(t, reason)); c.State != taxinvoice.Done {
					t.Errorf("it is %s:\n%s", c.State, a.failures(t))
				}
				if err := settlementtest.Proved(t.Context(), a.Office); err != nil {
					t.Error(err)
				}
			})
		}
	}
}

func TestWhat_Popbill_refuses_of_a_correction_for_good_is_taken_back_there(t *testing.T) {
	a := reportedAtPopbill(t)
	a.sim.On(simulator.Match{Op: "registIssue", Key: "202610-C0001-3", Times: -1}, simulator.Decline(-11001081))
	if c := a.amend(t, taxinvoice.Correction, a.change(t, taxinvoice.Correction)); c.State != taxinvoice.Half {
		t.Fatalf("it is %s:\n%s", c.State, a.failures(t))
	}
	if _, err := a.desk.RevertAmended(t.Context(), a.Staff(), settlement.TaxWork{Month: october, Customer: "C0001", Sequence: 3}, "발행할 수 없음"); err != nil {
		t.Fatal(err)
	}
	a.report(t)
	all, err := taxinvoice.ListCorrections(t.Context(), a.World.Store, a.Tenant, october, "C0001")
	if err != nil || all[0].State != taxinvoice.Done || !all[0].Reverted {
		t.Errorf("%+v, %v\n%s", all, err, a.failures(t))
	}
	if list, err := a.desk.DueTax(t.Context(), a.Tenant); err != nil || len(list) != 0 {
		t.Errorf("due are %+v, %v", list, err)
	}
}

// answeringTo is a Popbill that gives every changing call one answer.
func answeringTo(t *testing.T, token, answer string) intake.Popbill {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		said := answer
		if strings.HasSuffix(r.URL.Path, "/Token") {
			said = token
		}
		if strings.Contains(said, `"code"`) {
			w.WriteHeader(http.StatusBadRequest)
		}
		_, _ = io.WriteString(w, said) // a client that went away is not answered
	}))
	t.Cleanup(server.Close)
	client, err := popbill.New(popbill.Config{LinkID: linkID, SecretKey: linkKey, Test: true, AuthURL: server.URL, ServiceURL: server.URL, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	return intake.PopbillOf(client, settlementtest.Profile())
}

func TestWhat_Popbill_says_about_us_or_in_numbers_nobody_knows_is_no_refusal_of_the_tax_invoice(t *testing.T) {
	const good = `{"session_token":"x","expiration":"2099-01-01T00:00:00.000Z"}`
	for what, c := range map[string]struct {
		token, answer string
		want          fault.Code
	}{
		"a number that is in no list":             {good, `{"code":-99999999,"message":"알 수 없는 오류가 발생하였습니다."}`, fault.UnknownOutcome},
		"our partner key is refused":              {`{"code":-99010007,"message":"x"}`, good, fault.Unavailable},
		"our address is refused":                  {good, `{"code":-99010013,"message":"x"}`, fault.Unavailable},
		"the member is none":                      {good, `{"code":-99003008,"message":"x"}`, fault.Unavailable},
		"a token is refused with an odd number":   {`{"code":-99888888,"message":"x"}`, good, fault.Unavailable},
		"the points have run short, which it may": {good, `{"code":-99005005,"message":"x"}`, fault.Conflict},
	} {
		t.Run(what, func(t *testing.T) {
			s := answeringTo(t, c.token, c.answer)
			if _, err := s.Issue(t.Context(), octoberTax(1), false); fault.CodeOf(err) != c.want {
				t.Errorf("issued: %v", err)
			}
			if err := s.Cancel(t.Context(), octoberTax(1).Key, ""); fault.CodeOf(err) != c.want {
				t.Errorf("cancelled: %v", err)
			}
		})
	}
}
