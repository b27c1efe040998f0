package crash_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"jeongsan/internal/blob"
	"jeongsan/internal/calendar"
	"jeongsan/internal/crash"
	"jeongsan/internal/fault"
	"jeongsan/internal/mail"
	"jeongsan/internal/queue"
	"jeongsan/internal/secret"
	"jeongsan/internal/store"
)

// shop is the smallest scene: a world and a tenant.
type shop struct{ *crash.World }

func (s shop) Surviving() *crash.World { return s.World }
func (s shop) Copy() shop              { return shop{s.World.Copy()} }

func open() shop { return shop{crash.NewWorld(calendar.MustDate("2026-11-06").Start())} }

func tenant() store.Tenant {
	t, err := store.ParseTenant("hanbit")
	if err != nil {
		panic(err)
	}
	return t
}

func key(name string) store.Key { return tenant().Partition("order").Key(name) }

func document(name, body string) store.Document {
	return store.Document{Key: key(name), Kind: "order", Schema: 1, Body: []byte(body)}
}

// save commits under a condition, settling what is unknown.
func save(ctx context.Context, p *crash.Process, d store.Document, c store.Condition) error {
	return store.Apply(ctx, p.Store, store.Commit{ID: p.NewID(), Writes: []store.Write{store.Put(d, c)}})
}

func letter(id string) mail.Message {
	return mail.Message{ID: id, From: mail.Address{Email: "a@example.com"}, To: []mail.Address{{Email: "b@example.com"}}, Subject: "주문", Text: "주문"}
}

// careful orders once: intent, mail by asking, outcome.
func careful(ctx context.Context, p *crash.Process, _ shop) error {
	d, err := p.Store.Get(ctx, key("1"))
	if fault.Is(err, fault.NotFound) {
		if err = save(ctx, p, document("1", `{"state":"intended"}`), store.Absent); err != nil {
			return err
		}
		d, err = p.Store.Get(ctx, key("1"))
	}
	if err != nil || strings.Contains(string(d.Body), "sent") {
		return err
	}
	outcome, err := p.Mail.Lookup(ctx, "order-1")
	if err != nil {
		return err
	}
	if outcome != mail.Accepted {
		if _, err := p.Mail.Send(ctx, letter("order-1")); err != nil {
			return err
		}
	}
	return save(ctx, p, document("1", `{"state":"sent"}`), store.AtVersion(d.Version))
}

func TestA_careful_flow_passes_and_every_effect_of_it_meets_every_fate(t *testing.T) {
	f := crash.Flow[shop]{Setup: open, Run: careful, Again: true, Depth: 2}
	explored, err := f.Play(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	// intent, lookup, mail, outcome: 5 + 2 + 5 + 5 fates, each death of which is recovered from and killed again.
	if explored.Effects != 4 || explored.Runs < 1+17+17 {
		t.Errorf("%d effects, %d plays", explored.Effects, explored.Runs)
	}
}

func TestThe_harness_finds_what_careless_flows_do(t *testing.T) {
	for name, c := range map[string]struct {
		run  func(context.Context, *crash.Process, shop) error
		want string
	}{
		"a mail without an intent goes out twice": {func(ctx context.Context, p *crash.Process, _ shop) error {
			if _, err := p.Store.Get(ctx, key("1")); err == nil {
				return nil
			}
			if _, err := p.Mail.Send(ctx, letter("order-1")); err != nil {
				return err
			}
			return save(ctx, p, document("1", "{}"), store.Absent)
		}, "sent again"},
		"a mail recorded before it goes out is lost": {func(ctx context.Context, p *crash.Process, _ shop) error {
			if _, err := p.Store.Get(ctx, key("1")); err == nil {
				return nil
			}
			if err := save(ctx, p, document("1", "{}"), store.Absent); err != nil {
				return err
			}
			_, err := p.Mail.Send(ctx, letter("order-1"))
			return err
		}, "missing (1 of 1): mail"},
		"two commits that belong together come apart": {func(ctx context.Context, p *crash.Process, _ shop) error {
			if _, err := p.Store.Get(ctx, key("1")); err == nil {
				return nil
			}
			if err := save(ctx, p, document("1", "{}"), store.Absent); err != nil {
				return err
			}
			return save(ctx, p, document("2", "{}"), store.Absent)
		}, "missing (1 of 1): order t/hanbit/order|2"},
		"a document named before its object is there": {func(ctx context.Context, p *crash.Process, _ shop) error {
			k, err := blob.NewKey(tenant(), blob.Books, "x")
			if err != nil {
				return err
			}
			if _, err := p.Store.Get(ctx, key("1")); err == nil {
				return nil
			}
			if err := save(ctx, p, document("1", fmt.Sprintf("{%q:%q}", "object", k.String())), store.Absent); err != nil {
				return err
			}
			_, err = p.Bucket.Put(ctx, k, "text/plain", strings.NewReader("x"))
			return err
		}, "names a missing object"},
		"a count that each run raises": {func(ctx context.Context, p *crash.Process, _ shop) error {
			d, err := p.Store.Get(ctx, key("1"))
			if err != nil && !fault.Is(err, fault.NotFound) {
				return err
			}
			return save(ctx, p, document("1", fmt.Sprintf(`{"runs":%d}`, d.Version+1)), store.AtVersion(d.Version))
		}, "writes t/hanbit/order|1"},
		"a flow that cannot be run again": {func(ctx context.Context, p *crash.Process, _ shop) error {
			return save(ctx, p, document("1", "{}"), store.Absent)
		}, "the flow fails"},
		"an unknown commit taken for lost": {func(ctx context.Context, p *crash.Process, _ shop) error {
			c := store.Commit{ID: p.NewID(), Writes: []store.Write{store.Put(document(p.NewID(), "{}"), store.Absent)}}
			if page, err := p.Store.Query(ctx, store.Query{Partition: key("1").Partition()}); err != nil || len(page.Documents) > 0 {
				return err
			}
			err := p.Store.Commit(ctx, c)
			if errors.Is(err, store.ErrUnknown) || errors.Is(err, store.ErrContended) {
				return save(ctx, p, document(p.NewID(), "{}"), store.Absent)
			}
			return err
		}, "too much"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := (crash.Flow[shop]{Setup: open, Run: c.run, Again: true}).Play(t.Context()); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("found %v, want %q", err, c.want)
			}
		})
	}
}

