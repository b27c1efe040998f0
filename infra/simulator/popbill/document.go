package popbill

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"strconv"
	"time"

	"jeongsan/internal/calendar"
)

// States of a document.
const (
	draft      = 100
	issued     = 300
	beforeSend = 301
	sendQueued = 302
	sending    = 303
	sent       = 304
	sendFailed = 305
	cancelled  = 600
)

// fields are a document as it was sent, by Popbill's JSON keys. Unknown keys are kept and mean nothing.
type fields map[string]any

func (f fields) text(name string) string {
	s, _ := f[name].(string)
	return s
}

// number reads a JSON number; 0 when there is none.
func (f fields) number(name string) int {
	n, _ := f[name].(float64) // of encoding/json; small whole numbers only
	return int(n)
}

// won reads an amount that passed the checks.
func (f fields) won(name string) int64 {
	n, _ := strconv.ParseInt(f.text(name), 10, 64)
	return n
}

func (f fields) list(name string) []fields {
	items, _ := f[name].([]any)
	var out []fields
	for _, item := range items {
		if m, ok := item.(map[string]any); ok {
			out = append(out, m)
		}
	}
	return out
}

type docKey struct{ corpNum, key string }

// document is a tax invoice at Popbill.
type document struct {
	CorpNum string
	Key     string
	ItemKey string
	Fields  fields

	State   int
	StateAt time.Time
	RegAt   time.Time
	IssueAt time.Time `json:",omitzero"`
	Late    bool      `json:",omitempty"`

	// The way to the tax office: when it begins, when its result comes, and what that was.
	SendAt   time.Time `json:",omitzero"`
	ResultAt time.Time `json:",omitzero"`
	SentAt   time.Time `json:",omitzero"`
	Confirm  string    `json:",omitempty"`
	Result   string    `json:",omitempty"`

	CloseDown      *int   `json:",omitempty"`
	CloseDownSince string `json:",omitempty"`
	Memo           string `json:",omitempty"`
	Mails          []string
	Logs           []logEntry
	Deleted        bool `json:",omitempty"`

	encoded []byte // as it was last saved; nil since it changed
}

// touch marks a document as changed. The caller holds the lock.
func (s *Simulator) touch(d *document) { d.encoded, s.dirty = nil, true }

type logEntry struct {
	Type int
	Text string
	Memo string
	At   time.Time
}

func (d *document) log(at time.Time, kind int, text, memo string) {
	d.Logs = append(d.Logs, logEntry{kind, text, memo, at})
}

func (d *document) enter(state int, at time.Time) { d.State, d.StateAt = state, at }

// How long the way to the tax office takes. Popbill promises half an hour.
const (
	sendHour        = 15 // of the business day after issue
	resultAtOnce    = 3 * time.Minute
	resultScheduled = 20 * time.Minute
)

// scheduleSend sets the document on its way: at once, or at 15:00 of the next business day.
func (s *Simulator) scheduleSend(d *document, now time.Time, atOnce bool) {
	if atOnce {
		d.SendAt, d.ResultAt = now, now.Add(resultAtOnce)
		return
	}
	day := calendar.DateOf(now)
	next, err := s.days.NextBusinessDay(day)
	if err != nil {
		next = day.AddDays(1) // past the table of holidays
	}
	d.SendAt = next.Start().Add(sendHour * time.Hour)
	d.ResultAt = d.SendAt.Add(resultScheduled)
}

// catchUp brings every document to where the clock says it is. The caller holds the lock.
func (s *Simulator) catchUp() {
	now := s.now()
	s.workBulks(now)
	for _, d := range s.inOrder() {
		for s.step(d, now) {
		}
	}
}

// inOrder are the documents under way, in the order in which they were made.
func (s *Simulator) inOrder() []*document {
	if len(s.underway) == 0 {
		return nil
	}
	out := make([]*document, 0, len(s.underway))
	for _, d := range s.state.Documents {
		if s.underway[d] {
			out = append(out, d)
		}
	}
	return out
}

