package crash

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"

	"jeongsan/internal/blob"
	"jeongsan/internal/store"
)

// View says how the documents of a scene are compared.
type View struct {
	// Mask lists, by kind, the fields of a body that may differ between two lives, such as the hash of a random token.
	Mask map[string][]string
	// Keyless lists the kinds whose sort key differs between two lives: it holds a time, an id or a random token.
	Keyless []string
	// Once lists the kinds of which a repeated document counts once, such as work that was asked for twice.
	Once []string
	// Lax lists the first words of lines that a recovery may lack or have besides, where the flow's own check says more.
	Lax []string
	// Extra tells of a line whether a recovery may have it although the first run did not, such as the record of a retry.
	Extra func(line string) bool
}

// Record is what a scene is compared by: a line for each document, object and mail. Versions, ids and times are no
// part of it.
type Record struct {
	lines map[string]int
	lax   []string
	extra func(string) bool
}

// Record takes down the world.
func (v View) Record(w *World) Record { return v.record(w.Documents(), w, shelf{}) }

// shelf keeps what was read out of documents: the worlds of one flow are alike but for a few.
type shelf map[string]seen

type seen struct {
	line    string
	objects []string // that the body names
}

func (s shelf) of(v View, d store.Document) seen {
	id := d.Key.String() + "\x00" + string(d.Body)
	known, ok := s[id]
	if !ok {
		plain := unpacked(d.Body)
		known.line = v.line(d, plain)
		for _, m := range objectForm.FindAllSubmatch(plain, -1) {
			known.objects = append(known.objects, string(m[1]))
		}
		s[id] = known
	}
	return known
}

func (v View) record(documents []store.Document, w *World, s shelf) Record {
	r := Record{lines: map[string]int{}, lax: v.Lax, extra: v.Extra}
	for _, d := range documents {
		line := s.of(v, d).line
		if r.lines[line]++; slices.Contains(v.Once, d.Kind) {
			r.lines[line] = 1
		}
	}
	for _, o := range w.Bucket.Objects() {
		r.lines["object "+o.Key.String()+" "+o.SHA256]++
	}
	for _, m := range w.Mail.Delivered() {
		line := fmt.Sprintf("mail %s to %v: %s", m.ID, m.To, m.Subject)
		for _, a := range m.Attachments {
			sum := sha256.Sum256(a.Content)
			line += " + " + a.FileName + " " + hex.EncodeToString(sum[:4])
		}
		r.lines[line]++
	}
	for _, id := range w.Mail.Repeated() {
		r.lines["mail "+id+" was sent again although it had gone out"]++
	}
	if live, dead, err := w.Queue.Depth(context.Background()); err != nil || dead > 0 {
		r.lines[fmt.Sprintf("queue: %d live, %d dead (%v)", live, dead, err)]++
	}
	return r
}

// Lines are the record's lines in order, for a test that looks for something in them.
func (r Record) Lines() []string { return slices.Sorted(maps.Keys(r.lines)) }

// differences tells what got lacks of r, and what it has beyond it. An object that nothing names is an orphan, which
// is swept, and no difference.
func (r Record) differences(got Record) []string {
	var out []string
	for _, line := range r.Lines() {
		if n := got.lines[line]; n < r.lines[line] && !r.free(line) {
			out = append(out, fmt.Sprintf("missing (%d of %d): %s", r.lines[line]-n, r.lines[line], line))
		}
	}
	for _, line := range got.Lines() {
		n := got.lines[line] - r.lines[line]
		if n <= 0 || strings.HasPrefix(line, "object ") || r.free(line) || r.extra != nil && r.extra(line) {
			continue
		}
		out = append(out, fmt.Sprintf("too much (%d): %s", n, line))
	}
	return out
}

func (r Record) free(line string) bool {
	word, _, _ := strings.Cut(line, " ")
	return slices.Contains(r.lax, word)
}

func (v View) line(d store.Document, plain []byte) string {
	key := d.Key.String()
	if slices.Contains(v.Keyless, d.Kind) {
		key = strings.SplitN(d.Key.Partition().String(), "/", 4)[1] + "|*"
	}
	return fmt.Sprintf("%s %s %s", d.Kind, key, v.body(d.Kind, plain))
}

var timeForm = regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)`)

// body is the document's body without what may differ.
func (v View) body(kind string, plain []byte) string {
	var fields map[string]any
	if json.Unmarshal(plain, &fields) == nil {
		for _, f := range v.Mask[kind] {
			delete(fields, f)
		}
		if b, err := json.Marshal(fields); err == nil {
			plain = b
		}
	}
	return timeForm.ReplaceAllString(string(plain), "<time>")
}

func unpacked(body []byte) []byte {
	z, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		return body
	}
	plain, err := io.ReadAll(z)
	if err != nil {
		return body
	}
	return plain
}

var objectForm = regexp.MustCompile(`"((?:staging|working|books|tax-locked|audit)/[a-z0-9-]+/[^"]+)"`)

// dangling tells of documents that name an object which is not there.
func (v View) dangling(documents []store.Document, w *World, s shelf) []string {
	var out []string
	for _, d := range documents {
		for _, name := range s.of(v, d).objects {
			var k blob.Key
			if err := k.UnmarshalText([]byte(name)); err != nil {
				out = append(out, fmt.Sprintf("%s names an object that cannot be: %s", d.Key, name))
				continue
			}
			if _, err := w.Bucket.Stat(context.Background(), k); err != nil {
				out = append(out, fmt.Sprintf("%s names a missing object: %s", d.Key, k))
			}
		}
	}
	return out
}
