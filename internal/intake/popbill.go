package intake

import (
	"context"
	"errors"
	"slices"
	"strings"

	"jeongsan/internal/customer"
	"jeongsan/internal/fault"
	"jeongsan/internal/money"
	"jeongsan/internal/popbill"
	"jeongsan/internal/settlement"
	"jeongsan/internal/taxinvoice"
	"jeongsan/internal/tenant"
)

// Popbill is the tax-invoice service of one member of Popbill.
type Popbill struct {
	Client *popbill.Client
	Member popbill.Member
}

var _ settlement.TaxService = Popbill{}

// PopbillOf opens the service of the MSP: its business number is the member, its registered user the person there.
func PopbillOf(c *popbill.Client, p tenant.Profile) Popbill {
	return Popbill{c, popbill.Member{CorpNum: strings.ReplaceAll(p.BusinessNumber, "-", ""), UserID: p.PopbillUser}}
}

// Issue registers and issues in one call.
func (s Popbill) Issue(ctx context.Context, x taxinvoice.TaxInvoice, late bool) (string, error) {
	in, err := documentOf(x)
	if err != nil {
		return "", err
	}
	done, err := s.Client.RegistIssue(ctx, s.Member, popbill.IssueRequest{Invoice: in, ForceIssue: late})
	if popbill.IsDuplicate(err) {
		err = fault.New(fault.Conflict, fault.TextOf(err)).Because(errors.Join(settlement.ErrTaxKeyTaken, err))
	}
	return done.NTSConfirmNum, barred(err)
}

// barred: what Popbill forbids to our partner key, our address or the member is no answer about a document. It waits until
// the operator has put it right, and fails aloud until then; it is never taken for a refusal of the document.
func barred(err error) error {
	if !fault.Is(err, fault.Forbidden) {
		return err
	}
	return fault.New(fault.Unavailable, fault.TextOf(err)).Because(err)
}

// Transmit sends to the tax office now.
func (s Popbill) Transmit(ctx context.Context, key string) error {
	_, err := s.Client.SendToNTS(ctx, s.Member, key)
	return barred(err)
}

// Cancel is Popbill's 발행취소.
func (s Popbill) Cancel(ctx context.Context, key, memo string) error {
	const room = 200 // letters Popbill takes
	if letters := []rune(memo); len(letters) > room {
		memo = string(letters[:room])
	}
	_, err := s.Client.CancelIssue(ctx, s.Member, key, memo)
	return barred(err)
}

// Find reads one document's state.
func (s Popbill) Find(ctx context.Context, key string) (settlement.TaxDocument, error) {
	info, err := s.Client.Info(ctx, s.Member, key)
	if err != nil {
		return settlement.TaxDocument{}, barred(err)
	}
	return foundIn(info), nil
}

// FindMany reads the states of documents, as many at once as Popbill takes.
func (s Popbill) FindMany(ctx context.Context, keys []string) ([]settlement.TaxDocument, error) {
	var out []settlement.TaxDocument
	for some := range slices.Chunk(keys, popbill.MaxInfos) {
		infos, err := s.Client.Infos(ctx, s.Member, some)
		if err != nil {
			return nil, barred(err)
		}
		for _, info := range infos {
			out = append(out, foundIn(info))
		}
	}
	return out, nil
}

// XML is the signed document.
func (s Popbill) XML(ctx context.Context, key string) ([]byte, error) {
	return s.Client.XML(ctx, s.Member, key)
}

// PDF is the printed form.
func (s Popbill) PDF(ctx context.Context, key string) ([]byte, error) {
	return s.Client.PDF(ctx, s.Member, key)
}

// PrintURL is Popbill's page that prints both copies.
func (s Popbill) PrintURL(ctx context.Context, key string) (string, error) {
	return s.Client.URL(ctx, s.Member, key, popbill.PagePrint)
}

// Mail has Popbill mail the document.
func (s Popbill) Mail(ctx context.Context, key, email string) error {
	_, err := s.Client.SendEmail(ctx, s.Member, key, email)
	return err
}

