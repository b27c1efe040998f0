package document

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"jeongsan/internal/money"
)

// plain makes text from outside fit to be printed: composed (NFC: a name typed on a Mac arrives as decomposed
// Hangul), line breaks as \n, and without characters that have no form of their own (controls, zero-width
// joiners, bidirectional overrides, variation selectors).
func plain(s string) string {
	if simple(s) {
		return s
	}
	s = norm.NFC.String(strings.ToValidUTF8(s, "\uFFFD"))
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return strings.TrimSpace(strings.Map(visible, s))
}

// simple reports whether plain would return s as it is: printable ASCII, modern Hangul syllables and common
// hanja without outer blanks, which is nearly all text of a bill.
func simple(s string) bool {
	for _, r := range s {
		switch {
		case ' ' <= r && r <= '~', r == '·', '가' <= r && r <= '힣', '一' <= r && r <= '龥':
		default:
			return false
		}
	}
	return s == "" || s[0] != ' ' && s[len(s)-1] != ' '
}

func visible(r rune) rune {
	switch {
	case r == '\n':
		return r
	case r == '\r' || r == '\u2028' || r == '\u2029':
		return '\n'
	case r == '\t' || r == '\u00a0' || r == '\u3000':
		return ' '
	case unicode.Is(unicode.Variation_Selector, r) || unicode.In(r, unicode.Cc, unicode.Cf):
		return -1
	}
	return r
}

// grouped is an exact decimal with thousands separators and at least the given places.
func grouped(x money.Decimal, places int) string {
	s := x.Canonical()
	sign := ""
	if strings.HasPrefix(s, "-") {
		sign, s = "-", s[1:]
	}
	whole, fraction, _ := strings.Cut(s, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	for len(fraction) < places {
		fraction += "0"
	}
	if fraction == "" {
		return sign + whole
	}
	return sign + whole + "." + fraction
}

// significant counts the significant digits of a number in canonical notation.
func significant(canonical string) int {
	n := 0
	for i := range len(canonical) {
		c := canonical[i]
		if c >= '1' && c <= '9' || c == '0' && n > 0 {
			n++
		}
	}
	return n
}

// columns is the width of text in half-width columns, as a sheet counts them: Hangul and hanja take two.
func columns(s string) int {
	n := 0
	for _, r := range s {
		if r >= 0x1100 {
			n++
		}
		n++
	}
	return n
}

// rowsIn is how many lines text takes in a cell of the given width in half-width columns.
func rowsIn(s string, width int) int {
	if len(s) <= width && strings.IndexByte(s, '\n') < 0 {
		return 1
	}
	n := 0
	for line := range strings.SplitSeq(s, "\n") {
		n += max(1, (columns(line)+width-1)/width)
	}
	return n
}

func joined(separator string, parts ...string) string {
	kept := parts[:0:0]
	for _, p := range parts {
		if p = plain(p); p != "" {
			kept = append(kept, p)
		}
	}
	return strings.Join(kept, separator)
}
