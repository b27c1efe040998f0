package taxinvoice_test

import (
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	simulator "jeongsan/infra/simulator/popbill"
	"jeongsan/internal/calendar"
	"jeongsan/internal/customer"
	"jeongsan/internal/intake"
	"jeongsan/internal/money"
	"jeongsan/internal/popbill"
	. "jeongsan/internal/taxinvoice"
)

const linkID, linkKey = "TESTER", "SwWxqU+0TErBXy/9TVjIPEnI0VTUMMSQZtJf3Ed8q3I="

// counter is Popbill on loopback with the supplier as a member, and the clock that drives it.
func counter(t *testing.T) (intake.Popbill, *calendar.Manual) {
	t.Helper()
	clock := calendar.NewManual(now)
	sim, err := simulator.New(simulator.Options{
		Now: clock.Now, LinkID: linkID, SecretKey: linkKey,
		Members: []simulator.Member{{CorpNum: "1234567891", Points: 100_000, Certificate: simulator.Certificate{Expires: now.AddDate(2, 0, 0)}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(sim)
	t.Cleanup(server.Close)
	client := must(popbill.New(popbill.Config{LinkID: linkID, SecretKey: linkKey, Test: true, AuthURL: server.URL, ServiceURL: server.URL, Now: time.Now}))
	return intake.PopbillOf(client, profile()), clock
}

// file issues documents one after the other and waits until the tax office has them.
func file(t *testing.T, s intake.Popbill, clock *calendar.Manual, from int, contents ...Content) []TaxInvoice {
	t.Helper()
	var out []TaxInvoice
	for i, c := range contents {
		x := TaxInvoice{Key: Key(october, "C0007", from+i), Customer: "C0007", Month: october, Sequence: from + i, Content: c, Timing: NextDay, State: Intended}
		if _, err := s.Issue(t.Context(), x, false); err != nil {
			t.Fatalf("%s, %+v: %v", x.Key, c, err)
		}
		out = append(out, x)
	}
	if err := clock.Advance(77 * time.Hour); err != nil { // beyond any weekend
		t.Fatal(err)
	}
	for i, x := range out {
		found := must(s.Find(t.Context(), x.Key))
		after, _, err := x.Observed(found.Found)
		if err != nil || after.State != Reported {
			t.Fatalf("%s is %s: %v", x.Key, after.State, err)
		}
		out[i] = after
	}
	return out
}

func TestAt_Popbill_all_that_was_added_and_corrected_can_be_taken_back_again(t *testing.T) {
	s, clock := counter(t)
	o := Original{TaxInvoice: file(t, s, clock, 1, original().Content)[0]}
	arose := func() calendar.Date { return calendar.DateOf(clock.Now()) }
	for _, change := range []func() Change{
		func() Change { return Change{Reason: AmountChange, Arose: arose(), Supply: money.Won(500_000)} },
		func() Change { return Change{Reason: AmountChange, Arose: arose(), Supply: money.Won(-1_200_000)} },
		func() Change { return renamed("미래상사 주식회사") },
		func() Change {
			return Change{Reason: Correction, Right: &Right{Kind: is(customer.Taxed), Supply: is(money.Won(2_000_000))}}
		},
		func() Change { return renamed("미래상사 유한회사") },
		func() Change { return Change{Reason: LocalCredit, Opened: arose(), Supply: money.Won(400_000)} },
		func() Change { return Change{Reason: Termination, Arose: arose()} },
	} {
		p, err := Amend(o, change(), korea, calendar.DateOf(clock.Now()))
		if err != nil {
			t.Fatal(err)
		}
		var contents []Content
		for _, d := range p.Documents {
			contents = append(contents, d.Content)
		}
		o.Amendments = append(slices.Clip(o.Amendments), file(t, s, clock, len(o.Amendments)+2, contents...)...)
	}
	won(t, "left", must(o.Left()).Total, 0)
}
