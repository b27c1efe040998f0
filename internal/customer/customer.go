// Package customer is a company that an MSP bills: its data, its contract and its states (CB-05…CB-08).
//
// It owns what a customer must have, the fee rules with their dates, which months are billed together, and the
// unique entries that keep a member number or a main account from being registered twice. It does not own usage,
// invoices or the screens.
//
// Invariants: names are NFC and hold no emoji; a business number has a right checksum; member number and main
// account are unique within an account; a deleted customer keeps its documents; a fee rule that was in force is
// never edited, only ended.
package customer

import (
	"errors"
	"slices"
	"strings"

	"jeongsan/internal/calendar"
	"jeongsan/internal/fault"
	"jeongsan/internal/mail"
	"jeongsan/internal/money"
	"jeongsan/internal/rating"
)

// State is the customer's state on the list (CB-08).
type State string

const (
	Active   State = "active"   // 정상
	Inactive State = "inactive" // 비활성: usage up to InactiveFrom's eve is billed
	Deleted  State = "deleted"  // 삭제
)

// Text is the state as screens show it.
func (s State) Text() fault.Text {
	switch s {
	case Active:
		return fault.T("정상", "active")
	case Inactive:
		return fault.T("비활성", "inactive")
	}
	return fault.T("삭제", "deleted")
}

// Contact is a person who receives invoices.
type Contact struct {
	Name  string `json:"name"`
	Phone string `json:"phone,omitempty"`
	Email string `json:"email"`
}

// Customer is one billed company under one provider account.
type Customer struct {
	ID             string         `json:"id"` // "C0001"; part of invoice numbers
	Name           string         `json:"name"`
	MainAccount    string         `json:"main_account"`  // 메인계정 ID at the provider
	MemberNumber   string         `json:"member_number"` // 회원번호, or the FOCUS sub account
	Account        string         `json:"account"`       // 계정: tenant.Account.ID
	BusinessNumber string         `json:"business_number"`
	Branch         string         `json:"branch,omitempty"`      // 종사업장 번호, four digits
	BuyerKind      BuyerKind      `json:"buyer_kind,omitempty"`  // "" is Business
	TaxKind        TaxKind        `json:"tax_kind,omitempty"`    // "" is Taxed
	DatePolicy     DatePolicy     `json:"date_policy,omitempty"` // of tax invoices; "" follows PayMeans
	PayMeans       PayMeans       `json:"pay_means,omitempty"`   // "" is ByTransfer
	Representative string         `json:"representative,omitempty"`
	BusinessType   string         `json:"business_type,omitempty"` // 업태
	Industry       string         `json:"industry,omitempty"`      // 종목
	Address        string         `json:"address,omitempty"`
	Contacts       []Contact      `json:"contacts,omitempty"`
	Manager        string         `json:"manager,omitempty"`
	Reseller       string         `json:"reseller,omitempty"`
	BillingDay     int            `json:"billing_day"` // 청구일: day of the next month printed on the invoice
	DueDays        int            `json:"due_days"`    // 납부기한: days after the billing day
	Cycle          calendar.Cycle `json:"cycle"`
	FirstMonth     calendar.Month `json:"first_month,omitzero"` // 청구 시작월; zero: from the first usage
	PurchaseOrder  string         `json:"purchase_order,omitempty"`
	Note           string         `json:"note,omitempty"`
	Fees           []Fee          `json:"fees,omitempty"`
	Policy         rating.Policy  `json:"policy"`
	State          State          `json:"state"`
	InactiveFrom   calendar.Date  `json:"inactive_from,omitzero"` // first day that is no longer billed
	Registered     calendar.Date  `json:"registered"`
	AutoSend       bool           `json:"auto_send,omitempty"`
}

// Fee is a fee rule with the days it was added and ended.
type Fee struct {
	rating.Fee
	Added calendar.Date `json:"added"`
	Ended calendar.Date `json:"ended,omitzero"`
}

