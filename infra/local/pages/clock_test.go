package pages_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"jeongsan/internal/app"
	"jeongsan/internal/calendar"
	"jeongsan/internal/due"
	"jeongsan/internal/fault"
	"jeongsan/internal/queue"
)

func TestThe_clock_goes_where_the_button_says(t *testing.T) {
	for _, c := range []struct{ to, at, want string }{
		{"next", "", "2026-11-07 02:00"},
		{"day", "", "2026-11-07 09:00"},
		{"opens", "", "2026-12-06 09:00"},
		{"typed", "2026-11-09 15:00", "2026-11-09 15:00"},
		{"typed", " 2026-11-10 ", "2026-11-10 00:00"},
	} {
		t.Run(c.to+c.at, func(t *testing.T) {
			w := newWorld(t)
			w.press("/clock/move", "to", c.to, "at", c.at).leads(http.StatusSeeOther, "/clock?done=move")
			w.get("/clock?done=move").is(http.StatusOK, "시계를 옮겼습니다", `<p class="big"><time>`+c.want+`</time>`)
		})
	}
}

func TestA_move_that_is_refused_says_why(t *testing.T) {
	w := newWorld(t)
	w.press("/clock/move", "to", "typed", "at", "2026-11-06 08:59").is(http.StatusConflict, "되돌릴 수 없습니다")
	w.press("/clock/move", "to", "typed", "at", "내일").is(http.StatusBadRequest, "2026-11-06 09:00처럼", `value="내일"`)
	w.press("/clock/move").is(http.StatusBadRequest, "어디로 옮길지")
	w.get("/clock").is(http.StatusOK).lacks("중간에 멈췄습니다") // whoever asked has been told
}

func TestA_long_move_shows_its_progress_and_how_it_ends(t *testing.T) {
	w := newWorld(t)
	broken := make(chan error)
	w.advance = func(ctx context.Context, to time.Time) error {
		if err := w.clock.Advance(12 * time.Hour); err != nil {
			return err
		}
		select {
		case err := <-broken:
			return err
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	w.press("/clock/move", "to", "day").leads(http.StatusSeeOther, "/clock")
	w.get("/clock").is(http.StatusOK, `http-equiv="refresh"`, "2026-11-06 09:00에서 2026-11-07 09:00까지 가는 중", `value="50"`).lacks("<button class=\"main\"")
	w.press("/clock/move", "to", "day").is(http.StatusConflict, "이미 2026-11-07 09:00까지 가고 있습니다")

	broken <- fault.New(fault.Unavailable, fault.T("제공사가 답하지 않습니다.", "The provider does not answer."))
	w.moves.Wait()
	w.get("/clock").is(http.StatusOK, "중간에 멈췄습니다", "제공사가 답하지 않습니다.").lacks("http-equiv")
}

func TestWhat_was_done_and_what_failed_is_listed(t *testing.T) {
	w := newWorld(t)
	dawn := calendar.MustDate("2026-11-07").Start().Add(6 * time.Hour)
	step := func(job string, at time.Time, payload string, err error) {
		w.activity.Observe(app.Done{Message: due.Message{Job: job, Tenant: "hanbit", Scheduled: at, Payload: []byte(payload)}, Err: err})
	}
	for range 25 {
		step(app.DraftCustomer, dawn, `{"customer":"C0001","month":"2026-10"}`, nil)
	}
	step(app.Sweep, dawn, `{}`, nil)
	step(app.DraftCustomer, dawn, `{"customer":"C0007","month":"2026-10"}`, fault.New(fault.Unavailable, fault.T("읽을 수 없습니다.", "It cannot be read.")))
	step(app.Send, time.Time{}, `{"customer":"C0002","month":"2026-10","send":1}`, errors.New("secret detail"))
	w.get("/clock").is(http.StatusOK, "초안 계산", `<td class="n">25</td>`, "2026-11-07 06:00", "C0007 · 2026-10", "읽을 수 없습니다.", "청구서 메일 발송", "내부 오류").lacks("secret detail", `<td>기한이 된 일 꺼내기`)
	if events := w.activity.Events(); len(events) != 2 || events[1].Done != 25 || events[1].Failed != 1 {
		t.Errorf("the steps of one dawn are %+v", events)
	}
	for i := range 100 {
		step(app.Nightly, dawn.AddDate(0, 0, i), `{}`, errors.New("again"))
	}
	if e, f := len(w.activity.Events()), len(w.activity.Failures()); e > 50 || f > 50 {
		t.Errorf("%d events and %d failures are kept", e, f)
	}
}

func TestDead_letters_are_listed_and_taken_up_again(t *testing.T) {
	w := newWorld(t)
	w.queue.dead = []queue.Message{
		letter(t, "m-1", due.Message{Job: app.Send, Tenant: "hanbit", Payload: []byte(`{"customer":"C0002","month":"2026-10"}`)}),
		{ID: "m-2", Body: []byte("<script>not a message</script>")},
	}
	w.get("/clock").is(http.StatusOK, "청구서 메일 발송", "C0002 · 2026-10", "m-2", "모두 2건").lacks("<script")
	w.press("/clock/redrive", "id", "m-1").leads(http.StatusSeeOther, "/clock?done=redrive")
	w.get("/clock").is(http.StatusOK, "모두 1건").lacks("C0002 · 2026-10")
	w.press("/clock/redrive", "id", "m-1").is(http.StatusConflict, "이미 다시 넣었거나")
}

func TestEvery_kind_of_fault_has_its_status_and_hides_its_cause(t *testing.T) {
	w := newWorld(t)
	for code, status := range map[fault.Code]int{
		fault.Invalid: 400, fault.Forbidden: 403, fault.NotFound: 404, fault.Conflict: 409, fault.Internal: 500, fault.Unavailable: 503, fault.UnknownOutcome: 504,
	} {
		w.queue.failed = fault.New(code, fault.T("잘 안 됩니다.", "It does not work.")).Because(errors.New("secret detail"))
		w.get("/clock").is(status, "잘 안 됩니다.").lacks("secret detail")
	}
	w.queue.failed = errors.New("secret detail")
	w.logged = nil
	w.get("/clock").is(http.StatusInternalServerError, "내부 오류가 발생했습니다").lacks("secret detail")
	if len(w.logged) == 0 || w.logged[0].Error() != "secret detail" {
		t.Errorf("logged %v", w.logged)
	}
}
