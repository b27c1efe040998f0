package document

import (
	"fmt"
	"sort"
	"strings"
	"unicode/utf8"
)

// A layout is the document before it is written: pages of marks at fixed places, in points from the upper left
// corner. Pages are complete before the first byte is written, so that each can carry "page 2 of 7".
type layout struct {
	fonts    *fonts
	pages    []*page
	replaced map[rune]*Replacement
	err      error // the first failure of a font; drawing goes on and the writer returns it
}

// Replacement is a character of the invoice that no font has. It stands as □ in the PDF.
type Replacement struct {
	Char  string // the character itself
	Code  string // "U+1F600"
	Count int
	In    string // the first text it was found in
}

const missingGlyph = '□'

type page struct {
	w, h  float64
	marks []mark
}

type markKind uint8

const (
	markText markKind = iota
	markBox
	markRule
	markPicture
	markStamp // large, slanted, see-through text across the page
)

type mark struct {
	kind       markKind
	x, y, w, h float64 // text: y is the baseline; rule: w, h are its far end and its thickness is size
	size       float64
	face       faceID
	color      rgb
	text       string
	picture    logo
}

type rgb struct{ r, g, b uint8 }

// style is how text is set.
type style struct {
	face  faceID
	size  float64
	color rgb
}

func (s style) lineHeight() float64 { return s.size * 1.42 }

// baseline is where the text stands in a line that begins at top: capitals and Hangul are centred in the line.
func (s style) baseline(top float64) float64 { return top + s.lineHeight()/2 + s.size*0.36 }

type align uint8

const (
	left align = iota
	center
	right
)

func (l *layout) addPage(w, h float64) *page {
	p := &page{w: w, h: h}
	l.pages = append(l.pages, p)
	return p
}

func (p *page) box(x, y, w, h float64, fill rgb) {
	p.marks = append(p.marks, mark{kind: markBox, x: x, y: y, w: w, h: h, color: fill})
}

func (p *page) rule(x1, y, x2, thickness float64, color rgb) {
	p.marks = append(p.marks, mark{kind: markRule, x: x1, y: y, w: x2, h: y, size: thickness, color: color})
}

func (p *page) picture(l logo, x, y, w, h float64) {
	p.marks = append(p.marks, mark{kind: markPicture, x: x, y: y, w: w, h: h, picture: l})
}

func (p *page) stamp(text string, color rgb) {
	p.marks = append(p.marks, mark{kind: markStamp, x: p.w / 2, y: p.h / 2, w: p.w, size: p.w / 5, face: bold, color: color, text: text})
}

// line sets one line of prepared text in a box that begins at (x, top); it does not wrap.
func (l *layout) line(p *page, text string, s style, x, top, w float64, a align) {
	if text == "" {
		return
	}
	switch a {
	case right:
		x += w - l.width(text, s)
	case center:
		x += (w - l.width(text, s)) / 2
	}
	p.marks = append(p.marks, mark{kind: markText, x: x, y: s.baseline(top), size: s.size, face: s.face, color: s.color, text: text})
}

// lines sets lines under each other and returns the y below the last.
func (l *layout) lines(p *page, lines []string, s style, x, top, w float64, a align) float64 {
	for _, line := range lines {
		l.line(p, line, s, x, top, w, a)
		top += s.lineHeight()
	}
	return top
}

// para wraps and sets text, and returns the y below it.
func (l *layout) para(p *page, text string, s style, x, top, w float64) float64 {
	return l.lines(p, l.wrap(l.prepare(text), s, w), s, x, top, w, left)
}

// prepare makes text from outside printable with our fonts and takes down what had to be replaced.
func (l *layout) prepare(text string) string {
	text = plain(text)
	return strings.Map(func(r rune) rune {
		if r == '\n' {
			return r
		}
		_, found, err := l.fonts.faceFor(regular, r)
		if err != nil && l.err == nil {
			l.err = err
		}
		if found {
			return r
		}
		l.replace(r, text)
		return missingGlyph
	}, text)
}

