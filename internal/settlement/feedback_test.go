package settlement_test

import (
	"context"
	"testing"

	"jeongsan/internal/audit"
	"jeongsan/internal/calendar"
	"jeongsan/internal/crash"
	"jeongsan/internal/fault"
	"jeongsan/internal/identity"
	"jeongsan/internal/invoice"
	. "jeongsan/internal/settlement/settlementtest"
	"jeongsan/internal/store"
)

// mailedTo is the one mail of the first customer's invoice as it is stored.
func mailedTo(t *testing.T, o *Office) invoice.VersionedDelivery {
	t.Helper()
	all, err := invoice.Deliveries(t.Context(), o.World.Store, o.Tenant, October, "C0001")
	if err != nil || len(all) != 1 {
		t.Fatalf("%d mails, %v", len(all), err)
	}
	return all[0]
}

// audited counts the records of an action on the day of the office's clock.
func audited(t *testing.T, o *Office, action string) int {
	t.Helper()
	n := 0
	err := store.Each(t.Context(), o.World.Store, store.Query{Partition: audit.Partition(o.Tenant, calendar.DateOf(o.World.Clock.Now()))}, func(d store.Document) error {
		r, err := audit.Decode(d)
		if r.Action == action {
			n++
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestA_mail_that_comes_back_shows_it_whatever_comes_after(t *testing.T) {
	o := ordered(t)
	id := mailedTo(t, o).ID
	heard := []invoice.FeedbackKind{invoice.Bounced, invoice.Delivered, invoice.Taken, invoice.Bounced}
	for _, kind := range heard {
		if err := desk(o).MailFeedback(t.Context(), o.Job(), id, invoice.Feedback{Kind: kind, At: o.World.Clock.Now(), Reason: "Permanent/General"}); err != nil {
			t.Fatal(err)
		}
	}
	if m := mailedTo(t, o); m.Feedback.Kind != invoice.Bounced || m.Feedback.Reason != "Permanent/General" || m.State != invoice.Sent {
		t.Errorf("%+v", m.Feedback)
	}
	if n := audited(t, o, "mail.bounced"); n != 1 {
		t.Errorf("%d audit records of one bounce", n)
	}
}

func TestFeedback_of_what_is_no_mail_of_the_tenant_changes_nothing(t *testing.T) {
	o := ordered(t)
	id := mailedTo(t, o).ID
	f := invoice.Feedback{Kind: invoice.Complained, At: o.World.Clock.Now()}
	refused(t, desk(o).MailFeedback(t.Context(), identity.Job(o.Stranger().Tenant, "feedback"), id, f), fault.NotFound, id)
	refused(t, desk(o).MailFeedback(t.Context(), o.Job(), "hanbit-hanbit-202610-c0001-1-s9-r000000000000", f), fault.NotFound)
	if m := mailedTo(t, o); m.Feedback.Kind != "" {
		t.Errorf("%+v", m.Feedback)
	}
}

func TestFeedback_survives_a_death_anywhere(t *testing.T) {
	crash.Flow[*Office]{
		Setup: func() *Office { return ordered(t) }, View: View(), Check: Proved, Again: true,
		Run: func(ctx context.Context, p *crash.Process, o *Office) error {
			return o.Desk(p).MailFeedback(ctx, o.Job(), mailedTo(t, o).ID, invoice.Feedback{Kind: invoice.Delivered, At: o.World.Clock.Now()})
		},
	}.Explore(t)
}
