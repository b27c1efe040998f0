package invoice_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"jeongsan/internal/blob"
	"jeongsan/internal/calendar"
	"jeongsan/internal/fault"
	"jeongsan/internal/invoice"
	"jeongsan/internal/money"
	"jeongsan/internal/rating"
	"jeongsan/internal/store"
	"jeongsan/internal/store/memory"
	"jeongsan/internal/usage"
)

var now = time.Date(2026, 11, 6, 9, 0, 0, 0, calendar.Seoul)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func hanbit() store.Tenant { return must(store.ParseTenant("hanbit")) }

func draft(total int64) invoice.Invoice {
	return invoice.Invoice{Number: "HANBIT-202610-C0007-1", Customer: "C0007", Month: october, Revision: 1, State: invoice.Draft, Sums: invoice.Sums{Total: money.Won(total)}}
}

func final(t *testing.T) invoice.Invoice {
	t.Helper()
	i, err := draft(110000).Finalise(calendar.DateOf(now), now)
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func TestA_number_is_read_as_it_was_printed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := invoice.Reference{
			Code:     rapid.StringMatching(`[A-Z][A-Z0-9]{1,11}`).Draw(t, "code"),
			Month:    october.Add(rapid.IntRange(-1200, 1200).Draw(t, "months")),
			Customer: fmt.Sprintf("C%04d", rapid.IntRange(0, 99_999_999).Draw(t, "customer")),
			Revision: rapid.IntRange(1, 9999).Draw(t, "revision"),
		}
		number := invoice.Number(want.Code, want.Month, want.Customer, want.Revision)
		for _, typed := range []string{number, strings.ToLower(number), "  " + number + "\n"} {
			if got, err := invoice.ParseNumber(typed); err != nil || got != want {
				t.Fatalf("%q is read as %+v, %v", typed, got, err)
			}
		}
	})
}

func TestWhat_is_no_number_is_refused(t *testing.T) {
	for _, s := range []string{
		"", "HANBIT", "HANBIT-202610-C0007", "HANBIT-202610-C0007-0", "HANBIT-202610-C0007-01", "HANBIT-202613-C0007-1", "HANBIT-202600-C0007-1",
		"HANBIT-202610-0007-1", "HANBIT-202610-C007-1", "한빛-202610-C0007-1", "HANBIT-202610-C0007-1-1", "HANBIT-202610-C0007-10000", "../../etc/passwd", strings.Repeat("A", 10000),
	} {
		if ref, err := invoice.ParseNumber(s); !fault.Is(err, fault.Invalid) || ref != (invoice.Reference{}) {
			t.Errorf("%.40q is read as %+v, %v", s, ref, err)
		}
	}
}

func TestEvery_step_of_an_invoice_is_either_taken_or_refused_with_its_reason(t *testing.T) {
	uploaded := must(final(t).Replace(invoice.Upload{Total: money.Won(110000)}))
	held := must(draft(110000).Held("금액 확인 중"))
	steps := map[string]func(invoice.Invoice) (invoice.Invoice, error){
		"redraft":  func(i invoice.Invoice) (invoice.Invoice, error) { return i.Redraft(draft(5)) },
		"finalise": func(i invoice.Invoice) (invoice.Invoice, error) { return i.Finalise(calendar.DateOf(now), now) },
		"hold":     func(i invoice.Invoice) (invoice.Invoice, error) { return i.Held("x") },
		"release":  func(i invoice.Invoice) (invoice.Invoice, error) { return i.Held("") },
		"replace": func(i invoice.Invoice) (invoice.Invoice, error) {
			return i.Replace(invoice.Upload{Total: money.Won(1)})
		},
		"take back": func(i invoice.Invoice) (invoice.Invoice, error) { return i.TakeBack() },
	}
	for _, c := range []struct {
		what    string
		invoice invoice.Invoice
		taken   string
	}{
		{"a draft", draft(110000), "redraft finalise hold release"},
		{"a draft of nothing", draft(0), "redraft hold release"},
		{"a negative draft", draft(-10), "redraft hold release"},
		{"a held draft", held, "redraft hold release"},
		{"no invoice yet", invoice.Invoice{}, "redraft hold release"},
		{"a final invoice", final(t), "replace"},
		{"a final invoice with an upload", uploaded, "replace, take back"},
	} {
		for name, step := range steps {
			got, err := step(c.invoice)
			if taken := strings.Contains(c.taken, name); taken != (err == nil) {
				t.Errorf("%s: %s gave %v", c.what, name, err)
			}
			if err == nil {
				continue
			}
			if text := fault.TextOf(err); !fault.Is(err, fault.Conflict) || text.KO == "" || strings.Contains(text.KO+text.EN, "%!") {
				t.Errorf("%s: %s is refused by %v", c.what, name, err)
			}
			if got.State != c.invoice.State || got.Hold != c.invoice.Hold || got.Sums != c.invoice.Sums || got.Upload != c.invoice.Upload {
				t.Errorf("%s: the refused %s changed it to %+v", c.what, name, got)
			}
		}
	}
}