func (l *layout) replace(r rune, in string) {
	if seen, ok := l.replaced[r]; ok {
		seen.Count++
		return
	}
	l.replaced[r] = &Replacement{Char: string(r), Code: fmt.Sprintf("U+%04X", r), Count: 1, In: in}
}

// replacements lists what was replaced, by code.
func (l *layout) replacements() []Replacement {
	runes := make([]rune, 0, len(l.replaced))
	for r := range l.replaced {
		runes = append(runes, r)
	}
	sort.Slice(runes, func(i, j int) bool { return runes[i] < runes[j] })
	var list []Replacement
	for _, r := range runes {
		list = append(list, *l.replaced[r])
	}
	return list
}

// run is a stretch of text in one face.
type run struct {
	face faceID
	text string
}

// runs splits prepared text where the face has to change.
func (l *layout) runs(text string, id faceID) []run {
	var list []run
	start, current := 0, id
	for i, r := range text {
		next, _, _ := l.fonts.faceFor(id, r) // prepared: every character has a face
		if next == current {
			continue
		}
		if i > start {
			list = append(list, run{current, text[start:i]})
		}
		start, current = i, next
	}
	return append(list, run{current, text[start:]})
}

// width is the width of one line of prepared text in points.
func (l *layout) width(text string, s style) float64 {
	f := l.fonts.faces[s.face]
	if l.covered(text, f) {
		return float64(f.measure(text)) * s.size / 1000
	}
	total := 0
	for _, r := range l.runs(text, s.face) {
		total += l.fonts.face(r.face).measure(r.text)
	}
	return float64(total) * s.size / 1000
}

func (l *layout) covered(text string, f *face) bool {
	for _, r := range text {
		if !f.has(r) {
			return false
		}
	}
	return true
}

// wrap breaks prepared text into lines no wider than w: between words where it can (Hangul too: Korean breaks
// at blanks), inside a word only when the word alone is wider than the line.
func (l *layout) wrap(text string, s style, w float64) []string {
	if text == "" {
		return nil
	}
	if strings.IndexByte(text, '\n') < 0 && l.width(text, s) <= w {
		return []string{text}
	}
	var lines []string
	for line := range strings.SplitSeq(text, "\n") {
		lines = append(lines, l.wrapLine(strings.TrimSpace(line), s, w)...)
	}
	return lines
}

func (l *layout) wrapLine(text string, s style, w float64) []string {
	var lines []string
	for text != "" && l.width(text, s) > w {
		cut := l.breakAt(text, s, w)
		lines = append(lines, strings.TrimRight(text[:cut], " "))
		text = strings.TrimLeft(text[cut:], " ")
	}
	return append(lines, text)
}

// breakAt is the byte after which the first line ends: the last blank that fits, unless that would leave most of
// the line empty; else the last hyphen or bracket; else the last character; and never nothing.
func (l *layout) breakAt(text string, s style, w float64) int {
	used, blank, other, end := 0.0, 0, 0, 0
	for i, r := range text {
		used += l.runeWidth(r, s)
		if used > w && r != ' ' {
			break
		}
		end = i + utf8.RuneLen(r)
		switch {
		case r == ' ':
			blank = end
		case strings.ContainsRune("-/_,)]:;", r):
			other = end
		}
	}
	switch {
	case blank > end*2/5 || blank > other:
		return blank
	case other > 0:
		return other
	case end > 0:
		return end
	}
	_, first := utf8.DecodeRuneInString(text)
	return first
}

func (l *layout) runeWidth(r rune, s style) float64 {
	id, _, _ := l.fonts.faceFor(s.face, r)
	f := l.fonts.face(id)
	return float64(int(f.width[r])+f.thousandths(2*f.side(r))) * s.size / 1000
}

// fit is the style made smaller, down to two thirds, so that text is no wider than w.
func (l *layout) fit(text string, s style, w float64) style {
	width := l.width(text, s)
	if width <= w {
		return s
	}
	s.size *= max(w/width, 2.0/3)
	s.size = float64(int(s.size*20)) / 20
	return s
}