// Standing asks for certificate, setting, points and price.
func (s Popbill) Standing(ctx context.Context) (out settlement.TaxStanding, err error) {
	if out.Certificate, err = s.certificate(ctx); err != nil {
		return out, err
	}
	if out.SendsAtOnce, err = s.Client.SendsAtOnce(ctx, s.Member); err != nil {
		return out, err
	}
	if out.Points, err = s.Client.Points(ctx, s.Member); err != nil {
		return out, err
	}
	out.UnitCost, err = s.Client.UnitCost(ctx, s.Member)
	return out, err
}

// certificate tells a missing certificate from one that Popbill cannot use.
func (s Popbill) certificate(ctx context.Context) (taxinvoice.Certificate, error) {
	expires, err := s.Client.CertificateExpiry(ctx, s.Member)
	if popbill.IsCertificate(err) {
		return taxinvoice.Certificate{}, nil
	}
	if err != nil {
		return taxinvoice.Certificate{}, err
	}
	c := taxinvoice.Certificate{Registered: true, Expires: expires.Time}
	if err = s.Client.CheckCertificate(ctx, s.Member); popbill.IsCertificate(err) {
		c.Failure, err = fault.TextOf(err), nil
	}
	return c, err
}

// Businesses asks Popbill's 휴폐업조회; each number is charged.
func (s Popbill) Businesses(ctx context.Context, numbers []string) (map[string]taxinvoice.Business, error) {
	out := map[string]taxinvoice.Business{}
	for some := range slices.Chunk(numbers, popbill.MaxInfos) {
		states, err := s.Client.BusinessStates(ctx, s.Member, some)
		if err != nil {
			return nil, err
		}
		for _, b := range states {
			out[b.CorpNum] = businessOf(b)
		}
	}
	return out, nil
}

var operations = map[int]taxinvoice.Operation{
	popbill.NotRegistered: taxinvoice.Unregistered, popbill.Open: taxinvoice.Operating, popbill.Closed: taxinvoice.Closed, popbill.Suspended: taxinvoice.Suspended,
}

var taxpayers = map[int]taxinvoice.Taxpayer{
	10: taxinvoice.General, 20: taxinvoice.ExemptOnly, 30: taxinvoice.Simple, 31: taxinvoice.SimpleIssuing, 40: taxinvoice.NonProfit,
}

func businessOf(b popbill.BusinessState) taxinvoice.Business {
	out := taxinvoice.Business{Since: b.StateDate.Date}
	if b.State != nil {
		out.Operation = operations[*b.State]
	}
	if b.TaxType != nil {
		out.Taxpayer = taxpayers[*b.TaxType]
	}
	return out
}

func foundIn(i popbill.Info) settlement.TaxDocument {
	result := i.NTSSendErrCode
	if result == "" {
		result = i.NTSResult
	}
	var buyer taxinvoice.Operation
	if i.CloseDownState != nil {
		buyer = operations[*i.CloseDownState]
	}
	return settlement.TaxDocument{
		Key: i.InvoicerMgtKey, Written: i.WriteDate.Date, Buyer: i.InvoiceeCorpNum, Supply: i.SupplyCostTotal.Amount(), VAT: i.TaxTotal.Amount(),
		Found: taxinvoice.Found{
			Provider: i.StateCode, Confirmation: i.NTSConfirmNum, Result: result, BuyerState: buyer, Issued: i.IssueDT.Time, Transmitted: i.NTSSendDT.Time, Answered: i.NTSResultDT.Time,
		},
	}
}