func TestA_final_invoice_is_fixed_with_its_day(t *testing.T) {
	i := final(t)
	if i.State != invoice.Final || i.Issued.String() != "2026-11-06" || !i.Finalised.Equal(now) || i.Finalised.Location() != time.UTC {
		t.Errorf("%+v", i)
	}
	if invoice.Draft.Text().KO != "초안" || invoice.Final.Text().KO != "확정" {
		t.Errorf("states are shown as %v and %v", invoice.Draft.Text(), invoice.Final.Text())
	}
}

func TestA_new_draft_keeps_the_hold_and_takes_the_figures(t *testing.T) {
	i := must(must(draft(110000).Held("금액 확인 중")).Redraft(invoice.Invoice{Sums: invoice.Sums{Total: money.Won(5)}}))
	if i.Hold != "금액 확인 중" || i.State != invoice.Draft || i.Sums.Total != money.Won(5) {
		t.Errorf("%+v", i)
	}
	if i := must(i.Held("")); i.Hold != "" {
		t.Errorf("the hold stays: %q", i.Hold)
	}
}

func TestSending_again_is_called_so(t *testing.T) {
	i := final(t)
	if i.SendLabel().KO != "발송" {
		t.Errorf("the button reads %v", i.SendLabel())
	}
	i = i.Sent(now)
	if i.SendLabel().KO != "재발송" || i.Sends != 1 || !i.LastSent.Equal(now) {
		t.Errorf("the button reads %v after %d sends", i.SendLabel(), i.Sends)
	}
}

func TestAn_upload_shows_what_it_differs_by_and_can_be_taken_back(t *testing.T) {
	i := must(final(t).Replace(invoice.Upload{FileName: "청구서.xlsx", Total: money.Won(109990), Cell: "요금청구서!F20"}))
	if i.Upload.Difference != money.Won(-10) || i.Sums.Total != money.Won(110000) {
		t.Errorf("%+v", i.Upload)
	}
	if _, err := final(t).Replace(invoice.Upload{Total: money.New(1, money.USD)}); !fault.Is(err, fault.Invalid) {
		t.Errorf("a total in another currency: %v", err)
	}
	if i = must(i.TakeBack()); i.Upload != nil {
		t.Errorf("%+v", i.Upload)
	}
}

func TestA_charge_ends_with_its_last_billed_day(t *testing.T) {
	charge := invoice.Charge{Through: calendar.MustDate("2026-10-14"), ByRow: true}
	for start, covered := range map[string]bool{"2026-10-14T14:59:59Z": true, "2026-10-14T15:00:00Z": false, "2026-10-01T00:00:00Z": true} { // midnight is Seoul's
		if got := charge.Covers(usage.Row{Start: must(time.Parse(time.RFC3339, start))}); got != covered {
			t.Errorf("a row from %s: %v", start, got)
		}
	}
	charge.ByRow = false
	if !charge.Covers(usage.Row{Start: now}) {
		t.Error("a charge of an earlier snapshot holds nothing but what it covers")
	}
}

