package store

import (
	"context"
	"errors"
	"fmt"

	"jeongsan/internal/fault"
)

// ErrContended: another commit was in the way; nothing was written and the same commit may be tried again.
var ErrContended = fault.New(fault.Unavailable, fault.T("다른 작업과 겹쳤습니다. 다시 시도해 주세요.", "Another change was in the way; try again."))

// ErrUnknown: the engine did not say whether the commit took effect.
var ErrUnknown = fault.New(fault.UnknownOutcome, fault.T("저장 결과를 확인하지 못했습니다.", "It is not known whether the change was saved."))

// NotFound is what engines answer for a document that is not there; the key is for the log.
func NotFound(k Key) error {
	return fault.New(fault.NotFound, fault.T("찾는 자료가 없습니다.", "What was asked for does not exist.")).Because(errors.New(k.String()))
}

// ConditionFailed names the write whose condition did not hold. Nothing was written. When several failed, it names the first.
type ConditionFailed struct {
	Index     int // of the write in the commit
	Key       Key
	Condition Condition
}

// Error names the document and the condition, for logs.
func (e *ConditionFailed) Error() string {
	return fmt.Sprintf("write %d: %s is not %s", e.Index, e.Key, e.Condition)
}

// As lets fault.CodeOf see a Conflict.
func (e *ConditionFailed) As(target any) bool {
	f, ok := target.(**fault.Fault)
	if ok {
		*f = fault.New(fault.Conflict, fault.T("그사이 다른 변경이 있었습니다. 새로 고친 뒤 다시 시도해 주세요.", "It was changed in the meantime; reload and try again."))
	}
	return ok
}

// attempts bounds how often Apply repeats a contended or unknown commit.
const attempts = 8

// Apply commits, repeating while contended and settling an unknown outcome by reading: it returns nil only when
// the commit is known to be in effect. An outcome that cannot be settled comes back as ErrUnknown.
//
// Settling leans on one rule: at least one put of the commit is of a document that nobody overwrites
// (an audit record, a posting, an intent). If that document carries our commit id, we won. A commit without
// a put leaves no such trace: once its outcome was unknown it can stay unknown.
func Apply(ctx context.Context, s Store, c Commit) error {
	unknown := false
	for range attempts {
		err := s.Commit(ctx, c)
		switch {
		case err == nil:
			return nil
		case errors.Is(err, ErrContended):
		case errors.Is(err, ErrUnknown):
			unknown = true // the same commit again: it either lands now, or its conditions tell that it had landed
		case unknown:
			return settle(ctx, s, c, err)
		default:
			return err
		}
	}
	if unknown {
		return settle(ctx, s, c, ErrUnknown)
	}
	return ErrContended
}

// settle decides, by reading, whether a commit of unknown outcome took effect, after a further attempt ended in err.
func settle(ctx context.Context, s Store, c Commit, err error) error {
	traced := false
	for _, w := range c.Writes {
		if w.Op != OpPut {
			continue
		}
		traced = true
		d, getErr := s.Get(ctx, w.Document.Key)
		if fault.Is(getErr, fault.NotFound) {
			continue
		}
		if getErr != nil {
			return unsettled(getErr)
		}
		if d.Commit == c.ID {
			return nil
		}
	}
	var failed *ConditionFailed
	if traced && errors.As(err, &failed) {
		return err // our id is nowhere, so it was another's change that failed the condition
	}
	return unsettled(err)
}

// unsettled is ErrUnknown with its reason for the log. The reason is not wrapped: a ConditionFailed or a cancelled
// context found in the chain would read as "nothing was written".
func unsettled(reason error) error {
	if errors.Is(reason, ErrUnknown) {
		return reason
	}
	return fmt.Errorf("%w: %v", ErrUnknown, reason)
}