// FeesOn are the rules in force at a draft of the day: from the day after registration (CB-07), for the whole
// month that is drafted; a rule ended on a day is out from the next day's draft.
func (c Customer) FeesOn(day calendar.Date) []rating.Fee {
	var out []rating.Fee
	for _, f := range c.Fees {
		started := f.Added.Compare(day) < 0
		ended := !f.Ended.IsZero() && f.Ended.Compare(day) < 0
		if started && !ended {
			out = append(out, f.Fee)
		}
	}
	return out
}

// Normalize puts every text of the customer into the form it is stored in: NFC, without surrounding blanks.
func (c Customer) Normalize() Customer {
	for _, s := range []*string{&c.Name, &c.MainAccount, &c.MemberNumber, &c.Representative, &c.BusinessType, &c.Industry, &c.Address, &c.Note, &c.PurchaseOrder} {
		*s = clean(*s)
	}
	c.BusinessNumber = digits(c.BusinessNumber)
	contacts := make([]Contact, len(c.Contacts))
	for i, k := range c.Contacts {
		contacts[i] = Contact{Name: clean(k.Name), Phone: clean(k.Phone), Email: strings.TrimSpace(k.Email)}
	}
	c.Contacts = contacts
	c.Fees = slices.Clone(c.Fees)
	for i := range c.Fees {
		c.Fees[i].Name = clean(c.Fees[i].Name)
	}
	return c
}

// Validate names every field that is wrong. It expects Normalize to have been called.
func (c Customer) Validate() error {
	var errs []error
	add := func(err error) { errs = append(errs, err) }
	if !idForm.MatchString(c.ID) {
		add(fault.Invalidf("id", fault.T("고객사 ID %q의 형식이 올바르지 않습니다(예: C0001).", "The customer id %q is malformed (e.g. C0001).", c.ID)))
	}
	add(checkName("name", fault.T("고객사명", "the customer's name"), c.Name))
	for _, f := range []struct {
		field, value string
		text         fault.Text
	}{
		{"main_account", c.MainAccount, fault.T("메인계정 ID", "main-account id")},
		{"member_number", c.MemberNumber, fault.T("회원번호", "member number")},
		{"account", c.Account, fault.T("계정 구분", "account")},
	} {
		if f.value == "" {
			add(fault.Invalidf(f.field, fault.T("%[1]s을(를) 입력해 주세요.", "Give the %[2]s.", f.text.KO, f.text.EN)))
		}
	}
	add(CheckBusinessNumber(c.BusinessNumber))
	for _, k := range c.Contacts {
		if k.Email == "" {
			continue // a contact without e-mail is allowed; sending to it is refused by name
		}
		if _, err := mail.ParseEmail("contact.email", k.Email); err != nil {
			add(err)
		}
	}
	if c.BillingDay < 1 || c.BillingDay > 31 || c.DueDays < 0 || c.DueDays > 180 {
		add(fault.Invalidf("billing_day", fault.T("청구일은 1~31일, 납부기한은 0~180일이어야 합니다.", "The billing day must be 1 to 31 and the due days 0 to 180.")))
	}
	if _, err := calendar.ParseCycle(string(c.Cycle)); err != nil {
		add(err)
	}
	add(c.checkFees())
	add(c.Policy.Validate(money.KRW)) // customers are billed in won
	add(c.checkState())
	add(c.checkTax())
	return errors.Join(errs...)
}

// checkFees names what is wrong with each rule, at most one fault for one rule.
func (c Customer) checkFees() error {
	var errs []error
	seen := map[string]bool{}
	for _, f := range c.Fees {
		if f.ID == "" || seen[f.ID] {
			errs = append(errs, fault.Invalidf("fee.id", fault.T("요금 %[2]q의 ID %[1]q이(가) 비어 있거나 겹칩니다.", "The id %[1]q of fee %[2]q is empty or taken by another.", f.ID, f.Name)))
			continue
		}
		seen[f.ID] = true
		errs = append(errs, f.check())
	}
	return errors.Join(errs...)
}

