// Package ledger is pure double entry: accounts, postings, their reversal, balances and the trial balance.
//
// It owns what makes a posting valid and how balances follow from postings. It does not own when something is posted
// or which accounts a business event touches (the nouns do), nor where postings are kept.
//
// Invariants: a Posting can only be had from New, Reverse or JSON, and each of them checks it, so the entries of a
// posting add up to zero in every currency; a posting never changes and is taken back only by a reversal; the same
// postings give the same balances in the same order, whatever order they come in.
//
// invoice, payment and cash make postings; the nightly close proves stored balances with Balances and TrialBalance.
package ledger

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"jeongsan/internal/calendar"
	"jeongsan/internal/fault"
	"jeongsan/internal/money"
)

// Entry is one line of a posting: a debit (차변) is positive, a credit (대변) negative.
type Entry struct {
	Account Account      `json:"account"`
	Amount  money.Amount `json:"amount"`
}

// Debit is an entry of the amount on the debit side.
func Debit(a Account, amount money.Amount) Entry { return Entry{a, amount} }

// Credit is an entry of the amount on the credit side.
func Credit(a Account, amount money.Amount) Entry { return Entry{a, amount.Neg()} }

// Posting is one movement in the books (전표). It is an immutable value; the zero Posting is none and is refused
// wherever postings are taken.
type Posting struct {
	id       string
	date     calendar.Date
	text     fault.Text
	source   string
	entries  []Entry // never handed out, never written after New
	reverses string
	reason   string
}

// New makes a posting. The id is unique in the tenant's books and is chosen by the caller from the business event, so
// that posting it twice is seen; source is the document that it follows from, such as an invoice number.
//
// It is a fault when id, date, text or source is missing, when there are fewer than two entries, when one is zero or
// has no account or currency, when an account appears twice in one currency, or when a currency does not add up to zero.
func New(id string, date calendar.Date, text fault.Text, source string, entries ...Entry) (Posting, error) {
	p := Posting{id: id, date: date, text: text, source: source, entries: slices.Clone(entries)}
	slices.SortStableFunc(p.entries, compareEntries)
	if err := p.check(); err != nil {
		return Posting{}, err
	}
	return p, nil
}

func compareEntries(a, b Entry) int {
	return cmp.Or(a.Account.compare(b.Account), cmp.Compare(a.Amount.Currency(), b.Amount.Currency()))
}

// Reverse makes the posting that takes p back (역분개): the same entries with the other sign, on a date not before
// p's, with the reason of whoever decided it. A reversal cannot be reversed: what was right is posted anew, so that
// the history of a document stays a line and not a tangle.
func Reverse(p Posting, id string, date calendar.Date, reason string) (Posting, error) {
	switch {
	case p.reverses != "":
		return Posting{}, fault.New(fault.Conflict, fault.T("전표 %[1]q은(는) %[2]q의 취소 전표라서 다시 취소할 수 없습니다. 새 전표를 만들어 주세요.", "Posting %[1]q is itself the reversal of %[2]q and cannot be reversed; make a new posting.", p.id, p.reverses))
	case strings.TrimSpace(reason) == "":
		return Posting{}, fault.Invalidf("reason", fault.T("전표 %q을(를) 취소하는 사유를 적어 주세요.", "Give the reason for reversing posting %q.", p.id))
	case id == p.id:
		return Posting{}, fault.Invalidf("id", fault.T("전표 %q의 취소 전표에는 다른 ID가 필요합니다.", "The reversal of posting %q needs an id of its own.", p.id))
	case date.Before(p.date):
		return Posting{}, fault.Invalidf("date", fault.T("전표 %[1]q은(는) 그 날짜(%[2]s)보다 먼저 취소할 수 없습니다.", "Posting %[1]q cannot be reversed before its own date, %[2]s.", p.id, p.date))
	}
	entries := make([]Entry, len(p.entries))
	for i, e := range p.entries {
		entries[i] = Entry{e.Account, e.Amount.Neg()}
	}
	r := Posting{
		id: id, date: date, source: p.source, entries: entries, reverses: p.id, reason: reason,
		text: fault.Text{KO: "취소: " + p.text.KO, EN: "Reversal: " + p.text.EN},
	}
	if err := r.check(); err != nil {
		return Posting{}, err
	}
	return r, nil
}

// ID is the posting's own id.
func (p Posting) ID() string { return p.id }

