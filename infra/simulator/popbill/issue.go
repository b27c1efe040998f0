package popbill

import (
	"encoding/json"
	"time"
	"unicode/utf8"
)

// done is the answer of a call that did something. Popbill's own words of success are not known.
func done(d *document) map[string]any {
	out := map[string]any{"code": 1, "message": "처리되었습니다."}
	if d != nil && d.State == issued {
		out["ntsConfirmNum"] = d.Confirm
	}
	return out
}

func (s *Simulator) registIssue(q *request) (any, error) {
	f, err := readFields(q.body)
	if err != nil {
		return nil, err
	}
	force, memo := f["forceIssue"] == true, f.text("memo")
	now := s.now()
	if err := s.issuable(q.corpNum, f, force, now); err != nil {
		return nil, err
	}
	d := s.put(q.corpNum, f, now)
	s.issueAt(now, d, memo, force)
	return done(d), nil
}

func (s *Simulator) register(q *request) (any, error) {
	f, err := readFields(q.body)
	if err != nil {
		return nil, err
	}
	if err := s.registrable(q.corpNum, f); err != nil {
		return nil, err
	}
	s.put(q.corpNum, f, s.now())
	return done(nil), nil
}

func (s *Simulator) update(q *request) (any, error) {
	d, f, err := s.findAndRead(q)
	if err != nil {
		return nil, err
	}
	if d.State != draft {
		return nil, refuse(-11002002)
	}
	if err := s.checkFields(q.corpNum, f); err != nil {
		return nil, err
	}
	f["invoicerMgtKey"] = d.Key
	d.Fields = kept(f)
	s.touch(d)
	d.log(s.now(), 101, "수정", "")
	return done(nil), nil
}

func (s *Simulator) issue(q *request) (any, error) {
	d, how, err := s.findAndRead(q)
	if err != nil {
		return nil, err
	}
	switch {
	case d.State >= issued && d.State < 400:
		return nil, refuse(-11002051)
	case d.State != draft:
		return nil, refuse(-11002013)
	}
	force, now := how["forceIssue"] == true, s.now()
	if err := s.checkIssue(d.CorpNum, d.Fields, force, now); err != nil {
		return nil, err
	}
	s.issueAt(now, d, how.text("memo"), force)
	return done(d), nil
}

// issuable is everything that is checked when a document is made and issued at once.
func (s *Simulator) issuable(corpNum string, f fields, force bool, now time.Time) error {
	if err := s.registrable(corpNum, f); err != nil {
		return err
	}
	if f["writeSpecification"] == true && f.text("invoiceeType") != "사업자" {
		return refuse(-11001011) // guess
	}
	return s.checkIssue(corpNum, f, force, now)
}

// registrable is what is checked when a document is made.
func (s *Simulator) registrable(corpNum string, f fields) error {
	if err := s.checkFields(corpNum, f); err != nil {
		return err
	}
	if s.byKey[docKey{corpNum, f.text("invoicerMgtKey")}] != nil {
		return refuse(-11001038)
	}
	return nil
}

// put makes a draft.
func (s *Simulator) put(corpNum string, f fields, now time.Time) *document {
	d := &document{CorpNum: corpNum, Key: f.text("invoicerMgtKey"), ItemKey: s.itemKey(now), Fields: kept(f), RegAt: now}
	d.enter(draft, now)
	d.log(now, 100, "임시저장", "")
	s.state.Documents = append(s.state.Documents, d)
	s.byKey[docKey{corpNum, d.Key}] = d
	s.touch(d)
	return d
}

// kept drops what belongs to the request and not to the document.
func kept(f fields) fields {
	out := fields{}
	for name, value := range f {
		switch name {
		case "forceIssue", "writeSpecification", "memo", "emailSubject", "dealInvoiceMgtKey":
		default:
			out[name] = value
		}
	}
	return out
}

