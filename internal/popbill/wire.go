package popbill

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"jeongsan/internal/calendar"
	"jeongsan/internal/money"
)

// Won is a whole number of won. Popbill writes amounts as strings of digits.
type Won int64

// Amount is the won as money.
func (w Won) Amount() money.Amount { return money.Won(int64(w)) }

// MarshalText writes "-1000000".
func (w Won) MarshalText() ([]byte, error) { return strconv.AppendInt(nil, int64(w), 10), nil }

// UnmarshalJSON reads a string or a number of digits; nothing, null and "" are 0.
func (w *Won) UnmarshalJSON(b []byte) error {
	s := unquoted(b)
	if s == "" {
		*w = 0
		return nil
	}
	n, err := strconv.ParseInt(s, 10, 64)
	*w = Won(n)
	return err
}

// Date is a day as "20261031".
type Date struct{ calendar.Date }

// On is the date as Popbill writes it.
func On(d calendar.Date) Date { return Date{d} }

// MarshalText writes "20261031", and "" for no date.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.Compact()), nil }

// UnmarshalJSON reads the first eight digits, so that a time is taken for its day; null and "" are no date.
func (d *Date) UnmarshalJSON(b []byte) error {
	s := unquoted(b)
	if s == "" {
		*d = Date{}
		return nil
	}
	t, err := time.ParseInLocation("20060102", s[:min(8, len(s))], calendar.Seoul)
	if err != nil {
		return err
	}
	*d = Date{calendar.DateOf(t)}
	return nil
}

const timeLayout = "20060102150405"

// Time is a moment in Seoul as "20261031150405".
type Time struct{ time.Time }

// MarshalText writes "20261031150405", and "" for no time.
func (t Time) MarshalText() ([]byte, error) {
	if t.IsZero() {
		return nil, nil
	}
	return []byte(t.In(calendar.Seoul).Format(timeLayout)), nil
}

// UnmarshalJSON reads what MarshalText writes, and a day as its first moment; null and "" are no time.
func (t *Time) UnmarshalJSON(b []byte) error {
	s := unquoted(b)
	if s == "" {
		*t = Time{}
		return nil
	}
	at, err := time.ParseInLocation(timeLayout[:min(max(len(s), 8), 14)], s, calendar.Seoul)
	*t = Time{at}
	return err
}

// Flag is a yes or no that comes as a boolean in one place and as a string in another.
type Flag bool

// UnmarshalJSON reads true, "true", "1" and "Y" as yes, anything else as no.
func (f *Flag) UnmarshalJSON(b []byte) error {
	switch strings.ToLower(unquoted(b)) {
	case "true", "1", "y":
		*f = true
	default:
		*f = false
	}
	return nil
}

// Number is a quantity or a unit price, of two decimals at most.
type Number struct{ money.Decimal }

// UnmarshalJSON reads digits, as a string or not; null and "" are 0.
func (n *Number) UnmarshalJSON(b []byte) error {
	if unquoted(b) == "" {
		*n = Number{}
		return nil
	}
	return n.Decimal.UnmarshalJSON(b)
}

// unquoted is the content of a JSON string or the digits of a JSON number; "" for null.
func unquoted(b []byte) string {
	s := string(b)
	if s == "null" {
		return ""
	}
	if strings.HasPrefix(s, `"`) {
		var plain string
		if err := json.Unmarshal(b, &plain); err == nil {
			return strings.TrimSpace(plain)
		}
	}
	return s
}
