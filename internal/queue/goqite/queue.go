package goqite

import (
	"context"
	"database/sql"
	"strconv"
	"strings"
	"time"

	lib "maragu.dev/goqite"

	"jeongsan/internal/fault"
	"jeongsan/internal/queue"
)

// Queue is one named queue of a File.
type Queue struct {
	db         *sql.DB
	messages   *lib.Queue
	name       string
	visibility string // as SQLite adds it to a time
	maxReceive int
}

var _ queue.Queue = (*Queue)(nil)

// now is SQLite's wall time in the form in which the library stores time-outs.
const now = `strftime('%Y-%m-%dT%H:%M:%fZ')`

// isDead is true of a message that had its last delivery and was not deleted in time.
const isDead = `(received >= ? and timeout <= ` + now + `)`

// Send implements queue.Queue.
func (q *Queue) Send(ctx context.Context, bodies [][]byte, delay time.Duration) error {
	if err := queue.CheckSend(bodies, delay); err != nil {
		return err
	}
	return q.inTx(ctx, func(tx *sql.Tx) error {
		for _, b := range bodies {
			if err := q.messages.SendTx(ctx, tx, lib.Message{Body: b, Delay: delay}); err != nil {
				return err
			}
		}
		return nil
	})
}

// Receive implements queue.Queue. It is the library's statement, for a batch and with the count that makes the receipt.
func (q *Queue) Receive(ctx context.Context, max int) ([]queue.Message, error) {
	if err := queue.CheckReceive(max); err != nil {
		return nil, err
	}
	var taken []queue.Message
	err := q.inTx(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `
			update goqite set timeout = strftime('%Y-%m-%dT%H:%M:%fZ', 'now', ?), received = received + 1
			where id in (
				select id from goqite
				where queue = ? and timeout <= `+now+` and received < ?
				order by priority desc, created
				limit ?)
			returning id, body, received`, q.visibility, q.name, q.maxReceive, max)
		if err != nil {
			return err
		}
		taken, err = scan(rows)
		return err
	})
	if err != nil {
		return nil, err
	}
	for i, m := range taken {
		taken[i].Receipt = receipt{m.ID, m.Received}.String()
	}
	return taken, nil
}

func scan(rows *sql.Rows) ([]queue.Message, error) {
	defer rows.Close()
	var all []queue.Message
	for rows.Next() {
		var m queue.Message
		if err := rows.Scan(&m.ID, &m.Body, &m.Received); err != nil {
			return nil, err
		}
		all = append(all, m)
	}
	return all, rows.Err()
}

// holds is the condition that a receipt is that of the message's latest delivery and its time is not over. The
// library knows messages by id alone and would let a late receipt delete a later delivery.
const holds = `queue = ? and id = ? and received = ? and timeout > ` + now

// Delete implements queue.Queue.
func (q *Queue) Delete(ctx context.Context, messages []queue.Message) error {
	if err := queue.CheckDelete(messages); err != nil {
		return err
	}
	receipts := make([]receipt, len(messages))
	for i, m := range messages {
		r, err := parseReceipt(m.Receipt)
		if err != nil {
			return err
		}
		receipts[i] = r
	}
	return q.inTx(ctx, func(tx *sql.Tx) error {
		one, err := tx.PrepareContext(ctx, `delete from goqite where `+holds)
		if err != nil {
			return err
		}
		defer one.Close()
		for _, r := range receipts {
			if _, err := one.ExecContext(ctx, q.name, r.id, r.received); err != nil {
				return err
			}
		}
		return nil
	})
}

// Extend implements queue.Queue.
func (q *Queue) Extend(ctx context.Context, m queue.Message, d time.Duration) error {
	if err := queue.CheckExtend(d); err != nil {
		return err
	}
	r, err := parseReceipt(m.Receipt)
	if err != nil {
		return err
	}
	return q.inTx(ctx, func(tx *sql.Tx) error {
		var n int
		if err := tx.QueryRowContext(ctx, `select count(*) from goqite where `+holds, q.name, r.id, r.received).Scan(&n); err != nil {
			return err
		}
		if n == 0 {
			return fault.New(fault.Conflict, fault.T("처리 시간이 지나 메시지가 다시 배달됩니다.", "The time for this delivery is over; the message comes again."))
		}
		return q.messages.ExtendTx(ctx, tx, lib.ID(r.id), d)
	})
}

// Dead implements queue.Queue. A dead message has no receipt.
func (q *Queue) Dead(ctx context.Context) ([]queue.Message, error) {
	rows, err := q.db.QueryContext(ctx, `select id, body, received from goqite where queue = ? and `+isDead+` order by created, rowid limit ?`, q.name, q.maxReceive, queue.MaxBatch)
	if err != nil {
		return nil, unusable(err)
	}
	dead, err := scan(rows)
	if err != nil {
		return nil, unusable(err)
	}
	return dead, nil
}

// Redrive implements queue.Queue. The message gets a new id, since its count starts again and an old receipt
// must not fit a new delivery.
func (q *Queue) Redrive(ctx context.Context, m queue.Message) error {
	return q.inTx(ctx, func(tx *sql.Tx) error {
		done, err := tx.ExecContext(ctx, `update goqite set id = 'm_' || lower(hex(randomblob(16))), received = 0, timeout = `+now+` where id = ? and queue = ? and `+isDead, m.ID, q.name, q.maxReceive)
		if err != nil {
			return err
		}
		n, err := done.RowsAffected()
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.New(fault.Conflict, fault.T("실패 목록에 없는 메시지입니다. 이미 다시 보냈을 수 있습니다.", "The message is not among the dead ones; it may have been redriven already."))
		}
		return nil
	})
}

// Depth implements queue.Queue.
func (q *Queue) Depth(ctx context.Context) (live, dead int, err error) {
	err = q.db.QueryRowContext(ctx, `select count(*) - count(iif(`+isDead+`, 1, null)), count(iif(`+isDead+`, 1, null)) from goqite where queue = ?`, q.maxReceive, q.maxReceive, q.name).Scan(&live, &dead)
	if err != nil {
		return 0, 0, unusable(err)
	}
	return live, dead, nil
}

// inTx runs work in one transaction; what it returns that is a fault stays as it is.
func (q *Queue) inTx(ctx context.Context, work func(*sql.Tx) error) error {
	tx, err := q.db.BeginTx(ctx, nil)
	if err != nil {
		return unusable(err)
	}
	defer tx.Rollback()
	if err := work(tx); err != nil {
		if fault.CodeOf(err) != fault.Internal {
			return err
		}
		return unusable(err)
	}
	if err := tx.Commit(); err != nil {
		return unusable(err)
	}
	return nil
}

// receipt is one delivery of a message: its how-manieth.
type receipt struct {
	id       string
	received int
}

// String is "count.id".
func (r receipt) String() string { return strconv.Itoa(r.received) + "." + r.id }

func parseReceipt(s string) (receipt, error) {
	count, id, found := strings.Cut(s, ".")
	received, err := strconv.Atoi(count)
	if !found || err != nil || received < 1 || id == "" {
		return receipt{}, fault.Invalidf("receipt", fault.T("메시지 수신 번호가 올바르지 않습니다.", "The receipt of the message is not valid."))
	}
	return receipt{id, received}, nil
}
