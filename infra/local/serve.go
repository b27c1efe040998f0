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
	if o.data == "" {
		dir, err := newest()
		if err != nil {
			return err
		}
		o.data = dir
	}
	s, err := open(ctx, config{dir: o.data, baseURL: "http://" + o.addr, template: o.template})
	if err != nil {
		return err
	}
	defer func() { _ = s.close() }() // every commit was durable
	return s.serve(ctx, o, out)
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

// serve runs the pages and the work until the context ends.
func (s *stack) serve(ctx context.Context, o options, out io.Writer) error {
	listener, err := pages.Listen(o.addr)
	if err != nil {
		return fault.Invalidf("addr", fault.T("주소 %s에서 시작할 수 없습니다. --addr로 다른 포트를 정해 주세요.", "The address %s cannot be used; choose another port with --addr.", o.addr)).Because(err)
	}
	activity := pages.NewActivity(s.clock.Now)
	s.app.Observe = activity.Observe
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
			ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
			defer cancel()
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

// beat plays the schedules that are due and works off queue and outbox.
func (s *stack) beat(ctx context.Context) error {
	if err := s.clock.CatchUp(ctx, s.enqueue); err != nil {
		return err
	}
	return s.settle(ctx)
}
