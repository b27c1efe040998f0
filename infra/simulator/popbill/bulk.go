package popbill

import (
	"crypto/sha1"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"time"
)

// bulk is a submission of up to a hundred documents. They are issued one minute after it was received (guess).
type bulk struct {
	SubmitID string
	CorpNum  string
	Receipt  string
	At       time.Time
	Force    bool
	Invoices []fields
	Done     bool
	Results  []bulkResult
}

type bulkResult struct {
	Key     string
	Code    int64
	Message string
	Confirm string
	At      time.Time `json:",omitzero"`
}

const (
	bulkPause = time.Minute
	maxBulk   = 100
)

func (s *Simulator) bulkSubmit(q *request) (any, error) {
	digest, id := q.http.Header.Get("x-pb-message-digest"), q.http.Header.Get("x-pb-submit-id")
	sum := sha1.Sum(q.body)
	switch {
	case id == "":
		return nil, refuse(-11010019)
	case len(id) > 36:
		return nil, refuse(-11010020)
	case digest == "":
		return nil, refuse(-11010021)
	case digest != base64.StdEncoding.EncodeToString(sum[:]):
		return nil, refuse(-11010022)
	case s.bulk(q.corpNum, id) != nil:
		return nil, refuse(-11010034)
	}
	var said struct {
		ForceIssue bool     `json:"forceIssue"`
		Invoices   []fields `json:"invoices"`
	}
	if err := json.Unmarshal(q.body, &said); err != nil {
		return nil, refuse(-11010023)
	}
	if err := checkBulk(q.corpNum, said.Invoices); err != nil {
		return nil, err
	}
	b := &bulk{SubmitID: id, CorpNum: q.corpNum, At: s.now(), Force: said.ForceIssue, Invoices: said.Invoices}
	b.Receipt = fmt.Sprintf("B%017d", len(s.state.Bulks)+1)
	s.state.Bulks = append(s.state.Bulks, b)
	s.dirty = true
	return map[string]any{"code": 1, "message": "접수되었습니다.", "receiptID": b.Receipt}, nil
}

// checkBulk is what is checked before a submission is received; everything else fails later, document by document.
func checkBulk(corpNum string, all []fields) error {
	if len(all) == 0 {
		return refuse(-11010024)
	}
	if len(all) > maxBulk {
		return refuse(-11010036)
	}
	seen := map[string]bool{}
	for _, f := range all {
		key := f.text("invoicerMgtKey")
		switch {
		case f == nil:
			return refuse(-11010043)
		case f.text("issueType") == "":
			return refuse(-11010025)
		case f.text("issueType") == "역발행":
			return refuse(-11010026)
		case key == "":
			return refuse(-11010027)
		case f.text("invoicerCorpNum") != corpNum:
			return refuse(-11010028)
		case seen[key]:
			return refuse(-11010029)
		}
		seen[key] = true
	}
	return nil
}

func (s *Simulator) bulk(corpNum, id string) *bulk {
	for _, b := range s.state.Bulks {
		if b.CorpNum == corpNum && b.SubmitID == id {
			return b
		}
	}
	return nil
}

// workBulks issues the submissions that are due. The caller holds the lock.
func (s *Simulator) workBulks(now time.Time) {
	for _, b := range s.state.Bulks {
		if b.Done || now.Before(b.At.Add(bulkPause)) {
			continue
		}
		for _, f := range b.Invoices {
			b.Results = append(b.Results, s.issueOfBulk(b, f))
		}
		b.Done, b.Invoices, s.dirty = true, nil, true
	}
}

func (s *Simulator) issueOfBulk(b *bulk, f fields) bulkResult {
	at := b.At.Add(bulkPause)
	out := bulkResult{Key: f.text("invoicerMgtKey"), Code: 1, Message: "발행"}
	if err := s.issuable(b.CorpNum, f, b.Force, at); err != nil {
		no, _ := err.(refusal)
		out.Code, out.Message = no.code, no.message
		return out
	}
	d := s.put(b.CorpNum, f, at)
	s.issueAt(at, d, "", b.Force)
	out.Confirm, out.At = d.Confirm, d.IssueAt
	return out
}

func (s *Simulator) bulkResult(q *request) (any, error) {
	b := s.bulk(q.corpNum, q.key)
	if b == nil {
		return nil, refuse(-11010035)
	}
	out := map[string]any{"code": 1, "message": "", "submitID": b.SubmitID, "receiptID": b.Receipt, "receiptDT": stamp(b.At), "submitCount": len(b.Invoices) + len(b.Results), "txState": 0, "successCount": 0, "failCount": 0}
	if !b.Done {
		return out, nil
	}
	failed := 0
	results := []map[string]any{}
	for _, r := range b.Results {
		if r.Code < 0 {
			failed++
		}
		results = append(results, map[string]any{
			"invoicerMgtKey": r.Key, "trusteeMgtKey": "", "code": r.Code, "message": r.Message, "ntsconfirmNum": r.Confirm, "issueDT": stamp(r.At),
		})
	}
	out["txState"], out["txResultCode"], out["txStartDT"], out["txEndDT"] = 2, 1, stamp(b.At.Add(bulkPause)), stamp(b.At.Add(bulkPause))
	out["successCount"], out["failCount"], out["issueResult"] = len(results)-failed, failed, results
	return out, nil
}
