package ledger

import (
	"regexp"
	"slices"
	"strings"

	"jeongsan/internal/fault"
)

// Kind says on which side of the books an account stands.
type Kind string

const (
	Asset     Kind = "asset"     // 자산: grows by debits
	Liability Kind = "liability" // 부채: grows by credits
	Equity    Kind = "equity"    // 자본: grows by credits
	Revenue   Kind = "revenue"   // 수익: grows by credits
	Expense   Kind = "expense"   // 비용: grows by debits
)

var kinds = []Kind{Asset, Liability, Equity, Revenue, Expense}

// Account is a place in the books: a kind and a code of one or more segments, printed "asset:receivable/C1001".
// Accounts compare with ==. Persons and companies appear in it by id only, because postings cannot be erased.
type Account struct {
	kind Kind
	code string
}

// segment is what a segment of a code may be: it must survive a URL, a file name and a spreadsheet cell unchanged.
var segment = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

// NewAccount makes an account of the kind; each segment is 1 to 64 letters, digits, dots, hyphens or underscores
// and starts with a letter or digit.
func NewAccount(kind Kind, segments ...string) (Account, error) {
	if !slices.Contains(kinds, kind) {
		return Account{}, fault.Invalidf("account", fault.T("계정 종류 %.40q을(를) 알 수 없습니다. asset, liability, equity, revenue, expense 중 하나여야 합니다.", "Account kind %.40q is not known; use one of asset, liability, equity, revenue, expense.", kind))
	}
	if len(segments) == 0 {
		return Account{}, fault.Invalidf("account", fault.T("계정 코드가 비어 있습니다. 코드를 적어 주세요.", "The account has no code; name one."))
	}
	for _, s := range segments {
		if !segment.MatchString(s) {
			return Account{}, fault.Invalidf("account", fault.T("계정 코드의 %.40q은(는) 쓸 수 없습니다. 영문·숫자로 시작하는 1~64자의 영문, 숫자, 점, 하이픈, 밑줄로 적어 주세요.", "%.40q cannot be part of an account code; use 1 to 64 letters, digits, dots, hyphens or underscores, starting with a letter or digit.", s))
		}
	}
	return Account{kind, strings.Join(segments, "/")}, nil
}

// Receivable is what the customer owes us (외상매출금).
func Receivable(customer string) (Account, error) {
	return NewAccount(Asset, "receivable", customer)
}

// Sales is revenue (매출) by what was sold: usage, a discount, a rounding difference.
func Sales(of string) (Account, error) { return NewAccount(Revenue, "sales", of) }

// VATPayable is the VAT collected for the tax office (부가세예수금).
func VATPayable() Account { return Account{Liability, "vat-payable"} }

// Clearing is what a payment provider has taken for us and not paid out yet (미수금, PG사), by provider.
func Clearing(provider string) (Account, error) { return NewAccount(Asset, "clearing", provider) }

// Bank is what lies on a bank account (보통예금), by our name of the account.
func Bank(account string) (Account, error) { return NewAccount(Asset, "bank", account) }

// Suspense is money that came in and that no invoice owes (가수금), until a person says whose it is.
func Suspense() Account { return Account{Liability, "suspense"} }

// Kind is the side of the books.
func (a Account) Kind() Kind { return a.kind }

// Code is the code without the kind: "receivable/C1001".
func (a Account) Code() string { return a.code }

// IsZero reports whether the account was never named.
func (a Account) IsZero() bool { return a == Account{} }

// String is "asset:receivable/C1001", and "" for no account.
func (a Account) String() string {
	if a.IsZero() {
		return ""
	}
	return string(a.kind) + ":" + a.code
}

// compare orders accounts as a balance sheet and an income statement list kinds, then by code.
func (a Account) compare(b Account) int {
	if a.kind != b.kind {
		return slices.Index(kinds, a.kind) - slices.Index(kinds, b.kind)
	}
	return strings.Compare(a.code, b.code)
}

// ParseAccount reads what String prints.
func ParseAccount(s string) (Account, error) {
	kind, code, found := strings.Cut(s, ":")
	if !found {
		return Account{}, fault.Invalidf("account", fault.T("%.80q은(는) 계정이 아닙니다. asset:receivable/C1001처럼 적어 주세요.", "%.80q is not an account; write it like asset:receivable/C1001.", s))
	}
	return NewAccount(Kind(kind), strings.Split(code, "/")...)
}

// MarshalText writes String.
func (a Account) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// UnmarshalText reads what ParseAccount reads.
func (a *Account) UnmarshalText(b []byte) error {
	parsed, err := ParseAccount(string(b))
	if err != nil {
		return err
	}
	*a = parsed
	return nil
}
