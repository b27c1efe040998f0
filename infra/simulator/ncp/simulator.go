// Package ncp is a stand-in for the NCP (Naver Cloud Platform) Billing "Cost and Usage" API.
//
// It speaks the real protocol over HTTP and refuses what the real service refuses: a wrong signature, an unknown key, a
// time stamp five minutes off, a key without the right, missing or contradicting parameters. It computes costs from a
// declared world of accounts, members and contracts as of a clock that the caller owns, and can be told to misbehave.
// It imports nothing of the client it is tested against: signature, fields and envelopes are written a second time here.
//
// Invariants: the same world, clock and corrections give the same bytes; a snapshot is rewritten only at the provider's
// hours (08:02:40 KST daily, for the last time at 08:28:04 on the 1st of the next month) or by a Correction; it is safe
// for concurrent use.
//
// What the provider does not document is marked "guess" where it is decided. Used by infra/local and by tests.
package ncp

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Simulator is the provider: an http.Handler for all zones.
type Simulator struct {
	now, wall     func() time.Time
	pagesFromZero bool
	accounts      map[Zone]map[string]*account // by access key

	mu          sync.Mutex
	corrections []correction
	rules       []*rule
	calls       []Call
}

// New checks the world and compiles it.
func New(w World) (*Simulator, error) {
	if w.Now == nil {
		return nil, fmt.Errorf("the simulated provider needs a clock")
	}
	s := &Simulator{now: w.Now, wall: w.Wall, pagesFromZero: w.PagesFromZero, accounts: map[Zone]map[string]*account{}}
	if s.wall == nil {
		s.wall = time.Now
	}
	for _, declared := range w.Accounts {
		a, err := compileAccount(declared)
		if err != nil {
			return nil, err
		}
		if s.accounts[a.Zone] == nil {
			s.accounts[a.Zone] = map[string]*account{}
		}
		if s.accounts[a.Zone][a.AccessKey] != nil {
			return nil, fmt.Errorf("access key %s is declared twice in zone %s", a.AccessKey, a.Zone)
		}
		s.accounts[a.Zone][a.AccessKey] = a
	}
	return s, nil
}

// BaseURL is what a client is given to reach a zone at a server that serves the whole Simulator.
func BaseURL(server string, z Zone) string {
	return strings.TrimSuffix(server, "/") + "/" + string(z) + apiRoot
}

// ServeHTTP finds the zone by the provider's own host name or by the first element of the path (see BaseURL).
func (s *Simulator) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	host, _, _ := strings.Cut(r.Host, ":")
	for zone, name := range hosts {
		if host == name {
			s.serve(w, r, zone, r.URL.Path)
			return
		}
	}
	first, rest, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	s.serve(w, r, Zone(first), "/"+rest)
}

// Zone serves one zone at the root of a server of its own.
func (s *Simulator) Zone(z Zone) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.serve(w, r, z, r.URL.Path) })
}

// requestID has the form of a UUID and depends on nothing but the question and the clock.
func (s *Simulator) requestID(r *http.Request) string {
	sum := sha256.Sum256([]byte(r.RequestURI + "|" + r.Header.Get(headerAccessKey) + "|" + s.now().UTC().Format(time.RFC3339)))
	x := hex.EncodeToString(sum[:16])
	return x[:8] + "-" + x[8:12] + "-" + x[12:16] + "-" + x[16:20] + "-" + x[20:]
}
