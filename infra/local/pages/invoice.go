package pages

import (
	"net/url"
	"strconv"
	"strings"

	"jeongsan/internal/blob"
	"jeongsan/internal/customer"
	"jeongsan/internal/fault"
	"jeongsan/internal/invoice"
	"jeongsan/internal/rating"
	"jeongsan/internal/settlement"
	"jeongsan/internal/store"
	"jeongsan/internal/usage"
)

const usageRows = 100 // of one page of a line's usage

// invoiceView is everything of one invoice.
type invoiceView struct {
	settlement.Explanation
	Company  customer.Customer
	Lines    []lineView
	Sums     []sumView
	Mails    []deliveryView
	Links    int // that still open
	NoSend   string
	Awaiting bool // a send was asked for and its mails are not out yet
	Taxes    taxesView
	Paid     paidView
	Former   []invoice.Invoice // revisions, oldest first
}

// lineView is a line with its derivation in sentences.
type lineView struct {
	settlement.ExplainedLine
	Steps []string
}

// sumView is one of the document's sums with its derivation.
type sumView struct {
	Key   string // of its name
	Total bool
	rating.Step
	Amount any // money.Amount
	Steps  []string
}

// deliveryView is a mail with what its link is worth now.
type deliveryView struct {
	invoice.VersionedDelivery
	Class string
	Link  invoice.Link
	Open  bool
}

func (v *visit) invoice() error { return v.showInvoice(v.notice(), nil) }

// showInvoice shows the invoice of the address, and above it what went wrong.
func (v *visit) showInvoice(notice string, problem error) error {
	number := v.r.PathValue("number")
	view, err := v.invoiceView(number)
	if err != nil {
		return err
	}
	p := page{screen: "invoice", section: "months", title: view.Invoice.Number, path: invoicePath(view.Invoice.Number), notice: notice, body: view}
	if notice == "done.send" {
		p.notice, p.refresh = view.sendNotice()
	}
	if strings.HasPrefix(notice, "done.tax-") && view.Taxes.awaits() {
		p.refresh = 2
	}
	return v.showWith(p, problem)
}

// sendNotice tells how far a send that was asked for has come, and when to look again.
func (view invoiceView) sendNotice() (notice string, refresh int) {
	if view.Awaiting {
		return "send.waiting", 2
	}
	return "done.send", 0
}

func invoicePath(number string) string { return "/invoices/" + number }

func (v *visit) invoiceView(number string) (invoiceView, error) {
	t, err := v.tenant()
	if err != nil {
		return invoiceView{}, err
	}
	x, err := v.Desk.Explain(v.ctx, t, number, "")
	if err != nil {
		return invoiceView{}, err
	}
	view := invoiceView{Explanation: x, Sums: v.sums(x)}
	if view.Company, _, err = customer.Load(v.ctx, v.Store, t, x.Invoice.Customer); err != nil {
		return view, err
	}
	if _, err := view.Company.Recipients(); err != nil {
		view.NoSend = v.say(fault.TextOf(err))
	}
	for _, l := range x.Lines {
		view.Lines = append(view.Lines, lineView{l, v.lang.sentences(l.Derivation)})
	}
	if view.Taxes, err = v.taxes(t, x.Invoice); err != nil {
		return view, err
	}
	if view.Paid, err = v.paid(t, x.Invoice, view.Company); err != nil {
		return view, err
	}
	if view.Former, err = v.Desk.Revisions(v.ctx, t, x.Invoice.Month, x.Invoice.Customer); err != nil {
		return view, err
	}
	return view, v.mailsOf(t, &view)
}

// mailsOf reads the invoice's deliveries, newest first, and whether their links still open.
func (v *visit) mailsOf(t store.Tenant, view *invoiceView) error {
	mails, err := invoice.Deliveries(v.ctx, v.Store, t, view.Invoice.Month, view.Invoice.Customer)
	if err != nil {
		return err
	}
	asked, _ := strconv.Atoi(v.r.URL.Query().Get("send"))
	view.Awaiting = asked > view.Invoice.Sends && asked == view.Invoice.Sends+1
	for i := len(mails) - 1; i >= 0; i-- {
		m := deliveryView{VersionedDelivery: mails[i], Class: deliveryClass(mails[i].State)}
		if m.Link, _, err = invoice.LoadLink(v.ctx, v.Store, t, m.Delivery.Link); err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
		if m.Open = err == nil && m.Link.Usable(v.Clock.Now()) == nil; m.Open {
			view.Links++
		}
		if m.Send == asked && m.State == invoice.Refused {
			view.Awaiting = false
		}
		view.Mails = append(view.Mails, m)
	}
	return nil
}

// sums are the document's figures in the order of its foot.
func (v *visit) sums(x settlement.Explanation) []sumView {
	s, d := x.Invoice.Sums, x.Body.Bill.Derivation
	return []sumView{
		{Key: "sum.usage", Amount: s.Usage, Steps: v.lang.sentences(d.Usage)},
		{Key: "sum.discount", Amount: s.Discount},
		{Key: "sum.other", Amount: s.Other},
		{Key: "sum.rounding", Amount: s.Rounding},
		{Key: "sum.supply", Amount: s.Supply, Steps: v.lang.sentences(d.Supply)},
		{Key: "sum.vat", Amount: s.VAT, Steps: v.lang.sentences(d.VAT)},
		{Key: "sum.total", Amount: s.Total, Steps: v.lang.sentences(d.Total), Total: true},
	}
}

