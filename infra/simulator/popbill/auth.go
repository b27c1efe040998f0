package popbill

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"
)

const (
	skewAllowed = 10 * time.Minute // guess
	tokenLife   = 30 * time.Minute // guess
	expiryForm  = "2006-01-02T15:04:05.000Z"
)

// grant is what a token says. It is carried in the token, signed, so that tokens survive a restart.
type grant struct {
	CorpNum    string    `json:"c"`
	Scope      []string  `json:"s"`
	Expires    time.Time `json:"e"`
	Generation int       `json:"g"`
}

// ExpireTokens makes every token given so far a run-out one.
func (s *Simulator) ExpireTokens() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.generation++
}

func (s *Simulator) token(q *request) (any, error) {
	if err := s.checkSignature(q); err != nil {
		return nil, err
	}
	var asked struct {
		AccessID string   `json:"access_id"`
		Scope    []string `json:"scope"`
	}
	if err := json.Unmarshal(q.body, &asked); err != nil {
		return nil, refuse(-99010001)
	}
	if s.state.Members[asked.AccessID] == nil {
		return nil, refuse(-99003008)
	}
	expires := s.opts.Wall().UTC().Add(tokenLife)
	return map[string]any{
		"session_token": s.seal(grant{asked.AccessID, asked.Scope, expires, s.generation}),
		"serviceID":     strings.Split(strings.Trim(q.http.URL.Path, "/"), "/")[0],
		"linkID":        s.opts.LinkID, "userID": "", "partnerCode": "SIMULATED", "usercode": asked.AccessID,
		"scope": asked.Scope, "ipaddress": "127.0.0.1", "expiration": expires.Format(expiryForm),
	}, nil
}

// checkSignature does what Linkhub does with the raw bytes of a request for a token.
func (s *Simulator) checkSignature(q *request) error {
	h := q.http.Header
	date := h.Get("x-lh-date")
	if date == "" {
		return refuse(-99010002)
	}
	at, err := time.Parse(time.RFC3339, date)
	if err != nil {
		return refuse(-99010003)
	}
	if s.opts.Wall().Sub(at).Abs() > skewAllowed {
		return refuse(-99010004)
	}
	bearer := h.Get("Authorization")
	if bearer == "" {
		return refuse(-99010005)
	}
	words := strings.Split(bearer, " ")
	if len(words) != 3 || words[0] != "LINKHUB" {
		return refuse(-99010006)
	}
	if words[1] != s.opts.LinkID {
		return refuse(-99003004)
	}
	digest := sha256.Sum256(q.body)
	lines := []string{"POST", base64.StdEncoding.EncodeToString(digest[:]), date}
	if forwarded := h.Get("x-lh-forwarded"); forwarded != "" {
		lines = append(lines, forwarded)
	}
	lines = append(lines, h.Get("x-lh-version"), q.http.URL.Path)
	if h.Get("x-lh-version") != "2.0" || !hmac.Equal([]byte(words[2]), []byte(s.mac(strings.Join(lines, "\n")))) {
		return refuse(-99010007)
	}
	return nil
}

func (s *Simulator) mac(text string) string {
	m := hmac.New(sha256.New, s.key)
	m.Write([]byte(text))
	return base64.StdEncoding.EncodeToString(m.Sum(nil))
}

func (s *Simulator) seal(g grant) string {
	plain, _ := json.Marshal(g) // strings and numbers
	text := base64.RawURLEncoding.EncodeToString(plain)
	return text + "." + s.mac("token\n"+text)
}

// authorize returns whose token a request carries.
func (s *Simulator) authorize(r *http.Request, product string) (string, error) {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		return "", refuse(-99010005)
	}
	text, mac, _ := strings.Cut(token, ".")
	if !hmac.Equal([]byte(mac), []byte(s.mac("token\n"+text))) {
		return "", refuse(-99910004)
	}
	plain, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return "", refuse(-99910004)
	}
	var g grant
	if err := json.Unmarshal(plain, &g); err != nil {
		return "", refuse(-99910004)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case g.Generation != s.generation || !s.opts.Wall().Before(g.Expires):
		return "", refuse(-99000026)
	case !slices.Contains(g.Scope, product):
		return "", refuse(-99910002)
	case s.state.Members[g.CorpNum] == nil:
		return "", refuse(-99003008)
	}
	return g.CorpNum, nil
}

func (s *Simulator) time(*request) (any, error) {
	return raw{"text/plain;charset=utf-8", []byte(s.opts.Wall().UTC().Format(expiryForm))}, nil
}
