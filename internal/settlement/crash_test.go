package settlement_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"jeongsan/internal/calendar"
	"jeongsan/internal/crash"
	"jeongsan/internal/due"
	"jeongsan/internal/fault"
	"jeongsan/internal/invoice"
	"jeongsan/internal/settlement"
	. "jeongsan/internal/settlement/settlementtest"
	"jeongsan/internal/store"
	"jeongsan/internal/usage"
)

// flow is a flow of the office that is compared by its books and proved after every recovery.
func flow(setup func() *Office, run func(context.Context, *crash.Process, *Office) error) crash.Flow[*Office] {
	return crash.Flow[*Office]{Setup: setup, Run: run, View: View(), Check: Proved, Again: true}
}

// once is a flow that a person starts: run again, it is a second order and may be written down as one.
func once(setup func() *Office, run func(context.Context, *crash.Process, *Office) error) crash.Flow[*Office] {
	f := flow(setup, run)
	f.Again = false
	return f
}

func members(n int, cost func(i int) string) []Usage {
	out := make([]Usage, n)
	for i := range out {
		out[i] = Uses(i+1, Row("Object Storage", cost(i+1)), VM("1000.25"))
	}
	return out
}

func ingest(ctx context.Context, p *crash.Process, o *Office) error {
	_, err := o.Desk(p).Ingest(ctx, o.Job(), Public, October, calendar.DateOf(o.World.Clock.Now()).Start())
	return err
}

func TestA_pull_that_dies_anywhere_is_made_good_by_the_next(t *testing.T) {
	t.Run("the first of a month", func(t *testing.T) {
		f := flow(func() *Office {
			o := Open("2026-10-15 09:00")
			o.Provider.States(Public, October, members(5, func(i int) string { return fmt.Sprintf("%d.5", 1000*i) })...)
			return o
		}, ingest)
		f.Depth = 2
		f.Explore(t)
	})
	t.Run("of more members than one commit holds", func(t *testing.T) {
		flow(func() *Office {
			o := Open("2026-10-15 09:00")
			o.Provider.States(Public, October, members(230, func(i int) string { return fmt.Sprintf("%d.5", 1000*i) })...)
			return o
		}, ingest).Explore(t)
	})
	t.Run("with one figure changed, one member new and one gone", func(t *testing.T) {
		f := flow(func() *Office {
			o := pulled(4, "2026-10-15 09:00")
			o.At("2026-10-16 09:00")
			o.Provider.States(Public, October, Uses(1, Row("Object Storage", "1000")), Uses(2, Row("Object Storage", "9999")), Uses(3, Row("Object Storage", "3000")), Uses(9, Row("CDN+", "77")))
			return o
		}, ingest)
		f.Depth = 2
		f.Explore(t)
	})
	t.Run("of more changed members than one commit holds", func(t *testing.T) {
		f := flow(func() *Office {
			o := Open("2026-10-15 09:00")
			o.Provider.States(Public, October, members(230, func(i int) string { return fmt.Sprint(1000 * i) })...)
			o.Pull(Public, October)
			o.At("2026-10-16 09:00")
			o.Provider.States(Public, October, members(230, func(i int) string { return fmt.Sprint(1001 * i) })...)
			return o
		}, ingest)
		f.Explore(t)
	})
	t.Run("while the provider rewrites the month", func(t *testing.T) {
		flow(func() *Office {
			o := pulled(3, "2026-10-15 09:00")
			o.Provider.States(Public, October, Uses(1, Row("Object Storage", "5000")))
			o.Provider.Rewrites = 1
			return o
		}, ingest).Explore(t)
	})
}

func TestA_reading_that_reverts_after_a_death_between_its_commits_leaves_no_mixture(t *testing.T) {
	o := Open("2026-10-15 09:00")
	before := members(230, func(i int) string { return fmt.Sprint(1000 * i) })
	o.Provider.States(Public, October, before...)
	o.Pull(Public, October)
	o.Provider.States(Public, October, members(230, func(i int) string { return fmt.Sprint(1001 * i) })...)
	broken := o.Desk(o.World.Process())
	broken.Store = &refusing{Store: broken.Store, after: 2}
	if _, err := broken.Ingest(t.Context(), o.Job(), Public, October, o.World.Clock.Now()); err == nil {
		t.Fatal("the second commit was to fail")
	}
	o.Provider.States(Public, October, before...)
	if _, err := o.Desk(o.World.Process()).Ingest(t.Context(), o.Job(), Public, October, o.World.Clock.Now()); err != nil {
		t.Fatal(err)
	}
	gates, err := o.Desk(o.World.Process()).Gates(t.Context(), o.Tenant, October)
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range gates {
		if !g.Difference().IsZero() {
			t.Errorf("%s: the gate misses %s", g.Account, g.Difference().Canonical())
		}
	}
}

// refusing is a store that takes some commits and refuses every later one.
type refusing struct {
	store.Store
	after int
}

