package popbill

import (
	"net/http"
	"strings"
)

// Products, which Linkhub calls scopes.
const (
	taxInvoices = "110"
	closedDown  = "170"
	anyProduct  = "member"
)

type handler = func(*Simulator, *request) (any, error)

// route finds the call by path, method, X-HTTP-Method-Override and query.
func route(r *http.Request) *request {
	parts := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	verb := r.Header.Get("X-HTTP-Method-Override")
	if verb == "" || r.Method != http.MethodPost {
		verb = r.Method
	}
	switch parts[0] {
	case "POPBILL", "POPBILL_TEST":
		return routeAuth(parts, r)
	case "Taxinvoice":
		return routeTaxInvoice(parts[1:], verb, r)
	case "Member":
		return &request{op: "getMemberURL", product: anyProduct, handle: (*Simulator).memberURL}
	case "Join":
		if verb == http.MethodGet {
			return &request{op: "checkIsMember", handle: (*Simulator).isMember}
		}
	case "CloseDown":
		if verb == http.MethodGet {
			return &request{op: "checkCorpNum", product: closedDown, handle: (*Simulator).businessState}
		}
		return &request{op: "checkCorpNums", product: closedDown, handle: (*Simulator).businessStates}
	case "Time":
		return &request{op: "getTime", handle: (*Simulator).time}
	}
	return nowhere()
}

func nowhere() *request {
	return &request{op: "unknown", handle: func(*Simulator, *request) (any, error) { return nil, refuse(-11010005) }}
}

func routeAuth(parts []string, r *http.Request) *request {
	if len(parts) != 2 {
		return nowhere()
	}
	switch {
	case parts[1] == "Token" && r.Method == http.MethodPost:
		return &request{op: "getToken", handle: (*Simulator).token}
	case parts[1] == "Point":
		return &request{op: "getBalance", product: anyProduct, handle: (*Simulator).points}
	case parts[1] == "PartnerPoint":
		return &request{op: "getPartnerBalance", product: anyProduct, handle: (*Simulator).points}
	}
	return nowhere()
}

// onAll are the calls about no single document, by path, verb and query.
var onAll = map[string]struct {
	op     string
	handle handler
}{
	"ISSUE":               {"registIssue", (*Simulator).registIssue},
	"BULKISSUE":           {"bulkSubmit", (*Simulator).bulkSubmit},
	"POST":                {"register", (*Simulator).register},
	"GET cfg=CERT":        {"getCertificateExpireDate", (*Simulator).certificateExpiry},
	"GET cfg=UNITCOST":    {"getUnitCost", (*Simulator).unitCost},
	"GET TG":              {"getURL", (*Simulator).memberURL},
	"GET CertCheck":       {"checkCertValidation", (*Simulator).checkCertificate},
	"GET Certificate":     {"getTaxCertInfo", (*Simulator).certificate},
	"GET SendToNTSConfig": {"getSendToNTSConfig", (*Simulator).sendsAtOnce},
	"GET ChargeInfo":      {"getChargeInfo", (*Simulator).chargeInfo},
	"GET SELL":            {"search", (*Simulator).search},
	"POST SELL":           {"getInfos", (*Simulator).infos},
	"POST SELL Print":     {"getMassPrintURL", (*Simulator).massPrintURL},
}

// onOne are the calls about one document.
var onOne = map[string]struct {
	op     string
	handle handler
}{
	"PATCH":       {"update", (*Simulator).update},
	"ISSUE":       {"issue", (*Simulator).issue},
	"CANCELISSUE": {"cancelIssue", (*Simulator).cancelIssue},
	"DELETE":      {"delete", (*Simulator).delete},
	"NTS":         {"sendToNTS", (*Simulator).sendToNTS},
	"EMAIL":       {"sendEmail", (*Simulator).sendEmail},
	"GET":         {"getInfo", (*Simulator).info},
	"GET Detail":  {"getDetailInfo", (*Simulator).detail},
	"GET XML":     {"getXML", (*Simulator).xml},
	"GET PDF":     {"getPDF", (*Simulator).pdf},
	"GET TG":      {"getDocumentURL", (*Simulator).documentURL},
	"GET Logs":    {"getLogs", (*Simulator).logs},
}

func routeTaxInvoice(rest []string, verb string, r *http.Request) *request {
	q := &request{product: taxInvoices}
	table, name := onAll, verb
	switch {
	case len(rest) == 3 && rest[0] == "BULK" && rest[2] == "State" && verb == http.MethodGet:
		q.op, q.key, q.handle = "getBulkResult", rest[1], (*Simulator).bulkResult
		return q
	case len(rest) == 1:
		name += " " + rest[0]
	case len(rest) == 2 && rest[0] == "SELL":
		table, q.key = onOne, rest[1]
	case len(rest) == 3 && rest[0] == "SELL" && rest[2] == "Logs":
		table, q.key, name = onOne, rest[1], name+" Logs"
	case len(rest) > 0:
		return nowhere()
	}
	found, ok := table[name+flagOf(r)]
	if !ok {
		return nowhere()
	}
	q.op, q.handle = found.op, found.handle
	return q
}

// flagOf is the part of the query that chooses the call: "?Detail" has no "=", and of TG only the presence counts.
func flagOf(r *http.Request) string {
	q := r.URL.Query()
	for _, flag := range []string{"Detail", "XML", "PDF", "Print", "TG"} {
		if q.Has(flag) {
			return " " + flag
		}
	}
	if cfg := q.Get("cfg"); cfg != "" {
		return " cfg=" + cfg
	}
	return ""
}
