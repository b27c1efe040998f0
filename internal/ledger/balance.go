package ledger

import (
	"cmp"
	"math"
	"math/big"
	"slices"

	"jeongsan/internal/fault"
	"jeongsan/internal/money"
)

// Balance is what postings leave on an account in one currency: positive on the debit side, negative on the credit side.
type Balance struct {
	Account Account      `json:"account"`
	Amount  money.Amount `json:"amount"`
}

// Balances adds the postings up per account and currency, in the order of accounts and then of currencies; what comes
// to zero is left out. An invalid posting, one that is there twice or is reversed twice, and a balance that does not
// fit are faults.
func Balances(postings []Posting) ([]Balance, error) {
	if err := proveSet(postings); err != nil {
		return nil, err
	}
	sums := newSums()
	for _, p := range postings {
		for _, e := range p.entries {
			sums.add(e.Account, e.Amount)
		}
	}
	var out []Balance
	for _, k := range sums.keys() {
		amount, err := sums.amount(k)
		if err != nil {
			return nil, err
		}
		if !amount.IsZero() {
			out = append(out, Balance{k.account, amount})
		}
	}
	return out, nil
}

// BalanceOf is the balance of one account in the currency, zero when nothing was posted; the faults are those of Balances.
func BalanceOf(postings []Posting, a Account, c money.Currency) (money.Amount, error) {
	balances, err := Balances(postings)
	if err != nil {
		return money.Amount{}, err
	}
	for _, b := range balances {
		if b.Account == a && b.Amount.Currency() == c {
			return b.Amount, nil
		}
	}
	return money.Zero(c), nil
}

// TrialBalance is the balance of every account in a debit or a credit column (잔액시산표), and the totals of the columns.
type TrialBalance struct {
	Rows   []Row   `json:"rows"`   // in the order of accounts and then of currencies
	Totals []Total `json:"totals"` // in the order of currencies
}

// Row is one account in one currency; one of the two columns is zero and none is negative.
type Row struct {
	Account Account      `json:"account"`
	Debit   money.Amount `json:"debit"`
	Credit  money.Amount `json:"credit"`
}

// Total is the sum of both columns in one currency; they are equal.
type Total struct {
	Currency money.Currency `json:"currency"`
	Debit    money.Amount   `json:"debit"`
	Credit   money.Amount   `json:"credit"`
}

// Trial draws up the trial balance. Its columns agree in every currency, or the fault names the posting that broke
// them; the other faults are those of Balances.
func Trial(postings []Posting) (TrialBalance, error) {
	balances, err := Balances(postings)
	if err != nil {
		return TrialBalance{}, err
	}
	var t TrialBalance
	totals := map[money.Currency]Total{}
	for _, b := range balances {
		row := columns(b)
		t.Rows = append(t.Rows, row)
		c := b.Amount.Currency()
		if totals[c], err = totals[c].plus(c, row); err != nil {
			return TrialBalance{}, err
		}
	}
	for _, total := range totals {
		if total.Debit != total.Credit { // cannot happen: every posting was proved
			return TrialBalance{}, fault.New(fault.Internal, fault.T("시산표의 %[1]s 차변과 대변이 맞지 않습니다(%[2]s, %[3]s).", "The columns of the trial balance differ in %[1]s (%[2]s, %[3]s).", total.Currency, total.Debit, total.Credit))
		}
		t.Totals = append(t.Totals, total)
	}
	slices.SortFunc(t.Totals, func(a, b Total) int { return cmp.Compare(a.Currency, b.Currency) })
	return t, nil
}

func columns(b Balance) Row {
	zero := money.Zero(b.Amount.Currency())
	if b.Amount.Sign() < 0 {
		return Row{b.Account, zero, b.Amount.Neg()}
	}
	return Row{b.Account, b.Amount, zero}
}

func (t Total) plus(c money.Currency, r Row) (Total, error) {
	debit, err := t.Debit.Add(r.Debit)
	if err != nil {
		return Total{}, err
	}
	credit, err := t.Credit.Add(r.Credit)
	return Total{c, debit, credit}, err
}

// proveSet checks each posting and that none counts twice: neither by its id nor by a second reversal of the same
// original, and that a reversal whose original is here mirrors it.
func proveSet(postings []Posting) error {
	byID := make(map[string]Posting, len(postings))
	for _, p := range postings {
		if err := p.check(); err != nil {
			return err
		}
		if _, twice := byID[p.id]; twice {
			return p.broken("id", fault.T("두 번 들어 있습니다.", "it is there twice."))
		}
		byID[p.id] = p
	}
	reversedBy := map[string]string{}
	for _, p := range postings {
		if p.reverses == "" {
			continue
		}
		if other, twice := reversedBy[p.reverses]; twice {
			first, second := min(other, p.id), max(other, p.id)
			return fault.New(fault.Invalid, fault.T("전표 %[1]q이(가) %[2]q과(와) %[3]q에 의해 두 번 취소되었습니다.", "Posting %[1]q is reversed twice, by %[2]q and by %[3]q.", p.reverses, first, second))
		}
		reversedBy[p.reverses] = p.id
		if original, here := byID[p.reverses]; here && !mirrors(p, original) {
			return p.broken("entries", fault.T("원전표와 금액이 맞지 않는 취소 전표입니다.", "it is a reversal that does not mirror its original."))
		}
	}
	return nil
}

func mirrors(p, original Posting) bool {
	return slices.EqualFunc(p.entries, original.entries, func(a, b Entry) bool {
		return a.Account == b.Account && a.Amount == b.Amount.Neg()
	})
}

// sums holds exact sums of minor units. They are wider than an amount, so that no order of adding overflows on the
// way to a sum that fits.
type sums map[sumKey]*big.Int

type sumKey struct {
	account  Account
	currency money.Currency
}

func newSums() sums { return sums{} }

func (s sums) add(a Account, x money.Amount) {
	k := sumKey{a, x.Currency()}
	if s[k] == nil {
		s[k] = new(big.Int)
	}
	s[k].Add(s[k], big.NewInt(x.Minor()))
}

// keys are in the order of accounts and then of currencies.
func (s sums) keys() []sumKey {
	keys := make([]sumKey, 0, len(s))
	for k := range s {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b sumKey) int {
		return cmp.Or(a.account.compare(b.account), cmp.Compare(a.currency, b.currency))
	})
	return keys
}

func (s sums) amount(k sumKey) (money.Amount, error) {
	if sum := s[k]; sum.IsInt64() && sum.Int64() != math.MinInt64 {
		return money.New(sum.Int64(), k.currency), nil
	}
	return money.Amount{}, fault.New(fault.Invalid, fault.T("%[1]s의 %[2]s 잔액이 너무 큽니다.", "The balance of %[1]s in %[2]s is too large.", k.account, k.currency))
}
