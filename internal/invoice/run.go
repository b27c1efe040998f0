package invoice

import (
	"context"
	"time"

	"jeongsan/internal/calendar"
	"jeongsan/internal/fault"
	"jeongsan/internal/money"
	"jeongsan/internal/store"
)

const kindRun = "run"

// Reason says why a part of the provider's bill is on no customer's invoice.
type Reason string

const (
	Unregistered  Reason = "unregistered"  // a member that is no customer
	NotActive     Reason = "inactive"      // used after the customer became inactive
	BeforeFirst   Reason = "before-first"  // before the first billing month
	NothingToBill Reason = "below-minimum" // the customer's month rounds to nothing payable
	Negative      Reason = "negative"      // more credit than usage: a person decides
	AfterFinal    Reason = "after-final"   // the provider changed the figure after the invoice was final
	ProviderTax   Reason = "provider-tax"  // the provider's own tax
	Departed      Reason = "departed"      // the member left for another partner; the last figure seen
)

// Text is the reason as the work-list shows it, with what to do.
func (r Reason) Text() fault.Text {
	switch r {
	case Unregistered:
		return fault.T("미등록 회원: 고객사로 등록하거나 자체 비용으로 처리", "unregistered member: register it as a customer or bear the cost")
	case NotActive:
		return fault.T("비활성 이후 사용: 제공사 자원을 정리했는지 확인", "used after becoming inactive: check that its resources are gone")
	case BeforeFirst:
		return fault.T("청구 시작월 이전", "before the first billing month")
	case NothingToBill:
		return fault.T("청구할 금액 없음(전액 할인되었거나 1원 미만)", "nothing payable (wholly discounted, or below one won)")
	case Negative:
		return fault.T("음수 금액: 크레딧 처리 필요", "negative: needs a credit")
	case AfterFinal:
		return fault.T("확정 후 변경된 금액", "changed after the invoice was final")
	case ProviderTax:
		return fault.T("제공사 세금: 매입세액으로 처리", "the provider's tax: your input tax")
	case Departed:
		return fault.T("파트너 변경으로 조회되지 않음: 마지막 금액", "left for another partner: last figure seen")
	}
	return fault.Text{KO: string(r), EN: string(r)}
}

// Unallocated is one item of the work-list.
type Unallocated struct {
	Member   string        `json:"member"`
	Name     string        `json:"name,omitempty"`
	Customer string        `json:"customer,omitempty"`
	Reason   Reason        `json:"reason"`
	Cost     money.Decimal `json:"cost"`
}

// Gate is the proof of one account's month, to the last digit:
// Billed + Released = Invoiced + Gathered + Σ Unallocated.
type Gate struct {
	Account     string         `json:"account"`
	Label       string         `json:"label"`
	Month       calendar.Month `json:"month"`
	Currency    money.Currency `json:"currency"`
	Billed      money.Decimal  `json:"billed"`   // the provider's bill
	Invoiced    money.Decimal  `json:"invoiced"` // on invoices of this run: final, or drafts that Open names
	Released    money.Decimal  `json:"released"` // gathered in earlier months, of cycles that end with this one
	Gathered    money.Decimal  `json:"gathered"` // waits for its cycle
	Unallocated []Unallocated  `json:"unallocated,omitempty"`
	Open        []string       `json:"open,omitempty"`   // customers whose draft is not final yet
	Unread      bool           `json:"unread,omitempty"` // the provider's bill was not read, or not since the month ended
}

// Left is the sum of the work-list.
func (g Gate) Left() money.Decimal {
	var sum money.Decimal
	for _, u := range g.Unallocated {
		sum = sum.Add(u.Cost)
	}
	return sum
}

// Difference is what the sums miss of the provider's bill; zero when the gate holds.
func (g Gate) Difference() money.Decimal {
	return g.Billed.Add(g.Released).Sub(g.Invoiced).Sub(g.Gathered).Sub(g.Left())
}

// Check is nil when the run may close through this gate.
func (g Gate) Check() error {
	if g.Unread {
		return fault.New(fault.Conflict, fault.T("%[1]s: %[2]s의 마지막 금액을 아직 읽지 못했습니다. 인증키와 수집 상태를 확인해 주세요.", "%[1]s: the last figures of %[2]s have not been read yet; check the key and the daily pull.", g.Label, g.Month))
	}
	if len(g.Open) > 0 {
		return fault.New(fault.Conflict, fault.T("%[1]s: 확정되지 않은 청구서가 %[2]d건 있습니다(%[3]s …).", "%[1]s: %[2]d invoices are not final (%[3]s …).", g.Label, len(g.Open), g.Open[0]))
	}
	if d := g.Difference(); !d.IsZero() {
		return fault.New(fault.Conflict, fault.T("%[1]s: 제공사 청구액과 배분 합계가 %[2]s %[3]s 다릅니다.", "%[1]s: the provider's bill and what was allocated differ by %[2]s %[3]s.", g.Label, d.Canonical(), g.Currency))
	}
	return nil
}

// Run is the settlement of a month.
type Run struct {
	Month  calendar.Month `json:"month"`
	Closed time.Time      `json:"closed,omitzero"`
	Gates  []Gate         `json:"gates,omitempty"` // as they stood at the close
}

func runKey(t store.Tenant, m calendar.Month) store.Key { return t.Partition("run").Key(m.String()) }

// Put is the write of the run at the version it was read with (0: new).
func (r Run) Put(t store.Tenant, version int64) (store.Write, error) {
	d, err := store.JSON(runKey(t, r.Month), kindRun, schema, r)
	return store.Put(d, store.AtVersion(version)), err
}

// LoadRun reads the run; a month that was never closed is an open run at version 0.
func LoadRun(ctx context.Context, s store.Reader, t store.Tenant, m calendar.Month) (Run, int64, error) {
	d, err := s.Get(ctx, runKey(t, m))
	if fault.Is(err, fault.NotFound) {
		return Run{Month: m}, 0, nil
	}
	if err != nil {
		return Run{}, 0, err
	}
	var r Run
	return r, d.Version, store.Decode(d, kindRun, schema, &r)
}
