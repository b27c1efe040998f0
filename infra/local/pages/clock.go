package pages

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"jeongsan/infra/local/schedule"
	"jeongsan/internal/calendar"
	"jeongsan/internal/due"
	"jeongsan/internal/fault"
)

const (
	settleHour = 9 * time.Hour // when staff begin to settle, on the day from which a month can be settled
	typedForm  = "2006-01-02 15:04"
)

// clockView is the clock, what it will play, and what was done.
type clockView struct {
	Now       time.Time
	Moved     bool
	Frozen    bool
	Next      *schedule.Firing // nil when nothing will ever fire
	Tomorrow  time.Time
	Opens     time.Time // the morning settlement opens next
	Typed     string
	Move      move
	Percent   int
	Stopped   *fault.Text // why the last move ended before its time
	Schedules []planned
	Live      int
	Dead      []deadLetter
	DeadCount int
	Events    []Event
	Failures  []Failure
}

// planned is a schedule with its next firing.
type planned struct {
	Job  string
	Next time.Time
}

// deadLetter is work that failed too often and waits for a person.
type deadLetter struct {
	ID       string
	Received int
	Job      string
	Tenant   string
	Subject  string
}

func (v *visit) clock() error { return v.showClock(nil) }

func (v *visit) showClock(problem error) error {
	view, err := v.clockView()
	if err != nil {
		return err
	}
	p := page{screen: "clock", section: "clock", title: v.t("clock.title"), path: "/clock", notice: v.notice(), body: view}
	if view.Move.Running {
		p.refresh, p.notice = 1, ""
	}
	return v.showWith(p, problem)
}

func (v *visit) clockView() (clockView, error) {
	now := v.Clock.Now()
	view := clockView{
		Now: now, Moved: v.Clock.Moved(), Frozen: v.Clock.Frozen != nil && v.Clock.Frozen(), Tomorrow: now.AddDate(0, 0, 1), Opens: v.opens(now),
		Typed: cmp.Or(v.r.PostFormValue("at"), now.AddDate(0, 0, 1).Format(typedForm)), Move: v.mover.now(), Events: v.Activity.Events(), Failures: v.Activity.Failures(),
	}
	if err := v.ahead(&view); err != nil {
		return view, err
	}
	return view, v.queueState(&view)
}

// ahead fills in how far a move has come and what lies ahead.
func (v *visit) ahead(view *clockView) error {
	if m := view.Move; m.Running {
		view.Percent = share(view.Now.Sub(m.From), m.To.Sub(m.From))
	} else if m.Err != nil {
		why := fault.TextOf(m.Err)
		view.Stopped = &why
	}
	for _, s := range v.Schedules {
		view.Schedules = append(view.Schedules, planned{s.Job, s.When.Next(view.Now)})
	}
	slices.SortStableFunc(view.Schedules, func(a, b planned) int { return a.Next.Compare(b.Next) })
	next, ok, err := v.Clock.Next(v.ctx)
	if ok {
		view.Next = &next
	}
	return err
}

// share is how many hundredths of the whole are done.
func share(done, whole time.Duration) int {
	if whole <= 0 {
		return 100
	}
	return int(min(max(done*100/whole, 0), 100))
}

// opens is the next morning on which a month can be settled (CB-10: the 6th, unless the MSP chose another day).
func (v *visit) opens(now time.Time) time.Time {
	day := cmp.Or(v.profile.Settings.OpensOn, 6)
	m := calendar.MonthOf(now)
	if at := m.Day(day).Start().Add(settleHour); at.After(now) {
		return at
	}
	return m.Next().Day(day).Start().Add(settleHour)
}

func (v *visit) queueState(view *clockView) error {
	var err error
	if view.Live, view.DeadCount, err = v.Queue.Depth(v.ctx); err != nil {
		return err
	}
	dead, err := v.Queue.Dead(v.ctx)
	for _, m := range dead {
		letter := deadLetter{ID: m.ID, Received: m.Received}
		var work due.Message
		if json.Unmarshal(m.Body, &work) == nil { // one that cannot be read is shown by its id
			letter.Job, letter.Tenant, letter.Subject = work.Job, work.Tenant, subject(work)
		}
		view.Dead = append(view.Dead, letter)
	}
	return err
}

// moveClock starts a move and shows where it stands.
func (v *visit) moveClock() error {
	to, err := v.destination()
	if err != nil {
		return v.showClock(err)
	}
	running, err := v.start(v.ctx, to)
	if err != nil {
		return v.showClock(err)
	}
	if running {
		v.redirect("/clock")
		return nil
	}
	return v.done("/clock", "move")
}

// destination is where the pressed button wants the clock to go.
func (v *visit) destination() (time.Time, error) {
	now := v.Clock.Now()
	switch v.r.PostFormValue("to") {
	case "next":
		next, ok, err := v.Clock.Next(v.ctx)
		if err == nil && !ok {
			err = fault.New(fault.Conflict, fault.T("앞으로 실행될 예약이 없습니다.", "Nothing is scheduled to happen any more."))
		}
		return next.Scheduled, err
	case "day":
		return now.AddDate(0, 0, 1), nil
	case "opens":
		return v.opens(now), nil
	case "typed":
		return typed(v.r.PostFormValue("at"))
	}
	return time.Time{}, fault.Invalidf("to", fault.T("시계를 어디로 옮길지 골라 주세요.", "Choose where the clock should go."))
}

func typed(s string) (time.Time, error) {
	for _, form := range []string{typedForm, typedForm + ":05", "2006-01-02"} {
		t, err := time.ParseInLocation(form, strings.TrimSpace(s), calendar.Seoul)
		if err != nil {
			continue
		}
		_, err = calendar.Korea().IsBusinessDay(calendar.DateOf(t)) // past the holiday table nothing can be dated
		return t, err
	}
	return time.Time{}, fault.Invalidf("at", fault.T("날짜와 시각을 2026-11-06 09:00처럼 적어 주세요.", "Write date and time like 2026-11-06 09:00."))
}

// redrive gives a dead letter another chance.
func (v *visit) redrive() error {
	dead, err := v.Queue.Dead(v.ctx)
	if err != nil {
		return err
	}
	for _, m := range dead {
		if m.ID != v.r.PostFormValue("id") {
			continue
		}
		if err := v.Queue.Redrive(v.ctx, m); err != nil {
			return v.showClock(err)
		}
		return v.done("/clock", "redrive")
	}
	return v.showClock(fault.New(fault.Conflict, fault.T("이미 다시 넣었거나 끝난 작업입니다.", "That work was taken up again already.")))
}