func TestMail_ids_name_tenant_invoice_send_and_contact_and_never_collide(t *testing.T) {
	form := regexp.MustCompile(`^[a-z0-9-]+$`)
	seen := map[string]bool{}
	for _, tenant := range []string{"hanbit", "han-bit"} {
		for _, number := range []string{"HANBIT-202610-C0007-1", "HANBIT-202610-C0007-11"} {
			for send := 1; send <= 12; send++ {
				for n := range 12 {
					id := invoice.DeliveryID(must(store.ParseTenant(tenant)), number, send, recipient(n).Contact())
					if !form.MatchString(id) || len(id) > 120 || seen[id] {
						t.Fatalf("id %q, seen before: %v", id, seen[id])
					}
					seen[id] = true
				}
			}
		}
	}
	if id := invoice.DeliveryID(hanbit(), "HANBIT-202610-C0007-1", 2, "0123456789ab"); id != "hanbit-hanbit-202610-c0007-1-s2-r0123456789ab" {
		t.Errorf("the id is %s", id)
	}
	longest := invoice.DeliveryID(must(store.ParseTenant("t"+strings.Repeat("x", 31))), "ABCDEFGHIJKL-202610-C12345678-9999", 1_000_000_000, "0123456789ab")
	if !form.MatchString(longest) || len(longest) > 120 {
		t.Errorf("the longest id has %d bytes: %s", len(longest), longest)
	}
}

func recipient(n int) invoice.Recipient {
	return invoice.Recipient{Name: "담당", Email: fmt.Sprintf("c%d@example.com", n)}
}

func TestA_contact_is_known_by_its_address_and_not_by_its_name_or_capitals(t *testing.T) {
	known := invoice.Recipient{Name: "김담당", Email: "pay@example.com"}.Contact()
	if again := (invoice.Recipient{Name: "이담당", Email: "Pay@Example.com"}).Contact(); again != known || len(known) != 12 {
		t.Errorf("%s became %s", known, again)
	}
	if other := (invoice.Recipient{Name: "김담당", Email: "pay2@example.com"}).Contact(); other == known {
		t.Error("another address is the same contact")
	}
}

func TestA_link_opens_until_it_expires_or_is_revoked(t *testing.T) {
	link := invoice.Link{Hash: invoice.HashToken("token"), Expires: now}
	for _, c := range []struct {
		what    string
		at      time.Time
		revoked time.Time
		usable  bool
	}{
		{"a moment before it expires", now.Add(-time.Nanosecond), time.Time{}, true},
		{"when it expires", now, time.Time{}, false},
		{"after it was revoked", now.Add(-time.Hour), now.Add(-2 * time.Hour), false},
	} {
		link.Revoked = c.revoked
		if err := link.Usable(c.at); (err == nil) != c.usable || err != nil && !fault.Is(err, fault.NotFound) {
			t.Errorf("%s: %v", c.what, err)
		}
	}
	if h := invoice.HashToken("token"); len(h) != 64 || strings.Contains(h, "token") || h == invoice.HashToken("Token") {
		t.Errorf("the hash is %s", h)
	}
}

func TestA_gate_adds_up_to_the_last_digit(t *testing.T) {
	d := money.MustDecimal
	gate := invoice.Gate{Label: "민간", Currency: money.USD, Billed: d("20.52022672899"), Invoiced: d("18.5"), Gathered: d("1.02022672899"), Unallocated: []invoice.Unallocated{
		{Member: "1", Reason: invoice.Unregistered, Cost: d("1.25")}, {Member: "2", Reason: invoice.Negative, Cost: d("-0.25")},
	}}
	if gate.Left().Canonical() != "1" || !gate.Difference().IsZero() || gate.Check() != nil {
		t.Errorf("left %s, difference %s, %v", gate.Left(), gate.Difference(), gate.Check())
	}
	t.Run("a difference below one cent keeps it shut", func(t *testing.T) {
		g := gate
		g.Invoiced = d("18.50000000001")
		if err := g.Check(); !fault.Is(err, fault.Conflict) || !strings.Contains(fault.TextOf(err).KO, "-0.00000000001 USD") {
			t.Errorf("got %v", err)
		}
	})
	t.Run("what earlier months of a cycle gathered is released into it", func(t *testing.T) {
		g := gate
		g.Invoiced, g.Released = d("28.5"), d("10")
		if err := g.Check(); err != nil {
			t.Error(err)
		}
	})
	t.Run("a bill that was never read keeps it shut, though nothing differs from nothing", func(t *testing.T) {
		g := invoice.Gate{Label: "금융", Month: october, Unread: true}
		if err := g.Check(); !fault.Is(err, fault.Conflict) || !strings.Contains(fault.TextOf(err).KO, "금융: 2026-10") {
			t.Errorf("got %v", err)
		}
	})
	t.Run("so does a draft", func(t *testing.T) {
		g := gate
		g.Open = []string{"C0007", "C0009"}
		if err := g.Check(); !fault.Is(err, fault.Conflict) || !strings.Contains(fault.TextOf(err).KO, "2건 있습니다(C0007") {
			t.Errorf("got %v", err)
		}
	})
	for _, r := range []invoice.Reason{invoice.Unregistered, invoice.NotActive, invoice.BeforeFirst, invoice.NothingToBill, invoice.Negative, invoice.AfterFinal, invoice.Departed} {
		if x := r.Text(); x.KO == string(r) || x.EN == string(r) {
			t.Errorf("reason %s is shown as %+v", r, x)
		}
	}
}