func (r *refusing) Commit(ctx context.Context, c store.Commit) error {
	if r.after--; r.after < 0 {
		return errors.New("refused")
	}
	return r.Store.Commit(ctx, c)
}

// pulled is an office whose customers 1 to n used something in October, each n thousand won.
func pulled(n int, at string) *Office {
	o := Open(at)
	for i := range n {
		o.Register(i + 1)
	}
	o.Provider.States(Public, October, members(n, func(i int) string { return fmt.Sprint(1000 * i) })...)
	o.Pull(Public, October)
	return o
}

// settling is an office on the day settlement opens.
func settling(n int, edits ...func(*Office)) *Office {
	o := pulled(n, "2026-10-31 09:00")
	for _, edit := range edits {
		edit(o)
	}
	o.At("2026-11-06 10:00")
	return o
}

// final is an office whose first n customers have their final invoice.
func final(n int, edits ...func(*Office)) func() *Office {
	return func() *Office {
		o := settling(n, edits...)
		for i := range n {
			o.Bill(i+1, October)
		}
		return o
	}
}

func customers(n int) []string {
	var out []string
	for i := range n {
		out = append(out, Customer(i+1).ID)
	}
	return out
}

func TestA_draft_that_dies_anywhere_is_drafted_by_the_next(t *testing.T) {
	f := flow(func() *Office { return pulled(2, "2026-10-20 09:00") }, func(ctx context.Context, p *crash.Process, o *Office) error {
		_, err := o.Desk(p).Draft(ctx, o.Job(), "C0001", October)
		return err
	})
	f.Depth = 2
	f.Explore(t)
	t.Run("with a body too large for a document", func(t *testing.T) {
		f.Setup = func() *Office {
			o := Open("2026-10-20 09:00")
			o.Register(1)
			o.Provider.States(Public, October, Uses(1, manyServices(2500)...))
			o.Pull(Public, October)
			return o
		}
		f.Depth = 1
		f.Explore(t)
	})
}

func TestA_bill_that_dies_anywhere_is_made_final_once_and_posted_once(t *testing.T) {
	f := flow(func() *Office { return settling(3) }, func(ctx context.Context, p *crash.Process, o *Office) error {
		for _, c := range customers(3) {
			if _, err := o.Desk(p).Bill(ctx, o.Job(), October, c); err != nil {
				return err
			}
		}
		return nil
	})
	f.Depth = 2
	f.Explore(t)
}

func TestDocuments_that_die_half_made_are_made_by_the_next_run(t *testing.T) {
	flow(final(1), func(ctx context.Context, p *crash.Process, o *Office) error {
		_, err := o.Desk(p).Documents(ctx, o.Job(), October, "C0001")
		return err
	}).Explore(t)
}

// sendNow sends what was asked for: the job that the outbox leaves.
func sendNow(ctx context.Context, p *crash.Process, o *Office) error {
	return o.Desk(p).Send(ctx, o.Job(), settlement.InvoiceWork{Month: October, Customer: "C0001", Send: 1})
}

// documented is an office whose one customer has its documents.
func documented(contacts int) func() *Office {
	return func() *Office {
		o := final(1, func(o *Office) { o.Change(1, Contacts(contacts)) })()
		if _, err := o.Desk(o.World.Process()).Documents(context.Background(), o.Job(), October, "C0001"); err != nil {
			panic(err)
		}
		return o
	}
}

func TestA_mail_whose_process_dies_anywhere_goes_out_exactly_once(t *testing.T) {
	for _, contacts := range []int{1, 3} {
		t.Run(fmt.Sprintf("to %d contacts", contacts), func(t *testing.T) {
			f := flow(documented(contacts), sendNow)
			f.Depth, f.Sample = 2, sampled(contacts)
			f.Check = func(ctx context.Context, o *Office) error {
				if n := len(o.World.Mail.Delivered()); n != contacts {
					return fmt.Errorf("%d mails were delivered", n)
				}
				return Proved(ctx, o)
			}
			f.Explore(t)
		})
	}
}

// sampled keeps the deaths of a recovery to one fate for each effect where there are many.
func sampled(contacts int) int {
	if contacts > 1 {
		return 2
	}
	return 0
}

func TestWhere_the_transport_cannot_tell_no_second_mail_goes_out_and_the_doubt_is_recorded(t *testing.T) {
	for _, contacts := range []int{1, 3} {
		t.Run(fmt.Sprintf("to %d contacts", contacts), func(t *testing.T) {
			f := flow(func() *Office {
				o := documented(contacts)()
				o.World.Mail.Tells = false
				return o
			}, sendNow)
			f.Depth, f.Sample = 2, sampled(contacts)
			f.View.Mask["delivery"] = append(f.View.Mask["delivery"], "state")
			f.View.Lax = []string{"mail", "audit"}
			f.Check = doubtsRecorded
			f.Explore(t)
		})
	}
}

