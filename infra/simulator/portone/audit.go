package portone

// Audited is a payment as an auditor sees it: what the card company moved, whatever was answered.
type Audited struct {
	Store, ID  string
	Status     string
	Currency   string
	BillingKey string // of the last try
	Tries      int
	Successes  int   // tries that charged a card; above one is the worst that can happen
	Charged    int64 // sum of the successes
	Cancelled  int64 // given back
	TaxFree    int64 // of the last try, as it was sent
	VAT        int64
	Codes      []string // of the declines, in order
}

// Payments lists every payment by store and id.
func (s *Simulator) Payments() []Audited {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]Audited, 0, len(s.state.payments))
	for _, p := range ordered(s.state.payments) {
		out = append(out, p.audit())
	}
	return out
}

func (p *payment) audit() Audited {
	last := p.last()
	a := Audited{Store: p.Store, ID: p.ID, Status: p.Status, Currency: last.Currency, BillingKey: last.Key, Tries: len(p.Tries), TaxFree: last.TaxFree, VAT: last.VAT}
	for _, t := range p.Tries {
		switch {
		case t.Succeeded:
			a.Successes++
			a.Charged += t.Total
		case t.Code != "":
			a.Codes = append(a.Codes, t.Code)
		}
	}
	a.Cancelled, _ = p.cancelled()
	return a
}
