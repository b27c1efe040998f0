package ncp

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// operation is one call of the billing service.
type operation struct {
	list     string
	idFirst  bool // where requestId stands differs between answers of the real service
	unpaged  bool
	partners bool // for partners only
	from, to string
	layout   string
	rows     func(s *Simulator, q question) list
}

var operations = map[string]operation{
	"getDemandCostList":           {list: "demandCostList", from: "startMonth", to: "endMonth", layout: monthLayout, rows: memberBills},
	"getPartnerDemandCostList":    {list: "partnerDemandCostList", partners: true, from: "startMonth", to: "endMonth", layout: monthLayout, rows: partnerBills},
	"getContractDemandCostList":   {list: "contractDemandCostList", idFirst: true, from: "startMonth", to: "endMonth", layout: monthLayout, rows: contractCosts},
	"getContractUsageListByDaily": {list: "contractUsageListByDaily", from: "useStartDay", to: "useEndDay", layout: "20060102", rows: dailyUsage},
	"getCostRelationCodeList":     {list: "costRelationCodeList", unpaged: true, rows: relations},
}

// question is a request that passed every check.
type question struct {
	account  *account
	members  []*member
	from, to time.Time // first and last month or day
	now      time.Time
	filter   url.Values
}

// Codes of the service's own refusals: 1103 was seen on other services of the provider, 1000 is a guess.
const (
	codeForbidden = "1103"
	codeParameter = "1000"
)

func (s *Simulator) call(r *http.Request, a *account, name string, act Action) reply {
	op := operations[name]
	q, refused := s.question(r, a, op)
	if refused != nil {
		return *refused
	}
	rows := op.rows(s, q)
	total := len(rows)
	if !op.unpaged {
		no, size, ok := s.paging(r.Form)
		if !ok {
			return badParameter(r, "pageNo, pageSize")
		}
		if act.firstPageAlways {
			no = 0
		}
		rows = pageOf(rows, no, size)
	}
	return encoded(r, http.StatusOK, object{{name + "Response", op.envelope(s.requestID(r), int64(total), rows)}})
}

func (op operation) envelope(id string, total int64, rows list) object {
	if rows == nil {
		rows = list{}
	}
	request := field{"requestId", id}
	result := object{{"returnCode", "0"}, {"returnMessage", "success"}}
	if op.idFirst {
		return append(append(object{request}, result...), field{"totalRows", total}, field{op.list, rows})
	}
	return append(object{{"totalRows", total}, {op.list, rows}, request}, result...)
}

func badParameter(r *http.Request, name string) reply {
	return serviceError(r, http.StatusBadRequest, codeParameter, "The parameter is not valid: "+name)
}

// paging returns the page's number from 0 and its size.
func (s *Simulator) paging(form url.Values) (no, size int, ok bool) {
	first := 1
	if s.pagesFromZero {
		first = 0
	}
	no, err1 := wholeOr(form.Get("pageNo"), first)
	size, err2 := wholeOr(form.Get("pageSize"), maxPageSize)
	return max(no-first, 0), size, err1 == nil && err2 == nil && no >= 0 && no <= maxPageNo && size >= 1 && size <= maxPageSize
}

const (
	maxPageSize = 1000
	maxPageNo   = 1_000_000 // guess
)

func wholeOr(s string, absent int) (int, error) {
	if s == "" {
		return absent, nil
	}
	return strconv.Atoi(s)
}

func pageOf(rows list, no, size int) list {
	from := min(no*size, len(rows))
	return rows[from:min(from+size, len(rows))]
}

