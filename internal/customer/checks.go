package customer

import (
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"jeongsan/internal/fault"
)

var idForm = regexp.MustCompile(`^C[0-9]{4,8}$`)

// clean composes Hangul that came decomposed (macOS file names and forms send NFD) and trims blanks.
func clean(s string) string { return strings.TrimSpace(norm.NFC.String(s)) }

func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		if r == '-' || r == ' ' {
			return -1
		}
		return r
	}, s)
}

// checkName refuses what can stand on no tax invoice: emoji and other pictographs, control and invisible characters.
// Hanja and ㈜ are fine. what is whose name it is.
func checkName(field string, what fault.Text, s string) error {
	if s == "" {
		return fault.Invalidf(field, fault.T("%[1]s을 입력해 주세요.", "Give %[2]s.", what.KO, what.EN))
	}
	if len([]rune(s)) > 100 {
		return fault.Invalidf(field, fault.T("%[1]s은 100자 이하여야 합니다.", "For %[2]s 100 characters are the most.", what.KO, what.EN))
	}
	for _, r := range s {
		if unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Co, unicode.Zl, unicode.Zp, fillers) || r == unicode.ReplacementChar || unicode.Is(pictographs, r) {
			return fault.Invalidf(field, fault.T("%[1]s %[3]q에 쓸 수 없는 문자 %[4]q이(가) 있습니다. 이모지와 제어 문자는 청구서와 세금계산서에 쓸 수 없습니다.", "Change %[2]s %[3]q: it holds %[4]q, and emoji and control characters cannot stand on invoices and tax invoices.", what.KO, what.EN, s, r))
		}
	}
	return nil
}

// fillers are the Hangul letters that print as nothing; a name of them looks empty.
var fillers = &unicode.RangeTable{R16: []unicode.Range16{
	{Lo: 0x115F, Hi: 0x1160, Stride: 1}, {Lo: 0x3164, Hi: 0x3164, Stride: 1}, {Lo: 0xFFA0, Hi: 0xFFA0, Stride: 1},
}}

// pictographs are the blocks of emoji, and the characters outside them that are shown as emoji by themselves
// (Unicode's Emoji_Presentation); ① ㈜ ₩ and the like lie outside.
var pictographs = &unicode.RangeTable{
	R16: []unicode.Range16{
		{Lo: 0x20E3, Hi: 0x20E3, Stride: 1}, {Lo: 0x231A, Hi: 0x231B, Stride: 1}, {Lo: 0x23E9, Hi: 0x23F3, Stride: 1},
		{Lo: 0x25FD, Hi: 0x25FE, Stride: 1}, {Lo: 0x2600, Hi: 0x27BF, Stride: 1}, {Lo: 0x2B1B, Hi: 0x2B1C, Stride: 1},
		{Lo: 0x2B50, Hi: 0x2B50, Stride: 1}, {Lo: 0x2B55, Hi: 0x2B55, Stride: 1}, {Lo: 0xFE0F, Hi: 0xFE0F, Stride: 1},
	},
	R32: []unicode.Range32{{Lo: 0x1F000, Hi: 0x1FAFF, Stride: 1}, {Lo: 0xE0000, Hi: 0xE0FFF, Stride: 1}},
}

// weights of the check digit of a 사업자등록번호 (국세청): the 9th digit times 5 also adds its tens.
var weights = [9]int{1, 3, 7, 1, 3, 7, 1, 3, 5}

// CheckBusinessNumber checks ten digits and the check digit of a business registration number.
func CheckBusinessNumber(s string) error {
	bad := fault.Invalidf("business_number", fault.T("사업자등록번호 %q이(가) 올바르지 않습니다. 숫자 10자리와 검증번호를 확인해 주세요.", "The business number %q is wrong; check its ten digits.", s))
	if len(s) != 10 || strings.Trim(s, "0123456789") != "" {
		return bad
	}
	sum := 0
	for i, w := range weights {
		sum += int(s[i]-'0') * w
	}
	sum += int(s[8]-'0') * 5 / 10
	if (10-sum%10)%10 != int(s[9]-'0') {
		return bad
	}
	return nil
}

// FormatBusinessNumber prints ten digits as 123-45-67890; anything else is printed as it is.
func FormatBusinessNumber(s string) string {
	if len(s) != 10 {
		return s
	}
	return s[:3] + "-" + s[3:5] + "-" + s[5:]
}
