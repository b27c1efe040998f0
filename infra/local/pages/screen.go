package pages

import (
	"bytes"
	"embed"
	"html/template"
	"io"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"
	"time"

	"jeongsan/internal/calendar"
	"jeongsan/internal/customer"
	"jeongsan/internal/fault"
	"jeongsan/internal/money"
)

//go:embed templates style.css
var files embed.FS

// screen is a page's template within the layout, in one language.
type screen struct{ *template.Template }

// Execute writes the whole page.
func (s screen) Execute(w io.Writer, f frame) error { return s.ExecuteTemplate(w, "layout.html", f) }

// layouts are shared by every page; the other templates are a page each.
var layouts = []string{"templates/layout.html", "templates/parts.html", "templates/taxparts.html"}

// screens is every page in each language, read once.
var screens = sync.OnceValue(readScreens)

// readScreens panics on a broken template: they are part of the program.
func readScreens() map[language]map[string]screen {
	out := map[language]map[string]screen{}
	all, err := files.ReadDir("templates")
	if err != nil {
		panic(err)
	}
	for _, l := range []language{korean, english} {
		out[l] = map[string]screen{}
		shared := template.Must(template.New("layout.html").Funcs(l.functions()).ParseFS(files, layouts...))
		for _, f := range all {
			name := strings.TrimSuffix(f.Name(), ".html")
			if name == "layout" || name == "parts" || name == "taxparts" {
				continue
			}
			own := template.Must(template.Must(shared.Clone()).ParseFS(files, path.Join("templates", f.Name())))
			out[l][name] = screen{own}
		}
	}
	return out
}

// functions are what templates call, bound to a language.
func (l language) functions() template.FuncMap {
	return template.FuncMap{
		"t":      l.t,
		"say":    l.say,
		"won":    l.won,
		"month":  l.month,
		"num":    grouped,
		"count":  count,
		"date":   calendar.Date.String,
		"when":   when,
		"size":   size,
		"person": addressee,
		"short":  short,
		"nth":    func(first, i int) string { return count(first + i) },
		"letter": letter,
		"kind":   kind,
		"nts":    confirmation,
		"tail":   tail,
		"biz":    customer.FormatBusinessNumber,
		"neg":    money.Amount.Neg,
		"days":   l.daysLeft,
	}
}

// won is an amount with its unit, which is printed paler than the figure.
func (l language) won(a money.Amount) template.HTML {
	number := template.HTMLEscapeString(a.English())
	if l == korean {
		number = template.HTMLEscapeString(a.Korean())
		if figure, isWon := strings.CutSuffix(number, "원"); isWon {
			number = figure + "<i>원</i>"
		}
	}
	class := "won"
	switch {
	case a.IsZero():
		class += " nil"
	case a.Sign() < 0:
		class += " minus"
	}
	return template.HTML(`<span class="` + class + `">` + number + `</span>`)
}

func (l language) month(m calendar.Month) string {
	if l == korean || m.IsZero() {
		return m.Korean()
	}
	return m.First().Start().Format("January 2006")
}

// daysLeft writes how far a deadline is away: D-3, D-day, D+2.
func (l language) daysLeft(n int) string {
	switch {
	case n > 0:
		return "D-" + count(n)
	case n < 0:
		return "D+" + count(-n)
	}
	return l.t("due.today")
}

// grouped is an exact number with thousands separators.
func grouped(d money.Decimal) string {
	whole, fraction, dotted := strings.Cut(d.Canonical(), ".")
	digits, negative := strings.CutPrefix(whole, "-")
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	if negative {
		digits = "-" + digits
	}
	if dotted {
		return digits + "." + fraction
	}
	return digits
}

// count is a whole number with thousands separators.
func count(n int) string { return grouped(money.Int(int64(n))) }

// when is a moment in Seoul, to the second where it has any.
func when(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	t = t.In(calendar.Seoul)
	if t.Second() == 0 {
		return t.Format("2006-01-02 15:04")
	}
	return t.Format("2006-01-02 15:04:05")
}

// size is bytes as people read them.
func size(n int64) string {
	const kibi = 1 << 10
	switch {
	case n < kibi:
		return strconv.FormatInt(n, 10) + " B"
	case n < kibi*kibi:
		return tenths(n, kibi) + " KiB"
	}
	return tenths(n, kibi*kibi) + " MiB"
}

func tenths(n, unit int64) string {
	return strconv.FormatInt(n/unit, 10) + "." + strconv.FormatInt(n%unit*10/unit, 10)
}

// short is the head of a hash, enough to compare by eye.
func short(hash string) string {
	if len(hash) > 12 {
		return hash[:12]
	}
	return hash
}

// choice is one option of a form.
type choice struct {
	Value, Text string
	Chosen      bool
}

// say is for texts that come from the nouns.
func (v *visit) say(t fault.Text) string { return v.lang.say(t) }

func style(w http.ResponseWriter, r *http.Request) {
	css, err := files.ReadFile("style.css")
	if err != nil {
		panic(err) // it is part of the program
	}
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	http.ServeContent(w, r, "style.css", time.Time{}, bytes.NewReader(css))
}
