package pages

import (
	"io/fs"
	"os"
	"regexp"
	"strings"
	"testing"

	"jeongsan/internal/app"
	"jeongsan/internal/blob"
	"jeongsan/internal/rating"
)

var (
	usedKey = regexp.MustCompile(`(?:\bt|text|Key:|words\[|Text: words\[|notice ==|return)\s*\(?"([a-z][a-z0-9.-]*)"`)
	verb    = regexp.MustCompile(`%(\[\d\])?[a-z]`)
)

// formed are the beginnings of keys that are put together while the program runs, and their ends.
func formed() map[string][]string {
	jobs := append(app.Scheduled(), app.IngestAccount, app.DraftCustomer, app.BillCustomer, app.Documents, app.Send, app.TaxIssue, app.TaxFollow, app.PaymentCharge, app.PaymentAsk, app.PaymentApply, app.PaymentCard)
	out := map[string][]string{"job.": jobs, "done.": {"send", "upload", "take-back", "revoke", "move", "redrive",
		"tax-issue", "tax-revised", "tax-cancel", "tax-mail", "tax-memo", "tax-give-up", "tax-amend", "charge", "charge-open", "refund", "refund-open", "give-up", "resolve", "send-many"}}
	for _, g := range []rating.Group{rating.GroupUsage, rating.GroupDiscount, rating.GroupOther, rating.GroupRounding} {
		out["group."] = append(out["group."], string(g))
	}
	for _, c := range []blob.Class{blob.Books, blob.Working, blob.Staging, blob.TaxLocked, blob.Audit} {
		out["class."] = append(out["class."], string(c))
	}
	for _, key := range standingText {
		out["count."] = append(out["count."], strings.TrimPrefix(key, "count."))
	}
	out["operand."] = []string{"base", "supply", "vat", "usage", "discount", "other", "rounding", "lines", "after", "before"}
	return out
}

// used collects the keys that templates and code name.
func used(t *testing.T) map[string]bool {
	t.Helper()
	out := map[string]bool{}
	here := os.DirFS(".")
	for _, pattern := range []string{"templates/*.html", "*.go"} {
		names, err := fs.Glob(here, pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			if strings.HasSuffix(name, "_test.go") || strings.HasPrefix(name, "words") {
				continue
			}
			b, err := fs.ReadFile(here, name)
			if err != nil {
				t.Fatal(err)
			}
			for _, found := range usedKey.FindAllSubmatch(b, -1) {
				out[string(found[1])] = true
			}
		}
	}
	for head, ends := range formed() {
		for _, end := range ends {
			out[head+end] = true
		}
	}
	return out
}

func TestEvery_text_is_there_in_both_languages_and_is_used(t *testing.T) {
	keys := used(t)
	for key := range keys {
		w, ok := words[key]
		if strings.Contains(key, ".") && !strings.HasSuffix(key, ".") && !ok || ok && (w.KO == "" || w.EN == "") {
			t.Errorf("text %q is missing in a language", key)
		}
	}
	for key, w := range words {
		if !keys[key] {
			t.Errorf("text %q is used nowhere", key)
		}
		if ko, en := len(verb.FindAllString(w.KO, -1)), len(verb.FindAllString(w.EN, -1)); ko != en {
			t.Errorf("text %q takes %d arguments in Korean and %d in English", key, ko, en)
		}
	}
}

func TestA_job_without_a_name_of_its_own_would_be_seen(t *testing.T) {
	if got := korean.t("job.unheard-of"); got != "{job.unheard-of}" {
		t.Errorf("an unknown text is shown as %q", got)
	}
}

func TestAddresses_in_a_mail_become_links_and_nothing_else_does(t *testing.T) {
	for text, want := range map[string][]string{
		"링크: http://127.0.0.1:8080/d/hanbit.AbC-_1 입니다.": {"http://127.0.0.1:8080/d/hanbit.AbC-_1"},
		"(https://example.com/a?b=c). 끝":                 {"https://example.com/a?b=c"},
		"http://a.example, http://b.example!":            {"http://a.example", "http://b.example"},
		"javascript:alert(1) ftp://x www.example.com":    nil,
		"http://": nil,
		"":        nil,
	} {
		var links []string
		whole := ""
		for _, s := range letter(text) {
			whole += s.Text
			if s.Link {
				links = append(links, s.Text)
			}
		}
		if whole != text || strings.Join(links, " ") != strings.Join(want, " ") {
			t.Errorf("%q becomes %q with the links %q", text, whole, links)
		}
	}
}

func TestSizes_and_numbers_are_written_for_people(t *testing.T) {
	for n, want := range map[int64]string{0: "0 B", 1023: "1023 B", 1536: "1.5 KiB", 10 << 20: "10.0 MiB"} {
		if got := size(n); got != want {
			t.Errorf("%d bytes are %q, want %q", n, got, want)
		}
	}
	for in, want := range map[string]string{"-1234567.8900": "-1,234,567.89", "999": "999", "0.00000080": "0.0000008", "x": "x"} {
		if got := figure(in); got != want {
			t.Errorf("%s is written %q, want %q", in, got, want)
		}
	}
	if got := percent("0.055"); got != "5.5%" {
		t.Errorf("a ratio is written %q", got)
	}
}
