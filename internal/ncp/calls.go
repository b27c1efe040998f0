package ncp

import (
	"context"
	"iter"
	"net/url"
	"time"

	"jeongsan/internal/fault"
)

var (
	opMemberBills   = operation{"getDemandCostList", "demandCostList"}
	opPartnerBills  = operation{"getPartnerDemandCostList", "partnerDemandCostList"}
	opContractCosts = operation{"getContractDemandCostList", "contractDemandCostList"}
	opDailyUsage    = operation{"getContractUsageListByDaily", "contractUsageListByDaily"}
	opRelations     = operation{"getCostRelationCodeList", "costRelationCodeList"}
)

const (
	monthLayout = "200601"
	dayLayout   = "20060102"
	maxMonths   = 3 // span of one query
)

// Months is a span of whole months, "yyyyMM" both, at most three.
type Months struct{ From, To string }

// Month is the span of one month.
func Month(yyyyMM string) Months { return Months{yyyyMM, yyyyMM} }

// Days is a span of days, "yyyyMMdd" both, at most three months.
type Days struct{ From, To string }

// Scope says whose rows are asked for.
type Scope struct {
	// Partner asks for the members of the partner whose main account (파트너 대표) holds the key; false asks for the account itself.
	Partner bool
	// Members narrows to these member numbers; nil asks for all that the account may see. Long lists are asked for in
	// batches that keep addresses short.
	Members []string
}

// MemberBills yields the bills of the months, one page in memory at a time. After an error there are no more rows.
func (c *Client) MemberBills(ctx context.Context, m Months, s Scope) iter.Seq2[MemberBill, error] {
	return stream(func(emit func(MemberBill) error) error {
		return list(ctx, c, monthQuery(opMemberBills, m, s), readMemberBill, func(b MemberBill) error {
			if err := m.holds(opMemberBills, b.Month); err != nil {
				return err
			}
			return emit(b)
		}, func(b MemberBill) string { return b.MemberNo })
	})
}

// PartnerBills yields what the partner pays for each member; without members it also is the list of the partner's members.
// s.Partner is not sent: the call exists for partners only.
func (c *Client) PartnerBills(ctx context.Context, m Months, s Scope) iter.Seq2[PartnerBill, error] {
	s.Partner = false
	return stream(func(emit func(PartnerBill) error) error {
		return list(ctx, c, monthQuery(opPartnerBills, m, s), readPartnerBill, func(b PartnerBill) error {
			if err := m.holds(opPartnerBills, b.Month); err != nil {
				return err
			}
			return emit(b)
		}, func(b PartnerBill) string { return b.MemberNo })
	})
}

// ContractCosts yields every contract row of the months, one page in memory at a time, in the provider's order. All rows
// of a member and month are of one writeDate, or the last error is ErrChanged.
func (c *Client) ContractCosts(ctx context.Context, m Months, s Scope) iter.Seq2[ContractCost, error] {
	return stream(func(emit func(ContractCost) error) error {
		written := stamps{}
		return list(ctx, c, monthQuery(opContractCosts, m, s), readContractCost, func(row ContractCost) error {
			if err := m.holds(opContractCosts, row.Month); err != nil {
				return err
			}
			if err := written.see(row); err != nil {
				return err
			}
			return emit(row)
		}, func(row ContractCost) string { return row.MemberNo })
	})
}

// DailyUsage yields what contracts used day by day. It carries no money.
func (c *Client) DailyUsage(ctx context.Context, d Days, s Scope) iter.Seq2[DailyUsage, error] {
	return stream(func(emit func(DailyUsage) error) error {
		return list(ctx, c, dayQuery(d, s), readDailyUsage, emit, func(u DailyUsage) string { return u.MemberNo })
	})
}

// CostRelations reads the table of codes; it has no pages.
func (c *Client) CostRelations(ctx context.Context) ([]CostRelation, error) {
	p, err := c.fetch(ctx, opRelations, url.Values{}, maxTries)
	if err != nil {
		return nil, err
	}
	if p.total > len(p.rows) {
		return nil, changed(opRelations, "fewer rows than totalRows")
	}
	out := make([]CostRelation, 0, len(p.rows))
	for i, raw := range p.rows {
		r := newRecord(opRelations, i+1, raw)
		relation := readCostRelation(r)
		if err := r.err(); err != nil {
			return nil, err
		}
		out = append(out, relation)
	}
	return out, nil
}

// Proof is what a working key pair turned out to be able to do.
type Proof struct {
	Partner bool // it may read the bills of a partner's members
}

const proofTries = 2 // somebody waits in front of a form

// Prove makes two cheap calls. Faults: a wrong key is Invalid with Field "ACCESS KEY" or "SECRET KEY"; a key without the
// right to read costs is Forbidden with Field "ACCESS KEY"; an unreachable provider, or our own wrong clock, is Unavailable.
func (c *Client) Prove(ctx context.Context) (Proof, error) {
	month := Month(c.now().In(kst).Format(monthLayout))
	if _, err := c.fetch(ctx, opMemberBills, month.query(1, 1), proofTries); err != nil {
		return Proof{}, err
	}
	_, err := c.fetch(ctx, opPartnerBills, month.query(1, 1), proofTries)
	switch fault.CodeOf(err) {
	case "":
		return Proof{Partner: true}, nil
	case fault.Forbidden, fault.Invalid, fault.NotFound:
		return Proof{}, nil // an ordinary account
	}
	return Proof{}, err
}

func (m Months) query(pageNo, pageSize int) url.Values {
	q := url.Values{"startMonth": {m.From}, "endMonth": {m.To}}
	setPage(q, pageNo, pageSize)
	return q
}

func monthQuery(op operation, m Months, s Scope) listing {
	l := listing{op: op, scope: s, query: url.Values{"startMonth": {m.From}, "endMonth": {m.To}}}
	l.err = checkSpan("month", monthLayout, m.From, m.To, fault.T("월은 202610처럼 적고, 한 번에 3개월까지 조회합니다.", "Write months like 202610; one query covers three months at most."))
	return l
}

func dayQuery(d Days, s Scope) listing {
	l := listing{op: opDailyUsage, scope: s, query: url.Values{"useStartDay": {d.From}, "useEndDay": {d.To}}}
	l.err = checkSpan("day", dayLayout, d.From, d.To, fault.T("날짜는 20261001처럼 적고, 한 번에 3개월까지 조회합니다.", "Write days like 20261001; one query covers three months at most."))
	return l
}

func checkSpan(field, layout, from, to string, text fault.Text) error {
	start, err1 := time.Parse(layout, from)
	end, err2 := time.Parse(layout, to)
	if err1 != nil || err2 != nil || end.Before(start) || !end.Before(start.AddDate(0, maxMonths, 0)) {
		return fault.Invalidf(field, text)
	}
	return nil
}

func (m Months) holds(op operation, month string) error {
	if m.From <= month && month <= m.To {
		return nil
	}
	return fault.New(fault.Unavailable, fault.T(
		"네이버 클라우드가 요청한 %s월이 아니라 %s월의 요금으로 답했습니다. 해당 월이 아직 집계되지 않았습니다. 내일 다시 시도하세요.",
		"NCP was asked for month %s and answered with month %.20s: it has not written that month yet. Try again tomorrow.", m.To, month)).
		Because(ErrOtherMonth)
}

func stream[T any](run func(emit func(T) error) error) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		err := run(func(v T) error {
			if !yield(v, nil) {
				return errStopped
			}
			return nil
		})
		if err != nil && err != errStopped {
			var none T
			yield(none, err)
		}
	}
}
