package popbill

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// pagesAt is where the provider's own pages are; Popbill's are elsewhere, on its web host.
const (
	pagesAt  = "/simulated/"
	pageLife = 30 * time.Second
)

// address makes the address of a page. It carries its own end, signed, so that none is remembered.
func (s *Simulator) address(r *http.Request, kind, corpNum, key string, forever bool) map[string]any {
	ends := "0"
	if !forever {
		ends = strconv.FormatInt(s.opts.Wall().Add(pageLife).Unix(), 10)
	}
	q := url.Values{"corpNum": {corpNum}, "key": {key}, "ends": {ends}, "seal": {s.mac("page\n" + kind + "\n" + corpNum + "\n" + key + "\n" + ends)}}
	base := strings.TrimSuffix(s.opts.PublicURL, "/")
	if base == "" {
		scheme := map[bool]string{true: "https://", false: "http://"}[r.TLS != nil]
		base = scheme + r.Host
	}
	return map[string]any{"url": base + pagesAt + kind + "?" + q.Encode()}
}

func (s *Simulator) documentURL(q *request) (any, error) {
	kind := q.query.Get("TG")
	if !slices.Contains([]string{"VIEW", "POPUP", "PRINT", "EPRINT", "PRINTOLD", "PDF", "MAIL"}, kind) {
		return nil, refuse(-99002014)
	}
	d, err := s.find(q)
	if err != nil {
		return nil, err
	}
	if kind == "PDF" && d.State == draft {
		return nil, refuse(-11010018)
	}
	return s.address(q.http, kind, d.CorpNum, d.Key, kind == "MAIL"), nil
}

func (s *Simulator) massPrintURL(q *request) (any, error) {
	var keys []string
	if err := json.Unmarshal(q.body, &keys); err != nil || len(keys) == 0 {
		return nil, refuse(-11010044)
	}
	if len(keys) > 100 {
		return nil, refuse(-11010045)
	}
	return s.address(q.http, "PRINT", q.corpNum, strings.Join(keys, ","), false), nil
}

func (s *Simulator) memberURL(q *request) (any, error) {
	kind := q.query.Get("TG")
	if !slices.Contains([]string{"CERT", "CHRG", "LOGIN", "TBOX", "SBOX", "SWBOX", "PBOX", "PWBOX", "WRITE"}, kind) {
		return nil, refuse(-99002014)
	}
	return s.address(q.http, kind, q.corpNum, "", false), nil
}

