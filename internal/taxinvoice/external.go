package taxinvoice

import (
	"context"
	"strings"
	"time"

	"jeongsan/internal/calendar"
	"jeongsan/internal/customer"
	"jeongsan/internal/fault"
	"jeongsan/internal/invoice"
	"jeongsan/internal/money"
	"jeongsan/internal/store"
	"jeongsan/internal/tenant"
)

// Elsewhere is where a tax invoice of ours was issued without us.
type Elsewhere string

const (
	Hometax Elsewhere = "hometax" // 홈택스
	Reverse Elsewhere = "reverse" // 역발행: the buyer drew it up
	Other   Elsewhere = "other"   // another service
)

// External is the record of a tax invoice that was issued elsewhere, so that its invoice is not covered twice (XX-11).
// Recording one goes with reserving the invoice's head for it: invoice.Tax(Confirmation), in one commit.
type External struct {
	Confirmation string         `json:"confirmation"` // 국세청 승인번호, 24 characters beginning with the 작성일자
	Where        Elsewhere      `json:"where"`
	Issuer       string         `json:"issuer"` // business number of the supplier on it
	Buyer        string         `json:"buyer"`  // number of the buyer on it: 10 digits, or 13 of a person
	Written      calendar.Date  `json:"written"`
	Supply       money.Amount   `json:"supply"`
	VAT          money.Amount   `json:"vat"`
	Total        money.Amount   `json:"total"`
	Customer     string         `json:"customer"`
	Month        calendar.Month `json:"month"`   // settlement month of the invoice it covers
	Invoice      string         `json:"invoice"` // its number
	Note         string         `json:"note,omitempty"`
	By           string         `json:"by"`
	At           time.Time      `json:"at"`
}

const kindExternal = "tax-external"

// VersionedExternal is a record with the version it was read at.
type VersionedExternal struct {
	External
	Version int64
}

// Normalize brings the numbers into the form they are stored in: Hometax prints a confirmation number with hyphens.
func (e External) Normalize() External {
	for _, s := range []*string{&e.Confirmation, &e.Issuer, &e.Buyer} {
		*s = strings.ReplaceAll(strings.TrimSpace(*s), "-", "")
	}
	e.Note, e.At = clean(e.Note), e.At.UTC()
	return e
}

// Check names everything wrong with a normalized record of the invoice, joined. Amounts other than the invoice's are no
// fault: what was issued was issued, and Difference shows it.
func (e External) Check(i invoice.Invoice, today calendar.Date) error {
	k := &checks{}
	written, ok := dateOf(e.Confirmation)
	k.refuse(!ok, "confirmation", "국세청 승인번호 %q은(는) 24자리여야 하고 작성일자로 시작해야 합니다.", "The confirmation number %q must have 24 characters and begin with its date.", e.Confirmation)
	k.refuse(ok && written != e.Written, "written", "작성일자 %[1]s이(가) 승인번호의 날짜 %[2]s과(와) 다릅니다. 둘 중 하나를 고쳐 주세요.", "The date %[1]s is not the one in the confirmation number, %[2]s; correct one of them.", e.Written, written)
	k.refuse(e.Written.After(today), "written", "작성일자 %[1]s은(는) 오늘보다 뒤입니다.", "The date %[1]s lies in the future.", e.Written)
	k.refuse(e.Where != Hometax && e.Where != Reverse && e.Where != Other, "where", "발행한 곳 %q은(는) 홈택스, 역발행, 그 밖의 서비스 중 하나여야 합니다.", "Where it was issued, %q, must be hometax, reverse or other.", e.Where)
	k.under("issuer", customer.CheckBusinessNumber(e.Issuer))
	if !personForm.MatchString(e.Buyer) {
		k.under("buyer", customer.CheckBusinessNumber(e.Buyer))
	}
	e.checkAmounts(k)
	k.refuse(e.Customer != i.Customer || e.Month != i.Month || e.Invoice != i.Number, "invoice",
		"기록하려는 청구서 %[1]s이(가) 고객사 %[2]s의 %[3]s 청구서가 아닙니다. 청구서를 다시 골라 주세요.",
		"Invoice %[1]s is not the invoice of customer %[2]s for %[3]s; choose the invoice again.", e.Invoice, i.Customer, i.Month)
	return joined(k)
}

func (e External) checkAmounts(k *checks) {
	k.won("supply", fault.T("공급가액", "The supply amount"), e.Supply)
	k.won("vat", fault.T("세액", "VAT"), e.VAT)
	total, err := e.Supply.Add(e.VAT)
	k.refuse(err != nil || !same(total, e.Total), "total", "합계금액 %[1]s이(가) 공급가액과 세액의 합이 아닙니다.", "The total %[1]s is not supply and VAT together.", e.Total.Grouped())
	k.refuse(e.Supply.Sign() <= 0 || e.VAT.Sign() < 0, "supply", "공급가액은 0원보다 크고 세액은 0원 이상이어야 합니다.", "The supply amount must be more than zero and VAT not below it.")
}

