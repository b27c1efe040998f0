package popbill

import "encoding/json"

func (s *Simulator) isMember(q *request) (any, error) {
	if q.query.Get("LID") != s.opts.LinkID {
		return nil, refuse(-99003004)
	}
	if s.state.Members[q.query.Get("CorpNum")] == nil {
		return map[string]any{"code": 0, "message": "미가입"}, nil
	}
	return map[string]any{"code": 1, "message": "가입"}, nil
}

func (s *Simulator) points(q *request) (any, error) {
	return map[string]any{"remainPoint": s.state.Members[q.corpNum].Points}, nil
}

func (s *Simulator) unitCost(*request) (any, error) {
	return map[string]any{"unitCost": UnitCost}, nil
}

func (s *Simulator) chargeInfo(*request) (any, error) {
	return map[string]any{"unitCost": "100", "chargeMethod": "연동과금", "rateSystem": "종량제"}, nil
}

func (s *Simulator) sendsAtOnce(q *request) (any, error) {
	return map[string]any{"sendToNTS": s.state.Members[q.corpNum].SendsAtOnce}, nil
}

func (s *Simulator) certificateOf(q *request) (Certificate, error) {
	c := s.state.Members[q.corpNum].Certificate
	if c == (Certificate{}) {
		return c, refuse(-10004000)
	}
	return c, nil
}

func (s *Simulator) certificateExpiry(q *request) (any, error) {
	c, err := s.certificateOf(q)
	return map[string]any{"certificateExpiration": stamp(c.Expires)}, err
}

func (s *Simulator) checkCertificate(q *request) (any, error) {
	return done(nil), certificateError(s.state.Members[q.corpNum].Certificate, s.now())
}

func (s *Simulator) certificate(q *request) (any, error) {
	c, err := s.certificateOf(q)
	return map[string]any{
		"regDT": stamp(c.Expires.AddDate(-1, 0, 0)), "expireDT": stamp(c.Expires),
		"issuerDN": "cn=Simulated CA,o=SIMULATED,c=kr", "subjectDN": "cn=" + s.state.Members[q.corpNum].CorpName + ",o=SIMULATED,c=kr",
		"issuerName": "모의인증기관", "oid": "1.2.410.200004.5.2.1.6", "regContactName": "담당자", "regContactID": "simulated",
	}, err
}

// business is what the tax office knows of a number; one that nobody declared is open.
func (s *Simulator) business(n string) Business {
	if b, ok := s.state.Businesses[n]; ok {
		return b
	}
	if !s.validBusiness(n) {
		return Business{CorpNum: n}
	}
	return Business{CorpNum: n, State: 1, TaxType: 10}
}

func (b Business) answer(today string) map[string]any {
	out := map[string]any{"corpNum": b.CorpNum, "state": b.State, "checkDate": today}
	if b.TaxType != 0 {
		out["taxType"] = b.TaxType
	}
	if b.Since != "" {
		out["stateDate"] = b.Since
	}
	return out
}

func (s *Simulator) businessState(q *request) (any, error) {
	return s.business(q.query.Get("CN")).answer(stamp(s.now())[:8]), nil
}

// maxNumbers is how many keys or business numbers one call takes.
const maxNumbers = 1000

func (s *Simulator) businessStates(q *request) (any, error) {
	var numbers []string
	if err := json.Unmarshal(q.body, &numbers); err != nil || len(numbers) == 0 || len(numbers) > maxNumbers {
		return nil, refuse(-99910010) // guess
	}
	out := make([]map[string]any, 0, len(numbers))
	for _, n := range numbers {
		out = append(out, s.business(n).answer(stamp(s.now())[:8]))
	}
	return out, nil
}
