package pages

import (
	"net/http"

	"jeongsan/internal/fault"
)

// language is one of the two of the product.
type language string

const (
	korean  language = "ko"
	english language = "en"
)

// languageOf is Korean unless the reader chose otherwise.
func languageOf(r *http.Request) language {
	if c, err := r.Cookie("lang"); err == nil && c.Value == string(english) {
		return english
	}
	return korean
}

func (l language) other() language {
	if l == english {
		return korean
	}
	return english
}

// say picks the sentence of the language.
func (l language) say(t fault.Text) string {
	if l == english {
		return t.EN
	}
	return t.KO
}

// t is a text of the table with its arguments. A key that is not in the table shows itself; a test finds it.
func (l language) t(key string, args ...any) string {
	found, ok := words[key]
	if !ok {
		return "{" + key + "}"
	}
	return l.say(fault.T(found.KO, found.EN, args...))
}

func (v *visit) t(key string, args ...any) string { return v.lang.t(key, args...) }
