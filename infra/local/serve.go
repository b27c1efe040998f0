package main

import (
	"context"
	"errors"
	"io"

	"net/http"
	"os"
	"path/filepath"
	"sort"
	"time"

	"jeongsan/infra/local/pages"
	"jeongsan/internal/fault"
)

// runServe goes on with the newest data folder.
func runServe(ctx context.Context, args []string, out io.Writer) error {
	var o options
	if _, err := parse(newFlags("serve", &o), args, 0); err != nil {
		return err
	}
	s, err := resume(ctx, &o)
	if err != nil {
		return err
	}
	defer func() { _ = s.close() }() // every commit was durable
	return s.serve(ctx, o, out, pages.NewActivity(s.clock.Now))
}

// resume opens a stored stack: the named folder, or the one that was used last. The simulated providers of a seeded
// month run again as they did.
func resume(ctx context.Context, o *options) (*stack, error) {
	if o.data == "" {
		dir, err := newest()
		if err != nil {
			return nil, err
		}
		o.data = dir
	}
	if _, err := os.Stat(filepath.Join(o.data, "state.db")); err != nil {
		return nil, fault.New(fault.NotFound, fault.T("데이터 폴더 %s에 저장된 상태가 없습니다. 먼저 month를 실행해 주세요.", "The data folder %s holds no stored state; run month first.", o.data))
	}
	c := config{dir: o.data, baseURL: "http://" + o.addr, template: o.template}
	if m, ok, err := seededMonth(o.data); err != nil {
		return nil, err
	} else if ok {
		c.world, c.outside = seedWorld(m), seedOutside(m)
	}
	return open(ctx, c)
}

// newest is the data folder that was used last.
func newest() (string, error) {
	dirs, err := dataFolders()
	if err != nil {
		return "", err
	}
	if len(dirs) == 0 {
		return "", fault.New(fault.NotFound, fault.T("저장된 데이터가 없습니다. 먼저 `month 2026-10`을 실행해 주세요.", "There is no stored data; run `month 2026-10` first."))
	}
	used := func(dir string) time.Time {
		info, err := os.Stat(filepath.Join(dir, "state.db"))
		if err != nil {
			return time.Time{}
		}
		return info.ModTime()
	}
	sort.Slice(dirs, func(i, j int) bool { return used(dirs[i]).After(used(dirs[j])) })
	return dirs[0], nil
}

// serve runs the pages and the work until the context ends, and waits for the moves of the clock that a page started.
func (s *stack) serve(ctx context.Context, o options, out io.Writer, activity *pages.Activity) error {
	listener, err := pages.Listen(o.addr)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer s.background.Wait()
	defer cancel()
	s.app.Observe, s.serving = activity.Observe, true
	if err := s.clock.Run(ctx); err != nil { // a month that was played stands still until somebody looks at it
		return err
	}
	server := &http.Server{Handler: s.handler(ctx, activity), ReadHeaderTimeout: 5 * time.Second, IdleTimeout: time.Minute}
	done := make(chan error, 1)
	go func() { done <- server.Serve(listener) }()
	if _, err := io.WriteString(out, o.words(fault.T("\n실행 중: %s (Ctrl-C로 종료)\n", "\nserving at %s (Ctrl-C ends it)\n", s.baseURL))); err != nil {
		return err
	}
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			ending, giveUp := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
			defer giveUp()
			return server.Shutdown(ending)
		case err := <-done:
			if errors.Is(err, http.ErrServerClosed) {
				return nil
			}
			return err
		case <-tick.C:
			if err := s.beat(ctx); err != nil && ctx.Err() == nil {
				report(out, err)
			}
		}
	}
}

// beat plays the schedules that are due and works off what of queue and outbox can be had now; a failed message that
// waits for its next try is left to a later beat.
func (s *stack) beat(ctx context.Context) error {
	if err := s.clock.CatchUp(ctx, s.enqueue); err != nil {
		return err
	}
	for {
		n, err := s.work(ctx)
		if err != nil || n == 0 {
			return err
		}
	}
}
