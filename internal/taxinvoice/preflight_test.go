package taxinvoice_test

import (
	"errors"
	"testing"
	"time"

	"jeongsan/internal/calendar"
	"jeongsan/internal/customer"
	"jeongsan/internal/fault"
	"jeongsan/internal/invoice"
	"jeongsan/internal/money"
	. "jeongsan/internal/taxinvoice"
)

// ready is an issue of one candidate of whom nothing is wrong.
func ready() Facts {
	return Facts{
		Now: now, Timing: NextDay, Certificate: Certificate{Registered: true, Expires: now.AddDate(1, 0, 0)},
		Points: money.Int(1_000), UnitCost: money.Int(100), Candidates: []Candidate{candidate()},
	}
}

func candidate() Candidate {
	return Candidate{Invoice: billed(1_082_750, 108_275), Content: content(), Buyer: Business{Operation: Operating, Taxpayer: General}}
}

// codes are the findings, a blocking one with an exclamation mark.
func codes(t *testing.T, problems []Problem) []string {
	t.Helper()
	var out []string
	for _, p := range problems {
		told(t, p.Text)
		code := string(p.Code)
		if p.Blocking {
			code += "!"
		}
		out = append(out, code)
	}
	return out
}

func TestAn_issue_of_which_nothing_is_wrong_has_no_problem(t *testing.T) {
	for _, taxpayer := range []Taxpayer{General, ExemptOnly, Simple, SimpleIssuing, NonProfit} {
		f := ready()
		f.Candidates[0].Buyer.Taxpayer = taxpayer
		if got := Preflight(f, korea); len(got) != 0 {
			t.Errorf("%s: %+v", taxpayer, got)
		}
	}
}