// issueAt issues a document that passed every check: it gets its approval number, is paid for and mailed, and is set
// on its way to the tax office.
func (s *Simulator) issueAt(now time.Time, d *document, memo string, forced bool) {
	m := s.state.Members[d.CorpNum]
	m.Points -= UnitCost
	d.IssueAt, d.Memo, d.Confirm = now, memo, s.confirmNumber(d)
	d.Late = forced && s.isLate(d.Fields, now)
	d.enter(issued, now)
	d.log(now, 300, "발행", memo)
	if to := d.Fields.text("invoiceeEmail1"); to != "" {
		d.Mails = append(d.Mails, to)
	}
	s.lookAtBuyer(d)
	s.scheduleSend(d, now, m.SendsAtOnce)
	s.underway[d] = true
	s.touch(d)
	s.notify(d, "Issue", now)
	if d.CloseDown != nil && (*d.CloseDown == 2 || *d.CloseDown == 3) {
		s.notify(d, "CLOSEDOWN", now)
	}
	s.step(d, now)
}

// lookAtBuyer records what the buyer's number is. A closed buyer is not refused (guess: nothing says that it is).
func (s *Simulator) lookAtBuyer(d *document) {
	if d.Fields.text("invoiceeType") != "사업자" {
		return
	}
	b := s.business(d.Fields.text("invoiceeCorpNum"))
	d.CloseDown, d.CloseDownSince = &b.State, b.Since
}

func (s *Simulator) cancelIssue(q *request) (any, error) {
	d, how, err := s.findAndRead(q)
	if err != nil {
		return nil, err
	}
	if d.State != issued {
		return nil, refuse(-11002030)
	}
	now := s.now()
	d.enter(cancelled, now)
	d.Memo = how.text("memo")
	d.log(now, 600, "발행취소", d.Memo)
	delete(s.underway, d)
	s.touch(d)
	s.notify(d, "CancelIssue", now)
	return done(nil), nil
}

func (s *Simulator) delete(q *request) (any, error) {
	d, err := s.find(q)
	if err != nil {
		return nil, err
	}
	if d.State != draft && d.State != cancelled && d.State != sendFailed {
		return nil, refuse(-11002005)
	}
	d.Deleted = true
	delete(s.byKey, docKey{d.CorpNum, d.Key})
	s.touch(d)
	return done(nil), nil
}

func (s *Simulator) sendToNTS(q *request) (any, error) {
	d, err := s.find(q)
	if err != nil {
		return nil, err
	}
	switch {
	case d.State > issued && d.State <= sent:
		return nil, refuse(-11004005)
	case d.State != issued:
		return nil, refuse(-11004002)
	}
	now := s.now()
	s.scheduleSend(d, now, true)
	d.log(now, 301, "국세청 즉시전송 요청", "")
	s.touch(d)
	s.step(d, now)
	return done(nil), nil
}

func (s *Simulator) sendEmail(q *request) (any, error) {
	d, how, err := s.findAndRead(q)
	if err != nil {
		return nil, err
	}
	if how.text("receiver") == "" || d.State == draft {
		return nil, refuse(-11010006)
	}
	d.Mails = append(d.Mails, how.text("receiver"))
	d.log(s.now(), 0, "메일 재전송", how.text("receiver"))
	s.touch(d)
	return done(nil), nil
}

// find is the living document that a call is about.
func (s *Simulator) find(q *request) (*document, error) {
	d := s.byKey[docKey{q.corpNum, q.key}]
	if d == nil {
		return nil, refuse(-11000005)
	}
	return d, nil
}

// findAndRead is the document that a call is about, and what the call says of it.
func (s *Simulator) findAndRead(q *request) (*document, fields, error) {
	d, err := s.find(q)
	if err != nil {
		return nil, nil, err
	}
	f, err := readFields(q.body)
	return d, f, err
}

// readFields reads a JSON object; an empty body is an empty one.
func readFields(body []byte) (fields, error) {
	if len(body) == 0 {
		return fields{}, nil
	}
	var f fields
	if err := json.Unmarshal(body, &f); err != nil || f == nil {
		return nil, refuse(-11010003)
	}
	if utf8.RuneCountInString(f.text("memo")) > 200 {
		return nil, refuse(-11001087)
	}
	return f, nil
}

// stamp is a moment as Popbill writes it.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(seoul).Format("20060102150405")
}
