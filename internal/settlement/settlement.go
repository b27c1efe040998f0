// Package settlement is the flows that take a month from usage to an invoice in a mailbox and a tax invoice at the tax
// office: ingest, draft, finalise, revise, close, render, send, replace by an upload, open by a link, explain; and
// preview, issue, cancel, follow, amend, take back half-done amendments of, and look up tax invoices.
//
// Who uses it: schedules and queue workers call the daily flows, the dashboard and the command line the others. A
// flow is the only place that commits: it reads, asks the nouns what follows, calls outside and commits, in the
// order of the design (intent, call, outcome). It does not own figures (rating), states (the nouns), files
// (document) or any outside system's protocol (a Source, a TaxService).
//
// Invariants:
//   - every flow can be run again at any point and gives the same books: nothing is billed, posted or mailed twice;
//   - every flow that changes something, or hands out a secret, takes a principal; what changes money or access leaves an
//     audit record in the same commit;
//   - flows that only read take the tenant: whoever calls them (screens behind a log-in, schedules) has let the asker into
//     that tenant first, and every role in it may read;
//   - an object is put before the document that names it; what an aborted flow leaves is an orphan, never a half state;
//   - a tax invoice is asked for by its key and never issued under a second one while the first may exist: neither a lost
//     answer nor a refusal is believed before the service says that it has no such document;
//   - an amended invoice keeps its number and its figures: the difference is posted on the day of the amendment under the
//     correction's id, and stands in the head as an adjustment (invoice.Adjustment), so that what is owed follows at once; more than before is
//     collected once its document stands. An amendment that only covers what is billed already posts nothing.
package settlement

import (
	"context"
	"io"

	"jeongsan/internal/blob"
	"jeongsan/internal/calendar"
	"jeongsan/internal/document"
	"jeongsan/internal/journal"
	"jeongsan/internal/mail"
	"jeongsan/internal/secret"
	"jeongsan/internal/tenant"
	"jeongsan/internal/usage"
)

// Source pulls usage of one provider account.
type Source interface {
	// Pull feeds the sink with one consistent reading of the month. ErrChanged means that the provider rewrote it in
	// between: what was fed is worthless and the pull starts over.
	Pull(ctx context.Context, m calendar.Month, to Sink) (Statement, error)
}

// Sink takes what a Source reads, in any order.
type Sink interface {
	Member(usage.Member) error
	Row(member string, r usage.Row) error
}

// Scratch makes temporary space for one pull; done gives it back.
type Scratch func() (s usage.Spool, done func(), err error)

// Desk holds what the flows work with. All fields but Taxes are required.
type Desk struct {
	journal.Journal
	Bucket  blob.Bucket
	Secrets secret.Keeper
	Mail    mail.Sender
	Render  *document.Renderer
	Scratch Scratch
	Random  io.Reader // for link tokens
	LinkURL string    // base of mail links: LinkURL + token

	// Sources opens the source of an account; the secret was unsealed by the desk.
	Sources func(ctx context.Context, a tenant.Account, secretKey string) (Source, error)

	// Taxes opens the tax-invoice service of an MSP that has registered its account there. Nil: none is connected, and
	// every flow of tax invoices says so.
	Taxes func(ctx context.Context, p tenant.Profile) (TaxService, error)
}
