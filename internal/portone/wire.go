package portone

import (
	"errors"
	"fmt"
	"math"
	"net/url"
	"strconv"
	"strings"
	"time"

	"jeongsan/internal/fault"
	"jeongsan/internal/money"
)

// minor is an amount on the wire: a whole number of minor units, read by its digits. "1.0", "1e3", a string and what
// does not fit 63 bits are errors; null and an absent field leave it unset.
type minor struct {
	n   int64
	set bool
}

func (m *minor) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		return nil
	}
	n, err := strconv.ParseInt(string(b), 10, 64)
	if err != nil || n == math.MinInt64 {
		return fmt.Errorf("an amount is no whole number of minor units: %.40q", b)
	}
	*m = minor{n, true}
	return nil
}

// reader turns the fields of an answer into values; the first problem is kept.
type reader struct{ err error }

func (r *reader) fail(field string, cause error) {
	if r.err == nil {
		r.err = fmt.Errorf("%s: %w", field, cause)
	}
}

var errMissing = errors.New("missing")

func (r *reader) need(field, value string) string {
	if value == "" {
		r.fail(field, errMissing)
	}
	return value
}

func (r *reader) currency(field, code string) money.Currency {
	c, err := money.ParseCurrency(code)
	if err != nil {
		r.fail(field, fmt.Errorf("unknown currency %.10q", code))
	}
	return c
}

// amount reads an amount that is never negative; a missing one is zero.
func (r *reader) amount(field string, m minor, c money.Currency) money.Amount {
	if m.n < 0 {
		r.fail(field, errors.New("negative"))
		return money.Amount{}
	}
	return money.New(m.n, c)
}

func (r *reader) needAmount(field string, m minor, c money.Currency) money.Amount {
	if !m.set {
		r.fail(field, errMissing)
	}
	return r.amount(field, m, c)
}

// when reads RFC 3339; the zero time when absent.
func (r *reader) when(field, s string) time.Time {
	if s == "" {
		return time.Time{}
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		r.fail(field, errors.New("no RFC 3339 time"))
	}
	return t
}

func (r *reader) needWhen(field, s string) time.Time {
	return r.when(field, r.need(field, s))
}

// idempotency key as PortOne takes it: 16 to 256 characters, of those it recommends.
func checkKey(key string) error {
	if len(key) < 16 || len(key) > 256 || !plain(key) {
		return fault.Invalidf("idempotencyKey", fault.T("멱등 키는 영문, 숫자, -, _로 16~256자여야 합니다.", "An idempotency key is 16 to 256 letters, digits, - and _."))
	}
	return nil
}

// Length of a payment id we make: the narrowest gateways take 6 (Toss) to 40 (KCP, SMARTRO, which cuts off in silence).
const (
	minPaymentID = 6
	maxPaymentID = 40
)

func checkPaymentID(id string) error {
	if len(id) < minPaymentID || len(id) > maxPaymentID || !plain(id) {
		return fault.Invalidf("paymentId", fault.T("결제 번호는 영문, 숫자, -, _로 6~40자여야 합니다.", "A payment id is 6 to 40 letters, digits, - and _."))
	}
	return nil
}

func plain(s string) bool {
	return strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") == ""
}

// segment escapes an id for a path. Ids of others (from a webhook, from a console) may hold anything.
func segment(field, id string) (string, error) {
	if id == "" || id == "." || id == ".." || len(id) > 256 {
		return "", fault.Invalidf(field, fault.T("%s 값이 올바르지 않습니다.", "The value of %s is not valid.", field))
	}
	return url.PathEscape(id), nil
}

// Parts is an amount of money with the parts of it that taxes ask for, all in one currency. VAT is the tax on what is
// not tax-free; zero for overseas or zero-rated charges, and said so explicitly.
type Parts struct{ Total, TaxFree, VAT money.Amount }

type partsBody struct {
	Total   int64 `json:"total"`
	TaxFree int64 `json:"taxFree"`
	VAT     int64 `json:"vat"`
}

// check refuses what PortOne would refuse or read as something else.
func (p Parts) check() error {
	c := p.Total.Currency()
	if _, err := money.ParseCurrency(string(c)); err != nil {
		return err
	}
	rest, err := money.Sum(c, p.Total, p.TaxFree.Neg(), p.VAT.Neg())
	if err != nil {
		return err
	}
	if p.Total.Sign() <= 0 || p.TaxFree.Sign() < 0 || p.VAT.Sign() < 0 || rest.Sign() < 0 {
		return fault.Invalidf("amount", fault.T(
			"금액은 0보다 커야 하고, 면세 금액과 부가세의 합이 금액을 넘을 수 없습니다.",
			"The amount must be above zero, and its tax-free part and VAT may not exceed it."))
	}
	return nil
}
