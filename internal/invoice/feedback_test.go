package invoice_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"jeongsan/internal/calendar"
	"jeongsan/internal/fault"
	"jeongsan/internal/invoice"
	"jeongsan/internal/store"
	"jeongsan/internal/store/memory"
)

func TestFeedback_says_the_same_in_whatever_order_it_comes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		kinds := []invoice.FeedbackKind{invoice.Taken, invoice.Delivered, invoice.Bounced, invoice.Complained}
		heard := rapid.SliceOfN(rapid.IntRange(0, 3), 1, 12).Draw(t, "heard")
		d, most := invoice.Delivery{State: invoice.InDoubt, Sealed: []byte("token")}, -1
		for _, n := range heard {
			before := d
			next, changed := d.Heard(invoice.Feedback{Kind: kinds[n], At: now.Add(time.Duration(n))})
			if changed != (n > most) || !changed && next.Feedback != before.Feedback {
				t.Fatalf("%s after %s changed: %v", kinds[n], before.Feedback.Kind, changed)
			}
			d, most = next, max(most, n)
		}
		if d.Feedback.Kind != kinds[most] || d.State != invoice.Sent || d.Sealed != nil {
			t.Fatalf("%+v", d)
		}
	})
}

func TestFeedback_of_an_unknown_kind_says_nothing(t *testing.T) {
	if d, changed := (invoice.Delivery{State: invoice.InDoubt}).Heard(invoice.Feedback{Kind: "opened"}); changed || d.State != invoice.InDoubt {
		t.Errorf("%+v", d)
	}
}

func TestA_mail_is_found_by_its_id_and_only_by_its_own_tenant(t *testing.T) {
	s := memory.New(calendar.Fixed(now))
	ref := must(invoice.ParseNumber("HANBIT-202610-C0007-2"))
	contact := recipient(1).Contact()
	id := invoice.DeliveryID(hanbit(), "HANBIT-202610-C0007-2", 3, contact)
	save(t, s, "1", must(invoice.Delivery{ID: id, Invoice: "HANBIT-202610-C0007-2", Send: 3, Contact: contact, Email: "c1@example.com"}.Put(hanbit(), ref, 0)))
	if got, err := invoice.LoadDelivery(t.Context(), s, hanbit(), id); err != nil || got.Version != 1 || got.ID != id {
		t.Errorf("%+v, %v", got, err)
	}
	for _, strange := range []string{"", "hanbit-", id + "x", "hanbit-hanbit-202610-c0007-2-s0-r" + contact, "hanbit-hanbit-202613-c0007-2-s1-r" + contact, "x" + id, "hanbit-../..-s1-r" + contact} {
		if _, err := invoice.LoadDelivery(t.Context(), s, hanbit(), strange); !fault.Is(err, fault.NotFound) {
			t.Errorf("%q: %v", strange, err)
		}
	}
	if _, err := invoice.LoadDelivery(t.Context(), s, must(store.ParseTenant("other")), id); !fault.Is(err, fault.NotFound) {
		t.Errorf("another tenant reads it: %v", err)
	}
}
