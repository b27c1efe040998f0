package popbill

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// info is the state of a document as the provider tells it. Mind ntsconfirmNum: an issue answers ntsConfirmNum.
func (d *document) info() map[string]any {
	f := d.Fields
	out := map[string]any{
		"itemKey": d.ItemKey, "stateCode": d.State, "stateDT": stamp(d.StateAt), "stateMemo": d.Memo, "regDT": stamp(d.RegAt),
		"issueDT": stamp(d.IssueAt), "lateIssueYN": d.Late, "openYN": false, "interOPYN": true,
		"invoicerMgtKey": d.Key, "invoicerPrintYN": false, "invoiceePrintYN": false,
		"ntsconfirmNum": d.Confirm, "ntsresult": d.Result, "ntssendErrCode": d.Result, "ntssendDT": stamp(d.SentAt),
		"closeDownState": d.CloseDown, "closeDownStateDate": d.CloseDownSince,
	}
	if d.Result != "" {
		out["ntsresultDT"] = stamp(d.StateAt)
	}
	for _, name := range []string{"taxType", "writeDate", "issueType", "purposeType", "supplyCostTotal", "taxTotal", "modifyCode",
		"invoicerCorpNum", "invoicerCorpName", "invoiceeCorpNum", "invoiceeCorpName", "invoiceeMgtKey"} {
		out[name] = f[name]
	}
	return out
}

func (s *Simulator) info(q *request) (any, error) {
	d, err := s.find(q)
	if err != nil {
		return nil, err
	}
	return d.info(), nil
}

func (s *Simulator) infos(q *request) (any, error) {
	var keys []string
	if err := json.Unmarshal(q.body, &keys); err != nil || len(keys) == 0 {
		return nil, refuse(-11010042)
	}
	if len(keys) > maxNumbers {
		return nil, refuse(-11010042) // guess
	}
	out := []map[string]any{}
	for _, key := range keys {
		if d := s.byKey[docKey{q.corpNum, key}]; d != nil {
			out = append(out, d.info())
		}
	}
	return out, nil
}

func (s *Simulator) detail(q *request) (any, error) {
	d, err := s.find(q)
	if err != nil {
		return nil, err
	}
	out := map[string]any{"ntsconfirmNum": d.Confirm, "closeDownState": d.CloseDown, "closeDownStateDate": d.CloseDownSince}
	for name, value := range d.Fields {
		out[name] = value
	}
	return out, nil
}

func (s *Simulator) logs(q *request) (any, error) {
	d, err := s.find(q)
	if err != nil {
		return nil, err
	}
	out := []map[string]any{}
	for _, l := range d.Logs {
		out = append(out, map[string]any{
			"docLogType": l.Type, "log": l.Text, "procType": "연동", "procCorpName": d.Fields.text("invoicerCorpName"),
			"procContactName": "", "procMemo": l.Memo, "regDT": stamp(l.At), "ip": "127.0.0.1",
		})
	}
	return out, nil
}

func (s *Simulator) search(q *request) (any, error) {
	get := q.query.Get
	if err := checkSpan(get("DType"), get("SDate"), get("EDate")); err != nil {
		return nil, err
	}
	var found []*document
	for _, d := range s.state.Documents {
		if d.CorpNum == q.corpNum && !d.Deleted && d.matches(get) {
			found = append(found, d)
		}
	}
	date := func(d *document) string { return d.date(get("DType")) }
	slices.SortStableFunc(found, func(a, b *document) int { return strings.Compare(date(a), date(b)) })
	if get("Order") != "A" {
		slices.Reverse(found)
	}
	page, size := max(whole(get("Page"), 1), 1), min(max(whole(get("PerPage"), 500), 1), 1000)
	from := min((page-1)*size, len(found))
	list := []map[string]any{}
	for _, d := range found[from:min(from+size, len(found))] {
		list = append(list, d.info())
	}
	return map[string]any{
		"code": 1, "message": "", "total": len(found), "perPage": size, "pageNum": page, "pageCount": (len(found) + size - 1) / size, "list": list,
	}, nil
}

func checkSpan(kind, from, to string) error {
	if !slices.Contains([]string{"R", "W", "I"}, kind) {
		return refuse(-11010010)
	}
	first, ok := dateOf(from)
	if !ok {
		return refuse(-11010046)
	}
	last, ok := dateOf(to)
	if !ok || last.Before(first) {
		return refuse(-11010047)
	}
	if last.Start().After(first.Start().AddDate(0, 6, 0)) {
		return refuse(-11001119)
	}
	return nil
}

// date is the one of a document's dates that a search looks at.
func (d *document) date(kind string) string {
	switch kind {
	case "W":
		return d.Fields.text("writeDate")
	case "I":
		return stamp(d.IssueAt)[:min(8, len(stamp(d.IssueAt)))]
	}
	return stamp(d.RegAt)[:8]
}

func (d *document) matches(get func(string) string) bool {
	day := d.date(get("DType"))
	amendment := map[bool]string{true: "M", false: "N"}[d.Fields.number("modifyCode") != 0]
	taxType := map[string]string{"과세": "T", "면세": "N", "영세": "Z"}[d.Fields.text("taxType")]
	word := lower(get("QString"))
	return day >= get("SDate") && day <= get("EDate") && stateIn(d.State, get("State")) && listed(amendment, get("Type")) && listed(taxType, get("TaxType")) &&
		(get("LateOnly") != "1" || d.Late) && strings.Contains(d.Key, get("MgtKey")) &&
		(strings.Contains(lower(d.Fields.text("invoiceeCorpName")), word) || strings.Contains(d.Fields.text("invoiceeCorpNum"), word))
}

// listed reports whether a comma-separated list holds the value; an empty one holds all.
func listed(value, list string) bool {
	return list == "" || slices.Contains(strings.Split(list, ","), value)
}

// stateIn understands "3**".
func stateIn(state int, list string) bool {
	if list == "" {
		return true
	}
	code := []byte{byte('0' + state/100), byte('0' + state/10%10), byte('0' + state%10)}
	for _, pattern := range strings.Split(list, ",") {
		fits := len(pattern) == len(code)
		for i := 0; fits && i < len(code); i++ {
			fits = pattern[i] == '*' || pattern[i] == code[i]
		}
		if fits {
			return true
		}
	}
	return false
}

// lower is a search word as it is compared.
func lower(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

func whole(s string, absent int) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return absent
	}
	return n
}
