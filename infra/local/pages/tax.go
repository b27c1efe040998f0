package pages

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"jeongsan/internal/calendar"
	"jeongsan/internal/fault"
	"jeongsan/internal/invoice"
	"jeongsan/internal/settlement"
	"jeongsan/internal/store"
	"jeongsan/internal/taxinvoice"
)

// taxesView is the tax documents of an invoice and what may be done about them.
type taxesView struct {
	Documents []taxView // newest first
	External  *taxinvoice.External
	NoIssue   string // why none can be issued now; "" when one can
}

// taxView is one tax invoice with its way and the buttons that it allows.
type taxView struct {
	taxinvoice.TaxInvoice
	Class       string
	Original    *taxinvoice.CorrectionRecord  // of an amendment: the correction that it belongs to
	Corrections []taxinvoice.CorrectionRecord // of this one, oldest first
	Transmits   time.Time                     // when the tax office will be sent it; zero when that has begun or is not known
	Result      fault.Text                    // what the tax office answered
	Kept        bool                          // its files are kept as the law wants them
	AtService   bool                          // it can be downloaded, printed and mailed
	Cancellable bool
	Amendable   bool
	Locked      bool   // an amendment that is not transmitted yet, and cannot be cancelled all the same
	NoAmend     string // why an issued one cannot be amended now
	Again       bool   // a document of a half-done correction that is to be issued again
	Latest      bool
}

// Awaits reports whether the work on it is on its way at this moment.
func (x taxView) Awaits() bool {
	return (x.State == taxinvoice.Intended || x.State == taxinvoice.Cancelling) && x.Asked == 0
}

// awaits reports whether some document changes in a moment.
func (view taxesView) awaits() bool { return slices.ContainsFunc(view.Documents, taxView.Awaits) }

func (v *visit) taxes(t store.Tenant, head invoice.Invoice) (taxesView, error) {
	var view taxesView
	all, err := taxinvoice.List(v.ctx, v.Store, t, head.Month, head.Customer)
	if err != nil {
		return view, err
	}
	corrections, err := taxinvoice.ListCorrections(v.ctx, v.Store, t, head.Month, head.Customer)
	if err != nil {
		return view, err
	}
	for i := len(all) - 1; i >= 0; i-- {
		x, err := v.taxView(t, all[i].TaxInvoice, corrections)
		if err != nil {
			return view, err
		}
		x.Latest = i == len(all)-1
		view.Documents = append(view.Documents, x)
	}
	if _, err := head.Tax("next"); err != nil {
		view.NoIssue = v.say(fault.TextOf(err))
	}
	if view.External, err = v.external(t, head); err != nil {
		return view, err
	}
	return view, nil
}

// external is the record of a tax invoice that was issued elsewhere and covers the invoice.
func (v *visit) external(t store.Tenant, head invoice.Invoice) (*taxinvoice.External, error) {
	key := head.Money.TaxInvoice
	if key == "" {
		return nil, nil
	}
	if _, err := settlement.ParseTaxKey(key); err == nil {
		return nil, nil // one of ours
	}
	e, err := taxinvoice.LoadExternal(v.ctx, v.Store, t, key)
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	return &e.External, err
}

func (v *visit) taxView(t store.Tenant, x taxinvoice.TaxInvoice, corrections []taxinvoice.VersionedCorrection) (taxView, error) {
	view := taxView{TaxInvoice: x, Class: taxClass(x.State), AtService: x.Confirmation != ""}
	open := false
	for _, c := range corrections {
		if c.ID == x.Correction {
			view.Original = &c.CorrectionRecord
			view.Again = c.State == taxinvoice.Half && !x.State.Live() && slices.Contains(c.Keys, x.Key)
		}
		if c.Original == x.Key {
			view.Corrections = append(view.Corrections, c.CorrectionRecord)
			open = open || c.State == taxinvoice.Running || c.State == taxinvoice.Half
		}
	}
	view.Cancellable = x.Correction == "" && taxinvoice.Cancellable(x.State, x.Provider)
	view.Locked = x.Correction != "" && taxinvoice.Cancellable(x.State, x.Provider)
	view.Amendable = x.State == taxinvoice.Reported && x.Content.Amends == nil && !open
	if open {
		view.NoAmend = v.t("tax.amending")
	}
	if x.Result != "" {
		view.Result = taxinvoice.ResultText(x.Result)
	}
	if x.State == taxinvoice.Issued && x.Timing == taxinvoice.NextDay {
		at, err := taxinvoice.TransmitsAt(calendar.Korea(), x.Issued)
		if err != nil {
			return view, err
		}
		view.Transmits = at
	}
	_, err := v.Desk.LoadTaxFiles(v.ctx, t, settlement.TaxWork{Month: x.Month, Customer: x.Customer, Sequence: x.Sequence})
	if view.Kept = err == nil; fault.Is(err, fault.NotFound) {
		err = nil
	}
	return view, err
}

