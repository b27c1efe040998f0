package schedule_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"jeongsan/infra/local/schedule"
	"jeongsan/infra/template"
	"jeongsan/internal/fault"
)

func two(t *testing.T) []schedule.Schedule {
	t.Helper()
	listed := []template.Schedule{
		{Name: "Sweep", Job: "sweep", Expression: "cron(* * * * ? *)", Zone: "Asia/Seoul", CatchUp: template.Latest,
			Input: `{"job": "sweep", "scheduled": "<aws.scheduler.scheduled-time>"}`},
		{Name: "Ingest", Job: "ingest", Expression: "cron(10 5 * * ? *)", Zone: "Asia/Seoul", CatchUp: template.Every,
			Input: `{"job": "ingest", "scheduled": "<aws.scheduler.scheduled-time>"}`},
	}
	out, err := schedule.Of(listed)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestA_firings_body_is_what_Scheduler_would_send(t *testing.T) {
	f := two(t)[1].At(kst("2026-10-06 05:10"))
	if got, want := string(f.Body), `{"job": "ingest", "scheduled": "2026-10-05T20:10:00Z"}`; got != want {
		t.Fatalf("the body is %s, want %s", got, want)
	}
}

func TestFive_missed_days_are_five_firings_and_any_number_of_missed_minutes_is_one(t *testing.T) {
	last := map[string]time.Time{"Sweep": kst("2026-10-01 09:00"), "Ingest": kst("2026-10-01 05:10")}
	var got []string
	for _, f := range schedule.Missed(two(t), last, kst("2026-10-06 05:10")) {
		got = append(got, f.Scheduled.Format(face)+" "+f.Job)
	}
	want := []string{"2026-10-02 05:10 Fri ingest", "2026-10-03 05:10 Sat ingest", "2026-10-04 05:10 Sun ingest",
		"2026-10-05 05:10 Mon ingest", "2026-10-06 05:10 Tue sweep", "2026-10-06 05:10 Tue ingest"}
	if !slices.Equal(got, want) {
		t.Fatalf("owed are %v, want %v", got, want)
	}
}

func TestNothing_is_owed_twice_nor_before_the_start(t *testing.T) {
	now := kst("2026-10-06 05:10")
	if got := schedule.Missed(two(t), map[string]time.Time{"Sweep": now, "Ingest": now}, now); len(got) != 0 {
		t.Errorf("owed again: %v", got)
	}
	if got := schedule.Missed(two(t), nil, now); len(got) != 0 {
		t.Errorf("owed by schedules that were never started: %v", got)
	}
}

func TestA_bad_schedule_is_named_by_its_row(t *testing.T) {
	_, err := schedule.Of([]template.Schedule{{Name: "Ingest", Expression: "cron(10 5 * * *)", Zone: "Asia/Seoul", Row: 227}})
	if shown := fault.TextOf(err).KO; !strings.Contains(shown, "template.yaml, 227행") {
		t.Fatalf("the fault says %q", shown)
	}
}

func TestThe_template_of_this_repository_can_be_played(t *testing.T) {
	schedules, err := schedule.Load("../../../template.yaml")
	if err != nil || len(schedules) == 0 {
		t.Fatalf("%d schedules, %v", len(schedules), err)
	}
	for _, s := range schedules {
		if s.When.Next(kst("2026-10-01 00:00")).IsZero() {
			t.Errorf("%s never fires", s.Name)
		}
	}
}