// documentOf writes the tax invoice in Popbill's words.
func documentOf(x taxinvoice.TaxInvoice) (popbill.Invoice, error) {
	c := x.Content
	out := popbill.Invoice{
		IssueType: popbill.NormalIssue, ChargeDirection: popbill.ChargeSupplier, TaxType: taxTypes[c.Kind], PurposeType: purposes[c.Purpose], InvoiceeType: buyerTypes[c.BuyerKind],
		WriteDate: popbill.On(c.Written), InvoicerMgtKey: x.Key, SerialNum: c.Serial, Kwon: c.Volume, Ho: c.Issue,
	}
	if out.TaxType == "" || out.PurposeType == "" || out.InvoiceeType == "" || len(c.Remarks) > 3 {
		return out, fault.New(fault.Internal, fault.T("세금계산서 %s에 팝빌로 보낼 수 없는 구분이 있습니다.", "Tax invoice %s holds a kind that cannot be told to Popbill.", x.Key))
	}
	for i, to := range []*string{&out.Remark1, &out.Remark2, &out.Remark3} {
		if i < len(c.Remarks) {
			*to = c.Remarks[i]
		}
	}
	if c.Amends != nil {
		out.ModifyCode, out.OrgNTSConfirmNum = int(c.Amends.Reason), c.Amends.Original
	}
	supplied(&out, c.Supplier)
	bought(&out, c.Buyer)
	var errs []error
	for _, sum := range []struct {
		to   *popbill.Won
		from money.Amount
	}{{&out.SupplyCostTotal, c.Supply}, {&out.TaxTotal, c.VAT}, {&out.TotalAmount, c.Total}} {
		won, err := wonOf(sum.from)
		*sum.to, errs = won, append(errs, err)
	}
	for i, l := range c.Lines {
		line, err := lineOf(i+1, l)
		out.DetailList, errs = append(out.DetailList, line), append(errs, err)
	}
	return out, errors.Join(errs...)
}

var (
	taxTypes   = map[customer.TaxKind]string{customer.Taxed: popbill.Taxed, customer.ZeroRated: popbill.ZeroRated, customer.Exempt: popbill.Exempt}
	purposes   = map[taxinvoice.Purpose]string{taxinvoice.ForPayment: popbill.Claim, taxinvoice.Received: popbill.Receipt}
	buyerTypes = map[customer.BuyerKind]string{customer.Business: popbill.Company, customer.Person: popbill.Individual, customer.Foreigner: popbill.Foreigner}
)

// supplied is the supplier's side. Popbill's BizType is 업태 and its BizClass 종목.
func supplied(out *popbill.Invoice, p taxinvoice.Party) {
	out.InvoicerCorpNum, out.InvoicerTaxRegID, out.InvoicerCorpName, out.InvoicerCEOName = p.BusinessNumber, p.Branch, p.Name, p.Representative
	out.InvoicerAddr, out.InvoicerBizType, out.InvoicerBizClass = p.Address, p.BusinessType, p.Industry
	out.InvoicerContactName, out.InvoicerTEL, out.InvoicerEmail = p.Contact, p.Phone, p.Email
}

func bought(out *popbill.Invoice, p taxinvoice.Party) {
	out.InvoiceeCorpNum, out.InvoiceeTaxRegID, out.InvoiceeCorpName, out.InvoiceeCEOName = p.BusinessNumber, p.Branch, p.Name, p.Representative
	out.InvoiceeAddr, out.InvoiceeBizType, out.InvoiceeBizClass = p.Address, p.BusinessType, p.Industry
	out.InvoiceeContactName1, out.InvoiceeTEL1, out.InvoiceeEmail1 = p.Contact, p.Phone, p.Email
}

func lineOf(serial int, l taxinvoice.Line) (popbill.Line, error) {
	supply, err := wonOf(l.Supply)
	if err != nil {
		return popbill.Line{}, err
	}
	vat, err := wonOf(l.VAT)
	return popbill.Line{
		SerialNum: serial, PurchaseDT: popbill.On(l.Date), ItemName: l.Item, Spec: l.Spec, SupplyCost: supply, Tax: vat, Remark: l.Remark,
		Qty: popbill.Number{Decimal: l.Quantity}, UnitCost: popbill.Number{Decimal: l.UnitPrice},
	}, err
}

// wonOf refuses what is no won: Popbill has no other currency.
func wonOf(a money.Amount) (popbill.Won, error) {
	if a.Currency() != money.KRW {
		return 0, fault.Invalidf("currency", fault.T("세금계산서는 원화로만 발행할 수 있습니다.", "A tax invoice is issued in won only."))
	}
	return popbill.Won(a.Minor()), nil
}
