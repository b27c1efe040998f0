package popbill

import (
	"math/big"
	"regexp"
	"slices"
	"time"
	"unicode/utf8"

	"jeongsan/internal/calendar"
)

var seoul = calendar.Seoul

// limit is what is checked of one text field: that it is there, and how long it is. 0 checks nothing.
type limit struct {
	name          string
	missing, long int64
	max           int
}

// limits are in the order in which they are checked (guess: Popbill answers with the first error only).
var limits = []limit{
	{"writeDate", -11001001, -11001103, 8},
	{"issueType", -11001003, 0, 0},
	{"purposeType", -11001004, 0, 0},
	{"taxType", -11001005, 0, 0},
	{"chargeDirection", -11001012, 0, 0},
	{"invoicerCorpNum", -11001013, 0, 0},
	{"invoicerCorpName", -11001015, -11001082, 200},
	{"invoicerCEOName", -11001016, -11001083, 100},
	{"invoicerMgtKey", -11001035, -11001120, 24},
	{"invoicerAddr", 0, -11001084, 300},
	{"invoicerBizType", 0, -11001066, 100},
	{"invoicerBizClass", 0, -11001067, 100},
	{"invoicerContactName", 0, -11001018, 100},
	{"invoicerDeptName", 0, -11001109, 100},
	{"invoicerTEL", 0, -11001085, 20},
	{"invoicerHP", 0, -11001113, 20},
	{"invoicerEmail", 0, -11001086, 100},
	{"invoiceeType", -11001053, 0, 0},
	{"invoiceeCorpNum", -11001020, 0, 0},
	{"invoiceeCorpName", -11001022, -11001088, 200},
	{"invoiceeCEOName", -11001023, -11001089, 100},
	{"invoiceeAddr", 0, -11001090, 300},
	{"invoiceeBizType", 0, -11001068, 100},
	{"invoiceeBizClass", 0, -11001069, 100},
	{"invoiceeContactName1", 0, -11001025, 100},
	{"invoiceeContactName2", 0, -11001025, 100},
	{"invoiceeDeptName1", 0, -11001110, 100},
	{"invoiceeDeptName2", 0, -11001110, 100},
	{"invoiceeTEL1", 0, -11001091, 20},
	{"invoiceeTEL2", 0, -11001091, 20},
	{"invoiceeHP1", 0, -11001114, 20},
	{"invoiceeHP2", 0, -11001115, 20},
	{"invoiceeEmail1", 0, -11001092, 100},
	{"invoiceeEmail2", 0, -11001092, 100},
	{"remark1", 0, -11001100, 150},
	{"remark2", 0, -11001101, 150},
	{"remark3", 0, -11001102, 150},
	{"supplyCostTotal", -11001041, -11001041, 18},
	{"taxTotal", -11001042, -11001042, 18},
	{"totalAmount", -11001043, -11001043, 18},
}

var lineLimits = []limit{
	{"itemName", 0, -11001064, 100},
	{"spec", 0, -11001112, 60},
	{"qty", 0, -11001050, 12},
	{"unitCost", 0, -11001051, 18},
	{"supplyCost", 0, -11001049, 18},
	{"tax", 0, -11001052, 18},
	{"remark", 0, -11001117, 100},
}

func checkLimits(f fields, all []limit) error {
	for _, l := range all {
		value := f.text(l.name)
		if value == "" && l.missing != 0 {
			return refuse(l.missing)
		}
		if l.max > 0 && utf8.RuneCountInString(value) > l.max {
			return refuse(l.long)
		}
	}
	return nil
}

var (
	keyForm     = regexp.MustCompile(`^[A-Za-z0-9_-]{1,24}$`)
	wonForm     = regexp.MustCompile(`^-?[0-9]{1,18}$`)
	decimalForm = regexp.MustCompile(`^-?[0-9]+(\.[0-9]{1,2})?$`)
	digits4     = regexp.MustCompile(`^[0-9]{4}$`)
	digits10    = regexp.MustCompile(`^[0-9]{10}$`)
	digits13    = regexp.MustCompile(`^[0-9]{13}$`)
)

