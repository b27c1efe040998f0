package payment_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"jeongsan/internal/calendar"
	"jeongsan/internal/fault"
	"jeongsan/internal/invoice"
	"jeongsan/internal/money"
	"jeongsan/internal/payment"
	"jeongsan/internal/store"
	"jeongsan/internal/store/memory"
)

const id = "HANBIT-202610-C0007-1-p1"

var morning = time.Date(2026, time.December, 3, 0, 0, 0, 0, time.UTC)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// sent is a payment of 110,000 won whose attempts were sent on so many cards, the last of them now.
func sent(cards int) payment.Payment {
	p := payment.Payment{ID: id, Amount: money.Won(110_000), Supply: money.Won(100_000), VAT: money.Won(10_000), TaxFree: money.Won(0), Applied: money.Won(0), Suspended: money.Won(0)}
	for n := range cards {
		p = p.Try(payment.Attempt{Key: p.AttemptKey(), Method: string(rune('a' + n)), Sent: morning, Transaction: []string{"t1", "t2", "t3"}[n]})
	}
	p.Attempts[cards-1].Transaction = ""
	return p
}

func fact(s payment.Standing, transaction string) payment.Fact {
	return payment.Fact{ID: id, Transaction: transaction, Standing: s, Total: money.Won(110_000), VAT: money.Won(10_000), TaxFree: money.Won(0), Decline: payment.Decline{Class: payment.Soft}}
}

func TestAn_id_says_its_invoice_and_run_and_is_never_longer_than_gateways_take(t *testing.T) {
	if got := must(payment.ID("HANBIT-202610-C0007-1", 1)); got != id {
		t.Errorf("got %s", got)
	}
	longest := must(payment.ID("ABCDEFGHIJKL-202610-C00000007-9999", 99))
	ref := must(payment.ParseID(longest))
	if len(longest) > 40 || ref.Run != 99 || ref.Number != "ABCDEFGHIJKL-202610-C00000007-9999" || ref.Invoice.Customer != "C00000007" {
		t.Errorf("%s (%d letters) says %+v", longest, len(longest), ref)
	}
	for _, bad := range []string{"", "HANBIT-202610-C0007-1", id + "x", "hanbit-202610-C0007-1-p1", " " + id, "HANBIT-202610-C0007-1-p0", "HANBIT-202613-C0007-1-p1", "ABCDEFGHIJKL-202610-C00000007-9999-p99999"} {
		if _, err := payment.ParseID(bad); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestEvery_attempt_has_a_key_of_its_own_that_the_provider_takes(t *testing.T) {
	seen := map[string]bool{}
	for n := 1; n <= 3; n++ {
		key := sent(n).Last().Key
		if len(key) < 16 || seen[key] {
			t.Errorf("attempt %d has the key %s", n, key)
		}
		seen[key] = true
	}
}

func TestA_part_of_a_sum_never_holds_more_tax_than_the_whole_and_the_last_takes_the_rest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		supply := rapid.Int64Range(0, 9_000_000_000_000).Draw(t, "supply")
		vat := rapid.SampledFrom([]int64{0, supply / 10}).Draw(t, "vat")
		left := payment.Sum{Supply: money.Won(supply), VAT: money.Won(vat), Total: money.Won(supply + vat)}
		var taken int64
		for left.Total.Sign() > 0 {
			part := must(left.Part(money.Won(rapid.Int64Range(1, left.Total.Minor()).Draw(t, "part"))))
			rest := must(left.Without(part))
			if part.Supply.Minor()+part.VAT.Minor() != part.Total.Minor() || part.VAT.Sign() < 0 || part.Supply.Sign() < 0 || rest.VAT.Sign() < 0 || rest.Supply.Sign() < 0 {
				t.Fatalf("%+v of %+v leaves %+v", part, left, rest)
			}
			taken += part.VAT.Minor()
			if left = rest; rapid.IntRange(0, 3).Draw(t, "all") == 0 && left.Total.Sign() > 0 {
				last := must(left.Part(left.Total))
				taken += last.VAT.Minor()
				left = must(left.Without(last))
			}
		}
		if taken != vat {
			t.Fatalf("the parts hold %d of the tax, the whole %d", taken, vat)
		}
	})
	if _, err := (payment.Sum{Supply: money.Won(10), VAT: money.Won(1), Total: money.Won(11)}).Part(money.Won(12)); !fault.Is(err, fault.Invalid) {
		t.Errorf("more than the whole: %v", err)
	}
}