func taxClass(s taxinvoice.State) string {
	switch s {
	case taxinvoice.Reported:
		return "good"
	case taxinvoice.Refused, taxinvoice.Rejected, taxinvoice.InDoubt:
		return "warn"
	case taxinvoice.Issued, taxinvoice.Sending:
		return "live"
	}
	return "quiet"
}

// confirmation groups the 24 characters of a 국세청 승인번호 as paper does: date, issuer, number.
func confirmation(number string) string {
	const part = 8
	if len(number) != 3*part {
		return number
	}
	return number[:part] + "-" + number[part:2*part] + "-" + number[2*part:]
}

// tail is the end of a 국세청 승인번호, enough to tell one from another by eye.
func tail(number string) string {
	const shown = 8
	if len(number) <= shown {
		return number
	}
	return "…" + number[len(number)-shown:]
}

// taxWork is the tax invoice of the address, which must be one of the invoice's.
func (v *visit) taxWork(head invoice.Invoice) (settlement.TaxWork, error) {
	w, err := settlement.ParseTaxKey(v.r.PathValue("key"))
	if err == nil && (w.Customer != head.Customer || w.Month != head.Month) {
		err = fault.New(fault.NotFound, fault.T("청구서 %[1]s에 세금계산서 %[2]s이(가) 없습니다.", "Invoice %[1]s has no tax invoice %[2]s.", head.Number, w.Key()))
	}
	return w, err
}

// onTax does what a button of a tax invoice asks for and says so on the invoice's page.
func (v *visit) onTax(notice string, do func(settlement.TaxWork) error) error {
	return v.act(func(head invoice.Invoice) (url.Values, error) {
		w, err := v.taxWork(head)
		if err != nil {
			return nil, err
		}
		return url.Values{"done": {notice}}, do(w)
	})
}

func (v *visit) cancelTax() error {
	return v.onTax("tax-cancel", func(w settlement.TaxWork) error {
		_, err := v.Desk.CancelTax(v.ctx, v.principal, w, v.r.PostFormValue("reason"))
		return err
	})
}

func (v *visit) mailTax() error {
	return v.onTax("tax-mail", func(w settlement.TaxWork) error {
		return v.Desk.MailTax(v.ctx, v.principal, w, v.r.PostFormValue("email"))
	})
}

func (v *visit) memoTax() error {
	return v.onTax("tax-memo", func(w settlement.TaxWork) error {
		_, err := v.Desk.MemoTax(v.ctx, v.principal, w, v.r.PostFormValue("memo"))
		return err
	})
}

func (v *visit) giveUpTax() error {
	return v.onTax("tax-give-up", func(w settlement.TaxWork) error {
		return v.Desk.GiveUpTax(v.ctx, v.principal, w, v.r.PostFormValue("reason"))
	})
}

func (v *visit) reissueTax() error {
	return v.onTax("tax-issue", func(w settlement.TaxWork) error {
		_, err := v.Desk.ReissueAmended(v.ctx, v.principal, w, nil)
		return err
	})
}

// taxFile hands out the printed form or the signed document, or leads to the service's page that prints it.
func (v *visit) taxFile() error {
	head, t, err := v.head()
	if err != nil {
		return err
	}
	w, err := v.taxWork(head)
	if err != nil {
		return err
	}
	switch v.r.PathValue("file") {
	case "pdf":
		return v.giveTax(w, "pdf", "application/pdf", func() ([]byte, error) { return v.Desk.TaxPDF(v.ctx, t, w) })
	case "xml":
		return v.giveTax(w, "xml", "application/xml", func() ([]byte, error) { return v.Desk.TaxXML(v.ctx, t, w) })
	case "print":
		page, err := v.Desk.PrintTax(v.ctx, v.principal, w)
		if err == nil {
			v.w.Header().Set("Referrer-Policy", "no-referrer")
			v.redirect(page)
		}
		return err
	}
	return errNoPage
}

func (v *visit) giveTax(w settlement.TaxWork, ending, contentType string, read func() ([]byte, error)) error {
	content, err := read()
	if err == nil {
		v.give(strings.Join([]string{"세금계산서", w.Key()}, "_")+"."+ending, contentType, content)
	}
	return err
}
