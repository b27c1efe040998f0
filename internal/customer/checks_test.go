package customer_test

import (
	"errors"
	"strings"
	"testing"

	"jeongsan/internal/customer"
	"jeongsan/internal/fault"
)

// Numbers that companies print on their own pages (NAVER, Kakao, Samsung Electronics), and a made-up one.
var realNumbers = []string{"2208162517", "1208147521", "1248100998", "1234567891"}

func TestA_business_number_has_a_check_digit(t *testing.T) {
	for _, s := range realNumbers {
		if err := customer.CheckBusinessNumber(s); err != nil {
			t.Errorf("%s is right and was refused: %v", s, err)
		}
	}
	for what, s := range map[string]string{
		"empty": "", "nine digits": "220816251", "eleven digits": "22081625170", "hyphens": "220-81-62517", "a letter": "220816251O", "full-width digits": "２２０８１６２５１７",
	} {
		t.Run(what, func(t *testing.T) { refused(t, customer.CheckBusinessNumber(s), "business_number") })
	}
}

func TestEvery_single_wrong_digit_of_a_business_number_is_found(t *testing.T) {
	for _, s := range realNumbers {
		for i := range s {
			for c := byte('0'); c <= '9'; c++ {
				wrong := s[:i] + string(c) + s[i+1:]
				if err := customer.CheckBusinessNumber(wrong); (err == nil) != (wrong == s) {
					t.Errorf("%s: %v", wrong, err)
				}
			}
		}
	}
}

func TestA_business_number_is_printed_in_three_groups(t *testing.T) {
	for in, want := range map[string]string{"2208162517": "220-81-62517", "": "", "22081": "22081"} {
		if got := customer.FormatBusinessNumber(in); got != want {
			t.Errorf("%q is printed %q", in, got)
		}
	}
}

func TestNames_hold_what_can_stand_on_a_tax_invoice(t *testing.T) {
	for what, c := range map[string]struct{ in, stored string }{
		"decomposed Hangul is composed": {"한빛소프트", "한빛소프트"},
		"blanks around it are dropped":  {"  한빛소프트　\t", "한빛소프트"},
		"hanja":                         {"韓國電子", "韓國電子"},
		"the sign of a company":         {"㈜한빛·소프트 & Co., Ltd. (1호점)", "㈜한빛·소프트 & Co., Ltd. (1호점)"},
		"signs that are no emoji":       {"①₩™®㊞", "①₩™®㊞"},
		"a hundred characters":          {strings.Repeat("가", 100), strings.Repeat("가", 100)},
	} {
		t.Run(what, func(t *testing.T) {
			c2 := hanbit()
			c2.Name = c.in
			got := c2.Normalize()
			if err := got.Validate(); err != nil || got.Name != c.stored {
				t.Errorf("%q is stored as %q: %v", c.in, got.Name, err)
			}
		})
	}
	for what, name := range map[string]string{
		"nothing": "", "blanks": " \u3000 ", "an emoji": "한빛😀", "an old emoji": "한빛☎", "a star emoji": "한빛⭐", "a watch": "⌚한빛", "a heart with a selector": "한빛❤️",
		"a keycap": "1\u20e3", "a flag": "🇰🇷한빛", "a family": "👩‍👩‍👧", "a tab inside": "한\t빛", "a line end": "한빛\n소프트", "a zero-width space": "한\u200b빛",
		"a direction mark": "\u202e한빛", "a line separator": "한\u2028빛", "a Hangul filler": "\u3164", "a private sign": "한빛\ue000", "bytes that are no text": "한빛\xff",
		"more than a hundred characters": strings.Repeat("가", 101),
	} {
		t.Run(what, func(t *testing.T) {
			c := hanbit()
			c.Name = name
			refused(t, c.Normalize().Validate(), "name")
		})
	}
}

// refused holds an error to exactly one fault, of the field and in two languages.
func refused(t testing.TB, err error, field string) {
	t.Helper()
	all := fault.All(err)
	if len(all) != 1 || all[0].Code != fault.Invalid || all[0].Field != field || all[0].Text.KO == "" || all[0].Text.EN == "" {
		t.Errorf("got %v, want an invalid %q in two languages", err, field)
	}
	var f *fault.Fault
	if errors.As(err, &f) && strings.Contains(f.Text.KO+f.Text.EN, "%!") {
		t.Errorf("the sentence is broken: %v", f.Text)
	}
}