func TestWhat_an_invoice_owes_is_what_its_portions_left(t *testing.T) {
	head := invoice.Invoice{Sums: invoice.Sums{Supply: money.Won(100_000), VAT: money.Won(10_000), Total: money.Won(110_000)}}
	head = head.Pay(invoice.Portion{Payment: "x", Means: invoice.Transfer, Amount: money.Won(33_000), Supply: money.Won(30_001), VAT: money.Won(2_999)})
	if got := must(payment.Owed(head)); got != (payment.Sum{Supply: money.Won(69_999), VAT: money.Won(7_001), Total: money.Won(77_000)}) {
		t.Errorf("got %+v", got)
	}
}

func TestWhat_the_provider_says_moves_a_payment_forward_only(t *testing.T) {
	later := morning.Add(5 * time.Minute)
	cancelled := fact(payment.StandsPaid, "t1")
	cancelled.Cancellations = []payment.Cancellation{{ID: "c1", Amount: money.Won(10_000)}}
	paid := sent(1).Learn(fact(payment.StandsPaid, "t1"), later).Payment
	declined := sent(1).Learn(fact(payment.StandsFailed, "t1"), later).Payment
	other := fact(payment.StandsPaid, "t1")
	other.Total = money.Won(110_001)
	split := fact(payment.StandsPaid, "t1")
	split.VAT = money.Won(9_999)
	undone := other
	undone.Cancellations = []payment.Cancellation{{ID: "c1", Amount: other.Total}}
	word := fact(payment.StandsFailed, "given-up")
	word.Attempt = sent(1).Last().Key
	unsure := fact(payment.StandsFailed, "t1")
	unsure.Decline.Class = payment.Unsure
	over := cancelled
	over.Cancellations = []payment.Cancellation{{ID: "c1", Amount: money.Won(110_001)}}
	for _, c := range []struct {
		what   string
		before payment.Payment
		fact   payment.Fact
		at     time.Time
		kind   payment.StepKind
		state  payment.State
	}{
		{"paid", sent(1), fact(payment.StandsPaid, "t1"), later, payment.Charged, payment.Succeeded},
		{"declined", sent(1), fact(payment.StandsFailed, "t1"), later, payment.Refused, payment.Declined},
		{"being decided", sent(1), fact(payment.StandsOpen, "t1"), later, payment.Heard, payment.Pending},
		{"paid after it was taken for declined", declined, fact(payment.StandsPaid, "t1"), later, payment.Charged, payment.Succeeded},
		{"declined after it was paid", paid, fact(payment.StandsFailed, "t1"), later, payment.Nothing, ""},
		{"being decided after it was paid", paid, fact(payment.StandsOpen, "t1"), later, payment.Nothing, ""},
		{"paid twice", paid, fact(payment.StandsPaid, "t1"), later, payment.Nothing, ""},
		{"the decline of the card before", sent(2), fact(payment.StandsFailed, "t1"), later, payment.Nothing, ""},
		{"the decline of this card", sent(2), fact(payment.StandsFailed, "t2"), later, payment.Refused, payment.Declined},
		{"another amount", sent(1), other, later, payment.Unexpected, payment.InDoubt},
		{"another amount, all of which went back", sent(1), undone, later, payment.Refused, payment.Declined},
		{"another amount, all of which went back, after it was taken for declined", declined, undone, later, payment.Nothing, ""},
		{"another split of the tax", sent(1), split, later, payment.Charged, payment.Succeeded},
		{"a word on the latest attempt", sent(1), word, later, payment.Refused, payment.Declined},
		{"a word on the attempt before", sent(2), word, later, payment.Nothing, ""},
		{"partly cancelled", paid, cancelled, later, payment.Returned, payment.PartlyCancelled},
		{"more given back than there was", paid, over, later, payment.Nothing, ""},
		{"trouble at the gateway, just now", sent(1), unsure, morning.Add(time.Minute), payment.Nothing, ""},
		{"trouble at the gateway, minutes ago", sent(1), unsure, later, payment.Refused, payment.Declined},
	} {
		t.Run(c.what, func(t *testing.T) {
			step := c.before.Learn(c.fact, c.at)
			if step.Kind != c.kind || step.Payment.State != c.state {
				t.Errorf("%q, %q", step.Kind, step.Payment.State)
			}
			if again := step.Payment.Learn(c.fact, c.at); c.kind != payment.Nothing && again.Kind != payment.Nothing {
				t.Errorf("heard again it moves: %q", again.Kind)
			}
		})
	}
}

