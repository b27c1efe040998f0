package audit_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"jeongsan/internal/audit"
	"jeongsan/internal/calendar"
	"jeongsan/internal/fault"
	"jeongsan/internal/identity"
	"jeongsan/internal/store"
	"jeongsan/internal/store/memory"
)

var staff = identity.Principal{Role: identity.Staff, ID: "s-17"}

func principal(t *testing.T) identity.Principal {
	t.Helper()
	tenant, err := store.ParseTenant("hanbit")
	if err != nil {
		t.Fatal(err)
	}
	p := staff
	p.Tenant = tenant
	return p
}

func put(t *testing.T, p identity.Principal, r audit.Record) store.Write {
	t.Helper()
	w, err := audit.Put(p, r)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestA_record_says_who_did_what_to_which_and_when(t *testing.T) {
	p := principal(t)
	at := time.Date(2026, 11, 6, 9, 30, 0, 5, calendar.Seoul)
	w := put(t, p, audit.Record{ID: "c1", At: at, Actor: "somebody else", Action: "invoice.final", Subject: "HANBIT-202610-C0007-1", Before: "draft", After: "final", Reason: "월 정산"})
	r, err := audit.Decode(w.Document)
	if err != nil {
		t.Fatal(err)
	}
	want := audit.Record{ID: "c1", At: at.UTC(), Actor: "staff:s-17", Action: "invoice.final", Subject: "HANBIT-202610-C0007-1", Before: "draft", After: "final", Reason: "월 정산"}
	if r != want {
		t.Errorf("got %+v", r)
	}
	if w.Condition != store.Absent {
		t.Errorf("a record could overwrite another: %v", w.Condition)
	}
	if _, err := audit.Decode(store.Document{Kind: "invoice", Schema: 1, Body: []byte("{}")}); !fault.Is(err, fault.Internal) {
		t.Errorf("another document is read as a record: %v", err)
	}
}

func TestRecords_of_a_day_in_Seoul_lie_together_in_the_order_of_time(t *testing.T) {
	p, ctx := principal(t), context.Background()
	s := memory.New(calendar.Fixed(time.Date(2026, 11, 7, 0, 0, 0, 0, calendar.Seoul)))
	day := calendar.MustDate("2026-11-06")
	times := []time.Duration{9*time.Hour + time.Nanosecond, 0, 23*time.Hour + 59*time.Minute, 8 * time.Hour, 9 * time.Hour, 24 * time.Hour, -time.Nanosecond}
	for i, d := range times {
		id := string(rune('a' + i))
		if err := s.Commit(ctx, store.Commit{ID: id, Writes: []store.Write{put(t, p, audit.Record{ID: id, At: day.Start().Add(d)})}}); err != nil {
			t.Fatal(err)
		}
	}
	var order string
	err := store.Each(ctx, s, store.Query{Partition: audit.Partition(p.Tenant, day)}, func(d store.Document) error {
		r, err := audit.Decode(d)
		order += r.ID
		return err
	})
	if err != nil || order != "bdeac" { // 00:00, 08:00, 09:00, a nanosecond later, 23:59; f and g are of other days
		t.Errorf("the order is %s, %v", order, err)
	}
}

func TestA_record_is_written_once(t *testing.T) {
	p, ctx := principal(t), context.Background()
	at := time.Date(2026, 11, 6, 9, 30, 0, 0, calendar.Seoul)
	s := memory.New(calendar.Fixed(at))
	w := put(t, p, audit.Record{ID: "c1", At: at})
	if err := s.Commit(ctx, store.Commit{ID: "1", Writes: []store.Write{w}}); err != nil {
		t.Fatal(err)
	}
	var failed *store.ConditionFailed
	if err := s.Commit(ctx, store.Commit{ID: "2", Writes: []store.Write{w}}); !errors.As(err, &failed) {
		t.Errorf("got %v", err)
	}
}
