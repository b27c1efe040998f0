package testclock

import (
	"context"
	"fmt"
	"maps"
	"time"

	"jeongsan/internal/fault"
	"jeongsan/internal/store"
)

// state is the clock's document.
type state struct {
	Frozen bool                 `json:"frozen"`
	At     time.Time            `json:"at"`        // where the clock stood when this was written
	Offset time.Duration        `json:"offset_ns"` // of a running clock, ahead of the wall
	Played map[string]time.Time `json:"played"`    // schedule → up to which time its firings have been played
}

const (
	kind   = "testclock"
	schema = 1
)

func document() store.Key { return store.System(store.Local).Key("clock") }

func (s state) moved() bool { return s.Frozen || s.Offset != 0 }

// at is what the clock shows when the wall shows a time, before the rule that it never goes back.
func (s state) at(wall time.Time) time.Time {
	if s.Frozen {
		return s.At
	}
	return wall.Add(s.Offset)
}

// saves tells one write of the clock's document from another.
type saves struct {
	version int64  // of the document as last read or written
	opened  string // when this process opened it, so that two processes never share a commit id
}

func (c *Clock) load(ctx context.Context) (s state, found bool, err error) {
	c.saves.opened = c.wall().UTC().Format(time.RFC3339Nano)
	d, err := c.store.Get(ctx, document())
	if fault.Is(err, fault.NotFound) {
		return state{}, false, nil
	}
	if err != nil {
		return state{}, false, err
	}
	if err := store.Decode(d, kind, schema, &s); err != nil {
		return state{}, false, err
	}
	if s.Played == nil {
		s.Played = map[string]time.Time{}
	}
	c.saves.version = d.Version
	return s, true, nil
}

// save makes a change durable, then true. Only the holder of the moves token calls it (and Open, before anybody can).
func (c *Clock) save(ctx context.Context, change func(*state)) error {
	c.mu.Lock()
	s := c.state
	s.At, s.Played = c.now(), maps.Clone(c.state.Played)
	c.mu.Unlock()
	change(&s)
	next, err := store.JSON(document(), kind, schema, s)
	if err != nil {
		return fmt.Errorf("clock: %w", err)
	}
	err = store.Apply(ctx, c.store, store.Commit{
		ID:     fmt.Sprintf("clock/%s/%d", c.saves.opened, c.saves.version+1),
		Writes: []store.Write{store.Put(next, store.AtVersion(c.saves.version))},
	})
	if fault.Is(err, fault.Conflict) {
		return fault.New(fault.Conflict, fault.T(
			"다른 프로세스가 같은 데이터 폴더의 시계를 쓰고 있습니다. 하나만 실행해 주세요.",
			"Another process uses the clock of this data folder. Run only one.")).Because(err)
	}
	if err != nil {
		return fmt.Errorf("clock: %w", err)
	}
	c.saves.version++
	c.mu.Lock()
	defer c.mu.Unlock()
	c.state = s
	return nil
}
