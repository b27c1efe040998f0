package ncp

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// page is one answer: how many rows the provider says there are in all, and those of this page, undecoded.
type page struct {
	total int // −1: the provider gave no totalRows
	rows  []json.RawMessage
}

// readPage opens {"<op>Response":{"returnCode":"0","totalRows":n,"<list>":[…]}}. The keys come in any order; the return
// code is a string or a number; HTTP 2xx with another code than 0 is an error.
func readPage(op operation, body []byte) (page, *failure) {
	if bytes.HasPrefix(bytes.TrimSpace(body), []byte("<")) {
		return page{}, notJSON(op, body)
	}
	var envelope map[string]map[string]json.RawMessage
	if err := json.Unmarshal(body, &envelope); err != nil {
		return page{}, &failure{err: unreadable(op, err), again: true} // a body that ended early, as a rule
	}
	fields, ok := envelope[op.name+"Response"]
	if !ok {
		return page{}, noEnvelope(op, body)
	}
	if code := strings.Trim(string(fields["returnCode"]), `"`); code != "0" {
		said := refusal{code: code, message: string(fields["returnMessage"])}
		return page{}, &failure{err: returned(op, said)}
	}
	p, err := pageOf(op, fields)
	if err != nil {
		return page{}, &failure{err: unreadable(op, err)}
	}
	return p, nil
}

func pageOf(op operation, fields map[string]json.RawMessage) (page, error) {
	p := page{total: -1}
	if raw, ok := fields["totalRows"]; ok {
		n, err := strconv.Atoi(strings.Trim(string(raw), `"`))
		if err != nil || n < 0 {
			return page{}, fmt.Errorf("totalRows is %.40q", raw)
		}
		p.total = n
	}
	raw := listOf(op, fields)
	if raw == nil {
		if p.total == 0 {
			return p, nil
		}
		return page{}, fmt.Errorf("there is no %s", op.list)
	}
	if err := json.Unmarshal(raw, &p.rows); err != nil {
		return page{}, err
	}
	return p, nil
}

// listOf finds the rows whatever the capitals of their name: the guide writes ContractDemandCostList, the service contractDemandCostList.
func listOf(op operation, fields map[string]json.RawMessage) json.RawMessage {
	if raw, ok := fields[op.list]; ok {
		return raw
	}
	for name, raw := range fields { // at most one name can match
		if strings.EqualFold(name, op.list) {
			return raw
		}
	}
	return nil
}

// notJSON is a 2xx answer in XML: an error in the envelope that ignores responseFormatType, or a gateway's page.
func notJSON(op operation, body []byte) *failure {
	if said := readRefusal(body); said.code != "" && said.code != "0" {
		return &failure{err: returned(op, said)}
	}
	return &failure{err: unreadable(op, errors.New("XML in place of JSON"))}
}

func noEnvelope(op operation, body []byte) *failure {
	if said := readRefusal(body); said.code != "" {
		return &failure{err: returned(op, said)}
	}
	return &failure{err: unreadable(op, fmt.Errorf("there is no %sResponse", op.name))}
}