func TestEvery_problem_is_found_before_anything_is_issued(t *testing.T) {
	card := invoice.Portion{Payment: "p1", Means: invoice.Card, Evidence: invoice.BySlip, Supply: money.Won(1_082_750), VAT: money.Won(108_275), Amount: money.Won(1_191_025)}
	external := elsewhere()
	failed := must(intended().Refuse(fault.T("폐업한 사업자입니다.", "closed")))
	for _, c := range []struct {
		what  string
		spoil func(*Facts, *Candidate)
		want  []string
	}{
		{"no certificate", func(f *Facts, _ *Candidate) { f.Certificate = Certificate{} }, []string{"certificate-missing!"}},
		{"a certificate that ended", func(f *Facts, _ *Candidate) { f.Certificate.Expires = now }, []string{"certificate-expired!"}},
		{"one that ends in four weeks", func(f *Facts, _ *Candidate) { f.Certificate.Expires = now.Add(28 * 24 * time.Hour) }, []string{"certificate-expiring"}},
		{"one the service refuses", func(f *Facts, _ *Candidate) { f.Certificate.Failure = fault.T("폐기됨", "revoked") }, []string{"certificate-refused!"}},
		{"too few points", func(f *Facts, _ *Candidate) { f.Points = money.MustDecimal("99.9") }, []string{"too-few-points!"}},
		{"an account that transmits at once", func(f *Facts, _ *Candidate) { f.SendsAtOnce = true }, []string{"transmits-at-once!"}},
		{"which is what was asked for", func(f *Facts, _ *Candidate) { f.SendsAtOnce, f.Timing = true, Immediate }, nil},
		{"a closed buyer", func(_ *Facts, c *Candidate) { c.Buyer.Operation, c.Buyer.Since = Closed, day("2026-10-31") }, []string{"buyer-closed!"}},
		{"a buyer closed nobody knows when", func(_ *Facts, c *Candidate) { c.Buyer.Operation = Closed }, []string{"buyer-closed!"}},
		{"a buyer who closed after the date", func(_ *Facts, c *Candidate) { c.Buyer.Operation, c.Buyer.Since = Closed, day("2026-11-01") }, []string{"buyer-closed"}},
		{"a number nobody has", func(_ *Facts, c *Candidate) { c.Buyer.Operation = Unregistered }, []string{"buyer-unregistered!"}},
		{"a suspended buyer", func(_ *Facts, c *Candidate) { c.Buyer.Operation = Suspended }, []string{"buyer-suspended"}},
		{"a buyer nobody could ask for", func(_ *Facts, c *Candidate) { c.Buyer = Business{} }, []string{"buyer-unknown"}},
		{"a person, who has no business state", func(_ *Facts, c *Candidate) {
			c.Buyer, c.Content.BuyerKind, c.Content.Buyer.BusinessNumber = Business{}, customer.Person, "9001011234567"
		}, nil},
		{"a buyer without a mailbox", func(_ *Facts, c *Candidate) { c.Content.Buyer.Email = "" }, []string{"no-email"}},
		{"a content that fails twice", func(_ *Facts, c *Candidate) { c.Content.Buyer.Name, c.Content.Buyer.Representative = "", "" }, []string{"content!", "content!"}},
		{"a content that is not the invoice's", func(_ *Facts, c *Candidate) { c.Invoice = billed(1_000_000, 100_000) }, []string{"needs-revision!"}},
		{"nothing composed", func(_ *Facts, c *Candidate) { c.Compose = fault.Invalidf("vat", fault.T("가", "a")) }, []string{"not-composed!"}},
		{"nothing composed for a reason of ours", func(_ *Facts, c *Candidate) { c.Compose = errors.New("secret") }, []string{"not-composed!"}},
		{"no invoice", func(_ *Facts, c *Candidate) {
			*c = Candidate{Compose: fault.New(fault.NotFound, fault.T("없음", "none"))}
		}, []string{"not-composed!"}},
		{"an invoice that is not final", func(_ *Facts, c *Candidate) { c.Invoice.State = invoice.Draft }, []string{"not-taxable!"}},
		{"an invoice with a tax invoice", func(_ *Facts, c *Candidate) { c.Invoice.Money.TaxInvoice = "202610-C0007-1" }, []string{"not-taxable!"}},
		{"an open payment and a file that differs", func(_ *Facts, c *Candidate) {
			c.Invoice.Money.Collecting, c.Invoice.Upload = "p9", &invoice.Upload{Difference: money.Won(10)}
		}, []string{"not-taxable!", "not-taxable!"}},
		{"a file that agrees", func(_ *Facts, c *Candidate) { c.Invoice.Upload = &invoice.Upload{Difference: money.Won(0)} }, nil},
		{"an invoice paid by card", func(_ *Facts, c *Candidate) { c.Invoice.Money.Portions = []invoice.Portion{card} }, []string{"not-taxable!"}},
		{"one issued elsewhere", func(_ *Facts, c *Candidate) { c.External = &external }, []string{"issued-elsewhere!"}},
		{"one that failed before", func(_ *Facts, c *Candidate) { c.Last = &failed }, []string{"failed-before"}},
		{"past the deadline", func(f *Facts, _ *Candidate) { f.Now = day("2026-11-11").Start() }, []string{"past-deadline"}},
		{"past the final return", func(f *Facts, _ *Candidate) { f.Now = day("2027-01-26").Start() }, []string{"past-final-return!"}},
	} {
		t.Run(c.what, func(t *testing.T) {
			f := ready()
			c.spoil(&f, &f.Candidates[0])
			same(t, "findings", codes(t, Preflight(f, korea)), c.want)
		})
	}
}

func TestAll_problems_come_at_once_the_accounts_first_then_by_customer(t *testing.T) {
	f := ready()
	second, first := candidate(), candidate()
	second.Invoice.Customer, second.Buyer.Operation = "C0009", Closed
	first.Invoice.Customer, first.Content.Buyer.Name = "C0003", ""
	f.Candidates = []Candidate{second, candidate(), first}
	f.Certificate.Registered, f.Points = false, money.Int(0)
	got := Preflight(f, korea)
	same(t, "findings", codes(t, got), []string{"certificate-missing!", "too-few-points!", "content!", "buyer-closed!"})
	if got[2].Customer != "C0003" || got[2].Field != "buyer.name" || got[3].Customer != "C0009" || got[3].Invoice == "" {
		t.Errorf("%+v", got)
	}
}

