package calendar

import "jeongsan/internal/fault"

// Cycle is how often a customer gets an invoice. What falls between two invoices is gathered in the later one.
// The zero Cycle is not set and never bills.
type Cycle string

const (
	Monthly    Cycle = "monthly"
	Quarterly  Cycle = "quarterly"
	HalfYearly Cycle = "half-yearly"
	Yearly     Cycle = "yearly"
)

// Cycles lists every cycle, the shortest first.
func Cycles() []Cycle { return []Cycle{Monthly, Quarterly, HalfYearly, Yearly} }

// ParseCycle reads "monthly", "quarterly", "half-yearly" or "yearly".
func ParseCycle(s string) (Cycle, error) {
	if c := Cycle(s); c.Months() > 0 {
		return c, nil
	}
	return "", fault.Invalidf("cycle", fault.T(
		"청구 주기 %.20q을(를) 알 수 없습니다. monthly(매월), quarterly(분기), half-yearly(반기), yearly(매년) 중 하나여야 합니다.",
		"Billing cycle %.20q is not known; use one of monthly, quarterly, half-yearly, yearly.", s))
}

// Months is the length of the cycle in months; 0 when it is not set.
func (c Cycle) Months() int {
	switch c {
	case Monthly:
		return 1
	case Quarterly:
		return 3
	case HalfYearly:
		return 6
	case Yearly:
		return 12
	}
	return 0
}

// Text is the name of the cycle on screens and documents.
func (c Cycle) Text() fault.Text {
	switch c {
	case Monthly:
		return fault.T("매월", "monthly")
	case Quarterly:
		return fault.T("분기", "quarterly")
	case HalfYearly:
		return fault.T("반기", "half-yearly")
	case Yearly:
		return fault.T("매년", "yearly")
	}
	return fault.T("미정", "not set")
}

// Bills reports whether the usage month m closes a cycle and so gets an invoice. Cycles are counted from the
// customer's first billing month, not from January: with first = 2026-08 a quarterly customer is billed with
// 2026-10, 2027-01, 2027-04 and so on, and never before. Without a first month nothing is billed.
func (c Cycle) Bills(first, m Month) bool {
	length := c.Months()
	return length > 0 && !first.IsZero() && !m.Before(first) && (m.Sub(first)+1)%length == 0
}

// Span lists the usage months gathered in the invoice of m, oldest first and m last; nil when m is not billed.
func (c Cycle) Span(first, m Month) []Month {
	if !c.Bills(first, m) {
		return nil
	}
	months := make([]Month, c.Months())
	for i := range months {
		months[i] = m.Add(i + 1 - len(months))
	}
	return months
}

// UnmarshalText reads a cycle; "" is not set. A stored document can therefore not bring in an unknown one.
func (c *Cycle) UnmarshalText(b []byte) (err error) {
	if len(b) == 0 {
		*c = ""
		return nil
	}
	*c, err = ParseCycle(string(b))
	return err
}