func TestWhat_is_left_of_a_payment_is_left_by_the_tax_that_the_provider_cancelled(t *testing.T) {
	paid := sent(1).Learn(fact(payment.StandsPaid, "t1"), morning).Payment
	for _, c := range []struct {
		what      string
		vat       money.Amount
		left, all int64
	}{
		{"as it says", money.Won(910), 9_090, 99_994},
		{"none, as it says", money.Won(0), 10_000, 99_994},
		{"by the rule, where it says nothing", money.Amount{}, 9_091, 99_994},
		{"by the rule, where it says more than there was", money.Won(10_001), 9_091, 99_994},
	} {
		p := paid
		p.Cancellations = []payment.Cancellation{{ID: "c1", Amount: money.Won(10_006), VAT: c.vat}}
		if left := must(p.Left()); left.VAT != money.Won(c.left) || left.Total != money.Won(c.all) || left.Supply != money.Won(c.all-c.left) {
			t.Errorf("%s: %+v", c.what, left)
		}
	}
	exempt := paid
	exempt.VAT, exempt.Supply, exempt.TaxFree = money.Won(0), money.Won(110_000), money.Won(110_000)
	exempt.Cancellations = []payment.Cancellation{{ID: "c1", Amount: money.Won(10_000)}}
	if left := must(exempt.LeftExempt()); left.VAT != money.Won(100_000) {
		t.Errorf("of an exempt payment: %+v", left)
	}
}

func TestA_refund_is_this_orders_by_the_cancellation_that_the_provider_works_on(t *testing.T) {
	paid := sent(1).Learn(fact(payment.StandsPaid, "t1"), morning).Payment
	ordered := paid.Order(payment.Refund{Key: paid.RefundKey(), Amount: money.Won(10_000), Sent: morning})
	if first := ordered.Unordered(); first.RefundKey() == paid.RefundKey() {
		t.Errorf("the key %s is used twice", first.RefundKey())
	}
	f := fact(payment.StandsPaid, "t1")
	f.Pending = []payment.Cancellation{{ID: "ours", Amount: money.Won(10_000)}}
	taken := ordered.Learn(f, morning)
	if taken.Kind != payment.Returning || taken.Payment.Refund.Taken != "ours" || ordered.Refund.Taken != "" {
		t.Fatalf("%+v", taken)
	}
	f.Cancellations = []payment.Cancellation{{ID: "console", Amount: money.Won(10_000)}}
	other := taken.Payment.Learn(f, morning)
	if other.Kind != payment.Returned || other.Payment.Refund == nil {
		t.Errorf("another cancellation of the same amount: %+v", other)
	}
	f.Pending, f.Failed = nil, f.Pending
	if failed := other.Payment.Learn(f, morning); failed.Kind != payment.Unreturned || failed.Payment.Refund != nil {
		t.Errorf("once it failed: %+v", failed)
	}
}

func TestAn_open_outcome_is_asked_for_four_times_over_a_day(t *testing.T) {
	p := sent(1)
	var after []time.Duration
	for doubt := false; !doubt; {
		after = append(after, p.Ask.Sub(morning))
		p, doubt = p.AskedAgain(p.Ask)
	}
	want := []time.Duration{time.Minute, 6 * time.Minute, 66 * time.Minute, 66*time.Minute + 24*time.Hour}
	if len(after) != len(want) || p.State != payment.InDoubt || p.Waits() {
		t.Fatalf("asked after %v, then %+v", after, p)
	}
	for n := range want {
		if after[n] != want[n] {
			t.Errorf("question %d comes after %s, not %s", n+1, after[n], want[n])
		}
	}
}

func TestA_wallet_holds_three_cards_in_the_order_they_are_tried(t *testing.T) {
	var w payment.Wallet
	for _, c := range []struct {
		id    string
		place int
	}{{"a", 0}, {"b", 1}, {"c", 2}} {
		w = must(w.Add(payment.Method{ID: c.id, State: payment.Usable, Sealed: []byte("s")}, c.place))
	}
	order := ""
	for _, m := range w.Methods {
		order += m.ID
	}
	if order != "bca" {
		t.Errorf("the order is %s", order)
	}
	if _, err := w.Add(payment.Method{ID: "d"}, 0); !fault.Is(err, fault.Conflict) {
		t.Errorf("a fourth: %v", err)
	}
	if _, err := w.Add(payment.Method{ID: "a"}, 0); !fault.Is(err, fault.Conflict) {
		t.Errorf("the same again: %v", err)
	}
	w = w.Mark("b", payment.Expired, morning)
	if m, ok := w.Next(payment.Payment{}); !ok || m.ID != "c" {
		t.Errorf("the first usable is %+v", m)
	}
	if m, ok := w.Next(payment.Payment{}.Try(payment.Attempt{Method: "c"})); !ok || m.ID != "a" {
		t.Errorf("after c comes %+v", m)
	}
	w = w.Remove("c", morning)
	if _, there := w.Find("c"); there {
		t.Error("a removed card can be charged")
	}
	if m, there := w.Forgotten("c"); !there || m.State != payment.Deleted {
		t.Error("the provider would never be told of its removal")
	}
	if _, there := w.Unsealed("c").Forgotten("c"); there {
		t.Error("the billing key stays")
	}
}

