package popbill

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// request is a call that has found its way.
type request struct {
	http    *http.Request
	body    []byte
	op      string // the official client's name of the call
	key     string // of the document it is about, "" for none
	query   url.Values
	corpNum string // whose token came with it
	userID  string
	handle  func(*Simulator, *request) (any, error)
	product string // the scope a token needs; "" for calls without token
}

// raw is an answer that is no JSON.
type raw struct {
	contentType string
	body        []byte
}

// maxRequest bounds what is read: 100 documents of 99 items are about 4 MB.
const maxRequest = 8 << 20

// ServeHTTP answers for both hosts: they share no path.
func (s *Simulator) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequest))
	if err != nil {
		send(w, r, nil, refuse(-11010001))
		return
	}
	if strings.HasPrefix(r.URL.Path, pagesAt) {
		s.page(w, r)
		return
	}
	q := route(r)
	q.http, q.body, q.query, q.userID = r, body, r.URL.Query(), r.Header.Get("x-pb-userid")
	if q.key == "" {
		q.key = keyInBody(q)
	}
	act := s.misbehaviour(q)
	out, err := s.answer(q, act)
	s.record(q, err)
	if act.after != nil && err == nil {
		act.after(w, r)
		return
	}
	send(w, r, out, err)
}

func (s *Simulator) answer(q *request, act Action) (any, error) {
	if act.before != nil {
		if err := act.before(q.http); err != nil {
			return nil, err
		}
	}
	if q.product != "" {
		corpNum, err := s.authorize(q.http, q.product)
		if err != nil {
			return nil, err
		}
		q.corpNum = corpNum
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.catchUp()
	out, err := q.handle(s, q)
	if err == nil {
		err = s.save()
	}
	return out, err
}

// keyInBody is the key of a document that is only being made.
func keyInBody(q *request) string {
	if q.op != "registIssue" && q.op != "register" {
		return ""
	}
	var said struct {
		Key string `json:"invoicerMgtKey"`
	}
	_ = json.Unmarshal(q.body, &said) // what cannot be read is refused by the call itself
	return said.Key
}

func send(w http.ResponseWriter, r *http.Request, out any, err error) {
	var abort aborted
	if errors.As(err, &abort) {
		abort.end(w, r)
		return
	}
	status, contentType := http.StatusOK, "application/json;charset=utf-8"
	if err != nil {
		var no refusal
		if !errors.As(err, &no) {
			no = refusal{code: -99999999, status: http.StatusInternalServerError, message: err.Error()}
		}
		status, out = no.status, map[string]any{"code": no.code, "message": no.message}
	}
	var body []byte
	if file, ok := out.(raw); ok {
		contentType, body = file.contentType, file.body
	} else if body, err = json.Marshal(out); err != nil {
		status, body = http.StatusInternalServerError, []byte(`{"code":-99999999,"message":"encoding"}`)
	}
	w.Header().Set("Content-Type", contentType)
	if len(body) > 512 && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		body = zipped(body)
		w.Header().Set("Content-Encoding", "gzip") // never deflate: the official client does not read it
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body) // the client may be gone
}

func zipped(b []byte) []byte {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	_, _ = z.Write(b) // a buffer takes everything
	_ = z.Close()
	return out.Bytes()
}

// refusal is Popbill's error answer. Its HTTP status is not documented; the official clients look at "not 200" only.
type refusal struct {
	code    int64
	message string
	status  int
}

func (r refusal) Error() string { return strconv.FormatInt(r.code, 10) + " " + r.message }

// refuse makes the error answer of a number.
func refuse(code int64) error {
	status := http.StatusBadRequest
	if -99_999_999 < code && code <= -99_000_000 {
		status = http.StatusUnauthorized // guess
	}
	return refusal{code: code, message: messages[code], status: status}
}