// doubtsRecorded: each mail was delivered once, or it is recorded as in doubt.
func doubtsRecorded(ctx context.Context, o *Office) error {
	delivered := map[string]int{}
	for _, m := range o.World.Mail.Delivered() {
		delivered[m.ID]++
	}
	deliveries, err := invoice.Deliveries(ctx, o.World.Store, o.Tenant, October, "C0001")
	if err != nil {
		return err
	}
	for _, d := range deliveries {
		switch {
		case d.State == invoice.Sent && delivered[d.ID] == 1:
		case d.State == invoice.InDoubt && delivered[d.ID] <= 1:
		default:
			return fmt.Errorf("%s is %s and was delivered %d times", d.ID, d.State, delivered[d.ID])
		}
		if len(d.Sealed) > 0 {
			return fmt.Errorf("%s still holds its token", d.ID)
		}
	}
	return Proved(ctx, o)
}

func TestAn_order_to_send_goes_through_outbox_sweep_and_queue_to_one_mail(t *testing.T) {
	f := once(documented(1), func(ctx context.Context, p *crash.Process, o *Office) error {
		desk := o.Desk(p)
		head, _, err := invoice.Load(ctx, p.Store, o.Tenant, October, "C0001")
		if err != nil {
			return err
		}
		if head.Sends == 0 { // the button says 발송 until it was
			rows, err := desk.RequestSend(ctx, o.Staff(), October, customers(1))
			if err != nil {
				return err
			}
			if rows[0].Err != nil {
				return rows[0].Err
			}
		}
		return workOff(ctx, p, o)
	})
	f.Explore(t)
}

// workOff sweeps and works until nothing is left.
func workOff(ctx context.Context, p *crash.Process, o *Office) error {
	for {
		n, err := due.Sweep(ctx, p.Store, p.Queue, o.World.Clock.Now(), p.NewID)
		if err != nil {
			return err
		}
		messages, err := p.Queue.Receive(ctx, 1)
		if err != nil {
			return err
		}
		if len(messages) == 0 && n == 0 {
			return nil
		}
		for _, m := range messages {
			if err := o.App(p).Handle(ctx, m.Body); err != nil {
				return errors.Join(err, p.Queue.Extend(ctx, m, 0))
			}
			if err := p.Queue.Delete(ctx, messages); err != nil {
				return err
			}
		}
	}
}

func TestAn_upload_that_dies_anywhere_replaces_the_workbook_or_leaves_everything_as_it_was(t *testing.T) {
	content := Workbook(99_000)
	upload := func(ctx context.Context, p *crash.Process, o *Office) error {
		_, err := o.Desk(p).Upload(ctx, o.Staff(), October, "C0001", "수정.xlsx", content)
		return err
	}
	f := once(final(1), upload)
	f.View.Extra = func(line string) bool { return Audited(line, "invoice.upload") }
	f.Explore(t)

	t.Run("and so does taking it back", func(t *testing.T) {
		f := once(func() *Office {
			o := final(1)()
			if err := upload(context.Background(), o.World.Process(), o); err != nil {
				panic(err)
			}
			return o
		}, func(ctx context.Context, p *crash.Process, o *Office) error {
			_, err := o.Desk(p).TakeBack(ctx, o.Staff(), October, "C0001", "잘못 올림")
			return done(err)
		})
		f.Explore(t)
	})
}

// done takes "that is done already" for what a person who tries again is glad to read.
func done(err error) error {
	if fault.Is(err, fault.Conflict) {
		return nil
	}
	return err
}

func TestHolding_closing_and_revoking_survive_a_death_anywhere(t *testing.T) {
	t.Run("hold", func(t *testing.T) {
		f := once(func() *Office {
			o := settling(1)
			if _, err := o.Desk(o.World.Process()).Draft(context.Background(), o.Job(), "C0001", October); err != nil {
				panic(err)
			}
			return o
		}, func(ctx context.Context, p *crash.Process, o *Office) error {
			_, err := o.Desk(p).Hold(ctx, o.Staff(), October, "C0001", "단가 협의 중")
			return err
		})
		f.View.Extra = func(line string) bool { return Audited(line, "invoice.hold") }
		f.Explore(t)
	})
	t.Run("close", func(t *testing.T) {
		flow(final(3), func(ctx context.Context, p *crash.Process, o *Office) error {
			_, err := o.Desk(p).Close(ctx, o.Main(), October)
			return err
		}).Explore(t)
	})
	t.Run("revoke", func(t *testing.T) {
		f := flow(func() *Office {
			o := documented(3)()
			if err := sendNow(context.Background(), o.World.Process(), o); err != nil {
				panic(err)
			}
			return o
		}, func(ctx context.Context, p *crash.Process, o *Office) error {
			_, err := o.Desk(p).RevokeLinks(ctx, o.Staff(), "HANBIT-202610-C0001-1", "잘못된 담당자")
			return err
		})
		f.Depth = 2
		f.Explore(t)
	})
}

func manyServices(n int) []usage.Row {
	var out []usage.Row
	for i := range n {
		out = append(out, Row(fmt.Sprintf("Service %d %x", i, i*7919*104729), fmt.Sprintf("%d.%03d", 100+i, i%1000)))
	}
	return out
}