// Parties names each side that is not the supplier or the customer whose invoice it would cover, joined: the record of
// somebody else's tax invoice would keep ours from being issued.
func (e External) Parties(p tenant.Profile, c customer.Customer) error {
	k := &checks{}
	issuer, bearer := supplier(p).BusinessNumber, buyer(c).BusinessNumber
	k.refuse(e.Issuer != issuer, "issuer", "공급자 %[1]s이(가) 우리 사업자등록번호 %[2]s과(와) 다릅니다. 다른 사업자의 세금계산서가 아닌지 확인해 주세요.", "The supplier %[1]s is not ours, %[2]s; make sure that it is no other company's tax invoice.", customer.FormatBusinessNumber(e.Issuer), customer.FormatBusinessNumber(issuer))
	k.refuse(e.Buyer != bearer, "buyer", "공급받는자 %[1]s이(가) 고객사 %[3]s의 등록번호 %[2]s과(와) 다릅니다. 고객사와 번호를 확인해 주세요.", "The buyer %[1]s is not customer %[3]s, whose number is %[2]s; check customer and number.", shownNumber(e.Buyer), shownNumber(bearer), c.ID)
	return joined(k)
}

// shownNumber is a registration number for a sentence; of a person's only the first six digits, the day of birth.
func shownNumber(s string) string {
	if personForm.MatchString(s) && s != ForeignNumber {
		return s[:6] + "-*******"
	}
	return customer.FormatBusinessNumber(s)
}

// Stated refuses amounts other than those that the invoice leaves to cover, unless the note says why.
func (e External) Stated(left invoice.Covered) error {
	by, err := e.Difference(left)
	if err != nil || e.Note != "" || by.Supply.IsZero() && by.VAT.IsZero() {
		return err
	}
	return fault.Invalidf("note", fault.T(
		"기록하려는 세금계산서의 금액 %[1]s이(가) 청구서의 발행 대상 금액 %[2]s과(와) 다릅니다. 금액을 고치거나, 다른 이유를 메모에 적어 주세요.",
		"The tax invoice says %[3]s where the invoice leaves %[4]s to cover; correct the amounts, or say in the note why they differ.",
		e.Total.Korean(), left.Total.Korean(), e.Total.English(), left.Total.English()))
}

// Difference is what was issued elsewhere less what the invoice leaves to cover.
func (e External) Difference(left invoice.Covered) (invoice.Covered, error) {
	return plus(invoice.Covered{Supply: e.Supply, VAT: e.VAT, Total: e.Total},
		invoice.Covered{Supply: left.Supply.Neg(), VAT: left.VAT.Neg(), Total: left.Total.Neg()})
}

func externals(t store.Tenant) store.Partition { return t.Partition("tax-external") }

// DocumentKey is where it lies: in the order of 작성일자, with which confirmation numbers begin.
func (e External) DocumentKey(t store.Tenant) store.Key { return externals(t).Key(e.Confirmation) }

// Put is the write of a new record; a second one of the same confirmation number fails its condition.
func (e External) Put(t store.Tenant) (store.Write, error) {
	d, err := store.JSON(e.DocumentKey(t), kindExternal, schema, e)
	return store.Put(d, store.Absent), err
}

// Withdraw is the write that takes back a record made by mistake.
func (e VersionedExternal) Withdraw(t store.Tenant) store.Write {
	return store.Delete(e.DocumentKey(t), store.AtVersion(e.Version))
}

// LoadExternal reads the record of a confirmation number; fault.NotFound when there is none.
func LoadExternal(ctx context.Context, s store.Reader, t store.Tenant, confirmation string) (VersionedExternal, error) {
	d, err := s.Get(ctx, External{Confirmation: confirmation}.DocumentKey(t))
	if err != nil {
		return VersionedExternal{}, err
	}
	return decodeExternal(d)
}

// ListExternals reads those dated from the first to the last day, both included, in the order of 작성일자.
func ListExternals(ctx context.Context, s store.Reader, t store.Tenant, first, last calendar.Date) ([]VersionedExternal, error) {
	q := store.Query{Partition: externals(t), From: []string{first.Compact()}, To: []string{last.AddDays(1).Compact()}}
	var out []VersionedExternal
	err := store.Each(ctx, s, q, func(d store.Document) error {
		v, err := decodeExternal(d)
		out = append(out, v)
		return err
	})
	return out, err
}

func decodeExternal(d store.Document) (VersionedExternal, error) {
	v := VersionedExternal{Version: d.Version}
	return v, store.Decode(d, kindExternal, schema, &v.External)
}
