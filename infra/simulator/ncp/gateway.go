package ncp

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const (
	apiRoot         = "/billing/v1"
	headerTimestamp = "x-ncp-apigw-timestamp"
	headerAccessKey = "x-ncp-iam-access-key"
	headerSignature = "x-ncp-apigw-signature-v2"
	skewAllowed     = 5 * time.Minute
)

// reply is an answer before it is sent.
type reply struct {
	status int
	header http.Header
	body   []byte
	cut    bool // break the line in the middle of the body
}

// serve answers one request as the gateway in front of the billing service does.
func (s *Simulator) serve(w http.ResponseWriter, r *http.Request, z Zone, path string) {
	op := strings.TrimPrefix(path, apiRoot+"/cost/")
	if err := r.ParseForm(); err != nil {
		send(w, gatewayError(r, http.StatusBadRequest, "100", "Bad Request Exception", "malformed parameters"), s.wall())
		return
	}
	act, misbehaves := s.match(z, op, r)
	if misbehaves && act.before != nil {
		act.before()
	}
	if misbehaves && act.hang {
		<-r.Context().Done()
		return
	}
	answer := s.answer(r, z, path, op, act)
	if misbehaves && act.reply != nil {
		answer = act.reply(r, op, answer)
	}
	s.record(z, op, r, answer.status)
	send(w, answer, s.wall())
}

func (s *Simulator) answer(r *http.Request, z Zone, path, op string, act Action) reply {
	a, refused := s.authenticate(r, z)
	switch {
	case refused != nil:
		return *refused
	case !strings.HasPrefix(path, apiRoot+"/cost/") || operations[op].rows == nil:
		return gatewayError(r, http.StatusNotFound, "300", "Not Found Exception", "no such operation")
	case r.Method != http.MethodGet && r.Method != http.MethodPost:
		return gatewayError(r, http.StatusMethodNotAllowed, "100", "Bad Request Exception", "method not allowed")
	}
	return s.call(r, a, op, act)
}

// authenticate checks what signature v2 signs: method, the path and query exactly as sent, time stamp and access key.
// The words of details are a guess; the codes are documented.
func (s *Simulator) authenticate(r *http.Request, z Zone) (*account, *reply) {
	fail := func(code, message, details string) (*account, *reply) {
		refused := gatewayError(r, http.StatusUnauthorized, code, message, details)
		return nil, &refused
	}
	key, stamp, signature := r.Header.Get(headerAccessKey), r.Header.Get(headerTimestamp), r.Header.Get(headerSignature)
	if key == "" || stamp == "" || signature == "" {
		return fail("200", "Authentication Failed", "Authentication information are missing.")
	}
	a := s.accounts[z][key]
	if a == nil {
		return fail("200", "Authentication Failed", "Invalid access key.")
	}
	millis, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil || s.wall().Sub(time.UnixMilli(millis)).Abs() >= skewAllowed {
		return fail("200", "Authentication Failed", "Expired timestamp.")
	}
	mac := hmac.New(sha256.New, []byte(a.SecretKey))
	mac.Write([]byte(r.Method + " " + r.RequestURI + "\n" + stamp + "\n" + key))
	if !hmac.Equal([]byte(base64.StdEncoding.EncodeToString(mac.Sum(nil))), []byte(signature)) {
		return fail("200", "Authentication Failed", "Invalid authentication information.")
	}
	if a.WithoutRights {
		return fail("210", "Permission Denied", "The sub account has no permission for this API.")
	}
	return a, nil
}

// gatewayError is the envelope of the API gateway.
func gatewayError(r *http.Request, status int, code, message, details string) reply {
	return encoded(r, status, object{{"error", object{{"errorCode", code}, {"message", message}, {"details", details}}}})
}

// serviceError is the envelope of the service behind it. That billing uses it is a guess; other services of the provider do.
func serviceError(r *http.Request, status int, code, message string) reply {
	return encoded(r, status, object{{"responseError", object{{"returnCode", code}, {"returnMessage", message}}}})
}

// encoded prints JSON only when asked to: the default is XML.
func encoded(r *http.Request, status int, root object) reply {
	if r.Form.Get("responseFormatType") == "json" {
		return reply{status: status, header: http.Header{"Content-Type": {"application/json;charset=utf-8"}}, body: asJSON(root)}
	}
	return reply{status: status, header: http.Header{"Content-Type": {"application/xml;charset=utf-8"}}, body: asXML(root)}
}

func send(w http.ResponseWriter, a reply, wall time.Time) {
	for name, values := range a.header {
		w.Header()[name] = values
	}
	w.Header().Set("Date", wall.UTC().Format(http.TimeFormat))
	w.Header().Set("Content-Length", strconv.Itoa(len(a.body)))
	w.WriteHeader(a.status)
	if !a.cut {
		_, _ = w.Write(a.body) // the client may be gone
		return
	}
	_, _ = w.Write(a.body[:len(a.body)/2])
	if f, ok := w.(http.Flusher); ok {
		f.Flush()
	}
	panic(http.ErrAbortHandler) // net/http's way to break a connection
}
