package app

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"jeongsan/internal/due"
	"jeongsan/internal/httpapi"
)

// Trigger is what starts a function on AWS. One machine has none of these: its worker does every job of one queue.
type Trigger string

const (
	FromQueue  Trigger = "queue"  // messages of its jobs, out of a queue of its own; schedules put theirs there too
	FromStream Trigger = "stream" // outbox rows as they appear in the table
	FromHTTP   Trigger = "http"   // requests to its routes
	FromEvents Trigger = "events" // what the mail service tells of sent mails, out of a queue of its own
)

// Function is one Lambda function. Jobs that need the same rights and the same time are one function.
type Function struct {
	Name    string // of its folder below functions/
	Trigger Trigger
	Jobs    []string      // of FromQueue
	Routes  []string      // of FromHTTP, as net/http patterns
	Timeout time.Duration // of one invocation; the queue hides a message for six times as long
}

// Queued reports whether the function reads a queue of its own.
func (f Function) Queued() bool { return f.Trigger == FromQueue || f.Trigger == FromEvents }

// The functions by name, for those who start them.
const (
	IngestFunction   = "ingest"
	BillingFunction  = "billing"
	MailingFunction  = "mailing"
	TaxIssueFunction = "taxissue"
	ChargeFunction   = "charge"
	WebhookFunction  = "webhook"
	OutboxFunction   = "outbox"
	TimersFunction   = "timers"
	FeedbackFunction = "feedback"
	NightlyFunction  = "nightly"
	APIFunction      = "api"
)

// Functions is the one table of what is deployed. Tests equate it with template.yaml, with the folders of functions/
// and with the jobs that have a handler.
func Functions() []Function {
	return []Function{
		// A large account takes minutes to read; each account and month is a message of its own.
		{Name: IngestFunction, Trigger: FromQueue, Jobs: []string{Ingest, IngestAccount}, Timeout: 15 * time.Minute},
		{Name: BillingFunction, Trigger: FromQueue, Jobs: []string{Draft, DraftCustomer, BillCustomer}, Timeout: time.Minute},
		// The only one that draws documents, with 11 MB of fonts.
		{Name: MailingFunction, Trigger: FromQueue, Jobs: []string{Documents, Send}, Timeout: 2 * time.Minute},
		// A changing call at Popbill is given a minute and one to ask what came of it.
		{Name: TaxIssueFunction, Trigger: FromQueue, Jobs: []string{TaxPoll, TaxIssue, TaxFollow}, Timeout: 2 * time.Minute},
		// PortOne has its callers wait a minute and a quarter for a card network.
		{Name: ChargeFunction, Trigger: FromQueue, Jobs: []string{Charge, PaymentCharge, PaymentAsk, PaymentApply, PaymentCard}, Timeout: 2 * time.Minute},
		// Providers wait about ten seconds for an answer to a webhook.
		{Name: WebhookFunction, Trigger: FromHTTP, Routes: routes(httpapi.Webhooks), Timeout: 10 * time.Second},
		{Name: OutboxFunction, Trigger: FromStream, Timeout: 30 * time.Second},
		{Name: TimersFunction, Trigger: FromQueue, Jobs: []string{Sweep}, Timeout: time.Minute},
		{Name: FeedbackFunction, Trigger: FromEvents, Timeout: 30 * time.Second},
		// Ten years of books.
		{Name: NightlyFunction, Trigger: FromQueue, Jobs: []string{Nightly}, Timeout: 15 * time.Minute},
		{Name: APIFunction, Trigger: FromHTTP, Routes: routes(httpapi.Public), Timeout: 10 * time.Second},
	}
}

// routes are those that one group of httpapi answers.
func routes(g httpapi.Group) []string {
	var out []string
	for _, r := range httpapi.Routes() {
		if r.Group == g {
			out = append(out, r.String())
		}
	}
	return out
}

// Jobs lists the jobs that have a handler, sorted.
func Jobs() []string { return slices.Sorted(maps.Keys(handlers())) }

// FunctionNamed finds a function by its name.
func FunctionNamed(name string) (Function, bool) {
	all := Functions()
	n := slices.IndexFunc(all, func(f Function) bool { return f.Name == name })
	if n < 0 {
		return Function{}, false
	}
	return all[n], true
}

// functionOf names the function that does a job. A job that nobody does goes to the timers', whose handler refuses it
// by name: it ends in their dead letters, where a person sees it, and holds up nothing that was sent with it.
func functionOf(job string) string {
	for _, f := range Functions() {
		if slices.Contains(f.Jobs, job) {
			return f.Name
		}
	}
	return TimersFunction
}

// Router sends each message to the queue of the function that does its job. The keys are names of functions.
type Router map[string]due.Outlet

// Send is queue.Queue's. After an error any of the messages may have been sent: send all again, handlers are
// idempotent.
func (r Router) Send(ctx context.Context, bodies [][]byte, delay time.Duration) error {
	sorted := map[string][][]byte{}
	for _, b := range bodies {
		to := functionOf(jobOf(b))
		sorted[to] = append(sorted[to], b)
	}
	for _, f := range Functions() {
		if len(sorted[f.Name]) == 0 {
			continue
		}
		if err := r[f.Name].Send(ctx, sorted[f.Name], delay); err != nil {
			return err
		}
	}
	return nil
}

// jobOf is the job of a message, "" of what is none of ours.
func jobOf(body []byte) string {
	var m due.Message
	if json.Unmarshal(body, &m) != nil {
		return ""
	}
	return m.Job
}