// Date is the day on which it counts in the books (기표일).
func (p Posting) Date() calendar.Date { return p.date }

// Text says what it is for, for people (적요).
func (p Posting) Text() fault.Text { return p.text }

// Source is the document it follows from.
func (p Posting) Source() string { return p.source }

// Entries are its lines in the order of accounts; the slice is the caller's own.
func (p Posting) Entries() []Entry { return slices.Clone(p.entries) }

// Reverses is the id of the posting that this one takes back, "" for an ordinary posting.
func (p Posting) Reverses() string { return p.reverses }

// Reason is why it was reversed, "" for an ordinary posting.
func (p Posting) Reason() string { return p.reason }

// check holds every rule of a posting; entries are in their order already.
func (p Posting) check() error {
	switch {
	case p.id == "":
		return fault.Invalidf("id", fault.T("전표에 ID가 없습니다.", "The posting has no id."))
	case p.date.IsZero():
		return p.broken("date", fault.T("날짜가 없습니다.", "it has no date."))
	case p.text.KO == "" || p.text.EN == "":
		return p.broken("text", fault.T("적요가 한국어와 영어로 있어야 합니다.", "it needs a text in Korean and English."))
	case p.source == "":
		return p.broken("source", fault.T("근거 문서가 없습니다.", "it names no source document."))
	case len(p.entries) < 2:
		return p.broken("entries", fault.T("분개가 두 줄 이상이어야 합니다.", "it needs at least two entries."))
	case (p.reverses == "") != (p.reason == ""):
		return p.broken("reason", fault.T("취소 전표에는 원전표와 사유가 함께 있어야 합니다.", "a reversal names both the original and a reason."))
	}
	return p.checkEntries()
}

func (p Posting) checkEntries() error {
	sums := newSums()
	for i, e := range p.entries {
		switch {
		case e.Account.IsZero():
			return p.broken("entries", fault.T("계정이 없는 분개가 있습니다.", "an entry has no account."))
		case e.Amount.IsZero() || e.Amount.Currency() == "":
			return p.broken("entries", fault.T("%[1]s의 금액이 0이거나 통화가 없습니다.", "the entry of %[1]s is zero or has no currency.", e.Account))
		case i > 0 && compareEntries(p.entries[i-1], e) == 0:
			return p.broken("entries", fault.T("%[1]s이(가) 두 번 나옵니다. 한 줄로 합쳐 주세요.", "%[1]s appears twice; add the entries up first.", e.Account))
		}
		sums.add(Account{}, e.Amount)
	}
	for _, k := range sums.keys() {
		if sum := sums[k]; sum.Sign() != 0 {
			return p.broken("entries", fault.T("차변과 대변이 맞지 않습니다(%[1]s, 차이 %[2]s 최소 단위).", "debits and credits in %[1]s differ by %[2]s minor units.", k.currency, sum))
		}
	}
	return nil
}

// broken names the posting in front of what is wrong with it.
func (p Posting) broken(field string, t fault.Text) error {
	return fault.Invalidf(field, fault.T("전표 %[1]q: %[2]s", "Posting %[1]q: %[3]s", p.id, t.KO, t.EN))
}

// postingJSON is the stored form, schema 1: fields in this order, entries in the order of accounts.
type postingJSON struct {
	ID       string        `json:"id"`
	Date     calendar.Date `json:"date"`
	Text     fault.Text    `json:"text"`
	Source   string        `json:"source"`
	Entries  []Entry       `json:"entries"`
	Reverses string        `json:"reverses,omitempty"`
	Reason   string        `json:"reason,omitempty"`
}

// MarshalJSON writes equal postings as equal bytes.
func (p Posting) MarshalJSON() ([]byte, error) {
	return json.Marshal(postingJSON{p.id, p.date, p.text, p.source, p.entries, p.reverses, p.reason})
}

// UnmarshalJSON reads what MarshalJSON wrote and checks it again, so that a body that was tampered with is refused.
func (p *Posting) UnmarshalJSON(b []byte) error {
	var j postingJSON
	if err := json.Unmarshal(b, &j); err != nil {
		return err
	}
	read := Posting{j.ID, j.Date, j.Text, j.Source, j.Entries, j.Reverses, j.Reason}
	slices.SortStableFunc(read.entries, compareEntries)
	if err := read.check(); err != nil {
		return err
	}
	*p = read
	return nil
}
