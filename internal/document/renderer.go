package document

import (
	"crypto/sha256"
	"sync"
)

// Renderer writes documents. It holds what is worth sharing between them: the parsed fonts and the logos of the
// last few issuers. Build one per process; it is safe for concurrent use.
type Renderer struct {
	fonts func() (*fonts, error)
	logos logoShelf
}

// NewRenderer makes a renderer. The embedded fonts are parsed by its first PDF: it takes some 30 ms, which a program that
// starts to do something else should not wait for.
func NewRenderer() *Renderer {
	return &Renderer{fonts: sync.OnceValues(loadFonts), logos: logoShelf{ready: map[[sha256.Size]byte]logo{}}}
}

// maxLogosKept bounds the shelf; a process bills few issuers at a time.
const maxLogosKept = 32

// logoShelf keeps prepared logos by the hash of the original: decoding one costs more than a page of text.
type logoShelf struct {
	mu    sync.Mutex
	ready map[[sha256.Size]byte]logo
}

// get returns the logo ready to embed, and false when b is none that CheckLogo accepts: then the issuer's name
// is printed instead.
func (s *logoShelf) get(b []byte) (logo, bool) {
	if len(b) == 0 {
		return logo{}, false
	}
	key := sha256.Sum256(b)
	s.mu.Lock()
	defer s.mu.Unlock()
	if l, ok := s.ready[key]; ok {
		return l, l.png != nil
	}
	l, err := prepareLogo(b)
	if err != nil {
		l = logo{} // remembered as unusable
	}
	if len(s.ready) >= maxLogosKept {
		clear(s.ready)
	}
	s.ready[key] = l
	return l, l.png != nil
}