func TestA_body_comes_back_to_the_byte(t *testing.T) {
	in, charges := thirtyLines()
	body := invoice.Body{Input: in, Bill: must(rating.Rate(in))}
	encoded := must(body.Encode())
	if again := must(body.Encode()); !bytes.Equal(encoded, again) {
		t.Error("the same body has other bytes")
	}
	read := must(invoice.DecodeBody(bytes.NewReader(encoded)))
	if !rating.Same(read.Bill, body.Bill) {
		t.Error("the bill is another one")
	}
	if a, b := must(invoice.HashInput(in, charges)), must(invoice.HashInput(read.Input, charges)); a != b || len(a) != 64 {
		t.Errorf("the input's hash was %s and is %s", a, b)
	}
	if !rating.Same(must(rating.Rate(read.Input)), body.Bill) {
		t.Error("what was read is rated otherwise")
	}
}

func TestThe_hash_of_an_input_covers_figures_and_charges(t *testing.T) {
	in, charges := thirtyLines()
	before := must(invoice.HashInput(in, charges))
	in.Costs[3].Cost = in.Costs[3].Cost.Add(money.MustDecimal("0.0000001"))
	changed := must(invoice.HashInput(in, charges))
	charges[0].Member = "another"
	if moved := must(invoice.HashInput(in, charges)); before == changed || changed == moved {
		t.Errorf("hashes are %s, %s, %s", before, changed, moved)
	}
}

func TestA_damaged_body_is_seen(t *testing.T) {
	in, _ := thirtyLines()
	bill := must(rating.Rate(in))
	encoded := must(invoice.Body{Input: in, Bill: bill}.Encode())
	for i := 10; i < len(encoded); i += 7 { // past gzip's header
		damaged := bytes.Clone(encoded)
		damaged[i] ^= 0x10
		read, err := invoice.DecodeBody(bytes.NewReader(damaged))
		if err == nil && rating.Same(read.Bill, bill) {
			continue // a bit that pads the last block means nothing
		}
		if !fault.Is(err, fault.Internal) {
			t.Errorf("byte %d flipped: %v", i, err)
		}
	}
	for _, b := range [][]byte{nil, []byte("text"), encoded[:len(encoded)-1]} {
		if _, err := invoice.DecodeBody(bytes.NewReader(b)); !fault.Is(err, fault.Internal) {
			t.Errorf("%d bytes are read: %v", len(b), err)
		}
	}
}

func TestInvoices_are_read_as_they_were_written(t *testing.T) {
	ctx, s := context.Background(), memory.New(calendar.Fixed(now))
	in, charges := thirtyLines()
	body := invoice.Body{Input: in, Bill: must(rating.Rate(in))}
	charges[0].Object = must(blob.NewKey(hanbit(), blob.Books, "usage", "x"))
	i := draft(0)
	i.Sums, i.Charges, i.Span = invoice.SumsOf(body.Bill), charges, []calendar.Month{october.Prev(), october}
	other := i
	other.Customer, other.Number = "C0002", "HANBIT-202610-C0002-1"
	save(t, s, "1", must(i.Put(hanbit(), 0)), must(other.Put(hanbit(), 0)), i.PutBody(hanbit(), must(body.Encode())))

	got, version, err := invoice.Load(ctx, s, hanbit(), october, "C0007")
	if err != nil || version != 1 || got.Number != i.Number || got.Sums != i.Sums || len(got.Span) != 2 || got.Charges[0].Location() != i.Charges[0].Location() {
		t.Errorf("%+v at %d, %v", got, version, err)
	}
	read, err := invoice.LoadBody(ctx, s, hanbit(), got)
	if err != nil {
		t.Fatal(err)
	}
	if !rating.Same(read.Bill, body.Bill) {
		t.Error("the body is another one")
	}
	list, err := invoice.List(ctx, s, hanbit(), october)
	if err != nil || len(list) != 2 || list[0].Customer != "C0002" {
		t.Errorf("%+v, %v", list, err)
	}
	if d, err := s.Get(ctx, i.Key(hanbit())); err != nil || d.Version != 1 {
		t.Errorf("the head does not lie at its key: %v", err)
	}
	var failed *store.ConditionFailed
	if err := s.Commit(ctx, store.Commit{ID: "2", Writes: []store.Write{must(i.Put(hanbit(), 0))}}); !errors.As(err, &failed) {
		t.Errorf("a second draft of the month overwrote the first: %v", err)
	}
}

