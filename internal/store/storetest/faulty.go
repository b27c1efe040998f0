package storetest

import (
	"context"
	"sync/atomic"

	"jeongsan/internal/store"
)

// Fate is what becomes of one commit sent through Faulty.
type Fate uint8

const (
	Pass          Fate = iota // the engine decides
	Contend                   // ErrContended; nothing is written
	UnknownLost               // ErrUnknown; nothing is written
	UnknownLanded             // the engine's answer, whatever it was, is lost: ErrUnknown
	CrashBefore               // panics with Crash; nothing is written
	CrashAfter                // panics with Crash once the engine has answered
)

// Crash is what a commit with the fate CrashBefore or CrashAfter panics with, in the goroutine that committed.
type Crash struct {
	N      int          // which commit, from 1
	Commit store.Commit // what it was to write
}

// Faulty is a store whose commits meet the fate that OnCommit decides. Reads pass through. Use it by pointer; it is
// safe for concurrent use if its functions are. A crash harness counts the commits of a flow, then runs it again once
// for each n and each fate.
type Faulty struct {
	store.Store
	// OnCommit decides the fate of the n-th commit (from 1) before the engine sees it; nil lets all pass.
	OnCommit func(n int, c store.Commit) Fate
	// After, if set, is told how the n-th commit was answered, unless it crashed.
	After func(n int, c store.Commit, err error)

	commits atomic.Int64
}

// Commits is how many commits were tried so far.
func (f *Faulty) Commits() int { return int(f.commits.Load()) }

// Commit commits, or does not, as OnCommit says.
func (f *Faulty) Commit(ctx context.Context, c store.Commit) error {
	n := int(f.commits.Add(1))
	fate := Pass
	if f.OnCommit != nil {
		fate = f.OnCommit(n, c)
	}
	err := f.meet(ctx, n, c, fate)
	if f.After != nil {
		f.After(n, c, err)
	}
	return err
}

func (f *Faulty) meet(ctx context.Context, n int, c store.Commit, fate Fate) error {
	switch fate {
	case Contend:
		return store.ErrContended
	case UnknownLost:
		return store.ErrUnknown
	case UnknownLanded:
		_ = f.Store.Commit(ctx, c)
		return store.ErrUnknown
	case CrashBefore:
		panic(Crash{n, c})
	case CrashAfter:
		_ = f.Store.Commit(ctx, c)
		panic(Crash{n, c})
	}
	return f.Store.Commit(ctx, c)
}

// Fates scripts OnCommit: the first commit meets the first fate and so on; those after the script pass.
func Fates(script ...Fate) func(n int, c store.Commit) Fate {
	return func(n int, _ store.Commit) Fate {
		if n > len(script) {
			return Pass
		}
		return script[n-1]
	}
}
