package settlementtest

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"jeongsan/internal/calendar"
	"jeongsan/internal/crash"
	"jeongsan/internal/fault"
	"jeongsan/internal/money"
	"jeongsan/internal/settlement"
	"jeongsan/internal/taxinvoice"
)

// Taxes is the tax-invoice service of an office: it keeps what the real one keeps of a document, takes a key once, and
// does what a test decides.
type Taxes struct {
	mu        sync.Mutex
	documents map[string]settlement.TaxDocument
	invoices  map[string]string // of each key, the number of the invoice it was issued for
	calls     []string          // that took effect: "issue 202610-C0001-1"
	forced    []string          // keys that were issued as late, knowingly

	Refuses  map[string]error // keys that are refused at issue, before it looks whether it has one
	KeyFirst bool             // it looks whether it has the key before it refuses
	Silent   bool             // it cannot answer any question
	Losing   int              // every nth issue is done and its answer lost; 0: none
	Standing settlement.TaxStanding
	Business map[string]taxinvoice.Business
	asked    int // calls of Businesses
	issues   int
}

func newTaxes() *Taxes {
	return &Taxes{
		documents: map[string]settlement.TaxDocument{}, invoices: map[string]string{}, Refuses: map[string]error{}, Business: map[string]taxinvoice.Business{},
		Standing: settlement.TaxStanding{
			Certificate: taxinvoice.Certificate{Registered: true, Expires: seoul("2027-10-31 00:00")}, Points: money.Int(100_000), UnitCost: money.Int(100),
		},
	}
}

func (x *Taxes) copy() *Taxes {
	x.mu.Lock()
	defer x.mu.Unlock()
	return &Taxes{
		documents: maps.Clone(x.documents), invoices: maps.Clone(x.invoices), calls: slices.Clone(x.calls), forced: slices.Clone(x.forced), Refuses: maps.Clone(x.Refuses), KeyFirst: x.KeyFirst, Silent: x.Silent,
		Losing: x.Losing, Standing: x.Standing, Business: maps.Clone(x.Business), asked: x.asked, issues: x.issues,
	}
}

// Calls lists what changed something, in order: "issue 202610-C0001-1".
func (x *Taxes) Calls() []string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return slices.Clone(x.calls)
}

// Forced are the keys that were issued as late ones (지연발행).
func (x *Taxes) Forced() []string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return slices.Clone(x.forced)
}

// Forget deletes a document, as staff can on the service's own site.
func (x *Taxes) Forget(key string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	delete(x.documents, key)
}

// Asked is how often business numbers were asked for.
func (x *Taxes) Asked() int {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.asked
}

// Document is what it has under a key.
func (x *Taxes) Document(key string) (settlement.TaxDocument, bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	d, ok := x.documents[key]
	return d, ok
}

// Moves puts a document into a state of the service, with the tax office's result.
func (x *Taxes) Moves(key string, state int, result string) {
	x.Edit(key, func(d *settlement.TaxDocument) { d.Provider, d.Result = state, result })
}

// Edit changes a document behind our back, or puts one there.
func (x *Taxes) Edit(key string, edit func(*settlement.TaxDocument)) {
	x.mu.Lock()
	defer x.mu.Unlock()
	d := x.documents[key]
	d.Key = key
	edit(&d)
	x.documents[key] = d
}

// Once holds the service to what must always be true of it: no invoice is covered by two documents that live, apart from
// the amendments, which name what they amend.
func (x *Taxes) Once(amendments map[string]bool) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	covered := map[string]string{}
	for _, key := range slices.Sorted(maps.Keys(x.documents)) {
		d := x.documents[key]
		if amendments[key] || d.Provider == taxinvoice.Withdrawn || d.Provider == taxinvoice.NotAccepted {
			continue
		}
		if before, twice := covered[x.invoices[key]]; twice {
			return fmt.Errorf("invoice %s is covered by %s and by %s", x.invoices[key], before, key)
		}
		covered[x.invoices[key]] = key
	}
	return nil
}

// taxService is the service as one process sees it.
type taxService struct {
	taxes   *Taxes
	process *crash.Process
	clock   calendar.Clock
}

// changes is a call that changes something outside. Three points of the harness make up its fates: the process dies or
// nothing is reached before it; the request is lost and nobody knows; it is done, and the process dies or the answer is lost.
func (s taxService) changes(name string, do func() error) error {
	nothing := func() error { return nil }
	if err := s.process.Outside("before "+name, nothing); err != nil {
		return err
	}
	if err := s.process.Outside("losing "+name, nothing); err != nil {
		return lost(err)
	}
	if err := do(); err != nil {
		return err
	}
	if err := s.process.Outside("after "+name, nothing); err != nil {
		return lost(err)
	}
	return nil
}

func lost(cause error) error {
	return fault.New(fault.UnknownOutcome, fault.T("응답을 받지 못했습니다.", "The answer was lost.")).Because(cause)
}

