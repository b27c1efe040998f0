package document

import (
	_ "embed"
	"fmt"
	"sync"

	"github.com/signintech/gopdf"
	"github.com/signintech/gopdf/fontmaker/core"
)

// The fonts are embedded unmodified, under the SIL Open Font License 1.1 (texts beside them in font/).
// Pretendard has every modern Hangul syllable but no hanja; Noto Sans KR stands in for what it lacks.
var (
	//go:embed font/Pretendard-Regular.ttf
	pretendardRegular []byte
	//go:embed font/Pretendard-Bold.ttf
	pretendardBold []byte
	//go:embed font/NotoSansKR-Regular.ttf
	notoSansKR []byte
)

type faceID uint8

const (
	regular faceID = iota
	bold
	hanja // what Pretendard lacks; one weight, loaded when first needed
	faceCount
)

var faceNames = [faceCount]string{"Pretendard-Regular", "Pretendard-Bold", "NotoSansKR-Regular"}

// absent marks a character that the face has no glyph for.
const absent = 0xffff

// face knows how wide the characters of a font are. Widths are thousandths of the size, as the PDF states them.
//
// Pretendard's figures differ in width, and gopdf cannot switch on the font's tabular figures; a column of
// amounts would not line up. Every digit is therefore set on nearly the same width by moving its neighbours (kern).
type face struct {
	width   []uint16 // by character of the basic plane; absent when there is none
	nudge   [10]int  // font units to put on each side of a digit
	perEm   int
	tabular bool // whether figures are nudged at all
}

// mostNudge bounds a digit's nudge, in thousandths of the size. Readers that copy text, and programs that read bills,
// take a gap of a tenth of the size for a blank: two neighbours stay below that, so that an account number is copied
// whole. Only the narrow 1 is then not quite on the width of the others.
const mostNudge = 40

func newFace(data []byte, tabular bool) (*face, error) {
	var parser core.TTFParser
	if err := parser.ParseFontData(data); err != nil {
		return nil, err
	}
	f := &face{width: make([]uint16, 1<<16), perEm: int(parser.UnitsPerEm()), tabular: tabular}
	for i := range f.width {
		f.width[i] = absent
	}
	widths := parser.Widths()
	for char, glyph := range parser.Chars() {
		f.width[char] = uint16(widths[glyph] * 1000 / parser.UnitsPerEm())
	}
	if !tabular {
		return f, nil
	}
	widest := 0
	for d := range f.nudge {
		widest = max(widest, int(widths[parser.Chars()['0'+d]]))
	}
	for d := range f.nudge {
		f.nudge[d] = min((widest-int(widths[parser.Chars()['0'+d]]))/2, f.perEm*mostNudge/1000)
	}
	return f, nil
}

// has reports whether the font can draw r. Characters outside the basic plane (emoji, rare hanja) cannot be
// written by the PDF library and count as missing.
func (f *face) has(r rune) bool { return r < 1<<16 && f.width[r] != absent }

func (f *face) side(r rune) int {
	if f.tabular && '0' <= r && r <= '9' {
		return f.nudge[r-'0']
	}
	return 0
}

func (f *face) kern(left, right rune, _, _ uint, _ int16) int16 {
	return int16(f.side(left) + f.side(right))
}

func (f *face) thousandths(units int) int { return units * 1000 / f.perEm }

// measure is the width of a run in thousandths of the size, nudges at both ends included.
func (f *face) measure(run string) int {
	total, left := 0, 0
	for _, r := range run {
		side := f.side(r)
		total += int(f.width[r]) + f.thousandths(left+side)
		left = side
	}
	return total + f.thousandths(left)
}

// fonts are the parsed fonts, shared by all documents of a Renderer and safe for concurrent use.
type fonts struct {
	container gopdf.FontContainer
	faces     [hanja]*face

	spare        []byte // the font of the fallback. Only loadFonts names it, so that a program without a Renderer links no font
	fallbackOnce sync.Once
	fallback     *face
	fallbackErr  error
}

func loadFonts() (*fonts, error) {
	f := &fonts{spare: notoSansKR}
	for id, data := range [hanja][]byte{pretendardRegular, pretendardBold} {
		var err error
		if f.faces[id], err = f.load(faceID(id), data); err != nil {
			return nil, err
		}
	}
	return f, nil
}

func (f *fonts) load(id faceID, data []byte) (*face, error) {
	tabular := id != hanja
	if err := f.container.AddTTFFontDataWithOption(faceNames[id], data, gopdf.TtfOption{UseKerning: tabular}); err != nil {
		return nil, fmt.Errorf("parse font %s: %w", faceNames[id], err)
	}
	parsed, err := newFace(data, tabular)
	if err != nil {
		return nil, fmt.Errorf("measure font %s: %w", faceNames[id], err)
	}
	return parsed, nil
}

func (f *fonts) face(id faceID) *face {
	if id == hanja {
		return f.fallback
	}
	return f.faces[id]
}

// faceFor is the face that draws r where id is asked for; false when no font has it.
func (f *fonts) faceFor(id faceID, r rune) (faceID, bool, error) {
	if f.faces[id].has(r) {
		return id, true, nil
	}
	f.fallbackOnce.Do(func() { f.fallback, f.fallbackErr = f.load(hanja, f.spare) })
	if f.fallbackErr != nil {
		return 0, false, f.fallbackErr
	}
	return hanja, f.fallback.has(r), nil
}
