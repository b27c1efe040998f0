package document

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func newLayout(t *testing.T) *layout {
	t.Helper()
	f, err := loadFonts()
	if err != nil {
		t.Fatal(err)
	}
	return &layout{fonts: f, replaced: map[rune]*Replacement{}}
}

func TestDigits_but_the_narrow_1_are_all_but_equally_wide_so_that_amounts_line_up(t *testing.T) {
	l := newLayout(t)
	for _, id := range []faceID{regular, bold} {
		want := l.width("00,000,000", style{face: id, size: 10})
		for _, digit := range "23456789" {
			amount := strings.ReplaceAll("00,000,000", "0", string(digit))
			if got := l.width(amount, style{face: id, size: 10}); got < want*0.985 || got > want*1.015 {
				t.Errorf("%s: %s is %.2f points wide, not %.2f", faceNames[id], amount, got, want)
			}
		}
	}
}

func TestNo_gap_between_digits_is_taken_for_a_blank_when_a_number_is_copied(t *testing.T) {
	l := newLayout(t)
	for _, id := range []faceID{regular, bold} {
		f := l.fonts.face(id)
		for _, left := range "0123456789" {
			for _, right := range "0123456789" {
				if gap := f.thousandths(int(f.kern(left, right, 0, 0, 0))); gap >= 100 {
					t.Errorf("%s: %c%c stand %d thousandths of the size apart", faceNames[id], left, right, gap)
				}
			}
		}
	}
}

func TestWrapped_text_loses_nothing_and_fits_its_width(t *testing.T) {
	l := newLayout(t)
	s := style{face: regular, size: 9}
	words := rapid.StringMatching(`[ a-zA-Z0-9가-힣漢字金,./()_-]{0,120}`)
	rapid.Check(t, func(rt *rapid.T) {
		text := l.prepare(words.Draw(rt, "text"))
		w := rapid.Float64Range(12, 200).Draw(rt, "width")
		lines := l.wrap(text, s, w)
		bare := func(s string) string { return strings.ReplaceAll(s, " ", "") }
		if got := strings.Join(lines, ""); bare(got) != bare(text) {
			rt.Fatalf("%q became %q", text, lines)
		}
		for _, line := range lines {
			if l.width(line, s) > w+0.1 && len([]rune(line)) > 1 {
				rt.Fatalf("line %q of %q is %.2f wide, more than %.2f", line, text, l.width(line, s), w)
			}
		}
	})
}

func TestEvery_modern_syllable_is_in_both_faces(t *testing.T) {
	l := newLayout(t)
	for r := '가'; r <= '힣'; r++ {
		if !l.fonts.faces[regular].has(r) || !l.fonts.faces[bold].has(r) {
			t.Fatalf("%c is missing", r)
		}
	}
	for _, r := range "㈜₩①~·×□–" {
		if !l.fonts.faces[regular].has(r) || !l.fonts.faces[bold].has(r) {
			t.Errorf("%c is missing", r)
		}
	}
}
