package queue

import (
	"time"

	"jeongsan/internal/fault"
)

// Limits of a queue's own settings (those of SQS).
const (
	MaxVisibility = 12 * time.Hour
	MaxSend       = 256 << 10 // bytes of all bodies of one send
)

// CheckSend refuses what no queue takes (fault.Invalid): no message or more than MaxBatch, an empty body, one over
// MaxBody, bodies over MaxSend together, a delay below 0 or above MaxDelay.
func CheckSend(bodies [][]byte, delay time.Duration) error {
	if len(bodies) < 1 || len(bodies) > MaxBatch {
		return fault.Invalidf("messages", fault.T("메시지는 한 번에 1~%d개를 보냅니다(현재 %d개).", "A send holds 1 to %d messages (this one %d).", MaxBatch, len(bodies)))
	}
	if delay < 0 || delay > MaxDelay {
		return fault.Invalidf("delay", fault.T("메시지 지연은 0에서 %s까지입니다.", "The delay of a message is 0 to %s.", MaxDelay))
	}
	total := 0
	for _, b := range bodies {
		if len(b) < 1 || len(b) > MaxBody {
			return fault.Invalidf("messages", fault.T("메시지는 1~%d바이트여야 합니다(현재 %d바이트).", "A message has 1 to %d bytes (this one %d).", MaxBody, len(b)))
		}
		total += len(b)
	}
	if total > MaxSend {
		return fault.Invalidf("messages", fault.T("메시지를 합쳐 %d바이트까지 보냅니다(현재 %d바이트).", "A send holds at most %d bytes (this one %d).", MaxSend, total))
	}
	return nil
}

// CheckReceive refuses a batch outside 1 to MaxBatch (fault.Invalid).
func CheckReceive(max int) error {
	if max < 1 || max > MaxBatch {
		return fault.Invalidf("max", fault.T("메시지는 한 번에 1~%d개를 받습니다(현재 %d개).", "A receive takes 1 to %d messages (this one %d).", MaxBatch, max))
	}
	return nil
}

// CheckDelete refuses a batch of none or more than MaxBatch deliveries (fault.Invalid).
func CheckDelete(messages []Message) error {
	if len(messages) < 1 || len(messages) > MaxBatch {
		return fault.Invalidf("messages", fault.T("메시지는 한 번에 1~%d개를 지웁니다(현재 %d개).", "A delete holds 1 to %d messages (this one %d).", MaxBatch, len(messages)))
	}
	return nil
}

// CheckExtend refuses a time outside 0 to MaxVisibility (fault.Invalid); 0 gives the message back at once.
func CheckExtend(d time.Duration) error {
	if d < 0 || d > MaxVisibility {
		return fault.Invalidf("visibility", fault.T("처리 시간은 0에서 %s까지입니다.", "The visibility time is 0 to %s.", MaxVisibility))
	}
	return nil
}
