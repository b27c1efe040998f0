package pages

import (
	"regexp"
	"strings"
)

// span is a piece of a mail's text, as it is shown: the words themselves, or an address that can be followed.
type span struct {
	Text string
	Link bool
}

var webAddress = regexp.MustCompile(`https?://[^\s<>"']+`)

// letter cuts a mail's text at its web addresses. It makes no markup: the template escapes every piece.
func letter(text string) []span {
	var out []span
	from := 0
	for _, at := range webAddress.FindAllStringIndex(text, -1) {
		to := from + len(strings.TrimRight(text[from:at[1]], ".,;:!?)")) // a sentence ends, the address does not hold its stop
		to = max(to, at[0])
		out = append(out, span{Text: text[from:at[0]]}, span{Text: text[at[0]:to], Link: true})
		from = to
	}
	return append(out, span{Text: text[from:]})
}

// kind is a content type as people call it.
func kind(contentType string) string {
	switch base, _, _ := strings.Cut(contentType, ";"); base {
	case "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet":
		return "XLSX"
	case "application/pdf":
		return "PDF"
	case "application/gzip":
		return "gzip"
	case "image/png":
		return "PNG"
	default:
		return base
	}
}
