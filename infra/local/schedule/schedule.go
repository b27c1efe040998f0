// Package schedule plays on one machine what EventBridge Scheduler plays in AWS.
//
// It owns when the schedules of template.yaml fire, what a firing puts on the queue, and which firings were missed
// while the stack was down. It does not own the clock or the memory of last firings (testclock does), nor what a
// job does.
//
// Invariants: the times are those of EventBridge, in the schedule's own zone; a firing's body is byte for byte what
// Scheduler would send; missed firings come in the order of their times, and in the order of the template where
// times are equal; nothing here reads a clock.
//
// testclock and infra/local use it. The expressions are read here and not by a cron library: the one that was tried
// fires "the 31st" on 1 December and leaves out a fifth Monday (docs/decisions/0003).
package schedule

import (
	"sort"
	"strings"
	"time"

	"jeongsan/infra/template"
	"jeongsan/internal/fault"
)

// Schedule is one schedule of the template, ready to be played.
type Schedule struct {
	Name    string
	Job     string
	When    Expression
	CatchUp template.CatchUp
	input   string
}

// Firing is one moment at which a schedule's job is due.
type Firing struct {
	Schedule  string
	Job       string
	Scheduled time.Time // whole seconds, in the schedule's zone
	Body      []byte    // the message: {"job": …, "scheduled": RFC 3339 in UTC}
}

// Of makes a template's schedules playable, in its order; an unreadable expression or zone is a fault with its row.
func Of(listed []template.Schedule) ([]Schedule, error) {
	out := make([]Schedule, 0, len(listed))
	for _, l := range listed {
		when, err := ParseExpression(l.Expression, l.Zone)
		if err != nil {
			return nil, placed(err, l.Row)
		}
		out = append(out, Schedule{Name: l.Name, Job: l.Job, When: when, CatchUp: l.CatchUp, input: l.Input})
	}
	return out, nil
}

func placed(err error, row int) error {
	all := fault.All(err)
	if len(all) == 0 {
		return err
	}
	return all[0].At(fault.Place{File: template.FileName, Row: row})
}

// Load reads the schedules of the template at a path.
func Load(path string) ([]Schedule, error) {
	t, err := template.Load(path)
	if err != nil {
		return nil, err
	}
	listed, err := t.Schedules()
	if err != nil {
		return nil, err
	}
	return Of(listed)
}

// At is the schedule's firing for a time.
func (s Schedule) At(t time.Time) Firing {
	stamp := t.UTC().Format(time.RFC3339)
	return Firing{
		Schedule:  s.Name,
		Job:       s.Job,
		Scheduled: t,
		Body:      []byte(strings.ReplaceAll(s.input, template.ScheduledTime, stamp)),
	}
}

// Missed lists what is owed at a time: of each schedule, the firings after its last one and not after now. A
// schedule that catches up on every firing yields each of them, one that catches up on the latest yields one.
// A schedule without a last firing owes nothing: whoever starts it sets the time from which it counts.
func Missed(schedules []Schedule, last map[string]time.Time, now time.Time) []Firing {
	var out []Firing
	for _, s := range schedules {
		since, started := last[s.Name]
		if !started {
			continue
		}
		out = append(out, s.missed(since, now)...)
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].Scheduled.Before(out[j].Scheduled) })
	return out
}

func (s Schedule) missed(since, now time.Time) []Firing {
	if s.CatchUp == template.Latest {
		if t := s.When.Last(since, now); !t.IsZero() {
			return []Firing{s.At(t)}
		}
		return nil
	}
	var out []Firing
	for t := s.When.Next(since); !t.IsZero() && !t.After(now); t = s.When.Next(t) {
		out = append(out, s.At(t))
	}
	return out
}
