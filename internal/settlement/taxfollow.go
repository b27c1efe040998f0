package settlement

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"jeongsan/internal/blob"
	"jeongsan/internal/fault"
	"jeongsan/internal/identity"
	"jeongsan/internal/journal"
	"jeongsan/internal/store"
	"jeongsan/internal/taxinvoice"
)

// FollowTax asks the service how far a tax invoice has come and applies the answer. Timers bring it: after the
// transmission is due, then in growing waits; what they do not see settled is left to the daily poll. It also goes on
// with what another step left half done.
func (d *Desk) FollowTax(ctx context.Context, p identity.Principal, w TaxWork) error {
	if err := p.Allow(identity.FollowTax); err != nil {
		return err
	}
	return d.advanceTax(ctx, p, w)
}

// PollTax asks for every tax invoice of the MSP that something is still to be heard of, in one question: the daily
// certainty behind timers and webhooks. What one of them meets keeps none of the others.
func (d *Desk) PollTax(ctx context.Context, p identity.Principal) error {
	if err := p.Allow(identity.FollowTax); err != nil {
		return err
	}
	open, err := d.OpenTax(ctx, p.Tenant)
	if err != nil || len(open) == 0 {
		return err
	}
	service, _, err := d.taxService(ctx, p.Tenant)
	if err != nil {
		return err
	}
	keys := make([]string, len(open))
	for i, w := range open {
		keys[i] = w.Key()
	}
	documents, err := service.FindMany(ctx, keys)
	if err != nil {
		return err
	}
	known := map[string]TaxDocument{}
	for _, doc := range documents {
		known[doc.Key] = doc
	}
	var errs []error
	for _, w := range open {
		doc, ok := known[w.Key()]
		errs = append(errs, d.polled(ctx, p, w, doc, ok))
	}
	return errors.Join(errs...)
}

// polled applies the poll's answer to one tax invoice; states that have more to do than to hear go on with that.
func (d *Desk) polled(ctx context.Context, p identity.Principal, w TaxWork, doc TaxDocument, known bool) error {
	s, err := d.taxing(ctx, p, w)
	if err != nil {
		return err
	}
	if plain := s.x.State == taxinvoice.Issued && s.x.Timing == taxinvoice.NextDay || s.x.State == taxinvoice.Sending; !plain || !known {
		return d.advanceTax(ctx, p, w)
	}
	return s.heard(ctx, doc)
}

// follow asks and applies; no news sets the next timer of the row.
func (s *taxing) follow(ctx context.Context) error {
	doc, err := s.service.Find(ctx, s.x.Key)
	if fault.Is(err, fault.NotFound) {
		return s.gone(ctx)
	}
	if err != nil {
		return err
	}
	return s.heard(ctx, doc)
}

func (s *taxing) heard(ctx context.Context, doc TaxDocument) error {
	if !doc.stands(s.x.TaxInvoice) {
		if s.x.State == taxinvoice.InDoubt || s.x.State.Settled() { // told already, or not ours to begin with
			return nil
		}
		return s.doubt(ctx)
	}
	before := s.x.Version
	if err := s.observe(ctx, doc.Found); err != nil {
		return err
	}
	switch {
	case s.x.State == taxinvoice.Reported:
		return s.keepFiles(ctx)
	case s.x.Version == before:
		return s.askLater(ctx)
	}
	return nil
}

// waits are how long the timers of a row wait, one after the other. Popbill is done with a document within 30 minutes
// of its transmission; what takes longer is left to the daily poll.
var waits = []time.Duration{10 * time.Minute, 30 * time.Minute, time.Hour, 3 * time.Hour, 6 * time.Hour}

// askLater sets the next timer of the row; work that no timer brought sets none.
func (s *taxing) askLater(ctx context.Context) error {
	if s.turn < 1 || s.turn > len(waits) {
		return nil
	}
	work := workOf(s.x.TaxInvoice)
	work.Turn = s.turn + 1
	timer, err := s.taxDue(s.principal.Tenant, JobTaxFollow, work, fmt.Sprintf("follow/%s/%d", s.x.State, work.Turn), waits[s.turn-1])
	if err != nil {
		return err
	}
	return s.Save(ctx, timer)
}

// TaxFiles are the signed document and its printed form, kept as the law wants them (부가가치세법 제71조).
type TaxFiles struct {
	Key string    `json:"key"`
	XML blob.Key  `json:"xml"`
	PDF blob.Key  `json:"pdf"`
	At  time.Time `json:"at"`
}

const kindTaxFiles = "tax-files"

func taxFilesKey(t store.Tenant, w TaxWork) store.Key {
	return t.Partition("tax-files", w.Month.String()).Key(w.Customer, fmt.Sprintf("%04d", w.Sequence))
}

// LoadTaxFiles names the kept files of a tax invoice; fault.NotFound before the tax office had it.
func (d *Desk) LoadTaxFiles(ctx context.Context, t store.Tenant, w TaxWork) (TaxFiles, error) {
	doc, err := d.Store.Get(ctx, taxFilesKey(t, w))
	if err != nil {
		return TaxFiles{}, err
	}
	var f TaxFiles
	return f, store.Decode(doc, kindTaxFiles, 1, &f)
}

// keepFiles fetches XML and PDF of what the tax office has, once; with them the work on a tax invoice ends.
func (s *taxing) keepFiles(ctx context.Context) error {
	t, work := s.principal.Tenant, workOf(s.x.TaxInvoice)
	if _, err := s.LoadTaxFiles(ctx, t, work); err == nil || !fault.Is(err, fault.NotFound) {
		return err
	}
	files := TaxFiles{Key: s.x.Key, At: s.Clock.Now().UTC()}
	var err error
	if files.XML, err = s.keep(ctx, "xml", "application/xml", s.service.XML); err != nil {
		return err
	}
	if files.PDF, err = s.keep(ctx, "pdf", typePDF, s.service.PDF); err != nil {
		return err
	}
	doc, err := store.JSON(taxFilesKey(t, work), kindTaxFiles, 1, files)
	if err != nil {
		return err
	}
	return s.Commit(ctx, s.principal, journal.Change{Action: "tax.kept", Subject: s.x.Key}, store.Put(doc, store.Absent), closeTax(t, work))
}

// keep fetches one file and stores it under the hash of its bytes.
func (s *taxing) keep(ctx context.Context, ending, contentType string, fetch func(context.Context, string) ([]byte, error)) (blob.Key, error) {
	content, err := fetch(ctx, s.x.Key)
	if err != nil {
		return blob.Key{}, err
	}
	h := sha256.Sum256(content)
	key, err := blob.NewKey(s.principal.Tenant, blob.TaxLocked, "tax-invoice", s.x.Key, hex.EncodeToString(h[:8])+"."+ending)
	if err != nil {
		return blob.Key{}, err
	}
	_, err = s.Bucket.Put(ctx, key, contentType, bytes.NewReader(content))
	return key, err
}