func TestA_card_number_is_refused_and_what_only_looks_like_one_is_not(t *testing.T) {
	for text, refused := range map[string]bool{
		"4111 1111 1111 1111": true, "5555-5555-5555-4444": true, "378282246310005": true,
		"4111111111111112": false, "43301234****123*": false, "billing-key-0190-1111": false, "411111111111": false, "": false,
	} {
		err := payment.RefuseCardNumber("billing_key", text)
		if fault.Is(err, fault.Invalid) != refused {
			t.Errorf("%q: %v", text, err)
		}
		if err != nil && strings.Contains(err.Error(), strings.NewReplacer(" ", "", "-", "").Replace(text)) {
			t.Errorf("the fault repeats %q", text)
		}
	}
}

func TestOpen_payments_are_one_query_and_settled_ones_leave_it(t *testing.T) {
	ctx := context.Background()
	s := memory.New(calendar.Fixed(morning))
	tenant := must(store.ParseTenant("hanbit"))
	save := func(commit string, writes []store.Write) {
		if err := s.Commit(ctx, store.Commit{ID: commit, Writes: writes}); err != nil {
			t.Fatal(err)
		}
	}
	p := sent(1)
	p.Month, p.Customer = calendar.MustMonth("2026-10"), "C0007"
	save("1", must(p.Put(tenant, 0)))
	if open := must(payment.Open(ctx, s, tenant)); len(open) != 1 || open[0] != id {
		t.Errorf("open are %v", open)
	}
	paid := p.Learn(fact(payment.StandsPaid, "t1"), morning).Payment
	save("2", must(paid.Put(tenant, 1)))
	if open := must(payment.Open(ctx, s, tenant)); len(open) != 0 {
		t.Errorf("open are %v", open)
	}
	ordered := paid.Order(payment.Refund{Key: paid.RefundKey(), Amount: money.Won(1), Sent: morning})
	save("3", must(ordered.Put(tenant, 2)))
	if open := must(payment.Open(ctx, s, tenant)); len(open) != 1 {
		t.Errorf("while a refund is under way, open are %v", open)
	}
	v, err := payment.Load(ctx, s, tenant, id)
	if err != nil || v.Version != 3 || v.Refund == nil || v.Amount != money.Won(110_000) {
		t.Errorf("read as %+v, %v", v, err)
	}
	if _, err := payment.Load(ctx, s, tenant, strings.Replace(id, "HANBIT", "OTHERS", 1)); !fault.Is(err, fault.NotFound) {
		t.Errorf("another MSP's id finds it: %v", err)
	}
}

func TestA_webhook_is_marked_once_and_forgotten_after_400_days(t *testing.T) {
	ctx, clock := context.Background(), calendar.NewManual(morning)
	s := memory.New(clock)
	tenant := must(store.ParseTenant("hanbit"))
	mark := payment.Webhook{Provider: "portone", Event: "msg_1", Type: "Transaction.Paid", Hash: payment.HashBody([]byte("{}")), Received: morning}
	put := func(commit string) error {
		return s.Commit(ctx, store.Commit{ID: commit, Writes: []store.Write{must(mark.Put(tenant))}})
	}
	if err := put("1"); err != nil {
		t.Fatal(err)
	}
	if err := put("2"); !fault.Is(err, fault.Conflict) {
		t.Errorf("marked twice: %v", err)
	}
	if err := clock.Advance(400 * 24 * time.Hour); err != nil {
		t.Fatal(err)
	}
	if _, err := payment.LoadWebhook(ctx, s, tenant, "portone", "msg_1"); !fault.Is(err, fault.NotFound) {
		t.Errorf("after 400 days: %v", err)
	}
}