func (s taxService) Issue(_ context.Context, x taxinvoice.TaxInvoice, late bool) (confirmation string, err error) {
	dropped := false
	err = s.changes("issue "+x.Key, func() error {
		s.taxes.mu.Lock()
		defer s.taxes.mu.Unlock()
		if err := s.taxes.refuses(x.Key); err != nil {
			return err
		}
		if late {
			s.taxes.forced = append(s.taxes.forced, x.Key)
		}
		confirmation = x.Content.Written.Compact() + "41000099" + fmt.Sprintf("%08d", len(s.taxes.documents)+1)
		s.taxes.documents[x.Key] = settlement.TaxDocument{
			Key: x.Key, Written: x.Content.Written, Buyer: x.Content.Buyer.BusinessNumber, Supply: x.Content.Supply, VAT: x.Content.VAT,
			Found: taxinvoice.Found{Provider: taxinvoice.Signed, Confirmation: confirmation, Issued: s.clock.Now().UTC()},
		}
		s.taxes.invoices[x.Key] = x.Invoice
		s.taxes.calls = append(s.taxes.calls, "issue "+x.Key)
		s.taxes.issues++
		dropped = s.taxes.Losing > 0 && s.taxes.issues%s.taxes.Losing == 0
		return nil
	})
	if err == nil && dropped {
		err = lost(nil)
	}
	if err != nil {
		return "", err
	}
	return confirmation, nil
}

// refuses is the answer to a key that is not issued, in the order in which it looks.
func (x *Taxes) refuses(key string) error {
	no := x.Refuses[key]
	if _, taken := x.documents[key]; taken && (no == nil || x.KeyFirst) {
		return fault.New(fault.Conflict, fault.T("같은 문서번호가 있습니다.", "The key is taken.")).Because(settlement.ErrTaxKeyTaken)
	}
	return no
}

// move takes a document from one state of the service to another.
func (s taxService) move(name, key string, to int, late *fault.Fault) error {
	return s.changes(name+" "+key, func() error {
		s.taxes.mu.Lock()
		defer s.taxes.mu.Unlock()
		d, ok := s.taxes.documents[key]
		if !ok {
			return unknownKey()
		}
		if d.Provider != taxinvoice.Signed {
			return late
		}
		d.Provider = to
		if to == taxinvoice.WillSend {
			d.Transmitted = s.clock.Now().UTC()
		}
		s.taxes.documents[key] = d
		s.taxes.calls = append(s.taxes.calls, name+" "+key)
		return nil
	})
}

func (s taxService) Transmit(_ context.Context, key string) error {
	return s.move("transmit", key, taxinvoice.WillSend, fault.New(fault.Conflict, fault.T("이미 전송 중입니다.", "It is on its way already.")))
}

func (s taxService) Cancel(_ context.Context, key, _ string) error {
	return s.move("cancel", key, taxinvoice.Withdrawn, fault.New(fault.Conflict, fault.T("취소할 수 없는 상태입니다.", "Its state does not allow it.")))
}

func unknownKey() error {
	return fault.New(fault.NotFound, fault.T("그 문서번호가 없습니다.", "There is no such key."))
}

// asks is a call that changes nothing.
func (s taxService) asks(name string, do func() error) error {
	return s.process.Outside(name, func() error {
		s.taxes.mu.Lock()
		defer s.taxes.mu.Unlock()
		if s.taxes.Silent {
			return fault.New(fault.Unavailable, fault.T("지금은 응답할 수 없습니다.", "It cannot answer now."))
		}
		return do()
	})
}

func (s taxService) Find(_ context.Context, key string) (out settlement.TaxDocument, err error) {
	err = s.asks("find "+key, func() error {
		d, ok := s.taxes.documents[key]
		if !ok {
			return unknownKey()
		}
		out = d
		return nil
	})
	return out, err
}

func (s taxService) FindMany(_ context.Context, keys []string) (out []settlement.TaxDocument, err error) {
	err = s.asks(fmt.Sprintf("find %d", len(keys)), func() error {
		for _, key := range keys {
			if d, ok := s.taxes.documents[key]; ok {
				out = append(out, d)
			}
		}
		return nil
	})
	return out, err
}

func (s taxService) XML(_ context.Context, key string) ([]byte, error) {
	return s.file("XML", key)
}

func (s taxService) PDF(_ context.Context, key string) ([]byte, error) {
	return s.file("PDF", key)
}

func (s taxService) file(kind, key string) (out []byte, err error) {
	err = s.asks(kind+" "+key, func() error {
		d, ok := s.taxes.documents[key]
		if !ok {
			return unknownKey()
		}
		out = []byte(kind + " of " + d.Confirmation)
		return nil
	})
	return out, err
}

func (s taxService) PrintURL(_ context.Context, key string) (out string, err error) {
	err = s.asks("print "+key, func() error {
		out = "https://tax.example.com/print/" + key
		return nil
	})
	return out, err
}

func (s taxService) Mail(_ context.Context, key, email string) error {
	return s.changes("mail "+key, func() error {
		s.taxes.mu.Lock()
		defer s.taxes.mu.Unlock()
		s.taxes.calls = append(s.taxes.calls, "mail "+key+" "+email)
		return nil
	})
}

func (s taxService) Standing(context.Context) (out settlement.TaxStanding, err error) {
	err = s.asks("standing", func() error {
		out = s.taxes.Standing
		return nil
	})
	return out, err
}

func (s taxService) Businesses(_ context.Context, numbers []string) (out map[string]taxinvoice.Business, err error) {
	err = s.asks(fmt.Sprintf("%d businesses", len(numbers)), func() error {
		s.taxes.asked++
		out = map[string]taxinvoice.Business{}
		for _, n := range numbers {
			if b, ok := s.taxes.Business[n]; ok {
				out[n] = b
			}
		}
		return nil
	})
	return out, err
}

// Reports has the tax office take everything that was issued and is still at the service, at a time in Seoul.
func (x *Taxes) Reports(at time.Time) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for key, d := range x.documents {
		if d.Provider >= taxinvoice.Signed && d.Provider < taxinvoice.Accepted {
			d.Provider, d.Result, d.Transmitted, d.Answered = taxinvoice.Accepted, "SUC001", at.UTC(), at.UTC()
			x.documents[key] = d
		}
	}
}