func (s *Simulator) question(r *http.Request, a *account, op operation) (question, *reply) {
	refuse := func(refused reply) (question, *reply) { return question{}, &refused }
	form := r.Form
	partner, organization := form.Get("isPartner") == "true", form.Get("isOrganization") == "true"
	numbers := memberNumbers(form)
	switch {
	case partner && organization:
		return refuse(badParameter(r, "isPartner, isOrganization"))
	case organization: // no account here is the master of an organisation
		return refuse(serviceError(r, http.StatusForbidden, codeForbidden, "Forbidden."))
	case !a.Partner && (partner || op.partners || numbers != nil):
		return refuse(serviceError(r, http.StatusForbidden, codeForbidden, "Forbidden."))
	}
	q := question{account: a, now: s.now(), filter: form}
	if op.layout != "" {
		var ok bool
		if q.from, q.to, ok = span(form.Get(op.from), form.Get(op.to), op.layout); !ok {
			return refuse(badParameter(r, op.from+", "+op.to))
		}
	}
	q.members = visible(a, partner || op.partners, numbers)
	return q, nil
}

// span reads two months or days that lie at most three months apart.
func span(first, last, layout string) (from, to time.Time, ok bool) {
	from, err1 := time.ParseInLocation(layout, first, kst)
	to, err2 := time.ParseInLocation(layout, last, kst)
	return from, to, err1 == nil && err2 == nil && !to.Before(from) && to.Before(from.AddDate(0, 3, 0))
}

// memberNumbers takes both ways of writing a list: memberNoList repeated, and memberNoList.1, memberNoList.2 …
func memberNumbers(form url.Values) map[string]bool {
	var out map[string]bool
	for name, values := range form {
		if name != "memberNoList" && !strings.HasPrefix(name, "memberNoList.") {
			continue
		}
		for _, no := range values {
			if out == nil {
				out = map[string]bool{}
			}
			out[no] = true
		}
	}
	return out
}

// visible are the members a call is about. Numbers that the partner has not are passed over in silence (guess).
func visible(a *account, partner bool, numbers map[string]bool) []*member {
	var out []*member
	for _, m := range a.members {
		own := !a.Partner || m.No == a.PartnerMemberNo
		if (partner || own) && (numbers == nil || numbers[m.No]) {
			out = append(out, m)
		}
	}
	return out
}

// bills computes the bills of all months asked for, member by member.
func (s *Simulator) bills(q question) []bill {
	var out []bill
	for _, m := range q.members {
		for month := q.from; !month.After(q.to); month = month.AddDate(0, 1, 0) {
			if b, ok := s.billOf(q.account, m, month, q.now); ok {
				out = append(out, b)
			}
		}
	}
	return out
}

func memberBills(s *Simulator, q question) list {
	var rows list
	for _, b := range s.bills(q) {
		rows = append(rows, b.object(q.now))
	}
	return rows
}

func partnerBills(s *Simulator, q question) list {
	var rows list
	for _, b := range s.bills(q) {
		rows = append(rows, b.partnerObject(q.account.margin))
	}
	return rows
}

func contractCosts(s *Simulator, q question) list {
	var rows list
	for _, b := range s.bills(q) {
		for _, r := range b.rows {
			if r.contract.wanted(q.filter) {
				rows = append(rows, r.object())
			}
		}
	}
	return rows
}

func (c *contract) wanted(filter url.Values) bool {
	for name, value := range map[string]string{
		"contractNo":           c.No,
		"regionCode":           c.Region,
		"demandTypeCode":       c.kind.contractType.code,
		"demandTypeDetailCode": c.kind.detail.code,
	} {
		if want := filter.Get(name); want != "" && want != value {
			return false
		}
	}
	return true
}

func dailyUsage(_ *Simulator, q question) list {
	var rows list
	for _, m := range q.members {
		for day := q.from; !day.After(q.to); day = day.AddDate(0, 0, 1) {
			month := time.Date(day.Year(), day.Month(), 1, 0, 0, 0, 0, kst)
			if snap, ok := snapshotAt(month, q.now); ok && m.listed(snap, q.now) {
				rows = append(rows, m.usageOf(day, snap.until)...)
			}
		}
	}
	return rows
}

func relations(*Simulator, question) list {
	rows := make(list, len(kinds))
	for i, k := range kinds {
		rows[i] = k.relation()
	}
	return rows
}
