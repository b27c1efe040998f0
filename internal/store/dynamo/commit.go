package dynamo

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"time"

	"jeongsan/internal/store"
)

// tries bounds how often a write that surely was not made is sent again, with waits that double from firstWait. All of
// them together take half a second to one: longer than a transaction of ours lasts, shorter than a caller should be kept.
const (
	tries     = 6
	firstWait = 8 * time.Millisecond
)

// Commit writes all or nothing; see store.Store. While another commit is in the way, or the table is throttled, it
// waits and tries again, then ends in store.ErrContended.
func (s *Store) Commit(ctx context.Context, c store.Commit) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := c.Validate(); err != nil {
		return err
	}
	parts := partsOf(c)
	if len(parts) == 0 {
		return nil
	}
	if len(parts) == 1 && parts[0].Op == store.OpCheck {
		return s.check(ctx, parts[0])
	}
	for try := 0; ; try++ {
		err := s.try(ctx, parts, c.ID)
		switch {
		case !again(err), try == tries:
			return final(err)
		case errors.Is(err, turned):
			continue
		}
		if given := s.wait(ctx, backoff(c.ID, try)); given != nil {
			return given // nothing was written
		}
	}
}

// check decides a commit that is only one check by a consistent read, at half the price of writing nothing.
func (s *Store) check(ctx context.Context, p part) error {
	d, err := s.current(ctx, p.Document.Key)
	if err != nil {
		return err
	}
	if p.Condition.Holds(d.Version) {
		return nil
	}
	return &store.ConditionFailed{Index: p.index, Key: p.Document.Key, Condition: p.Condition}
}

// try sends the commit once and says what came of it.
func (s *Store) try(ctx context.Context, parts []part, commit string) error {
	var r request
	if now := s.clock.Now(); len(parts) == 1 {
		r = s.single(parts[0], commit, now)
	} else {
		r = s.transaction(parts, commit, now)
	}
	s.observe(Usage{Requests: 1, WriteUnits: writeUnits(parts, commit)})
	sent, err := s.send(ctx, r)
	err = outcome(ctx, sent, err)
	var refused *refusal
	if errors.As(err, &refused) {
		return refuse(parts, refused.places)
	}
	return err
}

// turned: the only conditions that failed were those of puts under Always, which ask whether an expired document lies
// in their place. Nothing was written, and the next try asks the other way round.
var turned = fmt.Errorf("%w: an expired document came or went", store.ErrContended)

// refuse names the first of the parts whose own condition failed, or turns the puts under Always.
func refuse(parts []part, places []int) error {
	for _, i := range places {
		if p := parts[i]; p.Condition != store.Always {
			return &store.ConditionFailed{Index: p.index, Key: p.Document.Key, Condition: p.Condition}
		}
	}
	for _, i := range places {
		parts[i].renew = !parts[i].renew
	}
	return turned
}

// backoff doubles with each try. Two that were in each other's way must not meet again, so up to as much is added,
// by a hash of who waits.
func backoff(who string, try int) time.Duration {
	h := fnv.New32a()
	fmt.Fprint(h, try, who)
	wait := firstWait << try
	return wait + time.Duration(h.Sum32())%wait
}

// pause waits, or returns the context's error if that ends first.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