// step takes the next state that is due; false when none is.
func (s *Simulator) step(d *document, now time.Time) bool {
	next, at := d.next()
	if next == 0 || now.Before(at) {
		return false
	}
	s.touch(d)
	switch next {
	case sent:
		s.finish(d, at)
	default:
		d.enter(next, at)
		d.log(at, 0, "국세청 전송 상태 "+strconv.Itoa(next), "")
		if next == beforeSend {
			s.notify(d, "NTS", at)
		}
	}
	return true
}

// next is the state that follows and when.
func (d *document) next() (int, time.Time) {
	switch d.State {
	case issued:
		return beforeSend, d.SendAt
	case beforeSend:
		return sendQueued, d.SendAt.Add(time.Minute)
	case sendQueued:
		return sending, d.SendAt.Add(2 * time.Minute)
	case sending:
		return sent, d.ResultAt
	}
	return 0, time.Time{}
}

// finish is the tax office's answer: SUC001, or what was scripted.
func (s *Simulator) finish(d *document, at time.Time) {
	d.SentAt, d.Result = d.SendAt.Add(2*time.Minute), "SUC001"
	for _, key := range []string{d.Key, ""} {
		if code := s.state.Rejections[key]; code != "" {
			d.Result = code
			break
		}
	}
	d.enter(sent, at)
	if d.Result != "SUC001" {
		d.enter(sendFailed, at)
	}
	d.log(at, 0, "국세청 결과 "+d.Result, "")
	delete(s.underway, d)
	s.notify(d, "NTS", at)
}

// issuerNo stands in approval numbers where the tax office's number of the issuing system stands. Popbill's own is not
// known; this one is invented.
const issuerNo = "99990000"

// confirmNumber makes an approval number out of member and key, so that documents that are issued side by side have
// the same ones in every run. One that was given before (the key was freed and is used again) is not given twice.
func (s *Simulator) confirmNumber(d *document) string {
	for n := 0; ; n++ {
		sum := sha256.Sum256(fmt.Appendf(nil, "%s/%s/%d", d.CorpNum, d.Key, n))
		number := d.Fields.text("writeDate") + issuerNo + fmt.Sprintf("%08d", binary.BigEndian.Uint64(sum[:])%1e8)
		if !s.state.Confirmed[number] {
			s.state.Confirmed = with(s.state.Confirmed, number, true)
			return number
		}
	}
}

func (s *Simulator) itemKey(now time.Time) string {
	s.state.Registered++
	return "0" + now.Format("060102150405") + fmt.Sprintf("%05d", s.state.Registered%100000)
}

// Document is what an auditor is shown of one document, living or deleted.
type Document struct {
	CorpNum, MgtKey, ItemKey string
	State                    int
	WriteDate                string
	SupplyCost, Tax, Total   int64
	BuyerCorpNum             string
	TaxType                  string
	ModifyCode               int
	Original                 string // approval number of what it amends
	NTSConfirmNum            string // "" for a draft that was never issued
	NTSResult                string
	IssuedAt                 time.Time
	Mails                    []string // addresses, in the order of mailing
	Deleted                  bool
}

// Documents lists everything that was ever made, in that order. It moves nothing on.
func (s *Simulator) Documents() []Document {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]Document, 0, len(s.state.Documents))
	for _, d := range s.state.Documents {
		f := d.Fields
		out = append(out, Document{
			CorpNum: d.CorpNum, MgtKey: d.Key, ItemKey: d.ItemKey, State: d.State, WriteDate: f.text("writeDate"),
			SupplyCost: f.won("supplyCostTotal"), Tax: f.won("taxTotal"), Total: f.won("totalAmount"),
			BuyerCorpNum: f.text("invoiceeCorpNum"), TaxType: f.text("taxType"), ModifyCode: f.number("modifyCode"), Original: f.text("orgNTSConfirmNum"),
			NTSConfirmNum: d.Confirm, NTSResult: d.Result, IssuedAt: d.IssueAt, Mails: append([]string(nil), d.Mails...), Deleted: d.Deleted,
		})
	}
	return out
}
