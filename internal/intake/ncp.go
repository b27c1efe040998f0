// Package intake stands between the clients of outside systems and the flows: it turns what providers state into usage
// rows (settlement.Source), Popbill into a settlement.TaxService, and PortOne into a receivables.Gateway.
//
// Who uses it: the wiring in infra/local and functions; nobody else. It owns the meaning of each system's words in ours,
// and which rows are virtual machines. It does not own a protocol (ncp, focus, popbill, portone) nor what follows (flows).
//
// Invariants: no amount is computed here but by adding and subtracting exactly; every row of the provider becomes
// one row of ours; what is stated only for a member as a whole becomes the member's total, never a row.
package intake

import (
	"context"
	"errors"
	"slices"
	"strings"

	"jeongsan/internal/calendar"
	"jeongsan/internal/fault"
	"jeongsan/internal/money"
	"jeongsan/internal/ncp"
	"jeongsan/internal/rating"
	"jeongsan/internal/settlement"
	"jeongsan/internal/usage"
)

// NCP is the source of an NCP partner account: every member's bill and contract rows of a month.
type NCP struct{ Client *ncp.Client }

// Pull reads the month as one snapshot of the provider's.
func (n NCP) Pull(ctx context.Context, m calendar.Month, to settlement.Sink) (settlement.Statement, error) {
	s := &ncpSink{to: to, members: map[string]*usage.Total{}}
	pulled, err := n.Client.PullMonth(ctx, ncp.Pull{Month: m.Compact(), Partner: true}, s)
	if errors.Is(err, ncp.ErrChanged) {
		return settlement.Statement{}, settlement.ErrChanged
	}
	if errors.Is(err, ncp.ErrOtherMonth) { // on the 1st it may still answer with last month's figures
		return settlement.Statement{}, settlement.ErrNotYet
	}
	if err != nil {
		return settlement.Statement{}, err
	}
	for _, id := range s.order {
		total := s.members[id]
		total.Parts = slices.DeleteFunc(total.Parts, func(p rating.Part) bool { return p.Amount.IsZero() })
		if err := to.Member(usage.Member{ID: id, Total: total}); err != nil {
			return settlement.Statement{}, err
		}
	}
	currency := s.currency
	if currency == "" {
		currency = money.KRW // nothing was used yet
	}
	return settlement.Statement{Currency: currency, Written: pulled.LastWritten, Partner: &s.partner}, nil
}

// ncpSink gathers the members' bills until the end, since a member can have more than one in a month.
type ncpSink struct {
	to       settlement.Sink
	begun    bool
	currency money.Currency
	partner  usage.Partner
	members  map[string]*usage.Total
	order    []string
}

// Begin is called again when the provider rewrote the month: what went to the snapshot is then worthless, and the
// flow starts over with a fresh one.
func (s *ncpSink) Begin() error {
	if s.begun {
		return settlement.ErrChanged
	}
	s.begun = true
	return nil
}

func (s *ncpSink) PartnerBill(b ncp.PartnerBill) error {
	s.partner.Members++
	s.partner.Amount = s.partner.Amount.Add(b.PartnerTotal)
	return nil
}

func (s *ncpSink) MemberBill(b ncp.MemberBill) error {
	if err := s.one(b.Currency); err != nil {
		return err
	}
	total := s.members[b.MemberNo]
	if total == nil {
		total = &usage.Total{}
		s.members[b.MemberNo] = total
		s.order = append(s.order, b.MemberNo)
	}
	total.Amount = total.Amount.Add(b.ThisMonth)
	total.Parts = added(total.Parts, granted(b))
	return nil
}

// granted is what a bill grants or charges above its rows, each kind once and in one order.
func granted(b ncp.MemberBill) []rating.Part {
	d := b.Discounts
	return []rating.Part{
		{Name: "상품 할인", Amount: d.Product.Neg()}, {Name: "고객 할인", Amount: d.Customer.Neg()}, {Name: "크레딧", Amount: d.Credit.Neg()},
		{Name: "코인", Amount: d.CoinUse.Neg()}, {Name: "통화 할인", Amount: d.Currency.Neg()}, {Name: "절사", Amount: d.RoundDown.Neg()}, {Name: "위약금", Amount: b.Default},
	}
}

// added sums the parts of a member's bills kind by kind: the provider may list the bills in any order.
func added(sums, parts []rating.Part) []rating.Part {
	if sums == nil {
		return parts
	}
	for i := range sums {
		sums[i].Amount = sums[i].Amount.Add(parts[i].Amount)
	}
	return sums
}

// one holds a reading to one currency: a rollup has one, and amounts of two never add.
func (s *ncpSink) one(c money.Currency) error {
	if s.currency == "" {
		s.currency = c
	}
	if s.currency != c {
		return fault.Invalidf("payCurrency", fault.T("한 계정의 청구 통화가 섞여 있습니다(%s, %s). 통화별로 계정을 나누어 등록해 주세요.", "The account is billed in more than one currency (%s, %s); register an account for each.", s.currency, c))
	}
	return nil
}

// vmTypes are the demand types that a VM discount applies to: servers, running and stopped, VPC and Classic. Their
// block storage, addresses and software are not (stated in docs/fees.md): base storage (VSVR_BBST) is of a server's
// demand type and differs in the detail only, which therefore decides where there is one.
var vmTypes = []string{"VSVR", "VSVRT", "SVR", "SVRT"}

func isVM(c ncp.ContractCost) bool {
	return slices.Contains(vmTypes, first(c.Detail.Code, c.Type.Code))
}

func (s *ncpSink) ContractCost(c ncp.ContractCost) error {
	if err := s.one(c.Currency); err != nil {
		return err
	}
	return s.to.Row(c.MemberNo, usage.Row{
		Service: named(c.Type), Kind: named(c.Contract.Type), Region: c.RegionCode, Detail: named(c.Detail), Resource: c.Contract.InstanceName,
		Ref: c.Contract.No, Quantity: quantity(c.Quantity, named(c.Unit)),
		List: c.Use, Promise: c.Promise, MemberPrice: c.MemberPrice, MemberPromise: c.MemberPromise, Cost: c.Demand,
		Start: c.Contract.Start, End: c.Contract.End, VM: isVM(c),
	}.Settle())
}

func named(c ncp.Code) string {
	if c.Name != "" {
		return c.Name
	}
	return c.Code
}

func quantity(q money.Decimal, unit string) string {
	if q.IsZero() && unit == "" {
		return ""
	}
	return strings.TrimSpace(q.Canonical() + " " + unit)
}

var _ settlement.Source = NCP{}
