package focus

import (
	"errors"
	"strings"

	"jeongsan/internal/fault"
	"jeongsan/internal/money"
)

// numberMemo remembers recently read numbers by their text. A row repeats itself (effective, contracted and billed cost
// are mostly one number, so are the two quantities) and so does a file (0, and a few hundred unit prices), while reading
// a decimal is the dearest part of a row: the memo makes BenchmarkRead a fifth to a half faster. Texts are copied in, so
// that it holds on to no record.
type numberMemo [256]struct {
	length int
	text   [24]byte
	value  money.Decimal
}

// parse sets to to the number s.
func (m *numberMemo) parse(to *money.Decimal, s string) *fault.Fault {
	slot := &m[slotOf(s)]
	if slot.length > 0 && string(slot.text[:slot.length]) == s {
		*to = slot.value
		return nil
	}
	x, f := parseNumber(s)
	if f != nil {
		return f
	}
	*to = x
	if len(s) <= len(slot.text) {
		slot.length, slot.value = copy(slot.text[:], s), x
	}
	return nil
}

func slotOf(s string) uint8 {
	var h uint32
	for i := range len(s) {
		h = h*31 + uint32(s[i])
	}
	return uint8(h ^ h>>8)
}

func parseNumber(s string) (money.Decimal, *fault.Fault) {
	x, err := money.ParseDecimal(s)
	if err == nil && isLarge(s) {
		// 1E40 is short, its plain notation is not: hold it to the same number of digits.
		x, err = money.ParseDecimal(x.Canonical())
	}
	if err == nil {
		return x, nil
	}
	var f *fault.Fault
	if errors.As(err, &f) {
		return x, f
	}
	return x, fault.New(fault.Invalid, fault.T("숫자가 아닙니다.", "Not a number.")).Because(err)
}

// isLarge reports scientific notation whose exponent is not negative.
func isLarge(s string) bool {
	i := strings.IndexByte(s, 'E')
	if i < 0 {
		i = strings.IndexByte(s, 'e')
	}
	return i >= 0 && !strings.HasPrefix(s[i+1:], "-")
}