// page serves the provider's own pages: a plain print of the document, a PDF, or a line of text.
func (s *Simulator) page(w http.ResponseWriter, r *http.Request) {
	kind, q := strings.TrimPrefix(r.URL.Path, pagesAt), r.URL.Query()
	corpNum, key, ends := q.Get("corpNum"), q.Get("key"), q.Get("ends")
	until, err := strconv.ParseInt(ends, 10, 64)
	over := until != 0 && s.opts.Wall().Unix() > until
	if err != nil || over || q.Get("seal") != s.mac("page\n"+kind+"\n"+corpNum+"\n"+key+"\n"+ends) {
		http.Error(w, "만료되었거나 올바르지 않은 주소입니다.", http.StatusForbidden)
		return
	}
	contentType, body, err := s.render(kind, corpNum, strings.Split(key, ","))
	if err != nil {
		http.Error(w, "page", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", contentType)
	_, _ = w.Write(body) // the client may be gone
}

// render prints the documents of these keys that exist.
func (s *Simulator) render(kind, corpNum string, keys []string) (contentType string, body []byte, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.catchUp()
	var docs []*document
	for _, k := range keys {
		if d := s.byKey[docKey{corpNum, k}]; d != nil {
			docs = append(docs, d)
		}
	}
	if kind == "PDF" && len(docs) == 1 {
		return "application/pdf", docs[0].pdf(), nil
	}
	var out bytes.Buffer
	err = printed.Execute(&out, views(kind, docs))
	return "text/html;charset=utf-8", out.Bytes(), err
}

type view struct {
	Kind      string
	Documents []docView
}

type docView struct {
	Fields fields
	Lines  []fields
	Title  string
	No     string
	State  int
}

func views(kind string, docs []*document) view {
	out := view{Kind: kind}
	for _, d := range docs {
		title := "전자세금계산서"
		if d.Fields.text("taxType") == "면세" {
			title = "전자계산서"
		}
		if d.Fields.number("modifyCode") != 0 {
			title = "수정" + title
		}
		out.Documents = append(out.Documents, docView{d.Fields, d.Fields.list("detailList"), title, d.Confirm, d.State})
	}
	return out
}

var printed = template.Must(template.New("").Parse(`<!doctype html><html lang="ko"><meta charset="utf-8"><title>모의 팝빌 {{.Kind}}</title>
<style>body{font-family:sans-serif;margin:2em}table{border-collapse:collapse}td,th{border:1px solid #c33;padding:.3em .6em}</style>
<p>모의 팝빌 화면입니다({{.Kind}}). 법적 효력이 없습니다.</p>
{{range .Documents}}<h1>{{.Title}}</h1><p>승인번호 {{.No}} · 상태 {{.State}}</p>
<table><tr><th></th><th>공급자</th><th>공급받는자</th></tr>
<tr><th>등록번호</th><td>{{.Fields.invoicerCorpNum}}</td><td>{{.Fields.invoiceeCorpNum}}</td></tr>
<tr><th>상호</th><td>{{.Fields.invoicerCorpName}}</td><td>{{.Fields.invoiceeCorpName}}</td></tr>
<tr><th>대표자</th><td>{{.Fields.invoicerCEOName}}</td><td>{{.Fields.invoiceeCEOName}}</td></tr></table>
<p>작성일자 {{.Fields.writeDate}} · 공급가액 {{.Fields.supplyCostTotal}} · 세액 {{.Fields.taxTotal}} · 합계 {{.Fields.totalAmount}} ({{.Fields.purposeType}})</p>
<table><tr><th>품목</th><th>수량</th><th>단가</th><th>공급가액</th><th>세액</th></tr>
{{range .Lines}}<tr><td>{{.itemName}}</td><td>{{.qty}}</td><td>{{.unitCost}}</td><td>{{.supplyCost}}</td><td>{{.tax}}</td></tr>{{end}}</table>
{{end}}</html>`))

// pdf answers with exactly this media type: the official client compares it letter by letter.
func (s *Simulator) pdf(q *request) (any, error) {
	d, err := s.find(q)
	if err != nil {
		return nil, err
	}
	if d.State == draft {
		return nil, refuse(-11010018)
	}
	return raw{"application/pdf;charset=utf-8", d.pdf()}, nil
}

// pdf is a valid PDF of one page with the document's numbers. It has no Korean: that would take a font.
func (d *document) pdf() []byte {
	f := d.Fields
	lines := []string{
		"SIMULATED TAX INVOICE - NOT VALID", "Approval no. " + d.Confirm, "Date written " + f.text("writeDate"),
		"Supplier " + f.text("invoicerCorpNum"), "Buyer " + f.text("invoiceeCorpNum"),
		"Supply " + f.text("supplyCostTotal") + "  Tax " + f.text("taxTotal") + "  Total " + f.text("totalAmount"),
	}
	var text strings.Builder
	for i, line := range lines {
		fmt.Fprintf(&text, "BT /F1 12 Tf 60 %d Td (%s) Tj ET\n", 760-20*i, strings.NewReplacer(`\`, `\\`, "(", `\(`, ")", `\)`).Replace(line))
	}
	objects := []string{
		"<< /Type /Catalog /Pages 2 0 R >>",
		"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
		fmt.Sprintf("<< /Length %d >>\nstream\n%sendstream", text.Len(), text.String()),
		"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
	}
	var out bytes.Buffer
	out.WriteString("%PDF-1.4\n")
	offsets := make([]int, len(objects))
	for i, o := range objects {
		offsets[i] = out.Len()
		fmt.Fprintf(&out, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	at := out.Len()
	fmt.Fprintf(&out, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, offset := range offsets {
		fmt.Fprintf(&out, "%010d 00000 n \n", offset)
	}
	fmt.Fprintf(&out, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, at)
	return out.Bytes()
}