// checkFields is what is checked whenever a document is written, issued or not.
func (s *Simulator) checkFields(corpNum string, f fields) error {
	checks := []func() error{
		func() error { return checkLimits(f, limits) },
		func() error { return checkWords(f) },
		func() error { return s.checkParties(corpNum, f) },
		func() error { return checkTotals(f) },
		func() error { return checkLines(f) },
		func() error { return checkContacts(f) },
	}
	for _, check := range checks {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

func checkWords(f fields) error {
	if f.text("issueType") != "정발행" {
		return refuse(-11001011) // the other two are not simulated
	}
	if f.text("chargeDirection") != "정과금" {
		return refuse(-11001006)
	}
	if _, ok := dateOf(f.text("writeDate")); !ok {
		return refuse(-11001103)
	}
	if !keyForm.MatchString(f.text("invoicerMgtKey")) {
		return refuse(-11001120)
	}
	if !slices.Contains([]string{"과세", "영세", "면세"}, f.text("taxType")) {
		return refuse(-11001005)
	}
	if !slices.Contains([]string{"영수", "청구", "없음"}, f.text("purposeType")) {
		return refuse(-11001004)
	}
	return nil
}

func (s *Simulator) checkParties(corpNum string, f fields) error {
	switch {
	case !s.validBusiness(f.text("invoicerCorpNum")):
		return refuse(-11001014)
	case f.text("invoicerCorpNum") != corpNum:
		return refuse(-11001000)
	case f.text("invoicerTaxRegID") != "" && !digits4.MatchString(f.text("invoicerTaxRegID")):
		return refuse(-11001019)
	case f.text("invoiceeTaxRegID") != "" && !digits4.MatchString(f.text("invoiceeTaxRegID")):
		return refuse(-11001026)
	}
	buyer := f.text("invoiceeCorpNum")
	switch f.text("invoiceeType") {
	case "사업자":
		if !digits10.MatchString(buyer) {
			return refuse(-11001061)
		}
		if !s.validBusiness(buyer) {
			return refuse(-11001021)
		}
	case "개인":
		if !digits13.MatchString(buyer) {
			return refuse(-11001062)
		}
	case "외국인":
		if buyer != "9999999999999" {
			return refuse(-11001063)
		}
		if f.text("remark1") == "" {
			return refuse(-11001007)
		}
	default:
		return refuse(-11001053)
	}
	return nil
}

// validBusiness checks the digits of a business number, the last of which is a check digit.
func (s *Simulator) validBusiness(n string) bool {
	if !digits10.MatchString(n) {
		return false
	}
	if s.opts.AnyBusinessNumber {
		return true
	}
	sum := 0
	for i, weight := range []int{1, 3, 7, 1, 3, 7, 1, 3, 5} {
		sum += int(n[i]-'0') * weight
	}
	sum += int(n[8]-'0') * 5 / 10
	return (10-sum%10)%10 == int(n[9]-'0')
}

func checkTotals(f fields) error {
	for _, name := range []string{"supplyCostTotal", "taxTotal", "totalAmount", "cash", "chkBill", "note", "credit"} {
		if v := f.text(name); v != "" && !wonForm.MatchString(v) {
			return refuse(-99910011)
		}
	}
	supply, tax, total := f.won("supplyCostTotal"), f.won("taxTotal"), f.won("totalAmount")
	off := new(big.Int).Sub(big.NewInt(supply), new(big.Int).Mul(big.NewInt(tax), big.NewInt(10)))
	switch kind := f.text("taxType"); {
	case supply+tax != total:
		return refuse(-11001044)
	case supply > 0 && tax < 0 || supply < 0 && tax > 0:
		return refuse(-11001045)
	case kind == "영세" && tax != 0:
		return refuse(-11001034)
	case kind == "면세" && tax != 0:
		return refuse(-11001072)
	case kind == "과세" && off.CmpAbs(big.NewInt(10_000)) > 0: // 1,000 won off 10 %
		return refuse(-11001133)
	}
	paid := f.won("cash") + f.won("chkBill") + f.won("note") + f.won("credit")
	given := f.text("cash") + f.text("chkBill") + f.text("note") + f.text("credit")
	if given != "" && paid != total {
		return refuse(-11001046)
	}
	return nil
}

func checkLines(f fields) error {
	lines := f.list("detailList")
	if len(lines) > 99 {
		return refuse(-11001047)
	}
	var taxes int64
	seen := map[int]bool{}
	for _, line := range lines {
		n := line.number("serialNum")
		switch {
		case n < 1 || n > 99:
			return refuse(-11001048)
		case seen[n]:
			return refuse(-11001105)
		}
		seen[n] = true
		if err := checkLine(line, f.text("taxType")); err != nil {
			return err
		}
		taxes += line.won("tax")
	}
	if len(lines) > 0 && f.text("taxType") == "과세" && taxes != f.won("taxTotal") {
		return refuse(-11001073)
	}
	return nil
}

var lineForms = []struct {
	name string
	form *regexp.Regexp
	code int64
}{
	{"qty", decimalForm, -11001050}, {"unitCost", decimalForm, -11001051}, {"supplyCost", wonForm, -11001049}, {"tax", wonForm, -11001052},
}

func checkLine(line fields, taxType string) error {
	if err := checkLimits(line, lineLimits); err != nil {
		return err
	}
	for _, l := range lineForms {
		if v := line.text(l.name); v != "" && !l.form.MatchString(v) {
			return refuse(l.code)
		}
	}
	if day := line.text("purchaseDT"); day != "" {
		if _, ok := dateOf(day); !ok {
			return refuse(-99910009)
		}
	}
	if taxType != "과세" && line.won("tax") != 0 {
		return refuse(-11001077)
	}
	return nil
}

// maxContacts is what the documentation says; the text of the error says ten.
const maxContacts = 5

func checkContacts(f fields) error {
	contacts := f.list("addContactList")
	if len(contacts) > maxContacts {
		return refuse(-11001074)
	}
	seen := map[int]bool{}
	for _, c := range contacts {
		n := c.number("serialNum")
		switch {
		case n < 1:
			return refuse(-11001106)
		case seen[n]:
			return refuse(-11001107)
		case c.text("email") == "":
			return refuse(-11001076)
		}
		seen[n] = true
	}
	return nil
}

// checkIssue is what is checked when a document is issued.
func (s *Simulator) checkIssue(corpNum string, f fields, force bool, now time.Time) error {
	written, _ := dateOf(f.text("writeDate"))
	if written.After(calendar.DateOf(now)) {
		return refuse(-11002009)
	}
	if err := s.checkAmendment(corpNum, f, now); err != nil {
		return err
	}
	if !force && s.isLate(f, now) {
		return refuse(-11002014)
	}
	m := s.state.Members[corpNum]
	if err := certificateError(m.Certificate, now); err != nil {
		return err
	}
	if m.Points < UnitCost {
		return refuse(-99005005)
	}
	return nil
}

// isLate: past the tenth of the month after the one written, moved to a business day. Amendments that bear the date of
// their original (1, 5, 6) have no such deadline (guess: Popbill's handling of them is not documented).
func (s *Simulator) isLate(f fields, now time.Time) bool {
	switch f.number("modifyCode") {
	case 1, 5, 6:
		return false
	}
	written, _ := dateOf(f.text("writeDate"))
	last, err := s.days.TaxInvoiceDeadline(written.In())
	if err != nil {
		last = written.In().Next().Day(10) // past the table of holidays
	}
	return calendar.DateOf(now).After(last)
}

func certificateError(c Certificate, now time.Time) error {
	switch {
	case c == Certificate{}:
		return refuse(-10002009)
	case c.Revoked:
		return refuse(-10004004)
	case !now.Before(c.Expires):
		return refuse(-10004003)
	}
	return nil
}

// dateOf reads yyyyMMdd.
func dateOf(text string) (calendar.Date, bool) {
	t, err := time.ParseInLocation("20060102", text, seoul)
	if err != nil || t.Year() < 1 {
		return calendar.Date{}, false
	}
	return calendar.DateOf(t), true
}