// lineRows is one line with a page of the usage rows behind it.
type lineRows struct {
	Invoice invoice.Invoice
	Line    lineView
	Account string
	Rows    []usage.Row
	First   int // number of the first row shown
	Count   int
	Pages   []choice
}

func (v *visit) line() error {
	t, err := v.tenant()
	if err != nil {
		return err
	}
	x, err := v.Desk.Explain(v.ctx, t, v.r.PathValue("number"), v.r.PathValue("line"))
	if err != nil {
		return err
	}
	l := x.Lines[0]
	from, pages := v.paged(len(l.Rows), usageRows)
	view := lineRows{
		Invoice: x.Invoice, Line: lineView{l, v.lang.sentences(l.Derivation)}, Account: x.Account.Label,
		Rows: l.Rows[from:min(from+usageRows, len(l.Rows))], First: from + 1, Count: len(l.Rows), Pages: pages,
	}
	return v.show(page{screen: "line", section: "months", title: x.Invoice.Number + " · " + l.Name, body: view})
}

// invoiceFile leads to the signed link of one of the invoice's files.
func (v *visit) invoiceFile() error {
	head, t, err := v.head()
	if err != nil {
		return err
	}
	kind := v.r.PathValue("kind")
	var key blob.Key
	name := settlement.FileName(v.profile, head, kind)
	switch kind {
	case "xlsx":
		key = head.Documents.XLSX
	case "pdf":
		key = head.Documents.PDF
	case "uploaded":
		if head.Upload != nil {
			key, name = head.Upload.Object, head.Upload.FileName
		}
	}
	if key.IsZero() || key.Tenant() != t {
		return fault.New(fault.NotFound, fault.T("청구서 %s에 그런 파일이 없습니다.", "Invoice %s has no such file.", head.Number))
	}
	return v.download(key, name)
}

// download leads to a link of the bucket that lives for a few minutes.
func (v *visit) download(key blob.Key, name string) error {
	link, err := v.Bucket.SignedURL(v.ctx, key, name, blob.MaxLink)
	if err == nil {
		v.redirect(link)
	}
	return err
}

// head is the invoice of the address, without its lines.
func (v *visit) head() (invoice.Invoice, store.Tenant, error) {
	number := v.r.PathValue("number")
	t, err := v.tenant()
	if err != nil {
		return invoice.Invoice{}, t, err
	}
	ref, err := invoice.ParseNumber(number)
	if err != nil {
		return invoice.Invoice{}, t, err
	}
	head, _, err := invoice.Load(v.ctx, v.Store, t, ref.Month, ref.Customer)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return invoice.Invoice{}, t, err
	}
	if err != nil || !strings.EqualFold(head.Number, strings.TrimSpace(number)) {
		return invoice.Invoice{}, t, fault.New(fault.NotFound, fault.T("청구서 %s이(가) 없습니다.", "There is no invoice %s.", number))
	}
	return head, t, nil
}

// act does what a button of the invoice's page asks for: done goes back to the page, which says so; a refusal shows
// the page with the reason above it.
func (v *visit) act(do func(invoice.Invoice) (url.Values, error)) error {
	head, _, err := v.head()
	if err != nil {
		return err
	}
	q, err := do(head)
	if err != nil {
		return v.showInvoice("", err)
	}
	v.redirect(address(invoicePath(head.Number), q))
	return nil
}

func (v *visit) send() error {
	return v.act(func(head invoice.Invoice) (url.Values, error) {
		rows, err := v.Desk.RequestSend(v.ctx, v.principal, head.Month, []string{head.Customer})
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			if row.Err != nil {
				return nil, row.Err
			}
		}
		return url.Values{"done": {"send"}, "send": {strconv.Itoa(head.Sends + 1)}}, nil
	})
}

func (v *visit) upload() error {
	return v.act(func(head invoice.Invoice) (url.Values, error) {
		name, content, err := v.uploaded("file")
		if err != nil {
			return nil, err
		}
		_, err = v.Desk.Upload(v.ctx, v.principal, head.Month, head.Customer, name, content)
		return url.Values{"done": {"upload"}}, err
	})
}

func (v *visit) takeBack() error {
	return v.act(func(head invoice.Invoice) (url.Values, error) {
		reason, err := v.reason()
		if err != nil {
			return nil, err
		}
		_, err = v.Desk.TakeBack(v.ctx, v.principal, head.Month, head.Customer, reason)
		return url.Values{"done": {"take-back"}}, err
	})
}

func (v *visit) revoke() error {
	return v.act(func(head invoice.Invoice) (url.Values, error) {
		reason, err := v.reason()
		if err != nil {
			return nil, err
		}
		_, err = v.Desk.RevokeLinks(v.ctx, v.principal, head.Number, reason)
		return url.Values{"done": {"revoke"}}, err
	})
}