func TestDeliveries_links_and_runs_are_read_as_they_were_written(t *testing.T) {
	ctx, s := context.Background(), memory.New(calendar.Fixed(now))
	ref := must(invoice.ParseNumber("HANBIT-202610-C0007-1"))
	delivery := func(send, n int) store.Write {
		contact := recipient(n).Contact()
		d := invoice.Delivery{ID: invoice.DeliveryID(hanbit(), "HANBIT-202610-C0007-1", send, contact), Invoice: "HANBIT-202610-C0007-1", Send: send, Contact: contact, Order: n, State: invoice.Intended, At: now}
		return must(d.Put(hanbit(), ref, 0))
	}
	run, version, err := invoice.LoadRun(ctx, s, hanbit(), october)
	if err != nil || version != 0 || run.Month != october || !run.Closed.IsZero() {
		t.Errorf("a run nobody closed is %+v at %d, %v", run, version, err)
	}
	run.Closed = now
	link := invoice.Link{Hash: invoice.HashToken("t"), Object: must(blob.NewKey(hanbit(), blob.Books, "x.pdf")), Expires: now}
	save(t, s, "1", delivery(10, 0), delivery(2, 2), delivery(2, 1), delivery(2, 0), delivery(1, 0), must(invoice.SendOrder{Send: 2, Recipients: []invoice.Recipient{recipient(0)}}.Put(hanbit(), ref, store.Absent)), must(run.Put(hanbit(), 0)), must(link.Put(hanbit(), 0)))

	all, err := invoice.Deliveries(ctx, s, hanbit(), october, "C0007")
	order := ""
	for _, v := range all {
		order += fmt.Sprintf("%d.%d@%d ", v.Send, v.Order, v.Version)
	}
	if err != nil || order != "1.0@1 2.0@1 2.1@1 2.2@1 10.0@1 " {
		t.Errorf("deliveries are %s, %v", order, err)
	}
	if got, err := invoice.LoadSendOrder(ctx, s, hanbit(), ref, 2); err != nil || len(got.Recipients) != 1 || got.Recipients[0] != recipient(0) {
		t.Errorf("the order is %+v, %v", got, err)
	}
	if _, err := invoice.LoadSendOrder(ctx, s, hanbit(), ref, 3); !fault.Is(err, fault.NotFound) {
		t.Errorf("an order nobody gave: %v", err)
	}
	if got, version, err := invoice.LoadLink(ctx, s, hanbit(), link.Hash); err != nil || version != 1 || got.Object != link.Object {
		t.Errorf("the link is %+v, %v", got, err)
	}
	if _, _, err := invoice.LoadLink(ctx, s, must(store.ParseTenant("acme")), link.Hash); !fault.Is(err, fault.NotFound) {
		t.Errorf("another tenant reads the link: %v", err)
	}
	if got, version, err := invoice.LoadRun(ctx, s, hanbit(), october); err != nil || version != 1 || !got.Closed.Equal(now) {
		t.Errorf("the run is %+v, %v", got, err)
	}
	for state, ko := range map[invoice.DeliveryState]string{invoice.Intended: "발송 중", invoice.Waiting: "발송 중", invoice.Sent: "발송", invoice.InDoubt: "확인 필요", invoice.Refused: "발송 불가"} {
		if state.Text().KO != ko {
			t.Errorf("%s is shown as %v", state, state.Text())
		}
	}
}

func save(t *testing.T, s store.Store, id string, writes ...store.Write) {
	t.Helper()
	if err := s.Commit(context.Background(), store.Commit{ID: id, Writes: writes}); err != nil {
		t.Fatal(err)
	}
}