func (f Fee) check() error {
	if err := f.Fee.Validate(); err != nil {
		return err
	}
	if err := checkName("fee.name", fault.T("항목명", "the fee's name"), f.Name); err != nil {
		return err
	}
	if !f.Fixed.IsZero() && f.Fixed.Currency() != money.KRW {
		return fault.Invalidf("fee.amount", fault.T("%[1]q의 고정 금액은 원화여야 합니다(%[2]s).", "The fixed amount of %[1]q must be in won, not %[2]s.", f.Name, f.Fixed.Currency()))
	}
	if f.Added.IsZero() {
		return fault.Invalidf("fee.added", fault.T("%q의 등록일을 입력해 주세요.", "Give the day on which %q was added.", f.Name))
	}
	return nil
}

// checkState holds the state and its day together: a customer that is billed no more says from when.
func (c Customer) checkState() error {
	switch {
	case c.State != Active && c.State != Inactive && c.State != Deleted:
		return fault.Invalidf("state", fault.T("고객사 상태 %q은(는) 정상, 비활성, 삭제 중 하나여야 합니다.", "The customer's state %q must be active, inactive or deleted.", c.State))
	case c.State == Active && !c.InactiveFrom.IsZero():
		return fault.Invalidf("inactive_from", fault.T("정상 고객사에는 비활성 시작일을 둘 수 없습니다. 시작일을 지우거나 상태를 비활성으로 바꿔 주세요.", "An active customer has no first inactive day; clear it, or make the customer inactive."))
	case c.State != Active && c.InactiveFrom.IsZero():
		return fault.Invalidf("inactive_from", fault.T("%[1]s 고객사의 비활성 시작일을 입력해 주세요. 그 전날까지의 이용료를 청구합니다.", "Give the first inactive day of the %[2]s customer; usage up to its eve is billed.", c.State.Text().KO, c.State.Text().EN))
	}
	return nil
}

// Recipients are the contacts an invoice goes to. It is a fault naming the field when there is none with an e-mail.
func (c Customer) Recipients() ([]Contact, error) {
	var out []Contact
	for _, k := range c.Contacts {
		if k.Email != "" {
			out = append(out, k)
		}
	}
	if len(out) == 0 {
		return nil, fault.Invalidf("contact.email", fault.T("%s의 담당자 이메일이 없습니다. 고객사 관리에서 등록한 뒤 다시 발송해 주세요.", "%s has no contact e-mail; register one under customers and send again.", c.Name))
	}
	return out, nil
}

// Dates are what an invoice of the month prints: the billing day in the month after, and the day payment is due.
func (c Customer) Dates(m calendar.Month) (billing, due calendar.Date) {
	billing = m.Next().Day(c.BillingDay)
	return billing, billing.AddDays(c.DueDays)
}

// Turn says what happens to a month of the customer in a bill run.
type Turn string

const (
	TurnBill        Turn = "bill"         // an invoice is made, of every month in Span
	TurnGather      Turn = "gather"       // billed later, with the rest of its cycle
	TurnBeforeFirst Turn = "before-first" // before the first billing month: never billed
)

// TurnIn decides by cycle and first billing month. Without a first month, cycles count from January, and a cycle
// longer than a month reaches back to the month before the registration at most: what was used earlier was settled
// before the customer existed and stays in the work-lists of those months.
func (c Customer) TurnIn(m calendar.Month) (Turn, []calendar.Month) {
	first := c.FirstMonth
	if first == (calendar.Month{}) {
		first = calendar.MonthOf(m.First().Start()).Add(-int(m.First().Month()) + 1)
	}
	since := c.gathersSince()
	if m.Before(first) || m.Before(since) {
		return TurnBeforeFirst, nil
	}
	if !c.Cycle.Bills(first, m) {
		return TurnGather, nil
	}
	return TurnBill, slices.DeleteFunc(c.Cycle.Span(first, m), since.After)
}

// gathersSince is the earliest month that a cycle without a first month can gather; zero where nothing limits it.
func (c Customer) gathersSince() calendar.Month {
	if !c.FirstMonth.IsZero() || c.Cycle == calendar.Monthly || c.Registered.IsZero() {
		return calendar.Month{}
	}
	return c.Registered.In().Prev()
}
