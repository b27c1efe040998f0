package schedule

import (
	"math/bits"
	"strconv"
	"strings"
)

// set is a set of small numbers (minutes, hours, days, months, weekdays).
type set uint64

func (s set) has(n int) bool { return s>>uint(n)&1 == 1 }

// from is the smallest member at or after n.
func (s set) from(n int) (int, bool) {
	rest := s >> uint(n) << uint(n)
	return bits.TrailingZeros64(uint64(rest)), rest != 0
}

// field is the range of one cron field and the names its values may have.
type field struct {
	low, high int
	names     []string // of low, low+1, …; nil for none
}

var (
	minuteField  = field{0, 59, nil}
	hourField    = field{0, 23, nil}
	dayField     = field{1, 31, nil}
	monthField   = field{1, 12, []string{"JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"}}
	weekdayField = field{1, 7, []string{"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"}}
	yearField    = field{1970, 2199, nil}
)

// numbers reads "*", "5", "1-5", "0/15", "1-30/2" and comma lists of these into spans.
func (f field) numbers(text string) ([]span, bool) {
	var out []span
	for part := range strings.SplitSeq(text, ",") {
		s, ok := f.span(part)
		if !ok {
			return nil, false
		}
		out = append(out, s)
	}
	return out, true
}

// span is every step-th number from low to high.
type span struct{ low, high, step int }

func (s span) has(n int) bool { return n >= s.low && n <= s.high && (n-s.low)%s.step == 0 }

func (f field) span(text string) (span, bool) {
	base, stepText, stepped := strings.Cut(text, "/")
	step := 1
	if stepped {
		n, err := strconv.Atoi(stepText)
		if err != nil || n < 1 || n > f.high {
			return span{}, false
		}
		step = n
	}
	if base == "*" {
		return span{f.low, f.high, step}, true
	}
	lowText, highText, ranged := strings.Cut(base, "-")
	low, ok := f.number(lowText)
	if !ok {
		return span{}, false
	}
	if !ranged {
		if stepped { // "5/15": from 5 to the end
			return span{low, f.high, step}, true
		}
		return span{low, low, 1}, true
	}
	high, ok := f.number(highText)
	if !ok || high < low {
		return span{}, false
	}
	return span{low, high, step}, true
}

func (f field) number(text string) (int, bool) {
	for i, name := range f.names {
		if strings.EqualFold(text, name) {
			return f.low + i, true
		}
	}
	n, err := strconv.Atoi(text)
	return n, err == nil && n >= f.low && n <= f.high
}

// set reads the field's numbers as a set; only for fields whose numbers are below 64.
func (f field) set(text string) (set, bool) {
	spans, ok := f.numbers(text)
	var s set
	for _, sp := range spans {
		for n := sp.low; n <= sp.high; n += sp.step {
			s |= 1 << uint(n)
		}
	}
	return s, ok
}
