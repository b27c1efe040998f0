package popbill

import (
	"encoding/json"
	"fmt"
)

// state is all that a restart must not lose.
type state struct {
	Documents []*document
	rest
}

type rest struct {
	Members    map[string]*Member
	Businesses map[string]Business
	Rejections map[string]string // by key of the document, "" for all
	Bulks      []*bulk
	Events     []*event        // webhooks that are not delivered yet
	Registered int             // documents made
	Confirmed  map[string]bool // approval numbers given
	Notified   int             // webhooks made
}

// State is everything the provider remembers, as JSON.
func (s *Simulator) State() ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state.encode()
}

// encode is JSON with each document encoded once per change only: every save writes all of them.
func (s *state) encode() ([]byte, error) {
	others, err := json.Marshal(s.rest)
	if err != nil {
		return nil, err
	}
	out := []byte(`{"Documents":[`)
	for i, d := range s.Documents {
		if i > 0 {
			out = append(out, ',')
		}
		if d.encoded == nil {
			if d.encoded, err = json.Marshal(d); err != nil {
				return nil, err
			}
		}
		out = append(out, d.encoded...)
	}
	out = append(out, "],"...)
	return append(out, others[1:]...), nil // the fields stand beside Documents
}

// Restore takes back what State or Options.Save gave. Members that are in the options and not in the state are added.
func (s *Simulator) Restore(saved []byte) error {
	var was state
	if err := json.Unmarshal(saved, &was); err != nil {
		return fmt.Errorf("the saved state of the simulated Popbill cannot be read: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for corpNum, m := range s.state.Members {
		if was.Members[corpNum] == nil {
			was.Members = with(was.Members, corpNum, m)
		}
	}
	for corpNum, b := range s.state.Businesses {
		if _, known := was.Businesses[corpNum]; !known {
			was.Businesses = with(was.Businesses, corpNum, b)
		}
	}
	if was.Rejections == nil {
		was.Rejections = map[string]string{}
	}
	s.state = was
	s.index()
	return nil
}

func with[V any](m map[string]V, key string, v V) map[string]V {
	if m == nil {
		m = map[string]V{}
	}
	m[key] = v
	return m
}

// index rebuilds what is derived from the state.
func (s *Simulator) index() {
	s.byKey, s.underway = map[docKey]*document{}, map[*document]bool{}
	for _, d := range s.state.Documents {
		if d.Deleted {
			continue
		}
		s.byKey[docKey{d.CorpNum, d.Key}] = d
		if d.State >= issued && d.State < sent {
			s.underway[d] = true
		}
	}
}

// save hands the state out when it has changed. The caller holds the lock.
func (s *Simulator) save() error {
	if !s.dirty {
		return nil
	}
	if s.opts.Save != nil {
		text, err := s.state.encode()
		if err != nil {
			return err
		}
		if err := s.opts.Save(text); err != nil {
			return fmt.Errorf("the state of the simulated Popbill was not saved: %w", err)
		}
	}
	s.dirty = false
	return nil
}
