package app_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"jeongsan/internal/app"
	"jeongsan/internal/due"
	"jeongsan/internal/fault"
)

// letterbox keeps what is sent to it.
type letterbox struct {
	jobs []string
	full bool
}

func (l *letterbox) Send(_ context.Context, bodies [][]byte, _ time.Duration) error {
	if l.full {
		return fault.New(fault.Unavailable, fault.T("가득 찼습니다.", "It is full."))
	}
	for _, b := range bodies {
		var m due.Message
		if err := json.Unmarshal(b, &m); err != nil {
			return err
		}
		l.jobs = append(l.jobs, m.Job)
	}
	return nil
}

func boxes() (app.Router, map[string]*letterbox) {
	router, all := app.Router{}, map[string]*letterbox{}
	for _, f := range app.Functions() {
		if f.Queued() {
			all[f.Name] = &letterbox{}
			router[f.Name] = all[f.Name]
		}
	}
	return router, all
}

func TestEvery_job_is_done_by_exactly_one_function_and_no_function_has_a_job_nobody_handles(t *testing.T) {
	var of []string
	for _, f := range app.Functions() {
		of = append(of, f.Jobs...)
	}
	slices.Sort(of)
	if known := slices.Sorted(slices.Values(app.Jobs())); !slices.Equal(of, known) {
		t.Errorf("the functions do %v, handlers exist for %v", of, known)
	}
}

func TestScheduled_work_is_done_by_a_function_with_a_queue(t *testing.T) {
	for _, job := range app.Scheduled() {
		if !slices.ContainsFunc(app.Functions(), func(f app.Function) bool { return f.Queued() && slices.Contains(f.Jobs, job) }) {
			t.Errorf("nobody takes %s", job)
		}
	}
}

func TestA_message_goes_to_the_queue_of_the_function_that_does_its_job(t *testing.T) {
	router, all := boxes()
	var messages []due.Message
	for _, job := range app.Jobs() {
		messages = append(messages, due.Message{Job: job})
	}
	if err := due.Send(t.Context(), router, messages); err != nil {
		t.Fatal(err)
	}
	for _, f := range app.Functions() {
		if !f.Queued() {
			continue
		}
		if got, want := slices.Sorted(slices.Values(all[f.Name].jobs)), slices.Sorted(slices.Values(f.Jobs)); !slices.Equal(got, want) {
			t.Errorf("%s got %v, want %v", f.Name, got, want)
		}
	}
}

func TestA_job_nobody_does_reaches_a_queue_whose_handler_refuses_it_and_holds_up_nothing(t *testing.T) {
	router, all := boxes()
	if err := due.Send(t.Context(), router, []due.Message{{Job: "of a later version"}, {Job: app.Send}}); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(all[app.TimersFunction].jobs, all[app.MailingFunction].jobs); got != "[of a later version] [send]" {
		t.Errorf("the queues hold %s", got)
	}
}

func TestA_queue_that_takes_nothing_now_is_told(t *testing.T) {
	router, all := boxes()
	all[app.MailingFunction].full = true
	if err := due.Send(t.Context(), router, []due.Message{{Job: app.Sweep}, {Job: app.Send}}); !fault.Is(err, fault.Unavailable) {
		t.Errorf("got %v", err)
	}
}

func TestFunctions_have_names_of_their_own_and_only_what_their_trigger_needs(t *testing.T) {
	names := map[string]bool{}
	for _, f := range app.Functions() {
		names[f.Name] = true
		if found, ok := app.FunctionNamed(f.Name); !ok || found.Name != f.Name {
			t.Errorf("%s is not found by its name", f.Name)
		}
		if (f.Trigger == app.FromQueue) != (len(f.Jobs) > 0) || (f.Trigger == app.FromHTTP) != (len(f.Routes) > 0) || f.Timeout < time.Second || f.Timeout > 15*time.Minute {
			t.Errorf("%+v", f)
		}
	}
	if len(names) != len(app.Functions()) {
		t.Errorf("two functions share a name: %s", strings.Join(slices.Sorted(maps.Keys(names)), ", "))
	}
	if _, ok := app.FunctionNamed("no such function"); ok {
		t.Error("a function that does not exist was found")
	}
}
