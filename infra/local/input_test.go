package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"jeongsan/infra/local/pages"
	"jeongsan/internal/app"
	"jeongsan/internal/calendar"
	"jeongsan/internal/customer"
	"jeongsan/internal/due"
	"jeongsan/internal/fault"
	"jeongsan/internal/store/sqlite"
	"jeongsan/internal/tenant"
)

func TestA_closed_month_takes_no_other_rate_and_no_other_file(t *testing.T) {
	path, _ := export(t, "2024-09", nil)
	dir := t.TempDir()
	first := settled(t, "month", "2024-09", "--focus", path, "--usd-krw", "1340.5", "--data", dir)
	other, _ := export(t, "2024-09", func(s string) string { return s + "\n" })
	for _, c := range []struct{ name, file, rate, date, field string }{
		{"another rate", path, "1340.6", "2024-09-30", "usd-krw"},
		{"another day's rate", path, "1340.5", "2024-09-29", "usd-krw"},
		{"another file", other, "1340.5", "2024-09-30", "focus"},
	} {
		_, err := command(t, "month", "2024-09", "--focus", c.file, "--usd-krw", c.rate, "--rate-date", c.date, "--data", dir)
		faults := fault.All(err)
		if len(faults) != 1 || faults[0].Field != c.field || !strings.Contains(faults[0].Shown().KO, "--data") || !strings.Contains(faults[0].Shown().EN, "--data") {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	if again := settled(t, "month", "2024-09", "--focus", path, "--usd-krw", "1340.50", "--data", dir); table(again) != table(first) {
		t.Errorf("the same file and rate print another table:\n%s", again)
	}
}

func TestA_sub_account_with_a_bad_name_is_named_and_nobody_is_registered(t *testing.T) {
	var name string
	path, _ := export(t, "2024-09", func(s string) string {
		name = regexp.MustCompile(`customer-[0-9]{3}`).FindString(s)
		return strings.ReplaceAll(s, name, name+" \U0001F680")
	})
	dir := t.TempDir()
	_, err := command(t, "month", "2024-09", "--focus", path, "--usd-krw", "1340.5", "--data", dir)
	faults := fault.All(err)
	if len(faults) == 0 || faults[0].Field != "name" || faults[0].Place.File != "export.csv" || !strings.Contains(faults[0].Shown().KO, name) || !strings.Contains(faults[0].Shown().EN, "sub account") {
		t.Fatalf("refused with %v", err)
	}
	st, err := sqlite.Open(t.Context(), filepath.Join(dir, "state.db"), calendar.System{})
	if err != nil {
		t.Fatal(err)
	}
	known, err := customer.List(t.Context(), st, mustTenant(focusTenant))
	if err != nil || len(known) > 0 {
		t.Errorf("%d customers were registered, %v", len(known), err)
	}
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}
	corrected, _ := export(t, "2024-09", nil)
	settled(t, "month", "2024-09", "--focus", corrected, "--usd-krw", "1341", "--data", dir) // nothing was billed: both may change
}

func TestThe_link_key_is_made_once_and_never_written_over(t *testing.T) {
	path := filepath.Join(t.TempDir(), "link.key")
	first, err := linkKey(path)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	again, err := linkKey(path)
	if err != nil || !slices.Equal(first, again) {
		t.Errorf("read again it is another key, %v", err)
	}
	if err := os.WriteFile(path, first[:10], 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := linkKey(path); !fault.Is(err, fault.Conflict) {
		t.Errorf("half a key: %v", err)
	}
	if kept, err := os.ReadFile(path); err != nil || len(kept) != 10 {
		t.Errorf("half a key was written over: %d bytes, %v", len(kept), err)
	}
	if _, err := linkKey(t.TempDir()); !fault.Is(err, fault.Unavailable) {
		t.Errorf("a key that cannot be read: %v", err)
	}
}

func TestA_failed_step_comes_again_after_two_seconds_then_ever_later_up_to_a_minute(t *testing.T) {
	var got []time.Duration
	for received := range 8 {
		got = append(got, backOff(received+1))
	}
	want := []time.Duration{2 * time.Second, 4 * time.Second, 8 * time.Second, 16 * time.Second, 32 * time.Second, time.Minute, time.Minute, time.Minute}
	if !slices.Equal(got, want) {
		t.Errorf("the waits are %v", got)
	}
}

func TestA_beat_of_the_served_stack_does_not_wait_for_what_is_hidden(t *testing.T) {
	s, err := open(t.Context(), config{dir: t.TempDir(), baseURL: "http://127.0.0.1", template: filepath.Join("..", "..", "template.yaml")})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.close() }() // every commit was durable
	activity := pages.NewActivity(s.clock.Now)
	s.app.Observe, s.serving = activity.Observe, true
	if err := due.Send(t.Context(), s.queue, []due.Message{{Job: "no such job"}}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if _, err := s.work(ctx); err != nil {
		t.Fatal(err)
	}
	if n, err := s.work(ctx); n != 0 || err != nil { // its first retry is seconds away
		t.Fatalf("%d more were worked on, %v", n, err)
	}
	if err := s.beat(ctx); err != nil {
		t.Fatal(err)
	}
	if idle, err := s.Idle(ctx); idle || err != nil {
		t.Errorf("the failed step is gone: %t, %v", idle, err)
	}
}

func TestWhat_was_played_before_the_pages_are_served_shows_on_them(t *testing.T) {
	at := time.Date(2026, 10, 1, 9, 0, 0, 0, calendar.Seoul)
	s, err := open(t.Context(), config{dir: t.TempDir(), baseURL: "http://127.0.0.1", template: filepath.Join("..", "..", "template.yaml"), start: at, frozen: true})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.close() }() // every commit was durable
	if !s.clock.Frozen() {
		t.Error("the clock of a month that is played runs")
	}
	p := newPlayer(s, monthOptions{serve: true}, calendar.MustMonth("2026-10"), io.Discard, seedStaff())
	var steps sync.WaitGroup
	for range 8 { // a batch is done side by side
		steps.Go(func() {
			p.observe(app.Done{Message: due.Message{Job: app.IngestAccount, Scheduled: at}, Err: fault.New(fault.Unavailable, fault.T("지금은 읽을 수 없습니다.", "It cannot be read now."))})
		})
	}
	steps.Wait()
	if e := p.activity.Events(); len(e) != 1 || e[0].Failed != 8 || len(p.failed) != 8 {
		t.Errorf("the pages tell of %+v, the end of the month of %d failures", e, len(p.failed))
	}
}

func TestA_key_pair_is_proved_before_it_is_kept(t *testing.T) {
	m := calendar.MustMonth("2026-10")
	s, err := open(t.Context(), config{dir: t.TempDir(), baseURL: "http://127.0.0.1", template: filepath.Join("..", "..", "template.yaml"), start: m.First().Start(), frozen: true, world: seedWorld(m)})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.close() }()
	for _, c := range []struct {
		access, secret, field string
		code                  fault.Code
	}{
		{simulatedKey + "PUBLIC", "wrong", "SECRET KEY", fault.Invalid},
		{simulatedKey + "NOBODY", seedSecret, "ACCESS KEY", fault.Invalid},
		{simulatedKey + "PLAIN", seedSecret, "ACCESS KEY", fault.Forbidden},
		{"", seedSecret, "ACCESS KEY", fault.Invalid},
		{"REAL", seedSecret, "", fault.Conflict}, // the clock is moved
	} {
		a := tenant.Account{ID: "public", Label: "민간", Provider: tenant.NCP, Zone: tenant.Public, AccessKey: c.access}
		err := s.onboarding.RegisterAccount(t.Context(), seedStaff(), a, c.secret)
		faults := fault.All(err)
		if len(faults) != 1 || faults[0].Code != c.code || faults[0].Field != c.field {
			t.Errorf("%q: %v, want %s of %q", c.access, err, c.code, c.field)
		}
		if strings.Contains(fmt.Sprint(err), c.secret) {
			t.Errorf("the secret is in %v", err)
		}
	}
	if kept, err := tenant.Accounts(t.Context(), s.store, seedStaff().Tenant); err != nil || len(kept) != 0 {
		t.Errorf("kept %v, %v", kept, err)
	}
}

func TestA_data_folder_is_held_by_one_process_at_a_time(t *testing.T) {
	dir := t.TempDir()
	release, err := hold(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := hold(dir); !fault.Is(err, fault.Conflict) {
		t.Errorf("a second one: %v", err)
	}
	if err := release(); err != nil {
		t.Fatal(err)
	}
	again, err := hold(dir)
	if err != nil {
		t.Fatalf("after it was given back: %v", err)
	}
	if err := again(); err != nil {
		t.Fatal(err)
	}
}