func TestPoints_are_counted_for_what_can_be_issued(t *testing.T) {
	f := ready()
	closed := candidate()
	closed.Buyer.Operation = Closed
	f.Candidates, f.Points = []Candidate{candidate(), closed}, money.Int(100)
	same(t, "findings", codes(t, Preflight(f, korea)), []string{"buyer-closed!"})
}

func TestThe_due_list_is_sorted_by_the_days_left_and_says_why(t *testing.T) {
	waiting := func(customer string, written string) Waiting {
		i := billed(1_000_000, 100_000)
		i.Customer = customer
		return Waiting{Invoice: i, Written: day(written)}
	}
	refused := must(intended().Refuse(fault.T("사업자등록번호 오류", "a wrong number")))
	doubted := must(intended().Doubt(fault.T("답이 없음", "no answer")))
	issued := at(Signed)
	external := elsewhere()
	all := []Waiting{waiting("C0001", "2026-10-31"), waiting("C0002", "2026-11-05"), waiting("C0003", "2026-09-30"), waiting("C0004", "2026-10-31"), waiting("C0005", "2026-10-31"), waiting("C0006", "2026-10-31"), waiting("C0007", "2026-10-31"), waiting("C0008", "2026-10-31"), waiting("C0009", "2026-10-31"), waiting("C0010", "2026-10-31")}
	all[3].Last = &refused
	all[4].Last = &doubted
	all[5].Last, all[5].Stands = &issued, invoice.Covered{Supply: money.Won(1_000_000), VAT: money.Won(100_000), Total: money.Won(1_100_000)}
	all[6].External = &external
	all[7].Last, all[7].Stands = &issued, invoice.Covered{Supply: money.Won(900_000), VAT: money.Won(90_000), Total: money.Won(990_000)}
	all[8].Invoice.Money.Portions = []invoice.Portion{{Evidence: invoice.BySlip, Supply: money.Won(1_000_000), VAT: money.Won(100_000), Amount: money.Won(1_100_000)}}
	all[9].Invoice.Money.Collecting = "p9"
	list := DueList(all, korea, today)
	var got []string
	for _, n := range list {
		told(t, n.Why)
		got = append(got, n.Customer+" "+n.Deadline.String()+" "+n.Why.KO)
	}
	same(t, "due", got, []string{
		"C0003 2026-10-12 발행전", "C0001 2026-11-10 발행전", "C0004 2026-11-10 사업자등록번호 오류", "C0005 2026-11-10 답이 없음",
		"C0008 2026-11-10 청구 금액 가운데 110,000원의 세금계산서가 없습니다. 수정세금계산서로 더해 주세요.", "C0010 2026-11-10 결제 p9의 결과를 확인하는 중입니다.", "C0002 2026-12-10 발행전",
	})
	if list[0].DaysLeft != -25 || list[0].Late.Timeliness != Late || list[1].DaysLeft != 4 {
		t.Errorf("%+v", list[:2])
	}
	held, draft, upload, cancelled := billed(1, 0), billed(1, 0), billed(1, 0), at(Withdrawn)
	held.Hold, draft.State, upload.Upload = "금액 확인", invoice.Draft, &invoice.Upload{Difference: money.Won(1)}
	for _, w := range []Waiting{{Invoice: held}, {Invoice: draft}, {Invoice: upload}, {Invoice: billed(1, 0), Last: &cancelled}} {
		w.Written = october.Last()
		if list := DueList([]Waiting{w}, korea, today); len(list) != 1 {
			t.Errorf("%+v is not listed", w)
		} else {
			told(t, list[0].Why)
		}
	}
	undated, dated := waiting("C0002", "2026-10-31"), waiting("C0001", "2026-10-31")
	undated.Written = calendar.Date{}
	if list := DueList([]Waiting{dated, undated}, korea, today); len(list) != 2 || list[0].Customer != "C0002" || list[0].Failure == (fault.Text{}) || list[1].Failure != (fault.Text{}) {
		t.Errorf("a row that cannot be worked out: %+v", list)
	}
}