func TestA_dead_process_has_no_further_effect_whatever_goroutines_it_left(t *testing.T) {
	run := func(ctx context.Context, p *crash.Process, s shop) error {
		var wait sync.WaitGroup
		for i := range 8 {
			wait.Go(func() { _ = save(ctx, p, document(fmt.Sprint(i), "{}"), store.Always) })
		}
		wait.Wait()
		return save(ctx, p, document("last", "{}"), store.Always)
	}
	if _, err := (crash.Flow[shop]{Setup: open, Run: run}).Play(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestA_copied_world_is_the_same_and_goes_its_own_way(t *testing.T) {
	w := open()
	p := w.Process()
	for _, body := range []string{"{}", `{"a":1}`} {
		if err := save(t.Context(), p, document("1", body), store.Always); err != nil {
			t.Fatal(err)
		}
	}
	k, err := blob.NewKey(tenant(), blob.Books, "x")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Bucket.Put(t.Context(), k, "text/plain", strings.NewReader("x")); err != nil {
		t.Fatal(err)
	}
	if err := p.Queue.Send(t.Context(), [][]byte{[]byte("work")}, 0); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Mail.Send(t.Context(), letter("order-1")); err != nil {
		t.Fatal(err)
	}
	c := w.Copy()
	d, err := c.Store.Get(t.Context(), key("1"))
	if err != nil || d.Version != 2 || len(c.Bucket.Objects()) != 1 || len(c.Mail.Delivered()) != 1 {
		t.Errorf("the copy holds %+v, %v", d, err)
	}
	if live, _, _ := c.Queue.Depth(t.Context()); live != 1 {
		t.Errorf("the copy's queue holds %d", live)
	}
	if err := save(t.Context(), c.Process(), document("2", "{}"), store.Absent); err != nil {
		t.Fatal(err)
	}
	if err := c.Clock.Advance(time.Hour); err != nil {
		t.Fatal(err)
	}
	if len(w.Documents()) != 1 || w.Clock.Now().Equal(c.Clock.Now()) || w.NewID() == "" {
		t.Error("the copy changed what it was made of")
	}
}

func TestThe_queue_brings_back_what_a_dead_process_had_and_gives_up_after_its_last_delivery(t *testing.T) {
	w := open()
	q := w.Queue
	if err := q.Send(t.Context(), [][]byte{[]byte("poison")}, 0); err != nil {
		t.Fatal(err)
	}
	for range crash.MaxReceive {
		got, err := q.Receive(t.Context(), queue.MaxBatch)
		if err != nil || len(got) != 1 {
			t.Fatalf("%d messages, %v", len(got), err)
		}
		if more, _ := q.Receive(t.Context(), 1); len(more) != 0 {
			t.Error("a received message is not hidden")
		}
		if err := q.Extend(t.Context(), got[0], 0); err != nil {
			t.Fatal(err)
		}
		if err := q.Delete(t.Context(), []queue.Message{{Receipt: "stale"}}); err != nil {
			t.Fatal(err)
		}
	}
	if _, dead, _ := q.Depth(t.Context()); dead != 1 {
		t.Errorf("%d are dead", dead)
	}
}

func TestWhat_is_sealed_opens_in_its_own_scope_only(t *testing.T) {
	k := open().Process().Secrets
	scope := secret.Scope{Tenant: tenant(), Purpose: "a"}
	sealed, err := k.Seal(t.Context(), scope, []byte("비밀"))
	if err != nil || strings.Contains(string(sealed), "비밀") {
		t.Fatalf("%q, %v", sealed, err)
	}
	if plain, err := k.Open(t.Context(), scope, sealed); err != nil || string(plain) != "비밀" {
		t.Errorf("%q, %v", plain, err)
	}
	if _, err := k.Open(t.Context(), secret.Scope{Tenant: tenant(), Purpose: "b"}, sealed); !fault.Is(err, fault.Invalid) {
		t.Errorf("under another purpose: %v", err)
	}
}
